//! How long it takes from the save of a file to the page on the disk, with `build --watch` at work.
//!
//! `cargo bench --bench rebuild` prints a table for the example network and for generated ones, each time beside that
//! of a build from nothing. `-- row NODES KIND` does one of them, `-- idle` tells what waiting costs. README.md says
//! what it means.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "a benchmark reads the clock and what the system says of its memory, writes files and prints"
)]

mod generate;
#[allow(dead_code, reason = "networks of other shapes are for other benchmarks")]
mod pages;
mod row;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use pages::{Numbers, pages, subjects, tree};
use row::median;

const SEED: u64 = 80_001;
/// Items of a file.
const ITEMS: usize = 40;
const DAY: &str = "2026-09-01";
/// A page that does not come in this time never will.
const PATIENCE: Duration = Duration::from_secs(900);
/// Builds after which memory is looked at, early and late.
const ROUNDS: [usize; 2] = [50, 1_000];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => {
            header();
            for (name, nodes, kind) in ROWS {
                line(name, *nodes, kind);
            }
            idle();
        }
        ["row", nodes, kind] => {
            header();
            line(kind, nodes.parse().unwrap_or(0), kind);
        }
        ["idle"] => idle(),
        other => println!("no such table: {}", other.join(" ")),
    }
}

/// Nodes of a part, of networks of several.
const SUBJECT: usize = 40;

const ROWS: &[(&str, usize, &str)] = &[
    ("the example", 0, "example"),
    ("1,000, exact", 1_000, "exact"),
    ("1,000, sampled", 1_000, "sampled"),
    ("10,000, exact", 10_000, "exact"),
    ("10,000, sampled", 10_000, "sampled"),
    ("1,000, tree", 1_000, "tree"),
    ("1,000, pages", 1_000, "pages"),
];

fn header() {
    println!(
        "From the save to the page, in ms; all: to the last file. x: a build from nothing takes so many times as long\n"
    );
    println!(
        "{:<16} {:>10} {:>8} {:>8} {:>6} {:>8} {:>8} {:>8} {:>8}",
        "network", "anew", "number", "all", "x", "line", "all", "text", "all"
    );
}

/// What is edited, and how.
#[derive(Clone, Copy)]
enum Edit {
    /// What is stated before all facts.
    Number,
    /// A line of evidence, on the last day.
    Line,
    /// The title.
    Text,
}

fn line(name: &str, nodes: usize, kind: &str) {
    let around = tempfile::tempdir().expect("a folder");
    let (file, id) = lay_out(around.path(), nodes, kind);
    let anew = {
        let start = Instant::now();
        let status = forecastc(around.path(), &["build", "--out", "other"]).status().expect("a build");
        assert!(status.success(), "a build of what was generated");
        start.elapsed()
    };
    let mut watch = Watch::start(around.path());
    let page = around.path().join(format!("site/node/{id}.html"));
    let count = if nodes > 5_000 { 3 } else { 9 };
    let measure = |edit: Edit, watch: &mut Watch| -> [f64; 2] {
        let times: Vec<[f64; 2]> =
            (0..count).map(|round| watch.save(&file, &page, &id, edit, round)).collect();
        [0, 1].map(|place| median(times.iter().map(|time| time[place]).collect()))
    };
    let number = measure(Edit::Number, &mut watch);
    let line = measure(Edit::Line, &mut watch);
    let text = measure(Edit::Text, &mut watch);
    let anew = anew.as_secs_f64() * 1e3;
    println!(
        "{name:<16} {anew:>10.0} {:>8.1} {:>8.0} {:>6.1} {:>8.1} {:>8.0} {:>8.1} {:>8.0}",
        number[0],
        number[1],
        anew / number[0],
        line[0],
        line[1],
        text[0],
        text[1],
    );
}

fn forecastc(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_forecastc"));
    command.current_dir(folder).args(arguments).args(["--as-of", DAY, "-q"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Writes a network into a folder; gives the file and the id of a node to edit.
fn lay_out(folder: &Path, nodes: usize, kind: &str) -> (PathBuf, String) {
    let sources = folder.join("predictions");
    fs::create_dir_all(&sources).expect("a folder");
    let network = match kind {
        "example" => {
            let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("predictions");
            copy(&example, &sources);
            return (sources.join("open-models.pred"), "OPEN_BACKBONE".to_owned());
        }
        "exact" | "sampled" => subjects(nodes / SUBJECT, SUBJECT, kind == "sampled", SEED),
        "tree" => tree(nodes, SEED),
        _ => pages(nodes, SEED, Numbers::Template),
    };
    let text: String = network.sources().files().iter().map(|file| file.text().to_owned()).collect();
    let (mut part, mut items, mut parts) = (String::new(), 0, 0);
    let mut found = None;
    for line in text.lines() {
        let is_item =
            line.starts_with("prediction ") || line.starts_with("scenario ") || line.starts_with("killer ");
        if is_item && items == ITEMS {
            fs::write(sources.join(format!("part{parts:04}.pred")), &part).expect("a file");
            part.clear();
            (items, parts) = (0, parts + 1);
        }
        items += usize::from(is_item);
        if is_item && parts >= nodes / ITEMS / 2 && found.is_none() {
            let id = line.split_whitespace().nth(1).unwrap_or_default().to_owned();
            found = Some((sources.join(format!("part{parts:04}.pred")), id));
        }
        part.push_str(line);
        part.push('\n');
    }
    fs::write(sources.join(format!("part{parts:04}.pred")), &part).expect("a file");
    found.expect("a node in the middle")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("a file");
        }
    }
}

/// A `build --watch` at work.
struct Watch {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Watch {
    fn start(folder: &Path) -> Self {
        let mut child =
            forecastc(folder, &["build", "--watch"]).stdout(Stdio::piped()).spawn().expect("a watch");
        let lines = BufReader::new(child.stdout.take().expect("its output"));
        let mut watch = Self { child, lines };
        // What was built, and where.
        watch.hear();
        watch.hear();
        watch
    }

    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("a line");
        line
    }

    /// Saves an edit; how long it took until the page was there, and until all was, in ms.
    fn save(&mut self, file: &Path, page: &Path, id: &str, edit: Edit, round: usize) -> [f64; 2] {
        let text = fs::read_to_string(file).expect("the file");
        let before = fs::read(page).unwrap_or_default();
        let text = edited(&text, id, edit, round);
        let start = Instant::now();
        fs::write(file, text).expect("the file");
        while fs::read(page).unwrap_or_default() == before {
            assert!(start.elapsed() < PATIENCE, "the page never came");
            std::thread::sleep(Duration::from_micros(500));
        }
        let first = start.elapsed();
        let line = self.hear();
        assert!(line.contains("written"), "{line}");
        [first, start.elapsed()].map(|time| time.as_secs_f64() * 1e3)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The text with another number, another line or another title of a node.
fn edited(text: &str, id: &str, edit: Edit, round: usize) -> String {
    let mut out = String::new();
    let mut is_inside = false;
    for line in text.lines() {
        let begins = line.split_whitespace().nth(1) == Some(id) && line.ends_with('{');
        is_inside = begins || is_inside && line != "}";
        match edit {
            Edit::Text if begins => {
                let (head, _) = line.rsplit_once('"').expect("a title");
                out.push_str(&format!("{head} {round}\" {{\n"));
                continue;
            }
            Edit::Number if is_inside && line.trim_start().starts_with("probability ") => {
                out.push_str(&format!("    probability {}%\n", 60 + round % 7));
                is_inside = false;
                continue;
            }
            Edit::Number | Edit::Line | Edit::Text => {}
        }
        out.push_str(line);
        out.push('\n');
    }
    if matches!(edit, Edit::Line) {
        out.push_str(&format!("\n{DAY} evidence {id} for x1.{round}1 \"Seen {round} times\"\n"));
    }
    out
}

/// What it costs to wait, and whether many builds leave anything behind.
fn idle() {
    let around = tempfile::tempdir().expect("a folder");
    let sources = around.path().join("predictions");
    fs::create_dir_all(&sources).expect("a folder");
    let file = sources.join("network.pred");
    let text = |round: usize| format!("scenario RAIN \"Rain, {round}\" {{\n    probability 40%\n}}\n");
    fs::write(&file, text(0)).expect("a file");
    let mut watch = Watch::start(around.path());
    let processor = |watch: &Watch| -> f64 {
        let said = fs::read_to_string(format!("/proc/{}/stat", watch.child.id())).unwrap_or_default();
        let ticks = said.rsplit(')').next().unwrap_or_default().split_whitespace();
        ticks.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
    };
    let memory = |watch: &Watch| -> f64 {
        let said = fs::read_to_string(format!("/proc/{}/status", watch.child.id())).unwrap_or_default();
        let line = said.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1024.0
    };
    let before = processor(&watch);
    std::thread::sleep(Duration::from_secs(30));
    println!("\n30 s of waiting: {:.2} s of the processor", processor(&watch) - before);
    let page = around.path().join("site/node/RAIN.html");
    let mut sizes = Vec::new();
    for round in 1..=ROUNDS[1] {
        watch.save(&file, &page, "RAIN", Edit::Text, round);
        if ROUNDS.contains(&round) {
            sizes.push(memory(&watch));
        }
        fs::write(&file, text(round)).expect("a file");
        watch.hear();
    }
    println!(
        "memory after {} builds {:.1} MB, after {} {:.1} MB",
        2 * ROUNDS[0],
        sizes[0],
        2 * ROUNDS[1],
        sizes[1]
    );
}
