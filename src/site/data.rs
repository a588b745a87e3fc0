//! Data: what pages show, for programs. Numbers are numbers, days are text, what is not known is null.
//!
//! `network.json` holds the whole network of a day, `node/ID.json` one node with all that its page says, the CSV files
//! one row a node, edge or milestone. The schemas of the JSON are in `schema/`, and `forecastc schema` prints them.

mod csv;
mod entry;
mod layout;
mod network;
mod node;

use serde::Serialize;

use super::Plan;
use super::edition::Edition;
use crate::model::NodeId;

/// The version of the JSON files: it grows when a field goes away or means something else.
const VERSION: u32 = 1;

/// The schemas of the JSON files.
const SCHEMAS: [(&str, &str); 2] = [
    ("schema/network.json", include_str!("../schemas/network.json")),
    ("schema/node.json", include_str!("../schemas/node.json")),
];

pub(super) fn plan(plan: &mut Plan<'_>) {
    plan.file("network.json", |edition| lines(&network::network(edition)));
    for (id, node) in plan.edition.paged() {
        plan.file(node_path(&node.id), move |edition| node_json(edition, id).into_bytes());
    }
    plan.file("nodes.csv", |edition| csv::nodes(edition).into_bytes());
    plan.file("edges.csv", |edition| csv::edges(edition).into_bytes());
    plan.file("milestones.csv", |edition| csv::milestones(edition).into_bytes());
    for (path, schema) in SCHEMAS {
        plan.file(path, |_| schema.as_bytes().to_vec());
    }
}

/// Where the JSON of a node is.
pub(super) fn node_path(id: &str) -> String {
    format!("node/{id}.json")
}

/// A node as its file shows it.
pub(super) fn node_json(edition: &Edition<'_>, id: NodeId) -> String {
    let mut text = layout::pretty(&node::node(edition, id));
    text.push('\n');
    text
}

/// What is written about a node, as its page shows it; its file has all that follows too.
pub(super) fn entry_json(edition: &Edition<'_>, id: NodeId) -> String {
    layout::pretty(&entry::NodeEntry::new(edition, id))
}

/// JSON in one line: it is as long as the network, and read by programs alone.
fn lines(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
