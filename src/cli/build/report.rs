//! What is said of a build: a summary of one, and a line of each that follows.

use std::path::Path;
use std::time::Duration;

use super::super::output::Output;
use super::workshop::Report;
use crate::diagnostic::counted;

/// So many names are given; of more there is the number.
const NAMED: usize = 3;

/// The summary of a build by itself.
pub(super) fn site(report: &Report, out: &Path, output: &mut Output) {
    let index = out.join("index.html");
    output.result(&format!(
        "built {} and {}: {} written, {} unchanged, {} removed\n{}\n",
        counted(report.pages, "page"),
        counted(report.others, "other file"),
        report.written.written,
        report.written.unchanged,
        report.written.removed,
        index.display(),
    ));
    kept(report, out, output);
    if !report.faults.is_empty() {
        output.message(&format!("{}: see `forecastc check`\n", report.faults));
    }
}

/// One line: what changed, what moved, what was written, how long it took.
pub(super) fn line(report: &Report, out: &Path, output: &mut Output) {
    let mut words = Vec::new();
    if !(report.changed.is_empty() && report.is_mended) {
        words.push(names(&report.changed));
    }
    if report.moved.is_empty() {
        words.push("no number moved".to_owned());
    } else {
        let moved = |one: &super::workshop::Moved| format!("{} {} → {}", one.id, one.from, one.to);
        let mut all: Vec<String> = report.moved.iter().take(NAMED).map(moved).collect();
        let more = report.moved.len() - all.len();
        if more > 0 {
            all.push(format!("{more} more moved"));
        }
        words.push(all.join(", "));
    }
    let removed = report.written.removed;
    let removed = if removed > 0 { format!(", {removed} removed") } else { String::new() };
    words.push(format!("{} written{removed}", counted(report.written.written, "file")));
    if !report.faults.is_empty() {
        words.push(report.faults.clone());
    }
    let mended = if report.is_mended { "mended: " } else { "" };
    output.result(&format!("{mended}{} in {}\n", words.join("; "), span(report.took)));
    kept(report, out, output);
}

fn kept(report: &Report, out: &Path, output: &mut Output) {
    for path in &report.written.kept {
        output.message(&format!(
            "kept {}: it was changed since it was built, and is no longer part of the site\n",
            out.join(path).display()
        ));
    }
}

/// A few names, and how many more there are.
fn names(all: &[String]) -> String {
    match all {
        [] => "a new day".to_owned(),
        [one] => one.clone(),
        _ if all.len() <= NAMED => all.join(", "),
        [first, ..] => format!("{first} and {} more files", all.len() - 1),
    }
}

fn span(took: Duration) -> String {
    let milliseconds = took.as_millis();
    if milliseconds < 10_000 { format!("{milliseconds} ms") } else { format!("{:.1} s", took.as_secs_f64()) }
}
