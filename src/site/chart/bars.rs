//! Bars to both sides of nothing: who gains, who loses, and by how much.

use super::axis::Scale;
use super::draw::{Anchor, Canvas, fit_mono, float};
use crate::site::html::Html;

const WIDTH: f64 = 480.0;
const ROW: f64 = 26.0;
const LEFT: f64 = 140.0;
const RIGHT: f64 = 474.0;
const SIZE: f64 = 13.0;

/// A bar.
#[derive(Clone, Debug)]
pub(in crate::site) struct Bar {
    pub(in crate::site) label: String,
    /// The page of what it is about; empty if there is none.
    pub(in crate::site) href: String,
    /// How far it goes: to the right if more than nothing, to the left if less.
    pub(in crate::site) value: f64,
    /// The value in words.
    pub(in crate::site) text: String,
    /// More about it, for who points at it.
    pub(in crate::site) note: String,
}

/// What it shows, in a sentence.
pub(in crate::site) fn caption(bars: &[Bar]) -> String {
    let gains = bars.iter().filter(|bar| bar.value > 0.0).count();
    let losses = bars.iter().filter(|bar| bar.value < 0.0).count();
    format!("Exposure: {gains} gain, {losses} lose.")
}

/// Draws them, in the order in which they are given.
pub(in crate::site) fn chart(bars: &[Bar]) -> Html {
    let bottom = ROW * float(bars.len().max(1));
    let mut canvas = Canvas::group("bars", WIDTH, bottom, &caption(bars));
    let sizes = bars.iter().map(|bar| bar.value.abs()).filter(|value| value.is_finite());
    let most = sizes.fold(0.0_f64, f64::max);
    let most = if most > 0.0 { most } else { 1.0 };
    let scale = Scale { from: -most, to: most, start: LEFT + 56.0, end: RIGHT - 56.0 };
    let zero = scale.at(0.0);
    if bars.is_empty() {
        canvas.text("words", Anchor::Middle, [WIDTH / 2.0, ROW / 2.0 + 4.5], "no exposure");
    } else {
        canvas.line("zero", [zero, 0.0], [zero, bottom]);
    }
    for (place, bar) in bars.iter().enumerate() {
        let middle = ROW * (float(place) + 0.5);
        let end = scale.at(if bar.value.is_finite() { bar.value } else { 0.0 });
        let gains = end >= zero;
        let note = if bar.note.is_empty() { &bar.label } else { &bar.note };
        canvas.tipped(
            if gains { "row up" } else { "row down" },
            &format!("{note}: {}", bar.text),
            |canvas| {
                canvas.linked(&bar.href, |canvas| {
                    let label = fit_mono(&bar.label, LEFT / 1.35, SIZE);
                    canvas.text("label code", Anchor::Start, [0.0, middle + 4.5], &label);
                });
                canvas.rect("bar", [zero.min(end), middle - 7.0], [(end - zero).abs().max(1.0), 14.0]);
                let (anchor, x) = if gains { (Anchor::Start, end + 6.0) } else { (Anchor::End, end - 6.0) };
                canvas.text("value", anchor, [x, middle + 4.5], &bar.text);
            },
        );
    }
    canvas.finish()
}
