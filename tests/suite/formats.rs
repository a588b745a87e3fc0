//! The formats for machines: what they promise to their readers, and what no text of a network can do to them.

use forecastc::diagnostic::{self, Diagnostics};
use forecastc::source::{Source, Sources};
use forecastc::value::Date;

/// A network with many faults, some with text made to break out of its frame.
const FAULTY: &str = "prediction A \"::error file=x::owned %0A\u{1b}[31m\" {\n  window 2027\n  probability 45\n  needs NOWHERE 5% else 4%\n  tags \u{202E}, x\n}\nkiller B \"two\" { probability 10% }\nkiller B \"again\" { probability 10% }\nedge B -> B killed by 1% else 2% \"\u{2028}\"\n";

fn compiled(path: &str, text: &str) -> (Diagnostics, Sources) {
    let sources = Sources::new(vec![Source::new(path, text)]);
    let diagnostics = forecastc::compile(&sources, Date::parse("2026-06-01").unwrap()).diagnostics;
    assert!(diagnostics.len() > 5, "the example should be full of faults");
    (diagnostics, sources)
}

#[test]
fn sarif_is_valid_against_its_schema() {
    let schema = std::fs::read_to_string(crate::root().join("tests/schemas/sarif-2.1.0.json")).unwrap();
    // One of its patterns has a bracket that not every engine takes bare.
    let schema = schema.replace("-[a-zA-Z]{2}]?$", "-[a-zA-Z]{2}\\\\]?$");
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (path, text) in [("predictions/a b/ü.pred", FAULTY), ("empty.pred", "killer \n")] {
        let sources = Sources::new(vec![Source::new(path, text)]);
        let found = forecastc::compile(&sources, Date::parse("2026-06-01").unwrap()).diagnostics;
        let sarif: serde_json::Value = serde_json::from_str(&diagnostic::sarif(&found, &sources)).unwrap();
        let errors: Vec<String> = validator.iter_errors(&sarif).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), found.len());
    }
    assert!(!validator.is_valid(&serde_json::json!({ "version": "2.1.0" })), "the schema refuses nothing");
}

#[test]
fn json_says_where_every_fault_is() {
    let (found, sources) = compiled("a.pred", FAULTY);
    let json: serde_json::Value = serde_json::from_str(&diagnostic::json(&found, &sources)).unwrap();
    assert_eq!(json["schema_version"], 1);
    assert_eq!(json["errors"].as_u64().unwrap() as usize, found.errors());
    let duplicate =
        json["diagnostics"].as_array().unwrap().iter().find(|one| one["code"] == "duplicate-id").unwrap();
    // The second B stands in line 8, the first in line 7, both after `killer `.
    assert_eq!((&duplicate["labels"][0]["line"], &duplicate["labels"][0]["column"]), (&8.into(), &8.into()));
    assert_eq!((&duplicate["labels"][1]["line"], &duplicate["labels"][1]["column"]), (&7.into(), &8.into()));
}

#[test]
fn no_text_of_a_network_forges_a_line_of_ours() {
    let (found, sources) = compiled("x,file=y::z.pred", FAULTY);
    let github = diagnostic::github(&found, &sources);
    assert_eq!(github.lines().count(), found.len());
    for line in github.lines() {
        let rest =
            line.strip_prefix("::error file=").or_else(|| line.strip_prefix("::warning file=")).unwrap();
        assert!(rest.starts_with("x%2Cfile=y%3A%3Az.pred,line="), "{line}");
    }
    for rendered in [diagnostic::text(&found, &sources, false), diagnostic::short(&found, &sources), github] {
        let hidden = |c: char| (c.is_control() && c != '\n') || ('\u{2028}'..='\u{202E}').contains(&c);
        assert!(!rendered.chars().any(hidden), "{rendered:?}");
        assert!(!rendered.lines().any(|line| line.starts_with("::error file=x::")), "{rendered}");
    }
}

#[test]
fn a_long_line_does_not_make_a_long_message() {
    let long = format!("killer LONG \"x\" {{ probability 10% }} {} 45\n", "y ".repeat(30_000));
    let sources = Sources::single(&long);
    let found = forecastc::compile(&sources, Date::parse("2026-06-01").unwrap()).diagnostics;
    let text = diagnostic::text(&found, &sources, false);
    assert!(text.len() < 4 << 10, "{} bytes", text.len());
    assert!(text.contains("network.pred:1:"), "{text}");
}

/// The schema of `forecastc test --format json` takes what it prints, in every state that a test can end in.
#[test]
#[cfg_attr(windows, ignore = "a session needs a Unix shell")]
fn the_report_of_tests_is_valid_against_its_schema() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../src/schemas/test.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let printed = report("--format json");
    let report: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let states: Vec<&str> =
        report["assertions"].as_array().unwrap().iter().map(|one| one["status"].as_str().unwrap()).collect();
    assert_eq!(states, ["passed", "failed", "unanswered"]);
    assert!(!validator.is_valid(&serde_json::json!({ "schema_version": 1 })), "the schema refuses nothing");
}

/// Every element of the JUnit report is closed, and no text of a network breaks out of its place.
#[test]
#[cfg_attr(windows, ignore = "a session needs a Unix shell")]
fn the_junit_report_is_well_formed() {
    let printed = report("--format junit");
    let mut rest = printed.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").unwrap();
    let mut open: Vec<&str> = Vec::new();
    let mut cases = 0;
    while let Some((text, after)) = rest.split_once('<') {
        assert!(!text.contains(['>', '"']), "{text}");
        let (tag, after) = after.split_once('>').unwrap();
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
            continue;
        }
        let (name, attributes) = tag.trim_end_matches('/').split_once(' ').unwrap_or((tag, ""));
        assert_eq!(attributes.matches('"').count() % 2, 0, "{tag}");
        assert!(attributes.split('"').all(|part| !part.contains(['<', '>'])), "{tag}");
        cases += usize::from(name == "testcase");
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert_eq!((open, cases, rest.trim()), (Vec::new(), 4, ""));
    let entities =
        printed.replace("&lt;", "").replace("&gt;", "").replace("&quot;", "").replace("&apos;", "");
    assert!(!entities.replace("&amp;", "").replace("&#10;", "").contains('&'), "{printed}");
}

/// What `forecastc test` prints of a network with texts that are made to break out of their frame.
fn report(options: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("predictions")).unwrap();
    let text = "killer A \"</system-out> ]]> & \\\"q\\\"\" { probability 40% }\n\
                killer V \"V\" {\n    probability 40%\n    2026-01-01 resolved void\n}\n\
                assert P(A) > 50% \"<b> & 'x'\"\nassert P(A) > P(V)\nassert P(A) < 50%\n\
                rule r \"<!--\" {\n    for killer\n    when p > 30%\n    fail \"{title} <x y=\\\"\"\n}\n";
    std::fs::write(folder.path().join("predictions/a.pred"), text).unwrap();
    let session = format!("$ forecastc test --quiet {options}\n");
    let printed = crate::session::replay(&session, folder.path(), "2026-06-01");
    let printed = printed.strip_prefix(&session).unwrap();
    printed.strip_suffix("[exit 1]\n").unwrap().to_owned()
}
