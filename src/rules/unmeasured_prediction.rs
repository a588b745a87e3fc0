//! `unmeasured-prediction`: a prediction without `measure` and without milestones: nothing can decide it.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::model::{NodeKind, ProseKind};

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    for node in scene.model.nodes.iter().filter(|node| node.kind == NodeKind::Prediction && !node.broken) {
        let is_measured = node.prose(ProseKind::Measure).next().is_some() || !node.milestones.is_empty();
        if is_measured || !node.state(scene.today).is_open() {
            continue;
        }
        out.push(
            Diagnostic::new(
                Code::UnmeasuredPrediction,
                node.id_span,
                format!("nothing can decide `{}`", node.id),
            )
            .why("in the end two readers would resolve it in two ways")
            .help("say how it will be decided, and by whose figures: `measure \"…\"`, or add a milestone"),
        );
    }
}
