//! The workshop: what stays between builds, so that the next does only what a change asks for.
//!
//! A build here and a build from nothing give the same bytes: whatever is remembered is found by what it was made
//! from. Files whose text changed are parsed again, parts of the network whose numbers may differ are evaluated
//! again, and pages that show something else are laid out and written again.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::super::progress::Progress;
use super::super::{Call, Fault};
use super::{Place, edited};
use crate::diagnostic::{self, Diagnostic, Diagnostics, Severity, counted};
use crate::disk::{self, Output, Written};
use crate::forecast::Forecast;
use crate::limits;
use crate::model::Model;
use crate::serve;
use crate::site::{self, Edition, Site, Templates};
use crate::source::Sources;
use crate::value::{Date, percent};
use crate::{Compiled, Memory};

/// So many nodes of those that were edited have their pages written before all others.
const URGENT: usize = 8;

/// A place where one site is built again and again.
pub(super) struct Workshop {
    own_templates: Option<PathBuf>,
    /// Whether pages tell which commits changed their numbers.
    has_history: bool,
    output: Output,
    memory: Memory,
    made: site::Memory,
    templates: Option<(BTreeMap<String, String>, Templates)>,
    /// What was last looked at, whether a site came of it or not.
    seen: Option<Seen>,
    /// The network of the last good site.
    last: Option<Last>,
    /// Whether no site came of what was looked at last.
    is_broken: bool,
}

/// What there is to build a site from, read and checked.
pub(super) struct Draft {
    begun: Instant,
    seen: Seen,
    /// The sources, documents and templates that changed, by their paths.
    changed: Vec<String>,
    network: crate::Draft,
}

struct Seen {
    sources: Sources,
    own: BTreeMap<String, String>,
    today: Date,
}

struct Last {
    sources: Sources,
    model: Model,
    forecast: Forecast,
}

/// What came of a build.
pub(super) enum Built {
    /// A site.
    Site(Box<Report>),
    /// Nothing: all is as it was.
    Nothing,
    /// No site, and so the last good one stays.
    Broken(Trouble),
}

/// A site that was built.
pub(super) struct Report {
    pub(super) pages: usize,
    pub(super) others: usize,
    /// All its files.
    pub(super) paths: Vec<String>,
    pub(super) written: Written,
    pub(super) took: Duration,
    /// The sources, documents and templates that changed, by their paths; of a first build none.
    pub(super) changed: Vec<String>,
    /// Nodes whose number is shown otherwise, with what it was and is; those that moved most come first.
    pub(super) moved: Vec<Moved>,
    /// The page of a node that was edited.
    pub(super) page: Option<String>,
    /// The folder of the site below the root of its host, if the network says where it is published.
    pub(super) base: Option<String>,
    /// Errors and warnings, in words; empty if there are none.
    pub(super) faults: String,
    pub(super) has_errors: bool,
    /// Whether there was trouble before.
    pub(super) is_mended: bool,
}

pub(super) struct Moved {
    pub(super) id: String,
    pub(super) from: String,
    pub(super) to: String,
    by: f64,
}

/// Why there is no site.
pub(super) enum Trouble {
    /// The network is at fault: how much is wrong in words, and the errors. Warnings can wait until they are mended.
    Network(String, Box<(Diagnostics, Sources)>),
    /// The sources or the templates could not be read, or the site not written.
    Machine(String),
}

impl Trouble {
    /// All of it, as a terminal shows it.
    pub(super) fn text(&self, color: bool) -> String {
        match self {
            Self::Network(_, found) => diagnostic::text(&found.0, &found.1, color),
            Self::Machine(words) => format!("forecastc: {words}\n"),
        }
    }

    /// As the pages of a server show it.
    pub(super) fn shown(&self) -> serve::Trouble {
        let entries = match self {
            Self::Network(_, found) => {
                let (diagnostics, sources) = (&found.0, &found.1);
                let entry = |one: &Diagnostic| serve::Entry {
                    severity: one.severity.name().to_owned(),
                    message: one.message.clone(),
                    place: sources.get(one.span().source).map(|_| diagnostic::place(one.span(), sources)),
                    excerpt: diagnostic::lines(one, sources),
                    help: one.help.clone(),
                };
                diagnostics.iter().take(limits::FAULTS_SHOWN).map(entry).collect()
            }
            Self::Machine(words) => {
                let (message, help) = words.split_once("\n  ").unwrap_or((words, ""));
                let help = Some(help.to_owned()).filter(|help| !help.is_empty());
                let message = message.to_owned();
                vec![serve::Entry { severity: "error".to_owned(), message, help, ..serve::Entry::default() }]
            }
        };
        serve::Trouble { summary: self.summary(), entries }
    }

    /// How much of it there is.
    pub(super) fn summary(&self) -> String {
        match self {
            Self::Network(summary, _) => summary.clone(),
            Self::Machine(_) => counted(1, "error"),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "only how long a build took is told from it")]
fn now() -> Instant {
    Instant::now()
}

impl Workshop {
    /// For the site of this place. Its folder is ours as long as the workshop is open.
    pub(super) fn open(place: &Place, call: &Call) -> Result<Self, Fault> {
        let output = Output::open(&place.out, &place.guarded(&call.source))?;
        Ok(Self {
            own_templates: place.templates.clone(),
            has_history: place.history,
            output,
            memory: Memory::new(),
            made: site::Memory::new(),
            templates: None,
            seen: None,
            last: None,
            is_broken: false,
        })
    }

    /// Reads and checks the sources as they are now; none if they are as they were.
    pub(super) fn draft(&self, call: &Call) -> Result<Option<Draft>, Fault> {
        let begun = now();
        let own = self.own_templates()?;
        let seen = Seen { sources: call.load(None)?, own, today: call.today };
        let changed = self.seen.as_ref().map(|before| changed(before, &seen));
        let is_new_day = self.seen.as_ref().is_some_and(|before| before.today != seen.today);
        if !is_new_day && changed.as_ref().is_some_and(Vec::is_empty) {
            return Ok(None);
        }
        let network = crate::draft(&seen.sources, seen.today, &self.memory);
        Ok(Some(Draft { begun, seen, changed: changed.unwrap_or_default(), network }))
    }

    /// Whether a source is missing that was there when they were last looked at: editors that write a file anew may
    /// have taken it away for a moment.
    pub(super) fn has_lost(&self, draft: &Result<Option<Draft>, Fault>) -> bool {
        let Some(seen) = &self.seen else { return false };
        match draft {
            Ok(Some(draft)) => seen.sources.paths().any(|path| !draft.seen.sources.has(path)),
            Ok(None) => false,
            Err(_) => true,
        }
    }

    /// Builds the site of what was read.
    pub(super) fn build(
        &mut self,
        draft: Result<Option<Draft>, Fault>,
        call: &mut Call,
    ) -> Result<Built, Fault> {
        let built = match draft {
            Ok(Some(draft)) => self.build_draft(draft, call),
            Ok(None) => Ok(Built::Nothing),
            Err(fault) => Err(fault),
        };
        if built.is_err() {
            // Whatever is there next is worth a look, the same as well.
            self.seen = None;
        }
        match &built {
            Ok(Built::Nothing) => {}
            Ok(Built::Site(_)) => self.is_broken = false,
            Ok(Built::Broken(_)) | Err(_) => self.is_broken = true,
        }
        built
    }

    fn build_draft(&mut self, draft: Draft, call: &mut Call) -> Result<Built, Fault> {
        let Draft { begun, seen, changed, network } = draft;
        let Seen { sources, own, today } = &*self.seen.insert(seen);
        if self.templates.as_ref().is_none_or(|(known, _)| known != own) {
            self.templates = Some((own.clone(), Templates::new(own.clone())?));
        }
        let compiled = call.finish(network, (sources, *today), &self.memory, &|_| {})?;
        let Compiled { model, forecast: Some(forecast), diagnostics, .. } = compiled else {
            let summary = diagnostic::summary(&compiled.diagnostics);
            let found = (errors(&compiled.diagnostics), sources.clone());
            return Ok(Built::Broken(Trouble::Network(summary, Box::new(found))));
        };
        call.warn_of_unsettled(&model, &forecast);
        let Some((_, templates)) = &self.templates else { return Ok(Built::Nothing) };
        let past = self.has_history.then(|| call.past(true)).transpose()?;
        let edition = Edition::new(&model, sources, &forecast, &self.memory.answers);
        let edition = edition.with_past(past.as_ref());
        let site = Site::new(&edition, templates);
        let pages = match &self.last {
            Some(last) => edited::pages(&model, sources, &last.sources, URGENT),
            None => Vec::new(),
        };
        let files = site.files();
        // Those that somebody waits for come first.
        let mut order: Vec<usize> = (0..files.len()).collect();
        order.sort_by_key(|number| {
            let path = files.get(*number).map(|file| file.path.as_str());
            pages.iter().position(|page| Some(page.as_str()) == path).unwrap_or(URGENT)
        });
        let ordered: Vec<&site::File<'_>> = order.iter().filter_map(|number| files.get(*number)).collect();
        let paths: Vec<&str> = ordered.iter().map(|file| file.path.as_str()).collect();
        let urgent = paths.iter().take_while(|path| pages.iter().any(|page| page == *path)).count();
        let made = &self.made;
        let progress = Progress::new(call.output.shows_progress());
        let make = |number: usize,
                    is_known: bool|
         -> Result<Option<Vec<u8>>, Box<dyn std::error::Error + Send + Sync>> {
            progress.file(ordered.len());
            ordered.get(number).map_or(Ok(None), |file| Ok(site.changed(file, made, is_known)?))
        };
        let written = self.output.write(&paths, urgent, make);
        progress.clear();
        let written = written.map_err(|fault| -> Fault {
            self.made.forget();
            fault
        })?;
        let page_count = paths.iter().filter(|path| path.ends_with(".html")).count();
        let report = Report {
            pages: page_count,
            others: paths.len() - page_count,
            paths: files.iter().map(|file| file.path.clone()).collect(),
            written,
            took: now() - begun,
            changed,
            moved: self.last.as_ref().map_or_else(Vec::new, |last| moved(last, &model, &forecast)),
            page: pages.first().cloned(),
            base: edition.base(),
            faults: if diagnostics.is_empty() { String::new() } else { diagnostic::summary(&diagnostics) },
            has_errors: diagnostics.has_errors(),
            is_mended: self.is_broken,
        };
        drop(site);
        drop(edition);
        self.last = Some(Last { sources: sources.clone(), model, forecast });
        Ok(Built::Site(Box::new(report)))
    }

    /// The templates of a folder that was named, or of the usual one if it is there.
    fn own_templates(&self) -> Result<BTreeMap<String, String>, Fault> {
        let known: Vec<&str> = Templates::names().collect();
        let usual = PathBuf::from("templates");
        match &self.own_templates {
            Some(folder) => Ok(disk::templates(folder, &known)?),
            None if disk::exists(&usual) => Ok(disk::templates(&usual, &known)?),
            None => Ok(BTreeMap::new()),
        }
    }
}

fn errors(all: &Diagnostics) -> Diagnostics {
    let mut errors = Diagnostics::new();
    all.iter().filter(|one| one.severity == Severity::Error).for_each(|one| errors.push(one.clone()));
    errors
}

/// The files that differ, in the order of their paths.
fn changed(before: &Seen, now: &Seen) -> Vec<String> {
    let mut all = now.sources.changed_since(&before.sources);
    let names = now.own.keys().chain(before.own.keys());
    let names = names.filter(|name| now.own.get(*name) != before.own.get(*name));
    all.extend(names.map(|name| format!("templates/{name}")));
    all.sort_unstable();
    all.dedup();
    all
}

/// Nodes whose number is shown otherwise than in the last site.
fn moved(last: &Last, model: &Model, forecast: &Forecast) -> Vec<Moved> {
    let mut all: Vec<Moved> = Vec::new();
    for (id, node) in model.nodes() {
        let before = last.model.find(&node.id).and_then(|old| last.forecast.now(old));
        let (Some(before), Some(now)) = (before, forecast.now(id)) else { continue };
        let (from, to) = (percent(before.probability), percent(now.probability));
        if from != to {
            all.push(Moved { id: node.id.to_string(), from, to, by: now.probability - before.probability });
        }
    }
    all.sort_by(|one, other| other.by.abs().total_cmp(&one.by.abs()).then_with(|| one.id.cmp(&other.id)));
    all
}
