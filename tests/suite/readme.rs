//! The front door is true: README.md does what it shows, and what the documents name is there.
//!
//! Every `console` block of README.md is a session: `$ command`, then all that it prints. They run in order in one
//! folder. The picture is drawn here, from what the program prints about the file beside it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a panic is how a test fails, and these tests read files"
)]

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use fancy_regex::Regex;
use forecastc::source::{Source, Sources};
use forecastc::value::Date;
use forecastc::{diagnostic, syntax};

use crate::session::replay;

/// The day of the tour.
const TODAY: &str = "2026-11-21";
/// Whoever runs the tests has run one of these: they are compared and not run.
const CARGO: [&str; 3] = ["cargo install --path .", "cargo run --release -- build", "cargo test"];

#[test]
#[cfg_attr(windows, ignore = "a session needs a Unix shell")]
fn the_tour_prints_what_the_readme_shows() {
    let folder = tempfile::tempdir().unwrap();
    let readme = read("README.md");
    let mut out = String::new();
    let mut from = 0;
    for block in blocks(&readme).into_iter().filter(|block| block.info == "console") {
        let body = &readme[block.range.clone()];
        let commands = body.lines().filter_map(|line| line.strip_prefix("$ "));
        let (cargo, others): (Vec<&str>, Vec<&str>) =
            commands.partition(|command| command.starts_with("cargo "));
        assert!(cargo.iter().all(|command| CARGO.contains(command)), "not a command to document: {cargo:?}");
        assert!(cargo.is_empty() || others.is_empty(), "a block with `cargo` cannot be replayed:\n{body}");
        if cargo.is_empty() {
            let session: String = others.iter().map(|command| format!("$ {command}\n")).collect();
            out.push_str(&readme[from..block.range.start]);
            // That faults end with 1 is said in the text.
            out.push_str(&replay(&session, folder.path(), TODAY).replace("[exit 1]\n", ""));
            from = block.range.end;
        }
    }
    out.push_str(&readme[from..]);
    crate::expect_file(&crate::root().join("README.md"), &out);
}

#[test]
#[cfg_attr(windows, ignore = "a session needs a Unix shell")]
fn the_picture_shows_what_the_program_prints() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("predictions")).unwrap();
    fs::write(folder.path().join("predictions/ferries.pred"), read(".github/images/ferries.pred")).unwrap();
    let printed = replay("$ forecastc check --color always\n", folder.path(), TODAY);
    let printed = printed.strip_suffix("[exit 1]\n").expect("the file has faults");
    let drawn = picture(&read(".github/images/check.svg"), &printed.replace(" --color always", ""));
    crate::expect_file(&crate::root().join(".github/images/check.svg"), &drawn);
}

#[test]
fn every_network_in_the_documents_compiles() {
    let documentation = Regex::new(r"(?m)^\s*//[/!] ?(.*)$").unwrap();
    let library = read("src/lib.rs");
    let library: String =
        documentation.captures_iter(&library).map(|line| format!("{}\n", &line.unwrap()[1])).collect();
    let documents = ["README.md", "grammar/README.md", "CONTRIBUTING.md", "tests/README.md"];
    let documents = documents.map(|path| (path, read(path)));
    for (path, text) in documents.into_iter().chain([("src/lib.rs", library)]) {
        for block in blocks(&text) {
            let body = &text[block.range.clone()];
            if block.info == "pred" {
                let sources = Sources::new(vec![Source::new(path, body)]);
                let found = forecastc::compile(&sources, Date::parse(TODAY).unwrap()).diagnostics;
                assert!(!found.has_errors(), "{}", diagnostic::text(&found, &sources, false));
                assert_eq!(syntax::format(&sources.files()[0]).ok().as_deref(), Some(body), "{path}");
            } else if block.info == "pred,fragment" {
                let item = format!("prediction FRAGMENT \"Of {path}\" {{\n{body}}}\n");
                assert!(syntax::format(&Source::new(path, item)).is_ok(), "{path}: {body}");
            }
        }
    }
}

#[test]
#[cfg_attr(windows, ignore = "a session needs a Unix shell")]
fn the_example_network_has_no_faults_and_the_one_layout() {
    let session = "$ forecastc check --deny warnings\n$ forecastc fmt --check\n";
    let printed = replay(session, crate::root(), TODAY);
    assert!(!printed.contains("[exit "), "{printed}");
}

#[test]
fn every_relative_link_leads_to_a_file() {
    let link = Regex::new(r"\]\(<?([^)>\s]+)|(?m:^\[[^\]]+\]:\s*(\S+))").unwrap();
    let code = Regex::new(r"`[^`\n]*`").unwrap();
    let elsewhere = Regex::new(r"^([a-z]+:|#)").unwrap();
    let mut seen = 0;
    for path in markdown_files() {
        let mut text = fs::read_to_string(&path).unwrap();
        let examples: Vec<_> = blocks(&text).into_iter().map(|block| block.range).collect();
        for example in examples.into_iter().rev() {
            text.replace_range(example, "");
        }
        for found in link.captures_iter(&code.replace_all(&text, "code")) {
            let found = found.unwrap();
            let target = found.get(1).or(found.get(2)).unwrap().as_str();
            if !elsewhere.is_match(target).unwrap() {
                let file = path.parent().unwrap().join(target.split('#').next().unwrap());
                assert!(file.exists(), "{}: nothing is at {target}", path.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 5, "links are not found any more");
}

#[test]
#[cfg_attr(windows, ignore = "a session needs a Unix shell")]
fn the_readme_names_every_command_and_promises_none() {
    let help = replay("$ forecastc --help\n", crate::root(), TODAY);
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands: BTreeSet<&str> = commands
        .map_while(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|command| *command != "help")
        .collect();
    assert!(commands.contains("check"), "{help}");

    let readme = read("README.md");
    let listed: BTreeSet<&str> = rows(&readme, "command").flat_map(|cells| first_words(cells[0])).collect();
    assert_eq!(listed, commands, "the table of commands and `forecastc --help`");
    for found in Regex::new(r"[`$] ?forecastc ([a-z]+)").unwrap().captures_iter(&readme) {
        let command = found.unwrap().get(1).unwrap().as_str();
        assert!(commands.contains(command), "README.md names `forecastc {command}`");
        let help = replay(&format!("$ forecastc {command} --help\n"), crate::root(), TODAY);
        assert!(help.contains("Usage:") && !help.contains("[exit "), "{help}");
    }
    let promised = readme.split("\n\n").find(|paragraph| paragraph.starts_with("Not there yet")).unwrap();
    for command in first_words(promised) {
        assert!(!commands.contains(command), "`{command}` is there: README.md says that it is not");
    }
}

#[test]
fn the_language_reference_and_the_grammar_have_the_same_words() {
    let (reference, grammar) = (read("grammar/README.md"), read("grammar/pred.pest"));
    let keyword = Regex::new(r#""([a-z]{2,}(?:-[a-z]+)*)""#).unwrap();
    let keywords = keyword.captures_iter(&grammar).map(|found| found.unwrap().get(1).unwrap().as_str());
    let keywords: BTreeSet<&str> = keywords.collect();
    let shown: Vec<&str> = ["item", "clause", "line"]
        .into_iter()
        .flat_map(|title| rows(&reference, title))
        .flat_map(|cells| first_words(cells[0]))
        .collect();
    assert!(shown.len() > 50, "the tables are not found any more: {shown:?}");
    for word in shown {
        assert!(keywords.contains(word), "`{word}` is in grammar/README.md and not in grammar/pred.pest");
    }
    for word in keywords {
        let in_code = Regex::new(&format!("`[^`\n]*\\b{word}\\b[^`\n]*`")).unwrap();
        assert!(in_code.is_match(&reference).unwrap(), "grammar/README.md does not show `{word}`");
    }
}

fn read(path: &str) -> String {
    fs::read_to_string(crate::root().join(path)).unwrap_or_else(|fault| panic!("{path}: {fault}"))
}

/// All Markdown of the repository; not what was built or fetched.
fn markdown_files() -> Vec<PathBuf> {
    let is_ours = |name: &str| !["target", "node_modules", "site", ".git"].contains(&name);
    walkdir::WalkDir::new(crate::root())
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || is_ours(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect()
}

/// A fenced block of a Markdown text: what stands behind the opening fence, and where its lines are.
struct Block<'a> {
    info: &'a str,
    range: Range<usize>,
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, Block<'_>)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let info = line.trim().trim_start_matches('`');
        let fence = &line.trim()[..line.trim().len() - info.len()];
        match open.take() {
            Some((opening, mut block)) if fence == opening && info.is_empty() => {
                block.range.end = at;
                blocks.push(block);
            }
            None if fence.len() >= 3 => open = Some((fence, Block { info, range: at + line.len()..0 })),
            unchanged => open = unchanged,
        }
        at += line.len();
    }
    assert!(open.is_none(), "a block stays open");
    blocks
}

/// The rows of the tables whose first column has this title, as cells.
fn rows<'a>(text: &'a str, title: &str) -> impl Iterator<Item = Vec<&'a str>> {
    let mut is_inside = false;
    let title = format!("| {title} |");
    text.lines().filter_map(move |line| {
        let is_title = line.starts_with(&title);
        is_inside = line.starts_with('|') && (is_inside || is_title);
        let is_row = is_inside && !is_title && !line.starts_with("| --");
        is_row.then(|| line.trim_matches('|').split(" | ").map(str::trim).collect())
    })
}

/// The first word of each piece of code, behind its date. After `or` stands another word of the same clause.
fn first_words(text: &str) -> Vec<&str> {
    let code = Regex::new(r"(?<!or )`(?:\d{4}-\d\d-\d\d )*(?:corrects )?([a-z][a-z-]*)[^`]*`").unwrap();
    code.captures_iter(text).map(|found| found.unwrap().get(1).unwrap().as_str()).collect()
}

/// The picture with the lines of this session in its window, which is drawn by hand and grows with them.
fn picture(frame: &str, session: &str) -> String {
    let style = Regex::new("\u{1b}\\[(\\d+)m").unwrap();
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut text = String::new();
    let (mut width, mut height) = (0, 64);
    for line in session.lines() {
        let mut classes = BTreeSet::new();
        let mut spans = String::new();
        let mut from = 0;
        let codes = style.captures_iter(line).map(|found| found.unwrap());
        let codes = codes.map(|found| (found.get(0).unwrap().range(), found[1].parse().unwrap()));
        for (code, number) in codes.chain([(line.len()..line.len(), 0)]) {
            let piece = escape(&line[from..code.start]);
            if classes.is_empty() || piece.trim().is_empty() {
                spans.push_str(&piece);
            } else {
                let classes = Vec::from_iter(classes.iter().copied()).join(" ");
                spans.push_str(&format!("<tspan class=\"{classes}\">{piece}</tspan>"));
            }
            from = code.end;
            match number {
                0 => classes.clear(),
                1 => drop(classes.insert("bold")),
                91 => drop(classes.insert("red")),
                94 => drop(classes.insert("blue")),
                other => panic!("the picture has no color for {other}"),
            }
        }
        if !spans.is_empty() {
            text.push_str(&format!("<text x=\"20\" y=\"{height}\">{spans}</text>\n"));
        }
        // A character is 0.6 em wide in the usual fonts, a little more in the widest.
        width = width.max(40 + 17 * style.replace_all(line, "").chars().count() / 2);
        height += 20;
    }
    let (before, rest) = frame.split_once("<g>\n").unwrap();
    let (_, after) = rest.split_once("</g>\n").unwrap();
    let size = format!(r#"viewBox="0 0 {width} {height}" width="{width}" height="{height}""#);
    let before = Regex::new(r#"viewBox="[^"]*" width="[^"]*" height="[^"]*""#).unwrap().replace(before, size);
    format!("{before}<g>\n{text}</g>\n{after}")
}
