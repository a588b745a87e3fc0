//! What came of all assertions and rules, as a value; as JSON shows it too.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::super::Network;
use crate::answers::assertions::{Asked, Judged, Verdict, assertions};
use crate::answers::query::Silence;
use crate::answers::rules::{Spoken, rules};
use crate::diagnostic::{Code, Severity};
use crate::model::{Action, Rule};
use crate::source::Span;

/// What a test comes to, after `lint` and `allow` had their say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Passed,
    /// What is an error elsewhere too.
    Failed,
    Undecided,
    Unanswered,
    /// What is a warning: a rule that warns, or a failure that `lint` lowers.
    Warned,
    /// What `allow` silences.
    Allowed,
}

impl Status {
    pub(super) const ALL: [Self; 6] =
        [Self::Passed, Self::Failed, Self::Undecided, Self::Unanswered, Self::Warned, Self::Allowed];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Undecided => "undecided",
            Self::Unanswered => "unanswered",
            Self::Warned => "warned",
            Self::Allowed => "allowed",
        }
    }

    /// As it stands before a test.
    pub(super) fn shown(self) -> &'static str {
        match self {
            Self::Passed => "ok",
            Self::Failed => "FAILED",
            Self::Undecided | Self::Unanswered | Self::Warned | Self::Allowed => self.word(),
        }
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

#[derive(Serialize)]
pub(super) struct Report<'a> {
    schema_version: u32,
    as_of: String,
    /// Whether nothing failed.
    passed: bool,
    pub(super) assertions: Vec<AssertionReport<'a>>,
    pub(super) rules: Vec<RuleReport<'a>>,
}

#[derive(Serialize)]
pub(super) struct AssertionReport<'a> {
    pub(super) claim: &'a str,
    pub(super) why: Option<&'a str>,
    pub(super) source: String,
    pub(super) status: Status,
    /// What the numbers say, whatever `lint` and `allow` make of it.
    pub(super) verdict: &'static str,
    /// Why there is no answer.
    pub(super) reason: Option<&'static str>,
    pub(super) values: Vec<Value>,
    private: bool,
    #[serde(skip)]
    pub(super) numbers: String,
    #[serde(skip)]
    pub(super) fails: bool,
}

/// A probability that is asked for.
#[derive(Serialize)]
pub(super) struct Value {
    question: String,
    p: Option<f64>,
    error: Option<f64>,
    method: Option<&'static str>,
    silence: Option<&'static str>,
    #[serde(skip)]
    pub(super) number: String,
}

#[derive(Serialize)]
pub(super) struct RuleReport<'a> {
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    pub(super) source: String,
    pub(super) action: &'static str,
    pub(super) status: Status,
    pub(super) items: Vec<ItemReport<'a>>,
    private: bool,
    #[serde(skip)]
    pub(super) fails: bool,
}

/// An item that a rule speaks of.
#[derive(Serialize)]
pub(super) struct ItemReport<'a> {
    id: &'a str,
    message: String,
    allowed: bool,
    private: bool,
}

impl ItemReport<'_> {
    pub(super) fn told(&self) -> String {
        let allowed = if self.allowed { " (allowed)" } else { "" };
        format!("{}: {}{allowed}", self.id, self.message)
    }
}

impl<'a> Report<'a> {
    /// Of a whole network. `deny` makes a failure of what cannot be told.
    pub(super) fn of(network: &'a Network, deny: bool) -> Self {
        let model = &network.model;
        let found = Found::in_network(network);
        let judged = assertions(model, &network.forecast);
        let assertions: Vec<AssertionReport<'a>> = (0..judged.len())
            .filter_map(|place| assertion(network, &found, place, judged.get(place)?, deny))
            .collect();
        let mut spoken: Vec<Vec<Spoken>> = vec![Vec::new(); model.rules.len()];
        for one in rules(model, &network.forecast) {
            if let Some(list) = spoken.get_mut(one.rule.index()) {
                list.push(one);
            }
        }
        let rules: Vec<RuleReport<'a>> =
            model.rules.iter().zip(spoken).map(|(of, spoken)| rule(network, &found, of, spoken)).collect();
        let mut report = Self {
            schema_version: 1,
            as_of: network.forecast.today().to_string(),
            passed: true,
            assertions,
            rules,
        };
        report.passed = !report.has_failed();
        report
    }

    /// Keeps what contains one of these words.
    pub(super) fn keep(&mut self, filters: &[String]) {
        let fits = |words: &str| filters.iter().any(|filter| words.contains(filter.as_str()));
        self.assertions.retain(|one| fits(one.claim));
        self.rules.retain(|one| fits(one.id) || fits(one.title));
        self.passed = !self.has_failed();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.assertions.is_empty() && self.rules.is_empty()
    }

    pub(super) fn has_failed(&self) -> bool {
        self.assertions.iter().any(|one| one.fails) || self.rules.iter().any(|one| one.fails)
    }

    pub(super) fn count(&self, status: Status) -> usize {
        self.assertions.iter().filter(|one| one.status == status).count()
            + self.rules.iter().filter(|one| one.status == status).count()
    }
}

/// How grave what was found at a place is, by what it is about; what is allowed is not there.
struct Found(BTreeMap<(Code, Span, Span), Severity>);

impl Found {
    fn in_network(network: &Network) -> Self {
        let verdicts = network.diagnostics.iter().filter(|one| one.code.is_verdict());
        Self(verdicts.filter_map(|one| Some(((one.code, one.span(), one.about?), one.severity))).collect())
    }

    fn severity(&self, code: Code, span: Span, about: Span) -> Option<Severity> {
        self.0.get(&(code, span, about)).copied()
    }
}

fn place(network: &Network, span: Span) -> String {
    match network.sources.get(span.source) {
        Some(source) => format!("{}:{}", source.path(), source.position(span.start).line),
        None => String::new(),
    }
}

fn assertion<'a>(
    network: &'a Network,
    found: &Found,
    at: usize,
    judged: &Judged,
    deny: bool,
) -> Option<AssertionReport<'a>> {
    let assertion = network.model.assertions.get(at)?;
    let found = |code| found.severity(code, assertion.claim.span, assertion.span);
    let (told, code) = match judged.verdict {
        Verdict::Holds => (Status::Passed, None),
        Verdict::Fails => (Status::Failed, Some(Code::FailedAssertion)),
        Verdict::Undecided => (Status::Undecided, Some(Code::UndecidedAssertion)),
        Verdict::Unanswered(_) => (Status::Unanswered, Some(Code::UnansweredAssertion)),
    };
    let (status, fails) = match (told, code.map(found)) {
        (Status::Passed, _) => (Status::Passed, false),
        (_, Some(None) | None) => (Status::Allowed, false),
        (Status::Failed, Some(Some(Severity::Warning))) => (Status::Warned, false),
        (told, Some(Some(severity))) => (told, severity == Severity::Error || deny),
    };
    Some(AssertionReport {
        claim: &assertion.words,
        why: assertion.text.as_ref().map(|text| text.value.as_ref()),
        source: place(network, assertion.span),
        status,
        verdict: judged.verdict.word(),
        reason: match judged.verdict {
            Verdict::Unanswered(reason) => Some(reason.words()),
            Verdict::Holds | Verdict::Fails | Verdict::Undecided => None,
        },
        values: judged.asked.iter().map(value).collect(),
        private: assertion.private,
        numbers: judged.numbers(),
        fails,
    })
}

fn value(asked: &Asked) -> Value {
    let answer = asked.answer.ok();
    Value {
        question: asked.words.clone(),
        p: answer.map(|answer| answer.probability),
        error: answer.map(|answer| answer.error),
        method: answer.map(|answer| if answer.is_exact { "exact" } else { "sampled" }),
        silence: asked.answer.err().map(|silence| match silence {
            Silence::NoNumber => "no number",
            Silence::Impossible => "impossible",
            Silence::Unseen => "unseen",
        }),
        number: asked.number(),
    }
}

fn rule<'a>(network: &'a Network, found: &Found, rule: &'a Rule, spoken: Vec<Spoken>) -> RuleReport<'a> {
    let code = match rule.action {
        Action::Fail => Some(Code::RuleFails),
        Action::Warn => Some(Code::RuleWarns),
        Action::Badge => None,
    };
    let mut worst = None;
    let items = spoken.into_iter().map(|one| {
        let node = network.model.node(one.node);
        let severity = code.and_then(|code| found.severity(code, node.id_span, rule.span));
        // Errors come before warnings.
        worst = [worst, severity].into_iter().flatten().min();
        ItemReport {
            id: &node.id,
            message: one.message,
            allowed: code.is_some() && severity.is_none(),
            private: node.private,
        }
    });
    let items: Vec<ItemReport<'a>> = items.collect();
    RuleReport {
        id: &rule.id.value,
        title: &rule.title.value,
        source: place(network, rule.span),
        action: rule.action.word(),
        status: match worst {
            Some(Severity::Error) => Status::Failed,
            Some(Severity::Warning) => Status::Warned,
            None if items.iter().any(|item| item.allowed) => Status::Allowed,
            None => Status::Passed,
        },
        items,
        private: rule.private,
        fails: worst == Some(Severity::Error),
    }
}
