//! Edits of a network's text: what has to change for a line of the journal to be added, or an id to be renamed.
//!
//! Sources, their trees and their model come in; texts to put in place of others come out, as values. Nothing is
//! written here, and nothing that need not change does: whether the outcome is one that the checker takes is for the
//! caller to ask, who compiles it before anything is kept.

mod journal;
mod rename;

pub use journal::{Added, Said, journal_line};
pub use rename::{Refused, Renamed, rename, still_written};

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::source::{Source, SourceId, Sources, Span};

/// Texts in place of others, in any number of files.
#[derive(Clone, Debug, Default)]
pub struct Edits {
    sources: BTreeMap<SourceId, Vec<Replacement>>,
    documents: BTreeMap<Arc<str>, Vec<Replacement>>,
}

type Replacement = (Range<usize>, String);

/// A file, before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// A `.pred` file by its path as messages show it; a document by that below the source folder.
    pub path: String,
    /// Whether it is a document.
    pub is_document: bool,
    /// Its text.
    pub before: Arc<str>,
    /// What it is to be.
    pub after: Arc<str>,
}

impl Edits {
    fn source(&mut self, id: SourceId, range: Range<usize>, text: impl Into<String>) {
        self.sources.entry(id).or_default().push((range, text.into()));
    }

    fn document(&mut self, path: &Arc<str>, range: Range<usize>, text: impl Into<String>) {
        self.documents.entry(Arc::clone(path)).or_default().push((range, text.into()));
    }

    /// The files that change, in the order of their paths, documents last.
    pub fn changed(&self, sources: &Sources) -> Vec<Changed> {
        let mut all = Vec::new();
        for source in sources.files() {
            if let Some(edits) = self.sources.get(&source.id()) {
                all.push(Changed {
                    path: source.path().to_owned(),
                    is_document: false,
                    before: Arc::from(source.text()),
                    after: Arc::from(applied(source.text(), edits)),
                });
            }
        }
        for (path, edits) in &self.documents {
            let before = sources.document(path).unwrap_or_default();
            all.push(Changed {
                path: path.to_string(),
                is_document: true,
                before: Arc::from(before),
                after: Arc::from(applied(before, edits)),
            });
        }
        all
    }

    /// All sources as they are to be.
    pub fn apply(&self, sources: &Sources) -> Sources {
        let changed = self.changed(sources);
        let after = |path: &str, is_document: bool| {
            let found = changed.iter().find(|one| one.is_document == is_document && one.path == path);
            found.map(|one| Arc::clone(&one.after))
        };
        let files = sources.files().iter().map(|source| match after(source.path(), false) {
            Some(text) => Source::new(source.path(), text),
            None => source.clone(),
        });
        let documents = sources.document_paths().map(|path| {
            let same = || Arc::from(sources.document(path).unwrap_or_default());
            (path.to_owned(), after(path, true).unwrap_or_else(same))
        });
        Sources::new(files.collect()).with_documents(documents)
    }
}

/// Where a new line goes.
struct Spot {
    at: usize,
    /// An empty line stands before it.
    gap: bool,
    indent: String,
}

impl Spot {
    /// Behind an item; apart from it if it takes several lines.
    fn behind(source: &Source, item: Span) -> Self {
        let text = source.text();
        let gap = text.get(item.range()).is_some_and(|words| words.contains('\n'));
        Self { at: line_end(text, item.end as usize), gap, indent: String::new() }
    }

    /// Adds the line. At the end of a file without a last line end the new line takes none either. Gives its place
    /// in the text that this edit alone makes.
    fn insert(self, source: &Source, words: &str, edits: &mut Edits) -> Range<usize> {
        let (text, newline) = (source.text(), newline(source.text()));
        let before = text.get(..self.at).unwrap_or_default();
        let is_open = before.len() > bom(text) && !before.ends_with('\n');
        let mut line = if is_open { newline.to_owned() } else { String::new() };
        if self.gap {
            line.push_str(newline);
        }
        line.push_str(&self.indent);
        let start = self.at + line.len();
        line.push_str(words);
        let range = start..start + words.len();
        if !is_open {
            line.push_str(newline);
        }
        edits.source(source.id(), self.at..self.at, line);
        range
    }
}

/// A text with others put in; those for one place go in the order in which they were asked for.
fn applied(text: &str, edits: &[Replacement]) -> String {
    let mut edits: Vec<&Replacement> = edits.iter().collect();
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for (range, words) in edits {
        // What overlaps an earlier one was asked for twice.
        if range.start < at {
            continue;
        }
        out.push_str(text.get(at..range.start).unwrap_or_default());
        out.push_str(words);
        at = range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// The line end of a file: that of its first line, as the formatter has it.
fn newline(text: &str) -> &'static str {
    if text.split_inclusive('\n').next().unwrap_or_default().ends_with("\r\n") { "\r\n" } else { "\n" }
}

/// Where the line begins that holds this place.
fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or_else(|| bom(text), |newline| newline + 1)
}

/// The byte after the line that holds this place, its line end included.
fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |newline| at + newline + 1)
}

/// The length of the byte order mark.
fn bom(text: &str) -> usize {
    if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 }
}
