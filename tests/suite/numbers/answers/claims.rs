//! Assertions hold, fail, are undecided or have no answer as the language says, whatever they claim.

mod told;

use std::cell::Cell;

use forecastc::answers::assertions::{Verdict, assertions};
use forecastc::answers::query::Asker;
use forecastc::forecast::{Forecast, Method, Settings, evaluate};
use forecastc::model::Term;
use rayon::prelude::*;

use self::told::{Asked, Claim, Event, Judge, Question, Told};
use super::super::{compile, compiled};
use super::{Counts, at_least, of_networks, sum};
use crate::laws::generate::Random;
use crate::oracle::phrases::Logic;
use crate::oracle::writer::{ALL, Written, network, today};

/// So many claims about each network.
const TIMES: usize = 6;
const SAMPLED: u64 = 140;

#[test]
fn what_comes_of_any_claim_is_what_counting_every_joint_state_says() {
    let counts = of_networks(2_400, |case| {
        let ids = ids(case.written);
        let ask = |question: &Question| {
            let find = |id: &String| case.compiled.model.find(id).unwrap();
            let is_void = |id: &String| case.standing.is_void(find(id));
            let events = || question.given.iter().chain([&question.event]);
            if events().any(|event| any(event, &is_void)) {
                return None;
            }
            let worlds = case.standing.now();
            let worlds =
                worlds.only(|is_true| question.given.iter().all(|one| holds(one, &|id| is_true(find(id)))));
            let mass = worlds.mass();
            let p = worlds.mass_of(|is_true| holds(&question.event, &|id| is_true(find(id)))) / mass;
            (mass > 0.0).then_some((p, 0.0))
        };
        let mut random = Random::new(case.seed ^ 0xC1A1);
        let claims = claims(&mut random, &ids, &ask, false);
        let counts = compare(case.written, &claims, case.forecast, &ask);
        counts.into_iter().for_each(|(what, many)| *case.counts.entry(what).or_default() += many);
    });
    println!("{counts:#?}");
    let expected = [("networks", 1_200), ("holds", 1_500), ("fails", 1_500), ("unanswered", 300)];
    at_least(&counts, &expected);
    assert!(!counts.contains_key("undecided"));
}

#[test]
fn a_claim_over_sampled_numbers_is_undecided_just_where_they_are_within_their_errors() {
    let counts = (0..SAMPLED).into_par_iter().map(|seed| {
        let written = network(700_000 + seed, &ALL);
        let Some(compiled) = compiled(&written) else { return Counts::new() };
        let settings = Settings { seed, method: Method::Sampled, worlds: Some(2_048) };
        let forecast = evaluate(&compiled.model, today(), &settings);
        if !forecast.troubles().is_empty() {
            return Counts::new();
        }
        let asker = Asker::new(&compiled.model, &forecast);
        let ask = |question: &Question| sampled(&written, &asker, question);
        let mut random = Random::new(seed);
        let claims = claims(&mut random, &ids(&written), &ask, true);
        let mut counts = compare(&written, &claims, &forecast, &ask);
        counts.insert("networks", 1);
        counts
    });
    let counts = sum(counts.collect());
    println!("{counts:#?}");
    at_least(&counts, &[("networks", 50), ("holds", 50), ("fails", 50), ("undecided", 50)]);
}

fn ids(written: &Written) -> Vec<String> {
    written.nodes.iter().map(|node| node.id.clone()).collect()
}

/// Claims over few questions, so that the same is asked several times.
fn claims(
    random: &mut Random,
    ids: &[String],
    ask: &dyn Fn(&Question) -> Asked,
    is_smooth: bool,
) -> Vec<Claim> {
    let pool: Vec<Question> = (0..4).map(|_| Question::random(random, ids)).collect();
    let near: Vec<f64> = pool.iter().filter_map(|one| Some(ask(&one.plain().0)?.0)).collect();
    (0..TIMES).map(|_| told::random(random, &pool, &near, is_smooth)).collect()
}

fn compare(
    written: &Written,
    claims: &[Claim],
    forecast: &Forecast,
    ask: &dyn Fn(&Question) -> Asked,
) -> Counts {
    let mut random = Random::new(claims.len() as u64);
    let words = |(at, claim)| format!("assert {} \"{at}\"\n", told::written(claim, &mut random));
    let text = written.and(&claims.iter().enumerate().map(words).collect::<String>()).text();
    let compiled = compile(&text);
    assert!(compiled.model.assertions.len() == claims.len(), "{text}\n{:#?}", compiled.diagnostics);
    let mut counts = Counts::new();
    for (assertion, judged) in compiled.model.assertions.iter().zip(assertions(&compiled.model, forecast)) {
        let at: usize = assertion.text.as_ref().unwrap().value.parse().unwrap();
        let judge = Judge { ask, is_unclear: Cell::new(false) };
        let expected = judge.told(&claims[at]);
        if judge.is_unclear.get() {
            *counts.entry("unclear").or_default() += 1;
            continue;
        }
        let found = match judged.verdict {
            Verdict::Holds => Told::Holds,
            Verdict::Fails => Told::Fails,
            Verdict::Undecided => Told::Undecided,
            Verdict::Unanswered(_) => Told::Unanswered,
        };
        assert_eq!(found, expected, "{text}\nfound on the left: {}\n{judged:#?}", assertion.words);
        *counts.entry(judged.verdict.word()).or_default() += 1;
    }
    counts
}

/// What the sampler answers to a question alone.
fn sampled(written: &Written, asker: &Asker<'_>, question: &Question) -> Asked {
    let words = question.written(&mut Random::new(1));
    let compiled = compile(&written.and(&format!("assert {words} >= 0")).text());
    let Term::Compare(first, _) = compiled.model.assertions[0].claim.term.as_ref() else { panic!("{words}") };
    let Term::Atom(asked) = first.term.as_ref() else { panic!("{words}") };
    let answer = asker.ask(asked).ok()?;
    Some((answer.probability, answer.error))
}

fn holds(event: &Event, is_true: &dyn Fn(&String) -> bool) -> bool {
    match event {
        Logic::Is(id) => is_true(id),
        Logic::Not(inner) => !holds(inner, is_true),
        Logic::And(all) => all.iter().all(|one| holds(one, is_true)),
        Logic::Or(all) => all.iter().any(|one| holds(one, is_true)),
    }
}

/// Whether something is so of any node of an event.
fn any(event: &Event, is_so: &dyn Fn(&String) -> bool) -> bool {
    match event {
        Logic::Is(id) => is_so(id),
        Logic::Not(inner) => any(inner, is_so),
        Logic::And(all) | Logic::Or(all) => all.iter().any(|one| any(one, is_so)),
    }
}
