//! `build --watch`, run beside a folder that is edited in all the ways that editors and people have.

#![cfg(unix)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

const DAY: &str = "2026-06-01";
/// What is not there by then never comes. Machines that run tests may be slow.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder with a network, and a watch over it.
struct Scene {
    folder: tempfile::TempDir,
    child: Child,
    lines: Receiver<String>,
    errors: thread::JoinHandle<String>,
}

fn forecastc(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_forecastc"));
    command.current_dir(folder).args(arguments).args(["--as-of", DAY]);
    command
}

fn scenario(id: &str, title: &str, more: &str) -> String {
    format!("scenario {id} \"{title}\" {{\n    probability 40%\n{more}}}\n")
}

impl Scene {
    /// With two files and a document.
    fn new(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sources = folder.path().join("predictions");
        fs::create_dir_all(sources.join("docs")).unwrap();
        fs::write(sources.join("a.pred"), scenario("ALPHA", "First", "")).unwrap();
        let text = scenario("BETA", "Second", "    needs ALPHA strong\n");
        fs::write(sources.join("b.pred"), text + "document NOTES \"Notes\" { file docs/notes.md }\n")
            .unwrap();
        fs::write(sources.join("docs/notes.md"), "About [[ALPHA]].\n").unwrap();
        Self::over(folder, arguments)
    }

    fn over(folder: tempfile::TempDir, arguments: &[&str]) -> Self {
        let arguments: Vec<&str> = ["build", "--watch"].iter().chain(arguments).copied().collect();
        let mut command = forecastc(folder.path(), &arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let mut stderr = child.stderr.take().unwrap();
        let errors = thread::spawn(move || {
            let mut text = String::new();
            let _ = stderr.read_to_string(&mut text);
            text
        });
        let scene = Self { folder, child, lines, errors };
        assert!(scene.line().starts_with("built "));
        assert!(scene.line().ends_with("index.html"));
        scene
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    fn source(&self, name: &str) -> PathBuf {
        self.path("predictions").join(name)
    }

    /// The next thing that the watch says.
    fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("the watch says something")
    }

    /// Waits until the site is what a build from nothing gives.
    fn settles(&self, what: &str) {
        let start = Instant::now();
        loop {
            let _ = fs::remove_dir_all(self.path("clean"));
            let built = forecastc(self.folder.path(), &["build", "--out", "clean", "-q"]).output().unwrap();
            assert!(built.status.success(), "{what}: {}", String::from_utf8_lossy(&built.stderr));
            let (site, clean) = (files(&self.path("site")), files(&self.path("clean")));
            if site == clean {
                return;
            }
            let differ = clean.iter().find(|file| !site.contains(file)).map(|(path, _)| path);
            assert!(start.elapsed() < PATIENCE, "{what}: {differ:?} never came");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Nothing more is said.
    fn is_quiet(&self, time: Duration) {
        let line = self.lines.recv_timeout(time);
        assert!(line.is_err(), "{line:?}");
    }

    /// Ends the watch; what it said on standard error, and whether it went well.
    fn end(mut self) -> (String, Option<i32>) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        (self.errors.join().unwrap(), status.code())
    }
}

/// The files of a site with their bytes, without what belongs to the build itself.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).into_iter().flatten().flatten() {
            let path = entry.path();
            let below = path.strip_prefix(folder).unwrap().to_owned();
            if below.starts_with(".forecastc-lock") || below.starts_with(".forecastc-staging") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                all.push((below, fs::read(&path).unwrap_or_default()));
            }
        }
    }
    all.sort();
    all
}

#[test]
fn every_way_to_save_is_seen() {
    let scene = Scene::new(&[]);
    let a = scene.source("a.pred");
    let text = |title: &str| scenario("ALPHA", title, "");

    fs::write(&a, text("In place")).unwrap();
    scene.settles("written in place");

    fs::write(scene.source("a.tmp"), text("Renamed over")).unwrap();
    fs::rename(scene.source("a.tmp"), &a).unwrap();
    scene.settles("renamed over");

    fs::rename(&a, scene.source("a.pred~")).unwrap();
    fs::write(&a, text("After a backup")).unwrap();
    fs::remove_file(scene.source("a.pred~")).unwrap();
    scene.settles("moved to a backup and written anew");

    fs::remove_file(&a).unwrap();
    thread::sleep(Duration::from_millis(30));
    fs::write(&a, text("Deleted and created")).unwrap();
    scene.settles("deleted and created");

    fs::write(scene.source(".a.pred.swp"), "swap").unwrap();
    fs::write(&a, text("With a swap file")).unwrap();
    fs::remove_file(scene.source(".a.pred.swp")).unwrap();
    scene.settles("with a swap file beside it");

    let (head, tail) = ("scenario ALPHA \"In two", " pieces\" {\n    probability 41%\n}\n");
    fs::write(&a, head).unwrap();
    thread::sleep(Duration::from_millis(40));
    fs::write(&a, format!("{head}{tail}")).unwrap();
    scene.settles("written in two pieces");

    fs::create_dir_all(scene.source("new/deep")).unwrap();
    fs::write(scene.source("new/deep/c.pred"), scenario("GAMMA", "Third", "    needs ALPHA weak\n")).unwrap();
    scene.settles("a file in a new folder");
    fs::write(scene.source("new/deep/c.pred"), scenario("GAMMA", "Third again", "")).unwrap();
    scene.settles("a change in the new folder");

    fs::rename(scene.source("new"), scene.source("other")).unwrap();
    scene.settles("a folder with another name");
    fs::remove_dir_all(scene.source("other")).unwrap();
    scene.settles("a folder that is gone");

    fs::rename(&a, scene.source("z.pred")).unwrap();
    scene.settles("a file with another name");

    fs::write(scene.source("docs/notes.md"), "About [[BETA]], and more.\n").unwrap();
    scene.settles("a document");

    fs::create_dir(scene.path("templates")).unwrap();
    fs::write(scene.path("templates/404.html"), "<p>Not here.</p>\n").unwrap();
    scene.settles("a template in a new folder");
    fs::remove_dir_all(scene.path("templates")).unwrap();
    scene.settles("no templates any more");

    fs::rename(scene.path("predictions"), scene.path("away")).unwrap();
    thread::sleep(Duration::from_millis(400));
    fs::rename(scene.path("away"), scene.path("predictions")).unwrap();
    fs::write(scene.source("z.pred"), text("After a journey")).unwrap();
    scene.settles("the folder was away");

    let (_, code) = scene.end();
    assert_eq!(code, Some(130), "it ends as an interrupted program does");
}

#[test]
fn the_last_good_site_stays_while_there_are_errors() {
    let scene = Scene::new(&[]);
    let before = files(&scene.path("site"));
    fs::write(scene.source("a.pred"), "scenario ALPHA \"First\" { probabilty 40% }\n").unwrap();
    assert_eq!(scene.line(), "1 error: the site stays as it was");
    assert!(files(&scene.path("site")) == before);
    fs::write(scene.source("a.pred"), scenario("ALPHA", "First", "")).unwrap();
    let line = scene.line();
    assert!(line.starts_with("mended: predictions/a.pred; no number moved; 0 files written in "), "{line}");
    fs::write(scene.source("a.pred"), scenario("ALPHA", "First", "").replace("40%", "50%")).unwrap();
    let line = scene.line();
    assert!(line.starts_with("predictions/a.pred; ALPHA 40.0% → 50.0%; "), "{line}");
    let (errors, _) = scene.end();
    assert!(
        errors.contains("predictions/a.pred:1:26") && errors.contains("did you mean `probability`?"),
        "{errors}"
    );
}

#[test]
fn a_burst_is_one_build_and_ends_at_the_truth() {
    let folder = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        let done = Command::new("git").current_dir(folder.path()).args(arguments).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    let lay_out = |title: &str| {
        for number in 0..1_000 {
            let path = folder.path().join(format!("predictions/{:02}/{number:04}.pred", number % 37));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, scenario(&format!("N{number:04}"), title, "")).unwrap();
        }
    };
    git(&["init", "-q", "-b", "one"]);
    git(&["config", "user.name", "Somebody"]);
    git(&["config", "user.email", "somebody@example.org"]);
    lay_out("One");
    git(&["add", "predictions"]);
    git(&["commit", "-q", "-m", "One"]);
    git(&["checkout", "-q", "-b", "two"]);
    lay_out("Two");
    git(&["commit", "-q", "-a", "-m", "Two"]);
    git(&["checkout", "-q", "one"]);
    let path = folder.path().to_owned();
    let scene = Scene::over(folder, &[]);
    for branch in ["two", "one"] {
        let done = Command::new("git").current_dir(&path).args(["checkout", "-q", branch]).status().unwrap();
        assert!(done.success());
        scene.settles(branch);
    }
    // A checkout is some builds at most, and never one for each file.
    let lines: Vec<String> = scene.lines.try_iter().collect();
    assert!(lines.len() < 40, "{} builds", lines.len());
    scene.end();
}

#[test]
fn what_a_build_writes_is_no_change() {
    let scene = Scene::new(&["--out", "predictions/site"]);
    scene.is_quiet(Duration::from_secs(3));
    fs::write(scene.source("a.pred"), scenario("ALPHA", "Another title", "")).unwrap();
    assert!(scene.line().starts_with("predictions/a.pred; no number moved; "));
    scene.is_quiet(Duration::from_secs(3));
    // Neither is a touch, or that somebody reads.
    fs::write(scene.source("a.pred"), scenario("ALPHA", "Another title", "")).unwrap();
    fs::read(scene.source("b.pred")).unwrap();
    scene.is_quiet(Duration::from_secs(3));
    scene.end();
}

#[test]
fn folders_are_looked_through_where_nobody_tells() {
    let scene = Scene::new(&["--poll"]);
    fs::write(scene.source("a.pred"), scenario("ALPHA", "Polled for", "")).unwrap();
    scene.settles("a change that nobody told of");
    scene.end();
}

#[test]
fn an_interrupt_leaves_a_whole_site_and_no_lock() {
    let scene = Scene::new(&[]);
    let folder = scene.folder.path().to_owned();
    fs::write(scene.source("a.pred"), scenario("ALPHA", "Just before", "")).unwrap();
    let id = scene.child.id().to_string();
    Command::new("kill").args(["-INT", &id]).status().unwrap();
    let mut scene = scene;
    scene.child.wait().unwrap();
    assert!(fs::read_dir(folder.join("site")).unwrap().flatten().all(|entry| {
        let name = entry.file_name();
        name != ".forecastc-staging" && name != ".forecastc-manifest.next"
    }));
    let built = forecastc(&folder, &["build", "-q"]).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
}
