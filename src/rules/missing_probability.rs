//! `missing-probability`: a node without a level, an edge or a table: nothing says how likely it is.

use std::collections::BTreeSet;

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::model::{Event, NodeKind};

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let model = scene.model;
    let mut reached = BTreeSet::new();
    for edge in &model.edges {
        reached.extend([edge.target]);
        if edge.relation.value == crate::model::Relation::MovesWith {
            reached.insert(edge.source);
        }
    }
    reached.extend(model.tables.iter().map(|table| table.target));
    let lowered = model.levels.lowers(Code::UnknownNode);
    for (id, node) in model.nodes() {
        let has_level = node.prior.is_some() || node.rest || reached.contains(&id);
        let is_stated = node.journal.iter().any(|fact| matches!(fact.event, Event::Probability(_)));
        let is_excused = node.broken || node.doubtful && !lowered;
        // Choices have a message of their own.
        if has_level || is_stated || is_excused || node.kind == NodeKind::Milestone || node.choice.is_some() {
            continue;
        }
        out.push(
            Diagnostic::new(
                Code::MissingProbability,
                node.id_span,
                format!("nothing says how likely `{}` is", node.id),
            )
            .why("a node takes its level from a stated probability, from its edges, or from a table")
            .help("add `probability …%`, or an edge that ends in it"),
        );
    }
}
