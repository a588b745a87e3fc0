//! The past: how stated numbers and those of the network changed from version to version of the text.
//!
//! Versions come in, each with its numbers on its own day; who changed what goes out. Where a version comes from, and
//! how its numbers were worked out, is not known here.

mod change;
mod snapshot;

pub use change::{Change, Move, Passing, Tally};
pub use snapshot::{Network, Snapshot, Standing, Statement};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::value::Date;

/// A version of the text, by whoever committed it.
#[derive(Clone, Debug)]
pub struct Version {
    /// The id of the commit.
    pub commit: String,
    /// Who wrote it.
    pub author: String,
    /// Its day.
    pub date: Date,
    /// What they say of it, in a line.
    pub subject: String,
    /// Its numbers on its day.
    pub snapshot: Arc<Snapshot>,
    /// The numbers of the version before it on this day; none if they are what they were on its own.
    pub aged: Option<Arc<Snapshot>>,
}

impl Version {
    /// The id of the commit in short.
    pub fn short(&self) -> &str {
        self.commit.get(..10).unwrap_or(&self.commit)
    }
}

/// All versions, from the first to the last.
#[derive(Clone, Debug, Default)]
pub struct Past {
    versions: Vec<Version>,
    /// The ids that each node had before, by the one that it has now.
    former: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    /// The other way round.
    renamed: BTreeMap<Arc<str>, Arc<str>>,
    /// Ids of nodes that were private at any time.
    private: BTreeSet<Arc<str>>,
    /// The version to compare each with, by its place: the last before it whose text could be understood.
    before: Vec<Option<usize>>,
}

impl Past {
    /// Of versions in their order. `now` gives the id that a node has now, by one that it had; none if it has no other.
    pub fn new(versions: Vec<Version>, now: impl Fn(&str) -> Option<Arc<str>>) -> Self {
        let ids: BTreeSet<&Arc<str>> =
            versions.iter().flat_map(|version| version.snapshot.nodes.keys()).collect();
        let mut former: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
        let mut renamed = BTreeMap::new();
        for old in ids {
            if let Some(now) = now(old).filter(|now| now != old) {
                former.entry(Arc::clone(&now)).or_default().push(Arc::clone(old));
                renamed.insert(Arc::clone(old), now);
            }
        }
        let mut before = Vec::with_capacity(versions.len());
        let mut last = None;
        for (place, version) in versions.iter().enumerate() {
            before.push(last);
            if version.snapshot.errors == 0 {
                last = Some(place);
            }
        }
        let nodes = versions.iter().flat_map(|version| &version.snapshot.nodes);
        let private = nodes.filter(|(_, standing)| standing.private).map(|(id, _)| Arc::clone(id)).collect();
        Self { versions, former, renamed, private, before }
    }

    /// From the first to the last.
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// The id that a node has now, by one that it has or had.
    pub fn now<'a>(&'a self, id: &'a str) -> &'a str {
        self.renamed.get(id).map_or(id, AsRef::as_ref)
    }

    /// The ids of nodes that were private in any version, in order.
    pub fn private(&self) -> impl Iterator<Item = &Arc<str>> {
        self.private.iter()
    }

    /// Whether there ever was a node of this id.
    pub fn has(&self, id: &str) -> bool {
        self.versions.iter().any(|version| self.standing(&version.snapshot, id).is_some())
    }

    /// A node in a version, under the id that it has now, with the one that it had then.
    pub fn standing<'a>(&'a self, snapshot: &'a Snapshot, id: &str) -> Option<(&'a Arc<str>, &'a Standing)> {
        let former = self.former.get(id).map_or(&[][..], Vec::as_slice);
        let own = snapshot.nodes.get_key_value(id);
        own.or_else(|| former.iter().find_map(|old| snapshot.nodes.get_key_value(old.as_ref())))
    }

    /// The ids of all nodes of a version, as they are now.
    fn ids<'a>(&'a self, snapshot: &'a Snapshot) -> impl Iterator<Item = &'a Arc<str>> {
        snapshot.nodes.keys().map(|id| match self.renamed.get(id) {
            // Where both were there at once, they were two.
            Some(now) if !snapshot.nodes.contains_key(now) => now,
            _ => id,
        })
    }

    /// The version before that one, with its place; none before the first that can be understood.
    pub fn before(&self, place: usize) -> Option<(usize, &Version)> {
        let before = (*self.before.get(place)?)?;
        Some((before, self.versions.get(before)?))
    }
}
