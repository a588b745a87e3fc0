//! Orders in which parents come before children, and what hangs together.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// An order of variables in which every arc leads onward, kept while arcs are added (Pearce and Kelly 2006).
pub(super) struct Order {
    pub(super) rank: Vec<usize>,
    out: Vec<Vec<usize>>,
    into: Vec<Vec<usize>>,
}

impl Order {
    /// Of arcs without a circle: of those whose parents are all placed, the first.
    pub(super) fn new(count: usize, arcs: &[(usize, usize)]) -> Self {
        let mut order =
            Self { rank: vec![0; count], out: vec![Vec::new(); count], into: vec![Vec::new(); count] };
        let mut waits = vec![0_usize; count];
        for (from, to) in arcs.iter().filter(|(from, to)| from != to) {
            order.add(*from, *to);
            if let Some(waits) = waits.get_mut(*to) {
                *waits += 1;
            }
        }
        let ready = waits.iter().enumerate().filter(|(_, waits)| **waits == 0).map(|(one, _)| Reverse(one));
        let mut ready: BinaryHeap<Reverse<usize>> = ready.collect();
        let mut next = 0;
        while let Some(Reverse(one)) = ready.pop() {
            if let Some(rank) = order.rank.get_mut(one) {
                *rank = next;
            }
            next += 1;
            for to in order.out.get(one).into_iter().flatten() {
                let Some(waits) = waits.get_mut(*to) else { continue };
                *waits -= 1;
                if *waits == 0 {
                    ready.push(Reverse(*to));
                }
            }
        }
        order
    }

    fn add(&mut self, from: usize, to: usize) {
        if let (Some(out), Some(into)) = (self.out.get_mut(from), self.into.get_mut(to)) {
            out.push(to);
            into.push(from);
        }
    }

    fn rank(&self, one: usize) -> usize {
        self.rank.get(one).copied().unwrap_or(usize::MAX)
    }

    /// Adds an arc, or the same turned round if that one would close a circle. False: it was turned.
    pub(super) fn join(&mut self, from: usize, to: usize) -> bool {
        if self.rank(from) > self.rank(to) {
            let (first, last) = (self.rank(to), self.rank(from));
            let after = self.reach(&self.out, to, |rank| rank <= last);
            if after.contains(&from) {
                self.add(to, from);
                return false;
            }
            // What leads to the beginning moves before what follows from the end, within the ranks that both have.
            let before = self.reach(&self.into, from, |rank| rank >= first);
            let mut moved: Vec<usize> = self.by_rank(before);
            moved.extend(self.by_rank(after));
            let mut ranks: Vec<usize> = moved.iter().map(|one| self.rank(*one)).collect();
            ranks.sort_unstable();
            for (one, rank) in moved.into_iter().zip(ranks) {
                if let Some(slot) = self.rank.get_mut(one) {
                    *slot = rank;
                }
            }
        }
        self.add(from, to);
        true
    }

    fn by_rank(&self, all: BTreeSet<usize>) -> Vec<usize> {
        let mut all: Vec<usize> = all.into_iter().collect();
        all.sort_unstable_by_key(|one| self.rank(*one));
        all
    }

    /// What one leads to, along arcs, as far as ranks allow.
    fn reach(&self, along: &[Vec<usize>], start: usize, allows: impl Fn(usize) -> bool) -> BTreeSet<usize> {
        let mut reached = BTreeSet::from([start]);
        let mut queue = vec![start];
        while let Some(one) = queue.pop() {
            for next in along.get(one).into_iter().flatten() {
                if allows(self.rank(*next)) && reached.insert(*next) {
                    queue.push(*next);
                }
            }
        }
        reached
    }
}

/// The group of each variable: those that links connect have the same, the smallest number among them.
pub(super) fn groups(count: usize, links: &[(usize, usize)]) -> Vec<usize> {
    let mut group: Vec<usize> = (0..count).collect();
    fn find(group: &mut [usize], mut one: usize) -> usize {
        while let Some(up) = group.get(one).copied().filter(|up| *up != one) {
            let above = group.get(up).copied().unwrap_or(up);
            if let Some(slot) = group.get_mut(one) {
                *slot = above;
            }
            one = above;
        }
        one
    }
    for (from, to) in links {
        let (from, to) = (find(&mut group, *from), find(&mut group, *to));
        if let Some(slot) = group.get_mut(from.max(to)) {
            *slot = from.min(to);
        }
    }
    (0..count).map(|one| find(&mut group, one)).collect()
}
