//! Reference classes: how often such things happened, and what that makes of the nodes tied to them.

use serde::Serialize;

use super::row::outside;
use crate::model::{Class, ClassId, NodeId, Rate, Reference};
use crate::site::Plan;
use crate::site::edition::Edition;
use crate::site::html::Html;
use crate::site::place::Place;
use crate::site::prose::prose;
use crate::site::view::{Chance, Head, Link, NodeLink};
use crate::value::percent;

#[derive(Serialize)]
struct View {
    classes: Vec<Summary>,
}

#[derive(Serialize)]
struct Summary {
    link: Link,
    id: String,
    rate: RateView,
    /// How many nodes are tied to it.
    members: usize,
}

#[derive(Clone, Serialize)]
struct RateView {
    chance: Chance,
    /// `7 of 40`; empty if the rate was given.
    seen: String,
    /// `(7 + ½) / (40 + 1)`; empty if the rate was given.
    sum: String,
}

#[derive(Serialize)]
struct ClassPage {
    id: String,
    title: String,
    rate: RateView,
    text: Html,
    sources: Vec<Source>,
    members: Vec<Member>,
}

/// Where the rate comes from.
#[derive(Serialize)]
struct Source {
    words: String,
    link: Option<Link>,
}

#[derive(Serialize)]
struct Member {
    node: NodeLink,
    /// The inside view: what was stated of it, or implied by its edges; none if that cannot be told.
    inside: Option<Chance>,
    /// Whether that was stated.
    is_stated: bool,
    /// The weight of the outside view.
    weight: String,
    /// The outside view: the rate of the class.
    outside: Chance,
    /// What the two make together, before all facts.
    result: Option<Chance>,
}

pub(super) fn plan(plan: &mut Plan<'_>) {
    plan.page(Place::top("classes"), "classes.html", view);
    for (id, class) in plan.edition.classes() {
        plan.page(Place::of("class", &class.id.value), "class.html", move |edition, here| {
            page(edition, here, id, class)
        });
    }
}

fn view(edition: &Edition<'_>, here: &Place) -> (Head, View) {
    let classes = edition.classes().map(|(id, class)| Summary {
        link: Link::new(here.to(&Place::of("class", &class.id.value)), class.title.value.to_string()),
        id: class.id.value.to_string(),
        rate: RateView::new(class.rate),
        members: edition.index.class(id).len(),
    });
    let head =
        Head::new(here, "classes", "Reference classes", "How often this kind of thing happened before.");
    (head, View { classes: classes.collect() })
}

impl RateView {
    fn new(rate: Rate) -> Self {
        let (seen, sum) = match rate {
            Rate::Seen { times, of } => (format!("{times} of {of}"), format!("({times} + ½) / ({of} + 1)")),
            Rate::Given(_) => (String::new(), String::new()),
        };
        Self { chance: Chance::plain(rate.as_f64()), seen, sum }
    }
}

fn page(edition: &Edition<'_>, here: &Place, id: ClassId, class: &Class) -> (Head, ClassPage) {
    let members = edition.index.class(id).iter();
    let source = |source: &Reference| Source {
        words: source.text.as_ref().map(|text| text.value.to_string()).unwrap_or_default(),
        link: source.link.as_ref().and_then(outside),
    };
    let title = class.title.value.to_string();
    let view = ClassPage {
        id: class.id.value.to_string(),
        title: title.clone(),
        rate: RateView::new(class.rate),
        text: class.text.as_ref().map(|text| prose(edition, here, &text.value)).unwrap_or_default(),
        sources: class.sources.iter().map(source).collect(),
        members: members.filter_map(|node| member(edition, here, class, *node)).collect(),
    };
    let description = format!("It happens in {} of such cases.", percent(class.rate.as_f64()));
    (Head::new(here, "classes", title, description), view)
}

fn member(edition: &Edition<'_>, here: &Place, class: &Class, id: NodeId) -> Option<Member> {
    let node = edition.node(id);
    let weight = node.outside?.weight.as_f64();
    let result = edition.forecast.before(id).map(|belief| belief.probability);
    let rate = class.rate.as_f64();
    let stated = node.prior.map(|prior| prior.value.as_f64());
    // In a choice all scenarios are scaled, so nothing leads back.
    let implied = result
        .filter(|result| weight < 1.0 && node.choice.is_none() && (0.001..0.999).contains(result))
        .map(|result| sigmoid((logit(result) - weight * logit(rate)) / (1.0 - weight)));
    Some(Member {
        node: NodeLink::new(edition, here, id),
        inside: stated.or(implied).map(Chance::plain),
        is_stated: stated.is_some(),
        weight: format!("{weight:.2}"),
        outside: Chance::plain(rate),
        result: result.map(Chance::plain),
    })
}

fn logit(probability: f64) -> f64 {
    libm::log(probability / (1.0 - probability))
}

fn sigmoid(log_odds: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-log_odds))
}
