//! The forecast: what the network believes on a day, and how it came to.
//!
//! A checked model comes in; for every node its probability before all facts, after each day on which anything
//! happened, and now, each exact or with its standard error; for every edge what it implies and what the network
//! makes of it; for every predictor the weight of its word. `grammar/numbers.md` says what each number means.
//! Nothing here knows how text is written, what a diagnostic is, or what time it is.

mod book;
mod engine;
mod exact;
mod gates;
mod logic;
mod memory;
pub(crate) mod number;
mod part;
mod replay;
mod run;
mod sample;
mod shares;
mod slope;
mod step;
mod suppose;
mod voice;

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

pub(crate) use self::book::error as share_error;
pub use self::book::{Book, Count};
pub use self::engine::Method;
pub use self::memory::Memory;
pub(crate) use self::memory::filled;
pub use self::shares::{Cause, Share, Shares};
pub use self::slope::Lack;
pub(crate) use self::slope::{Slope, slopes};
pub use self::suppose::{Objection, Supposition, Way};
pub use self::voice::{Settled, Voice};
pub(crate) use self::voice::{prior_pull, pull, unheld};

use self::engine::Account;
use self::part::Part;
use self::replay::Replay;
use self::run::{Evaluated, Run};
use self::voice::{Voices, Weights};
use crate::model::{Event, Fact, Model, NodeId, Outcome, PredictorId, State};
use crate::value::Date;

/// How to evaluate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Settings {
    /// What random numbers begin with.
    pub seed: u64,
    /// Whether to sample.
    pub method: Method,
    /// How many worlds to sample; what suits the network if not given.
    pub worlds: Option<usize>,
}

/// How likely a node is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Belief {
    /// From 0 to 1.
    pub probability: f64,
    /// Its standard error; 0 where it is exact.
    pub error: f64,
    /// Whether nothing was sampled for it.
    pub is_exact: bool,
    /// Whether its error can be trusted: sampling that did not settle says so.
    pub has_converged: bool,
}

/// What an edge says, and what becomes of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// What the edge alone makes of its target, given how likely its source is; none of an edge without
    /// two numbers.
    pub implied: Option<f64>,
    /// That, less how likely the target is.
    pub delta: Option<f64>,
    /// P(target | source true) and P(target | source false) before all facts, from the whole network; none
    /// where the source is never so.
    pub realised: [Option<f64>; 2],
}

/// What stands in the way of numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// No level gives a node the probability that is stated.
    OutOfReach {
        /// The node.
        node: NodeId,
        /// The place of the statement in the node's journal; none for its level before all facts.
        statement: Option<usize>,
        /// The least that gates and facts leave.
        least: f64,
        /// The most.
        most: f64,
    },
    /// Facts that cannot all have happened; without any one of them the others can.
    Conflict {
        /// The day on which they first stood together.
        date: Date,
        /// The smallest set.
        reasons: Vec<Reason>,
    },
    /// It cannot be exact within the memory that there may be.
    TooWide {
        /// A node of the part.
        node: NodeId,
        /// Nodes that are connected with it.
        nodes: usize,
    },
}

/// Why a node is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A line of its journal.
    Line {
        /// The node.
        node: NodeId,
        /// The place in its journal.
        fact: usize,
    },
    /// Its window is over, and silence counts.
    Silence {
        /// The node.
        node: NodeId,
    },
}

/// How a part of the network was worked out.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// The part, by its number.
    pub part: usize,
    /// Its nodes.
    pub nodes: Vec<NodeId>,
    /// Days on which it learned something.
    pub steps: usize,
    /// Steps that were worked out now, and not remembered.
    pub fresh_steps: usize,
    /// What came of it.
    pub means: Means,
}

/// How numbers came about.
#[derive(Clone, Debug, PartialEq)]
pub enum Means {
    /// From tables.
    Exact {
        /// Numbers in them.
        cells: usize,
        /// Variables of the largest.
        width: usize,
    },
    /// From worlds.
    Sampled(Sampled),
}

/// How sampling went.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampled {
    /// Worlds.
    pub worlds: usize,
    /// Families that the worlds descend from: how many of the same size would be worth as much.
    pub families: f64,
    /// How often worlds were resampled.
    pub resamplings: u64,
    /// The least share of the worlds that a finding left of use.
    pub least_effective: f64,
    /// Moves that turn a node and what hangs on it: how many were tried, and how many accepted.
    pub turns: (u64, u64),
    /// How often all open nodes were drawn anew.
    pub sweeps: u64,
    /// The greatest split R̂ of all nodes (Gelman et al. 2013): 1 where all parts of the worlds agree.
    pub r_hat: f64,
    /// Nodes whose numbers did not settle: their errors are more than is stated.
    pub unsettled: Vec<NodeId>,
}

/// What is going on, for those who wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    /// The part, by its number.
    pub part: usize,
    /// Steps done: 0 when its levels are being solved.
    pub done: usize,
    /// Steps in all, and one for its levels and one for the end.
    pub of: usize,
}

/// Gets each stage as it begins, from any thread.
pub type Notice<'a> = &'a (dyn Fn(Stage) + Sync);

/// The belief of a whole network.
#[derive(Clone, Debug)]
pub struct Forecast {
    today: Date,
    settings: Settings,
    days: Vec<Date>,
    /// The part and the place in it of each node.
    places: Vec<(usize, usize)>,
    parts: Vec<Evaluated>,
    /// When a node left the network and came back, of nodes that ever did.
    absences: Vec<(NodeId, Vec<(Date, bool)>)>,
    readings: Vec<Reading>,
    voices: Vec<Voice>,
    weights: Weights,
    troubles: Vec<Trouble>,
    /// Worlds of it, once somebody has asked for them.
    book: OnceLock<Arc<Book>>,
}

/// Works out what a network believes on a day.
///
/// ```
/// use forecastc::forecast::{self, Settings};
/// use forecastc::source::Sources;
/// use forecastc::value::Date;
///
/// let sources = Sources::single(r#"
/// killer RATES "The ten-year stays above 5% through 2028" { probability 30% }
/// prediction BOOM "A building boom begins" {
///     window 2027 .. 2029
///     probability 40%
///     measure "Housing starts, by the statistical office"
///     killed by RATES 19% else 49%
///     2026-05-01 note "First version"
/// }
/// 2026-05-20 resolved RATES yes "It did"
/// "#);
/// let today = Date::parse("2026-06-01").expect("a day of the calendar");
/// let compiled = forecastc::compile(&sources, today);
/// let forecast = forecast::evaluate(&compiled.model, today, &Settings::default());
///
/// let boom = compiled.model.find("BOOM").expect("it is declared above");
/// let before = forecast.before(boom).expect("it has a level");
/// assert!((before.probability - 0.40).abs() < 1e-12);
/// let now = forecast.now(boom).expect("it is not void");
/// assert!(now.is_exact && (now.probability - 0.19).abs() < 1e-12);
/// ```
pub fn evaluate(model: &Model, today: Date, settings: &Settings) -> Forecast {
    evaluate_with(model, today, settings, &Memory::new(), &|_| {})
}

/// The same, with what an earlier evaluation left, and a word on each stage.
pub fn evaluate_with(
    model: &Model,
    today: Date,
    settings: &Settings,
    memory: &Memory,
    notice: Notice<'_>,
) -> Forecast {
    let voices = Voices::new(model);
    let replay = Replay::new(model, today, &voices);
    let parts: Vec<Arc<Part>> = part::parts(model).into_iter().map(Arc::new).collect();
    let mut places = vec![(0, 0); model.nodes.len()];
    for (number, part) in parts.iter().enumerate() {
        for (place, id) in part.ids.iter().enumerate() {
            if let Some(slot) = places.get_mut(id.index()) {
                *slot = (number, place);
            }
        }
    }
    let place_of = |id: NodeId| places.get(id.index()).copied().unwrap_or((0, 0));
    let mut pairs: Vec<Vec<(usize, usize)>> = vec![Vec::new(); parts.len()];
    // The place of each edge among those of its part.
    let mut edge_places = Vec::with_capacity(model.edges.len());
    for edge in &model.edges {
        let ((part, source), (_, target)) = (place_of(edge.source), place_of(edge.target));
        if let Some(pairs) = pairs.get_mut(part) {
            edge_places.push((part, pairs.len()));
            pairs.push((source, target));
        }
    }
    let evaluate = |(number, part): (usize, &Arc<Part>)| {
        let run = Run { model, replay: &replay, settings, memory, notice, number };
        run.evaluate(part, pairs.get(number).map_or(&[][..], Vec::as_slice))
    };
    let parts: Vec<Evaluated> = parts.par_iter().enumerate().map(evaluate).collect();
    memory.turn();
    let troubles = parts.iter().filter_map(|part| part.trouble.clone()).collect();
    let mut forecast = Forecast {
        today,
        settings: *settings,
        days: replay.days().to_vec(),
        places,
        parts,
        absences: absences(model, today),
        readings: Vec::new(),
        voices: (0..model.predictors.len())
            .map(|number| voices.on(PredictorId::new(number), today))
            .collect(),
        weights: voices.weights().clone(),
        troubles,
        book: OnceLock::new(),
    };
    let readings = model.edges.par_iter().zip(edge_places).map(|(edge, (part, place))| {
        let realised = forecast.parts.get(part).and_then(|part| part.realised.get(place));
        let probability = |id| forecast.now(id).map(|belief| belief.probability);
        let implied = probability(edge.source).and_then(|source| edge.effect.implied(source));
        let delta = implied.zip(probability(edge.target)).map(|(implied, p)| implied - p);
        Reading { implied, delta, realised: realised.copied().unwrap_or([None, None]) }
    });
    forecast.readings = readings.collect();
    forecast
}

fn absences(model: &Model, today: Date) -> Vec<(NodeId, Vec<(Date, bool)>)> {
    let mut all = Vec::new();
    for (id, node) in model.nodes() {
        if !node.journal.iter().any(|fact| fact.event == Event::Resolved(Outcome::Void)) {
            continue;
        }
        let days = node.journal.iter().map(|fact| fact.date.value).filter(|day| *day <= today);
        let mut changes: Vec<(Date, bool)> =
            days.map(|day| (day, matches!(node.state(day), State::Settled(Outcome::Void, _)))).collect();
        changes.dedup_by_key(|(day, _)| *day);
        all.push((id, changes));
    }
    all
}

impl Forecast {
    /// The day of it.
    pub fn today(&self) -> Date {
        self.today
    }

    /// Days up to today on which anything happened, in order. Notes do not count.
    pub fn days(&self) -> &[Date] {
        &self.days
    }

    /// A node now. None if it is void, and has left the network, or if there is trouble.
    pub fn now(&self, node: NodeId) -> Option<Belief> {
        if self.is_void(node, self.today) {
            return None;
        }
        let (part, place) = self.place(node)?;
        part.belief(&part.now, place)
    }

    /// A node before all facts. None if there is trouble.
    pub fn before(&self, node: NodeId) -> Option<Belief> {
        let (part, place) = self.place(node)?;
        part.belief(part.history.first()?, place)
    }

    /// A node at the end of a day, by its place among `days`. What was sampled is less certain than `now` is, also on
    /// the last day: so a line that is dated later changes nothing here.
    pub fn on(&self, node: NodeId, day: usize) -> Option<Belief> {
        self.at_end_of(node, *self.days.get(day)?)
    }

    /// A node at the end of a day no later than today.
    pub fn at_end_of(&self, node: NodeId, day: Date) -> Option<Belief> {
        if self.is_void(node, day) {
            return None;
        }
        let (part, place) = self.place(node)?;
        let steps = part.days.partition_point(|step| *step <= day);
        part.belief(part.history.get(steps)?, place)
    }

    /// The days on which a node's probability may have changed, with what it was from then on; the last is `now`.
    pub fn history(&self, node: NodeId) -> impl Iterator<Item = (Date, Option<Belief>)> {
        let found = self.place(node);
        let days = found.map_or(&[][..], |(part, _)| part.days.as_slice());
        let last = days.len().saturating_sub(1);
        let belief = move |(at, day): (usize, &Date)| {
            if at == last {
                return (*day, self.now(node));
            }
            let (part, place) = found.filter(|_| !self.is_void(node, *day)).unzip();
            let moment = part.and_then(|part| Some((part, part.history.get(at + 1)?)));
            (*day, moment.zip(place).and_then(|((part, moment), place)| part.belief(moment, place)))
        };
        days.iter().enumerate().map(belief)
    }

    /// The log odds that edges are added to, now. None of a choice's scenario means nothing by itself: only
    /// differences within the choice count.
    pub fn level(&self, node: NodeId) -> Option<f64> {
        let (part, place) = self.place(node)?;
        part.engine.as_ref()?.levels().get(place).copied()
    }

    /// What becomes of an edge, by its place in the model.
    pub fn reading(&self, edge: usize) -> Option<&Reading> {
        self.readings.get(edge)
    }

    /// A predictor and its record today.
    pub fn voice(&self, predictor: PredictorId) -> Option<&Voice> {
        self.voices.get(predictor.index())
    }

    /// Nodes whose sampling did not settle: their errors are more than is stated.
    pub fn unsettled(&self) -> impl Iterator<Item = NodeId> {
        let parts = self.parts.iter();
        parts.flat_map(|part| part.unsettled.iter().filter_map(|place| part.part.ids.get(*place).copied()))
    }

    /// What stands in the way. A part of the network with trouble has no numbers.
    pub fn troubles(&self) -> &[Trouble] {
        &self.troubles
    }

    /// How each part was worked out; of a part with trouble there is nothing to tell.
    pub fn work(&self) -> Vec<Work> {
        let work = |(number, part): (usize, &Evaluated)| {
            Some(Work {
                part: number,
                nodes: part.part.ids.clone(),
                steps: part.days.len(),
                fresh_steps: part.fresh_steps,
                means: match part.engine.as_ref()?.account() {
                    Account::Exact { cells, width } => Means::Exact { cells, width },
                    Account::Sampled(report) => Means::Sampled(sampled(report, &part.part)),
                },
            })
        };
        self.parts.iter().enumerate().filter_map(work).collect()
    }

    /// The nodes of each part that has numbers, with what its last state was worked out from.
    pub(crate) fn ends(&self) -> impl Iterator<Item = (&[NodeId], [u64; 2])> {
        self.parts.iter().filter_map(|part| Some((part.part.ids.as_slice(), part.end.as_ref()?.0.words())))
    }

    /// What a line of evidence adds to the log odds of its node; 0 of any other line.
    pub(crate) fn weight_of(&self, fact: &Fact) -> f64 {
        self.weights.weight_of(fact)
    }

    /// Whether a node was resolved as void by a day.
    fn is_void(&self, node: NodeId, day: Date) -> bool {
        let Ok(found) = self.absences.binary_search_by_key(&node, |(node, _)| *node) else { return false };
        let changes = self.absences.get(found).map_or(&[][..], |(_, changes)| changes.as_slice());
        let before = changes.partition_point(|(date, _)| *date <= day);
        before.checked_sub(1).and_then(|last| changes.get(last)).is_some_and(|(_, is_void)| *is_void)
    }

    fn place(&self, node: NodeId) -> Option<(&Evaluated, usize)> {
        let (part, place) = self.places.get(node.index())?;
        let part = self.parts.get(*part)?;
        part.trouble.is_none().then_some((part, *place))
    }
}

fn sampled(report: sample::Report, part: &Part) -> Sampled {
    Sampled {
        worlds: report.worlds,
        families: report.families,
        resamplings: report.resamplings,
        least_effective: report.least_effective,
        turns: report.turns,
        sweeps: report.sweeps,
        r_hat: report.r_hat,
        unsettled: report.unsettled.iter().filter_map(|node| part.ids.get(*node).copied()).collect(),
    }
}
