//! Names: what every id of the network stands for.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::source::Span;

use super::{ChoiceId, ClassId, DocumentId, NodeId, PredictorId};

/// So many redirects in a row are followed; who needs more has lost the thread.
pub(super) const MOST_REDIRECTS: usize = 32;

/// What an id stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    Node(NodeId),
    Choice(ChoiceId),
    Predictor(PredictorId),
    Class(ClassId),
    Document(DocumentId),
}

impl Named {
    /// With an article, for messages.
    pub(crate) fn what(self) -> &'static str {
        match self {
            Self::Node(_) => "a node",
            Self::Choice(_) => "a choice",
            Self::Predictor(_) => "a predictor",
            Self::Class(_) => "a class",
            Self::Document(_) => "a document",
        }
    }
}

/// All ids.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    ids: HashMap<Arc<str>, (Named, Span)>,
    /// The whole ids of the milestones with this inner id.
    inner: HashMap<Arc<str>, Vec<Arc<str>>>,
    redirects: BTreeMap<Arc<str>, Arc<str>>,
}

impl Names {
    pub(super) fn insert(&mut self, id: Arc<str>, named: Named, span: Span) {
        if let Some((_, inner)) = id.split_once('.') {
            self.inner.entry(Arc::from(inner)).or_default().push(Arc::clone(&id));
        }
        self.ids.insert(id, (named, span));
    }

    pub(super) fn redirect(&mut self, old: Arc<str>, new: Arc<str>) {
        self.redirects.entry(old).or_insert(new);
    }

    /// What a name stands for, by way of its redirects.
    pub(crate) fn get(&self, name: &str) -> Option<Named> {
        if let Some((named, _)) = self.ids.get(name) {
            return Some(*named);
        }
        let (outer, inner) = name.split_once('.').map_or((name, None), |(outer, inner)| (outer, Some(inner)));
        let mut current = outer;
        for _ in 0..MOST_REDIRECTS {
            current = self.redirects.get(current)?;
            let id = inner.map_or_else(|| current.to_owned(), |inner| format!("{current}.{inner}"));
            if let Some((named, _)) = self.ids.get(id.as_str()) {
                return Some(*named);
            }
        }
        None
    }

    /// Where an id is declared, itself and not by way of a redirect.
    pub(crate) fn declaration(&self, id: &str) -> Option<Span> {
        self.ids.get(id).map(|(_, span)| *span)
    }

    /// Every id, in order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        let mut ids: Vec<&str> = self.ids.keys().map(AsRef::as_ref).collect();
        ids.sort_unstable();
        ids.into_iter()
    }

    pub(crate) fn node(&self, name: &str) -> Option<NodeId> {
        match self.get(name) {
            Some(Named::Node(id)) => Some(id),
            _ => None,
        }
    }

    /// The whole ids of the milestones that are called this inside their nodes.
    pub(super) fn milestones(&self, inner: &str) -> &[Arc<str>] {
        self.inner.get(inner).map_or(&[], Vec::as_slice)
    }
}
