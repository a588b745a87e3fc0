//! `incoherent-edge`: two numbers that the rest of the network contradicts.
//!
//! An edge keeps its odds ratio and its target keeps its level; what the target is then, given the source, follows
//! from all edges together. Says nothing about strengths, which claim no such number.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::forecast::Forecast;
use crate::model::Effect;
use crate::value::percent;

/// What sampling may add to a distance.
const NOISE: f64 = 0.02;

pub(super) fn check(scene: &Scene<'_>, forecast: &Forecast, out: &mut Diagnostics) {
    let model = scene.model;
    let past = model.network.incoherent_past.as_f64();
    for (place, edge) in model.edges.iter().enumerate() {
        let Effect::Numbers { yes, no } = edge.effect else { continue };
        let Some(reading) = forecast.reading(place) else { continue };
        let is_exact = forecast.now(edge.target).is_none_or(|belief| belief.is_exact);
        let past = if is_exact { past + 1e-9 } else { past + NOISE };
        let is_far = |realised: Option<f64>, written: f64| {
            realised.is_some_and(|realised| (realised - written).abs() > past)
        };
        let [with, without] = reading.realised;
        if !is_far(with, yes.value.as_f64()) && !is_far(without, no.value.as_f64()) {
            continue;
        }
        let (source, target) = (&model.node(edge.source).id, &model.node(edge.target).id);
        let show = |realised: Option<f64>| realised.map_or_else(|| "-".to_owned(), percent);
        let message = format!(
            "`{target}` given `{source}` comes out at {} else {}, not {} else {}",
            show(with),
            show(without),
            yes.value,
            no.value
        );
        out.push(
            Diagnostic::new(Code::IncoherentEdge, yes.span.to(no.span), message)
                .about(model.node(edge.target).span)
                .why("the level and the other edges of the node leave these two numbers no room")
                .help(format!(
                    "see what the others imply with `forecastc show {target}`, and mend the one that is off"
                )),
        );
    }
}
