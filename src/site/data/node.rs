//! `node/ID.json`: one node, with all that its page says of it.

use serde::Serialize;

use super::entry::{EdgeEntry, FactEntry, Moment, NodeEntry};
use crate::answers::whatif::Move;
use crate::answers::why::{Part, What, Why};
use crate::forecast::Cause;
use crate::model::{Model, NodeId};
use crate::site::edition::Edition;
use crate::site::place::Place;

#[derive(Serialize)]
pub(super) struct NodeFile<'a> {
    schema_version: u32,
    as_of: String,
    #[serde(flatten)]
    node: NodeEntry<'a>,
    milestone_chain: Vec<MilestoneEntry<'a>>,
    depends_on: Vec<EdgeEntry<'a>>,
    weighs_on: Vec<EdgeEntry<'a>>,
    journal: Vec<FactEntry<'a>>,
    history: Vec<Moment>,
    /// Where its number comes from; empty of what is settled.
    why: Vec<PartEntry<'a>>,
    what_if: Option<WhatIf<'a>>,
    documents: Vec<DocumentLink<'a>>,
}

#[derive(Serialize)]
struct MilestoneEntry<'a> {
    #[serde(flatten)]
    node: NodeEntry<'a>,
    journal: Vec<FactEntry<'a>>,
    history: Vec<Moment>,
}

/// A part of a number: what it adds to the log odds, and in points.
#[derive(Serialize)]
struct PartEntry<'a> {
    kind: &'static str,
    /// What it comes from; none if that is not published.
    id: Option<&'a str>,
    log_odds: f64,
    error: f64,
    points: f64,
    priced_in: bool,
    source: Option<String>,
}

/// What its outcome would move most.
#[derive(Serialize)]
struct WhatIf<'a> {
    /// What its outcome would tell about all other nodes, in bits.
    information: f64,
    yes: Vec<MoveEntry<'a>>,
    no: Vec<MoveEntry<'a>>,
}

#[derive(Serialize)]
struct MoveEntry<'a> {
    id: &'a str,
    from: f64,
    to: f64,
    error: f64,
}

#[derive(Serialize)]
struct DocumentLink<'a> {
    id: &'a str,
    title: &'a str,
    page: String,
}

pub(super) fn node<'a>(edition: &'a Edition<'a>, id: NodeId) -> NodeFile<'a> {
    let node = edition.node(id);
    let milestones = node.milestones.iter().filter(|id| !edition.node(**id).private);
    let documents = edition.documents_about(id).map(|(_, document)| DocumentLink {
        id: &document.id.value,
        title: &document.title.value,
        page: Place::of("document", &document.id.value).path().to_owned(),
    });
    NodeFile {
        schema_version: super::VERSION,
        as_of: edition.today.to_string(),
        node: NodeEntry::new(edition, id),
        milestone_chain: milestones.map(|id| milestone(edition, *id)).collect(),
        depends_on: edition.edges_into(id).map(|(at, edge)| EdgeEntry::new(edition, at, edge)).collect(),
        weighs_on: edition.edges_from(id).map(|(at, edge)| EdgeEntry::new(edition, at, edge)).collect(),
        journal: FactEntry::all(edition, node),
        history: Moment::all(edition, id),
        why: parts(edition, id),
        what_if: what_if(edition, id),
        documents: documents.collect(),
    }
}

fn milestone<'a>(edition: &'a Edition<'a>, id: NodeId) -> MilestoneEntry<'a> {
    MilestoneEntry {
        node: NodeEntry::new(edition, id),
        journal: FactEntry::all(edition, edition.node(id)),
        history: Moment::all(edition, id),
    }
}

fn what_if<'a>(edition: &'a Edition<'a>, id: NodeId) -> Option<WhatIf<'a>> {
    let effect = edition.effect(id)?;
    let entry = |moved: &Move| MoveEntry {
        id: &edition.node(moved.node).id,
        from: moved.from,
        to: moved.to,
        error: moved.error,
    };
    Some(WhatIf {
        information: effect.information,
        yes: effect.yes.iter().map(entry).collect(),
        no: effect.no.iter().map(entry).collect(),
    })
}

fn parts<'a>(edition: &'a Edition<'a>, id: NodeId) -> Vec<PartEntry<'a>> {
    match edition.why(id) {
        Some(Why::Sum(sum)) => sum.parts.iter().map(|part| entry(edition, id, part)).collect(),
        Some(Why::Settled(_) | Why::Follows) | None => Vec::new(),
    }
}

fn entry<'a>(edition: &'a Edition<'a>, id: NodeId, part: &Part) -> PartEntry<'a> {
    let model = edition.model;
    let class_is_shown =
        || model.node(id).outside.is_none_or(|outside| edition.class(outside.class).is_some());
    let (kind, of, is_shown) = match part.what {
        What::Level => ("level", id, true),
        What::Outside => ("outside_view", id, class_is_shown()),
        What::Cause(Cause::Parent(other)) => ("parent", other, is_open_tie(model, id, other)),
        What::Cause(Cause::Child(other)) if model.node(other).parent == Some(id) => {
            ("milestone", other, true)
        }
        What::Cause(Cause::Child(other)) => ("dependent", other, is_open_tie(model, id, other)),
        What::Cause(Cause::Line { node, .. }) => ("evidence", node, true),
        What::Cause(Cause::Silence(node)) => ("silence", node, true),
    };
    let is_shown = is_shown && !model.node(of).private;
    PartEntry {
        kind,
        id: is_shown.then(|| model.node(of).id.as_ref()),
        log_odds: part.log_odds,
        error: part.error,
        points: 100.0 * part.points,
        priced_in: part.is_priced_in,
        source: is_shown.then(|| edition.written_in(part.span)),
    }
}

/// Whether nothing private ties two nodes: an edge or a table that is kept from readers names its ends.
fn is_open_tie(model: &Model, one: NodeId, other: NodeId) -> bool {
    let hidden = |target: NodeId, source: NodeId| {
        model.edges_into(target).any(|edge| edge.source == source && edge.private)
            || model
                .tables
                .iter()
                .any(|table| table.private && table.target == target && table.parents.contains(&source))
    };
    !hidden(one, other) && !hidden(other, one)
}
