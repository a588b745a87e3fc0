//! Random claims, and what the language says that comes of them: "Expressions" of `grammar/README.md`.

use std::cell::Cell;
use std::collections::BTreeMap;

use crate::laws::generate::Random;
use crate::oracle::phrases::{Logic, MARKS, Mark, Sum, is_so, number};

pub(super) type Event = Logic<String>;
pub(super) type Claim = Logic<Chain>;

/// `P(event | given)`.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) event: Event,
    pub(super) given: Vec<Event>,
}

/// Numbers, each compared with the next.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    sides: Vec<Sum<Question>>,
    marks: Vec<Mark>,
}

/// What comes of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Holds,
    Fails,
    Undecided,
    Unanswered,
}

/// A probability with its standard error; none if there is no answer.
pub(super) type Asked = Option<(f64, f64)>;

impl Question {
    pub(super) fn random(random: &mut Random, ids: &[String]) -> Self {
        let event = |random: &mut Random, depth| {
            without_twice(Logic::random(random, depth, &mut |random| ids[random.below(ids.len())].clone()))
        };
        let depth = random.below(3);
        let asked = event(random, depth);
        let count = [0, 0, 1, 1, 2][random.below(5)];
        Self { event: asked, given: (0..count).map(|_| event(random, 1)).collect() }
    }

    pub(super) fn written(&self, random: &mut Random) -> String {
        if let (Logic::Is(id), [], true) = (&self.event, self.given.as_slice(), random.one_in(3)) {
            return id.clone();
        }
        let atom = |id: &String, _: &mut Random| id.clone();
        let event = self.event.written(random, &atom);
        let given: Vec<String> = self.given.iter().map(|one| one.written(random, &atom)).collect();
        let bar = if given.is_empty() { "" } else { " | " };
        format!("P({event}{bar}{})", given.join(", "))
    }

    /// The question without what stands for its contrary, and whether that is asked.
    pub(super) fn plain(&self) -> (Self, bool) {
        let mut event = self.event.clone();
        let mut is_contrary = false;
        while let Logic::Not(inner) = event {
            (event, is_contrary) = (*inner, !is_contrary);
        }
        (Self { event, given: self.given.clone() }, is_contrary)
    }

    /// The same for the same question, in whatever order and how often its parts stand.
    fn key(&self) -> String {
        format!("{} | {}", key(&self.event), in_order(self.given.iter().map(key).collect()))
    }
}

fn key(event: &Event) -> String {
    let all = |all: &[Event]| in_order(all.iter().map(key).collect());
    match event {
        Logic::Is(id) => id.clone(),
        Logic::Not(inner) => format!("not {}", key(inner)),
        Logic::And(parts) => format!("all of {}", all(parts)),
        Logic::Or(parts) => format!("one of {}", all(parts)),
    }
}

fn in_order(mut parts: Vec<String>) -> String {
    parts.sort();
    parts.dedup();
    format!("({})", parts.join(", "))
}

/// Two negations of which one would do say nothing.
fn without_twice(event: Event) -> Event {
    let all = |all: Vec<Event>| all.into_iter().map(without_twice).collect();
    match event {
        Logic::Is(id) => Logic::Is(id),
        Logic::Not(inner) => match without_twice(*inner) {
            Logic::Not(inner) => *inner,
            other @ (Logic::Is(_) | Logic::And(_) | Logic::Or(_)) => Logic::Not(Box::new(other)),
        },
        Logic::And(parts) => Logic::And(all(parts)),
        Logic::Or(parts) => Logic::Or(all(parts)),
    }
}

/// A claim over these questions; `near` are numbers that are worth comparing with.
pub(super) fn random(random: &mut Random, pool: &[Question], near: &[f64], is_smooth: bool) -> Claim {
    let depth = random.below(3);
    Logic::random(random, depth, &mut |random| loop {
        let chain = chain(random, pool, near);
        if !(chain.is_at_fault() || is_smooth && chain.sides.iter().any(|side| degree(side) > 2)) {
            return chain;
        }
    })
}

fn chain(random: &mut Random, pool: &[Question], near: &[f64]) -> Chain {
    if random.one_in(8) {
        return law(random, pool);
    }
    let mut atom = |random: &mut Random| match random.below(8) {
        0 => Sum::Number(format!("{}.{}%", random.below(100), random.below(10))),
        1 => Sum::Number(["0", "1", "2", "0.5"][random.below(4)].to_owned()),
        2..=4 if !near.is_empty() => {
            let step = [0.0, 1e-6, -1e-6, 1e-4, 3e-4, -0.001, -0.003, 0.01][random.below(8)];
            Sum::Number(format!("{:.7}", (near[random.below(near.len())] + step).clamp(0.0, 1.0)))
        }
        _ => Sum::Of(pool[random.below(pool.len())].clone()),
    };
    let count = [2, 2, 2, 3][random.below(4)];
    let depth = [0, 1, 2][random.below(3)];
    let sides = (0..count).map(|_| Sum::random(random, depth, &mut atom)).collect();
    Chain { sides, marks: (1..count).map(|_| random.pick(&MARKS)).collect() }
}

/// What holds of any two events.
fn law(random: &mut Random, pool: &[Question]) -> Chain {
    let [one, other] = [(); 2].map(|()| pool[random.below(pool.len())].event.clone());
    let of = |event: Event, given| Sum::Of(Question { event, given });
    let p = |event: &Event| Box::new(of(event.clone(), Vec::new()));
    let both = Logic::And(vec![one.clone(), other.clone()]);
    let (left, mark, right) = match random.below(4) {
        0 => (*p(&both), "<=", *p(&other)),
        1 => {
            let given = Box::new(of(one.clone(), vec![other.clone()]));
            (Sum::Both(given, '*', p(&other)), "=", *p(&both))
        }
        2 => {
            let sum = Sum::Both(p(&one), '+', p(&other));
            let either = Logic::Or(vec![other, one]);
            (*p(&either), "=", Sum::Both(Box::new(sum), '-', p(&both)))
        }
        _ => (*p(&Logic::Not(Box::new(one.clone()))), "=", {
            Sum::Both(Box::new(Sum::Number("1".to_owned())), '-', p(&one))
        }),
    };
    Chain { sides: vec![left, right], marks: vec![mark] }
}

/// How many probabilities are multiplied with each other; very many where one is divided by.
fn degree(sum: &Sum<Question>) -> usize {
    match sum {
        Sum::Of(_) => 1,
        Sum::Number(_) => 0,
        Sum::Negative(inner) => degree(inner),
        Sum::Both(left, '*', right) => degree(left) + degree(right),
        Sum::Both(left, '/', right) => degree(left) + 100 * degree(right),
        Sum::Both(left, _, right) => degree(left).max(degree(right)),
    }
}

impl Chain {
    /// No probability is compared with more than 1.
    fn is_at_fault(&self) -> bool {
        self.sides
            .windows(2)
            .any(|both| both.iter().any(Sum::is_large) && both.iter().any(|side| matches!(side, Sum::Of(_))))
    }

    fn written(&self, random: &mut Random) -> String {
        let mut words = String::new();
        for (at, side) in self.sides.iter().enumerate() {
            if let Some(before) = at.checked_sub(1) {
                words.push_str(&format!(" {} ", self.marks[before]));
            }
            words.push_str(&side.written(random, &|question, random| question.written(random)));
        }
        words
    }
}

pub(super) fn written(claim: &Claim, random: &mut Random) -> String {
    claim.written(random, &|chain, random| chain.written(random))
}

/// What comes of claims.
pub(super) struct Judge<'a> {
    /// The answer to a plain question.
    pub(super) ask: &'a dyn Fn(&Question) -> Asked,
    /// Whether rounding may have decided something.
    pub(super) is_unclear: Cell<bool>,
}

/// A number, and by how much it moves with each question.
type Reckoned = (f64, BTreeMap<String, (f64, f64)>);

impl Judge<'_> {
    pub(super) fn told(&self, claim: &Claim) -> Told {
        match claim {
            Logic::Is(chain) => {
                let sides: Vec<_> = chain.sides.iter().map(|side| self.sum(side)).collect();
                let pairs = sides.windows(2).zip(&chain.marks);
                all(&pairs.map(|(both, mark)| self.compared(&both[0], mark, &both[1])).collect::<Vec<_>>())
            }
            Logic::Not(inner) => not(self.told(inner)),
            Logic::And(parts) => all(&parts.iter().map(|one| self.told(one)).collect::<Vec<_>>()),
            Logic::Or(parts) => not(all(&parts.iter().map(|one| not(self.told(one))).collect::<Vec<_>>())),
        }
    }

    fn watch(&self, is_unclear: bool) {
        self.is_unclear.set(self.is_unclear.get() || is_unclear);
    }

    fn compared(&self, left: &Option<Reckoned>, mark: Mark, right: &Option<Reckoned>) -> Told {
        let (Some((left, by_left)), Some((right, by_right))) = (left, right) else { return Told::Unanswered };
        let difference = left - right;
        let mut moves = by_left.clone();
        for (key, (slope, error)) in by_right {
            moves.entry(key.clone()).or_insert((0.0, *error)).0 -= slope;
        }
        let variance: f64 = moves.values().map(|(slope, error)| (slope * error).powi(2)).sum();
        // What cancels out is gone but for rounding.
        let reach = Some(1.96 * variance.sqrt()).filter(|reach| *reach > 1e-12).unwrap_or(0.0);
        self.watch((difference.abs() - reach).abs() < 1e-6 * reach);
        if reach > 0.0 && difference.abs() <= reach {
            return Told::Undecided;
        }
        self.watch((1e-10..1e-7).contains(&difference.abs()));
        if is_so(difference, mark) { Told::Holds } else { Told::Fails }
    }

    fn sum(&self, sum: &Sum<Question>) -> Option<Reckoned> {
        let scaled = |moves: BTreeMap<String, (f64, f64)>, by: f64| -> BTreeMap<_, _> {
            moves.into_iter().map(|(key, (slope, error))| (key, (slope * by, error))).collect()
        };
        Some(match sum {
            Sum::Of(question) => {
                let (plain, is_contrary) = question.plain();
                let (p, error) = (self.ask)(&plain)?;
                let (p, slope) = if is_contrary { (1.0 - p, -1.0) } else { (p, 1.0) };
                (p, BTreeMap::from([(plain.key(), (slope, error))]))
            }
            Sum::Number(words) => (number(words), BTreeMap::new()),
            Sum::Negative(inner) => {
                let (value, moves) = self.sum(inner)?;
                (-value, scaled(moves, -1.0))
            }
            Sum::Both(left, mark, right) => {
                let (left, right) = (self.sum(left), self.sum(right));
                let ((left, by_left), (right, by_right)) = (left?, right?);
                let (value, of_left, of_right) = match mark {
                    '+' => (left + right, 1.0, 1.0),
                    '-' => (left - right, 1.0, -1.0),
                    '*' => (left * right, right, left),
                    _ => {
                        self.watch(!by_right.is_empty() && right.abs() < 1e-6);
                        let right = Some(right).filter(|right| *right != 0.0)?;
                        (left / right, 1.0 / right, -left / (right * right))
                    }
                };
                let mut moves = scaled(by_left, of_left);
                for (key, (slope, error)) in scaled(by_right, of_right) {
                    moves.entry(key).or_insert((0.0, error)).0 += slope;
                }
                (value, moves)
            }
        })
    }
}

fn all(parts: &[Told]) -> Told {
    let order = [Told::Fails, Told::Unanswered, Told::Undecided];
    order.into_iter().find(|told| parts.contains(told)).unwrap_or(Told::Holds)
}

fn not(told: Told) -> Told {
    match told {
        Told::Holds => Told::Fails,
        Told::Fails => Told::Holds,
        Told::Undecided | Told::Unanswered => told,
    }
}
