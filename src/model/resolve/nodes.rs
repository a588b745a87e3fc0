//! Filling in the items: the network itself, predictors, classes, documents, tickers, rules and nodes.

use std::sync::Arc;

use super::super::names::Named;
use super::super::{
    Action, Assertion, Class, Conviction, Document, Exposure, Node, NodeId, NodeKind, Origin, OutsideView,
    Predictor, ProseKind, Rate, Reference, Relation, Row, Rule, Table, Ticker, Tie,
};
use super::super::{Prose as NodeProse, expression};
use super::references::{Resolver, effect};
use super::{Declaration, Declared, is_private, items};
use crate::diagnostic::{Code, Diagnostic, nearest, or_list, quoted};
use crate::source::Span;
use crate::syntax::tree::{File, Head, Item, Name, Prose, Says, Weblink};
use crate::value::{Probability, Ratio};

/// What the weight of a milestone is where none is given.
const USUAL_TIE: &str = "0.4";
/// What the weight of an outside view is where none is given.
const USUAL_OUTSIDE: &str = "30%";

impl Resolver<'_> {
    pub(super) fn network(&mut self, files: &[File]) {
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
            for statement in &item.body {
                let network = &mut self.model.network;
                match &statement.says {
                    Says::Weblink(Weblink::Url, link) => network.url = Some(link.clone()),
                    Says::Weblink(Weblink::Repository, link) => network.repository = Some(link.clone()),
                    Says::Prose(Prose::Text, text) => network.text = Some(text.clone()),
                    Says::Silence(silence) => network.silence = *silence,
                    Says::Stale(duration) => network.stale_after = *duration,
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
        for statement in &item.body {
            match &statement.says {
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
        for statement in &item.body {
            match &statement.says {
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
        for statement in &item.body {
            match &statement.says {
                Says::Prose(Prose::Text, text) => ticker.text = Some(text.clone()),
                Says::Weblink(_, link) => ticker.links.push(link.clone()),
                _ => {}
            }
        }
        self.model.tickers.push(ticker);
    }

    fn add_document(&mut self, item: &Item) {
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
        for statement in &item.body {
            match &statement.says {
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

    fn add_rule(&mut self, item: &Item) {
        let Head::Named { id, title, .. } = &item.head else { return };
        if item.broken {
            return;
        }
        let mut subjects = Vec::new();
        let mut when = None;
        let mut action = None;
        let mut text = None;
        for statement in &item.body {
            match &statement.says {
                Says::For(kinds) => {
                    subjects = kinds.iter().filter_map(|kind| NodeKind::of(kind.value)).collect()
                }
                Says::When(condition) => when = expression::condition(condition, self.out),
                Says::Prose(Prose::Warn, message) => action = Some((Action::Warn, message.clone())),
                Says::Prose(Prose::Fail, message) => action = Some((Action::Fail, message.clone())),
                Says::Prose(Prose::Badge, message) => action = Some((Action::Badge, message.clone())),
                Says::Prose(Prose::Text, words) => text = Some(words.clone()),
                _ => {}
            }
        }
        if let (Some(when), Some((action, message))) = (when, action) {
            self.check_message(&message);
            self.model.rules.push(Rule {
                id: id.clone(),
                title: title.clone(),
                subjects,
                when,
                action,
                message,
                text,
                private: is_private(item),
                span: item.span,
            });
        }
    }

    /// The `{field}`s of a rule's message are fields.
    fn check_message(&mut self, message: &Name) {
        let text = &message.value;
        // Without escapes the places in the text are places in the file, one quote further on.
        let is_plain = (message.span.end - message.span.start) as usize == text.len() + 2;
        for (at, _) in text.match_indices('{') {
            let rest = text.get(at + 1..).unwrap_or_default();
            let Some((field, _)) = rest.split_once('}') else { continue };
            if expression::Field::from_name(field).is_some() {
                continue;
            }
            let start = message.span.start as usize + at + 2;
            let span = Span::new(message.span.source, start, start + field.len());
            let span = if is_plain { span } else { message.span };
            self.out.push(expression::unknown_field(field, span));
        }
    }

    /// The nodes: all of them first, so that each can name any other.
    pub(super) fn nodes(&mut self, declared: &Declared<'_>) {
        for declaration in &declared.nodes {
            let node = self.bare(declaration);
            self.model.nodes.push(node);
        }
        for (index, _) in declared.nodes.iter().enumerate() {
            let id = NodeId::new(index);
            if let Some(parent) = self.model.node(id).parent
                && let Some(parent) = self.model.nodes.get_mut(parent.index())
            {
                parent.milestones.push(id);
            }
        }
        // As they stand in the file, not as their ids sort.
        let spans: Vec<_> = self.model.nodes.iter().map(|node| node.span).collect();
        for node in &mut self.model.nodes {
            node.milestones.sort_by_key(|id| spans.get(id.index()).copied());
        }
        for (index, declaration) in declared.nodes.iter().enumerate() {
            self.fill(NodeId::new(index), declaration.item);
        }
        for item in &declared.documents {
            self.add_document(item);
        }
        for item in &declared.rules {
            self.add_rule(item);
        }
    }

    fn bare(&self, declaration: &Declaration<'_>) -> Node {
        let item = declaration.item;
        let (kind, id, title) = match &item.head {
            Head::Named { kind, id, title } => (*kind, id.clone(), title.clone()),
            _ => unreachable_head(item),
        };
        let names = &self.model.names;
        let choice = declaration.choice.as_ref().and_then(|choice| match names.get(choice) {
            Some(Named::Choice(choice)) => Some(choice),
            _ => None,
        });
        let whole = declaration.parent.as_ref().map(|parent| Arc::from(format!("{parent}.{}", id.value)));
        Node {
            id: whole.unwrap_or_else(|| Arc::clone(&id.value)),
            id_span: id.span,
            kind: NodeKind::of(kind).unwrap_or(NodeKind::Scenario),
            title,
            parent: declaration.parent.as_ref().and_then(|parent| names.node(parent)),
            choice,
            prior: None,
            rest: false,
            by: Vec::new(),
            said: None,
            mode: None,
            conviction: None,
            domain: None,
            window: None,
            outside: None,
            prose: Vec::new(),
            sources: references(item),
            links: Vec::new(),
            tags: Vec::new(),
            milestones: Vec::new(),
            check_ins: false,
            exposures: Vec::new(),
            tie: None,
            journal: Vec::new(),
            private: declaration.private,
            broken: item.broken,
            doubtful: false,
            span: item.span,
        }
    }

    fn fill(&mut self, id: NodeId, item: &Item) {
        // Lines of other items may have been recorded already: they stay where they are until the end.
        let mut node = Node { journal: Vec::new(), ..self.model.node(id).clone() };
        if node.kind == NodeKind::Milestone {
            node.tie = Ratio::read_weight(USUAL_TIE, false).ok().map(Tie::Weight);
        }
        for statement in &item.body {
            match &statement.says {
                Says::Probability(prior) | Says::Confidence(prior) => node.prior = Some(*prior),
                Says::Rest => node.rest = true,
                Says::By(name) => node.by.extend(self.predictor(name)),
                Says::Said { date, text, link } => {
                    node.said = Some(Origin { date: date.value, text: text.clone(), link: link.clone() });
                }
                Says::Mode(mode) => node.mode = Some(*mode),
                Says::Conviction { word, text } => {
                    let level = self.conviction(word);
                    node.conviction =
                        level.map(|level| Conviction { word: word.clone(), level, cue: text.clone() });
                }
                Says::Domain(domain) => node.domain = Some(domain.clone()),
                Says::Window(window) => node.window = Some(*window),
                Says::Class { class, weight } => {
                    let usual = Ratio::read_weight(USUAL_OUTSIDE, true).ok();
                    node.outside = self
                        .class(class)
                        .zip(weight.or(usual))
                        .map(|(class, weight)| OutsideView { class, weight });
                }
                Says::Prose(prose, text) => {
                    let kind = prose_kind(*prose);
                    node.prose.extend(kind.map(|kind| NodeProse { kind, text: text.clone() }));
                }
                Says::Weblink(_, link) => node.links.push(link.clone()),
                Says::Tags(tags) => node.tags.extend(tags.iter().cloned()),
                Says::CheckIns => node.check_ins = true,
                Says::Exposure { up, symbols, weight } => {
                    let weight = weight.unwrap_or(Ratio::whole(1));
                    let exposures =
                        symbols.iter().cloned().map(|symbol| Exposure { symbol, gains: *up, weight });
                    node.exposures.extend(exposures);
                }
                Says::Weight(weight) => node.tie = Some(Tie::Weight(weight.value)),
                Says::Tie(tie) => node.tie = Some(Tie::Effect(effect(tie, Relation::MovesWith))),
                Says::Edge(edge) => match self.edge(edge, id, node.private, statement.span) {
                    Some(edge) => self.model.edges.push(edge),
                    None => node.doubtful = true,
                },
                Says::Fact(fact) => {
                    if let Some((subject, fact_found)) = self.fact(fact, Some(id)) {
                        if subject == id {
                            node.journal.push(fact_found);
                        } else {
                            self.record(subject, fact_found);
                        }
                    }
                }
                _ => {}
            }
        }
        if let Some(place) = self.model.nodes.get_mut(id.index()) {
            node.journal.append(&mut place.journal);
            *place = node;
        }
    }

    fn conviction(&mut self, word: &Name) -> Option<Probability> {
        let convictions = &self.model.network.convictions;
        if let Some((_, level)) = convictions.iter().find(|(of, _)| *of == word.value) {
            return Some(*level);
        }
        let words: Vec<&str> = convictions.iter().map(|(word, _)| word.as_ref()).collect();
        let diagnostic = Diagnostic::new(
            Code::UnknownWord,
            word.span,
            format!("{} is no conviction of this network", quoted(&word.value)),
        );
        let near = nearest(&word.value, words.iter().copied());
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
                format!("write {}, or set others with `convictions` in `network`", or_list(&words))
            }
        };
        self.out.push(diagnostic.help(help));
        None
    }

    /// What stands outside of nodes and speaks of them: edges, tables, facts, assertions.
    pub(super) fn loose_items(&mut self, files: &[File]) {
        for item in items(files) {
            match &item.head {
                Head::Edge { target, edge } => self.loose_edge(item, target, edge),
                Head::Given { parents, target } => self.table(item, parents, target),
                Head::Fact(fact) => {
                    if let Some((subject, fact)) = self.fact(fact, None) {
                        self.record(subject, fact);
                    }
                }
                Head::Assert { claim, text } => {
                    let words = claim.to_string();
                    if let Some(claim) = self.claim(claim) {
                        let private = is_private(item);
                        self.model.assertions.push(Assertion {
                            words,
                            claim,
                            text: text.clone(),
                            private,
                            span: item.span,
                        });
                    }
                }
                Head::Network { .. } | Head::Named { .. } | Head::Redirect { .. } => {}
            }
        }
        self.model.assertions.sort_by(|a, b| (&a.words, a.span).cmp(&(&b.words, b.span)));
        self.model.edges.sort_by_key(|edge| (edge.target, edge.source, edge.relation.value, edge.span));
        self.model.tables.sort_by_key(|table| (table.target, table.span));
        self.settle_journals();
    }

    fn loose_edge(&mut self, item: &Item, target: &Name, edge: &crate::syntax::tree::Edge) {
        let target = self.node(target);
        let Some(target) = target else {
            // The source is looked up all the same: it may be wrong too.
            self.node(&edge.source);
            return;
        };
        let private = is_private(item) || self.model.node(target).private;
        let edge = self.edge(edge, target, private, item.span);
        if edge.is_none()
            && let Some(node) = self.model.nodes.get_mut(target.index())
        {
            node.doubtful = true;
        }
        if let Some(mut edge) = edge {
            edge.sources.extend(references(item));
            edge.text = edge.text.or_else(|| text(item));
            self.model.edges.push(edge);
        }
    }

    fn table(&mut self, item: &Item, parent_names: &[Name], target: &Name) {
        let found: Vec<Option<NodeId>> = parent_names.iter().map(|parent| self.node(parent)).collect();
        let node = self.node(target);
        let (Some(parents), Some(node)) = (found.into_iter().collect::<Option<Vec<_>>>(), node) else {
            return;
        };
        let rows = item.body.iter().filter_map(|statement| match &statement.says {
            Says::Row { cells, probability } => Some(Row {
                cells: cells.iter().map(|cell| cell.value).collect(),
                probability: *probability,
                span: statement.span,
            }),
            _ => None,
        });
        self.model.tables.push(Table {
            target: node,
            parents,
            parent_spans: parent_names.iter().map(|name| name.span).collect(),
            rows: rows.collect(),
            sources: references(item),
            text: text(item),
            private: is_private(item) || self.model.node(node).private,
            broken: item.broken,
            target_span: target.span,
            span: item.span,
        });
    }
}

fn text(item: &Item) -> Option<Name> {
    item.body.iter().find_map(|statement| match &statement.says {
        Says::Prose(Prose::Text, text) => Some(text.clone()),
        _ => None,
    })
}

fn references(item: &Item) -> Vec<Reference> {
    let references = item.body.iter().filter_map(|statement| match &statement.says {
        Says::Source { text, link } => Some(Reference { text: text.clone(), link: link.clone() }),
        _ => None,
    });
    references.collect()
}

fn prose_kind(prose: Prose) -> Option<ProseKind> {
    match prose {
        Prose::Text => Some(ProseKind::Text),
        Prose::Context => Some(ProseKind::Context),
        Prose::Quote => Some(ProseKind::Quote),
        Prose::Catalyst => Some(ProseKind::Catalyst),
        Prose::Watch => Some(ProseKind::Watch),
        Prose::Measure => Some(ProseKind::Measure),
        Prose::Role | Prose::Warn | Prose::Fail | Prose::Badge => None,
    }
}

/// Declarations are made of items with an id only; this is what stands in for the impossible.
fn unreachable_head(item: &Item) -> (crate::syntax::tree::Kind, Name, Name) {
    let empty = Name::new(Arc::from(""), item.span);
    (crate::syntax::tree::Kind::Scenario, empty.clone(), empty)
}
