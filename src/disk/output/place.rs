//! Which folder a site may go into.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{MANIFEST, NEXT, STAGING};
use crate::disk::seam::Disk;
use crate::disk::{DiskFault, lock};

/// Where a folder really is, the parts of it that are not there yet included.
pub(super) fn resolve(folder: &Path) -> Result<PathBuf, DiskFault> {
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

pub(super) fn refuse_guarded(
    folder: &Path,
    real: &Path,
    guarded: &[(&str, PathBuf)],
) -> Result<(), DiskFault> {
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
pub(super) fn refuse_foreign(disk: &dyn Disk, folder: &Path) -> Result<(), DiskFault> {
    let entries = match disk.list(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(|error| DiskFault::io(folder, &error))?,
    };
    let mut first: Option<String> = None;
    for (name, _) in entries {
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
