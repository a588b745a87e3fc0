//! `misused-value`: expressions of `assert` and `when` put together what can be put together.
//!
//! Every part of an expression has a kind: a condition, a number, a probability, a date, a length of time, words.
//! A part that is at fault has none, so that one fault is named once.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest, or_list, quoted};
use crate::model::{Belief, Comparison, Expression, Field, Model, NodeKind, Term, Test};
use crate::source::Span;

const MODES: [&str; 3] = ["forecast", "prediction", "speculation"];

/// What an expression stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Condition,
    Number,
    Probability,
    Day,
    Length,
    Words,
    Text,
}

impl Kind {
    fn words(self) -> &'static str {
        match self {
            Self::Condition => "a condition",
            Self::Number => "a number",
            Self::Probability => "a probability",
            Self::Day => "a date",
            Self::Length => "a length of time",
            Self::Words => "a word",
            Self::Text => "a text",
        }
    }

    fn is_number(self) -> bool {
        matches!(self, Self::Number | Self::Probability)
    }
}

/// What an expression is about, as far as kinds go.
trait Atom {
    fn kind(&self) -> Kind;
    /// The test, in a `when`.
    fn test(&self) -> Option<&Test>;
}

impl Atom for Belief {
    fn kind(&self) -> Kind {
        Kind::Probability
    }

    fn test(&self) -> Option<&Test> {
        None
    }
}

impl Atom for Test {
    fn kind(&self) -> Kind {
        match self {
            Self::Field(field) => kind_of(*field),
            Self::Older(..) | Self::Has(_) | Self::In(_) | Self::Badged(_) => Kind::Condition,
            Self::Word(_) => Kind::Words,
            Self::Day(_) => Kind::Day,
            Self::Length(_) => Kind::Length,
        }
    }

    fn test(&self) -> Option<&Test> {
        Some(self)
    }
}

fn kind_of(field: Field) -> Kind {
    match field {
        Field::Open | Field::Resolved | Field::Overdue | Field::Private => Kind::Condition,
        Field::Id | Field::Kind | Field::Mode | Field::Domain | Field::Tags | Field::By => Kind::Words,
        Field::Title => Kind::Text,
        Field::P | Field::Stated | Field::Moved => Kind::Probability,
        Field::Age => Kind::Length,
        Field::LastFact | Field::WindowStart | Field::WindowEnd => Kind::Day,
        Field::MilestonesCount
        | Field::MilestonesHit
        | Field::MilestonesMissed
        | Field::MilestonesPending
        | Field::MilestonesOverdue
        | Field::EdgesIn
        | Field::EdgesOut
        | Field::Facts => Kind::Number,
    }
}

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let mut checker = Checker { scene, out };
    for assertion in &scene.model.assertions {
        checker.condition(&assertion.claim);
    }
    for rule in &scene.model.rules {
        checker.condition(&rule.when);
    }
}

struct Checker<'a> {
    scene: &'a Scene<'a>,
    out: &'a mut Diagnostics,
}

impl Checker<'_> {
    fn words(&self, span: Span) -> &str {
        let text = self.scene.sources.get(span.source).map_or("", |source| source.text());
        text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    fn quoted(&self, span: Span) -> String {
        quoted(self.words(span))
    }

    fn fault(&self, span: Span, message: String) -> Diagnostic {
        Diagnostic::new(Code::MisusedValue, span, message)
    }

    /// What has to be true or false.
    fn condition<A: Atom>(&mut self, expression: &Expression<A>) {
        let Some(kind) = self.kind(expression) else { return };
        if kind != Kind::Condition {
            let fault = self.no_condition(expression, kind);
            self.out.push(fault);
        }
    }

    fn no_condition<A: Atom>(&self, expression: &Expression<A>, kind: Kind) -> Diagnostic {
        let shown = self.quoted(expression.span);
        let words = self.words(expression.span);
        let fault = self.fault(expression.span, format!("{shown} is {}, and no condition", kind.words()));
        let is_short = words.len() <= 40 && !words.contains('\n');
        let shown = if is_short { words } else { "…" };
        match (kind, expression.term.as_ref()) {
            (Kind::Number | Kind::Probability, Term::Number(_)) => fault.help("a number alone says nothing"),
            (Kind::Probability, _) => fault.help(format!("compare it: `{shown} > 50%`")),
            (Kind::Number, _) => fault.help(format!("compare it: `{shown} > 0`")),
            (Kind::Day, Term::Atom(atom)) if matches!(atom.test(), Some(Test::Field(_))) => fault.help(
                format!("write `{shown} older than 6mo`, or compare it with a day: `{shown} < 2027-01-01`"),
            ),
            (Kind::Length, Term::Atom(atom)) if matches!(atom.test(), Some(Test::Field(_))) => {
                fault.help(format!("compare it: `{shown} > 6mo`"))
            }
            (Kind::Words, Term::Atom(atom)) => match atom.test() {
                Some(Test::Field(Field::Tags)) => fault.help("write `has TAG`"),
                Some(Test::Field(Field::Domain)) => fault.help("write `in DOMAIN`"),
                Some(Test::Field(Field::Kind)) => fault.help("compare it: `kind = killer`"),
                Some(Test::Field(field)) => fault.help(format!("compare it: `{} = …`", field.name())),
                _ => fault,
            },
            (Kind::Text, _) => fault.help("titles are for the message of a rule: `{title}`"),
            _ => fault.help("compare it with a field"),
        }
    }

    /// The kind of an expression; none if something in it is at fault.
    fn kind<A: Atom>(&mut self, expression: &Expression<A>) -> Option<Kind> {
        match expression.term.as_ref() {
            Term::Atom(atom) => {
                if let Some(Test::Older(field, _)) = atom.test()
                    && kind_of(field.value) != Kind::Day
                {
                    let fault = self.not_older(expression.span, field.value, field.span);
                    self.out.push(fault);
                }
                Some(atom.kind())
            }
            Term::Number(_) => Some(Kind::Number),
            Term::Not(inner) => {
                self.condition(inner);
                Some(Kind::Condition)
            }
            Term::And(all) | Term::Or(all) => {
                all.iter().for_each(|one| self.condition(one));
                Some(Kind::Condition)
            }
            Term::Negative(inner) => self.number(inner, "-").then_some(Kind::Number),
            Term::Arithmetic(left, operator, right) => {
                let both = [self.number(left, operator.mark()), self.number(right, operator.mark())];
                (both == [true, true]).then_some(Kind::Number)
            }
            Term::Compare(first, chain) => {
                let mut left = first;
                let mut left_kind = self.kind(first);
                for (mark, right) in chain {
                    let right_kind = self.kind(right);
                    if let (Some(of_left), Some(of_right)) = (left_kind, right_kind) {
                        self.pair((left, of_left), *mark, (right, of_right));
                    }
                    (left, left_kind) = (right, right_kind);
                }
                Some(Kind::Condition)
            }
        }
    }

    fn not_older(&self, span: Span, field: Field, at: Span) -> Diagnostic {
        let kind = kind_of(field);
        let name = field.name();
        if kind == Kind::Length {
            let length = self.words(span).rsplit([' ', '\t', '\n']).next().unwrap_or("6mo");
            let instead = format!("{name} > {length}");
            return self
                .fault(span, format!("`{name}` is {}, and not a date that can be older", kind.words()))
                .help(format!("write `{instead}`"))
                .replace_with(instead);
        }
        self.fault(at, format!("`{name}` is {}, and only a date can be older", kind.words()))
            .help("write `last_fact older than 6mo`, or the same of `window.start` or `window.end`")
    }

    /// Whether this can be reckoned with.
    fn number<A: Atom>(&mut self, expression: &Expression<A>, mark: &str) -> bool {
        let Some(kind) = self.kind(expression) else { return false };
        if kind.is_number() {
            return true;
        }
        let message =
            format!("{} is {}, and `{mark}` is for numbers", self.quoted(expression.span), kind.words());
        let fault = self.fault(expression.span, message);
        self.out.push(match kind {
            Kind::Condition => fault.help("what is compared stands outside of the parentheses"),
            Kind::Day => fault.help("dates are compared: `… < 2027-01-01`, `… older than 6mo`"),
            Kind::Length => fault.help("lengths of time are compared: `age > 6mo`"),
            Kind::Number | Kind::Probability | Kind::Words | Kind::Text => {
                fault.help("remove it from the sum")
            }
        });
        false
    }

    /// Two sides of a comparison.
    fn pair<A: Atom>(
        &mut self,
        (left, left_kind): (&Expression<A>, Kind),
        mark: Comparison,
        (right, right_kind): (&Expression<A>, Kind),
    ) {
        let sides = [(left, left_kind), (right, right_kind)];
        if let Some((side, kind)) =
            sides.into_iter().find(|(_, kind)| matches!(kind, Kind::Condition | Kind::Text))
        {
            let message = format!("{} is {}, and is not compared", self.quoted(side.span), kind.words());
            let fault = self.fault(side.span, message);
            self.out.push(if kind == Kind::Text {
                fault.help("titles are for the message of a rule: `{title}`")
            } else {
                fault.help("join conditions with `and`, `or` and `not`")
            });
            return;
        }
        if left_kind == Kind::Words && right_kind == Kind::Words {
            if let (Term::Atom(one), Term::Atom(other)) = (left.term.as_ref(), right.term.as_ref())
                && let (Some(Test::Field(field)), Some(Test::Word(word))) = (one.test(), other.test())
            {
                self.word(*field, left.span.to(right.span), mark, (word, right.span));
            }
            return;
        }
        let is_same = left_kind == right_kind || left_kind.is_number() && right_kind.is_number();
        if !is_same {
            let fault = self.mismatch(sides);
            self.out.push(fault);
            return;
        }
        let certain = [(left_kind, right), (right_kind, left)];
        for (kind, number) in certain {
            if kind == Kind::Probability
                && let Term::Number(value) = number.term.as_ref()
                && *value > 1.0
            {
                let words = self.words(number.span);
                let fault =
                    self.fault(number.span, format!("no probability is more than 1, and this is {words}"));
                let fault = if *value <= 100.0 {
                    fault.help(format!("write `{words}%`")).replace_with(format!("{words}%"))
                } else {
                    fault.help("write a probability: `5%` or `0.05`")
                };
                self.out.push(fault);
            }
        }
    }

    fn mismatch<A: Atom>(&self, sides: [(&Expression<A>, Kind); 2]) -> Diagnostic {
        let [(left, left_kind), (right, right_kind)] = sides;
        let message = format!(
            "{} is {}, and {} is {}",
            self.quoted(left.span),
            left_kind.words(),
            self.quoted(right.span),
            right_kind.words()
        );
        let find = |kind: Kind| sides.into_iter().find(|(_, of)| *of == kind);
        let literal = sides.into_iter().find(|(one, _)| matches!(one.term.as_ref(), Term::Number(_)));
        let number = literal.map(|(one, _)| (one.span, self.words(one.span)));
        let fault = |at: Span| self.fault(at, message.clone());
        let whole = left.span.to(right.span);
        if let (Some(_), Some((at, words))) = (find(Kind::Length), number) {
            let is_whole = !words.is_empty() && words.bytes().all(|byte| byte.is_ascii_digit());
            return if is_whole {
                fault(at)
                    .help(format!("write `{words}d`, or weeks, months or years"))
                    .replace_with(format!("{words}d"))
            } else {
                fault(at).help("write a length of time: `10d`, `6w`, `3mo`, `2y`")
            };
        }
        if let (Some((day, _)), Some((at, words))) = (find(Kind::Day), number) {
            let is_year = words.len() == 4 && (words.starts_with("19") || words.starts_with("20"));
            return if is_year && words.bytes().all(|byte| byte.is_ascii_digit()) {
                let instead = format!("{words}-01-01");
                fault(at).help(format!("write the day: `{instead}`")).replace_with(instead)
            } else {
                fault(at).help(format!(
                    "write `{0} older than 6mo`, or compare it with a day: `{0} < 2027-01-01`",
                    self.words(day.span)
                ))
            };
        }
        if let (Some((day, _)), Some(_)) = (find(Kind::Day), find(Kind::Length)) {
            return fault(whole).help(format!("write `{} older than 6mo`", self.words(day.span)));
        }
        if let Some((word, _)) = find(Kind::Words) {
            let field = if let Term::Atom(atom) = word.term.as_ref() { atom.test() } else { None };
            return match field {
                Some(Test::Field(Field::Kind)) => {
                    fault(whole).help("compare it with a word: `kind = killer`")
                }
                Some(Test::Field(Field::Tags)) => fault(whole).help("write `has TAG`"),
                _ => fault(whole).help("a field of words is compared with a word"),
            };
        }
        fault(whole).help("compare like with like")
    }

    /// A field of words and the word that it is compared with.
    fn word(&mut self, field: Field, whole: Span, mark: Comparison, (word, at): (&str, Span)) {
        if !matches!(mark, Comparison::Equal | Comparison::Unequal) {
            let message = format!("`{}` has words, and words have no order", field.name());
            let fault = self.fault(whole, message).help("write `=` or `!=`");
            self.out.push(fault);
            return;
        }
        let model = self.scene.model;
        #[expect(clippy::wildcard_enum_match_arm, reason = "the words of the others are free")]
        let fault = match field {
            Field::Kind => {
                let kinds = [NodeKind::Prediction, NodeKind::Killer, NodeKind::Scenario, NodeKind::Milestone];
                one_of(word, at, "kind of item", &kinds.map(NodeKind::word))
            }
            Field::Mode => one_of(word, at, "mode", &MODES),
            Field::Id => self.unknown_node(word, at),
            Field::By => unknown_predictor(model, word, at),
            _ => None,
        };
        if let Some(fault) = fault {
            self.out.push(fault);
        }
    }

    fn unknown_node(&self, word: &str, at: Span) -> Option<Diagnostic> {
        let model = self.scene.model;
        if model.nodes.binary_search_by(|node| node.id.as_ref().cmp(word)).is_ok() {
            return None;
        }
        let fault = Diagnostic::new(Code::UnknownNode, at, format!("there is no node {}", quoted(word)));
        Some(match model.nearest(word) {
            Some(near) => fault.help(format!("did you mean `{near}`?")).replace_with(near),
            None => fault.help("no item has this id, so the rule would never speak"),
        })
    }
}

fn one_of(word: &str, at: Span, what: &str, words: &[&str]) -> Option<Diagnostic> {
    if words.contains(&word) {
        return None;
    }
    let fault = Diagnostic::new(Code::UnknownWord, at, format!("{} is no {what}", quoted(word)));
    let all: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    Some(match nearest(word, words.iter().copied()) {
        Some(near) => fault.help(format!("did you mean `{near}`?")).replace_with(near),
        None => fault.help(format!("write {}", or_list(&all))),
    })
}

fn unknown_predictor(model: &Model, word: &str, at: Span) -> Option<Diagnostic> {
    let ids = || model.predictors.iter().map(|one| one.id.value.as_ref());
    if ids().any(|id| id == word) {
        return None;
    }
    let message = format!("there is no predictor {}", quoted(word));
    let fault = Diagnostic::new(Code::UnknownPredictor, at, message);
    Some(match nearest(word, ids()) {
        Some(near) => fault.help(format!("did you mean `{near}`?")).replace_with(near),
        None => fault.help("nothing is by them, so the rule would never speak"),
    })
}
