//! `failed-assertion`, `undecided-assertion` and `unanswered-assertion`: what must hold, and does not, or may not.

use super::Scene;
use crate::answers::assertions::{Judged, Verdict};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

pub(super) fn check(scene: &Scene<'_>, judged: Vec<Judged>, out: &mut Diagnostics) {
    for (assertion, judged) in scene.model.assertions.iter().zip(judged) {
        let numbers = judged.numbers();
        let new = |code, message: String| {
            Diagnostic::new(code, assertion.claim.span, message).about(assertion.span)
        };
        let found = match judged.verdict {
            Verdict::Holds => continue,
            Verdict::Fails => new(Code::FailedAssertion, format!("this does not hold: {numbers}"))
                .help("mend the number that is off, or the claim"),
            Verdict::Undecided => {
                new(Code::UndecidedAssertion, format!("this is too near to tell: {numbers}"))
                    .help("sample more with `--worlds N`, or leave the claim more room")
            }
            Verdict::Unanswered(reason) => {
                let message = if numbers.is_empty() { String::new() } else { format!(": {numbers}") };
                new(Code::UnansweredAssertion, format!("this has no answer, {}{message}", reason.words()))
                    .help("remove it, or ask about something else")
            }
        };
        out.push(match &assertion.text {
            Some(text) => found.why(text.value.split_whitespace().collect::<Vec<_>>().join(" ")),
            None => found,
        });
    }
}
