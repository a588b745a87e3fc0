//! The page of a node: everything that is written about it and everything that follows, one file a section.

mod belief;
mod bonds;
mod effects;
mod head;
mod journal;
mod milestones;
mod past;
mod record;
mod text;
mod why;

use serde::Serialize;

use crate::model::{Node, NodeId, NodeKind};
use crate::site::Plan;
use crate::site::data;
use crate::site::edition::Edition;
use crate::site::place::Place;
use crate::site::view::{self, Link, NodeLink};

/// The view of a node page.
#[derive(Serialize)]
struct View {
    node: NodeLink,
    head: head::View,
    text: text::View,
    resolution: text::Resolution,
    why: why::View,
    history: belief::View,
    milestones: milestones::View,
    outcomes: effects::Outcomes,
    evidence: journal::View,
    /// None if the site does not show who changed what.
    past: Option<past::View>,
    bonds: bonds::View,
    cascades: effects::Cascades,
    watch: Vec<effects::Watch>,
    predictors: Vec<record::Predictor>,
    class: Option<record::Class>,
    exposure: record::Exposure,
    documents: Vec<record::Document>,
    /// What is written about it, as JSON.
    raw: String,
    /// The node's own file of data, with all that follows.
    data: Link,
    feed: Link,
}

pub(super) fn plan(plan: &mut Plan<'_>) {
    for (id, node) in plan.edition.paged() {
        plan.page(Place::node(node), "node.html", move |edition, here| {
            view(&Scene { edition, here, id, node })
        });
    }
}

/// A node and what its page is made from.
struct Scene<'a> {
    edition: &'a Edition<'a>,
    here: &'a Place,
    id: NodeId,
    node: &'a Node,
}

impl<'a> Scene<'a> {
    fn link(&self, id: NodeId) -> NodeLink {
        NodeLink::new(self.edition, self.here, id)
    }
}

fn view(scene: &Scene<'_>) -> (view::Head, View) {
    let (node, id) = (scene.node, &scene.node.id);
    let section = match node.kind {
        NodeKind::Killer => "killers",
        NodeKind::Scenario => "scenarios",
        NodeKind::Prediction | NodeKind::Milestone => "predictions",
    };
    let now = scene.edition.forecast.now(scene.id).map(|now| crate::value::percent(now.probability));
    let now = now.unwrap_or_else(|| "void".to_owned());
    let description =
        format!("{}: {}. {now} as of {}.", node.kind.word(), node.title.value, scene.edition.today);
    let view = View {
        node: scene.link(scene.id),
        head: head::view(scene),
        text: text::view(scene),
        resolution: text::resolution(scene),
        why: why::view(scene),
        history: belief::view(scene),
        milestones: milestones::view(scene),
        outcomes: effects::outcomes(scene),
        evidence: journal::view(scene),
        past: scene.edition.past.map(|past| past::view(scene, past)),
        bonds: bonds::view(scene),
        cascades: effects::cascades(scene),
        watch: effects::watch(scene),
        predictors: record::predictors(scene),
        class: record::class(scene),
        exposure: record::exposure(scene),
        documents: record::documents(scene),
        raw: data::entry_json(scene.edition, scene.id),
        data: Link::new(format!("{id}.json"), format!("{id}.json")),
        feed: Link::new(format!("{id}.xml"), format!("{id}.xml")),
    };
    (view::Head::new(scene.here, section, node.title.value.as_ref(), description), view)
}
