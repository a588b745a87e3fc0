//! Why: a node's number taken apart, each part with the line that it comes from.

use crate::forecast::{Cause, Forecast, Reason};
use crate::model::{Event, Model, NodeId, State};
use crate::source::Span;

/// Why a number is what it is.
#[derive(Clone, Debug, PartialEq)]
pub enum Why {
    /// It is settled by this.
    Settled(Reason),
    /// Other lines leave no other outcome.
    Follows,
    /// It adds up.
    Sum(Sum),
}

impl Why {
    /// The same where nodes are numbered anew.
    pub(super) fn with_nodes(mut self, now: impl Fn(NodeId) -> NodeId) -> Self {
        match &mut self {
            Self::Settled(Reason::Line { node, .. } | Reason::Silence { node }) => *node = now(*node),
            Self::Follows => {}
            Self::Sum(sum) => sum.parts.iter_mut().for_each(|part| part.what = part.what.with_nodes(&now)),
        }
        self
    }

    /// The same with the words that its parts come from, where these have moved.
    pub(super) fn with_spans(mut self, model: &Model, forecast: &Forecast, node: NodeId) -> Self {
        if let Self::Sum(sum) = &mut self {
            sum.parts.iter_mut().for_each(|part| part.span = span(model, forecast, node, part.what));
        }
        self
    }
}

/// Parts that add up.
#[derive(Clone, Debug, PartialEq)]
pub struct Sum {
    /// From the level on, in the order in which they come in.
    pub parts: Vec<Part>,
    /// How likely the node is now.
    pub probability: f64,
    /// The standard error of that.
    pub error: f64,
}

/// A part of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// What it is.
    pub what: What,
    /// What it adds to the log odds.
    pub log_odds: f64,
    /// The standard error of that; 0 where it is exact.
    pub error: f64,
    /// By how much the probability moves as it comes in.
    pub points: f64,
    /// The words that it comes from.
    pub span: Span,
    /// A later statement has priced it in already: the level makes up for it.
    pub is_priced_in: bool,
}

/// What bears on a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// What was stated, with everything that bears on the node taken off.
    Level,
    /// Its reference class.
    Outside,
    /// Any other thing.
    Cause(Cause),
}

impl What {
    fn with_nodes(self, now: &impl Fn(NodeId) -> NodeId) -> Self {
        let Self::Cause(cause) = self else { return self };
        Self::Cause(match cause {
            Cause::Parent(node) => Cause::Parent(now(node)),
            Cause::Child(node) => Cause::Child(now(node)),
            Cause::Line { node, fact } => Cause::Line { node: now(node), fact },
            Cause::Silence(node) => Cause::Silence(now(node)),
        })
    }
}

/// Takes a node's number apart. None of a node without a number.
pub fn why(model: &Model, forecast: &Forecast, node: NodeId) -> Option<Why> {
    let belief = forecast.now(node)?;
    let today = forecast.today();
    let said = model.node(node);
    let Some(shares) = forecast.shares(model, node) else {
        let settles = said.facts(today).find(|fact| fact.event.outcome().is_some());
        let place = settles.and_then(|fact| said.journal.iter().position(|other| std::ptr::eq(other, fact)));
        return Some(match (place, said.state(today)) {
            (Some(fact), State::Settled(..)) => Why::Settled(Reason::Line { node, fact }),
            _ => Why::Follows,
        });
    };
    let outside = shares.outside.unwrap_or(0.0);
    let mut parts = vec![(What::Level, shares.level - outside, 0.0)];
    parts.extend(shares.outside.map(|outside| (What::Outside, outside, 0.0)));
    parts.extend(shares.all.iter().map(|share| (What::Cause(share.cause), share.log_odds, share.error)));
    let stated =
        said.facts(today).filter(|fact| fact.event.stated().is_some()).map(|fact| fact.date.value).last();
    let mut before = 0.0;
    let parts: Vec<Part> = parts
        .into_iter()
        .map(|(what, log_odds, error)| {
            let after = before + log_odds;
            let points = sigmoid(after) - if what == What::Level { 0.0 } else { sigmoid(before) };
            before = after;
            let is_priced_in = match what {
                What::Cause(Cause::Line { node: of, fact }) => model
                    .node(of)
                    .journal
                    .get(fact)
                    .is_some_and(|fact| stated.is_some_and(|stated| fact.date.value <= stated)),
                What::Level | What::Outside | What::Cause(_) => false,
            };
            Part { what, log_odds, error, points, span: span(model, forecast, node, what), is_priced_in }
        })
        .collect();
    Some(Why::Sum(Sum { parts, probability: belief.probability, error: belief.error }))
}

/// What a number moved by between two days, part by part.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// How likely the node was.
    pub from: f64,
    /// How likely it is.
    pub to: f64,
    /// Parts that differ, in the order in which they come in.
    pub parts: Vec<Part>,
}

/// Takes the change of a number apart, from one forecast of a network to a later one. None where the number is
/// settled or missing on either day.
pub fn change(model: &Model, before: &Forecast, after: &Forecast, node: NodeId) -> Option<Change> {
    let (Some(Why::Sum(old)), Some(Why::Sum(new))) = (why(model, before, node), why(model, after, node))
    else {
        return None;
    };
    let mut parts: Vec<Part> = Vec::new();
    for part in &new.parts {
        let log_odds = old.parts.iter().find(|one| one.what == part.what).map_or(0.0, |one| one.log_odds);
        parts.push(Part { log_odds: part.log_odds - log_odds, ..*part });
    }
    let gone = old.parts.iter().filter(|old| !parts.iter().any(|part| part.what == old.what));
    let gone: Vec<Part> = gone.map(|part| Part { log_odds: -part.log_odds, ..*part }).collect();
    parts.extend(gone);
    parts.retain(|part| part.log_odds.abs() > 1e-9);
    // In points each moves the probability on from where those before it left it.
    let mut at = logit(old.probability);
    for part in &mut parts {
        let next = at + part.log_odds;
        part.points = sigmoid(next) - sigmoid(at);
        at = next;
    }
    Some(Change { from: old.probability, to: new.probability, parts })
}

/// The words that a part comes from.
fn span(model: &Model, forecast: &Forecast, node: NodeId, what: What) -> Span {
    let said = model.node(node);
    let today = forecast.today();
    let edge = |source: NodeId, target: NodeId| {
        let direct = model.edges_into(target).find(|edge| edge.source == source);
        direct.or_else(|| model.edges_into(source).find(|edge| edge.source == target)).map(|edge| edge.span)
    };
    let table =
        |target: NodeId| model.tables.iter().find(|table| table.target == target).map(|table| table.span);
    let found = match what {
        What::Level => {
            let stated = said.facts(today).filter(|fact| matches!(fact.event, Event::Probability(_))).last();
            stated.map(|fact| fact.span).or(said.prior.map(|prior| prior.span)).or_else(|| table(node))
        }
        What::Outside => {
            said.outside.and_then(|outside| model.classes.get(outside.class.index())).map(|class| class.span)
        }
        What::Cause(Cause::Parent(parent)) => {
            let of_choice = || said.choice.and_then(|choice| model.choices.get(choice.index()));
            let scenarios = || of_choice().into_iter().flat_map(|choice| choice.scenarios.iter().copied());
            let milestone = said.tie.filter(|_| said.parent == Some(parent)).map(|_| said.span);
            edge(parent, node)
                .or_else(|| scenarios().find_map(|scenario| edge(parent, scenario)))
                .or(milestone)
                .or_else(|| table(node))
        }
        What::Cause(Cause::Child(child)) => {
            let below = model.node(child);
            if below.parent == Some(node) {
                Some(below.span)
            } else {
                edge(node, child).or_else(|| table(child)).or(Some(below.id_span))
            }
        }
        What::Cause(Cause::Line { node, fact }) => model.node(node).journal.get(fact).map(|fact| fact.span),
        What::Cause(Cause::Silence(node)) => model.node(node).window.map(|window| window.span),
    };
    found.unwrap_or(said.id_span)
}

fn sigmoid(log_odds: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-log_odds))
}

fn logit(probability: f64) -> f64 {
    libm::log(probability / (1.0 - probability))
}
