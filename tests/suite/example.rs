//! The site of the example network, as the real binary builds it.

mod links;
mod scripts;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The path of the address under which the example says that it is published.
pub(crate) const BELOW: &str = "/open-weights/";
/// The day of the example.
pub(crate) const TODAY: &str = "2026-11-21";

/// The folder of the site, built once.
pub(crate) fn example() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("example-site");
        let _ = std::fs::remove_dir_all(&folder);
        let built = forecastc(&["build", "--out", folder.to_str().unwrap()]);
        assert!(!built.is_empty());
        folder
    })
}

/// What the binary prints about the example network.
pub(crate) fn forecastc(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_forecastc"))
        .args(arguments)
        .args(["--as-of", TODAY, "--quiet"])
        .current_dir(crate::root())
        .output()
        .unwrap();
    let fault = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(0), "{arguments:?}: {fault}");
    String::from_utf8(output.stdout).unwrap()
}

/// The pages of the site, as paths below its folder, in order.
pub(crate) fn pages() -> Vec<String> {
    let files = walkdir::WalkDir::new(example()).sort_by_file_name().into_iter().map(Result::unwrap);
    let path = |entry: walkdir::DirEntry| {
        let path = entry.path().strip_prefix(example()).unwrap().to_str().unwrap().replace('\\', "/");
        path.ends_with(".html").then_some(path)
    };
    let pages: Vec<String> = files.filter_map(path).collect();
    assert!(pages.len() > 10);
    pages
}

/// One page of each kind: every page of the site's folder, and the largest of each folder below.
pub(crate) fn kinds() -> Vec<String> {
    let size = |page: &String| std::fs::metadata(example().join(page)).unwrap().len();
    let mut kinds: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
    for page in pages() {
        let kind = page.split_once('/').map_or_else(|| page.clone(), |(folder, _)| folder.to_owned());
        if kinds.get(&kind).is_none_or(|other| size(other) < size(&page)) {
            kinds.insert(kind, page);
        }
    }
    kinds.into_values().collect()
}

#[test]
fn no_file_holds_anything_of_a_private_node() {
    let sources = forecastc::disk::load(&crate::root().join("predictions")).unwrap();
    let model = forecastc::compile(&sources, forecastc::value::Date::parse(TODAY).unwrap()).model;
    let private: Vec<[&str; 2]> = model
        .nodes()
        .filter(|(_, node)| node.private)
        .map(|(_, node)| [node.id.as_ref(), node.title.value.as_ref()])
        .collect();
    assert!(!private.is_empty(), "the example has a private node to look for");
    for entry in walkdir::WalkDir::new(example()).into_iter().map(Result::unwrap) {
        let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
        for words in private.iter().flatten() {
            assert!(!text.contains(words), "{}: {words}", entry.path().display());
        }
    }
}
