//! `too-large`: more items, edges or parents than can be evaluated.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::limits;
use crate::model::NodeId;

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let model = scene.model;
    if let Some(edge) = model.edges.get(limits::EDGES) {
        out.push(
            Diagnostic::new(Code::TooLarge, edge.span, format!("{} edges", model.edges.len()))
                .help(format!("a network has at most {} edges", limits::EDGES)),
        );
    }
    let mut start = 0;
    while let Some(first) = model.edges.get(start) {
        let rest = model.edges.get(start..).unwrap_or_default();
        let count = rest.partition_point(|edge| edge.target <= first.target);
        if let Some(edge) = rest.get(limits::PARENTS).filter(|_| count > limits::PARENTS) {
            let id = &model.node(first.target).id;
            out.push(
                Diagnostic::new(Code::TooLarge, edge.span, format!("{count} edges end in `{id}`"))
                    .help(format!("a node has at most {} parents", limits::PARENTS)),
            );
        }
        start += count.max(1);
    }
    for table in model.tables.iter().filter(|table| table.parents.len() > limits::TABLE_PARENTS) {
        let (id, count): (NodeId, usize) = (table.target, table.parents.len());
        out.push(
            Diagnostic::new(
                Code::TooLarge,
                table.target_span,
                format!("the table of `{}` has {count} parents", model.node(id).id),
            )
            .help(format!("a table has at most {} parents; more are edges", limits::TABLE_PARENTS)),
        );
    }
}
