//! What if some nodes had certain states.

use forecastc::forecast::{self, Objection, Reason};
use forecastc::model::{NodeId, Outcome};

use super::super::{Comparison, compile, exact, id};
use super::{Case, at_least, of_networks};
use crate::oracle::Way;

/// So many suppositions of each network in each way.
const TIMES: usize = 6;

#[test]
fn what_is_observed_or_forced_makes_of_every_node_what_enumeration_says() {
    let counts = of_networks(5_600, |case| {
        for _ in 0..TIMES {
            for way in [Way::Observed, Way::Forced] {
                let states = states(case);
                check(case, &states, way);
            }
        }
    });
    println!("{counts:#?}");
    let expected = [
        ("networks", 3_000),
        ("observed", 10_000),
        ("forced", 10_000),
        ("observed, impossible", 1_000),
        ("forced, impossible", 300),
        ("observed, no number", 100),
        ("forced, no number", 100),
        ("a scenario forced to be true", 500),
        ("a scenario forced to be false", 500),
        ("a settled node forced to be otherwise", 100),
        ("silence among the reasons", 10),
    ];
    at_least(&counts, &expected);
}

/// What forcing these states makes of a network in a few lines.
fn forced(text: &str, states: &[(&str, bool)], of: &str) -> Result<f64, Objection> {
    let compiled = compile(text);
    assert!(!compiled.diagnostics.has_errors(), "{:?}", compiled.diagnostics);
    let node = |id: &str| compiled.model.find(id).unwrap();
    let states: Vec<(NodeId, bool)> = states.iter().map(|(id, state)| (node(id), *state)).collect();
    let forecast = exact(&compiled);
    let found = forecast.suppose(&compiled.model, &states, forecast::Way::Forced)?;
    Ok(found.belief(node(of)).unwrap().probability)
}

#[test]
fn a_scenario_forced_to_be_false_tells_nothing_about_what_rules_out_the_others() {
    // Without E nothing of the choice is left: then the gate on S1 counts for nothing.
    let text = "scenario E \"e\" { probability 40% }\n\
                choice C \"c\" {\n scenario S1 \"1\" {\n probability 30%\n needs E 90% else 0%\n}\n\
                scenario S2 \"2\" { rest }\n}\n";
    let states = [("S2", false)];
    assert!((forced(text, &states, "E").unwrap() - 0.4).abs() < 1e-12);
    assert_eq!(forced(text, &states, "S1").unwrap(), 1.0);
}

#[test]
fn a_scenario_forced_to_be_true_is_its_whole_choice_whatever_was_resolved() {
    let text = "choice C \"c\" {\n scenario S1 \"1\" { probability 30% }\n scenario S2 \"2\" { rest }\n}\n\
                2026-01-01 resolved S2 yes\n";
    assert_eq!(forced(text, &[("S1", true)], "S2").unwrap(), 0.0);
}

#[test]
fn both_of_two_states_that_are_forced_on_one_node_are_named() {
    let text = "scenario A \"a\" { probability 30% }\n";
    let Err(Objection::Impossible { states, reasons }) = forced(text, &[("A", false), ("A", true)], "A")
    else {
        panic!("A cannot be both")
    };
    assert!(states.len() == 2 && reasons.is_empty(), "{states:?} {reasons:?}");
}

#[test]
fn a_forced_state_is_named_beside_the_line_that_it_contradicts() {
    let text = "scenario K \"k\" { probability 30% }\n\
                scenario G \"g\" {\n probability 40%\n killed by K 0% else 60%\n}\n2026-01-01 resolved G yes\n";
    let Err(Objection::Impossible { states, reasons }) = forced(text, &[("K", true)], "K") else {
        panic!("G needs K to be false")
    };
    assert!(states.len() == 1 && reasons.len() == 1, "{states:?} {reasons:?}");
}

/// One to three states, now and then two of the same node.
fn states(case: &mut Case<'_>) -> Vec<(NodeId, bool)> {
    let nodes: Vec<NodeId> = case.compiled.model.nodes().map(|(node, _)| node).collect();
    let count = case.random.between(1, 3);
    (0..count).map(|_| (nodes[case.random.below(nodes.len())], case.random.one_in(2))).collect()
}

fn check(case: &mut Case<'_>, states: &[(NodeId, bool)], way: Way) {
    let (model, standing) = (&case.compiled.model, case.standing);
    let theirs = match way {
        Way::Observed => forecast::Way::Observed,
        Way::Forced => forecast::Way::Forced,
    };
    let found = case.forecast.suppose(model, states, theirs);
    let shown = || {
        let states = states.iter().map(|(node, state)| format!("{} {state}", id(case.compiled, *node)));
        format!(
            "{}seed {}, {way:?}: {}",
            case.written.text(),
            case.seed,
            states.collect::<Vec<_>>().join(", ")
        )
    };
    let [fits, refused, unasked] = match way {
        Way::Observed => ["observed", "observed, impossible", "observed, no number"],
        Way::Forced => ["forced", "forced, impossible", "forced, no number"],
    };
    if states.iter().any(|(node, _)| standing.is_void(*node)) {
        let is_told = matches!(&found, Err(Objection::NoNumber(node))
            if standing.is_void(*node) && states.iter().any(|(other, _)| other == node));
        assert!(is_told, "{}\none is void: {:?}", shown(), found.err());
        return case.count(unasked);
    }
    let worlds = standing.suppose(states, way);
    if worlds.mass() == 0.0 {
        let Err(Objection::Impossible { states: named, reasons }) = &found else {
            panic!("{}\nthis cannot be: {found:?}", shown())
        };
        check_set(case, states, way, named, reasons, &shown());
        let is_silence = |reason: &Reason| matches!(reason, Reason::Silence { .. });
        if reasons.iter().any(is_silence) {
            case.count("silence among the reasons");
        }
        return case.count(refused);
    }
    let found = match found {
        Ok(found) => found,
        Err(objection) => panic!("{}\nthis can be: {objection:?}", shown()),
    };
    let mut same = Comparison::default();
    for (node, item) in model.nodes() {
        let expected = (!standing.is_void(node)).then(|| worlds.probability(node));
        same.of(|| item.id.to_string(), expected, found.belief(node).map(|belief| belief.probability));
    }
    same.settle(&shown());
    case.count(fits);
    if way == Way::Forced {
        for (node, state) in states {
            match (model.node(*node).choice.is_some(), state) {
                (true, true) => case.count("a scenario forced to be true"),
                (true, false) => case.count("a scenario forced to be false"),
                (false, _) => {}
            }
            let otherwise = if *state { Outcome::No } else { Outcome::Yes };
            if standing.outcome(*node) == Some(otherwise) {
                case.count("a settled node forced to be otherwise");
            }
        }
    }
}

/// What is named is from what was asked and from what is known, cannot be together, and can without any one of it.
fn check_set(
    case: &Case<'_>,
    asked: &[(NodeId, bool)],
    way: Way,
    states: &[(NodeId, bool)],
    reasons: &[Reason],
    shown: &str,
) {
    let (model, standing) = (&case.compiled.model, case.standing);
    let shown = format!("{shown}\nnamed {states:?} {reasons:?}");
    assert!(states.iter().all(|state| asked.contains(state)), "{shown}\nthis was not asked");
    for reason in reasons {
        match reason {
            Reason::Line { node, fact } => {
                let outcome = model.node(*node).journal[*fact].event.outcome();
                assert!(
                    outcome.is_some() && standing.outcome(*node) == outcome,
                    "{shown}\nit settles nothing"
                );
            }
            Reason::Silence { node } => assert!(standing.is_over(*node), "{shown}\nits window is not over"),
        }
    }
    let can = |states: &[(NodeId, bool)], reasons: &[Reason]| {
        let settled = reasons.iter().filter_map(|reason| match reason {
            Reason::Line { node, .. } => Some(*node),
            Reason::Silence { .. } => None,
        });
        let over = reasons.iter().filter_map(|reason| match reason {
            Reason::Silence { node } => Some(*node),
            Reason::Line { .. } => None,
        });
        standing.is_together(states, way, &settled.collect::<Vec<_>>(), &over.collect::<Vec<_>>())
    };
    assert!(!can(states, reasons), "{shown}\nthese can be together");
    for without in 0..states.len() {
        let mut fewer = states.to_vec();
        fewer.remove(without);
        assert!(can(&fewer, reasons), "{shown}\nit cannot be without {:?} either", states[without]);
    }
    for without in 0..reasons.len() {
        let mut fewer = reasons.to_vec();
        fewer.remove(without);
        assert!(can(states, &fewer), "{shown}\nit cannot be without {:?} either", reasons[without]);
    }
}
