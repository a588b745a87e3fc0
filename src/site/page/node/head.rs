//! The head: what it is, how likely it is, what was stated, how it moved, when it is decided, who says it.

use serde::Serialize;

use super::Scene;
use crate::model::{Event, Mode, State};
use crate::site::place::Place;
use crate::site::view::{Chance, Link, Signed, Stretch};
use crate::value::Date;

#[derive(Serialize)]
pub(super) struct View {
    /// What was stated last; none where nothing was.
    stated: Option<Stated>,
    /// For the one scenario of a choice that takes what the others leave.
    rest: bool,
    /// Since the last statement, or since before all facts where there was none.
    since: Option<Moved>,
    /// Over thirty days.
    month: Option<Moved>,
    settled: Option<Settled>,
    window: Option<Stretch>,
    domain: Vec<Link>,
    tags: Vec<Link>,
    by: Vec<Link>,
    said: Option<Said>,
    /// `forecast`, `prediction` or `speculation`; empty where that is not said.
    mode: &'static str,
    /// The choice of a scenario, with its question.
    choice: Option<Link>,
    badges: Vec<String>,
    source: Link,
}

#[derive(Serialize)]
struct Stated {
    chance: Chance,
    /// Empty of the level before all facts.
    date: String,
}

#[derive(Serialize)]
struct Moved {
    by: Signed,
    from: Chance,
    since: String,
}

#[derive(Serialize)]
struct Settled {
    /// `yes`, `no` or `void`.
    outcome: &'static str,
    date: String,
}

#[derive(Serialize)]
struct Said {
    date: String,
    text: String,
    /// Empty where there is none.
    href: String,
}

pub(super) fn view(scene: &Scene<'_>) -> View {
    let (edition, node, today) = (scene.edition, scene.node, scene.edition.today);
    let text =
        |text: Option<&crate::model::Text>| text.map_or_else(String::new, |text| text.value.to_string());
    let statement = node.facts(today).filter(|fact| fact.event.stated().is_some()).last();
    let stated = match statement.map(|fact| (fact.date.value, fact.event)) {
        Some((date, Event::Probability(stated))) => Some((Some(date), stated.value)),
        _ => node.prior.map(|prior| (None, prior.value)),
    };
    let by = node.by.iter().filter_map(|by| edition.predictor(*by));
    View {
        stated: stated.map(|(date, stated)| Stated {
            chance: Chance::plain(stated.as_f64()),
            date: date.map_or_else(String::new, |date| date.to_string()),
        }),
        rest: node.rest,
        since: match statement {
            Some(fact) => moved(scene, Some(fact.date.value)),
            None if node.facts(today).next().is_some() || edition.edges_into(scene.id).next().is_some() => {
                moved(scene, None)
            }
            None => None,
        },
        month: moved(scene, Some(today.minus_days(30))),
        settled: match node.state(today) {
            State::Open => None,
            State::Settled(outcome, date) => {
                Some(Settled { outcome: outcome.word(), date: date.to_string() })
            }
        },
        window: node.window_on(today).map(|window| Stretch::new(window, today, node.check_ins)),
        domain: edition.domain_links(scene.here, node),
        tags: edition.tag_links(scene.here, &node.tags),
        by: by
            .map(|one| {
                Link::new(scene.here.to(&Place::of("predictor", &one.id.value)), one.name.value.as_ref())
            })
            .collect(),
        said: node.said.as_ref().map(|said| Said {
            date: said.date.to_string(),
            text: text(said.text.as_ref()),
            href: edition.outside(said.link.as_ref()),
        }),
        mode: match node.mode {
            Some(Mode::Forecast) => "forecast",
            Some(Mode::Prediction) => "prediction",
            Some(Mode::Speculation) => "speculation",
            None => "",
        },
        choice: node.choice.and_then(|choice| edition.choice_link(scene.here, choice)),
        badges: edition.badges(scene.id).map(|badge| badge.message.clone()).collect(),
        source: edition.source_link(node.span),
    }
}

/// How far it is from where it was at the end of a day, or before all facts.
fn moved(scene: &Scene<'_>, since: Option<Date>) -> Option<Moved> {
    let forecast = scene.edition.forecast;
    let then = match since {
        Some(date) => forecast.at_end_of(scene.id, date),
        None => forecast.before(scene.id),
    }?;
    let now = forecast.now(scene.id)?;
    Some(Moved {
        by: Signed::points(now.probability - then.probability),
        from: Chance::new(then),
        since: since.map_or_else(String::new, |date| date.to_string()),
    })
}
