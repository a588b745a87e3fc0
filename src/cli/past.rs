//! The past of a network, out of git: every version with its numbers, each worked out once and kept.
//!
//! A version is looked at on its own day, as it was looked at then; what it did is told apart from what the days
//! since the version before it did.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::{Call, Fault};
use crate::Memory;
use crate::answers::past::{Past, Snapshot, Version};
use crate::disk::Cache;
use crate::disk::git::{Commit, Entry, ObjectId, Repository};
use crate::forecast::Settings;
use crate::model::Model;
use crate::value::Date;

/// Whoever changes what a snapshot says, or how numbers are worked out, changes this.
const NUMBERS: u32 = 1;

/// Versions that are worth a memory of their own.
const STRETCH: usize = 8;

/// A version on a day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Wanted {
    tree: Option<ObjectId>,
    day: Date,
    commit: Commit,
}

/// Works out versions.
struct Reader<'a> {
    git: &'a Repository,
    settings: Settings,
    cache: Cache,
    /// Versions that were not found in the cache.
    fresh: AtomicUsize,
    tell: &'a (dyn Fn(usize) + Sync),
}

impl Call {
    /// The past of the network at the head of its repository, up to the day of the call.
    pub(super) fn past(&mut self, is_cached: bool) -> Result<Past, Fault> {
        let git = Repository::holding(&self.source)?;
        let head = git.commit("HEAD")?;
        if git.is_shallow()? {
            self.output.message(
                "this clone lacks a part of its past, and so does what follows: `git fetch --unshallow` brings it\n",
            );
        }
        let cache = folder().filter(|_| is_cached).map_or_else(Cache::none, |folder| Cache::at(&folder));
        let of = AtomicUsize::new(0);
        let is_shown = self.output.shows_progress();
        let progress = super::progress::Progress::new(is_shown);
        let tell = |done| progress.versions(done, of.load(Ordering::Relaxed));
        let reader =
            Reader { git: &git, settings: self.settings, cache, fresh: AtomicUsize::new(0), tell: &tell };
        let mut entries = git.log(&head)?;
        entries.reverse();
        let is_known =
            |entry: &Entry| Date::from_unix_seconds(entry.seconds).is_none_or(|day| day <= self.today);
        entries.retain(is_known);
        of.store(entries.len(), Ordering::Relaxed);
        let versions = reader.versions(entries, self.today);
        progress.clear();
        let model = reader.model(&head, self.today)?;
        let now = |old: &str| Some(Arc::clone(&model.as_ref()?.node(model.as_ref()?.find(old)?).id));
        Ok(Past::new(versions?, now))
    }
}

/// Where answers are kept: the cache folder of the user.
fn folder() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = absolute("XDG_CACHE_HOME")
        .or_else(|| absolute("LOCALAPPDATA"))
        .or_else(|| absolute("HOME").map(|home| home.join(".cache")))?;
    Some(cache.join("forecastc").join("history"))
}

impl Reader<'_> {
    fn versions(&self, entries: Vec<Entry>, today: Date) -> Result<Vec<Version>, Fault> {
        let wanted = |entry: &Entry| Wanted {
            tree: entry.tree.clone(),
            day: entry.date.unwrap_or(today),
            commit: entry.commit.clone(),
        };
        let wanted: Vec<Wanted> = entries.iter().map(wanted).collect();
        let snapshots = self.snapshots(&wanted)?;
        let aged = self.aged(&wanted, &snapshots)?;
        let versions = entries.into_iter().zip(wanted).zip(snapshots.into_iter().zip(aged));
        let version = |((entry, wanted), (snapshot, aged)): ((Entry, Wanted), _)| {
            Ok(Version {
                author: self.author(&entry)?,
                commit: entry.commit.id.to_string(),
                date: wanted.day,
                subject: entry.subject,
                snapshot,
                aged,
            })
        };
        versions.map(version).collect()
    }

    /// Who wrote what a commit brought: of a merge those whose commits it brought in, not who merged them.
    fn author(&self, entry: &Entry) -> Result<String, Fault> {
        if entry.parents < 2 {
            return Ok(entry.author.clone());
        }
        let key = format!("authors {} {}", entry.commit.id, self.git.below().escape_debug());
        if let Some(kept) = self.cache.find(&key) {
            return Ok(kept);
        }
        let merged = self.git.merged(&entry.commit)?;
        let authors: BTreeSet<&str> = merged.iter().map(|entry| entry.author.as_str()).collect();
        let authors = authors.into_iter().collect::<Vec<_>>().join(", ");
        let authors = if authors.is_empty() { entry.author.clone() } else { authors };
        self.cache.keep(&key, &authors);
        Ok(authors)
    }

    /// Of each version what the one before it says on its day, where that is something else.
    fn aged(
        &self,
        wanted: &[Wanted],
        snapshots: &[Arc<Snapshot>],
    ) -> Result<Vec<Option<Arc<Snapshot>>>, Fault> {
        let mut places = Vec::new();
        let mut older = Vec::new();
        let mut last: Option<(&Wanted, &Arc<Snapshot>)> = None;
        for (place, (one, snapshot)) in wanted.iter().zip(snapshots).enumerate() {
            if let Some((before, said)) = last
                && !holds(said, before.day, one.day)
            {
                places.push(place);
                older.push(Wanted { day: one.day, ..before.clone() });
            }
            if snapshot.errors == 0 {
                last = Some((one, snapshot));
            }
        }
        let mut aged = vec![None; wanted.len()];
        for (place, snapshot) in places.into_iter().zip(self.snapshots(&older)?) {
            if let Some(slot) = aged.get_mut(place) {
                *slot = Some(snapshot);
            }
        }
        Ok(aged)
    }

    /// Each version on its day, in order: those that are known, and the others in a few stretches of neighbors.
    fn snapshots(&self, wanted: &[Wanted]) -> Result<Vec<Arc<Snapshot>>, Fault> {
        let find = |one: &Wanted| self.cache.find(&self.key(one)).and_then(|text| Snapshot::read(&text));
        let found: Vec<Option<Arc<Snapshot>>> =
            wanted.par_iter().map(|one| find(one).map(Arc::new)).collect();
        let missing: Vec<&Wanted> =
            wanted.iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(one, _)| one).collect();
        let stretch = missing.len().div_ceil(rayon::current_num_threads()).max(STRETCH);
        let fresh: Vec<Vec<Arc<Snapshot>>> = missing
            .par_chunks(stretch)
            .map(|stretch| self.stretch(stretch))
            .collect::<Result<_, String>>()?;
        let mut fresh = fresh.into_iter().flatten();
        Ok(found.into_iter().filter_map(|found| found.or_else(|| fresh.next())).collect())
    }

    /// Neighbors, one after the other: what one has worked out, the next one need not.
    fn stretch(&self, wanted: &[&Wanted]) -> Result<Vec<Arc<Snapshot>>, String> {
        let memory = Memory::new();
        let mut told: BTreeMap<Option<ObjectId>, (Date, Arc<Snapshot>)> = BTreeMap::new();
        let mut all = Vec::new();
        for one in wanted {
            let known = told.get(&one.tree).filter(|(day, said)| holds(said, *day, one.day));
            let snapshot = match known {
                Some((_, said)) => Arc::clone(said),
                None => Arc::new(self.evaluate(one, &memory).map_err(|fault| fault.to_string())?),
            };
            self.cache.keep(&self.key(one), &snapshot.write());
            told.insert(one.tree.clone(), (one.day, Arc::clone(&snapshot)));
            all.push(snapshot);
            (self.tell)(self.fresh.fetch_add(1, Ordering::Relaxed) + 1);
        }
        Ok(all)
    }

    fn evaluate(&self, one: &Wanted, memory: &Memory) -> Result<Snapshot, Fault> {
        let sources = match &one.tree {
            Some(_) => self.git.sources(&one.commit)?.unwrap_or_default(),
            None => return Ok(Snapshot::default()),
        };
        let compiled = crate::evaluate(&sources, one.day, &self.settings, memory, &|_| {});
        let errors = compiled.diagnostics.errors();
        Ok(Snapshot::of(&compiled.model, compiled.forecast.as_ref(), one.day, errors))
    }

    /// Everything that a snapshot depends on.
    fn key(&self, one: &Wanted) -> String {
        let Settings { seed, method, worlds } = self.settings;
        let version = env!("CARGO_PKG_VERSION");
        let tree = one.tree.as_ref().map_or("none", ObjectId::as_str);
        let worlds = worlds.map_or_else(|| "chosen".to_owned(), |worlds| worlds.to_string());
        format!("{version} {NUMBERS} {tree} {} seed {seed} {method:?} worlds {worlds}", one.day)
    }

    /// The network as it is at the head, for the names of today.
    fn model(&self, head: &Commit, today: Date) -> Result<Option<Model>, Fault> {
        Ok(self.git.sources(head)?.map(|sources| crate::compile(&sources, today).model))
    }
}

/// Whether what a version says on one day is what it says on another.
fn holds(said: &Snapshot, on: Date, day: Date) -> bool {
    on == day || (on < day && said.until.is_none_or(|until| day < until))
}
