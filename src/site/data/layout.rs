//! JSON that people can read: a line for each entry, indented by two blanks a level.
//!
//! A value comes in; out come the bytes that `serde_json` makes of it, in fewer pieces.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// The file of a node has room in so many bytes, or nearly.
const ROOM: usize = 1 << 14;
/// What stands before an entry, at the deepest level that there is.
const LINE: &str = ",\n                                                                ";

pub(super) fn pretty(value: &impl Serialize) -> String {
    let mut bytes = Vec::with_capacity(ROOM);
    // Nothing of a view can fail to be written as JSON.
    let _ = value.serialize(&mut Serializer::with_formatter(&mut bytes, Layout::default()));
    String::from_utf8(bytes).unwrap_or_default()
}

#[derive(Debug, Default)]
struct Layout {
    depth: usize,
    /// Whether there is anything in what ends next.
    has_entries: bool,
}

impl Layout {
    fn begin<W: ?Sized + Write>(&mut self, writer: &mut W, sign: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.has_entries = false;
        writer.write_all(sign)
    }

    fn line<W: ?Sized + Write>(&self, writer: &mut W, is_first: bool) -> io::Result<()> {
        let line = LINE.get(usize::from(is_first)..2 + 2 * self.depth).unwrap_or(LINE);
        writer.write_all(line.as_bytes())
    }

    fn end<W: ?Sized + Write>(&mut self, writer: &mut W, sign: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.has_entries {
            self.line(writer, true)?;
        }
        self.has_entries = true;
        writer.write_all(sign)
    }
}

impl Formatter for Layout {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.line(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_entries = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.line(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_entries = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::pretty;

    #[test]
    fn it_is_what_serde_makes_of_it() {
        for value in [
            json!([]),
            json!({}),
            json!("a\n\"b\""),
            json!({"a": [], "b": {}, "c": [[], [1.5, null, {"d": [true]}]], "e": "f"}),
        ] {
            assert_eq!(pretty(&value), serde_json::to_string_pretty(&value).expect("JSON"));
        }
    }
}
