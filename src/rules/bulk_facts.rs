//! `bulk-facts`: many outcomes recorded under one date.
//!
//! That date is most likely the day of typing and not the day of each outcome, and the history of every
//! number then has one step where many belong.

use std::collections::BTreeMap;

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::model::{Fact, Node};
use crate::value::Date;

/// So many outcomes in one day are no coincidence.
const MANY: usize = 8;

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let mut days: BTreeMap<Date, Vec<&Fact>> = BTreeMap::new();
    for fact in scene.model.nodes.iter().flat_map(Node::standing) {
        if fact.event.outcome().is_some() {
            days.entry(fact.date.value).or_default().push(fact);
        }
    }
    for (day, mut facts) in days {
        facts.sort_by_key(|fact| fact.span);
        let (Some(first), Some(second)) = (facts.first(), facts.get(1)) else { continue };
        if facts.len() < MANY {
            continue;
        }
        out.push(
            Diagnostic::new(
                Code::BulkFacts,
                first.date.span,
                format!("{} outcomes are dated {day}", facts.len()),
            )
            .also(second.date.span, "the next of them")
            .why("this looks like the day of typing: the history then shows one step where many belong")
            .help("give each line the day on which its outcome was known"),
        );
    }
}
