//! How a page hears of changes: a counter, and what it asks for when that moves.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use forecastc::serve::{Entry, Shown, Trouble};
use serde_json::{Value, json};

use super::{Stage, body, status, write};

/// A page that listens.
struct Ear(BufReader<TcpStream>);

impl Ear {
    fn new(stage: &Stage) -> Self {
        let mut socket = TcpStream::connect(stage.address()).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let host = format!("localhost:{}", stage.port());
        write!(socket, "GET /.forecastc/changes HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n\r\n")
            .unwrap();
        let mut ear = Self(BufReader::new(socket));
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            ear.0.read_line(&mut head).unwrap();
        }
        assert!(
            status(&head) == 200 && head.contains("text/event-stream") && head.contains("no-store"),
            "{head}"
        );
        assert!(!head.to_lowercase().contains("access-control"), "{head}");
        ear
    }

    /// The next line that says something; none at the end.
    fn next(&mut self) -> Option<String> {
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            if !line.trim().is_empty() {
                return Some(line.trim().to_owned());
            }
        }
    }
}

fn state(stage: &Stage, page: &str) -> Value {
    let answer = stage.get(&format!("/.forecastc/state?page={page}"), "");
    assert_eq!(status(&answer), 200, "{answer}");
    serde_json::from_str(body(&answer)).unwrap()
}

#[test]
fn the_channel_tells_a_counter_and_nothing_else() {
    let stage = Stage::new();
    let mut ears = [Ear::new(&stage), Ear::new(&stage)];
    assert_eq!(ears.each_mut().map(|ear| ear.next().unwrap()), ["data: 1", "data: 1"]);
    let trouble = Trouble { summary: "1 error".to_owned(), ..Trouble::default() };
    assert_eq!(stage.server.show(Shown { trouble: Some(trouble), ..stage.shown() }), 2);
    assert_eq!(ears.each_mut().map(|ear| ear.next().unwrap()), ["data: 2", "data: 2"]);
    stage.server.show(stage.shown());
    assert_eq!(ears[0].next().unwrap(), "data: 3");
    drop(stage);
    assert_eq!(ears[0].next(), None, "it ends with the server");
}

#[test]
fn a_silent_channel_shows_signs_of_life() {
    let stage = Stage::new();
    let mut ear = Ear::new(&stage);
    assert_eq!(ear.next().unwrap(), "data: 1");
    assert_eq!(ear.next().unwrap(), ":");
}

#[test]
fn a_page_that_goes_leaves_its_seat_at_once() {
    let stage = Stage::new();
    for _ in 0..300 {
        let mut ear = Ear::new(&stage);
        assert_eq!(ear.next().unwrap(), "data: 1");
        drop(ear);
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(status(&stage.get("/", "")), 200);
}

#[test]
fn the_state_tells_a_page_whether_it_would_come_out_as_another() {
    let stage = Stage::new();
    let site = stage.around.path().join("site");
    let in_page = |path: &str| {
        let answer = stage.get(path, "");
        let rest = answer.split_once("data-seal=\"").unwrap().1;
        json!(rest.split_once('"').unwrap().0)
    };
    let seal = |path: &str| state(&stage, path)["seal"].clone();
    let pages = ["/", "/node/A.html", "/lost", "/topic/"];
    let first = pages.map(seal);
    assert_eq!(first, pages.map(in_page));
    assert_eq!(seal("/"), seal("/index.html"));
    write(&site.join("node/A.html"), "<head></head>another");
    stage.server.show(stage.shown());
    let second = pages.map(seal);
    assert_eq!(second, pages.map(in_page));
    assert_eq!([0, 1, 2, 3].map(|at| first[at] == second[at]), [true, false, true, true]);
    // What all pages wear is part of each.
    write(&site.join("assets/site.css"), "body { margin: 1px }");
    stage.server.show(stage.shown());
    let third = pages.map(seal);
    assert_eq!(third, pages.map(in_page));
    assert!((0..4).all(|at| second[at] != third[at]));
    write(&site.join("network.json"), "[]");
    stage.server.show(stage.shown());
    assert_eq!(pages.map(seal), third);
}

#[test]
fn the_state_holds_the_page_to_go_to_and_what_is_wrong() {
    let stage = Stage::new();
    assert_eq!(state(&stage, "/")["trouble"], Value::Null);
    let entry = Entry {
        severity: "error".to_owned(),
        message: "there is no node `<b>DROUGT</b>`".to_owned(),
        place: Some("energy.pred:3:5".to_owned()),
        excerpt: Some("3 │ edge\n  │ ^^^^".to_owned()),
        help: None,
    };
    let trouble = Trouble { summary: "1 error".to_owned(), entries: vec![entry] };
    stage.server.show(Shown {
        trouble: Some(trouble),
        jump: Some("node/A.html".to_owned()),
        ..stage.shown()
    });
    let told = state(&stage, "/");
    assert_eq!(told["jump"], json!("/node/A.html"));
    assert_eq!(told["counter"], json!(2));
    assert_eq!(told["trouble"]["entries"][0]["place"], json!("energy.pred:3:5"));
    assert_eq!(told["trouble"]["entries"][0]["help"], Value::Null);
    stage.server.show(Shown { jump: Some("../secret.txt".to_owned()), ..stage.shown() });
    assert_eq!(state(&stage, "/")["jump"], Value::Null, "only a page of the site is led to");
    for page in ["", "../../secret.txt", "%2e%2e/secret.txt", "/../secret.txt"] {
        let answer = stage.get(&format!("/.forecastc/state?page={page}"), "");
        assert_eq!(status(&answer), 200);
        assert!(!answer.contains(super::SECRET), "{page}");
    }
    assert_eq!(status(&stage.get("/.forecastc/state?page=/", "Sec-Fetch-Site: cross-site\r\n")), 403);
    assert_eq!(status(&stage.get("/.forecastc/changes", "Origin: http://evil.example\r\n")), 403);
}
