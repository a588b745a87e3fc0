//! Text is shown as it is typed: no element, attribute, script or template comes of it, in whatever field it stands.

use html5gum::{DefaultEmitter, Token, Tokenizer};

use super::{everything, site};

/// What people type to make a page do something, and what merely looks like it.
const TEXTS: [&str; 16] = [
    "<script>alert(1)</script>",
    "</script><script src=//evil.example/x></script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "{{ 7*7 }}",
    "{% raw %}{{ page }}",
    "{# gone #}",
    "javascript:alert(1)",
    "]]><x/>",
    "--><b>bold</b><!--",
    "&lt;b&gt; &amp;amp; &#x3c;",
    "</title></style></textarea><svg onload=alert(1)>",
    "=HYPERLINK(1),x",
    "\u{5d0}\u{5d1} \u{627}\u{644} \u{200d} e\u{301}",
    "<a href=\"javascript:alert(1)\">x</a>",
    "__proto__ constructor \u{1f469}\u{200d}\u{1f52c}",
];

/// Before and after each text, so that it is found again.
const MARKS: [&str; 2] = ["Zq", "qZ"];

/// What each field says: its text between marks. Prose is Markdown and may come out otherwise, as text too.
fn say<'a>(text: &'a str) -> impl Fn(&str) -> String + use<'a> {
    move |field| {
        let [before, after] = if field.starts_with("prose ") { ["Zp", "pZ"] } else { MARKS };
        format!("{before}{text}{after}")
    }
}

/// What a browser makes of a page: its elements with their attributes, and its text.
struct Page {
    elements: Vec<(String, Vec<(String, String)>)>,
    text: String,
}

fn parse(html: &str) -> Page {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut page = Page { elements: Vec::new(), text: String::new() };
    let words = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        match token {
            Token::StartTag(tag) => {
                let attributes = tag.attributes.iter().map(|(name, value)| (words(name), words(value)));
                page.elements.push((words(&tag.name), attributes.collect()));
            }
            Token::String(text) => {
                let text = words(&text);
                // Data for scripts, and raw data that is shown, hold texts in the way of JSON.
                let is_data = page.elements.last().is_some_and(|(name, _)| name == "script" || name == "pre");
                match serde_json::from_str(&text) {
                    Ok(data) if is_data => strings(&data, &mut page.text),
                    _ => page.text.push_str(&text),
                }
            }
            Token::Comment(comment) => panic!("a comment: {}", words(&comment)),
            Token::EndTag(_) | Token::Doctype(_) => {}
            Token::Error(error) => panic!("{error:?} in {html}"),
        }
    }
    page
}

/// Every string in data, one after the other.
fn strings(data: &serde_json::Value, out: &mut String) {
    match data {
        // Rows of worlds are no text of anybody.
        serde_json::Value::String(text) if text.len() > 200 && !text.contains(' ') => {}
        serde_json::Value::String(text) => out.push_str(text),
        serde_json::Value::Array(all) => all.iter().for_each(|one| strings(one, out)),
        serde_json::Value::Object(all) => all.values().for_each(|one| strings(one, out)),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}

/// The elements of a page with the names of their attributes.
fn shape(page: &Page) -> Vec<String> {
    let of = |(name, attributes): &(String, Vec<(String, String)>)| {
        let names: Vec<&str> = attributes.iter().map(|(name, _)| name.as_str()).collect();
        format!("{name} {}", names.join(" "))
    };
    page.elements.iter().map(of).collect()
}

fn check_elements(path: &str, page: &Page) {
    for (name, attributes) in &page.elements {
        assert!(!["iframe", "object", "embed", "base", "style"].contains(&name.as_str()), "{path}: <{name}>");
        let is_filter = attributes.iter().any(|(name, value)| name == "class" && value == "filters");
        assert!(name != "form" || is_filter, "{path}: a form that is not ours");
        for (attribute, value) in attributes {
            assert!(!attribute.starts_with("on") && attribute != "style", "{path}: <{name} {attribute}>");
            if ["href", "src", "action", "data"].contains(&attribute.as_str()) {
                let scheme = value.split(['/', '?', '#']).next().unwrap();
                let is_outside =
                    name == "a" && ["http:", "https:", "mailto:"].iter().any(|one| value.starts_with(one));
                let is_about = name == "link" && value.starts_with("https://example.org/");
                let is_own = !scheme.contains(':') && !value.starts_with("//");
                assert!(is_own || is_outside || is_about, "{path}: <{name} {attribute}={value:?}>");
            }
        }
        let src = attributes.iter().find(|(name, _)| name == "src").map(|(_, value)| value.as_str());
        let kind = attributes.iter().find(|(name, _)| name == "type").map(|(_, value)| value.as_str());
        let is_ours = src.is_some_and(|src| src.contains("assets/")) || kind == Some("application/json");
        assert!(name != "script" || is_ours, "{path}: a script that is not ours");
    }
}

/// Every text between marks is the one that was typed, unless it was cut.
fn check_texts(path: &str, shown: &str, text: &str) -> usize {
    let pieces: Vec<&str> = shown.split(MARKS[0]).skip(1).collect();
    for piece in &pieces {
        let whole = piece.starts_with(&format!("{text}{}", MARKS[1]));
        let cut = piece
            .split('…')
            .next()
            .is_some_and(|head| piece.contains('…') && text.starts_with(head.trim_end()));
        assert!(whole || cut, "{path}: {text:?} became {:?}", piece.chars().take(80).collect::<String>());
    }
    pieces.len()
}

#[test]
fn no_text_becomes_anything_but_text_on_a_page() {
    let plain = site(&everything(say("plain")), "plain");
    for text in TEXTS {
        let files =
            site(&everything(say(text)), &format!("# Zp{text}pZ\n\nZp{text}pZ [x]({text}) ![y]({text})"));
        let mut seen = 0;
        for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".html")) {
            let page = parse(std::str::from_utf8(bytes).unwrap());
            check_elements(path, &page);
            seen += check_texts(path, &page.text, text);
            for (_, attributes) in &page.elements {
                for (_, value) in attributes {
                    check_texts(path, value, text);
                }
            }
            // Pages whose prose is no Markdown have the same elements whatever the text.
            if path == "404.html" || path == "node/OLD.html" {
                let other = parse(std::str::from_utf8(&plain[path]).unwrap());
                assert_eq!(shape(&page), shape(&other), "{path}: {text}");
            }
        }
        assert!(seen > 10, "{text:?} is on {seen} places of pages only");
    }
}

#[test]
fn feeds_are_well_formed_and_say_what_was_typed() {
    for text in TEXTS {
        let files = site(&everything(say(text)), "");
        for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".xml")) {
            let words = std::str::from_utf8(bytes).unwrap();
            let tree = roxmltree::Document::parse(words).unwrap_or_else(|fault| panic!("{path}: {fault}"));
            for node in tree.descendants().filter(|node| node.is_text()) {
                check_texts(path, node.text().unwrap(), text);
            }
            let names = [
                "feed",
                "title",
                "id",
                "updated",
                "published",
                "author",
                "name",
                "link",
                "generator",
                "entry",
            ];
            let more = ["category", "content", "urlset", "url", "loc"];
            for node in tree.descendants().filter(roxmltree::Node::is_element) {
                let name = node.tag_name().name();
                assert!(names.contains(&name) || more.contains(&name), "{path}: <{name}>");
            }
        }
        let feed = String::from_utf8(files["feed.xml"].clone()).unwrap();
        let tree = roxmltree::Document::parse(&feed).unwrap();
        let contents =
            tree.descendants().filter(|node| node.has_tag_name(("http://www.w3.org/2005/Atom", "content")));
        assert!(
            contents.filter(|node| node.text().unwrap().contains(&format!("Zp{text}pZ"))).count() > 3,
            "{text}"
        );
    }
}

#[test]
fn json_tables_and_calendars_say_what_was_typed() {
    for text in TEXTS {
        let typed = say(text);
        let files = site(&everything(&typed), "");
        let json: serde_json::Value = serde_json::from_slice(&files["network.json"]).unwrap();
        assert_eq!(json["title"], typed("x"));
        assert_eq!(json["text"], typed("prose x"));
        let pre = json["nodes"].as_array().unwrap().iter().find(|node| node["id"] == "PRE").unwrap();
        assert_eq!(pre["title"], typed("x"));
        assert_eq!(pre["quote"][0], typed("prose x"));
        for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".json")) {
            let value: Result<serde_json::Value, _> = serde_json::from_slice(bytes);
            assert!(value.is_ok(), "{path}: {text}");
        }
        let csv = String::from_utf8(files["nodes.csv"].clone()).unwrap();
        let rows = records(&csv);
        let width = rows[0].len();
        assert!(rows.iter().all(|row| row.len() == width), "{text}");
        let row = rows.iter().find(|row| row[0] == "PRE").unwrap();
        assert_eq!(row[2], typed("x"));
        let calendar = String::from_utf8(files["calendar.ics"].clone()).unwrap();
        assert!(calendar.split("\r\n").all(|line| line.len() <= 75), "{text}");
        let unfolded = calendar.replace("\r\n ", "");
        let begins =
            ["BEGIN", "END", "VERSION", "PRODID", "CALSCALE", "X-WR-CALNAME", "UID", "DTSTAMP", "DTSTART;"];
        let more = ["SUMMARY:", "DESCRIPTION:", "URL:", "CATEGORIES:", "TRANSP:"];
        for line in unfolded.split("\r\n").filter(|line| !line.is_empty()) {
            assert!(begins.iter().chain(&more).any(|name| line.starts_with(name)), "{line}");
        }
    }
}

/// The rows of a CSV file, as RFC 4180 reads them.
fn records(csv: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut signs = csv.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '"' if quoted && signs.peek() == Some(&'"') => cell.push(signs.next().unwrap()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            other => cell.push(other),
        }
    }
    rows
}
