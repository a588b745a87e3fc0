//! Exact belief: a junction tree over what is left of a part once the settled nodes are folded away.
//!
//! A part and its steps come in, probabilities without error come out. Levels are solved against the tree's own
//! beliefs, so that what was stated is given back to the last digit. Which parts are narrow enough is for the
//! caller to decide, by `Cost`.

mod mass;
mod problem;
mod tree;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::mass::{Mass, Wide};
use self::problem::{Family, Odds, Problem, own_levels, settled};
use self::tree::Calibrated;
use super::number::{logit, mix};
use super::part::{Law, Part, Target};
use super::step::{Finding, Statement, Step, Trouble};

/// Two probabilities no further apart are the same.
const SAME: f64 = 1e-13;
/// What is further out of reach than rounding explains.
const REACH: f64 = 1e-11;
/// Generations up to which each is solved by itself.
const GENERATIONS: usize = 8;
/// Levels that move no further stand still.
const STILL: f64 = 1e-11;
/// The steps that the levels of a choice may take, and how far one may go.
const NEWTON: usize = 300;
const LEAP: f64 = 6.0;
/// Rounds in which statements of one day are brought to hold together.
const ROUNDS: usize = 500;

/// What exactness would cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// Numbers in all tables before any fact.
    pub(crate) cells: usize,
    /// Times that all tables are gone through to solve the levels.
    pub(crate) passes: usize,
}

/// The exact belief of a part.
#[derive(Clone, Debug)]
pub(crate) struct Exact {
    part: Arc<Part>,
    findings: Vec<Finding>,
    levels: Vec<f64>,
    problem: Arc<Problem>,
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
        passes: depths(part).into_iter().max().unwrap_or(0).min(2 * GENERATIONS) + 1,
    })
}

/// The longest way to each variable of a part, in arcs.
fn depths(part: &Part) -> Vec<usize> {
    let mut depths = vec![0_usize; part.variables.len()];
    for (at, variable) in part.variables.iter().enumerate() {
        let below = parents(&variable.law).filter_map(|node| {
            let place = part.places.get(node)?;
            depths.get(place.variable).map(|depth| depth + 1)
        });
        let depth = below.max().unwrap_or(0);
        if let Some(slot) = depths.get_mut(at) {
            *slot = depth;
        }
    }
    depths
}

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
        let levels = vec![0.0; part.ids.len()];
        let belief = Belief::of(&problem, &part, &levels, &findings)?;
        let mut exact = Self { part, findings, levels, problem, belief, most };
        exact.solve_all()?;
        Ok(exact)
    }

    /// Without facts the level of a node moves nothing above it: so generation after generation can be solved, each
    /// against what those before it make of its parents. Where there are many generations, all are solved at once,
    /// time and again: the next is right after each pass in any case, and most others long before.
    fn solve_all(&mut self) -> Result<(), Trouble> {
        let depths = depths(&self.part);
        let deepest = depths.iter().copied().max().unwrap_or(0);
        let problem = Arc::clone(&self.problem);
        if deepest <= GENERATIONS {
            for generation in 0..=deepest {
                let families = problem.families.iter().zip(&depths);
                for (family, _) in families.filter(|(_, depth)| **depth == generation) {
                    self.solve_first(family)?;
                }
                self.refresh()?;
            }
            return Ok(());
        }
        let mut trouble = None;
        for _ in 0..deepest + 3 {
            // What is out of reach may be within it once its parents are right.
            trouble = None;
            let mut moved = 0.0_f64;
            for family in &problem.families {
                match self.solve_first(family) {
                    Ok(by) => moved = moved.max(by),
                    Err(out_of_reach) => {
                        trouble.get_or_insert(out_of_reach);
                    }
                }
            }
            if moved <= STILL {
                break;
            }
            self.refresh()?;
        }
        trouble.map_or(Ok(()), Err)
    }

    /// Sets the levels of one family before all facts; by how much they moved.
    fn solve_first(&mut self, family: &Family) -> Result<f64, Trouble> {
        let part = Arc::clone(&self.part);
        let Some(variable) = part.variables.get(family.variable) else { return Ok(0.0) };
        let of = |node: usize| self.probability(node);
        let goals: Vec<f64> = variable
            .nodes
            .iter()
            .filter_map(|node| part.targets.get(*node).and_then(|target| target.probability(of)))
            .collect();
        if goals.len() < variable.nodes.len() {
            return Ok(0.0);
        }
        // The law sums to one for each state of the parents, so that their belief alone counts.
        let Some(rows) = self.belief.parents(&self.problem, family) else { return Ok(0.0) };
        let levels = match (&variable.law, goals.as_slice(), variable.nodes.as_slice()) {
            (Law::Choice(_), goals, nodes) => choose(&rows, goals).map_err(|state| {
                let node = nodes.get(state).copied().unwrap_or(0);
                Trouble::OutOfReach { node, statement: None, least: 0.0, most: 1.0 }
            })?,
            (_, [goal], [node]) => {
                let is_stated = matches!(part.targets.get(*node), Some(Target::Stated(_)));
                let pairs: Vec<(Odds, [f64; 2])> =
                    rows.into_iter().map(|(odds, mass)| (odds, [mass; 2])).collect();
                let level = match find(&pairs, *goal) {
                    Ok(level) => level,
                    Err((least, most)) if is_stated => {
                        return Err(Trouble::OutOfReach { node: *node, statement: None, least, most });
                    }
                    Err((_, most)) if *goal > most => f64::INFINITY,
                    Err(_) => f64::NEG_INFINITY,
                };
                vec![level]
            }
            _ => return Ok(0.0),
        };
        let mut moved = 0.0_f64;
        for (node, level) in variable.nodes.iter().zip(levels) {
            if let Some(slot) = self.levels.get_mut(*node) {
                let is_same = slot.to_bits() == level.to_bits();
                moved = moved.max(if is_same { 0.0 } else { (level - *slot).abs() });
                *slot = level;
            }
        }
        Ok(moved)
    }

    /// Learns what a day brings, then makes the statements of the day hold.
    pub(crate) fn step(&mut self, step: &Step) -> Result<(), Trouble> {
        let mut is_reshaped = false;
        for (node, finding) in &step.findings {
            if let Some(own) = self.findings.get_mut(*node) {
                is_reshaped |= matches!((&own, finding), (Finding::Settled(_), _) | (_, Finding::Settled(_)));
                *own = *finding;
            }
        }
        if is_reshaped {
            let settled = settled(&self.part, &self.findings);
            self.problem =
                Problem::new(&self.part, &settled, self.most).map(Arc::new).ok_or(Trouble::TooWide)?;
        }
        for statement in &step.statements {
            // From an infinite level there is no way back.
            if let Some(level) = self.levels.get_mut(statement.node).filter(|level| level.is_infinite()) {
                *level = 0.0;
            }
        }
        self.refresh()?;
        self.state(&step.statements)
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

    fn refresh(&mut self) -> Result<(), Trouble> {
        self.belief = Belief::of(&self.problem, &self.part, &self.levels, &self.findings)?;
        Ok(())
    }

    fn probability(&self, node: usize) -> f64 {
        probability(&self.part, &self.problem, &self.belief, &self.findings, node)
    }

    /// P(true) of each node.
    pub(crate) fn probabilities(&self) -> Vec<f64> {
        (0..self.part.ids.len()).map(|node| self.probability(node)).collect()
    }

    /// P(target | source true) and P(target | source false); none where the source is never so.
    pub(crate) fn conditionals(&self, pairs: &[(usize, usize)]) -> Vec<[Option<f64>; 2]> {
        let mut known: BTreeMap<(usize, bool), Option<Vec<f64>>> = BTreeMap::new();
        let mut given = |source: usize, state: bool, target: usize| {
            let all = known.entry((source, state)).or_insert_with(|| self.given(&[(source, state)]));
            all.as_ref().and_then(|all| all.get(target).copied())
        };
        pairs
            .iter()
            .map(|pair| {
                let (source, target) = *pair;
                self.together(source, target)
                    .unwrap_or_else(|| [true, false].map(|state| given(source, state, target)))
            })
            .collect()
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
        let belief = Belief::of(&self.problem, &self.part, &self.levels, &findings).ok()?;
        let of = |node| probability(&self.part, &self.problem, &belief, &findings, node);
        Some((0..self.part.ids.len()).map(of).collect())
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
    fn of(problem: &Problem, part: &Part, levels: &[f64], findings: &[Finding]) -> Result<Self, Trouble> {
        let is_extreme = |finding: &Finding| matches!(finding, Finding::Open(log) if log.abs() > 500.0);
        if !findings.iter().any(is_extreme) {
            let plain = problem.calibrate::<f64>(part, levels, findings);
            if !plain.is_thin && plain.log_mass.is_finite() {
                return Ok(Self::Plain(Arc::new(plain)));
            }
        }
        let wide = problem.calibrate::<Wide>(part, levels, findings);
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

    /// How likely each state of the parents of a family is.
    fn parents(&self, problem: &Problem, family: &Family) -> Option<Vec<(Odds, f64)>> {
        let masses = match family.parents.as_slice() {
            [] => vec![1.0],
            parents => self.over(problem, parents)?,
        };
        Some(family.odds.iter().cloned().zip(masses).collect())
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

/// P(true) at a level, where each row says how likely the states of the parents are with this false and true.
fn at(rows: &[(Odds, [f64; 2])], level: f64) -> f64 {
    let (mut yes, mut no) = (0.0, 0.0);
    for (odds, [with_no, with_yes]) in rows {
        no += with_no * odds.no(level);
        yes += with_yes * odds.yes(level);
    }
    if yes + no > 0.0 { yes / (yes + no) } else { 0.0 }
}

/// The level at which the probability is the goal; else the least and the most that there can be.
fn find(rows: &[(Odds, [f64; 2])], goal: f64) -> Result<f64, (f64, f64)> {
    let (least, most) = (at(rows, f64::NEG_INFINITY), at(rows, f64::INFINITY));
    let at_least = (goal - least).abs() <= REACH;
    let at_most = (goal - most).abs() <= REACH;
    match (at_least, at_most) {
        (true, true) => return Ok(0.0),
        (true, false) => return Ok(f64::NEG_INFINITY),
        (false, true) => return Ok(f64::INFINITY),
        (false, false) if goal < least || goal > most => return Err((least, most)),
        (false, false) => {}
    }
    Ok(root(|level| at(rows, level), goal))
}

/// The level of one scenario at which its probability is the goal, with the levels of the others as they are.
fn find_scenario(
    rows: &[(Odds, Vec<f64>)],
    state: usize,
    levels: Vec<f64>,
    goal: f64,
) -> Result<f64, (f64, f64)> {
    let of = |level: f64| {
        let mut levels = levels.clone();
        if let Some(slot) = levels.get_mut(state) {
            *slot = level;
        }
        let (mut own, mut all) = (0.0, 0.0);
        for (odds, masses) in rows {
            for (at, (mass, law)) in masses.iter().zip(odds.states(&levels)).enumerate() {
                own += if at == state { mass * law } else { 0.0 };
                all += mass * law;
            }
        }
        if all > 0.0 { own / all } else { 0.0 }
    };
    let (least, most) = (of(-1000.0), of(1000.0));
    if goal < least - REACH || goal > most + REACH {
        return Err((least, most));
    }
    Ok(root(of, goal))
}

/// Where a rising function meets a goal: secants of its log odds, and halving where those do not help (Dekker 1969).
fn root(of: impl Fn(f64) -> f64, goal: f64) -> f64 {
    let aim = logit(goal);
    let gap = |level: f64| logit(of(level)) - aim;
    let (mut low, mut high) = (-64.0_f64, 64.0_f64);
    while gap(low) > 0.0 && low > -4096.0 {
        low *= 2.0;
    }
    while gap(high) < 0.0 && high < 4096.0 {
        high *= 2.0;
    }
    let mut last = (low, f64::NAN);
    let mut level = aim.clamp(low, high);
    let mut stride = high - low;
    for _ in 0..300 {
        let value = gap(level);
        if value == 0.0 {
            break;
        }
        if value < 0.0 {
            low = level;
        } else {
            high = level;
        }
        if high - low <= 4.0 * f64::EPSILON * low.abs().max(high.abs()).max(1.0) {
            break;
        }
        // The first step takes log odds to rise as the level does.
        let slope = if last.1.is_finite() { (value - last.1) / (level - last.0) } else { 1.0 };
        let guess = level - value / slope;
        let helps = guess > low && guess < high && (guess - level).abs() < 0.6 * stride;
        let next = if helps { guess } else { f64::midpoint(low, high) };
        if next == level {
            break;
        }
        stride = (next - level).abs();
        last = (level, value);
        level = next;
    }
    level
}

/// The levels of all scenarios of a choice, for their probabilities to be the goals; else a state that cannot be
/// as likely. The gaps are the slopes of a convex function of the levels, so Newton's steps, shortened where they
/// would lead up, end where all gaps are closed.
fn choose(rows: &[(Odds, f64)], goals: &[f64]) -> Result<Vec<f64>, usize> {
    let count = goals.len();
    let laws = |levels: &[f64]| -> Vec<(f64, Vec<f64>)> {
        rows.iter().map(|(odds, mass)| (*mass, odds.states(levels))).collect()
    };
    let gaps = |laws: &[(f64, Vec<f64>)]| -> Vec<f64> {
        let mut gaps: Vec<f64> = goals.iter().map(|goal| -goal).collect();
        for (mass, law) in laws {
            for (gap, law) in gaps.iter_mut().zip(law) {
                *gap += mass * law;
            }
        }
        gaps
    };
    let size = |gaps: &[f64]| gaps.iter().fold(0.0_f64, |most, gap| most.max(gap.abs()));
    let mut levels: Vec<f64> = goals.iter().map(|goal| super::number::ln(*goal)).collect();
    let mut now = laws(&levels);
    let mut off = gaps(&now);
    for _ in 0..NEWTON {
        if size(&off) <= f64::EPSILON {
            break;
        }
        let mut slopes = vec![vec![0.0; count]; count];
        for (mass, law) in &now {
            for (row, (own, slopes)) in law.iter().zip(&mut slopes).enumerate() {
                for (column, (other, slope)) in law.iter().zip(slopes).enumerate() {
                    *slope += mass * own * (f64::from(u8::from(row == column)) - other);
                }
            }
        }
        let Some(step) = solve(slopes, &off) else { break };
        let longest = step.iter().fold(0.0_f64, |most, step| most.max(step.abs()));
        let mut share = if longest > LEAP { LEAP / longest } else { 1.0 };
        let before: f64 = off.iter().zip(&step).map(|(gap, step)| gap * step).sum();
        let mut is_done = true;
        for _ in 0..40 {
            let tried: Vec<f64> =
                levels.iter().zip(&step).map(|(level, step)| level - share * step).collect();
            let then = laws(&tried);
            let left = gaps(&then);
            let slope: f64 = left.iter().zip(&step).map(|(gap, step)| gap * step).sum();
            if slope.abs() < before.abs() {
                (levels, now, off) = (tried, then, left);
                is_done = false;
                break;
            }
            share *= 0.5;
        }
        if is_done {
            break;
        }
    }
    let worst = off.iter().enumerate().max_by(|(_, a), (_, b)| a.abs().total_cmp(&b.abs()));
    match worst {
        Some((state, gap)) if gap.abs() > REACH => Err(state),
        _ => Ok(levels),
    }
}

/// Solves a system of equations whose matrix has no negative eigenvalues, by elimination with the largest pivots.
/// Along what the matrix says nothing of there is no step.
#[expect(clippy::indexing_slicing, reason = "rows and columns are numbered here, and nowhere else")]
fn solve(mut matrix: Vec<Vec<f64>>, right: &[f64]) -> Option<Vec<f64>> {
    let count = right.len();
    let mut right = right.to_vec();
    let most = (0..count).map(|at| matrix[at][at]).fold(0.0_f64, f64::max);
    let mut free: Vec<usize> = (0..count).collect();
    let mut used = Vec::new();
    while let Some((place, pivot)) =
        free.iter().copied().enumerate().max_by(|(_, a), (_, b)| matrix[*a][*a].total_cmp(&matrix[*b][*b]))
    {
        if matrix[pivot][pivot] <= most * 1e-14 {
            break;
        }
        free.remove(place);
        used.push(pivot);
        for row in free.iter().copied() {
            let factor = matrix[row][pivot] / matrix[pivot][pivot];
            let above = matrix[pivot].clone();
            for (cell, above) in matrix[row].iter_mut().zip(above) {
                *cell -= factor * above;
            }
            right[row] -= factor * right[pivot];
        }
    }
    let mut step = vec![0.0; count];
    for pivot in used.iter().rev().copied() {
        let known: f64 = (0..count)
            .filter(|column| *column != pivot)
            .map(|column| matrix[pivot][column] * step[column])
            .sum();
        step[pivot] = (right[pivot] - known) / matrix[pivot][pivot];
    }
    step.iter().all(|step| step.is_finite()).then_some(step)
}
