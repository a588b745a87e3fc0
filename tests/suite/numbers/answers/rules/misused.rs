//! What puts together what cannot be put together is an error, at its place, and no more than one thing is said of it.

use forecastc::answers::assertions::assertions;
use forecastc::answers::rules::rules;
use forecastc::diagnostic::Severity;
use rayon::prelude::*;

use super::super::super::{compile, exact};
use super::conditions::{self, Names};
use crate::laws::generate::Random;
use crate::oracle::items::{COUNTS, DAYS, PROBABILITIES, TRUTHS};
use crate::oracle::phrases::{Logic, MARKS};

const NETWORK: &str = "\
predictor ann \"ann\"
predictor bob \"bob\"
prediction A \"a\" {\n    probability 40%\n    by ann\n    window 2026 .. 2030\n    \
milestone m \"m\" {\n    }\n}
killer B \"b\" { probability 5% }
rule warns \"w\" {\n    for killer\n    when open\n    warn \"w\"\n}
rule badges \"b\" {\n    for killer\n    when open\n    badge \"b\"\n}
";

/// Words of a kind, to put in the wrong place.
fn of(random: &mut Random, kind: &str) -> String {
    let word = match kind {
        "number" => return format!("{}", random.below(30) + 1),
        "count" => random.pick(&COUNTS),
        "probability" => random.pick(&PROBABILITIES),
        "date" => random.pick(&DAYS),
        "day" => "2027-01-01",
        "length" => random.pick(&["6mo", "10d", "2y", "3w"]),
        "word" => random.pick(&["id", "mode", "domain", "by", "kind", "tags"]),
        "condition" => random.pick(&TRUTHS),
        _ => panic!("{kind}"),
    };
    word.to_owned()
}

/// A test that is at fault, and the codes of which one has to be said.
fn fault(random: &mut Random) -> (String, &'static [&'static str]) {
    let mark = random.pick(&MARKS).to_owned();
    let operator = random.pick(&["+", "-", "*", "/"]).to_owned();
    let pair = |random: &mut Random, one: &[&str], other: &[&str]| {
        let [one, other] = [one, other].map(|kinds| {
            let kind = random.pick(kinds);
            of(random, kind)
        });
        if random.one_in(2) { format!("{one} {mark} {other}") } else { format!("{other} {mark} {one}") }
    };
    const MISUSED: &[&str] = &["misused-value"];
    match random.below(18) {
        0 => (pair(random, &["date", "day"], &["number", "count", "probability"]), MISUSED),
        1 => (pair(random, &["date", "day"], &["length"]), MISUSED),
        2 => (pair(random, &["length"], &["number", "count", "probability"]), MISUSED),
        3 => {
            let kind = random.pick(&["date", "count", "number"]);
            (format!("age {mark} {}", of(random, kind)), MISUSED)
        }
        4 => (pair(random, &["condition"], &["condition", "count", "date", "length"]), MISUSED),
        5 => {
            let kind = random.pick(&["number", "count", "probability", "date", "day", "length", "word"]);
            (of(random, kind), MISUSED)
        }
        6 => ("title".to_owned(), MISUSED),
        7 => {
            let kind = random.pick(&["date", "day", "length", "condition"]);
            (format!("{} {operator} {} > 1", of(random, kind), of(random, "count")), MISUSED)
        }
        8 => {
            let kind = random.pick(&["count", "probability", "condition"]);
            (format!("{} older than 6mo", of(random, kind)), MISUSED)
        }
        9 => ("age older than 2y".to_owned(), MISUSED),
        10 => {
            let name =
                random.pick(&["probability", "window", "windw.end", "milestones", "edges", "A", "x9", "P"]);
            (format!("{name} {mark} 5%"), &["unknown-field"])
        }
        11 => (format!("nothing older than {}", of(random, "length")), &["unknown-field"]),
        12 => {
            let which = random.below(4);
            let field = ["kind", "mode", "id", "by"][which];
            let codes: [&[&str]; 4] =
                [&["unknown-word"], &["unknown-word"], &["unknown-node"], &["unknown-predictor"]];
            (format!("{field} {} nobody", random.pick(&["=", "!="])), codes[which])
        }
        13 => {
            let field = random.pick(&["kind", "mode", "domain", "tags"]);
            (format!("{field} {} forecast", random.pick(&["<", "<=", ">", ">="])), MISUSED)
        }
        14 => (format!("badged {}", random.pick(&["warns", "nowhere", "A"])), &["unknown-rule"]),
        15 => (format!("{} {mark} {}", of(random, "probability"), random.between(2, 200)), MISUSED),
        16 => (
            format!(
                "{} {mark} {}",
                of(random, "date"),
                random.pick(&["2027-02-30", "2027-01", "2027-1-1", "2027Q5"])
            ),
            &["malformed-date", "impossible-date"],
        ),
        _ => (format!("domain {} ai/agi", random.pick(&["=", "!="])), MISUSED),
    }
}

/// The marks around what is at fault, so that its place is known.
const MARK: char = '\u{1}';

/// The text without its marks, and where they stood.
fn unmarked(text: &str) -> (String, usize, usize) {
    let parts: Vec<&str> = text.split(MARK).collect();
    let [before, fault, _] = parts.as_slice() else { panic!("two marks: {text}") };
    (parts.concat(), before.len(), before.len() + fault.len())
}

/// Reports are errors within the marks, the first with one of these codes.
fn check(text: &str, codes: &[&str]) {
    let (text, start, end) = unmarked(text);
    let compiled = compile(&text);
    let forecast = exact(&compiled);
    // Whoever asks in spite of the errors gets something.
    rules(&compiled.model, &forecast);
    assertions(&compiled.model, &forecast);
    let errors: Vec<_> = compiled.diagnostics.iter().filter(|one| one.severity == Severity::Error).collect();
    let shown = || format!("{text}\nat {:?}\n{errors:#?}", &text[start..end]);
    assert!(!errors.is_empty(), "no error: {}", shown());
    for error in &errors {
        let span = error.span();
        assert!(codes.contains(&error.code.name()), "another code than {codes:?}: {}", shown());
        let is_inside = start <= span.start as usize && span.end as usize <= end && span.start < span.end;
        assert!(is_inside, "another place: {}", shown());
    }
}

#[test]
fn a_condition_that_compares_what_is_not_alike_is_an_error_at_its_place() {
    (0..1_500_u64).into_par_iter().for_each(|seed| {
        let mut random = Random::new(seed);
        let (fault, codes) = fault(&mut random);
        let ids = ["A".to_owned(), "B".to_owned()];
        let names = Names { ids: &ids, badges: vec![0] };
        // Somewhere in a condition that is well but for it.
        let count = random.between(1, 3);
        let mut parts: Vec<_> = (0..count).map(|_| Some(conditions::random(&mut random, &names))).collect();
        let rules = ["badges".to_owned()];
        let place = random.below(parts.len() + 1);
        parts.insert(place, None);
        let words: Vec<String> = parts
            .into_iter()
            .map(|part| match part {
                None => format!("{MARK}{fault}{MARK}"),
                Some(part) => {
                    // No part is torn by the word before it.
                    conditions::written(&Logic::Not(Box::new(part)), &mut random, &rules)
                }
            })
            .collect();
        let word = random.pick(&[" and ", " or ", " and not ", " or not "]);
        let when = words.join(word);
        let action = random.pick(&["fail", "warn", "badge"]);
        let rule = format!("rule faulty \"f\" {{\n    for killer\n    when {when}\n    {action} \"f\"\n}}\n");
        check(&format!("{NETWORK}{rule}"), codes);
    });
}

#[test]
fn an_assertion_that_claims_nothing_or_asks_for_no_probability_is_an_error_at_its_place() {
    let faults: [(&str, &[&str]); 14] = [
        ("P(A)", &["misused-value"]),
        ("A + B", &["misused-value"]),
        ("40%", &["misused-value"]),
        ("P(A) < 40", &["misused-value"]),
        ("2 = P(A | B)", &["misused-value"]),
        ("(P(A) < 1) < 1", &["misused-value"]),
        ("(A < B) + 1 > 0", &["misused-value"]),
        ("-(A < B) < 0", &["misused-value"]),
        ("kind < 1", &["unknown-node"]),
        ("P(A | C) < 1", &["unknown-node"]),
        ("P(40%) < 1", &["syntax-error"]),
        ("P(A < B) < 1", &["syntax-error"]),
        ("P(P(A)) < 1", &["syntax-error"]),
        ("has tag", &["syntax-error"]),
    ];
    (0..420_u64).into_par_iter().for_each(|seed| {
        let mut random = Random::new(seed);
        let (fault, codes) = faults[seed as usize % faults.len()];
        let fault = format!("{MARK}{fault}{MARK}");
        let word = random.pick(&["and", "or", "and not", "or not"]);
        let claim = match random.below(3) {
            0 => fault,
            1 => format!("P(A) < 0.5 {word} {fault}"),
            _ => format!("not ({fault} {word} not A.m >= 2 * P(B | A))"),
        };
        check(&format!("{NETWORK}assert {claim}\n"), codes);
    });
}
