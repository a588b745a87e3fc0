//! What is said of random nodes besides their numbers, for those who ask for fields.

use super::writer::Node;
use crate::laws::generate::Random;

pub(crate) const TAGS: [&str; 4] = ["open-source", "pricing", "p", "killer"];
pub(crate) const DOMAINS: [&str; 5] = ["ai", "ai/agi", "ai/agi/soon", "ai-safety", "energy/grid"];
pub(crate) const MODES: [&str; 3] = ["forecast", "prediction", "speculation"];
/// Some are periods, and some are not over on the day on which networks are looked at.
const SAID: [&str; 8] =
    ["2024-02-29", "2025", "2025Q3", "2025-12-31", "2026-02-28", "2026", "2026-09", "2026-08-31"];

/// Clauses for a node of any kind.
pub(super) fn clauses(random: &mut Random, node: &Node) -> Vec<String> {
    let mut clauses = Vec::new();
    if random.one_in(6) {
        clauses.push("private".to_owned());
    }
    if node.parent.is_some() {
        return clauses;
    }
    if random.one_in(2) {
        let mut tags = TAGS.to_vec();
        random.shuffle(&mut tags);
        tags.truncate(random.between(1, 3));
        clauses.push(format!("tags {}", tags.join(", ")));
    }
    if random.one_in(2) {
        clauses.push(format!("domain {}", random.pick(&DOMAINS)));
    }
    if random.one_in(2) {
        clauses.push(format!("mode {}", random.pick(&MODES)));
    }
    if random.one_in(2) {
        clauses.push(format!("said {}", random.pick(&SAID)));
    }
    clauses
}

impl Node {
    /// What stands behind a word in the clauses of its block, each time.
    pub(super) fn says<'a>(&'a self, word: &'a str) -> impl Iterator<Item = &'a str> {
        self.clauses.iter().filter_map(move |clause| match clause.split_once(' ') {
            Some((first, rest)) => (first == word).then_some(rest),
            None => (clause == word).then_some(""),
        })
    }
}
