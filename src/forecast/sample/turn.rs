//! Turning moves: a node changes its state and takes all below it along.
//!
//! Every state is seen as made from a number in 0..1 that the node holds on to. A node is turned, those below
//! follow with the numbers that they hold, and the whole is accepted by what it does to the facts and to the
//! probability of the turned node: the non-centred parameterization of Papaspiliopoulos, Roberts and Sköld
//! (2007). Single steps could never turn a node that hundreds of children reflect.

use super::lanes::{Lanes, Purpose, Tally, vectorized};
use super::law::{Levels, gates, law, pull};
use super::problem::{Known, Problem};
use super::shape::{Kind, Shape};
use super::worlds::{Clock, Worlds, likelihood};

/// What is to be turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// A variable goes to the state that lies so many further on, or in other worlds so many back: where all
    /// worlds go the same way, nobody comes back, and the move does not keep the distribution.
    Alone(usize, usize),
    /// Two nodes change places where they differ.
    Pair(usize, usize),
}

/// Room for a proposal.
#[derive(Clone, Debug, Default)]
pub(super) struct Proposal {
    bits: Vec<u64>,
    odds: Vec<Lanes>,
    /// Variables that wait, a bit each.
    waiting: Vec<u64>,
    /// Variables that were looked at.
    touched: Vec<usize>,
    laws: [Vec<Lanes>; 2],
}

/// How many worlds tried, and how many went along.
pub(super) fn turn(
    worlds: &mut Worlds,
    room: &mut Proposal,
    problem: &Problem,
    levels: &Levels,
    clock: Clock,
    what: Turn,
) -> (u64, u64) {
    turned(worlds, room, problem, levels, (clock, what))
}

impl Proposal {
    fn begin(&mut self, worlds: &Worlds, variables: usize) {
        self.bits.clone_from(&worlds.bits);
        self.odds.resize(worlds.odds.len(), Lanes::ONE);
        self.waiting.clear();
        self.waiting.resize(variables.div_ceil(64), 0);
        self.touched.clear();
    }

    #[inline(always)]
    fn touch(&mut self, number: usize) {
        if let Some(word) = self.waiting.get_mut(number / 64) {
            *word |= 1 << (number % 64);
        }
    }

    /// The first that waits, from a word on.
    #[inline(always)]
    fn next(&mut self, word: &mut usize) -> Option<usize> {
        while let Some(bits) = self.waiting.get_mut(*word) {
            if *bits != 0 {
                let bit = bits.trailing_zeros() as usize;
                *bits &= *bits - 1;
                return Some(64 * *word + bit);
            }
            *word += 1;
        }
        None
    }

    /// The odds of a variable with the new states above it. Pulling them from all parents costs less than that every
    /// parent passes on its step: most parents change, and their states are bits.
    #[inline(always)]
    fn pull(&mut self, shape: &Shape, levels: &Levels, number: usize) {
        let Some(variable) = shape.variables.get(number).filter(|variable| variable.kind.runs()) else {
            return;
        };
        for slot in variable.slots() {
            if let (Some(odds), Some(what)) = (self.odds.get_mut(slot), shape.slots.get(slot)) {
                *odds = pull(levels, slot, what, &self.bits);
            }
        }
    }

    /// Lets those wait that are below a node with new states.
    #[inline(always)]
    fn pass_on(&mut self, worlds: &Worlds, problem: &Problem, number: usize) {
        let Some(variable) = problem.shape.variables.get(number) else { return };
        if worlds.bits.get(variable.slots()) != self.bits.get(variable.slots()) {
            for (word, bits) in problem.below(number) {
                if let Some(word) = self.waiting.get_mut(*word) {
                    *word |= bits;
                }
            }
        }
    }

    /// Turns the states of those that are to be turned; the worlds in which that changes something.
    fn propose(&mut self, worlds: &Worlds, shape: &Shape, clock: Clock, what: Turn) -> u64 {
        let row = |slot: usize| worlds.bits.get(slot).copied().unwrap_or(0);
        match what {
            Turn::Alone(number, by) => {
                let Some(variable) = shape.variables.get(number) else { return 0 };
                self.touch(number);
                let (count, by) = (variable.count, by % variable.count);
                let random = clock.draw(shape, variable.first, Purpose::Pick).worlds(worlds.first);
                let back = random.below(&Lanes::splat(0.5));
                for (place, slot) in variable.slots().enumerate() {
                    let [from, from_back] =
                        [count - by, by].map(|by| row(variable.first + (place + by) % count));
                    if let Some(bits) = self.bits.get_mut(slot) {
                        let turned = (from & !back) | (from_back & back);
                        *bits = if variable.kind.chooses() { turned } else { !*bits };
                    }
                }
                !0
            }
            Turn::Pair(one, other) => {
                let differ = row(one) ^ row(other);
                for slot in [one, other] {
                    if let (Some(bits), Some(what)) = (self.bits.get_mut(slot), shape.slots.get(slot)) {
                        *bits ^= differ;
                        self.touch(what.variable);
                    }
                }
                differ
            }
        }
    }
}

/// Multiplies one side of the balance. What is impossible on the side of the proposal is remembered apart.
#[inline(always)]
fn put(balance: &mut Tally, impossible: &mut u64, new: &Lanes, old: &Lanes) {
    *impossible |= new.vanishing() | old.vanishing();
    balance.yes.times(new);
    balance.no.times(old);
    balance.renormalize();
}

vectorized! {
    fn turned(
        worlds: &mut Worlds,
        room: &mut Proposal,
        problem: &Problem,
        levels: &Levels,
        (clock, what): (Clock, Turn),
    ) -> (u64, u64) {
        let shape = &problem.shape;
        room.begin(worlds, shape.variables.len());
        let tried = room.propose(worlds, shape, clock, what);
        if tried == 0 {
            return (0, 0);
        }
        let own = |number: usize| match what {
            Turn::Alone(variable, _) => variable == number,
            Turn::Pair(one, other) => {
                [one, other].iter().any(|slot| shape.slots.get(*slot).is_some_and(|slot| slot.variable == number))
            }
        };
        let (mut balance, mut impossible, mut word) = (Tally::new(), 0, 0);
        let mut first = None;
        while let Some(number) = room.next(&mut word) {
            first = first.or(Some(number));
            room.touched.push(number);
            room.pull(shape, levels, number);
            let Some(variable) = shape.variables.get(number) else { continue };
            let is_own = own(number);
            let known = problem.known(number);
            let slot = variable.first;
            let is_easy = matches!(variable.kind, Kind::Plain | Kind::Gated);
            let is_free = variable.kind == Kind::Plain && !is_own && known == Known::Open && problem.is_tame(slot);
            if let (true, Some(old), Some(new), Some(bits)) =
                (is_free, worlds.odds.get(slot), room.odds.get(slot), worlds.bits.get(slot).copied())
            {
                let random = clock.draw(shape, slot, Purpose::Turn).worlds(worlds.first);
                if let Some(turned) = room.bits.get_mut(slot) {
                    *turned = random.follow(bits, old, new);
                }
            } else if let (true, Some(old), Some(new), Some(bits)) =
                (is_easy, worlds.odds.get(slot), room.odds.get(slot), worlds.bits.get(slot).copied())
            {
                let (old_gates, new_gates) = match shape.slots.get(slot) {
                    Some(what) if variable.kind == Kind::Gated => {
                        (gates(&what.gates, &worlds.bits), gates(&what.gates, &room.bits))
                    }
                    _ => ((0, 0), (0, 0)),
                };
                let (mut old_yes, mut new_yes) = (old.yes(), new.yes());
                if variable.kind == Kind::Gated {
                    for (yes, (denied, forced)) in [(&mut old_yes, old_gates), (&mut new_yes, new_gates)] {
                        yes.set_where(denied, 0.0);
                        yes.set_where(forced, 1.0);
                    }
                }
                if is_own || known != Known::Open {
                    let (mut old_no, mut new_no) = (old.no(), new.no());
                    if variable.kind == Kind::Gated {
                        for (no, (denied, forced)) in [(&mut old_no, old_gates), (&mut new_no, new_gates)] {
                            no.set_where(denied, 1.0);
                            no.set_where(forced, 0.0);
                        }
                    }
                    let turned = room.bits.get(slot).copied().unwrap_or(0);
                    old_no.replace_where(bits, &old_yes);
                    new_no.replace_where(turned, &new_yes);
                    put(&mut balance, &mut impossible, &new_no, &old_no);
                } else {
                    let random = clock.draw(shape, slot, Purpose::Turn).worlds(worlds.first);
                    let held = random.held(bits, &old_yes);
                    if let Some(bits) = room.bits.get_mut(slot) {
                        *bits = held.below(&new_yes);
                    }
                }
            } else {
                let [old, new] = &mut room.laws;
                law(shape, levels, number, &worlds.bits, Some(&worlds.odds), old);
                law(shape, levels, number, &room.bits, Some(&room.odds), new);
                if is_own || known != Known::Open {
                    let old = likelihood(shape, number, &worlds.bits, old);
                    let new = likelihood(shape, number, &room.bits, new);
                    put(&mut balance, &mut impossible, &new, &old);
                } else {
                    let random = clock.draw(shape, slot, Purpose::Turn).worlds(worlds.first);
                    follow(shape, number, worlds, (&mut room.bits, old, new), &random);
                }
            }
            for slot in variable.slots() {
                let (Some(old), Some(new)) = (worlds.bits.get(slot), room.bits.get(slot)) else { continue };
                let favor = problem.favor(slot);
                if favor != 1.0 {
                    balance.yes.scale_where(new & !old, favor);
                    balance.no.scale_where(old & !new, favor);
                    balance.renormalize();
                }
                if problem.is_out(slot) && known == Known::Open {
                    impossible |= new;
                }
            }
            room.pass_on(worlds, problem, number);
        }
        let Some(first) = first.and_then(|number| shape.variables.get(number)) else { return (0, 0) };
        let random = clock.draw(shape, first.first, Purpose::Accept).worlds(worlds.first);
        let accepted = random.below(&balance.quotient()) & tried & !impossible;
        if accepted != 0 {
            for number in &room.touched {
                let Some(variable) = shape.variables.get(*number) else { continue };
                for slot in variable.slots() {
                    if let (Some(old), Some(new)) = (worlds.bits.get_mut(slot), room.bits.get(slot)) {
                        *old = (*old & !accepted) | (new & accepted);
                    }
                    if let (Some(old), Some(new)) = (worlds.odds.get_mut(slot), room.odds.get(slot)) {
                        old.replace_where(accepted, new);
                    }
                }
            }
        }
        (u64::from(tried.count_ones()), u64::from(accepted.count_ones()))
    }
}

/// The states that a variable takes under its new law with the number it holds under the old one.
fn follow(
    shape: &Shape,
    number: usize,
    worlds: &Worlds,
    (bits, old, new): (&mut [u64], &[Lanes], &[Lanes]),
    random: &Lanes,
) {
    let Some(variable) = shape.variables.get(number) else { return };
    if let ([_, old], [_, new], false) = (old, new, variable.kind.chooses()) {
        let slot = variable.first;
        let held = random.held(worlds.bits.get(slot).copied().unwrap_or(0), old);
        if let Some(bits) = bits.get_mut(slot) {
            *bits = held.below(new);
        }
        return;
    }
    let (mut held, mut sum) = (*random, Lanes::ZERO);
    for (slot, share) in variable.slots().zip(old) {
        let mut here = *random;
        here.times(share);
        here.plus(&sum);
        held.replace_where(worlds.bits.get(slot).copied().unwrap_or(0), &here);
        sum.plus(share);
    }
    for (slot, picked) in variable.slots().zip(super::worlds::picks(new, true, &held)) {
        if let Some(bits) = bits.get_mut(slot) {
            *bits = picked;
        }
    }
}
