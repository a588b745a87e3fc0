//! Gates: what is settled in a part, and what follows from it whatever the numbers.

use super::Trouble;
use super::engine::Engine;
use super::logic::{Literal, Logic};
use super::part::Part;
use super::step::{Finding, Step};
use crate::value::Date;

/// What is settled in a part, and what gates make of it.
pub(super) struct Gates<'a> {
    part: &'a Part,
    logic: Logic,
    /// Levels without end, which are gates too.
    infinite: Vec<(usize, bool)>,
    /// What steps say themselves.
    pub(super) direct: Vec<Finding>,
    /// What the engine knows: that, and what follows from it.
    pub(super) all: Vec<Finding>,
}

fn infinite(engine: &Engine) -> Vec<(usize, bool)> {
    let levels = engine.levels().into_iter().enumerate();
    levels.filter(|(_, level)| level.is_infinite()).map(|(node, level)| (node, level > 0.0)).collect()
}

/// The nodes that are settled by what is said of them.
pub(super) fn settled(said: &[Finding]) -> impl Iterator<Item = Literal> {
    said.iter().enumerate().filter_map(|(node, finding)| match finding {
        Finding::Settled(state) => Some(Literal { node, state: *state }),
        Finding::Open(_) => None,
    })
}

/// What is known of each node: a state that follows, else what is said of it.
pub(super) fn findings(said: &[Finding], follows: &[Option<bool>]) -> impl Iterator<Item = Finding> {
    said.iter().enumerate().map(|(node, said)| match follows.get(node) {
        Some(Some(state)) => Finding::Settled(*state),
        _ => *said,
    })
}

impl<'a> Gates<'a> {
    pub(super) fn new(part: &'a Part, engine: Option<&Engine>) -> Self {
        let levels = engine.map_or_else(Vec::new, Engine::levels);
        let none = vec![Finding::Open(0.0); part.ids.len()];
        Self {
            part,
            logic: Logic::new(part, &levels),
            infinite: engine.map_or_else(Vec::new, infinite),
            direct: none.clone(),
            all: none,
        }
    }

    /// Takes in what a step says itself.
    pub(super) fn note(&mut self, step: &Step) {
        for (node, finding) in &step.findings {
            if let Some(slot) = self.direct.get_mut(*node) {
                *slot = *finding;
            }
        }
    }

    /// Adds to the findings of a step, once they are noted, what follows from them.
    pub(super) fn learn(
        &mut self,
        step: &mut Step,
        engine: &Engine,
        conflict: impl Fn(&[usize], Date) -> Trouble,
    ) -> Result<(), Trouble> {
        // What is stated today gets another level, so the one that it has settles nothing any more.
        let is_stated = |node: usize| step.statements.iter().any(|statement| statement.node == node);
        let now: Vec<(usize, bool)> =
            infinite(engine).into_iter().filter(|(node, _)| !is_stated(*node)).collect();
        if now != self.infinite {
            let levels = engine.levels().into_iter().enumerate();
            let levels: Vec<f64> =
                levels.map(|(node, level)| if is_stated(node) { 0.0 } else { level }).collect();
            self.logic = Logic::new(self.part, &levels);
            self.infinite = now;
        }
        let facts: Vec<Literal> = settled(&self.direct).filter(|fact| self.logic.knows(fact.node)).collect();
        if !self.logic.allows(&facts) {
            let kept = self.logic.conflict(&facts);
            let nodes: Vec<usize> =
                kept.iter().filter_map(|place| facts.get(*place)).map(|fact| fact.node).collect();
            return Err(conflict(&nodes, step.date));
        }
        let follows = self.logic.follow(facts.iter().copied()).unwrap_or_default();
        step.findings.clear();
        let all = findings(&self.direct, &follows);
        for (node, (finding, known)) in all.zip(&mut self.all).enumerate() {
            if finding != *known {
                *known = finding;
                step.findings.push((node, finding));
            }
        }
        Ok(())
    }
}
