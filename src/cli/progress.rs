//! One line on the terminal that tells how far an evaluation is, where that takes longer than a moment.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::forecast::Stage;

/// What takes less is not worth a word.
const MOMENT: Duration = Duration::from_millis(500);
/// The line is written no more often.
const BEAT: Duration = Duration::from_millis(100);

pub(super) struct Progress {
    is_shown: bool,
    state: Mutex<State>,
}

struct State {
    begun: Instant,
    written: Option<Instant>,
    /// What is done of each part, and of how much.
    parts: BTreeMap<usize, (usize, usize)>,
    /// Files that are made.
    files: usize,
}

impl State {
    /// Writes the line, if it is time for it.
    fn write(&mut self, words: &str) {
        let now = now();
        let is_due = self.written.is_none_or(|written| now - written >= BEAT);
        if now - self.begun < MOMENT || !is_due {
            return;
        }
        self.written = Some(now);
        let _ = write!(std::io::stderr(), "\r\x1b[K{words}");
        let _ = std::io::stderr().flush();
    }
}

#[expect(clippy::disallowed_methods, reason = "only how often a line is written depends on it")]
fn now() -> Instant {
    Instant::now()
}

impl Progress {
    pub(super) fn new(is_shown: bool) -> Self {
        let state = State { begun: now(), written: None, parts: BTreeMap::new(), files: 0 };
        Self { is_shown, state: Mutex::new(state) }
    }

    pub(super) fn stage(&self, stage: Stage) {
        if !self.is_shown {
            return;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.parts.insert(stage.part, (stage.done, stage.of));
        let done: usize = state.parts.values().map(|(done, _)| done).sum();
        let of: usize = state.parts.values().map(|(_, of)| of).sum();
        state.write(&format!("working out what follows: {done} of {of} steps"));
    }

    /// One more file of so many is made.
    pub(super) fn file(&self, of: usize) {
        if self.is_shown {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.files += 1;
            let done = state.files;
            state.write(&format!("laying out the site: {done} of {of} files"));
        }
    }

    /// So many versions of the past are worked out, of so many at most.
    pub(super) fn versions(&self, done: usize, of: usize) {
        if self.is_shown {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.write(&format!("looking back: {done} of at most {of} commits"));
        }
    }

    /// Takes the line away.
    pub(super) fn clear(&self) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.written.is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
