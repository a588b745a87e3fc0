//! Every page is sound markup, loads nothing from elsewhere, and every link within the site leads somewhere.

use std::collections::{BTreeMap, BTreeSet};

use scraper::{Html, Node, Selector};
use serde_json::Value;

/// A page as these laws look at it.
struct Page {
    html: Html,
    ids: BTreeSet<String>,
}

fn read(path: &str) -> Page {
    let text = std::fs::read_to_string(super::example().join(path)).unwrap();
    let html = Html::parse_document(&text);
    assert!(html.errors.is_empty(), "{path}: {:?}", html.errors);
    let mut ids = BTreeSet::new();
    for element in elements(&html) {
        if let Some(id) = element.attr("id") {
            assert!(ids.insert(id.to_owned()), "{path}: id {id} is there twice");
        }
    }
    Page { html, ids }
}

fn elements(html: &Html) -> impl Iterator<Item = &scraper::node::Element> {
    html.tree.values().filter_map(Node::as_element)
}

#[test]
fn every_page_is_sound_and_loads_nothing_from_elsewhere() {
    for path in super::pages() {
        let page = read(&path);
        for element in elements(&page.html) {
            for (name, value) in element.attrs() {
                let name = name.rsplit(':').next().unwrap();
                assert!(name != "style" && !name.starts_with("on"), "{path}: <{} {name}>", element.name());
                let is_loaded = match (element.name(), name) {
                    (_, "src" | "srcset" | "poster" | "data" | "background") => true,
                    ("link", "href") => {
                        !["canonical", "alternate"].contains(&element.attr("rel").unwrap_or(""))
                    }
                    ("use" | "image", "href") => true,
                    _ => false,
                };
                let is_elsewhere = value.contains("://") || value.starts_with("//");
                assert!(!(is_loaded && is_elsewhere), "{path}: <{}> loads {value}", element.name());
            }
            let is_code = element.name() == "script" && element.attr("src").is_none();
            assert!(!is_code || element.attr("type") == Some("application/json"), "{path}: a script within");
            assert!(
                !["style", "iframe", "object", "embed", "base"].contains(&element.name()),
                "{path}: {}",
                element.name()
            );
        }
        for selector in ["title", "h1", "main"] {
            let found =
                page.html.select(&Selector::parse(selector).unwrap()).filter(|one| !within_svg(one)).count();
            assert_eq!(found, 1, "{path}: {selector}");
        }
    }
}

fn within_svg(element: &scraper::ElementRef<'_>) -> bool {
    element.ancestors().filter_map(|one| one.value().as_element()).any(|one| one.name() == "svg")
}

#[test]
fn every_link_within_the_site_leads_somewhere() {
    let pages: BTreeMap<String, Page> =
        super::pages().into_iter().map(|path| (path.clone(), read(&path))).collect();
    let mut broken: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let mut links = 0;
    for (path, page) in &pages {
        for href in hrefs(&page.html) {
            links += 1;
            if !leads(&pages, path, &href) {
                broken.entry(href).or_default().insert(path);
            }
        }
    }
    assert!(links > 1_000, "{links} links were looked at");
    let told: Vec<String> = broken
        .iter()
        .map(|(href, from)| format!("{href} from {} pages, {}", from.len(), from.first().unwrap()))
        .collect();
    assert!(told.is_empty(), "{} links lead nowhere:\n{}", told.len(), told.join("\n"));
}

/// Where a page leads, also what its scripts make of its data.
fn hrefs(html: &Html) -> BTreeSet<String> {
    let mut all: BTreeSet<String> = BTreeSet::new();
    for element in elements(html) {
        all.extend(["href", "src"].iter().filter_map(|name| element.attr(name)).map(ToOwned::to_owned));
    }
    for data in html.select(&Selector::parse("script[type='application/json']").unwrap()) {
        collect(&serde_json::from_str(&data.text().collect::<String>()).unwrap(), &mut all);
    }
    all
}

fn collect(data: &Value, out: &mut BTreeSet<String>) {
    match data {
        Value::Array(all) => all.iter().for_each(|one| collect(one, out)),
        Value::Object(all) => {
            for (name, value) in all {
                match value.as_str().filter(|_| name == "href") {
                    Some(href) => drop(out.insert(href.to_owned())),
                    None => collect(value, out),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn leads(pages: &BTreeMap<String, Page>, from: &str, href: &str) -> bool {
    let is_outside = href.split(['/', '#', '?']).next().is_some_and(|scheme| scheme.contains(':'));
    if is_outside {
        return true;
    }
    // The page of what is not there is shown at any depth: it names the path under which the site is published.
    let (from, href) = match href.strip_prefix(super::BELOW) {
        Some(href) if from == "404.html" => ("", href),
        _ => (from, href),
    };
    let (path, fragment) = href.split_once('#').unwrap_or((href, ""));
    let folder = from.rsplit_once('/').map(|(folder, _)| folder);
    let path = match (path, folder) {
        ("", _) => from.to_owned(),
        (path, Some(_)) if path.starts_with("../") => path[3..].to_owned(),
        (path, Some(folder)) => format!("{folder}/{path}"),
        (path, None) => path.to_owned(),
    };
    let Some(page) = pages.get(&path) else {
        return !path.is_empty() && fragment.is_empty() && super::example().join(&path).is_file();
    };
    // A fragment with `=` is the state of a page with a script, which says itself what it cannot read.
    fragment.is_empty() || fragment.contains('=') || page.ids.contains(fragment)
}
