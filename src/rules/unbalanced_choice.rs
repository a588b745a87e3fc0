//! `unbalanced-choice`: exactly one scenario of a choice comes true, so their probabilities sum to one.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, counted};
use crate::model::Node;
use crate::value::Probability;

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let model = scene.model;
    for choice in model.choices.iter().filter(|choice| !choice.broken) {
        let mut scenarios: Vec<&Node> = choice.scenarios.iter().map(|id| model.node(*id)).collect();
        scenarios.sort_by_key(|node| node.span);
        let id = &choice.id.value;
        if scenarios.len() < 2 {
            out.push(
                Diagnostic::new(
                    Code::UnbalancedChoice,
                    choice.id.span,
                    format!("a choice of {}", counted(scenarios.len(), "scenario")),
                )
                .help("exactly one comes true: a choice has at least two, the last perhaps with `rest`"),
            );
            continue;
        }
        let rests: Vec<&&Node> = scenarios.iter().filter(|node| node.rest).collect();
        if let [first, second, ..] = rests.as_slice() {
            out.push(
                Diagnostic::new(Code::UnbalancedChoice, second.id_span, format!("a second `rest` in `{id}`"))
                    .also(first.id_span, "the first")
                    .help("give one of the two a probability"),
            );
            continue;
        }
        if let Some(silent) = scenarios.iter().find(|node| !node.rest && node.prior.is_none()) {
            out.push(
                Diagnostic::new(
                    Code::UnbalancedChoice,
                    silent.id_span,
                    format!("`{}` has neither a probability nor `rest`", silent.id),
                )
                .help("the scenarios of a choice sum to 100%: say how likely this one is"),
            );
            continue;
        }
        let stated = scenarios.iter().filter_map(|node| node.prior);
        let sum = stated.fold(Probability::ZERO, |sum, prior| sum.plus(prior.value));
        let new = |message: String| {
            let first = Diagnostic::new(Code::UnbalancedChoice, choice.id.span, message)
                .why("exactly one of them comes true");
            scenarios
                .iter()
                .filter_map(|node| node.prior)
                .take(8)
                .fold(first, |diagnostic, prior| diagnostic.also(prior.span, ""))
        };
        if rests.is_empty() && sum != Probability::ONE {
            let help = if sum < Probability::ONE {
                "raise one, or write `rest` for one of them"
            } else {
                "lower one of them"
            };
            out.push(new(format!("`{id}` sums to {sum}, expected 100%")).help(help));
        } else if !rests.is_empty() && sum >= Probability::ONE {
            out.push(
                new(format!("`{id}` sums to {sum}: nothing is left for `rest`")).help("lower one of them"),
            );
        }
    }
}
