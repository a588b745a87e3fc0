//! `forecastc completions` and `forecastc man`

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::{Call, Ending, Fault};

/// Print completions for a shell
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// Which shell
    shell: Shell,
}

/// Print the manual page
#[derive(Debug, Args)]
pub(super) struct Man {
    /// The page of one command instead
    command: Option<String>,
}

pub(super) fn completions(arguments: &Completions, call: &mut Call) -> Result<Ending, Fault> {
    let mut out = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::Arguments::command(), "forecastc", &mut out);
    call.output.result(&String::from_utf8_lossy(&out));
    Ok(Ending::Fine)
}

pub(super) fn man(arguments: &Man, call: &mut Call) -> Result<Ending, Fault> {
    let mut command = super::Arguments::command();
    command.build();
    if let Some(name) = &arguments.command {
        let Some(found) = command.find_subcommand(name) else {
            return Err(format!("there is no command `{name}`; `forecastc help` lists them").into());
        };
        command = found.clone();
    }
    let mut out = Vec::new();
    clap_mangen::Man::new(command).render(&mut out)?;
    call.output.result(&String::from_utf8_lossy(&out));
    Ok(Ending::Fine)
}
