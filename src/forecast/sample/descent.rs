//! Descent: from which world each world comes, and what that says about errors.
//!
//! Resampling makes worlds kin: those that descend from one world share its luck, while families have nothing in
//! common. So the error of a mean over all worlds is read off from how families differ (Chan and Lai 2013, Lee and
//! Whiteley 2018). In a long history hardly any family is left; then descent is reckoned from a later day
//! (Olsson and Douc 2019), which moves between the days justify: they make worlds forget where they came from.

use super::lanes::vectorized;

/// Descent is reckoned from a later day when as few families are left of those that began there.
const FEW: usize = 128;
/// So many sums are added up side by side; worlds are counted in blocks of a multiple of them.
const COLUMNS: usize = 16;

/// Which family each world belongs to.
#[derive(Clone, Debug)]
pub(super) struct Descent {
    /// By world: the world of the day that descent is reckoned from.
    older: Vec<u32>,
    /// The same from a later day, to go on with.
    younger: Vec<u32>,
}

/// A mean over all worlds and its standard error.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Mean {
    pub(super) mean: f64,
    pub(super) error: f64,
}

/// Weights of worlds, with their families numbered without gaps.
#[derive(Clone, Debug)]
pub(super) struct Families {
    /// By world.
    family: Vec<u32>,
    /// By world, summing to 1.
    weight: Vec<f64>,
    count: usize,
    /// How many families of the same weight would be worth as much.
    effective: f64,
}

impl Descent {
    /// Each world is a family of its own.
    pub(super) fn new(worlds: usize) -> Self {
        let alone: Vec<u32> = (0..worlds as u32).collect();
        Self { older: alone.clone(), younger: alone }
    }

    /// Each world is now a copy of the one given.
    pub(super) fn inherit(&mut self, from: &[usize]) {
        for all in [&mut self.older, &mut self.younger] {
            *all = from.iter().map(|world| all.get(*world).copied().unwrap_or(0)).collect();
        }
        let worlds = self.younger.len();
        let weights = vec![1.0 / worlds.max(1) as f64; worlds];
        if Families::new(&self.younger, weights).effective < FEW.min(worlds / 16) as f64 {
            let fresh = Self::new(worlds);
            self.older = std::mem::replace(&mut self.younger, fresh.younger);
        }
    }

    /// The family of a world.
    pub(super) fn family(&self, world: usize) -> u32 {
        self.older.get(world).copied().unwrap_or(0)
    }

    /// The families at these weights.
    pub(super) fn families(&self, weights: Vec<f64>) -> Families {
        Families::new(&self.older, weights)
    }
}

impl Families {
    fn new(ancestors: &[u32], weight: Vec<f64>) -> Self {
        let mut number = vec![u32::MAX; ancestors.len()];
        let mut count = 0;
        let family = |ancestor: &u32| {
            let Some(number) = number.get_mut(*ancestor as usize) else { return 0 };
            if *number == u32::MAX {
                *number = count;
                count += 1;
            }
            *number
        };
        let family: Vec<u32> = ancestors.iter().map(family).collect();
        let mut families = Self { family, weight, count: count as usize, effective: 0.0 };
        let mut shares = Vec::new();
        families.gather(&mut shares, &vec![1.0; families.weight.len()]);
        families.effective = 1.0 / shares.iter().map(|share| share * share).sum::<f64>().max(1e-12);
        families
    }

    pub(super) fn effective(&self) -> f64 {
        self.effective
    }

    /// Adds up a value of each world, times its weight, by family.
    fn gather(&self, into: &mut Vec<f64>, values: &[f64]) {
        into.clear();
        into.resize(self.count, 0.0);
        for ((family, weight), value) in self.family.iter().zip(&self.weight).zip(values) {
            if let Some(sum) = into.get_mut(*family as usize) {
                *sum += weight * value;
            }
        }
    }

    /// The mean of a value of each world, and its standard error. The values are used up.
    pub(super) fn mean(&self, values: &mut [f64], room: &mut Vec<f64>) -> Mean {
        let mean = center(&self.weight, values);
        self.gather(room, values);
        let squares: f64 = room.iter().map(|sum| sum * sum).sum();
        // As many families as there are degrees of freedom, and one.
        let few = self.effective / (self.effective - 1.0).max(0.5);
        Mean { mean, error: (squares * few).sqrt() }
    }
}

vectorized! {
    /// The weighted mean of values, which is taken off each of them.
    fn center(weights: &[f64], values: &mut [f64]) -> f64 {
        let mut columns = [0.0; COLUMNS];
        let (weights, _) = weights.as_chunks::<COLUMNS>();
        for (weights, values) in weights.iter().zip(values.as_chunks::<COLUMNS>().0) {
            for ((column, weight), value) in columns.iter_mut().zip(weights).zip(values) {
                *column += weight * value;
            }
        }
        let mean = columns.iter().sum::<f64>();
        for value in values {
            *value -= mean;
        }
        mean
    }
}
