//! `duplicate-edge`: two edges between the same two nodes.
//!
//! Two edges add up: what is meant once would count twice. `moves with` has no direction, so it doubles an
//! edge of either direction; two directed edges against each other are a circle and reported as one.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::model::{Edge, Relation};

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let model = scene.model;
    let pair = |edge: &Edge| (edge.source.min(edge.target), edge.source.max(edge.target));
    let mut edges: Vec<&Edge> = model.edges.iter().filter(|edge| edge.source != edge.target).collect();
    edges.sort_by_key(|edge| (pair(edge), edge.span));
    for edges in edges.chunk_by(|one, other| pair(one) == pair(other)) {
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
    for edge in &model.edges {
        let (source, target) = (model.node(edge.source), model.node(edge.target));
        let loose = edge.relation.value == Relation::MovesWith;
        let doubles_tie = target.parent == Some(edge.source) || loose && source.parent == Some(edge.target);
        if doubles_tie {
            let milestone = if target.parent == Some(edge.source) { target } else { source };
            let message = format!("`{}` and `{}` are tied to each other already", source.id, target.id);
            out.push(
                Diagnostic::new(Code::DuplicateEdge, edge.source_span, message)
                    .also(milestone.id_span, "a milestone is tied to its node")
                    .why("edges add up, so the same influence would count twice")
                    .help("say how tight the tie is with `weight` or `if true` in the milestone"),
            );
        }
    }
    for table in &model.tables {
        for (index, (parent, span)) in table.parents.iter().zip(&table.parent_spans).enumerate() {
            if table.parents.iter().take(index).any(|other| other == parent) {
                let message = format!("`{}` is a parent of this table twice", model.node(*parent).id);
                out.push(
                    Diagnostic::new(Code::DuplicateEdge, *span, message).help("keep one of the two columns"),
                );
            }
        }
    }
}
