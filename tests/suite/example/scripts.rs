//! Scripts of the site: nothing in them makes markup or code from text, and they are small.

/// What makes markup or code from text, or leads around the policy of the pages.
const BANNED: [&str; 16] = [
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "createContextualFragment",
    "DOMParser",
    "srcdoc",
    "setHTML",
    "eval(",
    "Function(",
    "new Function",
    "javascript:",
    "import(",
    "fetch(",
    "XMLHttpRequest",
    "importScripts",
];
/// Bytes of all scripts, and of all style sheets.
const MOST: u64 = 40 * 1024;

#[test]
fn scripts_make_no_markup_and_no_code_from_text() {
    for path in [crate::files("templates/assets", "js"), crate::files("src/serve", "js")].concat() {
        let text = std::fs::read_to_string(&path).unwrap();
        let shown = path.strip_prefix(crate::root()).unwrap().display();
        // A site is read without a server; what a server adds asks it.
        let may_fetch = path.starts_with(crate::root().join("src/serve"));
        for word in BANNED.into_iter().filter(|word| *word != "fetch(" || !may_fetch) {
            assert!(!text.contains(word), "{shown}: {word}");
        }
        for timer in ["setTimeout(", "setInterval("] {
            for (at, _) in text.match_indices(timer) {
                let argument = text[at + timer.len()..].trim_start();
                assert!(!argument.starts_with(['"', '\'', '`']), "{shown}: a timer of text");
            }
        }
        assert!(text.contains("\"use strict\";"), "{shown} is not strict");
    }
}

#[test]
fn scripts_and_styles_are_small() {
    for ending in ["js", "css"] {
        let assets =
            std::fs::read_dir(super::example().join("assets")).unwrap().map(|entry| entry.unwrap().path());
        let own = assets.filter(|path| path.extension().is_some_and(|own| own == ending));
        let all: u64 = own.map(|path| std::fs::metadata(path).unwrap().len()).sum();
        assert!(all <= MOST, "{all} bytes of {ending}");
    }
}
