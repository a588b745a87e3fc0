//! Faults: what is wrong now and was not, what was and is not now, and assertions that turned.
//!
//! Two diagnostics are one if they say the same of the same item, wherever it stands; what differs in its numbers
//! alone is neither new nor mended.

use std::collections::BTreeMap;

use super::Network;
use super::outcomes::place_in;
use super::report::{Fault, Turn};
use super::units::{Names, canonical};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceId, Span};
use crate::syntax::tree::{Head, Item};

/// What came of comparing the diagnostics of two networks.
pub(super) struct Faults {
    pub(super) new: Vec<Fault>,
    pub(super) mended: Vec<Fault>,
    pub(super) assertions: Vec<Turn>,
}

pub(super) fn compare(base: &Network<'_>, head: &Network<'_>, names: &Names) -> Faults {
    // What was not looked for on one side is neither new nor mended.
    let has_numbers = [base, head].iter().all(|network| network.compiled.forecast.is_some());
    let before = list(base, names, (false, has_numbers));
    let after = list(head, names, (true, has_numbers));
    let (before, after) = without_common(before, after, |one| {
        (one.fault.severity.clone(), one.said.clone(), one.fault.id.clone())
    });
    let (before, after) = without_common(before, after, |one| {
        (one.fault.severity.clone(), (one.said.0.clone(), one.words.clone()), one.fault.id.clone())
    });
    let faults = |list: Vec<Found>| list.into_iter().map(|one| one.fault).collect();
    Faults { new: faults(after), mended: faults(before), assertions: turns(base, head, names) }
}

struct Found {
    fault: Fault,
    /// Its code and its message.
    said: (String, String),
    /// The words that it points at.
    words: String,
}

fn list(network: &Network<'_>, names: &Names, (is_now, has_numbers): (bool, bool)) -> Vec<Found> {
    let items = Items::new(network);
    let found = |one: &Diagnostic| {
        let id = items.at(one.about.unwrap_or_else(|| one.span()));
        let message = names.in_words(&one.message).into_owned();
        Found {
            said: (one.code.name().to_owned(), message),
            words: canonical(&names.in_words(network.sources.slice(one.span()))),
            fault: Fault {
                code: one.code.name().to_owned(),
                severity: one.severity.name().to_owned(),
                message: one.message.clone(),
                id: id.map(|id| names.of(&id).into_owned()),
                place: place_in(network, one.span(), is_now),
            },
        }
    };
    let told = network.compiled.diagnostics.iter();
    told.filter(|one| has_numbers || is_now || !one.code.is_about_numbers()).map(found).collect()
}

/// The outermost item around each place.
struct Items<'a> {
    by_file: BTreeMap<SourceId, Vec<&'a Item>>,
}

impl<'a> Items<'a> {
    fn new(network: &Network<'a>) -> Self {
        let files = network.compiled.files.iter();
        Self { by_file: files.map(|file| (file.source, file.items.iter().collect())).collect() }
    }

    fn at(&self, span: Span) -> Option<String> {
        let items = self.by_file.get(&span.source)?;
        let before = items.partition_point(|item| item.span.start <= span.start);
        let item = items.get(before.checked_sub(1)?).filter(|item| item.span.contains(span))?;
        match &item.head {
            Head::Network { .. } => Some("network".to_owned()),
            Head::Named { id, .. } => Some(id.value.to_string()),
            Head::Edge { target, .. } | Head::Given { target, .. } => Some(target.value.to_string()),
            Head::Fact(fact) => fact.subject.as_ref().map(|name| name.value.to_string()),
            Head::Assert { .. } | Head::Redirect { .. } => None,
        }
    }
}

fn without_common<K: Ord>(
    before: Vec<Found>,
    after: Vec<Found>,
    key: impl Fn(&Found) -> K,
) -> (Vec<Found>, Vec<Found>) {
    let mut counts: BTreeMap<K, usize> = BTreeMap::new();
    for one in &before {
        *counts.entry(key(one)).or_default() += 1;
    }
    let mut common: BTreeMap<K, usize> = BTreeMap::new();
    let mut is_new = |one: &Found| match counts.get_mut(&key(one)).filter(|count| **count > 0) {
        Some(count) => {
            *count -= 1;
            *common.entry(key(one)).or_default() += 1;
            false
        }
        None => true,
    };
    let after = after.into_iter().filter(|one| is_new(one)).collect();
    let mut is_gone = |one: &Found| match common.get_mut(&key(one)).filter(|count| **count > 0) {
        Some(count) => {
            *count -= 1;
            false
        }
        None => true,
    };
    (before.into_iter().filter(|one| is_gone(one)).collect(), after)
}

struct Verdict {
    word: &'static str,
    says: Option<String>,
    span: Span,
    words: String,
}

/// What came of an assertion, by the diagnostic that says so; without one it holds.
const WORDS: [(Code, &str); 3] = [
    (Code::FailedAssertion, "fails"),
    (Code::UndecidedAssertion, "undecided"),
    (Code::UnansweredAssertion, "unanswered"),
];

/// What came of each assertion, by its claim with ids as they are now.
fn verdicts(network: &Network<'_>, names: &Names) -> Option<BTreeMap<String, Verdict>> {
    network.compiled.forecast.as_ref()?;
    let found: Vec<&Diagnostic> = network.compiled.diagnostics.iter().collect();
    let word = |code: Code| WORDS.iter().find(|(of, _)| *of == code).map(|(_, word)| *word);
    let verdict = |assertion: &crate::model::Assertion| {
        let said = found
            .iter()
            .find_map(|one| Some((word(one.code).filter(|_| one.about == Some(assertion.span))?, one)));
        let claim = names.in_words(&assertion.words).into_owned();
        let verdict = Verdict {
            word: said.map_or("holds", |(word, _)| word),
            says: said.map(|(_, one)| one.message.clone()),
            span: assertion.span,
            words: assertion.words.clone(),
        };
        (claim, verdict)
    };
    Some(network.compiled.model.assertions.iter().map(verdict).collect())
}

/// Each claim with what came of it, and its place.
pub(super) fn verdicts_in_words(network: &Network<'_>, names: &Names) -> Vec<(String, &'static str, Span)> {
    let all = verdicts(network, names).unwrap_or_default();
    all.into_iter().map(|(claim, verdict)| (claim, verdict.word, verdict.span)).collect()
}

fn turns(base: &Network<'_>, head: &Network<'_>, names: &Names) -> Vec<Turn> {
    let (Some(mut before), Some(after)) = (verdicts(base, names), verdicts(head, names)) else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for (claim, is) in after {
        let was = before.remove(&claim);
        if was.as_ref().is_some_and(|was| was.word == is.word) {
            continue;
        }
        out.push(Turn {
            claim: is.words,
            before: was.map(|was| was.word.to_owned()),
            after: Some(is.word.to_owned()),
            says: is.says,
            place: Some(place_in(head, is.span, true)),
        });
    }
    for (_, was) in before {
        out.push(Turn {
            claim: was.words,
            before: Some(was.word.to_owned()),
            after: None,
            says: None,
            place: Some(place_in(base, was.span, false)),
        });
    }
    out
}
