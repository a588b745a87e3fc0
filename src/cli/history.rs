//! `forecastc history`

use clap::Args;
use serde::Serialize;

use super::output::{Format, WIDTH, cut, entry, table};
use super::{Call, Ending, Fault};
use crate::answers::past::{Change, Network, Past, Standing, Tally, Version};
use crate::diagnostic::{counted, nearest};
use crate::value::{Date, percent};

/// So many moves of a commit are named.
const MOVES: usize = 2;
/// So much of a name is shown.
const NAME: usize = 14;

/// Show who changed which numbers, commit by commit
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The id of a node: its own numbers
    id: Option<String>,
    /// The least move that is told, in points
    #[arg(long, value_name = "POINTS", default_value = "0.5", value_parser = points)]
    min_delta: f64,
    /// Work everything out anew, and keep nothing in the cache folder of the user
    #[arg(long)]
    no_cache: bool,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

pub(super) fn run(arguments: &Arguments, call: &mut Call) -> Result<Ending, Fault> {
    let past = call.past(!arguments.no_cache)?;
    let least = arguments.min_delta / 100.0;
    let shown = Shown { past: &past, today: call.today };
    let Some(name) = &arguments.id else {
        let tallies: Vec<Option<Tally>> =
            (0..past.versions().len()).map(|place| past.tally(place, least)).collect();
        match arguments.format {
            Format::Json => call.output.json(&shown.commits_json(&tallies))?,
            Format::Text => call.output.result(&shown.commits(&tallies)),
        }
        return Ok(Ending::Fine);
    };
    let id = past.now(name).to_owned();
    if !past.has(&id) {
        let ids = past.versions().iter().rev().flat_map(|version| version.snapshot.nodes.keys());
        let hint = match nearest(name, ids.map(AsRef::as_ref)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`forecastc list` shows the nodes that there are".to_owned(),
        };
        return Err(format!("no commit has a node `{name}`\n  {hint}").into());
    }
    let changes = past.changes(&id, least);
    match arguments.format {
        Format::Json => call.output.json(&shown.node_json(&id, &changes))?,
        Format::Text => call.output.result(&shown.node(&id, &changes)),
    }
    Ok(Ending::Fine)
}

fn points(words: &str) -> Result<f64, String> {
    let number = words.parse().ok().filter(|points| (0.0..=100.0).contains(points));
    number.ok_or_else(|| "a number of points from 0 to 100".to_owned())
}

struct Shown<'a> {
    past: &'a Past,
    today: Date,
}

/// The day, the commit, and whoever made it.
fn head(version: &Version) -> [String; 3] {
    [version.date.to_string(), version.short().to_owned(), cut(&version.author, NAME)]
}

/// `40% → 55%`, or the one number where the other is missing or the same.
fn both(from: Option<f64>, to: Option<f64>) -> String {
    match (from.map(percent), to.map(percent)) {
        (Some(from), Some(to)) if from != to => format!("{from} → {to}"),
        (_, Some(one)) | (Some(one), None) => one,
        (None, None) => "-".to_owned(),
    }
}

fn probability(network: Option<Network>) -> Option<f64> {
    network.map(|network| network.probability)
}

impl Shown<'_> {
    /// One node.
    fn node(&self, id: &str, changes: &[Change<'_>]) -> String {
        let commits = counted(self.past.versions().len(), "commit");
        let head_row = ["DATE", "COMMIT", "STATED", "NETWORK", "AUTHOR", "SUBJECT"];
        let mut rows = vec![head_row.map(ToOwned::to_owned).to_vec()];
        for change in changes {
            let [date, commit, author] = head(change.version);
            if let Some(passing) = change.passing {
                let network = both(Some(passing.from.probability), Some(passing.to.probability));
                let words = "the days before, with the same text".to_owned();
                rows.push(vec![date.clone(), String::new(), String::new(), network, String::new(), words]);
            }
            if change.is_one {
                let stated = if change.stated_before() == change.stated() {
                    String::new()
                } else {
                    both(change.stated_before(), change.stated())
                };
                let network = both(probability(change.network_before), probability(change.network()));
                let mut subject = change.version.subject.clone();
                if let Some(note) = note(change) {
                    subject = format!("({note}) {subject}");
                }
                rows.push(vec![date, commit, stated, network, author, subject]);
            }
        }
        let own = changes.iter().filter(|change| change.is_one).count();
        format!("{id}: {own} of {commits} changed it\n\n{}", table(&rows, WIDTH + 20))
    }

    /// All commits.
    fn commits(&self, tallies: &[Option<Tally>]) -> String {
        let head_row = ["DATE", "COMMIT", "STATED", "MOVED", "AUTHOR", "SUBJECT"];
        let rows = self.past.versions().iter().zip(tallies).map(|(version, tally)| {
            let [date, commit, author] = head(version);
            let count = |count: usize| if count == 0 { "-".to_owned() } else { count.to_string() };
            let (stated, moved) = tally.as_ref().map_or_else(
                || ("?".to_owned(), "?".to_owned()),
                |tally| (count(tally.stated), count(tally.moves.len())),
            );
            vec![date, commit, stated, moved, author, version.subject.clone()]
        });
        let rows: Vec<_> = std::iter::once(head_row.map(ToOwned::to_owned).to_vec()).chain(rows).collect();
        let table = table(&rows, WIDTH + 20);
        let mut lines = table.lines();
        let mut out: String = lines.next().map(|head| format!("{head}\n")).unwrap_or_default();
        for ((version, tally), line) in self.past.versions().iter().zip(tallies).zip(lines) {
            out.push_str(line);
            out.push('\n');
            let words = match tally {
                Some(tally) => told(tally),
                None => format!("{}: no numbers", counted(version.snapshot.errors, "error")),
            };
            if !words.is_empty() {
                out.push_str(&entry(&words));
            }
        }
        out
    }

    fn node_json<'b>(&self, id: &'b str, changes: &'b [Change<'b>]) -> HistoryJson<'b> {
        let change = |change: &'b Change<'b>| ChangeJson {
            by: CommitJson::of(change.version),
            former_id: change.former.map(AsRef::as_ref),
            there_before: change.before.is_some(),
            there: change.after.is_some(),
            private: change.after.or(change.before).is_some_and(|standing| standing.private),
            outcome_before: change.before.and_then(outcome),
            outcome: change.after.and_then(outcome),
            stated_before: change.stated_before(),
            stated: change.stated(),
            network_before: change.network_before.map(NumberJson::of),
            network: change.network().map(NumberJson::of),
            moved_by_time: change.passing.map(|passing| passing.to.probability - passing.from.probability),
        };
        HistoryJson {
            schema_version: 1,
            as_of: self.today.to_string(),
            id: Some(id),
            commits: None,
            changes: Some(changes.iter().map(change).collect()),
        }
    }

    fn commits_json<'b>(&'b self, tallies: &'b [Option<Tally>]) -> HistoryJson<'b> {
        let commit = |(version, tally): (&'b Version, &'b Option<Tally>)| TallyJson {
            by: CommitJson::of(version),
            errors: version.snapshot.errors,
            nodes: version.snapshot.nodes.len(),
            added: tally.as_ref().map(|tally| tally.added),
            removed: tally.as_ref().map(|tally| tally.removed),
            settled: tally.as_ref().map(|tally| tally.settled),
            stated: tally.as_ref().map(|tally| tally.stated),
            moves: tally.as_ref().map(|tally| {
                let moves = tally.moves.iter();
                moves.map(|one| MoveJson { id: &one.id, from: one.from, to: one.to }).collect()
            }),
        };
        HistoryJson {
            schema_version: 1,
            as_of: self.today.to_string(),
            id: None,
            commits: Some(self.past.versions().iter().zip(tallies).map(commit).collect()),
            changes: None,
        }
    }
}

/// What else happened to a node.
fn note(change: &Change<'_>) -> Option<String> {
    let after = match (change.before, change.after) {
        (None, Some(_)) => return Some("new".to_owned()),
        (_, None) => return Some("gone".to_owned()),
        (Some(before), Some(after)) => (before.outcome != after.outcome).then_some(after),
    };
    let settled =
        after.map(|after| outcome(after).map_or("open again".to_owned(), |word| format!("settled: {word}")));
    let renamed = change.former.map(|old| format!("was {old}"));
    let notes: Vec<String> = settled.into_iter().chain(renamed).collect();
    (!notes.is_empty()).then(|| notes.join(", "))
}

fn outcome(standing: &Standing) -> Option<&'static str> {
    standing.outcome.map(crate::model::Outcome::word)
}

/// What a commit did, in a line; nothing if it did nothing.
fn told(tally: &Tally) -> String {
    let counts = [(tally.added, "new"), (tally.removed, "gone"), (tally.settled, "settled")];
    let mut words: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let moves = tally.moves.iter().take(MOVES);
    words.extend(moves.map(|one| format!("{} {}", one.id, both(Some(one.from), Some(one.to)))));
    words.join(", ")
}

#[derive(Serialize)]
struct HistoryJson<'a> {
    schema_version: u32,
    as_of: String,
    id: Option<&'a str>,
    commits: Option<Vec<TallyJson<'a>>>,
    changes: Option<Vec<ChangeJson<'a>>>,
}

#[derive(Serialize)]
struct CommitJson<'a> {
    commit: &'a str,
    date: String,
    author: &'a str,
    subject: &'a str,
}

impl<'a> CommitJson<'a> {
    fn of(version: &'a Version) -> Self {
        Self {
            commit: &version.commit,
            date: version.date.to_string(),
            author: &version.author,
            subject: &version.subject,
        }
    }
}

#[derive(Serialize)]
struct TallyJson<'a> {
    by: CommitJson<'a>,
    errors: usize,
    nodes: usize,
    added: Option<usize>,
    removed: Option<usize>,
    settled: Option<usize>,
    stated: Option<usize>,
    moves: Option<Vec<MoveJson<'a>>>,
}

#[derive(Serialize)]
struct MoveJson<'a> {
    id: &'a str,
    from: f64,
    to: f64,
}

#[derive(Serialize)]
struct ChangeJson<'a> {
    by: CommitJson<'a>,
    /// The id that it had before, where it was another.
    former_id: Option<&'a str>,
    there_before: bool,
    there: bool,
    private: bool,
    outcome_before: Option<&'static str>,
    outcome: Option<&'static str>,
    stated_before: Option<f64>,
    stated: Option<f64>,
    network_before: Option<NumberJson>,
    network: Option<NumberJson>,
    moved_by_time: Option<f64>,
}

#[derive(Serialize)]
struct NumberJson {
    probability: f64,
    error: f64,
}

impl NumberJson {
    fn of(network: Network) -> Self {
        Self { probability: network.probability, error: network.error }
    }
}
