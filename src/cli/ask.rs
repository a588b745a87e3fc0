//! `forecastc ask`

use std::fmt::Write as _;

use clap::Args;
use serde::Serialize;

use super::output::{Format, table};
use super::{Call, Ending, Fault, Network};
use crate::answers::elicit::{Unthought, elicit};
use crate::answers::sensitivity::{Stated, sensitivity};
use crate::answers::watch::{Watch, watch};
use crate::answers::whatif::Effects;
use crate::model::NodeId;
use crate::value::percent;

/// Ask what to watch, which numbers to think about, and what it takes to get somewhere
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The node that it is about; the whole network if not given
    id: Option<String>,
    /// Ask instead for the smallest change of one stated number that makes this hold, such as 'P(ID) > 50%'
    #[arg(long, value_name = "CLAIM", conflicts_with = "id")]
    reach: Option<String>,
    /// How many to show of each kind
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: usize,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Serialize)]
struct Answer<'a> {
    schema_version: u32,
    as_of: String,
    target: Option<&'a str>,
    watch: Vec<WatchEntry<'a>>,
    elicit: Vec<EdgeEntry<'a>>,
    /// None if no target is asked about.
    sensitivity: Option<Vec<NumberEntry>>,
}

#[derive(Serialize)]
struct EdgeEntry<'a> {
    from: &'a str,
    to: &'a str,
    alike: usize,
    weight: f64,
    source: String,
}

#[derive(Serialize)]
struct NumberEntry {
    number: String,
    value: f64,
    derivative: f64,
    error: f64,
    source: String,
}

#[derive(Serialize)]
struct WatchEntry<'a> {
    id: &'a str,
    p: f64,
    bits: f64,
    target_if_yes: Option<f64>,
    target_if_yes_error: Option<f64>,
    target_if_no: Option<f64>,
    target_if_no_error: Option<f64>,
}

pub(super) fn run(arguments: &Arguments, call: &mut Call) -> Result<Ending, Fault> {
    let Some(network) = call.network()? else { return Ok(Ending::NetworkAtFault) };
    if let Some(claim) = &arguments.reach {
        return super::reach::run(claim, arguments.format, &network, call);
    }
    let target = arguments.id.as_ref().map(|id| network.find(id, "ask")).transpose()?;
    if let Some(target) = target {
        let id = &network.model.node(target).id;
        match network.forecast.now(target) {
            None => return Err(format!("`{id}` is void: it has left the network, and has no number").into()),
            Some(now) if now.probability <= 0.0 || now.probability >= 1.0 => {
                return Err(format!("`{id}` is settled: nothing can tell more about it").into());
            }
            Some(_) => {}
        }
    }
    let (model, forecast) = (&network.model, &network.forecast);
    let effects = Effects::new(model, forecast);
    let told = target.and_then(|target| sensitivity(model, forecast, target).ok());
    let answers = Answers {
        watched: watch(model, forecast, &effects, target, arguments.top),
        unthought: elicit(model, forecast, told.as_ref(), arguments.top),
        numbers: told.map(|told| told.numbers),
    };
    let page = Page { network: &network, target, top: arguments.top };
    match arguments.format {
        Format::Text => call.output.result(&page.text(&answers)),
        Format::Json => {
            let answer = Answer {
                schema_version: 1,
                as_of: call.today.to_string(),
                target: target.map(|target| model.node(target).id.as_ref()),
                watch: answers.watched.iter().map(|one| page.entry(one)).collect(),
                elicit: answers.unthought.iter().filter_map(|one| page.edge_entry(one)).collect(),
                sensitivity: answers.numbers.map(|numbers| {
                    numbers.iter().take(arguments.top).map(|one| page.number_entry(one)).collect()
                }),
            };
            call.output.json(&answer)?;
        }
    }
    Ok(Ending::Fine)
}

struct Answers {
    watched: Vec<Watch>,
    unthought: Vec<Unthought>,
    numbers: Option<Vec<Stated>>,
}

struct Page<'a> {
    network: &'a Network,
    target: Option<NodeId>,
    top: usize,
}

impl<'a> Page<'a> {
    fn text(&self, answers: &Answers) -> String {
        let mut out = self.watched(&answers.watched);
        if !answers.unthought.is_empty() {
            out.push_str("\nedges that were filled in alike, those first on which most depends\n\n");
            let mut rows = vec![["WEIGHT", "ALIKE", "WRITTEN IN", "EDGE"].map(ToOwned::to_owned).to_vec()];
            for one in &answers.unthought {
                let Some(edge) = self.network.model.edges.get(one.edge) else { continue };
                rows.push(vec![
                    format!("{:.3}", one.weight),
                    one.alike.to_string(),
                    self.network.short_place(edge.span),
                    super::number::edge(&self.network.model, one.edge),
                ]);
            }
            out.push_str(&table(&rows, 80));
        }
        if let Some(numbers) = answers.numbers.as_ref().filter(|numbers| !numbers.is_empty()) {
            out.push_str("\nstated numbers by how far it moves with them, in points a point\n\n");
            let mut rows = vec![["MOVES", "WRITTEN IN", "NUMBER"].map(ToOwned::to_owned).to_vec()];
            rows.extend(numbers.iter().take(self.top).map(|stated| {
                vec![
                    moves(stated),
                    self.network.short_place(stated.span),
                    super::number::words(&self.network.model, stated.number, stated.value),
                ]
            }));
            out.push_str(&table(&rows, 80));
        }
        out
    }

    fn watched(&self, watched: &[Watch]) -> String {
        let mut out = String::new();
        let of = match self.target {
            Some(target) => {
                let now = self.network.forecast.now(target).map(|now| percent(now.probability));
                format!("{}, now {}", self.network.model.node(target).id, now.unwrap_or_default())
            }
            None => "the whole network".to_owned(),
        };
        let _ = writeln!(out, "what would tell most about {of}\n");
        if watched.is_empty() {
            return out + "nothing that is open tells anything\n";
        }
        let shown = |given: Option<(f64, f64)>| match given {
            None => "-".to_owned(),
            Some((p, 0.0)) => percent(p),
            Some((p, error)) => format!("{} ±{:.1}", percent(p), (100.0 * error).max(0.1)),
        };
        let mut rows = Vec::new();
        if self.target.is_some() {
            rows.push(["NODE", "BITS", "NOW", "IF YES", "IF NO", "TITLE"].map(ToOwned::to_owned).to_vec());
        } else {
            rows.push(["NODE", "BITS", "NOW", "TITLE"].map(ToOwned::to_owned).to_vec());
        }
        for one in watched {
            let node = self.network.model.node(one.node);
            let bits = if one.information < 0.0005 {
                "<0.001".to_owned()
            } else {
                format!("{:.3}", one.information)
            };
            let mut row = vec![node.id.to_string(), bits, percent(one.probability)];
            if self.target.is_some() {
                row.push(shown(one.target.map(|[yes, _]| yes)));
                row.push(shown(one.target.map(|[_, no]| no)));
            }
            row.push(node.title.value.to_string());
            rows.push(row);
        }
        out + &table(&rows, 80)
    }

    fn edge_entry(&self, one: &Unthought) -> Option<EdgeEntry<'a>> {
        let model = &self.network.model;
        let edge = model.edges.get(one.edge)?;
        Some(EdgeEntry {
            from: &model.node(edge.source).id,
            to: &model.node(edge.target).id,
            alike: one.alike,
            weight: one.weight,
            source: self.network.sources.place(edge.span),
        })
    }

    fn number_entry(&self, stated: &Stated) -> NumberEntry {
        NumberEntry {
            number: super::number::words(&self.network.model, stated.number, stated.value),
            value: stated.value,
            derivative: stated.derivative,
            error: stated.error,
            source: self.network.sources.place(stated.span),
        }
    }

    fn entry(&self, one: &Watch) -> WatchEntry<'a> {
        let [yes, no] = one.target.map_or([None, None], |[yes, no]| [Some(yes), Some(no)]);
        WatchEntry {
            id: &self.network.model.node(one.node).id,
            p: one.probability,
            bits: one.information,
            target_if_yes: yes.map(|(p, _)| p),
            target_if_yes_error: yes.map(|(_, error)| error),
            target_if_no: no.map(|(p, _)| p),
            target_if_no_error: no.map(|(_, error)| error),
        }
    }
}

/// A derivative, with its error where it is sampled.
fn moves(stated: &Stated) -> String {
    match stated.error {
        0.0 => format!("{:+.2}", stated.derivative),
        error => format!("{:+.3} ±{:.3}", stated.derivative, error.max(0.001)),
    }
}
