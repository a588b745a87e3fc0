//! Words of strangers in a comment: whatever they write, nothing of it acts.

use super::printed;

/// Titles, notes and claims that try to be something else.
const WORDS: [&str; 18] = [
    "@octocat and @org/team",
    "see #1, GH-2, octo/repo#3, !4, %5, ~label, $6, &7",
    "| forged | row | 99% |",
    "<img src=x onerror=alert(1)> <!-- --> <details open>",
    "](https://evil.example) [link](https://evil.example)",
    "![image](https://evil.example/a.png)",
    "``` `code` ``",
    "**bold** _em_ ~~gone~~ # head",
    "www.evil.example and https://evil.example and mailto:a@b.example",
    "a\\\\| b \\\\` c",
    "::error file=a::b",
    "##[error]b",
    "</details></td></tr>",
    "&lt;script&gt; &#64;octocat",
    ":tada: $\\\\sqrt{2}$",
    "- [ ] task",
    "<https://evil.example>",
    "/close",
];

#[test]
#[cfg_attr(windows, ignore = "a session needs a Unix shell")]
fn nothing_in_a_text_acts_in_a_comment() {
    let folder = tempfile::tempdir().unwrap();
    let write = |side: &str, shift: usize| {
        let path = folder.path().join(side);
        std::fs::create_dir_all(&path).unwrap();
        let mut out = String::new();
        for (at, words) in WORDS.iter().enumerate() {
            let words = words.replace('"', "\\\"");
            out.push_str(&format!(
                "killer K{at}{} \"{words}\" {{\n    probability {}%\n    text \"{words} {shift}\"\n",
                if at % 3 == 0 { "" } else { "_x" },
                20 + 10 * shift
            ));
            out.push_str(&format!("    2026-05-0{} note \"{words}\"\n}}\n", 1 + shift));
        }
        std::fs::write(path.join("a|b.pred"), out).unwrap();
    };
    write("base", 0);
    write("head", 1);
    let markdown = printed(folder.path(), "./base ./head --format markdown");
    nothing_acts(&markdown);

    // A review that a stranger wrote: every word of it is one of theirs.
    let mut review = super::json(folder.path(), "./base ./head");
    let mut at = 0;
    poison(&mut review, "", &mut at);
    assert!(at > 100);
    std::fs::write(folder.path().join("evil.json"), review.to_string()).unwrap();
    nothing_acts(&printed(folder.path(), "--from evil.json --format markdown").replace("[exit 1]\n", ""));
    let github = printed(folder.path(), "--from evil.json --format github");
    assert!(github.lines().all(|line| line.starts_with("::")), "{github}");

    let github = printed(folder.path(), "./base ./head --format github");
    assert!(
        github.lines().all(|line| line.starts_with("::notice file=") || line.starts_with("::warning file=")),
        "{github}"
    );
}

/// Puts words of a stranger in place of all that need not be one of a few.
fn poison(value: &mut serde_json::Value, key: &str, at: &mut usize) {
    use serde_json::Value;
    match value {
        Value::String(words) if !matches!(key, "kind" | "way" | "how") => {
            *words = WORDS[*at % WORDS.len()].to_owned();
            *at += 1;
        }
        Value::Array(all) => all.iter_mut().for_each(|one| poison(one, key, at)),
        Value::Object(all) => all.iter_mut().for_each(|(key, one)| poison(one, key, at)),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A comment as a host would make it: no words of others have become anything else.
fn nothing_acts(markdown: &str) {
    let rows: Vec<&str> = markdown.lines().filter(|line| line.starts_with("| ")).collect();
    assert!(rows.len() > 3 * WORDS.len(), "{markdown}");

    // As a host would render it: with everything on that it has on.
    let html = {
        use pulldown_cmark::{Options, Parser, html};
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_FOOTNOTES;
        let mut out = String::new();
        html::push_html(&mut out, Parser::new_ext(markdown, options));
        out
    };
    let page = scraper::Html::parse_fragment(&html);
    let count = |selector: &str| page.select(&scraper::Selector::parse(selector).unwrap()).count();
    for wrong in ["a", "img", "script", "input", "em", "del", "h1", "h2", "pre"] {
        assert_eq!(count(wrong), 0, "there is a <{wrong}>:\n{markdown}");
    }
    // Each table has as many cells in every row as in its head.
    let select = |selector: &str| scraper::Selector::parse(selector).unwrap();
    for table in page.select(&select("table")) {
        let heads = table.select(&select("thead th")).count();
        for row in table.select(&select("tbody tr")) {
            assert_eq!(row.select(&select("td")).count(), heads);
        }
        assert!(!table.text().any(|words| words.trim() == "forged"), "a forged row:\n{markdown}");
    }
    assert!(
        page.root_element().text().any(|words| words.contains("onerror")),
        "what was written can be read"
    );
    // What stands in a font of its own is made a link by no host.
    let mut bare = String::new();
    for node in page.tree.nodes() {
        if let Some(text) = node.value().as_text().filter(|_| {
            let mut around = node.ancestors().filter_map(|node| node.value().as_element());
            !around.any(|element| element.name() == "code")
        }) {
            bare.push_str(text);
            bare.push('\n');
        }
    }
    for sign in ["@octocat", "@org", "#1", "#3", "GH-2", "!4", "://", "www."] {
        assert!(!bare.contains(sign), "`{sign}` would be made a link:\n{markdown}");
    }
    assert!(!markdown.lines().any(|line| line.starts_with('/') || line.starts_with("::")));
}
