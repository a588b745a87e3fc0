//! One build into an output folder: files are made and wait; what is in the way is refused; then they move, those
//! that are no more are removed, and the list of all is left.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::Path;

use rayon::prelude::*;

use super::staging::Staging;
use super::stamp::Stamp;
use super::{Held, MANIFEST, NEXT, Output, Written};
use crate::disk::DiskFault;
use crate::disk::lock::Busy;
use crate::disk::manifest::{self, Seal, above};
use crate::disk::seam::{look, make_folders};

/// So many files are named in a message.
const NAMED: usize = 5;

/// A build on its way.
pub(super) struct Build<'a> {
    output: &'a mut Output,
    staging: Staging,
    paths: &'a [&'a str],
    /// How the files look that are as the last build left them, and what they hold.
    seen: Vec<Option<(Stamp, Seal)>>,
    /// Folders that the files need and that are not there.
    missing: BTreeSet<&'a str>,
    /// What became of the first files, and of all in the end. None of one that could not be made.
    files: Vec<Option<File>>,
    written: Written,
}

/// A file that was made, or that is known.
struct File {
    state: State,
    seal: Seal,
    /// How it looks in its place, if it is there.
    stamp: Option<Stamp>,
}

/// How a file of the disk compares with the one that was made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Same,
    /// The new one waits.
    Waiting,
    /// The new one is in its place.
    Placed,
    /// Somebody changed it after a build listed it.
    Edited,
    /// No build ever listed it.
    Foreign,
}

impl<'a> Build<'a> {
    pub(super) fn new(output: &'a mut Output, paths: &'a [&'a str], missing: BTreeSet<&'a str>) -> Self {
        let staging = Staging::new(&output.disk, &output.folder);
        Self {
            output,
            staging,
            paths,
            seen: Vec::new(),
            missing,
            files: Vec::new(),
            written: Written::default(),
        }
    }

    pub(super) fn run<E: From<DiskFault> + Send>(
        mut self,
        urgent: usize,
        make: impl Fn(usize, bool) -> Result<Option<Vec<u8>>, E> + Sync,
    ) -> Result<Written, E> {
        let was_settled = std::mem::replace(&mut self.output.is_settled, false);
        let result = self.steps(urgent, was_settled, make);
        self.output.is_settled = result.is_ok();
        self.remember(result.is_ok());
        let ended = self.staging.end();
        result?;
        ended?;
        Ok(self.written)
    }

    fn steps<E: From<DiskFault> + Send>(
        &mut self,
        urgent: usize,
        was_settled: bool,
        make: impl Fn(usize, bool) -> Result<Option<Vec<u8>>, E> + Sync,
    ) -> Result<(), E> {
        let (first, rest) = self.paths.split_at(urgent.min(self.paths.len()));
        self.seen = self.output.seen(first);
        // Whether they can go ahead of the others is found out meanwhile.
        let this = &*self;
        let (seen, made) = rayon::join(|| this.output.seen(rest), || this.made(0..first.len(), &make));
        self.seen.extend(seen);
        self.take(made)?;
        let (urgent, all) = (first.len(), self.paths.len());
        if urgent > 0 && self.is_clear(urgent..all) {
            self.refuse_changed()?;
            let _busy = Busy::begin(&self.output.folder)?;
            self.place()?;
        }
        let made = self.made(urgent..all, &make);
        self.take(made)?;
        self.refuse_changed()?;
        let _busy = Busy::begin(&self.output.folder)?;
        self.place()?;
        self.finish(was_settled)?;
        Ok(())
    }

    /// Whether nothing of somebody else can be in the places of these files.
    fn is_clear(&self, mut range: Range<usize>) -> bool {
        let is_absent = |number: usize| {
            let path = self.paths.get(number).map(|path| self.output.folder.join(path));
            path.is_some_and(|path| look(&*self.output.disk, &path).is_ok_and(|there| there.is_none()))
        };
        range.all(|number| self.seen_at(number).is_some() || is_absent(number))
    }

    fn seen_at(&self, number: usize) -> Option<(Stamp, Seal)> {
        self.seen.get(number).copied().flatten()
    }

    /// Makes files, all of them even if one is at fault, and lets those wait that are new.
    fn made<E: From<DiskFault> + Send>(
        &self,
        range: Range<usize>,
        make: &(impl Fn(usize, bool) -> Result<Option<Vec<u8>>, E> + Sync),
    ) -> Vec<Result<File, E>> {
        let one = |number: usize| -> Result<File, E> {
            let bytes = make(number, self.seen_at(number).is_some())?;
            Ok(self.compare(number, bytes)?)
        };
        range.into_par_iter().map(one).collect()
    }

    /// Notes files that were made, in their order.
    fn take<E>(&mut self, made: Vec<Result<File, E>>) -> Result<(), E> {
        let mut fault = None;
        for one in made {
            self.files.push(one.map_err(|error| fault.get_or_insert(error)).ok());
        }
        fault.map_or(Ok(()), Err)
    }

    /// Holds a new file against the one in its place, and lets it wait if it is another.
    fn compare(&self, number: usize, bytes: Option<Vec<u8>>) -> Result<File, DiskFault> {
        let path = self.paths.get(number).copied().unwrap_or_default();
        let output = &*self.output;
        let known = self.seen_at(number);
        let Some(bytes) = bytes else {
            return match known {
                Some((stamp, seal)) => Ok(File { state: State::Same, seal, stamp: Some(stamp) }),
                None => Err(DiskFault::new(&output.folder.join(path), "was not made, and is not known")),
            };
        };
        let seal = Seal::of(&bytes);
        let (state, stamp) = match known {
            Some((stamp, old)) if old == seal => (State::Same, Some(stamp)),
            Some(_) => (State::Waiting, None),
            None => match output.held(path)? {
                Held::Nothing => (State::Waiting, None),
                Held::File(old, stamp) if old == bytes => (State::Same, stamp),
                Held::File(old, _) if output.is_ours(path, &old) => (State::Waiting, None),
                Held::File(..) if output.is_listed(path) => (State::Edited, None),
                Held::File(..) => (State::Foreign, None),
                Held::Other(why) => {
                    let fault = DiskFault::new(&output.folder.join(path), why);
                    return Err(fault.help("nothing was written; move it away and build again"));
                }
            },
        };
        if state == State::Waiting {
            let _busy = Busy::begin(&output.folder)?;
            self.staging.put(number, &bytes).map_err(|fault| fault.help("the site is as it was before"))?;
        }
        Ok(File { state, seal, stamp })
    }

    fn refuse_changed(&self) -> Result<(), DiskFault> {
        let of = |wanted: State| -> Vec<&str> {
            let is_wanted = |file: &&Option<File>| file.as_ref().is_some_and(|file| file.state == wanted);
            let all = self.files.iter().zip(self.paths).filter(|(file, _)| is_wanted(file));
            all.map(|(_, path)| *path).collect()
        };
        let edited = of(State::Edited);
        let (changed, what) = if edited.is_empty() {
            (of(State::Foreign), "is in the way of the site, and no build made it")
        } else {
            (edited, "was changed since it was built")
        };
        let Some((first, rest)) = changed.split_first() else { return Ok(()) };
        let more: Vec<&str> = rest.iter().copied().take(NAMED - 1).collect();
        let and = if more.is_empty() { String::new() } else { format!("\n  and so {}", more.join(", ")) };
        let beyond = rest.len() - more.len();
        let beyond = if beyond == 0 { String::new() } else { format!(" and {beyond} more") };
        let fault = DiskFault::new(&self.output.folder.join(first), format!("{what}{and}{beyond}"));
        Err(fault.help("nothing was written; move it away, or delete it to have it built anew"))
    }

    /// Moves what waits into its place. From here on a build that is broken off is told by the list of what moves.
    fn place(&mut self) -> Result<(), DiskFault> {
        let waits = |(number, file): (usize, &Option<File>)| {
            let file = file.as_ref().filter(|file| file.state == State::Waiting)?;
            Some((number, *self.paths.get(number)?, file.seal))
        };
        let waiting: Vec<(usize, &str, Seal)> = self.files.iter().enumerate().filter_map(waits).collect();
        if waiting.is_empty() {
            return Ok(());
        }
        self.announce(&waiting)?;
        let mut needed = BTreeSet::new();
        if !self.missing.is_empty() {
            needed.extend(waiting.iter().flat_map(|(_, path, _)| above(path)));
            needed.retain(|folder| self.missing.remove(folder));
        }
        for folder in needed {
            make_folders(&*self.output.disk, &self.output.folder.join(folder)).map_err(half)?;
        }
        let this = &*self;
        let moved: Vec<_> =
            waiting.par_iter().map(|(number, path, _)| this.move_one(*number, path)).collect();
        let mut fault = None;
        for ((number, path, _), stamp) in waiting.into_iter().zip(moved) {
            match stamp {
                Ok(stamp) => {
                    self.written.written_paths.push(path.to_owned());
                    if let Some(Some(file)) = self.files.get_mut(number) {
                        (file.state, file.stamp) = (State::Placed, stamp);
                    }
                }
                Err(error) => fault = fault.or(Some(error)),
            }
        }
        fault.map_or(Ok(()), Err)
    }

    /// Lists what is about to move.
    fn announce(&mut self, waiting: &[(usize, &str, Seal)]) -> Result<(), DiskFault> {
        let mut next = self.output.next.clone();
        let is_new = |path: &str, seal: &Seal| self.output.last.get(path) != Some(seal);
        let new = waiting.iter().filter(|(_, path, seal)| is_new(path, seal));
        next.extend(new.map(|(_, path, seal)| ((*path).to_owned(), *seal)));
        if next.len() == self.output.next.len() {
            return Ok(());
        }
        let text = manifest::text(next.iter().map(|(path, seal)| (path, seal)));
        let put = self.staging.put(self.paths.len(), text.as_bytes());
        put.map_err(|fault| fault.help("the site is as it was before"))?;
        self.output.has_next = true;
        self.move_one(self.paths.len(), NEXT)?;
        self.output.next = next;
        Ok(())
    }

    /// Moves a file that waits, and tells how it looks then.
    fn move_one(&self, number: usize, path: &str) -> Result<Option<Stamp>, DiskFault> {
        let (from, to) = (self.staging.path(number), self.output.folder.join(path));
        let disk = &*self.output.disk;
        let moved = match disk.rename(&from, &to) {
            // Somebody has removed the folder since.
            Err(error) if error.kind() == ErrorKind::NotFound => {
                make_folders(disk, to.parent().unwrap_or_else(|| Path::new(""))).map_err(half)?;
                disk.rename(&from, &to)
            }
            moved => moved,
        };
        moved.map_err(|error| half(DiskFault::io(&to, &error)))?;
        Ok(disk.stat(&to).ok().and_then(|metadata| Stamp::of(&metadata)))
    }

    /// Removes what is no more, and leaves the list of all.
    fn finish(&mut self, was_settled: bool) -> Result<(), DiskFault> {
        self.written.written = self.written.written_paths.len();
        self.written.unchanged = self.paths.len() - self.written.written;
        let changes = self.changes();
        // The paths are those of the last build, of which nothing was left over.
        let gone = if was_settled { BTreeSet::new() } else { self.gone() };
        if changes.is_empty() && gone.is_empty() && !self.output.has_next {
            return Ok(());
        }
        self.remove(&gone)?;
        if !changes.is_empty() || !gone.is_empty() {
            let mut last = std::mem::take(&mut self.output.last);
            let mut undo: Vec<(String, Option<Seal>)> = Vec::new();
            for (path, seal) in changes {
                undo.push((path.to_owned(), last.insert(path.to_owned(), seal)));
            }
            for path in &gone {
                undo.push((path.clone(), last.remove(path)));
            }
            let text = manifest::text(&last);
            let left = self.staging.put(self.paths.len(), text.as_bytes()).map_err(half);
            let left = left.and_then(|()| self.move_one(self.paths.len(), MANIFEST));
            if left.is_err() {
                for (path, seal) in undo {
                    match seal {
                        Some(seal) => last.insert(path, seal),
                        None => last.remove(&path),
                    };
                }
            }
            self.output.last = last;
            left?;
        }
        if self.output.has_next {
            let next = self.output.folder.join(NEXT);
            match self.output.disk.remove_file(&next) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(half(DiskFault::io(&next, &error)));
                }
                Err(_) | Ok(()) => self.output.has_next = false,
            }
        }
        self.output.next.clear();
        Ok(())
    }

    /// Files that are not in the list as they are now.
    fn changes(&self) -> Vec<(&'a str, Seal)> {
        let is_listed = |path: &str, seal: &Seal| self.output.last.get(path) == Some(seal);
        let all = self.paths.iter().zip(self.files.iter().flatten()).zip(&self.seen);
        let changed = all.filter(|((path, file), seen)| match seen {
            Some((_, seal)) => *seal != file.seal,
            None => !is_listed(path, &file.seal),
        });
        changed.map(|((path, file), _)| (*path, file.seal)).collect()
    }

    /// What is listed and is made no more.
    fn gone(&self) -> BTreeSet<String> {
        let made: BTreeSet<&str> = self.paths.iter().copied().collect();
        let listed = self.output.last.keys().chain(self.output.next.iter().map(|(path, _)| path));
        listed.filter(|path| !made.contains(path.as_str())).cloned().collect()
    }

    /// Removes files that are no more, if they are as they were written.
    fn remove(&mut self, gone: &BTreeSet<String>) -> Result<(), DiskFault> {
        let mut folders = BTreeSet::new();
        for path in gone {
            self.output.known.remove(path);
            match self.output.held(path)? {
                Held::File(bytes, _) if self.output.is_ours(path, &bytes) => {
                    let full = self.output.folder.join(path);
                    self.output
                        .disk
                        .remove_file(&full)
                        .map_err(|error| half(DiskFault::io(&full, &error)))?;
                    self.written.removed_paths.push(path.clone());
                }
                Held::File(..) | Held::Other(_) => self.written.kept.push(path.clone()),
                Held::Nothing => {}
            }
            folders.extend(above(path));
        }
        self.written.removed = self.written.removed_paths.len();
        // The deepest first; those that still hold something stay.
        for folder in folders.into_iter().rev() {
            let _ = self.output.disk.remove_folder(&self.output.folder.join(folder));
        }
        Ok(())
    }

    /// Keeps in mind how the files look, as far as all went well. After a fault those that would have changed are to be
    /// read again.
    fn remember(&mut self, is_well: bool) {
        let known = &mut self.output.known;
        for ((path, file), seen) in self.paths.iter().zip(&self.files).zip(&self.seen) {
            let Some(file) = file else { continue };
            match file.stamp {
                Some(stamp) if *seen == Some((stamp, file.seal)) => {}
                Some(stamp) if is_well => drop(known.insert((*path).to_owned(), (stamp, file.seal))),
                Some(_) | None => drop(known.remove(*path)),
            }
        }
    }
}

/// What a fault leaves while files are moved.
fn half(fault: DiskFault) -> DiskFault {
    fault.help("every page is whole, the old one or the new one; build again when this is mended")
}
