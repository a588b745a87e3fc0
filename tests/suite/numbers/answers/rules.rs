//! Rules say of each item what the language says that they do, whatever they ask and whichever badges they ask about.

mod conditions;
mod misused;

use std::cell::Cell;
use std::collections::BTreeSet;

use forecastc::answers::rules::rules;
use forecastc::forecast::{Forecast, Method, Settings, evaluate};
use forecastc::model::{Action, NodeId, NodeKind};
use forecastc::value::Date;

use self::conditions::{Condition, Judge, Names};
use super::super::compile;
use super::{Case, at_least, of_networks_like};
use crate::laws::generate::Random;
use crate::oracle::items::{COUNTS, DAYS, Item, PROBABILITIES, TRUTHS, WORDS};
use crate::oracle::writer::{WORDED, today};

/// A rule as it is written.
struct Rule {
    id: String,
    kinds: Vec<&'static str>,
    when: Condition,
    action: Action,
    /// What its message shows, and nothing else.
    shows: &'static str,
    text: String,
}

/// What a rule says of an item: the item's id, the rule's id, what it does, and the rule's place.
type Said = (String, String, &'static str, usize);

#[test]
fn rules_speak_of_the_items_that_a_plain_reading_of_their_conditions_picks_out() {
    let counts = of_networks_like(2_400, &[&WORDED], |case| {
        let count = case.random.between(1, 7);
        let rules =
            write(&mut case.random, count, case.written.nodes.iter().map(|node| node.id.clone()).collect());
        let worlds = case.standing.now();
        let p = |node| (!case.standing.is_void(node)).then(|| worlds.probability(node));
        compare(case, &rules, case.forecast, &p);
        if case.seed.is_multiple_of(8) {
            // Sampled numbers are taken as they stand.
            let settings = Settings { seed: 0, method: Method::Sampled, worlds: Some(256) };
            let sampled = evaluate(&case.compiled.model, today(), &settings);
            if sampled.troubles().is_empty() {
                compare(case, &rules, &sampled, &|node| Some(sampled.now(node)?.probability));
                case.count("sampled");
            }
        }
    });
    println!("{counts:#?}");
    let expected = [
        ("networks", 1_200),
        ("rules", 4_800),
        ("spoken", 5_000),
        ("silent", 10_000),
        ("asked about badges", 1_000),
        ("spoken, asking about badges", 600),
        ("p shown", 100),
        ("sampled", 100),
    ];
    at_least(&counts, &expected);
}

/// Rules that ask about others that come before them in some order, which is not that of their ids.
fn write(random: &mut Random, count: usize, ids: Vec<String>) -> Vec<Rule> {
    let mut letters: Vec<usize> = (0..count).collect();
    random.shuffle(&mut letters);
    let names: Vec<String> = letters.into_iter().map(|letter| format!("rule-{letter}")).collect();
    let mut rules: Vec<Rule> = Vec::new();
    for place in 0..count {
        let badges: Vec<usize> = rules
            .iter()
            .enumerate()
            .filter(|(_, rule)| rule.action == Action::Badge)
            .map(|(at, _)| at)
            .collect();
        let when = conditions::random(random, &Names { ids: &ids, badges });
        let mut kinds = ["prediction", "killer", "scenario", "milestone"];
        random.shuffle(&mut kinds);
        let kinds = kinds[..[1, 2, 3, 4, 4, 4][random.below(6)]].to_vec();
        let action =
            [Action::Badge, Action::Badge, Action::Badge, Action::Warn, Action::Fail][random.below(5)];
        let fields = [&TRUTHS[..], &WORDS, &PROBABILITIES, &DAYS, &COUNTS, &["age", "title"]].concat();
        let shows = fields[random.below(fields.len())];
        let text = format!(
            "rule {} \"R\" {{\n    for {}\n    when {}\n    {} \"{{{shows}}}\"\n}}\n",
            names[place],
            kinds.join(", "),
            conditions::written(&when, random, &names),
            action.word(),
        );
        rules.push(Rule { id: names[place].clone(), kinds, when, action, shows, text });
    }
    rules
}

fn compare(case: &mut Case<'_>, written: &[Rule], forecast: &Forecast, p: &dyn Fn(NodeId) -> Option<f64>) {
    let mut items: Vec<String> = written.iter().map(|rule| rule.text.clone()).collect();
    case.random.shuffle(&mut items);
    let whole = case.written.and(&items.concat());
    let text = whole.text();
    let compiled = compile(&text);
    assert!(!compiled.diagnostics.has_errors(), "{text}\n{:#?}", compiled.diagnostics);
    let found = rules(&compiled.model, forecast);
    let mut unclear = BTreeSet::new();
    let mut expected: Vec<Said> = Vec::new();
    for (id, node) in compiled.model.nodes() {
        let p = p(id);
        let item = Item { standing: case.standing, written: case.written, id, p };
        let is_unclear = Cell::new(false);
        for (place, rule) in written.iter().enumerate() {
            let is_spoken = speaks(written, place, &item, &is_unclear);
            if is_spoken {
                expected.push((node.id.to_string(), rule.id.clone(), rule.action.word(), place));
            }
            case.count(if is_spoken { "spoken" } else { "silent" });
            let asks = rule.text.contains("badged");
            if asks {
                case.count(if is_spoken { "spoken, asking about badges" } else { "asked about badges" });
            }
        }
        if is_unclear.get() {
            unclear.insert(node.id.to_string());
            case.count("unclear");
        }
        for one in found.iter().filter(|one| one.node == id) {
            let rule =
                written.iter().find(|rule| *rule.id == *compiled.model.rule(one.rule).id.value).unwrap();
            let is_right = shows(&item, rule.shows, &one.message, &node.title.value);
            assert!(is_right, "{text}\n{} is at {p:?}; {} shows {}", node.id, rule.id, one.message);
            case.count(if rule.shows == "p" { "p shown" } else { "shown" });
        }
    }
    *case.counts.entry("rules").or_default() += written.len() as u64;
    expected.sort();
    expected.retain(|(node, ..)| !unclear.contains(node));
    let found = found.iter().map(|one| {
        let rule = compiled.model.rule(one.rule);
        (compiled.model.node(one.node).id.to_string(), rule.id.value.to_string(), one.action.word())
    });
    let found: Vec<_> = found.filter(|(node, ..)| !unclear.contains(node)).collect();
    let expected: Vec<_> = expected.into_iter().map(|(node, rule, action, _)| (node, rule, action)).collect();
    assert_eq!(found, expected, "{text}\nseed {}: found on the left", case.seed);
}

/// Whether a rule speaks of an item.
fn speaks(rules: &[Rule], place: usize, item: &Item<'_>, is_unclear: &Cell<bool>) -> bool {
    let rule = &rules[place];
    let kind = match item.kind() {
        NodeKind::Prediction => "prediction",
        NodeKind::Killer => "killer",
        NodeKind::Scenario => "scenario",
        NodeKind::Milestone => "milestone",
    };
    let is_badged = |other: usize| speaks(rules, other, item, is_unclear);
    rule.kinds.contains(&kind) && Judge { item, is_badged: &is_badged, is_unclear }.holds(&rule.when)
}

/// Whether a field can be shown like this.
fn shows(item: &Item<'_>, field: &'static str, shown: &str, title: &str) -> bool {
    let words = |words: Vec<&str>| if words.is_empty() { "-".to_owned() } else { words.join(", ") };
    let day = |day: Option<Date>| day.map_or("-".to_owned(), |day| day.to_string());
    let expected = match field {
        "title" => title.to_owned(),
        "age" => match item.born().map(|born| born.days_until(today())) {
            None => "-".to_owned(),
            Some(1) => "1 day".to_owned(),
            Some(days) => format!("{days} days"),
        },
        // Of predictors bob is private.
        "by" => words(item.words("by").into_iter().filter(|by| *by != "bob").collect()),
        _ if TRUTHS.contains(&field) => if item.truth(field) { "yes" } else { "no" }.to_owned(),
        _ if WORDS.contains(&field) => words(item.words(field)),
        _ if DAYS.contains(&field) => day(item.day(field)),
        _ if COUNTS.contains(&field) => item.number(field).unwrap().to_string(),
        _ => return is_near(item.number(field), shown),
    };
    shown == expected
}

/// Whether a probability or a difference is shown, to a tenth of a point.
fn is_near(number: Option<f64>, shown: &str) -> bool {
    let Some(number) = number else { return shown == "-" };
    let percent = 100.0 * number;
    match (shown, shown.trim_end_matches(" points").trim_end_matches('%').parse::<f64>()) {
        ("<0.1%", _) => percent < 0.05 + 1e-6,
        (">99.9%", _) => percent > 99.95 - 1e-6,
        (_, Ok(shown)) => (shown - percent).abs() < 0.05 + 1e-6,
        (_, Err(_)) => false,
    }
}
