//! Real git repositories in folders of their own, for tests. git itself is needed: where it is missing, they fail.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A repository with a work tree.
pub(crate) struct Repository {
    path: PathBuf,
    /// It is gone with this.
    _folder: Option<tempfile::TempDir>,
}

/// git in a folder, without the settings of whoever runs the tests.
pub(crate) fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", "Ada")
        .env("GIT_AUTHOR_EMAIL", "ada@example.org")
        .env("GIT_COMMITTER_NAME", "Ada")
        .env("GIT_COMMITTER_EMAIL", "ada@example.org")
        .env("LC_ALL", "C")
        .stdin(std::process::Stdio::null());
    command
}

fn done(output: Output, what: &str) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {what}: {errors}");
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

impl Repository {
    /// An empty one, with the branch `main`.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let repository = Self::in_folder(folder.path());
        Self { _folder: Some(folder), ..repository }
    }

    /// An empty one in a folder that somebody else looks after.
    pub(crate) fn in_folder(folder: &Path) -> Self {
        let repository = Self { path: folder.to_owned(), _folder: None };
        repository.git("init --quiet --initial-branch=main");
        repository
    }

    /// A copy of another, with these options.
    pub(crate) fn clone_of(other: &Self, options: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let repository = Self { path: folder.path().to_owned(), _folder: Some(folder) };
        let url = format!("file://{}", other.path().display());
        let mut command = git(repository.path());
        command.arg("clone").arg("--quiet").args(options.split_whitespace()).args([&url, "."]);
        done(command.output().unwrap(), "clone");
        repository
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn at(&self, below: &str) -> PathBuf {
        self.path().join(below)
    }

    /// Runs git with words that hold no blanks.
    pub(crate) fn git(&self, arguments: &str) -> String {
        done(git(self.path()).args(arguments.split_whitespace()).output().unwrap(), arguments)
    }

    /// Writes a file, and the folders around it.
    pub(crate) fn write(&self, below: &str, text: impl AsRef<[u8]>) {
        std::fs::create_dir_all(self.at(below).parent().unwrap()).unwrap();
        std::fs::write(self.at(below), text).unwrap();
    }

    /// Commits all there is, as somebody on a day; gives the id.
    pub(crate) fn commit(&self, author: &str, day: &str, subject: &str) -> String {
        self.git("add --all");
        let mut command = git(self.path());
        command.args(["commit", "--quiet", "--allow-empty", "-m", subject]);
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), author);
            command.env(format!("GIT_{who}_DATE"), format!("{day}T12:00:00+00:00"));
        }
        done(command.output().unwrap(), "commit");
        self.git("rev-parse HEAD")
    }

    /// Every file of the repository and its work tree, with what it holds.
    pub(crate) fn all_bytes(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let walk = walkdir::WalkDir::new(self.path()).sort_by_file_name();
        let files = walk.into_iter().map(|entry| entry.unwrap().into_path()).filter(|path| path.is_file());
        files.map(|path| (path.clone(), std::fs::read(&path).unwrap())).collect()
    }
}
