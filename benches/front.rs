//! How fast the front of the compiler is: from text to a checked model, and to the one layout.
//!
//! `cargo bench --bench front` prints tables for people to read; `-- sizes`, `-- growth` or `-- faults` only
//! one of them. Every row is measured in a process of its own, which is this program again, so that peaks of
//! memory do not mix and a row that crashes or hangs is a row in the table. README.md says what it all means.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark reads the clock and what the system says of its memory, and prints"
)]

mod generate;
mod row;
mod shapes;

use std::time::Duration;

use forecastc::diagnostic::{self, Diagnostics};
use forecastc::source::Sources;
use forecastc::{compile, syntax};
use rayon::prelude::*;

use generate::{Network, network, today};
use row::{Row, busy_seconds, median, peak, row, say, seconds};
use shapes::{FAULTS, KINDS, Shape};

/// A row that takes longer is given up.
const PATIENCE: Duration = Duration::from_secs(60);
/// So much of a kind is made that its compilation takes at least this, if it fits into its files.
const LONG_ENOUGH: Duration = Duration::from_millis(50);
/// How long one measurement is to take at the least, if need be by doing its work several times.
const BATCH: Duration = Duration::from_millis(120);
/// Each time is the median of so many.
const RUNS: usize = 5;
/// Bytes that one file may have, with some to spare.
const FILE_BYTES: usize = 4 << 20;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["row", "size", what, nodes] => size_row(what, number(nodes)),
        ["row", "growth", name] => growth_row(name),
        ["row", "fault", name] => fault_row(name),
        [] => {
            sizes();
            growth();
            faults();
        }
        ["sizes"] => sizes(),
        ["growth"] => growth(),
        ["faults"] => faults(),
        other => println!("no such table: {}", other.join(" ")),
    }
}

fn number(words: &str) -> usize {
    words.parse().unwrap_or_default()
}

// ---- the tables

fn sizes() {
    println!("Sizes: generated networks, all cores\n");
    println!(
        "{:<10} {:>8} {:>8} {:>8} {:>9} {:>8} {:>8}",
        "", "nodes", "edges", "MB", "seconds", "MB/s", "peak MB"
    );
    for (what, nodes, runs) in [
        ("text", 10_000, 1),
        ("parse", 10_000, RUNS),
        ("compile", 10_000, RUNS),
        ("fmt", 10_000, RUNS),
        ("text", 100_000, 1),
        ("parse", 100_000, 1),
        ("compile", 100_000, 1),
        ("fmt", 100_000, 1),
    ] {
        let rows: Vec<Row> =
            (0..runs).map(|_| row(&["size", what, &nodes.to_string()], false, PATIENCE)).collect();
        let Some(first) = rows.first().filter(|row| row.is_whole()) else {
            println!("{what:<10} {nodes:>8} {}", rows.first().map_or("", |row| row.ending.as_str()));
            continue;
        };
        let middle = |key: &str| median(rows.iter().map(|row| row.value(key)).collect());
        let (seconds, megabytes) = (middle("seconds"), first.value("bytes") / 1e6);
        let speed = if seconds > 0.0 { format!("{:.1}", megabytes / seconds) } else { String::new() };
        println!(
            "{what:<10} {nodes:>8} {:>8} {megabytes:>8.1} {seconds:>9.3} {speed:>8} {:>8.0}",
            first.shown("edges", 0),
            middle("peak") / 1e6,
        );
    }
}

fn growth() {
    println!("\nGrowth: time(2n) / time(n), in time of one processor\n");
    println!("{:<42} {:>8} {:>9} {:>8} {:>8}", "", "n", "ms for n", "compile", "fmt");
    for shape in KINDS.iter().chain(FAULTS) {
        let row = row(&["growth", shape.name], true, PATIENCE);
        println!(
            "{:<42} {:>8} {:>9} {:>8} {:>8}  {}",
            shape.name,
            row.shown("n", 0),
            row.shown("milliseconds", 1),
            row.shown("compile", 2),
            row.shown("fmt", 2),
            row.ending
        );
    }
}

fn faults() {
    println!("\nFaults: seconds until an answer\n");
    println!(
        "{:<42} {:>8} {:>8} {:>9} {:>8} {:>8} {:>8} {:>8}",
        "", "MB", "compile", "for eyes", "machines", "fmt", "faults", "peak MB"
    );
    for Flood { name, .. } in floods() {
        let row = row(&["fault", name], false, PATIENCE);
        println!(
            "{name:<42} {:>8} {:>8} {:>9} {:>8} {:>8} {:>8} {:>8}  {}",
            row.shown("megabytes", 1),
            row.shown("compile", 3),
            row.shown("eyes", 3),
            row.shown("machines", 3),
            row.shown("fmt", 3),
            row.shown("faults", 0),
            row.shown("peak", 0),
            row.ending
        );
    }
}

// ---- rows, each in a process of its own

fn parse(sources: &Sources) -> usize {
    sources.files().par_iter().map(|file| syntax::parse(file, &mut Diagnostics::new()).items.len()).sum()
}

/// The bytes of all files in their one layout; those that cannot have it count for nothing.
fn format(sources: &Sources) -> usize {
    sources.files().par_iter().map(|file| syntax::format(file).map_or(0, |text| text.len())).sum()
}

fn size_row(what: &str, nodes: usize) {
    let network = network(nodes, 1);
    let bytes = network.bytes();
    let sources = network.sources();
    drop(network);
    let mut edges = f64::NAN;
    let (time, _) = match what {
        "parse" => seconds(|| parse(&sources)),
        "fmt" => seconds(|| format(&sources)),
        "compile" => {
            let (time, compiled) = seconds(|| compile(&sources, today()));
            edges = compiled.model.edges.len() as f64;
            assert!(compiled.diagnostics.is_empty(), "a generated network has no faults");
            (time, 0)
        }
        _ => (0.0, 0),
    };
    say("seconds", time);
    say("bytes", bytes as f64);
    say("edges", edges);
    say("peak", peak());
}

fn growth_row(name: &str) {
    let Some(shape) = KINDS.iter().chain(FAULTS).find(|shape| shape.name == name) else { return };
    let mut n = 256;
    let fits = |n: usize| {
        let network = (shape.make)(n);
        network.bytes() < if shape.in_one_file { FILE_BYTES } else { 16 * FILE_BYTES }
    };
    let time = |sources: &Sources, work: fn(&Sources)| busy_seconds(|| work(sources)).0;
    let compile: fn(&Sources) = |sources| {
        std::hint::black_box(compile(sources, today()));
    };
    let format: fn(&Sources) = |sources| {
        std::hint::black_box(format(sources));
    };
    while time(&(shape.make)(n).sources(), compile) < LONG_ENOUGH.as_secs_f64() && fits(8 * n) {
        n *= 2;
    }
    // Over two doublings, of which one may be where a cache ends.
    let (small, large) = ((shape.make)(n).sources(), (shape.make)(4 * n).sources());
    let growth = |work: fn(&Sources)| {
        let (once, ()) = seconds(|| work(&small));
        let times = (BATCH.as_secs_f64() / once.max(1e-6)).ceil() as usize;
        let all = |sources: &Sources, times: usize| {
            busy_seconds(|| (0..times).for_each(|_| work(sources))).0 / times as f64
        };
        let pairs: Vec<(f64, f64)> =
            (0..RUNS).map(|_| (all(&small, times), all(&large, times.div_ceil(4)))).collect();
        let single = median(pairs.iter().map(|(small, _)| *small).collect());
        (single, median(pairs.iter().map(|(small, large)| (large / small).sqrt()).collect()))
    };
    say("n", n as f64);
    let (single, compiling) = growth(compile);
    say("milliseconds", single * 1e3);
    say("compile", compiling);
    say("fmt", growth(format).1);
}

/// What is thrown at the compiler, and how much of it.
struct Flood {
    name: &'static str,
    make: fn() -> Network,
}

fn floods() -> Vec<Flood> {
    fn shape(name: &str) -> &'static Shape {
        KINDS.iter().chain(FAULTS).find(|shape| shape.name == name).expect("a shape of this name")
    }
    macro_rules! floods {
        ($($name:literal $of:literal $count:expr;)*) => {
            vec![$(Flood { name: $name, make: || (shape($of).make)($count) },)*]
        };
    }
    floods! {
        "100,000 parentheses in a line" "parentheses, one line" 100_000;
        "4 MB of parentheses in a line" "parentheses, one line" 4_000_000;
        "100,000 parentheses, a line each" "parentheses, a line each" 100_000;
        "16,000 parentheses in a seeming link" "parentheses in a seeming link" 16_000;
        "100,000 parentheses in a seeming link" "parentheses in a seeming link" 100_000;
        "1,000 parentheses in seeming links" "parentheses in many seeming links" 1_000;
        "64 parentheses that close" "parentheses that close" 64;
        "1,000 sums in 63 parentheses" "sums in parentheses" 1_000;
        "100,000 sums" "sums" 100_000;
        "200,000 negations" "negations, a line each" 200_000;
        "100,000 braces" "braces" 100_000;
        "100,000 milestones inside each other" "milestones inside each other" 100_000;
        "4 MB of closing braces" "braces that close nothing" 4_000_000;
        "a line of 50 MB" "quotes, one line" 50_000_000;
        "a line of 4 MB of quotes" "quotes, one line" 4_000_000;
        "a line of 50,000 angles" "opening angles, one line" 50_000;
        "a line of 4 MB of angles" "opening angles, one line" 4_000_000;
        "80 lines of 50,000 angles" "opening angles, many lines" 4_000_000;
        "a line of 1,000,000 hidden characters" "hidden characters, one line" 1_000_000;
        "500,000 lines of hidden characters" "hidden characters, a line each" 500_000;
        "1,000,000 tiny items, one file" "lines that begin nothing" 990_000;
        "1,000,000 tiny items, many files" "scenarios" 1_000_000;
        "1,000,000 tiny items, 20,000 files" "tiny files" 1_000_000;
        "2 MB of bytes" "bytes" 2_000_000;
        "4 MB of bytes" "bytes" 4_000_000;
        "4 MB of printable characters" "characters of all kinds" 4_000_000;
        "4 MB of marks of the language" "marks of the language" 4_000_000;
        "20,000 unclosed texts" "unclosed texts" 20_000;
        "20,000 unclosed blocks" "unclosed blocks" 20_000;
        "20,000 unclosed block texts" "unclosed block texts" 20_000;
        "20,000 unclosed parentheses" "unclosed parentheses" 20_000;
        "400,000 openers of block text" "openers of block text" 400_000;
        "1,000,000 bare openers" "bare openers of block text" 1_000_000;
        "50,000 journal lines of one node" "journal lines of one node" 50_000;
        "50,000 lines with 5,000 corrections" "corrections in a long journal" 50_000;
        "20,000 corrections of one journal" "corrections of one journal" 40_000;
        "20,000 corrections of nothing" "corrections of nothing in one journal" 40_000;
        "50,000 slips of one milestone" "slips of one milestone" 50_000;
        "50,000 unknown nodes" "unknown nodes" 50_000;
        "50,000 unknown nodes beside allows" "unknown nodes beside allows" 50_000;
        "50,000 unknown predictors" "unknown predictors" 50_000;
        "50,000 unknown mentions" "unknown mentions" 50_000;
        "20,000 unknown milestones of one node" "unknown milestones of one node" 20_000;
        "20,000 inner ids that 20,000 nodes have" "inner ids that many nodes have" 20_000;
        "20,000 unknown convictions of 20,000" "unknown convictions among many" 20_000;
        "50,000 allows" "nodes that allow a warning" 50_000;
        "50,000 allows of one node" "allows of one node" 50_000;
        "50,000 lints beside 50,000 faults" "lints beside faults" 50_000;
        "50,000 duplicate ids" "duplicate ids" 50_000;
        "50,000 ids that differ in case" "ids that differ in case alone" 50_000;
        "a circle through 50,000 nodes" "a circle of edges" 50_000;
        "125,000 circles of two" "circles of two" 250_000;
        "100,000 edges there and back" "edges there and back" 100_000;
        "a table of 50,000 columns" "columns of one table" 50_000;
        "50,000 tables" "tables" 50_000;
        "a circle of 50,000 redirects" "redirects round in a circle" 50_000;
        "50,000 redirects in a chain" "redirects in a chain" 50_000;
        "50,000 redirects to nowhere" "redirects in a chain to nowhere" 50_000;
        "200,000 weights of one milestone" "weights of one milestone" 200_000;
        "200,000 probabilities of one node" "probabilities of one node" 200_000;
        "40,000 overdue milestones, long journal" "overdue milestones beside a long journal" 40_000;
        "150,000 terms of one rule" "terms of one rule" 150_000;
        "150,000 terms of one assertion" "terms of one assertion" 150_000;
        "4 MB of double brackets" "double brackets in texts" 4_000_000;
        "a document of 40,000 unknown mentions" "unknown mentions in a document" 40_000;
        "20,000 missing files among 20,000" "missing files among many" 20_000;
        "5,000 missing files with long names" "missing files among long names" 5_000;
        "50,000 misspelled clauses" "misspelled clauses" 50_000;
    }
}

fn fault_row(name: &str) {
    let Some(flood) = floods().into_iter().find(|flood| flood.name == name) else { return };
    let sources = (flood.make)().sources();
    say("megabytes", sources.files().iter().map(|file| file.text().len()).sum::<usize>() as f64 / 1e6);
    // The main thread has the stack that the system gives it, this one as little as a test has.
    let small = std::thread::Builder::new().stack_size(2 << 20);
    let found = std::thread::scope(|scope| {
        let compiled = || {
            let (time, compiled) = seconds(|| compile(&sources, today()));
            say("compile", time);
            compiled.diagnostics
        };
        small.spawn_scoped(scope, compiled).expect("a thread").join().expect("an answer")
    });
    say("faults", found.len() as f64);
    say("peak", peak() / 1e6);
    let eyes = seconds(|| {
        [
            diagnostic::text(&found, &sources, true),
            diagnostic::short(&found, &sources),
            diagnostic::github(&found, &sources),
        ]
    });
    say("eyes", eyes.0);
    let machines = seconds(|| [diagnostic::json(&found, &sources), diagnostic::sarif(&found, &sources)]);
    say("machines", machines.0);
    say("fmt", seconds(|| format(&sources)).0);
    say("peak", peak() / 1e6);
}
