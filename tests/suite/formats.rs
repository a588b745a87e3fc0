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
