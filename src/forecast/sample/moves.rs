//! Moves: rounds of turning moves and sweeps.

use super::super::number::ln;
use super::Sampler;
use super::lanes::{Draw, Purpose};
use super::problem::{Known, Problem};
use super::turn::Turn;
use super::worlds::Clock;

/// How many are turned alone in a round.
const TURNS: usize = 4;

/// In which rounds beliefs are read off, and what is barren is drawn anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    None,
    Last,
    Each,
}

impl Sampler {
    /// Rounds of turning moves and sweeps.
    pub(super) fn rounds(&mut self, count: usize, reading: Reading) {
        for round in 0..count {
            let clock = self.tick();
            let turns = self.turns(clock);
            let reads = reading == Reading::Each || reading == Reading::Last && round + 1 == count;
            let refresh = self.time.is_multiple_of(64);
            if refresh {
                // Products of many factors drift.
                self.population.refresh(&self.problem, None);
            }
            let turned = self.population.round(&self.problem, &turns, clock, reads);
            self.report.sweeps += 1;
            for (turn, (tries, yes)) in turns.iter().zip(turned) {
                self.report.turns.0 += tries;
                self.report.turns.1 += yes;
                if let (Turn::Alone(number, _), true) = (turn, tries > 0)
                    && let Some(readiness) = self.readiness.get_mut(*number)
                {
                    *readiness = f64::midpoint(*readiness, yes as f64 / tries as f64);
                }
            }
        }
    }

    /// Which moves to try: mostly of what much hangs on, and more often those that were accepted lately.
    pub(super) fn turns(&self, clock: Clock) -> Vec<Turn> {
        let Problem { heads, tied, .. } = self.problem.as_ref();
        let of_tied = if heads.is_empty() { TURNS } else { (clock.time & 1) as usize }.min(tied.len());
        let mut turns = self.alone(heads, TURNS - of_tied, clock);
        turns.extend(self.alone(tied, of_tied, clock));
        turns.extend(self.pair(clock));
        turns.extend(if clock.time & 1 == 0 { self.causes(clock) } else { None });
        turns
    }

    /// So many of these to turn, by how readily they went lately.
    fn alone(&self, from: &[usize], count: usize, clock: Clock) -> Vec<Turn> {
        let readiness = |number: usize| self.readiness.get(number).copied().unwrap_or(0.5) + 0.01;
        // The order of exponential numbers with these rates draws without putting back.
        let first = |number: &usize| self.shape.variables.get(*number).map_or(0, |variable| variable.first);
        let chance = |number: &usize| clock.draw(&self.shape, first(number), Purpose::Pick).one();
        let mut order: Vec<(f64, usize)> =
            from.iter().map(|number| (-ln(chance(number)) / readiness(*number), *number)).collect();
        order.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        let turn = |(_, number): &(f64, usize)| {
            let variable = self.shape.variables.get(*number)?;
            if !variable.kind.chooses() {
                return Some(Turn::Alone(*number, 1));
            }
            let draw = Draw::new(clock.seed, variable.first as u64, clock.time, Purpose::Turn);
            Some(Turn::Alone(*number, 1 + (draw.one() * (variable.count - 1) as f64) as usize))
        };
        order.iter().take(count).filter_map(turn).collect()
    }

    /// Two heads: one may stand for the other.
    fn pair(&self, clock: Clock) -> Option<Turn> {
        let draw = |what: u64| Draw::new(clock.seed, what, clock.time, Purpose::Pick).one();
        let single = |number: &&usize| {
            self.shape.variables.get(**number).is_some_and(|variable| !variable.kind.chooses())
        };
        let heads: Vec<usize> = self.problem.heads.iter().filter(single).copied().collect();
        let [one, other] = [1, 2].map(|what| heads.get((draw(what) * heads.len() as f64) as usize));
        let slot = |number: &usize| self.shape.variables.get(*number).map(|variable| variable.first);
        let (one, other) = (slot(one?)?, slot(other?)?);
        (one != other).then_some(Turn::Pair(one, other))
    }

    /// Two nodes with a child in common: one may stand for the other.
    fn causes(&self, clock: Clock) -> Option<Turn> {
        let shape = &self.shape;
        let turnable: Vec<usize> = self.problem.heads.iter().chain(&self.problem.tied).copied().collect();
        let draw = |what: u64| Draw::new(clock.seed, what, clock.time, Purpose::Pick).one();
        let pick = |from: &[usize], chance: f64| from.get((chance * from.len() as f64) as usize).copied();
        let one = pick(&turnable, draw(1))?;
        let core = |number: &usize| self.problem.is_core(*number);
        let children: Vec<usize> = shape.variables.get(one)?.children.iter().copied().filter(core).collect();
        let child = pick(&children, draw(2))?;
        let single =
            |number: &usize| shape.variables.get(*number).is_some_and(|variable| !variable.kind.chooses());
        let open = |number: &usize| self.problem.known(*number) == Known::Open && *number != one;
        let parents = &shape.variables.get(child)?.parents;
        let parents: Vec<usize> = parents.iter().copied().filter(open).filter(single).collect();
        let other = pick(&parents, draw(3))?;
        if !single(&one) {
            return None;
        }
        Some(Turn::Pair(shape.variables.get(one)?.first, shape.variables.get(other)?.first))
    }
}
