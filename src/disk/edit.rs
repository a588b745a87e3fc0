//! Single files: replaced whole or not at all, or made where nothing is.

use std::fs::Permissions;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::DiskFault;
use super::seam::{Disk, Real, links, make_folders};

/// So many names are tried for a new file beside the old one.
const NAMES: u32 = 100;
/// The number of the next one.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// Puts `text` in place of `before`, unless the file has changed since it was read.
pub fn replace(path: &Path, before: &str, text: &str) -> Result<(), DiskFault> {
    replace_on(&Real, path, before, text)
}

/// Replaces several files. All new texts are written beside the old ones first, and every file is looked at once more;
/// only then are they put in place, one after the other.
pub fn replace_all(files: &[Replacement]) -> Result<(), Unfinished> {
    replace_all_on(&Real, files)
}

/// Makes a file that is not there yet, and the folders around it.
pub fn create(path: &Path, text: &str) -> Result<(), DiskFault> {
    create_on(&Real, path, text)
}

/// A file and the text that it is to have.
#[derive(Clone, Debug)]
pub struct Replacement {
    /// Where.
    pub path: PathBuf,
    /// Its text when it was read.
    pub before: Arc<str>,
    /// Its new text.
    pub after: Arc<str>,
}

/// Why not all of several files have their new text.
#[derive(Debug)]
pub struct Unfinished {
    /// What stood in the way.
    pub fault: DiskFault,
    /// The files that have theirs; all others are as they were.
    pub done: Vec<PathBuf>,
}

/// Puts a file into its place, whatever is there.
pub(super) fn put(path: &Path, text: &str) -> Result<(), DiskFault> {
    let new = New::make(&Real, path, text, None)?;
    Real.rename(&new.path, path).map_err(|error| DiskFault::io(path, &error))?;
    new.settled();
    Ok(())
}

pub(super) fn replace_on(disk: &dyn Disk, path: &Path, before: &str, text: &str) -> Result<(), DiskFault> {
    finish(prepare(disk, path, before, text)?, path, before)
}

pub(super) fn replace_all_on(disk: &dyn Disk, files: &[Replacement]) -> Result<(), Unfinished> {
    let nothing = |fault| Unfinished { fault, done: Vec::new() };
    let mut prepared = Vec::with_capacity(files.len());
    for file in files {
        prepared.push(prepare(disk, &file.path, &file.before, &file.after).map_err(nothing)?);
    }
    for file in files {
        unchanged(disk, &file.path, &file.before).map_err(nothing)?;
    }
    let mut done = Vec::new();
    for (new, file) in prepared.into_iter().zip(files) {
        match finish(new, &file.path, &file.before) {
            Ok(()) => done.push(file.path.clone()),
            Err(fault) => return Err(Unfinished { fault, done }),
        }
    }
    Ok(())
}

/// The new text in a file beside the old one, if that one may be replaced.
fn prepare<'a>(disk: &'a dyn Disk, path: &Path, before: &str, text: &str) -> Result<New<'a>, DiskFault> {
    let metadata = disk.stat(path).map_err(|error| DiskFault::io(path, &error))?;
    if metadata.file_type().is_symlink() {
        return Err(DiskFault::new(path, "is a symbolic link; name the file that it leads to"));
    }
    if metadata.permissions().readonly() {
        return Err(DiskFault::new(path, "is read-only"));
    }
    if links(&metadata) > 1 {
        return Err(DiskFault::new(path, "has a second name (a hard link), which would keep the old text"));
    }
    unchanged(disk, path, before)?;
    New::make(disk, path, text, Some(&metadata.permissions()))
}

fn unchanged(disk: &dyn Disk, path: &Path, before: &str) -> Result<(), DiskFault> {
    let now = disk.read(path).map_err(|error| DiskFault::io(path, &error))?;
    if now == before.as_bytes() {
        return Ok(());
    }
    let what = if std::str::from_utf8(&now).is_err() {
        "holds bytes that are not UTF-8, and is left as it is"
    } else {
        "was changed by somebody else in the meantime, and is left as it is"
    };
    Err(DiskFault::new(path, what))
}

fn finish(new: New<'_>, path: &Path, before: &str) -> Result<(), DiskFault> {
    let disk = new.disk;
    unchanged(disk, path, before)?;
    disk.rename(&new.path, path).map_err(|error| DiskFault::io(path, &error))?;
    new.settled();
    let _ = disk.sync_folder(folder_of(path));
    Ok(())
}

pub(super) fn create_on(disk: &dyn Disk, path: &Path, text: &str) -> Result<(), DiskFault> {
    let fault = |error: std::io::Error| DiskFault::io(path, &error);
    make_folders(disk, path.parent().unwrap_or_else(|| Path::new("")))?;
    let new = New::make(disk, path, text, None)?;
    match disk.link(&new.path, path) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(fault(error)),
        // Not every disk knows second names.
        Err(error) => {
            if disk.stat(path).is_ok() {
                return Err(fault(error));
            }
            disk.rename(&new.path, path).map_err(fault)?;
            new.settled();
        }
    }
    let _ = disk.sync_folder(folder_of(path));
    Ok(())
}

/// A new text in a file of its own, on the same disk, safely written. Dropped, it is gone.
struct New<'a> {
    disk: &'a dyn Disk,
    path: PathBuf,
    is_settled: bool,
}

impl<'a> New<'a> {
    fn make(
        disk: &'a dyn Disk,
        beside: &Path,
        text: &str,
        permissions: Option<&Permissions>,
    ) -> Result<Self, DiskFault> {
        let fault = |error: std::io::Error| DiskFault::io(beside, &error);
        for _ in 0..NAMES {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = folder_of(beside).join(format!(".forecastc-{}-{number}", std::process::id()));
            let made = disk.make_file(&path, text.as_bytes(), permissions.cloned());
            if made.as_ref().is_err_and(|error| error.kind() == ErrorKind::AlreadyExists) {
                continue;
            }
            let new = Self { disk, path, is_settled: false };
            made.and_then(|()| disk.sync_file(&new.path)).map_err(fault)?;
            return Ok(new);
        }
        Err(DiskFault::new(beside, "has too many unfinished files of `forecastc` beside it; remove them"))
    }

    /// It is no longer where it was made.
    fn settled(mut self) {
        self.is_settled = true;
    }
}

impl Drop for New<'_> {
    fn drop(&mut self) {
        if !self.is_settled {
            let _ = self.disk.remove_file(&self.path);
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}
