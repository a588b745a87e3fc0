//! Every page of the example opens without a complaint, from the disk and from a sub-path of a server.

use serde_json::json;

use super::driver::{Browser, address};
use super::server::serve;
use crate::example::{example, kinds, pages};

/// Remembers what the policy of a page forbids, and what goes wrong in scripts.
const LISTEN: &str = "
    window.complaints = [];
    addEventListener('securitypolicyviolation', (event) => complaints.push(event.violatedDirective + ' ' + event.blockedURI), true);
    addEventListener('error', (event) => complaints.push('error ' + (event.message ?? event.target.src ?? event.target.href)), true);
    addEventListener('unhandledrejection', (event) => complaints.push('rejection ' + event.reason));";

fn complaints(browser: &Browser, page: &str) -> Option<String> {
    browser.go(page);
    let own = browser.text("return window.complaints.join('; ');");
    let told = browser.console().join("; ");
    (!own.is_empty() || !told.is_empty()).then(|| format!("{page}: {own} {told}"))
}

#[test]
fn no_page_complains_and_none_is_wider_than_a_telephone() {
    let Some(browser) = super::browser() else { return };
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": LISTEN }));
    browser.console();
    let mut all: Vec<String> = Vec::new();
    browser.size(360, 780);
    // The page of what is not there names the path of a server.
    for page in pages().into_iter().filter(|page| page != "404.html") {
        all.extend(complaints(&browser, &address(&example().join(&page))));
        let wide = browser.text(
            "const most = document.documentElement.clientWidth;
             if (document.documentElement.scrollWidth <= most) return '';
             const wide = [...document.querySelectorAll('main *')].filter((one) => one.getBoundingClientRect().right > most + 1 && !one.closest('.scroll, pre, svg'));
             return document.documentElement.scrollWidth + ' wide, ' + wide.slice(0, 3).map((one) => one.tagName + '.' + one.className).join(' ');",
        );
        if !wide.is_empty() {
            all.push(format!("{page}: {wide}"));
        }
    }
    browser.size(1280, 900);
    let root = serve(example());
    for page in kinds() {
        all.extend(complaints(&browser, &format!("{root}{page}")));
    }
    assert!(all.is_empty(), "{} complaints:\n{}", all.len(), all.join("\n"));
}
