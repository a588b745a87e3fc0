//! What the files with JSON have in common: nodes, edges, lines of journals.

use serde::Serialize;

use crate::forecast::Belief;
use crate::model::{Direction, Edge, Effect, Event, Fact, Mode, Node, NodeId, ProseKind, Reference, Text};
use crate::site::edition::Edition;
use crate::site::place::Place;
use crate::site::view::state;
use crate::value::{Date, Window};

/// A number with its standard error, which is 0 where it is exact.
#[derive(Serialize)]
pub(super) struct Number {
    p: Option<f64>,
    error: Option<f64>,
}

impl Number {
    pub(super) fn new(belief: Option<Belief>) -> Self {
        Self { p: belief.map(|one| one.probability), error: belief.map(|one| one.error) }
    }
}

#[derive(Serialize)]
pub(super) struct Span {
    first: String,
    last: String,
}

impl Span {
    fn new(window: Window) -> Self {
        Self { first: window.first().to_string(), last: window.last().to_string() }
    }
}

#[derive(Serialize)]
pub(super) struct Source<'a> {
    text: Option<&'a str>,
    link: Option<&'a str>,
}

impl<'a> Source<'a> {
    pub(super) fn all(references: &'a [Reference]) -> Vec<Self> {
        references.iter().map(|one| Self { text: words(&one.text), link: words(&one.link) }).collect()
    }
}

#[derive(Serialize)]
struct Said<'a> {
    date: String,
    text: Option<&'a str>,
    link: Option<&'a str>,
}

#[derive(Serialize)]
struct Conviction<'a> {
    word: &'a str,
    level: f64,
    cue: Option<&'a str>,
}

#[derive(Serialize)]
struct Outside<'a> {
    class: &'a str,
    weight: f64,
}

#[derive(Serialize)]
struct Exposure<'a> {
    symbol: &'a str,
    gains: bool,
    weight: f64,
}

#[derive(Serialize)]
struct Badge<'a> {
    rule: &'a str,
    text: &'a str,
}

/// A node.
#[derive(Serialize)]
pub(super) struct NodeEntry<'a> {
    id: &'a str,
    kind: &'static str,
    title: &'a str,
    /// Where to read about it, below the site's folder.
    page: String,
    /// None of a void node, which has left the network.
    p: Option<f64>,
    error: Option<f64>,
    method: Option<&'static str>,
    converged: Option<bool>,
    /// What was stated last.
    stated: Option<f64>,
    /// Before all facts.
    prior: Option<f64>,
    status: &'static str,
    /// The same, and of what is open also whether its window is over or has slipped.
    state: &'static str,
    window: Option<Span>,
    node: Option<&'a str>,
    choice: Option<&'a str>,
    by: Vec<&'a str>,
    said: Option<Said<'a>>,
    mode: Option<&'static str>,
    conviction: Option<Conviction<'a>>,
    domain: Option<&'a str>,
    tags: Vec<&'a str>,
    reference_class: Option<Outside<'a>>,
    text: Vec<&'a str>,
    context: Vec<&'a str>,
    quote: Vec<&'a str>,
    catalyst: Vec<&'a str>,
    watch: Vec<&'a str>,
    measure: Vec<&'a str>,
    sources: Vec<Source<'a>>,
    links: Vec<&'a str>,
    exposures: Vec<Exposure<'a>>,
    milestones: Vec<&'a str>,
    badges: Vec<Badge<'a>>,
    /// Where it is written: `path:line`.
    source: String,
}

impl<'a> NodeEntry<'a> {
    pub(super) fn new(edition: &'a Edition<'a>, id: NodeId) -> Self {
        let (node, today) = (edition.node(id), edition.today);
        let belief = edition.forecast.now(id);
        let prose = |kind: ProseKind| node.prose(kind).map(|text| text.value.as_ref()).collect();
        let choice = node.choice.and_then(|choice| edition.model.choices.get(choice.index()));
        let milestones = node.milestones.iter().map(|id| edition.node(*id)).filter(|node| !node.private);
        let exposures = node.exposures.iter().map(|one| Exposure {
            symbol: &one.symbol.value,
            gains: one.gains,
            weight: one.weight.as_f64(),
        });
        let badges = edition
            .badges(id)
            .map(|badge| Badge { rule: &edition.model.rule(badge.rule).id.value, text: &badge.message });
        Self {
            id: &node.id,
            kind: node.kind.word(),
            title: &node.title.value,
            page: Place::node(node).path().to_owned(),
            p: belief.map(|one| one.probability),
            error: belief.map(|one| one.error),
            method: belief.map(|one| if one.is_exact { "exact" } else { "sampled" }),
            converged: belief.map(|one| one.has_converged),
            stated: node.stated(today).map(|stated| stated.as_f64()),
            prior: edition.forecast.before(id).map(|one| one.probability),
            status: node.state(today).word(),
            state: state(edition, node),
            window: node.window_on(today).map(Span::new),
            node: node.parent.map(|parent| edition.node(parent).id.as_ref()),
            choice: choice.filter(|choice| !choice.private).map(|choice| choice.id.value.as_ref()),
            by: node.by.iter().filter_map(|by| Some(edition.predictor(*by)?.id.value.as_ref())).collect(),
            said: node.said.as_ref().map(|said| Said {
                date: said.date.to_string(),
                text: words(&said.text),
                link: words(&said.link),
            }),
            mode: node.mode.map(mode),
            conviction: node.conviction.as_ref().map(|one| Conviction {
                word: &one.word.value,
                level: one.level.as_f64(),
                cue: words(&one.cue),
            }),
            domain: words(&node.domain),
            tags: all_words(&node.tags),
            reference_class: node.outside.and_then(|outside| {
                let class = &edition.class(outside.class)?.id.value;
                Some(Outside { class, weight: outside.weight.as_f64() })
            }),
            text: prose(ProseKind::Text),
            context: prose(ProseKind::Context),
            quote: prose(ProseKind::Quote),
            catalyst: prose(ProseKind::Catalyst),
            watch: prose(ProseKind::Watch),
            measure: prose(ProseKind::Measure),
            sources: Source::all(&node.sources),
            links: all_words(&node.links),
            exposures: exposures.collect(),
            milestones: milestones.map(|node| node.id.as_ref()).collect(),
            badges: badges.collect(),
            source: edition.written_in(node.span),
        }
    }
}

/// How strong an edge is: two probabilities, or a direction with an odds ratio.
#[derive(Serialize)]
pub(super) struct EffectEntry {
    pub(super) if_true: Option<f64>,
    pub(super) if_false: Option<f64>,
    pub(super) direction: Option<&'static str>,
    pub(super) odds_ratio: Option<f64>,
}

impl EffectEntry {
    pub(super) fn new(effect: &Effect) -> Self {
        let none = Self { if_true: None, if_false: None, direction: None, odds_ratio: None };
        match effect {
            Effect::Numbers { yes, no } => {
                Self { if_true: Some(yes.value.as_f64()), if_false: Some(no.value.as_f64()), ..none }
            }
            Effect::Strength { direction, ratio, .. } => {
                Self { direction: Some(word(*direction)), odds_ratio: Some(ratio.as_f64()), ..none }
            }
        }
    }
}

/// An edge, with what the network makes of it.
#[derive(Serialize)]
pub(super) struct EdgeEntry<'a> {
    pub(super) source: &'a str,
    pub(super) relation: &'static str,
    pub(super) target: &'a str,
    #[serde(flatten)]
    pub(super) effect: EffectEntry,
    pub(super) lag: Option<String>,
    pub(super) text: Option<&'a str>,
    sources: Vec<Source<'a>>,
    pub(super) implied: Option<f64>,
    pub(super) delta_implied: Option<f64>,
    pub(super) realised_if_true: Option<f64>,
    pub(super) realised_if_false: Option<f64>,
    written_in: String,
}

impl<'a> EdgeEntry<'a> {
    /// Of an edge at this place in the model.
    pub(super) fn new(edition: &'a Edition<'a>, at: usize, edge: &'a Edge) -> Self {
        let reading = edition.forecast.reading(at);
        let [realised_if_true, realised_if_false] = reading.map_or([None, None], |reading| reading.realised);
        Self {
            source: &edition.node(edge.source).id,
            relation: edge.relation.value.words(),
            target: &edition.node(edge.target).id,
            effect: EffectEntry::new(&edge.effect),
            lag: edge.lag.map(|lag| lag.value.to_string()),
            text: words(&edge.text),
            sources: Source::all(&edge.sources),
            implied: reading.and_then(|reading| reading.implied),
            delta_implied: reading.and_then(|reading| reading.delta),
            realised_if_true,
            realised_if_false,
            written_in: edition.written_in(edge.span),
        }
    }
}

/// A line of a journal.
#[derive(Serialize)]
pub(super) struct FactEntry<'a> {
    date: String,
    verb: &'static str,
    /// What was stated.
    p: Option<f64>,
    direction: Option<&'static str>,
    odds_ratio: Option<f64>,
    by: Option<&'a str>,
    outcome: Option<&'static str>,
    window: Option<Span>,
    text: Option<&'a str>,
    link: Option<&'a str>,
    corrects: Option<String>,
    source: String,
}

impl<'a> FactEntry<'a> {
    /// What is known of a node by now.
    pub(super) fn all(edition: &'a Edition<'a>, node: &'a Node) -> Vec<Self> {
        let known = node.journal.iter().filter(|fact| fact.date.value <= edition.today);
        known.map(|fact| Self::new(edition, fact)).collect()
    }

    fn new(edition: &'a Edition<'a>, fact: &'a Fact) -> Self {
        let (direction, odds_ratio, by) = match fact.event {
            Event::Evidence { direction, ratio, by } => {
                let by = by.and_then(|by| edition.predictor(by));
                (Some(word(direction)), Some(ratio.as_f64()), by.map(|by| by.id.value.as_ref()))
            }
            Event::Probability(_)
            | Event::Hit
            | Event::Missed
            | Event::Slipped(_)
            | Event::Resolved(_)
            | Event::Note => (None, None, None),
        };
        let window =
            if let Event::Slipped(window) = fact.event { Some(Span::new(window.value)) } else { None };
        Self {
            date: fact.date.value.to_string(),
            verb: fact.event.word(),
            p: fact.event.stated().map(|stated| stated.as_f64()),
            direction,
            odds_ratio,
            by,
            outcome: fact.event.outcome().map(|outcome| outcome.word()),
            window,
            text: words(&fact.text),
            link: words(&fact.link),
            corrects: fact.corrects.map(|date| date.to_string()),
            source: edition.written_in(fact.span),
        }
    }
}

/// A number at the end of a day.
#[derive(Serialize)]
pub(super) struct Moment {
    date: String,
    #[serde(flatten)]
    number: Number,
}

impl Moment {
    pub(super) fn all(edition: &Edition<'_>, id: NodeId) -> Vec<Self> {
        let moment = |(date, belief): (Date, Option<Belief>)| Self {
            date: date.to_string(),
            number: Number::new(belief),
        };
        edition.forecast.history(id).map(moment).collect()
    }
}

pub(super) fn words(text: &Option<Text>) -> Option<&str> {
    text.as_ref().map(|text| text.value.as_ref())
}

pub(super) fn all_words(texts: &[Text]) -> Vec<&str> {
    texts.iter().map(|text| text.value.as_ref()).collect()
}

pub(super) fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::For => "for",
        Direction::Against => "against",
    }
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Forecast => "forecast",
        Mode::Prediction => "prediction",
        Mode::Speculation => "speculation",
    }
}
