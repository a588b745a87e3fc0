//! Query: how likely an expression over nodes is, given others.
//!
//! Where all nodes that are asked about are exact the answer is too: nodes are supposed true and false one after the
//! other until the expressions are settled (Shannon's expansion). Else worlds are counted.

use std::collections::BTreeMap;

use crate::forecast::{Book, Count, Forecast, Objection, Way};
use crate::model::{Belief as Question, Expression, Model, NodeId, Term};

/// Suppositions that an exact answer may take.
const PATIENCE: usize = 4096;
/// With fewer worlds in which what is given holds, others are drawn in which it does.
const SCARCE: u64 = 4096;

/// How likely something is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    /// From 0 to 1.
    pub probability: f64,
    /// Its standard error; 0 where it is exact.
    pub error: f64,
    /// Whether nothing was sampled for it.
    pub is_exact: bool,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// A node that is asked about has no number: it is void, or its part of the network has trouble.
    NoNumber,
    /// What is given cannot be.
    Impossible,
    /// What is given is so unlikely that no world of those sampled has it.
    Unseen,
}

/// Answers one question.
///
/// # Errors
///
/// If there is no answer.
pub fn ask(model: &Model, forecast: &Forecast, question: &Question) -> Result<Answer, Silence> {
    Asker::new(model, forecast).ask(question)
}

/// Answers many questions about one forecast.
#[derive(Debug)]
pub struct Asker<'a> {
    model: &'a Model,
    forecast: &'a Forecast,
}

/// What is supposed of nodes.
type States = BTreeMap<NodeId, bool>;

impl<'a> Asker<'a> {
    /// About a forecast of this model.
    pub fn new(model: &'a Model, forecast: &'a Forecast) -> Self {
        Self { model, forecast }
    }

    /// Answers a question.
    ///
    /// # Errors
    ///
    /// If there is no answer.
    pub fn ask(&self, question: &Question) -> Result<Answer, Silence> {
        let mut nodes = Vec::new();
        for expression in question.given.iter().chain([&question.event]) {
            collect(expression, &mut nodes);
        }
        let mut all_exact = true;
        for node in &nodes {
            all_exact &= self.forecast.now(*node).ok_or(Silence::NoNumber)?.is_exact;
        }
        if let (Term::Atom(node), []) = (question.event.term.as_ref(), question.given.as_slice()) {
            let belief = self.forecast.now(*node).ok_or(Silence::NoNumber)?;
            return Ok(Answer {
                probability: belief.probability,
                error: belief.error,
                is_exact: belief.is_exact,
            });
        }
        if all_exact {
            let mut patience = PATIENCE;
            let mut states = States::new();
            if let Some((both, given)) = self.expand(question, &nodes, &mut states, &mut patience) {
                if given <= 0.0 {
                    return Err(Silence::Impossible);
                }
                let probability = (both / given).clamp(0.0, 1.0);
                return Ok(Answer { probability, error: 0.0, is_exact: true });
            }
        }
        self.count(question)
    }

    /// How likely what is given is, and how likely it is with what is asked. None: it takes too long.
    fn expand(
        &self,
        question: &Question,
        open: &[NodeId],
        states: &mut States,
        patience: &mut usize,
    ) -> Option<(f64, f64)> {
        let given = all(question.given.iter().map(|one| settled(one, states)));
        match (given, settled(&question.event, states)) {
            (Some(false), _) => return Some((0.0, 0.0)),
            (Some(true), Some(event)) => return Some((if event { 1.0 } else { 0.0 }, 1.0)),
            _ => {}
        }
        let (node, rest) = open.split_first()?;
        *patience = patience.checked_sub(1)?;
        let supposed: Vec<(NodeId, bool)> = states.iter().map(|(node, state)| (*node, *state)).collect();
        let supposition = match self.forecast.suppose(self.model, &supposed, Way::Observed) {
            Ok(supposition) => supposition,
            // What cannot be has no share but that of rounding.
            Err(Objection::Impossible { .. }) => return Some((0.0, 0.0)),
            Err(Objection::NoNumber(_)) => return None,
        };
        let yes = supposition.belief(*node)?.probability;
        let (mut both, mut given) = (0.0, 0.0);
        for (state, share) in [(true, yes), (false, 1.0 - yes)] {
            if share <= 0.0 {
                continue;
            }
            states.insert(*node, state);
            let found = self.expand(question, rest, states, patience);
            states.remove(node);
            let (found_both, found_given) = found?;
            both += share * found_both;
            given += share * found_given;
        }
        Some((both, given))
    }

    fn count(&self, question: &Question) -> Result<Answer, Silence> {
        let found = counted(question, self.forecast.book());
        if found.of() >= SCARCE {
            return answer(&found).ok_or(Silence::Unseen);
        }
        // What is given may be a list of states: then the engine is asked for worlds that have them.
        let Some(states) = literals(&question.given) else { return answer(&found).ok_or(Silence::Unseen) };
        let supposition = match self.forecast.suppose(self.model, &states, Way::Observed) {
            Ok(supposition) => supposition,
            Err(Objection::NoNumber(_)) => return Err(Silence::NoNumber),
            Err(Objection::Impossible { .. }) => return Err(Silence::Impossible),
        };
        if let Term::Atom(node) = *question.event.term {
            let belief = supposition.belief(node).ok_or(Silence::NoNumber)?;
            return Ok(Answer {
                probability: belief.probability,
                error: belief.error,
                is_exact: belief.is_exact,
            });
        }
        let given = Question { event: question.event.clone(), given: Vec::new() };
        answer(&counted(&given, &supposition.book())).ok_or(Silence::Unseen)
    }
}

fn answer(count: &Count) -> Option<Answer> {
    Some(Answer { probability: count.share()?, error: count.error(), is_exact: false })
}

/// The nodes of an expression, each once, in the order of their ids.
fn collect(expression: &Expression<NodeId>, out: &mut Vec<NodeId>) {
    match expression.term.as_ref() {
        Term::Atom(node) => {
            if let Err(place) = out.binary_search(node) {
                out.insert(place, *node);
            }
        }
        Term::Not(inner) => collect(inner, out),
        Term::And(all) | Term::Or(all) => all.iter().for_each(|one| collect(one, out)),
        Term::Number(_) | Term::Negative(_) | Term::Arithmetic(..) | Term::Compare(..) => {}
    }
}

/// What an expression comes to where only some nodes have states.
fn settled(expression: &Expression<NodeId>, states: &States) -> Option<bool> {
    match expression.term.as_ref() {
        Term::Atom(node) => states.get(node).copied(),
        Term::Not(inner) => settled(inner, states).map(|state| !state),
        Term::And(parts) => all(parts.iter().map(|one| settled(one, states))),
        Term::Or(parts) => {
            all(parts.iter().map(|one| settled(one, states).map(|state| !state))).map(|none| !none)
        }
        Term::Number(_) | Term::Negative(_) | Term::Arithmetic(..) | Term::Compare(..) => Some(false),
    }
}

/// Whether all hold: one that does not settles it.
fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = Some(true);
    for part in parts {
        match part {
            Some(false) => return Some(false),
            Some(true) => {}
            None => known = None,
        }
    }
    known
}

fn counted(question: &Question, book: &Book) -> Count {
    let mut of = vec![u64::MAX; book.words()];
    for given in &question.given {
        for (word, own) in of.iter_mut().zip(worlds(given, book)) {
            *word &= own;
        }
    }
    let event = worlds(&question.event, book);
    let so: Vec<u64> = of.iter().zip(event).map(|(of, own)| of & own).collect();
    Count::new(&so, &of)
}

/// The worlds in which an expression holds, 64 a word.
fn worlds(expression: &Expression<NodeId>, book: &Book) -> Vec<u64> {
    let join = |parts: &[Expression<NodeId>], empty: u64, join: fn(u64, u64) -> u64| {
        let mut out = vec![empty; book.words()];
        for part in parts {
            for (word, own) in out.iter_mut().zip(worlds(part, book)) {
                *word = join(*word, own);
            }
        }
        out
    };
    match expression.term.as_ref() {
        Term::Atom(node) => book.row(*node).to_vec(),
        Term::Not(inner) => worlds(inner, book).into_iter().map(|word| !word).collect(),
        Term::And(parts) => join(parts, u64::MAX, |one, other| one & other),
        Term::Or(parts) => join(parts, 0, |one, other| one | other),
        Term::Number(_) | Term::Negative(_) | Term::Arithmetic(..) | Term::Compare(..) => {
            vec![0; book.words()]
        }
    }
}

/// States of nodes, where that is all that expressions say.
pub(crate) fn literals(expressions: &[Expression<NodeId>]) -> Option<Vec<(NodeId, bool)>> {
    let mut out = Vec::new();
    for expression in expressions {
        match expression.term.as_ref() {
            Term::Atom(node) => out.push((*node, true)),
            Term::Not(inner) => {
                let Term::Atom(node) = inner.term.as_ref() else { return None };
                out.push((*node, false));
            }
            Term::And(parts) => out.extend(literals(parts)?),
            Term::Or(_) | Term::Number(_) | Term::Negative(_) | Term::Arithmetic(..) | Term::Compare(..) => {
                return None;
            }
        }
    }
    Some(out)
}
