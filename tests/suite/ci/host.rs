//! A host on loopback: as much of its API as the comment needs, with one pull request and its comments.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

pub(super) const TOKEN: &str = "a-token-of-this-run";

#[derive(Default)]
struct State {
    head: String,
    /// Whether the pull request gets another head once it was listed.
    moves: bool,
    /// Login, kind and body.
    comments: Vec<(String, String, String)>,
    /// What was asked for that should not have been.
    faults: Vec<String>,
}

pub(super) struct Host {
    port: u16,
    state: Arc<Mutex<State>>,
}

impl Host {
    pub(super) fn start(head: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State { head: head.to_owned(), ..State::default() }));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, &shared);
            }
        });
        Self { port, state }
    }

    pub(super) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(super) fn comment_by(&self, login: &str, kind: &str, body: &str) {
        self.state.lock().unwrap().comments.push((login.to_owned(), kind.to_owned(), body.to_owned()));
    }

    pub(super) fn move_after_the_list(&self) {
        self.state.lock().unwrap().moves = true;
    }

    /// The comments of the host's own robot.
    pub(super) fn ours(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        let ours = state.comments.iter().filter(|(login, _, _)| login == "github-actions[bot]");
        ours.map(|(_, _, body)| body.clone()).collect()
    }

    pub(super) fn comments(&self) -> usize {
        self.state.lock().unwrap().comments.len()
    }

    pub(super) fn faults(&self) -> Vec<String> {
        self.state.lock().unwrap().faults.clone()
    }
}

fn answer(mut stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    let (mut length, mut authorized) = (0, false);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim();
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(": ").unwrap_or((line, ""));
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "authorization" => authorized = value == format!("Bearer {TOKEN}"),
            "expect" => stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let mut words = first.split(' ');
    let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let mut state = state.lock().unwrap();
    if !authorized {
        state.faults.push(format!("without the token: {first}"));
    }
    let (status, said) = reply(&mut state, method, target, &body);
    let said = said.to_string();
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", said.len());
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(said.as_bytes());
}

fn reply(state: &mut State, method: &str, target: &str, body: &[u8]) -> (&'static str, Value) {
    let pull = |head: &str| json!({ "number": 7, "state": "open", "head": { "sha": head } });
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let text = |body: &[u8]| {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        body.get("body").and_then(Value::as_str).map(ToOwned::to_owned)
    };
    match (method, path) {
        ("GET", "/repos/origin/pulls") => {
            // What a stranger calls a branch stays one value.
            let wanted = "state=open&per_page=100&head=a-stranger%3Ax%26state%3Dclosed%24%28id%3Eowned%29";
            if query.to_lowercase() != wanted.to_lowercase() {
                state.faults.push(format!("another query: {query}"));
            }
            let head = state.head.clone();
            if state.moves {
                state.head = "f".repeat(40);
            }
            (
                "200 OK",
                json!([{ "number": 6, "state": "open", "head": { "sha": "e".repeat(40) } }, pull(&head)]),
            )
        }
        ("GET", "/repos/origin/pulls/7") => ("200 OK", pull(&state.head)),
        ("GET", "/repos/origin/issues/7/comments") => {
            let page: usize =
                query.strip_prefix("per_page=100&page=").and_then(|page| page.parse().ok()).unwrap();
            let all = state.comments.iter().enumerate().skip(100 * (page - 1)).take(100);
            let shown = |(id, (login, kind, body)): (usize, &(String, String, String))| json!({ "id": id, "user": { "login": login, "type": kind }, "body": body });
            ("200 OK", all.map(shown).collect())
        }
        ("POST", "/repos/origin/issues/7/comments") => {
            let Some(text) = text(body) else { return ("422 Unprocessable", json!({})) };
            state.comments.push(("github-actions[bot]".to_owned(), "Bot".to_owned(), text));
            ("201 Created", json!({}))
        }
        ("PATCH", path) => {
            let id =
                path.strip_prefix("/repos/origin/issues/comments/").and_then(|id| id.parse::<usize>().ok());
            match (id.and_then(|id| state.comments.get_mut(id)), text(body)) {
                (Some(comment), Some(text)) if comment.0 == "github-actions[bot]" => {
                    comment.2 = text;
                    ("200 OK", json!({}))
                }
                _ => {
                    state.faults.push(format!("a comment of somebody else: {path}"));
                    ("403 Forbidden", json!({}))
                }
            }
        }
        _ => {
            state.faults.push(format!("{method} {target}"));
            ("404 Not Found", json!({}))
        }
    }
}
