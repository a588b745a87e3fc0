//! Scores: how the logarithm of what is believed moves with levels, weights and rows, and what that does to a node.
//!
//! The score of a node is whether it is true, less how likely that is in the state of its parents. What a level, a
//! weight or a row does to P(node) is the covariance of the node with a score (Fisher's identity), and that
//! is read off from two beliefs: the one there is, and the one in which the node is true.

#![expect(clippy::indexing_slicing, reason = "nodes, rows and cells are numbered here, and nowhere else")]

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::super::part::{Bearing, Input, Law, Part};
use super::super::step::Finding;
use super::problem::{Family, own_levels, settled};
use super::{Belief, Exact};

/// One number for everything that a part is made of: a mean of scores, a covariance, a derivative.
#[derive(Clone, Debug)]
pub(crate) struct Lean {
    /// By node: its level.
    pub(crate) levels: Vec<f64>,
    /// By node and by what comes in: the weight of it. Gates have 0.
    pub(crate) weights: Vec<Vec<f64>>,
    /// By node and by the row of its table: the log odds of the row.
    pub(crate) rows: Vec<Vec<f64>>,
    /// By node: the log likelihood ratio of what is known about it.
    pub(crate) truths: Vec<f64>,
}

impl Lean {
    /// Nothing yet.
    pub(crate) fn none(part: &Part) -> Self {
        let mut none = Self {
            levels: vec![0.0; part.ids.len()],
            weights: vec![Vec::new(); part.ids.len()],
            rows: vec![Vec::new(); part.ids.len()],
            truths: vec![0.0; part.ids.len()],
        };
        for variable in &part.variables {
            for node in &variable.nodes {
                none.weights[*node] = vec![0.0; inputs(part, *node).len()];
                if let Law::Table { rows, .. } = &variable.law {
                    none.rows[*node] = vec![0.0; rows.len()];
                }
            }
        }
        none
    }

    /// Adds another, times a factor.
    pub(crate) fn add(&mut self, other: &Self, factor: f64) {
        let add = |own: &mut Vec<f64>, other: &Vec<f64>| {
            for (own, other) in own.iter_mut().zip(other) {
                *own += factor * other;
            }
        };
        add(&mut self.levels, &other.levels);
        add(&mut self.truths, &other.truths);
        let nested = self.weights.iter_mut().zip(&other.weights);
        nested.chain(self.rows.iter_mut().zip(&other.rows)).for_each(|(own, other)| add(own, other));
    }

    fn times(mut self, factor: f64) -> Self {
        let nested = self.weights.iter_mut().chain(&mut self.rows).flatten();
        nested.chain(&mut self.levels).chain(&mut self.truths).for_each(|one| *one *= factor);
        self
    }
}

/// What comes into a node.
pub(crate) fn inputs(part: &Part, node: usize) -> &[Input] {
    let place = part.places[node];
    match &part.variables[place.variable].law {
        Law::Odds(inputs) => inputs,
        Law::Choice(all) => &all[place.state],
        Law::Table { .. } => &[],
    }
}

/// Where it is seen whether a node is true, in the cells of a family's table over its parents.
#[derive(Clone, Copy)]
enum Look {
    Known(bool),
    Axis {
        stride: usize,
        size: usize,
        state: usize,
    },
    /// Among others, in an axis that counts them.
    Counted,
}

impl Look {
    fn holds(self, cell: usize) -> bool {
        match self {
            Self::Known(known) => known,
            Self::Axis { stride, size, state } => cell / stride % size == state,
            Self::Counted => false,
        }
    }
}

/// The scores of a belief.
pub(crate) struct Scores<'a> {
    exact: &'a Exact,
    settled: Vec<Option<usize>>,
    means: Lean,
    /// Without facts a node moves with itself and what is above it alone: what is above each variable.
    above: Option<Vec<BTreeSet<usize>>>,
}

impl<'a> Scores<'a> {
    /// Of what is believed now.
    pub(crate) fn new(exact: &'a Exact) -> Self {
        let settled = settled(&exact.part, &exact.findings);
        let mut scores = Self { exact, settled, means: Lean::none(&exact.part), above: None };
        scores.means = scores.of(&exact.belief, &exact.findings, &[]);
        scores
    }

    /// Of what is believed before all facts, where the mean of every score is 0.
    pub(crate) fn before(exact: &'a Exact) -> Self {
        let part = &exact.part;
        let mut means = Lean::none(part);
        means.truths = exact.probabilities();
        let mut above: Vec<BTreeSet<usize>> = Vec::with_capacity(part.variables.len());
        for (number, variable) in part.variables.iter().enumerate() {
            let mut all = BTreeSet::from([number]);
            for parent in super::parents(&variable.law) {
                all.extend(&above[part.places[parent].variable]);
            }
            above.push(all);
        }
        Self { exact, settled: vec![None; part.variables.len()], means, above: Some(above) }
    }

    /// How likely a node is.
    pub(crate) fn probability(&self, node: usize) -> f64 {
        self.means.truths[node]
    }

    /// The covariance of a node with everything.
    pub(crate) fn with(&self, node: usize) -> Lean {
        let probability = self.probability(node);
        let given = (probability > 0.0 && probability < 1.0).then(|| self.given(&[node])).flatten();
        let Some((belief, findings)) = given else { return Lean::none(&self.exact.part) };
        let mut lean = self.of(&belief, &findings, &[node]);
        lean.add(&self.means, -1.0);
        lean.times(probability)
    }

    /// The belief in which these nodes are true, if they can be.
    fn given(&self, nodes: &[usize]) -> Option<(Belief, Vec<Finding>)> {
        let exact = self.exact;
        let mut findings = exact.findings.clone();
        for node in nodes {
            let place = exact.part.places[*node];
            let others = &exact.part.variables[place.variable].nodes;
            let is_other = |other: &usize| other != node && findings[*other] == Finding::Settled(true);
            if findings[*node] == Finding::Settled(false) || others.iter().any(is_other) {
                return None;
            }
            findings[*node] = Finding::Settled(true);
        }
        let belief = Belief::of(&exact.problem, &exact.part, &exact.levels, &findings, None).ok()?;
        Some((belief, findings))
    }

    /// The means of scores in a belief in which these nodes are true.
    fn of(&self, belief: &Belief, findings: &[Finding], given: &[usize]) -> Lean {
        let (part, problem) = (&*self.exact.part, &*self.exact.problem);
        let mut lean = Lean::none(part);
        for node in 0..part.ids.len() {
            lean.truths[node] = super::probability(part, problem, belief, findings, node);
        }
        let above = self.above.as_ref().zip(given.first());
        let above = above.map(|(above, node)| &above[part.places[*node].variable]);
        let bears = |family: &&Family| above.is_none_or(|above| above.contains(&family.variable));
        let families: Vec<&Family> = problem.families.iter().filter(bears).collect();
        let counted = self.counted(&families, given);
        for family in families {
            let Some(gaps) = self.gaps(belief, family) else { continue };
            for node in &part.variables[family.variable].nodes {
                let state = part.places[*node].state;
                lean.levels[*node] = gaps.iter().map(|cell| cell[state]).sum();
                for (number, input) in inputs(part, *node).iter().enumerate() {
                    if !matches!(input.bearing, Bearing::Weight(_)) {
                        continue;
                    }
                    let look = self.look(family, input.source);
                    lean.weights[*node][number] = match look {
                        Look::Counted => {
                            let gaps =
                                counted.get(&input.source).and_then(|belief| self.gaps(belief, family));
                            let mean: f64 = gaps.iter().flatten().map(|cell| cell[state]).sum();
                            lean.truths[input.source] * mean
                        }
                        Look::Known(_) | Look::Axis { .. } => {
                            let cells = gaps.iter().enumerate().filter(|(cell, _)| look.holds(*cell));
                            cells.map(|(_, gap)| gap[state]).sum()
                        }
                    };
                }
                if let Law::Table { parents, .. } = &part.variables[family.variable].law {
                    let looks: Vec<Look> = parents.iter().map(|parent| self.look(family, *parent)).collect();
                    for (cell, gap) in gaps.iter().enumerate() {
                        let bits = looks.iter().enumerate();
                        let row: usize = bits.map(|(bit, look)| usize::from(look.holds(cell)) << bit).sum();
                        lean.rows[*node][row] += gap[state];
                    }
                }
            }
        }
        lean
    }

    /// The belief in which a parent is true, of all that a family only counts: there is no table that has both.
    fn counted(&self, families: &[&Family], given: &[usize]) -> BTreeMap<usize, Belief> {
        let part = &self.exact.part;
        let mut sources: BTreeSet<usize> = BTreeSet::new();
        for family in families {
            let nodes = part.variables[family.variable].nodes.iter();
            let all = nodes.flat_map(|node| inputs(part, *node)).map(|input| input.source);
            sources.extend(all.filter(|source| matches!(self.look(family, *source), Look::Counted)));
        }
        let belief = |source: usize| {
            let nodes: Vec<usize> = given.iter().copied().chain([source]).collect();
            Some((source, self.given(&nodes)?.0))
        };
        sources.into_iter().collect::<Vec<usize>>().into_par_iter().filter_map(belief).collect()
    }

    fn look(&self, family: &Family, node: usize) -> Look {
        let problem = &self.exact.problem;
        let place = self.exact.part.places[node];
        let Some(axis) = problem.axis_of[place.variable] else {
            return Look::Known(self.settled[place.variable] == Some(place.state));
        };
        let mut stride = 1;
        for parent in &family.parents {
            let size = problem.tree.size(*parent);
            if *parent == axis {
                return Look::Axis { stride, size, state: place.state };
            }
            stride *= size;
        }
        Look::Counted
    }

    /// For each state of the parents and each of the variable: how likely both are, less what the law makes of
    /// the first. `None`: everything is settled, and nothing moves.
    fn gaps(&self, belief: &Belief, family: &Family) -> Option<Vec<Vec<f64>>> {
        let exact = self.exact;
        let axes: Vec<usize> = family.own.ok().into_iter().chain(family.parents.iter().copied()).collect();
        let belief = belief.over(&exact.problem, &axes)?;
        let levels = own_levels(&exact.part, family.variable, &exact.levels);
        let count = belief.len() / family.odds.len().max(1);
        let gap = |(odds, masses): (&super::Odds, &[f64])| {
            let all: f64 = masses.iter().sum();
            let law = odds.states(&levels).into_iter().enumerate();
            let mass = |state: usize| match family.own {
                Ok(_) => masses[state],
                Err(known) if known == state => all,
                Err(_) => 0.0,
            };
            law.map(|(state, share)| mass(state) - all * share).collect()
        };
        Some(family.odds.iter().zip(belief.chunks(count.max(1))).map(gap).collect())
    }
}
