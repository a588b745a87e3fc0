//! Logic: what gates, tables and choices make certain or impossible, whatever the numbers between.
//!
//! A part comes in as clauses: of each, one literal at least must hold in every world that is possible at all. From
//! settled nodes follow others by unit propagation; whether all of them can hold together is decided by the search
//! of Davis, Logemann and Loveland.

use super::part::{Bearing, Input, Law, Part};

/// Choices that the search may make before it gives up and takes the facts for possible.
const PATIENCE: usize = 200_000;
/// Gates on the scenarios of a choice are told apart state by state, up to so many parents.
const MOST_GATES: usize = 12;

/// That a node has a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Literal {
    pub(crate) node: usize,
    pub(crate) state: bool,
}

impl Literal {
    fn is(node: usize, state: bool) -> Self {
        Self { node, state }
    }
}

/// What must hold in a part.
#[derive(Clone, Debug)]
pub(crate) struct Logic {
    clauses: Vec<Vec<Literal>>,
    /// The clauses that each node is in.
    of: Vec<Vec<usize>>,
}

impl Logic {
    /// Of a part with levels, which are infinite where nothing less gives what was stated.
    pub(crate) fn new(part: &Part, levels: &[f64]) -> Self {
        let mut clauses = Vec::new();
        for variable in &part.variables {
            match (&variable.law, variable.nodes.as_slice()) {
                (Law::Odds(inputs), [node]) => {
                    odds(*node, inputs, levels.get(*node).copied().unwrap_or(0.0), &mut clauses);
                }
                (Law::Table { parents, rows }, [node]) => table(*node, parents, rows, &mut clauses),
                (Law::Choice(inputs), nodes) => choice(nodes, inputs, &mut clauses),
                _ => {}
            }
        }
        let mut of = vec![Vec::new(); part.ids.len()];
        for (number, clause) in clauses.iter().enumerate() {
            for literal in clause {
                if let Some(list) = of.get_mut(literal.node) {
                    list.push(number);
                }
            }
        }
        Self { clauses, of }
    }

    /// Whether a node has a part in anything certain.
    pub(crate) fn knows(&self, node: usize) -> bool {
        self.of.get(node).is_some_and(|clauses| !clauses.is_empty())
    }

    /// The states of all nodes that follow from some, one clause after the other. `None`: they contradict each other.
    pub(crate) fn follow(&self, facts: impl Iterator<Item = Literal>) -> Option<Vec<Option<bool>>> {
        let mut search = Search { logic: self, states: vec![None; self.of.len()], trail: Vec::new() };
        // Clauses of one literal hold without any fact.
        let alone = self.clauses.iter().filter_map(|clause| match clause.as_slice() {
            [literal] => Some(*literal),
            _ => None,
        });
        let all: Vec<Literal> = alone.chain(facts).collect();
        search.all_hold(&all).then_some(search.states)
    }

    /// Whether some can hold together.
    pub(crate) fn allows(&self, facts: &[Literal]) -> bool {
        let Some(states) = self.follow(facts.iter().copied()) else { return false };
        let mut search = Search { logic: self, states, trail: Vec::new() };
        search.complete()
    }

    /// A smallest set of facts, by their places, that cannot hold together: without any one of them the others can.
    pub(crate) fn conflict(&self, facts: &[Literal]) -> Vec<usize> {
        smallest(facts.len(), |kept| {
            let facts: Vec<Literal> = kept.iter().filter_map(|place| facts.get(*place).copied()).collect();
            self.allows(&facts)
        })
    }
}

/// Of a set that is impossible, a smallest part that still is: what can be left out is left out, one after the
/// other, the first facts first.
pub(crate) fn smallest(count: usize, allows: impl Fn(&[usize]) -> bool) -> Vec<usize> {
    let mut kept: Vec<usize> = (0..count).collect();
    // Halves that can go at once spare most of the work.
    let mut stretch = count.next_power_of_two() / 2;
    while stretch >= 1 {
        let mut at = 0;
        while at < kept.len() {
            let end = (at + stretch).min(kept.len());
            let without: Vec<usize> = kept.iter().take(at).chain(kept.iter().skip(end)).copied().collect();
            if allows(&without) {
                at = end;
            } else {
                kept = without;
            }
        }
        stretch /= 2;
    }
    kept
}

struct Search<'a> {
    logic: &'a Logic,
    states: Vec<Option<bool>>,
    /// Nodes in the order in which they got their states.
    trail: Vec<usize>,
}

impl Search<'_> {
    fn state(&self, literal: Literal) -> Option<bool> {
        self.states.get(literal.node).copied().flatten().map(|state| state == literal.state)
    }

    /// Gives states, and all that follow from them. False: they contradict each other.
    fn all_hold(&mut self, literals: &[Literal]) -> bool {
        let mut queue: Vec<Literal> = literals.to_vec();
        while let Some(literal) = queue.pop() {
            match self.state(literal) {
                Some(true) => continue,
                Some(false) => return false,
                None => {}
            }
            if let Some(slot) = self.states.get_mut(literal.node) {
                *slot = Some(literal.state);
                self.trail.push(literal.node);
            }
            for number in self.logic.of.get(literal.node).into_iter().flatten() {
                let Some(clause) = self.logic.clauses.get(*number) else { continue };
                let mut open = None;
                let mut is_settled = false;
                for other in clause {
                    match self.state(*other) {
                        Some(true) => is_settled = true,
                        Some(false) => {}
                        None if open.is_some() => is_settled = true,
                        None => open = Some(*other),
                    }
                    if is_settled {
                        break;
                    }
                }
                match (is_settled, open) {
                    (true, _) => {}
                    (false, Some(last)) => queue.push(last),
                    (false, None) => return false,
                }
            }
        }
        true
    }

    /// Whether the nodes that are open can be given states too.
    fn complete(&mut self) -> bool {
        let mut patience = PATIENCE;
        // Each choice: where the trail stood, and whether the other state is still to be tried.
        let mut choices: Vec<(usize, Literal, bool)> = Vec::new();
        let mut from = 0;
        loop {
            // Nodes come after their parents, so the first open one of a broken promise is near its cause.
            let open = (from..self.states.len())
                .find(|node| self.logic.knows(*node) && self.states.get(*node) == Some(&None));
            let Some(node) = open else { return true };
            from = node;
            if patience == 0 {
                return true;
            }
            patience -= 1;
            let mut next = Literal::is(node, false);
            choices.push((self.trail.len(), next, true));
            while !self.all_hold(&[next]) {
                loop {
                    let Some((length, tried, has_other)) = choices.pop() else { return false };
                    for node in self.trail.split_off(length) {
                        if let Some(slot) = self.states.get_mut(node) {
                            *slot = None;
                        }
                    }
                    if has_other {
                        next = Literal::is(tried.node, !tried.state);
                        choices.push((length, next, false));
                        from = 0;
                        break;
                    }
                }
            }
        }
    }
}

/// The gates of one direction among inputs: that they are shut.
fn shut(inputs: &[Input], to: bool) -> impl Iterator<Item = Literal> + '_ {
    inputs.iter().filter_map(move |input| match input.bearing {
        Bearing::Gate { when, then } if then == to => Some(Literal::is(input.source, !when)),
        Bearing::Gate { .. } | Bearing::Weight(_) => None,
    })
}

fn odds(node: usize, inputs: &[Input], level: f64, clauses: &mut Vec<Vec<Literal>>) {
    for denies in shut(inputs, false) {
        clauses.push(vec![denies, Literal::is(node, false)]);
    }
    // What makes it true does so unless something denies it.
    let denied = || shut(inputs, false).map(|gate| Literal::is(gate.node, !gate.state));
    for grants in shut(inputs, true) {
        clauses.push([grants, Literal::is(node, true)].into_iter().chain(denied()).collect());
    }
    if level == f64::INFINITY {
        clauses.push([Literal::is(node, true)].into_iter().chain(denied()).collect());
    } else if level == f64::NEG_INFINITY {
        let granted = shut(inputs, true).map(|gate| Literal::is(gate.node, !gate.state));
        clauses.push([Literal::is(node, false)].into_iter().chain(granted).collect());
    }
}

fn table(node: usize, parents: &[usize], rows: &[f64], clauses: &mut Vec<Vec<Literal>>) {
    for (number, row) in rows.iter().enumerate().filter(|(_, row)| **row <= 0.0 || **row >= 1.0) {
        let others =
            parents.iter().enumerate().map(|(bit, parent)| Literal::is(*parent, number >> bit & 1 == 0));
        clauses.push(others.chain([Literal::is(node, *row >= 1.0)]).collect());
    }
}

fn choice(nodes: &[usize], inputs: &[Vec<Input>], clauses: &mut Vec<Vec<Literal>>) {
    clauses.push(nodes.iter().map(|node| Literal::is(*node, true)).collect());
    for (at, one) in nodes.iter().enumerate() {
        for other in nodes.iter().skip(at + 1) {
            clauses.push(vec![Literal::is(*one, false), Literal::is(*other, false)]);
        }
    }
    let gates = |inputs: &[Input]| -> Vec<(usize, bool, bool)> {
        let gate = |input: &Input| match input.bearing {
            Bearing::Gate { when, then } => Some((input.source, when, then)),
            Bearing::Weight(_) => None,
        };
        inputs.iter().filter_map(gate).collect()
    };
    let gates: Vec<Vec<(usize, bool, bool)>> = inputs.iter().map(|inputs| gates(inputs)).collect();
    let mut sources: Vec<usize> = gates.iter().flatten().map(|(source, _, _)| *source).collect();
    sources.sort_unstable();
    sources.dedup();
    if sources.is_empty() || sources.len() > MOST_GATES {
        return;
    }
    for state in 0..1_usize << sources.len() {
        let is = |source: usize| {
            let bit = sources.iter().position(|other| *other == source).unwrap_or(0);
            state >> bit & 1 == 1
        };
        let acts = |scenario: &[(usize, bool, bool)], to: bool| {
            scenario.iter().any(|(source, when, then)| *then == to && is(*source) == *when)
        };
        let granted = |scenario: &[(usize, bool, bool)]| acts(scenario, true) && !acts(scenario, false);
        let is_granted = gates.iter().any(|scenario| granted(scenario));
        let is_open = |scenario: &[(usize, bool, bool)]| {
            if is_granted { granted(scenario) } else { !acts(scenario, false) }
        };
        if !gates.iter().any(|scenario| is_open(scenario)) {
            continue;
        }
        for (node, _) in nodes.iter().zip(&gates).filter(|(_, scenario)| !is_open(scenario)) {
            let others = sources.iter().map(|source| Literal::is(*source, !is(*source)));
            clauses.push(others.chain([Literal::is(*node, false)]).collect());
        }
    }
}
