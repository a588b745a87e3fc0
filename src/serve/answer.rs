//! Answers: what there is to see and a target in; a status, headers and bytes out.
//!
//! A target is looked up in the list of a build, sign by sign as it came in. What is read is named by the list.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::hub::Scene;
use super::kind;
use super::request::Refusal;
use super::{Shown, Trouble};
use crate::disk;

/// What is below this is the server's own; a site has no file whose name begins with a dot.
const OWN: &str = "/.forecastc/";
/// Where pages wait for the counter.
pub(super) const CHANGES: &str = "/.forecastc/changes";
const SCRIPT: &str = include_str!("reload.js");
const STYLE: &str = include_str!("reload.css");
/// Shown where there is no site yet.
const NOTHING: &str = include_str!("nothing.html");

/// Sent with everything: it is for this address alone, is what it says it is, and is out of date in a moment. Nothing
/// in here lets another page read it.
const ALWAYS: &str = "Cache-Control: no-store\r\n\
    X-Content-Type-Options: nosniff\r\n\
    Cross-Origin-Resource-Policy: same-origin\r\n\
    Cross-Origin-Opener-Policy: same-origin\r\n\
    Content-Security-Policy: frame-ancestors 'none'\r\n\
    Referrer-Policy: no-referrer\r\n";

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    status: &'static str,
    kind: &'static str,
    body: Cow<'static, [u8]>,
    /// A further header, with its line's end.
    further: String,
}

/// What a page asks for when the counter has changed.
#[derive(Serialize)]
struct State<'a> {
    counter: u64,
    /// Where the reader shall be led to.
    jump: Option<String>,
    trouble: Option<&'a Trouble>,
    /// Stands for the page that asks, as it would come out now.
    seal: Option<String>,
}

impl Answer {
    fn new(status: &'static str, kind: &'static str, body: impl Into<Cow<'static, [u8]>>) -> Self {
        Self { status, kind, body: body.into(), further: String::new() }
    }

    fn text(status: &'static str, words: &str) -> Self {
        Self::new(status, kind::TEXT, format!("{words}\n").into_bytes())
    }

    /// All seats are taken.
    pub(super) fn full() -> Self {
        Self::text("503 Service Unavailable", "too many connections are open; close some tabs and try again")
    }

    /// It is not answered.
    pub(super) fn refused(refusal: Refusal, port: u16) -> Self {
        let own = format!("http://localhost:{port}/");
        match refusal {
            Refusal::Garbled => Self::text("400 Bad Request", "this is no request for a page"),
            Refusal::Body => Self::text("400 Bad Request", "a request for a page has no body"),
            Refusal::Method => {
                let answer = Self::text("405 Method Not Allowed", "pages can be read here, and nothing else");
                Self { further: "Allow: GET, HEAD\r\n".to_owned(), ..answer }
            }
            Refusal::Slow => Self::text("408 Request Timeout", "the request took too long"),
            Refusal::Long => Self::text("431 Request Header Fields Too Large", "the request is too long"),
            Refusal::Host => {
                Self::text("421 Misdirected Request", &format!("this is {own}, and goes by no other name"))
            }
            Refusal::Foreign => {
                let words = format!("a page from elsewhere asked for this; to see it, open {own} yourself");
                Self::text("403 Forbidden", &words)
            }
        }
    }

    /// The answer to a target.
    pub(super) fn to(target: &str, scene: &Scene) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        match path {
            "/.forecastc/reload.js" => return Self::new("200 OK", kind::SCRIPT, SCRIPT.as_bytes()),
            "/.forecastc/reload.css" => return Self::new("200 OK", kind::STYLE, STYLE.as_bytes()),
            "/.forecastc/state" => return Self::state(query.strip_prefix("page="), scene),
            _ if path.starts_with(OWN) => return Self::text("404 Not Found", "there is nothing here"),
            _ => {}
        }
        match look_up(path, &scene.shown) {
            Found::Folder(folder) => {
                let answer = Self::text("307 Temporary Redirect", "it is a folder");
                Self { further: format!("Location: /{folder}/\r\n"), ..answer }
            }
            Found::File(file) if kind::of(file) == kind::HTML => Self::page("200 OK", file, scene),
            Found::File(file) => match disk::listed(&scene.shown.folder, file) {
                Some(bytes) => Self::new("200 OK", kind::of(file), bytes),
                None => Self::missing(scene),
            },
            Found::Nothing => Self::missing(scene),
        }
    }

    fn missing(scene: &Scene) -> Self {
        Self::page("404 Not Found", MISSING, scene)
    }

    /// A page, with the script that shows it anew.
    fn page(status: &'static str, file: &str, scene: &Scene) -> Self {
        let Some(bytes) = disk::listed(&scene.shown.folder, file).filter(|_| is_listed(file, &scene.shown))
        else {
            let bytes = with_script(NOTHING.as_bytes(), &page_seal(None, scene));
            return Self::new("404 Not Found", kind::HTML, bytes);
        };
        let seal = page_seal(Some(&bytes), scene);
        Self::new(status, kind::HTML, with_script(&bytes, &seal))
    }

    fn state(page: Option<&str>, scene: &Scene) -> Self {
        let shown = &scene.shown;
        let page_seal = |path: &str| {
            let file = match look_up(path, shown) {
                Found::File(file) => file,
                Found::Folder(_) | Found::Nothing => MISSING,
            };
            let bytes = disk::listed(&shown.folder, file).filter(|_| is_listed(file, shown));
            page_seal(bytes.as_deref(), scene)
        };
        let jump = shown.jump.as_deref().filter(|page| is_listed(page, shown));
        let state = State {
            counter: scene.counter,
            jump: jump.map(|page| format!("/{page}")),
            trouble: shown.trouble.as_ref(),
            seal: page.map(page_seal),
        };
        Self::new("200 OK", kind::JSON, serde_json::to_vec(&state).unwrap_or_default())
    }

    /// What goes to the socket.
    pub(super) fn bytes(&self, is_head: bool, stays: bool) -> Vec<u8> {
        let connection = if stays { "keep-alive" } else { "close" };
        let mut out = format!(
            "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: {connection}\r\n{ALWAYS}{}\r\n",
            self.status,
            self.kind,
            self.body.len(),
            self.further,
        )
        .into_bytes();
        if !is_head {
            out.extend_from_slice(&self.body);
        }
        out
    }
}

/// What comes before the counters of a channel.
pub(super) fn channel_head() -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n{ALWAYS}\r\n")
}

/// The page that stands for those that are not there.
const MISSING: &str = "404.html";

/// What a path leads to, in the words of the list.
#[derive(Debug, PartialEq, Eq)]
enum Found<'a> {
    File(&'a str),
    /// A folder that has a page of its own, asked for without the slash at its end.
    Folder(&'a str),
    Nothing,
}

fn look_up<'a>(path: &str, shown: &'a Shown) -> Found<'a> {
    let base =
        shown.base.as_deref().filter(|base| base.len() > 1 && base.starts_with('/') && base.ends_with('/'));
    let below = base.and_then(|base| path.strip_prefix(base)).or_else(|| path.strip_prefix('/'));
    let Some(below) = below else { return Found::Nothing };
    let listed = |path: &str| {
        let at = shown.files.binary_search_by(|file| file.as_str().cmp(path)).ok()?;
        shown.files.get(at).map(String::as_str)
    };
    if below.is_empty() || below.ends_with('/') {
        return listed(&format!("{below}index.html")).map_or(Found::Nothing, Found::File);
    }
    let folder = || Some(Found::Folder(listed(&format!("{below}/index.html"))?.strip_suffix("/index.html")?));
    listed(below).map(Found::File).or_else(folder).unwrap_or(Found::Nothing)
}

fn is_listed(path: &str, shown: &Shown) -> bool {
    shown.files.binary_search_by(|file| file.as_str().cmp(path)).is_ok()
}

/// Stands for a page as it looks: its own bytes, and those of all assets.
fn page_seal(bytes: Option<&[u8]>, scene: &Scene) -> String {
    seal([bytes.unwrap_or(b"nothing"), scene.assets.as_bytes()].into_iter())
}

/// Stands for some bytes.
pub(super) fn seal<'a>(parts: impl Iterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(16).fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A page with the script at the end of its head, or at its own end if it has none.
fn with_script(page: &[u8], seal: &str) -> Vec<u8> {
    const END: &[u8] = b"</head>";
    let at =
        page.windows(END.len()).position(|window| window.eq_ignore_ascii_case(END)).unwrap_or(page.len());
    let (before, after) = page.split_at(at);
    let script = format!("<script src=\"/.forecastc/reload.js\" data-seal=\"{seal}\" defer></script>\n");
    [before, script.as_bytes(), after].concat()
}
