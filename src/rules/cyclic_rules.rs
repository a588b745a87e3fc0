//! `cyclic-rules`: rules that ask about each other's badges, round in a circle.

use std::collections::{BTreeMap, VecDeque};

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::model::{self, RuleId};
use crate::source::Span;

/// So many rules of a circle are named; of a longer one the first and the last.
const SHOWN: usize = 8;

/// The rules that each rule asks about, with the words that ask.
type Asks = Vec<Vec<(RuleId, Span)>>;

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let network = scene.model;
    let asks: Asks = network.rules.iter().map(|rule| rule.asks()).collect();
    let parts =
        model::circular(asks.len(), asks.iter().map(|asked| asked.iter().map(|(rule, _)| rule.index())));
    let parts = parts.into_iter().map(|part| part.into_iter().map(RuleId::new).collect::<Vec<_>>());
    let mut circles: Vec<Vec<(RuleId, Span)>> = parts.filter_map(|part| circle(&part, &asks)).collect();
    circles.sort();
    for circle in circles {
        let [(first, span), others @ ..] = circle.as_slice() else { continue };
        let id = |rule: &RuleId| network.rule(*rule).id.value.to_string();
        let mut way: Vec<String> = circle.iter().map(|(rule, _)| id(rule)).chain([id(first)]).collect();
        if way.len() > 2 * SHOWN {
            let left_out = format!("… {} more …", way.len() - 2 * SHOWN);
            way.splice(SHOWN..way.len() - SHOWN, [left_out]);
        }
        let message = if others.is_empty() {
            format!("the rule `{}` asks about its own badge", id(first))
        } else {
            format!("a circle: {}", way.join(" -> "))
        };
        let diagnostic = Diagnostic::new(Code::CyclicRules, *span, message)
            .why("each badge would hang on itself, and nothing says where to begin")
            .help("let one of them ask for the fields themselves");
        let label = |diagnostic: Diagnostic, (_, span): &(RuleId, Span)| diagnostic.also(*span, "and here");
        out.push(others.iter().take(SHOWN).fold(diagnostic, label));
    }
}

/// A shortest way from the first rule of a part round to itself: each rule, with its words that ask for the next.
fn circle(part: &[RuleId], asks: &Asks) -> Option<Vec<(RuleId, Span)>> {
    let start = *part.first()?;
    let mut came_by: BTreeMap<RuleId, (RuleId, Span)> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(rule) = queue.pop_front() {
        for (next, span) in asks.get(rule.index()).into_iter().flatten() {
            if *next == start {
                let mut way = vec![(rule, *span)];
                let mut at = rule;
                while at != start {
                    let (before, span) = *came_by.get(&at)?;
                    way.push((before, span));
                    at = before;
                }
                way.reverse();
                return Some(way);
            }
            if part.binary_search(next).is_ok() && !came_by.contains_key(next) {
                came_by.insert(*next, (rule, *span));
                queue.push_back(*next);
            }
        }
    }
    None
}
