//! Networks in the shape of the reference pages, for the benchmarks of the engine.
//!
//! A size and a seed come in; text goes out. A few killers bear on everything, a few scenarios stand alone, and
//! predictions need what stands before them. Every network is also drawn forward once from its levels, and what is
//! resolved in it is what that one world says: so the facts are such as might have been. The same arguments give
//! the same bytes everywhere.

use std::fmt::Write as _;

use forecastc::value::Date;
use libm::{exp, log};

use super::generate::{Network, Random};

const KILLERS: usize = 14;
const SCENARIOS: usize = 4;
/// Worlds on which levels are solved, well enough to draw plausible facts.
const WORLDS: usize = 512;
/// Facts lie within so many days from the first one, as long as each can have a day of its own.
const DAYS: usize = 1_800;
/// Bytes after which a new file is begun.
const FILE_BYTES: usize = 2_000_000;

/// How edges get their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// Each has its own, coherent with the levels of both its ends.
    Varied,
    /// All of a node have the same two, as most reference pages do.
    Template,
}

/// The network of the reference pages with so many predictions, a tenth of them resolved, each on a day of its own.
pub(crate) fn pages(predictions: usize, seed: u64, numbers: Numbers) -> Network {
    drawn(predictions, seed, numbers, Pace::one_each(predictions / 10))
}

/// The same with all facts on the days of a year on which the network was looked after, once a week.
pub(crate) fn year(predictions: usize, seed: u64, numbers: Numbers) -> Network {
    drawn(predictions, seed, numbers, Pace { first: "2025-09-08", days: 52, apart: 7 })
}

fn drawn(predictions: usize, seed: u64, numbers: Numbers, pace: Pace) -> Network {
    let mut draft = Draft::new(seed, numbers);
    for killer in 0..KILLERS {
        let level = draft.level(50, 350);
        draft.add("killer", format!("TK{killer:02}"), level, Vec::new());
    }
    for scenario in 0..SCENARIOS {
        let level = draft.level(250, 700);
        draft.add("scenario", format!("SC{scenario:02}"), level, Vec::new());
    }
    let first = draft.nodes.len();
    for number in 0..predictions {
        let level = draft.level(150, 800);
        let mut killers: Vec<usize> = (0..KILLERS).collect();
        draft.random.shuffle(&mut killers);
        killers.truncate(draft.random.between(3, 5));
        let mut needs: Vec<usize> = Vec::new();
        for _ in 0..draft.random.between(0, 8) {
            let scenario = KILLERS + draft.random.below(SCENARIOS);
            let claim = first + draft.random.below(number);
            let source = if number == 0 || draft.random.one_in(8) { scenario } else { claim };
            if !needs.contains(&source) {
                needs.push(source);
            }
        }
        let edges = killers.into_iter().map(|source| (source, false));
        let edges = edges.chain(needs.into_iter().map(|source| (source, true))).collect();
        draft.add("prediction", format!("P{number:05}"), level, edges);
    }
    draft.facts(first, predictions / 10, predictions / 20, pace);
    draft.write()
}

/// A network that is nearly a tree: no node has more than two parents, and few have a second one. Ten facts.
pub(crate) fn tree(nodes: usize, seed: u64) -> Network {
    let mut draft = Draft::new(seed, Numbers::Varied);
    for number in 0..nodes {
        let level = draft.level(150, 800);
        let mut needs = Vec::new();
        if number > 0 {
            needs.push(draft.random.below(number));
        }
        if number > 1 && draft.random.one_in(5) {
            let other = draft.random.below(number);
            if !needs.contains(&other) {
                needs.push(other);
            }
        }
        let edges = needs.into_iter().map(|source| (source, true)).collect();
        draft.add("prediction", format!("P{number:05}"), level, edges);
    }
    draft.facts(0, 10, 0, Pace::one_each(10));
    draft.write()
}

/// A network of several parts that have nothing to do with each other, as subjects of one repository often do: trees
/// in which few nodes have a second parent, or, if they are `dense`, nodes that need ten of all before them, too many
/// for tables. A tenth is resolved.
pub(crate) fn subjects(parts: usize, nodes: usize, dense: bool, seed: u64) -> Network {
    let mut draft = Draft::new(seed, Numbers::Varied);
    for number in 0..parts * nodes {
        let (first, before) = (number / nodes * nodes, number % nodes);
        let level = draft.level(150, 800);
        let count = if dense { 10 } else { 1 + usize::from(draft.random.one_in(5)) };
        let mut near: Vec<usize> = (first..first + before).collect();
        draft.random.shuffle(&mut near);
        let edges = near.into_iter().take(count).map(|source| (source, true)).collect();
        draft.add("prediction", format!("P{number:05}"), level, edges);
    }
    let facts = parts * nodes / 10;
    draft.facts(0, facts, facts / 2, Pace::one_each(facts));
    draft.write()
}

/// A network in which each node needs three of the last so many: the more, the wider its tables. Ten facts.
pub(crate) fn band(nodes: usize, reach: usize, seed: u64, numbers: Numbers) -> Network {
    let mut draft = Draft::new(seed, numbers);
    for number in 0..nodes {
        let level = draft.level(150, 800);
        let mut near: Vec<usize> = (number.saturating_sub(reach)..number).collect();
        draft.random.shuffle(&mut near);
        near.truncate(3);
        let edges = near.into_iter().map(|source| (source, true)).collect();
        draft.add("prediction", format!("P{number:05}"), level, edges);
    }
    draft.facts(0, 10, 0, Pace::one_each(10));
    draft.write()
}

/// A tree of nodes each of which has so many parents of its own besides. Ten facts.
pub(crate) fn fans(nodes: usize, parents: usize, seed: u64, numbers: Numbers) -> Network {
    let mut draft = Draft::new(seed, numbers);
    let mut hubs: Vec<usize> = Vec::new();
    for number in 0..nodes {
        let mut edges = Vec::new();
        if number > 0 {
            edges.extend(hubs.get(draft.random.below(number)).map(|hub| (*hub, true)));
        }
        for parent in 0..parents {
            edges.push((draft.nodes.len(), true));
            let level = draft.level(150, 800);
            draft.add("scenario", format!("S{number:03}_{parent:02}"), level, Vec::new());
        }
        hubs.push(draft.nodes.len());
        let level = draft.level(150, 800);
        draft.add("prediction", format!("P{number:05}"), level, edges);
    }
    draft.facts(0, 10, 0, Pace::one_each(10));
    draft.write()
}

/// On how many days there are facts, and how far these are apart.
#[derive(Clone, Copy)]
struct Pace {
    first: &'static str,
    days: usize,
    apart: usize,
}

impl Pace {
    fn one_each(facts: usize) -> Self {
        Self { first: "2021-09-01", days: facts, apart: (DAYS / facts.max(1)).max(1) }
    }
}

struct Draft {
    random: Random,
    numbers: Numbers,
    nodes: Vec<Node>,
    /// One more thing, which is known on the day before today.
    later: String,
}

struct Node {
    word: &'static str,
    id: String,
    /// In thousandths.
    level: usize,
    edges: Vec<Edge>,
    /// Worlds in which it is true; the first is the one that facts are taken from.
    worlds: [u64; WORLDS / 64],
    journal: Vec<(Date, String)>,
}

struct Edge {
    source: usize,
    raises: bool,
    /// In thousandths, if the source is true and if it is false.
    pair: [usize; 2],
}

impl Draft {
    fn new(seed: u64, numbers: Numbers) -> Self {
        Self { random: Random::new(seed), numbers, nodes: Vec::new(), later: String::new() }
    }

    fn level(&mut self, least: usize, most: usize) -> usize {
        self.random.between(least, most)
    }

    fn add(&mut self, word: &'static str, id: String, level: usize, edges: Vec<(usize, bool)>) {
        let high = 50 * self.random.between(9, 14);
        let is_template = self.numbers == Numbers::Template && !edges.is_empty();
        let level = if is_template { high * self.random.between(55, 85) / 100 } else { level };
        let mut written = Vec::with_capacity(edges.len());
        for (source, raises) in edges {
            let pair = if is_template { [high, 50] } else { self.pair(level, source, raises) };
            let pair = if is_template && !raises { [50, high] } else { pair };
            written.push(Edge { source, raises, pair });
        }
        let worlds = self.draw(level, &written);
        self.nodes.push(Node { word, id, level, edges: written, worlds, journal: Vec::new() });
    }

    /// Two numbers from which the level follows, as far as an edge of that kind can say it.
    fn pair(&mut self, level: usize, source: usize, raises: bool) -> [usize; 2] {
        let level = level as f64 / 1e3;
        let source = self.nodes.get(source).map_or(0.5, |node| node.level as f64 / 1e3);
        // How likely it is that the source stands well for this node.
        let well = if raises { source } else { 1.0 - source };
        let low = level * self.random.between(10, 50) as f64 / 100.0;
        let high = ((level - (1.0 - well) * low) / well).min(0.95);
        let low = ((level - well * high) / (1.0 - well)).max(0.01);
        let [high, low] = [high, low].map(|number| (number * 1e3).round() as usize);
        if raises { [high, low] } else { [low, high] }
    }

    /// Solves the level on worlds of the nodes before, and draws this node in them.
    fn draw(&mut self, level: usize, edges: &[Edge]) -> [u64; WORLDS / 64] {
        let mut pushes = [0.0; WORLDS];
        for edge in edges {
            let [yes, no] = edge.pair.map(|number| logit(number as f64 / 1e3));
            let Some(source) = self.nodes.get(edge.source) else { continue };
            for (world, push) in pushes.iter_mut().enumerate() {
                if is_true(&source.worlds, world) {
                    *push += yes - no;
                }
            }
        }
        let aim = level as f64 / 1e3 * WORLDS as f64;
        let (mut low, mut high) = (-40.0, 40.0);
        for _ in 0..if edges.is_empty() { 0 } else { 24 } {
            let middle = f64::midpoint(low, high);
            let sum: f64 = pushes.iter().map(|push| sigmoid(middle + push)).sum();
            if sum < aim { low = middle } else { high = middle }
        }
        let base = if edges.is_empty() { logit(level as f64 / 1e3) } else { f64::midpoint(low, high) };
        let mut worlds = [0; WORLDS / 64];
        for (word, pushes) in worlds.iter_mut().zip(pushes.chunks(64)) {
            for (bit, push) in pushes.iter().enumerate() {
                let is_true = self.chance() < sigmoid(base + push);
                *word |= u64::from(is_true) << bit;
            }
        }
        worlds
    }

    fn chance(&mut self) -> f64 {
        (self.random.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Resolves some nodes from that one on, one after the other, and leaves evidence about others.
    fn facts(&mut self, from: usize, outcomes: usize, evidence: usize, pace: Pace) {
        let mut order: Vec<usize> = (from..self.nodes.len()).collect();
        self.random.shuffle(&mut order);
        let first = Date::parse(pace.first).expect("a day");
        let day = |number: usize| first.plus_days((number % pace.days.max(1) * pace.apart) as i64);
        for (number, node) in order.iter().take(outcomes).enumerate() {
            let Some(node) = self.nodes.get_mut(*node) else { continue };
            let outcome = if is_true(&node.worlds, 0) { "yes" } else { "no" };
            node.journal.push((day(number), format!("resolved {outcome} \"As the office counted it\"")));
        }
        let open = order.get(outcomes..).unwrap_or_default();
        if let Some(node) = open.first().and_then(|node| self.nodes.get(*node)) {
            let outcome = if is_true(&node.worlds, 0) { "yes" } else { "no" };
            self.later = format!("2026-08-31 resolved {} {outcome}\n", node.id);
        }
        for node in open.iter().skip(1).take(evidence) {
            let (word, ratio) = match self.random.below(3) {
                0 => ("weak", 2.0),
                1 => ("moderate", 4.0),
                _ => ("strong", 10.0),
            };
            // Evidence errs as often as its strength says.
            let is_right = self.chance() < ratio / (1.0 + ratio);
            let day = day(self.random.below(outcomes));
            let Some(node) = self.nodes.get_mut(*node) else { continue };
            let direction = if is_true(&node.worlds, 0) == is_right { "for" } else { "against" };
            node.journal.push((day, format!("evidence {direction} {word} \"Seen in the trade press\"")));
        }
    }

    /// The last file holds one more fact, for those who want to add it.
    fn write(self) -> Network {
        let (mut files, mut out) = (Vec::new(), String::new());
        for node in &self.nodes {
            node.write(&self.nodes, &mut out).expect("a string takes everything");
            if out.len() > FILE_BYTES {
                files.push((format!("pages_{:03}.pred", files.len()), std::mem::take(&mut out)));
            }
        }
        files.push((format!("pages_{:03}.pred", files.len()), out));
        files.push(("later.pred".to_owned(), self.later));
        Network { files, ..Network::default() }
    }
}

impl Node {
    fn write(&self, nodes: &[Self], out: &mut String) -> std::fmt::Result {
        writeln!(out, "{} {} \"What {} says comes true\" {{", self.word, self.id, self.id)?;
        if self.word == "prediction" {
            writeln!(out, "    window 2020 .. 2034")?;
            writeln!(out, "    measure \"The count of the statistical office\"")?;
        }
        writeln!(out, "    probability {}", percent(self.level))?;
        for edge in &self.edges {
            let kind = if edge.raises { "needs" } else { "killed by" };
            let [yes, no] = edge.pair.map(percent);
            let source = nodes.get(edge.source).map_or("", |node| node.id.as_str());
            writeln!(out, "    {kind} {source} {yes} else {no}")?;
        }
        for (day, line) in &self.journal {
            writeln!(out, "    {day} {line}")?;
        }
        writeln!(out, "}}\n")
    }
}

fn percent(thousandths: usize) -> String {
    format!("{}.{}%", thousandths / 10, thousandths % 10)
}

fn is_true(worlds: &[u64], world: usize) -> bool {
    worlds.get(world / 64).is_some_and(|word| word >> (world % 64) & 1 == 1)
}

fn sigmoid(odds: f64) -> f64 {
    1.0 / (1.0 + exp(-odds))
}

fn logit(probability: f64) -> f64 {
    log(probability / (1.0 - probability))
}
