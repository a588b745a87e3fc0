//! `unused-predictor` and `unused-class`: declared, and named by nothing.

use std::collections::BTreeSet;

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::model::{ClassId, Event, PredictorId};

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    if !scene.whole {
        return;
    }
    let model = scene.model;
    let mut predictors: BTreeSet<PredictorId> = BTreeSet::new();
    let mut classes: BTreeSet<ClassId> = BTreeSet::new();
    for node in &model.nodes {
        predictors.extend(&node.by);
        classes.extend(node.outside.map(|outside| outside.class));
        for fact in &node.journal {
            if let Event::Evidence { by: Some(by), .. } = fact.event {
                predictors.insert(by);
            }
        }
    }
    predictors.extend(model.documents.iter().flat_map(|document| &document.by));
    for (index, predictor) in model.predictors.iter().enumerate() {
        if !model.unknown_predictors && !predictors.contains(&PredictorId::new(index)) {
            out.push(
                Diagnostic::new(
                    Code::UnusedPredictor,
                    predictor.id.span,
                    format!("nothing is by `{}`", predictor.id.value),
                )
                .help("name them with `by`, or remove them"),
            );
        }
    }
    for (index, class) in model.classes.iter().enumerate() {
        if !model.unknown_classes && !classes.contains(&ClassId::new(index)) {
            out.push(
                Diagnostic::new(
                    Code::UnusedClass,
                    class.id.span,
                    format!("nothing uses the class `{}`", class.id.value),
                )
                .help("use it with `class`, or remove it"),
            );
        }
    }
}
