//! Reach: the smallest change of one stated number that takes a probability past a bound.

mod scale;

use crate::forecast::{Belief, Forecast, Memory, Settings, evaluate_with};
use crate::model::{Model, NodeId, Number};
use crate::source::Span;
use crate::value::Date;

use self::scale::{Scale, room};
use super::sensitivity::{Lack, Stated, sensitivity};

/// Log odds are told to so much.
const FINE: f64 = 1e-6;
/// A number is passed over that by its derivative would have to move so many times as far as the best that is known.
const SAFETY: f64 = 4.0;
/// A number is first moved so many times as far as it would have to be by its derivative.
const AHEAD: f64 = 2.0;
/// The same where numbers are sampled, and each try takes its time.
const SAMPLED_SAFETY: f64 = 1.5;
/// So many numbers are tried.
const TRIES: usize = 64;
const SAMPLED_TRIES: usize = 4;
/// So often a number is moved to where the network still holds together.
const RETREATS: usize = 12;

/// What it takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reach {
    /// Nothing: it is there.
    There,
    /// One number.
    By(Change),
    /// No single number does it.
    No,
}

/// A number that is changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// What it is.
    pub number: Number,
    /// Where it is written.
    pub span: Span,
    /// What is written.
    pub from: f64,
    /// What it takes, just past the bound.
    pub to: f64,
    /// How far that is, in log odds: of a probability; of an odds ratio or a milestone's weight its logarithm; of an
    /// outside view's weight what it moves the log odds of its node.
    pub size: f64,
    /// How likely the node is then.
    pub probability: f64,
    /// The standard error of that; 0 where it is exact.
    pub error: f64,
}

/// The smallest change of one stated number that takes a node's probability today above or below a bound.
///
/// Numbers stay where they may be: probabilities from 0.1% to 99.9%, ratios from 1/1000 to 1000, what `needs` does not
/// lower and what is `killed by` does not raise. A scenario takes from `rest`; a choice without `rest` has no number that
/// can change alone. Numbers are tried in the order of how far they would have to move by their derivatives, up to 64
/// of them, until the next one would have to move four times as far as the best that was found. Each is moved the
/// way in which it helps at once: twice as far as its derivative says, and else as far as it may go or the best
/// that is known went. What helps at neither place is passed over.
///
/// Where the node's number is sampled, the network is worked out anew with each change all the same: up to 4 numbers
/// are tried, until the next one would have to move one and a half times as far as the best, each as near to the
/// bound as the error lets it be told.
///
/// ```
/// use forecastc::answers::reach::{Reach, reach};
/// use forecastc::forecast::Settings;
/// use forecastc::model::Number;
/// use forecastc::source::Sources;
/// use forecastc::value::Date;
///
/// let sources = Sources::single(r#"
/// scenario GRID "The harbor can charge two ferries at once" { probability 70% }
/// scenario QUIET_HARBOR "Half of the traffic is electric" { needs GRID 60% else 10% }
/// "#);
/// let today = Date::parse("2026-06-01").expect("a day of the calendar");
/// let model = forecastc::compile(&sources, today).model;
/// let quiet = model.find("QUIET_HARBOR").expect("it is declared above");
///
/// let Ok(Reach::By(change)) = reach(&model, today, &Settings::default(), quiet, 0.5, true) else {
///     panic!("there is a way");
/// };
/// // 45% now. With 67.14% in the place of 60% it is 0.7 · 67.14% + 0.3 · 10% = 50%.
/// assert!(matches!(change.number, Number::If { given: true, .. }));
/// assert!((change.to - 0.47 / 0.7).abs() < 1e-6);
/// ```
///
/// # Errors
///
/// If the node has no number.
pub fn reach(
    model: &Model,
    today: Date,
    settings: &Settings,
    target: NodeId,
    bound: f64,
    above: bool,
) -> Result<Reach, Lack> {
    let memory = Memory::new();
    let forecast = evaluate_with(model, today, settings, &memory, &|_| {});
    let goal = Goal { bound, above };
    let Belief { probability: now, is_exact, .. } = forecast.now(target).ok_or(Lack::NoNumber)?;
    if goal.is_met(now) {
        return Ok(Reach::There);
    }
    let search = Search { model, today, settings, target, goal, memory: &memory, forecast: &forecast, now };
    let mut tries: Vec<Try> = sensitivity(model, &forecast, target)?
        .numbers
        .into_iter()
        .filter_map(|stated| search.promise(stated))
        .collect();
    tries.sort_by(|one, other| one.promise.total_cmp(&other.promise));
    let mut best: Option<Change> = None;
    let (most, safety) = if is_exact { (TRIES, SAFETY) } else { (SAMPLED_TRIES, SAMPLED_SAFETY) };
    for one in tries.iter().take(most) {
        let limit = best.map_or(f64::INFINITY, |best| best.size);
        if one.promise > safety * limit {
            break;
        }
        best = search.run(one, limit).or(best);
    }
    Ok(best.map_or(Reach::No, Reach::By))
}

/// What is asked for.
#[derive(Clone, Copy)]
struct Goal {
    bound: f64,
    above: bool,
}

impl Goal {
    /// Whether it is so near to the bound that errors leave no more to be told.
    fn is_close(self, belief: &Belief) -> bool {
        (belief.probability - self.bound).abs() < belief.error
    }

    fn is_met(self, probability: f64) -> bool {
        if self.above { probability > self.bound } else { probability < self.bound }
    }
}

/// A number that may do it.
struct Try {
    stated: Stated,
    scale: Scale,
    /// Where it is, and how far it may go in the direction that helps.
    from: f64,
    end: f64,
    /// How far it would have to go by its derivative.
    promise: f64,
}

struct Search<'a> {
    model: &'a Model,
    today: Date,
    settings: &'a Settings,
    target: NodeId,
    goal: Goal,
    memory: &'a Memory,
    forecast: &'a Forecast,
    now: f64,
}

impl Search<'_> {
    fn promise(&self, stated: Stated) -> Option<Try> {
        let scale = Scale::of_number(self.model, self.forecast, stated.number)?;
        let slope = scale.slope(stated.value, stated.derivative) / (self.now * (1.0 - self.now));
        let (least, most) = room(self.model, stated.number)?;
        let (least, most) = (least.min(stated.value), most.max(stated.value));
        let end = if (slope > 0.0) == self.goal.above { most } else { least };
        let (from, end) = (scale.of(stated.value), scale.of(end));
        let bound = self.goal.bound.clamp(1e-12, 1.0 - 1e-12);
        let gap = (Scale::LogOdds.of(bound) - Scale::LogOdds.of(self.now)).abs();
        let promise = gap / slope.abs();
        (promise.is_finite() && (end - from).abs() > FINE).then_some(Try {
            stated,
            scale,
            from,
            end,
            promise,
        })
    }

    /// What is believed of the node with another value of a number. `None`: the network does not hold together then.
    fn belief(&self, number: Number, value: f64) -> Option<Belief> {
        let mut model = self.model.clone();
        model.set(number, value);
        let forecast = evaluate_with(&model, self.today, self.settings, self.memory, &|_| {});
        let is_whole = forecast.troubles().len() <= self.forecast.troubles().len();
        forecast.now(self.target).filter(|_| is_whole)
    }

    /// The least change of one number that does it, if it takes less than a limit.
    fn run(&self, one: &Try, limit: f64) -> Option<Change> {
        let of = |at: f64| self.belief(one.stated.number, one.scale.value(at));
        let way = one.end - one.from;
        let place = |size: f64| one.from + way.signum() * size.min(way.abs()).min(limit);
        let last = place(f64::INFINITY);
        let mut far = place(AHEAD * one.promise);
        let mut near = (one.from, self.now);
        let mut wall = None;
        for _ in 0..RETREATS {
            match of(far) {
                Some(belief) if self.goal.is_met(belief.probability) => {
                    let (at, belief) = self.narrow(near, (far, belief), of);
                    let (to, size) = (one.scale.value(at), (at - one.from).abs());
                    let Stated { number, span, value, .. } = one.stated;
                    return (size < limit).then_some(Change {
                        number,
                        span,
                        from: value,
                        to,
                        size,
                        probability: belief.probability,
                        error: belief.error,
                    });
                }
                Some(belief) => {
                    near = (far, belief.probability);
                    far = match wall {
                        Some(wall) => f64::midpoint(far, wall),
                        None if far != last => last,
                        None => return None,
                    };
                }
                // What lies behind the place where the network falls apart is out of reach.
                None => {
                    wall = Some(far);
                    far = f64::midpoint(near.0, far);
                }
            }
        }
        None
    }

    /// Where the bound is passed, between a place on this side and one on the other: straight lines between log odds and
    /// halving by turns.
    fn narrow(
        &self,
        mut near: (f64, f64),
        mut far: (f64, Belief),
        of: impl Fn(f64) -> Option<Belief>,
    ) -> (f64, Belief) {
        let gap = |probability: f64| {
            Scale::LogOdds.of(probability.clamp(1e-15, 1.0 - 1e-15)) - Scale::LogOdds.of(self.goal.bound)
        };
        for round in 0..60 {
            if (far.0 - near.0).abs() <= FINE || self.goal.is_close(&far.1) {
                break;
            }
            let (before, after) = (gap(near.1), gap(far.1.probability));
            let line = near.0 - before * (far.0 - near.0) / (after - before);
            // A little beyond the line, so that both ends close in.
            let line = line + (far.0 - near.0).signum() * FINE * if round % 4 == 2 { -0.4 } else { 0.4 };
            let is_between = (line - near.0) * (line - far.0) < 0.0;
            let at = if round % 2 == 0 && is_between { line } else { f64::midpoint(near.0, far.0) };
            match of(at) {
                Some(belief) if self.goal.is_met(belief.probability) => far = (at, belief),
                Some(belief) => near = (at, belief.probability),
                None => break,
            }
        }
        far
    }
}
