//! Exact belief: a junction tree over what is left of a part once the settled nodes are folded away.
//!
//! A part and its steps come in, probabilities without error come out. Levels are solved against the tree's own
//! beliefs, so that what was stated is given back to the last digit. Which parts are narrow enough is for the
//! caller to decide, by `Cost`.

mod about;
mod fit;
mod flow;
mod levels;
mod mass;
mod prior;
mod problem;
mod score;
mod tree;

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

pub(crate) use self::about::about;
pub(crate) use self::levels::solve;
pub(crate) use self::score::{Lean, Scores, inputs};

use self::levels::{find, find_scenario};
use self::mass::{Mass, Wide};
use self::problem::{Family, Odds, Problem, own_levels, settled};
use self::tree::Calibrated;
use super::number::mix;
use super::part::{Law, Part};
use super::step::{Finding, Statement, Step, Trouble};

/// Two probabilities no further apart are the same.
const SAME: f64 = 1e-13;
/// Rounds in which statements of one day are brought to hold together.
const ROUNDS: usize = 500;

/// What exactness would cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// Numbers in all tables before any fact.
    pub(crate) cells: usize,
    /// Numbers that are gone through to solve the levels.
    pub(crate) levels: usize,
}

/// The exact belief of a part.
#[derive(Clone, Debug)]
pub(crate) struct Exact {
    part: Arc<Part>,
    findings: Vec<Finding>,
    levels: Vec<f64>,
    problem: Arc<Problem>,
    /// Whether other nodes are settled than those that the problem leaves out.
    is_reshaped: bool,
    belief: Belief,
    most: usize,
}

#[derive(Clone, Debug)]
enum Belief {
    Plain(Arc<Calibrated<f64>>),
    /// For facts that are next to impossible together.
    Wide(Arc<Calibrated<Wide>>),
}

/// What a part would cost. `None`: more cells than `most`.
pub(crate) fn cost(part: &Part, most: usize) -> Option<Cost> {
    let problem = Problem::new(part, &vec![None; part.variables.len()], most)?;
    Some(Cost {
        cells: problem.tree.cells(),
        levels: problem.families.iter().map(|family| problem.tree.cells_of(family.clique)).sum(),
    })
}

/// The nodes that a law looks at.
fn parents(law: &Law) -> Box<dyn Iterator<Item = usize> + '_> {
    match law {
        Law::Odds(inputs) => Box::new(inputs.iter().map(|input| input.source)),
        Law::Choice(all) => Box::new(all.iter().flatten().map(|input| input.source)),
        Law::Table { parents, .. } => Box::new(parents.iter().copied()),
    }
}

impl Exact {
    /// Solves the levels before all facts.
    pub(crate) fn start(part: Arc<Part>, most: usize) -> Result<Self, Trouble> {
        let none = vec![None; part.variables.len()];
        let problem = Problem::new(&part, &none, most).map(Arc::new).ok_or(Trouble::TooWide)?;
        let findings = vec![Finding::Open(0.0); part.ids.len()];
        let levels = prior::levels(&part, &problem)?;
        let belief = Belief::of(&problem, &part, &levels, &findings, None)?;
        Ok(Self { part, findings, levels, problem, is_reshaped: false, belief, most })
    }

    /// Learns what a day brings, then makes the statements of the day hold.
    pub(crate) fn step(&mut self, step: &Step) -> Result<(), Trouble> {
        self.note(&step.findings);
        for statement in &step.statements {
            // From an infinite level there is no way back.
            if let Some(level) = self.levels.get_mut(statement.node).filter(|level| level.is_infinite()) {
                *level = 0.0;
            }
        }
        self.refresh()?;
        self.state(&step.statements)
    }

    /// Notes findings; the belief is as it was until `refresh`.
    pub(crate) fn note(&mut self, findings: &[(usize, Finding)]) {
        for (node, finding) in findings {
            if let Some(own) = self.findings.get_mut(*node) {
                self.is_reshaped |=
                    matches!((&own, finding), (Finding::Settled(_), _) | (_, Finding::Settled(_)));
                *own = *finding;
            }
        }
    }

    /// Solves the levels of statements, one after the other until all hold.
    fn state(&mut self, statements: &[Statement]) -> Result<(), Trouble> {
        for _ in 0..ROUNDS {
            let mut moved = 0.0_f64;
            let mut blocked = None;
            for statement in statements {
                let before = self.probability(statement.node);
                if (before - statement.probability).abs() <= SAME {
                    continue;
                }
                // What is out of reach now may be within it once the others have moved.
                match self.state_one(statement) {
                    Ok(()) => moved = moved.max((before - statement.probability).abs()),
                    Err(trouble) => blocked = Some(trouble),
                }
                self.refresh()?;
            }
            if let Some(trouble) = blocked.filter(|_| moved <= SAME) {
                return Err(trouble);
            }
            if moved <= SAME * 8.0 || statements.len() < 2 {
                break;
            }
        }
        for statement in statements {
            let probability = self.probability(statement.node);
            if (probability - statement.probability).abs() > 1e-9 {
                let (least, most) = (probability, probability);
                return Err(out_of_reach(statement, least, most));
            }
        }
        Ok(())
    }

    fn state_one(&mut self, statement: &Statement) -> Result<(), Trouble> {
        let part = Arc::clone(&self.part);
        let known = |finding: Option<&Finding>| match finding {
            Some(Finding::Settled(true)) => Some(1.0),
            Some(Finding::Settled(false)) => Some(0.0),
            _ => None,
        };
        if let Some(state) = known(self.findings.get(statement.node)) {
            return Err(out_of_reach(statement, state, state));
        }
        let (Some(place), problem) = (part.places.get(statement.node), Arc::clone(&self.problem)) else {
            return Ok(());
        };
        let Some(family) = problem.families.get(place.variable) else { return Ok(()) };
        let Some(rows) = self.belief.without_law(&problem, &part, family, &self.levels) else {
            return Err(out_of_reach(statement, 0.0, 0.0));
        };
        let level = if matches!(part.variables.get(place.variable).map(|one| &one.law), Some(Law::Choice(_)))
        {
            let own = own_levels(&part, place.variable, &self.levels);
            find_scenario(&rows, place.state, own, statement.probability)
        } else {
            let pairs: Vec<(Odds, [f64; 2])> = rows
                .into_iter()
                .map(|(odds, row)| {
                    (odds, [row.first().copied().unwrap_or(0.0), row.get(1).copied().unwrap_or(0.0)])
                })
                .collect();
            find(&pairs, statement.probability)
        };
        let level = level.map_err(|(least, most)| out_of_reach(statement, least, most))?;
        if let Some(slot) = self.levels.get_mut(statement.node) {
            *slot = level;
        }
        Ok(())
    }

    /// Works out the belief from levels and findings.
    pub(crate) fn refresh(&mut self) -> Result<(), Trouble> {
        if self.is_reshaped {
            let settled = settled(&self.part, &self.findings);
            self.problem =
                Problem::new(&self.part, &settled, self.most).map(Arc::new).ok_or(Trouble::TooWide)?;
            self.is_reshaped = false;
        }
        self.belief = Belief::of(&self.problem, &self.part, &self.levels, &self.findings, None)?;
        Ok(())
    }

    fn probability(&self, node: usize) -> f64 {
        probability(&self.part, &self.problem, &self.belief, &self.findings, node)
    }

    /// P(true) of each node.
    pub(crate) fn probabilities(&self) -> Vec<f64> {
        (0..self.part.ids.len()).into_par_iter().map(|node| self.probability(node)).collect()
    }

    /// P(target | source true) and P(target | source false); none where the source is never so.
    pub(crate) fn conditionals(&self, pairs: &[(usize, usize)]) -> Vec<[Option<f64>; 2]> {
        let together: Vec<_> =
            pairs.par_iter().map(|(source, target)| self.together(*source, *target)).collect();
        // Where no table holds both, all sources of a target are looked at where it is true.
        let apart = pairs.iter().zip(&together).filter(|(_, found)| found.is_none());
        let mut targets: Vec<usize> = apart.map(|((_, target), _)| *target).collect();
        targets.sort_unstable();
        targets.dedup();
        let given: BTreeMap<usize, Option<Vec<f64>>> =
            targets.into_par_iter().map(|target| (target, self.given(&[(target, true)]))).collect();
        let each = pairs.iter().zip(together);
        each.map(|((source, target), found)| {
            found.unwrap_or_else(|| {
                let given = given.get(target).and_then(Option::as_ref);
                self.turned(*source, *target, given.and_then(|given| given.get(*source)).copied())
            })
        })
        .collect()
    }

    /// The same from how likely the source is where the target is true; none if that is never so.
    fn turned(&self, source: usize, target: usize, given: Option<f64>) -> [Option<f64>; 2] {
        let (source, target) = (self.probability(source), self.probability(target));
        let both = given.map_or(0.0, |given| given * target);
        let share = |both: f64, of: f64| (of > 0.0).then(|| (both / of).clamp(0.0, 1.0));
        [share(both, source), share(if given.is_some() { target - both } else { 0.0 }, 1.0 - source)]
    }

    /// The same of a pair that one table holds.
    fn together(&self, source: usize, target: usize) -> Option<[Option<f64>; 2]> {
        let place = |node: usize| self.part.places.get(node).copied();
        let (source, target) = (place(source)?, place(target)?);
        let axis = |variable: usize| self.problem.axis_of.get(variable).copied().flatten();
        let axes = [axis(target.variable)?, axis(source.variable)?];
        let [own, of] = axes;
        if own == of {
            return None;
        }
        let belief = self.belief.over(&self.problem, &axes)?;
        let size = self.problem.tree.size(own);
        let (mut all, mut both) = ([0.0; 2], [0.0; 2]);
        for (state, row) in belief.chunks(size).enumerate() {
            let given = usize::from(state != source.state);
            for (own, mass) in row.iter().enumerate() {
                if let (Some(all), Some(both)) = (all.get_mut(given), both.get_mut(given)) {
                    *all += mass;
                    *both += if own == target.state { *mass } else { 0.0 };
                }
            }
        }
        let [yes, no] = all;
        let [both_yes, both_no] = both;
        Some([(both_yes, yes), (both_no, no)].map(|(both, all)| (all > 0.0).then(|| both / all)))
    }

    /// P(true) of each node where these nodes have these states. `None`: they cannot.
    pub(crate) fn given(&self, states: &[(usize, bool)]) -> Option<Vec<f64>> {
        let mut findings = self.findings.clone();
        for (node, state) in states {
            let finding = findings.get_mut(*node)?;
            match finding {
                Finding::Settled(known) if known != state => return None,
                Finding::Settled(_) | Finding::Open(_) => *finding = Finding::Settled(*state),
            }
        }
        let belief = Belief::of(&self.problem, &self.part, &self.levels, &findings, None).ok()?;
        let of = |node| probability(&self.part, &self.problem, &belief, &findings, node);
        Some((0..self.part.ids.len()).map(of).collect())
    }

    /// What is known of a node.
    pub(crate) fn finding(&self, node: usize) -> Finding {
        self.findings.get(node).copied().unwrap_or(Finding::Open(0.0))
    }

    /// The part that it is of.
    pub(crate) fn part(&self) -> &Part {
        &self.part
    }

    /// The level of each node.
    pub(crate) fn levels(&self) -> &[f64] {
        &self.levels
    }

    /// Numbers in all tables now, and axes of the largest.
    pub(crate) fn size(&self) -> (usize, usize) {
        (self.problem.tree.cells(), self.problem.tree.width())
    }

    /// Worlds drawn from the belief: a row of bits for each node, 64 worlds a word.
    pub(crate) fn book(&self, words: usize, seed: u64) -> Vec<Vec<u64>> {
        let key = |axis: usize| match self.problem.owner.get(axis) {
            Some(Ok(variable)) => {
                let node = self.part.variables.get(*variable).and_then(|one| one.nodes.first());
                node.and_then(|node| self.part.keys.get(*node)).copied().unwrap_or(0)
            }
            _ => mix(axis as u64),
        };
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
        let uniform = |axis: usize, world: usize| {
            let bits = mix(mix(seed ^ key(axis)).wrapping_add(world as u64));
            (bits >> 11) as f64 / (1_u64 << 53) as f64
        };
        let states = self.belief.draw(&self.problem, words * 64, uniform);
        let row = |node: usize| -> Vec<u64> {
            match self.findings.get(node) {
                Some(Finding::Settled(true)) => return vec![u64::MAX; words],
                Some(Finding::Settled(false)) => return vec![0; words],
                _ => {}
            }
            let place = self.part.places.get(node);
            let axis = place.and_then(|place| self.problem.axis_of.get(place.variable).copied().flatten());
            let (Some(place), Some(states)) = (place, axis.and_then(|axis| states.get(axis))) else {
                return vec![0; words];
            };
            let is = |state: &u16| u64::from(usize::from(*state) == place.state);
            states
                .chunks(64)
                .map(|word| word.iter().enumerate().map(|(bit, state)| is(state) << bit).sum())
                .collect()
        };
        (0..self.part.ids.len()).map(row).collect()
    }
}

fn out_of_reach(statement: &Statement, least: f64, most: f64) -> Trouble {
    Trouble::OutOfReach { node: statement.node, statement: Some(statement.number), least, most }
}

fn probability(part: &Part, problem: &Problem, belief: &Belief, findings: &[Finding], node: usize) -> f64 {
    match findings.get(node) {
        Some(Finding::Settled(true)) => return 1.0,
        Some(Finding::Settled(false)) => return 0.0,
        _ => {}
    }
    let Some(place) = part.places.get(node) else { return 0.0 };
    match problem.axis_of.get(place.variable).copied().flatten() {
        Some(axis) => belief.axis(problem, axis).get(place.state).copied().unwrap_or(0.0),
        // Another scenario of the choice came true.
        None => 0.0,
    }
}

impl Belief {
    /// About all axes, or one alone that is wanted.
    fn of(
        problem: &Problem,
        part: &Part,
        levels: &[f64],
        findings: &[Finding],
        wanted: Option<usize>,
    ) -> Result<Self, Trouble> {
        let is_extreme = |finding: &Finding| matches!(finding, Finding::Open(log) if log.abs() > 500.0);
        if !findings.iter().any(is_extreme) {
            let plain = problem.calibrate::<f64>(part, levels, findings, wanted);
            if !plain.is_thin && plain.log_mass.is_finite() {
                return Ok(Self::Plain(Arc::new(plain)));
            }
        }
        let wide = problem.calibrate::<Wide>(part, levels, findings, wanted);
        if wide.log_mass == f64::NEG_INFINITY {
            return Err(Trouble::Impossible);
        }
        Ok(Self::Wide(Arc::new(wide)))
    }

    fn axis(&self, problem: &Problem, axis: usize) -> Vec<f64> {
        match self {
            Self::Plain(plain) => plain.axis(&problem.tree, axis),
            Self::Wide(wide) => wide.axis(&problem.tree, axis),
        }
    }

    fn without_law(
        &self,
        problem: &Problem,
        part: &Part,
        family: &Family,
        levels: &[f64],
    ) -> Option<Vec<(Odds, Vec<f64>)>> {
        match self {
            Self::Plain(plain) => problem.without_law(part, family, plain.as_ref(), levels),
            Self::Wide(wide) => problem.without_law(part, family, wide.as_ref(), levels),
        }
    }

    /// The belief over axes that one table holds, the first the fastest.
    fn over(&self, problem: &Problem, axes: &[usize]) -> Option<Vec<f64>> {
        let clique = problem.tree.clique_with(axes)?;
        Some(match self {
            Self::Plain(plain) => plain.marginal(&problem.tree, clique, axes),
            Self::Wide(wide) => {
                wide.marginal(&problem.tree, clique, axes).into_iter().map(Mass::number).collect()
            }
        })
    }

    fn draw(&self, problem: &Problem, worlds: usize, uniform: impl Fn(usize, usize) -> f64) -> Vec<Vec<u16>> {
        match self {
            Self::Plain(plain) => plain.draw(&problem.tree, worlds, uniform),
            Self::Wide(wide) => wide.draw(&problem.tree, worlds, uniform),
        }
    }
}
