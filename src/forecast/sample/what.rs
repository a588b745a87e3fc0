//! What the worlds say: beliefs, conditionals, and how much they can be trusted.

use std::borrow::Cow;

use rayon::prelude::*;

use super::super::memory::Key;
use super::super::part::Target;
use super::descent::Mean;
use super::lanes::{Lanes, WIDTH, vectorized};
use super::law::law;
use super::moves::Reading;
use super::problem::Known;
use super::solved::{self, Solved};
use super::worlds::Worlds;
use super::{CHAINS, CONVERGED, DRIFT, Estimate, Report, Sampler};

/// Sweeps between two states of a world in the book.
const BETWEEN: usize = 2;
/// So many words of worlds tell what happens before all facts.
const ENOUGH: usize = 512;

impl Sampler {
    /// How far what is known below each node may lean to one side, in log odds, because the levels there are off:
    /// the variances of all its children in the core together.
    pub(super) fn leans(&self) -> Vec<f64> {
        let mut leans = vec![0.0; self.shape.slots.len()];
        for (slot, what) in self.shape.slots.iter().enumerate() {
            let tilt = self.tilts.get(slot).copied().unwrap_or(0.0);
            if tilt == 0.0 || !self.problem.is_core(what.variable) {
                continue;
            }
            for weight in &what.weights {
                // A level moves the likelihoods of both states of the source; their ratio by no more than this.
                let lean = tilt * libm::tanh(weight.log.abs() / 4.0);
                if let Some(sum) = leans.get_mut(weight.source) {
                    *sum += lean * lean;
                }
            }
        }
        leans
    }

    /// P(true) of a node: the mean over all worlds, and the error as families differ.
    pub(super) fn belief(&self, node: usize, leans: &[f64]) -> Estimate {
        let slot = self.shape.slot_of.get(node).copied().unwrap_or(0);
        let Some(what) = self.shape.slots.get(slot) else { return Estimate { probability: 0.5, error: 0.0 } };
        let error = self.calibration.errors.get(slot).copied().unwrap_or(0.0);
        if let Some(settled) = self.settled(slot) {
            return Estimate { probability: f64::from(u8::from(settled)), error: 0.0 };
        }
        let share = self.calibration.shares.get(slot).copied().unwrap_or(0.5);
        // Worlds are counted in numbers of seven digits.
        let rounding = share.max(1e-3) * f64::from(f32::EPSILON);
        let parents = self.shape.variables.get(what.variable).map_or(0, |variable| variable.parents.len());
        let as_stated =
            matches!(self.part.targets.get(node), Some(Target::Stated(stated)) if *stated == share);
        let is_free = parents == 0 && error == 0.0 && as_stated;
        if !self.learnt {
            return Estimate { probability: share, error: if is_free { 0.0 } else { error.max(rounding) } };
        }
        if let Some((_, probability)) = self.pinned.iter().find(|(pinned, _)| *pinned == slot) {
            return Estimate { probability: *probability, error: 0.0 };
        }
        let core = self.problem.is_core(what.variable);
        let slots = self.shape.variables.get(what.variable).map_or(0..0, |variable| variable.slots());
        if is_free && !core && !slots.into_iter().any(|slot| self.is_stated_since(slot)) {
            // Nothing bears on it.
            return Estimate { probability: share, error: 0.0 };
        }
        let Mean { mean: probability, error: sampled } = self.told.get(slot).copied().unwrap_or_default();
        // An error of the level moves the belief as it moves the probability before all facts.
        let pull = (probability * (1.0 - probability)) / (share * (1.0 - share)).max(1e-12);
        let own = if self.is_stated_since(slot) {
            self.tilts.get(slot).copied().unwrap_or(0.0) * probability * (1.0 - probability)
        } else if is_free {
            0.0
        } else {
            error * pull.min(4.0)
        };
        let beside = self.beside(slot, probability);
        // What is rarer than one world in all is not seen, and its spread says little; and the share of a node that
        // levels were solved with is one of so many worlds.
        let solved_on = self.calibration.rows.first().map_or(1, |row| row.len()) * WIDTH;
        let unseen = if core { 1.0 / solved_on as f64 } else { 0.0 }
            + if sampled > 0.0 { 0.1 / self.report.worlds as f64 } else { 0.0 };
        let leant = leans.get(slot).map_or(0.0, |lean| lean.sqrt()) * probability * (1.0 - probability);
        let all = [sampled, own, beside, unseen, rounding, leant.min(0.5)];
        let error = all.iter().map(|part| part * part).sum::<f64>().sqrt();
        Estimate { probability: probability.clamp(0.0, 1.0), error }
    }

    /// What errors of the levels of other scenarios that were stated since move a scenario by.
    fn beside(&self, slot: usize, probability: f64) -> f64 {
        let variable = self.shape.slots.get(slot).and_then(|what| self.shape.variables.get(what.variable));
        let Some(variable) = variable.filter(|variable| variable.kind.chooses()) else { return 0.0 };
        let others = variable.slots().filter(|other| *other != slot && self.is_stated_since(*other));
        let move_by = |other: usize| {
            let told = self.told.get(other).map_or(0.0, |told| told.mean);
            self.tilts.get(other).copied().unwrap_or(0.0) * told * probability
        };
        others.map(move_by).map(|by| by * by).sum::<f64>().sqrt()
    }

    /// The level was solved for anew.
    fn is_stated_since(&self, slot: usize) -> bool {
        Some(&self.population.levels.get(slot)) != self.calibration.levels.get(slot)
    }

    /// Whether a node is settled, and how.
    pub(super) fn settled(&self, slot: usize) -> Option<bool> {
        let what = self.shape.slots.get(slot)?;
        match self.problem.known(what.variable) {
            Known::State(state) => Some(state == what.state),
            Known::Open => self.problem.is_out(slot).then_some(false),
        }
    }

    /// P(target | source true) and P(target | source false) for pairs of source and target; none where no world
    /// has the source so.
    pub(crate) fn conditionals(&self, pairs: &[(usize, usize)]) -> Vec<[Option<f64>; 2]> {
        let at = |node: usize| self.shape.slot_of.get(node).copied().unwrap_or(0);
        let mut order: Vec<(usize, usize, usize)> = pairs
            .iter()
            .enumerate()
            .map(|(place, (source, target))| (at(*target), at(*source), place))
            .collect();
        order.sort_unstable();
        let groups: Vec<&[(usize, usize, usize)]> = order.chunk_by(|one, other| one.0 == other.0).collect();
        let blocks = if pairs.is_empty() { Cow::Borrowed(&[][..]) } else { self.blocks() };
        let mut found = vec![[None; 2]; pairs.len()];
        let answers: Vec<Vec<(usize, [Option<f64>; 2])>> =
            groups.par_iter().map(|group| self.conditional_on(&blocks, group)).collect();
        for (place, answer) in answers.into_iter().flatten() {
            if let Some(slot) = found.get_mut(place) {
                *slot = answer;
            }
        }
        found
    }

    /// The same before all facts, with what each of them follows from. What was `solved` is not counted again.
    pub(crate) fn first_conditionals(
        &self,
        pairs: &[(usize, usize)],
        solved: &Solved,
    ) -> (Vec<[Option<f64>; 2]>, Vec<Key>) {
        let slot = |node: usize| self.shape.slots.get(self.shape.slot_of.get(node).copied().unwrap_or(0));
        let ground = |(source, target): &(usize, usize)| {
            let (source, target) = (slot(*source)?, slot(*target)?);
            let tells = self.tells(source.variable, target.variable);
            Some(solved::pair(&self.calibration.variables, source, target, tells))
        };
        let grounds: Vec<Key> = pairs.iter().map(|pair| ground(pair).unwrap_or_default()).collect();
        let known: Vec<Option<[Option<f64>; 2]>> = grounds.iter().map(|key| solved.pair(*key)).collect();
        let unknown = pairs.iter().zip(&known).filter(|(_, known)| known.is_none());
        let unknown: Vec<(usize, usize)> = unknown.map(|(pair, _)| *pair).collect();
        let mut fresh = self.conditionals(&unknown).into_iter();
        let all = known.into_iter().map(|known| known.or_else(|| fresh.next()).unwrap_or([None; 2]));
        (all.collect(), grounds)
    }

    /// Whether what is above a target and all else tell more of it, given a source, than its own state. That is all
    /// there is to count where both are of one choice, or where the source may be below a target that was drawn from its
    /// parents alone.
    fn tells(&self, source: usize, target: usize) -> bool {
        let is_open = self.problem.known(target) == Known::Open;
        is_open && source != target && (self.problem.is_core(target) || source < target)
    }

    fn conditional_on(
        &self,
        blocks: &[Worlds],
        group: &[(usize, usize, usize)],
    ) -> Vec<(usize, [Option<f64>; 2])> {
        let Some((target, ..)) = group.first() else { return Vec::new() };
        let Some(what) = self.shape.slots.get(*target) else { return Vec::new() };
        let levels = &self.population.levels;
        let core = self.problem.is_core(what.variable);
        let open = self.problem.known(what.variable) == Known::Open;
        let tells = |source: usize| {
            self.shape.slots.get(source).is_some_and(|one| self.tells(one.variable, what.variable))
        };
        let sources: Vec<(usize, bool)> =
            group.iter().map(|(_, source, _)| (*source, tells(*source))).collect();
        let mut sums = vec![[[0.0_f64; 2]; 2]; group.len()];
        let (mut states, mut nodes) = (Vec::new(), Vec::new());
        for block in blocks {
            if !open {
                states.clear();
            } else if core {
                let mut block = block.clone();
                block.conditional(&self.problem, levels, what.variable, &mut states, &mut nodes);
            } else {
                law(&self.shape, levels, what.variable, &block.bits, None, &mut states);
            }
            let mut counted = block.weight;
            counted.set_where(!block.bits.get(*target).copied().unwrap_or(0), 0.0);
            let mut told = states.get(what.state).copied().unwrap_or(Lanes::ZERO);
            told.times(&block.weight);
            totals(block, &sources, &[counted, told], &mut sums);
        }
        let answer = |((_, _, place), sums): (&(usize, usize, usize), &[[f64; 2]; 2])| {
            (*place, sums.map(|[sum, all]| (all > 0.0).then(|| (sum / all).clamp(0.0, 1.0))))
        };
        group.iter().zip(&sums).map(answer).collect()
    }

    /// All worlds; before anything is known, many of those that levels were solved on.
    fn blocks(&self) -> Cow<'_, [Worlds]> {
        if self.learnt {
            return Cow::Borrowed(&self.population.blocks);
        }
        let words = self.calibration.rows.first().map_or(0, |row| row.len()).min(ENOUGH);
        let weight = Lanes::splat(1.0 / (words * WIDTH) as f32);
        let block = |word: usize| Worlds { weight, ..Worlds::new(self.calibration.block(word), 0, 0) };
        Cow::Owned((0..words).map(block).collect())
    }

    /// Equally weighted worlds: for each node a row of bits, 64 worlds a word. Worlds of one family stand together,
    /// so that shares of the book have little in common; each share is filled up with later states of its worlds.
    pub(crate) fn book(&self, words: usize) -> Vec<Vec<u64>> {
        let mut later = self.clone();
        let clock = later.tick();
        if later.population.effective() < 0.999_999 {
            later.population.resample(&later.problem, clock);
        }
        let order = later.population.by_family();
        let shares = super::super::book::shares(words);
        let size = order.len().div_ceil(shares.len()).max(1);
        // By share: worlds are taken in turn, and from the next sweep on once all are through.
        let own: Vec<&[usize]> = order.chunks(size).cycle().take(shares.len()).collect();
        let most = shares.iter().map(|share| 64 * share.len()).max().unwrap_or(0);
        let mut rows = vec![vec![0_u64; words]; self.shape.slots.len()];
        for sweep in 0..most.div_ceil(size) {
            if sweep > 0 {
                let reading = if self.learnt { Reading::Last } else { Reading::None };
                later.rounds(BETWEEN, reading);
            }
            if sweep > 0 && !self.learnt {
                // Before all facts nothing is in the core: everything is drawn anew.
                let clock = later.tick();
                let all = later.problem.barren.clone();
                later.population.forward(&later.problem, &all, clock);
            }
            let blocks = &later.population.blocks;
            rows.par_iter_mut().enumerate().for_each(|(slot, row)| {
                let states: Vec<u64> =
                    blocks.iter().map(|block| block.bits.get(slot).copied().unwrap_or(0)).collect();
                let state =
                    |world: usize| states.get(world / WIDTH).map_or(0, |bits| bits >> (world % WIDTH) & 1);
                for (share, worlds) in shares.iter().zip(&own) {
                    let row = row.get_mut(share.clone()).unwrap_or_default();
                    for (place, world) in (sweep * worlds.len()..64 * row.len()).zip(worlds.iter()) {
                        if let Some(word) = row.get_mut(place / 64) {
                            *word |= state(*world) << (place % 64);
                        }
                    }
                }
            });
        }
        let row = |slot: &usize| match self.settled(*slot) {
            Some(settled) => vec![if settled { !0 } else { 0 }; words],
            None => rows.get(*slot).cloned().unwrap_or_default(),
        };
        self.shape.slot_of.iter().map(row).collect()
    }

    /// How the sampling went.
    pub(crate) fn report(&self) -> Report {
        let mut report = self.report.clone();
        report.families = self.population.families().effective();
        (report.r_hat, report.unsettled) = self.unsettled();
        report
    }

    /// The greatest R-hat, and the nodes that have not converged, in order.
    pub(crate) fn unsettled(&self) -> (f64, Vec<usize>) {
        let (mut most, mut unsettled) = (1.0_f64, Vec::new());
        let Some(half) = &self.half else { return (most, unsettled) };
        for (slot, what) in self.shape.slots.iter().enumerate() {
            let (Some(half), Some(told)) = (half.get(slot), self.told.get(slot)) else { continue };
            if self.settled(slot).is_some() {
                continue;
            }
            // What chains of the worlds between them would differ by: Gelman and Rubin (1992).
            let within = told.mean * (1.0 - told.mean);
            let between = CHAINS * told.error * told.error;
            let r_hat = if within > 1e-6 { (1.0 + between / within).sqrt() } else { 1.0 };
            most = most.max(r_hat);
            let drifts = (half.mean - told.mean).abs() > DRIFT * told.error + 1e-4;
            if r_hat > CONVERGED || drifts {
                unsettled.push(what.node);
            }
        }
        unsettled.sort_unstable();
        (most, unsettled)
    }
}

vectorized! {
    /// Adds up, for each source and each of its states, one of two values and the weights of its worlds.
    fn totals(block: &Worlds, sources: &[(usize, bool)], values: &[Lanes; 2], sums: &mut [[[f64; 2]; 2]]) {
        let [counted, told] = values;
        let all = block.weight.sum_where(!0);
        let whole = [counted.sum_where(!0), told.sum_where(!0)];
        for ((source, tells), sums) in sources.iter().zip(sums) {
            let bits = block.bits.get(*source).copied().unwrap_or(0);
            let (value, whole) = if *tells { (told, whole[1]) } else { (counted, whole[0]) };
            let (so, of) = (value.sum_where(bits), block.weight.sum_where(bits));
            for (sum, [so, of]) in sums.iter_mut().zip([[so, of], [whole - so, all - of]]) {
                sum[0] += so;
                sum[1] += of;
            }
        }
    }
}
