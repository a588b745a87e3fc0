//! `private-name`: a text that is published names an item that is not.

use std::collections::BTreeSet;

use super::{Lines, Scene};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::model::{Belief, Expression, NodeId, Term};
use crate::source::Span;

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    let model = scene.model;
    let private: BTreeSet<&str> = private_ids(scene);
    if private.is_empty() {
        return;
    }
    for owned in model.texts.iter().filter(|owned| !owned.private) {
        let raw = scene.sources.slice(owned.text.span);
        let start = owned.text.span.start as usize;
        let mut found: Vec<(&str, Span)> = words(raw)
            .filter(|(_, word)| private.contains(word))
            .map(|(at, word)| (word, Span::new(owned.text.span.source, start + at, start + at + word.len())))
            .collect();
        if found.is_empty() {
            // An escape may have hidden it.
            found.extend(
                words(&owned.text.value)
                    .filter(|(_, word)| private.contains(word))
                    .map(|(_, word)| (word, owned.text.span)),
            );
        }
        for (word, span) in found {
            out.push(named(span, word));
        }
    }
    for document in model.documents.iter().filter(|document| !document.private) {
        let Some(file) = &document.file else { continue };
        let text = scene.sources.document(&file.value).unwrap_or_default();
        let mut lines = Lines::of(text);
        for (at, word) in words(text).filter(|(_, word)| private.contains(word)) {
            let line = lines.at(at);
            out.push(named(file.span, word).label(format!("in line {line} of this file")));
        }
    }
    for assertion in model.assertions.iter().filter(|assertion| !assertion.private) {
        for (id, span) in nodes(&assertion.claim) {
            let node = model.node(id);
            if node.private {
                out.push(named(span, &node.id).help("make the assertion private too: `{ private }`"));
            }
        }
    }
}

fn named(span: Span, id: &str) -> Diagnostic {
    Diagnostic::new(Code::PrivateName, span, format!("`{id}` is private, and this is published"))
        .why("readers would learn of an item that is kept from them")
        .help("name something else, or make this item private too")
}

fn private_ids<'a>(scene: &Scene<'a>) -> BTreeSet<&'a str> {
    let model = scene.model;
    let nodes = model.nodes.iter().filter(|node| node.private).map(|node| node.id.as_ref());
    let choices = model.choices.iter().filter(|one| one.private).map(|one| one.id.value.as_ref());
    let predictors = model.predictors.iter().filter(|one| one.private).map(|one| one.id.value.as_ref());
    let classes = model.classes.iter().filter(|one| one.private).map(|one| one.id.value.as_ref());
    let documents = model.documents.iter().filter(|one| one.private).map(|one| one.id.value.as_ref());
    let redirects = model.redirects.iter().filter(|one| one.private).map(|one| one.old.value.as_ref());
    nodes.chain(choices).chain(predictors).chain(classes).chain(documents).chain(redirects).collect()
}

/// The words of a text that could be ids, with their places: `Q.m` as a whole, and each of its parts.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_id = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let base = text.as_ptr() as usize;
    let wholes = text.split(move |c| !is_id(c)).map(|word| word.trim_matches(['-', '.']));
    let parts = wholes.filter(|word| !word.is_empty()).flat_map(|whole| {
        let parts = whole.split('.').filter(move |part| part.len() < whole.len());
        std::iter::once(whole).chain(parts)
    });
    parts.map(move |word| (word.as_ptr() as usize - base, word))
}

fn nodes(claim: &Expression<Belief>) -> Vec<(NodeId, Span)> {
    let mut out = Vec::new();
    walk(claim, &mut |_, belief: &Belief| {
        for event in std::iter::once(&belief.event).chain(&belief.given) {
            walk(event, &mut |span, id: &NodeId| out.push((*id, span)));
        }
    });
    out
}

fn walk<A>(expression: &Expression<A>, visit: &mut impl FnMut(Span, &A)) {
    match expression.term.as_ref() {
        Term::Atom(atom) => visit(expression.span, atom),
        Term::Number(_) => {}
        Term::Not(inner) | Term::Negative(inner) => walk(inner, visit),
        Term::And(all) | Term::Or(all) => all.iter().for_each(|one| walk(one, visit)),
        Term::Arithmetic(left, _, right) => {
            walk(left, visit);
            walk(right, visit);
        }
        Term::Compare(first, chain) => {
            walk(first, visit);
            chain.iter().for_each(|(_, one)| walk(one, visit));
        }
    }
}
