//! Layers: which column each node of a picture stands in, so that edges lead from left to right.

use std::collections::BTreeSet;

/// Where edges lead.
#[derive(Clone, Debug, Default)]
pub(super) struct Arcs {
    pub(super) next: Vec<Vec<usize>>,
    pub(super) before: Vec<Vec<usize>>,
}

impl Arcs {
    /// Of edges among `count` nodes; what leads nowhere, or to itself, is left out.
    pub(super) fn new(count: usize, edges: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut arcs = Self { next: vec![Vec::new(); count], before: vec![Vec::new(); count] };
        for (from, to) in edges.into_iter().filter(|(from, to)| from != to && *from < count && *to < count) {
            if let (Some(next), Some(before)) = (arcs.next.get_mut(from), arcs.before.get_mut(to)) {
                next.push(to);
                before.push(from);
            }
        }
        arcs
    }

    fn of(list: &[Vec<usize>], node: usize) -> &[usize] {
        list.get(node).map_or(&[], Vec::as_slice)
    }

    /// Every node after those that lead to it. In a circle, the first of its nodes comes first.
    fn order(&self) -> Vec<usize> {
        let count = self.next.len();
        let mut waits: Vec<usize> = self.before.iter().map(Vec::len).collect();
        let mut ready: BTreeSet<usize> =
            waits.iter().enumerate().filter(|(_, waits)| **waits == 0).map(|(node, _)| node).collect();
        let mut left: BTreeSet<usize> = (0..count).collect();
        let mut order = Vec::with_capacity(count);
        while let Some(node) = ready.pop_first().or_else(|| left.first().copied()) {
            if !left.remove(&node) {
                continue;
            }
            order.push(node);
            for next in Self::of(&self.next, node) {
                if let Some(waits) = waits.get_mut(*next) {
                    *waits = waits.saturating_sub(1);
                    if *waits == 0 && left.contains(next) {
                        ready.insert(*next);
                    }
                }
            }
        }
        order
    }

    /// The column of each node: as far left as its longest way allows, save that a node to which nothing leads
    /// stands just left of what it leads to.
    pub(super) fn ranks(&self) -> Vec<usize> {
        let order = self.order();
        let mut ranks = vec![0_usize; self.next.len()];
        let mut is_placed = vec![false; self.next.len()];
        for node in &order {
            let before = Self::of(&self.before, *node).iter();
            let placed = before.filter(|one| is_placed.get(**one) == Some(&true));
            let rank = placed.filter_map(|one| ranks.get(*one)).max().map_or(0, |rank| rank + 1);
            if let (Some(own), Some(done)) = (ranks.get_mut(*node), is_placed.get_mut(*node)) {
                (*own, *done) = (rank, true);
            }
        }
        for node in order.iter().rev().filter(|node| Self::of(&self.before, **node).is_empty()) {
            let next = Self::of(&self.next, *node).iter().filter_map(|one| ranks.get(*one)).min().copied();
            if let (Some(own), Some(next)) = (ranks.get_mut(*node), next) {
                *own = next.saturating_sub(1);
            }
        }
        ranks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_lead_to_the_right() {
        let arcs = Arcs::new(5, [(0, 1), (1, 2), (3, 2), (0, 2), (9, 1), (4, 4)]);
        assert_eq!(arcs.ranks(), [0, 1, 2, 1, 0]);
    }

    #[test]
    fn a_circle_is_cut_at_its_first_node() {
        assert_eq!(Arcs::new(3, [(0, 1), (1, 2), (2, 0)]).ranks(), [0, 1, 2]);
    }
}
