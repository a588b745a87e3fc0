//! `forecastc test`

mod junit;
mod report;

use clap::{Args, ValueEnum};
use unicode_width::UnicodeWidthStr as _;

use self::report::{Report, Status};
use super::output::wrap;
use super::{Call, Ending, Fault};
use crate::diagnostic::counted;

const WIDTH: usize = 80;
/// Where the lines of a test begin, behind its status.
const INDENT: usize = 12;

/// Test all assertions and rules of the network
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Only those whose claim, or whose id or title, contains one of these words
    #[arg(value_name = "WORDS")]
    filters: Vec<String>,
    /// How to report what came of them
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Take what cannot be told for a failure
    #[arg(long, value_name = "WHAT")]
    deny: Option<Deny>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
    /// JUnit XML, for what runs the tests
    Junit,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Deny {
    Undecided,
}

pub(super) fn run(arguments: &Arguments, call: &mut Call) -> Result<Ending, Fault> {
    let Some(network) = call.network()? else { return Ok(Ending::NetworkAtFault) };
    let mut report = Report::of(&network, arguments.deny.is_some());
    if !arguments.filters.is_empty() {
        report.keep(&arguments.filters);
        if report.is_empty() {
            let words = arguments.filters.join("`, `");
            return Err(format!("no assertion and no rule contains `{words}`").into());
        }
    }
    match arguments.format {
        Format::Text => call.output.result(&text(&report)),
        Format::Json => call.output.result(&format!("{}\n", serde_json::to_string_pretty(&report)?)),
        Format::Junit => call.output.result(&junit::write(&report)),
    }
    if report.is_empty() {
        call.output.message("there are no assertions and no rules\n");
        return Ok(Ending::Fine);
    }
    call.output.message(&summary(&report));
    Ok(if report.has_failed() { Ending::NetworkAtFault } else { Ending::Fine })
}

fn summary(report: &Report<'_>) -> String {
    let counts: Vec<String> = Status::ALL
        .into_iter()
        .map(|status| (report.count(status), status))
        .filter(|(count, _)| *count > 0)
        .map(|(count, status)| format!("{count} {}", status.word()))
        .collect();
    let words = format!(
        "tested {} and {}: {}",
        counted(report.assertions.len(), "assertion"),
        counted(report.rules.len(), "rule"),
        counts.join(", "),
    );
    wrap(&words, "", WIDTH)
}

fn text(report: &Report<'_>) -> String {
    let mut out = String::new();
    for one in &report.assertions {
        let numbers: Vec<String> = one.values.iter().map(|value| value.number.clone()).collect();
        let numbers = if numbers.is_empty() { String::new() } else { format!("({})", numbers.join(", ")) };
        let whole = format!("{} {numbers}", one.claim);
        let is_short = INDENT + whole.width() <= WIDTH;
        if one.status == Status::Passed && is_short {
            line(&mut out, one.status, &whole);
        } else {
            line(&mut out, one.status, one.claim);
        }
        if one.status == Status::Passed {
            if !is_short {
                further(&mut out, &numbers);
            }
        } else {
            let reason = one.reason.map(|reason| format!("{reason}; ")).unwrap_or_default();
            further(&mut out, &format!("{reason}{}", one.numbers));
            one.why.iter().for_each(|why| further(&mut out, why));
            further(&mut out, &one.source);
        }
    }
    for one in &report.rules {
        let items = counted(one.items.len(), "item");
        let does = match (one.action, one.items.len()) {
            (_, 0) => "nothing to say".to_owned(),
            ("badge", _) => format!("a badge for {items}"),
            ("fail", _) => format!("fails for {items}"),
            _ => format!("warns of {items}"),
        };
        line(&mut out, one.status, &format!("rule {}: {does}", one.id));
        if one.action != "badge" {
            one.items.iter().for_each(|item| further(&mut out, &item.told()));
        }
    }
    out
}

/// The line of one test, with further ones under its words.
fn line(out: &mut String, status: Status, words: &str) {
    let wrapped = wrap(words, &" ".repeat(INDENT), WIDTH);
    let rest = wrapped.get(INDENT..).unwrap_or(&wrapped);
    out.push_str(&format!("{:<INDENT$}{rest}", status.shown()));
}

fn further(out: &mut String, words: &str) {
    out.push_str(&wrap(words, &" ".repeat(INDENT + 2), WIDTH));
}
