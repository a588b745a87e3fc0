//! The sums of a node of weights alone among others of the same kind: 64 worlds at a time.
//!
//! What is below the node tells, of a world, how much more likely it is where the node is true. Nothing else of it
//! matters, for all else is the same at each stage.
#![expect(clippy::indexing_slicing, reason = "every loop runs to WIDTH, the length of every array of lanes")]

use super::super::book::{Book, shares};
use super::super::number::{exp, ln};
use super::super::part::{Bearing, Law};
use super::super::run::Evaluated;
use super::super::sample::vectorized;
use super::Scene;
use super::weighed::Sums;

/// Worlds of a block.
const WIDTH: usize = 64;
/// Log odds up to these have odds.
const MOST: f64 = 600.0;

/// A number for each world of a block.
type Lanes = [f64; WIDTH];

/// What pulls at a node: the odds of its level, and factors of the odds by nodes.
struct Pull {
    level: f64,
    factors: Vec<(usize, f64)>,
}

/// What lies below: its node, what pulls at it besides the node of the scene, and the factor of that.
struct Below {
    node: usize,
    pull: Pull,
    tie: f64,
}

/// None where a law says more than weights do.
pub(super) fn sums(
    scene: &Scene<'_>,
    said: &[f64],
    book: &Book,
    part: &Evaluated,
    step: usize,
) -> Option<Sums> {
    let (node, own) = Pull::of(scene, scene.variable)?;
    let groups: Vec<Vec<(usize, f64)>> = scene
        .parents
        .iter()
        .map(|(_, nodes)| own.factors.iter().filter(|(source, _)| nodes.contains(source)).copied().collect())
        .collect();
    let below = |(_, child): &(_, usize)| {
        let (below, mut pull) = Pull::of(scene, *child)?;
        let tie =
            pull.factors.iter().filter(|(source, _)| *source == node).map(|(_, factor)| factor).product();
        pull.factors.retain(|(source, _)| *source != node);
        Some(Below { node: below, pull, tie })
    };
    let below: Vec<Below> = scene.children.iter().map(below).collect::<Option<_>>()?;
    // All of it together has room too.
    if below.iter().map(|below| ln(below.tie).abs()).sum::<f64>() + ln(own.level).abs() > MOST {
        return None;
    }
    let [no, yes] = *said else { return None };
    let stages = groups.len() + below.len() + 1;
    let sums = shares(book.words()).into_iter().map(|share| {
        let worlds: Vec<usize> = (share.start * WIDTH..share.end * WIDTH).step_by(step).collect();
        let mut sums = vec![[0.0; 2]; stages];
        for worlds in worlds.chunks(WIDTH) {
            let bits = |node: usize| gathered(book.row(part.id(node)), worlds);
            // How likely the node is with the parents that are back, and how much more so for what is below.
            let mut odds = [own.level; WIDTH];
            let mut chances = vec![chance(&odds)];
            for group in &groups {
                group.iter().for_each(|(source, factor)| scale(&mut odds, bits(*source), *factor));
                chances.push(chance(&odds));
            }
            let mut tells = vec![[1.0; WIDTH]];
            for below in &below {
                let mut odds = [below.pull.level; WIDTH];
                below
                    .pull
                    .factors
                    .iter()
                    .for_each(|(source, factor)| scale(&mut odds, bits(*source), *factor));
                let mut told = tells.last().copied().unwrap_or([1.0; WIDTH]);
                tell(&mut told, &odds, bits(below.node), below.tie);
                tells.push(told);
            }
            let last = |all: &[Lanes]| all.last().copied().unwrap_or([1.0; WIDTH]);
            let whole = wholes(&last(&chances), &last(&tells), [no, yes], worlds.len());
            for (stage, sum) in sums.iter_mut().enumerate() {
                let chance = chances.get(stage.min(groups.len()));
                let tells = tells.get(stage.saturating_sub(groups.len()));
                let Some((chance, tells)) = chance.zip(tells) else { continue };
                let masses = masses(chance, tells, &whole);
                sum[0] += masses.get(scene.state).copied().unwrap_or(0.0);
                sum[1] += masses[0] + masses[1];
            }
        }
        sums
    });
    Some(sums.collect())
}

impl Pull {
    /// What pulls at the node of a variable, and which that is.
    fn of(scene: &Scene<'_>, variable: usize) -> Option<(usize, Self)> {
        let variable = scene.part.variables.get(variable)?;
        let (Law::Odds(inputs), [node]) = (&variable.law, variable.nodes.as_slice()) else { return None };
        let level = scene.levels.get(*node).copied()?;
        let weight = |input: &super::Input| match input.bearing {
            Bearing::Weight(weight) => Some((input.source, weight)),
            Bearing::Gate { .. } => None,
        };
        let weights: Vec<(usize, f64)> = inputs.iter().map(weight).collect::<Option<_>>()?;
        let most = level.abs() + weights.iter().map(|(_, weight)| weight.abs()).sum::<f64>();
        let factors = weights.into_iter().map(|(source, weight)| (source, exp(weight))).collect();
        (most < MOST).then(|| (*node, Self { level: exp(level), factors }))
    }
}

/// The states of some worlds side by side.
fn gathered(row: &[u64], worlds: &[usize]) -> u64 {
    let bit = |world: &usize| row.get(world / WIDTH).map_or(0, |word| word >> (world % WIDTH) & 1);
    worlds.iter().enumerate().fold(0, |bits, (lane, world)| bits | bit(world) << lane)
}

vectorized! {
    /// Multiplies where a bit is set.
    fn scale(odds: &mut Lanes, bits: u64, factor: f64) {
        for (lane, odds) in odds.iter_mut().enumerate() {
            *odds *= if (bits >> lane) & 1 != 0 { factor } else { 1.0 };
        }
    }

    /// The probability of odds.
    fn chance(odds: &Lanes) -> Lanes {
        let mut all = *odds;
        for lane in 0..WIDTH {
            all[lane] = odds[lane] / (1.0 + odds[lane]);
        }
        all
    }

    /// Multiplies by how much more likely the states of something are with the node than without it.
    fn tell(told: &mut Lanes, odds: &Lanes, bits: u64, tie: f64) {
        for lane in 0..WIDTH {
            let so = if (bits >> lane) & 1 != 0 { tie } else { 1.0 };
            told[lane] *= so * (1.0 + odds[lane]) / (1.0 + odds[lane] * tie);
        }
    }

    /// One over the mass of both states when all is back, with what is said of each; 0 beyond the last world.
    fn wholes(chance: &Lanes, tells: &Lanes, said: [f64; 2], worlds: usize) -> Lanes {
        let mut all = [0.0; WIDTH];
        for lane in 0..WIDTH {
            let whole = (1.0 - chance[lane]) * said[0] + chance[lane] * tells[lane] * said[1];
            all[lane] = if lane < worlds { 1.0 / whole } else { 0.0 };
        }
        all
    }

    /// The masses of both states, added up in eight fixed columns.
    fn masses(chance: &Lanes, tells: &Lanes, whole: &Lanes) -> [f64; 2] {
        let (mut no, mut yes) = ([0.0; 8], [0.0; 8]);
        for row in 0..WIDTH / 8 {
            for (column, (no, yes)) in no.iter_mut().zip(&mut yes).enumerate() {
                let lane = 8 * row + column;
                *no += (1.0 - chance[lane]) * whole[lane];
                *yes += chance[lane] * tells[lane] * whole[lane];
            }
        }
        [no.iter().sum(), yes.iter().sum()]
    }
}
