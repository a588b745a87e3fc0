//! The lines of the journal.

use super::{Link, Name, Strength, Text};
use crate::source::{Span, Spanned};
use crate::value::{Date, Probability, Window};

/// A line of the journal.
#[derive(Clone, Debug)]
pub struct Fact {
    /// All of it.
    pub span: Span,
    /// The day on which it was known.
    pub date: Spanned<Date>,
    /// The day of the line that it mends.
    pub corrects: Option<Spanned<Date>>,
    /// What it is about, if it says so.
    pub subject: Option<Name>,
    /// The word for what happened.
    pub verb: Span,
    /// What happened.
    pub event: Event,
    /// In words.
    pub text: Option<Text>,
    /// Where to read it.
    pub link: Option<Link>,
}

impl PartialEq for Fact {
    fn eq(&self, other: &Self) -> bool {
        (self.date, self.corrects, &self.subject, &self.event, &self.text, &self.link)
            == (other.date, other.corrects, &other.subject, &other.event, &other.text, &other.link)
    }
}

/// What a line of the journal records.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// `probability 38%`
    Probability(Spanned<Probability>),
    /// `evidence for moderate by ID`
    Evidence {
        /// The likelihood ratio.
        strength: Strength,
        /// Whose word it is.
        by: Option<Name>,
    },
    /// `hit parity`
    Hit,
    /// `missed parity`
    Missed,
    /// `slipped costs to 2029-06`
    Slipped(Spanned<Window>),
    /// `resolved yes`
    Resolved(Outcome),
    /// `note "…"`
    Note,
}

impl Event {
    /// Its verb.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Probability(_) => "probability",
            Self::Evidence { .. } => "evidence",
            Self::Hit => "hit",
            Self::Missed => "missed",
            Self::Slipped(_) => "slipped",
            Self::Resolved(_) => "resolved",
            Self::Note => "note",
        }
    }
}

/// How a question ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is its keyword")]
pub enum Outcome {
    Yes,
    No,
    Void,
}

impl Outcome {
    /// As it is written.
    pub fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Void => "void",
        }
    }
}
