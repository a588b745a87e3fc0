//! Links and ids: what may be published under which name.

use super::Refusal;
use crate::diagnostic::{Code, quoted};
use crate::limits;

/// The words that would read as something else than an id where ids stand.
const RESERVED: [&str; 10] = ["yes", "no", "void", "for", "against", "and", "or", "not", "to", "by"];

/// The address between `<` and `>`: http, https, mailto, or a path inside the repository.
pub(crate) fn link(address: &str) -> Result<(), Refusal> {
    if address.len() > limits::LINK_BYTES {
        return Err(Refusal::new(Code::TooLarge, format!("a link of {} bytes", address.len()))
            .help(format!("a link has at most {} bytes", limits::LINK_BYTES)));
    }
    let forbidden = |why: &str| Err(Refusal::new(Code::ForbiddenLink, format!("{} {why}", quoted(address))));
    if address.is_empty() {
        return forbidden("leads nowhere");
    }
    if address.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\' || c == '"') {
        return forbidden("has blanks, quotes or backslashes in it");
    }
    let lower = address.to_ascii_lowercase();
    if let Some(rest) = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://")) {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.is_empty() {
            return forbidden("names no host");
        }
        if authority.contains('@') {
            return forbidden("hides its host behind a name");
        }
        return Ok(());
    }
    if let Some(person) = lower.strip_prefix("mailto:") {
        return if person.contains('@') { Ok(()) } else { forbidden("names no address") };
    }
    if has_scheme(&lower) || lower.starts_with("//") {
        return match forbidden("is a link of a kind that is not published") {
            Err(refusal) => {
                Err(refusal.help("only http, https and mailto links and paths inside the repository are"))
            }
            Ok(()) => Ok(()),
        };
    }
    if is_inside_repository(address) { Ok(()) } else { forbidden("leads out of the repository") }
}

/// Whether something like `scheme:` comes before any `/`.
fn has_scheme(lower: &str) -> bool {
    lower.split(['/', '?', '#']).next().is_some_and(|head| head.contains(':'))
}

/// A relative path that stays where it is: no `..`, no hidden parts, no drive letters.
pub(crate) fn is_inside_repository(path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    !path.is_empty()
        && path.len() <= limits::LINK_BYTES
        && !path.contains(['\\', ':'])
        && !path.chars().any(char::is_control)
        && path.split('/').all(|part| !part.is_empty() && !part.starts_with('.'))
}

/// An id: it becomes a file name and part of an address.
pub(crate) fn check_id(words: &str) -> Result<(), Refusal> {
    let malformed = |why: String| Refusal::new(Code::MalformedId, format!("{} {why}", quoted(words)));
    if words.len() > limits::ID_BYTES {
        return Err(malformed(format!("is longer than {} characters", limits::ID_BYTES)));
    }
    if let Some(other) = words.chars().find(|c| !(c.is_ascii_alphanumeric() || "_-".contains(*c))) {
        return Err(malformed(format!("has `{other}` in it")).help(
            "ids are made of ASCII letters, digits, `_` and `-`: they become file names and addresses",
        ));
    }
    if !words.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Err(malformed("does not begin with a letter or digit".to_owned()));
    }
    if !words.contains(|c: char| c.is_ascii_alphabetic() || c == '_') || super::Period::read(words).is_ok() {
        return Err(
            malformed("reads as a number or a date".to_owned()).help("an id has a letter or `_` in it")
        );
    }
    if RESERVED.contains(&words) {
        return Err(malformed("is a word of the language".to_owned()).help("choose another id"));
    }
    if is_device(&words.to_ascii_lowercase()) {
        return Err(malformed("is the name of a device on some systems".to_owned())
            .help("choose another id: it becomes a file name"));
    }
    Ok(())
}

/// Names that Windows takes for devices, whatever their ending.
pub(crate) fn is_device(lower: &str) -> bool {
    let numbered = |name: &str| {
        lower
            .strip_prefix(name)
            .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    matches!(lower, "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_that_may_be_published_pass() {
        for good in ["https://example.org/a?b#c", "HTTP://example.org", "mailto:a@example.org", "docs/a.md"] {
            assert!(link(good).is_ok(), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "JaVaScRiPt:x",
            "data:text/html,x",
            "//example.org",
            "../secret",
            "/etc/passwd",
            ".git/config",
            "https://user@example.org",
            "https://",
            "file:///etc",
            "",
            "https://example.org/a b",
            "c:\\x",
        ] {
            assert!(link(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ids_are_names_that_every_file_system_takes() {
        for good in ["SEM_012", "238_006", "TK05", "a", "open-source", "2026_x"] {
            assert!(check_id(good).is_ok(), "{good}");
        }
        for bad in ["2026", "2026-09-01", "2026Q3", "no", "con", "COM1", "_x", "é", "-a", &"a".repeat(65)] {
            assert!(check_id(bad).is_err(), "{bad}");
        }
    }
}
