//! A compiler for forecasts.
//!
//! People write predictions, killers, scenarios, milestones and the edges between them as plain text in `.pred`
//! files. This crate takes that text to a checked model, says everything that is wrong with it, and lays it out
//! in one way. `grammar/README.md` is the reference of the language.
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
//! text -> source -> syntax -> model -> rules -> cli
//!                   outline   names    one file
//!                   grammar   journals a diagnostic
//!                   lower
//!                   print (fmt)
//! value, diagnostic: used by all of them.        disk: used by cli.
//! ```
//!
//! | module | takes | gives |
//! | --- | --- | --- |
//! | [`source`] | text | [`source::Sources`], and places in them |
//! | [`diagnostic`] | | what is wrong, where, why and what to do; for people and for machines |
//! | [`value`] | words | dates, probabilities, windows, strengths, or a refusal in words |
//! | [`syntax`] | one file | its tree ([`syntax::tree`]), and its one layout ([`syntax::format`]) |
//! | [`model`] | all trees | the network with every name looked up ([`model::Model`]) |
//! | `rules` | the model and a day | what a network that can be read still gets wrong |
//! | [`disk`] | paths | sources; single files, replaced whole or not at all |
//! | [`cli`] | arguments | text and an exit code |
//!
//! # What is always so
//!
//! - `syntax` does not know what a name refers to; `model` does not know pest; below `model` no name is looked up.
//! - Names that are text live in the tree, names that are looked up in the model; there is nothing between.
//! - Below `cli` nothing prints, reads a clock or the environment; only `disk` touches files.
//! - The day is an argument. The same text on the same day gives the same bytes, whatever the number of threads
//!   and the order of the files.
//! - No text makes it panic, and nothing in a text is passed over in silence.
//!
//! A test holds the arrows against the `use` lines of every file.

pub mod cli;
pub mod diagnostic;
pub mod disk;
pub mod limits;
pub mod model;
mod rules;
pub mod source;
pub mod syntax;
pub mod value;

use rayon::prelude::*;

use diagnostic::Diagnostics;
use model::Model;
use source::Sources;
use syntax::tree;
use value::Date;

/// What came of a compile.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// What each file says, in the order of the paths.
    pub files: Vec<tree::File>,
    /// The network, as far as it could be understood.
    pub model: Model,
    /// What is wrong with it, in the order of files and lines.
    pub diagnostics: Diagnostics,
}

/// Compiles a network as it stands on a day.
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
    let mut diagnostics = Diagnostics::new();
    let files = parse(sources, &mut diagnostics);
    let whole = diagnostics.is_empty();
    let model = model::resolve(&files, &mut diagnostics);
    rules::check(&rules::Scene { model: &model, sources, today, whole }, &mut diagnostics);
    diagnostics.settle(&model.levels, sources);
    Compiled { files, model, diagnostics }
}

/// Parses all files, several at a time; what is found does not depend on how many.
fn parse(sources: &Sources, diagnostics: &mut Diagnostics) -> Vec<tree::File> {
    if let Some(fault) = syntax::too_many_items(sources.files()) {
        diagnostics.push(fault);
        return Vec::new();
    }
    let parse = |source| {
        let mut found = Diagnostics::new();
        (syntax::parse(source, &mut found), found)
    };
    let parsed: Vec<(tree::File, Diagnostics)> = sources.files().par_iter().map(parse).collect();
    let collect = |(file, found)| {
        diagnostics.extend(found);
        file
    };
    parsed.into_iter().map(collect).collect()
}
