//! Probability over time: what was stated, what the network made of it, and what happened.

use super::axis::{Chances, Days};
use super::draw::{Anchor, Canvas, Path, share};
use crate::site::html::Html;
use crate::value::{Date, percent};

const WIDTH: f64 = 640.0;
const LEFT: f64 = 62.0;
const RIGHT: f64 = 560.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 264.0;
/// Where marks stand, if there are any.
const RAIL: f64 = 280.0;
const RAILS: f64 = 30.0;
/// So many standard errors hold 95%.
const WITHIN: f64 = 1.96;

/// What is drawn.
#[derive(Clone, Debug)]
pub(in crate::site) struct History {
    /// What the network said at the end of each day on which anything changed.
    pub(in crate::site) points: Vec<Point>,
    /// What was stated, from which day on.
    pub(in crate::site) stated: Vec<(Date, f64)>,
    pub(in crate::site) marks: Vec<Mark>,
    /// When it can come true.
    pub(in crate::site) window: Option<[Date; 2]>,
    pub(in crate::site) today: Date,
}

/// A day's probability and its standard error; 0 where it is exact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::site) struct Point {
    pub(in crate::site) date: Date,
    pub(in crate::site) probability: f64,
    pub(in crate::site) error: f64,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::site) struct Mark {
    pub(in crate::site) date: Date,
    pub(in crate::site) kind: Kind,
    /// What it was, for who points at it.
    pub(in crate::site) words: String,
}

/// What kinds of things happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::site) enum Kind {
    /// Evidence for.
    Up,
    /// Evidence against.
    Down,
    /// It came true, or a milestone did.
    Yes,
    /// It did not.
    No,
    /// It is expected later.
    Slipped,
    Note,
}

/// What it shows, in a sentence.
pub(in crate::site) fn caption(history: &History) -> String {
    let Some((first, last)) = history.points.first().zip(history.points.last()) else {
        return match history.stated.last() {
            Some((date, stated)) => format!("Stated: {} on {date}.", percent(share(*stated))),
            None => "No numbers yet.".to_owned(),
        };
    };
    let now = percent(share(last.probability));
    if history.points.len() == 1 {
        return format!("Probability over time: {now} since {}.", last.date);
    }
    let (low, high) = history.points.iter().fold((1.0_f64, 0.0_f64), |(low, high), point| {
        (low.min(share(point.probability)), high.max(share(point.probability)))
    });
    format!(
        "Probability over time: {} on {}, {now} on {}; between {} and {} on the way.",
        percent(share(first.probability)),
        first.date,
        last.date,
        percent(low),
        percent(high),
    )
}

/// Draws it.
pub(in crate::site) fn chart(history: &History) -> Html {
    let history = &up_to_today(history);
    let names = BOTTOM + 20.0 + if history.marks.is_empty() { 0.0 } else { RAILS };
    let mut canvas = Canvas::image(
        "history",
        WIDTH,
        names + if history.marks.is_empty() { 36.0 } else { 60.0 },
        &caption(history),
    );
    let dates = history.points.iter().map(|point| point.date);
    let dates = dates.chain(history.stated.iter().map(|(date, _)| *date));
    let dates = dates.chain(history.marks.iter().map(|mark| mark.date)).chain([history.today]);
    let Some(days) = Days::over(dates, LEFT, RIGHT).map(|days| with_window(days, history.window)) else {
        return canvas.finish();
    };
    let ends = history.points.iter().flat_map(|point| {
        let error = WITHIN * point.error.max(0.0);
        [point.probability - error, point.probability + error]
    });
    let chances = Chances::new(ends.chain(history.stated.iter().map(|(_, stated)| *stated)), BOTTOM, TOP);
    window(&mut canvas, days, history);
    days.draw(&mut canvas, 6, [TOP, BOTTOM], names);
    for (y, words) in chances.named() {
        canvas.line("grid", [LEFT, y], [RIGHT, y]);
        canvas.tick(Anchor::End, [LEFT - 6.0, y + 4.0], &words);
    }
    if history.points.is_empty() && history.stated.is_empty() {
        let middle = [(LEFT + RIGHT) / 2.0, (TOP + BOTTOM) / 2.0];
        canvas.text("words", Anchor::Middle, middle, "no numbers yet");
    }
    let today = days.at(history.today);
    canvas.line("today", [today, TOP - 6.0], [today, BOTTOM]);
    canvas.text("note", Anchor::End, [today - 4.0, TOP - 7.0], "today");
    band(&mut canvas, days, &chances, history);
    stated(&mut canvas, days, &chances, history);
    let steps: Vec<(Date, f64)> =
        history.points.iter().map(|point| (point.date, point.probability)).collect();
    canvas.path("line", &steps_of(&steps, history.today, days, &chances));
    ends_of(&mut canvas, days, &chances, history);
    marks(&mut canvas, days, &history.marks);
    legend(&mut canvas, history, names + 28.0);
    canvas.finish()
}

/// What is later than today is no part of the past.
fn up_to_today(history: &History) -> History {
    let today = history.today;
    let mut history = history.clone();
    history.points.retain(|point| point.date <= today);
    history.stated.retain(|(date, _)| *date <= today);
    history.marks.retain(|mark| mark.date <= today);
    history
}

/// Days up to the end of the window, unless that is so far off that the past would be squeezed.
fn with_window(days: Days, window: Option<[Date; 2]>) -> Days {
    let span = days.first.days_until(days.last);
    let near = window.map(|[_, last]| last).filter(|last| days.last.days_until(*last) <= span);
    let last = near.unwrap_or_else(|| days.last.plus_days(span / 14)).max(days.last);
    Days { last, ..days }
}

fn window(canvas: &mut Canvas, days: Days, history: &History) {
    let Some([first, last]) = history.window.filter(|[first, last]| first <= last) else { return };
    if last < days.first || first > days.last {
        let words = if first > days.last {
            format!("window from {first} →")
        } else {
            format!("← window to {last}")
        };
        return canvas.text("note", Anchor::Start, [LEFT, 17.0], &words);
    }
    let (start, end) = (days.at(first), days.at(last));
    canvas.rect("window", [start, TOP], [(end - start).max(1.0), BOTTOM - TOP]);
    if days.holds(first) {
        canvas.line("end", [start, TOP], [start, BOTTOM]);
    }
    if days.holds(last) {
        canvas.line("end", [end, TOP], [end, BOTTOM]);
    }
    let words = format!("window {first} to {last}{}", if last > days.last { " →" } else { "" });
    canvas.text("note", Anchor::Start, [LEFT, 17.0], &words);
}

fn band(canvas: &mut Canvas, days: Days, chances: &Chances, history: &History) {
    if history.points.iter().all(|point| point.error <= 0.0) {
        return;
    }
    let mut upper = Vec::new();
    let mut lower = Vec::new();
    let nexts = history.points.iter().skip(1).map(|point| point.date).chain([history.today]);
    for (point, next) in history.points.iter().zip(nexts) {
        let error = WITHIN * point.error.max(0.0);
        for x in [days.at(point.date), days.at(next.max(point.date))] {
            upper.push([x, chances.scale.at(point.probability + error)]);
            lower.push([x, chances.scale.at(point.probability - error)]);
        }
    }
    lower.reverse();
    upper.extend(lower);
    canvas.path("band", &Path::shape(&upper));
}

/// A line that keeps its height until the next value.
fn steps_of(values: &[(Date, f64)], until: Date, days: Days, chances: &Chances) -> Path {
    let mut path = Path::default();
    for (date, value) in values {
        let (x, y) = (days.at(*date), chances.scale.at(*value));
        if path.is_empty() {
            path.to([x, y]);
        } else {
            path.level_to(x);
            path.upright_to(y);
        }
    }
    if !path.is_empty() {
        path.level_to(days.at(until));
    }
    path
}

fn stated(canvas: &mut Canvas, days: Days, chances: &Chances, history: &History) {
    canvas.path("stated", &steps_of(&history.stated, history.today, days, chances));
    for (date, stated) in &history.stated {
        let words = format!("{date}: stated {}", percent(share(*stated)));
        let at = [days.at(*date), chances.scale.at(*stated)];
        canvas.tipped("stated", &words, |canvas| canvas.circle("dot", at, 3.5));
    }
}

/// The last numbers, named beside the lines, and kept apart.
fn ends_of(canvas: &mut Canvas, days: Days, chances: &Chances, history: &History) {
    let place = |value: f64| chances.scale.at(value);
    let x = days.at(history.today);
    let network = history.points.last().map(|point| share(point.probability));
    let stated = history.stated.last().map(|(_, stated)| share(*stated));
    if let Some(network) = network {
        let words = percent(network);
        canvas.circle("last", [x, place(network)], 4.0);
        canvas.text("value network", Anchor::Start, [x + 7.0, place(network) + 4.5], &words);
    }
    if let Some(stated) =
        stated.filter(|stated| network.is_none_or(|network| percent(network) != percent(*stated)))
    {
        let own = place(stated);
        let y = match network.map(place) {
            Some(other) if (own - other).abs() < 18.0 && own < other => other - 18.0,
            Some(other) if (own - other).abs() < 18.0 => other + 18.0,
            _ => own,
        };
        canvas.text("value said", Anchor::Start, [x + 7.0, y + 4.5], &percent(stated));
    }
}

fn marks(canvas: &mut Canvas, days: Days, marks: &[Mark]) {
    let mut used: Vec<(f64, f64)> = Vec::new();
    for mark in marks {
        let x = days.at(mark.date);
        let crowd = used.iter().filter(|(other, _)| (x - other).abs() < 9.0).count();
        let y = RAIL + 8.0 * f64::from(u8::try_from(crowd.min(2)).unwrap_or(2)) - 4.0;
        used.push((x, y));
        let (class, shape) = shape(mark.kind, [x, y]);
        let words = format!("{}: {}", mark.date, mark.words);
        canvas.tipped(class, &words, |canvas| canvas.path("sign", &shape));
    }
}

fn shape(kind: Kind, [x, y]: [f64; 2]) -> (&'static str, Path) {
    const R: f64 = 4.5;
    let up = [[x, y - R], [x + R, y + R], [x - R, y + R]];
    let down = [[x, y + R], [x + R, y - R], [x - R, y - R]];
    let square = [[x - R, y - R], [x + R, y - R], [x + R, y + R], [x - R, y + R]];
    let diamond = [[x, y - R], [x + R, y], [x, y + R], [x - R, y]];
    let tick = [[x - 0.8, y - R], [x + 0.8, y - R], [x + 0.8, y + R], [x - 0.8, y + R]];
    match kind {
        Kind::Up => ("mark up", Path::shape(&up)),
        Kind::Down => ("mark down", Path::shape(&down)),
        Kind::Yes => ("mark yes", Path::shape(&square)),
        Kind::No => ("mark no", Path::shape(&square)),
        Kind::Slipped => ("mark slipped", Path::shape(&diamond)),
        Kind::Note => ("mark note", Path::shape(&tick)),
    }
}

fn legend(canvas: &mut Canvas, history: &History, y: f64) {
    let has = |kinds: &[Kind]| history.marks.iter().any(|mark| kinds.contains(&mark.kind));
    let mut keys = Vec::new();
    if !history.points.is_empty() {
        keys.push(("network", "━", "network"));
    }
    if history.points.iter().any(|point| point.error > 0.0) {
        keys.push(("band", "■", "95%"));
    }
    if !history.stated.is_empty() {
        keys.push(("stated", "●", "stated"));
    }
    canvas.legend([LEFT, y], &keys);
    keys.clear();
    if has(&[Kind::Up]) {
        keys.push(("up", "▲", "for"));
    }
    if has(&[Kind::Down]) {
        keys.push(("down", "▼", "against"));
    }
    if has(&[Kind::Yes, Kind::No]) {
        keys.push(("quiet", "■", "outcome"));
    }
    if has(&[Kind::Slipped]) {
        keys.push(("warn", "◆", "slipped"));
    }
    if has(&[Kind::Note]) {
        keys.push(("quiet", "❘", "note"));
    }
    canvas.legend([LEFT, y + 25.0], &keys);
}
