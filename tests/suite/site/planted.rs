//! Things that somebody put into the output folder, or into its place: whatever a build then does, they are as they were.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use forecastc::disk::{DiskFault, Output};

const FIRST: [(&str, &str); 4] =
    [("index.html", "one"), ("node/A.html", "a"), ("node/B.html", "b"), ("old/x.html", "x")];
const SECOND: [(&str, &str); 4] =
    [("index.html", "two"), ("node/A.html", "a2"), ("node/B.html", "b"), ("tag/new.html", "new")];
const PRECIOUS: &str = "years of work";

fn build(folder: &Path, files: &[(&str, &str)]) -> Result<(), DiskFault> {
    let paths: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
    let make = |number: usize, _| Ok(Some(files[number].1.as_bytes().to_vec()));
    Output::open(folder, &[])?.write(&paths, 0, make).map(drop)
}

/// What a build does about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    /// It goes on, and leaves the thing alone.
    Builds,
    /// It says what is in the way, and leaves everything as it was.
    Refuses,
}

struct Layout {
    name: &'static str,
    does: Does,
    /// Takes the folder of the site, and one beside it with a file `precious` in it.
    plant: fn(&Path, &Path),
}

fn put(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn instead(path: &Path) {
    if path.is_dir() {
        fs::remove_dir_all(path).unwrap();
    } else {
        let _ = fs::remove_file(path);
    }
}

#[cfg(unix)]
fn link(to: &Path, at: &Path) {
    instead(at);
    std::os::unix::fs::symlink(to, at).unwrap();
}

const LAYOUTS: &[Layout] = &[
    Layout {
        name: "a file at the top",
        does: Does::Builds,
        plant: |site, _| put(&site.join("CNAME"), PRECIOUS),
    },
    Layout {
        name: "a file among pages",
        does: Does::Builds,
        plant: |site, _| put(&site.join("node/notes.txt"), PRECIOUS),
    },
    Layout {
        name: "a page of their own",
        does: Does::Builds,
        plant: |site, _| put(&site.join("node/Z.html"), PRECIOUS),
    },
    Layout {
        name: "hidden files",
        does: Does::Builds,
        plant: |site, _| put(&site.join(".nojekyll"), PRECIOUS),
    },
    Layout {
        name: "a folder",
        does: Does::Builds,
        plant: |site, _| put(&site.join("drafts/deep/one.md"), PRECIOUS),
    },
    Layout {
        name: "a folder in one that goes",
        does: Does::Builds,
        plant: |site, _| put(&site.join("old/mine/a"), PRECIOUS),
    },
    Layout {
        name: "a page edited",
        does: Does::Refuses,
        plant: |site, _| put(&site.join("node/A.html"), PRECIOUS),
    },
    Layout {
        name: "a page edited that stays the same",
        does: Does::Refuses,
        plant: |site, _| put(&site.join("node/B.html"), PRECIOUS),
    },
    Layout {
        name: "a page edited that goes",
        does: Does::Builds,
        plant: |site, _| put(&site.join("old/x.html"), PRECIOUS),
    },
    Layout {
        name: "the front page edited",
        does: Does::Refuses,
        plant: |site, _| put(&site.join("index.html"), PRECIOUS),
    },
    Layout {
        name: "a file where a page comes",
        does: Does::Refuses,
        plant: |site, _| put(&site.join("tag/new.html"), PRECIOUS),
    },
    Layout {
        name: "a file where a folder comes",
        does: Does::Refuses,
        plant: |site, _| put(&site.join("tag"), PRECIOUS),
    },
    Layout {
        name: "a file where a folder was",
        does: Does::Refuses,
        plant: |site, _| {
            instead(&site.join("node"));
            put(&site.join("node"), PRECIOUS);
        },
    },
    Layout {
        name: "a folder where a page was",
        does: Does::Refuses,
        plant: |site, _| {
            instead(&site.join("node/A.html"));
            put(&site.join("node/A.html/inside"), PRECIOUS);
        },
    },
    Layout {
        name: "a folder where a page was that goes",
        does: Does::Builds,
        plant: |site, _| {
            instead(&site.join("old/x.html"));
            put(&site.join("old/x.html/inside"), PRECIOUS);
        },
    },
    Layout {
        name: "something among what waits",
        does: Does::Refuses,
        plant: |site, _| put(&site.join(".forecastc-staging/notes"), PRECIOUS),
    },
    Layout {
        name: "a folder among what waits",
        does: Does::Refuses,
        plant: |site, _| put(&site.join(".forecastc-staging/0/notes"), PRECIOUS),
    },
    Layout {
        name: "a file where things wait",
        does: Does::Refuses,
        plant: |site, _| put(&site.join(".forecastc-staging"), PRECIOUS),
    },
    Layout {
        name: "a lock of somebody else",
        does: Does::Refuses,
        plant: |site, _| put(&site.join(".forecastc-lock"), PRECIOUS),
    },
    Layout {
        name: "a folder for a lock",
        does: Does::Refuses,
        plant: |site, _| put(&site.join(".forecastc-lock/a"), PRECIOUS),
    },
    Layout {
        name: "a manifest of somebody else",
        does: Does::Refuses,
        plant: |site, _| put(&site.join(".forecastc-manifest"), PRECIOUS),
    },
    Layout {
        name: "a folder for a manifest",
        does: Does::Refuses,
        plant: |site, _| {
            instead(&site.join(".forecastc-manifest"));
            put(&site.join(".forecastc-manifest/a"), PRECIOUS);
        },
    },
    Layout {
        name: "a list of what moves of somebody else",
        does: Does::Refuses,
        plant: |site, _| put(&site.join(".forecastc-manifest.next"), PRECIOUS),
    },
    Layout {
        name: "no manifest any more",
        does: Does::Refuses,
        plant: |site, _| {
            instead(&site.join(".forecastc-manifest"));
            put(&site.join("thesis.txt"), PRECIOUS);
        },
    },
    Layout {
        name: "a manifest that leads out",
        does: Does::Refuses,
        plant: |site, _| {
            // The hash is that of the file outside.
            let hash = "0".repeat(64);
            put(
                &site.join(".forecastc-manifest"),
                &format!("forecastc site 1\n{hash} 13 ../outside/precious\n"),
            );
        },
    },
    #[cfg(unix)]
    Layout {
        name: "a link where a page was",
        does: Does::Refuses,
        plant: |site, out| link(&out.join("precious"), &site.join("node/A.html")),
    },
    #[cfg(unix)]
    Layout {
        name: "a link to nothing",
        does: Does::Refuses,
        plant: |site, out| link(&out.join("nothing"), &site.join("node/A.html")),
    },
    #[cfg(unix)]
    Layout {
        name: "a link where a page was that goes",
        does: Does::Builds,
        plant: |site, out| link(&out.join("precious"), &site.join("old/x.html")),
    },
    #[cfg(unix)]
    Layout {
        name: "a link for a folder",
        does: Does::Refuses,
        plant: |site, out| link(out, &site.join("node")),
    },
    #[cfg(unix)]
    Layout {
        name: "a link where a folder comes",
        does: Does::Refuses,
        plant: |site, out| link(out, &site.join("tag")),
    },
    #[cfg(unix)]
    Layout {
        name: "a link where things wait",
        does: Does::Refuses,
        plant: |site, out| link(out, &site.join(".forecastc-staging")),
    },
    #[cfg(unix)]
    Layout {
        name: "a link for a manifest",
        does: Does::Refuses,
        plant: |site, out| {
            fs::rename(site.join(".forecastc-manifest"), out.join("manifest")).unwrap();
            link(&out.join("manifest"), &site.join(".forecastc-manifest"));
        },
    },
    #[cfg(unix)]
    Layout {
        name: "a link for a lock",
        does: Does::Refuses,
        plant: |site, out| link(&out.join("precious"), &site.join(".forecastc-lock")),
    },
    #[cfg(unix)]
    Layout {
        name: "a second name of a page",
        does: Does::Refuses,
        plant: |site, out| fs::hard_link(site.join("node/A.html"), out.join("second")).unwrap(),
    },
    #[cfg(unix)]
    Layout {
        name: "a pipe where a page was",
        does: Does::Refuses,
        plant: |site, _| {
            instead(&site.join("node/A.html"));
            let made = std::process::Command::new("mkfifo").arg(site.join("node/A.html")).status();
            assert!(made.unwrap().success());
        },
    },
];

/// Everything below a folder: what it is, and what it holds or leads to.
fn everything(folder: &Path) -> BTreeMap<String, String> {
    let walk = walkdir::WalkDir::new(folder).min_depth(1).into_iter().map(Result::unwrap);
    let all = walk.map(|entry| {
        let path = entry.path().strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
        let kind = entry.file_type();
        let holds = if kind.is_symlink() {
            format!("-> {}", fs::read_link(entry.path()).unwrap().display())
        } else if kind.is_file() {
            fs::read_to_string(entry.path()).unwrap()
        } else {
            format!("{kind:?}")
        };
        (path, holds)
    });
    all.collect()
}

#[test]
fn what_others_put_there_is_neither_written_over_nor_removed() {
    assert!(LAYOUTS.len() >= 25);
    for Layout { name, does, plant } in LAYOUTS {
        let around = tempfile::tempdir().unwrap();
        let (site, outside) = (around.path().join("site"), around.path().join("outside"));
        put(&outside.join("precious"), PRECIOUS);
        put(&outside.join("0"), PRECIOUS);
        put(&outside.join("A.html"), PRECIOUS);
        build(&site, &FIRST).unwrap();
        plant(&site, &outside);
        let before = everything(around.path());
        let result = build(&site, &SECOND);
        let after = everything(around.path());
        match does {
            Does::Builds => assert!(result.is_ok(), "{name}: {result:?}"),
            Does::Refuses => {
                let fault = result.expect_err(name).to_string();
                assert!(fault.contains(site.to_str().unwrap()), "{name}: {fault}");
                assert_eq!(after, before, "{name}");
            }
        }
        for (path, holds) in &before {
            let is_theirs = path.starts_with("outside") || holds == PRECIOUS || holds.starts_with("->");
            assert!(!is_theirs || after.get(path) == Some(holds), "{name}: {path} was lost");
        }
        // A second try does not do what the first one did not.
        assert_eq!(build(&site, &SECOND).is_ok(), *does == Does::Builds, "{name}");
    }
}
