//! Covariances of a part that is sampled: from all worlds, and from shares of them, by which errors are told.

use rayon::prelude::*;

use super::super::engine::{Engine, Method};
use super::super::exact::Lean;
use super::super::sample::{Covariances, Prior, Sampler, VIEWS};
use super::super::step::Statement;
use super::{Before, Days, Moment, Now, Slopes};
use crate::model::Event;

/// Sweeps over the worlds of today, and over those of a day with statements.
const SWEEPS: [usize; 2] = [24, 4];

/// From all worlds, then from each share of them.
pub(super) fn slopes(days: &Days<'_>, sampler: &Sampler, target: usize) -> Option<Vec<Slopes>> {
    let heard = heard(days);
    let [today, earlier] = SWEEPS;
    let mut steps = days.steps();
    // Nothing came after the last day: its worlds are those of today.
    let last = steps.pop().filter(|step| !step.statements.is_empty());
    let stated = steps.iter().rposition(|step| !step.statements.is_empty());
    steps.truncate(stated.map_or(0, |place| place + 1));
    let mut past: Vec<Moment<Covariances>> = Vec::new();
    if !steps.is_empty() {
        let engine = Engine::start(days.part, Method::Sampled, &days.forecast.settings).ok()?;
        days.replay(engine, steps, |date, statements, engine| {
            let Engine::Sampled(sampler) = engine else { return None };
            let now = sampler.covariances(&nodes(&statements), &heard, earlier);
            past.push(Moment { date, now, statements });
            Some(())
        })?;
    }
    let mut asked = last.as_ref().map_or_else(Vec::new, |step| nodes(&step.statements));
    asked.push(target);
    let now = sampler.covariances(&asked, &heard, today);
    let start = sampler.worlds_before();
    let slopes = |view: usize| {
        let past = past.iter().map(|moment| (moment.date, &moment.now, moment.statements.clone()));
        let last = last.iter().map(|step| (step.date, &now, step.statements.clone()));
        let all = past.chain(last).chain([(days.forecast.today, &now, Vec::new())]);
        let moments: Vec<Moment<View<'_>>> =
            all.map(|(date, all, statements)| Moment { date, now: View { all, view }, statements }).collect();
        Slopes::new(days.part, sampler.shares(), &moments, sampler.prior(&start, view), target)
    };
    Some((0..VIEWS).into_par_iter().map(slopes).collect())
}

fn nodes(statements: &[Statement]) -> Vec<usize> {
    statements.iter().map(|statement| statement.node).collect()
}

/// Nodes with evidence: it may cancel out, and each line counts all the same.
fn heard(days: &Days<'_>) -> Vec<usize> {
    let is_heard = |(_, id): &(usize, &_)| {
        let journal = &days.model.node(**id).journal;
        journal.iter().any(|fact| matches!(fact.event, Event::Evidence { .. }))
    };
    days.part.ids.iter().enumerate().filter(is_heard).map(|(node, _)| node).collect()
}

/// A day as seen by all worlds, or by a share of them.
struct View<'a> {
    all: &'a Covariances,
    view: usize,
}

impl Now for View<'_> {
    fn has_level(&self, node: usize) -> bool {
        self.all.has_level(node)
    }

    fn with(&self, nodes: &[usize]) -> Vec<Lean> {
        nodes.iter().filter_map(|node| self.all.with(*node, self.view)).cloned().collect()
    }
}

impl Before for Prior<'_> {
    fn has_level(&self, node: usize) -> bool {
        self.has_level(node)
    }

    fn turn(&mut self, variable: usize, lean: &mut Lean) {
        self.turn(variable, lean);
    }

    fn own(&mut self) -> Vec<Vec<f64>> {
        self.own()
    }

    fn add(&mut self, factors: &[f64], lean: &mut Lean) {
        self.add(factors, lean);
    }
}
