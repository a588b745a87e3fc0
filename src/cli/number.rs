//! Stated numbers in words.

use crate::model::{Link, Measure, Model, Number};
use crate::value::percent;

/// An edge, from its target.
pub(super) fn edge(model: &Model, at: usize) -> String {
    let Some(edge) = model.edges.get(at) else { return String::new() };
    let (target, source) = (&model.node(edge.target).id, &model.node(edge.source).id);
    format!("{target} {} {source}", edge.relation.value.words())
}

/// A number and its value.
pub(super) fn words(model: &Model, number: Number, value: f64) -> String {
    let link = |link: Link| match link {
        Link::Edge(at) => edge(model, at),
        Link::Milestone(node) => model.node(node).id.to_string(),
    };
    let what = match number {
        Number::Level(node) if model.node(node).parent.is_some() => {
            format!("{} confidence", model.node(node).id)
        }
        Number::Level(node) => format!("{} probability", model.node(node).id),
        Number::If { link: own, given } => {
            format!("{}, if {}", link(own), if given { "true" } else { "false" })
        }
        Number::Strength(own) => format!("{}, strength", link(own)),
        Number::Weight(node) => format!("{} weight", model.node(node).id),
        Number::Statement { node, fact } => {
            format!("{} probability{}", model.node(node).id, on(model, node, fact))
        }
        Number::Evidence { node, fact } => {
            format!("{} evidence{}", model.node(node).id, on(model, node, fact))
        }
        Number::Rate(class) => {
            let id = model.classes.get(class.index()).map_or("", |class| class.id.value.as_ref());
            format!("{id} rate")
        }
        Number::Outside(node) => format!("{} class weight", model.node(node).id),
        Number::Row { table, row } => {
            let target = model.tables.get(table).map_or("", |table| model.node(table.target).id.as_ref());
            format!("{target} table, row {}", row + 1)
        }
    };
    format!("{what}: {}", shown(number, value))
}

/// A value as it is written.
pub(super) fn shown(number: Number, value: f64) -> String {
    match number.measure() {
        Measure::Probability => percent(value),
        Measure::Ratio => format!("x{value:.2}"),
        Measure::Weight => format!("{value:.2}"),
    }
}

fn on(model: &Model, node: crate::model::NodeId, fact: usize) -> String {
    let fact = model.node(node).journal.get(fact);
    fact.map(|fact| format!(" of {}", fact.date.value)).unwrap_or_default()
}
