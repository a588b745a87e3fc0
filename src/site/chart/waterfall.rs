//! Why a number is what it is: each part takes over where the one before it left off.

use super::axis::Chances;
use super::draw::{Anchor, Canvas, Path, fit, float, share};
use crate::site::html::Html;
use crate::site::view::points;
use crate::value::percent;

const WIDTH: f64 = 640.0;
const LEFT: f64 = 236.0;
const RIGHT: f64 = 576.0;
const TOP: f64 = 24.0;
const ROW: f64 = 26.0;
const SIZE: f64 = 13.0;

/// A part.
#[derive(Clone, Debug)]
pub(in crate::site) struct Bar {
    pub(in crate::site) label: String,
    /// How likely it was before this part, and with it. A level or a total uses only the latter.
    pub(in crate::site) from: f64,
    pub(in crate::site) to: f64,
    pub(in crate::site) kind: Kind,
}

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::site) enum Kind {
    /// Where it begins.
    Level,
    /// Something that moves it, either way.
    Change,
    /// What it adds up to.
    Total,
}

/// What it shows, in a sentence.
pub(in crate::site) fn caption(bars: &[Bar]) -> String {
    let Some((first, last)) = bars.first().zip(bars.last()) else {
        return "Nothing bears on this number.".to_owned();
    };
    let changes = bars.iter().filter(|bar| bar.kind == Kind::Change).count();
    let what = if changes == 1 { "one thing".to_owned() } else { format!("{changes} things") };
    format!("From {} to {}, by {what} that bear on it.", percent(share(first.to)), percent(share(last.to)))
}

/// Draws it.
pub(in crate::site) fn chart(bars: &[Bar]) -> Html {
    let bottom = TOP + ROW * float(bars.len());
    let mut canvas = Canvas::group("waterfall", WIDTH, bottom + 8.0, &caption(bars));
    let changes = bars.iter().filter(|bar| bar.kind == Kind::Change).map(|bar| bar.from);
    let axis = Chances::new(changes.chain(bars.iter().map(|bar| bar.to)), LEFT, RIGHT);
    for (x, words) in axis.named() {
        canvas.line("grid", [x, TOP - 4.0], [x, bottom]);
        canvas.tick(Anchor::Middle, [x, TOP - 10.0], &words);
    }
    let mut joints = Path::default();
    for (place, bar) in bars.iter().enumerate().take(bars.len().saturating_sub(1)) {
        let (x, middle) = (axis.scale.at(share(bar.to)), TOP + ROW * (float(place) + 0.5));
        joints.between([x, middle], [x, middle + ROW]);
    }
    if !joints.is_empty() {
        canvas.path("joint", &joints);
    }
    for (place, bar) in bars.iter().enumerate() {
        row(&mut canvas, &axis, bar, TOP + ROW * float(place));
    }
    canvas.finish()
}

fn row(canvas: &mut Canvas, axis: &Chances, bar: &Bar, top: f64) {
    let (from, to) = (axis.scale.at(share(bar.from)), axis.scale.at(share(bar.to)));
    let words = match bar.kind {
        Kind::Level | Kind::Total => percent(share(bar.to)),
        Kind::Change => points(share(bar.to) - share(bar.from)),
    };
    let class = match bar.kind {
        Kind::Level => "row level",
        Kind::Total => "row total",
        Kind::Change if bar.to >= bar.from => "row up",
        Kind::Change => "row down",
    };
    let label = fit(&bar.label, LEFT - 28.0, SIZE);
    // What stands there in full needs no tip.
    let tip = if label == bar.label { "" } else { bar.label.as_str() };
    canvas.placed(class, [0.0, top], tip, |canvas| {
        canvas.word("label", &label);
        if bar.kind == Kind::Change {
            let (left, width) = (from.min(to), (from - to).abs());
            let extra = (1.6 - width).max(0.0);
            canvas.bar("bar", left - extra / 2.0, width + extra);
        } else {
            canvas.bar("base", LEFT, to - LEFT);
            canvas.circle("stop", [to, ROW / 2.0], 5.0);
        }
        canvas.word("value", &words);
    });
}
