//! The lock of an output folder: two builds into one folder would mix.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::DiskFault;

/// Its name below the folder.
pub(super) const NAME: &str = ".forecastc-lock";

/// A file that is there as long as a build writes. Dropped, it is gone.
#[derive(Debug)]
pub(super) struct Lock(PathBuf);

impl Lock {
    /// Takes the lock, from a process that is no more if need be.
    pub(super) fn take(folder: &Path) -> Result<Self, DiskFault> {
        let path = folder.join(NAME);
        let fault = |error: std::io::Error| DiskFault::io(&path, &error);
        let made = match make(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                if !is_left_over(&path) {
                    return Err(DiskFault::new(
                        &path,
                        "another build is at work in this folder\n  if none is, delete this file and build again",
                    ));
                }
                fs::remove_file(&path).map_err(fault)?;
                make(&path)
            }
            made => made,
        };
        made.map_err(fault)?;
        Ok(Self(path))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn make(path: &Path) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    writeln!(file, "{}", std::process::id())
}

/// Whether the process that took a lock is surely no more. Where the system does not show its processes as files, or
/// the file says nothing that we wrote, it may well be.
fn is_left_over(path: &Path) -> bool {
    let is_file = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() < 20);
    let Some(process) =
        fs::read_to_string(path).ok().filter(|_| is_file).and_then(|text| text.trim().parse::<u32>().ok())
    else {
        return false;
    };
    let processes = Path::new("/proc");
    let is_shown = processes.join("self").exists();
    process == std::process::id() || is_shown && !processes.join(process.to_string()).exists()
}
