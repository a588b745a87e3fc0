//! Tasks as a calendar: iCalendar, RFC 5545. The same tasks on the same day give the same bytes.

use super::Task;
use crate::model::Model;
use crate::value::Date;

/// The most octets of a line, without its end.
const WIDTH: usize = 75;

/// A calendar with a day for each task; `place` says where each is written.
pub fn calendar(model: &Model, tasks: &[Task], today: Date, place: impl Fn(&Task) -> String) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: &str| fold(&format!("{name}:{value}"), &mut out);
    line("BEGIN", "VCALENDAR");
    line("VERSION", "2.0");
    line("PRODID", "-//forecastc//due//EN");
    line("CALSCALE", "GREGORIAN");
    if let Some(title) = &model.network.title {
        line("X-WR-CALNAME", &escape(&title.value));
    }
    for task in tasks {
        let node = model.node(task.node);
        let what = format!("{} {}: {}", task.matter.word(), node.id, node.title.value);
        let why = [task.matter.why(), task.matter.help(node.kind).to_owned(), place(task)].join("\n");
        line("BEGIN", "VEVENT");
        line("UID", &uid(model, task));
        line("DTSTAMP", &format!("{}T000000Z", digits(today)));
        line("DTSTART;VALUE=DATE", &digits(task.date));
        line("SUMMARY", &escape(&what));
        line("DESCRIPTION", &escape(&why));
        line("CATEGORIES", task.matter.word());
        line("TRANSP", "TRANSPARENT");
        line("END", "VEVENT");
    }
    line("END", "VCALENDAR");
    out
}

/// The name of a task, which stays the same when its day moves: so a calendar moves it too. A window that closes
/// and one that is over are one event.
fn uid(model: &Model, task: &Task) -> String {
    use super::Matter;
    let what = match task.matter {
        Matter::Overdue | Matter::Closing => "window".to_owned(),
        Matter::CheckIn(quarter) => format!("check-in-{quarter}"),
        Matter::Stale(_) => "stale".to_owned(),
    };
    let url = model.network.url.as_ref().and_then(|url| url.value.split('/').nth(2));
    format!("{what}-{}@{}", model.node(task.node).id, escape(url.unwrap_or("forecastc")))
}

fn digits(date: Date) -> String {
    date.to_string().replace('-', "")
}

/// Text as a value: what would end it or a line is marked, and what no calendar may hold is left out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | ';' | ',' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            other if other.is_control() => {}
            other => out.push(other),
        }
    }
    out
}

/// A line with its end; longer ones go on behind a blank, and no character is torn.
fn fold(line: &str, out: &mut String) {
    let mut used = 0;
    for character in line.chars() {
        if used + character.len_utf8() > WIDTH {
            out.push_str("\r\n ");
            used = 1;
        }
        out.push(character);
        used += character.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_folded_on_a_border_of_characters() {
        let mut out = String::new();
        // 74 octets, then characters of three: none fits on the first line.
        fold(&format!("{}€€", "x".repeat(74)), &mut out);
        assert_eq!(out, format!("{}\r\n €€\r\n", "x".repeat(74)));
        let mut out = String::new();
        fold(&"é".repeat(200), &mut out);
        assert!(out.split("\r\n").all(|line| line.len() <= WIDTH));
        assert_eq!(out.replace("\r\n ", ""), format!("{}\r\n", "é".repeat(200)));
    }

    #[test]
    fn no_text_ends_a_value() {
        assert_eq!(escape("a;b,c\\d\ne\u{7}\r"), "a\\;b\\,c\\\\d\\ne");
    }
}
