//! All integration tests, in one binary. `tests/README.md` says how to add a case.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests make and read files of their own, and stop at the first surprise"
)]

mod arrows;
mod browser;
mod cases;
mod ci;
mod coherence;
mod commands;
mod due;
mod edits;
mod example;
mod explain;
mod formats;
mod git;
mod highlight;
mod history;
mod laws;
mod numbers;
mod oracle;
mod readme;
mod repository;
mod reviews;
mod schemas;
mod scores;
mod serve;
mod session;
mod site;
mod views;
mod watch;

/// The root of the repository.
fn root() -> &'static std::path::Path {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Whether expectations are rewritten instead of compared.
fn updating() -> bool {
    std::env::var_os("UPDATE").is_some()
}

/// Compares a file with what it should say, or rewrites it.
fn expect_file(path: &std::path::Path, actual: &str) {
    if updating() {
        std::fs::write(path, actual).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    let shown = path.strip_prefix(root()).unwrap_or(path).display();
    assert!(
        expected == actual,
        "{shown} is not what comes out now. If that is right, run the tests with UPDATE=1 and read the diff.\n\
         --- expected\n{expected}\n--- actual\n{actual}"
    );
}

/// The files of a folder with this ending, in order.
fn files(folder: &str, ending: &str) -> Vec<std::path::PathBuf> {
    let walk = walkdir::WalkDir::new(root().join(folder)).sort_by_file_name();
    let files: Vec<_> = walk
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == ending))
        .collect();
    assert!(!files.is_empty(), "no .{ending} files below {folder}");
    files
}

#[test]
fn every_file_of_the_suite_is_in_it() {
    let suite = root().join("tests/suite");
    for path in files("tests/suite", "rs") {
        // A file in a folder is declared in the file of that name.
        let folder = path.parent().unwrap();
        let above = if folder == suite { suite.join("main.rs") } else { folder.with_extension("rs") };
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let declared = std::fs::read_to_string(&above).unwrap().contains(&format!("mod {name};"));
        let shown = path.strip_prefix(root()).unwrap().display();
        assert!(declared || name == "main", "{shown} is not declared in {}", above.display());
    }
}
