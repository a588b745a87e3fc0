//! Scores: how good the stated probabilities were, by whoever stated them or by what they were about.
//!
//! `grammar/numbers.md` says what is scored and how. Predictions are scored; the other kinds of nodes only where the
//! kinds are set side by side. What is void is left out and counted.

mod case;
mod change;
mod kappa;
mod marks;

use std::collections::BTreeMap;

pub use case::Case;
pub use change::{Changes, Restated, Worth};
pub use kappa::{Derivation, Pull};
pub use marks::{Bin, Marks, Mean, Share};

use crate::forecast::Forecast;
use crate::model::{Model, Node, NodeId, NodeKind, Outcome, State};

/// What to group by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Who says it.
    Predictor,
    /// Its place among the subjects.
    Domain,
    /// Its tags.
    Tag,
    /// Forecast, prediction or speculation.
    Mode,
    /// Prediction, killer, scenario or milestone.
    Kind,
}

/// Nodes that are scored together.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// What they share; none of those that have no such thing, and of all together.
    pub name: Option<String>,
    /// How many are open.
    pub open: usize,
    /// How many are void.
    pub void: usize,
    /// How many are settled of which nothing was ever stated.
    pub unstated: usize,
    /// Those that are scored, in the order of their ids.
    pub cases: Vec<Case>,
}

impl Group {
    /// The scores of all that are settled; none where nothing is.
    pub fn marks(&self) -> Option<Marks> {
        Marks::of(&self.cases)
    }

    /// The scores of those alone whose window is over: there nothing is left that may still come true.
    pub fn closed(&self) -> Option<Marks> {
        let closed: Vec<Case> = self.cases.iter().filter(|case| case.is_closed).cloned().collect();
        Marks::of(&closed)
    }

    /// Those that were settled before their window was over.
    pub fn early(&self) -> Share {
        Share::of(self.cases.iter().filter(|case| case.is_early).map(|case| case.came_true))
    }

    /// Stated against observed, in tenths. Tenths with nothing in them are left out.
    pub fn calibration(&self) -> Vec<Bin> {
        Bin::tenths(self.cases.iter().map(|case| (case.stated, case.came_true)))
    }

    /// What the network made of them on the day before their outcome against what came, in tenths.
    pub fn calibration_of_network(&self) -> Vec<Bin> {
        Bin::tenths(self.cases.iter().filter_map(|case| Some((case.network?, case.came_true))))
    }

    fn add(&mut self, model: &Model, forecast: &Forecast, id: NodeId) {
        match model.node(id).state(forecast.today()) {
            State::Open => self.open += 1,
            State::Settled(Outcome::Void, _) => self.void += 1,
            State::Settled(Outcome::Yes | Outcome::No, _) => match Case::of(model, forecast, id) {
                Some(case) => self.cases.push(case),
                None => self.unstated += 1,
            },
        }
    }
}

/// Scores all predictions together.
pub fn all(model: &Model, forecast: &Forecast) -> Group {
    let predictions = model.nodes().filter(|(_, node)| node.kind == NodeKind::Prediction);
    of(model, forecast, predictions.map(|(id, _)| id))
}

/// Scores some nodes together.
pub fn of(model: &Model, forecast: &Forecast, nodes: impl IntoIterator<Item = NodeId>) -> Group {
    let mut group = Group { name: None, open: 0, void: 0, unstated: 0, cases: Vec::new() };
    for id in nodes {
        group.add(model, forecast, id);
    }
    group
}

/// Scores group by group, in the order of their names, those without a name last. What has several predictors or tags
/// counts in each of their groups.
pub fn by(model: &Model, forecast: &Forecast, by: By) -> Vec<Group> {
    among(model, forecast, by, |_| true)
}

/// The same of those nodes alone that are wanted.
pub fn among(model: &Model, forecast: &Forecast, by: By, is_wanted: impl Fn(NodeId) -> bool) -> Vec<Group> {
    let mut members: BTreeMap<(bool, Option<String>), Vec<NodeId>> = BTreeMap::new();
    let is_scored = |node: &Node| by == By::Kind || node.kind == NodeKind::Prediction;
    for (id, node) in model.nodes().filter(|(id, node)| is_scored(node) && is_wanted(*id)) {
        let names = names(model, node, by);
        for name in names.iter().cloned().map(Some).chain(names.is_empty().then_some(None)) {
            members.entry((name.is_none(), name)).or_default().push(id);
        }
    }
    let groups = members.into_iter();
    groups.map(|((_, name), nodes)| Group { name, ..of(model, forecast, nodes) }).collect()
}

fn names(model: &Model, node: &Node, by: By) -> Vec<String> {
    match by {
        By::Predictor => {
            let by = node.by.iter().filter_map(|by| model.predictors.get(by.index()));
            by.map(|predictor| predictor.id.value.to_string()).collect()
        }
        By::Domain => node.domain.iter().map(|domain| domain.value.to_string()).collect(),
        By::Tag => node.tags.iter().map(|tag| tag.value.to_string()).collect(),
        By::Mode => node.mode.iter().map(|mode| mode.word().to_owned()).collect(),
        By::Kind => vec![node.kind.word().to_owned()],
    }
}
