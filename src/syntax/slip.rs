//! The usual slips: what people write by habit where the language has another form.
//!
//! Each is a small function that knows its slip when it sees one, and names the right form. They are tried in
//! order; a line that none of them knows is answered with what the grammar expected there.

/// The place where a line went wrong.
pub(super) struct Place<'a> {
    /// The whole line.
    pub(super) words: &'a str,
    /// What stands before the place.
    pub(super) before: &'a str,
    /// The word or mark at the place.
    pub(super) found: &'a str,
    /// What the grammar expected, in words.
    pub(super) wanted: &'a str,
}

impl Place<'_> {
    fn first_word(&self) -> &str {
        self.words.split([' ', '\t']).next().unwrap_or_default()
    }
}

/// A slip, in words for the person who made it.
pub(super) struct Slip {
    pub(super) message: String,
    pub(super) help: String,
    /// What to write in place of the word or mark.
    pub(super) instead: Option<String>,
}

impl Slip {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into(), instead: None }
    }

    /// With the right words.
    fn write(message: impl Into<String>, instead: impl Into<String>) -> Self {
        let instead = instead.into();
        Self { message: message.into(), help: format!("write `{instead}`"), instead: Some(instead) }
    }
}

/// What this place looks like to somebody who has seen many.
pub(super) fn usual(place: &Place<'_>) -> Option<Slip> {
    const SLIPS: [fn(&Place<'_>) -> Option<Slip>; 10] = [
        quotes,
        bare_link,
        window,
        look_alike,
        equals,
        arrows,
        percent,
        block_on_one_line,
        quoted_path,
        bare_path,
    ];
    SLIPS.iter().find_map(|slip| slip(place))
}

fn quotes(place: &Place<'_>) -> Option<Slip> {
    let quote = place.found.chars().next().filter(|first| "“”„‘’«»'".contains(*first))?;
    Some(Slip::new(
        format!("`{quote}` is no quote of the language"),
        "texts stand between straight double quotes: `\"…\"`",
    ))
}

fn bare_link(place: &Place<'_>) -> Option<Slip> {
    let is_link = place.found.starts_with("http://") || place.found.starts_with("https://");
    is_link.then(|| Slip::write("a link without its brackets", format!("<{}>", place.found)))
}

fn bare_path(place: &Place<'_>) -> Option<Slip> {
    let is_path = place.found.contains(['/', '.']) && !place.found.starts_with('"');
    let fits = is_path && place.wanted.contains("a link (");
    fits.then(|| Slip::write("a link without its brackets", format!("<{}>", place.found)))
}

fn quoted_path(place: &Place<'_>) -> Option<Slip> {
    let fits = place.first_word() == "file" && place.found.starts_with('"');
    fits.then(|| Slip::write("paths stand without quotes", place.found.trim_matches('"')))
}

fn window(place: &Place<'_>) -> Option<Slip> {
    let is_between = ["-", "–", "—", "to", "until", "through", "..."].contains(&place.found);
    let fits = is_between && matches!(place.first_word(), "window" | "slipped");
    fits.then(|| Slip {
        instead: Some("..".to_owned()),
        ..Slip::new("a window is written with two points", "write `2027 .. 2030`")
    })
}

/// What other keyboards and word processors put in place of the marks of the language.
fn look_alike(place: &Place<'_>) -> Option<Slip> {
    const MARKS: [(char, char); 12] = [
        ('\u{A0}', ' '),
        ('\u{202F}', ' '),
        ('\u{3000}', ' '),
        ('％', '%'),
        ('，', ','),
        ('．', '.'),
        ('（', '('),
        ('）', ')'),
        ('｛', '{'),
        ('｝', '}'),
        ('–', '-'),
        ('—', '-'),
    ];
    let (seen, meant) = MARKS.iter().find(|(seen, _)| place.found.starts_with(*seen))?;
    let message = format!("U+{:04X} is not `{meant}`, though it looks like it", u32::from(*seen));
    Some(Slip::new(message, format!("write a plain `{meant}`")))
}

fn equals(place: &Place<'_>) -> Option<Slip> {
    (place.found == "==").then(|| Slip::write("`==` is written `=`", "="))
}

fn arrows(place: &Place<'_>) -> Option<Slip> {
    let right = match place.found {
        "=>" if place.wanted.contains("->") => "->",
        "->" if place.wanted.contains("=>") => "=>",
        _ => return None,
    };
    let message = format!("`{}` where `{right}` belongs", place.found);
    let help = format!("write `{right}`: `->` is an edge or a redirect, `=>` a table");
    Some(Slip { instead: Some(right.to_owned()), ..Slip::new(message, help) })
}

fn percent(place: &Place<'_>) -> Option<Slip> {
    let message = if place.before.ends_with(' ') { "a blank before `%`" } else { "one `%` too many" };
    let fits = place.found.starts_with('%');
    fits.then(|| Slip::new(message, "write the number and one `%` without a blank: `45%`"))
}

fn block_on_one_line(place: &Place<'_>) -> Option<Slip> {
    let fits = place.found.starts_with('"') && place.words.contains("\"\"\"");
    fits.then(|| {
        Slip::new(
            "a block of text on one line",
            "`\"\"\"` opens a block at the end of a line; on one line write `\"…\"`",
        )
    })
}
