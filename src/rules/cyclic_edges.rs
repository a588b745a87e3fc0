//! `cyclic-edges`: edges, tables and milestones that lead round in a circle.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::model::Graph;

/// So many nodes of a circle are named; of a longer one the first and the last.
const SHOWN: usize = 8;

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let model = scene.model;
    for circle in Graph::of(model).circles() {
        let [first, others @ ..] = circle.as_slice() else { continue };
        let mut way = Vec::new();
        let mut at = None;
        for arc in &circle {
            // Two scenarios of one choice are one variable: the way goes on from the other.
            if at.is_some_and(|at| at != arc.source) {
                way.push(format!("(one choice) {}", model.node(arc.source).id));
            } else if at.is_none() {
                way.push(model.node(arc.source).id.to_string());
            }
            way.push(model.node(arc.target).id.to_string());
            at = Some(arc.target);
        }
        if at.is_some_and(|at| at != first.source) {
            way.push(format!("(one choice) {}", model.node(first.source).id));
        }
        if way.len() > 2 * SHOWN {
            let left_out = format!("… {} more …", way.len() - 2 * SHOWN);
            way.splice(SHOWN..way.len() - SHOWN, [left_out]);
        }
        let mut diagnostic =
            Diagnostic::new(Code::CyclicEdges, first.span, format!("a circle: {}", way.join(" -> ")))
                .why("each would be the cause of its own cause, and no probability fits all of them")
                .help(if circle.len() > 2 {
                    "remove the weakest of these edges, or make one `moves with`, which has no direction"
                } else {
                    "remove one of the two"
                });
        for arc in others.iter().take(SHOWN) {
            diagnostic = diagnostic.also(arc.span, "and here");
        }
        out.push(diagnostic);
    }
}
