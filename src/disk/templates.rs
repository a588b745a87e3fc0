//! A folder with templates of the user's own.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use walkdir::WalkDir;

use super::{DiskFault, slashes};
use crate::diagnostic::nearest;
use crate::limits;

/// Reads the templates below a folder by their names, each of which must be one that is known. A README is none, and
/// neither is what is hidden.
pub fn templates(folder: &Path, known: &[&str]) -> Result<BTreeMap<String, String>, DiskFault> {
    let is_wanted = |entry: &walkdir::DirEntry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0 || !(name.starts_with('.') || name.eq_ignore_ascii_case("readme.md"))
    };
    let metadata = fs::metadata(folder).map_err(|error| DiskFault::io(folder, &error))?;
    if !metadata.is_dir() {
        return Err(DiskFault::new(folder, "is no folder"));
    }
    let mut found = BTreeMap::new();
    for entry in WalkDir::new(folder).sort_by_file_name().into_iter().filter_entry(is_wanted) {
        let entry =
            entry.map_err(|error| DiskFault::new(error.path().unwrap_or(folder), error.to_string()))?;
        if entry.path_is_symlink() && entry.depth() > 0 {
            return Err(DiskFault::new(entry.path(), "is a symbolic link, and links are not followed"));
        }
        if entry.file_type().is_dir() {
            continue;
        }
        let name = slashes(entry.path().strip_prefix(folder).unwrap_or(entry.path()));
        if !known.contains(&name.as_str()) {
            return Err(DiskFault::new(entry.path(), unknown(&name, known)));
        }
        found.insert(name, text(entry.path())?);
    }
    Ok(found)
}

fn unknown(name: &str, known: &[&str]) -> String {
    let hint = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            "if these are no templates of the site, name another folder with `--templates DIR`".to_owned()
        }
    };
    format!("there is no template `{name}`\n  {hint}")
}

fn text(path: &Path) -> Result<String, DiskFault> {
    let metadata = fs::metadata(path).map_err(|error| DiskFault::io(path, &error))?;
    if metadata.len() > limits::DOCUMENT_BYTES {
        let what = format!("a template of {} bytes; it may have {}", metadata.len(), limits::DOCUMENT_BYTES);
        return Err(DiskFault::new(path, what));
    }
    fs::read_to_string(path).map_err(|error| DiskFault::io(path, &error))
}
