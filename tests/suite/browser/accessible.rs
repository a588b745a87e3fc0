//! One page of each kind has no fault that axe-core finds, contrast among them, in light and in dark.
//!
//! `.ci/run` puts axe-core into `target/axe`; `FORECASTC_AXE` may name its script somewhere else.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::server::serve;
use crate::example::{example, kinds};

const RUN: &str = "
    const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'] }).then(
        (result) => done(result.violations.flatMap((fault) => fault.nodes.map((node) => fault.id + ': ' + node.target.join(' ') + ': ' + node.any.concat(node.all, node.none).map((one) => one.message).join(' ')))),
        (error) => done([String(error)]));";

/// States of pages that are more than how they open.
const STATES: [(&str, &str); 3] = [
    ("laboratory.html", "#OPEN_BACKBONE=yes&TK05=no&NOTHING=yes"),
    ("search.html", "#q=open"),
    ("predictions.html", "#sort=1&order=down"),
];

#[test]
fn no_kind_of_page_has_a_fault_that_axe_finds() {
    let named = std::env::var_os("FORECASTC_AXE").map(PathBuf::from);
    let path = named.unwrap_or_else(|| crate::root().join("target/axe/node_modules/axe-core/axe.min.js"));
    let Ok(axe) = std::fs::read_to_string(&path) else {
        let how = "npm install --prefix target/axe axe-core@4";
        return super::skip("in the browser", &format!("no axe-core is at {} ({how})", path.display()));
    };
    let Some(browser) = super::browser() else { return };
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": axe }));
    let mut faults: Vec<String> = Vec::new();
    let root = serve(example());
    for page in kinds() {
        let states = STATES.iter().filter(|(of, _)| *of == page).map(|(_, hash)| *hash);
        for hash in std::iter::once("").chain(states) {
            browser.go("about:blank");
            browser.go(&format!("{root}{page}{hash}"));
            for scheme in ["light", "dark"] {
                browser.prefer(scheme);
                let found = browser.run_async(RUN, &[]);
                let found = found.as_array().unwrap().iter().filter_map(Value::as_str);
                faults.extend(found.map(|fault| format!("{page}{hash} {scheme}: {fault}")));
            }
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
