//! Parts: the network as numbers, cut where nothing connects.
//!
//! The model comes in, with its names and texts; variables with the laws that tie them to their parents come
//! out, in an order in which parents come first. Nothing is solved here: levels are wishes still.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::model::{Choice, Direction, Edge, Effect, Model, Node, NodeId, Rate, Relation, Tie};
use crate::value::{Probability, Ratio};

use super::number::{logit, sigmoid};

/// Variables that are connected with each other and with nothing else. Nodes are numbered within the part.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// The node of the model for each node of the part.
    pub(crate) ids: Vec<NodeId>,
    /// What random numbers belong to each node: a hash of its id.
    pub(crate) keys: Vec<u64>,
    /// Parents before children.
    pub(crate) variables: Vec<Variable>,
    /// The place of each node.
    pub(crate) places: Vec<Place>,
    /// What each node's level is to give before all facts.
    pub(crate) targets: Vec<Target>,
}

/// Where a node is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The variable, by its number.
    pub(crate) variable: usize,
    /// The state of that variable in which the node is true: 1, or the number of the scenario in its choice.
    pub(crate) state: usize,
}

/// What takes one of several states. One node has the states false and true; the scenarios of a choice are
/// the states of one variable.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    /// The node, or the scenarios in the order of their states.
    pub(crate) nodes: Vec<usize>,
    /// How it depends on its parents.
    pub(crate) law: Law,
}

/// How a variable depends on its parents.
#[derive(Clone, Debug)]
pub(crate) enum Law {
    /// Log odds are the level and what comes in.
    Odds(Vec<Input>),
    /// One of several: for each state what comes in, besides its level.
    Choice(Vec<Vec<Input>>),
    /// The probability for each state of the parents; the first parent is the lowest bit of the row's number.
    /// The level shifts the log odds of all rows, and is 0 unless somebody states something.
    Table {
        /// The parents.
        parents: Vec<usize>,
        /// P(true), by row.
        rows: Vec<f64>,
    },
}

impl Law {
    /// The parents, in the order of their numbers.
    pub(crate) fn parents(&self) -> Vec<usize> {
        let mut all: Vec<usize> = match self {
            Self::Odds(inputs) => inputs.iter().map(|input| input.source).collect(),
            Self::Choice(lists) => lists.iter().flatten().map(|input| input.source).collect(),
            Self::Table { parents, .. } => parents.clone(),
        };
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The same where some parents have no say: of a table, where each row is the mean of the rows that differ in
    /// them alone.
    pub(crate) fn without(&self, sources: &[usize]) -> Self {
        let keep = |inputs: &[Input]| -> Vec<Input> {
            inputs.iter().filter(|input| !sources.contains(&input.source)).copied().collect()
        };
        match self {
            Self::Odds(inputs) => Self::Odds(keep(inputs)),
            Self::Choice(lists) => Self::Choice(lists.iter().map(|inputs| keep(inputs)).collect()),
            Self::Table { parents, rows } => {
                let (mut parents, mut rows) = (parents.clone(), rows.clone());
                while let Some(bit) = parents.iter().position(|parent| sources.contains(parent)) {
                    parents.remove(bit);
                    let low = |row: usize| (row >> bit << (bit + 1)) | (row & ((1 << bit) - 1));
                    let at = |row: usize| rows.get(row).copied().unwrap_or(0.5);
                    rows = (0..rows.len() / 2)
                        .map(|row| f64::midpoint(at(low(row)), at(low(row) | 1 << bit)))
                        .collect();
                }
                Self::Table { parents, rows }
            }
        }
    }

    /// The probability of each state where parents have theirs: of false and true, or of each scenario.
    pub(crate) fn states(&self, levels: &[f64], is: impl Fn(usize) -> bool) -> Vec<f64> {
        // The log odds, and what gates say.
        let push = |inputs: &[Input], level: f64| {
            let (mut log, mut acts) = (level, [false; 2]);
            for input in inputs {
                match input.bearing {
                    Bearing::Weight(weight) if is(input.source) => log += weight,
                    Bearing::Gate { when, then } if is(input.source) == when => {
                        if let Some(act) = acts.get_mut(usize::from(then)) {
                            *act = true;
                        }
                    }
                    Bearing::Weight(_) | Bearing::Gate { .. } => {}
                }
            }
            (log, acts)
        };
        let level = levels.first().copied().unwrap_or(0.0);
        let two = |yes: f64| vec![1.0 - yes, yes];
        match self {
            Self::Odds(inputs) => two(match push(inputs, level) {
                (_, [true, _]) => 0.0,
                (_, [_, true]) => 1.0,
                (log, _) => sigmoid(log),
            }),
            Self::Table { parents, rows } => {
                let row: usize =
                    parents.iter().enumerate().map(|(bit, parent)| usize::from(is(*parent)) << bit).sum();
                let row = rows.get(row).copied().unwrap_or(0.5);
                two(if level == 0.0 { row } else { sigmoid(logit(row) + level) })
            }
            Self::Choice(lists) => {
                let all: Vec<(f64, [bool; 2])> =
                    lists.iter().zip(levels).map(|(inputs, level)| push(inputs, *level)).collect();
                let granted = all.iter().any(|(_, [denied, granted])| *granted && !denied);
                let open = |[denied, own]: [bool; 2]| !denied && (own || !granted);
                let none = !all.iter().any(|(_, acts)| open(*acts));
                let logs =
                    all.iter().map(|(log, acts)| if none || open(*acts) { *log } else { f64::NEG_INFINITY });
                let most = logs.clone().fold(f64::NEG_INFINITY, f64::max);
                let masses: Vec<f64> = logs.map(|log| super::number::exp(log - most)).collect();
                let sum: f64 = masses.iter().sum();
                masses.into_iter().map(|mass| mass / sum).collect()
            }
        }
    }
}

/// What comes in from a parent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Input {
    /// The parent.
    pub(crate) source: usize,
    /// What it does.
    pub(crate) bearing: Bearing,
}

/// What a parent does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bearing {
    /// Adds to the log odds where the parent is true.
    Weight(f64),
    /// Where the parent is `when`, this is `then`. A gate to false is stronger than one to true.
    Gate {
        /// The state of the parent.
        when: bool,
        /// The state of this.
        then: bool,
    },
}

/// What a level is to give.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    /// This probability, outside view included.
    Stated(f64),
    /// What the edges imply.
    Implied {
        /// Sources with P(this | true) and P(this | false).
        edges: Vec<(usize, f64, f64)>,
        /// A node that it is as likely as, by a tie without numbers.
        like: Option<usize>,
        /// Log odds of the class and their weight.
        outside: Option<(f64, f64)>,
    },
    /// A table needs no level.
    Table,
    /// The level is what it is.
    Level(f64),
}

impl Target {
    /// The nodes whose probabilities it is made of.
    pub(crate) fn sources(&self) -> Vec<usize> {
        match self {
            Self::Implied { edges, like, .. } => {
                edges.iter().map(|(source, ..)| *source).chain(*like).collect()
            }
            Self::Stated(_) | Self::Table | Self::Level(_) => Vec::new(),
        }
    }

    /// The probability aimed at, given those of the sources. `None`: nothing is aimed at.
    pub(crate) fn probability(&self, of: impl Fn(usize) -> f64) -> Option<f64> {
        match self {
            Self::Stated(probability) => Some(*probability),
            Self::Table | Self::Level(_) => None,
            Self::Implied { edges, like, outside } => {
                let implied = edges.iter().map(|(source, yes, no)| {
                    let source = of(*source);
                    logit(source * yes + (1.0 - source) * no)
                });
                let alike = like.map(|node| logit(of(node)));
                let inside = mean(implied.chain(alike)).unwrap_or(0.0);
                Some(sigmoid(outside.map_or(inside, |(rate, weight)| blend(inside, rate, weight))))
            }
        }
    }
}

/// The mean of log odds; what is certain weighs more than any number of others, unless it is contradicted.
fn mean(all: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut count, mut yes, mut no) = (0.0, 0_u32, false, false);
    for one in all {
        if one.is_finite() {
            sum += one;
            count += 1;
        } else {
            yes |= one > 0.0;
            no |= one < 0.0;
        }
    }
    match (yes, no) {
        (true, false) => Some(f64::INFINITY),
        (false, true) => Some(f64::NEG_INFINITY),
        _ if count > 0 => Some(sum / f64::from(count)),
        (true, true) => Some(0.0),
        (false, false) => None,
    }
}

pub(crate) fn blend(inside: f64, rate: f64, weight: f64) -> f64 {
    if weight >= 1.0 { rate } else { (1.0 - weight) * inside + weight * rate }
}

/// Log odds of a class.
fn class_log_odds(rate: Rate) -> f64 {
    logit(rate.as_f64())
}

/// The log odds of the class of a node, and its weight.
pub(crate) fn outside(model: &Model, node: &Node) -> Option<(f64, f64)> {
    let outside = node.outside?;
    let class = model.classes.get(outside.class.index())?;
    Some((class_log_odds(class.rate), outside.weight.as_f64()))
}

/// What is stated of a scenario, or what the others leave.
pub(crate) fn share(model: &Model, id: NodeId, choice: &Choice) -> f64 {
    let node = model.node(id);
    match node.prior {
        Some(prior) if !node.rest => prior.value.as_f64(),
        _ => {
            let others = choice.scenarios.iter().filter(|other| **other != id);
            let others = others.filter_map(|other| model.node(*other).prior);
            let sum = others.fold(Probability::ZERO, |sum, prior| sum.plus(prior.value));
            Probability::ONE.minus(sum).as_f64()
        }
    }
}

/// A hash of an id that no machine and no release changes (FNV-1a, mixed once more).
pub(crate) fn key(id: &str) -> u64 {
    let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
    let hash = id.bytes().fold(0xCBF2_9CE4_8422_2325, fold);
    super::number::mix(hash)
}

/// The parts of a network, in the order of their first nodes.
pub(crate) fn parts(model: &Model) -> Vec<Part> {
    let draft = Draft::of(model);
    draft.parts()
}

/// An arc with what it carries, in the direction in which it is read.
struct Arc {
    source: usize,
    target: usize,
    bearings: Vec<Bearing>,
    /// P(target | source true), P(target | source false), where they are written in this direction.
    numbers: Option<(f64, f64)>,
}

/// The whole network before it is cut. Nodes are numbered as in the model.
struct Draft<'a> {
    model: &'a Model,
    arcs: Vec<Arc>,
    /// Variables: for each the nodes.
    variables: Vec<Vec<usize>>,
    /// The variable of each node.
    variable_of: Vec<usize>,
}

impl<'a> Draft<'a> {
    fn of(model: &'a Model) -> Self {
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
        let mut draft = Self { model, arcs: Vec::new(), variables, variable_of };
        draft.join();
        draft
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
    fn parts(self) -> Vec<Part> {
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
        tables: &BTreeMap<usize, &crate::model::Table>,
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

    fn choice_of(&self, node: usize) -> Option<crate::model::ChoiceId> {
        self.model.nodes.get(node).and_then(|node| node.choice)
    }

    fn target(
        &self,
        node: usize,
        at: &impl Fn(usize) -> usize,
        inputs: &BTreeMap<usize, Vec<&Arc>>,
        tables: &BTreeMap<usize, &crate::model::Table>,
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
                let weight = super::number::ln(ratio.as_f64());
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
            bearings: vec![Bearing::Weight(super::number::ln(ratio))],
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

fn tabulated(table: &crate::model::Table, at: &impl Fn(usize) -> usize) -> Law {
    let mut rows = vec![0.5; 1 << table.parents.len()];
    for row in &table.rows {
        let number = row.cells.iter().enumerate().map(|(bit, cell)| usize::from(*cell) << bit).sum::<usize>();
        if let Some(slot) = rows.get_mut(number) {
            *slot = row.probability.value.as_f64();
        }
    }
    Law::Table { parents: table.parents.iter().map(|parent| at(parent.index())).collect(), rows }
}

/// An order of variables in which every arc leads onward, kept while arcs are added (Pearce and Kelly 2006).
struct Order {
    rank: Vec<usize>,
    out: Vec<Vec<usize>>,
    into: Vec<Vec<usize>>,
}

impl Order {
    /// Of arcs without a circle: of those whose parents are all placed, the first.
    fn new(count: usize, arcs: &[(usize, usize)]) -> Self {
        let mut order =
            Self { rank: vec![0; count], out: vec![Vec::new(); count], into: vec![Vec::new(); count] };
        let mut waits = vec![0_usize; count];
        for (from, to) in arcs.iter().filter(|(from, to)| from != to) {
            order.add(*from, *to);
            if let Some(waits) = waits.get_mut(*to) {
                *waits += 1;
            }
        }
        let ready = waits.iter().enumerate().filter(|(_, waits)| **waits == 0).map(|(one, _)| Reverse(one));
        let mut ready: BinaryHeap<Reverse<usize>> = ready.collect();
        let mut next = 0;
        while let Some(Reverse(one)) = ready.pop() {
            if let Some(rank) = order.rank.get_mut(one) {
                *rank = next;
            }
            next += 1;
            for to in order.out.get(one).into_iter().flatten() {
                let Some(waits) = waits.get_mut(*to) else { continue };
                *waits -= 1;
                if *waits == 0 {
                    ready.push(Reverse(*to));
                }
            }
        }
        order
    }

    fn add(&mut self, from: usize, to: usize) {
        if let (Some(out), Some(into)) = (self.out.get_mut(from), self.into.get_mut(to)) {
            out.push(to);
            into.push(from);
        }
    }

    fn rank(&self, one: usize) -> usize {
        self.rank.get(one).copied().unwrap_or(usize::MAX)
    }

    /// Adds an arc, or the same turned round if that one would close a circle. False: it was turned.
    fn join(&mut self, from: usize, to: usize) -> bool {
        if self.rank(from) > self.rank(to) {
            let (first, last) = (self.rank(to), self.rank(from));
            let after = self.reach(&self.out, to, |rank| rank <= last);
            if after.contains(&from) {
                self.add(to, from);
                return false;
            }
            // What leads to the beginning moves before what follows from the end, within the ranks that both have.
            let before = self.reach(&self.into, from, |rank| rank >= first);
            let mut moved: Vec<usize> = self.by_rank(before);
            moved.extend(self.by_rank(after));
            let mut ranks: Vec<usize> = moved.iter().map(|one| self.rank(*one)).collect();
            ranks.sort_unstable();
            for (one, rank) in moved.into_iter().zip(ranks) {
                if let Some(slot) = self.rank.get_mut(one) {
                    *slot = rank;
                }
            }
        }
        self.add(from, to);
        true
    }

    fn by_rank(&self, all: BTreeSet<usize>) -> Vec<usize> {
        let mut all: Vec<usize> = all.into_iter().collect();
        all.sort_unstable_by_key(|one| self.rank(*one));
        all
    }

    /// What one leads to, along arcs, as far as ranks allow.
    fn reach(&self, along: &[Vec<usize>], start: usize, allows: impl Fn(usize) -> bool) -> BTreeSet<usize> {
        let mut reached = BTreeSet::from([start]);
        let mut queue = vec![start];
        while let Some(one) = queue.pop() {
            for next in along.get(one).into_iter().flatten() {
                if allows(self.rank(*next)) && reached.insert(*next) {
                    queue.push(*next);
                }
            }
        }
        reached
    }
}

/// The group of each variable: those that links connect have the same, the smallest number among them.
fn groups(count: usize, links: &[(usize, usize)]) -> Vec<usize> {
    let mut group: Vec<usize> = (0..count).collect();
    fn find(group: &mut [usize], mut one: usize) -> usize {
        while let Some(up) = group.get(one).copied().filter(|up| *up != one) {
            let above = group.get(up).copied().unwrap_or(up);
            if let Some(slot) = group.get_mut(one) {
                *slot = above;
            }
            one = above;
        }
        one
    }
    for (from, to) in links {
        let (from, to) = (find(&mut group, *from), find(&mut group, *to));
        if let Some(slot) = group.get_mut(from.max(to)) {
            *slot = from.min(to);
        }
    }
    (0..count).map(|one| find(&mut group, one)).collect()
}
