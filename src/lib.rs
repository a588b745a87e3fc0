//! A compiler for forecasts.
//!
//! People write predictions, killers, scenarios, milestones and the edges between them as plain text in `.pred`
//! files. This crate takes that text to a checked model, says everything that is wrong with it, lays it out in one
//! way, and works out what the network believes. `grammar/README.md` is the reference of the language,
//! `grammar/numbers.md` that of the numbers.
//!
//! ```
//! use forecastc::source::Sources;
//! use forecastc::value::Date;
//!
//! let sources = Sources::single(r#"
//! killer RATES "The ten-year stays above 5% through 2028" { probability 30% }
//!
//! prediction BOOM "A building boom begins" {
//!     window 2027 .. 2029
//!     probability 40%
//!     measure "Housing starts, by the statistical office"
//!     killed by RATES 20% else 48%
//! }
//! "#);
//! let today = Date::parse("2026-06-01").expect("a day of the calendar");
//! let compiled = forecastc::compile(&sources, today);
//!
//! assert!(compiled.diagnostics.is_empty());
//! let boom = compiled.model.find("BOOM").expect("it is declared above");
//! assert_eq!(compiled.model.edges_into(boom).count(), 1);
//! assert_eq!(compiled.model.node(boom).stated(today).map(|p| p.as_f64()), Some(0.4));
//! ```
//!
//! # The map
//!
//! Data flows one way. A stage is a function that gives its value and pushes what it has to complain about
//! into one sink; the user's mistakes are never an `Err`.
//!
//! ```text
//! text -> source -> syntax -> model -> forecast -> answers -> rules -> cli
//!                   outline   names    part        one file   one file
//!                   grammar   journals replay      a question a diagnostic
//!                   lower              exact
//!                   print (fmt)        sample
//! value, diagnostic: used by all of them.        disk, serve: used by cli.
//! ```
//!
//! | module | takes | gives |
//! | --- | --- | --- |
//! | [`source`] | text | [`source::Sources`], and places in them |
//! | [`diagnostic`] | | what is wrong, where, why and what to do; for people and for machines |
//! | [`value`] | words | dates, probabilities, windows, strengths, or a refusal in words |
//! | [`syntax`] | one file | its tree ([`syntax::tree`]), and its one layout ([`syntax::format`]) |
//! | [`model`] | all trees | the network with every name looked up ([`model::Model`]) |
//! | [`forecast`] | the model and a day | what the network believes, and how it came to ([`forecast::Forecast`]) |
//! | [`answers`] | the model and the forecast | what people ask of it: why, what if, what to watch, how good it was, who changed it |
//! | `rules` | the model, a day, the forecast | what a network that can be read still gets wrong |
//! | [`review`] | two compiled networks | what a change of text does to what a network believes ([`review::Review`]) |
//! | [`edit`] | trees and the model | what has to change for a new line of a journal, or another id |
//! | [`site`] | the model, the forecast and templates | the files of a site, as values ([`site::Site`]) |
//! | [`disk`] | paths | sources and templates; sources as a commit has them; single files, replaced whole or not at all; folders with a site; hints that they changed |
//! | [`serve`] | the files that a build made | a site on this machine, whose pages show themselves anew |
//! | [`cli`] | arguments | text and an exit code |
//!
//! # What is always so
//!
//! - `syntax` does not know what a name refers to; `model` does not know pest; below `model` no name is looked up.
//! - Names that are text live in the tree, names that are looked up in the model; there is nothing between.
//! - `forecast` knows neither `syntax` nor `diagnostic`: what stands in the way of numbers is a value, which `rules`
//!   puts into words.
//! - Below `cli` nothing prints or asks what day it is; only `disk` touches files, and only it starts a program: git.
//!   `disk` and `serve` count how long they wait, and no byte of any result depends on that.
//! - The day is an argument. The same text on the same day gives the same bytes, whatever the number of threads
//!   and the order of the files.
//! - No text makes it panic, and nothing in a text is passed over in silence.
//!
//! A test holds the arrows against the `use` lines of every file.

pub mod answers;
pub mod cli;
pub mod diagnostic;
pub mod disk;
pub mod edit;
pub mod forecast;
pub mod limits;
pub mod model;
pub mod review;
mod rules;
pub mod serve;
pub mod site;
pub mod source;
pub mod syntax;
pub mod value;

use std::sync::Arc;

use diagnostic::{Diagnostic, Diagnostics, Severity};
use forecast::{Forecast, Notice, Settings};
use model::Model;
use source::Sources;
use syntax::tree;
use value::Date;

/// What came of a compile.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// What each file says, in the order of the paths.
    pub files: Vec<Arc<tree::File>>,
    /// The network, as far as it could be understood.
    pub model: Model,
    /// What the network believes; none if that was not asked for, or if there are errors. An assertion that fails
    /// and a rule that fails are errors that leave it.
    pub forecast: Option<Forecast>,
    /// What is wrong with it, in the order of files and lines.
    pub diagnostics: Diagnostics,
}

/// What one compile leaves to the next: nothing that is as it was is worked out again.
#[derive(Debug, Default)]
pub struct Memory {
    trees: syntax::Memory,
    numbers: forecast::Memory,
    /// Answers about what was compiled.
    pub answers: answers::memory::Memory,
}

impl Memory {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

/// Compiles a network as it stands on a day, without its numbers.
///
/// ```
/// use forecastc::diagnostic;
/// use forecastc::source::{Source, Sources};
/// use forecastc::value::Date;
///
/// let sources = Sources::new(vec![
///     Source::new("energy.pred", "killer DROUGHT \"The rivers run low\" { probability 20% }\n"),
///     Source::new("grid.pred", "edge DROUGT -> DROUGHT needs strong\n"),
/// ]);
/// let today = Date::parse("2026-06-01").expect("a day of the calendar");
/// let compiled = forecastc::compile(&sources, today);
/// assert_eq!(
///     diagnostic::short(&compiled.diagnostics, &sources),
///     "grid.pred:1:6: error[unknown-node]: there is no node `DROUGT`\n",
/// );
/// ```
pub fn compile(sources: &Sources, today: Date) -> Compiled {
    let Draft { mut compiled, .. } = draft(sources, today, &Memory::new());
    compiled.diagnostics.settle(&compiled.model.levels, false);
    compiled
}

/// Compiles a network as it stands on a day, and works out what it believes. `memory` holds what the last compile
/// of it left; `notice` hears how far this one is.
///
/// ```
/// use forecastc::Memory;
/// use forecastc::forecast::Settings;
/// use forecastc::source::Sources;
/// use forecastc::value::Date;
///
/// let sources = Sources::single(r#"
/// scenario GRID "The harbor can charge two ferries at once" { probability 70% }
/// scenario QUIET_HARBOR "Half of the traffic is electric" {
///     probability 40%
///     needs GRID 52% else 12%
/// }
/// 2026-05-20 evidence GRID for strong "The cable is laid"
/// "#);
/// let today = Date::parse("2026-06-01").expect("a day of the calendar");
/// let compiled = forecastc::evaluate(&sources, today, &Settings::default(), &Memory::new(), &|_| {});
/// let forecast = compiled.forecast.expect("there are no errors");
/// let quiet = compiled.model.find("QUIET_HARBOR").expect("it is declared above");
/// assert!(forecast.now(quiet).expect("it is not void").probability > 0.49);
/// ```
pub fn evaluate(
    sources: &Sources,
    today: Date,
    settings: &Settings,
    memory: &Memory,
    notice: Notice<'_>,
) -> Compiled {
    draft(sources, today, memory).evaluate(sources, (today, settings), memory, notice)
}

/// A network that was read and checked, and whose numbers nobody has asked for yet. What was found is not settled.
#[derive(Debug)]
pub(crate) struct Draft {
    compiled: Compiled,
    /// Whether all of the text was understood.
    is_whole: bool,
}

/// Reads a network as it stands on a day, and checks it.
pub(crate) fn draft(sources: &Sources, today: Date, memory: &Memory) -> Draft {
    let mut diagnostics = Diagnostics::new();
    let files = parse(sources, &memory.trees, &mut diagnostics);
    Draft::of_trees(files, diagnostics, sources, today)
}

impl Draft {
    /// Of trees, with what was found in their text. Their spans lie in `sources`, which may hold more.
    pub(crate) fn of_trees(
        files: Vec<Arc<tree::File>>,
        mut diagnostics: Diagnostics,
        sources: &Sources,
        today: Date,
    ) -> Self {
        let is_whole = diagnostics.is_empty();
        let model = model::resolve(&files, &mut diagnostics);
        let scene = rules::Scene { model: &model, sources, today, whole: is_whole };
        rules::check(&scene, &mut diagnostics);
        Self { compiled: Compiled { files, model, forecast: None, diagnostics }, is_whole }
    }

    /// The network with its numbers, if there are no errors. The sources and the day are those of the draft.
    pub(crate) fn evaluate(
        self,
        sources: &Sources,
        (today, settings): (Date, &Settings),
        memory: &Memory,
        notice: Notice<'_>,
    ) -> Compiled {
        let Self { mut compiled, is_whole } = self;
        // Errors that the network lowers are no errors: so the levels are asked before the numbers.
        if !compiled.diagnostics.stop(&compiled.model.levels) {
            let forecast = forecast::evaluate_with(&compiled.model, today, settings, &memory.numbers, notice);
            let scene = rules::Scene { model: &compiled.model, sources, today, whole: is_whole };
            rules::check_numbers(&scene, &forecast, &memory.answers, &mut compiled.diagnostics);
            compiled.forecast = Some(forecast);
        }
        let has_numbers = compiled.forecast.is_some();
        compiled.diagnostics.settle(&compiled.model.levels, has_numbers);
        let spoils = |one: &Diagnostic| one.severity == Severity::Error && !one.code.is_verdict();
        if compiled.diagnostics.iter().any(spoils) {
            compiled.forecast = None;
        }
        compiled
    }
}

/// The trees of all files, if there are not too many items for one network.
fn parse(sources: &Sources, trees: &syntax::Memory, diagnostics: &mut Diagnostics) -> Vec<Arc<tree::File>> {
    if let Some(fault) = syntax::too_many_items(sources.files()) {
        diagnostics.push(fault);
        return Vec::new();
    }
    trees.parse(sources, diagnostics)
}
