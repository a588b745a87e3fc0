//! `incoherent-edge`: two numbers that the rest of the network contradicts.
//!
//! An edge keeps its odds ratio and its target keeps its level; what the target is then, given the source, follows
//! from all edges together. Says nothing about strengths, which claim no such number.

use rayon::prelude::*;

use super::{Scene, found};
use crate::answers::coherence::{self, Line};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::forecast::Forecast;
use crate::model::{Edge, Effect};
use crate::value::percent;

/// So many edges are looked at by one thread at a time.
const PIECE: usize = 256;

pub(super) fn check(scene: &Scene<'_>, forecast: &Forecast, out: &mut Diagnostics) {
    // There may be one for each edge.
    let pieces = scene.model.edges.par_chunks(PIECE).enumerate();
    let among = |(number, edges): (usize, &[Edge]), out: &mut Diagnostics| {
        let places = (number * PIECE..).zip(edges);
        places
            .filter_map(|(place, edge)| incoherence(scene, forecast, place, edge))
            .for_each(|one| out.push(one));
    };
    let all: Vec<Diagnostics> = pieces.map(|piece| found(|out| among(piece, out))).collect();
    all.into_iter().for_each(|found| out.extend(found));
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
    let one = Diagnostic::new(Code::IncoherentEdge, yes.span.to(no.span), message)
        .about(model.node(edge.target).span)
        .why("the level and the other edges of the node leave these two numbers no room")
        .help(help(scene, &line, target));
    Some(one)
}

fn help(scene: &Scene<'_>, line: &Line, target: &str) -> String {
    let edge = scene.model.edges.get(line.edge);
    let written = line.repair.zip(edge).map(|(repair, edge)| repair.written(edge, scene.sources));
    match written {
        Some(words) => {
            format!(
                "the smallest change is `{words}`; `forecastc coherence {target}` sets it against the others"
            )
        }
        None => format!("`forecastc coherence {target}` sets it against the others"),
    }
}
