//! Coherence: whether what is written about a node can all hold at once.
//!
//! Each edge with two numbers says, given how likely its source is, how likely its target is: so do all edges of a
//! node, and its own level. Here they are set side by side, before all facts: what was written is at issue, and not
//! what has happened since. Strengths claim no number and are passed over.

mod repair;

pub use repair::Repair;

use crate::forecast::{Belief, Forecast, Reading};
use crate::model::{Model, NodeId};

/// What sampling may add to a distance.
const NOISE: f64 = 0.02;

/// An edge, read back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Its place in the model.
    pub edge: usize,
    /// What it says: P(target | source true), P(target | source false).
    pub stated: [f64; 2],
    /// What it alone makes of its target.
    pub implied: f64,
    /// That, less how likely the target is.
    pub delta: f64,
    /// What the network makes of its two numbers; none where the source is never so.
    pub realised: [Option<f64>; 2],
    /// How far the network is from what it says: the larger of the two distances.
    pub distance: f64,
    /// Whether that is further than the network bears.
    pub is_incoherent: bool,
    /// The smallest change of one of its numbers after which it implies what its target is; only of an edge that is
    /// too far off in one way or the other, and where there is one.
    pub repair: Option<Repair>,
}

/// A node, with all that is said of its probability.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread {
    /// The node.
    pub node: NodeId,
    /// How likely it is before all facts.
    pub level: f64,
    /// Its edges with two numbers, in the order of their sources.
    pub lines: Vec<Line>,
    /// The least and the most that they imply.
    pub implied: [f64; 2],
    /// The one that does not go with the others; none where all is within what the network bears.
    pub culprit: Option<Culprit>,
    /// The smallest change of one number of the culprit, where there is one.
    pub repair: Option<Repair>,
}

/// What does not go with the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Culprit {
    /// The node's own level: its edges agree with each other, and not with it.
    Level,
    /// An edge, by its place in the model.
    Edge(usize),
}

impl Spread {
    /// How far apart its edges are.
    pub fn width(&self) -> f64 {
        let [least, most] = self.implied;
        most - least
    }
}

/// How far apart what is written and what comes of it may be.
fn past(model: &Model, target: Belief) -> f64 {
    model.network.incoherent_past.as_f64() + if target.is_exact { 1e-9 } else { NOISE }
}

/// Reads one edge back; none if it says no two numbers, or if there is trouble.
pub fn line(model: &Model, forecast: &Forecast, place: usize) -> Option<Line> {
    let edge = model.edges.get(place)?;
    let Reading { realised, .. } = *forecast.reading(place)?;
    let stated = edge.effect.numbers()?;
    let (source, target) = (forecast.before(edge.source)?, forecast.before(edge.target)?);
    let implied = edge.effect.implied(source.probability)?;
    let far = realised
        .iter()
        .zip(stated)
        .filter_map(|(realised, stated)| Some((realised.as_ref()? - stated).abs()));
    let distance = far.fold(0.0, f64::max);
    let past = past(model, target);
    let delta = implied - target.probability;
    let is_off = distance > past || delta.abs() > past;
    let repair = is_off.then(|| repair::of_edge(edge, source.probability, target.probability, past));
    Some(Line {
        edge: place,
        stated,
        implied,
        delta,
        realised,
        distance,
        is_incoherent: distance > past,
        repair: repair.flatten(),
    })
}

/// Reads all edges of one node back; none if no edge of it says two numbers, or if there is trouble.
pub fn spread(model: &Model, forecast: &Forecast, node: NodeId) -> Option<Spread> {
    let begin = model.edges.partition_point(|edge| edge.target < node);
    let end = begin + model.edges_into(node).count();
    let lines: Vec<Line> = (begin..end).filter_map(|place| line(model, forecast, place)).collect();
    let first = lines.first()?.implied;
    let widen = |[least, most]: [f64; 2], line: &Line| [least.min(line.implied), most.max(line.implied)];
    let implied = lines.iter().fold([first, first], widen);
    let belief = forecast.before(node)?;
    let (level, prior, past) = (belief.probability, model.node(node).prior, past(model, belief));
    let culprit = culprit(&lines, level, prior.is_some(), past);
    let repair = culprit.and_then(|culprit| match culprit {
        Culprit::Level => prior.and_then(|prior| repair::of_level(&prior, &lines, past)),
        Culprit::Edge(edge) => lines.iter().find(|line| line.edge == edge).and_then(|line| line.repair),
    });
    Some(Spread { node, level, lines, implied, culprit, repair })
}

/// Reads the edges of all nodes back, in the order of their ids.
pub fn spreads(model: &Model, forecast: &Forecast) -> Vec<Spread> {
    let mut targets: Vec<NodeId> = model.edges.iter().map(|edge| edge.target).collect();
    targets.dedup();
    targets.into_iter().filter_map(|node| spread(model, forecast, node)).collect()
}

/// What fits least. The level, where it is written, if it is further than any edge from the median of all that is
/// said; else the edge whose numbers are furthest from what the network makes of them, or whose word is furthest from
/// that median where the network makes room for all.
fn culprit(lines: &[Line], level: f64, is_written: bool, past: f64) -> Option<Culprit> {
    let mut voices: Vec<f64> = lines.iter().map(|line| line.implied).collect();
    voices.push(level);
    voices.sort_by(f64::total_cmp);
    let (lower, upper) = (voices.get((voices.len() - 1) / 2)?, voices.get(voices.len() / 2)?);
    let median = f64::midpoint(*lower, *upper);
    let off = |voice: f64| (voice - median).abs();
    let is_incoherent = lines.iter().any(|line| line.is_incoherent);
    if !is_incoherent && !voices.iter().any(|voice| off(*voice) > past) {
        return None;
    }
    if is_written && lines.iter().all(|line| off(level) > off(line.implied) + 1e-9) {
        return Some(Culprit::Level);
    }
    let rank = |line: &Line| if is_incoherent { line.distance } else { off(line.implied) };
    let worst = lines.iter().reduce(|worst, line| if rank(line) > rank(worst) { line } else { worst })?;
    Some(Culprit::Edge(worst.edge))
}
