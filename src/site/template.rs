//! Templates: those of the binary, each of which a file of the same name takes the place of.

mod inline;
mod squeeze;

use std::collections::BTreeMap;
use std::fmt;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Value, ValueKind};
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior};

use self::inline::Macros;
use super::html::parts;
use super::memory::Mark;

/// A page has room in so many bytes, or nearly.
const ROOM: usize = 60_000;

macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        /// The templates of the binary, by name.
        pub(super) const EMBEDDED: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../templates/", $name)))),*];
    };
}

embedded![
    // Pages, and what they share.
    "404.html",
    "calendar.html",
    "calibration.html",
    "changes.html",
    "class.html",
    "classes.html",
    "document.html",
    "documents.html",
    "domains.html",
    "front.html",
    "graph.html",
    "killers.html",
    "laboratory.html",
    "layout.html",
    "lists.html",
    "macros.html",
    "milestones-year.html",
    "milestones.html",
    "node.html",
    "predictions.html",
    "predictor.html",
    "predictors.html",
    "redirect.html",
    "rules.html",
    "scenarios.html",
    "search.html",
    "subject.html",
    "subjects.html",
    "tags.html",
    "ticker.html",
    "tickers.html",
    // Assets: the style sheets become one, in this order.
    "assets/base.css",
    "assets/chart.css",
    "assets/front.css",
    "assets/node.css",
    "assets/list.css",
    "assets/laboratory.css",
    "assets/icon.svg",
    "assets/theme.js",
    "assets/site.js",
    "assets/laboratory.js",
    "assets/search.js",
];

/// What went wrong in a template, in words, with the place.
#[derive(Debug)]
pub struct TemplateFault(String);

impl fmt::Display for TemplateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TemplateFault {}

/// All templates, ready to lay out views, and the assets as they are.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
    /// The files of assets as readers get them, with their paths.
    assets: Vec<(String, Vec<u8>)>,
    mark: Mark,
}

impl Templates {
    /// The templates of the binary, and over them these, by name.
    pub fn new(mut own: BTreeMap<String, String>) -> Result<Self, TemplateFault> {
        // A copy that nobody changed is no template of the user's own.
        own.retain(|name, text| !EMBEDDED.contains(&(name.as_str(), text.as_str())));
        let mut environment = Environment::new();
        environment.set_auto_reload(false);
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        environment.set_syntax(syntax.map_err(|error| fault(&error))?);
        environment.set_formatter(|out, _, value| write(out, value));
        // Those of the binary are always the same.
        let mark = Mark::of(&own);
        let mut assets = BTreeMap::new();
        let embedded = EMBEDDED.iter().map(|(name, text)| ((*name).to_owned(), readied(name, text, &own)));
        let embedded: Vec<(String, String)> = embedded.collect();
        for (name, text) in embedded.into_iter().chain(own) {
            if name.starts_with("assets/") {
                assets.insert(name, text);
            } else {
                environment.add_template_owned(name, text).map_err(|error| fault(&error))?;
            }
        }
        Ok(Self { environment, assets: published(&assets), mark })
    }

    /// The names that templates can have.
    pub fn names() -> impl Iterator<Item = &'static str> {
        EMBEDDED.iter().map(|(name, _)| *name)
    }

    /// What all templates are, in short.
    pub(super) fn mark(&self) -> Mark {
        self.mark
    }

    /// The files of assets with their bytes.
    pub(super) fn assets(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.assets.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    pub(super) fn render(&self, name: &str, context: Value) -> Result<Vec<u8>, TemplateFault> {
        let template = self.environment.get_template(name).map_err(|error| fault(&error))?;
        let mut bytes = Vec::with_capacity(ROOM);
        template.render_captured_to(context, &mut bytes).map_err(|error| fault(&error))?;
        Ok(bytes)
    }
}

/// One style sheet of all, without comments, and the rest as it is.
fn published(assets: &BTreeMap<String, String>) -> Vec<(String, Vec<u8>)> {
    let is_style = |name: &str| name.ends_with(".css");
    let order = EMBEDDED.iter().map(|(name, _)| *name).filter(|name| is_style(name));
    let sheet: String = order.filter_map(|name| assets.get(name)).map(String::as_str).collect();
    let rest = assets.iter().filter(|(name, _)| !is_style(name));
    let rest = rest.map(|(name, text)| (name.clone(), text.clone().into_bytes()));
    std::iter::once(("assets/site.css".to_owned(), squeeze::sheet(&sheet).into_bytes())).chain(rest).collect()
}

/// A file of the binary as it is used: a script without comments, a page without calls of macros.
fn readied(name: &str, text: &str, own: &BTreeMap<String, String>) -> String {
    match name.rsplit_once('.') {
        Some((_, "js")) => squeeze::script(text),
        Some((_, "html")) => inlined(text, own),
        _ => text.to_owned(),
    }
}

/// A template of the binary without calls of the macros that it shares, unless those are the user's own: what is wrong
/// with theirs is told where they wrote it.
fn inlined(text: &str, own: &BTreeMap<String, String>) -> String {
    const SHARED: &str = "macros.html";
    let Some((_, shared)) = EMBEDDED.iter().find(|(name, _)| *name == SHARED) else { return text.to_owned() };
    let shared = if own.contains_key(SHARED) { Macros::default() } else { Macros::of(shared, "m.") };
    let text = shared.and(Macros::of(text, "")).inlined(text);
    // A layout sees what its pages import, and that of a user may make use of it.
    if own.contains_key("layout.html") { text } else { inline::needed(&text) }
}

/// Markup as it is, text as text; what is not there and what has no form of its own is a fault of the template.
fn write(out: &mut minijinja::Output<'_>, value: &Value) -> Result<(), minijinja::Error> {
    let written = match value.as_str() {
        Some(text) if value.is_safe() => out.write_str(text),
        Some(text) => parts(text).try_for_each(|part| out.write_str(part)),
        None if value.kind() == ValueKind::Number => write!(out, "{value}"),
        None => {
            let what = format!("{} cannot be shown on a page", value.kind());
            return Err(minijinja::Error::new(ErrorKind::InvalidOperation, what));
        }
    };
    written.map_err(|_| minijinja::Error::new(ErrorKind::WriteFailure, "a page could not be written"))
}

fn fault(error: &minijinja::Error) -> TemplateFault {
    let place = match (error.name(), error.line()) {
        (Some(name), Some(line)) => format!("templates/{name}:{line}: "),
        (Some(name), None) => format!("templates/{name}: "),
        _ => String::new(),
    };
    let what = error.detail().map_or_else(|| error.kind().to_string(), ToOwned::to_owned);
    TemplateFault(format!("{place}{what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_of_the_binary_are_sound() {
        assert!(Templates::new(BTreeMap::new()).is_ok());
    }
}
