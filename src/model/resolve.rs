//! From trees to the model: declarations first, in the order of ids, then everything that names them.

#![expect(clippy::wildcard_enum_match_arm, reason = "clauses are picked out: the others are read elsewhere")]

mod items;
mod journals;
mod nodes;
mod references;
mod rules;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use self::references::Resolver;
use super::names::{MOST_REDIRECTS, Named, Names};
use super::{Choice, ChoiceId, ClassId, DocumentId, Model, NodeId, OwnedText, PredictorId, Redirect, Text};
use crate::diagnostic::{Allow, Code, Diagnostic, Diagnostics, Levels, quoted};
use crate::source::Span;
use crate::syntax::tree::{Clause, File, Head, Item, Kind, Name, Prose, Says};

/// The model of these files.
pub fn resolve(files: &[Arc<File>], diagnostics: &mut Diagnostics) -> Model {
    let mut model = Model::default();
    let declared = declare(files, &mut model, diagnostics);
    let mut resolver = Resolver::new(model, diagnostics);
    resolver.redirects(files);
    resolver.network(files);
    resolver.levels(files);
    resolver.items(&declared);
    resolver.choices(&declared);
    resolver.nodes(&declared);
    resolver.loose_items(files);
    resolver.check_redirects();
    resolver.texts(files);
    resolver.model
}

/// The items that have an id, in the order of ids, each id once.
struct Declared<'a> {
    nodes: Vec<Declaration<'a>>,
    choices: Vec<&'a Item>,
    predictors: Vec<&'a Item>,
    classes: Vec<&'a Item>,
    documents: Vec<&'a Item>,
    tickers: Vec<&'a Item>,
    rules: Vec<&'a Item>,
}

/// A node, and the item that it stands in.
struct Declaration<'a> {
    item: &'a Item,
    parent: Option<Arc<str>>,
    choice: Option<Arc<str>>,
    private: bool,
}

/// An item with its id, its kind and where it is nested.
struct Found<'a> {
    id: &'a Name,
    kind: Kind,
    declaration: Declaration<'a>,
}

fn declare<'a>(files: &'a [Arc<File>], model: &mut Model, out: &mut Diagnostics) -> Declared<'a> {
    let mut ids: BTreeMap<Arc<str>, Found<'a>> = BTreeMap::new();
    let mut symbols: BTreeMap<Arc<str>, Found<'a>> = BTreeMap::new();
    let mut rules: BTreeMap<Arc<str>, Found<'a>> = BTreeMap::new();
    for item in files.iter().flat_map(|file| &file.items) {
        collect(item, None, &mut |id, found| {
            let space = match found.kind {
                Kind::Ticker => &mut symbols,
                Kind::Rule => &mut rules,
                _ => &mut ids,
            };
            match space.entry(id) {
                Entry::Vacant(entry) => {
                    entry.insert(found);
                }
                Entry::Occupied(entry) => out.push(duplicate(entry.get().id, found.id)),
            }
        });
    }
    case_conflicts(&ids, out);

    let mut declared = Declared {
        nodes: Vec::new(),
        choices: Vec::new(),
        predictors: Vec::new(),
        classes: Vec::new(),
        documents: Vec::new(),
        tickers: symbols.into_values().map(|found| found.declaration.item).collect(),
        rules: rules.into_values().map(|found| found.declaration.item).collect(),
    };
    let mut names = Names::default();
    for (id, found) in ids {
        let item = found.declaration.item;
        let named = match found.kind {
            Kind::Predictor => Named::Predictor(PredictorId::new(push(&mut declared.predictors, item))),
            Kind::Class => Named::Class(ClassId::new(push(&mut declared.classes, item))),
            Kind::Choice => Named::Choice(ChoiceId::new(push(&mut declared.choices, item))),
            Kind::Document => Named::Document(DocumentId::new(push(&mut declared.documents, item))),
            _ => Named::Node(NodeId::new(push(&mut declared.nodes, found.declaration))),
        };
        names.insert(id, named, found.id.span);
    }
    model.names = names;
    declared
}

fn push<T>(list: &mut Vec<T>, one: T) -> usize {
    list.push(one);
    list.len() - 1
}

/// Hands every item with an id to `found`, those inside others too.
fn collect<'a>(item: &'a Item, outer: Option<&Found<'a>>, found: &mut impl FnMut(Arc<str>, Found<'a>)) {
    let Head::Named { kind, id, .. } = &item.head else { return };
    let outer_id = outer.map(|outer| Arc::clone(&outer.id.value));
    let is_milestone = *kind == Kind::Milestone;
    let whole = match &outer_id {
        Some(outer) if is_milestone => Arc::from(format!("{outer}.{}", id.value)),
        _ => Arc::clone(&id.value),
    };
    let this = Found {
        id,
        kind: *kind,
        declaration: Declaration {
            item,
            parent: outer_id.clone().filter(|_| is_milestone),
            choice: outer_id.filter(|_| *kind == Kind::Scenario),
            private: is_private(item) || outer.is_some_and(|outer| outer.declaration.private),
        },
    };
    for clause in &item.body {
        if let Says::Item(inner) = &clause.says {
            collect(inner, Some(&this), found);
        }
    }
    found(whole, this);
}

pub(super) fn is_private(item: &Item) -> bool {
    item.body.iter().any(|clause| matches!(clause.says, Says::Private))
}

fn duplicate(first: &Name, second: &Name) -> Diagnostic {
    Diagnostic::new(Code::DuplicateId, second.span, format!("{} is declared twice", quoted(&second.value)))
        .also(first.span, "first here")
        .why("what names it could mean either; only the first is in the network")
        .help("give one of the two another id, or remove it")
}

/// Ids become file names, and some disks take two that differ in case alone for one.
fn case_conflicts(ids: &BTreeMap<Arc<str>, Found<'_>>, out: &mut Diagnostics) {
    let mut lower: BTreeMap<String, &Name> = BTreeMap::new();
    for found in ids.values().filter(|found| found.kind != Kind::Milestone) {
        match lower.entry(found.id.value.to_ascii_lowercase()) {
            Entry::Vacant(entry) => {
                entry.insert(found.id);
            }
            Entry::Occupied(entry) => {
                let mut pair = [*entry.get(), found.id];
                pair.sort_by_key(|name| name.span);
                let [first, second] = pair;
                let message =
                    format!("{} differs from {} in case alone", quoted(&second.value), quoted(&first.value));
                out.push(
                    Diagnostic::new(Code::CaseOnlyDifference, second.span, message)
                        .also(first.span, "the other")
                        .why("each becomes a file, and some disks take the two for one")
                        .help("give one of the two another id"),
                );
            }
        }
    }
}

impl Resolver<'_> {
    fn redirects(&mut self, files: &[Arc<File>]) {
        let mut redirects: Vec<Redirect> = Vec::new();
        for item in items(files) {
            if let Head::Redirect { old, new } = &item.head {
                redirects.push(Redirect {
                    old: old.clone(),
                    new: new.clone(),
                    private: is_private(item),
                    span: item.span,
                });
            }
        }
        redirects.sort_by(|a, b| (&a.old.value, a.span).cmp(&(&b.old.value, b.span)));
        for redirect in &redirects {
            self.model.names.redirect(Arc::clone(&redirect.old.value), Arc::clone(&redirect.new.value));
        }
        self.model.redirects = redirects;
    }

    /// Redirects lead from ids that are free to items that are there.
    fn check_redirects(&mut self) {
        let redirects = std::mem::take(&mut self.model.redirects);
        let mut kept: Vec<Redirect> = Vec::new();
        for redirect in redirects {
            if let Some(before) = kept.last().filter(|before| before.old.value == redirect.old.value) {
                self.out.push(duplicate(&before.old, &redirect.old));
                continue;
            }
            if let Some(span) = self.model.names.declaration(&redirect.old.value) {
                self.out.push(
                    Diagnostic::new(
                        Code::LiveRedirect,
                        redirect.old.span,
                        format!("{} is still in use", quoted(&redirect.old.value)),
                    )
                    .also(span, "here")
                    .why("its own page and the redirect would have one address")
                    .help("rename the item, or remove the redirect"),
                );
                continue;
            }
            kept.push(redirect);
        }
        let olds: BTreeMap<Arc<str>, Arc<str>> =
            kept.iter().map(|one| (Arc::clone(&one.old.value), Arc::clone(&one.new.value))).collect();
        kept.retain(|redirect| {
            if self.model.names.get(&redirect.new.value).is_some() {
                return true;
            }
            let mut way = vec![Arc::clone(&redirect.old.value)];
            let mut at = &redirect.new.value;
            while let Some(next) = olds.get(at).filter(|_| !way.contains(at) && way.len() < MOST_REDIRECTS) {
                way.push(Arc::clone(at));
                at = next;
            }
            if way.contains(at) {
                // Each circle once: at its first id.
                if *at == redirect.old.value && way.iter().min() == Some(at) {
                    way.push(Arc::clone(at));
                    self.out.push(
                        Diagnostic::new(
                            Code::CyclicRedirects,
                            redirect.span,
                            format!("a circle: {}", way.join(" -> ")),
                        )
                        .why("none of these ids leads to an item")
                        .help("let the last of them lead to the item that is there now"),
                    );
                }
            } else if way.len() >= MOST_REDIRECTS {
                let message = format!("more than {MOST_REDIRECTS} redirects in a row");
                self.out.push(
                    Diagnostic::new(Code::TooLarge, redirect.span, message)
                        .help("let each lead to the item that is there now"),
                );
            } else if !olds.contains_key(&redirect.new.value) {
                self.unknown(&redirect.new, Code::UnknownNode, "item");
            }
            false
        });
        for redirect in &mut kept {
            redirect.private |= self.is_named_private(&redirect.new.value);
        }
        self.model.redirects = kept;
    }

    /// Whether an id stands for something private.
    fn is_named_private(&self, id: &str) -> bool {
        let model = &self.model;
        match model.names.get(id) {
            Some(Named::Node(id)) => model.node(id).private,
            Some(Named::Choice(id)) => model.choices.get(id.index()).is_some_and(|one| one.private),
            Some(Named::Predictor(id)) => model.predictors.get(id.index()).is_some_and(|one| one.private),
            Some(Named::Class(id)) => model.classes.get(id.index()).is_some_and(|one| one.private),
            Some(Named::Document(id)) => model.documents.get(id.index()).is_some_and(|one| one.private),
            None => false,
        }
    }

    fn levels(&mut self, files: &[Arc<File>]) {
        let mut levels = Levels::default();
        for item in items(files) {
            self.allows(item, item.span, &mut levels);
        }
        self.model.levels.allows = levels.allows;
    }

    fn allows(&mut self, item: &Item, outermost: Span, levels: &mut Levels) {
        for clause in &item.body {
            match &clause.says {
                Says::Allow { code, .. } => {
                    if let Some(code_found) = self.code(code) {
                        levels.allows.push(Allow {
                            code: code_found,
                            item: item.span,
                            outermost,
                            span: clause.word.to(code.span),
                            answerable: !item.broken,
                        });
                    }
                }
                Says::Item(inner) => self.allows(inner, outermost, levels),
                _ => {}
            }
        }
    }

    fn choices(&mut self, declared: &Declared<'_>) {
        for item in &declared.choices {
            let Head::Named { id, title, .. } = &item.head else { continue };
            let mut choice = Choice {
                id: id.clone(),
                question: title.clone(),
                scenarios: Vec::new(),
                domain: None,
                tags: Vec::new(),
                text: None,
                private: is_private(item),
                broken: item.broken,
                span: item.span,
            };
            for clause in &item.body {
                match &clause.says {
                    Says::Domain(domain) => choice.domain = Some(domain.clone()),
                    Says::Tags(tags) => choice.tags.extend(tags.iter().cloned()),
                    Says::Prose(Prose::Text, text) => choice.text = Some(text.clone()),
                    Says::Item(Item { head: Head::Named { id, .. }, broken, .. }) => {
                        choice.broken |= broken;
                        choice.scenarios.extend(self.model.names.node(&id.value));
                    }
                    _ => {}
                }
            }
            self.model.choices.push(choice);
        }
    }

    /// Every text that readers see, for the rules that read texts.
    fn texts(&mut self, files: &[Arc<File>]) {
        fn gather(item: &Item, private: bool, texts: &mut Vec<OwnedText>) {
            let private = private || is_private(item);
            let mut add = |text: &Text| texts.push(OwnedText { text: text.clone(), private });
            match &item.head {
                Head::Network { title } | Head::Named { title, .. } => add(title),
                Head::Edge { edge, .. } => edge.text.iter().for_each(&mut add),
                Head::Assert { text, .. } => text.iter().for_each(&mut add),
                Head::Given { .. } | Head::Redirect { .. } | Head::Fact(_) => {}
            }
            for Clause { says, .. } in &item.body {
                match says {
                    Says::Prose(_, text) => add(text),
                    Says::Source { text, link } | Says::Said { text, link, .. } => {
                        text.iter().chain(link).for_each(&mut add);
                    }
                    Says::Conviction { text, .. } => text.iter().for_each(&mut add),
                    Says::Weblink(_, link) => add(link),
                    Says::Tags(tags) => tags.iter().for_each(&mut add),
                    Says::Edge(edge) => edge.text.iter().chain(&edge.link).for_each(&mut add),
                    Says::Fact(fact) => fact.text.iter().chain(&fact.link).for_each(&mut add),
                    _ => {}
                }
            }
            for clause in &item.body {
                if let Says::Item(inner) = &clause.says {
                    gather(inner, private, texts);
                }
            }
        }
        let mut texts = Vec::new();
        for item in items(files) {
            if let Head::Fact(fact) = &item.head {
                let subject = fact.subject.as_ref().and_then(|name| self.model.find(&name.value));
                let private = subject.is_some_and(|id| self.model.node(id).private);
                texts.extend(fact.text.iter().map(|text| OwnedText { text: text.clone(), private }));
            } else {
                gather(item, false, &mut texts);
            }
        }
        self.model.texts = texts;
    }
}

fn items(files: &[Arc<File>]) -> impl Iterator<Item = &Item> {
    files.iter().flat_map(|file| &file.items)
}
