//! CSV as RFC 4180 has it: a row of names, then a row each; lines end with CR and LF.
//!
//! Programs for tables take a cell that begins with `=`, `+`, `-`, `@` or a tab for a formula. Text that does gets
//! a `'` in front of it, so that it stays text; numbers stay numbers.

use super::entry::{EdgeEntry, words};
use crate::model::{Node, NodeId, NodeKind, Tie};
use crate::site::edition::Edition;
use crate::site::place::Place;
use crate::site::view::state;

/// A table as it is written.
struct Csv(String);

impl Csv {
    fn new(names: &[&str]) -> Self {
        Self(format!("{}\r\n", names.join(",")))
    }

    fn row(&mut self, cells: Vec<Cell<'_>>) {
        for (number, cell) in cells.into_iter().enumerate() {
            if number > 0 {
                self.0.push(',');
            }
            match cell {
                Cell::Text(text) => write(&mut self.0, text),
                Cell::Owned(text) => write(&mut self.0, &text),
                Cell::Number(Some(number)) => self.0.push_str(&number.to_string()),
                Cell::Number(None) => {}
            }
        }
        self.0.push_str("\r\n");
    }
}

enum Cell<'a> {
    Text(&'a str),
    Owned(String),
    /// Nothing, where there is none.
    Number(Option<f64>),
}

fn write(out: &mut String, text: &str) {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let must_be_quoted =
        text.contains(['"', ',', '\n', '\r']) || text.starts_with(' ') || text.ends_with(' ');
    if must_be_quoted {
        out.push('"');
    }
    if is_formula {
        out.push('\'');
    }
    out.push_str(&text.replace('"', "\"\""));
    if must_be_quoted {
        out.push('"');
    }
}

pub(super) fn nodes(edition: &Edition<'_>) -> String {
    let mut csv = Csv::new(&[
        "id",
        "kind",
        "title",
        "domain",
        "tags",
        "by",
        "state",
        "window_first",
        "window_last",
        "probability",
        "error",
        "stated",
        "prior",
        "page",
    ]);
    for (id, node) in edition.nodes().filter(|(_, node)| node.kind != NodeKind::Milestone) {
        let by: Vec<&str> =
            node.by.iter().filter_map(|by| Some(edition.predictor(*by)?.id.value.as_ref())).collect();
        let tags: Vec<&str> = node.tags.iter().map(|tag| tag.value.as_ref()).collect();
        let mut cells = vec![
            Cell::Text(&node.id),
            Cell::Text(node.kind.word()),
            Cell::Text(&node.title.value),
            Cell::Text(words(&node.domain).unwrap_or_default()),
            Cell::Owned(tags.join(" ")),
            Cell::Owned(by.join(" ")),
            Cell::Text(state(edition, node)),
        ];
        cells.extend(window(edition, node));
        cells.extend(numbers(edition, id, node));
        cells.push(Cell::Owned(Place::node(node).path().to_owned()));
        csv.row(cells);
    }
    csv.0
}

pub(super) fn edges(edition: &Edition<'_>) -> String {
    let mut csv = Csv::new(&[
        "source",
        "relation",
        "target",
        "if_true",
        "if_false",
        "direction",
        "odds_ratio",
        "lag",
        "implied",
        "delta_implied",
        "realised_if_true",
        "realised_if_false",
        "text",
    ]);
    for (at, edge) in edition.all_edges() {
        let entry = EdgeEntry::new(edition, at, edge);
        csv.row(vec![
            Cell::Text(entry.source),
            Cell::Text(entry.relation),
            Cell::Text(entry.target),
            Cell::Number(entry.effect.if_true),
            Cell::Number(entry.effect.if_false),
            Cell::Text(entry.effect.direction.unwrap_or_default()),
            Cell::Number(entry.effect.odds_ratio),
            Cell::Owned(entry.lag.unwrap_or_default()),
            Cell::Number(entry.implied),
            Cell::Number(entry.delta_implied),
            Cell::Number(entry.realised_if_true),
            Cell::Number(entry.realised_if_false),
            Cell::Text(entry.text.unwrap_or_default()),
        ]);
    }
    csv.0
}

pub(super) fn milestones(edition: &Edition<'_>) -> String {
    let mut csv = Csv::new(&[
        "id",
        "node",
        "title",
        "state",
        "window_first",
        "window_last",
        "probability",
        "error",
        "stated",
        "prior",
        "weight",
        "if_true",
        "if_false",
        "page",
    ]);
    for (id, node) in edition.kind(NodeKind::Milestone) {
        let of = node.parent.map_or("", |parent| edition.node(parent).id.as_ref());
        let mut cells = vec![
            Cell::Text(&node.id),
            Cell::Text(of),
            Cell::Text(&node.title.value),
            Cell::Text(state(edition, node)),
        ];
        cells.extend(window(edition, node));
        cells.extend(numbers(edition, id, node));
        let (weight, numbers) = match node.tie {
            Some(Tie::Weight(weight)) => (Some(weight.as_f64()), None),
            Some(Tie::Effect(effect)) => (None, effect.numbers()),
            None => (None, None),
        };
        cells.push(Cell::Number(weight));
        cells.push(Cell::Number(numbers.map(|[yes, _]| yes)));
        cells.push(Cell::Number(numbers.map(|[_, no]| no)));
        cells.push(Cell::Owned(Place::node(node).path().to_owned()));
        csv.row(cells);
    }
    csv.0
}

fn window(edition: &Edition<'_>, node: &Node) -> [Cell<'static>; 2] {
    let window = node.window_on(edition.today);
    let day =
        |day: Option<crate::value::Date>| Cell::Owned(day.map_or_else(String::new, |day| day.to_string()));
    [day(window.map(|window| window.first())), day(window.map(|window| window.last()))]
}

fn numbers(edition: &Edition<'_>, id: NodeId, node: &Node) -> [Cell<'static>; 4] {
    let now = edition.forecast.now(id);
    [
        Cell::Number(now.map(|now| now.probability)),
        Cell::Number(now.map(|now| now.error)),
        Cell::Number(node.stated(edition.today).map(|stated| stated.as_f64())),
        Cell::Number(edition.forecast.before(id).map(|before| before.probability)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let written = |text: &str| {
            let mut out = String::new();
            write(&mut out, text);
            out
        };
        assert_eq!(written("plain"), "plain");
        assert_eq!(written("a, \"b\"\nc"), "\"a, \"\"b\"\"\nc\"");
        assert_eq!(written("=1+1"), "'=1+1");
        assert_eq!(written("@cmd, x"), "\"'@cmd, x\"");
        assert_eq!(written("-\"x\""), "\"'-\"\"x\"\"\"");
    }
}
