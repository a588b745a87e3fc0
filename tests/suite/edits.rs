//! Edits of text: a new line of a journal and a renamed id change what they must, and nothing else.

use std::collections::BTreeMap;

use forecastc::Compiled;
use forecastc::Memory;
use forecastc::disk::{Replacement, replace_all};
use forecastc::edit::{Changed, Edits, Said, journal_line, rename};
use forecastc::forecast::Settings;
use forecastc::model::NodeId;
use forecastc::source::{Source, Sources};
use forecastc::syntax;
use forecastc::value::Date;

use crate::laws::generate::Random;
use crate::oracle::writer::{ALL, Taste, WORDED, network, today};

fn compile(sources: &Sources) -> Compiled {
    forecastc::compile(sources, today())
}

/// The example network on the day of the tour.
fn example() -> (Sources, Date) {
    let sources = forecastc::disk::load(&crate::root().join("predictions")).unwrap();
    (sources, Date::parse("2026-11-21").unwrap())
}

/// A random network in the one layout, if it has no errors.
fn tidy(seed: u64, taste: &Taste) -> Option<String> {
    let written = network(seed, taste).text();
    let text = syntax::format(&Source::new("network.pred", written.as_str())).ok()?;
    (!compile(&Sources::single(&text)).diagnostics.has_errors()).then_some(text)
}

// ---- lines of the journal

/// Adds a note about a node, and looks at everything that must hold.
fn check_line(sources: &Sources, compiled: &Compiled, node: NodeId, date: Date) {
    let said = Said { date, verb: "note".to_owned(), rest: "\"What came\"".to_owned() };
    let id = compiled.model.node(node).id.as_ref();
    let added = journal_line(sources, &compiled.files, &compiled.model, node, &said).unwrap();
    let changed = added.edits.changed(sources);
    assert_eq!(changed.len(), 1, "{id}");
    let Changed { before, after, path, .. } = &changed[0];

    let shown = || format!("{id} {date} in {path}\n--- before\n{before}\n--- after\n{after}");
    assert_eq!(&after[added.range.clone()], added.words, "{}", shown());
    // One stretch is new, and all else is as it was, the last line end included.
    let grown = after.len() - before.len();
    let same = before.bytes().zip(after.bytes()).take_while(|(a, b)| a == b).count();
    assert_eq!(&before[same..], &after[same + grown..], "{}", shown());
    assert_eq!(before.ends_with('\n'), after.ends_with('\n'), "{}", shown());
    let bare = |text: &str| text.matches('\n').count() - text.matches("\r\n").count();
    assert!(bare(before) > 0 || bare(after) == 0 || !before.contains("\r\n"), "{}", shown());

    // A file in the one layout stays in it.
    let layout = |text: &str| syntax::format(&Source::new("a.pred", text)).ok();
    if layout(before).as_deref() == Some(before) {
        assert_eq!(layout(after).as_deref(), Some(after.as_ref()), "{}", shown());
    }
    // The line is about that node, and its journal has no other.
    let new = added.edits.apply(sources);
    let again = compile(&new);
    let journal =
        |compiled: &Compiled| compiled.model.find(id).map(|node| compiled.model.node(node).journal.len());
    assert_eq!(journal(&again), journal(compiled).map(|lines| lines + 1), "{}", shown());
    let found = again
        .model
        .node(again.model.find(id).unwrap())
        .journal
        .iter()
        .find(|fact| fact.span.source == added.source && fact.span.range() == added.range);
    assert!(found.is_some_and(|fact| fact.date.value == date), "{}", shown());
}

#[test]
fn a_new_line_is_one_hunk_and_keeps_the_layout() {
    let mut random = Random::new(7);
    let mut checked = 0;
    for seed in 0..120 {
        let Some(text) = tidy(seed, if seed % 2 == 0 { &ALL } else { &WORDED }) else { continue };
        let other_ends = text.replace('\n', "\r\n");
        let unended = text.trim_end();
        let texts = [text.clone(), other_ends, format!("\u{feff}{text}"), unended.to_owned(), untidy(&text)];
        for text in texts {
            let sources = Sources::single(&text);
            let compiled = compile(&sources);
            for (node, _) in compiled.model.nodes() {
                let date = Date::parse(&format!("202{}-0{}-15", random.between(5, 6), random.between(1, 8)));
                check_line(&sources, &compiled, node, date.unwrap());
                checked += 1;
            }
        }
    }
    assert!(checked > 1_000, "{checked}");
}

/// The same in a layout that nobody would choose: no blank lines, tabs.
fn untidy(text: &str) -> String {
    text.lines()
        .filter(|line| !line.is_empty())
        .map(|line| format!("{}\n", line.replace("    ", "\t")))
        .collect()
}

#[test]
fn a_new_line_of_the_example_stands_where_its_journal_is() {
    let (sources, today) = example();
    let compiled = forecastc::compile(&sources, today);
    for (node, _) in compiled.model.nodes() {
        check_line(&sources, &compiled, node, today);
    }
    let place = |id: &str| {
        let said = Said { date: today, verb: "note".to_owned(), rest: "\"Here\"".to_owned() };
        let node = compiled.model.find(id).unwrap();
        let added = journal_line(&sources, &compiled.files, &compiled.model, node, &said).unwrap();
        let path = sources.get(added.source).unwrap().path().rsplit('/').next().unwrap().to_owned();
        format!("{path}: {}", added.words)
    };
    // These were written from a phone, and are all that there is about them.
    assert_eq!(place("TK09"), "journal.pred: 2026-11-21 note TK09 \"Here\"");
    // This one has a journal of its own.
    assert_eq!(place("TK01"), "killers.pred: 2026-11-21 note \"Here\"");
    assert_eq!(place("OPEN_BACKBONE.parity"), "open-models.pred: 2026-11-21 note parity \"Here\"");
}

// ---- renaming

/// The texts of all files with one word put for another and without the lines that are only in one of both.
fn without_redirects(sources: &Sources) -> BTreeMap<String, String> {
    let lines = |text: &str| {
        let kept = text.lines().filter(|line| !line.starts_with("redirect ") && !line.trim().is_empty());
        kept.map(|line| format!("{line}\n")).collect::<String>()
    };
    let documents = sources.document_paths().map(|path| (path, sources.document(path).unwrap()));
    let files = sources.files().iter().map(|file| (file.path(), file.text()));
    files.chain(documents).map(|(path, text)| (path.to_owned(), lines(text))).collect()
}

fn renamed(sources: &Sources, today: Date, old: &str, new: &str) -> (Sources, Edits) {
    let compiled = forecastc::compile(sources, today);
    let renamed = rename(sources, &compiled.files, &compiled.model, old, new)
        .unwrap_or_else(|refused| panic!("{old} -> {new}: {}", refused.message));
    (renamed.edits.apply(sources), renamed.edits)
}

/// What is believed of every node, by its id with `new` read as `old`. None if the facts exclude each other.
fn beliefs(sources: &Sources, today: Date, new: &str, old: &str) -> Option<Beliefs> {
    let compiled = forecastc::evaluate(sources, today, &Settings::default(), &Memory::new(), &|_| {});
    let forecast = compiled.forecast?;
    let name = |id: &str| match id.split_once('.') {
        _ if id == new => old.to_owned(),
        Some((outer, inner)) if outer == new => format!("{old}.{inner}"),
        _ => id.to_owned(),
    };
    let now = |id| forecast.now(id).map(|now| (now.probability, now.error));
    Some(compiled.model.nodes().map(|(id, node)| (name(&node.id), now(id))).collect())
}

type Beliefs = BTreeMap<String, Option<(f64, f64)>>;

/// Renames there and back, and looks at everything that must hold.
fn check_rename(sources: &Sources, today: Date, old: &str, new: &str, numbers: bool) {
    let before = forecastc::compile(sources, today);
    let (there, edits) = renamed(sources, today, old, new);
    let compiled = forecastc::compile(&there, today);
    let shown = || {
        let texts = edits.changed(sources);
        texts.iter().map(|one| format!("--- {}\n{}", one.path, one.after)).collect::<String>()
    };
    let count = |compiled: &Compiled| (compiled.diagnostics.errors(), compiled.diagnostics.len());
    assert_eq!(count(&compiled), count(&before), "{old} -> {new}\n{}", shown());
    assert_eq!(compiled.model.edges.len(), before.model.edges.len(), "{old} -> {new}");
    // Nothing but the id changed. The new one stands nowhere else, so it can be read back.
    let word = old.rsplit('.').next().unwrap();
    let originals = without_redirects(sources);
    for (path, text) in without_redirects(&there) {
        assert!(text.replace(new, word) == originals[&path], "{old} -> {new}: {path}\n{text}");
    }
    if numbers {
        let (first, second) = (beliefs(sources, today, old, old), beliefs(&there, today, new, old));
        assert_eq!(first.is_some(), second.is_some(), "{old} -> {new}\n{}", shown());
        let (first, second) = (first.unwrap_or_default(), second.unwrap_or_default());
        assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
        for (id, one) in &first {
            match (one, &second[id]) {
                (Some((a, error)), Some((b, other))) => {
                    let most = 1e-9 + 5.0 * (error * error + other * other).sqrt();
                    assert!((a - b).abs() <= most, "{old} -> {new}: {id} is {a} and {b}\n{}", shown());
                }
                (one, other) => assert_eq!(one, other, "{id}"),
            }
        }
    }
    // The old id leads to the item, and renaming back turns the redirect round instead of making a circle.
    if !old.contains('.') {
        assert!(compiled.model.redirects.iter().any(|one| one.old.value.as_ref() == old), "{}", shown());
        let (again, _) = renamed(&there, today, new, old);
        assert_eq!(without_redirects(&again), without_redirects(sources), "{new} -> {old}");
        let compiled = forecastc::compile(&again, today);
        assert_eq!(count(&compiled), count(&before), "{new} -> {old}");
        let leads = |one: &forecastc::model::Redirect| (one.old.value.to_string(), one.new.value.to_string());
        let ours: Vec<_> =
            compiled.model.redirects.iter().map(leads).filter(|(from, _)| from == new).collect();
        assert_eq!(ours, [(new.to_owned(), old.to_owned())]);
        assert_eq!(compiled.model.redirects.len(), before.model.redirects.len() + 1);
    }
}

#[test]
fn a_renamed_id_changes_no_number_of_a_random_network() {
    let mut checked = 0;
    for seed in 0..120 {
        let Some(text) = tidy(seed, &WORDED) else { continue };
        let sources = Sources::single(&text);
        let compiled = compile(&sources);
        let choices = compiled.model.choices.iter().map(|one| one.id.value.to_string());
        let others = ["ann", "counted"].into_iter().map(ToOwned::to_owned);
        let nodes =
            compiled.model.nodes.iter().filter(|node| node.parent.is_none()).map(|node| node.id.to_string());
        for id in nodes.chain(choices).chain(others) {
            check_rename(&sources, today(), &id, "ZZ-new_9", true);
            checked += 1;
        }
    }
    assert!(checked > 300, "{checked}");
}

#[test]
fn every_id_of_the_example_can_be_renamed_and_back() {
    let (sources, today) = example();
    let compiled = forecastc::compile(&sources, today);
    let model = &compiled.model;
    let nodes = model.nodes.iter().filter(|node| node.parent.is_none()).map(|node| node.id.to_string());
    let choices = model.choices.iter().map(|one| one.id.value.to_string());
    let predictors = model.predictors.iter().map(|one| one.id.value.to_string());
    let classes = model.classes.iter().map(|one| one.id.value.to_string());
    let documents = model.documents.iter().map(|one| one.id.value.to_string());
    let all: Vec<String> = nodes.chain(choices).chain(predictors).chain(classes).chain(documents).collect();
    assert!(all.len() > 60);
    for (at, id) in all.iter().enumerate() {
        check_rename(&sources, today, id, "ZZ-new_9", at % 40 == 0);
    }
    check_rename(&sources, today, "OPEN_BACKBONE.parity", "ZZ-new_9", false);
}

#[test]
fn every_place_where_an_id_can_stand_is_renamed() {
    let text = "\
network \"N\" { text \"[[A]], [[A.m]], [[A|words]] and [[B]]; A in words\" }
# A is said in a comment.
prediction A \"A\" {
    by ann
    window 2027
    probability 30%
    killed by B 5% else 40%
    up A weight 0.5

    milestone m \"M\" { confidence 50% }

    2026-05-01 note A \"a line may name its own node\"
    2026-05-02 hit m
}
killer B \"B\" { probability 20% }
prediction C \"C\" { needs A 60% else 20% \"see [[A.m]]\" }
scenario D \"D\" { probability 10% }
edge A -> D moves with strong
given A, D => E {
    yes yes 60%
    yes no 50%
    no yes 40%
    no no 30%
}
scenario E \"E\"
predictor ann \"Ann\"
document paper \"A paper\" {
    link <https://example.org/A>
    about A, A.m
}
assert P(A | A.m, not B) > 1% \"A\"
rule A \"A rule\" {
    for prediction
    when id = A or id = A.m or badged A2
    warn \"{id} [[A]]\"
}
rule A2 \"Another\" {
    for prediction
    when p > 99%
    badge \"A\"
}
redirect OLD -> A
2026-05-03 evidence A for weak by ann \"[[A]]\"
2026-05-04 note A.m \"alone\"
";
    let wanted = "\
network \"N\" { text \"[[Z]], [[Z.m]], [[Z|words]] and [[B]]; A in words\" }
# A is said in a comment.
prediction Z \"A\" {
    by ann
    window 2027
    probability 30%
    killed by B 5% else 40%
    up A weight 0.5

    milestone m \"M\" { confidence 50% }

    2026-05-01 note Z \"a line may name its own node\"
    2026-05-02 hit m
}
killer B \"B\" { probability 20% }
prediction C \"C\" { needs Z 60% else 20% \"see [[Z.m]]\" }
scenario D \"D\" { probability 10% }
edge Z -> D moves with strong
given Z, D => E {
    yes yes 60%
    yes no 50%
    no yes 40%
    no no 30%
}
scenario E \"E\"
predictor ann \"Ann\"
document paper \"A paper\" {
    link <https://example.org/A>
    about Z, Z.m
}
assert P(Z | Z.m, not B) > 1% \"A\"
rule A \"A rule\" {
    for prediction
    when id = Z or id = Z.m or badged A2
    warn \"{id} [[Z]]\"
}
rule A2 \"Another\" {
    for prediction
    when p > 99%
    badge \"A\"
}
redirect OLD -> Z
redirect A -> Z
2026-05-03 evidence Z for weak by ann \"[[Z]]\"
2026-05-04 note Z.m \"alone\"
";
    let sources = Sources::single(text);
    assert!(!compile(&sources).diagnostics.has_errors(), "{}", {
        forecastc::diagnostic::short(&compile(&sources).diagnostics, &sources)
    });
    let after = |old: &str, new: &str| renamed(&sources, today(), old, new).0.files()[0].text().to_owned();
    assert_eq!(after("A", "Z"), wanted);
    // A milestone has its id inside its node; a rule and a symbol are in spaces of their own.
    let milestone =
        text.replace("A.m", "A.n").replace("milestone m", "milestone n").replace("hit m", "hit n");
    assert_eq!(after("A.m", "n"), milestone);
    assert_eq!(after("A.m", "A.n"), milestone);
    assert_eq!(after("A2", "A3"), text.replace("A2", "A3"));
    let predictor = text.replace("by ann", "by bob").replace("predictor ann", "predictor bob");
    let predictor = predictor.replace("redirect OLD -> A\n", "redirect OLD -> A\nredirect ann -> bob\n");
    assert_eq!(after("ann", "bob"), predictor);
    let symbol = "prediction P \"P\" { up META, FB }\nticker FB \"F\"\n";
    let (new, _) = renamed(&Sources::single(symbol), today(), "FB", "BRK.B");
    assert_eq!(new.files()[0].text(), symbol.replace("FB", "BRK.B"));
}

#[test]
fn an_id_that_cannot_be_is_refused() {
    let text = "\
killer A \"A\" { probability 20% }
killer B \"B\" {
    probability 20%
    milestone m \"M\"
    milestone n \"N\"
}
predictor ann \"Ann\"
redirect OLD -> A
redirect WAS -> B
";
    let sources = Sources::single(text);
    let compiled = compile(&sources);
    let refused = |old: &str, new: &str| {
        rename(&sources, &compiled.files, &compiled.model, old, new).err().map(|refused| refused.message)
    };
    let cases = [
        ("A", "A", "`A` is called that already"),
        ("A", "B", "the id `B` is taken"),
        ("A", "ann", "the id `ann` is taken"),
        ("A", "Ann", "`Ann` differs from `ann` in case alone"),
        ("A", "a", "`a` differs from `A` in case alone"),
        ("A", "old", "`old` differs from `OLD` in case alone"),
        ("A", "WAS", "the id `WAS` is taken by a redirect"),
        ("A", "no", "`no` is a word of the language"),
        ("A", "a b", "`a b` has ` ` in it"),
        ("A", "x.y", "`x.y` has `.` in it"),
        ("A", "2026", "`2026` reads as a number or a date"),
        ("A", "con", "`con` is the name of a device on some systems"),
        ("OLD", "X", "`OLD` has become `A`"),
        ("AN", "X", "there is no item `AN`"),
        ("B.m", "n", "the id `B.n` is taken"),
        ("B.m", "m", "`B.m` is called that already"),
        ("B.m", "A.m", "a milestone stays with its node"),
    ];
    for (old, new, message) in cases {
        assert_eq!(refused(old, new).as_deref(), Some(message), "{old} -> {new}");
    }
    assert_eq!(refused("A", "OLD"), None, "an id that it had before");
}

// ---- writing

#[test]
fn several_files_get_their_new_text_all_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let text = |name: &str| std::fs::read_to_string(path(name)).unwrap();
    let file = |name: &str, before: &str, after: &str| Replacement {
        path: path(name),
        before: before.into(),
        after: after.into(),
    };
    std::fs::write(path("one"), "1\r\n").unwrap();
    std::fs::write(path("two"), "2").unwrap();
    // Somebody else was at the second file.
    let fault = replace_all(&[file("one", "1\r\n", "one"), file("two", "II", "two")]).unwrap_err();
    assert_eq!((fault.done.len(), fault.fault.path), (0, path("two")));
    assert_eq!((text("one").as_str(), text("two").as_str()), ("1\r\n", "2"));
    replace_all(&[file("one", "1\r\n", "one\r\n"), file("two", "2", "two")]).unwrap();
    assert_eq!((text("one").as_str(), text("two").as_str()), ("one\r\n", "two"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside them");
}
