//! Windows on a common axis of time: a milestone chain, or all milestones.

use super::axis::Days;
use super::draw::{Anchor, Canvas, Path, fit, float};
use crate::site::html::Html;
use crate::value::Date;

const WIDTH: f64 = 960.0;
const LEFT: f64 = 330.0;
const RIGHT: f64 = 944.0;
const ROW: f64 = 24.0;
const HEADING: f64 = 32.0;
const TOP: f64 = 26.0;
const SIZE: f64 = 13.0;

/// Rows under a heading; none if it is empty.
#[derive(Clone, Debug, Default)]
pub(in crate::site) struct Group {
    pub(in crate::site) heading: String,
    /// The page of what the heading names; empty if there is none.
    pub(in crate::site) href: String,
    pub(in crate::site) rows: Vec<Row>,
}

/// A window.
#[derive(Clone, Debug)]
pub(in crate::site) struct Row {
    pub(in crate::site) label: String,
    pub(in crate::site) href: String,
    pub(in crate::site) first: Date,
    pub(in crate::site) last: Date,
    /// As `view::state` has it: `pending`, `overdue`, `slipped`, `hit`, `missed`, `open`, `yes`, `no`, `void`.
    pub(in crate::site) state: &'static str,
    /// Its probability, in words; may be empty.
    pub(in crate::site) chance: String,
}

/// What it shows, in a sentence.
pub(in crate::site) fn caption(groups: &[Group]) -> String {
    let rows = || groups.iter().flat_map(|group| &group.rows);
    let (first, last) = (rows().map(|row| row.first).min(), rows().map(|row| row.last).max());
    match first.zip(last) {
        None => "No windows to show.".to_owned(),
        Some((first, last)) => {
            let count = rows().count();
            let noun = if count == 1 { "window" } else { "windows" };
            format!("Timeline of {count} {noun} between {first} and {last}.")
        }
    }
}

/// Whether rows say more to who points at them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::site) enum Tips {
    Shown,
    /// The page has a list of the same beside them.
    Listed,
}

/// Draws them, in the order in which they are given.
pub(in crate::site) fn chart(groups: &[Group], today: Date, tips: Tips) -> Html {
    let height = |group: &Group| {
        let heading = if group.heading.is_empty() { 0.0 } else { HEADING };
        heading + ROW * float(group.rows.len())
    };
    let bottom = TOP + groups.iter().map(height).sum::<f64>() + 6.0;
    let rows = || groups.iter().flat_map(|group| &group.rows);
    // A long list needs its axis at its end too.
    let is_long = rows().count() > 18;
    let below = if is_long { 36.0 } else { 18.0 };
    let mut canvas = Canvas::group("timeline", WIDTH, bottom + below, &caption(groups));
    let dates = rows().flat_map(|row| [row.first, row.last.max(row.first)]);
    let Some(days) = Days::over(dates.chain([today]), LEFT, RIGHT) else { return canvas.finish() };
    days.draw(&mut canvas, 8, [TOP - 6.0, bottom], TOP - 12.0);
    if is_long {
        for tick in days.ticks(8) {
            canvas.tick(Anchor::Middle, [days.at(tick.date), bottom + 15.0], &tick.words);
        }
    }
    let x = days.at(today);
    canvas.line("today", [x, TOP - 6.0], [x, bottom + below - 16.0]);
    canvas.text("note", Anchor::Middle, [x, bottom + below - 4.0], "today");
    let mut top = TOP;
    for group in groups {
        if !group.heading.is_empty() {
            canvas.linked(&group.href, |canvas| {
                let heading = fit(&group.heading, LEFT * 2.0, 14.0);
                canvas.text("heading", Anchor::Start, [0.0, top + HEADING - 9.0], &heading);
            });
            top += HEADING;
        }
        for row in &group.rows {
            draw(&mut canvas, days, row, top, tips);
            top += ROW;
        }
    }
    canvas.finish()
}

fn draw(canvas: &mut Canvas, days: Days, row: &Row, top: f64, tips: Tips) {
    let (first, last) = (row.first, row.last.max(row.first));
    let label = fit(&row.label, LEFT - 80.0, SIZE);
    let name = if label == row.label { String::new() } else { format!("{}: ", row.label) };
    let words = match tips {
        Tips::Shown => format!("{name}{first} to {last}, {}", row.state),
        Tips::Listed => String::new(),
    };
    let (start, end, middle) = (days.at(first), days.at(last), ROW / 2.0);
    canvas.placed(class(row.state), [0.0, top], &words, |canvas| {
        canvas.word("sign", sign(row.state));
        canvas.linked(&row.href, |canvas| canvas.word("label", &label));
        canvas.word("value", &row.chance);
        if end - start < 8.0 {
            let x = f64::midpoint(start, end).clamp(LEFT + 6.0, RIGHT - 6.0);
            let points = [[x, middle - 6.0], [x + 6.0, middle], [x, middle + 6.0], [x - 6.0, middle]];
            canvas.path("bar", &Path::shape(&points));
        } else {
            canvas.bar("bar", start, end - start);
        }
    });
}

/// Classes of ours for a state, whatever the state is.
fn class(state: &str) -> &'static str {
    match state {
        "hit" | "yes" => "row hit",
        "missed" | "no" => "row missed",
        "overdue" => "row overdue",
        "slipped" => "row slipped",
        "void" => "row void",
        _ => "row",
    }
}

/// Colors are not seen by all: a state has a sign too.
fn sign(state: &str) -> &'static str {
    match state {
        "hit" | "yes" => "✓",
        "missed" | "no" => "✗",
        "overdue" => "!",
        "slipped" => "→",
        "void" => "∅",
        _ => "○",
    }
}
