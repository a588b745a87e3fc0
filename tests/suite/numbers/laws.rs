//! Laws of the numbers: what holds in every network.

use forecastc::forecast::{Forecast, Method, Settings, evaluate};
use forecastc::model::{Event, NodeKind};
use forecastc::source::{Source, Sources};
use forecastc::{Compiled, compile};
use rayon::prelude::*;

use super::{Comparison, compiled, day, exact, with};
use crate::laws::generate::Random;
use crate::oracle::writer::{ALL, WITHOUT_FACTS, Written, network, today};

/// Runs a law over networks that have numbers; it must have had enough of them.
fn for_networks(
    count: u64,
    taste: &crate::oracle::writer::Taste,
    law: impl Fn(u64, &Written, &Compiled) + Sync,
) {
    let held = (0..count).into_par_iter().filter(|seed| {
        let written = network(100_000 + seed, taste);
        let Some(compiled) = compiled(&written) else { return false };
        if !exact(&compiled).troubles().is_empty() {
            return false;
        }
        law(*seed, &written, &compiled);
        true
    });
    assert!(held.count() as u64 * 2 > count, "too few networks have numbers");
}

#[test]
fn before_all_facts_every_node_is_as_likely_as_was_stated() {
    for_networks(600, &ALL, |_, written, compiled| {
        let found = exact(compiled);
        let mut same = Comparison::default();
        for (id, node) in compiled.model.nodes() {
            // An outside view moves its node, and in a choice the other scenarios too.
            let group = match node.choice {
                Some(choice) => compiled.model.choices[choice.index()].scenarios.clone(),
                None => vec![id],
            };
            let is_moved = group.iter().any(|id| compiled.model.node(*id).outside.is_some());
            if let Some(prior) = node.prior.filter(|_| !is_moved) {
                let name = || node.id.to_string();
                same.of(name, Some(prior.value.as_f64()), Some(found.before(id).unwrap().probability));
            }
        }
        same.settle(&written.text());
    });
}

#[test]
fn on_the_day_of_a_statement_its_node_is_as_likely_as_it_says() {
    for_networks(600, &ALL, |_, written, compiled| {
        let found = exact(compiled);
        let mut same = Comparison::default();
        for (id, node) in compiled.model.nodes() {
            for (index, day) in found.days().iter().enumerate() {
                let on_day = node.facts(*day).filter(|fact| fact.date.value == *day);
                let stated = on_day.filter_map(|fact| match fact.event {
                    Event::Probability(number) => Some(number.value.as_f64()),
                    Event::Evidence { .. }
                    | Event::Hit
                    | Event::Missed
                    | Event::Slipped(_)
                    | Event::Resolved(_)
                    | Event::Note => None,
                });
                let belief = found.on(id, index).map(|belief| belief.probability);
                // What is void by the end of the day has left the network.
                if let Some(stated) = stated.last().filter(|_| belief.is_some()) {
                    same.of(|| format!("{} on {day}", node.id), Some(stated), belief);
                }
            }
        }
        same.settle(&written.text());
    });
}

#[test]
fn the_numbers_of_a_day_are_those_of_a_forecast_made_that_day() {
    for_networks(300, &ALL, |_, written, compiled| {
        let found = with(compiled, Method::Chosen, today());
        for (index, day) in found.days().iter().enumerate() {
            let then = with(compiled, Method::Chosen, *day);
            assert!(then.troubles().is_empty(), "{}{day}: {:?}", written.text(), then.troubles());
            assert_eq!(then.days().len(), index + 1, "{}{day}", written.text());
            for (id, node) in compiled.model.nodes() {
                let both = [found.on(id, index), then.now(id)]
                    .map(|belief| belief.map(|one| one.probability.to_bits()));
                assert!(both[0] == both[1], "{}{} on {day}", written.text(), node.id);
            }
        }
    });
}

#[test]
fn a_coherent_edge_alone_gives_its_two_numbers_back_whichever_way_it_is_turned() {
    (0..400_u64).into_par_iter().for_each(|seed| {
        let mut random = Random::new(seed);
        // Parts of 1,000, so that the level of the target has six digits.
        let (q, one, other) = (random.between(1, 999), random.between(1, 999), random.between(1, 999));
        let p = q * one + (1000 - q) * other;
        let (yes, no) = (one as f64 / 1000.0, other as f64 / 1000.0);
        // A way of no weight from the target to the source turns the edge round.
        let turning = "scenario Z \"z\" {\n probability 50%\n needs B x1\n}\n";
        for (way, needs) in [("", ""), (turning, "needs Z x1\n")] {
            let text = format!(
                "scenario A \"a\" {{\n probability 0.{q:03}\n {needs}}}\n{way}\
                 scenario B \"b\" {{\n probability 0.{p:06}\n moves with A 0.{one:03} else 0.{other:03}\n}}\n"
            );
            let compiled = super::compile(&text);
            assert!(!compiled.diagnostics.has_errors(), "{text}{:?}", compiled.diagnostics);
            let found = exact(&compiled);
            let edges = compiled.model.edges.iter().map(|edge| edge.relation.value.words());
            let at = edges.into_iter().position(|words| words == "moves with").unwrap();
            let reading = found.reading(at).unwrap();
            let mut same = Comparison::default();
            same.of(|| "if true".to_owned(), Some(yes), reading.realised[0]);
            same.of(|| "if false".to_owned(), Some(no), reading.realised[1]);
            same.of(|| "implied".to_owned(), Some(p as f64 / 1e6), reading.implied);
            same.of(|| "delta".to_owned(), Some(0.0), reading.delta);
            same.settle(&text);
        }
    });
}

#[test]
fn what_is_expected_after_an_outcome_is_what_was_believed_before_it() {
    for_networks(120, &WITHOUT_FACTS, |_, written, base| {
        // Without silence: it tells something on the day of the outcome that it did not tell before.
        let mut written = written.clone();
        written.items[0] = "network \"N\" { silence none }\n".to_owned();
        let before = exact(base);
        let mut same = Comparison::default();
        for (id, node) in base.model.nodes() {
            let p = before.before(id).unwrap().probability;
            if !(1e-12..=1.0 - 1e-12).contains(&p) {
                continue;
            }
            let outcomes =
                if node.kind == NodeKind::Milestone { ["hit", "missed"] } else { ["resolved", "resolved"] };
            let words = if node.kind == NodeKind::Milestone { ["", ""] } else { [" yes", " no"] };
            let after = [0, 1].map(|at| {
                let line = format!("2026-05-01 {} {}{}", outcomes[at], node.id, words[at]);
                let more = compiled(&written.and(&line)).expect("an outcome alone is no fault");
                let found = exact(&more);
                assert!(found.troubles().is_empty(), "{}{line}\n{:?}", written.text(), found.troubles());
                found
            });
            for (other, item) in base.model.nodes() {
                let [yes, no] = after.each_ref().map(|found| found.now(other).unwrap().probability);
                let expected = p * yes + (1.0 - p) * no;
                let name = || format!("{} after {}", item.id, node.id);
                same.of(name, Some(before.before(other).unwrap().probability), Some(expected));
            }
        }
        same.settle(&written.text());
    });
}

/// Every number, to the last bit.
fn bits(compiled: &Compiled, found: &Forecast, days: usize) -> Vec<u64> {
    let mut bits = Vec::new();
    for (id, _) in compiled.model.nodes() {
        let before = found.before(id).unwrap();
        bits.extend([before.probability.to_bits(), before.error.to_bits()]);
        for day in 0..days {
            let belief = found.on(id, day);
            bits.push(belief.map_or(u64::MAX, |belief| belief.probability.to_bits()));
            bits.push(belief.map_or(u64::MAX, |belief| belief.error.to_bits()));
        }
    }
    bits
}

#[test]
fn the_order_of_items_and_their_files_change_no_bit() {
    for_networks(300, &ALL, |seed, written, compiled| {
        let mut random = Random::new(seed);
        let mut items = written.items.clone();
        random.shuffle(&mut items);
        let mut files = vec![String::new(); random.between(1, 4)];
        for item in items {
            let file = random.below(files.len());
            files[file].push_str(&item);
        }
        let files = files.iter().enumerate();
        let files = files.map(|(at, text)| Source::new(format!("{at}.pred"), text.as_str()));
        let shuffled = compile(&Sources::new(files.collect()), today());
        let method = if seed % 8 == 0 { Method::Sampled } else { Method::Chosen };
        let settings = Settings { method, worlds: Some(2_000), ..Settings::default() };
        let found = [compiled, &shuffled].map(|one| evaluate(&one.model, today(), &settings));
        let all = found.each_ref().map(|found| bits(compiled, found, found.days().len()));
        assert!(all[0] == all[1], "other numbers in another order:\n{}", written.text());
        for edge in 0..compiled.model.edges.len() {
            let readings = found.each_ref().map(|found| format!("{:?}", found.reading(edge)));
            assert_eq!(readings[0], readings[1], "{}", written.text());
        }
    });
}

#[test]
fn a_line_dated_later_changes_no_earlier_day() {
    for_networks(300, &ALL, |seed, written, compiled| {
        let mut random = Random::new(seed);
        let nodes: Vec<_> =
            compiled.model.nodes().filter(|(_, node)| node.state(today()).is_open()).collect();
        let Some((_, node)) = nodes.get(random.below(nodes.len())) else { return };
        let method = if seed % 8 == 0 { Method::Sampled } else { Method::Chosen };
        let settings = Settings { method, worlds: Some(2_000), ..Settings::default() };
        let first = evaluate(&compiled.model, today(), &settings);
        let line = match random.below(3) {
            0 => format!("2026-12-01 probability {} 37%", node.id),
            1 => format!("2026-12-01 evidence {} for strong by ann", node.id),
            _ if node.kind == NodeKind::Milestone => format!("2026-12-01 hit {}", node.id),
            _ => format!("2026-12-01 resolved {} yes", node.id),
        };
        let Some(more) = super::compiled(&written.and(&line)) else { return };
        let days = first.days().len();
        let expected = bits(compiled, &first, days);
        // Whether its day has come or not.
        for until in [today(), day("2026-12-31")] {
            let then = evaluate(&more.model, until, &settings);
            if !then.troubles().is_empty() {
                continue;
            }
            assert!(then.days().starts_with(first.days()), "{}{line}", written.text());
            assert!(
                bits(&more, &then, days) == expected,
                "{line} changes what was before it:\n{}",
                written.text()
            );
        }
    });
}

#[test]
fn a_killer_that_grows_more_likely_raises_nothing_that_it_kills() {
    (0..400_u64).into_par_iter().for_each(|seed| {
        let mut random = Random::new(seed);
        let (killers, victims) = (random.between(1, 4), random.between(1, 4));
        let mut levels: Vec<usize> = (0..killers).map(|_| random.between(1, 70)).collect();
        let mut others = String::new();
        let mut killed = Vec::new();
        for victim in 0..victims {
            others.push_str(&format!("scenario V{victim} \"v\" {{\n"));
            if random.one_in(2) {
                others.push_str(&format!(" probability {}%\n", random.between(2, 98)));
            }
            for killer in (0..killers).filter(|killer| *killer == 0 || random.one_in(2)).collect::<Vec<_>>() {
                let least = random.between(1, 60);
                let most = random.between(least, 99);
                others.push_str(&format!(" killed by K{killer} {least}% else {most}%\n"));
                killed.extend((killer == 0).then_some(victim));
            }
            others.push_str("}\n");
        }
        // The prior of the first killer, or a statement about it that is dated.
        let is_dated = random.one_in(2);
        let mut before: Option<Vec<f64>> = None;
        for raise in [0, 1, 10, 28] {
            let mut text = others.clone();
            for (killer, level) in levels.iter_mut().enumerate() {
                let raise = if killer == 0 { raise } else { 0 };
                let (prior, later) = if is_dated { (*level, *level + raise) } else { (*level + raise, 0) };
                text.push_str(&format!("killer K{killer} \"k\" {{ probability {prior}% }}\n"));
                if is_dated && killer == 0 {
                    text.push_str(&format!("2026-05-01 probability K0 {later}%\n"));
                }
            }
            let compiled = super::compile(&text);
            assert!(!compiled.diagnostics.has_errors(), "{text}{:?}", compiled.diagnostics);
            let found = with(&compiled, Method::Exact, today());
            let now = |victim: &usize| {
                let id = compiled.model.find(&format!("V{victim}")).unwrap();
                found.now(id).unwrap().probability
            };
            let now: Vec<f64> = killed.iter().map(now).collect();
            if let Some(before) = &before {
                let is_lower = now.iter().zip(before).all(|(now, before)| *now <= before + 1e-12);
                assert!(is_lower, "{text}{before:?}\n{now:?}");
            }
            before = Some(now);
        }
    });
}
