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

use std::io::Write as _;

use driver::Browser;

/// A browser, or none, with a line that says so.
fn browser() -> Option<Browser> {
    match Browser::open() {
        Ok(browser) => Some(browser),
        Err(missing) => {
            skip(&missing);
            None
        }
    }
}

/// Says what is missing, or fails if it may not be.
fn skip(missing: &str) {
    let is_required = std::env::var_os("FORECASTC_BROWSER").is_some_and(|value| value == "required");
    assert!(!is_required, "{missing}");
    // Written past the test harness, which keeps what tests that pass print to itself.
    static ONCE: std::sync::Once = std::sync::Once::new();
    let line = format!("tests in the browser are skipped: {missing}\n");
    ONCE.call_once(|| std::io::stderr().write_all(line.as_bytes()).unwrap());
}
