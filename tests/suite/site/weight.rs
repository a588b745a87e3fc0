//! How much a reader downloads for the page of a node that much is written about.

use std::fmt::Write as _;

use super::site;

/// What such a page may weigh before it is compressed.
const MOST: usize = 60_000;
/// Titles of the usual length.
const TITLES: [&str; 4] = [
    "The order of operations slips again by a quarter or so, row",
    "Rates fall below three percent before the next winter,",
    "A second supplier reaches volume production in Texas",
    "The regulator publishes its final rule on batteries at",
];

/// A node that needs 12 others and bears on 8, with 10 milestones and a line a week, of which it has every fourth.
fn network() -> String {
    let title = |number: usize| format!("{} {number}", TITLES[number % TITLES.len()]);
    let mut node = "prediction MAIN \"A claim of the usual length about something that matters\" {\n    \
                    by someone\n    window 2026-07 .. 2030\n    probability 40%\n"
        .to_owned();
    let mut others = String::from("predictor someone \"Someone\" {}\n");
    for number in 0..12 {
        let _ = write!(
            others,
            "prediction BEFORE_{number} \"{}\" {{\n    by someone\n    window 2026-07 .. 2029\n    probability {}%\n",
            title(number),
            30 + number
        );
        for week in (0..52).filter(|week| week % 4 != 0 && week % 12 == number) {
            others.push_str(&evidence(week));
        }
        others.push_str("}\n");
        let _ = writeln!(node, "    needs BEFORE_{number} 60% else 20%");
    }
    for number in 1..=10 {
        let _ = writeln!(
            node,
            "    milestone step{number} \"{}\" {{\n        window 2026-{:02} .. 2028-{number:02}\n        confidence {}%\n    }}",
            title(number),
            number.max(7),
            50 + number
        );
    }
    for week in (0..52).filter(|week| week % 4 == 0) {
        node.push_str(&evidence(week));
    }
    node.push_str("}\n");
    for number in 0..8 {
        let _ = writeln!(
            others,
            "prediction AFTER_{number} \"{}\" {{\n    by someone\n    window 2028 .. 2031\n    probability {}%\n}}\nedge MAIN -> AFTER_{number} moves with moderate",
            title(number + 2),
            40 + number
        );
    }
    others + &node
}

fn evidence(week: usize) -> String {
    let day = super::Date::parse("2025-06-02").unwrap().plus_days(7 * i64::try_from(week).unwrap());
    let way = if week.is_multiple_of(3) { "against" } else { "for" };
    format!("    {day} evidence {way} weak \"Something was reported in the usual place, week {week}\"\n")
}

#[test]
fn the_page_of_a_node_with_20_neighbors_10_milestones_and_a_year_of_history_is_light() {
    let files = site(&network(), "");
    let node: serde_json::Value = serde_json::from_slice(&files["node/MAIN.json"]).unwrap();
    let count = |key: &str| node[key].as_array().unwrap().len();
    assert_eq!([count("depends_on"), count("weighs_on")], [12, 8]);
    assert_eq!((count("milestone_chain"), count("history")), (10, 52));
    let page = std::str::from_utf8(&files["node/MAIN.html"]).unwrap();
    assert_eq!((page.matches("id=\"m-").count(), page.matches("<svg class=\"chart ").count()), (10, 4));
    assert!(page.len() <= MOST, "{} bytes", page.len());
}
