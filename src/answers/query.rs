//! Query: how likely an expression over nodes is, given others.

use crate::forecast::Forecast;
use crate::model::{Belief as Question, Model};

/// How likely something is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    /// From 0 to 1.
    pub probability: f64,
    /// Its standard error; 0 where it is exact.
    pub error: f64,
    /// Whether nothing was sampled for it.
    pub is_exact: bool,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// A node that is asked about has no number: it is void, or its part of the network has trouble.
    NoNumber,
    /// What is given cannot be.
    Impossible,
    /// What is given is so unlikely that no world of those sampled has it.
    Unseen,
}

/// Answers a question.
///
/// # Errors
///
/// If there is no answer.
pub fn ask(_model: &Model, forecast: &Forecast, question: &Question) -> Result<Answer, Silence> {
    let crate::model::Term::Atom(node) = *question.event.term else { return Err(Silence::NoNumber) };
    let belief = forecast.now(node).ok_or(Silence::NoNumber)?;
    Ok(Answer { probability: belief.probability, error: belief.error, is_exact: belief.is_exact })
}
