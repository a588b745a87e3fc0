//! What the engine promises besides its numbers: the same bytes, nothing worked out twice, no surprise next to the
//! impossible, worlds that are drawn as often as they are likely.

use forecastc::forecast::{Forecast, Memory, Method, Settings, evaluate, evaluate_with};
use forecastc::model::Model;
use rayon::prelude::*;

use super::{compile, exact, with};
use crate::laws::generate::Random;
use crate::oracle::writer::{ALL, network, today};

/// Nodes that hang together in many ways, with facts on many days.
fn tangle(seed: u64, nodes: usize, facts: usize) -> String {
    let mut random = Random::new(seed);
    let mut text = String::new();
    for at in 0..nodes {
        text.push_str(&format!("scenario S{at} \"s\" {{\n    probability {}%\n", random.between(20, 80)));
        for from in (0..at).rev().take(6) {
            let ratio = (1 + random.below(2), random.below(10));
            if !random.one_in(3) {
                text.push_str(&format!("    moves with S{from} for x{}.{}\n", ratio.0, ratio.1));
            }
        }
        text.push_str("}\n");
    }
    for fact in 0..facts {
        let node = fact * nodes / facts.max(1);
        let outcome = ["yes", "no"][random.below(2)];
        text.push_str(&format!("2026-0{}-1{} resolved S{node} {outcome}\n", 1 + fact / 10, fact % 10));
    }
    text
}

fn bits(model: &Model, forecast: &Forecast) -> Vec<Option<[u64; 2]>> {
    let now = model.nodes().map(|(id, _)| forecast.now(id));
    let days =
        (0..forecast.days().len()).flat_map(|day| model.nodes().map(move |(id, _)| forecast.on(id, day)));
    now.chain(days).map(|belief| belief.map(|one| [one.probability.to_bits(), one.error.to_bits()])).collect()
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let compiled = compile(&tangle(1, 40, 12));
    let settings = Settings { seed: 3, method: Method::Sampled, worlds: Some(2_048) };
    let mut all = [1, 2, 5].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| bits(&compiled.model, &evaluate(&compiled.model, today(), &settings)))
    });
    let [one, others @ ..] = &mut all;
    assert!(others.iter().all(|other| other == one));
}

#[test]
fn another_seed_gives_other_worlds_and_numbers_within_the_errors() {
    let compiled = compile(&tangle(2, 40, 8));
    let sampled = |seed| {
        let settings = Settings { seed, method: Method::Sampled, worlds: Some(4_096) };
        evaluate(&compiled.model, today(), &settings)
    };
    let (one, other) = (sampled(1), sampled(2));
    let mut differ = 0;
    for (id, node) in compiled.model.nodes() {
        let (one, other) = (one.now(id).unwrap(), other.now(id).unwrap());
        let error = one.error.hypot(other.error);
        assert!((one.probability - other.probability).abs() <= 5.0 * error, "{}: {one:?} {other:?}", node.id);
        differ += usize::from(one.probability != other.probability);
    }
    assert!(differ > 20, "{differ} numbers differ");
}

#[test]
fn what_is_written_elsewhere_moves_no_number_by_chance() {
    let text = tangle(3, 40, 8);
    let more = format!("{text}scenario A0 \"new\" {{\n    probability 30%\n    needs S5 weak\n}}\n");
    let settings = Settings { seed: 0, method: Method::Sampled, worlds: Some(2_048) };
    let (one, other) = (compile(&text), compile(&more));
    let [before, after] = [&one, &other].map(|one| evaluate(&one.model, today(), &settings));
    for (id, node) in one.model.nodes() {
        let (before, after) =
            (before.now(id).unwrap(), after.now(other.model.find(&node.id).unwrap()).unwrap());
        let moved = (before.probability - after.probability).abs();
        assert!(moved <= 0.2 * before.error.max(1e-6), "{}: {before:?} {after:?}", node.id);
    }
}

#[test]
fn a_new_line_at_the_end_costs_one_step_and_gives_the_same_bytes() {
    for method in [Method::Exact, Method::Sampled] {
        let settings = Settings { seed: 0, method, worlds: Some(2_048) };
        let memory = Memory::new();
        let text = tangle(4, 24, 10);
        let more = format!("{text}2026-09-01 resolved S3 yes\n");
        let run = |text: &str, memory: &Memory| {
            let model = compile(text).model;
            let forecast = evaluate_with(&model, today(), &settings, memory, &|_| {});
            let fresh: usize = forecast.work().iter().map(|work| work.fresh_steps).sum();
            (bits(&model, &forecast), fresh)
        };
        let (first, fresh) = run(&text, &memory);
        assert_eq!(fresh, 10);
        assert_eq!(run(&text, &memory), (first.clone(), 0));
        let (longer, fresh) = run(&more, &memory);
        assert_eq!(fresh, 1);
        assert_eq!(longer, run(&more, &Memory::new()).0);
        // The line taken back again: the state before it is still known.
        let (again, fresh) = run(&text, &memory);
        assert_eq!((again == first, fresh <= 1), (true, true), "{fresh} steps");
    }
}

/// The text with another number somewhere, or with another node that hangs on one that is there.
fn edited(text: &str, random: &mut Random) -> String {
    let numbers: Vec<usize> = text.match_indices('%').map(|(at, _)| at).collect();
    if numbers.is_empty() || random.one_in(6) {
        let ids: Vec<&str> =
            text.lines().filter_map(|line| line.strip_prefix("scenario ")?.split(' ').next()).collect();
        let parent = if ids.is_empty() {
            String::new()
        } else {
            format!("needs {} weak", ids[random.below(ids.len())])
        };
        let id = format!("A{}", text.len());
        return format!("scenario {id} \"new\" {{\n    probability 30%\n    {parent}\n}}\n{text}");
    }
    let end = numbers[random.below(numbers.len())];
    let start = text[..end].rfind(|c: char| !c.is_ascii_digit() && c != '.').map_or(0, |at| at + 1);
    format!("{}{}{}", &text[..start], random.between(3, 97), &text[end..])
}

#[test]
fn an_edit_anywhere_gives_the_bytes_of_a_fresh_start() {
    let settings = Settings { seed: 0, method: Method::Sampled, worlds: Some(256) };
    let run = |seed: u64| -> usize {
        let mut random = Random::new(seed);
        let mut text = if seed.is_multiple_of(3) { tangle(seed, 24, 6) } else { network(seed, &ALL).text() };
        let memory = Memory::new();
        let mut count = 0;
        for _ in 0..8 {
            let compiled = compile(&text);
            if !compiled.diagnostics.has_errors() {
                let model = &compiled.model;
                let all = [&memory, &Memory::new()].map(|memory| {
                    let forecast = evaluate_with(model, today(), &settings, memory, &|_| {});
                    let readings = (0..model.edges.len()).map(|edge| format!("{:?}", forecast.reading(edge)));
                    (bits(model, &forecast), readings.collect::<Vec<_>>())
                });
                assert!(all[0] == all[1], "seed {seed}:\n{text}");
                count += 1;
            }
            text = edited(&text, &mut random);
        }
        count
    };
    let count: usize = (0..36).into_par_iter().map(run).sum();
    assert!(count > 100, "{count} networks");
}

#[test]
fn facts_next_to_impossible_are_taken_as_they_are() {
    // The odds of A are divided by a million, a hundred times over; then B, which is all but A, comes true.
    let mut text = "scenario A \"a\" { probability 50% }\nscenario C \"c\" { probability 30% }\n\
        scenario B \"b\" {\n    probability 50%\n    needs A 99.9% else 0.1%\n}\n\
        scenario D \"d\" {\n    probability 40%\n    needs A 60% else 20%\n    needs C 70% else 27%\n}\n"
        .to_owned();
    for _ in 0..100 {
        text.push_str("2026-03-01 evidence A against x1000000 \"no\"\n");
    }
    text.push_str("2026-04-01 resolved B yes\n");
    let compiled = compile(&text);
    assert!(!compiled.diagnostics.has_errors());
    for method in [Method::Exact, Method::Sampled] {
        let found = with(&compiled, method, today());
        assert!(found.troubles().is_empty());
        for (id, node) in compiled.model.nodes() {
            let now = found.now(id).unwrap();
            assert!((0.0..=1.0).contains(&now.probability) && now.error < 0.1, "{}: {now:?}", node.id);
        }
        let probability = |id: &str| found.now(compiled.model.find(id).unwrap()).unwrap().probability;
        // A million to the hundredth against, a million for: it did not happen.
        assert!(probability("A") < 1e-6 && (probability("D") - 0.2).abs() < 0.03, "{method:?}");
    }
    // With a gate in place of 99.9% the same facts leave A nothing but to be true.
    let gated = compile(
        &text
            .replace("99.9% else 0.1%", "90% else 0%")
            .replace("scenario B \"b\" {\n    probability 50%", "scenario B \"b\" {\n    probability 40%"),
    );
    for method in [Method::Exact, Method::Sampled] {
        let found = with(&gated, method, today());
        assert!(found.troubles().is_empty(), "{:?}", found.troubles());
        assert_eq!(found.now(gated.model.find("A").unwrap()).unwrap().probability, 1.0);
    }
}

#[test]
fn the_book_holds_worlds_as_often_as_they_are_likely() {
    let mut compared = 0;
    for seed in 0..60 {
        let compiled = forecastc::compile(&network(seed, &ALL).sources(), today());
        if compiled.diagnostics.has_errors() || !exact(&compiled).troubles().is_empty() {
            continue;
        }
        let exact = exact(&compiled);
        for method in [Method::Exact, Method::Sampled] {
            let settings = Settings { seed, method, worlds: Some(8_192) };
            let forecast = evaluate(&compiled.model, today(), &settings);
            let book = forecast.book();
            for (id, node) in compiled.model.nodes() {
                let Some(expected) = exact.now(id) else { continue };
                let p = expected.probability;
                let found = book.count(&[(id, true)], &[]).share().unwrap();
                let noise = (p * (1.0 - p) / 2_048.0).sqrt();
                let is_near = (p - found).abs() <= 5.0 * noise + 0.001;
                let now = forecast.now(id);
                assert!(
                    is_near,
                    "{}{method:?} {}: {p}, {found} {now:?}",
                    network(seed, &ALL).text(),
                    node.id
                );
                assert_eq!(book.both(id, id), book.count(&[(id, true)], &[]).so());
                compared += 1;
            }
        }
    }
    assert!(compared > 500, "{compared}");
}

#[test]
fn nothing_that_is_too_wide_is_tried_exactly() {
    // Sixty nodes, each tied to all before it by a tie of its own.
    let mut text = String::new();
    for at in 0..60 {
        text.push_str(&format!("scenario S{at} \"s\" {{\n    probability 50%\n"));
        for from in 0..at {
            text.push_str(&format!("    moves with S{from} for x1.{}\n", 100 + at * 60 + from));
        }
        text.push_str("}\n");
    }
    let compiled = compile(&text);
    assert!(!exact(&compiled).troubles().is_empty());
    let chosen = with(&compiled, Method::Chosen, today());
    assert!(chosen.troubles().is_empty());
    assert!(compiled.model.nodes().all(|(id, _)| !chosen.now(id).unwrap().is_exact));
}
