//! How fast a site is built, and how heavy it is: from a forecast to files on the disk.
//!
//! `cargo bench --bench site` prints the time of 10,000 pages beside that of Hugo for pages of the same shape, the
//! memory that it takes, and the weight of pages. `-- size 1000` does so for another size, `-- row site 1000 DIR`
//! leaves the site in a folder. README.md says what it means.

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

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use forecastc::compile;
use forecastc::disk::{DiskFault, Output};
use forecastc::forecast::{Method, Settings, evaluate};
use forecastc::site::{Edition, File, Site, Templates};
use rayon::prelude::*;
use serde_json::{Value, json};

use generate::today;
use pages::{Numbers, pages};
use row::{busy_seconds, peak, row, say, seconds};

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
        ["row", "hugo", site, folder] => hugo_row(Path::new(site), Path::new(folder)),
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
    let hugo = row(&["hugo", &path("site"), &path("hugo")], false, PATIENCE);
    println!("\nHugo, pages of the same shape from ready-made data  {}\n", hugo.ending);
    println!("{:>10} s", hugo.shown("seconds", 2));
    println!("{:>10} pages", hugo.shown("pages", 0));
    println!("{:>10.2} times as long as ours", hugo.value("seconds") / site.value("first"));
}

fn site_row(nodes: usize, folder: &Path) {
    let sources = pages(nodes.saturating_sub(OTHERS), SEED, Numbers::Template).sources();
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

/// What Hugo makes of the data of our pages, and a chart that is ready-made.
fn hugo_row(site: &Path, folder: &Path) {
    let content = folder.join("content/node");
    fs::create_dir_all(&content).expect("a folder");
    fs::create_dir_all(folder.join("layouts/_default")).expect("a folder");
    fs::write(folder.join("config.toml"), "title = \"Forecasts\"\nbaseURL = \"/\"\ndisableKinds = [\"taxonomy\", \"term\", \"RSS\", \"sitemap\", \"home\", \"section\", \"404\"]\nuglyURLs = true\ndisablePathToLower = true\n").expect("a file");
    fs::write(folder.join("layouts/_default/single.html"), TEMPLATE).expect("a file");
    let chart = chart();
    let entries = fs::read_dir(site.join("node")).expect("a site");
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let node = read(&path);
        let front = json!({ "title": node["title"], "node": node, "svg": chart });
        let name = path.with_extension("md");
        let name = name.file_name().expect("the name of a file");
        let text = serde_json::to_string_pretty(&front).expect("JSON");
        fs::write(content.join(name), format!("{text}\n\nThe claim, in *words*.\n")).expect("a file");
    }
    let out = folder.join("public");
    let run = || {
        let mut command = Command::new("hugo");
        command.arg("--quiet").arg("--source").arg(folder).arg("--destination").arg(&out);
        command.stdout(Stdio::null()).status().expect("hugo, as Debian packages it")
    };
    let (time, status) = seconds(run);
    assert!(status.success(), "hugo builds its site");
    say("seconds", time);
    let count = walkdir::WalkDir::new(&out).into_iter().filter_map(Result::ok);
    say(
        "pages",
        count.filter(|entry| entry.path().extension().is_some_and(|one| one == "html")).count() as f64,
    );
}

/// A chart of a year, such as a page holds.
fn chart() -> String {
    let points: Vec<String> =
        (0..52).map(|week| format!("{},{:.1}", 12 * week, 80.0 + f64::from(week % 7))).collect();
    let points = points.join(" ");
    format!(
        "<svg viewBox=\"0 0 640 200\" role=\"img\"><polyline points=\"{points}\"/><polygon points=\"{points}\"/></svg>"
    )
}

const TEMPLATE: &str = r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title><link rel="stylesheet" href="../assets/site.css"></head>
<body><main><h1>{{ .Title }}</h1>{{ with .Params.node }}
<p>{{ .id }} {{ .kind }} {{ .state }} {{ with .p }}{{ lang.FormatPercent 1 (mul 100 .) }}{{ end }}</p>
{{ $.Params.svg | safeHTML }}
{{ $.Content }}
<table><thead><tr><th>Day</th><th>Probability</th></tr></thead><tbody>
{{ range .history }}<tr><td>{{ .date }}</td><td>{{ .p }}</td></tr>
{{ end }}</tbody></table>
<table>{{ range .milestone_chain }}<tr><td>{{ .id }}</td><td>{{ .title }}</td><td>{{ .state }}</td><td>{{ .p }}</td></tr>
{{ end }}</table>
<table>{{ range .depends_on }}<tr><td><a href="{{ .source }}.html">{{ .source }}</a></td><td>{{ .relation }}</td><td>{{ .if_true }}</td><td>{{ .if_false }}</td><td>{{ .implied }}</td><td>{{ .realised_if_true }}</td></tr>
{{ end }}</table>
<table>{{ range .weighs_on }}<tr><td><a href="{{ .target }}.html">{{ .target }}</a></td><td>{{ .relation }}</td><td>{{ .if_true }}</td><td>{{ .if_false }}</td><td>{{ .implied }}</td><td>{{ .realised_if_true }}</td></tr>
{{ end }}</table>
<table>{{ range .why }}<tr><td>{{ .kind }}</td><td>{{ .id }}</td><td>{{ .points }}</td></tr>
{{ end }}</table>
{{ with .what_if }}<ul>{{ range .yes }}<li>{{ .id }} {{ .from }} {{ .to }}</li>
{{ end }}</ul><ul>{{ range .no }}<li>{{ .id }} {{ .from }} {{ .to }}</li>
{{ end }}</ul>{{ end }}
<ul>{{ range .journal }}<li>{{ .date }} {{ .verb }} {{ .text }}</li>
{{ end }}</ul>
{{ end }}</main></body></html>
"#;
