//! Ties: what could have moved what, and along which way.
//!
//! The models of both sides come in; a graph of ids goes out. It knows more ties than edges: milestones and their
//! nodes, the scenarios of a choice, tables, classes, and the record of a predictor, which weighs all that it says.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};

use super::units::Names;
use crate::model::{Direction, Effect, Event, Model, State, Tie};
use crate::value::Date;

/// What a tie counts for whose strength is no single number.
const USUAL: f64 = 0.3;
/// A way against the arrows is as strong but for this, so that of two alike the one with them is told.
const AGAINST: f64 = 0.9;
/// The least that a tie counts for, so that a way is found where there is one.
const LEAST: f64 = 1e-4;

/// How one may go on from where a way has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Came {
    /// It begins here, or comes from what hangs on it: everything around may move.
    Free,
    /// From a cause: what hangs on it may move, and other causes only if something is known of it.
    Down,
}

/// A place on a way, and how one may go on from there.
type Stand = (usize, Came);

#[derive(Clone, Copy, Debug)]
struct Step {
    to: usize,
    down: bool,
    /// Whether the next step is free whatever this one was.
    frees: bool,
    strength: f64,
}

/// All ties of two networks.
#[derive(Debug, Default)]
pub(super) struct Ties {
    places: BTreeMap<String, usize>,
    names: Vec<String>,
    steps: Vec<Vec<Step>>,
    /// What is settled, and what something is known of.
    settled: Vec<bool>,
    known: Vec<bool>,
    parents: Vec<usize>,
}

impl Ties {
    pub(super) fn new(models: [&Model; 2], names: &Names, today: Date) -> Self {
        let mut ties = Self::default();
        for model in models {
            ties.add(model, names, today);
        }
        ties
    }

    fn place(&mut self, name: &str) -> usize {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let place = self.names.len();
        self.places.insert(name.to_owned(), place);
        self.names.push(name.to_owned());
        self.steps.push(Vec::new());
        self.settled.push(false);
        self.known.push(false);
        self.parents.push(place);
        place
    }

    fn tie(&mut self, from: usize, to: usize, strength: f64) {
        let strength = strength.abs().clamp(LEAST, 1.0);
        self.step(from, Step { to, down: true, frees: false, strength });
        self.step(to, Step { to: from, down: false, frees: true, strength: strength * AGAINST });
    }

    /// A tie that leads on freely at its end.
    fn lead(&mut self, from: usize, to: usize, strength: f64) {
        self.step(from, Step { to, down: true, frees: true, strength: strength.clamp(LEAST, 1.0) });
    }

    fn step(&mut self, from: usize, step: Step) {
        let (one, other) = (self.root(from), self.root(step.to));
        if let Some(parent) = self.parents.get_mut(one) {
            *parent = other;
        }
        if let Some(steps) = self.steps.get_mut(from) {
            steps.push(step);
        }
    }

    fn add(&mut self, model: &Model, names: &Names, today: Date) {
        let places: Vec<usize> = model.nodes.iter().map(|node| self.place(&names.of(&node.id))).collect();
        let at = |id: crate::model::NodeId| places.get(id.index()).copied().unwrap_or(0);
        let speaks: Vec<bool> = {
            let mut speaks = vec![false; model.predictors.len()];
            for fact in model.nodes.iter().flat_map(|node| &node.journal) {
                if let Event::Evidence { by: Some(by), .. } = fact.event
                    && let Some(one) = speaks.get_mut(by.index())
                {
                    *one = true;
                }
            }
            speaks
        };
        for (id, node) in model.nodes() {
            let own = at(id);
            if let Some(settled) = self.settled.get_mut(own) {
                *settled |= matches!(node.state(today), State::Settled(..));
            }
            if let Some(known) = self.known.get_mut(own) {
                *known |= node.facts(today).any(|fact| fact.event != Event::Note);
            }
            if let Some(parent) = node.parent {
                let strength = match node.tie {
                    Some(Tie::Weight(weight)) => weight.as_f64(),
                    Some(Tie::Effect(effect)) => strength(effect),
                    None => 0.4,
                };
                self.tie(at(parent), own, strength);
            }
            for by in node.by.iter().filter(|by| speaks.get(by.index()).copied().unwrap_or(false)) {
                let voice = self.voice(model, *by, names);
                self.lead(own, voice, USUAL);
            }
            for fact in &node.journal {
                if let Event::Evidence { by: Some(by), .. } = fact.event {
                    let voice = self.voice(model, by, names);
                    self.lead(voice, own, USUAL);
                }
            }
            if let Some(class) = node.outside.and_then(|outside| model.classes.get(outside.class.index())) {
                let class = self.place(&names.of(&class.id.value));
                self.lead(class, own, USUAL);
            }
        }
        for edge in &model.edges {
            self.tie(at(edge.source), at(edge.target), strength(edge.effect));
        }
        for table in &model.tables {
            for parent in &table.parents {
                self.tie(at(*parent), at(table.target), USUAL);
            }
        }
        for choice in &model.choices {
            let whole = self.place(&names.of(&choice.id.value));
            for scenario in &choice.scenarios {
                self.lead(at(*scenario), whole, USUAL);
                self.lead(whole, at(*scenario), USUAL);
            }
        }
    }

    fn voice(&mut self, model: &Model, by: crate::model::PredictorId, names: &Names) -> usize {
        let id = model.predictors.get(by.index()).map_or("", |one| one.id.value.as_ref());
        let name = format!("κ of {}", names.of(id));
        self.place(&name)
    }

    fn root(&self, mut at: usize) -> usize {
        while let Some(parent) = self.parents.get(at).filter(|parent| **parent != at) {
            at = *parent;
        }
        at
    }

    /// What everything has in common that could move together with this; none of an id that nothing is tied to.
    pub(super) fn group(&self, id: &str) -> Option<usize> {
        self.places.get(id).map(|place| self.root(*place))
    }

    /// The strongest way to everything that can be reached from some ids.
    pub(super) fn ways(&self, from: &[String]) -> Ways<'_> {
        let mut ways = Ways { ties: self, best: BTreeMap::new() };
        let mut heap = BinaryHeap::new();
        for place in from.iter().filter_map(|id| self.places.get(id)) {
            heap.push(Reached { strength: 1.0, at: *place, came: Came::Free, before: None });
        }
        while let Some(reached) = heap.pop() {
            let state = (reached.at, reached.came);
            if ways.best.contains_key(&state) {
                continue;
            }
            ways.best.insert(state, (reached.strength, reached.before));
            let flag = |list: &[bool]| list.get(reached.at).copied().unwrap_or(false);
            let (settled, known) = (flag(&self.settled), flag(&self.known));
            let begins = reached.before.is_none();
            for step in self.steps.get(reached.at).into_iter().flatten() {
                let goes = match (reached.came, step.down) {
                    _ if begins => true,
                    // Another cause is told something only if something is known of what both bear on.
                    (Came::Down, false) => known || settled,
                    // What is settled passes nothing on.
                    (Came::Down | Came::Free, true) | (Came::Free, false) => !settled,
                };
                if goes {
                    let came = if step.frees { Came::Free } else { Came::Down };
                    let strength = reached.strength * step.strength;
                    heap.push(Reached { strength, at: step.to, came, before: Some(state) });
                }
            }
        }
        ways
    }
}

fn strength(effect: Effect) -> f64 {
    match effect {
        Effect::Numbers { yes, no } => (yes.value.as_f64() - no.value.as_f64()).abs(),
        Effect::Strength { ratio, direction: Direction::For | Direction::Against, .. } => {
            libm::tanh(libm::log(ratio.as_f64()).abs() / 4.0)
        }
    }
}

/// The strongest ways from some ids.
pub(super) struct Ways<'a> {
    ties: &'a Ties,
    best: BTreeMap<Stand, (f64, Option<Stand>)>,
}

impl Ways<'_> {
    /// The ids on the way to this one, itself included; nothing where no way leads there.
    pub(super) fn to(&self, id: &str) -> Vec<String> {
        let Some(place) = self.ties.places.get(id) else { return Vec::new() };
        let found = [Came::Free, Came::Down].map(|came| (*place, came));
        let found = found.into_iter().filter_map(|state| Some((self.best.get(&state)?.0, state)));
        let Some((_, mut state)) = found.max_by(|one, other| one.0.total_cmp(&other.0)) else {
            return Vec::new();
        };
        let mut way = Vec::new();
        loop {
            way.extend(self.ties.names.get(state.0).cloned());
            match self.best.get(&state).and_then(|(_, before)| *before) {
                Some(before) => state = before,
                None => break,
            }
        }
        way.reverse();
        way
    }
}

struct Reached {
    strength: f64,
    at: usize,
    came: Came,
    before: Option<Stand>,
}

impl Ord for Reached {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = (other.at, other.came, other.before);
        self.strength.total_cmp(&other.strength).then(key.cmp(&(self.at, self.came, self.before)))
    }
}

impl PartialOrd for Reached {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Reached {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Reached {}
