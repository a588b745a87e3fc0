//! Memory: what was answered about a part of the network before, by what it was answered from.
//!
//! What either outcome of each node would move, why each number is what it is and whether claims hold take longest
//! of all answers, and follow from the numbers of a part or a few alone. So they are worked out once for as long as
//! those stay as they are.

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rayon::prelude::*;

use super::assertions::{Grounds, Judged, judge};
use super::query::Asker;
use super::whatif::{Effect, Effects};
use super::why::{self, Why};
use crate::forecast::{Forecast, filled};
use crate::model::{Assertion, Event, Model, Node, NodeId};

/// What one round of answers leaves to the next.
#[derive(Debug, Default)]
pub struct Memory {
    before: Mutex<BTreeMap<Mark, Arc<Known>>>,
    /// What came of claims.
    judged: Mutex<BTreeMap<Mark, Judged>>,
}

/// What answers follow from.
pub(super) type Mark = [u64; 2];

/// The answers about a part, by the places of its nodes, as they were asked for.
#[derive(Debug)]
struct Known {
    /// The nodes as they were numbered when the first was; all answers name them so.
    nodes: Vec<NodeId>,
    effects: Vec<OnceLock<Option<Effect>>>,
    whys: Vec<OnceLock<Option<Why>>>,
}

/// What is known of every node: what its outcomes would move, and why its number is what it is.
#[derive(Debug)]
pub(crate) struct Answers {
    /// How many that move are told each way.
    top: usize,
    /// The part of each node and its place there.
    places: Vec<Option<(usize, usize)>>,
    parts: Vec<(Vec<NodeId>, Arc<Known>)>,
}

impl Memory {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers about all nodes, so many that are moved each way. Each is worked out when it is asked for, unless it
    /// is remembered; what belongs to numbers that are no more is forgotten.
    pub(crate) fn answers(&self, model: &Model, forecast: &Forecast, top: usize) -> Answers {
        let mut before = self.before.lock().unwrap_or_else(PoisonError::into_inner);
        let mut kept = BTreeMap::new();
        let mut answers = Answers { top, places: vec![None; model.nodes.len()], parts: Vec::new() };
        for (nodes, key) in forecast.ends() {
            let mark = mark(model, forecast, nodes, key, top);
            let known = before.get(&mark).cloned().unwrap_or_else(|| Arc::new(Known::new(nodes)));
            for (place, node) in nodes.iter().enumerate() {
                if let Some(slot) = answers.places.get_mut(node.index()) {
                    *slot = Some((answers.parts.len(), place));
                }
            }
            kept.insert(mark, Arc::clone(&known));
            answers.parts.push((nodes.to_vec(), known));
        }
        *before = kept;
        answers
    }

    /// Judges every assertion of a model, in its order. One whose numbers are as they were is not judged again.
    pub(crate) fn judged(&self, model: &Model, forecast: &Forecast) -> Vec<Judged> {
        let grounds = Grounds::new(model, forecast);
        let asker = Asker::new(model, forecast);
        let known = self.judged.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let judged = |assertion: &Assertion| {
            let mark = grounds.mark(&assertion.claim);
            let judged = known.get(&mark).cloned();
            (mark, judged.unwrap_or_else(|| judge(model, &assertion.claim, &|question| asker.ask(question))))
        };
        let all: Vec<(Mark, Judged)> = model.assertions.par_iter().map(judged).collect();
        *self.judged.lock().unwrap_or_else(PoisonError::into_inner) = all.iter().cloned().collect();
        all.into_iter().map(|(_, judged)| judged).collect()
    }
}

impl Known {
    fn new(nodes: &[NodeId]) -> Self {
        let count = nodes.len();
        Self {
            nodes: nodes.to_vec(),
            effects: vec![OnceLock::new(); count],
            whys: vec![OnceLock::new(); count],
        }
    }
}

impl Answers {
    /// What either outcome of a node would move.
    pub(crate) fn effect(&self, effects: &Effects<'_>, node: NodeId) -> Option<Effect> {
        let (nodes, known, place) = self.known(node)?;
        let find = || {
            effects.effect(node, self.top).map(|effect| effect.with_nodes(renumbered(nodes, &known.nodes)))
        };
        let effect = filled(known.effects.get(place)?, find).clone()?;
        Some(effect.with_nodes(renumbered(&known.nodes, nodes)))
    }

    /// Why the number of a node is what it is, with the words of the sources as they are now.
    pub(crate) fn why(&self, model: &Model, forecast: &Forecast, node: NodeId) -> Option<Why> {
        let (nodes, known, place) = self.known(node)?;
        let find =
            || why::why(model, forecast, node).map(|why| why.with_nodes(renumbered(nodes, &known.nodes)));
        let why = filled(known.whys.get(place)?, find).clone()?;
        Some(why.with_nodes(renumbered(&known.nodes, nodes)).with_spans(model, forecast, node))
    }

    fn known(&self, node: NodeId) -> Option<(&[NodeId], &Known, usize)> {
        let (part, place) = (*self.places.get(node.index())?)?;
        let (nodes, known) = self.parts.get(part)?;
        Some((nodes, known, place))
    }
}

/// The number that a node of a part has in another list of the same nodes. Both are in the order of ids.
fn renumbered<'a>(from: &'a [NodeId], to: &'a [NodeId]) -> impl Fn(NodeId) -> NodeId + 'a {
    move |node| from.binary_search(&node).ok().and_then(|place| to.get(place)).copied().unwrap_or(node)
}

/// What all answers about a part follow from: the state of its numbers, and what its journals say.
fn mark(model: &Model, forecast: &Forecast, nodes: &[NodeId], key: [u64; 2], top: usize) -> Mark {
    key.map(|word| {
        let mut hasher = DefaultHasher::new();
        (word, top, forecast.today()).hash(&mut hasher);
        let place = |node: Option<NodeId>| node.and_then(|node| nodes.binary_search(&node).ok());
        for id in nodes {
            let node = model.node(*id);
            (place(node.parent), node.choice.is_some(), node.outside.is_some()).hash(&mut hasher);
            let beside = node.choice.and_then(|choice| model.choices.get(choice.index()));
            beside.map(|choice| place(choice.scenarios.first().copied())).hash(&mut hasher);
            node.prior.map(|prior| prior.value).hash(&mut hasher);
            hash_journal(forecast, node, &mut hasher);
        }
        hasher.finish()
    })
}

fn hash_journal(forecast: &Forecast, node: &Node, hasher: &mut DefaultHasher) {
    node.journal.len().hash(hasher);
    for fact in &node.journal {
        (fact.date.value, fact.corrects, fact.mends).hash(hasher);
        fact.event.word().hash(hasher);
        forecast.weight_of(fact).to_bits().hash(hasher);
        match fact.event {
            Event::Probability(stated) => stated.value.hash(hasher),
            Event::Slipped(window) => (window.value.first(), window.value.last()).hash(hasher),
            Event::Resolved(outcome) => (outcome as u8).hash(hasher),
            Event::Evidence { .. } | Event::Hit | Event::Missed | Event::Note => {}
        }
    }
}
