//! Coherence: what a node's edges say side by side, and repairs that repair.

use forecastc::Compiled;
use forecastc::Memory;
use forecastc::answers::coherence::{self, Culprit, Spread};
use forecastc::forecast::Settings;
use forecastc::source::Sources;

use crate::oracle::writer::today;

fn evaluated(text: &str) -> Compiled {
    forecastc::evaluate(&Sources::single(text), today(), &Settings::default(), &Memory::new(), &|_| {})
}

fn spread(compiled: &Compiled, node: &str) -> Spread {
    let node = compiled.model.find(node).unwrap();
    coherence::spread(&compiled.model, compiled.forecast.as_ref().unwrap(), node).unwrap()
}

/// The text with the change that is suggested for a node, and the words that were changed.
fn repaired(text: &str, node: &str) -> String {
    let repair = spread(&evaluated(text), node).repair.expect("a repair");
    let range = repair.span.range();
    assert_eq!(&text[range.clone()], repair.from.to_string());
    format!("{}{}{}", &text[..range.start], repair.to, &text[range.end..])
}

fn worst(spread: &Spread) -> f64 {
    spread.lines.iter().map(|line| line.distance).fold(0.0, f64::max)
}

const CIDER: &str = r#"
killer FROST "Frost in May" { probability 20% }
killer HAIL "Hail before the harvest" { probability 15% }
scenario HARVEST "More cider apples than in 2025" {
    probability 40%
    killed by FROST 5% else 70%
    killed by HAIL 10% else 45%
}
"#;

#[test]
fn the_culprit_and_its_repair_are_those_worked_out_by_hand() {
    let compiled = evaluated(CIDER);
    let harvest = spread(&compiled, "HARVEST");
    // FROST implies 0.2 · 0.05 + 0.8 · 0.70 = 0.57, HAIL 0.15 · 0.10 + 0.85 · 0.45 = 0.3975.
    let implied: Vec<f64> = harvest.lines.iter().map(|line| line.implied).collect();
    assert!((implied[0] - 0.57).abs() < 1e-9 && (implied[1] - 0.3975).abs() < 1e-9, "{implied:?}");
    assert!((harvest.width() - 0.1725).abs() < 1e-9);
    assert_eq!(harvest.culprit, Some(Culprit::Edge(harvest.lines[0].edge)));
    // (0.40 − 0.2 · 0.05) / 0.8 = 0.4875; the first number would have to be below 0.
    let repair = harvest.repair.unwrap();
    assert_eq!((repair.from.to_string(), repair.to.to_string()), ("70%".to_owned(), "49%".to_owned()));
    let edge = &compiled.model.edges[harvest.lines[0].edge];
    assert_eq!(repair.written(edge, &Sources::single(CIDER)), "killed by FROST 5% else 49%");
}

#[test]
fn a_repair_leaves_nothing_incoherent() {
    // One edge too high, one too low, one by a number that has to stay below a percent, an edge that stands alone.
    let networks = [
        CIDER,
        r#"
scenario GRID "A grid" { probability 70% }
scenario FERRY "A ferry" {
    probability 20%
    needs GRID 60% else 12%
}
"#,
        r#"
killer FLOOD "A flood" { probability 2% }
killer QUAKE "A quake" { probability 30% }
killer OUTAGE "An outage" { probability 0.6% }
edge FLOOD -> OUTAGE needs 20% else 0.2%
edge QUAKE -> OUTAGE needs 90% else 0.5%
"#,
        r#"
scenario A "a" { probability 50% }
scenario B "b" {
    probability 35%
    needs A 50% else 20%
}
scenario C "c" {
    probability 45%
    moves with A 70% else 50%
    needs B 60% else 37%
}
"#,
    ];
    for (text, node) in networks.into_iter().zip(["HARVEST", "FERRY", "OUTAGE", "C"]) {
        let before = spread(&evaluated(text), node);
        assert!(before.lines.iter().any(|line| line.is_incoherent), "{text}");
        let mended = repaired(text, node);
        let after = spread(&evaluated(&mended), node);
        assert!(after.culprit.is_none() && worst(&after) < worst(&before), "{mended}\n{after:#?}");
        assert!(evaluated(&mended).diagnostics.is_empty(), "{mended}");
    }
}

#[test]
fn edges_that_agree_with_each_other_put_it_on_the_level() {
    let text = r#"
scenario A "a" { probability 50% }
scenario B "b" { probability 50% }
scenario C "c" {
    probability 80%
    needs A 40% else 20%
    needs B 45% else 17%
}
"#;
    let compiled = evaluated(text);
    let c = spread(&compiled, "C");
    assert_eq!(c.culprit, Some(Culprit::Level));
    // Both near 30% and 31%: the mean in log odds is 30.5%, and a whole percent is near enough.
    assert!(
        repaired(text, "C").contains("probability 30%") || repaired(text, "C").contains("probability 31%")
    );
    let mended = spread(&evaluated(&repaired(text, "C")), "C");
    assert_eq!(mended.culprit, None);
}
