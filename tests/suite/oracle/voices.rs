//! The weight of a voice: "κ" of the page.

use forecastc::model::{Event, Model, NodeKind, Outcome, PredictorId};
use forecastc::value::Date;

use super::network::logit;
use super::replay::in_force;

/// The weight of a predictor's voice on a day.
pub(super) fn weight(model: &Model, predictor: PredictorId, day: Date) -> f64 {
    // The log odds that were given to what then happened.
    let mut given: Vec<f64> = Vec::new();
    let predictions = model.nodes().filter(|(_, node)| node.kind == NodeKind::Prediction);
    for (id, node) in predictions.filter(|(_, node)| node.by.contains(&predictor)) {
        let lines = in_force(model, id, day);
        let outcome = lines.iter().find_map(|line| node.journal[*line].event.outcome());
        let sign = match outcome {
            Some(Outcome::Yes) => 1.0,
            Some(Outcome::No) => -1.0,
            Some(Outcome::Void) | None => continue,
        };
        let dated = lines.iter().find_map(|line| match node.journal[*line].event {
            Event::Probability(number) => Some(number.value),
            Event::Evidence { .. }
            | Event::Hit
            | Event::Missed
            | Event::Slipped(_)
            | Event::Resolved(_)
            | Event::Note => None,
        });
        let first = node.prior.map(|prior| prior.value).or(dated);
        let number = first.or(node.conviction.as_ref().map(|conviction| conviction.level));
        if let Some(number) = number {
            given.push(sign * logit(number.as_f64()));
        }
    }
    if given.is_empty() {
        return 1.0;
    }
    most_probable(&given)
}

/// The κ from 0.10 to 1 at which the log posterior, Σ ln σ(κ xᵢ) − (κ − 1)² / (2 · 0.5²), is highest.
///
/// The log posterior is concave: its slope falls, and its top is where the slope is zero or at an end.
pub(super) fn most_probable(given: &[f64]) -> f64 {
    let slope = |kappa: f64| {
        let data = given.iter().map(|x| x / (1.0 + (kappa * x).exp()));
        data.sum::<f64>() - (kappa - 1.0) / 0.25
    };
    let (mut low, mut high) = (0.1, 1.0);
    if slope(low) <= 0.0 {
        return low;
    }
    if slope(high) >= 0.0 {
        return high;
    }
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return middle;
        }
        if slope(middle) > 0.0 { low = middle } else { high = middle }
    }
}
