//! `future-fact`: a line of the journal dated after the day of the compile. It does not count yet.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    for node in &scene.model.nodes {
        for fact in node.journal.iter().filter(|fact| fact.date.value > scene.today) {
            let message = format!("{} is after {}", fact.date.value, scene.today);
            out.push(
                Diagnostic::new(Code::FutureFact, fact.date.span, message)
                    .about(node.span)
                    .why("the journal holds what is known; this line does not count before its day")
                    .help("mend the date"),
            );
        }
    }
}
