//! Killers, by how much they would sink.

use rayon::prelude::*;
use serde::Serialize;

use super::row::Shift;
use crate::answers::whatif::Move;
use crate::model::{NodeId, NodeKind};
use crate::site::Plan;
use crate::site::chart::inline;
use crate::site::edition::Edition;
use crate::site::html::Html;
use crate::site::place::Place;
use crate::site::view::{Head, NodeLink, signed};

/// Of so many killers it is listed what they would sink.
const LISTED: usize = 100;
/// So many predictions are listed for each of them.
const VICTIMS: usize = 6;

#[derive(Serialize)]
struct View {
    /// Those that may still come, the gravest first.
    open: Vec<KillerView>,
    /// How many of these would lower something, and are not listed in detail.
    more: usize,
    /// Those that came, and those that did not.
    settled: Vec<NodeLink>,
}

#[derive(Serialize)]
struct KillerView {
    node: NodeLink,
    /// Where the details of it are on the page.
    anchor: String,
    /// When it can come, as it is written.
    window: String,
    closes: String,
    /// What it would take off all predictions that it would lower, in points: `−214.3`.
    toll: String,
    /// The same without its sign, for sorting.
    toll_value: String,
    toll_bar: Html,
    /// The toll times its probability.
    expected: String,
    expected_value: String,
    /// How many predictions it would lower, and how many raise.
    lowers: usize,
    raises: usize,
    /// What it would add to those that it would raise, in points.
    lift: String,
    /// The predictions that it would lower most; empty where it is not listed in detail.
    victims: Vec<Victim>,
    /// How many more it would lower.
    more: usize,
}

#[derive(Serialize)]
struct Victim {
    node: NodeLink,
    shift: Shift,
    chart: Html,
}

/// What a killer would do if it came.
struct Toll {
    killer: NodeId,
    probability: f64,
    /// What it would lower, those that fall most first, and raise.
    lowers: Vec<Move>,
    raises: Vec<Move>,
}

impl Toll {
    fn of(edition: &Edition<'_>, killer: NodeId) -> Self {
        let moves = edition.effects.effect(killer, usize::MAX).map(|effect| effect.yes).unwrap_or_default();
        let is_shown = |node: NodeId| {
            let node = edition.node(node);
            node.kind == NodeKind::Prediction && !node.private
        };
        let moves = moves.into_iter().filter(|moved| is_shown(moved.node));
        let (lowers, raises) = moves.partition(|moved| moved.by() < 0.0);
        let probability = edition.forecast.now(killer).map_or(0.0, |now| now.probability);
        Self { killer, probability, lowers, raises }
    }

    /// What it would take off, from 0 up.
    fn lost(&self) -> f64 {
        self.lowers.iter().map(|moved| -moved.by()).sum()
    }
}

pub(super) fn plan(plan: &mut Plan<'_>) {
    plan.page(Place::top("killers"), "killers.html", view);
}

fn view(edition: &Edition<'_>, here: &Place) -> (Head, View) {
    let ids: Vec<NodeId> = edition.kind(NodeKind::Killer).map(|(id, _)| id).collect();
    let mut tolls: Vec<Toll> = ids.into_par_iter().map(|id| Toll::of(edition, id)).collect();
    tolls.sort_by(|one, other| other.lost().total_cmp(&one.lost()).then(one.killer.cmp(&other.killer)));
    let greatest = tolls.iter().map(Toll::lost).fold(0.0, f64::max);
    let is_open = |toll: &&Toll| edition.node(toll.killer).state(edition.today).is_open();
    let one = |(place, toll): (usize, &Toll)| killer(edition, here, toll, greatest, place < LISTED);
    let open = || tolls.iter().filter(is_open);
    let settled = tolls.iter().filter(|toll| !is_open(toll));
    let view = View {
        open: open().enumerate().map(one).collect(),
        more: open().skip(LISTED).filter(|toll| !toll.lowers.is_empty()).count(),
        settled: settled.map(|toll| NodeLink::new(edition, here, toll.killer)).collect(),
    };
    let head = Head::new(
        here,
        "killers",
        "Killers",
        "Events that would sink predictions, by how many points they would take off if they came.",
    );
    (head, view)
}

fn killer(edition: &Edition<'_>, here: &Place, toll: &Toll, greatest: f64, is_listed: bool) -> KillerView {
    let node = edition.node(toll.killer);
    let window = node.window_on(edition.today);
    let lost = toll.lost();
    let lift: f64 = toll.raises.iter().map(Move::by).sum();
    let victim = |moved: &Move| Victim {
        node: NodeLink::new(edition, here, moved.node),
        shift: Shift::new(moved.from, moved.to),
        chart: inline::shift(moved.from, moved.to),
    };
    let listed = toll.lowers.iter().filter(|_| is_listed);
    let victims: Vec<Victim> = listed.take(VICTIMS).map(victim).collect();
    KillerView {
        node: NodeLink::new(edition, here, toll.killer),
        anchor: format!("k-{}", node.id),
        window: window.map(|window| window.to_string()).unwrap_or_default(),
        closes: window.map(|window| window.last().to_string()).unwrap_or_default(),
        toll: signed(-100.0 * lost, 1),
        toll_value: format!("{:.3}", 100.0 * lost),
        toll_bar: inline::amount(lost, greatest, "down"),
        expected: signed(-100.0 * lost * toll.probability, 1),
        expected_value: format!("{:.3}", 100.0 * lost * toll.probability),
        lowers: toll.lowers.len(),
        raises: toll.raises.len(),
        lift: signed(100.0 * lift, 1),
        more: toll.lowers.len() - victims.len(),
        victims,
    }
}
