//! `missing-window`: a prediction or a milestone that may come true at any time, and so can never fail.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::model::NodeKind;

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    for node in &scene.model.nodes {
        let is_timed = matches!(node.kind, NodeKind::Prediction | NodeKind::Milestone);
        let is_settled = !node.state(scene.today).is_open();
        if node.window.is_some() || node.broken || !is_timed || is_settled {
            continue;
        }
        out.push(
            Diagnostic::new(Code::MissingWindow, node.id_span, format!("`{}` has no window", node.id))
                .why("what may come true at any time can never be wrong")
                .help("say when: `window 2027 .. 2030`"),
        );
    }
}
