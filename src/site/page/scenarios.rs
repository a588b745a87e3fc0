//! Scenarios: the choices among them, and those that stand alone.

use serde::Serialize;

use super::row::{Shift, domain_link, predictors, tag_link};
use crate::answers::whatif::Move;
use crate::model::{Choice, NodeId, NodeKind};
use crate::site::Plan;
use crate::site::chart::inline;
use crate::site::edition::Edition;
use crate::site::html::Html;
use crate::site::place::Place;
use crate::site::prose::prose;
use crate::site::view::{Head, Link, NodeLink};

/// So many nodes are listed that a scenario would move.
const MOVED: usize = 4;

#[derive(Serialize)]
struct View {
    choices: Vec<ChoiceView>,
    /// Scenarios of no choice.
    alone: Vec<ScenarioView>,
}

#[derive(Serialize)]
struct ChoiceView {
    id: String,
    question: String,
    text: Html,
    domain: Option<Link>,
    tags: Vec<Link>,
    scenarios: Vec<ScenarioView>,
    /// All of them as one bar.
    whole: Html,
}

#[derive(Serialize)]
struct ScenarioView {
    node: NodeLink,
    /// Its color in the bar of its choice, from 0 to 5.
    color: usize,
    window: String,
    by: Vec<Link>,
    /// Whether it is what the others leave.
    rest: bool,
    recent: Option<Shift>,
    /// What moves most if it comes true; the others of its choice are left out.
    moves: Vec<Moved>,
}

#[derive(Serialize)]
struct Moved {
    node: NodeLink,
    shift: Shift,
    chart: Html,
}

pub(super) fn plan(plan: &mut Plan<'_>) {
    plan.page(Place::top("scenarios"), "scenarios.html", view);
}

fn view(edition: &Edition<'_>, here: &Place) -> (Head, View) {
    let choices = edition.model.choices.iter().filter(|choice| !choice.private);
    // A scenario that is shown in a choice that is not stands alone.
    let is_alone = |id: &NodeId| {
        let choice = edition.node(*id).choice.and_then(|choice| edition.model.choices.get(choice.index()));
        choice.is_none_or(|choice| choice.private)
    };
    let alone = edition.kind(NodeKind::Scenario).map(|(id, _)| id).filter(is_alone);
    let view = View {
        choices: choices.map(|choice| choice_view(edition, here, choice)).collect(),
        alone: alone.map(|id| scenario(edition, here, 0, id)).collect(),
    };
    let description = "Choices of which exactly one comes true, and conditions that stand alone, each with what it would move.";
    (Head::new(here, "scenarios", "Scenarios", description), view)
}

fn choice_view(edition: &Edition<'_>, here: &Place, choice: &Choice) -> ChoiceView {
    let shown = || choice.scenarios.iter().filter(|id| !edition.node(**id).private);
    let shares: Vec<f64> =
        shown().map(|id| edition.forecast.now(*id).map_or(0.0, |now| now.probability)).collect();
    ChoiceView {
        id: choice.id.value.to_string(),
        question: choice.question.value.to_string(),
        text: choice.text.as_ref().map(|text| prose(edition, here, &text.value)).unwrap_or_default(),
        domain: choice
            .domain
            .as_ref()
            .filter(|domain| !edition.index.domain(&domain.value).is_empty())
            .map(|domain| domain_link(edition, here, &domain.value)),
        tags: choice
            .tags
            .iter()
            .filter(|tag| !edition.index.tag(&tag.value).is_empty())
            .map(|tag| tag_link(edition, here, &tag.value))
            .collect(),
        scenarios: shown().enumerate().map(|(place, id)| scenario(edition, here, place, *id)).collect(),
        whole: inline::whole(&shares),
    }
}

fn scenario(edition: &Edition<'_>, here: &Place, place: usize, id: NodeId) -> ScenarioView {
    let node = edition.node(id);
    let is_beside = |moved: &&Move| node.choice.is_some() && edition.node(moved.node).choice == node.choice;
    let moves = edition.effect(id).map_or(&[][..], |effect| effect.yes.as_slice());
    let moves = moves.iter().filter(|moved| !is_beside(moved)).take(MOVED).map(|moved| Moved {
        node: NodeLink::new(edition, here, moved.node),
        shift: Shift::new(moved.from, moved.to),
        chart: inline::shift(moved.from, moved.to),
    });
    ScenarioView {
        node: NodeLink::new(edition, here, id),
        color: place % 6,
        window: node.window_on(edition.today).map(|window| window.to_string()).unwrap_or_default(),
        by: predictors(edition, here, &node.by),
        rest: node.rest,
        recent: Shift::recent(edition, id),
        moves: moves.collect(),
    }
}
