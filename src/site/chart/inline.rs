//! Inline charts: bars and shifts as small as a word, which stand beside the number that they show, and a count by month.

use crate::site::html::Html;
use crate::site::view::Figure;

/// How far a number lies to either side of nothing, against the greatest of all.
pub(in crate::site) fn diverging(value: f64, greatest: f64) -> Html {
    let mut svg = Html::new();
    let share = if greatest > 0.0 { (50.0 * value / greatest).clamp(-50.0, 50.0) } else { 0.0 };
    let (class, left) = if share < 0.0 { ("down", 50.0 + share) } else { ("up", 50.0) };
    svg.fmt(format_args!(
        "<svg class=\"diverging\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"{class}\" x=\"{left:.2}\" y=\"1\" width=\"{:.2}\" height=\"8\"/><path d=\"M50 0V10\"/></svg>",
        share.abs()
    ));
    svg
}

/// How much a number is, against the greatest of all; `class` is `up` or `down`.
pub(in crate::site) fn amount(value: f64, greatest: f64, class: &'static str) -> Html {
    let share = if greatest > 0.0 { (100.0 * value / greatest).clamp(0.0, 100.0) } else { 0.0 };
    let mut svg = Html::new();
    svg.fmt(format_args!(
        "<svg class=\"amount\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"{class}\" width=\"{share:.2}\" height=\"10\"/></svg>"
    ));
    svg
}

/// A move from one probability to another on a scale from 0 to 100%.
pub(in crate::site) fn shift(from: f64, to: f64) -> Html {
    let mut svg = Html::new();
    let class = if to < from { "down" } else { "up" };
    svg.fmt(format_args!(
        "<svg class=\"shift {class}\" viewBox=\"0 0 104 10\" aria-hidden=\"true\"><path class=\"track\" d=\"M2 5H102\"/><path d=\"M{0:.1} 5H{1:.1}\"/><circle class=\"from\" cx=\"{0:.1}\" cy=\"5\" r=\"2\"/><circle cx=\"{1:.1}\" cy=\"5\" r=\"3\"/></svg>",
        2.0 + 100.0 * from,
        2.0 + 100.0 * to
    ));
    svg
}

/// Shares that make up a whole, as one bar.
pub(in crate::site) fn whole(shares: &[f64]) -> Html {
    let mut svg = Html::new();
    svg.raw("<svg class=\"whole\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
    let mut left = 0.0;
    for (place, share) in shares.iter().enumerate() {
        let width = 100.0 * share;
        svg.fmt(format_args!(
            "<rect class=\"part-{}\" x=\"{left:.2}\" width=\"{width:.2}\" height=\"10\"/>",
            place % 6
        ));
        left += width;
    }
    svg.raw("</svg>");
    svg
}

/// How many things end in each month: months as `2026-11` with their counts, one after the other.
pub(in crate::site) fn months(counts: &[(String, usize)]) -> Figure {
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    if most == 0 {
        return Figure::default();
    }
    const STEP: f64 = 24.0;
    const HEIGHT: f64 = 84.0;
    let width = STEP * counts.len() as f64;
    let mut svg = Html::new();
    svg.fmt(format_args!(
        "<svg class=\"sketch months\" viewBox=\"0 0 {width} {}\" role=\"img\" aria-label=\"What ends in each month\">",
        HEIGHT + 46.0
    ));
    for (place, (month, count)) in counts.iter().enumerate() {
        let left = STEP * place as f64;
        let high = HEIGHT * *count as f64 / most as f64;
        let (year, number) = month.split_once('-').unwrap_or(("", month));
        if *count > 0 {
            svg.fmt(format_args!(
                "<rect class=\"column\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{high:.1}\"/><text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{count}</text>",
                left + 3.0,
                14.0 + HEIGHT - high,
                STEP - 6.0,
                left + STEP / 2.0,
                10.0 + HEIGHT - high
            ));
        }
        svg.fmt(format_args!(
            "<text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            left + STEP / 2.0,
            HEIGHT + 27.0,
            number.trim_start_matches('0')
        ));
        if number == "01" || place == 0 {
            svg.fmt(format_args!(
                "<path class=\"grid\" d=\"M{left:.1} 0V{1:.1}\"/><text class=\"tick year\" x=\"{0:.1}\" y=\"{1:.1}\">{year}</text>",
                left + 3.0,
                HEIGHT + 42.0
            ));
        }
    }
    svg.raw("</svg>");
    Figure { svg, caption: "How many windows and milestones end in each month.".to_owned() }
}
