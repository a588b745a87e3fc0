//! `contradictory-facts`: a node that is settled twice, or has two probabilities stated on one day, and neither
//! line corrects the other.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::model::{Event, Fact, Node};

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    for node in &scene.model.nodes {
        let mut settled: Option<&Fact> = None;
        let mut stated: Option<&Fact> = None;
        for fact in node.standing() {
            match (fact.event.outcome(), settled) {
                (Some(outcome), Some(first)) => {
                    let same = first.event.outcome() == Some(outcome);
                    let what = if same { "is settled again" } else { "is settled in another way" };
                    out.push(contradiction(node, what, first, fact));
                }
                (Some(_), None) => settled = Some(fact),
                (None, Some(first)) if matches!(fact.event, Event::Slipped(_)) => {
                    out.push(contradiction(node, "is settled and cannot slip", first, fact));
                }
                (None, _) => {}
            }
            if matches!(fact.event, Event::Probability(_)) {
                if let Some(first) = stated.filter(|first| first.date.value == fact.date.value) {
                    out.push(contradiction(node, "is stated twice on one day", first, fact));
                }
                stated = Some(fact);
            }
        }
    }
}

fn contradiction(node: &Node, what: &str, first: &Fact, other: &Fact) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::ContradictoryFacts, other.verb, format!("`{}` {what}", node.id))
        .about(node.span)
        .also(first.verb, "the first time")
        .why("only one of the two can hold");
    if first.date.value == other.date.value {
        return diagnostic.help("remove one of the two");
    }
    let (date, earlier) = (other.date.value, first.date.value);
    diagnostic.help(format!("to mend the first line, write `{date} corrects {earlier} …`"))
}
