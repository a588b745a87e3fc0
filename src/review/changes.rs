//! Changes: the units of two networks, set against each other.
//!
//! What both say is left out, wherever it stands. What is left is paired: the same clause of the same item, the same
//! edge, lines of one journal that are alike. Nothing here knows what a change does to numbers, only whether it could.

use std::collections::{BTreeMap, VecDeque};

use super::units::{Slot, Unit};
use crate::syntax::tree::{Event, Fact, Head, Kind, Says};
use crate::value::Date;

/// One change: what stood there, and what stands there now.
#[derive(Clone, Debug)]
pub(super) struct Change<'a> {
    pub(super) before: Option<Unit<'a>>,
    pub(super) after: Option<Unit<'a>>,
}

impl<'a> Change<'a> {
    /// The newer of its two sides.
    pub(super) fn unit(&self) -> Option<&Unit<'a>> {
        self.after.as_ref().or(self.before.as_ref())
    }

    pub(super) fn owner(&self) -> &str {
        self.unit().map_or("", |unit| unit.owner.as_str())
    }

    pub(super) fn slot(&self) -> Option<&Slot> {
        self.unit().map(|unit| &unit.slot)
    }

    /// Whether numbers could change with it.
    pub(super) fn may_move(&self, silence_counts: bool) -> bool {
        match self.slot() {
            Some(Slot::Level | Slot::Table | Slot::Setting(_)) => true,
            Some(Slot::Window) => silence_counts,
            Some(Slot::Edge(_)) => match (self.side(|unit| unit.edge()), self.is_pair()) {
                ([Some(before), Some(after)], true) => {
                    (before.relation, &before.effect) != (after.relation, &after.effect)
                }
                _ => true,
            },
            Some(Slot::Fact) => {
                let [before, after] = self.side(Unit::fact);
                let counts = |fact: &Fact| match fact.event {
                    Event::Note => false,
                    Event::Slipped(_) => silence_counts,
                    Event::Probability(_)
                    | Event::Evidence { .. }
                    | Event::Hit
                    | Event::Missed
                    | Event::Resolved(_) => true,
                };
                let same = match (before, after) {
                    (Some(before), Some(after)) => {
                        (before.date, before.corrects, &before.event)
                            == (after.date, after.corrects, &after.event)
                    }
                    _ => false,
                };
                !same && [before, after].into_iter().flatten().any(counts)
            }
            Some(Slot::Item) => {
                let kind = |unit: &Unit<'_>| match unit.item().map(|item| &item.head) {
                    Some(Head::Named { kind, .. }) => Some(*kind),
                    _ => None,
                };
                let bears = |kind: Kind| !matches!(kind, Kind::Document | Kind::Ticker | Kind::Rule);
                self.side(kind).into_iter().flatten().any(bears)
            }
            Some(Slot::Claim(_) | Slot::Redirect | Slot::Text(_)) | None => false,
        }
    }

    fn is_pair(&self) -> bool {
        self.before.is_some() && self.after.is_some()
    }

    /// Something of both sides.
    pub(super) fn side<T>(&self, of: impl Fn(&Unit<'a>) -> Option<T>) -> [Option<T>; 2] {
        [self.before.as_ref().and_then(&of), self.after.as_ref().and_then(&of)]
    }
}

/// What differs, in the order of owners and slots.
pub(super) fn changes<'a>(base: Vec<Unit<'a>>, head: Vec<Unit<'a>>) -> Vec<Change<'a>> {
    let mut groups: BTreeMap<(String, Slot), (Vec<Unit<'a>>, Vec<Unit<'a>>)> = BTreeMap::new();
    for unit in base {
        groups.entry((unit.owner.clone(), unit.slot.clone())).or_default().0.push(unit);
    }
    for unit in head {
        groups.entry((unit.owner.clone(), unit.slot.clone())).or_default().1.push(unit);
    }
    let mut out = Vec::new();
    for ((_, slot), (before, after)) in groups {
        let (before, after) = without_common(before, after);
        if slot == Slot::Fact {
            pair_facts(before, after, &mut out);
        } else {
            pair(before, after, &mut out);
        }
    }
    out
}

/// Takes away what both sides say, word for word, as often as both say it.
fn without_common<'a>(before: Vec<Unit<'a>>, after: Vec<Unit<'a>>) -> (Vec<Unit<'a>>, Vec<Unit<'a>>) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for unit in &before {
        *counts.entry(&unit.words).or_default() += 1;
    }
    let mut common: BTreeMap<String, usize> = BTreeMap::new();
    let mut left: Vec<bool> = Vec::with_capacity(after.len());
    for unit in &after {
        let found = counts.get_mut(unit.words.as_str()).filter(|count| **count > 0);
        left.push(found.is_none());
        if let Some(count) = found {
            *count -= 1;
            *common.entry(unit.words.clone()).or_default() += 1;
        }
    }
    let after = after.into_iter().zip(left).filter(|(_, left)| *left).map(|(unit, _)| unit).collect();
    let is_left = |unit: &Unit<'_>| match common.get_mut(&unit.words).filter(|count| **count > 0) {
        Some(count) => {
            *count -= 1;
            false
        }
        None => true,
    };
    (before.into_iter().filter(is_left).collect(), after)
}

/// Whether two units say the same, however it is written.
fn says_the_same(before: &Unit<'_>, after: &Unit<'_>) -> bool {
    match (before.fact(), after.fact(), before.edge(), after.edge()) {
        (Some(one), Some(other), ..) => {
            // The subject may be written in two ways; that of units in one group is the same.
            (one.date, one.corrects, &one.event, &one.text, &one.link)
                == (other.date, other.corrects, &other.event, &other.text, &other.link)
        }
        (.., Some(one), Some(other)) => one == other && before.item().is_none() && after.item().is_none(),
        _ => match (&before.body, &after.body) {
            (super::units::Body::Clause(one), super::units::Body::Clause(other)) => {
                one == other && !matches!(one.says, Says::Item(_))
            }
            _ => false,
        },
    }
}

fn pair<'a>(before: Vec<Unit<'a>>, after: Vec<Unit<'a>>, out: &mut Vec<Change<'a>>) {
    let (mut before, mut after) = (before.into_iter(), after.into_iter());
    loop {
        match (before.next(), after.next()) {
            (None, None) => return,
            (Some(before), Some(after)) if says_the_same(&before, &after) => {}
            (before, after) => out.push(Change { before, after }),
        }
    }
}

/// Lines of one journal: those of one day and one verb belong together, then those of one verb with the same words.
fn pair_facts<'a>(before: Vec<Unit<'a>>, after: Vec<Unit<'a>>, out: &mut Vec<Change<'a>>) {
    let said = |fact: &Fact| {
        let text = fact.text.as_ref().map(|text| text.value.to_string());
        let link = fact.link.as_ref().map(|link| link.value.to_string());
        (Some(fact.date.value), fact.event.word(), fact.corrects.map(|day| day.value), text, link)
    };
    let alike_in_all = |one: &Unit<'a>, other: &Unit<'a>| says_the_same(one, other);
    let (before, after, _) = match_up(before, after, said, alike_in_all);
    let of_day = |fact: &Fact| {
        (Some(fact.date.value), fact.event.word(), None::<Date>, None::<String>, None::<String>)
    };
    let (before, after, pairs) = match_up(before, after, of_day, |_, _| true);
    out.extend(pairs);
    let of_text = |fact: &Fact| {
        let text = fact.text.as_ref().map(|text| text.value.to_string());
        (None::<Date>, fact.event.word(), None::<Date>, text, None::<String>)
    };
    let has_text = |unit: &Unit<'a>, _: &Unit<'a>| unit.fact().is_some_and(|fact| fact.text.is_some());
    let (before, after, pairs) = match_up(before, after, of_text, has_text);
    out.extend(pairs);
    out.extend(before.into_iter().map(|unit| Change { before: Some(unit), after: None }));
    out.extend(after.into_iter().map(|unit| Change { before: None, after: Some(unit) }));
}

/// What remains of two lists, and the pairs of those that have one key and are alike.
type Matched<'a> = (Vec<Unit<'a>>, Vec<Unit<'a>>, Vec<Change<'a>>);

/// Of so many lines with one key a partner is looked for.
const CANDIDATES: usize = 32;

fn match_up<'a, K: Ord>(
    before: Vec<Unit<'a>>,
    after: Vec<Unit<'a>>,
    key: impl Fn(&Fact) -> K,
    alike: impl Fn(&Unit<'a>, &Unit<'a>) -> bool,
) -> Matched<'a> {
    let mut places: BTreeMap<K, VecDeque<usize>> = BTreeMap::new();
    for (place, unit) in after.iter().enumerate() {
        if let Some(fact) = unit.fact() {
            places.entry(key(fact)).or_default().push_back(place);
        }
    }
    let mut after: Vec<Option<Unit<'a>>> = after.into_iter().map(Some).collect();
    let (mut left, mut pairs) = (Vec::new(), Vec::new());
    for unit in before {
        let found = unit.fact().and_then(|fact| {
            let places = places.get_mut(&key(fact))?;
            let is_alike = |place: &usize| {
                after.get(*place).and_then(Option::as_ref).is_some_and(|other| alike(&unit, other))
            };
            let at = places.iter().take(CANDIDATES).position(is_alike)?;
            places.remove(at)
        });
        match found.and_then(|place| after.get_mut(place)?.take()) {
            Some(other) => pairs.push(Change { before: Some(unit), after: Some(other) }),
            None => left.push(unit),
        }
    }
    (left, after.into_iter().flatten().collect(), pairs)
}
