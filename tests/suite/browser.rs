//! The site in a real browser.
//!
//! Without chromium and chromedriver these tests say so and pass, so that `cargo test` needs Rust alone; with
//! `FORECASTC_BROWSER=required` in the environment they fail instead.

mod accessible;
mod driver;
mod laboratory;
mod lists;
mod pages;
mod reload;
mod search;
mod server;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Mutex;

use driver::Browser;

/// A browser, or none, with a line that says so.
fn browser() -> Option<Browser> {
    match Browser::open() {
        Ok(browser) => Some(browser),
        Err(missing) => {
            skip("in the browser", &missing);
            None
        }
    }
}

/// Says which tests are skipped for what is missing, or fails if it may not be.
pub(crate) fn skip(which: &str, missing: &str) {
    let is_required = std::env::var_os("FORECASTC_BROWSER").is_some_and(|value| value == "required");
    assert!(!is_required, "{missing}");
    // Written past the test harness, which keeps what tests that pass print to itself.
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let line = format!("tests {which} are skipped: {missing}\n");
    if SAID.lock().unwrap().insert(line.clone()) {
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    }
}
