//! `tests/commands/*.console`: sessions with the real binary, each in a folder of its own.

/// The day of every session.
const TODAY: &str = "2026-06-01";

#[test]
#[cfg_attr(windows, ignore = "a session needs a Unix shell")]
fn every_session_goes_as_it_is_written() {
    for path in crate::files("tests/commands", "console") {
        let folder = tempfile::tempdir().unwrap();
        let session = std::fs::read_to_string(&path).unwrap();
        let replayed = crate::session::replay(&session, folder.path(), TODAY);
        crate::expect_file(&path, &replayed);
    }
}
