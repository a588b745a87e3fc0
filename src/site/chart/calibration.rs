//! Calibration: how often things came true that were given about the same probability.

use super::axis::Chances;
use super::draw::{Anchor, Canvas, share};
use crate::site::html::Html;
use crate::value::percent;

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 50.0;
const RIGHT: f64 = 404.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 346.0;

/// Cases that were given about the same probability.
#[derive(Clone, Copy, Debug)]
pub(in crate::site) struct Bin {
    /// The mean of what was stated.
    pub(in crate::site) stated: f64,
    /// The share that came true.
    pub(in crate::site) observed: f64,
    /// An interval about that share.
    pub(in crate::site) low: f64,
    pub(in crate::site) high: f64,
    /// How many cases there are.
    pub(in crate::site) count: usize,
}

/// What it shows, in a sentence.
pub(in crate::site) fn caption(bins: &[Bin]) -> String {
    let cases: usize = bins.iter().map(|bin| bin.count).sum();
    let is_within = |bin: &&Bin| (bin.low..=bin.high).contains(&bin.stated);
    let within = bins.iter().filter(|bin| bin.count > 0).filter(is_within).count();
    let used = bins.iter().filter(|bin| bin.count > 0).count();
    match cases {
        0 => "Calibration: nothing resolved yet.".to_owned(),
        1 => "Calibration: one case resolved, too few to say anything.".to_owned(),
        _ => format!(
            "Calibration over {cases} resolved cases: in {within} of {used} groups, what was stated lies within the \
             interval of what came true."
        ),
    }
}

/// Draws it.
pub(in crate::site) fn chart(bins: &[Bin]) -> Html {
    let mut canvas = Canvas::image("calibration", WIDTH, HEIGHT, &caption(bins));
    let across = Chances::whole(LEFT, RIGHT);
    let upward = Chances::whole(BOTTOM, TOP);
    for (x, words) in across.named() {
        canvas.line("grid", [x, TOP], [x, BOTTOM]);
        canvas.tick(Anchor::Middle, [x, BOTTOM + 18.0], &words);
    }
    for (y, words) in upward.named() {
        canvas.line("grid", [LEFT, y], [RIGHT, y]);
        canvas.tick(Anchor::End, [LEFT - 6.0, y + 4.5], &words);
    }
    canvas.line("ideal", [LEFT, BOTTOM], [RIGHT, TOP]);
    canvas.text("note", Anchor::Middle, [(LEFT + RIGHT) / 2.0, HEIGHT - 12.0], "stated");
    canvas.text("note", Anchor::Start, [LEFT + 8.0, TOP + 16.0], "came true");
    let bins: Vec<&Bin> = bins.iter().filter(|bin| bin.count > 0).collect();
    if bins.is_empty() {
        let middle = [(LEFT + RIGHT) / 2.0, (TOP + BOTTOM) / 2.0 - 34.0];
        canvas.text("words", Anchor::Middle, middle, "nothing resolved yet");
    }
    let most = bins.iter().map(|bin| bin.count).max().unwrap_or(1);
    for bin in bins {
        let x = across.scale.at(bin.stated);
        let y = upward.scale.at(bin.observed);
        let (low, high) = (upward.scale.at(bin.low), upward.scale.at(bin.high));
        let radius = (13.0 * libm::sqrt(super::draw::float(bin.count) / super::draw::float(most))).max(3.0);
        let words = format!(
            "stated {}, came true {} of {}: {} to {}",
            percent(share(bin.stated)),
            percent(share(bin.observed)),
            bin.count,
            percent(share(bin.low)),
            percent(share(bin.high)),
        );
        canvas.tipped("bin", &words, |canvas| {
            canvas.line("whisker", [x, low], [x, high]);
            canvas.line("whisker", [x - 4.0, low], [x + 4.0, low]);
            canvas.line("whisker", [x - 4.0, high], [x + 4.0, high]);
            canvas.circle("dot", [x, y], radius);
            let is_far = x > RIGHT - 40.0;
            let (anchor, away) =
                if is_far { (Anchor::End, -4.0 - radius) } else { (Anchor::Start, 4.0 + radius) };
            canvas.text("count", anchor, [x + away, y + 4.5], &bin.count.to_string());
        });
    }
    canvas.finish()
}
