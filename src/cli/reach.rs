//! `forecastc ask --reach`

use serde::Serialize;

use super::number::{shown, words};
use super::output::Format;
use super::question::claim;
use super::{Call, Ending, Fault, Network};
use crate::answers::reach::{Change, Reach, reach};
use crate::answers::sensitivity::Lack;
use crate::model::{Comparison, Measure, NodeId, Term};
use crate::value::percent;

#[derive(Serialize)]
struct Answer<'a> {
    schema_version: u32,
    as_of: String,
    claim: &'a str,
    holds: bool,
    change: Option<ChangeEntry>,
}

#[derive(Serialize)]
struct ChangeEntry {
    number: String,
    from: f64,
    to: f64,
    size: f64,
    p: f64,
    error: f64,
    source: String,
}

pub(super) fn run(asked: &str, format: Format, network: &Network, call: &mut Call) -> Result<Ending, Fault> {
    let (node, above, bound) = bound(network, asked)?;
    let id = &network.model.node(node).id;
    let found = match reach(&network.model, call.today, &call.settings, node, bound, above) {
        Ok(found) => found,
        Err(Lack::NoNumber) => {
            return Err(format!("`{id}` is void: it has left the network, and has no number").into());
        }
    };
    let change = match found {
        Reach::By(change) => Some(change),
        Reach::There | Reach::No => None,
    };
    if format == Format::Json {
        call.output.json(&Answer {
            schema_version: 1,
            as_of: call.today.to_string(),
            claim: asked,
            holds: found == Reach::There,
            change: change.map(|change| ChangeEntry {
                number: words(&network.model, change.number, change.from),
                from: change.from,
                to: change.to,
                size: change.size,
                p: change.probability,
                error: change.error,
                source: network.sources.place(change.span),
            }),
        })?;
        return Ok(Ending::Fine);
    }
    let now = network.forecast.now(node).map_or(0.0, |now| now.probability);
    call.output.result(&match change {
        Some(change) => text(network, node, now, &change),
        None if found == Reach::There => format!("{id} is at {} already\n", percent(now)),
        None => format!("{id} is at {}, and no single stated number gets it there\n", percent(now)),
    });
    Ok(Ending::Fine)
}

fn text(network: &Network, node: NodeId, now: f64, change: &Change) -> String {
    format!(
        "{} is at {}; it gets to {}{} with\n  {}\n  changed to {}, which is the smallest change that does\n  {}\n",
        network.model.node(node).id,
        percent(now),
        percent(change.probability),
        if change.error > 0.0 { format!(" ±{:.1}", (100.0 * change.error).max(0.1)) } else { String::new() },
        words(&network.model, change.number, change.from),
        shown(change.number, outward(change)),
        network.sources.place(change.span),
    )
}

/// The value as far as it is shown, rounded away from what was: what falls short of the bound would not do.
fn outward(change: &Change) -> f64 {
    let digits = if change.number.measure() == Measure::Probability { 1e3 } else { 1e2 };
    let (to, rises) = (change.to * digits, change.to > change.from);
    if rises { to.ceil() / digits } else { to.floor() / digits }
}

/// The node, whether it has to be above the bound, and the bound of a claim such as `P(ID) > 50%`.
fn bound(network: &Network, asked: &str) -> Result<(NodeId, bool, f64), Fault> {
    let wanted =
        || -> Fault { format!("`{asked}` is no bound\n  write `P(ID) > 50%` or `P(ID) < 5%`").into() };
    let claim = claim(&network.model, asked)?;
    let Term::Compare(first, chain) = claim.term.as_ref() else { return Err(wanted()) };
    let [(comparison, second)] = chain.as_slice() else { return Err(wanted()) };
    let (Term::Atom(question), Term::Number(bound)) = (first.term.as_ref(), second.term.as_ref()) else {
        return Err(wanted());
    };
    let (Term::Atom(node), true) = (question.event.term.as_ref(), question.given.is_empty()) else {
        return Err(wanted());
    };
    let above = match comparison {
        Comparison::More | Comparison::MoreEqual => true,
        Comparison::Less | Comparison::LessEqual => false,
        Comparison::Equal | Comparison::Unequal => return Err(wanted()),
    };
    if !(0.0..=1.0).contains(bound) {
        return Err(wanted());
    }
    Ok((*node, above, *bound))
}
