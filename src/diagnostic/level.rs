//! Levels: what `lint` sets for the network, what `allow` silences in one item, and what the caller denies.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Code, Diagnostic, Severity};
use crate::source::{SourceId, Span};

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
    /// The item that it stands in, at the outermost.
    pub(crate) outermost: Span,
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

impl Levels {
    /// Whether a diagnostic is let pass somewhere, so that others cannot rely on it.
    pub(crate) fn lowers(&self, code: Code) -> bool {
        self.lints.iter().any(|(of, level)| *of == code && *level != Level::Deny)
            || self.allows.iter().any(|allow| allow.code == code)
    }
}

/// Applies the levels, and adds `unused-allow` for every `allow` that had nothing to do.
pub(super) fn settle(list: &mut Vec<Arc<Diagnostic>>, levels: &Levels, has_numbers: bool) {
    let mut allows = Allows::new(&levels.allows);
    list.retain(|one| !allows.silence(one));
    let mut unused = allows.unused(has_numbers);
    unused.retain(|one| !allows.silence(one));
    list.extend(unused.into_iter().map(Arc::new));

    let lint = |code| levels.lints.iter().rev().find(|(of, _)| *of == code).map(|(_, level)| *level);
    list.retain_mut(|one| {
        match lint(one.code) {
            Some(Level::Allow) => return false,
            Some(Level::Warn) => set(one, Severity::Warning),
            Some(Level::Deny) => set(one, Severity::Error),
            None => {}
        }
        true
    });
}

/// Makes it as grave as that.
pub(super) fn set(one: &mut Arc<Diagnostic>, severity: Severity) {
    if one.severity != severity {
        Arc::make_mut(one).severity = severity;
    }
}

/// The `allow`s by their codes and the places of their items, and which of them were of use.
struct Allows<'a> {
    by_place: BTreeMap<(Code, SourceId), Vec<(usize, &'a Allow)>>,
    used: Vec<bool>,
    all: &'a [Allow],
}

impl<'a> Allows<'a> {
    fn new(all: &'a [Allow]) -> Self {
        let mut by_place: BTreeMap<_, Vec<(usize, &Allow)>> = BTreeMap::new();
        for (index, allow) in all.iter().enumerate() {
            by_place.entry((allow.code, allow.item.source)).or_default().push((index, allow));
        }
        for allows in by_place.values_mut() {
            allows.sort_by_key(|(_, allow)| allow.outermost.start);
        }
        Self { by_place, used: vec![false; all.len()], all }
    }

    /// Whether a diagnostic is allowed where it is, or in the item that it is about.
    fn silence(&mut self, one: &Diagnostic) -> bool {
        let here = self.silence_at(one.code, one.span());
        let there = one.about.is_some_and(|item| self.silence_at(one.code, item));
        here || there
    }

    fn silence_at(&mut self, code: Code, span: Span) -> bool {
        let Some(allows) = self.by_place.get(&(code, span.source)) else { return false };
        // The outermost items of a file follow each other: only the last that begins before the place can hold it.
        let before = allows.partition_point(|(_, allow)| allow.outermost.start <= span.start);
        let before = allows.get(..before).unwrap_or_default();
        let Some((_, last)) = before.last() else { return false };
        let near = before.iter().rev().take_while(|(_, allow)| allow.outermost == last.outermost);
        let mut silenced = false;
        for (index, _) in near.filter(|(_, allow)| allow.item.contains(span)) {
            silenced = true;
            if let Some(used) = self.used.get_mut(*index) {
                *used = true;
            }
        }
        silenced
    }

    fn unused(&self, has_numbers: bool) -> Vec<Diagnostic> {
        let was_looked_for =
            |allow: &Allow| allow.answerable && (has_numbers || !allow.code.is_about_numbers());
        let unused = self.all.iter().zip(&self.used).filter(|(allow, used)| was_looked_for(allow) && !**used);
        unused
            .map(|(allow, _)| {
                let message = format!("nothing here raises `{}`", allow.code.name());
                Diagnostic::new(Code::UnusedAllow, allow.span, message)
                    .why("an exception that outlives its reason hides the next fault of its kind")
                    .help("remove this line")
            })
            .collect()
    }
}
