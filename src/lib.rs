//! forecastc
//!
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
pub fn compile(sources: &Sources, today: Date) -> Compiled {
    let mut diagnostics = Diagnostics::new();
    let files = parse(sources, &mut diagnostics);
    let model = model::resolve(&files, &mut diagnostics);
    rules::check(&model, sources, today, &mut diagnostics);
    diagnostics.settle(&model.levels, sources);
    Compiled { files, model, diagnostics }
}

/// Parses all files, several at a time; what is found does not depend on how many.
fn parse(sources: &Sources, diagnostics: &mut Diagnostics) -> Vec<tree::File> {
    let parsed: Vec<(tree::File, Diagnostics)> = sources
        .files()
        .par_iter()
        .map(|source| {
            let mut found = Diagnostics::new();
            (syntax::parse(source, &mut found), found)
        })
        .collect();
    let collect = |(file, found)| {
        diagnostics.extend(found);
        file
    };
    parsed.into_iter().map(collect).collect()
}
