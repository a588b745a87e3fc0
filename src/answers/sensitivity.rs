//! Sensitivity: how much a probability moves with every number that was stated.

use crate::forecast::{Forecast, Slope, slopes};
use crate::model::{Model, NodeId, Number};
use crate::source::Span;

pub use crate::forecast::Lack;

/// A derivative within so many errors of 0 may be none.
const NOISE: f64 = 2.0;

/// What a probability of today rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensitivity {
    /// The node that is asked about.
    pub node: NodeId,
    /// How likely it is.
    pub probability: f64,
    /// The numbers that bear on it; those that move it most first.
    pub numbers: Vec<Stated>,
}

/// A stated number, and what it does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stated {
    /// What it is.
    pub number: Number,
    /// Where it is written: its words, or the item or line that has it.
    pub span: Span,
    /// What is written.
    pub value: f64,
    /// How fast the probability moves: per unit of a probability or a weight, so that 0.5 is half a point for each
    /// point; per unit of the natural logarithm of a ratio.
    pub derivative: f64,
    /// The standard error of that; 0 where it is exact.
    pub error: f64,
}

/// How much a node's probability today moves with each stated number, all others as they are.
///
/// Where the node's number is sampled, so are the derivatives, each with its error; those that errors alone may have
/// made, being within two of them from 0, are left out. A number of a choice takes from `rest`; without `rest` all scenarios are scaled to sum
/// to 100%. The weights of voices are taken as they are, though they too come from what was stated. What is certain
/// is a gate and no number. Statements that leave each other no room, such as those of one day for all scenarios of a
/// choice, are left out.
///
/// ```
/// use forecastc::answers::sensitivity::sensitivity;
/// use forecastc::forecast::{self, Settings};
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
/// let forecast = forecast::evaluate(&model, today, &Settings::default());
///
/// let grid = model.find("GRID").expect("it is declared above");
/// let quiet = model.find("QUIET_HARBOR").expect("it is declared above");
/// let found = sensitivity(&model, &forecast, quiet).expect("it is exact");
/// // 70% of 60% and 30% of 10%: a point more of 60% is 0.7 points more, one of 70% half a point, one of 10% 0.3.
/// let derivatives: Vec<f64> = found.numbers.iter().map(|stated| stated.derivative).collect();
/// for (derivative, expected) in derivatives.iter().zip([0.7, 0.5, 0.3]) {
///     assert!((derivative - expected).abs() < 1e-9);
/// }
/// assert_eq!(found.numbers[1].number, Number::Level(grid));
/// ```
///
/// # Errors
///
/// If the node has no number.
pub fn sensitivity(model: &Model, forecast: &Forecast, node: NodeId) -> Result<Sensitivity, Lack> {
    let belief = forecast.now(node).ok_or(Lack::NoNumber)?;
    let stated = |slope: Slope| {
        let (span, value) = (model.span_of(slope.number)?, model.value_of(slope.number)?);
        let Slope { number, slope: derivative, error } = slope;
        (derivative.abs() > NOISE * error).then_some(Stated { number, span, value, derivative, error })
    };
    let mut numbers: Vec<Stated> = slopes(model, forecast, node)?.into_iter().filter_map(stated).collect();
    numbers.sort_by(|one, other| {
        other.derivative.abs().total_cmp(&one.derivative.abs()).then(one.number.cmp(&other.number))
    });
    Ok(Sensitivity { node, probability: belief.probability, numbers })
}
