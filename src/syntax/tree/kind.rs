//! The kinds of items and their keywords.

/// The kinds of items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `network`
    Network,
    /// `predictor`
    Predictor,
    /// `class`
    Class,
    /// `prediction`
    Prediction,
    /// `killer`
    Killer,
    /// `scenario`
    Scenario,
    /// `choice`
    Choice,
    /// `milestone`
    Milestone,
    /// `edge`
    Edge,
    /// `given`
    Given,
    /// `document`
    Document,
    /// `ticker`
    Ticker,
    /// `assert`
    Assert,
    /// `rule`
    Rule,
    /// `redirect`
    Redirect,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Network,
        Self::Predictor,
        Self::Class,
        Self::Prediction,
        Self::Killer,
        Self::Scenario,
        Self::Choice,
        Self::Milestone,
        Self::Edge,
        Self::Given,
        Self::Document,
        Self::Ticker,
        Self::Assert,
        Self::Rule,
        Self::Redirect,
    ];

    /// Its keyword.
    pub fn word(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Predictor => "predictor",
            Self::Class => "class",
            Self::Prediction => "prediction",
            Self::Killer => "killer",
            Self::Scenario => "scenario",
            Self::Choice => "choice",
            Self::Milestone => "milestone",
            Self::Edge => "edge",
            Self::Given => "given",
            Self::Document => "document",
            Self::Ticker => "ticker",
            Self::Assert => "assert",
            Self::Rule => "rule",
            Self::Redirect => "redirect",
        }
    }

    /// The kind of this keyword.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether it is a prediction, a killer or a scenario.
    pub fn is_node(self) -> bool {
        matches!(self, Self::Prediction | Self::Killer | Self::Scenario)
    }
}
