//! The bonds of a node: its neighbours by what they do to each other, all that it depends on and all that depends on
//! it, and its surroundings as a picture.

use serde::Serialize;

use super::Scene;
use crate::model::{Direction, Edge, Effect, NodeId, Relation};
use crate::site::chart;
use crate::site::chart::local::{self, Dot, Local, Neighbour};
use crate::site::html::Html;
use crate::site::prose::line;
use crate::site::view::{Chance, Link, NodeLink, Signed};
use crate::value::percent;

/// So many neighbours each way stand at the top.
const TOP: usize = 5;

#[derive(Serialize)]
pub(super) struct View {
    /// The edges that say two numbers, by the size of Δ implied.
    incoming: Vec<Bond>,
    outgoing: Vec<Bond>,
    prerequisites: Vec<Row>,
    dependents: Vec<Row>,
    tables: Vec<Table>,
    graph: Html,
}

/// An edge, with what becomes of it.
#[derive(Serialize)]
struct Bond {
    /// `needs`, `killed by` or `moves with`.
    kind: &'static str,
    node: NodeLink,
    /// P(target | source true) and P(target | source false), as written; of a strength in words, and nothing.
    yes: String,
    no: String,
    /// The same two of the whole network, before all facts; empty where the source is never so.
    realised_yes: String,
    realised_no: String,
    /// What the edge alone makes of its target, less how likely that is; none of a strength.
    delta: Option<Signed>,
}

/// An edge in the full list.
#[derive(Serialize)]
struct Row {
    kind: &'static str,
    node: NodeLink,
    /// The whole domain of the other node; empty where it has none.
    domain: String,
    lag: String,
    text: Html,
    source: Link,
}

/// A full table of probabilities that stands in place of edges.
#[derive(Serialize)]
struct Table {
    parents: Vec<NodeLink>,
    rows: Vec<Cells>,
}

#[derive(Serialize)]
struct Cells {
    /// `yes` or `no` for each parent.
    states: Vec<&'static str>,
    chance: Chance,
}

pub(super) fn view(scene: &Scene<'_>) -> View {
    let edition = scene.edition;
    let into: Vec<(usize, &Edge)> = edition.edges_into(scene.id).collect();
    let from: Vec<(usize, &Edge)> = edition.edges_from(scene.id).collect();
    View {
        incoming: top(scene, &into, |edge| edge.source),
        outgoing: top(scene, &from, |edge| edge.target),
        prerequisites: into.iter().map(|(_, edge)| row(scene, edge, edge.source)).collect(),
        dependents: from.iter().map(|(_, edge)| row(scene, edge, edge.target)).collect(),
        tables: tables(scene),
        graph: graph(scene, &into, &from),
    }
}

/// The edges with the largest Δ implied; those without one come last.
fn top(scene: &Scene<'_>, edges: &[(usize, &Edge)], other: impl Fn(&Edge) -> NodeId) -> Vec<Bond> {
    let forecast = scene.edition.forecast;
    let size =
        |place: usize| forecast.reading(place).and_then(|reading| reading.delta).map_or(-1.0, f64::abs);
    let mut edges: Vec<&(usize, &Edge)> = edges.iter().collect();
    edges.sort_by(|one, another| size(another.0).total_cmp(&size(one.0)).then(one.0.cmp(&another.0)));
    edges.truncate(TOP);
    edges.into_iter().map(|(place, edge)| bond(scene, *place, edge, other(edge))).collect()
}

fn bond(scene: &Scene<'_>, place: usize, edge: &Edge, other: NodeId) -> Bond {
    let reading = scene.edition.forecast.reading(place);
    let [realised_yes, realised_no] = reading.map_or([None, None], |reading| reading.realised);
    let shown = |realised: Option<f64>| realised.map_or_else(String::new, percent);
    let (yes, no) = match edge.effect {
        Effect::Numbers { yes, no } => (percent(yes.value.as_f64()), percent(no.value.as_f64())),
        Effect::Strength { direction, ratio, .. } => {
            let word = match direction {
                Direction::For => "for",
                Direction::Against => "against",
            };
            (format!("{word} {}", ratio.strength()), String::new())
        }
    };
    Bond {
        kind: edge.relation.value.words(),
        node: scene.link(other),
        yes,
        no,
        realised_yes: shown(realised_yes),
        realised_no: shown(realised_no),
        delta: reading.and_then(|reading| reading.delta).map(Signed::points),
    }
}

fn row(scene: &Scene<'_>, edge: &Edge, other: NodeId) -> Row {
    let edition = scene.edition;
    let domain = edition.node(other).domain.as_ref();
    Row {
        kind: edge.relation.value.words(),
        node: scene.link(other),
        domain: domain.map_or_else(String::new, |domain| domain.value.to_string()),
        lag: edge.lag.map_or_else(String::new, |lag| lag.value.to_string()),
        text: edge.text.as_ref().map(|text| line(edition, scene.here, &text.value)).unwrap_or_default(),
        source: edition.source_link(edge.span),
    }
}

fn tables(scene: &Scene<'_>) -> Vec<Table> {
    let tables = scene.edition.tables_of(scene.id).map(|table| Table {
        parents: table.parents.iter().map(|parent| scene.link(*parent)).collect(),
        rows: table
            .rows
            .iter()
            .map(|row| Cells {
                states: row.cells.iter().map(|cell| if *cell { "yes" } else { "no" }).collect(),
                chance: Chance::plain(row.probability.value.as_f64()),
            })
            .collect(),
    });
    tables.collect()
}

/// The node with what bears on it and what it bears on, those that weigh most first.
fn graph(scene: &Scene<'_>, into: &[(usize, &Edge)], from: &[(usize, &Edge)]) -> Html {
    if into.is_empty() && from.is_empty() {
        return Html::new();
    }
    let neighbours = |edges: &[(usize, &Edge)], other: &dyn Fn(&Edge) -> NodeId| {
        let mut all: Vec<Neighbour> = edges
            .iter()
            .map(|(place, edge)| {
                let reading = scene.edition.forecast.reading(*place);
                let strength = match reading.map(|reading| reading.realised) {
                    Some([Some(yes), Some(no)]) => (yes - no).abs(),
                    _ => 0.0,
                };
                Neighbour { dot: dot(scene, other(edge)), relation: relation(edge.relation.value), strength }
            })
            .collect();
        all.sort_by(|one, other| other.strength.total_cmp(&one.strength));
        all
    };
    local::graph(&Local {
        node: dot(scene, scene.id),
        before: neighbours(into, &|edge| edge.source),
        after: neighbours(from, &|edge| edge.target),
    })
}

fn dot(scene: &Scene<'_>, id: NodeId) -> Dot {
    let link = scene.link(id);
    Dot {
        id: link.id.clone(),
        title: link.title.clone(),
        href: link.href.clone(),
        kind: link.kind,
        chance: link.chance.as_ref().map_or_else(String::new, |chance| chance.text.clone()),
    }
}

fn relation(relation: Relation) -> chart::Relation {
    match relation {
        Relation::Needs => chart::Relation::Needs,
        Relation::KilledBy => chart::Relation::KilledBy,
        Relation::MovesWith => chart::Relation::MovesWith,
    }
}
