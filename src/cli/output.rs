//! Standard output and standard error. A closed pipe ends the output and is no fault.

use std::io::{IsTerminal as _, Write as _};

use anstream::{AutoStream, ColorChoice};
use clap::ValueEnum;
use serde::Serialize;
use unicode_width::UnicodeWidthStr as _;

/// When to use color.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

pub(super) struct Output {
    choice: ColorChoice,
    quiet: bool,
}

impl Output {
    pub(super) fn new(color: Color, quiet: bool) -> Self {
        let choice = match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        choice.write_global();
        Self { choice, quiet }
    }

    /// A result.
    pub(super) fn result(&mut self, text: &str) {
        let _ = AutoStream::new(std::io::stdout(), self.choice).write_all(text.as_bytes());
    }

    /// A result for programs.
    pub(super) fn json(&mut self, value: &impl Serialize) -> Result<(), super::Fault> {
        self.result(&format!("{}\n", serde_json::to_string_pretty(value)?));
        Ok(())
    }

    /// What is said beside the result.
    pub(super) fn message(&mut self, text: &str) {
        if !self.quiet {
            self.error_stream(text);
        }
    }

    /// Why the command cannot go on.
    pub(super) fn fault(&mut self, text: &str) {
        self.error_stream(&format!("forecastc: {text}\n"));
    }

    /// Diagnostics of the network, which `--quiet` does not hide.
    pub(super) fn error_stream(&mut self, text: &str) {
        let _ = AutoStream::new(std::io::stderr(), self.choice).write_all(text.as_bytes());
    }

    /// Whether somebody watches the messages.
    pub(super) fn shows_progress(&self) -> bool {
        !self.quiet && std::io::stderr().is_terminal()
    }

    /// Whether messages are shown in color.
    pub(super) fn color_of_messages(&self) -> bool {
        let stream = std::io::stderr();
        AutoStream::choice(&stream) != ColorChoice::Never
            && (stream.is_terminal() || self.choice == ColorChoice::Always)
    }
}

/// How wide a page is.
pub(super) const WIDTH: usize = 80;

/// A line of a section: its further lines stand deeper than its first.
pub(super) fn entry(line: &str) -> String {
    wrap(line, "      ", WIDTH).strip_prefix("    ").unwrap_or(line).to_owned()
}

/// Rows of cells under each other; the last column is cut where the line would pass `width`.
pub(super) fn table(rows: &[Vec<String>], width: usize) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0)
        })
        .collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        let mut used = 0;
        for (column, (cell, column_width)) in row.iter().zip(&widths).enumerate() {
            if column + 1 == columns {
                line.push_str(&cut(cell, width.saturating_sub(used).max(20)));
            } else {
                line.push_str(cell);
                line.extend(std::iter::repeat_n(' ', column_width - cell.width() + 2));
                used += column_width + 2;
            }
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// At most that wide, with `…` at the end if something is left out.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    for character in text.chars() {
        out.push(character);
        if out.width() + 1 > width {
            out.pop();
            break;
        }
    }
    format!("{}…", out.trim_end())
}

/// Markdown in lines of at most that width, each behind `indent`. Lines of one paragraph are joined.
pub(super) fn wrap(text: &str, indent: &str, width: usize) -> String {
    let mut out = String::new();
    let mut line = String::new();
    let mut flush = |line: &mut String| {
        if !line.is_empty() {
            out.push_str(&format!("{indent}{line}\n"));
            line.clear();
        }
    };
    for source_line in text.lines() {
        let begins_anew = source_line.trim_start().starts_with(['-', '*', '>', '#', '|', '`'])
            || source_line.starts_with(|c: char| c.is_ascii_digit());
        if source_line.trim().is_empty() || begins_anew {
            flush(&mut line);
        }
        for word in source_line.split_whitespace() {
            if !line.is_empty() && indent.width() + line.width() + 1 + word.width() > width {
                flush(&mut line);
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        if source_line.trim().is_empty() {
            line.push('\n');
            flush(&mut line);
        }
    }
    flush(&mut line);
    out.lines().map(|line| format!("{}\n", line.trim_end())).collect::<String>().replace("\n\n\n", "\n\n")
}
