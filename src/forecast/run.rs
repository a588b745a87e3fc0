//! The run: one part from its levels through its days to now.

use std::sync::Arc;

use rayon::prelude::*;

use super::engine::Engine;
use super::gates::Gates;
use super::memory::{Key, Moment};
use super::part::Part;
use super::replay::Replay;
use super::step::{self, Estimate, Finding, Step};
use super::{Belief, Memory, Notice, Reason, Settings, Stage, Trouble};
use crate::model::{Model, NodeId};
use crate::value::Date;

/// A part that was evaluated, or as far as it went.
#[derive(Clone, Debug)]
pub(super) struct Evaluated {
    pub(super) part: Arc<Part>,
    pub(super) days: Vec<Date>,
    /// Before all facts, then at the end of each day.
    pub(super) history: Vec<Arc<Vec<Estimate>>>,
    /// After the last day, and better where it was sampled.
    pub(super) now: Arc<Vec<Estimate>>,
    /// Nodes whose sampling did not settle, in order.
    pub(super) unsettled: Vec<usize>,
    pub(super) engine: Option<Arc<Engine>>,
    /// What now was worked out from, and the state with that: none where there is trouble.
    pub(super) end: Option<(Key, Arc<Moment>)>,
    /// What was said about each node itself by the last day, without what gates make of it.
    pub(super) said: Vec<Finding>,
    pub(super) realised: Vec<[Option<f64>; 2]>,
    pub(super) fresh_steps: usize,
    pub(super) trouble: Option<Trouble>,
}

impl Evaluated {
    /// A node of the part in the model.
    pub(super) fn id(&self, node: usize) -> NodeId {
        self.part.ids.get(node).copied().unwrap_or(NodeId::new(0))
    }

    pub(super) fn belief(&self, all: &[Estimate], place: usize) -> Option<Belief> {
        let estimate = all.get(place)?;
        Some(Belief {
            probability: estimate.probability,
            error: estimate.error,
            is_exact: matches!(self.engine.as_deref(), Some(Engine::Exact(_))),
            has_converged: self.unsettled.binary_search(&place).is_err(),
        })
    }
}

/// The end of a day.
struct Day {
    number: usize,
    date: Date,
    key: Key,
    /// The engine then, if it is kept, or if there is something left to work out.
    engine: Option<Arc<Engine>>,
    /// None of a day that is not worked out yet.
    beliefs: Option<Arc<Vec<Estimate>>>,
    /// What is known then, of a day from which another run may go on.
    known: Option<Vec<Finding>>,
}

impl Day {
    /// With its beliefs, and without an engine that nobody goes on from.
    fn ended(mut self) -> Result<Self, step::Trouble> {
        if let (None, Some(engine)) = (&self.beliefs, &mut self.engine) {
            let engine = Arc::make_mut(engine);
            engine.catch_up()?;
            self.beliefs = Some(Arc::new(engine.beliefs()));
        }
        self.engine = self.engine.filter(|_| self.known.is_some());
        Ok(self)
    }
}

/// The evaluation of one part.
pub(super) struct Run<'a> {
    pub(super) model: &'a Model,
    pub(super) replay: &'a Replay<'a>,
    pub(super) settings: &'a Settings,
    pub(super) memory: &'a Memory,
    pub(super) notice: Notice<'a>,
    pub(super) number: usize,
}

impl Run<'_> {
    pub(super) fn evaluate(&self, part: &Arc<Part>, pairs: &[(usize, usize)]) -> Evaluated {
        let mut steps = self.replay.steps(part);
        let mut evaluated = Evaluated {
            part: Arc::clone(part),
            days: Vec::new(),
            history: Vec::new(),
            now: Arc::default(),
            unsettled: Vec::new(),
            engine: None,
            end: None,
            said: Vec::new(),
            realised: Vec::new(),
            fresh_steps: 0,
            trouble: None,
        };
        if let Err(trouble) = self.run(part, &mut steps, pairs, &mut evaluated) {
            evaluated.trouble = Some(trouble);
        }
        evaluated
    }

    fn run(
        &self,
        part: &Arc<Part>,
        steps: &mut [Step],
        pairs: &[(usize, usize)],
        out: &mut Evaluated,
    ) -> Result<(), Trouble> {
        let stages = steps.len() + 2;
        let stage = |done| (self.notice)(Stage { part: self.number, done, of: stages });
        stage(0);
        let name = |trouble| self.name(part, trouble, None);
        let settings = self.settings;
        let asked = [settings.seed, settings.method as u64, settings.worlds.unwrap_or(0) as u64];
        let laws = Key::of(part, asked);
        let choose = || Engine::choose(part, steps.len(), settings);
        let method = self.memory.method(laws, steps.len(), choose);
        let mut key = laws.start(part, pairs).by(method);
        let start = match self.memory.find(key) {
            Some(moment) => moment,
            None => {
                let solved = self.memory.solved();
                let engine = Engine::start_with(part, method, self.settings, &solved).map_err(name)?;
                let (realised, grounds) = engine.conditionals(pairs, &solved);
                let beliefs = Arc::new(engine.beliefs());
                let engine = Some(Arc::new(engine));
                self.memory.keep(key, Moment { beliefs, realised, grounds, engine, ..Moment::default() })
            }
        };
        self.memory.begin(&start);
        out.realised.clone_from(&start.realised);
        out.history.push(Arc::clone(&start.beliefs));
        let mut engine = start.engine.clone();
        let mut gates = Gates::new(part, engine.as_deref());
        let mut keys = vec![key];
        for step in steps.iter() {
            key = key.after(step);
            keys.push(key);
        }
        // The longest beginning that is remembered, and from which there is a way on.
        let remembered: Vec<Arc<Moment>> =
            keys.iter().skip(1).map_while(|key| self.memory.find(*key)).collect();
        let with_engine = remembered.iter().rposition(|moment| moment.engine.is_some());
        let skipped = with_engine.map_or(0, |place| place + 1);
        if let Some(moment) = with_engine.and_then(|place| remembered.get(place)) {
            engine.clone_from(&moment.engine);
            gates.all.clone_from(&moment.known);
        }
        let Some(engine) = engine else { return Ok(()) };
        for (step, moment) in steps.iter().zip(remembered.iter().take(skipped)) {
            gates.note(step);
            out.history.push(Arc::clone(&moment.beliefs));
            out.days.push(step.date);
        }
        let rest = steps.get_mut(skipped..).unwrap_or_default();
        let later = keys.get(skipped + 1..).unwrap_or_default();
        let mut engine = self.days(part, rest, later, engine, &mut gates, out)?;
        stage(stages - 1);
        out.said = gates.direct;
        let last = key.settled();
        let end = match self.memory.find(last) {
            Some(moment) => moment,
            None => {
                Arc::make_mut(&mut engine).settle();
                let beliefs = Arc::new(engine.beliefs());
                self.memory.keep(last, Moment { beliefs, engine: Some(engine), ..Moment::default() })
            }
        };
        out.now = Arc::clone(&end.beliefs);
        out.engine.clone_from(&end.engine);
        out.unsettled = end.engine.as_deref().map_or_else(Vec::new, Engine::unsettled);
        out.end = Some((last, end));
        stage(stages);
        Ok(())
    }

    /// Goes through days, each with its key, and gives the engine at the end of the last one. What later days do not
    /// wait for is worked out side by side.
    fn days(
        &self,
        part: &Part,
        steps: &mut [Step],
        keys: &[Key],
        mut engine: Arc<Engine>,
        gates: &mut Gates<'_>,
        out: &mut Evaluated,
    ) -> Result<Arc<Engine>, Trouble> {
        let (before, count) = (out.days.len(), steps.len());
        let of = before + count + 2;
        let stage = |number| (self.notice)(Stage { part: self.number, done: before + number + 1, of });
        let mut days: Vec<Day> = Vec::with_capacity(count);
        for (number, (step, key)) in steps.iter_mut().zip(keys).enumerate() {
            gates.note(step);
            let learnt = gates.learn(step, &engine, |facts, date| self.conflict(part, facts, date));
            let stepped = learnt.and_then(|()| {
                let engine = Arc::make_mut(&mut engine);
                if engine.defer(step) {
                    return Ok(None);
                }
                stage(number);
                let stepped = engine.step(step).map(|()| Some(Arc::new(engine.beliefs())));
                stepped.map_err(|trouble| self.name(part, trouble, Some(step.date)))
            });
            let beliefs = match stepped {
                Ok(beliefs) => beliefs,
                // A day before may have been in trouble first.
                Err(trouble) => return self.end(part, days, &stage, out).and(Err(trouble)),
            };
            let is_late = number + 2 >= count;
            days.push(Day {
                number,
                date: step.date,
                key: *key,
                engine: (is_late || beliefs.is_none()).then(|| Arc::clone(&engine)),
                beliefs,
                known: is_late.then(|| gates.all.clone()),
            });
        }
        Ok(self.end(part, days, &stage, out)?.unwrap_or(engine))
    }

    /// Works out what is left of some days, and keeps them. Gives the engine at the end of the last one.
    fn end(
        &self,
        part: &Part,
        days: Vec<Day>,
        stage: &(impl Fn(usize) + Sync),
        out: &mut Evaluated,
    ) -> Result<Option<Arc<Engine>>, Trouble> {
        let end = |day: Day| {
            let (number, date) = (day.number, day.date);
            if day.beliefs.is_none() {
                stage(number);
            }
            day.ended().map_err(|trouble| self.name(part, trouble, Some(date)))
        };
        let ended: Vec<Result<Day, Trouble>> = days.into_par_iter().map(end).collect();
        let mut last = None;
        for day in ended {
            let Day { date, key, engine, beliefs, known, .. } = day?;
            let (beliefs, known) = (beliefs.unwrap_or_default(), known.unwrap_or_default());
            out.fresh_steps += 1;
            out.history.push(Arc::clone(&beliefs));
            out.days.push(date);
            last.clone_from(&engine);
            self.memory.keep(key, Moment { beliefs, engine, known, ..Moment::default() });
        }
        Ok(last)
    }

    fn name(&self, part: &Part, trouble: step::Trouble, date: Option<Date>) -> Trouble {
        let id = |node: usize| part.ids.get(node).copied().unwrap_or(NodeId::new(0));
        match trouble {
            step::Trouble::OutOfReach { node, statement, least, most } => {
                Trouble::OutOfReach { node: id(node), statement, least, most }
            }
            step::Trouble::TooWide => Trouble::TooWide { node: id(0), nodes: part.ids.len() },
            step::Trouble::Impossible => {
                let date = date.unwrap_or(Date::FIRST);
                let lines = part.ids.iter().filter_map(|id| self.reason(*id, date));
                Trouble::Conflict { date, reasons: lines.collect() }
            }
        }
    }

    fn conflict(&self, part: &Part, nodes: &[usize], date: Date) -> Trouble {
        let ids = nodes.iter().filter_map(|node| part.ids.get(*node));
        let mut reasons: Vec<Reason> = ids.filter_map(|id| self.reason(*id, date)).collect();
        reasons.sort_unstable();
        Trouble::Conflict { date, reasons }
    }

    /// Why a node is settled on a day.
    fn reason(&self, node: NodeId, day: Date) -> Option<Reason> {
        let reason = settles(self.model, node, day);
        let is_so = matches!(reason, Reason::Line { .. }) || self.replay.is_over(node, day);
        is_so.then_some(reason)
    }
}

/// What settles a node on a day: a line of its journal, or else silence.
pub(super) fn settles(model: &Model, node: NodeId, day: Date) -> Reason {
    let said = model.node(node);
    let settles = said.facts(day).find(|fact| fact.event.outcome().is_some());
    let place = settles.and_then(|fact| said.journal.iter().position(|other| std::ptr::eq(other, fact)));
    place.map_or(Reason::Silence { node }, |fact| Reason::Line { node, fact })
}
