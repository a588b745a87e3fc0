//! What can be wrong with the form of a line, in words.

use super::form::{self, shown};
use super::grammar::Unexpected;
use super::outline::{Fault, FaultKind};
use super::slip::{self, Place};
use super::tree::Kind;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, and_list, nearest, or_list, quoted};
use crate::limits;
use crate::source::{Source, Span};
use crate::value::Refusal;

const VERBS: [&str; 7] = ["probability", "evidence", "hit", "missed", "slipped", "resolved", "note"];

pub(super) fn outline_faults(source: &Source, faults: &[Fault], out: &mut Diagnostics) {
    for fault in faults {
        let span = source.span(fault.at.start, fault.at.end);
        let new = |code, message: &str| Diagnostic::new(code, span, message);
        out.push(match fault.kind {
            FaultKind::UnclosedBlock => new(Code::UnclosedBlock, "this block is never closed")
                .why("the lines below may belong to it or not")
                .help("write `}` where the item ends"),
            FaultKind::UnclosedText => new(Code::UnclosedText, "this text never ends")
                .help(unclosed_text_help(source.text().get(fault.at.clone()).unwrap_or_default())),
            FaultKind::StrayClose => new(Code::StrayBrace, "this brace closes nothing").help("remove it"),
            FaultKind::StrayOpen => new(Code::StrayBrace, "a brace on a line of its own")
                .help("write `{` at the end of the line that it belongs to"),
            FaultKind::MissingOpen => {
                new(Code::SyntaxError, "this item opens no block, and the next line is indented")
                    .label("`{` belongs here")
                    .help("write `{` at the end of this line and `}` where the item ends")
            }
            FaultKind::TooDeep => new(Code::TooDeep, "nested too deeply")
                .help(format!("blocks and parentheses may be nested {} deep", limits::DEPTH)),
            FaultKind::LongLine => {
                let span = source.span(fault.at.start, fault.at.start);
                let message = format!("a line of {} bytes", fault.at.len());
                Diagnostic::new(Code::TooLarge, span, message).help(format!(
                    "a line may have {} bytes; long texts go into a block between `\"\"\"`",
                    limits::LINE_BYTES
                ))
            }
        });
    }
}

fn unclosed_text_help(words: &str) -> &'static str {
    if words.starts_with("\"\"\"") {
        "close it with `\"\"\"` at the start of a line"
    } else {
        "close it with `\"` on the same line; a quote inside it is written `\\\"`"
    }
}

pub(super) fn refused(span: Span, refusal: Refusal) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(refusal.code, span, refusal.message);
    diagnostic.help = refusal.help;
    if let Some(instead) = refusal.instead {
        diagnostic = diagnostic.replace_with(instead);
    }
    diagnostic
}

/// A line that its grammar rule did not take. `words` are the line, `start` its place in the file.
pub(super) fn unexpected(source: &Source, words: &str, start: usize, fault: &Unexpected) -> Diagnostic {
    let rest = words.get(fault.at..).unwrap_or_default();
    // Other blanks than these are no blanks of the language, and are named.
    let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n']);
    let rest_at = fault.at + (rest.len() - trimmed.len());
    let rest = trimmed;
    let found = first_token(rest);
    if found.is_empty() {
        let end = start + words.len();
        let last = words.rsplit([' ', '\t', '\r', '\n']).next().unwrap_or(words);
        let diagnostic = Diagnostic::new(
            Code::SyntaxError,
            source.span(end - last.len(), end),
            format!("this line ends too early: expected {}", fault.wanted),
        )
        .label("after this");
        let goes_on = "it goes on in the next line only if that is indented deeper";
        return if last.ends_with([',', '(']) { diagnostic.help(goes_on) } else { diagnostic };
    }
    let span = source.span(start + rest_at, start + rest_at + found.len());
    let new = |message: String| Diagnostic::new(Code::SyntaxError, span, message);
    let expected = format!("expected {}, found {}", fault.wanted, quoted(found));
    let before = words.get(..rest_at).unwrap_or_default();
    if let Some(slip) = slip::usual(&Place { words, before, found, wanted: &fault.wanted }) {
        let diagnostic = new(slip.message).help(slip.help);
        return match slip.instead {
            Some(instead) => diagnostic.replace_with(instead),
            None => diagnostic,
        };
    }
    if fault.wanted.contains("`resolved`") && found.starts_with(|c: char| c.is_alphabetic()) {
        return unknown_choice(span, found, "verb of the journal", &VERBS);
    }
    if fault.wanted.ends_with("the end of the line") && form::clause_words().any(|word| word == found) {
        return new(expected).help("every clause stands on a line of its own");
    }
    if fault.wanted.contains("`else`") && !found.starts_with('"') {
        return new(expected)
            .help("an edge takes two numbers: P(this | it is true) `else` P(this | it is false)");
    }
    if fault.wanted.contains("a text in quotes") && found.starts_with(|c: char| c.is_alphanumeric()) {
        return new(expected).help("texts stand between double quotes");
    }
    new(expected)
}

/// The first word or mark of some words.
fn first_token(words: &str) -> &str {
    let is_word = |c: char| c.is_alphanumeric() || "_-.%/".contains(c);
    let mut characters = words.chars();
    let length = match characters.next() {
        None => 0,
        Some(first) if is_word(first) => words.find(|c| !is_word(c) && c != ':').unwrap_or(words.len()),
        Some('"') => words.get(1..).and_then(|rest| rest.find('"')).map_or(words.len(), |at| at + 2),
        Some(first) => {
            let two = words.get(..2).unwrap_or_default();
            if ["->", "=>", "==", "<=", ">=", "!=", "..", "&&", "||"].contains(&two) {
                2
            } else {
                first.len_utf8()
            }
        }
    };
    words.get(..length).unwrap_or(words)
}

/// A first word that begins nothing. `inside` is the item whose block it stands in.
pub(super) fn unknown_word(span: Span, word: &str, inside: Option<Kind>) -> Diagnostic {
    if word != "probability" && VERBS.contains(&word) {
        return Diagnostic::new(Code::UnknownWord, span, format!("`{word}`, but when?"))
            .why("what happened has a day: the past is told in the order in which it was known")
            .help(format!("a line of the journal begins with its date: `2026-06-01 {word} …`"));
    }
    let message = match inside {
        Some(kind) => format!("{} is not a clause of {}", quoted(word), with_article(kind.word())),
        None => format!("{} begins no item", quoted(word)),
    };
    let diagnostic = Diagnostic::new(Code::UnknownWord, span, message)
        .why("a line that is not understood is never skipped: it might have mattered");
    let own: Vec<&str> = match inside {
        Some(kind) => {
            let form = form::form(kind);
            form.once.iter().chain(form.often).copied().collect()
        }
        None => Kind::ALL.iter().filter(|kind| **kind != Kind::Milestone).map(|kind| kind.word()).collect(),
    };
    match nearest(word, own.iter().copied()) {
        Some(near) => {
            let near_words = shown(near);
            diagnostic.help(format!("did you mean {near_words}?")).replace_with(near_words.trim_matches('`'))
        }
        None => {
            let all: Vec<String> = own.iter().map(|word| shown(word)).collect();
            let subject = inside.map_or("a line outside of items begins with a date or".to_owned(), |kind| {
                format!("{} takes", with_article(kind.word()))
            });
            diagnostic
                .help(format!("{subject} {}", if inside.is_some() { and_list(&all) } else { or_list(&all) }))
        }
    }
}

/// An edge that stands outside of items and does not say that it is one.
pub(super) fn bare_edge(span: Span, source: &str) -> Diagnostic {
    Diagnostic::new(Code::UnknownWord, span, format!("{} begins no item", quoted(source)))
        .why("a line that is not understood is never skipped: it might have mattered")
        .help(format!("an edge outside of items begins with `edge`: `edge {source} -> …`"))
        .replace_with(format!("edge {source}"))
}

/// `a prediction`, `an edge`.
fn with_article(word: &str) -> String {
    let article = if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {word}")
}

/// A clause that the language has, but not here.
pub(super) fn misplaced(span: Span, word: &str, inside: Option<Kind>) -> Diagnostic {
    let homes: Vec<String> = Kind::ALL
        .into_iter()
        .filter(|kind| {
            let form = form::form(*kind);
            form.once.contains(&word) || form.often.contains(&word)
        })
        .map(|kind| with_article(kind.word()))
        .collect();
    let place =
        inside.map_or("outside of items".to_owned(), |kind| format!("inside {}", with_article(kind.word())));
    let diagnostic =
        Diagnostic::new(Code::MisplacedClause, span, format!("{} cannot stand {place}", shown(word)));
    if word == "probability" && inside == Some(Kind::Milestone) {
        return diagnostic.help("the level of a milestone is its `confidence`").replace_with("confidence");
    }
    if word == "scenario" {
        return diagnostic.help("it belongs inside a choice, or stands alone");
    }
    if homes.is_empty() {
        return diagnostic.help("it is an item of its own: move it out of this block");
    }
    diagnostic.help(format!("it belongs inside {}", or_list(&homes)))
}

/// A word out of a short list, where another stands.
pub(super) fn unknown_choice(span: Span, word: &str, what: &str, list: &[&str]) -> Diagnostic {
    let all: Vec<String> = list.iter().map(|word| format!("`{word}`")).collect();
    let diagnostic = Diagnostic::new(Code::UnknownWord, span, format!("{} is no {what}", quoted(word)));
    match nearest(word, list.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).replace_with(near),
        None => diagnostic.help(format!("write {}", or_list(&all))),
    }
}
