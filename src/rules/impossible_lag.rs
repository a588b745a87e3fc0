//! `impossible-lag`: a source whose window, plus the lag of its edge, begins after the target's window ends.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let model = scene.model;
    for edge in &model.edges {
        let (source, target) = (model.node(edge.source), model.node(edge.target));
        let (Some(from), Some(to)) = (source.window, target.window) else { continue };
        let first = from.value.first();
        let arrives = edge.lag.map_or(first, |lag| first.plus(lag.value));
        if arrives <= to.value.last() {
            continue;
        }
        let span = edge.lag.map_or(edge.source_span, |lag| lag.span);
        out.push(
            Diagnostic::new(
                Code::ImpossibleLag,
                span,
                format!("`{}` cannot reach `{}` before {arrives}", source.id, target.id),
            )
            .about(target.span)
            .also(from.span, "it begins here")
            .also(to.span, "and this is over by then")
            .why("an edge whose source comes too late says something about nothing")
            .help("shorten the lag, mend a window, or remove the edge"),
        );
    }
}
