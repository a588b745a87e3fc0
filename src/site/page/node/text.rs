//! What is written about a node in words, and how it will be decided.

use serde::Serialize;

use super::Scene;
use crate::model::{Event, ProseKind, Reference, State};
use crate::site::html::Html;
use crate::site::prose::{line, prose};
use crate::site::view::{Chance, Link};

#[derive(Serialize)]
pub(super) struct View {
    text: Vec<Html>,
    quotes: Vec<Html>,
    context: Vec<Html>,
    conviction: Option<Conviction>,
    catalysts: Vec<Html>,
    watch: Vec<Html>,
    sources: Vec<Source>,
    links: Vec<Link>,
    is_empty: bool,
}

#[derive(Serialize)]
struct Conviction {
    word: String,
    stands_for: Chance,
    /// The words that it was heard in; empty where none are given.
    cue: String,
}

/// Words, a link, or both.
#[derive(Serialize)]
pub(super) struct Source {
    pub(super) text: String,
    /// Empty where there is none.
    pub(super) href: String,
}

impl Source {
    pub(super) fn new(scene: &Scene<'_>, one: &Reference) -> Self {
        let href = scene.edition.outside(one.link.as_ref());
        let text = one.text.as_ref().map_or_else(|| href.clone(), |text| text.value.to_string());
        Self { text, href }
    }
}

pub(super) fn view(scene: &Scene<'_>) -> View {
    let node = scene.node;
    let all = |kind: ProseKind, render: Render| -> Vec<Html> {
        node.prose(kind).map(|text| render(scene.edition, scene.here, &text.value)).collect()
    };
    let outside =
        node.links.iter().map(|link| Link::new(scene.edition.outside(Some(link)), link.value.as_ref()));
    View {
        text: all(ProseKind::Text, prose),
        quotes: all(ProseKind::Quote, prose),
        context: all(ProseKind::Context, prose),
        conviction: node.conviction.as_ref().map(|one| Conviction {
            word: one.word.value.to_string(),
            stands_for: Chance::plain(one.level.as_f64()),
            cue: one.cue.as_ref().map_or_else(String::new, |cue| cue.value.to_string()),
        }),
        catalysts: all(ProseKind::Catalyst, line),
        watch: all(ProseKind::Watch, line),
        sources: node.sources.iter().map(|one| Source::new(scene, one)).collect(),
        links: outside.collect(),
        is_empty: node.prose.iter().all(|prose| prose.kind == ProseKind::Measure),
    }
}

type Render = fn(&crate::site::Edition<'_>, &crate::site::place::Place, &str) -> Html;

/// How it was or will be decided.
#[derive(Serialize)]
pub(super) struct Resolution {
    measure: Vec<Html>,
    /// What settled it; none while it is open.
    outcome: Option<Outcome>,
    /// Pieces of evidence so far, for it and against it.
    raising: usize,
    lowering: usize,
}

#[derive(Serialize)]
struct Outcome {
    /// `yes`, `no` or `void`.
    word: &'static str,
    date: String,
    text: Html,
    href: String,
    source: Link,
}

pub(super) fn resolution(scene: &Scene<'_>) -> Resolution {
    let (edition, node) = (scene.edition, scene.node);
    let outcome = match node.state(edition.today) {
        State::Open => None,
        State::Settled(outcome, date) => {
            let fact = node.facts(edition.today).find(|fact| fact.event.outcome().is_some());
            fact.map(|fact| Outcome {
                word: outcome.word(),
                date: date.to_string(),
                text: fact
                    .text
                    .as_ref()
                    .map(|text| line(edition, scene.here, &text.value))
                    .unwrap_or_default(),
                href: edition.outside(fact.link.as_ref()),
                source: edition.source_link(fact.span),
            })
        }
    };
    let count = |wanted: crate::model::Direction| {
        let facts = node.facts(edition.today).map(|fact| fact.event);
        facts
            .filter(|event| matches!(event, Event::Evidence { direction, .. } if *direction == wanted))
            .count()
    };
    Resolution {
        measure: node.prose(ProseKind::Measure).map(|text| prose(edition, scene.here, &text.value)).collect(),
        outcome,
        raising: count(crate::model::Direction::For),
        lowering: count(crate::model::Direction::Against),
    }
}
