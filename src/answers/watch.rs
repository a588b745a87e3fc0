//! Watch: which open nodes would tell most, about one node or about all.

use rayon::prelude::*;

use super::whatif::{Both, Effects};
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
    let is_open = |node: NodeId| model.node(node).state(forecast.today()).is_open();
    match target {
        Some(target) => {
            let all = effects.effect(target, usize::MAX).map_or_else(Vec::new, |effect| effect.closest);
            let all = all.into_iter().filter(|both| is_open(both.node)).take(most);
            all.filter_map(|both| about(forecast, effects, target, &both)).collect()
        }
        None => {
            let nodes: Vec<NodeId> =
                model.nodes().map(|(node, _)| node).filter(|node| is_open(*node)).collect();
            let tells = |node: &NodeId| {
                let information = effects.effect(*node, 0)?.information;
                let probability = forecast.now(*node)?.probability;
                (information > LEAST).then_some(Watch { node: *node, probability, information, target: None })
            };
            let mut told: Vec<Watch> = nodes.par_iter().filter_map(tells).collect();
            told.sort_by(|one, other| {
                other.information.total_cmp(&one.information).then(one.node.cmp(&other.node))
            });
            told.truncate(most);
            told
        }
    }
}

/// What the outcome of another node would tell about a target.
pub fn about(forecast: &Forecast, effects: &Effects<'_>, target: NodeId, both: &Both) -> Option<Watch> {
    Some(Watch {
        node: both.node,
        probability: forecast.now(both.node)?.probability,
        information: both.information,
        target: effects.back(target, both),
    })
}

/// Fewer bits are nothing.
const LEAST: f64 = 1e-9;
