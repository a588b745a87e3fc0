//! The outline of a file: where its lines, blocks and comments begin and end.
//!
//! It knows four things: text, links, comments and braces. That is enough to hand every line to the
//! grammar by itself, so that a faulty line hides no other, and enough for the formatter, which moves
//! lines and comments about without asking what they say. It takes one pass and cannot fail; what
//! is open at the end, or where the next item plainly begins, is closed there and reported.

mod text;

use std::cell::Cell;
use std::ops::Range;

use self::text::is_head;
use crate::limits;

/// What stands in a file or a block, in order.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Whether an empty line stands before it.
    pub(super) blank_before: bool,
    pub(super) kind: EntryKind,
}

#[derive(Clone, Debug)]
pub(super) enum EntryKind {
    /// A comment on a line of its own.
    Comment(Range<usize>),
    Line(Line),
}

/// A clause or a head, with its block.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) words: Range<usize>,
    /// Reported already, so that the grammar need not look at it.
    pub(super) faulty: bool,
    pub(super) block: Option<Block>,
    /// The comment that ends its line, or the line of its block's closing brace.
    pub(super) comment: Option<Range<usize>>,
}

#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) open: usize,
    /// The comment behind the opening brace.
    pub(super) comment: Option<Range<usize>>,
    pub(super) entries: Vec<Entry>,
    /// The byte after the closing brace.
    pub(super) end: usize,
}

/// What is wrong with the outline itself.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) at: Range<usize>,
    pub(super) kind: FaultKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FaultKind {
    UnclosedBlock,
    UnclosedText,
    StrayClose,
    StrayOpen,
    MissingOpen,
    TooDeep,
    LongLine,
}

pub(super) fn outline(text: &str) -> (Vec<Entry>, Vec<Fault>) {
    let mut scanner = Scanner {
        text,
        bytes: text.as_bytes(),
        at: if text.starts_with('\u{FEFF}') { 3 } else { 0 },
        line_start: 0,
        newlines: 0,
        touching: false,
        entries: Vec::new(),
        open: Vec::new(),
        swallowed: 0,
        lost: false,
        no_close_after: usize::MAX,
        faults: Vec::new(),
        known_line: Cell::new((1, 0)),
        no_link_before: 0,
    };
    scanner.run();
    (scanner.entries, scanner.faults)
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    line_start: usize,
    /// Newlines since the last entry ended or the block began.
    newlines: usize,
    /// Whether the last entry, or the opening of this block, is on this very line.
    touching: bool,
    /// Those of the innermost open block.
    entries: Vec<Entry>,
    /// The blocks around, outermost first: the line that opened each, and the entries before it.
    open: Vec<(Entry, Vec<Entry>)>,
    /// Braces opened past the limit of nesting.
    swallowed: usize,
    /// A text that never ends has swallowed what follows, closing braces with it.
    lost: bool,
    /// No block of text is closed after this place.
    no_close_after: usize,
    faults: Vec<Fault>,
    /// A stretch up to the end of its line.
    known_line: Cell<(usize, usize)>,
    /// No link that begins before this place has an end.
    no_link_before: usize,
}

impl Block {
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.comment.is_none()
    }
}

impl Scanner<'_> {
    fn run(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\n' => self.newline(),
                b'#' => self.comment(),
                b'{' => self.stray_open(),
                b'}' => self.close(),
                _ => self.line(),
            }
        }
        self.check_line_length();
        while !self.open.is_empty() {
            self.unclosed(self.bytes.len());
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn fault(&mut self, at: Range<usize>, kind: FaultKind) {
        if self.faults.len() <= limits::FAULTS_PER_FILE {
            self.faults.push(Fault { at, kind });
        }
    }

    fn newline(&mut self) {
        self.check_line_length();
        self.at += 1;
        self.line_start = self.at;
        self.newlines += 1;
        self.touching = false;
        if !self.open.is_empty() && self.is_head_here() {
            while !self.open.is_empty() {
                self.unclosed(self.at);
            }
        }
    }

    fn check_line_length(&mut self) {
        if self.at - self.line_start > limits::LINE_BYTES {
            self.fault(self.line_start..self.at, FaultKind::LongLine);
        }
    }

    /// Asked often of one line: what was found for it last is kept.
    fn end_of_line(&self, from: usize) -> usize {
        let (start, end) = self.known_line.get();
        if (start..=end).contains(&from) {
            return end;
        }
        let rest = self.bytes.get(from..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        self.known_line.set((from, from + length));
        from + length
    }

    fn trimmed(&self, range: Range<usize>) -> Range<usize> {
        let words = self.text.get(range.clone()).unwrap_or_default();
        range.start..range.start + words.trim_end_matches([' ', '\t', '\r', '\n']).len()
    }

    fn comment(&mut self) {
        let start = self.at;
        self.at = self.end_of_line(start);
        let range = self.trimmed(start..self.at);
        if self.touching {
            match self.entries.last_mut() {
                Some(Entry { kind: EntryKind::Line(line), .. }) => line.comment = Some(range),
                _ => {
                    if let Some((Entry { kind: EntryKind::Line(line), .. }, _)) = self.open.last_mut()
                        && let Some(block) = &mut line.block
                    {
                        block.comment = Some(range);
                    }
                }
            }
            return;
        }
        self.push(EntryKind::Comment(range));
        self.touching = false;
    }

    fn push(&mut self, kind: EntryKind) {
        let first_of_block = self.entries.is_empty() && !self.open.is_empty();
        self.entries.push(Entry { blank_before: self.newlines > 1 && !first_of_block, kind });
        self.newlines = 0;
        self.touching = true;
    }

    /// A line of words: up to its end, or to a brace.
    fn line(&mut self) {
        self.open_if_forgotten();
        let start = self.at;
        if self.end_of_line(start) - self.line_start > limits::LINE_BYTES {
            // It is reported at its end, and nobody reads it.
            self.at = self.end_of_line(start);
            let words = start..start + 1;
            self.push(EntryKind::Line(Line { words, faulty: true, block: None, comment: None }));
            return;
        }
        let faulty = self.words(start);
        let words = self.trimmed(start..self.at);
        self.push(EntryKind::Line(Line { words, faulty, block: None, comment: None }));
        if self.peek() == Some(b'{') {
            self.open_block();
        }
    }

    /// An indented line below the head of an item that opens no block belongs to that item all the same.
    fn open_if_forgotten(&mut self) {
        if !self.open.is_empty() || self.touching || self.at == self.line_start {
            return;
        }
        let Some(Entry { kind: EntryKind::Line(line), .. }) = self.entries.last() else { return };
        let head = self.text.get(line.words.clone()).unwrap_or_default();
        let rest = self.text.get(self.at..).unwrap_or_default();
        if line.block.is_some() || !head.ends_with('"') || !is_head(head, false) || is_head(rest, false) {
            return;
        }
        let end = line.words.end;
        self.fault(end - 1..end, FaultKind::MissingOpen);
        self.open_entry(end);
        self.touching = false;
    }

    /// Moves over the words of one line; true if they hold a fault that was reported.
    fn words(&mut self, start: usize) -> bool {
        let faults = self.faults.len();
        let indent = self.indent_of(self.line_start);
        // Parentheses outside of links hold the line open; those inside count for the limit alone.
        let (mut depth, mut nesting) = (0_usize, 0_usize);
        let mut last = 0_u8;
        while let Some(byte) = self.peek() {
            match byte {
                b'\n' => {
                    if depth == 0 && last != b',' || self.line_ends_here(indent) {
                        break;
                    }
                    self.check_line_length();
                    self.line_start = self.at + 1;
                }
                b'#' if depth == 0 && last != b',' || self.line_ends_here(indent) => break,
                b'#' => {
                    self.at = self.end_of_line(self.at);
                    continue;
                }
                b'{' | b'}' => break,
                b'"' => {
                    if !self.text(start) {
                        return true;
                    }
                    last = byte;
                    continue;
                }
                b'<' => {
                    let end = self.end_of_link();
                    self.count_nesting(self.at..end, &mut nesting);
                    self.at = end;
                }
                b'(' => {
                    self.count_nesting(self.at..self.at + 1, &mut nesting);
                    depth += 1;
                }
                b')' => {
                    self.count_nesting(self.at..self.at + 1, &mut nesting);
                    depth = depth.saturating_sub(1);
                }
                _ => {}
            }
            if !byte.is_ascii_whitespace() {
                last = byte;
            }
            self.at += 1;
        }
        self.faults.len() > faults
    }

    /// Whether the next line cannot go on with this one, though this one asks for more: it is indented no
    /// deeper and does not close a parenthesis.
    fn line_ends_here(&self, indent: usize) -> bool {
        let next = self.end_of_line(self.at) + 1;
        let own = self.indent_of(next);
        match self.bytes.get(next + own) {
            None | Some(b'\n' | b'\r' | b'}') => true,
            Some(b')') => false,
            Some(_) => own <= indent,
        }
    }

    /// The blanks that a line begins with.
    fn indent_of(&self, line: usize) -> usize {
        let rest = self.bytes.get(line..).unwrap_or_default();
        rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
    }

    /// Counts parentheses for the limit of nesting, those in a seeming link too: the grammar would meet them.
    fn count_nesting(&mut self, range: Range<usize>, nesting: &mut usize) {
        for (at, byte) in range.clone().zip(self.bytes.get(range).unwrap_or_default()) {
            match byte {
                b'(' => *nesting += 1,
                b')' => *nesting = nesting.saturating_sub(1),
                _ => continue,
            }
            if *nesting == limits::DEPTH + 1 {
                self.fault(at..at + 1, FaultKind::TooDeep);
            }
        }
    }

    /// The last byte of the link that begins here, or this byte if none does.
    fn end_of_link(&mut self) -> usize {
        if self.at < self.no_link_before {
            return self.at;
        }
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let stop = rest.iter().position(|byte| matches!(byte, b'>' | b' ' | b'\t' | b'\r' | b'\n' | b'"'));
        match stop {
            Some(length) if rest.get(length) == Some(&b'>') => self.at + length,
            stop => {
                self.no_link_before = stop.map_or(self.bytes.len(), |length| self.at + length);
                self.at
            }
        }
    }

    fn open_block(&mut self) {
        let open = self.at;
        self.at += 1;
        if self.open.len() >= limits::DEPTH {
            if self.swallowed == 0 {
                self.fault(open..open + 1, FaultKind::TooDeep);
            }
            self.swallowed += 1;
            return;
        }
        self.open_entry(open);
    }

    /// The last entry gets a block, and what follows goes into it.
    fn open_entry(&mut self, open: usize) {
        let Some(mut entry) = self.entries.pop() else { return };
        if let EntryKind::Line(line) = &mut entry.kind {
            line.block = Some(Block { open, comment: None, entries: Vec::new(), end: open + 1 });
        }
        self.open.push((entry, std::mem::take(&mut self.entries)));
        self.newlines = 0;
        self.touching = true;
    }

    /// A brace that no words stand before: it is taken for that of the line above, if there is one.
    fn stray_open(&mut self) {
        self.fault(self.at..self.at + 1, FaultKind::StrayOpen);
        let follows_line = matches!(
            self.entries.last(),
            Some(Entry { kind: EntryKind::Line(Line { block: None, .. }), .. })
        );
        if !follows_line {
            let words = self.at..self.at;
            self.push(EntryKind::Line(Line { words, faulty: true, block: None, comment: None }));
        }
        self.open_block();
    }

    fn close(&mut self) {
        let brace = self.at..self.at + 1;
        self.at += 1;
        if self.swallowed > 0 {
            self.swallowed -= 1;
        } else if !self.close_block(self.at) {
            self.fault(brace, FaultKind::StrayClose);
        }
    }

    /// Closes the innermost block where no brace does.
    fn unclosed(&mut self, end: usize) {
        let open = match self.open.last() {
            Some((Entry { kind: EntryKind::Line(line), .. }, _)) => {
                line.block.as_ref().map(|block| block.open)
            }
            _ => None,
        };
        if let Some(open) = open.filter(|_| !self.lost) {
            self.fault(open..open + 1, FaultKind::UnclosedBlock);
        }
        self.swallowed = 0;
        self.close_block(end);
        self.lost &= !self.open.is_empty();
        self.touching = false;
    }

    fn close_block(&mut self, end: usize) -> bool {
        let Some((mut entry, before)) = self.open.pop() else { return false };
        let entries = std::mem::replace(&mut self.entries, before);
        if let EntryKind::Line(Line { block: Some(block), .. }) = &mut entry.kind {
            block.entries = entries;
            block.end = end;
        }
        self.entries.push(entry);
        self.newlines = 0;
        self.touching = true;
        true
    }

    /// Whether a line begins here that can only be the head of an item of its own.
    fn is_head_here(&self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let in_choice = matches!(
            self.open.as_slice(),
            [(Entry { kind: EntryKind::Line(line), .. }, _)]
                if self.text.get(line.words.clone()).is_some_and(|words| words.starts_with("choice"))
        );
        is_head(rest, in_choice)
    }
}
