//! The watcher: tells when something below some folders may have changed.
//!
//! It watches folders and never files, since most editors put a new file in the place of the old one. What it tells
//! is a hint: whoever waits looks at what is there, and a hint about nothing does no harm.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant, SystemTime};

use notify::{EventKind, RecursiveMode, Watcher as _};
use walkdir::WalkDir;

use super::DiskFault;

/// Nothing more is expected once it has been quiet for so long.
pub const QUIET: Duration = Duration::from_millis(5);
/// A file that is not there any more may be about to come back: so long is waited for it.
pub const GRACE: Duration = Duration::from_millis(80);
/// However much goes on, nobody waits longer.
const LONGEST: Duration = Duration::from_millis(250);
/// How often folders are looked through in case that a hint was lost, and how much more seldom for each thing in them.
const ROUND: Duration = Duration::from_secs(2);
const EACH: Duration = Duration::from_millis(1);

/// Watches some folders.
pub struct Watcher {
    /// The folders, whether they are there or not.
    roots: Vec<PathBuf>,
    /// What is below these is nobody's business.
    ignored: Vec<PathBuf>,
    /// None where folders are only looked through, again and again.
    inner: Option<notify::RecommendedWatcher>,
    /// What is watched, with what it was.
    watched: BTreeMap<PathBuf, Stamp>,
    hints: Receiver<()>,
    /// How the folders looked last.
    seen: Look,
    /// When something was last heard of.
    last: Instant,
    /// When it was first asked whether there is more of it.
    begun: Option<Instant>,
}

/// What can be told of a file without reading it.
type Stamp = (u64, u64, Option<SystemTime>, Option<i64>);

/// What is below some folders, as far as it can be told without reading.
type Look = BTreeMap<PathBuf, Stamp>;

impl Watcher {
    /// Of these folders or files; what is below the `ignored` folders is nobody's business. With `polls`, the system
    /// is not asked for hints: on network disks it gives none.
    pub fn new(roots: &[PathBuf], ignored: &[PathBuf], polls: bool) -> Result<Self, DiskFault> {
        let roots: Vec<PathBuf> = roots.iter().map(|root| absolute(root)).collect();
        let ignored: Vec<PathBuf> = ignored.iter().map(|folder| absolute(folder)).collect();
        let (sender, hints) = channel();
        let (inside, outside) = (roots.clone(), ignored.clone());
        let hear = move |event: notify::Result<notify::Event>| {
            // An error is as good as a hint that something was missed.
            if event.is_ok_and(|event| !matters(&event, &inside, &outside)) {
                return;
            }
            // Nobody listens only when all is over.
            let _ = sender.send(());
        };
        let fault = |error: notify::Error| {
            DiskFault::new(Path::new("."), format!("cannot be watched: {error}\n  `--poll` looks by itself"))
        };
        let inner = if polls { None } else { Some(notify::recommended_watcher(hear).map_err(fault)?) };
        let mut watcher = Self {
            roots,
            ignored,
            inner,
            watched: BTreeMap::new(),
            hints,
            seen: BTreeMap::new(),
            last: Instant::now(),
            begun: None,
        };
        watcher.renew();
        watcher.seen = watcher.look();
        Ok(watcher)
    }

    /// Waits until something may have changed. Now and then it asks whether there is another reason to go on.
    pub fn wait(&mut self, is_due: impl Fn() -> bool) {
        loop {
            let round = ROUND + EACH * u32::try_from(self.seen.len()).unwrap_or(u32::MAX).min(30_000);
            match self.hints.recv_timeout(round) {
                Ok(()) => break,
                Err(RecvTimeoutError::Timeout) => {
                    if self.look() != self.seen || is_due() {
                        break;
                    }
                    self.renew();
                }
                // Without hints there is only the clock.
                Err(RecvTimeoutError::Disconnected) => {
                    std::thread::sleep(ROUND / 4);
                    if self.look() != self.seen || is_due() {
                        break;
                    }
                }
            }
        }
        self.begun = None;
        self.heard();
    }

    /// Whether anything more has happened since `wait`, or does before it was quiet for so long; then it waits for
    /// that. However much goes on, the time comes when it says no.
    pub fn stirs(&mut self, quiet: Duration) -> bool {
        let begun = *self.begun.get_or_insert_with(Instant::now);
        let mut has_stirred = false;
        while begun.elapsed() < LONGEST.max(quiet)
            && self.hints.recv_timeout(quiet.saturating_sub(self.last.elapsed())).is_ok()
        {
            self.last = Instant::now();
            has_stirred = true;
        }
        if has_stirred {
            self.heard();
        }
        has_stirred
    }

    /// Something may have changed: from now on only what comes later is news.
    fn heard(&mut self) {
        while self.hints.try_recv().is_ok() {}
        self.last = Instant::now();
        self.renew();
        self.seen = self.look();
    }

    /// Watches what has come, or has come anew.
    fn renew(&mut self) {
        let Some(inner) = &mut self.inner else { return };
        for root in &self.roots {
            let above = root.parent().map(Path::to_owned);
            let all = [(Some(root.clone()), RecursiveMode::Recursive), (above, RecursiveMode::NonRecursive)];
            for (path, mode) in all.into_iter().filter_map(|(path, mode)| Some((path?, mode))) {
                // What it holds may change; that it is another one is what counts.
                let now = fs::metadata(&path).ok().map(|metadata| (inode(&metadata), 0, None, None));
                if now.is_none() || now != self.watched.get(&path).copied() {
                    let _ = inner.unwatch(&path);
                    self.watched.remove(&path);
                }
                if let Some(now) = now.filter(|_| !self.watched.contains_key(&path)) {
                    // A folder that cannot be watched is still looked through.
                    if inner.watch(&path, mode).is_ok() {
                        self.watched.insert(path, now);
                    }
                }
            }
        }
    }

    fn look(&self) -> Look {
        let mut look = Look::new();
        for root in &self.roots {
            let is_seen = |entry: &walkdir::DirEntry| {
                let is_hidden = entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.');
                !is_hidden && !self.ignored.iter().any(|folder| folder == entry.path())
            };
            for entry in WalkDir::new(root).into_iter().filter_entry(is_seen).flatten() {
                let Ok(metadata) = entry.metadata() else { continue };
                if metadata.is_file() {
                    let stamp =
                        (inode(&metadata), metadata.len(), metadata.modified().ok(), changed(&metadata));
                    look.insert(entry.into_path(), stamp);
                }
            }
        }
        look
    }
}

/// Whether what happened may be about a source or a template.
fn matters(event: &notify::Event, roots: &[PathBuf], ignored: &[PathBuf]) -> bool {
    if event.need_rescan() || event.paths.is_empty() {
        return true;
    }
    // That a file was read is no news: we read them ourselves.
    let is_news = !matches!(event.kind, EventKind::Access(_));
    let is_ours = |path: &PathBuf| {
        let below = roots.iter().find_map(|root| path.strip_prefix(root).ok());
        let is_hidden =
            |below: &Path| below.components().any(|part| part.as_os_str().to_string_lossy().starts_with('.'));
        below.is_some_and(|below| !is_hidden(below)) && !ignored.iter().any(|folder| path.starts_with(folder))
    };
    is_news && event.paths.iter().any(is_ours)
}

/// Where a path really is, as far as it is there.
fn absolute(path: &Path) -> PathBuf {
    if let Ok(real) = fs::canonicalize(path) {
        return real;
    }
    let above = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    match (fs::canonicalize(above), path.file_name()) {
        (Ok(above), Some(name)) => above.join(name),
        _ => path.to_owned(),
    }
}

#[cfg(unix)]
fn inode(metadata: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_: &fs::Metadata) -> u64 {
    0
}

#[cfg(unix)]
fn changed(metadata: &fs::Metadata) -> Option<i64> {
    use std::os::unix::fs::MetadataExt as _;
    Some(metadata.ctime().wrapping_mul(1_000_000_000).wrapping_add(metadata.ctime_nsec()))
}

#[cfg(not(unix))]
fn changed(_: &fs::Metadata) -> Option<i64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_after_the_first_hint_is_told_and_then_it_is_quiet() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| fs::write(folder.path().join(name), name).unwrap();
        let mut watcher = Watcher::new(&[folder.path().to_owned()], &[], false).unwrap();
        write("one");
        watcher.wait(|| false);
        while watcher.stirs(Duration::from_millis(300)) {}
        // The next round has a beginning of its own.
        write("two");
        watcher.wait(|| false);
        while watcher.hints.try_recv().is_ok() {}
        write("three");
        assert!(watcher.stirs(Duration::from_millis(300)), "what was written while somebody was reading");
        assert!(watcher.seen.keys().any(|path| path.ends_with("three")), "{:?}", watcher.seen);
        assert!(!watcher.stirs(Duration::from_millis(1)), "nothing happened since");
    }
}
