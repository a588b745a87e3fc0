//! History: what a change did to the past. A journal is added to and never rewritten; `corrects` is the honest way.

use std::collections::BTreeSet;

use super::changes::Change;
use super::edits::shown;
use super::report::{Breach, BreachKind};
use super::units::{Names, Slot, facts_inside};
use super::{Joint, Terms};
use crate::model::{Event, Model};
use crate::source::Span;
use crate::syntax::tree::Fact;
use crate::value::Date;

/// Everything that was done to the past, in the order of the files.
pub(super) fn breaches(
    joint: &Joint,
    found: &[Change<'_>],
    models: [&Model; 2],
    names: &Names,
    terms: &Terms<'_>,
    unreadable: &BTreeSet<String>,
) -> Vec<Breach> {
    // What the base dated later than itself was no past yet.
    let known = terms.past.map_or(terms.today, |(day, _)| day);
    let mut out = Vec::new();
    for change in found.iter().filter(|change| !is_unreadable(change, unreadable)) {
        match change.slot() {
            Some(Slot::Fact) => out.extend(of_line(joint, change, known, terms)),
            Some(Slot::Item) => of_item(joint, change, known, terms, &mut out),
            Some(Slot::Level) => out.extend(of_level(joint, change, models[0], names, known)),
            Some(
                Slot::Edge(_)
                | Slot::Table
                | Slot::Window
                | Slot::Setting(_)
                | Slot::Claim(_)
                | Slot::Redirect
                | Slot::Text(_),
            )
            | None => {}
        }
    }
    out.sort_by(|(one_span, one), (other_span, other)| {
        (one.kind, joint.order(*one_span)).cmp(&(other.kind, joint.order(*other_span)))
    });
    out.into_iter().map(|(_, breach)| breach).collect()
}

/// Whether something seems to be gone from an item that cannot be read whole: it may be there still.
fn is_unreadable(change: &Change<'_>, unreadable: &BTreeSet<String>) -> bool {
    let inside = change.before.as_ref().and_then(|unit| unit.inside.as_ref());
    change.after.is_none() && inside.is_some_and(|inside| unreadable.contains(inside))
}

fn of_line(joint: &Joint, change: &Change<'_>, known: Date, terms: &Terms<'_>) -> Option<(Span, Breach)> {
    let unit = change.unit()?;
    let [before, after] = change.side(|unit| unit.fact().map(|fact| fact.date.value));
    let was_known = before.is_some_and(|date| date <= known);
    let kind = match (was_known, after) {
        (true, Some(_)) => BreachKind::Rewritten,
        (true, None) => BreachKind::Removed,
        (false, Some(date)) if is_old(date, terms) => BreachKind::Backdated,
        (false, _) => return None,
    };
    let date = before.filter(|_| was_known).or(after)?;
    let words = |unit: &super::units::Unit<'_>| {
        let word = unit.fact().map_or("", |fact| fact.event.word());
        let said = shown(joint, unit, change);
        if said.starts_with(word) { said } else { format!("{word} {said}") }
    };
    let breach = Breach {
        kind,
        id: unit.owner.clone(),
        date: Some(date.to_string()),
        days: Some(date.days_until(terms.today)),
        before: change.before.as_ref().map(words),
        after: change.after.as_ref().map(words),
        place: joint.place(unit.span),
    };
    Some((unit.span, breach))
}

fn is_old(date: Date, terms: &Terms<'_>) -> bool {
    date.days_until(terms.today) > terms.backdated_after
}

/// An item that went took its journal with it, and one that came may bring a past.
fn of_item(
    joint: &Joint,
    change: &Change<'_>,
    known: Date,
    terms: &Terms<'_>,
    out: &mut Vec<(Span, Breach)>,
) {
    let [before, after] = change.side(|unit| Some(facts_inside(unit)));
    let (before, mut after) = (before.unwrap_or_default(), after.unwrap_or_default());
    let mut add = |kind, id: String, fact: &Fact| {
        let date = fact.date.value;
        let span: Span = fact.span;
        let line = joint.sources.slice(span);
        let said = line.split_once(' ').map_or(line, |(_, said)| said);
        let said = super::edits::one_line(said);
        let (was, is) = if kind == BreachKind::Removed { (Some(said), None) } else { (None, Some(said)) };
        let breach = Breach {
            kind,
            id,
            date: Some(date.to_string()),
            days: Some(date.days_until(terms.today)),
            before: was,
            after: is,
            place: joint.place(span),
        };
        out.push((span, breach));
    };
    for (id, fact) in before {
        match after.iter().position(|(other, line)| *other == id && *line == fact) {
            Some(place) => {
                after.remove(place);
            }
            None if fact.date.value <= known => add(BreachKind::Removed, id, fact),
            None => {}
        }
    }
    for (id, fact) in after {
        if is_old(fact.date.value, terms) {
            add(BreachKind::Backdated, id, fact);
        }
    }
}

/// A level is what was believed before all facts: to change it after some have come is to change the past.
fn of_level(
    joint: &Joint,
    change: &Change<'_>,
    base: &Model,
    names: &Names,
    known: Date,
) -> Option<(Span, Breach)> {
    let before = change.before.as_ref()?;
    let (_, node) = base.nodes().find(|(_, node)| names.of(&node.id) == before.owner.as_str())?;
    let facts = || node.facts(known).filter(|fact| fact.event != Event::Note);
    let last = facts().last()?;
    let breach = Breach {
        kind: BreachKind::Restated,
        id: before.owner.clone(),
        date: Some(last.date.value.to_string()),
        days: None,
        before: Some(shown(joint, before, change)),
        after: change.after.as_ref().map(|unit| shown(joint, unit, change)),
        place: joint.place(change.unit()?.span),
    };
    Some((change.unit()?.span, breach))
}
