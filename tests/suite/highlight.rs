//! The colors of the editors: the TextMate grammar in `editors/vscode` against the example files
//! and against `editors/fixtures`.
//!
//! A small interpreter of TextMate grammars stands below the tests. It knows `match`, `begin` with
//! `end` or `while`, captures and includes, which is what the grammar uses. It does not know other
//! grammars, so the Markdown in a block of text has one color here.
//!
//! A fixture is a `.pred` file with expectations as comments under a line: `#   ^^^^ scope` for the
//! columns above the carets, `# <---- scope` for as many from the start of the line. A mistake that
//! no expectation names is a failure. Adding a case means adding a line or a file.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a panic is how a test fails, and these tests read files"
)]

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::LazyLock;

use fancy_regex::{Regex, escape};
use serde_json::Value;
use walkdir::WalkDir;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// The words of `pred.pest` that start no clause.
const INNER_WORDS: &str = "of after past true else against with lag to or and not has in badged older than";
const VERBS: &str = "probability evidence hit missed slipped resolved note corrects";

#[test]
fn every_example_file_is_colored_without_mistakes() {
    // A row of a table starts with an outcome and is no clause.
    let first_word = r"^\s*(?:\d{4}-\d\d-\d\d\s+)*(?!(?:yes|no)\b)([A-Za-z][\w-]*)";
    let first_word = Regex::new(first_word).unwrap();
    for line in [colored("predictions"), colored("editors/fixtures")].concat() {
        for (column, here) in line.scopes.iter().enumerate() {
            let mistake = here.iter().find(|scope| scope.starts_with("invalid."));
            let is_expected = |mistake: &&str| {
                line.expected.iter().any(|(at, scope)| at.contains(&column) && scope == mistake)
            };
            assert!(mistake.is_none_or(is_expected), "{}\ncolumn {column}: {here:?}", line.place);
        }
        let Some(found) = first_word.captures(&line.text).unwrap() else { continue };
        let here = &line.scopes[found.get(1).unwrap().start()];
        let is_keyword = here.iter().any(|scope| scope.starts_with("keyword."));
        assert!(is_keyword || !line.is_clause, "{}\nthe first word: {here:?}", line.place);
    }
}

#[test]
fn every_fixture_has_the_scopes_that_stand_under_its_lines() {
    let lines = colored("editors/fixtures");
    assert!(lines.iter().any(|line| !line.expected.is_empty()));
    for line in lines {
        for (columns, scope) in line.expected {
            for here in &line.scopes[columns] {
                assert!(here.contains(&&*scope), "{}\n{here:?}, not {scope}", line.place);
            }
        }
    }
}

#[test]
fn a_word_is_a_keyword_where_it_starts_a_clause_and_nowhere_else() {
    let mut highlighter = Highlighter::new();
    let mut check = |before: &str, word: &str, after: &str, expected: bool| {
        let line = format!("{before}{word}{after}");
        highlighter.open.truncate(1);
        let scopes = &highlighter.line(&line)[before.len()];
        let is_keyword = scopes.iter().any(|scope| scope.starts_with("keyword."));
        assert_eq!(is_keyword, expected, "`{word}` in `{line}`");
    };
    for verb in VERBS.split_whitespace() {
        check("2026-06-01 ", verb, "", true);
        check("2026-06-01 hit ", verb, "", false);
    }
    let grammar = fs::read_to_string(Path::new(ROOT).join("grammar/pred.pest")).unwrap();
    for found in Regex::new(r#""([a-z]+(?:-[a-z]+)*)""#).unwrap().captures_iter(&grammar) {
        let word = found.unwrap()[1].replace("killed", "killed by").replace("moves", "moves with");
        if INNER_WORDS.split(' ').chain(VERBS.split(' ').skip(1)).any(|inner| inner == word) {
            continue;
        }
        for before in ["", "    ", "killer A \"B\" {", "killer A \"B\" { "] {
            check(before, &word, "", true);
            check(before, &word, "-1", false);
        }
        // Two words are no id, and `for`, `by` and `if` are kept from being ids.
        if !word.contains(' ') && !["for", "by", "if"].contains(&&*word) {
            for before in ["about ", "needs ", "tags a, ", "edge A -> ", "assert P(", "given A, "] {
                check(before, &word, "", false);
            }
        }
    }
}

#[test]
fn the_extension_offers_the_grammar_under_its_own_name() {
    let package = json("package.json");
    let at = |pointer: &str| package.pointer(pointer).and_then(Value::as_str).unwrap();
    let grammar = json(at("/contributes/grammars/0/path"));
    assert_eq!(grammar["scopeName"], at("/contributes/grammars/0/scopeName"));
    assert_eq!(at("/contributes/grammars/0/language"), at("/contributes/languages/0/id"));
    assert!(json(at("/contributes/languages/0/configuration")).is_object());
}

fn json(path: &str) -> Value {
    let text = fs::read_to_string(Path::new(ROOT).join("editors/vscode").join(path)).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[derive(Clone)]
struct Line {
    place: String,
    text: String,
    is_clause: bool,
    scopes: Vec<Scopes>,
    expected: Vec<(Range<usize>, String)>,
}

/// The lines of all files in a folder. Expectations are no lines, even where they stand in a text.
fn colored(folder: &str) -> Vec<Line> {
    let expectation = Regex::new(r"^#\s*(\^+|<-+) (.+)$").unwrap();
    let is_block = |region: &Region| region.rule["begin"] == r"\{";
    let mut highlighter = Highlighter::new();
    let mut lines: Vec<Line> = Vec::new();
    for file in WalkDir::new(Path::new(ROOT).join(folder)).sort_by_file_name() {
        let file = file.unwrap().into_path();
        if file.extension().is_none_or(|extension| extension != "pred") {
            continue;
        }
        let content = fs::read_to_string(&file).unwrap();
        for (index, text) in content.trim_start_matches('\u{feff}').lines().enumerate() {
            if let Some(found) = expectation.captures(text).unwrap() {
                let above = lines.last_mut().unwrap();
                let characters = match found[1].strip_prefix('<') {
                    Some(dashes) => 0..dashes.len(),
                    None => found.get(1).unwrap().range(),
                };
                let mut starts = above.text.char_indices().map(|(byte, _)| byte);
                let start = starts.nth(characters.start).unwrap();
                let columns = start..starts.nth(characters.len() - 1).unwrap_or(above.text.len());
                let scopes = found[2].split_whitespace();
                above.expected.extend(scopes.map(|scope| (columns.clone(), scope.to_owned())));
                continue;
            }
            lines.push(Line {
                place: format!("{}:{}: {text}", file.display(), index + 1),
                text: text.to_owned(),
                is_clause: highlighter.open.iter().skip(1).all(is_block),
                scopes: highlighter.line(text),
                expected: Vec::new(),
            });
        }
        assert_eq!(highlighter.open.len(), 1, "{}: a region stays open", file.display());
    }
    lines
}

type Scopes = Vec<&'static str>;
/// Where an expression matched, then its groups; a group that took no part is empty.
type Groups = Vec<Range<usize>>;

static GRAMMAR: LazyLock<Value> = LazyLock::new(|| json("syntaxes/pred.tmLanguage.json"));

/// A rule with `begin` whose end has not come yet; `end` is its `end` or `while`.
#[derive(Clone)]
struct Region {
    rule: &'static Value,
    rules: Vec<&'static Value>,
    end: String,
    scopes: Scopes,
}

impl Region {
    fn new(rule: &'static Value, mut scopes: Scopes) -> Self {
        scopes.extend(rule["scopeName"].as_str().or(rule["name"].as_str()));
        let mut rules = Vec::new();
        flatten(rule, &mut rules);
        let end = rule["end"].as_str().or(rule["while"].as_str()).unwrap_or_default().to_owned();
        Self { rule, rules, end, scopes }
    }
}

/// The rules that `patterns` come to when every include is followed.
fn flatten(holder: &'static Value, rules: &mut Vec<&'static Value>) {
    for pattern in holder["patterns"].as_array().into_iter().flatten() {
        let rule = match pattern["include"].as_str() {
            None => pattern,
            Some("$self") => &*GRAMMAR,
            Some(name) if name.starts_with('#') => GRAMMAR["repository"].get(&name[1..]).unwrap(),
            Some(_) => continue,
        };
        if rule.get("match").or(rule.get("begin")).is_some() {
            rules.push(rule);
        } else {
            flatten(rule, rules);
        }
    }
}

struct Highlighter {
    open: Vec<Region>,
    scopes: Vec<Scopes>,
    compiled: BTreeMap<String, Regex>,
}

impl Highlighter {
    fn new() -> Self {
        let root = Region::new(&GRAMMAR, Vec::new());
        Self { open: vec![root], scopes: Vec::new(), compiled: BTreeMap::new() }
    }

    /// The scopes of each byte of a line and of the line feed after it.
    fn line(&mut self, text: &str) -> Vec<Scopes> {
        let text = format!("{text}\n");
        self.scopes = vec![Vec::new(); text.len()];
        let mut from = 0;
        for (depth, region) in self.open.clone().into_iter().enumerate() {
            if region.rule.get("while").is_some() {
                let Some(groups) = self.find(&region.end, &text, from) else {
                    self.open.truncate(depth);
                    break;
                };
                from = groups[0].end;
                self.paint(&text, &groups, &region.rule["whileCaptures"], &region.scopes);
            }
        }
        self.scan(&text, from);
        std::mem::take(&mut self.scopes)
    }

    fn scan(&mut self, text: &str, mut from: usize) {
        let mut steps = 0..4 * text.len() + 64;
        while from < text.len() {
            steps.next().expect("the grammar goes on through the line");
            let region = self.open.last().unwrap().clone();
            // Of the rules that match at one place the first counts, and the end comes before all.
            let end = region.rule["end"].is_string().then_some((&*region.end, None));
            let starts = region
                .rules
                .iter()
                .map(|&rule| (rule["match"].as_str().or(rule["begin"].as_str()).unwrap(), Some(rule)));
            let found = end.into_iter().chain(starts).filter_map(|(expression, rule)| {
                self.find(expression, text, from).map(|groups| (groups, rule))
            });
            let Some((groups, rule)) = found.min_by_key(|(groups, _)| groups[0].start) else {
                self.scopes[from..text.len()].fill(region.scopes);
                return;
            };
            self.scopes[from..groups[0].start].fill(region.scopes.clone());
            from = groups[0].end;
            let Some(rule) = rule else {
                self.paint(text, &groups, &region.rule["endCaptures"], &region.scopes);
                self.open.pop();
                continue;
            };
            let mut next = Region::new(rule, region.scopes);
            let captures = rule.get("beginCaptures").unwrap_or(&rule["captures"]);
            self.paint(text, &groups, captures, &next.scopes);
            if rule["begin"].is_string() {
                for (number, group) in groups.into_iter().enumerate().skip(1) {
                    next.end = next.end.replace(&format!("\\{number}"), &escape(&text[group]));
                }
                self.open.push(next);
            }
        }
    }

    fn paint(&mut self, text: &str, groups: &Groups, captures: &'static Value, base: &Scopes) {
        self.scopes[groups[0].clone()].fill(base.clone());
        for (number, group) in groups.iter().enumerate() {
            let capture = &captures[number.to_string()];
            for here in &mut self.scopes[group.clone()] {
                here.extend(capture["name"].as_str());
            }
            if capture["patterns"].is_array() && !group.is_empty() {
                let inner = vec![Region::new(capture, base.clone())];
                let outer = std::mem::replace(&mut self.open, inner);
                self.scan(&text[..group.end], group.start);
                self.open = outer;
            }
        }
    }

    fn find(&mut self, expression: &str, text: &str, from: usize) -> Option<Groups> {
        if !self.compiled.contains_key(expression) {
            let regex = Regex::new(&format!("(?m){expression}")).unwrap();
            self.compiled.insert(expression.to_owned(), regex);
        }
        let found = self.compiled[expression].captures_from_pos(text, from).unwrap()?;
        // No line starts after the line feed.
        let is_inside = found.get(0).unwrap().start() < text.len();
        is_inside.then(|| found.iter().map(|group| group.map_or(0..0, |g| g.range())).collect())
    }
}
