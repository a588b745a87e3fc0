//! The book: worlds drawn from what the network believes now, a bit for each node and world.
//!
//! Whatever is asked of several nodes together is counted in it: what if, given that, how often both.

use std::ops::Range;
use std::sync::Arc;

use multiversion::multiversion;
use rayon::prelude::*;

use super::Forecast;
use super::engine::Engine;
use super::memory::{Worlds, filled};
use super::run::Evaluated;
use crate::model::NodeId;

/// States of nodes in all worlds together, in words.
const ROOM: usize = 1 << 20;
/// The fewest and the most words of 64 worlds.
const WORDS: (usize, usize) = (128, 1024);
/// Shares of the book that have little in common: by how they differ, errors are told.
const SHARES: usize = 32;

/// Equally likely worlds.
#[derive(Clone, Debug)]
pub struct Book {
    words: usize,
    /// The rows of the nodes of each part, and where each node of the network has its own.
    parts: Vec<Worlds>,
    places: Vec<(usize, usize)>,
}

/// How often something is so.
#[derive(Clone, Debug, PartialEq)]
pub struct Count {
    /// Worlds in which it is, in each share of the book.
    so: Vec<u32>,
    /// Worlds that were looked at, in each share of the book.
    of: Vec<u32>,
}

impl Count {
    /// Of words that are one where it is so, among those that are one where it is looked at.
    pub(crate) fn new(so: &[u64], of: &[u64]) -> Self {
        let shares = shares(of.len());
        let ones = |words: &[u64]| {
            let ones = |share: &Range<usize>| words.get(share.clone()).map_or(0, count_ones);
            shares.iter().map(ones).collect()
        };
        Self { so: ones(so), of: ones(of) }
    }

    /// Worlds in which it is.
    pub fn so(&self) -> u64 {
        self.so.iter().map(|count| u64::from(*count)).sum()
    }

    /// Worlds that were looked at.
    pub fn of(&self) -> u64 {
        self.of.iter().map(|count| u64::from(*count)).sum()
    }

    /// The share; none of no worlds.
    #[expect(clippy::cast_precision_loss, reason = "worlds are far fewer than 2^53")]
    pub fn share(&self) -> Option<f64> {
        (self.of() > 0).then(|| self.so() as f64 / self.of() as f64)
    }

    /// The standard error of the share, by how shares of the book differ.
    pub fn error(&self) -> f64 {
        let Some(share) = self.share() else { return 0.0 };
        error(self.so.iter().zip(&self.of).map(|(so, of)| (f64::from(*so), f64::from(*of))), share)
    }
}

/// The standard error of a share of counts. What was never seen, or always, is one world away from another share.
pub(crate) fn error(counts: impl Iterator<Item = (f64, f64)>, share: f64) -> f64 {
    let (mut squares, mut all, mut shares) = (0.0, 0.0, 0_u32);
    for (so, of) in counts {
        let off = so - share * of;
        squares += off * off;
        all += of;
        shares += 1;
    }
    if all <= 0.0 || shares < 2 {
        return 0.5;
    }
    let few = f64::from(shares) / f64::from(shares - 1);
    // Worlds by themselves differ by so much at least.
    let least = (share * (1.0 - share)).max(1.0 / all) / all;
    ((squares * few) / (all * all)).max(least).sqrt()
}

/// The shares of a book with so many words.
pub(crate) fn shares(words: usize) -> Vec<Range<usize>> {
    let size = words.div_ceil(SHARES).max(1);
    (0..words.div_ceil(size)).map(|share| share * size..((share + 1) * size).min(words)).collect()
}

impl Forecast {
    /// The book, drawn when it is first asked for. The same forecast gives the same book.
    ///
    /// ```
    /// # use forecastc::forecast::{self, Settings};
    /// # use forecastc::source::Sources;
    /// # use forecastc::value::Date;
    /// let sources = Sources::single(r#"
    /// scenario WET "A wet spring" { probability 30% }
    /// scenario LATE "A late sowing" {
    ///     probability 40%
    ///     needs WET 90% else 19%
    /// }
    /// "#);
    /// let today = Date::parse("2026-06-01").expect("a day of the calendar");
    /// let model = forecastc::compile(&sources, today).model;
    /// let forecast = forecast::evaluate(&model, today, &Settings::default());
    /// let (wet, late) = (model.find("WET").expect("above"), model.find("LATE").expect("above"));
    ///
    /// let book = forecast.book();
    /// let given = book.count(&[(late, true)], &[(wet, true)]);
    /// assert!((given.share().expect("it may be wet") - 0.90).abs() < 0.03);
    /// ```
    pub fn book(&self) -> &Book {
        filled(&self.book, || Arc::new(self.draw(|_| None))).as_ref()
    }

    /// Draws a book of this many words of 64 worlds. The same forecast and number give the same book.
    pub(crate) fn book_of(&self, words: usize) -> Book {
        self.draw_words(words.max(1), |_| None)
    }

    /// Draws a book with other engines for some parts.
    pub(super) fn draw<'a>(&'a self, other: impl Fn(usize) -> Option<&'a Engine> + Sync) -> Book {
        let nodes = self.parts.iter().map(|part| part.part.ids.len()).max().unwrap_or(1);
        let words = (ROOM / nodes.max(1)).clamp(WORDS.0, WORDS.1) / SHARES * SHARES;
        self.draw_words(words, other)
    }

    fn draw_words<'a>(&'a self, words: usize, other: impl Fn(usize) -> Option<&'a Engine> + Sync) -> Book {
        let seed = self.settings.seed ^ 0x0B00_C0DE;
        let draw = |(number, part): (usize, &'a Evaluated)| {
            if let Some(engine) = other(number) {
                return Arc::new(engine.book(words, seed));
            }
            let draw =
                || Arc::new(part.engine.as_ref().map_or_else(Vec::new, |engine| engine.book(words, seed)));
            // The same state may have been drawn before.
            part.end.as_ref().map_or_else(draw, |(_, end)| end.worlds(words, draw))
        };
        let parts = self.parts.par_iter().enumerate().map(draw).collect();
        Book { words, parts, places: self.places.clone() }
    }
}

impl Book {
    /// How many worlds it has.
    pub fn worlds(&self) -> u64 {
        self.words as u64 * 64
    }

    /// The worlds in which a node is true, 64 a word; nothing of a node without numbers.
    pub fn row(&self, node: NodeId) -> &[u64] {
        let row = |(part, place): &(usize, usize)| self.parts.get(*part)?.get(*place);
        self.places.get(node.index()).and_then(row).map_or(&[], Vec::as_slice)
    }

    /// How often nodes have these states, among the worlds in which others have theirs.
    pub fn count(&self, states: &[(NodeId, bool)], given: &[(NodeId, bool)]) -> Count {
        let mut of = vec![u64::MAX; self.words];
        self.narrow(&mut of, given);
        let mut so = of.clone();
        self.narrow(&mut so, states);
        Count::new(&so, &of)
    }

    /// How many words of 64 worlds it has.
    pub(crate) fn words(&self) -> usize {
        self.words
    }

    /// How many words a share of it has; the last may have fewer.
    pub(crate) fn share_words(&self) -> usize {
        shares(self.words).first().map_or(1, Range::len)
    }

    /// In how many worlds two nodes are both true.
    pub fn both(&self, one: NodeId, other: NodeId) -> u64 {
        ones_of_both(self.row(one), self.row(other))
    }

    /// How many worlds each share of the book has.
    pub(crate) fn worlds_by_share(&self) -> Vec<u32> {
        shares(self.words).iter().map(|share| 64 * share.len() as u32).collect()
    }

    /// How often a node is true, by share of the book.
    pub(crate) fn ones(&self, node: NodeId) -> Vec<u32> {
        let row = self.row(node);
        shares(self.words).into_iter().map(|share| row.get(share).map_or(0, count_ones)).collect()
    }

    /// In how many worlds two nodes are both true, by share of the book.
    pub(crate) fn both_by_share(&self, one: NodeId, other: NodeId, out: &mut Vec<u32>) {
        let size = self.words.div_ceil(SHARES).max(1);
        let each = self.row(one).chunks(size).zip(self.row(other).chunks(size));
        out.clear();
        out.extend(each.map(|(one, other)| ones_of_both(one, other) as u32));
    }

    fn narrow(&self, among: &mut [u64], states: &[(NodeId, bool)]) {
        for (node, state) in states {
            let flip = if *state { 0 } else { u64::MAX };
            for (word, own) in among.iter_mut().zip(self.row(*node)) {
                *word &= own ^ flip;
            }
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512vpopcntdq", "x86_64+avx2+popcnt", "x86_64+popcnt"))]
fn ones_of_both(one: &[u64], other: &[u64]) -> u64 {
    one.iter().zip(other).map(|(one, other)| u64::from((one & other).count_ones())).sum()
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512vpopcntdq", "x86_64+avx2+popcnt", "x86_64+popcnt"))]
fn count_ones(words: &[u64]) -> u32 {
    words.iter().map(|word| word.count_ones()).sum()
}
