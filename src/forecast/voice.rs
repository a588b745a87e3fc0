//! Voices: what the record of a predictor says about the weight of its word.

use std::collections::BTreeMap;

use crate::model::{Event, Model, Node, NodeId, NodeKind, Outcome, PredictorId, State};
use crate::value::{Date, Probability};

use super::number::{logit, sigmoid};

/// The least that a voice weighs.
const LEAST: f64 = 0.1;
/// The standard deviation of κ before any record.
const DEVIATION: f64 = 0.5;

/// A predictor as its record shows it on a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Voice {
    /// κ: its evidence counts to this power.
    pub kappa: f64,
    /// Its settled predictions, in the order of their ids.
    pub record: Vec<Settled>,
}

/// A prediction that came out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settled {
    /// The prediction.
    pub node: NodeId,
    /// The first probability that was stated, or that of the conviction word; none where there was neither.
    pub stated: Option<f64>,
    /// Whether it came true.
    pub came_true: bool,
    /// When that was known.
    pub date: Date,
}

/// The predictions of every predictor.
pub(crate) struct Voices<'a> {
    model: &'a Model,
    own: Vec<Vec<NodeId>>,
    /// κ of whoever gives evidence, on the day of the line.
    kappas: BTreeMap<(PredictorId, Date), f64>,
}

impl<'a> Voices<'a> {
    /// Of a network.
    pub(crate) fn new(model: &'a Model) -> Self {
        let mut own = vec![Vec::new(); model.predictors.len()];
        for (id, node) in model.nodes().filter(|(_, node)| node.kind == NodeKind::Prediction) {
            for predictor in &node.by {
                if let Some(list) = own.get_mut(predictor.index()) {
                    list.push(id);
                }
            }
        }
        let mut voices = Self { model, own, kappas: BTreeMap::new() };
        for fact in model.nodes.iter().flat_map(|node| &node.journal) {
            let (Event::Evidence { by: Some(by), .. }, date) = (fact.event, fact.date.value) else {
                continue;
            };
            if !voices.kappas.contains_key(&(by, date)) {
                let kappa = voices.on(by, date).kappa;
                voices.kappas.insert((by, date), kappa);
            }
        }
        voices
    }

    /// How much a line of evidence by a predictor counts on its day.
    pub(crate) fn kappa(&self, predictor: PredictorId, day: Date) -> f64 {
        self.kappas.get(&(predictor, day)).copied().unwrap_or(1.0)
    }

    /// A predictor on a day.
    pub(crate) fn on(&self, predictor: PredictorId, day: Date) -> Voice {
        let own = self.own.get(predictor.index()).into_iter().flatten();
        let record: Vec<Settled> = own.filter_map(|id| outcome(*id, self.model.node(*id), day)).collect();
        Voice { kappa: kappa(&record), record }
    }
}

fn outcome(id: NodeId, node: &Node, day: Date) -> Option<Settled> {
    let State::Settled(outcome, date) = node.state(day) else { return None };
    let came_true = match outcome {
        Outcome::Yes => true,
        Outcome::No => false,
        Outcome::Void => return None,
    };
    Some(Settled { node: id, stated: first_stated(node, day).map(Probability::as_f64), came_true, date })
}

fn first_stated(node: &Node, day: Date) -> Option<Probability> {
    let in_journal = || {
        node.facts(day).find_map(|fact| match fact.event {
            Event::Probability(stated) => Some(stated.value),
            Event::Evidence { .. }
            | Event::Hit
            | Event::Missed
            | Event::Slipped(_)
            | Event::Resolved(_)
            | Event::Note => None,
        })
    };
    let conviction = || node.conviction.as_ref().map(|conviction| conviction.level);
    node.prior.map(|prior| prior.value).or_else(in_journal).or_else(conviction)
}

/// The most probable slope, by halving: the derivative of the log posterior falls as κ rises.
fn kappa(record: &[Settled]) -> f64 {
    let points: Vec<(f64, f64)> = record
        .iter()
        .filter_map(|one| Some((logit(one.stated?), if one.came_true { 1.0 } else { 0.0 })))
        .collect();
    if points.is_empty() {
        return 1.0;
    }
    let slope = |kappa: f64| {
        let likelihood: f64 = points.iter().map(|(x, y)| x * (y - sigmoid(kappa * x))).sum();
        likelihood - (kappa - 1.0) / (DEVIATION * DEVIATION)
    };
    if slope(1.0) >= 0.0 {
        return 1.0;
    }
    if slope(LEAST) <= 0.0 {
        return LEAST;
    }
    let (mut low, mut high) = (LEAST, 1.0);
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if slope(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}
