//! A small WebDriver client (W3C WebDriver, with chromedriver's own commands): HTTP over a socket, and JSON.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The longest that anything in a page may take.
const PATIENCE: Duration = Duration::from_secs(20);
const INSTALL: &str = "on Debian: apt-get install chromium chromium-driver";

/// A browser with one window, and the driver that leads it. Both end with it.
pub(crate) struct Browser {
    driver: Child,
    port: u16,
    session: String,
}

impl Browser {
    /// Starts a browser, or says what is missing.
    pub(crate) fn open() -> Result<Self, String> {
        let found = |names: &[&str]| {
            let missing = || format!("no {} is installed ({INSTALL})", names[0]);
            names.iter().find_map(|name| in_path(name)).ok_or_else(missing)
        };
        let chromium = found(&["chromium", "chromium-browser", "google-chrome", "chrome"])?;
        let chromedriver = found(&["chromedriver"])?;
        let mut driver = Command::new(chromedriver)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let port = line.strip_suffix('.')?.rsplit_once("successfully on port ")?.1;
            port.parse().ok()
        });
        // What it prints later is read, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let mut browser = Self { driver, port: port.unwrap(), session: String::new() };
        // The sandbox needs rights that containers lack; the pages are our own.
        let arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
        let options = json!({ "binary": chromium, "args": arguments });
        let wanted = json!({ "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" } });
        let answer =
            browser.call("POST", "/session", &json!({ "capabilities": { "alwaysMatch": wanted } })).unwrap();
        browser.session = answer["sessionId"].as_str().unwrap().to_owned();
        browser.size(1280, 900);
        Ok(browser)
    }

    /// Goes to an address, and waits until the page is loaded.
    pub(crate) fn go(&self, address: &str) {
        self.post("/url", &json!({ "url": address }));
        // The driver may come back from a page of the disk before all of it is read.
        self.until("return document.readyState === 'complete';");
    }

    /// What a script returns; its arguments are `arguments[0]` and so on.
    pub(crate) fn run(&self, script: &str, arguments: &[Value]) -> Value {
        self.post("/execute/sync", &json!({ "script": script, "args": arguments }))
    }

    /// What a script gives to its last argument, a function.
    pub(crate) fn run_async(&self, script: &str, arguments: &[Value]) -> Value {
        self.post("/execute/async", &json!({ "script": script, "args": arguments }))
    }

    /// The text of a script's value.
    pub(crate) fn text(&self, script: &str) -> String {
        let value = self.run(script, &[]);
        value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
    }

    /// Waits until a script says yes.
    pub(crate) fn until(&self, script: &str) {
        let start = Instant::now();
        while self.run(script, &[]) != json!(true) {
            assert!(
                start.elapsed() < PATIENCE,
                "never so: {script}, on {}",
                self.text("return location.href")
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Opens another tab, and goes on in it. The one before is behind it.
    pub(crate) fn tab(&self) -> String {
        let tab = self.post("/window/new", &json!({ "type": "tab" }))["handle"].as_str().unwrap().to_owned();
        self.show(&tab);
        tab
    }

    /// Goes on in another tab, which comes to the front.
    pub(crate) fn show(&self, tab: &str) {
        self.look_into(tab);
        self.devtools("Page.bringToFront", json!({}));
    }

    /// Goes on in another tab, and leaves it where it is.
    pub(crate) fn look_into(&self, tab: &str) {
        self.post("/window", &json!({ "handle": tab }));
    }

    /// The tab that is gone on in.
    pub(crate) fn current_tab(&self) -> String {
        let session = format!("/session/{}/window", self.session);
        self.call("GET", &session, &json!({})).unwrap().as_str().unwrap().to_owned()
    }

    /// Presses keys one after the other; what holds `ctrl` is `\u{E009}`, other keys as WebDriver names them.
    pub(crate) fn press(&self, keys: &str) {
        let actions: Vec<Value> = keys
            .chars()
            .flat_map(|key| {
                ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key.to_string() }))
            })
            .collect();
        self.act(&actions);
    }

    /// Presses a key while control is held.
    pub(crate) fn press_with_control(&self, key: char) {
        let keys = [("keyDown", '\u{E009}'), ("keyDown", key), ("keyUp", key), ("keyUp", '\u{E009}')];
        let actions = keys.map(|(kind, key)| json!({ "type": kind, "value": key.to_string() }));
        self.act(&actions);
    }

    fn act(&self, actions: &[Value]) {
        self.post("/actions", &json!({ "actions": [{ "type": "key", "id": "keys", "actions": actions }] }));
    }

    /// A command of the DevTools protocol.
    pub(crate) fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.post("/goog/cdp/execute", &json!({ "cmd": command, "params": parameters }))
    }

    /// Sets the size of what is seen.
    pub(crate) fn size(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size);
    }

    /// Prefers light or dark.
    pub(crate) fn prefer(&self, scheme: &str) {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", features);
    }

    /// What the console was told since it was last asked.
    pub(crate) fn console(&self) -> Vec<String> {
        let log = self.post("/se/log", &json!({ "type": "browser" }));
        let line = |entry: &Value| format!("{} {}", entry["level"], entry["message"]);
        log.as_array().unwrap().iter().map(line).collect()
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let path = format!("/session/{}{path}", self.session);
        self.call("POST", &path, body).unwrap_or_else(|fault| panic!("{path}: {fault}"))
    }

    /// One request. The driver keeps its sockets open: the answer ends where its length says.
    fn call(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let mut socket = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let body = body.to_string();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n",
            self.port,
            body.len()
        );
        socket.write_all(head.as_bytes()).unwrap();
        socket.write_all(body.as_bytes()).unwrap();
        let mut reader = BufReader::new(socket);
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).map_err(|error| error.to_string())?;
            if line.trim().is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap();
            }
        }
        let mut bytes = vec![0; length];
        reader.read_exact(&mut bytes).map_err(|error| error.to_string())?;
        let mut answer: Value = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        match answer["value"]["error"].as_str() {
            Some(error) => Err(format!("{error}: {}", answer["value"]["message"])),
            None => Ok(answer["value"].take()),
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            let _ = self.call("DELETE", &format!("/session/{}", self.session), &json!({}));
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn in_path(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// The address of a file on the disk.
pub(crate) fn address(path: &Path) -> String {
    format!("file://{}", path.display().to_string().replace(' ', "%20"))
}
