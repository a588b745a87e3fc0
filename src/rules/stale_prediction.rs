//! `stale-prediction`: an open prediction of which nothing was heard for long.

use super::Scene;
use crate::answers::due::{self, Matter};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let limit = scene.model.network.stale_after;
    for task in due::stale(scene.model, scene.today, scene.today) {
        let node = scene.model.node(task.node);
        let Matter::Stale(since) = task.matter else { continue };
        let message = format!("nothing new about `{}` since {since}", node.id);
        out.push(
            Diagnostic::new(Code::StalePrediction, task.span, message)
                .why(format!(
                    "after {limit} without news a number may say more about its age than about the world"
                ))
                .help(task.matter.help(node.kind)),
        );
    }
}
