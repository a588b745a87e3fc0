//! How a file looked when we last had to do with it, so that it need not be read again.

use std::fs::Metadata;
use std::time::SystemTime;

use crate::disk::seam::links;

/// A file that looks the same holds the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    size: u64,
    modified: SystemTime,
    identity: [i64; 4],
}

impl Stamp {
    /// None of what is no file, or one with a second name, or one of which the system does not tell enough.
    pub(super) fn of(metadata: &Metadata) -> Option<Self> {
        if !metadata.is_file() || links(metadata) != 1 {
            return None;
        }
        let modified = metadata.modified().ok()?;
        Some(Self { size: metadata.len(), modified, identity: identity(metadata) })
    }
}

/// Which file it is, and when anything about it was changed last, its times included.
#[cfg(unix)]
fn identity(metadata: &Metadata) -> [i64; 4] {
    use std::os::unix::fs::MetadataExt as _;
    [metadata.dev().cast_signed(), metadata.ino().cast_signed(), metadata.ctime(), metadata.ctime_nsec()]
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> [i64; 4] {
    [0; 4]
}
