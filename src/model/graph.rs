//! The directed part of the network, for finding circles. petgraph lives and dies here.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef as _;

use super::{Model, NodeId, Relation};
use crate::source::Span;

/// A dependence that has a direction: an edge, a column of a table, or a milestone on its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arc {
    /// Where it begins.
    pub source: NodeId,
    /// Where it ends.
    pub target: NodeId,
    /// Where it is said.
    pub span: Span,
}

/// All of them. The scenarios of a choice are one variable, and one place here.
#[derive(Debug)]
pub struct Graph {
    inner: DiGraph<(), Arc>,
}

/// The places that can be reached from each other: of each such part its places in order, where there are several
/// or one leads to itself. `next` tells where each of `count` places leads.
pub(crate) fn circular(
    count: usize,
    next: impl Iterator<Item = impl Iterator<Item = usize>>,
) -> Vec<Vec<usize>> {
    let mut graph: DiGraph<(), ()> = DiGraph::with_capacity(count, count);
    let places: Vec<NodeIndex> = (0..count).map(|_| graph.add_node(())).collect();
    for (from, next) in places.iter().zip(next) {
        for to in next.filter_map(|to| places.get(to)) {
            graph.add_edge(*from, *to, ());
        }
    }
    let is_round =
        |part: &Vec<NodeIndex>| part.len() > 1 || part.iter().any(|one| graph.contains_edge(*one, *one));
    let mut parts: Vec<Vec<usize>> = kosaraju_scc(&graph)
        .into_iter()
        .filter(is_round)
        .map(|part| part.into_iter().map(NodeIndex::index).collect())
        .collect();
    parts.iter_mut().for_each(|part| part.sort_unstable());
    parts
}

impl Graph {
    /// Of a model. `moves with` has no direction and is not in it, unless one end has a table: a table says all
    /// about its node, so there the edge can only be read from that end.
    pub fn of(model: &Model) -> Self {
        let mut inner = DiGraph::with_capacity(model.nodes.len(), model.edges.len());
        let mut places = Vec::with_capacity(model.nodes.len());
        let mut choices = BTreeMap::new();
        for node in &model.nodes {
            places.push(match node.choice {
                Some(choice) => *choices.entry(choice).or_insert_with(|| inner.add_node(())),
                None => inner.add_node(()),
            });
        }
        let mut add = |arc: Arc| {
            if let (Some(from), Some(to)) = (places.get(arc.source.index()), places.get(arc.target.index()))
                && from != to
            {
                inner.add_edge(*from, *to, arc);
            }
        };
        for edge in model.edges.iter().filter(|edge| edge.relation.value != Relation::MovesWith) {
            add(Arc { source: edge.source, target: edge.target, span: edge.source_span });
        }
        let tabled: BTreeSet<NodeId> = model.tables.iter().map(|table| table.target).collect();
        for edge in model.edges.iter().filter(|edge| edge.relation.value == Relation::MovesWith) {
            let (source, target, span) = (edge.source, edge.target, edge.source_span);
            if tabled.contains(&source) {
                add(Arc { source, target, span });
            }
            if tabled.contains(&target) {
                add(Arc { source: target, target: source, span });
            }
        }
        for table in &model.tables {
            for (parent, span) in table.parents.iter().zip(&table.parent_spans) {
                add(Arc { source: *parent, target: table.target, span: *span });
            }
        }
        for (id, node) in model.nodes() {
            if let Some(parent) = node.parent {
                add(Arc { source: parent, target: id, span: node.id_span });
            }
        }
        Self { inner }
    }

    /// A shortest circle of every part that has one, in the order of their first nodes.
    pub fn circles(&self) -> Vec<Vec<Arc>> {
        let parts = kosaraju_scc(&self.inner);
        let mut part_of = vec![0; self.inner.node_count()];
        for (number, part) in parts.iter().enumerate() {
            for place in part {
                if let Some(of) = part_of.get_mut(place.index()) {
                    *of = number;
                }
            }
        }
        let parts = parts.iter().filter(|part| part.len() > 1);
        let mut circles: Vec<Vec<Arc>> = parts.filter_map(|part| self.circle(part, &part_of)).collect();
        circles.sort();
        circles
    }

    /// A shortest way from the first arc's source round to itself, inside one part.
    fn circle(&self, part: &[NodeIndex], part_of: &[usize]) -> Option<Vec<Arc>> {
        let number = |place: NodeIndex| part_of.get(place.index());
        let own = number(*part.first()?);
        let arcs =
            |place: NodeIndex| self.inner.edges(place).filter(move |edge| number(edge.target()) == own);
        let start = part.iter().copied().min_by_key(|place| arcs(*place).map(|edge| *edge.weight()).min())?;

        let mut came_by: BTreeMap<NodeIndex, (NodeIndex, Arc)> = BTreeMap::new();
        let mut queue = VecDeque::from([start]);
        while let Some(place) = queue.pop_front() {
            let mut out: Vec<(Arc, NodeIndex)> =
                arcs(place).map(|edge| (*edge.weight(), edge.target())).collect();
            out.sort_unstable();
            for (arc, next) in out {
                if next == start {
                    let mut way = vec![arc];
                    let mut at = place;
                    while at != start {
                        let (before, arc) = *came_by.get(&at)?;
                        way.push(arc);
                        at = before;
                    }
                    way.reverse();
                    return Some(way);
                }
                if let std::collections::btree_map::Entry::Vacant(entry) = came_by.entry(next) {
                    entry.insert((place, arc));
                    queue.push_back(next);
                }
            }
        }
        None
    }
}
