//! What holds of every chart: it is well-formed, its numbers are finite, its texts are escaped.

use proptest::prelude::*;

use super::history::{History, Kind, Mark, Point};
use super::local::{Dot, Local, Neighbour};
use super::network::{Band, Edge, Network, Placed};
use super::overview::Domain;
use super::timeline::Tips;
use super::{Relation, calibration, history, local, network, overview, spark, strip, timeline, waterfall};
use crate::site::html::Html;
use crate::value::Date;

const HOSTILE: &str = "<script>\"&' --> ]]>\u{202e}é😀";

/// Holds markup against what charts promise: balanced elements, quoted attributes, finite numbers, no style.
fn sound(svg: &Html) -> Result<(), String> {
    let text = svg.as_str();
    let mut open = Vec::new();
    let mut ids = std::collections::BTreeSet::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        if before.contains(['>', '"']) {
            return Err(format!("loose sign in {before:?}"));
        }
        let (tag, next) = after.split_once('>').ok_or("an element without end")?;
        rest = next;
        if let Some(name) = tag.strip_prefix('/') {
            (open.pop() == Some(name)).then_some(()).ok_or(format!("{name} closes nothing"))?;
            continue;
        }
        let is_empty = tag.ends_with('/');
        let tag = tag.trim_end_matches('/');
        let name = tag.split(' ').next().unwrap_or_default();
        if !["svg", "title", "g", "path", "rect", "circle", "text", "tspan", "a", "use"].contains(&name) {
            return Err(format!("no element of ours: {name}"));
        }
        let parts: Vec<&str> = tag[name.len()..].split('"').collect();
        for pair in parts.chunks(2).take(parts.len() / 2) {
            let (key, value) = (pair[0].trim().trim_end_matches('='), pair[1]);
            if key == "id" && !ids.insert(value) {
                return Err(format!("id {value} twice"));
            }
            let is_number = ["x", "y", "width", "height", "r", "cx", "cy", "stroke-width"].contains(&key);
            if is_number && !value.parse::<f64>().is_ok_and(|number| number.is_finite()) {
                return Err(format!("{key} is {value}"));
            }
            if key == "d" && value.contains(|c: char| !"MLCHVZ-. ".contains(c) && !c.is_ascii_digit()) {
                return Err(format!("path {value}"));
            }
            if key == "style" || key.starts_with("on") || value.contains('<') {
                return Err(format!("{key} is {value}"));
            }
        }
        if parts.len().is_multiple_of(2) {
            return Err(format!("quotes of {tag}"));
        }
        if !is_empty {
            open.push(name);
        }
    }
    if open.is_empty() { Ok(()) } else { Err(format!("{open:?} left open")) }
}

fn day(days: i64) -> Date {
    Date::FIRST.plus_days(days)
}

fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => 0.0..=1.0,
        1 => prop::sample::select(vec![0.0, 1.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, 1e-300]),
    ]
}

fn any_day() -> impl Strategy<Value = Date> {
    prop_oneof![3 => (46_000_i64..46_400).prop_map(day), 1 => (0_i64..120_000).prop_map(day)]
}

fn any_words() -> impl Strategy<Value = String> {
    prop_oneof![Just(HOSTILE.to_owned()), Just(String::new()), "[ -~]{0,60}"]
}

fn any_dot() -> impl Strategy<Value = Dot> {
    (any_words(), any_words()).prop_map(|(id, title)| Dot {
        chance: id.clone(),
        href: title.clone(),
        id,
        title,
        kind: "killer",
    })
}

fn any_relation() -> impl Strategy<Value = Relation> {
    prop::sample::select(Relation::ALL.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn histories_are_sound(
        points in prop::collection::vec((any_day(), any_number(), any_number()), 0..40),
        stated in prop::collection::vec((any_day(), any_number()), 0..4),
        marks in prop::collection::vec((any_day(), any_words()), 0..6),
        window in prop::option::of([any_day(), any_day()]),
        today in any_day(),
    ) {
        let sparks: Vec<(Date, f64)> = points.iter().map(|(date, probability, _)| (*date, *probability)).collect();
        let point = |(date, probability, error)| Point { date, probability, error };
        let kinds = [Kind::Up, Kind::Down, Kind::Yes, Kind::No, Kind::Slipped, Kind::Note];
        let marks = marks.into_iter().zip(kinds).map(|((date, words), kind)| Mark { date, kind, words });
        let points = points.into_iter().map(point).collect();
        let whole = History { points, stated, marks: marks.collect(), window, today };
        prop_assert_eq!(sound(&history::chart(&whole)), Ok(()));
        prop_assert_eq!(sound(&spark::chart(&sparks, today)), Ok(()));
    }

    #[test]
    fn bars_are_sound(
        rows in prop::collection::vec((any_words(), any_words(), any_number(), any_number()), 0..40),
    ) {
        let part = |(label, note, from, to): &(String, String, f64, f64)| waterfall::Bar {
            label: format!("{label} {note}"), from: *from, to: *to, kind: waterfall::Kind::Change,
        };
        let parts: Vec<_> = rows.iter().map(part).collect();
        prop_assert_eq!(sound(&waterfall::chart(&parts)), Ok(()));
        let dot = |(title, href, probability, _): &(String, String, f64, f64)| strip::Dot {
            probability: *probability, href: href.clone(), title: title.clone(),
        };
        let strip = strip::Row { name: HOSTILE.to_owned(), dots: rows.iter().map(dot).collect() };
        prop_assert_eq!(sound(&strip::chart(&[strip])), Ok(()));
        let bin = |(label, _, from, to): &(String, String, f64, f64)| calibration::Bin {
            stated: *from, observed: *to, low: *to, high: *from, count: label.len(),
        };
        let bins: Vec<_> = rows.iter().map(bin).collect();
        prop_assert_eq!(sound(&calibration::chart(&bins)), Ok(()));
    }

    #[test]
    fn windows_are_sound(rows in prop::collection::vec((any_words(), any_day(), any_day()), 0..30), today in any_day()) {
        let row = |(label, first, last): &(String, Date, Date)| timeline::Row {
            label: label.clone(), href: label.clone(), first: *first, last: *last, state: "hit", chance: label.clone(),
        };
        for (label, ..) in &rows {
            let group = timeline::Group { heading: label.clone(), href: label.clone(), rows: rows.iter().map(row).collect() };
            prop_assert_eq!(sound(&timeline::chart(&[group], today, Tips::Shown)), Ok(()));
        }
        prop_assert_eq!(sound(&timeline::chart(&[], today, Tips::Listed)), Ok(()));
    }

    #[test]
    fn graphs_are_sound(
        dots in prop::collection::vec((any_dot(), any_relation(), any_number(), 0..4_usize), 0..50),
        edges in prop::collection::vec((0..60_usize, 0..60_usize, any_relation(), any_number()), 0..90),
    ) {
        let neighbour = |(dot, relation, strength, _): &(Dot, Relation, f64, usize)| Neighbour {
            dot: dot.clone(), relation: *relation, strength: *strength,
        };
        let all: Vec<Neighbour> = dots.iter().map(neighbour).collect();
        let node = dots.first().map(|one| one.0.clone()).unwrap_or_default();
        let own = Local { node, before: all.clone(), after: all.into_iter().take(2).collect() };
        prop_assert_eq!(sound(&local::graph(&own)), Ok(()));

        let nodes = dots.into_iter().map(|(dot, _, _, band)| Placed { dot, band }).collect();
        let band = |place: usize| Band { name: HOSTILE.to_owned(), href: HOSTILE.to_owned(), slug: place.to_string() };
        let edge = |(from, to, relation, strength)| Edge { from, to, relation, strength };
        let ties = edges.iter().map(|(from, to, ..)| ((from % 4, to % 4), *from)).collect();
        let edges = edges.into_iter().map(edge).collect();
        let whole = Network { nodes, edges, bands: (0..3).map(band).collect(), prefix: "g" };
        prop_assert_eq!(sound(&network::graph(&whole)), Ok(()));
        let domain = |count: usize| Domain { name: HOSTILE.to_owned(), href: String::new(), count };
        let domains: Vec<Domain> = (0..4).map(domain).collect();
        prop_assert_eq!(sound(&overview::chart(&domains, &ties)), Ok(()));
        prop_assert_eq!(sound(&overview::chart(&[], &ties)), Ok(()));
    }
}

#[test]
fn numbers_are_short_and_finite() {
    let text = |number: f64| super::draw::Number(number).to_string();
    assert_eq!(
        [1.0, -0.04, -2.25, 0.1 + 0.2, f64::NAN, f64::INFINITY].map(text),
        ["1", "0", "-2.3", "0.3", "0", "9999999"]
    );
}

#[test]
fn texts_are_cut_where_they_would_not_fit() {
    assert_eq!(super::draw::fit("short", 100.0, 10.0), "short");
    assert_eq!(super::draw::fit("a rather long label", 57.0, 10.0), "a rather…");
}
