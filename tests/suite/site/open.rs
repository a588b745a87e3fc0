//! A folder that one process writes into again and again, as `build --watch` does.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

use forecastc::disk::{DiskFault, Output, Written};

type Site = BTreeMap<&'static str, String>;

fn site(pages: &[(&'static str, &str)]) -> Site {
    pages.iter().map(|(path, text)| (*path, (*text).to_owned())).collect()
}

fn first() -> Site {
    site(&[("index.html", "front"), ("node/A.html", "a"), ("node/B.html", "b"), ("tag/t.html", "t")])
}

/// Writes a site, gives nothing for what is known and stays the same, and tells which files were known.
fn write(output: &mut Output, site: &Site, last: &Site) -> Result<(Written, Vec<&'static str>), DiskFault> {
    let paths: Vec<&'static str> = site.keys().copied().collect();
    let known = Mutex::new(Vec::new());
    let make = |number: usize, is_known: bool| -> Result<Option<Vec<u8>>, DiskFault> {
        let path = paths[number];
        if is_known {
            known.lock().unwrap().push(path);
        }
        let is_same = is_known && last.get(path) == site.get(path);
        Ok(if is_same { None } else { Some(site[path].clone().into_bytes()) })
    };
    let written = output.write(&paths, 0, make)?;
    let mut known = known.into_inner().unwrap();
    known.sort_unstable();
    Ok((written, known))
}

fn held(folder: &Path) -> BTreeMap<String, String> {
    let walk = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let files = walk.filter(|entry| entry.file_type().is_file()).map(|entry| {
        let path = entry.path().strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
        (path, fs::read_to_string(entry.path()).unwrap())
    });
    files.filter(|(path, _)| path != ".forecastc-lock").collect()
}

fn times(folder: &Path) -> BTreeMap<PathBuf, SystemTime> {
    let walk = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    walk.map(|entry| (entry.path().to_owned(), entry.metadata().unwrap().modified().unwrap())).collect()
}

fn clean(site: &Site) -> BTreeMap<String, String> {
    let around = tempfile::tempdir().unwrap();
    let folder = around.path().join("site");
    write(&mut Output::open(&folder, &[]).unwrap(), site, &Site::new()).unwrap();
    held(&folder)
}

#[test]
fn what_is_known_need_not_be_given_again() {
    let around = tempfile::tempdir().unwrap();
    let folder = around.path().join("site");
    let first = first();
    let mut output = Output::open(&folder, &[]).unwrap();
    assert!(write(&mut output, &first, &Site::new()).unwrap().1.is_empty());
    let before = times(&folder);
    let (written, known) = write(&mut output, &first, &first).unwrap();
    assert_eq!(known, ["index.html", "node/A.html", "node/B.html", "tag/t.html"]);
    assert_eq!((written.written, written.unchanged, written.removed), (0, 4, 0));
    assert_eq!(times(&folder), before, "not even the folder is touched");
    let mut second = first.clone();
    second.insert("node/A.html", "changed".to_owned());
    second.insert("node/C.html", "new".to_owned());
    second.remove("tag/t.html");
    let (written, _) = write(&mut output, &second, &first).unwrap();
    assert_eq!(written.written_paths, ["node/A.html", "node/C.html"]);
    assert_eq!(written.removed_paths, ["tag/t.html"]);
    assert_eq!((written.written, written.unchanged, written.removed), (2, 2, 1));
    assert_eq!(held(&folder), clean(&second));
    assert!(!folder.join("tag").exists());
    let after = times(&folder);
    for path in ["index.html", "node/B.html"] {
        assert_eq!(after[&folder.join(path)], before[&folder.join(path)], "{path}");
    }
    // The next process knows nothing, and finds that all is as it should be.
    drop(output);
    assert!(!folder.join(".forecastc-lock").exists());
    let mut output = Output::open(&folder, &[]).unwrap();
    let (written, known) = write(&mut output, &second, &second).unwrap();
    assert!(known.is_empty());
    assert_eq!((written.written, written.unchanged), (0, 4));
}

#[test]
fn a_file_that_somebody_touched_is_no_longer_known() {
    let around = tempfile::tempdir().unwrap();
    let folder = around.path().join("site");
    let first = first();
    let mut output = Output::open(&folder, &[]).unwrap();
    write(&mut output, &first, &Site::new()).unwrap();
    // Removed, written anew with the same bytes, changed, and given a second name.
    fs::remove_file(folder.join("tag/t.html")).unwrap();
    fs::remove_dir(folder.join("tag")).unwrap();
    fs::remove_file(folder.join("node/A.html")).unwrap();
    fs::write(folder.join("node/A.html"), "a").unwrap();
    let (written, known) = write(&mut output, &first, &first).unwrap();
    assert_eq!(
        (written.written_paths, known),
        (vec!["tag/t.html".to_owned()], vec!["index.html", "node/B.html"])
    );
    fs::write(folder.join("node/B.html"), "by hand").unwrap();
    let fault = write(&mut output, &first, &first).unwrap_err();
    assert!(fault.path.ends_with("node/B.html") && fault.what.contains("was changed"), "{fault}");
    // As soon as it is away the build goes on.
    fs::remove_file(folder.join("node/B.html")).unwrap();
    assert_eq!(write(&mut output, &first, &first).unwrap().0.written_paths, ["node/B.html"]);
    assert_eq!(held(&folder), clean(&first));
}

#[test]
fn what_is_urgent_is_there_before_the_rest_is_made() {
    let around = tempfile::tempdir().unwrap();
    let folder = around.path().join("site");
    let first = first();
    let mut output = Output::open(&folder, &[]).unwrap();
    write(&mut output, &first, &Site::new()).unwrap();
    let paths = ["node/B.html", "index.html", "node/A.html", "node/new.html", "tag/t.html"];
    let is_there = |path: &str, text: &str| fs::read_to_string(folder.join(path)).unwrap() == text;
    let make = |number: usize, is_known: bool| -> Result<Option<Vec<u8>>, DiskFault> {
        assert_eq!(is_known, number != 3);
        assert_eq!(is_there("node/B.html", "at once"), number != 0, "{number}");
        if number > 0 {
            let listed = fs::read_to_string(folder.join(".forecastc-manifest.next")).unwrap();
            assert!(listed.contains("node/B.html") && !listed.contains("node/A.html"), "{listed}");
        }
        Ok(match number {
            0 => Some(b"at once".to_vec()),
            1 => None,
            _ => Some(b"later".to_vec()),
        })
    };
    let written = output.write(&paths, 1, make).unwrap();
    assert_eq!(written.written_paths, ["node/B.html", "node/A.html", "node/new.html", "tag/t.html"]);
    assert!(is_there("index.html", "front") && is_there("node/A.html", "later"));
    assert!(!folder.join(".forecastc-manifest.next").exists());
    // Where somebody's file may be in the way nothing hurries ahead.
    fs::write(folder.join("mine.html"), "mine").unwrap();
    let make = |_: usize, _| -> Result<Option<Vec<u8>>, DiskFault> { Ok(Some(b"third".to_vec())) };
    let fault = output.write(&["node/B.html", "mine.html"], 1, make).unwrap_err();
    assert!(fault.what.contains("no build made it"), "{fault}");
    assert!(is_there("node/B.html", "at once") && is_there("mine.html", "mine"));
}

#[test]
fn a_fault_of_a_page_leaves_everything_known_that_did_not_change() {
    let around = tempfile::tempdir().unwrap();
    let folder = around.path().join("site");
    let first = first();
    let mut output = Output::open(&folder, &[]).unwrap();
    write(&mut output, &first, &Site::new()).unwrap();
    let paths: Vec<&str> = first.keys().copied().collect();
    type Fault = Box<dyn std::error::Error + Send + Sync>;
    let make = |number: usize, _| -> Result<Option<Vec<u8>>, Fault> {
        match number {
            1 => Err("a template at fault".into()),
            2 => Ok(Some(b"changed".to_vec())),
            _ => Ok(None),
        }
    };
    assert_eq!(output.write(&paths, 0, make).unwrap_err().to_string(), "a template at fault");
    assert_eq!(held(&folder), clean(&first));
    let mut second = first.clone();
    second.insert("node/B.html", "changed".to_owned());
    let (written, known) = write(&mut output, &second, &first).unwrap();
    assert_eq!(
        (written.written_paths, known),
        (vec!["node/B.html".to_owned()], vec!["index.html", "node/A.html", "tag/t.html"])
    );
    assert_eq!(held(&folder), clean(&second));
}

#[test]
fn what_is_not_known_has_to_be_given() {
    let around = tempfile::tempdir().unwrap();
    let mut output = Output::open(&around.path().join("site"), &[]).unwrap();
    let fault = output.write(&["index.html"], 0, |_, _| -> Result<_, DiskFault> { Ok(None) }).unwrap_err();
    assert!(fault.what.contains("not known"), "{fault}");
}

#[test]
fn as_long_as_it_is_open_no_other_build_gets_in() {
    let around = tempfile::tempdir().unwrap();
    let folder = around.path().join("site");
    let mut output = Output::open(&folder, &[]).unwrap();
    for _ in 0..2 {
        let fault = Output::open(&folder, &[]).unwrap_err();
        assert!(fault.what.contains("another build"), "{fault}");
        write(&mut output, &first(), &Site::new()).unwrap();
    }
    drop(output);
    assert!(Output::open(&folder, &[]).is_ok());
}

#[test]
fn a_lock_that_was_never_finished_is_nobodys() {
    let around = tempfile::tempdir().unwrap();
    let folder = around.path().join("site");
    for words in ["", "123"] {
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(".forecastc-lock"), words).unwrap();
        assert!(Output::open(&folder, &[]).is_ok(), "{words:?}");
    }
}

/// The process of the next test.
#[test]
#[expect(clippy::exit, reason = "it ends as one does that got a signal")]
fn a_process_that_is_told_to_end() {
    let Some(folder) = std::env::var_os("FORECASTC_HALTED") else { return };
    let mut output = Output::open(Path::new(&folder), &[]).unwrap();
    write(&mut output, &first(), &Site::new()).unwrap();
    let names: Vec<String> = (0..2000).map(|number| format!("node/N{number}.html")).collect();
    let paths: Vec<&str> = names.iter().map(String::as_str).chain(["index.html"]).collect();
    std::thread::spawn(|| {
        std::thread::sleep(std::time::Duration::from_millis(30));
        forecastc::disk::halt();
        std::process::exit(130);
    });
    loop {
        let make = |_: usize, _| -> Result<Option<Vec<u8>>, DiskFault> { Ok(Some(b"whole".repeat(100))) };
        // Either of them may be what is under way.
        let _ = output.write(&paths, 0, make);
        let _ = write(&mut output, &first(), &Site::new());
    }
}

#[test]
fn a_process_that_halts_its_builds_leaves_nothing_half_done() {
    let around = tempfile::tempdir().unwrap();
    let folder = around.path().join("site");
    for _ in 0..5 {
        let status = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "site::open::a_process_that_is_told_to_end"])
            .env("FORECASTC_HALTED", &folder)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .status();
        assert_eq!(status.unwrap().code(), Some(130));
        let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        let is_left = |name: &str| names.iter().any(|other| other == name);
        assert!(!is_left(".forecastc-lock") && !is_left(".forecastc-staging"), "{names:?}");
        assert!(!is_left(".forecastc-manifest.next"), "{names:?}");
        write(&mut Output::open(&folder, &[]).unwrap(), &first(), &Site::new()).unwrap();
        assert_eq!(held(&folder), clean(&first()));
    }
}
