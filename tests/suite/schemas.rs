//! `forecastc schema NAME`: what each command prints with `--format json` fits the schema that is published for it.

use std::path::Path;

use serde_json::Value;

use crate::session::replay;

/// The day of every command.
const TODAY: &str = "2026-06-01";

/// Commands that print JSON, each with the schema that it must fit.
const COMMANDS: [(&str, &str); 38] = [
    ("check", "check"),
    ("check", "check --source broken"),
    ("diff", "diff ./predictions ./small --since 2026-01-01"),
    ("diff", "diff ./small ./less --source small"),
    ("diff", "diff ./less ./small --min-delta 0"),
    ("diff", "diff ./small ./broken"),
    ("diff", "diff ./saved/network.json ./less"),
    ("list", "list"),
    ("list", "list --worlds 4096 --as-of 2024-03-01"),
    ("show", "show OPEN_BACKBONE"),
    ("show", "show FULL_HARVEST --source small"),
    ("show", "show GONE --source small"),
    ("evaluate", "evaluate"),
    ("evaluate", "evaluate --stats"),
    ("why", "why OPEN_BACKBONE"),
    ("why", "why OPEN_BACKBONE --since 2026-01-01"),
    ("why", "why HAIL --source small"),
    ("whatif", "whatif TK05=yes"),
    ("whatif", "whatif S_AGI_FAST_2027=yes S_AGI_LATE=yes"),
    ("whatif", "whatif HAIL=yes --source small"),
    ("query", "query 'P(OPEN_BACKBONE | not TK05)' OPEN_BACKBONE"),
    ("query", "query 'P(CIDER | HAIL)' --source small"),
    ("ask", "ask OPEN_BACKBONE"),
    ("ask", "ask"),
    ("reach", "ask --reach 'P(CIDER) > 75%' --source small"),
    ("reach", "ask --reach 'P(CIDER) > 10%' --source small"),
    ("test", "test"),
    ("score", "score"),
    ("score", "score house"),
    ("score", "score --by tag"),
    ("score", "score --by kind --source small"),
    ("score", "score --by change"),
    ("score", "score --by change --source changed/predictions"),
    ("history", "history --source changed/predictions"),
    ("history", "history TIDE --source changed/predictions"),
    ("due", "due --within 2y"),
    ("coherence", "coherence"),
    ("coherence", "coherence --source small"),
];

/// Schemas of files of the site, which `site::data` holds against them.
const FILES: [&str; 2] = ["network", "node"];

/// Void nodes, outcomes that were ruled out, edges that do not fit, strengths.
const SMALL: &str = r#"
predictor OFFICE "The office"

killer FROST "Frost in May" { probability 20% }

scenario FULL_HARVEST "More apples than in 2025" {
    probability 40%
    killed by FROST 5% else 70%
    2026-05-02 note "Seen" <https://example.org/>
    2026-05-03 corrects 2026-05-02 note "Seen twice"
}

scenario CIDER "Cheap cider" {
    probability 70%
    needs FULL_HARVEST 60% else 20%
    needs FROST strong lag 3mo "Growers hold back"
}

prediction GONE "Given up" {
    by OFFICE
    window 2026 .. 2027
    probability 30%
    measure "The list"
    2026-05-01 resolved void
}

killer HAIL "Hail" {
    probability 30%
    2026-05-01 resolved no
}
"#;

/// A repository in which things were stated, broken, mended, renamed and settled.
fn changed(folder: &Path) {
    let folder = folder.join("changed");
    std::fs::create_dir(&folder).unwrap();
    let repository = crate::repository::Repository::in_folder(&folder);
    let text = |id: &str, level: u32, more: &str| {
        let item = format!("window 2026\n    probability {level}%\n    measure \"The gauge\"\n");
        format!(
            "network \"Sea\" {{ silence uniform }}\nprediction {id} \"High water\" {{\n    {item}}}\n{more}"
        )
    };
    let redirect = "redirect FLOOD -> TIDE\n";
    let settled = format!("{redirect}2026-04-01 probability TIDE 60%\n2026-05-01 resolved TIDE yes\n");
    let steps = [
        ("2026-01-01", text("FLOOD", 30, "")),
        ("2026-02-01", text("FLOOD", 45, "")),
        ("2026-02-02", "prediction {".to_owned()),
        ("2026-03-01", text("TIDE", 45, redirect)),
        ("2026-05-02", text("TIDE", 45, &settled)),
    ];
    for (day, text) in steps {
        repository.write("predictions/sea.pred", text);
        repository.commit("Ada", day, "step");
    }
}

fn json(folder: &Path, command: &str) -> Value {
    let printed = replay(&format!("$ forecastc {command} 2>/dev/null\n"), folder, TODAY);
    let (_, printed) = printed.split_once('\n').unwrap();
    let printed = printed.strip_suffix("[exit 1]\n").unwrap_or(printed);
    serde_json::from_str(printed).unwrap_or_else(|fault| panic!("`{command}`: {fault}\n{printed}"))
}

/// The names that `forecastc schema` lists.
fn names(folder: &Path) -> Vec<String> {
    let listed = replay("$ forecastc schema\n", folder, TODAY);
    listed.lines().skip(1).filter_map(|line| Some(line.split_whitespace().next()?.to_owned())).collect()
}

fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let validator = jsonschema::draft202012::new(schema).unwrap();
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
#[cfg_attr(windows, ignore = "a session needs a Unix shell")]
fn what_every_command_prints_fits_its_schema() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("small", SMALL), ("broken", "killer A \"a\" {\n  needs B 45 % else 5%\n}\n")] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
        std::fs::write(folder.path().join(name).join("network.pred"), text).unwrap();
    }
    changed(folder.path());
    let less = SMALL
        .replace("resolved void", "note \"Open\"")
        .replace("70%", "80%")
        .replace("strong lag", "weak lag");
    std::fs::create_dir(folder.path().join("less")).unwrap();
    std::fs::write(folder.path().join("less/network.pred"), less).unwrap();
    replay("$ forecastc build --source small --out saved\n", folder.path(), TODAY);
    let link = format!("$ cp -r '{}/predictions' predictions\n", crate::root().display());
    replay(&link, folder.path(), TODAY);
    for name in names(folder.path()).into_iter().filter(|name| !FILES.contains(&name.as_str())) {
        let schema = json(folder.path(), &format!("schema {name}"));
        let commands: Vec<&str> =
            COMMANDS.iter().filter(|(of, _)| *of == name).map(|(_, command)| *command).collect();
        assert!(!commands.is_empty(), "no command here prints what fits the schema `{name}`");
        for command in commands {
            let value = json(folder.path(), &format!("{command} --format json"));
            let faults = faults(&schema, &value);
            assert!(faults.is_empty(), "`forecastc {command}`: {faults:#?}");
        }
    }
}

#[test]
#[cfg_attr(windows, ignore = "a session needs a Unix shell")]
fn every_schema_asks_for_its_version_and_refuses_what_it_does_not_name() {
    for name in names(crate::root()) {
        let schema = json(crate::root(), &format!("schema {name}"));
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{name}");
        assert_eq!(schema["properties"]["schema_version"]["const"], 1, "{name}");
        assert!(jsonschema::draft202012::meta::is_valid(&schema), "{name} is no schema");
        let stray = serde_json::json!({ "schema_version": 1, "stray": true });
        assert!(faults(&schema, &stray).iter().any(|fault| fault.contains("stray")), "{name}");
    }
}

#[test]
#[cfg_attr(windows, ignore = "a session needs a Unix shell")]
fn every_command_that_prints_json_has_a_schema() {
    let names = names(crate::root());
    let help = replay("$ forecastc --help\n", crate::root(), TODAY);
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    for command in commands.map_while(|line| line.strip_prefix("  ")?.split(' ').next()) {
        if command.is_empty() || command == "help" {
            continue;
        }
        let help = replay(&format!("$ forecastc {command} --help\n"), crate::root(), TODAY);
        assert_eq!(help.contains("- json:"), names.iter().any(|name| name == command), "{command}");
    }
}
