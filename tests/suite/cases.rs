//! `tests/cases/*.pred`: networks with the faults that they must show, marked in comments below the words.
//!
//! A file holds sections `--- name ---`. A mark is a comment line: `#     ^^^^ code`, its carets under the words
//! of the line above it; `#^^^ code` marks words that begin in the first column. Nothing else may be found.

use std::path::Path;

use forecastc::Memory;
use forecastc::forecast::Settings;
use forecastc::source::{Source, Sources};
use forecastc::value::Date;

/// The day of every case.
const TODAY: &str = "2026-06-01";

fn is_mark(line: &str) -> bool {
    line.strip_prefix('#').is_some_and(|rest| {
        let rest = rest.trim_start_matches(' ');
        let carets = rest.trim_start_matches('^');
        carets.len() < rest.len()
            && carets
                .strip_prefix(' ')
                .is_some_and(|code| code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'))
    })
}

/// A section with its marks as the compiler sets them.
fn marked(name: &str, text: &str) -> String {
    let bare: String = text.split_inclusive('\n').filter(|line| !is_mark(line.trim_end())).collect();
    let sources = Sources::new(vec![Source::new(name, bare.as_str())]);
    let source = &sources.files()[0];
    let today = Date::parse(TODAY).unwrap();
    let compiled = forecastc::evaluate(&sources, today, &Settings::default(), &Memory::new(), &|_| {});
    let mut marks: Vec<(usize, String)> = Vec::new();
    for one in compiled.diagnostics.iter() {
        let (start, end) = (source.position(one.span().start), source.position(one.span().end));
        let line_length = bare.lines().nth(start.line - 1).unwrap_or_default().chars().count();
        let end = if end.line == start.line { end.column } else { line_length + 1 };
        let carets = "^".repeat(end.saturating_sub(start.column).max(1));
        let code = one.code.name();
        let mark = if start.column == 1 {
            // The sign of the comment stands for the first caret; one is shown in any case.
            format!("#{} {code}\n", "^".repeat((carets.len() - 1).max(1)))
        } else {
            format!("#{}{carets} {code}\n", " ".repeat(start.column - 2))
        };
        marks.push((start.line, mark));
    }
    let mut out = String::new();
    for (index, line) in bare.split_inclusive('\n').enumerate() {
        out.push_str(line);
        out.extend(marks.iter().filter(|(at, _)| *at == index + 1).map(|(_, mark)| mark.as_str()));
    }
    out
}

fn is_title(line: &str) -> bool {
    line.starts_with("--- ") && line.trim_end().ends_with(" ---")
}

fn run(path: &Path) {
    let text = std::fs::read_to_string(path).unwrap();
    let mut out = String::new();
    let mut section = String::new();
    let mut title = "before the first section".to_owned();
    for line in text.split_inclusive('\n') {
        if is_title(line) {
            out.push_str(&marked(&title, &section));
            section.clear();
            title = line.trim_end().trim_matches('-').trim().to_owned();
            out.push_str(line);
        } else {
            section.push_str(line);
        }
    }
    out.push_str(&marked(&title, &section));
    crate::expect_file(path, &out);
}

#[test]
fn every_case_shows_its_faults_and_no_others() {
    for path in crate::files("tests/cases", "pred") {
        run(&path);
    }
}

#[test]
fn marks_are_told_from_comments() {
    assert!(is_mark("#     ^^^^ unknown-node"));
    assert!(is_mark("#^^ unknown-node"));
    assert!(!is_mark("# a comment"));
    assert!(!is_mark("#     ^^^^ Not a code"));
}
