//! Probability over time: the chart, and a table of the same.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Scene;
use crate::forecast::Belief;
use crate::model::{Direction, Event, Outcome};
use crate::site::chart::history::{self, History, Kind, Mark, Point};
use crate::site::html::Html;
use crate::site::view::{Chance, Signed};
use crate::value::{Date, percent};

/// So many rows are shown; of a longer history the days on which something happened to the node itself come first.
const ROWS: usize = 16;
/// Of more points than this the chart leaves out those that are less than so far from the one before.
const POINTS: usize = 60;
const LEAST: f64 = 0.003;

#[derive(Serialize)]
pub(super) struct View {
    chart: Html,
    rows: Vec<Row>,
    /// Rows that were left out; all are in the node's file of data.
    left_out: usize,
    /// How likely it was before all facts.
    before: Option<Chance>,
}

#[derive(Serialize)]
struct Row {
    date: String,
    network: Option<Chance>,
    by: Option<Signed>,
    /// What was stated on that day; none on other days.
    stated: Option<Chance>,
    /// What happened to the node itself; empty where others moved it.
    happened: String,
}

pub(super) fn view(scene: &Scene<'_>) -> View {
    let (edition, node) = (scene.edition, scene.node);
    let mut happened: BTreeMap<Date, Vec<String>> = BTreeMap::new();
    for fact in node.facts(edition.today) {
        happened.entry(fact.date.value).or_default().push(super::journal::in_short(edition, fact));
    }
    let stated: BTreeMap<Date, f64> = node
        .facts(edition.today)
        .filter_map(|fact| Some((fact.date.value, fact.event.stated()?.as_f64())))
        .collect();
    let mut days: BTreeMap<Date, Option<Belief>> = edition.forecast.history(scene.id).collect();
    for date in happened.keys() {
        days.entry(*date).or_insert_with(|| edition.forecast.at_end_of(scene.id, *date));
    }
    let before = edition.forecast.before(scene.id);
    let rows = moves(&days, &happened, before);
    let (rows, left_out) = newest(rows);
    let row = |change: &Change| Row {
        date: change.date.to_string(),
        network: change.belief.map(Chance::new),
        by: change.by.map(Signed::points),
        stated: stated.get(&change.date).map(|stated| Chance::plain(*stated)),
        happened: happened.get(&change.date).map_or_else(String::new, |own| own.join("; ")),
    };
    View {
        chart: chart(scene, &days),
        rows: rows.iter().rev().map(row).collect(),
        left_out,
        before: before.map(Chance::new),
    }
}

/// A day on which the number moved as far as people see it, or something happened to the node.
struct Change {
    date: Date,
    belief: Option<Belief>,
    by: Option<f64>,
    is_own: bool,
}

fn moves(
    days: &BTreeMap<Date, Option<Belief>>,
    happened: &BTreeMap<Date, Vec<String>>,
    before: Option<Belief>,
) -> Vec<Change> {
    let shown = |belief: Option<Belief>| belief.map(|belief| percent(belief.probability));
    let mut last = before;
    let mut last_shown = shown(before);
    let mut changes = Vec::new();
    for (date, belief) in days {
        let now_shown = shown(*belief);
        let is_own = happened.contains_key(date);
        if is_own || now_shown != last_shown {
            let by = belief.zip(last).map(|(new, old)| new.probability - old.probability);
            changes.push(Change { date: *date, belief: *belief, by, is_own });
            (last, last_shown) = (*belief, now_shown);
        }
    }
    changes
}

/// As many as are shown, in the order of days, and how many are left out: the oldest days on which others moved it go
/// first, then the oldest of all.
fn newest(mut changes: Vec<Change>) -> (Vec<Change>, usize) {
    let surplus = changes.len().saturating_sub(ROWS);
    let mut gone = 0;
    changes.retain(|change| {
        let goes = gone < surplus && !change.is_own;
        gone += usize::from(goes);
        !goes
    });
    changes.drain(..changes.len().saturating_sub(ROWS));
    (changes, surplus)
}

/// Leaves out points that nobody could tell from those before them, where there are many.
fn thin(points: &mut Vec<Point>) {
    if points.len() <= POINTS {
        return;
    }
    let last = points.len() - 1;
    let (mut place, mut shown) = (0, f64::NAN);
    points.retain(|point| {
        let is_kept = place == 0 || place == last || (point.probability - shown).abs() >= LEAST;
        if is_kept {
            shown = point.probability;
        }
        place += 1;
        is_kept
    });
}

fn chart(scene: &Scene<'_>, days: &BTreeMap<Date, Option<Belief>>) -> Html {
    let (edition, node) = (scene.edition, scene.node);
    let point = |(date, belief): (&Date, &Option<Belief>)| {
        let belief = (*belief)?;
        Some(Point { date: *date, probability: belief.probability, error: belief.error })
    };
    let mut points: Vec<Point> = days.iter().filter_map(point).collect();
    thin(&mut points);
    if points.is_empty() {
        return Html::new();
    }
    let facts = || node.facts(edition.today);
    let stated = facts().filter_map(|fact| Some((fact.date.value, fact.event.stated()?.as_f64())));
    let marks = facts().filter_map(|fact| {
        let kind = match fact.event {
            Event::Evidence { direction: Direction::For, .. } => Kind::Up,
            Event::Evidence { direction: Direction::Against, .. } => Kind::Down,
            Event::Hit | Event::Resolved(Outcome::Yes) => Kind::Yes,
            Event::Missed | Event::Resolved(Outcome::No | Outcome::Void) => Kind::No,
            Event::Slipped(_) => Kind::Slipped,
            Event::Note => Kind::Note,
            Event::Probability(_) => return None,
        };
        Some(Mark { date: fact.date.value, kind, words: super::journal::in_short(edition, fact) })
    });
    history::chart(&History {
        stated: stated.collect(),
        marks: marks.collect(),
        points,
        window: node.window_on(edition.today).map(|window| [window.first(), window.last()]),
        today: edition.today,
    })
}
