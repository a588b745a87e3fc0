//! Milestones, and the windows of other nodes, as a calendar: what is overdue, what comes when, what is settled.
//!
//! Years for which there is too much have a page of their own.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{NodeId, NodeKind, State};
use crate::site::Plan;
use crate::site::chart::{inline, timeline};
use crate::site::edition::Edition;
use crate::site::place::Place;
use crate::site::view::{Figure, Head, Link, NodeLink};
use crate::value::{Date, Window};

/// More entries than this are spread over pages, a year on each.
const MOST: usize = 800;
/// So many settled milestones are listed.
const SETTLED: usize = 60;
/// So many windows are drawn on the timeline.
const BARS: usize = 120;
/// Months in the overview.
const MONTHS: usize = 36;

#[derive(Serialize)]
struct View {
    overdue: Vec<Entry>,
    /// What is still to come, month by month or, from two years on, year by year.
    coming: Vec<Group>,
    /// Years with a page of their own.
    years: Vec<Year>,
    /// Milestones that were hit or missed, the latest first.
    settled: Vec<Entry>,
    /// How many more were.
    more: usize,
    /// How many entries are still to come, and how many milestones were hit and missed.
    ahead: usize,
    hit: usize,
    missed: usize,
    months: Figure,
    /// Windows on one scale of time, each node with its milestones.
    timeline: Figure,
}

#[derive(Serialize)]
struct YearView {
    coming: Vec<Group>,
    years: Vec<Year>,
}

/// A year with a page of its own.
#[derive(Serialize)]
struct Year {
    link: Link,
    count: usize,
    /// Whether this is its page.
    here: bool,
}

#[derive(Serialize)]
struct Group {
    /// `November 2026`, or `2029`.
    name: String,
    /// `2026-11`, or `2029`.
    id: String,
    entries: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    node: NodeLink,
    /// The node that a milestone belongs to.
    of: Option<NodeLink>,
    /// As it is written.
    window: String,
    /// Its last day, or the day on which it was settled.
    date: String,
    /// How far off that is: `in 12 days`, `3 months ago`.
    away: String,
}

/// A node by the day that matters of it.
#[derive(Clone, Copy)]
struct Due {
    date: Date,
    node: NodeId,
}

pub(super) fn plan(plan: &mut Plan<'_>) {
    plan.page(Place::top("milestones"), "milestones.html", view);
    let coming = coming(plan.edition);
    for year in pages(&coming, plan.edition.today) {
        plan.page(
            Place::of("milestones", &year.to_string()),
            "milestones-year.html",
            move |edition, here| year_view(edition, here, year),
        );
    }
}

/// The window of a node of which an outcome is awaited.
fn awaited(edition: &Edition<'_>, id: NodeId) -> Option<Window> {
    let node = edition.node(id);
    let is_open = |id: NodeId| edition.node(id).state(edition.today).is_open();
    (is_open(id) && node.parent.is_none_or(is_open)).then(|| node.window_on(edition.today)).flatten()
}

/// Everything that is awaited, by the end of its window.
fn awaited_all(edition: &Edition<'_>) -> Vec<Due> {
    let all =
        edition.nodes().filter_map(|(node, _)| Some(Due { date: awaited(edition, node)?.last(), node }));
    let mut all: Vec<Due> = all.collect();
    all.sort_by_key(|due| (due.date, due.node));
    all
}

fn coming(edition: &Edition<'_>) -> Vec<Due> {
    let mut all = awaited_all(edition);
    all.retain(|due| due.date >= edition.today);
    all
}

/// The years that have pages of their own: those after next year, if there is too much for one page.
fn pages(coming: &[Due], today: Date) -> Vec<i16> {
    let mut years: Vec<i16> = coming.iter().map(|due| due.date.year()).collect();
    years.dedup();
    years.retain(|year| coming.len() > MOST && *year > today.year() + 1);
    years
}

fn view(edition: &Edition<'_>, here: &Place) -> (Head, View) {
    let today = edition.today;
    let (overdue, coming): (Vec<Due>, Vec<Due>) =
        awaited_all(edition).into_iter().partition(|due| due.date < today);
    let paged = pages(&coming, today);
    let mut settled: Vec<(Due, bool)> = edition
        .kind(NodeKind::Milestone)
        .filter_map(|(id, node)| match node.state(today) {
            State::Settled(outcome, date) => {
                let due = Due { date, node: id };
                match outcome.word() {
                    "yes" => Some((due, true)),
                    "no" => Some((due, false)),
                    _ => None,
                }
            }
            State::Open => None,
        })
        .collect();
    settled.sort_by(|(one, _), (other, _)| other.date.cmp(&one.date).then(one.node.cmp(&other.node)));
    let hit = settled.iter().filter(|(_, is_hit)| *is_hit).count();
    let shown = coming.iter().filter(|due| !paged.contains(&due.date.year()));
    let view = View {
        ahead: coming.len(),
        hit,
        missed: settled.len() - hit,
        more: settled.len().saturating_sub(SETTLED),
        months: inline::months(&months(&coming, today)),
        timeline: timeline(edition, here, &coming),
        years: years(here, &coming, &paged, None),
        overdue: overdue.iter().map(|due| entry(edition, here, *due)).collect(),
        coming: groups(edition, here, today.year() + 1, shown),
        settled: settled.iter().take(SETTLED).map(|(due, _)| entry(edition, here, *due)).collect(),
    };
    let description =
        "What is overdue, and every milestone and window that is still to come, month by month.";
    (Head::new(here, "milestones", "Milestones", description), view)
}

/// The windows of what comes next, each node with its milestones below it.
fn timeline(edition: &Edition<'_>, here: &Place, coming: &[Due]) -> Figure {
    let mut groups: Vec<(NodeId, Vec<NodeId>)> = Vec::new();
    for due in coming.iter().take(BARS) {
        let of = edition.node(due.node).parent.unwrap_or(due.node);
        match groups.iter_mut().find(|(node, _)| *node == of) {
            Some((_, rows)) => rows.push(due.node),
            None => groups.push((of, vec![due.node])),
        }
    }
    let row = |id: NodeId| {
        let (window, link) = (awaited(edition, id)?, NodeLink::new(edition, here, id));
        Some(timeline::Row {
            label: link.title.clone(),
            href: link.href.clone(),
            first: window.first(),
            last: window.last(),
            state: link.state,
            chance: link.chance.as_ref().map_or_else(String::new, |chance| chance.text.clone()),
        })
    };
    // A node with milestones heads a group; nodes alone stand together at the end.
    let (grouped, alone): (Vec<_>, Vec<_>) =
        groups.into_iter().partition(|(node, rows)| rows.iter().any(|row| row != node));
    let mut groups: Vec<timeline::Group> = grouped
        .into_iter()
        .map(|(node, rows)| {
            let link = NodeLink::new(edition, here, node);
            timeline::Group {
                heading: format!("{} {}", link.id, link.title),
                href: link.href.clone(),
                rows: rows.into_iter().filter_map(row).collect(),
            }
        })
        .collect();
    let rows: Vec<timeline::Row> = alone.into_iter().filter_map(|(node, _)| row(node)).collect();
    if !rows.is_empty() {
        groups.push(timeline::Group { heading: "Without milestones".to_owned(), href: String::new(), rows });
    }
    if groups.is_empty() {
        return Figure::default();
    }
    Figure {
        caption: timeline::caption(&groups),
        svg: timeline::chart(&groups, edition.today, timeline::Tips::Shown),
    }
}

fn year_view(edition: &Edition<'_>, here: &Place, year: i16) -> (Head, YearView) {
    let coming = coming(edition);
    let paged = pages(&coming, edition.today);
    let shown = coming.iter().filter(|due| due.date.year() == year);
    let view = YearView {
        coming: groups(edition, here, year, shown),
        years: years(here, &coming, &paged, Some(year)),
    };
    let description = format!("Milestones and windows that end in {year}.");
    (Head::new(here, "milestones", format!("Milestones of {year}"), description), view)
}

fn years(here: &Place, coming: &[Due], paged: &[i16], own: Option<i16>) -> Vec<Year> {
    let year = |year: &i16| Year {
        link: Link::new(here.to(&Place::of("milestones", &year.to_string())), year.to_string()),
        count: coming.iter().filter(|due| due.date.year() == *year).count(),
        here: own == Some(*year),
    };
    paged.iter().map(year).collect()
}

/// By month up to the end of a year, then by year.
fn groups<'b>(
    edition: &Edition<'_>,
    here: &Place,
    by_month_to: i16,
    all: impl Iterator<Item = &'b Due>,
) -> Vec<Group> {
    let mut groups: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    for due in all {
        let is_near = due.date.year() <= by_month_to;
        let id = if is_near { month(due.date) } else { due.date.year().to_string() };
        groups.entry(id).or_default().push(entry(edition, here, *due));
    }
    groups.into_iter().map(|(id, entries)| Group { name: month_name(&id), id, entries }).collect()
}

fn entry(edition: &Edition<'_>, here: &Place, due: Due) -> Entry {
    let node = edition.node(due.node);
    Entry {
        node: NodeLink::new(edition, here, due.node),
        of: node.parent.map(|parent| NodeLink::new(edition, here, parent)),
        window: node.window_on(edition.today).map(|window| window.to_string()).unwrap_or_default(),
        date: due.date.to_string(),
        away: away(edition.today.days_until(due.date)),
    }
}

/// How many end in each of the next months.
fn months(coming: &[Due], today: Date) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for due in coming {
        *counts.entry(month(due.date)).or_default() += 1;
    }
    let mut month = month(today);
    let mut all = Vec::new();
    for _ in 0..MONTHS {
        all.push((month.clone(), counts.get(&month).copied().unwrap_or(0)));
        month = next(&month);
    }
    all
}

/// `2026-11` of a day.
pub(super) fn month(date: Date) -> String {
    date.to_string().chars().take(7).collect()
}

/// The month after one: `2027-01` after `2026-12`.
fn next(month: &str) -> String {
    let (year, number) = month.split_once('-').unwrap_or((month, "1"));
    let (year, number) = (year.parse().unwrap_or(0_i32), number.parse().unwrap_or(1_i32));
    if number == 12 { format!("{:04}-01", year + 1) } else { format!("{year:04}-{:02}", number + 1) }
}

/// `November 2026` of `2026-11`; a year as it is.
pub(super) fn month_name(month: &str) -> String {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let named = month.split_once('-').and_then(|(year, number)| {
        let name = NAMES.get(number.parse::<usize>().ok()?.checked_sub(1)?)?;
        Some(format!("{name} {year}"))
    });
    named.unwrap_or_else(|| month.to_owned())
}

/// How far off a day is, in words.
fn away(days: i64) -> String {
    let count = match days.abs() {
        0 => return "today".to_owned(),
        1 => "1 day".to_owned(),
        days @ 2..=60 => format!("{days} days"),
        days @ 61..=730 => format!("{} months", (days + 15) / 30),
        days => format!("{} years", (days + 182) / 365),
    };
    if days < 0 { format!("{count} ago") } else { format!("in {count}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_follow_each_other_and_have_names() {
        assert_eq!(next("2026-11"), "2026-12");
        assert_eq!(next("2026-12"), "2027-01");
        assert_eq!(month_name("2027-01"), "January 2027");
        assert_eq!(month_name("2029"), "2029");
    }

    #[test]
    fn days_are_told_in_the_unit_that_suits_them() {
        let told = [0, 1, -33, 75, 1000].map(away);
        assert_eq!(told, ["today", "in 1 day", "33 days ago", "in 3 months", "in 3 years"]);
    }
}
