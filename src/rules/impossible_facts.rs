//! `impossible-facts`: facts that gates, tables and choices do not let happen together.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, counted};
use crate::forecast::{Forecast, Reason, Trouble};
use crate::source::Span;
use crate::value::Date;

/// So many lines of a conflict are shown.
const SHOWN: usize = 8;

pub(super) fn check(scene: &Scene<'_>, forecast: &Forecast, out: &mut Diagnostics) {
    for trouble in forecast.troubles() {
        let Trouble::Conflict { reasons, date } = trouble else { continue };
        let mut lines: Vec<(Date, Span, String, Span)> = reasons
            .iter()
            .map(|reason| match reason {
                Reason::Line { node, fact } => {
                    let node = scene.model.node(*node);
                    let fact = node.journal.get(*fact);
                    let (day, span) = fact.map_or((*date, node.id_span), |fact| {
                        (fact.date.value, fact.date.span.to(fact.verb))
                    });
                    let word = fact
                        .and_then(|fact| fact.event.outcome())
                        .map_or("settled", |outcome| outcome.word());
                    (day, span, format!("`{}` {word}", node.id), node.span)
                }
                Reason::Silence { node } => {
                    let node = scene.model.node(*node);
                    let window = node.spanned_window_on(*date);
                    let span = window.map_or(node.id_span, |window| window.span);
                    let day = window.map_or(*date, |window| window.value.last());
                    (day, span, format!("the silence about `{}`", node.id), node.span)
                }
            })
            .collect();
        lines.sort_by_key(|(day, span, ..)| (*day, *span));
        let Some((_, span, what, about)) = lines.pop() else { continue };
        let message = match lines.as_slice() {
            [] => format!("{what} is not possible in this network"),
            [(_, _, other, _)] => format!("{other} and {what} cannot both be"),
            others => format!("{what} and {} cannot all be", counted(others.len(), "other fact")),
        };
        let mut diagnostic = Diagnostic::new(Code::ImpossibleFacts, span, message)
            .about(about)
            .why("gates (0% and 100%) between these nodes leave no world in which all of this is so")
            .help(
                "correct a line with `corrects`, or put a number short of certainty into the edge or table",
            );
        for (_, span, what, _) in lines.iter().take(SHOWN) {
            diagnostic = diagnostic.also(*span, what.clone());
        }
        out.push(diagnostic);
    }
}
