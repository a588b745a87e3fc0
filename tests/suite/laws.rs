//! Laws: what holds for every text, and not for one example.
//!
//! Texts come from the example files, from a generator of networks (`benches/generate.rs`), from single kinds of
//! items and of faults in any number (`benches/shapes.rs`), and from mutants of all of these. Everything is
//! decided by seeds, so a failure comes back until it is mended; it shows the text that broke the law.

#[path = "../../benches/generate.rs"]
pub(crate) mod generate;
#[path = "../../benches/shapes.rs"]
mod shapes;

use std::collections::{BTreeMap, BTreeSet};

use forecastc::diagnostic::{self, Diagnostic, Diagnostics};
use forecastc::model::Model;
use forecastc::source::{Source, Sources};
use forecastc::syntax::tree::{Clause, File, Item, Says};
use forecastc::syntax::{self, Unprintable};
use forecastc::value::Date;
use forecastc::{Compiled, compile};
use proptest::prelude::*;
use rayon::prelude::*;

use generate::{Network, Random, network};
use shapes::{FAULTS, KINDS};

/// The day on which the example files are looked at.
fn today() -> Date {
    Date::parse("2026-11-20").unwrap()
}

fn examples() -> Sources {
    forecastc::disk::load(&crate::root().join("predictions")).unwrap()
}

/// Texts without faults in their form: the examples, a generated network, and every kind of item.
fn well_formed() -> Vec<Source> {
    let mut all: Vec<Source> = examples().files().to_vec();
    all.extend(network(60, 7).sources().files().iter().cloned());
    all.extend(KINDS.iter().flat_map(|shape| (shape.make)(12).sources().files().to_vec()));
    all
}

fn text_of(source: &Source) -> String {
    source.text().to_owned()
}

// ---- what any text must bear

/// Every place that a diagnostic names is there, and lies on borders of characters.
fn check_places(found: &Diagnostics, sources: &Sources) {
    for one in found.iter() {
        let labels = one.labels.iter().map(|label| label.span);
        for span in labels.chain(one.fix.iter().map(|fix| fix.span)) {
            let source = sources.get(span.source).expect("a file of this compile");
            assert!(source.text().get(span.range()).is_some(), "{one:?} in\n{}", source.text());
        }
    }
}

fn check_reports(found: &Diagnostics, sources: &Sources) {
    for color in [false, true] {
        diagnostic::text(found, sources, color);
    }
    diagnostic::short(found, sources);
    diagnostic::github(found, sources);
    for report in [diagnostic::json(found, sources), diagnostic::sarif(found, sources)] {
        serde_json::from_str::<serde_json::Value>(&report).expect("JSON");
    }
}

/// `format` gives a text that it leaves as it is and that has the same words, or it has faults to show.
fn check_format(source: &Source) {
    match syntax::format(source) {
        Ok(once) => {
            let again = syntax::format(&Source::new(source.path(), once.as_str()));
            let again = again.unwrap_or_else(|_| panic!("refused what it made of\n{}", source.text()));
            assert_eq!(once, again, "a second time changes what the first made of\n{}", source.text());
            assert_eq!(words(source.text()), words(&once), "other words than in\n{}", source.text());
        }
        Err(Unprintable::Faulty(found)) => assert!(!found.is_empty(), "refused without a fault"),
        Err(Unprintable::Unsafe) => panic!("no layout for\n{}", source.text()),
    }
}

/// The words of a text, in the order of the alphabet, and how often each mark stands in it. Braces may go: those
/// of an empty block say nothing.
fn words(text: &str) -> (Vec<&str>, BTreeMap<char, usize>) {
    let mut words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
    words.retain(|word| !word.is_empty());
    words.sort_unstable();
    let mut marks = BTreeMap::new();
    for mark in text.chars().filter(|c| !c.is_alphanumeric() && !c.is_whitespace() && !"{}".contains(*c)) {
        *marks.entry(mark).or_default() += 1;
    }
    (words, marks)
}

/// What a diagnostic says and where, whatever ends the lines.
fn said(found: &Diagnostics, sources: &Sources) -> Vec<String> {
    let place = |one: &Diagnostic| sources.get(one.span().source).map(|file| file.position(one.span().start));
    found.iter().map(|one| format!("{:?} {:?} {}", place(one), one.code, one.message)).collect()
}

// ---- mutants

/// Pieces that are put where they do not belong.
const INTRUDERS: [&str; 52] = [
    "{",
    "}",
    "\"",
    "\"\"\"",
    "\n",
    "\r\n",
    "\r",
    "#",
    "<",
    ">",
    "(",
    ")",
    ",",
    "\\",
    "%",
    "..",
    "->",
    "=>",
    " ",
    "\t",
    "\n\n",
    "\n}",
    "{\n",
    " {",
    "\n\"\"\"",
    "\"\"\"\n",
    "\\\"",
    "\\u{2014}",
    "'",
    "“",
    "”",
    "é",
    "—",
    "語",
    "🜚",
    "e\u{301}",
    "\u{202E}",
    "\u{0}",
    "\u{FEFF}",
    "\u{A0}",
    "\u{2028}",
    "\u{85}",
    "-",
    "5",
    "1e9",
    "yes",
    "P(",
    "not ",
    "else",
    "2026-02-30",
    "private",
    "prediction X \"Y\" {",
];

/// One item of a text with a few others, short enough for many thousands of mutants.
fn excerpts() -> Vec<String> {
    let mut excerpts = Vec::new();
    let mut random = Random::new(11);
    for source in well_formed() {
        let file = syntax::parse(&source, &mut Diagnostics::new());
        let mut start = 0;
        for item in &file.items {
            let end = item.span.end as usize;
            let text = &source.text()[start..end];
            start = end;
            excerpts.push(text.to_owned());
            let lines: Vec<&str> = text.lines().collect();
            if lines.len() > 14 {
                // The head, a stretch of the body, and the end.
                let from = random.between(1, lines.len() - 8);
                let part = [&lines[..2], &lines[from..from + 6], &lines[lines.len() - 1..]];
                excerpts.push(part.concat().join("\n"));
            }
        }
    }
    excerpts.retain(|text| text.len() < 4_000);
    excerpts
}

fn mutant(original: &str, random: &mut Random) -> Vec<u8> {
    let mut text = original.to_owned();
    for _ in 0..random.between(1, 3) {
        let pieces = pieces(&text);
        let (at, other) = (random.below(pieces.len()), random.below(pieces.len()));
        let mut pieces: Vec<String> = pieces.into_iter().map(str::to_owned).collect();
        if pieces.is_empty() {
            break;
        }
        match random.below(9) {
            0 => drop(pieces.remove(at)),
            1 => pieces.insert(at, pieces[other].clone()),
            2 => pieces.swap(at, other),
            3 => pieces.truncate(at),
            4 => pieces[at] = pieces[other].clone(),
            5 => drop(pieces.drain(at..(at + random.below(12)).min(pieces.len()))),
            6 => {
                let mut letters: Vec<char> = pieces[at].chars().collect();
                letters.remove(random.below(letters.len()));
                pieces[at] = letters.into_iter().collect();
            }
            _ => pieces.insert(at, random.pick(&INTRUDERS).to_owned()),
        }
        text = pieces.concat();
    }
    let mut bytes = text.into_bytes();
    if random.one_in(12) && !bytes.is_empty() {
        let at = random.below(bytes.len());
        bytes[at] ^= 1 << random.below(8);
    }
    bytes
}

/// The words and marks of a text, with the blanks between them: together they are the text.
fn pieces(text: &str) -> Vec<&str> {
    let kind = |c: char| if c.is_alphanumeric() { 0 } else { u32::from(c) };
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| kind(c) != kind(first)).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

#[test]
fn no_mutant_makes_it_panic_or_point_outside_of_the_text() {
    const MUTANTS: u64 = 24_000;
    let excerpts = excerpts();
    (0..MUTANTS).into_par_iter().for_each(|seed| {
        let mut random = Random::new(seed);
        let original = &excerpts[random.below(excerpts.len())];
        let source = Source::from_bytes("network.pred", mutant(original, &mut random));
        check_format(&source);
        let sources = Sources::new(vec![source]);
        let compiled = compile(&sources, today());
        check_places(&compiled.diagnostics, &sources);
        if seed % 16 == 0 {
            check_reports(&compiled.diagnostics, &sources);
        }
    });
}

#[test]
fn no_mutant_of_a_whole_network_makes_it_panic_or_point_outside_of_the_text() {
    let small = network(6, 3);
    (0..600_u64).into_par_iter().for_each(|seed| {
        let mut random = Random::new(seed);
        let mut files: Vec<Source> = Vec::new();
        for (path, text) in &small.files {
            files.push(Source::from_bytes(path.as_str(), mutant(text, &mut random)));
        }
        let sources = Sources::new(files);
        let compiled = compile(&sources, generate::today());
        check_places(&compiled.diagnostics, &sources);
        check_reports(&compiled.diagnostics, &sources);
    });
}

/// Kinds of faults that nest: each number of them is tried in a process of its own.
const NESTED: [&str; 8] = [
    "parentheses, one line",
    "parentheses, a line each",
    "parentheses that close",
    "parentheses in a seeming link",
    "parentheses in many seeming links",
    "sums in parentheses",
    "negations, a line each",
    "milestones inside each other",
];

#[test]
fn no_fault_in_any_number_makes_it_panic_or_point_outside_of_the_text() {
    let faults = FAULTS.par_iter().filter(|shape| !NESTED.contains(&shape.name));
    faults.for_each(|shape| {
        let sources = (shape.make)(150).sources();
        let compiled = compile(&sources, generate::today());
        check_places(&compiled.diagnostics, &sources);
        check_reports(&compiled.diagnostics, &sources);
        sources.files().iter().for_each(check_format);
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_row_of_words_and_marks_makes_it_panic(pieces in proptest::collection::vec(piece(), 0..40)) {
        let source = Source::new("network.pred", pieces.concat());
        check_format(&source);
        let sources = Sources::new(vec![source]);
        let compiled = compile(&sources, today());
        check_places(&compiled.diagnostics, &sources);
        check_reports(&compiled.diagnostics, &sources);
    }
}

/// A piece of the language, or any few characters.
fn piece() -> impl Strategy<Value = String> {
    const PIECES: [&str; 30] = [
        "prediction A \"Claim\" {\n",
        "killer K \"Risk\" ",
        "choice C \"Which?\" {",
        "given A, B => C {\n",
        "network \"N\" {",
        "probability 30%\n",
        "window 2026 .. 2027\n",
        "needs A 45% else 5%\n",
        "2026-06-01 note \"Seen\"\n",
        "2026-06-09 corrects 2026-06-01 ",
        "milestone m \"Step\" {\n",
        "quote \"so\"\n",
        "text \"\"\"\n",
        "\"\"\"\n",
        "assert ",
        "P(A | B)",
        "not ",
        "and ",
        "< 5%",
        "yes no 60%\n",
        "tags a,\n",
        "allow overdue-prediction \"why\"\n",
        "rule r \"R\" {\n",
        "when open and p > 5%\n",
        "redirect A -> B\n",
        "edge A -> B ",
        "document d \"D\" { file docs/a.md }\n",
        "scenario S \"S\" { rest }\n",
        "hit m\n",
        "moves with A strong lag 3mo \"why\" <https://example.org>\n",
    ];
    let any = prop_oneof![
        proptest::sample::select(&PIECES[..]).prop_map(str::to_owned),
        proptest::sample::select(&INTRUDERS[..]).prop_map(str::to_owned),
        "[ -~]{0,6}",
        "\\PC{0,3}",
    ];
    any.boxed()
}

#[test]
fn nothing_nested_overflows_a_stack_of_two_megabytes() {
    // A stack that overflows ends the process: each depth has one of its own.
    const DEPTH: &str = "FORECASTC_DEPTH";
    const DEPTHS: [usize; 12] = [62, 100, 150, 200, 300, 450, 600, 800, 1_000, 1_500, 3_000, 20_000];
    if let Ok(case) = std::env::var(DEPTH) {
        let (name, depth) = case.split_once(':').unwrap();
        let shape = FAULTS.iter().find(|shape| shape.name == name).unwrap();
        let sources = (shape.make)(depth.parse().unwrap()).sources();
        let work = move || {
            compile(&sources, today());
            sources.files().iter().for_each(check_format);
        };
        std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
        return;
    }
    let cases: Vec<(&str, usize)> =
        NESTED.iter().flat_map(|name| DEPTHS.map(|depth| (*name, depth))).collect();
    let overflows = cases.par_iter().filter(|(name, depth)| {
        let mut again = std::process::Command::new(std::env::current_exe().unwrap());
        again.args(["--exact", "laws::nothing_nested_overflows_a_stack_of_two_megabytes"]);
        let output = again.env(DEPTH, format!("{name}:{depth}")).output().unwrap();
        !output.status.success()
    });
    assert_eq!(overflows.collect::<Vec<_>>(), Vec::<&(&str, usize)>::new());
}

// ---- what is without faults

#[test]
fn a_generated_network_has_no_faults_and_stands_in_the_one_layout() {
    for (nodes, seed) in [(1, 1), (2, 1), (3, 2), (10, 3), (45, 4), (300, 5)] {
        let sources = network(nodes, seed).sources();
        let compiled = compile(&sources, generate::today());
        assert_eq!(diagnostic::short(&compiled.diagnostics, &sources), "");
        assert_eq!(compiled.model.nodes.len(), nodes);
        for source in sources.files() {
            assert_eq!(syntax::format(source).unwrap(), source.text());
        }
    }
}

#[test]
fn every_kind_of_item_is_without_errors_in_any_number() {
    for shape in KINDS {
        for count in [1, 8, 40] {
            let sources = (shape.make)(count).sources();
            let found = compile(&sources, generate::today()).diagnostics;
            assert!(!found.has_errors(), "{count} {}\n{}", shape.name, diagnostic::short(&found, &sources));
        }
    }
}

// ---- the one layout

/// The items with every journal in the order of its days, which is what the layout may change.
fn in_order(source: &Source) -> Vec<Item> {
    fn sort(body: &mut [Clause]) {
        body.sort_by_key(
            |clause| {
                if let Says::Fact(fact) = &clause.says { Some(fact.date.value) } else { None }
            },
        );
        for clause in body {
            if let Says::Item(item) = &mut clause.says {
                sort(&mut item.body);
            }
        }
    }
    let mut found = Diagnostics::new();
    let File { mut items, .. } = syntax::parse(source, &mut found);
    assert!(found.is_empty(), "{found:?} in\n{}", source.text());
    items.iter_mut().for_each(|item| sort(&mut item.body));
    items
}

/// The same text laid out by somebody in a hurry: blanks, empty lines, broken lists, and comments wherever they
/// may stand, each with a name. A comment behind a line is named after the first word of the line.
fn untidy(text: &str, random: &mut Random) -> (String, Vec<String>) {
    let text = &with_journals_shuffled(text, random);
    let mut out = String::new();
    let mut comments = Vec::new();
    let mut remark = |random: &mut Random, place: &str| {
        let comment = format!(
            "# remark {} {place} {}",
            comments.len(),
            random.pick(&["", "“é”", "\"", "{", "a }", "\"\"\""])
        );
        comments.push(comment.trim_end().to_owned());
        comment
    };
    let mut in_block = false;
    let mut depth = 0;
    let mut goes_on = false;
    for line in text.lines() {
        let words = line.trim();
        let closes = in_block && words.starts_with("\"\"\"");
        if in_block && !closes {
            out.push_str(line);
            out.push('\n');
            continue;
        }
        if !closes && !goes_on && random.one_in(6) {
            out.push_str(&remark(random, "above"));
            out.push('\n');
        }
        if !closes && !goes_on && random.one_in(8) {
            out.push_str(random.pick(&["\n", "  \n", "\t\n\n\n"]));
        }
        let own = &line[..line.len() - line.trim_start().len()];
        // Where a line goes on below, and where an item begins, indentation has a meaning.
        let goes_on_below = words.ends_with([',', '(']) || words.contains("when (");
        let is_free = !goes_on && !closes && !own.is_empty() && !goes_on_below;
        let blank = if is_free { random.pick(&[own, own, own, "", "\t", "  ", "           "]) } else { own };
        out.push_str(blank);
        let mut in_text = false;
        let mut escaped = false;
        let mut last = ' ';
        let mut is_broken = false;
        let has_comment = words.contains('#');
        for c in words.chars() {
            let gap = !in_text && !has_comment && !closes;
            if c == '"' && !escaped {
                in_text = !in_text;
            }
            escaped = c == '\\' && !escaped;
            match c {
                '(' if !in_text => depth += 1,
                ')' if !in_text => depth -= 1,
                _ => {}
            }
            if gap && last == ',' && c == ' ' && random.one_in(3) {
                if random.one_in(2) {
                    out.push_str("  ");
                    out.push_str(&remark(random, "within"));
                }
                out.push('\n');
                out.push_str(blank);
                out.push_str("  ");
                is_broken = true;
            } else if gap && c == ' ' && random.one_in(8) {
                out.push_str(random.pick(&["  ", "\t", " \t "]));
            } else {
                out.push(c);
            }
            last = c;
        }
        goes_on = depth > 0 || last == ',';
        in_block = !closes && words.ends_with("\"\"\"");
        if !in_block && !has_comment && !words.is_empty() && random.one_in(6) {
            let first = words.split([' ', '\t']).next().unwrap();
            let place = if first.starts_with('}') || closes || goes_on || is_broken {
                "end".to_owned()
            } else {
                format!("behind:{first}")
            };
            out.push(' ');
            out.push_str(&remark(random, &place));
        }
        if !in_block && random.one_in(8) {
            out.push_str(" \t");
        }
        out.push('\n');
    }
    (out, comments)
}

/// The lines of journals in any order, where no two are of one day.
fn with_journals_shuffled(text: &str, random: &mut Random) -> String {
    let day = |line: &str| line.trim().get(..10).and_then(Date::parse);
    let mut lines: Vec<&str> = text.lines().collect();
    for run in lines.chunk_by_mut(|a, b| day(a).is_some() && day(b).is_some()) {
        let days: BTreeSet<Date> = run.iter().filter_map(|line| day(line)).collect();
        if days.len() == run.len() && run[0].starts_with(' ') {
            random.shuffle(run);
        }
    }
    lines.join("\n")
}

#[test]
fn the_layout_loses_no_comment_and_changes_no_meaning() {
    well_formed().par_iter().enumerate().for_each(|(index, source)| {
        for seed in 0..3 {
            let mut random = Random::new(100 * index as u64 + seed);
            let (text, comments) = untidy(source.text(), &mut random);
            let untidy = Source::new(source.path(), text.as_str());
            let tidy = match syntax::format(&untidy) {
                Ok(tidy) => tidy,
                Err(Unprintable::Faulty(found)) => {
                    panic!("{}\n{text}", diagnostic::short(&found, &Sources::new(vec![untidy])))
                }
                Err(Unprintable::Unsafe) => panic!("no layout for\n{text}"),
            };
            for comment in &comments {
                let lines: Vec<&str> =
                    tidy.lines().filter(|line| line.trim_end().ends_with(comment)).collect();
                assert_eq!(lines.len(), 1, "{comment:?} in\n{tidy}\nwhich was\n{text}");
                let first = lines[0].split_whitespace().next().unwrap();
                if let Some(place) = comment.split_whitespace().find_map(|word| word.strip_prefix("behind:"))
                {
                    assert_eq!(first, place, "{comment} is behind another line:\n{tidy}\nwhich was\n{text}");
                }
                if comment.split_whitespace().any(|word| word == "above") {
                    assert_eq!(first, "#", "{comment} stood alone:\n{tidy}\nwhich was\n{text}");
                }
            }
            let tidy = Source::new(source.path(), tidy);
            assert_eq!(in_order(source), in_order(&tidy), "not the same as\n{text}");
            assert_eq!(syntax::format(&tidy).unwrap(), tidy.text(), "laid out twice:\n{text}");
        }
    });
}

#[test]
fn one_changed_word_stays_one_changed_line() {
    well_formed().par_iter().enumerate().for_each(|(index, source)| {
        let tidy = syntax::format(source).unwrap();
        let lines: Vec<&str> = tidy.lines().collect();
        let mut random = Random::new(index as u64);
        for _ in 0..12 {
            let at = random.below(lines.len());
            let changed = lines[at].replacen(random.pick(&["the", "45", "30%", "A", "2030", "e"]), "77", 1);
            let is_first = |word: &str| changed.split_whitespace().next() == Some(word);
            // A day that changes moves its line, and a first word that changes makes another clause.
            if changed == lines[at] || !lines[at].split_whitespace().next().is_some_and(is_first) {
                continue;
            }
            let mut edited = lines.clone();
            edited[at] = &changed;
            let edited = edited.join("\n") + "\n";
            let Ok(again) = syntax::format(&Source::new(source.path(), edited.as_str())) else { continue };
            assert_eq!(again, edited, "line {} of {}", at + 1, source.path());
        }
    });
}

// ---- order and place

/// Debug output without the places in it: `@0:12..34` and `0:12..34`.
fn without_places(debug: &str) -> String {
    let mut out = String::new();
    let mut rest = debug;
    while let Some(at) = rest.find("..") {
        let before = rest[..at].trim_end_matches(|c: char| c.is_ascii_digit());
        let place =
            before.strip_suffix(':').map(|before| before.trim_end_matches(|c: char| c.is_ascii_digit()));
        let after = rest[at + 2..].trim_start_matches(|c: char| c.is_ascii_digit());
        match place {
            Some(before) if after.len() < rest.len() - at - 2 => out.push_str(before.trim_end_matches('@')),
            _ => out.push_str(&rest[..at + 2]),
        }
        rest = if place.is_some() { after } else { &rest[at + 2..] };
    }
    out + rest
}

/// A network as it is understood, without places and with everything that has no order in one.
fn understood(model: &Model) -> String {
    let mut out = String::new();
    for node in &model.nodes {
        let mut node = node.clone();
        let facts = node.journal.iter().map(|fact| {
            let mended =
                fact.mends.and_then(|at| node.journal.get(at)).map(|mended| (mended.date, mended.event));
            let fact = forecastc::model::Fact { mends: None, ..fact.clone() };
            without_places(&format!("{fact:?} mends {mended:?}"))
        });
        let mut facts: Vec<String> = facts.collect();
        facts.sort();
        node.journal.clear();
        out += &format!("{}\n{}\n", without_places(&format!("{node:?}")), facts.join("\n"));
    }
    let mut loose: Vec<String> = Vec::new();
    loose.extend(model.edges.iter().map(|one| format!("{one:?}")));
    loose.extend(model.tables.iter().map(|one| format!("{one:?}")));
    loose.extend(model.assertions.iter().map(|one| format!("{one:?}")));
    loose.extend(model.choices.iter().map(|one| format!("{one:?}")));
    loose.extend(model.documents.iter().map(|one| format!("{one:?}")));
    loose.extend(model.predictors.iter().map(|one| format!("{one:?}")));
    loose.extend(model.classes.iter().map(|one| format!("{one:?}")));
    loose.extend(model.tickers.iter().map(|one| format!("{one:?}")));
    loose.extend(model.rules.iter().map(|one| format!("{one:?}")));
    loose.extend(model.redirects.iter().map(|one| format!("{one:?}")));
    let mut loose: Vec<String> = loose.iter().map(|one| without_places(one)).collect();
    loose.sort();
    out + &loose.join("\n")
}

fn codes_and_messages(compiled: &Compiled) -> BTreeSet<String> {
    compiled.diagnostics.iter().map(|one| format!("{:?} {}", one.code, one.message)).collect()
}

/// The items of a network as texts, those with faults included.
fn items(sources: &Sources) -> Vec<String> {
    let mut items = Vec::new();
    for source in sources.files() {
        let file = syntax::parse(source, &mut Diagnostics::new());
        items.extend(file.items.iter().map(|item| source.text()[item.span.range()].to_owned()));
    }
    items
}

/// Networks with and without faults, each fault of a kind that is one wherever it stands.
fn networks_to_shuffle() -> Vec<(Sources, Date)> {
    let slips: [(&str, &str); 6] = [
        (" else ", " else 9"),
        ("needs ", "needs NOBODY_"),
        (" by ", " by nobody_"),
        ("window 2026", "window 2056"),
        ("hit ", "hit no_"),
        ("probability ", "probability 1"),
    ];
    let generated = network(80, 9);
    let mut all = vec![(examples(), today()), (generated.sources(), generate::today())];
    for (find, put) in slips {
        let slip = |text: &str| {
            let mut count = 0;
            let parts = text.split_inclusive(find).map(|part| {
                count += 1;
                if count % 9 == 4 { part.replace(find, put) } else { part.to_owned() }
            });
            parts.collect::<String>()
        };
        let files = generated.files.iter().map(|(path, text)| (path.clone(), slip(text))).collect();
        let documents = generated.documents.clone();
        all.push((Network { files, documents, ..Network::default() }.sources(), generate::today()));
    }
    all
}

#[test]
fn the_order_and_the_files_of_items_mean_nothing() {
    networks_to_shuffle().par_iter().enumerate().for_each(|(index, (sources, day))| {
        let before = compile(sources, *day);
        let items = items(sources);
        for seed in 0..4 {
            let mut random = Random::new(10 * index as u64 + seed);
            let mut items = items.clone();
            random.shuffle(&mut items);
            let mut files = vec![String::new(); random.between(1, 9)];
            for item in items {
                let file = random.below(files.len());
                files[file] += &item;
                files[file].push('\n');
            }
            let mut files: Vec<Source> = files
                .into_iter()
                .enumerate()
                .map(|(at, text)| Source::new(format!("{at}.pred"), text))
                .collect();
            random.shuffle(&mut files);
            let documents = sources
                .document_paths()
                .map(|path| (path.to_owned(), sources.document(path).unwrap().into()));
            let shuffled = Sources::new(files).with_documents(documents);
            let after = compile(&shuffled, *day);
            assert_eq!(
                codes_and_messages(&before),
                codes_and_messages(&after),
                "network {index}, order {seed}"
            );
            assert_eq!(understood(&before.model), understood(&after.model), "network {index}, order {seed}");
        }
    });
}

#[test]
fn the_ends_of_lines_mean_nothing() {
    let excerpts = excerpts();
    let mutants = (0..3_000_u64).into_par_iter().filter_map(|seed| {
        let mut random = Random::new(seed);
        let original = &excerpts[random.below(excerpts.len())];
        String::from_utf8(mutant(original, &mut random)).ok()
    });
    let whole = well_formed().into_par_iter().map(|source| text_of(&source));
    let faults =
        FAULTS.par_iter().flat_map_iter(|shape| (shape.make)(5).files.into_iter().map(|(_, text)| text));
    // A carriage return that ends no line is a fault of its own, and two at the end of one are one too many.
    mutants.chain(whole).chain(faults).filter(|text| !text.contains('\r')).for_each(|text| {
        let dos = Sources::single(&text.replace('\n', "\r\n"));
        let unix = Sources::single(&text);
        let (left, right) = (compile(&unix, today()), compile(&dos, today()));
        assert_eq!(said(&left.diagnostics, &unix), said(&right.diagnostics, &dos), "{text}");
        let formatted = [&unix, &dos].map(|sources| syntax::format(&sources.files()[0]).ok());
        let [unix, dos] = formatted;
        assert_eq!(
            unix.map(|text| text.replace('\n', "\r\n")),
            dos.map(|text| text.replace("\r\n", "\n").replace('\n', "\r\n")),
            "{text}"
        );
    });
}

// ---- many faults

/// One fault in each item: under it the words that must be marked, and its code.
const TWENTY_FAULTS: &str = r#"
network "Every item has a fault, and each is of another kind" { stale after 90mo }
predictor someone "Somebody" { role "Says “things”" }
class cases "Cases like it" { seen 4 of 40 }
prediction WHOLE "An item without any fault" {
    by someone
    class cases weight 30%
    window 2027 .. 2030
    probability 30%
    measure "A table"
}

class more_cases "Cases" { seen 50 of 40 }
#                               ^^^^^^^^ out-of-range
prediction A01 "A window" {
    window 2032 .. 2027
#          ^^^^^^^^^^^^ reversed-window
    probability 30%
}
prediction A02 "A voice that nobody knows" {
    by “nobody”
#      ^ syntax-error
    probability 30%
}
prediction A03 "An edge from nowhere — very far" {
    window 2030
    needs NOWHERE 45% else 5% "—"
#         ^^^^^^^ unknown-node
    measure "A table"
}
prediction A04 "A word with a slip" {
    probabilty 40%
#   ^^^^^^^^^^ unknown-word
}
prediction A05 "Ein Tag, den es nicht gibt: „30. Februar“" {
    said 2026-02-30 "Über Nacht"
#        ^^^^^^^^^^ impossible-date
    probability 30%
}
prediction A06 "A month" {
    window 2026/09
#          ^^^^^^^ malformed-date
    probability 30%
}
killer A07 "A link that runs" {
    probability 5%
    link <javascript:alert(1)>
#        ^^^^^^^^^^^^^^^^^^^^^ forbidden-link
}
prediction A08 "A class that is not there" {
    window 2030
    class no_cases
#         ^^^^^^^^ unknown-class
    probability 30%
    measure "A table"
}
prediction A09 "A text without its end" {
    quote "it never ends
#         ^^^^^^^^^^^^^^ unclosed-text
    probability 30%
}
prediction A10 "Said twice" {
    domain ai/models
    domain ai/agents
#   ^^^^^^ repeated-clause
    probability 30%
}
killer A11 "Never" {
    probability 0%
#               ^^ certain-probability
}
prediction A12 "Too strong" {
    window 2030
    killed by A11 50% else 10%
#                 ^^^^^^^^^^^^ contradictory-edge
    measure "A table"
}
prediction WHOLE "The same id again" {
#          ^^^^^ duplicate-id
    window 2030
    probability 30%
    measure "A table"
}
prediction A13 "Its own cause" {
    window 2030
    needs A13 45% else 5%
#         ^^^ self-edge
    measure "A table"
}
choice A14 "Which of the two?" {
#      ^^^ unbalanced-choice
    scenario A14_A "This" { probability 40% }
    scenario A14_B "That" { probability 50% }
}
scenario A15 "A state"
given WHOLE => A15 { yes 60% }
#              ^^^ incomplete-table
prediction A16 "A step that it has not" {
    window 2030
    probability 30%
    measure "A table"
    2026-05-01 missed nothing "Überraschung"
#                     ^^^^^^^ unknown-milestone
}
document A17 "A paper" { file docs/absent.md }
#                             ^^^^^^^^^^^^^^ missing-file
rule A18 "A rule" {
    for prediction
    when open and likelihood > 50%
#                 ^^^^^^^^^^ unknown-field
    warn "{id}"
}
scenario A19 "An escape" {
    quote "für \q und \u{2014}"
#              ^^ malformed-text
    probability 30%
}
scenario A20 "A clause of others" {
    rate 5%
#   ^^^^ misplaced-clause
    probability 30%
}
scenario 2026 "A year is no id" { probability 30% }
#        ^^^^ malformed-id
redirect WHOLE -> A20
#        ^^^^^ live-redirect
scenario A21 "A mention" {
    quote "„[[WHOLE]]“, [[NOBODY]]"
#                         ^^^^^^ unknown-mention
    probability 30%
}
scenario A22 "A correction" {
    probability 30%
    2026-05-01 corrects 2026-04-01 probability 31%
#                       ^^^^^^^^^^ unmatched-correction
}
scenario A23 "A number" { probability 5,5% }
#                                     ^^^^ malformed-number
scenario A24 "It can be read, but not closed" {
#                                             ^ unclosed-block
    probability 30%

scenario A25 "The last one" { probability 30% }
"#;

#[test]
fn twenty_faults_are_twenty_diagnostics_at_the_exact_words() {
    let sources = Sources::single(TWENTY_FAULTS);
    let found = compile(&sources, generate::today()).diagnostics;
    let mut expected = Vec::new();
    let mut line_above = 0;
    for (index, line) in TWENTY_FAULTS.lines().enumerate() {
        let Some((mark, code)) = line.trim_end().rsplit_once("^ ").filter(|_| line.starts_with('#')) else {
            line_above = index + 1;
            continue;
        };
        let column = mark.find('^').unwrap_or(mark.len());
        expected.push((line_above, column + 1, mark.len() + 1 - column, code.to_owned()));
    }
    let source = &sources.files()[0];
    let places = found.iter().map(|one| {
        let place = source.position(one.span().start);
        (place.line, place.column, sources.slice(one.span()).chars().count(), one.code.name().to_owned())
    });
    assert_eq!(places.collect::<Vec<_>>(), expected);
    assert!(expected.len() >= 20);
    let codes: BTreeSet<&String> = expected.iter().map(|(_, _, _, code)| code).collect();
    assert!(codes.len() >= 20, "{codes:?}");
}
