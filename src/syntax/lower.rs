//! From the outline and what pest found in each line to the tree.
//!
//! A line that fails is reported and left out; its item is marked `broken`, so that later stages do not
//! complain about what they cannot see.

mod clause;
mod expression;
mod fact;

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::sync::Arc;

use pest::iterators::{Pair, Pairs};
use rayon::prelude::*;

use super::form::{self, FACT, ROW};
use super::grammar::{self, Rule, Shape};
use super::outline::{Block, Entry, EntryKind, Line};
use super::problem;
use super::tree::{Clause, File, Head, Item, Kind, Name, Says, Text};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, or_list};
use crate::limits;
use crate::source::{Source, Span, Spanned};
use crate::value::{Refusal, check_id, is_forbidden, link, unfold, unquote};

/// So many items are lowered by one thread at a time.
const PIECE: usize = 16;

pub(super) fn file(source: &Source, entries: &[Entry], out: &mut Diagnostics) -> File {
    let lines: Vec<&Line> = lines(entries).collect();
    let lowered = |lines: &[&Line]| -> (Vec<Item>, Diagnostics) {
        let mut out = Diagnostics::new();
        let mut lower = Lower { source, base: 0, operators: 0, out: &mut out };
        let items = lines.iter().filter_map(|line| lower.item(line, None)).collect();
        (items, out)
    };
    let pieces: Vec<(Vec<Item>, Diagnostics)> = lines.par_chunks(PIECE).map(lowered).collect();
    let mut items = Vec::with_capacity(lines.len());
    for (more, found) in pieces {
        items.extend(more);
        out.extend(found);
    }
    File { source: source.id(), items }
}

fn lines(entries: &[Entry]) -> impl Iterator<Item = &Line> {
    entries.iter().filter_map(|entry| match &entry.kind {
        EntryKind::Line(line) => Some(line),
        EntryKind::Comment(_) => None,
    })
}

struct Lower<'a> {
    source: &'a Source,
    /// Where in the file the line begins that is being lowered.
    base: usize,
    /// The arithmetic of this line so far.
    operators: usize,
    out: &'a mut Diagnostics,
}

impl<'a> Lower<'a> {
    /// The words of a line and the first of them.
    fn words(&self, line: &Line) -> (&'a str, &'a str) {
        let words = self.source.text().get(line.words.clone()).unwrap_or_default();
        let end = words.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'));
        let first = match words.split_at_checked(end.unwrap_or(words.len())) {
            // No other blanks than these are blanks of the language.
            Some(("", _)) | None => words.split([' ', '\t', '\r', '\n']).next().unwrap_or_default(),
            Some((first, _)) => first,
        };
        (words, first)
    }

    fn place(&self, line: &Line) -> Span {
        let end = line.block.as_ref().map_or(line.words.end, |block| block.end);
        self.source.span(line.words.start, end)
    }

    /// An item of its own, or one inside an item of the kind `inside`.
    fn item(&mut self, line: &Line, inside: Option<Kind>) -> Option<Item> {
        let (words, first) = self.words(line);
        let first_span = self.source.span(line.words.start, line.words.start + first.len());
        if first.is_empty() {
            return None;
        }
        if first.starts_with(|c: char| c.is_ascii_digit()) {
            return self.lone_fact(line, words);
        }
        let kind = Kind::from_word(first)
            .filter(|kind| (*kind == Kind::Milestone) == (inside.is_some()) || *kind == Kind::Scenario);
        let Some(kind) = kind else {
            let after = words.get(first.len()..).unwrap_or_default().trim_start();
            self.out.push(if inside.is_none() && after.starts_with("->") {
                problem::bare_edge(first_span, first)
            } else if first == "milestone" || form::clause_words().any(|word| word == first) {
                problem::misplaced(first_span, first, inside)
            } else {
                problem::unknown_word(first_span, first, inside)
            });
            return None;
        };
        let head = if line.faulty { None } else { self.head(line, words) };
        let mut broken = head.is_none();
        let head = head.or_else(|| self.salvaged_head(line, words, kind));
        let body = match &line.block {
            Some(block) => self.body(block, kind, inside, &mut broken),
            None => Vec::new(),
        };
        if !broken {
            self.check_form(kind, first_span, &body, &mut broken);
        }
        Some(Item { span: self.place(line), head: head?, body, broken })
    }

    fn parse(&mut self, shape: Shape, line: &Line, words: &'a str) -> Option<Pair<'a, Rule>> {
        self.base = line.words.start;
        self.operators = 0;
        match grammar::line(shape, words) {
            Ok(pair) => Some(pair),
            Err(fault) => {
                // A hidden character has a message of its own.
                if !words.get(fault.at..).is_some_and(|rest| rest.trim_start().starts_with(is_forbidden)) {
                    self.out.push(problem::unexpected(self.source, words, line.words.start, &fault));
                }
                None
            }
        }
    }

    fn lone_fact(&mut self, line: &Line, words: &'a str) -> Option<Item> {
        self.refuse_block(line);
        if line.faulty {
            return None;
        }
        let pair = self.parse(Shape::Fact, line, words)?;
        let fact = self.fact(pair)?;
        if fact.subject.is_none() {
            let what = fact.event.word();
            self.out.push(
                Diagnostic::new(Code::SyntaxError, fact.verb, format!("`{what}` of what?"))
                    .why("a line of the journal that stands alone names its item")
                    .help(format!("name it after the verb: `{what} ID …`, or move the line into the item")),
            );
            return None;
        }
        Some(Item { span: self.place(line), head: Head::Fact(fact), body: Vec::new(), broken: false })
    }

    fn refuse_block(&mut self, line: &Line) -> bool {
        let Some(block) = &line.block else { return false };
        self.out.push(
            Diagnostic::new(
                Code::StrayBrace,
                self.source.span(block.open, block.open + 1),
                "this line takes no block",
            )
            .help("remove the braces, or begin an item before them"),
        );
        true
    }

    fn head(&mut self, line: &Line, words: &'a str) -> Option<Head> {
        let pair = self.parse(Shape::Head, line, words)?;
        let rule = pair.as_rule();
        let mut parts = Parts::of(pair);
        #[expect(clippy::wildcard_enum_match_arm, reason = "the grammar lists the heads")]
        match rule {
            Rule::named => {
                let kind = Kind::from_word(parts.take(Rule::named_word)?.as_str())?;
                let symbol = parts.take(Rule::symbol)?;
                let title = self.title(parts.take(Rule::text)?);
                let id = if kind == Kind::Ticker { Some(self.name(&symbol)) } else { self.id(&symbol) };
                Some(Head::Named { kind, id: id?, title: title? })
            }
            Rule::network => {
                parts.take(Rule::network_word)?;
                Some(Head::Network { title: self.title(parts.take(Rule::text)?)? })
            }
            Rule::edge => {
                parts.take(Rule::edge_word)?;
                let source = self.name(&parts.take(Rule::path)?);
                parts.take(Rule::arrow)?;
                let target = self.name(&parts.take(Rule::path)?);
                let relation = self.relation(&parts.take(Rule::relation_word)?);
                let edge = self.edge(relation, source, &mut parts)?;
                Some(Head::Edge { target, edge })
            }
            Rule::given => {
                parts.take(Rule::given_word)?;
                let parents = self.names(parts.take(Rule::paths)?);
                parts.take(Rule::double_arrow)?;
                Some(Head::Given { parents, target: self.name(&parts.take(Rule::path)?) })
            }
            Rule::assertion => {
                parts.take(Rule::assert_word)?;
                let claim = self.expression(parts.take(Rule::expression)?)?;
                let text = parts.take(Rule::text).map(|pair| self.text(pair));
                Some(Head::Assert { claim, text: required(text)? })
            }
            Rule::redirect => {
                parts.take(Rule::redirect_word)?;
                let old = self.id(&parts.take(Rule::id)?);
                parts.take(Rule::arrow)?;
                let new = self.name(&parts.take(Rule::id)?);
                Some(Head::Redirect { old: old?, new })
            }
            _ => None,
        }
    }

    /// What can be kept of a head with a fault: its id, so that what names it is not in doubt as well.
    fn salvaged_head(&self, line: &Line, words: &'a str, kind: Kind) -> Option<Head> {
        if matches!(kind, Kind::Network | Kind::Edge | Kind::Given | Kind::Assert | Kind::Redirect) {
            return None;
        }
        let word = words.split_whitespace().nth(1).filter(|word| !word.starts_with('"'))?;
        let start = line.words.start + words.find(word)?;
        let id = Spanned::new(Arc::from(word), self.source.span(start, start + word.len()));
        let title = Spanned::new(Arc::from(""), id.span);
        Some(Head::Named { kind, id, title })
    }

    fn body(&mut self, block: &Block, kind: Kind, outer: Option<Kind>, broken: &mut bool) -> Vec<Clause> {
        let mut body = Vec::new();
        for line in lines(&block.entries) {
            match self.clause(line, kind, outer) {
                Some(clause) => body.push(clause),
                None => *broken = true,
            }
        }
        body
    }

    fn clause(&mut self, line: &Line, kind: Kind, outer: Option<Kind>) -> Option<Clause> {
        let (words, first) = self.words(line);
        let word = self.source.span(line.words.start, line.words.start + first.len());
        let form = form::form(kind);
        let takes = |name: &str| form.once.contains(&name) || form.often.contains(&name);
        let span = self.place(line);
        if first.is_empty() {
            return None;
        }
        if first.starts_with(|c: char| c.is_ascii_digit()) {
            if !takes(FACT) {
                self.out.push(problem::misplaced(word, FACT, Some(kind)));
                return None;
            }
            if self.refuse_block(line) || line.faulty {
                return None;
            }
            let pair = self.parse(Shape::Fact, line, words)?;
            return Some(Clause { span, word, says: Says::Fact(self.fact(pair)?) });
        }
        if !takes(first) && takes(ROW) && matches!(first, "yes" | "no") {
            if self.refuse_block(line) || line.faulty {
                return None;
            }
            let pair = self.parse(Shape::Row, line, words)?;
            return Some(Clause { span, word, says: self.row(pair)? });
        }
        if !takes(first) {
            let known = Kind::from_word(first).is_some() || form::clause_words().any(|word| word == first);
            self.out.push(if known {
                problem::misplaced(word, first, Some(kind))
            } else {
                problem::unknown_word(word, first, Some(kind))
            });
            return None;
        }
        if first == "rest" && outer != Some(Kind::Choice) {
            self.out.push(
                Diagnostic::new(Code::MisplacedClause, word, "`rest` of what?")
                    .why("`rest` is what the other scenarios of a choice leave")
                    .help("give a probability, or move the scenario into a choice"),
            );
            return None;
        }
        if first == "milestone" || first == "scenario" && kind == Kind::Choice {
            let item = self.item(line, Some(kind))?;
            return Some(Clause { span, word, says: Says::Item(item) });
        }
        if self.refuse_block(line) || line.faulty {
            return None;
        }
        let pair = self.parse(Shape::Clause, line, words)?;
        Some(Clause { span, word, says: self.says(pair)? })
    }

    /// What each kind of item says once, instead of something else, or must say.
    fn check_form(&mut self, kind: Kind, head: Span, body: &[Clause], broken: &mut bool) {
        let form = form::form(kind);
        let text = self.source.text();
        let word = |clause: &Clause| text.get(clause.word.range()).unwrap_or_default();
        let mut said: BTreeMap<&str, Span> = BTreeMap::new();
        for clause in body {
            let this = word(clause);
            if let Some(first) = said.get(this).filter(|_| form.once.contains(&this)) {
                let message = format!("{} is said twice", form::shown(this));
                self.out.push(
                    Diagnostic::new(Code::RepeatedClause, clause.word, message)
                        .also(*first, "first here")
                        .help("keep one of the two"),
                );
                *broken = true;
            }
            let groups = form.either.iter().filter(|group| group.contains(&this));
            for other in groups.flat_map(|group| group.iter()).filter(|other| **other != this) {
                if let Some(first) = said.get(other) {
                    let both = format!("{} and {} exclude each other", form::shown(other), form::shown(this));
                    self.out.push(
                        Diagnostic::new(Code::ConflictingClauses, clause.word, both)
                            .also(*first, "the other")
                            .help("keep one of the two"),
                    );
                    *broken = true;
                }
            }
            said.entry(this).or_insert(clause.word);
        }
        for group in form.needed {
            if !group.iter().any(|word| said.contains_key(word)) {
                let words: Vec<String> = group.iter().map(|word| form::shown(word)).collect();
                self.out.push(
                    Diagnostic::new(
                        Code::MissingClause,
                        head,
                        format!("this {} lacks {}", kind.word(), or_list(&words)),
                    )
                    .why("without it the item says nothing that can be used")
                    .help(format!("add {}", or_list(&words))),
                );
                *broken = true;
            }
        }
    }

    // ---- tokens

    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        // Where something may follow and does not, pest counts the blanks before it too.
        let words = span.as_str().trim_end_matches([' ', '\t', '\r']);
        self.source.span(self.base + span.start(), self.base + span.start() + words.len())
    }

    fn refuse<T>(&mut self, span: Span, refusal: Refusal) -> Option<T> {
        self.out.push(problem::refused(span, refusal));
        None
    }

    fn read<T>(
        &mut self,
        pair: &Pair<'_, Rule>,
        read: impl Fn(&str) -> Result<T, Refusal>,
    ) -> Option<Spanned<T>> {
        let span = self.span(pair);
        match read(pair.as_str()) {
            Ok(value) => Some(Spanned::new(value, span)),
            Err(refusal) => self.refuse(span, refusal),
        }
    }

    fn name(&self, pair: &Pair<'_, Rule>) -> Name {
        Spanned::new(Arc::from(pair.as_str()), self.span(pair))
    }

    fn names(&self, pair: Pair<'_, Rule>) -> Vec<Name> {
        let names = pair.into_inner().filter(|part| part.as_rule() == Rule::path);
        names.map(|part| self.name(&part)).collect()
    }

    fn id(&mut self, pair: &Pair<'_, Rule>) -> Option<Name> {
        match check_id(pair.as_str()) {
            Ok(()) => Some(self.name(pair)),
            Err(refusal) => self.refuse(self.span(pair), refusal),
        }
    }

    fn title(&mut self, pair: Pair<'_, Rule>) -> Option<Text> {
        let title = self.text(pair)?;
        let length = title.value.chars().count();
        if length <= limits::TITLE_CHARS && !title.value.contains('\n') {
            return Some(title);
        }
        let (code, message) = if title.value.contains('\n') {
            (Code::MalformedText, "a title of several lines".to_owned())
        } else {
            (Code::TooLarge, format!("a title of {length} characters"))
        };
        self.out.push(Diagnostic::new(code, title.span, message).help(format!(
            "a title is one line of at most {} characters; the rest belongs into `text`",
            limits::TITLE_CHARS
        )));
        None
    }

    fn text(&mut self, pair: Pair<'_, Rule>) -> Option<Text> {
        let span = self.span(&pair);
        let inner = pair.into_inner().next()?;
        if inner.as_str().len() > limits::TEXT_BYTES {
            self.out.push(
                Diagnostic::new(Code::TooLarge, span, format!("a text of {} bytes", inner.as_str().len()))
                    .help(format!(
                        "a text has at most {} bytes; longer ones are documents",
                        limits::TEXT_BYTES
                    )),
            );
            return None;
        }
        if inner.as_rule() == Rule::block_text {
            return Some(Spanned::new(Arc::from(unfold(inner.as_str())), span));
        }
        match unquote(inner.as_str()) {
            Ok(text) => Some(Spanned::new(Arc::from(text), span)),
            Err((at, refusal)) => {
                let start = span.start as usize;
                self.refuse(self.source.span(start + at.start, start + at.end), refusal)
            }
        }
    }

    fn link(&mut self, pair: &Pair<'_, Rule>) -> Option<Text> {
        let address = pair.as_str().trim_start_matches('<').trim_end_matches('>');
        let span = self.span(pair);
        match link(address) {
            Ok(()) => Some(Spanned::new(Arc::from(address), span)),
            Err(refusal) => self.refuse(span, refusal),
        }
    }

    /// The words and the link that may end a line. `None` if one is there and faulty.
    fn tail(&mut self, parts: &mut Parts<'_>) -> Option<(Option<Text>, Option<Text>)> {
        let text = parts.take(Rule::text).map(|pair| self.text(pair));
        let link = parts.take(Rule::link).map(|pair| self.link(&pair));
        Some((required(text)?, required(link)?))
    }

    /// One of a short list of words.
    fn choose<T: Copy>(
        &mut self,
        pair: &Pair<'_, Rule>,
        what: &str,
        list: &[(&str, T)],
    ) -> Option<Spanned<T>> {
        let span = self.span(pair);
        if let Some((_, value)) = list.iter().find(|(word, _)| *word == pair.as_str()) {
            return Some(Spanned::new(*value, span));
        }
        let words: Vec<&str> = list.iter().map(|(word, _)| *word).collect();
        self.out.push(problem::unknown_choice(span, pair.as_str(), what, &words));
        None
    }
}

/// A part that need not be there, but is faulty if it is there and `None`.
#[expect(clippy::option_option, reason = "absent and faulty are two things")]
fn required<T>(part: Option<Option<T>>) -> Option<Option<T>> {
    match part {
        None => Some(None),
        Some(None) => None,
        Some(found) => Some(found),
    }
}

/// The parts of a line in their order; comments between them do not count.
struct Parts<'a>(Peekable<Pairs<'a, Rule>>);

impl<'a> Parts<'a> {
    fn of(pair: Pair<'a, Rule>) -> Self {
        Self(pair.into_inner().peekable())
    }

    /// The next part, if it is of this rule.
    fn take(&mut self, rule: Rule) -> Option<Pair<'a, Rule>> {
        while self.0.next_if(|pair| pair.as_rule() == Rule::comment).is_some() {}
        self.0.next_if(|pair| pair.as_rule() == rule)
    }

    /// All the parts of a list with commas between them.
    fn list(&mut self, rule: Rule) -> Vec<Pair<'a, Rule>> {
        let mut all = Vec::new();
        while let Some(pair) = self.take(rule) {
            all.push(pair);
            self.take(Rule::comma);
        }
        all
    }
}
