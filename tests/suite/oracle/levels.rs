//! Levels: the numbers that make probabilities what was stated. "Levels" of the page, and the solving that
//! "Statements" needs too.

use std::collections::BTreeMap;

use forecastc::model::{NodeId, Rate};
use forecastc::value::Date;

use super::Refusal;
use super::network::{Case, Implying, Network, Variable, logit};

/// The level of every node. Minus and plus infinity stand for the nearest that gates leave.
pub(super) type Levels = Vec<f64>;

/// No level that can be asked for lies beyond these.
const BOUND: f64 = 4000.0;
/// Sweeps over levels that hold together, before they count as not settling.
const SWEEPS: usize = 600;

pub(super) fn logistic(x: f64) -> f64 {
    if x >= 0.0 { 1.0 / (1.0 + (-x).exp()) } else { x.exp() / (1.0 + x.exp()) }
}

impl Variable {
    fn level(&self, levels: &Levels, value: usize) -> f64 {
        match (self.is_choice, value) {
            (true, _) => levels[self.nodes[value].index()],
            (false, 0) => 0.0,
            (false, _) => levels[self.nodes[0].index()],
        }
    }

    /// P(value | case), by the definition: proportional to exp(level + offset) among the allowed.
    pub(super) fn chances(&self, case: &Case, levels: &Levels) -> Vec<f64> {
        let height = |value: usize| self.level(levels, value) + case.offset[value];
        let allowed = (0..self.values).filter(|value| case.allowed[*value]);
        let highest = allowed.map(height).fold(f64::NEG_INFINITY, f64::max);
        let share = |value: usize| match () {
            () if !case.allowed[value] => 0.0,
            () if height(value) == highest => 1.0,
            () => (height(value) - highest).exp(),
        };
        let shares: Vec<f64> = (0..self.values).map(share).collect();
        let sum: f64 = shares.iter().sum();
        shares.into_iter().map(|share| share / sum).collect()
    }

    /// Joint states of the variables before and of this one, from those before and P of its values in each case.
    pub(super) fn extend(&self, joint: &mut Vec<f64>, chances: &[Vec<f64>]) {
        // The value 0 takes the place of the states before, the others come behind.
        for value in (0..self.values).rev() {
            for state in 0..self.stride {
                let product = joint[state] * chances[usize::from(self.case_of[state])][value];
                match value {
                    0 => joint[state] = product,
                    _ => {
                        let at = value * self.stride + state;
                        if joint.len() <= at {
                            joint.resize(at + 1, 0.0);
                        }
                        joint[at] = product;
                    }
                }
            }
        }
    }
}

impl Network<'_> {
    /// P of every joint state at these levels; without the factor of one variable, if one is named.
    pub(super) fn joint(&self, levels: &Levels, without: Option<usize>) -> Vec<f64> {
        let mut joint = vec![1.0];
        joint.reserve_exact(self.states);
        for (at, variable) in self.variables.iter().enumerate() {
            self.extend(&mut joint, variable, levels, without == Some(at));
        }
        joint
    }

    fn extend(&self, joint: &mut Vec<f64>, variable: &Variable, levels: &Levels, is_left_out: bool) {
        let chances: Vec<Vec<f64>> = (0..variable.cases.len())
            .map(|case| match is_left_out {
                true => vec![1.0; variable.values],
                false => variable.chances(&variable.cases[case], levels),
            })
            .collect();
        variable.extend(joint, &chances);
    }

    /// P of a node among joint states of any weight; not a number where all of it is zero.
    pub(super) fn probability(&self, joint: &[f64], node: NodeId) -> f64 {
        let (place, truth) = (self.place[node.index()], self.truth[node.index()]);
        let (stride, values) = (self.variables[place].stride, self.variables[place].values);
        let (mut yes, mut no) = (0.0, 0.0);
        for (state, weight) in joint.iter().enumerate() {
            if state / stride % values == truth {
                yes += weight;
            } else {
                no += weight;
            }
        }
        yes / (yes + no)
    }

    /// The levels before all facts.
    pub(super) fn first_levels(&self) -> Result<Levels, Refusal> {
        let mut levels = vec![0.0; self.model.nodes.len()];
        let mut joint = vec![1.0];
        for (at, variable) in self.variables.iter().enumerate() {
            let mut masses = vec![vec![0.0; variable.values]; variable.cases.len()];
            for (state, weight) in joint.iter().enumerate() {
                masses[usize::from(variable.case_of[state])].iter_mut().for_each(|mass| *mass += weight);
            }
            let node = variable.nodes[0];
            if variable.is_choice {
                let wanted = self.choice(variable);
                self.settle(&wanted, &mut levels, None, |_, _| masses.clone())?;
            } else if variable.has_table {
                // As it is written: no shift.
            } else if let Some(prior) = self.model.node(node).prior {
                let wanted = [(node, self.blend(node, logit(prior.value.as_f64())))];
                self.settle(&wanted, &mut levels, None, |_, _| masses.clone())?;
            } else {
                let mut sources: BTreeMap<NodeId, f64> = BTreeMap::new();
                for one in &variable.implying {
                    let (Implying::Numbers(source, ..) | Implying::Likewise(source)) = *one;
                    sources.entry(source).or_insert_with(|| self.probability(&joint, source));
                }
                let wanted = self.blend(node, implied(&variable.implying, &sources)?);
                levels[node.index()] = match Balance::of(variable, 1, &masses, &levels).find(wanted) {
                    Found::Level(level) => level,
                    Found::Below => f64::NEG_INFINITY,
                    Found::Above => f64::INFINITY,
                    Found::Unclear(why) => return Err(Refusal::Unclear(why)),
                };
            }
            debug_assert_eq!(self.place[node.index()], at);
            self.extend(&mut joint, variable, &levels, false);
        }
        Ok(levels)
    }

    /// The log odds at which a node begins that says or implies these: with its outside view.
    fn blend(&self, node: NodeId, inside: f64) -> f64 {
        let Some(view) = self.model.node(node).outside else { return inside };
        let rate = match self.model.classes[view.class.index()].rate {
            Rate::Seen { times, of } => (f64::from(times) + 0.5) / (f64::from(of) + 1.0),
            Rate::Given(rate) => rate.as_f64(),
        };
        let weight = view.weight.as_f64();
        let part = |weight: f64, log_odds: f64| if weight == 0.0 { 0.0 } else { weight * log_odds };
        part(1.0 - weight, inside) + part(weight, logit(rate))
    }

    /// The log odds that a node states or implies, and those that it aims at with outside views. None of a node with
    /// a table, which is as it is written.
    pub(super) fn aim(&self, node: NodeId, first: &Levels) -> Result<Option<[f64; 2]>, Refusal> {
        let variable = &self.variables[self.place[node.index()]];
        if variable.has_table {
            return Ok(None);
        }
        let prior = self.model.node(node).prior.map(|prior| prior.value.as_f64());
        if variable.is_choice {
            let stated = |node: &NodeId| self.model.node(*node).prior.map(|prior| prior.value.as_f64());
            let rest = 1.0 - variable.nodes.iter().filter_map(stated).sum::<f64>();
            let aims = self.choice(variable);
            let aim = aims.iter().find(|(other, _)| *other == node).map(|(_, aim)| *aim);
            return Ok(aim.map(|aim| [logit(prior.unwrap_or(rest)), aim]));
        }
        let inside = match prior {
            Some(prior) => logit(prior),
            None => {
                let joint = self.joint(first, None);
                let sources = variable.implying.iter().map(|one| {
                    let (Implying::Numbers(source, ..) | Implying::Likewise(source)) = *one;
                    (source, self.probability(&joint, source))
                });
                implied(&variable.implying, &sources.collect())?
            }
        };
        Ok(Some([inside, self.blend(node, inside)]))
    }

    /// What the scenarios of a choice begin at.
    fn choice(&self, variable: &Variable) -> Vec<(NodeId, f64)> {
        let stated = |node: &NodeId| self.model.node(*node).prior.map(|prior| prior.value.as_f64());
        let rest = 1.0 - variable.nodes.iter().filter_map(stated).sum::<f64>();
        let inside = variable.nodes.iter().map(|node| logit(stated(node).unwrap_or(rest)));
        let blended = variable.nodes.iter().zip(inside).map(|(node, inside)| self.blend(*node, inside));
        let numbers: Vec<f64> = blended.map(logistic).collect();
        let sum: f64 = numbers.iter().sum();
        variable.nodes.iter().zip(numbers).map(|(node, number)| (*node, logit(number / sum))).collect()
    }

    /// Finds levels of these nodes at which each has the log odds that are wanted, the others staying.
    ///
    /// `masses` gives, for a variable, the weight of each of its cases and values without its own factor. One
    /// level after the other is found by bisection, until a sweep finds all of them in place.
    pub(super) fn settle(
        &self,
        wanted: &[(NodeId, f64)],
        levels: &mut Levels,
        day: Option<Date>,
        masses: impl Fn(&Levels, usize) -> Vec<Vec<f64>>,
    ) -> Result<(), Refusal> {
        for (node, _) in wanted {
            if levels[node.index()].is_infinite() {
                levels[node.index()] = 0.0;
            }
        }
        let mut outside = None;
        for sweep in 0..SWEEPS {
            let mut farthest = 0.0_f64;
            outside = None;
            for (node, log_odds) in wanted {
                let place = self.place[node.index()];
                let masses = masses(levels, place);
                let balance = Balance::of(&self.variables[place], self.truth[node.index()], &masses, levels);
                let level = &mut levels[node.index()];
                let off = (balance.log_odds(*level) - log_odds).abs();
                match balance.find(*log_odds) {
                    // What is as near as numbers go stays, so that it can come to rest.
                    Found::Level(_) if sweep > 0 && off < 1e-13 => {}
                    Found::Level(found) => {
                        farthest = farthest.max(off);
                        *level = found;
                    }
                    Found::Unclear(why) => return Err(Refusal::Unclear(why)),
                    Found::Below | Found::Above if wanted.len() == 1 => {
                        return Err(Refusal::OutOfReach(*node, day));
                    }
                    Found::Below => (outside, *level) = (Some(*node), level.min(0.0) - 1.0),
                    Found::Above => (outside, *level) = (Some(*node), level.max(0.0) + 1.0),
                }
            }
            if outside.is_none() && (wanted.len() == 1 || sweep > 0 && farthest == 0.0) {
                return Ok(());
            }
        }
        let far = wanted.iter().find(|(node, _)| levels[node.index()].abs() > 30.0).map(|(node, _)| *node);
        match outside.or(far) {
            Some(node) => Err(Refusal::OutOfReach(node, day)),
            None => Err(Refusal::Unclear("levels that hold together do not settle")),
        }
    }
}

/// The mean, in log odds, of what the edges into a node imply.
fn implied(implying: &[Implying], sources: &BTreeMap<NodeId, f64>) -> Result<f64, Refusal> {
    let all = implying.iter().map(|one| match one {
        Implying::Numbers(source, yes, no) => {
            let q = sources[source];
            logit(q * yes + (1.0 - q) * no)
        }
        Implying::Likewise(source) => logit(sources[source]),
    });
    let all: Vec<f64> = all.collect();
    let mean = if all.is_empty() { 0.0 } else { all.iter().sum::<f64>() / all.len() as f64 };
    if mean.is_nan() { Err(Refusal::Unclear("edges that imply 0% and 100%")) } else { Ok(mean) }
}

/// The weights of one value of a variable against all others, as far as they depend on its level.
pub(super) struct Balance {
    /// Cases in which it may be so or not: the two weights, and its offset less what the other values weigh.
    free: Vec<(f64, f64, f64)>,
    /// The weight in which gates make it so, and that in which they rule it out.
    always: f64,
    never: f64,
}

enum Found {
    Level(f64),
    /// What is wanted lies below all that a level can reach, or at its lower end; or above.
    Below,
    Above,
    Unclear(&'static str),
}

impl Balance {
    /// `masses` are the weights of each case and value without the factor of this variable.
    fn of(variable: &Variable, value: usize, masses: &[Vec<f64>], levels: &Levels) -> Self {
        let mut balance = Self { free: Vec::new(), always: 0.0, never: 0.0 };
        for (case, masses) in variable.cases.iter().zip(masses) {
            let others = (0..variable.values).filter(|other| *other != value && case.allowed[*other]);
            let heights: Vec<(usize, f64)> =
                others.map(|other| (other, variable.level(levels, other) + case.offset[other])).collect();
            let highest = heights.iter().map(|(_, height)| *height).fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = heights.iter().map(|(_, height)| (height - highest).exp()).sum();
            let other: f64 =
                heights.iter().map(|(at, height)| masses[*at] * (height - highest).exp() / sum).sum();
            match (case.allowed[value], heights.is_empty()) {
                (false, _) => balance.never += other,
                (true, true) => balance.always += masses[value],
                (true, false) => {
                    let offset = case.offset[value] - highest - sum.ln();
                    balance.free.push((masses[value], other, offset));
                }
            }
        }
        balance
    }

    /// The weights for and against at a level.
    fn weights(&self, level: f64) -> (f64, f64) {
        let (mut yes, mut no) = (self.always, self.never);
        for (mine, other, offset) in &self.free {
            yes += mine * logistic(level + offset);
            no += other * logistic(-level - offset);
        }
        (yes, no)
    }

    fn log_odds(&self, level: f64) -> f64 {
        let (yes, no) = self.weights(level);
        yes.ln() - no.ln()
    }

    fn find(&self, wanted: f64) -> Found {
        let mine: f64 = self.free.iter().map(|(mine, ..)| mine).sum();
        let other: f64 = self.free.iter().map(|(_, other, _)| other).sum();
        // In the limit of no level at all the free weight is all against, or it vanishes; and the other way.
        let share = |yes: f64, no: f64, empty: f64| if yes + no > 0.0 { yes / (yes + no) } else { empty };
        let least = share(self.always, self.never + other, 1.0);
        let most = share(self.always + mine, self.never, 0.0);
        let aim = logistic(wanted);
        if most - least < 1e-12 {
            // Nothing depends on the level.
            return match () {
                () if (aim - least).abs() < 1e-9 => Found::Level(0.0),
                () if aim < least => Found::Below,
                () => Found::Above,
            };
        }
        if aim <= least {
            return Found::Below;
        }
        if aim >= most {
            return Found::Above;
        }
        if aim - least < 1e-9 && least > 0.0 || most - aim < 1e-9 && most < 1.0 {
            return Found::Unclear("at the very border of what gates leave");
        }
        let (mut low, mut high) = (-BOUND, BOUND);
        loop {
            let middle = low / 2.0 + high / 2.0;
            if middle <= low || middle >= high {
                break;
            }
            if self.log_odds(middle) < wanted {
                low = middle;
            } else {
                high = middle;
            }
        }
        let (yes, no) = self.weights(low);
        let slopes = self.free.iter().map(|(mine, other, offset)| {
            (mine / yes + other / no) * logistic(low + offset) * logistic(-low - offset)
        });
        if slopes.sum::<f64>() < 1e-4 {
            return Found::Unclear("a level that hardly matters, so that rounding decides it");
        }
        Found::Level(low)
    }
}
