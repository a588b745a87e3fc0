//! Text that is markup, and how text becomes it.

use std::fmt::{self, Write as _};

use minijinja::value::Value;
use serde::{Serialize, Serializer};

/// Markup that we made ourselves: it goes into pages as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Html(String);

impl Html {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Adds text, as text.
    pub(super) fn text(&mut self, text: &str) {
        escape(&mut self.0, text);
    }

    /// Adds markup that holds no text of users.
    pub(super) fn raw(&mut self, markup: &str) {
        self.0.push_str(markup);
    }

    /// Adds formatted markup that holds no text of users.
    pub(super) fn fmt(&mut self, markup: fmt::Arguments<'_>) {
        let _ = self.0.write_fmt(markup);
    }

    /// Data for scripts, for a `<script type="application/json">`: no sign in it can end the element, or begin
    /// another.
    pub(super) fn json(data: &impl Serialize) -> Self {
        let text = serde_json::to_string(data).unwrap_or_default();
        let mut out = String::with_capacity(text.len());
        // Outside strings JSON has none of these signs.
        for c in text.chars() {
            match c {
                '<' | '>' | '&' | '\'' | '\u{2028}' | '\u{2029}' => {
                    let _ = write!(out, "\\u{:04x}", u32::from(c));
                }
                _ => out.push(c),
            }
        }
        Self(out)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Serialize for Html {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // A template takes it as markup, anything else as a string.
        Value::from_safe_string(self.0.clone()).serialize(serializer)
    }
}

/// Adds text with the five signs that mean something in markup written as entities.
pub(super) fn escape(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        let (plain, sign) = rest.split_at(at);
        out.push_str(plain);
        out.push_str(match sign.as_bytes().first() {
            Some(b'&') => "&amp;",
            Some(b'<') => "&lt;",
            Some(b'>') => "&gt;",
            Some(b'"') => "&quot;",
            _ => "&#39;",
        });
        rest = sign.get(1..).unwrap_or_default();
    }
    out.push_str(rest);
}

/// The same, as a string of its own.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape(&mut out, text);
    out
}
