//! The laboratory agrees with the engine, and is at hand by mouse, keys and address.

use std::collections::BTreeMap;

use forecastc::answers::whatif::whatif;
use forecastc::forecast::{self, Forecast, Settings, Way};
use forecastc::model::{Model, NodeId};
use forecastc::site::{Edition, Site, Templates};
use forecastc::source::Sources;
use forecastc::value::Date;
use serde_json::{Value, json};

use super::driver::{Browser, address};
use crate::example::{TODAY, example, forecastc};

/// So many states are compared, each of three nodes.
const STATES: usize = 60;
/// What is shown is rounded to a tenth of a point, and so is its error.
const ROUNDING: f64 = 0.000_5;

/// What the page shows: by id, the probability and its standard error as they stand there.
const SHOWN: &str = "
    return [...document.querySelectorAll('#lab-groups li[data-place]')].map((row) => {
        const text = (name) => row.querySelector(name)?.textContent ?? '';
        return [row.querySelector('.id').textContent, text('.chance'), text('.error'), text('.lab-by span:last-child')];
    });";
const LEFT: &str = "return document.getElementById('lab-verdict').textContent;";

fn laboratory(browser: &Browser, hash: &str) {
    browser.go("about:blank");
    browser.go(&format!("{}{hash}", address(&example().join("laboratory.html"))));
}

/// By id, what the page shows of nodes of which nothing is supposed; none where it says that it is too rare.
fn shown(browser: &Browser) -> Option<BTreeMap<String, (f64, f64)>> {
    let mut all = BTreeMap::new();
    for row in browser.run(SHOWN, &[]).as_array().unwrap() {
        let [id, chance, error] = [0, 1, 2].map(|place| row[place].as_str().unwrap());
        match chance {
            "too rare" => return None,
            "yes" | "no" => continue,
            _ => {}
        }
        // A bound is as good as the end that it is near.
        let number: f64 = match (chance.strip_prefix('<'), chance.strip_prefix('>')) {
            (Some(_), _) => 0.0,
            (_, Some(_)) => 100.0,
            _ => chance.trim_end_matches('%').parse().unwrap(),
        };
        let bound: f64 = chance.trim_start_matches(['<', '>']).trim_end_matches('%').parse().unwrap();
        let error = if error.is_empty() { 0.0 } else { error[2..].parse().unwrap() };
        let slack = if chance.starts_with(['<', '>']) { (number - bound).abs() / 2.0 } else { 0.0 };
        all.insert(id.to_owned(), (number / 100.0, f64::max(error, slack) / 100.0));
    }
    Some(all)
}

/// A number that follows from the one before (splitmix64).
fn next(seed: &mut u64) -> usize {
    *seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (z ^ (z >> 31)) as usize
}

#[test]
fn it_agrees_with_what_if_on_random_states_of_three_nodes() {
    let Some(browser) = super::browser() else { return };
    let sources = forecastc::disk::load(&crate::root().join("predictions")).unwrap();
    let today = Date::parse(TODAY).unwrap();
    let model = forecastc::compile(&sources, today).model;
    let forecast = forecast::evaluate(&model, today, &Settings::default());
    laboratory(&browser, "");
    println!("{}", agrees(&browser, &model, &forecast, STATES));
}

/// Where nodes are tied too closely for tables, the page counts in worlds of the same sampling, and says how far off
/// both may be.
#[test]
fn it_agrees_with_what_if_where_numbers_are_sampled() {
    let Some(browser) = super::browser() else { return };
    let mut seed = 11;
    let mut text = String::new();
    for number in 0..70 {
        text.push_str(&format!(
            "scenario S{number:02} \"Scenario {number}\" {{\n    probability {}%\n",
            25 + next(&mut seed) % 50
        ));
        let mut needs: Vec<usize> = (0..6).map(|_| next(&mut seed) % number.max(1)).collect();
        needs.sort_unstable();
        needs.dedup();
        for other in needs.iter().filter(|_| number > 0) {
            text.push_str(&format!("    moves with S{other:02} x{}\n", 2 + next(&mut seed) % 2));
        }
        text.push_str("}\n");
    }
    let sources = Sources::single(&text);
    let today = Date::parse(TODAY).unwrap();
    let compiled = forecastc::compile(&sources, today);
    assert!(
        !compiled.diagnostics.has_errors(),
        "{}",
        forecastc::diagnostic::short(&compiled.diagnostics, &sources)
    );
    let forecast = forecast::evaluate(&compiled.model, today, &Settings::default());
    assert!(compiled.model.nodes().all(|(id, _)| forecast.now(id).is_some_and(|now| !now.is_exact)));
    let folder = tempfile::tempdir().unwrap();
    let templates = Templates::new(BTreeMap::new()).unwrap();
    let edition = Edition::new(&compiled.model, &sources, &forecast, &Default::default());
    let site = Site::new(&edition, &templates);
    for file in site.files() {
        let path = folder.path().join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, site.bytes(file).unwrap()).unwrap();
    }
    browser.go(&address(&folder.path().join("laboratory.html")));
    println!("{}", agrees(&browser, &compiled.model, &forecast, STATES / 3));
}

/// Sets three nodes at a time in the open page, and holds what it shows against the engine. Says how well they agree.
fn agrees(browser: &Browser, model: &Model, forecast: &Forecast, states_wanted: usize) -> String {
    let is_open =
        |id: NodeId| forecast.now(id).is_some_and(|now| now.probability > 0.0 && now.probability < 1.0);
    let open: Vec<NodeId> =
        model.nodes().filter(|(id, node)| !node.private && is_open(*id)).map(|(id, _)| id).collect();
    let (mut seed, mut compared, mut rare) = (7, 0, 0);
    let mut offs: Vec<f64> = Vec::new();
    while compared < states_wanted {
        let mut states: BTreeMap<NodeId, bool> = BTreeMap::new();
        while states.len() < 3 {
            let node = open[next(&mut seed) % open.len()];
            states.insert(node, !next(&mut seed).is_multiple_of(3));
        }
        let states: Vec<(NodeId, bool)> = states.into_iter().collect();
        let pairs: Vec<String> = states
            .iter()
            .map(|(node, state)| format!("{}={}", model.node(*node).id, if *state { "yes" } else { "no" }))
            .collect();
        browser.run("location.hash = arguments[0];", &[json!(pairs.join("&"))]);
        browser.until(&format!(
            "return document.getElementById('lab-whatif').textContent === 'forecastc whatif {}';",
            pairs.join(" ")
        ));
        let left = browser.text(LEFT);
        let shown = shown(browser);
        let Ok(moves) = whatif(model, forecast, &states, Way::Observed) else {
            assert!(shown.is_none() && left.contains("none of"), "{pairs:?} is impossible: {left}");
            continue;
        };
        let Some(shown) = shown else {
            assert!(left.contains("The command below"), "{left}");
            rare += 1;
            assert!(rare < 2 * STATES, "nearly everything is too rare");
            continue;
        };
        assert!(shown.len() > 50 && shown.len() <= open.len() - states.len());
        let moves: BTreeMap<NodeId, (f64, f64)> =
            moves.iter().map(|moved| (moved.node, (moved.to, moved.error))).collect();
        for node in open.iter().filter(|node| shown.contains_key(model.node(**node).id.as_ref())) {
            let now = forecast.now(*node).unwrap();
            let (to, error) = moves.get(node).copied().unwrap_or((now.probability, now.error));
            let id = model.node(*node).id.as_ref();
            let (counted, own) = shown[id];
            let off = ((to - counted).abs() - ROUNDING).max(0.0);
            let allowed = own.hypot(error) + ROUNDING / 2.0;
            assert!(
                off <= 4.0 * allowed,
                "{pairs:?}: {id} is {to:.4} and shown {counted:.4} ± {own:.4}, {left}"
            );
            offs.push(off / allowed);
        }
        compared += 1;
    }
    let share = |most: f64| offs.iter().filter(|off| **off <= most).count() as f64 / offs.len() as f64;
    assert!(share(1.96) >= 0.93, "{}", share(1.96));
    format!(
        "{compared} states, {rare} too rare, {} numbers: {:.1}% within 1 error, {:.1}% within 1.96",
        offs.len(),
        100.0 * share(1.0),
        100.0 * share(1.96)
    )
}

#[test]
fn it_agrees_with_the_command_that_it_names() {
    let Some(browser) = super::browser() else { return };
    laboratory(&browser, "#OPEN_BACKBONE=yes&TK05=no");
    let command = browser.text("return document.getElementById('lab-whatif').textContent;");
    assert_eq!(command, "forecastc whatif OPEN_BACKBONE=yes TK05=no");
    let mut words: Vec<&str> = command.split(' ').skip(1).collect();
    words.extend(["--format", "json"]);
    let answer: Value = serde_json::from_str(&forecastc(&words)).unwrap();
    let shown = shown(&browser).unwrap();
    let moves = answer["moves"].as_array().unwrap();
    assert!(moves.len() > 10);
    for moved in moves {
        let (to, error) = (moved["to"].as_f64().unwrap(), moved["error"].as_f64().unwrap());
        // What is private is not on the page.
        let Some((counted, own)) = shown.get(moved["id"].as_str().unwrap()) else { continue };
        assert!((to - counted).abs() <= 4.0 * own.hypot(error) + ROUNDING, "{moved}: {counted} ± {own}");
    }
    // The list of movers begins with the greatest.
    let first = browser.text("return document.querySelector('#lab-movers .id').textContent;");
    let by = |id: &str| {
        moves.iter().find(|one| one["id"] == id).map_or(0.0, |one| one["by"].as_f64().unwrap().abs())
    };
    assert!(by(&first) > by(moves[0]["id"].as_str().unwrap()) - 0.02, "{first}");
}

#[test]
fn what_is_supposed_is_in_the_address_and_comes_back_from_it() {
    let Some(browser) = super::browser() else { return };
    let hash = || browser.text("return location.hash;");
    let chips = || {
        browser.text("return [...document.querySelectorAll('.lab-chip')].map((one) => one.querySelector('.id').textContent + ' ' + one.querySelector('strong').textContent).join(', ');")
    };
    let click = |what: &str| browser.run("document.querySelector(arguments[0]).click();", &[json!(what)]);
    laboratory(&browser, "");
    assert_eq!((hash().as_str(), chips().as_str()), ("", ""));
    click("button[aria-label='OPEN_BACKBONE yes']");
    click("button[aria-label='TK05 no']");
    assert_eq!(hash(), "#OPEN_BACKBONE=yes&TK05=no");
    assert_eq!(chips(), "OPEN_BACKBONE yes, TK05 no");
    let before = browser.run(SHOWN, &[]);
    laboratory(&browser, &hash());
    assert_eq!(browser.run(SHOWN, &[]), before);
    // The same button takes it back; undo and reset do what they say.
    click("button[aria-label='TK05 no']");
    assert_eq!(hash(), "#OPEN_BACKBONE=yes");
    click("#lab-undo");
    assert_eq!(hash(), "#OPEN_BACKBONE=yes&TK05=no");
    click("#lab-reset");
    assert_eq!((hash().as_str(), chips().as_str()), ("", ""));
    click("#lab-undo");
    assert_eq!(chips(), "OPEN_BACKBONE yes, TK05 no");
    // Another address in the same page.
    browser.run("location.hash = '#TK05=yes';", &[]);
    browser.until("return document.querySelectorAll('.lab-chip').length === 1;");
    assert_eq!(chips(), "TK05 yes");
    // A link that starts it.
    laboratory(&browser, "");
    click(".lab-starters a");
    browser.until("return document.querySelectorAll('.lab-chip').length === 1;");
}

#[test]
fn keys_lead_through_its_list() {
    let Some(browser) = super::browser() else { return };
    laboratory(&browser, "");
    let focused = || {
        browser.text("return document.activeElement.getAttribute('aria-label') ?? document.activeElement.id;")
    };
    browser.run("document.getElementById('lab-filter').focus();", &[]);
    browser.press("backbone");
    let rows = "return document.querySelectorAll('#lab-groups li[data-place]').length;";
    let few = browser.run(rows, &[]).as_u64().unwrap();
    assert!((2..20).contains(&few), "{few}");
    browser.press("\u{E004}");
    let first = focused();
    assert!(first.ends_with(" yes"), "{first}");
    browser.press("\u{E015}\u{E014}");
    let second = focused();
    assert!(second.ends_with(" no") && second != first, "{second}");
    browser.press("n");
    let id = second.trim_end_matches(" no");
    assert_eq!(browser.text("return location.hash;"), format!("#{id}=no"));
    browser.press("y");
    assert_eq!(browser.text("return location.hash;"), format!("#{id}=yes"));
    browser.press("u");
    assert_eq!(browser.text("return location.hash;"), format!("#{id}=no"));
    browser.press("\u{E017}");
    assert_eq!(browser.text("return location.hash;"), "");
    assert_eq!(focused(), second);
}

#[test]
fn it_says_what_it_cannot_count_and_what_it_cannot_read() {
    let Some(browser) = super::browser() else { return };
    let note = || browser.text("return document.getElementById('lab-note').textContent;");
    laboratory(&browser, "");
    // So many unlikely things at once are in no world.
    let rare: Value = browser.run(
        "return JSON.parse(document.getElementById('fc-data').textContent).nodes.filter((node) => node.bits)
            .sort((one, other) => one.now - other.now).slice(0, 5).map((node) => node.id + '=yes').join('&');",
        &[],
    );
    let rare = rare.as_str().unwrap();
    laboratory(&browser, &format!("#{rare}"));
    let told = browser.text(LEFT);
    assert!(told.contains("of 32,768 worlds") && told.contains("The command below"), "{told}");
    assert!(shown(&browser).is_none());
    let command = browser.text("return document.getElementById('lab-whatif').textContent;");
    assert_eq!(command, format!("forecastc whatif {}", rare.replace('&', " ")));

    laboratory(&browser, "#OPEN_BACKBONE=yes&__proto__=yes&OPEN_BACKBONE=no&TK05=maybe");
    let told = note();
    assert!(told.contains("__proto__") && told.contains("twice") && told.contains("TK05=maybe"), "{told}");
    assert_eq!(browser.text("return document.querySelectorAll('.lab-chip').length;"), "1");
    laboratory(&browser, &format!("#{}", "A=yes&".repeat(1_000)));
    assert!(note().contains("longer than 4096"), "{}", note());
    // Settled nodes have no buttons, and no address sets them.
    let settled = browser.text("return document.querySelector('.lab-settled .id').textContent;");
    laboratory(&browser, &format!("#{settled}=no"));
    assert!(note().contains(&format!("{settled} is settled")), "{}", note());
}
