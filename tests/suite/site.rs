//! The site: what becomes of text in its files, what never reaches them, and what a build does to a folder.

mod again;
mod data;
mod killed;
mod open;
mod output;
mod planted;
mod privacy;
mod sameness;
mod text;
mod weight;

use std::collections::BTreeMap;

use forecastc::Memory;
use forecastc::forecast::Settings;
use forecastc::site::{Edition, Site, Templates};
use forecastc::source::{Source, Sources};
use forecastc::value::Date;

/// The day of every site.
const TODAY: &str = "2026-06-01";

/// The files of a site, by their paths.
type Files = BTreeMap<String, Vec<u8>>;

/// The site of a network that is written in one file, with a document `docs/a.md`.
fn site(text: &str, document: &str) -> Files {
    site_of(vec![Source::new("network.pred", text)], document)
}

fn site_of(files: Vec<Source>, document: &str) -> Files {
    let sources = Sources::new(files).with_documents([("docs/a.md".to_owned(), document.into())]);
    let today = Date::parse(TODAY).unwrap();
    let compiled = forecastc::evaluate(&sources, today, &Settings::default(), &Memory::new(), &|_| {});
    let faults = forecastc::diagnostic::short(&compiled.diagnostics, &sources);
    let forecast = compiled.forecast.unwrap_or_else(|| panic!("{faults}"));
    let templates = Templates::new(BTreeMap::new()).unwrap();
    let edition = Edition::new(&compiled.model, &sources, &forecast, &Default::default());
    let site = Site::new(&edition, &templates);
    site.files().iter().map(|file| (file.path.clone(), site.bytes(file).unwrap())).collect()
}

/// A text as it is written in a source.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A network with every kind of item. Each text is what `say` gives for the name of its field.
fn everything(say: impl Fn(&str) -> String) -> String {
    let q = |field: &str| quoted(&say(field));
    format!(
        r#"
network {n1} {{
    url <https://example.org/deep/>
    repository <https://example.org/sources>
    text {n2}
}}
predictor SEER {p1} {{
    role {p2}
    link <https://example.org/seer>
    text {p3}
}}
class CLS {c1} {{
    seen 3 of 10
    source {c2} <https://example.org/class>
    text {c3}
}}
choice CHO {o1} {{
    text {o2}
    scenario SC1 {s1} {{ probability 60% }}
    scenario SC2 {s2} {{ probability 40% }}
}}
killer KIL {k1} {{
    probability 20%
    text {k2}
}}
prediction PRE {r1} {{
    by SEER
    said 2026-01-02 {r2} <https://example.org/said>
    conviction high {r3}
    domain energy/grid
    window 2026 .. 2028
    probability 40%
    class CLS weight 20%
    text {r4}
    context {r5}
    quote {r6}
    catalyst {r7}
    watch {r8}
    measure {r9}
    source {r10} <https://example.org/source>
    tags one, two
    up AAA
    needs SC1 50% else 25% {r11}
    killed by KIL 10% else 47.5%
    milestone half {m1} {{
        window 2026 .. 2027
        confidence 50%
        measure {m2}
        2026-03-05 slipped to 2027 {m3}
    }}
    2026-02-03 note {j1} <https://example.org/note>
    2026-02-04 evidence for weak by SEER {j2}
}}
prediction DONE {d1} {{
    by SEER
    window 2025 .. 2026-05
    probability 70%
    measure {d2}
    2026-04-01 resolved yes {d3}
}}
killer TAB {t1}
given KIL, PRE => TAB {{
    yes yes 80%
    yes no 60%
    no yes 30%
    no no 20%
    text {t2}
}}
edge KIL -> SC2 moves with weak {e1}
document DOC {u1} {{
    file docs/a.md
    about PRE, KIL
    text {u2}
}}
document ELSE {u3} {{
    link <https://example.org/else>
    about PRE
}}
ticker AAA {a1} {{
    text {a2}
}}
assert P(PRE) < 90% {v1}
rule likely {l1} {{
    for prediction, killer, scenario
    when p > 1%
    badge {l2}
    text {l3}
}}
redirect OLD -> PRE
"#,
        n1 = q("network.title"),
        n2 = q("prose network.text"),
        p1 = q("predictor.name"),
        p2 = q("predictor.role"),
        p3 = q("prose predictor.text"),
        c1 = q("class.title"),
        c2 = q("class.source"),
        c3 = q("prose class.text"),
        o1 = q("choice.question"),
        o2 = q("prose choice.text"),
        s1 = q("scenario.title"),
        s2 = q("scenario.title.2"),
        k1 = q("killer.title"),
        k2 = q("prose killer.text"),
        r1 = q("prediction.title"),
        r2 = q("prediction.said"),
        r3 = q("prediction.cue"),
        r4 = q("prose prediction.text"),
        r5 = q("prose prediction.context"),
        r6 = q("prose prediction.quote"),
        r7 = q("prose prediction.catalyst"),
        r8 = q("prose prediction.watch"),
        r9 = q("prose prediction.measure"),
        r10 = q("prose prediction.source"),
        r11 = q("prose edge.text"),
        m1 = q("milestone.title"),
        m2 = q("prose milestone.measure"),
        m3 = q("prose milestone.slipped"),
        j1 = q("prose journal.note"),
        j2 = q("prose journal.evidence"),
        d1 = q("done.title"),
        d2 = q("prose done.measure"),
        d3 = q("prose done.resolved"),
        t1 = q("table.title"),
        t2 = q("prose table.text"),
        e1 = q("prose edge.text.2"),
        u1 = q("document.title"),
        u2 = q("prose document.text"),
        u3 = q("document.title.2"),
        a1 = q("ticker.name"),
        a2 = q("prose ticker.text"),
        v1 = q("prose assertion.text"),
        l1 = q("rule.title"),
        l2 = quoted(&say("prose rule.message").replace(['{', '}'], "")),
        l3 = q("prose rule.text"),
    )
}
