//! Parts of moves, held against the definition: every subset of the edits as files of its own, every order of them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{TODAY, json, list, number, text};
use crate::session::replay;

/// Each edit as the words before and after.
const EDITS: [(&str, &str); 4] = [
    ("probability 30%", "probability 45%"),
    ("needs GRID 55% else 15%", "needs GRID 80% else 10%"),
    ("    2026-05-02 evidence for strong \"Paid\"\n", ""),
    ("RATES for weak", "RATES against strong"),
];

const NETWORK: &str = r#"
killer RATES "Rates stay high" { probability 30% }

scenario GRID "The quay has power" { probability 60% }

prediction FERRY "The ferry sails" {
    window 2027 .. 2029
    probability 40%
    measure "Tickets"
    needs GRID 55% else 15%
    killed by RATES 25% else 46%
    2026-05-02 evidence for strong "Paid"
}

2026-05-01 evidence RATES for weak "Seen"
"#;

fn numbers(network: &str) -> BTreeMap<String, f64> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("network.pred"), network).unwrap();
    let printed = replay("$ forecastc list --source . --format json 2>/dev/null\n", folder.path(), TODAY);
    let list: Value = serde_json::from_str(printed.split_once('\n').unwrap().1).unwrap();
    let nodes = list["nodes"].as_array().unwrap();
    nodes.iter().map(|node| (text(node, "id").to_owned(), number(&node["p"]))).collect()
}

fn permutations(of: &[usize]) -> Vec<Vec<usize>> {
    if of.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (place, first) in of.iter().enumerate() {
        let rest: Vec<usize> =
            of.iter().enumerate().filter(|(at, _)| *at != place).map(|(_, one)| *one).collect();
        all.extend(permutations(&rest).into_iter().map(|rest| [vec![*first], rest].concat()));
    }
    all
}

#[test]
#[cfg_attr(windows, ignore = "a session needs a Unix shell")]
fn parts_are_means_over_all_orders_of_the_edits() {
    let made = |subset: usize| {
        let made = EDITS.iter().enumerate().filter(|(edit, _)| subset >> edit & 1 == 1);
        made.fold(NETWORK.to_owned(), |text, (_, (before, after))| {
            assert!(text.contains(before), "{before}");
            text.replacen(before, after, 1)
        })
    };
    let all = 1 << EDITS.len();
    let worth: Vec<BTreeMap<String, f64>> = (0..all).map(|subset| numbers(&made(subset))).collect();
    let orders = permutations(&(0..EDITS.len()).collect::<Vec<_>>());
    let folder = tempfile::tempdir().unwrap();
    for (side, subset) in [("base", 0), ("head", all - 1)] {
        std::fs::create_dir(folder.path().join(side)).unwrap();
        std::fs::write(folder.path().join(side).join("network.pred"), made(subset)).unwrap();
    }
    let review = json(folder.path(), "./base ./head --min-delta 0");
    assert_eq!(list(&review, "edits").len(), EDITS.len());
    // Which edit each number of the review is.
    let which = |number: u64| {
        let edit = list(&review, "edits").iter().find(|edit| edit["number"] == number).unwrap();
        match (text(edit, "id"), text(edit, "what")) {
            ("RATES", "probability") => 0,
            ("FERRY", "needs GRID") => 1,
            ("FERRY", "evidence") => 2,
            ("RATES", "evidence") => 3,
            other => panic!("{other:?}"),
        }
    };
    let moves = list(&review, "moves");
    assert_eq!(moves.len(), 3, "the evidence moves what the ferry needs too");
    for one in moves {
        let id = text(one, "id");
        assert_eq!(one["how"], "shapley");
        let mut expected = [0.0; 4];
        for order in &orders {
            let mut subset = 0;
            for edit in order {
                let with = subset | 1 << edit;
                expected[*edit] += (worth[with][id] - worth[subset][id]) / orders.len() as f64;
                subset = with;
            }
        }
        let mut found = [0.0; 4];
        for part in list(one, "parts") {
            let edits = list(part, "edits");
            assert_eq!(edits.len(), 1);
            found[which(edits[0].as_u64().unwrap())] += number(&part["by"]);
        }
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{id}: {found} and not {expected}");
        }
    }
}

#[test]
#[cfg_attr(windows, ignore = "a session needs a Unix shell")]
fn what_cannot_be_without_each_other_is_one_part() {
    let folder = tempfile::tempdir().unwrap();
    let write = |side: &str, text: &str| {
        std::fs::create_dir(folder.path().join(side)).unwrap();
        std::fs::write(folder.path().join(side).join("network.pred"), text).unwrap();
    };
    // A circle if one edge is turned without the other; a choice that does not come to 100% with one level alone.
    let network = |edges: [&str; 2], levels: [u8; 2]| {
        format!(
            "scenario A \"a\" {{\n    probability 40%\n    {}\n    2026-05-01 evidence for weak \"Seen\"\n}}\n\
             scenario B \"b\" {{\n    probability 50%\n    {}\n    2026-05-02 evidence for strong \"Seen\"\n}}\n\
             choice C \"which\" {{\n    scenario X \"x\" {{ probability {}% }}\n    scenario Y \"y\" {{\n        probability {}%\n        needs A strong\n    }}\n}}\n",
            edges[0], edges[1], levels[0], levels[1]
        )
    };
    write("base", &network(["needs B 60% else 20%", "tags far"], [30, 70]));
    write("head", &network(["tags near", "needs A 80% else 30%"], [45, 55]));
    let review = json(folder.path(), "./base ./head --min-delta 0");
    super::parts_add_up(&review);
    let moves = list(&review, "moves");
    assert!(moves.len() >= 4, "{moves:#?}");
    let groups: Vec<usize> = list(&moves[0], "parts").iter().map(|part| list(part, "edits").len()).collect();
    assert!(groups.contains(&2), "{:#?}", moves[0]);
}
