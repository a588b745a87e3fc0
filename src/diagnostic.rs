//! What the compiler has to say: diagnostics as values, and the sink that every stage pushes into.
//!
//! A stage never stops at a fault: it says so here and goes on. Levels are settled once, at the end,
//! by `Diagnostics::settle`. Nothing in this folder writes to a terminal; `render` returns strings.

mod code;
mod level;
mod machine;
mod render;
mod wording;

pub use code::{Code, Severity};
pub(crate) use level::Allow;
pub use level::{Level, Levels};
pub(crate) use machine::annotation;
pub use machine::{github, json, sarif};
pub(crate) use render::{lines, place, summary};
pub use render::{short, text};
pub(crate) use wording::{and_list, counted, nearest, or_list, quoted, visible};

use std::borrow::Cow;
use std::sync::Arc;

use rayon::slice::ParallelSliceMut as _;

use crate::source::Span;

/// One thing that is wrong, or doubtful, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its name, for `explain`, `allow` and `lint`.
    pub code: Code,
    /// Whether it stops a build.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// Where: the first is the exact words, the others are further parties.
    pub labels: Vec<Label>,
    /// Why it matters.
    pub why: Option<Cow<'static, str>>,
    /// What to do.
    pub help: Option<String>,
    /// An edit that mends it.
    pub fix: Option<Fix>,
    /// The item that it is about, where it stands outside of it: its `allow` counts here too.
    pub about: Option<Span>,
}

/// A place, and what to say beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The words marked.
    pub span: Span,
    /// What stands beside the mark; may be empty.
    pub text: String,
}

/// Words to put in place of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What to replace.
    pub span: Span,
    /// With what.
    pub text: String,
}

impl Diagnostic {
    /// A diagnostic at the usual severity of its code.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            labels: vec![Label { span, text: String::new() }],
            why: None,
            help: None,
            fix: None,
            about: None,
        }
    }

    /// Where it is.
    pub fn span(&self) -> Span {
        self.labels.first().map_or_else(Span::default, |label| label.span)
    }

    /// What stands beside the first mark.
    #[must_use]
    pub(crate) fn label(mut self, text: impl Into<String>) -> Self {
        if let Some(first) = self.labels.first_mut() {
            first.text = text.into();
        }
        self
    }

    /// A further party.
    #[must_use]
    pub(crate) fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// The item that it is about.
    #[must_use]
    pub(crate) fn about(mut self, item: Span) -> Self {
        self.about = Some(item);
        self
    }

    #[must_use]
    pub(crate) fn why(mut self, why: impl Into<Cow<'static, str>>) -> Self {
        self.why = Some(why.into());
        self
    }

    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Offers `text` for the words at the first mark.
    #[must_use]
    pub(crate) fn replace_with(mut self, text: impl Into<String>) -> Self {
        self.fix = Some(Fix { span: self.span(), text: text.into() });
        self
    }
}

/// The sink. In the order of files and lines, and without repetition, once it is settled.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    /// A great network may raise one for each edge: they are handed on by reference.
    list: Vec<Arc<Diagnostic>>,
}

impl Diagnostics {
    /// An empty sink.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(Arc::new(diagnostic));
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.list.extend(other.list);
    }

    /// Drops what goes past `most`; true if anything did.
    pub(crate) fn cut(&mut self, most: usize) -> bool {
        let over = self.list.len() > most;
        self.list.truncate(most);
        over
    }

    /// Gives every diagnostic the level that the network and the caller set, and puts them in order.
    /// Where the numbers were not worked out, nothing is said of what is allowed about them.
    pub(crate) fn settle(&mut self, levels: &Levels, has_numbers: bool) {
        level::settle(&mut self.list, levels, has_numbers);
        // Files are numbered in the order of their paths.
        let mut order: Vec<_> = self.list.drain(..).map(|one| ((one.span(), one.code), one)).collect();
        order.par_sort_by(|(one, first), (other, second)| {
            one.cmp(other).then_with(|| first.message.cmp(&second.message))
        });
        self.list.extend(order.into_iter().map(|(_, one)| one));
        self.list.dedup();
    }

    /// Whether any would stop a build, once it has the level that the network and the caller set.
    pub(crate) fn stop(&self, levels: &Levels) -> bool {
        let mut all = self.list.clone();
        level::settle(&mut all, levels, false);
        all.iter().any(|one| one.severity == Severity::Error)
    }

    /// Takes every warning for an error.
    pub fn deny_warnings(&mut self) {
        self.list.iter_mut().for_each(|one| level::set(one, Severity::Error));
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter().map(AsRef::as_ref)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many are errors.
    pub fn errors(&self) -> usize {
        self.list.iter().filter(|one| one.severity == Severity::Error).count()
    }

    /// How many are warnings.
    pub fn warnings(&self) -> usize {
        self.len() - self.errors()
    }

    /// Whether a build must stop.
    pub fn has_errors(&self) -> bool {
        self.errors() > 0
    }
}
