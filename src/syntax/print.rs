//! The one layout of a file: `format` moves blank space and sorts journals, and touches nothing else.
//!
//! It works on the outline and on tokens, so every comment and every word is carried over as it is. Before a
//! result is given out it is parsed again and compared: same tree, same comments, or no result.

#![expect(clippy::wildcard_enum_match_arm, reason = "facts are picked out of a block")]

use super::grammar::{self, Shape, Token, TokenKind};
use super::outline::{Block, Entry, EntryKind, Line, outline};
use super::tree::{Clause, File, Item, Kind, Says};
use crate::diagnostic::Diagnostics;
use crate::source::Source;
use crate::value::{Date, unfold};

const INDENT: usize = 4;

/// Why a file is left as it is.
#[derive(Debug)]
pub enum Unprintable {
    /// It has faults, which come first.
    Faulty(Diagnostics),
    /// Its layout cannot be made safely: a fault of the formatter.
    Unsafe,
}

/// A file in its one layout.
pub fn format(source: &Source) -> Result<String, Unprintable> {
    let mut diagnostics = Diagnostics::new();
    let before = super::parse(source, &mut diagnostics);
    if !diagnostics.is_empty() {
        return Err(Unprintable::Faulty(diagnostics));
    }
    let (entries, _) = outline(source.text());
    let mut printer = Printer::new(source.text());
    printer.entries(&entries, 0);
    let printed = printer.out;

    let again = Source::new(source.path(), printed.as_str());
    let after = super::parse(&again, &mut diagnostics);
    let same_comments = comments(source.text(), &entries) == comments(&printed, &outline(&printed).0);
    if !diagnostics.is_empty() || !same_comments || sorted(before) != sorted(after) {
        return Err(Unprintable::Unsafe);
    }
    Ok(printed)
}

/// The tree with every journal in the order of its days.
fn sorted(mut file: File) -> Vec<Item> {
    fn sort(body: &mut [Clause]) {
        body.sort_by_key(|clause| match &clause.says {
            Says::Fact(fact) => Some(fact.date.value),
            _ => None,
        });
        for clause in body {
            if let Says::Item(item) = &mut clause.says {
                sort(&mut item.body);
            }
        }
    }
    for item in &mut file.items {
        sort(&mut item.body);
    }
    file.items
}

/// All comments, in the order of their words.
fn comments<'a>(text: &'a str, entries: &[Entry]) -> Vec<&'a str> {
    fn collect<'a>(text: &'a str, entries: &[Entry], inside: &mut dyn FnMut(&Line), out: &mut Vec<&'a str>) {
        let mut add = |range: &std::ops::Range<usize>| out.extend(text.get(range.clone()));
        for entry in entries {
            match &entry.kind {
                EntryKind::Comment(range) => add(range),
                EntryKind::Line(line) => {
                    inside(line);
                    line.comment.iter().for_each(&mut add);
                    line.block.iter().filter_map(|block| block.comment.as_ref()).for_each(&mut add);
                }
            }
        }
        for entry in entries {
            if let EntryKind::Line(Line { block: Some(block), .. }) = &entry.kind {
                collect(text, &block.entries, inside, out);
            }
        }
    }
    let mut out = Vec::new();
    let mut inner = Vec::new();
    let mut inside = |line: &Line| {
        let words = text.get(line.words.clone()).unwrap_or_default();
        if words.contains('#') {
            for token in tokens(words).unwrap_or_default() {
                if token.kind == TokenKind::Comment {
                    inner.extend(words.get(token.range).map(str::trim_end));
                }
            }
        }
    };
    collect(text, entries, &mut inside, &mut out);
    out.extend(inner);
    out.sort_unstable();
    out
}

fn is_fact(words: &str) -> bool {
    words.starts_with(|c: char| c.is_ascii_digit())
}

fn tokens(words: &str) -> Option<Vec<Token>> {
    let first = words.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    if is_fact(words) {
        grammar::tokens(Shape::Fact, words)
    } else if matches!(first, "yes" | "no") {
        grammar::tokens(Shape::Row, words)
    } else if Kind::from_word(first).is_some() {
        grammar::tokens(Shape::Head, words).or_else(|| grammar::tokens(Shape::Clause, words))
    } else {
        grammar::tokens(Shape::Clause, words)
    }
}

struct Printer<'a> {
    text: &'a str,
    newline: &'static str,
    out: String,
}

impl<'a> Printer<'a> {
    /// The file keeps its byte order mark and its kind of line ends.
    fn new(text: &'a str) -> Self {
        let first_line = text.split_inclusive('\n').next().unwrap_or_default();
        let newline = if first_line.ends_with("\r\n") { "\r\n" } else { "\n" };
        let out = if text.starts_with('\u{FEFF}') { "\u{FEFF}".to_owned() } else { String::new() };
        Self { text, newline, out }
    }

    fn words(&self, range: &std::ops::Range<usize>) -> &'a str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    fn indent(&mut self, columns: usize) {
        self.out.extend(std::iter::repeat_n(' ', columns));
    }

    fn end_line(&mut self) {
        self.out.push_str(self.newline);
    }

    /// The entries of the file (depth 0) or of a block.
    fn entries(&mut self, entries: &[Entry], depth: usize) {
        let groups = self.groups(entries, depth > 0);
        let mut after_large = false;
        for (index, group) in groups.iter().enumerate() {
            let large = depth == 0 && group.line().is_some_and(|line| self.is_large(line));
            if index > 0 && (group.blank_before || large || after_large) {
                self.end_line();
            }
            for entry in &group.entries {
                match &entry.kind {
                    EntryKind::Comment(range) => {
                        self.indent(depth * INDENT);
                        let words = self.words(range);
                        self.out.push_str(words);
                        self.end_line();
                    }
                    EntryKind::Line(line) => self.line(line, depth),
                }
            }
            after_large = large;
        }
    }

    /// Comments together with the line that they stand above; journals in the order of their days.
    fn groups<'e>(&self, entries: &'e [Entry], sort: bool) -> Vec<Group<'e>> {
        let mut groups: Vec<Group<'e>> = Vec::new();
        let mut open = false;
        for entry in entries {
            match groups.last_mut().filter(|_| open && !entry.blank_before) {
                Some(group) => group.entries.push(entry),
                None => groups.push(Group { blank_before: entry.blank_before, entries: vec![entry] }),
            }
            open = matches!(entry.kind, EntryKind::Comment(_));
        }
        if !sort {
            return groups;
        }
        let is_journal =
            |group: &Group<'_>| group.line().is_some_and(|line| is_fact(self.words(&line.words)));
        let slots: Vec<usize> =
            (0..groups.len()).filter(|at| groups.get(*at).is_some_and(is_journal)).collect();
        let mut facts: Vec<Vec<&Entry>> =
            slots.iter().filter_map(|at| groups.get(*at).map(|group| group.entries.clone())).collect();
        facts.sort_by_key(|entries| self.day(entries));
        for (slot, entries) in slots.into_iter().zip(facts) {
            if let Some(group) = groups.get_mut(slot) {
                group.entries = entries;
            }
        }
        groups
    }

    fn day(&self, entries: &[&Entry]) -> Option<Date> {
        match entries.last().map(|entry| &entry.kind) {
            Some(EntryKind::Line(line)) => self.words(&line.words).get(..10).and_then(Date::parse),
            _ => None,
        }
    }

    /// Whether it takes more than a line, and so stands apart from its neighbours.
    fn is_large(&self, line: &Line) -> bool {
        self.words(&line.words).contains('\n')
            || line.block.as_ref().is_some_and(|block| !block.is_empty() && self.only_clause(block).is_none())
    }

    /// The clause of a block that fits on the line of its head.
    fn only_clause<'b>(&self, block: &'b Block) -> Option<&'b Line> {
        match block.entries.as_slice() {
            [Entry { kind: EntryKind::Line(line), .. }] => {
                let words = self.words(&line.words);
                let simple = line.block.is_none() && line.comment.is_none() && block.comment.is_none();
                (simple && !words.contains('\n') && !is_fact(words)).then_some(line)
            }
            _ => None,
        }
    }

    fn line(&mut self, line: &Line, depth: usize) {
        let columns = depth * INDENT;
        self.indent(columns);
        self.tokens(self.words(&line.words), columns);
        if let Some(block) = line.block.as_ref().filter(|block| !block.is_empty()) {
            self.out.push_str(" {");
            if let Some(only) = self.only_clause(block) {
                self.out.push(' ');
                self.tokens(self.words(&only.words), columns);
                self.out.push_str(" }");
            } else {
                self.comment(block.comment.as_ref());
                self.end_line();
                self.entries(&block.entries, depth + 1);
                self.indent(columns);
                self.out.push('}');
            }
        }
        self.comment(line.comment.as_ref());
        self.end_line();
    }

    fn comment(&mut self, range: Option<&std::ops::Range<usize>>) {
        if let Some(range) = range {
            self.out.push_str("  ");
            let words = self.words(range);
            self.out.push_str(words);
        }
    }

    fn tokens(&mut self, words: &str, columns: usize) {
        let mut last: Option<Token> = None;
        for token in tokens(words).unwrap_or_default() {
            let shown = words.get(token.range.clone()).unwrap_or_default();
            if let Some(last) = &last {
                let gap = words.get(last.range.end..token.range.start).unwrap_or_default();
                if token.kind == TokenKind::Comment && !gap.contains('\n') {
                    self.out.push_str("  ");
                } else if gap.contains('\n') || last.kind == TokenKind::Comment {
                    self.end_line();
                    self.indent(columns + INDENT);
                } else if last.kind != TokenKind::Opening && token.kind != TokenKind::Closing {
                    self.out.push(' ');
                }
            }
            if token.kind == TokenKind::BlockText {
                self.block_text(shown, columns + INDENT);
            } else {
                self.out.push_str(shown.trim_end());
            }
            last = Some(token);
        }
    }

    fn block_text(&mut self, block: &str, columns: usize) {
        self.out.push_str("\"\"\"");
        self.end_line();
        let body = unfold(block);
        // A block without lines and one with a single empty line both say nothing.
        for line in body.split('\n').filter(|_| !body.is_empty()) {
            if !line.is_empty() {
                self.indent(columns);
            }
            let words = line.trim_start();
            if words.starts_with("\"\"\"") {
                self.out.push_str(line.get(..line.len() - words.len()).unwrap_or_default());
                self.out.push('\\');
                self.out.push_str(words);
            } else {
                self.out.push_str(line);
            }
            self.end_line();
        }
        self.indent(columns);
        self.out.push_str("\"\"\"");
    }
}

struct Group<'e> {
    blank_before: bool,
    entries: Vec<&'e Entry>,
}

impl Group<'_> {
    fn line(&self) -> Option<&Line> {
        match self.entries.last().map(|entry| &entry.kind) {
            Some(EntryKind::Line(line)) => Some(line),
            _ => None,
        }
    }
}
