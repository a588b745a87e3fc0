//! The worlds on which a level is solved: what pulls at a node in each of them, 64 by 64.

use std::ops::Range;

use rayon::prelude::*;

use super::super::super::number::exp;
use super::super::lanes::{Draw, Lanes, WIDTH, vectorized};
use super::super::law::{Levels, gates, pull};
use super::super::shape::Slot;
use super::Row;

/// Blocks that are gone through at a time. Sums are added up by these, whatever the number of threads.
const AT_ONCE: usize = 512;
/// A level is looked for on one part in so many first.
const SOME: usize = 8;

/// The odds of a node without its level in 64 worlds, and where gates decide.
#[derive(Clone)]
pub(super) struct Block {
    pub(super) odds: Lanes,
    pub(super) denied: u64,
    pub(super) forced: u64,
}

/// Many worlds.
pub(super) struct Blocks {
    /// In parts that are gone through at a time.
    parts: Vec<Vec<Block>>,
    /// In how many worlds gates deny it, and in how many they force it.
    decided: [f64; 2],
}

impl FromIterator<Block> for Blocks {
    fn from_iter<T: IntoIterator<Item = Block>>(blocks: T) -> Self {
        let blocks: Vec<Block> = blocks.into_iter().collect();
        Self::new(blocks.chunks(AT_ONCE).map(<[Block]>::to_vec).collect())
    }
}

impl Blocks {
    /// What pulls at a slot, from the states of its sources by slot.
    pub(super) fn of(slot: &Slot, rows: &[Row], words: usize) -> Self {
        let parts = (0..words.div_ceil(AT_ONCE)).into_par_iter();
        let parts = parts.map(|part| pulled(slot, rows, part * AT_ONCE..words.min((part + 1) * AT_ONCE)));
        Self::new(parts.collect())
    }

    fn new(parts: Vec<Vec<Block>>) -> Self {
        let counts = parts.iter().flatten().map(|block| [block.denied, block.forced].map(u64::count_ones));
        let decided = counts.fold([0, 0], |all, one| [all[0] + one[0], all[1] + one[1]]);
        Self { parts, decided: decided.map(f64::from) }
    }

    pub(super) fn worlds(&self) -> f64 {
        (self.parts.iter().map(Vec::len).sum::<usize>() * WIDTH) as f64
    }

    /// In how many worlds gates deny it, and in how many they force it.
    pub(super) fn decided(&self) -> [f64; 2] {
        self.decided
    }

    /// How likely it is at a level, and how fast that grows.
    pub(super) fn share(&self, level: f64) -> (f64, f64) {
        share(&self.parts, level)
    }

    /// The same of some of them; none if they are few.
    pub(super) fn some(&self) -> Option<impl Fn(f64) -> (f64, f64) + '_> {
        let some = self.parts.get(..self.parts.len() / SOME).filter(|some| !some.is_empty())?;
        Some(|level| share(some, level))
    }

    /// In how many worlds of each block it is true at a level, on average; and how fast its probability grows.
    pub(super) fn shares(&self, level: f64) -> (Vec<f64>, f64) {
        let factor = exp(level) as f32;
        let parts: Vec<(Vec<f64>, f64)> = self.parts.par_iter().map(|part| each(part, factor)).collect();
        let slope: f64 = parts.iter().map(|(_, slope)| slope).sum();
        (parts.into_iter().flat_map(|(shares, _)| shares).collect(), slope / self.worlds())
    }

    /// States with this share of true ones: those worlds in which a rising level would reach a random threshold first,
    /// and those in which gates force it. The level at which the share is found tells where the last of them lies.
    pub(super) fn draw(&self, random: Draw, level: f64, share: f64) -> Vec<u64> {
        let forced = self.decided[1] as usize;
        let wanted = ((share * self.worlds()).round() as usize).saturating_sub(forced);
        let parts = self.parts.par_iter().enumerate();
        let parts = parts.map(|(place, part)| thresholds(part, random, (place * AT_ONCE * WIDTH) as u32));
        let parts: Vec<Vec<Lanes>> = parts.collect();
        let last = self.last(&parts, exp(level) as f32, share, wanted);
        let drawn: Vec<Vec<u64>> =
            self.parts.par_iter().zip(&parts).map(|(part, names)| up_to(part, names, last)).collect();
        drawn.concat()
    }

    /// The threshold of the last of so many worlds, counted from the smallest; none of none.
    fn last(&self, names: &[Vec<Lanes>], near: f32, share: f64, wanted: usize) -> Option<f32> {
        // Chance moves it by few worlds: that far it is looked for.
        let spread = 16.0 / (self.worlds() * share * (1.0 - share)).max(1.0).sqrt();
        let around = (1.0 - spread as f32).max(0.0) * near..(1.0 + spread as f32) * near;
        for range in [around, 0.0..f32::INFINITY] {
            let parts = self.parts.par_iter().zip(names);
            let parts: Vec<(usize, Vec<u32>)> =
                parts.map(|(part, names)| within(part, names, &range)).collect();
            let below: usize = parts.iter().map(|(below, _)| below).sum();
            let mut order: Vec<u32> = parts.into_iter().flat_map(|(_, order)| order).collect();
            let is_whole = below == 0 && range.end == f32::INFINITY;
            let wanted = if is_whole { wanted.min(order.len()) } else { wanted };
            if wanted == 0 {
                return None;
            }
            if below < wanted && wanted - below <= order.len() {
                return Some(f32::from_bits(*order.select_nth_unstable(wanted - below - 1).1));
            }
        }
        None
    }
}

fn share(parts: &[Vec<Block>], level: f64) -> (f64, f64) {
    let factor = exp(level) as f32;
    let worlds = (parts.iter().map(Vec::len).sum::<usize>() * WIDTH) as f64;
    let sums: Vec<(f64, f64)> = parts.par_iter().map(|part| sums(part, factor)).collect();
    let (sum, slope) = sums.iter().fold((0.0, 0.0), |all, part| (all.0 + part.0, all.1 + part.1));
    (sum / worlds, slope / worlds)
}

vectorized! {
    fn pulled(slot: &Slot, rows: &[Row], words: Range<usize>) -> Vec<Block> {
        let plain = Levels { log: Vec::new(), odds: Vec::new() };
        let mut bits = vec![0; rows.len()];
        let mut blocks = Vec::with_capacity(words.len());
        let sources = slot.weights.iter().map(|weight| weight.source);
        let sources: Vec<usize> = sources.chain(slot.gates.iter().map(|gate| gate.source)).collect();
        for word in words {
            for source in &sources {
                let state = rows.get(*source).and_then(|row| row.get(word));
                if let (Some(bits), Some(state)) = (bits.get_mut(*source), state) {
                    *bits = *state;
                }
            }
            let (denied, forced) = gates(&slot.gates, &bits);
            blocks.push(Block { odds: pull(&plain, 0, slot, &bits), denied, forced });
        }
        blocks
    }

    /// The sum of the probabilities, and of their slopes in the level where gates leave it open.
    fn sums(blocks: &[Block], factor: f32) -> (f64, f64) {
        let (mut sum, mut slope) = (0.0, 0.0);
        for block in blocks {
            let mut odds = block.odds;
            odds.times(&Lanes::splat(factor));
            let [mut yes, mut growth] = odds.yes_and_slope();
            let decided = block.denied | block.forced;
            if decided != 0 {
                yes.set_where(block.denied, 0.0);
                yes.set_where(block.forced, 1.0);
                growth.set_where(decided, 0.0);
            }
            sum += yes.dot(&Lanes::ONE);
            slope += growth.dot(&Lanes::ONE);
        }
        (sum, slope)
    }

    /// The sum of the probabilities of each block, and of all slopes.
    fn each(blocks: &[Block], factor: f32) -> (Vec<f64>, f64) {
        let (mut all, mut slope) = (Vec::with_capacity(blocks.len()), 0.0);
        for block in blocks {
            let mut odds = block.odds;
            odds.times(&Lanes::splat(factor));
            let [mut yes, mut growth] = odds.yes_and_slope();
            if block.denied | block.forced != 0 {
                yes.set_where(block.denied, 0.0);
                yes.set_where(block.forced, 1.0);
                growth.set_where(block.denied | block.forced, 0.0);
            }
            all.push(yes.dot(&Lanes::ONE));
            slope += growth.dot(&Lanes::ONE);
        }
        (all, slope)
    }

    /// The factor of the odds from which on each world is true: u / (1 − u) over the odds.
    fn thresholds(blocks: &[Block], random: Draw, first: u32) -> Vec<Lanes> {
        let mut all = Vec::with_capacity(blocks.len());
        let mut first = first;
        for block in blocks {
            let mut name = random.worlds(first);
            let mut rest = name;
            rest.complement();
            rest.times(&block.odds);
            name.over(&rest);
            all.push(name);
            first += WIDTH as u32;
        }
        all
    }

    /// Of the worlds that gates leave open: how many have a threshold below a range, and the thresholds within it, as
    /// bits. Positive numbers are in the order of their bits.
    fn within(blocks: &[Block], names: &[Lanes], range: &Range<f32>) -> (usize, Vec<u32>) {
        let (low, high) = (Lanes::splat(range.start), Lanes::splat(range.end));
        let (mut count, mut order) = (0, Vec::new());
        for (block, name) in blocks.iter().zip(names) {
            let open = !(block.denied | block.forced);
            let below = name.below(&low) & open;
            count += below.count_ones() as usize;
            // Those of odds that have no end are no numbers below anything.
            let above = if range.end == f32::INFINITY { 0 } else { !name.below(&high) };
            let mut rest = open & !below & !above;
            while rest != 0 {
                let lane = rest.trailing_zeros() as usize;
                order.extend(name.0.get(lane).map(|name| name.to_bits()));
                rest &= rest - 1;
            }
        }
        (count, order)
    }

    /// The worlds with thresholds up to this one, and those in which gates force it.
    fn up_to(blocks: &[Block], names: &[Lanes], last: Option<f32>) -> Vec<u64> {
        let mut all = Vec::with_capacity(blocks.len());
        for (block, name) in blocks.iter().zip(names) {
            let drawn = last.map_or(0, |last| !Lanes::splat(last).below(name));
            all.push((drawn & !block.denied) | block.forced);
        }
        all
    }
}
