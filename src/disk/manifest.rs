//! The manifest of an output folder: what a build wrote there, so that the next one knows its own files.
//!
//! It may have been edited, or committed by somebody with other plans. So its paths are held to the rules of what a
//! build writes, and whatever does not fit makes all of it invalid.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::value::is_device;

/// The first line: the tool, and the version of the form.
const HEADER: &str = "forecastc site 1";
/// The most folders and names of a path.
const PARTS: usize = 4;
/// The most bytes of a path.
const PATH_BYTES: usize = 200;

/// What a file holds, without its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seal {
    size: u64,
    sha256: [u8; 32],
}

impl Seal {
    /// Before all others.
    pub(super) const LEAST: Self = Self { size: 0, sha256: [0; 32] };

    pub(super) fn of(bytes: &[u8]) -> Self {
        Self { size: bytes.len() as u64, sha256: Sha256::digest(bytes).into() }
    }
}

/// The list of some files: their paths below the folder, in order, and what they hold.
pub(super) fn text<'a>(files: impl IntoIterator<Item = (&'a String, &'a Seal)>) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digit = |number: u8| DIGITS.get(usize::from(number)).copied().unwrap_or_default();
    let mut out = format!("{HEADER}\n");
    for (path, seal) in files {
        out.extend(seal.sha256.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]));
        let _ = writeln!(out, " {} {path}", seal.size);
    }
    out
}

/// Reads what [`text`] wrote, or says why it cannot be that.
pub(super) fn parse(text: &str) -> Result<Vec<(String, Seal)>, String> {
    let mut lines = text.lines();
    if lines.next() != Some(HEADER) {
        return Err(format!("its first line is not `{HEADER}`"));
    }
    let entries = lines.enumerate().map(|(number, line)| {
        let entry = entry(line).ok_or_else(|| format!("its line {} names no file", number + 2))?;
        check_path(&entry.0).map_err(|why| format!("its line {} {why}", number + 2))?;
        Ok(entry)
    });
    entries.collect()
}

fn entry(line: &str) -> Option<(String, Seal)> {
    let mut parts = line.splitn(3, ' ');
    let (digits, size, path) = (parts.next()?, parts.next()?, parts.next()?);
    if digits.len() != 64 || !size.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut sha256 = [0_u8; 32];
    for (at, byte) in sha256.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some((path.to_owned(), Seal { size: size.parse().ok()?, sha256 }))
}

/// Whether a site may have a file of this path, below its folder and on every system; else why not.
pub(super) fn check_path(path: &str) -> Result<(), String> {
    let refuse = |why: &str| Err(format!("names a path that {why}: {path:?}"));
    if path.len() > PATH_BYTES || path.split('/').count() > PARTS {
        return refuse("is too long");
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    if !path.chars().all(is_plain) {
        return refuse("has other signs than letters, digits, `_`, `-` and `.` in it");
    }
    for part in path.split('/') {
        if part.is_empty() || part.starts_with('.') || part.ends_with('.') {
            return refuse("has an empty, hidden or dotted part");
        }
        let stem = part.split('.').next().unwrap_or(part).to_ascii_lowercase();
        if is_device(&stem) {
            return refuse("is that of a device on some systems");
        }
    }
    Ok(())
}

/// Two paths that are one where case does not count.
pub(super) fn collision<'a>(paths: &[&'a str]) -> Option<(&'a str, &'a str)> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for path in paths {
        if let Some(other) = seen.insert(path.to_ascii_lowercase(), path) {
            return Some((other, path));
        }
    }
    // A file cannot be a folder too.
    let folders: BTreeSet<String> =
        paths.iter().flat_map(|path| above(path)).map(str::to_ascii_lowercase).collect();
    let both = seen.iter().find(|(lower, _)| folders.contains(*lower))?;
    Some((both.1, both.1))
}

/// The folders that a path goes through, from the nearest on.
pub(super) fn above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(path.rsplit_once('/'), |(folder, _)| folder.rsplit_once('/'))
        .map(|(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let files = [("index.html", &b"one"[..]), ("node/A.html", b""), ("_headers", b"x")];
        let files = files.map(|(path, bytes)| (path.to_owned(), Seal::of(bytes)));
        assert_eq!(parse(&text(files.iter().map(|(path, seal)| (path, seal)))), Ok(files.to_vec()));
    }

    #[test]
    fn a_path_stays_below_the_folder_on_every_system() {
        let refused = [
            "",
            "..",
            "../x",
            "a/../b",
            "/etc/passwd",
            "a//b",
            "a/",
            ".git/config",
            "a/.b",
            "C:/x",
            "a\\b",
            "con.html",
            "node/NUL",
            "a.",
            "a b",
            "é",
            "a/b/c/d/e",
        ];
        for path in refused {
            assert!(check_path(path).is_err(), "{path:?}");
            let text = format!("{HEADER}\n{} 0 {path}\n", "0".repeat(64));
            assert!(parse(&text).is_err(), "{path:?}");
        }
        for path in ["index.html", "_headers", "node/OPEN_BACKBONE.html", "node/a-b.json", "assets/site.css"]
        {
            assert_eq!(check_path(path), Ok(()));
        }
    }

    #[test]
    fn paths_that_differ_in_case_alone_are_found() {
        assert_eq!(collision(&["a/B.html", "a/b.html"]), Some(("a/B.html", "a/b.html")));
        assert!(collision(&["a", "A/b"]).is_some());
        assert_eq!(collision(&["a/b", "a/c", "b"]), None);
    }
}
