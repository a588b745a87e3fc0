//! Units: what a network says, cut into the pieces that a reviewer would call one thing.
//!
//! Trees come in; units go out, each with the item that it belongs to, the kind of thing it is, its words without
//! blanks that mean nothing, and its place. A renamed id counts as the one that it has now.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is no kind of its own is text")]

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::Model;
use crate::source::{Sources, Span};
use crate::syntax::tree::{Clause, Event, Fact, File, Head, Item, Kind, Says};
use crate::value::unfold;

/// So many redirects are followed.
const MOST_REDIRECTS: usize = 64;

/// Ids by what they are called now.
#[derive(Debug, Default)]
pub(super) struct Names {
    now: BTreeMap<String, String>,
}

impl Names {
    /// Of two networks: the redirects of both count, and an id that is in use stands for itself.
    pub(super) fn new(base: &Model, head: &Model) -> Self {
        let mut steps: BTreeMap<String, String> = BTreeMap::new();
        for model in [base, head] {
            for redirect in &model.redirects {
                steps.insert(redirect.old.value.to_string(), redirect.new.value.to_string());
            }
        }
        Self { now: followed(&steps, head) }
    }

    /// Further redirects, which those that are known already go before.
    pub(super) fn add<'a>(&mut self, more: impl IntoIterator<Item = (&'a str, &'a str)>, head: &Model) {
        for (old, new) in more {
            self.now.entry(old.to_owned()).or_insert_with(|| new.to_owned());
        }
        self.now = followed(&self.now, head);
    }

    /// What an id is called now; a milestone goes with its node.
    pub(super) fn of<'a>(&self, id: &'a str) -> Cow<'a, str> {
        if let Some(now) = self.now.get(id) {
            return Cow::Owned(now.clone());
        }
        match id.split_once('.') {
            Some((outer, inner)) => match self.now.get(outer) {
                Some(now) => Cow::Owned(format!("{now}.{inner}")),
                None => Cow::Borrowed(id),
            },
            None => Cow::Borrowed(id),
        }
    }

    /// Words with every id as it is called now.
    pub(super) fn in_words<'a>(&self, words: &'a str) -> Cow<'a, str> {
        if self.now.is_empty() {
            return Cow::Borrowed(words);
        }
        let is_of_id = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let mut out = String::with_capacity(words.len());
        let mut rest = words;
        while let Some(start) = rest.find(is_of_id) {
            let (before, from) = rest.split_at(start);
            let end = from.find(|c| !is_of_id(c)).unwrap_or(from.len());
            let (id, after) = from.split_at(end);
            out.push_str(before);
            out.push_str(self.now.get(id).map_or(id, String::as_str));
            rest = after;
        }
        out.push_str(rest);
        Cow::Owned(out)
    }
}

/// Where each id that is not in use leads in the end.
fn followed(steps: &BTreeMap<String, String>, head: &Model) -> BTreeMap<String, String> {
    let mut now = BTreeMap::new();
    for old in steps.keys().filter(|old| head.names.declaration(old).is_none()) {
        let mut at = old;
        for _ in 0..MOST_REDIRECTS {
            match steps.get(at).filter(|_| head.names.declaration(at).is_none()) {
                Some(next) => at = next,
                None => break,
            }
        }
        now.insert(old.clone(), at.clone());
    }
    now
}

/// What kind of thing a unit is, in the order in which they weigh.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slot {
    /// A whole item.
    Item,
    /// A line of the journal.
    Fact,
    /// `probability`, `confidence` or `rest`.
    Level,
    /// An edge, by its source.
    Edge(String),
    /// A full table.
    Table,
    /// The window.
    Window,
    /// What else bears on numbers, by its word.
    Setting(String),
    /// An assertion, by its claim, or a rule.
    Claim(String),
    /// `redirect`
    Redirect,
    /// What only readers see, by its word.
    Text(String),
}

/// Where a unit stands: the file among the trees, the item in it, and on through the clauses.
pub(super) type At = (usize, Vec<usize>);

/// What a unit is in the tree.
#[derive(Clone, Copy, Debug)]
pub(super) enum Body<'a> {
    Clause(&'a Clause),
    Item(&'a Item),
    /// A title, which goes with its item.
    Title,
}

/// One thing that is said.
#[derive(Clone, Debug)]
pub(super) struct Unit<'a> {
    /// The id of the item that it is about; of what has none, its keyword.
    pub(super) owner: String,
    pub(super) slot: Slot,
    /// Its words, without blanks that mean nothing.
    pub(super) words: String,
    pub(super) span: Span,
    pub(super) body: Body<'a>,
    pub(super) at: At,
    /// The item in whose block it stands; none at the top.
    pub(super) inside: Option<String>,
}

impl<'a> Unit<'a> {
    /// The line of a journal that it is.
    pub(super) fn fact(&self) -> Option<&'a Fact> {
        match self.body {
            Body::Clause(Clause { says: Says::Fact(fact), .. }) => Some(fact),
            Body::Item(Item { head: Head::Fact(fact), .. }) => Some(fact),
            _ => None,
        }
    }

    /// The edge that it is.
    pub(super) fn edge(&self) -> Option<&'a crate::syntax::tree::Edge> {
        match self.body {
            Body::Clause(Clause { says: Says::Edge(edge), .. }) => Some(edge),
            Body::Item(Item { head: Head::Edge { edge, .. }, .. }) => Some(edge),
            _ => None,
        }
    }

    /// The item that it is.
    pub(super) fn item(&self) -> Option<&'a Item> {
        match self.body {
            Body::Item(item) => Some(item),
            Body::Clause(Clause { says: Says::Item(item), .. }) => Some(item),
            Body::Clause(_) | Body::Title => None,
        }
    }
}

/// One side of a comparison.
pub(super) struct Reader<'r> {
    pub(super) sources: &'r Sources,
    pub(super) names: &'r Names,
    /// The ids that both sides declare as the same kind of thing.
    pub(super) shared: &'r BTreeSet<Declared>,
    /// Every id of either side.
    pub(super) known: &'r BTreeSet<String>,
}

/// A named item: its id, its kind, and the item that it stands in.
pub(super) type Declared = (String, Kind, Option<String>);

/// All named items.
pub(super) fn declared(files: &[&File], names: &Names) -> BTreeSet<Declared> {
    fn collect(item: &Item, outer: Option<&str>, names: &Names, out: &mut BTreeSet<Declared>) {
        let Head::Named { kind, .. } = &item.head else { return };
        let own = owner(item, outer, names);
        for clause in &item.body {
            if let Says::Item(inner) = &clause.says {
                collect(inner, Some(&own), names, out);
            }
        }
        out.insert((own, *kind, outer.map(ToOwned::to_owned)));
    }
    let mut out = BTreeSet::new();
    for item in files.iter().flat_map(|file| &file.items) {
        collect(item, None, names, &mut out);
    }
    out
}

/// What an item is known by.
fn owner(item: &Item, outer: Option<&str>, names: &Names) -> String {
    match &item.head {
        Head::Named { kind: Kind::Milestone, id, .. } => match outer {
            Some(outer) => format!("{outer}.{}", id.value),
            None => id.value.to_string(),
        },
        Head::Named { kind: Kind::Ticker, id, .. } => format!("ticker {}", id.value),
        Head::Named { kind: Kind::Rule, id, .. } => format!("rule {}", id.value),
        Head::Named { id, .. } => names.of(&id.value).into_owned(),
        Head::Network { .. } => "network".to_owned(),
        Head::Edge { target, .. } | Head::Given { target, .. } => names.of(&target.value).into_owned(),
        Head::Assert { .. } => "assert".to_owned(),
        Head::Redirect { old, .. } => old.value.to_string(),
        Head::Fact(fact) => {
            fact.subject.as_ref().map_or_else(String::new, |name| names.of(&name.value).into_owned())
        }
    }
}

impl Reader<'_> {
    /// Everything that some files say; `files` go with their numbers.
    pub(super) fn units<'a>(&self, files: &[(usize, &'a File)]) -> Vec<Unit<'a>> {
        let mut out = Vec::new();
        for (number, file) in files {
            for (place, item) in file.items.iter().enumerate() {
                self.item(item, None, &(*number, vec![place]), &mut out);
            }
        }
        out
    }

    fn words(&self, span: Span) -> String {
        canonical(&self.names.in_words(self.sources.slice(span)))
    }

    fn item<'a>(&self, item: &'a Item, outer: Option<&str>, at: &At, out: &mut Vec<Unit<'a>>) {
        let owner = owner(item, outer, self.names);
        let whole = |slot: Slot| Unit {
            owner: owner.clone(),
            slot,
            words: self.words(item.span),
            span: item.span,
            body: Body::Item(item),
            at: at.clone(),
            inside: outer.map(ToOwned::to_owned),
        };
        match &item.head {
            Head::Network { title } => {
                out.push(self.title(&owner, title.span, at));
                self.block(item, &owner, at, out);
            }
            Head::Named { kind: Kind::Rule, .. } => out.push(whole(Slot::Claim(String::new()))),
            Head::Named { kind, title, .. } if self.is_shared(&owner, *kind, outer) => {
                out.push(self.title(&owner, title.span, at));
                self.block(item, &owner, at, out);
            }
            Head::Named { .. } => out.push(whole(Slot::Item)),
            Head::Edge { edge, .. } => {
                out.push(whole(Slot::Edge(self.names.of(&edge.source.value).into_owned())));
            }
            Head::Given { .. } => out.push(whole(Slot::Table)),
            Head::Assert { .. } => out.push(whole(Slot::Claim(self.words(item.span)))),
            Head::Redirect { .. } => {
                // An id that was renamed is named as it was, of all places here.
                let words = canonical(self.sources.slice(item.span));
                out.push(Unit { words, ..whole(Slot::Redirect) });
            }
            Head::Fact(_) => out.push(whole(Slot::Fact)),
        }
    }

    fn is_shared(&self, owner: &str, kind: Kind, outer: Option<&str>) -> bool {
        self.shared.contains(&(owner.to_owned(), kind, outer.map(ToOwned::to_owned)))
    }

    fn title<'a>(&self, owner: &str, span: Span, at: &At) -> Unit<'a> {
        Unit {
            owner: owner.to_owned(),
            slot: Slot::Text("title".to_owned()),
            words: self.words(span),
            span,
            body: Body::Title,
            at: at.clone(),
            inside: None,
        }
    }

    fn block<'a>(&self, item: &'a Item, owner: &str, at: &At, out: &mut Vec<Unit<'a>>) {
        for (place, clause) in item.body.iter().enumerate() {
            let mut at = at.clone();
            at.1.push(place);
            if let Says::Item(inner) = &clause.says {
                let before = out.len();
                self.item(inner, Some(owner), &at, out);
                // An item inside an item is a clause of it.
                for unit in
                    out.iter_mut().skip(before).filter(|unit| unit.slot == Slot::Item && unit.at == at)
                {
                    unit.body = Body::Clause(clause);
                }
                continue;
            }
            let (subject, slot) = self.slot(clause, owner);
            out.push(Unit {
                owner: subject,
                slot,
                words: self.words(clause.span),
                span: clause.span,
                body: Body::Clause(clause),
                at,
                inside: Some(owner.to_owned()),
            });
        }
    }

    fn slot(&self, clause: &Clause, owner: &str) -> (String, Slot) {
        let word = || self.sources.slice(clause.word).to_owned();
        let slot = match &clause.says {
            Says::Probability(_) | Says::Rest | Says::Confidence(_) => Slot::Level,
            Says::Window(_) => Slot::Window,
            Says::Edge(edge) => Slot::Edge(self.names.of(&edge.source.value).into_owned()),
            Says::Fact(fact) => return (self.subject(fact, owner), Slot::Fact),
            Says::By(name) => Slot::Setting(format!("by {}", self.names.of(&name.value))),
            Says::Tie(_) | Says::Weight(_) => Slot::Setting("weight".to_owned()),
            Says::Rate(_) | Says::Seen { .. } => Slot::Setting("rate".to_owned()),
            Says::Class { .. } | Says::Conviction { .. } | Says::Silence(_) | Says::Convictions(_) => {
                Slot::Setting(word())
            }
            Says::Lint { code, .. } | Says::Allow { code, .. } => {
                Slot::Text(format!("{} {}", word(), code.value))
            }
            _ => Slot::Text(word()),
        };
        (owner.to_owned(), slot)
    }

    /// Whom a line inside an item is about: a milestone of it, or itself.
    fn subject(&self, fact: &Fact, owner: &str) -> String {
        let Some(name) = &fact.subject else { return owner.to_owned() };
        let node = owner.split_once('.').map_or(owner, |(node, _)| node);
        let inner = format!("{node}.{}", name.value);
        if self.known.contains(&inner) { inner } else { self.names.of(&name.value).into_owned() }
    }
}

/// Every line of a journal inside an item, with the id of what it is about.
pub(super) fn facts_inside<'a>(unit: &Unit<'a>) -> Vec<(String, &'a Fact)> {
    fn collect<'a>(item: &'a Item, owner: &str, out: &mut Vec<(String, &'a Fact)>) {
        for clause in &item.body {
            match &clause.says {
                Says::Fact(fact) => {
                    let is_inner = matches!(fact.event, Event::Hit | Event::Missed | Event::Slipped(_));
                    let subject = match &fact.subject {
                        Some(name) if is_inner && !owner.contains('.') => format!("{owner}.{}", name.value),
                        _ => owner.to_owned(),
                    };
                    out.push((subject, fact));
                }
                Says::Item(inner) => {
                    let own = match &inner.head {
                        Head::Named { kind: Kind::Milestone, id, .. } => format!("{owner}.{}", id.value),
                        Head::Named { id, .. } => id.value.to_string(),
                        _ => owner.to_owned(),
                    };
                    collect(inner, &own, out);
                }
                _ => {}
            }
        }
    }
    let mut out = Vec::new();
    if let Some(item) = unit.item() {
        collect(item, &unit.owner, &mut out);
    }
    out
}

/// Words without comments and without blanks that mean nothing.
pub(super) fn canonical(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut rest = words;
    while let Some(first) = rest.chars().next() {
        let take = match first {
            '"' if rest.starts_with("\"\"\"") && line_of(rest) == "\"\"\"" => {
                let end =
                    rest.get(3..).and_then(|after| after.find("\"\"\"")).map_or(rest.len(), |at| at + 6);
                out.push('"');
                out.push_str(&unfold(rest.get(..end).unwrap_or(rest)));
                out.push('"');
                end
            }
            '"' => {
                let end = closing_quote(rest);
                out.push_str(rest.get(..end).unwrap_or(rest));
                end
            }
            '<' => {
                let end = rest.find('>').map_or(rest.len(), |at| at + 1);
                out.push_str(rest.get(..end).unwrap_or(rest));
                end
            }
            '#' => line_of(rest).len(),
            _ if first.is_whitespace() => {
                if !out.ends_with(' ') && !out.is_empty() {
                    out.push(' ');
                }
                first.len_utf8()
            }
            _ => {
                out.push(first);
                first.len_utf8()
            }
        };
        rest = rest.get(take.max(1)..).unwrap_or_default();
    }
    out.truncate(out.trim_end().len());
    out
}

fn line_of(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim_end()
}

/// The byte after the quote that closes a text of one line.
fn closing_quote(text: &str) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return at + 1,
            '\n' => return at,
            _ => escaped = false,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_comments_mean_nothing_and_texts_stay() {
        assert_eq!(
            canonical("needs  A\t45%\n   else 5% \"a  b # c\" # why"),
            "needs A 45% else 5% \"a  b # c\""
        );
        assert_eq!(canonical("text \"\"\"\n    One.\n\n    Two.\n    \"\"\""), "text \"One.\n\nTwo.\"");
    }
}
