//! Memory: what the files of a site were made from, so that only those that would differ are made again.
//!
//! A page follows from its view, the shell that all pages share and the templates; a file of data is its bytes. So
//! equal marks mean equal bytes, and nothing has to be known of what depends on what.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// What one build leaves to the next.
#[derive(Debug, Default)]
pub struct Memory {
    made: Mutex<Made>,
}

#[derive(Debug, Default)]
struct Made {
    ground: Option<Mark>,
    files: BTreeMap<String, Mark>,
}

/// What a file is made from, in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Mark([u8; 32]);

impl Mark {
    pub(super) fn of_bytes(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Of a value, by its serial form.
    pub(super) fn of(value: &impl Serialize) -> Self {
        let mut digest = io::BufWriter::with_capacity(1 << 12, Sink(Sha256::new()));
        // Views are made of texts, lists and records: there is nothing in them that could not be written.
        let _ = serde_json::to_writer(&mut digest, value);
        let _ = digest.flush();
        Self(digest.into_inner().map_or([0; 32], |sink| sink.0.finalize().into()))
    }
}

struct Sink(Sha256);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Memory {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets all: after a build that failed it is not known what was written.
    pub fn forget(&self) {
        *self.made.lock().unwrap_or_else(PoisonError::into_inner) = Made::default();
    }

    pub(super) fn last(&self, ground: &Mark, path: &str) -> Option<Mark> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.files.get(path).copied().filter(|_| made.ground.as_ref() == Some(ground))
    }

    pub(super) fn keep(&self, ground: &Mark, path: &str, mark: Mark) {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if made.ground.as_ref() != Some(ground) {
            *made = Made { ground: Some(*ground), files: BTreeMap::new() };
        }
        made.files.insert(path.to_owned(), mark);
    }
}
