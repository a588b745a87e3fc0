//! A review as annotations on the changed lines of a pull request, a command of the runner each.

use super::words;
use crate::diagnostic::annotation;
use crate::limits;
use crate::review::{Place, Review};

/// So many nodes that an edit moved are named.
const MOVED: usize = 3;

pub(super) fn github(found: &Review) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut add = |command: &str, place: &Place, title: &str, message: &str| {
        if place.is_now {
            lines.push(annotation(command, (&place.file, place.line), title, message));
        }
    };
    for one in &found.integrity {
        let message = format!("{}: {}", one.id, words::breach_words(one));
        add("warning", &one.place, words::breach(one.kind), &message);
    }
    for one in &found.new_trouble {
        let command = if one.severity == "error" { "error" } else { "warning" };
        add(command, &one.place, &one.code, &one.message);
    }
    for edit in &found.edits {
        let moved: Vec<String> = found
            .moves
            .iter()
            .filter_map(|one| {
                let part = one.parts.iter().find(|part| part.edits.contains(&edit.number))?;
                (100.0 * part.by.abs() >= found.min_delta)
                    .then(|| format!("{} {}", one.id, words::by(part.by, 0.0)))
            })
            .collect();
        if moved.is_empty() {
            continue;
        }
        let more = moved.len().saturating_sub(MOVED);
        let mut told = moved.get(..MOVED.min(moved.len())).unwrap_or_default().join(", ");
        if more > 0 {
            told.push_str(&format!(" and {more} more"));
        }
        add("notice", &edit.place, "moves numbers", &format!("{} moves {told}", words::whole(edit)));
    }
    lines.truncate(limits::FAULTS_SHOWN);
    lines.into_iter().map(|line| line + "\n").collect()
}
