//! Derivatives are those that come from changing one number a little and working everything out again.

use std::collections::BTreeMap;

use forecastc::Compiled;
use forecastc::answers::reach::{Reach, reach};
use forecastc::answers::sensitivity::sensitivity;
use forecastc::forecast::{Forecast, Method, Settings, evaluate};
use forecastc::model::{Measure, Model, NodeId, Number};
use rayon::prelude::*;

use super::{compile, compiled, exact, id};
use crate::laws::generate::Random;
use crate::oracle::writer::{ALL, FACTS_BEHIND_GATES, WITHOUT_FACTS, network, today};

const NETWORKS: u64 = 400;
/// How far a number is moved: in log odds of a probability, in the logarithm of a ratio.
const STEP: f64 = 1e-3;

/// Whether it is the weight of a milestone, which may come near 1.
fn is_tie(number: Number) -> bool {
    matches!(number, Number::Weight(_))
}

/// What numbers are compared by: steps of the same length are alike all over it.
fn coordinate(number: Number, value: f64) -> f64 {
    match number.measure() {
        Measure::Weight if is_tie(number) => value.atanh(),
        Measure::Probability => (value / (1.0 - value)).ln(),
        Measure::Ratio => value.ln(),
        Measure::Weight => value,
    }
}

fn value(number: Number, coordinate: f64) -> f64 {
    match number.measure() {
        Measure::Weight if is_tie(number) => coordinate.tanh(),
        Measure::Probability => 1.0 / (1.0 + (-coordinate).exp()),
        Measure::Ratio => coordinate.exp(),
        Measure::Weight => coordinate,
    }
}

/// The derivative by the coordinate.
fn turned(number: Number, value: f64, derivative: f64) -> f64 {
    match number.measure() {
        Measure::Weight if is_tie(number) => derivative * (1.0 - value * value),
        Measure::Probability => derivative * value * (1.0 - value),
        Measure::Ratio | Measure::Weight => derivative,
    }
}

fn changed(compiled: &Compiled, number: Number, value: f64) -> Option<Forecast> {
    let mut model: Model = compiled.model.clone();
    model.set(number, value);
    let settings = Settings { method: Method::Exact, ..Settings::default() };
    let forecast = evaluate(&model, today(), &settings);
    forecast.troubles().is_empty().then_some(forecast)
}

/// What each node moves by with a number, from four values of it. `None`: some of them cannot be.
fn by_difference(compiled: &Compiled, number: Number) -> Option<Vec<Option<f64>>> {
    // The weights of voices are taken as they are.
    if let Number::Level(node) | Number::Statement { node, .. } = number {
        let node = compiled.model.node(node);
        if !node.by.is_empty() && node.journal.iter().any(|fact| fact.event.outcome().is_some()) {
            return None;
        }
    }
    let at = coordinate(number, compiled.model.value_of(number)?);
    // A weight at the end of its range moves to one side only.
    let (steps, factors) = match (number.measure(), at) {
        (Measure::Weight, 0.0) => ([0.0, 1.0, 2.0, 3.0], [-22.0, 36.0, -18.0, 4.0]),
        (Measure::Weight, 1.0) => ([0.0, -1.0, -2.0, -3.0], [22.0, -36.0, 18.0, -4.0]),
        _ => ([-2.0, -1.0, 1.0, 2.0], [1.0, -8.0, 8.0, -1.0]),
    };
    let far = |times: f64| changed(compiled, number, value(number, at + times * STEP));
    let all: Vec<Forecast> = steps.into_iter().map(far).collect::<Option<_>>()?;
    let slope = |node: NodeId| {
        let of = |forecast: &Forecast| forecast.now(node).map(|belief| belief.probability);
        let terms = all.iter().zip(factors).map(|(forecast, factor)| Some(factor * of(forecast)?));
        Some(terms.sum::<Option<f64>>()? / (12.0 * STEP))
    };
    Some(compiled.model.nodes().map(|(node, _)| slope(node)).collect())
}

#[test]
fn derivatives_are_those_of_small_changes() {
    let results = (0..NETWORKS).into_par_iter().map(|seed| {
        let taste = [&ALL, &ALL, &FACTS_BEHIND_GATES, &WITHOUT_FACTS][(seed % 4) as usize];
        let written = network(seed, taste);
        match compiled(&written) {
            Some(compiled) => compare(&written.text(), &compiled),
            None => (BTreeMap::new(), Vec::new()),
        }
    });
    let mut met: BTreeMap<String, usize> = BTreeMap::new();
    let mut apart = Vec::new();
    for (counts, wrong) in results.collect::<Vec<_>>() {
        for (name, count) in counts {
            *met.entry(name).or_default() += count;
        }
        apart.extend(wrong);
    }
    println!("{met:#?}");
    assert!(apart.is_empty(), "{} apart, such as\n{}", apart.len(), apart[..apart.len().min(5)].join("\n\n"));
    for what in ["Level", "If", "Strength", "Weight", "Statement", "Evidence", "Rate", "Outside", "Row"] {
        assert!(met.get(what).is_some_and(|many| *many >= 20), "`{what}` is met too seldom: {met:#?}");
    }
}

fn compare(text: &str, compiled: &Compiled) -> (BTreeMap<String, usize>, Vec<String>) {
    let (mut met, mut apart) = (BTreeMap::new(), Vec::new());
    let forecast = exact(compiled);
    if !forecast.troubles().is_empty() {
        return (met, apart);
    }
    let found: Vec<BTreeMap<Number, f64>> = compiled
        .model
        .nodes()
        .map(|(node, _)| {
            let found = sensitivity(&compiled.model, &forecast, node).map(|found| found.numbers);
            found.unwrap_or_default().into_iter().map(|stated| (stated.number, stated.derivative)).collect()
        })
        .collect();
    for number in compiled.model.numbers() {
        let Some(expected) = by_difference(compiled, number) else {
            *met.entry("no difference".to_owned()).or_default() += 1;
            continue;
        };
        let at = compiled.model.value_of(number).unwrap();
        let name = format!("{number:?}");
        let name = name.split([' ', '(']).next().unwrap_or_default().to_owned();
        for ((node, _), expected) in compiled.model.nodes().zip(expected) {
            let Some(expected) = expected else { continue };
            let found = found[node.index()].get(&number).copied().unwrap_or(0.0);
            let found = turned(number, at, found);
            if (expected - found).abs() > 1e-7 + 1e-5 * expected.abs() {
                apart.push(format!(
                    "{text}\n{} by {number:?} = {at}: expected {expected}, found {found}",
                    id(compiled, node)
                ));
            } else if expected.abs() > 1e-4 {
                *met.entry(name.clone()).or_default() += 1;
            }
        }
    }
    (met, apart)
}

#[test]
fn parents_that_are_only_counted_have_derivatives_too() {
    let mut text = String::new();
    for number in 0..8 {
        text += &format!("scenario S{number} \"S\" {{ probability {}% }}\n", 12 + 9 * number);
    }
    let needs = |word: &str| -> String { (0..8).map(|one| format!("    needs S{one} {word}\n")).collect() };
    text += &format!("scenario ALL \"All\" {{\n    probability 35%\n{}}}\n", needs("moderate"));
    text += &format!("scenario IMPLIED \"Implied\" {{\n{}}}\n", needs("70% else 20%"));
    text += "scenario END \"End\" {\n    needs ALL 60% else 20%\n    killed by IMPLIED 30% else 45%\n}\n";
    text += "2026-05-01 evidence ALL for strong\n2026-05-02 probability IMPLIED 40%\n";
    text +=
        "2026-06-01 resolved S3 yes\n2026-06-02 probability END 44%\n2026-06-05 evidence S2 against weak\n";
    let compiled = compile(&text);
    assert!(!compiled.diagnostics.has_errors());
    let (met, apart) = compare(&text, &compiled);
    assert!(apart.is_empty(), "{}", apart.join("\n"));
    assert!(met["Strength"] > 20 && met["If"] > 20 && met["Statement"] > 2, "{met:?}");
}

/// A derivative of a sampled network, beside the exact one, both by the coordinate.
struct Pair {
    kind: String,
    shown: String,
    is_long: bool,
    exact: f64,
    /// None: it was within its errors of 0.
    sampled: Option<(f64, f64)>,
}

/// A long network: each node has two of the five before it above it, and every kind of line is written about some.
fn long(random: &mut Random) -> String {
    let mut text = String::new();
    for node in 0_usize..60 {
        text += &format!("scenario L{node} \"L\" {{\n");
        if node < 2 || random.below(4) > 0 {
            text += &format!("    probability {}%\n", random.between(10, 90));
        }
        let first = random.between(1, 3);
        for back in [first, first + random.between(1, 2)].into_iter().filter(|back| node >= *back.max(&2)) {
            let (yes, no) = (random.between(30, 95), random.between(5, 30));
            text += &match random.below(3) {
                0 => format!("    needs L{} x{}\n", node - back, random.between(2, 5)),
                1 => format!("    needs L{} {yes}% else {no}%\n", node - back),
                _ => format!("    killed by L{} {no}% else {yes}%\n", node - back),
            };
        }
        text += "}\n";
    }
    let mut lines = Vec::new();
    for node in 0..60 {
        let day = random.between(10, 28);
        lines.extend(match random.below(10) {
            0 => Some(format!("2026-05-{day} resolved L{node} {}\n", random.pick(&["yes", "no"]))),
            1 => Some(format!("2026-05-{day} probability L{node} {}%\n", random.between(25, 75))),
            2 | 3 => Some(format!(
                "2026-05-{day} evidence L{node} {} moderate\n",
                random.pick(&["for", "against"])
            )),
            _ => None,
        });
    }
    lines.sort();
    text + &lines.concat()
}

fn pairs(seed: u64) -> Vec<Pair> {
    let written = match seed % 60 {
        0 => {
            Some(compile(&long(&mut Random::new(seed)))).filter(|compiled| !compiled.diagnostics.has_errors())
        }
        _ => compiled(&network(700_000 + seed, [&ALL, &WITHOUT_FACTS][usize::from(seed % 4 == 3)])),
    };
    let Some(compiled) = written else { return Vec::new() };
    let settings = Settings { seed, method: Method::Sampled, worlds: Some(8_192) };
    let (truth, found) = (exact(&compiled), evaluate(&compiled.model, today(), &settings));
    if !truth.troubles().is_empty() || !found.troubles().is_empty() {
        return Vec::new();
    }
    let mut all = Vec::new();
    for (node, item) in compiled.model.nodes().step_by(if seed.is_multiple_of(60) { 10 } else { 3 }) {
        let (Ok(truth), Ok(found)) =
            (sensitivity(&compiled.model, &truth, node), sensitivity(&compiled.model, &found, node))
        else {
            continue;
        };
        for number in compiled.model.numbers() {
            let truth = truth.numbers.iter().find(|one| one.number == number);
            let found = found.numbers.iter().find(|one| one.number == number);
            if truth.is_none() && found.is_none() {
                continue;
            }
            let at = compiled.model.value_of(number).unwrap();
            let by = |derivative: f64| turned(number, at, derivative);
            let kind = format!("{number:?}");
            all.push(Pair {
                kind: kind.split([' ', '(']).next().unwrap_or_default().to_owned(),
                shown: format!("{seed}: {} by {number:?}", item.id),
                is_long: seed.is_multiple_of(60),
                exact: truth.map_or(0.0, |one| by(one.derivative)),
                sampled: found.map(|one| (by(one.derivative), by(one.error).abs())),
            });
        }
    }
    all
}

#[test]
fn sampled_derivatives_are_the_exact_ones_within_their_errors() {
    let all: Vec<Pair> = (0..120).into_par_iter().flat_map_iter(pairs).collect();
    let long = all.iter().filter(|pair| pair.is_long).count();
    println!("{long} of {} are of long networks", all.len());
    for kind in
        ["Level", "If", "Strength", "Weight", "Statement", "Evidence", "Rate", "Outside", "Row", "long"]
    {
        let is_own = |pair: &&Pair| if kind == "long" { pair.is_long } else { pair.kind == kind };
        let own: Vec<&Pair> = all.iter().filter(is_own).collect();
        let told = own.iter().filter(|pair| pair.sampled.is_some()).count();
        let mut off: Vec<(f64, String)> = own
            .iter()
            .map(|pair| match pair.sampled {
                Some((found, error)) => {
                    let off = ((pair.exact - found).abs() - 1e-3).max(0.0) / error.max(1e-6);
                    (off, format!("{}: {found} ± {error}, is {}", pair.shown, pair.exact))
                }
                None => (500.0 * pair.exact.abs(), format!("{} is not told, is {}", pair.shown, pair.exact)),
            })
            .collect();
        off.sort_by(|one, other| other.0.total_cmp(&one.0));
        let far: Vec<&str> = off.iter().take(6).map(|(_, shown)| shown.as_str()).collect();
        let within = off.iter().filter(|(off, _)| *off <= 4.0).count() as f64 / own.len() as f64;
        let norm = |of: &dyn Fn(&Pair) -> f64| own.iter().map(|pair| of(pair).powi(2)).sum::<f64>().sqrt();
        let apart = norm(&|pair| pair.exact - pair.sampled.map_or(0.0, |(found, _)| found));
        let relative = apart / norm(&|pair| pair.exact);
        println!(
            "{kind}: {told} of {} told, {within:.3} within 4 errors, off by {relative:.4} of all",
            own.len()
        );
        assert!(told >= 20, "{kind}: {told} derivatives are too few");
        assert!(within >= 0.98, "{kind}: {within} within 4 errors; the farthest:\n{}", far.join("\n"));
        assert!(relative <= 0.03, "{kind}: off by {relative}; the farthest:\n{}", far.join("\n"));
    }
}

/// The change that is found for a sampled number takes the exact one there too, and is as small.
#[test]
fn what_it_takes_is_found_of_sampled_numbers_too() {
    let counts = (0..40_u64).into_par_iter().map(|seed| {
        let written = network(800_000 + seed, &ALL);
        let Some(compiled) = compiled(&written) else { return [0; 3] };
        let forecast = exact(&compiled);
        let last = compiled.model.nodes().last().map(|(node, _)| node);
        let Some((node, now)) = last.and_then(|node| Some((node, forecast.now(node)?.probability))) else {
            return [0; 3];
        };
        let above = seed % 2 == 0;
        let bound = if above { now + 0.2 * (1.0 - now) } else { 0.8 * now };
        let settings = Settings { seed, method: Method::Sampled, worlds: Some(4_096) };
        let truth = Settings { method: Method::Exact, ..Settings::default() };
        let truth = reach(&compiled.model, today(), &truth, node, bound, above).unwrap();
        let Ok(Reach::By(found)) = reach(&compiled.model, today(), &settings, node, bound, above) else {
            return [0, 1, 0];
        };
        let is_past = if above { found.probability > bound } else { found.probability < bound };
        assert!(is_past, "{}\n{found:?}", written.text());
        let Some(there) = changed(&compiled, found.number, found.to) else { return [0, 1, 0] };
        let there = there.now(node).unwrap().probability;
        let off = (there - found.probability).abs() - 1e-3;
        assert!(off < 5.0 * found.error, "{seed}: {there} instead of {found:?}\n{}", written.text());
        match truth {
            Reach::By(truth) if found.size < 1.2 * truth.size + 0.02 => [1, 0, 0],
            Reach::By(_) | Reach::There | Reach::No => {
                println!("{seed}: {found:?} instead of {truth:?}");
                [0, 0, 1]
            }
        }
    });
    let sum = |a: [i32; 3], b: [i32; 3]| [0, 1, 2].map(|at| a[at] + b[at]);
    let [small, none, other] = counts.reduce(|| [0; 3], sum);
    println!("as small {small}, none {none}, another {other}");
    assert!(small >= 20 && other <= 2, "{small} {none} {other}");
}

/// What was found does it, a little less does not, and no number that may be anything does it in less.
#[test]
fn the_change_that_is_found_is_the_smallest() {
    let counts = (0..150_u64).into_par_iter().map(|seed| {
        let written = network(seed, if seed % 2 == 0 { &ALL } else { &WITHOUT_FACTS });
        let Some(compiled) = compiled(&written) else { return [0; 4] };
        let forecast = exact(&compiled);
        let last = compiled.model.nodes().last().map(|(node, _)| node);
        let Some((node, now)) = last.and_then(|node| Some((node, forecast.now(node)?.probability))) else {
            return [0; 4];
        };
        let above = seed % 3 == 0;
        let bound = if above { now + 0.1 * (1.0 - now) } else { 0.9 * now };
        let settings = Settings { method: Method::Exact, ..Settings::default() };
        let found = reach(&compiled.model, today(), &settings, node, bound, above).unwrap();
        let of = |number: Number, value: f64| Some(changed(&compiled, number, value)?.now(node)?.probability);
        let is_met = |probability: f64| if above { probability > bound } else { probability < bound };
        let least = match found {
            Reach::There => return [1, 0, 0, 0],
            Reach::No => f64::INFINITY,
            Reach::By(change) => {
                let with = of(change.number, change.to).unwrap();
                assert!(
                    is_met(with) && (with - change.probability).abs() < 1e-9,
                    "{}\n{change:?}",
                    written.text()
                );
                let short = change.from + (change.to - change.from) * 0.999;
                assert!(!is_met(of(change.number, short).unwrap()), "{}\n{change:?}", written.text());
                change.size
            }
        };
        let numbers = compiled.model.numbers().into_iter();
        for number in numbers.filter(|number| {
            matches!(
                number,
                Number::Row { .. } | Number::Statement { .. } | Number::Rate(_) | Number::Evidence { .. }
            )
        }) {
            let at = coordinate(number, compiled.model.value_of(number).unwrap());
            for step in [-0.99, -0.5, 0.5, 0.99].map(|share| share * least.min(20.0)) {
                let to = at + step;
                if to.abs() < 6.9 && of(number, value(number, to)).is_some_and(is_met) {
                    // It helps within its range, and no more at the end of it.
                    println!("seed {seed}: {found:?}, but {number:?} at {at} does it with {step}");
                    return [0, 0, 0, 1];
                }
            }
        }
        if least.is_finite() { [0, 1, 0, 0] } else { [0, 0, 1, 0] }
    });
    let sum = |a: [i32; 4], b: [i32; 4]| [0, 1, 2, 3].map(|at| a[at] + b[at]);
    let [there, by, no, passed] = counts.reduce(|| [0; 4], sum);
    println!("there {there}, by a change {by}, none {no}, passed over {passed}");
    assert!(by >= 50 && no >= 3 && passed == 0, "{there} {by} {no} {passed}");
}
