//! What stands behind a node: its predictors and their records, its reference class, who gains and who loses, and the
//! documents that speak of it.

use serde::Serialize;

use super::Scene;
use crate::site::html::Html;
use crate::site::page::marks::plot;
use crate::site::place::Place;
use crate::site::view::{Chance, Link};
use crate::value::percent;

/// A predictor of the node.
#[derive(Serialize)]
pub(super) struct Predictor {
    name: Link,
    role: String,
    /// The weight of their word now.
    kappa: String,
    resolved: usize,
    came_true: usize,
    open: usize,
    /// Empty where nothing is resolved.
    brier: String,
    chart: Html,
}

pub(super) fn predictors(scene: &Scene<'_>) -> Vec<Predictor> {
    let edition = scene.edition;
    let by = scene.node.by.iter().filter_map(|by| Some((*by, edition.predictor(*by)?)));
    let view = by.map(|(id, predictor)| {
        let record = edition.record(id);
        Predictor {
            name: Link::new(
                scene.here.to(&Place::of("predictor", &predictor.id.value)),
                predictor.name.value.as_ref(),
            ),
            role: predictor.role.as_ref().map_or_else(String::new, |role| role.value.to_string()),
            kappa: edition.forecast.voice(id).map_or_else(String::new, |voice| format!("{:.2}", voice.kappa)),
            resolved: record.cases.len(),
            came_true: record.cases.iter().filter(|case| case.came_true).count(),
            open: record.open,
            brier: record.marks().map_or_else(String::new, |marks| format!("{:.3}", marks.brier.value)),
            chart: plot(&record.calibration()).svg,
        }
    });
    view.collect()
}

/// The reference class of the node, and what it does.
#[derive(Serialize)]
pub(super) struct Class {
    name: Link,
    rate: String,
    /// `7 of 40`; empty of a rate that was given.
    seen: String,
    weight: String,
    /// How likely the node is by what was stated alone, and with the outside view.
    inside: Option<Chance>,
    blended: Option<Chance>,
    /// Whether a dated statement has taken the place of both.
    superseded: bool,
    members: usize,
}

pub(super) fn class(scene: &Scene<'_>) -> Option<Class> {
    let (edition, outside) = (scene.edition, scene.node.outside?);
    let class = edition.class(outside.class)?;
    let inside = scene.node.prior.map(|prior| prior.value.as_f64());
    let members =
        edition.nodes().filter(|(_, node)| node.outside.is_some_and(|one| one.class == outside.class));
    Some(Class {
        name: Link::new(scene.here.to(&Place::of("class", &class.id.value)), class.title.value.as_ref()),
        rate: percent(class.rate.as_f64()),
        seen: match class.rate {
            crate::model::Rate::Seen { times, of } => format!("{times} of {of}"),
            crate::model::Rate::Given(_) => String::new(),
        },
        weight: format!("{:.0}%", 100.0 * outside.weight.as_f64()),
        inside: inside.map(Chance::plain),
        blended: edition.forecast.before(scene.id).map(Chance::new),
        superseded: scene.node.facts(edition.today).any(|fact| fact.event.stated().is_some()),
        members: members.count(),
    })
}

/// Who gains and who loses if the node comes true.
#[derive(Serialize)]
pub(super) struct Exposure {
    gains: Vec<Symbol>,
    loses: Vec<Symbol>,
}

#[derive(Serialize)]
struct Symbol {
    symbol: Link,
    /// Empty of a symbol that is not declared.
    name: String,
    weight: String,
    /// The weight from 0 to 100, for a bar.
    share: String,
}

pub(super) fn exposure(scene: &Scene<'_>) -> Exposure {
    let edition = scene.edition;
    let side = |gains: bool| {
        let mut own: Vec<_> = scene.node.exposures.iter().filter(|one| one.gains == gains).collect();
        own.sort_by(|one, other| other.weight.as_f64().total_cmp(&one.weight.as_f64()));
        let symbols = own.into_iter().map(|one| {
            let symbol = one.symbol.value.as_ref();
            let weight = one.weight.as_f64();
            Symbol {
                symbol: Link::new(scene.here.to(&Place::of("ticker", edition.symbols.get(symbol))), symbol),
                name: edition.ticker_name(symbol).to_owned(),
                weight: format!("{weight:.2}").trim_end_matches('0').trim_end_matches('.').to_owned(),
                share: format!("{:.1}", 100.0 * weight.min(1.0)),
            }
        });
        symbols.collect()
    };
    Exposure { gains: side(true), loses: side(false) }
}

/// A document about the node.
#[derive(Serialize)]
pub(super) struct Document {
    name: Link,
    date: String,
}

pub(super) fn documents(scene: &Scene<'_>) -> Vec<Document> {
    let about = scene.edition.documents_about(scene.id);
    let view = about.map(|(_, document)| Document {
        name: Link::new(
            scene.here.to(&Place::of("document", &document.id.value)),
            document.title.value.as_ref(),
        ),
        date: document.date.map_or_else(String::new, |date| date.to_string()),
    });
    view.collect()
}
