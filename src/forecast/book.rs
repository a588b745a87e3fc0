//! The book: worlds drawn from what the network believes now, a bit for each node and world.
//!
//! Whatever is asked of several nodes together is counted in it: what if, given that, how often both.

use multiversion::multiversion;

use super::Forecast;
use crate::model::NodeId;

/// Words of 64 worlds, where no part was sampled.
const WORDS: usize = 1 << 8;

/// Equally likely worlds.
#[derive(Clone, Debug)]
pub struct Book {
    words: usize,
    rows: Vec<Vec<u64>>,
}

/// How often something is so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Count {
    /// Worlds in which it is.
    pub so: u64,
    /// Worlds that were looked at.
    pub of: u64,
}

impl Count {
    /// The share; none of no worlds.
    #[expect(clippy::cast_precision_loss, reason = "worlds are far fewer than 2^53")]
    pub fn share(self) -> Option<f64> {
        (self.of > 0).then(|| self.so as f64 / self.of as f64)
    }
}

impl Forecast {
    /// Draws the book. The same forecast gives the same book.
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
    pub fn book(&self) -> Book {
        let seed = self.seed ^ 0x0B00_C0DE;
        let rows: Vec<Vec<Vec<u64>>> = self
            .parts
            .iter()
            .map(|part| part.engine.as_ref().map_or_else(Vec::new, |engine| engine.book(WORDS, seed)))
            .collect();
        let words = rows.iter().flatten().map(Vec::len).max().unwrap_or(WORDS);
        let row = |(part, place): &(usize, usize)| -> Vec<u64> {
            let own = rows.get(*part).and_then(|rows| rows.get(*place)).map_or(&[][..], Vec::as_slice);
            // Parts have nothing to do with each other, so the worlds of a smaller one may come round again.
            own.iter().copied().cycle().take(if own.is_empty() { 0 } else { words }).collect()
        };
        Book { words, rows: self.places.iter().map(row).collect() }
    }
}

impl Book {
    /// How many worlds it has.
    pub fn worlds(&self) -> u64 {
        self.words as u64 * 64
    }

    /// The worlds in which a node is true, 64 a word; nothing of a node without numbers.
    pub fn row(&self, node: NodeId) -> &[u64] {
        self.rows.get(node.index()).map_or(&[], Vec::as_slice)
    }

    /// How often nodes have these states, among the worlds in which others have theirs.
    pub fn count(&self, states: &[(NodeId, bool)], given: &[(NodeId, bool)]) -> Count {
        let mut among = vec![u64::MAX; self.words];
        self.narrow(&mut among, given);
        let of = ones(&among);
        self.narrow(&mut among, states);
        Count { so: ones(&among), of }
    }

    /// In how many worlds two nodes are both true.
    pub fn both(&self, one: NodeId, other: NodeId) -> u64 {
        ones_of_both(self.row(one), self.row(other))
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

fn ones(words: &[u64]) -> u64 {
    words.iter().map(|word| u64::from(word.count_ones())).sum()
}
