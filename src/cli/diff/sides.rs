//! The two sides of a review: revisions of git, folders, or a network that was saved.
//!
//! A name that git knows is a revision, also where a folder of that name is there: whoever can add a folder to a
//! change must not be able to choose what the change is compared with.

use std::path::{Path, PathBuf};

use crate::cli::{Call, Fault};
use crate::disk;
use crate::disk::git::{Commit, Repository};
use crate::review::Saved;
use crate::source::Sources;
use crate::value::Date;

/// A saved network has at most so many bytes.
const SAVED_BYTES: u64 = 256 << 20;

/// A side with its text.
pub(super) struct Loaded {
    pub(super) name: String,
    /// The commit, of a revision.
    pub(super) commit: Option<String>,
    /// The day of that.
    pub(super) day: Option<Date>,
    /// The folder in which its paths begin.
    pub(super) folder: String,
    pub(super) sources: Sources,
}

/// What was there.
pub(super) enum Base {
    /// Its text.
    Text(Loaded),
    /// Its numbers alone, under this name.
    Saved(String, Saved),
}

/// Both sides of the call.
pub(super) fn load(call: &mut Call, base: Option<&str>, head: Option<&str>) -> Result<(Base, Loaded), Fault> {
    let after = match head {
        Some(name) => match named(call, name)? {
            Found::Commit(git, commit) => at_commit(call, &git, name, &commit)?,
            Found::Path(path) => at_path(call, &path)?,
        },
        None => work_tree(call)?,
    };
    let before = match base {
        Some(name) => match named(call, name)? {
            Found::Commit(git, commit) => Base::Text(at_commit(call, &git, name, &commit)?),
            Found::Path(path) if path.extension().is_some_and(|extension| extension == "json") => {
                let saved = Saved::read(&disk::text(&path, SAVED_BYTES)?);
                Base::Saved(name.to_owned(), saved.map_err(|fault| format!("{}: {fault}", path.display()))?)
            }
            Found::Path(path) => Base::Text(at_path(call, &path)?),
        },
        None => Base::Text(where_it_left(call)?),
    };
    Ok((before, after))
}

enum Found {
    Commit(Box<Repository>, Commit),
    Path(PathBuf),
}

/// What a name stands for: a revision if git knows it, else a path.
fn named(call: &Call, name: &str) -> Result<Found, Fault> {
    let path = PathBuf::from(name);
    let begins = |sign: &str| name.starts_with(sign);
    if path.is_absolute() || matches!(name, "." | "..") || begins("./") || begins("../") {
        return if disk::exists(&path) { Ok(Found::Path(path)) } else { Err(nothing(name)) };
    }
    let is_id = matches!(name.len(), 40 | 64) && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let unknown: Fault = match Repository::of(&call.source) {
        Ok(Some(git)) => match git.commit(name) {
            Ok(commit) => return Ok(Found::Commit(Box::new(git), commit)),
            Err(fault) => fault.into(),
        },
        Ok(None) => nothing(name),
        Err(fault) => fault.into(),
    };
    if !is_id && !begins("-") && disk::exists(&path) {
        return Ok(Found::Path(path));
    }
    Err(unknown)
}

fn nothing(name: &str) -> Fault {
    let shown: String = name.escape_debug().collect();
    format!(
        "there is nothing at `{shown}`\n  name a revision of git, a folder, or the network.json of a site"
    )
    .into()
}

fn at_path(call: &Call, path: &Path) -> Result<Loaded, Fault> {
    let sources = call.load(Some(path))?.with_unix_lines();
    let name = disk::slashes(path);
    Ok(Loaded { folder: folder_of(path), name, commit: None, day: None, sources })
}

/// The folder in which the paths of a network begin: that of the file, if it is one alone.
fn folder_of(path: &Path) -> String {
    let is_file = path.extension().is_some_and(|extension| extension == "pred");
    disk::slashes(if is_file { path.parent().unwrap_or(path) } else { path })
}

fn work_tree(call: &Call) -> Result<Loaded, Fault> {
    let mut loaded = at_path(call, &call.source.clone())?;
    loaded.name = format!("{} as it is", loaded.name);
    Ok(loaded)
}

fn at_commit(call: &mut Call, git: &Repository, name: &str, commit: &Commit) -> Result<Loaded, Fault> {
    let source = disk::slashes(&call.source);
    let sources = git.sources(commit)?;
    if sources.is_none() {
        call.output.message(&format!("`{source}` is not in {}: all of it counts as new\n", commit.short()));
    }
    let submodules = git.submodules(commit)?;
    if let Some(first) = submodules.first() {
        call.output
            .message(&format!("files of the submodule `{first}` are not looked at in {}\n", commit.short()));
    }
    let shown: String = name.escape_debug().collect();
    Ok(Loaded {
        name: shown,
        commit: Some(commit.id.as_str().to_owned()),
        day: git.day(commit)?,
        folder: folder_of(&call.source),
        sources: sources.unwrap_or_default(),
    })
}

/// The last commit that the work tree has in common with the main branch.
fn where_it_left(call: &mut Call) -> Result<Loaded, Fault> {
    let git = Repository::holding(&call.source)?;
    let here = git.commit("HEAD")?;
    let Some(main) = git.main_branch()? else {
        return Err("there is no branch `main` or `master` to compare with\n  name a revision or a folder: `forecastc diff HEAD`".into());
    };
    let Some(base) = git.merge_base(&here, &main.commit)? else {
        let main = &main.name;
        return Err(format!(
            "HEAD and `{main}` have no commit in common\n  name a revision or a folder: `forecastc diff HEAD`"
        )
        .into());
    };
    let is_there = base == main.commit;
    let name = if is_there { main.name } else { format!("where this left {}", main.name) };
    at_commit(call, &git, &name, &base)
}
