//! Filling in the nodes, and what stands outside of them and speaks of them: edges, tables, facts, assertions.

use std::sync::Arc;

use super::super::names::Named;
use super::super::{
    Assertion, Conviction, Edge, Exposure, Node, NodeId, NodeKind, Origin, OutsideView, Prose as NodeProse,
    ProseKind, Reference, Relation, Row, Table, Tie,
};
use super::references::{Resolver, effect};
use super::{Declaration, Declared, is_private, items};
use crate::diagnostic::{Code, Diagnostic, nearest, or_list, quoted};
use crate::source::Span;
use crate::syntax::tree::{File, Head, Item, Name, Prose, Says};
use crate::value::{Probability, Ratio};

/// What the weight of a milestone is where none is given.
const USUAL_TIE: &str = "0.4";
/// What the weight of an outside view is where none is given.
const USUAL_OUTSIDE: &str = "30%";

impl Resolver<'_> {
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
        let clauses = declared.nodes.iter().flat_map(|declaration| &declaration.item.body);
        self.model.edges.reserve(clauses.filter(|clause| matches!(clause.says, Says::Edge(_))).count());
        for (index, declaration) in declared.nodes.iter().enumerate() {
            self.fill(NodeId::new(index), declaration.item);
        }
        for item in &declared.documents {
            self.add_document(item);
        }
        self.rules(&declared.rules);
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
        let first = self.model.edges.len();
        for clause in &item.body {
            match &clause.says {
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
                Says::Edge(edge) => match self.edge(edge, id, node.private, clause.span) {
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
        // Nodes come in the order of their ids: so all edges are nearly in order before the loose ones come.
        self.model.edges.get_mut(first..).unwrap_or_default().sort_by_key(order);
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
        let words = words.get(..16.min(words.len())).unwrap_or_default();
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
    pub(super) fn loose_items(&mut self, files: &[Arc<File>]) {
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
        self.model.edges.sort_by_key(order);
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
        let rows = item.body.iter().filter_map(|clause| match &clause.says {
            Says::Row { cells, probability } => Some(Row {
                cells: cells.iter().map(|cell| cell.value).collect(),
                probability: *probability,
                span: clause.span,
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

/// Where an edge stands among all.
fn order(edge: &Edge) -> (NodeId, NodeId, Relation, Span) {
    (edge.target, edge.source, edge.relation.value, edge.span)
}

fn text(item: &Item) -> Option<Name> {
    item.body.iter().find_map(|clause| match &clause.says {
        Says::Prose(Prose::Text, text) => Some(text.clone()),
        _ => None,
    })
}

pub(super) fn references(item: &Item) -> Vec<Reference> {
    let references = item.body.iter().filter_map(|clause| match &clause.says {
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
