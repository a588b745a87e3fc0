//! What follows from a node, and what would tell most about it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Scene;
use crate::answers::watch::about;
use crate::answers::whatif::Move;
use crate::model::NodeId;
use crate::site::view::{Chance, NodeLink, Signed};

/// So many nodes to watch are shown.
const WATCHED: usize = 5;
/// So many nodes downstream are shown.
const DOWNSTREAM: usize = 16;

/// What if this resolves.
#[derive(Serialize)]
pub(super) struct Outcomes {
    yes: Vec<Mover>,
    no: Vec<Mover>,
    /// The laboratory with this node set; empty of a node that is settled.
    laboratory_yes: String,
    laboratory_no: String,
}

#[derive(Serialize)]
struct Mover {
    node: NodeLink,
    from: Chance,
    to: Chance,
    by: Signed,
}

pub(super) fn outcomes(scene: &Scene<'_>) -> Outcomes {
    let effect = scene.edition.effect(scene.id);
    let movers = |moves: &[Move]| moves.iter().map(|moved| mover(scene, moved)).collect();
    let laboratory = |word: &str| {
        let set = effect.map(|_| format!("{}={word}", scene.node.id));
        set.map_or_else(String::new, |set| scene.here.to_file(&format!("laboratory.html#{set}")))
    };
    Outcomes {
        yes: effect.map_or_else(Vec::new, |effect| movers(&effect.yes)),
        no: effect.map_or_else(Vec::new, |effect| movers(&effect.no)),
        laboratory_yes: laboratory("yes"),
        laboratory_no: laboratory("no"),
    }
}

fn mover(scene: &Scene<'_>, moved: &Move) -> Mover {
    Mover {
        node: scene.link(moved.node),
        from: Chance::plain(moved.from),
        to: Chance::with_error(moved.to, moved.error),
        by: Signed::points(moved.by()),
    }
}

/// What lies downstream, level by level.
#[derive(Serialize)]
pub(super) struct Cascades {
    levels: Vec<Vec<Fall>>,
    /// Nodes further down that are not shown.
    left_out: usize,
}

#[derive(Serialize)]
struct Fall {
    node: NodeLink,
    /// The nodes of the level above that it hangs on.
    through: Vec<String>,
    /// By how much a yes here would move it; none where it has no number or is settled.
    by: Option<Signed>,
}

pub(super) fn cascades(scene: &Scene<'_>) -> Cascades {
    let edition = scene.edition;
    let mut seen = BTreeSet::from([scene.id]);
    let mut levels: Vec<Vec<(NodeId, Vec<NodeId>)>> = Vec::new();
    let mut above = vec![scene.id];
    while !above.is_empty() && seen.len() <= DOWNSTREAM {
        let mut level: Vec<(NodeId, Vec<NodeId>)> = Vec::new();
        // Where each node of this level is.
        let mut places: BTreeMap<NodeId, usize> = BTreeMap::new();
        for from in &above {
            for target in edition.edges_from(*from).map(|(_, edge)| edge.target) {
                if let Some((_, through)) = places.get(&target).and_then(|place| level.get_mut(*place)) {
                    through.push(*from);
                } else if seen.insert(target) {
                    places.insert(target, level.len());
                    level.push((target, vec![*from]));
                }
            }
        }
        above = level.iter().map(|(node, _)| *node).collect();
        levels.push(level);
    }
    let shown: Vec<NodeId> = levels.iter().flatten().map(|(node, _)| *node).take(DOWNSTREAM).collect();
    // What a yes would make of those that it moves most is known already.
    let effect = edition.effect(scene.id);
    let known: BTreeMap<NodeId, f64> =
        effect.map_or_else(BTreeMap::new, |effect| effect.yes.iter().map(|one| (one.node, one.to)).collect());
    let others: Vec<NodeId> = shown.iter().filter(|node| !known.contains_key(node)).copied().collect();
    let others = edition.effects.among(scene.id, &others);
    let fall = |(node, through): &(NodeId, Vec<NodeId>)| {
        let other = || others.iter().find(|both| both.node == *node).map(|both| both.given[0].0);
        let now = edition.forecast.now(*node);
        let carried = known.get(node).copied().or_else(other);
        let by = carried.zip(now).map(|(to, now)| Signed::points(to - now.probability));
        let through = through.iter().filter(|from| **from != scene.id);
        Fall {
            node: scene.link(*node),
            through: through.map(|from| edition.node(*from).id.to_string()).collect(),
            by,
        }
    };
    let mut room = DOWNSTREAM;
    let mut shown = Vec::new();
    for level in &levels {
        let falls: Vec<Fall> = level.iter().take(room).map(fall).collect();
        room -= falls.len();
        if !falls.is_empty() {
            shown.push(falls);
        }
    }
    Cascades { levels: shown, left_out: edition.downstream(scene.id).saturating_sub(DOWNSTREAM) }
}

/// An open node whose outcome would tell much about this one.
#[derive(Serialize)]
pub(super) struct Watch {
    node: NodeLink,
    /// What its outcome would tell, in bits.
    information: String,
    /// How likely this node would be if it came true, and if it did not.
    yes: Option<Chance>,
    no: Option<Chance>,
}

pub(super) fn watch(scene: &Scene<'_>) -> Vec<Watch> {
    let edition = scene.edition;
    let Some(effect) = edition.effect(scene.id) else { return Vec::new() };
    let is_open = |id: NodeId| edition.node(id).state(edition.today).is_open();
    let open = effect.closest.iter().filter(|both| is_open(both.node)).take(WATCHED);
    let watch = open.filter_map(|both| about(edition.forecast, &edition.effects, scene.id, both));
    let view = watch.map(|one| {
        let chance = |(probability, error): (f64, f64)| Chance::with_error(probability, error);
        Watch {
            node: scene.link(one.node),
            information: format!("{:.3}", one.information),
            yes: one.target.map(|[yes, _]| chance(yes)),
            no: one.target.map(|[_, no]| chance(no)),
        }
    });
    view.collect()
}
