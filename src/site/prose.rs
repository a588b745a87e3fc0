//! Prose: Markdown to markup, of which nothing but our own list of elements can come.
//!
//! Markup in the text is shown as it was typed. A link leads to http, https or mailto, or nowhere; an image becomes
//! a link, so that no page asks another host for anything. `[[ID]]` becomes a link that carries the probability of
//! now. Headings begin below that of the page.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "events are picked out of those that the parser may give"
)]

use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd};

use super::edition::Edition;
use super::html::Html;
use super::place::{Place, slug};
use crate::model::Named;
use crate::value::{self, percent};

/// Blocks inside blocks: deeper ones are shown flat.
const DEEPEST: usize = 32;

/// Markdown as markup, for a page at this place.
pub(super) fn prose(edition: &Edition<'_>, here: &Place, text: &str) -> Html {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_WIKILINKS;
    let mut writer = Writer {
        edition,
        here,
        out: Html::new(),
        closes: Vec::new(),
        headings: Vec::new(),
        level: 1,
        rows: 0,
    };
    let mut events = Parser::new_ext(text, options);
    while let Some(event) = events.next() {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                let inner: Vec<Event<'_>> = events
                    .by_ref()
                    .take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))))
                    .collect();
                writer.heading(level as usize, inner);
            }
            Event::Start(Tag::Link { link_type: LinkType::WikiLink { .. }, dest_url, .. }) => {
                let inner: String = plain(events.by_ref().take_while(|event| !is_link_end(event)));
                writer.mention(&dest_url, &inner);
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                let mut depth = 1;
                let inner = events.by_ref().take_while(|event| {
                    match event {
                        Event::Start(Tag::Image { .. }) => depth += 1,
                        Event::End(TagEnd::Image) => depth -= 1,
                        _ => {}
                    }
                    depth > 0
                });
                let words = plain(inner);
                writer.open_link(&dest_url);
                writer.out.text(if words.is_empty() { &dest_url } else { &words });
                writer.close();
            }
            event => writer.event(event),
        }
    }
    writer.out
}

/// Markdown of one paragraph as markup without the paragraph around it.
pub(super) fn line(edition: &Edition<'_>, here: &Place, text: &str) -> Html {
    let whole = prose(edition, here, text);
    let inner = whole.as_str().trim_end().strip_prefix("<p>").and_then(|rest| rest.strip_suffix("</p>"));
    match inner.filter(|inner| !inner.contains("<p>")) {
        Some(inner) => {
            let mut line = Html::new();
            line.raw(inner);
            line
        }
        None => whole,
    }
}

fn is_link_end(event: &Event<'_>) -> bool {
    matches!(event, Event::End(TagEnd::Link))
}

/// The words of events, without their markup.
fn plain<'t>(events: impl Iterator<Item = Event<'t>>) -> String {
    let mut out = String::new();
    for event in events {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                out.push_str(&text)
            }
            Event::SoftBreak | Event::HardBreak => out.push(' '),
            _ => {}
        }
    }
    out
}

struct Writer<'a> {
    edition: &'a Edition<'a>,
    here: &'a Place,
    out: Html,
    /// What closes each element that is open.
    closes: Vec<&'static str>,
    headings: Vec<String>,
    /// The level of the last heading.
    level: usize,
    /// Rows of the table so far; 0 in its head.
    rows: usize,
}

impl Writer<'_> {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(_) => self.close(),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.out.text(&text),
            Event::Code(code) => {
                self.out.raw("<code>");
                self.out.text(&code);
                self.out.raw("</code>");
            }
            Event::SoftBreak => self.out.raw("\n"),
            Event::HardBreak => self.out.raw("<br>\n"),
            Event::Rule => self.out.raw("<hr>\n"),
            // Not asked for.
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.out.text(&text);
            }
            Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        let (open, close) = match tag {
            _ if self.closes.len() >= DEEPEST => ("", ""),
            Tag::Paragraph => ("<p>", "</p>\n"),
            Tag::BlockQuote(None | Some(BlockQuoteKind::Note)) | Tag::BlockQuote(Some(_)) => {
                ("<blockquote>\n", "</blockquote>\n")
            }
            Tag::CodeBlock(kind) => {
                self.out.raw("<pre><code");
                if let CodeBlockKind::Fenced(language) = kind
                    && is_language(&language)
                {
                    self.out.fmt(format_args!(" class=\"language-{language}\""));
                }
                (">", "</code></pre>\n")
            }
            Tag::List(None) => ("<ul>\n", "</ul>\n"),
            Tag::List(Some(1)) => ("<ol>\n", "</ol>\n"),
            Tag::List(Some(first)) => {
                self.out.fmt(format_args!("<ol start=\"{first}\""));
                (">\n", "</ol>\n")
            }
            Tag::Item => ("<li>", "</li>\n"),
            Tag::Table(_) => {
                self.rows = 0;
                ("<div class=\"scroll\" tabindex=\"0\"><table>\n", "</tbody></table></div>\n")
            }
            Tag::TableHead => ("<thead><tr>", "</tr></thead>\n<tbody>"),
            Tag::TableRow => {
                self.rows += 1;
                ("<tr>", "</tr>\n")
            }
            Tag::TableCell if self.rows == 0 => ("<th>", "</th>"),
            Tag::TableCell => ("<td>", "</td>"),
            Tag::Emphasis => ("<em>", "</em>"),
            Tag::Strong => ("<strong>", "</strong>"),
            Tag::Strikethrough => ("<del>", "</del>"),
            Tag::Link { link_type, dest_url, .. } => {
                let address = match link_type {
                    LinkType::Email => CowStr::from(format!("mailto:{dest_url}")),
                    _ => dest_url,
                };
                return self.open_link(&address);
            }
            Tag::HtmlBlock => ("<p>", "</p>\n"),
            // Headings, images and mentions are handled before, the rest is not asked for.
            Tag::Heading { .. }
            | Tag::Image { .. }
            | Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => ("", ""),
        };
        self.out.raw(open);
        self.closes.push(close);
    }

    fn close(&mut self) {
        self.out.raw(self.closes.pop().unwrap_or_default());
    }

    fn heading(&mut self, level: usize, inner: Vec<Event<'_>>) {
        let slug = slug(&plain(inner.iter().cloned()));
        let count = self.headings.iter().filter(|other| **other == slug).count();
        let number = if count == 0 { String::new() } else { format!("-{}", count + 1) };
        // Each heading is at most one below the one before it: the page's own title stands above the first.
        let level = (level + 1).min(self.level + 1).min(6);
        self.level = level;
        self.out.fmt(format_args!("<h{level} id=\"h-{slug}{number}\">"));
        self.headings.push(slug);
        let mut skipped = 0_usize;
        for event in inner {
            match event {
                // A link in a heading is its words.
                Event::Start(Tag::Image { .. } | Tag::Link { .. }) => skipped += 1,
                Event::End(TagEnd::Image | TagEnd::Link) => skipped = skipped.saturating_sub(1),
                event => self.event(event),
            }
        }
        self.out.fmt(format_args!("</h{level}>\n"));
    }

    fn open_link(&mut self, address: &str) {
        let is_outside = address.contains(':') && value::link(address).is_ok();
        if is_outside && self.closes.len() < DEEPEST {
            self.out.raw("<a href=\"");
            self.out.text(address);
            self.out.raw("\" rel=\"noopener noreferrer nofollow ugc\">");
            self.closes.push("</a>");
        } else {
            self.closes.push("");
        }
    }

    fn mention(&mut self, id: &str, words: &str) {
        let edition = self.edition;
        let words = if words.is_empty() { id } else { words };
        let Some(place) = edition.place(id) else {
            self.out.raw("<code>");
            self.out.text(words);
            self.out.raw("</code>");
            return;
        };
        self.out.raw("<a class=\"mention\" href=\"");
        self.out.text(&self.here.to(&place));
        self.out.raw("\"");
        if let Some(Named::Node(node)) = edition.model.names.get(id) {
            self.out.raw(" title=\"");
            self.out.text(&edition.node(node).title.value);
            self.out.raw("\">");
            self.out.text(words);
            if let Some(now) = edition.forecast.now(node) {
                self.out.fmt(format_args!(" <b>{}</b>", percent(now.probability)));
            }
        } else {
            self.out.raw(">");
            self.out.text(words);
        }
        self.out.raw("</a>");
    }
}

/// The name of a language after a fence: its first word, of letters that may stand in a class.
fn is_language(words: &str) -> bool {
    (1..=20).contains(&words.len())
        && words.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-".contains(&b))
}
