//! Drawing: the few shapes that charts are made of, written as SVG.

use std::fmt;

use unicode_width::UnicodeWidthChar as _;

use crate::site::html::Html;

/// A chart of usual size has room in so many bytes.
const ROOM: usize = 1 << 12;

/// A number as SVG has it: one decimal at most, and 0 for what is no number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::site) struct Number(pub(in crate::site) f64);

impl Number {
    /// Adds it to a text. A site has millions of them.
    fn add_to(self, out: &mut String) {
        const MOST: f64 = 9_999_999.0;
        let value = if self.0.is_nan() { 0.0 } else { self.0.clamp(-MOST, MOST) };
        let size = value.abs() * 10.0;
        let below = size as u32;
        let tenths = below + u32::from(size - f64::from(below) >= 0.5);
        if value < 0.0 && tenths > 0 {
            out.push('-');
        }
        // Eight figures before the point, it, and one behind.
        let mut figures = [b'.'; 10];
        let mut rest = tenths / 10;
        let mut start = figures.len() - 2;
        loop {
            start -= 1;
            if let Some(figure) = figures.get_mut(start) {
                *figure = b'0' + u8::try_from(rest % 10).unwrap_or(0);
            }
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        let mut end = figures.len() - 2;
        if !tenths.is_multiple_of(10) {
            end = figures.len();
            figures[9] = b'0' + u8::try_from(tenths % 10).unwrap_or(0);
        }
        out.push_str(std::str::from_utf8(figures.get(start..end).unwrap_or_default()).unwrap_or_default());
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        self.add_to(&mut out);
        f.write_str(&out)
    }
}

/// What markup is put together from: words of ours and numbers.
trait Piece {
    fn add_to(&self, out: &mut String);
}

impl Piece for &str {
    fn add_to(&self, out: &mut String) {
        out.push_str(self);
    }
}

impl Piece for Number {
    fn add_to(&self, out: &mut String) {
        Self::add_to(*self, out);
    }
}

/// Adds pieces to a text, one after the other: what the standard formatter would make of them, sooner.
macro_rules! add {
    ($out:expr; $($piece:expr),+ $(,)?) => {{
        let out: &mut String = $out;
        $(Piece::add_to(&$piece, out);)+
    }};
}

/// Where a text is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    fn attribute(self) -> &'static str {
        match self {
            Self::Start => "",
            Self::Middle => " text-anchor=\"middle\"",
            Self::End => " text-anchor=\"end\"",
        }
    }
}

/// A drawing in the making. Classes are words of ours; texts and addresses may be anyone's.
pub(super) struct Canvas {
    out: Html,
}

impl Canvas {
    /// An image: one thing with a name.
    pub(super) fn image(class: &str, width: f64, height: f64, name: &str) -> Self {
        let mut canvas = Self::start(class, width, height, "img", name);
        canvas.tip(name);
        canvas
    }

    /// A picture with links in it, each of which can be reached.
    pub(super) fn group(class: &str, width: f64, height: f64, name: &str) -> Self {
        Self::start(class, width, height, "group", name)
    }

    fn start(class: &str, width: f64, height: f64, role: &str, name: &str) -> Self {
        let (width, height) = (Number(width), Number(height));
        let mut out = Html::with_capacity(ROOM);
        add!(out.markup(); "<svg class=\"chart ", class, "\" viewBox=\"0 0 ", width, " ", height, "\" width=\"", width, "\" height=\"", height, "\" role=\"", role, "\" aria-label=\"");
        out.text(name);
        out.raw("\">");
        Self { out }
    }

    pub(super) fn finish(mut self) -> Html {
        self.out.raw("</svg>");
        self.out
    }

    /// What is said of the group that it stands in, when it is pointed at.
    pub(super) fn tip(&mut self, words: &str) {
        self.out.raw("<title>");
        self.out.text(words);
        self.out.raw("</title>");
    }

    pub(super) fn line(&mut self, class: &str, [x1, y1]: [f64; 2], [x2, y2]: [f64; 2]) {
        let mut path = Path::default();
        path.between([x1, y1], [x2, y2]);
        self.path(class, &path);
    }

    pub(super) fn rect(&mut self, class: &str, [x, y]: [f64; 2], [width, height]: [f64; 2]) {
        let (x, y) = (Number(x), Number(y));
        let (width, height) = (Number(width.max(0.0)), Number(height.max(0.0)));
        add!(self.out.markup(); "<rect class=\"", class, "\" x=\"", x, "\" y=\"", y, "\" width=\"", width, "\" height=\"", height, "\"/>");
    }

    pub(super) fn circle(&mut self, class: &str, [x, y]: [f64; 2], radius: f64) {
        let (x, y, radius) = (Number(x), Number(y), Number(radius.max(0.0)));
        add!(self.out.markup(); "<circle class=\"", class, "\" cx=\"", x, "\" cy=\"", y, "\" r=\"", radius, "\"/>");
    }

    pub(super) fn path(&mut self, class: &str, path: &Path) {
        add!(self.out.markup(); "<path class=\"", class, "\" d=\"", path.0.as_str(), "\"/>");
    }

    /// A path of a width, with an id that `same` takes it up by.
    pub(super) fn stroke(&mut self, id: &str, width: f64, path: &Path) {
        let width = Number(width);
        add!(self.out.markup(); "<path id=\"", id, "\" stroke-width=\"", width, "\" d=\"", path.0.as_str(), "\"/>");
    }

    /// What has this id, once more.
    pub(super) fn same(&mut self, class: &str, id: &str) {
        add!(self.out.markup(); "<use class=\"", class, "\" href=\"#", id, "\"/>");
    }

    pub(super) fn text(&mut self, class: &str, anchor: Anchor, [x, y]: [f64; 2], words: &str) {
        let (x, y, anchor) = (Number(x), Number(y), anchor.attribute());
        add!(self.out.markup(); "<text class=\"", class, "\" x=\"", x, "\" y=\"", y, "\"", anchor, ">");
        self.out.text(words);
        self.out.raw("</text>");
    }

    /// The name of a place on an axis, in the middle of that place if not held by its end.
    pub(super) fn tick(&mut self, anchor: Anchor, [x, y]: [f64; 2], words: &str) {
        let class = if anchor == Anchor::End { "tick before" } else { "tick" };
        self.text(class, Anchor::Start, [x, y], words);
    }

    /// Signs and what they mean, in one line that flows.
    pub(super) fn legend(&mut self, [x, y]: [f64; 2], keys: &[(&str, &str, &str)]) {
        if keys.is_empty() {
            return;
        }
        let (x, y) = (Number(x), Number(y));
        add!(self.out.markup(); "<text class=\"legend\" x=\"", x, "\" y=\"", y, "\">");
        for (place, (class, sign, words)) in keys.iter().enumerate() {
            self.out.raw(if place > 0 { "\u{2003}" } else { "" });
            add!(self.out.markup(); "<tspan class=\"key ", *class, "\">", *sign, "</tspan> ");
            self.out.text(words);
        }
        self.out.raw("</text>");
    }

    /// Opens a group; `close` ends it.
    pub(super) fn open(&mut self, class: &str) {
        add!(self.out.markup(); "<g class=\"", class, "\">");
    }

    /// Opens a group that can be linked to. The id is made of letters, digits, `-` and `_`.
    pub(super) fn open_at(&mut self, class: &str, id: &str) {
        add!(self.out.markup(); "<g class=\"", class, "\" id=\"", id, "\">");
    }

    pub(super) fn close(&mut self) {
        self.out.raw("</g>");
    }

    /// What is drawn from a place of its own, whose texts and boxes a style sheet puts into theirs; with words for who
    /// points at it.
    pub(super) fn placed(&mut self, class: &str, at: [f64; 2], tip: &str, draw: impl FnOnce(&mut Self)) {
        self.out.raw("<g");
        self.place(class, at);
        if !tip.is_empty() {
            self.tip(tip);
        }
        draw(self);
        self.close();
    }

    /// The same as a link; as it is if there is nowhere to go.
    pub(super) fn placed_link(
        &mut self,
        class: &str,
        at: [f64; 2],
        href: &str,
        draw: impl FnOnce(&mut Self),
    ) {
        if href.is_empty() {
            return self.placed(class, at, "", draw);
        }
        self.out.raw("<a href=\"");
        self.out.text(href);
        self.out.raw("\"");
        self.place(class, at);
        draw(self);
        self.out.raw("</a>");
    }

    /// What says where an element stands, up to its end.
    fn place(&mut self, class: &str, [x, y]: [f64; 2]) {
        let (x, y) = (Number(x), Number(y));
        add!(self.out.markup(); " class=\"", class, "\" transform=\"translate(", x, " ", y, ")\">");
    }

    /// A text that a style sheet puts into its place; without a class, as it puts any text.
    pub(super) fn word(&mut self, class: &str, words: &str) {
        if class.is_empty() {
            self.out.raw("<text>");
        } else {
            add!(self.out.markup(); "<text class=\"", class, "\">");
        }
        self.out.text(words);
        self.out.raw("</text>");
    }

    /// A box whose height a style sheet knows, and how far down it is.
    pub(super) fn bar(&mut self, class: &str, x: f64, width: f64) {
        let (x, width) = (Number(x), Number(width.max(0.0)));
        add!(self.out.markup(); "<rect class=\"", class, "\" x=\"", x, "\" width=\"", width, "\"/>");
    }

    /// A box that a style sheet puts into its place.
    pub(super) fn bare(&mut self, class: &str) {
        add!(self.out.markup(); "<rect class=\"", class, "\"/>");
    }

    pub(super) fn tipped(&mut self, class: &str, words: &str, draw: impl FnOnce(&mut Self)) {
        self.open(class);
        if !words.is_empty() {
            self.tip(words);
        }
        draw(self);
        self.close();
    }

    /// What `draw` draws, as a link; as it is if there is nowhere to go.
    pub(super) fn linked(&mut self, href: &str, draw: impl FnOnce(&mut Self)) {
        if href.is_empty() {
            return draw(self);
        }
        self.out.raw("<a href=\"");
        self.out.text(href);
        self.out.raw("\">");
        draw(self);
        self.out.raw("</a>");
    }
}

/// A line of straight and bent parts.
#[derive(Clone, Debug, Default)]
pub(super) struct Path(String);

impl Path {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// On from where it is, or from here if it is nowhere yet.
    pub(super) fn to(&mut self, [x, y]: [f64; 2]) {
        let sign = if self.0.is_empty() { "M" } else { "L" };
        add!(&mut self.0; sign, Number(x), " ", Number(y));
    }

    /// One more line, from here to there.
    pub(super) fn between(&mut self, [x1, y1]: [f64; 2], [x2, y2]: [f64; 2]) {
        add!(&mut self.0; "M", Number(x1), " ", Number(y1));
        if x1 == x2 {
            self.upright_to(y2);
        } else if y1 == y2 {
            self.level_to(x2);
        } else {
            self.to([x2, y2]);
        }
    }

    /// One more line, bent from a box to one on its right: level at both ends.
    pub(super) fn flow(&mut self, [x1, y1]: [f64; 2], [x2, y2]: [f64; 2]) {
        let bend = ((x2 - x1).abs() / 2.0).max(28.0);
        add!(&mut self.0; "M", Number(x1), " ", Number(y1));
        self.curve([x1 + bend, y1], [x2 - bend, y2], [x2, y2]);
    }

    pub(super) fn level_to(&mut self, x: f64) {
        add!(&mut self.0; "H", Number(x));
    }

    pub(super) fn upright_to(&mut self, y: f64) {
        add!(&mut self.0; "V", Number(y));
    }

    /// Bent by two points.
    pub(super) fn curve(&mut self, one: [f64; 2], other: [f64; 2], to: [f64; 2]) {
        for (gap, [x, y]) in [("C", one), (" ", other), (" ", to)] {
            add!(&mut self.0; gap, Number(x), " ", Number(y));
        }
    }

    pub(super) fn close(&mut self) {
        self.0.push('Z');
    }

    /// Straight from point to point, and back to the first.
    pub(super) fn shape(points: &[[f64; 2]]) -> Self {
        let mut path = Self::default();
        points.iter().for_each(|point| path.to(*point));
        path.close();
        path
    }
}

/// Text that fits into so much room, in letters of that size; what is cut off is shown by dots.
pub(super) fn fit(text: &str, room: f64, size: f64) -> String {
    cut(text, room / (0.57 * size))
}

/// The same in letters of one width.
pub(super) fn fit_mono(text: &str, room: f64, size: f64) -> String {
    cut(text, room / (0.61 * size))
}

fn cut(text: &str, columns: f64) -> String {
    let columns = columns.max(2.0) as usize;
    let width = |c: char| c.width().unwrap_or(0);
    if text.chars().map(width).sum::<usize>() <= columns {
        return text.to_owned();
    }
    let mut used = 1;
    let kept = text.chars().take_while(|c| {
        used += width(*c);
        used <= columns
    });
    let kept: String = kept.collect();
    format!("{}…", kept.trim_end())
}

/// A count as a number.
pub(super) fn float(count: usize) -> f64 {
    count as f64
}

/// A share between 0 and 1; 0 of what is no number.
pub(super) fn share(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) }
}
