//! The levels before all facts, solved from parents to children.
//!
//! Without facts the level of a node moves nothing above it, and the laws of those that come later sum to one. So
//! laws are laid in one after the other, each level against what came before, and each is solved once.

use std::collections::BTreeSet;

use super::super::part::{Law, Part, Target};
use super::super::step::Trouble;
use super::flow::Flow;
use super::levels::{choose, find};
use super::mass::{Mass, Wide};
use super::problem::{Family, Odds, Problem};

/// The level of each node, for all to be as likely as they are stated or implied to be.
pub(super) fn levels(part: &Part, problem: &Problem) -> Result<Vec<f64>, Trouble> {
    match Prior::<f64>::new(part, problem).solve()? {
        Some(levels) => Ok(levels),
        None => Prior::<Wide>::new(part, problem).solve().map(Option::unwrap_or_default),
    }
}

struct Prior<'a, T> {
    part: &'a Part,
    problem: &'a Problem,
    flow: Flow<'a, T>,
    levels: Vec<f64>,
    /// The probability of each node that is solved.
    probabilities: Vec<f64>,
}

impl<'a, T: Mass> Prior<'a, T> {
    fn new(part: &'a Part, problem: &'a Problem) -> Self {
        let mut flow = Flow::new(&problem.tree);
        for (clique, table) in problem.counts() {
            flow.go(clique);
            flow.multiply(&table);
        }
        let nodes = part.ids.len();
        Self { part, problem, flow, levels: vec![0.0; nodes], probabilities: vec![0.0; nodes] }
    }

    /// `None`: numbers left the range of their type.
    fn solve(mut self) -> Result<Option<Vec<f64>>, Trouble> {
        let families = &self.problem.families;
        let mut waits: Vec<usize> = Vec::with_capacity(families.len());
        let mut below: Vec<Vec<usize>> = vec![Vec::new(); families.len()];
        // By clique, those that come first last.
        let mut ready: Vec<Vec<usize>> = vec![Vec::new(); self.problem.tree.count()];
        for (number, family) in families.iter().enumerate().rev() {
            let above = self.above(family.variable);
            for one in &above {
                if let Some(below) = below.get_mut(*one) {
                    below.push(number);
                }
            }
            if let (true, Some(ready)) = (above.is_empty(), ready.get_mut(family.clique)) {
                ready.push(number);
            }
            waits.push(above.len());
        }
        waits.reverse();
        while let Some(clique) =
            self.flow.nearest(|clique| ready.get(clique).is_some_and(|all| !all.is_empty()))
        {
            let number = ready.get_mut(clique).and_then(Vec::pop);
            let Some((number, family)) = number.and_then(|number| Some((number, families.get(number)?)))
            else {
                break;
            };
            self.flow.go(clique);
            self.solve_one(family)?;
            for child in below.get(number).into_iter().flatten() {
                let (Some(waits), Some(family)) = (waits.get_mut(*child), families.get(*child)) else {
                    continue;
                };
                *waits -= 1;
                if let (0, Some(ready)) = (*waits, ready.get_mut(family.clique)) {
                    ready.push(*child);
                }
            }
        }
        Ok((!self.flow.is_thin()).then_some(self.levels))
    }

    /// The variables that have to be solved before one.
    fn above(&self, variable: usize) -> BTreeSet<usize> {
        let Some(own) = self.part.variables.get(variable) else { return BTreeSet::new() };
        let targets = own.nodes.iter().filter_map(|node| self.part.targets.get(*node));
        let sources = targets.flat_map(Target::sources).chain(super::parents(&own.law));
        let of = |node: usize| self.part.places.get(node).map(|place| place.variable);
        sources.filter_map(of).filter(|other| *other != variable).collect()
    }

    /// Sets the levels of one family, and lays its law in.
    fn solve_one(&mut self, family: &Family) -> Result<(), Trouble> {
        let Some(variable) = self.part.variables.get(family.variable) else { return Ok(()) };
        let masses = self.flow.marginal(&family.parents);
        let goals: Vec<f64> = variable
            .nodes
            .iter()
            .filter_map(|node| {
                let of = |source: usize| self.probabilities.get(source).copied().unwrap_or(0.5);
                self.part.targets.get(*node).and_then(|target| target.probability(of))
            })
            .collect();
        if goals.len() == variable.nodes.len() {
            let levels = self.aim(family, &masses, &goals)?;
            for (node, level) in variable.nodes.iter().zip(levels) {
                if let Some(slot) = self.levels.get_mut(*node) {
                    *slot = level;
                }
            }
        }
        for node in &variable.nodes {
            if let (Some(Target::Level(level)), Some(slot)) =
                (self.part.targets.get(*node), self.levels.get_mut(*node))
            {
                *slot = *level;
            }
        }
        let own = super::problem::own_levels(self.part, family.variable, &self.levels);
        let states = family.odds.iter().map(|odds| odds.states(&own));
        let mut shares: Vec<f64> = Vec::new();
        for (states, mass) in states.zip(&masses) {
            shares.resize(states.len(), 0.0);
            for (share, state) in shares.iter_mut().zip(states) {
                *share += mass * state;
            }
        }
        for node in &variable.nodes {
            let state = self.part.places.get(*node).map_or(1, |place| place.state);
            if let (Some(slot), Some(share)) = (self.probabilities.get_mut(*node), shares.get(state)) {
                *slot = *share;
            }
        }
        let table = self.problem.table(self.part, family, &self.levels);
        self.flow.multiply(&table);
        Ok(())
    }

    /// The levels at which the nodes of a family are as likely as these goals, given how likely each state of its
    /// parents is. The law sums to one in each, so that their belief alone counts.
    fn aim(&self, family: &Family, masses: &[f64], goals: &[f64]) -> Result<Vec<f64>, Trouble> {
        let Some(variable) = self.part.variables.get(family.variable) else { return Ok(Vec::new()) };
        let rows = family.odds.iter().cloned().zip(masses.iter().copied());
        match (&variable.law, goals, variable.nodes.as_slice()) {
            (Law::Choice(_), goals, nodes) => {
                let rows: Vec<(Odds, f64)> = rows.collect();
                choose(&rows, goals).map_err(|state| {
                    let node = nodes.get(state).copied().unwrap_or(0);
                    Trouble::OutOfReach { node, statement: None, least: 0.0, most: 1.0 }
                })
            }
            (_, [goal], [node]) => {
                let rows: Vec<(Odds, [f64; 2])> = rows.map(|(odds, mass)| (odds, [mass; 2])).collect();
                let is_stated = matches!(self.part.targets.get(*node), Some(Target::Stated(_)));
                let level = match find(&rows, *goal) {
                    Ok(level) => level,
                    Err((least, most)) if is_stated => {
                        return Err(Trouble::OutOfReach { node: *node, statement: None, least, most });
                    }
                    Err((_, most)) if *goal > most => f64::INFINITY,
                    Err(_) => f64::NEG_INFINITY,
                };
                Ok(vec![level])
            }
            _ => Ok(vec![0.0; variable.nodes.len()]),
        }
    }
}
