//! Text that is markup, and how text becomes it.

use std::fmt::{self, Write as _};

use minijinja::value::{Value, serializing_for_value};
use serde::{Serialize, Serializer};

/// Markup that we made ourselves: it goes into pages as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Html(String);

impl Html {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Nothing yet, with room for so many bytes.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self(String::with_capacity(bytes))
    }

    /// Where to add markup that holds no text of users.
    pub(super) fn markup(&mut self) -> &mut String {
        &mut self.0
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
        if serializing_for_value() {
            Value::from_safe_string(self.0.clone()).serialize(serializer)
        } else {
            serializer.serialize_str(&self.0)
        }
    }
}

/// Adds text with the five signs that mean something in markup written as entities.
pub(super) fn escape(out: &mut String, text: &str) {
    out.extend(parts(text));
}

/// Text with these signs as entities, piece by piece.
pub(super) fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let entity = match rest.as_bytes().first()? {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            _ => {
                let (plain, after) = rest.split_at_checked(plain(rest.as_bytes()))?;
                rest = after;
                return Some(plain);
            }
        };
        rest = rest.get(1..)?;
        Some(entity)
    })
}

/// How many bytes there are before the first of these signs: most texts have none, so many are looked at together.
fn plain(bytes: &[u8]) -> usize {
    const TOGETHER: usize = 16;
    let is_sign = |byte: u8| matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'');
    let is_plain = |chunk: &&[u8]| !chunk.iter().fold(false, |any, byte| any | is_sign(*byte));
    let sure = TOGETHER * bytes.chunks_exact(TOGETHER).take_while(is_plain).count();
    let rest = bytes.get(sure..).unwrap_or_default();
    sure + rest.iter().position(|byte| is_sign(*byte)).unwrap_or(rest.len())
}

/// The same, as a string of its own.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape(&mut out, text);
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn every_sign_is_found_wherever_it_stands() {
        for (sign, entity) in [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&#39;")]
        {
            for before in 0..40 {
                for after in [0, 1, 20] {
                    let [before, after] = [before, after].map(|length| "é".repeat(length));
                    let text = format!("{before}{sign}{after}{sign}{sign}");
                    assert_eq!(escaped(&text), format!("{before}{entity}{after}{entity}{entity}"));
                }
            }
        }
    }
}
