//! The disk: reading a source folder and templates, the same out of a git repository, replacing or creating single
//! files, and bringing an output folder to hold a site. Nothing else touches files, or starts programs.
//!
//! Reading follows no symbolic link and leaves hidden files alone. Writing makes the new file beside the old
//! one and renames it over, so a reader sees the one or the other and never a mix.

#![expect(clippy::disallowed_methods, reason = "this is the one place where files are touched")]

mod cache;
mod edit;
pub mod git;
mod listed;
mod lock;
mod manifest;
mod output;
mod seam;
mod templates;
mod watch;

pub use self::cache::Cache;
pub use self::edit::{Replacement, Unfinished, create, replace, replace_all};
pub use self::listed::listed;
pub use self::lock::halt;
pub use self::output::{Output, Written};
pub use self::templates::templates;
pub use self::watch::{GRACE, QUIET, Watcher};

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use walkdir::WalkDir;

use crate::limits;
use crate::source::{Source, Sources};

/// Something that the disk did not let us do.
#[derive(Debug)]
pub struct DiskFault {
    /// What we were at.
    pub path: PathBuf,
    /// What went wrong, in words.
    pub what: String,
}

impl DiskFault {
    fn new(path: &Path, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), what: what.into() }
    }

    fn io(path: &Path, error: &std::io::Error) -> Self {
        Self::new(path, error.to_string())
    }

    /// With what there is to know or to do, on a line of its own.
    fn help(mut self, words: &str) -> Self {
        self.what = format!("{}\n  {words}", self.what);
        self
    }
}

impl fmt::Display for DiskFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.what)
    }
}

impl std::error::Error for DiskFault {}

/// Reads all `.pred` files below a folder, and the Markdown files that documents may name.
/// A path to a single `.pred` file is a network of that file alone.
pub fn load(root: &Path) -> Result<Sources, DiskFault> {
    let metadata = fs::metadata(root).map_err(|error| DiskFault::io(root, &error))?;
    let base = base(root);
    let files = if metadata.is_dir() { find(root)? } else { file_alone(root, base, metadata.len())? };
    let total: u64 = files.iter().map(|file| file.bytes).sum();
    if total > limits::TOTAL_BYTES {
        let most = limits::TOTAL_BYTES >> 20;
        return Err(DiskFault::new(
            root,
            format!("{total} bytes of sources; a network has at most {most} MiB"),
        ));
    }
    let texts: Vec<Text> = files.par_iter().map(|file| read(file, base)).collect::<Result<_, _>>()?;
    let mut sources = Vec::new();
    let mut documents = Vec::new();
    for text in texts {
        match text {
            Text::Source(source) => sources.push(source),
            Text::Document(path, text) => documents.push((path, text)),
        }
    }
    Ok(Sources::new(sources).with_documents(documents))
}

/// The folder that documents are named from: a source folder, or that of a single file.
pub(crate) fn base(root: &Path) -> &Path {
    if fs::metadata(root).is_ok_and(|metadata| metadata.is_dir()) {
        root
    } else {
        root.parent().unwrap_or_else(|| Path::new(""))
    }
}

/// A single file, and of the Markdown files below its folder only those that its words may name: the folder
/// itself may hold anything.
fn file_alone(path: &Path, base: &Path, bytes: u64) -> Result<Vec<Found>, DiskFault> {
    let mut files = vec![Found { path: path.to_owned(), bytes, kind: FileKind::Pred }];
    let alone = files.first().map(|file| read(file, base)).transpose()?;
    if let Some(Text::Source(source)) = alone {
        let names: BTreeSet<&str> =
            source.text().split_whitespace().filter(|word| word.ends_with(".md")).collect();
        for path in names.into_iter().filter(|name| is_inside(name)).map(|name| base.join(name)) {
            if let Ok(metadata) = fs::symlink_metadata(&path)
                && metadata.is_file()
            {
                files.push(Found { path, bytes: metadata.len(), kind: FileKind::Markdown });
            }
        }
    }
    Ok(files)
}

/// Whether a path stays below the folder that it begins in.
fn is_inside(path: &str) -> bool {
    Path::new(path).components().all(|part| matches!(part, std::path::Component::Normal(_)))
}

/// The `.pred` files that are meant by some paths: files themselves, or all below folders.
pub fn pred_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, DiskFault> {
    let mut all = Vec::new();
    for path in paths {
        let metadata = fs::metadata(path).map_err(|error| DiskFault::io(path, &error))?;
        if metadata.is_dir() {
            let files = find(path)?.into_iter().filter(|file| file.kind == FileKind::Pred);
            all.extend(files.map(|file| file.path));
        } else {
            all.push(path.clone());
        }
    }
    all.sort();
    all.dedup();
    Ok(all)
}

/// Reads one source.
pub fn load_file(path: &Path) -> Result<Source, DiskFault> {
    let metadata = fs::metadata(path).map_err(|error| DiskFault::io(path, &error))?;
    match read(&Found { path: path.to_owned(), bytes: metadata.len(), kind: FileKind::Pred }, path)? {
        Text::Source(source) => Ok(source),
        Text::Document(..) => Err(DiskFault::new(path, "no .pred file")),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum FileKind {
    Pred,
    Markdown,
}

struct Found {
    path: PathBuf,
    bytes: u64,
    kind: FileKind,
}

enum Text {
    Source(Source),
    Document(String, Arc<str>),
}

fn find(root: &Path) -> Result<Vec<Found>, DiskFault> {
    let is_hidden =
        |entry: &walkdir::DirEntry| entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.');
    let mut found = Vec::new();
    for entry in WalkDir::new(root).sort_by_file_name().into_iter().filter_entry(|entry| !is_hidden(entry)) {
        let entry = entry.map_err(|error| DiskFault::new(error.path().unwrap_or(root), error.to_string()))?;
        let extension = entry.path().extension().map(|extension| extension.to_string_lossy().to_lowercase());
        let kind = match extension.as_deref() {
            Some("pred") => FileKind::Pred,
            Some("md") => FileKind::Markdown,
            _ => continue,
        };
        if entry.path_is_symlink() && entry.depth() > 0 {
            return Err(DiskFault::new(entry.path(), "is a symbolic link, and links are not followed"));
        }
        if !entry.file_type().is_file() {
            continue;
        }
        let metadata = entry.metadata().map_err(|error| DiskFault::new(entry.path(), error.to_string()))?;
        found.push(Found { path: entry.path().to_owned(), bytes: metadata.len(), kind });
        if found.len() > limits::FILES {
            return Err(DiskFault::new(root, format!("more than {} files", limits::FILES)));
        }
    }
    Ok(found)
}

fn read(file: &Found, base: &Path) -> Result<Text, DiskFault> {
    let limit = if file.kind == FileKind::Pred { limits::FILE_BYTES } else { limits::DOCUMENT_BYTES };
    let shown = slashes(&file.path);
    if file.bytes > limit {
        return match file.kind {
            FileKind::Pred => Ok(Text::Source(Source::too_large(shown, file.bytes))),
            FileKind::Markdown => Err(DiskFault::new(
                &file.path,
                format!("a document of {} bytes; it may have {limit}", file.bytes),
            )),
        };
    }
    let bytes = fs::read(&file.path).map_err(|error| DiskFault::io(&file.path, &error))?;
    Ok(match file.kind {
        FileKind::Pred => Text::Source(Source::from_bytes(shown, bytes)),
        FileKind::Markdown => {
            let below = file.path.strip_prefix(base).unwrap_or(&file.path);
            Text::Document(slashes(below), Arc::from(String::from_utf8_lossy(&bytes)))
        }
    })
}

/// A path as messages and sources name it.
pub(crate) fn slashes(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    let joined = parts.join("/");
    if path.has_root() { joined.replacen("//", "/", 1) } else { joined }
}

/// Reads a file of at most so many bytes.
pub fn text(path: &Path, most: u64) -> Result<String, DiskFault> {
    let metadata = fs::metadata(path).map_err(|error| DiskFault::io(path, &error))?;
    if metadata.len() > most {
        return Err(DiskFault::new(path, format!("a file of {} bytes; it may have {most}", metadata.len())));
    }
    fs::read_to_string(path).map_err(|error| DiskFault::io(path, &error))
}

/// Whether there is anything at this path, a dangling link included.
pub fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}
