//! The page that a host shows where there is none.

use serde::Serialize;

use crate::site::Plan;
use crate::site::edition::Edition;
use crate::site::place::Place;
use crate::site::view::Head;

/// Where it is, and how hosts find it.
pub(in crate::site) const PATH: &str = "404.html";

#[derive(Serialize)]
struct View {}

pub(super) fn plan(plan: &mut Plan<'_>) {
    plan.page(Place::top("404"), "404.html", |_, here| {
        (Head::new(here, "", "No such page", "There is no page at this address."), View {})
    });
}

/// What its links begin with. It is shown at any depth below the site, so they begin at the root of the host, as far
/// as that is known; else they are right for addresses in the site's folder.
pub(in crate::site) fn root(edition: &Edition<'_>) -> String {
    let Some(url) = &edition.model.network.url else { return String::new() };
    let after_scheme = url.value.split_once("://").map_or("", |(_, rest)| rest);
    let path = after_scheme.split_once('/').map_or("", |(_, path)| path);
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_matches('/');
    if path.is_empty() { "/".to_owned() } else { format!("/{path}/") }
}
