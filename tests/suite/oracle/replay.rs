//! The days one by one: "Facts", "Statements" and "Edges read back" of the page.

use std::collections::{BTreeMap, BTreeSet};

use forecastc::model::{Direction, Effect, Event, Model, NodeId, NodeKind, Outcome, PredictorId, Silence};
use forecastc::value::Date;

use super::levels::Levels;
use super::network::{Network, logit};
use super::{Answers, Reading, Refusal, voices};

/// A line of a journal: the node, and the place in its journal.
pub(crate) type Line = (NodeId, usize);

/// The lines of a node's journal that are in force on a day: dated no later, and not mended by then.
pub(super) fn in_force(model: &Model, node: NodeId, day: Date) -> Vec<usize> {
    let journal = &model.node(node).journal;
    let is_known = |at: usize| journal[at].date.value <= day;
    let is_mended = |line: usize| {
        (0..journal.len()).filter(|at| is_known(*at)).any(|at| {
            // Another line mends it, or mends later what it mends itself.
            let mends = journal[at].mends;
            mends == Some(line) || mends.is_some() && mends == journal[line].mends && at > line
        })
    };
    let is_aimless = |at: usize| journal[at].corrects.is_some() && journal[at].mends.is_none();
    (0..journal.len()).filter(|at| is_known(*at) && !is_mended(*at) && !is_aimless(*at)).collect()
}

/// What is known at the end of a day.
#[derive(Clone)]
pub(super) struct Known {
    /// The outcome of a node, if it is settled.
    pub(super) outcome: Vec<Option<Outcome>>,
    /// The last statement about it.
    pub(super) stated: Vec<Option<usize>>,
    /// Lines of evidence about a node that count, each with what it multiplies the odds by.
    pub(super) evidence: Vec<Vec<(usize, f64)>>,
    /// What silence multiplies the odds of a node by.
    pub(super) silence: Vec<f64>,
}

impl Known {
    /// By how much evidence and silence multiply the odds of a node.
    fn odds(&self, node: NodeId) -> f64 {
        let evidence = self.evidence[node.index()].iter().map(|(_, ratio)| ratio);
        evidence.product::<f64>() * self.silence[node.index()]
    }
}

struct Replay<'a> {
    network: Network<'a>,
    model: &'a Model,
    first: Levels,
    /// The level that each statement set on its day.
    set: BTreeMap<Line, f64>,
    weights: BTreeMap<(PredictorId, Date), f64>,
    met: BTreeSet<&'static str>,
}

pub(super) fn answers(model: &Model, today: Date) -> Result<Answers, Refusal> {
    let mut replay = Replay::new(model)?;
    let prior = replay.network.joint(&replay.first, None);
    let mut days = Vec::new();
    for day in dates(model, today) {
        days.push((day, replay.day(day)?));
    }
    let now = replay.day(today)?;
    let before: Vec<f64> = model.nodes().map(|(id, _)| replay.network.probability(&prior, id)).collect();
    let readings = model.edges.iter().map(|edge| {
        let implied = match edge.effect {
            Effect::Numbers { yes, no } => {
                now[edge.source.index()].map(|q| q * yes.value.as_f64() + (1.0 - q) * no.value.as_f64())
            }
            Effect::Strength { .. } => None,
        };
        let delta = implied.zip(now[edge.target.index()]).map(|(implied, p)| implied - p);
        let realised = [true, false].map(|source| {
            let (mut all, mut both) = (0.0, 0.0);
            for (state, weight) in prior.iter().enumerate() {
                if replay.network.is_true(state, edge.source) == source {
                    all += weight;
                    both += if replay.network.is_true(state, edge.target) { *weight } else { 0.0 };
                }
            }
            (all > 0.0).then_some(both / all)
        });
        Reading { implied, delta, realised }
    });
    let readings = readings.collect();
    let voices = predictors(model).into_iter().map(|id| (id, voices::weight(model, id, today))).collect();
    Ok(Answers { before, days, now, readings, voices, met: replay.met })
}

/// The days with a line in some journal.
fn dates(model: &Model, today: Date) -> BTreeSet<Date> {
    let dates = model.nodes.iter().flat_map(|node| node.journal.iter().map(|fact| fact.date.value));
    dates.filter(|date| *date <= today).collect()
}

/// The network, what is known, and the levels, as they stand on a day; and the levels before all facts.
pub(super) fn standing(model: &Model, today: Date) -> Result<(Network<'_>, Known, Levels, Levels), Refusal> {
    let mut replay = Replay::new(model)?;
    for day in dates(model, today) {
        replay.day(day)?;
    }
    let (known, levels, _) = replay.end_of(today)?;
    Ok((replay.network, known, levels, replay.first))
}

/// All predictors that somebody names: ids are only made by the model.
fn predictors(model: &Model) -> BTreeSet<PredictorId> {
    let voices = model.nodes.iter().flat_map(|node| node.by.iter().copied());
    let lines = model.nodes.iter().flat_map(|node| &node.journal).filter_map(|fact| match fact.event {
        Event::Evidence { by, .. } => by,
        Event::Probability(_)
        | Event::Hit
        | Event::Missed
        | Event::Slipped(_)
        | Event::Resolved(_)
        | Event::Note => None,
    });
    voices.chain(lines).collect()
}

impl<'a> Replay<'a> {
    fn new(model: &'a Model) -> Result<Self, Refusal> {
        let network = Network::new(model);
        let first = network.first_levels()?;
        let mut met = network.met.clone();
        met.extend(first.iter().any(|level| level.is_infinite()).then_some("the nearest that gates leave"));
        met.extend(model.nodes.iter().any(|node| node.outside.is_some()).then_some("an outside view"));
        Ok(Self { network, model, first, set: BTreeMap::new(), weights: BTreeMap::new(), met })
    }

    /// P of every node at the end of a day. The statements of the days before are settled already.
    fn day(&mut self, day: Date) -> Result<Vec<Option<f64>>, Refusal> {
        let (known, _, joint) = self.end_of(day)?;
        let is_void = |id: NodeId| known.outcome[id.index()] == Some(Outcome::Void);
        let belief = |id| (!is_void(id)).then(|| self.network.probability(&joint, id));
        Ok(self.model.nodes().map(|(id, _)| belief(id)).collect())
    }

    /// What is known at the end of a day, the levels, and the weights of joint states.
    fn end_of(&mut self, day: Date) -> Result<(Known, Levels, Vec<f64>), Refusal> {
        let known = self.known(day);
        let mut levels = self.first.clone();
        let mut wanted = Vec::new();
        for (id, node) in self.model.nodes() {
            let Some(line) = known.stated[id.index()] else { continue };
            if let Some(level) = self.set.get(&(id, line)) {
                levels[id.index()] = *level;
                continue;
            }
            let fact = &node.journal[line];
            let Event::Probability(number) = fact.event else { panic!("a statement") };
            assert_eq!(fact.date.value, day, "statements are settled on their day");
            wanted.push((id, line, logit(number.value.as_f64())));
        }
        self.set_levels(&known, &mut levels, &wanted, day)?;
        let joint = self.network.weigh(self.network.joint(&levels, None), &known);
        if joint.iter().all(|weight| *weight == 0.0) {
            return Err(Refusal::Impossible(day));
        }
        Ok((known, levels, joint))
    }

    /// The statements of a day hold together, given all that is known at its end.
    fn set_levels(
        &mut self,
        known: &Known,
        levels: &mut Levels,
        wanted: &[(NodeId, usize, f64)],
        day: Date,
    ) -> Result<(), Refusal> {
        if wanted.is_empty() {
            return Ok(());
        }
        for (id, ..) in wanted {
            // Whatever the page means by a statement about what is void, the rules report it.
            if known.outcome[id.index()] == Some(Outcome::Void) {
                return Err(Refusal::Unclear("a statement about what is void"));
            }
            if levels[id.index()].is_infinite() {
                levels[id.index()] = 0.0;
            }
        }
        // No finite level makes impossible facts possible.
        if self.network.weigh(self.network.joint(levels, None), known).iter().all(|weight| *weight == 0.0) {
            return Err(Refusal::Impossible(day));
        }
        self.check_choices(wanted, day)?;
        self.met.insert(if wanted.len() == 1 { "a statement" } else { "statements of one day" });
        let masses = |levels: &Levels, place: usize| {
            let variable = &self.network.variables[place];
            let joint = self.network.weigh(self.network.joint(levels, Some(place)), known);
            let mut masses = vec![vec![0.0; variable.values]; variable.cases.len()];
            for (state, weight) in joint.iter().enumerate() {
                let case = usize::from(variable.case_of[state % variable.stride]);
                masses[case][state / variable.stride % variable.values] += weight;
            }
            masses
        };
        let numbers: Vec<(NodeId, f64)> = wanted.iter().map(|(id, _, number)| (*id, *number)).collect();
        self.network.settle(&numbers, levels, Some(day), masses)?;
        for (id, line, _) in wanted {
            self.set.insert((*id, *line), levels[id.index()]);
        }
        Ok(())
    }

    /// Statements about the scenarios of one choice on one day can be out of reach by their sum alone.
    fn check_choices(&self, wanted: &[(NodeId, usize, f64)], day: Date) -> Result<(), Refusal> {
        for choice in &self.model.choices {
            let stated = wanted.iter().filter(|(id, ..)| choice.scenarios.contains(id));
            let sum: f64 = stated.clone().map(|(.., number)| super::levels::logistic(*number)).sum();
            let is_all = stated.clone().count() == choice.scenarios.len();
            if sum > 1.0 + 1e-12 || is_all && sum < 1.0 - 1e-12 || !is_all && sum > 1.0 - 1e-12 {
                let (first, ..) = stated.clone().next().unwrap();
                return Err(Refusal::OutOfReach(*first, Some(day)));
            }
        }
        Ok(())
    }

    fn known(&mut self, day: Date) -> Known {
        let count = self.model.nodes.len();
        let mut known = Known {
            outcome: vec![None; count],
            stated: vec![None; count],
            evidence: vec![Vec::new(); count],
            silence: vec![1.0; count],
        };
        for (id, node) in self.model.nodes() {
            let at = id.index();
            let lines = in_force(self.model, id, day);
            known.outcome[at] = lines.iter().find_map(|line| node.journal[*line].event.outcome());
            let is_statement = |line: &&usize| matches!(node.journal[**line].event, Event::Probability(_));
            known.stated[at] = lines.iter().rev().find(is_statement).copied();
            if known.outcome[at] == Some(Outcome::Void) {
                // Evidence and silence about it stop counting.
                self.met.insert("void");
                continue;
            }
            for line in &lines {
                let fact = &node.journal[*line];
                self.met.extend(fact.corrects.is_some().then_some("a correction"));
                let Event::Evidence { direction, ratio, by } = fact.event else { continue };
                let date = fact.date.value;
                let model = self.model;
                let weights = &mut self.weights;
                let mut weight =
                    |by| *weights.entry((by, date)).or_insert_with(|| voices::weight(model, by, date));
                let kappa = by.map_or(1.0, &mut weight);
                self.met.insert(if kappa < 1.0 { "evidence by a weak voice" } else { "evidence" });
                let sign = if direction == Direction::For { 1.0 } else { -1.0 };
                known.evidence[at].push((*line, (sign * kappa * ratio.as_f64().ln()).exp()));
            }
            if known.outcome[at].is_none() {
                let since = known.stated[at].map(|line| node.journal[line].date.value);
                let silence = self.silence(id, day, since);
                known.silence[at] = 1.0 - silence;
                self.met.extend((silence > 0.0).then_some("silence"));
                self.met.extend((silence > 0.0 && since.is_some()).then_some("silence after a statement"));
                let is_over = silence == 1.0;
                self.met.extend(is_over.then_some("a window that is over"));
            }
        }
        known
    }

    /// The share f of its window that has run without news.
    fn silence(&self, id: NodeId, day: Date, since: Option<Date>) -> f64 {
        let node = self.model.node(id);
        let is_timed = matches!(node.kind, NodeKind::Prediction | NodeKind::Milestone);
        if self.model.network.silence != Silence::Uniform || !is_timed {
            return 0.0;
        }
        let Some(window) = node.window_on(day) else { return 0.0 };
        if day > window.last() {
            return 1.0;
        }
        // A statement before the window opens changes nothing: silence begins with the window.
        let from = since.map_or(window.first(), |since| since.max(window.first()));
        let run = from.days_until(day).max(0) as f64;
        run / (from.days_until(window.last()) + 1) as f64
    }
}

impl Network<'_> {
    /// Joint states, each times the likelihood of what is known.
    pub(super) fn weigh(&self, mut joint: Vec<f64>, known: &Known) -> Vec<f64> {
        for (at, variable) in self.variables.iter().enumerate() {
            let mut factors = vec![1.0; variable.values];
            for node in &variable.nodes {
                let truth = self.truth[node.index()];
                factors[truth] *= known.odds(*node);
                for (value, factor) in factors.iter_mut().enumerate() {
                    match known.outcome[node.index()] {
                        Some(Outcome::Yes) if value != truth => *factor = 0.0,
                        Some(Outcome::No) if value == truth => *factor = 0.0,
                        Some(_) | None => {}
                    }
                }
            }
            if factors.iter().any(|factor| *factor != 1.0) {
                for (state, weight) in joint.iter_mut().enumerate() {
                    *weight *= factors[self.value(state, at)];
                }
            }
        }
        joint
    }
}

/// Whether what these lines say can all have happened: outcomes against the levels before all facts.
pub(crate) fn is_possible(model: &Model, lines: &[Line]) -> Result<bool, Refusal> {
    let network = Network::new(model);
    let levels = network.first_levels()?;
    let joint = network.joint(&levels, None);
    let fits = |state: usize| {
        lines.iter().all(|(node, line)| match model.node(*node).journal[*line].event.outcome() {
            Some(Outcome::Yes) => network.is_true(state, *node),
            Some(Outcome::No) => !network.is_true(state, *node),
            Some(Outcome::Void) | None => true,
        })
    };
    Ok(joint.iter().enumerate().any(|(state, weight)| *weight > 0.0 && fits(state)))
}
