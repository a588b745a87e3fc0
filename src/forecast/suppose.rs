//! Supposing: what the network would believe if some nodes had certain states.
//!
//! Observed, a state tells about causes and effects alike. Forced, it is set from outside: what bears on the node
//! and what was said about the node itself count no more, and only what hangs on it moves (Pearl 2000).

use std::sync::Arc;

use rayon::prelude::*;

use super::engine::Engine;
use super::exact::Exact;
use super::gates::{findings, settled};
use super::logic::{Literal, Logic, smallest};
use super::part::{Bearing, Input, Law, Part, Target};
use super::run::{Evaluated, settles};
use super::step::{Estimate, Finding, Step};
use super::{Belief, Book, Forecast, Reason};
use crate::model::{Model, NodeId};

/// Numbers that may be gone through to suppose each node of a part exactly.
const PATIENCE: usize = 1 << 28;

/// How a node comes to its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Way {
    /// It is seen to be so.
    #[default]
    Observed,
    /// It is made so.
    Forced,
}

/// Why something cannot be supposed.
#[derive(Clone, Debug, PartialEq)]
pub enum Objection {
    /// A node has no number: it is void, or its part of the network has trouble.
    NoNumber(NodeId),
    /// It cannot be so. Without any one of these the others can.
    Impossible {
        /// What was supposed.
        states: Vec<(NodeId, bool)>,
        /// What is known.
        reasons: Vec<Reason>,
    },
}

/// What the network would believe.
#[derive(Clone, Debug)]
pub struct Supposition<'a> {
    forecast: &'a Forecast,
    /// By part, where anything is supposed.
    parts: Vec<Option<Supposed>>,
}

/// A part of which something is supposed.
#[derive(Clone, Debug)]
struct Supposed {
    beliefs: Vec<Estimate>,
    engine: Engine,
}

impl Supposition<'_> {
    /// A node as it would be. None if it is void, or if there is trouble.
    pub fn belief(&self, node: NodeId) -> Option<Belief> {
        let now = self.forecast.now(node)?;
        let (part, place) = *self.forecast.places.get(node.index())?;
        match self.parts.get(part)? {
            Some(supposed) => {
                let estimate = supposed.beliefs.get(place)?;
                Some(Belief { probability: estimate.probability, error: estimate.error, ..now })
            }
            None => Some(now),
        }
    }

    /// Worlds as they would be.
    pub fn book(&self) -> Book {
        self.forecast.draw(|part| self.parts.get(part).and_then(|supposed| Some(&supposed.as_ref()?.engine)))
    }

    /// Whether anything is supposed about a node or about what it is connected with.
    pub fn concerns(&self, node: NodeId) -> bool {
        let place = self.forecast.places.get(node.index());
        place.is_some_and(|(part, _)| self.parts.get(*part).is_some_and(Option::is_some))
    }
}

impl Forecast {
    /// What the network would believe if nodes had these states.
    ///
    /// # Errors
    ///
    /// If a node has no number, or if the states are impossible together or with what is known.
    ///
    /// ```
    /// # use forecastc::forecast::{self, Settings, Way};
    /// # use forecastc::source::Sources;
    /// # use forecastc::value::Date;
    /// let sources = Sources::single(r#"
    /// scenario WET "A wet spring" { probability 30% }
    /// scenario LATE "A late sowing" {
    ///     probability 40.3%
    ///     needs WET 90% else 19%
    /// }
    /// "#);
    /// let today = Date::parse("2026-06-01").expect("a day of the calendar");
    /// let model = forecastc::compile(&sources, today).model;
    /// let forecast = forecast::evaluate(&model, today, &Settings::default());
    /// let (wet, late) = (model.find("WET").expect("above"), model.find("LATE").expect("above"));
    ///
    /// let seen = forecast.suppose(&model, &[(late, true)], Way::Observed).expect("it is possible");
    /// assert!((seen.belief(wet).expect("a number").probability - 0.27 / 0.403).abs() < 1e-9);
    /// let made = forecast.suppose(&model, &[(late, true)], Way::Forced).expect("it is possible");
    /// assert!((made.belief(wet).expect("a number").probability - 0.30).abs() < 1e-9);
    /// ```
    pub fn suppose(
        &self,
        model: &Model,
        states: &[(NodeId, bool)],
        way: Way,
    ) -> Result<Supposition<'_>, Objection> {
        let mut own: Vec<Vec<Literal>> = vec![Vec::new(); self.parts.len()];
        for (node, state) in states {
            let objection = Objection::NoNumber(*node);
            self.now(*node).ok_or_else(|| objection.clone())?;
            let (part, place) = self.places.get(node.index()).copied().ok_or(objection)?;
            if let Some(own) = own.get_mut(part) {
                own.push(Literal { node: place, state: *state });
            }
        }
        let suppose = |(part, states): (&Evaluated, &Vec<Literal>)| {
            if states.is_empty() {
                return Ok(None);
            }
            let beliefs = self.suppose_in(part, states, way);
            beliefs.map(Some).map_err(|(kept, facts)| Objection::Impossible {
                states: kept.iter().map(|one| (part.id(one.node), one.state)).collect(),
                reasons: facts.iter().map(|fact| settles(model, part.id(*fact), self.today)).collect(),
            })
        };
        let parts: Result<Vec<_>, Objection> = self.parts.par_iter().zip(&own).map(suppose).collect();
        Ok(Supposition { forecast: self, parts: parts? })
    }

    /// Whether `split` can tell of a node.
    pub(crate) fn can_split(&self, node: NodeId) -> bool {
        self.splitter(node).is_some()
    }

    fn splitter(&self, node: NodeId) -> Option<(&Evaluated, usize, &Exact)> {
        let (part, place) = self.place(node)?;
        let Engine::Exact(exact) = part.engine.as_deref()? else { return None };
        let work = exact.size().0.saturating_mul(part.part.ids.len());
        (work <= PATIENCE).then_some((part, place, exact.as_ref()))
    }

    /// The probabilities of the nodes of an exact part where one of them is true, and where it is false. None of a
    /// node that cannot be both, and of a part that is sampled or in which this would take too long.
    pub(crate) fn split(&self, node: NodeId) -> Option<[Vec<(NodeId, f64)>; 2]> {
        let (part, place, exact) = self.splitter(node)?;
        let find = || Some(Arc::new([exact.given(&[(place, true)])?, exact.given(&[(place, false)])?]));
        let split = part.end.as_ref().map_or_else(find, |(_, end)| end.split(place, find))?;
        let named = |given: &Vec<f64>| part.part.ids.iter().copied().zip(given.iter().copied()).collect();
        let [yes, no] = split.as_ref();
        Some([named(yes), named(no)])
    }

    /// The nodes of the part of the network that a node is in.
    pub(crate) fn connected(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        self.place(node).map_or(&[][..], |(part, _)| part.part.ids.as_slice()).iter().copied()
    }

    /// The number of that part. None of a node of a part with trouble.
    pub(crate) fn part_of(&self, node: NodeId) -> Option<usize> {
        self.place(node)?;
        self.places.get(node.index()).map(|(part, _)| *part)
    }

    /// Beliefs of a part, or the states and the settled nodes that cannot be together.
    fn suppose_in(
        &self,
        part: &Evaluated,
        states: &[Literal],
        way: Way,
    ) -> Result<Supposed, (Vec<Literal>, Vec<usize>)> {
        let Some(engine) = part.engine.as_deref() else { return Err((states.to_vec(), Vec::new())) };
        let levels = engine.levels();
        let shaped = |states: &[Literal]| match way {
            Way::Observed => None,
            Way::Forced => Some(cut(&part.part, &levels, states)),
        };
        let cut = shaped(states).map(Arc::new);
        let mut said = part.said.clone();
        if way == Way::Forced {
            for node in states.iter().flat_map(|one| forced(&part.part, *one)) {
                if let Some(said) = said.get_mut(node) {
                    *said = Finding::Open(0.0);
                }
            }
        }
        // Facts first: where something can be left out, it is what is known.
        let facts: Vec<Literal> = settled(&said).collect();
        let all: Vec<Literal> = facts.iter().chain(states).copied().collect();
        let logic = Logic::new(cut.as_deref().unwrap_or(&part.part), &after(cut.as_deref(), &levels));
        if !distinct(&all) || !logic.allows(&all) {
            // What is left out of the states is not cut either.
            let kept = smallest(all.len(), |kept| {
                let all: Vec<Literal> = kept.iter().filter_map(|place| all.get(*place).copied()).collect();
                let fewer: Vec<Literal> = all.iter().filter(|one| states.contains(one)).copied().collect();
                let Some(cut) = shaped(&fewer) else { return logic.allows(&all) };
                distinct(&all) && Logic::new(&cut, &after(Some(&cut), &levels)).allows(&all)
            });
            let kept = kept.iter().filter_map(|place| all.get(*place).copied());
            let (states, facts): (Vec<Literal>, Vec<Literal>) = kept.partition(|one| states.contains(one));
            return Err((states, facts.iter().map(|one| one.node).collect()));
        }
        let follows = logic.follow(all.iter().copied()).unwrap_or_default();
        let none = || (states.to_vec(), Vec::new());
        let mut supposed = match &cut {
            None => engine.clone(),
            Some(cut) => Engine::start(cut, engine.method(), &self.settings).map_err(|_| none())?,
        };
        let mut step = Step::on(self.today);
        let findings = findings(&said, &follows).enumerate();
        step.findings = findings.filter(|(node, new)| supposed.finding(*node) != *new).collect();
        supposed.step(&step).map_err(|_| none())?;
        supposed.settle();
        Ok(Supposed { beliefs: supposed.beliefs(), engine: supposed })
    }
}

/// Whether no node has two states.
fn distinct(all: &[Literal]) -> bool {
    let mut sorted = all.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted.windows(2).all(|pair| match pair {
        [one, other] => one.node != other.node,
        _ => true,
    })
}

/// The nodes that a forced state says all about: a scenario that is made true is its whole choice.
fn forced(part: &Part, one: Literal) -> Vec<usize> {
    let variable = part.places.get(one.node).and_then(|place| part.variables.get(place.variable));
    match variable.filter(|variable| one.state && matches!(variable.law, Law::Choice(_))) {
        Some(choice) => choice.nodes.clone(),
        None => vec![one.node],
    }
}

/// Levels as a cut leaves them.
fn after(cut: Option<&Part>, levels: &[f64]) -> Vec<f64> {
    let level = |(target, before): (&Target, &f64)| match target {
        Target::Level(level) => *level,
        Target::Stated(_) | Target::Implied { .. } | Target::Table => *before,
    };
    cut.map_or_else(|| levels.to_vec(), |cut| cut.targets.iter().zip(levels).map(level).collect())
}

/// A part in which nothing bears on some nodes, and they have their states. All levels are what they are.
fn cut(part: &Part, levels: &[f64], states: &[Literal]) -> Part {
    let mut cut = part.clone();
    cut.targets = levels.iter().map(|level| Target::Level(*level)).collect();
    for one in states {
        let Some(variable) =
            part.places.get(one.node).and_then(|place| cut.variables.get_mut(place.variable))
        else {
            continue;
        };
        let certain = if one.state { f64::INFINITY } else { f64::NEG_INFINITY };
        match &mut variable.law {
            // A scenario that is made true is the whole choice; one that is ruled out leaves it to the others.
            Law::Choice(inputs) if one.state => {
                for (inputs, node) in inputs.iter_mut().zip(&variable.nodes) {
                    inputs.clear();
                    let level = if *node == one.node { 0.0 } else { f64::NEG_INFINITY };
                    if let Some(target) = cut.targets.get_mut(*node) {
                        *target = Target::Level(level);
                    }
                }
            }
            Law::Choice(lists) => {
                // Whatever becomes of the other scenarios, this one is denied: also where they all are.
                let mut sources = lists.iter().flatten().map(|input| input.source);
                let gates = sources.next().map(|source| {
                    let gate = |when| Input { source, bearing: Bearing::Gate { when, then: false } };
                    vec![gate(true), gate(false)]
                });
                let own = variable.nodes.iter().position(|node| *node == one.node);
                if let Some(inputs) = own.and_then(|own| lists.get_mut(own)) {
                    *inputs = gates.unwrap_or_default();
                }
                if let Some(target) = cut.targets.get_mut(one.node) {
                    *target = Target::Level(f64::NEG_INFINITY);
                }
            }
            law @ (Law::Odds(_) | Law::Table { .. }) => {
                *law = Law::Odds(Vec::new());
                if let Some(target) = cut.targets.get_mut(one.node) {
                    *target = Target::Level(certain);
                }
            }
        }
    }
    cut
}
