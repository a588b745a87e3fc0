//! Population: all worlds, with their weights and where they come from.

use rayon::prelude::*;

use super::super::number::exp;
use super::descent::{Descent, Families, Mean};
use super::lanes::{Draw, Lanes, Purpose, WIDTH};
use super::law::{Levels, law, pull};
use super::problem::Problem;
use super::turn::{Proposal, Turn, turn};
use super::worlds::{Clock, Count, Worlds, picks};

/// So many chunks of worlds are worked on apart from each other.
const CHUNKS: usize = 32;

/// All worlds.
#[derive(Debug)]
pub(super) struct Population {
    pub(super) blocks: Vec<Worlds>,
    pub(super) levels: Levels,
    descent: Descent,
    /// How many sweeps were added up.
    sweeps: u32,
    rooms: Vec<Room>,
}

/// Room that a chunk needs for its work.
#[derive(Clone, Debug, Default)]
struct Room {
    proposal: Proposal,
    scratch: [Vec<Lanes>; 2],
    /// Tries and acceptances, by move.
    turned: Vec<(u64, u64)>,
}

/// What a level has to do with a world: prior odds of the node, odds given all else, and the weight.
pub(super) struct Lever {
    prior: f64,
    odds: f64,
    weight: f64,
}

impl Clone for Population {
    /// Worlds take much room: all threads copy them. What is only room is made anew where it is needed.
    fn clone(&self) -> Self {
        Self {
            blocks: self.blocks.par_iter().cloned().collect(),
            levels: self.levels.clone(),
            descent: self.descent.clone(),
            sweeps: self.sweeps,
            rooms: vec![Room::default(); CHUNKS],
        }
    }
}

impl Population {
    pub(super) fn new(blocks: Vec<Worlds>, levels: &[f64]) -> Self {
        Self {
            descent: Descent::new(blocks.len() * WIDTH),
            blocks,
            levels: Levels::new(levels.to_vec()),
            sweeps: 0,
            rooms: vec![Room::default(); CHUNKS],
        }
    }

    /// Does something to all blocks at once.
    fn each(&mut self, work: impl Fn(&mut Worlds, &Levels) + Sync) {
        let Self { blocks, levels, .. } = self;
        blocks.par_iter_mut().for_each(|block| work(block, levels));
    }

    fn weights(&self) -> impl Iterator<Item = f64> {
        self.blocks.iter().flat_map(|block| &block.weight.0).map(|weight| f64::from(*weight))
    }

    /// The families and what they weigh.
    pub(super) fn families(&self) -> Families {
        let sum: f64 = self.weights().sum();
        self.descent.families(self.weights().map(|weight| weight / sum).collect())
    }

    /// The share of worlds that weights leave.
    pub(super) fn effective(&self) -> f64 {
        effective(self.weights())
    }

    /// Looks at a variable: draws anew what is barren above it, and works out P(state | all else).
    pub(super) fn look(&mut self, problem: &Problem, above: &[usize], number: usize, clock: Clock) {
        self.each(|block, levels| {
            block.forward(problem, levels, above, clock, Count::Not);
            let mut states = std::mem::take(&mut block.states);
            if problem.is_core(number) {
                block.conditional(problem, levels, number, &mut states, &mut Vec::new());
            } else {
                law(&problem.shape, levels, number, &block.bits, None, &mut states);
            }
            block.states = states;
        });
    }

    /// All worlds, those of a family together.
    pub(super) fn by_family(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.blocks.len() * WIDTH).collect();
        order.sort_by_key(|world| (self.descent.family(*world), *world));
        order
    }

    /// Puts worlds of a family next to each other. Odds are those of other worlds then.
    pub(super) fn gather(&mut self) {
        let order = self.by_family();
        let before: Vec<(Vec<u64>, Lanes)> =
            self.blocks.iter().map(|block| (block.bits.clone(), block.weight)).collect();
        self.blocks.par_iter_mut().zip(order.par_chunks(WIDTH)).for_each(|(block, from)| {
            block.bits.fill(0);
            for (lane, from) in from.iter().enumerate() {
                let Some((bits, weight)) = before.get(from / WIDTH) else { continue };
                for (own, bits) in block.bits.iter_mut().zip(bits) {
                    *own |= (bits >> (from % WIDTH) & 1) << lane;
                }
                if let (Some(own), Some(weight)) = (block.weight.0.get_mut(lane), weight.0.get(from % WIDTH))
                {
                    *own = *weight;
                }
            }
        });
        self.descent.inherit(&order);
    }

    /// All worlds weigh the same again.
    pub(super) fn even(&mut self) {
        let count = self.blocks.len() * WIDTH;
        for block in &mut self.blocks {
            block.weight = Lanes::splat(1.0 / count as f32);
        }
    }

    /// The share of worlds that a finding about the variable that was looked at would leave.
    pub(super) fn effect(&self, ratios: &[f64]) -> f64 {
        let factors = self.blocks.iter().flat_map(|block| block.factors(ratios));
        effective(self.weights().zip(factors).map(|(weight, factor)| weight * factor))
    }

    /// Takes in what the likelihood of each state of the variable that was looked at is multiplied with. False:
    /// no world has any weight left.
    pub(super) fn absorb(&mut self, problem: &Problem, number: usize, ratios: &[f64], clock: Clock) -> bool {
        let shape = &problem.shape;
        let Some(variable) = shape.variables.get(number) else { return true };
        let factors: Vec<[f64; WIDTH]> = self.blocks.par_iter().map(|block| block.factors(ratios)).collect();
        if !self.reweigh(&factors) {
            return false;
        }
        self.blocks.par_iter_mut().zip(&factors).for_each(|(block, factors)| {
            let random = clock.draw(shape, variable.first, Purpose::Absorb).worlds(block.first);
            let skip = block.states.len() - variable.count;
            let share = |(state, ratio): (&Lanes, &f64)| {
                let mut share = *state;
                for (share, factor) in share.0.iter_mut().zip(factors) {
                    *share = if *factor > 0.0 { (f64::from(*share) * ratio / factor) as f32 } else { 0.0 };
                }
                share
            };
            let yes: Vec<Lanes> = block.states.iter().zip(ratios).skip(skip).map(share).collect();
            for (slot, new) in variable.slots().zip(picks(&yes, variable.kind.chooses(), &random)) {
                block.set(problem, slot, new);
            }
        });
        true
    }

    /// Multiplies weights. False: nothing is left.
    fn reweigh(&mut self, factors: &[[f64; WIDTH]]) -> bool {
        let sum: f64 = self.weights().zip(factors.iter().flatten()).map(|(weight, by)| weight * by).sum();
        if sum.is_nan() || sum <= 0.0 {
            return false;
        }
        for (block, factors) in self.blocks.iter_mut().zip(factors) {
            for (weight, factor) in block.weight.0.iter_mut().zip(factors) {
                *weight = (f64::from(*weight) * factor / sum) as f32;
            }
        }
        true
    }

    /// By slot: what sweeps drew from on the average, and its error.
    pub(super) fn told(&self) -> Vec<Mean> {
        let families = self.families();
        let told = |(values, room): &mut (Vec<f64>, Vec<f64>), slot: usize| {
            let by = 1.0 / f64::from(self.sweeps.max(1));
            values.clear();
            for block in &self.blocks {
                let sums = block.sums.get(slot).unwrap_or(&Lanes::ZERO);
                values.extend(sums.0.iter().map(|sum| f64::from(*sum) * by));
            }
            families.mean(values, room)
        };
        (0..self.levels.log.len()).into_par_iter().map_init(Default::default, told).collect()
    }

    /// By slot: the weighted share of worlds in which a node is true.
    pub(super) fn counted(&self) -> Vec<f64> {
        let counted = |slot: usize| {
            let share = |block: &Worlds| {
                let mut states = Lanes::ZERO;
                states.set_where(block.bits.get(slot).copied().unwrap_or(0), 1.0);
                states.dot(&block.weight)
            };
            self.blocks.iter().map(share).sum()
        };
        (0..self.levels.log.len()).into_par_iter().map(counted).collect()
    }

    /// Systematic resampling: worlds of little weight are overwritten by copies of those of much. A world that
    /// stays, stays in its place, so its random numbers go on.
    pub(super) fn resample(&mut self, problem: &Problem, clock: Clock) {
        let count = self.blocks.len() * WIDTH;
        let offset = Draw::new(clock.seed, 0, clock.time, Purpose::Resample).one();
        let (mut sum, mut drawn, mut copies) = (0.0, 0, Vec::with_capacity(count));
        for weight in self.weights() {
            sum += weight * count as f64;
            let mut own = 0_u32;
            while drawn < count && drawn as f64 + offset < sum {
                (own, drawn) = (own + 1, drawn + 1);
            }
            copies.push(own);
        }
        // Rounding may leave the last one out.
        if let Some(last) = copies.iter_mut().rev().find(|own| **own > 0) {
            *last += (count - drawn) as u32;
        }
        let mut spare = copies.iter().enumerate().flat_map(|(from, own)| (1..*own).map(move |_| from));
        let from: Vec<usize> = copies
            .iter()
            .enumerate()
            .map(|(to, own)| if *own > 0 { to } else { spare.next().unwrap_or(to) })
            .collect();
        self.descent.inherit(&from);
        let before: Vec<Vec<u64>> = self.blocks.iter().map(|block| block.bits.clone()).collect();
        let Self { blocks, levels, .. } = self;
        blocks.par_iter_mut().zip(from.par_chunks(WIDTH)).enumerate().for_each(|(place, (block, from))| {
            for (lane, from) in from.iter().enumerate().filter(|(lane, from)| place * WIDTH + lane != **from)
            {
                let Some(source) = before.get(from / WIDTH) else { continue };
                for (bits, source) in block.bits.iter_mut().zip(source) {
                    *bits = *bits & !(1 << lane) | (source >> (from % WIDTH) & 1) << lane;
                }
            }
            block.weight = Lanes::splat(1.0 / count as f32);
            block.refresh(problem, levels, None);
        });
    }

    pub(super) fn refresh(&mut self, problem: &Problem, before: Option<&Problem>) {
        self.each(|block, levels| block.refresh(problem, levels, before));
    }

    /// Draws everything anew that nothing is known below.
    pub(super) fn forward(&mut self, problem: &Problem, variables: &[usize], clock: Clock) {
        self.each(|block, levels| block.forward(problem, levels, variables, clock, Count::Not));
    }

    /// Each world descends from itself.
    pub(super) fn found(&mut self) {
        self.descent = Descent::new(self.blocks.len() * WIDTH);
    }

    pub(super) fn forget(&mut self) {
        self.sweeps = 0;
    }

    /// Turning moves, then a sweep. If it is read, what sweeps draw from is added up, and what is barren is drawn anew
    /// as well. Tries and acceptances of each move.
    pub(super) fn round(
        &mut self,
        problem: &Problem,
        turns: &[Turn],
        clock: Clock,
        reads: bool,
    ) -> Vec<(u64, u64)> {
        let count = match (reads, self.sweeps) {
            (false, _) => Count::Not,
            (true, 0) => Count::Anew,
            (true, _) => Count::On,
        };
        let Self { blocks, levels, rooms, .. } = self;
        let size = blocks.len().div_ceil(CHUNKS);
        blocks.par_chunks_mut(size).zip(rooms.par_iter_mut()).for_each(|(blocks, room)| {
            let Room { proposal, scratch, turned } = room;
            turned.clear();
            turned.resize(turns.len(), (0, 0));
            for block in blocks {
                for ((place, what), (tries, accepted)) in (1..).zip(turns).zip(turned.iter_mut()) {
                    // Every move of a round needs random numbers of its own.
                    let clock = Clock { time: clock.time ^ (place << 40), ..clock };
                    let (tried, went) = turn(block, proposal, problem, levels, clock, *what);
                    (*tries, *accepted) = (*tries + tried, *accepted + went);
                }
                block.sweep(problem, levels, clock, count, scratch);
                if reads {
                    block.forward(problem, levels, &problem.barren, clock, count);
                }
            }
        });
        self.sweeps += u32::from(reads);
        let used = self.blocks.len().div_ceil(size);
        let add = |place: usize| {
            let each = self.rooms.iter().take(used).filter_map(|room| room.turned.get(place));
            each.fold((0, 0), |(tries, yes), (more, accepted)| (tries + more, yes + accepted))
        };
        (0..turns.len()).map(add).collect()
    }

    /// What the level of the node that was looked at has to work on, world by world.
    pub(super) fn levers(&self, problem: &Problem, slot: usize) -> Vec<Lever> {
        let Some(what) = problem.shape.slots.get(slot) else { return Vec::new() };
        let levers = |block: &Worlds| {
            let mut priors = Vec::new();
            law(&problem.shape, &self.levels, what.variable, &block.bits, None, &mut priors);
            let lever = |(lane, weight): (usize, &f32)| {
                let odds = |states: &[Lanes]| {
                    let (mut yes, mut no) = (0.0, 0.0);
                    for (state, share) in states.iter().enumerate() {
                        let share = share.0.get(lane).copied().map_or(0.0, f64::from);
                        *(if state == what.state { &mut yes } else { &mut no }) += share;
                    }
                    yes / no
                };
                Lever { prior: odds(&priors), odds: odds(&block.states), weight: f64::from(*weight) }
            };
            block.weight.0.iter().enumerate().map(lever).collect::<Vec<Lever>>()
        };
        self.blocks.par_iter().map(levers).collect::<Vec<_>>().into_iter().flatten().collect()
    }

    /// Raises the level of the node that was looked at; the worlds are reweighted and the node is drawn anew.
    pub(super) fn raise(&mut self, problem: &Problem, slot: usize, by: f64, clock: Clock) {
        let Some(what) = problem.shape.slots.get(slot) else { return };
        let levers = self.levers(problem, slot);
        let rise = exp(by);
        // The weight of a world changes as its likelihood with the node summed out, which `absorb` leaves out.
        let factors: Vec<[f64; WIDTH]> = levers
            .chunks(WIDTH)
            .map(|block| std::array::from_fn(|lane| block.get(lane).map_or(1.0, |lever| lever.factor(rise))))
            .collect();
        self.reweigh(&factors);
        self.levels.set(slot, self.levels.get(slot) + by);
        let Some(variable) = problem.shape.variables.get(what.variable) else { return };
        let Self { blocks, levels, .. } = self;
        for (block, levers) in blocks.iter_mut().zip(levers.chunks(WIDTH)) {
            let random = clock.draw(&problem.shape, variable.first, Purpose::Absorb).worlds(block.first);
            let mut shares = block.states.clone();
            let mut sum = Lanes::ZERO;
            for (state, share) in shares.iter_mut().enumerate() {
                if state == what.state {
                    for (share, lever) in share.0.iter_mut().zip(levers) {
                        *share *= if lever.moves() { rise as f32 } else { 1.0 };
                    }
                }
                sum.plus(share);
            }
            for share in &mut shares {
                share.over(&sum);
            }
            let skip = shares.len() - variable.count;
            let yes = shares.get(skip..).unwrap_or_default();
            for (slot, new) in variable.slots().zip(picks(yes, variable.kind.chooses(), &random)) {
                block.set(problem, slot, new);
            }
            if let (Some(odds), true) = (block.odds.get_mut(slot), problem.is_core(what.variable)) {
                *odds = pull(levels, slot, what, &block.bits);
            }
        }
    }
}

/// The share of worlds that weights leave.
fn effective(weights: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut squares, mut count) = (0.0, 0.0, 0.0);
    for weight in weights {
        sum += weight;
        squares += weight * weight;
        count += 1.0;
    }
    if squares > 0.0 { sum * sum / squares / count } else { 0.0 }
}

impl Lever {
    /// The level has a say: gates do not decide.
    fn moves(&self) -> bool {
        self.prior > 0.0 && self.prior.is_finite()
    }

    /// What the likelihood of the world is multiplied with when the odds of the level are.
    fn factor(&self, rise: f64) -> f64 {
        if !self.moves() {
            1.0
        } else if self.odds.is_finite() {
            (1.0 + self.odds * rise) / (1.0 + self.odds) * (1.0 + self.prior) / (1.0 + self.prior * rise)
        } else {
            rise * (1.0 + self.prior) / (1.0 + self.prior * rise)
        }
    }

    fn probability(&self, rise: f64) -> f64 {
        if !self.odds.is_finite() {
            1.0
        } else if self.moves() {
            self.odds * rise / (1.0 + self.odds * rise)
        } else {
            self.odds / (1.0 + self.odds)
        }
    }
}

/// The probability after a level has risen.
pub(super) fn mean(levers: &[Lever], by: f64) -> f64 {
    let rise = exp(by);
    let (mut sum, mut all) = (0.0, 0.0);
    for lever in levers {
        let weight = lever.weight * lever.factor(rise);
        sum += weight * lever.probability(rise);
        all += weight;
    }
    if all > 0.0 { sum / all } else { 0.0 }
}

/// The standard error of that.
pub(super) fn error(levers: &[Lever], by: f64, families: &Families) -> f64 {
    let rise = exp(by);
    let mean = mean(levers, by);
    let mut factors: Vec<f64> = levers.iter().map(|lever| lever.factor(rise)).collect();
    let each = levers.iter().zip(&factors);
    let mut off: Vec<f64> = each.map(|(lever, factor)| factor * (lever.probability(rise) - mean)).collect();
    let mut room = Vec::new();
    let (whole, off) =
        (families.mean(&mut factors, &mut room).mean, families.mean(&mut off, &mut room).error);
    if whole > 0.0 { off / whole } else { 0.0 }
}
