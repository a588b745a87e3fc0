//! The neighbours of a node: what bears on it at its left, what it bears on at its right.

use std::collections::BTreeMap;

use super::Relation;
use super::draw::{Anchor, Canvas, Path, fit, fit_mono, float, share};
use crate::site::html::Html;

const WIDTH: f64 = 960.0;
/// A box, and how far boxes are apart.
const WIDE: f64 = 262.0;
const HIGH: f64 = 42.0;
const GAP: f64 = 8.0;
const HEADING: f64 = 24.0;
const MIDDLE: f64 = (WIDTH - WIDE) / 2.0;
/// So many neighbours are drawn on a side; the others are counted.
const MOST: usize = 20;

/// A node in a picture.
#[derive(Clone, Debug, Default)]
pub(in crate::site) struct Dot {
    pub(in crate::site) id: String,
    pub(in crate::site) title: String,
    pub(in crate::site) href: String,
    /// `prediction`, `killer`, `scenario` or `milestone`.
    pub(in crate::site) kind: &'static str,
    /// How likely it is, in words; may be empty.
    pub(in crate::site) chance: String,
}

/// A node at the other end of an edge.
#[derive(Clone, Debug)]
pub(in crate::site) struct Neighbour {
    pub(in crate::site) dot: Dot,
    pub(in crate::site) relation: Relation,
    /// How much it tells, from 0 to 1: what it moves between yes and no.
    pub(in crate::site) strength: f64,
}

/// What is drawn.
#[derive(Clone, Debug)]
pub(in crate::site) struct Local {
    pub(in crate::site) node: Dot,
    /// What bears on it, the strongest first.
    pub(in crate::site) before: Vec<Neighbour>,
    /// What it bears on, the strongest first.
    pub(in crate::site) after: Vec<Neighbour>,
}

/// What it shows, in a sentence.
pub(in crate::site) fn caption(local: &Local) -> String {
    let counted =
        |count: usize| if count == 1 { "1 node bears".to_owned() } else { format!("{count} nodes bear") };
    format!("{} on {}; it bears on {}.", counted(local.before.len()), local.node.id, local.after.len())
}

/// Draws it.
pub(in crate::site) fn graph(local: &Local) -> Html {
    let sides = [height_of(&local.before), height_of(&local.after)];
    let height = sides.into_iter().fold(HIGH + 2.0 * HEADING, f64::max) + 4.0;
    let mut canvas = Canvas::group("local", WIDTH, height, &caption(local));
    let top = (height - HIGH) / 2.0;
    let [before, after] = [&local.before, &local.after].map(|side| arranged(side));
    let center = top + HIGH / 2.0;
    edges(&mut canvas, &before, height, |path, y, end| path.flow([WIDE, y], [MIDDLE, end]), center);
    let right = |path: &mut Path, y, end| path.flow([MIDDLE + WIDE, end], [WIDTH - WIDE, y]);
    edges(&mut canvas, &after, height, right, center);
    side(&mut canvas, &before, 0.0, height, local.before.len(), Relation::words, "nothing bears on it");
    side(
        &mut canvas,
        &after,
        WIDTH - WIDE,
        height,
        local.after.len(),
        Relation::backward,
        "it bears on nothing",
    );
    boxed(&mut canvas, "dot own", &Dot { href: String::new(), ..local.node.clone() }, [MIDDLE, top]);
    canvas.finish()
}

/// Those that are drawn, in groups by relation: how far down each is, the headings too.
struct Side<'a> {
    headings: Vec<(Relation, f64)>,
    boxes: Vec<(&'a Neighbour, f64)>,
    height: f64,
}

fn arranged(neighbours: &[Neighbour]) -> Side<'_> {
    let mut side = Side { headings: Vec::new(), boxes: Vec::new(), height: 0.0 };
    let shown = || neighbours.iter().take(MOST);
    for relation in Relation::ALL {
        let mut own = shown().filter(|one| one.relation == relation).peekable();
        if own.peek().is_some() {
            side.headings.push((relation, side.height + HEADING - 8.0));
            side.height += HEADING;
        }
        for neighbour in own {
            side.boxes.push((neighbour, side.height));
            side.height += HIGH + GAP;
        }
    }
    if neighbours.len() > MOST {
        side.height += HEADING;
    }
    side
}

fn height_of(neighbours: &[Neighbour]) -> f64 {
    arranged(neighbours).height
}

/// Edges of one kind and weight are one path.
fn edges(canvas: &mut Canvas, side: &Side<'_>, height: f64, lead: impl Fn(&mut Path, f64, f64), center: f64) {
    let down = (height - side.height) / 2.0;
    let count = float(side.boxes.len());
    let mut paths: BTreeMap<(Relation, &str), Path> = BTreeMap::new();
    for (place, (neighbour, y)) in side.boxes.iter().enumerate() {
        // The ends are spread over the side of the box, so that edges can be told apart.
        let end = center + (HIGH - 10.0) * ((float(place) + 0.5) / count - 0.5);
        let path = paths.entry((neighbour.relation, grade(neighbour.strength))).or_default();
        lead(path, down + y + HIGH / 2.0, end);
    }
    for ((relation, grade), path) in &paths {
        canvas.path(&format!("wire {} {grade}", relation.class()), path);
    }
}

/// How thick an edge is, as a class.
fn grade(strength: f64) -> &'static str {
    match share(strength.abs()) {
        strength if strength < 0.05 => "w1",
        strength if strength < 0.15 => "w2",
        strength if strength < 0.35 => "w3",
        _ => "w4",
    }
}

fn side(
    canvas: &mut Canvas,
    side: &Side<'_>,
    left: f64,
    height: f64,
    all: usize,
    words: fn(Relation) -> &'static str,
    none: &str,
) {
    let down = (height - side.height) / 2.0;
    if side.boxes.is_empty() {
        canvas.text("words", Anchor::Middle, [left + WIDE / 2.0, height / 2.0 + 5.0], none);
    }
    for (relation, y) in &side.headings {
        let class = format!("heading {}", relation.class());
        canvas.text(&class, Anchor::Start, [left, down + y], words(*relation));
    }
    for (neighbour, y) in &side.boxes {
        boxed(canvas, "dot", &neighbour.dot, [left, down + y]);
    }
    if all > side.boxes.len() {
        let words = format!("and {} more", all - side.boxes.len());
        canvas.text("note", Anchor::Start, [left, down + side.height - 6.0], &words);
    }
}

/// A box with an id, a number and as much of a title as fits: the page lists them all in full.
fn boxed(canvas: &mut Canvas, class: &str, dot: &Dot, at: [f64; 2]) {
    canvas.placed_link(&format!("{class}{}", kind(dot.kind)), at, &dot.href, |canvas| {
        canvas.bare("box");
        canvas.bare("side");
        canvas.word("code", &fit_mono(&dot.id, WIDE - 84.0, 12.0));
        canvas.word("value", &dot.chance);
        canvas.word("", &fit(&dot.title, WIDE - 22.0, 12.5));
    });
}

/// One more class of ours for a kind; a prediction needs none.
pub(super) fn kind(kind: &str) -> &'static str {
    match kind {
        "killer" => " killer",
        "scenario" => " scenario",
        "milestone" => " milestone",
        _ => "",
    }
}
