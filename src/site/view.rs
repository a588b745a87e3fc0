//! Views: what templates get. `templates/README.md` is the contract, and a test holds it against these.
//!
//! Every number and date is text by now, every address is joined: a template chooses and lays out, no more.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use minijinja::value::{Serde, Value, serializing_for_value};
use serde::{Serialize, Serializer};

use super::edition::Edition;
use super::html::Html;
use super::place::Place;
use crate::forecast::Belief;
use crate::model::{Node, NodeId, NodeKind, State};
use crate::value::{Date, Window, add_fixed, fixed, percent};

/// The version of the contract: it grows when a field goes away or means something else.
pub(super) const VERSION: u32 = 1;

/// What a page says of itself.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Head {
    /// Its title.
    pub(super) title: String,
    /// One sentence, for search engines and previews.
    pub(super) description: String,
    /// Its path below the site's folder.
    pub(super) path: String,
    /// Which entry of the navigation it belongs to.
    pub(super) section: &'static str,
}

impl Head {
    pub(super) fn new(
        here: &Place,
        section: &'static str,
        title: impl Into<String>,
        description: impl Into<String>,
    ) -> Self {
        Self { title: title.into(), description: description.into(), path: here.path().to_owned(), section }
    }
}

/// What all pages share.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Shell {
    view_version: u32,
    title: String,
    /// What leads from the page to the site's folder: empty, or `../`; for a page that stands in for one that is not
    /// there, the path of the whole site.
    root: String,
    /// Where the site is published, with a `/` at its end; empty if that is not said.
    url: String,
    /// Where its sources are; empty if that is not said.
    repository: String,
    /// The day of the forecast.
    date: String,
    version: &'static str,
    nav: Vec<Section>,
}

/// An entry of the navigation.
#[derive(Clone, Debug, Serialize)]
struct Section {
    name: &'static str,
    href: String,
    text: &'static str,
    /// Whether it stands in the bar, or among the rest.
    main: bool,
}

impl Shell {
    pub(super) fn new(edition: &Edition<'_>, root: &str) -> Self {
        let link =
            |text: Option<&crate::model::Text>| text.map_or_else(String::new, |text| text.value.to_string());
        let mut url = link(edition.model.network.url.as_ref());
        if !url.is_empty() && !url.ends_with('/') {
            url.push('/');
        }
        let section = |(name, text, main): &(&'static str, &'static str, bool)| Section {
            name,
            href: format!("{root}{name}.html"),
            text,
            main: *main,
        };
        Self {
            view_version: VERSION,
            title: edition.title().to_owned(),
            root: root.to_owned(),
            url,
            repository: link(edition.model.network.repository.as_ref()).trim_end_matches('/').to_owned(),
            date: edition.today.to_string(),
            version: env!("CARGO_PKG_VERSION"),
            nav: SECTIONS.iter().map(section).collect(),
        }
    }
}

const SECTIONS: &[(&str, &str, bool)] = &[
    ("predictions", "Predictions", true),
    ("killers", "Killers", true),
    ("scenarios", "Scenarios", true),
    ("milestones", "Milestones", true),
    ("graph", "Graph", true),
    ("laboratory", "Laboratory", true),
    ("calibration", "Calibration", true),
    ("changes", "Changes", true),
    ("domains", "Domains", false),
    ("tags", "Tags", false),
    ("predictors", "Predictors", false),
    ("classes", "Reference classes", false),
    ("tickers", "Tickers", false),
    ("documents", "Documents", false),
    ("rules", "Rules and assertions", false),
];

/// A link.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Link {
    pub(super) href: String,
    pub(super) text: String,
}

impl Link {
    pub(super) fn new(href: impl Into<String>, text: impl Into<String>) -> Self {
        Self { href: href.into(), text: text.into() }
    }
}

/// How likely something is.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Chance {
    /// As people read it: `34.5%`.
    pub(super) text: String,
    /// Its standard error in points, with its sign: `±0.4`; empty where it is exact.
    pub(super) error: String,
    /// From 0 to 100, for bars and sorting: `34.52`.
    pub(super) share: String,
    /// Whether its error can be trusted.
    pub(super) settled: bool,
}

impl Chance {
    pub(super) fn new(belief: Belief) -> Self {
        Self { settled: belief.has_converged, ..Self::with_error(belief.probability, belief.error) }
    }

    /// Of a number without an error.
    pub(super) fn plain(probability: f64) -> Self {
        Self::with_error(probability, 0.0)
    }

    pub(super) fn with_error(probability: f64, error: f64) -> Self {
        Self {
            text: percent(probability),
            error: error_of(error),
            share: fixed(100.0 * probability, 2),
            settled: true,
        }
    }
}

/// A standard error in points: `±0.4`; empty where there is none.
pub(super) fn error_of(error: f64) -> String {
    if error <= 0.0 || error.is_nan() {
        return String::new();
    }
    let mut out = "±".to_owned();
    add_fixed(&mut out, (100.0 * error).max(0.1), 1);
    out
}

/// A difference of probabilities in points: `+3.2`, `−0.4`, `0.0`; with a real minus sign.
pub(super) fn points(difference: f64) -> String {
    signed(100.0 * difference, 1)
}

/// A number with its sign and so many digits; nothing is minus nothing.
pub(super) fn signed(number: f64, digits: usize) -> String {
    let size = fixed(number.abs(), digits);
    if size.bytes().all(|b| !b.is_ascii_digit() || b == b'0') {
        return size;
    }
    let sign = if number.is_sign_negative() { "\u{2212}" } else { "+" };
    format!("{sign}{size}")
}

/// Which way a number points: `up`, `down` or `flat`, as far as its text shows.
pub(super) fn way(difference: f64) -> &'static str {
    way_of(&points(difference))
}

fn way_of(text: &str) -> &'static str {
    match text.chars().next() {
        Some('+') => "up",
        Some('\u{2212}') => "down",
        _ => "flat",
    }
}

/// A difference, with its sign.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Signed {
    /// As people read it, in points: `+3.2`, `−0.4`, `0.0`.
    pub(super) text: String,
    /// `up`, `down` or `flat`, as far as the text shows.
    pub(super) way: &'static str,
}

impl Signed {
    /// A difference of probabilities, in points.
    pub(super) fn points(difference: f64) -> Self {
        let text = points(difference);
        Self { way: way_of(&text), text }
    }
}

/// A window, as it stands to today.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Stretch {
    /// As it is written: `2027 .. 2032`.
    pub(super) text: String,
    pub(super) first: String,
    pub(super) last: String,
    /// How much of it has passed, from 0 to 100.
    pub(super) passed: String,
    /// `before`, `inside` or `over`.
    pub(super) state: &'static str,
    /// In words: `opens in 40 days`, `closes in 2 years`, `closed 3 weeks ago`.
    pub(super) words: String,
    /// Where to look again: the days at its quarters.
    pub(super) quarters: Vec<String>,
}

impl Stretch {
    pub(super) fn new(window: Window, today: Date, has_quarters: bool) -> Self {
        let (first, last) = (window.first(), window.last());
        let (passed, all) = (first.days_until(today), first.days_until(last).max(1));
        let state = if today < first {
            "before"
        } else if today > last {
            "over"
        } else {
            "inside"
        };
        let words = match state {
            "before" => format!("opens in {}", span_words(today.days_until(first))),
            "over" => format!("closed {} ago", span_words(last.days_until(today))),
            _ if today == last => "closes today".to_owned(),
            _ => format!("closes in {}", span_words(today.days_until(last))),
        };
        let quarters = if has_quarters {
            [1, 2, 3].map(|quarter| window.at(quarter).to_string()).to_vec()
        } else {
            Vec::new()
        };
        Self {
            text: window.to_string(),
            first: first.to_string(),
            last: last.to_string(),
            #[expect(clippy::cast_precision_loss, reason = "days of a few centuries")]
            passed: format!("{:.1}", (100.0 * passed as f64 / all as f64).clamp(0.0, 100.0)),
            state,
            words,
            quarters,
        }
    }
}

/// A number of days in the unit that people would say it in.
pub(super) fn span_words(days: i64) -> String {
    let (count, unit) = match days {
        ..=20 => (days, "day"),
        21..=59 => ((days + 3) / 7, "week"),
        60..=729 => ((days + 15) / 30, "month"),
        _ => ((days + 183) / 365, "year"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// A node, as other pages name it. An edition makes it once for all pages of a folder.
#[derive(Clone, Debug)]
pub(super) struct NodeLink(Arc<(Named, Value)>);

/// What there is to say of it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Named {
    pub(super) id: String,
    pub(super) href: String,
    pub(super) title: String,
    /// `prediction`, `killer`, `scenario` or `milestone`.
    pub(super) kind: &'static str,
    /// `open`, `yes`, `no`, `void`; of a milestone `pending`, `overdue`, `slipped`, `hit`, `missed`.
    pub(super) state: &'static str,
    /// None of a void node.
    pub(super) chance: Option<Chance>,
}

impl NodeLink {
    pub(super) fn new(edition: &Edition<'_>, here: &Place, id: NodeId) -> Self {
        edition.links.get(here, id, || {
            let node = edition.node(id);
            let named = Named {
                id: node.id.to_string(),
                href: here.to(&Place::node(node)),
                title: node.title.value.to_string(),
                kind: node.kind.word(),
                state: state(edition, node),
                chance: edition.forecast.now(id).map(Chance::new),
            };
            let value = Value::from(Serde(&named));
            Self(Arc::new((named, value)))
        })
    }
}

impl Deref for NodeLink {
    type Target = Named;

    fn deref(&self) -> &Named {
        &self.0.0
    }
}

impl Serialize for NodeLink {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (named, value) = &*self.0;
        if serializing_for_value() { value.serialize(serializer) } else { named.serialize(serializer) }
    }
}

/// The nodes as pages name them, as far as any did, by how links lead from a page to the pages of nodes.
#[derive(Debug)]
pub(super) struct NodeLinks([Vec<OnceLock<NodeLink>>; 3]);

impl NodeLinks {
    /// Of so many nodes.
    pub(super) fn new(nodes: usize) -> Self {
        Self([(); 3].map(|()| vec![OnceLock::new(); nodes]))
    }

    fn get(&self, here: &Place, id: NodeId, make: impl Fn() -> NodeLink) -> NodeLink {
        let [beside, below, across] = &self.0;
        let links = match here.path().rsplit_once('/') {
            Some(("node", _)) => beside,
            Some(_) => across,
            None => below,
        };
        links.get(id.index()).map_or_else(&make, |link| link.get_or_init(&make).clone())
    }
}

/// Where a node stands, in one word.
pub(super) fn state(edition: &Edition<'_>, node: &Node) -> &'static str {
    let today = edition.today;
    let state = node.state(today);
    if node.kind != NodeKind::Milestone {
        let is_over = node.window_on(today).is_some_and(|window| window.last() < today);
        return if state.is_open() && is_over { "overdue" } else { state.word() };
    }
    match state {
        State::Settled(..) if state.word() == "yes" => "hit",
        State::Settled(..) if state.word() == "no" => "missed",
        State::Settled(..) => "void",
        State::Open if node.window_on(today).is_some_and(|window| window.last() < today) => "overdue",
        State::Open if node.window_on(today) != node.window.map(|window| window.value) => "slipped",
        State::Open => "pending",
    }
}

/// A chart with what it says in words.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Figure {
    pub(super) svg: Html,
    /// What it shows, for those who do not see it.
    pub(super) caption: String,
}
