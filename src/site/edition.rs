//! An edition: what is published of a network, and the answers that several pages show, each worked out once.
//!
//! This is where private things end: whatever a page lists, it lists from here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::chart::spark;
use super::downstream;
use super::html::Html;
use super::index::Index;
use super::place::{Place, Slugs};
use super::view::{Link, NodeLinks};
use crate::answers::assertions::Judged;
use crate::answers::due::{self, Task};
use crate::answers::memory::{Answers, Memory};
use crate::answers::past::Past;
use crate::answers::rules::{self, Spoken};
use crate::answers::score::{self, By, Group};
use crate::answers::whatif::{Effect, Effects};
use crate::answers::why::Why;
use crate::forecast::{Forecast, filled};
use crate::model::{
    Action, Assertion, ChoiceId, Class, ClassId, Document, DocumentId, Edge, Model, Named, Node, NodeId,
    NodeKind, Predictor, PredictorId, Table, Text,
};
use crate::source::{Sources, Span};
use crate::value::Date;

/// So many nodes are shown that an outcome moves.
const MOVERS: usize = 8;
/// What is due within so many days is shown as coming up.
const AHEAD: i64 = 60;

/// What is published, with the answers about it.
pub struct Edition<'a> {
    pub(super) model: &'a Model,
    pub(super) sources: &'a Sources,
    pub(super) forecast: &'a Forecast,
    pub(super) today: Date,
    /// The edges that end in each node, and those that begin there, by their places in the model.
    into: Vec<Vec<usize>>,
    from: Vec<Vec<usize>>,
    /// What the outcomes of each node would move.
    pub(super) effects: Effects<'a>,
    answers: Answers,
    effect: Vec<OnceLock<Option<Effect>>>,
    why: Vec<OnceLock<Option<Why>>>,
    /// The nodes as pages name them.
    pub(super) links: NodeLinks,
    /// How many published nodes lie downstream of each.
    downstream: OnceLock<Vec<usize>>,
    /// What rules say about nodes that are published, by node.
    spoken: Vec<Spoken>,
    /// The verdict on each assertion, in the order of the model.
    pub(super) judged: Vec<Judged>,
    /// What is due, or soon will be.
    pub(super) tasks: Vec<Task>,
    /// All predictions scored together.
    pub(super) scored: Group,
    /// The documents about each node.
    documents: BTreeMap<NodeId, Vec<DocumentId>>,
    /// The predictions of each predictor, scored together.
    records: Vec<Group>,
    /// What belongs to each domain, tag, symbol, predictor and class.
    pub(super) index: Index,
    /// Who changed what, if that is shown.
    pub(super) past: Option<&'a Past>,
    /// File names of domains, tags and symbols.
    pub(super) domains: Slugs,
    pub(super) tags: Slugs,
    pub(super) symbols: Slugs,
}

impl<'a> Edition<'a> {
    /// Of a forecast of this model, which was read from these sources. `memory` holds what the last edition left.
    pub fn new(model: &'a Model, sources: &'a Sources, forecast: &'a Forecast, memory: &Memory) -> Self {
        let today = forecast.today();
        let mut into = vec![Vec::new(); model.nodes.len()];
        let mut from = vec![Vec::new(); model.nodes.len()];
        for (place, edge) in model.edges.iter().enumerate().filter(|(_, edge)| is_public(model, edge)) {
            for (list, end) in [(&mut into, edge.target), (&mut from, edge.source)] {
                if let Some(list) = list.get_mut(end.index()) {
                    list.push(place);
                }
            }
        }
        let effects = Effects::new(model, forecast);
        // The most of those that move are private at worst, so more are looked at than are shown.
        let hidden = model.nodes.iter().filter(|node| node.private).count();
        let answers = memory.answers(model, forecast, MOVERS + hidden);
        let is_shown = |id: NodeId| !model.node(id).private;
        let spoken = rules::rules(model, forecast).into_iter();
        let spoken = spoken.filter(|one| is_shown(one.node) && !model.rule(one.rule).private).collect();
        let mut documents: BTreeMap<NodeId, Vec<DocumentId>> = BTreeMap::new();
        for (place, document) in model.documents.iter().enumerate().filter(|(_, one)| !one.private) {
            for node in document.about.iter().filter(|node| is_shown(**node)) {
                documents.entry(*node).or_default().push(DocumentId::new(place));
            }
        }
        let shown = || model.nodes.iter().filter(|node| !node.private);
        let domains = shown().filter_map(|node| node.domain.as_ref()).map(|domain| domain.value.as_ref());
        // A domain is also every domain above it.
        let domains: BTreeSet<&str> = domains.flat_map(above).collect();
        let tags = shown().flat_map(|node| &node.tags).map(|tag| tag.value.as_ref());
        let documented = model.documents.iter().filter(|one| !one.private).flat_map(|one| &one.tags);
        let symbols = shown().flat_map(|node| &node.exposures).map(|one| one.symbol.value.as_ref());
        let tickers = model.tickers.iter().filter(|one| !one.private).map(|one| one.symbol.value.as_ref());
        let tasks = due::tasks(model, today, today.plus_days(AHEAD)).into_iter();
        let index = Index::new(model, forecast);
        Self {
            model,
            sources,
            forecast,
            today,
            into,
            from,
            answers,
            effect: vec![OnceLock::new(); model.nodes.len()],
            effects,
            why: vec![OnceLock::new(); model.nodes.len()],
            links: NodeLinks::new(model.nodes.len()),
            downstream: OnceLock::new(),
            spoken,
            judged: memory.judged(model, forecast),
            tasks: tasks.filter(|task| is_shown(task.node)).collect(),
            scored: group(
                model,
                forecast,
                model.nodes().filter(|(_, node)| is_scored(node)).map(|(id, _)| id),
            ),
            documents,
            records: (0..model.predictors.len())
                .map(|place| {
                    let own = index.predictor(PredictorId::new(place)).iter().copied();
                    group(model, forecast, own.filter(|id| is_scored(model.node(*id))))
                })
                .collect(),
            index,
            past: None,
            domains: Slugs::new(domains),
            tags: Slugs::new(tags.chain(documented.map(|tag| tag.value.as_ref()))),
            symbols: Slugs::new(symbols.chain(tickers)),
        }
    }

    /// The same, with who changed what.
    #[must_use]
    pub fn with_past(self, past: Option<&'a Past>) -> Self {
        Self { past, ..self }
    }

    /// Everything that is published and has a page, or a place on one, in the order of ids.
    pub(super) fn nodes(&self) -> impl Iterator<Item = (NodeId, &'a Node)> + use<'a> {
        self.model.nodes().filter(|(_, node)| !node.private)
    }

    /// The published nodes of a kind.
    pub(super) fn kind(&self, kind: NodeKind) -> impl Iterator<Item = (NodeId, &'a Node)> + use<'a> {
        self.nodes().filter(move |(_, node)| node.kind == kind)
    }

    /// The published nodes that have a page of their own.
    pub(super) fn paged(&self) -> impl Iterator<Item = (NodeId, &'a Node)> + use<'a> {
        self.model.nodes().filter(|(_, node)| has_page(node))
    }

    pub(super) fn node(&self, id: NodeId) -> &'a Node {
        self.model.node(id)
    }

    /// The published edges that end in a node, with their places in the model.
    pub(super) fn edges_into(&self, id: NodeId) -> impl Iterator<Item = (usize, &'a Edge)> {
        self.edges(&self.into, id)
    }

    /// The published edges that begin in a node, with their places in the model.
    pub(super) fn edges_from(&self, id: NodeId) -> impl Iterator<Item = (usize, &'a Edge)> {
        self.edges(&self.from, id)
    }

    /// All published edges, with their places in the model.
    pub(super) fn all_edges(&self) -> impl Iterator<Item = (usize, &'a Edge)> {
        let model = self.model;
        model.edges.iter().enumerate().filter(move |(_, edge)| is_public(model, edge))
    }

    fn edges<'b>(
        &self,
        lists: &'b [Vec<usize>],
        id: NodeId,
    ) -> impl Iterator<Item = (usize, &'a Edge)> + use<'a, 'b> {
        let model = self.model;
        let list = lists.get(id.index()).map_or(&[][..], Vec::as_slice);
        list.iter().filter_map(move |place| Some((*place, model.edges.get(*place)?)))
    }

    /// What either outcome of a node would move; none of one that is settled.
    pub(super) fn effect(&self, id: NodeId) -> Option<&Effect> {
        let publish = || {
            let mut effect = self.answers.effect(&self.effects, id)?;
            for moves in [&mut effect.yes, &mut effect.no] {
                moves.retain(|moved| !self.node(moved.node).private);
                moves.truncate(MOVERS);
            }
            effect.closest.retain(|both| !self.node(both.node).private);
            effect.closest.truncate(MOVERS);
            Some(effect)
        };
        filled(self.effect.get(id.index())?, publish).as_ref()
    }

    /// Why the number of a node is what it is; none of one without a number.
    pub(super) fn why(&self, id: NodeId) -> Option<&Why> {
        let find = || self.answers.why(self.model, self.forecast, id).filter(|_| has_page(self.node(id)));
        filled(self.why.get(id.index())?, find).as_ref()
    }

    /// How many published nodes lie downstream of a node.
    pub(super) fn downstream(&self, id: NodeId) -> usize {
        let counts = self.downstream.get_or_init(|| {
            let target = |place: &usize| self.model.edges.get(*place).map(|edge| edge.target.index());
            let targets = self.from.iter().map(|places| places.iter().filter_map(target).collect());
            downstream::counts(&targets.collect::<Vec<_>>())
        });
        counts.get(id.index()).copied().unwrap_or_default()
    }

    /// What rules say, in the order of nodes, then of rules.
    pub(super) fn spoken(&self) -> &[Spoken] {
        &self.spoken
    }

    /// The badges of a node.
    pub(super) fn badges(&self, id: NodeId) -> impl Iterator<Item = &Spoken> {
        let start = self.spoken.partition_point(|one| one.node < id);
        let own = self.spoken.iter().skip(start).take_while(move |one| one.node == id);
        own.filter(|one| one.action == Action::Badge)
    }

    /// The published documents about a node.
    pub(super) fn documents_about(&self, id: NodeId) -> impl Iterator<Item = (DocumentId, &'a Document)> {
        let model = self.model;
        let list = self.documents.get(&id).map_or(&[][..], Vec::as_slice);
        list.iter().filter_map(move |id| Some((*id, model.documents.get(id.index())?)))
    }

    /// The published predictors, with their ids.
    pub(super) fn predictors(&self) -> impl Iterator<Item = (PredictorId, &'a Predictor)> {
        let all = self.model.predictors.iter().enumerate().filter(|(_, one)| !one.private);
        all.map(|(place, one)| (PredictorId::new(place), one))
    }

    /// A predictor, if it is published.
    pub(super) fn predictor(&self, id: PredictorId) -> Option<&'a Predictor> {
        self.model.predictors.get(id.index()).filter(|one| !one.private)
    }

    /// The published reference classes, with their ids.
    pub(super) fn classes(&self) -> impl Iterator<Item = (ClassId, &'a Class)> {
        let all = self.model.classes.iter().enumerate().filter(|(_, one)| !one.private);
        all.map(|(place, one)| (ClassId::new(place), one))
    }

    /// A reference class, if it is published.
    pub(super) fn class(&self, id: ClassId) -> Option<&'a Class> {
        self.model.classes.get(id.index()).filter(|one| !one.private)
    }

    /// The published documents, with their ids.
    pub(super) fn documents(&self) -> impl Iterator<Item = (DocumentId, &'a Document)> {
        let all = self.model.documents.iter().enumerate().filter(|(_, one)| !one.private);
        all.map(|(place, one)| (DocumentId::new(place), one))
    }

    /// Published predictions, scored group by group; groups with a name that is not published are left out.
    pub(super) fn scores(&self, by: By) -> Vec<Group> {
        let mut groups = score::among(self.model, self.forecast, by, |id| !self.model.node(id).private);
        if by == By::Predictor {
            let hidden = self.model.predictors.iter().filter(|one| one.private);
            let hidden: BTreeSet<&str> = hidden.map(|one| one.id.value.as_ref()).collect();
            groups.retain(|group| group.name.as_deref().is_none_or(|name| !hidden.contains(name)));
        }
        groups.iter_mut().for_each(|group| publish(self.model, group));
        groups
    }

    /// Some published predictions, scored together.
    pub(super) fn group(&self, nodes: impl IntoIterator<Item = NodeId>) -> Group {
        group(self.model, self.forecast, nodes)
    }

    /// The page of what an id stands for, if it is published.
    pub(super) fn place(&self, name: &str) -> Option<Place> {
        match self.model.names.get(name)? {
            Named::Node(id) => Some(self.node(id)).filter(|node| !node.private).map(Place::node),
            Named::Choice(id) => {
                let choice = self.model.choices.get(id.index()).filter(|choice| !choice.private)?;
                Some(Place::choice(&choice.id.value))
            }
            Named::Predictor(id) => self.predictor(id).map(|one| Place::of("predictor", &one.id.value)),
            Named::Class(id) => self.class(id).map(|one| Place::of("class", &one.id.value)),
            Named::Document(id) => {
                let document = self.model.documents.get(id.index()).filter(|one| !one.private)?;
                Some(Place::of("document", &document.id.value))
            }
        }
    }

    /// The published assertions, with the verdict on each.
    pub(super) fn judgements(&self) -> impl Iterator<Item = (&'a Assertion, &Judged)> + Clone {
        let all = self.model.assertions.iter().zip(&self.judged);
        all.filter(|(assertion, _)| !assertion.private)
    }

    /// The last year of a node as a sparkline.
    pub(super) fn spark(&self, id: NodeId) -> Html {
        let start = self.today.minus_days(365);
        let later = self.forecast.history(id).filter(|(date, _)| *date > start);
        let first = (start, self.forecast.at_end_of(id, start));
        let points = std::iter::once(first).chain(later);
        let points: Vec<(Date, f64)> =
            points.filter_map(|(date, belief)| Some((date, belief?.probability))).collect();
        if points.is_empty() { Html::new() } else { spark::chart(&points, self.today) }
    }

    /// The published tables of a node: those whose parents are published too.
    pub(super) fn tables_of(&self, id: NodeId) -> impl Iterator<Item = &'a Table> {
        let model = self.model;
        let start = model.tables.partition_point(|table| table.target < id);
        let own = model.tables.iter().skip(start).take_while(move |table| table.target == id);
        let is_shown = move |table: &&Table| {
            !table.private && table.parents.iter().all(|parent| !model.node(*parent).private)
        };
        own.filter(is_shown)
    }

    /// The scored predictions of a predictor.
    pub(super) fn record(&self, id: PredictorId) -> &Group {
        self.records.get(id.index()).unwrap_or(&self.scored)
    }

    /// The name of a symbol; empty of one that is not declared.
    pub(super) fn ticker_name(&self, symbol: &str) -> &'a str {
        let found = self.model.tickers.binary_search_by(|one| one.symbol.value.as_ref().cmp(symbol));
        let ticker = found.ok().and_then(|at| self.model.tickers.get(at)).filter(|one| !one.private);
        ticker.map_or("", |ticker| &ticker.name.value)
    }

    /// The domain of a node and all above it, the widest first, each with its page.
    pub(super) fn domain_links(&self, here: &Place, node: &Node) -> Vec<Link> {
        let Some(domain) = &node.domain else { return Vec::new() };
        let mut links: Vec<Link> = above(&domain.value)
            .map(|domain| {
                let name = domain.rsplit_once('/').map_or(domain, |(_, name)| name);
                Link::new(here.to(&Place::of("domain", self.domains.get(domain))), name)
            })
            .collect();
        links.reverse();
        links
    }

    /// Tags with their pages.
    pub(super) fn tag_links(&self, here: &Place, tags: &[Text]) -> Vec<Link> {
        let link =
            |tag: &Text| Link::new(here.to(&Place::of("tag", self.tags.get(&tag.value))), tag.value.as_ref());
        tags.iter().map(link).collect()
    }

    /// A choice with its question, if it is published.
    pub(super) fn choice_link(&self, here: &Place, id: ChoiceId) -> Option<Link> {
        let choice = self.model.choices.get(id.index()).filter(|choice| !choice.private)?;
        Some(Link::new(here.to(&Place::choice(&choice.id.value)), choice.question.value.as_ref()))
    }

    /// Where a link of the sources leads: outside as it is, a path to the sources; nowhere if they are not public.
    pub(super) fn outside(&self, link: Option<&Text>) -> String {
        let Some(link) = link else { return String::new() };
        if link.value.contains(':') {
            return link.value.to_string();
        }
        self.repository()
            .map_or_else(String::new, |repository| format!("{repository}/blob/HEAD/{}", link.value))
    }

    /// Where something is written: its path and line below the working folder; elsewhere the name of its file, since
    /// where that stands on a machine is nobody's business.
    pub(super) fn written_in(&self, span: Span) -> String {
        let place = self.sources.place(span);
        if is_below(&place) { place } else { file_name(&place).to_owned() }
    }

    /// Where something is written: its file and line, and its place among the public sources.
    pub(super) fn source_link(&self, span: Span) -> Link {
        let place = self.sources.place(span);
        let name = file_name(&place).to_owned();
        let href = match (self.repository(), place.rsplit_once(':')) {
            (Some(repository), Some((path, line))) if is_below(&place) => {
                format!("{repository}/blob/HEAD/{path}#L{line}")
            }
            _ => String::new(),
        };
        Link::new(href, name)
    }

    /// The page of a commit among the public sources.
    pub(super) fn commit_link(&self, id: &str, text: &str) -> Link {
        let href =
            self.repository().map_or_else(String::new, |repository| format!("{repository}/commit/{id}"));
        Link::new(href, text)
    }

    /// Where the sources are published.
    fn repository(&self) -> Option<&'a str> {
        let repository = self.model.network.repository.as_ref()?;
        Some(repository.value.trim_end_matches('/')).filter(|address| address.contains("://"))
    }

    /// Where the site is published, with a `/` at its end, if that is said.
    pub(super) fn url(&self) -> Option<String> {
        let url = &self.model.network.url.as_ref()?.value;
        let is_web = url.starts_with("https://") || url.starts_with("http://");
        is_web.then(|| format!("{}/", url.trim_end_matches('/')))
    }

    /// The folder of the site below the root of its host, if it is said where it is published.
    pub fn base(&self) -> Option<String> {
        Some(super::page::missing::root(self)).filter(|root| !root.is_empty())
    }

    /// The title of the network.
    pub(super) fn title(&self) -> &'a str {
        self.model.network.title.as_ref().map_or("Forecasts", |title| &title.value)
    }
}

fn group(model: &Model, forecast: &Forecast, nodes: impl IntoIterator<Item = NodeId>) -> Group {
    let mut group = score::of(model, forecast, nodes);
    publish(model, &mut group);
    group
}

/// Takes the rates of classes that are not published out of what is scored.
fn publish(model: &Model, group: &mut Group) {
    for case in &mut group.cases {
        let class = model.node(case.node).outside.and_then(|view| model.classes.get(view.class.index()));
        if class.is_some_and(|class| class.private) {
            case.class = None;
        }
    }
}

/// Whether a place is below the working folder.
fn is_below(place: &str) -> bool {
    !place.starts_with('/') && !place.starts_with("..") && !place.contains(":/")
}

fn file_name(place: &str) -> &str {
    place.rsplit_once('/').map_or(place, |(_, name)| name)
}

/// Whether a node has a page of its own.
fn has_page(node: &Node) -> bool {
    !node.private && node.kind != NodeKind::Milestone
}

fn is_scored(node: &Node) -> bool {
    node.kind == NodeKind::Prediction && !node.private
}

/// Whether an edge and both its ends are published.
fn is_public(model: &Model, edge: &Edge) -> bool {
    !edge.private && !model.node(edge.source).private && !model.node(edge.target).private
}

/// A domain and all above it: `ai/chips/memory`, `ai/chips`, `ai`.
pub(super) fn above(domain: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(domain), |domain| domain.rsplit_once('/').map(|(above, _)| above))
}
