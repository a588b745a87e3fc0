//! `forecastc coherence`

use std::fmt::Write as _;

use clap::Args;
use serde::Serialize;

use super::output::{Format, entry, table};
use super::{Call, Ending, Fault, Network};
use crate::answers::coherence::{self, Culprit, Line, Repair, Spread};
use crate::diagnostic::counted;
use crate::model::{Edge, Effect};
use crate::value::{Probability, percent};

/// Read every edge back: what it says, what it implies, and what comes of it
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Only the edges that end in this node
    id: Option<String>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

pub(super) fn run(arguments: &Arguments, call: &mut Call) -> Result<Ending, Fault> {
    let Some(network) = call.network()? else { return Ok(Ending::NetworkAtFault) };
    let Network { model, forecast, .. } = &network;
    let spreads = match &arguments.id {
        Some(id) => Vec::from_iter(coherence::spread(model, forecast, network.find(id, "coherence")?)),
        None => coherence::spreads(model, forecast),
    };
    let page = Page { network: &network, spreads: &spreads };
    if arguments.format == Format::Json {
        call.output.json(&page.json())?;
        return Ok(Ending::Fine);
    }
    if let (true, Some(id)) = (spreads.is_empty(), &arguments.id) {
        call.output.message(&format!("no edge with two numbers ends in `{id}`\n"));
        return Ok(Ending::Fine);
    }
    call.output.result(&page.text());
    let edges = spreads.iter().map(|spread| spread.lines.len()).sum();
    let off = spreads.iter().filter(|spread| spread.culprit.is_some()).count();
    call.output.message(&format!(
        "{} with two numbers, {} where they are more than {} apart\n",
        counted(edges, "edge"),
        counted(off, "node"),
        model.network.incoherent_past,
    ));
    Ok(Ending::Fine)
}

struct Page<'a> {
    network: &'a Network,
    spreads: &'a [Spread],
}

impl Page<'_> {
    fn edge(&self, line: &Line) -> Option<&Edge> {
        self.network.model.edges.get(line.edge)
    }

    fn name(&self, edge: &Edge) -> String {
        format!("{} {}", edge.relation.value.words(), self.network.model.node(edge.source).id)
    }

    fn text(&self) -> String {
        let mut rows = Vec::new();
        if !self.spreads.is_empty() {
            let head = ["STATED", "IMPLIED", "DELTA", "REALISED", "OFF", "EDGE"];
            rows.push(head.map(ToOwned::to_owned).to_vec());
        }
        rows.extend(self.spreads.iter().flat_map(|spread| &spread.lines).map(|line| self.row(line)));
        let table = table(&rows, 80);
        let mut lines = table.lines();
        let mut out: String = lines.next().map(|head| format!("{head}\n")).unwrap_or_default();
        for spread in self.spreads {
            let [least, most] = spread.implied.map(percent);
            let node = &self.network.model.node(spread.node).id;
            let implied = if least == most { least } else { format!("{least} to {most}") };
            let _ = writeln!(out, "\n{node} is at {}, implied {implied}", percent(spread.level));
            for line in lines.by_ref().take(spread.lines.len()) {
                let _ = writeln!(out, "{line}");
            }
            if let Some(culprit) = spread.culprit {
                let (what, place) = self.culprit(spread, culprit);
                out.push_str(&entry(&format!("culprit: {what}, {place}")));
                let repair = spread.repair.map(|repair| self.repaired(spread, culprit, repair));
                let none = "none of one number alone".to_owned();
                out.push_str(&entry(&format!("smallest repair: {}", repair.unwrap_or(none))));
            }
        }
        out
    }

    fn row(&self, line: &Line) -> Vec<String> {
        let [with, without] = line.realised.map(|one| one.map_or_else(|| "-".to_owned(), percent));
        let edge = self.edge(line);
        let stated = edge.map(|edge| match edge.effect {
            Effect::Numbers { yes, no } => format!("{} else {}", yes.value, no.value),
            Effect::Strength { .. } => String::new(),
        });
        vec![
            stated.unwrap_or_default(),
            percent(line.implied),
            format!("{:+.1}", line.delta * 100.0),
            format!("{with} else {without}"),
            format!("{:.1}", line.distance * 100.0),
            edge.map(|edge| self.name(edge)).unwrap_or_default(),
        ]
    }

    /// What it is in words, and its place.
    fn culprit(&self, spread: &Spread, culprit: Culprit) -> (String, String) {
        let Network { sources, model, .. } = self.network;
        match culprit {
            Culprit::Level => {
                let prior = model.node(spread.node).prior;
                let place = prior.map(|prior| sources.place(prior.span));
                ("the level of the node, which its edges contradict".to_owned(), place.unwrap_or_default())
            }
            Culprit::Edge(edge) => match model.edges.get(edge) {
                Some(edge) => (self.name(edge), sources.place(edge.relation.span)),
                None => (String::new(), String::new()),
            },
        }
    }

    /// The words with the change.
    fn repaired(&self, spread: &Spread, culprit: Culprit, repair: Repair) -> String {
        let Network { sources, model, .. } = self.network;
        match culprit {
            Culprit::Level => {
                let node = model.node(spread.node);
                let word = if node.parent.is_some() { "confidence" } else { "probability" };
                format!("{word} {}", repair.to)
            }
            Culprit::Edge(edge) => {
                model.edges.get(edge).map(|edge| repair.written(edge, sources)).unwrap_or_default()
            }
        }
    }

    fn json(&self) -> impl Serialize {
        #[derive(Serialize)]
        struct Coherence<'a> {
            schema_version: u32,
            as_of: String,
            incoherent_past: f64,
            nodes: Vec<NodeJson<'a>>,
        }
        #[derive(Serialize)]
        struct NodeJson<'a> {
            id: &'a str,
            level: f64,
            implied_least: f64,
            implied_most: f64,
            spread: f64,
            culprit: Option<CulpritJson>,
            edges: Vec<EdgeJson<'a>>,
        }
        #[derive(Serialize)]
        struct CulpritJson {
            what: &'static str,
            place: String,
            repair: Option<RepairJson>,
        }
        #[derive(Serialize)]
        struct RepairJson {
            path: String,
            line: usize,
            column: usize,
            from: String,
            to: String,
            text: String,
        }
        #[derive(Serialize)]
        struct EdgeJson<'a> {
            id: &'a str,
            kind: &'static str,
            source: String,
            if_true: f64,
            if_false: f64,
            implied: f64,
            delta_implied: f64,
            realised_if_true: Option<f64>,
            realised_if_false: Option<f64>,
            distance: f64,
            incoherent: bool,
            culprit: bool,
        }
        let Network { sources, model, forecast, .. } = self.network;
        let repair = |spread: &Spread, culprit: Culprit, repair: Repair| {
            let source = sources.get(repair.span.source)?;
            let position = source.position(repair.span.start);
            Some(RepairJson {
                path: source.path().to_owned(),
                line: position.line,
                column: position.column,
                from: repair.from.to_string(),
                to: repair.to.to_string(),
                text: self.repaired(spread, culprit, repair),
            })
        };
        let edge = |spread: &Spread, line: &Line| {
            let edge = self.edge(line)?;
            Some(EdgeJson {
                id: &model.node(edge.source).id,
                kind: edge.relation.value.words(),
                source: sources.place(edge.relation.span),
                if_true: line.stated[0],
                if_false: line.stated[1],
                implied: line.implied,
                delta_implied: line.delta,
                realised_if_true: line.realised[0],
                realised_if_false: line.realised[1],
                distance: line.distance,
                incoherent: line.is_incoherent,
                culprit: spread.culprit == Some(Culprit::Edge(line.edge)),
            })
        };
        let node = |spread: &Spread| NodeJson {
            id: &model.node(spread.node).id,
            level: spread.level,
            implied_least: spread.implied[0],
            implied_most: spread.implied[1],
            spread: spread.width(),
            culprit: spread.culprit.map(|culprit| CulpritJson {
                what: if culprit == Culprit::Level { "level" } else { "edge" },
                place: self.culprit(spread, culprit).1,
                repair: spread.repair.and_then(|one| repair(spread, culprit, one)),
            }),
            edges: spread.lines.iter().filter_map(|line| edge(spread, line)).collect(),
        };
        Coherence {
            schema_version: 1,
            as_of: forecast.today().to_string(),
            incoherent_past: Probability::as_f64(model.network.incoherent_past),
            nodes: self.spreads.iter().map(node).collect(),
        }
    }
}
