//! `forecastc ask`

use std::fmt::Write as _;

use clap::Args;
use serde::Serialize;

use super::output::{Format, table};
use super::{Call, Ending, Fault, Network};
use crate::answers::watch::{Watch, watch};
use crate::answers::whatif::Effects;
use crate::model::NodeId;
use crate::value::percent;

/// Ask what to watch: which open nodes would tell most
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The node that it is about; the whole network if not given
    id: Option<String>,
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
    let effects = Effects::new(&network.model, &network.forecast);
    let watched = watch(&network.model, &network.forecast, &effects, target, arguments.top);
    let page = Page { network: &network, target };
    let text = match arguments.format {
        Format::Text => page.text(&watched),
        Format::Json => {
            let answer = Answer {
                schema_version: 1,
                as_of: call.today.to_string(),
                target: target.map(|target| network.model.node(target).id.as_ref()),
                watch: watched.iter().map(|one| page.entry(one)).collect(),
            };
            format!("{}\n", serde_json::to_string_pretty(&answer)?)
        }
    };
    call.output.result(&text);
    Ok(Ending::Fine)
}

struct Page<'a> {
    network: &'a Network,
    target: Option<NodeId>,
}

impl<'a> Page<'a> {
    fn text(&self, watched: &[Watch]) -> String {
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
