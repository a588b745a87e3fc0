//! Tickers: what each symbol is exposed to, weighed by how likely it is.

use serde::Serialize;

use super::row::{Shift, outside, ticker_link};
use crate::model::{NodeId, Ticker};
use crate::site::Plan;
use crate::site::chart::inline;
use crate::site::edition::Edition;
use crate::site::html::Html;
use crate::site::place::Place;
use crate::site::prose::prose;
use crate::site::view::{Head, Link, NodeLink, signed};

#[derive(Serialize)]
struct View {
    /// Those with the greatest net exposure first, whichever way.
    tickers: Vec<Symbol>,
}

#[derive(Serialize)]
struct Symbol {
    link: Link,
    /// Its name, if the network says one.
    name: String,
    /// Weights times probabilities, those of gains less those of losses.
    net: Amount,
    gains: Amount,
    losses: Amount,
    /// How many nodes it gains from, and loses by.
    up: usize,
    down: usize,
    bar: Html,
}

#[derive(Serialize)]
struct TickerPage {
    symbol: String,
    name: String,
    links: Vec<Link>,
    text: Html,
    net: Amount,
    gains: Amount,
    losses: Amount,
    /// Nodes that it gains from, and loses by, the weightiest first.
    up: Vec<Exposed>,
    down: Vec<Exposed>,
}

#[derive(Serialize)]
struct Exposed {
    node: NodeLink,
    /// Of the exposure, as it is written.
    weight: String,
    /// The weight times the probability, with its sign.
    part: Amount,
    bar: Html,
    recent: Option<Shift>,
}

/// A number with its sign.
#[derive(Serialize)]
struct Amount {
    text: String,
    /// `up`, `down` or `flat`.
    way: &'static str,
    /// For sorting.
    value: String,
}

impl Amount {
    fn new(value: f64) -> Self {
        let text = signed(value, 2);
        let way = match text.chars().next() {
            Some('+') => "up",
            Some('\u{2212}') => "down",
            _ => "flat",
        };
        Self { way, value: format!("{value:.4}"), text }
    }
}

/// One line of exposure.
struct Part {
    node: NodeId,
    gains: bool,
    weight: String,
    /// The weight times the probability; what is void counts nothing.
    value: f64,
}

fn parts(edition: &Edition<'_>, symbol: &str) -> Vec<Part> {
    let nodes = edition.index.symbol(symbol).iter();
    let mut parts: Vec<Part> = nodes
        .flat_map(|id| {
            let exposures = edition.node(*id).exposures.iter();
            let own = exposures.filter(|exposure| exposure.symbol.value.as_ref() == symbol);
            own.map(|exposure| {
                let now = edition.forecast.now(*id).map_or(0.0, |now| now.probability);
                Part {
                    node: *id,
                    gains: exposure.gains,
                    weight: exposure.weight.to_string(),
                    value: exposure.weight.as_f64() * now,
                }
            })
        })
        .collect();
    parts.sort_by(|one, other| other.value.total_cmp(&one.value).then(one.node.cmp(&other.node)));
    parts
}

fn sum(parts: &[Part], gains: bool) -> f64 {
    // Not minus nothing, where there are none.
    parts.iter().filter(|part| part.gains == gains).map(|part| part.value).sum::<f64>() + 0.0
}

fn ticker<'b>(edition: &'b Edition<'_>, symbol: &str) -> Option<&'b Ticker> {
    let tickers = &edition.model.tickers;
    let found = tickers.binary_search_by(|one| one.symbol.value.as_ref().cmp(symbol)).ok();
    found.and_then(|place| tickers.get(place)).filter(|one| !one.private)
}

pub(super) fn plan(plan: &mut Plan<'_>) {
    plan.page(Place::top("tickers"), "tickers.html", view);
    for symbol in plan.edition.symbols.words() {
        let place = Place::of("ticker", plan.edition.symbols.get(symbol));
        plan.page(place, "ticker.html", move |edition, here| page(edition, here, symbol));
    }
}

fn view(edition: &Edition<'_>, here: &Place) -> (Head, View) {
    let all: Vec<(&str, Vec<Part>)> =
        edition.symbols.words().map(|symbol| (symbol, parts(edition, symbol))).collect();
    let net = |parts: &[Part]| sum(parts, true) - sum(parts, false);
    let greatest = all.iter().map(|(_, parts)| net(parts).abs()).fold(0.0, f64::max);
    let mut all: Vec<(f64, &str, Vec<Part>)> =
        all.into_iter().map(|(symbol, parts)| (net(&parts), symbol, parts)).collect();
    all.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
    let symbol = |(net, symbol, parts): &(f64, &str, Vec<Part>)| Symbol {
        link: ticker_link(edition, here, symbol),
        name: ticker(edition, symbol).map(|one| one.name.value.to_string()).unwrap_or_default(),
        net: Amount::new(*net),
        gains: Amount::new(sum(parts, true)),
        losses: Amount::new(-sum(parts, false)),
        up: parts.iter().filter(|part| part.gains).count(),
        down: parts.iter().filter(|part| !part.gains).count(),
        bar: inline::diverging(*net, greatest),
    };
    let head = Head::new(
        here,
        "tickers",
        "Tickers",
        "What each symbol gains and loses if the predictions come true.",
    );
    (head, View { tickers: all.iter().map(symbol).collect() })
}

fn page(edition: &Edition<'_>, here: &Place, symbol: &str) -> (Head, TickerPage) {
    let parts = parts(edition, symbol);
    let ticker = ticker(edition, symbol);
    let greatest = parts.iter().map(|part| part.value).fold(0.0, f64::max);
    let exposed = |gains: bool| {
        let own = parts.iter().filter(move |part| part.gains == gains);
        own.map(|part| {
            let value = if gains { part.value } else { -part.value };
            Exposed {
                node: NodeLink::new(edition, here, part.node),
                weight: part.weight.clone(),
                part: Amount::new(value),
                bar: inline::amount(part.value, greatest, if gains { "up" } else { "down" }),
                recent: Shift::recent(edition, part.node),
            }
        })
        .collect()
    };
    let (gains, losses) = (sum(&parts, true), sum(&parts, false));
    let name = ticker.map(|one| one.name.value.to_string()).unwrap_or_default();
    let view = TickerPage {
        symbol: symbol.to_owned(),
        links: ticker.map(|one| one.links.iter().filter_map(outside).collect()).unwrap_or_default(),
        text: ticker
            .and_then(|one| one.text.as_ref())
            .map(|text| prose(edition, here, &text.value))
            .unwrap_or_default(),
        net: Amount::new(gains - losses),
        gains: Amount::new(gains),
        losses: Amount::new(-losses),
        up: exposed(true),
        down: exposed(false),
        name: name.clone(),
    };
    let title = if name.is_empty() { symbol.to_owned() } else { format!("{symbol}: {name}") };
    (Head::new(here, "tickers", title, format!("What {symbol} gains and loses by.")), view)
}
