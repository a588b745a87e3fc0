//! Moves: rounds of turning moves and sweeps.

use std::sync::Arc;

use rayon::prelude::*;

use super::super::number::ln;
use super::Sampler;
use super::lanes::{Draw, Purpose};
use super::population::Population;
use super::problem::Known;
use super::turn::Turn;
use super::worlds::Clock;

/// When what is barren is drawn anew and counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tail {
    None,
    Last,
    Each,
}

impl Sampler {
    /// Rounds of turning moves and sweeps.
    pub(super) fn rounds(&mut self, count: usize, tail: Tail) {
        for round in 0..count {
            let clock = self.tick();
            let turns = self.turns(clock);
            let tail = tail == Tail::Each || tail == Tail::Last && round + 1 == count;
            let refresh = self.time.is_multiple_of(64);
            let problem = Arc::clone(&self.problem);
            self.populations.par_iter_mut().for_each(|population| {
                if refresh {
                    // Products of many factors drift.
                    population.refresh(&problem, None);
                }
                population.round(&problem, &turns, clock, tail);
            });
            self.report.sweeps += 1;
            for (place, turn) in turns.iter().enumerate() {
                let add = |(tries, yes): (u64, u64), population: &Population| {
                    let (more, accepted) = population.turned.get(place).copied().unwrap_or((0, 0));
                    (tries + more, yes + accepted)
                };
                let (tries, yes) = self.populations.iter().fold((0, 0), add);
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

    /// Which moves to try: more often those that were accepted lately, and some pair that has a child in common.
    pub(super) fn turns(&self, clock: Clock) -> Vec<Turn> {
        let turnable = &self.problem.turnable;
        let readiness = |number: usize| self.readiness.get(number).copied().unwrap_or(0.5) + 0.01;
        let all: f64 = turnable.iter().map(|number| readiness(*number)).sum();
        if turnable.is_empty() {
            return Vec::new();
        }
        // The order of exponential numbers with these rates draws without putting back.
        let first = |number: &usize| self.shape.variables.get(*number).map_or(0, |variable| variable.first);
        let chance = |number: &usize| clock.draw(&self.shape, first(number), Purpose::Pick).one();
        let mut order: Vec<(f64, usize)> =
            turnable.iter().map(|number| (-ln(chance(number)) / readiness(*number), *number)).collect();
        order.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        // Where moves are hardly ever accepted they are tried less.
        let count = if all < 0.05 * turnable.len() as f64 { 2 } else { 3 }.min(turnable.len());
        let mut turns: Vec<Turn> = Vec::with_capacity(count + 1);
        for (_, number) in order.iter().take(count) {
            let Some(variable) = self.shape.variables.get(*number) else { continue };
            let by = if variable.kind.chooses() {
                let draw = Draw::new(clock.seed, variable.first as u64, clock.time, Purpose::Turn);
                1 + (draw.one() * (variable.count - 1) as f64) as usize
            } else {
                1
            };
            turns.push(Turn::Alone(*number, by));
        }
        turns.extend(self.pair(clock));
        turns
    }

    /// Two nodes with a child in common: one may stand for the other.
    pub(super) fn pair(&self, clock: Clock) -> Option<Turn> {
        let (shape, turnable) = (&self.shape, &self.problem.turnable);
        let draw = |what: u64| Draw::new(clock.seed, what, clock.time, Purpose::Pick).one();
        let pick = |from: &[usize], chance: f64| from.get((chance * from.len() as f64) as usize).copied();
        let one = pick(turnable, draw(1))?;
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
