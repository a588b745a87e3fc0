//! Levels: what `lint` sets for the network, what `allow` silences in one item, and what the caller denies.

use super::{Code, Diagnostic, Severity};
use crate::source::Span;

/// What becomes of a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It is not reported.
    Allow,
    /// It is a warning.
    Warn,
    /// It is an error.
    Deny,
}

/// `allow CODE "why"` inside an item.
#[derive(Clone, Debug)]
pub(crate) struct Allow {
    pub(crate) code: Code,
    /// The whole item.
    pub(crate) item: Span,
    /// The words `allow CODE`.
    pub(crate) span: Span,
    /// False in an item that has faults of its own: what it would have silenced was not looked for.
    pub(crate) answerable: bool,
}

/// The levels of one compile.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    pub(crate) lints: Vec<(Code, Level)>,
    pub(crate) allows: Vec<Allow>,
}

/// Applies the levels, and adds `unused-allow` for every `allow` that had nothing to do.
pub(super) fn settle(list: &mut Vec<Diagnostic>, levels: &Levels) {
    let mut used = vec![false; levels.allows.len()];
    list.retain(|one| !is_allowed(one, &levels.allows, &mut used));
    let unused = levels.allows.iter().zip(&used).filter(|(allow, used)| allow.answerable && !**used);
    let unused: Vec<Diagnostic> = unused
        .map(|(allow, _)| {
            Diagnostic::new(
                Code::UnusedAllow,
                allow.span,
                format!("nothing here raises `{}`", allow.code.name()),
            )
            .why("an exception that outlives its reason hides the next fault of its kind")
            .help("remove this line")
        })
        .filter(|one| !is_allowed(one, &levels.allows, &mut used.clone()))
        .collect();
    list.extend(unused);

    let lint = |code| levels.lints.iter().rev().find(|(of, _)| *of == code).map(|(_, level)| *level);
    list.retain_mut(|one| {
        match lint(one.code) {
            Some(Level::Allow) => return false,
            Some(Level::Warn) => one.severity = Severity::Warning,
            Some(Level::Deny) => one.severity = Severity::Error,
            None => {}
        }
        true
    });
}

fn is_allowed(one: &Diagnostic, allows: &[Allow], used: &mut [bool]) -> bool {
    let mut allowed = false;
    for (allow, used) in allows.iter().zip(used) {
        if allow.code == one.code && allow.item.contains(one.span()) {
            allowed = true;
            *used = true;
        }
    }
    allowed
}
