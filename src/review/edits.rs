//! Edits: changes in words, in the order of their weight.

#![expect(clippy::wildcard_enum_match_arm, reason = "a few kinds of clauses have words of their own")]

use super::Joint;
use super::changes::Change;
use super::report::{Edit, EditKind, Way};
use super::units::{Body, Slot, Unit};
use crate::model::{Model, NodeId};
use crate::syntax::tree::{self, Effect, Event, Fact, Head, Says};

/// The changes as edits, and which change each of them is.
pub(super) fn edits(joint: &Joint, found: &[Change<'_>], models: [&Model; 2]) -> (Vec<usize>, Vec<Edit>) {
    let mut all: Vec<(usize, Edit)> = found
        .iter()
        .enumerate()
        .filter_map(|(at, change)| Some((at, edit(joint, change, models)?)))
        .collect();
    let order = |change: &Change<'_>| change.unit().map(|unit| joint.order(unit.span));
    let orders: Vec<_> = found.iter().map(order).collect();
    all.sort_by(|(at, one), (of, other)| {
        one.kind.cmp(&other.kind).then_with(|| orders.get(*at).cmp(&orders.get(*of)))
    });
    for (number, (_, edit)) in all.iter_mut().enumerate() {
        edit.number = number + 1;
    }
    let reasons: Vec<(String, String, String)> = all
        .iter()
        .filter(|(_, edit)| edit.kind == EditKind::Note && edit.way == Way::Added)
        .filter_map(|(_, edit)| Some((edit.id.clone(), edit.date.clone()?, edit.why.clone()?)))
        .collect();
    // A number without a day gives no reason: a note that was added with it may.
    for (_, edit) in all.iter_mut().filter(|(_, edit)| edit.kind == EditKind::Statement && edit.why.is_none())
    {
        let last = reasons.iter().filter(|(id, ..)| *id == edit.id).max_by_key(|(_, date, _)| date);
        edit.why = last.map(|(.., why)| why.clone());
    }
    all.into_iter().unzip()
}

fn edit(joint: &Joint, change: &Change<'_>, models: [&Model; 2]) -> Option<Edit> {
    let unit = change.unit()?;
    let fact = unit.fact();
    let way = match (&change.before, &change.after) {
        (None, _) => Way::Added,
        (_, None) => Way::Removed,
        (Some(_), Some(_)) => Way::Changed,
    };
    let words = |unit: &Option<Unit<'_>>| unit.as_ref().map(|unit| shown(joint, unit, change));
    let evidence_by = fact.and_then(|fact| match &fact.event {
        Event::Evidence { by, .. } => by.as_ref().map(|by| by.value.to_string()),
        Event::Probability(_)
        | Event::Hit
        | Event::Missed
        | Event::Slipped(_)
        | Event::Resolved(_)
        | Event::Note => None,
    });
    let kind = if is_reworded(change) { EditKind::Text } else { kind(unit) };
    let by = match (kind, evidence_by) {
        (_, Some(by)) => vec![by],
        (EditKind::Statement, None) => voices(models, &unit.owner),
        _ => Vec::new(),
    };
    let text = fact.and_then(|fact| fact.text.as_ref()).or(unit.edge().and_then(|edge| edge.text.as_ref()));
    Some(Edit {
        number: 0,
        kind,
        way,
        id: unit.owner.clone(),
        what: if is_reworded(change) { format!("words of {}", what(unit)) } else { what(unit) },
        before: words(&change.before),
        after: words(&change.after),
        by,
        why: text.filter(|_| kind != EditKind::Text).map(|text| one_line(&text.value)),
        date: fact.map(|fact| fact.date.value.to_string()),
        corrects: fact.and_then(|fact| fact.corrects).map(|day| day.value.to_string()),
        place: joint.place(unit.span),
    })
}

/// Text in one line.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn kind(unit: &Unit<'_>) -> EditKind {
    match &unit.slot {
        Slot::Item => EditKind::Item,
        Slot::Level => EditKind::Statement,
        Slot::Edge(_) => EditKind::Edge,
        Slot::Table => EditKind::Table,
        Slot::Window => EditKind::Window,
        Slot::Setting(_) => EditKind::Setting,
        Slot::Claim(_) => EditKind::Claim,
        Slot::Redirect => EditKind::Redirect,
        // What silences a diagnostic is no mere text.
        Slot::Text(word) if silences(word) => EditKind::Setting,
        Slot::Text(_) => EditKind::Text,
        Slot::Fact => match unit.fact().map(|fact| &fact.event) {
            Some(Event::Probability(_)) => EditKind::Statement,
            Some(Event::Evidence { .. }) => EditKind::Evidence,
            Some(Event::Hit | Event::Missed | Event::Resolved(_)) => EditKind::Outcome,
            Some(Event::Slipped(_)) => EditKind::Window,
            Some(Event::Note) | None => EditKind::Note,
        },
    }
}

/// Whether a clause sets the level of a diagnostic.
pub(super) fn silences(word: &str) -> bool {
    word.starts_with("allow ") || word.starts_with("lint ")
}

/// Whether of an edge its words changed and nothing else.
fn is_reworded(change: &Change<'_>) -> bool {
    let [Some(before), Some(after)] = change.side(Unit::edge) else { return false };
    (before.relation, &before.effect, &before.lag) == (after.relation, &after.effect, &after.lag)
}

/// What was edited, in a few words.
fn what(unit: &Unit<'_>) -> String {
    match &unit.slot {
        Slot::Item => match unit.item().map(|item| &item.head) {
            Some(Head::Named { kind, .. }) => kind.word().to_owned(),
            _ => "item".to_owned(),
        },
        Slot::Level => if unit.owner.contains('.') { "confidence" } else { "probability" }.to_owned(),
        Slot::Edge(source) => {
            let relation = unit.edge().map_or("edge", |edge| edge.relation.value.words());
            format!("{relation} {source}")
        }
        Slot::Table => "table".to_owned(),
        Slot::Window => "window".to_owned(),
        Slot::Setting(word) | Slot::Text(word) => word.clone(),
        Slot::Claim(claim) => if claim.is_empty() { "rule" } else { "assert" }.to_owned(),
        Slot::Redirect => "redirect".to_owned(),
        Slot::Fact => unit.fact().map_or_else(String::new, |fact| fact.event.word().to_owned()),
    }
}

/// What stands there, for people.
pub(super) fn shown(joint: &Joint, unit: &Unit<'_>, change: &Change<'_>) -> String {
    if let Some(fact) = unit.fact() {
        return fact_words(joint, fact, change);
    }
    if let Some(edge) = unit.edge() {
        return edge_words(joint, edge, change);
    }
    match (&unit.body, unit.item().map(|item| &item.head)) {
        (_, Some(Head::Named { title, .. })) => return title.value.to_string(),
        (_, Some(Head::Given { .. })) => return rows(unit, change),
        (_, Some(Head::Redirect { old, new })) => return format!("{} → {}", old.value, new.value),
        _ => {}
    }
    let words = match unit.body {
        Body::Clause(clause) => match &clause.says {
            Says::Probability(p) | Says::Confidence(p) | Says::Rate(p) => return p.value.to_string(),
            _ => {
                let keyword = match &unit.slot {
                    Slot::Text(word) => word.as_str(),
                    _ => joint.sources.slice(clause.word),
                };
                unit.words.strip_prefix(keyword).unwrap_or(&unit.words).trim()
            }
        },
        Body::Item(_) | Body::Title => unit.words.as_str(),
    };
    one_line(words.strip_prefix('"').and_then(|words| words.strip_suffix('"')).unwrap_or(words))
}

/// A line without its date, its subject and its text, unless its text is what was changed.
fn fact_words(joint: &Joint, fact: &Fact, change: &Change<'_>) -> String {
    let corrects = match change.side(|unit| unit.fact().map(|fact| fact.corrects)) {
        [Some(before), Some(after)] if before != after => {
            fact.corrects.map(|day| format!("corrects {} ", day.value)).unwrap_or_default()
        }
        _ => String::new(),
    };
    let event = match &fact.event {
        Event::Probability(p) => p.value.to_string(),
        Event::Evidence { strength, by } => {
            let words = one_line(joint.sources.slice(strength.span));
            let words = match strength.direction {
                Some(_) => words,
                None => format!("for {words}"),
            };
            by.as_ref().map_or(words.clone(), |by| format!("{words} by {}", by.value))
        }
        Event::Hit | Event::Missed => fact.event.word().to_owned(),
        Event::Slipped(window) => format!("to {}", joint.sources.slice(window.span)),
        Event::Resolved(outcome) => outcome.word().to_owned(),
        Event::Note => String::new(),
    };
    let date = match change.side(|unit| unit.fact().map(|fact| fact.date.value)) {
        [Some(before), Some(after)] if before != after => format!("{} ", fact.date.value),
        _ => String::new(),
    };
    let texts = change.side(|unit| unit.fact().map(|fact| (fact.text.clone(), fact.link.clone())));
    let text = match texts {
        [Some(before), Some(after)] if before != after => {
            fact.text.as_ref().map(|text| one_line(&text.value)).unwrap_or_default()
        }
        _ if fact.event == Event::Note => {
            fact.text.as_ref().map(|text| one_line(&text.value)).unwrap_or_default()
        }
        _ => String::new(),
    };
    [date + &corrects + &event, text]
        .iter()
        .map(|part| part.trim())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(": ")
}

fn edge_words(joint: &Joint, edge: &tree::Edge, change: &Change<'_>) -> String {
    let mut out = match &edge.effect {
        Effect::Numbers { yes, no } => format!("{} else {}", yes.value, no.value),
        Effect::Strength(strength) => one_line(joint.sources.slice(strength.span)),
    };
    let edges = change.side(Unit::edge);
    if is_reworded(change) {
        return edge.text.as_ref().map(|text| one_line(&text.value)).unwrap_or_default();
    }
    if let [Some(before), Some(after)] = edges {
        if before.relation != after.relation {
            out = format!("{} {out}", edge.relation.value.words());
        }
        if before.lag != after.lag {
            out.push_str(&match &edge.lag {
                Some(lag) => format!(" lag {}", joint.sources.slice(lag.span)),
                None => " without a lag".to_owned(),
            });
        }
        if before.text != after.text {
            out.push_str(
                &edge.text.as_ref().map(|text| format!(": {}", one_line(&text.value))).unwrap_or_default(),
            );
        }
    }
    out
}

/// The rows of a table that the other side has not.
fn rows(unit: &Unit<'_>, change: &Change<'_>) -> String {
    let rows = |unit: &Unit<'_>| -> Vec<String> {
        let body = unit.item().map(|item| item.body.as_slice()).unwrap_or_default();
        let row = |clause: &tree::Clause| match &clause.says {
            Says::Row { cells, probability } => {
                let cells: Vec<&str> =
                    cells.iter().map(|cell| if cell.value { "yes" } else { "no" }).collect();
                Some(format!("{} {}", cells.join(" "), probability.value))
            }
            _ => None,
        };
        body.iter().filter_map(row).collect()
    };
    let other = if change.before.as_ref().is_some_and(|before| before.span == unit.span) {
        &change.after
    } else {
        &change.before
    };
    let others = other.as_ref().map(rows).unwrap_or_default();
    let own: Vec<String> = rows(unit).into_iter().filter(|row| !others.contains(row)).collect();
    own.join(", ")
}

/// Who says what an item says.
fn voices(models: [&Model; 2], owner: &str) -> Vec<String> {
    let of = |model: &Model, id: NodeId| -> Vec<String> {
        let by = model.node(id).by.iter().filter_map(|by| model.predictors.get(by.index()));
        by.map(|predictor| predictor.id.value.to_string()).collect()
    };
    let mut newest = models.iter().rev();
    newest.find_map(|model| Some(of(model, model.find(owner)?))).unwrap_or_default()
}
