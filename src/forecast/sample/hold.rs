//! Holding: levels are set so that statements hold.

use std::sync::Arc;

use super::super::step::{Finding, Statement, Trouble};
use super::Sampler;
use super::moves::Reading;
use super::population::{error, mean};
use super::problem::Known;
use super::shape::CERTAIN;

/// Rounds over which the level of a statement is averaged.
const AVERAGED: u32 = 6;
/// How far statements of one day may be from holding together.
const APART: f64 = 0.08;
/// What is so near needs no further pass, once there were a few.
const NEAR: f64 = 0.02;
const PATIENCE: u32 = 12;
/// The most passes over statements of one day.
const PASSES: u32 = 60;

impl Sampler {
    /// Makes statements hold: levels are solved, in turns until all hold together, and then averaged over further
    /// rounds, so that the chance of one set of worlds weighs less.
    pub(super) fn hold(&mut self, statements: &[(usize, Statement)]) -> Result<(), Trouble> {
        if statements.is_empty() {
            return Ok(());
        }
        self.learnt = true;
        let mut order: Vec<(usize, Statement)> = statements.to_vec();
        order.sort_by_key(|(slot, _)| *slot);
        for (slot, statement) in &order {
            let variable = self.shape.slots.get(*slot).map_or(0, |slot| slot.variable);
            if self.problem.known(variable) != Known::Open {
                return Err(self.unreachable(statement, *slot));
            }
        }
        let together = order.len() > 1;
        for round in 0..AVERAGED {
            let passes = match (round, together) {
                (0, true) => PASSES,
                (0, false) => 2,
                _ => 1,
            };
            let mut farthest = 0.0;
            for pass in 0..passes {
                farthest = self.approach(&order, round, pass)?;
                if farthest < 1e-4 || pass >= PATIENCE && farthest < NEAR {
                    break;
                }
                self.repose();
                if together && farthest > NEAR {
                    // Worlds that were rare are wanted now.
                    self.even_out();
                    self.rounds(1, Reading::None);
                }
            }
            if let Some((_, statement)) = order.first().filter(|_| round == 0 && together && farthest > APART)
            {
                let (node, statement) = (statement.node, Some(statement.number));
                return Err(Trouble::OutOfReach { node, statement, least: 0.0, most: 1.0 });
            }
            self.repose();
            self.even_out();
            if round + 1 < AVERAGED {
                self.rounds(1, Reading::None);
            }
        }
        for (slot, statement) in &order {
            self.pinned.push((*slot, statement.probability));
        }
        Ok(())
    }

    /// Solves every statement once; how far off they were at most.
    fn approach(&mut self, order: &[(usize, Statement)], round: u32, pass: u32) -> Result<f64, Trouble> {
        let mut farthest = 0.0_f64;
        for (slot, statement) in order {
            let gain = 1.0 / f64::from(round + 1);
            farthest = farthest.max(self.solve(*slot, statement, order, gain, (round, pass))?);
        }
        Ok(farthest)
    }

    /// Sees the network with its new levels.
    fn repose(&mut self) {
        let findings = self.problem.findings.clone();
        self.pose(findings, true);
    }

    pub(super) fn unreachable(&self, statement: &Statement, slot: usize) -> Trouble {
        let yes = self.problem.findings.get(slot) == Some(&Finding::Settled(true));
        let bound = f64::from(u8::from(yes));
        Trouble::OutOfReach {
            node: statement.node,
            statement: Some(statement.number),
            least: bound,
            most: bound,
        }
    }

    /// Moves the level of one node towards what makes its statement hold; how far off it was. Several statements may
    /// be within reach of each other only once all have moved.
    pub(super) fn solve(
        &mut self,
        slot: usize,
        statement: &Statement,
        all: &[(usize, Statement)],
        gain: f64,
        (round, pass): (u32, u32),
    ) -> Result<f64, Trouble> {
        let Some(number) = self.shape.slots.get(slot).map(|slot| slot.variable) else { return Ok(0.0) };
        let clock = self.tick();
        let problem = Arc::clone(&self.problem);
        let stated = all.iter().filter_map(|(slot, _)| self.shape.slots.get(*slot)).map(|slot| slot.variable);
        let above = problem.barren_above(stated);
        let above: Vec<usize> = above.into_iter().filter(|one| *one < number).collect();
        let probability = statement.probability;
        self.population.look(&problem, &above, number, clock);
        let levers = self.population.levers(&problem, slot);
        let families = self.population.families();
        let level = self.population.levels.get(slot);
        let (low, high) = (-CERTAIN - level, CERTAIN - level);
        if (round, pass) == (0, 0) && all.len() == 1 {
            let bound = |by: f64| (mean(&levers, by), 1e-6 + 4.0 * error(&levers, by, &families));
            let ((least, below), (most, above)) = (bound(low), bound(high));
            if probability < least - below || probability > most + above {
                let (node, statement) = (statement.node, Some(statement.number));
                return Err(Trouble::OutOfReach { node, statement, least, most });
            }
        }
        let (mut least, mut most) = (low, high);
        for _ in 0..60 {
            let middle = f64::midpoint(least, most);
            if mean(&levers, middle) < probability {
                least = middle;
            } else {
                most = middle;
            }
        }
        let by = f64::midpoint(least, most);
        let slope = (mean(&levers, by + 0.05) - mean(&levers, by - 0.05)) / 0.1;
        if let Some(tilt) = self.tilts.get_mut(slot) {
            *tilt = (error(&levers, by, &families) / slope.max(1e-9)).min(10.0);
        }
        let gap = (mean(&levers, 0.0) - probability).abs();
        self.population.raise(&problem, slot, by * gain, clock);
        Ok(gap)
    }
}
