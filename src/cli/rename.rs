//! `forecastc rename`

use clap::Args;

use super::proposal::{as_patch, fresh, refuses, show, write};
use super::{Call, Ending, Fault};
use crate::diagnostic::counted;
use crate::edit::{self, Renamed};

/// So many places are named in which the old id still stands.
const SHOWN: usize = 5;

/// Give an item another id, everywhere
///
/// Every line, text and document that names it is rewritten, and `redirect OLD -> NEW` is left, so that links to the old
/// id lead on. A milestone is named with its node: `rename NODE.old new`. Nothing else changes, not a blank.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The id that it has
    old: String,
    /// The id that it is to have
    new: String,
    /// Write nothing; show what would change
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(arguments: &Arguments, call: &mut Call) -> Result<Ending, Fault> {
    let sources = call.load(None)?;
    let before = crate::compile(&sources, call.today);
    if refuses(&before.diagnostics) {
        show(&before.diagnostics, &sources, call);
        call.output.error_stream(
            "nothing was written: a line that cannot be read may name it; mend the faults first\n",
        );
        return Ok(Ending::NetworkAtFault);
    }
    let renamed = edit::rename(&sources, &before.files, &before.model, &arguments.old, &arguments.new);
    let renamed = renamed.map_err(|refused| match refused.help {
        Some(help) => format!("{}\n  {help}", refused.message),
        None => refused.message,
    })?;
    let new = renamed.edits.apply(&sources);
    let after = crate::compile(&new, call.today);
    let found = fresh((&before.diagnostics, &sources), (&after.diagnostics, &new));
    if refuses(&found) {
        show(&found, &new, call);
        call.output.error_stream("nothing was written\n");
        return Ok(Ending::NetworkAtFault);
    }
    if arguments.dry_run {
        call.output.result(&as_patch(&renamed.edits, &sources, call));
    } else {
        write(&renamed.edits, &sources, call)?;
    }
    let files = renamed.edits.changed(&sources).len();
    call.output.message(&said(&renamed, files, arguments.dry_run));
    let still = edit::still_written(&new, &after.files, &after.model, &renamed.old);
    if !still.is_empty() {
        let shown = still.get(..SHOWN.min(still.len())).unwrap_or_default().join("\n  ");
        let more = match still.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!("\n  and {} more", counted(more, "line")),
        };
        let old = &renamed.old;
        call.output.message(&format!("a comment or a plain text still says `{old}`:\n  {shown}{more}\n"));
    }
    Ok(Ending::Fine)
}

fn said(renamed: &Renamed, files: usize, dry: bool) -> String {
    let Renamed { what, old, new, places, .. } = renamed;
    let verb = if dry { "would rename" } else { "renamed" };
    let (places, files) = (counted(*places, "place"), counted(files, "file"));
    let mut out = format!("{verb} the {what} {old} to {new}: {places} in {files}\n");
    match &renamed.redirect {
        Some(line) => out.push_str(&format!("links to it lead on: {line}\n")),
        None => out.push_str(&format!("a {what} takes no redirect: links to {old} end here\n")),
    }
    out
}
