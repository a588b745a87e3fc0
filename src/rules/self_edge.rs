//! `self-edge`: an edge from a node to itself.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let model = scene.model;
    let edges = model.edges.iter().map(|edge| (edge.source, edge.target, edge.source_span));
    let tables = model.tables.iter().flat_map(|table| {
        table.parents.iter().zip(&table.parent_spans).map(|(parent, span)| (*parent, table.target, *span))
    });
    for (source, target, span) in edges.chain(tables) {
        if source == target {
            out.push(
                Diagnostic::new(
                    Code::SelfEdge,
                    span,
                    format!("`{}` depends on itself", model.node(target).id),
                )
                .why("nothing can be the cause of itself")
                .help("remove the edge, or name another node"),
            );
        }
    }
}
