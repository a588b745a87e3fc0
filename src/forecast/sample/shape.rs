//! Shape: a part laid out for sampling. Nothing in it depends on what is known.
//!
//! Nodes get slots in the order of their variables, so parents have lower slots than their children.

use super::super::number::{exp, logit};
use super::super::part::{Bearing, Input, Law, Part, Target};

/// How a variable is worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Odds that stay within range, without gates.
    Plain,
    /// The same with gates.
    Gated,
    /// Weights so great that odds leave the range of their type: worked out from log odds each time.
    Wide,
    /// Rows.
    Table,
    /// One of several.
    Choice,
    /// One of several, with weights so great that log odds are needed.
    WideChoice,
}

impl Kind {
    /// Running odds are kept for it.
    pub(super) fn runs(self) -> bool {
        matches!(self, Self::Plain | Self::Gated | Self::Choice)
    }

    /// It is one of several.
    pub(super) fn chooses(self) -> bool {
        matches!(self, Self::Choice | Self::WideChoice)
    }
}

/// A weight that comes in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weight {
    pub(super) source: usize,
    pub(super) log: f64,
    pub(super) factor: f32,
}

/// A gate that comes in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gate {
    pub(super) source: usize,
    pub(super) when: bool,
    pub(super) then: bool,
}

/// A weight that goes out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    /// The child.
    pub(super) slot: usize,
    pub(super) factor: f32,
    pub(super) inverse: f32,
    pub(super) log: f32,
    /// The odds alone say what the child says about the source.
    pub(super) tells: bool,
    /// The child has gates, from others.
    pub(super) gated: bool,
    /// Powers of two are to be split off before this child is counted.
    pub(super) renormalize: bool,
}

/// A variable.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub(super) kind: Kind,
    /// Its first slot.
    pub(super) first: usize,
    /// How many slots it has.
    pub(super) count: usize,
    pub(super) parents: Vec<usize>,
    pub(super) children: Vec<usize>,
    /// Children whose odds alone do not tell what they say about this.
    pub(super) hard: Vec<usize>,
    /// Sources and rows.
    pub(super) table: Option<(Vec<usize>, Vec<f64>)>,
}

impl Variable {
    pub(super) fn slots(&self) -> std::ops::Range<usize> {
        self.first..self.first + self.count
    }

    /// How many states it has.
    pub(super) fn states(&self) -> usize {
        if self.kind.chooses() { self.count } else { 2 }
    }
}

/// What a node is, by its slot.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) variable: usize,
    /// The state of the variable in which it is true.
    pub(super) state: usize,
    pub(super) node: usize,
    pub(super) key: u64,
    pub(super) weights: Vec<Weight>,
    pub(super) gates: Vec<Gate>,
    pub(super) links: Vec<Link>,
    /// The most that weights can add to its log odds.
    pub(super) most: f64,
}

/// The part.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) variables: Vec<Variable>,
    pub(super) slots: Vec<Slot>,
    /// The slot of each node.
    pub(super) slot_of: Vec<usize>,
}

/// Levels are held within these bounds: what lies beyond is as good as certain.
pub(super) const CERTAIN: f64 = 40.0;

impl Shape {
    pub(super) fn new(part: &Part) -> Self {
        let mut shape = Self { variables: Vec::new(), slots: Vec::new(), slot_of: vec![0; part.keys.len()] };
        for (number, variable) in part.variables.iter().enumerate() {
            let chooses = matches!(variable.law, Law::Choice(_));
            for (state, node) in variable.nodes.iter().enumerate() {
                if let Some(slot) = shape.slot_of.get_mut(*node) {
                    *slot = shape.slots.len();
                }
                shape.slots.push(Slot {
                    variable: number,
                    state: if chooses { state } else { 1 },
                    node: *node,
                    key: part.keys.get(*node).copied().unwrap_or(0),
                    weights: Vec::new(),
                    gates: Vec::new(),
                    links: Vec::new(),
                    most: 0.0,
                });
            }
            let first = shape.slots.len() - variable.nodes.len();
            let variable = shape.variable(part, first, &variable.nodes, &variable.law);
            shape.variables.push(variable);
        }
        shape.connect();
        shape
    }

    fn slot_at(&self, node: usize) -> usize {
        self.slot_of.get(node).copied().unwrap_or(0)
    }

    fn variable(&mut self, part: &Part, first: usize, nodes: &[usize], law: &Law) -> Variable {
        let (mut wide, mut gated) = (false, false);
        let lists: Vec<&[Input]> = match law {
            Law::Odds(inputs) => vec![inputs],
            Law::Choice(lists) => lists.iter().map(Vec::as_slice).collect(),
            Law::Table { .. } => Vec::new(),
        };
        for ((slot, inputs), node) in (first..).zip(lists).zip(nodes) {
            let (weights, gates) = self.inputs(inputs);
            let stated = match part.targets.get(*node) {
                Some(Target::Stated(p)) => logit(*p).abs().min(CERTAIN),
                Some(Target::Level(level)) => level.abs().min(CERTAIN),
                Some(Target::Implied { .. } | Target::Table) | None => 0.0,
            };
            let all: f64 = weights.iter().map(|weight| weight.log.abs()).sum();
            let greatest = weights.iter().map(|weight| weight.log.abs()).fold(0.0, f64::max);
            // The odds and one more factor have to stay below 2¹²⁰; statements may move a level by some 25.
            wide |= stated.max(25.0) + all + greatest > 80.0;
            gated |= !gates.is_empty();
            if let Some(slot) = self.slots.get_mut(slot) {
                slot.most = weights.iter().map(|weight| weight.log.max(0.0)).sum();
                (slot.weights, slot.gates) = (weights, gates);
            }
        }
        let (kind, table) = match law {
            Law::Odds(_) if wide => (Kind::Wide, None),
            Law::Odds(_) if gated => (Kind::Gated, None),
            Law::Odds(_) => (Kind::Plain, None),
            Law::Choice(_) if wide => (Kind::WideChoice, None),
            Law::Choice(_) => (Kind::Choice, None),
            Law::Table { parents, rows } => {
                let parents = parents.iter().map(|node| self.slot_at(*node)).collect();
                (Kind::Table, Some((parents, rows.clone())))
            }
        };
        Variable { kind, first, count: nodes.len(), parents: vec![], children: vec![], hard: vec![], table }
    }

    /// Weights from the same source are one weight.
    fn inputs(&self, inputs: &[Input]) -> (Vec<Weight>, Vec<Gate>) {
        let (mut logs, mut gates) = (std::collections::BTreeMap::new(), Vec::new());
        for input in inputs {
            let source = self.slot_at(input.source);
            match input.bearing {
                Bearing::Weight(log) => *logs.entry(source).or_insert(0.0) += log,
                Bearing::Gate { when, then } => gates.push(Gate { source, when, then }),
            }
        }
        let weight = |(source, log): (usize, f64)| Weight { source, log, factor: exp(log) as f32 };
        (logs.into_iter().filter(|(_, log)| *log != 0.0).map(weight).collect(), gates)
    }

    /// Works out who is whose child, and which children are hard.
    fn connect(&mut self) {
        let mut links: Vec<(usize, Link)> = Vec::new();
        for number in 0..self.variables.len() {
            let Some(variable) = self.variables.get(number) else { continue };
            let (kind, slots) = (variable.kind, variable.slots());
            let mut easy: Vec<(usize, usize)> = Vec::new();
            let mut sources: Vec<(usize, bool)> = Vec::new();
            for at in slots {
                let Some(slot) = self.slots.get(at) else { continue };
                sources.extend(slot.gates.iter().map(|gate| (gate.source, true)));
                for weight in &slot.weights {
                    let is_gate = slot.gates.iter().any(|gate| gate.source == weight.source);
                    let hard = is_gate || !matches!(kind, Kind::Plain | Kind::Gated);
                    sources.push((weight.source, hard));
                    easy.push((weight.source, at));
                }
            }
            sources.extend(variable.table.iter().flat_map(|(parents, _)| parents).map(|slot| (*slot, true)));
            let mut from: Vec<(usize, bool, usize)> = sources
                .iter()
                .filter_map(|(source, hard)| Some((self.slots.get(*source)?.variable, *hard, *source)))
                .collect();
            from.sort_unstable();
            from.dedup();
            // Several states of one choice that bear on the same child cannot be told apart by its odds.
            let crowded = |parent: usize| {
                let mut sources =
                    from.iter().filter(|(variable, ..)| *variable == parent).map(|(.., slot)| slot);
                let first = sources.next();
                sources.any(|slot| Some(slot) != first)
            };
            let is_hard = |parent: usize| {
                crowded(parent) || from.iter().any(|(variable, hard, _)| *variable == parent && *hard)
            };
            for (source, at) in easy.into_iter().filter(|_| kind.runs()) {
                let (Some(parent), Some(slot)) = (self.slots.get(source), self.slots.get(at)) else {
                    continue;
                };
                let Some(weight) = slot.weights.iter().find(|weight| weight.source == source) else {
                    continue;
                };
                links.push((
                    source,
                    Link {
                        slot: at,
                        factor: weight.factor,
                        inverse: exp(-weight.log) as f32,
                        log: weight.log as f32,
                        tells: !is_hard(parent.variable),
                        gated: kind == Kind::Gated,
                        renormalize: false,
                    },
                ));
            }
            let mut parents: Vec<usize> = from.iter().map(|(variable, ..)| *variable).collect();
            parents.dedup();
            for parent in &parents {
                let hard = is_hard(*parent);
                if let Some(parent) = self.variables.get_mut(*parent) {
                    parent.children.push(number);
                    if hard {
                        parent.hard.push(number);
                    }
                }
            }
            if let Some(variable) = self.variables.get_mut(number) {
                variable.parents = parents;
            }
        }
        for (source, link) in links {
            if let Some(slot) = self.slots.get_mut(source) {
                slot.links.push(link);
            }
        }
        for slot in &mut self.slots {
            slot.links.sort_by_key(|link| (!link.tells, link.slot));
        }
    }
}
