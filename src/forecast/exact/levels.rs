//! Levels: at which of them probabilities meet their goals.

use super::super::number::logit;
use super::problem::Odds;

/// What is further out of reach than rounding explains.
const REACH: f64 = 1e-11;
/// The steps that the levels of a choice may take, and how far one may go.
const NEWTON: usize = 300;
const LEAP: f64 = 6.0;

/// P(true) at a level, where each row says how likely the states of the parents are with this false and true.
fn at(rows: &[(Odds, [f64; 2])], level: f64) -> f64 {
    let (mut yes, mut no) = (0.0, 0.0);
    for (odds, [with_no, with_yes]) in rows {
        no += with_no * odds.no(level);
        yes += with_yes * odds.yes(level);
    }
    if yes + no > 0.0 { yes / (yes + no) } else { 0.0 }
}

/// The level at which the probability is the goal; else the least and the most that there can be.
pub(super) fn find(rows: &[(Odds, [f64; 2])], goal: f64) -> Result<f64, (f64, f64)> {
    let (least, most) = (at(rows, f64::NEG_INFINITY), at(rows, f64::INFINITY));
    let at_least = (goal - least).abs() <= REACH;
    let at_most = (goal - most).abs() <= REACH;
    match (at_least, at_most) {
        (true, true) => return Ok(0.0),
        (true, false) => return Ok(f64::NEG_INFINITY),
        (false, true) => return Ok(f64::INFINITY),
        (false, false) if goal < least || goal > most => return Err((least, most)),
        (false, false) => {}
    }
    Ok(root(|level| at(rows, level), goal))
}

/// The level of one scenario at which its probability is the goal, with the levels of the others as they are.
pub(super) fn find_scenario(
    rows: &[(Odds, Vec<f64>)],
    state: usize,
    levels: Vec<f64>,
    goal: f64,
) -> Result<f64, (f64, f64)> {
    let of = |level: f64| {
        let mut levels = levels.clone();
        if let Some(slot) = levels.get_mut(state) {
            *slot = level;
        }
        let (mut own, mut all) = (0.0, 0.0);
        for (odds, masses) in rows {
            for (at, (mass, law)) in masses.iter().zip(odds.states(&levels)).enumerate() {
                own += if at == state { mass * law } else { 0.0 };
                all += mass * law;
            }
        }
        if all > 0.0 { own / all } else { 0.0 }
    };
    let (least, most) = (of(-1000.0), of(1000.0));
    if goal < least - REACH || goal > most + REACH {
        return Err((least, most));
    }
    Ok(root(of, goal))
}

/// Where a rising function meets a goal: secants of its log odds, and halving where those do not help (Dekker 1969).
fn root(of: impl Fn(f64) -> f64, goal: f64) -> f64 {
    let aim = logit(goal);
    let gap = |level: f64| logit(of(level)) - aim;
    let (mut low, mut high) = (-64.0_f64, 64.0_f64);
    while gap(low) > 0.0 && low > -4096.0 {
        low *= 2.0;
    }
    while gap(high) < 0.0 && high < 4096.0 {
        high *= 2.0;
    }
    let mut last = (low, f64::NAN);
    let mut level = aim.clamp(low, high);
    let mut stride = high - low;
    for _ in 0..300 {
        let value = gap(level);
        if value == 0.0 {
            break;
        }
        if value < 0.0 {
            low = level;
        } else {
            high = level;
        }
        if high - low <= 4.0 * f64::EPSILON * low.abs().max(high.abs()).max(1.0) {
            break;
        }
        // The first step takes log odds to rise as the level does.
        let slope = if last.1.is_finite() { (value - last.1) / (level - last.0) } else { 1.0 };
        let guess = level - value / slope;
        let helps = guess > low && guess < high && (guess - level).abs() < 0.6 * stride;
        let next = if helps { guess } else { f64::midpoint(low, high) };
        if next == level {
            break;
        }
        stride = (next - level).abs();
        last = (level, value);
        level = next;
    }
    level
}

/// The levels of all scenarios of a choice, for their probabilities to be the goals; else a state that cannot be
/// as likely. The gaps are the slopes of a convex function of the levels, so Newton's steps, shortened where they
/// would lead up, end where all gaps are closed.
pub(super) fn choose(rows: &[(Odds, f64)], goals: &[f64]) -> Result<Vec<f64>, usize> {
    let count = goals.len();
    let laws = |levels: &[f64]| -> Vec<(f64, Vec<f64>)> {
        rows.iter().map(|(odds, mass)| (*mass, odds.states(levels))).collect()
    };
    let gaps = |laws: &[(f64, Vec<f64>)]| -> Vec<f64> {
        let mut gaps: Vec<f64> = goals.iter().map(|goal| -goal).collect();
        for (mass, law) in laws {
            for (gap, law) in gaps.iter_mut().zip(law) {
                *gap += mass * law;
            }
        }
        gaps
    };
    let size = |gaps: &[f64]| gaps.iter().fold(0.0_f64, |most, gap| most.max(gap.abs()));
    let mut levels: Vec<f64> = goals.iter().map(|goal| super::super::number::ln(*goal)).collect();
    let mut now = laws(&levels);
    let mut off = gaps(&now);
    for _ in 0..NEWTON {
        if size(&off) <= f64::EPSILON {
            break;
        }
        let mut slopes = vec![vec![0.0; count]; count];
        for (mass, law) in &now {
            for (row, (own, slopes)) in law.iter().zip(&mut slopes).enumerate() {
                for (column, (other, slope)) in law.iter().zip(slopes).enumerate() {
                    *slope += mass * own * (f64::from(u8::from(row == column)) - other);
                }
            }
        }
        let Some(step) = solve(slopes, &off) else { break };
        let longest = step.iter().fold(0.0_f64, |most, step| most.max(step.abs()));
        let mut share = if longest > LEAP { LEAP / longest } else { 1.0 };
        let before: f64 = off.iter().zip(&step).map(|(gap, step)| gap * step).sum();
        let mut is_done = true;
        for _ in 0..40 {
            let tried: Vec<f64> =
                levels.iter().zip(&step).map(|(level, step)| level - share * step).collect();
            let then = laws(&tried);
            let left = gaps(&then);
            let slope: f64 = left.iter().zip(&step).map(|(gap, step)| gap * step).sum();
            if slope.abs() < before.abs() {
                (levels, now, off) = (tried, then, left);
                is_done = false;
                break;
            }
            share *= 0.5;
        }
        if is_done {
            break;
        }
    }
    let worst = off.iter().enumerate().max_by(|(_, a), (_, b)| a.abs().total_cmp(&b.abs()));
    match worst {
        Some((state, gap)) if gap.abs() > REACH => Err(state),
        _ => Ok(levels),
    }
}

/// Solves a system of equations whose matrix has no negative eigenvalues, by elimination with the largest pivots.
/// Along what the matrix says nothing of there is no step.
#[expect(clippy::indexing_slicing, reason = "rows and columns are numbered here, and nowhere else")]
pub(crate) fn solve(mut matrix: Vec<Vec<f64>>, right: &[f64]) -> Option<Vec<f64>> {
    let count = right.len();
    let mut right = right.to_vec();
    let most = (0..count).map(|at| matrix[at][at]).fold(0.0_f64, f64::max);
    let mut free: Vec<usize> = (0..count).collect();
    let mut used = Vec::new();
    while let Some((place, pivot)) =
        free.iter().copied().enumerate().max_by(|(_, a), (_, b)| matrix[*a][*a].total_cmp(&matrix[*b][*b]))
    {
        if matrix[pivot][pivot] <= most * 1e-14 {
            break;
        }
        free.remove(place);
        used.push(pivot);
        for row in free.iter().copied() {
            let factor = matrix[row][pivot] / matrix[pivot][pivot];
            let above = matrix[pivot].clone();
            for (cell, above) in matrix[row].iter_mut().zip(above) {
                *cell -= factor * above;
            }
            right[row] -= factor * right[pivot];
        }
    }
    let mut step = vec![0.0; count];
    for pivot in used.iter().rev().copied() {
        let known: f64 = (0..count)
            .filter(|column| *column != pivot)
            .map(|column| matrix[pivot][column] * step[column])
            .sum();
        step[pivot] = (right[pivot] - known) / matrix[pivot][pivot];
    }
    step.iter().all(|step| step.is_finite()).then_some(step)
}
