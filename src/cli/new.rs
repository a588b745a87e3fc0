//! `forecastc new`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Call, Ending, Fault};
use crate::disk;
use crate::model::{Model, NodeKind};
use crate::source::Source;
use crate::syntax;
use crate::value::Date;

/// Write a new item, with an id that is free
///
/// Without --into it is printed, to be put where it belongs.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// What to write
    kind: Kind,
    /// Its title
    title: Option<String>,
    /// Its id, instead of one made from the title
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Add it at the end of this file
    #[arg(long, value_name = "FILE")]
    into: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    Prediction,
    Killer,
    Scenario,
    Choice,
    Predictor,
    Class,
    Document,
    Ticker,
    Rule,
}

impl Kind {
    fn template(self) -> &'static str {
        match self {
            Self::Prediction => include_str!("new/prediction.pred"),
            Self::Killer => include_str!("new/killer.pred"),
            Self::Scenario => include_str!("new/scenario.pred"),
            Self::Choice => include_str!("new/choice.pred"),
            Self::Predictor => include_str!("new/predictor.pred"),
            Self::Class => include_str!("new/class.pred"),
            Self::Document => include_str!("new/document.pred"),
            Self::Ticker => include_str!("new/ticker.pred"),
            Self::Rule => include_str!("new/rule.pred"),
        }
    }

    fn usual_title(self) -> &'static str {
        match self {
            Self::Prediction => "What comes true or not",
            Self::Killer => "What would sink predictions",
            Self::Scenario => "A state of the world",
            Self::Choice => "Which of these comes true?",
            Self::Predictor => "Who says it",
            Self::Class => "How often this kind of thing happened",
            Self::Document => "What there is to read",
            Self::Ticker => "Who gains or loses",
            Self::Rule => "What to look out for",
        }
    }
}

pub(super) fn run(arguments: &Arguments, call: &mut Call) -> Result<Ending, Fault> {
    let model = if disk::exists(&call.source) {
        crate::compile(&disk::load(&call.source)?, call.today).model
    } else {
        Model::default()
    };
    let title = arguments.title.as_deref().unwrap_or_else(|| arguments.kind.usual_title());
    let id = match &arguments.id {
        Some(id) if model.is_taken(id) => return Err(format!("the id `{id}` is taken").into()),
        Some(id) => match crate::value::check_id(id) {
            Err(refusal) if arguments.kind != Kind::Ticker => return Err(refusal.message.into()),
            _ => id.clone(),
        },
        None => free_id(arguments.kind, title, &model),
    };
    let item =
        syntax::format(&Source::new("<new item>", item(arguments.kind, &id, &quote(title), call.today)))
            .map_err(|_| format!("the title is too long, or `{id}` is no symbol"))?;
    let Some(path) = &arguments.into else {
        call.output.result(&item);
        return Ok(Ending::Fine);
    };
    if disk::exists(path) {
        let before = disk::load_file(path)?;
        let text = before.text();
        let gap = match text {
            "" => "",
            text if text.ends_with('\n') => "\n",
            _ => "\n\n",
        };
        disk::replace(path, text, &format!("{text}{gap}{item}"))?;
    } else {
        disk::create(path, &item)?;
    }
    call.output.message(&format!("added {id} to {}\n", path.display()));
    Ok(Ending::Fine)
}

/// The title as a text of the language.
fn quote(title: &str) -> String {
    let mut out = String::from("\"");
    for character in title.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' | '\r' | '\t' => out.push(' '),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// The next number of the killers' series if they have one; else the first words of the title.
fn free_id(kind: Kind, title: &str, model: &Model) -> String {
    if kind == Kind::Killer
        && let Some(id) = next_in_series(model)
    {
        return id;
    }
    let mut id = String::new();
    for word in title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).take(4) {
        let joined = if id.is_empty() { word.to_owned() } else { format!("{id}_{word}") };
        if joined.len() > 40 {
            break;
        }
        id = joined;
    }
    id = if matches!(kind, Kind::Predictor | Kind::Class | Kind::Document | Kind::Rule) {
        id.to_lowercase()
    } else {
        id.to_uppercase()
    };
    if crate::value::check_id(&id).is_err() {
        id = format!("NEW_{id}");
    }
    let base = id.clone();
    let mut number = 2_u32;
    while model.is_taken(&id) {
        id = format!("{base}_{number}");
        number += 1;
    }
    id
}

/// `TK15` after `TK14`.
fn next_in_series(model: &Model) -> Option<String> {
    let killers = model.nodes.iter().filter(|node| node.kind == NodeKind::Killer);
    let numbered = killers.filter_map(|node| {
        let digits = node.id.len() - node.id.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let (prefix, number) = node.id.split_at_checked(node.id.len() - digits)?;
        let value: u32 = number.parse().ok()?;
        (!prefix.is_empty()).then_some((prefix, value, digits))
    });
    let (prefix, value, digits) = numbered.max_by_key(|(_, value, _)| *value)?;
    let mut next = value + 1;
    loop {
        let id = format!("{prefix}{next:0digits$}");
        if !model.is_taken(&id) {
            return Some(id);
        }
        next += 1;
    }
}

/// The template of a kind, filled in. The title comes last: nothing in it is filled in again.
fn item(kind: Kind, id: &str, title: &str, today: Date) -> String {
    kind.template()
        .replace("@ID", id)
        .replace("@FROM", &(today.year() + 1).to_string())
        .replace("@TODAY", &today.to_string())
        .replace("@TO", &(today.year() + 3).to_string())
        .replacen("\"@TITLE\"", title, 1)
}
