//! Sampling: what a part believes, from many worlds drawn at random.
//!
//! Worlds are drawn from the network before all facts, and then taken through the days: each finding weighs
//! them, resampling drops those of little weight, and moves spread the copies again (sequential Monte Carlo, Del
//! Moral, Doucet and Jasra 2006). A belief is the mean over all worlds, and its standard error is read off
//! from how the families differ that descend from different worlds. Nothing here depends on the number of threads,
//! on vectors of the machine, or on time.

mod calibrate;
mod descent;
mod hold;
mod lanes;
mod law;
mod learn;
mod moves;
mod population;
mod prior;
mod problem;
mod score;
mod shape;
mod solved;
#[cfg(test)]
mod tests;
mod turn;
mod what;
mod worlds;

use std::sync::Arc;

use self::calibrate::Calibration;
use self::descent::Mean;
use self::lanes::WIDTH;
use self::moves::Reading;
use self::population::Population;
use self::problem::Problem;
use self::shape::Shape;
use self::worlds::{Clock, Worlds};

pub(super) use self::lanes::vectorized;
pub(crate) use self::prior::Prior;
pub(crate) use self::score::{Covariances, VIEWS};
pub(crate) use self::solved::Solved;

use super::part::Part;
use super::step::{Estimate, Finding, Statement, Step, Trouble};

/// How to sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sampling {
    /// Another seed gives other random numbers.
    pub(crate) seed: u64,
    /// How many worlds.
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
            101..=400 => (8192, 32),
            401..=2_000 => (4096, 32),
            _ => (2048, 24),
        };
        Self { seed, worlds, sweeps }
    }
}

/// How the sampling went.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Report {
    /// Worlds.
    pub(crate) worlds: usize,
    /// Families that the worlds descend from: how many of the same size would be worth as much.
    pub(crate) families: f64,
    /// How often worlds were resampled.
    pub(crate) resamplings: u64,
    /// The least share of worlds that a finding left.
    pub(crate) least_effective: f64,
    /// Turning moves that were tried, and that were accepted.
    pub(crate) turns: (u64, u64),
    /// Sweeps of the core.
    pub(crate) sweeps: u64,
    /// The greatest R-hat of all nodes.
    pub(crate) r_hat: f64,
    /// Nodes that have not converged.
    pub(crate) unsettled: Vec<usize>,
}

/// R-hat is what it would be if the worlds were so many chains.
const CHAINS: f64 = 32.0;
/// The halves of settling may differ by so many standard errors.
const DRIFT: f64 = 3.0;

/// R-hat beyond which a node has not converged.
const CONVERGED: f64 = 1.05;
/// Work of a sweep, in links, from which on days wait for each other.
const PATIENT: usize = 10_000;
/// Work of a sweep, in links, up to which a day has two.
const BRIEF: usize = 1_000;
/// Sweeps of a day on which worlds were resampled: copies have to part before the next ones are made.
const PARTING: usize = 6;

/// States of nodes in the worlds that levels are solved on, all together.
const SOLVED_ON: usize = 1 << 28;
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
    population: Population,
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
    /// By slot: what sweeps said, and how far that is off.
    told: Vec<Mean>,
    /// By slot: what the sweeps of the last day said above a count of states at its end.
    kept: Vec<f64>,
    /// What the first half of settling said.
    half: Option<Vec<Mean>>,
    report: Report,
}

impl Sampler {
    /// Solves the levels before all facts that were not `solved` before, and draws the worlds.
    pub(crate) fn start(part: Arc<Part>, sampling: &Sampling, solved: &Solved) -> Result<Self, Trouble> {
        let shape = Arc::new(Shape::new(&part));
        let slots = shape.slots.len();
        let blocks = sampling.worlds.div_ceil(WIDTH).max(1);
        let worlds = blocks * WIDTH;
        // What is off in levels no spread of worlds can show.
        let shared = (SOLVED_ON / slots.next_power_of_two()).clamp(1 << 14, 1 << 19).max(worlds);
        if slots.saturating_mul(worlds).saturating_mul(9) > MEMORY {
            return Err(Trouble::TooWide);
        }
        let calibration = Calibration::new(&part, &shape, (sampling.seed, shared), solved)?;
        let problem = Problem::new(&shape, vec![Finding::Open(0.0); slots], &calibration.levels);
        let block = |word: usize| Worlds::new(calibration.block(word), (word * WIDTH) as u32, slots);
        let mut population = Population::new((0..blocks).map(block).collect(), &calibration.levels);
        population.even();
        Ok(Self {
            population,
            readiness: vec![0.5; shape.variables.len()],
            report: Report { worlds, families: worlds as f64, least_effective: 1.0, ..Report::default() },
            sampling: *sampling,
            tilts: calibration.tilts.clone(),
            calibration: Arc::new(calibration),
            problem: Arc::new(problem),
            learnt: false,
            pinned: Vec::new(),
            time: 1,
            waited: 0,
            started: false,
            told: Vec::new(),
            kept: Vec::new(),
            half: None,
            part,
            shape,
        })
    }

    /// Learns what a day brings, then makes the statements of the day hold.
    pub(crate) fn step(&mut self, step: &Step) -> Result<(), Trouble> {
        self.pinned.clear();
        self.half = None;
        let resampled = self.report.resamplings;
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
            self.rounds(1, Reading::None);
            self.hold(&statements)?;
        }
        self.population.forget();
        // Sweeps of a great part are not worth their time for every small finding.
        self.waited += 1;
        let patience = 1 + self.problem.work / PATIENT;
        if self.waited < patience
            && statements.is_empty()
            && self.started
            && self.report.resamplings == resampled
        {
            // What the states say now, corrected by what sweeps said above them.
            for ((told, counted), kept) in self.told.iter_mut().zip(self.population.counted()).zip(&self.kept)
            {
                told.mean = counted + kept;
            }
            return Ok(());
        }
        (self.waited, self.started) = (0, true);
        let rounds = match () {
            () if self.report.resamplings > resampled && patience > 2 => PARTING / 2,
            () if self.report.resamplings > resampled => PARTING,
            () if self.problem.work < BRIEF => 2,
            () => 1,
        };
        self.rounds(rounds, Reading::Last);
        self.told = self.population.told();
        if patience > 1 {
            let each = self.told.iter().zip(self.population.counted());
            self.kept = each.map(|(told, counted)| told.mean - counted).collect();
        }
        Ok(())
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
        self.rounds(sweeps / 4, Reading::None);
        self.population.forget();
        self.rounds(sweeps / 2, Reading::Each);
        self.half = Some(self.population.told());
        self.rounds(sweeps - sweeps / 2, Reading::Each);
        self.told = self.population.told();
    }

    /// P(true) of each node.
    pub(crate) fn beliefs(&self) -> Vec<Estimate> {
        let leans = self.leans();
        (0..self.part.keys.len()).map(|node| self.belief(node, &leans)).collect()
    }

    /// What is known of a node.
    pub(crate) fn finding(&self, node: usize) -> Finding {
        let slot = self.shape.slot_of.get(node).and_then(|slot| self.problem.findings.get(*slot));
        slot.copied().unwrap_or(Finding::Open(0.0))
    }

    /// The level of each node.
    pub(crate) fn levels(&self) -> Vec<f64> {
        let level = |slot: &usize| self.population.levels.get(*slot);
        self.shape.slot_of.iter().map(level).collect()
    }
}
