//! Nodes: predictions, killers, scenarios and milestones.

use std::sync::Arc;

use super::{ChoiceId, ClassId, Effect, Fact, Kind, Mode, NodeId, PredictorId, State, Text};
use crate::source::{Span, Spanned};
use crate::value::{Date, Period, Probability, Ratio, Window};

/// A binary variable with what is said about it.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its whole id: `OPEN_BACKBONE`, or `OPEN_BACKBONE.parity` for a milestone.
    pub id: Arc<str>,
    /// Where the id is declared.
    pub id_span: Span,
    /// What it is.
    pub kind: NodeKind,
    /// Its title.
    pub title: Text,
    /// The node that a milestone belongs to.
    pub parent: Option<NodeId>,
    /// The choice that a scenario belongs to.
    pub choice: Option<ChoiceId>,
    /// The level before any fact: `probability`, or a milestone's `confidence`.
    pub prior: Option<Spanned<Probability>>,
    /// For one scenario of a choice: what the others leave.
    pub rest: bool,
    /// Who says it.
    pub by: Vec<PredictorId>,
    /// When and where it was said.
    pub said: Option<Origin>,
    /// How firmly.
    pub mode: Option<Mode>,
    /// How sure the words sounded.
    pub conviction: Option<Conviction>,
    /// Its place among the subjects.
    pub domain: Option<Text>,
    /// When it can come true.
    pub window: Option<Spanned<Window>>,
    /// The outside view.
    pub outside: Option<OutsideView>,
    /// Its texts, in the order of the file.
    pub prose: Vec<Prose>,
    /// Where figures come from.
    pub sources: Vec<Reference>,
    /// Pages about it.
    pub links: Vec<Text>,
    /// Its tags.
    pub tags: Vec<Text>,
    /// Its milestones, in the order of the file.
    pub milestones: Vec<NodeId>,
    /// Whether to look at it at the quarters of its window.
    pub check_ins: bool,
    /// Who gains and who loses.
    pub exposures: Vec<Exposure>,
    /// How a milestone is tied to its node.
    pub tie: Option<Tie>,
    /// What happened, by date.
    pub journal: Vec<Fact>,
    /// Whether it is kept out of what is published.
    pub private: bool,
    /// Whether some of its lines could not be understood.
    pub broken: bool,
    /// Whether an edge that ends here names a node that is not there.
    pub(crate) doubtful: bool,
    /// All of the item.
    pub span: Span,
}

impl Node {
    /// The texts of one kind.
    pub fn prose(&self, kind: ProseKind) -> impl Iterator<Item = &Text> {
        self.prose.iter().filter(move |prose| prose.kind == kind).map(|prose| &prose.text)
    }

    /// The facts of the journal that hold on a day: dated no later, and not mended by then.
    pub fn facts(&self, day: Date) -> impl Iterator<Item = &Fact> {
        super::journal::in_force(&self.journal, day)
    }

    /// Where it stands on a day.
    pub fn state(&self, day: Date) -> State {
        super::journal::state(&self.journal, day)
    }

    /// Its window on a day, after what has slipped.
    pub fn window_on(&self, day: Date) -> Option<Window> {
        self.spanned_window_on(day).map(|window| window.value)
    }

    /// The same, with the words that say it.
    pub(crate) fn spanned_window_on(&self, day: Date) -> Option<Spanned<Window>> {
        super::journal::slipped(&self.journal, day).or(self.window)
    }

    /// The facts of the journal that no later line mends.
    pub(crate) fn standing(&self) -> impl Iterator<Item = &Fact> {
        self.facts(Date::LAST)
    }

    /// What was stated about it last on a day: the prior, or a later statement.
    pub fn stated(&self, day: Date) -> Option<Probability> {
        super::journal::stated(&self.journal, day).or(self.prior.map(|prior| prior.value))
    }
}

/// The kinds of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is its keyword")]
pub enum NodeKind {
    Prediction,
    Killer,
    Scenario,
    Milestone,
}

impl NodeKind {
    /// Its keyword.
    pub fn word(self) -> &'static str {
        match self {
            Self::Prediction => "prediction",
            Self::Killer => "killer",
            Self::Scenario => "scenario",
            Self::Milestone => "milestone",
        }
    }

    pub(crate) fn of(kind: Kind) -> Option<Self> {
        [Self::Prediction, Self::Killer, Self::Scenario, Self::Milestone]
            .into_iter()
            .find(|node| node.word() == kind.word())
    }
}

/// When and where something was said.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each is what it is called")]
pub struct Origin {
    pub date: Period,
    pub text: Option<Text>,
    pub link: Option<Text>,
}

/// How sure the words sounded.
#[derive(Clone, Debug)]
pub struct Conviction {
    /// One of the network's words.
    pub word: Text,
    /// What that word stands for.
    pub level: Probability,
    /// The words it was heard in.
    pub cue: Option<Text>,
}

/// A reference class and its weight.
#[derive(Clone, Copy, Debug)]
pub struct OutsideView {
    /// The class.
    pub class: ClassId,
    /// From 0 to 1.
    pub weight: Ratio,
}

/// A text of a node.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each is what it is called")]
pub struct Prose {
    pub kind: ProseKind,
    pub text: Text,
}

/// The kinds of texts of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is its keyword")]
pub enum ProseKind {
    Text,
    Context,
    Quote,
    Catalyst,
    Watch,
    Measure,
}

/// Where something comes from: words, a link, or both.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each is what it is called")]
pub struct Reference {
    pub text: Option<Text>,
    pub link: Option<Text>,
}

/// Who gains or loses if it comes true.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each is what it is called")]
pub struct Exposure {
    pub symbol: Text,
    pub gains: bool,
    pub weight: Ratio,
}

/// How a milestone is tied to its node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tie {
    /// Yule's Q, from 0 up to but not 1.
    Weight(Ratio),
    /// P(milestone | node true) and P(milestone | node false).
    Effect(Effect),
}
