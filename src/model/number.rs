//! Numbers: every number that somebody stated, by its place, to be read and to be put in another's place.
//!
//! What is certain is no number but a gate: 0% and 100% are left out.

use super::{ClassId, Direction, Effect, Event, Model, Node, NodeId, Rate, Tie};
use crate::source::Span;
use crate::value::{Probability, Ratio};

/// What carries the strength of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Link {
    /// An edge, by its place in the model.
    Edge(usize),
    /// The tie of a milestone to its node.
    Milestone(NodeId),
}

/// A stated number, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Number {
    /// The `probability` or `confidence` of a node before any fact.
    Level(NodeId),
    /// One of the two numbers of a link.
    If {
        /// The link.
        link: Link,
        /// Whether it is the number for a source that is true.
        given: bool,
    },
    /// The odds ratio of a link.
    Strength(Link),
    /// The weight of a milestone.
    Weight(NodeId),
    /// A dated statement.
    Statement {
        /// The node.
        node: NodeId,
        /// The place in its journal.
        fact: usize,
    },
    /// The likelihood ratio of a line of evidence.
    Evidence {
        /// The node.
        node: NodeId,
        /// The place in its journal.
        fact: usize,
    },
    /// The rate of a reference class.
    Rate(ClassId),
    /// The weight of the outside view of a node.
    Outside(NodeId),
    /// A row of a table.
    Row {
        /// The table, by its place in the model.
        table: usize,
        /// The row, by its place in the table.
        row: usize,
    },
}

/// What a number is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// A probability.
    Probability,
    /// An odds ratio or a likelihood ratio.
    Ratio,
    /// A weight, from 0 to 1.
    Weight,
}

impl Number {
    /// What it is measured in.
    pub fn measure(self) -> Measure {
        match self {
            Self::Level(_) | Self::If { .. } | Self::Statement { .. } | Self::Rate(_) | Self::Row { .. } => {
                Measure::Probability
            }
            Self::Strength(_) | Self::Evidence { .. } => Measure::Ratio,
            Self::Weight(_) | Self::Outside(_) => Measure::Weight,
        }
    }
}

impl Model {
    /// Every stated number that is not certain: classes first, then nodes, edges and tables, each in their order.
    pub fn numbers(&self) -> Vec<Number> {
        let mut all: Vec<Number> =
            (0..self.classes.len()).map(|class| Number::Rate(ClassId::new(class))).collect();
        for (id, node) in self.nodes() {
            let link = Link::Milestone(id);
            all.extend([Number::Level(id), Number::Outside(id), Number::Weight(id), Number::Strength(link)]);
            all.extend([true, false].map(|given| Number::If { link, given }));
            for fact in 0..node.journal.len() {
                all.extend([Number::Statement { node: id, fact }, Number::Evidence { node: id, fact }]);
            }
        }
        for link in (0..self.edges.len()).map(Link::Edge) {
            all.extend([true, false].map(|given| Number::If { link, given }));
            all.push(Number::Strength(link));
        }
        for (table, said) in self.tables.iter().enumerate() {
            all.extend((0..said.rows.len()).map(|row| Number::Row { table, row }));
        }
        let is_certain = |number: &Number, value: f64| {
            number.measure() == Measure::Probability && (value <= 0.0 || value >= 1.0)
        };
        all.retain(|number| self.value_of(*number).is_some_and(|value| !is_certain(number, value)));
        all
    }

    /// The number at a place, if there is one. `seen 3 of 20` is the rate that is made of it.
    pub fn value_of(&self, number: Number) -> Option<f64> {
        match number {
            Number::Level(id) => {
                let node = self.nodes.get(id.index()).filter(|node| !node.rest)?;
                node.prior.map(|prior| prior.value.as_f64())
            }
            Number::If { link, given } => match self.effect(link)? {
                Effect::Numbers { yes, no } => Some(if given { yes } else { no }.value.as_f64()),
                Effect::Strength { .. } => None,
            },
            Number::Strength(link) => match self.effect(link)? {
                Effect::Numbers { .. } => None,
                Effect::Strength { ratio, .. } => Some(ratio.as_f64()),
            },
            Number::Weight(id) => match self.nodes.get(id.index())?.tie? {
                Tie::Weight(weight) => Some(weight.as_f64()),
                Tie::Effect(_) => None,
            },
            Number::Statement { node, fact } => self.event(node, fact)?.stated().map(Probability::as_f64),
            Number::Evidence { node, fact } => match self.event(node, fact)? {
                Event::Evidence { ratio, .. } => Some(ratio.as_f64()),
                Event::Probability(_)
                | Event::Hit
                | Event::Missed
                | Event::Slipped(_)
                | Event::Resolved(_)
                | Event::Note => None,
            },
            Number::Rate(class) => self.classes.get(class.index()).map(|class| class.rate.as_f64()),
            Number::Outside(id) => self.nodes.get(id.index())?.outside.map(|view| view.weight.as_f64()),
            Number::Row { table, row } => {
                self.tables.get(table)?.rows.get(row).map(|row| row.probability.value.as_f64())
            }
        }
    }

    /// Where a number is written: its words, or the item or the line that has it.
    pub fn span_of(&self, number: Number) -> Option<Span> {
        let node = |id: NodeId| self.nodes.get(id.index());
        let fact = |id: NodeId, fact: usize| node(id)?.journal.get(fact);
        match number {
            Number::Level(id) => node(id)?.prior.map(|prior| prior.span),
            Number::If { link, given } => match self.effect(link)? {
                Effect::Numbers { yes, no } => Some(if given { yes } else { no }.span),
                Effect::Strength { .. } => None,
            },
            Number::Strength(Link::Edge(edge)) => self.edges.get(edge).map(|edge| edge.span),
            Number::Strength(Link::Milestone(id)) | Number::Weight(id) | Number::Outside(id) => {
                node(id).map(|node| node.id_span)
            }
            Number::Statement { node, fact: place } => match fact(node, place)?.event {
                Event::Probability(stated) => Some(stated.span),
                Event::Evidence { .. }
                | Event::Hit
                | Event::Missed
                | Event::Slipped(_)
                | Event::Resolved(_)
                | Event::Note => None,
            },
            Number::Evidence { node, fact: place } => fact(node, place).map(|fact| fact.span),
            Number::Rate(class) => self.classes.get(class.index()).map(|class| class.span),
            Number::Row { table, row } => {
                self.tables.get(table)?.rows.get(row).map(|row| row.probability.span)
            }
        }
    }

    /// Puts another value in the place of a number, as near as can be written; nothing happens where there is no
    /// number. What the rules say of the network then is not asked.
    pub fn set(&mut self, number: Number, value: f64) {
        if self.value_of(number).is_none() {
            return;
        }
        let probability = Probability::nearest(value);
        match number {
            Number::Level(id) => {
                if let Some(prior) = self.node_mut(id).and_then(|node| node.prior.as_mut()) {
                    prior.value = probability;
                }
            }
            Number::If { link, given } => {
                if let Some(Effect::Numbers { yes, no }) = self.effect_mut(link) {
                    if given { yes } else { no }.value = probability;
                }
            }
            Number::Strength(link) => {
                if let Some(Effect::Strength { ratio, .. }) = self.effect_mut(link) {
                    *ratio = Ratio::nearest(value.max(1e-12));
                }
            }
            Number::Weight(id) => {
                if let Some(Tie::Weight(weight)) = self.node_mut(id).and_then(|node| node.tie.as_mut()) {
                    *weight = Ratio::nearest(value);
                }
            }
            Number::Statement { node, fact } | Number::Evidence { node, fact } => {
                let fact = self.node_mut(node).and_then(|node| node.journal.get_mut(fact));
                match fact.map(|fact| &mut fact.event) {
                    Some(Event::Probability(stated)) => stated.value = probability,
                    Some(Event::Evidence { ratio, .. }) => *ratio = Ratio::nearest(value.max(1e-12)),
                    _ => {}
                }
            }
            Number::Rate(class) => {
                if let Some(class) = self.classes.get_mut(class.index()) {
                    class.rate = Rate::Given(probability);
                }
            }
            Number::Outside(id) => {
                if let Some(outside) = self.node_mut(id).and_then(|node| node.outside.as_mut()) {
                    outside.weight = Ratio::nearest(value);
                }
            }
            Number::Row { table, row } => {
                if let Some(row) = self.tables.get_mut(table).and_then(|table| table.rows.get_mut(row)) {
                    row.probability.value = probability;
                }
            }
        }
    }

    /// The ends of a link, as they are written.
    pub(crate) fn ends(&self, link: Link) -> Option<(NodeId, NodeId)> {
        match link {
            Link::Edge(edge) => self.edges.get(edge).map(|edge| (edge.source, edge.target)),
            Link::Milestone(id) => Some((self.nodes.get(id.index())?.parent?, id)),
        }
    }

    /// How strong a link is.
    pub(crate) fn effect(&self, link: Link) -> Option<Effect> {
        match link {
            Link::Edge(edge) => self.edges.get(edge).map(|edge| edge.effect),
            Link::Milestone(id) => match self.nodes.get(id.index())?.tie? {
                Tie::Effect(effect) => Some(effect),
                Tie::Weight(_) => None,
            },
        }
    }

    fn effect_mut(&mut self, link: Link) -> Option<&mut Effect> {
        match link {
            Link::Edge(edge) => self.edges.get_mut(edge).map(|edge| &mut edge.effect),
            Link::Milestone(id) => match self.node_mut(id)?.tie.as_mut()? {
                Tie::Effect(effect) => Some(effect),
                Tie::Weight(_) => None,
            },
        }
    }

    fn event(&self, node: NodeId, fact: usize) -> Option<Event> {
        self.nodes.get(node.index())?.journal.get(fact).map(|fact| fact.event)
    }

    fn node_mut(&mut self, id: NodeId) -> Option<&mut Node> {
        self.nodes.get_mut(id.index())
    }
}

impl Effect {
    /// The sign of its log odds ratio, of a strength.
    pub(crate) fn sign(self) -> f64 {
        match self {
            Self::Strength { direction: Direction::Against, .. } => -1.0,
            Self::Strength { .. } | Self::Numbers { .. } => 1.0,
        }
    }
}
