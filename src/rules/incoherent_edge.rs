//! `incoherent-edge`: two numbers that the rest of the network contradicts.
//!
//! An edge keeps its odds ratio and its target keeps its level; what the target is then, given the source, follows
//! from all edges together. Says nothing about strengths, which claim no such number.

use rayon::prelude::*;

use super::Scene;
use crate::answers::coherence::{self, Line};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::forecast::Forecast;
use crate::model::{Edge, Effect};
use crate::value::percent;

pub(super) fn check(scene: &Scene<'_>, forecast: &Forecast, out: &mut Diagnostics) {
    // There may be one for each edge.
    let edges = scene.model.edges.par_iter().enumerate();
    let found: Vec<Diagnostic> =
        edges.filter_map(|(place, edge)| incoherence(scene, forecast, place, edge)).collect();
    found.into_iter().for_each(|one| out.push(one));
}

fn incoherence(scene: &Scene<'_>, forecast: &Forecast, place: usize, edge: &Edge) -> Option<Diagnostic> {
    let model = scene.model;
    let Effect::Numbers { yes, no } = edge.effect else { return None };
    let line = coherence::line(model, forecast, place).filter(|line| line.is_incoherent)?;
    let (source, target) = (&model.node(edge.source).id, &model.node(edge.target).id);
    let [with, without] = line.realised.map(|one| one.map_or_else(|| "-".to_owned(), percent));
    let message = format!(
        "`{target}` given `{source}` comes out at {with} else {without}, not {} else {}",
        yes.value, no.value
    );
    let found = Diagnostic::new(Code::IncoherentEdge, yes.span.to(no.span), message)
        .about(model.node(edge.target).span)
        .why("the level and the other edges of the node leave these two numbers no room")
        .help(help(scene, &line, target));
    Some(found)
}

fn help(scene: &Scene<'_>, line: &Line, target: &str) -> String {
    let see = format!("`forecastc coherence {target}` sets it against the others");
    let Some(edge) = scene.model.edges.get(line.edge) else { return see };
    match line.repair.map(|repair| repair.written(edge, scene.sources)) {
        Some(words) => format!("the smallest change is `{words}`; {see}"),
        None => see,
    }
}
