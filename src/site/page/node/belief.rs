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
    let mut last = before;
    let mut rows = Vec::new();
    for (date, belief) in &days {
        let own = happened.get(date);
        let shown = |belief: &Option<Belief>| belief.map(|belief| percent(belief.probability));
        if own.is_none() && shown(belief) == shown(&last) {
            continue;
        }
        let by = belief.zip(last).map(|(new, old)| Signed::points(new.probability - old.probability));
        rows.push(Row {
            date: date.to_string(),
            network: belief.map(Chance::new),
            by,
            stated: stated.get(date).map(|stated| Chance::plain(*stated)),
            happened: own.map_or_else(String::new, |own| own.join("; ")),
        });
        last = *belief;
    }
    let all = rows.len();
    if rows.len() > ROWS {
        let mut others = rows.iter().filter(|row| row.happened.is_empty()).count();
        // The oldest days on which others moved it go first, then the oldest of all.
        let surplus = all - ROWS;
        let mut gone = 0;
        rows.retain(|row| {
            let goes = gone < surplus && others > 0 && row.happened.is_empty();
            if row.happened.is_empty() {
                others -= 1;
            }
            gone += usize::from(goes);
            !goes
        });
        rows.drain(..rows.len().saturating_sub(ROWS));
    }
    let left_out = all - rows.len();
    rows.reverse();
    View { chart: chart(scene, &days), rows, left_out, before: before.map(Chance::new) }
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
