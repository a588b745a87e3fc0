//! Cases: one settled node, and every probability that was given to it before.

use crate::forecast::{Forecast, Settled};
use crate::model::{Model, Node, NodeId};
use crate::value::{Date, Probability};

/// A node that is settled yes or no, with what was stated of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The node.
    pub node: NodeId,
    /// Whether it came true.
    pub came_true: bool,
    /// The first day on which an outcome was recorded.
    pub date: Date,
    /// The first probability that was stated, or that of the conviction word.
    pub stated: f64,
    /// The probabilities that stood before the outcome, each with the number of days; never empty.
    pub stood: Vec<(f64, i64)>,
    /// What the network made of it at the end of the day before the outcome.
    pub network: Option<f64>,
    /// The rate of its class.
    pub class: Option<f64>,
    /// Whether it was settled before its window was over.
    pub is_early: bool,
    /// Whether its window is over now, or it has none.
    pub is_closed: bool,
}

impl Case {
    /// A node on the day of the forecast; none if it is open or void, or if nothing was stated.
    pub(super) fn of(model: &Model, forecast: &Forecast, id: NodeId) -> Option<Self> {
        let node = model.node(id);
        let today = forecast.today();
        let settled = Settled::of(id, node, today)?;
        let stated = settled.stated?;
        // A correction changes what came, not when it could be known first.
        let outcomes = node.journal.iter().filter(|fact| fact.event.outcome().is_some());
        let date = outcomes.map(|fact| fact.date.value).fold(settled.date, Date::min);
        let window = node.window_on(today).map(|window| window.last());
        let class = node.outside.and_then(|outside| model.classes.get(outside.class.index()));
        let eve = date.eve().and_then(|eve| forecast.at_end_of(id, eve));
        Some(Self {
            node: id,
            came_true: settled.came_true,
            date,
            stated,
            stood: stood(node, stated, date),
            network: eve.map(|belief| belief.probability),
            class: class.map(|class| class.rate.as_f64()),
            is_early: window.is_some_and(|last| date <= last),
            is_closed: window.is_none_or(|last| last < today),
        })
    }

    /// The mean square distance of all that stood, day by day.
    pub(super) fn time_weighted(&self) -> f64 {
        let days: i64 = self.stood.iter().map(|(_, days)| days).sum();
        let sum: f64 =
            self.stood.iter().map(|(p, days)| *days as f64 * super::marks::brier(*p, self.came_true)).sum();
        sum / days as f64
    }
}

/// What stood on each day from the first to the one before the outcome; if there is no such day, the first alone.
fn stood(node: &Node, first: f64, outcome: Date) -> Vec<(f64, i64)> {
    let lines = || node.journal.iter().map(|fact| fact.date.value).filter(|date| *date < outcome);
    let statements = || {
        let facts = node.journal.iter().filter(|fact| fact.event.stated().is_some());
        facts.map(|fact| fact.date.value).filter(|date| *date < outcome)
    };
    let said = node.said.as_ref().map(|said| said.date.last);
    // What stands in the item stands since it was said; a word of conviction alone too.
    let is_undated = node.prior.is_some() || statements().next().is_none();
    let begin = if is_undated { said.or(lines().min()) } else { statements().min() };
    let Some(begin) = begin.filter(|begin| *begin < outcome) else { return vec![(first, 1)] };
    let mut days: Vec<Date> = std::iter::once(begin).chain(lines().filter(|day| *day > begin)).collect();
    days.sort_unstable();
    days.dedup();
    let ends = days.iter().skip(1).copied().chain(std::iter::once(outcome));
    let stood = days.iter().zip(ends).map(|(day, end)| {
        let stated = node.stated(*day).map_or(first, Probability::as_f64);
        (stated, day.days_until(end))
    });
    stood.collect()
}
