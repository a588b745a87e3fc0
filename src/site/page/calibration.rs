//! Calibration: how good the whole network's numbers were.

use serde::Serialize;

use super::marks::{MarksView, Scores, Settled};
use super::row::{domain_link, tag_link};
use crate::answers::score::{By, Group};
use crate::site::Plan;
use crate::site::edition::Edition;
use crate::site::place::Place;
use crate::site::view::{Head, Link};

/// So many resolutions are listed.
const RECENT: usize = 40;

#[derive(Serialize)]
struct View {
    scores: Scores,
    modes: Vec<GroupView>,
    domains: Vec<GroupView>,
    tags: Vec<GroupView>,
    /// The latest resolutions.
    recent: Vec<Settled>,
    /// How many more there are.
    more: usize,
}

/// Predictions that share something.
#[derive(Serialize)]
struct GroupView {
    /// Empty for those that have no such thing.
    name: String,
    link: Option<Link>,
    marks: MarksView,
}

pub(super) fn plan(plan: &mut Plan<'_>) {
    plan.page(Place::top("calibration"), "calibration.html", view);
}

fn view(edition: &Edition<'_>, here: &Place) -> (Head, View) {
    let groups = |by: By, link: &dyn Fn(&str) -> Option<Link>| {
        let view = |group: &Group| {
            Some(GroupView {
                marks: MarksView::new(&group.marks()?),
                link: group.name.as_deref().and_then(link),
                name: group.name.clone().unwrap_or_default(),
            })
        };
        edition.scores(by).iter().filter_map(view).collect()
    };
    let cases = &edition.scored.cases;
    let view = View {
        scores: Scores::new(&edition.scored),
        modes: groups(By::Mode, &|_| None),
        domains: groups(By::Domain, &|name| Some(domain_link(edition, here, name))),
        tags: groups(By::Tag, &|name| Some(tag_link(edition, here, name))),
        recent: Settled::latest(edition, here, cases, RECENT),
        more: cases.len().saturating_sub(RECENT),
    };
    let description =
        "How often things came true that were given 10%, 50% or 90%, with scores and intervals.";
    (Head::new(here, "calibration", "Calibration", description), view)
}
