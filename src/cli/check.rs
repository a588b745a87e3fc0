//! `forecastc check`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Call, Ending, Fault};
use crate::diagnostic::{self, counted};

/// Check the whole network: every word, number, date and reference
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The folder with the .pred files, or one file [default: --source]
    path: Option<PathBuf>,
    /// How to report what is found
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Take warnings for errors
    #[arg(long, value_name = "WHAT")]
    deny: Option<Deny>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// With the lines that each message is about
    Text,
    /// A line each, as editors and scripts read them
    Short,
    /// For programs
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations for a pull request
    Github,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Deny {
    Warnings,
}

pub(super) fn run(arguments: &Arguments, call: &mut Call) -> Result<Ending, Fault> {
    let sources = call.load(arguments.path.as_deref())?;
    let mut compiled = call.evaluate(&sources, &|_| {})?;
    if arguments.deny.is_some() {
        compiled.diagnostics.deny_warnings();
    }
    let found = &compiled.diagnostics;
    match arguments.format {
        Format::Text => {
            call.output.error_stream(&diagnostic::text(found, &sources, call.output.color_of_messages()))
        }
        Format::Short => call.output.result(&diagnostic::short(found, &sources)),
        Format::Json => call.output.result(&diagnostic::json(found, &sources)),
        Format::Sarif => call.output.result(&diagnostic::sarif(found, &sources)),
        Format::Github => call.output.result(&diagnostic::github(found, &sources)),
    }
    call.output.message(&format!(
        "checked {} and {} in {}: {}\n",
        counted(compiled.model.nodes.len(), "node"),
        counted(compiled.model.edges.len(), "edge"),
        counted(sources.files().len(), "file"),
        diagnostic::summary(found),
    ));
    Ok(if found.has_errors() { Ending::NetworkAtFault } else { Ending::Fine })
}
