//! From the text of one file to its tree.
//!
//! `parse` cannot fail: what it does not understand it reports, line by line, and leaves out. Every name is
//! still text. The same outline and tokens serve the formatter (`print`).

mod form;
mod grammar;
mod lower;
mod memory;
mod outline;
mod print;
mod problem;
mod slip;
pub mod tree;

pub(crate) use memory::Memory;
pub use print::{Unprintable, format};

use rayon::prelude::*;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::limits;
use crate::source::{Source, SourceFault};
use crate::value::is_forbidden;

/// Whether there are more items than a network may have: found without parsing them.
pub(crate) fn too_many_items(sources: &[Source]) -> Option<Diagnostic> {
    let begins = |line: &&str| line.trim_start().starts_with(|c: char| c.is_ascii_alphanumeric());
    let lines: usize = sources.par_iter().map(|source| source.text().lines().filter(begins).count()).sum();
    if lines <= limits::ITEMS {
        return None;
    }
    let counts: Vec<usize> =
        sources.par_iter().map(|source| outline::outline(source.text()).0.len()).collect();
    let items: usize = counts.iter().sum();
    let largest = sources.iter().zip(&counts).max_by_key(|(_, count)| **count);
    let (source, _) = largest.filter(|_| items > limits::ITEMS)?;
    Some(too_many(source, items))
}

fn too_many(source: &Source, items: usize) -> Diagnostic {
    Diagnostic::new(Code::TooLarge, source.span(0, 0), format!("{items} items"))
        .why("a network this large is not read, so nothing in it counts")
        .help(format!("a network has at most {} items", limits::ITEMS))
}

/// Parses one file.
pub fn parse(source: &Source, diagnostics: &mut Diagnostics) -> tree::File {
    let mut found = Diagnostics::new();
    let file = match too_large(source) {
        Some(fault) => {
            found.push(fault);
            tree::File { source: source.id(), items: Vec::new() }
        }
        None => {
            check_characters(source, &mut found);
            let (entries, faults) = outline::outline(source.text());
            problem::outline_faults(source, &faults, &mut found);
            if entries.len() > limits::ITEMS {
                found.push(too_many(source, entries.len()));
                tree::File { source: source.id(), items: Vec::new() }
            } else {
                lower::file(source, &entries, &mut found)
            }
        }
    };
    if found.cut(limits::FAULTS_PER_FILE) {
        let message = format!("more than {} faults in this file", limits::FAULTS_PER_FILE);
        found.push(
            Diagnostic::new(Code::TooLarge, source.span(0, 0), message)
                .help("the rest is not shown; is this a file of forecasts?"),
        );
    }
    diagnostics.extend(found);
    file
}

fn too_large(source: &Source) -> Option<Diagnostic> {
    let bytes = match source.fault() {
        Some(SourceFault::TooLarge(bytes)) => bytes,
        Some(SourceFault::NotUtf8) | None => source.text().len() as u64,
    };
    (bytes > limits::FILE_BYTES).then(|| {
        Diagnostic::new(Code::TooLarge, source.span(0, 0), format!("a file of {bytes} bytes"))
            .why("a file this large is not read, so nothing in it counts")
            .help(format!("split it: a file may have {} bytes", limits::FILE_BYTES))
    })
}

/// Finds the characters that hide or reorder text, wherever they stand.
fn check_characters(source: &Source, out: &mut Diagnostics) {
    let is_plain = |byte: u8| matches!(byte, 0x20..=0x7E | b'\n' | b'\t' | b'\r');
    let text = source.text();
    if text.bytes().all(is_plain) {
        return;
    }
    if source.fault() == Some(SourceFault::NotUtf8) {
        not_utf8(source, out);
    }
    for (at, character) in text.char_indices() {
        if at == 0 && character == '\u{FEFF}' {
            continue;
        }
        let span = source.span(at, at + character.len_utf8());
        if is_forbidden(character) {
            let message = format!("a hidden character, U+{:04X}", u32::from(character));
            out.push(
                Diagnostic::new(Code::ControlCharacter, span, message)
                    .why("what is read here is not what is written: such characters hide or reorder text")
                    .help("remove it"),
            );
        }
    }
}

/// Says once what a file in another encoding would otherwise say at every letter.
fn not_utf8(source: &Source, out: &mut Diagnostics) {
    let mut bad = source.text().match_indices(char::REPLACEMENT_CHARACTER);
    let Some((at, character)) = bad.next() else { return };
    let others = bad.count();
    let message = match others {
        0 => "bytes that are not UTF-8".to_owned(),
        _ => format!("bytes that are not UTF-8, here and in {others} more places"),
    };
    out.push(
        Diagnostic::new(Code::NotUtf8, source.span(at, at + character.len()), message)
            .why("the same bytes would be other letters on another machine")
            .help("save the file as UTF-8"),
    );
}
