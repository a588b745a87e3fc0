//! `network.json`: everything that is published, on one day.

use serde::Serialize;

use super::entry::{EdgeEntry, NodeEntry, Source, all_words, words};
use crate::model::{NodeId, NodeKind, Rate};
use crate::site::edition::Edition;
use crate::site::page::redirect::redirects;
use crate::site::place::Place;

#[derive(Serialize)]
pub(super) struct Network<'a> {
    schema_version: u32,
    as_of: String,
    title: &'a str,
    url: Option<String>,
    repository: Option<&'a str>,
    text: Option<&'a str>,
    nodes: Vec<NodeEntry<'a>>,
    edges: Vec<EdgeEntry<'a>>,
    tables: Vec<TableEntry<'a>>,
    choices: Vec<ChoiceEntry<'a>>,
    predictors: Vec<PredictorEntry<'a>>,
    classes: Vec<ClassEntry<'a>>,
    documents: Vec<DocumentEntry<'a>>,
    tickers: Vec<TickerEntry<'a>>,
    assertions: Vec<AssertionEntry<'a>>,
    rules: Vec<RuleEntry<'a>>,
    redirects: Vec<RedirectEntry<'a>>,
}

#[derive(Serialize)]
struct TableEntry<'a> {
    target: &'a str,
    parents: Vec<&'a str>,
    rows: Vec<RowEntry<'a>>,
    text: Option<&'a str>,
    sources: Vec<Source<'a>>,
}

#[derive(Serialize)]
struct RowEntry<'a> {
    given: &'a [bool],
    p: f64,
}

#[derive(Serialize)]
struct ChoiceEntry<'a> {
    id: &'a str,
    question: &'a str,
    scenarios: Vec<&'a str>,
    domain: Option<&'a str>,
    tags: Vec<&'a str>,
    text: Option<&'a str>,
}

#[derive(Serialize)]
struct PredictorEntry<'a> {
    id: &'a str,
    name: &'a str,
    page: String,
    role: Option<&'a str>,
    links: Vec<&'a str>,
    text: Option<&'a str>,
    /// The weight of its word.
    kappa: Option<f64>,
}

#[derive(Serialize)]
struct ClassEntry<'a> {
    id: &'a str,
    title: &'a str,
    page: String,
    rate: f64,
    /// How often it happened, and in how many cases; none of a rate that was given.
    times: Option<u32>,
    of: Option<u32>,
    text: Option<&'a str>,
    sources: Vec<Source<'a>>,
}

#[derive(Serialize)]
struct DocumentEntry<'a> {
    id: &'a str,
    title: &'a str,
    page: String,
    date: Option<String>,
    link: Option<&'a str>,
    by: Vec<&'a str>,
    about: Vec<&'a str>,
    tags: Vec<&'a str>,
    text: Option<&'a str>,
}

#[derive(Serialize)]
struct TickerEntry<'a> {
    symbol: &'a str,
    name: &'a str,
    links: Vec<&'a str>,
    text: Option<&'a str>,
}

#[derive(Serialize)]
struct AssertionEntry<'a> {
    claim: &'a str,
    verdict: &'static str,
    asked: Vec<AskedEntry<'a>>,
    text: Option<&'a str>,
}

#[derive(Serialize)]
struct AskedEntry<'a> {
    words: &'a str,
    p: Option<f64>,
    error: Option<f64>,
}

#[derive(Serialize)]
struct RuleEntry<'a> {
    id: &'a str,
    title: &'a str,
    #[serde(rename = "for")]
    subjects: Vec<&'static str>,
    action: &'static str,
    message: &'a str,
    text: Option<&'a str>,
    /// What it says of nodes.
    says: Vec<SaysEntry<'a>>,
}

#[derive(Serialize)]
struct SaysEntry<'a> {
    node: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct RedirectEntry<'a> {
    from: &'a str,
    to: &'a str,
}

pub(super) fn network<'a>(edition: &'a Edition<'a>) -> Network<'a> {
    let model = edition.model;
    Network {
        schema_version: super::VERSION,
        as_of: edition.today.to_string(),
        title: edition.title(),
        url: edition.url(),
        repository: words(&model.network.repository),
        text: words(&model.network.text),
        nodes: edition.nodes().map(|(id, _)| NodeEntry::new(edition, id)).collect(),
        edges: edition.all_edges().map(|(at, edge)| EdgeEntry::new(edition, at, edge)).collect(),
        tables: tables(edition),
        choices: choices(edition),
        predictors: predictors(edition),
        classes: classes(edition),
        documents: documents(edition),
        tickers: tickers(edition),
        assertions: assertions(edition),
        rules: rules(edition),
        redirects: redirects(edition)
            .iter()
            .map(|(old, new)| RedirectEntry { from: old, to: &new.id })
            .collect(),
    }
}

/// The ids of those nodes that are published.
fn ids<'a>(edition: &'a Edition<'a>, nodes: &[NodeId]) -> Vec<&'a str> {
    let nodes = nodes.iter().map(|id| edition.node(*id)).filter(|node| !node.private);
    nodes.map(|node| node.id.as_ref()).collect()
}

/// Tables all of whose nodes are published: one without a column would say something else.
fn tables<'a>(edition: &'a Edition<'a>) -> Vec<TableEntry<'a>> {
    let is_shown = |id: NodeId| !edition.node(id).private;
    let public = edition.model.tables.iter().filter(|table| {
        !table.private && is_shown(table.target) && table.parents.iter().all(|parent| is_shown(*parent))
    });
    let entry = |table: &'a crate::model::Table| TableEntry {
        target: &edition.node(table.target).id,
        parents: ids(edition, &table.parents),
        rows: table
            .rows
            .iter()
            .map(|row| RowEntry { given: &row.cells, p: row.probability.value.as_f64() })
            .collect(),
        text: words(&table.text),
        sources: Source::all(&table.sources),
    };
    public.map(entry).collect()
}

fn choices<'a>(edition: &'a Edition<'a>) -> Vec<ChoiceEntry<'a>> {
    let public = edition.model.choices.iter().filter(|choice| !choice.private);
    let entry = |choice: &'a crate::model::Choice| ChoiceEntry {
        id: &choice.id.value,
        question: &choice.question.value,
        scenarios: ids(edition, &choice.scenarios),
        domain: words(&choice.domain),
        tags: all_words(&choice.tags),
        text: words(&choice.text),
    };
    public.map(entry).collect()
}

fn predictors<'a>(edition: &'a Edition<'a>) -> Vec<PredictorEntry<'a>> {
    let entry = |(id, one): (_, &'a crate::model::Predictor)| PredictorEntry {
        id: &one.id.value,
        name: &one.name.value,
        page: Place::of("predictor", &one.id.value).path().to_owned(),
        role: words(&one.role),
        links: all_words(&one.links),
        text: words(&one.text),
        kappa: edition.forecast.voice(id).map(|voice| voice.kappa),
    };
    edition.predictors().map(entry).collect()
}

fn classes<'a>(edition: &'a Edition<'a>) -> Vec<ClassEntry<'a>> {
    let entry = |(_, class): (_, &'a crate::model::Class)| {
        let (times, of) = match class.rate {
            Rate::Seen { times, of } => (Some(times), Some(of)),
            Rate::Given(_) => (None, None),
        };
        ClassEntry {
            id: &class.id.value,
            title: &class.title.value,
            page: Place::of("class", &class.id.value).path().to_owned(),
            rate: class.rate.as_f64(),
            times,
            of,
            text: words(&class.text),
            sources: Source::all(&class.sources),
        }
    };
    edition.classes().map(entry).collect()
}

fn documents<'a>(edition: &'a Edition<'a>) -> Vec<DocumentEntry<'a>> {
    let entry = |(_, one): (_, &'a crate::model::Document)| DocumentEntry {
        id: &one.id.value,
        title: &one.title.value,
        page: Place::of("document", &one.id.value).path().to_owned(),
        date: one.date.map(|date| date.to_string()),
        link: words(&one.link),
        by: one.by.iter().filter_map(|by| Some(edition.predictor(*by)?.id.value.as_ref())).collect(),
        about: ids(edition, &one.about),
        tags: all_words(&one.tags),
        text: words(&one.text),
    };
    edition.documents().map(entry).collect()
}

fn tickers<'a>(edition: &'a Edition<'a>) -> Vec<TickerEntry<'a>> {
    let public = edition.model.tickers.iter().filter(|ticker| !ticker.private);
    let entry = |one: &'a crate::model::Ticker| TickerEntry {
        symbol: &one.symbol.value,
        name: &one.name.value,
        links: all_words(&one.links),
        text: words(&one.text),
    };
    public.map(entry).collect()
}

fn assertions<'a>(edition: &'a Edition<'a>) -> Vec<AssertionEntry<'a>> {
    let all = edition.model.assertions.iter().zip(&edition.judged);
    let public = all.filter(|(assertion, _)| !assertion.private);
    let entry =
        |(assertion, judged): (&'a crate::model::Assertion, &'a crate::answers::assertions::Judged)| {
            let asked = judged.asked.iter().map(|one| {
                let answer = one.answer.ok();
                AskedEntry {
                    words: &one.words,
                    p: answer.map(|answer| answer.probability),
                    error: answer.map(|answer| answer.error),
                }
            });
            AssertionEntry {
                claim: &assertion.words,
                verdict: judged.verdict.word(),
                asked: asked.collect(),
                text: words(&assertion.text),
            }
        };
    public.map(entry).collect()
}

fn rules<'a>(edition: &'a Edition<'a>) -> Vec<RuleEntry<'a>> {
    let public = edition.model.rules().filter(|(_, rule)| !rule.private);
    let entry = |(id, rule): (crate::model::RuleId, &'a crate::model::Rule)| {
        let says = edition.spoken().iter().filter(|one| one.rule == id);
        let says = says.map(|one| SaysEntry { node: &edition.node(one.node).id, message: &one.message });
        RuleEntry {
            id: &rule.id.value,
            title: &rule.title.value,
            subjects: rule.subjects.iter().copied().map(NodeKind::word).collect(),
            action: rule.action.word(),
            message: &rule.message.value,
            text: words(&rule.text),
            says: says.collect(),
        }
    };
    public.map(entry).collect()
}
