//! The belief about one variable where levels and findings are known: nothing is solved, and what can tell nothing
//! about it is left out, which mostly is nearly all.

use super::super::part::{Law, Part};
use super::super::step::Finding;
use super::problem::{Problem, settled};
use super::{Belief, parents, probability};

/// P(true) of each node of a variable. None if the tables would have more cells than `most`, or if what is known
/// cannot be.
pub(crate) fn about(
    mut part: Part,
    levels: &[f64],
    findings: &[Finding],
    variable: usize,
    most: usize,
) -> Option<Vec<f64>> {
    let nodes = part.variables.get(variable)?.nodes.clone();
    let mut states = settled(&part, findings);
    let is_told = told(&part, findings, &states, variable);
    let mut levels = levels.to_vec();
    // What is left out is a variable by itself, as good as known.
    for ((variable, state), is_told) in part.variables.iter_mut().zip(&mut states).zip(&is_told) {
        if !is_told {
            variable.law = Law::Odds(Vec::new());
            state.get_or_insert(0);
            for node in &variable.nodes {
                if let Some(level) = levels.get_mut(*node) {
                    *level = 0.0;
                }
            }
        }
    }
    let problem = Problem::new(&part, &states, most)?;
    let wanted = problem.axis_of.get(variable).copied().flatten();
    let belief = Belief::of(&problem, &part, &levels, findings, wanted).ok()?;
    Some(nodes.iter().map(|node| probability(&part, &problem, &belief, findings, *node)).collect())
}

/// Which variables have a law that tells something about this one: those above it or above what is known, as far as
/// they hang together through what is not settled.
fn told(part: &Part, findings: &[Finding], states: &[Option<usize>], variable: usize) -> Vec<bool> {
    let variable_of = |node: &usize| part.places.get(*node).map(|place| place.variable);
    let is_known = |node: &usize| findings.get(*node).is_some_and(|finding| *finding != Finding::Open(0.0));
    let mut counts: Vec<bool> = part.variables.iter().map(|one| one.nodes.iter().any(is_known)).collect();
    let mut waiting = vec![variable];
    set(&mut counts, variable);
    // The open variables of each law that counts, and the laws that each of them is in.
    let is_open = |variable: &usize| states.get(*variable).is_some_and(Option::is_none);
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); part.variables.len()];
    let mut laws: Vec<Vec<usize>> = vec![Vec::new(); part.variables.len()];
    for (number, variable) in part.variables.iter().enumerate().rev() {
        if counts.get(number) != Some(&true) {
            continue;
        }
        let above = parents(&variable.law).filter_map(|node| variable_of(&node));
        let own: Vec<usize> = above.chain([number]).collect();
        for one in &own {
            set(&mut counts, *one);
        }
        for one in own.iter().filter(|one| is_open(one)) {
            if let Some(laws) = laws.get_mut(*one) {
                laws.push(number);
            }
        }
        if let Some(slot) = members.get_mut(number) {
            *slot = own.into_iter().filter(|one| is_open(one)).collect();
        }
    }
    let mut is_told = vec![false; part.variables.len()];
    while let Some(variable) = waiting.pop() {
        for law in laws.get(variable).into_iter().flatten() {
            if is_told.get(*law) == Some(&false) {
                set(&mut is_told, *law);
                waiting.extend(members.get(*law).into_iter().flatten());
            }
        }
    }
    is_told
}

fn set(all: &mut [bool], place: usize) {
    if let Some(slot) = all.get_mut(place) {
        *slot = true;
    }
}
