//! What a build may do to a folder: what others wrote there is never overwritten and never removed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use forecastc::disk::{DiskFault, Output, Written};

/// Brings a folder to hold these files.
fn build(folder: &Path, files: &[(&str, &str)]) -> Result<Written, DiskFault> {
    let paths: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
    let make = |number: usize, _| Ok(Some(files[number].1.as_bytes().to_vec()));
    Output::open(folder, &[])?.write(&paths, 0, make)
}

/// All files below a folder with their bytes, but for the manifest.
fn held(folder: &Path) -> BTreeMap<String, String> {
    let files =
        walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap).filter(|one| one.file_type().is_file());
    let files = files.map(|entry| {
        let path = entry.path().strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
        (path, fs::read_to_string(entry.path()).unwrap())
    });
    files.filter(|(path, _)| path != ".forecastc-manifest").collect()
}

fn files(all: &[(&str, &str)]) -> BTreeMap<String, String> {
    all.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let around = tempfile::tempdir().unwrap();
    let folder = around.path().join("site");
    (around, folder)
}

const FIRST: [(&str, &str); 3] = [("index.html", "one"), ("node/A.html", "a"), ("node/B.html", "b")];

#[test]
fn a_second_build_writes_what_changed_and_removes_what_is_gone() {
    let (_around, site) = folder();
    let written = build(&site, &FIRST).unwrap();
    assert_eq!((written.written, written.unchanged, written.removed), (3, 0, 0));
    assert_eq!(held(&site), files(&FIRST));
    let second = [("index.html", "two"), ("tag/x.html", "x"), ("node/A.html", "a")];
    let written = build(&site, &second).unwrap();
    assert_eq!((written.written, written.unchanged, written.removed), (2, 1, 1));
    assert_eq!(held(&site), files(&second));
    build(&site, &[("index.html", "two")]).unwrap();
    assert!(!site.join("node").exists(), "a folder that is empty is gone too");
}

#[test]
fn the_same_site_again_touches_no_file() {
    let (_around, site) = folder();
    build(&site, &FIRST).unwrap();
    let times = || -> BTreeMap<PathBuf, std::time::SystemTime> {
        let files = walkdir::WalkDir::new(&site).into_iter().map(Result::unwrap);
        let files = files.filter(|entry| entry.file_type().is_file());
        files.map(|entry| (entry.path().to_owned(), entry.metadata().unwrap().modified().unwrap())).collect()
    };
    let before = times();
    let written = build(&site, &FIRST).unwrap();
    assert_eq!((written.written, written.unchanged, written.removed), (0, 3, 0));
    assert_eq!(times(), before);
}

#[test]
fn a_file_that_somebody_changed_is_named_and_nothing_is_written() {
    let (_around, site) = folder();
    build(&site, &FIRST).unwrap();
    fs::write(site.join("node/A.html"), "by hand").unwrap();
    let before = held(&site);
    let fault =
        build(&site, &[("index.html", "new"), ("node/A.html", "a2"), ("node/B.html", "b")]).unwrap_err();
    assert!(fault.path.ends_with("node/A.html") && fault.what.contains("was changed"), "{fault}");
    assert_eq!(held(&site), before);
    // One that says by now what would be written is as good as ours.
    fs::write(site.join("node/A.html"), "a2").unwrap();
    assert!(build(&site, &[("index.html", "new"), ("node/A.html", "a2")]).is_ok());
}

#[test]
fn a_changed_file_that_is_no_longer_made_stays() {
    let (_around, site) = folder();
    build(&site, &FIRST).unwrap();
    fs::write(site.join("node/A.html"), "by hand").unwrap();
    let written = build(&site, &[("index.html", "one")]).unwrap();
    assert_eq!((written.kept, written.removed), (vec!["node/A.html".to_owned()], 1));
    assert_eq!(held(&site), files(&[("index.html", "one"), ("node/A.html", "by hand")]));
}

#[test]
fn files_of_others_stay_and_are_not_written_over() {
    let (_around, site) = folder();
    build(&site, &FIRST).unwrap();
    fs::write(site.join("CNAME"), "example.org").unwrap();
    fs::write(site.join("node/mine.html"), "mine").unwrap();
    build(&site, &[("index.html", "two")]).unwrap();
    assert_eq!(
        held(&site),
        files(&[("index.html", "two"), ("CNAME", "example.org"), ("node/mine.html", "mine")])
    );
    let fault = build(&site, &[("index.html", "three"), ("node/mine.html", "x")]).unwrap_err();
    assert!(fault.what.contains("no build made it"), "{fault}");
    assert_eq!(held(&site)["index.html"], "two");
}

#[test]
fn a_folder_without_a_manifest_must_be_empty() {
    let (_around, site) = folder();
    fs::create_dir(&site).unwrap();
    fs::write(site.join(".gitignore"), "*\n").unwrap();
    assert!(build(&site, &FIRST).is_ok(), "a .gitignore alone is nothing");
    let (_around, other) = folder();
    fs::create_dir(&other).unwrap();
    fs::write(other.join("thesis.txt"), "years").unwrap();
    let fault = build(&other, &FIRST).unwrap_err();
    assert!(fault.what.contains("`thesis.txt`") && fault.what.contains("--out"), "{fault}");
    assert_eq!(held(&other), files(&[("thesis.txt", "years")]));
}

#[test]
fn a_manifest_that_leads_out_is_refused() {
    for path in ["../victim", "/etc/victim", "a/../../victim", ".git/config", "", "node//x", "victim\\..\\x"]
    {
        let (around, site) = folder();
        fs::write(around.path().join("victim"), "").unwrap();
        fs::create_dir(&site).unwrap();
        // The hash is that of no bytes, which is what the victim holds.
        let hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        for name in [".forecastc-manifest", ".forecastc-manifest.next"] {
            fs::write(site.join(name), format!("forecastc site 1\n{hash} 0 {path}\n")).unwrap();
            let fault = build(&site, &FIRST).unwrap_err();
            assert!(fault.what.contains("no manifest of ours"), "{path:?}: {fault}");
            fs::remove_file(site.join(name)).unwrap();
        }
        assert!(around.path().join("victim").exists());
    }
    for text in ["", "forecastc site 2\n", "forecastc site 1\nabc\n", "forecastc site 1\n\n"] {
        let (_around, site) = folder();
        fs::create_dir(&site).unwrap();
        fs::write(site.join(".forecastc-manifest"), text).unwrap();
        assert!(build(&site, &FIRST).is_err(), "{text:?}");
    }
}

#[test]
fn paths_that_are_one_on_some_systems_are_refused_before_anything_is_written() {
    let (_around, site) = folder();
    for pair in [["node/A.html", "node/a.html"], ["node", "node/a.html"], ["../x", "y"], ["con.html", "y"]] {
        assert!(build(&site, &[(pair[0], "1"), (pair[1], "2")]).is_err(), "{pair:?}");
        assert_eq!(held(&site), files(&[]));
    }
}

#[test]
fn a_fault_on_a_page_leaves_the_last_site_whole() {
    let (_around, site) = folder();
    build(&site, &FIRST).unwrap();
    let before = held(&site);
    let mut output = Output::open(&site, &[]).unwrap();
    let result: Result<Written, Box<dyn std::error::Error + Send + Sync>> =
        output.write(&["index.html", "node/A.html", "z.html"], 0, |number, _| match number {
            2 => Err("a template at fault".into()),
            _ => Ok(Some(b"new".to_vec())),
        });
    assert_eq!(result.unwrap_err().to_string(), "a template at fault");
    drop(output);
    assert_eq!(held(&site), before);
}

#[test]
fn what_a_crash_left_is_taken_up() {
    let (_around, site) = folder();
    build(&site, &FIRST).unwrap();
    // A build that stopped halfway: its list is there, one file has moved, one waits, and a lock of nobody.
    let (_next_around, next) = folder();
    build(&next, &[("index.html", "two"), ("node/A.html", "a2"), ("node/C.html", "c")]).unwrap();
    fs::copy(next.join(".forecastc-manifest"), site.join(".forecastc-manifest.next")).unwrap();
    fs::copy(next.join("index.html"), site.join("index.html")).unwrap();
    fs::create_dir(site.join(".forecastc-staging")).unwrap();
    fs::write(site.join(".forecastc-staging/1"), "a2").unwrap();
    fs::write(site.join("node/B.html"), "").unwrap();
    let third = [("index.html", "three"), ("node/A.html", "a3"), ("node/B.html", "b3")];
    build(&site, &third).unwrap();
    assert_eq!(held(&site), files(&third));
    // Of the first build of all, nothing but what waits may be there.
    let (_around, fresh) = folder();
    fs::create_dir_all(fresh.join(".forecastc-staging")).unwrap();
    fs::write(fresh.join(".forecastc-staging/0"), "half").unwrap();
    build(&fresh, &FIRST).unwrap();
    assert_eq!(held(&fresh), files(&FIRST));
    // What is in there and has no number is somebody else's.
    fs::create_dir(fresh.join(".forecastc-staging")).unwrap();
    fs::write(fresh.join(".forecastc-staging/notes.txt"), "mine").unwrap();
    assert!(build(&fresh, &FIRST).is_err());
    assert!(fresh.join(".forecastc-staging/notes.txt").exists());
}

#[test]
fn two_builds_do_not_mix() {
    let (_around, site) = folder();
    fs::create_dir(&site).unwrap();
    fs::write(site.join(".forecastc-lock"), "not a process\n").unwrap();
    let fault = build(&site, &FIRST).unwrap_err();
    assert!(fault.what.contains("another build"), "{fault}");
    assert!(site.join(".forecastc-lock").exists());
    if Path::new("/proc/self").exists() {
        // No process has this number.
        fs::write(site.join(".forecastc-lock"), "4294967295\n").unwrap();
        assert!(build(&site, &FIRST).is_ok());
        assert!(!site.join(".forecastc-lock").exists());
    }
}

#[test]
fn places_of_others_are_no_place_for_a_site() {
    let around = tempfile::tempdir().unwrap();
    let sources = around.path().join("forecasts/predictions");
    fs::create_dir_all(&sources).unwrap();
    let guarded = [("the folder of the sources", sources.clone())];
    for folder in [
        sources.clone(),
        around.path().join("forecasts"),
        sources.join("../../forecasts"),
        PathBuf::from("/"),
    ] {
        assert!(Output::open(&folder, &guarded).is_err(), "{}", folder.display());
    }
    for name in [".git", ".git/site", "repository"] {
        fs::create_dir_all(around.path().join("repository/.git")).unwrap();
        assert!(Output::open(&around.path().join(name), &guarded).is_err(), "{name}");
    }
    assert!(Output::open(&around.path().join("forecasts/site"), &guarded).is_ok());
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    let (around, site) = folder();
    let outside = around.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("A.html"), "precious").unwrap();
    symlink(&outside, &site).unwrap();
    assert!(build(&site, &FIRST).is_err(), "the folder itself");
    fs::remove_file(&site).unwrap();
    fs::create_dir(&site).unwrap();
    build(&site, &[("index.html", "one")]).unwrap();
    symlink(&outside, site.join("node")).unwrap();
    assert!(build(&site, &FIRST).is_err(), "a folder below");
    fs::remove_file(site.join("node")).unwrap();
    fs::create_dir(site.join("node")).unwrap();
    symlink(outside.join("A.html"), site.join("node/A.html")).unwrap();
    assert!(build(&site, &FIRST).is_err(), "a file");
    fs::remove_file(site.join("node/A.html")).unwrap();
    fs::hard_link(outside.join("A.html"), site.join("node/A.html")).unwrap();
    assert!(build(&site, &FIRST).is_err(), "a second name");
    fs::remove_file(site.join("node/A.html")).unwrap();
    symlink(&outside, site.join(".forecastc-staging")).unwrap();
    assert!(build(&site, &FIRST).is_err(), "where files wait");
    assert_eq!(fs::read_to_string(outside.join("A.html")).unwrap(), "precious");
}
