//! The small values of the language: probabilities, dates, windows, strengths, links, ids.
//!
//! Words come in, a value goes out, or a `Refusal` in words for the person who wrote them. Nothing here
//! knows where in a file the words stand.

mod date;
mod fixed;
mod link;
mod probability;
mod text;

pub use date::{Date, Duration, Period, Unit, Window};
pub use fixed::{add_fixed, fixed};
pub(crate) use link::{check_id, is_device, is_inside_repository, link};
pub use probability::{Probability, Ratio, percent};
pub(crate) use text::{is_forbidden, unfold, unquote};

use crate::diagnostic::Code;

/// Why words are not a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    /// What to write instead, where there is no doubt.
    pub(crate) instead: Option<String>,
}

impl Refusal {
    fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None, instead: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn instead(mut self, words: impl Into<String>) -> Self {
        let words = words.into();
        self.help.get_or_insert_with(|| format!("write `{words}`"));
        self.instead = Some(words);
        self
    }
}
