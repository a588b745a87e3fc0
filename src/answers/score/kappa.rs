//! Where κ comes from: what each settled prediction says about the weight of a voice.

use crate::forecast::number::{logit, sigmoid};
use crate::forecast::{Forecast, prior_pull, pull, unheld};
use crate::model::{NodeId, PredictorId};

/// κ and all that pulls at it. At its peak the pulls are in balance.
#[derive(Clone, Debug, PartialEq)]
pub struct Derivation {
    /// The weight that counts: the peak, held from 0.10 to 1; 1 without a record.
    pub kappa: f64,
    /// The most probable weight, were it not held; none without a record.
    pub peak: Option<f64>,
    /// The pull of each prediction at the peak.
    pub pulls: Vec<Pull>,
    /// The pull of the prior, (1 − κ) / 0.5², at the peak.
    pub prior: f64,
}

/// What one prediction says about κ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pull {
    /// The prediction.
    pub node: NodeId,
    /// What was stated first.
    pub stated: f64,
    /// Whether it came true.
    pub came_true: bool,
    /// The log odds x of what was stated.
    pub log_odds: f64,
    /// How likely it was with the weight of the peak: σ(κx).
    pub weighed: f64,
    /// x · (y − σ(κx)): above 0 it speaks for more weight, below for less.
    pub pull: f64,
}

impl Derivation {
    /// Of a predictor on the day of the forecast.
    pub fn of(forecast: &Forecast, predictor: PredictorId) -> Option<Self> {
        let voice = forecast.voice(predictor)?;
        let peak = unheld(&voice.record);
        let at = peak.unwrap_or(1.0);
        let pulls = voice.record.iter().filter_map(|one| {
            let log_odds = logit(one.stated?);
            Some(Pull {
                node: one.node,
                stated: one.stated?,
                came_true: one.came_true,
                log_odds,
                weighed: sigmoid(at * log_odds),
                pull: pull(log_odds, one.came_true, at),
            })
        });
        Some(Self { kappa: voice.kappa, peak, pulls: pulls.collect(), prior: prior_pull(at) })
    }
}
