//! `statement-after-resolution`: a probability stated for what is already settled.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::model::{Event, Fact};

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    for node in &scene.model.nodes {
        let Some(settled) = node.standing().find(|fact| fact.event.outcome().is_some()) else { continue };
        let is_late = |fact: &&Fact| {
            matches!(fact.event, Event::Probability(_)) && fact.date.value >= settled.date.value
        };
        for fact in node.standing().filter(is_late) {
            out.push(
                Diagnostic::new(
                    Code::StatementAfterResolution,
                    fact.date.span.to(fact.verb),
                    format!("`{}` was settled on {}", node.id, settled.date.value),
                )
                .about(node.span)
                .also(settled.date.span.to(settled.verb), "here")
                .why("what is known to have happened has no probability")
                .help("remove the statement, or correct the outcome with `corrects`"),
            );
        }
    }
}
