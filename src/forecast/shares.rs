//! Shares: the log odds of a node taken apart.
//!
//! What bears on the node is taken away, all of it, and put back one after the other in a fixed order: its causes,
//! what hangs on it, evidence about it. Each thing's share is what the log odds move by when it comes back; levels
//! and all that is known stay as they are. So the shares add up to the number that is shown.

mod odds;
mod weighed;

use rayon::prelude::*;

use self::weighed::weighed;
use super::Forecast;
use super::engine::Engine;
use super::gates::{findings, settled};
use super::logic::{Literal, Logic};
use super::number::{exp, ln, logit};
use super::part::{Bearing, Input, Law, Part, Target};
use super::run::Evaluated;
use super::step::Finding;
use crate::model::{Event, Model, NodeId, PredictorId};
use crate::value::Date;

/// Log odds beyond these are as good as certain.
const CERTAIN: f64 = 40.0;

/// What a share belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// Something that bears on the node; of a choice, any of its scenarios.
    Parent(NodeId),
    /// Something that hangs on it: its milestones come first.
    Child(NodeId),
    /// A line of evidence, by its place in the journal of a node.
    Line {
        /// The node, or another scenario of its choice.
        node: NodeId,
        /// The place in its journal.
        fact: usize,
    },
    /// That nothing was heard while its window ran.
    Silence(NodeId),
}

/// What one thing does to the log odds of a node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// The thing.
    pub cause: Cause,
    /// What the log odds move by when it comes in.
    pub log_odds: f64,
    /// The standard error of that; 0 where it is exact.
    pub error: f64,
}

/// The log odds of a node, taken apart. They start from `level`, and each share comes in after those before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shares {
    /// The log odds if nothing bore on the node.
    pub level: f64,
    /// What of that is owed to the outside view.
    pub outside: Option<f64>,
    /// In order: parents, milestones, other dependents, evidence, silence.
    pub all: Vec<Share>,
    /// The log odds now.
    pub log_odds: f64,
}

/// A node with what touches it: its variable, the groups of nodes above and the variables below.
struct Scene<'a> {
    part: &'a Part,
    levels: &'a [f64],
    variable: usize,
    state: usize,
    parents: Vec<(NodeId, Vec<usize>)>,
    children: Vec<(NodeId, usize)>,
}

impl Forecast {
    /// The log odds of a node taken apart. None of a node that is settled or has no number.
    pub fn shares(&self, model: &Model, node: NodeId) -> Option<Shares> {
        let now = self.now(node)?;
        let (part, place) = self.place(node)?;
        let engine = part.engine.as_deref()?;
        if now.probability <= 0.0 || now.probability >= 1.0 {
            return None;
        }
        let levels = engine.levels();
        // What is certain may come out a little short of it.
        if now.probability.min(1.0 - now.probability) < 1e-9 && !is_open(part, &levels, place) {
            return None;
        }
        let scene = Scene::new(&part.part, &levels, place, model)?;
        let own = part.part.variables.get(scene.variable)?;
        let evidence = self.evidence(model, part, &own.nodes);
        // What is known of the states without evidence about themselves.
        let mut masses: Vec<f64> = match own.law {
            Law::Choice(_) => {
                own.nodes.iter().map(|node| part.now.get(*node).map_or(0.0, |one| one.probability)).collect()
            }
            Law::Odds(_) | Law::Table { .. } => vec![1.0 - now.probability, now.probability],
        };
        // Sampled scenarios sum to one but for their errors.
        let others: f64 = masses.iter().sum::<f64>() - masses.get(scene.state).copied().unwrap_or(0.0);
        for (state, mass) in masses.iter_mut().enumerate() {
            let share = if others > 0.0 { *mass / others } else { 0.0 };
            *mass = if state == scene.state { now.probability } else { share * (1.0 - now.probability) };
        }
        for (_, state, weight) in &evidence {
            if let Some(mass) = masses.get_mut(*state) {
                *mass *= exp(-weight);
            }
        }
        let steps = match engine {
            Engine::Exact(_) => self.rebuilt(part, &scene)?,
            Engine::Sampled(_) if scene.has_gates() => self.rebuilt(part, &scene)?,
            Engine::Sampled(_) => weighed(&scene, &evidence, self.book(), part),
        };
        let causes = scene.parents.iter().map(|(id, _)| Cause::Parent(*id));
        let causes: Vec<Cause> =
            causes.chain(scene.children.iter().map(|(id, _)| Cause::Child(*id))).collect();
        let without_evidence = log_odds(&masses, scene.state);
        let whole: f64 = steps.iter().map(|(step, _)| step).sum();
        let mut all: Vec<Share> = causes
            .into_iter()
            .zip(&steps)
            .map(|(cause, (log_odds, error))| Share { cause, log_odds: *log_odds, error: *error })
            .collect();
        let mut before = without_evidence;
        for (cause, state, weight) in &evidence {
            if let Some(mass) = masses.get_mut(*state) {
                *mass *= exp(*weight);
            }
            let after = log_odds(&masses, scene.state);
            all.push(Share { cause: *cause, log_odds: after - before, error: 0.0 });
            before = after;
        }
        Some(Shares {
            level: without_evidence - whole,
            outside: self.outside(model, node, part, place),
            all,
            log_odds: logit(now.probability),
        })
    }

    /// κ of a predictor on the day of a line of its evidence.
    pub fn kappa(&self, predictor: PredictorId, day: Date) -> f64 {
        self.weights.kappa(predictor, day)
    }

    /// What evidence adds to the log odds of the states of a variable: lines by date, then silence.
    fn evidence(&self, model: &Model, part: &Evaluated, nodes: &[usize]) -> Vec<(Cause, usize, f64)> {
        let mut lines = Vec::new();
        let mut silences = Vec::new();
        for place in nodes {
            let id = part.id(*place);
            if self.is_void(id, self.today) {
                continue;
            }
            let node = model.node(id);
            let Some(Finding::Open(log)) = part.said.get(*place).copied() else { continue };
            let state = part.part.places.get(*place).map_or(1, |place| place.state);
            let mut rest = log;
            for fact in node.facts(self.today) {
                let Event::Evidence { .. } = fact.event else { continue };
                let Some(at) = node.journal.iter().position(|other| std::ptr::eq(other, fact)) else {
                    continue;
                };
                let weight = self.weights.weight_of(fact);
                rest -= weight;
                lines.push(((fact.date.value, id, at), (Cause::Line { node: id, fact: at }, state, weight)));
            }
            if rest.abs() > 1e-12 {
                silences.push((Cause::Silence(id), state, rest));
            }
        }
        lines.sort_by_key(|(order, _)| *order);
        lines.into_iter().map(|(_, line)| line).chain(silences).collect()
    }

    /// By how much the outside view moved what was stated, if it counts still.
    fn outside(&self, model: &Model, node: NodeId, part: &Evaluated, place: usize) -> Option<f64> {
        let said = model.node(node);
        said.outside?;
        if said.facts(self.today).any(|fact| fact.event.stated().is_some()) {
            return None;
        }
        match part.part.targets.get(place)? {
            Target::Stated(aim) => {
                let number = |id: NodeId| model.node(id).prior.map(|prior| prior.value.as_f64());
                // `rest` is what the others leave.
                let rest = || {
                    let choice = model.choices.get(said.choice?.index())?;
                    Some(1.0 - choice.scenarios.iter().filter_map(|id| number(*id)).sum::<f64>())
                };
                Some(logit(*aim) - logit(number(node).or_else(rest)?))
            }
            // Where nothing is stated, what the edges imply stands for it.
            target @ Target::Implied { edges, like, .. } => {
                let of = |place: usize| self.before(part.id(place)).map_or(0.5, |belief| belief.probability);
                let implied = Target::Implied { edges: edges.clone(), like: *like, outside: None };
                Some(logit(target.probability(of)?) - logit(implied.probability(of)?))
            }
            Target::Table | Target::Level(_) => None,
        }
    }

    /// What the log odds move by as parents and children come back, each with its error: by evaluating the network
    /// without them.
    fn rebuilt(&self, part: &Evaluated, scene: &Scene<'_>) -> Option<Vec<(f64, f64)>> {
        let count = scene.parents.len() + scene.children.len();
        let own = scene.part.variables.get(scene.variable)?;
        let stage = |back: usize| {
            let masses = match (&own.law, self.believe(scene.stripped(back), part, scene)?) {
                (Law::Choice(_), masses) => masses,
                (Law::Odds(_) | Law::Table { .. }, beliefs) => {
                    let yes = beliefs.first().copied().unwrap_or(0.5);
                    vec![1.0 - yes, yes]
                }
            };
            Some(log_odds(&masses, scene.state))
        };
        let stages: Option<Vec<f64>> = (0..=count).into_par_iter().map(stage).collect();
        let stages = stages?;
        let steps = stages.iter().zip(stages.iter().skip(1));
        Some(steps.map(|(before, after)| (after - before, 0.0)).collect())
    }

    /// Beliefs about the variable of the scene, without evidence about it, where the part is put together otherwise.
    fn believe(&self, stripped: Part, part: &Evaluated, scene: &Scene<'_>) -> Option<Vec<f64>> {
        let own = scene.part.variables.get(scene.variable)?;
        let mut said = part.said.clone();
        for node in &own.nodes {
            if let Some(said @ Finding::Open(_)) = said.get_mut(*node) {
                *said = Finding::Open(0.0);
            }
        }
        let follows = Logic::new(&stripped, scene.levels).follow(settled(&said))?;
        let findings: Vec<Finding> = findings(&said, &follows).collect();
        let engine = part.engine.as_deref()?;
        engine.about(stripped, scene.levels, &findings, scene.variable, (self.today, &self.settings))
    }
}

/// Whether gates and what is known leave a node both outcomes.
fn is_open(part: &Evaluated, levels: &[f64], node: usize) -> bool {
    let logic = Logic::new(&part.part, levels);
    let facts: Vec<Literal> = settled(&part.said).collect();
    [true, false].into_iter().all(|state| {
        let all: Vec<Literal> = facts.iter().copied().chain([Literal { node, state }]).collect();
        logic.allows(&all)
    })
}

impl<'a> Scene<'a> {
    fn new(part: &'a Part, levels: &'a [f64], place: usize, model: &Model) -> Option<Self> {
        let own = *part.places.get(place)?;
        let variable = part.variables.get(own.variable)?;
        let id = |node: usize| part.ids.get(node).copied().unwrap_or(NodeId::new(0));
        let group =
            |variable: usize| part.variables.get(variable).map_or(&[][..], |one| one.nodes.as_slice());
        let mut above: Vec<usize> = variable
            .law
            .parents()
            .iter()
            .filter_map(|node| part.places.get(*node).map(|place| place.variable))
            .collect();
        above.sort_unstable();
        above.dedup();
        let first = |variable: usize, among: &[usize]| {
            let nodes = group(variable).iter().copied();
            nodes
                .filter(|node| among.is_empty() || among.contains(node))
                .map(id)
                .min()
                .unwrap_or(NodeId::new(0))
        };
        let named = variable.law.parents();
        let mut parents: Vec<(NodeId, Vec<usize>)> =
            above.iter().map(|above| (first(*above, &named), group(*above).to_vec())).collect();
        parents.sort();
        let hangs = |below: &&super::part::Variable| {
            below.law.parents().iter().any(|node| variable.nodes.contains(node))
        };
        let below = part.variables.iter().enumerate().filter(|(_, below)| hangs(below));
        // Of a choice below, the first scenario that something here bears on.
        let touched = |below: &super::part::Variable| -> Vec<usize> {
            let Law::Choice(lists) = &below.law else { return Vec::new() };
            let touches =
                |inputs: &[Input]| inputs.iter().any(|input| variable.nodes.contains(&input.source));
            let touched = below.nodes.iter().zip(lists).filter(|(_, inputs)| touches(inputs));
            touched.map(|(node, _)| *node).collect()
        };
        let mut children: Vec<(NodeId, usize)> =
            below.map(|(number, below)| (first(number, &touched(below)), number)).collect();
        children.sort_by_key(|(child, _)| (model.node(*child).parent != Some(id(place)), *child));
        Some(Self { part, levels, variable: own.variable, state: own.state, parents, children })
    }

    /// Whether something between the node and what touches it is certain.
    fn has_gates(&self) -> bool {
        let certain = |law: &Law| match law {
            Law::Odds(inputs) => inputs.iter().any(|input| matches!(input.bearing, Bearing::Gate { .. })),
            Law::Choice(lists) => {
                lists.iter().flatten().any(|input| matches!(input.bearing, Bearing::Gate { .. }))
            }
            Law::Table { rows, .. } => rows.iter().any(|row| *row <= 0.0 || *row >= 1.0),
        };
        let law = |number: usize| self.part.variables.get(number).map(|variable| &variable.law);
        let all = self.children.iter().map(|(_, child)| *child).chain([self.variable]);
        all.filter_map(law).any(certain)
    }

    /// The law of the node with its first parents only.
    fn own_law(&self, parents: usize) -> Law {
        let gone: Vec<usize> =
            self.parents.iter().skip(parents).flat_map(|(_, nodes)| nodes.clone()).collect();
        self.part.variables.get(self.variable).map_or(Law::Odds(Vec::new()), |own| own.law.without(&gone))
    }

    /// The law of a variable below without the node.
    fn law_below(&self, child: usize) -> Law {
        let own = self.part.variables.get(self.variable).map_or(&[][..], |own| own.nodes.as_slice());
        self.part.variables.get(child).map_or(Law::Odds(Vec::new()), |child| child.law.without(own))
    }

    /// The part with so many of the parents and children back.
    fn stripped(&self, back: usize) -> Part {
        let mut part = self.part.clone();
        if let Some(own) = part.variables.get_mut(self.variable) {
            own.law = self.own_law(back);
        }
        for (_, child) in self.children.iter().skip(back.saturating_sub(self.parents.len())) {
            if let Some(below) = part.variables.get_mut(*child) {
                below.law = self.law_below(*child);
            }
        }
        part
    }
}

/// The log odds of one of several masses, as far as they go.
fn log_odds(masses: &[f64], state: usize) -> f64 {
    let own = masses.get(state).copied().unwrap_or(0.0);
    let others: f64 =
        masses.iter().enumerate().filter(|(other, _)| *other != state).map(|(_, mass)| mass).sum();
    (ln(own) - ln(others)).clamp(-CERTAIN, CERTAIN)
}
