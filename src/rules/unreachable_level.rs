//! `unreachable-level`: a probability that gates, or facts behind them, leave no room for.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::forecast::{Forecast, Trouble};
use crate::source::Span;
use crate::value::percent;

pub(super) fn check(scene: &Scene<'_>, forecast: &Forecast, out: &mut Diagnostics) {
    for trouble in forecast.troubles() {
        let Trouble::OutOfReach { node, statement, least, most } = trouble else { continue };
        let node = scene.model.node(*node);
        let fact = statement.and_then(|place| node.journal.get(place));
        let (span, stated, when): (Span, String, String) = match (fact, node.prior) {
            (Some(fact), _) => {
                let stated = fact.event.stated().map_or_else(String::new, |stated| stated.to_string());
                (fact.date.span.to(fact.verb), stated, format!(" on {}", fact.date.value))
            }
            (None, Some(prior)) => (prior.span, prior.value.to_string(), String::new()),
            (None, None) => (node.id_span, "what the others leave".to_owned(), String::new()),
        };
        let room = if most - least < 1e-9 {
            format!("gates leave it nothing but {}", percent(*most))
        } else {
            format!("gates leave it {} to {}", percent(*least), percent(*most))
        };
        let message = format!("`{}` is stated at {stated}{when}, and {room}", node.id);
        let diagnostic = Diagnostic::new(Code::UnreachableLevel, span, message).about(node.span);
        out.push(if fact.is_some() {
            diagnostic
                .why("0% and 100% in an edge or a table are gates: with what was known that day, they settle the rest")
                .help("state what the gates leave room for, or put a number short of certainty into the edge")
        } else {
            diagnostic
                .why("0% and 100% in an edge are gates, and gates leave no room beside their sources")
                .help("change one of the two: the level, or the edge that is certain")
        });
    }
}
