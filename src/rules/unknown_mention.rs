//! `unknown-mention`: a `[[link]]` in a text or a document that leads nowhere.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest, quoted};
use crate::source::Span;

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let model = scene.model;
    let unknown = |id: &str| model.names.get(id).is_none();
    for owned in &model.texts {
        let raw = scene.sources.slice(owned.text.span);
        let start = owned.text.span.start as usize;
        for (at, id) in mentions(raw).filter(|(_, id)| unknown(id)) {
            let span = Span::new(owned.text.span.source, start + at, start + at + id.len());
            out.push(nowhere(scene, span, id));
        }
    }
    for file in model.documents.iter().filter_map(|document| document.file.as_ref()) {
        let text = scene.sources.document(&file.value).unwrap_or_default();
        for (at, id) in mentions(text).filter(|(_, id)| unknown(id)) {
            let line = text.get(..at).unwrap_or_default().lines().count().max(1);
            out.push(nowhere(scene, file.span, id).label(format!("in line {line} of this file")));
        }
    }
}

fn nowhere(scene: &Scene<'_>, span: Span, id: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::UnknownMention,
        span,
        format!("{} leads nowhere", quoted(&format!("[[{id}]]"))),
    );
    match nearest(id, scene.model.names.all()) {
        Some(near) => diagnostic.help(format!("did you mean `[[{near}]]`?")),
        None => diagnostic.help(
            "between the brackets stands the id of a node, a choice, a predictor, a class or a document",
        ),
    }
}

/// What stands between double brackets, with its place.
fn mentions(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices("[[").filter_map(|(at, _)| {
        let rest = text.get(at + 2..)?;
        let id = rest.split("]]").next().filter(|id| id.len() < rest.len())?;
        let is_id = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        (!id.is_empty() && id.chars().all(is_id)).then_some((at + 2, id))
    })
}
