//! The chain: from the terms of a part to the numbers as they were stated.

use super::super::Forecast;
use super::super::exact::inputs;
use super::super::number::{logit, sigmoid};
use super::super::part::{Bearing, Input, Target, blend, outside, share};
use super::super::replay::Replay;
use super::super::voice::Voices;
use super::{Lack, Slopes, steepness};
use crate::model::{Choice, Direction, Effect, Event, Link, Model, NodeId, Number, Rate};
use crate::value::Date;

/// What moves a probability by less than that has no say in it but rounding.
const FELT: f64 = 1e-12;

/// How fast a probability moves with a number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slope {
    pub(crate) number: Number,
    pub(crate) slope: f64,
    /// Its standard error; 0 where it is exact.
    pub(crate) error: f64,
}

/// How fast the probability of a node today moves with each stated number that bears on it: per unit of a
/// probability or a weight, and per unit of the logarithm of a ratio. The weights of voices are taken as they are.
///
/// # Errors
///
/// If the node has no number.
pub(crate) fn slopes(model: &Model, forecast: &Forecast, target: NodeId) -> Result<Vec<Slope>, Lack> {
    let all = Slopes::all(model, forecast, target)?;
    let voices = Voices::new(model);
    let replay = Replay::new(model, forecast.today, &voices);
    let chains: Vec<Chain<'_>> =
        all.iter().map(|slopes| Chain { model, forecast, replay: &replay, slopes }).collect();
    let Some((whole, shares)) = chains.split_first() else { return Err(Lack::NoNumber) };
    let slope = |number: Number| {
        let slope = whole.slope(number)?;
        let shares: Vec<f64> = shares.iter().filter_map(|share| share.slope(number)).collect();
        let error = spread(&shares, slope);
        (slope.abs() > FELT && slope.is_finite()).then_some(Slope { number, slope, error })
    };
    Ok(model.numbers().into_iter().filter_map(slope).collect())
}

/// The standard error of a slope, by how those of shares differ from it.
#[expect(clippy::cast_precision_loss, reason = "shares are few")]
fn spread(shares: &[f64], slope: f64) -> f64 {
    let count = shares.len() as f64;
    let squares: f64 = shares.iter().map(|share| (share - slope) * (share - slope)).sum();
    if shares.len() < 2 { 0.0 } else { (squares / count / (count - 1.0)).sqrt() }
}

struct Chain<'a> {
    model: &'a Model,
    forecast: &'a Forecast,
    replay: &'a Replay<'a>,
    slopes: &'a Slopes,
}

impl Chain<'_> {
    fn slope(&self, number: Number) -> Option<f64> {
        match number {
            Number::Level(id) => self.level(id),
            Number::Outside(id) => {
                let (rate, weight) = outside(self.model, self.model.nodes.get(id.index())?)?;
                self.drawn(id, |inside| rate - inside, rate, weight)
            }
            Number::Rate(class) => {
                let said = self.model.classes.get(class.index())?;
                let steep = steepness(Rate::as_f64(said.rate));
                let tied = self.slopes.part.ids.iter().filter_map(|id| {
                    let view = self.model.node(*id).outside.filter(|view| view.class == class)?;
                    let weight = view.weight.as_f64();
                    self.drawn(*id, |_| weight * steep, logit(Rate::as_f64(said.rate)), weight)
                });
                Some(tied.sum())
            }
            Number::If { link, given } => self.conditional(link, given),
            Number::Strength(link) => {
                let (source, target) = self.model.ends(link)?;
                Some(self.model.effect(link)?.sign() * self.weight(source, target)?)
            }
            Number::Weight(id) => {
                let weight = self.model.value_of(number)?;
                Some(self.weight(self.model.node(id).parent?, id)? * 2.0 / (1.0 - weight * weight))
            }
            Number::Row { table, row } => {
                let said = self.model.tables.get(table)?;
                let cells = said.rows.get(row)?.cells.iter().enumerate();
                let place: usize = cells.map(|(bit, cell)| usize::from(*cell) << bit).sum();
                let slope = *self.slopes.lean.rows.get(self.local(said.target)?)?.get(place)?;
                Some(slope * steepness(self.model.value_of(number)?))
            }
            Number::Statement { node, fact } => {
                self.slopes.statements.get(&(self.local(node)?, fact)).copied()
            }
            Number::Evidence { node, fact } => self.evidence(node, fact),
        }
    }

    /// A node of the model in the part.
    fn local(&self, id: NodeId) -> Option<usize> {
        let place = self.slopes.part.ids.binary_search(&id);
        place.ok()
    }

    fn aim(&self, id: NodeId) -> Option<f64> {
        self.slopes.aims.get(self.local(id)?).copied()
    }

    fn before(&self, id: NodeId) -> Option<f64> {
        self.slopes.before.get(self.local(id)?).copied()
    }

    /// What is stated of a node before any fact, outside view included.
    fn level(&self, id: NodeId) -> Option<f64> {
        let stated = self.model.value_of(Number::Level(id))?;
        let Some(choice) = self.choice_of(id) else {
            let own = self.before(id)?;
            let view = outside(self.model, self.model.node(id));
            return Some(match view {
                Some((_, weight)) => self.aim(id)? * own * (1.0 - own) * (1.0 - weight) * steepness(stated),
                None => self.aim(id)?,
            });
        };
        let moved = choice.scenarios.iter().map(|other| {
            let node = self.model.node(*other);
            let is_left = *other != id && (node.rest || node.prior.is_none());
            let slope = match outside(self.model, node) {
                Some((rate, weight)) => {
                    let stated = share(self.model, *other, choice);
                    let inside = blend(logit(stated), rate, weight);
                    let inside = sigmoid(inside);
                    inside * (1.0 - inside) * (1.0 - weight) * steepness(stated)
                }
                None => 1.0,
            };
            match () {
                () if *other == id => slope,
                () if is_left => -slope,
                () => 0.0,
            }
        });
        self.scaled(choice, &moved.collect::<Vec<f64>>())
    }

    /// What a change of each scenario does, before all are scaled to sum to one.
    fn scaled(&self, choice: &Choice, moved: &[f64]) -> Option<f64> {
        let inside = |id: &NodeId| {
            let stated = share(self.model, *id, choice);
            outside(self.model, self.model.node(*id))
                .map_or(stated, |(rate, weight)| sigmoid(blend(logit(stated), rate, weight)))
        };
        let all: f64 = choice.scenarios.iter().map(inside).sum();
        let lost: f64 = moved.iter().sum();
        let mut slope = 0.0;
        for (id, moved) in choice.scenarios.iter().zip(moved) {
            slope += self.aim(*id)? * (moved - inside(id) / all * lost) / all;
        }
        Some(slope)
    }

    /// What the outside view does to a node, given what it does to its log odds where these are inside.
    fn drawn(&self, id: NodeId, by: impl Fn(f64) -> f64, rate: f64, weight: f64) -> Option<f64> {
        if let Some(choice) = self.choice_of(id) {
            let moved = choice.scenarios.iter().map(|other| {
                if *other != id {
                    return 0.0;
                }
                let stated = logit(share(self.model, id, choice));
                let own = sigmoid(blend(stated, rate, weight));
                own * (1.0 - own) * by(stated)
            });
            return self.scaled(choice, &moved.collect::<Vec<f64>>());
        }
        let own = self.before(id)?;
        let inside = match self.model.value_of(Number::Level(id)) {
            Some(stated) => logit(stated),
            None => self.inside(id)?,
        };
        Some(self.aim(id)? * own * (1.0 - own) * by(inside))
    }

    /// The log odds that edges imply.
    fn inside(&self, id: NodeId) -> Option<f64> {
        let Some(Target::Implied { edges, like, .. }) = self.slopes.part.targets.get(self.local(id)?) else {
            return None;
        };
        let implied = Target::Implied { edges: edges.clone(), like: *like, outside: None };
        let before = |source: usize| self.slopes.before.get(source).copied().unwrap_or(0.5);
        Some(logit(implied.probability(before)?))
    }

    fn choice_of(&self, id: NodeId) -> Option<&Choice> {
        self.model.choices.get(self.model.nodes.get(id.index())?.choice?.index())
    }

    /// The weight between two nodes, in whichever direction it is read.
    fn weight(&self, source: NodeId, target: NodeId) -> Option<f64> {
        let (source, target) = (self.local(source)?, self.local(target)?);
        let read = |source: usize, target: usize| {
            let inputs = inputs(&self.slopes.part, target);
            let is = |input: &&Input| input.source == source && matches!(input.bearing, Bearing::Weight(_));
            let place = inputs.iter().position(|input| is(&input))?;
            self.slopes.lean.weights.get(target)?.get(place).copied()
        };
        Some(read(source, target).or_else(|| read(target, source)).unwrap_or(0.0))
    }

    /// One of the two numbers of a link: by the weight, and by what they imply.
    fn conditional(&self, link: Link, given: bool) -> Option<f64> {
        let (source, target) = self.model.ends(link)?;
        let Effect::Numbers { yes, no } = self.model.effect(link)? else { return None };
        let (yes, no) = (yes.value.as_f64(), no.value.as_f64());
        let (own, sign) = if given { (yes, 1.0) } else { (no, -1.0) };
        let is_gate = [yes, no].iter().any(|number| *number <= 0.0 || *number >= 1.0);
        let by_weight = if is_gate { 0.0 } else { sign * self.weight(source, target)? * steepness(own) };
        let node = self.local(target)?;
        let mut by_level = 0.0;
        if let Some(Target::Implied { edges, .. }) = self.slopes.part.targets.get(node) {
            let source = self.local(source)?;
            // An edge that is read turned round implies nothing.
            if edges.contains(&(source, yes, no)) {
                let known = self.slopes.before.get(source).copied()?;
                let share = if given { known } else { 1.0 - known };
                let implied = self.slopes.implied_by(source, yes, no);
                by_level = self.aim(target)? * self.slopes.implied(node) * steepness(implied) * share;
            }
        }
        Some(by_weight + by_level)
    }

    /// A line of evidence, by the days on which it counts.
    fn evidence(&self, id: NodeId, place: usize) -> Option<f64> {
        let (local, node) = (self.local(id)?, self.model.nodes.get(id.index())?);
        let fact = node.journal.get(place)?;
        let Event::Evidence { direction, by, .. } = fact.event else { return None };
        let counts =
            |day: Date| node.state(day).is_open() && node.facts(day).any(|other| std::ptr::eq(other, fact));
        let days = self.slopes.truths.iter().filter(|(day, _)| *day <= self.forecast.today && counts(*day));
        let sum: f64 = days.filter_map(|(_, truths)| truths.get(local)).sum();
        let sign = if direction == Direction::Against { -1.0 } else { 1.0 };
        Some(sum * sign * self.replay.voice_of(by, fact.date.value))
    }
}
