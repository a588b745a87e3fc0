//! The report: what a review has found, as values. JSON shows them as they are; the other layouts choose.

use serde::{Deserialize, Serialize};

/// The version of the JSON.
pub(super) const VERSION: u32 = 1;

/// What a change does to what a network believes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// Changes when a reader of the JSON would have to.
    pub schema_version: u32,
    /// The day on which both sides were looked at.
    pub as_of: String,
    /// What was there.
    pub base: Side,
    /// What is there now.
    pub head: Side,
    /// Points from which on a move is told.
    pub min_delta: f64,
    /// Days after which a new line counts as dated back.
    pub backdated_after: i64,
    /// How much there is of everything.
    pub counts: Counts,
    /// What was done to the past.
    pub integrity: Vec<Breach>,
    /// Nodes that were settled, or came out differently.
    pub resolutions: Vec<Resolution>,
    /// Nodes that came, went, or were renamed.
    pub nodes: Vec<NodeChange>,
    /// All changes of text, in the order of their weight.
    pub edits: Vec<Edit>,
    /// Numbers that moved, those that moved most first.
    pub moves: Vec<Move>,
    /// Predictors whose word weighs another amount now.
    pub voices: Vec<VoiceChange>,
    /// What moved by the passing of time alone; none where the day of the base is not known.
    pub time: Option<Passing>,
    /// Assertions that turned.
    pub assertions: Vec<Turn>,
    /// What is wrong now and was not.
    pub new_trouble: Vec<Fault>,
    /// What was wrong and is not now.
    pub mended: Vec<Fault>,
    /// What could not be compared, and why.
    pub notes: Vec<String>,
}

impl Review {
    /// From the JSON that another call has written.
    ///
    /// # Errors
    ///
    /// If it is none, in words.
    pub fn read(text: &str) -> Result<Self, String> {
        let found: Self = serde_json::from_str(text).map_err(|error| {
            format!("this is no review: {error}\n  `forecastc schema diff` says what one holds")
        })?;
        if found.schema_version != VERSION {
            return Err(format!("a review of version {}, and not {VERSION}", found.schema_version));
        }
        Ok(found)
    }
}

/// One side.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Side {
    /// What it was called.
    pub name: String,
    /// Its commit, of one that git has.
    pub commit: Option<String>,
    /// The day of it.
    pub day: Option<String>,
    /// Nodes.
    pub nodes: usize,
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Edges that the rest of the network contradicts.
    pub incoherent: usize,
    /// Whether its numbers are known.
    pub has_numbers: bool,
}

/// How much there is of everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each counts what it is called")]
pub struct Counts {
    /// Nodes that moved and were not settled by this change.
    pub moved: usize,
    /// Nodes whose sampled numbers differ by less than their errors can tell.
    pub within_error: usize,
    pub resolved: usize,
    pub added: usize,
    pub removed: usize,
    pub renamed: usize,
    pub statements: usize,
    pub facts: usize,
    pub edges: usize,
    pub tables: usize,
    pub windows: usize,
    pub texts: usize,
    pub rewritten: usize,
    pub backdated: usize,
    pub restated: usize,
    pub corrections: usize,
    pub new_errors: usize,
    pub new_warnings: usize,
    pub mended: usize,
}

/// Where something stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The path, with `/` between folders.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// Whether it is there now: else it was.
    pub is_now: bool,
}

/// What kind of thing was edited, in the order of weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EditKind {
    /// A line of the journal that settles something.
    Outcome,
    /// A stated probability.
    Statement,
    /// A line of the journal with evidence.
    Evidence,
    /// An edge.
    Edge,
    /// A full table.
    Table,
    /// A window, or a line that shifts one.
    Window,
    /// What else bears on numbers: a weight, a class, who says it.
    Setting,
    /// A whole item.
    Item,
    /// An assertion or a rule.
    Claim,
    /// A renamed id.
    Redirect,
    /// A note.
    Note,
    /// What only readers see.
    Text,
}

/// How something was edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each is what it is called")]
pub enum Way {
    Added,
    Changed,
    Removed,
}

impl Way {
    /// In one word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

/// One change of text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// From 1, in the order of weight.
    pub number: usize,
    /// What kind of thing it is.
    pub kind: EditKind,
    /// What was done to it.
    pub way: Way,
    /// The item that it is about, as it is called now.
    pub id: String,
    /// What was edited, in a few words.
    pub what: String,
    /// What stood there.
    pub before: Option<String>,
    /// What stands there now.
    pub after: Option<String>,
    /// Who says it.
    pub by: Vec<String>,
    /// Why, as its author has it.
    pub why: Option<String>,
    /// Of a line of the journal, its day.
    pub date: Option<String>,
    /// Of a correction, the day of the line that it mends.
    pub corrects: Option<String>,
    /// Where.
    pub place: Place,
}

/// What was done to the past.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Breach {
    /// Which way.
    pub kind: BreachKind,
    /// The item.
    pub id: String,
    /// The day of the line.
    pub date: Option<String>,
    /// Days from the day of the line to that of the review.
    pub days: Option<i64>,
    /// What stood there.
    pub before: Option<String>,
    /// What stands there now.
    pub after: Option<String>,
    /// Where.
    pub place: Place,
}

/// The ways in which a past is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BreachKind {
    /// A line of the journal is not what it was.
    Rewritten,
    /// A line of the journal is gone.
    Removed,
    /// A statement without a day was changed although facts have come since.
    Restated,
    /// A new line with an old date.
    Backdated,
}

/// A node that was settled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resolution {
    /// The node.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What stood before: `open`, or another outcome.
    pub before: String,
    /// `yes`, `no` or `void`; `open` of an outcome that was taken back.
    pub outcome: String,
    /// The day of it.
    pub date: Option<String>,
    /// How likely it was in the base.
    pub p: Option<f64>,
    /// The first probability that was stated, which is scored.
    pub stated: Option<f64>,
    /// (stated − outcome)².
    pub brier: Option<f64>,
    /// ln of what was given to what came.
    pub log: Option<f64>,
    /// What the network made of it on the day before.
    pub network: Option<f64>,
    /// Its Brier score.
    pub network_brier: Option<f64>,
    /// Its log score.
    pub network_log: Option<f64>,
    /// Who says it.
    pub by: Vec<String>,
    /// Why.
    pub why: Option<String>,
    /// Where.
    pub place: Option<Place>,
}

/// A node that came, went or was renamed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeChange {
    /// `added`, `removed` or `renamed`.
    pub way: String,
    /// Its id, the one it has now where it has one.
    pub id: String,
    /// The id that it had.
    pub was: Option<String>,
    /// Its kind.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// How likely it is, or was.
    pub p: Option<f64>,
    /// Of one that came, its stated number and its edges.
    pub says: Vec<String>,
    /// Where it stands, or stood.
    pub place: Option<Place>,
}

/// How the parts of a move were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// There is one edit, or one group of edits that cannot be without each other.
    Whole,
    /// Over all orders in which the edits could have been made.
    Shapley,
    /// One after the other, in the order of the files.
    Ordered,
}

/// A number that moved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// The node.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it was, from 0 to 1.
    pub from: f64,
    /// What it is.
    pub to: f64,
    /// The difference.
    pub by: f64,
    /// The most that its standard error can be; 0 where both are exact.
    pub error: f64,
    /// Whether this change settles it.
    pub is_settled: bool,
    /// How its parts were found.
    pub how: Option<How>,
    /// They add up to the difference.
    pub parts: Vec<Part>,
}

/// What some edits did to a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// By their numbers.
    pub edits: Vec<usize>,
    /// What they moved it by together.
    pub by: f64,
    /// The strongest way along which that came.
    pub path: Vec<String>,
}

/// A predictor whose word weighs another amount.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoiceChange {
    /// The predictor.
    pub id: String,
    /// κ before.
    pub from: f64,
    /// κ now.
    pub to: f64,
}

/// What time alone moved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passing {
    /// The day of the base.
    pub since: String,
    /// What moved, those that moved most first.
    pub moves: Vec<Drift>,
}

/// A number that moved while nothing was edited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each is what it is called")]
pub struct Drift {
    pub id: String,
    pub title: String,
    pub from: f64,
    pub to: f64,
    pub by: f64,
    pub error: f64,
}

/// An assertion before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each is what it is called")]
pub struct Turn {
    pub claim: String,
    /// None of one that is new.
    pub before: Option<String>,
    /// None of one that is gone.
    pub after: Option<String>,
    /// Its numbers, where it does not hold.
    pub says: Option<String>,
    pub place: Option<Place>,
}

/// A diagnostic of one side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each is what it is called")]
pub struct Fault {
    pub code: String,
    pub severity: String,
    pub message: String,
    /// The item that it stands in.
    pub id: Option<String>,
    pub place: Place,
}
