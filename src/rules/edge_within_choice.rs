//! `edge-within-choice`: an edge between two scenarios of one choice.
//!
//! Exactly one of them comes true, so the one already tells all about the other.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let model = scene.model;
    for edge in model.edges.iter().filter(|edge| edge.source != edge.target) {
        let (source, target) = (model.node(edge.source), model.node(edge.target));
        if source.choice.is_some() && source.choice == target.choice {
            out.push(
                Diagnostic::new(
                    Code::EdgeWithinChoice,
                    edge.source_span,
                    format!("`{}` and `{}` are scenarios of one choice", source.id, target.id),
                )
                .why("exactly one of them comes true: nothing more can be said of the two")
                .help("remove the edge"),
            );
        }
    }
}
