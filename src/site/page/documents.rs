//! Documents: texts that speak of nodes, and links to texts elsewhere.

use serde::Serialize;

use super::row::{outside, predictors, tag_link};
use crate::model::Document;
use crate::site::Plan;
use crate::site::edition::Edition;
use crate::site::html::Html;
use crate::site::place::Place;
use crate::site::prose::prose;
use crate::site::view::{Head, Link, NodeLink};

#[derive(Serialize)]
struct View {
    /// The latest first, those without a date last.
    documents: Vec<Summary>,
}

/// A document in few words.
#[derive(Serialize)]
struct Summary {
    id: String,
    link: Link,
    /// Empty if it has none.
    date: String,
    by: Vec<Link>,
    tags: Vec<Link>,
    about: Vec<NodeLink>,
    /// Where it is to be read, of one that stands elsewhere.
    elsewhere: Option<Link>,
    /// What the network says about it.
    text: Html,
    /// Whether its page holds the text itself.
    is_whole: bool,
}

#[derive(Serialize)]
struct DocumentPage {
    document: Summary,
    title: String,
    /// The text itself; empty of one that stands elsewhere.
    body: Html,
    /// The path of its file below the source folder; empty if it has none.
    file: String,
}

pub(super) fn plan(plan: &mut Plan<'_>) {
    plan.page(Place::top("documents"), "documents.html", |edition, here| {
        let mut documents: Vec<&Document> = edition.documents().map(|(_, document)| document).collect();
        documents.sort_by(|one, other| other.date.cmp(&one.date).then(one.id.value.cmp(&other.id.value)));
        let documents = documents.into_iter().map(|document| summary(edition, here, document)).collect();
        let head = Head::new(here, "documents", "Documents", "What the network argues from, at length.");
        (head, View { documents })
    });
    for (_, document) in plan.edition.documents() {
        plan.page(Place::of("document", &document.id.value), "document.html", move |edition, here| {
            page(edition, here, document)
        });
    }
}

fn summary(edition: &Edition<'_>, here: &Place, document: &Document) -> Summary {
    let about = document.about.iter().filter(|id| !edition.node(**id).private);
    Summary {
        id: document.id.value.to_string(),
        link: Link::new(
            here.to(&Place::of("document", &document.id.value)),
            document.title.value.to_string(),
        ),
        date: document.date.map(|date| date.to_string()).unwrap_or_default(),
        by: predictors(edition, here, &document.by),
        tags: document.tags.iter().map(|tag| tag_link(edition, here, &tag.value)).collect(),
        about: about.map(|id| NodeLink::new(edition, here, *id)).collect(),
        elsewhere: document.link.as_ref().and_then(outside),
        text: document.text.as_ref().map(|text| prose(edition, here, &text.value)).unwrap_or_default(),
        is_whole: document.file.is_some(),
    }
}

fn page(edition: &Edition<'_>, here: &Place, document: &Document) -> (Head, DocumentPage) {
    let file = document.file.as_ref().map(|file| file.value.as_ref());
    let body = file.and_then(|path| edition.sources.document(path));
    let title = document.title.value.to_string();
    let view = DocumentPage {
        document: summary(edition, here, document),
        title: title.clone(),
        body: body.map(|text| prose(edition, here, text)).unwrap_or_default(),
        file: file.unwrap_or_default().to_owned(),
    };
    (
        Head::new(here, "documents", title.clone(), format!("{title}: a document of {}.", edition.title())),
        view,
    )
}
