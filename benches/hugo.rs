//! What Hugo makes of the pages of nodes: the same pages, from the same views.
//!
//! A site that is there already comes in, with the views that its pages were made from; out come the time that Hugo
//! takes, and whether its pages are ours. `hugo/` has our three templates as its layouts.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use forecastc::site::{Edition, Site, Templates};
use rayon::prelude::*;
use serde_json::{Value, json};

use super::row::{busy_children, say, seconds};

const CONFIG: &str = include_str!("hugo/config.toml");
/// Says that a page has files beside it.
const OUTPUTS: &str = "\n[outputs]\npage = [\"html\", \"data\", \"feed\"]\n";
const LAYOUTS: [(&str, &str); 4] = [
    ("baseof.html", include_str!("hugo/layouts/_default/baseof.html")),
    ("single.html", include_str!("hugo/layouts/_default/single.html")),
    ("single.data.json", include_str!("hugo/layouts/_default/single.data.json")),
    ("single.feed.xml", include_str!("hugo/layouts/_default/single.feed.xml")),
];
/// A template that shows all of a view, as it is. Markup in it becomes a string as any other.
const VIEW: &str = r#"{{ {"head": head, "page": page, "site": site} | tojson }}"#;

/// Leaves the views of the pages of nodes beside a site.
pub(crate) fn keep_views(edition: &Edition<'_>, site: &Path) {
    let folder = views(site);
    fs::create_dir_all(&folder).expect("a folder");
    let own = [("node.html".to_owned(), VIEW.to_owned())];
    let templates = Templates::new(own.into()).expect("a sound template");
    let site = Site::new(edition, &templates);
    site.files().par_iter().for_each(|file| {
        let name = file.path.strip_prefix("node/").and_then(|name| name.strip_suffix(".html"));
        let Some(name) = name else { return };
        let view = site.bytes(file).expect("a view that can be JSON");
        // A page that only leads to the new name of a node has a template of its own.
        if view.starts_with(b"{") {
            fs::write(folder.join(format!("{name}.json")), view).expect("a file");
        }
    });
}

/// The folder of the views of a site.
fn views(site: &Path) -> PathBuf {
    let mut path = site.as_os_str().to_owned();
    path.push("-views");
    path.into()
}

/// Has Hugo make the pages of a site in a folder, with their data and feeds or without.
pub(crate) fn row(site: &Path, folder: &Path, has_files: bool) {
    lay_out(site, folder, has_files);
    let run = || {
        let mut command = Command::new("hugo");
        command.arg("--quiet").arg("--source").arg(folder).arg("--destination").arg(public(folder));
        command.stdout(Stdio::null()).status().expect("hugo, as Debian packages it")
    };
    let (time, status) = seconds(run);
    assert!(status.success(), "hugo builds its site");
    say("seconds", time);
    say("busy", busy_children());
    let files = walkdir::WalkDir::new(public(folder)).into_iter().filter_map(Result::ok);
    say("files", files.filter(|entry| entry.file_type().is_file()).count() as f64);
}

/// Writes the sources of Hugo's site: what pages share once, and the view of each as its front matter.
fn lay_out(site: &Path, folder: &Path, has_files: bool) {
    let [content, layouts, data] = ["content/node", "layouts/_default", "data"].map(|name| folder.join(name));
    for folder in [&content, &layouts, &data] {
        fs::create_dir_all(folder).expect("a folder");
    }
    let outputs = if has_files { OUTPUTS } else { "" };
    fs::write(folder.join("config.toml"), format!("{CONFIG}{outputs}")).expect("a file");
    for (name, text) in LAYOUTS {
        fs::write(layouts.join(name), text).expect("a file");
    }
    let mut shell = Value::Null;
    for name in names(&views(site), "json") {
        let text = fs::read(views(site).join(format!("{name}.json"))).expect("a view");
        let mut view: Value = serde_json::from_slice(&text).expect("a view that is JSON");
        let title = view["head"]["title"].clone();
        let mut front = json!({ "title": title, "head": view["head"].take(), "page": view["page"].take() });
        if has_files {
            front["data"] = text_of(site, &name, "json").into();
            front["feed"] = text_of(site, &name, "xml").into();
        }
        fs::write(content.join(format!("{name}.md")), format!("{front}\n")).expect("a file");
        shell = view["site"].take();
    }
    fs::write(data.join("shell.json"), shell.to_string()).expect("a file");
}

/// Pages that were held against each other, and how many bytes they have.
pub(crate) struct Same {
    pub(crate) pages: usize,
    pub(crate) ours: f64,
    pub(crate) theirs: f64,
}

/// Holds all pages of Hugo against ours, and their data and feeds if it wrote those, which have to be ours to the byte.
/// Ends with the place where two of them part.
pub(crate) fn compare(site: &Path, folder: &Path, has_files: bool) -> Same {
    let public = public(folder);
    let weights = names(&views(site), "json").into_par_iter().map(|name| {
        let [ours, theirs] = [site, &public].map(|site| text_of(site, &name, "html"));
        let (one, other) = (shape(&ours), shape(&theirs));
        assert!(one == other, "the page of {name}: {}", difference(&one, &other));
        for extension in ["json", "xml"].iter().filter(|_| has_files) {
            let [ours, theirs] = [site, &public].map(|site| text_of(site, &name, extension));
            assert!(ours == theirs, "{name}.{extension} is another");
        }
        (ours.len() as f64, theirs.len() as f64)
    });
    let weights: Vec<(f64, f64)> = weights.collect();
    let (ours, theirs): (Vec<f64>, Vec<f64>) = weights.into_iter().unzip();
    Same { pages: ours.len(), ours: ours.iter().sum(), theirs: theirs.iter().sum() }
}

/// A page without the blanks beside tags, with single ones elsewhere, and with one name for each entity.
fn shape(page: &str) -> String {
    let mut out = String::with_capacity(page.len());
    for word in page.split_ascii_whitespace() {
        if !out.ends_with(['<', '>']) && !word.starts_with(['<', '>']) {
            out.push(' ');
        }
        out.push_str(word);
    }
    out.replace("&#34;", "&quot;").replace("&#43;", "+")
}

/// Where two texts part.
fn difference(one: &str, other: &str) -> String {
    let alike = one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    let around = |text: &str| text.chars().skip(alike.saturating_sub(80)).take(200).collect::<String>();
    format!("ours\n{}\ntheirs\n{}", around(one), around(other))
}

/// Where Hugo writes to.
fn public(folder: &Path) -> PathBuf {
    folder.join("public")
}

/// A file of a node.
fn text_of(site: &Path, name: &str, extension: &str) -> String {
    fs::read_to_string(site.join(format!("node/{name}.{extension}"))).expect("a file of a node")
}

/// The names of the files of a folder that have this extension, without it.
fn names(folder: &Path, extension: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").filter_map(|entry| Some(entry.ok()?.path()));
    let files = entries.filter(|path| path.extension() == Some(OsStr::new(extension)));
    let names = files.filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()));
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}
