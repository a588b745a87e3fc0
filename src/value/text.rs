//! What the words between quotes say: escapes, and blocks without their indentation.

use super::Refusal;
use crate::diagnostic::Code;

/// The text of `"…"`, its quotes included. On a refusal also the place of the escape, in bytes.
pub(crate) fn unquote(quoted: &str) -> Result<String, (std::ops::Range<usize>, Refusal)> {
    let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default();
    if !inner.contains('\\') {
        return Ok(inner.to_owned());
    }
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        let (plain, escape) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(plain);
        let start = quoted.len() - 1 - escape.len();
        let (character, length) =
            unescape(escape).map_err(|(length, refusal)| (start..start + length, refusal))?;
        out.push(character);
        rest = escape.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    Ok(out)
}

/// The character that an escape stands for, and the length of the escape.
fn unescape(escape: &str) -> Result<(char, usize), (usize, Refusal)> {
    let letter = escape.chars().nth(1).unwrap_or('\\');
    let simple = match letter {
        '"' | '\\' => Some(letter),
        'n' => Some('\n'),
        't' => Some('\t'),
        _ => None,
    };
    if let Some(character) = simple {
        return Ok((character, 2));
    }
    let length = 1 + letter.len_utf8();
    if letter != 'u' {
        let refusal = Refusal::new(Code::MalformedText, format!("there is no escape `\\{letter}`"))
            .help("the escapes are `\\\"`, `\\\\`, `\\n`, `\\t` and `\\u{…}`; a backslash itself is `\\\\`");
        return Err((length, refusal));
    }
    let digits = escape.strip_prefix("\\u{").and_then(|rest| rest.split_once('}')).map(|(digits, _)| digits);
    let character = digits
        .filter(|digits| (1..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit()))
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .and_then(char::from_u32)
        .filter(|character| !is_forbidden(*character));
    match (character, digits) {
        (Some(character), Some(digits)) => Ok((character, digits.len() + 4)),
        (_, digits) => {
            let length = digits.map_or(length, |digits| digits.len() + 4);
            let refusal =
                Refusal::new(Code::MalformedText, "this escape names no character that may be written").help(
                    "`\\u{…}` takes the number of a character in hexadecimal digits, such as `\\u{2014}`",
                );
            Err((length, refusal))
        }
    }
}

/// The text of a block, its three quotes at both ends included: without the indentation that all its lines
/// and the closing mark share, with LF between lines.
pub(crate) fn unfold(block: &str) -> String {
    let mut lines: Vec<&str> =
        block.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    let closing = lines.pop().unwrap_or_default();
    let closing = closing.strip_suffix("\"\"\"").unwrap_or(closing);
    let body = lines.get(1..).unwrap_or_default();
    let mut indent = closing;
    for line in body.iter().filter(|line| !line.trim().is_empty()) {
        let shared =
            indent.bytes().zip(line.bytes()).take_while(|(a, b)| a == b && (*a == b' ' || *a == b'\t'));
        indent = indent.get(..shared.count()).unwrap_or_default();
    }
    let body: Vec<String> = body
        .iter()
        .map(|line| {
            if line.trim().is_empty() {
                return String::new();
            }
            let line = line.strip_prefix(indent).unwrap_or(line);
            let start = line.len() - line.trim_start().len();
            let (blank, words) = line.split_at_checked(start).unwrap_or(("", line));
            match words.strip_prefix("\\\"\"\"") {
                Some(rest) => format!("{blank}\"\"\"{rest}"),
                None => line.to_owned(),
            }
        })
        .collect();
    body.join("\n")
}

/// Characters that hide or reorder text, or that no text should hold: refused wherever they stand.
pub(crate) fn is_forbidden(character: char) -> bool {
    match u32::from(character) {
        0x09 | 0x0A | 0x0D => false,
        0x00..=0x1F | 0x7F..=0x9F | 0x2028..=0x202E | 0x2066..=0x2069 | 0xFEFF | 0xFFF9..=0xFFFB => true,
        0xE000..=0xF8FF | 0xFDD0..=0xFDEF | 0xE0000..=0xE007F | 0xF0000..=0x10_FFFF => true,
        code => code & 0xFFFE == 0xFFFE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_stand_for_their_characters() {
        assert_eq!(unquote(r#""a \"b\" \\ \n\t\u{2014}""#).unwrap(), "a \"b\" \\ \n\t\u{2014}");
        let (place, _) = unquote(r#""a\qb""#).unwrap_err();
        assert_eq!(place, 2..4);
        assert!(unquote(r#""\u{202E}""#).is_err());
    }

    #[test]
    fn a_block_loses_the_indentation_that_all_its_lines_share() {
        let block = "\"\"\"\r\n    One.\r\n\r\n      Two.\n    \\\"\"\" three\n    \"\"\"";
        assert_eq!(unfold(block), "One.\n\n  Two.\n\"\"\" three");
        assert_eq!(unfold("\"\"\"\n\"\"\""), "");
    }
}
