//! Choices: the levels of all scenarios at once.

use super::super::super::number::{exp, ln};
use super::super::super::step::Trouble;
use super::super::lanes::{Lanes, WIDTH};
use super::super::law::{Levels, allowed, law};
use super::super::shape::{CERTAIN, Weight};
use super::super::worlds::picks;
use super::{Found, Row, Scene, put};

impl Scene<'_> {
    /// All levels at once, by iterative scaling: each is raised by the log of what its scenario lacks.
    pub(super) fn choice(&self) -> Result<Found, Trouble> {
        let variable = self.variable;
        let slots = self.shape.slots.get(variable.slots()).unwrap_or_default();
        let aims: Vec<f64> = variable.slots().map(|slot| self.target(slot).0).collect();
        let log = |aim: &f64| if *aim > 0.0 { ln(*aim).max(-CERTAIN) } else { -CERTAIN };
        let given: Option<Vec<f64>> = variable.slots().map(|slot| self.given(slot)).collect();
        let mut own: Vec<f64> = given.clone().unwrap_or_else(|| aims.iter().map(log).collect());
        let mut inputs = vec![vec![0; self.shape.slots.len()]; self.words];
        for (word, bits) in inputs.iter_mut().enumerate() {
            self.parents(word, bits);
        }
        let lonely = slots.iter().all(|slot| slot.weights.is_empty() && slot.gates.is_empty());
        let worlds = (self.words * WIDTH) as f64;
        let mut laws = Vec::new();
        let mut each = |own: &[f64], look: &mut dyn FnMut(usize, &[Lanes])| {
            let mut levels = Levels::new(vec![0.0; variable.first]);
            for level in own {
                levels.log.push(*level);
                levels.odds.push(exp(*level) as f32);
            }
            for (word, bits) in inputs.iter().enumerate() {
                law(self.shape, &levels, self.number, bits, None, &mut laws);
                look(word, &laws);
            }
        };
        let mut shares = vec![0.0; aims.len()];
        for _ in 0..if lonely || given.is_some() { 1 } else { 400 } {
            shares.fill(0.0);
            each(&own, &mut |_, law| {
                for (share, lanes) in shares.iter_mut().zip(law) {
                    *share += lanes.dot(&Lanes::ONE) / worlds;
                }
            });
            let gap = |(share, aim): (&f64, &f64)| (share - aim).abs();
            if given.is_some() || shares.iter().zip(&aims).map(gap).fold(0.0, f64::max) < 1e-7 {
                break;
            }
            for ((own, share), aim) in own.iter_mut().zip(&shares).zip(&aims) {
                if *aim > 0.0 && *share > 0.0 {
                    *own = (*own + ln(aim / share)).clamp(-CERTAIN, CERTAIN);
                }
            }
        }
        if lonely && given.is_none() {
            shares.clone_from(&aims);
        }
        for ((slot, share), aim) in variable.slots().zip(&shares).zip(&aims) {
            if given.is_none() && (share - aim).abs() > 0.002 + 4.0 * (aim * (1.0 - aim) / worlds).sqrt() {
                let state = slot - variable.first;
                let can = |bits: &Vec<u64>| {
                    let allowed = allowed(slots, bits);
                    let others = allowed.iter().enumerate().filter(|(other, _)| *other != state);
                    let others = others.fold(0, |all, (_, bits)| all | bits);
                    let own = allowed.get(state).copied().unwrap_or(0);
                    [f64::from((own & !others).count_ones()), f64::from(own.count_ones())]
                };
                let all =
                    inputs.iter().map(can).fold([0.0; 2], |sum, one| [sum[0] + one[0], sum[1] + one[1]]);
                let [least, most] = all.map(|count| count / worlds);
                return Err(Trouble::OutOfReach { node: self.node(slot), statement: None, least, most });
            }
        }
        // Drawn with levels that make the counts right, which are a little off those that make the means right.
        let mut tilted = own.clone();
        let mut rows = Vec::new();
        for _ in 0..10 {
            rows = vec![vec![0_u64; self.words]; aims.len()];
            each(&tilted, &mut |word, law| {
                let random = self.random().worlds((word * WIDTH) as u32);
                for (row, bits) in rows.iter_mut().zip(picks(law, true, &random)) {
                    put(row, word, bits);
                }
            });
            for ((tilted, row), share) in tilted.iter_mut().zip(&rows).zip(&shares) {
                let count: u32 = row.iter().map(|word| word.count_ones()).sum();
                if count > 0 && *share > 0.0 {
                    *tilted += ln(share * worlds / f64::from(count));
                }
            }
        }
        let mut blocks = vec![Vec::with_capacity(self.words); aims.len()];
        each(&own, &mut |_, law| {
            for (blocks, lanes) in blocks.iter_mut().zip(law) {
                blocks.push(lanes.dot(&Lanes::ONE));
            }
        });
        let errors = blocks.iter().zip(slots).zip(&shares).map(|((blocks, slot), share)| {
            let slope = |weight: &Weight| (weight.source, weight.log * share * (1.0 - share));
            let slopes: Vec<(usize, f64)> = slot.weights.iter().map(slope).collect();
            if lonely { 0.0 } else { self.error(blocks, &slopes) }
        });
        let errors: Vec<f64> = errors.collect();
        let tilt = |(error, share): (&f64, &f64)| error / (share * (1.0 - share)).max(1e-9);
        let tilts = errors.iter().zip(&shares).map(tilt).collect();
        let rows = rows.into_iter().map(Row::new).collect();
        Ok(Found { levels: own, shares, errors, tilts, rows })
    }
}
