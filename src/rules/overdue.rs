//! `overdue-prediction` and `overdue-milestone`: the window is over and no outcome is recorded.
//!
//! Such a node keeps feeding its old odds to everything below it, so a page looks current and is not.

use super::Scene;
use crate::answers::due;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::model::NodeKind;

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    for task in due::overdue(scene.model, scene.today) {
        let node = scene.model.node(task.node);
        let is_milestone = node.kind == NodeKind::Milestone;
        let code = if is_milestone { Code::OverdueMilestone } else { Code::OverduePrediction };
        out.push(
            Diagnostic::new(code, task.span, format!("`{}` was due on {}", node.id, task.date))
                .about(node.span)
                .why("its old odds still feed everything that hangs on it")
                .help(task.matter.help(node.kind)),
        );
    }
}
