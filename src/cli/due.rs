//! `forecastc due`

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::output::table;
use super::{Call, Ending, Fault};
use crate::answers::due::{self, Task};
use crate::diagnostic::{self, counted};
use crate::value::Duration;

/// List what needs a person, now and soon
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// How far to look ahead: 10d, 6w, 3mo or 2y
    #[arg(long, value_name = "DURATION", default_value = "14d", value_parser = duration)]
    within: Duration,
    /// How to write the list
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
    /// For calendars: iCalendar
    Ics,
}

fn duration(words: &str) -> Result<Duration, String> {
    Duration::parse(words).ok_or_else(|| "write a duration as 10d, 6w, 3mo or 2y".to_owned())
}

pub(super) fn run(arguments: &Arguments, call: &mut Call) -> Result<Ending, Fault> {
    let sources = call.load(None)?;
    let compiled = crate::compile(&sources, call.today);
    if compiled.diagnostics.has_errors() {
        let color = call.output.color_of_messages();
        call.output.error_stream(&diagnostic::text(&compiled.diagnostics, &sources, color));
        return Ok(Ending::NetworkAtFault);
    }
    let model = &compiled.model;
    let until = call.today.plus(arguments.within);
    let tasks = due::tasks(model, call.today, until);
    let place = |task: &Task| sources.place(task.span);
    match arguments.format {
        Format::Ics => call.output.result(&due::calendar(model, &tasks, call.today, place)),
        Format::Json => {
            #[derive(Serialize)]
            struct Due<'a> {
                schema_version: u32,
                as_of: String,
                until: String,
                tasks: Vec<Entry<'a>>,
            }
            #[derive(Serialize)]
            struct Entry<'a> {
                date: String,
                matter: &'static str,
                id: &'a str,
                kind: &'static str,
                title: &'a str,
                why: String,
                help: &'static str,
                source: String,
                private: bool,
            }
            let entry = |task: &Task| {
                let node = model.node(task.node);
                Entry {
                    date: task.date.to_string(),
                    matter: task.matter.word(),
                    id: &node.id,
                    kind: node.kind.word(),
                    title: &node.title.value,
                    why: task.matter.why(),
                    help: task.matter.help(node.kind),
                    source: place(task),
                    private: node.private,
                }
            };
            let tasks = tasks.iter().map(entry).collect();
            let (as_of, until) = (call.today.to_string(), until.to_string());
            call.output.json(&Due { schema_version: 1, as_of, until, tasks })?;
        }
        Format::Text => {
            let late = tasks.iter().filter(|task| task.date < call.today).count();
            let lines = tasks.iter().map(|task| {
                let node = model.node(task.node);
                let matter = task.matter.word().to_owned();
                (vec![task.date.to_string(), matter, node.id.to_string()], task.matter.why(), place(task))
            });
            let lines: Vec<(Vec<String>, String, String)> = lines.collect();
            let rows: Vec<Vec<String>> = lines.iter().map(|(row, ..)| row.clone()).collect();
            for (row, (_, why, place)) in table(&rows, 80).lines().zip(&lines) {
                call.output.result(&format!("{row}\n            {why}; {place}\n"));
            }
            call.output
                .message(&format!("{} up to {until}, {late} of them late\n", counted(tasks.len(), "task")));
        }
    }
    Ok(Ending::Fine)
}
