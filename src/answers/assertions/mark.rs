//! What the judgement of a claim follows from, in short.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher};

use crate::answers::memory::Mark;
use crate::forecast::Forecast;
use crate::model::{Belief, Claim, Expression, Model, NodeId, Term};

/// What claims follow from: nodes, with what the numbers of their parts were worked out from.
pub(in crate::answers) struct Grounds<'a> {
    model: &'a Model,
    forecast: &'a Forecast,
    keys: Vec<Option<[u64; 2]>>,
    /// Nodes of the largest part: the number of worlds that are counted depends on it.
    most: usize,
}

impl<'a> Grounds<'a> {
    pub(in crate::answers) fn new(model: &'a Model, forecast: &'a Forecast) -> Self {
        let mut grounds = Self { model, forecast, keys: vec![None; model.nodes.len()], most: 0 };
        for (nodes, key) in forecast.ends() {
            grounds.most = grounds.most.max(nodes.len());
            for node in nodes {
                if let Some(slot) = grounds.keys.get_mut(node.index()) {
                    *slot = Some(key);
                }
            }
        }
        grounds
    }

    /// Equal marks mean equal judgements.
    pub(in crate::answers) fn mark(&self, claim: &Claim) -> Mark {
        [0, 1].map(|seed: u64| {
            let mut hasher = DefaultHasher::new();
            (seed, self.forecast.today(), self.most).hash(&mut hasher);
            expression(claim, &mut hasher, &|question: &Belief, hasher| {
                expression(&question.event, hasher, &|node, hasher| self.node(*node, hasher));
                question.given.len().hash(hasher);
                for given in &question.given {
                    expression(given, hasher, &|node, hasher| self.node(*node, hasher));
                }
            });
            hasher.finish()
        })
    }

    fn node(&self, node: NodeId, hasher: &mut DefaultHasher) {
        self.model.node(node).id.hash(hasher);
        self.keys.get(node.index()).hash(hasher);
        self.forecast.now(node).is_some().hash(hasher);
    }
}

/// An expression without its places in the text.
fn expression<A>(one: &Expression<A>, hasher: &mut DefaultHasher, atom: &dyn Fn(&A, &mut DefaultHasher)) {
    std::mem::discriminant(one.term.as_ref()).hash(hasher);
    match one.term.as_ref() {
        Term::Atom(one) => atom(one, hasher),
        Term::Number(number) => number.to_bits().hash(hasher),
        Term::Not(inner) | Term::Negative(inner) => expression(inner, hasher, atom),
        Term::And(all) | Term::Or(all) => {
            all.len().hash(hasher);
            all.iter().for_each(|one| expression(one, hasher, atom));
        }
        Term::Arithmetic(left, operator, right) => {
            operator.hash(hasher);
            [left, right].into_iter().for_each(|one| expression(one, hasher, atom));
        }
        Term::Compare(first, chain) => {
            expression(first, hasher, atom);
            chain.len().hash(hasher);
            for (comparison, one) in chain {
                comparison.hash(hasher);
                expression(one, hasher, atom);
            }
        }
    }
}
