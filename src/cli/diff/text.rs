//! A review for a terminal.

use std::fmt::Write as _;

use super::words;
use crate::cli::output::{WIDTH, cut, table, wrap};
use crate::diagnostic::{counted, visible};
use crate::review::{Edit, EditKind, Resolution, Review};
use crate::value::percent;

/// So many parts of a move are told.
const PARTS: usize = 5;

pub(super) fn text(found: &Review, top: usize) -> String {
    let mut page = Page { out: String::new(), top };
    page.line(&format!("{} → {}", words::side(&found.base), words::side(&found.head)));
    page.line(&format!("both as of {}", found.as_of));
    page.out.push('\n');
    page.line(&words::headline(found));
    if let Some(most) = words::most(found) {
        page.line(&most);
    }
    if let Some(alarm) = words::alarm(found) {
        page.line(&format!("attention: {alarm}"));
    }
    page.integrity(found);
    page.trouble(found);
    page.resolutions(found);
    page.nodes(found);
    page.edits(found, 0..=5);
    page.moves(found);
    page.voices(found);
    page.time(found);
    page.edits(found, 6..=6);
    for note in &found.notes {
        page.out.push('\n');
        page.out.push_str(&wrap(&visible(note), "", WIDTH));
    }
    page.out
}

struct Page {
    out: String,
    top: usize,
}

impl Page {
    fn line(&mut self, line: &str) {
        let mut lines = line.split('\n');
        let first = lines.next().unwrap_or_default();
        self.out.push_str(&visible(first));
        self.out.push('\n');
        for more in lines {
            self.out.push_str(&visible(more));
            self.out.push('\n');
        }
    }

    fn section(&mut self, title: &str, rows: &[Vec<String>], more: usize) {
        if rows.is_empty() {
            return;
        }
        let clean = |row: &Vec<String>| row.iter().map(|cell| visible(cell).into_owned()).collect();
        let rows: Vec<Vec<String>> = rows.iter().map(clean).collect();
        let _ = writeln!(self.out, "\n{title}");
        for line in table(&rows, 116).lines() {
            let _ = writeln!(self.out, "  {line}");
        }
        if more > 0 {
            let _ = writeln!(self.out, "  and {more} more");
        }
    }

    /// Rows of the first few of a list, and how many are left.
    fn list<T>(&mut self, title: &str, all: &[T], row: impl Fn(&T) -> Vec<String>) {
        let rows: Vec<Vec<String>> = all.iter().take(self.top).map(row).collect();
        self.section(title, &rows, all.len().saturating_sub(self.top));
    }

    fn integrity(&mut self, found: &Review) {
        if !found.integrity.is_empty() {
            self.out.push_str("\nthe past\n");
        }
        for one in found.integrity.iter().take(self.top) {
            let (place, what) = (words::short_place(&one.place), words::breach_title(one));
            self.line(&format!("  {place}  {}  {what}", one.id));
            for (word, said) in [("was", &one.before), ("is ", &one.after)] {
                if let Some(said) = said {
                    self.line(&format!("      {word} {}", cut(said, 104)));
                }
            }
        }
        if found.integrity.len() > self.top {
            let _ = writeln!(self.out, "  and {} more", found.integrity.len() - self.top);
        }
        let mends: Vec<&Edit> = found
            .edits
            .iter()
            .filter(|edit| edit.corrects.is_some() && edit.way == crate::review::Way::Added)
            .collect();
        self.list("corrections, which leave the earlier line to be read", &mends, |edit| {
            vec![words::short_place(&edit.place), edit.id.clone(), words::what(edit)]
        });
    }

    fn trouble(&mut self, found: &Review) {
        let row = |one: &crate::review::Fault| {
            vec![
                words::short_place(&one.place),
                format!("{}[{}]", one.severity, one.code),
                one.message.clone(),
            ]
        };
        self.list("new trouble", &words::trouble(&found.new_trouble), |one| row(one));
        self.list("mended", &words::trouble(&found.mended), |one| row(one));
        self.list("assertions", &found.assertions, |one| {
            let word = |word: &Option<String>, none: &str| word.clone().unwrap_or_else(|| none.to_owned());
            let turn = format!("{} → {}", word(&one.before, "new"), word(&one.after, "gone"));
            vec![one.place.as_ref().map(words::short_place).unwrap_or_default(), turn, one.claim.clone()]
        });
        if found.base.incoherent != found.head.incoherent && found.base.has_numbers && found.head.has_numbers
        {
            let (was, is) = (found.base.incoherent, found.head.incoherent);
            let _ = writeln!(self.out, "\nincoherent edges: {was} → {is}");
        }
    }

    fn resolutions(&mut self, found: &Review) {
        let score = |p: Option<f64>, brier: Option<f64>, log: Option<f64>| match (p, brier, log) {
            (Some(p), Some(brier), Some(log)) => {
                format!("{}: Brier {brier:.3}, log {log:+.3}", percent(p))
            }
            _ => "-".to_owned(),
        };
        let row = |one: &Resolution| {
            vec![
                one.id.clone(),
                outcome(one),
                one.date.clone().unwrap_or_default(),
                one.p.map_or_else(|| "-".to_owned(), percent),
                score(one.stated, one.brier, one.log),
                score(one.network, one.network_brier, one.network_log),
            ]
        };
        let mut rows = vec![
            ["NODE", "OUTCOME", "DATE", "WAS", "STATED", "NETWORK, THE DAY BEFORE"]
                .map(ToOwned::to_owned)
                .to_vec(),
        ];
        rows.extend(found.resolutions.iter().take(self.top).map(row));
        if rows.len() > 1 {
            self.section("resolved", &rows, found.resolutions.len().saturating_sub(self.top));
        }
    }

    fn nodes(&mut self, found: &Review) {
        self.list("nodes", &found.nodes, |one| {
            let said = one.says.iter().map(|said| format!("{said}; ")).collect::<String>();
            let id = one.was.as_ref().map_or_else(|| one.id.clone(), |was| format!("{was} → {}", one.id));
            vec![
                one.place.as_ref().map(words::short_place).unwrap_or_default(),
                one.way.clone(),
                one.kind.clone(),
                id,
                one.p.map_or_else(|| "-".to_owned(), percent),
                format!("{said}{}", one.title),
            ]
        });
    }

    fn edits(&mut self, found: &Review, sections: std::ops::RangeInclusive<usize>) {
        for (title, kinds) in words::SECTIONS.get(sections).into_iter().flatten() {
            let is_told = |edit: &&Edit| words::is_told(found, edit) && kinds.contains(&edit.kind);
            let all: Vec<&Edit> = found.edits.iter().filter(is_told).collect();
            self.list(title, &all, |edit| {
                let mut said = words::what(edit);
                if !edit.by.is_empty() && edit.kind == EditKind::Statement {
                    said.push_str(&format!(", by {}", edit.by.join(", ")));
                }
                let why = edit.why.as_ref().filter(|why| !said.contains(why.as_str()));
                if let Some(why) = why {
                    said.push_str(&format!(": {why}"));
                }
                vec![words::short_place(&edit.place), edit.id.clone(), cut(&said, 200)]
            });
        }
    }

    fn moves(&mut self, found: &Review) {
        let moves: Vec<_> = found.moves.iter().filter(|one| !one.is_settled).collect();
        if !moves.is_empty() {
            self.out.push_str("\nmoved by this change\n");
        }
        for one in moves.iter().take(self.top) {
            let line = format!(
                "  {}  {}  {}  {}",
                one.id,
                words::from_to(one.from, one.to),
                words::by(one.by, one.error),
                one.title
            );
            self.line(&cut(&line, 116));
            let (told, rest) = words::parts(one, PARTS);
            for part in told {
                let mut line = format!("    {:>6}  {}", words::by(part.by, 0.0), words::cause(found, part));
                if let Some(path) = words::path(part) {
                    line.push_str(&format!("\n            {path}"));
                }
                self.line(&line);
            }
            if let Some((count, sum)) = rest {
                self.line(&format!("    {:>6}  {}", words::by(sum, 0.0), counted(count, "smaller part")));
            }
        }
        if moves.len() > self.top {
            let _ = writeln!(self.out, "  and {} more", moves.len() - self.top);
        }
        if found.counts.within_error > 0 {
            let count = counted(found.counts.within_error, "sampled number");
            let _ = writeln!(self.out, "\n{count} differ by less than the errors can tell");
        }
    }

    fn voices(&mut self, found: &Review) {
        self.list("weight of voices", &found.voices, |one| {
            vec![one.id.clone(), format!("κ {:.2} → {:.2}", one.from, one.to)]
        });
    }

    fn time(&mut self, found: &Review) {
        let Some(time) = &found.time else { return };
        let title = format!("moved by time alone since {}, before this change", visible(&time.since));
        self.list(&title, &time.moves, |one| {
            vec![
                one.id.clone(),
                words::from_to(one.from, one.to),
                words::by(one.by, one.error),
                one.title.clone(),
            ]
        });
    }
}

/// An outcome, with what stood before where that was another.
pub(super) fn outcome(one: &Resolution) -> String {
    match one.before.as_str() {
        "open" | "absent" => one.outcome.clone(),
        before => format!("{before} → {}", one.outcome),
    }
}
