//! A folder of answers that may be gone at any time: what was worked out once, by what it was worked out from.
//!
//! Every entry holds its whole key and a hash of all it says. One that is broken, foreign or half there is as good as
//! none, so nothing here can fail: what cannot be kept is worked out again.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::edit::put;

/// The first word of every entry.
const HEAD: &str = "forecastc-cache-1";
/// Bytes of the largest entry that is read.
const LARGEST: u64 = 256 << 20;

/// Answers by their keys.
#[derive(Clone, Debug)]
pub struct Cache {
    /// Where they are; none if nothing is kept.
    folder: Option<PathBuf>,
}

impl Cache {
    /// In a folder, which is made when it is needed.
    pub fn at(folder: &Path) -> Self {
        Self { folder: Some(folder.to_owned()) }
    }

    /// One that keeps nothing.
    pub fn none() -> Self {
        Self { folder: None }
    }

    /// What was kept under a key.
    pub fn find(&self, key: &str) -> Option<String> {
        let path = self.path(key)?;
        if !fs::symlink_metadata(&path).is_ok_and(|found| found.is_file() && found.len() <= LARGEST) {
            return None;
        }
        let mut text = String::new();
        // Read through a handle with a limit: the file may be another by now.
        open(&path)?.take(LARGEST).read_to_string(&mut text).ok()?;
        let (head, rest) = text.split_once('\n')?;
        let (found, answer) = rest.split_once('\n')?;
        let is_whole = head == format!("{HEAD} {}", hash(rest.as_bytes()));
        (is_whole && found == key).then(|| answer.to_owned())
    }

    /// Keeps an answer. A key is one line.
    pub fn keep(&self, key: &str, answer: &str) {
        let Some(path) = self.path(key) else { return };
        let Some(folder) = path.parent() else { return };
        let _ = make(folder);
        let rest = format!("{key}\n{answer}");
        let text = format!("{HEAD} {}\n{rest}", hash(rest.as_bytes()));
        // Several may write at once: each its own file, and the last stays.
        let _ = put(&path, &text);
    }

    fn path(&self, key: &str) -> Option<PathBuf> {
        let name = hash(key.as_bytes());
        let (shelf, rest) = name.split_at_checked(2)?;
        Some(self.folder.as_ref()?.join(shelf).join(rest))
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place where files are touched")]
fn open(path: &Path) -> Option<fs::File> {
    fs::File::open(path).ok()
}

/// A folder that only its owner may look into: numbers of private nodes are in it.
fn make(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(folder: &Path) -> Vec<PathBuf> {
        let walk = walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.unwrap().into_path());
        walk.filter(|path| path.is_file()).collect()
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test spoils entries")]
    fn what_is_not_whole_is_as_good_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(&folder.path().join("deep"));
        assert_eq!(cache.find("a"), None);
        cache.keep("a", "one\ntwo\n");
        cache.keep("b", "three");
        assert_eq!(cache.find("a").as_deref(), Some("one\ntwo\n"));
        let one = cache.path("a").unwrap();
        let other = fs::read(cache.path("b").unwrap()).unwrap();
        let whole = fs::read(&one).unwrap();
        let spoiled =
            [b"".to_vec(), whole[..whole.len() - 1].to_vec(), other, [&whole[..], b"x"].concat(), vec![0xFF]];
        for bytes in spoiled {
            fs::write(&one, bytes).unwrap();
            assert_eq!(cache.find("a"), None);
        }
        cache.keep("a", "again");
        assert_eq!(cache.find("a").as_deref(), Some("again"));
        assert_eq!(entries(folder.path()).len(), 2, "nothing else is left behind");
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test makes a folder unfit")]
    fn a_folder_that_cannot_be_made_keeps_nothing() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        let cache = Cache::at(&folder.path().join("file/below"));
        cache.keep("a", "one");
        assert_eq!(cache.find("a"), None);
        Cache::none().keep("a", "one");
        assert_eq!(Cache::none().find("a"), None);
    }

    #[test]
    fn many_may_write_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path());
        let long = "x".repeat(100_000);
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let (cache, long) = (&cache, &long);
                scope.spawn(move || {
                    for _ in 0..20 {
                        cache.keep("a", &format!("{writer}{long}"));
                        let found = cache.find("a");
                        assert!(found.is_some_and(|found| found.ends_with(long.as_str())));
                    }
                });
            }
        });
        assert_eq!(entries(folder.path()).len(), 1);
    }
}
