//! Memory: the trees of files that were parsed before, so that only a file that has changed is parsed again.

use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::{parse, tree};
use crate::diagnostic::Diagnostics;
use crate::source::{Source, Sources};

/// What one parse of all files leaves to the next.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// In the order of the files.
    before: Mutex<Vec<Arc<Parsed>>>,
}

/// A file with its tree, and what is wrong with it.
#[derive(Debug)]
struct Parsed {
    source: Source,
    file: Arc<tree::File>,
    found: Diagnostics,
}

impl Memory {
    /// The trees of all files, several parsed at a time; what is found does not depend on how many. A file that is
    /// what it was, in the same place among the others, is not parsed again: places in its text name its number.
    pub(crate) fn parse(&self, sources: &Sources, diagnostics: &mut Diagnostics) -> Vec<Arc<tree::File>> {
        let mut before = self.before.lock().unwrap_or_else(PoisonError::into_inner);
        let parsed = |(place, source): (usize, &Source)| -> Arc<Parsed> {
            let known = before.get(place).filter(|parsed| parsed.source.is_same(source));
            known.cloned().unwrap_or_else(|| {
                let mut found = Diagnostics::new();
                let file = Arc::new(parse(source, &mut found));
                Arc::new(Parsed { source: source.clone(), file, found })
            })
        };
        let all: Vec<Arc<Parsed>> = sources.files().par_iter().enumerate().map(parsed).collect();
        let files = all.iter().map(|parsed| {
            diagnostics.extend(parsed.found.clone());
            Arc::clone(&parsed.file)
        });
        let files = files.collect();
        *before = all;
        files
    }
}
