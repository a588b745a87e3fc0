//! `calendar.ics`: the day on which each window that is still open closes, of nodes and of milestones.

use super::Plan;
use super::edition::Edition;
use super::place::Place;
use super::view::state;
use crate::answers::due::{Calendar, Day};
use crate::model::{Node, NodeKind};
use crate::value::percent;

pub(super) fn plan(plan: &mut Plan<'_>) {
    plan.file("calendar.ics", |edition| calendar(edition).into_bytes());
}

fn calendar(edition: &Edition<'_>) -> String {
    let is_open = |node: &Node| node.state(edition.today).is_open();
    let is_awaited =
        |node: &Node| is_open(node) && node.parent.is_none_or(|parent| is_open(edition.node(parent)));
    let mut days: Vec<Day<'_>> = Vec::new();
    for (id, node) in edition.nodes().filter(|(_, node)| is_awaited(node)) {
        let Some(window) = node.window_on(edition.today) else { continue };
        let now = edition.forecast.now(id).map(|now| format!("It is at {}.", percent(now.probability)));
        let overdue = (window.last() < edition.today).then(|| "No outcome is recorded.".to_owned());
        let of = node.parent.map(|parent| edition.node(parent));
        let of = of.map(|of| format!("A milestone of {}: {}", of.id, of.title.value));
        let place = Place::node(node);
        days.push(Day {
            name: format!("window-{}", node.id),
            date: window.last(),
            summary: format!("{} {}: {}", verb(node.kind, state(edition, node)), node.id, node.title.value),
            description: [of, now, overdue].into_iter().flatten().collect::<Vec<String>>().join("\n"),
            category: node.kind.word(),
            url: edition.url().map(|url| format!("{url}{}", place.path())).unwrap_or_default(),
        });
    }
    days.sort_by(|one, other| (one.date, &one.name).cmp(&(other.date, &other.name)));
    let mut calendar = Calendar::new(edition.model, "site", edition.today);
    for day in &days {
        calendar.add(day);
    }
    calendar.finish()
}

fn verb(kind: NodeKind, state: &str) -> &'static str {
    match (kind, state) {
        (_, "overdue") => "overdue",
        (NodeKind::Milestone, _) => "milestone",
        (NodeKind::Prediction | NodeKind::Killer | NodeKind::Scenario, _) => "closes",
    }
}
