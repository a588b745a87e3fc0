//! Changes of mind: what each change of a statement was worth, once it is known what came.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Case;
use super::marks::{brier, log_score};
use crate::answers::past::{Past, Statement};
use crate::model::Model;
use crate::value::Date;

/// A change of what was stated of a node that is settled by now.
#[derive(Clone, Debug, PartialEq)]
pub struct Restated {
    /// The id that the node has now.
    pub id: Arc<str>,
    /// The version that made it, by its place in the past.
    pub version: usize,
    /// The day of the line in the journal, or of the version that changed it in place.
    pub date: Date,
    /// Whether the version is witness to it: else it came with the node, and the journal alone says when it was.
    pub is_witnessed: bool,
    /// What was stated before, from 0 to 1.
    pub from: f64,
    /// What was stated then.
    pub to: f64,
    /// Whether the node came true.
    pub came_true: bool,
    /// Log score after, less the one before: above 0 it was for the better.
    pub log_gain: f64,
    /// Brier score before, less the one after: above 0 it was for the better.
    pub brier_gain: f64,
}

/// What some changes were worth together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Worth {
    /// How many there are.
    pub count: usize,
    /// How many were for the better.
    pub better: usize,
    /// The sum of the gains of the log score.
    pub log_gain: f64,
    /// The sum of the gains of the Brier score.
    pub brier_gain: f64,
}

/// All changes of some cases.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// In the order of versions, then of ids and days.
    pub all: Vec<Restated>,
    /// How many were made when the outcome could be known, and count for nothing.
    pub late: usize,
}

impl Worth {
    /// Of some changes.
    pub fn of<'a>(changes: impl Iterator<Item = &'a Restated>) -> Self {
        changes.fold(Self::default(), |sum, change| Self {
            count: sum.count + 1,
            better: sum.better + usize::from(change.log_gain > 0.0),
            log_gain: sum.log_gain + change.log_gain,
            brier_gain: sum.brier_gain + change.brier_gain,
        })
    }
}

impl Changes {
    /// Of cases, out of the past of their network.
    pub fn of(model: &Model, past: &Past, cases: &[Case]) -> Self {
        let mut changes = Self::default();
        for place in 0..past.versions().len() {
            for case in cases {
                changes.add(past, place, &model.node(case.node).id, case);
            }
        }
        changes
    }

    /// By who made them, in the order of names.
    pub fn by_author<'a>(&self, past: &'a Past) -> Vec<(&'a str, Worth)> {
        let mut groups: BTreeMap<&str, Vec<&Restated>> = BTreeMap::new();
        for change in &self.all {
            let version = past.versions().get(change.version);
            groups.entry(version.map_or("", |version| version.author.as_str())).or_default().push(change);
        }
        groups.into_iter().map(|(author, all)| (author, Worth::of(all.into_iter()))).collect()
    }

    /// By the version that made them, by its place.
    pub fn by_version(&self) -> Vec<(usize, Worth)> {
        let stretches = self.all.chunk_by(|a, b| a.version == b.version);
        stretches.filter_map(|all| Some((all.first()?.version, Worth::of(all.iter())))).collect()
    }

    fn add(&mut self, past: &Past, place: usize, id: &Arc<str>, case: &Case) {
        let Some(version) = past.versions().get(place).filter(|version| version.snapshot.errors == 0) else {
            return;
        };
        let Some((_, after)) = past.standing(&version.snapshot, id) else { return };
        let before = past.before(place).and_then(|(_, before)| past.standing(&before.snapshot, id));
        let changed = match before {
            Some((_, before)) => changed(&before.statements, &after.statements),
            None => told(&after.statements),
        };
        for (line, from, to) in changed {
            let date = line.unwrap_or(version.date);
            let is_witnessed = before.is_some();
            let known = if is_witnessed { date.max(version.date) } else { date };
            if known >= case.date {
                self.late += 1;
                continue;
            }
            let came_true = case.came_true;
            self.all.push(Restated {
                id: Arc::clone(id),
                version: place,
                date,
                is_witnessed,
                from,
                to,
                came_true,
                log_gain: log_score(to, came_true) - log_score(from, came_true),
                brier_gain: brier(from, came_true) - brier(to, came_true),
            });
        }
    }
}

/// The day of a line of the journal, what was stated before it, and what it states.
type Line = (Option<Date>, f64, f64);

/// The changes that a journal tells by itself: each line after the first statement.
fn told(statements: &[Statement]) -> Vec<Line> {
    let pairs = statements.iter().zip(statements.iter().skip(1));
    let pairs = pairs.filter(|(from, to)| from.probability != to.probability);
    pairs.map(|(from, to)| (to.date, from.probability, to.probability)).collect()
}

/// The changes from one list of statements to the next.
fn changed(before: &[Statement], after: &[Statement]) -> Vec<Line> {
    let mut gone: Vec<Statement> = before.to_vec();
    let mut new = Vec::new();
    for statement in after {
        let found = gone.iter().position(|one| one == statement);
        new.push(found.map(|place| gone.remove(place)).is_none());
    }
    let mut lines = Vec::new();
    let mut last: Option<(&Statement, bool)> = None;
    for (statement, is_new) in after.iter().zip(new) {
        if is_new {
            // In its place, after another new line, or after all that stood up to its day: which a correction mends.
            let in_place = gone.iter().position(|one| one.date == statement.date);
            let stood = before.iter().rfind(|one| one.date <= statement.date);
            let from = match (in_place, last) {
                (Some(place), _) => Some(gone.remove(place)),
                (None, Some((last, true))) => Some(*last),
                (None, _) => {
                    gone.retain(|one| Some(one) != stood);
                    stood.copied()
                }
            };
            if let Some(from) = from.filter(|from| from.probability != statement.probability) {
                let line = if in_place.is_some() { None } else { statement.date };
                lines.push((line, from.probability, statement.probability));
            }
        }
        last = Some((statement, is_new));
    }
    // A last line that was taken away gives way to the one before it.
    if let Some((removed, left)) = gone.last().zip(after.last())
        && before.last() == Some(removed)
        && lines.is_empty()
        && removed.probability != left.probability
    {
        lines.push((None, removed.probability, left.probability));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> Date {
        Date::parse(&format!("2026-01-{day:02}")).unwrap()
    }

    fn list(statements: &[(u32, f64)]) -> Vec<Statement> {
        let date = |of: u32| (of > 0).then(|| day(of));
        statements
            .iter()
            .map(|(of, probability)| Statement { date: date(*of), probability: *probability })
            .collect()
    }

    #[test]
    fn a_change_is_a_new_line_or_another_number_in_its_place() {
        let of = |before: &[(u32, f64)], after: &[(u32, f64)]| changed(&list(before), &list(after));
        // Nothing, or only the first statement.
        assert_eq!(of(&[(0, 0.2)], &[(0, 0.2)]), []);
        assert_eq!(of(&[], &[(0, 0.2)]), []);
        // In place: in the item, and in a line that another follows.
        assert_eq!(of(&[(0, 0.2)], &[(0, 0.3)]), [(None, 0.2, 0.3)]);
        let before = [(0, 0.2), (3, 0.4), (5, 0.6)];
        assert_eq!(of(&before, &[(0, 0.2), (3, 0.5), (5, 0.6)]), [(None, 0.4, 0.5)]);
        // Two lines more.
        let more = [(0, 0.2), (3, 0.4), (5, 0.6), (7, 0.7), (9, 0.5)];
        assert_eq!(of(&before, &more), [(Some(day(7)), 0.6, 0.7), (Some(day(9)), 0.7, 0.5)]);
        // A line between two others.
        let between = [(0, 0.2), (3, 0.4), (4, 0.45), (5, 0.6)];
        assert_eq!(of(&before, &between), [(Some(day(4)), 0.4, 0.45)]);
        // A correction stands on its own day, in place of the line that it mends.
        assert_eq!(of(&before, &[(0, 0.2), (3, 0.4), (6, 0.65)]), [(Some(day(6)), 0.6, 0.65)]);
        // The last line is taken away.
        assert_eq!(of(&before, &[(0, 0.2), (3, 0.4)]), [(None, 0.6, 0.4)]);
        // A line that did not count is taken away.
        assert_eq!(of(&before, &[(0, 0.2), (5, 0.6)]), []);
    }
}
