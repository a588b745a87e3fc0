//! A server of files on loopback, under a sub-path, as a host of static pages serves them.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};

use crate::example::BELOW;

/// Serves a folder as long as the tests run, and gives its address.
pub(crate) fn serve(folder: &Path) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}{BELOW}", listener.local_addr().unwrap());
    let folder = folder.to_owned();
    std::thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            let folder = folder.clone();
            // Browsers open sockets that they may never use.
            std::thread::spawn(move || answer(&socket, &folder));
        }
    });
    address
}

fn answer(mut socket: &TcpStream, folder: &Path) -> Option<()> {
    let mut lines = BufReader::new(socket).lines().map_while(Result::ok);
    let request = lines.next()?;
    lines.take_while(|line| !line.is_empty()).for_each(drop);
    let path = request.split(' ').nth(1)?;
    let path = path.split(['?', '#']).next()?;
    let file =
        path.strip_prefix(BELOW).map(|path| folder.join(if path.is_empty() { "index.html" } else { path }));
    let found: Option<(PathBuf, Vec<u8>)> =
        file.and_then(|file| Some((file.clone(), std::fs::read(file).ok()?)));
    let (status, kind, bytes) = match &found {
        Some((file, bytes)) => ("200 OK", kind(file), bytes.as_slice()),
        None => ("404 Not Found", "text/plain", &b"not found"[..]),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nX-Content-Type-Options: nosniff\r\n\
         Connection: close\r\n\r\n",
        bytes.len()
    );
    socket.write_all(head.as_bytes()).and_then(|()| socket.write_all(bytes)).ok()
}

fn kind(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("xml") => "application/xml",
        _ => "application/octet-stream",
    }
}
