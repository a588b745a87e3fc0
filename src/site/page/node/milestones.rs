//! The milestone chain: every milestone by date, and with them what the node needs, the scenarios that it hangs on
//! and the quarters of its window.

use serde::Serialize;

use super::Scene;
use super::text::Source;
use crate::model::{NodeId, NodeKind, ProseKind, Relation};
use crate::site::chart::timeline::{self, Group, Row, Tips};
use crate::site::html::Html;
use crate::site::prose::line;
use crate::site::view::{Chance, NodeLink, state};
use crate::value::Date;

#[derive(Serialize)]
pub(super) struct View {
    steps: Vec<Step>,
    chart: Html,
}

#[derive(Serialize)]
struct Step {
    /// `milestone`, `needs`, `scenario` or `check-in`.
    kind: &'static str,
    /// The part of a milestone's id after the point, for addresses; empty of the others.
    id: String,
    /// `pending`, `overdue`, `slipped`, `hit`, `missed`, `void`; of a check-in `passed` or `pending`.
    state: &'static str,
    /// The window, as written; a day of a check-in.
    when: String,
    title: String,
    /// The node that a derived step stands for.
    node: Option<NodeLink>,
    measure: Vec<Html>,
    sources: Vec<Source>,
    confidence: Option<Chance>,
    chance: Option<Chance>,
}

pub(super) fn view(scene: &Scene<'_>) -> View {
    let mut steps: Vec<(Date, Step)> = Vec::new();
    let own = scene.node.milestones.iter().filter(|id| !scene.edition.node(**id).private);
    steps.extend(own.map(|id| milestone(scene, *id)));
    steps.extend(derived(scene));
    steps.extend(check_ins(scene));
    steps.sort_by_key(|(date, _)| *date);
    View { chart: chart(scene), steps: steps.into_iter().map(|(_, step)| step).collect() }
}

/// The windows of its milestones below its own; nothing where there are none.
fn chart(scene: &Scene<'_>) -> Html {
    let (edition, today) = (scene.edition, scene.edition.today);
    let row = |id: NodeId| {
        let node = edition.node(id);
        let window = node.window_on(today).filter(|_| !node.private)?;
        let link = scene.link(id);
        Some(Row {
            label: link.title.clone(),
            // All of them are on this page.
            href: link.href.split_once('#').map_or_else(String::new, |(_, place)| format!("#{place}")),
            first: window.first(),
            last: window.last(),
            state: link.state,
            chance: link.chance.as_ref().map_or_else(String::new, |chance| chance.text.clone()),
        })
    };
    let mut rows: Vec<Row> = scene.node.milestones.iter().filter_map(|id| row(*id)).collect();
    if rows.is_empty() {
        return Html::new();
    }
    rows.sort_by_key(|row| (row.last, row.first));
    rows.extend(row(scene.id).map(|row| Row { label: "its own window".to_owned(), ..row }));
    timeline::chart(&[Group { heading: String::new(), href: String::new(), rows }], today, Tips::Listed)
}

fn milestone(scene: &Scene<'_>, id: NodeId) -> (Date, Step) {
    let edition = scene.edition;
    let node = edition.node(id);
    let window = node.window_on(edition.today);
    let step = Step {
        kind: "milestone",
        id: node.id.split_once('.').map_or_else(String::new, |(_, inner)| inner.to_owned()),
        state: state(edition, node),
        when: window.map_or_else(|| "no window".to_owned(), |window| window.to_string()),
        title: node.title.value.to_string(),
        node: None,
        measure: node.prose(ProseKind::Measure).map(|text| line(edition, scene.here, &text.value)).collect(),
        sources: node.sources.iter().map(|one| Source::new(scene, one)).collect(),
        confidence: node.prior.map(|prior| Chance::plain(prior.value.as_f64())),
        chance: edition.forecast.now(id).map(Chance::new),
    };
    (window.map_or(Date::LAST, |window| window.last()), step)
}

/// What the node needs, and the scenarios that it hangs on: steps on its way as well.
fn derived<'a>(scene: &'a Scene<'_>) -> impl Iterator<Item = (Date, Step)> + use<'a> {
    let edition = scene.edition;
    edition.edges_into(scene.id).filter_map(move |(_, edge)| {
        let node = edition.node(edge.source);
        let kind = match (node.kind, edge.relation.value) {
            (NodeKind::Scenario, _) => "scenario",
            (NodeKind::Prediction | NodeKind::Milestone, Relation::Needs) => "needs",
            _ => return None,
        };
        let window = node.window_on(edition.today);
        let state = match state(edition, node) {
            "yes" => "hit",
            "no" => "missed",
            "open" => "pending",
            other => other,
        };
        let step = Step {
            kind,
            id: String::new(),
            state,
            when: window.map_or_else(|| "no window".to_owned(), |window| window.to_string()),
            title: node.title.value.to_string(),
            node: Some(scene.link(edge.source)),
            measure: Vec::new(),
            sources: Vec::new(),
            confidence: None,
            chance: edition.forecast.now(edge.source).map(Chance::new),
        };
        Some((window.map_or(Date::LAST, |window| window.last()), step))
    })
}

fn check_ins<'a>(scene: &'a Scene<'_>) -> impl Iterator<Item = (Date, Step)> + use<'a> {
    let today = scene.edition.today;
    let window = scene.node.window_on(today).filter(|_| scene.node.check_ins);
    window.into_iter().flat_map(move |window| {
        [1_u8, 2, 3].map(|quarter| {
            let date = window.at(quarter);
            let step = Step {
                kind: "check-in",
                id: String::new(),
                state: if date <= today { "passed" } else { "pending" },
                when: date.to_string(),
                title: format!("Check-in: {}% of the window", u32::from(quarter) * 25),
                node: None,
                measure: Vec::new(),
                sources: Vec::new(),
                confidence: None,
                chance: None,
            };
            (date, step)
        })
    })
}
