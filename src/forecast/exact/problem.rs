//! The problem: what is left of a part once the settled nodes are folded away, as axes and the tables over them.
//!
//! A node whose parents bear on it in a few ways only does not cost a table over all of them: parents that bear
//! alike are counted, one after the other, and the node hangs on the count (parent divorcing; Olesen et al. 1989).

use rayon::prelude::*;

use super::super::number::{exp, sigmoid};
use super::super::part::{Bearing, Input, Law, Part};
use super::super::step::Finding;
use super::mass::Mass;
use super::tree::{Table, Tree};

/// Families of at most so many cells are laid out whole.
const SMALL: usize = 64;

/// What a state of an axis, or several together, do to a variable: the sum of weights, and gates.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Push {
    pub(super) weight: f64,
    denies: bool,
    grants: bool,
}

impl Push {
    fn and(self, other: Self) -> Self {
        Self {
            weight: self.weight + other.weight,
            denies: self.denies || other.denies,
            grants: self.grants || other.grants,
        }
    }

    /// The same without what gates leave no say, of a node that is no scenario of a choice.
    fn decided(self) -> Self {
        match (self.denies, self.grants) {
            (true, _) => Self { weight: 0.0, denies: true, grants: false },
            (false, true) => Self { weight: 0.0, denies: false, grants: true },
            (false, false) => self,
        }
    }

    fn is_like(&self, other: &Self) -> bool {
        self.weight.to_bits() == other.weight.to_bits()
            && (self.denies, self.grants) == (other.denies, other.grants)
    }

    /// P(false) at a level, to the last digit where that is next to nothing.
    fn against(self, level: f64) -> f64 {
        let is_open = !self.denies && !self.grants && level.is_finite();
        if is_open { sigmoid(-level - self.weight) } else { 1.0 - self.at(level) }
    }

    /// P(true) at a level, which may be infinite.
    fn at(self, level: f64) -> f64 {
        match (self.denies, self.grants) {
            (true, _) => 0.0,
            (false, true) => 1.0,
            (false, false) if level == f64::INFINITY => 1.0,
            (false, false) if level == f64::NEG_INFINITY => 0.0,
            (false, false) => sigmoid(level + self.weight),
        }
    }
}

/// How likely the states of a variable are in one state of its parents.
#[derive(Clone, Debug)]
pub(super) enum Odds {
    /// Of a node.
    Pushed(Push),
    /// Of a node with a table.
    Row(f64),
    /// Of the scenarios of a choice.
    Scenarios(Vec<Push>),
}

impl Odds {
    /// P(true) of a node at this level.
    pub(super) fn yes(&self, level: f64) -> f64 {
        match self {
            Self::Pushed(push) => push.at(level),
            Self::Row(row) => shifted(*row, level),
            Self::Scenarios(_) => 0.0,
        }
    }

    /// P(false), to the last digit where that is next to nothing.
    pub(super) fn no(&self, level: f64) -> f64 {
        match self {
            Self::Pushed(push) => push.against(level),
            Self::Row(row) => 1.0 - shifted(*row, level),
            Self::Scenarios(_) => 0.0,
        }
    }

    /// The probability of each state at these levels: of false and true, or of each scenario.
    pub(super) fn states(&self, levels: &[f64]) -> Vec<f64> {
        if let Self::Scenarios(pushes) = self {
            return scenarios(pushes, levels);
        }
        let level = levels.first().copied().unwrap_or(0.0);
        vec![self.no(level), self.yes(level)]
    }
}

fn shifted(row: f64, level: f64) -> f64 {
    if level == 0.0 || row <= 0.0 || row >= 1.0 {
        return row;
    }
    sigmoid(super::super::number::logit(row) + level)
}

/// Gates rule scenarios out; if they would rule out all, they count for nothing.
fn scenarios(pushes: &[Push], levels: &[f64]) -> Vec<f64> {
    let granted = pushes.iter().any(|push| push.grants && !push.denies);
    let open = |push: &Push| if granted { push.grants && !push.denies } else { !push.denies };
    let none = !pushes.iter().any(open);
    let logs: Vec<f64> = pushes
        .iter()
        .zip(levels)
        .map(|(push, level)| if none || open(push) { level + push.weight } else { f64::NEG_INFINITY })
        .collect();
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let masses: Vec<f64> = logs.iter().map(|log| if log == &most { 1.0 } else { exp(log - most) }).collect();
    let sum: f64 = masses.iter().sum();
    masses.into_iter().map(|mass| mass / sum).collect()
}

/// A variable with its parents, as far as they are not settled.
#[derive(Clone, Debug)]
pub(super) struct Family {
    /// The variable of the part.
    pub(super) variable: usize,
    /// The axes of its parents, or of their counts.
    pub(super) parents: Vec<usize>,
    /// The axis of the variable, or the state in which it is settled.
    pub(super) own: Result<usize, usize>,
    /// For each state of the parents, the first the fastest.
    pub(super) odds: Vec<Odds>,
    /// One that holds them all.
    pub(super) clique: usize,
}

impl Family {
    /// Parents, then the variable itself if it is not settled.
    pub(super) fn scope(&self) -> Vec<usize> {
        self.parents.iter().copied().chain(self.own.ok()).collect()
    }
}

/// Axes, tables and the tree that joins them.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    /// The axis of each variable that is not settled.
    pub(super) axis_of: Vec<Option<usize>>,
    /// What belongs to each axis: a variable, or the place of a family whose parents it counts.
    pub(super) owner: Vec<Result<usize, usize>>,
    pub(super) families: Vec<Family>,
    /// Counts: tables of zeros and ones.
    counts: Vec<(Vec<usize>, Vec<f64>)>,
    pub(super) tree: Tree,
}

/// The state of each variable that is settled.
pub(super) fn settled(part: &Part, findings: &[Finding]) -> Vec<Option<usize>> {
    let of = |node: usize| findings.get(node).copied().unwrap_or(Finding::Open(0.0));
    let state = |variable: &super::super::part::Variable| match (&variable.law, variable.nodes.as_slice()) {
        (Law::Choice(_), nodes) => nodes.iter().position(|node| of(*node) == Finding::Settled(true)),
        (_, [node]) => match of(*node) {
            Finding::Settled(state) => Some(usize::from(state)),
            Finding::Open(_) => None,
        },
        _ => None,
    };
    part.variables.iter().map(state).collect()
}

/// An axis, and what each of its states does.
type Bears = (usize, Vec<Push>);

/// Axes while they are collected.
struct Draft<'a> {
    part: &'a Part,
    settled: &'a [Option<usize>],
    axis_of: Vec<Option<usize>>,
    sizes: Vec<usize>,
    owner: Vec<Result<usize, usize>>,
    counts: Vec<(Vec<usize>, Vec<f64>)>,
}

impl Problem {
    /// Lays out a part. `None` if its tables would have more cells than `most`.
    pub(super) fn new(part: &Part, settled: &[Option<usize>], most: usize) -> Option<Self> {
        let mut draft = Draft {
            part,
            settled,
            axis_of: vec![None; part.variables.len()],
            sizes: Vec::new(),
            owner: Vec::new(),
            counts: Vec::new(),
        };
        let open =
            part.variables.iter().enumerate().filter(|(at, _)| settled.get(*at).is_some_and(Option::is_none));
        for (at, variable) in open {
            let size = if matches!(variable.law, Law::Choice(_)) { variable.nodes.len() } else { 2 };
            let axis = draft.axis(size, Ok(at));
            if let Some(slot) = draft.axis_of.get_mut(at) {
                *slot = Some(axis);
            }
        }
        let mut families = Vec::with_capacity(part.variables.len());
        for at in 0..part.variables.len() {
            families.push(draft.family(at, families.len(), most)?);
        }
        let scopes: Vec<Vec<usize>> = families.iter().map(Family::scope).collect();
        let counts = draft.counts.iter().map(|(axes, _)| axes.as_slice());
        let tree = Tree::new(draft.sizes, scopes.iter().map(Vec::as_slice).chain(counts), most)?;
        for family in &mut families {
            family.clique = tree.clique_with(&family.scope()).unwrap_or(usize::MAX);
        }
        Some(Self { axis_of: draft.axis_of, owner: draft.owner, families, counts: draft.counts, tree })
    }

    /// The table of a family at these levels.
    pub(super) fn table<T: Mass>(&self, part: &Part, family: &Family, levels: &[f64]) -> Table<T> {
        let levels = own_levels(part, family.variable, levels);
        let mut cells = Vec::with_capacity(family.odds.len() * 2);
        if !matches!(family.odds.first(), Some(Odds::Scenarios(_))) {
            let level = levels.first().copied().unwrap_or(0.0);
            if family.own != Err(1) {
                cells.extend(family.odds.iter().map(|odds| T::of(odds.no(level))));
            }
            if family.own != Err(0) {
                cells.extend(family.odds.iter().map(|odds| T::of(odds.yes(level))));
            }
            return Table { axes: family.scope(), cells };
        }
        let states: Vec<Vec<f64>> = family.odds.iter().map(|odds| odds.states(&levels)).collect();
        match family.own {
            Err(state) => {
                cells.extend(states.iter().map(|row| T::of(row.get(state).copied().unwrap_or(0.0))))
            }
            Ok(_) => {
                let count = states.first().map_or(0, Vec::len);
                for state in 0..count {
                    cells.extend(states.iter().map(|row| T::of(row.get(state).copied().unwrap_or(0.0))));
                }
            }
        }
        Table { axes: family.scope(), cells }
    }

    /// What is known of an axis from findings about its own nodes.
    fn finding<T: Mass>(part: &Part, variable: usize, findings: &[Finding]) -> Option<Vec<T>> {
        let variable = part.variables.get(variable)?;
        let of = |node: &usize| findings.get(*node).copied().unwrap_or(Finding::Open(0.0));
        const NEVER: f64 = f64::NEG_INFINITY;
        let logs: Vec<f64> = match (&variable.law, variable.nodes.as_slice()) {
            (Law::Choice(_), nodes) => {
                let one_is = nodes.iter().any(|node| of(node) == Finding::Settled(true));
                nodes
                    .iter()
                    .map(|node| match of(node) {
                        Finding::Settled(true) => 0.0,
                        Finding::Open(log) if !one_is => log,
                        Finding::Open(_) | Finding::Settled(false) => NEVER,
                    })
                    .collect()
            }
            (_, nodes) => match of(nodes.first()?) {
                Finding::Open(log) => vec![0.0, log],
                Finding::Settled(false) => vec![0.0, NEVER],
                Finding::Settled(true) => vec![NEVER, 0.0],
            },
        };
        if logs.iter().all(|log| *log == 0.0) {
            return None;
        }
        let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mass = |log: &f64| if *log == NEVER { T::ZERO } else { T::exp(log - most) };
        Some(logs.iter().map(mass).collect())
    }

    /// Lets all tables agree, at these levels and findings, or those alone that tell of one axis.
    pub(super) fn calibrate<T: Mass>(
        &self,
        part: &Part,
        levels: &[f64],
        findings: &[Finding],
        wanted: Option<usize>,
    ) -> super::tree::Calibrated<T> {
        let law = |family: &Family| (family.clique, self.table(part, family, levels));
        let mut tables: Vec<(usize, Table<T>)> = self.families.par_iter().with_min_len(32).map(law).collect();
        for family in &self.families {
            if let Ok(axis) = family.own
                && let Some(cells) = Self::finding(part, family.variable, findings)
            {
                tables.push((family.clique, Table { axes: vec![axis], cells }));
            }
        }
        // A family without axes is a number; it stands in the first clique, if there is one.
        let mut alone = 0.0;
        let mut is_impossible = false;
        tables.retain(|(_, table)| match (table.axes.is_empty(), table.cells.first()) {
            (true, Some(cell)) => {
                is_impossible |= *cell <= T::ZERO;
                alone += cell.log();
                false
            }
            _ => true,
        });
        tables.extend(self.counts());
        let mut calibrated = {
            let tables = tables.iter().map(|(clique, table)| (*clique, table));
            self.tree.calibrate(tables, wanted.map(|axis| self.tree.home(axis)))
        };
        calibrated.log_mass = if is_impossible { f64::NEG_INFINITY } else { calibrated.log_mass + alone };
        calibrated
    }

    /// The tables of counts, each with a clique that holds it.
    pub(super) fn counts<T: Mass>(&self) -> impl Iterator<Item = (usize, Table<T>)> {
        self.counts.iter().filter_map(|(axes, cells)| {
            let cells = cells.iter().map(|cell| T::of(*cell)).collect();
            Some((self.tree.clique_with(axes)?, Table { axes: axes.clone(), cells }))
        })
    }

    /// The belief over a family, as rows of states for each state of the parents: without its own law at
    /// these levels, so that another level can be put in its place. Of a settled variable `None`.
    pub(super) fn without_law<T: Mass>(
        &self,
        part: &Part,
        family: &Family,
        calibrated: &super::tree::Calibrated<T>,
        levels: &[f64],
    ) -> Option<Vec<(Odds, Vec<f64>)>> {
        let own = family.own.ok()?;
        let mut axes = vec![own];
        axes.extend(&family.parents);
        let belief = calibrated.marginal(&self.tree, family.clique, &axes);
        let levels = own_levels(part, family.variable, levels);
        let count = belief.len() / family.odds.len().max(1);
        let rows = family.odds.iter().zip(belief.chunks(count.max(1)));
        let rows: Vec<(Odds, Vec<T>)> = rows
            .map(|(odds, row)| {
                let law = odds.states(&levels);
                let divided = row.iter().zip(law).map(|(belief, law)| belief.over(T::of(law))).collect();
                (odds.clone(), divided)
            })
            .collect();
        let most = rows
            .iter()
            .flat_map(|(_, row)| row)
            .fold(T::ZERO, |most, one| if *one > most { *one } else { most });
        let scaled = |row: Vec<T>| row.into_iter().map(|one| one.over(most).number()).collect();
        Some(rows.into_iter().map(|(odds, row)| (odds, scaled(row))).collect())
    }
}

/// The levels of the nodes of a variable.
pub(super) fn own_levels(part: &Part, variable: usize, levels: &[f64]) -> Vec<f64> {
    let nodes = part.variables.get(variable).map_or(&[][..], |variable| variable.nodes.as_slice());
    nodes.iter().map(|node| levels.get(*node).copied().unwrap_or(0.0)).collect()
}

impl Draft<'_> {
    fn axis(&mut self, size: usize, owner: Result<usize, usize>) -> usize {
        self.sizes.push(size);
        self.owner.push(owner);
        self.sizes.len() - 1
    }

    fn size(&self, axis: usize) -> usize {
        self.sizes.get(axis).copied().unwrap_or(1)
    }

    /// The variable of a node, the state in which the node is true, and the axis of the variable or its state.
    fn look(&self, node: usize) -> (usize, Result<usize, usize>) {
        let place = self.part.places.get(node).copied();
        let (variable, state) = place.map_or((0, 1), |place| (place.variable, place.state));
        let axis = self.axis_of.get(variable).copied().flatten();
        let known = self.settled.get(variable).copied().flatten();
        (state, axis.ok_or(known.unwrap_or(0)))
    }

    /// What inputs do: what is fixed, and for each axis what its states do.
    fn pushes(&self, inputs: &[Input]) -> (Push, Vec<Bears>) {
        let mut fixed = Push::default();
        let mut open: Vec<Bears> = Vec::new();
        for input in inputs {
            let (state, place) = self.look(input.source);
            let push = |is: bool| match input.bearing {
                Bearing::Weight(weight) if is => Push { weight, ..Push::default() },
                Bearing::Gate { when, then } if is == when => {
                    Push { denies: !then, grants: then, ..Push::default() }
                }
                Bearing::Weight(_) | Bearing::Gate { .. } => Push::default(),
            };
            match place {
                Err(known) => fixed = fixed.and(push(known == state)),
                Ok(axis) => {
                    let states: Vec<Push> = (0..self.size(axis)).map(|own| push(own == state)).collect();
                    match open.iter_mut().find(|(other, _)| *other == axis) {
                        Some((_, pushes)) => {
                            for (push, more) in pushes.iter_mut().zip(states) {
                                *push = push.and(more);
                            }
                        }
                        None => open.push((axis, states)),
                    }
                }
            }
        }
        open.sort_by_key(|(axis, _)| *axis);
        (fixed, open)
    }

    fn family(&mut self, at: usize, family: usize, most: usize) -> Option<Family> {
        let variable = self.part.variables.get(at)?;
        let own = match self.axis_of.get(at).copied().flatten() {
            Some(axis) => Ok(axis),
            None => Err(self.settled.get(at).copied().flatten().unwrap_or(0)),
        };
        let (parents, odds) = match &variable.law {
            Law::Odds(inputs) => {
                let (fixed, open) = self.pushes(inputs);
                let open = self.count_alike(open, family);
                let parents: Vec<usize> = open.iter().map(|(axis, _)| *axis).collect();
                self.cells(&parents, most)?;
                let mut rows = vec![fixed];
                for (_, states) in &open {
                    rows = states.iter().flat_map(|state| rows.iter().map(|row| row.and(*state))).collect();
                }
                (parents, rows.into_iter().map(Odds::Pushed).collect())
            }
            Law::Choice(scenarios) => {
                let scenarios: Vec<(Push, Vec<Bears>)> =
                    scenarios.iter().map(|inputs| self.pushes(inputs)).collect();
                let mut parents: Vec<usize> =
                    scenarios.iter().flat_map(|(_, open)| open.iter().map(|(axis, _)| *axis)).collect();
                parents.sort_unstable();
                parents.dedup();
                self.cells(&parents, most)?;
                let mut rows: Vec<Vec<Push>> = vec![scenarios.iter().map(|(fixed, _)| *fixed).collect()];
                for parent in &parents {
                    let states = 0..self.size(*parent);
                    let push = |scenario: usize, state: usize| {
                        let open = scenarios.get(scenario).map(|(_, open)| open);
                        let own = open.and_then(|open| open.iter().find(|(axis, _)| axis == parent));
                        own.and_then(|(_, states)| states.get(state)).copied().unwrap_or_default()
                    };
                    let push = &push;
                    rows = states
                        .flat_map(|state| {
                            rows.iter().map(move |row| {
                                let pairs = row.iter().enumerate();
                                pairs.map(|(scenario, own)| own.and(push(scenario, state))).collect()
                            })
                        })
                        .collect();
                }
                (parents, rows.into_iter().map(Odds::Scenarios).collect())
            }
            Law::Table { parents: nodes, rows } => {
                let looks: Vec<(usize, Result<usize, usize>)> =
                    nodes.iter().map(|node| self.look(*node)).collect();
                let mut parents: Vec<usize> = looks.iter().filter_map(|(_, place)| place.ok()).collect();
                parents.sort_unstable();
                parents.dedup();
                let cells = self.cells(&parents, most)?;
                let row = |mut cell: usize| {
                    let mut states = Vec::with_capacity(parents.len());
                    for parent in &parents {
                        states.push((*parent, cell % self.size(*parent)));
                        cell /= self.size(*parent);
                    }
                    let is = |(state, place): &(usize, Result<usize, usize>)| match place {
                        Err(known) => known == state,
                        Ok(axis) => states.contains(&(*axis, *state)),
                    };
                    let bits = looks.iter().enumerate();
                    let number: usize = bits.map(|(bit, look)| usize::from(is(look)) << bit).sum();
                    Odds::Row(rows.get(number).copied().unwrap_or(0.5))
                };
                let odds = (0..cells).map(row).collect();
                (parents, odds)
            }
        };
        Some(Family { variable: at, parents, own, odds, clique: usize::MAX })
    }

    /// The cells of a table over these axes, if there are no more than `most`.
    fn cells(&self, axes: &[usize], most: usize) -> Option<usize> {
        let cells = axes.iter().fold(1_usize, |cells, axis| cells.saturating_mul(self.size(*axis)));
        (cells <= most).then_some(cells)
    }

    /// Puts one axis that counts in the place of parents that bear alike, where a table over all would be large.
    fn count_alike(&mut self, open: Vec<Bears>, family: usize) -> Vec<Bears> {
        let cells = open.iter().fold(2_usize, |cells, (axis, _)| cells.saturating_mul(self.size(*axis)));
        if cells <= SMALL {
            return open;
        }
        let mut groups: Vec<(Vec<Push>, Vec<usize>)> = Vec::new();
        for (axis, states) in open {
            let alike = |(own, _): &&mut (Vec<Push>, Vec<usize>)| {
                own.len() == states.len() && own.iter().zip(&states).all(|(one, other)| one.is_like(other))
            };
            match groups.iter_mut().find(alike) {
                Some((_, axes)) => axes.push(axis),
                None => groups.push((states, vec![axis])),
            }
        }
        let mut out = Vec::new();
        for (states, axes) in groups {
            if axes.len() < 3 {
                out.extend(axes.into_iter().map(|axis| (axis, states.clone())));
            } else {
                out.push(self.count(&states, &axes, family));
            }
        }
        out
    }

    /// Adds up what alike parents do, one axis after the other: an axis for each sum, with its states.
    fn count(&mut self, states: &[Push], axes: &[usize], family: usize) -> (usize, Vec<Push>) {
        let mut sums: Vec<Push> = states.to_vec();
        let mut last = axes.first().copied().unwrap_or(0);
        for axis in axes.iter().skip(1) {
            let mut next: Vec<Push> = Vec::new();
            let mut way = Vec::with_capacity(sums.len() * states.len());
            for state in states {
                for sum in &sums {
                    let new = sum.and(*state).decided();
                    let found = next.iter().position(|old| old.is_like(&new));
                    way.push(found.unwrap_or(next.len()));
                    if found.is_none() {
                        next.push(new);
                    }
                }
            }
            let counter = self.axis(next.len(), Err(family));
            let cells =
                (0..next.len()).flat_map(|to| way.iter().map(move |goes| f64::from(u8::from(*goes == to))));
            self.counts.push((vec![last, *axis, counter], cells.collect()));
            (last, sums) = (counter, next);
        }
        (last, sums)
    }
}
