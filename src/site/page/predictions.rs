//! All predictions.

use std::collections::BTreeSet;

use serde::Serialize;

use super::row::{Row, rows};
use crate::model::NodeKind;
use crate::site::Plan;
use crate::site::edition::{Edition, above};
use crate::site::place::Place;
use crate::site::view::{Head, state};

#[derive(Serialize)]
struct View {
    rows: Vec<Row>,
    /// How many there are in each state.
    counts: Vec<Count>,
    /// What can be filtered by.
    choices: Choices,
}

#[derive(Serialize)]
struct Count {
    state: &'static str,
    count: usize,
}

#[derive(Serialize)]
struct Choices {
    states: Vec<&'static str>,
    domains: BTreeSet<String>,
    tags: BTreeSet<String>,
    modes: BTreeSet<&'static str>,
    /// Predictors by name.
    predictors: Vec<Voice>,
}

#[derive(Serialize)]
struct Voice {
    id: String,
    name: String,
}

const STATES: [&str; 5] = ["open", "overdue", "yes", "no", "void"];

pub(super) fn plan(plan: &mut Plan<'_>) {
    plan.page(Place::top("predictions"), "predictions.html", view);
}

fn view(edition: &Edition<'_>, here: &Place) -> (Head, View) {
    let all = || edition.kind(NodeKind::Prediction);
    let count = |word: &str| all().filter(|(_, node)| state(edition, node) == word).count();
    let counts: Vec<Count> = STATES.into_iter().map(|state| Count { state, count: count(state) }).collect();
    let counts: Vec<Count> = counts.into_iter().filter(|one| one.count > 0).collect();
    let domains = all().filter_map(|(_, node)| node.domain.as_ref()).flat_map(|domain| above(&domain.value));
    let voices: BTreeSet<_> = all().flat_map(|(_, node)| node.by.iter().copied()).collect();
    let voices = voices.into_iter().filter_map(|by| edition.predictor(by));
    let mut predictors: Vec<Voice> =
        voices.map(|one| Voice { id: one.id.value.to_string(), name: one.name.value.to_string() }).collect();
    predictors.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
    let choices = Choices {
        states: counts.iter().map(|one| one.state).collect(),
        domains: domains.map(ToOwned::to_owned).collect(),
        tags: all().flat_map(|(_, node)| &node.tags).map(|tag| tag.value.to_string()).collect(),
        modes: all().filter_map(|(_, node)| node.mode).map(|mode| mode.word()).collect(),
        predictors,
    };
    let head = Head::new(
        here,
        "predictions",
        "Predictions",
        "Every prediction with its probability now, what was stated, how it moved and when its window closes.",
    );
    (head, View { rows: rows(edition, here, all().map(|(id, _)| id)), counts, choices })
}
