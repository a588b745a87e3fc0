//! The `forecastc` command: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    forecastc::cli::run(std::env::args_os())
}
