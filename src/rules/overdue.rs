//! `overdue-prediction` and `overdue-milestone`: the window is over and no outcome is recorded.
//!
//! Such a node keeps feeding its old odds to everything below it, so a page looks current and is not.

use std::collections::BTreeSet;

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::model::{Node, NodeId, NodeKind};

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let model = scene.model;
    let is_settled = |(_, node): &(NodeId, &Node)| !node.state(scene.today).is_open();
    let settled: BTreeSet<NodeId> = model.nodes().filter(is_settled).map(|(id, _)| id).collect();
    for node in model.nodes.iter().filter(|node| !node.broken && node.state(scene.today).is_open()) {
        let Some(window) = node.spanned_window_on(scene.today) else { continue };
        let due = window.value.last();
        if due >= scene.today {
            continue;
        }
        // The milestones of what is settled are settled with it.
        if node.parent.is_some_and(|parent| settled.contains(&parent)) {
            continue;
        }
        let (code, help) = if node.kind == NodeKind::Milestone {
            (Code::OverdueMilestone, "record `hit`, `missed` or `slipped … to …` in the journal")
        } else {
            (Code::OverduePrediction, "record `resolved yes` or `resolved no` in the journal")
        };
        out.push(
            Diagnostic::new(code, window.span, format!("`{}` was due on {due}", node.id))
                .about(node.span)
                .why("its old odds still feed everything that hangs on it")
                .help(help),
        );
    }
}
