//! Derivatives are those that come from changing one number a little and working everything out again.

use std::collections::BTreeMap;

use forecastc::Compiled;
use forecastc::answers::reach::{Reach, reach};
use forecastc::answers::sensitivity::{Lack, sensitivity};
use forecastc::forecast::{Forecast, Method, Settings, evaluate};
use forecastc::model::{Measure, Model, NodeId, Number};
use rayon::prelude::*;

use super::{compile, compiled, exact, id};
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

#[test]
fn what_is_sampled_has_no_derivatives() {
    let compiled =
        compile("scenario A \"A\" { probability 40% }\nscenario B \"B\" { needs A 50% else 10% }\n");
    let settings = Settings { method: Method::Sampled, ..Settings::default() };
    let forecast = evaluate(&compiled.model, today(), &settings);
    let b = compiled.model.find("B").unwrap();
    assert_eq!(sensitivity(&compiled.model, &forecast, b), Err(Lack::Sampled));
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
