//! Which clauses each kind of item takes, how often, and which exclude each other.

use super::tree::Kind;

/// What the block of one kind of item may hold. Clauses are named by their first words.
pub(super) struct Form {
    pub(super) once: &'static [&'static str],
    pub(super) often: &'static [&'static str],
    /// Of each group at most one may be said.
    pub(super) either: &'static [&'static [&'static str]],
    /// Of each group at least one must be said.
    pub(super) needed: &'static [&'static [&'static str]],
}

/// The first words that stand for themselves, and what stands for lines without one.
pub(super) const FACT: &str = "a journal line";
pub(super) const ROW: &str = "a row";

const NODE: Form = Form {
    once: &[
        "private",
        "probability",
        "rest",
        "said",
        "mode",
        "conviction",
        "domain",
        "window",
        "class",
        "text",
        "context",
        "check-ins",
    ],
    often: &[
        "allow",
        "by",
        "quote",
        "catalyst",
        "watch",
        "measure",
        "source",
        "link",
        "tags",
        "needs",
        "killed",
        "moves",
        "up",
        "down",
        "milestone",
        FACT,
    ],
    either: &[&["probability", "rest"]],
    needed: &[],
};

/// The form of a kind of item.
pub(super) fn form(kind: Kind) -> Form {
    let plain = Form { once: &["private"], often: &["allow"], either: &[], needed: &[] };
    match kind {
        Kind::Prediction | Kind::Killer | Kind::Scenario => NODE,
        Kind::Network => Form {
            once: &["url", "repository", "text", "convictions", "silence", "stale", "incoherent"],
            often: &["lint", "allow"],
            ..plain
        },
        Kind::Predictor => Form { once: &["private", "role", "text"], often: &["allow", "link"], ..plain },
        Kind::Class => Form {
            once: &["private", "seen", "rate", "text"],
            often: &["allow", "source"],
            either: &[&["seen", "rate"]],
            needed: &[&["seen", "rate"]],
        },
        Kind::Choice => {
            Form { once: &["private", "text", "domain"], often: &["allow", "tags", "scenario"], ..plain }
        }
        Kind::Milestone => Form {
            once: &["private", "window", "confidence", "weight", "if", "text"],
            often: &["allow", "measure", "source", FACT],
            either: &[&["weight", "if"]],
            ..plain
        },
        Kind::Edge => Form { once: &["private", "text"], often: &["allow", "source"], ..plain },
        Kind::Given => Form { once: &["private", "text"], often: &["allow", "source", ROW], ..plain },
        Kind::Document => Form {
            once: &["private", "file", "link", "date", "text"],
            often: &["allow", "by", "about", "tags"],
            either: &[&["file", "link"]],
            needed: &[&["file", "link"]],
        },
        Kind::Ticker => Form { once: &["private", "text"], often: &["allow", "link"], ..plain },
        Kind::Rule => Form {
            once: &["private", "for", "when", "warn", "fail", "badge", "text"],
            often: &["allow"],
            either: &[&["warn", "fail", "badge"]],
            needed: &[&["for"], &["when"], &["warn", "fail", "badge"]],
        },
        Kind::Assert | Kind::Redirect => plain,
    }
}

/// The words in the way that people write them.
pub(super) fn shown(word: &str) -> String {
    match word {
        FACT | ROW => word.to_owned(),
        "killed" => "`killed by`".to_owned(),
        "moves" => "`moves with`".to_owned(),
        "stale" => "`stale after`".to_owned(),
        "incoherent" => "`incoherent past`".to_owned(),
        "if" => "`if true`".to_owned(),
        _ => format!("`{word}`"),
    }
}

/// Every first word of a clause.
pub(super) fn clause_words() -> impl Iterator<Item = &'static str> {
    Kind::ALL.into_iter().flat_map(|kind| {
        let form = form(kind);
        form.once.iter().chain(form.often).copied().filter(|word| *word != FACT && *word != ROW)
    })
}
