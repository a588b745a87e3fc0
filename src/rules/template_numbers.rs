//! `template-numbers`: the edges of a node all carry the same two numbers.
//!
//! Numbers that were thought about differ. The same pair on every edge was most likely filled in by a
//! template, and the network then knows no better than the template did. `needs` and `killed by` carry a pair
//! in opposite order; it counts as the same.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::model::{Edge, Effect, NodeId};
use crate::value::Probability;

/// Fewer edges than this may agree by chance.
const FEWEST: usize = 3;

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let model = scene.model;
    let mut start = 0;
    while let Some(first) = model.edges.get(start) {
        let target: NodeId = first.target;
        let rest = model.edges.get(start..).unwrap_or_default();
        let count = rest.partition_point(|edge| edge.target <= target).max(1);
        start += count;
        let mut edges: Vec<&Edge> = rest.iter().take(count).collect();
        edges.sort_by_key(|edge| edge.span);
        let pairs: Option<Vec<[Probability; 2]>> = edges.iter().map(|edge| pair(edge)).collect();
        let (Some(pairs), Some(edge)) = (pairs, edges.first()) else { continue };
        let same = pairs.windows(2).all(|two| two.first() == two.last());
        if count < FEWEST || !same || model.node(target).broken {
            continue;
        }
        let Effect::Numbers { yes, no } = edge.effect else { continue };
        out.push(
            Diagnostic::new(
                Code::TemplateNumbers,
                yes.span.to(no.span),
                format!("all {count} edges into `{}` carry the same two numbers", model.node(target).id),
            )
            .about(model.node(target).span)
            .why("numbers that nobody thought about make every parent look alike")
            .help(
                "ask of each edge how much it matters; a strength (`weak`, `strong`) is a quick first answer",
            ),
        );
    }
}

fn pair(edge: &Edge) -> Option<[Probability; 2]> {
    match edge.effect {
        Effect::Numbers { yes, no } => Some([yes.value.min(no.value), yes.value.max(no.value)]),
        Effect::Strength { .. } => None,
    }
}
