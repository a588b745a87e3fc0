//! Pages of a site that is served while its author writes: they show themselves anew, and say what is wrong.

use std::path::PathBuf;
use std::sync::Arc;

use forecastc::serve::{Entry, Server, Shown, Trouble};
use serde_json::json;

use super::driver::Browser;
use crate::example::example;

const PAGE: &str = "node/OPEN_BACKBONE.html";

/// The site of the example in a folder of its own, and a server for it.
struct Stage {
    _around: tempfile::TempDir,
    folder: PathBuf,
    files: Arc<[String]>,
    server: Server,
}

impl Stage {
    fn new() -> Self {
        let around = tempfile::tempdir().unwrap();
        let folder = around.path().join("site");
        let mut files = Vec::new();
        for entry in walkdir::WalkDir::new(example()).into_iter().map(Result::unwrap) {
            let below = entry.path().strip_prefix(example()).unwrap();
            if entry.file_type().is_file() && !below.starts_with(".forecastc-manifest") {
                std::fs::create_dir_all(folder.join(below).parent().unwrap()).unwrap();
                std::fs::copy(entry.path(), folder.join(below)).unwrap();
                files.push(below.to_str().unwrap().replace('\\', "/"));
            }
        }
        files.sort();
        let stage =
            Self { _around: around, folder, files: files.into(), server: Server::start(Some(0)).unwrap() };
        stage.server.show(stage.shown());
        stage
    }

    fn shown(&self) -> Shown {
        Shown { folder: self.folder.clone(), files: Arc::clone(&self.files), ..Shown::default() }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.url())
    }

    /// Changes a file as a build would, and lets the pages know.
    fn change(&self, path: &str, from: &str, to: &str) {
        self.change_quietly(path, from, to);
        self.server.show(self.shown());
    }

    fn change_quietly(&self, path: &str, from: &str, to: &str) {
        let full = self.folder.join(path);
        let text = std::fs::read_to_string(&full).unwrap();
        assert!(text.contains(from), "{path} does not say {from}");
        std::fs::write(full, text.replace(from, to)).unwrap();
    }
}

fn trouble(message: &str) -> Trouble {
    let entry = |severity: &str, message: &str, place: &str, excerpt: &str, help: &str| Entry {
        severity: severity.to_owned(),
        message: message.to_owned(),
        place: Some(place.to_owned()),
        excerpt: Some(excerpt.to_owned()),
        help: Some(help.to_owned()),
    };
    let entries = vec![
        entry(
            "error",
            message,
            "predictions/infrastructure/backbone.pred:41:15",
            "41 │     killed by DROUGT 20% else 48%  # a line that is rather long, so that it has to be scrolled on a narrow screen\n   │               ━━━━━━ not declared",
            "did you mean `DROUGHT`?",
        ),
        entry(
            "warning",
            "`OPEN_BACKBONE` has no milestone in its window",
            "predictions/infrastructure/backbone.pred:3:12",
            "3 │ prediction OPEN_BACKBONE \"<b>bold</b> claims\" {\n  │            ━━━━━━━━━━━━━",
            "write one with `milestone ID \"What happens\" { window 2027 .. 2028 }`",
        ),
    ];
    Trouble { summary: "1 error, 1 warning".to_owned(), entries }
}

/// What is told over the page, as text.
const TOLD: &str =
    "(document.querySelector('forecastc-notice')?.shadowRoot.querySelector('.notice').textContent ?? '')";

fn mark(browser: &Browser) {
    browser.run("window.isOld = true;", &[]);
}

fn is_loaded_anew(browser: &Browser) {
    browser.until("return !window.isOld && document.readyState === 'complete';");
}

fn no_complaints(browser: &Browser) {
    assert_eq!(browser.console(), Vec::<String>::new());
}

/// Time in which whatever might happen happens.
fn settle() {
    std::thread::sleep(std::time::Duration::from_millis(400));
}

#[test]
fn a_page_that_changed_shows_itself_anew_where_the_reader_was() {
    let Some(browser) = super::browser() else { return };
    let stage = Stage::new();
    browser.go(&stage.url(PAGE));
    browser.run(
        "document.querySelectorAll('details').forEach((one) => { one.open = true; }); scrollTo(0, 900);",
        &[],
    );
    let place = browser.run("return scrollY;", &[]).as_f64().unwrap();
    assert!(place > 300.0, "the page is long enough to tell: {place}");
    mark(&browser);
    stage.change(PAGE, "Compiled from plain text", "Compiled anew");
    is_loaded_anew(&browser);
    assert!(browser.text("return document.querySelector('footer').textContent;").contains("Compiled anew"));
    settle();
    let now = browser.run("return scrollY;", &[]).as_f64().unwrap();
    assert!((now - place).abs() < 2.0, "{place}, {now}");
    assert_eq!(
        browser.text("return [...document.querySelectorAll('details')].every((one) => one.open);"),
        "true"
    );
    // What came in above moves the text, and not the reader.
    mark(&browser);
    browser.run("window.before = [...document.querySelectorAll('main [id]:not(svg *)')].filter((one) => one.getBoundingClientRect().top <= 80 && one.offsetHeight).pop();", &[]);
    let id = browser.text("return window.before.id;");
    let top = browser.run("return window.before.getBoundingClientRect().top;", &[]).as_f64().unwrap();
    stage.change(PAGE, "</h1>", "</h1><p>One</p><p>two</p><p>three</p><p>four lines.</p>");
    is_loaded_anew(&browser);
    settle();
    let now = browser
        .run("return document.getElementById(arguments[0]).getBoundingClientRect().top;", &[json!(id)]);
    assert!((now.as_f64().unwrap() - top).abs() < 2.0, "{id}: {top}, {now}");
    // The hash stays, and a page that another change leaves as it is stays too.
    let lists = stage.url("killers.html#text=a&sort=0&order=down");
    browser.go(&lists);
    browser.run("scrollTo(0, 200);", &[]);
    mark(&browser);
    stage.change(PAGE, "four lines.", "4 lines.");
    settle();
    assert_eq!(browser.text("return window.isOld === true;"), "true");
    stage.change("killers.html", "<h1>", "<h1>New ");
    is_loaded_anew(&browser);
    assert_eq!(browser.text("return location.href;"), lists);
    browser.until(
        "return Math.abs(scrollY - Math.min(200, document.documentElement.scrollHeight - innerHeight)) < 2;",
    );
    // What all pages wear changes all.
    mark(&browser);
    stage.change("assets/site.css", "74rem", "73rem");
    is_loaded_anew(&browser);
    no_complaints(&browser);
    for path in stage.files.iter() {
        let bytes = std::fs::read(stage.folder.join(path)).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains(".forecastc/"), "{path} holds the script");
    }
}

#[test]
fn what_is_wrong_is_told_over_the_page_until_it_is_mended() {
    let Some(browser) = super::browser() else { return };
    let stage = Stage::new();
    let told = || browser.text(&format!("return {TOLD};"));
    let says = |words: &str| browser.until(&format!("return {TOLD}.includes({});", json!(words)));
    let wrong = |message: &str| {
        stage.server.show(Shown { trouble: Some(trouble(message)), ..stage.shown() });
    };
    browser.go(&stage.url(PAGE));
    mark(&browser);
    wrong("there is no node `DROUGT`");
    for words in [
        "1 error, 1 warning",
        "there is no node `DROUGT`",
        "backbone.pred:41:15",
        "killed by DROUGT",
        "did you mean",
        "<b>bold</b>",
    ] {
        says(words);
    }
    browser.until("return !document.querySelector('forecastc-notice').hidden;");
    assert_eq!(
        browser.text(
            "return document.querySelector('forecastc-notice').shadowRoot.querySelector('pre b') === null;"
        ),
        "true"
    );
    // Escape puts it away; a button at the edge brings it back.
    browser.press("\u{E00C}");
    browser.until(&format!("return {TOLD} === '1 error, 1 warning';"));
    wrong("there is no node `DROUGT`");
    settle();
    assert_eq!(told(), "1 error, 1 warning", "what was put away stays away");
    browser.go(&stage.url("index.html"));
    says("1 error, 1 warning");
    settle();
    assert_eq!(told(), "1 error, 1 warning", "on the next page too");
    browser.run(
        "document.querySelector('forecastc-notice').shadowRoot.querySelector('button.pill').click();",
        &[],
    );
    says("did you mean");
    browser.run(
        "document.querySelector('forecastc-notice').shadowRoot.querySelector('button.close').click();",
        &[],
    );
    wrong("another fault");
    says("another fault");
    // A mended network whose pages are as they were takes it away without loading anything.
    mark(&browser);
    stage.server.show(stage.shown());
    browser.until(&format!("return {TOLD} === '' && document.querySelector('forecastc-notice').hidden;"));
    assert_eq!(browser.text("return window.isOld === true;"), "true");
    no_complaints(&browser);
    // There may be trouble from the start.
    stage.server.show(Shown { trouble: Some(trouble("from the start")), ..Shown::default() });
    browser.go(&stage.url(""));
    says("from the start");
    mark(&browser);
    stage.server.show(stage.shown());
    is_loaded_anew(&browser);
    browser.until("return Boolean(document.querySelector('a.brand'));");
}

#[test]
fn tabs_that_nobody_sees_wait_and_catch_up() {
    let Some(browser) = super::browser() else { return };
    let stage = Stage::new();
    let mut tabs = vec![browser.current_tab()];
    browser.go(&stage.url(PAGE));
    mark(&browser);
    // More than a browser has connections to one place.
    for _ in 0..9 {
        tabs.push(browser.tab());
        browser.go(&stage.url(PAGE));
        mark(&browser);
    }
    settle();
    stage.change(PAGE, "</h1>", " changed</h1>");
    is_loaded_anew(&browser);
    let (last, rest) = tabs.split_last().unwrap();
    for tab in rest {
        browser.look_into(tab);
        if browser.text("return document.hidden;") == "true" {
            assert_eq!(browser.text("return window.isOld === true;"), "true");
        }
        browser.show(tab);
        is_loaded_anew(&browser);
        assert!(browser.text("return document.querySelector('h1').textContent;").ends_with(" changed"));
    }
    // The tab that was used last is led to the page that was written; the others stay.
    browser.show(last);
    browser.run("dispatchEvent(new Event('pointerdown'));", &[]);
    settle();
    stage.server.show(Shown { jump: Some("index.html".to_owned()), ..stage.shown() });
    browser.until("return location.pathname === '/index.html' && document.readyState === 'complete';");
    browser.show(&tabs[0]);
    settle();
    assert_eq!(browser.text("return location.pathname;"), format!("/{PAGE}"));
    for tab in &tabs {
        browser.show(tab);
        no_complaints(&browser);
    }
}

#[test]
fn a_page_waits_for_a_server_that_went_away() {
    let Some(browser) = super::browser() else { return };
    let stage = Stage::new();
    let port = stage.server.addresses()[0].port();
    browser.go(&stage.url(PAGE));
    mark(&browser);
    let Stage { _around, folder, files, server } = stage;
    drop(server);
    browser.until(&format!("return {TOLD}.includes('has stopped');"));
    let full = folder.join(PAGE);
    let text = std::fs::read_to_string(&full).unwrap();
    std::fs::write(&full, text.replace("</h1>", " changed</h1>")).unwrap();
    let server = (0..200).find_map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        Server::start(Some(port)).ok()
    });
    let server = server.unwrap();
    server.show(Shown { folder, files, ..Shown::default() });
    is_loaded_anew(&browser);
    assert!(browser.text("return document.querySelector('h1').textContent;").ends_with(" changed"));
    assert_eq!(browser.text(&format!("return {TOLD};")), "");
}
