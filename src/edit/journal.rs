//! A new line of a journal, where a reader looks for it.
//!
//! It stands inside its item if the item keeps lines there; else where the file keeps lines of their own about it; else
//! at the end of the item's block, or, where the item has no block of several lines, behind the item. Among its like it
//! takes the place of its day, so that a file in the one layout stays in it.

use std::ops::Range;
use std::sync::Arc;

use super::{Edits, Spot, bom, line_end, line_start};
use crate::model::{Model, NodeId};
use crate::source::{Source, SourceId, Sources, Span};
use crate::syntax::tree::{Fact, File, Head, Item, Kind, Says};
use crate::value::Date;

/// Blanks that a block stands deeper than its item.
const INDENT: &str = "    ";

/// What a line is to say.
#[derive(Clone, Debug)]
pub struct Said {
    /// The day on which it was known.
    pub date: Date,
    /// What stands before the name of its subject: `corrects 2026-06-01 probability`, or the verb alone.
    pub verb: String,
    /// What stands behind the name; may be empty.
    pub rest: String,
}

/// A line that was added.
#[derive(Clone, Debug)]
pub struct Added {
    /// What has to change.
    pub edits: Edits,
    /// The file.
    pub source: SourceId,
    /// The line in the new text of that file, without what stands before and behind it.
    pub range: Range<usize>,
    /// Its words.
    pub words: String,
}

/// The edit that adds a line about a node. None if the node is declared in none of these files.
pub fn journal_line(
    sources: &Sources,
    files: &[Arc<File>],
    model: &Model,
    subject: NodeId,
    said: &Said,
) -> Option<Added> {
    let home = Home::find(files, model, subject)?;
    let source = sources.get(home.outermost.span.source)?;
    let inside = home.inside(source, said.date).map(|(at, inner)| (source, at, inner));
    let alone = || {
        let run = home.run(sources, files, model, said.date);
        run.map(|(source, at)| (source, at, Naming::Whole))
    };
    let block = || home.block(source).map(|(at, naming)| (source, at, naming));
    let (source, at, naming) = match inside.or_else(alone).or_else(block) {
        Some(found) => found,
        None => (source, Spot::behind(source, home.outermost.span), Naming::Whole),
    };
    let words = said.words(&home, naming);
    let mut edits = Edits::default();
    let range = at.insert(source, &words, &mut edits);
    Some(Added { edits, source: source.id(), range, words })
}

impl Said {
    fn words(&self, home: &Home<'_>, naming: Naming) -> String {
        let name = match naming {
            Naming::None => "",
            Naming::Inner => home.id.split_once('.').map_or("", |(_, inner)| inner),
            Naming::Whole => &home.id,
        };
        let date = self.date.to_string();
        let parts = [date.as_str(), &self.verb, name, &self.rest];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(" ")
    }
}

/// How a line names its subject.
#[derive(Clone, Copy)]
enum Naming {
    None,
    Inner,
    Whole,
}

/// The item of a node.
struct Home<'a> {
    id: Arc<str>,
    outermost: &'a Item,
    /// The node's own item; of a milestone that of its node.
    item: &'a Item,
    milestone: Option<&'a Item>,
}

impl<'a> Home<'a> {
    fn find(files: &'a [Arc<File>], model: &Model, subject: NodeId) -> Option<Self> {
        let node = model.node(subject);
        let declared = node.id_span;
        let outermost = files.iter().flat_map(|file| &file.items);
        let outermost = outermost.into_iter().find(|item| item.span.contains(declared))?;
        // From the outside to the inside: a choice, a node, a milestone.
        let mut way = vec![outermost];
        while let Some(inner) = inner_items(way.last()?).find(|item| item.span.contains(declared)) {
            way.push(inner);
        }
        let own = way.pop()?;
        let is_milestone = matches!(&own.head, Head::Named { kind: Kind::Milestone, .. });
        let item = if is_milestone { way.pop()? } else { own };
        Some(Self { id: Arc::clone(&node.id), outermost, item, milestone: is_milestone.then_some(own) })
    }

    /// Among the lines that the item keeps; for a milestone first among its own.
    fn inside(&self, source: &Source, date: Date) -> Option<(Spot, Naming)> {
        let own = self.milestone.and_then(|own| among(source, &facts(own), date));
        let inner = if self.milestone.is_some() { Naming::Inner } else { Naming::None };
        own.map(|spot| (spot, Naming::None))
            .or_else(|| among(source, &facts(self.item), date).map(|spot| (spot, inner)))
    }

    /// Among lines that stand alone, beside the last of those about this item.
    fn run<'s>(
        &self,
        sources: &'s Sources,
        files: &[Arc<File>],
        model: &Model,
        date: Date,
    ) -> Option<(&'s Source, Spot)> {
        let outer = self.id.split_once('.').map_or(self.id.as_ref(), |(outer, _)| outer);
        let is_about = |fact: &Fact| {
            let id = fact.subject.as_ref().and_then(|name| model.find(&name.value));
            id.is_some_and(|id| {
                let id = model.node(id).id.as_ref();
                id == outer || id.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'))
            })
        };
        let mut best: Option<(Date, Vec<&Fact>)> = None;
        for file in files {
            for run in file.items.chunk_by(|a, b| lone(a).is_some() == lone(b).is_some()) {
                let run: Vec<&Fact> = run.iter().filter_map(lone).collect();
                let last = run.iter().filter(|fact| is_about(fact)).map(|fact| fact.date.value).max();
                if let Some(last) = last.filter(|last| best.as_ref().is_none_or(|(date, _)| last >= date)) {
                    best = Some((last, run));
                }
            }
        }
        let (_, run) = best?;
        let source = sources.get(run.first()?.span.source)?;
        Some((source, among(source, &run, date)?))
    }

    /// At the end of the block, if it has lines of its own.
    fn block(&self, source: &Source) -> Option<(Spot, Naming)> {
        let text = source.text();
        let last = self.item.body.last()?;
        let brace = (self.item.span.end as usize).checked_sub(1)?;
        let at = line_start(text, brace);
        let is_alone = text.get(at..brace)?.trim().is_empty() && text.get(brace..)?.starts_with('}');
        if !is_alone || at <= last.span.end as usize {
            return None;
        }
        let own = line_start(text, last.word.start as usize);
        let blanks = text.get(own..last.word.start as usize)?;
        let indent = if blanks.trim().is_empty() && !blanks.is_empty() { blanks } else { INDENT };
        let above = text.get(..at)?.trim_end_matches([' ', '\t', '\r', '\n']).len();
        let gap = text.get(above..at)?.matches('\n').count() < 2;
        let naming = if self.milestone.is_some() { Naming::Inner } else { Naming::None };
        Some((Spot { at, gap, indent: indent.to_owned() }, naming))
    }
}

fn inner_items(item: &Item) -> impl Iterator<Item = &Item> {
    item.body.iter().filter_map(|clause| if let Says::Item(item) = &clause.says { Some(item) } else { None })
}

fn facts(item: &Item) -> Vec<&Fact> {
    let says = item.body.iter().map(|clause| &clause.says);
    says.filter_map(|says| if let Says::Fact(fact) = says { Some(fact) } else { None }).collect()
}

fn lone(item: &Item) -> Option<&Fact> {
    if let Head::Fact(fact) = &item.head { Some(fact) } else { None }
}

/// Behind the last line of no later day, or before the first of all. None if there are no lines, or they share theirs
/// with others.
fn among(source: &Source, facts: &[&Fact], date: Date) -> Option<Spot> {
    let text = source.text();
    let spot = |span: Span| {
        let start = line_start(text, span.start as usize);
        let indent = text.get(start..span.start as usize)?;
        let end = line_end(text, span.end as usize);
        let rest = text.get(span.end as usize..end)?.trim();
        let has_line = indent.trim().is_empty() && (rest.is_empty() || rest.starts_with('#'));
        has_line.then(|| (start, end, indent.to_owned()))
    };
    if let Some(before) = facts.iter().rev().find(|fact| fact.date.value <= date) {
        let (_, at, indent) = spot(before.span)?;
        return Some(Spot { at, gap: false, indent });
    }
    let (mut at, _, indent) = spot(facts.first()?.span)?;
    // A comment belongs to the line below it.
    while at > bom(text) {
        let above = line_start(text, at - 1);
        if !text.get(above..at)?.trim_start().starts_with('#') {
            break;
        }
        at = above;
    }
    Some(Spot { at, gap: false, indent })
}
