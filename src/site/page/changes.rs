//! Changes: the lines of all journals by date, the latest first, with what their day did to the number.
//!
//! The first page holds the latest; where there is too much for it, older years have pages of their own, and a year
//! with too much is spread over its months.

#![expect(clippy::wildcard_enum_match_arm, reason = "what to tell of a line is picked out of its event")]

use serde::Serialize;

use super::milestones::{month, month_name};
use super::row::{Shift, outside, predictors};
use crate::model::{Direction, Event, Fact};
use crate::site::Plan;
use crate::site::edition::Edition;
use crate::site::html::Html;
use crate::site::index::Line;
use crate::site::place::Place;
use crate::site::prose::line;
use crate::site::view::{Head, Link, NodeLink};
use crate::value::percent;

/// More lines than this are spread over several pages.
const MOST: usize = 500;

#[derive(Serialize)]
struct View {
    months: Vec<Month>,
    /// All pages of changes; empty if there is but one.
    pages: Vec<Page>,
    /// How many lines there are on all pages.
    total: usize,
    /// What is on this page, if that is not all: `2025`.
    name: String,
}

#[derive(Serialize)]
struct Page {
    link: Link,
    count: usize,
    here: bool,
}

#[derive(Serialize)]
struct Month {
    /// `November 2026`.
    name: String,
    days: Vec<Day>,
}

#[derive(Serialize)]
struct Day {
    date: String,
    lines: Vec<LineView>,
}

#[derive(Serialize)]
struct LineView {
    node: NodeLink,
    verb: &'static str,
    /// What stands behind the verb: `38%`, `for x2.5`, `yes`; empty if nothing does.
    what: String,
    /// Who gave the evidence.
    by: Vec<Link>,
    /// The day of the line that it mends; empty if it mends none.
    corrects: String,
    /// Whether a later line takes its place.
    mended: bool,
    words: Html,
    link: Option<Link>,
    /// What the node moved by on that day; none if nothing moved.
    shift: Option<Shift>,
    /// What it was then, where nothing moved; empty if it had no number.
    stood: String,
}

/// A page of lines.
struct Chunk {
    /// `2025`, or `2025-03`.
    name: String,
    from: usize,
    to: usize,
}

pub(super) fn plan(plan: &mut Plan<'_>) {
    plan.page(Place::top("changes"), "changes.html", |edition, here| {
        let chunks = chunks(edition.index.lines());
        let first = chunks.first().map_or(0, |chunk| chunk.to);
        view(edition, here, &chunks, (0, first), "")
    });
    // The first of them stands on the page of all.
    for chunk in chunks(plan.edition.index.lines()).into_iter().skip(1) {
        plan.page(Place::of("changes", &chunk.name), "changes.html", move |edition, here| {
            let chunks = chunks(edition.index.lines());
            view(edition, here, &chunks, (chunk.from, chunk.to), &chunk.name)
        });
    }
}

/// Pages of lines that are in order, the latest first.
fn chunks(lines: &[Line]) -> Vec<Chunk> {
    if lines.len() <= MOST {
        return vec![Chunk { name: String::new(), from: 0, to: lines.len() }];
    }
    let mut chunks = Vec::new();
    let mut from = 0;
    for year in lines.chunk_by(|one, other| one.date.year() == other.date.year()) {
        if year.len() <= MOST {
            push(&mut chunks, &mut from, year, |line| line.date.year().to_string());
            continue;
        }
        for month in year.chunk_by(|one, other| self::month(one.date) == self::month(other.date)) {
            push(&mut chunks, &mut from, month, |line| self::month(line.date));
        }
    }
    chunks
}

fn push(chunks: &mut Vec<Chunk>, from: &mut usize, lines: &[Line], name: impl Fn(&Line) -> String) {
    let to = *from + lines.len();
    chunks.push(Chunk { name: lines.first().map(name).unwrap_or_default(), from: *from, to });
    *from = to;
}

fn view(
    edition: &Edition<'_>,
    here: &Place,
    chunks: &[Chunk],
    (from, to): (usize, usize),
    name: &str,
) -> (Head, View) {
    let all = edition.index.lines();
    let lines = all.get(from..to).unwrap_or_default();
    let months = lines.chunk_by(|one, other| month(one.date) == month(other.date)).map(|lines| Month {
        name: lines.first().map(|line| month_name(&month(line.date))).unwrap_or_default(),
        days: lines
            .chunk_by(|one, other| one.date == other.date)
            .map(|lines| day(edition, here, lines))
            .collect(),
    });
    let page = |(place, chunk): (usize, &Chunk)| Page {
        link: Link::new(
            here.to(&if place == 0 { Place::top("changes") } else { Place::of("changes", &chunk.name) }),
            month_name(&chunk.name),
        ),
        count: chunk.to - chunk.from,
        here: chunk.from == from,
    };
    let view = View {
        months: months.collect(),
        pages: chunks.iter().enumerate().filter(|_| chunks.len() > 1).map(page).collect(),
        total: all.len(),
        name: month_name(name),
    };
    let title =
        if name.is_empty() { "Changes".to_owned() } else { format!("Changes of {}", month_name(name)) };
    let description = "What was recorded, day by day, and what it did to the numbers.";
    (Head::new(here, "changes", title, description), view)
}

fn day(edition: &Edition<'_>, here: &Place, lines: &[Line]) -> Day {
    Day {
        date: lines.first().map(|line| line.date.to_string()).unwrap_or_default(),
        lines: lines.iter().filter_map(|line| line_view(edition, here, *line)).collect(),
    }
}

fn line_view(edition: &Edition<'_>, here: &Place, at: Line) -> Option<LineView> {
    let fact = at.fact(edition.model)?;
    let journal = &edition.node(at.node).journal;
    let eve = at.date.eve().and_then(|eve| edition.forecast.at_end_of(at.node, eve));
    let then = edition.forecast.at_end_of(at.node, at.date);
    let shift =
        eve.zip(then).map(|(eve, then)| Shift::between(eve, then)).filter(|shift| shift.way != "flat");
    let by = match fact.event {
        Event::Evidence { by: Some(by), .. } => predictors(edition, here, &[by]),
        _ => Vec::new(),
    };
    let is_mend = |later: &Fact| later.mends == Some(at.place) && later.date.value <= edition.today;
    Some(LineView {
        node: NodeLink::new(edition, here, at.node),
        verb: fact.event.word(),
        what: what(&fact.event),
        by,
        corrects: fact.corrects.map(|date| date.to_string()).unwrap_or_default(),
        mended: journal.iter().any(is_mend),
        words: fact.text.as_ref().map(|text| line(edition, here, &text.value)).unwrap_or_default(),
        link: fact.link.as_ref().and_then(outside),
        stood: then.map(|then| percent(then.probability)).unwrap_or_default(),
        shift,
    })
}

/// What stands behind the verb.
fn what(event: &Event) -> String {
    match event {
        Event::Probability(stated) => stated.value.to_string(),
        Event::Evidence { direction, ratio, .. } => {
            let direction = if *direction == Direction::For { "for" } else { "against" };
            format!("{direction} {}", ratio.strength())
        }
        Event::Slipped(window) => format!("to {}", window.value),
        Event::Resolved(outcome) => outcome.word().to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::NodeId;
    use crate::value::Date;

    /// So many lines of each day, the latest day first.
    fn lines(days: &[(&str, usize)]) -> Vec<Line> {
        let line = |day: &str| Line { date: Date::parse(day).unwrap(), node: NodeId::new(0), place: 0 };
        days.iter().flat_map(|(day, count)| std::iter::repeat_n(line(day), *count)).collect()
    }

    fn names(days: &[(&str, usize)]) -> Vec<(String, usize)> {
        chunks(&lines(days)).into_iter().map(|chunk| (chunk.name, chunk.to - chunk.from)).collect()
    }

    #[test]
    fn few_lines_stand_on_one_page() {
        assert_eq!(names(&[]), [(String::new(), 0)]);
        assert_eq!(names(&[("2026-05-01", 200), ("2025-05-01", 300)]), [(String::new(), 500)]);
    }

    #[test]
    fn many_lines_are_spread_over_years_and_then_over_months() {
        let days = [("2026-05-02", 400), ("2026-05-01", 90), ("2026-04-30", 90), ("2025-05-01", 300)];
        let pages = [("2026-05", 490), ("2026-04", 90), ("2025", 300)];
        assert_eq!(names(&days), pages.map(|(name, count)| (name.to_owned(), count)));
    }
}
