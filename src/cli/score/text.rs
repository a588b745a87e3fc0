//! Scores for people.

use std::fmt::Write as _;

use crate::answers::score::{Derivation, Group, Marks, Mean, Share};
use crate::cli::output::{entry, table};
use crate::diagnostic::counted;
use crate::model::Model;
use crate::value::percent;

const WIDTH: usize = crate::cli::output::WIDTH;

/// One group, with all that is known of it.
pub(super) fn group(group: &Group, derivation: Option<&Derivation>, model: &Model) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}\n", group.name.as_deref().unwrap_or("all predictions"));
    let mut field = |name: &str, value: String| {
        let _ = writeln!(out, "{name:<15}{value}");
    };
    let left = [(group.open, "open"), (group.void, "void"), (group.unstated, "settled without a number")];
    let left = left.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("; {count} {what}"));
    field("scored", format!("{}{}", group.cases.len(), left.collect::<String>()));
    if let Some(marks) = group.marks() {
        field("came true", share(marks.share));
        field("Brier", mean(marks.brier));
        field("log score", mean(marks.log_score));
        field("time-weighted", mean(marks.time_weighted));
        let base = marks.base_skill.map_or_else(
            || "none: all came out alike".to_owned(),
            |skill| format!("{skill:+.2} against the share that came true"),
        );
        field("skill", base);
        if let Some((skill, count)) = marks.class_skill {
            field("", format!("{skill:+.2} against the class, of {count}"));
        }
        if let Some(network) = &marks.network {
            let words = format!("Brier {}", mean(network.brier));
            field("network", format!("{words}, of {} on the day before", network.count));
            field("", format!("log score {}", mean(network.log_score)));
        }
        let early = group.early();
        if early.count > 0 {
            let open = format!("{} before the window was over", early.count);
            field("settled early", format!("{open}, {} of them yes", early.came_true));
            let closed = group.closed();
            field("window over", closed.map_or_else(|| "0".to_owned(), |marks| in_short(&marks)));
        }
        out.push_str("\ncalibration\n");
        let head = ["  STATED", "MEAN", "COUNT", "CAME TRUE"].map(ToOwned::to_owned).to_vec();
        let rows = group.calibration().into_iter().map(|bin| {
            vec![
                format!("  {}% to {}%", u32::from(bin.tenth) * 10, u32::from(bin.tenth) * 10 + 10),
                percent(bin.stated),
                bin.share.count.to_string(),
                share(bin.share),
            ]
        });
        out.push_str(&table(&std::iter::once(head).chain(rows).collect::<Vec<_>>(), WIDTH));
    }
    if let Some(derivation) = derivation {
        out.push_str(&kappa(derivation, model));
    }
    out
}

/// Where κ comes from.
fn kappa(derivation: &Derivation, model: &Model) -> String {
    let mut out = format!("\nκ {:.3}\n", derivation.kappa);
    let Some(peak) = derivation.peak else {
        out.push_str(&entry("nothing is settled, and a word without a record counts in full"));
        return out;
    };
    let held = if (peak - derivation.kappa).abs() < 1e-9 {
        String::new()
    } else {
        format!(", and is held at {:.2}", derivation.kappa)
    };
    out.push_str(&entry(&format!("the pulls are in balance at {peak:.3}{held}")));
    let head = ["  STATED", "CAME", "LOG ODDS", "WEIGHED", "PULL", "PREDICTION"];
    let mut rows = vec![head.map(ToOwned::to_owned).to_vec()];
    rows.extend(derivation.pulls.iter().map(|pull| {
        vec![
            format!("  {}", percent(pull.stated)),
            if pull.came_true { "yes" } else { "no" }.to_owned(),
            format!("{:+.3}", pull.log_odds),
            percent(pull.weighed),
            format!("{:+.3}", pull.pull),
            model.node(pull.node).id.to_string(),
        ]
    }));
    let prior = ["  prior", "", "", "", &format!("{:+.3}", derivation.prior), "towards 1"];
    rows.push(prior.map(ToOwned::to_owned).to_vec());
    out.push_str(&table(&rows, WIDTH));
    out
}

/// Groups under each other.
pub(super) fn groups(groups: &[Group]) -> String {
    let scored: Vec<(&Group, Marks)> =
        groups.iter().filter_map(|group| Some((group, group.marks()?))).collect();
    let mut out = String::new();
    if !scored.is_empty() {
        let head = ["SCORED", "TRUE", "BRIER", "95%", "LOG", "SKILL", "CLASS", "GROUP"];
        let rows = scored.iter().map(|(group, marks)| {
            let skill =
                |skill: Option<f64>| skill.map_or_else(|| "-".to_owned(), |skill| format!("{skill:+.2}"));
            let interval = marks.brier.interval;
            vec![
                marks.share.count.to_string(),
                marks.share.rate().map(percent).unwrap_or_default(),
                format!("{:.3}", marks.brier.value),
                interval.map_or_else(|| "-".to_owned(), |[least, most]| format!("{least:.2} to {most:.2}")),
                number(marks.log_score.value),
                skill(marks.base_skill),
                skill(marks.class_skill.map(|(skill, _)| skill)),
                group.name.clone().unwrap_or_else(|| "(none)".to_owned()),
            ]
        });
        let head = head.map(ToOwned::to_owned).to_vec();
        out.push_str(&table(&std::iter::once(head).chain(rows).collect::<Vec<_>>(), WIDTH));
    }
    let others = groups.len() - scored.len();
    if others > 0 {
        let _ = writeln!(out, "and {} of which nothing is scored", counted(others, "group"));
    }
    out
}

fn in_short(marks: &Marks) -> String {
    let (brier, log_score) = (mean(marks.brier), number(marks.log_score.value));
    format!("{} scored, Brier {brier}, log score {log_score}", marks.share.count)
}

fn share(share: Share) -> String {
    let rate = share.rate().map(percent).unwrap_or_default();
    let [least, most] = share.interval().map(percent);
    format!("{rate}, {} of {} ({least} to {most})", share.came_true, share.count)
}

fn mean(mean: Mean) -> String {
    let interval = mean.interval.map(|ends| ends.map(number));
    let interval = interval.map(|[least, most]| format!(" ({least} to {most})"));
    format!("{}{}", number(mean.value), interval.unwrap_or_default())
}

/// To three digits; minus infinity as such.
fn number(value: f64) -> String {
    if value == f64::NEG_INFINITY { "-∞".to_owned() } else { format!("{:.3}", value + 0.0) }
}
