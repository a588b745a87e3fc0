//! Slopes: how fast a number of the forecast moves with each number that was stated.
//!
//! Levels are solved for what was stated, so a weight moves a node both by itself and by the levels that answer it.
//! Days are gone through backwards, and then the nodes before all facts, children before parents; each constraint
//! that is met tells what the number that it was made for is worth (the adjoint of the whole evaluation). What it
//! takes are covariances of nodes with scores: those of tables are exact, those of sampled worlds have errors.

#![expect(clippy::indexing_slicing, reason = "nodes are numbered by the part")]

use std::collections::BTreeMap;
use std::sync::Arc;

use super::engine::Engine;
use super::exact::{Lean, solve};
use super::gates::Gates;
use super::part::{Law, Part, Target};
use super::replay::Replay;
use super::step::{Statement, Step};
use super::voice::Voices;
use super::{Forecast, Trouble};
use crate::model::{Model, NodeId};
use crate::value::Date;

mod chain;
mod exact;
mod sampled;

pub(crate) use self::chain::{Slope, slopes};

/// Why there are no slopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// The node has no number: it is void, or its part of the network has trouble.
    NoNumber,
}

/// What is no more than rounding.
const NOTHING: f64 = 1e-15;
/// A constraint that its level hardly moves is held by gates.
const HELD: f64 = 1e-13;

/// The part on a day, once its statements hold.
trait Now {
    /// Whether the level of a node is not without end.
    fn has_level(&self, node: usize) -> bool;

    /// The covariances of nodes with everything.
    fn with(&self, nodes: &[usize]) -> Vec<Lean>;
}

/// The part before all facts, gone through variable by variable, children before parents.
trait Before {
    /// Whether the level of a node is not without end.
    fn has_level(&self, node: usize) -> bool;

    /// Turns to a variable: what was added of those below it is in the lean of its nodes from now on.
    fn turn(&mut self, variable: usize, lean: &mut Lean);

    /// The covariance of each node of the variable with the level of each.
    fn own(&mut self) -> Vec<Vec<f64>>;

    /// Adds the nodes of the variable to what bears on those above, each times a factor.
    fn add(&mut self, factors: &[f64], lean: &mut Lean);
}

/// A day with statements; the last is today.
struct Moment<T> {
    date: Date,
    now: T,
    statements: Vec<Statement>,
}

/// What a node's probability moves with, in the terms of its part.
struct Slopes {
    part: Arc<Part>,
    /// Weights and rows.
    lean: Lean,
    /// The probability before all facts that a node aims at.
    aims: Vec<f64>,
    /// The probability of each node before all facts.
    before: Vec<f64>,
    /// Statements, by node and place in its journal.
    statements: BTreeMap<(usize, usize), f64>,
    /// The log likelihood ratio of each node, by the day up to which lines count.
    truths: Vec<(Date, Vec<f64>)>,
}

impl Slopes {
    /// Of a node of a part; where it was sampled, from all worlds and then from each share of them.
    fn all(model: &Model, forecast: &Forecast, target: NodeId) -> Result<Vec<Self>, Lack> {
        if forecast.now(target).is_none() {
            return Err(Lack::NoNumber);
        }
        let (evaluated, target) = forecast.place(target).ok_or(Lack::NoNumber)?;
        let engine = evaluated.engine.as_deref().ok_or(Lack::NoNumber)?;
        let replay = Days { model, forecast, part: &evaluated.part };
        let all = match engine {
            Engine::Exact(_) => exact::slopes(&replay, target).map(|slopes| vec![slopes]),
            Engine::Sampled(sampler) => sampled::slopes(&replay, sampler, target),
        };
        all.ok_or(Lack::NoNumber)
    }

    fn new<T: Now>(
        part: &Arc<Part>,
        probabilities: Vec<f64>,
        moments: &[Moment<T>],
        mut before: impl Before,
        target: usize,
    ) -> Self {
        let mut slopes = Self {
            part: Arc::clone(part),
            lean: Lean::none(part),
            aims: vec![0.0; part.ids.len()],
            before: probabilities,
            statements: BTreeMap::new(),
            truths: Vec::new(),
        };
        for (number, moment) in moments.iter().rev().enumerate() {
            slopes.day(moment, (number == 0).then_some(target));
        }
        slopes.prior(&mut before);
        slopes
    }

    /// Goes back over a day: today for the target, and each day for its statements.
    fn day<T: Now>(&mut self, moment: &Moment<T>, target: Option<usize>) {
        let mut truths = vec![0.0; self.part.ids.len()];
        let mut add = |lean: &mut Lean, other: &Lean, factor: f64| {
            lean.add(other, factor);
            for (own, other) in truths.iter_mut().zip(&other.truths) {
                *own += factor * other;
            }
        };
        if let Some(target) = target {
            moment.now.with(&[target]).iter().for_each(|lean| add(&mut self.lean, lean, 1.0));
        }
        let free: Vec<&Statement> =
            moment.statements.iter().filter(|statement| moment.now.has_level(statement.node)).collect();
        let goal: Vec<f64> = free.iter().map(|statement| self.lean.levels[statement.node]).collect();
        if goal.iter().any(|goal| goal.abs() > NOTHING) {
            let nodes: Vec<usize> = free.iter().map(|statement| statement.node).collect();
            let leans = moment.now.with(&nodes);
            let row = |level: &&Statement| leans.iter().map(|lean| lean.levels[level.node]).collect();
            let (worth, is_whole) = eliminate(free.iter().map(row).collect(), goal);
            for ((statement, lean), worth) in free.iter().zip(&leans).zip(worth) {
                add(&mut self.lean, lean, -worth);
                if is_whole {
                    *self.statements.entry((statement.node, statement.number)).or_default() += worth;
                }
            }
        }
        // What the level was before has no say any more.
        for statement in &moment.statements {
            self.lean.levels[statement.node] = 0.0;
        }
        self.truths.push((moment.date, truths));
    }

    /// Goes through the nodes before all facts, children before parents.
    fn prior(&mut self, before: &mut impl Before) {
        let part = Arc::clone(&self.part);
        for (number, variable) in part.variables.iter().enumerate().rev() {
            let nodes = &variable.nodes;
            before.turn(number, &mut self.lean);
            let is_moved =
                |node: &usize| self.lean.levels[*node].abs() > NOTHING || self.aims[*node].abs() > NOTHING;
            if !nodes.iter().any(is_moved) {
                continue;
            }
            let own = before.own();
            if let Law::Choice(_) = variable.law {
                self.choice(nodes, &own, before);
                continue;
            }
            let ([node], [own]) = (nodes.as_slice(), own.as_slice()) else { continue };
            let own = own[0];
            if part.targets[*node] == Target::Table || !before.has_level(*node) || own <= HELD {
                // It aims at nothing, or gates hold it: what it is follows from what is above.
                let aim = std::mem::take(&mut self.aims[*node]);
                before.add(&[aim], &mut self.lean);
                continue;
            }
            let worth = self.lean.levels[*node] / own;
            before.add(&[-worth], &mut self.lean);
            self.aims[*node] += worth;
            self.imply(*node);
        }
    }

    /// The levels of a choice answer each other.
    fn choice(&mut self, nodes: &[usize], own: &[Vec<f64>], before: &mut impl Before) {
        let goal: Vec<f64> = nodes.iter().map(|node| self.lean.levels[*node]).collect();
        let row = |level: usize| own.iter().map(|of_node| of_node[level]).collect();
        let worth = solve((0..nodes.len()).map(row).collect(), &goal);
        let worth = worth.unwrap_or_else(|| vec![0.0; nodes.len()]);
        let factors: Vec<f64> = worth.iter().map(|worth| -worth).collect();
        before.add(&factors, &mut self.lean);
        for (node, worth) in nodes.iter().zip(worth) {
            self.aims[*node] += worth;
        }
    }

    /// Hands on what a node aims at to the sources that imply it.
    fn imply(&mut self, node: usize) {
        let slope = self.aims[node] * self.implied(node);
        let part = Arc::clone(&self.part);
        let Target::Implied { edges, like, .. } = &part.targets[node] else { return };
        for (source, yes, no) in edges {
            let implied = self.implied_by(*source, *yes, *no);
            self.aims[*source] += slope * (yes - no) * steepness(implied);
        }
        if let Some(source) = like {
            self.aims[*source] += slope * steepness(self.before[*source]);
        }
    }

    fn implied_by(&self, source: usize, yes: f64, no: f64) -> f64 {
        self.before[source] * yes + (1.0 - self.before[source]) * no
    }

    /// What one of the log odds that are averaged does to the probability that is implied of a node.
    fn implied(&self, node: usize) -> f64 {
        let Target::Implied { edges, like, outside } = &self.part.targets[node] else { return 0.0 };
        let of_edges = edges.iter().map(|(source, yes, no)| self.implied_by(*source, *yes, *no));
        let all = of_edges.chain(like.map(|source| self.before[source]));
        let count = all.filter(|one| *one > 0.0 && *one < 1.0).count().max(1) as f64;
        let (own, inside) = (self.before[node], 1.0 - outside.map_or(0.0, |(_, weight)| weight));
        own * (1.0 - own) * inside / count
    }
}

/// The derivative of log odds by the probability; 0 where it is certain.
fn steepness(probability: f64) -> f64 {
    let spread = probability * (1.0 - probability);
    if spread > 0.0 { 1.0 / spread } else { 0.0 }
}

/// The days of a part, to go through once more.
struct Days<'a> {
    model: &'a Model,
    forecast: &'a Forecast,
    part: &'a Arc<Part>,
}

impl Days<'_> {
    fn steps(&self) -> Vec<Step> {
        let voices = Voices::new(self.model);
        Replay::new(self.model, self.forecast.today, &voices).steps(self.part)
    }

    /// Takes a part through steps; each day with statements is looked at once they hold.
    fn replay(
        &self,
        mut engine: Engine,
        steps: Vec<Step>,
        mut look: impl FnMut(Date, Vec<Statement>, &Engine) -> Option<()>,
    ) -> Option<Engine> {
        let mut gates = Gates::new(self.part, Some(&engine));
        let conflict = |_: &[usize], date| Trouble::Conflict { date, reasons: Vec::new() };
        for mut step in steps {
            gates.note(&step);
            gates.learn(&mut step, &engine, conflict).ok()?;
            engine.step(&step).ok()?;
            if !step.statements.is_empty() {
                look(step.date, step.statements, &engine)?;
            }
        }
        Some(engine)
    }
}

/// Solves a system of equations, by elimination with the largest pivots, and says whether it has but one
/// solution. What the equations say nothing of is 0.
fn eliminate(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> (Vec<f64>, bool) {
    let count = right.len();
    let mut pivots: Vec<(usize, usize)> = Vec::new();
    loop {
        let (rows, columns): (Vec<usize>, Vec<usize>) = pivots.iter().copied().unzip();
        let cells = (0..count).flat_map(|row| (0..count).map(move |column| (row, column)));
        let open = cells.filter(|(row, column)| !rows.contains(row) && !columns.contains(column));
        let most = open.max_by(|(a, b), (c, d)| matrix[*a][*b].abs().total_cmp(&matrix[*c][*d].abs()));
        let Some((row, column)) = most.filter(|(row, column)| matrix[*row][*column].abs() > HELD) else {
            break;
        };
        let above = matrix[row].clone();
        for other in (0..count).filter(|other| *other != row) {
            let factor = matrix[other][column] / above[column];
            for (cell, above) in matrix[other].iter_mut().zip(&above) {
                *cell -= factor * above;
            }
            right[other] -= factor * right[row];
        }
        pivots.push((row, column));
    }
    let mut solution = vec![0.0; count];
    for (row, column) in &pivots {
        solution[*column] = right[*row] / matrix[*row][*column];
    }
    (solution, pivots.len() == count)
}
