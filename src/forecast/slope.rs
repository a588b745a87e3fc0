//! Slopes: how fast a number of the forecast moves with each number that was stated, exactly.
//!
//! Levels are solved for what was stated, so a weight moves a node both by itself and by the levels that answer it.
//! Days are gone through backwards, and then the nodes before all facts, children before parents; each constraint
//! that is met tells what the number that it was made for is worth (the adjoint of the whole evaluation).

#![expect(clippy::indexing_slicing, reason = "nodes are numbered by the part")]

use std::collections::BTreeMap;
use std::sync::Arc;

use super::engine::{Engine, Method};
use super::exact::{Exact, Lean, Scores, solve};
use super::gates::Gates;
use super::part::{Law, Part, Target};
use super::replay::Replay;
use super::step::Statement;
use super::voice::Voices;
use super::{Forecast, Settings, Trouble};
use crate::model::{Model, NodeId};
use crate::value::Date;

mod chain;

pub(crate) use self::chain::slopes;

/// Why there are no slopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// The node has no number: it is void, or its part of the network has trouble.
    NoNumber,
    /// The node's part is sampled; slopes are told of exact numbers only.
    Sampled,
}

/// What is no more than rounding.
const NOTHING: f64 = 1e-15;
/// A constraint that its level hardly moves is held by gates.
const HELD: f64 = 1e-13;

/// A day with statements, as it was once they held; the last is today.
struct Moment {
    date: Date,
    exact: Box<Exact>,
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
    fn new(model: &Model, forecast: &Forecast, target: NodeId) -> Result<Self, Lack> {
        if forecast.now(target).is_none() {
            return Err(Lack::NoNumber);
        }
        let (evaluated, target) = forecast.place(target).ok_or(Lack::NoNumber)?;
        if !matches!(evaluated.engine, Some(Engine::Exact(_))) {
            return Err(Lack::Sampled);
        }
        let part = &evaluated.part;
        let (start, moments) = moments(model, forecast.today, part).ok_or(Lack::NoNumber)?;
        let mut slopes = Self {
            part: Arc::clone(part),
            lean: Lean::none(part),
            aims: vec![0.0; part.ids.len()],
            before: start.probabilities(),
            statements: BTreeMap::new(),
            truths: Vec::new(),
        };
        for (number, moment) in moments.iter().rev().enumerate() {
            slopes.day(moment, (number == 0).then_some(target));
        }
        slopes.prior(&start);
        Ok(slopes)
    }

    /// Goes back over a day: today for the target, and each day for its statements.
    fn day(&mut self, moment: &Moment, target: Option<usize>) {
        let mut scores: Option<Scores<'_>> = None;
        let mut truths = vec![0.0; self.part.ids.len()];
        let mut add = |lean: &mut Lean, other: &Lean, factor: f64| {
            lean.add(other, factor);
            for (own, other) in truths.iter_mut().zip(&other.truths) {
                *own += factor * other;
            }
        };
        if let Some(target) = target {
            let scores = scores.get_or_insert_with(|| Scores::new(&moment.exact));
            add(&mut self.lean, &scores.with(target), 1.0);
        }
        let levels = moment.exact.levels();
        let free: Vec<&Statement> =
            moment.statements.iter().filter(|statement| levels[statement.node].is_finite()).collect();
        let goal: Vec<f64> = free.iter().map(|statement| self.lean.levels[statement.node]).collect();
        if goal.iter().any(|goal| goal.abs() > NOTHING) {
            let scores = scores.get_or_insert_with(|| Scores::new(&moment.exact));
            let leans: Vec<Lean> = free.iter().map(|statement| scores.with(statement.node)).collect();
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
    fn prior(&mut self, start: &Exact) {
        let scores = Scores::before(start);
        let part = Arc::clone(&self.part);
        for variable in part.variables.iter().rev() {
            let nodes = &variable.nodes;
            let is_moved =
                |node: &usize| self.lean.levels[*node].abs() > NOTHING || self.aims[*node].abs() > NOTHING;
            if !nodes.iter().any(is_moved) {
                continue;
            }
            let leans: Vec<Lean> = nodes.iter().map(|node| scores.with(*node)).collect();
            if let Law::Choice(_) = variable.law {
                self.choice(nodes, &leans);
                continue;
            }
            let ([node], [lean]) = (nodes.as_slice(), leans.as_slice()) else { continue };
            let (own, is_finite) = (lean.levels[*node], start.levels()[*node].is_finite());
            if part.targets[*node] == Target::Table || !is_finite || own <= HELD {
                // It aims at nothing, or gates hold it: what it is follows from what is above.
                let aim = std::mem::take(&mut self.aims[*node]);
                self.lean.add(lean, aim);
                continue;
            }
            let worth = self.lean.levels[*node] / own;
            self.lean.add(lean, -worth);
            self.aims[*node] += worth;
            self.imply(*node);
        }
    }

    /// The levels of a choice answer each other.
    fn choice(&mut self, nodes: &[usize], leans: &[Lean]) {
        let goal: Vec<f64> = nodes.iter().map(|node| self.lean.levels[*node]).collect();
        let matrix = nodes.iter().map(|node| leans.iter().map(|lean| lean.levels[*node]).collect()).collect();
        let worth = solve(matrix, &goal).unwrap_or_else(|| vec![0.0; nodes.len()]);
        for ((node, lean), worth) in nodes.iter().zip(leans).zip(worth) {
            self.lean.add(lean, -worth);
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

/// The part before all facts, on each day with statements, and today.
fn moments(model: &Model, today: Date, part: &Arc<Part>) -> Option<(Box<Exact>, Vec<Moment>)> {
    let voices = Voices::new(model);
    let replay = Replay::new(model, today, &voices);
    let mut engine = Engine::start(part, Method::Exact, &Settings::default()).ok()?;
    let exact = |engine: &Engine| match engine {
        Engine::Exact(exact) => Some(exact.clone()),
        Engine::Sampled(_) => None,
    };
    let start = exact(&engine)?;
    let mut gates = Gates::new(part, Some(&engine));
    let mut moments = Vec::new();
    let conflict = |_: &[usize], date| Trouble::Conflict { date, reasons: Vec::new() };
    for mut step in replay.steps(part) {
        gates.note(&step);
        gates.learn(&mut step, &engine, conflict).ok()?;
        engine.step(&step).ok()?;
        if !step.statements.is_empty() {
            moments.push(Moment { date: step.date, exact: exact(&engine)?, statements: step.statements });
        }
    }
    moments.push(Moment { date: today, exact: exact(&engine)?, statements: Vec::new() });
    Some((start, moments))
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
