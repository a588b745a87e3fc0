//! `statement-after-resolution`: a probability stated for what is already settled.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::model::Event;

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    for node in &scene.model.nodes {
        let settled = node.journal.iter().find(|fact| fact.event.outcome().is_some());
        let Some(settled) = settled else { continue };
        for fact in &node.journal {
            if matches!(fact.event, Event::Probability(_))
                && fact.date.value >= settled.date.value
                && fact.corrects.is_none()
            {
                out.push(
                    Diagnostic::new(
                        Code::StatementAfterResolution,
                        fact.date.span.to(fact.verb),
                        format!("`{}` was settled on {}", node.id, settled.date.value),
                    )
                    .also(settled.date.span.to(settled.verb), "here")
                    .why("what is known to have happened has no probability")
                    .help("remove the statement, or correct the outcome with `corrects`"),
                );
            }
        }
    }
}
