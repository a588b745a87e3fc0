//! The search page: an index of everything that has a page, with the words that it can be found by.
//!
//! The browser does the finding; what is private is not in an edition, and so in no index.

use serde::Serialize;

use crate::model::{Node, NodeId, ProseKind};
use crate::site::Plan;
use crate::site::edition::Edition;
use crate::site::html::Html;
use crate::site::place::Place;
use crate::site::view::Head;
use crate::value::percent;

/// Bytes of running text in the index, shared among all entries.
const ROOM: usize = 1_000_000;
/// The fewest and the most letters of running text that an entry is found by.
const LETTERS: (usize, usize) = (60, 600);

#[derive(Serialize)]
struct View {
    entries: usize,
    index: Html,
}

/// What can be found. Fields that are empty are left out.
#[derive(Default, Serialize)]
struct Entry {
    /// Of a node its kind; else what it is.
    kind: &'static str,
    id: String,
    title: String,
    href: String,
    /// How likely a node is now.
    #[serde(skip_serializing_if = "String::is_empty")]
    chance: String,
    /// Tags, domains, symbols and the names of predictors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    words: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    text: String,
}

pub(super) fn plan(plan: &mut Plan<'_>) {
    plan.page(Place::top("search"), "search.html", view);
}

fn view(edition: &Edition<'_>, here: &Place) -> (Head, View) {
    let nodes = edition.nodes().count();
    let letters = (ROOM / nodes.max(1)).clamp(LETTERS.0, LETTERS.1);
    let mut entries: Vec<Entry> =
        edition.nodes().map(|(id, node)| of_node(edition, here, id, node, letters)).collect();
    entries.extend(edition.predictors().map(|(_, one)| Entry {
        kind: "predictor",
        id: one.id.value.to_string(),
        title: one.name.value.to_string(),
        href: here.to(&Place::of("predictor", &one.id.value)),
        ..Entry::default()
    }));
    entries.extend(edition.classes().map(|(_, one)| Entry {
        kind: "reference class",
        id: one.id.value.to_string(),
        title: one.title.value.to_string(),
        href: here.to(&Place::of("class", &one.id.value)),
        ..Entry::default()
    }));
    entries.extend(edition.documents().map(|(_, one)| Entry {
        kind: "document",
        id: one.id.value.to_string(),
        title: one.title.value.to_string(),
        href: here.to(&Place::of("document", &one.id.value)),
        words: one.tags.iter().map(|tag| tag.value.to_string()).collect(),
        text: one.text.as_ref().map_or_else(String::new, |text| trimmed(&text.value, letters)),
        ..Entry::default()
    }));
    for (kind, folder, slugs) in [("domain", "domain", &edition.domains), ("tag", "tag", &edition.tags)] {
        entries.extend(slugs.words().map(|word| Entry {
            kind,
            title: word.to_owned(),
            href: here.to(&Place::of(folder, slugs.get(word))),
            ..Entry::default()
        }));
    }
    let head = Head::new(here, "search", "Search", "Find predictions, people, documents and subjects.");
    (head, View { entries: entries.len(), index: Html::json(&entries) })
}

fn of_node(edition: &Edition<'_>, here: &Place, id: NodeId, node: &Node, letters: usize) -> Entry {
    let mut words: Vec<String> = Vec::new();
    let outer = node.parent.map_or(node, |parent| edition.node(parent));
    for by in &outer.by {
        let Some(predictor) = edition.predictor(*by) else { continue };
        words.push(predictor.id.value.to_string());
        words.push(predictor.name.value.to_string());
    }
    words.extend(node.domain.iter().chain(&node.tags).map(|word| word.value.to_string()));
    words.extend(node.exposures.iter().map(|one| one.symbol.value.to_string()));
    let texts = [ProseKind::Text, ProseKind::Quote, ProseKind::Context, ProseKind::Watch];
    let texts: Vec<&str> =
        texts.iter().flat_map(|kind| node.prose(*kind)).map(|text| text.value.as_ref()).collect();
    Entry {
        kind: node.kind.word(),
        id: node.id.to_string(),
        title: node.title.value.to_string(),
        href: here.to(&Place::node(node)),
        chance: edition.forecast.now(id).map_or_else(String::new, |now| percent(now.probability)),
        words,
        text: trimmed(&texts.join(" "), letters),
    }
}

/// The beginning of a text, its blanks made single, cut between words.
fn trimmed(text: &str, letters: usize) -> String {
    let mut out = String::new();
    for word in text.split_whitespace() {
        if out.len() + word.len() >= letters {
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}
