//! Tasks as a calendar: iCalendar, RFC 5545. The same tasks on the same day give the same bytes.

use super::Task;
use crate::model::Model;
use crate::value::Date;

/// The most octets of a line, without its end.
const WIDTH: usize = 75;

/// A calendar as it is written: events, each of one day.
#[derive(Debug)]
pub struct Calendar {
    out: String,
    today: Date,
    /// The host of the network, or a word in place of it.
    host: String,
}

/// A day of a calendar.
#[derive(Clone, Debug)]
pub struct Day<'a> {
    /// What it is told from others by, as long as it is about the same.
    pub name: String,
    /// The day.
    pub date: Date,
    /// What it is about, in one line.
    pub summary: String,
    /// In more words.
    pub description: String,
    /// The kind of thing that it is.
    pub category: &'a str,
    /// Where to read more; empty if nowhere.
    pub url: String,
}

impl Calendar {
    /// An empty calendar of a network; `what` says which one of its calendars.
    pub fn new(model: &Model, what: &str, today: Date) -> Self {
        let host = model.network.url.as_ref().and_then(|url| url.value.split('/').nth(2));
        let mut calendar = Self { out: String::new(), today, host: escape(host.unwrap_or("forecastc")) };
        calendar.line("BEGIN", "VCALENDAR");
        calendar.line("VERSION", "2.0");
        calendar.line("PRODID", &format!("-//forecastc//{what}//EN"));
        calendar.line("CALSCALE", "GREGORIAN");
        if let Some(title) = &model.network.title {
            calendar.line("X-WR-CALNAME", &escape(&title.value));
        }
        calendar
    }

    /// Adds a day.
    pub fn add(&mut self, day: &Day<'_>) {
        self.line("BEGIN", "VEVENT");
        self.line("UID", &format!("{}@{}", day.name, self.host));
        self.line("DTSTAMP", &format!("{}T000000Z", digits(self.today)));
        self.line("DTSTART;VALUE=DATE", &digits(day.date));
        self.line("SUMMARY", &escape(&day.summary));
        self.line("DESCRIPTION", &escape(&day.description));
        if !day.url.is_empty() {
            self.line("URL", &day.url.replace(char::is_control, ""));
        }
        self.line("CATEGORIES", day.category);
        self.line("TRANSP", "TRANSPARENT");
        self.line("END", "VEVENT");
    }

    /// All of it.
    #[must_use]
    pub fn finish(mut self) -> String {
        self.line("END", "VCALENDAR");
        self.out
    }

    fn line(&mut self, name: &str, value: &str) {
        fold(&format!("{name}:{value}"), &mut self.out);
    }
}

/// A calendar with a day for each task; `place` says where each is written.
pub fn calendar(model: &Model, tasks: &[Task], today: Date, place: impl Fn(&Task) -> String) -> String {
    let mut calendar = Calendar::new(model, "due", today);
    for task in tasks {
        let node = model.node(task.node);
        calendar.add(&Day {
            name: name(model, task),
            date: task.date,
            summary: format!("{} {}: {}", task.matter.word(), node.id, node.title.value),
            description: [task.matter.why(), task.matter.help(node.kind).to_owned(), place(task)].join("\n"),
            category: task.matter.word(),
            url: String::new(),
        });
    }
    calendar.finish()
}

/// The name of a task, which stays the same when its day moves: so a calendar moves it too. A window that closes
/// and one that is over are one event.
fn name(model: &Model, task: &Task) -> String {
    use super::Matter;
    let what = match task.matter {
        Matter::Overdue | Matter::Closing => "window".to_owned(),
        Matter::CheckIn(quarter) => format!("check-in-{quarter}"),
        Matter::Stale(_) => "stale".to_owned(),
    };
    format!("{what}-{}", model.node(task.node).id)
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
