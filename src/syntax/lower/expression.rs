//! The expressions of `assert` and `when`.
//!
//! A rule of the grammar that holds a single part says no more than the part: it leaves no trace in the tree.

use pest::iterators::Pair;

use super::super::grammar::Rule;
use super::super::tree::{Comparison, Expression, Operator, Term};
use super::{Lower, Parts};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::value::{Duration, Probability};

/// Each nests the tree one deeper.
const MOST_OPERATORS: usize = 1_000;

impl Lower<'_> {
    pub(super) fn expression(&mut self, pair: Pair<'_, Rule>) -> Option<Expression> {
        self.joined(pair, Rule::conjunction, Term::Or, |this, part| {
            this.joined(part, Rule::negation, Term::And, Self::negation)
        })
    }

    fn joined(
        &mut self,
        pair: Pair<'_, Rule>,
        rule: Rule,
        join: fn(Vec<Expression>) -> Term,
        mut part: impl FnMut(&mut Self, Pair<'_, Rule>) -> Option<Expression>,
    ) -> Option<Expression> {
        let span = self.span(&pair);
        let parts = pair.into_inner().filter(|inner| inner.as_rule() == rule);
        let mut parts: Vec<Expression> = parts.map(|inner| part(self, inner)).collect::<Option<_>>()?;
        if parts.len() == 1 { parts.pop() } else { Some(expression(span, join(parts))) }
    }

    fn negation(&mut self, pair: Pair<'_, Rule>) -> Option<Expression> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        // Two of them say nothing: the tree stays as shallow as what is said.
        let mut negated = false;
        while parts.take(Rule::not_word).is_some() {
            negated = !negated;
        }
        let inner = self.comparison(parts.take(Rule::comparison)?)?;
        Some(if negated { expression(span, Term::Not(inner)) } else { inner })
    }

    fn comparison(&mut self, pair: Pair<'_, Rule>) -> Option<Expression> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        if parts.take(Rule::has_word).is_some() {
            return Some(expression(span, Term::Has(self.name(&parts.take(Rule::id)?))));
        }
        if parts.take(Rule::in_word).is_some() {
            return Some(expression(span, Term::In(self.name(&parts.take(Rule::domain_path)?))));
        }
        if parts.take(Rule::badged_word).is_some() {
            return Some(expression(span, Term::Badged(self.name(&parts.take(Rule::id)?))));
        }
        let first = self.sum(parts.take(Rule::sum)?)?;
        if parts.take(Rule::older_word).is_some() {
            parts.take(Rule::than_word)?;
            let duration = self.read(&parts.take(Rule::duration)?, Duration::read)?;
            return Some(expression(span, Term::Older(first, duration)));
        }
        let mut chain = Vec::new();
        while let Some(mark) = parts.take(Rule::compare) {
            let comparison = match mark.as_str() {
                "<" => Comparison::Less,
                "<=" => Comparison::LessEqual,
                ">" => Comparison::More,
                ">=" => Comparison::MoreEqual,
                "=" => Comparison::Equal,
                _ => Comparison::Unequal,
            };
            chain.push((comparison, self.sum(parts.take(Rule::sum)?)?));
        }
        Some(if chain.is_empty() { first } else { expression(span, Term::Compare(first, chain)) })
    }

    fn sum(&mut self, pair: Pair<'_, Rule>) -> Option<Expression> {
        self.arithmetic(
            pair,
            Rule::product,
            [(Rule::plus, Operator::Plus), (Rule::minus, Operator::Minus)],
            |this, part| {
                this.arithmetic(
                    part,
                    Rule::factor,
                    [(Rule::times, Operator::Times), (Rule::over, Operator::Over)],
                    Self::factor,
                )
            },
        )
    }

    fn arithmetic(
        &mut self,
        pair: Pair<'_, Rule>,
        rule: Rule,
        operators: [(Rule, Operator); 2],
        mut part: impl FnMut(&mut Self, Pair<'_, Rule>) -> Option<Expression>,
    ) -> Option<Expression> {
        let mut parts = Parts::of(pair);
        let mut left = part(self, parts.take(rule)?)?;
        loop {
            let operator = operators.iter().find(|(mark, _)| parts.take(*mark).is_some());
            let Some((_, operator)) = operator else { return Some(left) };
            let right = part(self, parts.take(rule)?)?;
            self.operators += 1;
            if self.operators > MOST_OPERATORS {
                self.out.push(
                    Diagnostic::new(Code::TooDeep, right.span, "too long an expression")
                        .help(format!("at most {MOST_OPERATORS} of `+ - * /` in a line")),
                );
                return None;
            }
            let span = left.span.to(right.span);
            left = expression(span, Term::Arithmetic(left, *operator, right));
        }
    }

    fn factor(&mut self, pair: Pair<'_, Rule>) -> Option<Expression> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let minus = parts.take(Rule::negative).is_some();
        let inner = self.operand(&mut parts)?;
        Some(if minus { expression(span, Term::Negative(inner)) } else { inner })
    }

    fn operand(&mut self, parts: &mut Parts<'_>) -> Option<Expression> {
        if let Some(belief) = parts.take(Rule::belief) {
            return self.belief(belief);
        }
        if let Some(numeral) = parts.take(Rule::numeral) {
            let span = self.span(&numeral);
            let is_percent = numeral.as_str().ends_with('%');
            return Some(expression(
                span,
                if is_percent {
                    Term::Percent(self.read(&numeral, Probability::read)?.value)
                } else {
                    Term::Number(numeral.as_str().parse().ok()?)
                },
            ));
        }
        if let Some(path) = parts.take(Rule::path) {
            return Some(expression(self.span(&path), Term::Name(self.name(&path))));
        }
        parts.take(Rule::open_paren)?;
        self.expression(parts.take(Rule::expression)?)
    }

    fn belief(&mut self, pair: Pair<'_, Rule>) -> Option<Expression> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        parts.take(Rule::p_word)?;
        parts.take(Rule::open_paren)?;
        let event = self.expression(parts.take(Rule::expression)?)?;
        parts.take(Rule::bar);
        let given = match parts.take(Rule::condition_list) {
            Some(list) => {
                let conditions = Parts::of(list).list(Rule::expression);
                conditions.into_iter().map(|one| self.expression(one)).collect::<Option<_>>()?
            }
            None => Vec::new(),
        };
        Some(expression(span, Term::Belief { event, given }))
    }
}

fn expression(span: Span, term: Term) -> Expression {
    Expression { span, term: Box::new(term) }
}
