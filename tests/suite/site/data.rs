//! The JSON of a site fits the schemas that it publishes.

use serde_json::Value;

use super::{everything, site};

fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let validator = jsonschema::draft202012::new(schema).unwrap();
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

#[test]
fn every_file_fits_its_schema() {
    let files = site(&everything(|field| format!("Words of {field}")), "");
    let network = json(&files["schema/network.json"]);
    assert_eq!(faults(&network, &json(&files["network.json"])), Vec::<String>::new());
    let node = json(&files["schema/node.json"]);
    let nodes: Vec<&String> =
        files.keys().filter(|path| path.starts_with("node/") && path.ends_with(".json")).collect();
    assert_eq!(nodes.len(), 6);
    for path in nodes {
        assert_eq!(faults(&node, &json(&files[path])), Vec::<String>::new(), "{path}");
    }
}

#[test]
fn numbers_are_numbers_and_days_are_text() {
    let files = site(&everything(|field| format!("Words of {field}")), "");
    let done = json(&files["node/DONE.json"]);
    assert_eq!((&done["p"], &done["status"], &done["stated"]), (&1.0.into(), &"yes".into(), &0.7.into()));
    assert_eq!(done["journal"][0]["date"], "2026-04-01");
    assert_eq!(done["window"], serde_json::json!({ "first": "2025-01-01", "last": "2026-05-31" }));
    let pre = json(&files["node/PRE.json"]);
    let steps = pre["milestone_chain"].as_array().unwrap();
    assert_eq!(steps.len(), 1);
    assert_eq!(steps[0]["state"], "slipped");
    assert_eq!(pre["depends_on"].as_array().unwrap().len(), 2);
    // The parts of a number lead to it.
    let sum: f64 = pre["why"].as_array().unwrap().iter().map(|part| part["points"].as_f64().unwrap()).sum();
    assert!((sum / 100.0 - pre["p"].as_f64().unwrap()).abs() < 1e-9, "{sum}");
}

#[test]
fn entries_of_feeds_are_told_apart_and_come_newest_first() {
    let files = site(&everything(|field| format!("Words of {field}")), "");
    for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".xml") && *path != "sitemap.xml") {
        let text = std::str::from_utf8(bytes).unwrap();
        let tree = roxmltree::Document::parse(text).unwrap();
        let of = |name: &str| -> Vec<&str> {
            let all = tree.descendants().filter(|node| node.tag_name().name() == name);
            all.filter_map(|node| node.text()).collect()
        };
        let mut ids = of("id");
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{path}");
        let published = of("published");
        assert!(published.is_sorted_by(|one, other| one >= other), "{path}: {published:?}");
        assert_eq!(of("updated").first(), published.first().or(Some(&"2026-06-01T00:00:00Z")), "{path}");
    }
    let seer = String::from_utf8(files["predictor/SEER.xml"].clone()).unwrap();
    assert!(seer.contains("evidence for, weak") && seer.contains("DONE: resolved yes"), "{seer}");
}

#[test]
fn without_an_address_links_are_relative_and_ids_are_names() {
    let text =
        everything(|field| format!("Words of {field}")).replace("    url <https://example.org/deep/>\n", "");
    let files = site(&text, "");
    assert!(!files.contains_key("sitemap.xml"));
    let words = |path: &str| String::from_utf8(files[path].clone()).unwrap();
    assert!(words("node/PRE.xml").contains("href=\"PRE.html#journal\""));
    assert!(words("feed.xml").contains("<id>urn:uuid:"));
    assert!(!words("robots.txt").contains("Sitemap"));
    assert!(words("404.html").contains("href=\"index.html\""));
}

#[test]
fn with_one_the_missing_page_links_from_anywhere_and_old_ids_lead_on() {
    let files = site(&everything(|field| format!("Words of {field}")), "");
    let words = |path: &str| String::from_utf8(files[path].clone()).unwrap();
    assert!(words("404.html").contains("href=\"/deep/index.html\""));
    assert!(words("node/OLD.html").contains("content=\"0; url=PRE.html\""));
    let sitemap = words("sitemap.xml");
    assert!(sitemap.contains("<loc>https://example.org/deep/node/PRE.html</loc>"));
    assert!(!sitemap.contains("OLD") && !sitemap.contains("404"));
    // The header repeats what every page says of itself, and adds what only a header can say.
    let page = words("404.html");
    let policy =
        page.split("Content-Security-Policy\" content=\"").nth(1).unwrap().split('"').next().unwrap();
    let policy = policy.replace("form-action 'none'", "form-action 'none'; frame-ancestors 'none'");
    assert!(words("_headers").contains(&format!("Content-Security-Policy: {policy}\n")), "{policy}");
}
