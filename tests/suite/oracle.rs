//! An oracle for the numbers: every joint state of a small network, one by one.
//!
//! It reads the checked model, follows `grammar/numbers.md` sentence by sentence, and shares nothing with the
//! engine. It is meant to be read against that page: where the two differ, one of them is wrong. Speed comes
//! only from tables that are made once; there is no elimination, no message passing and no sampling here.
//!
//! `network` says how a node depends on its parents, `levels` finds levels by bisection, `voices` weighs
//! predictors, `replay` goes through the days. `questions` says what follows where some nodes have certain states,
//! and `parts` takes a number apart. `items` says what rules can ask, by the tables of `grammar/README.md`. `writer`
//! and `words` make random networks as text, `phrases` random expressions, and `by_hand` checks the oracle itself
//! against arithmetic on paper.

mod by_hand;
pub(crate) mod items;
mod journal;
mod levels;
mod network;
mod parts;
pub(crate) mod phrases;
mod questions;
mod replay;
mod voices;
pub(crate) mod words;
pub(crate) mod writer;

use std::collections::BTreeSet;

use forecastc::model::{Model, NodeId, PredictorId};
use forecastc::value::Date;

pub(crate) use parts::Comes;
pub(crate) use questions::{Standing, Way};
pub(crate) use replay::{Line, is_possible};

/// What the oracle says about a network on a day.
pub(crate) struct Answers {
    /// P of every node before all facts.
    pub(crate) before: Vec<f64>,
    /// P of every node at the end of every day with a line in some journal; nothing for those that are void.
    pub(crate) days: Vec<(Date, Vec<Option<f64>>)>,
    /// P of every node today.
    pub(crate) now: Vec<Option<f64>>,
    /// What is read back from every edge.
    pub(crate) readings: Vec<Reading>,
    /// The weight today of every predictor whom somebody names.
    pub(crate) voices: Vec<(PredictorId, f64)>,
    /// The sentences of the page that had a say in these numbers, in a word each.
    pub(crate) met: BTreeSet<&'static str>,
}

/// What is read back from an edge.
pub(crate) struct Reading {
    pub(crate) implied: Option<f64>,
    pub(crate) delta: Option<f64>,
    /// P(target | source), P(target | not source), before all facts.
    pub(crate) realised: [Option<f64>; 2],
}

/// Why there are no answers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Refusal {
    /// No joint state fits the facts of that day.
    Impossible(Date),
    /// No level gives what was stated: before all facts, or on that day.
    OutOfReach(NodeId, Option<Date>),
    /// What numbers can be asked for here, double precision or the page itself leaves open.
    Unclear(&'static str),
}

/// Everything that there is to say about a network as it stands on a day.
pub(crate) fn answers(model: &Model, today: Date) -> Result<Answers, Refusal> {
    replay::answers(model, today)
}
