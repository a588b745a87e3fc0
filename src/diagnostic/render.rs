//! Diagnostics for people: `text` with excerpts, `short` with a line each.
//!
//! Strings come out; who prints them is not decided here. Everything from a file is made visible first, so no
//! text of a network can move the cursor, hide a line or pass for one of ours.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Diagnostic, Diagnostics, Severity, counted, visible};
use crate::limits;
use crate::source::{SourceId, Sources, Span};

/// Longer lines are not shown, only named.
const LONGEST_LINE: usize = 4 << 10;

/// Every diagnostic with the lines it is about, what it means and what to do; at the end how many there were.
pub fn text(diagnostics: &Diagnostics, sources: &Sources, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(120);
    let mut out = String::new();
    for one in diagnostics.iter().take(limits::FAULTS_SHOWN) {
        out.push_str(&excerpt(one, sources, &renderer));
        out.push_str("\n\n");
    }
    out.push_str(&left_out(diagnostics));
    out
}

/// One line each: `path:line:column: error[code]: message`.
pub fn short(diagnostics: &Diagnostics, sources: &Sources) -> String {
    let mut out = String::new();
    for one in diagnostics.iter().take(limits::FAULTS_SHOWN) {
        let _ = writeln!(
            out,
            "{}: {}[{}]: {}",
            place(one.span(), sources),
            one.severity.name(),
            one.code.name(),
            visible(&one.message)
        );
    }
    out.push_str(&left_out(diagnostics));
    out
}

/// The lines that one is about, with marks below them, as plain text; none if it is in no file.
pub(crate) fn lines(one: &Diagnostic, sources: &Sources) -> Option<String> {
    sources.get(one.span().source)?;
    let text = excerpt(one, sources, &Renderer::plain().decor_style(DecorStyle::Ascii).term_width(100));
    let is_source = |line: &&str| {
        let line = line.trim_start();
        line.starts_with('|')
            || line.split_once(" |").is_some_and(|(number, _)| number.parse::<u32>().is_ok())
    };
    Some(text.lines().filter(is_source).collect::<Vec<_>>().join("\n"))
}

fn left_out(diagnostics: &Diagnostics) -> String {
    match diagnostics.len().saturating_sub(limits::FAULTS_SHOWN) {
        0 => String::new(),
        more => format!("… and {more} more\n"),
    }
}

/// How many errors and warnings there are, in words.
pub(crate) fn summary(diagnostics: &Diagnostics) -> String {
    match (diagnostics.errors(), diagnostics.warnings()) {
        (0, 0) => "no faults".to_owned(),
        (errors, 0) => counted(errors, "error"),
        (0, warnings) => counted(warnings, "warning"),
        (errors, warnings) => format!("{}, {}", counted(errors, "error"), counted(warnings, "warning")),
    }
}

/// `path:line:column`.
pub(crate) fn place(span: Span, sources: &Sources) -> String {
    match sources.get(span.source) {
        Some(source) => {
            let position = source.position(span.start);
            format!("{}:{}:{}", visible(source.path()), position.line, position.column)
        }
        None => "network".to_owned(),
    }
}

fn excerpt(one: &Diagnostic, sources: &Sources, renderer: &Renderer) -> String {
    let level = match one.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let message = visible(&one.message);
    let mut group = level
        .primary_title(message)
        .id(one.code.name())
        .elements(Vec::<annotate_snippets::Element<'_>>::new());
    let windows = windows(one, sources);
    let paths: Vec<String> = windows.iter().map(|window| visible(window.path).into_owned()).collect();
    let labels: Vec<Vec<String>> = windows
        .iter()
        .map(|window| window.marks.iter().map(|mark| visible(mark.text).into_owned()).collect())
        .collect();
    for ((window, path), labels) in windows.iter().zip(&paths).zip(&labels) {
        let mut snippet = Snippet::source(window.text.as_str())
            .line_start(window.first_line)
            .path(path.as_str())
            .fold(true);
        for (mark, label) in window.marks.iter().zip(labels) {
            let kind = if mark.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            let label = Some(label.as_str()).filter(|label| !label.is_empty());
            snippet = snippet.annotation(kind.span(mark.range.clone()).label(label));
        }
        group = group.element(snippet);
    }
    if windows.is_empty() {
        group = group.element(Level::NOTE.no_name().message(format!("--> {}", place(one.span(), sources))));
    }
    group = notes(group, one);
    renderer.render(&[group])
}

fn notes<'a>(mut group: Group<'a>, one: &'a Diagnostic) -> Group<'a> {
    if let Some(why) = &one.why {
        group = group.element(Level::NOTE.with_name("why").message(visible(why)));
    }
    if let Some(help) = &one.help {
        group = group.element(Level::HELP.message(visible(help)));
    }
    group
}

/// The lines of one file that the labels of a diagnostic are about.
struct Window<'a> {
    path: &'a str,
    text: String,
    first_line: usize,
    marks: Vec<Mark<'a>>,
}

struct Mark<'a> {
    /// In the window's text.
    range: std::ops::Range<usize>,
    text: &'a str,
    primary: bool,
}

/// One window a file, the one with the first label first. Empty if the lines are too long to be shown.
fn windows<'a>(one: &'a Diagnostic, sources: &'a Sources) -> Vec<Window<'a>> {
    let mut files: BTreeMap<SourceId, Vec<usize>> = BTreeMap::new();
    for (index, label) in one.labels.iter().enumerate() {
        files.entry(label.span.source).or_default().push(index);
    }
    let mut files: Vec<(SourceId, Vec<usize>)> = files.into_iter().collect();
    files.sort_by_key(|(_, labels)| labels.first().copied());
    let mut windows = Vec::new();
    for (id, labels) in files {
        let Some(source) = sources.get(id) else { continue };
        let spans = || labels.iter().filter_map(|index| one.labels.get(*index)).map(|label| label.span);
        let (Some(start), Some(end)) =
            (spans().map(|span| span.start).min(), spans().map(|span| span.end).max())
        else {
            continue;
        };
        let first_line = source.position(start).line;
        let last_line = source.position(end.max(start)).line;
        let (offset, text) = source.lines(first_line, last_line);
        // The renderer folds away what lies between two marks, but it reads all of it.
        let too_long = text.lines().any(|line| line.len() > LONGEST_LINE);
        if too_long {
            if labels.first() == Some(&0) {
                return Vec::new();
            }
            continue;
        }
        let shown = Shown::new(text);
        let clamp = |at: u32| shown.place(floor((at as usize).saturating_sub(offset), text));
        let marks = labels.iter().filter_map(|index| {
            let label = one.labels.get(*index)?;
            let range = clamp(label.span.start)..clamp(label.span.end.max(label.span.start));
            Some(Mark { range, text: &label.text, primary: *index == 0 })
        });
        let marks = marks.collect();
        windows.push(Window { path: source.path(), text: shown.text, first_line, marks });
    }
    windows
}

/// Lines with everything unseen made visible, and where each place of the original went.
struct Shown {
    text: String,
    /// Places of the original where a replacement stands, and how many bytes were added up to and with it.
    added: Vec<(usize, usize)>,
}

impl Shown {
    fn new(original: &str) -> Self {
        let mut shown = Self { text: String::with_capacity(original.len()), added: Vec::new() };
        for (at, character) in original.char_indices() {
            let before = at + shown.added.last().map_or(0, |(_, added)| *added);
            if matches!(character, '\n' | '\t' | '\r') {
                shown.text.push(character);
            } else {
                let mut bytes = [0; 4];
                shown.text.push_str(&visible(character.encode_utf8(&mut bytes)));
            }
            let length = shown.text.len() - before;
            if length > character.len_utf8() {
                let added = shown.text.len() - at - character.len_utf8();
                shown.added.push((at, added));
            }
        }
        shown
    }

    fn place(&self, at: usize) -> usize {
        let before = self.added.partition_point(|(place, _)| *place < at);
        at + before.checked_sub(1).and_then(|last| self.added.get(last)).map_or(0, |(_, added)| *added)
    }
}

/// The nearest border of characters at or before a place.
fn floor(mut at: usize, text: &str) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
