//! `forecastc init`

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Call, Ending, Fault};
use crate::disk;
use crate::value::Date;

/// The files of a new network; `{year}` and the like are filled in with days around today.
const FILES: [(&str, &str); 6] = [
    ("predictions/network.pred", include_str!("init/network.pred")),
    ("predictions/heat-pumps.pred", include_str!("init/heat-pumps.pred")),
    ("predictions/world.pred", include_str!("init/world.pred")),
    ("predictions/docs/how-we-forecast.md", include_str!("init/how-we-forecast.md")),
    (".gitignore", include_str!("init/gitignore")),
    (".github/workflows/forecasts.yml", include_str!("init/forecasts.yml")),
];

/// Begin a network: a small one worth reading, .gitignore and a CI workflow
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Where; made if it is not there
    #[arg(default_value = ".")]
    dir: PathBuf,
}

pub(super) fn run(arguments: &Arguments, call: &mut Call) -> Result<Ending, Fault> {
    let taken: Vec<String> = FILES
        .iter()
        .map(|(path, _)| place(&arguments.dir, path))
        .filter(|path| disk::exists(path))
        .map(|path| path.display().to_string())
        .collect();
    if !taken.is_empty() {
        return Err(
            format!("nothing was written, for these are there already:\n  {}", taken.join("\n  ")).into()
        );
    }
    for (path, text) in FILES {
        let path = place(&arguments.dir, path);
        disk::create(&path, &fill_in(text, call.today))?;
        call.output.message(&format!("wrote {}\n", path.display()));
    }
    call.output.message("\nnext: `forecastc check`, then `forecastc list`, then edit predictions/\n");
    Ok(Ending::Fine)
}

fn fill_in(text: &str, today: Date) -> String {
    let mut out = text.to_owned();
    for years in 0..=9_i16 {
        out = out.replace(&format!("{{year+{years}}}"), &(today.year() + years).to_string());
    }
    out.replace("{today}", &today.to_string())
}

/// A path as the user would write it: without `./` before it.
fn place(folder: &Path, path: &str) -> PathBuf {
    if folder == Path::new(".") { PathBuf::from(path) } else { folder.join(path) }
}
