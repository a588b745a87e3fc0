//! Subjects: domains and tags, each with a page of what belongs to it.

use serde::Serialize;

use super::marks::Scores;
use super::row::{Row, domain_link, rows, tag_link};
use crate::model::{NodeId, NodeKind};
use crate::site::Plan;
use crate::site::edition::{Edition, above};
use crate::site::place::Place;
use crate::site::view::{Chance, Head, Link, NodeLink};

/// All domains, or all tags.
#[derive(Serialize)]
struct Subjects {
    subjects: Vec<Subject>,
}

/// What belongs to a domain or a tag, in numbers.
#[derive(Serialize)]
struct Subject {
    link: Link,
    /// The last part of a domain; all of a tag.
    name: String,
    /// How many domains lie above it in the list.
    depth: usize,
    predictions: usize,
    open: usize,
    killers: usize,
    scenarios: usize,
    documents: usize,
    /// The mean probability of the predictions that are open.
    mean: Option<Chance>,
    /// How many predictions are scored, and their Brier score; empty if none is.
    scored: usize,
    brier: String,
}

#[derive(Serialize)]
struct SubjectPage {
    /// `domain` or `tag`.
    what: &'static str,
    name: String,
    /// The domains above it, the highest first.
    above: Vec<Link>,
    /// The domains right below it.
    below: Vec<Subject>,
    subject: Subject,
    predictions: Vec<Row>,
    killers: Vec<NodeLink>,
    scenarios: Vec<NodeLink>,
    documents: Vec<Link>,
    scores: Scores,
}

/// Domains or tags.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Domain,
    Tag,
}

pub(super) fn plan(plan: &mut Plan<'_>) {
    plan.page(Place::top("domains"), "domains.html", |edition, here| {
        let subjects = edition.domains.words().map(|name| What::Domain.subject(edition, here, name));
        let head = Head::new(here, "domains", "Domains", "The subjects of the network, as a tree.");
        (head, Subjects { subjects: subjects.collect() })
    });
    plan.page(Place::top("tags"), "tags.html", |edition, here| {
        let subjects = edition.tags.words().map(|name| What::Tag.subject(edition, here, name));
        let head = Head::new(here, "tags", "Tags", "Every tag with what has it.");
        (head, Subjects { subjects: subjects.collect() })
    });
    for name in plan.edition.domains.words() {
        let place = Place::of("domain", plan.edition.domains.get(name));
        plan.page(place, "subject.html", move |edition, here| What::Domain.page(edition, here, name));
    }
    for name in plan.edition.tags.words() {
        let place = Place::of("tag", plan.edition.tags.get(name));
        plan.page(place, "subject.html", move |edition, here| What::Tag.page(edition, here, name));
    }
}

impl What {
    fn nodes<'b>(self, edition: &'b Edition<'_>, name: &str) -> &'b [NodeId] {
        match self {
            Self::Domain => edition.index.domain(name),
            Self::Tag => edition.index.tag(name),
        }
    }

    fn subject(self, edition: &Edition<'_>, here: &Place, name: &str) -> Subject {
        let count = |kind: NodeKind| of_kind(edition, self.nodes(edition, name), kind).count();
        let predictions = || of_kind(edition, self.nodes(edition, name), NodeKind::Prediction);
        let open = predictions().filter(|id| edition.node(*id).state(edition.today).is_open());
        let open: Vec<NodeId> = open.collect();
        let known: Vec<f64> =
            open.iter().filter_map(|id| Some(edition.forecast.now(*id)?.probability)).collect();
        let mean = (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64);
        let group = edition.group(predictions());
        let marks = group.marks();
        Subject {
            link: match self {
                Self::Domain => domain_link(edition, here, name),
                Self::Tag => tag_link(edition, here, name),
            },
            name: name.rsplit('/').next().unwrap_or(name).to_owned(),
            depth: name.matches('/').count(),
            predictions: predictions().count(),
            open: open.len(),
            killers: count(NodeKind::Killer),
            scenarios: count(NodeKind::Scenario),
            documents: self.documents(edition, here, name).len(),
            mean: mean.map(Chance::plain),
            scored: group.cases.len(),
            brier: marks.map(|marks| format!("{:.3}", marks.brier.value)).unwrap_or_default(),
        }
    }

    fn documents(self, edition: &Edition<'_>, here: &Place, name: &str) -> Vec<Link> {
        let tagged = edition.documents().filter(|(_, document)| {
            self == Self::Tag && document.tags.iter().any(|tag| tag.value.as_ref() == name)
        });
        let link = |id: &str, title: &str| Link::new(here.to(&Place::of("document", id)), title);
        tagged.map(|(_, document)| link(&document.id.value, &document.title.value)).collect()
    }

    fn page(self, edition: &Edition<'_>, here: &Place, name: &str) -> (Head, SubjectPage) {
        let nodes = self.nodes(edition, name);
        let predictions = || of_kind(edition, nodes, NodeKind::Prediction);
        let links = |kind: NodeKind| {
            of_kind(edition, nodes, kind).map(|id| NodeLink::new(edition, here, id)).collect()
        };
        let is_domain = self == Self::Domain;
        let mut above: Vec<&str> = above(name).skip(1).filter(|_| is_domain).collect();
        above.reverse();
        let start = format!("{name}/");
        let below = edition.domains.words().filter(|domain| {
            is_domain && domain.strip_prefix(&start).is_some_and(|rest| !rest.contains('/'))
        });
        let group = edition.group(predictions());
        let view = SubjectPage {
            what: if is_domain { "domain" } else { "tag" },
            name: name.to_owned(),
            above: above.into_iter().map(|name| domain_link(edition, here, name)).collect(),
            below: below.map(|name| Subject { depth: 0, ..self.subject(edition, here, name) }).collect(),
            subject: self.subject(edition, here, name),
            predictions: rows(edition, here, predictions()),
            killers: links(NodeKind::Killer),
            scenarios: links(NodeKind::Scenario),
            documents: self.documents(edition, here, name),
            scores: Scores::new(&group),
        };
        let (section, description) = if is_domain {
            ("domains", format!("What the network says about {name}."))
        } else {
            ("tags", format!("What has the tag {name}."))
        };
        (Head::new(here, section, name, description), view)
    }
}

fn of_kind<'b>(
    edition: &'b Edition<'_>,
    nodes: &'b [NodeId],
    kind: NodeKind,
) -> impl Iterator<Item = NodeId> + 'b {
    nodes.iter().copied().filter(move |id| edition.node(*id).kind == kind)
}
