//! The engine against the oracle, against laws, against published networks, and against itself.
//!
//! Every test shows the network that it fails for and the numbers side by side.

mod answers;
mod conflicts;
mod engine;
mod enumeration;
mod laws;
mod published;
mod reference;
mod sampled;
mod sensitivity;

use forecastc::Compiled;
use forecastc::forecast::{Forecast, Method, Settings, evaluate};
use forecastc::model::NodeId;
use forecastc::source::Sources;
use forecastc::value::Date;

use crate::oracle::writer::{Written, today};

/// How far two numbers may lie apart that are exact.
const NEAR: f64 = 1e-9;

fn day(words: &str) -> Date {
    Date::parse(words).unwrap()
}

fn compile(text: &str) -> Compiled {
    forecastc::compile(&Sources::single(text), today())
}

/// The network, if it has no errors.
fn compiled(written: &Written) -> Option<Compiled> {
    let compiled = forecastc::compile(&written.sources(), today());
    (!compiled.diagnostics.has_errors()).then_some(compiled)
}

fn exact(compiled: &Compiled) -> Forecast {
    with(compiled, Method::Exact, today())
}

fn with(compiled: &Compiled, method: Method, today: Date) -> Forecast {
    evaluate(&compiled.model, today, &Settings { method, ..Settings::default() })
}

/// Numbers that are to be the same, each with a name, and those that are not.
#[derive(Default)]
struct Comparison {
    apart: Vec<String>,
}

impl Comparison {
    fn of(&mut self, name: impl Fn() -> String, expected: Option<f64>, actual: Option<f64>) {
        let is_same = match (expected, actual) {
            (Some(expected), Some(actual)) => (expected - actual).abs() <= NEAR,
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if !is_same {
            self.apart.push(format!("{}: expected {expected:?}, found {actual:?}", name()));
        }
    }

    #[track_caller]
    fn settle(self, text: &str) {
        assert!(self.apart.is_empty(), "{text}\n{}", self.apart.join("\n"));
    }
}

fn id(compiled: &Compiled, node: NodeId) -> &str {
    &compiled.model.node(node).id
}
