//! Engines: what works out the belief of a part, exactly where its tables are small enough and else by sampling.

use std::sync::Arc;

use super::Settings;
use super::exact::{self, Exact};
use super::memory::Key;
use super::part::{Part, Target};
use super::sample::{Report, Sampler, Sampling, Solved};
use super::step::{Estimate, Finding, Step, Trouble};
use crate::value::Date;

/// How numbers are worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
pub enum Method {
    /// Exactly where that takes little, else by sampling.
    #[default]
    Chosen,
    /// Exactly, whatever it takes; what does not fit into memory is refused.
    Exact,
    /// By sampling, also where it would be easy to be exact.
    Sampled,
}

/// Numbers in tables that may be gone through before sampling is the quicker way.
const WORK: usize = 1 << 28;
/// Numbers in tables at once, where the method is chosen: 128 MiB.
const CELLS: usize = 1 << 24;
/// The same where exactness was asked for: half a gibibyte.
const MOST_CELLS: usize = 1 << 26;

/// The belief of a part, on the way through its steps.
#[derive(Clone, Debug)]
pub(crate) enum Engine {
    Exact(Box<Exact>),
    Sampled(Box<Sampler>),
}

/// How the numbers of a part came about.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Account {
    Exact { cells: usize, width: usize },
    Sampled(Report),
}

impl Engine {
    /// The method for a part: never `Chosen`.
    pub(crate) fn choose(part: &Part, steps: usize, settings: &Settings) -> Method {
        let is_cheap = || {
            exact::cost(part, CELLS).is_some_and(|cost| {
                cost.cells.saturating_mul(steps + 8).saturating_add(4 * cost.levels) <= WORK
            })
        };
        match settings.method {
            Method::Chosen if is_cheap() => Method::Exact,
            Method::Chosen => Method::Sampled,
            Method::Exact => Method::Exact,
            Method::Sampled => Method::Sampled,
        }
    }

    /// Solves the levels before all facts.
    pub(crate) fn start(part: &Arc<Part>, method: Method, settings: &Settings) -> Result<Self, Trouble> {
        Self::start_with(part, method, settings, &Solved::default())
    }

    /// The same, but for those that were `solved` before.
    pub(crate) fn start_with(
        part: &Arc<Part>,
        method: Method,
        settings: &Settings,
        solved: &Solved,
    ) -> Result<Self, Trouble> {
        if method == Method::Exact {
            return Exact::start(Arc::clone(part), MOST_CELLS).map(Box::new).map(Self::Exact);
        }
        let usual = Sampling::usual(part, settings.seed);
        let sampling = Sampling { worlds: settings.worlds.unwrap_or(usual.worlds), ..usual };
        Sampler::start(Arc::clone(part), &sampling, solved).map(Box::new).map(Self::Sampled)
    }

    /// P(true) of the nodes of a variable, where the part is put together otherwise than that of this engine, with these
    /// levels and findings. None if these cannot be.
    pub(crate) fn about(
        &self,
        part: Part,
        levels: &[f64],
        findings: &[Finding],
        variable: usize,
        (day, settings): (Date, &Settings),
    ) -> Option<Vec<f64>> {
        if let Self::Exact(_) = self {
            return exact::about(part, levels, findings, variable, MOST_CELLS);
        }
        let nodes = part.variables.get(variable)?.nodes.clone();
        let targets = levels.iter().map(|level| Target::Level(*level)).collect();
        let mut engine = Self::start(&Arc::new(Part { targets, ..part }), Method::Sampled, settings).ok()?;
        let known =
            findings.iter().copied().enumerate().filter(|(_, finding)| *finding != Finding::Open(0.0));
        engine.step(&Step { findings: known.collect(), ..Step::on(day) }).ok()?;
        engine.settle();
        let beliefs = engine.beliefs();
        Some(nodes.iter().map(|node| beliefs.get(*node).map_or(0.0, |belief| belief.probability)).collect())
    }

    /// The method that it is: never `Chosen`.
    pub(crate) fn method(&self) -> Method {
        match self {
            Self::Exact(_) => Method::Exact,
            Self::Sampled(_) => Method::Sampled,
        }
    }

    /// What it knows of a node.
    pub(crate) fn finding(&self, node: usize) -> Finding {
        match self {
            Self::Exact(exact) => exact.finding(node),
            Self::Sampled(sampler) => sampler.finding(node),
        }
    }

    /// Learns what a day brings.
    pub(crate) fn step(&mut self, step: &Step) -> Result<(), Trouble> {
        match self {
            Self::Exact(exact) => exact.step(step),
            Self::Sampled(sampler) => sampler.step(step),
        }
    }

    /// Notes what a day brings and leaves it to `catch_up` to work it out, if later days do not wait for that.
    pub(crate) fn defer(&mut self, step: &Step) -> bool {
        match self {
            Self::Exact(exact) if step.statements.is_empty() => {
                exact.note(&step.findings);
                true
            }
            Self::Exact(_) | Self::Sampled(_) => false,
        }
    }

    /// Works out what was noted.
    pub(crate) fn catch_up(&mut self) -> Result<(), Trouble> {
        match self {
            Self::Exact(exact) => exact.refresh(),
            Self::Sampled(_) => Ok(()),
        }
    }

    /// Makes the numbers of the last state as good as they shall be.
    pub(crate) fn settle(&mut self) {
        if let Self::Sampled(sampler) = self {
            sampler.settle();
        }
    }

    /// P(true) of each node.
    pub(crate) fn beliefs(&self) -> Vec<Estimate> {
        match self {
            Self::Exact(exact) => {
                let exactly = |probability| Estimate { probability, error: 0.0 };
                exact.probabilities().into_iter().map(exactly).collect()
            }
            Self::Sampled(sampler) => sampler.beliefs(),
        }
    }

    /// P(target | source true) and P(target | source false) before all facts; where they are sampled, with what each
    /// follows from, but for those that were `solved` before.
    pub(crate) fn conditionals(
        &self,
        pairs: &[(usize, usize)],
        solved: &Solved,
    ) -> (Vec<[Option<f64>; 2]>, Vec<Key>) {
        match self {
            Self::Exact(exact) => (exact.conditionals(pairs), Vec::new()),
            Self::Sampled(sampler) => sampler.first_conditionals(pairs, solved),
        }
    }

    /// The level of each node.
    pub(crate) fn levels(&self) -> Vec<f64> {
        match self {
            Self::Exact(exact) => exact.levels().to_vec(),
            Self::Sampled(sampler) => sampler.levels(),
        }
    }

    /// Worlds: a row of bits for each node, 64 worlds a word.
    pub(crate) fn book(&self, words: usize, seed: u64) -> Vec<Vec<u64>> {
        match self {
            Self::Exact(exact) => exact.book(words, seed),
            Self::Sampled(sampler) => sampler.book(words),
        }
    }

    /// Nodes whose sampling did not settle, in order.
    pub(crate) fn unsettled(&self) -> Vec<usize> {
        match self {
            Self::Exact(_) => Vec::new(),
            Self::Sampled(sampler) => sampler.unsettled().1,
        }
    }

    /// How the numbers came about.
    pub(crate) fn account(&self) -> Account {
        match self {
            Self::Exact(exact) => {
                let (cells, width) = exact.size();
                Account::Exact { cells, width }
            }
            Self::Sampled(sampler) => Account::Sampled(sampler.report()),
        }
    }
}
