//! The server of a site on its author's own machine: what it answers, and what it never does.

mod channel;
mod noise;
mod requests;

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use forecastc::serve::{Server, Shown};

/// What no answer may ever hold.
const SECRET: &str = "SECRET-OF-THE-DISK";

const FILES: [(&str, &str); 9] = [
    ("404.html", "<!doctype html><html><head><title>No such page</title></head><body>lost</body></html>"),
    ("assets/site.css", "body { margin: 0 }"),
    ("assets/site.js", "\"use strict\";"),
    ("calendar.ics", "BEGIN:VCALENDAR"),
    ("feed.xml", "<feed/>"),
    ("index.html", "<!doctype html><html><HEAD><title>Front</title></HEAD><body>front</body></html>"),
    ("network.json", "{}"),
    ("node/A.html", "<!doctype html><html><head><title>A</title></head><body>page A</body></html>"),
    ("topic/index.html", "<p>topic"),
];

/// A folder that a build made, with things in and around it that it did not make, and a server for it.
struct Stage {
    around: tempfile::TempDir,
    server: Server,
}

impl Stage {
    fn new() -> Self {
        let around = tempfile::tempdir().unwrap();
        let site = around.path().join("site");
        for (path, text) in FILES {
            write(&site.join(path), text);
        }
        for path in [
            "secret.txt",
            "site/secret.txt",
            "site/.forecastc-manifest",
            "site/node/secret.html",
            "site/a%2fb",
        ] {
            write(&around.path().join(path), SECRET);
        }
        let server = Server::start(Some(0)).unwrap();
        let stage = Self { around, server };
        stage.server.show(stage.shown());
        stage
    }

    fn shown(&self) -> Shown {
        Shown {
            folder: self.around.path().join("site"),
            files: listed(&FILES.map(|(path, _)| path)),
            ..Shown::default()
        }
    }

    fn address(&self) -> SocketAddr {
        self.server.addresses()[0]
    }

    fn port(&self) -> u16 {
        self.address().port()
    }

    /// What comes back for some bytes, until the other end closes.
    fn raw(&self, bytes: &[u8]) -> String {
        raw(self.address(), bytes)
    }

    /// The answer to a request for a target, with further headers.
    fn get(&self, target: &str, headers: &str) -> String {
        let host = format!("Host: localhost:{}", self.port());
        self.raw(format!("GET {target} HTTP/1.1\r\n{host}\r\nConnection: close\r\n{headers}\r\n").as_bytes())
    }
}

fn listed(paths: &[&str]) -> Arc<[String]> {
    paths.iter().map(|path| (*path).to_owned()).collect()
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    let mut socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // The server may have had enough before all of it is sent.
    let _ = socket.write_all(bytes);
    let _ = socket.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let _ = socket.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status of the first answer, or 0 if the connection was closed without one.
fn status(answer: &str) -> u16 {
    answer.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok()).unwrap_or_default()
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap_or_default().1
}
