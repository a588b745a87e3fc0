//! Scales: how far a number is moved, told so that numbers of all kinds compare, and how far it may be.

use crate::forecast::Forecast;
use crate::model::{Link, Measure, Model, Number, Relation};

/// Probabilities are kept this far from certain, and ratios within its inverse.
const EDGE: f64 = 0.001;

/// What steps are measured in: those of one length move log odds alike.
#[derive(Clone, Copy)]
pub(super) enum Scale {
    LogOdds,
    LogRatio,
    /// Yule's Q as the logarithm of its odds ratio.
    Tie,
    /// A share of so many log odds.
    Share(f64),
}

impl Scale {
    /// That of a number.
    pub(super) fn of_number(model: &Model, forecast: &Forecast, number: Number) -> Option<Self> {
        Some(match (number.measure(), number) {
            (Measure::Probability, _) => Self::LogOdds,
            (Measure::Ratio, _) => Self::LogRatio,
            (Measure::Weight, Number::Outside(id)) => {
                let view = model.nodes.get(id.index())?.outside?;
                let (rate, weight) = (model.value_of(Number::Rate(view.class))?, view.weight.as_f64());
                let known = forecast.before(id)?.probability;
                let whole = (Self::LogOdds.of(rate) - Self::LogOdds.of(known)).abs() / (1.0 - weight);
                (whole.is_finite() && whole > 0.0).then_some(Self::Share(whole))?
            }
            (Measure::Weight, _) => Self::Tie,
        })
    }

    /// Where a value is on it.
    pub(super) fn of(self, value: f64) -> f64 {
        match self {
            Self::LogOdds => libm::log(value / (1.0 - value)),
            Self::LogRatio => libm::log(value),
            Self::Tie => 2.0 * libm::atanh(value),
            Self::Share(whole) => value * whole,
        }
    }

    /// The value at a place.
    pub(super) fn value(self, at: f64) -> f64 {
        match self {
            Self::LogOdds => 1.0 / (1.0 + libm::exp(-at)),
            Self::LogRatio => libm::exp(at),
            Self::Tie => libm::tanh(at / 2.0),
            Self::Share(whole) => at / whole,
        }
    }

    /// The derivative by the step, of one by what the number is told in.
    pub(super) fn slope(self, value: f64, derivative: f64) -> f64 {
        match self {
            Self::LogOdds => derivative * value * (1.0 - value),
            Self::LogRatio => derivative,
            Self::Tie => derivative * (1.0 - value * value) / 2.0,
            Self::Share(whole) => derivative / whole,
        }
    }
}

/// The least and the most that a number may be.
pub(super) fn room(model: &Model, number: Number) -> Option<(f64, f64)> {
    let (least, most) = (EDGE, 1.0 - EDGE);
    Some(match number {
        Number::Level(id) => {
            let node = model.nodes.get(id.index())?;
            let choice = node.choice.and_then(|choice| model.choices.get(choice.index()));
            let Some(choice) = choice else { return Some((least, most)) };
            choice.scenarios.iter().find(|other| model.node(**other).rest)?;
            let others = choice.scenarios.iter().filter(|other| **other != id);
            let stated = others.filter_map(|other| model.value_of(Number::Level(*other)));
            (least, (1.0 - stated.sum::<f64>() - EDGE).max(least))
        }
        Number::If { link, given } => {
            let other = model.value_of(Number::If { link, given: !given })?;
            let raises = match relation(model, link) {
                Some(Relation::Needs) => true,
                Some(Relation::KilledBy) => false,
                Some(Relation::MovesWith) | None => return Some((least, most)),
            };
            if raises == given { (least.max(other), most) } else { (least, most.min(other)) }
        }
        Number::Strength(link) => match relation(model, link) {
            Some(Relation::Needs | Relation::KilledBy) => (1.0, 1.0 / EDGE),
            Some(Relation::MovesWith) | None => (EDGE, 1.0 / EDGE),
        },
        Number::Evidence { .. } => (EDGE, 1.0 / EDGE),
        Number::Weight(_) => (0.0, most),
        Number::Outside(_) => (0.0, 1.0),
        Number::Statement { .. } | Number::Rate(_) | Number::Row { .. } => (least, most),
    })
}

fn relation(model: &Model, link: Link) -> Option<Relation> {
    match link {
        Link::Edge(edge) => model.edges.get(edge).map(|edge| edge.relation.value),
        Link::Milestone(_) => None,
    }
}
