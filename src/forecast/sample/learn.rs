//! Learning: findings weigh the worlds, variable by variable, parents first.

use std::sync::Arc;

use super::super::number::exp;
use super::super::step::{Finding, Trouble};
use super::Sampler;
use super::moves::Reading;
use super::problem::{Known, Problem};
use super::shape::Shape;
use super::worlds::Clock;

/// A finding that leaves a lesser share of the worlds is let in by degrees.
const ABRUPT: f64 = 0.15;
/// With a lesser share of effective worlds they are resampled.
const UNEVEN: f64 = 0.5;
/// Where evidence let in by degrees ends: beyond, it is as good as certain.
const LOUD: f64 = 60.0;

impl Sampler {
    /// Something that was settled is open again, or settled otherwise: worlds that were dropped are needed.
    pub(super) fn contradicts(&self, findings: &[(usize, Finding)]) -> bool {
        findings.iter().any(|(slot, finding)| match self.problem.findings.get(*slot) {
            Some(Finding::Settled(old)) => *finding != Finding::Settled(*old),
            Some(Finding::Open(_)) | None => {
                let Some(what) = self.shape.slots.get(*slot) else { return false };
                // The scenario that was left over is not open, though nothing was said about it.
                match (self.problem.known(what.variable), finding) {
                    (Known::State(state), Finding::Settled(yes)) => (state == what.state) != *yes,
                    (Known::State(_), Finding::Open(_)) | (Known::Open, _) => false,
                }
            }
        })
    }

    /// Draws all worlds anew from the levels that hold now, and learns again all that is known.
    pub(super) fn restart(&mut self, findings: &[(usize, Finding)]) -> Result<(), Trouble> {
        let slots = self.shape.slots.len();
        let mut known = self.problem.findings.clone();
        for (slot, finding) in findings {
            if let Some(known) = known.get_mut(*slot) {
                *known = *finding;
            }
        }
        self.pose(vec![Finding::Open(0.0); slots], false);
        let clock = self.tick();
        let (problem, all) = (Arc::clone(&self.problem), self.problem.barren.clone());
        self.population.even();
        self.population.found();
        self.population.forward(&problem, &all, clock);
        let known = known.into_iter().enumerate().filter(|(_, finding)| *finding != Finding::Open(0.0));
        self.learn(known.collect())
    }

    /// Sees the network from other findings.
    pub(super) fn pose(&mut self, findings: Vec<Finding>, keep: bool) {
        let problem = Arc::new(Problem::new(&self.shape, findings, &self.population.levels.log));
        let before = std::mem::replace(&mut self.problem, Arc::clone(&problem));
        self.population.refresh(&problem, Some(before.as_ref()).filter(|_| keep));
    }

    /// Takes findings in, variable by variable, parents first.
    pub(super) fn learn(&mut self, mut findings: Vec<(usize, Finding)>) -> Result<(), Trouble> {
        findings.sort_by_key(|(slot, _)| *slot);
        let variable_of = |shape: &Shape, slot: usize| shape.slots.get(slot).map_or(0, |slot| slot.variable);
        let mut posed = self.problem.findings.clone();
        let mut rest = findings.as_slice();
        let mut above: Vec<usize> = Vec::new();
        let mut stale = true;
        while let Some((slot, _)) = rest.first() {
            self.learnt = true;
            let number = variable_of(&self.shape, *slot);
            if stale {
                above =
                    self.problem.barren_above(rest.iter().map(|(slot, _)| variable_of(&self.shape, *slot)));
                stale = false;
            }
            let own = rest.partition_point(|(slot, _)| variable_of(&self.shape, *slot) == number);
            let (now, later) = rest.split_at(own);
            if self.problem.known(number) != Known::Open {
                // What follows from what is known already changes no weight.
                set(&mut posed, now);
                rest = later;
                continue;
            }
            let clock = self.tick();
            let split = above.partition_point(|one| *one < number);
            let (before, after) = above.split_at(split);
            let problem = Arc::clone(&self.problem);
            self.population.look(&problem, before, number, clock);
            above = after.iter().copied().filter(|one| *one != number).collect();

            let mut share = 0.0;
            let ratios = self.ratios(number, &posed, now, 1.0);
            if self.population.effect(&ratios) >= ABRUPT {
                share = self.absorb(number, &ratios, clock)?;
                set(&mut posed, now);
                rest = later;
            } else {
                // By degrees: evidence grows until it is as good as the outcome.
                let mut degree = 1.0_f64;
                for _ in 0..40 {
                    let ratios = self.ratios(number, &posed, now, degree);
                    if degree < 1.0 && self.population.effect(&ratios) >= UNEVEN {
                        break;
                    }
                    degree *= 0.75;
                }
                let partly = self.partly(&posed, now, degree);
                let loudest = partly.iter().all(|(slot, finding)| {
                    let aim = now.iter().find(|(other, _)| other == slot).map(|(_, finding)| *finding);
                    near(*finding, aim)
                });
                if loudest {
                    share = self.absorb(number, &ratios, clock)?;
                    set(&mut posed, now);
                    rest = later;
                } else {
                    let ratios = self.ratios(number, &posed, &partly, 1.0);
                    self.absorb(number, &ratios, clock)?;
                    set(&mut posed, &partly);
                }
            }
            if share < UNEVEN && !rest.is_empty() {
                self.pose(posed.clone(), true);
                self.even_out();
                self.rounds(1, Reading::None);
                stale = true;
            }
        }
        self.pose(posed, true);
        Ok(())
    }

    /// What the likelihood of each state is multiplied with, if findings go so far towards new ones.
    pub(super) fn ratios(
        &self,
        number: usize,
        old: &[Finding],
        new: &[(usize, Finding)],
        degree: f64,
    ) -> Vec<f64> {
        let Some(variable) = self.shape.variables.get(number) else { return Vec::new() };
        let mut ratios = vec![1.0; variable.states()];
        let new = if degree < 1.0 { self.partly(old, new, degree) } else { new.to_vec() };
        for (slot, finding) in new {
            let state = self.shape.slots.get(slot).map_or(0, |slot| slot.state);
            let before = match old.get(slot) {
                Some(Finding::Open(log)) => *log,
                Some(Finding::Settled(_)) | None => 0.0,
            };
            for (other, ratio) in ratios.iter_mut().enumerate() {
                *ratio *= match finding {
                    Finding::Open(log) if other == state => exp((log - before).clamp(-300.0, 300.0)),
                    Finding::Open(_) => 1.0,
                    Finding::Settled(yes) => f64::from(u8::from((other == state) == yes)),
                };
            }
        }
        ratios
    }

    /// Findings on the way from old ones to new ones.
    pub(super) fn partly(
        &self,
        old: &[Finding],
        new: &[(usize, Finding)],
        degree: f64,
    ) -> Vec<(usize, Finding)> {
        let between = |(slot, finding): &(usize, Finding)| {
            let before = match old.get(*slot) {
                Some(Finding::Open(log)) => *log,
                Some(Finding::Settled(_)) | None => 0.0,
            };
            let after = loud(*finding);
            (*slot, Finding::Open(before + degree * (after - before)))
        };
        new.iter().map(between).collect()
    }

    fn absorb(&mut self, number: usize, ratios: &[f64], clock: Clock) -> Result<f64, Trouble> {
        if !self.population.absorb(&self.problem, number, ratios, clock) {
            return Err(Trouble::Impossible);
        }
        let share = self.population.effective();
        self.report.least_effective = self.report.least_effective.min(share);
        Ok(share)
    }

    /// Resamples where weights have become uneven.
    pub(super) fn even_out(&mut self) {
        let clock = self.tick();
        if self.population.effective() < UNEVEN {
            self.population.resample(&self.problem, clock);
            self.report.resamplings += 1;
        }
    }
}

fn set(all: &mut [Finding], new: &[(usize, Finding)]) {
    for (slot, finding) in new {
        if let Some(slot) = all.get_mut(*slot) {
            *slot = *finding;
        }
    }
}

/// A finding as evidence.
fn loud(finding: Finding) -> f64 {
    match finding {
        Finding::Open(log) => log.clamp(-LOUD, LOUD),
        Finding::Settled(true) => LOUD,
        Finding::Settled(false) => -LOUD,
    }
}

/// What is left of the way is not worth another stage.
fn near(finding: Finding, aim: Option<Finding>) -> bool {
    aim.is_none_or(|aim| (loud(aim) - loud(finding)).abs() < 0.01)
}
