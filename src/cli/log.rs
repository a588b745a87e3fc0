//! `forecastc log`

use std::fmt::Write as _;
use std::sync::Arc;

use clap::Args;

use super::output::table;
use super::proposal::{as_patch, fresh, refuses, show, write};
use super::whatif::points;
use super::{Call, Ending, Fault};
use crate::diagnostic::{Code, Diagnostics, counted};
use crate::edit::{Added, Said, journal_line};
use crate::model::{Model, NodeId, NodeKind};
use crate::source::Sources;
use crate::syntax;
use crate::syntax::tree::{Fact, File, Head, Item, Says};
use crate::value::{Date, percent};
use crate::{Compiled, Memory};

/// A node moved if its probability did so by half a point or more.
const MOVED: f64 = 0.005;
/// So many nodes that moved are shown.
const SHOWN: usize = 10;
/// A sampled difference counts if it is further from nothing than this many of its errors.
const ERRORS: f64 = 1.96;

/// What a shell takes away.
const HINT: &str =
    "  an argument with a blank in it is a text; a text of one word takes quotes: '\"Done\"'\n";

/// Add a line to the journal of a node, and see what it moves
///
/// The words are those of a journal line, without its date and its id: `resolved yes`, `hit`, `slipped to 2029-06`,
/// `probability 40%`, `evidence for strong by ID`, `note`, `corrects 2026-06-01 probability 36%`. An argument with a
/// blank in it is the text of the line, as is what follows `note`; an address is its link. The line goes where the
/// journal of the node is kept. What `check` would refuse is not written.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The node
    id: String,
    /// What happened, and in words why: resolved yes "The court ruled"
    #[arg(required = true, value_name = "WORD")]
    words: Vec<String>,
    /// The day on which it was known [default: today]
    #[arg(long, value_name = "DATE", value_parser = super::date)]
    on: Option<Date>,
    /// Write nothing; show what would change
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(arguments: &Arguments, call: &mut Call) -> Result<Ending, Fault> {
    let sources = call.load(None)?;
    let memory = Memory::new();
    let before = call.evaluate_with(&sources, &memory, &|_| {})?;
    let node = super::find(&before.model, &arguments.id, "log")?;
    let (node, said) = said(&before.model, node, &arguments.words, arguments.on.unwrap_or(call.today));
    let Some(added) = journal_line(&sources, &before.files, &before.model, node, &said) else {
        return Err(format!("`{}` is declared nowhere", arguments.id).into());
    };
    if let Some(faults) = faults_of(&sources, &added) {
        show(&faults, &sources, call);
        let path = path(&sources, &added);
        return Err(format!("{path} is left as it is: mend its faults first").into());
    }
    let new = added.edits.apply(&sources);
    let after = call.evaluate_with(&new, &memory, &|_| {})?;
    let found = fresh((&before.diagnostics, &sources), (&after.diagnostics, &new));
    let refused = refuses(&found);
    if !refused && !is_one_line(&after.files, &new, &added) {
        return Err(format!("these words are not one line of a journal: {}", added.words).into());
    }
    show(&found, &new, call);
    if refused {
        call.output.error_stream("nothing was written\n");
        if found.iter().any(|one| matches!(one.code, Code::SyntaxError | Code::UnknownWord)) {
            call.output.message(HINT);
        }
        return Ok(Ending::NetworkAtFault);
    }
    if arguments.dry_run {
        call.output.result(&as_patch(&added.edits, &sources, call));
    } else {
        write(&added.edits, &sources, call)?;
        call.output.result(&format!("{}: {}\n", place(&new, &added), added.words));
    }
    call.output.result(&moves(&before, &after));
    Ok(Ending::Fine)
}

/// The line that the words ask for, and the node that it is about: `hit parity` of a node is about its milestone.
fn said(model: &Model, node: NodeId, words: &[String], date: Date) -> (NodeId, Said) {
    let verbs = if words.first().is_some_and(|word| word == "corrects") { 3 } else { 1 };
    let (verb, rest) = words.split_at_checked(verbs).unwrap_or((words, &[]));
    let what = verb.last().map_or("", String::as_str);
    let inner = rest.first().filter(|_| matches!(what, "hit" | "missed" | "slipped"));
    let milestone = inner.and_then(|inner| model.find(&format!("{}.{inner}", model.node(node).id)));
    let (node, rest) = match milestone {
        Some(milestone) => (milestone, rest.get(1..).unwrap_or_default()),
        None => (node, rest),
    };
    let rest: Vec<String> = rest.iter().map(|word| written(word, what == "note")).collect();
    let verb: Vec<&str> = verb.iter().map(|word| word.trim()).collect();
    (node, Said { date, verb: verb.join(" "), rest: rest.join(" ") })
}

/// An argument as the language writes it.
fn written(word: &str, is_text: bool) -> String {
    let is_link = ["http://", "https://", "mailto:"].iter().any(|scheme| word.starts_with(scheme));
    if is_link && !word.contains(char::is_whitespace) {
        return format!("<{word}>");
    }
    let is_within =
        |first: char, last: char| word.len() > 1 && word.starts_with(first) && word.ends_with(last);
    let is_written = is_within('"', '"') || is_within('<', '>');
    if !is_written && (is_text || word.contains(char::is_whitespace) || word.is_empty()) {
        return quote(word);
    }
    word.to_owned()
}

/// A text between quotes, whatever it holds: what may not stand there is for the checker to refuse.
fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.trim().chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => {}
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// What is wrong with the form of the file that the line goes into.
fn faults_of(sources: &Sources, added: &Added) -> Option<Diagnostics> {
    let mut found = Diagnostics::new();
    syntax::parse(sources.get(added.source)?, &mut found);
    (!found.is_empty()).then_some(found)
}

/// Whether the new words are a line of a journal, all of it and nothing else.
fn is_one_line(files: &[Arc<File>], sources: &Sources, added: &Added) -> bool {
    fn lines<'a>(item: &'a Item, out: &mut Vec<&'a Fact>) {
        if let Head::Fact(fact) = &item.head {
            out.push(fact);
        }
        for clause in &item.body {
            if let Says::Fact(fact) = &clause.says {
                out.push(fact);
            } else if let Says::Item(inner) = &clause.says {
                lines(inner, out);
            }
        }
    }
    let mut all = Vec::new();
    let file = files.iter().filter(|file| file.source == added.source);
    file.flat_map(|file| &file.items).for_each(|item| lines(item, &mut all));
    let is_it = |fact: &&Fact| fact.span.range() == added.range && sources.slice(fact.span) == added.words;
    all.iter().any(is_it)
}

fn path<'a>(sources: &'a Sources, added: &Added) -> &'a str {
    sources.get(added.source).map_or("", |source| source.path())
}

fn place(sources: &Sources, added: &Added) -> String {
    let span = sources.get(added.source).map(|source| source.span(added.range.start, added.range.end));
    span.map(|span| sources.place(span)).unwrap_or_default()
}

/// A node that moved, from and to; a void node has no number.
struct Moved<'a> {
    id: &'a str,
    kind: NodeKind,
    title: &'a str,
    from: Option<f64>,
    to: Option<f64>,
}

impl Moved<'_> {
    fn by(&self) -> f64 {
        self.to.unwrap_or(0.0) - self.from.unwrap_or(0.0)
    }
}

/// The nodes that moved, the largest moves first.
fn moves(before: &Compiled, after: &Compiled) -> String {
    let (Some(old), Some(new)) = (&before.forecast, &after.forecast) else {
        return "what moves cannot be told: the network has errors\n".to_owned();
    };
    let mut all = Vec::new();
    for (id, node) in after.model.nodes() {
        let (from, to) = (before.model.find(&node.id).and_then(|id| old.now(id)), new.now(id));
        let noise = [from, to].into_iter().flatten().map(|one| one.error * one.error).sum::<f64>().sqrt();
        let (from, to) = (from.map(|one| one.probability), to.map(|one| one.probability));
        let moved = Moved { id: &node.id, kind: node.kind, title: &node.title.value, from, to };
        let leaves = from.is_some() != to.is_some();
        if leaves || moved.by().abs() >= MOVED && moved.by().abs() > ERRORS * noise {
            all.push(moved);
        }
    }
    if all.is_empty() {
        return "nothing moves by half a point or more\n".to_owned();
    }
    all.sort_by(|a, b| {
        b.by().abs().total_cmp(&a.by().abs()).then_with(|| (a.kind, a.id).cmp(&(b.kind, b.id)))
    });
    let shown = |number: Option<f64>| number.map_or_else(|| "void".to_owned(), percent);
    let mut rows = vec![["NODE", "BEFORE", "NOW", "POINTS", "TITLE"].map(ToOwned::to_owned).to_vec()];
    for moved in all.iter().take(SHOWN) {
        let by = if moved.from.is_some() && moved.to.is_some() { points(moved.by()) } else { String::new() };
        rows.push(vec![moved.id.to_owned(), shown(moved.from), shown(moved.to), by, moved.title.to_owned()]);
    }
    let mut out = table(&rows, 80);
    let rest = all.len().saturating_sub(SHOWN);
    if rest > 0 {
        let _ = writeln!(out, "and {} more, moving less", counted(rest, "node"));
    }
    out
}
