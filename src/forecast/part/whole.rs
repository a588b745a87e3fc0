//! The whole network before it is cut: its variables, and what ties them together, each arc in the direction in which
//! it is read.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Choice, ChoiceId, Direction, Edge, Effect, Model, Node, NodeId, Relation, Table, Tie};
use crate::value::Ratio;

use super::super::number::{ln, logit, sigmoid};
use super::order::{Order, groups};
use super::{Bearing, Input, Law, Part, Place, Target, Variable, blend, key, outside, share};

/// An arc with what it carries, in the direction in which it is read.
struct Arc {
    source: usize,
    target: usize,
    bearings: Vec<Bearing>,
    /// P(target | source true), P(target | source false), where they are written in this direction.
    numbers: Option<(f64, f64)>,
}

/// The whole network before it is cut. Nodes are numbered as in the model.
pub(super) struct Whole<'a> {
    model: &'a Model,
    arcs: Vec<Arc>,
    /// Variables: for each the nodes.
    variables: Vec<Vec<usize>>,
    /// The variable of each node.
    variable_of: Vec<usize>,
}

impl<'a> Whole<'a> {
    pub(super) fn of(model: &'a Model) -> Self {
        let mut variables: Vec<Vec<usize>> = Vec::new();
        let mut variable_of = Vec::with_capacity(model.nodes.len());
        let mut choices: BTreeMap<usize, usize> = BTreeMap::new();
        for (node, said) in model.nodes.iter().enumerate() {
            let fresh = variables.len();
            let variable = match said.choice {
                Some(choice) => *choices.entry(choice.index()).or_insert(fresh),
                None => fresh,
            };
            match variables.get_mut(variable) {
                Some(nodes) => nodes.push(node),
                None => variables.push(vec![node]),
            }
            variable_of.push(variable);
        }
        let mut whole = Self { model, arcs: Vec::new(), variables, variable_of };
        whole.join();
        whole
    }

    /// Collects what ties nodes together, each in its direction.
    fn join(&mut self) {
        let (undirected, directed): (Vec<&Edge>, Vec<&Edge>) =
            self.model.edges.iter().partition(|edge| edge.relation.value == Relation::MovesWith);
        for edge in directed {
            self.arcs.push(Arc::new(edge.source, edge.target, &edge.effect, false));
        }
        for (milestone, node) in self.model.nodes() {
            let Some(parent) = node.parent else { continue };
            self.arcs.push(match &node.tie {
                Some(Tie::Effect(effect)) => Arc::new(parent, milestone, effect, false),
                Some(Tie::Weight(weight)) => Arc::tied(parent, milestone, *weight),
                None => continue,
            });
        }
        if undirected.is_empty() {
            return;
        }
        let mut order = self.order_of_directed(&undirected);
        for edge in undirected {
            let of = |id: NodeId| self.variable_of.get(id.index()).copied().unwrap_or(usize::MAX);
            let turned = !order.join(of(edge.source), of(edge.target));
            self.arcs.push(Arc::new(edge.source, edge.target, &edge.effect, turned));
        }
    }

    /// The order that everything but `moves with` asks for. A table says all about its node, so a node with a table
    /// comes before what it moves with.
    fn order_of_directed(&self, undirected: &[&Edge]) -> Order {
        let tabled: BTreeSet<NodeId> = self.model.tables.iter().map(|table| table.target).collect();
        let of = |node: usize| self.variable_of.get(node).copied().unwrap_or(usize::MAX);
        let mut arcs: Vec<(usize, usize)> =
            self.arcs.iter().map(|arc| (of(arc.source), of(arc.target))).collect();
        for table in &self.model.tables {
            arcs.extend(table.parents.iter().map(|parent| (of(parent.index()), of(table.target.index()))));
        }
        for edge in undirected {
            let (source, target) = (of(edge.source.index()), of(edge.target.index()));
            if tabled.contains(&edge.target) {
                arcs.push((target, source));
            } else if tabled.contains(&edge.source) {
                arcs.push((source, target));
            }
        }
        Order::new(self.variables.len(), &arcs)
    }

    /// Cuts the network where nothing connects.
    pub(super) fn parts(self) -> Vec<Part> {
        let of = |node: usize| self.variable_of.get(node).copied().unwrap_or(usize::MAX);
        let mut links: Vec<(usize, usize)> =
            self.arcs.iter().map(|arc| (of(arc.source), of(arc.target))).collect();
        let mut tables = BTreeMap::new();
        for table in &self.model.tables {
            let target = table.target.index();
            links.extend(table.parents.iter().map(|parent| (of(parent.index()), of(target))));
            tables.insert(target, table);
        }
        let Order { rank, .. } = Order::new(self.variables.len(), &links);
        let group = groups(self.variables.len(), &links);

        let mut inputs: BTreeMap<usize, Vec<&Arc>> = BTreeMap::new();
        for arc in &self.arcs {
            inputs.entry(arc.target).or_default().push(arc);
        }
        let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (variable, group) in group.iter().enumerate() {
            members.entry(*group).or_default().push(variable);
        }
        // Where a node stands in its part.
        let mut local = vec![0; self.model.nodes.len()];
        let mut parts = Vec::with_capacity(members.len());
        for mut variables in members.into_values() {
            let nodes_of = |variable: &usize| self.variables.get(*variable).into_iter().flatten().copied();
            let mut nodes: Vec<usize> = variables.iter().flat_map(nodes_of).collect();
            nodes.sort_unstable();
            for (place, node) in nodes.iter().enumerate() {
                if let Some(slot) = local.get_mut(*node) {
                    *slot = place;
                }
            }
            variables.sort_unstable_by_key(|variable| (rank.get(*variable), *variable));
            parts.push(self.part(&nodes, &variables, &local, &inputs, &tables));
        }
        parts
    }

    fn part(
        &self,
        nodes: &[usize],
        variables: &[usize],
        local: &[usize],
        inputs: &BTreeMap<usize, Vec<&Arc>>,
        tables: &BTreeMap<usize, &Table>,
    ) -> Part {
        let at = |node: usize| local.get(node).copied().unwrap_or(usize::MAX);
        let incoming = |node: usize| -> Vec<Input> {
            let arcs = inputs.get(&node).into_iter().flatten();
            let inputs = arcs.flat_map(|arc| {
                arc.bearings.iter().map(|bearing| Input { source: at(arc.source), bearing: *bearing })
            });
            inputs.collect()
        };
        let mut part = Part {
            ids: nodes.iter().map(|node| NodeId::new(*node)).collect(),
            keys: nodes
                .iter()
                .filter_map(|node| self.model.nodes.get(*node))
                .map(|node| key(&node.id))
                .collect(),
            variables: Vec::with_capacity(variables.len()),
            places: vec![Place { variable: 0, state: 1 }; nodes.len()],
            targets: nodes.iter().map(|node| self.target(*node, &at, inputs, tables)).collect(),
        };
        for members in variables.iter().filter_map(|variable| self.variables.get(*variable)) {
            let law = match members.as_slice() {
                [node] if self.choice_of(*node).is_none() => match tables.get(node) {
                    Some(table) => tabulated(table, &at),
                    None => Law::Odds(incoming(*node)),
                },
                scenarios => Law::Choice(scenarios.iter().map(|node| incoming(*node)).collect()),
            };
            let is_choice = matches!(law, Law::Choice(_));
            for (state, node) in members.iter().enumerate() {
                if let Some(place) = part.places.get_mut(at(*node)) {
                    let state = if is_choice { state } else { 1 };
                    *place = Place { variable: part.variables.len(), state };
                }
            }
            part.variables.push(Variable { nodes: members.iter().map(|node| at(*node)).collect(), law });
        }
        part
    }

    fn choice_of(&self, node: usize) -> Option<ChoiceId> {
        self.model.nodes.get(node).and_then(|node| node.choice)
    }

    fn target(
        &self,
        node: usize,
        at: &impl Fn(usize) -> usize,
        inputs: &BTreeMap<usize, Vec<&Arc>>,
        tables: &BTreeMap<usize, &Table>,
    ) -> Target {
        let Some(said) = self.model.nodes.get(node) else { return Target::Table };
        if tables.contains_key(&node) {
            return Target::Table;
        }
        if let Some(choice) = said.choice.and_then(|choice| self.model.choices.get(choice.index())) {
            let all: f64 = choice.scenarios.iter().map(|id| self.inside(*id, choice)).sum();
            return Target::Stated(self.inside(NodeId::new(node), choice) / all);
        }
        let outside = self.outside(said);
        if let Some(prior) = said.prior {
            let inside = prior.value.as_f64();
            return Target::Stated(
                outside.map_or(inside, |(rate, weight)| sigmoid(blend(logit(inside), rate, weight))),
            );
        }
        let arcs = inputs.get(&node).map_or(&[][..], Vec::as_slice);
        let edges = arcs.iter().filter_map(|arc| arc.numbers.map(|(yes, no)| (at(arc.source), yes, no)));
        let is_loose = matches!(said.tie, Some(Tie::Weight(_)));
        let like = said.parent.filter(|_| is_loose).map(|parent| at(parent.index()));
        Target::Implied { edges: edges.collect(), like, outside }
    }

    fn outside(&self, node: &Node) -> Option<(f64, f64)> {
        outside(self.model, node)
    }

    /// The probability of a scenario in its choice, before all are scaled to sum to one.
    fn inside(&self, id: NodeId, choice: &Choice) -> f64 {
        let stated = share(self.model, id, choice);
        self.outside(self.model.node(id))
            .map_or(stated, |(rate, weight)| sigmoid(blend(logit(stated), rate, weight)))
    }
}

impl Arc {
    fn new(source: NodeId, target: NodeId, effect: &Effect, turned: bool) -> Self {
        let (mut bearings, numbers) = match effect {
            Effect::Numbers { yes, no } => {
                let (yes, no) = (yes.value.as_f64(), no.value.as_f64());
                (bearings(yes, no), Some((yes, no)))
            }
            Effect::Strength { direction, ratio, .. } => {
                let weight = ln(ratio.as_f64());
                let weight = if *direction == Direction::Against { -weight } else { weight };
                (vec![Bearing::Weight(weight)], None)
            }
        };
        if !turned {
            return Self { source: source.index(), target: target.index(), bearings, numbers };
        }
        for bearing in &mut bearings {
            if let Bearing::Gate { when, then } = bearing {
                // Where one is `when`, the other is never `!then`: so read from the other end.
                (*when, *then) = (!*then, !*when);
            }
        }
        Self { source: target.index(), target: source.index(), bearings, numbers: None }
    }

    fn tied(parent: NodeId, milestone: NodeId, weight: Ratio) -> Self {
        let weight = weight.as_f64();
        let ratio = (1.0 + weight) / (1.0 - weight);
        Self {
            source: parent.index(),
            target: milestone.index(),
            bearings: vec![Bearing::Weight(ln(ratio))],
            numbers: None,
        }
    }
}

/// What two numbers do: gates where they are certain, else a weight.
fn bearings(yes: f64, no: f64) -> Vec<Bearing> {
    let gate = |when: bool, number: f64| {
        let certain = number <= 0.0 || number >= 1.0;
        certain.then_some(Bearing::Gate { when, then: number >= 1.0 })
    };
    let gates: Vec<Bearing> = [gate(true, yes), gate(false, no)].into_iter().flatten().collect();
    if gates.is_empty() { vec![Bearing::Weight(logit(yes) - logit(no))] } else { gates }
}

fn tabulated(table: &Table, at: &impl Fn(usize) -> usize) -> Law {
    let mut rows = vec![0.5; 1 << table.parents.len()];
    for row in &table.rows {
        let number = row.cells.iter().enumerate().map(|(bit, cell)| usize::from(*cell) << bit).sum::<usize>();
        if let Some(slot) = rows.get_mut(number) {
            *slot = row.probability.value.as_f64();
        }
    }
    Law::Table { parents: table.parents.iter().map(|parent| at(parent.index())).collect(), rows }
}
