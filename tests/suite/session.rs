//! Terminal sessions as text: `$ command`, then what it prints.
//!
//! Further lines of a command begin with `> `. A command that does not end with 0 is followed by `[exit N]`. The
//! commands run in `sh`, with the real binary first on the path, on a fixed day and without color.

use std::path::Path;
use std::process::Command;

/// The session with the output that its commands have now.
pub(crate) fn replay(session: &str, folder: &Path, day: &str) -> String {
    let mut out = String::new();
    let mut begun = false;
    let mut lines = session.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(first) = line.strip_prefix("$ ") else {
            // What stands before the first command is for readers; all else was printed.
            if !begun {
                out.push_str(line);
                out.push('\n');
            }
            continue;
        };
        begun = true;
        let mut command = first.to_owned();
        out.push_str(line);
        out.push('\n');
        while let Some(more) = lines.next_if(|line| *line == ">" || line.starts_with("> ")) {
            command.push('\n');
            command.push_str(more.get(2..).unwrap_or_default());
            out.push_str(more);
            out.push('\n');
        }
        out.push_str(&run(&command, folder, day));
    }
    out
}

fn run(command: &str, folder: &Path, day: &str) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_forecastc")).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(binary.to_owned()).chain(std::env::split_paths(&path));
    let path = std::env::join_paths(path).unwrap();
    let output = Command::new("sh")
        .arg("-c")
        // One stream, in the order of the terminal.
        .arg(format!("exec 2>&1\n{command}"))
        .current_dir(folder)
        .env("PATH", path)
        .env("SOURCE_DATE_EPOCH", seconds(day).to_string())
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100")
        .env("LC_ALL", "C")
        // Who looks back writes into the cache folder of the user: this one is that of the session.
        .env("XDG_CACHE_HOME", folder.join(".cache"))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    if !output.status.success() {
        text.push_str(&format!("[exit {}]\n", output.status.code().unwrap_or(-1)));
    }
    text
}

/// The beginning of a day, in seconds of the Unix clock.
fn seconds(day: &str) -> i64 {
    let date = forecastc::value::Date::parse(day).unwrap();
    forecastc::value::Date::parse("1970-01-01").unwrap().days_until(date) * 86_400
}
