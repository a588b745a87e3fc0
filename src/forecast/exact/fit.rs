//! Fits: how a table over some axes lies in a larger one that has these axes and more.
//!
//! Axes that the smaller table does not have are summed over, or multiplied into alike, one after the other, and so
//! that cells which stand together are worked on together: that is what processors are good at.

#![expect(clippy::indexing_slicing, reason = "the cells of blocks of one size")]

use std::borrow::Cow;

use rayon::prelude::*;

use super::mass::Mass;
use super::tree::LARGE;

/// Cells that one processor works on at a time, of tables that are shared out.
const SHARE: usize = 1 << 12;

/// Where a smaller table lies in a larger one.
#[derive(Clone, Debug)]
pub(super) struct Fit {
    /// The axes of the larger table, the fastest first, neighbors that fare alike as one: their states, and whether
    /// the smaller table has them.
    runs: Vec<(usize, bool)>,
    /// For each cell of the smaller table, in the order of the axes of the larger one, its place in that table; none if
    /// that is its order.
    places: Option<Vec<u32>>,
}

impl Fit {
    /// Of a table over `part` in one over `axes`.
    pub(super) fn new(axes: &[usize], part: &[usize], sizes: &[usize]) -> Self {
        let size = |axis: &usize| sizes.get(*axis).copied().unwrap_or(1);
        let mut runs: Vec<(usize, bool)> = Vec::with_capacity(axes.len());
        for axis in axes {
            let is_kept = part.contains(axis);
            match runs.last_mut() {
                Some((states, last)) if *last == is_kept => *states *= size(axis),
                _ => runs.push((size(axis), is_kept)),
            }
        }
        let kept = || axes.iter().filter(|axis| part.contains(axis));
        let places = (!kept().eq(part)).then(|| {
            let mut places = vec![0_u32];
            for axis in kept() {
                let below = part.iter().take_while(|other| *other != axis);
                let stride = u32::try_from(below.map(size).product::<usize>()).unwrap_or(u32::MAX);
                let before = places.clone();
                for state in 1..u32::try_from(size(axis)).unwrap_or(0) {
                    places.extend(before.iter().map(|place| place + state * stride));
                }
            }
            places
        });
        Self { runs, places }
    }

    /// Multiplies each cell of the larger table with its cell of the smaller one.
    pub(super) fn multiply<T: Mass>(&self, table: &mut [T], part: &[T]) {
        let at = |place: &u32| part.get(*place as usize).copied().unwrap_or(T::ZERO);
        let mut part = match &self.places {
            Some(places) => Cow::Owned(places.iter().map(at).collect()),
            None => Cow::Borrowed(part),
        };
        let Some(last) = self.runs.iter().rposition(|(_, is_kept)| !is_kept) else {
            return by_each(table, &part);
        };
        // All but the slowest axis that it does not have are put into the smaller table first.
        let mut inner = 1;
        for (states, is_kept) in self.runs.iter().take(last) {
            if !is_kept {
                part = Cow::Owned(repeated(&part, inner, *states));
            }
            inner *= states;
        }
        let states = self.runs.get(last).map_or(1, |(states, _)| *states);
        by_blocks(table, &part, inner, states);
    }

    /// The sums over the axes that the smaller table does not have.
    pub(super) fn sum<T: Mass>(&self, table: &[T]) -> Vec<T> {
        let mut sums = Cow::Borrowed(table);
        for (place, (states, _)) in self.runs.iter().enumerate().rev().filter(|(_, (_, is_kept))| !is_kept) {
            let inner = self.runs.iter().take(place).map(|(states, _)| states).product();
            sums = Cow::Owned(summed(&sums, inner, *states));
        }
        let Some(places) = &self.places else { return sums.into_owned() };
        let mut out = vec![T::ZERO; sums.len()];
        for (cell, place) in sums.iter().zip(places) {
            if let Some(slot) = out.get_mut(*place as usize) {
                *slot = *cell;
            }
        }
        out
    }
}

#[inline]
fn by_each<T: Mass>(cells: &mut [T], factors: &[T]) {
    for (cell, factor) in cells.iter_mut().zip(factors) {
        *cell = cell.times(*factor);
    }
}

/// Calls one of these by how large a block is: small ones are worked on whole.
macro_rules! by_size {
    ($block:expr, $few:ident, $many:expr, $($argument:expr),*) => {
        match $block {
            1 => $few::<T, 1>($($argument),*),
            2 => $few::<T, 2>($($argument),*),
            4 => $few::<T, 4>($($argument),*),
            8 => $few::<T, 8>($($argument),*),
            _ => $many,
        }
    };
}

/// Each block of cells so many times.
fn repeated<T: Mass>(cells: &[T], block: usize, times: usize) -> Vec<T> {
    let mut out = vec![T::ZERO; cells.len() * times];
    let many = |out: &mut [T]| {
        for (blocks, cells) in out.chunks_mut(block * times).zip(cells.chunks(block)) {
            blocks.chunks_mut(block).for_each(|block| block.copy_from_slice(cells));
        }
    };
    by_size!(block, repeat_small, many(&mut out), &mut out, cells, times);
    out
}

fn repeat_small<T: Mass, const B: usize>(out: &mut [T], cells: &[T], times: usize) {
    let (out, cells) = (out.as_chunks_mut::<B>().0, cells.as_chunks::<B>().0);
    if times == 2 {
        out.as_chunks_mut::<2>().0.iter_mut().zip(cells).for_each(|(pair, cells)| *pair = [*cells; 2]);
    } else {
        out.chunks_mut(times).zip(cells).for_each(|(blocks, cells)| blocks.fill(*cells));
    }
}

/// Multiplies `times` blocks of the table with each block of factors.
fn by_blocks<T: Mass>(table: &mut [T], factors: &[T], block: usize, times: usize) {
    if table.len() < LARGE {
        by_few(table, factors, block, times);
    } else if factors.len() <= block {
        table.par_chunks_mut(block).for_each(|cells| by_each(cells, factors));
    } else {
        let share = block * (SHARE / block).max(1);
        let shares = table.par_chunks_mut(share * times).zip(factors.par_chunks(share));
        shares.for_each(|(table, factors)| by_few(table, factors, block, times));
    }
}

/// The same on one processor.
fn by_few<T: Mass>(table: &mut [T], factors: &[T], block: usize, times: usize) {
    let many = |table: &mut [T]| {
        for (blocks, factors) in table.chunks_mut(block * times).zip(factors.chunks(block)) {
            blocks.chunks_mut(block).for_each(|cells| by_each(cells, factors));
        }
    };
    by_size!(block, by_small, many(table), table, factors, times);
}

fn by_small<T: Mass, const B: usize>(table: &mut [T], factors: &[T], times: usize) {
    let (table, factors) = (table.as_chunks_mut::<B>().0, factors.as_chunks::<B>().0);
    if times == 2 {
        for ([one, other], factors) in table.as_chunks_mut::<2>().0.iter_mut().zip(factors) {
            by_each(one, factors);
            by_each(other, factors);
        }
    } else {
        for (blocks, factors) in table.chunks_mut(times).zip(factors) {
            blocks.iter_mut().for_each(|cells| by_each(cells, factors));
        }
    }
}

/// The sums of `times` blocks that stand together, cell by cell.
fn summed<T: Mass>(cells: &[T], block: usize, times: usize) -> Vec<T> {
    let mut sums = vec![T::ZERO; cells.len() / times.max(1)];
    if cells.len() < LARGE {
        add_few(&mut sums, cells, block, times);
    } else if sums.len() <= block {
        // All blocks are added to one, of which each processor takes a share.
        sums.par_chunks_mut(SHARE).enumerate().for_each(|(number, sums)| {
            for cells in cells.chunks(block) {
                add(sums, cells.get(number * SHARE..).unwrap_or_default());
            }
        });
    } else {
        let share = block * (SHARE / block).max(1);
        let shares = sums.par_chunks_mut(share).zip(cells.par_chunks(share * times));
        shares.for_each(|(sums, cells)| add_few(sums, cells, block, times));
    }
    sums
}

/// The same on one processor.
fn add_few<T: Mass>(sums: &mut [T], cells: &[T], block: usize, times: usize) {
    let many = |sums: &mut [T]| {
        for (sums, blocks) in sums.chunks_mut(block).zip(cells.chunks(block * times)) {
            blocks.chunks(block).for_each(|cells| add(sums, cells));
        }
    };
    by_size!(block, add_small, many(sums), sums, cells, times);
}

fn add_small<T: Mass, const B: usize>(sums: &mut [T], cells: &[T], times: usize) {
    let (sums, cells) = (sums.as_chunks_mut::<B>().0, cells.as_chunks::<B>().0);
    if times == 2 {
        for (sums, [one, other]) in sums.iter_mut().zip(cells.as_chunks::<2>().0) {
            *sums = std::array::from_fn(|cell| one[cell].plus(other[cell]));
        }
    } else {
        for (sums, blocks) in sums.iter_mut().zip(cells.chunks(times)) {
            blocks.iter().for_each(|cells| add(sums, cells));
        }
    }
}

#[inline]
fn add<T: Mass>(sums: &mut [T], cells: &[T]) {
    for (sum, cell) in sums.iter_mut().zip(cells) {
        *sum = sum.plus(*cell);
    }
}
