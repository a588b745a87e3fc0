//! Builds of the real binary that are ended from outside, at any moment, and ones that get no room: the site stays
//! readable, and the next build makes it whole.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

type Files = BTreeMap<String, Vec<u8>>;

/// A small network; the second version changes all nodes, drops one and adds one.
fn network(version: usize) -> String {
    let nodes = (version..12 + version).map(|number| {
        format!(
            "killer K{number} \"Version {version} of the killer {number}\" {{\n    probability {}%\n}}\n",
            20 + version
        )
    });
    nodes.collect()
}

struct Stage {
    around: tempfile::TempDir,
    /// What a clean build of each version leaves.
    clean: [Files; 2],
    takes: Duration,
}

impl Stage {
    fn new() -> Self {
        let mut stage =
            Self { around: tempfile::tempdir().unwrap(), clean: Default::default(), takes: Duration::ZERO };
        for version in [0, 1] {
            let folder = stage.path(&format!("sources{version}"));
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join("network.pred"), network(version)).unwrap();
            let start = Instant::now();
            stage.build(version, &format!("clean{version}"));
            stage.takes = start.elapsed();
            stage.clean[version] = files(&stage.path(&format!("clean{version}")));
        }
        stage
    }

    fn path(&self, name: &str) -> PathBuf {
        self.around.path().join(name)
    }

    fn command(&self, version: usize, out: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_forecastc"));
        command.args([
            "build",
            "--as-of",
            "2026-06-01",
            "--source",
            &format!("sources{version}"),
            "--out",
            out,
        ]);
        command
            .current_dir(self.around.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command
    }

    fn build(&self, version: usize, out: &str) {
        let output = self.command(version, out).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Whether all pages are whole, and nothing that somebody planted is lost.
    fn is_readable(&self, site: &Path, case: &str) {
        let now = files(site);
        assert!(now.contains_key("index.html"), "{case}: the front page is lost");
        assert_eq!(now.get("CNAME").map(Vec::as_slice), Some(&b"example.org"[..]), "{case}");
        for (path, bytes) in
            now.iter().filter(|(path, _)| !path.starts_with(".forecastc-") && *path != "CNAME")
        {
            let is_whole = self.clean.iter().any(|clean| clean.get(path) == Some(bytes));
            assert!(is_whole, "{case}: {path} is neither the old nor the new one");
        }
    }
}

fn files(folder: &Path) -> Files {
    let walk = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let files = walk.filter(|entry| entry.file_type().is_file()).map(|entry| {
        let path = entry.path().strip_prefix(folder).unwrap().to_string_lossy().into_owned();
        (path, fs::read(entry.path()).unwrap())
    });
    files.collect()
}

#[test]
fn a_build_that_is_killed_leaves_a_site_and_the_next_one_heals_it() {
    const KILLS: u32 = 220;
    let stage = Stage::new();
    let site = stage.path("site");
    stage.build(0, "site");
    fs::write(site.join("CNAME"), "example.org").unwrap();
    let (mut killed, mut within) = (0, 0);
    let mut version = 0;
    let mut tries = 0_u32;
    while killed < KILLS {
        tries += 1;
        assert!(tries < 10 * KILLS, "builds end before they are killed: {killed} of {tries}");
        version = 1 - version;
        let mut child = stage.command(version, "site").spawn().unwrap();
        if tries.is_multiple_of(4) {
            // At any moment.
            std::thread::sleep(stage.takes.mul_f64(f64::from(tries * 37 % 101) / 101.0));
        } else {
            // As soon as it writes, or a little later.
            let start = Instant::now();
            while !site.join(".forecastc-lock").exists() && start.elapsed() < 4 * stage.takes {
                std::thread::sleep(Duration::from_micros(50));
            }
            std::thread::sleep(stage.takes.mul_f64(f64::from(tries * 7919 % 1009) / 3000.0));
        }
        child.kill().unwrap();
        if child.wait().unwrap().success() {
            continue;
        }
        killed += 1;
        within += usize::from(site.join(".forecastc-lock").exists());
        let case = format!("kill {killed}");
        stage.is_readable(&site, &case);
        if killed % 5 == 0 {
            stage.build(version, "site");
            let mut now = files(&site);
            now.remove("CNAME");
            assert!(now == stage.clean[version], "{case}: not what a clean build leaves");
        }
    }
    println!("{killed} builds were killed, {within} of them while they wrote");
    assert!(within > 20, "{within}");
}

#[test]
fn a_build_without_room_says_so_and_loses_nothing() {
    let stage = Stage::new();
    let site = stage.path("site");
    stage.build(0, "site");
    fs::write(site.join("CNAME"), "example.org").unwrap();
    let before = files(&site);
    // No file may be larger than this many half KiB: a disk that is full after some pages.
    for blocks in [1, 4, 16, 64] {
        let mut command = Command::new("sh");
        let build = stage.command(1, "site");
        let words: Vec<String> = build.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        let program = env!("CARGO_BIN_EXE_forecastc");
        command
            .args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec '{program}' {}", words.join(" "))]);
        let output = command.current_dir(stage.around.path()).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{blocks}: {told}");
        assert!(
            told.contains("too large") && told.contains("the site is as it was before"),
            "{blocks}: {told}"
        );
        assert!(files(&site) == before, "{blocks}: something changed");
    }
    stage.build(1, "site");
    let mut now = files(&site);
    now.remove("CNAME");
    assert!(now == stage.clean[1]);
}

/// Needs the right to mount; without it this is passed over, and the faults of `disk::output` stand for it.
#[test]
fn a_full_disk_says_so_and_loses_nothing() {
    let stage = Stage::new();
    let disk = stage.path("disk");
    fs::create_dir(&disk).unwrap();
    let mount = |arguments: &[&str]| {
        let status =
            Command::new(arguments[0]).args(&arguments[1..]).arg(&disk).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    };
    if !mount(&["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs"]) {
        return;
    }
    let site = disk.join("site");
    stage.build(0, "disk/site");
    fs::write(site.join("CNAME"), "example.org").unwrap();
    let before = files(&site);
    let room = (0..1024).take_while(|_| {
        use std::io::Write as _;
        let ballast = fs::OpenOptions::new().create(true).append(true).open(disk.join("ballast"));
        ballast.and_then(|mut ballast| ballast.write_all(&[1; 1024])).is_ok()
    });
    assert!(room.count() < 1024);
    let output = stage.command(1, "disk/site").output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let after = files(&site);
    fs::remove_file(disk.join("ballast")).unwrap();
    let healed = stage.command(1, "disk/site").output().unwrap();
    let mut now = files(&site);
    assert!(mount(&["umount"]));
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("No space left"), "{told}");
    assert!(after == before, "something changed");
    assert!(healed.status.success(), "{}", String::from_utf8_lossy(&healed.stderr));
    now.remove("CNAME");
    assert!(now == stage.clean[1]);
}
