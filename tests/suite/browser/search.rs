//! Search finds what is meant, and keys lead through what it found.

use super::driver::{Browser, address};
use crate::example::example;

fn found(browser: &Browser, query: &str) -> Vec<String> {
    browser.go("about:blank");
    browser.go(&format!("{}#q={}", address(&example().join("search.html")), query.replace(' ', "%20")));
    let ids = browser.run(
        "return [...document.querySelectorAll('#search-results a')].map((one) => one.querySelector('.id')?.textContent ?? one.textContent);",
        &[],
    );
    ids.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

#[test]
fn it_finds_by_id_title_text_tag_and_predictor_also_with_letters_wrong() {
    let Some(browser) = super::browser() else { return };
    for query in
        ["OPEN_BACKBONE", "open_backbone", "opeen backbone", "open backbnoe", "models run locally become"]
    {
        assert_eq!(found(&browser, query).first().map(String::as_str), Some("OPEN_BACKBONE"), "{query}");
    }
    for query in ["bakcbone", "decentralised", "backbo"] {
        assert!(found(&browser, query).contains(&"OPEN_BACKBONE".to_owned()), "{query}");
    }
    // A tag, a predictor, a domain: each has an entry of its own and leads to what bears it.
    for kind in ["tag", "predictor", "domain"] {
        let entry = browser.run(
            "const all = JSON.parse(document.getElementById('fc-data').textContent);
             const bearers = (entry) => all.filter((one) => one.words?.includes(entry.title)).map((one) => one.id);
             const entry = all.find((one) => one.kind === arguments[0] && bearers(one).length);
             return [entry.id || entry.title, entry.title, bearers(entry)];",
            &[kind.into()],
        );
        let (own, title) = (entry[0].as_str().unwrap(), entry[1].as_str().unwrap());
        let all = found(&browser, title);
        assert!(all.iter().any(|one| one == own), "{kind} {title}: {all:?}");
        for bearer in entry[2].as_array().unwrap() {
            assert!(all.len() == 40 || all.iter().any(|one| bearer == one), "{kind} {title}: no {bearer}");
        }
    }
    assert!(found(&browser, "zzyzx").is_empty());
    let told = browser.text("return document.getElementById('search-count').textContent;");
    assert!(told.contains("zzyzx"), "{told}");
    assert!(found(&browser, "<img src=x onerror=alert(1)>").is_empty());
    assert!(!found(&browser, "models").is_empty());
    assert_eq!(
        browser.text("return document.querySelector('#search-results mark').textContent.toLowerCase();"),
        "models"
    );
    // What an address cannot say is told.
    browser.run("location.hash = '#q=%E0%A4%A';", &[]);
    browser
        .until("return document.getElementById('search-count').textContent.includes('could not be read');");
}

#[test]
fn keys_walk_through_what_it_found_and_follow() {
    let Some(browser) = super::browser() else { return };
    found(&browser, "");
    browser.press("backbone");
    assert_eq!(browser.text("return location.hash;"), "#q=backbone");
    let focused =
        || browser.text("return document.activeElement.getAttribute('href') ?? document.activeElement.id;");
    browser.press("\u{E015}");
    let first = focused();
    browser.press("\u{E015}");
    let second = focused();
    assert!(first.ends_with("OPEN_BACKBONE.html") && second != first, "{first}, {second}");
    browser.press("\u{E013}\u{E013}");
    assert_eq!(focused(), "search-query");
    browser.press("\u{E00C}");
    assert_eq!(browser.text("return document.getElementById('search-query').value + location.hash;"), "");
    browser.press("backbone\u{E015}\u{E007}");
    browser.until("return location.pathname.endsWith('/node/OPEN_BACKBONE.html');");
}
