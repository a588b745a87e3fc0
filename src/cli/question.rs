//! What commands are asked about: nodes by their ids, and expressions in words.

use super::{Fault, Network};
use crate::diagnostic::{self, Diagnostics};
use crate::model::{Claim, Model, NodeId};
use crate::source::{Source, Sources, Span};
use crate::syntax::{self, tree};

/// The claim that words make, as an `assert` would make it.
pub(super) fn claim(model: &Model, words: &str) -> Result<Claim, Fault> {
    if words.contains(['\n', '\r', '"', '#']) {
        return Err(format!("`{}` is no question\n  write `P(A | B, not C)`", words.escape_debug()).into());
    }
    let sources = Sources::new(vec![Source::new("question", format!("assert {}\n", words.trim()))]);
    let mut found = Diagnostics::new();
    let asked = sources.files().iter().flat_map(|source| syntax::parse(source, &mut found).items).next();
    let claim = match asked.map(|item| item.head) {
        Some(tree::Head::Assert { claim, .. }) => model.claim(&claim, &mut found),
        _ => None,
    };
    match claim {
        Some(claim) if found.is_empty() => Ok(claim),
        _ => {
            found.settle(&crate::diagnostic::Levels::default(), false);
            Err(format!("this cannot be asked\n{}", diagnostic::text(&found, &sources, false).trim_end())
                .into())
        }
    }
}

impl Network {
    /// A node and the state that somebody typed for it: `ID=yes` or `ID=no`.
    pub(super) fn state(&self, words: &str, command: &str) -> Result<(NodeId, bool), Fault> {
        let wanted = || format!("`{words}` is no state\n  write `ID=yes` or `ID=no`");
        let (id, state) = words.split_once('=').ok_or_else(wanted)?;
        let state = match state.trim() {
            "yes" | "true" | "1" => true,
            "no" | "false" | "0" => false,
            _ => return Err(wanted().into()),
        };
        Ok((self.find(id.trim(), command)?, state))
    }

    /// Where words begin, with the name of the file alone.
    pub(super) fn short_place(&self, span: Span) -> String {
        let place = self.sources.place(span);
        place.rsplit_once('/').map_or(place.clone(), |(_, name)| name.to_owned())
    }
}
