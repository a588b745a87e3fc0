//! The report as JUnit XML, which servers that run tests read.

use super::report::{Report, Status};

/// A test as this format knows it.
struct Case {
    name: String,
    source: String,
    fails: bool,
    status: Status,
    words: Vec<String>,
}

pub(super) fn write(report: &Report<'_>) -> String {
    let assertions: Vec<Case> = report
        .assertions
        .iter()
        .map(|one| Case {
            name: one.claim.to_owned(),
            source: one.source.clone(),
            fails: one.fails,
            status: one.status,
            words: one
                .reason
                .map(ToOwned::to_owned)
                .into_iter()
                .chain(Some(one.numbers.clone()).filter(|numbers| !numbers.is_empty()))
                .chain(one.why.map(ToOwned::to_owned))
                .collect(),
        })
        .collect();
    let rules: Vec<Case> = report
        .rules
        .iter()
        .map(|one| Case {
            name: format!("{}: {}", one.id, one.title),
            source: one.source.clone(),
            fails: one.fails,
            status: one.status,
            words: one.items.iter().map(super::report::ItemReport::told).collect(),
        })
        .collect();
    let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let all = || assertions.iter().chain(&rules);
    out.push_str(&format!("<testsuites name=\"forecastc\" {}>\n", counts(all())));
    suite(&mut out, "assertions", &assertions);
    suite(&mut out, "rules", &rules);
    out.push_str("</testsuites>\n");
    out
}

/// Whether it is told as skipped: it cannot be told, or it is let pass.
fn is_skipped(case: &Case) -> bool {
    !case.fails && matches!(case.status, Status::Undecided | Status::Unanswered | Status::Allowed)
}

fn counts<'a>(cases: impl Iterator<Item = &'a Case>) -> String {
    let (mut tests, mut failures, mut skipped) = (0, 0, 0);
    for case in cases {
        tests += 1;
        failures += u32::from(case.fails);
        skipped += u32::from(is_skipped(case));
    }
    format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\"")
}

fn suite(out: &mut String, name: &str, cases: &[Case]) {
    out.push_str(&format!("  <testsuite name=\"{name}\" {}>\n", counts(cases.iter())));
    for case in cases {
        let (file, line) = case.source.rsplit_once(':').unwrap_or((&case.source, "0"));
        let head = format!(
            "    <testcase classname=\"{name}\" name=\"{}\" file=\"{}\" line=\"{}\"",
            escaped(&case.name),
            escaped(file),
            escaped(line)
        );
        let words = escaped(&case.words.join("\n"));
        let message = escaped(case.words.first().map_or("", String::as_str));
        out.push_str(&head);
        if case.fails {
            let status = case.status.word();
            out.push_str(&format!(
                ">\n      <failure type=\"{status}\" message=\"{message}\">{words}</failure>\n    </testcase>\n"
            ));
        } else if is_skipped(case) {
            let status = case.status.word();
            out.push_str(&format!(">\n      <skipped message=\"{status}: {message}\"/>\n    </testcase>\n"));
        } else if words.is_empty() {
            out.push_str("/>\n");
        } else {
            out.push_str(&format!(">\n      <system-out>{words}</system-out>\n    </testcase>\n"));
        }
    }
    out.push_str("  </testsuite>\n");
}

/// Text that is safe in an attribute and between tags. A character that XML cannot hold at all becomes U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            other if other.is_control() => out.push('\u{FFFD}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn no_text_breaks_out_of_its_place() {
        assert_eq!(
            escaped("P(A) < \"5%\" & it's ]]>\n"),
            "P(A) &lt; &quot;5%&quot; &amp; it&apos;s ]]&gt;&#10;"
        );
        assert_eq!(escaped("\u{1b}[31m\u{FFFE}"), "\u{FFFD}[31m\u{FFFD}");
    }
}
