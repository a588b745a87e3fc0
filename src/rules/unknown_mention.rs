//! `unknown-mention`: a `[[link]]` in a text or a document that leads nowhere.

use super::{Lines, Scene};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest, quoted};
use crate::source::Span;

/// So many slips are answered with a suggestion, out of so many names.
const SUGGESTIONS: usize = 100;
const MOST_NAMES: usize = 20_000;

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let model = scene.model;
    let unknown = |id: &str| model.names.get(id).is_none();
    let mut suggestions = SUGGESTIONS;
    for owned in &model.texts {
        let raw = scene.sources.slice(owned.text.span);
        let start = owned.text.span.start as usize;
        for (at, id) in mentions(raw).filter(|(_, id)| unknown(id)) {
            let span = Span::new(owned.text.span.source, start + at, start + at + id.len());
            out.push(nowhere(scene, span, id, &mut suggestions));
        }
    }
    for file in model.documents.iter().filter_map(|document| document.file.as_ref()) {
        let text = scene.sources.document(&file.value).unwrap_or_default();
        let mut lines = Lines::of(text);
        for (at, id) in mentions(text).filter(|(_, id)| unknown(id)) {
            let line = lines.at(at);
            let diagnostic = nowhere(scene, file.span, id, &mut suggestions);
            out.push(diagnostic.label(format!("in line {line} of this file")));
        }
    }
}

fn nowhere(scene: &Scene<'_>, span: Span, id: &str, suggestions: &mut usize) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::UnknownMention,
        span,
        format!("{} leads nowhere", quoted(&format!("[[{id}]]"))),
    );
    *suggestions = suggestions.saturating_sub(1);
    let names = scene.model.names.all();
    let most = if *suggestions > 0 { MOST_NAMES } else { 0 };
    match nearest(id, names.take(most)) {
        Some(near) => diagnostic.help(format!("did you mean `[[{near}]]`?")),
        None => diagnostic.help(
            "between the brackets stands the id of a node, a choice, a predictor, a class or a document",
        ),
    }
}

/// What stands between double brackets, with its place.
fn mentions(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_id = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    text.match_indices("[[").filter_map(move |(at, _)| {
        let rest = text.get(at + 2..)?;
        let length = rest.find(|c| !is_id(c))?;
        let (id, after) = rest.split_at_checked(length)?;
        (!id.is_empty() && after.starts_with("]]")).then_some((at + 2, id))
    })
}
