//! Questions about the state of today: "What if", "Query" and "Information" of the page.

use forecastc::model::{Model, NodeId, Outcome};
use forecastc::value::Date;

use super::Refusal;
use super::levels::Levels;
use super::network::{Influence, Network, row};
use super::replay::{Known, standing};

/// A network as it stands on a day.
pub(crate) struct Standing<'a> {
    pub(super) network: Network<'a>,
    pub(super) known: Known,
    pub(super) levels: Levels,
    pub(super) first: Levels,
}

/// How a node comes to its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Observed,
    Forced,
}

/// What is other than it stands.
#[derive(Clone, Default)]
pub(super) struct Change {
    /// Ties that are away: the parent's variable, and the child's.
    pub(super) away: Vec<(usize, usize)>,
    /// Nodes that are set from outside.
    pub(super) forced: Vec<(NodeId, bool)>,
}

/// Joint states with their weights.
pub(crate) struct Worlds<'a> {
    network: &'a Network<'a>,
    weights: Vec<f64>,
}

impl<'a> Standing<'a> {
    /// # Errors
    ///
    /// If there is no such thing.
    pub(crate) fn new(model: &'a Model, today: Date) -> Result<Self, Refusal> {
        let (network, known, levels, first) = standing(model, today)?;
        Ok(Self { network, known, levels, first })
    }

    pub(crate) fn is_void(&self, node: NodeId) -> bool {
        self.known.outcome[node.index()] == Some(Outcome::Void)
    }

    /// Whether silence says that a node is false.
    pub(crate) fn is_over(&self, node: NodeId) -> bool {
        self.known.silence[node.index()] == 0.0
    }

    /// All as it stands.
    pub(crate) fn now(&self) -> Worlds<'_> {
        self.worlds(&Change::default(), &self.known)
    }

    /// All as it would be where these nodes had these states.
    pub(crate) fn suppose(&self, states: &[(NodeId, bool)], way: Way) -> Worlds<'_> {
        self.suppose_knowing(states, way, &self.known)
    }

    /// Whether these nodes can have these states where no more is known than these outcomes and windows that are
    /// over.
    pub(crate) fn is_together(
        &self,
        states: &[(NodeId, bool)],
        way: Way,
        settled: &[NodeId],
        over: &[NodeId],
    ) -> bool {
        let mut known = self.known.clone();
        for node in 0..self.network.model.nodes.len() {
            known.evidence[node].clear();
            known.silence[node] = if over.iter().any(|one| one.index() == node) { 0.0 } else { 1.0 };
            if !settled.iter().any(|one| one.index() == node) {
                known.outcome[node] = None;
            }
        }
        self.suppose_knowing(states, way, &known).mass() > 0.0
    }

    fn suppose_knowing(&self, states: &[(NodeId, bool)], way: Way, known: &Known) -> Worlds<'_> {
        let mut known = known.clone();
        let mut change = Change::default();
        if way == Way::Forced {
            change.forced = states.to_vec();
            for (node, state) in states {
                // A scenario that is forced to be true is its whole choice.
                let variable = &self.network.variables[self.network.place[node.index()]];
                let whole = variable.is_choice && *state;
                for node in variable.nodes.iter().filter(|other| whole || *other == node) {
                    known.outcome[node.index()] = None;
                    known.evidence[node.index()].clear();
                    known.silence[node.index()] = 1.0;
                }
            }
        }
        self.worlds(&change, &known)
            .only(|is_true| states.iter().all(|(node, state)| is_true(*node) == *state))
    }

    /// Joint states where something is other than it stands.
    pub(super) fn worlds(&self, change: &Change, known: &Known) -> Worlds<'_> {
        let mut joint = vec![1.0];
        for (at, variable) in self.network.variables.iter().enumerate() {
            let mut chances = vec![Vec::new(); variable.cases.len()];
            for (state, case) in variable.case_of.iter().enumerate() {
                let chances = &mut chances[usize::from(*case)];
                if chances.is_empty() {
                    *chances = self.law(at, state, change);
                }
            }
            variable.extend(&mut joint, &chances);
        }
        Worlds { network: &self.network, weights: self.network.weigh(joint, known) }
    }

    /// P of the values of a variable in a joint state of those before it.
    fn law(&self, at: usize, state: usize, change: &Change) -> Vec<f64> {
        let network = &self.network;
        let variable = &network.variables[at];
        let forced = |node: &NodeId, to: bool| change.forced.contains(&(*node, to));
        let is_away = |parent: NodeId| change.away.contains(&(network.place[parent.index()], at));
        // Set from outside, to one state or to several that cannot be together.
        let made: Vec<usize> = variable
            .nodes
            .iter()
            .flat_map(|node| [(node, true), (node, false)])
            .filter(|(node, to)| forced(node, *to) && (*to || !variable.is_choice))
            .map(|(node, to)| if to { network.truth[node.index()] } else { 0 })
            .collect();
        if let Some(value) = made.first() {
            let is_one = made.iter().all(|other| other == value);
            return (0..variable.values)
                .map(|other| if is_one && other == *value { 1.0 } else { 0.0 })
                .collect();
        }
        let bearing = |node: &NodeId| -> Vec<Influence> {
            let all = network.influences[node.index()].iter().copied();
            all.filter(|influence| !is_away(influence.source) && !forced(node, false)).collect()
        };
        let influences: Vec<Vec<Influence>> = variable.nodes.iter().map(bearing).collect();
        if variable.is_choice {
            let out: Vec<usize> =
                (0..variable.values).filter(|value| forced(&variable.nodes[*value], false)).collect();
            if out.len() == variable.values {
                return vec![0.0; variable.values];
            }
            let (case, _) = network.case_of_choice(state, &influences, &out);
            return variable.chances(&case, &self.levels);
        }
        let Some(table) = network.table(variable.nodes[0]) else {
            let (case, _) = network.case_of_node(state, None, &influences[0]);
            return variable.chances(&case, &self.levels);
        };
        // Each row as it is written is the mean of those that differ in what is away; the level shifts it then.
        let away: Vec<NodeId> = table.parents.iter().copied().filter(|parent| is_away(*parent)).collect();
        let rows = (0..1_usize << away.len()).map(|other| {
            let row = row(table, |parent| match away.iter().position(|one| *one == parent) {
                Some(bit) => other >> bit & 1 == 1,
                None => network.is_true(state, parent),
            });
            row.as_f64()
        });
        let mean = rows.sum::<f64>() / (1_usize << away.len()) as f64;
        let (case, _) = network.case_of_node(state, Some(mean), &influences[0]);
        variable.chances(&case, &self.levels)
    }
}

impl<'a> Worlds<'a> {
    /// Those in which something holds.
    pub(crate) fn only(mut self, holds: impl Fn(&dyn Fn(NodeId) -> bool) -> bool) -> Self {
        for (state, weight) in self.weights.iter_mut().enumerate() {
            if *weight > 0.0 && !holds(&|node| self.network.is_true(state, node)) {
                *weight = 0.0;
            }
        }
        self
    }

    /// The weight of all of them.
    pub(crate) fn mass(&self) -> f64 {
        self.weights.iter().sum()
    }

    /// The weight of those in which something holds.
    pub(crate) fn mass_of(&self, holds: impl Fn(&dyn Fn(NodeId) -> bool) -> bool) -> f64 {
        let weights = self.weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0);
        weights.filter(|(state, _)| holds(&|node| self.network.is_true(*state, node))).map(|(_, w)| w).sum()
    }

    /// P of a node.
    pub(crate) fn probability(&self, node: NodeId) -> f64 {
        self.network.probability(&self.weights, node)
    }

    /// The log odds of a node.
    pub(crate) fn log_odds(&self, node: NodeId) -> f64 {
        self.mass_of(|is_true| is_true(node)).ln() - self.mass_of(|is_true| !is_true(node)).ln()
    }

    /// What the outcome of a node tells about another, in bits: H(X) − H(X | Y).
    pub(crate) fn information(&self, one: NodeId, other: NodeId) -> f64 {
        let mass = self.mass();
        let entropy =
            |p: f64| if p <= 0.0 || p >= 1.0 { 0.0 } else { -p * p.log2() - (1.0 - p) * (1.0 - p).log2() };
        let given = [true, false].map(|state| {
            let all = self.mass_of(|is_true| is_true(one) == state);
            let both = self.mass_of(|is_true| is_true(one) == state && is_true(other));
            if all > 0.0 { all / mass * entropy(both / all) } else { 0.0 }
        });
        entropy(self.probability(other)) - given[0] - given[1]
    }
}
