//! A snapshot: the numbers of one version of the text on one day, and nothing else of it.
//!
//! It is written as lines, so that it can be kept, and read back as it was to the last bit.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::forecast::Forecast;
use crate::model::{Model, Node, Outcome, Silence, State};
use crate::value::{Date, Probability};

/// The first line. What is written otherwise, or counted otherwise, has another number.
const HEAD: &str = "forecastc snapshot 1";

/// The numbers of a version on a day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// Errors that leave it without numbers.
    pub errors: usize,
    /// The first later day on which the same text says something else.
    pub until: Option<Date>,
    /// Every node, by the id that it has in this version.
    pub nodes: BTreeMap<Arc<str>, Standing>,
}

/// What a version says of a node.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Whether it is kept out of what is published.
    pub private: bool,
    /// What settled it.
    pub outcome: Option<Outcome>,
    /// What is stated of it, in the order of days; the last counts.
    pub statements: Vec<Statement>,
    /// What the network makes of it; none if it is void.
    pub network: Option<Network>,
}

/// A stated probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statement {
    /// The day of its line in the journal; none of what stands in the item.
    pub date: Option<Date>,
    /// From 0 to 1.
    pub probability: f64,
}

/// A number of the network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Network {
    /// From 0 to 1.
    pub probability: f64,
    /// Its standard error; 0 where it is exact.
    pub error: f64,
}

impl Standing {
    /// What counts as stated.
    pub fn stated(&self) -> Option<f64> {
        self.statements.last().map(|statement| statement.probability)
    }

    fn of(node: &Node, day: Date) -> Self {
        let conviction = || node.conviction.as_ref().map(|conviction| conviction.level);
        let item = node.prior.map(|prior| prior.value).or_else(conviction).map(Probability::as_f64);
        let item = item.map(|probability| Statement { date: None, probability });
        let journal = node.facts(day).filter_map(|fact| {
            let probability = fact.event.stated()?.as_f64();
            Some(Statement { date: Some(fact.date.value), probability })
        });
        let outcome = match node.state(day) {
            State::Open => None,
            State::Settled(outcome, _) => Some(outcome),
        };
        Self {
            private: node.private,
            outcome,
            statements: item.into_iter().chain(journal).collect(),
            network: None,
        }
    }
}

impl Snapshot {
    /// Of a network on a day. Without a forecast, `errors` say how many stand in its way.
    pub fn of(model: &Model, forecast: Option<&Forecast>, day: Date, errors: usize) -> Self {
        let mut nodes = BTreeMap::new();
        for (id, node) in model.nodes() {
            let mut standing = Standing::of(node, day);
            let belief = forecast.and_then(|forecast| forecast.now(id));
            standing.network =
                belief.map(|belief| Network { probability: belief.probability, error: belief.error });
            nodes.insert(Arc::clone(&node.id), standing);
        }
        let errors = if forecast.is_some() { 0 } else { errors.max(1) };
        Self { errors, until: until(model, day), nodes }
    }

    /// As lines.
    pub fn write(&self) -> String {
        let mut out = format!("{HEAD}\n{} {}\n", self.errors, day(self.until));
        for (id, standing) in &self.nodes {
            let private = if standing.private { "private" } else { "public" };
            let _ = write!(out, "{id} {private} {}", standing.outcome.map_or("open", Outcome::word));
            match standing.network {
                Some(network) => {
                    let _ = write!(out, " {} {}", bits(network.probability), bits(network.error));
                }
                None => out.push_str(" - -"),
            }
            for statement in &standing.statements {
                let _ = write!(out, " {} {}", day(statement.date), bits(statement.probability));
            }
            out.push('\n');
        }
        out
    }

    /// From lines; none if they are not what was written.
    pub fn read(text: &str) -> Option<Self> {
        let mut lines = text.strip_prefix(HEAD)?.strip_prefix('\n')?.lines();
        let (errors, until) = lines.next()?.split_once(' ')?;
        let mut nodes = BTreeMap::new();
        for line in lines {
            let mut words = line.split(' ');
            let id = Arc::from(words.next()?);
            let private = words.next()? == "private";
            let outcome = match words.next()? {
                "open" => None,
                word => Some(
                    [Outcome::Yes, Outcome::No, Outcome::Void].into_iter().find(|one| one.word() == word)?,
                ),
            };
            let (probability, error) = (words.next()?, words.next()?);
            let network = match probability {
                "-" => None,
                _ => Some(Network { probability: number(probability)?, error: number(error)? }),
            };
            let mut statements = Vec::new();
            while let Some(date) = words.next() {
                statements.push(Statement { date: read_day(date)?, probability: number(words.next()?)? });
            }
            nodes.insert(id, Standing { private, outcome, statements, network });
        }
        Some(Self { errors: errors.parse().ok()?, until: read_day(until)?, nodes })
    }
}

/// The first day after another on which the same text may say something else.
fn until(model: &Model, today: Date) -> Option<Date> {
    if model.network.silence == Silence::Uniform {
        return Some(today.plus_days(1));
    }
    let dates = model.nodes.iter().flat_map(|node| &node.journal).map(|fact| fact.date.value);
    dates.filter(|date| *date > today).min()
}

fn day(date: Option<Date>) -> String {
    date.map_or_else(|| "-".to_owned(), |date| date.to_string())
}

fn read_day(word: &str) -> Option<Option<Date>> {
    if word == "-" { Some(None) } else { Date::parse(word).map(Some) }
}

fn bits(number: f64) -> String {
    format!("{:016x}", number.to_bits())
}

fn number(word: &str) -> Option<f64> {
    let number = f64::from_bits(u64::from_str_radix(word, 16).ok()?);
    (0.0..=1.0).contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::Settings;
    use crate::source::Sources;

    #[test]
    fn what_is_written_is_read_back_as_it_was() {
        let sources = Sources::single(
            "killer A \"a\" {\n  probability 30%\n  2026-01-01 probability 33.3%\n}\n\
             scenario B \"b\" {\n  private\n  probability 41%\n  needs A 50% else 10%\n  2026-02-01 resolved void\n}\n\
             killer C \"c\" {\n  probability 1%\n  2027-01-01 probability 33.3%\n}\n",
        );
        let day = Date::parse("2026-06-01").unwrap();
        let compiled = crate::compile(&sources, day);
        let forecast = crate::forecast::evaluate(&compiled.model, day, &Settings::default());
        let snapshot = Snapshot::of(&compiled.model, Some(&forecast), day, 0);
        assert_eq!(snapshot.nodes["A"].statements.len(), 2);
        assert_eq!(snapshot.nodes["B"].outcome, Some(Outcome::Void));
        assert_eq!(snapshot.until, Date::parse("2027-01-01"));
        let text = snapshot.write();
        assert_eq!(Snapshot::read(&text), Some(snapshot));
        assert_eq!(Snapshot::read(&text.replace("open", "shut")), None);
        assert_eq!(Snapshot::read(""), None);
    }
}
