//! A line as small as a word: how a probability went, for lists.

use super::axis::{Days, Scale};
use super::draw::{Canvas, Path, share};
use crate::site::html::Html;
use crate::value::{Date, percent};

const WIDTH: f64 = 100.0;
const HEIGHT: f64 = 24.0;
/// At least so much of probability is as high as the line, so that noise looks small.
const LEAST: f64 = 0.1;

/// What it shows, in a sentence.
pub(in crate::site) fn caption(points: &[(Date, f64)]) -> String {
    match points {
        [] => "no numbers yet".to_owned(),
        [(date, value)] => format!("{} since {date}", percent(share(*value))),
        [(date, first), .., (_, last)] => {
            format!("from {} on {date} to {}", percent(share(*first)), percent(share(*last)))
        }
    }
}

/// Draws it, up to today.
pub(in crate::site) fn chart(points: &[(Date, f64)], today: Date) -> Html {
    let mut canvas = Canvas::image("spark", WIDTH, HEIGHT, &caption(points));
    let dates = points.iter().map(|(date, _)| *date).chain([today]);
    let (Some(days), Some((_, last))) = (Days::over(dates, 2.0, WIDTH - 5.0), points.last()) else {
        return canvas.finish();
    };
    let values = || points.iter().map(|(_, value)| share(*value));
    let (low, high) =
        values().fold((1.0_f64, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
    let pad = ((LEAST - (high - low)) / 2.0).max(0.0);
    let scale = Scale { from: low - pad, to: high + pad, start: HEIGHT - 4.0, end: 4.0 };
    let mut path = Path::default();
    for (date, value) in points {
        let (x, y) = (days.at(*date), scale.at(share(*value)));
        if path.is_empty() {
            path.to([x, y]);
        } else {
            path.level_to(x);
            path.upright_to(y);
        }
    }
    path.level_to(days.at(today));
    let first = points.first().map_or(*last, |(_, first)| *first);
    let class = crate::site::view::way(share(*last) - share(first));
    canvas.open(class);
    canvas.path("line", &path);
    canvas.circle("last", [days.at(today), scale.at(share(*last))], 2.5);
    canvas.close();
    canvas.finish()
}
