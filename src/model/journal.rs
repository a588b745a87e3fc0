//! Journals: what happened to a node, in the order of the days on which it was known.
//!
//! A line that `corrects` another takes its place from its own day on; before that day the earlier line holds.

#![expect(clippy::wildcard_enum_match_arm, reason = "events are picked out of a journal")]

use std::collections::BTreeMap;

use super::{Direction, Outcome, PredictorId, Text};
use crate::source::{Span, Spanned};
use crate::value::{Date, Probability, Ratio, Window};

/// A line of a journal.
#[derive(Clone, Debug)]
pub struct Fact {
    /// The day on which it was known.
    pub date: Spanned<Date>,
    /// What happened.
    pub event: Event,
    /// The day of the line that it mends, as written.
    pub corrects: Option<Date>,
    /// That line, by its place in this journal.
    pub mends: Option<usize>,
    /// In words.
    pub text: Option<Text>,
    /// Where to read it.
    pub link: Option<Text>,
    /// The word for what happened.
    pub verb: Span,
    /// All of it.
    pub span: Span,
}

/// What a line of a journal records.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    /// A statement that prices in everything known that day.
    Probability(Spanned<Probability>),
    /// A likelihood ratio.
    Evidence {
        /// Whether it raises or lowers.
        direction: Direction,
        /// By how much, before κ.
        ratio: Ratio,
        /// Whose word it is.
        by: Option<PredictorId>,
    },
    /// The milestone came true.
    Hit,
    /// It did not, and cannot any more.
    Missed,
    /// It is now expected later.
    Slipped(Spanned<Window>),
    /// The outcome.
    Resolved(Outcome),
    /// Anything worth keeping.
    Note,
}

impl Event {
    /// Its verb.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Probability(_) => "probability",
            Self::Evidence { .. } => "evidence",
            Self::Hit => "hit",
            Self::Missed => "missed",
            Self::Slipped(_) => "slipped",
            Self::Resolved(_) => "resolved",
            Self::Note => "note",
        }
    }

    /// What may take its place in a correction: a milestone's three verbs are one family.
    pub(crate) fn family(&self) -> &'static str {
        match self {
            Self::Hit | Self::Missed | Self::Slipped(_) => "milestone",
            Self::Probability(_) | Self::Evidence { .. } | Self::Resolved(_) | Self::Note => self.word(),
        }
    }

    /// The probability that it states, if any.
    pub fn stated(&self) -> Option<Probability> {
        match self {
            Self::Probability(stated) => Some(stated.value),
            _ => None,
        }
    }

    /// The outcome that it settles, if any.
    pub fn outcome(&self) -> Option<Outcome> {
        match self {
            Self::Hit => Some(Outcome::Yes),
            Self::Missed => Some(Outcome::No),
            Self::Resolved(outcome) => Some(*outcome),
            Self::Probability(_) | Self::Evidence { .. } | Self::Slipped(_) | Self::Note => None,
        }
    }
}

/// Where a node stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing has settled it.
    Open,
    /// It is settled, since that day.
    Settled(Outcome, Date),
}

impl State {
    /// In one word, as lists show it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Settled(outcome, _) => outcome.word(),
        }
    }

    /// Whether nothing has settled it.
    pub fn is_open(self) -> bool {
        self == Self::Open
    }
}

pub(super) fn in_force(journal: &[Fact], day: Date) -> impl Iterator<Item = &Fact> {
    let known = move |fact: &Fact| fact.date.value <= day;
    // A line gives way to the last line that mends it; corrections before that one give way with it.
    let mut mended = vec![false; journal.len()];
    let mut last: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, fact) in journal.iter().enumerate().filter(|(_, fact)| known(fact)) {
        let Some(line) = fact.mends else { continue };
        for gone in [Some(line), last.insert(line, at)].into_iter().flatten() {
            if let Some(one) = mended.get_mut(gone) {
                *one = true;
            }
        }
    }
    let facts = journal.iter().zip(mended);
    // A correction of a line that is not there counts for nothing.
    let counts = |fact: &Fact| fact.corrects.is_none() || fact.mends.is_some();
    facts.filter(move |(fact, mended)| known(fact) && !mended && counts(fact)).map(|(fact, _)| fact)
}

pub(super) fn state(journal: &[Fact], day: Date) -> State {
    let settled = in_force(journal, day).find_map(|fact| Some((fact.event.outcome()?, fact.date.value)));
    settled.map_or(State::Open, |(outcome, date)| State::Settled(outcome, date))
}

pub(super) fn slipped(journal: &[Fact], day: Date) -> Option<Spanned<Window>> {
    in_force(journal, day).fold(None, |before, fact| match fact.event {
        Event::Slipped(window) => Some(window),
        _ => before,
    })
}

pub(super) fn stated(journal: &[Fact], day: Date) -> Option<Probability> {
    in_force(journal, day).filter_map(|fact| fact.event.stated()).last()
}
