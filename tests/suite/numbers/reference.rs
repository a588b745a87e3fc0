//! The example network shows, to the printed digit, what was published about it before anything happened.

use forecastc::forecast::{Settings, evaluate};
use forecastc::model::{Effect, Model};

/// With its sign, to three digits; halves go away from zero, as on paper.
fn printed(number: f64) -> String {
    let billionths = (number * 1e9).round();
    format!("{:+.3}", (billionths / 1e6).round() / 1e3)
}

fn numbers(model: &Model, edge: usize) -> [String; 2] {
    let Effect::Numbers { yes, no } = model.edges[edge].effect else { panic!("an edge without numbers") };
    [yes, no].map(|number| format!("{:.3}", number.value.as_f64()))
}

#[test]
fn the_published_tables_follow_from_the_example_network() {
    let sources = forecastc::disk::load(&crate::root().join("predictions")).unwrap();
    let model = forecastc::compile(&sources, super::day("2026-11-21")).model;
    // Before all facts.
    let forecast = evaluate(&model, super::day("2024-12-31"), &Settings::default());
    assert!(forecast.troubles().is_empty() && forecast.days().is_empty());
    let table = std::fs::read_to_string(crate::root().join("tests/networks/reference.tsv")).unwrap();
    let mut rows = 0;
    for row in table.lines().skip(1) {
        let cells: Vec<&str> = row.split('\t').collect();
        let (target, source) = (model.find(cells[0]).unwrap(), model.find(cells[1]).unwrap());
        let mut edges = model.edges.iter();
        let edge = edges.position(|edge| (edge.source, edge.target) == (source, target)).unwrap();
        let probability = forecast.now(source).unwrap().probability;
        let [yes, no] = numbers(&model, edge);
        let delta = printed(forecast.reading(edge).unwrap().delta.unwrap());
        let found =
            [cells[0], cells[1], &format!("{:.1}%", probability * 100.0), &yes, &no, &delta].join("\t");
        assert_eq!(found, row);
        rows += 1;
    }
    assert_eq!(rows, 13);
}
