//! Formulas: arithmetic over probabilities, with what their errors make of the result.
//!
//! The errors of two questions are taken as independent, those of one question that is asked twice as one: the error
//! of a result follows from how far it moves when each question moves by its own error.

use std::collections::BTreeMap;

use super::Reason;
use crate::answers::query::{Answer, Silence};
use crate::model::{Belief, Expression, NodeId, Operator, Term};

/// The questions of a claim, each asked once.
pub(super) struct Questions<'a> {
    ask: &'a dyn Fn(&Belief) -> Result<Answer, Silence>,
    places: BTreeMap<String, usize>,
    answers: Vec<Result<Answer, Silence>>,
    /// As they are written, each way once; whether it is the contrary that was asked.
    written: Vec<(Belief, usize, bool)>,
}

impl<'a> Questions<'a> {
    pub(super) fn new(ask: &'a dyn Fn(&Belief) -> Result<Answer, Silence>) -> Self {
        Self { ask, places: BTreeMap::new(), answers: Vec::new(), written: Vec::new() }
    }

    /// The place of a question among those that were asked, and whether it is the contrary of the one there.
    fn place(&mut self, question: &Belief) -> (usize, bool) {
        // P(not A) is 1 - P(A), and moves with it.
        let mut event = &question.event;
        let mut is_contrary = false;
        while let Term::Not(inner) = event.term.as_ref() {
            event = inner;
            is_contrary = !is_contrary;
        }
        let mut given: Vec<String> = question.given.iter().map(key).collect();
        given.sort_unstable();
        given.dedup();
        let key = format!("{}|{}", key(event), given.join(","));
        let place = *self.places.entry(key).or_insert_with(|| {
            let plain = Belief { event: event.clone(), given: question.given.clone() };
            self.answers.push((self.ask)(&plain));
            self.answers.len() - 1
        });
        if !self.written.iter().any(|(_, of, contrary)| (*of, *contrary) == (place, is_contrary)) {
            self.written.push((question.clone(), place, is_contrary));
        }
        (place, is_contrary)
    }

    /// Each question with its answer, in the order in which they are written.
    pub(super) fn written(&self) -> impl Iterator<Item = (&Belief, Result<Answer, Silence>)> {
        self.written.iter().filter_map(|(question, place, is_contrary)| {
            let answer = self.answers.get(*place)?.map(|answer| match is_contrary {
                true => Answer { probability: 1.0 - answer.probability, ..answer },
                false => answer,
            });
            Some((question, answer))
        })
    }
}

/// The same words for the same event, whatever the order of its parts.
fn key(event: &Expression<NodeId>) -> String {
    let list = |mark: &str, all: &[Expression<NodeId>]| {
        let mut all: Vec<String> = all.iter().map(key).collect();
        all.sort_unstable();
        all.dedup();
        format!("{mark}({})", all.join(","))
    };
    match event.term.as_ref() {
        Term::Atom(node) => node.index().to_string(),
        Term::Not(inner) => format!("!{}", key(inner)),
        Term::And(all) => list("&", all),
        Term::Or(all) => list("|", all),
        // No event has numbers in it.
        Term::Number(_) | Term::Negative(_) | Term::Arithmetic(..) | Term::Compare(..) => "?".to_owned(),
    }
}

/// Arithmetic, in the order in which it is done: numbers first, then what is done with the last one or two.
#[derive(Debug, Default)]
pub(super) struct Formula(Vec<Step>);

#[derive(Clone, Copy, Debug)]
enum Step {
    Number(f64),
    /// The answer to a question, or 1 less that.
    Answer(usize, bool),
    Negative,
    Both(Operator),
}

impl Formula {
    pub(super) fn of(expression: &Expression<Belief>, questions: &mut Questions<'_>) -> Self {
        let mut formula = Self::default();
        formula.add(expression, questions);
        formula
    }

    fn add(&mut self, expression: &Expression<Belief>, questions: &mut Questions<'_>) {
        match expression.term.as_ref() {
            Term::Atom(question) => {
                let (place, is_contrary) = questions.place(question);
                self.0.push(Step::Answer(place, is_contrary));
            }
            Term::Number(number) => self.0.push(Step::Number(*number)),
            Term::Negative(inner) => {
                self.add(inner, questions);
                self.0.push(Step::Negative);
            }
            Term::Arithmetic(left, operator, right) => {
                self.add(left, questions);
                self.add(right, questions);
                self.0.push(Step::Both(*operator));
            }
            // These are errors before there are numbers.
            Term::Not(_) | Term::And(_) | Term::Or(_) | Term::Compare(..) => {
                self.0.push(Step::Number(f64::NAN))
            }
        }
    }

    /// The result where the questions have these answers.
    fn result(&self, answers: &[f64]) -> Result<f64, Reason> {
        let mut stack: Vec<f64> = Vec::new();
        for step in &self.0 {
            let number = match *step {
                Step::Number(number) => number,
                Step::Answer(place, is_contrary) => {
                    let answer = answers.get(place).copied().unwrap_or(f64::NAN);
                    if is_contrary { 1.0 - answer } else { answer }
                }
                Step::Negative => -stack.pop().unwrap_or(f64::NAN),
                Step::Both(operator) => {
                    let right = stack.pop().unwrap_or(f64::NAN);
                    let left = stack.pop().unwrap_or(f64::NAN);
                    match operator {
                        Operator::Plus => left + right,
                        Operator::Minus => left - right,
                        Operator::Times => left * right,
                        Operator::Over if right == 0.0 => return Err(Reason::DividedByZero),
                        Operator::Over => left / right,
                    }
                }
            };
            stack.push(number);
        }
        stack.pop().filter(|result| result.is_finite()).ok_or(Reason::DividedByZero)
    }

    fn places(&self) -> impl Iterator<Item = usize> {
        self.0.iter().filter_map(|step| match step {
            Step::Answer(place, _) => Some(*place),
            Step::Number(_) | Step::Negative | Step::Both(_) => None,
        })
    }
}

/// How far the left is above the right, and the standard error of that.
pub(super) fn difference(
    left: &Formula,
    right: &Formula,
    questions: &Questions<'_>,
) -> Result<(f64, f64), Reason> {
    let mut places: Vec<usize> = left.places().chain(right.places()).collect();
    places.sort_unstable();
    places.dedup();
    let mut answers = vec![f64::NAN; questions.answers.len()];
    let mut errors = Vec::new();
    for place in places {
        let Some(answer) = questions.answers.get(place) else { continue };
        let answer = answer.map_err(Reason::Silent)?;
        if let Some(slot) = answers.get_mut(place) {
            *slot = answer.probability;
        }
        if answer.error > 0.0 && !answer.is_exact {
            errors.push((place, answer.error));
        }
    }
    let distance = |answers: &[f64]| Ok(left.result(answers)? - right.result(answers)?);
    let found: f64 = distance(&answers)?;
    let mut variance = 0.0;
    for (place, error) in errors {
        let moved = |by: f64| -> Result<f64, Reason> {
            let mut answers = answers.clone();
            if let Some(slot) = answers.get_mut(place) {
                *slot += by;
            }
            distance(&answers)
        };
        // Where it would divide by zero within the error, it could be anything.
        let reach = moved(error).and_then(|up| Ok((up - moved(-error)?) / 2.0)).unwrap_or(f64::INFINITY);
        variance += reach * reach;
    }
    Ok((found, variance.sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    fn node(index: usize) -> Expression<NodeId> {
        Expression { span: Span::default(), term: Box::new(Term::Atom(NodeId::new(index))) }
    }

    fn not(inner: Expression<NodeId>) -> Expression<NodeId> {
        Expression { span: Span::default(), term: Box::new(Term::Not(inner)) }
    }

    fn p(event: Expression<NodeId>) -> Expression<Belief> {
        let question = Belief { event, given: Vec::new() };
        Expression { span: Span::default(), term: Box::new(Term::Atom(question)) }
    }

    fn number(number: f64) -> Expression<Belief> {
        Expression { span: Span::default(), term: Box::new(Term::Number(number)) }
    }

    fn both(left: Expression<Belief>, operator: Operator, right: Expression<Belief>) -> Expression<Belief> {
        Expression { span: Span::default(), term: Box::new(Term::Arithmetic(left, operator, right)) }
    }

    /// Node 0 is at 40% ± 3, node 1 at 20% ± 4, node 2 at 0 and node 3 nowhere.
    fn answer(question: &Belief) -> Result<Answer, Silence> {
        let Term::Atom(node) = *question.event.term else { return Err(Silence::NoNumber) };
        let sampled = |probability, error| Ok(Answer { probability, error, is_exact: false });
        match node.index() {
            0 => sampled(0.4, 0.03),
            1 => sampled(0.2, 0.04),
            2 => Ok(Answer { probability: 0.0, error: 0.0, is_exact: true }),
            _ => Err(Silence::NoNumber),
        }
    }

    fn found(left: &Expression<Belief>, right: &Expression<Belief>) -> Result<(f64, f64), Reason> {
        let mut questions = Questions::new(&answer);
        let (left, right) = (Formula::of(left, &mut questions), Formula::of(right, &mut questions));
        difference(&left, &right, &questions)
    }

    #[track_caller]
    fn near(found: Result<(f64, f64), Reason>, expected: (f64, f64)) {
        let (difference, error) = found.unwrap();
        assert!((difference - expected.0).abs() < 1e-12, "{difference}");
        assert!((error - expected.1).abs() < 1e-12, "{error}");
    }

    #[test]
    fn independent_errors_add_up_in_squares() {
        // 0.03² + 0.04² = 0.05²
        near(found(&p(node(0)), &p(node(1))), (0.2, 0.05));
        near(found(&both(p(node(0)), Operator::Plus, p(node(1))), &number(0.5)), (0.1, 0.05));
        // The derivatives of x y are y and x: (0.2 × 0.03)² + (0.4 × 0.04)².
        let error = (0.006_f64 * 0.006 + 0.016 * 0.016).sqrt();
        near(found(&both(p(node(0)), Operator::Times, p(node(1))), &number(0.0)), (0.08, error));
    }

    #[test]
    fn a_question_that_is_asked_twice_moves_as_one() {
        near(found(&p(node(0)), &p(node(0))), (0.0, 0.0));
        near(found(&both(p(node(0)), Operator::Plus, p(node(0))), &number(0.0)), (0.8, 0.06));
        // P(A) + P(not A) is 1, whatever the errors.
        near(found(&both(p(node(0)), Operator::Plus, p(not(node(0)))), &number(1.0)), (0.0, 0.0));
        near(found(&p(not(not(node(0)))), &p(node(0))), (0.0, 0.0));
    }

    #[test]
    fn what_has_no_answer_says_why() {
        assert_eq!(
            found(&both(number(1.0), Operator::Over, p(node(2))), &number(1.0)),
            Err(Reason::DividedByZero)
        );
        assert_eq!(found(&p(node(3)), &number(1.0)), Err(Reason::Silent(Silence::NoNumber)));
    }

    #[test]
    fn a_divisor_within_its_error_of_zero_leaves_everything_open() {
        let small = both(p(node(0)), Operator::Minus, number(0.37));
        let (_, error) = found(&both(number(1.0), Operator::Over, small), &number(1.0)).unwrap();
        assert!(error > 10.0, "{error}");
    }
}
