//! The review: what a change of text does to what a network believes.
//!
//! Two networks come in, each with its text, its trees, its model and its forecast of one and the same day; a
//! [`Review`] goes out, which layouts show. Both sides are looked at on the same day, so that what moved, moved by the
//! text. Nothing here reads a disk or knows of git.

mod changes;
mod compose;
mod edits;
mod faults;
mod history;
mod outcomes;
mod report;
mod saved;
mod split;
mod ties;
mod units;

pub use report::{
    Breach, BreachKind, Counts, Drift, Edit, EditKind, Fault, How, Move, NodeChange, Part, Passing, Place,
    Resolution, Review, Side, Turn, VoiceChange, Way,
};

pub use saved::{Saved, against_saved};

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use self::changes::{Change, changes};
use self::split::{Input, Moved, split};
use self::ties::Ties;
use self::units::{Names, Reader, declared};
use crate::Compiled;
use crate::Memory;
use crate::diagnostic::{Code, Diagnostics, Severity, counted};
use crate::forecast::{Belief, Forecast, Settings};
use crate::model::{Model, NodeId, Silence};
use crate::source::{Source, Sources, Span};
use crate::syntax::{
    self,
    tree::{File, Head, Item},
};
use crate::value::Date;

/// Standard errors within which a sampled number has not moved.
const CLEAR: f64 = 1.96;
/// What rounding may do to a difference.
const ROUNDING: f64 = 1e-9;

/// One of the two networks.
#[derive(Clone, Copy, Debug)]
pub struct Network<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Its commit.
    pub commit: Option<&'a str>,
    /// The folder in which its paths begin, so that files of both sides can be told to be the same.
    pub folder: &'a str,
    /// Its text.
    pub sources: &'a Sources,
    /// What came of it on the day of the review.
    pub compiled: &'a Compiled,
}

/// How to review.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// The day on which both sides were evaluated.
    pub today: Date,
    /// How they were evaluated.
    pub settings: &'a Settings,
    /// What that left.
    pub memory: &'a Memory,
    /// From how many points on a move is told.
    pub min_delta: f64,
    /// Days after which a new line counts as dated back.
    pub backdated_after: i64,
    /// The day of the base, and what it believed then, where that is known.
    pub past: Option<(Date, &'a Compiled)>,
}

/// The text of both sides in one, with the trees of what differs.
struct Joint {
    sources: Sources,
    base: Vec<(usize, File)>,
    head: Vec<File>,
    /// The files of the head that the base has not word for word.
    differs: BTreeSet<usize>,
    /// Each path as it was named.
    shown: BTreeMap<String, String>,
}

/// What stands behind the path of a file of the base.
const BASE: char = '\u{1}';

impl Joint {
    fn new(base: &Network<'_>, head: &Network<'_>) -> Self {
        let below = |network: &Network<'_>, source: &Source| -> String {
            let path = source.path();
            let rest = path.strip_prefix(network.folder).map(|rest| rest.trim_start_matches('/'));
            rest.filter(|_| !network.folder.is_empty()).unwrap_or(path).to_owned()
        };
        let plain = |source: &Source| source.text().replace("\r\n", "\n");
        let before: BTreeMap<String, &Source> =
            base.sources.files().iter().map(|source| (below(base, source), source)).collect();
        let same: BTreeSet<String> = head
            .sources
            .files()
            .iter()
            .map(|source| (below(head, source), source))
            .filter(|(path, source)| {
                before
                    .get(path)
                    .is_some_and(|other| other.text() == source.text() || plain(other) == plain(source))
            })
            .map(|(path, _)| path)
            .collect();
        // Paths below their folders, so that nothing depends on what the folders are called.
        let mut files = Vec::new();
        let mut shown = BTreeMap::new();
        for source in head.sources.files() {
            let path = below(head, source);
            shown.insert(path.clone(), source.path().to_owned());
            files.push(Source::new(path, source.text()));
        }
        for (path, source) in before.iter().filter(|(path, _)| !same.contains(*path)) {
            let path = format!("{path}{BASE}");
            shown.insert(path.clone(), source.path().to_owned());
            files.push(Source::new(path, source.text()));
        }
        let documents = head.sources.document_paths();
        let documents = documents
            .filter_map(|path| Some((path.to_owned(), std::sync::Arc::from(head.sources.document(path)?))));
        let sources = Sources::new(files).with_documents(documents);
        let parse = |source: &Source| syntax::parse(source, &mut Diagnostics::new());
        let trees: Vec<File> = sources.files().par_iter().map(parse).collect();
        let mut joint = Self {
            sources: Sources::default(),
            base: Vec::new(),
            head: Vec::new(),
            differs: BTreeSet::new(),
            shown,
        };
        for (source, tree) in sources.files().iter().zip(trees) {
            if source.path().ends_with(BASE) {
                joint.base.push((joint.base.len(), tree));
            } else {
                if !same.contains(source.path()) {
                    joint.differs.insert(joint.head.len());
                }
                joint.head.push(tree);
            }
        }
        joint.sources = sources;
        joint
    }

    fn place(&self, span: Span) -> Place {
        let source = self.sources.get(span.source);
        let path = source.map_or("", |source| source.path());
        Place {
            file: self.shown.get(path).cloned().unwrap_or_default(),
            line: source.map_or(1, |source| source.position(span.start).line),
            is_now: !path.ends_with(BASE),
        }
    }

    /// By which places are put in order, whatever the folders are called.
    fn order(&self, span: Span) -> (String, bool, u32) {
        let path = self.sources.get(span.source).map_or("", |source| source.path());
        (path.trim_end_matches(BASE).to_owned(), !path.ends_with(BASE), span.start)
    }
}

/// Reviews a change.
///
/// ```
/// use forecastc::Memory;
/// use forecastc::forecast::Settings;
/// use forecastc::review::{Network, Terms, review};
/// use forecastc::source::Sources;
/// use forecastc::value::Date;
///
/// let before = Sources::single("killer DROUGHT \"The rivers run low\" { probability 20% }\n");
/// let after = Sources::single("killer DROUGHT \"The rivers run low\" { probability 30% }\n");
/// let today = Date::parse("2026-06-01").expect("a day of the calendar");
/// let settings = Settings::default();
/// let memory = Memory::new();
/// let [one, other] = [&before, &after].map(|sources| {
///     forecastc::evaluate(sources, today, &settings, &memory, &|_| {})
/// });
/// let network = |name, sources, compiled| Network { name, commit: None, folder: "", sources, compiled };
/// let terms =
///     Terms { today, settings: &settings, memory: &memory, min_delta: 0.5, backdated_after: 30, past: None };
/// let found = review(&network("before", &before, &one), &network("after", &after, &other), &terms);
/// assert_eq!(found.moves.len(), 1);
/// assert!((found.moves[0].by - 0.1).abs() < 1e-12);
/// assert_eq!(found.moves[0].parts[0].edits, [1]);
/// ```
pub fn review(base: &Network<'_>, head: &Network<'_>, terms: &Terms<'_>) -> Review {
    let models = [&base.compiled.model, &head.compiled.model];
    let names = Names::new(models[0], models[1]);
    let joint = Joint::new(base, head);
    let found = compare(&joint, &names);
    let (order, mut all) = edits::edits(&joint, &found, models);
    let number_of = |place: usize| order.iter().position(|at| *at == place).map_or(0, |at| at + 1);
    let ties = Ties::new(models, &names, terms.today);
    let silence_counts = models.iter().any(|model| model.network.silence == Silence::Uniform);

    let mut notes = Vec::new();
    let mut counts = Counts::default();
    let (mut moves, mut voices) = (Vec::new(), Vec::new());
    match (&base.compiled.forecast, &head.compiled.forecast) {
        (Some(before), Some(after)) => {
            let (mut told, within) = moved(models, &names, [before, after], terms);
            counts.within_error = within;
            let input = Input {
                models,
                head: after,
                trees: &joint.head,
                sources: &joint.sources,
                changes: in_order(&joint, &found, silence_counts),
                names: &names,
                ties: &ties,
                today: terms.today,
                settings: terms.settings,
                memory: terms.memory,
            };
            explain(&input, &found, &mut told, &number_of);
            moves = told;
            for (forecast, network) in [(before, base), (after, head)] {
                let unsettled = forecast.unsettled().count();
                if unsettled > 0 {
                    notes.push(format!(
                        "{} of {} did not settle: their errors are too small",
                        counted(unsettled, "sampled number"),
                        network.name
                    ));
                }
            }
            voices = outcomes::voices(models, &names, [before, after]);
        }
        (before, after) => {
            for (forecast, network) in [(before, base), (after, head)] {
                if forecast.is_none() {
                    notes.push(format!(
                        "{} has errors and no numbers: nothing can be said of what moved",
                        network.name
                    ));
                }
            }
        }
    }
    let resolutions = outcomes::resolutions(&joint, base, head, &names, &found, terms.today);
    for one in &mut moves {
        one.is_settled = resolutions.iter().any(|settled| settled.id == one.id);
    }
    let nodes = outcomes::nodes(base, head, &names);
    let unreadable = unreadable(&joint, &names);
    if !unreadable.is_empty() {
        let ids: Vec<&str> = unreadable.iter().map(String::as_str).take(5).collect();
        notes.push(format!(
            "not all that stands in {} can be read: what seems to be gone may be there",
            ids.join(", ")
        ));
    }
    let integrity = history::breaches(&joint, &found, models, &names, terms, &unreadable);
    let faults = faults::compare(base, head, &names);
    if joint_is_broken(head.compiled) && integrity.iter().any(|one| one.kind == BreachKind::Removed) {
        notes.push("some lines of the newer side cannot be read: they count as removed".to_owned());
    }
    if moves.iter().any(|one| one.how == Some(How::Ordered)) {
        notes.push(
            "there are many edits, or numbers that take long: parts are what each edit adds when all are made one after the other, in the order of the files"
                .to_owned(),
        );
    }
    if !faults.mended.is_empty() && all.iter().any(|edit| edits::silences(&edit.what)) {
        notes
            .push("levels of diagnostics were edited: what counts as mended may only be silenced".to_owned());
    }
    count(&mut counts, &all, &moves, &resolutions, &nodes, &integrity, &faults);
    for edit in &mut all {
        edit.id = edit.id.trim().to_owned();
    }
    Review {
        schema_version: report::VERSION,
        as_of: terms.today.to_string(),
        base: side(base, terms.past.map(|(day, _)| day)),
        head: side(head, None),
        min_delta: terms.min_delta,
        backdated_after: terms.backdated_after,
        counts,
        integrity,
        resolutions,
        nodes,
        edits: all,
        moves,
        voices,
        time: passing(base, &names, terms),
        assertions: faults.assertions,
        new_trouble: faults.new,
        mended: faults.mended,
        notes,
    }
}

fn compare<'a>(joint: &'a Joint, names: &Names) -> Vec<Change<'a>> {
    let base: Vec<(usize, &File)> = joint.base.iter().map(|(number, file)| (*number, file)).collect();
    let head: Vec<(usize, &File)> =
        joint.head.iter().enumerate().filter(|(number, _)| joint.differs.contains(number)).collect();
    let files =
        |list: &[(usize, &'a File)]| -> Vec<&'a File> { list.iter().map(|(_, file)| *file).collect() };
    let (before, after) = (declared(&files(&base), names), declared(&files(&head), names));
    let shared = before.intersection(&after).cloned().collect();
    let known = before.union(&after).map(|(id, ..)| id.clone()).collect();
    let reader = Reader { sources: &joint.sources, names, shared: &shared, known: &known };
    changes(reader.units(&base), reader.units(&head))
}

/// The changes that could move numbers, in the order of the files.
fn in_order<'a>(joint: &Joint, found: &'a [Change<'a>], silence: bool) -> Vec<(usize, &'a Change<'a>)> {
    let mut all: Vec<(usize, &Change<'_>)> =
        found.iter().enumerate().filter(|(_, change)| change.may_move(silence)).collect();
    let place = |change: &Change<'_>| {
        let span = change.unit().map(|unit| unit.span).unwrap_or_default();
        joint.order(span)
    };
    all.sort_by_key(|(_, change)| place(change));
    all
}

/// The items of the head that cannot be read whole.
fn unreadable(joint: &Joint, names: &Names) -> BTreeSet<String> {
    let items = joint.head.iter().flat_map(|file| &file.items).filter(|item| item.broken);
    let id = |item: &Item| match &item.head {
        Head::Named { id, .. } => Some(names.of(&id.value).into_owned()),
        Head::Network { .. } => Some("network".to_owned()),
        Head::Edge { .. }
        | Head::Given { .. }
        | Head::Assert { .. }
        | Head::Redirect { .. }
        | Head::Fact(_) => None,
    };
    items.filter_map(id).collect()
}

/// Whether some of the text could not be read.
fn joint_is_broken(compiled: &Compiled) -> bool {
    compiled.diagnostics.iter().any(|one| one.code == Code::SyntaxError || one.code == Code::UnclosedBlock)
}

/// The node of a model that is called this now.
fn by_name(model: &Model, names: &Names) -> BTreeMap<String, NodeId> {
    model.nodes().map(|(id, node)| (names.of(&node.id).into_owned(), id)).collect()
}

/// The error of a difference: no larger than that of two numbers that have nothing to do with each other. Where
/// nothing that bears on a number was edited, both sides draw the same worlds and there is no difference at all.
fn error(one: Belief, other: Belief) -> f64 {
    one.error.hypot(other.error)
}

/// Every node that moved, those that moved most first; and how many may have, within their errors.
fn moved(
    models: [&Model; 2],
    names: &Names,
    forecasts: [&Forecast; 2],
    terms: &Terms<'_>,
) -> (Vec<Move>, usize) {
    let before = by_name(models[0], names);
    let mut within = 0;
    let mut moves = Vec::new();
    for (id, node) in models[1].nodes() {
        let Some(old) = before.get(names.of(&node.id).as_ref()) else { continue };
        let (Some(from), Some(to)) = (forecasts[0].now(*old), forecasts[1].now(id)) else { continue };
        let by = to.probability - from.probability;
        let error = error(from, to);
        if by.abs() < terms.min_delta / 100.0 - ROUNDING || by == 0.0 {
            continue;
        }
        if by.abs() <= CLEAR * error {
            within += 1;
            continue;
        }
        moves.push(Move {
            id: node.id.to_string(),
            title: node.title.value.to_string(),
            from: from.probability,
            to: to.probability,
            by,
            error,
            is_settled: false,
            how: None,
            parts: Vec::new(),
        });
    }
    moves.sort_by(|one, other| other.by.abs().total_cmp(&one.by.abs()).then_with(|| one.id.cmp(&other.id)));
    (moves, within)
}

/// Says of every move which edits made it, and along which way.
fn explain(input: &Input<'_>, found: &[Change<'_>], moves: &mut [Move], number_of: &dyn Fn(usize) -> usize) {
    let wanted: Vec<Moved> =
        moves.iter().map(|one| Moved { id: one.id.clone(), from: one.from, to: one.to }).collect();
    let splits = split(input, &wanted);
    let mut ways: BTreeMap<Vec<usize>, ties::Ways<'_>> = BTreeMap::new();
    for (one, split) in moves.iter_mut().zip(splits) {
        one.how = (!split.parts.is_empty()).then_some(split.how);
        for (changes, by) in split.parts {
            if by.abs() < 1e-12 {
                continue;
            }
            let ways = ways.entry(changes.clone()).or_insert_with(|| {
                let ids = changes.iter().filter_map(|at| found.get(*at)).flat_map(begins);
                input.ties.ways(&ids.collect::<Vec<String>>())
            });
            let mut path = ways.to(&one.id);
            begin_with_source(found, &changes, &mut path);
            let mut edits: Vec<usize> = changes.iter().map(|at| number_of(*at)).collect();
            edits.sort_unstable();
            one.parts.push(Part { edits, by, path });
        }
        one.parts.sort_by(|a, b| b.by.abs().total_cmp(&a.by.abs()).then_with(|| a.edits.cmp(&b.edits)));
    }
}

/// Where the effects of a change begin.
fn begins(change: &Change<'_>) -> Vec<String> {
    split::concerned(change)
}

/// An edge that was edited belongs to the way.
fn begin_with_source(found: &[Change<'_>], changes: &[usize], path: &mut Vec<String>) {
    let [only] = changes else { return };
    let Some(units::Slot::Edge(source)) = found.get(*only).and_then(Change::slot) else { return };
    let owner = found.get(*only).map_or("", Change::owner);
    if path.first().is_some_and(|first| first == owner) {
        path.insert(0, source.clone());
    }
}

fn side(network: &Network<'_>, day: Option<Date>) -> Side {
    let found = &network.compiled.diagnostics;
    Side {
        name: network.name.to_owned(),
        commit: network.commit.map(ToOwned::to_owned),
        day: day.map(|day| day.to_string()),
        nodes: network.compiled.model.nodes.len(),
        errors: found.errors(),
        warnings: found.warnings(),
        incoherent: found.iter().filter(|one| one.code == Code::IncoherentEdge).count(),
        has_numbers: network.compiled.forecast.is_some(),
    }
}

/// What the base believes today that it did not on its own day.
fn passing(base: &Network<'_>, names: &Names, terms: &Terms<'_>) -> Option<Passing> {
    let (since, past) = terms.past?;
    let (then, now) = (past.forecast.as_ref()?, base.compiled.forecast.as_ref()?);
    let models = [&past.model, &base.compiled.model];
    let (moves, _) = moved(models, names, [then, now], terms);
    let moves = moves.into_iter().map(|one| Drift {
        id: one.id,
        title: one.title,
        from: one.from,
        to: one.to,
        by: one.by,
        error: one.error,
    });
    Some(Passing { since: since.to_string(), moves: moves.collect() })
}

fn count(
    counts: &mut Counts,
    edits: &[Edit],
    moves: &[Move],
    resolutions: &[Resolution],
    nodes: &[NodeChange],
    integrity: &[Breach],
    faults: &faults::Faults,
) {
    let of = |kind: EditKind| edits.iter().filter(|edit| edit.kind == kind).count();
    let ways = |way: &str| nodes.iter().filter(|node| node.way == way).count();
    let breaches = |kind: BreachKind| integrity.iter().filter(|one| one.kind == kind).count();
    let errors = |list: &[Fault]| list.iter().filter(|one| one.severity == Severity::Error.name()).count();
    counts.moved = moves.iter().filter(|one| !one.is_settled).count();
    counts.resolved = resolutions.len();
    counts.added = ways("added");
    counts.removed = ways("removed");
    counts.renamed = ways("renamed");
    counts.statements = of(EditKind::Statement);
    counts.facts = edits.iter().filter(|edit| edit.date.is_some() && edit.way == Way::Added).count();
    counts.edges = of(EditKind::Edge);
    counts.tables = of(EditKind::Table);
    counts.windows = of(EditKind::Window);
    counts.texts = of(EditKind::Text);
    counts.rewritten = breaches(BreachKind::Rewritten) + breaches(BreachKind::Removed);
    counts.backdated = breaches(BreachKind::Backdated);
    counts.restated = breaches(BreachKind::Restated);
    counts.corrections =
        edits.iter().filter(|edit| edit.corrects.is_some() && edit.way == Way::Added).count();
    counts.new_errors = errors(&faults.new);
    counts.new_warnings = faults.new.len() - counts.new_errors;
    counts.mended = faults.mended.len();
}
