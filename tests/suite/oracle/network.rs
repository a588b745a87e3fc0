//! How nodes depend on their parents: "The network" of the page.
//!
//! A choice is one variable with a value for each scenario; any other node is one with the values 0 (false) and
//! 1 (true). Variables stand in an order in which parents come first. A joint state is one number: the values
//! of the variables as its digits, the first variable lowest.

use std::collections::BTreeSet;

use forecastc::model::{Direction, Edge, Effect, Model, NodeId, Relation, Table, Tie};
use forecastc::value::Probability;

pub(super) struct Network<'a> {
    pub(super) model: &'a Model,
    pub(super) variables: Vec<Variable>,
    /// The variable of each node.
    pub(super) place: Vec<usize>,
    /// The value of that variable with which the node is true.
    pub(super) truth: Vec<usize>,
    /// The number of joint states.
    pub(super) states: usize,
    /// The sentences of the page that came to bear.
    pub(super) met: BTreeSet<&'static str>,
    /// What bears on each node.
    pub(super) influences: Vec<Vec<Influence>>,
}

pub(super) struct Variable {
    pub(super) nodes: Vec<NodeId>,
    pub(super) is_choice: bool,
    pub(super) has_table: bool,
    /// The number of its values.
    pub(super) values: usize,
    /// How many joint states the variables before it have.
    pub(super) stride: usize,
    /// What each combination of its parents does to it.
    pub(super) cases: Vec<Case>,
    /// The case of each joint state of the variables before it.
    pub(super) case_of: Vec<u16>,
    /// What the edges into it say, for a node that states nothing.
    pub(super) implying: Vec<Implying>,
}

/// One combination of the parents of a variable: P(value) is proportional to exp(level + offset) for the values
/// that are allowed, and 0 for the others. The value 0 of a node outside of choices has level and offset 0.
#[derive(Clone)]
pub(super) struct Case {
    pub(super) allowed: Vec<bool>,
    pub(super) offset: Vec<f64>,
}

/// What an edge says about the level of a node that states nothing.
#[derive(Clone, Copy)]
pub(super) enum Implying {
    /// Two numbers: q·t + (1 − q)·f.
    Numbers(NodeId, f64, f64),
    /// The weight of a milestone: as likely as its node.
    Likewise(NodeId),
}

/// A parent, and what it does when it is true and when it is false.
#[derive(Clone, Copy)]
pub(super) struct Influence {
    pub(super) source: NodeId,
    weight: f64,
    /// The gate of the source being false, then that of its being true: which value of the child it forces.
    gates: [Option<bool>; 2],
}

pub(super) fn logit(p: f64) -> f64 {
    p.ln() - (-p).ln_1p()
}

fn gate(number: Probability) -> Option<bool> {
    number.is_certain().then_some(number == Probability::ONE)
}

impl Influence {
    fn of(source: NodeId, effect: &Effect) -> Self {
        match effect {
            Effect::Numbers { yes, no } => {
                let gates = [gate(no.value), gate(yes.value)];
                let is_gate = gates.iter().any(Option::is_some);
                let weight = if is_gate { 0.0 } else { logit(yes.value.as_f64()) - logit(no.value.as_f64()) };
                Self { source, weight, gates }
            }
            Effect::Strength { direction, ratio, .. } => {
                let sign = if *direction == Direction::For { 1.0 } else { -1.0 };
                Self { source, weight: sign * ratio.as_f64().ln(), gates: [None, None] }
            }
        }
    }

    /// The same odds ratio and the same pairs of states that never meet, seen from the other end.
    fn turned(self, target: NodeId) -> Self {
        let gates = [false, true].map(|child| {
            // The parent's states that never meet this state of the child.
            let never = self.gates.map(|gate| gate == Some(!child));
            match never {
                [false, false] => None,
                [true, false] => Some(true),
                // Where neither state of the parent may meet it, the one that denies wins.
                [_, true] => Some(false),
            }
        });
        Self { source: target, weight: self.weight, gates }
    }
}

impl<'a> Network<'a> {
    pub(super) fn new(model: &'a Model) -> Self {
        // Variables in any order first.
        let mut groups: Vec<Vec<NodeId>> = Vec::new();
        let mut group_of = vec![usize::MAX; model.nodes.len()];
        for (id, node) in model.nodes() {
            if group_of[id.index()] != usize::MAX {
                continue;
            }
            let nodes = match node.choice {
                Some(choice) => model.choices[choice.index()].scenarios.clone(),
                None => vec![id],
            };
            for node in &nodes {
                group_of[node.index()] = groups.len();
            }
            groups.push(nodes);
        }
        let group = |id: NodeId| group_of[id.index()];

        let mut arcs = vec![vec![false; groups.len()]; groups.len()];
        let mut met = BTreeSet::new();
        let mut influences: Vec<Vec<Influence>> = vec![Vec::new(); model.nodes.len()];
        let mut implying: Vec<Vec<Implying>> = vec![Vec::new(); model.nodes.len()];
        for edge in model.edges.iter().filter(|edge| edge.relation.value != Relation::MovesWith) {
            arcs[group(edge.source)][group(edge.target)] = true;
        }
        for table in &model.tables {
            for parent in &table.parents {
                arcs[group(*parent)][group(table.target)] = true;
            }
        }
        for (id, node) in model.nodes() {
            let Some(parent) = node.parent else { continue };
            arcs[group(parent)][group(id)] = true;
            let (influence, implies) = tie(parent, node.tie);
            influences[id.index()].push(influence);
            implying[id.index()].push(implies);
        }
        // A table says all about its node: what moves with it comes after it.
        let has_table = |node: NodeId| model.tables.iter().any(|table| table.target == node);
        for edge in model.edges.iter().filter(|edge| edge.relation.value == Relation::MovesWith) {
            let (from, to) = (group(edge.source), group(edge.target));
            if has_table(edge.target) {
                arcs[to][from] = true;
            }
            if has_table(edge.source) {
                arcs[from][to] = true;
            }
        }
        // The others one by one, in the order of targets and then sources.
        for edge in &model.edges {
            let influence = Influence::of(edge.source, &edge.effect);
            let (from, to) = (group(edge.source), group(edge.target));
            if edge.relation.value == Relation::MovesWith && reaches(&arcs, to, from) {
                arcs[to][from] = true;
                let has_gate = influence.gates.iter().any(Option::is_some);
                met.insert(if has_gate { "a gate turned round" } else { "moves with, turned round" });
                if has_table(edge.target) {
                    met.insert("a table, and moves with besides");
                }
                influences[edge.source.index()].push(influence.turned(edge.target));
                continue;
            }
            arcs[from][to] = true;
            met.insert(edge.relation.value.words());
            influences[edge.target.index()].push(influence);
            implying[edge.target.index()].extend(implies(edge));
        }

        let order = parents_first(&arcs);
        let mut place = vec![0; model.nodes.len()];
        let mut truth = vec![1; model.nodes.len()];
        for (at, group) in order.iter().enumerate() {
            for (value, node) in groups[*group].iter().enumerate() {
                place[node.index()] = at;
                if model.node(*node).choice.is_some() {
                    truth[node.index()] = value;
                }
            }
        }
        let mut network = Self { model, variables: Vec::new(), place, truth, states: 1, met, influences };
        for group in order {
            network.add(&groups[group], &implying);
        }
        network
    }

    fn add(&mut self, nodes: &[NodeId], implying: &[Vec<Implying>]) {
        let is_choice = self.model.node(nodes[0]).choice.is_some();
        let table = self.table(nodes[0]);
        let influences: Vec<Vec<Influence>> =
            nodes.iter().map(|node| self.influences[node.index()].clone()).collect();
        let mut parents: Vec<usize> = Vec::new();
        let sources = influences.iter().flatten().map(|influence| influence.source);
        for source in sources.chain(table.iter().flat_map(|table| table.parents.iter().copied())) {
            if !parents.contains(&self.place[source.index()]) {
                parents.push(self.place[source.index()]);
            }
        }
        let stride = self.states;
        let mut cases = Vec::new();
        let mut known: Vec<Option<u16>> = Vec::new();
        let mut case_of = Vec::with_capacity(stride);
        for state in 0..stride {
            // The digits of the parents name the case.
            let mut key = 0;
            for parent in &parents {
                key = key * self.variables[*parent].values + self.value(state, *parent);
            }
            if known.len() <= key {
                known.resize(key + 1, None);
            }
            if known[key].is_none() {
                let (case, met) = match is_choice {
                    true => self.case_of_choice(state, &influences, &[]),
                    false => {
                        let row =
                            table.map(|table| row(table, |parent| self.is_true(state, parent)).as_f64());
                        self.case_of_node(state, row, &influences[0])
                    }
                };
                self.met.extend(met);
                cases.push(case);
                known[key] = u16::try_from(cases.len() - 1).ok();
            }
            case_of.push(known[key].unwrap());
        }
        let values = if is_choice { nodes.len() } else { 2 };
        self.states *= values;
        self.variables.push(Variable {
            nodes: nodes.to_vec(),
            is_choice,
            has_table: table.is_some(),
            values,
            stride,
            cases,
            case_of,
            implying: implying[nodes[0].index()].clone(),
        });
    }

    /// The value of a variable in a joint state.
    pub(super) fn value(&self, state: usize, variable: usize) -> usize {
        let variable = &self.variables[variable];
        state / variable.stride % variable.values
    }

    pub(super) fn is_true(&self, state: usize, node: NodeId) -> bool {
        self.value(state, self.place[node.index()]) == self.truth[node.index()]
    }

    /// The table of a node.
    pub(super) fn table(&self, node: NodeId) -> Option<&'a Table> {
        self.model.tables.iter().find(|table| table.target == node)
    }

    /// What a row of its table and these influences do to a node, and the sentences that say so.
    pub(super) fn case_of_node(
        &self,
        state: usize,
        row: Option<f64>,
        influences: &[Influence],
    ) -> (Case, Vec<&'static str>) {
        let mut met = Vec::new();
        let mut offset = 0.0;
        let mut forced = [false, false];
        if let Some(row) = row {
            met.push("a table");
            match row {
                0.0 => forced[0] = true,
                1.0 => forced[1] = true,
                _ => offset += logit(row),
            }
        }
        for influence in influences {
            let source = self.is_true(state, influence.source);
            if source {
                offset += influence.weight;
            }
            if let Some(value) = influence.gates[usize::from(source)] {
                forced[usize::from(value)] = true;
            }
        }
        // The gate that denies wins.
        met.extend((forced[0] || forced[1]).then_some("a gate"));
        met.extend((forced[0] && forced[1]).then_some("gates that disagree"));
        let allowed = match forced {
            [true, _] => vec![true, false],
            [false, true] => vec![false, true],
            [false, false] => vec![true, true],
        };
        (Case { allowed, offset: vec![0.0, offset] }, met)
    }

    /// What influences on each of its scenarios do to a choice, and the sentences that say so. Some scenarios may
    /// be ruled out from outside.
    pub(super) fn case_of_choice(
        &self,
        state: usize,
        influences: &[Vec<Influence>],
        out: &[usize],
    ) -> (Case, Vec<&'static str>) {
        let mut met = Vec::new();
        let mut denied: Vec<bool> = (0..influences.len()).map(|value| out.contains(&value)).collect();
        let mut made = vec![false; influences.len()];
        let mut offset = vec![0.0; influences.len()];
        for (value, influences) in influences.iter().enumerate() {
            for influence in influences {
                let source = self.is_true(state, influence.source);
                if source {
                    offset[value] += influence.weight;
                }
                match influence.gates[usize::from(source)] {
                    Some(true) => made[value] = true,
                    Some(false) => denied[value] = true,
                    None => {}
                }
            }
        }
        let mut allowed: Vec<bool> = denied.iter().map(|denied| !denied).collect();
        let is_made = |value: &usize| allowed[*value] && made[*value];
        if (0..influences.len()).any(|value| is_made(&value)) {
            allowed = (0..influences.len()).map(|value| is_made(&value)).collect();
        }
        met.extend(made.contains(&true).then_some("a gate that makes a scenario true"));
        met.extend(denied.contains(&true).then_some("a gate that rules a scenario out"));
        if !allowed.contains(&true) {
            met.push("gates that rule out all scenarios");
            allowed = (0..influences.len()).map(|value| !out.contains(&value)).collect();
        }
        (Case { allowed, offset }, met)
    }
}

/// The number of a table in the row of these states.
pub(super) fn row(table: &Table, is_true: impl Fn(NodeId) -> bool) -> Probability {
    let cells: Vec<bool> = table.parents.iter().map(|parent| is_true(*parent)).collect();
    table.rows.iter().find(|row| row.cells == cells).unwrap().probability.value
}

/// The tie of a milestone to its node, and what it implies.
fn tie(parent: NodeId, tie: Option<Tie>) -> (Influence, Implying) {
    match tie {
        Some(Tie::Effect(effect)) => {
            let implies = match effect {
                Effect::Numbers { yes, no } => {
                    Implying::Numbers(parent, yes.value.as_f64(), no.value.as_f64())
                }
                Effect::Strength { .. } => Implying::Likewise(parent),
            };
            (Influence::of(parent, &effect), implies)
        }
        Some(Tie::Weight(weight)) => {
            let weight = weight.as_f64();
            let influence = Influence {
                source: parent,
                weight: ((1.0 + weight) / (1.0 - weight)).ln(),
                gates: [None, None],
            };
            (influence, Implying::Likewise(parent))
        }
        None => panic!("every milestone has a tie"),
    }
}

fn implies(edge: &Edge) -> Option<Implying> {
    match edge.effect {
        Effect::Numbers { yes, no } => {
            Some(Implying::Numbers(edge.source, yes.value.as_f64(), no.value.as_f64()))
        }
        Effect::Strength { .. } => None,
    }
}

/// Whether a way along the arcs leads from one variable to another.
fn reaches(arcs: &[Vec<bool>], from: usize, to: usize) -> bool {
    let mut seen = vec![false; arcs.len()];
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        if at == to {
            return true;
        }
        for next in 0..arcs.len() {
            if arcs[at][next] && !seen[next] {
                seen[next] = true;
                open.push(next);
            }
        }
    }
    false
}

fn parents_first(arcs: &[Vec<bool>]) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::new();
    while order.len() < arcs.len() {
        let is_next = |at: &usize| {
            !order.contains(at) && (0..arcs.len()).all(|from| !arcs[from][*at] || order.contains(&from))
        };
        let next = (0..arcs.len()).find(is_next).expect("no circle of edges");
        order.push(next);
    }
    order
}
