//! Mentions: every place at which an id is written, and what it stands for there.
//!
//! Trees, their model and the text come in; places go out, in the order of files and lines. Of `A.b` the part `A` is a
//! mention of the node and `b` one of its milestone, so that words put in place of one leave the other alone. A name in
//! a comment or a plain text is no mention: the language gives it no meaning.

#![expect(clippy::wildcard_enum_match_arm, reason = "names are picked out of clauses and expressions")]

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::names::Named;
use super::{Field, Model};
use crate::source::{Sources, Span};
use crate::syntax::tree::{self, Clause, Expression, Fact, File, Head, Item, Kind, Name, Says, Term};

/// An id, where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    /// Its words and no others.
    pub(crate) place: Place,
    /// What it stands for.
    pub(crate) thing: Thing,
    pub(crate) role: Role,
}

/// A stretch of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Of a `.pred` file.
    Source(Span),
    /// Of a document, by its path below the source folder.
    Document(Arc<str>, Range<usize>),
}

/// What an id can stand for: names, symbols and rules have a space each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Thing {
    Named(Named),
    Rule(Arc<str>),
    Symbol(Arc<str>),
}

/// What is done with the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Declared,
    Used,
    /// The first id of a redirect, which is free.
    Left,
    /// `[[ID]]`
    InText,
}

/// Every mention of anything.
pub(crate) fn mentions(files: &[Arc<File>], model: &Model, sources: &Sources) -> Vec<Mention> {
    let mut finder = Finder { model, sources, found: Vec::new() };
    for item in files.iter().flat_map(|file| &file.items) {
        finder.item(item, None);
    }
    // Two items may name one document.
    let documents: BTreeSet<&Arc<str>> = model
        .documents
        .iter()
        .filter_map(|document| document.file.as_ref())
        .map(|file| &file.value)
        .collect();
    for path in documents {
        let text = sources.document(path).unwrap_or_default();
        for (at, name) in in_text(text) {
            let place =
                |range: Range<usize>| Place::Document(Arc::clone(path), at + range.start..at + range.end);
            finder.path(name, Role::InText, &place);
        }
    }
    finder.found
}

/// What stands between double brackets, up to a `|` if there is one, with its place.
fn in_text(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_id = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    text.match_indices("[[").filter_map(move |(at, _)| {
        let rest = text.get(at + 2..)?;
        let (id, after) = rest.split_at_checked(rest.find(|c| !is_id(c))?)?;
        (!id.is_empty() && (after.starts_with("]]") || after.starts_with('|'))).then_some((at + 2, id))
    })
}

struct Finder<'a> {
    model: &'a Model,
    sources: &'a Sources,
    found: Vec<Mention>,
}

impl Finder<'_> {
    fn add(&mut self, place: Place, thing: Thing, role: Role) {
        self.found.push(Mention { place, thing, role });
    }

    /// An id with a point in it names two things.
    fn path(&mut self, words: &str, role: Role, place: &dyn Fn(Range<usize>) -> Place) {
        let outer = words.split_once('.').map_or(words, |(outer, _)| outer);
        if let Some(named) = self.model.names.get(outer) {
            self.add(place(0..outer.len()), Thing::Named(named), role);
        }
        if outer.len() < words.len()
            && let Some(named) = self.model.names.get(words)
        {
            self.add(place(outer.len() + 1..words.len()), Thing::Named(named), role);
        }
    }

    fn name(&mut self, name: &Name, role: Role) {
        let span = name.span;
        let place = |range: Range<usize>| {
            let start = span.start as usize;
            Place::Source(Span::new(span.source, start + range.start, start + range.end))
        };
        self.path(&name.value, role, &place);
    }

    fn used(&mut self, name: &Name) {
        self.name(name, Role::Used);
    }

    /// `outer` is the item that this one stands in.
    fn item(&mut self, item: &Item, outer: Option<&Name>) {
        let mut own = outer;
        match &item.head {
            Head::Named { kind, id, title } => {
                self.declared(*kind, id, outer);
                self.text(title);
                if *kind != Kind::Milestone {
                    own = Some(id);
                }
            }
            Head::Network { title } => self.text(title),
            Head::Edge { target, edge } => {
                self.edge(edge);
                self.used(target);
            }
            Head::Given { parents, target } => {
                parents.iter().for_each(|parent| self.used(parent));
                self.used(target);
            }
            Head::Assert { claim, text } => {
                self.expression(claim, false);
                text.iter().for_each(|text| self.text(text));
            }
            Head::Redirect { old, new } => {
                self.name(old, Role::Left);
                self.used(new);
            }
            Head::Fact(fact) => self.fact(fact, None),
        }
        for clause in &item.body {
            self.clause(clause, own);
        }
    }

    fn declared(&mut self, kind: Kind, id: &Name, outer: Option<&Name>) {
        let thing = match kind {
            Kind::Rule => Some(Thing::Rule(Arc::clone(&id.value))),
            Kind::Ticker => Some(Thing::Symbol(Arc::clone(&id.value))),
            Kind::Milestone => self.inner(&id.value, outer).map(Thing::Named),
            _ => self.model.names.get(&id.value).map(Thing::Named),
        };
        if let Some(thing) = thing {
            self.add(Place::Source(id.span), thing, Role::Declared);
        }
    }

    /// The milestone of this name in an item.
    fn inner(&self, name: &str, outer: Option<&Name>) -> Option<Named> {
        self.model.names.get(&format!("{}.{name}", outer?.value))
    }

    fn clause(&mut self, clause: &Clause, own: Option<&Name>) {
        match &clause.says {
            Says::Prose(_, text) | Says::Allow { why: text, .. } => self.text(text),
            Says::Source { text, .. } | Says::Said { text, .. } | Says::Conviction { text, .. } => {
                text.iter().for_each(|text| self.text(text));
            }
            Says::By(name) | Says::Class { class: name, .. } => self.used(name),
            Says::About(names) => names.iter().for_each(|name| self.used(name)),
            Says::When(condition) => self.expression(condition, true),
            Says::Edge(edge) => self.edge(edge),
            Says::Exposure { symbols, .. } => {
                for symbol in symbols {
                    let thing = Thing::Symbol(Arc::clone(&symbol.value));
                    self.add(Place::Source(symbol.span), thing, Role::Used);
                }
            }
            Says::Fact(fact) => self.fact(fact, own),
            Says::Item(item) => self.item(item, own),
            _ => {}
        }
    }

    fn edge(&mut self, edge: &tree::Edge) {
        self.used(&edge.source);
        edge.text.iter().for_each(|text| self.text(text));
    }

    /// Inside an item a line may name one of its milestones by its inner id.
    fn fact(&mut self, fact: &Fact, own: Option<&Name>) {
        if let Some(subject) = &fact.subject {
            match self.inner(&subject.value, own) {
                Some(named) => self.add(Place::Source(subject.span), Thing::Named(named), Role::Used),
                None => self.used(subject),
            }
        }
        if let tree::Event::Evidence { by: Some(by), .. } = &fact.event {
            self.used(by);
        }
        fact.text.iter().for_each(|text| self.text(text));
    }

    fn text(&mut self, text: &Name) {
        let raw = self.sources.slice(text.span);
        for (at, name) in in_text(raw) {
            let start = text.span.start as usize + at;
            let source = text.span.source;
            let place = |range: Range<usize>| {
                Place::Source(Span::new(source, start + range.start, start + range.end))
            };
            self.path(name, Role::InText, &place);
        }
    }

    /// In a condition names are fields, and words to compare them with.
    fn expression(&mut self, expression: &Expression, condition: bool) {
        match expression.term.as_ref() {
            Term::Name(name) if !condition => self.used(name),
            Term::Badged(rule) => {
                self.add(Place::Source(rule.span), Thing::Rule(Arc::clone(&rule.value)), Role::Used);
            }
            Term::Belief { event, given } => {
                self.expression(event, condition);
                given.iter().for_each(|one| self.expression(one, condition));
            }
            Term::Not(inner) | Term::Negative(inner) | Term::Older(inner, _) => {
                self.expression(inner, condition)
            }
            Term::And(all) | Term::Or(all) => all.iter().for_each(|one| self.expression(one, condition)),
            Term::Arithmetic(left, _, right) => {
                self.expression(left, condition);
                self.expression(right, condition);
            }
            Term::Compare(first, chain) => {
                let sides = || std::iter::once(first).chain(chain.iter().map(|(_, side)| side));
                if condition && sides().any(asks_for_ids) {
                    sides().filter(|side| !asks_for_ids(side)).for_each(|side| self.expression(side, false));
                } else {
                    sides().for_each(|side| self.expression(side, condition));
                }
            }
            _ => {}
        }
    }
}

/// Whether this is `id` or `by`, whose values are ids.
fn asks_for_ids(side: &Expression) -> bool {
    match side.term.as_ref() {
        Term::Name(name) => matches!(Field::from_name(&name.value), Some(Field::Id | Field::By)),
        _ => false,
    }
}
