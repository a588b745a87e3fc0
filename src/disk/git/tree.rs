//! Folders as commits hold them: what a checkout would have given `disk::load`, without the checkout.
//!
//! What is hidden is left alone, links are refused, limits are those of the disk.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::GitFault;
use super::objects::{Blob, ObjectId, Objects};
use crate::disk::{FileKind, is_inside, slashes};
use crate::limits;
use crate::source::{Source, Sources, unix_lines};

/// Entries of all folders of one commit that are looked at: a few objects can make endless folders.
const ENTRIES: usize = 2_000_000;

/// Where the network is.
#[derive(Debug)]
pub(super) struct Place {
    /// As it was named: paths are shown below it.
    shown: PathBuf,
    /// In the repository, folder by folder.
    pub(super) parts: Vec<String>,
}

impl Place {
    /// A place that was named so, and that is here in the repository.
    pub(super) fn new(shown: &Path, below: &str) -> Self {
        let parts = below.split('/').filter(|part| !part.is_empty()).map(ToOwned::to_owned);
        Self { shown: shown.to_owned(), parts: parts.collect() }
    }

    /// In the repository, in one word; empty if it is all of it.
    pub(super) fn path(&self) -> String {
        self.parts.join("/")
    }
}

/// An entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) name: String,
    pub(super) kind: LeafKind,
    pub(super) id: ObjectId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LeafKind {
    File,
    Folder,
    Link,
    Submodule,
    /// A mode that git does not make any more.
    Other,
}

/// The entries of a tree object: `MODE NAME`, a zero, and the id in bytes.
pub(super) fn leaves(bytes: &[u8], width: usize, id: impl Fn(&[u8]) -> ObjectId) -> Option<Vec<Leaf>> {
    let mut all = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let blank = rest.iter().position(|byte| *byte == b' ')?;
        let end = rest.iter().position(|byte| *byte == 0)?;
        let kind = match rest.get(..blank)? {
            b"100644" | b"100755" => LeafKind::File,
            b"40000" => LeafKind::Folder,
            b"120000" => LeafKind::Link,
            b"160000" => LeafKind::Submodule,
            _ => LeafKind::Other,
        };
        let name = String::from_utf8_lossy(rest.get(blank + 1..end)?).into_owned();
        all.push(Leaf { name, kind, id: id(rest.get(end + 1..end + 1 + width)?) });
        rest = rest.get(end + 1 + width..)?;
    }
    Some(all)
}

/// The entry of the place below a tree; none if it is not there.
pub(super) fn find(objects: &mut Objects, root: &ObjectId, place: &Place) -> Result<Option<Leaf>, GitFault> {
    let mut here = Leaf { name: String::new(), kind: LeafKind::Folder, id: root.clone() };
    for (at, part) in place.parts.iter().enumerate() {
        if here.kind != LeafKind::Folder {
            return Ok(None);
        }
        let Some(next) = objects.tree(&here.id)?.iter().find(|leaf| leaf.name == *part).cloned() else {
            return Ok(None);
        };
        if next.kind == LeafKind::Submodule {
            let path = place.parts.get(..=at).unwrap_or_default().join("/");
            return Err(GitFault::new(format!("`{path}` is a submodule that is not checked out"))
                .help("`git submodule update --init` does that"));
        }
        here = next;
    }
    Ok(Some(here))
}

/// A file that belongs to the network.
struct Found {
    /// Below the place.
    below: String,
    id: ObjectId,
    kind: FileKind,
}

pub(super) fn sources(
    objects: &mut Objects,
    root: &ObjectId,
    place: &Place,
) -> Result<Option<Sources>, GitFault> {
    let Some(leaf) = find(objects, root, place)? else { return Ok(None) };
    match leaf.kind {
        LeafKind::Folder => {
            let files = walk(objects, &leaf.id, place)?;
            read(objects, files, &place.shown, Sources::default()).map(Some)
        }
        LeafKind::File => alone(objects, root, place, leaf).map(Some),
        LeafKind::Link | LeafKind::Submodule | LeafKind::Other => {
            Err(GitFault::new(format!("`{}` is neither a folder nor a file in the commit", place.path())))
        }
    }
}

/// The `.pred` and `.md` files below a folder.
fn walk(objects: &mut Objects, folder: &ObjectId, place: &Place) -> Result<Vec<Found>, GitFault> {
    let mut files = Vec::new();
    each(objects, folder, |below, leaf| {
        let extension = Path::new(&leaf.name).extension().map(|name| name.to_string_lossy().to_lowercase());
        let kind = match extension.as_deref() {
            Some("pred") => FileKind::Pred,
            Some("md") => FileKind::Markdown,
            _ => return Ok(()),
        };
        match leaf.kind {
            LeafKind::Link => {
                let path = slashes(&place.shown.join(&below));
                return Err(GitFault::new(format!(
                    "{path}: is a symbolic link in the commit, and links are not followed"
                )));
            }
            LeafKind::File => files.push(Found { below, id: leaf.id.clone(), kind }),
            LeafKind::Folder | LeafKind::Submodule | LeafKind::Other => {}
        }
        if files.len() > limits::FILES {
            return Err(GitFault::new(format!("more than {} files in the commit", limits::FILES)));
        }
        Ok(())
    })?;
    Ok(files)
}

/// Submodules below the place, by their paths in the repository.
pub(super) fn submodules(
    objects: &mut Objects,
    root: &ObjectId,
    place: &Place,
) -> Result<Vec<String>, GitFault> {
    let mut all = Vec::new();
    if let Some(leaf) = find(objects, root, place)?.filter(|leaf| leaf.kind == LeafKind::Folder) {
        each(objects, &leaf.id, |below, leaf| {
            if leaf.kind == LeafKind::Submodule {
                all.push(place.parts.iter().cloned().chain([below]).collect::<Vec<_>>().join("/"));
            }
            Ok(())
        })?;
    }
    all.sort();
    Ok(all)
}

/// Everything below a folder that is not hidden, each with its path below it.
fn each(
    objects: &mut Objects,
    folder: &ObjectId,
    mut look: impl FnMut(String, &Leaf) -> Result<(), GitFault>,
) -> Result<(), GitFault> {
    let mut folders = vec![(String::new(), folder.clone())];
    let mut seen = 0;
    while let Some((path, id)) = folders.pop() {
        let tree = objects.tree(&id)?;
        seen += tree.len() + 1;
        if seen > ENTRIES {
            return Err(GitFault::new(format!("more than {ENTRIES} entries in the folder of the commit")));
        }
        for leaf in tree.iter().filter(|leaf| !leaf.name.starts_with('.')) {
            let below = if path.is_empty() { leaf.name.clone() } else { format!("{path}/{}", leaf.name) };
            if leaf.kind == LeafKind::Folder {
                folders.push((below.clone(), leaf.id.clone()));
            }
            look(below, leaf)?;
        }
    }
    Ok(())
}

/// A single file, and the Markdown files that its words may name.
fn alone(objects: &mut Objects, root: &ObjectId, place: &Place, leaf: Leaf) -> Result<Sources, GitFault> {
    let base = place.shown.parent().unwrap_or_else(|| Path::new(""));
    let file = Found { below: leaf.name, id: leaf.id, kind: FileKind::Pred };
    let sources = read(objects, vec![file], base, Sources::default())?;
    let text = sources.files().first().map(Source::text).unwrap_or_default().to_owned();
    let names: BTreeSet<&str> = text.split_whitespace().filter(|word| word.ends_with(".md")).collect();
    let mut documents = Vec::new();
    let folder = place.parts.get(..place.parts.len().saturating_sub(1)).unwrap_or_default();
    for name in names.into_iter().filter(|name| is_inside(name)) {
        let parts = folder.iter().cloned().chain(name.split('/').map(ToOwned::to_owned)).collect();
        let beside = Place { shown: base.join(name), parts };
        // Words that look like a document need not be one.
        if let Ok(Some(leaf)) = find(objects, root, &beside)
            && leaf.kind == LeafKind::File
        {
            documents.push(Found { below: name.to_owned(), id: leaf.id, kind: FileKind::Markdown });
        }
    }
    read(objects, documents, base, sources)
}

/// Adds files to sources, as they are shown below `base`.
fn read(objects: &mut Objects, files: Vec<Found>, base: &Path, before: Sources) -> Result<Sources, GitFault> {
    let mut sources = before.files().to_vec();
    let mut documents: Vec<(String, Arc<str>)> = Vec::new();
    let mut total: u64 = sources.iter().map(|source| source.text().len() as u64).sum();
    for file in files {
        let shown = slashes(&base.join(&file.below));
        let limit = if file.kind == FileKind::Pred { limits::FILE_BYTES } else { limits::DOCUMENT_BYTES };
        let blob = objects.blob(&file.id, limit)?;
        total += match &blob {
            Blob::Text(bytes) => bytes.len() as u64,
            Blob::TooLarge(bytes) => *bytes,
        };
        if total > limits::TOTAL_BYTES {
            let most = limits::TOTAL_BYTES >> 20;
            return Err(GitFault::new(format!("the commit has more than {most} MiB of sources")));
        }
        match (file.kind, blob) {
            (FileKind::Pred, Blob::Text(bytes)) => {
                sources.push(Source::from_bytes(shown, unix_lines(&bytes).into_owned()));
            }
            (FileKind::Pred, Blob::TooLarge(bytes)) => sources.push(Source::too_large(shown, bytes)),
            (FileKind::Markdown, Blob::Text(bytes)) => {
                let text = String::from_utf8_lossy(&unix_lines(&bytes)).into_owned();
                documents.push((file.below, text.into()));
            }
            (FileKind::Markdown, Blob::TooLarge(bytes)) => {
                let words = format!("{shown}: a document of {bytes} bytes; it may have {limit}");
                return Err(GitFault::new(words));
            }
        }
    }
    Ok(Sources::new(sources).with_documents(documents))
}
