//! Compose: networks between two networks, where some changes were made and others not.
//!
//! The newer trees are the ground. What a change that was not made added is left out of them, and what it took away
//! is put back. What moves no number is always as in the newer network.

use std::collections::BTreeMap;

use super::changes::Change;
use super::units::{At, Body, Names, Unit};
use crate::source::SourceId;
use crate::syntax::tree::{Clause, File, Head, Item, Kind, Says};

/// Makes networks of any subset of some changes.
pub(super) struct Composer<'a> {
    head: &'a [File],
    names: &'a Names,
    /// The change that each place of the newer trees belongs to.
    fates: BTreeMap<&'a At, usize>,
    /// What each change took away.
    gone: Vec<Option<&'a Unit<'a>>>,
}

impl<'a> Composer<'a> {
    /// `head` are the newer trees; `changes` those that are made or not.
    pub(super) fn new(head: &'a [File], changes: &[&'a Change<'a>], names: &'a Names) -> Self {
        let mut fates = BTreeMap::new();
        let mut gone = Vec::new();
        for (number, change) in changes.iter().enumerate() {
            if let Some(after) = &change.after {
                fates.insert(&after.at, number);
            }
            gone.push(change.before.as_ref());
        }
        Self { head, names, fates, gone }
    }

    /// The network in which these changes were made and no others.
    pub(super) fn with(&self, made: &[bool]) -> Vec<File> {
        let is_made = |number: usize| made.get(number).copied().unwrap_or(true);
        let mut back: BTreeMap<&str, Vec<&Clause>> = BTreeMap::new();
        let mut alone: Vec<Item> = Vec::new();
        for (number, unit) in self.gone.iter().enumerate() {
            let Some(unit) = unit.filter(|_| !is_made(number)) else { continue };
            match (unit.body, &unit.inside) {
                (Body::Clause(clause), Some(inside)) => back.entry(inside).or_default().push(clause),
                (Body::Item(item), _) => alone.push(item.clone()),
                (Body::Clause(_), None) | (Body::Title, _) => {}
            }
        }
        let mut files: Vec<File> = Vec::with_capacity(self.head.len() + 1);
        for (number, file) in self.head.iter().enumerate() {
            let items =
                file.items.iter().enumerate().filter_map(|(place, item)| {
                    self.item(item, None, &(number, vec![place]), &is_made, &back)
                });
            files.push(File { source: file.source, items: items.collect() });
        }
        if !alone.is_empty() {
            files.push(File { source: SourceId::default(), items: alone });
        }
        files
    }

    /// An item as it is where some changes were not made; none if it was added by one of those.
    fn item(
        &self,
        item: &Item,
        outer: Option<&str>,
        at: &At,
        is_made: &impl Fn(usize) -> bool,
        back: &BTreeMap<&str, Vec<&Clause>>,
    ) -> Option<Item> {
        if self.fates.get(at).is_some_and(|number| !is_made(*number)) {
            return None;
        }
        let own = match &item.head {
            Head::Named { kind: Kind::Milestone, id, .. } => {
                outer.map_or_else(|| id.value.to_string(), |outer| format!("{outer}.{}", id.value))
            }
            Head::Named { id, .. } => self.names.of(&id.value).into_owned(),
            Head::Network { .. } => "network".to_owned(),
            Head::Edge { .. }
            | Head::Given { .. }
            | Head::Assert { .. }
            | Head::Redirect { .. }
            | Head::Fact(_) => {
                return Some(item.clone());
            }
        };
        let mut body = Vec::with_capacity(item.body.len());
        for (place, clause) in item.body.iter().enumerate() {
            let mut at = at.clone();
            at.1.push(place);
            if self.fates.get(&at).is_some_and(|number| !is_made(*number)) {
                continue;
            }
            let Says::Item(inner) = &clause.says else {
                body.push(clause.clone());
                continue;
            };
            if let Some(inner) = self.item(inner, Some(&own), &at, is_made, back) {
                body.push(Clause { span: clause.span, word: clause.word, says: Says::Item(inner) });
            }
        }
        body.extend(back.get(own.as_str()).into_iter().flatten().map(|clause| (*clause).clone()));
        Some(Item { span: item.span, head: item.head.clone(), body, broken: item.broken })
    }
}
