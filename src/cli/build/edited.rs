//! The pages of what was edited: of the nodes whose words differ from those before.

use std::ops::Range;

use crate::model::{Model, NodeId};
use crate::site;
use crate::source::{Source, Sources};

/// The pages of nodes that something is written about in lines that changed, at most so many.
pub(super) fn pages(model: &Model, sources: &Sources, before: &Sources, most: usize) -> Vec<String> {
    let mut pages: Vec<String> = Vec::new();
    for source in sources.files() {
        let old = before.files().iter().find(|old| old.path() == source.path());
        let Some(range) = difference(old.map_or("", Source::text), source.text()) else { continue };
        for node in about(model, source, &range) {
            if let Some(page) = site::page_of(model, node).filter(|page| !pages.contains(page)) {
                pages.push(page);
            }
            if pages.len() == most {
                return pages;
            }
        }
    }
    pages
}

/// Where a text differs from the one before; where nothing but an end was taken away, the place of that.
fn difference(old: &str, new: &str) -> Option<Range<usize>> {
    if old == new {
        return None;
    }
    let same = |one: &mut dyn Iterator<Item = u8>, other: &mut dyn Iterator<Item = u8>| {
        one.zip(other).take_while(|(one, other)| one == other).count()
    };
    let start = same(&mut old.bytes(), &mut new.bytes());
    let rest = old.len().min(new.len()) - start;
    let end = same(&mut old.bytes().rev(), &mut new.bytes().rev()).min(rest);
    Some(start..new.len() - end)
}

/// The nodes that something in a stretch of a file is about: those that are written there, before those that hold it.
fn about(model: &Model, source: &Source, range: &Range<usize>) -> Vec<NodeId> {
    let touches = |span: crate::source::Span| {
        let own = span.range();
        span.source == source.id() && own.start <= range.end && range.start <= own.end
    };
    let mut found: Vec<(usize, NodeId)> = Vec::new();
    for (id, node) in model.nodes() {
        let lines = node.journal.iter().map(|fact| fact.span);
        let edges = model.edges_into(id).map(|edge| edge.span);
        let spans = lines.chain(edges).chain([node.span]).filter(|span| touches(*span));
        // What is said in few words there is meant more than what goes around it.
        if let Some(length) = spans.map(|span| span.range().len()).min() {
            found.push((length, id));
        }
    }
    found.sort_unstable();
    found.into_iter().map(|(_, id)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_of_texts() {
        assert_eq!(difference("abc", "abc"), None);
        assert_eq!(difference("abc", "abXc"), Some(2..3));
        assert_eq!(difference("abXc", "abc"), Some(2..2));
        assert_eq!(difference("aa", "aaa"), Some(2..3));
        assert_eq!(difference("", "a"), Some(0..1));
        assert_eq!(difference("aXb", "aYb"), Some(1..2));
    }
}
