//! Watch: which open nodes would tell most, about one node or about all.

use rayon::prelude::*;

use super::whatif::Effects;
use crate::forecast::Forecast;
use crate::model::{Model, NodeId};

/// What the outcome of a node would tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Watch {
    /// The node.
    pub node: NodeId,
    /// How likely it is.
    pub probability: f64,
    /// What its outcome would tell, in bits: about the target, or about all other nodes together.
    pub information: f64,
    /// How likely the target would be if it came true, and if it did not, each with its standard error.
    pub target: Option<[(f64, f64); 2]>,
}

/// Open nodes by what their outcome would tell about a target, or about all others; those that tell most first,
/// no more than so many. What tells nothing is left out, and
/// so are the other scenarios of a target's choice.
pub fn watch(
    model: &Model,
    forecast: &Forecast,
    effects: &Effects<'_>,
    target: Option<NodeId>,
    most: usize,
) -> Vec<Watch> {
    let told: Vec<(NodeId, f64)> = match target {
        Some(target) => {
            let both = effects.of(target).unwrap_or_default();
            let both = both.into_iter().filter(|both| !effects.is_beside(target, both.node));
            both.map(|both| (both.node, both.information)).collect()
        }
        None => {
            let nodes: Vec<NodeId> = model.nodes().map(|(node, _)| node).collect();
            let effect = |node: &NodeId| Some((*node, effects.effect(*node, 0)?.information));
            nodes.par_iter().filter_map(effect).collect()
        }
    };
    let open = |(node, _): &(NodeId, f64)| model.node(*node).state(forecast.today()).is_open();
    let mut told: Vec<(NodeId, f64)> =
        told.into_iter().filter(open).filter(|(_, bits)| *bits > LEAST).collect();
    told.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    told.truncate(most);
    let watch = |(node, information): (NodeId, f64)| {
        let given = target.and_then(|target| {
            let all = effects.of(node)?;
            all.iter().find(|both| both.node == target).map(|both| both.given)
        });
        let probability = forecast.now(node)?.probability;
        Some(Watch { node, probability, information, target: given })
    };
    told.into_iter().filter_map(watch).collect()
}

/// Fewer bits are nothing.
const LEAST: f64 = 1e-9;
