//! Charts: SVG made from numbers, with classes for colors and presentation attributes for shapes.
//!
//! Plain numbers, days, words and addresses come in; markup goes out. A chart has a `chart` that draws it and, but
//! for the small ones of `inline`, a sentence that says what it shows: its name for those who do not see it. Nothing here
//! knows the model. Every number that is written is finite, every text is escaped, and ids take a prefix from the page.

mod axis;
pub(super) mod calibration;
mod draw;
pub(super) mod history;
pub(super) mod inline;
mod layers;
pub(super) mod local;
pub(super) mod network;
pub(super) mod overview;
pub(super) mod spark;
pub(super) mod strip;
pub(super) mod timeline;
pub(super) mod waterfall;

#[cfg(test)]
mod tests;

/// What an edge of a picture is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Relation {
    /// The target needs the source.
    Needs,
    /// The source kills the target.
    KilledBy,
    /// They move together; it has no direction.
    MovesWith,
    /// The source is a column of the target's table.
    Table,
    /// The target is a milestone of the source.
    Milestone,
}

impl Relation {
    /// All of them, in the order of legends.
    pub(super) const ALL: [Self; 5] =
        [Self::Needs, Self::KilledBy, Self::MovesWith, Self::Table, Self::Milestone];

    /// As its class.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Needs => "needs",
            Self::KilledBy => "kills",
            Self::MovesWith => "moves",
            Self::Table => "table",
            Self::Milestone => "mile",
        }
    }

    /// In words, as the language has them.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Needs => "needs",
            Self::KilledBy => "killed by",
            Self::MovesWith => "moves with",
            Self::Table => "in its table",
            Self::Milestone => "milestone",
        }
    }

    /// In words, as seen from the source.
    pub(super) fn backward(self) -> &'static str {
        match self {
            Self::Needs => "needed by",
            Self::KilledBy => "kills",
            Self::MovesWith => "moves with",
            Self::Table => "in the table of",
            Self::Milestone => "milestone",
        }
    }
}
