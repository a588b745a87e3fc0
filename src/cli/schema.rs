//! `forecastc schema`

use clap::Args;

use super::output::table;
use super::{Call, Ending, Fault};
use crate::diagnostic::nearest;

/// What `--format json` prints, command by command, and what the JSON files of a site hold: its name, what it is of,
/// and its JSON Schema.
const SCHEMAS: &[(&str, &str, &str)] = &[
    ("check", "what is wrong, and where", include_str!("../schemas/check.json")),
    ("diff", "what a change does to what the network believes", include_str!("../schemas/diff.json")),
    ("list", "the nodes and how likely they are", include_str!("../schemas/list.json")),
    ("show", "one node, its edges, its journal and its history", include_str!("../schemas/show.json")),
    ("evaluate", "how the numbers came about", include_str!("../schemas/evaluate.json")),
    ("why", "a number taken apart", include_str!("../schemas/why.json")),
    ("whatif", "what moves if nodes come true or do not", include_str!("../schemas/whatif.json")),
    ("query", "how likely expressions are", include_str!("../schemas/query.json")),
    ("ask", "what to watch", include_str!("../schemas/ask.json")),
    ("reach", "what it takes to get somewhere: `ask --reach`", include_str!("../schemas/reach.json")),
    ("test", "assertions and rules", include_str!("../schemas/test.json")),
    ("score", "how good the stated probabilities were", include_str!("../schemas/score.json")),
    ("history", "who changed which numbers", include_str!("../schemas/history.json")),
    ("due", "what needs a person", include_str!("../schemas/due.json")),
    ("coherence", "every edge, read back", include_str!("../schemas/coherence.json")),
    ("network", "a whole network: `network.json` of a site", include_str!("../schemas/network.json")),
    (
        "node",
        "a node with all that its page says: `node/ID.json` of a site",
        include_str!("../schemas/node.json"),
    ),
];

/// Print the JSON Schema of an output or of a file of a site; without a name, list all
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The name of the command or the file
    name: Option<String>,
}

pub(super) fn run(arguments: &Arguments, call: &mut Call) -> Result<Ending, Fault> {
    let Some(name) = &arguments.name else {
        let rows: Vec<Vec<String>> =
            SCHEMAS.iter().map(|(name, what, _)| vec![(*name).to_owned(), (*what).to_owned()]).collect();
        call.output.result(&table(&rows, 80));
        return Ok(Ending::Fine);
    };
    let Some((_, _, schema)) = SCHEMAS.iter().find(|(one, ..)| one == name) else {
        let hint = match nearest(name, SCHEMAS.iter().map(|(name, ..)| *name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`forecastc schema` lists all schemas".to_owned(),
        };
        return Err(format!("there is no schema `{name}`\n  {hint}").into());
    };
    call.output.result(schema);
    Ok(Ending::Fine)
}
