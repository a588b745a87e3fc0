//! One file of a site that was built, for those who serve it.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use super::manifest::{above, check_path};
use super::seam::links;

/// The bytes of a file that a build listed, by its path below the site's folder. None if it is not there, or no longer
/// what a build leaves: a file with one name, in folders that are no links.
pub fn listed(folder: &Path, path: &str) -> Option<Vec<u8>> {
    check_path(path).ok()?;
    let is_folder = |path: &Path| fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
    if !above(path).all(|one| is_folder(&folder.join(one))) {
        return None;
    }
    let full = folder.join(path);
    let seen =
        fs::symlink_metadata(&full).ok().filter(|metadata| metadata.is_file() && links(metadata) == 1)?;
    let mut file = fs::File::open(&full).ok()?;
    // What was opened is what was looked at, or what a build put into its place since.
    let opened = file.metadata().ok().filter(|metadata| metadata.is_file())?;
    if !is_one(&seen, &opened) && fs::symlink_metadata(&full).ok().is_none_or(|now| !is_one(&now, &opened)) {
        return None;
    }
    let mut bytes = Vec::with_capacity(usize::try_from(opened.len()).unwrap_or_default());
    file.read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(unix)]
fn is_one(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_one(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    true
}
