//! Answers of sampled networks lie within their errors of those of exact ones.

use forecastc::answers::query::Asker;
use forecastc::answers::whatif::Effects;
use forecastc::forecast::{Forecast, Method, Settings, Way, evaluate};
use forecastc::model::{Belief, Expression, Model, NodeId, Term};
use forecastc::source::Span;
use rayon::prelude::*;

use super::super::{compiled, exact};
use crate::oracle::writer::{ALL, network, today};

const NETWORKS: u64 = 120;
const WORLDS: usize = 8_192;

/// How far an answer is off, in its standard errors; a thousandth is nothing.
struct Off {
    what: &'static str,
    by: f64,
    shown: String,
}

fn off(what: &'static str, shown: String, exact: f64, sampled: f64, error: f64) -> Off {
    let by = ((exact - sampled).abs() - 1e-3).max(0.0) / error.max(1e-6);
    Off { what, by, shown: format!("{shown}: {sampled} ± {error}, is {exact}") }
}

#[test]
fn answers_of_sampled_networks_stay_within_their_errors() {
    let all: Vec<Off> = (0..NETWORKS).into_par_iter().flat_map_iter(answers).collect();
    for (what, least) in [("observed", 500), ("forced", 500), ("effects", 600), ("query", 50), ("shares", 50)]
    {
        let own: Vec<&Off> = all.iter().filter(|off| off.what == what).collect();
        let within = own.iter().filter(|off| off.by <= 4.0).count() as f64 / own.len() as f64;
        println!("{what}: {} answers, {within} within 4 errors", own.len());
        assert!(own.len() >= least, "{what}: {} answers are too few", own.len());
        let mut far = own.clone();
        far.sort_by(|one, other| other.by.total_cmp(&one.by));
        let far: Vec<&str> = far.iter().take(8).map(|off| off.shown.as_str()).collect();
        assert!(within >= 0.98, "{what}: {within} within 4 errors; the farthest:\n{}", far.join("\n"));
    }
}

fn answers(seed: u64) -> Vec<Off> {
    let Some(compiled) = compiled(&network(900_000 + seed, &ALL)) else { return Vec::new() };
    let model = &compiled.model;
    let truth = exact(&compiled);
    let settings = Settings { seed, method: Method::Sampled, worlds: Some(WORLDS) };
    let found = evaluate(model, today(), &settings);
    if !truth.troubles().is_empty() || !found.troubles().is_empty() {
        return Vec::new();
    }
    let open: Vec<NodeId> = model
        .nodes()
        .map(|(node, _)| node)
        .filter(|node| truth.now(*node).is_some_and(|now| (0.05..0.95).contains(&now.probability)))
        .collect();
    let mut all = Vec::new();
    for (number, node) in open.iter().step_by(3).enumerate() {
        let state = number % 2 == 0;
        for (what, way) in [("observed", Way::Observed), ("forced", Way::Forced)] {
            supposed(model, (&truth, &found), (*node, state), (what, way), seed, &mut all);
        }
        effects(model, (&truth, &found), *node, seed, &mut all);
        shares(model, (&truth, &found), *node, seed, &mut all);
    }
    if let [one, other, third, ..] = open.as_slice() {
        query(model, (&truth, &found), [*one, *other, *third], seed, &mut all);
    }
    all
}

fn supposed(
    model: &Model,
    (truth, found): (&Forecast, &Forecast),
    state: (NodeId, bool),
    (what, way): (&'static str, Way),
    seed: u64,
    all: &mut Vec<Off>,
) {
    let (Ok(truth), Ok(found)) = (truth.suppose(model, &[state], way), found.suppose(model, &[state], way))
    else {
        return;
    };
    for (node, item) in model.nodes() {
        let (Some(truth), Some(found)) = (truth.belief(node), found.belief(node)) else { continue };
        let shown = format!("{seed}: {} if {:?}, {what}", item.id, state);
        all.push(off(what, shown, truth.probability, found.probability, found.error));
    }
}

fn effects(
    model: &Model,
    (truth, found): (&Forecast, &Forecast),
    node: NodeId,
    seed: u64,
    all: &mut Vec<Off>,
) {
    let (truth, found) = (Effects::new(model, truth).of(node), Effects::new(model, found).of(node));
    let truth = truth.unwrap_or_default();
    for both in found.unwrap_or_default() {
        let Some(truth) = truth.iter().find(|one| one.node == both.node) else { continue };
        for (truth, found) in truth.given.iter().zip(both.given) {
            let shown = format!("{seed}: {} given {}", model.node(both.node).id, model.node(node).id);
            all.push(off("effects", shown, truth.0, found.0, found.1));
        }
    }
}

fn shares(
    model: &Model,
    (truth, found): (&Forecast, &Forecast),
    node: NodeId,
    seed: u64,
    all: &mut Vec<Off>,
) {
    let (Some(truth), Some(found)) = (truth.shares(model, node), found.shares(model, node)) else { return };
    let sum = found.level + found.all.iter().map(|share| share.log_odds).sum::<f64>();
    assert!((sum - found.log_odds).abs() < 1e-9, "{seed}: {} adds up to {sum}", model.node(node).id);
    for (truth, found) in truth.all.iter().zip(&found.all) {
        assert_eq!(truth.cause, found.cause);
        // Where gates decide the sampler runs once for each stage, and tells no error.
        if found.error > 0.0 {
            let shown = format!("{seed}: {:?} of {}", found.cause, model.node(node).id);
            all.push(off("shares", shown, truth.log_odds, found.log_odds, found.error + 0.01));
        }
    }
}

fn query(
    model: &Model,
    (truth, found): (&Forecast, &Forecast),
    [one, other, third]: [NodeId; 3],
    seed: u64,
    all: &mut Vec<Off>,
) {
    let expression = |term| Expression { span: Span::default(), term: Box::new(term) };
    let is = |node: NodeId| expression(Term::Atom(node));
    let event = expression(Term::And(vec![is(one), expression(Term::Not(is(other)))]));
    for given in [vec![], vec![is(third)], vec![expression(Term::Or(vec![is(third), is(other)]))]] {
        let question = Belief { event: event.clone(), given };
        let truth = Asker::new(model, truth).ask(&question);
        let (Ok(truth), Ok(found)) = (truth, Asker::new(model, found).ask(&question)) else { continue };
        let shown = format!("{seed}: {question:?}");
        all.push(off("query", shown, truth.probability, found.probability, found.error));
    }
}
