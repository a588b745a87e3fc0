//! Texts in quotes and blocks of text: where they end, and where to go on if they never do.

use super::{FaultKind, Scanner};
use crate::limits;

impl Scanner<'_> {
    /// Moves past the text that begins here; false if it never ends.
    pub(super) fn text(&mut self, line: usize) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let is_block = rest
            .strip_prefix("\"\"\"")
            .is_some_and(|rest| rest.trim_start_matches([' ', '\t', '\r']).starts_with('\n'));
        if is_block { self.block_text(line) } else { self.quoted_text() }
    }

    fn quoted_text(&mut self) -> bool {
        let start = self.at;
        let end = self.end_of_line(start);
        let mut at = start + 1;
        while at < end {
            match self.bytes.get(at) {
                Some(b'"') => {
                    self.at = at + 1;
                    return true;
                }
                Some(b'\\') => at += 2,
                _ => at += 1,
            }
        }
        // A brace at the end opens the block all the same, or all that follows would seem astray.
        let words = self.trimmed(start..end);
        let brace = self.text.get(words.clone()).is_some_and(|words| words.ends_with('{'));
        self.at = if brace { words.end - 1 } else { end };
        let shown = self.trimmed(start..self.at);
        self.fault(shown, FaultKind::UnclosedText);
        false
    }

    fn block_text(&mut self, line: usize) -> bool {
        let start = self.at;
        let first_line_end = self.end_of_line(start);
        let is_indented = line > self.line_start;
        let mut at = first_line_end + 1;
        let mut next_head = None;
        if start < self.no_close_after {
            while at < self.bytes.len() {
                let end = self.end_of_line(at);
                let words = self.text.get(at..end).unwrap_or_default();
                if words.trim_start_matches([' ', '\t', '\r']).starts_with("\"\"\"") {
                    self.line_start = at;
                    self.at = at + (words.len() - words.trim_start().len()) + 3;
                    return true;
                }
                if end - at > limits::LINE_BYTES {
                    self.fault(at..end, FaultKind::LongLine);
                }
                if is_head(words, false) {
                    next_head.get_or_insert(at);
                    if is_indented {
                        break;
                    }
                }
                at = end + 1;
            }
            if next_head.is_none() || !is_indented {
                self.no_close_after = start;
            }
        }
        // What follows is most likely still this text: go on where an item plainly begins.
        if next_head.is_none() && self.no_close_after <= start {
            next_head = self.next_head(first_line_end + 1);
        }
        let resume = next_head.unwrap_or(self.bytes.len());
        self.fault(start..start + 3, FaultKind::UnclosedText);
        self.at = resume.saturating_sub(1).max(first_line_end).min(self.bytes.len());
        self.lost = true;
        false
    }

    fn next_head(&self, from: usize) -> Option<usize> {
        let mut at = from;
        while at < self.bytes.len() {
            if is_head(self.text.get(at..).unwrap_or_default(), false) {
                return Some(at);
            }
            at = self.end_of_line(at) + 1;
        }
        None
    }
}

/// Whether text begins, in its first column, with what can only be the head of an item.
pub(super) fn is_head(text: &str, in_choice: bool) -> bool {
    if !text.starts_with(|c: char| c.is_ascii_lowercase()) {
        return false;
    }
    let line = text.split('\n').next().unwrap_or_default();
    let Some((keyword, rest)) = line.split_once([' ', '\t']) else { return false };
    let rest = rest.trim_start();
    match keyword {
        "scenario" if in_choice => false,
        "prediction" | "killer" | "scenario" | "predictor" | "class" | "choice" | "document" | "ticker"
        | "rule" => {
            rest.split_once([' ', '\t']).is_some_and(|(_, title)| title.trim_start().starts_with('"'))
        }
        "network" => rest.starts_with('"'),
        "edge" | "redirect" => rest.contains("->") || rest.contains("=>"),
        "given" => rest.contains("=>") || rest.contains("->"),
        "assert" => rest.starts_with("P(") || rest.starts_with("P ("),
        _ => false,
    }
}
