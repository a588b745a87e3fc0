//! Assertions: whether what must hold does, as far as the numbers can tell.
//!
//! A sampled number has an error, and so has whatever is reckoned from it. Where the two sides of a comparison are
//! no further apart than such errors reach, the comparison is undecided, and says so.

mod formula;
mod mark;

use self::formula::{Formula, Questions};
pub(super) use self::mark::Grounds;
use super::memory::Memory;
use super::query::{Answer, Silence};
use crate::forecast::Forecast;
use crate::model::{Belief, Claim, Comparison, Expression, Model, NodeId, Term};
use crate::value::percent;

/// Standard errors within which nothing is decided: 95% of a normal error lies there.
const REACH: f64 = 1.96;
/// What rounding may add to a number, or to an error.
const ROUNDING: f64 = 1e-9;

/// What came of an assertion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// It holds.
    Holds,
    /// It does not.
    Fails,
    /// Sampled numbers are too near to each other, or to a bound, to tell.
    Undecided,
    /// Something that it asks has no answer.
    Unanswered(Reason),
}

/// Why something has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A probability has none.
    Silent(Silence),
    /// The claim divides by zero.
    DividedByZero,
}

impl Reason {
    /// In words, of a question such as `P(A | B)`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Silent(Silence::NoNumber) => "a node has left the network",
            Self::Silent(Silence::Impossible) => "what is given cannot be",
            Self::Silent(Silence::Unseen) => "what is given is so in no world of those sampled",
            Self::DividedByZero => "it divides by zero",
        }
    }
}

impl Verdict {
    /// In one word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Fails => "fails",
            Self::Undecided => "undecided",
            Self::Unanswered(_) => "unanswered",
        }
    }

    /// Whether both hold. One that fails decides; else one that cannot be told leaves both untold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Fails, _) | (_, Self::Fails) => Self::Fails,
            (silent @ Self::Unanswered(_), _) | (_, silent @ Self::Unanswered(_)) => silent,
            (Self::Undecided, _) | (_, Self::Undecided) => Self::Undecided,
            (Self::Holds, Self::Holds) => Self::Holds,
        }
    }

    /// Whether one of them holds.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    /// Whether it does not hold.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "it stands beside `and` and `or`")]
    pub fn not(self) -> Self {
        match self {
            Self::Holds => Self::Fails,
            Self::Fails => Self::Holds,
            Self::Undecided | Self::Unanswered(_) => self,
        }
    }
}

/// A probability that an assertion asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// As it is written: `P(A | B, not C)`.
    pub words: String,
    /// How likely it is, or why nothing can be said.
    pub answer: Result<Answer, Silence>,
}

/// An assertion, judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// What came of it.
    pub verdict: Verdict,
    /// The probabilities that it asks for, each once, in the order in which they are written.
    pub asked: Vec<Asked>,
}

/// So many probabilities are told of one assertion.
const SHOWN: usize = 6;

impl Asked {
    /// Its probability with its error in points, as people read it.
    pub fn number(&self) -> String {
        match self.answer {
            Err(_) => "none".to_owned(),
            Ok(answer) if answer.error == 0.0 => percent(answer.probability),
            Ok(answer) if answer.error < 0.0005 => format!("{} ±<0.1", percent(answer.probability)),
            Ok(answer) => format!("{} ±{:.1}", percent(answer.probability), answer.error * 100.0),
        }
    }
}

impl Judged {
    /// What it asks for, with the answers: `P(A) is 40% and P(B) is 52.1% ±0.3`.
    pub fn numbers(&self) -> String {
        let shown = |one: &Asked| match one.answer {
            Ok(_) => format!("{} is {}", one.words, one.number()),
            Err(_) => format!("{} has none", one.words),
        };
        let mut all: Vec<String> = self.asked.iter().take(SHOWN).map(shown).collect();
        if self.asked.len() > SHOWN {
            all.push(format!("{} more", self.asked.len() - SHOWN));
        }
        match all.as_slice() {
            [] => String::new(),
            [one] => one.clone(),
            [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
        }
    }
}

/// Judges every assertion of a model, in its order.
///
/// ```
/// use forecastc::answers::assertions::{Verdict, assertions};
/// use forecastc::forecast::{self, Settings};
/// use forecastc::source::Sources;
/// use forecastc::value::Date;
///
/// let sources = Sources::single(r#"
/// scenario WET "A wet spring" { probability 30% }
/// scenario LATE "A late sowing" { probability 40% }
/// assert P(WET) < P(LATE)
/// assert P(WET) + P(LATE) < 60%
/// "#);
/// let today = Date::parse("2026-06-01").expect("a day of the calendar");
/// let model = forecastc::compile(&sources, today).model;
/// let forecast = forecast::evaluate(&model, today, &Settings::default());
/// let verdicts: Vec<Verdict> = assertions(&model, &forecast).iter().map(|one| one.verdict).collect();
/// assert_eq!(verdicts, [Verdict::Fails, Verdict::Holds]);
/// ```
pub fn assertions(model: &Model, forecast: &Forecast) -> Vec<Judged> {
    Memory::new().judged(model, forecast)
}

/// Judges one claim; `answer` knows the probabilities.
pub fn judge(model: &Model, claim: &Claim, answer: &dyn Fn(&Belief) -> Result<Answer, Silence>) -> Judged {
    let mut questions = Questions::new(answer);
    let verdict = verdict(claim, &mut questions);
    let asked = questions.written().map(|(question, answer)| Asked { words: words(model, question), answer });
    Judged { verdict, asked: asked.collect() }
}

fn verdict(claim: &Claim, questions: &mut Questions<'_>) -> Verdict {
    match claim.term.as_ref() {
        Term::Not(inner) => verdict(inner, questions).not(),
        // Every part is looked at, so that all of its numbers can be told.
        Term::And(all) => all.iter().map(|one| verdict(one, questions)).fold(Verdict::Holds, Verdict::and),
        Term::Or(all) => all.iter().map(|one| verdict(one, questions)).fold(Verdict::Fails, Verdict::or),
        Term::Compare(first, chain) => {
            let mut left = Formula::of(first, questions);
            let mut all = Verdict::Holds;
            for (mark, right) in chain {
                let right = Formula::of(right, questions);
                all = all.and(compared(&left, *mark, &right, questions));
                left = right;
            }
            all
        }
        // These claim nothing, and are errors before there are numbers.
        Term::Atom(_) | Term::Number(_) | Term::Negative(_) | Term::Arithmetic(..) => Verdict::Undecided,
    }
}

fn compared(left: &Formula, mark: Comparison, right: &Formula, questions: &Questions<'_>) -> Verdict {
    match formula::difference(left, right, questions) {
        Err(reason) => Verdict::Unanswered(reason),
        Ok((difference, error)) => decided(mark, difference, error),
    }
}

/// Whether a comparison holds of two numbers that lie so far apart, with this standard error.
fn decided(mark: Comparison, difference: f64, error: f64) -> Verdict {
    // What cancels out leaves an error of rounding alone: `P(A) = 1 - P(not A)`.
    if error > ROUNDING && difference.abs() <= REACH * error {
        return Verdict::Undecided;
    }
    if holds(mark, difference) { Verdict::Holds } else { Verdict::Fails }
}

/// The same of exact numbers.
pub(super) fn holds(mark: Comparison, difference: f64) -> bool {
    let is_equal = difference.abs() <= ROUNDING;
    match mark {
        Comparison::Less => !is_equal && difference < 0.0,
        Comparison::LessEqual => is_equal || difference < 0.0,
        Comparison::More => !is_equal && difference > 0.0,
        Comparison::MoreEqual => is_equal || difference > 0.0,
        Comparison::Equal => is_equal,
        Comparison::Unequal => !is_equal,
    }
}

/// A question as people read it: `P(A | B, not C)`.
pub fn words(model: &Model, question: &Belief) -> String {
    let event = event(model, &question.event, 0);
    let given: Vec<String> = question.given.iter().map(|one| self::event(model, one, 0)).collect();
    if given.is_empty() { format!("P({event})") } else { format!("P({event} | {})", given.join(", ")) }
}

/// `tightness` is how tightly what stands around it binds: `or` 0, `and` 1, `not` 2.
fn event(model: &Model, expression: &Expression<NodeId>, tightness: u8) -> String {
    let (own, text) = match expression.term.as_ref() {
        Term::Atom(node) => return model.node(*node).id.to_string(),
        Term::Not(inner) => (2, format!("not {}", event(model, inner, 3))),
        Term::And(all) => (1, all.iter().map(|one| event(model, one, 2)).collect::<Vec<_>>().join(" and ")),
        Term::Or(all) => (0, all.iter().map(|one| event(model, one, 1)).collect::<Vec<_>>().join(" or ")),
        // No event has numbers in it.
        Term::Number(_) | Term::Negative(_) | Term::Arithmetic(..) | Term::Compare(..) => {
            return String::new();
        }
    };
    if own < tightness { format!("({text})") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SILENT: Verdict = Verdict::Unanswered(Reason::DividedByZero);

    #[test]
    fn what_cannot_be_told_stays_untold_unless_the_rest_decides() {
        use Verdict::{Fails, Holds, Undecided};
        for (one, other, and, or) in [
            (Holds, Holds, Holds, Holds),
            (Holds, Fails, Fails, Holds),
            (Fails, Fails, Fails, Fails),
            (Holds, Undecided, Undecided, Holds),
            (Fails, Undecided, Fails, Undecided),
            (Undecided, Undecided, Undecided, Undecided),
            (SILENT, Holds, SILENT, Holds),
            (SILENT, Fails, Fails, SILENT),
            (SILENT, Undecided, SILENT, SILENT),
        ] {
            assert_eq!((one.and(other), other.and(one)), (and, and), "{one:?} and {other:?}");
            assert_eq!((one.or(other), other.or(one)), (or, or), "{one:?} or {other:?}");
            assert_eq!(one.not().not(), one);
        }
    }

    #[test]
    fn two_numbers_within_their_errors_are_undecided_whatever_is_asked() {
        use Comparison::{Equal, Less, LessEqual, MoreEqual, Unequal};
        for mark in [Less, LessEqual, MoreEqual, Equal, Unequal] {
            assert_eq!(decided(mark, 0.0195, 0.01), Verdict::Undecided);
        }
        assert_eq!(decided(Less, -0.0197, 0.01), Verdict::Holds);
        assert_eq!(decided(Equal, -0.0197, 0.01), Verdict::Fails);
        assert_eq!(decided(Unequal, 0.0197, 0.01), Verdict::Holds);
    }

    #[test]
    fn exact_numbers_are_equal_but_for_rounding() {
        use Comparison::{Equal, Less, LessEqual, Unequal};
        let noise = 0.1 + 0.2 - 0.3;
        // Sampled numbers that cancel out are as exact.
        for error in [0.0, 1e-17] {
            let verdicts = [Equal, LessEqual, Less, Unequal].map(|mark| decided(mark, noise, error));
            assert_eq!(verdicts, [Verdict::Holds, Verdict::Holds, Verdict::Fails, Verdict::Fails]);
        }
    }
}
