//! A window: how much of it is over, and where today stands.

use super::axis::Days;
use super::draw::{Anchor, Canvas, Path};
use crate::site::html::Html;
use crate::value::Date;

const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 46.0;
const TOP: f64 = 18.0;
const THICK: f64 = 8.0;

/// A stretch of days, with what is marked in it.
#[derive(Clone, Debug)]
pub(in crate::site) struct Window {
    pub(in crate::site) first: Date,
    pub(in crate::site) last: Date,
    pub(in crate::site) today: Date,
    /// Days on which to look at it.
    pub(in crate::site) check_ins: Vec<Date>,
}

/// What it shows, in a sentence.
pub(in crate::site) fn caption(window: &Window) -> String {
    let Window { first, last, today, .. } = window;
    let counted = |days: i64| if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
    let when = if today < first {
        format!("begins in {}", counted(today.days_until(*first)))
    } else if today > last {
        format!("has been over for {}", counted(last.days_until(*today)))
    } else {
        let (gone, all) = (first.days_until(*today) + 1, first.days_until(*last) + 1);
        format!("{}% gone, {} left", 100 * gone / all.max(1), counted(today.days_until(*last)))
    };
    format!("Window from {first} to {last}: {when}.")
}

/// Draws it.
pub(in crate::site) fn bar(window: &Window) -> Html {
    let mut canvas = Canvas::image("range", WIDTH, HEIGHT, &caption(window));
    let days =
        Days { first: window.first, last: window.last.max(window.first), start: 1.0, end: WIDTH - 1.0 };
    let is_within = days.holds(window.today);
    let at = if window.today < days.first {
        days.start
    } else if window.today > days.last {
        days.end
    } else {
        days.at(window.today)
    };
    canvas.rect("track", [0.0, TOP], [WIDTH, THICK]);
    canvas.rect("gone", [0.0, TOP], [at, THICK]);
    for day in window.check_ins.iter().filter(|day| days.holds(**day)) {
        let x = days.at(*day);
        let words = format!("check-in on {day}");
        canvas
            .tipped("check", &words, |canvas| canvas.rect("tick", [x - 1.0, TOP - 3.0], [2.0, THICK + 6.0]));
    }
    let at = at.clamp(5.0, WIDTH - 5.0);
    canvas.path("today", &Path::shape(&[[at - 5.0, TOP - 8.0], [at + 5.0, TOP - 8.0], [at, TOP]]));
    let words = match () {
        () if is_within => "today".to_owned(),
        () if window.today > days.last => format!("over since {}", window.last),
        () => "not begun".to_owned(),
    };
    let (anchor, x) = if at > WIDTH / 2.0 { (Anchor::End, at - 9.0) } else { (Anchor::Start, at + 9.0) };
    canvas.text("note", anchor, [x, TOP - 5.0], &words);
    canvas.text("tick", Anchor::Start, [0.0, HEIGHT - 3.0], &window.first.to_string());
    canvas.text("tick", Anchor::End, [WIDTH, HEIGHT - 3.0], &window.last.to_string());
    canvas.finish()
}
