//! `forecastc fmt`

use std::io::Read as _;
use std::path::PathBuf;

use clap::Args;
use rayon::prelude::*;

use super::patch::patch;
use super::{Call, Ending, Fault};
use crate::diagnostic::{self, counted};
use crate::disk::{self, DiskFault};
use crate::source::{Source, Sources};
use crate::syntax::{self, Unprintable};

/// Bring .pred files into their one layout
///
/// Blank space and the order of journal lines change; words, numbers and comments never do. A file with faults in
/// its form is left as it is.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Files, or folders with .pred files; `-` is standard input [default: --source]
    paths: Vec<PathBuf>,
    /// Write nothing; exit with 1 if a file would change
    #[arg(long)]
    check: bool,
    /// Write nothing; show what would change (with --check, exit with 1 if anything would)
    #[arg(long)]
    diff: bool,
}

pub(super) fn run(arguments: &Arguments, call: &mut Call) -> Result<Ending, Fault> {
    if arguments.paths.iter().any(|path| path.as_os_str() == "-") {
        if arguments.paths.len() > 1 {
            return Err("`-` stands alone: standard input is formatted to standard output".into());
        }
        return standard_input(arguments, call);
    }
    let paths = if arguments.paths.is_empty() { vec![call.source.clone()] } else { arguments.paths.clone() };
    let files = disk::pred_files(&paths)?;
    let looked_at: Vec<(Source, Result<String, Unprintable>)> = files
        .par_iter()
        .map(|path| {
            let source = disk::load_file(path)?;
            let formatted = syntax::format(&source);
            Ok((source, formatted))
        })
        .collect::<Result<_, DiskFault>>()?;

    let mut ending = Ending::Fine;
    let mut changed = 0_usize;
    for ((source, formatted), path) in looked_at.into_iter().zip(&files) {
        let Some(text) = printable(&source, formatted, call) else {
            ending = Ending::NetworkAtFault;
            continue;
        };
        if text == source.text() {
            continue;
        }
        changed += 1;
        if arguments.diff {
            call.output.result(&patch(source.path(), source.text(), &text));
        }
        if !arguments.check && !arguments.diff {
            disk::replace(path, source.text(), &text)?;
            call.output.message(&format!("formatted {}\n", source.path()));
        } else if arguments.check {
            call.output.message(&format!("would format {}\n", source.path()));
        }
    }
    if arguments.check && changed > 0 {
        ending = Ending::NetworkAtFault;
    }
    let verb = if arguments.check || arguments.diff { "would change" } else { "changed" };
    call.output.message(&format!("{}, {changed} {verb}\n", counted(files.len(), "file")));
    Ok(ending)
}

fn standard_input(arguments: &Arguments, call: &mut Call) -> Result<Ending, Fault> {
    let mut bytes = Vec::new();
    std::io::stdin().take(crate::limits::FILE_BYTES + 1).read_to_end(&mut bytes)?;
    let source = Source::from_bytes("<standard input>", bytes);
    let Some(text) = printable(&source, syntax::format(&source), call) else {
        return Ok(Ending::NetworkAtFault);
    };
    if arguments.diff {
        call.output.result(&patch(source.path(), source.text(), &text));
    } else if !arguments.check {
        call.output.result(&text);
    }
    Ok(if arguments.check && text != source.text() { Ending::NetworkAtFault } else { Ending::Fine })
}

/// The formatted text; what stands against it is said.
fn printable(source: &Source, formatted: Result<String, Unprintable>, call: &mut Call) -> Option<String> {
    match formatted {
        Ok(text) => Some(text),
        Err(Unprintable::Faulty(found)) => {
            let sources = Sources::new(vec![source.clone()]);
            let text = diagnostic::text(&found, &sources, call.output.color_of_messages());
            call.output.error_stream(&text);
            call.output.error_stream(&format!("{} is left as it is: mend its faults first\n", source.path()));
            None
        }
        Err(Unprintable::Unsafe) => {
            call.output.fault(&format!(
                "{} is left as it is: its layout cannot be made without changing it. This is a fault of forecastc; please report it with the file",
                source.path()
            ));
            None
        }
    }
}
