//! `duplicate-edge`: two edges between the same two nodes.
//!
//! Two edges add up: what is meant once would count twice. `moves with` has no direction, so it doubles an
//! edge of either direction; two directed edges against each other are a circle and reported as one.

use std::collections::BTreeMap;

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::model::{Edge, NodeId, Relation};

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let model = scene.model;
    let mut pairs: BTreeMap<(NodeId, NodeId), Vec<&Edge>> = BTreeMap::new();
    for edge in model.edges.iter().filter(|edge| edge.source != edge.target) {
        let pair = (edge.source.min(edge.target), edge.source.max(edge.target));
        pairs.entry(pair).or_default().push(edge);
    }
    for edges in pairs.values_mut() {
        edges.sort_by_key(|edge| edge.span);
        for (index, edge) in edges.iter().enumerate() {
            let loose = |edge: &Edge| edge.relation.value == Relation::MovesWith;
            let doubles = |other: &&&Edge| {
                loose(edge) || loose(other) || (other.source, other.target) == (edge.source, edge.target)
            };
            if let Some(first) = edges.iter().take(index).find(doubles) {
                let (source, target) = (&model.node(edge.source).id, &model.node(edge.target).id);
                out.push(
                    Diagnostic::new(
                        Code::DuplicateEdge,
                        edge.source_span,
                        format!("a second edge between `{source}` and `{target}`"),
                    )
                    .also(first.source_span, "the first")
                    .why("edges add up, so the same influence would count twice")
                    .help("keep one of the two"),
                );
            }
        }
    }
    for table in &model.tables {
        for (index, parent) in table.parents.iter().enumerate() {
            if table.parents.iter().take(index).any(|other| other == parent) {
                let message = format!("`{}` is a parent of this table twice", model.node(*parent).id);
                out.push(
                    Diagnostic::new(Code::DuplicateEdge, table.target_span, message)
                        .help("keep one of the two columns"),
                );
            }
        }
    }
}
