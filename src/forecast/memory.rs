//! Memory: what was worked out before, by what it was worked out from.
//!
//! A part before all facts has a key, and each step makes a new key from the one before it: so what is asked for
//! again is found again, and a new line at the end of the journal costs one step. What an evaluation does not
//! use is forgotten after it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::engine::Engine;
use super::number::mix;
use super::part::{Bearing, Input, Law, Part, Target};
use super::step::{Estimate, Finding, Step};

/// What one evaluation leaves to the next.
#[derive(Debug, Default)]
pub struct Memory {
    kept: Mutex<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    before: BTreeMap<Key, Arc<Moment>>,
    now: BTreeMap<Key, Arc<Moment>>,
}

/// What a state was worked out from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key(u64, u64);

/// The state of a part at the end of a step.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    pub(crate) beliefs: Arc<Vec<Estimate>>,
    /// P(target | source true) and P(target | source false) of the edges; before all facts only.
    pub(crate) realised: Vec<[Option<f64>; 2]>,
    /// From which to go on; kept of the last steps only.
    pub(crate) engine: Option<Engine>,
    /// What is known then of each node, with what follows; kept beside an engine.
    pub(crate) known: Vec<Finding>,
}

impl Memory {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Finds a state, and keeps it for the next evaluation.
    pub(crate) fn find(&self, key: Key) -> Option<Arc<Moment>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.now.get(&key).or_else(|| kept.before.get(&key)).cloned()?;
        kept.now.insert(key, Arc::clone(&found));
        Some(found)
    }

    pub(crate) fn keep(&self, key: Key, moment: Moment) -> Arc<Moment> {
        let moment = Arc::new(moment);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.now.insert(key, Arc::clone(&moment));
        moment
    }

    /// Forgets what was not used since the last call.
    pub(crate) fn turn(&self) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.before = std::mem::take(&mut kept.now);
    }
}

impl Key {
    /// Of a part before all facts, of the pairs of nodes that are asked about, and of what decides how it is worked out.
    pub(crate) fn of(part: &Part, pairs: &[(usize, usize)], settings: [u64; 3]) -> Self {
        let mut digest = Self(0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7344);
        for word in settings {
            digest.add(word);
        }
        digest.add(pairs.len() as u64);
        for (source, target) in pairs {
            digest.add(*source as u64);
            digest.add(*target as u64);
        }
        for key in &part.keys {
            digest.add(*key);
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
        for target in &part.targets {
            match target {
                Target::Stated(probability) => digest.number(*probability),
                Target::Table => digest.add(1),
                Target::Level(level) => digest.number(*level),
                Target::Implied { edges, like, outside } => {
                    digest.add(2 + edges.len() as u64);
                    for (source, yes, no) in edges {
                        digest.add(*source as u64);
                        digest.number(*yes);
                        digest.number(*no);
                    }
                    digest.add(like.map_or(0, |node| node as u64 + 1));
                    let (rate, weight) = outside.unwrap_or((0.0, 0.0));
                    digest.number(rate);
                    digest.number(weight);
                }
            }
        }
        digest
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

    fn add(&mut self, word: u64) {
        self.0 = mix(self.0 ^ word);
        self.1 = mix(self.1.wrapping_add(word).rotate_left(23));
    }

    fn number(&mut self, number: f64) {
        self.add(number.to_bits() ^ 0x4E55_4D42);
    }

    fn all(&mut self, all: &[usize]) {
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
