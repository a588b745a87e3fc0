//! The lock of an output folder: two builds into one folder would mix.
//!
//! Who is about to end the process from outside of a build, as on Ctrl-C, calls [`halt`] first.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::DiskFault;
use super::output::clear_staging;
use super::seam::{Disk, Real};

/// Its name below the folder.
pub(super) const NAME: &str = ".forecastc-lock";

/// A lock has fewer bytes.
const LONGEST: u64 = 20;
/// Nobody takes that long to write a number.
const MOMENT: std::time::Duration = std::time::Duration::from_millis(500);

/// The folders that this process has locked.
static HELD: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
static GATE: Mutex<Gate> = Mutex::new(Gate { busy: 0, is_shut: false });
/// Rings when somebody is no longer busy.
static BELL: Condvar = Condvar::new();

/// What ends the process waits for those who are busy, and lets nobody else begin.
struct Gate {
    busy: usize,
    is_shut: bool,
}

/// A file that is there as long as a build writes. Dropped, it is gone.
#[derive(Debug)]
pub(super) struct Lock {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    /// The folder as [`HELD`] names it.
    folder: PathBuf,
}

impl Lock {
    /// Takes the lock, from a process that is no more if need be.
    pub(super) fn take(disk: &Arc<dyn Disk>, folder: &Path) -> Result<Self, DiskFault> {
        let path = folder.join(NAME);
        let fault = |error: std::io::Error| DiskFault::io(&path, &error);
        let real = fs::canonicalize(folder).map_err(fault)?;
        let make = || disk.make_file(&path, format!("{}\n", std::process::id()).as_bytes(), None);
        let _busy = Busy::begin(folder)?;
        let mut held = held();
        let made = match make() {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                if held.contains(&real) || !is_left_over(&path) {
                    return Err(DiskFault::new(
                        &path,
                        "another build is at work in this folder\n  if none is, delete this file and build again",
                    ));
                }
                disk.remove_file(&path).map_err(fault)?;
                make()
            }
            made => made,
        };
        made.map_err(fault)?;
        held.insert(real.clone());
        Ok(Self { disk: Arc::clone(disk), path, folder: real })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let mut held = held();
        if held.remove(&self.folder) {
            let _ = self.disk.remove_file(&self.path);
        }
    }
}

fn held() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

fn gate() -> MutexGuard<'static, Gate> {
    GATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Something that must not be left half done. As long as this lives the process is not ended.
pub(super) struct Busy(());

impl Busy {
    /// Begins it, unless the process is about to end.
    pub(super) fn begin(at: &Path) -> Result<Self, DiskFault> {
        let mut gate = gate();
        if gate.is_shut {
            return Err(DiskFault::new(at, "the build was stopped"));
        }
        gate.busy += 1;
        Ok(Self(()))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        gate().busy -= 1;
        BELL.notify_all();
    }
}

/// Brings all builds of this process to a stop that leaves nothing half done: waits until no file is on its way to
/// its place, then removes those that wait and the locks. No build goes on after that. For a handler of signals, on a
/// thread of its own, which ends the process next.
pub fn halt() {
    let mut gate = gate();
    gate.is_shut = true;
    while gate.busy > 0 {
        gate = BELL.wait(gate).unwrap_or_else(PoisonError::into_inner);
    }
    let mut held = held();
    for folder in held.iter() {
        let _ = clear_staging(&Real, folder);
        let _ = fs::remove_file(folder.join(NAME));
    }
    held.clear();
}

/// Whether the process that took a lock is surely no more. Where the system does not show its processes as files, or
/// the file says nothing that we wrote, it may well be.
fn is_left_over(path: &Path) -> bool {
    let Some(words) = words(path) else { return false };
    let Some(process) = words.strip_suffix('\n') else {
        // A process that ended between making and writing it, or one that does so now.
        std::thread::sleep(MOMENT);
        let is_number = words.bytes().all(|byte| byte.is_ascii_digit());
        return is_number && self::words(path).as_ref() == Some(&words);
    };
    let Ok(process) = process.parse::<u32>() else { return false };
    let processes = Path::new("/proc");
    let is_shown = processes.join("self").exists();
    process == std::process::id() || is_shown && !processes.join(process.to_string()).exists()
}

/// What a lock says; none if it cannot be one of ours.
fn words(path: &Path) -> Option<String> {
    let is_ours = |metadata: &fs::Metadata| metadata.is_file() && metadata.len() < LONGEST;
    fs::symlink_metadata(path).ok().filter(is_ours)?;
    fs::read_to_string(path).ok()
}
