//! The map in `src/lib.rs` is true: every module uses only what stands before it.

use std::path::Path;

/// The modules in the order of the arrows: each may use itself and those before it.
const ORDER: [&str; 15] = [
    "limits",
    "source",
    "diagnostic",
    "value",
    "syntax",
    "model",
    "forecast",
    "answers",
    "rules",
    "review",
    "edit",
    "site",
    "disk",
    "serve",
    "cli",
];

/// What a module may not use although it stands before it.
const BANS: [(&str, &str); 23] = [
    ("edit", "forecast"),
    ("edit", "rules"),
    ("site", "syntax"),
    ("site", "diagnostic"),
    ("site", "rules"),
    ("site", "review"),
    ("rules", "syntax"),
    ("disk", "syntax"),
    ("disk", "model"),
    ("disk", "forecast"),
    ("forecast", "syntax"),
    ("disk", "answers"),
    ("forecast", "diagnostic"),
    ("answers", "syntax"),
    ("answers", "diagnostic"),
    ("serve", "source"),
    ("serve", "diagnostic"),
    ("serve", "syntax"),
    ("serve", "model"),
    ("serve", "forecast"),
    ("serve", "answers"),
    ("serve", "rules"),
    ("serve", "site"),
];

fn module_of(path: &Path) -> String {
    let below = path.strip_prefix(crate::root().join("src")).unwrap();
    below.components().next().unwrap().as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

fn uses(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let before = text[..at].chars().next_back();
        let name: String =
            text[at + 7..].chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
        if !name.is_empty() && before != Some('$') {
            all.push(name);
        }
    }
    all
}

#[test]
fn data_flows_one_way_from_text_to_the_command_line() {
    let place = |name: &str| ORDER.iter().position(|module| *module == name);
    for path in crate::files("src", "rs") {
        let module = module_of(&path);
        if matches!(module.as_str(), "lib" | "main") {
            continue;
        }
        let own = place(&module).unwrap_or_else(|| panic!("{module} is not in the order of the arrows"));
        for used in uses(&std::fs::read_to_string(&path).unwrap()) {
            let Some(of) = place(&used) else { continue };
            let shown = path.strip_prefix(crate::root()).unwrap().display();
            assert!(of <= own, "{shown}: `{module}` may not use `{used}`, which comes after it");
            let banned = BANS.contains(&(module.as_str(), used.as_str()));
            assert!(!banned, "{shown}: `{module}` may not use `{used}`");
        }
    }
}

#[test]
fn only_two_files_know_pest() {
    for path in crate::files("src", "rs") {
        let text = std::fs::read_to_string(&path).unwrap();
        let shown =
            path.strip_prefix(crate::root().join("src")).unwrap().to_string_lossy().replace('\\', "/");
        let knows = text.contains("use pest::") || text.contains("pest_derive::");
        let may = shown == "syntax/grammar.rs" || shown.starts_with("syntax/lower");
        assert!(!knows || may, "{shown} names pest");
    }
}

#[test]
fn the_map_lists_the_modules_that_are_there() {
    let lib = include_str!("../../src/lib.rs");
    for module in ORDER {
        assert!(lib.contains(&format!("mod {module};")), "{module} is not a module of lib.rs");
        assert!(lib.contains(&format!("`{module}`")) || module == "limits", "the map does not name {module}");
    }
}
