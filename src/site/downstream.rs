//! How many nodes lie downstream of each: the targets of its edges, theirs, and so on.
//!
//! The targets of all nodes come in, by number; out come the counts. Edges may lead in a circle, and a node is not
//! downstream of itself.

/// Nodes are looked for so many at a time: a row of bits for each node, small enough to stay close to the processor.
const WORDS: usize = 8;
const BLOCK: usize = 64 * WORDS;

type Row = [u64; WORDS];

/// How many nodes lie downstream of each.
pub(super) fn counts(targets: &[Vec<usize>]) -> Vec<usize> {
    let order = ends_first(targets);
    let mut counts = vec![0; targets.len()];
    for first in (0..targets.len()).step_by(BLOCK) {
        let mut reached: Vec<Row> = vec![[0; WORDS]; targets.len()];
        // Where there are no circles, the second round finds nothing.
        let mut is_new = true;
        while is_new {
            is_new = false;
            for node in &order {
                is_new |= reach(targets, &mut reached, *node, first);
            }
        }
        for (node, (row, count)) in reached.iter().zip(&mut counts).enumerate() {
            let own = bit(node, first).and_then(|(word, bit)| Some(row.get(word)? & bit != 0));
            let all: u32 = row.iter().map(|word| word.count_ones()).sum();
            *count += (all - u32::from(own == Some(true))) as usize;
        }
    }
    counts
}

/// Adds what the targets of a node reach to what it reaches; tells whether that is more than it was.
fn reach(targets: &[Vec<usize>], reached: &mut [Row], node: usize, first: usize) -> bool {
    let mut row = [0; WORDS];
    for target in targets.get(node).into_iter().flatten() {
        for (word, more) in row.iter_mut().zip(reached.get(*target).into_iter().flatten()) {
            *word |= more;
        }
        if let Some((word, bit)) = bit(*target, first) {
            row.get_mut(word).into_iter().for_each(|word| *word |= bit);
        }
    }
    let Some(own) = reached.get_mut(node).filter(|own| **own != row) else { return false };
    *own = row;
    true
}

/// Where a node is in the block that begins with the first.
fn bit(node: usize, first: usize) -> Option<(usize, u64)> {
    let place = node.checked_sub(first).filter(|place| *place < BLOCK)?;
    Some((place / 64, 1 << (place % 64)))
}

/// All nodes, each behind its targets but for circles.
fn ends_first(targets: &[Vec<usize>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(targets.len());
    let mut seen = vec![false; targets.len()];
    for start in 0..targets.len() {
        // Nodes on the way, and which of its targets each goes to next.
        let mut way = vec![(start, 0)];
        if std::mem::replace(seen.get_mut(start).unwrap_or(&mut true), true) {
            continue;
        }
        while let Some((node, next)) = way.last_mut() {
            let target = targets.get(*node).and_then(|targets| targets.get(*next)).copied();
            *next += 1;
            match target {
                Some(target) => {
                    if !std::mem::replace(seen.get_mut(target).unwrap_or(&mut true), true) {
                        way.push((target, 0));
                    }
                }
                None => order.extend(way.pop().map(|(node, _)| node)),
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// One by one.
    fn walked(targets: &[Vec<usize>], start: usize) -> usize {
        let mut seen = BTreeSet::from([start]);
        let mut next = vec![start];
        while let Some(node) = next.pop() {
            next.extend(targets[node].iter().copied().filter(|target| seen.insert(*target)));
        }
        seen.len() - 1
    }

    #[test]
    fn a_chain_of_more_than_a_block() {
        let chain: Vec<Vec<usize>> =
            (0..1200).map(|node| (node < 1199).then_some(node + 1).into_iter().collect()).collect();
        assert_eq!(counts(&chain), (0..1200).rev().collect::<Vec<usize>>());
        assert_eq!(counts(&[]), Vec::<usize>::new());
    }

    proptest! {
        #[test]
        fn as_a_walk_would_find_them(edges in proptest::collection::vec((0..40_usize, 0..40_usize), 0..90)) {
            let mut targets = vec![Vec::new(); 40];
            for (source, target) in edges {
                targets[source].push(target);
            }
            let walks: Vec<usize> = (0..40).map(|node| walked(&targets, node)).collect();
            prop_assert_eq!(counts(&targets), walks);
        }
    }
}
