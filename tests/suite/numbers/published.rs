//! Networks that others have published, with numbers that others have computed.
//!
//! `tests/networks/NAME.pred` holds the network, `NAME.tsv` what is known of each row, a node, and its
//! probability. `tests/networks/README.md` says where both are from.

use super::{Comparison, compile, exact};

fn check(name: &str) {
    let folder = crate::root().join("tests/networks");
    let read = |ending: &str| std::fs::read_to_string(folder.join(name).with_extension(ending)).unwrap();
    let (network, table) = (read("pred"), read("tsv"));
    let mut same = Comparison::default();
    let mut rows = 0;
    for row in table.lines().skip(1) {
        let [known, node, number] = row.split('\t').collect::<Vec<&str>>()[..] else { panic!("{row}") };
        let outcomes = known.split(' ').filter(|known| *known != "-");
        let lines = outcomes.map(|one| format!("2026-03-01 resolved {}\n", one.replace('=', " ")));
        let text = format!("{network}\n{}", lines.collect::<String>());
        let compiled = compile(&text);
        assert!(!compiled.diagnostics.has_errors(), "{text}\n{:?}", compiled.diagnostics);
        let id = compiled.model.find(node).unwrap();
        let found = exact(&compiled).now(id).unwrap().probability;
        same.of(|| format!("P({node} | {known})"), Some(number.parse().unwrap()), Some(found));
        rows += 1;
    }
    assert!(rows > 0, "no rows for {name}");
    same.settle(&network);
}

#[test]
fn asia_has_the_numbers_of_others() {
    check("asia");
}

#[test]
fn cancer_has_the_numbers_of_others() {
    check("cancer");
}

#[test]
fn earthquake_has_the_numbers_of_others() {
    check("earthquake");
}
