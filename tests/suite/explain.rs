//! The pages of the manual, `src/diagnostic/explain/<code>.md`: what a diagnostic means, a bad example with what
//! is said of it, and a good one. Both examples are compiled here, so no page can claim what is not so.
//!
//! The wording of a message is asserted on its page and nowhere else. In a bad example `<U+202E>` stands for
//! that character and `<0xFF>` for that byte, which a page could not show.

use std::sync::Arc;

use forecastc::Memory;
use forecastc::diagnostic::{self, Code, Diagnostics, Severity};
use forecastc::forecast::{Method, Settings};
use forecastc::source::{Source, Sources};
use forecastc::value::Date;

const FOLDER: &str = "src/diagnostic/explain";
/// The day of every example.
const TODAY: &str = "2026-06-01";
/// The one document that an example may name, and its text.
const DOCUMENT: (&str, &str) = ("docs/margins.md", "Margins fall.");
/// The fewest characters of prose that can explain anything.
const FEWEST: usize = 150;

/// A page in its parts, each as it stands there.
struct Page<'a> {
    title: &'a str,
    status: &'a str,
    prose: &'a str,
    bad: &'a str,
    message: &'a str,
    good: &'a str,
}

impl<'a> Page<'a> {
    /// `None` if the page does not have the form that `written` gives it.
    fn read(page: &'a str) -> Option<Self> {
        let (title, rest) = page.split_once("\n\n")?;
        let (status, rest) = rest.split_once("\n\n")?;
        let (prose, rest) = rest.split_once("\n\n## Bad\n\n```pred\n")?;
        let (bad, rest) = rest.split_once("```\n\n```text\n")?;
        let (message, rest) = rest.split_once("```\n\n## Good\n\n```pred\n")?;
        let good = rest.strip_suffix("```\n")?;
        Some(Self { title, status, prose, bad, message, good })
    }

    fn written(&self) -> String {
        let Self { title, status, prose, bad, message, good } = self;
        format!(
            "{title}\n\n{status}\n\n{prose}\n\n## Bad\n\n```pred\n{bad}```\n\n```text\n{message}```\n\n\
             ## Good\n\n```pred\n{good}```\n"
        )
    }
}

fn path(code: Code) -> String {
    format!("{FOLDER}/{}.md", code.name())
}

fn page(code: Code) -> Page<'static> {
    Page::read(code.page()).unwrap_or_else(|| panic!("{} has not the form of a page", path(code)))
}

/// Looks at every page, and names at the end all those of which something was said.
fn on_every_page(complaint: impl Fn(Code, &Page<'_>) -> Option<String>) {
    let on_page = |code: &Code| Some(format!("{}: {}", path(*code), complaint(*code, &page(*code))?));
    let complaints: Vec<String> = Code::ALL.iter().filter_map(on_page).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// The network of one example, alone.
fn network(example: &[u8]) -> Sources {
    let (path, text) = DOCUMENT;
    let source = Source::from_bytes("network.pred", example.to_vec());
    Sources::new(vec![source]).with_documents([(path.to_owned(), Arc::from(text))])
}

/// What is found in an example. Where a page is about sampled numbers, its networks are sampled, small as they are.
fn found(code: Code, sources: &Sources) -> Diagnostics {
    let today = Date::parse(TODAY).expect("a date");
    let is_sampled = code == Code::UndecidedAssertion;
    let method = if is_sampled { Method::Sampled } else { Method::Chosen };
    let settings = Settings { method, ..Settings::default() };
    forecastc::evaluate(sources, today, &settings, &Memory::new(), &|_| {}).diagnostics
}

fn codes(found: &Diagnostics) -> Vec<&'static str> {
    found.iter().map(|one| one.code.name()).collect()
}

/// The bytes of a bad example, those included that only have a name there.
fn bytes(example: &str) -> Vec<u8> {
    let mut parts = example.split('<');
    let mut out = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let named = part.split_once('>').and_then(|(name, rest)| Some((bytes_of(name)?, rest)));
        let (start, rest) = named.unwrap_or((b"<".to_vec(), part));
        out.extend(start);
        out.extend(rest.as_bytes());
    }
    out
}

/// The bytes that `U+202E` or `0xFF` names.
fn bytes_of(name: &str) -> Option<Vec<u8>> {
    if let Some(byte) = name.strip_prefix("0x") {
        return Some(vec![u8::from_str_radix(byte, 16).ok()?]);
    }
    let number = u32::from_str_radix(name.strip_prefix("U+")?, 16).ok()?;
    Some(char::from_u32(number)?.to_string().into_bytes())
}

#[test]
fn the_first_line_of_every_page_is_its_code() {
    on_every_page(|code, page| {
        let expected = format!("# {}", code.name());
        (page.title != expected).then(|| format!("begins with `{}`, not with `{expected}`", page.title))
    });
}

#[test]
fn every_page_says_how_grave_its_diagnostic_is_and_whether_that_can_change() {
    on_every_page(|code, page| {
        let expected = match (code.severity(), code.is_fixed()) {
            (Severity::Error, true) => "*An error, always.*",
            (Severity::Error, false) => "*An error. `lint` and `allow` can change that.*",
            (Severity::Warning, true) => "*A warning, always.*",
            (Severity::Warning, false) => "*A warning. `lint` and `allow` can change that.*",
        };
        (page.status != expected).then(|| format!("says `{}`, not `{expected}`", page.status))
    });
}

#[test]
fn every_page_explains_itself_in_prose() {
    on_every_page(|_, page| {
        let length = page.prose.chars().count();
        (length < FEWEST).then(|| format!("says no more than {length} characters"))
    });
}

#[test]
fn the_bad_example_of_every_page_raises_its_code_and_no_other() {
    on_every_page(|code, page| {
        let codes = codes(&found(code, &network(&bytes(page.bad))));
        let is_alone = !codes.is_empty() && codes.iter().all(|one| *one == code.name());
        (!is_alone).then(|| format!("the bad example raises {codes:?}"))
    });
}

#[test]
fn every_page_shows_what_is_said_of_its_bad_example() {
    for code in Code::ALL {
        let page = page(*code);
        let sources = network(&bytes(page.bad));
        let message = diagnostic::text(&found(*code, &sources), &sources, false);
        let message = format!("{}\n", message.trim_end());
        let path = crate::root().join(path(*code));
        crate::expect_file(&path, &Page { message: &message, ..page }.written());
    }
}

#[test]
fn the_good_example_of_every_page_raises_nothing() {
    on_every_page(|code, page| {
        let codes = codes(&found(code, &network(page.good.as_bytes())));
        (!codes.is_empty()).then(|| format!("the good example raises {codes:?}"))
    });
}

#[test]
fn there_is_no_page_without_a_code() {
    for path in crate::files(FOLDER, "md") {
        let name = path.file_stem().unwrap().to_string_lossy();
        assert!(Code::from_name(&name).is_some(), "{FOLDER}/{name}.md is the page of no diagnostic");
    }
}
