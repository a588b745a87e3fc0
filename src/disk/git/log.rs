//! Commits: who changed the network, when, and in which words.

use super::objects::{ObjectId, Objects};
use super::program::Program;
use super::tree::{self, Place};
use super::{Commit, GitFault};
use crate::value::{Date, is_forbidden};

/// A commit that changed the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The commit.
    pub commit: Commit,
    /// Whoever wrote it, as they call themselves.
    pub author: String,
    /// The day on which it was committed, in the time zone of whoever did; none if that is no day of the calendar.
    pub date: Option<Date>,
    /// When it was committed, in seconds of the Unix clock.
    pub seconds: i64,
    /// The first line of its message.
    pub subject: String,
    /// The tree of the network in it; none if it took the network away.
    pub tree: Option<ObjectId>,
    /// How many commits it comes right after: two or more make it a merge, none the first.
    pub parents: usize,
}

/// What a commit object says.
pub(super) struct Head {
    pub(super) tree: ObjectId,
    parents: Vec<ObjectId>,
    author: String,
    seconds: i64,
    /// Of the committer's clock, ahead of universal time.
    offset: i64,
    subject: String,
}

/// Characters of a name or a subject that are kept.
const CHARS: usize = 300;

impl Head {
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(2).position(|two| two == b"\n\n").unwrap_or(bytes.len());
        let head = bytes.get(..end)?;
        let lines = || head.split(|byte| *byte == b'\n');
        let field = |name: &'static [u8]| lines().filter_map(move |line| line.strip_prefix(name));
        let encoding = field(b"encoding ").next().map(<[u8]>::to_ascii_lowercase);
        let latin =
            encoding.as_deref().is_some_and(|name| name.starts_with(b"iso-8859-1") || name == b"latin1");
        let words = |bytes: &[u8]| one_line(bytes, latin);
        let id = |bytes: &[u8]| ObjectId::parse(std::str::from_utf8(bytes).ok()?);
        let (author, ..) = stamp(field(b"author ").next()?)?;
        let (_, seconds, offset) = stamp(field(b"committer ").next()?)?;
        let message = bytes.get(end + 2..).unwrap_or_default();
        let subject = message.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty());
        Some(Self {
            tree: id(field(b"tree ").next()?)?,
            parents: field(b"parent ").map(id).collect::<Option<_>>()?,
            author: words(author),
            seconds,
            offset,
            subject: words(subject.unwrap_or_default()),
        })
    }

    /// The day on which it was committed.
    pub(super) fn date(&self) -> Option<Date> {
        Date::from_unix_seconds(self.seconds.saturating_add(self.offset))
    }
}

/// Name, seconds and time zone of `Name <mail> 1767225600 +0100`.
fn stamp(line: &[u8]) -> Option<(&[u8], i64, i64)> {
    let close = line.iter().rposition(|byte| *byte == b'>')?;
    let open = line.iter().position(|byte| *byte == b'<')?;
    let name = line.get(..open)?.trim_ascii();
    // Somebody without a name is known by the address.
    let name = if name.is_empty() { line.get(open + 1..close)? } else { name };
    let mut words = std::str::from_utf8(line.get(close + 1..)?).ok()?.split_whitespace();
    let seconds = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
    let zone: i64 = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
    let minutes = zone / 100 * 60 + zone % 100;
    Some((name, seconds, minutes.clamp(-24 * 60, 24 * 60) * 60))
}

/// Words on one line, without what hides or reorders text.
fn one_line(bytes: &[u8], latin: bool) -> String {
    let text = if latin {
        bytes.iter().map(|byte| char::from(*byte)).collect()
    } else {
        String::from_utf8_lossy(bytes).into_owned()
    };
    let words = text.trim().chars().take(CHARS);
    words
        .map(|c| {
            if c.is_control() {
                ' '
            } else if is_forbidden(c) {
                '\u{FFFD}'
            } else {
                c
            }
        })
        .collect()
}

pub(super) fn entries(
    program: &Program,
    objects: &mut Objects,
    place: &Place,
    from: &Commit,
) -> Result<Vec<Entry>, GitFault> {
    list(program, objects, place, &["--first-parent", from.id.as_str()])
}

pub(super) fn merged(
    program: &Program,
    objects: &mut Objects,
    place: &Place,
    merge: &Commit,
) -> Result<Vec<Entry>, GitFault> {
    let parents = objects.commit(&merge.id)?.parents;
    let Some((first, others @ [_, ..])) = parents.split_first() else { return Ok(Vec::new()) };
    let without = format!("^{first}");
    let mut range = vec!["--topo-order", "--no-merges", without.as_str()];
    range.extend(others.iter().map(ObjectId::as_str));
    list(program, objects, place, &range)
}

fn list(
    program: &Program,
    objects: &mut Objects,
    place: &Place,
    range: &[&str],
) -> Result<Vec<Entry>, GitFault> {
    // From the top of the repository, and no sign in it means anything.
    let path = format!(":(top,literal){}", place.path());
    let mut arguments = vec!["rev-list"];
    arguments.extend(range);
    arguments.push("--");
    if !place.parts.is_empty() {
        arguments.push(&path);
    }
    let ids = program.ask(&arguments)?;
    let entry = |id: ObjectId| {
        let head = objects.commit(&id)?;
        let tree = tree::find(objects, &head.tree, place)?.map(|leaf| leaf.id);
        objects.turn();
        Ok(Entry {
            commit: Commit { id },
            author: head.author,
            date: Date::from_unix_seconds(head.seconds.saturating_add(head.offset)),
            seconds: head.seconds,
            subject: head.subject,
            tree,
            parents: head.parents.len(),
        })
    };
    ids.lines().filter_map(ObjectId::parse).map(entry).collect()
}
