//! `stale-prediction`: an open prediction of which nothing was heard for long.
//!
//! The day on which it was said counts as news, and so does every line about its milestones. A prediction
//! with no date at all is passed over: nothing says how old it is.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::model::NodeKind;

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let model = scene.model;
    let limit = model.network.stale_after;
    for (_, node) in model.nodes().filter(|(_, node)| node.kind == NodeKind::Prediction && !node.broken) {
        if !node.state(scene.today).is_open() {
            continue;
        }
        let milestones = node.milestones.iter().flat_map(|id| &model.node(*id).journal);
        let facts = node.journal.iter().chain(milestones).map(|fact| fact.date.value);
        let dates = facts
            .filter(|date| *date <= scene.today)
            .chain(node.said.as_ref().map(|said| said.date.last.min(scene.today)));
        let Some(last) = dates.max() else { continue };
        if last.plus(limit) >= scene.today {
            continue;
        }
        out.push(
            Diagnostic::new(
                Code::StalePrediction,
                node.id_span,
                format!("nothing new about `{}` since {last}", node.id),
            )
            .why(format!(
                "after {limit} without news a number may say more about its age than about the world"
            ))
            .help("look again and add a line to its journal: `note` if nothing has changed"),
        );
    }
}
