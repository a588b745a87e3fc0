//! Text of one kind, in any amount: what the scaling of the compiler is measured on.
//!
//! A number goes in, a network with so many items of one kind comes out. `KINDS` are without errors;
//! `FAULTS` are what a slip, a script or an ill will could write, a number of times. Each is made so that a
//! part of the compiler that looks at all items for each item shows: time must grow as the number does.

#![allow(dead_code, reason = "each of those who include this file uses a part of it")]

use super::generate::{Network, Random};

/// One kind of text.
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    /// Whether all of it has to stand in one file, whose size is bounded.
    pub(crate) in_one_file: bool,
    pub(crate) make: fn(usize) -> Network,
}

const fn many(name: &'static str, make: fn(usize) -> Network) -> Shape {
    Shape { name, in_one_file: false, make }
}

const fn one(name: &'static str, make: fn(usize) -> Network) -> Shape {
    Shape { name, in_one_file: true, make }
}

pub(crate) const KINDS: &[Shape] = &[
    many("predictions", |n| spread("", (0..n).map(claim))),
    many("killers", |n| spread("", (0..n).map(|i| format!("killer K{i} \"A risk\" {{ probability 5% }}\n")))),
    many("scenarios", |n| spread("", (0..n).map(state))),
    many("scenarios in choices of two", |n| {
        let choice = |i| {
            format!(
                "choice C{i} \"Which?\" {{\n    scenario A{i} \"This\" {{ probability 40% }}\n    scenario B{i} \"That\" {{ rest }}\n}}\n"
            )
        };
        spread("", (0..n.div_ceil(2)).map(choice))
    }),
    one("scenarios of one choice", |n| {
        let scenario = |i| format!("    scenario S{i} \"A way\" {{ probability 0.001% }}\n");
        single("choice C \"Which?\" {\n    scenario S \"Another\" { rest }\n", (0..n).map(scenario), "}\n")
    }),
    many("milestones, four to a node", |n| {
        spread("", (0..n.div_ceil(4)).map(|i| format!("{}{}}}\n", open(i), milestones(4))))
    }),
    one("milestones of one node", |n| single(&open(0), [milestones(n)], "}\n")),
    many("edges inside of nodes", |n| {
        let node = |i: usize| {
            let edges = (1..=8).filter_map(|back| i.checked_sub(back));
            let edges: String =
                edges.map(|source| format!("    needs A{source} 45.{source}% else 5%\n")).collect();
            format!("{}{edges}}}\n", open(i))
        };
        spread("", (0..n.div_ceil(8)).map(node))
    }),
    many("edges alone", |n| {
        let nodes = n.div_ceil(8) + 8;
        let edge = |i: usize| format!("edge A{} -> A{} needs 45.{i}% else 5%\n", i / 8, i / 8 + i % 8 + 1);
        spread("", (0..nodes + 1).map(claim).chain((0..n).map(edge)))
    }),
    many("tables", |n| {
        let table = |i| {
            let node = format!("scenario T{i} \"A state\"\n");
            format!(
                "{node}given A0, A1 => T{i} {{\n    yes yes 90%\n    yes no 40%\n    no yes 30%\n    no no 5%\n}}\n"
            )
        };
        spread("", (0..2).map(claim).chain((0..n).map(table)))
    }),
    many("journal lines, ten to a node", |n| {
        let node = |i| format!("{}{}}}\n", open(i), notes(10));
        spread("", (0..n.div_ceil(10)).map(node))
    }),
    many("journal lines alone", |n| {
        let node = |i| (0..10).map(|day| format!("2026-01-{:02} note A{i} \"Seen\"\n", day + 10)).collect();
        spread("", (0..n.div_ceil(10)).flat_map(|i| [claim(i), node(i)]))
    }),
    one("journal lines of one node", |n| single(&open(0), [notes(n)], "}\n")),
    one("corrections of one journal", |n| {
        let line = |i| {
            let (before, after) = (day(2 * i), day(2 * i + 1));
            format!("    {before} probability 30%\n    {after} corrects {before} probability 31%\n")
        };
        single(&open(0), (0..n / 2).map(line), "}\n")
    }),
    one("corrections in a long journal", |n| {
        let line = |i| {
            let (before, after) = (day(i / 5), day(i / 5 + 1));
            match i % 10 {
                8 => format!("    {before} probability 30%\n"),
                9 => format!("    {after} corrects {before} probability 31%\n"),
                _ => format!("    {before} note \"Seen\"\n"),
            }
        };
        single(&open(0), (0..n).map(line), "}\n")
    }),
    one("slips of one milestone", |n| {
        let line = |i| format!("        {} slipped to 2031\n", day(i));
        single(&format!("{}    milestone m \"A step\" {{\n", open(0)), (0..n).map(line), "    }\n}\n")
    }),
    many("assertions", |n| {
        spread(&claim(0), (0..n).map(|i| format!("assert P(A0) < 99.{i}% \"Nothing is sure\"\n")))
    }),
    one("terms of one assertion", |n| {
        let start = format!("{}assert (P(A0) < 99%\n", claim(0));
        single(&start, (0..n).map(|_| "    and P(A0) > 1%\n".to_owned()), "    )\n")
    }),
    one("terms of one rule", |n| {
        let start = "rule r \"A rule\" {\n    for prediction\n    badge \"x\"\n    when (open\n";
        single(start, (0..n).map(|_| "        or kind = killer\n".to_owned()), "        )\n}\n")
    }),
    many("rules", |n| {
        let rule = |i| {
            format!(
                "rule r{i} \"A rule\" {{\n    for prediction\n    when p > 50%\n    warn \"{{id}} is high\"\n}}\n"
            )
        };
        spread("", (0..n).map(rule))
    }),
    many("documents", |n| {
        spread(
            "",
            (0..n).map(|i| format!("document d{i} \"A paper\" {{ link <https://example.org/{i}> }}\n")),
        )
    }),
    many("tickers", |n| {
        spread(
            "",
            (0..n).map(|i| format!("ticker T{i} \"A company\" {{ link <https://example.org/{i}> }}\n")),
        )
    }),
    many("classes", |n| {
        let class = |i| format!("class c{i} \"Cases\" {{ seen 7 of 40 }}\n");
        let node = |i| format!("{}    class c{i} weight 30%\n}}\n", open(i));
        spread("", (0..n).flat_map(|i| [class(i), node(i)]))
    }),
    many("predictors", |n| {
        let voice = |i| format!("predictor v{i} \"A voice\" {{ role \"Says things\" }}\n");
        let node = |i| format!("{}    by v{i}\n}}\n", open(i));
        spread("", (0..n).flat_map(|i| [voice(i), node(i)]))
    }),
    many("redirects to one node", |n| spread(&claim(0), (0..n).map(|i| format!("redirect OLD{i} -> A0\n")))),
    many("comments", |n| spread(&claim(0), (0..n).map(|i| format!("# A remark, number {i}\n")))),
    many("comments behind lines", |n| {
        spread("", (0..n).map(|i| format!("scenario S{i} \"A state\" {{ probability 5% }}  # a remark\n")))
    }),
    many("lines of block text", |n| {
        let line = "        What was promised for the spring takes longer than the plan had it.\n";
        let node = |i| format!("{}    text \"\"\"\n{}        \"\"\"\n}}\n", open(i), line.repeat(100));
        spread("", (0..n.div_ceil(100)).map(node))
    }),
    many("lines of text with escapes", |n| {
        let node = |i| {
            format!("{}{}}}\n", open(i), "    quote \"He said \\\"soon\\\" \\u{2014} twice\"\n".repeat(20))
        };
        spread("", (0..n.div_ceil(20)).map(node))
    }),
    many("mentions", |n| {
        let node = |i| format!("{}{}}}\n", open(i), "    quote \"It leans on [[A0]] again\"\n".repeat(20));
        spread("", (0..n.div_ceil(20)).map(node))
    }),
    many("sources", |n| {
        let node =
            |i| format!("{}{}}}\n", open(i), "    source \"A table\" <https://example.org/a>\n".repeat(20));
        spread("", (0..n.div_ceil(20)).map(node))
    }),
    many("exposures", |n| {
        let node = |i| format!("{}{}}}\n", open(i), "    up NVDA, AMD weight 0.5\n".repeat(20));
        spread("", (0..n.div_ceil(20)).map(node))
    }),
    one("tags of one line", |n| {
        single(&format!("{}    tags first", open(0)), (0..n).map(|i| format!(",\n        tag-{i}")), "\n}\n")
    }),
    many("nodes that allow a warning", |n| {
        let node = |i| {
            format!(
                "prediction A{i} \"A claim\" {{\n    allow missing-window \"At any time\"\n    probability 30%\n    measure \"A table\"\n}}\n"
            )
        };
        spread("", (0..n).map(node))
    }),
    many("private nodes, and texts besides", |n| {
        let hidden = |i| format!("killer K{i} \"A risk\" {{\n    private\n    probability 5%\n}}\n");
        spread("", (0..n.div_ceil(2)).flat_map(|i| [hidden(i), claim(i)]))
    }),
];

pub(crate) const FAULTS: &[Shape] = &[
    many("unknown nodes", |n| {
        spread("", (0..n).map(|i| format!("{}    needs NOBODY{i} 45% else 5%\n}}\n", open(i))))
    }),
    many("unknown nodes beside allows", |n| {
        let node = |i| {
            let allow = "    allow missing-window \"At any time\"\n    measure \"A table\"\n";
            format!("prediction A{i} \"A claim\" {{\n{allow}    needs NOBODY{i} 45% else 5%\n}}\n")
        };
        spread("", (0..n).map(node))
    }),
    many("unknown predictors", |n| {
        spread(
            "predictor someone \"Somebody\"\n",
            (0..n).map(|i| format!("{}    by nobody{i}\n}}\n", open(i))),
        )
    }),
    many("unknown mentions", |n| {
        spread("", (0..n).map(|i| format!("{}    quote \"It leans on [[NOBODY{i}]]\"\n}}\n", open(i))))
    }),
    one("unknown milestones of one node", |n| {
        let line = |i| format!("    2026-01-02 hit nothing{i}\n");
        single(&format!("{}{}", open(0), milestones(n)), (0..n).map(line), "}\n")
    }),
    many("inner ids that many nodes have", |n| {
        let node = |i| format!("{}    moves with m0 weak\n{}}}\n", open(i), milestones(1));
        spread("", (0..n).map(node))
    }),
    one("unknown convictions among many", |n| {
        let words = |i| format!(",\n        word{i} 50%");
        let node = |i| format!("{}    conviction none{i}\n}}\n", open(i));
        single(
            "network \"N\" {\n    convictions high 85%",
            (0..n).map(words).chain([String::from("\n}\n")]).chain((0..n).map(node)),
            "",
        )
    }),
    one("corrections of nothing in one journal", |n| {
        let line = |i| {
            format!(
                "    {} probability 30%\n    2026-08-01 corrects 2026-07-{:02} probability 31%\n",
                day(i),
                i % 28 + 1
            )
        };
        single(&open(0), (0..n / 2).map(line), "}\n")
    }),
    many("duplicate ids", |n| spread("", (0..n).map(|_| claim(0)))),
    many("ids that differ in case alone", |n| {
        let node = |i| format!("scenario a{i} \"A state\" {{ probability 5% }}\n{}", claim(i));
        spread("", (0..n.div_ceil(2)).map(node))
    }),
    many("redirects in a chain", |n| {
        let step = |i| format!("redirect OLD{} -> OLD{i}\n", i + 1);
        spread(&format!("{}redirect OLD0 -> A0\n", claim(0)), (0..n).map(step))
    }),
    many("redirects round in a circle", |n| {
        let step = |i| format!("redirect OLD{i} -> OLD{}\n", (i + 1) % n);
        spread("", (0..n).map(step))
    }),
    many("redirects in a chain to nowhere", |n| {
        spread("", (0..n).map(|i| format!("redirect OLD{i} -> OLD{}\n", i + 1)))
    }),
    many("a circle of edges", |n| {
        let node = |i| format!("{}    needs A{} 45% else 5%\n}}\n", open(i), (i + 1) % n);
        spread("", (0..n).map(node))
    }),
    many("circles of two", |n| {
        let node = |i| format!("{}    needs A{} 45% else 5%\n}}\n", open(i), i ^ 1);
        spread("", (0..n / 2 * 2).map(node))
    }),
    many("edges there and back", |n| {
        let there = "edge A0 -> A1 needs 45% else 5%\n".repeat(n / 2);
        let back = "edge A1 -> A0 needs 45% else 5%\n".repeat(n / 2);
        spread(
            &format!("{}{}", claim(0), claim(1)),
            there.lines().chain(back.lines()).map(|line| format!("{line}\n")),
        )
    }),
    one("columns of one table", |n| {
        let nodes = (0..n).map(state);
        let columns = (0..n).map(|i| format!(",\n    S{i}"));
        single(
            "",
            nodes.chain(["scenario T \"T\"\nscenario U \"U\"\ngiven T".to_owned()]).chain(columns),
            " => U\n",
        )
    }),
    one("weights of one milestone", |n| {
        single(
            &format!("{}    milestone m \"A step\" {{\n", open(0)),
            (0..n).map(|_| "        weight 0.5\n".to_owned()),
            "    }\n}\n",
        )
    }),
    one("probabilities of one node", |n| {
        single("prediction A \"A claim\" {\n", (0..n).map(|_| "    probability 5%\n".to_owned()), "}\n")
    }),
    one("overdue milestones beside a long journal", |n| {
        let steps = (0..n).map(|i| format!("    milestone m{i} \"A step\" {{ window 2025 }}\n"));
        single(&open(0), steps.chain([notes(n)]), "}\n")
    }),
    one("lints beside faults", |n| {
        let lint = |_| "    lint stale-prediction warn\n".to_owned();
        let node = |i| format!("prediction A{i} \"A claim\" {{ probability 5% }}\n");
        single("network \"N\" {\n", (0..n).map(lint).chain(["}\n".to_owned()]).chain((0..n).map(node)), "")
    }),
    one("allows of one node", |n| {
        single(&open(0), (0..n).map(|_| "    allow stale-prediction \"Why not\"\n".to_owned()), "}\n")
    }),
    many("misspelled clauses", |n| spread("", (0..n).map(|i| format!("{}    probabilty 5%\n}}\n", open(i))))),
    many("lines that begin nothing", |n| spread("", (0..n).map(|_| "x y\n".to_owned()))),
    many("unclosed texts", |n| {
        spread("", (0..n).map(|i| format!("{}    quote \"It never ends\n}}\n", open(i))))
    }),
    many("unclosed blocks", |n| spread("", (0..n).map(open))),
    many("unclosed block texts", |n| {
        spread("", (0..n).map(|i| format!("{}    text \"\"\"\n    It never ends\n", open(i))))
    }),
    many("unclosed parentheses", |n| spread(&claim(0), (0..n).map(|_| "assert P(A0 < 5%\n".to_owned()))),
    many("openers of block text", |n| spread("", (0..n).map(|_| "text \"\"\"\n".to_owned()))),
    many("bare openers of block text", |n| spread("", (0..n).map(|_| "\"\"\"\n".to_owned()))),
    one("opening angles, one line", |n| single("assert ", ["<".repeat(n)], "\n")),
    many("opening angles, many lines", |n| {
        spread("", (0..n.div_ceil(50_000)).map(|_| format!("assert {}\n", "<".repeat(n.min(50_000)))))
    }),
    one("quotes, one line", |n| single("assert ", ["\"".repeat(n)], "\n")),
    one("parentheses, one line", |n| single("assert ", ["(".repeat(n)], "\n")),
    one("parentheses, a line each", |n| single("assert (\n", ["    (\n".repeat(n)], "")),
    one("parentheses in a seeming link", |n| {
        single(&claim(0), [format!("assert P(A0) <{}P(A0){}> 5%\n", "(".repeat(n), ")".repeat(n))], "")
    }),
    one("parentheses in many seeming links", |n| {
        let (links, parentheses) = (n.div_ceil(50), n.min(50));
        let open = format!("<{}A0>0 ", "(".repeat(parentheses)).repeat(links);
        let close = ")".repeat(parentheses * links);
        single(&claim(0), [format!("assert P(A0) {open}{close} > 5%\n")], "")
    }),
    one("parentheses that close", |n| {
        single(&claim(0), [format!("assert {}P(A0){} < 5%\n", "(".repeat(n - 1), ")".repeat(n - 1))], "")
    }),
    one("sums", |n| {
        single(
            &claim(0),
            ["assert (P(A0)\n".to_owned(), "    + P(A0)\n".repeat(n), "    ) < 5%\n".to_owned()],
            "",
        )
    }),
    one("sums in parentheses", |n| {
        let sums = format!("P(A0){}", "\n    + P(A0)".repeat(n));
        single(&claim(0), [format!("assert {}{sums}{} < 5%\n", "(".repeat(62), ")".repeat(62))], "")
    }),
    one("negations, a line each", |n| {
        single(&format!("{}assert (\n", claim(0)), ["    not\n".repeat(n)], "    P(A0) < 5%)\n")
    }),
    one("braces", |n| single("prediction A \"A claim\" ", ["{".repeat(n)], "\n")),
    one("milestones inside each other", |n| single(&open(0), ["milestone m \"A step\" {\n".repeat(n)], "")),
    one("braces that close nothing", |n| single("", ["}".repeat(n)], "\n")),
    one("hidden characters, one line", |n| single("# ", ["\u{202E}".repeat(n)], "\n")),
    one("hidden characters, a line each", |n| single("", ["# \u{202E}\n".repeat(n)], "")),
    one("double brackets in texts", |n| {
        let texts = (0..n.div_ceil(50_000)).map(|_| format!("    quote \"{}\"\n", "[".repeat(n.min(50_000))));
        single(&open(0), texts, "}\n")
    }),
    many("unknown mentions in a document", |n| {
        let text = "It leans on [[NOBODY]].\n".repeat(n);
        let mut network = spread("", ["document d \"A paper\" { file docs/a.md }\n".to_owned()]);
        network.documents.push(("docs/a.md".to_owned(), text));
        network
    }),
    many("missing files among many", |n| {
        let mut network =
            spread("", (0..n).map(|i| format!("document d{i} \"A paper\" {{ file docs/there-{i}.md }}\n")));
        network.documents.extend((0..n).map(|i| (format!("docs/where-{i}.md"), String::new())));
        network
    }),
    many("tiny files", |n| {
        let text = |i: usize| (0..50).map(|j| state(50 * i + j)).collect();
        let files = (0..n.div_ceil(50)).map(|i| (format!("part-{i:05}.pred"), text(i)));
        Network { files: files.collect(), ..Network::default() }
    }),
    many("missing files among long names", |n| {
        let name = |word: &str, i: usize| format!("docs/{word}{i}-{}.md", "long".repeat(50));
        let document = |i| format!("document d{i} \"A paper\" {{ file {} }}\n", name("there", i));
        let mut network = spread("", (0..n).map(document));
        network.documents.extend((0..n).map(|i| (name("where", i), String::new())));
        network
    }),
    many("characters of all kinds", |n| {
        let mut random = Random::new(n as u64);
        spread("", (0..n).map(|_| char::from(random.below(0x5F) as u8 + 0x20).to_string()))
    }),
    many("marks of the language", |n| {
        const MARKS: [&str; 20] = [
            "\"", "\"\"\"", "#", "{", "}", "<", ">", "(", ")", ",", "\\", "\n", "\n    ", " ", "P", ".", "5",
            "%", "|", "->",
        ];
        let mut random = Random::new(n as u64);
        spread("", (0..n).map(|_| random.pick(&MARKS).to_owned()))
    }),
    one("bytes", |n| {
        let mut random = Random::new(n as u64);
        let bytes = (0..n).map(|_| random.below(256) as u8).collect();
        Network { raw: vec![("network.pred".to_owned(), bytes)], ..Network::default() }
    }),
];

/// Items one after the other, in as few files as the limit of their size allows.
fn spread(first: &str, items: impl IntoIterator<Item = String>) -> Network {
    const FILE_BYTES: usize = 4_000_000;
    let mut files = Vec::new();
    let mut text = first.to_owned();
    let mut end = |text: String| files.push((format!("part-{:05}.pred", files.len()), text));
    for item in items {
        if text.len() + item.len() > FILE_BYTES {
            end(std::mem::take(&mut text));
        }
        text.push_str(&item);
    }
    end(text);
    Network { files, ..Network::default() }
}

/// Everything in one file.
fn single(first: &str, items: impl IntoIterator<Item = String>, last: &str) -> Network {
    let mut text = first.to_owned();
    text.extend(items);
    text.push_str(last);
    Network { files: vec![("network.pred".to_owned(), text)], ..Network::default() }
}

/// A claim with its block left open.
fn open(number: usize) -> String {
    format!(
        "prediction A{number} \"A claim\" {{\n    window 2030\n    probability 30%\n    measure \"A table\"\n"
    )
}

fn claim(number: usize) -> String {
    format!("{}}}\n", open(number))
}

fn state(number: usize) -> String {
    format!("scenario S{number} \"A state\" {{ probability 5% }}\n")
}

fn milestones(count: usize) -> String {
    (0..count).map(|i| format!("    milestone m{i} \"A step\" {{ window 2029 }}\n")).collect()
}

fn notes(count: usize) -> String {
    (0..count).map(|i| format!("    2026-{:02}-{:02} note \"Seen\"\n", i % 8 + 1, i / 8 % 28 + 1)).collect()
}

/// A day of a calendar of short months, from 1900 on.
fn day(number: usize) -> String {
    let (year, rest) = (1900 + number / 336 % 126, number % 336);
    format!("{year}-{:02}-{:02}", rest / 28 + 1, rest % 28 + 1)
}
