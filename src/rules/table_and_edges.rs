//! `table-and-edges`: a node with a full table, and something else that would set its level.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::model::{NodeKind, Relation};
use crate::source::Span;

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let model = scene.model;
    for (index, table) in model.tables.iter().enumerate() {
        let node = model.node(table.target);
        let mut clash = |span: Span, what: &str, other: &str| {
            out.push(
                Diagnostic::new(
                    Code::TableAndEdges,
                    span,
                    format!("`{}` has a full table, and {what}", node.id),
                )
                .also(table.target_span, "the table")
                .why("a table says all: its rows take the place of edges and of a level")
                .help(format!("remove the table or {other}")),
            );
        };
        if node.choice.is_some() {
            clash(node.id_span, "is a scenario of a choice", "take the scenario out of the choice");
            continue;
        }
        let directed = |relation| relation != Relation::MovesWith;
        for edge in model.edges_into(table.target).filter(|edge| directed(edge.relation.value)) {
            clash(edge.source_span, "edges besides", "the edge");
        }
        if let Some(prior) = node.prior {
            clash(prior.span, "a level besides", "the level");
        }
        if node.kind == NodeKind::Milestone {
            clash(node.id_span, "is a milestone tied to its node", "the milestone");
        }
        // Tables are in the order of their targets: another of the same stands just before.
        let before = index.checked_sub(1).and_then(|before| model.tables.get(before));
        if let Some(first) = before.filter(|other| other.target == table.target) {
            clash(first.target_span, "another one", "the other");
        }
    }
}
