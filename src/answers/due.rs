//! Due: what needs a person now, or soon.
//!
//! A node whose window is over, or closes within a period; a check-in; a prediction of which nothing was heard for
//! long. The milestones of what is settled are settled with it, and what is void needs nobody.

mod calendar;

pub use calendar::{Calendar, Day, calendar};

use crate::model::{Model, Node, NodeId, NodeKind};
use crate::source::{Span, Spanned};
use crate::value::{Date, Window};

/// Something that a person has to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    /// The day for it.
    pub date: Date,
    /// What it is about.
    pub node: NodeId,
    /// What there is to do.
    pub matter: Matter,
    /// The words that set the day.
    pub span: Span,
}

/// What there is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matter {
    /// Its window is over and no outcome is recorded.
    Overdue,
    /// Its window closes.
    Closing,
    /// This quarter of its window is reached, and nothing was written since.
    CheckIn(u8),
    /// Nothing was heard of it since that day, for longer than the network bears.
    Stale(Date),
}

impl Matter {
    /// In one word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Closing => "closing",
            Self::CheckIn(_) => "check-in",
            Self::Stale(_) => "stale",
        }
    }

    /// Why, in a few words.
    pub fn why(self) -> String {
        match self {
            Self::Overdue => "the window is over, and no outcome is recorded".to_owned(),
            Self::Closing => "the window closes".to_owned(),
            Self::CheckIn(quarter) => format!("{}% of the window has passed", u32::from(quarter) * 25),
            Self::Stale(since) => format!("nothing new since {since}"),
        }
    }

    /// What to do about it, for a kind of node.
    pub fn help(self, kind: NodeKind) -> &'static str {
        match (self, kind) {
            (Self::Overdue | Self::Closing, NodeKind::Milestone) => {
                "record `hit`, `missed` or `slipped … to …` in the journal"
            }
            (Self::Overdue | Self::Closing, NodeKind::Prediction | NodeKind::Killer | NodeKind::Scenario) => {
                "record `resolved yes` or `resolved no` in the journal"
            }
            (Self::CheckIn(_) | Self::Stale(_), _) => {
                "look again and add a line to its journal: `note` if nothing has changed"
            }
        }
    }
}

/// All that is due on a day or comes due up to another, in the order of days, then of ids.
pub fn tasks(model: &Model, today: Date, until: Date) -> Vec<Task> {
    let mut all: Vec<Task> = windows(model, today, until).chain(stale(model, today, until)).collect();
    all.extend(model.nodes().filter_map(|(id, node)| check_in(model, id, node, today, until)));
    all.sort_by_key(|task| (task.date, task.node, task.matter));
    all
}

/// Nodes whose window is over and of which no outcome is recorded, in the order of their ids.
pub fn overdue(model: &Model, today: Date) -> impl Iterator<Item = Task> {
    windows(model, today, today).filter(|task| task.matter == Matter::Overdue)
}

/// Windows of open nodes that are over, or close up to a day.
fn windows(model: &Model, today: Date, until: Date) -> impl Iterator<Item = Task> {
    model.nodes().filter_map(move |(id, node)| {
        let Spanned { value: window, span } = awaited(model, node, today)?;
        let date = window.last();
        let matter = if date < today { Matter::Overdue } else { Matter::Closing };
        (date <= until).then_some(Task { date, node: id, matter, span })
    })
}

/// The window of a node of which an outcome is still awaited.
fn awaited(model: &Model, node: &Node, today: Date) -> Option<Spanned<Window>> {
    let is_open = |node: &Node| node.state(today).is_open();
    let is_awaited =
        !node.broken && is_open(node) && node.parent.is_none_or(|parent| is_open(model.node(parent)));
    node.spanned_window_on(today).filter(|_| is_awaited)
}

/// Open predictions of which nothing was heard for so long, or will have been on a day, in the order of their ids.
/// The day on which it was said counts as news, and so does every line about its milestones. A prediction with no
/// date at all is passed over: nothing says how old it is.
pub fn stale(model: &Model, today: Date, until: Date) -> impl Iterator<Item = Task> {
    let predictions = model.nodes().filter(|(_, node)| node.kind == NodeKind::Prediction && !node.broken);
    predictions.filter(move |(_, node)| node.state(today).is_open()).filter_map(move |(id, node)| {
        let last = last_news(model, node, today)?;
        let end = last.plus(model.network.stale_after);
        let task = Task { date: end.plus_days(1), node: id, matter: Matter::Stale(last), span: node.id_span };
        (end < until).then_some(task)
    })
}

fn last_news(model: &Model, node: &Node, today: Date) -> Option<Date> {
    let said = node.said.as_ref().map(|said| said.date.last.min(today));
    lines(model, node, today).chain(said).max()
}

/// The days of all lines about a node and its milestones.
fn lines<'a>(model: &'a Model, node: &'a Node, today: Date) -> impl Iterator<Item = Date> + use<'a> {
    let milestones = node.milestones.iter().flat_map(|id| &model.node(*id).journal);
    node.journal.iter().chain(milestones).map(|fact| fact.date.value).filter(move |date| *date <= today)
}

/// The last quarter that has passed and of which nothing was written since, or the next one up to a day.
fn check_in(model: &Model, id: NodeId, node: &Node, today: Date, until: Date) -> Option<Task> {
    let Spanned { value: window, span } = awaited(model, node, today).filter(|_| node.check_ins)?;
    let task =
        |quarter: u8| Task { date: window.at(quarter), node: id, matter: Matter::CheckIn(quarter), span };
    let mut quarters = [1, 2, 3].map(task).into_iter();
    let next = quarters.clone().find(|task| (today..=until).contains(&task.date));
    let was_looked_at = |date: Date| lines(model, node, today).any(|line| line >= date);
    let missed = quarters.rfind(|task| task.date < today && window.last() >= today);
    missed.filter(|task| !was_looked_at(task.date)).or(next.filter(|task| !was_looked_at(task.date)))
}
