//! Covariances of a part that is worked out exactly.

use super::super::Settings;
use super::super::engine::{Engine, Method};
use super::super::exact::{Exact, Lean, Scores};
use super::{Before, Days, Moment, Now, Slopes};

pub(super) fn slopes(days: &Days<'_>, target: usize) -> Option<Slopes> {
    let engine = Engine::start(days.part, Method::Exact, &Settings::default()).ok()?;
    let start = exact(&engine)?;
    let mut moments = Vec::new();
    let end = days.replay(engine, days.steps(), |date, statements, engine| {
        moments.push(Moment { date, now: exact(engine)?, statements });
        Some(())
    });
    moments.push(Moment { date: days.forecast.today, now: exact(&end?)?, statements: Vec::new() });
    let before = Tables { exact: &start, scores: Scores::before(&start), nodes: &[], leans: Vec::new() };
    Some(Slopes::new(days.part, start.probabilities(), &moments, before, target))
}

fn exact(engine: &Engine) -> Option<Box<Exact>> {
    match engine {
        Engine::Exact(exact) => Some(exact.clone()),
        Engine::Sampled(_) => None,
    }
}

impl Now for Box<Exact> {
    fn has_level(&self, node: usize) -> bool {
        self.levels()[node].is_finite()
    }

    fn with(&self, nodes: &[usize]) -> Vec<Lean> {
        let scores = Scores::new(self);
        nodes.iter().map(|node| scores.with(*node)).collect()
    }
}

/// The part before all facts.
struct Tables<'a> {
    exact: &'a Exact,
    scores: Scores<'a>,
    /// The nodes of the variable, and their covariances once they are asked for.
    nodes: &'a [usize],
    leans: Vec<Lean>,
}

impl Before for Tables<'_> {
    fn has_level(&self, node: usize) -> bool {
        self.exact.levels()[node].is_finite()
    }

    fn turn(&mut self, variable: usize, _: &mut Lean) {
        self.nodes = &self.exact.part().variables[variable].nodes;
        self.leans.clear();
    }

    fn own(&mut self) -> Vec<Vec<f64>> {
        self.leans = self.nodes.iter().map(|node| self.scores.with(*node)).collect();
        let levels = |lean: &Lean| self.nodes.iter().map(|node| lean.levels[*node]).collect();
        self.leans.iter().map(levels).collect()
    }

    fn add(&mut self, factors: &[f64], lean: &mut Lean) {
        for (own, factor) in self.leans.iter().zip(factors) {
            lean.add(own, *factor);
        }
    }
}
