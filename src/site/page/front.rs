//! The front page: what moved, what is due, what failed, and the whole network at a glance.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::answers::assertions::Verdict;
use crate::answers::due::{Matter, Task};
use crate::model::{Action, NodeId, NodeKind, State};
use crate::site::Plan;
use crate::site::chart::strip;
use crate::site::edition::{Edition, above};
use crate::site::html::Html;
use crate::site::place::Place;
use crate::site::prose::prose;
use crate::site::view::{Head, Link, NodeLink, Signed};

/// What moved is told over the first of these many days in which anything did.
const DAYS: [u32; 3] = [30, 90, 365];
/// So many are shown of each list.
const MOVED: usize = 8;
const DUE: usize = 8;

#[derive(Serialize)]
struct View {
    /// The first paragraph of what the network says about itself, and the rest.
    lead: Html,
    text: Html,
    counts: Counts,
    /// Over how many days.
    days: u32,
    moved: Vec<Moved>,
    overdue: Vec<Due>,
    due: Vec<Due>,
    /// Overdue or due, and not shown.
    more_due: usize,
    failed: Vec<Failed>,
    /// Assertions that hold, of how many.
    holds: usize,
    assertions: usize,
    /// Every prediction at its probability, a row a domain.
    strip: Html,
}

#[derive(Serialize)]
struct Counts {
    predictions: usize,
    open: usize,
    resolved: usize,
    killers: usize,
    scenarios: usize,
    milestones: usize,
    edges: usize,
}

#[derive(Serialize)]
struct Moved {
    node: NodeLink,
    by: Signed,
    spark: Html,
}

#[derive(Serialize)]
struct Due {
    date: String,
    matter: &'static str,
    why: String,
    node: NodeLink,
}

/// An assertion or a rule that asks for attention.
#[derive(Serialize)]
struct Failed {
    /// `fails`, `undecided`, `unanswered` or `warns`.
    word: &'static str,
    text: String,
    detail: String,
    node: Option<NodeLink>,
    source: Link,
}

pub(super) fn plan(plan: &mut Plan<'_>) {
    plan.page(Place::top("index"), "front.html", view);
}

fn view(edition: &Edition<'_>, here: &Place) -> (Head, View) {
    let text = edition.model.network.text.as_ref().map_or("", |text| text.value.trim());
    let (lead, text) = text.split_once("\n\n").unwrap_or((text, ""));
    let moved = DAYS.iter().map(|days| (*days, moved(edition, here, *days)));
    let (days, moved) = moved.clone().find(|(_, moved)| !moved.is_empty()).unwrap_or((DAYS[0], Vec::new()));
    let (overdue, due): (Vec<&Task>, Vec<&Task>) =
        edition.tasks.iter().partition(|task| task.date < edition.today || task.matter == Matter::Overdue);
    let all = overdue.len() + due.len();
    let shown = |tasks: Vec<&Task>| -> Vec<Due> {
        tasks.into_iter().take(DUE).map(|task| self::due(edition, here, task)).collect()
    };
    let (overdue, due) = (shown(overdue), shown(due));
    let judged = edition.judgements();
    let view = View {
        lead: prose(edition, here, lead),
        text: prose(edition, here, text),
        counts: counts(edition),
        days,
        moved,
        more_due: all - overdue.len() - due.len(),
        overdue,
        due,
        failed: failed(edition, here),
        holds: judged.clone().filter(|(_, judged)| judged.verdict == Verdict::Holds).count(),
        assertions: judged.count(),
        strip: strip(edition, here),
    };
    let description = format!(
        "{} predictions, {} killers and {} scenarios, and what they make of each other as of {}.",
        view.counts.predictions, view.counts.killers, view.counts.scenarios, edition.today
    );
    (Head::new(here, "index", edition.title(), description), view)
}

fn counts(edition: &Edition<'_>) -> Counts {
    let kind = |kind: NodeKind| edition.kind(kind).count();
    let is_open = |id: NodeId| edition.node(id).state(edition.today).is_open();
    let predictions = kind(NodeKind::Prediction);
    let open = edition.kind(NodeKind::Prediction).filter(|(id, _)| is_open(*id)).count();
    Counts {
        predictions,
        open,
        resolved: predictions - open,
        killers: kind(NodeKind::Killer),
        scenarios: kind(NodeKind::Scenario),
        milestones: kind(NodeKind::Milestone),
        edges: edition.all_edges().count(),
    }
}

/// The nodes with pages that moved most.
fn moved(edition: &Edition<'_>, here: &Place, days: u32) -> Vec<Moved> {
    let then = edition.today.minus_days(days);
    let mut moves: Vec<(f64, NodeId)> = edition
        .paged()
        .filter_map(|(id, _)| {
            let (now, then) = (edition.forecast.now(id)?, edition.forecast.at_end_of(id, then)?);
            let noise = 1.96 * now.error.hypot(then.error);
            let by = now.probability - then.probability;
            (by.abs() > noise.max(0.000_5)).then_some((by, id))
        })
        .collect();
    moves.sort_by(|one, other| other.0.abs().total_cmp(&one.0.abs()).then(one.1.cmp(&other.1)));
    moves.truncate(MOVED);
    let view = moves.into_iter().map(|(by, id)| Moved {
        node: NodeLink::new(edition, here, id),
        by: Signed::points(by),
        spark: edition.spark(id),
    });
    view.collect()
}

fn due(edition: &Edition<'_>, here: &Place, task: &Task) -> Due {
    Due {
        date: task.date.to_string(),
        matter: task.matter.word(),
        why: task.matter.why(),
        node: NodeLink::new(edition, here, task.node),
    }
}

fn failed(edition: &Edition<'_>, here: &Place) -> Vec<Failed> {
    let assertions = edition.judgements().filter(|(_, judged)| judged.verdict != Verdict::Holds);
    let assertions = assertions.map(|(assertion, judged)| Failed {
        word: judged.verdict.word(),
        text: assertion.words.clone(),
        detail: judged.numbers(),
        node: None,
        source: edition.source_link(assertion.span),
    });
    let rules = edition.spoken().iter().filter(|one| one.action != Action::Badge);
    let rules = rules.map(|one| Failed {
        word: if one.action == Action::Fail { "fails" } else { "warns" },
        text: one.message.clone(),
        detail: String::new(),
        node: Some(NodeLink::new(edition, here, one.node)),
        source: edition.source_link(edition.model.rule(one.rule).span),
    });
    assertions.chain(rules).collect()
}

/// Open predictions at their probabilities, a row for each domain at the top.
fn strip(edition: &Edition<'_>, here: &Place) -> Html {
    let mut rows: BTreeMap<&str, Vec<strip::Dot>> = BTreeMap::new();
    for (id, node) in edition.kind(NodeKind::Prediction) {
        let (State::Open, Some(now)) = (node.state(edition.today), edition.forecast.now(id)) else {
            continue;
        };
        let domain = node.domain.as_ref().and_then(|domain| above(&domain.value).last()).unwrap_or("other");
        let link = NodeLink::new(edition, here, id);
        rows.entry(domain).or_default().push(strip::Dot {
            probability: now.probability,
            href: link.href.clone(),
            title: format!("{} {}: {}", link.id, link.title, crate::value::percent(now.probability)),
        });
    }
    let rows: Vec<strip::Row> =
        rows.into_iter().map(|(name, dots)| strip::Row { name: name.to_owned(), dots }).collect();
    strip::chart(&rows)
}
