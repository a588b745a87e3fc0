//! What pages must never show, and what they must.

use std::collections::BTreeMap;

use crate::forecast::{self, Settings};
use crate::site::{Edition, Site, Templates};
use crate::source::Sources;
use crate::value::Date;

/// Every page of a network, by path.
fn pages(text: &str) -> BTreeMap<String, String> {
    let sources = Sources::single(text);
    let today = Date::parse("2026-11-21").unwrap();
    let compiled = crate::compile(&sources, today);
    let forecast = forecast::evaluate(&compiled.model, today, &Settings::default());
    let templates = Templates::new(BTreeMap::new()).unwrap();
    let edition = Edition::new(&compiled.model, &sources, &forecast, &Default::default());
    let site = Site::new(&edition, &templates);
    let html = site.files().iter().filter(|file| file.path.ends_with(".html"));
    html.map(|file| (file.path.clone(), String::from_utf8(site.bytes(file).unwrap()).unwrap())).collect()
}

const NETWORK: &str = r#"
predictor shown_voice "Shown voice" { }
predictor veiled_voice "Veiled voice" { private }
class veiled_class "Veiled class" {
    private
    seen 3 of 10
}
prediction SHOWN "Shown <b>claim</b>" {
    by shown_voice
    by veiled_voice
    domain open/air
    tags outdoors
    window 2024 .. 2025
    probability 70%
    class veiled_class weight 30%
    up SHOW weight 0.5
    measure "A count"
    killed by VEILED_END 10% else 45%
    2025-03-01 evidence for x2 by veiled_voice "Heard"
    2025-06-01 resolved yes "It did"
}
prediction VEILED "Veiled claim" {
    private
    by shown_voice
    domain veiled/ground
    tags veiled_tag
    window 2024 .. 2025
    probability 90%
    up VEIL weight 0.9
    measure "A count"
    2025-06-02 resolved no "It did not"
}
killer VEILED_END "Veiled end" {
    private
    window 2026 .. 2027
    probability 20%
}
choice VEILED_WAY "Veiled question" {
    private
    scenario VEILED_ONE "Veiled one" { probability 40% }
    scenario VEILED_TWO "Veiled two" { rest }
}
document veiled_paper "Veiled paper" {
    private
    link <https://example.org/veiled>
    about SHOWN
}
ticker VEIL "Veiled name" { private }
rule veiled_rule "Veiled rule" {
    private
    for prediction
    when p > 1%
    badge "veiled badge"
}
assert P(VEILED) < 95% "Veiled reason" { private }
"#;

#[test]
fn nothing_private_is_on_any_page() {
    for (path, page) in pages(NETWORK) {
        assert!(!path.to_lowercase().contains("veil"), "{path}");
        assert!(!page.to_lowercase().contains("veil"), "{path}: {page}");
    }
}

#[test]
fn what_is_published_is_on_the_pages_that_list_it() {
    let pages = pages(NETWORK);
    for path in [
        "predictions.html",
        "domain/open.html",
        "domain/open-air.html",
        "tag/outdoors.html",
        "predictor/shown_voice.html",
        "ticker/show.html",
        "changes.html",
        "calibration.html",
    ] {
        assert!(pages[path].contains("Shown &lt;b&gt;claim&lt;/b&gt;"), "{path}");
    }
    // One prediction is scored, at 70%: (1 − 0.7)² is 0.09.
    assert!(pages["calibration.html"].contains("<strong>0.090</strong>"));
}

#[test]
fn pages_of_an_empty_network_say_that_there_is_nothing() {
    for (path, page) in pages("network \"Nothing\" { silence none }\n") {
        // These hold a form, or nothing that depends on the network.
        let says_nothing = ["index.html", "404.html", "search.html", "laboratory.html"];
        assert!(says_nothing.contains(&path.as_str()) || page.contains("class=\"none\""), "{path}");
    }
}
