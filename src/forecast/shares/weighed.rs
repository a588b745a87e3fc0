//! Shares of a sampled part: the node is summed out of each of many worlds, with its laws as they are and as they would
//! be without what has not come back.

use std::collections::{BTreeSet, HashMap};

use super::super::book::{Book, error, shares};
use super::super::number::{exp, ln};
use super::super::part::Law;
use super::super::run::Evaluated;
use super::{Cause, Scene, odds};

/// Worlds that are looked at.
const WORLDS: usize = 1 << 14;

/// By share of the book and by stage: the mass of the state, and of all states.
pub(super) type Sums = Vec<Vec<[f64; 2]>>;

/// What the log odds move by as parents and children come back, each with its error.
pub(super) fn weighed(
    scene: &Scene<'_>,
    evidence: &[(Cause, usize, f64)],
    book: &Book,
    part: &Evaluated,
) -> Vec<(f64, f64)> {
    let Some(own) = scene.part.variables.get(scene.variable) else { return Vec::new() };
    let states = if matches!(own.law, Law::Choice(_)) { own.nodes.len() } else { 2 };
    let stages = scene.parents.len() + scene.children.len() + 1;
    let said = (0..states).map(|state| {
        let own = evidence.iter().filter(|(_, of, _)| *of == state);
        exp(own.map(|(.., weight)| weight).sum())
    });
    let said: Vec<f64> = said.collect();
    let step = (book.words() * 64 / WORLDS).max(1);
    let sums = odds::sums(scene, &said, book, part, step);
    let sums = sums.unwrap_or_else(|| any(scene, &said, book, part, step));
    let at =
        |share: &Vec<[f64; 2]>, stage: usize| share.get(stage).map_or((0.0, 0.0), |[own, all]| (*own, *all));
    let odds = |stage: usize| {
        let counts = || sums.iter().map(|share| at(share, stage));
        let (own, all) = counts().fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let mean = if all > 0.0 { own / all } else { 0.5 };
        (ln(mean / (1.0 - mean)), error(counts(), mean) / (mean * (1.0 - mean)))
    };
    let stages: Vec<(f64, f64)> = (0..stages).map(odds).collect();
    let steps = stages.iter().zip(stages.iter().skip(1));
    steps.map(|(before, after)| (after.0 - before.0, before.1.hypot(after.1))).collect()
}

/// The sums of any laws.
fn any(scene: &Scene<'_>, said: &[f64], book: &Book, part: &Evaluated, step: usize) -> Sums {
    let states = said.len();
    let laws: Vec<Law> = (0..=scene.parents.len()).map(|parents| scene.own_law(parents)).collect();
    let below: Vec<(usize, Law)> =
        scene.children.iter().map(|(_, child)| (*child, scene.law_below(*child))).collect();
    let levels = |variable: usize| -> Vec<f64> {
        let nodes = scene.part.variables.get(variable).map_or(&[][..], |one| one.nodes.as_slice());
        nodes.iter().map(|node| scene.levels.get(*node).copied().unwrap_or(0.0)).collect()
    };
    let own_levels = levels(scene.variable);
    let below_levels: Vec<Vec<f64>> = below.iter().map(|(child, _)| levels(*child)).collect();
    let stages = laws.len() + below.len();
    let mut own = Seen::of(laws.iter().flat_map(Law::parents), part, book);
    let mut told: Vec<Seen<'_, (Vec<f64>, f64)>> =
        below.iter().map(|(child, _)| Seen::of(scene.around(*child), part, book)).collect();
    let mut masses = vec![0.0; stages * states];
    let mut back = vec![1.0; (below.len() + 1) * states];
    let mut away = vec![1.0; below.len() + 1];
    shares(book.words())
        .iter()
        .map(|share| {
            let mut sums = vec![[0.0; 2]; stages];
            for world in (share.start * 64..share.end * 64).step_by(step) {
                let bit = |node: usize| {
                    let row = book.row(part.id(node));
                    row.get(world / 64).is_some_and(|word| word >> (world % 64) & 1 == 1)
                };
                // The states of the node side by side: what its laws and those below say to each.
                let own: &Vec<Vec<f64>> =
                    own.at(world, || laws.iter().map(|law| law.states(&own_levels, bit)).collect());
                // Of the variables below, those that are back tell what they do for each state, the others what they
                // do without the node: products from the front, and from the end.
                for (place, (seen, ((child, without), levels))) in
                    told.iter_mut().zip(below.iter().zip(&below_levels)).enumerate()
                {
                    let (with, without) = seen.at(world, || scene.told(*child, without, levels, states, bit));
                    let (before, after) = back.split_at_mut((place + 1) * states);
                    let before = before.iter().skip(place * states);
                    for ((next, before), with) in after.iter_mut().zip(before).zip(with) {
                        *next = before * with;
                    }
                    if let Some(away) = away.get_mut(place) {
                        *away = *without;
                    }
                }
                for place in (0..below.len()).rev() {
                    let next = away.get(place + 1).copied().unwrap_or(1.0);
                    if let Some(away) = away.get_mut(place) {
                        *away *= next;
                    }
                }
                for (stage, masses) in masses.chunks_mut(states).enumerate() {
                    let law = own.get(stage.min(laws.len() - 1)).map_or(&[][..], Vec::as_slice);
                    let place = (stage + 1).saturating_sub(laws.len());
                    let away = away.get(place).copied().unwrap_or(1.0);
                    let back = back.iter().skip(place * states);
                    for ((mass, law), back) in masses.iter_mut().zip(law).zip(back) {
                        *mass = law * back * away;
                    }
                }
                let last = masses.chunks(states).next_back().unwrap_or_default();
                let full: f64 = last.iter().zip(said).map(|(mass, said)| mass * said).sum();
                for (sum, masses) in sums.iter_mut().zip(masses.chunks(states)) {
                    sum[0] += masses.get(scene.state).copied().unwrap_or(0.0) / full;
                    sum[1] += masses.iter().sum::<f64>() / full;
                }
            }
            sums
        })
        .collect()
}

/// What was worked out for states of some nodes: worlds in which these are the same need it once.
struct Seen<'a, T> {
    rows: Vec<&'a [u64]>,
    found: HashMap<u64, T>,
}

impl<'a, T> Seen<'a, T> {
    fn of(nodes: impl IntoIterator<Item = usize>, part: &Evaluated, book: &'a Book) -> Self {
        let nodes: BTreeSet<usize> = nodes.into_iter().collect();
        Self { rows: nodes.into_iter().map(|node| book.row(part.id(node))).collect(), found: HashMap::new() }
    }

    fn at(&mut self, world: usize, work: impl FnOnce() -> T) -> &T {
        let bit = |row: &&[u64]| row.get(world / 64).map_or(0, |word| word >> (world % 64) & 1);
        if self.rows.len() > 64 {
            // Too many for a key: each world is worked out by itself.
            self.found.clear();
            return self.found.entry(0).or_insert_with(work);
        }
        let key = self.rows.iter().fold(0, |key, row| key << 1 | bit(row));
        self.found.entry(key).or_insert_with(work)
    }
}

impl Scene<'_> {
    /// The nodes that decide what a variable below tells: its own, and those above it but for the node's.
    fn around(&self, child: usize) -> Vec<usize> {
        let own = self.part.variables.get(self.variable).map_or(&[][..], |own| own.nodes.as_slice());
        let Some(below) = self.part.variables.get(child) else { return Vec::new() };
        let all = below.law.parents().into_iter().chain(below.nodes.iter().copied());
        all.filter(|node| !own.contains(node)).collect()
    }

    /// The likelihood of what is so in a variable below, for each state of the node, and without the node.
    fn told(
        &self,
        child: usize,
        without: &Law,
        levels: &[f64],
        states: usize,
        bit: impl Fn(usize) -> bool + Copy,
    ) -> (Vec<f64>, f64) {
        let Some(below) = self.part.variables.get(child) else { return (vec![1.0; states], 1.0) };
        let own = self.part.variables.get(self.variable);
        let so = |law: Vec<f64>| {
            let state = match below.law {
                Law::Choice(_) => below.nodes.iter().position(|node| bit(*node)).unwrap_or(0),
                Law::Odds(_) | Law::Table { .. } => {
                    usize::from(below.nodes.first().is_some_and(|node| bit(*node)))
                }
            };
            law.get(state).copied().unwrap_or(0.0)
        };
        let with = |state: usize| {
            let is = |node: usize| match own.filter(|own| own.nodes.contains(&node)) {
                Some(_) => self.part.places.get(node).is_some_and(|place| place.state == state),
                None => bit(node),
            };
            so(below.law.states(levels, is))
        };
        ((0..states).map(with).collect(), so(without.states(levels, bit)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::{Method, Settings, evaluate};
    use crate::source::Sources;
    use crate::value::Date;

    #[test]
    fn weights_alone_are_weighed_as_any_law_is() {
        let sources = Sources::single(
            r#"
            scenario DRY "A" {
                probability 30%
            }
            scenario LATE "B" {
                probability 60%
            }
            prediction HARVEST "C" {
                probability 40%
                needs DRY 70% else 20%
                moves with LATE strong
            }
            prediction PRICE "D" {
                probability 25%
                needs HARVEST 55% else 10%
                needs LATE weak
            }
            prediction TRADE "E" {
                probability 50%
                killed by HARVEST 35% else 60%
            }
            2026-05-02 evidence TRADE for strong "Seen"
            2026-05-03 evidence HARVEST against weak "Heard"
            "#,
        );
        let today = Date::parse("2026-06-01").unwrap();
        let compiled = crate::compile(&sources, today);
        assert!(!compiled.diagnostics.has_errors(), "{:?}", compiled.diagnostics);
        let settings = Settings { method: Method::Sampled, ..Settings::default() };
        let forecast = evaluate(&compiled.model, today, &settings);
        for (id, node) in compiled.model.nodes() {
            let (part, place) = forecast.place(id).unwrap();
            let levels = part.engine.as_deref().unwrap().levels();
            let scene = Scene::new(&part.part, &levels, place, &compiled.model).unwrap();
            for (said, step) in [([1.0, 1.0], 4), ([1.0, 3.5], 3)] {
                let quick = odds::sums(&scene, &said, forecast.book(), part, step).unwrap();
                let any = any(&scene, &said, forecast.book(), part, step);
                assert_eq!(quick.len(), any.len());
                for (quick, any) in quick.iter().flatten().flatten().zip(any.iter().flatten().flatten()) {
                    assert!((quick - any).abs() <= 1e-9 * any.abs(), "{}: {quick}, {any}", node.id);
                }
            }
        }
    }
}
