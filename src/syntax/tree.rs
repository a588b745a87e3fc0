//! The tree: what one file says, word for word, with places. Names are text here; nothing is looked up.
//!
//! Two trees are equal when they say the same, wherever the words stand.

mod expression;
mod fact;
mod kind;

use std::sync::Arc;

pub use expression::{Comparison, Expression, Operator, Term};
pub use fact::{Event, Fact, Outcome};
pub use kind::Kind;

use crate::diagnostic::Level;
use crate::source::{SourceId, Span, Spanned};
use crate::value::{Date, Duration, Period, Probability, Ratio, Window};

/// A name as it was written.
pub type Name = Spanned<Arc<str>>;
/// A text as it is to be read: escapes resolved, indentation removed.
pub type Text = Spanned<Arc<str>>;
/// An address, checked.
pub type Link = Spanned<Arc<str>>;

/// One file.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// Which.
    pub source: SourceId,
    /// In their order.
    pub items: Vec<Item>,
}

/// One item: its head and what its block says.
#[derive(Clone, Debug)]
pub struct Item {
    /// From its keyword to the end of its block.
    pub span: Span,
    /// Its first line.
    pub head: Head,
    /// The clauses of its block, in their order.
    pub body: Vec<Clause>,
    /// Whether a part of it could not be understood and is not here.
    pub broken: bool,
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        (&self.head, &self.body, self.broken) == (&other.head, &other.body, other.broken)
    }
}

/// The first line of an item.
#[derive(Clone, Debug, PartialEq)]
pub enum Head {
    /// `network "Title"`
    Network {
        /// Its title.
        title: Text,
    },
    /// An item with an id and a title.
    Named {
        /// Which kind.
        kind: Kind,
        /// Its id.
        id: Name,
        /// Its title.
        title: Text,
    },
    /// `edge A -> B needs 50% else 5%`
    Edge {
        /// Where it ends.
        target: Name,
        /// The rest.
        edge: Edge,
    },
    /// `given A, B => C`
    Given {
        /// In the order of the rows' columns.
        parents: Vec<Name>,
        /// The node whose table it is.
        target: Name,
    },
    /// `assert P(A) < 5% "Why"`
    Assert {
        /// What must hold.
        claim: Expression,
        /// Why.
        text: Option<Text>,
    },
    /// `redirect OLD -> NEW`
    Redirect {
        /// The id that was.
        old: Name,
        /// The id that is.
        new: Name,
    },
    /// A line of the journal that stands alone.
    Fact(Fact),
}

/// One line of a block, or an item inside it.
#[derive(Clone, Debug)]
pub struct Clause {
    /// All of it.
    pub span: Span,
    /// Its first word.
    pub word: Span,
    /// What it says.
    pub says: Says,
}

impl PartialEq for Clause {
    fn eq(&self, other: &Self) -> bool {
        self.says == other.says
    }
}

/// What a clause says.
#[derive(Clone, Debug, PartialEq)]
pub enum Says {
    /// `private`
    Private,
    /// `allow CODE "why"`
    Allow {
        /// The diagnostic.
        code: Name,
        /// Why it is right here.
        why: Text,
    },
    /// `lint CODE warn`
    Lint {
        /// The diagnostic.
        code: Name,
        /// Its level in this network.
        level: Level,
    },
    /// `rest`
    Rest,
    /// A keyword and a text.
    Prose(Prose, Text),
    /// A keyword and a link.
    Weblink(Weblink, Link),
    /// `source "Who says" <https://…>`, at least one of the two.
    Source {
        /// In words.
        text: Option<Text>,
        /// As a link.
        link: Option<Link>,
    },
    /// `probability 30%`
    Probability(Spanned<Probability>),
    /// `rate 18%`
    Rate(Spanned<Probability>),
    /// `confidence 85%`
    Confidence(Spanned<Probability>),
    /// `seen 7 of 40`
    Seen {
        /// How often it happened.
        times: u32,
        /// Of how many.
        of: u32,
    },
    /// `window 2027 .. 2032`
    Window(Spanned<Window>),
    /// `date 2026-05-20`
    Date(Spanned<Date>),
    /// `said 2026-03-03 "Episode 234" <https://…>`
    Said {
        /// When, as closely as it is known.
        date: Spanned<Period>,
        /// Where, in words.
        text: Option<Text>,
        /// Where, as a link.
        link: Option<Link>,
    },
    /// `mode forecast`
    Mode(Mode),
    /// `silence none`
    Silence(Silence),
    /// `stale after 6mo`
    Stale(Duration),
    /// `incoherent past 15%`
    Incoherent(Probability),
    /// `check-ins quartiles`
    CheckIns,
    /// `convictions high 85%, low 45%`
    Convictions(Vec<(Name, Spanned<Probability>)>),
    /// `conviction high "cue words"`
    Conviction {
        /// One of the network's words.
        word: Name,
        /// The words it was heard in.
        text: Option<Text>,
    },
    /// `domain ai/infrastructure`
    Domain(Name),
    /// `tags open-source, pricing`
    Tags(Vec<Name>),
    /// `by emad_mostaque`
    By(Name),
    /// `about A, B`
    About(Vec<Name>),
    /// `class ID weight 30%`
    Class {
        /// The reference class.
        class: Name,
        /// The weight of the outside view, from 0 to 1.
        weight: Option<Ratio>,
    },
    /// `if true 90% else 40%`
    Tie(Effect),
    /// `weight 0.4`
    Weight(Spanned<Ratio>),
    /// `when open and p > 50%`
    When(Expression),
    /// `for prediction, killer`
    For(Vec<Spanned<Kind>>),
    /// `needs A 45% else 5%`
    Edge(Edge),
    /// `up NVDA, AMD weight 0.5`
    Exposure {
        /// Whether they gain.
        up: bool,
        /// Who.
        symbols: Vec<Name>,
        /// How much, above 0 and at most 1.
        weight: Option<Ratio>,
    },
    /// `file docs/margins.md`
    File(Name),
    /// `yes no 60%`
    Row {
        /// One for each parent.
        cells: Vec<Spanned<bool>>,
        /// P(the node | these).
        probability: Spanned<Probability>,
    },
    /// `2026-06-01 note "…"`
    Fact(Fact),
    /// An item inside the item.
    Item(Item),
}

/// The clauses that are a keyword and a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is its keyword")]
pub enum Prose {
    Text,
    Context,
    Quote,
    Catalyst,
    Watch,
    Measure,
    Role,
    Warn,
    Fail,
    Badge,
}

/// The clauses that are a keyword and a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is its keyword")]
pub enum Weblink {
    Url,
    Repository,
    Link,
}

/// How firmly something was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is its keyword")]
pub enum Mode {
    Forecast,
    Prediction,
    Speculation,
}

impl Mode {
    /// Its keyword.
    pub fn word(self) -> &'static str {
        match self {
            Self::Forecast => "forecast",
            Self::Prediction => "prediction",
            Self::Speculation => "speculation",
        }
    }
}

/// What it tells that nothing has happened yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Silence {
    /// Nothing.
    #[default]
    None,
    /// The event would have come on any day of its window alike.
    Uniform,
}

/// An edge without its target.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// Needs, killed by, or moves with.
    pub relation: Spanned<Relation>,
    /// Where it begins.
    pub source: Name,
    /// How strong it is.
    pub effect: Effect,
    /// The delay between source and target.
    pub lag: Option<Spanned<Duration>>,
    /// Why.
    pub text: Option<Text>,
    /// Where this was found.
    pub link: Option<Link>,
}

/// The kinds of edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// The source raises the target.
    Needs,
    /// The source lowers the target.
    KilledBy,
    /// The two go together, or against each other.
    MovesWith,
}

impl Relation {
    /// As it is written.
    pub fn words(self) -> &'static str {
        match self {
            Self::Needs => "needs",
            Self::KilledBy => "killed by",
            Self::MovesWith => "moves with",
        }
    }
}

/// How strong an edge is.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// P(target | source true) `else` P(target | source false).
    Numbers {
        /// If the source is true.
        yes: Spanned<Probability>,
        /// If it is false.
        no: Spanned<Probability>,
    },
    /// An odds ratio.
    Strength(Strength),
}

/// An odds ratio, by name or in figures.
#[derive(Clone, Debug)]
pub struct Strength {
    /// The words.
    pub span: Span,
    /// `for` or `against`, if said.
    pub direction: Option<Spanned<Direction>>,
    /// The ratio.
    pub ratio: Ratio,
}

impl PartialEq for Strength {
    fn eq(&self, other: &Self) -> bool {
        (self.direction, self.ratio) == (other.direction, other.ratio)
    }
}

/// Whether something raises or lowers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is its keyword")]
pub enum Direction {
    For,
    Against,
}
