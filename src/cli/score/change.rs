//! `forecastc score --by change`

use serde::Serialize;

use super::{ByChoice, json};
use crate::answers::past::{Past, Snapshot, Version};
use crate::answers::score::{self, Changes, Restated, Worth};
use crate::cli::output::{Format, WIDTH, cut, table};
use crate::cli::{Call, Ending, Fault, Network};
use crate::diagnostic::counted;
use crate::disk::git::{GitFault, Repository};
use crate::value::percent;

pub(super) fn run(format: Format, network: &Network, call: &mut Call) -> Result<Ending, Fault> {
    let Network { model, forecast, .. } = network;
    let past = match repository(call) {
        Ok(()) => call.past(true)?,
        Err(why) => {
            call.output.message(&format!("only the journals tell of changes: {why}\n"));
            alone(network)
        }
    };
    let cases = score::all(model, forecast).cases;
    let changes = Changes::of(model, &past, &cases);
    let shown = Shown { past: &past, changes: &changes };
    match format {
        Format::Json => {
            call.output.json(&json(network, Some(ByChoice::Change), &[], None, Some(shown.json())))?;
        }
        Format::Text => {
            call.output.result(&shown.text(cases.len()));
        }
    }
    Ok(Ending::Fine)
}

/// Whether there is a past to look at, or else why not.
fn repository(call: &Call) -> Result<(), GitFault> {
    Repository::holding(&call.source)?.commit("HEAD").map(|_| ())
}

/// A past of one version: what the text says now.
fn alone(network: &Network) -> Past {
    let today = network.forecast.today();
    let snapshot = Snapshot::of(&network.model, Some(&network.forecast), today, 0);
    let version = Version {
        commit: String::new(),
        author: String::new(),
        date: today,
        subject: String::new(),
        snapshot: snapshot.into(),
        aged: None,
    };
    Past::new(vec![version], |_| None)
}

struct Shown<'a> {
    past: &'a Past,
    changes: &'a Changes,
}

/// The two gains of some changes.
fn gains(log: f64, brier: f64) -> [String; 2] {
    [format!("{log:+.3}"), format!("{brier:+.3}")]
}

fn name(words: &str) -> String {
    if words.is_empty() { "(journal)".to_owned() } else { cut(words, 20) }
}

impl Shown<'_> {
    fn version(&self, place: usize) -> Option<&Version> {
        self.past.versions().get(place)
    }

    fn text(&self, cases: usize) -> String {
        let Changes { all, late } = self.changes;
        let what = counted(all.len(), "change");
        let mut out = format!("{what} of what was stated of {}", counted(cases, "settled prediction"));
        if *late > 0 {
            out.push_str(&format!("; {late} came with the outcome or after it"));
        }
        out.push('\n');
        if all.is_empty() {
            return out;
        }
        let head = ["DATE", "COMMIT", "FROM", "TO", "CAME", "LOG", "BRIER", "PREDICTION"];
        let rows = all.iter().map(|change| self.row(change));
        out.push('\n');
        out.push_str(&titled(&head, rows));
        out.push_str("\nby author\n");
        let rows = self
            .changes
            .by_author(self.past)
            .into_iter()
            .map(|(author, worth)| sums(worth).into_iter().chain([name(author)]).collect::<Vec<_>>());
        out.push_str(&titled(&["  CHANGES", "BETTER", "LOG", "BRIER", "AUTHOR"], rows));
        out.push_str("\nby commit\n");
        let rows = self.changes.by_version().into_iter().filter_map(|(place, worth)| {
            let version = self.version(place)?;
            let commit = [name(version.short()), version.subject.clone()];
            Some(sums(worth).into_iter().chain(commit).collect::<Vec<_>>())
        });
        out.push_str(&titled(&["  CHANGES", "BETTER", "LOG", "BRIER", "COMMIT", "SUBJECT"], rows));
        out
    }

    fn row(&self, change: &Restated) -> Vec<String> {
        let [log, brier] = gains(change.log_gain, change.brier_gain);
        let commit = self.version(change.version).map(|version| version.short().to_owned());
        vec![
            change.date.to_string(),
            commit.filter(|_| change.is_witnessed).unwrap_or_else(|| "(journal)".to_owned()),
            percent(change.from),
            percent(change.to),
            if change.came_true { "yes" } else { "no" }.to_owned(),
            log,
            brier,
            change.id.to_string(),
        ]
    }

    pub(super) fn json(&self) -> ChangesJson<'_> {
        let version = |place: usize| self.version(place).filter(|version| !version.commit.is_empty());
        let change = |change: &Restated| ChangeJson {
            id: change.id.to_string(),
            date: change.date.to_string(),
            commit: version(change.version).map(|version| version.commit.as_str()),
            author: version(change.version).map(|version| version.author.as_str()),
            witnessed: change.is_witnessed,
            from: change.from,
            to: change.to,
            came_true: change.came_true,
            log_gain: change.log_gain,
            brier_gain: change.brier_gain,
        };
        let authors = self.changes.by_author(self.past).into_iter();
        let commits = self.changes.by_version().into_iter();
        ChangesJson {
            late: self.changes.late,
            all: self.changes.all.iter().map(change).collect(),
            authors: authors
                .map(|(author, worth)| AuthorJson {
                    author: Some(author).filter(|author| !author.is_empty()),
                    worth: WorthJson::new(worth),
                })
                .collect(),
            commits: commits
                .map(|(place, worth)| CommitJson {
                    commit: version(place).map(|version| version.commit.as_str()),
                    date: version(place).map(|version| version.date.to_string()),
                    author: version(place).map(|version| version.author.as_str()),
                    subject: version(place).map(|version| version.subject.as_str()),
                    worth: WorthJson::new(worth),
                })
                .collect(),
        }
    }
}

fn sums(worth: Worth) -> Vec<String> {
    let [log, brier] = gains(worth.log_gain, worth.brier_gain);
    vec![format!("  {}", worth.count), worth.better.to_string(), log, brier]
}

fn titled(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let head = head.iter().map(|word| (*word).to_owned()).collect();
    table(&std::iter::once(head).chain(rows).collect::<Vec<_>>(), WIDTH)
}

#[derive(Serialize)]
pub(super) struct ChangesJson<'a> {
    late: usize,
    all: Vec<ChangeJson<'a>>,
    authors: Vec<AuthorJson<'a>>,
    commits: Vec<CommitJson<'a>>,
}

#[derive(Serialize)]
struct ChangeJson<'a> {
    id: String,
    date: String,
    commit: Option<&'a str>,
    author: Option<&'a str>,
    witnessed: bool,
    from: f64,
    to: f64,
    came_true: bool,
    log_gain: f64,
    brier_gain: f64,
}

#[derive(Serialize)]
struct AuthorJson<'a> {
    author: Option<&'a str>,
    worth: WorthJson,
}

#[derive(Serialize)]
struct CommitJson<'a> {
    commit: Option<&'a str>,
    date: Option<String>,
    author: Option<&'a str>,
    subject: Option<&'a str>,
    worth: WorthJson,
}

#[derive(Serialize)]
struct WorthJson {
    count: usize,
    better: usize,
    log_gain: f64,
    brier_gain: f64,
}

impl WorthJson {
    fn new(worth: Worth) -> Self {
        let Worth { count, better, log_gain, brier_gain } = worth;
        Self { count, better, log_gain, brier_gain }
    }
}
