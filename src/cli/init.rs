//! `forecastc init`

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{Call, Ending, Fault};
use crate::disk;
use crate::value::Date;

/// A file by its path below the folder, and its text.
type File = (&'static str, &'static str);

/// The files of a new network; `{year+1}` and the like are filled in with days around today.
const NETWORK: [File; 5] = [
    ("predictions/network.pred", include_str!("init/network.pred")),
    ("predictions/heat-pumps.pred", include_str!("init/heat-pumps.pred")),
    ("predictions/world.pred", include_str!("init/world.pred")),
    ("predictions/docs/how-we-forecast.md", include_str!("init/how-we-forecast.md")),
    (".gitignore", include_str!("init/gitignore")),
];

/// One a degree of trust: text of strangers, a comment about it, the default branch.
const GITHUB: [File; 3] = [
    (".github/workflows/forecasts.yml", include_str!("init/forecasts.yml")),
    (".github/workflows/forecasts-comment.yml", include_str!("init/forecasts-comment.yml")),
    (".github/workflows/forecasts-publish.yml", include_str!("init/forecasts-publish.yml")),
];

const GITLAB: [File; 1] = [(".gitlab-ci.yml", include_str!("init/gitlab-ci.yml"))];

/// Where the network of a new repository goes.
const SOURCE: &str = "predictions";

/// Begin a network: a small one worth reading, .gitignore and CI workflows
///
/// Where there is a network already, `--ci` adds the workflows and nothing else.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Where; made if it is not there
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Whose workflows to write [default: github]
    #[arg(long, value_name = "HOST")]
    ci: Option<Host>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Host {
    /// GitHub Actions
    Github,
    /// GitLab CI/CD
    Gitlab,
}

impl Host {
    fn files(self) -> &'static [File] {
        match self {
            Self::Github => &GITHUB,
            Self::Gitlab => &GITLAB,
        }
    }
}

pub(super) fn run(arguments: &Arguments, call: &mut Call) -> Result<Ending, Fault> {
    let source = disk::slashes(&call.source);
    let has_network = disk::exists(&arguments.dir.join(&call.source));
    let workflows = arguments.ci.unwrap_or(Host::Github).files();
    let files: Vec<File> = match arguments.ci {
        Some(_) if has_network => workflows.to_vec(),
        Some(_) if source != SOURCE => {
            return Err(format!(
                "there is nothing at `{source}` to check\n  a new network begins in `{SOURCE}`"
            )
            .into());
        }
        _ => NETWORK.iter().chain(workflows).copied().collect(),
    };
    let source = if has_network { checked(source)? } else { SOURCE.to_owned() };
    let taken: Vec<String> = files
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
    for (path, text) in &files {
        let path = place(&arguments.dir, path);
        disk::create(&path, &fill_in(text, call.today, &source))?;
        call.output.message(&format!("wrote {}\n", path.display()));
    }
    call.output.message(if files.len() > workflows.len() {
        "\nnext: `forecastc check`, then `forecastc list`, then edit predictions/\n"
    } else {
        "\nnext: read them, they say what they need, and commit them\n"
    });
    Ok(Ending::Fine)
}

/// A path that can stand in a workflow as it is.
fn checked(source: String) -> Result<String, Fault> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._/-".contains(c);
    let is_inside = !source.starts_with(['/', '-']) && !source.split('/').any(|part| part == "..");
    if is_inside && source.chars().all(is_plain) {
        return Ok(source);
    }
    Err(format!(
        "`{source}` cannot stand in a workflow\n  name a folder of the repository, in letters, digits, `.`, `_`, `-` and `/`"
    )
    .into())
}

fn fill_in(text: &str, today: Date, source: &str) -> String {
    let mut out = text.to_owned();
    for years in 0..=9_i16 {
        out = out.replace(&format!("{{year+{years}}}"), &(today.year() + years).to_string());
    }
    out.replace("{today}", &today.to_string())
        .replace("{version}", env!("CARGO_PKG_VERSION"))
        .replace("{source}", source)
}

/// A path as the user would write it: without `./` before it.
fn place(folder: &Path, path: &str) -> PathBuf {
    if folder == Path::new(".") { PathBuf::from(path) } else { folder.join(path) }
}
