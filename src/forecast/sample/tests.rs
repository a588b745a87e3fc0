//! Sampled beliefs against sums over all states.

use std::sync::Arc;

use super::super::engine::Engine;
use super::super::memory::Moment;
use super::super::number::{exp, logit, mix, sigmoid};
use super::super::part::{Bearing, Input, Law, Part, Place, Target, Variable};
use super::super::step::{Estimate, Finding, Statement, Step};
use super::solved::Solved;
use super::{Sampler, Sampling};
use crate::model::NodeId;
use crate::value::Date;

fn weight(source: usize, weight: f64) -> Input {
    Input { source, bearing: Bearing::Weight(weight) }
}

fn gate(source: usize, when: bool, then: bool) -> Input {
    Input { source, bearing: Bearing::Gate { when, then } }
}

fn part(variables: Vec<Variable>, targets: Vec<Target>) -> Part {
    let count = targets.len();
    let mut places = vec![Place { variable: 0, state: 1 }; count];
    for (number, variable) in variables.iter().enumerate() {
        for (state, node) in variable.nodes.iter().enumerate() {
            let state = if matches!(variable.law, Law::Choice(_)) { state } else { 1 };
            places[*node] = Place { variable: number, state };
        }
    }
    Part {
        ids: (0..count).map(NodeId::new).collect(),
        keys: (0..count).map(|node| mix(node as u64 + 77)).collect(),
        variables,
        places,
        targets,
    }
}

fn odds(node: usize, inputs: Vec<Input>) -> Variable {
    Variable { nodes: vec![node], law: Law::Odds(inputs) }
}

/// All states of a part and their probabilities, at given levels.
struct Exact<'a> {
    part: &'a Part,
    levels: Vec<f64>,
    findings: Vec<Finding>,
}

impl<'a> Exact<'a> {
    fn new(part: &'a Part) -> Self {
        let count = part.keys.len();
        let mut exact = Self { part, levels: vec![0.0; count], findings: vec![Finding::Open(0.0); count] };
        for variable in &part.variables {
            for _ in 0..if variable.nodes.len() > 1 { 400 } else { 1 } {
                for node in &variable.nodes {
                    let shares = exact.beliefs(variable.nodes[0] + 1);
                    let Some(aim) = part.targets[*node].probability(|node| shares[node]) else { continue };
                    if variable.nodes.len() > 1 {
                        exact.levels[*node] += logit(aim) - logit(shares[*node]);
                    } else {
                        exact.solve(*node, aim);
                    }
                }
            }
        }
        exact
    }

    /// Finds the level of a node by halving.
    fn solve(&mut self, node: usize, aim: f64) {
        let (mut low, mut high) = (-45.0, 45.0);
        for _ in 0..60 {
            self.levels[node] = f64::midpoint(low, high);
            if self.beliefs(usize::MAX)[node] < aim {
                low = self.levels[node]
            } else {
                high = self.levels[node]
            }
        }
    }

    fn law(&self, variable: &Variable, state: &[bool]) -> Vec<f64> {
        let gates = |inputs: &[Input]| {
            let mut acts = [false; 2];
            for input in inputs {
                if let Bearing::Gate { when, then } = input.bearing
                    && state[input.source] == when
                {
                    acts[usize::from(then)] = true;
                }
            }
            acts
        };
        let log = |node: usize, inputs: &[Input]| {
            let mut log = self.levels[node];
            for input in inputs {
                if let (Bearing::Weight(weight), true) = (input.bearing, state[input.source]) {
                    log += weight;
                }
            }
            log
        };
        match &variable.law {
            Law::Odds(inputs) => match gates(inputs) {
                [true, _] => vec![0.0],
                [_, true] => vec![1.0],
                _ => vec![sigmoid(log(variable.nodes[0], inputs))],
            },
            Law::Table { parents, rows } => {
                let row: usize =
                    parents.iter().enumerate().map(|(bit, node)| usize::from(state[*node]) << bit).sum();
                let shift = exp(self.levels[variable.nodes[0]]);
                vec![rows[row] * shift / (1.0 - rows[row] + rows[row] * shift)]
            }
            Law::Choice(lists) => {
                let gates: Vec<[bool; 2]> = lists.iter().map(|list| gates(list)).collect();
                let any = gates.iter().any(|[denied, forced]| *forced && !denied);
                let mut allowed: Vec<bool> =
                    gates.iter().map(|[denied, forced]| !denied && (!any || *forced)).collect();
                if !allowed.contains(&true) {
                    allowed.fill(true);
                }
                let each = lists.iter().zip(&variable.nodes).zip(&allowed);
                let each: Vec<f64> =
                    each.map(|((list, node), yes)| if *yes { exp(log(*node, list)) } else { 0.0 }).collect();
                let sum: f64 = each.iter().sum();
                each.iter().map(|one| one / sum).collect()
            }
        }
    }

    fn beliefs(&self, _upto: usize) -> Vec<f64> {
        let mut sums = vec![0.0; self.levels.len() + 1];
        let mut state = vec![false; self.levels.len()];
        self.visit(0, 1.0, &mut state, &mut sums);
        let all = sums.pop().unwrap();
        sums.iter().map(|sum| sum / all).collect()
    }

    fn visit(&self, at: usize, weight: f64, state: &mut Vec<bool>, sums: &mut [f64]) {
        if weight == 0.0 {
            return;
        }
        let Some(variable) = self.part.variables.get(at) else {
            for (sum, state) in sums.iter_mut().zip(state.iter().chain([&true])) {
                *sum += if *state { weight } else { 0.0 };
            }
            return;
        };
        let law = self.law(variable, state);
        let choices: Vec<(Option<usize>, f64)> = if matches!(variable.law, Law::Choice(_)) {
            law.iter().enumerate().map(|(place, p)| (Some(place), *p)).collect()
        } else {
            vec![(Some(0), law[0]), (None, 1.0 - law[0])]
        };
        for (chosen, p) in choices {
            let mut weight = weight * p;
            for (place, node) in variable.nodes.iter().enumerate() {
                state[*node] = chosen == Some(place);
                weight *= match self.findings[*node] {
                    Finding::Open(log) => {
                        if state[*node] {
                            exp(log)
                        } else {
                            1.0
                        }
                    }
                    Finding::Settled(yes) => f64::from(u8::from(yes == state[*node])),
                };
            }
            self.visit(at + 1, weight, state, sums);
        }
        for node in &variable.nodes {
            state[*node] = false;
        }
    }

    fn learn(&mut self, findings: &[(usize, Finding)]) {
        for (node, finding) in findings {
            self.findings[*node] = *finding;
        }
    }
}

fn step(findings: Vec<(usize, Finding)>) -> Step {
    let date = Date::parse("2026-01-01").unwrap();
    Step { date, findings, statements: vec![] }
}

const SAMPLING: Sampling = Sampling { seed: 5, worlds: 4096, sweeps: 40 };

/// How many stated errors each belief is off.
fn off(found: &[Estimate], exact: &[f64]) -> f64 {
    let mut worst = 0.0_f64;
    for (found, exact) in found.iter().zip(exact) {
        let gap = (found.probability - exact).abs();
        worst = worst.max(gap / (found.error + 2e-4));
    }
    worst
}

fn agree(name: &str, sampler: &Sampler, exact: &Exact<'_>) {
    let (found, exact) = (sampler.beliefs(), exact.beliefs(usize::MAX));
    let worst = off(&found, &exact);
    assert!(worst < 5.0, "{name}: off by {worst} errors\n{found:?}\n{exact:?}\n{:?}", sampler.report());
}

/// Every law: two roots, gates both ways, a table with certain rows, a choice with parents, and children of it.
fn mixture() -> Part {
    part(
        vec![
            odds(0, vec![]),
            odds(1, vec![]),
            odds(2, vec![weight(0, 1.5), weight(1, -2.0)]),
            odds(3, vec![gate(0, false, false), weight(1, 1.0)]),
            odds(4, vec![gate(1, true, true), gate(3, true, false), weight(2, 0.7)]),
            Variable {
                nodes: vec![5],
                law: Law::Table {
                    parents: vec![0, 2, 4],
                    rows: vec![0.1, 0.6, 0.0, 1.0, 0.3, 0.9, 0.5, 0.2],
                },
            },
            Variable {
                nodes: vec![6, 7, 8],
                law: Law::Choice(vec![
                    vec![weight(2, 1.0)],
                    vec![gate(3, true, false)],
                    vec![weight(0, -1.0)],
                ]),
            },
            odds(9, vec![weight(6, 2.0), weight(7, -1.0)]),
            odds(10, vec![weight(8, 1.7), gate(5, true, true)]),
            odds(11, vec![weight(9, 1.0), weight(10, 1.0), weight(4, 0.5)]),
        ],
        vec![
            Target::Stated(0.3),
            Target::Stated(0.2),
            Target::Stated(0.4),
            Target::Stated(0.1),
            Target::Stated(0.35),
            Target::Table,
            Target::Stated(0.5),
            Target::Stated(0.2),
            Target::Stated(0.3),
            Target::Implied { edges: vec![(6, 0.6, 0.2)], like: None, outside: None },
            Target::Stated(0.6),
            Target::Stated(0.5),
        ],
    )
}

#[test]
fn every_law_agrees_with_the_sum_over_states() {
    let part = mixture();
    let mut exact = Exact::new(&part);
    let mut sampler = Sampler::start(Arc::new(part.clone()), &SAMPLING, &Solved::default()).unwrap();
    agree("before facts", &sampler, &exact);
    let days = [
        vec![(11, Finding::Open(1.2)), (9, Finding::Open(-0.5))],
        vec![(10, Finding::Settled(true))],
        vec![(7, Finding::Settled(false))],
        vec![(5, Finding::Open(0.8))],
        vec![(4, Finding::Settled(true))],
        vec![(11, Finding::Open(0.0)), (9, Finding::Open(1.0))],
        vec![(5, Finding::Settled(true)), (2, Finding::Open(-2.0))],
        vec![(6, Finding::Settled(true))],
        vec![(4, Finding::Open(0.0)), (6, Finding::Open(0.3))],
    ];
    for (day, findings) in days.into_iter().enumerate() {
        exact.learn(&findings);
        sampler.step(&step(findings)).unwrap();
        agree(&format!("day {day}"), &sampler, &exact);
    }
    sampler.settle();
    agree("settled", &sampler, &exact);
}

#[test]
fn statements_hold_together() {
    let part = mixture();
    let mut exact = Exact::new(&part);
    let mut sampler = Sampler::start(Arc::new(part.clone()), &SAMPLING, &Solved::default()).unwrap();
    let findings = vec![(11, Finding::Open(1.2)), (10, Finding::Settled(true))];
    exact.learn(&findings);
    let statements = [(4, 0.5), (9, 0.3), (6, 0.25), (5, 0.45)];
    let mut day = step(findings);
    day.statements =
        statements.map(|(node, probability)| Statement { node, number: 3, probability }).to_vec();
    sampler.step(&day).unwrap();
    for _ in 0..60 {
        for (node, probability) in statements {
            exact.solve(node, probability);
        }
    }
    for (node, estimate) in sampler.beliefs().iter().enumerate() {
        assert!(!statements.iter().any(|(stated, _)| *stated == node) || estimate.error == 0.0);
    }
    agree("stated", &sampler, &exact);
    // The levels of a choice are relative to each other.
    for (found, exact) in sampler.levels().iter().zip(&exact.levels).take(6) {
        assert!((found - exact).abs() < 0.25, "{found} {exact} {:?}", sampler.levels());
    }
    let findings = vec![(2, Finding::Settled(false))];
    exact.learn(&findings);
    sampler.step(&step(findings)).unwrap();
    agree("after", &sampler, &exact);
    let day = step(vec![(2, Finding::Open(0.5))]);
    exact.learn(&day.findings);
    sampler.step(&day).unwrap();
    sampler.settle();
    agree("open again", &sampler, &exact);
}

/// With a node that is as likely as another, and hangs on it by nothing else.
fn followed() -> Part {
    let Part { mut variables, mut targets, .. } = mixture();
    variables.push(odds(12, vec![]));
    targets.push(Target::Implied { edges: vec![], like: Some(2), outside: None });
    part(variables, targets)
}

/// What an edit may change: a node, and how its part looks then.
fn edits() -> Vec<(usize, Part)> {
    let mut all = Vec::new();
    for (number, variable) in followed().variables.iter().enumerate() {
        let first = variable.nodes[0];
        let mut edited = followed();
        match &mut edited.targets[first] {
            Target::Stated(probability) => *probability += 0.04,
            Target::Implied { edges, outside, .. } => match edges.first_mut() {
                Some((_, yes, _)) => *yes += 0.1,
                None => *outside = Some((0.3, 0.5)),
            },
            Target::Table | Target::Level(_) => {}
        }
        if let [_, second, ..] = variable.nodes.as_slice()
            && let Target::Stated(probability) = &mut edited.targets[*second]
        {
            // Those of a choice sum to one.
            *probability -= 0.04;
        }
        if edited.targets[first] != followed().targets[first] {
            all.push((number, edited));
        }
        let mut edited = followed();
        let inputs = match &mut edited.variables[number].law {
            Law::Odds(inputs) => inputs,
            Law::Choice(lists) => &mut lists[0],
            Law::Table { rows, .. } => {
                rows[1] += 0.1;
                all.push((number, edited));
                continue;
            }
        };
        for input in inputs {
            if let Bearing::Weight(weight) = &mut input.bearing {
                *weight += 0.3;
            }
        }
        if format!("{:?}", edited.variables) != format!("{:?}", followed().variables) {
            all.push((number, edited));
        }
    }
    all
}

#[test]
fn after_an_edit_only_what_is_below_it_is_solved_anew() {
    let pairs: Vec<(usize, usize)> = (0..13).flat_map(|from| (0..13).map(move |to| (from, to))).collect();
    let start = |part: Part, solved: &Solved| Sampler::start(Arc::new(part), &SAMPLING, solved).unwrap();
    let before = start(followed(), &Solved::default());
    let (realised, grounds) = before.first_conditionals(&pairs, &Solved::default());
    let shape = Arc::clone(&before.shape);
    let rows = before.calibration.rows.clone();
    let engine = Some(Arc::new(Engine::Sampled(Box::new(before))));
    let solved = Solved::new(vec![Arc::new(Moment { realised, grounds, engine, ..Moment::default() })]);
    let all = edits();
    assert!(all.len() > 15, "{} edits", all.len());
    for (edited, part) in all {
        let mut below = vec![false; shape.variables.len()];
        below[edited] = true;
        for number in edited + 1..below.len() {
            let variable = &shape.variables[number];
            let wanted = part.targets[shape.slots[variable.first].node].sources();
            let above = wanted.iter().map(|node| shape.slots[shape.slot_of[*node]].variable);
            below[number] = above.chain(variable.parents.iter().copied()).any(|parent| below[parent]);
        }
        let [again, fresh] = [&solved, &Solved::default()].map(|solved| start(part.clone(), solved));
        let [one, other] = [&again, &fresh].map(|sampler| &sampler.calibration);
        assert_eq!(format!("{one:?}"), format!("{other:?}"), "variable {edited}");
        let found = again.first_conditionals(&pairs, &solved);
        assert_eq!(found, fresh.first_conditionals(&pairs, &Solved::default()), "variable {edited}");
        for (slot, (row, known)) in one.rows.iter().zip(&rows).enumerate() {
            let is_known = Arc::ptr_eq(row, known);
            assert_eq!(is_known, !below[shape.slots[slot].variable], "variable {edited}, slot {slot}");
        }
    }
}

#[test]
fn conditionals_and_the_book_agree_with_the_sum_over_states() {
    let part = mixture();
    let mut sampler =
        Sampler::start(Arc::new(part.clone()), &Sampling { worlds: 32_768, ..SAMPLING }, &Solved::default())
            .unwrap();
    let mut exact = Exact::new(&part);
    let pairs = [(0, 2), (1, 4), (6, 9), (9, 6), (11, 0), (5, 10), (3, 3), (7, 6)];
    for known in [vec![], vec![(11, Finding::Open(1.2)), (4, Finding::Settled(true))]] {
        if !known.is_empty() {
            exact.learn(&known);
            sampler.step(&step(known)).unwrap();
        }
        for ((source, target), found) in pairs.iter().zip(sampler.conditionals(&pairs)) {
            for (found, yes) in found.into_iter().zip([true, false]) {
                let before = exact.findings[*source];
                exact.findings[*source] = Finding::Settled(yes);
                let truth = exact.beliefs(0)[*target];
                exact.findings[*source] = before;
                if truth.is_nan() {
                    assert_eq!(found, None);
                    continue;
                }
                assert!((found.unwrap() - truth).abs() < 0.03, "{source} {target} {yes} {found:?} {truth}");
            }
        }
        let truth = exact.beliefs(0);
        for (row, truth) in sampler.book(1024).iter().zip(truth) {
            let count: u32 = row.iter().map(|word| word.count_ones()).sum();
            assert!((f64::from(count) / (64.0 * row.len() as f64) - truth).abs() < 0.02);
        }
    }
}

#[test]
fn two_hundred_leaves_turn_their_root() {
    let leaves = 200;
    let mut variables = vec![odds(0, vec![])];
    variables.extend((1..=leaves).map(|node| odds(node, vec![weight(0, 0.4)])));
    let mut targets = vec![Target::Stated(0.2)];
    targets.extend((0..leaves).map(|_| Target::Stated(0.5)));
    let part = part(variables, targets);
    let mut sampler = Sampler::start(Arc::new(part), &SAMPLING, &Solved::default()).unwrap();
    let level = sampler.levels()[1];
    let yes = 102;
    let findings = (1..=leaves).map(|node| (node, Finding::Settled(node <= yes))).collect();
    sampler.step(&step(findings)).unwrap();
    sampler.settle();
    let count = (yes as f64, (leaves - yes) as f64);
    let log = |w: f64| count.0 * logit_ln(sigmoid(level + w)) + count.1 * logit_ln(1.0 - sigmoid(level + w));
    let exact = sigmoid(logit(0.2) + log(0.4) - log(0.0));
    let found = sampler.beliefs()[0];
    assert!((found.probability - exact).abs() < 5.0 * found.error + 0.01, "{found:?} {exact}");
}

fn logit_ln(x: f64) -> f64 {
    super::super::number::ln(x)
}

#[test]
fn a_chain_of_near_copies_carries_a_fact_at_its_end() {
    let count = 100;
    let link = logit(0.999) - logit(0.001);
    let mut variables = vec![odds(0, vec![])];
    variables.extend((1..count).map(|node| odds(node, vec![weight(node - 1, link)])));
    let targets = (0..count).map(|_| Target::Stated(0.5)).collect();
    let mut sampler =
        Sampler::start(Arc::new(part(variables, targets)), &SAMPLING, &Solved::default()).unwrap();
    sampler.step(&step(vec![(count - 1, Finding::Open(1.0))])).unwrap();
    sampler.step(&step(vec![(count - 1, Finding::Settled(false))])).unwrap();
    sampler.step(&step(vec![(0, Finding::Open(1.5))])).unwrap();
    sampler.settle();
    // A chain of symmetric links keeps (1 − 2·0.001)⁹⁹ of what its beginning says.
    let kept = 0.998_f64.powi(99);
    let like = [(1.0 + kept) / 2.0, (1.0 - kept) / 2.0];
    let exact = like[1] * exp(1.5) / (like[0] + like[1] * exp(1.5));
    let found = sampler.beliefs()[0];
    assert!((found.probability - exact).abs() < 4.5 * found.error + 0.01, "{found:?} {exact}");
}

#[test]
fn an_unlikely_fact_finds_its_cause() {
    // Of two causes of the same gate one has to be true; both are rare.
    let variables = vec![
        odds(0, vec![]),
        odds(1, vec![]),
        odds(2, vec![weight(0, 9.0), weight(1, 9.0)]),
        odds(3, vec![gate(2, true, true), gate(2, false, false)]),
        odds(4, vec![weight(3, 3.0)]),
    ];
    let targets = [0.001, 0.002, 0.002, 0.002, 0.3].map(Target::Stated).to_vec();
    let part = part(variables, targets);
    let mut exact = Exact::new(&part);
    let mut sampler = Sampler::start(Arc::new(part.clone()), &SAMPLING, &Solved::default()).unwrap();
    // Gates settle the copy with its source.
    let findings = vec![(3, Finding::Settled(true)), (2, Finding::Settled(true))];
    exact.learn(&findings);
    sampler.step(&step(findings)).unwrap();
    sampler.settle();
    let (found, exact) = (sampler.beliefs(), exact.beliefs(usize::MAX));
    for node in [0, 1, 4] {
        let gap = (found[node].probability - exact[node]).abs();
        // Levels so near certainty are hard to sample; what counts is that the causes share the blame.
        assert!(gap < 5.0 * found[node].error + 0.03, "{found:?} {exact:?}");
    }
}

#[test]
fn threads_change_no_byte() {
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut sampler = Sampler::start(Arc::new(mixture()), &SAMPLING, &Solved::default()).unwrap();
            sampler.step(&step(vec![(11, Finding::Open(1.2)), (10, Finding::Settled(true))])).unwrap();
            sampler.settle();
            (format!("{:?}", sampler.beliefs()), sampler.book(1024), sampler.report())
        })
    };
    assert_eq!(run(1), run(2));
}

fn random(name: u64, what: u64) -> f64 {
    mix(mix(name.wrapping_mul(31) ^ 9) ^ what.wrapping_mul(77)) as f64 / 2.0_f64.powi(64)
}

/// Eight nodes with random inputs.
fn small(name: u64) -> Part {
    let mut variables = Vec::new();
    for node in 0..8_usize {
        let mut inputs = Vec::new();
        for source in 0..node {
            let what = (node * 8 + source) as u64;
            match (random(name, what) * 12.0) as usize {
                0..5 => inputs.push(weight(source, 4.0 * random(name, what + 100) - 1.5)),
                5 if node > 3 => {
                    inputs.push(gate(source, random(name, what + 200) < 0.3, random(name, what + 300) < 0.2))
                }
                _ => {}
            }
        }
        variables.push(odds(node, inputs));
    }
    let first = |node: usize| match &variables[node].law {
        Law::Odds(inputs) => inputs.first().map(|input| input.source),
        Law::Choice(_) | Law::Table { .. } => None,
    };
    let targets: Vec<Target> = (0..8)
        .map(|node| match first(node) {
            None => Target::Stated(0.1 + 0.5 * random(name, 900 + node as u64)),
            Some(source) => Target::Implied { edges: vec![(source, 0.5, 0.3)], like: None, outside: None },
        })
        .collect();
    part(variables, targets)
}

#[test]
fn stated_errors_cover_what_they_say() {
    let (mut inside, mut beyond, mut all) = (0, 0, 0);
    for name in 0..60 {
        let part = small(name);
        let mut exact = Exact::new(&part);
        let sampling = Sampling { seed: name, worlds: 2048, sweeps: 16 };
        let mut sampler = Sampler::start(Arc::new(part.clone()), &sampling, &Solved::default()).unwrap();
        for day in 0..3_u64 {
            let node = 2 + (random(name, 500 + day) * 6.0) as usize;
            let log = 3.0 * random(name, 600 + day) - 1.5;
            let findings = vec![(node, Finding::Open(log))];
            exact.learn(&findings);
            sampler.step(&step(findings)).unwrap();
        }
        sampler.settle();
        for (found, exact) in sampler.beliefs().iter().zip(exact.beliefs(usize::MAX)) {
            if found.error > 1e-6 {
                let gap = (found.probability - exact).abs() / found.error;
                all += 1;
                inside += usize::from(gap < 1.96);
                beyond += usize::from(gap > 4.0);
            }
        }
    }
    let share = f64::from(u32::try_from(inside).unwrap()) / f64::from(u32::try_from(all).unwrap());
    println!("{inside} of {all} within 1.96 errors, {beyond} beyond four");
    assert!((0.90..=0.99).contains(&share) && beyond * 200 <= all, "{inside} of {all}, {beyond} beyond four");
}
