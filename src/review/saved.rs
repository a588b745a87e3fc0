//! Saved: a network that was published as `network.json`, as the base of a review.
//!
//! Such a file holds numbers and no text: what moved can be told, and which stated numbers are others, but not why,
//! nor what was done to the past. It was worked out on its own day, so that time has its part in every move.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::report::{Counts, Edit, EditKind, Move, NodeChange, Place, Review, Side, Turn, VoiceChange, Way};
use super::units::Names;
use super::{CLEAR, Network, ROUNDING, Terms, faults, side};
use crate::model::{Effect, Model, NodeId};
use crate::source::Span;
use crate::value::percent;

/// What a `network.json` says, as far as it can be compared.
#[derive(Clone, Debug, Deserialize)]
pub struct Saved {
    schema_version: u32,
    as_of: String,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    predictors: Vec<Predictor>,
    assertions: Vec<Assertion>,
    redirects: Vec<Redirect>,
}

#[derive(Clone, Debug, Deserialize)]
struct Node {
    id: String,
    kind: String,
    title: String,
    p: Option<f64>,
    error: Option<f64>,
    stated: Option<f64>,
    status: String,
    node: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Edge {
    source: String,
    relation: String,
    target: String,
    if_true: Option<f64>,
    if_false: Option<f64>,
    direction: Option<String>,
    odds_ratio: Option<f64>,
}

#[derive(Clone, Debug, Deserialize)]
struct Predictor {
    id: String,
    kappa: Option<f64>,
}

#[derive(Clone, Debug, Deserialize)]
struct Assertion {
    claim: String,
    verdict: String,
}

#[derive(Clone, Debug, Deserialize)]
struct Redirect {
    from: String,
    to: String,
}

impl Saved {
    /// From the text of the file.
    ///
    /// # Errors
    ///
    /// If it is no such file, in words.
    pub fn read(text: &str) -> Result<Self, String> {
        let saved: Self = serde_json::from_str(text).map_err(|error| {
            format!("this is no network.json: {error}\n  `forecastc schema network` says what one holds")
        })?;
        if saved.schema_version != 1 {
            return Err(format!("a network.json of version {}, and not 1", saved.schema_version));
        }
        Ok(saved)
    }
}

/// Reviews a network against a saved one.
pub fn against_saved(name: &str, saved: &Saved, head: &Network<'_>, terms: &Terms<'_>) -> Review {
    let model = &head.compiled.model;
    let mut names = Names::new(model, model);
    names.add(saved.redirects.iter().map(|one| (one.from.as_str(), one.to.as_str())), model);
    let before: BTreeMap<String, &Node> =
        saved.nodes.iter().map(|node| (names.of(&node.id).into_owned(), node)).collect();
    let mut counts = Counts::default();
    let nodes = nodes(&before, head, &names);
    let moves = moves(&before, head, terms, &mut counts);
    let edits = edits(saved, &before, head, &names);
    for node in &nodes {
        match node.way.as_str() {
            "added" => counts.added += 1,
            "removed" => counts.removed += 1,
            _ => counts.renamed += 1,
        }
    }
    counts.moved = moves.iter().filter(|one| !one.is_settled).count();
    counts.statements = edits.iter().filter(|edit| edit.kind == EditKind::Statement).count();
    counts.edges = edits.len() - counts.statements;
    let mut notes = vec![format!(
        "the base is a saved network of {}: it holds no text, so nothing is said of why numbers moved, nor of journals; what time alone moved is part of every move",
        saved.as_of
    )];
    if model.nodes.iter().any(|node| node.private) {
        notes.push("private nodes are in no saved network, and were left out".to_owned());
    }
    if head.compiled.forecast.is_none() {
        notes.push(format!("{} has errors and no numbers: nothing can be said of what moved", head.name));
    }
    Review {
        schema_version: super::report::VERSION,
        as_of: terms.today.to_string(),
        base: Side {
            name: name.to_owned(),
            day: Some(saved.as_of.clone()),
            nodes: saved.nodes.len(),
            has_numbers: true,
            ..Side::default()
        },
        head: side(head, None),
        min_delta: terms.min_delta,
        backdated_after: terms.backdated_after,
        counts,
        integrity: Vec::new(),
        resolutions: Vec::new(),
        nodes,
        edits,
        moves,
        voices: voices(saved, head, &names),
        time: None,
        assertions: turns(saved, head, &names),
        new_trouble: Vec::new(),
        mended: Vec::new(),
        notes,
    }
}

fn place(head: &Network<'_>, span: Span) -> Place {
    super::outcomes::place_in(head, span, true)
}

/// The nodes of the head that are published.
fn public(model: &Model) -> impl Iterator<Item = (NodeId, &crate::model::Node)> {
    model.nodes().filter(|(_, node)| !node.private)
}

fn nodes(before: &BTreeMap<String, &Node>, head: &Network<'_>, names: &Names) -> Vec<NodeChange> {
    let model = &head.compiled.model;
    let forecast = head.compiled.forecast.as_ref();
    let after: BTreeSet<&str> = public(model).map(|(_, node)| node.id.as_ref()).collect();
    let mut out = Vec::new();
    for (id, node) in public(model) {
        let was = before.get(node.id.as_ref()).map(|was| &was.id);
        let parent = node.parent.map(|parent| model.node(parent).id.as_ref());
        let goes_along = match (was, parent) {
            (None, Some(parent)) => !before.contains_key(parent),
            (Some(was), Some(_)) => *was != *node.id,
            (_, None) => false,
        };
        let way = match was {
            None => "added",
            Some(was) if **was != *node.id => "renamed",
            Some(_) => continue,
        };
        if !goes_along {
            out.push(NodeChange {
                way: way.to_owned(),
                id: node.id.to_string(),
                was: was.cloned(),
                kind: node.kind.word().to_owned(),
                title: node.title.value.to_string(),
                p: forecast.and_then(|forecast| Some(forecast.now(id)?.probability)),
                says: Vec::new(),
                place: Some(place(head, node.span)),
            });
        }
    }
    for (id, node) in before.iter().filter(|(id, _)| !after.contains(id.as_str())) {
        let parent = node.node.as_ref().map(|parent| names.of(parent).into_owned());
        if parent.is_none_or(|parent| after.contains(parent.as_str())) {
            out.push(NodeChange {
                way: "removed".to_owned(),
                id: id.clone(),
                was: None,
                kind: node.kind.clone(),
                title: node.title.clone(),
                p: node.p,
                says: Vec::new(),
                place: None,
            });
        }
    }
    out.sort_by(|one, other| (&one.way, &one.id).cmp(&(&other.way, &other.id)));
    out
}

fn moves(
    before: &BTreeMap<String, &Node>,
    head: &Network<'_>,
    terms: &Terms<'_>,
    counts: &mut Counts,
) -> Vec<Move> {
    let Some(forecast) = &head.compiled.forecast else { return Vec::new() };
    let mut moves = Vec::new();
    for (id, node) in public(&head.compiled.model) {
        let Some(was) = before.get(node.id.as_ref()) else { continue };
        let (Some(from), Some(to)) = (was.p, forecast.now(id)) else { continue };
        let by = to.probability - from;
        let error = to.error.hypot(was.error.unwrap_or(0.0));
        if by.abs() < terms.min_delta / 100.0 - ROUNDING || by == 0.0 {
            continue;
        }
        if by.abs() <= CLEAR * error {
            counts.within_error += 1;
            continue;
        }
        let is_settled = was.status == "open" && !node.state(terms.today).is_open();
        counts.resolved += usize::from(is_settled);
        moves.push(Move {
            id: node.id.to_string(),
            title: node.title.value.to_string(),
            from,
            to: to.probability,
            by,
            error,
            is_settled,
            how: None,
            parts: Vec::new(),
        });
    }
    moves.sort_by(|one, other| other.by.abs().total_cmp(&one.by.abs()).then_with(|| one.id.cmp(&other.id)));
    moves
}

/// Stated numbers and edges that are others now.
fn edits(saved: &Saved, before: &BTreeMap<String, &Node>, head: &Network<'_>, names: &Names) -> Vec<Edit> {
    let model = &head.compiled.model;
    let mut out = Vec::new();
    let mut add = |kind,
                   way,
                   id: &str,
                   what: &str,
                   before: Option<String>,
                   after: Option<String>,
                   span: Option<Span>| {
        out.push(Edit {
            number: out.len() + 1,
            kind,
            way,
            id: id.to_owned(),
            what: what.to_owned(),
            before,
            after,
            by: Vec::new(),
            why: None,
            date: None,
            corrects: None,
            place: span.map_or(Place { file: "network.json".to_owned(), line: 1, is_now: false }, |span| {
                place(head, span)
            }),
        });
    };
    let today = head.compiled.forecast.as_ref().map(crate::forecast::Forecast::today);
    for (_, node) in public(model) {
        let Some(was) = before.get(node.id.as_ref()) else { continue };
        let is = today.and_then(|today| node.stated(today)).map(|stated| stated.as_f64());
        if is.zip(was.stated).is_some_and(|(is, was)| (is - was).abs() > ROUNDING) {
            let what = "last stated";
            add(
                EditKind::Statement,
                Way::Changed,
                &node.id,
                what,
                was.stated.map(percent),
                is.map(percent),
                Some(node.id_span),
            );
        }
    }
    let mut old: BTreeMap<(String, String), &Edge> = saved
        .edges
        .iter()
        .map(|edge| ((names.of(&edge.target).into_owned(), names.of(&edge.source).into_owned()), edge))
        .collect();
    for edge in model.edges.iter().filter(|edge| !edge.private) {
        let (target, source) = (model.node(edge.target), model.node(edge.source));
        if target.private || source.private {
            continue;
        }
        let is = (edge.relation.value.words().to_owned(), effect(edge.effect));
        let what = format!("{} {}", is.0, source.id);
        let found = old.remove(&(target.id.to_string(), source.id.to_string()));
        let was = found.map(|was| (was.relation.clone(), was.effect()));
        if was.as_ref() != Some(&is) {
            let way = if was.is_some() { Way::Changed } else { Way::Added };
            add(
                EditKind::Edge,
                way,
                &target.id,
                &what,
                was.map(|(_, effect)| effect),
                Some(is.1),
                Some(edge.span),
            );
        }
    }
    for ((target, source), was) in old {
        let what = format!("{} {source}", was.relation);
        add(EditKind::Edge, Way::Removed, &target, &what, Some(was.effect()), None, None);
    }
    out
}

impl Edge {
    fn effect(&self) -> String {
        match (self.if_true, self.if_false, &self.direction, self.odds_ratio) {
            (Some(yes), Some(no), ..) => format!("{} else {}", percent(yes), percent(no)),
            (.., Some(direction), Some(ratio)) => format!("{direction} x{ratio}"),
            _ => String::new(),
        }
    }
}

fn effect(effect: Effect) -> String {
    match effect {
        Effect::Numbers { yes, no } => {
            format!("{} else {}", percent(yes.value.as_f64()), percent(no.value.as_f64()))
        }
        Effect::Strength { direction, ratio, .. } => {
            let direction = match direction {
                crate::model::Direction::For => "for",
                crate::model::Direction::Against => "against",
            };
            format!("{direction} x{}", ratio.as_f64())
        }
    }
}

fn voices(saved: &Saved, head: &Network<'_>, names: &Names) -> Vec<VoiceChange> {
    let Some(forecast) = &head.compiled.forecast else { return Vec::new() };
    let before: BTreeMap<String, f64> = saved
        .predictors
        .iter()
        .filter_map(|one| Some((names.of(&one.id).into_owned(), one.kappa?)))
        .collect();
    let voices = head.compiled.model.predictors.iter().enumerate();
    let change = |(place, predictor): (usize, &crate::model::Predictor)| {
        let to = forecast.voice(crate::model::PredictorId::new(place))?.kappa;
        let from = *before.get(predictor.id.value.as_ref())?;
        ((to - from).abs() > ROUNDING).then(|| VoiceChange { id: predictor.id.value.to_string(), from, to })
    };
    voices.filter_map(change).collect()
}

fn turns(saved: &Saved, head: &Network<'_>, names: &Names) -> Vec<Turn> {
    let before: BTreeMap<String, &str> = saved
        .assertions
        .iter()
        .map(|one| (names.in_words(&one.claim).into_owned(), one.verdict.as_str()))
        .collect();
    let now = faults::verdicts_in_words(head, names);
    let turn = |(claim, word, span): (String, &'static str, Span)| {
        let was = before.get(&claim).copied();
        (was.is_some_and(|was| was != word)).then(|| Turn {
            claim,
            before: was.map(ToOwned::to_owned),
            after: Some(word.to_owned()),
            says: None,
            place: Some(place(head, span)),
        })
    };
    now.into_iter().filter_map(turn).collect()
}
