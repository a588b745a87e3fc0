//! `forecastc whatif`

use std::fmt::Write as _;

use clap::Args;
use serde::Serialize;

use super::output::{Format, table};
use super::{Call, Ending, Fault, Network};
use crate::answers::whatif::{Move, whatif};
use crate::diagnostic::counted;
use crate::forecast::{Objection, Reason, Way};
use crate::model::{Event, NodeId};
use crate::value::percent;

/// Suppose that nodes come true or do not, and see what moves
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// What is supposed, as ID=yes or ID=no
    #[arg(required = true, value_name = "ID=STATE")]
    states: Vec<String>,
    /// Set the states from outside instead of seeing them: causes do not move
    #[arg(long = "do")]
    force: bool,
    /// How many nodes to show
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Serialize)]
struct Answer<'a> {
    schema_version: u32,
    as_of: String,
    supposed: Vec<Supposed<'a>>,
    forced: bool,
    possible: bool,
    moves: Vec<Entry<'a>>,
    conflict: Option<Conflict<'a>>,
}

#[derive(Serialize)]
struct Supposed<'a> {
    id: &'a str,
    state: bool,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    from: f64,
    to: f64,
    by: f64,
    error: f64,
}

#[derive(Serialize)]
struct Conflict<'a> {
    supposed: Vec<Supposed<'a>>,
    lines: Vec<String>,
}

pub(super) fn run(arguments: &Arguments, call: &mut Call) -> Result<Ending, Fault> {
    let Some(network) = call.network()? else { return Ok(Ending::NetworkAtFault) };
    let states: Result<Vec<(NodeId, bool)>, Fault> =
        arguments.states.iter().map(|words| network.state(words, "whatif")).collect();
    let states = states?;
    let way = if arguments.force { Way::Forced } else { Way::Observed };
    let found = match whatif(&network.model, &network.forecast, &states, way) {
        Err(Objection::NoNumber(node)) => {
            let id = &network.model.node(node).id;
            return Err(format!(
                "`{id}` is void: it has left the network, and nothing can be supposed of it"
            )
            .into());
        }
        found => found,
    };
    let ending = if found.is_ok() { Ending::Fine } else { Ending::NetworkAtFault };
    let text = match arguments.format {
        Format::Text => text(&network, &states, &found, arguments),
        Format::Json => {
            let answer = answer(&network, &states, &found, arguments.force, call.today.to_string());
            format!("{}\n", serde_json::to_string_pretty(&answer)?)
        }
    };
    call.output.result(&text);
    Ok(ending)
}

fn text(
    network: &Network,
    states: &[(NodeId, bool)],
    found: &Result<Vec<Move>, Objection>,
    arguments: &Arguments,
) -> String {
    let id = |node: NodeId| network.model.node(node).id.as_ref();
    let word = |state: bool| if state { "yes" } else { "no" };
    let all: Vec<String> =
        states.iter().map(|(node, state)| format!("{} were {}", id(*node), word(*state))).collect();
    let mut out =
        format!("if {}{}:\n", all.join(" and "), if arguments.force { ", set from outside" } else { "" });
    let moves = match found {
        Ok(moves) => moves,
        Err(objection) => {
            let (states, lines) = conflict(network, objection);
            let mut all: Vec<String> =
                states.iter().map(|(node, state)| format!("{} {}", id(*node), word(*state))).collect();
            all.extend(lines);
            out = format!(
                "this cannot be: {}\n",
                if all.len() > 1 { "these exclude each other" } else { "nothing allows it" }
            );
            for one in all {
                let _ = writeln!(out, "  {one}");
            }
            return out;
        }
    };
    if moves.is_empty() {
        return out + "nothing else moves\n";
    }
    let mut rows = vec![["NODE", "NOW", "THEN", "POINTS", "TITLE"].map(ToOwned::to_owned).to_vec()];
    for moved in moves.iter().take(arguments.top) {
        let error = if moved.error > 0.0 {
            format!(" ±{:.1}", (100.0 * moved.error).max(0.1))
        } else {
            String::new()
        };
        rows.push(vec![
            id(moved.node).to_owned(),
            percent(moved.from),
            percent(moved.to) + &error,
            points(moved.by()),
            network.model.node(moved.node).title.value.to_string(),
        ]);
    }
    out.push_str(&table(&rows, 80));
    let rest = moves.len().saturating_sub(arguments.top);
    if rest > 0 {
        let _ = writeln!(out, "and {} more, moving less", counted(rest, "node"));
    }
    out
}

/// Points with their sign; what is less than a tenth is not shown as nothing.
pub(super) fn points(by: f64) -> String {
    let points = 100.0 * by;
    match points {
        _ if points == 0.0 => "0.0".to_owned(),
        _ if points.abs() < 0.05 => if points > 0.0 { "+<0.1" } else { "-<0.1" }.to_owned(),
        _ => format!("{points:+.1}"),
    }
}

/// The states and the lines that exclude each other.
fn conflict(network: &Network, objection: &Objection) -> (Vec<(NodeId, bool)>, Vec<String>) {
    let Objection::Impossible { states, reasons } = objection else { return (Vec::new(), Vec::new()) };
    let line = |reason: &Reason| match reason {
        Reason::Line { node, fact } => {
            let node = network.model.node(*node);
            let fact = node.journal.get(*fact);
            let place = fact.map_or_else(String::new, |fact| network.sources.place(fact.span));
            let said = fact.map_or_else(String::new, |fact| {
                let said = format!("{} {}", fact.date.value, fact.event.word());
                if let Event::Resolved(outcome) = fact.event {
                    format!("{said} {}", outcome.word())
                } else {
                    said
                }
            });
            format!("{} {said} ({place})", node.id)
        }
        Reason::Silence { node } => format!("{} no, since its window is over", network.model.node(*node).id),
    };
    (states.clone(), reasons.iter().map(line).collect())
}

fn answer<'a>(
    network: &'a Network,
    states: &[(NodeId, bool)],
    found: &Result<Vec<Move>, Objection>,
    forced: bool,
    as_of: String,
) -> Answer<'a> {
    let id = |node: NodeId| network.model.node(node).id.as_ref();
    let supposed = |states: &[(NodeId, bool)]| -> Vec<Supposed<'a>> {
        states.iter().map(|(node, state)| Supposed { id: id(*node), state: *state }).collect()
    };
    let entry = |moved: &Move| Entry {
        id: id(moved.node),
        from: moved.from,
        to: moved.to,
        by: moved.by(),
        error: moved.error,
    };
    let conflict = found.as_ref().err().map(|objection| {
        let (states, lines) = conflict(network, objection);
        Conflict { supposed: supposed(&states), lines }
    });
    Answer {
        schema_version: 1,
        as_of,
        supposed: supposed(states),
        forced,
        possible: found.is_ok(),
        moves: found.as_ref().map_or_else(|_| Vec::new(), |moves| moves.iter().map(entry).collect()),
        conflict,
    }
}
