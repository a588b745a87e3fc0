//! `milestone-outside-window`: a milestone that may come only when its node is already decided.
//!
//! Milestones before the window are signs of what is to come and are fine.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let model = scene.model;
    for milestone in &model.nodes {
        let Some(parent) = milestone.parent.map(|parent| model.node(parent)) else { continue };
        let (Some(own), Some(outer)) = (milestone.window, parent.window) else { continue };
        if own.value.last() > outer.value.last() {
            out.push(
                Diagnostic::new(
                    Code::MilestoneOutsideWindow,
                    own.span,
                    format!(
                        "`{}` may come after `{}` is decided, on {}",
                        milestone.id,
                        parent.id,
                        outer.value.last()
                    ),
                )
                .also(outer.span, "this window ends first")
                .why("a milestone that comes later tells nothing in time")
                .help("mend one of the windows, or make it an item of its own"),
            );
        }
    }
}
