//! The graph: every node and edge in one picture, with the domains and the busiest nodes in words beside it.
//!
//! A network too large for that is shown by domain, with a page for each domain at the top.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::model::{Effect, NodeId, NodeKind, Relation};
use crate::site::Plan;
use crate::site::chart;
use crate::site::chart::local::Dot;
use crate::site::chart::network::{self, Band, Edge, Network, Placed};
use crate::site::chart::overview::{self, Domain, Ties};
use crate::site::edition::Edition;
use crate::site::place::Place;
use crate::site::view::{Figure, Head, Link, NodeLink};
use crate::value::percent;

/// More nodes than this are not drawn one by one.
const LARGEST: usize = 600;
/// More domains than this are taken together by the first word of their names.
const BANDS: usize = 24;
/// More parts than this are not told apart in an overview.
const PARTS: usize = 36;
/// So many of the busiest nodes are named.
const BUSIEST: usize = 15;
/// What ids in the picture begin with.
const PREFIX: &str = "g";

#[derive(Serialize)]
struct View {
    figure: Figure,
    /// Whether every node is drawn.
    is_whole: bool,
    /// On the page of a domain, the page of all.
    up: Option<Link>,
    relations: Vec<Key>,
    domains: Vec<Row>,
    busiest: Vec<Busy>,
}

/// A kind of edge, and how many there are.
#[derive(Serialize)]
struct Key {
    class: &'static str,
    words: &'static str,
    count: usize,
}

/// A domain.
#[derive(Serialize)]
struct Row {
    name: String,
    /// Where it is in the picture, or its own picture; empty if it has none.
    picture: String,
    /// Its page; empty if it has none.
    href: String,
    nodes: usize,
    inner: usize,
    outer: usize,
}

/// A node with many edges.
#[derive(Serialize)]
struct Busy {
    node: NodeLink,
    into: usize,
    from: usize,
}

pub(super) fn plan(plan: &mut Plan<'_>) {
    plan.page(Place::top("graph"), "graph.html", |edition, here| view(edition, here, None));
    let edition = plan.edition;
    if edition.paged().count() > LARGEST {
        let tops: BTreeSet<&str> =
            edition.paged().map(|(id, _)| first_words(domain(edition, id), 1)).collect();
        for top in tops {
            let place = Place::of("graph", slug(edition, top));
            plan.page(place, "graph.html", move |edition, here| view(edition, here, Some(top)));
        }
    }
}

/// The nodes and edges of a picture; an edge knows its ends by their places among the nodes.
struct Part {
    nodes: Vec<NodeId>,
    edges: Vec<Edge>,
}

fn view(edition: &Edition<'_>, here: &Place, top: Option<&str>) -> (Head, View) {
    let part = part(edition, top);
    let is_whole = part.nodes.len() <= LARGEST;
    let depth = usize::from(top.is_some()) + 1;
    let all: BTreeSet<&str> = part.nodes.iter().map(|id| domain(edition, *id)).collect();
    let name = |id: NodeId| match domain(edition, id) {
        domain if is_whole && all.len() <= BANDS => domain,
        domain => first_words(domain, depth),
    };
    let names: BTreeSet<&str> = part.nodes.iter().map(|id| name(*id)).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let band = |id: NodeId| names.binary_search(&name(id)).unwrap_or(0);
    let figure = if is_whole {
        whole(edition, here, &part, &names, band)
    } else {
        by_domain(edition, here, &part, &names, band, top.is_none())
    };
    let picture = |name: &str| match top {
        _ if is_whole => format!("#{}", network::anchor(PREFIX, slug(edition, name))),
        None => here.to(&Place::of("graph", slug(edition, name))),
        Some(_) => String::new(),
    };
    let (title, description) = match top {
        None => ("Graph".to_owned(), "Every node and every edge of the network."),
        Some(top) => (format!("Graph: {}", shown(top)), "The nodes and edges of a domain."),
    };
    let view = View {
        figure,
        is_whole,
        up: top.map(|_| Link::new(here.to(&Place::top("graph")), "Graph of the whole network")),
        relations: relations(&part),
        domains: rows(edition, here, &part, &names, band, picture),
        busiest: busiest(edition, here, &part),
    };
    (Head::new(here, "graph", title, description), view)
}

/// The nodes of a domain, or all: those that have pages, and milestones that edges of others end in.
fn part(edition: &Edition<'_>, top: Option<&str>) -> Part {
    let is_in = |id: &NodeId| top.is_none_or(|top| first_words(domain(edition, *id), 1) == top);
    let mut nodes: BTreeSet<NodeId> = edition.paged().map(|(id, _)| id).filter(is_in).collect();
    for (_, edge) in edition.all_edges() {
        nodes.extend([edge.source, edge.target].iter().filter(|id| is_in(id)));
    }
    let nodes: Vec<NodeId> = nodes.into_iter().collect();
    let place = |id: NodeId| nodes.binary_search(&id).ok();
    let mut edges = Vec::new();
    let mut add = |ends: [NodeId; 2], relation, strength| {
        let [from, to] = ends.map(place);
        edges.extend(from.zip(to).map(|(from, to)| Edge { from, to, relation, strength }));
    };
    for (number, edge) in edition.all_edges() {
        let relation = match edge.relation.value {
            Relation::Needs => chart::Relation::Needs,
            Relation::KilledBy => chart::Relation::KilledBy,
            Relation::MovesWith => chart::Relation::MovesWith,
        };
        add([edge.source, edge.target], relation, strength(edition, number, &edge.effect));
    }
    let is_shown = |id: NodeId| !edition.node(id).private;
    for table in edition.model.tables.iter().filter(|table| !table.private && is_shown(table.target)) {
        for parent in table.parents.iter().filter(|parent| is_shown(**parent)) {
            add([*parent, table.target], chart::Relation::Table, 0.2);
        }
    }
    for id in &nodes {
        if let Some(parent) = edition.node(*id).parent {
            add([parent, *id], chart::Relation::Milestone, 0.1);
        }
    }
    Part { nodes, edges }
}

/// How far the outcomes of an edge's source are apart for its target.
fn strength(edition: &Edition<'_>, number: usize, effect: &Effect) -> f64 {
    let realised = edition.forecast.reading(number).map(|reading| reading.realised);
    match (realised, effect.numbers()) {
        (Some([Some(yes), Some(no)]), _) | (_, Some([yes, no])) => (yes - no).abs(),
        _ => 0.1,
    }
}

fn whole<'a>(
    edition: &Edition<'a>,
    here: &Place,
    part: &Part,
    names: &[&str],
    band: impl Fn(NodeId) -> usize,
) -> Figure {
    let dot = |id: NodeId| {
        let node = edition.node(id);
        Dot {
            id: node.id.to_string(),
            title: node.title.value.to_string(),
            href: here.to(&Place::node(node)),
            kind: node.kind.word(),
            chance: edition.forecast.now(id).map_or_else(String::new, |belief| percent(belief.probability)),
        }
    };
    let bands = names.iter().map(|name| Band {
        name: shown(name).to_owned(),
        href: page_of(edition, here, name),
        slug: slug(edition, name).to_owned(),
    });
    let network = Network {
        nodes: part.nodes.iter().map(|id| Placed { dot: dot(*id), band: band(*id) }).collect(),
        edges: part.edges.clone(),
        bands: bands.collect(),
        prefix: PREFIX,
    };
    Figure { svg: network::graph(&network), caption: network::caption(&network) }
}

/// The largest domains and what is between them; what is left is taken together.
fn by_domain(
    edition: &Edition<'_>,
    here: &Place,
    part: &Part,
    names: &[&str],
    band: impl Fn(NodeId) -> usize,
    has_pictures: bool,
) -> Figure {
    let mut counts: Vec<(usize, usize)> = (0..names.len()).map(|place| (place, 0)).collect();
    for id in &part.nodes {
        if let Some((_, count)) = counts.get_mut(band(*id)) {
            *count += 1;
        }
    }
    counts.sort_by_key(|(place, count)| (std::cmp::Reverse(*count), *place));
    let rest: usize = counts.iter().skip(PARTS).map(|(_, count)| count).sum();
    counts.truncate(PARTS);
    counts.sort_unstable();
    let mut domains: Vec<Domain> = Vec::new();
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    for (place, count) in counts {
        let name = names.get(place).copied().unwrap_or_default();
        let own = || here.to(&Place::of("graph", slug(edition, name)));
        let href = if has_pictures { own() } else { page_of(edition, here, name) };
        places.insert(place, domains.len());
        domains.push(Domain { name: shown(name).to_owned(), href, count });
    }
    let other = domains.len();
    if rest > 0 {
        domains.push(Domain { name: "all others".to_owned(), href: String::new(), count: rest });
    }
    let mut ties = Ties::new();
    for edge in &part.edges {
        let end = |place: usize| {
            let id = part.nodes.get(place)?;
            Some(places.get(&band(*id)).copied().unwrap_or(other))
        };
        if let (Some(from), Some(to)) = (end(edge.from), end(edge.to)) {
            *ties.entry((from.min(to), from.max(to))).or_insert(0) += 1;
        }
    }
    Figure { svg: overview::chart(&domains, &ties), caption: overview::caption(&domains, &ties) }
}

fn relations(part: &Part) -> Vec<Key> {
    let key = |relation: chart::Relation| {
        let count = part.edges.iter().filter(|edge| edge.relation == relation).count();
        Key { class: relation.class(), words: relation.words(), count }
    };
    chart::Relation::ALL.into_iter().map(key).filter(|key| key.count > 0).collect()
}

fn rows(
    edition: &Edition<'_>,
    here: &Place,
    part: &Part,
    names: &[&str],
    band: impl Fn(NodeId) -> usize,
    picture: impl Fn(&str) -> String,
) -> Vec<Row> {
    let row = |name: &&str| Row {
        name: shown(name).to_owned(),
        picture: picture(name),
        href: page_of(edition, here, name),
        nodes: 0,
        inner: 0,
        outer: 0,
    };
    let mut rows: Vec<Row> = names.iter().map(row).collect();
    let bands: Vec<usize> = part.nodes.iter().map(|id| band(*id)).collect();
    for row in &bands {
        if let Some(row) = rows.get_mut(*row) {
            row.nodes += 1;
        }
    }
    for edge in &part.edges {
        let (Some(from), Some(to)) = (bands.get(edge.from), bands.get(edge.to)) else { continue };
        let is_inner = from == to;
        for end in if is_inner { vec![from] } else { vec![from, to] } {
            if let Some(row) = rows.get_mut(*end) {
                *(if is_inner { &mut row.inner } else { &mut row.outer }) += 1;
            }
        }
    }
    rows
}

/// The nodes with the most edges; of as many, the first by id.
fn busiest(edition: &Edition<'_>, here: &Place, part: &Part) -> Vec<Busy> {
    let mut counts = vec![[0_usize; 2]; part.nodes.len()];
    for edge in part.edges.iter().filter(|edge| edge.relation != chart::Relation::Milestone) {
        for (place, side) in [(edge.to, 0), (edge.from, 1)] {
            if let Some(count) = counts.get_mut(place).and_then(|count| count.get_mut(side)) {
                *count += 1;
            }
        }
    }
    let mut all: Vec<(NodeId, [usize; 2])> = part.nodes.iter().copied().zip(counts).collect();
    all.retain(|(id, [into, from])| into + from > 0 && edition.node(*id).kind != NodeKind::Milestone);
    all.sort_by_key(|(id, [into, from])| (std::cmp::Reverse(into + from), *id));
    let busy = |(id, [into, from]): (NodeId, [usize; 2])| Busy {
        node: NodeLink::new(edition, here, id),
        into,
        from,
    };
    all.into_iter().take(BUSIEST).map(busy).collect()
}

/// The domain of a node, a milestone's being that of its node; empty if it has none.
fn domain<'a>(edition: &Edition<'a>, id: NodeId) -> &'a str {
    let node = edition.node(id);
    let parent = node.parent.map(|parent| edition.node(parent)).filter(|parent| !parent.private);
    let own = node.domain.as_ref().or_else(|| parent?.domain.as_ref());
    own.map_or("", |domain| domain.value.as_ref())
}

/// The first words of a domain's name: `ai/chips` of `ai/chips/memory`.
fn first_words(domain: &str, count: usize) -> &str {
    let end = domain.match_indices('/').nth(count - 1).map(|(at, _)| at);
    end.and_then(|end| domain.get(..end)).unwrap_or(domain)
}

fn shown(domain: &str) -> &str {
    if domain.is_empty() { "no domain" } else { domain }
}

/// A name for files and anchors. No domain has this one for none.
fn slug<'a>(edition: &'a Edition<'_>, domain: &str) -> &'a str {
    if domain.is_empty() { "_" } else { edition.domains.get(domain) }
}

fn page_of(edition: &Edition<'_>, here: &Place, domain: &str) -> String {
    if domain.is_empty() { String::new() } else { here.to(&Place::of("domain", edition.domains.get(domain))) }
}
