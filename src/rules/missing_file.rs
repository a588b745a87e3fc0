//! `missing-file`: a document names a file that is not there.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    // So many slips are answered with a suggestion.
    let mut suggestions = 100_usize;
    for file in scene.model.documents.iter().filter_map(|document| document.file.as_ref()) {
        if scene.sources.document(&file.value).is_some() {
            continue;
        }
        let diagnostic =
            Diagnostic::new(Code::MissingFile, file.span, format!("there is no file `{}`", file.value));
        let most = if suggestions > 0 { usize::MAX } else { 0 };
        suggestions = suggestions.saturating_sub(1);
        out.push(match nearest(&file.value, scene.sources.document_paths().take(most)) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).replace_with(near),
            None => diagnostic.help("paths begin at the source folder; files are told apart by case"),
        });
    }
}
