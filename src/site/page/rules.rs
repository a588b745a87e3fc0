//! Assertions and rules, with what came of them.

use serde::Serialize;

use crate::answers::assertions::{Judged, Verdict};
use crate::answers::rules::Spoken;
use crate::model::{Assertion, NodeKind, Rule, RuleId};
use crate::site::Plan;
use crate::site::edition::Edition;
use crate::site::html::Html;
use crate::site::place::Place;
use crate::site::prose::{line, prose};
use crate::site::view::{Head, NodeLink};
use crate::source::Span;

#[derive(Serialize)]
struct View {
    /// Those that fail first, then those that cannot be told, then those that hold.
    assertions: Vec<AssertionView>,
    /// How many assertions there are with each verdict.
    counts: Vec<Count>,
    rules: Vec<RuleView>,
}

#[derive(Serialize)]
struct Count {
    verdict: &'static str,
    count: usize,
}

#[derive(Serialize)]
struct AssertionView {
    claim: String,
    /// The same with every node as a link.
    linked: Html,
    /// `holds`, `fails`, `undecided` or `unanswered`.
    verdict: &'static str,
    /// Why there is no answer; empty if there is one.
    reason: &'static str,
    /// The probabilities that it asks for.
    numbers: Vec<Number>,
    why: Html,
    /// Where it is written: `network.pred:12`.
    source: String,
}

#[derive(Serialize)]
struct Number {
    question: String,
    /// `40%`, `52.1% ±0.3`, or `none`.
    answer: String,
}

#[derive(Serialize)]
struct RuleView {
    id: String,
    title: String,
    /// `warn`, `fail` or `badge`.
    action: &'static str,
    /// The kinds of nodes that it looks at.
    kinds: Vec<&'static str>,
    /// When it speaks, as it is written.
    condition: String,
    text: Html,
    said: Vec<Said>,
    source: String,
}

/// What a rule says of a node.
#[derive(Serialize)]
struct Said {
    node: NodeLink,
    message: String,
}

pub(super) fn plan(plan: &mut Plan<'_>) {
    plan.page(Place::top("rules"), "rules.html", view);
}

fn view(edition: &Edition<'_>, here: &Place) -> (Head, View) {
    let mut assertions: Vec<(&Assertion, &Judged)> = edition.judgements().collect();
    let rank = |verdict: Verdict| match verdict {
        Verdict::Fails => 0,
        Verdict::Unanswered(_) => 1,
        Verdict::Undecided => 2,
        Verdict::Holds => 3,
    };
    assertions.sort_by_key(|(_, judged)| rank(judged.verdict));
    let mut counts: Vec<Count> = Vec::new();
    for (_, judged) in &assertions {
        let verdict = judged.verdict.word();
        match counts.last_mut().filter(|last| last.verdict == verdict) {
            Some(last) => last.count += 1,
            None => counts.push(Count { verdict, count: 1 }),
        }
    }
    let mut spoken: Vec<Vec<&Spoken>> = vec![Vec::new(); edition.model.rules.len()];
    for one in edition.spoken() {
        if let Some(list) = spoken.get_mut(one.rule.index()) {
            list.push(one);
        }
    }
    let said = |id: RuleId| spoken.get(id.index()).map_or(&[][..], Vec::as_slice);
    let rules = edition.model.rules().filter(|(_, rule)| !rule.private);
    let view = View {
        assertions: assertions
            .into_iter()
            .map(|(one, judged)| assertion(edition, here, one, judged))
            .collect(),
        counts,
        rules: rules.map(|(id, one)| rule(edition, here, one, said(id))).collect(),
    };
    let description = "What must hold in this network and whether it does, and the rules it keeps.";
    (Head::new(here, "rules", "Rules and assertions", description), view)
}

fn assertion(edition: &Edition<'_>, here: &Place, one: &Assertion, judged: &Judged) -> AssertionView {
    let number = |asked: &crate::answers::assertions::Asked| Number {
        question: asked.words.clone(),
        answer: asked.number(),
    };
    AssertionView {
        linked: linked(edition, here, &one.words),
        claim: one.words.clone(),
        verdict: judged.verdict.word(),
        reason: match judged.verdict {
            Verdict::Unanswered(reason) => reason.words(),
            Verdict::Holds | Verdict::Fails | Verdict::Undecided => "",
        },
        numbers: judged.asked.iter().map(number).collect(),
        why: one.text.as_ref().map(|text| line(edition, here, &text.value)).unwrap_or_default(),
        source: place_of(edition, one.span),
    }
}

/// Where something is written: `predictions/network.pred:12`; of a path that says where the network lies on a disk
/// only its last part.
fn place_of(edition: &Edition<'_>, span: Span) -> String {
    let place = edition.written_in(span);
    let is_outside = place.starts_with(['/', '.']) || place.matches(':').count() > 1;
    let last = || place.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    if is_outside { last() } else { place }
}

/// A claim with its nodes as links.
fn linked(edition: &Edition<'_>, here: &Place, claim: &str) -> Html {
    let mut out = Html::new();
    let is_id = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let mut rest = claim;
    while !rest.is_empty() {
        let end = rest.find(|c| !is_id(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        match edition.place(word) {
            Some(place) => {
                out.raw("<a href=\"");
                out.text(&here.to(&place));
                out.raw("\">");
                out.text(word);
                out.raw("</a>");
            }
            None => out.text(word),
        }
        let next = after.find(is_id).unwrap_or(after.len());
        let (between, after) = after.split_at(next);
        out.text(between);
        rest = after;
    }
    out
}

fn rule(edition: &Edition<'_>, here: &Place, one: &Rule, said: &[&Spoken]) -> RuleView {
    let words = edition.sources.slice(one.when.span);
    RuleView {
        id: one.id.value.to_string(),
        title: one.title.value.to_string(),
        action: one.action.word(),
        kinds: one.subjects.iter().map(|kind: &NodeKind| kind.word()).collect(),
        condition: words.split_whitespace().collect::<Vec<_>>().join(" "),
        text: one.text.as_ref().map(|text| prose(edition, here, &text.value)).unwrap_or_default(),
        said: said
            .iter()
            .map(|one| Said { node: NodeLink::new(edition, here, one.node), message: one.message.clone() })
            .collect(),
        source: place_of(edition, one.span),
    }
}
