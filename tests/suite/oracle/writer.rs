//! Random small networks as text, with every part of the language that moves a number.
//!
//! A seed and a taste come in, items go out. Most of what is written compiles; what does not is for the caller to
//! pass over and to count.

use forecastc::source::{Source, Sources};
use forecastc::value::Date;

use crate::laws::generate::Random;

/// The day on which these networks are looked at.
pub(crate) fn today() -> Date {
    Date::parse("2026-09-01").unwrap()
}

/// What is written, and how much of it.
#[derive(Clone, Copy)]
pub(crate) struct Taste {
    /// The most variables.
    pub(crate) most: usize,
    /// Whether anything happens.
    pub(crate) journals: bool,
    /// Of a hundred edges and rows, so many with a gate.
    pub(crate) gates: usize,
    /// Of a hundred nodes with edges, so many that state nothing.
    pub(crate) unstated: usize,
    /// Whether there are tags, domains and the like.
    pub(crate) words: bool,
}

pub(crate) const ALL: Taste = Taste { most: 12, journals: true, gates: 9, unstated: 30, words: false };
pub(crate) const WITHOUT_FACTS: Taste = Taste { journals: false, ..ALL };
pub(crate) const FACTS_BEHIND_GATES: Taste = Taste { gates: 40, unstated: 90, ..ALL };
pub(crate) const GATED: Taste = Taste { most: 9, journals: false, gates: 60, unstated: 100, ..ALL };
pub(crate) const WORDED: Taste = Taste { most: 9, words: true, ..ALL };

/// A node as it is being written.
#[derive(Clone, Default)]
pub(crate) struct Node {
    /// Its whole id.
    pub(crate) id: String,
    pub(super) word: &'static str,
    /// The clauses of its block.
    pub(super) clauses: Vec<String>,
    pub(super) variable: usize,
    /// The node that a milestone belongs to.
    pub(super) parent: Option<usize>,
    /// The choice that a scenario belongs to.
    pub(super) choice: Option<usize>,
    pub(super) has_table: bool,
    /// What all scenarios of its choice need, so that it can rule out all of them.
    barrier: Option<usize>,
}

/// A network as items, in any number of which a file may be made.
#[derive(Clone, Default)]
pub(crate) struct Written {
    pub(crate) items: Vec<String>,
    pub(crate) nodes: Vec<Node>,
}

impl Written {
    pub(crate) fn text(&self) -> String {
        self.items.concat()
    }

    pub(crate) fn sources(&self) -> Sources {
        Sources::new(vec![Source::new("network.pred", self.text())])
    }

    /// The same network with one more item.
    pub(crate) fn and(&self, item: &str) -> Self {
        let mut more = self.clone();
        more.items.push(format!("{item}\n"));
        more
    }
}

/// A network of this taste.
pub(crate) fn network(seed: u64, taste: &Taste) -> Written {
    let mut writer =
        Writer { random: Random::new(seed), taste: *taste, nodes: Vec::new(), items: Vec::new() };
    writer.write();
    Written { items: writer.items, nodes: writer.nodes }
}

struct Writer {
    random: Random,
    taste: Taste,
    nodes: Vec<Node>,
    items: Vec<String>,
}

impl Writer {
    fn often(&mut self, of_a_hundred: usize) -> bool {
        self.random.below(100) < of_a_hundred
    }

    fn write(&mut self) {
        let silence = if self.often(40) { "uniform" } else { "none" };
        self.items.push(format!("network \"N\" {{ silence {silence} }}\n"));
        let (seen, of) = (self.random.below(20), self.random.between(20, 60));
        self.items.push(format!("class counted \"Counted\" {{ seen {seen} of {of} }}\n"));
        let rate = percent(&mut self.random);
        self.items.push(format!("class given_rate \"Given\" {{ rate {rate} }}\n"));
        for name in ["ann", "bob"] {
            let private = if self.taste.words && name == "bob" { "private" } else { "" };
            self.items.push(format!("predictor {name} \"{name}\" {{ {private} }}\n"));
        }
        // Few variables more often than many.
        let most = self.random.between(2, self.taste.most);
        let variables = self.random.between(2, most);
        for variable in 0..variables {
            self.variable(variable);
        }
        for at in 0..self.nodes.len() {
            self.edges(at);
        }
        for at in 0..self.nodes.len() {
            self.level(at);
        }
        self.choices();
        if self.taste.words {
            for node in &mut self.nodes {
                node.clauses.extend(super::words::clauses(&mut self.random, node));
            }
        }
        if self.taste.journals {
            let lines = super::journal::lines(&mut self.random, &self.nodes);
            for (node, inside, alone) in lines {
                if self.often(60) {
                    self.nodes[node].clauses.push(inside);
                } else {
                    self.items.push(format!("{alone}\n"));
                }
            }
        }
        self.blocks();
    }

    fn variable(&mut self, variable: usize) {
        let letter = char::from(b'A' + u8::try_from(self.random.below(26)).unwrap());
        let id = format!("{letter}{variable}");
        let hosts: Vec<usize> = (0..self.nodes.len()).filter(|at| self.nodes[*at].parent.is_none()).collect();
        let node = |word, id: String| Node { id, word, variable, ..Node::default() };
        match self.random.below(20) {
            0..=1 => {
                let is_barred = self.often(self.taste.gates) && !self.nodes.is_empty();
                let barrier = is_barred.then(|| self.random.below(self.nodes.len()));
                for value in 0..self.random.between(2, 4) {
                    let scenario = node("scenario", format!("{id}_{value}"));
                    self.nodes.push(Node { choice: Some(variable), barrier, ..scenario });
                }
            }
            2..=4 if !hosts.is_empty() => {
                let host = hosts[self.random.below(hosts.len())];
                let milestone = node("milestone", format!("{}.m{variable}", self.nodes[host].id));
                self.nodes.push(Node { parent: Some(host), ..milestone });
            }
            5..=8 => self.nodes.push(node("killer", id)),
            9..=10 => self.nodes.push(node("scenario", id)),
            _ => self.nodes.push(node("prediction", id)),
        }
    }

    /// Edges into a node, or its table.
    fn edges(&mut self, at: usize) {
        let node = self.nodes[at].clone();
        let before: Vec<usize> =
            (0..self.nodes.len()).filter(|other| self.nodes[*other].variable < node.variable).collect();
        let is_plain = node.parent.is_none() && node.choice.is_none();
        if is_plain && !before.is_empty() && self.often(14) {
            self.table(at, before);
            return;
        }
        if let Some(barrier) = node.barrier {
            let clause = format!("needs {} {} else 0%", self.nodes[barrier].id, percent(&mut self.random));
            self.nodes[at].clauses.push(clause);
            return;
        }
        let mut count = [0, 1, 1, 1, 2, 2, 3][self.random.below(7)];
        if node.parent.is_some() || node.choice.is_some() {
            count = count.min(self.random.below(3));
        }
        let mut sources = before;
        self.random.shuffle(&mut sources);
        sources.retain(|source| Some(*source) != node.parent);
        for source in sources.into_iter().take(count) {
            let word = match self.random.below(10) {
                0..=4 => "needs",
                5..=7 => "killed by",
                _ => "moves with",
            };
            // What has no direction may be written at either end.
            let turned = word == "moves with" && self.nodes[source].parent != Some(at) && self.often(50);
            let (source, target) = if turned { (at, source) } else { (source, at) };
            if word == "moves with" && self.nodes[target].has_table && !self.often(25) {
                continue;
            }
            let effect = self.effect(word);
            let (from, to) = (self.nodes[source].id.clone(), self.nodes[target].id.clone());
            if self.nodes[target].parent.is_some() || self.often(20) {
                self.items.push(format!("edge {from} -> {to} {word} {effect}\n"));
            } else {
                self.nodes[target].clauses.push(format!("{word} {from} {effect}"));
            }
        }
    }

    fn table(&mut self, at: usize, mut parents: Vec<usize>) {
        self.random.shuffle(&mut parents);
        parents.truncate(self.random.between(1, 3));
        let names: Vec<String> = parents.iter().map(|parent| self.nodes[*parent].id.clone()).collect();
        let mut rows = Vec::new();
        for row in 0..1_usize << parents.len() {
            let cells = (0..parents.len()).map(|bit| if row >> bit & 1 == 0 { "yes" } else { "no" });
            let cells: Vec<&str> = cells.collect();
            let number = match self.often(self.taste.gates) {
                true => self.random.pick(&["0%", "100%"]).to_owned(),
                false => percent(&mut self.random),
            };
            rows.push(format!("    {} {number}\n", cells.join(" ")));
        }
        self.random.shuffle(&mut rows);
        let id = self.nodes[at].id.clone();
        self.items.push(format!("given {} => {id} {{\n{}}}\n", names.join(", "), rows.concat()));
        self.nodes[at].has_table = true;
    }

    fn effect(&mut self, word: &str) -> String {
        let mut two = [tenths(&mut self.random), tenths(&mut self.random)];
        two.sort_unstable();
        let [low, high] = two.map(shown);
        let lowers = word == "killed by" || word == "moves with" && self.often(50);
        if self.often(20) {
            let direction = match (word, lowers) {
                ("moves with", true) => "against ",
                ("moves with", false) => "for ",
                _ => "",
            };
            let grade = self.random.pick(&["weak", "moderate", "strong", "decisive", "x2.5", "x1", "x1.37"]);
            return format!("{direction}{grade}");
        }
        let (yes, no) = if lowers { (low, high) } else { (high, low) };
        if !self.often(self.taste.gates) {
            return format!("{yes} else {no}");
        }
        let (denies, makes) = ("0%".to_owned(), "100%".to_owned());
        let (yes, no) = match (self.random.below(5), lowers) {
            (0..=1, false) => (yes, denies),
            (2..=3, false) => (makes, no),
            (_, false) => (makes, denies),
            (0..=1, true) => (denies, no),
            (2..=3, true) => (yes, makes),
            (_, true) => (denies, makes),
        };
        format!("{yes} else {no}")
    }

    /// What a node states, by whom, with which outside view, and when it can come true.
    fn level(&mut self, at: usize) {
        let node = self.nodes[at].clone();
        let word = |word: &str| node.clauses.iter().any(|clause| clause.starts_with(word));
        let ends = format!("-> {} ", node.id);
        let has_edges = ["needs", "killed", "moves"].iter().any(|start| word(start))
            || self.items.iter().any(|item| item.contains(&ends));
        let mut clauses = Vec::new();
        if node.parent.is_some() {
            if self.often(60) {
                clauses.push(format!("confidence {}", percent(&mut self.random)));
            }
            match self.random.below(5) {
                0..=1 => {
                    let [no, yes] = [tenths(&mut self.random), tenths(&mut self.random)].map(shown);
                    clauses.push(format!("if true {yes} else {no}"));
                }
                2..=3 => {
                    let weight = self.random.pick(&["0", "0.05", "0.4", "0.9", "0.99"]);
                    clauses.push(format!("weight {weight}"));
                }
                _ => {}
            }
        } else if !node.has_table && node.choice.is_none() {
            let is_unstated = has_edges && self.often(self.taste.unstated);
            if !is_unstated {
                clauses.push(format!("probability {}", percent(&mut self.random)));
            }
        }
        if node.parent.is_none() {
            if node.word == "prediction" && self.often(60) || self.often(5) {
                clauses.push(format!("by {}", self.random.pick(&["ann", "bob"])));
            }
            if self.often(20) {
                clauses.push(format!("conviction {}", self.random.pick(&["high", "medium", "low"])));
            }
            if self.often(15) {
                let weight =
                    self.random.pick(&["", " weight 30%", " weight 75%", " weight 100%", " weight 0"]);
                clauses.push(format!("class {}{weight}", self.random.pick(&["counted", "given_rate"])));
            }
        }
        if self.often(80) {
            let windows = [
                "2025 .. 2027",
                "2026-03 .. 2028Q2",
                "2026Q3",
                "2026-02-10 .. 2026-12-20",
                "2026 .. 2035",
                "2027 .. 2030",
                "2026-08-20 .. 2026-09-04",
                "2025-02 .. 2026-07",
            ];
            let most = if self.often(92) { windows.len() - 1 } else { windows.len() };
            clauses.push(format!("window {}", windows[self.random.below(most)]));
        }
        self.nodes[at].clauses.splice(0..0, clauses);
    }

    /// The probabilities of the scenarios of every choice, in whole parts of 1,000.
    fn choices(&mut self) {
        let mut choices: Vec<usize> = self.nodes.iter().filter_map(|node| node.choice).collect();
        choices.dedup();
        for choice in choices {
            let scenarios: Vec<usize> =
                (0..self.nodes.len()).filter(|at| self.nodes[*at].choice == Some(choice)).collect();
            let mut cuts: Vec<usize> = vec![0, 1000];
            while cuts.len() <= scenarios.len() {
                let cut = self.random.between(1, 999);
                if !cuts.contains(&cut) {
                    cuts.push(cut);
                }
            }
            cuts.sort_unstable();
            let rest = self.often(60).then(|| self.random.below(scenarios.len()));
            for (value, at) in scenarios.iter().enumerate() {
                let share = cuts[value + 1] - cuts[value];
                let clause = match rest == Some(value) {
                    true => "rest".to_owned(),
                    false => format!("probability {}.{}%", share / 10, share % 10),
                };
                self.nodes[*at].clauses.insert(0, clause);
            }
        }
    }

    /// Every node as a block: milestones inside their nodes, scenarios inside their choices.
    fn blocks(&mut self) {
        let mut choices: Vec<(usize, String)> = Vec::new();
        for at in 0..self.nodes.len() {
            let node = &self.nodes[at];
            if node.parent.is_some() {
                continue;
            }
            let mut block = head(node);
            for milestone in self.nodes.iter().filter(|other| other.parent == Some(at)) {
                block.push_str(&head(milestone));
                block.push_str("}\n");
            }
            block.push_str("}\n");
            match (node.choice, choices.last_mut()) {
                (None, _) => self.items.push(block),
                (Some(choice), Some((last, text))) if *last == choice => text.push_str(&block),
                (Some(choice), _) => choices.push((choice, block)),
            }
        }
        for (choice, scenarios) in choices {
            self.items.push(format!("choice C{choice} \"Which?\" {{\n{scenarios}}}\n"));
        }
    }
}

fn head(node: &Node) -> String {
    let id = node.id.rsplit('.').next().unwrap_or_default();
    let clauses: Vec<String> = node.clauses.iter().map(|clause| format!("    {clause}\n")).collect();
    format!("{} {id} \"{id}\" {{\n{}", node.word, clauses.concat())
}

/// A probability in parts of 10,000, now and then near to certain.
fn tenths(random: &mut Random) -> usize {
    match random.below(12) {
        0 => [1, 10, 50, 9900, 9990, 9999][random.below(6)],
        _ => random.between(2, 98) * 100 + random.below(10) * 10,
    }
}

fn shown(number: usize) -> String {
    match number % 7 {
        0 => format!("0.{number:04}"),
        _ => format!("{}.{:02}%", number / 100, number % 100),
    }
}

pub(super) fn percent(random: &mut Random) -> String {
    shown(tenths(random))
}
