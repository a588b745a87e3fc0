//! A review in words: the sentences that the layouts share.

use crate::diagnostic::{and_list, counted};
use crate::review::{Breach, BreachKind, Edit, EditKind, Fault, Move, Part, Place, Review, Side, Way};
use crate::value::percent;

/// The sections of edits, in the order of weight, each with the kinds that it shows.
pub(super) const SECTIONS: [(&str, &[EditKind]); 7] = [
    ("statements", &[EditKind::Statement]),
    ("facts", &[EditKind::Outcome, EditKind::Evidence, EditKind::Note]),
    ("edges and tables", &[EditKind::Edge, EditKind::Table]),
    ("windows", &[EditKind::Window]),
    ("settings", &[EditKind::Setting]),
    ("items", &[EditKind::Item, EditKind::Redirect, EditKind::Claim]),
    ("texts", &[EditKind::Text]),
];

/// A side as its name and what git knows of it.
pub(super) fn side(side: &Side) -> String {
    match (&side.commit, &side.day) {
        (Some(commit), Some(day)) => {
            format!("{} ({}, {day})", side.name, commit.get(..9).unwrap_or(commit))
        }
        (Some(commit), None) => format!("{} ({})", side.name, commit.get(..9).unwrap_or(commit)),
        (None, Some(day)) => format!("{} ({day})", side.name),
        (None, None) => side.name.clone(),
    }
}

/// What there is, in one line; the most weighty first.
pub(super) fn headline(found: &Review) -> String {
    let counts = &found.counts;
    let node = |count: usize, done: &str| (count > 0).then(|| format!("{} {done}", counted(count, "node")));
    let of = |count: usize, what: &str| (count > 0).then(|| counted(count, what));
    let all = [
        node(counts.resolved, "resolved"),
        node(counts.moved, "moved"),
        node(counts.added, "added"),
        node(counts.removed, "removed"),
        node(counts.renamed, "renamed"),
        of(counts.new_errors, "new error"),
        of(counts.new_warnings, "new warning"),
        (counts.mended > 0).then(|| format!("{} mended", counts.mended)),
    ];
    let all: Vec<String> = all.into_iter().flatten().collect();
    match (all.is_empty(), found.edits.is_empty()) {
        (false, _) => all.join(", "),
        (true, false) => format!("no number moved by {} points or more", found.min_delta),
        (true, true) => "nothing changed".to_owned(),
    }
}

/// What was done to the past, in one line; none if nothing was.
pub(super) fn alarm(found: &Review) -> Option<String> {
    let counts = &found.counts;
    let all = [
        (counts.rewritten > 0).then(|| format!("{} of history rewritten", counted(counts.rewritten, "line"))),
        (counts.backdated > 0).then(|| {
            format!(
                "{} dated back by more than {} days",
                counted(counts.backdated, "new line"),
                found.backdated_after
            )
        }),
        (counts.restated > 0)
            .then(|| format!("{} changed in place after facts", counted(counts.restated, "statement"))),
    ];
    let all: Vec<String> = all.into_iter().flatten().collect();
    (!all.is_empty()).then(|| and_list(&all))
}

/// `killers.pred:9`, and of what is gone that it was there.
pub(super) fn place(place: &Place) -> String {
    let words = format!("{}:{}", place.file, place.line);
    if place.is_now { words } else { format!("was {words}") }
}

/// A place without the folders in front.
pub(super) fn short_place(place: &Place) -> String {
    let file = place.file.rsplit('/').next().unwrap_or(&place.file);
    format!("{file}:{}", place.line)
}

/// What a line of the journal or a clause said before and says now.
fn change(before: Option<&str>, after: Option<&str>, way: Way) -> String {
    let before = before.filter(|words| !words.is_empty());
    match (before, after, way) {
        (Some(before), Some(""), Way::Changed) => format!("{before}, taken away"),
        (Some(before), Some(after), Way::Changed) => format!("{before} → {after}"),
        (_, Some(after), _) => after.to_owned(),
        (Some(before), None, _) => before.to_owned(),
        (None, None, _) => String::new(),
    }
}

/// An edit without its item: `probability 40% → 45%`.
pub(super) fn what(edit: &Edit) -> String {
    let date = edit.date.as_ref().map(|date| format!("{date} ")).unwrap_or_default();
    let change = change(edit.before.as_deref(), edit.after.as_deref(), edit.way);
    let what = if edit.what == change { String::new() } else { format!("{} ", edit.what) };
    let removed = if edit.way == Way::Removed { ", removed" } else { "" };
    let corrects = edit.corrects.as_ref().map(|day| format!("corrects {day} ")).unwrap_or_default();
    format!("{date}{corrects}{what}{change}").trim_end().to_owned() + removed
}

/// The same with its item, for where others stand beside it.
pub(super) fn whole(edit: &Edit) -> String {
    let what = what(edit);
    match edit.kind {
        EditKind::Item => {
            let done = if edit.way == Way::Added { "new" } else { edit.way.word() };
            format!("{} ({done} {})", edit.id, edit.what)
        }
        EditKind::Claim => format!("{} {}", edit.what, edit.way.word()),
        EditKind::Outcome
        | EditKind::Statement
        | EditKind::Evidence
        | EditKind::Edge
        | EditKind::Table
        | EditKind::Window
        | EditKind::Setting
        | EditKind::Redirect
        | EditKind::Note
        | EditKind::Text => format!("{} {what}", edit.id),
    }
}

/// What was done to the past, in a word or two.
pub(super) fn breach(kind: BreachKind) -> &'static str {
    match kind {
        BreachKind::Rewritten => "rewritten",
        BreachKind::Removed => "removed",
        BreachKind::Restated => "restated after facts",
        BreachKind::Backdated => "dated back",
    }
}

/// What was done to the past, with the days that matter.
pub(super) fn breach_title(one: &Breach) -> String {
    let date = one.date.as_deref().unwrap_or_default();
    match one.kind {
        BreachKind::Rewritten | BreachKind::Removed => format!("{}: the line of {date}", breach(one.kind)),
        BreachKind::Restated => format!("{}: the last of {date}", breach(one.kind)),
        BreachKind::Backdated => {
            format!("{}: a new line of {date}, {} days ago", breach(one.kind), one.days.unwrap_or_default())
        }
    }
}

/// Diagnostics that have no place of their own in a review, as those of assertions have.
pub(super) fn trouble(all: &[Fault]) -> Vec<&Fault> {
    all.iter().filter(|one| !one.code.ends_with("-assertion")).collect()
}

/// The nodes that moved most; none where nothing moved.
pub(super) fn most(found: &Review) -> Option<String> {
    let moved = found.moves.iter().filter(|one| !one.is_settled);
    let told = moved
        .take(MOST)
        .map(|one| format!("{} {} ({})", one.id, from_to(one.from, one.to), by(one.by, one.error)));
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| told.join(", "))
}

/// So many of those that moved most are named at the top.
const MOST: usize = 3;

/// A breach as what was and what is.
pub(super) fn breach_words(one: &Breach) -> String {
    let date = one.date.as_deref().unwrap_or_default();
    let before = one.before.as_deref().unwrap_or_default();
    match (one.kind, one.after.as_deref()) {
        (BreachKind::Rewritten, Some(after)) => format!("{date} {before} → {after}"),
        (BreachKind::Restated, Some(after)) => format!("{before} → {after}, last fact of {date}"),
        (BreachKind::Restated, None) => format!("{before} taken away, last fact of {date}"),
        (BreachKind::Backdated, Some(after)) => {
            format!("{date} {after}, {} days ago", one.days.unwrap_or_default())
        }
        (BreachKind::Rewritten | BreachKind::Removed | BreachKind::Backdated, _) => {
            format!("{date} {before}").trim_end().to_owned()
        }
    }
}

/// Points with their sign, and their error where they have one.
pub(super) fn by(by: f64, error: f64) -> String {
    let points = crate::cli::whatif::points(by);
    if error > 0.0 { format!("{points} ±{:.1}", (100.0 * error).max(0.1)) } else { points }
}

/// `40.0% → 45.2%`
pub(super) fn from_to(from: f64, to: f64) -> String {
    format!("{} → {}", percent(from), percent(to))
}

/// The edits of a part, with where they are written.
pub(super) fn cause(found: &Review, part: &Part) -> String {
    let edits: Vec<&Edit> =
        part.edits.iter().filter_map(|number| found.edits.get(number.checked_sub(1)?)).collect();
    let one = |edit: &Edit| format!("{} ({})", whole(edit), short_place(&edit.place));
    match edits.as_slice() {
        [] => "what else changed".to_owned(),
        [only] => one(only),
        [first, second] => format!("{} with {}", one(first), one(second)),
        [first, rest @ ..] => format!("{} with {}", one(first), counted(rest.len(), "other edit")),
    }
}

/// `RATES → BOOM → JOBS`; nothing where the edit is of the node itself.
pub(super) fn path(part: &Part) -> Option<String> {
    (part.path.len() > 1).then(|| part.path.join(" → "))
}

/// The parts of a move that are told, and what the others come to.
pub(super) fn parts(moved: &Move, most: usize) -> (&[Part], Option<(usize, f64)>) {
    let told = moved.parts.iter().take(most).take_while(|part| part.by.abs() >= 0.0005).count().max(1);
    let (told, rest) = moved.parts.split_at(told.min(moved.parts.len()));
    let sum: f64 = rest.iter().map(|part| part.by).sum();
    (told, (!rest.is_empty()).then_some((rest.len(), sum)))
}

/// Whether an edit is told among the edits: whole nodes and renamed ones have a place of their own.
pub(super) fn is_told(found: &Review, edit: &Edit) -> bool {
    let is_of_node =
        || found.nodes.iter().any(|node| node.id == edit.id || node.was.as_deref() == Some(&edit.id));
    !(matches!(edit.kind, EditKind::Item | EditKind::Redirect) && is_of_node())
}

/// With a capital letter.
pub(super) fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}
