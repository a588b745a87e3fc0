//! Assets as readers get them: without what is there for those who write them.

/// A style sheet without comments and without the blanks that mean nothing. Strings stay as they are.
pub(super) fn sheet(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, after)| after);
            continue;
        }
        let (piece, after) = match next {
            '"' => {
                let end = rest.get(1..).and_then(|rest| rest.find('"')).map_or(rest.len(), |end| end + 2);
                rest.split_at_checked(end).unwrap_or((rest, ""))
            }
            _ => rest.split_at_checked(next.len_utf8()).unwrap_or((rest, "")),
        };
        rest = after;
        let is_tight = |c: char| "{};,".contains(c);
        if next.is_whitespace() {
            // A blank counts between words; before `:` it may stand for any descendant, after it never counts.
            let follows = rest.trim_start().chars().next().is_none_or(|c| is_tight(c) || c.is_whitespace());
            let comes_after =
                out.is_empty() || out.ends_with(|c: char| is_tight(c) || c.is_whitespace() || c == ':');
            if !follows && !comes_after && !rest.starts_with(char::is_whitespace) {
                out.push(' ');
            }
            continue;
        }
        if next == '}' && out.ends_with(';') {
            out.pop();
        }
        out.push_str(piece);
    }
    out
}

/// A script of ours without the lines that are comments, and without the blanks that lines begin with. No line of ours
/// begins within a string.
pub(super) fn script(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_sheet_loses_only_what_means_nothing() {
        let text = "/* Head. */\n.a, .b :hover {\n  margin: 0 auto;\n  content: \"a;  b\";\n}\n@media (max-width: 40rem) { .c > i { color: var(--ink); } }\n";
        let squeezed = sheet(text);
        assert_eq!(
            squeezed,
            ".a,.b :hover{margin:0 auto;content:\"a;  b\"}@media (max-width:40rem){.c > i{color:var(--ink)}}"
        );
    }

    #[test]
    fn a_script_loses_only_what_means_nothing() {
        let text = "// Head.\n\"use strict\";\n(() => {\n  // What follows.\n  const at = \"a  //b\";\n\n  go(at); // now\n})();\n";
        assert_eq!(
            script(text),
            "\"use strict\";\n(() => {\nconst at = \"a  //b\";\ngo(at); // now\n})();\n"
        );
    }

    #[test]
    fn no_line_of_our_scripts_begins_within_a_string() {
        for (name, text) in super::super::EMBEDDED.iter().filter(|(name, _)| name.ends_with(".js")) {
            for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
                assert!(line.matches('`').count().is_multiple_of(2), "{name}: {line}");
                assert!(!line.ends_with('\\'), "{name}: {line}");
            }
        }
    }
}
