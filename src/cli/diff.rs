//! `forecastc diff`

mod conditions;
mod github;
mod markdown;
mod sides;
mod text;
mod words;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use self::conditions::Condition;
use self::sides::{Base, Loaded};
use super::{Call, Ending, Fault};
use crate::Compiled;
use crate::Memory;
use crate::disk;
use crate::review::{Network, Review, Terms, against_saved, review};
use crate::source::Sources;
use crate::value::Date;

/// Review a change: what it does to what the network believes
///
/// Both sides are looked at on the same day, so that what moves is moved by the text. A name that git knows is a
/// revision; write ./NAME for a folder of that name.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// What was there: a revision, a folder, or the network.json of a site [default: where the work tree left the
    /// main branch]
    #[arg(value_name = "BASE")]
    base: Option<String>,
    /// What is there now: a revision or a folder [default: the source folder as it is]
    #[arg(value_name = "HEAD")]
    head: Option<String>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// From how many points on a move is told
    #[arg(long, value_name = "POINTS", default_value_t = 0.5, value_parser = points)]
    min_delta: f64,
    /// End with 1 if any of these is found: rewritten-history, restated, failed-assert, moved=POINTS,
    /// backdated=DAYS
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = Condition::parse)]
    fail_on: Vec<Condition>,
    /// The day of the base, to tell apart what moved by the passing of time alone [default: that of its commit]
    #[arg(long, value_name = "DATE", value_parser = super::date)]
    since: Option<Date>,
    /// Lay out a review that was written as JSON before, instead of making one: its words are trusted as little as those
    /// of a network, its numbers are its own
    #[arg(long, value_name = "FILE", conflicts_with_all = ["base", "head", "since"])]
    from: Option<PathBuf>,
    /// How many of each kind to show as text
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,
}

/// A review that was written has at most so many bytes.
const REVIEW_BYTES: u64 = 64 << 20;

/// How a review is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    Text,
    /// For the comment on a pull request
    Markdown,
    /// For programs
    Json,
    /// Annotations on the changed lines
    Github,
}

fn points(words: &str) -> Result<f64, String> {
    let number = words.parse::<f64>().ok().filter(|points| (0.0..=100.0).contains(points));
    number.ok_or_else(|| "a number of points from 0 to 100".to_owned())
}

pub(super) fn run(arguments: &Arguments, call: &mut Call) -> Result<Ending, Fault> {
    let found = match &arguments.from {
        Some(path) => {
            let text = disk::text(path, REVIEW_BYTES)?;
            Review::read(&text).map_err(|fault| format!("{}: {fault}", path.display()))?
        }
        None => {
            let (base, head) = sides::load(call, arguments.base.as_deref(), arguments.head.as_deref())?;
            look(arguments, call, &base, &head)?
        }
    };
    match arguments.format {
        Format::Text => call.output.result(&text::text(&found, arguments.top)),
        Format::Markdown => call.output.result(&markdown::markdown(&found)),
        Format::Json => call.output.json(&found)?,
        Format::Github => call.output.result(&github::github(&found)),
    }
    let mut ending = if found.head.errors > 0 { Ending::NetworkAtFault } else { Ending::Fine };
    for condition in &arguments.fail_on {
        if let Some(words) = condition.found_in(&found) {
            call.output.message(&format!("{}: {words}\n", condition.name()));
            ending = Ending::NetworkAtFault;
        }
    }
    Ok(ending)
}

fn look(arguments: &Arguments, call: &Call, base: &Base, head: &Loaded) -> Result<Review, Fault> {
    let backdated = arguments.fail_on.iter().find_map(Condition::days).unwrap_or(conditions::LONG_AGO);
    let (settings, memory) = (call.settings, Memory::new());
    // What both sides share is worked out once.
    let evaluate = |sources: &Sources, day: Date| call.evaluate_on(sources, day, &memory, &|_| {});
    let mut past = None;
    let mut before = None;
    if let Base::Text(base) = base {
        if let Some(day) = arguments.since.or(base.day).filter(|day| *day < call.today) {
            past = Some((day, evaluate(&base.sources, day)?));
        }
        before = Some(evaluate(&base.sources, call.today)?);
    }
    let compiled = evaluate(&head.sources, call.today)?;
    let terms = Terms {
        today: call.today,
        settings: &settings,
        memory: &memory,
        min_delta: arguments.min_delta,
        backdated_after: backdated,
        past: past.as_ref().map(|(day, compiled)| (*day, compiled)),
    };
    let now = network(head, &compiled);
    Ok(match (base, &before) {
        (Base::Text(base), Some(before)) => review(&network(base, before), &now, &terms),
        (Base::Saved(name, saved), _) => against_saved(name, saved, &now, &terms),
        (Base::Text(base), None) => return Err(format!("{} was not worked out", base.name).into()),
    })
}

fn network<'a>(side: &'a Loaded, compiled: &'a Compiled) -> Network<'a> {
    Network {
        name: &side.name,
        commit: side.commit.as_deref(),
        folder: &side.folder,
        sources: &side.sources,
        compiled,
    }
}
