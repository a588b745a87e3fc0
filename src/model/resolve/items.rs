//! Filling in the items that are no nodes: the network itself, predictors, classes, documents, tickers.

use std::sync::Arc;

use super::super::{Class, Document, Predictor, Rate, Ticker};
use super::nodes::references;
use super::references::Resolver;
use super::{Declared, is_private, items};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::tree::{File, Head, Item, Name, Prose, Says, Weblink};

impl Resolver<'_> {
    pub(super) fn network(&mut self, files: &[Arc<File>]) {
        let mut first: Option<&Name> = None;
        for item in items(files) {
            let Head::Network { title } = &item.head else { continue };
            if let Some(first) = first {
                self.out.push(
                    Diagnostic::new(Code::SecondNetwork, title.span, "a second `network`")
                        .also(first.span, "the first")
                        .why("all files below the source folder form one network")
                        .help("put what both say into one of them"),
                );
                continue;
            }
            first = Some(title);
            self.model.network.title = Some(title.clone());
            for clause in &item.body {
                let network = &mut self.model.network;
                match &clause.says {
                    Says::Weblink(Weblink::Url, link) => network.url = Some(link.clone()),
                    Says::Weblink(Weblink::Repository, link) => network.repository = Some(link.clone()),
                    Says::Prose(Prose::Text, text) => network.text = Some(text.clone()),
                    Says::Silence(silence) => network.silence = *silence,
                    Says::Stale(duration) => network.stale_after = *duration,
                    Says::Incoherent(distance) => network.incoherent_past = *distance,
                    Says::Convictions(words) => {
                        network.convictions = words
                            .iter()
                            .map(|(word, level)| (Arc::clone(&word.value), level.value))
                            .collect();
                    }
                    Says::Lint { code, level } => {
                        if let Some(code) = self.code(code) {
                            self.model.levels.lints.push((code, *level));
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    pub(super) fn items(&mut self, declared: &Declared<'_>) {
        for item in &declared.predictors {
            self.add_predictor(item);
        }
        for item in &declared.classes {
            self.add_class(item);
        }
        for item in &declared.tickers {
            self.add_ticker(item);
        }
    }

    fn add_predictor(&mut self, item: &Item) {
        let Head::Named { id, title, .. } = &item.head else { return };
        let mut predictor = Predictor {
            id: id.clone(),
            name: title.clone(),
            role: None,
            links: Vec::new(),
            text: None,
            private: is_private(item),
            span: item.span,
        };
        for clause in &item.body {
            match &clause.says {
                Says::Prose(Prose::Role, role) => predictor.role = Some(role.clone()),
                Says::Prose(Prose::Text, text) => predictor.text = Some(text.clone()),
                Says::Weblink(_, link) => predictor.links.push(link.clone()),
                _ => {}
            }
        }
        self.model.predictors.push(predictor);
    }

    fn add_class(&mut self, item: &Item) {
        let Head::Named { id, title, .. } = &item.head else { return };
        let mut class = Class {
            id: id.clone(),
            title: title.clone(),
            rate: Rate::Seen { times: 0, of: 0 },
            sources: references(item),
            text: None,
            private: is_private(item),
            span: item.span,
        };
        for clause in &item.body {
            match &clause.says {
                Says::Seen { times, of } => class.rate = Rate::Seen { times: *times, of: *of },
                Says::Rate(rate) => class.rate = Rate::Given(rate.value),
                Says::Prose(Prose::Text, text) => class.text = Some(text.clone()),
                _ => {}
            }
        }
        self.model.classes.push(class);
    }

    fn add_ticker(&mut self, item: &Item) {
        let Head::Named { id, title, .. } = &item.head else { return };
        let mut ticker = Ticker {
            symbol: id.clone(),
            name: title.clone(),
            links: Vec::new(),
            text: None,
            private: is_private(item),
            span: item.span,
        };
        for clause in &item.body {
            match &clause.says {
                Says::Prose(Prose::Text, text) => ticker.text = Some(text.clone()),
                Says::Weblink(_, link) => ticker.links.push(link.clone()),
                _ => {}
            }
        }
        self.model.tickers.push(ticker);
    }

    pub(super) fn add_document(&mut self, item: &Item) {
        let Head::Named { id, title, .. } = &item.head else { return };
        let mut document = Document {
            id: id.clone(),
            title: title.clone(),
            file: None,
            link: None,
            date: None,
            by: Vec::new(),
            about: Vec::new(),
            tags: Vec::new(),
            text: None,
            private: is_private(item),
            span: item.span,
        };
        for clause in &item.body {
            match &clause.says {
                Says::File(path) => document.file = Some(path.clone()),
                Says::Weblink(_, link) => document.link = Some(link.clone()),
                Says::Date(date) => document.date = Some(date.value),
                Says::By(name) => document.by.extend(self.predictor(name)),
                Says::About(names) => {
                    for name in names {
                        document.about.extend(self.node(name));
                    }
                }
                Says::Tags(tags) => document.tags.extend(tags.iter().cloned()),
                Says::Prose(Prose::Text, text) => document.text = Some(text.clone()),
                _ => {}
            }
        }
        self.model.documents.push(document);
    }
}
