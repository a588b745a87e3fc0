//! How fast a site is built, and how heavy it is: from a forecast to files on the disk.
//!
//! `cargo bench --bench site` prints the time of 10,000 pages beside that of Hugo for the same pages of nodes, the
//! memory that it takes, and the weight of pages. `-- size 1000` does so for another size, `-- row site 1000 DIR`
//! leaves the site in a folder, with the views of its nodes beside it. README.md says what it means.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "a benchmark reads the clock and what the system says of its memory, writes files and prints"
)]

mod generate;
mod hugo;
#[allow(dead_code, reason = "networks of other shapes are for other benchmarks")]
mod pages;
mod row;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use forecastc::compile;
use forecastc::disk::{DiskFault, Output};
use forecastc::forecast::{Method, Settings, evaluate};
use forecastc::site::{Edition, File, Site, Templates};
use rayon::prelude::*;
use serde_json::Value;

use generate::today;
use pages::{Numbers, year};
use row::{Row, busy_seconds, peak, row, say, seconds};

/// A row that takes longer is given up. Nearly all of it is the forecast, which is not what is measured.
const PATIENCE: Duration = Duration::from_secs(1_800);
const SEED: u64 = 70_001;
/// Few worlds: the numbers need not be good, only there.
const WORLDS: usize = 64;
/// Nodes of a network that are no predictions.
const OTHERS: usize = 18;
/// So many pages, and what is wanted of them.
const NODES: usize = 10_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |words: &str| words.parse().unwrap_or(NODES);
    match words.as_slice() {
        ["row", "site", nodes, folder] => site_row(number(nodes), Path::new(folder)),
        ["row", "hugo", "pages", site, folder] => hugo::row(Path::new(site), Path::new(folder), false),
        ["row", "hugo", "files", site, folder] => hugo::row(Path::new(site), Path::new(folder), true),
        [] => table(NODES),
        ["size", nodes] => table(number(nodes)),
        other => println!("no such table: {}", other.join(" ")),
    }
}

fn table(nodes: usize) {
    let around = tempfile::tempdir().expect("a folder");
    let path = |name: &str| around.path().join(name).to_string_lossy().into_owned();
    let site = row(&["site", &nodes.to_string(), &path("site")], false, PATIENCE);
    println!("A site of {nodes} nodes, from a forecast to files  {}\n", site.ending);
    for (key, digits, what) in [
        ("edition", 2, "s to work out what pages share"),
        ("first", 2, "s to render and write all"),
        ("busy", 2, "s of processors for that"),
        ("again", 2, "s to build it again, with nothing to write"),
        ("files", 0, "files"),
        ("pages", 0, "pages"),
        ("megabytes", 1, "MB of files"),
        ("before", 0, "MB of memory before, with the forecast"),
        ("peak", 0, "MB at most"),
    ] {
        println!("{:>10} {what}", site.shown(key, digits));
    }
    println!("\nWeights, in kB");
    for (key, what) in [
        ("page.middle", "the page of a node, in the middle"),
        ("page.most", "the heaviest of them"),
        ("page.usual", "one with at least 20 neighbors, in the middle of those; wanted: 60"),
        ("css", "style sheets; wanted: 40"),
        ("js", "scripts; wanted: 40"),
        ("laboratory", "the laboratory with its data; wanted: 1,000 at 1,000 nodes"),
    ] {
        println!("{:>10} {what}", site.shown(key, 1));
    }
    let what = "the same pages of nodes, from the same views";
    hugo_table(&site, &path("site"), ("pages", what), &path("hugo-pages"), "; wanted: 5");
    let what = "with the data and the feed of each node as well";
    hugo_table(&site, &path("site"), ("files", what), &path("hugo-files"), "");
}

/// What Hugo takes for the pages of nodes, or for all their files; and whether its pages are ours.
fn hugo_table(site: &Row, ours: &str, (name, what): (&str, &str), folder: &str, wanted: &str) {
    let hugo = row(&["hugo", name, ours, folder], false, PATIENCE);
    println!("\nHugo, {what}  {}\n", hugo.ending);
    if !hugo.is_whole() {
        return;
    }
    println!("{:>10} s", hugo.shown("seconds", 2));
    println!("{:>10} s of processors for that", hugo.shown("busy", 2));
    println!("{:>10} files", hugo.shown("files", 0));
    println!("{:>10.2} times as long as ours{wanted}", hugo.value("seconds") / site.value("first"));
    println!("{:>10.2} times as much of processors", hugo.value("busy") / site.value("busy"));
    let same = hugo::compare(Path::new(ours), Path::new(folder), name == "files");
    println!("{:>10} pages are the same as ours but for blanks and names of entities", same.pages);
    println!("{:>10.1} kB of them, and {:.1} kB of ours", same.theirs / 1e3, same.ours / 1e3);
}

fn site_row(nodes: usize, folder: &Path) {
    let sources = year(nodes.saturating_sub(OTHERS), SEED, Numbers::Template).sources();
    let compiled = compile(&sources, today());
    assert!(!compiled.diagnostics.has_errors(), "a generated network has no faults");
    let settings = Settings { seed: 0, method: Method::Sampled, worlds: Some(WORLDS) };
    let forecast = evaluate(&compiled.model, today(), &settings);
    forget_peak();
    say("before", peak() / 1e6);
    let templates = Templates::new(BTreeMap::new()).expect("the templates of the binary");
    let (time, edition) = seconds(|| Edition::new(&compiled.model, &sources, &forecast, &Default::default()));
    let site = Site::new(&edition, &templates);
    let files = site.files();
    // Answers are worked out when a page asks for them, and the data of nodes asks for all: not what is measured.
    let is_data = |file: &&File<'_>| file.path.starts_with("node/") && file.path.ends_with(".json");
    let asked = || {
        files.par_iter().filter(is_data).for_each(|file| {
            site.bytes(file).expect("no template of the user's own");
        });
    };
    let (answers, ()) = seconds(asked);
    say("edition", time + answers);
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let build = || {
        let make = |number: usize, _: bool| -> Result<Option<Vec<u8>>, DiskFault> {
            Ok(Some(site.bytes(&files[number]).expect("the templates of the binary")))
        };
        Output::open(folder, &[])
            .and_then(|mut output| output.write(&paths, 0, make))
            .expect("a folder to write into")
    };
    let (busy, (time, written)) = busy_seconds(|| seconds(build));
    assert_eq!(written.written, files.len());
    say("first", time);
    say("busy", busy);
    let (time, written) = seconds(build);
    assert_eq!(written.written, 0);
    say("again", time);
    say("peak", peak() / 1e6);
    say("files", files.len() as f64);
    say("pages", paths.iter().filter(|path| path.ends_with(".html")).count() as f64);
    weigh(folder, &paths);
    hugo::keep_views(&edition, folder);
}

/// How heavy files are, in kB.
fn weigh(folder: &Path, paths: &[&str]) {
    let weight =
        |path: &str| fs::metadata(folder.join(path)).map_or(0.0, |metadata| metadata.len() as f64 / 1e3);
    let sum = |wanted: &dyn Fn(&str) -> bool| {
        paths.iter().filter(|path| wanted(path)).map(|path| weight(path)).sum()
    };
    let all: f64 = sum(&|_| true);
    say("megabytes", all / 1e3);
    let mut pages = Vec::new();
    let mut usual = Vec::new();
    for path in paths.iter().filter(|path| path.starts_with("node/") && path.ends_with(".html")) {
        pages.push(weight(path));
        let node = read(&folder.join(path.replace(".html", ".json")));
        let count = |key: &str| node[key].as_array().map_or(0, Vec::len);
        if (20..40).contains(&(count("depends_on") + count("weighs_on"))) {
            usual.push(weight(path));
        }
    }
    say("page.most", pages.iter().copied().fold(0.0, f64::max));
    say("page.middle", row::median(pages));
    say("page.usual", row::median(usual));
    say("css", sum(&|path| path.ends_with(".css")));
    say("js", sum(&|path| path.ends_with(".js")));
    say("laboratory", sum(&|path| path.starts_with("laboratory")));
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap_or_default()).unwrap_or_default()
}

/// Lets the system count the most memory from here on, where it can.
fn forget_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}
