//! A number taken apart: "Why" of the page.

use forecastc::model::{NodeId, Outcome};

use super::Refusal;
use super::questions::{Change, Standing, Worlds};

/// What a part belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Comes {
    Level,
    Outside,
    Parent(NodeId),
    Child(NodeId),
    Line(NodeId, usize),
    Silence(NodeId),
}

/// What comes back, what the log odds move by as it does, and the probability after that.
pub(crate) struct Part {
    pub(crate) comes: Comes,
    pub(crate) log_odds: f64,
    pub(crate) after: f64,
}

impl Standing<'_> {
    /// The log odds of a node as a sum. None of a node that is settled; a part that is no number where the page says
    /// nothing about it.
    pub(crate) fn parts(&self, node: NodeId) -> Result<Option<Vec<Part>>, Refusal> {
        let now = self.now().probability(node);
        if self.is_void(node) || now <= 0.0 || now >= 1.0 {
            return Ok(None);
        }
        let at = self.network.place[node.index()];
        let own = &self.network.variables[at].nodes;
        let (parents, children) = (self.parents(at), self.children(at, node));

        // Everything that touches the node is taken away.
        let mut change = Change::default();
        change.away.extend(parents.iter().map(|(_, parent)| (*parent, at)));
        change.away.extend(children.iter().map(|(_, child)| (at, *child)));
        let mut known = self.known.clone();
        for node in own {
            known.evidence[node.index()].clear();
            known.silence[node.index()] = 1.0;
        }
        let mut parts: Vec<Part> = Vec::new();
        let mut before = 0.0;
        let mut comes_back = |comes, worlds: &Worlds<'_>| {
            let log_odds = worlds.log_odds(node);
            parts.push(Part { comes, log_odds: log_odds - before, after: worlds.probability(node) });
            before = log_odds;
        };
        comes_back(Comes::Level, &self.worlds(&change, &known));
        for (id, parent) in parents {
            change.away.retain(|tie| *tie != (parent, at));
            comes_back(Comes::Parent(id), &self.worlds(&change, &known));
        }
        for (id, child) in children {
            change.away.retain(|tie| *tie != (at, child));
            comes_back(Comes::Child(id), &self.worlds(&change, &known));
        }
        let mut lines = Vec::new();
        // What is said of a scenario that is ruled out moves nothing.
        for node in own.iter().filter(|node| self.outcome(**node).is_none()) {
            let all = self.known.evidence[node.index()].iter();
            lines.extend(all.map(|(line, ratio)| (self.date(*node, *line), *node, *line, *ratio)));
        }
        lines.sort_by_key(|(date, node, line, _)| (*date, *node, *line));
        for (_, node, line, ratio) in lines {
            known.evidence[node.index()].push((line, ratio));
            comes_back(Comes::Line(node, line), &self.worlds(&change, &known));
        }
        if self.known.silence[node.index()] != 1.0 {
            known.silence[node.index()] = self.known.silence[node.index()];
            comes_back(Comes::Silence(node), &self.worlds(&change, &known));
        }
        if let Some(outside) = self.outside(node)? {
            let after = super::levels::logistic(parts[0].log_odds);
            parts[0].log_odds -= outside;
            parts[0].after = super::levels::logistic(parts[0].log_odds);
            parts.insert(1, Part { comes: Comes::Outside, log_odds: outside, after });
        }
        Ok(Some(parts))
    }

    fn date(&self, node: NodeId, line: usize) -> forecastc::value::Date {
        self.network.model.node(node).journal[line].date.value
    }

    /// What bears on a variable: the first node of each variable that an edge or a table names, in the order of ids.
    fn parents(&self, at: usize) -> Vec<(NodeId, usize)> {
        self.first_of_each(self.sources(at))
    }

    /// What hangs on a variable: milestones of the node, then others, each in the order of ids.
    fn children(&self, at: usize, node: NodeId) -> Vec<(NodeId, usize)> {
        let model = self.network.model;
        let is_below = |(id, _): &(NodeId, &forecastc::model::Node)| {
            let named = self.sources_of(*id);
            named.into_iter().any(|source| self.network.place[source.index()] == at)
        };
        let below: Vec<NodeId> = model.nodes().filter(is_below).map(|(id, _)| id).collect();
        let mut all = self.first_of_each(below);
        all.sort_by_key(|(id, _)| (model.node(*id).parent != Some(node), *id));
        all
    }

    fn sources(&self, at: usize) -> Vec<NodeId> {
        self.network.variables[at].nodes.iter().flat_map(|node| self.sources_of(*node)).collect()
    }

    fn sources_of(&self, node: NodeId) -> Vec<NodeId> {
        let influences = self.network.influences[node.index()].iter().map(|influence| influence.source);
        influences.chain(self.network.table(node).iter().flat_map(|table| table.parents.clone())).collect()
    }

    fn first_of_each(&self, mut nodes: Vec<NodeId>) -> Vec<(NodeId, usize)> {
        nodes.sort_unstable();
        let mut all: Vec<(NodeId, usize)> = Vec::new();
        for node in nodes {
            let place = self.network.place[node.index()];
            if !all.iter().any(|(_, other)| *other == place) {
                all.push((node, place));
            }
        }
        all
    }

    /// What an outside view adds to the level, where it counts: a dated statement does away with it.
    fn outside(&self, node: NodeId) -> Result<Option<f64>, Refusal> {
        let is_stated = self.known.stated[node.index()].is_some();
        if is_stated || self.network.model.node(node).outside.is_none() {
            return Ok(None);
        }
        let aim = self.network.aim(node, &self.first)?;
        Ok(aim.map(|[stated, aim]| aim - stated))
    }

    /// The outcome of a node today.
    pub(crate) fn outcome(&self, node: NodeId) -> Option<Outcome> {
        self.known.outcome[node.index()]
    }
}
