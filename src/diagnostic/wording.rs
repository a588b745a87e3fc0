//! Small parts of sentences that every message builds in the same way.

use std::borrow::Cow;
use std::fmt::Write as _;

/// `a`, `a or b`, `a, b or c`.
pub(crate) fn or_list(words: &[impl AsRef<str>]) -> String {
    list(words, "or")
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn and_list(words: &[impl AsRef<str>]) -> String {
    list(words, "and")
}

fn list(words: &[impl AsRef<str>], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [rest @ .., end] => {
            let rest: Vec<&str> = rest.iter().map(AsRef::as_ref).collect();
            format!("{} {last} {}", rest.join(", "), end.as_ref())
        }
    }
}

/// In backticks, cut to a length that leaves the message a line.
pub(crate) fn quoted(words: &str) -> String {
    const MOST: usize = 60;
    let line = words.lines().next().unwrap_or_default().trim();
    if line.chars().count() <= MOST {
        format!("`{line}`")
    } else {
        let head: String = line.chars().take(MOST).collect();
        format!("`{}…`", head.trim_end())
    }
}

/// `1 error`, `2 errors`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    match (count, noun.strip_suffix('y').filter(|stem| !stem.ends_with('a'))) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        (_, None) => format!("{count} {noun}s"),
    }
}

/// The candidate nearest to a name, if it is near enough to be what was meant. Case does not count.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let length = name.chars().count();
    // Fewer than half of the letters may differ, or any word would do.
    let most = (length / 3).clamp(1, 4).min(length.saturating_sub(1) / 2);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate.len().abs_diff(name.len()) > most {
            continue;
        }
        let distance = strsim::osa_distance(&name, &candidate.to_lowercase());
        if distance <= most && best.is_none_or(|(least, word)| (distance, candidate) < (least, word)) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, word)| word)
}

/// Text with everything that could break a line, a terminal or a reader's eye made visible: `<U+202E>`.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unseen) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_unseen(character) {
            let _ = write!(out, "<U+{:04X}>", u32::from(character));
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(u32::from(character),
            0x061C | 0x200B | 0x200E..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFEFF
            | 0xFFF9..=0xFFFB | 0xE0000..=0xE0FFF)
}
