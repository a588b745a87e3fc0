//! What a fault of the disk leaves: every call that a build makes fails once, in every way, and so does a kill between
//! any two.

use std::collections::BTreeMap;
use std::fs::{self, Metadata, Permissions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::Output;
use crate::disk::DiskFault;
use crate::disk::edit::{create_on, replace_on};
use crate::disk::seam::{Disk, Real};

const FULL: i32 = 28;
const BROKEN: i32 = 5;
const DENIED: i32 = 13;

/// What happens at a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// It fails, and has done nothing.
    Error(i32),
    /// It fails, and has done half of it.
    Short(i32),
    /// The process ends before it.
    Killed,
    /// The process ends in the midst of it, or right after it.
    KilledWithin,
}

const FAULTS: [Fault; 6] = [
    Fault::Error(FULL),
    Fault::Error(BROKEN),
    Fault::Error(DENIED),
    Fault::Short(FULL),
    Fault::Killed,
    Fault::KilledWithin,
];

/// A disk of which one call fails. After a kill none does anything.
#[derive(Debug)]
struct Faulty {
    at: usize,
    fault: Fault,
    calls: AtomicUsize,
    is_dead: AtomicBool,
    /// From here on every call is as it should be.
    is_mended: AtomicBool,
}

impl Faulty {
    fn new(at: usize, fault: Fault) -> Arc<Self> {
        let (is_dead, is_mended) = Default::default();
        Arc::new(Self { at, fault, calls: AtomicUsize::new(0), is_dead, is_mended })
    }

    fn has_failed(&self) -> bool {
        self.calls.load(Ordering::SeqCst) > self.at
    }

    fn mend(&self) {
        self.is_mended.store(true, Ordering::SeqCst);
    }

    /// One call, as it is and as it is when it is broken off halfway.
    fn call<T>(&self, whole: impl FnOnce() -> io::Result<T>, half: impl FnOnce()) -> io::Result<T> {
        let dead = || Err(io::Error::other("killed"));
        if self.is_dead.load(Ordering::SeqCst) {
            return dead();
        }
        if self.is_mended.load(Ordering::SeqCst) {
            return whole();
        }
        if self.calls.fetch_add(1, Ordering::SeqCst) != self.at {
            return whole();
        }
        match self.fault {
            Fault::Error(code) => Err(io::Error::from_raw_os_error(code)),
            Fault::Short(code) => {
                half();
                Err(io::Error::from_raw_os_error(code))
            }
            Fault::Killed => {
                self.is_dead.store(true, Ordering::SeqCst);
                dead()
            }
            Fault::KilledWithin => {
                half();
                self.is_dead.store(true, Ordering::SeqCst);
                dead()
            }
        }
    }

    /// A call that is done or not done.
    fn whole<T>(&self, call: impl Fn() -> io::Result<T>) -> io::Result<T> {
        let is_kill = self.fault == Fault::KilledWithin;
        self.call(&call, || {
            if is_kill {
                let _ = call();
            }
        })
    }
}

impl Disk for Faulty {
    fn stat(&self, path: &Path) -> io::Result<Metadata> {
        self.whole(|| Real.stat(path))
    }
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.whole(|| Real.read(path))
    }
    fn list(&self, path: &Path) -> io::Result<Vec<(String, bool)>> {
        self.whole(|| Real.list(path))
    }
    fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.whole(|| Real.make_folder(path))
    }
    fn make_file(&self, path: &Path, bytes: &[u8], permissions: Option<Permissions>) -> io::Result<()> {
        let half = || {
            let _ = Real.make_file(path, &bytes[..bytes.len() / 2], None);
        };
        self.call(|| Real.make_file(path, bytes, permissions.clone()), half)
    }
    fn sync_file(&self, path: &Path) -> io::Result<()> {
        self.whole(|| Real.stat(path).map(drop))
    }
    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        self.whole(|| Real.stat(path).map(drop))
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.whole(|| Real.rename(from, to))
    }
    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.whole(|| Real.link(from, to))
    }
    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.whole(|| Real.remove_file(path))
    }
    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        self.whole(|| Real.remove_folder(path))
    }
}

type Site = BTreeMap<String, String>;

/// A site of 20 pages, and the one that it becomes: pages that change, that go, that come, in folders that go and come.
fn sites() -> [Site; 2] {
    let first = (0..17).map(|number| (format!("node/N{number}.html"), format!("page {number} ").repeat(20)));
    let mut first: Site = first.collect();
    for path in ["index.html", "old/one.html", "old/two.html"] {
        first.insert(path.to_owned(), format!("first {path}"));
    }
    let mut second = first.clone();
    second.retain(|path, _| !path.starts_with("old/") && path != "node/N3.html");
    for number in 0..8 {
        second
            .insert(format!("node/N{}.html", 2 * number), format!("page {number} as it is now ").repeat(20));
    }
    for path in ["index.html", "new/one.html", "new/deep/two.html"] {
        second.insert(path.to_owned(), format!("second {path}"));
    }
    [first, second]
}

const FOREIGN: [(&str, &str); 2] = [("CNAME", "example.org"), ("node/mine.txt", "mine")];

fn write(output: &mut Output, site: &Site, last: Option<&Site>, urgent: usize) -> Result<(), DiskFault> {
    let mut paths: Vec<&str> = site.keys().map(String::as_str).collect();
    paths.sort_by_key(|path| (*path != "index.html" && *path != "node/N2.html", *path));
    let make = |number: usize, is_known: bool| -> Result<Option<Vec<u8>>, DiskFault> {
        let path = paths[number];
        let is_same = is_known && last.is_some_and(|last| last.get(path) == site.get(path));
        Ok(if is_same { None } else { Some(site[path].clone().into_bytes()) })
    };
    output.write(&paths, urgent, make).map(drop)
}

/// A folder of its own, in memory where there is such a place.
fn scratch() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

/// All files and folders below a folder; folders end with a slash.
fn tree(folder: &Path) -> Site {
    let mut tree = Site::new();
    for entry in walkdir::WalkDir::new(folder).min_depth(1).into_iter().map(Result::unwrap) {
        let path = entry.path().strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
        if entry.file_type().is_dir() {
            tree.insert(format!("{path}/"), String::new());
        } else {
            tree.insert(path, fs::read_to_string(entry.path()).unwrap());
        }
    }
    tree
}

fn plant(folder: &Path) {
    for (path, text) in FOREIGN {
        fs::write(folder.join(path), text).unwrap();
    }
}

/// What a clean build leaves.
fn clean(site: &Site, is_planted: bool) -> Site {
    let around = scratch();
    let folder = around.path().join("site");
    write(&mut Output::open(&folder, &[]).unwrap(), site, None, 0).unwrap();
    if is_planted {
        plant(&folder);
    }
    tree(&folder)
}

/// What must be so whatever happened.
fn holds(folder: &Path, sites: &[&Site], is_planted: bool, case: &str) {
    let now = if folder.exists() { tree(folder) } else { Site::new() };
    for (path, text) in
        now.iter().filter(|(path, _)| !path.starts_with(".forecastc-") && !path.ends_with('/'))
    {
        let is_whole = sites.iter().any(|site| site.get(path) == Some(text));
        assert!(is_whole || FOREIGN.contains(&(path, text)), "{case}: {path} holds {text:?}");
    }
    if is_planted {
        assert!(now.contains_key("index.html"), "{case}: the front page is lost");
        assert!(FOREIGN.iter().all(|(path, text)| now.get(*path).is_some_and(|now| now == text)), "{case}");
    }
}

/// A folder is as a clean build leaves it, but for an empty folder that could not be removed.
fn is_one(folder: &Path, wanted: &Site, case: &str) {
    let now = tree(folder);
    let only = |one: &Site, other: &Site| -> Vec<String> {
        let differs = |(path, text): &(&String, &String)| other.get(*path) != Some(text) && *path != "old/";
        one.iter().filter(differs).map(|(path, _)| path.clone()).collect()
    };
    assert_eq!((only(&now, wanted), only(wanted, &now)), (vec![], vec![]), "{case}");
}

/// Runs something with every call from the first on failing in every way, and tells how many times that was.
fn with_every_fault(first: usize, run: impl Fn(&Arc<Faulty>, &str) + Sync) -> usize {
    // One thread, so that calls come in the same order every time.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    pool.install(|| {
        let mut pairs = 0;
        for fault in FAULTS {
            for at in first.. {
                let disk = Faulty::new(at, fault);
                run(&disk, &format!("{fault:?} at call {at}"));
                if !disk.has_failed() {
                    break;
                }
                pairs += 1;
            }
        }
        pairs
    })
}

fn is_clear(result: &Result<(), DiskFault>, case: &str) {
    if let Err(fault) = result {
        let text = fault.to_string();
        let says =
            ["os error", "killed", "another build", "stopped"].iter().any(|words| text.contains(words));
        assert!(says && !fault.path.as_os_str().is_empty(), "{case}: {text}");
    }
}

#[test]
fn every_fault_of_a_build_leaves_whole_pages_and_the_next_build_heals_it() {
    let [first, second] = sites();
    let wanted = [clean(&second, false), clean(&second, true)];
    let mut pairs = 0;
    for is_update in [false, true] {
        pairs += with_every_fault(0, |disk, case| {
            let around = scratch();
            let folder: PathBuf = around.path().join("site");
            if is_update {
                write(&mut Output::open(&folder, &[]).unwrap(), &first, None, 0).unwrap();
                plant(&folder);
            }
            let opened = Output::open_on(Arc::clone(disk) as Arc<dyn Disk>, &folder, &[]);
            let result = opened.and_then(|mut output| write(&mut output, &second, None, 0));
            is_clear(&result, case);
            holds(&folder, &[&first, &second], is_update, case);
            let healed =
                Output::open(&folder, &[]).and_then(|mut output| write(&mut output, &second, None, 0));
            assert!(healed.is_ok(), "{case}: {healed:?}");
            is_one(&folder, &wanted[usize::from(is_update)], case);
        });
    }
    println!("{pairs} pairs of a call and a fault");
    assert!(pairs >= 1000, "{pairs} pairs");
}

#[test]
fn an_output_that_stays_open_finds_its_way_after_every_fault() {
    let [first, second] = sites();
    let wanted = clean(&second, true);
    let before = {
        let disk = Faulty::new(usize::MAX, Fault::Killed);
        let around = scratch();
        let mut output = Output::open_on(disk.clone(), &around.path().join("site"), &[]).unwrap();
        write(&mut output, &first, None, 0).unwrap();
        disk.calls.load(Ordering::SeqCst)
    };
    // The first build is the other test's.
    let pairs = with_every_fault(before, |disk, case| {
        let around = scratch();
        let folder = around.path().join("site");
        let mut output = Output::open_on(Arc::clone(disk) as Arc<dyn Disk>, &folder, &[]).unwrap();
        write(&mut output, &first, None, 0).unwrap();
        plant(&folder);
        let result = write(&mut output, &second, Some(&first), 2);
        disk.mend();
        is_clear(&result, case);
        holds(&folder, &[&first, &second], true, case);
        if disk.is_dead.load(Ordering::SeqCst) {
            drop(output);
            output = Output::open(&folder, &[]).unwrap();
            write(&mut output, &second, None, 0).unwrap();
        } else if result.is_err() {
            let again = write(&mut output, &second, Some(&first), 2);
            assert!(again.is_ok(), "{case}: {again:?}");
        }
        // Back and forth: what is known is right.
        write(&mut output, &first, Some(&second), 0).unwrap();
        write(&mut output, &second, Some(&first), 1).unwrap();
        drop(output);
        let _ = fs::remove_file(folder.join(".forecastc-lock"));
        is_one(&folder, &wanted, case);
    });
    println!("{pairs} pairs of a call and a fault");
    assert!(pairs >= 300, "{pairs} pairs");
}

#[test]
fn a_single_file_is_the_old_one_or_the_new_one_after_every_fault() {
    with_every_fault(0, |disk, case| {
        let around = scratch();
        let (old, new) = (around.path().join("old.pred"), around.path().join("deep/new.pred"));
        fs::write(&old, "before").unwrap();
        let disk: Arc<dyn Disk> = Arc::clone(disk) as Arc<dyn Disk>;
        let replaced = replace_on(&*disk, &old, "before", "after all");
        let created = create_on(&*disk, &new, "made");
        is_clear(&replaced, case);
        is_clear(&created, case);
        let now = fs::read_to_string(&old).unwrap();
        assert!(now == "before" || now == "after all", "{case}: {now}");
        assert!(replaced.is_err() || now == "after all", "{case}");
        let made = fs::read_to_string(&new).ok();
        assert!(made.as_deref().is_none_or(|made| made == "made"), "{case}: {made:?}");
        assert!(created.is_err() || made.is_some(), "{case}");
    });
}
