//! Random journals: few days with several lines each, so that much falls together.

use super::writer::{Node, percent};
use crate::laws::generate::Random;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Verb {
    Stated,
    Evidence(Option<&'static str>),
    /// `hit`, `missed` and `slipped`, of milestones.
    Step,
    Resolved,
    Note,
}

/// A line that was written.
struct Past {
    node: usize,
    date: String,
    verb: Verb,
    /// Whether it leaves the node settled.
    settles: bool,
}

/// Lines about these nodes: the node, the line as it stands inside of its block, and as it stands alone.
pub(super) fn lines(random: &mut Random, nodes: &[Node]) -> Vec<(usize, String, String)> {
    let days: Vec<String> = (0..random.between(1, 5)).map(|_| day(random)).collect();
    let mut past: Vec<Past> = Vec::new();
    let mut lines = Vec::new();
    for _ in 0..random.below(11) {
        let node = random.below(nodes.len());
        let mut date = days[random.below(days.len())].clone();
        let is_milestone = nodes[node].parent.is_some();
        let mut verb = match random.below(20) {
            0..=5 => Verb::Stated,
            6..=10 => Verb::Evidence([None, Some("ann"), Some("bob")][random.below(3)]),
            11..=18 if is_milestone => Verb::Step,
            11..=17 => Verb::Resolved,
            18 => Verb::Resolved,
            _ => Verb::Note,
        };
        let mut node = node;
        let mut corrects = String::new();
        if random.one_in(6) && !past.is_empty() {
            let old = &past[random.below(past.len())];
            let later: Vec<&String> = days.iter().filter(|day| **day > old.date).collect();
            let same = |one: &&Past| one.node == old.node && one.date == old.date && one.verb == old.verb;
            if later.is_empty() || past.iter().filter(same).count() > 1 {
                continue;
            }
            corrects = format!("corrects {} ", old.date);
            date = later[random.below(later.len())].clone();
            (node, verb) = (old.node, old.verb);
        }
        let own = |one: &&Past| one.node == node;
        let settled: Option<&Past> = past.iter().filter(own).find(|one| one.settles);
        let is_correction = !corrects.is_empty();
        // What the rules report: things said of what is settled, two statements a day, two outcomes.
        let is_late = settled.is_some_and(|settled| date >= settled.date);
        let is_doubled = past.iter().filter(own).any(|one| one.date == date && one.verb == verb);
        let is_early = past.iter().filter(own).any(|one| one.verb == Verb::Stated && one.date >= date);
        let (what, settles) = match verb {
            Verb::Stated if is_late || is_doubled => continue,
            Verb::Stated => (format!("probability {}", percent(random)), false),
            Verb::Evidence(by) => {
                let by = by.map(|by| format!(" by {by}")).unwrap_or_default();
                let direction = random.pick(&["for ", "against "]);
                let grade = random.pick(&["weak", "moderate", "strong", "decisive", "x2.5", "x0.6"]);
                (format!("evidence {direction}{grade}{by}"), false)
            }
            Verb::Resolved | Verb::Step if (settled.is_some() && !is_correction) || is_early => continue,
            Verb::Step => match random.below(3) {
                0 => ("hit".to_owned(), true),
                1 => ("missed".to_owned(), true),
                _ => ("slipped to 2027 .. 2029Q1".to_owned(), false),
            },
            Verb::Resolved => {
                let outcome = random.pick(&["yes", "yes", "no", "no", "void"]);
                (format!("resolved {outcome}"), true)
            }
            Verb::Note => ("note \"Seen\"".to_owned(), false),
        };
        let id = &nodes[node].id;
        let inside = format!("{date} {corrects}{what}");
        let (first, others) = what.split_once(' ').unwrap_or((&what, ""));
        let alone = format!("{date} {corrects}{first} {id} {others}");
        if is_correction && settles {
            past.retain(|one| one.node != node || !one.settles);
        }
        past.push(Past { node, date, verb, settles });
        lines.push((node, inside, alone));
    }
    lines
}

/// A day in the year and a half around the day on which the networks are looked at, mostly before it.
fn day(random: &mut Random) -> String {
    match random.below(12) {
        0 => format!("2026-{:02}-{:02}", random.between(9, 11), random.between(2, 28)),
        1..=3 => format!("2025-{:02}-{:02}", random.between(1, 12), random.between(1, 28)),
        4 => "2026-09-01".to_owned(),
        _ => format!("2026-{:02}-{:02}", random.between(1, 8), random.between(1, 28)),
    }
}
