//! `missing-file`: a document names a file that is not there.

use super::Scene;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};

pub(super) fn check(scene: &Scene<'_>, out: &mut Diagnostics) {
    // So many pairs of paths are compared; past that, a slip stays without a suggestion.
    let mut comparisons = 2_000_000_usize;
    for file in scene.model.documents.iter().filter_map(|document| document.file.as_ref()) {
        if scene.sources.document(&file.value).is_some() {
            continue;
        }
        let diagnostic =
            Diagnostic::new(Code::MissingFile, file.span, format!("there is no file `{}`", file.value));
        let paths = || scene.sources.document_paths();
        comparisons = comparisons.saturating_sub(paths().count());
        out.push(match nearest(&file.value, paths().filter(|_| comparisons > 0)) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).replace_with(near),
            None => diagnostic.help("paths begin at the source folder; files are told apart by case"),
        });
    }
}
