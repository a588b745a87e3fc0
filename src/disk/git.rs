//! git: what the repository that holds a network says of its past. Revisions come in, sources and commits go out.
//!
//! The `git` program is asked, in ways that run nothing of the repository and write nothing into it: revisions become
//! ids at once, and from then on objects are read as they lie there, with no filter, text conversion, hook or pager.
//! Nothing is fetched. What a checkout would have changed on the way (line ends, encodings, large files kept
//! elsewhere) is not done; so that line ends make no difference, all texts have LF, see [`Sources::with_unix_lines`].

mod log;
mod objects;
mod program;
mod tree;

pub use self::log::Entry;
pub use self::objects::ObjectId;

use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use self::objects::Objects;
use self::program::Program;
use self::tree::Place;
use crate::source::Sources;
use crate::value::Date;

/// Something that git did not tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitFault {
    /// What went wrong.
    pub what: String,
    /// What to do.
    pub help: Option<String>,
}

impl GitFault {
    fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for GitFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        self.help.iter().try_for_each(|help| write!(f, "\n  {help}"))
    }
}

impl std::error::Error for GitFault {}

/// A commit, by its id: no name of a revision gets further than [`Repository::commit`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Commit {
    /// Its id.
    pub id: ObjectId,
}

impl Commit {
    /// Its id as people write it.
    pub fn short(&self) -> &str {
        self.id.short()
    }
}

/// A branch that others build on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// As git calls it: `origin/main`.
    pub name: String,
    /// Where it is now.
    pub commit: Commit,
}

/// A repository, and the place in it that a network has.
#[derive(Debug)]
pub struct Repository {
    program: Program,
    place: Place,
    objects: Mutex<Objects>,
}

impl Repository {
    /// The repository that holds a folder, or a single file, with a network. None where none does; it is a fault if
    /// git is not there, or will not look into it.
    ///
    /// The folder itself may be gone from the work tree.
    pub fn of(place: &Path) -> Result<Option<Self>, GitFault> {
        let gone = || GitFault::new(format!("{}: there is no such folder", place.display()));
        let (folder, rest) = standing(place).ok_or_else(gone)?;
        let program = Program::new(&folder);
        match program.ask(&["rev-parse", "--is-inside-work-tree"]) {
            Ok(answer) if answer == "true" => {}
            Ok(_) => return Err(no_work_tree(place)),
            Err(fault) if fault.what.contains("not a git repository") => return Ok(None),
            Err(fault) if fault.what.contains("bare repository") => return Err(no_work_tree(place)),
            Err(fault) if fault.what.contains("dubious ownership") => {
                let words = "git does not read this repository, because another user owns it";
                return Err(GitFault::new(words)
                    .help("if you trust it: `git config --global --add safe.directory FOLDER`"));
            }
            Err(fault) => return Err(fault),
        }
        let mut below = program.ask(&["rev-parse", "--show-prefix"])?;
        below.push_str(&rest);
        let place = Place::new(place, &below);
        let objects = Mutex::new(Objects::new(program.clone()));
        Ok(Some(Self { program, place, objects }))
    }

    /// The same, where a repository is needed.
    pub fn holding(place: &Path) -> Result<Self, GitFault> {
        Self::of(place)?.ok_or_else(|| {
            GitFault::new(format!("`{}` is in no git repository", place.display()))
                .help("begin one with `git init`, and commit what there is")
        })
    }

    /// The commit that a revision names.
    pub fn commit(&self, revision: &str) -> Result<Commit, GitFault> {
        if revision.is_empty() || revision.starts_with('-') || revision.chars().any(char::is_control) {
            let shown: String = revision.escape_debug().collect();
            return Err(GitFault::new(format!("`{shown}` is no revision"))
                .help("a revision is the name of a branch or tag, the id of a commit, or such as `HEAD~3`"));
        }
        let wanted = format!("{revision}^{{commit}}");
        let answer = self.program.ask(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]);
        // An old git repeats the word for the end of the options.
        let id = answer.ok().and_then(|answer| ObjectId::parse(answer.lines().last()?));
        id.map(|id| Commit { id }).ok_or_else(|| self.no_such(revision))
    }

    /// The last commit that both come from; none if they have nothing in common. In a clone without its past, where
    /// it may be missing, that is a fault.
    pub fn merge_base(&self, one: &Commit, other: &Commit) -> Result<Option<Commit>, GitFault> {
        let answer = self.program.answer(&["merge-base", one.id.as_str(), other.id.as_str()])?;
        if let Some(id) = answer.text.lines().next().and_then(ObjectId::parse) {
            return Ok(Some(Commit { id }));
        }
        if answer.code != Some(1) {
            return Err(answer.fault());
        }
        if self.is_shallow()? {
            let words = format!("the base of {} and {} is not in this clone", one.short(), other.short());
            return Err(GitFault::new(words).help(DEEPEN));
        }
        Ok(None)
    }

    /// The branch that others build on: that of `origin`, `main` or `master`, of this clone or else of a remote.
    pub fn main_branch(&self) -> Result<Option<Branch>, GitFault> {
        let head = self.program.answer(&["symbolic-ref", "--quiet", "refs/remotes/origin/HEAD"])?;
        let head = Some(head.text).filter(|name| name.starts_with("refs/"));
        let usual = ["refs/heads/main", "refs/heads/master"].map(ToOwned::to_owned);
        let remote = ["refs/remotes/origin/main", "refs/remotes/origin/master"].map(ToOwned::to_owned);
        let others = self.program.ask(&["for-each-ref", "--format=%(refname)", "refs/remotes"])?;
        let is_main = |name: &&str| name.ends_with("/main") || name.ends_with("/master");
        let others = others.lines().filter(is_main).map(ToOwned::to_owned);
        for name in head.into_iter().chain(usual).chain(remote).chain(others) {
            let short = name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("refs/remotes/"));
            if let Ok(commit) = self.commit(&name) {
                return Ok(Some(Branch { name: short.unwrap_or(&name).to_owned(), commit }));
            }
        }
        Ok(None)
    }

    /// Whether the clone lacks a part of its past.
    pub fn is_shallow(&self) -> Result<bool, GitFault> {
        Ok(self.program.ask(&["rev-parse", "--is-shallow-repository"])? == "true")
    }

    /// Where the network is, from the top of the repository; empty if it is all of it.
    pub fn below(&self) -> String {
        self.place.path()
    }

    /// The tree, or the single file, of the network in a commit; none if it is not there. Two commits with the same
    /// one say the same.
    pub fn tree(&self, commit: &Commit) -> Result<Option<ObjectId>, GitFault> {
        let mut objects = self.objects();
        let root = objects.commit(&commit.id)?.tree;
        Ok(tree::find(&mut objects, &root, &self.place)?.map(|entry| entry.id))
    }

    /// What [`disk::load`](crate::disk::load) would have read from a checkout of a commit, under the same paths, all
    /// in LF; none if the place is not there.
    pub fn sources(&self, commit: &Commit) -> Result<Option<Sources>, GitFault> {
        let mut objects = self.objects();
        let root = objects.commit(&commit.id)?.tree;
        let sources = tree::sources(&mut objects, &root, &self.place);
        objects.turn();
        sources
    }

    /// The day on which a commit was made, in the time zone of whoever made it.
    pub fn day(&self, commit: &Commit) -> Result<Option<Date>, GitFault> {
        Ok(self.objects().commit(&commit.id)?.date())
    }

    /// Submodules in the place of the network, by their paths in the repository. Their files are part of a work tree,
    /// and no part of [`Self::sources`].
    pub fn submodules(&self, commit: &Commit) -> Result<Vec<String>, GitFault> {
        let mut objects = self.objects();
        let root = objects.commit(&commit.id)?.tree;
        tree::submodules(&mut objects, &root, &self.place)
    }

    /// The commits that changed the network, from the last to the first, along first parents: what a merge brought
    /// in is one change, made when it was merged. So each entry is what the branch said from then on.
    pub fn log(&self, from: &Commit) -> Result<Vec<Entry>, GitFault> {
        log::entries(&self.program, &mut self.objects(), &self.place, from)
    }

    /// The commits that a merge brought in and that changed the network, from the last to the first; none of a commit
    /// that merges nothing.
    pub fn merged(&self, merge: &Commit) -> Result<Vec<Entry>, GitFault> {
        log::merged(&self.program, &mut self.objects(), &self.place, merge)
    }

    fn objects(&self) -> std::sync::MutexGuard<'_, Objects> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn no_such(&self, revision: &str) -> GitFault {
        let unborn = || {
            self.program
                .answer(&["rev-parse", "--verify", "--quiet", "HEAD"])
                .is_ok_and(|answer| answer.code != Some(0))
        };
        let fault = GitFault::new(format!("git knows no commit `{revision}`"));
        if unborn() {
            GitFault::new("the repository has no commit yet").help("commit what there is, and it has a past")
        } else if self.is_shallow().unwrap_or(false) {
            fault.help(format!("this clone lacks a part of its past: {DEEPEN}"))
        } else {
            fault.help("`git log --oneline` shows the commits, `git fetch` brings those of others")
        }
    }
}

/// What brings a missing past.
const DEEPEN: &str = "run `git fetch --unshallow`, or let the checkout of a workflow have `fetch-depth: 0`";

fn no_work_tree(place: &Path) -> GitFault {
    GitFault::new(format!("`{}` is in a git repository without a work tree", place.display()))
        .help("clone it, and look at the clone")
}

/// The nearest folder on the way to a place that is there, and the rest of the way.
fn standing(place: &Path) -> Option<(PathBuf, String)> {
    let mut rest: Vec<String> = Vec::new();
    for folder in place.ancestors() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        if folder.is_dir() {
            rest.reverse();
            return Some((folder.to_owned(), rest.join("/")));
        }
        let Some(Component::Normal(name)) = folder.components().next_back() else { return None };
        rest.push(name.to_string_lossy().into_owned());
    }
    None
}
