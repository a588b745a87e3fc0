//! The replay: what a part learns, day by day.
//!
//! Journals come in, steps come out, each with what changed on its day. A step never depends on a line that is
//! dated after it.

use std::collections::BTreeMap;

use crate::model::{Event, Fact, Model, Node, NodeId, NodeKind, Outcome, PredictorId, Silence, State};
use crate::value::Date;

use super::number::ln;
use super::part::Part;
use super::step::{Finding, Statement, Step};
use super::voice::Voices;

/// Reads journals as of a day.
pub(crate) struct Replay<'a> {
    model: &'a Model,
    today: Date,
    voices: &'a Voices<'a>,
    days: Vec<Date>,
}

/// A correction counts from its own day; a note moves nothing.
fn moves(fact: &Fact) -> bool {
    fact.event != Event::Note
}

impl<'a> Replay<'a> {
    /// Of a network on a day.
    pub(crate) fn new(model: &'a Model, today: Date, voices: &'a Voices<'a>) -> Self {
        let facts = model.nodes.iter().flat_map(|node| &node.journal).filter(|fact| moves(fact));
        let mut days: Vec<Date> = facts.map(|fact| fact.date.value).filter(|date| *date <= today).collect();
        days.sort_unstable();
        days.dedup();
        Self { model, today, voices, days }
    }

    /// The days on which anything happened, in order.
    pub(crate) fn days(&self) -> &[Date] {
        &self.days
    }

    /// The steps of a part, in the order of days.
    pub(crate) fn steps(&self, part: &Part) -> Vec<Step> {
        let mut steps: BTreeMap<Date, Step> = BTreeMap::new();
        for (number, id) in part.ids.iter().enumerate() {
            self.node(number, *id, &mut steps);
        }
        steps.into_values().filter(|step| !step.is_empty()).collect()
    }

    fn node(&self, number: usize, id: NodeId, steps: &mut BTreeMap<Date, Step>) {
        let node = self.model.node(id);
        let own = node.journal.iter().filter(|fact| moves(fact)).map(|fact| fact.date.value);
        let mut days: Vec<Date> = own.filter(|date| *date <= self.today).collect();
        if self.is_silent(node) {
            days.extend(self.days.iter().copied().chain([self.today]));
        }
        days.sort_unstable();
        days.dedup();
        let mut finding = Finding::Open(0.0);
        let mut statement = None;
        for day in days {
            let facts: Vec<&Fact> = node.facts(day).collect();
            let now = self.finding(node, &facts, day);
            let stated = node.journal.iter().enumerate().rev().find_map(|(place, fact)| {
                let stated = fact.event.stated()?;
                let is_in_force = facts.iter().any(|one| std::ptr::eq(*one, fact));
                is_in_force.then(|| (place, fact.date.value, stated.as_f64()))
            });
            if now == finding && stated == statement {
                continue;
            }
            let step = steps.entry(day).or_insert_with(|| Step::on(day));
            if now != finding {
                step.findings.push((number, now));
                finding = now;
            }
            if stated != statement {
                if let Some((place, _, probability)) = stated {
                    step.statements.push(Statement { node: number, number: place, probability });
                }
                statement = stated;
            }
        }
    }

    fn is_silent(&self, node: &Node) -> bool {
        self.model.network.silence == Silence::Uniform
            && matches!(node.kind, NodeKind::Prediction | NodeKind::Milestone)
            && (node.window.is_some()
                || node.journal.iter().any(|fact| matches!(fact.event, Event::Slipped(_))))
    }

    /// Whether a node counts as false because its window is over and nothing was heard.
    pub(crate) fn is_over(&self, id: NodeId, day: Date) -> bool {
        let node = self.model.node(id);
        let facts: Vec<&Fact> = node.facts(day).collect();
        node.state(day).is_open() && self.silence(node, &facts, day) == Some(1.0)
    }

    fn finding(&self, node: &Node, facts: &[&Fact], day: Date) -> Finding {
        match node.state(day) {
            State::Settled(Outcome::Yes, _) => return Finding::Settled(true),
            State::Settled(Outcome::No, _) => return Finding::Settled(false),
            State::Settled(Outcome::Void, _) => return Finding::Open(0.0),
            State::Open => {}
        }
        let evidence: f64 = facts.iter().map(|fact| self.voices.weights().weight_of(fact)).sum();
        match self.silence(node, facts, day) {
            Some(share) if share >= 1.0 => Finding::Settled(false),
            Some(share) => Finding::Open(evidence + ln(1.0 - share)),
            None => Finding::Open(evidence),
        }
    }

    /// κ of whoever gives evidence, on the day of the line.
    pub(crate) fn voice_of(&self, by: Option<PredictorId>, day: Date) -> f64 {
        by.map_or(1.0, |by| self.voices.weights().kappa(by, day))
    }

    /// The share of its window that has run in silence.
    fn silence(&self, node: &Node, facts: &[&Fact], day: Date) -> Option<f64> {
        if !self.is_silent(node) {
            return None;
        }
        let window = node.window_on(day)?;
        let stated = facts.iter().rev().find(|fact| fact.event.stated().is_some());
        let start = stated.map_or(window.first(), |fact| window.first().max(fact.date.value));
        let end = window.last().plus_days(1);
        if day >= end {
            return Some(1.0);
        }
        let (run, length) = (start.days_until(day).max(0), start.days_until(end).max(1));
        #[expect(clippy::cast_precision_loss, reason = "days of a few centuries")]
        Some(run as f64 / length as f64)
    }
}
