//! Outcomes: nodes that were settled with their scores, nodes that came and went, and voices that weigh more or less.

use std::collections::BTreeMap;

use super::changes::Change;
use super::edits::one_line;
use super::report::{NodeChange, Place, Resolution, VoiceChange};
use super::units::Names;
use super::{Joint, Network, by_name};
use crate::answers::score;
use crate::forecast::Forecast;
use crate::model::{Direction, Edge, Effect, Event, Model, Node, NodeId, State};
use crate::source::Span;
use crate::value::Date;

/// A difference of κ that nobody can see.
const STILL: f64 = 1e-9;

/// Nodes whose outcome is another one now.
pub(super) fn resolutions(
    joint: &Joint,
    base: &Network<'_>,
    head: &Network<'_>,
    names: &Names,
    found: &[Change<'_>],
    today: Date,
) -> Vec<Resolution> {
    let before = by_name(&base.compiled.model, names);
    let mut out = Vec::new();
    for (id, node) in head.compiled.model.nodes() {
        let old = before.get(names.of(&node.id).as_ref()).copied();
        let state = |model: &Model, id: NodeId| model.node(id).state(today);
        let was = old.map(|old| state(&base.compiled.model, old));
        let is = node.state(today);
        let same = match (was, is) {
            (None, is) => is.is_open(),
            (Some(was), is) => was.word() == is.word(),
        };
        if !same {
            out.push(resolution(joint, base, head, (old, id), was, found));
        }
    }
    out
}

fn resolution(
    joint: &Joint,
    base: &Network<'_>,
    head: &Network<'_>,
    (old, id): (Option<NodeId>, NodeId),
    was: Option<State>,
    found: &[Change<'_>],
) -> Resolution {
    let model = &head.compiled.model;
    let node = model.node(id);
    let forecast = head.compiled.forecast.as_ref();
    let case = forecast.and_then(|forecast| score::of(model, forecast, [id]).cases.into_iter().next());
    let brier = |p: f64, came: bool| (p - f64::from(u8::from(came))).powi(2);
    let log = |p: f64, came: bool| libm::log(if came { p } else { 1.0 - p });
    let network = case.as_ref().and_then(|case| Some((case.network?, case.came_true)));
    let settles = node
        .journal
        .iter()
        .rev()
        .find(|fact| matches!(fact.event, Event::Hit | Event::Missed | Event::Resolved(_)));
    let today = forecast.map(Forecast::today);
    let (outcome, date) = match today.map(|today| node.state(today)) {
        Some(State::Settled(outcome, date)) => (outcome.word().to_owned(), Some(date.to_string())),
        Some(State::Open) => ("open".to_owned(), None),
        None => match settles {
            Some(fact) => (
                fact.event.outcome().map_or("open", |outcome| outcome.word()).to_owned(),
                Some(fact.date.value.to_string()),
            ),
            None => ("open".to_owned(), None),
        },
    };
    let line = found.iter().filter(|change| change.owner() == node.id.as_ref()).find(|change| {
        let settles = |fact: &crate::syntax::tree::Fact| {
            use crate::syntax::tree::Event;
            matches!(fact.event, Event::Hit | Event::Missed | Event::Resolved(_))
        };
        change.side(|unit| unit.fact().filter(|fact| settles(fact)).map(|_| ())).iter().any(Option::is_some)
    });
    let place = line.and_then(|change| change.unit()).map(|unit| joint.place(unit.span));
    Resolution {
        id: node.id.to_string(),
        title: node.title.value.to_string(),
        before: was.map_or("absent", State::word).to_owned(),
        outcome,
        date,
        p: old.and_then(|old| Some(base.compiled.forecast.as_ref()?.now(old)?.probability)),
        stated: case.as_ref().map(|case| case.stated),
        brier: case.as_ref().map(|case| brier(case.stated, case.came_true)),
        log: case.as_ref().map(|case| log(case.stated, case.came_true)),
        network: network.map(|(p, _)| p),
        network_brier: network.map(|(p, came)| brier(p, came)),
        network_log: network.map(|(p, came)| log(p, came)),
        by: voices_of(model, node),
        why: settles.and_then(|fact| fact.text.as_ref()).map(|text| one_line(&text.value)),
        place: place.or_else(|| settles.map(|fact| place_in(head, fact.span, true))),
    }
}

fn voices_of(model: &Model, node: &Node) -> Vec<String> {
    let by = node.by.iter().filter_map(|by| model.predictors.get(by.index()));
    by.map(|predictor| predictor.id.value.to_string()).collect()
}

/// A place of one side.
pub(super) fn place_in(network: &Network<'_>, span: Span, is_now: bool) -> Place {
    let source = network.sources.get(span.source);
    Place {
        file: source.map_or("", |source| source.path()).to_owned(),
        line: source.map_or(1, |source| source.position(span.start).line),
        is_now,
    }
}

/// Nodes that came, went or were renamed.
pub(super) fn nodes(base: &Network<'_>, head: &Network<'_>, names: &Names) -> Vec<NodeChange> {
    let (before, after) = (by_name(&base.compiled.model, names), by_name(&head.compiled.model, names));
    let mut out = Vec::new();
    for (name, id) in &after {
        match before.get(name) {
            None => out.extend(whole("added", head, *id, &before, names)),
            Some(old) => {
                let was = &base.compiled.model.node(*old).id;
                let is = &head.compiled.model.node(*id).id;
                let goes_along = inner(was).is_some() && inner(was) == inner(is);
                if was != is && !goes_along {
                    let mut change = entry("renamed", head, *id);
                    change.was = Some(was.to_string());
                    out.push(change);
                }
            }
        }
    }
    for (name, id) in &before {
        if !after.contains_key(name) {
            out.extend(whole("removed", base, *id, &after, names));
        }
    }
    out.sort_by(|one, other| (&one.way, &one.id).cmp(&(&other.way, &other.id)));
    out
}

fn inner(id: &str) -> Option<&str> {
    id.split_once('.').map(|(_, inner)| inner)
}

/// A node that one side alone has; its milestones go without saying.
fn whole(
    way: &'static str,
    network: &Network<'_>,
    id: NodeId,
    others: &BTreeMap<String, NodeId>,
    names: &Names,
) -> Option<NodeChange> {
    let model = &network.compiled.model;
    let parent = model.node(id).parent.map(|parent| names.of(&model.node(parent).id).into_owned());
    let goes_along = parent.is_some_and(|parent| !others.contains_key(&parent));
    (!goes_along).then(|| entry(way, network, id))
}

fn entry(way: &'static str, network: &Network<'_>, id: NodeId) -> NodeChange {
    let node = network.compiled.model.node(id);
    let forecast = network.compiled.forecast.as_ref();
    NodeChange {
        way: way.to_owned(),
        id: node.id.to_string(),
        was: None,
        kind: node.kind.word().to_owned(),
        title: node.title.value.to_string(),
        p: forecast.and_then(|forecast| Some(forecast.now(id)?.probability)),
        says: if way == "added" { says(network, id) } else { Vec::new() },
        place: Some(place_in(network, node.span, way != "removed")),
    }
}

/// What a new node brings: its stated number, and the edges that end and begin in it.
fn says(network: &Network<'_>, id: NodeId) -> Vec<String> {
    let model = &network.compiled.model;
    let stated = model.node(id).prior.map(|prior| format!("probability {}", prior.value));
    let effect = |edge: &Edge| match edge.effect {
        Effect::Numbers { yes, no } => format!("{} else {}", yes.value, no.value),
        Effect::Strength { direction, ratio, .. } => {
            let against = if direction == Direction::Against { "against " } else { "" };
            format!("{against}{}", ratio.strength())
        }
    };
    let into = model.edges_into(id).map(|edge| {
        format!("{} {} {}", edge.relation.value.words(), model.node(edge.source).id, effect(edge))
    });
    let from = model.edges_from(id).map(|edge| {
        format!("{} {} it {}", model.node(edge.target).id, edge.relation.value.words(), effect(edge))
    });
    stated.into_iter().chain(into).chain(from).collect()
}

/// Predictors whose word weighs another amount now.
pub(super) fn voices(models: [&Model; 2], names: &Names, forecasts: [&Forecast; 2]) -> Vec<VoiceChange> {
    let weights = |at: usize| -> BTreeMap<String, f64> {
        let (Some(model), Some(forecast)) = (models.get(at), forecasts.get(at)) else {
            return BTreeMap::new();
        };
        let ids = model.predictors.iter().enumerate();
        ids.filter_map(|(place, predictor)| {
            let voice = forecast.voice(crate::model::PredictorId::new(place))?;
            Some((names.of(&predictor.id.value).into_owned(), voice.kappa))
        })
        .collect()
    };
    let (before, after) = (weights(0), weights(1));
    let change = |(id, to): (String, f64)| {
        let from = *before.get(&id)?;
        ((to - from).abs() > STILL).then_some(VoiceChange { id, from, to })
    };
    after.into_iter().filter_map(change).collect()
}
