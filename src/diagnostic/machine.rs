//! Diagnostics for machines: JSON of our own, SARIF 2.1.0, and annotations for pull requests.

use serde::Serialize;

use super::{Code, Diagnostic, Diagnostics, Severity, visible};
use crate::limits;
use crate::source::{Sources, Span};

/// Changes when a reader of our JSON would have to.
const SCHEMA_VERSION: u32 = 1;

/// Everything, as one JSON object.
pub fn json(diagnostics: &Diagnostics, sources: &Sources) -> String {
    #[derive(Serialize)]
    struct Report<'a> {
        schema_version: u32,
        errors: usize,
        warnings: usize,
        diagnostics: Vec<Entry<'a>>,
    }
    #[derive(Serialize)]
    struct Entry<'a> {
        code: &'static str,
        severity: &'static str,
        message: &'a str,
        labels: Vec<Place<'a>>,
        why: Option<&'a str>,
        help: Option<&'a str>,
        fix: Option<Place<'a>>,
    }
    let entries = diagnostics.iter().map(|one| Entry {
        code: one.code.name(),
        severity: one.severity.name(),
        message: &one.message,
        labels: one.labels.iter().map(|label| Place::new(label.span, &label.text, sources)).collect(),
        why: one.why.as_deref(),
        help: one.help.as_deref(),
        fix: one.fix.as_ref().map(|fix| Place::new(fix.span, &fix.text, sources)),
    });
    pretty(&Report {
        schema_version: SCHEMA_VERSION,
        errors: diagnostics.errors(),
        warnings: diagnostics.warnings(),
        diagnostics: entries.collect(),
    })
}

#[derive(Serialize)]
struct Place<'a> {
    path: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    text: &'a str,
}

impl<'a> Place<'a> {
    fn new(span: Span, text: &'a str, sources: &'a Sources) -> Self {
        let source = sources.get(span.source);
        let position = |at| {
            source.map_or((1, 1), |source| {
                let position = source.position(at);
                (position.line, position.column)
            })
        };
        let ((line, column), (end_line, end_column)) = (position(span.start), position(span.end));
        Self { path: source.map_or("", |source| source.path()), line, column, end_line, end_column, text }
    }
}

/// A log of the SARIF format, version 2.1.0.
pub fn sarif(diagnostics: &Diagnostics, sources: &Sources) -> String {
    let results = diagnostics.iter().map(|one| sarif::result(one, sources)).collect();
    let rules = Code::ALL.iter().map(|code| sarif::rule(*code)).collect();
    pretty(&sarif::log(rules, results))
}

/// The shape of SARIF: no more of it than we fill.
mod sarif {
    use serde::Serialize;

    use super::super::{Code, Diagnostic, Label, Severity};
    use super::Place;
    use crate::source::Sources;

    #[derive(Serialize)]
    pub(super) struct Log<'a> {
        #[serde(rename = "$schema")]
        schema: &'static str,
        version: &'static str,
        runs: [Run<'a>; 1],
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Run<'a> {
        tool: Tool,
        column_kind: &'static str,
        results: Vec<Outcome<'a>>,
    }

    #[derive(Serialize)]
    struct Tool {
        driver: Driver,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Driver {
        name: &'static str,
        version: &'static str,
        rules: Vec<Rule>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Rule {
        id: &'static str,
        short_description: Message<'static>,
        help: Message<'static>,
        default_configuration: Configuration,
    }

    #[derive(Serialize)]
    struct Configuration {
        level: &'static str,
    }

    #[derive(Serialize)]
    struct Message<'a> {
        text: std::borrow::Cow<'a, str>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Outcome<'a> {
        rule_id: &'static str,
        rule_index: usize,
        level: &'static str,
        message: Message<'a>,
        locations: Vec<Location<'a>>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        related_locations: Vec<Location<'a>>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Location<'a> {
        physical_location: Physical,
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<Message<'a>>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Physical {
        artifact_location: Artifact,
        region: Region,
    }

    #[derive(Serialize)]
    struct Artifact {
        uri: String,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Region {
        start_line: usize,
        start_column: usize,
        end_line: usize,
        end_column: usize,
    }

    pub(super) fn log(rules: Vec<Rule>, results: Vec<Outcome<'_>>) -> Log<'_> {
        let driver = Driver { name: "forecastc", version: env!("CARGO_PKG_VERSION"), rules };
        Log {
            schema: "https://json.schemastore.org/sarif-2.1.0.json",
            version: "2.1.0",
            runs: [Run { tool: Tool { driver }, column_kind: "unicodeCodePoints", results }],
        }
    }

    pub(super) fn rule(code: Code) -> Rule {
        Rule {
            id: code.name(),
            short_description: Message { text: code.summary().into() },
            help: Message { text: format!("forecastc explain {}", code.name()).into() },
            default_configuration: Configuration { level: code.severity().name() },
        }
    }

    pub(super) fn result<'a>(one: &'a Diagnostic, sources: &'a Sources) -> Outcome<'a> {
        let notes = [Some(one.message.as_str()), one.why.as_deref(), one.help.as_deref()];
        let text: Vec<&str> = notes.into_iter().flatten().collect();
        let mut places = one.labels.iter().map(|label| location(label, sources));
        Outcome {
            rule_id: one.code.name(),
            rule_index: Code::ALL.iter().position(|code| *code == one.code).unwrap_or(0),
            level: match one.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            message: Message { text: text.join("\n").into() },
            locations: places.next().into_iter().collect(),
            related_locations: places.collect(),
        }
    }

    fn location<'a>(label: &'a Label, sources: &'a Sources) -> Location<'a> {
        let place = Place::new(label.span, &label.text, sources);
        let message = Some(&label.text).filter(|text| !text.is_empty());
        Location {
            physical_location: Physical {
                artifact_location: Artifact { uri: uri(place.path) },
                region: Region {
                    start_line: place.line,
                    start_column: place.column,
                    end_line: place.end_line,
                    end_column: place.end_column,
                },
            },
            message: message.map(|text| Message { text: text.as_str().into() }),
        }
    }

    /// A path as a relative address: what may not stand in one is written in hexadecimal digits.
    fn uri(path: &str) -> String {
        let mut out = String::with_capacity(path.len());
        for byte in path.bytes() {
            if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
                out.push(char::from(byte));
            } else {
                out.push_str(&format!("%{byte:02X}"));
            }
        }
        out
    }
}

/// Commands for the runner of a pull request, a line each: `::error file=…,line=…::message`.
pub fn github(diagnostics: &Diagnostics, sources: &Sources) -> String {
    let mut out = String::new();
    for one in diagnostics.iter().take(limits::FAULTS_SHOWN) {
        out.push_str(&annotated(one, sources));
        out.push('\n');
    }
    out
}

/// A command for the runner of a pull request: a remark about a line of a file.
pub(crate) fn annotation(command: &str, (file, line): (&str, usize), title: &str, message: &str) -> String {
    let (file, title) = (escape(file, true), escape(&visible(title), true));
    format!("::{command} file={file},line={line},title={title}::{}", escape(&visible(message), false))
}

fn annotated(one: &Diagnostic, sources: &Sources) -> String {
    let command = match one.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let at = Place::new(one.span(), "", sources);
    let parts = [Some(one.message.as_str()), one.why.as_deref(), one.help.as_deref()];
    let message: Vec<_> = parts.into_iter().flatten().map(|part| visible(part)).collect();
    format!(
        "::{command} file={},line={},col={},endLine={},endColumn={},title={}::{}",
        escape(at.path, true),
        at.line,
        at.column,
        at.end_line,
        at.end_column,
        one.code.name(),
        escape(&message.join("\n"), false),
    )
}

/// As the runner reads it back: nothing of a network can end the line or a property.
fn escape(text: &str, property: bool) -> String {
    let mut out = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    if property {
        out = out.replace(':', "%3A").replace(',', "%2C");
    }
    out
}

fn pretty(value: &impl Serialize) -> String {
    let mut out = serde_json::to_string_pretty(value).unwrap_or_default();
    out.push('\n');
    out
}
