//! Calibration: the levels before all facts, and worlds drawn from them.
//!
//! Node by node, parents first, the level is solved for on many worlds, and the states are drawn given how many of
//! them have to be true, so that each node is true in exactly the share that was stated, to within one world, and
//! errors do not add up from parents to children.

mod blocks;
mod choice;

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use self::blocks::{Block, Blocks};
use super::super::memory::Key;
use super::super::number::{logit, sigmoid};
use super::super::part::{Part, Target};
use super::super::step::Trouble;
use super::lanes::{Draw, Lanes, Purpose, WIDTH};
use super::law::{Levels, gates, law};
use super::shape::{CERTAIN, Kind, Shape, Variable};
use super::solved::{self, Solved};

/// What was found, by slot.
#[derive(Clone, Debug, Default)]
pub(super) struct Calibration {
    pub(super) levels: Vec<f64>,
    /// The probability before all facts.
    pub(super) shares: Vec<f64>,
    /// Its standard error, from the number of worlds.
    pub(super) errors: Vec<f64>,
    /// How far the level itself may be off, by the same worlds.
    pub(super) tilts: Vec<f64>,
    /// The worlds in which each node is true, 64 a word.
    pub(super) rows: Vec<Row>,
    /// What each variable was solved from, with its first slot.
    pub(super) variables: Vec<(Key, usize)>,
}

/// Worlds, 64 a word: shared, for they are many.
pub(super) type Row = Arc<Vec<u64>>;

/// What was found for a variable, by its slots.
struct Found {
    levels: Vec<f64>,
    shares: Vec<f64>,
    errors: Vec<f64>,
    tilts: Vec<f64>,
    rows: Vec<Row>,
}

impl Found {
    /// As it was found before.
    fn again(all: &Calibration, slots: Range<usize>) -> Option<Self> {
        let numbers = |list: &[f64]| list.get(slots.clone()).map(<[f64]>::to_vec);
        Some(Self {
            levels: numbers(&all.levels)?,
            shares: numbers(&all.shares)?,
            errors: numbers(&all.errors)?,
            tilts: numbers(&all.tilts)?,
            rows: all.rows.get(slots.clone())?.to_vec(),
        })
    }
}

/// Errors are read off from the spread of so many groups of worlds.
const GROUPS: usize = 32;

impl Calibration {
    /// Solves what was not `solved` before.
    pub(super) fn new(
        part: &Part,
        shape: &Shape,
        (seed, worlds): (u64, usize),
        solved: &Solved,
    ) -> Result<Self, Trouble> {
        let (slots, words) = (shape.slots.len(), worlds / WIDTH);
        let mut all = Self {
            levels: vec![0.0; slots],
            shares: vec![0.5; slots],
            errors: vec![0.0; slots],
            tilts: vec![0.0; slots],
            rows: vec![Row::default(); slots],
            variables: solved::variables(part, shape, seed, words),
        };
        for generation in generations(part, shape) {
            // Variables of one generation are solved side by side; none is above another.
            let solve = |number: &usize| {
                let variable = shape.variables.get(*number)?;
                let known = all.variables.get(*number).and_then(|(key, _)| solved.variable(*key));
                let known = known.and_then(|(all, first)| Found::again(all, first..first + variable.count));
                let scene = Scene { part, shape, all: &all, number: *number, variable, seed, words };
                Some((variable.slots(), known.map_or_else(|| scene.solve(), Ok)))
            };
            let found: Vec<_> = generation.par_iter().filter_map(solve).collect();
            for (slots, found) in found {
                let Found { levels, shares, errors, tilts, rows } = found?;
                let numbers = levels.into_iter().zip(shares).zip(errors.into_iter().zip(tilts)).zip(rows);
                for (slot, (((level, share), (error, tilt)), row)) in slots.zip(numbers) {
                    put(&mut all.levels, slot, level);
                    put(&mut all.shares, slot, share);
                    put(&mut all.errors, slot, error);
                    put(&mut all.tilts, slot, tilt);
                    put(&mut all.rows, slot, row);
                }
            }
        }
        Ok(all)
    }

    /// The states of all nodes in a block of worlds.
    pub(super) fn block(&self, word: usize) -> Vec<u64> {
        self.rows.iter().map(|row| row.get(word).copied().unwrap_or(0)).collect()
    }
}

fn put<T>(list: &mut [T], at: usize, value: T) {
    if let Some(slot) = list.get_mut(at) {
        *slot = value;
    }
}

/// Variables whose longest way down from a root is equally long. What a level is taken from comes before it, also
/// where it has no weight.
fn generations(part: &Part, shape: &Shape) -> Vec<Vec<usize>> {
    let mut depth = vec![0; shape.variables.len()];
    let mut generations: Vec<Vec<usize>> = Vec::new();
    for (number, variable) in shape.variables.iter().enumerate() {
        let slots = shape.slots.get(variable.slots()).unwrap_or_default();
        let targets = slots.iter().filter_map(|slot| part.targets.get(slot.node));
        let sources = targets.flat_map(Target::sources).filter_map(|node| shape.slot_of.get(node));
        let sources = sources.filter_map(|slot| shape.slots.get(*slot)).map(|slot| slot.variable);
        let above: Vec<usize> = variable.parents.iter().copied().chain(sources).collect();
        let above = above.iter().filter_map(|parent| depth.get(*parent));
        let own = above.max().map_or(0, |above| above + 1);
        put(&mut depth, number, own);
        if generations.len() <= own {
            generations.resize(own + 1, Vec::new());
        }
        if let Some(generation) = generations.get_mut(own) {
            generation.push(number);
        }
    }
    generations
}

/// A variable among those that were solved before it.
struct Scene<'a> {
    part: &'a Part,
    shape: &'a Shape,
    all: &'a Calibration,
    number: usize,
    variable: &'a Variable,
    seed: u64,
    words: usize,
}

impl Scene<'_> {
    fn solve(&self) -> Result<Found, Trouble> {
        match self.variable.kind {
            Kind::Plain | Kind::Gated => self.odds(),
            Kind::Wide => self.wide(),
            Kind::Table => Ok(self.table()),
            Kind::Choice | Kind::WideChoice => self.choice(),
        }
    }

    /// The states of the parents in a block, by slot.
    fn parents(&self, word: usize, bits: &mut [u64]) {
        for parent in &self.variable.parents {
            let Some(parent) = self.shape.variables.get(*parent) else { continue };
            for slot in parent.slots() {
                put(bits, slot, self.all.rows.get(slot).and_then(|row| row.get(word)).copied().unwrap_or(0));
            }
        }
    }

    fn node(&self, slot: usize) -> usize {
        self.shape.slots.get(slot).map_or(0, |slot| slot.node)
    }

    fn target(&self, slot: usize) -> (f64, bool) {
        let target = self.part.targets.get(self.node(slot));
        let share = |node: usize| {
            let slot = self.shape.slot_of.get(node).copied().unwrap_or(0);
            self.all.shares.get(slot).copied().unwrap_or(0.5)
        };
        let aim = match target {
            Some(Target::Level(level)) => sigmoid(*level),
            Some(target) => target.probability(share).unwrap_or(0.5),
            None => 0.5,
        };
        (aim, matches!(target, Some(Target::Stated(_))))
    }

    /// A level that is not to be solved.
    fn given(&self, slot: usize) -> Option<f64> {
        match self.part.targets.get(self.node(slot)) {
            Some(Target::Level(level)) => Some(level.clamp(-CERTAIN, CERTAIN)),
            _ => None,
        }
    }

    fn random(&self) -> Draw {
        let key = self.shape.slots.get(self.variable.first).map_or(0, |slot| slot.key);
        Draw::new(self.seed, key, 0, Purpose::Calibrate)
    }

    fn one(level: f64, share: f64, error: f64, row: Vec<u64>) -> Found {
        let row = Row::new(row);
        Found {
            levels: vec![level],
            shares: vec![share],
            errors: vec![error],
            tilts: vec![0.0],
            rows: vec![row],
        }
    }

    fn odds(&self) -> Result<Found, Trouble> {
        let first = self.variable.first;
        let Some(slot) = self.shape.slots.get(first) else { return Err(Trouble::TooWide) };
        let (aim, stated) = self.target(first);
        let blocks = Blocks::of(slot, &self.all.rows, self.words);
        let (worlds, [denied, forced]) = (blocks.worlds(), blocks.decided());
        let (least, most) = (forced / worlds, 1.0 - denied / worlds);
        self.reach(first, aim, stated, (least, most))?;
        let level = if let Some(level) = self.given(first) {
            level
        } else if slot.weights.is_empty() {
            logit(((aim - least) / (most - least)).clamp(0.0, 1.0))
        } else {
            let middle: f64 =
                slot.weights.iter().map(|weight| weight.log * share_of(self.all, weight.source)).sum();
            let start = logit(aim) - middle;
            // What some worlds say is near what all do.
            let start = blocks.some().map_or(start, |share| newton(aim, start, CERTAIN, share));
            newton(aim.clamp(least, most), start, CERTAIN, |level| blocks.share(level))
        };
        let level = if level.is_nan() { 0.0 } else { level.clamp(-CERTAIN, CERTAIN) };
        let is_free = slot.weights.is_empty() && slot.gates.is_empty();
        let (shares, slope) = blocks.shares(level);
        let share = if is_free { aim } else { shares.iter().sum::<f64>() / worlds };
        let row = blocks.draw(self.random(), level, share);
        let (error, tilt) = if is_free {
            (0.0, 0.0)
        } else {
            let gates = slot.gates.iter().map(|gate| (gate.source, self.difference(gate.source, &shares)));
            let weights = slot.weights.iter().map(|weight| (weight.source, weight.log * slope));
            let error = self.error(&shares, &weights.chain(gates).collect::<Vec<_>>());
            // The share of a source is right to half a world; the level makes good for what is off in it.
            let sources = slot.weights.par_iter().map(|weight| weight.source);
            let rounded = sources.map(|source| 0.3 * self.difference(source, &shares) / worlds);
            let rounded: Vec<f64> = rounded.collect();
            let squares = rounded.iter().map(|off| off * off).sum::<f64>() + error * error;
            (error, squares.sqrt() / slope.max(1e-9))
        };
        Ok(Found { tilts: vec![tilt], ..Self::one(level, share, error, row) })
    }

    /// The same in log odds, slowly, for weights that odds have no room for.
    fn wide(&self) -> Result<Found, Trouble> {
        let first = self.variable.first;
        let Some(slot) = self.shape.slots.get(first) else { return Err(Trouble::TooWide) };
        let (aim, stated) = self.target(first);
        let mut bits = vec![0; self.shape.slots.len()];
        let (mut logs, mut decided) = (Vec::new(), Vec::new());
        for word in 0..self.words {
            self.parents(word, &mut bits);
            let (denied, forced) = gates(&slot.gates, &bits);
            for lane in 0..WIDTH {
                let weight = |source: usize| bits.get(source).is_some_and(|bits| (bits >> lane) & 1 != 0);
                let inputs = slot.weights.iter().filter(|input| weight(input.source));
                logs.push(inputs.map(|input| input.log).sum::<f64>());
                decided.push(match ((denied >> lane) & 1 != 0, (forced >> lane) & 1 != 0) {
                    (true, _) => Some(false),
                    (_, true) => Some(true),
                    _ => None,
                });
            }
        }
        let worlds = logs.len() as f64;
        let share = |state: bool| decided.iter().filter(|one| **one == Some(state)).count() as f64 / worlds;
        let (least, most) = (share(true), 1.0 - share(false));
        self.reach(first, aim, stated, (least, most))?;
        let probability = |level: f64, log: f64, decided: Option<bool>| match decided {
            Some(state) => f64::from(u8::from(state)),
            None => sigmoid(level + log),
        };
        let bound = CERTAIN + slot.weights.iter().map(|weight| weight.log.abs()).sum::<f64>();
        let solve = || {
            newton(aim.clamp(least, most), 0.0, bound, |level| {
                let each = logs.iter().zip(&decided).map(|(log, decided)| probability(level, *log, *decided));
                let (sum, slope) = each.fold((0.0, 0.0), |(sum, slope), p| (sum + p, slope + p * (1.0 - p)));
                (sum / worlds, slope / worlds)
            })
        };
        let level = self.given(first).unwrap_or_else(solve);
        let each = logs.iter().zip(&decided).map(|(log, decided)| probability(level, *log, *decided));
        let shares: Vec<f64> = each.collect();
        let random = (0..self.words).map(|word| self.random().worlds((word * WIDTH) as u32));
        let random: Vec<f64> = random.flat_map(|lanes| lanes.0.map(f64::from)).collect();
        // Those are true in which the level reaches a threshold first; as many as the share wants.
        let mut order: Vec<(f64, usize)> = random
            .iter()
            .zip(logs.iter().zip(&decided))
            .map(|(random, (log, decided))| match decided {
                Some(true) => f64::NEG_INFINITY,
                Some(false) => f64::INFINITY,
                None => logit(*random) - log,
            })
            .zip(0..)
            .collect();
        order.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        let share = shares.iter().sum::<f64>() / worlds;
        let mut row = vec![0_u64; self.words];
        for (_, world) in order.iter().take((share * worlds).round() as usize) {
            if let Some(word) = row.get_mut(world / WIDTH) {
                *word |= 1 << (world % WIDTH);
            }
        }
        let blocks: Vec<f64> = shares.chunks(WIDTH).map(|block| block.iter().sum()).collect();
        Ok(Self::one(level, share, self.error(&blocks, &[]), row))
    }

    fn table(&self) -> Found {
        let level = self.given(self.variable.first).unwrap_or(0.0);
        let mut levels = Levels::new(vec![0.0; self.variable.first + 1]);
        levels.set(self.variable.first, level);
        let (mut bits, mut law_of) = (vec![0; self.shape.slots.len()], Vec::new());
        let mut blocks = Vec::with_capacity(self.words);
        let mut shares = Vec::with_capacity(self.words);
        for word in 0..self.words {
            self.parents(word, &mut bits);
            law(self.shape, &levels, self.number, &bits, None, &mut law_of);
            let [no, yes] = law_of.as_slice() else { continue };
            let mut odds = *yes;
            odds.over(no);
            shares.push(yes.dot(&Lanes::ONE));
            blocks.push(Block { odds, denied: yes.vanishing(), forced: no.vanishing() });
        }
        let share = shares.iter().sum::<f64>() / (self.words * WIDTH) as f64;
        // The level is in the odds already.
        let row = Blocks::from_iter(blocks).draw(self.random(), 0.0, share);
        let sources = self.variable.table.iter().flat_map(|(parents, _)| parents);
        let slopes: Vec<(usize, f64)> =
            sources.map(|source| (*source, self.difference(*source, &shares))).collect();
        let error = if slopes.is_empty() { 0.0 } else { self.error(&shares, &slopes) };
        Self::one(level, share, error, row)
    }

    /// An aim beyond what gates leave, by more than chance, is out of reach.
    fn reach(&self, slot: usize, aim: f64, stated: bool, (least, most): (f64, f64)) -> Result<(), Trouble> {
        let worlds = (self.words * WIDTH) as f64;
        let noise = |bound: f64| 1e-6 + 4.0 * (bound * (1.0 - bound) / worlds).sqrt();
        if stated && (aim < least - noise(least) || aim > most + noise(most)) {
            return Err(Trouble::OutOfReach { node: self.node(slot), statement: None, least, most });
        }
        Ok(())
    }

    /// How much more probable this is where a source is true; `shares` are sums by block.
    fn difference(&self, source: usize, shares: &[f64]) -> f64 {
        let share = share_of(self.all, source);
        let Some(row) = self.all.rows.get(source) else { return 0.0 };
        let worlds = (self.words * WIDTH) as f64;
        let mean = shares.iter().sum::<f64>() / worlds;
        let with = |(word, sum): (&u64, &f64)| {
            (f64::from(word.count_ones()) - WIDTH as f64 * share) * (sum - WIDTH as f64 * mean)
        };
        let covariance = row.iter().zip(shares).map(with).sum::<f64>() / worlds;
        covariance / (share * (1.0 - share)).max(1e-9)
    }

    /// The standard error of the mean share. The counts of parents are exact, so what goes with them, given the
    /// slopes, is taken out first.
    fn error(&self, shares: &[f64], slopes: &[(usize, f64)]) -> f64 {
        let size = self.words.div_ceil(GROUPS).max(1);
        let mut sums: Vec<f64> = shares.chunks(size).map(|group| group.iter().sum()).collect();
        for (source, slope) in slopes {
            let Some(row) = self.all.rows.get(*source) else { continue };
            for (sum, group) in sums.iter_mut().zip(row.chunks(size)) {
                *sum -= slope * f64::from(group.iter().map(|word| word.count_ones()).sum::<u32>());
            }
        }
        let whole: Vec<f64> =
            sums.iter().take(self.words / size).map(|sum| sum / (size * WIDTH) as f64).collect();
        spread(&whole) / (whole.len().max(1) as f64).sqrt()
    }
}

/// The standard deviation.
pub(super) fn spread(all: &[f64]) -> f64 {
    if all.len() < 2 {
        return 0.0;
    }
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    let squares: f64 = all.iter().map(|one| (one - mean) * (one - mean)).sum();
    (squares / (all.len() - 1) as f64).sqrt()
}

fn share_of(all: &Calibration, slot: usize) -> f64 {
    all.shares.get(slot).copied().unwrap_or(0.5)
}

/// The level at which a mean of logistic curves is `aim`, by Newton's method within a bracket.
pub(super) fn newton(aim: f64, start: f64, bound: f64, at: impl Fn(f64) -> (f64, f64)) -> f64 {
    let (mut low, mut high) = (-bound, bound);
    let mut level = start.clamp(-bound, bound);
    for _ in 0..60 {
        let (value, slope) = at(level);
        let gap = value - aim;
        if gap > 0.0 {
            high = level;
        } else {
            low = level;
        }
        if gap.abs() < 1e-9 || high - low < 1e-9 {
            break;
        }
        let next = level - gap / slope.max(1e-12);
        let is_inside = next > low && next < high;
        let next = if is_inside { next } else { f64::midpoint(low, high) };
        // Such a mean bends so little that another step would be shorter than half the square of this one, and means of
        // numbers of 24 bits do not tell shorter ones apart.
        let done = (next - level).abs() < if is_inside { 1e-3 } else { 1e-6 };
        level = next;
        if done {
            break;
        }
    }
    level
}
