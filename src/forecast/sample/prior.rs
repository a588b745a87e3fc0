//! The worlds before all facts, gone through variable by variable, children before parents.

use std::ops::Range;

use super::super::exact::Lean;
use super::Sampler;
use super::lanes::{Lanes, WIDTH, vectorized};
use super::law::{Levels, law};
use super::score::{SHARES, Terms};
use super::shape::CERTAIN;

/// States of nodes in the worlds that are gone through, all together, in words.
const ROOM: usize = 1 << 20;
/// The fewest and the most words of 64 worlds.
const WORDS: (usize, usize) = (256, 8192);

/// Worlds before all facts.
pub(crate) struct Start {
    levels: Levels,
    terms: Terms,
    /// By word and slot.
    blocks: Vec<Vec<u64>>,
}

/// What bears on the nodes of a part before all facts: a sum over nodes, in some of the worlds.
pub(crate) struct Prior<'a> {
    sampler: &'a Sampler,
    start: &'a Start,
    words: Range<usize>,
    /// By word: the sum of what was added, each as likely as its parents make it.
    sums: Vec<Lanes>,
    /// By variable: something below it was added.
    bears: Vec<bool>,
    /// The variable that it is turned to, and by word how likely each of its nodes is.
    variable: usize,
    laws: Vec<Vec<Lanes>>,
}

impl Sampler {
    /// The probability of each node before all facts.
    pub(crate) fn shares(&self) -> Vec<f64> {
        let share = |slot: &usize| self.calibration.shares.get(*slot).copied().unwrap_or(0.5);
        self.shape.slot_of.iter().map(share).collect()
    }

    /// The worlds before all facts.
    pub(crate) fn worlds_before(&self) -> Start {
        let words = (ROOM / self.shape.slots.len().max(1)).clamp(WORDS.0, WORDS.1);
        let words = words.min(self.calibration.rows.first().map_or(0, |row| row.len()));
        Start {
            levels: Levels::new(self.calibration.levels.clone()),
            terms: Terms::new(&self.part, &self.shape),
            blocks: (0..words).map(|word| self.calibration.block(word)).collect(),
        }
    }

    /// Begins below all nodes: in all worlds, or in a share of them.
    pub(crate) fn prior<'a>(&'a self, start: &'a Start, view: usize) -> Prior<'a> {
        let all = start.blocks.len();
        let size = (all / SHARES).max(1);
        let words = match view.checked_sub(1) {
            None => 0..all,
            Some(share) => (share * size).min(all)..((share + 1) * size).min(all),
        };
        Prior {
            sampler: self,
            start,
            sums: vec![Lanes::ZERO; words.len()],
            words,
            bears: vec![false; self.shape.variables.len()],
            variable: 0,
            laws: Vec::new(),
        }
    }
}

impl Prior<'_> {
    /// Whether the level of a node is not without end.
    pub(crate) fn has_level(&self, node: usize) -> bool {
        let slot = self.sampler.shape.slot_of.get(node).copied().unwrap_or(0);
        self.start.levels.get(slot).abs() < CERTAIN
    }

    /// Turns to a variable: the covariance of the sum with its scores is added.
    pub(crate) fn turn(&mut self, variable: usize, lean: &mut Lean) {
        self.variable = variable;
        self.laws.clear();
        if self.bears.get(variable) != Some(&true) {
            return;
        }
        self.mark();
        self.look();
        let Some(what) = self.sampler.shape.variables.get(variable) else { return };
        let worlds = (self.words.len() * WIDTH) as f64;
        let mean = self.sums.iter().map(|sum| sum.sum_where(!0)).sum::<f64>() / worlds;
        let mut masks = Vec::new();
        for (place, slot) in what.slots().enumerate() {
            let terms = self.start.terms.of(slot);
            let mut found = vec![0.0; terms.len()];
            for ((bits, sum), laws) in self.blocks().iter().zip(&self.sums).zip(&self.laws) {
                let Some(law) = laws.get(place) else { continue };
                let is = bits.get(slot).copied().unwrap_or(0);
                self.start.terms.masks(slot, bits, &mut masks);
                covary(sum, mean as f32, law, is, &masks, &mut found);
            }
            self.put(slot, &found, lean);
        }
    }

    /// The covariance of each node of the variable with the level of each.
    pub(crate) fn own(&mut self) -> Vec<Vec<f64>> {
        self.look();
        let count = self.count();
        let mut own = vec![vec![0.0; count]; count];
        for (node, own) in own.iter_mut().enumerate() {
            for (level, own) in own.iter_mut().enumerate() {
                for laws in &self.laws {
                    *own += moved(laws, node, level).sum_where(!0) / (self.words.len() * WIDTH) as f64;
                }
            }
        }
        own
    }

    /// Adds the nodes of the variable to the sum, each times a factor.
    pub(crate) fn add(&mut self, factors: &[f64], lean: &mut Lean) {
        let Some(what) = self.sampler.shape.variables.get(self.variable) else { return };
        if factors.iter().all(|factor| *factor == 0.0) {
            return;
        }
        self.look();
        self.mark();
        let mut masks = Vec::new();
        for (place, slot) in what.slots().enumerate() {
            let mut found = vec![0.0; self.start.terms.of(slot).len()];
            for (bits, laws) in self.blocks().iter().zip(&self.laws) {
                let mut score = Lanes::ZERO;
                for (node, factor) in factors.iter().enumerate() {
                    let mut one = moved(laws, node, place);
                    one.times(&Lanes::splat(*factor as f32));
                    score.plus(&one);
                }
                self.start.terms.masks(slot, bits, &mut masks);
                for (found, mask) in found.iter_mut().zip(&masks) {
                    *found += score.sum_where(*mask);
                }
            }
            self.put(slot, &found, lean);
        }
        for (sum, laws) in self.sums.iter_mut().zip(&self.laws) {
            for (law, factor) in laws.iter().zip(factors) {
                let mut one = *law;
                one.times(&Lanes::splat(*factor as f32));
                sum.plus(&one);
            }
        }
    }

    fn count(&self) -> usize {
        self.sampler.shape.variables.get(self.variable).map_or(0, |variable| variable.count)
    }

    fn blocks(&self) -> &[Vec<u64>] {
        self.start.blocks.get(self.words.clone()).unwrap_or_default()
    }

    /// What is above the variable bears on what is below it.
    fn mark(&mut self) {
        let parents = self.sampler.shape.variables.get(self.variable).map(|variable| &variable.parents);
        for parent in parents.into_iter().flatten() {
            if let Some(bears) = self.bears.get_mut(*parent) {
                *bears = true;
            }
        }
    }

    /// Works out the laws of the variable, once.
    fn look(&mut self) {
        if !self.laws.is_empty() {
            return;
        }
        let (shape, count) = (&self.sampler.shape, self.count());
        let mut out = Vec::new();
        let laws = |bits: &Vec<u64>| {
            law(shape, &self.start.levels, self.variable, bits, None, &mut out);
            out.get(out.len().saturating_sub(count)..).unwrap_or_default().to_vec()
        };
        self.laws = self.blocks().iter().map(laws).collect();
    }

    fn put(&self, slot: usize, found: &[f64], lean: &mut Lean) {
        let node = self.sampler.shape.slots.get(slot).map_or(0, |slot| slot.node);
        let worlds = (self.words.len() * WIDTH) as f64;
        for (term, found) in self.start.terms.of(slot).zip(found) {
            self.start.terms.add(term, node, found / worlds, lean);
        }
    }
}

/// What the level of one node of a variable does to another.
fn moved(laws: &[Lanes], node: usize, level: usize) -> Lanes {
    let (Some(of), Some(by)) = (laws.get(node), laws.get(level)) else { return Lanes::ZERO };
    let mut moved = if node == level { Lanes::ONE } else { Lanes::ZERO };
    moved.less(by);
    moved.times(of);
    moved
}

vectorized! {
    /// The sum, less its mean, times the score of a node, in the worlds of each mask.
    fn covary(sum: &Lanes, mean: f32, law: &Lanes, is: u64, masks: &[u64], into: &mut [f64]) {
        let mut score = Lanes::ZERO;
        score.set_where(is, 1.0);
        score.less(law);
        let mut off = *sum;
        off.less(&Lanes::splat(mean));
        score.times(&off);
        for (sum, mask) in into.iter_mut().zip(masks) {
            *sum += score.sum_where(*mask);
        }
    }
}
