//! A review as the comment on a pull request: the headline first, tables, and folded what is long.
//!
//! Whoever writes a change chooses its words, and this is posted in the name of another: so nothing in them may act.
//! Every sign of Markdown is escaped, and what a host makes links and mentions of is broken up. That goes for
//! every word of a review, since a review may have been read from a file that a stranger wrote.

use std::fmt::Write as _;

use super::words;
use crate::cli::output::cut;
use crate::diagnostic::{counted, visible};
use crate::review::{Edit, EditKind, Fault, Part, Review, Way};
use crate::value::percent;

/// By which a comment is found again, so that there is one.
pub(super) const MARKER: &str = "<!-- forecastc-review -->";
/// Hosts refuse comments of 65,536 characters and more.
const MOST: usize = 60_000;
/// Rows of a section, if they fit.
const ROWS: usize = 64;
/// Sections with more rows are folded.
const OPEN: usize = 8;
/// Characters of a cell.
const CELL: usize = 160;
/// Parts of a move.
const PARTS: usize = 5;
/// Breaks up what would be a link or a mention, and is not seen.
const BREAK: char = '\u{200B}';

pub(super) fn markdown(found: &Review) -> String {
    let mut rows = ROWS;
    loop {
        let page = Page { out: String::new(), rows }.page(found);
        if page.chars().count() <= MOST {
            return page;
        }
        if rows == 0 {
            // Not even the headlines fit: a cut here can only fall into text of ours.
            return page.chars().take(MOST).collect();
        }
        rows /= 2;
    }
}

/// Words of others, as they are.
fn safe(text: &str) -> String {
    let cut = cut(&visible(&text.split_whitespace().collect::<Vec<_>>().join(" ")), CELL);
    let mut out = String::with_capacity(cut.len() + 16);
    let mut letters = cut.chars().peekable();
    while let Some(character) = letters.next() {
        if matches!(character, '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '|')
            || matches!(character, '@' | '#' | '!' | '&' | '$' | '~' | '^')
        {
            out.push('\\');
        }
        out.push(character);
        // Mentions, references, addresses and signs of hosts go by these, and are looked for after Markdown is done.
        let begins = matches!(character, '@' | '#' | '!' | '&' | '$' | '~' | '^' | '%' | ':');
        let goes_on = |next: &char| next.is_alphanumeric() || matches!(next, '/' | '"' | '_' | '[' | '{');
        if character == '@' || begins && letters.peek().is_some_and(goes_on) {
            out.push(BREAK);
        }
    }
    // `www.` makes an address, `GH-1` a reference.
    for (word, sign) in [("www", '.'), ("Www", '.'), ("WWW", '.'), ("GH", '-'), ("gh", '-')] {
        out = out.replace(&format!("{word}{sign}"), &format!("{word}{BREAK}{sign}"));
    }
    out
}

/// An id, or a place: in a font of its own.
fn code(text: &str) -> String {
    let text = cut(&visible(&text.split_whitespace().collect::<Vec<_>>().join(" ")), CELL);
    // No way of quoting is safe for all of these inside a table.
    if text.contains(['`', '|', '\\']) || text.is_empty() {
        return safe(&text);
    }
    format!("`{text}`")
}

struct Page {
    out: String,
    rows: usize,
}

impl Page {
    fn page(mut self, found: &Review) -> String {
        let _ = writeln!(self.out, "{MARKER}\n### Forecast review: {}\n", words::headline(found));
        if let Some(alarm) = words::alarm(found) {
            let _ = writeln!(self.out, "**Attention: {alarm}.**\n");
        }
        if let Some(most) = words::most(found) {
            let _ = writeln!(self.out, "{}\n", safe(&most));
        }
        let (base, head) = (safe(&words::side(&found.base)), safe(&words::side(&found.head)));
        let _ = writeln!(self.out, "Before: {base}; now: {head}; both as of {}.", safe(&found.as_of));
        self.integrity(found);
        self.trouble(found);
        self.resolutions(found);
        self.nodes(found);
        self.edits(found, 0..=5);
        self.moves(found);
        self.rest(found);
        self.edits(found, 6..=6);
        for note in &found.notes {
            let _ = writeln!(self.out, "\nNote: {}.", safe_note(note));
        }
        self.out
    }

    /// A table with a title; folded where it is long or of little weight.
    fn section(&mut self, title: &str, head: &[&str], rows: &[Vec<String>], folded: bool) {
        if rows.is_empty() {
            return;
        }
        let folded = folded || rows.len() > OPEN;
        let count = rows.len();
        if folded {
            let _ = writeln!(self.out, "\n<details><summary><b>{title}</b> ({count})</summary>\n");
        } else {
            let _ = writeln!(self.out, "\n**{title}**\n");
        }
        let shown = rows.get(..self.rows.min(count)).unwrap_or_default();
        if !shown.is_empty() {
            let _ = writeln!(self.out, "| {} |\n|{}", head.join(" | "), " --- |".repeat(head.len()));
        }
        for row in shown {
            let _ = writeln!(self.out, "| {} |", row.join(" | "));
        }
        if count > shown.len() {
            let _ = writeln!(self.out, "\n… and {} more", count - shown.len());
        }
        if folded {
            self.out.push_str("\n</details>\n");
        }
    }

    fn integrity(&mut self, found: &Review) {
        let rows: Vec<Vec<String>> = found
            .integrity
            .iter()
            .map(|one| {
                vec![
                    words::breach(one.kind).to_owned(),
                    code(&one.id),
                    safe(&words::breach_words(one)),
                    code(&words::place(&one.place)),
                ]
            })
            .collect();
        self.section("The past", &["what", "of", "line", "where"], &rows, false);
        let mends = found.edits.iter().filter(|edit| edit.corrects.is_some() && edit.way == Way::Added);
        let rows: Vec<Vec<String>> = mends
            .map(|edit| vec![code(&edit.id), safe(&words::what(edit)), code(&words::place(&edit.place))])
            .collect();
        let title = "Corrections, which leave the earlier line to be read";
        self.section(title, &["of", "line", "where"], &rows, false);
    }

    fn trouble(&mut self, found: &Review) {
        let row = |one: &Fault| {
            let code_of = format!("{} {}", safe(&one.severity), code(&one.code));
            vec![code_of, safe(&one.message), code(&words::place(&one.place))]
        };
        let new: Vec<Vec<String>> = words::trouble(&found.new_trouble).into_iter().map(row).collect();
        self.section("New trouble", &["code", "message", "where"], &new, false);
        let turns: Vec<Vec<String>> = found
            .assertions
            .iter()
            .map(|one| {
                let word =
                    |word: &Option<String>, none: &str| word.clone().unwrap_or_else(|| none.to_owned());
                let place = one.place.as_ref().map(words::place).unwrap_or_default();
                let turn = format!("{} → {}", word(&one.before, "new"), word(&one.after, "gone"));
                vec![
                    safe(&one.claim),
                    safe(&turn),
                    one.says.as_deref().map(safe).unwrap_or_default(),
                    code(&place),
                ]
            })
            .collect();
        self.section("Assertions that turned", &["claim", "turned", "numbers", "where"], &turns, false);
        let mended: Vec<Vec<String>> = words::trouble(&found.mended).into_iter().map(row).collect();
        self.section("Mended", &["code", "message", "where"], &mended, true);
        let (was, is) = (found.base.incoherent, found.head.incoherent);
        if was != is && found.base.has_numbers && found.head.has_numbers {
            let _ = writeln!(self.out, "\nIncoherent edges: {was} → {is}");
        }
    }

    fn resolutions(&mut self, found: &Review) {
        let score = |p: Option<f64>, brier: Option<f64>, log: Option<f64>| match (p, brier, log) {
            (Some(p), Some(brier), Some(log)) => format!("{} ({brier:.3}, {log:+.3})", percent(p)),
            _ => "-".to_owned(),
        };
        let rows: Vec<Vec<String>> = found
            .resolutions
            .iter()
            .map(|one| {
                vec![
                    code(&one.id),
                    format!("**{}**", safe(&super::text::outcome(one))),
                    one.date.as_deref().map(safe).unwrap_or_default(),
                    one.p.map_or_else(|| "-".to_owned(), percent),
                    score(one.stated, one.brier, one.log),
                    score(one.network, one.network_brier, one.network_log),
                    one.why.as_deref().map(safe).unwrap_or_default(),
                ]
            })
            .collect();
        let head = ["node", "outcome", "date", "was", "stated (Brier, log)", "network (Brier, log)", "why"];
        self.section("Resolved", &head, &rows, false);
    }

    fn nodes(&mut self, found: &Review) {
        let rows: Vec<Vec<String>> = found
            .nodes
            .iter()
            .map(|one| {
                let id = match &one.was {
                    Some(was) => format!("{} → {}", code(was), code(&one.id)),
                    None => code(&one.id),
                };
                let place = one.place.as_ref().map(words::place).unwrap_or_default();
                let p = one.p.map_or_else(|| "-".to_owned(), percent);
                let said = one.says.iter().map(|said| safe(said)).collect::<Vec<_>>().join("<br>");
                vec![safe(&one.way), safe(&one.kind), id, p, safe(&one.title), said, code(&place)]
            })
            .collect();
        let head = ["", "kind", "id", "now", "title", "says", "where"];
        self.section("Nodes that came, went or were renamed", &head, &rows, false);
    }

    fn edits(&mut self, found: &Review, sections: std::ops::RangeInclusive<usize>) {
        for (title, kinds) in words::SECTIONS.get(sections).into_iter().flatten() {
            let is_told = |edit: &&Edit| words::is_told(found, edit) && kinds.contains(&edit.kind);
            let rows: Vec<Vec<String>> = found
                .edits
                .iter()
                .filter(is_told)
                .map(|edit| {
                    let why = edit.why.as_deref().filter(|why| !words::what(edit).contains(*why));
                    vec![
                        code(&edit.id),
                        safe(&words::what(edit)),
                        edit.by.iter().map(|by| code(by)).collect::<Vec<_>>().join(", "),
                        why.map(safe).unwrap_or_default(),
                        code(&words::place(&edit.place)),
                    ]
                })
                .collect();
            let title = words::capital(title);
            let is_text = kinds.contains(&EditKind::Text);
            self.section(&title, &["of", "what", "by", "why", "where"], &rows, is_text);
        }
    }

    fn moves(&mut self, found: &Review) {
        let rows: Vec<Vec<String>> = found
            .moves
            .iter()
            .filter(|one| !one.is_settled)
            .map(|one| {
                let (told, rest) = words::parts(one, PARTS);
                let mut why: Vec<String> = told.iter().map(|part| cause(found, part)).collect();
                if let Some((count, sum)) = rest {
                    why.push(format!("{} {}", words::by(sum, 0.0), counted(count, "smaller part")));
                }
                vec![
                    code(&one.id),
                    percent(one.from),
                    format!("**{}**", percent(one.to)),
                    words::by(one.by, one.error),
                    why.join("<br>"),
                ]
            })
            .collect();
        self.section("What moved, and why", &["node", "was", "is", "points", "why"], &rows, false);
        if found.counts.within_error > 0 {
            let count = counted(found.counts.within_error, "sampled number");
            let _ = writeln!(self.out, "\n{count} differ by less than the errors can tell.");
        }
    }

    fn rest(&mut self, found: &Review) {
        let voices: Vec<Vec<String>> = found
            .voices
            .iter()
            .map(|one| vec![code(&one.id), format!("{:.2} → {:.2}", one.from, one.to)])
            .collect();
        self.section("Weight of voices", &["predictor", "κ"], &voices, false);
        if let Some(time) = &found.time {
            let rows: Vec<Vec<String>> = time
                .moves
                .iter()
                .map(|one| {
                    vec![code(&one.id), percent(one.from), percent(one.to), words::by(one.by, one.error)]
                })
                .collect();
            let title = format!("Moved by time alone since {}, before this change", safe(&time.since));
            self.section(&title, &["node", "was", "is", "points"], &rows, true);
        }
    }
}

/// A part of a move: how far, by which edit, along which way.
fn cause(found: &Review, part: &Part) -> String {
    let mut out = format!("{} {}", words::by(part.by, 0.0), safe(&words::cause(found, part)));
    if part.path.len() > 1 {
        let path: Vec<String> = part.path.iter().map(|id| code(id)).collect();
        let _ = write!(out, " by way of {}", path.join(" → "));
    }
    out
}

fn safe_note(note: &str) -> String {
    // Longer than a cell, and of our own words but for names.
    note.split(' ').map(safe).collect::<Vec<_>>().join(" ")
}
