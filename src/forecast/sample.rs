//! Sampling: what a part believes, from many worlds drawn at random.
//!
//! Worlds are drawn from the network before all facts, and then taken through the days: each finding weighs
//! them, resampling drops those of little weight, and moves spread the copies again (sequential Monte Carlo, Del
//! Moral, Doucet and Jasra 2006). There are many populations that know nothing of each other: a belief is the mean
//! over them, and its standard error is read off from how they differ. Nothing here depends on the number of
//! threads, on vectors of the machine, or on time.

mod calibrate;
mod hold;
mod lanes;
mod law;
mod learn;
mod moves;
mod population;
mod problem;
mod shape;
#[cfg(test)]
mod tests;
mod turn;
mod what;
mod worlds;

use std::sync::Arc;

use rayon::prelude::*;

use self::calibrate::Calibration;
use self::lanes::{Lanes, WIDTH};
use self::moves::Tail;
use self::population::Population;
use self::problem::Problem;
use self::shape::Shape;
use self::worlds::{Clock, Worlds};

use super::part::Part;
use super::step::{Estimate, Finding, Statement, Step, Trouble};

/// How to sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sampling {
    /// Another seed gives other random numbers.
    pub(crate) seed: u64,
    /// Worlds of all populations together.
    pub(crate) worlds: usize,
    /// Sweeps of `settle` over all worlds.
    pub(crate) sweeps: usize,
}

impl Sampling {
    /// What is usual for a part: fewer sweeps for a greater one, so that the time stays within reason.
    pub(crate) fn usual(part: &Part, seed: u64) -> Self {
        let nodes = part.keys.len();
        let (worlds, sweeps) = match nodes {
            0..=100 => (8192, 96),
            101..=400 => (8192, 64),
            401..=2_000 => (4096, 80),
            _ => (2048, 48),
        };
        Self { seed, worlds, sweeps }
    }
}

/// How the sampling went.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Report {
    /// Worlds of all populations.
    pub(crate) worlds: usize,
    /// Populations.
    pub(crate) populations: usize,
    /// How often a population was resampled.
    pub(crate) resamplings: u64,
    /// The least mean share of worlds that a finding left.
    pub(crate) least_effective: f64,
    /// Turning moves that were tried, and that were accepted.
    pub(crate) turns: (u64, u64),
    /// Sweeps of the core.
    pub(crate) sweeps: u64,
    /// The greatest R-hat of all nodes, with every population split into halves of its sweeps.
    pub(crate) r_hat: f64,
    /// Nodes that have not converged.
    pub(crate) unsettled: Vec<usize>,
}

/// Populations are as many as give a standard error that can itself be trusted.
const POPULATIONS: usize = 32;

/// R-hat beyond which a node has not converged.
const CONVERGED: f64 = 1.05;
/// Work of a sweep, in links, from which on days wait for each other.
const PATIENT: usize = 10_000;
/// Work of a sweep, in links, up to which a day has several.
const BRIEF: usize = 1_000;

/// States of nodes in the worlds that levels are solved on, all together.
const SOLVED_ON: usize = 1 << 25;
/// More would not fit.
const MEMORY: usize = 3 << 30;

/// A part that is being sampled.
#[derive(Clone, Debug)]
pub(crate) struct Sampler {
    part: Arc<Part>,
    shape: Arc<Shape>,
    sampling: Sampling,
    calibration: Arc<Calibration>,
    problem: Arc<Problem>,
    populations: Vec<Population>,
    /// Something is known already.
    learnt: bool,
    /// How far the level of each slot may be off.
    tilts: Vec<f64>,
    /// What statements of the last day say, by slot.
    pinned: Vec<(usize, f64)>,
    /// How readily each variable turned lately.
    readiness: Vec<f64>,
    time: u64,
    /// Days since the last sweep.
    waited: usize,
    /// There was a sweep.
    started: bool,
    /// Sums over the first half of settling, by population and slot, and the sweeps in them.
    half: Option<(Vec<Vec<f64>>, u32)>,
    report: Report,
}

impl Sampler {
    /// Solves the levels before all facts, and draws the worlds.
    pub(crate) fn start(part: Arc<Part>, sampling: &Sampling) -> Result<Self, Trouble> {
        let shape = Arc::new(Shape::new(&part));
        let slots = shape.slots.len();
        let size = sampling.worlds.div_ceil(POPULATIONS * WIDTH).max(1);
        let worlds = size * POPULATIONS * WIDTH;
        // Levels are the same for all populations, so what is off in them no spread can show.
        let shared = (SOLVED_ON / slots.next_power_of_two()).clamp(1 << 14, 1 << 18).max(worlds);
        if slots.saturating_mul(worlds).saturating_mul(5) > MEMORY {
            return Err(Trouble::TooWide);
        }
        let calibration = Calibration::new(&part, &shape, sampling.seed, shared)?;
        let problem = Problem::new(&shape, vec![Finding::Open(0.0); slots], &calibration.levels);
        let populations = (0..POPULATIONS).map(|number| {
            let blocks = (number * size..(number + 1) * size).map(|word| Worlds {
                bits: calibration.block(word),
                odds: vec![Lanes::ONE; slots],
                first: (word * WIDTH) as u32,
                weight: Lanes::splat(1.0 / (size * WIDTH) as f32),
            });
            Population::new(number, blocks.collect(), &calibration.levels)
        });
        Ok(Self {
            populations: populations.collect(),
            readiness: vec![0.5; shape.variables.len()],
            report: Report { worlds, populations: POPULATIONS, least_effective: 1.0, ..Report::default() },
            sampling: *sampling,
            tilts: calibration.tilts.clone(),
            calibration: Arc::new(calibration),
            problem: Arc::new(problem),
            learnt: false,
            pinned: Vec::new(),
            time: 1,
            waited: 0,
            started: false,
            half: None,
            part,
            shape,
        })
    }

    /// Learns what a day brings, then makes the statements of the day hold.
    pub(crate) fn step(&mut self, step: &Step) -> Result<(), Trouble> {
        self.pinned.clear();
        self.half = None;
        let at = |node: usize| self.shape.slot_of.get(node).copied().unwrap_or(0);
        let findings: Vec<(usize, Finding)> =
            step.findings.iter().map(|(node, finding)| (at(*node), *finding)).collect();
        let statements: Vec<(usize, Statement)> =
            step.statements.iter().map(|statement| (at(statement.node), *statement)).collect();
        if self.contradicts(&findings) {
            self.restart(&findings)?;
            self.started = false;
        } else {
            self.learn(findings)?;
        }
        self.even_out();
        if !statements.is_empty() {
            self.rounds(1, Tail::None);
            self.hold(&statements)?;
        }
        self.populations.par_iter_mut().for_each(Population::forget);
        // Sweeps of a great part are not worth their time for every small finding.
        self.waited += 1;
        let patience = 1 + self.problem.work / PATIENT;
        if self.waited < patience && statements.is_empty() && self.started {
            self.populations.par_iter_mut().for_each(Population::guess);
            return Ok(());
        }
        (self.waited, self.started) = (0, true);
        self.rounds(if self.problem.work < BRIEF { 3 } else { 1 }, Tail::Last);
        let problem = Arc::clone(&self.problem);
        self.populations.par_iter_mut().for_each(|population| {
            if patience > 1 {
                population.keep(&problem);
            }
        });
        Ok(())
    }

    fn last(&self) -> Clock {
        Clock { seed: self.sampling.seed, time: self.time }
    }

    fn tick(&mut self) -> Clock {
        self.time += 1;
        Clock { seed: self.sampling.seed, time: self.time }
    }

    /// More sweeps at the last state, so that its numbers are better than those of history.
    pub(crate) fn settle(&mut self) {
        if !self.learnt {
            return;
        }
        let sweeps = self.sampling.sweeps.max(2);
        self.rounds(sweeps / 4, Tail::None);
        self.populations.par_iter_mut().for_each(Population::forget);
        self.rounds(sweeps / 2, Tail::Each);
        let half = self.populations.iter().map(|population| population.sums.clone()).collect();
        let count = self.populations.first().map_or(0, |population| population.sweeps);
        self.half = Some((half, count));
        self.rounds(sweeps - sweeps / 2, Tail::Each);
    }

    /// P(true) of each node.
    pub(crate) fn beliefs(&self) -> Vec<Estimate> {
        let leans = self.leans();
        (0..self.part.keys.len()).map(|node| self.belief(node, &leans)).collect()
    }

    /// The level of each node, averaged over populations.
    pub(crate) fn levels(&self) -> Vec<f64> {
        let level = |slot: &usize| {
            let all = self.populations.iter().map(|population| population.levels.get(*slot));
            all.sum::<f64>() / self.populations.len() as f64
        };
        self.shape.slot_of.iter().map(level).collect()
    }
}
