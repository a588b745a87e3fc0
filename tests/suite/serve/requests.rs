//! Requests as bytes, and what comes back.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, TcpStream};
use std::time::{Duration, Instant};

use forecastc::serve::{Server, Shown};

use super::{FILES, SECRET, Stage, body, listed, raw, status, write};

const HEADERS: [&str; 5] = [
    "Cache-Control: no-store",
    "X-Content-Type-Options: nosniff",
    "Cross-Origin-Resource-Policy: same-origin",
    "Content-Security-Policy: frame-ancestors 'none'",
    "Content-Length: ",
];

#[test]
fn files_of_the_list_are_served_and_every_answer_has_its_guards() {
    let stage = Stage::new();
    let script = "<script src=\"/.forecastc/reload.js\" data-seal=\"";
    for (path, kind) in [
        ("/", "text/html; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/index.html?day=1&q=../secret.txt", "text/html; charset=utf-8"),
        ("/node/A.html", "text/html; charset=utf-8"),
        ("/topic/", "text/html; charset=utf-8"),
        ("/assets/site.css", "text/css; charset=utf-8"),
        ("/assets/site.js", "text/javascript; charset=utf-8"),
        ("/network.json", "application/json"),
        ("/feed.xml", "application/xml; charset=utf-8"),
        ("/calendar.ics", "text/calendar; charset=utf-8"),
        ("/.forecastc/reload.js", "text/javascript; charset=utf-8"),
        ("/.forecastc/reload.css", "text/css; charset=utf-8"),
        ("/.forecastc/state", "application/json"),
    ] {
        let answer = stage.get(path, "");
        assert_eq!(status(&answer), 200, "{path}: {answer}");
        assert!(answer.contains(&format!("Content-Type: {kind}\r\n")), "{path}: {answer}");
        for header in HEADERS {
            assert!(answer.contains(header), "{path}: {header}");
        }
        assert!(!answer.to_lowercase().contains("access-control"), "{path}");
        let name = path.split('?').next().unwrap().trim_start_matches('/');
        if let Some((_, text)) = FILES.iter().find(|(file, _)| *file == name) {
            let is_page = kind.starts_with("text/html");
            let end = body(&answer).find("<script src=\"/.forecastc");
            assert_eq!(end.is_some(), is_page, "{path}");
            let without = end.map_or_else(
                || body(&answer).to_owned(),
                |at| {
                    let (before, after) = body(&answer).split_at(at);
                    assert!(after.starts_with(script), "{after}");
                    format!("{before}{}", after.split_once("</script>\n").unwrap().1)
                },
            );
            assert_eq!(without, **text, "{path}");
        }
    }
    assert!(stage.get("/node/A.html", "").contains("defer></script>\n</head>"));
    assert!(stage.get("/", "").contains("defer></script>\n</HEAD>"));
    // Nothing of it is on the disk.
    for (path, text) in FILES {
        assert_eq!(std::fs::read_to_string(stage.around.path().join("site").join(path)).unwrap(), text);
    }
}

#[test]
fn what_is_not_listed_is_not_there_however_it_is_written() {
    let stage = Stage::new();
    let targets = [
        "/nothing.html",
        "/secret.txt",
        "/node/secret.html",
        "/.forecastc-manifest",
        "/.forecastc",
        "/.forecastc/",
        "/.forecastc/secret.txt",
        "/.forecastc/../secret.txt",
        "/../secret.txt",
        "/../../etc/passwd",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/%2e%2e%2fsecret.txt",
        "/%252e%252e/secret.txt",
        "/..%c0%afsecret.txt",
        "/..%5csecret.txt",
        "/..\\secret.txt",
        "/node/../secret.txt",
        "/node/../index.html",
        "/./index.html",
        "//index.html",
        "//secret.txt",
        "//evil.example/",
        "/node//A.html",
        "/node/A.html/",
        "/node",
        "/node/",
        "/node/a.html",
        "/INDEX.HTML",
        "/index.html%00.css",
        "/index.html;a=b",
        "/%69ndex.html",
        "/a%2fb",
        "/index.html/../../secret.txt",
        "/etc/passwd",
        "/C:/Windows/win.ini",
        "/file:///etc/passwd",
        "/ünïcode",
        "/topic/../../secret.txt",
    ];
    for target in targets {
        let answer = stage.get(target, "");
        assert!(matches!(status(&answer), 400 | 404), "{target}: {answer}");
        assert!(!answer.contains(SECRET), "{target}: {answer}");
        assert!(!answer.contains("Location:"), "{target}: {answer}");
        for header in HEADERS {
            assert!(answer.contains(header), "{target}: {header}");
        }
    }
    let lost = stage.get("/nothing.html", "");
    assert!(lost.contains("lost") && lost.contains("/.forecastc/reload.js"), "{lost}");
    let folder = stage.get("/topic", "");
    assert_eq!(status(&folder), 307);
    assert!(folder.contains("Location: /topic/\r\n"), "{folder}");
}

#[test]
fn what_is_listed_is_read_only_if_it_is_a_file_of_a_build() {
    let stage = Stage::new();
    let site = stage.around.path().join("site");
    let mut shown = stage.shown();
    shown.files = listed(&[
        "index.html",
        "../secret.txt",
        "/etc/passwd",
        "out.html",
        "out/secret.txt",
        "hard.html",
        ".forecastc-manifest",
        "gone.html",
        "node",
    ]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(stage.around.path().join("secret.txt"), site.join("out.html")).unwrap();
        std::os::unix::fs::symlink(stage.around.path(), site.join("out")).unwrap();
        std::fs::hard_link(stage.around.path().join("secret.txt"), site.join("hard.html")).unwrap();
    }
    let files = shown.files.clone();
    stage.server.show(shown);
    assert_eq!(status(&stage.get("/", "")), 200);
    for path in files.iter().filter(|path| *path != "index.html") {
        let answer = stage.get(&format!("/{path}"), "");
        assert_eq!(status(&answer), 404, "{path}: {answer}");
        assert!(!answer.contains(SECRET) && !answer.contains("root:"), "{path}: {answer}");
    }
}

#[test]
fn only_this_machine_under_its_own_names_is_answered() {
    let stage = Stage::new();
    let port = stage.port();
    let ask = |headers: &str| {
        let answer =
            stage.raw(format!("GET /network.json HTTP/1.1\r\n{headers}Connection: close\r\n\r\n").as_bytes());
        assert!(!answer.to_lowercase().contains("access-control"), "{answer}");
        (status(&answer), body(&answer) == "{}")
    };
    for host in ["localhost", "LOCALHOST", "127.0.0.1", "[::1]"] {
        assert_eq!(ask(&format!("Host: {host}:{port}\r\n")), (200, true), "{host}");
    }
    for host in [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        format!("localhost.evil.example:{port}"),
        format!("localhost:{port}.evil.example"),
        format!("localhost:{}", port ^ 1),
        "localhost".to_owned(),
        format!("localhost.:{port}"),
        format!("user@localhost:{port}"),
        format!("127.0.0.2:{port}"),
        format!("127.1:{port}"),
        format!("0.0.0.0:{port}"),
        format!("[::]:{port}"),
        format!("[::ffff:127.0.0.1]:{port}"),
        format!("localhost:0{port}"),
        format!("localhost:{port} evil.example"),
        String::new(),
    ] {
        assert_eq!(ask(&format!("Host: {host}\r\n")).0, 421, "{host}");
    }
    assert_eq!(ask("").0, 421, "no host");
    assert_eq!(ask(&format!("Host: localhost:{port}\r\nHost: evil.example\r\n")).0, 400);
    let own = format!("Host: localhost:{port}\r\n");
    for (header, expected) in [
        (format!("Origin: http://localhost:{port}"), 200),
        (format!("Origin: http://127.0.0.1:{port}"), 403),
        (format!("Origin: https://localhost:{port}"), 403),
        ("Origin: http://localhost".to_owned(), 403),
        ("Origin: http://evil.example".to_owned(), 403),
        (format!("Origin: http://localhost:{port}.evil.example"), 403),
        ("Origin: null".to_owned(), 403),
        ("Origin:".to_owned(), 403),
        (format!("Origin: http://localhost:{port}\r\nOrigin: http://evil.example"), 403),
        ("Sec-Fetch-Site: cross-site".to_owned(), 403),
        ("Sec-Fetch-Site: same-site".to_owned(), 403),
        ("Sec-Fetch-Site: same-origin".to_owned(), 200),
        ("Sec-Fetch-Site: none".to_owned(), 200),
        ("sec-fetch-site: none\r\nSEC-FETCH-SITE: cross-site".to_owned(), 403),
    ] {
        assert_eq!(ask(&format!("{own}{header}\r\n")).0, expected, "{header}");
    }
}

#[test]
fn nothing_but_reading_is_understood() {
    let stage = Stage::new();
    let host = format!("Host: localhost:{}\r\n", stage.port());
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "PROPFIND", "get", "GETX"]
    {
        let answer = stage.raw(format!("{method} / HTTP/1.1\r\n{host}\r\n").as_bytes());
        assert_eq!(status(&answer), 405, "{method}");
        assert!(answer.contains("Allow: GET, HEAD\r\n") && answer.contains("Connection: close"), "{answer}");
    }
    let head = stage.raw(format!("HEAD /node/A.html HTTP/1.1\r\n{host}Connection: close\r\n\r\n").as_bytes());
    assert_eq!((status(&head), body(&head)), (200, ""));
    let length = |answer: &str| {
        answer.split_once("Content-Length: ").unwrap().1.split_once('\r').unwrap().0.to_owned()
    };
    assert_eq!(length(&head), length(&stage.get("/node/A.html", "")));
    for (request, expected) in [
        ("GET http://evil.example/ HTTP/1.1\r\n{h}\r\n".to_owned(), 400),
        (format!("GET http://localhost:{}/ HTTP/1.1\r\n{{h}}\r\n", stage.port()), 400),
        ("GET * HTTP/1.1\r\n{h}\r\n".to_owned(), 400),
        ("GET localhost:80 HTTP/1.1\r\n{h}\r\n".to_owned(), 400),
        ("GET index.html HTTP/1.1\r\n{h}\r\n".to_owned(), 400),
        ("GET /\r\n\r\n".to_owned(), 400),
        ("GET / HTTP/2.0\r\n{h}\r\n".to_owned(), 400),
        ("GET / HTTP/9.9\r\n{h}\r\n".to_owned(), 400),
        ("GET / HTTP/1.1\r\n{h}X\r\n\r\n".to_owned(), 400),
        ("GET / HTTP/1.1\r\n{h}X : y\r\n\r\n".to_owned(), 400),
        ("GET / HTTP/1.1\r\n{h}X: a\r\n b\r\n\r\n".to_owned(), 400),
        ("GET / HTTP/1.1\r\n{h}X: a\0b\r\n\r\n".to_owned(), 400),
        ("GET /a b HTTP/1.1\r\n{h}\r\n".to_owned(), 400),
        ("GET /\r HTTP/1.1\r\n{h}\r\n".to_owned(), 400),
        ("GET / HTTP/1.1\r\n{h}Content-Length: 5\r\n\r\nhello".to_owned(), 400),
        ("GET / HTTP/1.1\r\n{h}Content-Length: -1\r\n\r\n".to_owned(), 400),
        ("GET / HTTP/1.1\r\n{h}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_owned(), 400),
        ("GET / HTTP/1.1\r\n{h}Content-Length: 0\r\n\r\n".to_owned(), 200),
        ("GET / HTTP/1.0\r\n{h}\r\n".to_owned(), 200),
        ("\r\n\r\nGET / HTTP/1.1\r\n{h}\r\n".to_owned(), 200),
        ("GET / HTTP/1.1\n{h}\n".to_owned(), 200),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), 400),
        ("\u{16}\u{3}\u{1}\u{2}\0\u{1}\0".to_owned(), 400),
        (String::new(), 0),
    ] {
        let answer = stage.raw(request.replace("{h}", &host).as_bytes());
        assert_eq!(status(&answer), expected, "{request:?}: {answer}");
    }
}

#[test]
fn requests_may_come_in_pieces_and_in_a_row() {
    let stage = Stage::new();
    let one = |target: &str, more: &str| {
        format!("GET {target} HTTP/1.1\r\nHost: localhost:{}\r\n{more}\r\n", stage.port())
    };
    let row = [
        one("/network.json", ""),
        one("/feed.xml", ""),
        one("/nothing", ""),
        one("/", "Connection: close\r\n"),
        one("/", ""),
    ];
    let answers = stage.raw(row.concat().as_bytes());
    assert_eq!(answers.matches("HTTP/1.1 200 OK\r\n").count(), 3, "{answers}");
    assert_eq!(answers.matches("HTTP/1.1 404 Not Found\r\n").count(), 1, "{answers}");
    // What follows a refusal is not looked at.
    let bad = format!("{}{}{}", one("/", ""), one("*", ""), one("/", ""));
    assert_eq!(stage.raw(bad.as_bytes()).matches("HTTP/1.1 ").count(), 2);
    let mut socket = TcpStream::connect(stage.address()).unwrap();
    socket.set_nodelay(true).unwrap();
    for byte in one("/network.json", "Connection: close\r\n").bytes() {
        socket.write_all(&[byte]).unwrap();
        std::thread::sleep(Duration::from_millis(1));
    }
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    assert_eq!((status(&answer), body(&answer)), (200, "{}"));
}

#[test]
fn what_is_too_long_or_too_slow_is_refused() {
    let stage = Stage::new();
    let host = format!("Host: localhost:{}\r\n", stage.port());
    let many: String = (0..100).map(|number| format!("X-{number}: 1\r\n")).collect();
    for request in [
        format!("GET /{} HTTP/1.1\r\n{host}\r\n", "a".repeat(9000)),
        format!("GET / HTTP/1.1\r\n{host}X: {}\r\n\r\n", "a".repeat(9000)),
        format!("GET / HTTP/1.1\r\n{host}{many}\r\n"),
        format!("GET / HTTP/1.1\r\n{host}X: {}", "a".repeat(500_000)),
        "a".repeat(20_000),
    ] {
        let answer = stage.raw(request.as_bytes());
        assert_eq!(status(&answer), 431, "{} bytes: {answer}", request.len());
    }
    // Header after header, and never an end; or nothing at all.
    let start = Instant::now();
    let drip = |beginning: &'static str, drop: &'static [u8]| {
        let address = stage.address();
        std::thread::spawn(move || {
            let mut socket = TcpStream::connect(address).unwrap();
            socket.write_all(beginning.as_bytes()).unwrap();
            let mut reader = socket.try_clone().unwrap();
            let dripping = std::thread::spawn(move || {
                for _ in 0..100 {
                    if drop.is_empty() || socket.write_all(drop).is_err() {
                        return;
                    }
                    std::thread::sleep(Duration::from_millis(100));
                }
            });
            let mut answer = String::new();
            let _ = reader.read_to_string(&mut answer);
            dripping.join().unwrap();
            answer
        })
    };
    let slow = [drip("GET / HTTP/1.1\r\n", b"X: y\r\n"), drip("GET", b""), drip("", b"")];
    // Meanwhile others are served.
    assert_eq!(status(&stage.get("/", "")), 200);
    let answers = slow.map(|one| one.join().unwrap());
    assert_eq!([status(&answers[0]), status(&answers[1]), status(&answers[2])], [408, 408, 0], "{answers:?}");
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
}

#[test]
fn there_are_as_many_connections_as_seats_and_they_become_free_again() {
    let stage = Stage::new();
    let held: Vec<TcpStream> = (0..64).map(|_| TcpStream::connect(stage.address()).unwrap()).collect();
    // The last ones may still be on their way in.
    std::thread::sleep(Duration::from_millis(300));
    let full = stage.get("/", "");
    assert_eq!(status(&full), 503, "{full}");
    drop(held);
    let freed = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        status(&stage.get("/", "")) == 200
    });
    assert!(freed);
}

#[test]
fn it_listens_on_loopback_alone_and_takes_a_port_that_is_free() {
    let stage = Stage::new();
    let addresses = stage.server.addresses();
    assert!(addresses.iter().all(|address| address.ip().is_loopback()), "{addresses:?}");
    assert!(addresses.iter().any(|address| matches!(address.ip(), IpAddr::V4(_))));
    assert_eq!(stage.server.url(), format!("http://localhost:{}/", stage.port()));
    for address in addresses {
        let host = format!("Host: localhost:{}", address.port());
        assert_eq!(
            status(&raw(*address, format!("GET / HTTP/1.0\r\n{host}\r\n\r\n").as_bytes())),
            200,
            "{address}"
        );
    }
    let taken = Server::start(Some(stage.port())).unwrap_err().to_string();
    assert!(
        taken.contains(&stage.port().to_string())
            && taken.contains("another program")
            && taken.contains("--port"),
        "{taken}"
    );
    let (one, other) = (Server::start(None).unwrap(), Server::start(None).unwrap());
    let ports = [&one, &other].map(|server| server.addresses()[0].port());
    assert!(ports[0] != ports[1] && ports.iter().all(|port| (4173..4273).contains(port)), "{ports:?}");
    // When it ends its port is free at once.
    let port = stage.port();
    drop(stage);
    assert!((0..50).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        Server::start(Some(port)).is_ok()
    }));
}

#[test]
fn before_the_first_site_there_is_a_page_that_waits_for_it() {
    let stage = Stage::new();
    stage.server.show(Shown::default());
    for path in ["/", "/node/A.html", "/404.html"] {
        let answer = stage.get(path, "");
        assert_eq!(status(&answer), 404, "{path}");
        assert!(answer.contains("no page here yet") && answer.contains("/.forecastc/reload.js"), "{answer}");
    }
    // What was built shows without another server.
    stage.server.show(stage.shown());
    assert_eq!(status(&stage.get("/", "")), 200);
}

#[test]
fn a_site_below_a_folder_of_its_host_is_found_there_too() {
    let stage = Stage::new();
    stage.server.show(Shown { base: Some("/deep/".to_owned()), ..stage.shown() });
    for path in ["/deep/", "/deep/index.html", "/deep/assets/site.css", "/", "/assets/site.css"] {
        assert_eq!(status(&stage.get(path, "")), 200, "{path}");
    }
    for path in
        ["/deep", "/deep/../secret.txt", "/deeper/index.html", "/deep//index.html", "/deep/deep/index.html"]
    {
        assert_eq!(status(&stage.get(path, "")), 404, "{path}");
    }
    write(&stage.around.path().join("site/index.html"), "changed");
    assert!(stage.get("/deep/", "").contains("changed"));
}
