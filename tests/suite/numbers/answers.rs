//! Answers about the state of today are those that come from counting every joint state: "Questions" of the page.

mod ask;
mod claims;
mod rules;
mod sampled;
mod suppose;
mod why;

use std::collections::BTreeMap;

use forecastc::Compiled;
use forecastc::forecast::Forecast;
use rayon::prelude::*;

use super::{compiled, exact};
use crate::laws::generate::Random;
use crate::oracle::Standing;
use crate::oracle::writer::{ALL, FACTS_BEHIND_GATES, Taste, WITHOUT_FACTS, Written, network, today};

/// How often what was compared.
type Counts = BTreeMap<&'static str, u64>;

/// A network with what the engine and the oracle make of it.
struct Case<'a> {
    seed: u64,
    written: &'a Written,
    compiled: &'a Compiled,
    forecast: &'a Forecast,
    standing: &'a Standing<'a>,
    random: Random,
    counts: Counts,
}

impl Case<'_> {
    fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }
}

/// Asks about many networks; how often what was compared comes back.
fn of_networks(count: u64, ask: impl Fn(&mut Case<'_>) + Sync) -> Counts {
    of_networks_like(count, &[&ALL, &ALL, &FACTS_BEHIND_GATES, &WITHOUT_FACTS], ask)
}

/// The same of networks of these tastes, in turn.
fn of_networks_like(count: u64, tastes: &[&Taste], ask: impl Fn(&mut Case<'_>) + Sync) -> Counts {
    let counts = (0..count).into_par_iter().map(|seed| {
        let taste = tastes[seed as usize % tastes.len()];
        let written = network(300_000 + seed, taste);
        let Some(compiled) = compiled(&written) else { return Counts::new() };
        let Ok(standing) = Standing::new(&compiled.model, today()) else { return Counts::new() };
        let forecast = exact(&compiled);
        let mut case = Case {
            seed,
            written: &written,
            compiled: &compiled,
            forecast: &forecast,
            standing: &standing,
            random: Random::new(seed),
            counts: Counts::from([("networks", 1)]),
        };
        ask(&mut case);
        case.counts
    });
    sum(counts.collect())
}

fn sum(counts: Vec<Counts>) -> Counts {
    let mut all = Counts::new();
    for (what, many) in counts.into_iter().flatten() {
        *all.entry(what).or_default() += many;
    }
    all
}

#[track_caller]
fn at_least(counts: &Counts, expected: &[(&str, u64)]) {
    for (what, least) in expected {
        let many = counts.get(what).copied().unwrap_or_default();
        assert!(many >= *least, "`{what}` was compared too seldom: {counts:#?}");
    }
}
