//! The output folder: what a build may write into, change and remove, and what it must leave alone.
//!
//! A folder belongs to us if a manifest of ours says so, or if nothing is in it. Below it a file belongs to us if its
//! bytes are those that a build listed. All other files stay as they are: nothing that somebody else wrote is
//! overwritten or removed. Everything is made and looked at before the first file moves, and each moves by a rename,
//! so a fault leaves the last site whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::lock::{self, Lock};
use super::manifest::{Manifest, Seal, above, check_path, collision};
use super::{DiskFault, links};

/// The list of the files that a build made.
const MANIFEST: &str = ".forecastc-manifest";
/// The list of those that a build is about to move into their places.
const NEXT: &str = ".forecastc-manifest.next";
/// Where new files wait, by number.
const STAGING: &str = ".forecastc-staging";
/// A manifest of more bytes is not read.
const MANIFEST_BYTES: u64 = 64 << 20;
/// So many files are named in a message.
const NAMED: usize = 5;

/// An output folder that one build may write into.
#[derive(Debug)]
pub struct Output {
    folder: PathBuf,
    /// The files of the last build, and of one that was broken off.
    before: [Manifest; 2],
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
}

/// How a file on the disk compares with the one that was made.
enum State {
    Same,
    /// It waits in the staging folder.
    Staged,
    /// Somebody changed it after a build listed it.
    Edited,
    /// No build ever listed it.
    Foreign,
}

impl Output {
    /// Looks whether a site may go into a folder, makes it if it is not there, and locks it. It may neither be nor
    /// hold any of the guarded places, which come with their names.
    pub fn open(folder: &Path, guarded: &[(&str, PathBuf)]) -> Result<Self, DiskFault> {
        let real = resolve(folder)?;
        refuse_guarded(folder, &real, guarded)?;
        refuse_foreign(folder)?;
        fs::create_dir_all(folder).map_err(|error| DiskFault::io(folder, &error))?;
        let lock = Lock::take(folder)?;
        // Somebody else may have been at work until the lock was taken.
        refuse_foreign(folder)?;
        let before = [MANIFEST, NEXT].map(|name| manifest(&folder.join(name)));
        let [last, next] = before;
        let output = Self {
            folder: folder.to_owned(),
            before: [last?, next?].map(Option::unwrap_or_default),
            _lock: lock,
        };
        output.clear_staging()?;
        Ok(output)
    }

    /// Brings the folder to hold these files, each with the bytes that `make` gives for its place in the list.
    /// `make` is called on several threads, and for one file at a time on each.
    ///
    /// # Errors
    ///
    /// The first one of `make`, or that of the disk. Unless the disk itself fails halfway, the folder then holds what
    /// it held.
    pub fn write<E: From<DiskFault> + Send>(
        self,
        paths: &[&str],
        make: impl Fn(usize) -> Result<Vec<u8>, E> + Sync,
    ) -> Result<Written, E> {
        self.check(paths)?;
        let states: Vec<Result<(State, Seal), E>> = paths
            .par_iter()
            .enumerate()
            .map(|(number, path)| Ok(self.stage(number, path, &make(number)?)?))
            .collect();
        let states: Result<Vec<(State, Seal)>, E> = states.into_iter().collect();
        let result = states.and_then(|states| Ok(self.settle(paths, &states)?));
        let cleared = self.clear_staging();
        let written = result?;
        cleared?;
        Ok(written)
    }

    /// Whether all paths can be files here, and no link leads out of the folder.
    fn check(&self, paths: &[&str]) -> Result<(), DiskFault> {
        for path in paths {
            check_path(path).map_err(|why| DiskFault::new(&self.folder, format!("this build {why}")))?;
        }
        if let Some((one, other)) = collision(paths) {
            let what = format!("{one} and {other} would be one file where case does not count");
            return Err(DiskFault::new(&self.folder, what));
        }
        let listed = self.before.iter().flat_map(|manifest| manifest.0.keys()).map(String::as_str);
        let folders: BTreeSet<&str> = paths.iter().copied().chain(listed).flat_map(above).collect();
        for folder in folders {
            let path = self.folder.join(folder);
            match fs::symlink_metadata(&path) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(DiskFault::io(&path, &error)),
                Ok(metadata) if metadata.file_type().is_symlink() => return Err(DiskFault::new(&path, LINK)),
                Ok(metadata) if !metadata.is_dir() => {
                    return Err(DiskFault::new(&path, "is no folder, and the site needs one of this name"));
                }
                Ok(_) => {}
            }
        }
        Ok(())
    }

    /// Holds a new file against the one in its place, and lets it wait if it is another.
    fn stage(&self, number: usize, path: &str, bytes: &[u8]) -> Result<(State, Seal), DiskFault> {
        let seal = Seal::of(bytes);
        let there = read_own(&self.folder.join(path))?;
        let state = match there {
            Some(old) if old == bytes => State::Same,
            Some(old) if !self.is_ours(path, &old) => {
                let is_listed = self.before.iter().any(|manifest| manifest.0.contains_key(path));
                if is_listed { State::Edited } else { State::Foreign }
            }
            Some(_) | None => {
                self.put_aside(number, bytes)?;
                State::Staged
            }
        };
        Ok((state, seal))
    }

    /// Whether a build wrote these bytes. An empty file has nothing to lose, and may be what a power cut left.
    fn is_ours(&self, path: &str, bytes: &[u8]) -> bool {
        let listed = || self.before.iter().filter_map(|manifest| manifest.0.get(path));
        let seal = Seal::of(bytes);
        listed().any(|one| *one == seal) || bytes.is_empty() && listed().next().is_some()
    }

    fn put_aside(&self, number: usize, bytes: &[u8]) -> Result<(), DiskFault> {
        let staging = self.folder.join(STAGING);
        match fs::create_dir(&staging) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(DiskFault::io(&staging, &error));
            }
            Err(_) | Ok(()) => {}
        }
        let path = staging.join(number.to_string());
        fs::write(&path, bytes).map_err(|error| DiskFault::io(&path, &error))
    }

    /// Moves everything into its place, removes what is no more, and leaves the new manifest.
    fn settle(&self, paths: &[&str], states: &[(State, Seal)]) -> Result<Written, DiskFault> {
        self.refuse_changed(paths, states)?;
        let made = paths.iter().zip(states);
        let now = Manifest(made.clone().map(|(path, (_, seal))| ((*path).to_owned(), *seal)).collect());
        let mut report = Written::default();
        let [last, next] = &self.before;
        if now == *last && next.0.is_empty() && states.iter().all(|(state, _)| matches!(state, State::Same)) {
            report.unchanged = paths.len();
            return Ok(report);
        }
        // From here on a build that is broken off is told by this list.
        self.put_aside(paths.len(), self.both(&now).text().as_bytes())?;
        self.rename(paths.len(), NEXT)?;
        for (number, (path, (state, _))) in made.enumerate() {
            if matches!(state, State::Staged) {
                self.rename(number, path)?;
                report.written += 1;
            } else {
                report.unchanged += 1;
            }
        }
        self.remove_old(&now, &mut report)?;
        self.put_aside(paths.len(), now.text().as_bytes())?;
        self.rename(paths.len(), MANIFEST)?;
        let next = self.folder.join(NEXT);
        fs::remove_file(&next).map_err(|error| DiskFault::io(&next, &error))?;
        Ok(report)
    }

    /// What is made now, and what an earlier build that was broken off may have left.
    fn both(&self, now: &Manifest) -> Manifest {
        let [_, next] = &self.before;
        let mut both: BTreeMap<_, _> = next.0.clone();
        both.extend(now.0.clone());
        Manifest(both)
    }

    fn refuse_changed(&self, paths: &[&str], states: &[(State, Seal)]) -> Result<(), DiskFault> {
        let of = |wanted: fn(&State) -> bool| -> Vec<&str> {
            let all = paths.iter().zip(states).filter(|(_, (state, _))| wanted(state));
            all.map(|(path, _)| *path).collect()
        };
        let edited = of(|state| matches!(state, State::Edited));
        let foreign = of(|state| matches!(state, State::Foreign));
        let (changed, what) = if edited.is_empty() {
            (foreign, "is in the way of the site, and no build made it")
        } else {
            (edited, "was changed since it was built")
        };
        let Some((first, rest)) = changed.split_first() else { return Ok(()) };
        let more: Vec<&str> = rest.iter().copied().take(NAMED - 1).collect();
        let and = if more.is_empty() { String::new() } else { format!("\n  and so {}", more.join(", ")) };
        let beyond = rest.len() - more.len();
        let beyond = if beyond == 0 { String::new() } else { format!(" and {beyond} more") };
        let help = "nothing was written; move it away, or delete it to have it built anew";
        Err(DiskFault::new(&self.folder.join(first), format!("{what}{and}{beyond}\n  {help}")))
    }

    fn rename(&self, number: usize, path: &str) -> Result<(), DiskFault> {
        let to = self.folder.join(path);
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent).map_err(|error| DiskFault::io(parent, &error))?;
        }
        let from = self.folder.join(STAGING).join(number.to_string());
        fs::rename(from, &to).map_err(|error| DiskFault::io(&to, &error))
    }

    /// Removes what was listed before and is not made now, if it is as it was written.
    fn remove_old(&self, now: &Manifest, report: &mut Written) -> Result<(), DiskFault> {
        let listed: BTreeSet<&String> = self.before.iter().flat_map(|manifest| manifest.0.keys()).collect();
        let mut folders = BTreeSet::new();
        for path in listed.into_iter().filter(|path| !now.0.contains_key(*path)) {
            let full = self.folder.join(path);
            let Some(bytes) = read_own(&full)? else { continue };
            if !self.is_ours(path, &bytes) {
                report.kept.push(path.clone());
                continue;
            }
            fs::remove_file(&full).map_err(|error| DiskFault::io(&full, &error))?;
            report.removed += 1;
            folders.extend(above(path));
        }
        // The deepest first; those that still hold something stay.
        for folder in folders.into_iter().rev() {
            let _ = fs::remove_dir(self.folder.join(folder));
        }
        Ok(())
    }

    /// Removes what waits, which has numbers for names. Anything else there is not ours.
    fn clear_staging(&self) -> Result<(), DiskFault> {
        let staging = self.folder.join(STAGING);
        let fault = |error: std::io::Error| DiskFault::io(&staging, &error);
        match fs::symlink_metadata(&staging) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(fault(error)),
            Ok(metadata) if !metadata.is_dir() => {
                return Err(DiskFault::new(&staging, "is no folder of ours"));
            }
            Ok(_) => {}
        }
        for entry in fs::read_dir(&staging).map_err(fault)? {
            let entry = entry.map_err(fault)?;
            let is_number = entry.file_name().to_string_lossy().bytes().all(|byte| byte.is_ascii_digit());
            if !is_number || !entry.file_type().map_err(fault)?.is_file() {
                return Err(DiskFault::new(&entry.path(), "is no file of ours; move it away"));
            }
            fs::remove_file(entry.path()).map_err(fault)?;
        }
        fs::remove_dir(&staging).map_err(fault)
    }
}

const LINK: &str = "is a symbolic link, and links are not followed";

/// The bytes of a file that may be ours; none if it is not there.
fn read_own(path: &Path) -> Result<Option<Vec<u8>>, DiskFault> {
    let fault = |error: &std::io::Error| DiskFault::io(path, error);
    let metadata = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fault(&error)),
        Ok(metadata) => metadata,
    };
    if metadata.file_type().is_symlink() {
        return Err(DiskFault::new(path, LINK));
    }
    if !metadata.is_file() {
        return Err(DiskFault::new(path, "is in the way of the site, and is no file"));
    }
    if links(&metadata) > 1 {
        return Err(DiskFault::new(path, "has a second name (a hard link), which is not ours to change"));
    }
    fs::read(path).map(Some).map_err(|error| fault(&error))
}

/// Where a folder really is, the parts of it that are not there yet included.
fn resolve(folder: &Path) -> Result<PathBuf, DiskFault> {
    match fs::symlink_metadata(folder) {
        Ok(metadata) if metadata.file_type().is_symlink() => {
            return Err(DiskFault::new(folder, "is a symbolic link; name the folder that it leads to"));
        }
        Ok(metadata) if !metadata.is_dir() => return Err(DiskFault::new(folder, "is no folder")),
        Ok(_) | Err(_) => {}
    }
    let mut missing = Vec::new();
    let mut at = folder;
    loop {
        let there = if at.as_os_str().is_empty() { Path::new(".") } else { at };
        match fs::canonicalize(there) {
            Ok(real) => return Ok(missing.into_iter().rev().fold(real, |real, part| real.join(part))),
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(DiskFault::io(folder, &error)),
            Err(error) => {
                let (Some(name), Some(above)) = (at.file_name(), at.parent()) else {
                    return Err(DiskFault::io(folder, &error));
                };
                missing.push(name);
                at = above;
            }
        }
    }
}

fn refuse_guarded(folder: &Path, real: &Path, guarded: &[(&str, PathBuf)]) -> Result<(), DiskFault> {
    let refuse =
        |what: String| Err(DiskFault::new(folder, format!("{what}; a site needs a folder of its own")));
    if real.parent().is_none() {
        return refuse("is the root of the disk".to_owned());
    }
    let is_git = |part: std::path::Component<'_>| part.as_os_str().eq_ignore_ascii_case(".git");
    if real.components().any(is_git) {
        return refuse("is git's own".to_owned());
    }
    if fs::symlink_metadata(real.join(".git")).is_ok() {
        return refuse("is the root of a git repository".to_owned());
    }
    for (name, path) in guarded {
        let Ok(path) = fs::canonicalize(path) else { continue };
        if path == real {
            return refuse(format!("is {name}"));
        }
        if path.starts_with(real) {
            return refuse(format!("holds {name}"));
        }
    }
    Ok(())
}

/// A folder with something in it and no manifest is somebody else's.
fn refuse_foreign(folder: &Path) -> Result<(), DiskFault> {
    let fault = |error: std::io::Error| DiskFault::io(folder, &error);
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(fault)?,
    };
    let mut first: Option<String> = None;
    for entry in entries {
        let name = entry.map_err(fault)?.file_name().to_string_lossy().into_owned();
        if name == MANIFEST || name == NEXT {
            return Ok(());
        }
        let is_other = ![".gitignore", STAGING, lock::NAME].contains(&name.as_str());
        if is_other && first.as_ref().is_none_or(|first| name < *first) {
            first = Some(name);
        }
    }
    match first {
        None => Ok(()),
        Some(name) => Err(DiskFault::new(
            folder,
            format!(
                "holds `{name}`, and no build of forecastc made this folder\n  nothing was written; name another folder with `--out DIR`, or empty this one yourself"
            ),
        )),
    }
}

/// A manifest, if there is one.
fn manifest(path: &Path) -> Result<Option<Manifest>, DiskFault> {
    let invalid = |why: &str| {
        let help = "nothing was written; if the folder holds nothing but a site, empty it and build again";
        DiskFault::new(path, format!("is no manifest of ours: {why}\n  {help}"))
    };
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(DiskFault::io(path, &error)),
        Ok(metadata) if !metadata.is_file() => return Err(invalid("it is no file")),
        Ok(metadata) if metadata.len() > MANIFEST_BYTES => return Err(invalid("it is too large")),
        Ok(_) => {}
    }
    let bytes = fs::read(path).map_err(|error| DiskFault::io(path, &error))?;
    let text = String::from_utf8(bytes).map_err(|_| invalid("it is no text"))?;
    Manifest::parse(&text).map(Some).map_err(|why| invalid(&why))
}
