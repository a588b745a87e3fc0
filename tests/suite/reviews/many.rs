//! A change of 200 files: what a reviewer can still read, and a comment that a host still takes.

use std::fmt::Write as _;
use std::path::Path;

use super::{json, list, number, parts_add_up, printed, text};

const FILES: usize = 200;

/// A chain of predictions, a file each, whose numbers and texts are shifted.
fn write(folder: &Path, shift: usize) {
    std::fs::create_dir_all(folder).unwrap();
    for at in 0..FILES {
        let mut out = String::new();
        let level = 20 + (at * 7 + shift * 5) % 50;
        let _ = writeln!(
            out,
            "prediction P{at:03} \"The claim of number {at} | <b>bold</b> @everyone {}\" {{",
            "x".repeat(150)
        );
        let _ = writeln!(
            out,
            "    window 2027 .. 2030\n    probability {level}%\n    measure \"The count of {at}\""
        );
        if at % 10 != 0 {
            let _ = writeln!(out, "    needs P{:03} {}% else 11%", at - 1, 60 + shift);
        }
        if at % 10 == 9 {
            let _ = writeln!(out, "    2026-05-03 evidence for moderate \"Seen\"");
        }
        for version in 0..=shift {
            let _ = writeln!(out, "    2026-05-0{} note \"Version {version} of @reviewer\"", 4 + version);
        }
        let _ = writeln!(out, "}}");
        std::fs::write(folder.join(format!("p{at:03}.pred")), out).unwrap();
    }
}

#[test]
#[cfg_attr(windows, ignore = "a session needs a Unix shell")]
fn a_change_of_200_files_is_told_in_one_comment() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("base"), 0);
    write(&folder.path().join("head"), 1);
    let review = json(folder.path(), "./base ./head");
    assert!(list(&review, "edits").len() > 5 * FILES / 2);
    assert_eq!(review["counts"]["statements"], FILES);
    assert!(list(&review, "moves").len() > FILES / 2);
    parts_add_up(&review);
    let markdown = printed(folder.path(), "./base ./head --format markdown");
    assert!(markdown.chars().count() <= 60_000, "{} characters", markdown.chars().count());
    assert!(markdown.starts_with("<!-- forecastc-review -->\n### Forecast review: "), "{markdown}");
    assert!(markdown.contains("… and "), "what is left out is counted");
    assert!(
        !markdown.contains("<b>bold") && !markdown.contains("@everyone") && !markdown.contains("@reviewer")
    );
    let kept = crate::root().join("tests/reviews/200-files");
    std::fs::create_dir_all(&kept).unwrap();
    crate::expect_file(&kept.join("review.md"), &markdown);
    crate::expect_file(&kept.join("review.txt"), &printed(folder.path(), "./base ./head"));
    let most = list(&review, "moves").iter().map(|one| number(&one["by"]).abs()).fold(0.0, f64::max);
    let first = &list(&review, "moves")[0];
    assert!((number(&first["by"]).abs() - most).abs() < 1e-12, "{} moved most", text(first, "id"));
}
