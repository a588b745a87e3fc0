//! Solved: what the last evaluation found before all facts, by what it follows from.
//!
//! A level follows from what is stated of its node, from what bears on it, and from the levels above. So after an edit
//! only what is below is solved anew; all else is found here, and is the same to the bit.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::engine::Engine;
use super::super::memory::{Key, Moment};
use super::super::part::{Part, Target};
use super::calibrate::Calibration;
use super::shape::{Shape, Slot};

/// What was solved.
#[derive(Debug, Default)]
pub(crate) struct Solved {
    /// Parts before all facts.
    starts: Vec<Arc<Moment>>,
    /// By variable: the start, and its first slot there.
    variables: HashMap<Key, (usize, usize)>,
    /// By pair of source and target: the start, and its place there.
    pairs: HashMap<Key, (usize, usize)>,
}

impl Solved {
    /// Of parts before all facts.
    pub(crate) fn new(starts: Vec<Arc<Moment>>) -> Self {
        let mut all = Self { starts, ..Self::default() };
        for (number, start) in all.starts.iter().enumerate() {
            let variables = calibration(start).into_iter().flat_map(|calibration| &calibration.variables);
            all.variables.extend(variables.map(|(key, first)| (*key, (number, *first))));
            all.pairs.extend(start.grounds.iter().zip(0..).map(|(key, place)| (*key, (number, place))));
        }
        all
    }

    /// Where a variable was solved, and its first slot there.
    pub(super) fn variable(&self, key: Key) -> Option<(&Calibration, usize)> {
        let (start, first) = self.variables.get(&key)?;
        Some((calibration(self.starts.get(*start)?)?, *first))
    }

    /// P(target | source true) and P(target | source false).
    pub(super) fn pair(&self, key: Key) -> Option<[Option<f64>; 2]> {
        let (start, place) = self.pairs.get(&key)?;
        self.starts.get(*start)?.realised.get(*place).copied()
    }
}

fn calibration(start: &Moment) -> Option<&Calibration> {
    match start.engine.as_deref()? {
        Engine::Sampled(sampler) => Some(&sampler.calibration),
        Engine::Exact(_) => None,
    }
}

/// What each variable is solved from, with its first slot.
pub(super) fn variables(part: &Part, shape: &Shape, seed: u64, words: usize) -> Vec<(Key, usize)> {
    let mut keys: Vec<(Key, usize)> = Vec::with_capacity(shape.variables.len());
    for variable in &shape.variables {
        let slots = shape.slots.get(variable.slots()).unwrap_or_default();
        let source = |key: &mut Key, slot: usize| {
            if let Some(slot) = shape.slots.get(slot) {
                state(key, &keys, slot);
            }
        };
        let mut key = Key::default();
        for word in [seed, words as u64, variable.kind as u64, variable.count as u64] {
            key.add(word);
        }
        for slot in slots {
            key.add(slot.key);
            key.all(&[slot.weights.len(), slot.gates.len()]);
            for weight in &slot.weights {
                source(&mut key, weight.source);
                key.number(weight.log);
            }
            for gate in &slot.gates {
                source(&mut key, gate.source);
                key.add(2 * u64::from(gate.when) + u64::from(gate.then));
            }
            let target = part.targets.get(slot.node).unwrap_or(&Target::Table);
            key.target(target, |key, node| source(key, shape.slot_of.get(node).copied().unwrap_or(0)));
        }
        if let Some((parents, rows)) = &variable.table {
            parents.iter().for_each(|parent| source(&mut key, *parent));
            rows.iter().for_each(|row| key.number(*row));
        }
        keys.push((key, variable.first));
    }
    keys
}

/// Adds that a node is true.
fn state(key: &mut Key, variables: &[(Key, usize)], slot: &Slot) {
    if let Some((variable, _)) = variables.get(slot.variable) {
        variable.words().into_iter().for_each(|word| key.add(word));
    }
    key.add(slot.state as u64);
}

/// What the probability of a target given a source follows from; `tells` is whether more is counted than its states.
pub(super) fn pair(variables: &[(Key, usize)], source: &Slot, target: &Slot, tells: bool) -> Key {
    let mut key = Key::default();
    state(&mut key, variables, source);
    state(&mut key, variables, target);
    key.add(u64::from(tells));
    key
}
