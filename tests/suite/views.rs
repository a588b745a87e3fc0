//! The contract of the templates: `templates/README.md` lists every name that a template gets, and what it is.
//!
//! The site of the example network is built with templates that walk through their views instead of showing them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::session::replay;

/// The day of the example network.
const TODAY: &str = "2026-11-21";
/// Templates that other templates are made of.
const SHARED: [&str; 2] = ["layout.html", "macros.html"];

/// Prints the path of every name and what it is, one a line.
const WALK: &str = r#"
{%- macro walk(value, path) -%}
{%- if value is mapping -%}
{%- set keys = value | list | sort | join(" ") -%}
{%- if keys == "chance href id kind state title" -%}
{{ path }} | a node
{% elif keys == "error settled share text" -%}
{{ path }} | a chance
{% elif keys == "text way" -%}
{{ path }} | a difference
{% elif keys == "href text" -%}
{{ path }} | a link
{% else -%}
{%- for key in value -%}{{ walk(value[key], path ~ "." ~ key) }}{%- endfor -%}
{%- endif -%}
{%- elif value is sequence -%}
{{ path }} | list
{% for one in value %}{{ walk(one, path ~ "[]") }}{% endfor -%}
{%- else -%}
{{ path }} | {{ "none" if value is none else "yes or no" if value is boolean else "number" if value is number else "markup" if value is safe else "text" }}
{% endif -%}
{%- endmacro -%}
"#;

#[test]
#[cfg_attr(windows, ignore = "a session needs a Unix shell")]
fn every_name_that_a_template_gets_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("templates");
    fs::create_dir(&own).unwrap();
    let templates: Vec<String> = fs::read_dir(crate::root().join("templates"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".html") && !SHARED.contains(&name.as_str()))
        .collect();
    for name in &templates {
        let walk = format!(
            "{WALK}{{{{ walk(site, \"every site\") }}}}{{{{ walk(head, \"every head\") }}}}{{{{ walk(page, \"{name} page\") }}}}"
        );
        fs::write(own.join(name), walk).unwrap();
    }
    // In a repository, so that there is a past to show.
    let repository = crate::repository::Repository::new();
    let source = repository.at("predictions");
    let copy = format!("$ cp -r '{}/predictions' '{}'\n", crate::root().display(), source.display());
    replay(&copy, folder.path(), TODAY);
    repository.write("predictions/more.pred", "2026-11-19 probability OPEN_BACKBONE 50%\n");
    repository.commit("Ada", "2026-11-19", "Begin");
    std::fs::remove_file(repository.at("predictions/more.pred")).unwrap();
    repository.commit("Bo", "2026-11-20", "Take it back");
    let out = folder.path().join("site");
    let printed = replay(
        &format!(
            "$ forecastc build --history --source {} --templates {} --out {}\n",
            source.display(),
            own.display(),
            out.display()
        ),
        folder.path(),
        TODAY,
    );
    assert!(!printed.contains("[exit"), "{printed}");

    let mut found: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    let mut pages = 0;
    for path in files(&out).into_iter().filter(|path| path.extension().is_some_and(|end| end == "html")) {
        let text = fs::read_to_string(path).unwrap();
        pages += 1;
        for line in text.lines() {
            let Some((name, what)) = line.split_once(" | ") else { continue };
            let (template, path) = name.split_once(' ').unwrap();
            found
                .entry(template.to_owned())
                .or_default()
                .entry(path.to_owned())
                .or_default()
                .insert(what.to_owned());
        }
    }
    assert!(pages > 50 && found.len() > templates.len() / 2, "{pages} pages, {} templates", found.len());

    let readme = crate::root().join("templates/README.md");
    let text = fs::read_to_string(&readme).unwrap();
    let (before, _) = text.split_once("held against the pages of the example network by a test.\n").unwrap();
    let mut out = format!("{before}held against the pages of the example network by a test.\n");
    for (template, names) in &found {
        let title = if template == "every" { "all templates" } else { template };
        out.push_str(&format!("\n### {title}\n\n```text\n"));
        for (path, what) in names {
            let what: Vec<&str> = what.iter().map(String::as_str).collect();
            out.push_str(&format!("{path}: {}\n", what.join(", ")));
        }
        out.push_str("```\n");
    }
    crate::expect_file(&readme, &out);
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
