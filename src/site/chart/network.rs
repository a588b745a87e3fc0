//! A whole network: columns by how far a node is from what it rests on, bands by domain.
//!
//! A layered drawing of hundreds of nodes is a tangle whatever the order of its layers, so rows belong to domains:
//! where a node stands says what it is about, and a domain can be linked to. Within a band, nodes of a column are
//! ordered by where their neighbours are. What has no edge fills the end of its band.

use std::collections::{BTreeMap, BTreeSet};

use super::Relation;
use super::draw::{Anchor, Canvas, Path, fit, fit_mono, float, share};
use super::layers::Arcs;
use super::local::{Dot, kind};
use crate::site::html::Html;

const WIDE: f64 = 188.0;
const HIGH: f64 = 34.0;
/// Between columns, and between boxes of a column.
const ACROSS: f64 = 64.0;
const DOWN: f64 = 6.0;
const HEADING: f64 = 30.0;
const FOOT: f64 = 14.0;
const LEFT: f64 = 12.0;
/// At least so many columns, so that what has no edge is spread.
const COLUMNS: usize = 4;
/// So often the nodes of columns are put in order of their neighbours.
const ROUNDS: usize = 6;

/// What is drawn.
#[derive(Clone, Debug, Default)]
pub(in crate::site) struct Network {
    pub(in crate::site) nodes: Vec<Placed>,
    pub(in crate::site) edges: Vec<Edge>,
    /// The domains in order, each with its page; empty if there is none.
    pub(in crate::site) bands: Vec<Band>,
    /// What all ids begin with: a letter, then letters and digits.
    pub(in crate::site) prefix: &'static str,
}

/// A domain.
#[derive(Clone, Debug)]
pub(in crate::site) struct Band {
    pub(in crate::site) name: String,
    pub(in crate::site) href: String,
    /// What its id ends with: letters, digits, `-` and `_`.
    pub(in crate::site) slug: String,
}

/// A node in its band.
#[derive(Clone, Debug)]
pub(in crate::site) struct Placed {
    pub(in crate::site) dot: Dot,
    pub(in crate::site) band: usize,
}

/// An edge between nodes, by their places.
#[derive(Clone, Copy, Debug)]
pub(in crate::site) struct Edge {
    pub(in crate::site) from: usize,
    pub(in crate::site) to: usize,
    pub(in crate::site) relation: Relation,
    /// What it moves, from 0 to 1.
    pub(in crate::site) strength: f64,
}

/// What it shows, in a sentence.
pub(in crate::site) fn caption(network: &Network) -> String {
    let counted = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    format!(
        "{} in {}, with {} between them.",
        counted(network.nodes.len(), "node"),
        counted(network.bands.len(), "domain"),
        counted(network.edges.len(), "edge"),
    )
}

/// The id of a band.
pub(in crate::site) fn anchor(prefix: &str, slug: &str) -> String {
    format!("{prefix}-{slug}")
}

/// Draws it.
pub(in crate::site) fn graph(network: &Network) -> Html {
    let layout = Layout::of(network);
    let width = 2.0 * LEFT + float(layout.columns) * (WIDE + ACROSS) - ACROSS;
    let mut canvas = Canvas::group("network", width, layout.height, &caption(network));
    grounds(&mut canvas, network, &layout, width);
    let mut touching: Vec<Vec<usize>> = vec![Vec::new(); network.nodes.len()];
    for relation in Relation::ALL {
        canvas.open(&format!("edges {}", relation.class()));
        for (place, edge) in network.edges.iter().enumerate().filter(|(_, edge)| edge.relation == relation) {
            let Some((from, to)) = layout.at(edge.from).zip(layout.at(edge.to)) else { continue };
            let width = 1.0 + 3.0 * libm::sqrt(share(edge.strength.abs()));
            canvas.stroke(&format!("{}e{place}", network.prefix), width, &wire(from, to));
            for end in [edge.from, edge.to] {
                if let Some(list) = touching.get_mut(end) {
                    list.push(place);
                }
            }
        }
        canvas.close();
    }
    bands(&mut canvas, network, &layout, &touching);
    canvas.finish()
}

/// From the right side of one box to the left side of the other; round the side, where they are in one column.
fn wire([x1, y1]: [f64; 2], [x2, y2]: [f64; 2]) -> Path {
    let (y1, y2) = (y1 + HIGH / 2.0, y2 + HIGH / 2.0);
    let mut path = Path::default();
    if x1 < x2 {
        path.flow([x1 + WIDE, y1], [x2, y2]);
    } else if x2 < x1 {
        path.flow([x2 + WIDE, y2], [x1, y1]);
    } else {
        path.to([x1 + WIDE, y1]);
        let out = x1 + WIDE + ACROSS * 0.7;
        path.curve([out, y1], [out, y2], [x2 + WIDE, y2]);
    }
    path
}

/// The ground of each band, below everything.
fn grounds(canvas: &mut Canvas, network: &Network, layout: &Layout, width: f64) {
    for (place, _) in network.bands.iter().enumerate() {
        if let Some([top, bottom]) = layout.bands.get(place) {
            canvas.rect(
                if place % 2 == 0 { "ground even" } else { "ground" },
                [0.0, *top],
                [width, bottom - top],
            );
        }
    }
}

fn bands(canvas: &mut Canvas, network: &Network, layout: &Layout, touching: &[Vec<usize>]) {
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); network.bands.len()];
    for (place, node) in network.nodes.iter().enumerate() {
        if let Some(list) = members.get_mut(node.band) {
            list.push(place);
        }
    }
    for ((band, members), [top, _]) in network.bands.iter().zip(members).zip(&layout.bands) {
        canvas.open_at("band", &anchor(network.prefix, &band.slug));
        canvas.linked(&band.href, |canvas| {
            let words = format!("{} · {}", fit(&band.name, 3.0 * WIDE, 14.0), members.len());
            canvas.text("heading", Anchor::Start, [LEFT, top + 20.0], &words);
        });
        // All edges of the band, for who asks for it alone; below its boxes.
        let own = members.iter().filter_map(|place| touching.get(*place)).flatten();
        let own: BTreeSet<usize> = own.copied().collect();
        canvas.open("own");
        own.into_iter().for_each(|edge| again(canvas, network, edge));
        canvas.close();
        for place in members {
            let (Some(node), Some(at)) = (network.nodes.get(place), layout.at(place)) else { continue };
            let edges = touching.get(place).map_or(&[][..], Vec::as_slice);
            boxed(canvas, network, &node.dot, at, edges);
        }
        canvas.close();
    }
}

/// An edge once more.
fn again(canvas: &mut Canvas, network: &Network, edge: usize) {
    let relation = network.edges.get(edge).map_or("", |edge| edge.relation.class());
    canvas.same(relation, &format!("{}e{edge}", network.prefix));
}

/// A box, with the edges of its node once more for who points at it.
fn boxed(canvas: &mut Canvas, network: &Network, dot: &Dot, [x, y]: [f64; 2], edges: &[usize]) {
    canvas.open(&format!("dot{}", kind(dot.kind)));
    edges.iter().for_each(|edge| again(canvas, network, *edge));
    canvas.linked(&dot.href, |canvas| {
        canvas.tip(&format!("{}: {}", dot.id, dot.title));
        canvas.rect("box", [x, y], [WIDE, HIGH]);
        canvas.rect("side", [x, y], [3.0, HIGH]);
        canvas.text("code", Anchor::Start, [x + 9.0, y + 14.0], &fit_mono(&dot.id, WIDE - 62.0, 10.5));
        canvas.text("value", Anchor::End, [x + WIDE - 7.0, y + 14.0], &dot.chance);
        canvas.text("title", Anchor::Start, [x + 9.0, y + 27.5], &fit(&dot.title, WIDE - 14.0, 11.0));
    });
    canvas.close();
}

/// Where everything stands.
struct Layout {
    columns: usize,
    height: f64,
    /// The corner of each node's box.
    corners: Vec<[f64; 2]>,
    /// From where to where each band goes.
    bands: Vec<[f64; 2]>,
}

impl Layout {
    fn of(network: &Network) -> Self {
        let count = network.nodes.len();
        let directed = network.edges.iter().filter(|edge| edge.relation != Relation::MovesWith);
        let ranks = Arcs::new(count, directed.map(|edge| (edge.from, edge.to))).ranks();
        let all = Arcs::new(count, network.edges.iter().map(|edge| (edge.from, edge.to)));
        let columns = ranks.iter().max().map_or(COLUMNS, |rank| (rank + 1).max(COLUMNS));
        let mut cells: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
        let mut loose: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let around = |node: usize| {
            let lists = [&all.before, &all.next].into_iter().filter_map(move |list| list.get(node));
            lists.flatten().copied()
        };
        for (place, (node, rank)) in network.nodes.iter().zip(&ranks).enumerate() {
            if around(place).next().is_none() {
                loose.entry(node.band).or_default().push(place);
            } else {
                cells.entry((node.band, *rank)).or_default().push(place);
            }
        }
        let mut layout = Self { columns, height: 0.0, corners: vec![[0.0; 2]; count], bands: Vec::new() };
        layout.place(network, &cells, &loose);
        for _ in 0..ROUNDS {
            for cell in cells.values_mut() {
                let wish = |node: &usize| {
                    let heights: Vec<f64> =
                        around(*node).filter_map(|one| layout.at(one)).map(|[_, y]| y).collect();
                    heights.iter().sum::<f64>() / float(heights.len().max(1))
                };
                let mut wishes: Vec<(f64, usize)> = cell.iter().map(|node| (wish(node), *node)).collect();
                wishes.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
                *cell = wishes.into_iter().map(|(_, node)| node).collect();
            }
            layout.place(network, &cells, &loose);
        }
        layout
    }

    fn at(&self, node: usize) -> Option<[f64; 2]> {
        self.corners.get(node).copied()
    }

    fn place(
        &mut self,
        network: &Network,
        cells: &BTreeMap<(usize, usize), Vec<usize>>,
        loose: &BTreeMap<usize, Vec<usize>>,
    ) {
        let mut top = 0.0;
        self.bands.clear();
        let x = |column: usize| LEFT + float(column) * (WIDE + ACROSS);
        for band in 0..network.bands.len() {
            let start = top + HEADING;
            let own = || cells.range((band, 0)..=(band, usize::MAX));
            let deepest = own().map(|(_, cell)| cell.len()).max().unwrap_or(0);
            for ((_, rank), cell) in own() {
                // A short column hangs in the middle of its band.
                let down = float(deepest - cell.len()) / 2.0;
                for (row, node) in cell.iter().enumerate() {
                    self.put(*node, [x(*rank), start + (float(row) + down) * (HIGH + DOWN)]);
                }
            }
            let below = start + float(deepest) * (HIGH + DOWN);
            let loose = loose.get(&band).map_or(&[][..], Vec::as_slice);
            for (place, node) in loose.iter().enumerate() {
                let (row, column) = (place / self.columns, place % self.columns);
                self.put(*node, [x(column), below + float(row) * (HIGH + DOWN)]);
            }
            let bottom = below + float(loose.len().div_ceil(self.columns)) * (HIGH + DOWN) + FOOT;
            self.bands.push([top, bottom]);
            top = bottom;
        }
        self.height = top.max(HEADING);
    }

    fn put(&mut self, node: usize, corner: [f64; 2]) {
        if let Some(own) = self.corners.get_mut(node) {
            *own = corner;
        }
    }
}
