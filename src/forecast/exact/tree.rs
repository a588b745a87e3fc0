//! Junction trees: tables over axes, joined so that what is known anywhere is known everywhere.
//!
//! Axes are eliminated by least fill (Rose; Kjærulff 1990); cliques that lie within others are merged. Messages
//! pass to the roots and back with division (Jensen's Hugin scheme, 1990). Cells of a table run with the axis
//! that is eliminated first as the fastest, so what a message sums over stands together.

#![expect(clippy::indexing_slicing, reason = "axes, cliques and cells are numbered here, and nowhere else")]

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rayon::prelude::*;

use super::fit::Fit;
use super::mass::Mass;

/// Neighbors beyond which an axis cannot be eliminated within any bound.
const MOST_NEIGHBORS: usize = 40;

/// Tables with as many cells are shared out between processors.
pub(super) const LARGE: usize = 1 << 16;
/// So many shares.
const SHARES: usize = 4;

/// A table over some axes, the first the fastest.
#[derive(Clone, Debug)]
pub(super) struct Table<T> {
    pub(super) axes: Vec<usize>,
    pub(super) cells: Vec<T>,
}

/// The shape of a tree: it holds for any tables over the same axes.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    sizes: Vec<usize>,
    /// Children before parents.
    cliques: Vec<Clique>,
    /// For each axis the smallest clique that has it.
    home: Vec<usize>,
    /// For each axis its place in the order of elimination, and the clique in which it is eliminated.
    eliminated: Vec<(usize, usize)>,
}

#[derive(Clone, Debug)]
struct Clique {
    /// Eliminated axes first, then those of the separator; all in the order of elimination.
    axes: Vec<usize>,
    cells: usize,
    /// Cells for each state of the separator.
    run: usize,
    /// The clique that it hangs on, and how a table over the separator lies in its table.
    parent: Option<(usize, Fit)>,
}

impl Tree {
    /// A tree in which each scope lies within a clique. `None` if it would have more cells than `most`.
    pub(super) fn new<'a>(
        sizes: Vec<usize>,
        scopes: impl Iterator<Item = &'a [usize]>,
        most: usize,
    ) -> Option<Self> {
        let mut near: Vec<Vec<usize>> = vec![Vec::new(); sizes.len()];
        for scope in scopes {
            for one in scope {
                near[*one].extend(scope.iter().filter(|other| *other != one));
            }
        }
        for near in &mut near {
            near.sort_unstable();
            near.dedup();
        }
        let eliminated = eliminate(&sizes, near, most)?;
        let tree = Self::join(sizes, &eliminated);
        (tree.cells() <= most).then_some(tree)
    }

    /// Hangs each clique on that of the axis of its separator that is eliminated next.
    fn join(sizes: Vec<usize>, eliminated: &[(usize, Vec<usize>)]) -> Self {
        let mut position = vec![0; sizes.len()];
        for (place, (axis, _)) in eliminated.iter().enumerate() {
            position[*axis] = place;
        }
        let separator = |place: usize| {
            let mut axes = eliminated[place].1.clone();
            axes.sort_unstable_by_key(|axis| position[*axis]);
            axes
        };
        // The clique of an axis within which that of a later axis lies whole.
        let mut holder: Vec<usize> = (0..eliminated.len()).collect();
        let mut own: Vec<Vec<usize>> = eliminated.iter().map(|(axis, _)| vec![*axis]).collect();
        let mut separators: Vec<Vec<usize>> = (0..eliminated.len()).map(separator).collect();
        for place in 0..eliminated.len() {
            let holds = holder[place];
            let Some(next) = separators[holds].first().map(|axis| position[*axis]) else { continue };
            // The clique of the next axis has all of this separator: with as many axes it is the same.
            if holder[next] == next
                && next != holds
                && eliminated[next].1.len() + 1 == separators[holds].len()
                && own[next].len() == 1
            {
                let axis = eliminated[next].0;
                holder[next] = holds;
                own[holds].push(axis);
                own[next].clear();
                separators[holds] = std::mem::take(&mut separators[next]);
            }
        }
        // Those that were merged into another go; the order of children before parents stays: a merged clique
        // stands where its last axis stood.
        let mut kept: Vec<usize> = (0..eliminated.len()).filter(|place| !own[*place].is_empty()).collect();
        kept.sort_by_key(|place| own[*place].last().map_or(0, |axis| position[*axis]));
        let mut number = vec![usize::MAX; eliminated.len()];
        for (clique, place) in kept.iter().enumerate() {
            number[*place] = clique;
        }
        let all_axes: Vec<Vec<usize>> = kept
            .iter()
            .map(|place| own[*place].iter().chain(&separators[*place]).copied().collect())
            .collect();
        let product = |axes: &[usize]| axes.iter().map(|axis| sizes[*axis]).product::<usize>();
        let mut cliques = Vec::with_capacity(kept.len());
        for (clique, place) in kept.iter().enumerate() {
            let separator = &separators[*place];
            let parent = separator.first().map(|axis| number[holder[position[*axis]]]);
            let parent = parent.map(|up| (up, Fit::new(&all_axes[up], separator, &sizes)));
            let axes = all_axes[clique].clone();
            cliques.push(Clique { cells: product(&axes), run: product(&own[*place]), axes, parent });
        }
        let eliminated = position.iter().map(|place| (*place, number[holder[*place]])).collect();
        let mut home = vec![usize::MAX; sizes.len()];
        for (number, clique) in cliques.iter().enumerate() {
            for axis in &clique.axes {
                if home[*axis] == usize::MAX || cliques[home[*axis]].cells > clique.cells {
                    home[*axis] = number;
                }
            }
        }
        Self { sizes, cliques, home, eliminated }
    }

    /// Cells of all tables together.
    pub(super) fn cells(&self) -> usize {
        self.cliques.iter().map(|clique| clique.cells).sum()
    }

    /// How many cliques there are.
    pub(super) fn count(&self) -> usize {
        self.cliques.len()
    }

    /// Cells of the table of one clique.
    pub(super) fn cells_of(&self, clique: usize) -> usize {
        self.cliques.get(clique).map_or(0, |clique| clique.cells)
    }

    /// The clique that one hangs on.
    pub(super) fn above(&self, clique: usize) -> Option<usize> {
        self.cliques[clique].parent.as_ref().map(|(up, _)| *up)
    }

    /// States of the axes that a clique has in common with the one that it hangs on.
    pub(super) fn states_above(&self, clique: usize) -> usize {
        self.cliques[clique].cells / self.cliques[clique].run
    }

    /// How a table over those axes lies in that of the one that it hangs on.
    pub(super) fn fit_above(&self, clique: usize) -> Option<&Fit> {
        self.cliques[clique].parent.as_ref().map(|(_, fit)| fit)
    }

    /// How a table over some axes of a clique lies in its table.
    pub(super) fn fit(&self, clique: usize, axes: &[usize]) -> Fit {
        Fit::new(&self.cliques[clique].axes, axes, &self.sizes)
    }

    /// States of an axis.
    pub(super) fn size(&self, axis: usize) -> usize {
        self.sizes[axis]
    }

    /// Axes of the largest clique.
    pub(super) fn width(&self) -> usize {
        self.cliques.iter().map(|clique| clique.axes.len()).max().unwrap_or(0)
    }

    /// The clique in which the belief over an axis is looked up.
    pub(super) fn home(&self, axis: usize) -> usize {
        self.home[axis]
    }

    /// A clique that has all of these axes.
    pub(super) fn clique_with(&self, axes: &[usize]) -> Option<usize> {
        let first = axes.iter().min_by_key(|axis| self.eliminated[**axis].0)?;
        let clique = self.eliminated[*first].1;
        axes.iter().all(|axis| self.cliques[clique].axes.contains(axis)).then_some(clique)
    }

    /// Multiplies tables into their cliques and lets all cliques agree, or those on the way to one that is wanted.
    /// Each table comes with its clique.
    pub(super) fn calibrate<'a, T: Mass + 'a>(
        &self,
        tables: impl Iterator<Item = (usize, &'a Table<T>)>,
        wanted: Option<usize>,
    ) -> Calibrated<T> {
        let mut beliefs: Vec<Vec<T>> = self.cliques.iter().map(|clique| vec![T::ONE; clique.cells]).collect();
        for (clique, table) in tables {
            self.fit(clique, &table.axes).multiply(&mut beliefs[clique], &table.cells);
        }
        let mut log_mass = 0.0;
        let mut is_thin = false;
        let mut messages: Vec<Vec<T>> = Vec::with_capacity(self.cliques.len());
        for (number, clique) in self.cliques.iter().enumerate() {
            let (before, after) = beliefs.split_at_mut(number + 1);
            let belief = &mut before[number];
            let most = greatest(belief);
            if most <= T::ZERO {
                return Calibrated { beliefs, log_mass: f64::NEG_INFINITY, is_thin };
            }
            log_mass += most.log();
            is_thin |= scale(belief, most);
            let message = totals(belief, clique.run);
            match &clique.parent {
                Some((up, fit)) => fit.multiply(&mut after[*up - number - 1], &message),
                None => log_mass += message[0].log(),
            }
            messages.push(message);
        }
        let is_wanted = self.way_to(wanted);
        for (number, clique) in self.cliques.iter().enumerate().rev().filter(|(number, _)| is_wanted[*number])
        {
            let Some((up, fit)) = &clique.parent else {
                let all = messages[number][0];
                for cell in &mut beliefs[number] {
                    *cell = cell.over(all);
                }
                continue;
            };
            let mut back = fit.sum(&beliefs[*up]);
            for (back, sent) in back.iter_mut().zip(&messages[number]) {
                *back = back.over(*sent);
            }
            spread(&mut beliefs[number], clique.run, &back);
        }
        Calibrated { beliefs, log_mass, is_thin }
    }

    /// The cliques from a root to one; all if none is named.
    fn way_to(&self, clique: Option<usize>) -> Vec<bool> {
        let mut is_on_it = vec![clique.is_none(); self.cliques.len()];
        let mut next = clique;
        while let Some(at) = next {
            is_on_it[at] = true;
            next = self.above(at);
        }
        is_on_it
    }
}

/// Beliefs of all cliques, each summing to one.
#[derive(Clone, Debug)]
pub(super) struct Calibrated<T> {
    beliefs: Vec<Vec<T>>,
    /// The logarithm of the mass of everything that was multiplied in.
    pub(super) log_mass: f64,
    /// Whether numbers came near the end of their range.
    pub(super) is_thin: bool,
}

impl<T: Mass> Calibrated<T> {
    /// The belief over some axes of a clique, in the order given; sums to one.
    pub(super) fn marginal(&self, tree: &Tree, clique: usize, axes: &[usize]) -> Vec<T> {
        tree.fit(clique, axes).sum(&self.beliefs[clique])
    }

    /// The belief over one axis.
    pub(super) fn axis(&self, tree: &Tree, axis: usize) -> Vec<f64> {
        let clique = &tree.cliques[tree.home[axis]];
        let place = clique.axes.iter().position(|own| *own == axis).unwrap_or(0);
        let run: usize = clique.axes[..place].iter().map(|below| tree.sizes[*below]).product();
        let mut sums = vec![T::ZERO; tree.sizes[axis]];
        for block in self.beliefs[tree.home[axis]].chunks(run * sums.len()) {
            for (sum, cells) in sums.iter_mut().zip(block.chunks(run)) {
                *sum = sum.plus(total(cells));
            }
        }
        sums.into_iter().map(T::number).collect()
    }

    /// Draws worlds from the belief: for each axis its state in each world. `uniform` gives the number from 0 to 1
    /// that belongs to an axis and a world.
    pub(super) fn draw(
        &self,
        tree: &Tree,
        worlds: usize,
        uniform: impl Fn(usize, usize) -> f64,
    ) -> Vec<Vec<u16>> {
        let mut states = vec![vec![0_u16; worlds]; tree.sizes.len()];
        for (clique, belief) in tree.cliques.iter().zip(&self.beliefs).rev() {
            let mut own = 0;
            let mut cells = 1;
            while cells < clique.run {
                cells *= tree.sizes[clique.axes[own]];
                own += 1;
            }
            // A clique may own axes with a single state at its end; they stay 0.
            let (own, separator) = clique.axes.split_at(own);
            let Some(first) = own.first() else { continue };
            let mut sums = Vec::with_capacity(belief.len());
            for run in belief.chunks(clique.run) {
                let mut sum = T::ZERO;
                sums.extend(run.iter().map(|cell| {
                    sum = sum.plus(*cell);
                    sum
                }));
            }
            #[expect(clippy::needless_range_loop, reason = "a world has a state on every axis")]
            for world in 0..worlds {
                let mut at = 0;
                let mut stride = 1;
                for axis in separator {
                    at += usize::from(states[*axis][world]) * stride;
                    stride *= tree.sizes[*axis];
                }
                let sums = &sums[at * clique.run..(at + 1) * clique.run];
                let goal = T::of(uniform(*first, world)).times(sums[clique.run - 1]);
                let mut cell = sums.partition_point(|sum| *sum <= goal).min(clique.run - 1);
                for axis in own {
                    let size = tree.sizes[*axis];
                    states[*axis][world] = u16::try_from(cell % size).unwrap_or(0);
                    cell /= size;
                }
            }
        }
        states
    }
}

/// The sum of a run of cells, in eight strands so that none waits for another.
#[inline]
pub(super) fn total<T: Mass>(cells: &[T]) -> T {
    if cells.len() < 16 {
        return cells.iter().fold(T::ZERO, |sum, cell| sum.plus(*cell));
    }
    let mut strands = [T::ZERO; 8];
    for eight in cells.chunks(8) {
        for (strand, cell) in strands.iter_mut().zip(eight) {
            *strand = strand.plus(*cell);
        }
    }
    strands.into_iter().fold(T::ZERO, T::plus)
}

/// The greatest of all cells.
pub(super) fn greatest<T: Mass>(cells: &[T]) -> T {
    let of = |cells: &[T]| cells.iter().fold(T::ZERO, |most, cell| if *cell > most { *cell } else { most });
    if cells.len() < LARGE {
        return of(cells);
    }
    let each: Vec<T> = cells.par_chunks(LARGE / SHARES).map(of).collect();
    of(&each)
}

/// Divides all cells; whether any came near the end of its range.
pub(super) fn scale<T: Mass>(cells: &mut [T], by: T) -> bool {
    let scale = |cells: &mut [T]| {
        let mut is_thin = false;
        for cell in cells {
            *cell = cell.over(by);
            is_thin |= cell.is_thin();
        }
        is_thin
    };
    if cells.len() < LARGE {
        scale(cells)
    } else {
        cells.par_chunks_mut(LARGE / SHARES).map(scale).reduce(|| false, |one, other| one | other)
    }
}

/// The sum of each run of cells.
pub(super) fn totals<T: Mass>(cells: &[T], run: usize) -> Vec<T> {
    if cells.len() < LARGE {
        cells.chunks(run).map(total).collect()
    } else {
        cells.par_chunks(run).map(total).collect()
    }
}

/// Multiplies each run of cells with a number of its own.
pub(super) fn spread<T: Mass>(cells: &mut [T], run: usize, factors: &[T]) {
    let spread = |(cells, factor): (&mut [T], &T)| {
        for cell in cells {
            *cell = cell.times(*factor);
        }
    };
    if cells.len() < LARGE {
        cells.chunks_mut(run).zip(factors).for_each(spread);
    } else {
        cells.par_chunks_mut(run).zip(factors).with_min_len(256).for_each(spread);
    }
}

/// Axes in the order of their elimination, each with those that are its neighbors by then. `None` if a clique would
/// have more cells than `most`. Neighbors come and go in order.
fn eliminate(sizes: &[usize], mut near: Vec<Vec<usize>>, most: usize) -> Option<Vec<(usize, Vec<usize>)>> {
    let mut marks = Marks { last: 0, of: vec![0; sizes.len()] };
    let mut scores: Vec<Score> = (0..sizes.len()).map(|axis| score(sizes, &near, axis, &mut marks)).collect();
    let mut queue: BinaryHeap<Reverse<Score>> = scores.iter().copied().map(Reverse).collect();
    let mut done = vec![false; sizes.len()];
    let mut eliminated = Vec::with_capacity(sizes.len());
    let mut stale = Vec::new();
    while let Some(Reverse(next)) = queue.pop() {
        let axis = next.2;
        if done[axis] || scores[axis] != next {
            continue;
        }
        let own = std::mem::take(&mut near[axis]);
        let cells = own.iter().fold(sizes[axis], |cells, other| cells.saturating_mul(sizes[*other]));
        if next.0 == usize::MAX || cells > most {
            return None;
        }
        done[axis] = true;
        for one in &own {
            near[*one] = joined(&near[*one], &own, [axis, *one]);
        }
        stale.clear();
        stale.extend(&own);
        for one in &own {
            if next.0 > 0 && near[*one].len() <= 4 * MOST_NEIGHBORS {
                stale.extend(&near[*one]);
            }
        }
        stale.sort_unstable();
        stale.dedup();
        for one in &stale {
            let fresh = score(sizes, &near, *one, &mut marks);
            if fresh != scores[*one] {
                scores[*one] = fresh;
                queue.push(Reverse(fresh));
            }
        }
        eliminated.push((axis, own));
    }
    Some(eliminated)
}

/// What an axis would cost if it were the next: least fill first, then fewest cells, then the first axis.
type Score = (usize, usize, usize);

fn score(sizes: &[usize], near: &[Vec<usize>], axis: usize, marks: &mut Marks) -> Score {
    let own = &near[axis];
    if own.len() > MOST_NEIGHBORS {
        return (usize::MAX, own.len(), axis);
    }
    marks.set(own);
    // Each pair of neighbors that are neighbors themselves is found from both its ends.
    let links: usize = own.iter().map(|one| marks.count(&near[*one])).sum();
    let missing = (own.len() * own.len().saturating_sub(1) - links) / 2;
    let cells = own.iter().fold(sizes[axis], |cells, other| cells.saturating_mul(sizes[*other]));
    (missing, cells, axis)
}

/// A set of axes that is quickly made anew.
struct Marks {
    last: u32,
    of: Vec<u32>,
}

impl Marks {
    fn set(&mut self, axes: &[usize]) {
        if self.last == u32::MAX {
            (self.last, self.of) = (0, vec![0; self.of.len()]);
        }
        self.last += 1;
        for axis in axes {
            self.of[*axis] = self.last;
        }
    }

    fn count(&self, axes: &[usize]) -> usize {
        axes.iter().filter(|axis| self.of[**axis] == self.last).count()
    }
}

/// What is in either of two lists that are in order, but for two.
fn joined(one: &[usize], other: &[usize], without: [usize; 2]) -> Vec<usize> {
    let mut all = Vec::with_capacity(one.len() + other.len());
    let (mut one, mut other) = (one.iter().peekable(), other.iter().peekable());
    loop {
        let next = match (one.peek(), other.peek()) {
            (Some(left), Some(right)) if left < right => one.next(),
            (Some(left), Some(right)) if left == right => {
                one.next();
                other.next()
            }
            (_, Some(_)) => other.next(),
            (_, None) => one.next(),
        };
        let Some(next) = next else { return all };
        if !without.contains(next) {
            all.push(*next);
        }
    }
}
