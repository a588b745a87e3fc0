//! Feeds: what happened, newest first, as Atom (RFC 4287). One of everything, one a node, one a predictor.
//!
//! An entry is a line of a journal. Its id does not change with its words: it is made from the node, the day, and the
//! place among the lines of that day. Where it is not said where the site is published, ids are made from the title
//! of the network, and links are relative.

use std::cmp::Reverse;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::Plan;
use super::edition::Edition;
use super::html::escaped;
use super::place::Place;
use crate::model::{Direction, Event, Fact, Node, NodeId, Outcome, PredictorId};
use crate::value::{Date, percent};

/// A feed holds so many entries.
const MOST: usize = 100;

pub(super) fn plan(plan: &mut Plan<'_>) {
    plan.file("feed.xml", |edition| {
        let title = edition.title().to_owned();
        let lines = edition.nodes().flat_map(|(id, _)| lines(edition, id)).collect();
        feed(edition, "feed.xml", &title, &Place::top("changes"), lines)
    });
    for (id, node) in plan.edition.paged() {
        plan.file(node_path(&node.id), move |edition| {
            let title = format!("{}: {}", node.id, node.title.value);
            let milestones = node.milestones.iter().copied().filter(|id| !edition.node(*id).private);
            let lines = std::iter::once(id).chain(milestones).flat_map(|id| lines(edition, id)).collect();
            feed(edition, &node_path(&node.id), &title, &Place::node(node), lines)
        });
    }
    for (id, predictor) in plan.edition.predictors() {
        plan.file(predictor_path(&predictor.id.value), move |edition| {
            let lines =
                edition.nodes().flat_map(|(node, _)| lines(edition, node)).filter(|line| line.is_of(id));
            let place = Place::of("predictor", &predictor.id.value);
            feed(
                edition,
                &predictor_path(&predictor.id.value),
                &predictor.name.value,
                &place,
                lines.collect(),
            )
        });
    }
}

/// Where the feed of a node is.
fn node_path(id: &str) -> String {
    format!("node/{id}.xml")
}

/// Where the feed of a predictor is.
fn predictor_path(id: &str) -> String {
    format!("predictor/{id}.xml")
}

/// A line of a journal, with what it is about.
struct Line<'a> {
    node: &'a Node,
    /// The node itself, or the one that a milestone belongs to.
    page: &'a Node,
    fact: &'a Fact,
    /// Its place among the lines of its day.
    number: usize,
}

impl Line<'_> {
    /// Whether it tells of what a predictor said, or is on its word.
    fn is_of(&self, predictor: PredictorId) -> bool {
        let is_source = matches!(self.fact.event, Event::Evidence { by: Some(by), .. } if by == predictor);
        is_source || self.page.by.contains(&predictor)
    }
}

/// The lines of a node's journal that are known by now.
fn lines<'a>(edition: &'a Edition<'a>, id: NodeId) -> impl Iterator<Item = Line<'a>> {
    let node = edition.node(id);
    let page = node.parent.map_or(node, |parent| edition.node(parent));
    let known = node.journal.iter().filter(|fact| fact.date.value <= edition.today);
    let mut last: Option<(Date, usize)> = None;
    known.map(move |fact| {
        let date = fact.date.value;
        let number = last.filter(|(day, _)| *day == date).map_or(1, |(_, number)| number + 1);
        last = Some((date, number));
        Line { node, page, fact, number }
    })
}

fn feed(edition: &Edition<'_>, path: &str, title: &str, page: &Place, mut lines: Vec<Line<'_>>) -> Vec<u8> {
    // The newest first; of a day the last line first.
    lines.sort_by_key(|line| (Reverse(line.fact.date.value), &line.node.id, Reverse(line.number)));
    lines.truncate(MOST);
    let updated = lines.first().map_or(edition.today, |line| line.fact.date.value);
    let here = Here::new(edition, path);
    let id = here.url.as_ref().map_or_else(|| name(edition, &["feed", path]), |url| format!("{url}{path}"));
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n",
    );
    let _ = writeln!(out, "<title type=\"text\">{}</title>", escaped(title));
    let _ = writeln!(out, "<id>{}</id>", escaped(&id));
    let _ = writeln!(out, "<updated>{updated}T00:00:00Z</updated>");
    let _ = writeln!(out, "<author><name>{}</name></author>", escaped(edition.title()));
    let _ = writeln!(
        out,
        "<link rel=\"self\" type=\"application/atom+xml\" href=\"{}\"/>",
        escaped(&here.to(path))
    );
    let _ = writeln!(
        out,
        "<link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>",
        escaped(&here.to(page.path()))
    );
    let _ = writeln!(out, "<generator version=\"{}\">forecastc</generator>", env!("CARGO_PKG_VERSION"));
    for line in &lines {
        entry(edition, &here, line, &mut out);
    }
    out.push_str("</feed>\n");
    out.into_bytes()
}

fn entry(edition: &Edition<'_>, here: &Here, line: &Line<'_>, out: &mut String) {
    let (node, fact) = (line.node, line.fact);
    let date = fact.date.value;
    let title = format!("{}: {}", node.id, what(edition, fact));
    let page = format!("{}#journal", Place::node(line.page).path());
    let mut text = node.title.value.to_string();
    if let Some(words) = &fact.text {
        let _ = write!(text, "\n\n{}", words.value);
    }
    let number = line.number.to_string();
    let day = date.to_string();
    let id = match &here.host {
        Some(host) => format!("tag:{host},{day}:{}/{number}", node.id),
        None => name(edition, &["line", &node.id, &day, &number]),
    };
    let _ = writeln!(out, "<entry>\n<title type=\"text\">{}</title>", escaped(&title));
    let _ = writeln!(out, "<id>{}</id>", escaped(&id));
    let _ = writeln!(out, "<published>{day}T00:00:00Z</published>\n<updated>{day}T00:00:00Z</updated>");
    let _ =
        writeln!(out, "<link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>", escaped(&here.to(&page)));
    if let Some(link) = fact.link.as_ref().filter(|link| link.value.contains(':')) {
        let _ = writeln!(out, "<link rel=\"related\" href=\"{}\"/>", escaped(&link.value));
    }
    let _ = writeln!(out, "<category term=\"{}\"/>", fact.event.word());
    let _ = writeln!(out, "<content type=\"text\">{}</content>\n</entry>", escaped(&text));
}

/// What a line records, in a few words.
fn what(edition: &Edition<'_>, fact: &Fact) -> String {
    let mends = fact.corrects.map(|date| format!("corrects {date}, ")).unwrap_or_default();
    let words = match fact.event {
        Event::Probability(stated) => format!("stated at {}", percent(stated.value.as_f64())),
        Event::Evidence { direction, ratio, by } => {
            let way = match direction {
                Direction::For => "for",
                Direction::Against => "against",
            };
            let by = by.and_then(|by| edition.predictor(by));
            let by = by.map(|by| format!(" by {}", by.name.value)).unwrap_or_default();
            format!("evidence {way}, {}{by}", ratio.strength())
        }
        Event::Hit => "hit".to_owned(),
        Event::Missed => "missed".to_owned(),
        Event::Slipped(window) => format!("slipped to {}", window.value),
        Event::Resolved(Outcome::Void) => "void".to_owned(),
        Event::Resolved(outcome) => format!("resolved {}", outcome.word()),
        Event::Note => "note".to_owned(),
    };
    format!("{mends}{words}")
}

/// Where a feed is, and how it links.
struct Here {
    url: Option<String>,
    host: Option<String>,
    place: Place,
}

impl Here {
    fn new(edition: &Edition<'_>, path: &str) -> Self {
        let url = edition.url();
        let host = url.as_ref().and_then(|url| url.split('/').nth(2));
        // A port is no part of the name of an authority.
        let host = host.and_then(|host| host.split(':').next()).map(str::to_ascii_lowercase);
        Self { host, url, place: Place::file(path) }
    }

    fn to(&self, path: &str) -> String {
        match &self.url {
            Some(url) => format!("{url}{path}"),
            None => self.place.to_file(path),
        }
    }
}

/// A name of something without an address: a UUID of version 8, made from a hash.
fn name(edition: &Edition<'_>, words: &[&str]) -> String {
    let mut hash = Sha256::new();
    for word in std::iter::once(&edition.title()).chain(words) {
        hash.update(word.as_bytes());
        hash.update([0]);
    }
    let mut number = u128::from_be_bytes(hash.finalize().first_chunk().copied().unwrap_or_default());
    number = number & !(0xF << 76) | 8 << 76;
    number = number & !(0b11 << 62) | 0b10 << 62;
    let digits = format!("{number:032x}");
    let part = |range: std::ops::Range<usize>| digits.get(range).unwrap_or_default();
    format!("urn:uuid:{}-{}-{}-{}-{}", part(0..8), part(8..12), part(12..16), part(16..20), part(20..32))
}
