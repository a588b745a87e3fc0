//! Where new files wait until all of them are there, by number.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::STAGING;
use crate::disk::DiskFault;
use crate::disk::seam::{Disk, look};

/// The place where the files of one build wait. It is made when the first one does.
#[derive(Debug)]
pub(super) struct Staging {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    is_made: Mutex<bool>,
}

impl Staging {
    pub(super) fn new(disk: &Arc<dyn Disk>, folder: &Path) -> Self {
        Self { disk: Arc::clone(disk), folder: folder.to_owned(), is_made: Mutex::new(false) }
    }

    /// Lets a file wait.
    pub(super) fn put(&self, number: usize, bytes: &[u8]) -> Result<(), DiskFault> {
        self.begin()?;
        let path = self.path(number);
        self.disk.make_file(&path, bytes, None).map_err(|error| DiskFault::io(&path, &error))
    }

    /// Where a file waits.
    pub(super) fn path(&self, number: usize) -> PathBuf {
        self.folder.join(STAGING).join(number.to_string())
    }

    fn begin(&self) -> Result<(), DiskFault> {
        let mut is_made = self.is_made.lock().unwrap_or_else(PoisonError::into_inner);
        if !*is_made {
            // It is made anew, so that it is a folder of ours and no link to somewhere.
            clear_staging(&*self.disk, &self.folder)?;
            let path = self.folder.join(STAGING);
            self.disk.make_folder(&path).map_err(|error| DiskFault::io(&path, &error))?;
            *is_made = true;
        }
        Ok(())
    }

    /// Removes it, with what still waits in it.
    pub(super) fn end(self) -> Result<(), DiskFault> {
        let is_made = *self.is_made.lock().unwrap_or_else(PoisonError::into_inner);
        if is_made { clear_staging(&*self.disk, &self.folder) } else { Ok(()) }
    }
}

/// Removes what waits, which has numbers for names. Anything else there is not ours.
pub(in crate::disk) fn clear_staging(disk: &dyn Disk, folder: &Path) -> Result<(), DiskFault> {
    let staging = folder.join(STAGING);
    let fault = |error: std::io::Error| DiskFault::io(&staging, &error);
    match look(disk, &staging)? {
        None => return Ok(()),
        Some(metadata) if !metadata.is_dir() => return Err(DiskFault::new(&staging, "is no folder of ours")),
        Some(_) => {}
    }
    for (name, is_file) in disk.list(&staging).map_err(fault)? {
        if !is_file || !name.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(DiskFault::new(&staging.join(name), "is no file of ours; move it away"));
        }
        disk.remove_file(&staging.join(name)).map_err(fault)?;
    }
    disk.remove_folder(&staging).map_err(fault)
}
