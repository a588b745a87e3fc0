//! A change of the network's text before it is written: what the checker says of it, and where it goes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::patch::patch;
use super::{Call, Ending, Fault};
use crate::diagnostic::{self, Code, Diagnostic, Diagnostics, Severity};
use crate::disk::{self, Replacement, Unfinished};
use crate::edit::Edits;
use crate::source::Sources;

/// What is said of a network after a change and was not said before. What is said of the same words is the same, for
/// lines move and messages hold numbers.
pub(super) fn fresh(before: (&Diagnostics, &Sources), after: (&Diagnostics, &Sources)) -> Diagnostics {
    let mut known: BTreeMap<(Code, &str), usize> = BTreeMap::new();
    for one in before.0.iter() {
        *known.entry(key(one, before.1)).or_default() += 1;
    }
    let mut fresh = Diagnostics::new();
    for one in after.0.iter() {
        match known.get_mut(&key(one, after.1)) {
            Some(count) if *count > 0 => *count -= 1,
            _ => fresh.push(one.clone()),
        }
    }
    fresh
}

fn key<'a>(one: &'a Diagnostic, sources: &'a Sources) -> (Code, &'a str) {
    let words = sources.slice(one.span());
    (one.code, if words.is_empty() { &one.message } else { words })
}

/// Whether the checker refuses a change that brings these. That an assertion or a rule of the network fails is no
/// fault of the words that are new: it is told, and what happened is kept.
pub(super) fn refuses(fresh: &Diagnostics) -> bool {
    fresh.iter().any(|one: &Diagnostic| one.severity == Severity::Error && !one.code.is_verdict())
}

/// Shows diagnostics, even to those who want to hear of results only.
pub(super) fn show(found: &Diagnostics, sources: &Sources, call: &mut Call) {
    let color = call.output.color_of_messages();
    call.output.error_stream(&diagnostic::text(found, sources, color));
}

/// The change as a patch, one file after the other.
pub(super) fn as_patch(edits: &Edits, sources: &Sources, call: &Call) -> String {
    let changed = edits.changed(sources);
    let shown = |path: &str, is_document: bool| {
        if is_document { disk::slashes(&disk::base(&call.source).join(path)) } else { path.to_owned() }
    };
    let patches =
        changed.iter().map(|one| patch(&shown(&one.path, one.is_document), &one.before, &one.after));
    patches.collect()
}

/// Writes the change: all of its files, or none as far as the disk allows.
pub(super) fn write(edits: &Edits, sources: &Sources, call: &mut Call) -> Result<Ending, Fault> {
    let changed = edits.changed(sources);
    let files: Vec<Replacement> = changed
        .into_iter()
        .map(|one| Replacement {
            path: if one.is_document {
                disk::base(&call.source).join(&one.path)
            } else {
                PathBuf::from(&one.path)
            },
            before: one.before,
            after: one.after,
        })
        .collect();
    match disk::replace_all(&files) {
        Ok(()) => Ok(Ending::Fine),
        Err(Unfinished { fault, done }) if done.is_empty() => {
            Err(format!("{fault}\n  nothing was written").into())
        }
        Err(Unfinished { fault, done }) => {
            let list = |which: &dyn Fn(&Path) -> bool| {
                let paths = files.iter().map(|file| file.path.as_path()).filter(|path| which(path));
                paths.map(|path| format!("\n    {}", path.display())).collect::<String>()
            };
            let is_done = |path: &Path| done.iter().any(|one| one == path);
            Err(format!(
                "{fault}\n  these were written:{}\n  these are as they were:{}",
                list(&is_done),
                list(&|path| !is_done(path)),
            )
            .into())
        }
    }
}
