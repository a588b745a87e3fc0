//! Problem: what is known, and which part of the network it bears on.
//!
//! The core are the nodes about which something is known and everything above them. Below the core nothing is
//! known; what is there can be drawn anew at any time.

use std::sync::Arc;

use super::super::number::exp;
use super::super::step::Finding;
use super::shape::{Kind, Link, Shape};

/// What is known of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// Several states are possible still.
    Open,
    /// It has this state.
    State(usize),
}

/// Where the links of a slot lie.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    begin: usize,
    /// Where those that tell nothing begin.
    dumb: usize,
    end: usize,
    /// The product over all links may leave the range of its type.
    long: bool,
}

/// The network as seen from what is known.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub(super) shape: Arc<Shape>,
    /// By slot.
    pub(super) findings: Vec<Finding>,
    /// By slot: the likelihood ratio of the evidence about it.
    pub(super) favor: Vec<f32>,
    /// By variable.
    pub(super) known: Vec<Known>,
    /// By variable.
    pub(super) core: Vec<bool>,
    /// Variables of the core that are open, parents first.
    pub(super) open: Vec<usize>,
    /// Open variables below which nothing is known, parents first.
    pub(super) barren: Vec<usize>,
    /// Open variables of the core that single steps may not turn: those that much hangs on.
    pub(super) heads: Vec<usize>,
    /// The others: they are tied closely to something else.
    pub(super) tied: Vec<usize>,
    /// By slot: products of its odds with themselves stay within the range of their type.
    tame: Vec<bool>,
    spans: Vec<Span>,
    links: Vec<Link>,
    below_spans: Vec<(usize, usize)>,
    below: Vec<(usize, u64)>,
    hard_spans: Vec<(usize, usize)>,
    hard: Vec<usize>,
    /// Arithmetic for one sweep, in links.
    pub(super) work: usize,
}

/// A variable with so many children in the core is not turned by single steps.
const FAR: usize = 24;
/// Log likelihood ratios are held within this: beyond, evidence is as good as an outcome.
const LOUD: f64 = 60.0;

impl Problem {
    /// `levels` are those of now, by slot.
    pub(super) fn new(shape: &Arc<Shape>, findings: Vec<Finding>, levels: &[f64]) -> Self {
        let known = shape.variables.iter().map(|variable| known(variable.kind, variable.slots(), &findings));
        let known: Vec<Known> = known.collect();
        let favor = |finding: &Finding| match finding {
            Finding::Open(log) => exp(log.clamp(-LOUD, LOUD)) as f32,
            Finding::Settled(_) => 1.0,
        };
        let mut problem = Self {
            shape: Arc::clone(shape),
            favor: findings.iter().map(favor).collect(),
            known,
            core: vec![false; shape.variables.len()],
            open: Vec::new(),
            barren: Vec::new(),
            heads: Vec::new(),
            tied: Vec::new(),
            tame: Vec::with_capacity(shape.slots.len()),
            spans: Vec::with_capacity(shape.slots.len()),
            links: Vec::new(),
            below_spans: Vec::with_capacity(shape.variables.len()),
            below: Vec::new(),
            hard_spans: Vec::with_capacity(shape.variables.len()),
            hard: Vec::new(),
            findings,
            work: 0,
        };
        problem.find_core();
        problem.link(levels);
        problem
    }

    fn find_core(&mut self) {
        for (number, variable) in self.shape.variables.iter().enumerate().rev() {
            let told = variable.slots().any(|slot| self.findings.get(slot) != Some(&Finding::Open(0.0)));
            let is_core = told || self.core.get(number) == Some(&true);
            if is_core {
                for one in variable.parents.iter().chain([&number]) {
                    if let Some(core) = self.core.get_mut(*one) {
                        *core = true;
                    }
                }
            }
        }
        for (number, (known, core)) in self.known.iter().zip(&self.core).enumerate() {
            match (known, core) {
                (Known::Open, true) => self.open.push(number),
                (Known::Open, false) => self.barren.push(number),
                (Known::State(_), _) => {}
            }
        }
    }

    fn link(&mut self, levels: &[f64]) {
        let shape = Arc::clone(&self.shape);
        for (slot, level) in shape.slots.iter().zip(levels) {
            self.tame.push(level + slot.most < 40.0);
            let begin = self.links.len();
            let (mut bits, mut dumb, mut long) = (0.0, begin, false);
            for link in &slot.links {
                let Some(child) = shape.slots.get(link.slot) else { continue };
                if self.core.get(child.variable) != Some(&true) {
                    continue;
                }
                // 1 + e is below 2 to the power of this, and so is what is multiplied with it.
                let level = levels.get(link.slot).copied().unwrap_or(0.0);
                let most = (level + child.most).max(0.0) + f64::from(link.log.abs());
                let more = most * std::f64::consts::LOG2_E + 1.0;
                let renormalize = bits + more > 120.0;
                bits = if renormalize { more } else { bits + more };
                long |= renormalize;
                self.links.push(Link { renormalize, ..*link });
                if link.tells {
                    dumb = self.links.len();
                }
            }
            // A short product times the odds and the evidence stays in range as well.
            self.spans.push(Span { begin, dumb, end: self.links.len(), long: long || bits > 30.0 });
        }
        for (number, variable) in shape.variables.iter().enumerate() {
            let begin = self.hard.len();
            let core = |child: &&usize| self.core.get(**child) == Some(&true);
            self.hard.extend(variable.hard.iter().filter(core));
            self.hard_spans.push((begin, self.hard.len()));
            self.find_below(number);
            if self.core.get(number) == Some(&true) && self.known.get(number) == Some(&Known::Open) {
                let links = || variable.slots().flat_map(|slot| self.told(slot));
                let (degree, steep) = (links().count(), links().any(|link| link.log.abs() > 2.5));
                self.work += degree + 8 * (self.hard.len() - begin) * variable.states() + 2;
                let is_open = |parent: &usize| self.known.get(*parent) == Some(&Known::Open);
                if degree >= FAR * 1000 || degree > 0 && !variable.parents.iter().any(is_open) {
                    self.heads.push(number);
                } else if steep || self.hard.len() > begin {
                    self.tied.push(number);
                }
            }
        }
        self.work += 4 * self.barren.len();
    }

    fn find_below(&mut self, number: usize) {
        let begin = self.below.len();
        let Some(variable) = self.shape.variables.get(number) else { return };
        let links = variable.slots().flat_map(|slot| self.links(slot));
        let plain = links.filter_map(|link| self.shape.slots.get(link.slot).map(|slot| slot.variable));
        let mut all: Vec<usize> = plain.chain(self.hard(number).iter().copied()).collect();
        all.sort_unstable();
        for child in all {
            match self.below.get_mut(begin..).and_then(|own| own.last_mut()) {
                Some((word, bits)) if *word == child / 64 => *bits |= 1 << (child % 64),
                _ => self.below.push((child / 64, 1 << (child % 64))),
            }
        }
        self.below_spans.push((begin, self.below.len()));
    }

    /// The core children of a variable, as words of a row of bits.
    #[inline(always)]
    pub(super) fn below(&self, variable: usize) -> &[(usize, u64)] {
        let (begin, end) = self.below_spans.get(variable).copied().unwrap_or_default();
        self.below.get(begin..end).unwrap_or_default()
    }

    /// The core children whose odds tell what they say about a slot.
    #[inline(always)]
    pub(super) fn told(&self, slot: usize) -> &[Link] {
        let span = self.spans.get(slot).copied().unwrap_or_default();
        self.links.get(span.begin..span.dumb).unwrap_or_default()
    }

    /// All core children that keep running odds.
    #[inline(always)]
    pub(super) fn links(&self, slot: usize) -> &[Link] {
        let span = self.spans.get(slot).copied().unwrap_or_default();
        self.links.get(span.begin..span.end).unwrap_or_default()
    }

    #[inline(always)]
    pub(super) fn is_long(&self, slot: usize) -> bool {
        self.spans.get(slot).is_some_and(|span| span.long)
    }

    #[inline(always)]
    pub(super) fn is_tame(&self, slot: usize) -> bool {
        self.tame.get(slot) == Some(&true)
    }

    /// The core children of a variable that have to be worked out for each of its states.
    #[inline(always)]
    pub(super) fn hard(&self, variable: usize) -> &[usize] {
        let (begin, end) = self.hard_spans.get(variable).copied().unwrap_or_default();
        self.hard.get(begin..end).unwrap_or_default()
    }

    #[inline(always)]
    pub(super) fn favor(&self, slot: usize) -> f32 {
        self.favor.get(slot).copied().unwrap_or(1.0)
    }

    #[inline(always)]
    pub(super) fn known(&self, variable: usize) -> Known {
        self.known.get(variable).copied().unwrap_or(Known::Open)
    }

    #[inline(always)]
    pub(super) fn is_core(&self, variable: usize) -> bool {
        self.core.get(variable) == Some(&true)
    }

    /// A scenario that is known not to have come true.
    pub(super) fn is_out(&self, slot: usize) -> bool {
        self.findings.get(slot) == Some(&Finding::Settled(false))
    }

    /// Variables below which nothing is known, that are above one of those given.
    pub(super) fn barren_above(&self, variables: impl Iterator<Item = usize>) -> Vec<usize> {
        let mut above = vec![false; self.core.len()];
        for variable in variables {
            if let Some(above) = above.get_mut(variable) {
                *above = true;
            }
        }
        let mut found = Vec::new();
        for (number, variable) in self.shape.variables.iter().enumerate().rev() {
            if above.get(number) != Some(&true) || self.is_core(number) {
                continue;
            }
            found.push(number);
            for parent in &variable.parents {
                if let Some(above) = above.get_mut(*parent) {
                    *above = true;
                }
            }
        }
        found.reverse();
        found
    }
}

fn known(kind: Kind, slots: std::ops::Range<usize>, findings: &[Finding]) -> Known {
    let findings = || findings.get(slots.clone()).unwrap_or_default().iter();
    if !kind.chooses() {
        return match findings().next() {
            Some(Finding::Settled(state)) => Known::State(usize::from(*state)),
            Some(Finding::Open(_)) | None => Known::Open,
        };
    }
    if let Some(state) = findings().position(|finding| *finding == Finding::Settled(true)) {
        return Known::State(state);
    }
    let mut left = findings().enumerate().filter(|(_, finding)| **finding != Finding::Settled(false));
    match (left.next(), left.next()) {
        (Some((state, _)), None) => Known::State(state),
        _ => Known::Open,
    }
}
