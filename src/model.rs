//! The model: the network with every name looked up.
//!
//! `resolve` takes the trees of all files; after it no reference is text. What could not be looked up was
//! reported and is left out, so the model is always whole in itself. It is in the order of ids, whatever
//! the order of the files. Whether it makes sense is for `rules`.

mod expression;
mod graph;
mod journal;
mod mentions;
mod names;
mod node;
mod number;
mod resolve;

pub use crate::syntax::tree::{Comparison, Direction, Kind, Mode, Operator, Outcome, Relation, Silence};
pub use expression::{Belief, Claim, Condition, Expression, Field, Term, Test};
pub(crate) use graph::circular;
pub use graph::{Arc as GraphArc, Graph};
pub use journal::{Event, Fact, State};
pub(crate) use mentions::{Mention, Place, Role, Thing, mentions};
pub(crate) use names::Named;
pub use node::{Conviction, Exposure, Node, NodeKind, Origin, OutsideView, Prose, ProseKind, Reference, Tie};
pub use number::{Link, Measure, Number};
pub use resolve::resolve;

use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Diagnostics, Levels, quoted};
use crate::source::{Span, Spanned};
use crate::syntax::tree;
use crate::value::{Date, Duration, Probability, Ratio, Unit};

/// A name or a text, with its place.
pub type Text = Spanned<Arc<str>>;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $name(pub(crate) u32);

            impl $name {
                pub(crate) fn new(index: usize) -> Self {
                    Self(u32::try_from(index).unwrap_or(u32::MAX))
                }

                /// Its place in the model's list.
                pub fn index(self) -> usize {
                    self.0 as usize
                }
            }
        )*
    };
}

ids! {
    /// A prediction, killer, scenario or milestone.
    NodeId;
    /// A choice among scenarios.
    ChoiceId;
    /// A predictor.
    PredictorId;
    /// A reference class.
    ClassId;
    /// A document.
    DocumentId;
    /// A rule.
    RuleId;
}

/// The whole network.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// What it says about itself.
    pub network: Network,
    /// In the order of their ids; a milestone's id is that of its node, a point, and its own.
    pub nodes: Vec<Node>,
    /// In the order of their ids.
    pub choices: Vec<Choice>,
    /// In the order of their ids.
    pub predictors: Vec<Predictor>,
    /// In the order of their ids.
    pub classes: Vec<Class>,
    /// In the order of their ids.
    pub documents: Vec<Document>,
    /// In the order of their symbols.
    pub tickers: Vec<Ticker>,
    /// In the order of their targets, then of their sources.
    pub edges: Vec<Edge>,
    /// In the order of their targets.
    pub tables: Vec<Table>,
    /// In the order of their words.
    pub assertions: Vec<Assertion>,
    /// In the order of their ids.
    pub rules: Vec<Rule>,
    /// In the order of the old ids.
    pub redirects: Vec<Redirect>,
    /// Every text that is shown to readers, with its owner's privacy.
    pub(crate) texts: Vec<OwnedText>,
    /// What `lint` and `allow` ask for.
    pub(crate) levels: Levels,
    pub(crate) names: names::Names,
    /// Whether a predictor is named that is not there: then who is unused cannot be told.
    pub(crate) unknown_predictors: bool,
    /// The same of classes.
    pub(crate) unknown_classes: bool,
}

impl Model {
    /// The node of this id.
    pub fn node(&self, id: NodeId) -> &Node {
        #[expect(clippy::indexing_slicing, reason = "ids are only made for nodes of this model")]
        &self.nodes[id.index()]
    }

    /// Every node with its id.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        self.nodes.iter().enumerate().map(|(index, node)| (NodeId::new(index), node))
    }

    /// The node that is called this, also by an id that it had before.
    pub fn find(&self, name: &str) -> Option<NodeId> {
        self.names.node(name)
    }

    /// Whether an id or a symbol is in use, in whatever case.
    pub fn is_taken(&self, id: &str) -> bool {
        let same = |other: &str| other.eq_ignore_ascii_case(id);
        self.names.get(id).is_some()
            || self.nodes.iter().any(|node| same(&node.id))
            || self.choices.iter().any(|one| same(&one.id.value))
            || self.predictors.iter().any(|one| same(&one.id.value))
            || self.classes.iter().any(|one| same(&one.id.value))
            || self.documents.iter().any(|one| same(&one.id.value))
            || self.tickers.iter().any(|one| same(&one.symbol.value))
            || self.rules.iter().any(|one| same(&one.id.value))
    }

    /// A claim with its names looked up; what cannot be is reported.
    pub fn claim(&self, claim: &tree::Expression, diagnostics: &mut Diagnostics) -> Option<Claim> {
        let mut node = |name: &tree::Name, out: &mut Diagnostics| {
            let found = self.find(&name.value);
            if found.is_none() {
                let unknown = Diagnostic::new(
                    Code::UnknownNode,
                    name.span,
                    format!("there is no node {}", quoted(&name.value)),
                );
                out.push(match self.nearest(&name.value) {
                    Some(near) => unknown.help(format!("did you mean `{near}`?")).replace_with(near),
                    None => unknown,
                });
            }
            found
        };
        expression::claim(claim, &mut node, diagnostics)
    }

    /// The node whose id is most like this, for "did you mean".
    pub fn nearest(&self, name: &str) -> Option<&str> {
        crate::diagnostic::nearest(name, self.nodes.iter().map(|node| node.id.as_ref()))
    }

    /// The rule of this id.
    pub fn rule(&self, id: RuleId) -> &Rule {
        #[expect(clippy::indexing_slicing, reason = "ids are only made for rules of this model")]
        &self.rules[id.index()]
    }

    /// Every rule with its id.
    pub fn rules(&self) -> impl Iterator<Item = (RuleId, &Rule)> {
        self.rules.iter().enumerate().map(|(index, rule)| (RuleId::new(index), rule))
    }

    /// The edges that end in a node.
    pub fn edges_into(&self, id: NodeId) -> impl Iterator<Item = &Edge> {
        let start = self.edges.partition_point(|edge| edge.target < id);
        self.edges.iter().skip(start).take_while(move |edge| edge.target == id)
    }

    /// The edges that begin in a node.
    pub fn edges_from(&self, id: NodeId) -> impl Iterator<Item = &Edge> {
        self.edges.iter().filter(move |edge| edge.source == id)
    }
}

/// What the network says about itself, and the usual where it is silent.
#[derive(Clone, Debug)]
pub struct Network {
    /// Its title.
    pub title: Option<Text>,
    /// Where it is published.
    pub url: Option<Text>,
    /// Where its sources are.
    pub repository: Option<Text>,
    /// What it is about.
    pub text: Option<Text>,
    /// The words of conviction and what they stand for.
    pub convictions: Vec<(Arc<str>, Probability)>,
    /// What silence tells.
    pub silence: Silence,
    /// After how long without news a prediction is stale.
    pub stale_after: Duration,
    /// How far an edge may be from what the network makes of it.
    pub incoherent_past: Probability,
}

impl Default for Network {
    fn default() -> Self {
        let convictions = [("high", "85%"), ("medium", "65%"), ("low", "45%")];
        let convictions = convictions
            .into_iter()
            .filter_map(|(word, level)| Some((Arc::from(word), Probability::read(level).ok()?)));
        Self {
            title: None,
            url: None,
            repository: None,
            text: None,
            convictions: convictions.collect(),
            silence: Silence::None,
            stale_after: Duration { count: 6, unit: Unit::Months },
            incoherent_past: Probability::TENTH,
        }
    }
}

/// A person or body that says things.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each is the clause of its name")]
pub struct Predictor {
    pub id: Text,
    pub name: Text,
    pub role: Option<Text>,
    pub links: Vec<Text>,
    pub text: Option<Text>,
    pub private: bool,
    pub span: Span,
}

/// How often this kind of thing happened.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each is the clause of its name")]
pub struct Class {
    pub id: Text,
    pub title: Text,
    pub rate: Rate,
    pub sources: Vec<Reference>,
    pub text: Option<Text>,
    pub private: bool,
    pub span: Span,
}

/// The rate of a reference class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rate {
    /// So often of so many.
    Seen {
        /// How often it happened.
        times: u32,
        /// In how many cases.
        of: u32,
    },
    /// As it was given.
    Given(Probability),
}

impl Rate {
    /// As a number from 0 to 1: (k + ½) / (n + 1), or as it was given.
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Seen { times, of } => (f64::from(times) + 0.5) / (f64::from(of) + 1.0),
            Self::Given(rate) => rate.as_f64(),
        }
    }
}

/// Scenarios of which exactly one comes true.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each is the clause of its name")]
pub struct Choice {
    pub id: Text,
    pub question: Text,
    pub scenarios: Vec<NodeId>,
    pub domain: Option<Text>,
    pub tags: Vec<Text>,
    pub text: Option<Text>,
    pub private: bool,
    pub broken: bool,
    pub span: Span,
}

/// A document that speaks of nodes.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each is the clause of its name")]
pub struct Document {
    pub id: Text,
    pub title: Text,
    /// A path below the source folder.
    pub file: Option<Text>,
    pub link: Option<Text>,
    pub date: Option<Date>,
    pub by: Vec<PredictorId>,
    pub about: Vec<NodeId>,
    pub tags: Vec<Text>,
    pub text: Option<Text>,
    pub private: bool,
    pub span: Span,
}

/// An exposure symbol with a name.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each is the clause of its name")]
pub struct Ticker {
    pub symbol: Text,
    pub name: Text,
    pub links: Vec<Text>,
    pub text: Option<Text>,
    pub private: bool,
    pub span: Span,
}

/// A dependence of one node on another.
#[derive(Clone, Debug)]
pub struct Edge {
    /// Where it begins.
    pub source: NodeId,
    /// Where it ends.
    pub target: NodeId,
    /// Its kind, and where that is said.
    pub relation: Spanned<Relation>,
    /// How strong it is.
    pub effect: Effect,
    /// The delay between the two.
    pub lag: Option<Spanned<Duration>>,
    /// Why.
    pub text: Option<Text>,
    /// Where this was found.
    pub sources: Vec<Reference>,
    /// Whether it is kept out of what is published.
    pub private: bool,
    /// The words that name the source.
    pub source_span: Span,
    /// All of it.
    pub span: Span,
}

/// How strong an edge is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect {
    /// P(target | source true) and P(target | source false).
    Numbers {
        /// If the source is true.
        yes: Spanned<Probability>,
        /// If it is false.
        no: Spanned<Probability>,
    },
    /// An odds ratio, and whether it raises or lowers.
    Strength {
        /// For or against, after the kind of the edge is taken into account.
        direction: Direction,
        /// The direction, where it is written.
        written: Option<Span>,
        /// The odds ratio.
        ratio: Ratio,
    },
}

impl Effect {
    /// Its two numbers, if it says any.
    pub fn numbers(&self) -> Option<[f64; 2]> {
        match self {
            Self::Numbers { yes, no } => Some([yes.value.as_f64(), no.value.as_f64()]),
            Self::Strength { .. } => None,
        }
    }

    /// How likely it alone makes its target, if its source is that likely.
    pub fn implied(&self, source: f64) -> Option<f64> {
        self.numbers().map(|[yes, no]| source * yes + (1.0 - source) * no)
    }
}

/// The full table of one node.
#[derive(Clone, Debug)]
pub struct Table {
    /// Whose table it is.
    pub target: NodeId,
    /// In the order of the columns.
    pub parents: Vec<NodeId>,
    /// The words that name them.
    pub parent_spans: Vec<Span>,
    /// In the order of the file.
    pub rows: Vec<Row>,
    /// Where this was found.
    pub sources: Vec<Reference>,
    /// In words.
    pub text: Option<Text>,
    /// Whether it is kept out of what is published.
    pub private: bool,
    /// Whether a row could not be understood.
    pub broken: bool,
    /// The words that name the target.
    pub target_span: Span,
    /// All of it.
    pub span: Span,
}

/// A row of a table.
#[derive(Clone, Debug)]
pub struct Row {
    /// The state of each parent.
    pub cells: Vec<bool>,
    /// P(the node | these).
    pub probability: Spanned<Probability>,
    /// All of it.
    pub span: Span,
}

/// What must hold.
#[derive(Clone, Debug)]
pub struct Assertion {
    /// The claim as people read it.
    pub words: String,
    /// The claim.
    pub claim: Claim,
    /// Why.
    pub text: Option<Text>,
    /// Whether it is kept out of what is published.
    pub private: bool,
    /// All of it.
    pub span: Span,
}

/// A condition over items, and what follows.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its id.
    pub id: Text,
    /// Its title.
    pub title: Text,
    /// What it looks at.
    pub subjects: Vec<NodeKind>,
    /// When it speaks.
    pub when: Condition,
    /// What it does then.
    pub action: Action,
    /// What it says, with `{field}`s to fill in.
    pub message: Text,
    /// In more words.
    pub text: Option<Text>,
    /// Whether it is kept out of what is published.
    pub private: bool,
    /// All of it.
    pub span: Span,
}

impl Rule {
    /// The rules whose badges it asks about, with the words that ask.
    pub fn asks(&self) -> Vec<(RuleId, Span)> {
        expression::asked(&self.when)
    }
}

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is its keyword")]
pub enum Action {
    Warn,
    Fail,
    Badge,
}

impl Action {
    /// Its keyword.
    pub fn word(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Badge => "badge",
        }
    }
}

/// A renamed id.
#[derive(Clone, Debug)]
pub struct Redirect {
    /// The id that was.
    pub old: Text,
    /// The id that is.
    pub new: Text,
    /// Whether it is kept out of what is published.
    pub private: bool,
    /// All of it.
    pub span: Span,
}

/// A text for readers.
#[derive(Clone, Debug)]
pub(crate) struct OwnedText {
    pub(crate) text: Text,
    pub(crate) private: bool,
}
