//! `contradictory-facts`: a node that is settled twice, or has two probabilities stated on one day, and neither
//! line corrects the other.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::model::{Event, Fact};

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    for node in &scene.model.nodes {
        let plain = |fact: &&Fact| fact.corrects.is_none();
        let outcomes: Vec<&Fact> =
            node.journal.iter().filter(plain).filter(|fact| fact.event.outcome().is_some()).collect();
        if let [first, others @ ..] = outcomes.as_slice() {
            for other in others {
                let same = first.event.outcome() == other.event.outcome();
                let what = if same { "is settled again" } else { "is settled the other way" };
                out.push(contradiction(&node.id, what, first, other));
            }
        }
        let stated = |fact: &&Fact| matches!(fact.event, Event::Probability(_));
        let stated: Vec<&Fact> = node.journal.iter().filter(plain).filter(stated).collect();
        for pair in stated.windows(2) {
            if let [first, other] = pair
                && first.date.value == other.date.value
            {
                out.push(contradiction(&node.id, "is stated twice on one day", first, other));
            }
        }
    }
}

fn contradiction(id: &str, what: &str, first: &Fact, other: &Fact) -> Diagnostic {
    Diagnostic::new(Code::ContradictoryFacts, other.verb, format!("`{id}` {what}"))
        .also(first.verb, "the first time")
        .why("only one of the two can hold")
        .help(format!("to mend the first line, write `{} corrects {} …`", other.date.value, first.date.value))
}
