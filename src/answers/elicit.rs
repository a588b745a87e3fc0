//! Elicit: edges whose numbers nobody thought about, those first on which most depends.

use std::collections::BTreeMap;

use super::sensitivity::Sensitivity;
use crate::forecast::Forecast;
use crate::model::{Direction, Edge, Effect, Link, Model, Number};

/// As many edges with the same numbers are a template.
const TEMPLATE: usize = 3;

/// An edge whose numbers are those of others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unthought {
    /// Its place in the model.
    pub edge: usize,
    /// How many edges of the network have the same numbers.
    pub alike: usize,
    /// How much depends on it: by how much its source moves its target, in probability; of a target that is asked about,
    /// how fast that moves with its numbers.
    pub weight: f64,
}

/// Edges without a reason of their own whose numbers three or more edges of the network share, or that have a
/// strength by name; those on which most depends first. With `told` that is what it tells about, else the target of
/// each edge.
pub fn elicit(model: &Model, forecast: &Forecast, told: Option<&Sensitivity>, most: usize) -> Vec<Unthought> {
    let mut counts: BTreeMap<[u64; 3], usize> = BTreeMap::new();
    for edge in &model.edges {
        *counts.entry(pattern(edge)).or_default() += 1;
    }
    let unthought = |(at, edge): (usize, &Edge)| {
        let alike = counts.get(&pattern(edge)).copied().unwrap_or(0);
        let is_named = matches!(edge.effect, Effect::Strength { .. });
        if edge.text.is_some() || alike < TEMPLATE && !is_named {
            return None;
        }
        let weight = match told {
            Some(told) => pace(told, at),
            None => pull(forecast, edge)?,
        };
        (weight > 1e-9).then_some(Unthought { edge: at, alike, weight })
    };
    let mut all: Vec<Unthought> = model.edges.iter().enumerate().filter_map(unthought).collect();
    all.sort_by(|one, other| other.weight.total_cmp(&one.weight).then(one.edge.cmp(&other.edge)));
    all.truncate(most);
    all
}

/// What two edges have in common that were filled in alike.
fn pattern(edge: &Edge) -> [u64; 3] {
    match edge.effect {
        Effect::Numbers { yes, no } => [0, yes.value.as_f64().to_bits(), no.value.as_f64().to_bits()],
        Effect::Strength { direction, ratio, .. } => {
            [1, u64::from(direction == Direction::Against), ratio.as_f64().to_bits()]
        }
    }
}

/// How fast the target of a question moves with the numbers of an edge.
fn pace(told: &Sensitivity, at: usize) -> f64 {
    let link = Link::Edge(at);
    let of = |number: &Number| match number {
        Number::If { link: own, .. } | Number::Strength(own) => *own == link,
        Number::Level(_)
        | Number::Weight(_)
        | Number::Statement { .. }
        | Number::Evidence { .. }
        | Number::Rate(_)
        | Number::Outside(_)
        | Number::Row { .. } => false,
    };
    told.numbers.iter().filter(|stated| of(&stated.number)).map(|stated| stated.derivative.abs()).sum()
}

/// By how much a source that is as likely as it is moves its target.
fn pull(forecast: &Forecast, edge: &Edge) -> Option<f64> {
    let (source, target) = (forecast.now(edge.source)?.probability, forecast.now(edge.target)?.probability);
    let apart = match edge.effect {
        Effect::Numbers { yes, no } => (yes.value.as_f64() - no.value.as_f64()).abs(),
        Effect::Strength { ratio, .. } => target * (1.0 - target) * libm::log(ratio.as_f64()).abs(),
    };
    Some(apart * (source * (1.0 - source)).sqrt())
}
