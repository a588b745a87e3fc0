//! Split: how far each change moved each number, so that the parts add up to the whole.
//!
//! Where few changes could have moved a number, its parts are Shapley values (Shapley 1953): what a change moves it
//! by, averaged over all orders in which the changes could have been made. Where they are many, they are made one
//! after the other in the order of the files. Networks in between are composed and evaluated; changes without each
//! other's company leave no network that can be evaluated are taken together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::changes::Change;
use super::compose::Composer;
use super::report::How;
use super::ties::Ties;
use super::units::{Names, Slot, Unit};
use crate::diagnostic::{Diagnostics, Severity};
use crate::forecast::{Forecast, Means, Settings};
use crate::model::Model;
use crate::source::Sources;
use crate::syntax::tree::{File, Head, Item, Says};
use crate::value::Date;
use crate::{Draft, Memory};

/// So many changes are averaged over all their orders.
const FEW: usize = 8;
/// So many are whatever that costs.
const VERY_FEW: usize = 3;
/// So many changes are told apart at all: what goes past them is taken together by files.
const MOST: usize = 64;
/// What may be spent on networks in between, in cells of tables and nodes of worlds. It may be more where there are few:
/// then eight networks are evaluated at the most.
const BUDGET: u64 = 400_000_000;
/// What a node costs besides.
const PER_NODE: u64 = 4_000;

/// What is to be split.
pub(super) struct Input<'a> {
    pub(super) models: [&'a Model; 2],
    pub(super) head: &'a Forecast,
    /// The trees of the newer side, and the text of both.
    pub(super) trees: &'a [File],
    pub(super) sources: &'a Sources,
    /// Those that could move numbers, with their numbers among all.
    pub(super) changes: Vec<(usize, &'a Change<'a>)>,
    pub(super) names: &'a Names,
    pub(super) ties: &'a Ties,
    pub(super) today: Date,
    pub(super) settings: &'a Settings,
    pub(super) memory: &'a Memory,
}

/// A number that moved: the node, and what it was and is.
#[derive(Clone, Debug)]
pub(super) struct Moved {
    pub(super) id: String,
    pub(super) from: f64,
    pub(super) to: f64,
}

/// How one number was split.
#[derive(Clone, Debug)]
pub(super) struct Split {
    pub(super) how: How,
    /// The changes, by their numbers, and what they moved it by together.
    pub(super) parts: Vec<(Vec<usize>, f64)>,
}

/// Changes that could move the same numbers.
struct Cluster {
    /// The numbers that moved, by their places.
    moved: Vec<usize>,
    /// Changes that are made together, by their places among the input's, in the order of the files.
    groups: Vec<Vec<usize>>,
    how: How,
    /// The values of its moved numbers in each scene.
    scenes: BTreeMap<usize, Option<Vec<f64>>>,
}

/// Splits every number that moved, in their order.
pub(super) fn split(input: &Input<'_>, moved: &[Moved]) -> Vec<Split> {
    let mut clusters = clusters(input, moved);
    run(input, moved, &mut clusters);
    let mut out: Vec<Split> = vec![Split { how: How::Whole, parts: Vec::new() }; moved.len()];
    for cluster in &clusters {
        for (place, number) in cluster.moved.iter().enumerate() {
            let Some(one) = moved.get(*number) else { continue };
            let value = |scene: usize| match scene {
                0 => one.from,
                last if last == cluster.last() => one.to,
                scene => {
                    let values = cluster.scenes.get(&scene).and_then(Option::as_ref);
                    values.and_then(|values| values.get(place)).copied().unwrap_or(one.from)
                }
            };
            let parts = match cluster.how {
                How::Whole => vec![one.to - one.from],
                How::Shapley => shapley(cluster.groups.len(), &value),
                How::Ordered => (0..cluster.groups.len()).map(|at| value(at + 1) - value(at)).collect(),
            };
            let named = |group: &Vec<usize>| -> Vec<usize> {
                group.iter().filter_map(|at| input.changes.get(*at)).map(|(number, _)| *number).collect()
            };
            let mut parts: Vec<(Vec<usize>, f64)> = cluster.groups.iter().map(named).zip(parts).collect();
            if parts.is_empty() {
                // Nothing that was edited bears on it, as far as anybody can tell.
                parts.push((Vec::new(), one.to - one.from));
            }
            if let Some(slot) = out.get_mut(*number) {
                *slot = Split { how: cluster.how, parts };
            }
        }
    }
    out
}

impl Cluster {
    /// The scene in which all changes are made; in scene 0 none is.
    fn last(&self) -> usize {
        match self.how {
            How::Whole => 1,
            How::Shapley => (1 << self.groups.len()) - 1,
            How::Ordered => self.groups.len(),
        }
    }

    /// Whether a group is made in a scene.
    fn is_made(&self, group: usize, scene: usize) -> bool {
        match self.how {
            How::Whole | How::Ordered => group < scene,
            How::Shapley => scene >> group & 1 == 1,
        }
    }

    fn mark(&self, scene: usize, made: &mut [bool]) {
        for (number, group) in self.groups.iter().enumerate() {
            let is_made = self.is_made(number, scene);
            for change in group {
                if let Some(slot) = made.get_mut(*change) {
                    *slot = is_made;
                }
            }
        }
    }

    /// Takes groups together so that fewer of the scenes cannot be.
    fn merge(&mut self) {
        let bad: Vec<usize> =
            self.scenes.iter().filter(|(_, values)| values.is_none()).map(|(scene, _)| *scene).collect();
        match self.how {
            How::Whole => {}
            How::Ordered => {
                for scene in bad.into_iter().rev().filter(|scene| *scene > 0) {
                    if scene < self.groups.len() {
                        let later = self.groups.remove(scene);
                        if let Some(group) = self.groups.get_mut(scene - 1) {
                            group.extend(later);
                        }
                    }
                }
            }
            How::Shapley => {
                let count = self.groups.len();
                let pairs = (0..count).flat_map(|one| (one + 1..count).map(move |other| (one, other)));
                let left = |(one, other): &(usize, usize)| {
                    bad.iter().filter(|scene| **scene >> one & 1 == **scene >> other & 1).count()
                };
                if let Some((one, other)) = pairs.min_by_key(left) {
                    let later = self.groups.remove(other);
                    if let Some(group) = self.groups.get_mut(one) {
                        group.extend(later);
                        group.sort_unstable();
                    }
                }
            }
        }
        if self.groups.len() == 1 {
            self.how = How::Whole;
        }
        self.scenes.clear();
    }
}

/// Shapley values of so many players, by the worth of each coalition.
fn shapley(count: usize, worth: &dyn Fn(usize) -> f64) -> Vec<f64> {
    let factorial = |n: usize| (1..=n).fold(1.0, |product, k| product * k as f64);
    let mut parts = vec![0.0; count];
    for scene in 0..1_usize << count {
        let size = scene.count_ones() as usize;
        if size == count {
            continue;
        }
        let weight = factorial(size) * factorial(count - size - 1) / factorial(count);
        let without = worth(scene);
        for (player, part) in parts.iter_mut().enumerate().filter(|(player, _)| scene >> player & 1 == 0) {
            *part += weight * (worth(scene | 1 << player) - without);
        }
    }
    parts
}

fn clusters(input: &Input<'_>, moved: &[Moved]) -> Vec<Cluster> {
    // What the network says about itself could move everything.
    let everywhere = input.changes.iter().any(|(_, change)| change.owner() == "network");
    let key = |id: &str| if everywhere { None } else { input.ties.group(id) };
    let mut found: BTreeMap<Option<usize>, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for (number, one) in moved.iter().enumerate() {
        found.entry(key(&one.id)).or_default().0.push(number);
    }
    // Items that nothing is tied to, such as a predictor: they go with what names them.
    let mut loose: Vec<(usize, Vec<String>)> = Vec::new();
    for (place, (_, change)) in input.changes.iter().enumerate() {
        let ids = concerned(change);
        let around: BTreeSet<usize> = ids.iter().filter_map(|id| input.ties.group(id)).collect();
        if everywhere {
            if let Some((_, changes)) = found.get_mut(&None) {
                changes.push(place);
            }
        } else if around.is_empty() {
            loose.push((place, ids));
        }
        for group in around.into_iter().filter(|_| !everywhere) {
            if let Some((_, changes)) = found.get_mut(&Some(group)) {
                changes.push(place);
            }
        }
    }
    for (_, changes) in found.values_mut().filter(|_| !loose.is_empty()) {
        let all = changes.iter().filter_map(|at| input.changes.get(*at));
        let names: BTreeSet<&str> = all.flat_map(|(_, change)| named(change)).collect();
        let is_named = |ids: &[String]| ids.iter().any(|id| names.contains(id.as_str()));
        let more: Vec<usize> =
            loose.iter().filter(|(_, ids)| is_named(ids)).map(|(place, _)| *place).collect();
        changes.extend(more);
        changes.sort_unstable();
    }
    let cluster = |(_, (moved, changes)): (_, (Vec<usize>, Vec<usize>))| {
        let cost = cost(input, moved.len());
        let mut groups = companions(input, &changes);
        let affordable = |scenes: usize| cost.saturating_mul(scenes as u64) <= BUDGET;
        let how = match groups.len() {
            0 | 1 => How::Whole,
            count if count <= VERY_FEW || count <= FEW && affordable(1 << count) => How::Shapley,
            _ => How::Ordered,
        };
        if how == How::Ordered {
            let most = usize::try_from(BUDGET / cost.max(1)).unwrap_or(MOST).clamp(FEW, MOST);
            groups = fewer(input, groups, most);
        }
        let how = if groups.len() <= 1 { How::Whole } else { how };
        Cluster { moved, groups, how, scenes: BTreeMap::new() }
    };
    found.into_iter().map(cluster).collect()
}

/// The ids that a change is about.
pub(super) fn concerned(change: &Change<'_>) -> Vec<String> {
    let mut ids = vec![change.owner().to_owned()];
    for unit in [&change.before, &change.after].into_iter().flatten() {
        if let Slot::Edge(source) = &unit.slot {
            ids.push(source.clone());
        }
        if let Some(item) = unit.item() {
            inner_ids(item, &unit.owner, &mut ids);
        }
    }
    ids.sort();
    ids.dedup();
    ids
}

fn inner_ids(item: &Item, owner: &str, ids: &mut Vec<String>) {
    for clause in &item.body {
        if let Says::Item(inner) = &clause.says
            && let Head::Named { id, kind, .. } = &inner.head
        {
            let is_milestone = *kind == crate::syntax::tree::Kind::Milestone;
            let own = if is_milestone { format!("{owner}.{}", id.value) } else { id.value.to_string() };
            inner_ids(inner, &own, ids);
            ids.push(own);
        }
    }
}

/// What one network in between costs, whatever the machine.
fn cost(input: &Input<'_>, moved: usize) -> u64 {
    let nodes = input.models[1].nodes.len().max(moved) as u64;
    let work = input.head.work();
    let part = |work: &crate::forecast::Work| {
        let steps = work.steps as u64 + 2;
        match &work.means {
            Means::Exact { cells, .. } => *cells as u64 * steps,
            Means::Sampled(sampled) => (sampled.worlds * work.nodes.len()) as u64 * steps,
        }
    };
    work.iter().map(part).max().unwrap_or(0) + nodes * PER_NODE
}

/// Changes, those that cannot be without each other together, in the order of the files.
fn companions(input: &Input<'_>, changes: &[usize]) -> Vec<Vec<usize>> {
    let all: Vec<&Change<'_>> =
        changes.iter().filter_map(|at| input.changes.get(*at)).map(|(_, change)| *change).collect();
    // What goes together leads, step by step, to one and the same change.
    let mut leads: Vec<usize> = (0..all.len()).collect();
    let mut first_of: BTreeMap<String, usize> = BTreeMap::new();
    let mut join = |key: String, at: usize| {
        let first = *first_of.entry(key).or_insert(at);
        let (one, other) = (end(&leads, first), end(&leads, at));
        if let Some(lead) = leads.get_mut(one.max(other)) {
            *lead = one.min(other);
        }
    };
    // An item that comes or goes, and all that names it.
    let items = all.iter().filter(|change| change.slot() == Some(&Slot::Item));
    let news: BTreeSet<String> = items.flat_map(|change| concerned(change)).collect();
    let choices = choices(input);
    let tables = new_tables(&all);
    let mended = mended_lines(&all);
    for (at, change) in all.iter().enumerate() {
        if !news.is_empty() {
            for id in named(change).into_iter().filter(|id| news.contains(*id)) {
                join(format!("item {id}"), at);
            }
        }
        match change.slot() {
            // The levels of a choice hold together, and so do a table and what it takes the place of.
            Some(Slot::Level | Slot::Item) => {
                for id in concerned(change) {
                    if let Some(choice) = choices.get(&id) {
                        join(format!("choice {choice}"), at);
                    }
                }
            }
            // A line and what mends it.
            Some(Slot::Fact) => {
                for day in days(change) {
                    if mended.contains(&(change.owner().to_owned(), day)) {
                        join(format!("line {} {day}", change.owner()), at);
                    }
                }
            }
            _ => {}
        }
        let is_of_table = matches!(change.slot(), Some(Slot::Table | Slot::Level | Slot::Edge(_)));
        if is_of_table && tables.contains(change.owner()) {
            join(format!("table {}", change.owner()), at);
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, change) in changes.iter().enumerate() {
        groups.entry(end(&leads, at)).or_default().push(*change);
    }
    groups.into_values().collect()
}

fn end(leads: &[usize], mut at: usize) -> usize {
    while let Some(next) = leads.get(at).filter(|next| **next != at) {
        at = *next;
    }
    at
}

/// The ids that a change is about or names; what stands in quotes names nothing.
fn named<'a>(change: &'a Change<'_>) -> Vec<&'a str> {
    let is_of_id = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let units = [&change.before, &change.after].into_iter().flatten();
    let bare = units.flat_map(|unit| unit.words.split('"').step_by(2));
    let words =
        bare.flat_map(move |words| words.split(move |c| !is_of_id(c))).filter(|word| !word.is_empty());
    std::iter::once(change.owner()).chain(words).collect()
}

/// The choice that each scenario is in, on either side.
fn choices(input: &Input<'_>) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for model in input.models {
        for choice in &model.choices {
            for scenario in &choice.scenarios {
                let scenario = input.names.of(&model.node(*scenario).id).into_owned();
                out.insert(scenario, input.names.of(&choice.id.value).into_owned());
            }
        }
    }
    out
}

/// The nodes that get a table, or lose theirs.
fn new_tables<'a>(all: &[&'a Change<'_>]) -> BTreeSet<&'a str> {
    let is_new = |change: &&&Change<'_>| {
        change.slot() == Some(&Slot::Table) && (change.before.is_none() || change.after.is_none())
    };
    all.iter().filter(is_new).map(|change| change.owner()).collect()
}

/// The lines that something among the changes mends, by whom they are about and their day.
fn mended_lines(all: &[&Change<'_>]) -> BTreeSet<(String, Date)> {
    let mut out = BTreeSet::new();
    for change in all {
        for fact in change.side(Unit::fact).into_iter().flatten() {
            if let Some(day) = fact.corrects {
                out.insert((change.owner().to_owned(), day.value));
            }
        }
    }
    out
}

/// The days of the lines that a change is about: its own, and those that it mends.
fn days(change: &Change<'_>) -> Vec<Date> {
    let facts = change.side(Unit::fact).into_iter().flatten();
    facts.flat_map(|fact| [Some(fact.date.value), fact.corrects.map(|day| day.value)]).flatten().collect()
}

/// At most so many groups: changes of one item together, then of one file, then neighbors.
fn fewer(input: &Input<'_>, groups: Vec<Vec<usize>>, most: usize) -> Vec<Vec<usize>> {
    if groups.len() <= most {
        return groups;
    }
    let change =
        |group: &Vec<usize>| group.first().and_then(|at| input.changes.get(*at)).map(|(_, one)| *one);
    let owner = |group: &Vec<usize>| change(group).map(|one| one.owner().to_owned()).unwrap_or_default();
    let file = |group: &Vec<usize>| {
        let span = change(group).and_then(|one| one.unit().map(|unit| unit.span));
        span.and_then(|span| input.sources.get(span.source)).map_or("", |source| source.path()).to_owned()
    };
    let by_owner = together(groups, owner);
    let mut groups = if by_owner.len() <= most { by_owner } else { together(by_owner, file) };
    if groups.len() > most {
        let rest: Vec<usize> = groups.split_off(most - 1).into_iter().flatten().collect();
        groups.push(rest);
    }
    groups
}

fn together(groups: Vec<Vec<usize>>, key: impl Fn(&Vec<usize>) -> String) -> Vec<Vec<usize>> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut out: Vec<Vec<usize>> = Vec::new();
    for group in groups {
        let place = *places.entry(key(&group)).or_insert(out.len());
        match out.get_mut(place) {
            Some(found) => found.extend(group),
            None => out.push(group),
        }
    }
    out
}

/// Evaluates every scene that is asked for. Clusters have nothing to do with each other, so that one network serves
/// a scene of each.
fn run(input: &Input<'_>, moved: &[Moved], clusters: &mut [Cluster]) {
    let changes: Vec<&Change<'_>> = input.changes.iter().map(|(_, change)| *change).collect();
    let composer = Composer::new(input.trees, &changes, input.names);
    let evaluate = |made: &[bool]| -> Option<Vec<Option<f64>>> {
        let trees = composer.with(made).into_iter().map(Arc::new).collect();
        let (sources, today) = (input.sources, input.today);
        let draft = Draft::of_trees(trees, Diagnostics::new(), sources, today);
        let compiled = draft.evaluate(sources, (today, input.settings), input.memory, &|_| {});
        let spoils =
            compiled.diagnostics.iter().any(|one| one.severity == Severity::Error && !one.code.is_verdict());
        let forecast = compiled.forecast.as_ref().filter(|_| !spoils)?;
        let value = |one: &Moved| Some(forecast.now(compiled.model.find(&one.id)?)?.probability);
        Some(moved.iter().map(value).collect())
    };
    let own = |cluster: &Cluster, values: &[Option<f64>]| -> Option<Vec<f64>> {
        cluster.moved.iter().map(|number| values.get(*number).copied().flatten()).collect()
    };
    let longest = clusters.iter().map(Cluster::last).max().unwrap_or(0);
    for step in 0..=longest {
        // One group turns at a time, so that most of the network is remembered.
        let scene = |cluster: &Cluster| if cluster.how == How::Shapley { step ^ (step >> 1) } else { step };
        let due = |cluster: &Cluster| {
            cluster.how != How::Whole
                && step <= cluster.last()
                && (1..cluster.last()).contains(&scene(cluster))
        };
        if !clusters.iter().any(due) {
            continue;
        }
        let mut made = vec![true; changes.len()];
        for cluster in clusters.iter().filter(|cluster| due(cluster)) {
            cluster.mark(scene(cluster), &mut made);
        }
        let values = evaluate(&made);
        for cluster in clusters.iter_mut().filter(|cluster| due(cluster)) {
            let scene = scene(cluster);
            let found = match &values {
                Some(values) => own(cluster, values),
                None => {
                    let mut made = vec![true; changes.len()];
                    cluster.mark(scene, &mut made);
                    evaluate(&made).and_then(|values| own(cluster, &values))
                }
            };
            cluster.scenes.insert(scene, found);
        }
    }
    for cluster in clusters {
        while cluster.how != How::Whole && cluster.scenes.values().any(Option::is_none) {
            cluster.merge();
            if cluster.how == How::Whole {
                break;
            }
            for scene in 1..cluster.last() {
                let mut made = vec![true; changes.len()];
                cluster.mark(scene, &mut made);
                cluster.scenes.insert(scene, evaluate(&made).and_then(|values| own(cluster, &values)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The glove game: two left gloves and one right one, where only a pair is worth something.
    /// The right one gets 2/3, each left one 1/6 (orders: the right one completes a pair in 4 of 6).
    #[test]
    fn shapley_values_are_those_of_the_glove_game() {
        let worth = |scene: usize| f64::from(u8::from(scene & 1 == 1 && scene >> 1 != 0));
        let parts = shapley(3, &worth);
        for (part, expected) in parts.iter().zip([2.0 / 3.0, 1.0 / 6.0, 1.0 / 6.0]) {
            assert!((part - expected).abs() < 1e-12, "{parts:?}");
        }
    }
}
