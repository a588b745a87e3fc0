//! A number taken apart.

use forecastc::answers::why::{What, Why, why};
use forecastc::forecast::{Cause, Reason};
use forecastc::model::{Model, NodeId, Outcome};
use forecastc::value::Date;

use super::super::{compile, compiled, exact};
use super::{Case, at_least, of_networks};
use crate::oracle::Comes;
use crate::oracle::writer::Written;

#[test]
fn the_parts_of_a_number_are_what_it_moves_by_as_each_thing_comes_back() {
    let counts = of_networks(2_800, |case| {
        let nodes: Vec<NodeId> = case.compiled.model.nodes().map(|(node, _)| node).collect();
        for node in nodes {
            check(case, node);
        }
    });
    println!("{counts:#?}");
    let expected = [
        ("networks", 1_500),
        ("sums", 7_000),
        ("parents", 7_000),
        ("children", 7_000),
        ("lines", 700),
        ("silences", 800),
        ("outside views", 700),
        ("scenarios", 1_500),
        ("settled by a line", 800),
        ("settled by other lines", 150),
    ];
    at_least(&counts, &expected);
}

#[test]
fn a_number_that_is_certain_by_gates_is_no_sum() {
    // 0.533 and 0.467 do not quite come to 1.
    let text = "scenario A \"a\" { probability 53.3% }\nkiller T \"t\" { }\n\
                given A => T {\n yes 100%\n no 100%\n}\n";
    let compiled = compile(text);
    let node = compiled.model.find("T").unwrap();
    assert_eq!(why(&compiled.model, &exact(&compiled), node), Some(Why::Follows));
}

fn what(comes: Comes) -> What {
    match comes {
        Comes::Level => What::Level,
        Comes::Outside => What::Outside,
        Comes::Parent(parent) => What::Cause(Cause::Parent(parent)),
        Comes::Child(child) => What::Cause(Cause::Child(child)),
        Comes::Line(node, fact) => What::Cause(Cause::Line { node, fact }),
        Comes::Silence(node) => What::Cause(Cause::Silence(node)),
    }
}

fn count(case: &mut Case<'_>, comes: Comes) {
    match comes {
        Comes::Level => case.count("sums"),
        Comes::Outside => case.count("outside views"),
        Comes::Parent(_) => case.count("parents"),
        Comes::Child(_) => case.count("children"),
        Comes::Line(..) => case.count("lines"),
        Comes::Silence(_) => case.count("silences"),
    }
}

fn check(case: &mut Case<'_>, node: NodeId) {
    let model = &case.compiled.model;
    let found = why(model, case.forecast, node);
    let shown = || format!("{}seed {}: why {}", case.written.text(), case.seed, model.node(node).id);
    if case.standing.is_void(node) {
        assert!(found.is_none() && case.forecast.shares(model, node).is_none(), "{}: {found:?}", shown());
        return case.count("void");
    }
    let Ok(expected) = case.standing.parts(node) else { return case.count("unclear") };
    let Some(expected) = expected else {
        assert!(case.forecast.shares(model, node).is_none(), "{}", shown());
        return match (case.standing.outcome(node), found) {
            (Some(outcome), Some(Why::Settled(Reason::Line { node: of, fact }))) => {
                let said = model.node(node).journal[fact].event.outcome();
                assert!(of == node && said == Some(outcome), "{}: settled by another", shown());
                case.count("settled by a line");
            }
            (None, Some(Why::Follows)) => case.count("settled by other lines"),
            (outcome, found) => panic!("{}\n{outcome:?}: {found:?}", shown()),
        };
    };
    assert_ne!(case.standing.outcome(node), Some(Outcome::Yes), "{}", shown());
    if expected.iter().any(|part| !part.log_odds.is_finite()) {
        // The page says nothing about what is certain while something is away.
        let is_number = |log_odds: f64| !log_odds.is_nan();
        return case.count(match found {
            Some(Why::Sum(sum)) if sum.parts.iter().all(|part| is_number(part.log_odds)) => {
                "certain while something is away, a sum"
            }
            Some(Why::Sum(_)) => "certain while something is away, no numbers",
            _ => "certain while something is away, no sum",
        });
    }
    let Some(Why::Sum(sum)) = found else { panic!("{}: {found:?}", shown()) };
    let mut table = String::new();
    let mut is_same = sum.parts.len() == expected.len();
    let (mut before, mut whole) = (0.0, 0.0);
    // Log odds of what is nearly certain have few digits.
    let nearly = expected.iter().map(|part| part.after.min(1.0 - part.after)).fold(1.0, f64::min);
    let near = 1e-8 + 1e-14 / nearly;
    for at in 0..sum.parts.len().max(expected.len()) {
        let one = expected.get(at).map(|part| (what(part.comes), part.log_odds, part.after - before));
        let other = sum.parts.get(at).map(|part| (part.what, part.log_odds, part.points));
        is_same &= one.zip(other).is_some_and(|(one, other)| {
            one.0 == other.0 && (one.1 - other.1).abs() <= near && (one.2 - other.2).abs() <= 1e-8
        });
        before = expected.get(at).map_or(before, |part| part.after);
        whole += other.map_or(0.0, |other| other.1);
        table.push_str(&format!("expected {one:?}\n   found {other:?}\n"));
    }
    assert!(is_same, "{}\n{}\n{table}", shown(), ids(model));
    let now = sum.probability;
    assert!((whole - (now.ln() - (-now).ln_1p())).abs() <= near, "{}\n{table}the sum is {whole}", shown());
    expected.iter().for_each(|part| count(case, part.comes));
    if model.node(node).choice.is_some() {
        case.count("scenarios");
    }
}

fn ids(model: &Model) -> String {
    model.nodes().map(|(node, item)| format!("{} is {node:?}", item.id)).collect::<Vec<_>>().join(", ")
}

#[test]
fn the_order_of_items_in_a_file_moves_no_part() {
    let counts = of_networks(1_200, |case| {
        // Lines of one day about one node stand in an order of their own.
        let is_doubled = case.compiled.model.nodes.iter().any(|node| {
            let dates: Vec<Date> = node.journal.iter().map(|fact| fact.date.value).collect();
            dates.windows(2).any(|two| two[0] == two[1])
        });
        if is_doubled {
            return;
        }
        let mut items = case.written.items.clone();
        case.random.shuffle(&mut items);
        let other = Written { items, nodes: case.written.nodes.clone() };
        let shown = || format!("{}seed {}, as\n{}", case.written.text(), case.seed, other.text());
        let compiled = compiled(&other).unwrap_or_else(|| panic!("{}", shown()));
        let forecast = exact(&compiled);
        for (node, item) in case.compiled.model.nodes() {
            let [one, other] =
                [(case.compiled, case.forecast), (&compiled, &forecast)].map(|(compiled, forecast)| {
                    let shares = forecast.shares(&compiled.model, node)?;
                    let bits = shares.all.iter().map(|share| (share.cause, share.log_odds.to_bits()));
                    Some((bits.collect::<Vec<_>>(), shares.level.to_bits(), shares.outside.map(f64::to_bits)))
                });
            assert!(one == other, "{}\n{}: {one:?} {other:?}", shown(), item.id);
            *case.counts.entry("nodes").or_default() += 1;
        }
    });
    println!("{counts:#?}");
    at_least(&counts, &[("networks", 700), ("nodes", 2_000)]);
}
