//! `forecastc query`

use clap::Args;
use serde::Serialize;

use super::output::{Format, table};
use super::question::claim;
use super::{Call, Ending, Fault};
use crate::answers::query::{Answer, Asker, Silence};
use crate::forecast::Belief;
use crate::model::Term;

/// Ask how likely something is, given something else
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Questions such as 'P(A and not B | C)'
    #[arg(required = true, value_name = "QUESTION")]
    questions: Vec<String>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Serialize)]
struct Answers<'a> {
    schema_version: u32,
    as_of: String,
    answers: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    question: &'a str,
    p: Option<f64>,
    error: Option<f64>,
    method: Option<&'static str>,
    reason: Option<&'static str>,
}

impl<'a> Entry<'a> {
    fn new(question: &'a str, answer: Result<Answer, Silence>) -> Self {
        let known = answer.ok();
        Self {
            question,
            p: known.map(|answer| answer.probability),
            error: known.map(|answer| answer.error),
            method: known.map(|answer| if answer.is_exact { "exact" } else { "sampled" }),
            reason: answer.err().map(reason),
        }
    }
}

pub(super) fn run(arguments: &Arguments, call: &mut Call) -> Result<Ending, Fault> {
    let Some(network) = call.network()? else { return Ok(Ending::NetworkAtFault) };
    let asker = Asker::new(&network.model, &network.forecast);
    let mut answers = Vec::new();
    for words in &arguments.questions {
        let claim = claim(&network.model, words)?;
        let Term::Atom(question) = *claim.term else {
            return Err(
                format!("`{words}` is no single probability\n  write `P(A)` or `P(A | B, not C)`").into()
            );
        };
        answers.push((words.as_str(), asker.ask(&question)));
    }
    let ending =
        if answers.iter().any(|(_, answer)| answer.is_err()) { Ending::NetworkAtFault } else { Ending::Fine };
    if arguments.format == Format::Json {
        let answers = Answers {
            schema_version: 1,
            as_of: call.today.to_string(),
            answers: answers.iter().map(|(question, answer)| Entry::new(question, *answer)).collect(),
        };
        call.output.result(&format!("{}\n", serde_json::to_string_pretty(&answers)?));
        return Ok(ending);
    }
    let row = |(words, answer): &(&str, Result<Answer, Silence>)| {
        let said = match answer {
            Ok(answer) => super::list::shown(Some(Belief {
                probability: answer.probability,
                error: answer.error,
                is_exact: answer.is_exact,
                has_converged: true,
            })),
            Err(silence) => reason(*silence).to_owned(),
        };
        vec![(*words).to_owned(), said]
    };
    let rows: Vec<Vec<String>> = answers.iter().map(row).collect();
    call.output.result(&table(&rows, 100));
    Ok(ending)
}

fn reason(silence: Silence) -> &'static str {
    match silence {
        Silence::NoNumber => "a node in it has no number",
        Silence::Impossible => "what is given cannot be",
        Silence::Unseen => "what is given was seen in no world",
    }
}
