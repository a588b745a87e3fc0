//! `forecastc list`

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::output::{Format, table};
use super::{Call, Ending, Fault, Network};
use crate::answers::rules::rules;
use crate::forecast::{Belief, Forecast};
use crate::model::{Action, Model, Node, NodeId, NodeKind};
use crate::value::{Date, Probability, percent};

/// List the nodes of the network
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Only those of this kind; milestones are shown only if asked for
    #[arg(long, value_name = "KIND")]
    kind: Option<KindChoice>,
    /// Only those of this domain, or of one below it
    #[arg(long, value_name = "DOMAIN")]
    domain: Option<String>,
    /// Only those with this tag
    #[arg(long, value_name = "TAG")]
    tag: Option<String>,
    /// Only those that are not settled
    #[arg(long)]
    open: bool,
    /// How to write the list
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum KindChoice {
    Prediction,
    Killer,
    Scenario,
    Milestone,
}

impl KindChoice {
    fn kind(self) -> NodeKind {
        match self {
            Self::Prediction => NodeKind::Prediction,
            Self::Killer => NodeKind::Killer,
            Self::Scenario => NodeKind::Scenario,
            Self::Milestone => NodeKind::Milestone,
        }
    }
}

/// A node in a list, as JSON shows it.
#[derive(Serialize)]
pub(super) struct Entry<'a> {
    id: &'a str,
    kind: &'static str,
    title: &'a str,
    /// None of a void node, which has left the network.
    p: Option<f64>,
    error: Option<f64>,
    method: Option<&'static str>,
    converged: Option<bool>,
    stated: Option<f64>,
    prior: Option<f64>,
    status: &'static str,
    window: Option<WindowEntry>,
    domain: Option<&'a str>,
    tags: Vec<&'a str>,
    badges: &'a [Badge],
    private: bool,
}

/// A badge that a rule gives, as JSON shows it.
#[derive(Serialize)]
pub(super) struct Badge {
    rule: String,
    text: String,
}

/// The badges of all nodes.
pub(super) struct Badges(BTreeMap<NodeId, Vec<Badge>>);

impl Badges {
    pub(super) fn of(model: &Model, forecast: &Forecast) -> Self {
        let mut badges: BTreeMap<NodeId, Vec<Badge>> = BTreeMap::new();
        for spoken in rules(model, forecast).into_iter().filter(|one| one.action == Action::Badge) {
            let rule = model.rule(spoken.rule).id.value.to_string();
            badges.entry(spoken.node).or_default().push(Badge { rule, text: spoken.message });
        }
        Self(badges)
    }

    fn of_node(&self, id: NodeId) -> &[Badge] {
        self.0.get(&id).map_or(&[], Vec::as_slice)
    }

    /// As people read them.
    pub(super) fn shown(&self, id: NodeId) -> Vec<&str> {
        self.of_node(id).iter().map(|badge| badge.text.as_str()).collect()
    }
}

#[derive(Serialize)]
struct WindowEntry {
    first: String,
    last: String,
}

impl<'a> Entry<'a> {
    pub(super) fn new(id: NodeId, node: &'a Node, forecast: &Forecast, badges: &'a Badges) -> Self {
        let today = forecast.today();
        let belief = forecast.now(id);
        let window = node.window_on(today);
        Self {
            id: &node.id,
            kind: node.kind.word(),
            title: &node.title.value,
            p: belief.map(|belief| belief.probability),
            error: belief.map(|belief| belief.error),
            method: belief.map(|belief| if belief.is_exact { "exact" } else { "sampled" }),
            converged: belief.map(|belief| belief.has_converged),
            stated: node.stated(today).map(Probability::as_f64),
            prior: forecast.before(id).map(|belief| belief.probability),
            status: node.state(today).word(),
            window: window.map(|window| WindowEntry {
                first: window.first().to_string(),
                last: window.last().to_string(),
            }),
            domain: node.domain.as_ref().map(|domain| domain.value.as_ref()),
            tags: node.tags.iter().map(|tag| tag.value.as_ref()).collect(),
            badges: badges.of_node(id),
            private: node.private,
        }
    }
}

pub(super) fn run(arguments: &Arguments, call: &mut Call) -> Result<Ending, Fault> {
    let Some(network) = call.network()? else { return Ok(Ending::NetworkAtFault) };
    let nodes = chosen(arguments, &network);
    if arguments.format == Format::Json {
        #[derive(Serialize)]
        struct List<'a> {
            schema_version: u32,
            as_of: String,
            nodes: Vec<Entry<'a>>,
        }
        let badges = Badges::of(&network.model, &network.forecast);
        let entry = |(id, node)| Entry::new(id, node, &network.forecast, &badges);
        let nodes = nodes.into_iter().map(entry).collect();
        let list = List { schema_version: 1, as_of: call.today.to_string(), nodes };
        call.output.result(&format!("{}\n", serde_json::to_string_pretty(&list)?));
        return Ok(Ending::Fine);
    }
    if nodes.is_empty() {
        call.output.message("nothing fits\n");
        return Ok(Ending::Fine);
    }
    let mut rows = vec![
        ["ID", "KIND", "NOW", "STATED", "STATUS", "WINDOW ENDS", "TITLE"].map(ToOwned::to_owned).to_vec(),
    ];
    rows.extend(nodes.into_iter().map(|(id, node)| row(id, node, &network.forecast)));
    call.output.result(&table(&rows, 100));
    Ok(Ending::Fine)
}

/// A number as lists show it; what was sampled with its standard error in points.
pub(super) fn shown(belief: Option<Belief>) -> String {
    match belief {
        None => "-".to_owned(),
        Some(belief) if belief.error == 0.0 => percent(belief.probability),
        Some(belief) if belief.error < 0.0005 => format!("{} ±<0.1", percent(belief.probability)),
        Some(belief) => format!("{} ±{:.1}", percent(belief.probability), belief.error * 100.0),
    }
}

fn row(id: NodeId, node: &Node, forecast: &Forecast) -> Vec<String> {
    let today = forecast.today();
    let stated =
        if node.rest { Some("rest".to_owned()) } else { node.stated(today).map(|stated| stated.to_string()) };
    let ends = node.window_on(today).map(|window| window.last().to_string());
    vec![
        node.id.to_string(),
        node.kind.word().to_owned(),
        shown(forecast.now(id)),
        stated.unwrap_or_else(|| "-".to_owned()),
        node.state(today).word().to_owned(),
        ends.unwrap_or_else(|| "-".to_owned()),
        node.title.value.to_string(),
    ]
}

fn chosen<'a>(arguments: &Arguments, network: &'a Network) -> Vec<(NodeId, &'a Node)> {
    let today: Date = network.forecast.today();
    let everything = arguments.format == Format::Json;
    let fits = |(_, node): &(NodeId, &Node)| {
        let kind = match arguments.kind {
            Some(kind) => node.kind == kind.kind(),
            None => everything || node.kind != NodeKind::Milestone,
        };
        let domain = arguments.domain.as_deref().is_none_or(|domain| is_in(node, domain));
        let tag =
            arguments.tag.as_deref().is_none_or(|tag| node.tags.iter().any(|own| own.value.as_ref() == tag));
        kind && domain && tag && (!arguments.open || node.state(today).is_open())
    };
    network.model.nodes().filter(fits).collect()
}

fn is_in(node: &Node, domain: &str) -> bool {
    node.domain.as_ref().is_some_and(|own| {
        own.value.strip_prefix(domain).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}
