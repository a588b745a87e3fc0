//! The text that is compiled, in memory: `.pred` files, and the documents that they may name.
//!
//! Text comes in, places in it go out (`Span`, `Position`). Nothing here reads a disk, and nothing
//! here knows what the text means.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

/// Everything that one compile reads: sources in the order of their paths, and documents by path.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
    documents: BTreeMap<String, Arc<str>>,
}

impl Sources {
    /// Sources in the order of their paths, whatever the order they are given in.
    pub fn new(mut files: Vec<Source>) -> Self {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        for (index, file) in files.iter_mut().enumerate() {
            file.id = SourceId(u32::try_from(index).unwrap_or(u32::MAX));
        }
        Self { files, documents: BTreeMap::new() }
    }

    /// One file of the name `network.pred`: for examples and tests.
    pub fn single(text: &str) -> Self {
        Self::new(vec![Source::new("network.pred", text)])
    }

    /// Adds the Markdown files that `document` items may name, by their path below the source folder.
    #[must_use]
    pub fn with_documents(mut self, documents: impl IntoIterator<Item = (String, Arc<str>)>) -> Self {
        self.documents.extend(documents);
        self
    }

    /// The same with LF at the end of every line, as all texts out of a repository are: so a checkout with other line
    /// ends says the same. Lines and columns stay what they were.
    #[must_use]
    pub fn with_unix_lines(mut self) -> Self {
        for file in self.files.iter_mut().filter(|file| file.text.contains("\r\n")) {
            file.text = file.text.replace("\r\n", "\n").into();
            file.lines = OnceLock::new();
        }
        for document in self.documents.values_mut().filter(|document| document.contains("\r\n")) {
            *document = document.replace("\r\n", "\n").into();
        }
        self
    }

    /// The files, in the order of their paths.
    pub fn files(&self) -> &[Source] {
        &self.files
    }

    /// The text of a document, if it is there.
    pub fn document(&self, path: &str) -> Option<&str> {
        self.documents.get(path).map(AsRef::as_ref)
    }

    /// The paths of all documents, in order.
    pub fn document_paths(&self) -> impl Iterator<Item = &str> {
        self.documents.keys().map(String::as_str)
    }

    /// The file that a span lies in.
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.files.get(id.0 as usize)
    }

    /// The paths of all files and documents.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(Source::path).chain(self.document_paths())
    }

    /// Whether there is a file or a document of this path.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.find(path).is_some() || self.documents.contains_key(path)
    }

    /// The file of this path.
    pub(crate) fn find(&self, path: &str) -> Option<&Source> {
        let found = self.files.binary_search_by(|file| file.path.as_str().cmp(path));
        found.ok().and_then(|place| self.files.get(place))
    }

    /// The paths of what is there on one side alone, or differs.
    pub(crate) fn changed_since(&self, before: &Self) -> Vec<String> {
        let same_file = |path: &str| match (self.find(path), before.find(path)) {
            (Some(one), Some(other)) => one.says_the_same(other),
            (None, None) => true,
            _ => false,
        };
        let same_document = |path: &str| self.documents.get(path) == before.documents.get(path);
        let all: BTreeSet<&str> = self.paths().chain(before.paths()).collect();
        let changed = all.into_iter().filter(|path| !(same_file(path) && same_document(path)));
        changed.map(ToOwned::to_owned).collect()
    }

    /// Where a span begins, as `path:line`; empty where there is no such file.
    pub fn place(&self, span: Span) -> String {
        let line = |source: &Source| format!("{}:{}", source.path, source.line(span.start));
        self.get(span.source).map(line).unwrap_or_default()
    }

    /// The words at a span; empty where there are none.
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.source).and_then(|source| source.text.get(span.range())).unwrap_or_default()
    }
}

/// Bytes with LF at the end of every line.
pub(crate) fn unix_lines(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.windows(2).any(|two| two == b"\r\n") {
        return Cow::Borrowed(bytes);
    }
    let next = bytes.iter().skip(1).map(Some).chain([None]);
    let kept = bytes.iter().zip(next).filter(|(byte, next)| **byte != b'\r' || *next != Some(&b'\n'));
    Cow::Owned(kept.map(|(byte, _)| *byte).collect())
}

/// One `.pred` file.
#[derive(Clone, Debug)]
pub struct Source {
    id: SourceId,
    path: String,
    text: Arc<str>,
    fault: Option<SourceFault>,
    lines: OnceLock<Vec<u32>>,
}

/// Why a file cannot be taken as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceFault {
    /// Some bytes are not UTF-8; each stands as U+FFFD in the text.
    NotUtf8,
    /// It holds more bytes than a file may, and was not read.
    TooLarge(u64),
}

impl Source {
    /// A file with this path, as messages show it.
    pub fn new(path: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        Self { id: SourceId(0), path: path.into(), text: text.into(), fault: None, lines: OnceLock::new() }
    }

    /// A file as it was read; bytes that are not UTF-8 are kept as a fault to report.
    pub fn from_bytes(path: impl Into<String>, bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::new(path, text),
            Err(error) => {
                let mut source = Self::new(path, String::from_utf8_lossy(error.as_bytes()));
                source.fault = Some(SourceFault::NotUtf8);
                source
            }
        }
    }

    /// A file that was not read because of its size.
    pub fn too_large(path: impl Into<String>, bytes: u64) -> Self {
        let mut source = Self::new(path, "");
        source.fault = Some(SourceFault::TooLarge(bytes));
        source
    }

    /// Whether another file is this one, at the same place among the sources.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.id == other.id && self.path == other.path && self.says_the_same(other)
    }

    fn says_the_same(&self, other: &Self) -> bool {
        self.fault == other.fault && (Arc::ptr_eq(&self.text, &other.text) || self.text == other.text)
    }

    /// Its place among the sources.
    pub fn id(&self) -> SourceId {
        self.id
    }

    /// Its path, with `/` between folders.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is wrong with the file as a whole.
    pub fn fault(&self) -> Option<SourceFault> {
        self.fault
    }

    /// A span of this file.
    pub fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.id, start, end)
    }

    /// Line and column of an offset; an offset past the end is the end.
    pub fn position(&self, offset: u32) -> Position {
        let line = self.line(offset);
        let start = self.line_starts().get(line - 1).copied().unwrap_or(0) as usize;
        let before = self.text.get(start..).unwrap_or_default();
        let width = (offset as usize).saturating_sub(start);
        let column = before.char_indices().take_while(|(at, _)| *at < width).count() + 1;
        Position { line, column }
    }

    /// The line of an offset, counted from 1.
    pub fn line(&self, offset: u32) -> usize {
        self.line_starts().partition_point(|start| *start <= offset).max(1)
    }

    /// The text of the lines from `first` to `last` (counted from 1), and where it begins.
    pub fn lines(&self, first: usize, last: usize) -> (usize, &str) {
        let starts = self.line_starts();
        let start = starts.get(first.saturating_sub(1)).map_or(self.text.len(), |at| *at as usize);
        let end = starts.get(last).map_or(self.text.len(), |at| *at as usize);
        (start, self.text.get(start..end).unwrap_or_default())
    }

    fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let newlines = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0)
                .chain(newlines.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)))
                .collect()
        })
    }
}

/// A file among the sources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(u32);

/// A stretch of bytes in one file, on borders of characters.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub source: SourceId,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// From `start` up to `end`.
    pub fn new(source: SourceId, start: usize, end: usize) -> Self {
        let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { source, start: clamp(start), end: clamp(end) }
    }

    /// As a range of bytes.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether the other span lies inside this one.
    pub fn contains(self, other: Self) -> bool {
        self.source == other.source && self.start <= other.start && other.end <= self.end
    }

    /// From the start of this one to the end of the other.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { end: other.end, ..self }
    }
}

impl std::fmt::Debug for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}..{}", self.source.0, self.start, self.end)
    }
}

/// A place as people count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
}

/// A value and the words it was read from. Two are equal if their values are: what is said counts, not where.
#[derive(Clone, Copy)]
pub struct Spanned<T> {
    /// What was read.
    pub value: T,
    /// Where.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// A value with its place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Spanned<T> {}

impl<T: std::fmt::Debug> std::fmt::Debug for Spanned<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} @{:?}", self.value, self.span)
    }
}
