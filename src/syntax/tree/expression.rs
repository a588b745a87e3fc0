//! The expressions of `assert` and `when`.

use std::fmt;

use super::Name;
use crate::source::{Span, Spanned};
use crate::value::{Duration, Probability};

/// An expression of `assert` or `when`, with its words.
#[derive(Clone, Debug)]
pub struct Expression {
    /// Its words.
    pub span: Span,
    /// What it says.
    pub term: Box<Term>,
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.term == other.term
    }
}

/// The forms of expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// `2`
    Number(f64),
    /// `15%`
    Percent(Probability),
    /// A node in `assert`, a field in `when`.
    Name(Name),
    /// `P(A | B, not C)`
    Belief {
        /// What is asked.
        event: Expression,
        /// What is known.
        given: Vec<Expression>,
    },
    /// `not A`
    Not(Expression),
    /// `-A`
    Negative(Expression),
    /// All must hold.
    And(Vec<Expression>),
    /// One must hold.
    Or(Vec<Expression>),
    /// `A + B`
    Arithmetic(Expression, Operator, Expression),
    /// `5% < P(A) < P(B)`: the first, and each comparison with the one before.
    Compare(Expression, Vec<(Comparison, Expression)>),
    /// `last_fact older than 6mo`
    Older(Expression, Spanned<Duration>),
    /// `has TAG`
    Has(Name),
    /// `in ai/infrastructure`
    In(Name),
    /// `badged RULE`
    Badged(Name),
}

/// The operators of arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is what it is called")]
pub enum Operator {
    Plus,
    Minus,
    Times,
    Over,
}

/// The comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is what it is called")]
pub enum Comparison {
    Less,
    LessEqual,
    More,
    MoreEqual,
    Equal,
    Unequal,
}

impl Operator {
    /// As it is written.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::Over => "/",
        }
    }
}

impl Comparison {
    /// As it is written.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::More => ">",
            Self::MoreEqual => ">=",
            Self::Equal => "=",
            Self::Unequal => "!=",
        }
    }
}

impl Term {
    /// How tightly it holds together: a part that holds less tightly stands in parentheses.
    fn tightness(&self) -> u8 {
        match self {
            Self::Or(_) => 0,
            Self::And(_) => 1,
            Self::Not(_) => 2,
            Self::Compare(..) | Self::Older(..) | Self::Has(_) | Self::In(_) | Self::Badged(_) => 3,
            Self::Arithmetic(_, Operator::Plus | Operator::Minus, _) => 4,
            Self::Arithmetic(_, Operator::Times | Operator::Over, _) => 5,
            Self::Negative(_) => 6,
            Self::Number(_) | Self::Percent(_) | Self::Name(_) | Self::Belief { .. } => 7,
        }
    }
}

/// In one way of writing, whatever the blanks and parentheses of the file.
impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = self.term.tightness();
        let part = |f: &mut fmt::Formatter<'_>, part: &Self, least: u8| {
            if part.term.tightness() < least { write!(f, "({part})") } else { write!(f, "{part}") }
        };
        let list = |f: &mut fmt::Formatter<'_>, all: &[Self], between: &str, least: u8| {
            for (index, one) in all.iter().enumerate() {
                f.write_str(if index > 0 { between } else { "" })?;
                part(f, one, least)?;
            }
            Ok(())
        };
        match self.term.as_ref() {
            Term::Number(number) => write!(f, "{number}"),
            Term::Percent(percent) => write!(f, "{percent}"),
            Term::Name(name) => f.write_str(&name.value),
            Term::Belief { event, given } => {
                write!(f, "P({event}")?;
                f.write_str(if given.is_empty() { "" } else { " | " })?;
                list(f, given, ", ", 0)?;
                f.write_str(")")
            }
            Term::Not(inner) => {
                f.write_str("not ")?;
                part(f, inner, own + 1)
            }
            Term::Negative(inner) => {
                f.write_str("-")?;
                part(f, inner, own + 1)
            }
            Term::And(all) => list(f, all, " and ", own + 1),
            Term::Or(all) => list(f, all, " or ", own + 1),
            Term::Arithmetic(left, operator, right) => {
                part(f, left, own)?;
                write!(f, " {} ", operator.mark())?;
                part(f, right, own + 1)
            }
            Term::Compare(first, chain) => {
                part(f, first, own + 1)?;
                for (comparison, one) in chain {
                    write!(f, " {} ", comparison.mark())?;
                    part(f, one, own + 1)?;
                }
                Ok(())
            }
            Term::Older(inner, duration) => {
                part(f, inner, own + 1)?;
                write!(f, " older than {}", duration.value)
            }
            Term::Has(tag) => write!(f, "has {}", tag.value),
            Term::In(domain) => write!(f, "in {}", domain.value),
            Term::Badged(rule) => write!(f, "badged {}", rule.value),
        }
    }
}
