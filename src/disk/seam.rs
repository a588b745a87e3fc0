//! The calls with which files are written. All of them go through here, so that a test can let any of them fail.

use std::fmt;
use std::fs::{self, Metadata, Permissions};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use super::DiskFault;

/// What is done to files and folders. No link is followed.
pub(super) trait Disk: fmt::Debug + Send + Sync {
    fn stat(&self, path: &Path) -> io::Result<Metadata>;
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// What a folder holds: names, and whether each is a plain file.
    fn list(&self, path: &Path) -> io::Result<Vec<(String, bool)>>;
    fn make_folder(&self, path: &Path) -> io::Result<()>;
    /// Makes a file that is not there yet, with these permissions before it holds anything.
    fn make_file(&self, path: &Path, bytes: &[u8], permissions: Option<Permissions>) -> io::Result<()>;
    /// Waits until what a file holds would be there after a power cut.
    fn sync_file(&self, path: &Path) -> io::Result<()>;
    /// The same for what a folder holds, where the system can do that.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
    /// Moves a file over whatever file is there.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Gives a file a second name, which nothing has yet.
    fn link(&self, from: &Path, to: &Path) -> io::Result<()>;
    fn remove_file(&self, path: &Path) -> io::Result<()>;
    /// Removes a folder that is empty.
    fn remove_folder(&self, path: &Path) -> io::Result<()>;
}

/// The disk of the machine.
#[derive(Debug)]
pub(super) struct Real;

impl Disk for Real {
    fn stat(&self, path: &Path) -> io::Result<Metadata> {
        fs::symlink_metadata(path)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<(String, bool)>> {
        let entries = fs::read_dir(path)?.map(|entry| {
            let entry = entry?;
            Ok((entry.file_name().to_string_lossy().into_owned(), entry.file_type()?.is_file()))
        });
        entries.collect()
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    fn make_file(&self, path: &Path, bytes: &[u8], permissions: Option<Permissions>) -> io::Result<()> {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
        let allowed = permissions.map_or(Ok(()), |permissions| file.set_permissions(permissions));
        allowed.and_then(|()| file.write_all(bytes)).inspect_err(|_| {
            let _ = fs::remove_file(path);
        })
    }

    fn sync_file(&self, path: &Path) -> io::Result<()> {
        fs::OpenOptions::new().write(true).open(path)?.sync_all()
    }

    #[cfg(unix)]
    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        fs::File::open(path)?.sync_all()
    }

    #[cfg(not(unix))]
    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::hard_link(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }
}

/// What is at a path; none if nothing is.
pub(super) fn look(disk: &dyn Disk, path: &Path) -> Result<Option<Metadata>, DiskFault> {
    match disk.stat(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(DiskFault::io(path, &error)),
    }
}

/// Makes a folder, and those around it, unless they are there.
pub(super) fn make_folders(disk: &dyn Disk, path: &Path) -> Result<(), DiskFault> {
    if path.as_os_str().is_empty() {
        return Ok(());
    }
    let is_there = || fs::metadata(path).is_ok_and(|metadata| metadata.is_dir());
    match disk.make_folder(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make_folders(disk, path.parent().unwrap_or_else(|| Path::new("")))?;
            disk.make_folder(path).map_err(|error| DiskFault::io(path, &error))
        }
        // Some systems say of a folder that is there that it may not be made.
        Err(_) if is_there() => Ok(()),
        made => made.map_err(|error| DiskFault::io(path, &error)),
    }
}

/// How many names a file has.
#[cfg(unix)]
pub(super) fn links(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(metadata)
}

#[cfg(not(unix))]
pub(super) fn links(_: &Metadata) -> u64 {
    1
}
