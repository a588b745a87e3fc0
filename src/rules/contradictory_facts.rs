//! `contradictory-facts`: a node that is settled twice, and neither line corrects the other.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::model::Fact;

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    for node in &scene.model.nodes {
        let outcomes: Vec<&Fact> = node
            .journal
            .iter()
            .filter(|fact| fact.event.outcome().is_some() && fact.corrects.is_none())
            .collect();
        let [first, others @ ..] = outcomes.as_slice() else { continue };
        for other in others {
            let same = first.event.outcome() == other.event.outcome();
            let what = if same { "settled again" } else { "settled the other way" };
            out.push(
                Diagnostic::new(Code::ContradictoryFacts, other.verb, format!("`{}` is {what}", node.id))
                    .also(first.verb, "the first time")
                    .why("only one of the two can be how it ended")
                    .help(format!(
                        "to mend the first line, write `{} corrects {} …`",
                        other.date.value, first.date.value
                    )),
            );
        }
    }
}
