//! A network too large to be drawn node by node: its domains on a circle, and how many edges lead between them.

use std::collections::BTreeMap;

use super::draw::{Anchor, Canvas, Path, fit, float};
use crate::site::html::Html;

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 670.0;
const RING: f64 = 250.0;
const LARGEST: f64 = 46.0;

/// A domain.
#[derive(Clone, Debug)]
pub(in crate::site) struct Domain {
    pub(in crate::site) name: String,
    pub(in crate::site) href: String,
    /// How many nodes it has.
    pub(in crate::site) count: usize,
}

/// How many edges lead between two domains, by their places. What leads back is counted with it.
pub(in crate::site) type Ties = BTreeMap<(usize, usize), usize>;

/// What it shows, in a sentence.
pub(in crate::site) fn caption(domains: &[Domain], ties: &Ties) -> String {
    let nodes: usize = domains.iter().map(|domain| domain.count).sum();
    let edges: usize = ties.iter().filter(|((from, to), _)| from != to).map(|(_, count)| count).sum();
    format!("{nodes} nodes in {} domains, and {edges} edges from domain to domain.", domains.len())
}

/// Draws it.
pub(in crate::site) fn chart(domains: &[Domain], ties: &Ties) -> Html {
    let mut canvas = Canvas::group("overview", WIDTH, HEIGHT, &caption(domains, ties));
    let largest = domains.iter().map(|domain| domain.count).max().unwrap_or(1).max(1);
    let crowd = float(domains.len().max(1));
    // Circles of neighbours must not touch.
    let most = LARGEST.min(core::f64::consts::PI * RING / crowd * 0.9);
    let center = [WIDTH / 2.0, HEIGHT / 2.0];
    let at = |place: usize, radius: f64| {
        let angle = core::f64::consts::TAU * float(place) / crowd - core::f64::consts::FRAC_PI_2;
        let [x, y] = center;
        [x + radius * libm::cos(angle), y + radius * libm::sin(angle)]
    };
    let thickest =
        ties.iter().filter(|((from, to), _)| from != to).map(|(_, count)| *count).max().unwrap_or(1);
    for ((from, to), count) in
        ties.iter().filter(|((from, to), _)| from != to && from.max(to) < &domains.len())
    {
        let names = [from, to].map(|place| domains.get(*place).map_or("", |domain| &domain.name));
        let [one, other] = names;
        let noun = if *count == 1 { "edge" } else { "edges" };
        let words = format!("{one} and {other}: {count} {noun}");
        let share = float(*count) / float(thickest.max(1));
        let class = match share {
            share if share < 0.1 => "edge w1",
            share if share < 0.3 => "edge w2",
            share if share < 0.6 => "edge w3",
            _ => "edge w4",
        };
        let mut path = Path::default();
        path.to(at(*from, RING));
        path.curve(at(*from, RING * 0.35), at(*to, RING * 0.35), at(*to, RING));
        canvas.tipped(class, &words, |canvas| canvas.path("wire", &path));
    }
    for (place, domain) in domains.iter().enumerate() {
        let radius = (most * libm::sqrt(float(domain.count) / float(largest))).max(4.0);
        let [x, y] = at(place, RING);
        let [far_x, far_y] = at(place, RING + radius + 10.0);
        let anchor = match far_x - WIDTH / 2.0 {
            side if side.abs() < 12.0 => Anchor::Middle,
            side if side > 0.0 => Anchor::Start,
            _ => Anchor::End,
        };
        let below = if far_y < HEIGHT / 2.0 - RING { -2.0 } else { 5.0 };
        canvas.tipped("domain", &format!("{}: {} nodes", domain.name, domain.count), |canvas| {
            canvas.linked(&domain.href, |canvas| {
                canvas.circle("bubble", [x, y], radius);
                let mut name = fit(&domain.name, 180.0, 14.0);
                if radius > 14.0 {
                    canvas.text("value", Anchor::Middle, [x, y + 4.5], &domain.count.to_string());
                } else {
                    name = format!("{name} · {}", domain.count);
                }
                canvas.text("heading", anchor, [far_x, far_y + below], &name);
            });
        });
    }
    canvas.finish()
}
