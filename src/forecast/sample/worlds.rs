//! Worlds: 64 at a time, with the state of every node and the running odds of the core.
//!
//! The odds of a node are exp(level + Σ weights of true parents), gates left out. A step of a parent multiplies
//! those of its children, so that no exponential is needed in a sweep.

use super::lanes::{Draw, Lanes, Purpose, Tally, WIDTH, vectorized};
use super::law::{Levels, gates, law, pull};
use super::problem::Problem;
use super::shape::{Kind, Shape};

/// A block of worlds.
#[derive(Clone, Debug)]
pub(super) struct Worlds {
    /// By slot: the worlds in which the node is true.
    pub(super) bits: Vec<u64>,
    /// By slot.
    pub(super) odds: Vec<Lanes>,
    /// The number of the first of these worlds among all.
    pub(super) first: u32,
    /// Weights, which sum to 1 over the population.
    pub(super) weight: Lanes,
    /// By slot: the probabilities that its states were drawn from, added up.
    pub(super) sums: Vec<Lanes>,
    /// P(state | all else) of the variable that was looked at last.
    pub(super) states: Vec<Lanes>,
}

/// Whether the probabilities that states are drawn from are added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Count {
    Not,
    /// What was added up before is forgotten.
    Anew,
    On,
}

/// When and for which network random numbers are drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    pub(super) seed: u64,
    pub(super) time: u64,
}

impl Clock {
    #[inline(always)]
    pub(super) fn draw(self, shape: &Shape, slot: usize, purpose: Purpose) -> Draw {
        let key = shape.slots.get(slot).map_or(0, |slot| slot.key);
        Draw::new(self.seed, key, self.time, purpose)
    }
}

#[inline(always)]
fn row(bits: &[u64], slot: usize) -> u64 {
    bits.get(slot).copied().unwrap_or(0)
}

impl Worlds {
    /// Worlds with these states, the first of which has this number; room for odds of so many slots.
    pub(super) fn new(bits: Vec<u64>, first: u32, slots: usize) -> Self {
        let odds = vec![Lanes::ONE; slots];
        Self { bits, odds, first, weight: Lanes::ONE, sums: vec![Lanes::ZERO; slots], states: Vec::new() }
    }

    /// Gives a node new states, and its children new odds.
    #[inline(always)]
    pub(super) fn set(&mut self, problem: &Problem, slot: usize, new: u64) {
        let Some(bits) = self.bits.get_mut(slot) else { return };
        let (up, down) = (new & !*bits, *bits & !new);
        if up | down == 0 {
            return;
        }
        *bits = new;
        for link in problem.links(slot) {
            if let Some(odds) = self.odds.get_mut(link.slot) {
                odds.scale(up, link.factor, down, link.inverse);
            }
        }
    }

    /// Works out the running odds of the core anew, or of those that were not in it.
    pub(super) fn refresh(&mut self, problem: &Problem, levels: &Levels, before: Option<&Problem>) {
        refresh(self, problem, levels, before);
    }

    /// P(true | all else) for each node of an open variable, and in `scratch` P(state | all else).
    pub(super) fn conditional(
        &mut self,
        problem: &Problem,
        levels: &Levels,
        number: usize,
        scratch: &mut Vec<Lanes>,
        out: &mut Vec<Lanes>,
    ) {
        conditional(self, problem, levels, number, (scratch, out));
    }

    /// What the plain children of a node say.
    #[inline(always)]
    fn hear(&self, problem: &Problem, slot: usize, tally: &mut Tally) {
        let own = row(&self.bits, slot);
        for link in problem.told(slot) {
            if link.renormalize {
                tally.renormalize();
            }
            let (Some(odds), Some(child)) = (self.odds.get(link.slot), self.bits.get(link.slot)) else {
                continue;
            };
            if link.gated {
                let Some(what) = problem.shape.slots.get(link.slot) else { continue };
                let (denied, forced) = gates(&what.gates, &self.bits);
                tally.gated_child(odds, own, *child, (link.factor, link.inverse), denied | forced);
            } else {
                tally.child(odds, own, *child, link.factor, link.inverse);
            }
        }
    }

    /// What the other children say: their law is read for each state that the variable might have.
    fn hear_hard(
        &mut self,
        problem: &Problem,
        levels: &Levels,
        number: usize,
        (tallies, impossible): (&mut [Tally], &mut [u64]),
        scratch: &mut Vec<Lanes>,
    ) {
        let (shape, hard) = (&problem.shape, problem.hard(number));
        let Some(variable) = shape.variables.get(number).filter(|_| !hard.is_empty()) else { return };
        let saved: Vec<u64> = variable.slots().map(|slot| row(&self.bits, slot)).collect();
        for (state, (tally, impossible)) in tallies.iter_mut().zip(impossible).enumerate() {
            for slot in variable.slots() {
                let is = shape.slots.get(slot).is_some_and(|slot| slot.state == state);
                if let Some(bits) = self.bits.get_mut(slot) {
                    *bits = if is { !0 } else { 0 };
                }
            }
            for child in hard {
                let weighs = variable.slots().any(|slot| {
                    let mut links = problem.links(slot).iter();
                    links.any(|link| shape.slots.get(link.slot).is_some_and(|slot| slot.variable == *child))
                });
                let odds = if weighs { None } else { Some(self.odds.as_slice()) };
                law(shape, levels, *child, &self.bits, odds, scratch);
                let told = likelihood(shape, *child, &self.bits, scratch);
                *impossible |= told.vanishing();
                tally.yes.times(&told);
                tally.renormalize();
            }
        }
        for (slot, saved) in variable.slots().zip(saved) {
            if let Some(bits) = self.bits.get_mut(slot) {
                *bits = saved;
            }
        }
    }

    /// Draws a variable from probabilities of its nodes, with numbers in 0..1.
    pub(super) fn pick(&mut self, problem: &Problem, number: usize, yes: &[Lanes], random: &Lanes) {
        let Some(variable) = problem.shape.variables.get(number) else { return };
        for (slot, new) in variable.slots().zip(picks(yes, variable.kind.chooses(), random)) {
            self.set(problem, slot, new);
        }
    }

    /// Draws variables anew, parents first, from what their parents say alone.
    pub(super) fn forward(
        &mut self,
        problem: &Problem,
        levels: &Levels,
        variables: &[usize],
        clock: Clock,
        count: Count,
    ) {
        forward(self, problem, levels, variables, clock, count);
    }

    /// One Gibbs sweep of the core.
    pub(super) fn sweep(
        &mut self,
        problem: &Problem,
        levels: &Levels,
        clock: Clock,
        count: Count,
        scratch: &mut [Vec<Lanes>; 2],
    ) {
        sweep(self, problem, levels, clock, count, scratch);
    }

    /// What a finding multiplies the likelihood of each world with, given what it does to each state of the
    /// variable that was looked at.
    pub(super) fn factors(&self, ratios: &[f64]) -> [f64; WIDTH] {
        let mut factors = [0.0; WIDTH];
        for (state, ratio) in self.states.iter().zip(ratios) {
            for (factor, share) in factors.iter_mut().zip(&state.0) {
                *factor += f64::from(*share) * ratio;
            }
        }
        factors
    }

    #[inline(always)]
    fn add_up(&mut self, slot: usize, yes: &Lanes, count: Count) {
        let Some(sum) = self.sums.get_mut(slot) else { return };
        match count {
            Count::Not => {}
            Count::Anew => *sum = *yes,
            Count::On => sum.plus(yes),
        }
    }
}

/// The states of the nodes of a variable: those of a choice lie next to each other in 0..1.
pub(super) fn picks(yes: &[Lanes], chooses: bool, random: &Lanes) -> Vec<u64> {
    if !chooses {
        return yes.iter().map(|yes| random.below(yes)).collect();
    }
    let (mut sum, mut taken) = (Lanes::ZERO, 0);
    let mut last = None;
    let mut picked: Vec<u64> = Vec::with_capacity(yes.len());
    for (state, yes) in yes.iter().enumerate() {
        sum.plus(yes);
        let here = random.below(&sum) & !taken & !yes.vanishing();
        taken |= here;
        picked.push(here);
        let possible = !yes.vanishing();
        if possible != 0 {
            last = Some(state);
        }
    }
    // Rounding may leave a gap below one: it belongs to the last scenario that is possible there.
    if taken != !0 {
        for state in (0..=last.unwrap_or(0)).rev() {
            if let (Some(picked), Some(yes)) = (picked.get_mut(state), yes.get(state)) {
                let here = !taken & !yes.vanishing();
                *picked |= here;
                taken |= here;
            }
        }
    }
    picked
}

/// The probability of the state that a variable has, out of those of all states.
#[inline(always)]
pub(super) fn likelihood(shape: &Shape, number: usize, bits: &[u64], law: &[Lanes]) -> Lanes {
    let Some(variable) = shape.variables.get(number) else { return Lanes::ONE };
    let mut found = law.first().copied().unwrap_or(Lanes::ONE);
    for slot in variable.slots() {
        let state = shape.slots.get(slot).map_or(0, |slot| slot.state);
        if let Some(told) = law.get(state) {
            found.replace_where(row(bits, slot), told);
        }
    }
    found
}

vectorized! {
    fn conditional(
        worlds: &mut Worlds,
        problem: &Problem,
        levels: &Levels,
        number: usize,
        (scratch, out): (&mut Vec<Lanes>, &mut Vec<Lanes>),
    ) {
        let Some(variable) = problem.shape.variables.get(number) else { return };
        law(&problem.shape, levels, number, &worlds.bits, Some(&worlds.odds), scratch);
        // For one of several, all states are compared; else true is compared with false.
        let states = scratch.len();
        let compared = states - variable.count..states;
        let mut impossible: Vec<u64> = scratch.iter().map(Lanes::vanishing).collect();
        let mut tallies: Vec<Tally> = (0..states).map(|_| Tally::new()).collect();
        for (prior, tally) in scratch.iter().zip(&mut tallies) {
            tally.yes = *prior;
            tally.renormalize();
        }
        for (state, slot) in compared.clone().zip(variable.slots()) {
            if let Some(tally) = tallies.get_mut(state) {
                tally.yes.times(&Lanes::splat(problem.favor(slot)));
                tally.renormalize();
                worlds.hear(problem, slot, tally);
                tally.renormalize();
            }
            if let Some(impossible) = impossible.get_mut(state).filter(|_| problem.is_out(slot)) {
                *impossible = !0;
            }
        }
        worlds.hear_hard(problem, levels, number, (&mut tallies, &mut impossible), scratch);
        let mut greatest = [i32::MIN; WIDTH];
        for (tally, impossible) in tallies.iter().zip(&impossible) {
            tally.raise(&mut greatest, *impossible);
        }
        let mut sum = Lanes::ZERO;
        scratch.clear();
        for (tally, impossible) in tallies.iter().zip(&impossible) {
            let mut part = tally.scaled(&greatest);
            part.set_where(*impossible, 0.0);
            sum.plus(&part);
            scratch.push(part);
        }
        // Where nothing is possible the world has no weight; it stays as it is.
        let stuck = sum.vanishing();
        for (state, part) in scratch.iter_mut().enumerate() {
            part.over(&sum);
            part.set_where(stuck, 0.0);
            let slot = variable.first + state.saturating_sub(compared.start);
            let is = row(&worlds.bits, slot);
            part.set_where(stuck & if state < compared.start { !is } else { is }, 1.0);
        }
        out.clear();
        out.extend(scratch.iter().skip(compared.start));
    }

    fn refresh(worlds: &mut Worlds, problem: &Problem, levels: &Levels, before: Option<&Problem>) {
        for (number, variable) in problem.shape.variables.iter().enumerate() {
            let kept = before.is_some_and(|before| before.is_core(number));
            if kept || !problem.is_core(number) || !variable.kind.runs() {
                continue;
            }
            for slot in variable.slots() {
                if let (Some(odds), Some(what)) = (worlds.odds.get_mut(slot), problem.shape.slots.get(slot)) {
                    *odds = pull(levels, slot, what, &worlds.bits);
                }
            }
        }
    }

    fn forward(
        worlds: &mut Worlds,
        problem: &Problem,
        levels: &Levels,
        variables: &[usize],
        clock: Clock,
        count: Count,
    ) {
        let shape = &problem.shape;
        let mut scratch = Vec::new();
        for number in variables {
            let Some(variable) = shape.variables.get(*number) else { continue };
            let random = clock.draw(shape, variable.first, Purpose::Forward).worlds(worlds.first);
            if let (Kind::Plain, Some(what)) = (variable.kind, shape.slots.get(variable.first)) {
                let yes = pull(levels, variable.first, what, &worlds.bits).yes();
                worlds.add_up(variable.first, &yes, count);
                if let Some(bits) = worlds.bits.get_mut(variable.first) {
                    *bits = random.below(&yes);
                }
                continue;
            }
            law(shape, levels, *number, &worlds.bits, None, &mut scratch);
            let nodes = scratch.len() - variable.count..;
            let yes = scratch.get(nodes).unwrap_or_default();
            for (slot, yes) in variable.slots().zip(yes) {
                worlds.add_up(slot, yes, count);
            }
            for (slot, new) in variable.slots().zip(picks(yes, variable.kind.chooses(), &random)) {
                if let Some(bits) = worlds.bits.get_mut(slot) {
                    *bits = new;
                }
            }
        }
    }

    fn sweep(
        worlds: &mut Worlds,
        problem: &Problem,
        levels: &Levels,
        clock: Clock,
        count: Count,
        scratch: &mut [Vec<Lanes>; 2],
    ) {
        let shape = &problem.shape;
        let all = problem.open.len();
        for place in 0..all {
            // Every other sweep goes from the children to the parents.
            let place = if clock.time & 1 == 0 { place } else { all - 1 - place };
            let Some(number) = problem.open.get(place) else { continue };
            let Some(variable) = shape.variables.get(*number) else { continue };
            let slot = variable.first;
            let random = clock.draw(shape, slot, Purpose::Sweep).worlds(worlds.first);
            let easy = variable.kind == Kind::Plain && problem.hard(*number).is_empty();
            if easy && let Some(odds) = worlds.odds.get(slot) {
                let mut tally = Tally::new();
                worlds.hear(problem, slot, &mut tally);
                let favor = Lanes::splat(problem.favor(slot));
                let mut all = *odds;
                if problem.is_long(slot) {
                    tally.renormalize();
                    tally.yes.times(odds);
                    tally.renormalize();
                    tally.yes.times(&favor);
                    all = tally.quotient();
                } else {
                    all.times(&favor);
                    all.times(&tally.plain_quotient());
                }
                let yes = all.share();
                worlds.add_up(slot, &yes, count);
                worlds.set(problem, slot, random.below(&yes));
                continue;
            }
            let [first, second] = scratch;
            worlds.conditional(problem, levels, *number, first, second);
            for (slot, yes) in variable.slots().zip(second.iter()) {
                worlds.add_up(slot, yes, count);
            }
            worlds.pick(problem, *number, second, &random);
        }
    }
}
