//! Why this number: its parts in the order in which they come in, each with where it leads and where it is written.

use serde::Serialize;

use super::Scene;
use crate::answers::why::{Part, Sum, What, Why};
use crate::forecast::{Cause, Reason};
use crate::model::{Event, Fact, NodeId};
use crate::site::chart::waterfall::{self, Bar, Kind};
use crate::site::html::Html;
use crate::site::view::{Chance, Link, NodeLink, Signed, signed};
use crate::value::percent;

/// Parts that move the number by less are told together.
const SLIGHT: f64 = 0.0005;
/// So many parts have a row of their own, and so many a bar in the chart.
const ROWS: usize = 14;
const BARS: usize = 12;

#[derive(Serialize)]
pub(super) struct View {
    /// The parts; empty of a node that is settled or has no number.
    rows: Vec<Row>,
    /// Whether a later statement has priced some of them in.
    has_priced_in: bool,
    /// What settled it; empty where nothing did.
    settled: String,
    chart: Html,
}

#[derive(Serialize)]
struct Row {
    /// `level`, `outside`, `parent`, `milestone`, `dependent`, `evidence`, `silence`, `hidden` or `rest`.
    kind: &'static str,
    /// The relation to the node, or what else it is, in a few words.
    words: String,
    /// The other node, where there is one.
    node: Option<NodeLink>,
    /// The words of a line of evidence.
    text: String,
    /// By how much it moves the probability.
    points: Signed,
    log_odds: String,
    /// The standard error of that; empty where it is exact.
    error: String,
    /// How likely the node is with this part and all before it.
    leads_to: Chance,
    priced_in: bool,
    source: Option<Link>,
}

pub(super) fn view(scene: &Scene<'_>) -> View {
    let edition = scene.edition;
    let mut view =
        View { rows: Vec::new(), has_priced_in: false, settled: String::new(), chart: Html::new() };
    match edition.why(scene.id) {
        Some(Why::Sum(sum)) => {
            view.rows = rows(scene, &sum.parts);
            view.has_priced_in = view.rows.iter().any(|row| row.priced_in);
            view.chart = chart(sum, &view.rows);
        }
        Some(Why::Settled(Reason::Line { node, fact })) if *node == scene.id => {
            let fact = scene.node.journal.get(*fact);
            view.settled = fact.map_or_else(String::new, |fact| {
                let outcome = fact.event.outcome().map_or("", |outcome| outcome.word());
                format!("It is settled: {outcome} since {}.", fact.date.value)
            });
        }
        Some(Why::Settled(_) | Why::Follows) => {
            let is_true = edition.forecast.now(scene.id).is_some_and(|now| now.probability > 0.5);
            let word = if is_true { "yes" } else { "no" };
            view.settled = format!("It is settled: what is known leaves nothing but {word}.");
        }
        None => {}
    }
    view
}

/// A row for each part, and one at the end for those that are too slight or too many.
fn rows(scene: &Scene<'_>, parts: &[Part]) -> Vec<Row> {
    let least = least(parts, ROWS);
    let mut at = 0.0;
    let mut rows = Vec::new();
    for part in parts.iter().filter(|part| !is_small(part, least)) {
        at += part.points;
        rows.push(row(scene, part, at));
    }
    let small: Vec<&Part> = parts.iter().filter(|part| is_small(part, least)).collect();
    if !small.is_empty() {
        let moved: f64 = small.iter().map(|part| part.points).sum();
        let log_odds: f64 = small.iter().map(|part| part.log_odds).sum();
        let each = if small.len() == 1 { "" } else { " each" };
        rows.push(Row {
            kind: "rest",
            words: format!("{} more, less than {:.1} points{each}", small.len(), 100.0 * least.max(0.001)),
            node: None,
            text: String::new(),
            points: Signed::points(moved),
            log_odds: signed(log_odds, 2),
            error: String::new(),
            leads_to: Chance::plain((at + moved).clamp(0.0, 1.0)),
            priced_in: false,
            source: None,
        });
    }
    rows
}

/// The size from which on a part stands alone, so that no more than so many do.
fn least(parts: &[Part], most: usize) -> f64 {
    let mut sizes: Vec<f64> = parts.iter().map(|part| part.points.abs()).collect();
    sizes.sort_by(|one, other| other.total_cmp(one));
    sizes.get(most).copied().map_or(SLIGHT, |next| next.max(SLIGHT) + f64::EPSILON)
}

fn is_small(part: &Part, least: f64) -> bool {
    part.what != What::Level && part.points.abs() < least
}

fn row(scene: &Scene<'_>, part: &Part, at: f64) -> Row {
    let about = About::of(scene, part.what);
    let error = if part.error > 0.0 { format!("±{:.2}", part.error.max(0.01)) } else { String::new() };
    Row {
        source: about.is_shown.then(|| scene.edition.source_link(part.span)),
        kind: about.kind,
        words: about.words,
        node: about.node.map(|node| scene.link(node)),
        text: about.text,
        points: Signed::points(part.points),
        log_odds: signed(part.log_odds, 2),
        error,
        leads_to: Chance::plain(at.clamp(0.0, 1.0)),
        priced_in: part.is_priced_in,
    }
}

/// What a part is about.
struct About {
    kind: &'static str,
    words: String,
    node: Option<NodeId>,
    text: String,
    is_shown: bool,
}

impl About {
    fn new(kind: &'static str, words: impl Into<String>, node: Option<NodeId>) -> Self {
        Self { kind, words: words.into(), node, text: String::new(), is_shown: true }
    }

    /// Of something that is not published.
    fn hidden() -> Self {
        Self { is_shown: false, ..Self::new("hidden", "something that is not published", None) }
    }

    fn of(scene: &Scene<'_>, what: What) -> Self {
        let edition = scene.edition;
        let relation = |from: NodeId, to: NodeId| {
            let mut edges = edition.edges_into(to);
            edges.find(|(_, edge)| edge.source == from).map(|(_, edge)| edge.relation.value.words())
        };
        match what {
            What::Level => Self::new("level", "level: what is stated, with all below taken off", None),
            What::Outside => {
                let class = scene.node.outside.and_then(|outside| edition.class(outside.class));
                class.map_or_else(Self::hidden, |class| {
                    Self::new("outside", format!("outside view: {}", class.title.value), None)
                })
            }
            What::Cause(Cause::Parent(parent)) => {
                let table = edition.tables_of(scene.id).find(|table| table.parents.contains(&parent));
                let words = relation(parent, scene.id).or_else(|| relation(scene.id, parent));
                match words.or(table.map(|_| "given")) {
                    Some(words) => Self::new("parent", words, Some(parent)),
                    None => Self::hidden(),
                }
            }
            What::Cause(Cause::Child(child)) if edition.node(child).private => Self::hidden(),
            What::Cause(Cause::Child(child)) if edition.node(child).parent == Some(scene.id) => {
                Self::new("milestone", "milestone", Some(child))
            }
            What::Cause(Cause::Child(child)) => {
                let table = edition.tables_of(child).any(|table| table.parents.contains(&scene.id));
                if table || relation(scene.id, child).or_else(|| relation(child, scene.id)).is_some() {
                    Self::new("dependent", "weighs on", Some(child))
                } else {
                    Self::hidden()
                }
            }
            What::Cause(Cause::Line { node, fact }) => {
                let said = edition.node(node);
                match said.journal.get(fact).filter(|_| !said.private) {
                    Some(fact) => Self::line(scene, node, fact),
                    None => Self::hidden(),
                }
            }
            What::Cause(Cause::Silence(node)) if edition.node(node).private => Self::hidden(),
            What::Cause(Cause::Silence(node)) => Self::new(
                "silence",
                "silence while its window runs",
                Some(node).filter(|node| *node != scene.id),
            ),
        }
    }

    fn line(scene: &Scene<'_>, node: NodeId, fact: &Fact) -> Self {
        let edition = scene.edition;
        let mut words = format!("evidence of {}", fact.date.value);
        if let Event::Evidence { by: Some(by), .. } = fact.event {
            let kappa = edition.forecast.kappa(by, fact.date.value);
            match edition.predictor(by) {
                Some(predictor) => words.push_str(&format!(" by {} (κ {kappa:.2})", predictor.name.value)),
                None => words.push_str(&format!(" (κ {kappa:.2})")),
            }
        }
        let text = fact.text.as_ref().map_or_else(String::new, |text| text.value.to_string());
        Self { text, ..Self::new("evidence", words, Some(node).filter(|node| *node != scene.id)) }
    }
}

/// The parts as bars along the scale of probability, and what they add up to; the smallest of many are one bar.
fn chart(sum: &Sum, rows: &[Row]) -> Html {
    let least = least(&sum.parts, BARS);
    let mut at = 0.0;
    let mut bars: Vec<Bar> = Vec::new();
    let mut bar = |label: String, by: f64, kind: Kind| {
        bars.push(Bar { label, from: at, to: at + by, kind });
        at += by;
    };
    let named = self::least(&sum.parts, ROWS);
    let shown = sum.parts.iter().filter(|part| !is_small(part, named)).zip(rows);
    for (part, row) in shown.filter(|(part, _)| !is_small(part, least)) {
        match &row.node {
            _ if part.what == What::Level => bar("level".to_owned(), part.points, Kind::Level),
            Some(node) => bar(format!("{} {}", row.words, node.id), part.points, Kind::Change),
            None => bar(row.words.clone(), part.points, Kind::Change),
        }
    }
    let small: Vec<&Part> = sum.parts.iter().filter(|part| is_small(part, least)).collect();
    let rest: f64 = small.iter().map(|part| part.points).sum();
    if rest.abs() >= SLIGHT {
        bar(format!("{} smaller parts", small.len()), rest, Kind::Change);
    }
    let now = format!("now {}", percent(sum.probability));
    let total = Bar { label: now, from: 0.0, to: sum.probability, kind: Kind::Total };
    bars.push(total);
    waterfall::chart(&bars)
}
