//! How fast `forecastc history` looks back: the first time, and once it has.
//!
//! `cargo bench --bench history` makes a repository of 1,000 commits and prints the table. `-- look pages 300 100` does
//! so for another network and another number of commits, `-- make pages 300 1000 DIR` leaves the repository in a folder.
//! README.md says what it means.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "a benchmark reads the clock, writes files and prints"
)]

mod generate;
#[allow(dead_code, reason = "networks of other shapes are for other benchmarks")]
mod pages;
mod row;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use forecastc::value::Date;

use generate::{Network, Random};
use pages::Numbers;
use row::seconds;

const SEED: u64 = 70_001;
/// Items of a file.
const ITEMS: usize = 10;
/// The first commit is on this day; four follow on each.
const FIRST: &str = "2026-09-02";
/// All commits are before this one.
const TODAY: &str = "2028-01-01";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["make", kind, nodes, commits, folder] => {
            let number = |words: &str| words.parse().expect("a number");
            make(Path::new(folder), network(kind, number(nodes)), number(commits));
        }
        [] => table("tree", 300, 1_000),
        ["look", kind, nodes, commits] => {
            let number = |words: &str| words.parse().expect("a number");
            table(kind, number(nodes), number(commits));
        }
        other => println!("no such table: {}", other.join(" ")),
    }
}

fn network(kind: &str, nodes: usize) -> Network {
    match kind {
        "written" => generate::network(nodes, SEED),
        "tree" => pages::tree(nodes, SEED),
        _ => pages::pages(nodes, SEED, Numbers::Varied),
    }
}

fn table(kind: &str, nodes: usize, commits: usize) {
    println!(
        "{:<10}{:>8}{:>9}{:>10}{:>9}{:>8}",
        "network", "nodes", "commits", "versions", "first s", "then s"
    );
    let around = tempfile::tempdir().expect("a folder");
    let repository = around.path().join("repository");
    let versions = make(&repository, network(kind, nodes), commits);
    let look = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_forecastc"));
        command.args(["history", "--quiet", "--as-of", TODAY, "--format", "json"]);
        command.current_dir(&repository).env("XDG_CACHE_HOME", around.path().join("cache"));
        let output = command.output().expect("the program");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let (first, told) = seconds(look);
    let (then, again) = seconds(look);
    assert!(told == again, "the same past is told in another way");
    println!("{kind:<10}{nodes:>8}{commits:>9}{versions:>10}{first:>9.2}{then:>8.2}");
}

/// Items of a text: each begins in the first column, after an empty line.
fn items(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut is_after_blank = true;
    for line in text.lines() {
        let begins = line.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '#');
        match all.last_mut() {
            Some(item) if !(is_after_blank && begins) => item.extend([line, "\n"]),
            _ => all.push(format!("{line}\n")),
        }
        is_after_blank = line.trim().is_empty();
    }
    all
}

/// The ids of what is open and stands alone.
fn open(items: &[String]) -> Vec<String> {
    let id = |item: &String| {
        let mut words = item.split_whitespace();
        let is_open = matches!(words.next(), Some("killer" | "prediction")) && !item.contains(" resolved ");
        words.next().filter(|_| is_open).map(ToOwned::to_owned)
    };
    let settled: BTreeSet<&str> =
        items.iter().filter_map(|item| item.split_once(" resolved ")?.1.split_whitespace().next()).collect();
    items.iter().filter_map(id).filter(|id| !settled.contains(id.as_str())).collect()
}

/// Writes a repository of this network and that many commits, as people make them: half of them write a line of
/// evidence or a note into the journal, a fifth change a number where it stands, others words, or nothing of the
/// network. Gives the number of those that change the network's folder.
fn make(folder: &Path, network: Network, commits: usize) -> usize {
    let all: Vec<String> = network.files.iter().flat_map(|(_, text)| items(text)).collect();
    let ids = open(&all);
    let mut files: Vec<String> = all.chunks(ITEMS).map(<[String]>::concat).collect();
    files.push(String::new());
    let journal = files.len() - 1;
    let mut random = Random::new(SEED);
    let mut stream = String::new();
    let first = Date::parse(FIRST).expect("a day");
    let start = Date::parse("1970-01-01").expect("a day").days_until(first) * 86_400;
    let mut versions = 1;
    for commit in 0..commits {
        let seconds = start
            + 86_400 * i64::try_from(commit / 4).expect("few")
            + 3_600 * i64::try_from(commit % 4).expect("few");
        let day = first.plus_days(i64::try_from(commit / 4).expect("few"));
        let who = random.pick(&["Ada", "Bo", "Cleo"]);
        let _ = write!(
            stream,
            "commit refs/heads/main\ncommitter {who} <{who}@example.org> {seconds} +0000\ndata 8\nupdate\n\n"
        );
        let mut changed: Vec<usize> = Vec::new();
        match if commit == 0 { 10 } else { random.below(10) } {
            10 => changed.extend(0..files.len()),
            0..=2 => {
                let (id, way) = (&ids[random.below(ids.len())], random.pick(&["for", "against"]));
                let _ = writeln!(files[journal], "{day} evidence {id} {way} weak");
                changed.push(journal);
            }
            3 | 4 => {
                let _ =
                    writeln!(files[journal], "{day} note {} \"Nothing new\"", ids[random.below(ids.len())]);
                changed.push(journal);
            }
            5 | 6 => changed.extend(restate(&mut files[..journal], &mut random)),
            7 | 8 => {
                let place = random.below(journal);
                files[place].push_str("# Looked at again.\n");
                changed.push(place);
            }
            _ => {
                let _ = write!(stream, "M 644 inline README.md\ndata {}\n{commit:>6}\n", 7);
            }
        }
        versions += usize::from(commit > 0 && !changed.is_empty());
        for place in changed {
            let text = &files[place];
            let _ = write!(
                stream,
                "M 644 inline predictions/part-{place:03}.pred\ndata {}\n{text}\n",
                text.len()
            );
        }
        if commit == 0 {
            for (path, text) in &network.documents {
                let _ = write!(stream, "M 644 inline predictions/{path}\ndata {}\n{text}\n", text.len());
            }
        }
    }
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::null());
        command
    };
    std::fs::create_dir_all(folder).expect("a folder");
    assert!(git(&["init", "--quiet", "--initial-branch=main"]).status().expect("git").success());
    let mut import = git(&["fast-import", "--quiet"]).spawn().expect("git");
    import.stdin.take().expect("a pipe").write_all(stream.as_bytes()).expect("git reads");
    assert!(import.wait().expect("git").success());
    assert!(git(&["reset", "--quiet", "--hard"]).status().expect("git").success());
    versions
}

/// Changes one level by two points; the place of the file that has it.
fn restate(files: &mut [String], random: &mut Random) -> Option<usize> {
    for _ in 0..50 {
        let place = random.below(files.len());
        let text = &mut files[place];
        let Some(at) = text.find("\n    probability ").map(|at| at + "\n    probability ".len()) else {
            continue;
        };
        let end = at + text[at..].find('%')?;
        let level: f64 = text[at..end].parse().ok()?;
        let level = if level > 50.0 { level - 2.0 } else { level + 2.0 };
        text.replace_range(at..end, &format!("{level:.1}"));
        return Some(place);
    }
    None
}
