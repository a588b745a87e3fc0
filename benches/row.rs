//! Rows of tables, each measured in a process of its own, and what a process can measure of itself.

#![allow(dead_code, reason = "each of those who include this file uses a part of it")]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What a process said of itself, and how it ended if not well.
pub(crate) struct Row {
    values: Vec<(String, f64)>,
    pub(crate) ending: String,
}

impl Row {
    pub(crate) fn is_whole(&self) -> bool {
        self.ending.is_empty()
    }

    pub(crate) fn value(&self, key: &str) -> f64 {
        self.values.iter().find(|(of, _)| of == key).map_or(f64::NAN, |(_, value)| *value)
    }

    pub(crate) fn shown(&self, key: &str, digits: usize) -> String {
        let value = self.value(key);
        if value.is_nan() { "-".to_owned() } else { format!("{value:.digits$}") }
    }
}

/// Runs this program again for one row, and gives it up when it takes longer than there is patience.
pub(crate) fn row(words: &[&str], on_one_core: bool, patience: Duration) -> Row {
    let program = std::env::current_exe().expect("the path of this program");
    let mut command = Command::new(program);
    command.arg("row").args(words).stdout(Stdio::piped()).stderr(Stdio::null());
    if on_one_core {
        command.env("RAYON_NUM_THREADS", "1");
    }
    let mut child = command.spawn().expect("a process");
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("the state of a process") {
            break Some(status);
        }
        if start.elapsed() > patience {
            child.kill().expect("the end of a process");
            break None;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let output = child.wait_with_output().expect("what a process said");
    let ending = match status {
        None => format!("given up after {} s", patience.as_secs()),
        Some(status) if status.success() => String::new(),
        Some(status) => status.to_string(),
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let values = said.lines().filter_map(|line| {
        let (key, value) = line.split_once(' ')?;
        Some((key.to_owned(), value.parse().ok()?))
    });
    Row { values: values.collect(), ending }
}

/// Said line by line, so that a row which ends badly shows how far it came.
pub(crate) fn say(key: &str, value: f64) {
    println!("{key} {value}");
}

pub(crate) fn seconds<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let result = std::hint::black_box(work());
    (start.elapsed().as_secs_f64(), result)
}

/// The same in time of the processor, which does not count what other programs do meanwhile.
pub(crate) fn busy_seconds<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let before = busy();
    let (time, result) = seconds(work);
    (busy().zip(before).map_or(time, |(after, before)| after - before), result)
}

/// How long the threads of this process were at work so far, where the system tells.
fn busy() -> Option<f64> {
    let threads = std::fs::read_dir("/proc/self/task").ok()?;
    let times = threads.map(|thread| {
        let times = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        times.split_whitespace().next()?.parse::<f64>().ok()
    });
    times.sum::<Option<f64>>().map(|nanoseconds| nanoseconds / 1e9)
}

/// How long processes that this one has waited for were at work, where the system tells.
pub(crate) fn busy_children() -> f64 {
    let all = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program, which may hold blanks, ends with the last parenthesis.
    let fields = all.rsplit_once(") ").map_or("", |(_, fields)| fields).split(' ');
    let ticks: Option<Vec<f64>> = fields.skip(13).take(2).map(|ticks| ticks.parse().ok()).collect();
    ticks.filter(|ticks| ticks.len() == 2).map_or(f64::NAN, |ticks| ticks.iter().sum::<f64>() / 100.0)
}

pub(crate) fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The most memory that this process ever had, in bytes, where the system tells.
pub(crate) fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.map_or(f64::NAN, |kilobytes| kilobytes * 1024.0)
}
