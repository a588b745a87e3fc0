//! Sampled numbers are as near to the exact ones as their errors say.

use forecastc::forecast::{Method, Settings, evaluate};
use rayon::prelude::*;

use super::{NEAR, compile, with};
use crate::laws::generate::Random;
use crate::oracle::writer::{ALL, network, today};

/// How many worlds: enough for the errors to mean something, few enough for a test.
const WORLDS: usize = 4_096;
const NETWORKS: u64 = 200;

type Shape = fn(&mut Random) -> String;

const SHAPES: [(&str, Shape); 7] = [
    ("near to certain", near_to_certain),
    ("hard gates", hard_gates),
    ("many leaves", many_leaves),
    ("a long chain", long_chain),
    ("explained away", explained_away),
    ("gates and evidence", gates_and_evidence),
    ("any", any),
];

/// A number of a network: what it should be, what it is, and its standard error.
struct Number {
    name: String,
    exact: f64,
    sampled: f64,
    error: f64,
}

#[test]
fn sampled_numbers_stay_within_their_errors() {
    let all: Vec<Vec<Number>> = (0..NETWORKS).into_par_iter().map(numbers).collect();
    let all: Vec<Number> = all.into_iter().flatten().collect();
    let with_error: Vec<&Number> = all.iter().filter(|number| number.error > 0.0).collect();
    for number in all.iter().filter(|number| number.error == 0.0) {
        let is_same = (number.exact - number.sampled).abs() <= NEAR;
        assert!(is_same, "{} has no error: {}, and is {}", number.name, number.sampled, number.exact);
    }
    let off = |number: &&&Number| (number.exact - number.sampled).abs() / number.error;
    let share = |most: f64| {
        let within = with_error.iter().filter(|number| off(number) <= most).count();
        within as f64 / with_error.len() as f64
    };
    let mut far: Vec<&&Number> = with_error.iter().filter(|number| off(number) > 4.0).collect();
    far.sort_by(|one, other| off(other).total_cmp(&off(one)));
    let far: Vec<String> = far
        .iter()
        .take(20)
        .map(|number| format!("{}: {} ± {}, is {}", number.name, number.sampled, number.error, number.exact))
        .collect();
    println!("{} numbers, {} of them sampled", all.len(), with_error.len());
    println!("within 1.96 errors: {}; within 4: {}", share(1.96), share(4.0));
    assert!(with_error.len() >= 1_000, "{} numbers are sampled, too few to say anything", with_error.len());
    assert!(share(4.0) >= 0.999, "{} lie within 4 errors; the farthest:\n{}", share(4.0), far.join("\n"));
    assert!((0.92..=0.98).contains(&share(1.96)), "{} lie within 1.96 errors", share(1.96));
}

fn numbers(seed: u64) -> Vec<Number> {
    let (name, shape) = SHAPES[usize::try_from(seed).unwrap() % SHAPES.len()];
    let text = shape(&mut Random::new(seed));
    let compiled = compile(&text);
    if compiled.diagnostics.has_errors() {
        assert_eq!(name, "any", "{text}{:?}", compiled.diagnostics);
        return Vec::new();
    }
    let exact = with(&compiled, Method::Exact, today());
    if !exact.troubles().is_empty() {
        assert_eq!(name, "any", "{text}{:?}", exact.troubles());
        return Vec::new();
    }
    let settings = Settings { seed, method: Method::Sampled, worlds: Some(WORLDS) };
    let sampled = evaluate(&compiled.model, today(), &settings);
    assert!(sampled.troubles().is_empty(), "{text}{:?}", sampled.troubles());
    let mut numbers = Vec::new();
    for (node, item) in compiled.model.nodes() {
        let (exact, sampled) = (exact.now(node), sampled.now(node));
        assert_eq!(exact.is_some(), sampled.is_some(), "{text}{}", item.id);
        let Some((exact, sampled)) = exact.zip(sampled) else { continue };
        let name = format!("{} of network {seed} ({name})", item.id);
        numbers.push(Number {
            name,
            exact: exact.probability,
            sampled: sampled.probability,
            error: sampled.error,
        });
    }
    numbers
}

fn scenario(id: &str, clauses: &[String]) -> String {
    format!(
        "scenario {id} \"s\" {{\n{}}}\n",
        clauses.iter().map(|one| format!("    {one}\n")).collect::<String>()
    )
}

fn level(random: &mut Random) -> String {
    format!("probability {}%", random.between(2, 98))
}

/// Edges of 0.1% and 99.9%, both ways along a short chain with leaves.
fn near_to_certain(random: &mut Random) -> String {
    let mut text = scenario("N0", &[level(random)]);
    for at in 1..random.between(3, 12) {
        let from = random.below(at);
        let edge = random.pick(&[
            "needs N 99.9% else 0.1%",
            "killed by N 0.1% else 99.9%",
            "needs N 99.9% else 99%",
        ]);
        text.push_str(&scenario(&format!("N{at}"), &[edge.replace(" N ", &format!(" N{from} "))]));
        if random.one_in(4) {
            text.push_str(&format!("2026-05-01 resolved N{at} {}\n", random.pick(&["yes", "no"])));
        }
    }
    text
}

/// `and`s and `or`s, and an outcome at their end.
fn hard_gates(random: &mut Random) -> String {
    let mut text = String::new();
    for root in 0..4 {
        text.push_str(&scenario(&format!("R{root}"), &[level(random)]));
    }
    text.push_str(
        "scenario A \"and\"\ngiven R0, R1 => A {\n yes yes 100%\n yes no 0%\n no yes 0%\n no no 0%\n}\n",
    );
    text.push_str(
        "scenario O \"or\"\ngiven R2, R3 => O {\n yes yes 100%\n yes no 100%\n no yes 100%\n no no 0%\n}\n",
    );
    text.push_str(
        "scenario B \"both\"\ngiven A, O => B {\n yes yes 100%\n yes no 30%\n no yes 20%\n no no 0%\n}\n",
    );
    text.push_str(&format!("2026-05-01 resolved B {}\n", random.pick(&["yes", "no"])));
    text
}

/// One root with 200 children, all but a few of which are settled.
fn many_leaves(random: &mut Random) -> String {
    let mut text = scenario("ROOT", &[level(random)]);
    for leaf in 0..200 {
        let no = random.between(20, 60);
        let edge = format!("needs ROOT {}% else {no}%", no + random.between(1, 8));
        text.push_str(&scenario(&format!("L{leaf:03}"), &[edge]));
        if leaf % 20 != 0 {
            let outcome = if random.below(100) < no { "yes" } else { "no" };
            text.push_str(&format!("2026-05-01 resolved L{leaf:03} {outcome}\n"));
        }
    }
    text
}

fn long_chain(random: &mut Random) -> String {
    let mut text = scenario("N000", &[level(random)]);
    for at in 1..100 {
        let no = random.between(3, 30);
        let edge = format!("needs N{:03} {}% else {no}%", at - 1, random.between(70, 97));
        text.push_str(&scenario(&format!("N{at:03}"), &[edge]));
    }
    text.push_str(&format!("2026-05-01 resolved N099 {}\n", random.pick(&["yes", "no"])));
    text.push_str("2026-05-01 evidence N050 against strong\n");
    text
}

/// Causes of one effect that is observed, each of them rare.
fn explained_away(random: &mut Random) -> String {
    let causes = random.between(2, 5);
    let mut text = String::new();
    let mut edges = vec![format!("probability {}%", random.between(10, 20))];
    for cause in 0..causes {
        text.push_str(&scenario(&format!("C{cause}"), &[format!("probability {}%", random.between(2, 12))]));
        edges.push(format!("needs C{cause} {}% else {}%", random.between(80, 98), random.between(1, 8)));
    }
    text.push_str(&scenario("EFFECT", &edges));
    text.push_str("2026-05-01 resolved EFFECT yes\n");
    if random.one_in(2) {
        text.push_str("2026-06-01 evidence C0 for decisive\n");
    }
    text
}

/// What needs several things, an alternative that does not, and evidence for one of both.
fn gates_and_evidence(random: &mut Random) -> String {
    let mut text = String::new();
    for root in 0..3 {
        text.push_str(&scenario(&format!("R{root}"), &[level(random)]));
    }
    text.push_str(&scenario("A", &["needs R0 70% else 0%".to_owned(), "needs R1 60% else 0%".to_owned()]));
    text.push_str(&scenario("B", &["killed by R1 0% else 50%".to_owned(), "needs R2 x4".to_owned()]));
    text.push_str(&scenario(
        "M",
        &["moves with A 90% else 20%".to_owned(), "moves with B 70% else 30%".to_owned()],
    ));
    text.push_str(
        "2026-04-01 evidence A for decisive\n2026-05-01 resolved M yes\n2026-06-01 probability R2 35%\n",
    );
    text
}

fn any(random: &mut Random) -> String {
    network(random.next(), &ALL).text()
}
