//! Predictors: a league table, and a page for each.

#![expect(clippy::wildcard_enum_match_arm, reason = "evidence is picked out of journals")]

use serde::Serialize;

use super::marks::{MarksView, Scores, Settled};
use super::row::{Row, Shift, outside, rows};
use crate::answers::score::{Derivation, Group, Pull};
use crate::model::{Direction, Event, NodeId, NodeKind, Predictor, PredictorId};
use crate::site::Plan;
use crate::site::edition::Edition;
use crate::site::html::Html;
use crate::site::index::Line;
use crate::site::place::Place;
use crate::site::prose::{line, prose};
use crate::site::view::{Head, Link, NodeLink, signed};
use crate::value::percent;

#[derive(Serialize)]
struct League {
    /// Those with the most predictions settled first.
    predictors: Vec<Standing>,
}

/// A predictor in the league table.
#[derive(Serialize)]
struct Standing {
    link: Link,
    role: String,
    /// How many predictions are theirs, and how many of those are open.
    predictions: usize,
    open: usize,
    scored: usize,
    marks: Option<MarksView>,
    /// How many were settled before their window was over, and how many of those came true.
    early: usize,
    early_yes: usize,
    /// The weight of their word, from 0.10 to 1.
    kappa: String,
    /// How many pieces of evidence are theirs.
    evidence: usize,
}

#[derive(Serialize)]
struct PredictorPage {
    id: String,
    name: String,
    role: String,
    links: Vec<Link>,
    text: Html,
    scores: Scores,
    kappa: Kappa,
    predictions: Vec<Row>,
    /// Other nodes that are theirs.
    others: Vec<NodeLink>,
    record: Vec<Settled>,
    evidence: Vec<Evidence>,
}

/// Where the weight of a voice comes from.
#[derive(Serialize)]
struct Kappa {
    /// The weight that counts, from 0.10 to 1.
    kappa: String,
    /// The same to two digits.
    short: String,
    /// Where the pulls are in balance; empty without a record.
    peak: String,
    /// Whether the peak is held within its bounds.
    held: bool,
    /// What evidence of ×4 by this voice counts.
    example: String,
    pulls: Vec<PullView>,
    /// Whether something pulls that is not published.
    hidden: bool,
    /// The pull of the prior towards 1.
    prior: String,
}

/// How one settled prediction pulls at κ.
#[derive(Serialize)]
struct PullView {
    node: NodeLink,
    stated: String,
    came_true: bool,
    log_odds: String,
    /// What was stated, with the weight of the peak.
    weighed: String,
    pull: String,
    /// `up` or `down`.
    way: &'static str,
}

/// A line of evidence.
#[derive(Serialize)]
struct Evidence {
    date: String,
    node: NodeLink,
    /// `for` or `against`.
    direction: &'static str,
    strength: String,
    /// κ on that day; empty if it is not known.
    kappa: String,
    words: Html,
    link: Option<Link>,
    /// What the node moved by on that day, whatever moved it.
    shift: Option<Shift>,
}

pub(super) fn plan(plan: &mut Plan<'_>) {
    plan.page(Place::top("predictors"), "predictors.html", league);
    for (id, predictor) in plan.edition.predictors() {
        let place = Place::of("predictor", &predictor.id.value);
        plan.page(place, "predictor.html", move |edition, here| page(edition, here, id, predictor));
    }
}

fn own(edition: &Edition<'_>, id: PredictorId) -> impl Iterator<Item = NodeId> + Clone {
    let all = edition.index.predictor(id).iter().copied();
    all.filter(|node| edition.node(*node).kind == NodeKind::Prediction)
}

fn group(edition: &Edition<'_>, id: PredictorId) -> Group {
    edition.group(own(edition, id))
}

fn league(edition: &Edition<'_>, here: &Place) -> (Head, League) {
    let mut all: Vec<(PredictorId, &Predictor, Group)> =
        edition.predictors().map(|(id, one)| (id, one, group(edition, id))).collect();
    all.sort_by(|(one, _, a), (other, _, b)| {
        let brier = |group: &Group| group.marks().map_or(1.0, |marks| marks.brier.value);
        let by_count = b.cases.len().cmp(&a.cases.len());
        by_count.then(brier(a).total_cmp(&brier(b))).then(b.open.cmp(&a.open)).then(one.cmp(other))
    });
    let standing = |(id, one, group): &(PredictorId, &Predictor, Group)| Standing {
        link: Link::new(here.to(&Place::of("predictor", &one.id.value)), one.name.value.to_string()),
        role: one.role.as_ref().map(|role| role.value.to_string()).unwrap_or_default(),
        predictions: own(edition, *id).count(),
        open: group.open,
        scored: group.cases.len(),
        marks: group.marks().as_ref().map(MarksView::new),
        early: group.early().count,
        early_yes: group.early().came_true,
        kappa: edition.forecast.voice(*id).map(|voice| format!("{:.3}", voice.kappa)).unwrap_or_default(),
        evidence: edition.index.evidence(*id).len(),
    };
    let head = Head::new(
        here,
        "predictors",
        "Predictors",
        "Whose predictions came true: everybody who is quoted, with their scores and the weight of their word.",
    );
    (head, League { predictors: all.iter().map(standing).collect() })
}

fn page(edition: &Edition<'_>, here: &Place, id: PredictorId, one: &Predictor) -> (Head, PredictorPage) {
    let group = group(edition, id);
    let others = edition.index.predictor(id).iter().copied();
    let others = others.filter(|node| edition.node(*node).kind != NodeKind::Prediction);
    let name = one.name.value.to_string();
    let view = PredictorPage {
        id: one.id.value.to_string(),
        name: name.clone(),
        role: one.role.as_ref().map(|role| role.value.to_string()).unwrap_or_default(),
        links: one.links.iter().filter_map(outside).collect(),
        text: one.text.as_ref().map(|text| prose(edition, here, &text.value)).unwrap_or_default(),
        scores: Scores::new(&group),
        kappa: kappa(edition, here, id),
        predictions: rows(edition, here, own(edition, id)),
        others: others.map(|node| NodeLink::new(edition, here, node)).collect(),
        record: Settled::latest(edition, here, &group.cases, usize::MAX),
        evidence: edition
            .index
            .evidence(id)
            .iter()
            .filter_map(|line| evidence(edition, here, id, *line))
            .collect(),
    };
    let description =
        format!("What {name} predicted, what came of it, and how much the word of {name} weighs.");
    (Head::new(here, "predictors", name, description), view)
}

fn kappa(edition: &Edition<'_>, here: &Place, id: PredictorId) -> Kappa {
    let derivation = Derivation::of(edition.forecast, id);
    let derivation =
        derivation.unwrap_or(Derivation { kappa: 1.0, peak: None, pulls: Vec::new(), prior: 0.0 });
    let is_shown = |pull: &&Pull| !edition.node(pull.node).private;
    let pull = |pull: &Pull| PullView {
        node: NodeLink::new(edition, here, pull.node),
        stated: percent(pull.stated),
        came_true: pull.came_true,
        log_odds: signed(pull.log_odds, 3),
        weighed: percent(pull.weighed),
        pull: signed(pull.pull, 3),
        way: if pull.pull < 0.0 { "down" } else { "up" },
    };
    Kappa {
        kappa: format!("{:.3}", derivation.kappa),
        short: format!("{:.2}", derivation.kappa),
        peak: derivation
            .peak
            .map(|peak| format!("{peak:.3}").replacen('-', "\u{2212}", 1))
            .unwrap_or_default(),
        held: derivation.peak.is_some_and(|peak| (peak - derivation.kappa).abs() >= 1e-9),
        example: format!("×{:.2}", libm::pow(4.0, derivation.kappa)),
        hidden: !derivation.pulls.iter().all(|pull| is_shown(&pull)),
        pulls: derivation.pulls.iter().filter(is_shown).map(pull).collect(),
        prior: signed(derivation.prior, 3),
    }
}

fn evidence(edition: &Edition<'_>, here: &Place, by: PredictorId, at: Line) -> Option<Evidence> {
    let fact = at.fact(edition.model)?;
    let (direction, ratio) = match fact.event {
        Event::Evidence { direction, ratio, .. } => (direction, ratio),
        _ => return None,
    };
    let eve = at.date.eve().and_then(|eve| edition.forecast.at_end_of(at.node, eve));
    let then = edition.forecast.at_end_of(at.node, at.date);
    Some(Evidence {
        date: at.date.to_string(),
        node: NodeLink::new(edition, here, at.node),
        direction: if direction == Direction::For { "for" } else { "against" },
        strength: ratio.strength(),
        kappa: format!("{:.2}", edition.forecast.kappa(by, at.date)),
        words: fact.text.as_ref().map(|text| line(edition, here, &text.value)).unwrap_or_default(),
        link: fact.link.as_ref().and_then(outside),
        shift: eve.zip(then).map(|(eve, then)| Shift::between(eve, then)),
    })
}
