//! `contradictory-edge`: the numbers of an edge say the contrary of its kind.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::model::{Direction, Effect, Relation};

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let model = scene.model;
    for edge in &model.edges {
        let (wanted, does, other) = match edge.relation.value {
            Relation::Needs => (Direction::For, "lower", "killed by"),
            Relation::KilledBy => (Direction::Against, "raise", "needs"),
            Relation::MovesWith => continue,
        };
        let (span, said, help) = match edge.effect {
            Effect::Numbers { yes, no } => {
                let wrong =
                    if wanted == Direction::For { yes.value < no.value } else { yes.value > no.value };
                if !wrong {
                    continue;
                }
                let said = format!("{} if it is true, {} if not", yes.value, no.value);
                (yes.span.to(no.span), said, format!("turn the two numbers round, or write `{other}`"))
            }
            Effect::Strength { direction, written: Some(span), .. } if direction != wanted => {
                let right = if wanted == Direction::For { "for" } else { "against" };
                (span, String::new(), format!("write `{right}`, or `{other}`"))
            }
            Effect::Strength { .. } => continue,
        };
        let words = edge.relation.value.words();
        let (source, target) = (&model.node(edge.source).id, &model.node(edge.target).id);
        out.push(
            Diagnostic::new(
                Code::ContradictoryEdge,
                span,
                format!("`{words} {source}` would {does} `{target}`"),
            )
            .about(model.node(edge.target).span)
            .label(said)
            .also(edge.relation.span, "this says the contrary")
            .help(help),
        );
    }
}
