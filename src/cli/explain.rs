//! `forecastc explain`

use clap::Args;

use super::output::table;
use super::{Call, Ending, Fault};
use crate::diagnostic::{Code, Severity, nearest};

/// Explain a diagnostic, with a bad and a good example; without a code, list all
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The code in brackets behind `error` or `warning`
    code: Option<String>,
}

pub(super) fn run(arguments: &Arguments, call: &mut Call) -> Result<Ending, Fault> {
    let Some(name) = &arguments.code else {
        let rows: Vec<Vec<String>> = Code::ALL
            .iter()
            .map(|code| {
                let severity = if code.severity() == Severity::Error { "error" } else { "warning" };
                vec![code.name().to_owned(), severity.to_owned(), code.summary().to_owned()]
            })
            .collect();
        call.output.result(&table(&rows, 110));
        return Ok(Ending::Fine);
    };
    let Some(code) = Code::from_name(name) else {
        let near = nearest(name, Code::ALL.iter().map(|code| code.name()));
        let hint = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`forecastc explain` lists all codes".to_owned(),
        };
        return Err(format!("there is no diagnostic `{name}`\n  {hint}").into());
    };
    call.output.result(code.page());
    Ok(Ending::Fine)
}
