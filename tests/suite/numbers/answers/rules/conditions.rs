//! Random conditions, and what they come to for an item: "Expressions" of `grammar/README.md`.

use std::cell::Cell;

use crate::laws::generate::Random;
use crate::oracle::items::{COUNTS, DAYS, Item, Length, PROBABILITIES, TRUTHS, WORDS};
use crate::oracle::phrases::{Logic, MARKS, Mark, Sum, is_so, number};
use crate::oracle::words::{DOMAINS, MODES, TAGS};

pub(super) type Condition = Logic<Test>;

/// What a condition asks.
#[derive(Clone, Debug)]
pub(super) enum Test {
    Truth(&'static str),
    Has(String),
    In(String),
    /// Another rule, by its place.
    Badged(usize),
    Older(&'static str, String),
    Word(&'static str, Mark, String),
    Numbers(Vec<Sum<&'static str>>, Vec<Mark>),
    Days(Vec<Day>, Vec<Mark>),
    /// The age and lengths of time, from left to right.
    Ages(Vec<Age>, Vec<Mark>),
}

/// A side of a comparison of days.
#[derive(Clone, Debug)]
pub(super) enum Day {
    Field(&'static str),
    Day(String),
}

/// A side of a comparison of lengths of time.
#[derive(Clone, Debug)]
pub(super) enum Age {
    Age,
    Length(String),
}

/// What conditions can name.
pub(super) struct Names<'a> {
    pub(super) ids: &'a [String],
    /// The places of rules that may be asked about.
    pub(super) badges: Vec<usize>,
}

const LENGTHS: [&str; 12] = ["0d", "1d", "10d", "45d", "366d", "1w", "6w", "60w", "1mo", "6mo", "18mo", "2y"];

pub(super) fn random(random: &mut Random, names: &Names<'_>) -> Condition {
    let depth = random.below(4);
    Logic::random(random, depth, &mut |random| test(random, names))
}

fn test(random: &mut Random, names: &Names<'_>) -> Test {
    let sides = if random.one_in(5) { 3 } else { 2 };
    let marks: Vec<Mark> = (1..sides).map(|_| random.pick(&MARKS)).collect();
    match random.below(12) {
        0 => Test::Truth(random.pick(&TRUTHS)),
        1 => Test::Has(random.pick(&TAGS).to_owned()),
        2 => Test::In(random.pick(&DOMAINS).to_owned()),
        3..=4 if !names.badges.is_empty() => Test::Badged(names.badges[random.below(names.badges.len())]),
        3..=4 => Test::Truth("open"),
        5 => Test::Older(random.pick(&DAYS), random.pick(&LENGTHS).to_owned()),
        6..=7 => word(random, names),
        8 => Test::Days((0..sides).map(|_| day(random)).collect(), marks),
        9 => {
            let mut sides: Vec<Age> =
                (0..sides).map(|_| Age::Length(random.pick(&LENGTHS).to_owned())).collect();
            // Lengths of time beside each other have nothing to do with the item.
            let at = if sides.len() == 3 { 1 } else { random.below(2) };
            sides[at] = Age::Age;
            Test::Ages(sides, marks)
        }
        _ => Test::Numbers(numbers(random, sides), marks),
    }
}

fn word(random: &mut Random, names: &Names<'_>) -> Test {
    let field = random.pick(&WORDS);
    let word = match field {
        "id" => names.ids[random.below(names.ids.len())].clone(),
        "kind" => random.pick(&["prediction", "killer", "scenario", "milestone"]).to_owned(),
        "mode" => random.pick(&MODES).to_owned(),
        "domain" => random.pick(&["ai", "ai-safety", "energy", "p"]).to_owned(),
        "tags" => random.pick(&TAGS).to_owned(),
        _ => random.pick(&["ann", "bob"]).to_owned(),
    };
    let field = WORDS.into_iter().find(|one| *one == field).unwrap();
    Test::Word(field, random.pick(&["=", "!="]), word)
}

fn day(random: &mut Random) -> Day {
    if random.one_in(2) {
        return Day::Field(random.pick(&DAYS));
    }
    let days = ["2026-07-01", "2026-08-31", "2026-09-01", "2026-09-04", "2026-12-31", "2027-01-01"];
    let year = random.between(2025, 2036);
    match random.one_in(2) {
        true => Day::Day(random.pick(&days).to_owned()),
        false => Day::Day(format!("{year}-{:02}-{:02}", random.between(1, 12), random.between(1, 28))),
    }
}

/// The sides of a comparison, one of which asks about the item.
fn numbers(random: &mut Random, sides: usize) -> Vec<Sum<&'static str>> {
    loop {
        let of_counts = random.one_in(2);
        let depth = [0, 0, 1, 2][random.below(4)];
        let mut atom = |random: &mut Random| match (random.below(5), of_counts) {
            (0..=2, true) => Sum::Of(random.pick(&COUNTS)),
            (0..=2, false) => Sum::Of(random.pick(&PROBABILITIES)),
            (_, true) => Sum::Number(random.below(4).to_string()),
            (3, false) => Sum::Number(format!("{}.{}%", random.below(99), random.below(10))),
            (_, false) => Sum::Number(format!("0.{:03}", random.below(1000))),
        };
        let all: Vec<_> = (0..sides).map(|_| Sum::random(random, depth, &mut atom)).collect();
        if all.iter().any(Sum::has_atom) {
            return all;
        }
    }
}

pub(super) fn written(condition: &Condition, random: &mut Random, rules: &[String]) -> String {
    condition.written(random, &|test, random| test.written(random, rules))
}

/// `A < B = C`
fn chain(sides: &[String], marks: &[Mark]) -> String {
    let (first, rest) = sides.split_first().unwrap();
    marks.iter().zip(rest).fold(first.clone(), |all, (mark, side)| format!("{all} {mark} {side}"))
}

impl Test {
    fn written(&self, random: &mut Random, rules: &[String]) -> String {
        match self {
            Self::Truth(field) => (*field).to_owned(),
            Self::Has(tag) => format!("has {tag}"),
            Self::In(domain) => format!("in {domain}"),
            Self::Badged(rule) => format!("badged {}", rules[*rule]),
            Self::Older(field, length) => format!("{field} older than {length}"),
            Self::Word(field, mark, word) => format!("{field} {mark} {word}"),
            Self::Numbers(sides, marks) => {
                let side = |side: &Sum<&str>| side.written(random, &|field, _| (*field).to_owned());
                chain(&sides.iter().map(side).collect::<Vec<_>>(), marks)
            }
            Self::Days(sides, marks) => {
                let side = |side: &Day| match side {
                    Day::Field(field) => (*field).to_owned(),
                    Day::Day(day) => day.clone(),
                };
                chain(&sides.iter().map(side).collect::<Vec<_>>(), marks)
            }
            Self::Ages(sides, marks) => {
                let side = |side: &Age| match side {
                    Age::Age => "age".to_owned(),
                    Age::Length(length) => length.clone(),
                };
                chain(&sides.iter().map(side).collect::<Vec<_>>(), marks)
            }
        }
    }
}

/// What conditions come to for one item.
pub(super) struct Judge<'a> {
    pub(super) item: &'a Item<'a>,
    /// Whether a rule gives its badge to the item.
    pub(super) is_badged: &'a dyn Fn(usize) -> bool,
    /// Whether rounding may have decided something.
    pub(super) is_unclear: &'a Cell<bool>,
}

impl Judge<'_> {
    pub(super) fn holds(&self, condition: &Condition) -> bool {
        match condition {
            Logic::Is(test) => self.test(test),
            Logic::Not(inner) => !self.holds(inner),
            // Every part is looked at, so that what is unclear is found.
            Logic::And(all) => all.iter().filter(|one| !self.holds(one)).count() == 0,
            Logic::Or(all) => all.iter().filter(|one| self.holds(one)).count() > 0,
        }
    }

    fn test(&self, test: &Test) -> bool {
        let item = self.item;
        match test {
            Test::Truth(field) => item.truth(field),
            Test::Has(tag) => item.words("tags").contains(&tag.as_str()),
            Test::In(domain) => item
                .words("domain")
                .iter()
                .any(|own| *own == domain || own.starts_with(&format!("{domain}/"))),
            Test::Badged(rule) => (self.is_badged)(*rule),
            Test::Older(field, words) => item.day(field).is_some_and(|day| length(words).age(day).is_gt()),
            Test::Word(field, mark, word) => {
                let own = item.words(field);
                !own.is_empty() && own.contains(&word.as_str()) == (*mark == "=")
            }
            Test::Numbers(sides, marks) => {
                let sides: Vec<Option<f64>> = sides.iter().map(|side| self.sum(side)).collect();
                pairs(&sides, marks, |left, mark, right| {
                    let difference = left - right;
                    self.watch((1e-10..1e-7).contains(&difference.abs()));
                    is_so(difference, mark)
                })
            }
            Test::Days(sides, marks) => {
                let side = |side: &Day| match side {
                    Day::Field(field) => item.day(field),
                    Day::Day(day) => forecastc::value::Date::parse(day),
                };
                let sides: Vec<_> = sides.iter().map(side).collect();
                pairs(&sides, marks, |left, mark, right| is_so(right.days_until(*left) as f64, mark))
            }
            Test::Ages(sides, marks) => {
                pairs(&sides.iter().map(Some).collect::<Vec<_>>(), marks, |left, mark, right| {
                    let Some(born) = item.born() else { return false };
                    let ordering = match (left, right) {
                        (Age::Age, Age::Length(words)) => length(words).age(born),
                        (Age::Length(words), Age::Age) => length(words).age(born).reverse(),
                        _ => panic!("the age and a length of time"),
                    };
                    is_so(f64::from(ordering as i8), mark)
                })
            }
        }
    }

    fn watch(&self, is_unclear: bool) {
        self.is_unclear.set(self.is_unclear.get() || is_unclear);
    }

    fn sum(&self, sum: &Sum<&'static str>) -> Option<f64> {
        Some(match sum {
            Sum::Of(field) => self.item.number(field)?,
            Sum::Number(words) => number(words),
            Sum::Negative(inner) => -self.sum(inner)?,
            Sum::Both(left, mark, right) => {
                // Both are looked at, so that what is unclear is found.
                let (left, right) = (self.sum(left), self.sum(right));
                let (left, right) = (left?, right?);
                match mark {
                    '+' => left + right,
                    '-' => left - right,
                    '*' => left * right,
                    _ => {
                        self.watch(right != 0.0 && right.abs() < 1e-6);
                        Some(left / right).filter(|_| right != 0.0)?
                    }
                }
            }
        })
    }
}

/// Whether each side compares with the next; what is not there does not.
fn pairs<T>(sides: &[Option<T>], marks: &[Mark], is_so: impl Fn(&T, Mark, &T) -> bool) -> bool {
    let pair = |(both, mark): (&[Option<T>], &Mark)| match both {
        [Some(left), Some(right)] => is_so(left, mark, right),
        _ => false,
    };
    sides.windows(2).zip(marks).filter(|one| !pair(*one)).count() == 0
}

fn length(words: &str) -> Length {
    let at = words.find(|letter: char| !letter.is_ascii_digit()).unwrap();
    let (count, unit) = words.split_at(at);
    let count: i16 = count.parse().unwrap();
    match unit {
        "d" => Length::Days(i64::from(count)),
        "w" => Length::Days(7 * i64::from(count)),
        "mo" => Length::Months(count),
        _ => Length::Months(12 * count),
    }
}
