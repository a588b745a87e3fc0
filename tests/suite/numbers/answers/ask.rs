//! How likely something is given something else, and what the outcome of a node tells about others.

use forecastc::answers::query::{Asker, Silence};
use forecastc::answers::whatif::Effects;
use forecastc::model::{Expression, NodeId, Term};

use super::super::{Comparison, compile};
use super::{Case, at_least, of_networks};

/// So many questions about each network.
const TIMES: usize = 6;

#[test]
fn the_probability_of_any_expression_given_others_is_that_of_enumeration() {
    let counts = of_networks(5_600, |case| {
        let questions: Vec<String> = (0..TIMES).map(|_| question(case)).collect();
        let compiled = compile(&case.written.and(&questions.join("\n")).text());
        let asker = Asker::new(&compiled.model, case.forecast);
        for assertion in &compiled.model.assertions {
            let Term::Compare(first, _) = assertion.claim.term.as_ref() else { panic!("a comparison") };
            let Term::Atom(question) = first.term.as_ref() else { panic!("a probability") };
            let shown = || format!("{}seed {}: {}", case.written.text(), case.seed, assertion.words);
            let found = asker.ask(question);
            let all = || question.given.iter().chain([&question.event]);
            if all().flat_map(nodes).any(|node| case.standing.is_void(node)) {
                assert_eq!(found, Err(Silence::NoNumber), "{}", shown());
                case.count("no number");
                continue;
            }
            let worlds = case.standing.now();
            let worlds = worlds.only(|is_true| question.given.iter().all(|one| holds(one, is_true)));
            if worlds.mass() == 0.0 {
                assert_eq!(found, Err(Silence::Impossible), "{}", shown());
                case.count("impossible");
                continue;
            }
            let expected = worlds.mass_of(|is_true| holds(&question.event, is_true)) / worlds.mass();
            let found = found.unwrap_or_else(|silence| panic!("{}: {silence:?}", shown()));
            assert!(found.is_exact && found.error == 0.0, "{}: {found:?}", shown());
            let mut same = Comparison::default();
            same.of(|| "found".to_owned(), Some(expected), Some(found.probability));
            same.settle(&shown());
            case.count("questions");
            if expected > 0.0 && expected < 1.0 {
                case.count("neither 0 nor 1");
            }
        }
    });
    println!("{counts:#?}");
    let expected = [
        ("networks", 3_000),
        ("questions", 12_000),
        ("neither 0 nor 1", 6_000),
        ("impossible", 1_000),
        ("no number", 500),
    ];
    at_least(&counts, &expected);
}

#[test]
fn what_an_outcome_makes_of_others_and_tells_about_them_is_that_of_enumeration() {
    let counts = of_networks(5_600, |case| {
        let effects = Effects::new(&case.compiled.model, case.forecast);
        let model = &case.compiled.model;
        for (node, item) in model.nodes() {
            let shown = || format!("{}seed {}: of {}", case.written.text(), case.seed, item.id);
            let found = effects.of(node);
            let worlds = case.standing.now();
            let both_ways =
                [true, false].map(|state| case.standing.now().only(|is_true| is_true(node) == state));
            if case.standing.is_void(node) || both_ways.iter().any(|worlds| worlds.mass() == 0.0) {
                assert!(found.is_none(), "{}\nthere is nothing to tell: {found:?}", shown());
                case.count("none");
                continue;
            }
            let found = found.unwrap_or_else(|| panic!("{}: none", shown()));
            let others: Vec<NodeId> = found.iter().map(|both| both.node).collect();
            assert!(others.is_sorted() && !others.contains(&node), "{}: {others:?}", shown());
            // Nodes that nothing connects with this one need not be named.
            for (other, item) in model.nodes().filter(|(other, _)| *other != node && !others.contains(other))
            {
                let bits = if case.standing.is_void(other) { 0.0 } else { worlds.information(node, other) };
                assert!(bits.abs() < 1e-9, "{}\n{} is missing", shown(), item.id);
            }
            let (mut same, mut telling) = (Comparison::default(), 0);
            for both in &found {
                assert!(!case.standing.is_void(both.node), "{}\n{both:?} is void", shown());
                let name = |what: &str| format!("{} {what}", model.node(both.node).id);
                let [yes, no] = both_ways.each_ref().map(|worlds| Some(worlds.probability(both.node)));
                same.of(|| name("if it comes true"), yes, Some(both.given[0].0));
                same.of(|| name("if it does not"), no, Some(both.given[1].0));
                let bits = worlds.information(node, both.node);
                same.of(|| name("bits"), Some(bits), Some(both.information));
                telling += u64::from(bits > 1e-6);
            }
            same.settle(&shown());
            *case.counts.entry("pairs").or_default() += found.len() as u64;
            *case.counts.entry("pairs that tell about each other").or_default() += telling;
        }
    });
    println!("{counts:#?}");
    let expected = [
        ("networks", 3_000),
        ("pairs", 50_000),
        ("pairs that tell about each other", 20_000),
        ("none", 2_000),
    ];
    at_least(&counts, &expected);
}

/// `assert P(A and not B | C or D) >= 0`, at random.
fn question(case: &mut Case<'_>) -> String {
    let event = expression(case, 2);
    let count = [0, 1, 1, 2][case.random.below(4)];
    let given: Vec<String> = (0..count).map(|_| expression(case, 1)).collect();
    let bar = if given.is_empty() { "" } else { " | " };
    format!("assert P({event}{bar}{}) >= 0 \"asked\"", given.join(", "))
}

fn expression(case: &mut Case<'_>, depth: usize) -> String {
    let kind = if depth == 0 { 0 } else { case.random.below(6) };
    if kind < 2 {
        let nodes = &case.written.nodes;
        return nodes[case.random.below(nodes.len())].id.clone();
    }
    if kind == 2 {
        return format!("not ({})", expression(case, depth - 1));
    }
    let word = if kind == 3 { " or " } else { " and " };
    let count = case.random.between(2, 3);
    let all: Vec<String> = (0..count).map(|_| format!("({})", expression(case, depth - 1))).collect();
    all.join(word)
}

fn nodes(expression: &Expression<NodeId>) -> Vec<NodeId> {
    match expression.term.as_ref() {
        Term::Atom(node) => vec![*node],
        Term::Not(inner) => nodes(inner),
        Term::And(all) | Term::Or(all) => all.iter().flat_map(nodes).collect(),
        Term::Number(_) | Term::Negative(_) | Term::Arithmetic(..) | Term::Compare(..) => panic!("an event"),
    }
}

fn holds(expression: &Expression<NodeId>, is_true: &dyn Fn(NodeId) -> bool) -> bool {
    match expression.term.as_ref() {
        Term::Atom(node) => is_true(*node),
        Term::Not(inner) => !holds(inner, is_true),
        Term::And(all) => all.iter().all(|one| holds(one, is_true)),
        Term::Or(all) => all.iter().any(|one| holds(one, is_true)),
        Term::Number(_) | Term::Negative(_) | Term::Arithmetic(..) | Term::Compare(..) => panic!("an event"),
    }
}
