//! The laboratory: suppose anything, and see what moves, in the browser.

use serde::Serialize;

use crate::forecast::Forecast;
use crate::model::NodeId;
use crate::site::Plan;
use crate::site::edition::Edition;
use crate::site::html::Html;
use crate::site::laboratory::Data;
use crate::site::place::Place;
use crate::site::view::{Head, Link, NodeLink};

/// So many nodes are offered to begin with.
const STARTERS: usize = 5;

#[derive(Serialize)]
struct View {
    /// The nodes whose outcomes would tell most, those first that tell more.
    starters: Vec<NodeLink>,
    /// How many worlds the page counts in, as people read it.
    worlds: String,
    nodes: usize,
    /// Nodes whose sampling did not settle.
    unsettled: Vec<Link>,
    data: Html,
}

pub(super) fn plan(plan: &mut Plan<'_>) {
    plan.page(Place::top("laboratory"), "laboratory.html", view);
}

fn view(edition: &Edition<'_>, here: &Place) -> (Head, View) {
    let data = Data::new(edition, here);
    let head = Head::new(
        here,
        "laboratory",
        "Laboratory",
        "Suppose that some things come true and others do not, and see what that makes of everything else.",
    );
    let nodes = edition.nodes().filter(|(id, _)| edition.forecast.now(*id).is_some()).count();
    let view = View {
        starters: starters(edition, here),
        worlds: grouped(data.worlds()),
        nodes,
        unsettled: unsettled(edition, here),
        data: Html::json(&data),
    };
    (head, view)
}

/// Nodes whose errors cannot be trusted, before anything is supposed and after.
fn unsettled(edition: &Edition<'_>, here: &Place) -> Vec<Link> {
    let is_unsettled = |id: NodeId| edition.forecast.now(id).is_some_and(|now| !now.has_converged);
    let all = edition.nodes().filter(|(id, _)| is_unsettled(*id));
    all.map(|(_, node)| Link::new(here.to(&Place::node(node)), node.id.as_ref())).collect()
}

/// Open nodes by what their outcomes would tell, in bits.
fn starters(edition: &Edition<'_>, here: &Place) -> Vec<NodeLink> {
    let tells = |id: NodeId| {
        let effect = edition.effect(id).filter(|_| is_settable(edition.forecast, id))?;
        (effect.information > 0.0).then_some((effect.information, id))
    };
    let mut all: Vec<(f64, NodeId)> = edition.nodes().filter_map(|(id, _)| tells(id)).collect();
    all.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    all.iter().take(STARTERS).map(|(_, id)| NodeLink::new(edition, here, *id)).collect()
}

fn is_settable(forecast: &Forecast, id: NodeId) -> bool {
    forecast.now(id).is_some_and(|now| now.probability > 0.0 && now.probability < 1.0)
}

/// A whole number with its thousands set apart: `32,768`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
