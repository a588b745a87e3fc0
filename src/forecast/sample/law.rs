//! Laws: the probability of each state of a variable, given its parents, in 64 worlds.

use super::super::number::{exp, sigmoid};
use super::lanes::{Lanes, WIDTH};
use super::shape::{Gate, Kind, Shape, Slot, Variable};

/// The levels of all nodes, by slot.
#[derive(Clone, Debug, Default)]
pub(super) struct Levels {
    pub(super) log: Vec<f64>,
    pub(super) odds: Vec<f32>,
}

impl Levels {
    pub(super) fn new(log: Vec<f64>) -> Self {
        let odds = log.iter().map(|level| exp(*level) as f32).collect();
        Self { log, odds }
    }

    pub(super) fn set(&mut self, slot: usize, level: f64) {
        if let (Some(log), Some(odds)) = (self.log.get_mut(slot), self.odds.get_mut(slot)) {
            (*log, *odds) = (level, exp(level) as f32);
        }
    }

    pub(super) fn get(&self, slot: usize) -> f64 {
        self.log.get(slot).copied().unwrap_or(0.0)
    }

    #[inline(always)]
    fn odds(&self, slot: usize) -> f32 {
        self.odds.get(slot).copied().unwrap_or(1.0)
    }
}

/// The running odds of a node worked out anew.
#[inline(always)]
pub(super) fn pull(levels: &Levels, slot: usize, what: &Slot, bits: &[u64]) -> Lanes {
    let mut odds = Lanes::splat(levels.odds(slot));
    for weight in &what.weights {
        odds.scale_where(bits.get(weight.source).copied().unwrap_or(0), weight.factor);
    }
    odds
}

/// The worlds in which gates deny a node, and those in which they force it.
#[inline(always)]
pub(super) fn gates(gates: &[Gate], bits: &[u64]) -> (u64, u64) {
    let (mut denied, mut forced) = (0, 0);
    for gate in gates {
        let source = bits.get(gate.source).copied().unwrap_or(0);
        let acts = if gate.when { source } else { !source };
        if gate.then {
            forced |= acts;
        } else {
            denied |= acts;
        }
    }
    (denied, forced & !denied)
}

/// P(state | parents) for each state. Where running odds are given they are trusted.
pub(super) fn law(
    shape: &Shape,
    levels: &Levels,
    number: usize,
    bits: &[u64],
    odds: Option<&[Lanes]>,
    out: &mut Vec<Lanes>,
) {
    out.clear();
    let Some(variable) = shape.variables.get(number) else { return };
    let slots = shape.slots.get(variable.slots()).unwrap_or_default();
    let running = |at: usize, slot: &Slot| match odds.and_then(|odds| odds.get(at)) {
        Some(odds) => *odds,
        None => pull(levels, at, slot, bits),
    };
    match (variable.kind, slots) {
        (Kind::Plain | Kind::Gated, [slot]) => {
            let odds = running(variable.first, slot);
            two(&odds.no(), &odds.yes(), gates(&slot.gates, bits), out);
        }
        (Kind::Wide, [slot]) => {
            let logs = logs(levels, variable.first, slot, bits);
            let (mut no, mut yes) = (Lanes::ZERO, Lanes::ZERO);
            for ((log, no), yes) in logs.iter().zip(&mut no.0).zip(&mut yes.0) {
                (*no, *yes) = (sigmoid(-log) as f32, sigmoid(*log) as f32);
            }
            two(&no, &yes, gates(&slot.gates, bits), out);
        }
        (Kind::Table, _) => tabulated(levels, variable, bits, out),
        (Kind::Choice, _) => {
            out.extend((variable.first..).zip(slots).map(|(at, slot)| running(at, slot)));
            choose(slots, bits, out);
        }
        (Kind::WideChoice, _) => {
            wide_choice(levels, variable, slots, bits, out);
            choose(slots, bits, out);
        }
        (Kind::Plain | Kind::Gated | Kind::Wide, _) => {}
    }
}

fn two(no: &Lanes, yes: &Lanes, (denied, forced): (u64, u64), out: &mut Vec<Lanes>) {
    let (mut no, mut yes) = (*no, *yes);
    for (lanes, with, without) in [(&mut no, denied, forced), (&mut yes, forced, denied)] {
        lanes.set_where(with, 1.0);
        lanes.set_where(without, 0.0);
    }
    out.extend([no, yes]);
}

fn logs(levels: &Levels, at: usize, slot: &Slot, bits: &[u64]) -> [f64; WIDTH] {
    let mut logs = [levels.get(at); WIDTH];
    for weight in &slot.weights {
        let source = bits.get(weight.source).copied().unwrap_or(0);
        for (lane, log) in logs.iter_mut().enumerate() {
            if (source >> lane) & 1 != 0 {
                *log += weight.log;
            }
        }
    }
    logs
}

/// The level shifts the log odds of all rows; rows of 0 and 1 stay.
fn tabulated(levels: &Levels, variable: &Variable, bits: &[u64], out: &mut Vec<Lanes>) {
    let Some((parents, rows)) = &variable.table else { return };
    let shift = exp(levels.get(variable.first));
    let mut row = [0_usize; WIDTH];
    for (place, parent) in parents.iter().enumerate() {
        let source = bits.get(*parent).copied().unwrap_or(0);
        for (lane, row) in row.iter_mut().enumerate() {
            *row |= (((source >> lane) & 1) as usize) << place;
        }
    }
    let (mut no, mut yes) = (Lanes::ZERO, Lanes::ZERO);
    for ((row, no), yes) in row.iter().zip(&mut no.0).zip(&mut yes.0) {
        let probability = rows.get(*row).copied().unwrap_or(0.5);
        let all = 1.0 - probability + probability * shift;
        (*no, *yes) = (((1.0 - probability) / all) as f32, (probability * shift / all) as f32);
    }
    out.extend([no, yes]);
}

/// Odds relative to the most probable scenario that gates might leave.
fn wide_choice(levels: &Levels, variable: &Variable, slots: &[Slot], bits: &[u64], out: &mut Vec<Lanes>) {
    let all: Vec<[f64; WIDTH]> =
        (variable.first..).zip(slots).map(|(at, slot)| logs(levels, at, slot, bits)).collect();
    let allowed = allowed(slots, bits);
    let mut most = [f64::NEG_INFINITY; WIDTH];
    for (logs, allowed) in all.iter().zip(&allowed) {
        for (lane, (most, log)) in most.iter_mut().zip(logs).enumerate() {
            if (allowed >> lane) & 1 != 0 {
                *most = most.max(*log);
            }
        }
    }
    for logs in &all {
        let mut odds = Lanes::ZERO;
        for ((odds, log), most) in odds.0.iter_mut().zip(logs).zip(&most) {
            *odds = exp((log - most).clamp(-87.0, 60.0)) as f32;
        }
        out.push(odds);
    }
}

/// The worlds in which gates allow each scenario. Where they would rule out all, they count for nothing.
pub(super) fn allowed(slots: &[Slot], bits: &[u64]) -> Vec<u64> {
    let gates: Vec<(u64, u64)> = slots.iter().map(|slot| gates(&slot.gates, bits)).collect();
    let any = gates.iter().fold(0, |any, (_, forced)| any | forced);
    let allow = |(denied, forced): &(u64, u64)| !denied & (!any | forced);
    let some = gates.iter().fold(0, |some, gates| some | allow(gates));
    gates.iter().map(|gates| allow(gates) | !some).collect()
}

/// Turns odds into probabilities.
fn choose(slots: &[Slot], bits: &[u64], out: &mut [Lanes]) {
    let mut sum = Lanes::ZERO;
    for (odds, allowed) in out.iter_mut().zip(allowed(slots, bits)) {
        odds.set_where(!allowed, 0.0);
        sum.plus(odds);
    }
    for odds in out {
        odds.over(&sum);
    }
}
