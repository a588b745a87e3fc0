//! Pages under ids that nodes had before: each leads on to the page of today.

use serde::Serialize;

use crate::model::{Named, Node};
use crate::site::Plan;
use crate::site::edition::Edition;
use crate::site::place::Place;
use crate::site::view::Head;

#[derive(Serialize)]
struct View {
    /// Where the page is now.
    href: String,
    title: String,
}

pub(super) fn plan(plan: &mut Plan<'_>) {
    for (old, node) in redirects(plan.edition) {
        plan.page(Place::of("node", old), "redirect.html", move |_, here| {
            let title = node.title.value.to_string();
            let head = Head::new(here, "", title.clone(), "This page has moved.");
            (head, View { href: here.to(&Place::node(node)), title })
        });
    }
}

/// The ids that published nodes had before; those of milestones have no page.
pub(in crate::site) fn redirects<'a>(edition: &Edition<'a>) -> Vec<(&'a str, &'a Node)> {
    let model = edition.model;
    let public =
        model.redirects.iter().filter(|redirect| !redirect.private && !redirect.old.value.contains('.'));
    let found = public.filter_map(|redirect| {
        let Some(Named::Node(id)) = model.names.get(&redirect.new.value) else { return None };
        let node = model.node(id);
        (!node.private).then_some((redirect.old.value.as_ref(), node))
    });
    found.collect()
}
