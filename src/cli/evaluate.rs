//! `forecastc evaluate`

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::Args;
use serde::Serialize;

use super::output::{Format, table};
use super::{Call, Ending, Fault};
use crate::diagnostic::{self, counted};
use crate::forecast::{Means, Sampled, Stage, Work};
use crate::model::Model;
use crate::value::percent;

/// Work out all numbers, and tell how that went
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Tell of each part of the network how it was worked out, and where the time went
    #[arg(long)]
    stats: bool,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[expect(clippy::disallowed_methods, reason = "what is measured is shown, and moves no number")]
fn now() -> Instant {
    Instant::now()
}

/// When each stage of a part began.
type Moments = Mutex<BTreeMap<usize, Vec<(Stage, Instant)>>>;

#[derive(Serialize)]
struct Row {
    part: usize,
    nodes: usize,
    first_node: String,
    days: usize,
    method: &'static str,
    width: Option<usize>,
    cells: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sampling: Option<Sampling>,
    seconds_for_levels: f64,
    seconds_for_history: f64,
    seconds_for_now: f64,
}

/// How sampling went, as JSON shows it.
#[derive(Serialize)]
struct Sampling {
    worlds: usize,
    families: f64,
    sweeps: u64,
    resamplings: u64,
    least_effective: f64,
    turns_tried: u64,
    turns_accepted: u64,
    r_hat: f64,
    unsettled: Vec<String>,
}

impl Sampling {
    fn new(sampled: &Sampled, model: &Model) -> Self {
        Self {
            worlds: sampled.worlds,
            families: sampled.families,
            sweeps: sampled.sweeps,
            resamplings: sampled.resamplings,
            least_effective: sampled.least_effective,
            turns_tried: sampled.turns.0,
            turns_accepted: sampled.turns.1,
            r_hat: sampled.r_hat,
            unsettled: sampled.unsettled.iter().map(|node| model.node(*node).id.to_string()).collect(),
        }
    }

    fn in_words(&self) -> String {
        let mut words = format!("{} worlds, {} sweeps", self.worlds, self.sweeps);
        if self.turns_tried > 0 {
            #[expect(clippy::cast_precision_loss, reason = "a share for people")]
            let share = self.turns_accepted as f64 / self.turns_tried as f64;
            words.push_str(&format!(", turned {}", percent(share)));
        }
        words.push_str(&format!(", least effective {}, R̂ {:.3}", percent(self.least_effective), self.r_hat));
        if !self.unsettled.is_empty() {
            words.push_str(&format!(", {} not settled", counted(self.unsettled.len(), "node")));
        }
        words
    }
}

pub(super) fn run(arguments: &Arguments, call: &mut Call) -> Result<Ending, Fault> {
    let sources = call.load(None)?;
    let begun = now();
    let moments: Moments = Mutex::default();
    let notice = |stage: Stage| {
        let mut all = moments.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(stage.part).or_default().push((stage, now()));
    };
    let compiled = call.evaluate(&sources, &notice)?;
    let taken = begun.elapsed();
    let Some(forecast) = compiled.forecast.as_ref() else {
        let color = call.output.color_of_messages();
        call.output.error_stream(&diagnostic::text(&compiled.diagnostics, &sources, color));
        return Ok(Ending::NetworkAtFault);
    };
    let moments = moments.into_inner().unwrap_or_else(PoisonError::into_inner);
    let work = forecast.work();
    let rows: Vec<Row> = work
        .iter()
        .map(|work| {
            let first = work.nodes.first().map_or("", |id| &compiled.model.node(*id).id);
            row(work, &compiled.model, first, moments.get(&work.part).map_or(&[][..], Vec::as_slice))
        })
        .collect();
    if arguments.format == Format::Json {
        #[derive(Serialize)]
        struct Evaluation {
            schema_version: u32,
            as_of: String,
            nodes: usize,
            days: usize,
            seconds: f64,
            parts: Vec<Row>,
        }
        let evaluation = Evaluation {
            schema_version: 1,
            as_of: call.today.to_string(),
            nodes: compiled.model.nodes.len(),
            days: forecast.days().len(),
            seconds: taken.as_secs_f64(),
            parts: if arguments.stats { rows } else { Vec::new() },
        };
        call.output.result(&format!("{}\n", serde_json::to_string_pretty(&evaluation)?));
        return Ok(Ending::Fine);
    }
    if arguments.stats {
        call.output.result(&text(&rows));
    }
    let exact = work.iter().filter(|work| matches!(work.means, Means::Exact { .. }));
    let exact: usize = exact.map(|work| work.nodes.len()).sum();
    call.output.message(&format!(
        "evaluated {} over {} in {:.0} ms: {} exact, {} sampled\n",
        counted(compiled.model.nodes.len(), "node"),
        counted(forecast.days().len(), "day"),
        taken.as_secs_f64() * 1000.0,
        exact,
        work.iter().map(|work| work.nodes.len()).sum::<usize>() - exact,
    ));
    Ok(Ending::Fine)
}

fn row(work: &Work, model: &Model, first: &str, moments: &[(Stage, Instant)]) -> Row {
    let at = |is: &dyn Fn(&Stage) -> bool| moments.iter().find(|(stage, _)| is(stage)).map(|(_, at)| *at);
    let begun = at(&|stage| stage.done == 0);
    let solved = at(&|stage| stage.done > 0);
    let settling = at(&|stage| stage.done + 1 == stage.of);
    let done = at(&|stage| stage.done == stage.of);
    let between = |from: Option<Instant>, to: Option<Instant>| {
        from.zip(to).map_or(Duration::ZERO, |(from, to)| to.saturating_duration_since(from)).as_secs_f64()
    };
    let (width, cells, sampling) = match &work.means {
        Means::Exact { width, cells } => (Some(*width), Some(*cells), None),
        Means::Sampled(sampled) => (None, None, Some(Sampling::new(sampled, model))),
    };
    Row {
        part: work.part + 1,
        nodes: work.nodes.len(),
        first_node: first.to_owned(),
        days: work.steps,
        method: if sampling.is_some() { "sampled" } else { "exact" },
        width,
        cells,
        sampling,
        seconds_for_levels: between(begun, solved),
        seconds_for_history: between(solved, settling),
        seconds_for_now: between(settling, done),
    }
}

fn text(rows: &[Row]) -> String {
    let head = ["PART", "NODES", "DAYS", "METHOD", "LEVELS", "HISTORY", "NOW", "HOW"];
    let mut lines = vec![head.map(ToOwned::to_owned).to_vec()];
    let time = |seconds: f64| format!("{:.1} ms", seconds * 1000.0);
    // Lone nodes take no time worth a line each.
    let (alone, parts): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.nodes == 1);
    for row in parts {
        let how = match (&row.sampling, row.width, row.cells) {
            (Some(sampled), _, _) => sampled.in_words(),
            (None, Some(width), Some(cells)) => format!("width {width}, {cells} cells"),
            (None, _, _) => String::new(),
        };
        lines.push(vec![
            row.first_node.clone(),
            row.nodes.to_string(),
            row.days.to_string(),
            row.method.to_owned(),
            time(row.seconds_for_levels),
            time(row.seconds_for_history),
            time(row.seconds_for_now),
            how,
        ]);
    }
    let mut out = table(&lines, 120);
    if !alone.is_empty() {
        out.push_str(&format!("and {} that nothing connects\n", counted(alone.len(), "node")));
    }
    out
}
