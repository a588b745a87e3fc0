//! Population: worlds that are resampled among themselves and know nothing of other populations, so that the
//! spread between populations tells the standard error.

use super::super::number::exp;
use super::lanes::{Draw, Lanes, Purpose, WIDTH};
use super::law::{Levels, law, pull};
use super::problem::Problem;
use super::turn::{Proposal, Turn, turn};
use super::worlds::{Clock, Worlds, picks};

/// A population.
#[derive(Clone, Debug)]
pub(super) struct Population {
    number: u64,
    pub(super) blocks: Vec<Worlds>,
    pub(super) levels: Levels,
    /// By slot: the probabilities from which sweeps drew, added up.
    pub(super) sums: Vec<f64>,
    /// How many sweeps were added up.
    pub(super) sweeps: u32,
    /// By slot: what the sums were above a count of states at the end of the last sweep.
    kept: Vec<f64>,
    /// How often what is barren was added up.
    pub(super) tails: u32,
    /// By block: P(state | all else) of the variable that is looked at.
    states: Vec<Vec<Lanes>>,
    /// Tries and acceptances of turning moves in the last round, by move.
    pub(super) turned: Vec<(u64, u64)>,
    room: Proposal,
    scratch: [Vec<Lanes>; 2],
}

/// What a level has to do with a world: prior odds of the node, odds given all else, and the weight.
pub(super) struct Lever {
    prior: f64,
    odds: f64,
    weight: f64,
}

impl Population {
    pub(super) fn new(number: usize, blocks: Vec<Worlds>, levels: &[f64]) -> Self {
        Self {
            number: number as u64,
            blocks,
            levels: Levels::new(levels.to_vec()),
            sums: vec![0.0; levels.len()],
            kept: vec![0.0; levels.len()],
            sweeps: 0,
            tails: 0,
            states: Vec::new(),
            turned: Vec::new(),
            room: Proposal::default(),
            scratch: [Vec::new(), Vec::new()],
        }
    }

    /// The share of worlds that weights leave.
    pub(super) fn effective(&self) -> f64 {
        self.effective_after(|_, _| 1.0)
    }

    fn effective_after(&self, factor: impl Fn(usize, usize) -> f64) -> f64 {
        let (mut sum, mut squares, mut count) = (0.0, 0.0, 0.0);
        for (place, block) in self.blocks.iter().enumerate() {
            for (lane, weight) in block.weight.0.iter().enumerate() {
                let weight = f64::from(*weight) * factor(place, lane);
                sum += weight;
                squares += weight * weight;
                count += 1.0;
            }
        }
        if squares > 0.0 { sum * sum / squares / count } else { 0.0 }
    }

    /// Looks at a variable: draws anew what is barren above it, and works out P(state | all else).
    pub(super) fn look(&mut self, problem: &Problem, above: &[usize], number: usize, clock: Clock) {
        self.states.resize(self.blocks.len(), Vec::new());
        let Self { blocks, levels, states, scratch: [_, second], .. } = self;
        for (block, states) in blocks.iter_mut().zip(states) {
            block.forward(problem, levels, above, clock, None);
            if problem.is_core(number) {
                block.conditional(problem, levels, number, states, second);
            } else {
                law(&problem.shape, levels, number, &block.bits, None, states);
            }
        }
    }

    /// All worlds weigh the same again.
    pub(super) fn even(&mut self) {
        let count = self.blocks.len() * WIDTH;
        for block in &mut self.blocks {
            block.weight = Lanes::splat(1.0 / count as f32);
        }
    }

    /// The mean of what a finding multiplies the likelihood of a world with, and the share of worlds that it
    /// would leave.
    pub(super) fn effect(&self, ratios: &[f64]) -> f64 {
        self.effective_after(|block, lane| self.factor(block, lane, ratios))
    }

    fn factor(&self, block: usize, lane: usize, ratios: &[f64]) -> f64 {
        let states = self.states.get(block).into_iter().flatten();
        let part = |(state, ratio): (&Lanes, &f64)| state.0.get(lane).map_or(0.0, |p| f64::from(*p) * ratio);
        states.zip(ratios).map(part).sum()
    }

    /// Takes in what the likelihood of each state of the variable that was looked at is multiplied with. False:
    /// no world of the population has any weight left.
    pub(super) fn absorb(&mut self, problem: &Problem, number: usize, ratios: &[f64], clock: Clock) -> bool {
        let shape = &problem.shape;
        let Some(variable) = shape.variables.get(number) else { return true };
        let factors: Vec<[f64; WIDTH]> = (0..self.blocks.len())
            .map(|block| std::array::from_fn(|lane| self.factor(block, lane, ratios)))
            .collect();
        if self.reweigh(&factors).is_none() {
            return false;
        }
        for ((block, states), factors) in self.blocks.iter_mut().zip(&self.states).zip(&factors) {
            let random = clock.draw(shape, variable.first, Purpose::Absorb).worlds(block.first);
            let skip = states.len() - variable.count;
            let share = |(state, ratio): (&Lanes, &f64)| {
                let mut share = *state;
                for (share, factor) in share.0.iter_mut().zip(factors) {
                    *share = if *factor > 0.0 { (f64::from(*share) * ratio / factor) as f32 } else { 0.0 };
                }
                share
            };
            let yes: Vec<Lanes> = states.iter().zip(ratios).skip(skip).map(share).collect();
            for (slot, new) in variable.slots().zip(picks(&yes, variable.kind.chooses(), &random)) {
                block.set(problem, slot, new);
            }
        }
        true
    }

    fn reweigh(&mut self, factors: &[[f64; WIDTH]]) -> Option<f64> {
        let each = self.blocks.iter().zip(factors);
        let sum: f64 = each
            .flat_map(|(block, by)| block.weight.0.iter().zip(by))
            .map(|(w, by)| f64::from(*w) * by)
            .sum();
        if sum.is_nan() || sum <= 0.0 {
            return None;
        }
        for (block, factors) in self.blocks.iter_mut().zip(factors) {
            for (weight, factor) in block.weight.0.iter_mut().zip(factors) {
                *weight = (f64::from(*weight) * factor / sum) as f32;
            }
        }
        Some(sum)
    }

    /// Keeps by how much the mean of the states differs from the mean of the probabilities they were drawn from.
    pub(super) fn keep(&mut self, problem: &Problem) {
        for slot in 0..self.sums.len() {
            let core = problem.shape.slots.get(slot).is_some_and(|slot| problem.is_core(slot.variable));
            let count = f64::from(if core { self.sweeps } else { self.tails }.max(1));
            let counted = self.counted(slot);
            if let (Some(kept), Some(sum)) = (self.kept.get_mut(slot), self.sums.get(slot)) {
                *kept = sum / count - counted;
            }
        }
    }

    /// Without a sweep: what the mean of the states is now, corrected by what was kept.
    pub(super) fn guess(&mut self) {
        for slot in 0..self.sums.len() {
            let counted = self.counted(slot);
            if let (Some(sum), Some(kept)) = (self.sums.get_mut(slot), self.kept.get(slot)) {
                *sum = kept + counted;
            }
        }
        (self.sweeps, self.tails) = (1, 1);
    }

    /// The weighted share of worlds in which a node is true.
    fn counted(&self, slot: usize) -> f64 {
        let mut sum = 0.0;
        for block in &self.blocks {
            let mut states = Lanes::ZERO;
            states.set_where(block.bits.get(slot).copied().unwrap_or(0), 1.0);
            sum += states.dot(&block.weight);
        }
        sum
    }

    /// Systematic resampling: worlds of little weight are overwritten by copies of those of much. A world that
    /// stays, stays in its place, so its random numbers go on.
    pub(super) fn resample(&mut self, problem: &Problem, clock: Clock) {
        let count = self.blocks.len() * WIDTH;
        let offset = Draw::new(clock.seed, self.number, clock.time, Purpose::Resample).one();
        let (mut sum, mut drawn, mut copies) = (0.0, 0, Vec::with_capacity(count));
        for weight in self.blocks.iter().flat_map(|block| block.weight.0) {
            sum += f64::from(weight) * count as f64;
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
        let spare = copies.iter().enumerate().flat_map(|(from, own)| (1..*own).map(move |_| from));
        let gone = copies.iter().enumerate().filter(|(_, own)| **own == 0).map(|(to, _)| to);
        let moves: Vec<(usize, usize)> = gone.zip(spare).collect();
        for slot in 0..self.levels.log.len() {
            let core = problem.shape.slots.get(slot).is_some_and(|slot| problem.is_core(slot.variable));
            for (to, from) in &moves {
                let from = (from / WIDTH, from % WIDTH);
                let source = self.blocks.get(from.0);
                let bit =
                    source.and_then(|block| block.bits.get(slot)).map_or(0, |bits| (bits >> from.1) & 1);
                let odds = source.and_then(|block| block.odds.get(slot)?.0.get(from.1).copied());
                let Some(block) = self.blocks.get_mut(to / WIDTH) else { continue };
                if let Some(bits) = block.bits.get_mut(slot) {
                    *bits = (*bits & !(1 << (to % WIDTH))) | (bit << (to % WIDTH));
                }
                if let (true, Some(odds), Some(row)) = (core, odds, block.odds.get_mut(slot))
                    && let Some(own) = row.0.get_mut(to % WIDTH)
                {
                    *own = odds;
                }
            }
        }
        for block in &mut self.blocks {
            block.weight = Lanes::splat(1.0 / count as f32);
        }
    }

    pub(super) fn refresh(&mut self, problem: &Problem, before: Option<&Problem>) {
        for block in &mut self.blocks {
            block.refresh(problem, &self.levels, before);
        }
    }

    /// Draws everything anew that nothing is known below.
    pub(super) fn forward(&mut self, problem: &Problem, variables: &[usize], clock: Clock) {
        for block in &mut self.blocks {
            block.forward(problem, &self.levels, variables, clock, None);
        }
    }

    pub(super) fn forget(&mut self) {
        self.sums.fill(0.0);
        (self.sweeps, self.tails) = (0, 0);
    }

    /// Turning moves, then a sweep; with `tail` what is barren is drawn anew as well.
    pub(super) fn round(&mut self, problem: &Problem, turns: &[Turn], clock: Clock, tail: bool) {
        self.turned.clear();
        self.turned.resize(turns.len(), (0, 0));
        let Self { blocks, levels, sums, turned, room, scratch, .. } = self;
        for block in blocks {
            for ((place, what), (tries, accepted)) in (1..).zip(turns).zip(turned.iter_mut()) {
                // Every move of a round needs random numbers of its own.
                let clock = Clock { time: clock.time ^ (place << 40), ..clock };
                let (tried, went) = turn(block, room, problem, levels, clock, *what);
                (*tries, *accepted) = (*tries + tried, *accepted + went);
            }
            block.sweep(problem, levels, clock, sums, scratch);
            if tail {
                block.forward(problem, levels, &problem.barren, clock, Some(sums));
            }
        }
        self.sweeps += 1;
        self.tails += u32::from(tail);
    }

    /// What the level of the node that was looked at has to work on, world by world.
    pub(super) fn levers(&self, problem: &Problem, slot: usize) -> Vec<Lever> {
        let Some(what) = problem.shape.slots.get(slot) else { return Vec::new() };
        let (mut levers, mut priors) = (Vec::with_capacity(self.blocks.len() * WIDTH), Vec::new());
        for (block, states) in self.blocks.iter().zip(&self.states) {
            law(&problem.shape, &self.levels, what.variable, &block.bits, None, &mut priors);
            for (lane, weight) in block.weight.0.iter().enumerate() {
                let odds = |states: &[Lanes]| {
                    let (mut yes, mut no) = (0.0, 0.0);
                    for (state, share) in states.iter().enumerate() {
                        let share = share.0.get(lane).copied().map_or(0.0, f64::from);
                        *(if state == what.state { &mut yes } else { &mut no }) += share;
                    }
                    yes / no
                };
                levers.push(Lever { prior: odds(&priors), odds: odds(states), weight: f64::from(*weight) });
            }
        }
        levers
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
        let _ = self.reweigh(&factors);
        self.levels.set(slot, self.levels.get(slot) + by);
        let Some(variable) = problem.shape.variables.get(what.variable) else { return };
        for ((block, states), levers) in self.blocks.iter_mut().zip(&self.states).zip(levers.chunks(WIDTH)) {
            let random = clock.draw(&problem.shape, variable.first, Purpose::Absorb).worlds(block.first);
            let mut shares = states.clone();
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
                *odds = pull(&self.levels, slot, what, &block.bits);
            }
        }
    }

    /// Takes over the worlds of another population, because its own are impossible or lost.
    pub(super) fn take_over(&mut self, other: &Self) {
        let firsts: Vec<u32> = self.blocks.iter().map(|block| block.first).collect();
        self.blocks.clone_from(&other.blocks);
        for (block, first) in self.blocks.iter_mut().zip(firsts) {
            block.first = first;
        }
        self.states.clone_from(&other.states);
        self.kept.clone_from(&other.kept);
        self.levels.clone_from(&other.levels);
    }
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
