//! Who changed it: the commits that stated something else of a node, or moved it.

use serde::Serialize;

use super::Scene;
use crate::answers::past::{Change, Network, Past, Standing};
use crate::model::{Model, Outcome};
use crate::site::view::{Chance, Link, Signed};

/// Smaller moves are not told.
const LEAST: f64 = 0.005;

#[derive(Serialize)]
pub(super) struct View {
    /// Newest first.
    commits: Vec<Commit>,
}

#[derive(Serialize)]
struct Commit {
    date: String,
    /// In short, with its page where the sources are published.
    commit: Link,
    author: String,
    /// Empty where it names what is not published.
    subject: String,
    /// What was stated before and after; none where nothing was.
    stated_from: Option<Chance>,
    stated: Option<Chance>,
    /// Whether these are not the same.
    restated: bool,
    /// What the network made of it on that day, of the text before and after.
    from: Option<Chance>,
    to: Option<Chance>,
    by: Option<Signed>,
    /// `new`, `yes`, `open again`, `was OLD`; empty where there is nothing else to say.
    note: String,
}

pub(super) fn view(scene: &Scene<'_>, past: &Past) -> View {
    let changes = past.changes(&scene.node.id, LEAST);
    let is_shown = |change: &&Change<'_>| {
        let is_private = |standing: Option<&Standing>| standing.is_some_and(|standing| standing.private);
        change.is_one && !is_private(change.before) && !is_private(change.after)
    };
    let commits = changes.iter().rev().filter(is_shown).map(|change| commit(scene, past, change));
    View { commits: commits.collect() }
}

fn commit(scene: &Scene<'_>, past: &Past, change: &Change<'_>) -> Commit {
    let chance = |network: Network| Chance::with_error(network.probability, network.error);
    let version = change.version;
    let is_told = !names_private(scene.edition.model, past, &version.subject);
    Commit {
        date: version.date.to_string(),
        commit: scene.edition.commit_link(&version.commit, version.short()),
        author: version.author.clone(),
        subject: if is_told { version.subject.clone() } else { String::new() },
        stated_from: change.stated_before().map(Chance::plain),
        stated: change.stated().map(Chance::plain),
        restated: change.stated_before() != change.stated(),
        from: change.network_before.map(chance),
        to: change.network().map(chance),
        by: change.moved().map(Signed::points),
        note: note(scene.edition.model, change),
    }
}

fn note(model: &Model, change: &Change<'_>) -> String {
    let (before, after) = match (change.before, change.after) {
        (None, _) => return "new".to_owned(),
        (_, None) => return "gone".to_owned(),
        (Some(before), Some(after)) => (before.outcome, after.outcome),
    };
    let outcome = (before != after).then(|| after.map_or("open again", Outcome::word).to_owned());
    // A name that leads here by a redirect that is not published stays unsaid.
    let is_public = |old: &str| {
        let outer = old.split('.').next().unwrap_or(old);
        model.redirects.iter().any(|redirect| redirect.old.value.as_ref() == outer && !redirect.private)
    };
    let renamed = change.former.filter(|old| is_public(old)).map(|old| format!("was {old}"));
    outcome.into_iter().chain(renamed).collect::<Vec<_>>().join(", ")
}

/// Whether words name a node that is private, or was: in whatever case, since people write as they like.
fn names_private(model: &Model, past: &Past, words: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let words: Vec<&str> = words.split(|c: char| !is_word(c)).filter(|word| !word.is_empty()).collect();
    let private = model.nodes.iter().filter(|node| node.private).map(|node| node.id.as_ref());
    let mut all = private.chain(past.private().map(AsRef::as_ref));
    all.any(|id| words.iter().any(|word| word.eq_ignore_ascii_case(id)))
}
