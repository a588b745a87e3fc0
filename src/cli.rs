//! The command line: arguments in, text and an exit code out. One command a file.
//!
//! Results go to standard output, messages to standard error. This layer alone knows the clock, the
//! environment and the terminal; everything below gets them as arguments.

mod ask;
mod build;
mod check;
mod coherence;
mod diff;
mod due;
mod dump;
mod evaluate;
mod explain;
mod fmt;
mod history;
mod init;
mod list;
mod log;
mod manual;
mod new;
mod number;
mod output;
mod past;
mod patch;
mod progress;
mod proposal;
mod query;
mod question;
mod reach;
mod rename;
mod schema;
mod score;
mod show;
mod test;
mod whatif;
mod why;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use self::output::Output;
use crate::diagnostic::{self, Diagnostics, counted};
use crate::disk;
use crate::forecast::{Forecast, Method, Notice, Settings, Trouble};
use crate::model::{Model, NodeId};
use crate::source::Sources;
use crate::value::Date;
use crate::{Compiled, Draft, Memory};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// All is well.
    Fine,
    /// The network is at fault.
    NetworkAtFault,
    /// The call is, or the machine.
    CallAtFault,
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        Self::from(match ending {
            Ending::Fine => 0,
            Ending::NetworkAtFault => 1,
            Ending::CallAtFault => 2,
        })
    }
}

/// The fewest and the most worlds that make sense.
const WORLDS: (usize, usize) = (64, 1 << 24);

/// Why a command cannot go on.
type Fault = Box<dyn std::error::Error>;

/// A compiler for forecasts: plain-text predictions in git, checked and published.
#[derive(Debug, Parser)]
#[command(name = "forecastc", version, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 all is well, 1 the network is at fault, 2 the call is.")]
struct Arguments {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct Common {
    /// The folder with the .pred files
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        default_value = "predictions",
        help_heading = "For all commands"
    )]
    source: PathBuf,
    /// The day on which to look at the network [default: today]
    #[arg(long, global = true, value_name = "DATE", value_parser = date, help_heading = "For all commands")]
    as_of: Option<Date>,
    /// When to use color: auto is on a terminal only
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "For all commands"
    )]
    color: output::Color,
    /// Say nothing but results
    #[arg(long, short, global = true, help_heading = "For all commands")]
    quiet: bool,
    #[command(flatten)]
    numbers: Numbers,
}

#[derive(Debug, Args)]
struct Numbers {
    /// What random numbers begin with, where numbers are sampled
    #[arg(long, global = true, value_name = "N", default_value_t = 0, help_heading = "For numbers")]
    seed: u64,
    /// Work everything out exactly, whatever it takes
    #[arg(long, global = true, conflicts_with = "worlds", help_heading = "For numbers")]
    exact: bool,
    /// How many worlds to sample, where numbers are sampled [default: what suits the network]
    #[arg(long, global = true, value_name = "N", value_parser = worlds, help_heading = "For numbers")]
    worlds: Option<usize>,
}

impl Numbers {
    fn settings(&self) -> Settings {
        let method = if self.exact { Method::Exact } else { Method::Chosen };
        Settings { seed: self.seed, method, worlds: self.worlds }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    Build(build::Arguments),
    Serve(build::Serve),
    Check(check::Arguments),
    Fmt(fmt::Arguments),
    Diff(diff::Arguments),
    List(list::Arguments),
    Show(show::Arguments),
    Why(why::Arguments),
    Whatif(whatif::Arguments),
    Query(query::Arguments),
    Ask(ask::Arguments),
    Test(test::Arguments),
    Evaluate(evaluate::Arguments),
    Score(score::Arguments),
    History(history::Arguments),
    Due(due::Arguments),
    Coherence(coherence::Arguments),
    New(new::Arguments),
    Log(log::Arguments),
    Rename(rename::Arguments),
    Init(init::Arguments),
    Explain(explain::Arguments),
    Schema(schema::Arguments),
    Dump(dump::Arguments),
    Completions(manual::Completions),
    Man(manual::Man),
}

/// What every command gets.
struct Call {
    source: PathBuf,
    today: Date,
    /// Whether the day was given, and does not pass.
    is_dated: bool,
    settings: Settings,
    output: Output,
}

/// A network with its numbers. Its own assertions and rules may have failed, and nothing else.
struct Network {
    sources: Sources,
    model: Model,
    forecast: Forecast,
    diagnostics: Diagnostics,
}

impl Network {
    /// The node that is called this, for a command that is about nodes.
    fn find(&self, name: &str, command: &str) -> Result<NodeId, Fault> {
        find(&self.model, name, command)
    }
}

/// The node that is called this, for a command that is about nodes.
fn find(model: &Model, name: &str, command: &str) -> Result<NodeId, Fault> {
    if let Some(id) = model.find(name) {
        return Ok(id);
    }
    if let Some(named) = model.names.get(name) {
        return Err(format!("`{name}` is {}; `{command}` is about nodes", named.what()).into());
    }
    let hint = match model.nearest(name) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`forecastc list` shows all nodes".to_owned(),
    };
    Err(format!("there is no node `{name}`\n  {hint}").into())
}

impl Call {
    /// The sources of the call's folder, or of another place.
    fn load(&self, place: Option<&Path>) -> Result<Sources, Fault> {
        let place = place.unwrap_or(&self.source);
        if !disk::exists(place) {
            let place = place.display();
            return Err(format!(
                "there is nothing at `{place}`\n  begin a network with `forecastc init`, or name its folder with `--source DIR`"
            )
            .into());
        }
        let sources = disk::load(place)?;
        if sources.files().is_empty() {
            let place = place.display();
            return Err(
                format!("there are no .pred files below `{place}`\n  begin with `forecastc init`").into()
            );
        }
        Ok(sources)
    }

    /// The network of the call with its numbers, if nothing stands in their way; else that is shown.
    fn network(&mut self) -> Result<Option<Network>, Fault> {
        let sources = self.load(None)?;
        let compiled = self.evaluate(&sources, &|_| {})?;
        let Compiled { model, forecast: Some(forecast), diagnostics, .. } = compiled else {
            let color = self.output.color_of_messages();
            self.output.error_stream(&diagnostic::text(&compiled.diagnostics, &sources, color));
            return Ok(None);
        };
        self.warn_of_unsettled(&model, &forecast);
        Ok(Some(Network { sources, model, forecast, diagnostics }))
    }

    fn warn_of_unsettled(&mut self, model: &Model, forecast: &Forecast) {
        let unsettled: Vec<&str> = forecast.unsettled().map(|id| model.node(id).id.as_ref()).collect();
        if let Some(first) = unsettled.first() {
            self.output.message(&format!(
                "{}, `{first}` among them, did not settle: the errors shown are too small; sample more with `--worlds N`\n",
                counted(unsettled.len(), "number"),
            ));
        }
    }

    /// Compiles sources with their numbers, with progress on a terminal where that takes long. `notice` hears of it
    /// too.
    fn evaluate(&self, sources: &Sources, notice: Notice<'_>) -> Result<Compiled, Fault> {
        self.evaluate_with(sources, &Memory::new(), notice)
    }

    /// The same, with what an earlier compile left.
    fn evaluate_with(
        &self,
        sources: &Sources,
        memory: &Memory,
        notice: Notice<'_>,
    ) -> Result<Compiled, Fault> {
        self.evaluate_on(sources, self.today, memory, notice)
    }

    /// The same as the network stands on another day.
    fn evaluate_on(
        &self,
        sources: &Sources,
        day: Date,
        memory: &Memory,
        notice: Notice<'_>,
    ) -> Result<Compiled, Fault> {
        self.finish(crate::draft(sources, day, memory), (sources, day), memory, notice)
    }

    /// The numbers of a network that was read from these sources, as it stands on this day.
    fn finish(
        &self,
        draft: Draft,
        (sources, day): (&Sources, Date),
        memory: &Memory,
        notice: Notice<'_>,
    ) -> Result<Compiled, Fault> {
        let progress = progress::Progress::new(self.output.shows_progress());
        let both = |stage| {
            notice(stage);
            progress.stage(stage);
        };
        let compiled = draft.evaluate(sources, (day, &self.settings), memory, &both);
        progress.clear();
        let troubles = compiled.forecast.as_ref().map_or(&[][..], |forecast| forecast.troubles());
        if let Some(Trouble::TooWide { node, nodes }) = troubles.first() {
            let node = &compiled.model.node(*node).id;
            return Err(format!(
                "{} around `{node}` are tied too closely to be worked out exactly\n  without `--exact` they are sampled",
                counted(*nodes, "node")
            )
            .into());
        }
        Ok(compiled)
    }
}

/// Runs one command.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let parsed = Arguments::command().try_get_matches_from(arguments);
    let arguments = match parsed.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are results, not faults.
            let ending = if error.use_stderr() { Ending::CallAtFault } else { Ending::Fine };
            let _ = error.print();
            return ending.into();
        }
    };
    let mut output = Output::new(arguments.common.color, arguments.common.quiet);
    let today = match arguments.common.as_of.map_or_else(today, Ok) {
        Ok(today) => today,
        Err(fault) => {
            output.fault(&fault.to_string());
            return Ending::CallAtFault.into();
        }
    };
    let is_dated = arguments.common.as_of.is_some() || std::env::var_os("SOURCE_DATE_EPOCH").is_some();
    let settings = arguments.common.numbers.settings();
    let mut call = Call { source: arguments.common.source, today, is_dated, settings, output };
    let ending = match &arguments.command {
        Command::Build(arguments) => build::run(arguments, &mut call),
        Command::Serve(arguments) => build::serve(arguments, &mut call),
        Command::Check(arguments) => check::run(arguments, &mut call),
        Command::Fmt(arguments) => fmt::run(arguments, &mut call),
        Command::Diff(arguments) => diff::run(arguments, &mut call),
        Command::List(arguments) => list::run(arguments, &mut call),
        Command::Show(arguments) => show::run(arguments, &mut call),
        Command::Why(arguments) => why::run(arguments, &mut call),
        Command::Whatif(arguments) => whatif::run(arguments, &mut call),
        Command::Query(arguments) => query::run(arguments, &mut call),
        Command::Ask(arguments) => ask::run(arguments, &mut call),
        Command::Test(arguments) => test::run(arguments, &mut call),
        Command::Evaluate(arguments) => evaluate::run(arguments, &mut call),
        Command::Score(arguments) => score::run(arguments, &mut call),
        Command::History(arguments) => history::run(arguments, &mut call),
        Command::Due(arguments) => due::run(arguments, &mut call),
        Command::Coherence(arguments) => coherence::run(arguments, &mut call),
        Command::New(arguments) => new::run(arguments, &mut call),
        Command::Log(arguments) => log::run(arguments, &mut call),
        Command::Rename(arguments) => rename::run(arguments, &mut call),
        Command::Init(arguments) => init::run(arguments, &mut call),
        Command::Explain(arguments) => explain::run(arguments, &mut call),
        Command::Schema(arguments) => schema::run(arguments, &mut call),
        Command::Dump(arguments) => dump::run(arguments, &mut call),
        Command::Completions(arguments) => manual::completions(arguments, &mut call),
        Command::Man(arguments) => manual::man(arguments, &mut call),
    };
    match ending {
        Ok(ending) => ending.into(),
        Err(fault) => {
            call.output.fault(&fault.to_string());
            Ending::CallAtFault.into()
        }
    }
}

fn worlds(words: &str) -> Result<usize, String> {
    let number = words.parse().ok().filter(|worlds| (WORLDS.0..=WORLDS.1).contains(worlds));
    number.ok_or_else(|| format!("a number from {} to {}", WORLDS.0, WORLDS.1))
}

fn date(words: &str) -> Result<Date, String> {
    Date::parse(words).ok_or_else(|| "write a day as 2026-09-01".to_owned())
}

/// The day of `SOURCE_DATE_EPOCH` where it is set, as for reproducible builds; else of the clock.
fn today() -> Result<Date, Fault> {
    let seconds = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(seconds) => seconds.trim().parse().ok(),
        Err(_) => clock(),
    };
    let date = seconds.and_then(Date::from_unix_seconds);
    date.ok_or_else(|| "SOURCE_DATE_EPOCH or the clock names no day; say which with `--as-of DATE`".into())
}

#[expect(clippy::disallowed_methods, reason = "the one look at the clock")]
fn clock() -> Option<i64> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok()
}
