//! `forecastc build`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Call, Ending, Fault, Network};
use crate::diagnostic::{self, counted};
use crate::disk::{self, Output, Written};
use crate::site::{Edition, Site, Templates};

/// Build the site: pages, data, feeds and a calendar
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The folder that the site goes into: empty, or one that a build made
    #[arg(long, value_name = "DIR", default_value = "site")]
    out: PathBuf,
    /// The folder with templates of your own, each in place of the one of its name [default: templates,
    /// if it is there]
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, call: &mut Call) -> Result<Ending, Fault> {
    let Some(network) = call.network()? else { return Ok(Ending::NetworkAtFault) };
    let Network { sources, model, forecast, diagnostics } = &network;
    let templates = Templates::new(own_templates(arguments.templates.as_deref())?)?;
    let output = Output::open(&arguments.out, &guarded(arguments, &call.source))?;
    let edition = Edition::new(model, sources, forecast);
    let site = Site::new(&edition, &templates);
    let files = site.files();
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let make = |number: usize| -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
        files.get(number).map_or_else(|| Ok(Vec::new()), |file| Ok(site.bytes(file)?))
    };
    let written = output.write(&paths, make).map_err(|fault| -> Fault { fault })?;
    let index = arguments.out.join("index.html");
    call.output.result(&format!("{}\n{}\n", report(&paths, &written), index.display()));
    for path in &written.kept {
        let path = arguments.out.join(path);
        call.output.message(&format!(
            "kept {}: it was changed since it was built, and is no longer part of the site\n",
            path.display()
        ));
    }
    if !diagnostics.is_empty() {
        call.output.message(&format!("{}: see `forecastc check`\n", diagnostic::summary(diagnostics)));
    }
    Ok(if diagnostics.has_errors() { Ending::NetworkAtFault } else { Ending::Fine })
}

fn report(paths: &[&str], written: &Written) -> String {
    let pages = paths.iter().filter(|path| path.ends_with(".html")).count();
    format!(
        "built {} and {}: {} written, {} unchanged, {} removed",
        counted(pages, "page"),
        counted(paths.len() - pages, "other file"),
        written.written,
        written.unchanged,
        written.removed,
    )
}

/// The templates of a folder that was named, or of the usual one if it is there.
fn own_templates(folder: Option<&Path>) -> Result<BTreeMap<String, String>, Fault> {
    let known: Vec<&str> = Templates::names().collect();
    let usual = Path::new("templates");
    match folder {
        Some(folder) => Ok(disk::templates(folder, &known)?),
        None if disk::exists(usual) => Ok(disk::templates(usual, &known)?),
        None => Ok(BTreeMap::new()),
    }
}

/// What the output folder may neither be nor hold.
fn guarded(arguments: &Arguments, source: &Path) -> Vec<(&'static str, PathBuf)> {
    let templates = arguments.templates.clone().unwrap_or_else(|| PathBuf::from("templates"));
    let mut all = vec![
        ("the folder of the sources", source.to_owned()),
        ("the folder of the templates", templates),
        ("the working folder", PathBuf::from(".")),
    ];
    all.extend(std::env::home_dir().map(|home| ("your home folder", home)));
    all
}
