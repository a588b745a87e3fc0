//! What a repository says of a network, and that asking runs and writes nothing.

use forecastc::disk::git::{Commit, Repository as Git};
use forecastc::disk::{self};
use forecastc::source::Sources;
use forecastc::value::Date;

use crate::repository::Repository;

const KILLER: &str = "killer DROUGHT \"The rivers run low\" { probability 20% }\n";

/// A repository with a network of one file, in one commit.
fn simple() -> Repository {
    let repository = Repository::new();
    repository.write("predictions/energy.pred", KILLER);
    repository.commit("Ada", "2026-01-01", "begin");
    repository
}

fn open(repository: &Repository, below: &str) -> Git {
    Git::holding(&repository.at(below)).unwrap()
}

fn head(git: &Git) -> Commit {
    git.commit("HEAD").unwrap()
}

/// All that sources say, in one value.
fn told(sources: &Sources) -> Vec<(String, String)> {
    let files = sources.files().iter().map(|file| (file.path().to_owned(), file.text().to_owned()));
    let documents =
        sources.document_paths().map(|path| (path.to_owned(), sources.document(path).unwrap().to_owned()));
    files.chain(documents).collect()
}

/// What the head says is what the disk says.
fn agrees(repository: &Repository, below: &str) {
    let git = open(repository, below);
    let commit = git.sources(&head(&git)).unwrap().unwrap();
    let work = disk::load(&repository.at(below)).unwrap().with_unix_lines();
    assert_eq!(told(&commit), told(&work), "{below}");
    let faults = |sources: &Sources| sources.files().iter().map(|file| file.fault()).collect::<Vec<_>>();
    assert_eq!(faults(&commit), faults(&work), "{below}");
}

#[test]
fn a_commit_says_what_its_checkout_says() {
    let repository = simple();
    repository.write("predictions/deep/er/grid.PRED", KILLER.replace("DROUGHT", "GRID"));
    repository.write("predictions/docs/margins.md", "# Margins\r\n\r\nThin.\r\n");
    repository.write("predictions/windows.pred", KILLER.replace("DROUGHT", "CRLF").replace('\n', "\r\n"));
    repository.write("predictions/bytes.pred", b"killer A \"\xFF\" { probability 20% }\n");
    repository.write("predictions/odd: \"name\"\n.pred", KILLER.replace("DROUGHT", "ODD"));
    repository.write("predictions/.hidden/a.pred", "nothing");
    repository.write("predictions/.b.pred", "nothing");
    repository.write("predictions/table.csv", "a,b");
    repository.write("outside.pred", "nothing");
    repository.write("predictions/large.pred", "#".repeat((4 << 20) + 1));
    repository.write("predictions/folder.pred/inside.pred", KILLER.replace("DROUGHT", "INSIDE"));
    repository.commit("Ada", "2026-01-02", "more");
    agrees(&repository, "predictions");
    agrees(&repository, "predictions/deep");
    let alone = "document D \"Margins\" { file docs/margins.md }\nkiller A \"a\" { probability 20% }\n";
    repository.write("predictions/alone.pred", alone);
    repository.write("predictions/other.md", "Not named.");
    repository.commit("Ada", "2026-01-03", "alone");
    agrees(&repository, "predictions/alone.pred");
    agrees(&repository, "predictions");
    // What lies in the work tree alone is not in the commit.
    repository.write("predictions/new.pred", KILLER);
    let git = open(&repository, "predictions");
    let shown = told(&git.sources(&head(&git)).unwrap().unwrap());
    assert!(shown.iter().all(|(path, _)| !path.ends_with("new.pred")));
}

#[test]
fn line_ends_that_attributes_change_make_no_difference() {
    let repository = simple();
    repository.write(".gitattributes", "*.pred text eol=crlf\n*.md text eol=crlf\n");
    repository.write("predictions/note.md", "One.\nTwo.\n");
    repository.commit("Ada", "2026-01-02", "attributes");
    repository.git("rm --quiet --cached -r .");
    repository.git("reset --quiet --hard");
    let on_disk = std::fs::read_to_string(repository.at("predictions/energy.pred")).unwrap();
    assert!(on_disk.ends_with("\r\n"));
    agrees(&repository, "predictions");
}

#[test]
fn revisions_name_commits_and_nothing_else() {
    let repository = simple();
    let first = repository.git("rev-parse HEAD");
    repository.git("tag v1");
    repository.git("tag --annotate --message=two v2");
    repository.write("predictions/energy.pred", KILLER.replace("20%", "30%"));
    repository.commit("Ada", "2026-01-02", "raise");
    let git = open(&repository, "predictions");
    for revision in ["v1", "v2", "HEAD~1", "main^", "HEAD^{/begin}", "HEAD@{1}", &first, &first[..8]] {
        assert_eq!(git.commit(revision).unwrap().id.as_str(), first, "{revision}");
    }
    let blob = repository.git("rev-parse HEAD:predictions/energy.pred");
    let before = repository.all_bytes();
    let hostile = [
        "",
        "-h",
        "--help",
        "--output=canary",
        "--exec=touch canary",
        "--upload-pack=touch canary",
        "-",
        "HEAD\n--output=canary",
        "HEAD\0",
        "HEAD\u{1b}[2J",
        "HEAD..v1",
        "v1...HEAD",
        "^HEAD",
        "HEAD:predictions/energy.pred",
        "HEAD^{tree}",
        "HEAD^{/nothing like it}",
        "$(touch canary)",
        "`touch canary`",
        "; touch canary",
        "| touch canary",
        "HEAD && touch canary",
        "ext::sh -c touch% canary",
        "../canary",
        "refs/heads/../../canary",
        "HEAD -- predictions",
        "@{-1}",
        "@{upstream}",
        "nothing",
        "0000000000000000000000000000000000000000",
        "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef",
        "HEAD~99",
        "%s",
        &blob,
    ];
    for revision in hostile {
        let fault = git.commit(revision).expect_err(revision);
        assert!(fault.what.contains("revision") || fault.what.contains("no commit"), "{fault}");
        assert!(!fault.to_string().contains('\u{1b}'));
    }
    assert_eq!(before, repository.all_bytes());
}

#[test]
#[cfg_attr(windows, ignore = "the canary is a shell script")]
fn nothing_of_a_repository_is_run_and_nothing_is_written() {
    let repository = simple();
    let outside = tempfile::tempdir().unwrap();
    let canary = outside.path().join("canary");
    let script = outside.path().join("run");
    std::fs::write(&script, format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\ncat\n", canary.display())).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&script, mode).unwrap();
    repository.write(".gitattributes", "*.pred diff=evil filter=evil merge=evil\n");
    repository.write("predictions/energy.pred", KILLER.replace("20%", "30%"));
    repository.commit("Ada", "2026-01-02", "raise");
    let run = script.display().to_string();
    for name in [
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "core.sshCommand",
        "core.gitProxy",
        "core.alternateRefsCommand",
        "core.askPass",
        "pager.log",
        "pager.rev-list",
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "gpg.program",
        "credential.helper",
        "uploadpack.packObjectsHook",
        "alias.rev-list",
        "alias.cat-file",
        "alias.rev-parse",
    ] {
        repository.git(&format!("config {name} {run}"));
    }
    repository.git("config log.showSignature true");
    repository.git("config filter.evil.required true");
    for hook in ["post-checkout", "post-index-change", "pre-auto-gc", "reference-transaction", "fsmonitor"] {
        std::fs::create_dir_all(repository.at(".git/hooks")).unwrap();
        std::fs::copy(&script, repository.at(&format!(".git/hooks/{hook}"))).unwrap();
    }
    // A clone that left its files behind, and would fetch them by running something.
    repository.git("config extensions.partialClone evil");
    repository.git("config remote.evil.promisor true");
    repository.git(&format!("config remote.evil.url ext::{run}"));
    repository.git("config protocol.ext.allow always");
    let lost = repository.git("hash-object predictions/energy.pred --no-filters");
    let _ = std::fs::remove_file(&canary);
    let before = repository.all_bytes();
    let ask = || {
        let git = open(&repository, "predictions");
        let commit = head(&git);
        git.main_branch().unwrap();
        git.merge_base(&commit, &git.commit("HEAD~1").unwrap()).unwrap();
        git.tree(&commit).unwrap();
        assert_eq!(git.log(&commit).unwrap().len(), 2);
        git.submodules(&commit).unwrap();
        git.is_shallow().unwrap();
        git.sources(&commit)
    };
    assert_eq!(ask().unwrap().unwrap().files().len(), 1);
    assert!(!canary.exists(), "{}", std::fs::read_to_string(&canary).unwrap());
    assert_eq!(before, repository.all_bytes());
    std::fs::remove_file(repository.at(&format!(".git/objects/{}/{}", &lost[..2], &lost[2..]))).unwrap();
    let fault = ask().expect_err("the file is not there");
    assert!(fault.what.contains("not in this clone"), "{fault}");
    assert!(!canary.exists(), "{}", std::fs::read_to_string(&canary).unwrap());
}

#[test]
fn a_clone_without_its_past_says_how_to_get_it() {
    let repository = simple();
    repository.git("checkout --quiet -b side");
    repository.write("predictions/energy.pred", KILLER.replace("20%", "30%"));
    let side = repository.commit("Bo", "2026-01-02", "raise");
    repository.git("checkout --quiet main");
    repository.write("README.md", "# Energy\n");
    repository.commit("Ada", "2026-01-03", "a page");
    let clone = Repository::clone_of(&repository, "--depth=1 --no-single-branch");
    let git = open(&clone, "predictions");
    assert!(git.is_shallow().unwrap());
    let (main, side) = (git.commit("origin/main").unwrap(), git.commit(&side).unwrap());
    let fault = git.merge_base(&main, &side).unwrap_err();
    assert!(fault.to_string().contains("git fetch --unshallow"), "{fault}");
    let fault = git.commit("HEAD~1").unwrap_err();
    assert!(fault.to_string().contains("fetch-depth: 0"), "{fault}");
    // In full, it is there.
    let full = open(&repository, "predictions");
    let base = full.merge_base(&full.commit("main").unwrap(), &side).unwrap().unwrap();
    assert_eq!(base, full.commit("main~1").unwrap());
    repository.git("checkout --quiet --orphan alone");
    repository.commit("Ada", "2026-01-04", "begin anew");
    assert_eq!(full.merge_base(&full.commit("main").unwrap(), &head(&full)).unwrap(), None);
}

#[test]
fn a_place_without_a_past_says_what_it_lacks() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Git::of(folder.path()).unwrap().is_none());
    let fault = Git::holding(folder.path()).unwrap_err();
    assert!(fault.to_string().contains("git init"), "{fault}");
    // No commit yet.
    let repository = Repository::new();
    repository.write("predictions/energy.pred", KILLER);
    let git = open(&repository, "predictions");
    assert!(git.commit("HEAD").unwrap_err().what.contains("no commit yet"));
    assert_eq!(git.main_branch().unwrap(), None);
    // A repository without a work tree, and one that lies among the files of another.
    repository.commit("Ada", "2026-01-01", "begin");
    let bare = Repository::clone_of(&repository, "--bare");
    assert!(Git::holding(bare.path()).unwrap_err().what.contains("without a work tree"));
    assert!(Git::holding(&repository.at(".git")).unwrap_err().what.contains("without a work tree"));
    // Where the network is not yet.
    let nowhere = open(&repository, "elsewhere/not/yet");
    let head = head(&nowhere);
    assert_eq!(nowhere.tree(&head).unwrap(), None);
    assert!(nowhere.sources(&head).unwrap().is_none());
    assert!(nowhere.log(&head).unwrap().is_empty());
}

#[test]
fn links_and_what_is_too_much_are_refused_as_on_the_disk() {
    let repository = simple();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/etc/passwd", repository.at("predictions/link.pred")).unwrap();
        repository.commit("Ada", "2026-01-02", "a link");
        let git = open(&repository, "predictions");
        let fault = git.sources(&head(&git)).unwrap_err();
        let on_disk = disk::load(&repository.at("predictions")).unwrap_err();
        assert!(fault.what.contains("symbolic link") && on_disk.what.contains("symbolic link"));
        std::fs::remove_file(repository.at("predictions/link.pred")).unwrap();
    }
    repository.write("predictions/large.md", "x".repeat((1 << 20) + 1));
    repository.commit("Ada", "2026-01-03", "a book");
    let git = open(&repository, "predictions");
    assert!(git.sources(&head(&git)).unwrap_err().what.contains("it may have"));
    assert!(disk::load(&repository.at("predictions")).unwrap_err().what.contains("it may have"));
}

#[test]
fn folders_that_share_their_objects_without_end_are_given_up() {
    let repository = simple();
    // Ten times ten folders, eight deep, of nine objects.
    let mut tree = repository.git("rev-parse HEAD:predictions");
    for _ in 0..8 {
        let lines: String = (0..10).map(|n| format!("040000 tree {tree}\td{n}\n")).collect();
        repository.write("lines", &lines);
        let input = std::fs::File::open(repository.at("lines")).unwrap();
        let made = crate::repository::git(repository.path()).arg("mktree").stdin(input).output().unwrap();
        tree = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    }
    let commit = repository.git(&format!("commit-tree {tree} -m endless"));
    let git = open(&repository, "");
    let fault = git.sources(&git.commit(&commit).unwrap()).unwrap_err();
    assert!(fault.what.contains("more than"), "{fault}");
}

#[test]
fn submodules_work_from_inside_and_are_left_alone_from_outside() {
    let inner = simple();
    let outer = simple();
    let url = inner.path().display().to_string();
    outer.git(&format!("-c protocol.file.allow=always submodule --quiet add {url} predictions/shared"));
    outer.commit("Bo", "2026-02-01", "share");
    let git = open(&outer, "predictions");
    let sources = git.sources(&head(&git)).unwrap().unwrap();
    assert_eq!(sources.files().len(), 1);
    assert_eq!(git.submodules(&head(&git)).unwrap(), ["predictions/shared"]);
    let inside = open(&outer, "predictions/shared/predictions");
    assert_eq!(inside.log(&head(&inside)).unwrap().len(), 1);
    agrees(&outer, "predictions/shared/predictions");
    // Not checked out, it is an empty folder.
    let clone = Repository::clone_of(&outer, "");
    let git = open(&clone, "predictions/shared/predictions");
    let fault = git.sources(&head(&git)).unwrap_err();
    assert!(fault.to_string().contains("git submodule update"), "{fault}");
}

#[test]
fn a_second_work_tree_and_a_subfolder_are_the_same_repository() {
    let repository = simple();
    repository.write("predictions/sea/tide.pred", KILLER.replace("DROUGHT", "TIDE"));
    repository.commit("Ada", "2026-01-02", "the sea");
    let other = tempfile::tempdir().unwrap();
    let place = other.path().join("tree");
    repository.git(&format!("worktree add --quiet -b side {}", place.display()));
    let git = Git::holding(&place.join("predictions")).unwrap();
    assert_eq!(git.log(&head(&git)).unwrap().len(), 2);
    let sub = open(&repository, "predictions/sea");
    assert_eq!(sub.log(&head(&sub)).unwrap().len(), 1);
    agrees(&repository, "predictions/sea");
    assert_eq!(git.main_branch().unwrap().unwrap().name, "main");
}

#[test]
fn the_log_has_who_when_and_why_and_merges_as_one() {
    let repository = simple();
    repository.write("README.md", "# Energy\n");
    repository.commit("Ada", "2026-01-02", "a page");
    repository.git("checkout --quiet -b side");
    for (number, level) in ["30%", "40%"].into_iter().enumerate() {
        repository.write("predictions/energy.pred", KILLER.replace("20%", level));
        repository.commit("Bo \u{202e}evil", &format!("2026-01-0{}", number + 3), "raise\n\nIn words.");
    }
    repository.git("checkout --quiet main");
    let mut merge = crate::repository::git(repository.path());
    merge.args(["merge", "--quiet", "--no-ff", "-m", "Merge side", "side"]);
    // An hour after midnight, in a zone where it is still that day.
    merge.env("GIT_COMMITTER_DATE", "2026-01-09T00:30:00+09:00");
    assert!(merge.status().unwrap().success());
    let git = open(&repository, "predictions");
    let log = git.log(&head(&git)).unwrap();
    let told: Vec<_> = log
        .iter()
        .map(|entry| {
            (entry.author.as_str(), entry.date.unwrap().to_string(), entry.subject.as_str(), entry.parents)
        })
        .collect();
    let expected =
        [("Ada", "2026-01-09".to_owned(), "Merge side", 2), ("Ada", "2026-01-01".to_owned(), "begin", 0)];
    assert_eq!(told, expected);
    let merged = git.merged(&log[0].commit).unwrap();
    assert_eq!(merged.len(), 2);
    assert_eq!(merged[0].author, "Bo \u{fffd}evil");
    assert_eq!((merged[0].date, merged[0].subject.as_str()), (Date::parse("2026-01-04"), "raise"));
    assert_eq!(merged[0].tree, log[0].tree);
    assert!(git.merged(&log[1].commit).unwrap().is_empty());
}

#[test]
fn another_repository_that_a_hook_names_is_not_asked() {
    // In a process of its own: the environment is that of the whole process.
    let repository = simple();
    let other = Repository::new();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_forecastc"))
        .args(["history", "--no-cache", "--source"])
        .arg(repository.at("predictions"))
        .env("GIT_DIR", other.at(".git"))
        .env("GIT_WORK_TREE", other.path())
        .env("GIT_ICASE_PATHSPECS", "1")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("begin"), "{text}{}", String::from_utf8_lossy(&output.stderr));
}
