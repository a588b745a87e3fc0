//! Changes: what one version did to a node, apart from what the passing of time did.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Network, Past, Snapshot, Standing, Version};

/// So many standard errors are no chance.
const Z: f64 = 1.959_963_984_540_054;

/// What a version did to a node, or the days before it.
#[derive(Clone, Debug)]
pub struct Change<'a> {
    /// The version.
    pub version: &'a Version,
    /// What was said before it; none if the node was not there.
    pub before: Option<&'a Standing>,
    /// What the network made of the text before it on the day of this version.
    pub network_before: Option<Network>,
    /// What it says; none if the node is gone.
    pub after: Option<&'a Standing>,
    /// The id that the node had before, if it was another.
    pub former: Option<&'a Arc<str>>,
    /// What the days before it did, where that is a move.
    pub passing: Option<Passing>,
    /// Whether the version itself did anything.
    pub is_one: bool,
}

/// What the passing of time did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Passing {
    /// On the day of the version before.
    pub from: Network,
    /// On this day, with the same text.
    pub to: Network,
}

/// A node that a version moved.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// The id that it has now.
    pub id: Arc<str>,
    /// Before.
    pub from: f64,
    /// After.
    pub to: f64,
}

/// What a version did, in numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Nodes that came.
    pub added: usize,
    /// Nodes that went.
    pub removed: usize,
    /// Nodes that were settled.
    pub settled: usize,
    /// Nodes of which something else is stated.
    pub stated: usize,
    /// Nodes that moved, the largest moves first.
    pub moves: Vec<Move>,
}

impl Change<'_> {
    /// What was stated before.
    pub fn stated_before(&self) -> Option<f64> {
        self.before.and_then(Standing::stated)
    }

    /// What is stated now.
    pub fn stated(&self) -> Option<f64> {
        self.after.and_then(Standing::stated)
    }

    /// What the network makes of it now.
    pub fn network(&self) -> Option<Network> {
        self.after.and_then(|after| after.network)
    }

    /// By how much the version moved it.
    pub fn moved(&self) -> Option<f64> {
        Some(self.network()?.probability - self.network_before?.probability)
    }
}

/// Whether two numbers are further apart than is wanted, and than chance makes them.
fn is_move(from: Network, to: Network, least: f64) -> bool {
    let distance = (to.probability - from.probability).abs();
    let error = libm::sqrt(from.error * from.error + to.error * to.error);
    distance > 1e-9 && distance >= least - 1e-9 && distance > Z * error
}

fn is_move_of(from: Option<Network>, to: Option<Network>, least: f64) -> bool {
    match (from, to) {
        (Some(from), Some(to)) => is_move(from, to, least),
        (None, None) => false,
        (Some(_), None) | (None, Some(_)) => true,
    }
}

impl Past {
    /// What happened to a node, by the id that it has now, from the first version to the last. Moves of the network
    /// count from `least` on, and if they are more than chance.
    pub fn changes(&self, id: &str, least: f64) -> Vec<Change<'_>> {
        let all = (0..self.versions().len()).filter_map(|place| self.change(place, id, least));
        all.collect()
    }

    fn change(&self, place: usize, id: &str, least: f64) -> Option<Change<'_>> {
        let version = self.versions().get(place)?;
        if version.snapshot.errors > 0 {
            return None;
        }
        let earlier = self.before(place).map(|(_, before)| before);
        let before = earlier.and_then(|before| self.standing(&before.snapshot, id));
        let after = self.standing(&version.snapshot, id);
        let former = before.zip(after).map(|((old, _), (new, _))| (old, new));
        let former = former.filter(|(old, new)| old != new).map(|(old, _)| old);
        let was = before.and_then(|(_, standing)| standing.network);
        let aged = version.aged.as_deref().filter(|aged| aged.errors == 0);
        let aged = aged.and_then(|aged| Some(self.standing(aged, id)?.1.network));
        let network_before = aged.unwrap_or(was);
        let (before, after) = (before.map(|(_, one)| one), after.map(|(_, one)| one));
        let passing = was.zip(network_before).filter(|(from, to)| is_move(*from, *to, least));
        let passing = passing.map(|(from, to)| Passing { from, to });
        let is_one = match (before, after) {
            (None, None) => return None,
            (Some(_), None) | (None, Some(_)) => true,
            (Some(before), Some(after)) => {
                former.is_some()
                    || before.stated() != after.stated()
                    || before.outcome != after.outcome
                    || is_move_of(network_before, after.network, least)
            }
        };
        let change = Change { version, before, network_before, after, former, passing, is_one };
        (is_one || passing.is_some()).then_some(change)
    }

    /// What a version did, by its place; none if its text could not be understood.
    pub fn tally(&self, place: usize, least: f64) -> Option<Tally> {
        let version = self.versions().get(place)?;
        if version.snapshot.errors > 0 {
            return None;
        }
        let nothing = Snapshot::default();
        let earlier = self.before(place).map_or(&nothing, |(_, before)| &before.snapshot);
        let mut tally = Tally::default();
        if Arc::ptr_eq(
            &version.snapshot,
            self.before(place).map_or(&Arc::default(), |(_, one)| &one.snapshot),
        ) {
            return Some(tally);
        }
        let ids: BTreeSet<&Arc<str>> = self.ids(earlier).chain(self.ids(&version.snapshot)).collect();
        for id in ids {
            let Some(change) = self.change(place, id, least).filter(|change| change.is_one) else { continue };
            match (change.before, change.after) {
                (None, _) => tally.added += 1,
                (Some(_), None) => tally.removed += 1,
                (Some(before), Some(after)) => {
                    tally.stated += usize::from(before.stated() != after.stated());
                    tally.settled += usize::from(before.outcome != after.outcome);
                    let ends = change.network_before.zip(after.network);
                    if let Some((from, to)) = ends.filter(|(from, to)| is_move(*from, *to, least)) {
                        let (from, to) = (from.probability, to.probability);
                        tally.moves.push(Move { id: Arc::clone(id), from, to });
                    }
                }
            }
        }
        let distance = |one: &Move| (one.to - one.from).abs();
        tally.moves.sort_by(|a, b| distance(b).total_cmp(&distance(a)).then_with(|| a.id.cmp(&b.id)));
        Some(tally)
    }
}
