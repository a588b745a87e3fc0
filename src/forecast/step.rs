//! Steps: what a part learns on a day.

use crate::value::Date;

/// What is known about a node itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Finding {
    /// It is open; the log likelihood ratio of all evidence about it, finite, 0 for none.
    Open(f64),
    /// It is settled, by an outcome or by what gates make of other outcomes.
    Settled(bool),
}

/// A day on which something happened.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    /// The day.
    pub(crate) date: Date,
    /// Nodes of the part whose finding is another than before, in the order of nodes. Every node begins as
    /// `Open(0.0)`.
    pub(crate) findings: Vec<(usize, Finding)>,
    /// Statements of this day, after everything else is known.
    pub(crate) statements: Vec<Statement>,
}

impl Step {
    /// A day on which nothing is known yet.
    pub(crate) fn on(date: Date) -> Self {
        Self { date, findings: Vec::new(), statements: Vec::new() }
    }

    /// Whether it changes nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.findings.is_empty() && self.statements.is_empty()
    }
}

/// A statement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Statement {
    /// Of the node.
    pub(crate) node: usize,
    /// Its number among the statements about this node.
    pub(crate) number: usize,
    /// The probability that is stated.
    pub(crate) probability: f64,
}

/// Why the belief of a part cannot be worked out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Trouble {
    /// No level gives the node the probability that is stated: what is possible lies between two numbers.
    OutOfReach {
        /// The node.
        node: usize,
        /// The number of the statement, or none for the level before all facts.
        statement: Option<usize>,
        /// The least that is possible.
        least: f64,
        /// The most.
        most: f64,
    },
    /// The facts have the probability zero.
    Impossible,
    /// It would take more memory than there may be.
    TooWide,
}

/// A probability with its standard error; 0 where it is exact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Estimate {
    pub(crate) probability: f64,
    pub(crate) error: f64,
}
