//! A new id in every place of the old one, and a redirect from there.
//!
//! An item leaves `redirect OLD -> NEW`, so that links to it lead on; a milestone, a rule and a symbol take none. Where
//! the new id is one that the item had before, its redirect is turned round instead: `redirect A -> B` becomes
//! `redirect B -> A`. Earlier names that lead to the item go on doing so.

use std::sync::Arc;

use super::{Edits, Spot};
use crate::diagnostic::{nearest, quoted};
use crate::model::{Mention, Model, Named, Place, Role, Thing, mentions};
use crate::source::{Source, Sources, Span};
use crate::syntax::tree::{File, Head, Item};
use crate::value::check_id;

/// What a rename comes to.
#[derive(Clone, Debug)]
pub struct Renamed {
    /// What has to change.
    pub edits: Edits,
    /// What was renamed: `prediction`.
    pub what: &'static str,
    /// Its whole id before.
    pub old: String,
    /// Its whole id now.
    pub new: String,
    /// In how many places it was written.
    pub places: usize,
    /// The redirect that leads on, as it is written now.
    pub redirect: Option<String>,
}

/// Why an id cannot be renamed so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Refused {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The edits that give an item another id. The network is to be without errors, or lines that cannot be understood
/// would keep the old one.
pub fn rename(
    sources: &Sources,
    files: &[Arc<File>],
    model: &Model,
    old: &str,
    new: &str,
) -> Result<Renamed, Refused> {
    let all = mentions(files, model, sources);
    let (thing, what) = found(model, &all, old)?;
    let (old_word, new_word) = match old.split_once('.') {
        Some((outer, inner)) => {
            (inner, new.strip_prefix(outer).and_then(|rest| rest.strip_prefix('.')).unwrap_or(new))
        }
        None => (old, new),
    };
    let mut whole = new_word.to_owned();
    let leads_back = match (&thing, old.split_once('.')) {
        (Thing::Named(_), Some((outer, _))) => {
            whole = format!("{outer}.{new_word}");
            check_milestone(model, old, &whole, new_word)?;
            false
        }
        (Thing::Named(named), None) => check_name(model, sources, *named, old, new_word)?,
        (Thing::Rule(_), _) => {
            checked(new_word)?;
            refuse_taken(&all, &Thing::Rule(Arc::from(new_word)), new_word, "a rule")?;
            false
        }
        (Thing::Symbol(_), _) => {
            check_symbol(new_word)?;
            refuse_taken(&all, &Thing::Symbol(Arc::from(new_word)), new_word, "a symbol")?;
            false
        }
    };
    let mut edits = Edits::default();
    let mut places = 0;
    for mention in all.iter().filter(|mention| mention.thing == thing) {
        let written = words(sources, &mention.place);
        if mention.role == Role::Left {
            if leads_back && written == new_word {
                put(&mut edits, &mention.place, old_word);
            }
        } else if written == old_word {
            put(&mut edits, &mention.place, new_word);
            places += 1;
        }
    }
    let takes_redirect = matches!(thing, Thing::Named(_)) && !old.contains('.');
    let line = format!("redirect {old} -> {new_word}");
    if takes_redirect && !leads_back {
        let declared = all.iter().find(|mention| mention.thing == thing && mention.role == Role::Declared);
        if let Some(Mention { place: Place::Source(span), .. }) = declared
            && let Some((source, spot)) = after_redirects(sources, files, *span)
        {
            spot.insert(source, &line, &mut edits);
        }
    }
    let redirect = takes_redirect.then_some(line);
    Ok(Renamed { edits, what, old: old.to_owned(), new: whole, places, redirect })
}

/// What an id stands for, with the word for its kind.
fn found(model: &Model, all: &[Mention], old: &str) -> Result<(Thing, &'static str), Refused> {
    if model.names.declaration(old).is_some()
        && let Some(named) = model.names.get(old)
    {
        return Ok((Thing::Named(named), kind(model, named)));
    }
    if let Some(named) = model.names.get(old) {
        let id = id_of(model, named);
        return Err(Refused::new(format!("{} has become {}", quoted(old), quoted(&id)))
            .help(format!("rename that: `forecastc rename {id} NEW`")));
    }
    let is = |thing: &Thing| all.iter().any(|mention| mention.thing == *thing);
    let (rule, symbol) = (Thing::Rule(Arc::from(old)), Thing::Symbol(Arc::from(old)));
    if is(&rule) {
        return Ok((rule, "rule"));
    }
    if is(&symbol) {
        return Ok((symbol, "symbol"));
    }
    let refused = Refused::new(format!("there is no item {}", quoted(old)));
    let rules = model.rules.iter().map(|rule| rule.id.value.as_ref());
    Err(match nearest(old, model.names.all().chain(rules)) {
        Some(near) => refused.help(format!("did you mean `{near}`?")),
        None => refused.help("`forecastc list` shows all nodes"),
    })
}

fn kind(model: &Model, named: Named) -> &'static str {
    match named {
        Named::Node(id) => model.node(id).kind.word(),
        Named::Choice(_) => "choice",
        Named::Predictor(_) => "predictor",
        Named::Class(_) => "class",
        Named::Document(_) => "document",
    }
}

fn id_of(model: &Model, named: Named) -> String {
    let id = match named {
        Named::Node(id) => Some(model.node(id).id.as_ref()),
        Named::Choice(id) => model.choices.get(id.index()).map(|one| one.id.value.as_ref()),
        Named::Predictor(id) => model.predictors.get(id.index()).map(|one| one.id.value.as_ref()),
        Named::Class(id) => model.classes.get(id.index()).map(|one| one.id.value.as_ref()),
        Named::Document(id) => model.documents.get(id.index()).map(|one| one.id.value.as_ref()),
    };
    id.unwrap_or_default().to_owned()
}

fn checked(id: &str) -> Result<(), Refused> {
    check_id(id).map_err(|refusal| Refused { message: refusal.message, help: refusal.help })
}

/// Whether an item may take this id; true if it had it before, and a redirect leads back.
fn check_name(model: &Model, sources: &Sources, named: Named, old: &str, new: &str) -> Result<bool, Refused> {
    checked(new)?;
    if new == old {
        return Err(Refused::new(format!("{} is called that already", quoted(old))));
    }
    if let Some(span) = model.names.declaration(new) {
        let what = model.names.get(new).map_or("an item", Named::what);
        return Err(Refused::new(format!("the id {} is taken", quoted(new)))
            .help(format!("it is that of {what}: {}", sources.place(span))));
    }
    let leads_back = match model.redirects.iter().find(|redirect| redirect.old.value.as_ref() == new) {
        Some(redirect) if model.names.get(new) != Some(named) => {
            return Err(Refused::new(format!("the id {} is taken by a redirect", quoted(new)))
                .help(format!("links to it lead to another item: {}", sources.place(redirect.span))));
        }
        found => found.is_some(),
    };
    let olds = model.redirects.iter().map(|redirect| redirect.old.value.as_ref());
    let mut ids = model.names.all().filter(|id| !id.contains('.')).chain(olds);
    match ids.find(|id| id.eq_ignore_ascii_case(new) && *id != new) {
        Some(other) => {
            Err(Refused::new(format!("{} differs from {} in case alone", quoted(new), quoted(other)))
                .help("each becomes a file, and some disks take the two for one"))
        }
        None => Ok(leads_back),
    }
}

fn check_milestone(model: &Model, old: &str, whole: &str, inner: &str) -> Result<(), Refused> {
    if inner.contains('.') {
        return Err(
            Refused::new("a milestone stays with its node").help("give its own id alone, or move it by hand")
        );
    }
    checked(inner)?;
    if whole == old {
        return Err(Refused::new(format!("{} is called that already", quoted(old))));
    }
    if model.names.declaration(whole).is_some() {
        return Err(Refused::new(format!("the id {} is taken", quoted(whole)))
            .help("it is that of another milestone"));
    }
    Ok(())
}

fn check_symbol(symbol: &str) -> Result<(), Refused> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_-.^=".contains(c);
    if symbol.is_empty() || symbol.contains("->") || !symbol.chars().all(is_part) {
        return Err(Refused::new(format!("{} is no symbol", quoted(symbol)))
            .help("symbols are made of ASCII letters, digits, `_`, `-`, `.`, `^` and `=`"));
    }
    Ok(())
}

fn refuse_taken(all: &[Mention], thing: &Thing, new: &str, what: &str) -> Result<(), Refused> {
    if all.iter().any(|mention| mention.thing == *thing) {
        return Err(Refused::new(format!("{} is taken: it is {what} already", quoted(new))));
    }
    Ok(())
}

fn words<'a>(sources: &'a Sources, place: &Place) -> &'a str {
    match place {
        Place::Source(span) => sources.slice(*span),
        Place::Document(path, range) => {
            sources.document(path).and_then(|text| text.get(range.clone())).unwrap_or_default()
        }
    }
}

fn put(edits: &mut Edits, place: &Place, text: &str) {
    match place {
        Place::Source(span) => edits.source(span.source, span.range(), text),
        Place::Document(path, range) => edits.document(path, range.clone(), text),
    }
}

/// Behind the last redirect of the item's file, or else of any; where there is none, behind the item.
fn after_redirects<'s>(
    sources: &'s Sources,
    files: &[Arc<File>],
    declared: Span,
) -> Option<(&'s Source, Spot)> {
    let last = |file: &Arc<File>| {
        let redirects = file.items.iter().filter(|item| matches!(item.head, Head::Redirect { .. }));
        redirects.map(|item| item.span).next_back()
    };
    let own = files.iter().find(|file| file.source == declared.source);
    let redirect = own.and_then(last).or_else(|| files.iter().rev().find_map(last));
    let item = || {
        let items: &[Item] = own.map_or(&[], |file| &file.items);
        items.iter().map(|item| item.span).find(|span| span.contains(declared))
    };
    let span = redirect.or_else(item)?;
    let source = sources.get(span.source)?;
    Some((source, Spot::behind(source, span)))
}

/// Where an id still stands as a word of its own, in a comment or a plain text: `path:line`, each line once.
pub fn still_written(sources: &Sources, files: &[Arc<File>], model: &Model, id: &str) -> Vec<String> {
    let all = mentions(files, model, sources);
    let is_mention =
        |span: Span| all.iter().any(|mention| matches!(mention.place, Place::Source(place) if place == span));
    let mut found = Vec::new();
    for source in sources.files() {
        for at in as_words(source.text(), id) {
            let span = source.span(at, at + id.len());
            if !is_mention(span) {
                found.push(sources.place(span));
            }
        }
    }
    for path in sources.document_paths() {
        let text = sources.document(path).unwrap_or_default();
        for at in as_words(text, id) {
            let line = text.get(..at).unwrap_or_default().matches('\n').count() + 1;
            found.push(format!("{path}:{line}"));
        }
    }
    found.dedup();
    found
}

fn as_words<'t>(text: &'t str, id: &'t str) -> impl Iterator<Item = usize> + 't {
    let is_id = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.match_indices(id).map(|(at, _)| at).filter(move |at| {
        let before = text.get(..*at).and_then(|before| before.chars().next_back());
        let after = text.get(at + id.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(is_id) && !after.is_some_and(is_id)
    })
}
