//! `forecastc dump`

use std::fmt::Write as _;

use clap::{Args, ValueEnum};

use super::{Call, Ending, Fault};
use crate::diagnostic;

/// Print a stage of the compiler, for those who work on it
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Which stage
    stage: Stage,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Stage {
    /// What each file says, word for word
    Tree,
    /// The network with every name looked up
    Model,
}

pub(super) fn run(arguments: &Arguments, call: &mut Call) -> Result<Ending, Fault> {
    let sources = call.load(None)?;
    let compiled = crate::compile(&sources, call.today);
    let mut out = String::new();
    match arguments.stage {
        Stage::Tree => {
            for (file, source) in compiled.files.iter().zip(sources.files()) {
                let _ = writeln!(out, "# {}\n{:#?}", source.path(), file.items);
            }
        }
        Stage::Model => {
            let model = &compiled.model;
            let _ = writeln!(out, "{:#?}", model.network);
            let _ = writeln!(out, "{:#?}\n{:#?}\n{:#?}", model.nodes, model.choices, model.edges);
            let _ = writeln!(out, "{:#?}\n{:#?}\n{:#?}", model.tables, model.predictors, model.classes);
            let _ = writeln!(out, "{:#?}\n{:#?}\n{:#?}", model.documents, model.tickers, model.redirects);
            let _ = writeln!(out, "{:#?}\n{:#?}", model.assertions, model.rules);
        }
    }
    call.output.result(&out);
    let color = call.output.color_of_messages();
    call.output.error_stream(&diagnostic::text(&compiled.diagnostics, &sources, color));
    Ok(if compiled.diagnostics.has_errors() { Ending::NetworkAtFault } else { Ending::Fine })
}
