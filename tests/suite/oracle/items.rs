//! What rules can ask of an item: the table of fields in `grammar/README.md`, row by row.
//!
//! What was written about a node is read from its clauses, what happened to it from its journal.

use forecastc::model::{Event, NodeId, NodeKind, Outcome};
use forecastc::value::Date;

use super::Standing;
use super::replay::in_force;
use super::words::MODES;
use super::writer::{Node, Written, today};

/// A length of time: how many days or months.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Length {
    Days(i64),
    Months(i16),
}

/// A node of a network with all that there is to know about it.
pub(crate) struct Item<'a> {
    pub(crate) standing: &'a Standing<'a>,
    pub(crate) written: &'a Written,
    pub(crate) id: NodeId,
    /// How likely it is.
    pub(crate) p: Option<f64>,
}

pub(crate) const TRUTHS: [&str; 4] = ["open", "resolved", "overdue", "private"];
pub(crate) const WORDS: [&str; 6] = ["id", "kind", "mode", "domain", "tags", "by"];
pub(crate) const PROBABILITIES: [&str; 3] = ["p", "stated", "moved"];
pub(crate) const DAYS: [&str; 3] = ["last_fact", "window.start", "window.end"];
pub(crate) const COUNTS: [&str; 8] = [
    "milestones.count",
    "milestones.hit",
    "milestones.missed",
    "milestones.pending",
    "milestones.overdue",
    "edges.in",
    "edges.out",
    "facts",
];

impl<'a> Item<'a> {
    pub(crate) fn kind(&self) -> NodeKind {
        self.standing.network.model.node(self.id).kind
    }

    pub(crate) fn truth(&self, field: &str) -> bool {
        match field {
            "open" => self.outcome_of(self.id).is_none(),
            "resolved" => self.outcome_of(self.id).is_some(),
            "overdue" => self.is_overdue(self.id),
            "private" => {
                let own = self.node();
                let nodes = &self.written.nodes;
                let outer = own.parent.map(|parent| &nodes[parent]);
                own.says("private")
                    .chain(outer.into_iter().flat_map(|one| one.says("private")))
                    .next()
                    .is_some()
            }
            _ => panic!("{field} is not true or false"),
        }
    }

    pub(crate) fn words(&self, field: &str) -> Vec<&str> {
        let node = self.node();
        match field {
            "id" => vec![&node.id],
            "kind" => vec![node.word],
            "domain" => node.says("domain").collect(),
            "tags" => node.says("tags").flat_map(|tags| tags.split(", ")).collect(),
            "by" => node.says("by").collect(),
            "mode" => node.says("mode").filter(|mode| MODES.contains(mode)).collect(),
            _ => panic!("{field} has no words"),
        }
    }

    pub(crate) fn number(&self, field: &str) -> Option<f64> {
        let model = self.standing.network.model;
        let milestones = self.milestones();
        let settled = |outcome| milestones.iter().filter(|one| self.outcome_of(**one) == outcome).count();
        let lines = |node: NodeId| in_force(model, node, today()).len();
        let columns =
            || model.tables.iter().flat_map(|table| table.parents.iter().map(|one| (*one, table.target)));
        let ties = || model.edges.iter().map(|edge| (edge.source, edge.target)).chain(columns());
        let count = match field {
            "p" => return self.p,
            "stated" => return self.stated(),
            "moved" => return Some((self.p? - self.stated()?).abs()),
            "milestones.count" => milestones.len(),
            "milestones.hit" => settled(Some(Outcome::Yes)),
            "milestones.missed" => settled(Some(Outcome::No)),
            "milestones.pending" => settled(None),
            "milestones.overdue" => milestones.iter().filter(|one| self.is_overdue(**one)).count(),
            "edges.in" => ties().filter(|(_, target)| *target == self.id).count(),
            "edges.out" => ties().filter(|(source, _)| *source == self.id).count(),
            "facts" => lines(self.id) + milestones.iter().map(|one| lines(*one)).sum::<usize>(),
            _ => panic!("{field} is no number"),
        };
        Some(count as f64)
    }

    pub(crate) fn day(&self, field: &str) -> Option<Date> {
        match field {
            "last_fact" => self.dates().into_iter().max(),
            "window.start" => self.window(self.id).map(|(first, _)| first),
            "window.end" => self.window(self.id).map(|(_, last)| last),
            _ => panic!("{field} is no day"),
        }
    }

    /// The day from which its age counts.
    pub(crate) fn born(&self) -> Option<Date> {
        match self.node().says("said").next() {
            // What was said in a period that is not over was said by today.
            Some(said) => Some(last_day(said).min(today())),
            None => self.dates().into_iter().min(),
        }
    }

    fn node(&self) -> &'a Node {
        let id = self.standing.network.model.node(self.id).id.as_ref();
        self.written.nodes.iter().find(|node| node.id == id).unwrap()
    }

    fn milestones(&self) -> Vec<NodeId> {
        let nodes = self.standing.network.model.nodes();
        nodes.filter(|(_, node)| node.parent == Some(self.id)).map(|(id, _)| id).collect()
    }

    /// The days of all lines about it and its milestones until today.
    fn dates(&self) -> Vec<Date> {
        let nodes = self.milestones().into_iter().chain([self.id]);
        let journals = nodes.flat_map(|node| &self.standing.network.model.node(node).journal);
        journals.map(|fact| fact.date.value).filter(|date| *date <= today()).collect()
    }

    fn outcome_of(&self, node: NodeId) -> Option<Outcome> {
        self.standing.outcome(node)
    }

    /// The first and the last day: those of the last line in force that lets it slip, else as declared.
    fn window(&self, node: NodeId) -> Option<(Date, Date)> {
        let node_of = self.standing.network.model.node(node);
        let lines = in_force(self.standing.network.model, node, today());
        let mut slips = lines.into_iter().filter_map(|line| match node_of.journal[line].event {
            Event::Slipped(window) => Some(window.value),
            Event::Probability(_)
            | Event::Evidence { .. }
            | Event::Hit
            | Event::Missed
            | Event::Resolved(_)
            | Event::Note => None,
        });
        let window = slips.next_back().or(node_of.window.map(|window| window.value))?;
        Some((window.first(), window.last()))
    }

    fn is_overdue(&self, node: NodeId) -> bool {
        let parent = self.standing.network.model.node(node).parent;
        let settled = [Some(node), parent].into_iter().flatten().any(|one| self.outcome_of(one).is_some());
        !settled && self.window(node).is_some_and(|(_, last)| last < today())
    }

    fn stated(&self) -> Option<f64> {
        let model = self.standing.network.model;
        let node = model.node(self.id);
        let lines = in_force(model, self.id, today());
        let mut statements = lines.into_iter().filter_map(|line| match node.journal[line].event {
            Event::Probability(stated) => Some(stated.value.as_f64()),
            Event::Evidence { .. }
            | Event::Slipped(_)
            | Event::Hit
            | Event::Missed
            | Event::Resolved(_)
            | Event::Note => None,
        });
        statements.next_back().or(node.prior.map(|prior| prior.value.as_f64()))
    }
}

/// The last day of `2026-09-01`, `2026-09`, `2026Q3` or `2026`.
fn last_day(period: &str) -> Date {
    let quarter = |quarter: usize| format!("{}-{:02}", &period[..4], quarter * 3);
    let month = match period.len() {
        4 => quarter(4),
        6 => quarter(period[5..].parse().unwrap()),
        7 => period.to_owned(),
        _ => return Date::parse(period).unwrap(),
    };
    (28..=31).rev().find_map(|day| Date::parse(&format!("{month}-{day}"))).unwrap()
}

impl Length {
    /// How the time from a day until today compares with it.
    pub(crate) fn age(self, day: Date) -> std::cmp::Ordering {
        match self {
            Self::Days(days) => day.days_until(today()).cmp(&days),
            Self::Months(months) => today().cmp(&later(day, months)),
        }
    }
}

/// The same day some months later, or the last of that month.
fn later(day: Date, months: i16) -> Date {
    let words = day.to_string();
    let month: i16 = words[5..7].parse().unwrap();
    let number: i16 = words[8..].parse().unwrap();
    let month = day.year() * 12 + month - 1 + months;
    let of = |number| Date::parse(&format!("{:04}-{:02}-{number:02}", month / 12, month % 12 + 1));
    (1..=number).rev().find_map(of).unwrap()
}
