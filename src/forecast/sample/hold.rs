//! Holding: levels are set so that statements hold.

use std::sync::Arc;

use rayon::prelude::*;

use super::super::step::{Finding, Statement, Trouble};
use super::Sampler;
use super::calibrate::spread;
use super::moves::Tail;
use super::problem::Known;

/// Rounds over which the level of a statement is averaged.
const AVERAGED: u32 = 6;
/// How far statements of one day may be from holding together, on the mean of all populations.
const APART: f64 = 0.05;

impl Sampler {
    /// Makes statements hold: levels are solved for in every population, in turns until all hold together, and
    /// then averaged over further rounds, so that the chance of one set of worlds weighs less.
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
        let passes = if order.len() == 1 { 2 } else { 12 };
        for round in 0..AVERAGED {
            for pass in 0..if round == 0 { passes } else { 1 } {
                let (mut greatest, mut farthest) = (0.0_f64, 0.0_f64);
                for (slot, statement) in &order {
                    let gain = 1.0 / f64::from(round + 1);
                    let (most, mean) = self.solve(*slot, statement, &order, gain, (round, pass))?;
                    (greatest, farthest) = (greatest.max(most), farthest.max(mean));
                }
                if greatest < 1e-4 {
                    break;
                }
                if pass + 1 == passes
                    && round == 0
                    && farthest > APART
                    && let Some((_, statement)) = order.first().filter(|_| order.len() > 1)
                {
                    let (node, statement) = (statement.node, Some(statement.number));
                    return Err(Trouble::OutOfReach { node, statement, least: 0.0, most: 1.0 });
                }
                let findings = self.problem.findings.clone();
                self.pose(findings, true);
            }
            let findings = self.problem.findings.clone();
            self.pose(findings, true);
            self.even_out();
            if round + 1 < AVERAGED {
                self.rounds(1, Tail::None);
            }
        }
        for (slot, statement) in &order {
            self.pinned.push((*slot, statement.probability));
        }
        Ok(())
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

    /// Moves the level of one node towards what makes its statement hold; how far off it was, at most and on the mean.
    pub(super) fn solve(
        &mut self,
        slot: usize,
        statement: &Statement,
        all: &[(usize, Statement)],
        gain: f64,
        (round, pass): (u32, u32),
    ) -> Result<(f64, f64), Trouble> {
        let Some(number) = self.shape.slots.get(slot).map(|slot| slot.variable) else {
            return Ok((0.0, 0.0));
        };
        let clock = self.tick();
        let problem = Arc::clone(&self.problem);
        let stated = all.iter().filter_map(|(slot, _)| self.shape.slots.get(*slot)).map(|slot| slot.variable);
        let above = problem.barren_above(stated);
        let above: Vec<usize> = above.into_iter().filter(|one| *one < number).collect();
        let probability = statement.probability;
        let found: Vec<(f64, [f64; 2])> = self
            .populations
            .par_iter_mut()
            .map(|population| {
                population.look(&problem, &above, number, clock);
                let gap = (population.probability(&problem, slot) - probability).abs();
                let (by, bounds) = population.solve(&problem, slot, probability);
                population.raise(&problem, slot, by * gain, clock);
                (gap, bounds)
            })
            .collect();
        // Several may be within reach of each other once all have moved.
        if (round, pass) == (0, 0) && all.len() == 1 {
            let bounds = |place: usize| -> (f64, f64) {
                let all: Vec<f64> =
                    found.iter().filter_map(|(_, bounds)| bounds.get(place).copied()).collect();
                let count = all.len() as f64;
                (all.iter().sum::<f64>() / count, 1e-6 + 4.0 * spread(&all) / count.sqrt())
            };
            let ((least, below), (most, above)) = (bounds(0), bounds(1));
            if probability < least - below || probability > most + above {
                let (node, statement) = (statement.node, Some(statement.number));
                return Err(Trouble::OutOfReach { node, statement, least, most });
            }
        }
        let gaps = || found.iter().map(|(gap, _)| *gap);
        Ok((gaps().fold(0.0, f64::max), gaps().sum::<f64>() / found.len() as f64))
    }
}
