//! Marks: the scores of some predictions as pages show them, worded as `forecastc score` words them.

use serde::Serialize;

use crate::answers::score::{Bin, Case, Group, Marks, Mean, Share};
use crate::site::chart::calibration;
use crate::site::edition::Edition;
use crate::site::place::Place;
use crate::site::view::{Chance, Figure, NodeLink, signed};
use crate::value::percent;

/// The scores of some predictions.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Scores {
    /// How many are settled yes or no, with a number that was stated before.
    pub(super) scored: usize,
    pub(super) open: usize,
    pub(super) void: usize,
    /// How many are settled of which nothing was ever stated.
    pub(super) unstated: usize,
    /// None where nothing is scored.
    pub(super) marks: Option<MarksView>,
    /// How many were settled before their window was over, and how many of those came true.
    pub(super) early: usize,
    pub(super) early_yes: usize,
    /// The marks of those alone whose window is over, or that have none.
    pub(super) closed: Option<MarksView>,
    /// Stated against observed, in tenths.
    pub(super) bins: Vec<BinView>,
    pub(super) plot: Figure,
    /// The same of what the network made of them on the day before their outcome.
    pub(super) network_bins: Vec<BinView>,
    pub(super) network_plot: Figure,
}

/// Scores with their intervals of 95%.
#[derive(Clone, Debug, Serialize)]
pub(super) struct MarksView {
    pub(super) count: usize,
    pub(super) came_true: ShareView,
    pub(super) brier: MeanView,
    pub(super) log_score: MeanView,
    pub(super) time_weighted: MeanView,
    /// Against always saying the share that came true; empty if all came out alike.
    pub(super) skill: String,
    /// Against saying the rate of the class; empty if none has one.
    pub(super) class_skill: String,
    /// How many have a class.
    pub(super) with_class: usize,
    /// What the network itself made of them.
    pub(super) network: Option<NetworkView>,
}

/// What the network made of predictions on the day before their outcome.
#[derive(Clone, Debug, Serialize)]
pub(super) struct NetworkView {
    /// Of how many it had a number.
    pub(super) count: usize,
    pub(super) brier: MeanView,
    pub(super) log_score: MeanView,
}

/// A mean.
#[derive(Clone, Debug, Serialize)]
pub(super) struct MeanView {
    pub(super) text: String,
    /// `0.120 to 0.310`; empty where it has none.
    pub(super) interval: String,
    /// For sorting.
    pub(super) value: String,
}

/// A share.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ShareView {
    pub(super) text: String,
    pub(super) came_true: usize,
    pub(super) count: usize,
    /// `20.8% to 93.9%`, by Wilson.
    pub(super) interval: String,
    /// From 0 to 100, for sorting and bars.
    pub(super) value: String,
}

/// Predictions that were given about the same probability.
#[derive(Clone, Debug, Serialize)]
pub(super) struct BinView {
    /// `70% to 80%`.
    pub(super) tenth: String,
    /// The mean of what was stated.
    pub(super) stated: String,
    pub(super) observed: ShareView,
}

impl Scores {
    pub(super) fn new(group: &Group) -> Self {
        let early = group.early();
        let bins = group.calibration();
        let network = group.calibration_of_network();
        Self {
            scored: group.cases.len(),
            open: group.open,
            void: group.void,
            unstated: group.unstated,
            marks: group.marks().as_ref().map(MarksView::new),
            early: early.count,
            early_yes: early.came_true,
            closed: group.closed().as_ref().map(MarksView::new),
            plot: plot(&bins),
            network_plot: plot(&network),
            network_bins: network.iter().map(BinView::new).collect(),
            bins: bins.iter().map(BinView::new).collect(),
        }
    }
}

/// Stated against observed; nothing where there is nothing.
pub(super) fn plot(bins: &[Bin]) -> Figure {
    if bins.is_empty() {
        return Figure::default();
    }
    let bins: Vec<calibration::Bin> = bins
        .iter()
        .map(|bin| {
            let ([low, high], observed) = (bin.share.interval(), bin.share.rate().unwrap_or(0.0));
            calibration::Bin { stated: bin.stated, observed, low, high, count: bin.share.count }
        })
        .collect();
    Figure { svg: calibration::chart(&bins), caption: calibration::caption(&bins) }
}

impl MarksView {
    pub(super) fn new(marks: &Marks) -> Self {
        let skill = |skill: f64| signed(skill, 2);
        Self {
            count: marks.share.count,
            came_true: ShareView::new(marks.share),
            brier: MeanView::new(marks.brier),
            log_score: MeanView::new(marks.log_score),
            time_weighted: MeanView::new(marks.time_weighted),
            skill: marks.base_skill.map(skill).unwrap_or_default(),
            class_skill: marks.class_skill.map(|(own, _)| skill(own)).unwrap_or_default(),
            with_class: marks.class_skill.map_or(0, |(_, count)| count),
            network: marks.network.as_ref().map(|network| NetworkView {
                count: network.count,
                brier: MeanView::new(network.brier),
                log_score: MeanView::new(network.log_score),
            }),
        }
    }
}

impl MeanView {
    fn new(mean: Mean) -> Self {
        let interval = mean.interval.map(|ends| ends.map(number));
        Self {
            text: number(mean.value),
            interval: interval.map(|[least, most]| format!("{least} to {most}")).unwrap_or_default(),
            value: if mean.value.is_finite() {
                format!("{:.6}", mean.value + 0.0)
            } else {
                "-1e9".to_owned()
            },
        }
    }
}

impl ShareView {
    pub(super) fn new(share: Share) -> Self {
        let [least, most] = share.interval().map(percent);
        Self {
            text: share.rate().map(percent).unwrap_or_default(),
            came_true: share.came_true,
            count: share.count,
            interval: format!("{least} to {most}"),
            value: share.rate().map(|rate| format!("{:.2}", 100.0 * rate)).unwrap_or_default(),
        }
    }
}

impl BinView {
    fn new(bin: &Bin) -> Self {
        let from = u32::from(bin.tenth) * 10;
        Self {
            tenth: format!("{from}% to {}%", from + 10),
            stated: percent(bin.stated),
            observed: ShareView::new(bin.share),
        }
    }
}

/// A prediction that came out.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Settled {
    pub(super) node: NodeLink,
    pub(super) date: String,
    pub(super) came_true: bool,
    /// What was stated first.
    pub(super) stated: Chance,
    /// What the network made of it on the day before.
    pub(super) network: Option<Chance>,
    /// The rate of its class.
    pub(super) class: Option<Chance>,
    /// The square of what was stated less what came.
    pub(super) brier: String,
    /// Whether it was settled before its window was over.
    pub(super) early: bool,
}

impl Settled {
    /// The latest of some cases, so many.
    pub(super) fn latest(edition: &Edition<'_>, here: &Place, cases: &[Case], most: usize) -> Vec<Self> {
        let mut cases: Vec<&Case> = cases.iter().collect();
        cases.sort_by(|one, other| other.date.cmp(&one.date).then(one.node.cmp(&other.node)));
        cases.into_iter().take(most).map(|case| Self::new(edition, here, case)).collect()
    }

    fn new(edition: &Edition<'_>, here: &Place, case: &Case) -> Self {
        let distance = if case.came_true { 1.0 - case.stated } else { case.stated };
        Self {
            node: NodeLink::new(edition, here, case.node),
            date: case.date.to_string(),
            came_true: case.came_true,
            stated: Chance::plain(case.stated),
            network: case.network.map(Chance::plain),
            class: case.class.map(Chance::plain),
            brier: format!("{:.3}", distance * distance),
            early: case.is_early,
        }
    }
}

/// To three digits, with a real minus; minus infinity as such.
fn number(value: f64) -> String {
    if value == f64::NEG_INFINITY {
        "\u{2212}∞".to_owned()
    } else {
        format!("{:.3}", value + 0.0).replacen('-', "\u{2212}", 1)
    }
}
