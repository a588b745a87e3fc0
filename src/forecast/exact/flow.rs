//! Flow: a tree whose tables come in one after the other, with beliefs asked for in between.
//!
//! Each clique keeps what it was given apart from what others tell it. What a table that comes in makes stale are
//! only messages that lead away from it; the way to the next clique that is asked is made anew, no more.

#![expect(clippy::indexing_slicing, reason = "cliques and cells are numbered by the tree")]

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::mass::Mass;
use super::tree::{Table, Tree, greatest, scale, spread, total, totals};

/// A tree on the way to all its tables. It stands at one of its cliques.
pub(super) struct Flow<'a, T> {
    tree: &'a Tree,
    /// What came in, by clique.
    tables: Vec<Vec<T>>,
    /// What each clique tells the one that it hangs on, and what that one tells it, unless they are stale.
    up: Vec<Option<Vec<T>>>,
    down: Vec<Option<Vec<T>>>,
    hanging: Vec<Vec<usize>>,
    at: usize,
    /// The belief of the clique where it stands, up to a factor.
    belief: Vec<T>,
    /// Whether numbers came near the end of their range.
    is_thin: bool,
}

impl<'a, T: Mass> Flow<'a, T> {
    pub(super) fn new(tree: &'a Tree) -> Self {
        let count = tree.count();
        let mut hanging = vec![Vec::new(); count];
        for clique in 0..count {
            if let Some(up) = tree.above(clique) {
                hanging[up].push(clique);
            }
        }
        let tables: Vec<Vec<T>> = (0..count).map(|clique| vec![T::ONE; tree.cells_of(clique)]).collect();
        let belief = tables.first().cloned().unwrap_or_default();
        let mut flow = Self {
            tree,
            tables,
            up: vec![None; count],
            down: vec![None; count],
            hanging,
            at: 0,
            belief,
            is_thin: false,
        };
        // Nothing has come in: all that anyone can tell is how many states there are.
        for clique in 0..count {
            flow.up[clique] = tree.above(clique).map(|_| vec![T::ONE; tree.states_above(clique)]);
            flow.down[clique] = flow.up[clique].clone();
        }
        flow
    }

    /// Whether numbers came near the end of their range, so that digits may have been lost.
    pub(super) fn is_thin(&self) -> bool {
        self.is_thin
    }

    /// Multiplies a table into the clique where it stands.
    pub(super) fn multiply(&mut self, table: &Table<T>) {
        let fit = self.tree.fit(self.at, &table.axes);
        fit.multiply(&mut self.tables[self.at], &table.cells);
        fit.multiply(&mut self.belief, &table.cells);
        // Whatever leads away from here is stale, and whatever follows from that.
        let mut ways: Vec<(usize, usize)> = self.neighbors(self.at).map(|next| (self.at, next)).collect();
        while let Some((from, to)) = ways.pop() {
            if self.message(from, to).take().is_some() {
                ways.extend(self.neighbors(to).filter(|next| *next != from).map(|next| (to, next)));
            }
        }
    }

    /// The mass over some axes of the clique where it stands; sums to one.
    pub(super) fn marginal(&self, axes: &[usize]) -> Vec<f64> {
        if axes.is_empty() {
            return vec![1.0];
        }
        let part = self.tree.fit(self.at, axes).sum(&self.belief);
        let all = total(&part);
        part.into_iter().map(|mass| mass.over(all).number()).collect()
    }

    /// Goes to another clique, and lets it hear all that came in.
    pub(super) fn go(&mut self, clique: usize) {
        if clique == self.at {
            return;
        }
        self.at = clique;
        let mut stale = Vec::new();
        let mut ways: Vec<(usize, usize)> = self.neighbors(clique).map(|next| (next, clique)).collect();
        while let Some((from, to)) = ways.pop() {
            if self.message(from, to).is_none() {
                stale.push((from, to));
                ways.extend(self.neighbors(from).filter(|next| *next != to).map(|next| (next, from)));
            }
        }
        for (from, to) in stale.into_iter().rev() {
            let said = self.say(from, to);
            *self.message(from, to) = Some(said);
        }
        self.belief = self.heard(clique, None);
    }

    /// The clique of those looked for that the fewest cells lie before.
    pub(super) fn nearest(&self, is: impl Fn(usize) -> bool) -> Option<usize> {
        let mut ways = BinaryHeap::from([Reverse((0, self.at, self.at))]);
        while let Some(Reverse((cells, clique, from))) = ways.pop() {
            if is(clique) {
                return Some(clique);
            }
            let cells = cells + self.tree.cells_of(clique);
            ways.extend(
                self.neighbors(clique)
                    .filter(|next| *next != from)
                    .map(|next| Reverse((cells, next, clique))),
            );
        }
        // Other trees stand apart.
        (0..self.tree.count()).find(|clique| is(*clique))
    }

    fn neighbors(&self, clique: usize) -> impl Iterator<Item = usize> + use<'a, '_, T> {
        self.tree.above(clique).into_iter().chain(self.hanging[clique].iter().copied())
    }

    fn message(&mut self, from: usize, to: usize) -> &mut Option<Vec<T>> {
        if self.tree.above(from) == Some(to) { &mut self.up[from] } else { &mut self.down[to] }
    }

    /// What a clique has and hears, from all but one.
    fn heard(&mut self, clique: usize, but: Option<usize>) -> Vec<T> {
        let mut belief = self.tables[clique].clone();
        for below in self.hanging[clique].iter().filter(|below| Some(**below) != but) {
            if let (Some(said), Some(fit)) = (&self.up[*below], self.tree.fit_above(*below)) {
                fit.multiply(&mut belief, said);
            }
        }
        if let Some(said) = self.down[clique].as_ref().filter(|_| self.tree.above(clique) != but) {
            let run = belief.len() / said.len();
            spread(&mut belief, run, said);
        }
        belief
    }

    /// What a clique tells another, with one as the most.
    fn say(&mut self, from: usize, to: usize) -> Vec<T> {
        let belief = self.heard(from, Some(to));
        let mut said = if self.tree.above(from) == Some(to) {
            let run = belief.len() / self.tree.states_above(from);
            totals(&belief, run)
        } else {
            self.tree.fit_above(to).map_or_else(Vec::new, |fit| fit.sum(&belief))
        };
        let most = greatest(&said);
        self.is_thin |= scale(&mut said, most);
        said
    }
}
