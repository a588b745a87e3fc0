//! Macros where they are called: the body of a macro in place of each call of it.
//!
//! The source of a template comes in, with the macros that it can call; out comes the source of one that makes the same
//! page. A call costs the engine more than what most of our macros say, and a page of a node has hundreds of them. A
//! call stays as it is where its arguments are more than a path or a string, and where the body could mean something
//! else at another place.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::site::html::escaped;

/// Macros call macros, but not more deeply than this.
const DEPTH: usize = 4;

/// A part of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part<'a> {
    Text(&'a str),
    /// `{{ … }}`, with what stands between.
    Show(&'a str),
    /// `{% … %}`, with what stands between, signs at its ends included.
    Do(&'a str),
}

impl<'a> Part<'a> {
    /// The words of a tag.
    fn words(self) -> &'a str {
        match self {
            Self::Text(_) => "",
            Self::Show(inner) | Self::Do(inner) => inner.trim_matches(['-', '+']).trim(),
        }
    }

    /// Whether a tag takes away what stands beside it.
    fn trims(self) -> bool {
        match self {
            Self::Text(_) => false,
            Self::Show(inner) | Self::Do(inner) => inner.starts_with('-') || inner.ends_with('-'),
        }
    }
}

/// A template in parts, without comments; none if it is not a sound one.
fn parts(source: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let mut rest = source;
    while let Some(at) = ["{{", "{%", "{#"].iter().filter_map(|open| rest.find(open)).min() {
        let (text, tag) = rest.split_at_checked(at)?;
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        let (open, inner) = tag.split_at_checked(2)?;
        let close = match open {
            "{{" => "}}",
            "{%" => "%}",
            _ => "#}",
        };
        let (inner, after) = inner.split_once(close)?;
        rest = after;
        match open {
            "{{" => parts.push(Part::Show(inner)),
            "{%" => parts.push(Part::Do(inner)),
            // The engine takes a new line after a comment away.
            _ => rest = after.strip_prefix('\n').unwrap_or(after),
        }
    }
    parts.push(Part::Text(rest));
    Some(parts)
}

/// The source of parts.
fn written(parts: &[Part<'_>]) -> String {
    let mut out = String::new();
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Show(inner) => out.extend(["{{", inner, "}}"]),
            Part::Do(inner) => out.extend(["{%", inner, "%}"]),
        }
    }
    out
}

/// A macro that can stand where it is called.
#[derive(Clone, Debug)]
struct Macro {
    parameters: Vec<String>,
    body: String,
    /// What the body names itself.
    names: BTreeSet<String>,
}

/// Macros by the names that a template calls them by.
#[derive(Clone, Debug, Default)]
pub(super) struct Macros(BTreeMap<String, Macro>);

impl Macros {
    /// Those of a template, called as they are or by `prefix`.
    pub(super) fn of(source: &str, prefix: &str) -> Self {
        let mut macros = BTreeMap::new();
        let parts = parts(source).unwrap_or_default();
        for (start, part) in parts.iter().enumerate() {
            let Some(head) = part.words().strip_prefix("macro ") else { continue };
            let body = parts.get(start + 1..).unwrap_or_default();
            let Some(end) = body.iter().position(|part| part.words() == "endmacro") else { continue };
            let (body, end) = (body.get(..end).unwrap_or_default(), body.get(end).copied());
            let Some((name, parameters)) = head.trim_end_matches(')').split_once('(') else { continue };
            let parameters = parameters.split(',').map(|name| name.trim().to_owned());
            let is_trimmed = matches!(end, Some(Part::Do(inner)) if inner.starts_with('-'));
            if let Some(made) = Macro::new(parameters.collect(), body, is_trimmed) {
                macros.insert(format!("{prefix}{name}"), made);
            }
        }
        Self(macros)
    }

    /// These and others.
    pub(super) fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// A template with the bodies of these macros in place of their calls.
    pub(super) fn inlined(&self, source: &str) -> String {
        let mut source = source.to_owned();
        for _ in 0..DEPTH {
            let Some(parts) = parts(&source) else { return source };
            let new: String = parts.iter().map(|part| self.part(*part)).collect();
            if new == source {
                break;
            }
            source = new;
        }
        source
    }

    fn part(&self, part: Part<'_>) -> String {
        let called = match part {
            Part::Show(_) if !part.trims() => self.body(part.words()),
            Part::Text(_) | Part::Do(_) | Part::Show(_) => None,
        };
        called.unwrap_or_else(|| written(&[part]))
    }

    fn body(&self, call: &str) -> Option<String> {
        let (name, arguments) = call.strip_suffix(')')?.split_once('(')?;
        self.0.get(name)?.called(&arguments_of(arguments)?)
    }
}

/// A template without the macros and imports that nothing in it calls, if it has a layout: of one that has, nothing is
/// shown but its blocks.
pub(super) fn needed(source: &str) -> String {
    parts(source).map_or_else(|| source.to_owned(), |parts| written(&needed_parts(&parts)))
}

fn needed_parts<'a>(parts: &[Part<'a>]) -> Vec<Part<'a>> {
    if !parts.iter().any(|part| part.words().starts_with("extends ")) {
        return parts.to_vec();
    }
    let is_named = |name: &str, own: &Range<usize>| {
        let others = parts.iter().enumerate().filter(|(place, _)| !own.contains(place));
        others.into_iter().any(|(_, part)| names(part.words(), name))
    };
    let mut kept = Vec::new();
    let mut place = 0;
    while let Some(part) = parts.get(place) {
        let after = parts.get(place..).unwrap_or_default();
        let (name, length) = match part.words().split_once(' ') {
            Some(("macro", head)) => {
                let end = after.iter().position(|part| part.words() == "endmacro").unwrap_or(0);
                (head.split('(').next().unwrap_or_default(), end + 1)
            }
            Some(("import", words)) => (words.rsplit(' ').next().unwrap_or_default(), 1),
            _ => ("", 1),
        };
        let own = place..place + length;
        if name.is_empty() || is_named(name, &own) {
            kept.extend(after.iter().take(length));
        }
        place = own.end;
    }
    kept
}

/// Whether words name something, other than as what belongs to something else.
fn names(words: &str, name: &str) -> bool {
    words.match_indices(name).any(|(at, _)| {
        let (before, after) = words.split_at_checked(at).unwrap_or_default();
        let after = after.strip_prefix(name).unwrap_or_default();
        !before.ends_with(|c| is_name(c) || c == '.') && !after.starts_with(is_name)
    })
}

impl Macro {
    fn new(parameters: Vec<String>, body: &[Part<'_>], is_trimmed: bool) -> Option<Self> {
        let mut text = written(body);
        text = text.strip_prefix('\n').unwrap_or(&text).to_owned();
        // What the engine would trim off the ends.
        text.truncate(if is_trimmed { text.trim_end() } else { text.trim_end_matches([' ', '\t']) }.len());
        let mut names = BTreeSet::new();
        for part in body {
            let words = part.words();
            if words.starts_with("set ") || words.starts_with("with ") || words.starts_with("macro ") {
                return None;
            }
            if let Some((own, _)) = words.strip_prefix("for ").and_then(|words| words.split_once(" in ")) {
                names.extend(own.split(',').map(|name| name.trim().to_owned()));
                names.insert("loop".to_owned());
            }
        }
        Some(Self { parameters, body: text, names })
    }

    /// The body with these in place of the parameters.
    fn called(&self, arguments: &[&str]) -> Option<String> {
        let roots = arguments.iter().map(|argument| argument.split('.').next().unwrap_or_default());
        if arguments.len() != self.parameters.len() || roots.into_iter().any(|root| self.names.contains(root))
        {
            return None;
        }
        let parts = parts(&self.body)?;
        let last = parts.len().checked_sub(1)?;
        let mut out = String::new();
        for (place, part) in parts.iter().enumerate() {
            if part.trims() {
                return None;
            }
            let words = self.replaced(part.words(), arguments);
            // Whatever stands around the call, new lines and blanks there are none of the body's.
            let is_first = parts.get(..place)?.iter().all(|part| *part == Part::Text(""));
            let is_last = parts.get(place + 1..=last)?.iter().all(|part| *part == Part::Text(""));
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Show(_) => match string(&words) {
                    Some(text) => out.push_str(&escaped(text)),
                    None => out.extend(["{{ ", &words, " }}"]),
                },
                Part::Do(_) => {
                    out.push_str(if is_first { "{%+ " } else { "{% " });
                    out.push_str(&words);
                    out.push_str(if is_last { " +%}" } else { " %}" });
                }
            }
        }
        Some(out)
    }

    /// Words of a tag with arguments in place of the parameters.
    fn replaced(&self, words: &str, arguments: &[&str]) -> String {
        let mut out = String::new();
        let mut quote = None;
        let mut rest = words;
        while let Some(next) = rest.chars().next() {
            let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len()).max(next.len_utf8());
            let (word, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
            let parameter = self.parameters.iter().position(|name| name == word);
            let argument = parameter.filter(|_| quote.is_none() && !out.ends_with('.'));
            out.push_str(argument.and_then(|place| arguments.get(place)).copied().unwrap_or(word));
            match quote {
                None if matches!(next, '"' | '\'') => quote = Some(next),
                Some(open) if open == next => quote = None,
                _ => {}
            }
            rest = after;
        }
        out
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Arguments that mean the same wherever they stand: paths, and strings.
fn arguments_of(all: &str) -> Option<Vec<&str>> {
    let mut arguments = Vec::new();
    let mut rest = all.trim();
    while !rest.is_empty() {
        let end = match rest.strip_prefix('"') {
            Some(inner) => inner.find('"')? + 2,
            None => rest.find(|c| !is_name(c) && c != '.').unwrap_or(rest.len()),
        };
        let (argument, after) = rest.split_at_checked(end).filter(|(argument, _)| !argument.is_empty())?;
        arguments.push(argument);
        rest = match after.trim_start() {
            "" => "",
            after => after.strip_prefix(',')?.trim_start(),
        };
    }
    Some(arguments)
}

/// What a tag shows that is nothing but a string.
fn string(words: &str) -> Option<&str> {
    let inner = words.strip_prefix('"')?.strip_suffix('"')?;
    (!inner.contains(['"', '\\'])).then_some(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MACROS: &str = "{# What they are. #}\n\n{% macro chance(one) %}\n{% if one %}<b>{{ one.text }}</b>{% else %}-{% endif %}\n{%- endmacro %}\n\n{% macro empty(words) %}\n<p>{{ words }}</p>\n{%- endmacro %}\n\n{% macro all(rows, one) %}\n{% for row in rows %}\n<i>{{ m.chance(row.one) }} \"one\" {{ one }}{{ \"one\" }}</i>\n{% endfor %}\n{% endmacro %}\n";

    fn inlined(source: &str) -> String {
        Macros::of(MACROS, "m.").inlined(source)
    }

    #[test]
    fn a_call_becomes_the_body() {
        assert_eq!(
            inlined("<p>{{ m.chance(a.b) }}</p>"),
            "<p>{%+ if a.b %}<b>{{ a.b.text }}</b>{% else %}-{% endif +%}</p>"
        );
        assert_eq!(inlined("{{ m.empty(\"It's < 1.\") }}\n"), "<p>It&#39;s &lt; 1.</p>\n");
    }

    #[test]
    fn macros_call_macros_and_strings_stay() {
        assert_eq!(
            inlined("{{ m.all(page.rows, \"x\") }}"),
            "{%+ for row in page.rows %}\n<i>{%+ if row.one %}<b>{{ row.one.text }}</b>{% else %}-{% endif +%} \"one\" xone</i>\n{% endfor %}\n"
        );
    }

    #[test]
    fn what_is_called_no_more_is_left_out() {
        let source = "{% extends \"layout.html\" %}\n{% import \"macros.html\" as m %}\n{% macro own(one) %}\n{{ one }}\n{%- endmacro %}\n{% block main %}{{ own(a) }}{{ m.empty(from.m) }}CALL{% endblock %}";
        let macros = || Macros::of(MACROS, "m.").and(Macros::of(source, ""));
        assert_eq!(
            needed(&macros().inlined(&source.replace("CALL", ""))),
            "{% extends \"layout.html\" %}\n\n\n{% block main %}{{ a }}<p>{{ from.m }}</p>{% endblock %}"
        );
        let kept = needed(&macros().inlined(&source.replace("CALL", "{{ own(m.chance(a or b)) }}")));
        assert!(kept.contains("{% import") && kept.contains("{% macro own"));
    }

    #[test]
    fn what_could_mean_something_else_stays_a_call() {
        for call in [
            "{{ m.all(row.all, \"x\") }}",
            "{{ m.chance(a or b) }}",
            "{{ m.chance(a[0]) }}",
            "{{ m.none(a) }}",
        ] {
            assert_eq!(inlined(call), call);
        }
    }
}
