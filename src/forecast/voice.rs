//! Voices: what the record of a predictor says about the weight of its word.

use std::collections::BTreeMap;

use crate::model::{Direction, Event, Fact, Model, Node, NodeId, NodeKind, Outcome, PredictorId, State};
use crate::value::{Date, Probability};

use super::number::{ln, logit, sigmoid};

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

impl Settled {
    /// A node by its record on a day; none if it is open or void.
    pub fn of(id: NodeId, node: &Node, day: Date) -> Option<Self> {
        let State::Settled(outcome, date) = node.state(day) else { return None };
        let came_true = match outcome {
            Outcome::Yes => true,
            Outcome::No => false,
            Outcome::Void => return None,
        };
        let stated = first_stated(node, day).map(Probability::as_f64);
        Some(Self { node: id, stated, came_true, date })
    }
}

/// The predictions of every predictor.
pub(crate) struct Voices<'a> {
    model: &'a Model,
    own: Vec<Vec<NodeId>>,
    weights: Weights,
}

/// κ of whoever gives evidence, on the day of the line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Weights(BTreeMap<(PredictorId, Date), f64>);

impl Weights {
    /// How much a line of evidence by a predictor counts on its day.
    pub(crate) fn kappa(&self, predictor: PredictorId, day: Date) -> f64 {
        self.0.get(&(predictor, day)).copied().unwrap_or(1.0)
    }

    /// What a line of evidence adds to the log odds of its node.
    pub(crate) fn weight_of(&self, fact: &Fact) -> f64 {
        let Event::Evidence { direction, ratio, by } = fact.event else { return 0.0 };
        let kappa = by.map_or(1.0, |by| self.kappa(by, fact.date.value));
        let weight = kappa * ln(ratio.as_f64());
        if direction == Direction::Against { -weight } else { weight }
    }
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
        let mut voices = Self { model, own, weights: Weights::default() };
        for fact in model.nodes.iter().flat_map(|node| &node.journal) {
            let (Event::Evidence { by: Some(by), .. }, date) = (fact.event, fact.date.value) else {
                continue;
            };
            if !voices.weights.0.contains_key(&(by, date)) {
                let kappa = voices.on(by, date).kappa;
                voices.weights.0.insert((by, date), kappa);
            }
        }
        voices
    }

    /// What lines of evidence count for.
    pub(crate) fn weights(&self) -> &Weights {
        &self.weights
    }

    /// A predictor on a day.
    pub(crate) fn on(&self, predictor: PredictorId, day: Date) -> Voice {
        let own = self.own.get(predictor.index()).into_iter().flatten();
        let record: Vec<Settled> = own.filter_map(|id| Settled::of(*id, self.model.node(*id), day)).collect();
        Voice { kappa: kappa(&record), record }
    }
}

fn first_stated(node: &Node, day: Date) -> Option<Probability> {
    let in_journal = || node.facts(day).find_map(|fact| fact.event.stated());
    let conviction = || node.conviction.as_ref().map(|conviction| conviction.level);
    node.prior.map(|prior| prior.value).or_else(in_journal).or_else(conviction)
}

/// The most probable slope, held between the least and 1.
fn kappa(record: &[Settled]) -> f64 {
    let points = points(record);
    if points.is_empty() { 1.0 } else { peak(&points, LEAST, 1.0) }
}

/// The most probable slope, were it not held; none without a record.
pub(crate) fn unheld(record: &[Settled]) -> Option<f64> {
    let points = points(record);
    // No point pulls harder than its log odds.
    let reach = 1.0 + points.iter().map(|(x, _)| x.abs()).sum::<f64>() * DEVIATION * DEVIATION;
    (!points.is_empty()).then(|| peak(&points, -reach, reach))
}

/// Log odds and outcomes.
fn points(record: &[Settled]) -> Vec<(f64, bool)> {
    record.iter().filter_map(|one| Some((logit(one.stated?), one.came_true))).collect()
}

/// How hard an outcome pulls κ up: the derivative of the logarithm of its probability.
pub(crate) fn pull(log_odds: f64, came_true: bool, kappa: f64) -> f64 {
    let outcome = if came_true { 1.0 } else { 0.0 };
    log_odds * (outcome - sigmoid(kappa * log_odds))
}

/// How hard the prior pulls κ up.
pub(crate) fn prior_pull(kappa: f64) -> f64 {
    (1.0 - kappa) / (DEVIATION * DEVIATION)
}

/// Where the pulls are in balance, by halving: their sum falls as κ rises.
fn peak(points: &[(f64, bool)], mut low: f64, mut high: f64) -> f64 {
    let slope = |kappa: f64| {
        points.iter().map(|(x, came_true)| pull(*x, *came_true, kappa)).sum::<f64>() + prior_pull(kappa)
    };
    if slope(high) >= 0.0 {
        return high;
    }
    if slope(low) <= 0.0 {
        return low;
    }
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
