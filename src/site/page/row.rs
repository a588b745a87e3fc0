//! Rows: a node as lists of nodes show it, and the small views that lists share.

use serde::Serialize;

use crate::forecast::Belief;
use crate::model::{NodeId, PredictorId, Text};
use crate::site::edition::{Edition, above};
use crate::site::html::Html;
use crate::site::place::Place;
use crate::site::view::{Chance, Link, NodeLink, points, way};
use crate::value::{Date, link, percent};

/// How many days back a recent move is told from.
pub(super) const RECENT: u32 = 30;
/// A sampled move is told from so many standard errors on.
const CLEAR: f64 = 1.96;

/// A move of a probability.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Shift {
    /// In points: `+3.2`.
    pub(super) text: String,
    /// `up`, `down` or `flat`.
    pub(super) way: &'static str,
    /// In points, for sorting and bars.
    pub(super) value: String,
    /// What it moved from and to: `34.5%`.
    pub(super) from: String,
    pub(super) to: String,
}

impl Shift {
    pub(super) fn new(from: f64, to: f64) -> Self {
        let by = to - from;
        Self {
            text: points(by),
            way: way(by),
            value: format!("{:.2}", 100.0 * by),
            from: percent(from),
            to: percent(to),
        }
    }

    /// The same of two beliefs; what their errors alone may make is no move.
    pub(super) fn between(from: Belief, to: Belief) -> Self {
        let is_clear = (to.probability - from.probability).abs() > CLEAR * from.error.hypot(to.error);
        Self::new(if is_clear { from.probability } else { to.probability }, to.probability)
    }

    /// Over the last days.
    pub(super) fn recent(edition: &Edition<'_>, id: NodeId) -> Option<Self> {
        let now = edition.forecast.now(id)?;
        let then = edition.forecast.at_end_of(id, edition.today.minus_days(RECENT))?;
        Some(Self::between(then, now))
    }
}

/// A node in a list.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Row {
    pub(super) node: NodeLink,
    /// Its probability over the last year.
    pub(super) spark: Html,
    /// What was stated of it last.
    pub(super) stated: Option<Chance>,
    /// What it moved by in the last 30 days.
    pub(super) recent: Option<Shift>,
    /// When it can come true, as it is written: `2026-09 .. 2027Q2`; empty if that is not said.
    pub(super) window: String,
    /// The last day of that.
    pub(super) closes: String,
    pub(super) domain: Option<Link>,
    /// The domain and all above it, with blanks between them.
    pub(super) domains: String,
    /// Who says it.
    pub(super) by: Vec<Link>,
    /// The ids of those, with blanks between them.
    pub(super) voices: String,
    pub(super) tags: Vec<Link>,
    /// The same, with blanks between them.
    pub(super) tag_words: String,
    /// `forecast`, `prediction`, `speculation`, or empty.
    pub(super) mode: &'static str,
    pub(super) badges: Vec<String>,
}

impl Row {
    pub(super) fn new(edition: &Edition<'_>, here: &Place, id: NodeId) -> Self {
        let node = edition.node(id);
        let window = node.window_on(edition.today);
        let voices: Vec<&str> =
            node.by.iter().filter_map(|by| Some(edition.predictor(*by)?.id.value.as_ref())).collect();
        let domain = node.domain.as_ref().map(|domain| domain.value.as_ref());
        let tags: Vec<&str> = node.tags.iter().map(|tag| tag.value.as_ref()).collect();
        Self {
            node: NodeLink::new(edition, here, id),
            spark: edition.spark(id),
            stated: node.stated(edition.today).map(|stated| Chance::plain(stated.as_f64())),
            recent: Shift::recent(edition, id),
            window: window.map(|window| window.to_string()).unwrap_or_default(),
            closes: window.map(|window| window.last().to_string()).unwrap_or_default(),
            domain: domain.map(|domain| domain_link(edition, here, domain)),
            domains: domain.map(|domain| above(domain).collect::<Vec<_>>().join(" ")).unwrap_or_default(),
            by: predictors(edition, here, &node.by),
            voices: voices.join(" "),
            tag_words: tags.join(" "),
            tags: tags.into_iter().map(|tag| tag_link(edition, here, tag)).collect(),
            mode: node.mode.map_or("", |mode| mode.word()),
            badges: edition.badges(id).map(|badge| badge.message.clone()).collect(),
        }
    }
}

/// Rows of nodes: those that are open by the end of their windows, then what is settled, the latest first.
pub(super) fn rows(edition: &Edition<'_>, here: &Place, nodes: impl IntoIterator<Item = NodeId>) -> Vec<Row> {
    sorted(edition, nodes).into_iter().map(|id| Row::new(edition, here, id)).collect()
}

/// Nodes in the order of `rows`.
pub(super) fn sorted(edition: &Edition<'_>, nodes: impl IntoIterator<Item = NodeId>) -> Vec<NodeId> {
    let key = |id: &NodeId| {
        let node = edition.node(*id);
        match node.state(edition.today) {
            crate::model::State::Open => {
                (false, node.window_on(edition.today).map_or(Date::LAST, |window| window.last()), *id)
            }
            // Days before the last that can be said: so the latest comes first.
            crate::model::State::Settled(_, date) => {
                (true, edition.today.plus_days(date.days_until(edition.today)), *id)
            }
        }
    };
    let mut nodes: Vec<NodeId> = nodes.into_iter().collect();
    nodes.sort_by_cached_key(key);
    nodes
}

/// Links to predictors, as far as they are published.
pub(super) fn predictors(edition: &Edition<'_>, here: &Place, ids: &[PredictorId]) -> Vec<Link> {
    let shown = ids.iter().filter_map(|id| edition.predictor(*id));
    shown
        .map(|one| Link::new(here.to(&Place::of("predictor", &one.id.value)), one.name.value.to_string()))
        .collect()
}

pub(super) fn domain_link(edition: &Edition<'_>, here: &Place, domain: &str) -> Link {
    Link::new(here.to(&Place::of("domain", edition.domains.get(domain))), domain)
}

pub(super) fn tag_link(edition: &Edition<'_>, here: &Place, tag: &str) -> Link {
    Link::new(here.to(&Place::of("tag", edition.tags.get(tag))), tag)
}

pub(super) fn ticker_link(edition: &Edition<'_>, here: &Place, symbol: &str) -> Link {
    Link::new(here.to(&Place::of("ticker", edition.symbols.get(symbol))), symbol)
}

/// A link that leads out of the site, with its host for words; none that is no address of the web or of mail.
pub(super) fn outside(address: &Text) -> Option<Link> {
    let address = address.value.as_ref();
    let is_outside = address.contains(':') && link(address).is_ok();
    let words = address.split_once("://").map_or(address, |(_, rest)| rest);
    let words = words.strip_prefix("www.").unwrap_or(words).trim_end_matches('/');
    is_outside.then(|| Link::new(address, words.split(['?', '#']).next().unwrap_or(words)))
}
