//! `forecastc history` against checkouts that are evaluated from scratch, and what its cache may and may not do.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::repository::Repository;

const TODAY: &str = "2026-09-01";

/// What a command prints as JSON, with a cache folder of its own.
fn json(folder: &Path, cache: &Path, arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_forecastc"))
        .args(arguments)
        .args(["--format", "json"])
        .current_dir(folder)
        .env("XDG_CACHE_HOME", cache)
        .env("SOURCE_DATE_EPOCH", "1788220800")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{arguments:?}: {errors}"))
}

/// Random choices that are the same everywhere.
struct Choices(u64);

impl Choices {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// A network that is edited at random.
struct Draft {
    silence: bool,
    /// Ids and levels.
    nodes: Vec<(String, u64)>,
    journal: Vec<String>,
    redirects: Vec<String>,
    broken: bool,
}

impl Draft {
    fn new(silence: bool) -> Self {
        let nodes = ["ALPHA", "BETA", "GAMMA", "DELTA"].into_iter().zip([30, 40, 50, 60]);
        Self {
            silence,
            nodes: nodes.map(|(id, level)| (id.to_owned(), level)).collect(),
            journal: Vec::new(),
            redirects: Vec::new(),
            broken: false,
        }
    }

    fn text(&self) -> String {
        let mut out = String::new();
        if self.silence {
            out.push_str("network \"Letters\" { silence uniform }\n");
        }
        for (place, (id, level)) in self.nodes.iter().enumerate() {
            out.push_str(&format!(
                "prediction {id} \"{id}\" {{\n    window 2026 .. 2027\n    probability {level}%\n"
            ));
            if place > 0 {
                // Around the level, whatever the one before is.
                let (more, less) = (level + 10, level - 10);
                out.push_str(&format!("    moves with {} {more}% else {less}%\n", self.nodes[place - 1].0));
            }
            out.push_str("}\n");
        }
        out.extend(self.journal.iter().chain(&self.redirects).map(|line| format!("{line}\n")));
        if self.broken {
            out.push_str("prediction {\n");
        }
        out
    }

    fn edit(&mut self, choices: &mut Choices, day: &str, number: usize) {
        self.broken = false;
        let place = usize::try_from(choices.below(self.nodes.len() as u64)).unwrap();
        let id = self.nodes[place].0.clone();
        match choices.below(9) {
            0 | 1 => self.nodes[place].1 = 20 + choices.below(60),
            2 | 3 => self.journal.push(format!("{day} evidence {id} for weak")),
            4 => self.journal.push(format!("{day} probability {id} {}%", 20 + choices.below(60))),
            5 => self.nodes.push((format!("NEW_{number}"), 20 + choices.below(60))),
            6 => {
                let new = format!("{id}_{number}");
                let rename =
                    |line: &mut String| *line = line.replace(&format!(" {id} "), &format!(" {new} "));
                self.journal.iter_mut().for_each(rename);
                self.nodes[place].0.clone_from(&new);
                self.redirects.push(format!("redirect {id} -> {new}"));
            }
            7 => self.broken = true,
            _ => self.journal.push(format!("{day} note {id} \"Nothing\"")),
        }
    }
}

/// What a checkout of a commit says on a day, evaluated from scratch, by the ids of now: state and numbers.
fn scratch(
    folder: &Path,
    cache: &Path,
    day: &str,
    now: &dyn Fn(&str) -> String,
) -> Option<BTreeMap<String, (f64, f64)>> {
    let output = Command::new(env!("CARGO_BIN_EXE_forecastc"))
        .args(["list", "--format", "json", "--as-of", day])
        .current_dir(folder)
        .env("XDG_CACHE_HOME", cache)
        .output()
        .unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).ok()?;
    let nodes = told["nodes"].as_array().unwrap().iter();
    let number = |node: &Value, key: &str| node[key].as_f64().unwrap();
    Some(
        nodes
            .map(|node| (now(node["id"].as_str().unwrap()), (number(node, "stated"), number(node, "p"))))
            .collect(),
    )
}

/// A commit that changed a node: its id, what is stated and what the network makes of it, and made before.
type Expected = (String, f64, f64, Option<f64>);

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-12
}

#[test]
fn every_version_says_what_its_checkout_says_from_scratch() {
    for seed in 0..8 {
        let repository = Repository::new();
        let outside = tempfile::tempdir().unwrap();
        let mut choices = Choices(seed);
        let mut draft = Draft::new(seed % 2 == 1);
        let mut checkouts = Vec::new();
        for number in 0..9_usize {
            let day = format!("2026-0{}-1{}", number / 2 + 1, number % 2 * 3);
            if number > 0 {
                draft.edit(&mut choices, &day, number);
            }
            repository.write("predictions/letters.pred", draft.text());
            let commit = repository.commit(["Ada", "Bo"][number % 2], &day, &format!("step {number}"));
            let folder = outside.path().join(format!("checkout-{number}"));
            repository.git(&format!("worktree add --quiet --detach {} {commit}", folder.display()));
            checkouts.push((commit, day, folder));
        }
        let redirects: BTreeMap<String, String> = draft
            .redirects
            .iter()
            .map(|line| line.split_whitespace().collect::<Vec<_>>())
            .map(|words| (words[1].to_owned(), words[3].to_owned()))
            .collect();
        let now = |id: &str| {
            let mut id = id.to_owned();
            while let Some(next) = redirects.get(&id) {
                id.clone_from(next);
            }
            id
        };
        let cache = outside.path().join("cache");
        let told = json(repository.path(), &cache, &["history", "--min-delta", "0"]);
        let commits = told["commits"].as_array().unwrap();
        let mut expected_changes: BTreeMap<String, Vec<Expected>> = BTreeMap::new();
        let mut before: Option<&Path> = None;
        let mut at = 0;
        for (commit, day, folder) in &checkouts {
            let here = scratch(folder, &cache, day, &now);
            let Some(one) = commits.get(at).filter(|one| one["by"]["commit"] == commit.as_str()) else {
                // An edit that left the text as it was is no change.
                continue;
            };
            at += 1;
            assert_eq!(one["by"]["date"], day.as_str());
            let Some(here) = here else {
                assert!(one["errors"].as_u64().unwrap() > 0);
                continue;
            };
            let aged = before.and_then(|before| scratch(before, &cache, day, &now)).unwrap_or_default();
            let moved: BTreeMap<&str, (f64, f64)> = one["moves"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| {
                    (
                        one["id"].as_str().unwrap(),
                        (one["from"].as_f64().unwrap(), one["to"].as_f64().unwrap()),
                    )
                })
                .collect();
            for (id, (stated, p)) in &here {
                let was = aged.get(id);
                match (was, moved.get(id.as_str())) {
                    (Some((_, was)), Some((from, to))) => {
                        assert!(close(*was, *from) && close(*p, *to), "{seed} {id}")
                    }
                    (Some((_, was)), None) => assert!((was - p).abs() < 2e-9, "{seed} {id} {was} {p}"),
                    (None, found) => assert!(found.is_none()),
                }
                let is_change =
                    was.is_none_or(|(stated_was, was)| stated_was != stated || (was - p).abs() > 1e-9);
                if is_change {
                    let change = (commit.clone(), *stated, *p, was.map(|(_, was)| *was));
                    expected_changes.entry(id.clone()).or_default().push(change);
                }
            }
            let added = here.keys().filter(|id| !aged.contains_key(*id)).count();
            assert_eq!(one["added"].as_u64().unwrap(), added as u64, "{seed}");
            before = Some(folder);
        }
        assert_eq!(at, commits.len());
        for (id, expected) in expected_changes {
            let told = json(repository.path(), &cache, &["history", &id, "--min-delta", "0"]);
            let changes = told["changes"].as_array().unwrap().iter();
            let is_own = |change: &&Value| {
                change["stated"] != change["stated_before"]
                    || match (
                        change["network"]["probability"].as_f64(),
                        change["network_before"]["probability"].as_f64(),
                    ) {
                        (Some(one), Some(other)) => (one - other).abs() > 1e-9,
                        (one, other) => one != other,
                    }
            };
            let own: Vec<&Value> = changes.filter(is_own).collect();
            assert_eq!(own.len(), expected.len(), "{seed} {id}: {own:#?} {expected:?}");
            for (change, (commit, stated, p, was)) in own.iter().zip(expected) {
                assert_eq!(change["by"]["commit"], commit.as_str());
                assert!(close(change["stated"].as_f64().unwrap(), stated));
                assert!(close(change["network"]["probability"].as_f64().unwrap(), p));
                let before = change["network_before"]["probability"].as_f64();
                assert_eq!(before.is_some(), was.is_some());
                assert!(before.zip(was).is_none_or(|(one, other)| close(one, other)));
            }
        }
    }
}

/// The text of `history`, with this cache folder.
fn text(repository: &Repository, cache: &Path, more: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_forecastc"))
        .args(["history", "--as-of", TODAY])
        .args(more)
        .current_dir(repository.path())
        .env("XDG_CACHE_HOME", cache)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn entries(cache: &Path) -> Vec<std::path::PathBuf> {
    let walk = walkdir::WalkDir::new(cache).sort_by_file_name().into_iter();
    walk.filter_map(Result::ok).map(walkdir::DirEntry::into_path).filter(|path| path.is_file()).collect()
}

#[test]
fn a_cache_makes_no_difference_whatever_is_in_it() {
    let repository = Repository::new();
    let mut choices = Choices(7);
    let mut draft = Draft::new(false);
    for number in 0..6_usize {
        let day = format!("2026-03-0{}", number + 1);
        draft.edit(&mut choices, &day, number);
        repository.write("predictions/letters.pred", draft.text());
        repository.commit("Ada", &day, &format!("step {number}"));
    }
    let outside = tempfile::tempdir().unwrap();
    let cache = outside.path().join("cache");
    let before = repository.all_bytes();
    let plain = text(&repository, &cache, &["--no-cache"]);
    assert!(entries(outside.path()).is_empty(), "nothing is kept that is not wanted");
    assert_eq!(text(&repository, &cache, &[]), plain);
    let kept = entries(&cache);
    assert!(kept.len() >= 5);
    assert_eq!(text(&repository, &cache, &[]), plain);
    // Each entry in place of the next, cut, or full of something else.
    let bytes: Vec<Vec<u8>> = kept.iter().map(|path| std::fs::read(path).unwrap()).collect();
    for (place, path) in kept.iter().enumerate() {
        match place % 3 {
            0 => std::fs::write(path, &bytes[(place + 1) % bytes.len()]).unwrap(),
            1 => std::fs::write(path, &bytes[place][..bytes[place].len() / 2]).unwrap(),
            _ => std::fs::write(path, "else").unwrap(),
        }
    }
    assert_eq!(text(&repository, &cache, &[]), plain);
    // Broken entries were worked out again, and written.
    assert_eq!(entries(&cache).iter().map(|path| std::fs::read(path).unwrap()).collect::<Vec<_>>(), bytes);
    // Several at once, from nothing.
    let other = outside.path().join("other");
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..3).map(|_| scope.spawn(|| text(&repository, &other, &[]))).collect();
        for run in runs {
            assert_eq!(run.join().unwrap(), plain);
        }
    });
    // A cache folder that cannot be.
    let file = outside.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert_eq!(text(&repository, &file, &[]), plain);
    assert_eq!(before, repository.all_bytes());
    // Another seed is another question.
    text(&repository, &cache, &["--seed", "1"]);
    assert!(entries(&cache).len() > kept.len());
}

#[test]
fn the_site_shows_who_changed_what_and_nothing_private() {
    let repository = Repository::new();
    let text = |level: u32, hidden: u32, private: &str| {
        format!(
            "network \"Sea\" {{ repository <https://example.org/sea> }}\n\
             killer STORM \"A storm\" {{ probability {level}% }}\n\
             killer HUSH_HUSH \"A matter\" {{\n    private\n    probability {hidden}%\n}}\n\
             killer LATER \"Now known\" {{\n{private}    probability {hidden}%\n}}\n"
        )
    };
    let steps = [
        (text(20, 11, "    private\n"), "Begin"),
        (text(35, 12, "    private\n"), "Raise STORM, and hush_hush too"),
        (text(40, 13, "    private\n"), "Raise STORM; HUSH_HUSH follows"),
        (text(41, 14, ""), "Tell of LATER <script>"),
        (text(41, 16, ""), "Once more"),
    ];
    let mut commits = Vec::new();
    for (number, (text, subject)) in steps.into_iter().enumerate() {
        repository.write("predictions/sea.pred", text);
        commits.push(repository.commit("Ada <b>", &format!("2026-02-0{}", number + 1), subject));
    }
    let outside = tempfile::tempdir().unwrap();
    let build = |more: &[&str], out: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_forecastc"))
            .args(["build", "--as-of", TODAY, "--out"])
            .arg(outside.path().join(out))
            .args(more)
            .current_dir(repository.path())
            .env("XDG_CACHE_HOME", outside.path().join("cache"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    build(&["--history"], "with");
    build(&[], "without");
    let page =
        |site: &str, name: &str| std::fs::read_to_string(outside.path().join(site).join(name)).unwrap();
    assert!(!page("without", "node/STORM.html").contains("Who changed it"));
    let storm = page("with", "node/STORM.html");
    assert!(storm.contains("Who changed it"));
    for commit in &commits[..4] {
        assert!(storm.contains(&format!("https://example.org/sea/commit/{commit}")), "{commit}");
    }
    assert!(!storm.contains(&commits[4]), "that one did nothing to it");
    assert!(storm.contains("20.0% → 35.0%") && storm.contains("35.0% → 40.0%"));
    // git itself takes angles out of names.
    assert!(storm.contains("by <bdi>Ada b</bdi>"));
    // It was private until the fourth: what was stated before is nobody's business.
    let later = page("with", "node/LATER.html");
    assert!(later.contains("14.0% → 16.0%") && !later.contains("13.0%"));
    assert!(!later.contains(&commits[3]) && later.contains(&commits[4]));
    let site = outside.path().join("with");
    for path in walkdir::WalkDir::new(&site).into_iter().map(|entry| entry.unwrap().into_path()) {
        if path.is_file() {
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).to_uppercase();
            assert!(!text.contains("HUSH_HUSH"), "{}", path.display());
            assert!(!text.contains("A MATTER"), "{}", path.display());
        }
    }
}
