//! 200 pairs of commits of random histories: what `diff` says of two revisions is what it says of two checkouts, and
//! what anybody finds who lists both and compares.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use super::{TODAY, json, list, number, parts_add_up, text};
use crate::repository::Repository;
use crate::session::replay;

const HISTORIES: u64 = 44;
const PAIRS: usize = 5;
/// Commits on the main branch of each history.
const COMMITS: usize = 5;

/// The generator SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % most.max(1) as u64) as usize
    }
}

#[derive(Clone)]
struct Node {
    id: String,
    kind: &'static str,
    level: usize,
    edges: BTreeMap<u32, (bool, usize)>,
    facts: Vec<(usize, String)>,
    file: usize,
    note: usize,
    settled: bool,
}

/// A network, by nodes that keep their number whatever they are called.
#[derive(Clone, Default)]
struct Network {
    nodes: BTreeMap<u32, Node>,
    redirects: BTreeMap<String, String>,
    next: u32,
    spread: usize,
}

impl Network {
    fn add(&mut self, random: &mut Random) {
        let number = self.next;
        self.next += 1;
        let kind = ["prediction", "killer", "scenario"][random.below(3)];
        let mut node = Node {
            id: format!("N{number}"),
            kind,
            level: 10 + random.below(80),
            edges: BTreeMap::new(),
            facts: Vec::new(),
            file: random.below(3),
            note: 0,
            settled: false,
        };
        let others: Vec<u32> = self.nodes.keys().copied().collect();
        for _ in 0..random.below(3).min(others.len()) {
            node.edges.insert(others[random.below(others.len())], (random.below(3) > 0, random.below(40)));
        }
        for _ in 0..random.below(4) {
            let strength = ["weak", "moderate", "x1.3"][random.below(3)];
            node.facts.push((
                random.below(150),
                format!("evidence for {strength} \"Known {}\"", random.below(1000)),
            ));
        }
        self.nodes.insert(number, node);
    }

    /// One edit of any kind; what cannot be done is not done.
    fn edit(&mut self, random: &mut Random) {
        let numbers: Vec<u32> = self.nodes.keys().copied().collect();
        let at = numbers[random.below(numbers.len())];
        let mut others: Vec<u32> = numbers.iter().copied().filter(|other| *other < at).collect();
        let kind = random.below(12);
        let (value, place) = (random.below(80), random.below(1000));
        let node = self.nodes.get_mut(&at).unwrap();
        match kind {
            0 | 1 => node.level = 10 + value,
            2 if !others.is_empty() => {
                let other = others.swap_remove(place % others.len());
                node.edges.insert(other, (value % 3 > 0, value % 40));
            }
            3 => drop(node.edges.pop_first()),
            4 | 5 if !node.settled => {
                let strength = ["weak", "moderate", "strong", "x1.7"][place % 4];
                let way = ["for", "against"][value % 2];
                let by = ["", " by VOICE"][place % 2];
                node.facts.push((value % 150, format!("evidence {way} {strength}{by} \"Seen {place}\"")));
            }
            6 if !node.settled => {
                node.facts
                    .push((value % 150, format!("probability {}% \"Thought {place}\"", 10 + place % 80)));
            }
            7 if !node.settled && node.kind == "prediction" => {
                node.settled = true;
                node.facts.push((150, format!("resolved {}", ["yes", "no"][value % 2])));
            }
            8 if !node.facts.is_empty() => {
                let (_, gone) = node.facts.remove(place % node.facts.len());
                node.settled &= !gone.starts_with("resolved");
            }
            9 => {
                let new = format!("N{at}_{value}_{place}");
                if node.id != new {
                    let old = std::mem::replace(&mut node.id, new.clone());
                    self.redirects.insert(old, new);
                }
            }
            10 => {
                node.file = value % 3;
                node.note += 1;
                self.spread += 1;
            }
            11 if numbers.len() > 4 && place % 3 == 0 => {
                let gone = self.nodes.remove(&at).unwrap().id;
                for node in self.nodes.values_mut() {
                    node.edges.remove(&at);
                }
                while let Some(old) =
                    self.redirects.iter().find(|(_, new)| **new == gone).map(|(old, _)| old.clone())
                {
                    self.redirects.remove(&old);
                    for new in self.redirects.values_mut().filter(|new| **new == old) {
                        new.clone_from(&gone);
                    }
                }
            }
            _ => self.add(random),
        }
    }

    /// Its files.
    fn files(&self) -> Vec<(String, String)> {
        let mut files = vec![String::new(); 3];
        files[0].push_str("predictor VOICE \"A voice\"\n\n");
        let mut journal = String::new();
        for node in self.nodes.values() {
            let out = &mut files[node.file];
            let _ = writeln!(
                out,
                "{} {} \"The claim of {}\" {{\n    probability {}%",
                node.kind, node.id, node.note, node.level
            );
            if node.kind == "prediction" {
                let _ = writeln!(out, "    by VOICE\n    window 2025 .. 2030\n    measure \"A count\"");
            }
            for (source, (needs, by)) in &node.edges {
                let Some(source) = self.nodes.get(source) else { continue };
                let (high, low) = (30 + by, 29 - by / 2);
                let (word, yes, no) = if *needs { ("needs", high, low) } else { ("killed by", low, high) };
                let _ = writeln!(out, "    {word} {} {yes}% else {no}%", source.id);
            }
            for (at, (day, said)) in node.facts.iter().enumerate() {
                let date = forecastc::value::Date::parse("2025-12-20").unwrap().plus_days(*day as i64);
                if at % 2 == 0 {
                    let _ = writeln!(out, "    {date} {said}");
                } else {
                    let (verb, rest) = said.split_once(' ').unwrap();
                    let _ = writeln!(journal, "{date} {verb} {} {rest}", node.id);
                }
            }
            let _ = writeln!(out, "}}\n");
        }
        for (old, new) in &self.redirects {
            let _ = writeln!(journal, "redirect {old} -> {new}");
        }
        files.push(journal);
        let files = files.into_iter().enumerate();
        files.map(|(at, text)| (format!("predictions/{}/f{at}.pred", ["a", "b"][at % 2]), text)).collect()
    }
}

fn commit(repository: &Repository, network: &Network, day: usize, subject: &str) -> String {
    for (path, text) in network.files() {
        repository.write(&path, text);
    }
    repository.commit("Ada", &format!("2026-05-{:02}", 1 + day), subject)
}

/// The commits of a history: main, with a branch that is merged.
fn history(seed: u64) -> (Repository, Vec<String>) {
    let mut random = Random(seed);
    let repository = Repository::new();
    let mut network = Network::default();
    for _ in 0..5 + random.below(4) {
        network.add(&mut random);
    }
    let mut commits = vec![commit(&repository, &network, 0, "first")];
    for day in 1..COMMITS {
        for _ in 0..=random.below(4) {
            network.edit(&mut random);
        }
        commits.push(commit(&repository, &network, day, "edit"));
    }
    // The branch edits what was there before, main goes on, and the merge has both.
    repository.git(&format!("checkout --quiet -b side {}", commits[COMMITS - 2]));
    let seed = random.0;
    let mut side = network.clone();
    side.edit(&mut Random(seed));
    commits.push(commit(&repository, &side, 10, "side"));
    repository.git("checkout --quiet main");
    network.edit(&mut random);
    network.edit(&mut Random(seed));
    repository.git("merge --quiet --no-commit --no-ff -s ours side");
    commits.push(commit(&repository, &network, 11, "merge"));
    (repository, commits)
}

fn checkout(repository: &Repository, commit: &str, name: &str) {
    let folder = repository.at(name);
    std::fs::create_dir_all(&folder).unwrap();
    repository.git(&format!("--work-tree={} checkout --force {commit} -- predictions", folder.display()));
}

fn numbers(folder: &Path, source: &str) -> Option<BTreeMap<String, f64>> {
    let command = format!("$ forecastc list --source {source} --format json 2>/dev/null\n");
    let printed = replay(&command, folder, TODAY);
    let list: Value = serde_json::from_str(printed.split_once('\n').unwrap().1).ok()?;
    let nodes = list["nodes"].as_array().unwrap();
    Some(nodes.iter().map(|node| (text(node, "id").to_owned(), number(&node["p"]))).collect())
}

/// Where redirects of the text lead.
fn redirects(folder: &Path) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder) {
        let path = entry.unwrap().into_path();
        if path.is_file() {
            for line in std::fs::read_to_string(path).unwrap().lines() {
                if let Some((old, new)) =
                    line.strip_prefix("redirect ").and_then(|line| line.split_once(" -> "))
                {
                    all.insert(old.to_owned(), new.to_owned());
                }
            }
        }
    }
    all
}

/// A review without what its sides are called.
fn bare(mut review: Value) -> Value {
    let names = ["base", "head"].map(|side| text(&review[side], "name").to_owned());
    for note in review["notes"].as_array_mut().unwrap() {
        let plain =
            names.iter().fold(note.as_str().unwrap().to_owned(), |note, name| note.replace(name, "side"));
        *note = Value::String(plain);
    }
    for side in ["base", "head"] {
        for key in ["name", "commit", "day"] {
            review[side][key] = Value::Null;
        }
    }
    let mut words = review.to_string();
    for folder in ["./one/predictions/", "./other/predictions/"] {
        words = words.replace(folder, "predictions/");
    }
    serde_json::from_str(&words).unwrap()
}

#[test]
#[cfg_attr(windows, ignore = "a session needs a Unix shell")]
fn two_revisions_are_reviewed_as_two_checkouts() {
    let (mut compared, mut moved, mut split, mut renamed, mut rewritten) = (0, 0, 0, 0, 0);
    for seed in 0..HISTORIES {
        let (repository, commits) = history(1 + seed);
        let mut random = Random(900 + seed);
        for _ in 0..PAIRS {
            let (one, other) = (random.below(commits.len()), random.below(commits.len()));
            let (one, other) = (one.min(other), one.max(other));
            checkout(&repository, &commits[one], "one");
            checkout(&repository, &commits[other], "other");
            let folder = repository.path();
            let lists = (numbers(folder, "one/predictions"), numbers(folder, "other/predictions"));
            // A folder has no day of its own.
            let terms = "--min-delta 0.001 --since 2026-05-30";
            let of_folders = json(folder, &format!("./one/predictions ./other/predictions {terms}"));
            let of_commits = json(folder, &format!("{} {} {terms}", commits[one], commits[other]));
            assert_eq!(bare(of_folders), bare(of_commits.clone()), "history {seed}");
            parts_add_up(&of_commits);
            if let (Some(before), Some(after)) = lists {
                agrees(&of_commits, &before, &after, &redirects(&repository.at("other")));
                compared += 1;
            }
            moved += list(&of_commits, "moves").len();
            split += list(&of_commits, "moves").iter().filter(|one| list(one, "parts").len() > 1).count();
            renamed += of_commits["counts"]["renamed"].as_u64().unwrap();
            rewritten += of_commits["counts"]["rewritten"].as_u64().unwrap();
            for name in ["one", "other"] {
                std::fs::remove_dir_all(repository.at(name)).unwrap();
            }
        }
    }
    println!(
        "{compared} pairs compared; {moved} moves, {split} in parts; {renamed} nodes renamed, {rewritten} lines rewritten"
    );
    assert!(compared >= 200 && moved > 300 && split > 100 && renamed > 20 && rewritten > 20);
}

/// The review says what follows from two lists of numbers.
fn agrees(
    review: &Value,
    before: &BTreeMap<String, f64>,
    after: &BTreeMap<String, f64>,
    redirects: &BTreeMap<String, String>,
) {
    let now = |id: &String| {
        let mut id = id;
        while let Some(next) = redirects.get(id).filter(|_| !after.contains_key(id)) {
            id = next;
        }
        id.clone()
    };
    let before: BTreeMap<String, f64> = before.iter().map(|(id, p)| (now(id), *p)).collect();
    let mut expected: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for (id, to) in after {
        if let Some(from) = before.get(id).filter(|from| (*from - to).abs() >= 1e-5) {
            expected.insert(id, (*from, *to));
        }
    }
    let found: BTreeMap<&str, (f64, f64)> = list(review, "moves")
        .iter()
        .map(|one| (text(one, "id"), (number(&one["from"]), number(&one["to"]))))
        .collect();
    assert_eq!(found, expected);
    let nodes = |way: &str| -> BTreeSet<&str> {
        let nodes = list(review, "nodes").iter().filter(|node| node["way"] == way);
        nodes.map(|node| text(node, "id")).collect()
    };
    let only = |one: &BTreeMap<String, f64>, other: &BTreeMap<String, f64>| -> BTreeSet<String> {
        one.keys().filter(|id| !other.contains_key(*id)).cloned().collect()
    };
    let owned =
        |ids: BTreeSet<&str>| -> BTreeSet<String> { ids.into_iter().map(ToOwned::to_owned).collect() };
    assert_eq!(owned(nodes("added")), only(after, &before));
    assert_eq!(owned(nodes("removed")), only(&before, after));
}
