//! `contradictory-edge`: the numbers of an edge say the contrary of its kind.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::model::{Direction, Effect, Relation};

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    for edge in &scene.model.edges {
        let (wanted, verb, other) = match edge.relation.value {
            Relation::Needs => (Direction::For, "raise", "killed by"),
            Relation::KilledBy => (Direction::Against, "lower", "needs"),
            Relation::MovesWith => continue,
        };
        let (span, said) = match edge.effect {
            Effect::Numbers { yes, no } => {
                let wrong =
                    if wanted == Direction::For { yes.value < no.value } else { yes.value > no.value };
                if !wrong {
                    continue;
                }
                (yes.span.to(no.span), format!("{} if it is true, {} if not", yes.value, no.value))
            }
            Effect::Strength { direction, written: Some(span), .. } if direction != wanted => {
                (span, "the strength says the contrary".to_owned())
            }
            Effect::Strength { .. } => continue,
        };
        let words = edge.relation.value.words();
        out.push(
            Diagnostic::new(
                Code::ContradictoryEdge,
                span,
                format!("`{words}` must {verb} what it points to"),
            )
            .label(said)
            .also(edge.relation.span, "this kind")
            .help(format!("turn the two round, or write `{other}`")),
        );
    }
}
