//! The evidence chain: every line of the journal, and of evidence what it weighs and what it does.

#![expect(clippy::wildcard_enum_match_arm, reason = "events and parts are picked out of many")]

use serde::Serialize;

use super::Scene;
use crate::answers::why::{What, Why};
use crate::forecast::Cause;
use crate::model::{Direction, Event, Fact};
use crate::site::Edition;
use crate::site::html::Html;
use crate::site::place::Place;
use crate::site::prose::line;
use crate::site::view::{Link, Signed};
use crate::value::percent;

#[derive(Serialize)]
pub(super) struct View {
    /// Newest first.
    lines: Vec<Line>,
    has_evidence: bool,
}

#[derive(Serialize)]
struct Line {
    date: String,
    verb: &'static str,
    /// `for moderate`, `38%`, `to 2029-06`, `yes`; empty where the verb says it all.
    what: String,
    /// `up` or `down` for evidence, else `flat`.
    way: &'static str,
    by: Option<Link>,
    /// The weight of their word on that day; empty where nobody is named.
    kappa: String,
    /// What it does to the number now; none of what is no evidence.
    points: Option<Signed>,
    /// Whether a later statement has priced it in.
    priced_in: bool,
    text: Html,
    href: String,
    /// The day of the line that it mends; empty where it mends none.
    corrects: String,
    /// Whether a later line mends it.
    mended: bool,
    source: Link,
}

pub(super) fn view(scene: &Scene<'_>) -> View {
    let edition = scene.edition;
    let parts = match edition.why(scene.id) {
        Some(Why::Sum(sum)) => sum.parts.as_slice(),
        _ => &[],
    };
    let last = scene.node.facts(edition.today).filter(|fact| fact.event.stated().is_some()).last();
    let known = scene.node.journal.iter().enumerate().filter(|(_, fact)| fact.date.value <= edition.today);
    let mut lines: Vec<(crate::value::Date, usize, Line)> = known
        .map(|(place, fact)| {
            let own = What::Cause(Cause::Line { node: scene.id, fact: place });
            let points = parts.iter().find(|part| part.what == own).map(|part| Signed::points(part.points));
            let is_evidence = matches!(fact.event, Event::Evidence { .. });
            let priced_in = is_evidence && last.is_some_and(|last| fact.date.value <= last.date.value);
            (fact.date.value, place, entry(scene, fact, points, priced_in))
        })
        .collect();
    lines.sort_by_key(|(date, place, _)| std::cmp::Reverse((*date, *place)));
    View {
        has_evidence: lines.iter().any(|(_, _, line)| line.verb == "evidence"),
        lines: lines.into_iter().map(|(_, _, line)| line).collect(),
    }
}

fn entry(scene: &Scene<'_>, fact: &Fact, points: Option<Signed>, priced_in: bool) -> Line {
    let edition = scene.edition;
    let by = match fact.event {
        Event::Evidence { by, .. } => by,
        _ => None,
    };
    let name = by.and_then(|by| edition.predictor(by));
    Line {
        date: fact.date.value.to_string(),
        verb: fact.event.word(),
        what: what(fact.event),
        way: match fact.event {
            Event::Evidence { direction: Direction::For, .. } | Event::Hit => "up",
            Event::Evidence { direction: Direction::Against, .. } | Event::Missed => "down",
            _ => "flat",
        },
        by: name.map(|one| {
            Link::new(scene.here.to(&Place::of("predictor", &one.id.value)), one.name.value.as_ref())
        }),
        kappa: by
            .map_or_else(String::new, |by| format!("{:.2}", edition.forecast.kappa(by, fact.date.value))),
        points,
        priced_in,
        text: fact.text.as_ref().map(|text| line(edition, scene.here, &text.value)).unwrap_or_default(),
        href: edition.outside(fact.link.as_ref()),
        corrects: fact.corrects.map_or_else(String::new, |date| date.to_string()),
        mended: !scene.node.facts(edition.today).any(|other| std::ptr::eq(other, fact)),
        source: edition.source_link(fact.span),
    }
}

/// What a line says besides its verb.
fn what(event: Event) -> String {
    match event {
        Event::Probability(stated) => percent(stated.value.as_f64()),
        Event::Evidence { direction, ratio, .. } => {
            let word = match direction {
                Direction::For => "for",
                Direction::Against => "against",
            };
            format!("{word} {}", ratio.strength())
        }
        Event::Slipped(window) => format!("to {}", window.value),
        Event::Resolved(outcome) => outcome.word().to_owned(),
        Event::Hit | Event::Missed | Event::Note => String::new(),
    }
}

/// A line in a few words: `evidence for moderate by House`.
pub(super) fn in_short(edition: &Edition<'_>, fact: &Fact) -> String {
    let what = what(fact.event);
    let by = match fact.event {
        Event::Evidence { by: Some(by), .. } => edition.predictor(by),
        _ => None,
    };
    let by = by.map_or_else(String::new, |by| format!(" by {}", by.name.value));
    let gap = if what.is_empty() { "" } else { " " };
    format!("{}{gap}{what}{by}", fact.event.word())
}
