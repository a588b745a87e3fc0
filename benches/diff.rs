//! How long a review takes, on top of the two evaluations that it needs.
//!
//! `cargo bench --bench diff` changes one stated number, then several, in networks of 1,000 nodes. README.md says what
//! the columns mean.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "a benchmark reads the clock and what the system says of its memory, and prints"
)]

mod generate;
#[allow(dead_code, reason = "networks of other shapes are for other benchmarks")]
mod pages;
mod row;

use std::time::Duration;

use forecastc::Memory;
use forecastc::forecast::Settings;
use forecastc::review::{Network, Terms, review};
use forecastc::source::{Source, Sources};

use generate::today;
use pages::{Numbers, pages, tree};
use row::{row, say, seconds};

const PATIENCE: Duration = Duration::from_secs(1_800);
const SEED: u64 = 80_001;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["row", shape, nodes, edits] => {
            measure(shape, nodes.parse().expect("a number"), edits.parse().expect("a number"));
        }
        [] => table(),
        other => println!("no such table: {}", other.join(" ")),
    }
}

fn table() {
    println!("| network | edits | two evaluations | review | moved | parts |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for shape in ["tree", "pages"] {
        for edits in ["1", "2", "4", "8", "64", "500"] {
            let one = row(&[shape, "1000", edits], false, PATIENCE);
            println!(
                "| {shape} | {edits} | {} | {} | {} | {} | {}",
                one.shown("evaluations", 2),
                one.shown("review", 3),
                one.shown("moved", 0),
                one.shown("parts", 0),
                one.ending,
            );
        }
    }
}

fn measure(shape: &str, nodes: usize, edits: usize) {
    let network = match shape {
        "tree" => tree(nodes, SEED),
        _ => pages(nodes, SEED, Numbers::Varied),
    };
    let base = network.sources();
    let head = edited(&base, edits);
    let settings = Settings::default();
    let (one, memory) = (Memory::new(), Memory::new());
    let evaluate = |sources: &Sources, memory: &Memory| {
        forecastc::evaluate(sources, today(), &settings, memory, &|_| {})
    };
    let (time, (before, after)) = seconds(|| (evaluate(&base, &one), evaluate(&head, &memory)));
    say("evaluations", time);
    let terms = Terms {
        today: today(),
        settings: &settings,
        memory: &memory,
        min_delta: 0.5,
        backdated_after: 30,
        past: None,
    };
    let side = |name, sources, compiled| Network { name, commit: None, folder: "", sources, compiled };
    let (time, found) =
        seconds(|| review(&side("base", &base, &before), &side("head", &head, &after), &terms));
    say("review", time);
    say("moved", found.moves.len() as f64);
    say("parts", found.moves.iter().map(|one| one.parts.len()).max().unwrap_or(0) as f64);
}

/// The same with so many levels changed, all over the network.
fn edited(base: &Sources, edits: usize) -> Sources {
    let is_level = |line: &str| line.trim_start().starts_with("probability ");
    let levels: usize =
        base.files().iter().map(|file| file.text().lines().filter(|line| is_level(line)).count()).sum();
    let every = (levels / edits.max(1)).max(1);
    let (mut seen, mut changed) = (0, 0);
    let files = base.files().iter().map(|file| {
        let lines = file.text().lines().map(|line| {
            if !is_level(line) {
                return format!("{line}\n");
            }
            seen += 1;
            if seen % every != every / 2 || changed >= edits {
                return format!("{line}\n");
            }
            changed += 1;
            let (before, after) = line.split_once("probability ").expect("a level");
            let end = after.find('%').expect("a percentage");
            let number: f64 = after[..end].parse().expect("a number");
            let other = if number > 50.0 { number - 9.0 } else { number + 9.0 };
            format!("{before}probability {other:.1}{}\n", &after[end..])
        });
        Source::new(file.path(), lines.collect::<String>())
    });
    let documents =
        base.document_paths().filter_map(|path| Some((path.to_owned(), base.document(path)?.into())));
    Sources::new(files.collect()).with_documents(documents.collect::<Vec<_>>())
}
