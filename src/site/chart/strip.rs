//! The strip: dots along one scale of probability, a row for each group. Dots that would cover each other are stacked.

use super::super::html::Html;

/// A row of dots.
pub(in crate::site) struct Row {
    pub(in crate::site) name: String,
    pub(in crate::site) dots: Vec<Dot>,
}

/// A dot.
pub(in crate::site) struct Dot {
    pub(in crate::site) probability: f64,
    pub(in crate::site) href: String,
    pub(in crate::site) title: String,
}

const WIDTH: f64 = 560.0;
const LEFT: f64 = 90.0;
const RIGHT: f64 = 18.0;
const STEP: f64 = 11.0;
const RADIUS: f64 = 4.6;
const FOOT: f64 = 24.0;
/// More dots than this in a row are drawn smaller.
const CROWDED: usize = 150;

/// The chart; nothing where there are no dots.
pub(in crate::site) fn chart(rows: &[Row]) -> Html {
    let mut out = Html::new();
    if rows.is_empty() {
        return out;
    }
    let laid: Vec<Laid<'_>> = rows.iter().map(lay).collect();
    let heights: Vec<f64> = laid.iter().map(Laid::height).collect();
    let whole: f64 = heights.iter().sum::<f64>() + FOOT;
    out.fmt(format_args!(
        "<svg class=\"chart strip\" viewBox=\"0 0 {WIDTH} {whole:.0}\" role=\"group\" aria-label=\"Open predictions by domain, from 0% on the left to 100% on the right\">"
    ));
    for tenth in [0, 25, 50, 75, 100] {
        let x = at(f64::from(tenth) / 100.0);
        out.fmt(format_args!("<path class=\"grid\" d=\"M{x:.1} 0V{:.1}\"/>", whole - FOOT));
        out.fmt(format_args!("<text class=\"tick\" x=\"{x:.1}\" y=\"{:.1}\">{tenth}%</text>", whole - 6.0));
    }
    let mut top = 0.0;
    for (Laid { row, step, dots }, height) in laid.iter().zip(&heights) {
        let base = top + height - step / 2.0 - 3.0;
        out.fmt(format_args!(
            "<text class=\"name\" x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">",
            LEFT - 14.0,
            base + 4.0
        ));
        out.text(&row.name);
        out.raw("</text>");
        for (x, floor, dot) in dots {
            #[expect(clippy::cast_precision_loss, reason = "a few dots")]
            let y = base - *floor as f64 * step;
            out.raw("<a href=\"");
            out.text(&dot.href);
            out.raw("\" aria-label=\"");
            out.text(&dot.title);
            out.fmt(format_args!(
                "\"><circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{:.1}\"><title>",
                RADIUS * step / STEP
            ));
            out.text(&dot.title);
            out.raw("</title></circle></a>");
        }
        top += height;
        out.fmt(format_args!("<path class=\"grid\" d=\"M{LEFT:.0} {top:.1}H{:.0}\"/>", WIDTH - RIGHT));
    }
    out.raw("</svg>");
    out
}

fn at(probability: f64) -> f64 {
    LEFT + super::draw::share(probability) * (WIDTH - LEFT - RIGHT)
}

/// A row with its dots in their places.
struct Laid<'a> {
    row: &'a Row,
    /// How far apart its dots are at least.
    step: f64,
    /// Each dot with how far right it is, and the floor on which it stands.
    dots: Vec<(f64, usize, &'a Dot)>,
}

impl Laid<'_> {
    fn height(&self) -> f64 {
        let floors = self.dots.iter().map(|(_, floor, _)| floor + 1).max().unwrap_or(1);
        #[expect(clippy::cast_precision_loss, reason = "a few floors")]
        let height = floors as f64 * self.step + 8.0;
        height.max(22.0)
    }
}

fn lay(row: &Row) -> Laid<'_> {
    let step = if row.dots.len() > CROWDED { STEP / 2.0 } else { STEP };
    let mut dots: Vec<&Dot> = row.dots.iter().collect();
    dots.sort_by(|one, other| one.probability.total_cmp(&other.probability));
    // The right edge of the last dot on each floor.
    let mut floors: Vec<f64> = Vec::new();
    let laid = dots.into_iter().map(|dot| {
        let x = at(dot.probability);
        let floor = floors.iter().position(|edge| *edge <= x).unwrap_or(floors.len());
        match floors.get_mut(floor) {
            Some(edge) => *edge = x + step,
            None => floors.push(x + step),
        }
        (x, floor, dot)
    });
    Laid { dots: laid.collect(), row, step }
}
