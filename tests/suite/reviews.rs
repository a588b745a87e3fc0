//! `forecastc diff`: ten changes as a reviewer would see them, and laws over many.
//!
//! `tests/reviews/NAME/{base,head}` is a change; `review.txt`, `review.md`, `review.json` and `review.github` beside
//! them are what the four formats make of it.

mod histories;
mod hostile;
mod many;
mod parts;

use std::path::Path;

use serde_json::Value;

use crate::session::replay;

/// The day of every review.
const TODAY: &str = "2026-06-01";

/// The formats, and the files that hold what they print.
const FORMATS: [(&str, &str); 4] =
    [("text", "review.txt"), ("markdown", "review.md"), ("json", "review.json"), ("github", "review.github")];

/// What a call of `diff` prints, with how it ended.
fn printed(folder: &Path, arguments: &str) -> String {
    let printed = replay(&format!("$ forecastc diff {arguments}\n"), folder, TODAY);
    printed.split_once('\n').unwrap().1.to_owned()
}

/// The same as JSON.
fn json(folder: &Path, arguments: &str) -> Value {
    let printed = printed(folder, &format!("{arguments} --format json"));
    let printed = printed.strip_suffix("[exit 1]\n").unwrap_or(&printed);
    serde_json::from_str(printed).unwrap_or_else(|fault| panic!("{fault}\n{printed}"))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("there is no list `{key}`"))
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("there is no text `{key}` in {value}"))
}

/// The parts of every move add up to it.
fn parts_add_up(review: &Value) {
    for one in list(review, "moves") {
        let sum: f64 = list(one, "parts").iter().map(|part| number(&part["by"])).sum();
        let by = number(&one["by"]);
        assert!((sum - by).abs() < 1e-9, "the parts of {} come to {sum} and not {by}", one["id"]);
    }
}

#[test]
#[cfg_attr(windows, ignore = "a session needs a Unix shell")]
fn every_change_is_told_as_it_is_written() {
    let mut seen = 0;
    for entry in std::fs::read_dir(crate::root().join("tests/reviews")).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.join("base").exists() {
            continue;
        }
        seen += 1;
        for (format, file) in FORMATS {
            crate::expect_file(
                &folder.join(file),
                &printed(&folder, &format!("./base ./head --format {format}")),
            );
        }
        parts_add_up(&json(&folder, "./base ./head --min-delta 0"));
    }
    assert!(seen >= 9, "the changes are gone");
}

#[test]
#[cfg_attr(windows, ignore = "a session needs a Unix shell")]
fn the_way_back_moves_everything_back() {
    for entry in std::fs::read_dir(crate::root().join("tests/reviews")).unwrap() {
        let folder = entry.unwrap().path();
        // A name that leads to a new id does not lead back.
        if !folder.join("base").exists() || folder.ends_with("mass-rename") {
            continue;
        }
        let (there, back) = (json(&folder, "./base ./head"), json(&folder, "./head ./base"));
        let moves = |review: &Value| -> Vec<(String, f64)> {
            let mut moves: Vec<(String, f64)> = list(review, "moves")
                .iter()
                .map(|one| (text(one, "id").to_owned(), number(&one["by"])))
                .collect();
            moves.sort_by(|one, other| one.0.cmp(&other.0));
            moves
        };
        for ((one, by), (other, back)) in moves(&there).into_iter().zip(moves(&back)) {
            assert_eq!(one, other);
            assert!((by + back).abs() < 1e-12, "{one}: {by} there, {back} back");
        }
        assert_eq!(list(&there, "edits").len(), list(&back, "edits").len());
        assert_eq!(there["counts"]["added"], back["counts"]["removed"]);
    }
}

#[test]
#[cfg_attr(windows, ignore = "a session needs a Unix shell")]
fn nothing_is_said_of_a_network_and_itself() {
    let folder = crate::root().join("tests/reviews/one-number");
    let review = json(&folder, "./base ./base");
    for key in ["integrity", "resolutions", "nodes", "edits", "moves", "voices", "new_trouble", "mended"] {
        assert!(list(&review, key).is_empty(), "{key}: {}", review[key]);
    }
    assert!(printed(&folder, "./base ./base").contains("nothing changed"));
}

#[test]
#[cfg_attr(windows, ignore = "a session needs a Unix shell")]
fn layout_alone_is_no_change() {
    let folder = tempfile::tempdir().unwrap();
    let base =
        std::fs::read_to_string(crate::root().join("tests/reviews/one-number/base/harbor.pred")).unwrap();
    // Other blanks, other line ends, other files, another order of items, numbers written otherwise.
    let mut items: Vec<String> = Vec::new();
    for part in base.split("\n\n") {
        match items.last_mut().filter(|_| part.starts_with(' ')) {
            Some(item) => item.push_str(&format!("\n\n{part}")),
            None => items.push(part.to_owned()),
        }
    }
    let mut items: Vec<String> = items.into_iter().map(|item| item.trim().to_owned() + "\n\n").collect();
    items.reverse();
    let one: String = items.iter().step_by(2).cloned().collect();
    let other: String = items.iter().skip(1).step_by(2).cloned().collect();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("base/harbor.pred", &base);
    let written = |text: &str| {
        text.replace("probability 40%", "probability   0.4")
            .replace("55% else", "0.55  else")
            .replace('\n', "\r\n")
    };
    write("head/one.pred", &written(&one));
    write("head/below/other.pred", &written(&other));
    let review = json(folder.path(), "./base ./head");
    assert!(list(&review, "edits").is_empty(), "{}", review["edits"]);
    assert!(list(&review, "moves").is_empty(), "{}", review["moves"]);
    assert!(list(&review, "integrity").is_empty(), "{}", review["integrity"]);
}
