//! Objects of a repository, read by their ids from one `git cat-file --batch` that stays.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::Arc;

use super::GitFault;
use super::log::Head;
use super::program::{Program, no_git};
use super::tree::{Leaf, leaves};

/// The id of an object: 40 or 64 hexadecimal digits, and nothing else.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(Arc<str>);

impl ObjectId {
    /// Reads an id in full.
    pub fn parse(words: &str) -> Option<Self> {
        let is_hex = words.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        (is_hex && matches!(words.len(), 40 | 64)).then(|| Self(words.into()))
    }

    /// In full.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its first ten digits.
    pub fn short(&self) -> &str {
        self.0.get(..10).unwrap_or(&self.0)
    }

    fn of_bytes(bytes: &[u8]) -> Self {
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into())
    }

    /// As a tree holds it.
    pub(super) fn bytes(&self) -> usize {
        self.0.len() / 2
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A file as it lies in the repository.
#[derive(Clone)]
pub(super) enum Blob {
    Text(Arc<[u8]>),
    /// It has so many bytes, and was not read.
    TooLarge(u64),
}

/// Bytes of the largest commit or tree that is read.
const LARGEST: u64 = 64 << 20;

/// Objects by id. Files and folders are kept from one question to the next.
#[derive(Debug)]
pub(super) struct Objects {
    program: Program,
    reader: Option<Reader>,
    trees: Kept<Arc<[Leaf]>>,
    blobs: Kept<Blob>,
}

/// What the last question used, and what this one does.
#[derive(Debug)]
struct Kept<T> {
    before: BTreeMap<ObjectId, T>,
    now: BTreeMap<ObjectId, T>,
}

impl<T: Clone> Kept<T> {
    fn new() -> Self {
        Self { before: BTreeMap::new(), now: BTreeMap::new() }
    }

    fn find(&mut self, id: &ObjectId) -> Option<T> {
        if let Some(found) = self.now.get(id) {
            return Some(found.clone());
        }
        let found = self.before.remove(id)?;
        self.now.insert(id.clone(), found.clone());
        Some(found)
    }

    fn turn(&mut self) {
        self.before = std::mem::take(&mut self.now);
    }
}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Blob")
    }
}

impl Objects {
    pub(super) fn new(program: Program) -> Self {
        Self { program, reader: None, trees: Kept::new(), blobs: Kept::new() }
    }

    /// Forgets what was not used since the last call.
    pub(super) fn turn(&mut self) {
        self.trees.turn();
        self.blobs.turn();
    }

    pub(super) fn commit(&mut self, id: &ObjectId) -> Result<Head, GitFault> {
        match self.read(id, "commit", LARGEST)? {
            Blob::Text(bytes) => Head::read(&bytes).ok_or_else(|| broken(id)),
            Blob::TooLarge(_) => Err(broken(id)),
        }
    }

    pub(super) fn tree(&mut self, id: &ObjectId) -> Result<Arc<[Leaf]>, GitFault> {
        if let Some(found) = self.trees.find(id) {
            return Ok(found);
        }
        let Blob::Text(bytes) = self.read(id, "tree", LARGEST)? else { return Err(broken(id)) };
        let tree: Arc<[Leaf]> =
            leaves(&bytes, id.bytes(), ObjectId::of_bytes).ok_or_else(|| broken(id))?.into();
        self.trees.now.insert(id.clone(), Arc::clone(&tree));
        Ok(tree)
    }

    /// A file of at most so many bytes.
    pub(super) fn blob(&mut self, id: &ObjectId, limit: u64) -> Result<Blob, GitFault> {
        if let Some(found) = self.blobs.find(id) {
            return Ok(found);
        }
        let blob = self.read(id, "blob", limit)?;
        self.blobs.now.insert(id.clone(), blob.clone());
        Ok(blob)
    }

    fn read(&mut self, id: &ObjectId, kind: &str, limit: u64) -> Result<Blob, GitFault> {
        let mut reader = match self.reader.take() {
            Some(reader) => reader,
            None => Reader::start(&self.program)?,
        };
        let found = reader.read(id, kind, limit)?;
        // What is too large is not read to its end: another reader takes over.
        if matches!(found, Blob::Text(_)) {
            self.reader = Some(reader);
        }
        Ok(found)
    }
}

/// A `git cat-file --batch` at work.
#[derive(Debug)]
struct Reader {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Reader {
    fn start(program: &Program) -> Result<Self, GitFault> {
        let mut command = program.command(&["cat-file", "--batch"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| no_git(&error))?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(questions), Some(answers)) => {
                Ok(Self { child, questions, answers: BufReader::with_capacity(1 << 16, answers) })
            }
            (_, _) => Err(GitFault::new("git has no pipes")),
        }
    }

    fn read(&mut self, id: &ObjectId, kind: &str, limit: u64) -> Result<Blob, GitFault> {
        let io = |error: std::io::Error| GitFault::new(format!("git stopped: {error}"));
        writeln!(self.questions, "{id}").and_then(|()| self.questions.flush()).map_err(io)?;
        let mut head = String::new();
        (&mut self.answers).take(200).read_line(&mut head).map_err(io)?;
        let mut words = head.split_whitespace().skip(1);
        let (found, size) = (words.next(), words.next().and_then(|size| size.parse::<u64>().ok()));
        let Some(size) = size else {
            let words = format!("object {} is not in this clone", id.short());
            return Err(GitFault::new(words).help(
                "clone without `--filter`, or fetch what is missing with `git fetch --refetch --no-filter`",
            ));
        };
        if found != Some(kind) {
            return Err(broken(id));
        }
        if size > limit {
            return Ok(Blob::TooLarge(size));
        }
        let mut bytes = vec![0; usize::try_from(size).unwrap_or(0) + 1];
        self.answers.read_exact(&mut bytes).map_err(io)?;
        bytes.pop();
        Ok(Blob::Text(bytes.into()))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn broken(id: &ObjectId) -> GitFault {
    GitFault::new(format!("object {} of the repository is not what it should be", id.short()))
        .help("`git fsck` says more")
}
