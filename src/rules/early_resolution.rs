//! `early-resolution`: an outcome recorded before the window opens.
//!
//! Says nothing of `void`, which may come at any time.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::model::{Event, Outcome};

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    for node in &scene.model.nodes {
        let Some(window) = node.window else { continue };
        for fact in node.standing() {
            let is_outcome = matches!(fact.event, Event::Resolved(Outcome::Yes | Outcome::No));
            if !is_outcome || fact.date.value >= window.value.first() {
                continue;
            }
            out.push(
                Diagnostic::new(
                    Code::EarlyResolution,
                    fact.date.span,
                    format!("`{}` is resolved before its window opens on {}", node.id, window.value.first()),
                )
                .about(node.span)
                .also(window.span, "the window")
                .why("early answers lean to yes: what has not happened yet is not recorded early")
                .help("mend the date or the window; if it truly is settled, say so with `allow early-resolution \"…\"`"),
            );
        }
    }
}
