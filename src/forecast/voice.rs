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

/// Predictions that were given about the same probability, and how many of them came true.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// Predictions in it.
    pub count: u32,
    /// How many came true.
    pub came_true: u32,
    /// The mean of the probabilities that were stated.
    pub stated: f64,
    /// The least and the most that the true share may be: Wilson's interval of 95% (1927).
    pub interval: [f64; 2],
}

impl Voice {
    /// Stated against observed, in tenths. Tenths with nothing in them are left out.
    pub fn calibration(&self) -> Vec<Bin> {
        let mut tenths: BTreeMap<u8, Vec<(f64, bool)>> = BTreeMap::new();
        for one in &self.record {
            let Some(stated) = one.stated else { continue };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 9")]
            let tenth = (stated * 10.0).floor().clamp(0.0, 9.0) as u8;
            tenths.entry(tenth).or_default().push((stated, one.came_true));
        }
        tenths.into_values().map(|all| Bin::of(&all)).collect()
    }

    /// The mean square of what was stated less what came (Brier 1950); none without a record.
    pub fn brier(&self) -> Option<f64> {
        self.mean(|stated, outcome| (stated - outcome) * (stated - outcome))
    }

    /// The mean logarithm of the probability given to what came; none without a record.
    pub fn log_score(&self) -> Option<f64> {
        self.mean(|stated, outcome| ln(if outcome > 0.5 { stated } else { 1.0 - stated }))
    }

    fn mean(&self, score: impl Fn(f64, f64) -> f64) -> Option<f64> {
        let scores =
            self.record.iter().filter_map(|one| Some((one.stated?, f64::from(u8::from(one.came_true)))));
        let scores: Vec<f64> = scores.map(|(stated, outcome)| score(stated, outcome)).collect();
        (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64)
    }
}

impl Bin {
    fn of(all: &[(f64, bool)]) -> Self {
        /// So many standard deviations hold 95%.
        const Z: f64 = 1.959_963_984_540_054;
        let n = all.len() as f64;
        let came_true = all.iter().filter(|(_, came_true)| *came_true).count();
        let share = came_true as f64 / n;
        let middle = (share + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
        let half = Z / (1.0 + Z * Z / n) * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
        Self {
            count: u32::try_from(all.len()).unwrap_or(u32::MAX),
            came_true: u32::try_from(came_true).unwrap_or(u32::MAX),
            stated: all.iter().map(|(stated, _)| stated).sum::<f64>() / n,
            interval: [(middle - half).max(0.0), (middle + half).min(1.0)],
        }
    }
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

    /// What a line of evidence adds to the log odds of its node.
    pub(crate) fn weight_of(&self, fact: &Fact) -> f64 {
        let Event::Evidence { direction, ratio, by } = fact.event else { return 0.0 };
        let kappa = by.map_or(1.0, |by| self.kappa(by, fact.date.value));
        let weight = kappa * ln(ratio.as_f64());
        if direction == Direction::Against { -weight } else { weight }
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
    let in_journal = || node.facts(day).find_map(|fact| fact.event.stated());
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

#[cfg(test)]
mod tests {
    use super::*;

    fn voice(record: &[(f64, bool)]) -> Voice {
        let date = Date::FIRST;
        let one = |(stated, came_true): &(f64, bool)| Settled {
            node: NodeId::new(0),
            stated: Some(*stated),
            came_true: *came_true,
            date,
        };
        Voice { kappa: 1.0, record: record.iter().map(one).collect() }
    }

    #[test]
    fn a_record_falls_into_tenths_with_wilsons_intervals() {
        let bins =
            voice(&[(0.72, true), (0.78, true), (0.75, false), (0.1, false), (1.0, true)]).calibration();
        assert_eq!(
            bins.iter().map(|bin| (bin.count, bin.came_true)).collect::<Vec<_>>(),
            [(1, 0), (3, 2), (1, 1)]
        );
        // 2 of 3: (2/3 + z²/6) / (1 + z²/3) ± z / (1 + z²/3) · √(2/27 + z²/36), z² = 3.8415.
        let [least, most] = bins[1].interval;
        assert!((least - 0.2077).abs() < 5e-5 && (most - 0.9385).abs() < 5e-5, "{least} {most}");
        assert!((bins[1].stated - 0.75).abs() < 1e-12);
        assert!(voice(&[]).calibration().is_empty());
    }

    #[test]
    fn scores_are_means_over_the_record() {
        let all = voice(&[(0.8, true), (0.4, true), (0.3, false)]);
        // (0.04 + 0.36 + 0.09) / 3; (ln 0.8 + ln 0.4 + ln 0.7) / 3 = ln 0.224 / 3.
        assert!((all.brier().unwrap() - 0.49 / 3.0).abs() < 1e-12);
        assert!((all.log_score().unwrap() + 1.496_109_2 / 3.0).abs() < 1e-7);
        assert_eq!(voice(&[]).brier(), None);
    }
}
