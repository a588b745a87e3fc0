//! Exact numbers are those that come from counting every joint state.

use std::collections::{BTreeMap, BTreeSet};

use forecastc::Compiled;
use forecastc::forecast::Forecast;
use rayon::prelude::*;

use super::{Comparison, compiled, exact, id};
use crate::oracle::writer::{ALL, FACTS_BEHIND_GATES, WITHOUT_FACTS, Written, network, today};
use crate::oracle::{Answers, Refusal, answers};

const NETWORKS: u64 = 6_400;

/// What must have had a say in the numbers of some networks.
const MET: [&str; 23] = [
    "a correction",
    "a gate",
    "a gate that makes a scenario true",
    "a gate that rules a scenario out",
    "a gate turned round",
    "a statement",
    "a table",
    "a table, and moves with besides",
    "a window that is over",
    "an outside view",
    "evidence",
    "evidence by a weak voice",
    "gates that disagree",
    "gates that rule out all scenarios",
    "killed by",
    "moves with",
    "moves with, turned round",
    "needs",
    "silence",
    "silence after a statement",
    "statements of one day",
    "the nearest that gates leave",
    "void",
];

/// What became of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fate {
    Compared(BTreeSet<&'static str>),
    Faulty,
    Impossible,
    OutOfReach,
    Unclear(&'static str),
}

#[test]
fn exact_numbers_are_those_of_enumeration() {
    let fates = (0..NETWORKS).into_par_iter().map(|seed| {
        let taste = [&ALL, &ALL, &FACTS_BEHIND_GATES, &WITHOUT_FACTS][(seed % 4) as usize];
        let written = network(seed, taste);
        let Some(compiled) = compiled(&written) else { return Fate::Faulty };
        let expected = match answers(&compiled.model, today()) {
            Ok(expected) => expected,
            Err(Refusal::Unclear(why)) => return Fate::Unclear(why),
            Err(refusal) => {
                check_trouble(&written, &compiled, &refusal);
                return match refusal {
                    Refusal::Impossible(_) => Fate::Impossible,
                    Refusal::OutOfReach(..) | Refusal::Unclear(_) => Fate::OutOfReach,
                };
            }
        };
        check_numbers(&written, &compiled, &expected, &exact(&compiled));
        Fate::Compared(expected.met)
    });
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    let mut met: BTreeMap<&str, u64> = BTreeMap::new();
    for fate in fates.collect::<Vec<Fate>>() {
        let name = match &fate {
            Fate::Compared(_) => "compared",
            Fate::Faulty => "faulty",
            Fate::Impossible => "impossible",
            Fate::OutOfReach => "out of reach",
            Fate::Unclear(why) => why,
        };
        *counts.entry(name).or_default() += 1;
        if let Fate::Compared(all) = fate {
            all.iter().for_each(|one| *met.entry(one).or_default() += 1);
        }
    }
    println!("{counts:#?}\n{met:#?}");
    let share = |name: &str| counts.get(name).copied().unwrap_or_default() * 100 / NETWORKS;
    assert!(share("faulty") < 30, "too many do not compile: {counts:#?}");
    assert!(share("compared") >= 60, "too few can be compared: {counts:#?}");
    for what in MET {
        assert!(met.get(what).is_some_and(|many| *many >= 10), "`{what}` is met too seldom: {met:#?}");
    }
}

fn check_trouble(written: &Written, compiled: &Compiled, refusal: &Refusal) {
    let found = exact(compiled);
    assert!(!found.troubles().is_empty(), "{}\nexpected {refusal:?}, found no trouble", written.text());
}

fn check_numbers(written: &Written, compiled: &Compiled, expected: &Answers, found: &Forecast) {
    let troubles = found.troubles();
    assert!(troubles.is_empty(), "{}\nexpected no trouble, found {troubles:?}", written.text());
    let mut same = Comparison::default();
    for (node, item) in compiled.model.nodes() {
        let at = node.index();
        let before = found.before(node).unwrap();
        same.of(
            || format!("{} before all facts", item.id),
            Some(expected.before[at]),
            Some(before.probability),
        );
        assert!(before.is_exact && before.error == 0.0, "{}\n{} is not exact", written.text(), item.id);
        let now = found.now(node).map(|belief| belief.probability);
        same.of(|| format!("{} today", item.id), expected.now[at], now);
    }
    // A day with notes alone may or may not be told.
    for (index, day) in found.days().iter().enumerate() {
        let beliefs = expected.days.iter().find(|(other, _)| other == day).map(|(_, beliefs)| beliefs);
        let beliefs = beliefs.unwrap_or_else(|| panic!("{}\nnothing happened on {day}", written.text()));
        for (node, item) in compiled.model.nodes() {
            let belief = found.on(node, index).map(|belief| belief.probability);
            same.of(|| format!("{} on {day}", item.id), beliefs[node.index()], belief);
        }
    }
    for (day, _) in &expected.days {
        let facts = compiled.model.nodes.iter().flat_map(|node| &node.journal);
        let mut events = facts.filter(|fact| fact.date.value == *day).map(|fact| fact.event.word());
        let is_told = found.days().contains(day) || events.all(|word| word == "note");
        assert!(is_told, "{}\n{day} is missing among the days", written.text());
    }
    for (index, edge) in compiled.model.edges.iter().enumerate() {
        let name = format!("{} -> {}", id(compiled, edge.source), id(compiled, edge.target));
        let (expected, found) = (&expected.readings[index], found.reading(index).unwrap());
        same.of(|| format!("{name} implied"), expected.implied, found.implied);
        same.of(|| format!("{name} delta"), expected.delta, found.delta);
        same.of(|| format!("{name} if true"), expected.realised[0], found.realised[0]);
        same.of(|| format!("{name} if false"), expected.realised[1], found.realised[1]);
    }
    for (predictor, weight) in &expected.voices {
        let name = || format!("the voice of {}", compiled.model.predictors[predictor.index()].id.value);
        same.of(name, Some(*weight), Some(found.voice(*predictor).unwrap().kappa));
    }
    same.settle(&written.text());
}
