//! The same network on the same day is the same bytes, whatever the threads, the files, the order and the clock.

use forecastc::source::Source;

use super::{everything, site, site_of};
use crate::session::replay;

fn words(field: &str) -> String {
    format!("Words of {field}")
}

#[test]
fn the_number_of_threads_does_not_show() {
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| site(&everything(words), "A document."))
    };
    assert!(on(1) == on(4));
}

#[test]
fn the_files_that_it_is_written_in_show_in_their_names_alone() {
    let text = everything(words);
    let (head, rest) = text.split_once("killer KIL").unwrap();
    let rest = format!("killer KIL{rest}");
    let pair = |one: &str, other: &str| {
        site_of(vec![Source::new(one, head), Source::new(other, rest.as_str())], "A document.")
    };
    let (there, back) = (pair("a.pred", "b.pred"), pair("b.pred", "a.pred"));
    let names = |path: &String, files: &super::Files| {
        let text = String::from_utf8(files[path].clone()).unwrap();
        text.replace("a.pred", "_.pred").replace("b.pred", "_.pred")
    };
    assert!(there.keys().eq(back.keys()));
    for path in there.keys() {
        assert!(names(path, &there) == names(path, &back), "{path}");
    }
    // The order in which they are handed over is nothing at all.
    let handed =
        site_of(vec![Source::new("b.pred", rest.as_str()), Source::new("a.pred", head)], "A document.");
    assert!(handed == there);
}

#[test]
#[cfg_attr(windows, ignore = "a session needs a Unix shell")]
fn neither_the_clock_nor_the_machine_shows() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("predictions/docs")).unwrap();
    std::fs::write(folder.path().join("predictions/network.pred"), everything(words)).unwrap();
    std::fs::write(folder.path().join("predictions/docs/a.md"), "A document.\n").unwrap();
    let session = "\
$ TZ=Pacific/Kiritimati RAYON_NUM_THREADS=1 forecastc -q build --out one | head -n 1 | cut -d ' ' -f 1
$ TZ=America/Adak RAYON_NUM_THREADS=4 LC_ALL=C.UTF-8 forecastc -q build --out two | head -n 1 | cut -d ' ' -f 1
$ diff -r one two && echo the same
";
    let said = replay(session, folder.path(), super::TODAY);
    assert!(said.contains("built\n") && said.ends_with("the same\n"), "{said}");
}
