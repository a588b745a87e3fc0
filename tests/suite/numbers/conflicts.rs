//! Facts that cannot all have happened are found, and a set of them is named that has none too many.

use forecastc::Compiled;
use forecastc::forecast::{Reason, Trouble};
use rayon::prelude::*;

use super::{compile, compiled, exact};
use crate::laws::generate::Random;
use crate::oracle::writer::{GATED, Written, network};
use crate::oracle::{Line, is_possible};

/// The sets of lines that the engine names.
fn conflicts(compiled: &Compiled) -> Vec<Vec<Line>> {
    let mut named = Vec::new();
    for trouble in exact(compiled).troubles() {
        if let Trouble::Conflict { reasons, .. } = trouble {
            let line = |reason: &Reason| match reason {
                Reason::Line { node, fact } => Some((*node, *fact)),
                Reason::Silence { .. } => None,
            };
            named.push(reasons.iter().filter_map(line).collect());
        }
    }
    named
}

/// What is wrong with a set that is named, if anything is.
fn fault(compiled: &Compiled, named: &[Line]) -> Option<String> {
    let model = &compiled.model;
    if is_possible(model, named) != Ok(false) {
        return Some("these can all have happened".to_owned());
    }
    let spare = (0..named.len()).find(|at| {
        let mut fewer = named.to_vec();
        fewer.remove(*at);
        is_possible(model, &fewer) == Ok(false)
    })?;
    Some(format!("the one about `{}` can be left out", model.node(named[spare].0).id))
}

fn shown(compiled: &Compiled, lines: &[Line]) -> String {
    let shown = lines.iter().map(|(node, line)| {
        let node = compiled.model.node(*node);
        format!("{} {} {:?}", node.journal[*line].date.value, node.id, node.journal[*line].event)
    });
    shown.collect::<Vec<String>>().join("\n")
}

/// Outcomes of some nodes, on one day or on several.
fn outcomes(written: &Written, random: &mut Random) -> Vec<String> {
    let mut nodes: Vec<&str> = written.nodes.iter().map(|node| node.id.as_str()).collect();
    random.shuffle(&mut nodes);
    nodes.truncate(random.between(2, 6));
    let mut lines = Vec::new();
    for id in nodes {
        let day = if random.one_in(2) { "2026-05-01" } else { random.pick(&["2026-05-02", "2026-06-03"]) };
        let is_true = random.one_in(2);
        lines.push(match (id.contains('.'), is_true) {
            (true, true) => format!("{day} hit {id}"),
            (true, false) => format!("{day} missed {id}"),
            (false, _) => format!("{day} resolved {id} {}", if is_true { "yes" } else { "no" }),
        });
    }
    lines
}

#[test]
fn every_conflict_of_facts_is_found_and_every_set_that_is_named_is_minimal() {
    let found = (0..3_000_u64).into_par_iter().map(|seed| {
        let mut random = Random::new(seed);
        let mut written = network(200_000 + seed, &GATED);
        written.items[0] = "network \"N\" { silence none }\n".to_owned();
        for line in outcomes(&written, &mut random) {
            written = written.and(&line);
        }
        let compiled = compiled(&written)?;
        let journals = compiled.model.nodes().map(|(id, node)| (id, node.journal.len()));
        let lines: Vec<Line> =
            journals.flat_map(|(id, many)| (0..many).map(move |line| (id, line))).collect();
        // What is out of reach already is for another test.
        let possible = is_possible(&compiled.model, &lines).ok()?;
        let named = conflicts(&compiled);
        if possible {
            assert!(named.is_empty(), "{}\nis possible, but these are named: {named:?}", written.text());
            return Some(false);
        }
        assert!(!named.is_empty(), "{}\ncannot be, and nothing is named", written.text());
        for set in &named {
            if let Some(fault) = fault(&compiled, set) {
                panic!("{}\n{fault}:\n{}", written.text(), shown(&compiled, set));
            }
        }
        Some(true)
    });
    let found: Vec<Option<bool>> = found.collect();
    let many = |what: Option<bool>| found.iter().filter(|one| **one == what).count();
    println!("{} in conflict, {} possible", many(Some(true)), many(Some(false)));
    assert!(many(Some(true)) >= 300 && many(Some(false)) >= 300, "the conflicts are too many or too few");
}

/// Networks of gates around facts that cannot be, among others that can: which ones must be named.
const PLANTED: [(&str, &str, &[&str]); 5] = [
    (
        "a chain of gates",
        "scenario A \"a\" { probability 40% }\n\
         scenario B \"b\" {\n needs A 100% else 0%\n}\n\
         scenario D \"d\" {\n needs B 70% else 0%\n}\n\
         scenario E \"e\" {\n needs D 60% else 0%\n}\n\
         scenario F \"f\" { probability 40% }\n\
         2026-02-01 resolved F yes\n2026-03-01 resolved A no\n2026-04-01 resolved E yes\n",
        &["A", "E"],
    ),
    (
        "a table that is an `or`",
        "scenario A \"a\" { probability 40% }\nscenario B \"b\" { probability 40% }\nscenario D \"d\" { }\n\
         given A, B => D {\n yes yes 100%\n yes no 100%\n no yes 100%\n no no 0%\n}\n\
         scenario E \"e\" {\n probability 10%\n needs D 20% else 10%\n}\n\
         2026-02-01 resolved A no\n2026-02-01 resolved B no\n2026-02-01 resolved D yes\n2026-02-02 resolved E yes\n",
        &["A", "B", "D"],
    ),
    (
        "two scenarios of one choice",
        "choice C \"c\" {\n scenario S1 \"1\" { probability 20% }\n scenario S2 \"2\" { probability 30% }\n\
         scenario S3 \"3\" { rest }\n}\n\
         scenario B \"b\" {\n needs S1 50% else 0%\n}\nscenario D \"d\" {\n needs S2 50% else 0%\n}\n\
         2026-02-01 resolved B yes\n2026-02-02 resolved S3 no\n2026-02-03 resolved D yes\n",
        &["B", "D"],
    ),
    (
        "no scenario of a choice is left",
        "choice C \"c\" {\n scenario S1 \"1\" { probability 20% }\n scenario S2 \"2\" { probability 30% }\n\
         scenario S3 \"3\" { rest }\n}\n\
         scenario B \"b\" {\n probability 60%\n killed by S2 0% else 85%\n}\n\
         2026-02-01 resolved S1 no\n2026-02-02 resolved S3 no\n2026-02-03 resolved B yes\n",
        &["B", "S1", "S3"],
    ),
    (
        "a milestone that is missed",
        "scenario A \"a\" {\n probability 40%\n milestone m \"m\" {\n window 2026\n if true 100% else 20%\n}\n}\n\
         scenario B \"b\" {\n needs A 50% else 0%\n}\n\
         2026-02-01 missed A.m\n2026-02-02 resolved B yes\n",
        &["A.m", "B"],
    ),
];

#[test]
fn planted_conflicts_are_named_through_gates_tables_and_choices() {
    for (what, text, expected) in PLANTED {
        let compiled = compile(text);
        assert!(!compiled.diagnostics.has_errors(), "{text}{:?}", compiled.diagnostics);
        let named = conflicts(&compiled);
        assert_eq!(named.len(), 1, "{what}:\n{text}{named:?}");
        let mut ids: Vec<&str> = named[0].iter().map(|(node, _)| super::id(&compiled, *node)).collect();
        ids.sort_unstable();
        assert_eq!(ids, expected, "{what}:\n{text}");
    }
}

#[test]
fn a_conflict_that_a_correction_has_mended_is_gone() {
    let text = "scenario A \"a\" { probability 40% }\nscenario B \"b\" {\n needs A 50% else 0%\n}\n\
                2026-02-01 resolved B yes\n2026-02-01 resolved A no\n";
    let mended = format!("{text}2026-02-01 corrects 2026-02-01 resolved A yes\n");
    let compiled = compile(&mended);
    assert!(!compiled.diagnostics.has_errors(), "{mended}{:?}", compiled.diagnostics);
    assert!(exact(&compiled).troubles().is_empty(), "{mended}");
}
