//! Lists that follow the contract of `site.js` sort and filter; the theme stays; keys lead from page to page.

use serde_json::json;

use super::driver::{Browser, address};
use super::server::serve;
use crate::example::example;

const LIST: &str = include_str!("list.html");

fn rows(browser: &Browser) -> String {
    browser.text(
        "return [...document.querySelectorAll('tbody tr')].filter((row) => !row.hidden).map((row) => row.cells[0].textContent).join(' ');",
    )
}

fn click(browser: &Browser, what: &str) {
    browser.run("document.querySelector(arguments[0]).click();", &[json!(what)]);
}

fn set(browser: &Browser, name: &str, value: &str) {
    browser.run(
        "const control = document.querySelector('form.filters').elements[arguments[0]];
         if (control.type === 'checkbox') control.checked = Boolean(arguments[1]); else control.value = arguments[1];
         control.dispatchEvent(new Event('input', { bubbles: true }));",
        &[json!(name), json!(value)],
    );
}

#[test]
fn a_list_sorts_filters_and_keeps_its_state_in_the_address() {
    let Some(browser) = super::browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("assets")).unwrap();
    for asset in ["site.js", "site.css", "theme.js"] {
        let asset = format!("assets/{asset}");
        std::fs::copy(example().join(&asset), folder.path().join(&asset)).unwrap();
    }
    let page = folder.path().join("list.html");
    std::fs::write(&page, LIST).unwrap();
    let hash = || browser.text("return location.hash;");
    let told = || browser.text("return document.querySelector('.shown').textContent;");
    browser.go(&address(&page));
    assert_eq!(rows(&browser), "A10 A9 B1 C1");
    assert_eq!(told(), "4 shown.");
    // As words, in which numbers count as numbers; down; and as it was.
    let sorted = |column: usize| {
        browser.text(&format!("return document.querySelectorAll('th')[{column}].getAttribute('aria-sort');"))
    };
    for (rows_are, aria) in
        [("A9 A10 B1 C1", "ascending"), ("C1 B1 A10 A9", "descending"), ("A10 A9 B1 C1", "null")]
    {
        click(&browser, "th:nth-child(1) button");
        assert_eq!((rows(&browser).as_str(), sorted(0).as_str()), (rows_are, aria));
    }
    // Numbers begin with the greatest; what has none comes last both ways.
    click(&browser, "th:nth-child(2) button");
    assert_eq!((rows(&browser).as_str(), hash().as_str()), ("C1 A10 A9 B1", "#sort=1&order=down"));
    click(&browser, "th:nth-child(2) button");
    assert_eq!(rows(&browser), "A9 A10 C1 B1");
    assert_eq!(browser.text("return document.querySelectorAll('th button').length;"), "2");

    set(&browser, "domain", "ai");
    assert_eq!((rows(&browser).as_str(), told().as_str()), ("A9 A10", "2 of 4 shown."));
    set(&browser, "tags", "chips");
    assert_eq!(rows(&browser), "A10");
    set(&browser, "domain", "");
    set(&browser, "tags", "");
    set(&browser, "text", "third A TITLE");
    set(&browser, "state", "open");
    assert_eq!(rows(&browser), "B1");
    let address_now = browser.text("return location.href;");
    assert_eq!(hash(), "#text=third%20A%20TITLE&state=open&sort=1&order=up");
    browser.go("about:blank");
    browser.go(&address_now);
    assert_eq!(
        (rows(&browser).as_str(), hash().as_str()),
        ("B1", "#text=third%20A%20TITLE&state=open&sort=1&order=up")
    );
    browser.run("location.hash = '#kind=killer&kind2=x&sort=9&tags=nosuch';", &[]);
    browser.until("return document.querySelector('.shown').textContent.includes('Left out');");
    assert_eq!(
        (rows(&browser).as_str(), told().as_str()),
        ("C1", "1 of 4 shown. Left out of the address: sort, tags, kind2.")
    );
    assert_eq!(browser.console(), Vec::<String>::new());
}

#[test]
fn every_list_of_the_site_keeps_the_contract() {
    let Some(browser) = super::browser() else { return };
    for page in crate::example::kinds() {
        browser.go(&address(&example().join(&page)));
        let faults = browser.text(
            "const faults = [];
             for (const form of document.querySelectorAll('form.filters')) {
                 const table = document.getElementById(form.dataset.for);
                 if (!table) { faults.push('no table ' + form.dataset.for); continue; }
                 if (form.hidden || !form.querySelector('.shown').textContent) faults.push('not shown');
                 for (const control of form.elements) {
                     if (!control.name || control.name === 'text') continue;
                     if (![...table.tBodies[0].rows].some((row) => control.name in row.dataset)) faults.push('no row has data-' + control.name);
                 }
             }
             for (const table of document.querySelectorAll('table.sortable')) {
                 const before = [...table.tBodies[0].rows].length;
                 for (const button of table.querySelectorAll('th button.sort')) { button.click(); button.click(); button.click(); }
                 if (!table.querySelector('th button.sort')) faults.push('nothing to sort by');
                 if (table.tBodies[0].rows.length !== before) faults.push('rows got lost');
             }
             return faults.join('; ');",
        );
        assert_eq!(faults, "", "{page}");
    }
}

#[test]
fn a_theme_that_was_chosen_stays() {
    let Some(browser) = super::browser() else { return };
    let root = serve(example());
    let theme = || browser.text("return document.documentElement.dataset.theme ?? '';");
    let paper = || browser.text("return getComputedStyle(document.body).backgroundColor;");
    browser.prefer("light");
    browser.go(&format!("{root}index.html"));
    let light = paper();
    assert_eq!(theme(), "");
    click(&browser, ".theme");
    assert_eq!(theme(), "dark");
    let dark = paper();
    assert_ne!(dark, light);
    browser.go(&format!("{root}node/OPEN_BACKBONE.html"));
    assert_eq!((theme(), paper()), ("dark".to_owned(), dark));
    click(&browser, ".theme");
    browser.prefer("dark");
    browser.go(&format!("{root}laboratory.html"));
    assert_eq!((theme(), paper()), ("light".to_owned(), light));
}

#[test]
fn keys_lead_to_pages_and_a_dialog_tells_them() {
    let Some(browser) = super::browser() else { return };
    for root in [serve(example()), format!("{}/", address(example()))] {
        let start = format!("{root}node/OPEN_BACKBONE.html");
        let at = |page: &str| {
            browser.until(&format!(
                "return location.href.split('#')[0] === '{root}{page}' && document.readyState === 'complete';"
            ));
        };
        browser.go(&start);
        browser.press("/");
        at("search.html");
        assert_eq!(browser.text("return document.activeElement.id;"), "search-query");
        browser.go(&start);
        browser.press_with_control('k');
        at("search.html");
        browser.go(&start);
        browser.press("gl");
        at("laboratory.html");
        // A field takes keys for itself.
        browser.run("document.getElementById('lab-filter').focus();", &[]);
        browser.press("gh/?");
        assert_eq!(browser.text("return document.getElementById('lab-filter').value;"), "gh/?");
        browser.go(&start);
        browser.press("?");
        browser.until("return Boolean(document.querySelector('dialog[open]'));");
        let told = browser.text("return document.querySelector('dialog').textContent;");
        assert!(told.contains("search") && told.contains("laboratory"), "{told}");
        browser.press("\u{E00C}");
        browser.until("return !document.querySelector('dialog[open]');");
        browser.press("gh");
        at("index.html");
    }
}
