//! The workflows that `init` writes: they can be read, hold no right that they do not need, and do what they say.
//!
//! Their shell steps run here as they stand in the files, against a real git repository with the real binary. `cargo`,
//! which would install it, is a stand-in, and the host is a small server on loopback (`host`).

mod host;
mod yaml;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use self::host::Host;
use self::yaml::Value;

/// What the steps call besides git; a workflow finds them on every runner.
const PROGRAMS: [&str; 3] = ["curl", "jq", "iconv"];
const MARKER: &str = "<!-- forecastc-review -->";

fn workflow(name: &str) -> Value {
    let path = crate::root().join("src/cli/init").join(name);
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.replace("{version}", env!("CARGO_PKG_VERSION")).replace("{source}", "predictions");
    yaml::read(&text).unwrap_or_else(|fault| panic!("{name}: {fault}"))
}

const WORKFLOWS: [&str; 3] = ["forecasts.yml", "forecasts-comment.yml", "forecasts-publish.yml"];

/// Every step of a workflow, with the name of its job.
fn steps(workflow: &Value) -> Vec<(&str, &Value)> {
    let jobs = workflow.at("jobs").entries();
    jobs.iter()
        .flat_map(|(name, job)| job.at("steps").items().iter().map(|step| (name.as_str(), step)))
        .collect()
}

fn step<'a>(workflow: &'a Value, name: &str) -> &'a Value {
    let found =
        steps(workflow).into_iter().find(|(_, step)| step.get("name").is_some_and(|it| it.text() == name));
    found.unwrap_or_else(|| panic!("there is no step {name}")).1
}

fn permissions(of: &Value) -> Vec<(String, String)> {
    let all = of.get("permissions").map(Value::entries).unwrap_or_default();
    all.iter().map(|(right, level)| (right.clone(), level.text().to_owned())).collect()
}

#[test]
fn no_workflow_has_a_right_that_it_does_not_need() {
    type Rights = &'static [(&'static str, &'static str)];
    type Job = (&'static str, Rights);
    let right = |all: Rights| -> Vec<(String, String)> {
        all.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    };
    // Of the whole file, and of its jobs beyond that.
    let wanted: [(&str, Rights, &[Job]); 3] = [
        ("forecasts.yml", &[("contents", "read")], &[]),
        (
            "forecasts-comment.yml",
            &[],
            &[
                ("review", &[("contents", "read"), ("pull-requests", "read")]),
                ("comment", &[("pull-requests", "write")]),
            ],
        ),
        (
            "forecasts-publish.yml",
            &[("contents", "read")],
            &[("deploy", &[("pages", "write"), ("id-token", "write")])],
        ),
    ];
    for (name, whole, jobs) in wanted {
        let workflow = workflow(name);
        assert!(workflow.get("permissions").is_some(), "{name} takes the rights that are usual");
        assert_eq!(permissions(&workflow), right(whole), "{name}");
        for (job, value) in workflow.at("jobs").entries() {
            let own = jobs.iter().find(|(name, _)| name == job).map_or(&[][..], |(_, own)| own);
            assert_eq!(permissions(value), right(own), "{name}: {job}");
            assert!(value.get("timeout-minutes").is_some(), "{name}: {job} may run for six hours");
        }
    }
}

#[test]
fn no_workflow_gives_a_stranger_a_way_in() {
    let version = fancy_regex::Regex::new(r"^actions/[a-z-]+@v\d+$").unwrap();
    for name in WORKFLOWS {
        let workflow = workflow(name);
        let on: Vec<&str> = workflow.at("on").entries().iter().map(|(event, _)| event.as_str()).collect();
        assert!(!on.contains(&"pull_request_target"), "{name} would run with rights on text of strangers");
        for (job, step) in steps(&workflow) {
            if let Some(script) = step.get("run") {
                assert!(
                    !script.text().contains("${{"),
                    "{name}: {job} pastes values into a script:\n{}",
                    script.text()
                );
            }
            let Some(uses) = step.get("uses").map(Value::text) else { continue };
            assert!(version.is_match(uses).unwrap(), "{name}: {uses}");
            assert!(!uses.starts_with("actions/cache"), "{name} shares a cache with strangers");
            if uses.starts_with("actions/checkout") {
                let with = step.at("with");
                assert_eq!(with.at("persist-credentials").text(), "false", "{name}: {job}");
                assert!(with.get("ref").is_none(), "{name}: {job} checks out what a stranger names");
            }
        }
    }
    for name in WORKFLOWS.into_iter().chain(["gitlab-ci.yml"]) {
        let text = std::fs::read_to_string(crate::root().join("src/cli/init").join(name)).unwrap();
        assert!(!text.contains("secrets."), "{name} uses a secret");
    }
    // The job that may write runs nothing that reads a network.
    let comment = workflow("forecasts-comment.yml");
    for (_, step) in steps(&comment).into_iter().filter(|(job, _)| *job == "comment") {
        let script = step.get("run").map_or("", Value::text);
        assert!(!script.contains("forecastc ") && !script.contains("git "), "{script}");
    }
}

#[test]
fn the_site_is_published_from_the_default_branch_alone() {
    let publish = workflow("forecasts-publish.yml");
    let on: Vec<&str> = publish.at("on").entries().iter().map(|(event, _)| event.as_str()).collect();
    assert_eq!(on, ["push", "schedule", "workflow_dispatch"]);
    assert!(publish.at("jobs").at("build").at("if").text().contains("default_branch"));
    assert_eq!(publish.at("jobs").at("deploy").at("needs").text(), "build");
    let gitlab = workflow("gitlab-ci.yml");
    let rules = gitlab.at("pages").at("rules").items();
    assert_eq!(rules.len(), 1);
    assert!(rules[0].at("if").text().contains("$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"));
    assert!(rules[0].at("if").text().contains("$CI_PIPELINE_SOURCE != \"merge_request_event\""));
}

/// A machine of the host: a repository, a folder for what passes, and programs.
struct Machine {
    folder: tempfile::TempDir,
}

impl Machine {
    /// A network on `main`, and a pull request 7 as the host keeps it: its head, and its merge. None, with a line that
    /// says so, where a program that the steps call is not there.
    fn new(change: &str) -> Option<Self> {
        if let Some(missing) =
            PROGRAMS.iter().find(|name| Command::new(name).arg("--version").output().is_err())
        {
            crate::browser::skip("of workflows", &format!("there is no `{missing}`"));
            return None;
        }
        let machine = Self { folder: tempfile::tempdir().unwrap() };
        for folder in ["bin", "temp", "origin"] {
            std::fs::create_dir(machine.path(folder)).unwrap();
        }
        machine.program(
            "cargo",
            "#!/bin/sh\n[ \"$*\" = \"install --locked forecastc@=$VERSION\" ] || { echo \"cargo $*\" >&2; exit 9; }\n",
        );
        let binary = env!("CARGO_BIN_EXE_forecastc");
        machine.program("forecastc", &wrapper(binary));
        let origin = machine.path("origin");
        let git = |arguments: &[&str]| machine.git(&origin, arguments);
        git(&["init", "--quiet", "--initial-branch=main"]);
        let init =
            Command::new(binary).arg("init").current_dir(&origin).env("SOURCE_DATE_EPOCH", EPOCH).output();
        assert!(init.unwrap().status.success());
        git(&["add", "."]);
        git(&["commit", "--quiet", "--message=A network"]);
        git(&["checkout", "--quiet", "-b", "change"]);
        let file = origin.join("predictions/heat-pumps.pred");
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, text.replace("probability 40%", change)).unwrap();
        git(&["commit", "--quiet", "--all", "--message=A change"]);
        git(&["update-ref", "refs/pull/7/head", "HEAD"]);
        git(&["checkout", "--quiet", "main"]);
        git(&["commit", "--quiet", "--allow-empty", "--message=Something else"]);
        git(&["checkout", "--quiet", "--detach"]);
        git(&["merge", "--quiet", "--no-ff", "--message=Merge", "change"]);
        git(&["update-ref", "refs/pull/7/merge", "HEAD"]);
        git(&["checkout", "--quiet", "main"]);
        Some(machine)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn program(&self, name: &str, text: &str) {
        let path = self.path("bin").join(name);
        std::fs::write(&path, text).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
    }

    fn git(&self, folder: &Path, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .current_dir(folder)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// What `actions/checkout` leaves: one commit and so many below it.
    fn checkout(&self, name: &str, reference: &str, depth: u32) -> PathBuf {
        let folder = self.path(name);
        std::fs::create_dir(&folder).unwrap();
        self.git(&folder, &["init", "--quiet"]);
        let origin = format!("file://{}", self.path("origin").display());
        self.git(
            &folder,
            &["fetch", "--quiet", "--no-tags", &format!("--depth={depth}"), &origin, reference],
        );
        self.git(&folder, &["checkout", "--quiet", "--detach", "FETCH_HEAD"]);
        folder
    }

    /// A shell as a runner has it, with nothing else of this machine.
    fn shell(&self, script: &str, folder: &Path) -> Command {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(self.path("bin")).chain(std::env::split_paths(&path));
        let mut command = Command::new("sh");
        command.arg("-ec").arg(script).current_dir(folder).env_clear();
        command.env("PATH", std::env::join_paths(path).unwrap()).env("HOME", self.folder.path());
        command.env("SOURCE_DATE_EPOCH", EPOCH).env("VERSION", env!("CARGO_PKG_VERSION")).env("LC_ALL", "C");
        command
    }

    /// Runs the shell of a step as GitHub does. `values` stand for what it would fill in.
    fn run(&self, workflow: &Value, step: &Value, folder: &Path, values: &BTreeMap<&str, String>) -> Output {
        let mut command = self.shell(step.at("run").text(), folder);
        command.env("RUNNER_TEMP", self.path("temp")).env("GITHUB_OUTPUT", self.path("output"));
        command.env("GITHUB_STEP_SUMMARY", self.path("summary")).env("GITHUB_REPOSITORY", "origin");
        command.env("GITHUB_SERVER_URL", format!("file://{}", self.folder.path().display()));
        if let Some(address) = values.get("GITHUB_API_URL") {
            command.env("GITHUB_API_URL", address);
        }
        for (name, value) in
            [workflow, step].into_iter().filter_map(|of| of.get("env")).flat_map(Value::entries)
        {
            let value = value.text();
            let inner = value.strip_prefix("${{ ").and_then(|rest| rest.strip_suffix(" }}"));
            let value = match inner {
                Some(inner) => {
                    values.get(inner).unwrap_or_else(|| panic!("nothing fills in {inner}")).clone()
                }
                None => value.to_owned(),
            };
            command.env(name, value);
        }
        command.output().unwrap()
    }

    /// Runs a job as GitLab does: its lines in one shell.
    fn run_job(&self, workflow: &Value, job: &str, folder: &Path, base: &str) -> Output {
        let script: String =
            workflow.at(job).at("script").items().iter().map(|line| format!("{}\n", line.text())).collect();
        let mut command = self.shell(&script, folder);
        for (name, value) in workflow.at("variables").entries() {
            command.env(name, value.text());
        }
        command.env("CI_MERGE_REQUEST_DIFF_BASE_SHA", base).output().unwrap()
    }

    fn output(&self, name: &str) -> Option<String> {
        let all = std::fs::read_to_string(self.path("output")).unwrap_or_default();
        let value = |line: &str| line.strip_prefix(name)?.strip_prefix('=').map(ToOwned::to_owned);
        all.lines().rev().find_map(value).filter(|value| !value.is_empty())
    }
}

/// The day of these runs: 2026-06-01.
const EPOCH: &str = "1780272000";

fn wrapper(binary: &str) -> String {
    format!("#!/bin/sh\nexec '{binary}' \"$@\"\n")
}

fn ok(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

#[test]
#[cfg_attr(windows, ignore = "the steps need a Unix shell")]
fn a_pull_request_is_checked_reviewed_and_built_without_rights() {
    let Some(machine) = Machine::new("probability 46%") else { return };
    let workflow = workflow("forecasts.yml");
    let folder = machine.checkout("work", "refs/pull/7/merge", 2);
    let none = BTreeMap::new();
    for name in ["Install forecastc", "Check", "Layout", "Review", "Build"] {
        ok(&machine.run(&workflow, step(&workflow, name), &folder, &none));
    }
    assert!(machine.path("temp/site/index.html").exists());
    let summary = std::fs::read_to_string(machine.path("summary")).unwrap();
    assert!(summary.starts_with(MARKER), "{summary}");
    assert!(machine.path("temp/review/review.json").exists());
    assert_eq!(machine.git(&folder, &["status", "--porcelain"]), "", "the steps leave the tree as it was");
}

#[test]
#[cfg_attr(windows, ignore = "the steps need a Unix shell")]
fn a_pull_request_that_breaks_the_network_fails_the_check() {
    let Some(machine) = Machine::new("probability 460%") else { return };
    let workflow = workflow("forecasts.yml");
    let folder = machine.checkout("work", "refs/pull/7/merge", 2);
    let output = machine.run(&workflow, step(&workflow, "Check"), &folder, &BTreeMap::new());
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("::error file=predictions/heat-pumps.pred"));
}

#[test]
#[cfg_attr(windows, ignore = "the steps need a Unix shell")]
fn a_merge_request_is_checked_reviewed_and_built_too() {
    let Some(machine) = Machine::new("probability 46%") else { return };
    let workflow = workflow("gitlab-ci.yml");
    let folder = machine.checkout("work", "refs/pull/7/head", 2);
    let base = machine.git(&folder, &["rev-parse", "HEAD^"]);
    ok(&machine.run_job(&workflow, "check", &folder, &base));
    ok(&machine.run_job(&workflow, "review", &folder, &base));
    ok(&machine.run_job(&workflow, "pages", &folder, &base));
    for path in ["forecasts.xml", "review.md", "review.json", "public/index.html"] {
        assert!(folder.join(path).exists(), "{path} is not there");
    }
}

/// The two jobs of the comment, for pull request 7, with a review that may be put in the place of the true one.
fn comment(machine: &Machine, host: &Host, head: &str, forged: Option<&[u8]>) -> Output {
    let workflow = workflow("forecasts-comment.yml");
    let mut values: BTreeMap<&str, String> = BTreeMap::new();
    values.insert("GITHUB_API_URL", host.address());
    values.insert("github.token", host::TOKEN.to_owned());
    values.insert("github.event.workflow_run.head_sha", head.to_owned());
    values.insert("github.event.workflow_run.head_repository.owner.login", "a-stranger".to_owned());
    values.insert("github.event.workflow_run.head_branch", "x&state=closed$(id>owned)".to_owned());
    let folder = machine.path("trusted");
    if !folder.exists() {
        machine.checkout("trusted", "refs/heads/main", 1);
    }
    let _ = std::fs::remove_file(machine.path("output"));
    let run = |name: &str, values: &BTreeMap<&str, String>| {
        machine.run(&workflow, step(&workflow, name), &folder, values)
    };
    ok(&run("Install forecastc", &values));
    let found = run("Find the pull request", &values);
    ok(&found);
    let Some(number) = machine.output("number") else { return found };
    values.insert("steps.find.outputs.number", number);
    let _ = std::fs::remove_file(machine.path("output"));
    let fetched = run("Fetch its text", &values);
    ok(&fetched);
    let Some(number) = machine.output("number") else { return fetched };
    values.insert("steps.fetch.outputs.base", machine.output("base").unwrap());
    values.insert("steps.fetch.outputs.merge", machine.output("merge").unwrap());
    ok(&run("Review", &values));
    assert!(!folder.join("owned").exists(), "the name of a branch was run");
    assert_eq!(
        machine.git(&folder, &["status", "--porcelain"]),
        "",
        "the text of a stranger was checked out"
    );
    // The second job: on another machine, which has the artifact and nothing else.
    let review = machine.path("temp/review");
    let _ = std::fs::remove_dir_all(&review);
    std::fs::create_dir(&review).unwrap();
    match forged {
        Some(bytes) => std::fs::write(review.join("review.md"), bytes).unwrap(),
        None => {
            std::fs::copy(machine.path("temp/review.md"), review.join("review.md")).unwrap();
        }
    }
    values.insert("needs.review.outputs.number", number);
    run("Comment", &values)
}

fn head(machine: &Machine) -> String {
    machine.git(&machine.path("origin"), &["rev-parse", "refs/pull/7/head"])
}

#[test]
#[cfg_attr(windows, ignore = "the steps need a Unix shell")]
fn one_comment_is_written_and_then_kept_current() {
    let Some(machine) = Machine::new("probability 46%") else { return };
    let head = head(&machine);
    let host = Host::start(&head);
    // Strangers may write the marker as well; ours is on the second page.
    for number in 0..103 {
        host.comment_by("a-stranger", "User", &format!("{MARKER}\nmine {number}"));
    }
    ok(&comment(&machine, &host, &head, None));
    let ours = host.ours();
    assert_eq!(ours.len(), 1);
    assert!(ours[0].starts_with(MARKER), "{}", ours[0]);
    ok(&comment(&machine, &host, &head, Some(format!("{MARKER}\n\nAnother review\n").as_bytes())));
    assert_eq!(host.ours(), [format!("{MARKER}\n\nAnother review\n")]);
    assert_eq!(host.comments(), 104);
    assert_eq!(host.faults(), [""; 0]);
}

#[test]
#[cfg_attr(windows, ignore = "the steps need a Unix shell")]
fn a_pull_request_that_moved_on_is_left_to_its_next_run() {
    let Some(machine) = Machine::new("probability 46%") else { return };
    let head = head(&machine);
    let host = Host::start(&head);
    let other = "0123456789012345678901234567890123456789";
    assert!(ok(&comment(&machine, &host, other, None)).contains("::notice::no open pull request"));
    // The host merges later than it tells: the merge is of another head.
    let host = Host::start(other);
    assert!(ok(&comment(&machine, &host, other, None)).contains("::notice::the pull request has moved on"));
    // The head moved while the review was made.
    let host = Host::start(&head);
    host.move_after_the_list();
    assert!(ok(&comment(&machine, &host, &head, None)).contains("::notice::the pull request has moved on"));
    assert_eq!(host.comments(), 0);
}

#[test]
#[cfg_attr(windows, ignore = "the steps need a Unix shell")]
fn a_forged_review_is_refused_or_made_harmless() {
    let Some(machine) = Machine::new("probability 46%") else { return };
    let head = head(&machine);
    let host = Host::start(&head);
    let long = format!("{MARKER}\n{}", "x".repeat(240_000));
    let refused: [&[u8]; 5] = [
        b"",
        b"1 node moved\n",
        b" <!-- forecastc-review -->\n",
        b"<!-- forecastc-review -->\n\xff\xfe\n",
        long.as_bytes(),
    ];
    for review in refused {
        let output = comment(&machine, &host, &head, Some(review));
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stdout).starts_with("::error::"), "{output:?}");
    }
    assert_eq!(host.comments(), 0);

    let hostile = "\
@dependabot merge
/approve
> /lgtm
![p](http://example.org/p.png) [a](//example.org) [b]: //example.org <https://example.org> www.example.org
fixes #12 and GH-12 and a/b#3 <img src=x onerror=y> <a href=x>x</a> <!-- another robot's marker -->
&commat;octocat &#64;octocat &#x40;octocat \\@octocat &#35;1
<details open><summary>kept</summary> a &amp; b &#124; c </details>
";
    ok(&comment(&machine, &host, &head, Some(format!("{MARKER}\n{hostile}").as_bytes())));
    let posted = host.ours().pop().unwrap();
    let (first, rest) = posted.split_once('\n').unwrap();
    assert_eq!(first, MARKER);
    let acts = fancy_regex::Regex::new(
        r"@\w|(?m:^[> ]*/)|!\[|\]\(|\]:|://|www\.|(?<!&)#\d|GH-\d|<(?!/?(details|summary|br|sub|sup)( open)?>)[a-z!/]|&(?!amp;|#124;)[a-z#]",
    );
    if let Some(found) = acts.unwrap().find(rest).unwrap() {
        panic!("{:?} acts, in\n{rest}", found.as_str());
    }
    assert_eq!(rest.replace('\u{200b}', ""), hostile, "the words stay");
    // What is harmless stays as it is, and no text can grow until the comment does not fit.
    let (again, many) =
        (posted.clone(), format!("{MARKER}\n{}", format!("{}\n", "@".repeat(2_999)).repeat(18)));
    ok(&comment(&machine, &host, &head, Some(again.as_bytes())));
    assert_eq!(host.ours(), [again]);
    ok(&comment(&machine, &host, &head, Some(many.as_bytes())));
    assert!(host.ours()[0].chars().count() < 65_000);
    assert_eq!(host.faults(), [""; 0]);
}
