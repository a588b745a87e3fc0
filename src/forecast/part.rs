//! Parts: the network as numbers, cut where nothing connects.
//!
//! The model comes in, with its names and texts; variables with the laws that tie them to their parents come
//! out, in an order in which parents come first. Nothing is solved here: levels are wishes still.

mod order;
mod whole;

use crate::model::{Choice, Model, Node, NodeId, Rate};
use crate::value::Probability;

use self::whole::Whole;
use super::number::{logit, sigmoid};

/// Variables that are connected with each other and with nothing else. Nodes are numbered within the part.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// The node of the model for each node of the part.
    pub(crate) ids: Vec<NodeId>,
    /// What random numbers belong to each node: a hash of its id.
    pub(crate) keys: Vec<u64>,
    /// Parents before children.
    pub(crate) variables: Vec<Variable>,
    /// The place of each node.
    pub(crate) places: Vec<Place>,
    /// What each node's level is to give before all facts.
    pub(crate) targets: Vec<Target>,
}

/// Where a node is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The variable, by its number.
    pub(crate) variable: usize,
    /// The state of that variable in which the node is true: 1, or the number of the scenario in its choice.
    pub(crate) state: usize,
}

/// What takes one of several states. One node has the states false and true; the scenarios of a choice are
/// the states of one variable.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    /// The node, or the scenarios in the order of their states.
    pub(crate) nodes: Vec<usize>,
    /// How it depends on its parents.
    pub(crate) law: Law,
}

/// How a variable depends on its parents.
#[derive(Clone, Debug)]
pub(crate) enum Law {
    /// Log odds are the level and what comes in.
    Odds(Vec<Input>),
    /// One of several: for each state what comes in, besides its level.
    Choice(Vec<Vec<Input>>),
    /// The probability for each state of the parents; the first parent is the lowest bit of the row's number.
    /// The level shifts the log odds of all rows, and is 0 unless somebody states something.
    Table {
        /// The parents.
        parents: Vec<usize>,
        /// P(true), by row.
        rows: Vec<f64>,
    },
}

impl Law {
    /// The parents, in the order of their numbers.
    pub(crate) fn parents(&self) -> Vec<usize> {
        let mut all: Vec<usize> = match self {
            Self::Odds(inputs) => inputs.iter().map(|input| input.source).collect(),
            Self::Choice(lists) => lists.iter().flatten().map(|input| input.source).collect(),
            Self::Table { parents, .. } => parents.clone(),
        };
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The same where some parents have no say: of a table, where each row is the mean of the rows that differ in
    /// them alone.
    pub(crate) fn without(&self, sources: &[usize]) -> Self {
        let keep = |inputs: &[Input]| -> Vec<Input> {
            inputs.iter().filter(|input| !sources.contains(&input.source)).copied().collect()
        };
        match self {
            Self::Odds(inputs) => Self::Odds(keep(inputs)),
            Self::Choice(lists) => Self::Choice(lists.iter().map(|inputs| keep(inputs)).collect()),
            Self::Table { parents, rows } => {
                let (mut parents, mut rows) = (parents.clone(), rows.clone());
                while let Some(bit) = parents.iter().position(|parent| sources.contains(parent)) {
                    parents.remove(bit);
                    let low = |row: usize| (row >> bit << (bit + 1)) | (row & ((1 << bit) - 1));
                    let at = |row: usize| rows.get(row).copied().unwrap_or(0.5);
                    rows = (0..rows.len() / 2)
                        .map(|row| f64::midpoint(at(low(row)), at(low(row) | 1 << bit)))
                        .collect();
                }
                Self::Table { parents, rows }
            }
        }
    }

    /// The probability of each state where parents have theirs: of false and true, or of each scenario.
    pub(crate) fn states(&self, levels: &[f64], is: impl Fn(usize) -> bool) -> Vec<f64> {
        // The log odds, and what gates say.
        let push = |inputs: &[Input], level: f64| {
            let (mut log, mut acts) = (level, [false; 2]);
            for input in inputs {
                match input.bearing {
                    Bearing::Weight(weight) if is(input.source) => log += weight,
                    Bearing::Gate { when, then } if is(input.source) == when => {
                        if let Some(act) = acts.get_mut(usize::from(then)) {
                            *act = true;
                        }
                    }
                    Bearing::Weight(_) | Bearing::Gate { .. } => {}
                }
            }
            (log, acts)
        };
        let level = levels.first().copied().unwrap_or(0.0);
        let two = |yes: f64| vec![1.0 - yes, yes];
        match self {
            Self::Odds(inputs) => two(match push(inputs, level) {
                (_, [true, _]) => 0.0,
                (_, [_, true]) => 1.0,
                (log, _) => sigmoid(log),
            }),
            Self::Table { parents, rows } => {
                let row: usize =
                    parents.iter().enumerate().map(|(bit, parent)| usize::from(is(*parent)) << bit).sum();
                let row = rows.get(row).copied().unwrap_or(0.5);
                two(if level == 0.0 { row } else { sigmoid(logit(row) + level) })
            }
            Self::Choice(lists) => {
                let all: Vec<(f64, [bool; 2])> =
                    lists.iter().zip(levels).map(|(inputs, level)| push(inputs, *level)).collect();
                let granted = all.iter().any(|(_, [denied, granted])| *granted && !denied);
                let open = |[denied, own]: [bool; 2]| !denied && (own || !granted);
                let none = !all.iter().any(|(_, acts)| open(*acts));
                let logs =
                    all.iter().map(|(log, acts)| if none || open(*acts) { *log } else { f64::NEG_INFINITY });
                let most = logs.clone().fold(f64::NEG_INFINITY, f64::max);
                let masses: Vec<f64> = logs.map(|log| super::number::exp(log - most)).collect();
                let sum: f64 = masses.iter().sum();
                masses.into_iter().map(|mass| mass / sum).collect()
            }
        }
    }
}

/// What comes in from a parent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Input {
    /// The parent.
    pub(crate) source: usize,
    /// What it does.
    pub(crate) bearing: Bearing,
}

/// What a parent does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bearing {
    /// Adds to the log odds where the parent is true.
    Weight(f64),
    /// Where the parent is `when`, this is `then`. A gate to false is stronger than one to true.
    Gate {
        /// The state of the parent.
        when: bool,
        /// The state of this.
        then: bool,
    },
}

/// What a level is to give.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    /// This probability, outside view included.
    Stated(f64),
    /// What the edges imply.
    Implied {
        /// Sources with P(this | true) and P(this | false).
        edges: Vec<(usize, f64, f64)>,
        /// A node that it is as likely as, by a tie without numbers.
        like: Option<usize>,
        /// Log odds of the class and their weight.
        outside: Option<(f64, f64)>,
    },
    /// A table needs no level.
    Table,
    /// The level is what it is.
    Level(f64),
}

impl Target {
    /// The nodes whose probabilities it is made of.
    pub(crate) fn sources(&self) -> Vec<usize> {
        match self {
            Self::Implied { edges, like, .. } => {
                edges.iter().map(|(source, ..)| *source).chain(*like).collect()
            }
            Self::Stated(_) | Self::Table | Self::Level(_) => Vec::new(),
        }
    }

    /// The probability aimed at, given those of the sources. `None`: nothing is aimed at.
    pub(crate) fn probability(&self, of: impl Fn(usize) -> f64) -> Option<f64> {
        match self {
            Self::Stated(probability) => Some(*probability),
            Self::Table | Self::Level(_) => None,
            Self::Implied { edges, like, outside } => {
                let implied = edges.iter().map(|(source, yes, no)| {
                    let source = of(*source);
                    logit(source * yes + (1.0 - source) * no)
                });
                let alike = like.map(|node| logit(of(node)));
                let inside = mean(implied.chain(alike)).unwrap_or(0.0);
                Some(sigmoid(outside.map_or(inside, |(rate, weight)| blend(inside, rate, weight))))
            }
        }
    }
}

/// The mean of log odds; what is certain weighs more than any number of others, unless it is contradicted.
fn mean(all: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut count, mut yes, mut no) = (0.0, 0_u32, false, false);
    for one in all {
        if one.is_finite() {
            sum += one;
            count += 1;
        } else {
            yes |= one > 0.0;
            no |= one < 0.0;
        }
    }
    match (yes, no) {
        (true, false) => Some(f64::INFINITY),
        (false, true) => Some(f64::NEG_INFINITY),
        _ if count > 0 => Some(sum / f64::from(count)),
        (true, true) => Some(0.0),
        (false, false) => None,
    }
}

pub(crate) fn blend(inside: f64, rate: f64, weight: f64) -> f64 {
    if weight >= 1.0 { rate } else { (1.0 - weight) * inside + weight * rate }
}

/// Log odds of a class.
fn class_log_odds(rate: Rate) -> f64 {
    logit(rate.as_f64())
}

/// The log odds of the class of a node, and its weight.
pub(crate) fn outside(model: &Model, node: &Node) -> Option<(f64, f64)> {
    let outside = node.outside?;
    let class = model.classes.get(outside.class.index())?;
    Some((class_log_odds(class.rate), outside.weight.as_f64()))
}

/// What is stated of a scenario, or what the others leave.
pub(crate) fn share(model: &Model, id: NodeId, choice: &Choice) -> f64 {
    let node = model.node(id);
    match node.prior {
        Some(prior) if !node.rest => prior.value.as_f64(),
        _ => {
            let others = choice.scenarios.iter().filter(|other| **other != id);
            let others = others.filter_map(|other| model.node(*other).prior);
            let sum = others.fold(Probability::ZERO, |sum, prior| sum.plus(prior.value));
            Probability::ONE.minus(sum).as_f64()
        }
    }
}

/// A hash of an id that no machine and no release changes (FNV-1a, mixed once more).
pub(crate) fn key(id: &str) -> u64 {
    let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
    let hash = id.bytes().fold(0xCBF2_9CE4_8422_2325, fold);
    super::number::mix(hash)
}

/// The parts of a network, in the order of their first nodes.
pub(crate) fn parts(model: &Model) -> Vec<Part> {
    Whole::of(model).parts()
}
