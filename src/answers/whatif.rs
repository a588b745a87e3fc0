//! What if: which nodes move, and how far, where others have certain states.

use std::cmp::Ordering;
use std::sync::OnceLock;

use rayon::prelude::*;

use super::information::information;
use crate::forecast::{Belief, Book, Forecast, Objection, Way, share_error};
use crate::model::{Model, NodeId};

/// What moves less is not told.
const STILL: f64 = 1e-9;
/// Fewer bits are nothing.
const NOTHING: f64 = 1e-9;
/// A sampled move is told from so many standard errors on.
const CLEAR: f64 = 1.96;

/// How a node moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Move {
    /// The node.
    pub node: NodeId,
    /// How likely it is now.
    pub from: f64,
    /// How likely it would be.
    pub to: f64,
    /// The standard error of that; 0 where it is exact.
    pub error: f64,
}

impl Move {
    /// By how much it moves.
    pub fn by(&self) -> f64 {
        self.to - self.from
    }

    fn is_clear(&self, from_error: f64) -> bool {
        self.by().abs() > STILL + CLEAR * self.error.hypot(from_error)
    }
}

/// What follows if nodes have these states: every node that moves, those that move most first.
///
/// # Errors
///
/// If it cannot be supposed.
pub fn whatif(
    model: &Model,
    forecast: &Forecast,
    states: &[(NodeId, bool)],
    way: Way,
) -> Result<Vec<Move>, Objection> {
    let supposition = forecast.suppose(model, states, way)?;
    let moves = model.nodes().filter(|(node, _)| supposition.concerns(*node)).filter_map(|(node, _)| {
        let (from, to) = (forecast.now(node)?, supposition.belief(node)?);
        let moved = Move { node, from: from.probability, to: to.probability, error: to.error };
        let is_supposed = states.iter().any(|(supposed, _)| *supposed == node);
        (!is_supposed && moved.is_clear(from.error)).then_some(moved)
    });
    Ok(first(moves.collect(), usize::MAX, by_size))
}

/// Those that move most come first, then it goes by id.
fn by_size(one: &Move, other: &Move) -> Ordering {
    other.by().abs().total_cmp(&one.by().abs()).then(one.node.cmp(&other.node))
}

/// Those that it tells most about come first, then it goes by id.
fn by_information(one: &Both, other: &Both) -> Ordering {
    other.information.total_cmp(&one.information).then(one.node.cmp(&other.node))
}

/// The first ones in an order, without the room that the others took.
fn first<T>(mut all: Vec<T>, count: usize, order: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    if count < all.len() {
        all.select_nth_unstable_by(count, &order);
        all.truncate(count);
    }
    all.shrink_to_fit();
    all.sort_unstable_by(order);
    all
}

/// What would follow from either outcome of one node.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// The nodes that move most if it comes true.
    pub yes: Vec<Move>,
    /// The same if it does not.
    pub no: Vec<Move>,
    /// What its outcome would tell about all other nodes, in bits; other scenarios of its choice are left out.
    pub information: f64,
    /// The nodes that it tells most about: what they tell about it is as much.
    pub closest: Vec<Both>,
}

impl Effect {
    /// The same where nodes are numbered anew.
    pub(super) fn with_nodes(mut self, now: impl Fn(NodeId) -> NodeId) -> Self {
        self.yes.iter_mut().chain(&mut self.no).for_each(|moved| moved.node = now(moved.node));
        self.closest.iter_mut().for_each(|both| both.node = now(both.node));
        self
    }
}

/// Every single what-if of a network.
#[derive(Debug)]
pub struct Effects<'a> {
    model: &'a Model,
    forecast: &'a Forecast,
    book: Option<Sheet<'a>>,
}

/// A book with the counts that every pair needs.
#[derive(Debug)]
struct Sheet<'a> {
    book: &'a Book,
    /// How often each node is true, counted when it is asked for.
    ones: Vec<OnceLock<Vec<u32>>>,
    worlds: Vec<u32>,
}

/// What the outcomes of one node make of another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Both {
    /// The other node.
    pub node: NodeId,
    /// How likely it would be if the first came true, and if it did not, each with its standard error.
    pub given: [(f64, f64); 2],
    /// What the outcome of the first tells about it, in bits.
    pub information: f64,
}

impl<'a> Effects<'a> {
    /// Of a forecast of this model. A book is drawn where not everything is exact.
    pub fn new(model: &'a Model, forecast: &'a Forecast) -> Self {
        let is_open = |node: NodeId| {
            forecast.now(node).is_some_and(|belief| belief.probability > 0.0 && belief.probability < 1.0)
        };
        let needs_book = model.nodes().any(|(node, _)| is_open(node) && !forecast.can_split(node));
        let book = needs_book.then(|| {
            let book = forecast.book();
            let ones = vec![OnceLock::new(); model.nodes.len()];
            let worlds = book.worlds_by_share();
            Sheet { book, ones, worlds }
        });
        Self { model, forecast, book }
    }

    /// What either outcome of a node makes of every other, in the order of ids. None of a node that is settled or
    /// has no number.
    pub fn of(&self, node: NodeId) -> Option<Vec<Both>> {
        let own = open(self.forecast.now(node)?)?;
        if let Some([yes, no]) = self.forecast.split(node) {
            let both = yes.into_iter().zip(no).filter(|((other, _), _)| *other != node);
            let both = both.filter_map(|((other, yes), (_, no))| {
                self.forecast.now(other)?;
                let given = [(yes, 0.0), (no, 0.0)];
                Some(Both { node: other, given, information: information(own, given) })
            });
            return Some(both.collect());
        }
        let sheet = self.book.as_ref()?;
        let mut room = Vec::new();
        let others = self.forecast.connected(node).filter(|other| *other != node);
        let both = others.filter_map(|other| {
            open(self.forecast.now(other)?)?;
            let given = sheet.given(node, other, &mut room)?;
            Some(Both { node: other, given, information: information(own, given) })
        });
        Some(both.collect())
    }

    /// The nodes that either outcome of a node moves most, so many each way.
    pub fn effect(&self, node: NodeId, top: usize) -> Option<Effect> {
        let all = self.of(node)?;
        let [yes, no] = [0, 1].map(|outcome| {
            let moves = all.iter().filter_map(|both| {
                let from = self.forecast.now(both.node)?;
                let (to, error) = both.given.get(outcome).copied()?;
                let moved = Move { node: both.node, from: from.probability, to, error };
                moved.is_clear(from.error).then_some(moved)
            });
            first(moves.collect(), top, by_size)
        });
        // That one scenario leaves out the others of its choice is nothing that anyone would learn.
        let mut closest: Vec<Both> =
            all.into_iter().filter(|both| !self.is_beside(node, both.node)).collect();
        let information = closest.iter().map(|both| both.information).sum();
        closest.retain(|both| both.information > NOTHING);
        Some(Effect { yes, no, information, closest: first(closest, top, by_information) })
    }

    /// What either outcome of the other node makes of this one, from what this one makes of it.
    pub fn back(&self, node: NodeId, both: &Both) -> Option<[(f64, f64); 2]> {
        if !self.forecast.can_split(node) {
            return self.book.as_ref()?.given(both.node, node, &mut Vec::new());
        }
        let (own, other) = (self.forecast.now(node)?.probability, open(self.forecast.now(both.node)?)?);
        let [(with, _), _] = both.given;
        Some([(own * with / other, 0.0), (own * (1.0 - with) / (1.0 - other), 0.0)])
    }

    /// What either outcome of a node makes of some others.
    pub fn among(&self, node: NodeId, others: &[NodeId]) -> Vec<Both> {
        if others.is_empty() {
            return Vec::new();
        }
        if self.forecast.can_split(node) {
            let all = self.of(node).unwrap_or_default();
            return all.into_iter().filter(|both| others.contains(&both.node)).collect();
        }
        let Some(own) = self.forecast.now(node).and_then(open) else { return Vec::new() };
        let mut room = Vec::new();
        let both = others.iter().filter_map(|other| {
            open(self.forecast.now(*other)?)?;
            let given = self.book.as_ref()?.given(node, *other, &mut room)?;
            Some(Both { node: *other, given, information: information(own, given) })
        });
        both.collect()
    }

    /// Whether two nodes are scenarios of one choice.
    pub(super) fn is_beside(&self, one: NodeId, other: NodeId) -> bool {
        let choice = |node: NodeId| self.model.node(node).choice;
        choice(one).is_some() && choice(one) == choice(other)
    }

    /// The same of all nodes, in the order of ids.
    pub fn all(&self, top: usize) -> Vec<Option<Effect>> {
        let nodes: Vec<NodeId> = self.model.nodes().map(|(node, _)| node).collect();
        nodes.par_iter().map(|node| self.effect(*node, top)).collect()
    }
}

fn open(belief: Belief) -> Option<f64> {
    (belief.probability > 0.0 && belief.probability < 1.0).then_some(belief.probability)
}

impl Sheet<'_> {
    fn ones(&self, node: NodeId) -> Option<&Vec<u32>> {
        Some(self.ones.get(node.index())?.get_or_init(|| self.book.ones(node)))
    }

    /// P(other | one) and P(other | not one), counted.
    fn given(&self, one: NodeId, other: NodeId, both: &mut Vec<u32>) -> Option<[(f64, f64); 2]> {
        self.book.both_by_share(one, other, both);
        let (ones, others) = (self.ones(one)?, self.ones(other)?);
        let yes = || ones.iter().zip(both.iter()).map(|(of, so)| (f64::from(*so), f64::from(*of)));
        let rest = || self.worlds.iter().zip(ones).zip(others.iter().zip(both.iter()));
        let no = || rest().map(|((all, one), (other, both))| (f64::from(other - both), f64::from(all - one)));
        let share = |counts: &mut dyn Iterator<Item = (f64, f64)>| {
            let (so, of) = counts.fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
            (of > 0.0).then(|| so / of)
        };
        let (with, without) = (share(&mut yes())?, share(&mut no())?);
        Some([(with, share_error(yes(), with)), (without, share_error(no(), without))])
    }
}
