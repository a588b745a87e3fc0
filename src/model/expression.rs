//! Expressions with their names looked up: claims over probabilities, and conditions over items.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "forms are picked out: the others have a message of their own"
)]

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Comparison, NodeId, Operator, RuleId};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest, quoted};
use crate::source::{Span, Spanned};
use crate::syntax::tree;
use crate::value::{Date, Duration, Period};

/// An expression over atoms of one kind.
#[derive(Clone, Debug)]
pub struct Expression<A> {
    /// Its words.
    pub span: Span,
    /// What it says.
    pub term: Box<Term<A>>,
}

/// The forms of expressions.
#[derive(Clone, Debug)]
pub enum Term<A> {
    /// What the expression is about.
    Atom(A),
    /// A number; percentages are divided by 100.
    Number(f64),
    /// `not A`
    Not(Expression<A>),
    /// `-A`
    Negative(Expression<A>),
    /// All must hold.
    And(Vec<Expression<A>>),
    /// One must hold.
    Or(Vec<Expression<A>>),
    /// `A + B`
    Arithmetic(Expression<A>, Operator, Expression<A>),
    /// The first, and each comparison with the one before.
    Compare(Expression<A>, Vec<(Comparison, Expression<A>)>),
}

/// What an `assert` says.
pub type Claim = Expression<Belief>;

/// `P(A | B, not C)`.
#[derive(Clone, Debug)]
pub struct Belief {
    /// What is asked.
    pub event: Expression<NodeId>,
    /// What is known.
    pub given: Vec<Expression<NodeId>>,
}

/// What a `when` says.
pub type Condition = Expression<Test>;

/// What a condition asks of an item.
#[derive(Clone, Debug)]
pub enum Test {
    /// A field by itself.
    Field(Field),
    /// `last_fact older than 6mo`
    Older(Spanned<Field>, Duration),
    /// `has TAG`
    Has(Arc<str>),
    /// `in ai/infrastructure`
    In(Arc<str>),
    /// `badged RULE`
    Badged(RuleId),
    /// A word to compare a field with: `kind = killer`.
    Word(Arc<str>),
    /// A day to compare a field with: `window.end < 2027-01-01`.
    Day(Date),
    /// A length of time to compare a field with: `age > 6mo`.
    Length(Duration),
}

macro_rules! fields {
    ($($variant:ident $name:literal;)*) => {
        /// What a rule can ask of an item.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Field { $(#[doc = concat!("`", $name, "`")] $variant,)* }

        impl Field {
            const NAMES: &[(&str, Self)] = &[$(($name, Self::$variant),)*];
        }
    };
}

fields! {
    Open "open";
    Resolved "resolved";
    Overdue "overdue";
    Private "private";
    Id "id";
    Title "title";
    Kind "kind";
    Mode "mode";
    Domain "domain";
    Tags "tags";
    By "by";
    P "p";
    Stated "stated";
    Moved "moved";
    Age "age";
    LastFact "last_fact";
    WindowStart "window.start";
    WindowEnd "window.end";
    MilestonesCount "milestones.count";
    MilestonesHit "milestones.hit";
    MilestonesMissed "milestones.missed";
    MilestonesPending "milestones.pending";
    MilestonesOverdue "milestones.overdue";
    EdgesIn "edges.in";
    EdgesOut "edges.out";
    Facts "facts";
}

impl Field {
    /// The field of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(of, _)| *of == name).map(|(_, field)| *field)
    }

    /// As it is written.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, field)| *field == self).map_or("", |(name, _)| name)
    }

    /// Whether it is one of a list of words, to be compared with `=`.
    pub(crate) fn is_word(self) -> bool {
        matches!(
            self,
            Self::Kind | Self::Mode | Self::Domain | Self::By | Self::Id | Self::Tags | Self::Title
        )
    }
}

/// Carries over all that is the same in every kind of expression; `atom` takes what is not.
fn carry<A>(
    from: &tree::Expression,
    atom: &mut impl FnMut(&tree::Expression) -> Option<A>,
) -> Option<Expression<A>> {
    use tree::Term as T;
    let term = match from.term.as_ref() {
        T::Number(number) => Term::Number(*number),
        T::Percent(percent) => Term::Number(percent.as_f64()),
        T::Not(inner) => Term::Not(carry(inner, atom)?),
        T::Negative(inner) => Term::Negative(carry(inner, atom)?),
        // All parts are looked at before the first fault ends it: each may have one of its own.
        T::And(all) => {
            let all: Vec<_> = all.iter().map(|one| carry(one, atom)).collect();
            Term::And(all.into_iter().collect::<Option<_>>()?)
        }
        T::Or(all) => {
            let all: Vec<_> = all.iter().map(|one| carry(one, atom)).collect();
            Term::Or(all.into_iter().collect::<Option<_>>()?)
        }
        T::Arithmetic(left, operator, right) => {
            let (left, right) = (carry(left, atom), carry(right, atom));
            Term::Arithmetic(left?, *operator, right?)
        }
        T::Compare(first, chain) => {
            let first = carry(first, atom);
            let chain: Vec<_> = chain.iter().map(|(mark, one)| Some((*mark, carry(one, atom)?))).collect();
            Term::Compare(first?, chain.into_iter().collect::<Option<_>>()?)
        }
        T::Name(_) | T::Belief { .. } | T::Older(..) | T::Has(_) | T::In(_) | T::Badged(_) => {
            Term::Atom(atom(from)?)
        }
    };
    Some(Expression { span: from.span, term: Box::new(term) })
}

/// A claim; `node` looks ids up and reports those that are not there.
pub(super) fn claim(
    from: &tree::Expression,
    node: &mut impl FnMut(&tree::Name, &mut Diagnostics) -> Option<NodeId>,
    out: &mut Diagnostics,
) -> Option<Claim> {
    carry(from, &mut |expression| match expression.term.as_ref() {
        tree::Term::Belief { event, given } => Some(Belief {
            event: self::event(event, node, out)?,
            given: given.iter().map(|one| self::event(one, node, out)).collect::<Option<_>>()?,
        }),
        tree::Term::Name(_) => Some(Belief { event: self::event(expression, node, out)?, given: Vec::new() }),
        _ => misplaced(
            expression.span,
            "an assertion asks about probabilities",
            "write `P(…)`, ids and numbers",
            out,
        ),
    })
}

/// What stands inside `P(…)`: ids, `and`, `or`, `not`.
fn event(
    from: &tree::Expression,
    node: &mut impl FnMut(&tree::Name, &mut Diagnostics) -> Option<NodeId>,
    out: &mut Diagnostics,
) -> Option<Expression<NodeId>> {
    use tree::Term as T;
    if matches!(
        from.term.as_ref(),
        T::Number(_) | T::Percent(_) | T::Negative(_) | T::Arithmetic(..) | T::Compare(..)
    ) {
        return misplaced(
            from.span,
            "this is no event",
            "inside `P(…)` stand ids, `and`, `or` and `not`",
            out,
        );
    }
    if let T::Not(inner) = from.term.as_ref() {
        let term = Box::new(Term::Not(event(inner, node, out)?));
        return Some(Expression { span: from.span, term });
    }
    if let T::And(all) | T::Or(all) = from.term.as_ref() {
        let all = all.iter().map(|one| event(one, node, out)).collect::<Option<Vec<_>>>()?;
        let is_and = matches!(from.term.as_ref(), T::And(_));
        let term = if is_and { Term::And(all) } else { Term::Or(all) };
        return Some(Expression { span: from.span, term: Box::new(term) });
    }
    match from.term.as_ref() {
        T::Name(name) => {
            let term = Box::new(Term::Atom(node(name, out)?));
            Some(Expression { span: from.span, term })
        }
        _ => misplaced(from.span, "this is no event", "inside `P(…)` stand ids, `and`, `or` and `not`", out),
    }
}

/// A condition: names are fields, or words, days and lengths of time that a field is compared with. `rule` looks
/// rules up and reports those that cannot be asked about.
pub(super) fn condition(
    from: &tree::Expression,
    rule: &mut impl FnMut(&tree::Name, &mut Diagnostics) -> Option<RuleId>,
    out: &mut Diagnostics,
) -> Option<Condition> {
    if let Some(fault) = compared_domain(from) {
        out.push(fault);
        return None;
    }
    let words: BTreeSet<Span> = compared_words(from).into_iter().collect();
    carry(from, &mut |expression| match expression.term.as_ref() {
        tree::Term::Name(name) if words.contains(&name.span) => Some(Test::Word(Arc::clone(&name.value))),
        tree::Term::Name(name) => self::name(name, out),
        tree::Term::Older(inner, duration) => match inner.term.as_ref() {
            tree::Term::Name(name) => {
                Some(Test::Older(Spanned::new(field(name, out)?, name.span), duration.value))
            }
            _ => misplaced(inner.span, "only a date can be older", "write `last_fact older than 6mo`", out),
        },
        tree::Term::Has(tag) => Some(Test::Has(Arc::clone(&tag.value))),
        tree::Term::In(domain) => Some(Test::In(Arc::clone(&domain.value))),
        tree::Term::Badged(name) => Some(Test::Badged(rule(name, out)?)),
        _ => misplaced(
            expression.span,
            "a condition asks about fields",
            "`p` is the probability of the item",
            out,
        ),
    })
}

/// A name by itself: a field, a day or a length of time.
fn name(name: &tree::Name, out: &mut Diagnostics) -> Option<Test> {
    if let Some(field) = Field::from_name(&name.value) {
        return Some(Test::Field(field));
    }
    if let Ok(duration) = Duration::read(&name.value) {
        return Some(Test::Length(duration));
    }
    // No field begins with a digit: a day was meant, if anything.
    if name.value.starts_with(|c: char| c.is_ascii_digit()) && name.value.contains(['-', 'Q', 'q']) {
        let refusal = match Date::read(&name.value) {
            Ok(date) => return Some(Test::Day(date)),
            Err(refusal) => refusal,
        };
        let diagnostic = Diagnostic::new(refusal.code, name.span, refusal.message);
        // A period is compared by its first day.
        let instead =
            Period::read(&name.value).map(|period| period.first.to_string()).ok().or(refusal.instead);
        out.push(match (instead, refusal.help) {
            (Some(instead), _) => diagnostic.help(format!("write `{instead}`")).replace_with(instead),
            (None, Some(help)) => diagnostic.help(help),
            (None, None) => diagnostic,
        });
        return None;
    }
    Some(Test::Field(field(name, out)?))
}

/// A domain with a slash right of `=`, which would be a division.
fn compared_domain(expression: &tree::Expression) -> Option<Diagnostic> {
    use tree::Term as T;
    fn path(expression: &tree::Expression) -> Option<String> {
        match expression.term.as_ref() {
            T::Name(name) => Some(name.value.to_string()),
            T::Arithmetic(left, Operator::Over, right) => Some(format!("{}/{}", path(left)?, path(right)?)),
            _ => None,
        }
    }
    match expression.term.as_ref() {
        T::Not(inner) => compared_domain(inner),
        T::And(all) | T::Or(all) => all.iter().find_map(compared_domain),
        T::Compare(first, chain) => {
            let is_domain = |one: &tree::Expression| matches!(one.term.as_ref(), T::Name(name) if name.value.as_ref() == "domain");
            let [(mark @ (Comparison::Equal | Comparison::Unequal), right)] = chain.as_slice() else {
                return None;
            };
            let is_divided = matches!(right.term.as_ref(), T::Arithmetic(..));
            let path = path(right).filter(|_| is_divided && is_domain(first))?;
            let instead = format!("{}in {path}", if *mark == Comparison::Unequal { "not " } else { "" });
            let message = "a domain of several words is not compared with `=`";
            Some(
                Diagnostic::new(Code::MisusedValue, expression.span, message)
                    .help(format!("write `{instead}`"))
                    .replace_with(instead),
            )
        }
        _ => None,
    }
}

/// The rules that a condition asks about, with the words that ask.
pub(super) fn asked(condition: &Condition) -> Vec<(RuleId, Span)> {
    let mut all = Vec::new();
    walk(condition, &mut |test, span| {
        if let Test::Badged(rule) = test {
            all.push((*rule, span));
        }
    });
    all
}

/// Hands every atom to `visit`, in the order in which they are written.
fn walk<A>(expression: &Expression<A>, visit: &mut impl FnMut(&A, Span)) {
    match expression.term.as_ref() {
        Term::Atom(atom) => visit(atom, expression.span),
        Term::Number(_) => {}
        Term::Not(inner) | Term::Negative(inner) => walk(inner, visit),
        Term::And(all) | Term::Or(all) => all.iter().for_each(|one| walk(one, visit)),
        Term::Arithmetic(left, _, right) => {
            walk(left, visit);
            walk(right, visit);
        }
        Term::Compare(first, chain) => {
            walk(first, visit);
            chain.iter().for_each(|(_, one)| walk(one, visit));
        }
    }
}

/// Gives the rules that a condition asks about other numbers.
pub(super) fn renumber(condition: &mut Condition, to: &impl Fn(RuleId) -> RuleId) {
    match condition.term.as_mut() {
        Term::Atom(Test::Badged(rule)) => *rule = to(*rule),
        Term::Atom(_) | Term::Number(_) => {}
        Term::Not(inner) | Term::Negative(inner) => renumber(inner, to),
        Term::And(all) | Term::Or(all) => all.iter_mut().for_each(|one| renumber(one, to)),
        Term::Arithmetic(left, _, right) => {
            renumber(left, to);
            renumber(right, to);
        }
        Term::Compare(first, chain) => {
            renumber(first, to);
            chain.iter_mut().for_each(|(_, one)| renumber(one, to));
        }
    }
}

/// The names that are compared with a field of words.
fn compared_words(expression: &tree::Expression) -> Vec<Span> {
    use tree::Term as T;
    match expression.term.as_ref() {
        T::Not(inner) | T::Negative(inner) => compared_words(inner),
        T::And(all) | T::Or(all) => all.iter().flat_map(compared_words).collect(),
        T::Compare(first, chain) => {
            let is_word_field = |one: &tree::Expression| match one.term.as_ref() {
                T::Name(name) => Field::from_name(&name.value).is_some_and(Field::is_word),
                _ => false,
            };
            match chain.as_slice() {
                [(_, right)] if is_word_field(first) => vec![right.span],
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

fn field(name: &tree::Name, out: &mut Diagnostics) -> Option<Field> {
    if let Some(field) = Field::from_name(&name.value) {
        return Some(field);
    }
    out.push(unknown_field(&name.value, name.span));
    None
}

/// Something that items do not have.
pub(super) fn unknown_field(name: &str, span: Span) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(Code::UnknownField, span, format!("items have no field {}", quoted(name)));
    let near = match name {
        "probability" => Some("p"),
        _ => nearest(name, Field::NAMES.iter().map(|(name, _)| *name)),
    };
    match near {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).replace_with(near),
        None => diagnostic.help("`forecastc explain unknown-field` lists the fields"),
    }
}

fn misplaced<A>(span: Span, message: &str, help: &str, out: &mut Diagnostics) -> Option<A> {
    out.push(Diagnostic::new(Code::SyntaxError, span, message).help(help));
    None
}
