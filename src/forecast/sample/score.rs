//! Scores of worlds: how nodes move together with what levels, weights and rows are about.
//!
//! The score of a node is whether it is true, less how likely its law makes that. Whether it is true is
//! averaged over, given all else in the world: what little is left has little chance in it.

use std::sync::Arc;

use rayon::prelude::*;

use super::super::exact::{Lean, inputs};
use super::super::part::{Bearing, Law, Part};
use super::super::step::Finding;
use super::Sampler;
use super::lanes::{Lanes, vectorized};
use super::law::{Levels, law};
use super::moves::Reading;
use super::problem::{Known, Problem};
use super::shape::{CERTAIN, Shape};
use super::worlds::Worlds;

/// Shares of the worlds that have little in common.
pub(super) const SHARES: usize = 8;
/// All worlds, and each share of them.
pub(crate) const VIEWS: usize = SHARES + 1;

/// Some nodes on a day: their covariances with everything.
#[derive(Clone, Debug)]
pub(crate) struct Covariances {
    /// The nodes.
    nodes: Vec<usize>,
    /// By view and by place among the nodes.
    leans: Vec<Vec<Lean>>,
    /// By node.
    levels: Vec<f64>,
}

impl Covariances {
    /// Of one of the nodes.
    pub(crate) fn with(&self, node: usize, view: usize) -> Option<&Lean> {
        let place = self.nodes.iter().position(|one| *one == node)?;
        self.leans.get(view)?.get(place)
    }

    /// Whether the level of a node is not without end.
    pub(crate) fn has_level(&self, node: usize) -> bool {
        self.levels.get(node).is_some_and(|level| level.abs() < CERTAIN)
    }
}

/// What the score of a node is multiplied with: where the level, each weight and each row of its table count.
pub(super) struct Terms {
    /// By slot: the first of its terms.
    first: Vec<usize>,
    /// What each term is.
    all: Vec<Term>,
}

/// Where the score of a node counts.
#[derive(Clone, Debug)]
enum Term {
    Level,
    /// Where this slot is true.
    Weight {
        place: usize,
        source: usize,
    },
    /// Where these slots are so.
    Row {
        place: usize,
        parents: Vec<usize>,
    },
}

impl Terms {
    pub(super) fn new(part: &Part, shape: &Shape) -> Self {
        let at = |node: usize| shape.slot_of.get(node).copied().unwrap_or(0);
        let (mut first, mut all) = (Vec::with_capacity(shape.slots.len() + 1), Vec::new());
        for slot in &shape.slots {
            first.push(all.len());
            all.push(Term::Level);
            for (place, input) in inputs(part, slot.node).iter().enumerate() {
                if let Bearing::Weight(_) = input.bearing {
                    all.push(Term::Weight { place, source: at(input.source) });
                }
            }
            if let Some(Law::Table { parents, rows }) =
                part.variables.get(slot.variable).map(|variable| &variable.law)
            {
                let parents: Vec<usize> = parents.iter().map(|parent| at(*parent)).collect();
                all.extend((0..rows.len()).map(|place| Term::Row { place, parents: parents.clone() }));
            }
        }
        first.push(all.len());
        Self { first, all }
    }

    /// The terms of a slot.
    pub(super) fn of(&self, slot: usize) -> std::ops::Range<usize> {
        let at = |slot: usize| self.first.get(slot).copied().unwrap_or(self.all.len());
        at(slot)..at(slot + 1)
    }

    fn count(&self) -> usize {
        self.all.len()
    }

    /// The worlds in which each term of a slot counts.
    pub(super) fn masks(&self, slot: usize, bits: &[u64], out: &mut Vec<u64>) {
        let row = |slot: usize| bits.get(slot).copied().unwrap_or(0);
        let mask = |term: &Term| match term {
            Term::Level => !0,
            Term::Weight { source, .. } => row(*source),
            Term::Row { place, parents } => parents.iter().enumerate().fold(!0, |mask, (bit, parent)| {
                mask & if (place >> bit) & 1 != 0 { row(*parent) } else { !row(*parent) }
            }),
        };
        out.clear();
        out.extend(self.all.get(self.of(slot)).unwrap_or_default().iter().map(mask));
    }

    /// Adds a number to what a term is about.
    pub(super) fn add(&self, term: usize, node: usize, number: f64, lean: &mut Lean) {
        let nested = |all: &mut Vec<Vec<f64>>, place: usize| {
            if let Some(own) = all.get_mut(node).and_then(|all| all.get_mut(place)) {
                *own += number;
            }
        };
        match self.all.get(term) {
            Some(Term::Level) => {
                if let Some(own) = lean.levels.get_mut(node) {
                    *own += number;
                }
            }
            Some(Term::Weight { place, .. }) => nested(&mut lean.weights, *place),
            Some(Term::Row { place, .. }) => nested(&mut lean.rows, *place),
            None => {}
        }
    }
}

/// What is added up over worlds; of each node that is looked at, beside the mean of it.
#[derive(Clone, Debug)]
struct Sums {
    weight: f64,
    /// By term: the score. By slot, after all terms: P(true) given all else.
    all: Vec<f64>,
    /// By node that is looked at.
    looked: Vec<Looked>,
}

/// What is added up where a node is true.
#[derive(Clone, Debug)]
struct Looked {
    /// How often it is.
    is: f64,
    all: Vec<f64>,
}

impl Sums {
    fn new(nodes: usize, count: usize) -> Self {
        let looked = Looked { is: 0.0, all: vec![0.0; count] };
        Self { weight: 0.0, all: vec![0.0; count], looked: vec![looked; nodes] }
    }

    fn plus(&mut self, other: &Self) {
        let add = |own: &mut [f64], other: &[f64]| {
            for (own, other) in own.iter_mut().zip(other) {
                *own += other;
            }
        };
        self.weight += other.weight;
        add(&mut self.all, &other.all);
        for (own, other) in self.looked.iter_mut().zip(&other.looked) {
            own.is += other.is;
            add(&mut own.all, &other.all);
        }
    }
}

impl Sampler {
    /// The covariances of nodes with everything, over so many sweeps from here on. What is heard about other nodes
    /// counts also where it cancels out.
    pub(crate) fn covariances(&self, nodes: &[usize], heard: &[usize], sweeps: usize) -> Covariances {
        let at = |node: &usize| self.shape.slot_of.get(*node).copied().unwrap_or(0);
        let mut later = self.clone();
        // Worlds of one family stand together, so that shares have little in common.
        later.population.gather();
        let clock = later.tick();
        let problem = Arc::clone(&later.problem);
        later.population.forward(&problem, &problem.barren, clock);
        let mut findings = problem.findings.clone();
        for slot in nodes.iter().chain(heard).map(at) {
            if let Some(finding) = findings.get_mut(slot).filter(|finding| **finding == Finding::Open(0.0)) {
                // It says nothing, and makes the node and what is above it part of the core.
                *finding = Finding::Open(f64::MIN_POSITIVE);
            }
        }
        later.pose(findings, false);
        let slots: Vec<usize> = nodes.iter().map(at).collect();
        let terms = Terms::new(&self.part, &self.shape);
        let count = terms.count() + self.shape.slots.len();
        let mut shares = vec![Sums::new(slots.len(), count); SHARES];
        for _ in 0..sweeps {
            later.rounds(1, Reading::None);
            let (problem, population) = (&later.problem, &mut later.population);
            let size = population.blocks.len().div_ceil(SHARES).max(1);
            let levels = &population.levels;
            let blocks = population.blocks.par_chunks_mut(size);
            blocks.zip(shares.par_iter_mut()).for_each(|(blocks, sums)| {
                let mut reader = Reader::new(problem, levels, &terms, &slots);
                blocks.iter_mut().for_each(|block| reader.read(block, sums));
            });
        }
        let mut whole = Sums::new(slots.len(), count);
        shares.iter().for_each(|share| whole.plus(share));
        let views = std::iter::once(&whole).chain(&shares);
        Covariances {
            nodes: nodes.to_vec(),
            leans: views.map(|sums| self.leans_of(&terms, sums)).collect(),
            levels: self.levels(),
        }
    }

    /// The covariances of each node that was looked at.
    fn leans_of(&self, terms: &Terms, sums: &Sums) -> Vec<Lean> {
        let all = 1.0 / sums.weight.max(f64::MIN_POSITIVE);
        let lean = |looked: &Looked| {
            let mut lean = Lean::none(&self.part);
            let covariance = |at: usize| {
                let [with, alone] = [&looked.all, &sums.all].map(|sums| sums.get(at).copied().unwrap_or(0.0));
                with * all - looked.is * all * alone * all
            };
            for (slot, what) in self.shape.slots.iter().enumerate() {
                for term in terms.of(slot) {
                    terms.add(term, what.node, covariance(term), &mut lean);
                }
                if let Some(truth) = lean.truths.get_mut(what.node) {
                    *truth = covariance(terms.count() + slot);
                }
            }
            lean
        };
        sums.looked.iter().map(lean).collect()
    }
}

/// Reads scores off blocks of worlds.
struct Reader<'a> {
    problem: &'a Problem,
    levels: &'a Levels,
    terms: &'a Terms,
    /// The slots that are looked at.
    looked: &'a [usize],
    laws: Vec<Lanes>,
    states: Vec<Lanes>,
    nodes: Vec<Lanes>,
    masks: Vec<u64>,
}

impl<'a> Reader<'a> {
    fn new(problem: &'a Problem, levels: &'a Levels, terms: &'a Terms, looked: &'a [usize]) -> Self {
        let (laws, states, nodes, masks) = Default::default();
        Self { problem, levels, terms, looked, laws, states, nodes, masks }
    }

    fn read(&mut self, block: &mut Worlds, sums: &mut Sums) {
        let shape = &self.problem.shape;
        sums.weight += block.weight.sum_where(!0);
        for (slot, looked) in self.looked.iter().zip(&mut sums.looked) {
            looked.is += block.weight.sum_where(block.bits.get(*slot).copied().unwrap_or(0));
        }
        for (number, variable) in shape.variables.iter().enumerate() {
            if !self.problem.is_core(number) {
                continue;
            }
            self.nodes.clear();
            match self.problem.known(number) {
                Known::Open => {
                    block.conditional(self.problem, self.levels, number, &mut self.states, &mut self.nodes);
                }
                Known::State(state) => {
                    let own = variable.slots().filter_map(|slot| shape.slots.get(slot));
                    let is = |one: bool| if one { Lanes::ONE } else { Lanes::ZERO };
                    self.nodes.extend(own.map(|slot| is(slot.state == state)));
                }
            }
            law(shape, self.levels, number, &block.bits, Some(&block.odds), &mut self.laws);
            let skip = self.laws.len().saturating_sub(variable.count);
            for ((slot, given), law) in
                variable.slots().zip(&self.nodes).zip(self.laws.get(skip..).unwrap_or_default())
            {
                self.terms.masks(slot, &block.bits, &mut self.masks);
                let range = self.terms.of(slot);
                let truth = self.terms.count() + slot;
                let mut score = *given;
                score.less(law);
                score.times(&block.weight);
                let mut weighted = *given;
                weighted.times(&block.weight);
                if let Some(all) = sums.all.get_mut(range.clone()) {
                    gather(&score, &self.masks, !0, all);
                }
                if let Some(all) = sums.all.get_mut(truth) {
                    *all += weighted.sum_where(!0);
                }
                for (own, looked) in self.looked.iter().zip(&mut sums.looked) {
                    let Some(all) = looked.all.get_mut(range.clone()) else { continue };
                    let mut is = !0;
                    let (mut score, mut weighted) = (score, weighted);
                    if variable.slots().contains(own) {
                        // Of itself, and of what excludes it, all is known where it is true.
                        let Some(with) = self.nodes.get(own - variable.first) else { continue };
                        score = if *own == slot { Lanes::ONE } else { Lanes::ZERO };
                        score.less(law);
                        score.times(with);
                        score.times(&block.weight);
                        if *own != slot {
                            weighted = Lanes::ZERO;
                        }
                    } else {
                        is = block.bits.get(*own).copied().unwrap_or(0);
                    }
                    gather(&score, &self.masks, is, all);
                    if let Some(all) = looked.all.get_mut(truth) {
                        *all += weighted.sum_where(is);
                    }
                }
            }
        }
    }
}

vectorized! {
    /// Adds up what is in the worlds of each mask.
    fn gather(values: &Lanes, masks: &[u64], among: u64, into: &mut [f64]) {
        for (sum, mask) in into.iter_mut().zip(masks) {
            *sum += values.sum_where(mask & among);
        }
    }
}
