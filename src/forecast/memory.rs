//! Memory: what was worked out before, by what it was worked out from.
//!
//! A part before all facts has a key, and each step makes a new key from the one before it: so what is asked for
//! again is found again, and a new line at the end of the journal costs one step. Where the start of a part is a new
//! one, the levels that an edit left alone are found by variable (`Solved`). What an evaluation does not use is
//! forgotten after it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::engine::{Engine, Method};
use super::number::mix;
use super::part::{Bearing, Input, Law, Part, Target};
use super::sample::Solved;
use super::step::{Estimate, Finding, Step};

/// What one evaluation leaves to the next.
#[derive(Debug, Default)]
pub struct Memory {
    kept: Mutex<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    before: Generation,
    now: Generation,
}

#[derive(Debug, Default)]
struct Generation {
    moments: BTreeMap<Key, Arc<Moment>>,
    /// What was chosen for a part with these laws and so many steps: to choose takes long where tables would be large.
    methods: BTreeMap<(Key, usize), Method>,
    /// The sampled parts before all facts.
    starts: Vec<Arc<Moment>>,
    /// What was solved for them, once somebody has asked.
    solved: Option<Arc<Solved>>,
}

/// What a state was worked out from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key(u64, u64);

/// The state of a part at the end of a step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Moment {
    pub(crate) beliefs: Arc<Vec<Estimate>>,
    /// P(target | source true) and P(target | source false) of the edges; before all facts only.
    pub(crate) realised: Vec<[Option<f64>; 2]>,
    /// What each of these follows from, where they were sampled.
    pub(crate) grounds: Vec<Key>,
    /// From which to go on; kept of the last steps only.
    pub(crate) engine: Option<Arc<Engine>>,
    /// What is known then of each node, with what follows; kept beside an engine.
    pub(crate) known: Vec<Finding>,
    /// Worlds of it, by how many words of them were asked for.
    pub(crate) drawn: Arc<Mutex<BTreeMap<usize, Worlds>>>,
    /// How likely all nodes are where one of them is true, and where it is false, by the number of that one.
    pub(crate) splits: Arc<Mutex<BTreeMap<usize, Split>>>,
}

/// Worlds of a part: a row of words for each of its nodes.
pub(crate) type Worlds = Arc<Vec<Vec<u64>>>;

/// How likely the nodes of a part are if one of them is true, and if it is false.
pub(crate) type Split = Arc<[Vec<f64>; 2]>;

/// Of larger parts splits are not kept: they take room for the square of the nodes.
const SPLIT_NODES: usize = 512;

impl Moment {
    /// What follows from either state of a node, found if it was not before.
    pub(crate) fn split(&self, node: usize, find: impl FnOnce() -> Option<Split>) -> Option<Split> {
        if self.beliefs.len() > SPLIT_NODES {
            return find();
        }
        let kept = || self.splits.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = kept().get(&node).cloned() {
            return Some(found);
        }
        let found = find()?;
        kept().insert(node, Arc::clone(&found));
        Some(found)
    }

    /// So many words of worlds, drawn if they were not before.
    pub(crate) fn worlds(&self, words: usize, draw: impl FnOnce() -> Worlds) -> Worlds {
        let kept = || self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        // Nothing is held meanwhile: to draw may take many threads, and any of them may come by here.
        let found = kept().get(&words).cloned();
        found.unwrap_or_else(|| {
            let drawn = draw();
            Arc::clone(kept().entry(words).or_insert(drawn))
        })
    }
}

impl Memory {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Finds a state, and keeps it for the next evaluation.
    pub(crate) fn find(&self, key: Key) -> Option<Arc<Moment>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.now.moments.get(&key).or_else(|| kept.before.moments.get(&key)).cloned()?;
        kept.now.moments.insert(key, Arc::clone(&found));
        Some(found)
    }

    /// Keeps what was solved for a part before all facts for the next evaluation.
    pub(crate) fn begin(&self, start: &Arc<Moment>) {
        if matches!(start.engine.as_deref(), Some(Engine::Sampled(_))) {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.now.starts.push(Arc::clone(start));
        }
    }

    /// What the last evaluation solved.
    pub(crate) fn solved(&self) -> Arc<Solved> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let Generation { starts, solved, .. } = &mut kept.before;
        Arc::clone(solved.get_or_insert_with(|| Arc::new(Solved::new(starts.clone()))))
    }

    /// The method that was chosen for a part with these laws and so many steps, or is now.
    pub(crate) fn method(&self, laws: Key, steps: usize, choose: impl FnOnce() -> Method) -> Method {
        let place = (laws, steps);
        let found = {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.now.methods.get(&place).or_else(|| kept.before.methods.get(&place)).copied()
        };
        let method = found.unwrap_or_else(choose);
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).now.methods.insert(place, method);
        method
    }

    pub(crate) fn keep(&self, key: Key, moment: Moment) -> Arc<Moment> {
        let moment = Arc::new(moment);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.now.moments.insert(key, Arc::clone(&moment));
        moment
    }

    /// Forgets what was not used since the last call.
    pub(crate) fn turn(&self) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.before = std::mem::take(&mut kept.now);
    }
}

impl Default for Key {
    /// Of nothing.
    fn default() -> Self {
        Self(0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7344)
    }
}

impl Key {
    /// Of the laws of a part, and of what decides how it is worked out: how large its tables are follows from these.
    pub(crate) fn of(part: &Part, settings: [u64; 3]) -> Self {
        let mut digest = Self::default();
        for word in settings {
            digest.add(word);
        }
        for variable in &part.variables {
            digest.all(&variable.nodes);
            match &variable.law {
                Law::Odds(inputs) => digest.inputs(inputs),
                Law::Choice(all) => all.iter().for_each(|inputs| digest.inputs(inputs)),
                Law::Table { parents, rows } => {
                    digest.all(parents);
                    rows.iter().for_each(|row| digest.number(*row));
                }
            }
        }
        digest
    }

    /// Of all of the part before all facts, and of the pairs of nodes that are asked about.
    pub(crate) fn start(mut self, part: &Part, pairs: &[(usize, usize)]) -> Self {
        self.add(pairs.len() as u64);
        for (source, target) in pairs {
            self.add(*source as u64);
            self.add(*target as u64);
        }
        for key in &part.keys {
            self.add(*key);
        }
        for target in &part.targets {
            self.target(target, |key, node| key.add(node as u64));
        }
        self
    }

    /// Its words.
    pub(crate) fn words(self) -> [u64; 2] {
        [self.0, self.1]
    }

    /// Worked out by this method.
    pub(crate) fn by(mut self, method: Method) -> Self {
        self.add(method as u64);
        self
    }

    /// After a step.
    pub(crate) fn after(mut self, step: &Step) -> Self {
        for (node, finding) in &step.findings {
            self.add(*node as u64);
            match finding {
                Finding::Open(log) => self.number(*log),
                Finding::Settled(state) => self.add(u64::from(*state)),
            }
        }
        for statement in &step.statements {
            self.all(&[statement.node, statement.number]);
            self.number(statement.probability);
        }
        // The day matters where it names random numbers.
        self.add(u64::try_from(crate::value::Date::FIRST.days_until(step.date)).unwrap_or(0));
        self
    }

    /// At the end, when no step follows.
    pub(crate) fn settled(mut self) -> Self {
        self.add(0x5E77_1ED0);
        self
    }

    /// What a level is to give; `source` adds a node that it is taken from.
    pub(super) fn target(&mut self, target: &Target, source: impl Fn(&mut Self, usize)) {
        match target {
            Target::Stated(probability) => self.number(*probability),
            Target::Table => self.add(1),
            Target::Level(level) => {
                self.add(0x4C45_5645);
                self.number(*level);
            }
            Target::Implied { edges, like, outside } => {
                self.add(2 + edges.len() as u64);
                for (node, yes, no) in edges {
                    source(self, *node);
                    self.number(*yes);
                    self.number(*no);
                }
                self.add(u64::from(like.is_some()));
                if let Some(node) = like {
                    source(self, *node);
                }
                let (rate, weight) = outside.unwrap_or((0.0, 0.0));
                self.number(rate);
                self.number(weight);
            }
        }
    }

    pub(super) fn add(&mut self, word: u64) {
        self.0 = mix(self.0 ^ word);
        self.1 = mix(self.1.wrapping_add(word).rotate_left(23));
    }

    pub(super) fn number(&mut self, number: f64) {
        self.add(number.to_bits() ^ 0x4E55_4D42);
    }

    pub(super) fn all(&mut self, all: &[usize]) {
        self.add(all.len() as u64);
        for one in all {
            self.add(*one as u64);
        }
    }

    fn inputs(&mut self, inputs: &[Input]) {
        self.add(inputs.len() as u64);
        for input in inputs {
            self.add(input.source as u64);
            match input.bearing {
                Bearing::Weight(weight) => self.number(weight),
                Bearing::Gate { when, then } => self.add(2 + 2 * u64::from(when) + u64::from(then)),
            }
        }
    }
}

/// What a cell holds, worked out if nothing is in it yet. The cell is not held meanwhile: while a thread waits for
/// others to help it, it may come to ask for the same.
pub(crate) fn filled<T>(cell: &OnceLock<T>, find: impl FnOnce() -> T) -> &T {
    match cell.get() {
        Some(value) => value,
        None => {
            let value = find();
            cell.get_or_init(|| value)
        }
    }
}
