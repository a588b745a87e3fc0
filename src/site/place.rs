//! Places: where each page of the site is, and how one page links to another.
//!
//! Every page is a file of its own name, at most one folder deep, and every link is relative: a site works from a
//! sub-path and from the disk. Nothing else joins addresses.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Node;

/// Where a page is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(String);

impl Place {
    /// A page in the site's folder.
    pub(super) fn top(name: &str) -> Self {
        Self(format!("{name}.html"))
    }

    /// A page in a folder of its kind.
    pub(super) fn of(folder: &str, name: &str) -> Self {
        Self(format!("{folder}/{name}.html"))
    }

    /// A file of the site that is no page, by its path below the site's folder.
    pub(super) fn file(path: &str) -> Self {
        Self(path.to_owned())
    }

    /// The page of a node: of a milestone, its place on the page of its node.
    pub(super) fn node(node: &Node) -> Self {
        match node.id.split_once('.') {
            Some((outer, inner)) => Self(format!("node/{outer}.html#m-{inner}")),
            None => Self::of("node", &node.id),
        }
    }

    /// A choice among scenarios, on the page of all.
    pub(super) fn choice(id: &str) -> Self {
        Self(format!("scenarios.html#c-{id}"))
    }

    /// Its path below the site's folder.
    pub(super) fn path(&self) -> &str {
        &self.0
    }

    /// What leads from it to the site's folder.
    pub(super) fn root(&self) -> &'static str {
        if self.0.contains('/') { "../" } else { "" }
    }

    /// What leads from it to another.
    pub(super) fn to(&self, other: &Self) -> String {
        self.to_file(&other.0)
    }

    /// What leads from it to a file of the site.
    pub(super) fn to_file(&self, path: &str) -> String {
        match (self.0.rsplit_once('/'), path.rsplit_once('/')) {
            (Some((own, _)), Some((folder, name))) if own == folder => name.to_owned(),
            _ => format!("{}{path}", self.root()),
        }
    }
}

/// File names for words that are no ids: domains, tags and symbols.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slugs(BTreeMap<String, String>);

impl Slugs {
    /// Names for words, each another even where case does not count.
    pub(super) fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let words: BTreeSet<&str> = words.into_iter().collect();
        let mut taken: BTreeSet<String> = BTreeSet::new();
        let mut names = BTreeMap::new();
        for word in words {
            let slug = slug(word);
            let free = |name: &String| !taken.contains(name);
            let numbered = || (2..).map(|number| format!("{slug}-{number}")).find(free);
            let name = Some(slug.clone()).filter(free).or_else(numbered).unwrap_or_default();
            taken.insert(name.clone());
            names.insert(word.to_owned(), name);
        }
        Self(names)
    }

    /// The file name of a word.
    pub(super) fn get(&self, word: &str) -> &str {
        self.0.get(word).map_or("", String::as_str)
    }

    /// Every word, in order.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// Lower-case letters, digits and hyphens; never the name of a device.
pub(super) fn slug(words: &str) -> String {
    let mut out = String::new();
    for c in words.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if !out.ends_with('-') {
            out.push('-');
        }
    }
    let trimmed = out.trim_matches('-');
    match trimmed {
        "" => "other".to_owned(),
        _ if crate::value::is_device(trimmed) => format!("{trimmed}-"),
        _ => trimmed.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_from_folder_to_folder() {
        let (node, top) = (Place::of("node", "A"), Place::top("index"));
        assert_eq!(node.to(&top), "../index.html");
        assert_eq!(top.to(&node), "node/A.html");
        assert_eq!(node.to(&Place::of("node", "B")), "B.html");
        assert_eq!(node.to(&Place::of("tag", "b")), "../tag/b.html");
    }

    #[test]
    fn every_word_has_a_name_of_its_own() {
        let slugs = Slugs::new(["AI", "ai", "ai/labs", "ai labs", "é", "con"]);
        let names: BTreeSet<&str> = slugs.words().map(|word| slugs.get(word)).collect();
        assert_eq!(names, BTreeSet::from(["ai", "ai-2", "ai-labs", "ai-labs-2", "other", "con-"]));
    }
}
