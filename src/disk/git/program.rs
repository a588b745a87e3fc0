//! The `git` program: how it is called, so that it neither runs nor writes anything of a repository.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::GitFault;

/// git in a folder.
#[derive(Clone, Debug)]
pub(super) struct Program {
    folder: PathBuf,
}

/// What git said.
pub(super) struct Answer {
    /// How it ended.
    pub(super) code: Option<i32>,
    /// On standard output, without the last line end.
    pub(super) text: String,
    /// On standard error.
    errors: String,
}

impl Answer {
    /// What it complains about, in its own words.
    pub(super) fn fault(&self) -> GitFault {
        let line = self.errors.lines().find(|line| !line.trim().is_empty()).unwrap_or("without a word");
        let line = line.strip_prefix("fatal: ").unwrap_or(line);
        let shown: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect();
        GitFault::new(format!("git says: {shown}"))
    }
}

/// What is said on every call. A bare repository counts only where it is named: one that lies among the files of
/// another came with them.
const SETTINGS: [&str; 7] = [
    "--no-pager",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "safe.bareRepository=explicit",
    "-c",
    "core.useReplaceRefs=false",
];

/// Variables by which a caller, such as a hook, points git at another repository than that of the folder, or has it
/// read paths in another way.
const POINTERS: [&str; 10] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
];

impl Program {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// A call, ready to be made.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.args(SETTINGS).args(arguments).current_dir(&self.folder).stdin(Stdio::null());
        for name in POINTERS {
            command.env_remove(name);
        }
        command
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            // Objects that a clone left behind are not fetched: the second says so to a git that does not know the
            // first.
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_ALLOW_PROTOCOL", "none")
            .env("LC_ALL", "C");
        command
    }

    /// What git answers, however it ends.
    pub(super) fn answer(&self, arguments: &[&str]) -> Result<Answer, GitFault> {
        let output = self.command(arguments).output().map_err(|error| no_git(&error))?;
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        if text.ends_with('\n') {
            text.pop();
        }
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        Ok(Answer { code: output.status.code(), text, errors })
    }

    /// What git answers, if it ends well.
    pub(super) fn ask(&self, arguments: &[&str]) -> Result<String, GitFault> {
        let answer = self.answer(arguments)?;
        if answer.code == Some(0) { Ok(answer.text) } else { Err(answer.fault()) }
    }
}

/// Why git did not start.
pub(super) fn no_git(error: &std::io::Error) -> GitFault {
    if error.kind() == std::io::ErrorKind::NotFound {
        GitFault::new("the program `git` is not there").help("install git, <https://git-scm.com>")
    } else {
        GitFault::new(format!("git does not start: {error}"))
    }
}
