//! The index: which published nodes and lines belong to what other pages list them under.
//!
//! A published model comes in; lists by domain, tag, symbol, predictor and class come out, each looked up once for
//! all pages. Nothing private is in it.

use std::collections::BTreeMap;

use super::edition::above;
use crate::forecast::Forecast;
use crate::model::{ClassId, Event, Fact, Model, NodeId, PredictorId};
use crate::value::Date;

/// Lists of nodes in the order of their ids, and of lines.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// By domain; a domain holds what is in those below it too.
    domains: BTreeMap<String, Vec<NodeId>>,
    tags: BTreeMap<String, Vec<NodeId>>,
    symbols: BTreeMap<String, Vec<NodeId>>,
    /// What each predictor says.
    predictors: Vec<Vec<NodeId>>,
    /// What each predictor gave evidence for or against.
    evidence: Vec<Vec<Line>>,
    classes: Vec<Vec<NodeId>>,
    /// All lines up to today, the latest first.
    lines: Vec<Line>,
}

/// A line of a journal, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(super) date: Date,
    pub(super) node: NodeId,
    /// The place in the journal of the node.
    pub(super) place: usize,
}

impl Line {
    /// What it says.
    pub(super) fn fact(self, model: &Model) -> Option<&Fact> {
        model.node(self.node).journal.get(self.place)
    }
}

impl Index {
    /// Of what is published of a model.
    pub(super) fn new(model: &Model, forecast: &Forecast) -> Self {
        let mut index = Self {
            predictors: vec![Vec::new(); model.predictors.len()],
            evidence: vec![Vec::new(); model.predictors.len()],
            classes: vec![Vec::new(); model.classes.len()],
            ..Self::default()
        };
        for (id, node) in model.nodes().filter(|(_, node)| !node.private) {
            for domain in node.domain.iter().flat_map(|domain| above(&domain.value)) {
                index.domains.entry(domain.to_owned()).or_default().push(id);
            }
            for tag in &node.tags {
                index.tags.entry(tag.value.to_string()).or_default().push(id);
            }
            for exposure in &node.exposures {
                let nodes = index.symbols.entry(exposure.symbol.value.to_string()).or_default();
                // A symbol may stand in several lines of one node.
                if nodes.last() != Some(&id) {
                    nodes.push(id);
                }
            }
            for by in &node.by {
                add(&mut index.predictors, by.index(), id);
            }
            if let Some(outside) = &node.outside {
                add(&mut index.classes, outside.class.index(), id);
            }
            for (place, fact) in node.journal.iter().enumerate() {
                let line = Line { date: fact.date.value, node: id, place };
                if line.date > forecast.today() {
                    continue;
                }
                if let Event::Evidence { by: Some(by), .. } = fact.event {
                    add(&mut index.evidence, by.index(), line);
                }
                index.lines.push(line);
            }
        }
        for lines in index.evidence.iter_mut().chain([&mut index.lines]) {
            lines.sort_by(|one, other| {
                other.date.cmp(&one.date).then((one.node, one.place).cmp(&(other.node, other.place)))
            });
        }
        index
    }

    /// What is in a domain, or in one below it.
    pub(super) fn domain(&self, name: &str) -> &[NodeId] {
        self.domains.get(name).map_or(&[], Vec::as_slice)
    }

    /// What has a tag.
    pub(super) fn tag(&self, name: &str) -> &[NodeId] {
        self.tags.get(name).map_or(&[], Vec::as_slice)
    }

    /// What a symbol is exposed to.
    pub(super) fn symbol(&self, name: &str) -> &[NodeId] {
        self.symbols.get(name).map_or(&[], Vec::as_slice)
    }

    /// What a predictor says.
    pub(super) fn predictor(&self, id: PredictorId) -> &[NodeId] {
        self.predictors.get(id.index()).map_or(&[], Vec::as_slice)
    }

    /// The evidence that a predictor gave, the latest first.
    pub(super) fn evidence(&self, id: PredictorId) -> &[Line] {
        self.evidence.get(id.index()).map_or(&[], Vec::as_slice)
    }

    /// What is tied to a reference class.
    pub(super) fn class(&self, id: ClassId) -> &[NodeId] {
        self.classes.get(id.index()).map_or(&[], Vec::as_slice)
    }

    /// All lines up to today, the latest first.
    pub(super) fn lines(&self) -> &[Line] {
        &self.lines
    }
}

fn add<T>(lists: &mut [Vec<T>], place: usize, one: T) {
    if let Some(list) = lists.get_mut(place) {
        list.push(one);
    }
}
