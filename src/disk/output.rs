//! The output folder: what a build may write into, change and remove, and what it must leave alone.
//!
//! A folder belongs to us if a manifest of ours says so, or if nothing is in it. Below it a file belongs to us if its
//! bytes are those that a build listed. All other files stay as they are: nothing that somebody else wrote is
//! overwritten or removed. Everything is made and looked at before the first file moves, and each moves by a rename,
//! so a fault leaves the last site whole. What is about to move is listed first: a build that is broken off at any
//! moment leaves files that the next one knows.

mod build;
#[cfg(test)]
mod faults;
mod place;
mod staging;
mod stamp;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use self::build::Build;
use self::stamp::Stamp;
use super::DiskFault;
use super::lock::Lock;
use super::manifest::{self, Seal, above, check_path, collision};
use super::seam::{Disk, Real, links, look, make_folders};

pub(super) use self::staging::clear_staging;

/// The list of the files that a build made.
const MANIFEST: &str = ".forecastc-manifest";
/// The list of those that a build is about to move into their places, as far as the other one does not list them.
const NEXT: &str = ".forecastc-manifest.next";
/// Where new files wait, by number.
const STAGING: &str = ".forecastc-staging";
/// A manifest of more bytes is not read.
const MANIFEST_BYTES: u64 = 64 << 20;
const LINK: &str = "is a symbolic link, and links are not followed";

/// An output folder that this process alone writes into, as often as it likes.
#[derive(Debug)]
pub struct Output {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    /// The files of the last build that went well.
    last: BTreeMap<String, Seal>,
    /// Files that builds were about to move when they were broken off; there may be several of one path.
    next: BTreeSet<(String, Seal)>,
    /// Whether there may be a list of such files on the disk.
    has_next: bool,
    /// How files looked when they were as the last build lists them, and what they held.
    known: HashMap<String, (Stamp, Seal)>,
    /// The paths that were last found to be fit, in order.
    checked: Vec<String>,
    /// Whether the last build went well, and was one of those paths.
    is_settled: bool,
    _lock: Lock,
}

/// What became of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Files that are new or have changed.
    pub written: usize,
    /// Files that were as they should be, and were not touched.
    pub unchanged: usize,
    /// Files that an earlier build made and that are no more.
    pub removed: usize,
    /// Files of an earlier build that are no longer made, and stay because somebody changed them.
    pub kept: Vec<String>,
    /// Which ones are new or have changed, in the order of the list.
    pub written_paths: Vec<String>,
    /// Which ones are no more.
    pub removed_paths: Vec<String>,
}

/// What is at the path of a file that may be ours.
enum Held {
    Nothing,
    /// Its bytes, and how it looked before they were read.
    File(Vec<u8>, Option<Stamp>),
    /// Something else, and why it cannot be ours.
    Other(&'static str),
}

impl Output {
    /// Looks whether a site may go into a folder, makes it if it is not there, and locks it for as long as this lives.
    /// It may neither be nor hold any of the guarded places, which come with their names.
    pub fn open(folder: &Path, guarded: &[(&str, PathBuf)]) -> Result<Self, DiskFault> {
        Self::open_on(Arc::new(Real), folder, guarded)
    }

    fn open_on(disk: Arc<dyn Disk>, folder: &Path, guarded: &[(&str, PathBuf)]) -> Result<Self, DiskFault> {
        let real = place::resolve(folder)?;
        place::refuse_guarded(folder, &real, guarded)?;
        place::refuse_foreign(&*disk, folder)?;
        make_folders(&*disk, folder)?;
        let lock = Lock::take(&disk, folder)?;
        // Somebody else may have been at work until the lock was taken.
        place::refuse_foreign(&*disk, folder)?;
        let last = read_manifest(&*disk, &folder.join(MANIFEST))?;
        let next = read_manifest(&*disk, &folder.join(NEXT))?;
        clear_staging(&*disk, folder)?;
        Ok(Self {
            disk,
            folder: folder.to_owned(),
            last: last.unwrap_or_default().into_iter().collect(),
            has_next: next.is_some(),
            next: next.unwrap_or_default().into_iter().collect(),
            known: HashMap::new(),
            checked: Vec::new(),
            is_settled: false,
            _lock: lock,
        })
    }

    /// Brings the folder to hold these files, each with the bytes that `make` gives for its place in the list.
    ///
    /// `make` is called once for every file, on several threads. It is also told whether the file is known to be as the
    /// last call that went well left it; then it may give nothing, which stands for the bytes of that call, and the file
    /// is neither read nor touched. The first files of the list, `urgent` of them, are in their places before the
    /// others are made, if nothing can be in the way of those.
    ///
    /// # Errors
    ///
    /// The first one of `make`, or that of the disk. Unless the disk itself fails halfway, the folder then holds what
    /// it held, but for files that were urgent. After an error the next call finds its way.
    pub fn write<E: From<DiskFault> + Send>(
        &mut self,
        paths: &[&str],
        urgent: usize,
        make: impl Fn(usize, bool) -> Result<Option<Vec<u8>>, E> + Sync,
    ) -> Result<Written, E> {
        let missing = self.check(paths)?;
        Build::new(self, paths, missing).run(urgent, make)
    }

    /// Whether all paths can be files here, and no link leads out of the folder. Gives the folders that are not there.
    fn check<'a>(&mut self, paths: &[&'a str]) -> Result<BTreeSet<&'a str>, DiskFault> {
        let mut sorted = paths.to_vec();
        sorted.sort_unstable();
        if self.checked != sorted {
            for path in paths {
                check_path(path).map_err(|why| DiskFault::new(&self.folder, format!("this build {why}")))?;
            }
            if let Some((one, other)) = collision(paths) {
                let what = format!("{one} and {other} would be one file where case does not count");
                return Err(DiskFault::new(&self.folder, what));
            }
            self.checked = sorted.into_iter().map(ToOwned::to_owned).collect();
            self.is_settled = false;
        }
        let listed = self.last.keys().chain(self.next.iter().map(|(path, _)| path)).map(String::as_str);
        let old = folders(listed);
        let new = folders(paths.iter().copied());
        let mut missing = BTreeSet::new();
        for folder in old.iter().filter(|folder| !new.contains(*folder)) {
            self.is_folder(folder)?;
        }
        for folder in new {
            if !self.is_folder(folder)? {
                missing.insert(folder);
            }
        }
        Ok(missing)
    }

    /// Whether a folder is there. It is an error if something else is.
    fn is_folder(&self, folder: &str) -> Result<bool, DiskFault> {
        let path = self.folder.join(folder);
        match look(&*self.disk, &path)? {
            None => Ok(false),
            Some(metadata) if metadata.file_type().is_symlink() => Err(DiskFault::new(&path, LINK)),
            Some(metadata) if !metadata.is_dir() => {
                Err(DiskFault::new(&path, "is no folder, and the site needs one of this name"))
            }
            Some(_) => Ok(true),
        }
    }

    /// The files that still look as they did when they were as the last build lists them.
    fn seen(&self, paths: &[&str]) -> Vec<Option<(Stamp, Seal)>> {
        let seen = |path: &&str| {
            let known = self.known.get(*path)?;
            let now = self.disk.stat(&self.folder.join(path)).ok()?;
            (Stamp::of(&now) == Some(known.0)).then_some(*known)
        };
        paths.par_iter().map(seen).collect()
    }

    /// Whether a build wrote these bytes. An empty file has nothing to lose, and may be what a power cut left.
    fn is_ours(&self, path: &str, bytes: &[u8]) -> bool {
        let seal = Seal::of(bytes);
        let is_next = self.next_of(path).any(|next| *next == seal);
        is_next
            || self.last.get(path).is_some_and(|last| *last == seal)
            || bytes.is_empty() && self.is_listed(path)
    }

    fn is_listed(&self, path: &str) -> bool {
        self.last.contains_key(path) || self.next_of(path).next().is_some()
    }

    fn next_of<'a>(&'a self, path: &str) -> impl Iterator<Item = &'a Seal> + use<'a> {
        let path = path.to_owned();
        let from = (path.clone(), Seal::LEAST);
        self.next.range(from..).take_while(move |(one, _)| *one == path).map(|(_, seal)| seal)
    }

    /// What is at the path of a file.
    fn held(&self, path: &str) -> Result<Held, DiskFault> {
        let path = self.folder.join(path);
        let Some(metadata) = look(&*self.disk, &path)? else { return Ok(Held::Nothing) };
        if metadata.file_type().is_symlink() {
            return Ok(Held::Other(LINK));
        }
        if !metadata.is_file() {
            return Ok(Held::Other("is in the way of the site, and is no file"));
        }
        if links(&metadata) > 1 {
            return Ok(Held::Other("has a second name (a hard link), which is not ours to change"));
        }
        let bytes = self.disk.read(&path).map_err(|error| DiskFault::io(&path, &error))?;
        Ok(Held::File(bytes, Stamp::of(&metadata)))
    }
}

/// All folders that some paths go through.
fn folders<'a>(paths: impl Iterator<Item = &'a str>) -> BTreeSet<&'a str> {
    let mut all = BTreeSet::new();
    let mut last = "";
    for path in paths {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        // Those of one folder mostly stand together.
        if folder != last {
            all.extend(above(path));
            last = folder;
        }
    }
    all
}

/// A manifest, if there is one.
fn read_manifest(disk: &dyn Disk, path: &Path) -> Result<Option<Vec<(String, Seal)>>, DiskFault> {
    let invalid = |why: &str| {
        let help = "nothing was written; if the folder holds nothing but a site, empty it and build again";
        DiskFault::new(path, format!("is no manifest of ours: {why}\n  {help}"))
    };
    match look(disk, path)? {
        None => return Ok(None),
        Some(metadata) if !metadata.is_file() => return Err(invalid("it is no file")),
        Some(metadata) if metadata.len() > MANIFEST_BYTES => return Err(invalid("it is too large")),
        Some(_) => {}
    }
    let bytes = disk.read(path).map_err(|error| DiskFault::io(path, &error))?;
    let text = String::from_utf8(bytes).map_err(|_| invalid("it is no text"))?;
    manifest::parse(&text).map(Some).map_err(|why| invalid(&why))
}
