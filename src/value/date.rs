//! Days, periods, windows and durations. A day is a day of the civil calendar; there are no clocks here.

use std::fmt;

use jiff::civil;

use super::Refusal;
use crate::diagnostic::{Code, quoted};

const FIRST_YEAR: i16 = 1900;
const LAST_YEAR: i16 = 2200;

/// A day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(civil::Date);

impl Date {
    /// The first day that may be written.
    pub const FIRST: Self = Self(civil::Date::constant(FIRST_YEAR, 1, 1));
    /// The last day that can be said.
    pub const LAST: Self = Self(civil::Date::constant(LAST_YEAR, 12, 31));

    /// The day of these numbers, if it is in the calendar and in the years from 1900 to 2200.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        let in_years = (FIRST_YEAR..=LAST_YEAR).contains(&year);
        civil::Date::new(year, month, day).ok().filter(|_| in_years).map(Self)
    }

    /// Reads `2026-09-01`.
    pub fn parse(words: &str) -> Option<Self> {
        Self::read(words).ok()
    }

    /// The day that many seconds after the beginning of 1970, in universal time.
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        let timestamp = jiff::Timestamp::from_second(seconds).ok()?;
        let date = timestamp.to_zoned(jiff::tz::TimeZone::UTC).date();
        Self::new(date.year(), date.month(), date.day())
    }

    /// The number of days from this one to the other; negative if that one is earlier.
    pub fn days_until(self, other: Self) -> i64 {
        i64::from(self.0.duration_until(other.0).as_hours() as i32 / 24)
    }

    /// The day before; none before the first day that may be written.
    pub fn eve(self) -> Option<Self> {
        self.0.yesterday().ok().map(Self).filter(|eve| *eve >= Self::FIRST)
    }

    /// So many days later; the last day that can be said, if that is past it.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        self.plus(Duration { count: u32::try_from(days.max(0)).unwrap_or(u32::MAX), unit: Unit::Days })
    }

    /// So many days earlier; the first day that may be written, if that is before it.
    #[must_use]
    pub fn minus_days(self, days: u32) -> Self {
        let span = jiff::Span::new().try_days(i64::from(days));
        let earlier = span.and_then(|span| self.0.checked_sub(span));
        earlier.map_or(Self::FIRST, Self).max(Self::FIRST)
    }

    /// That much later. A month later than the 31st is the last day of a shorter month.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let span = jiff::Span::new();
        let count = i64::from(duration.count);
        let span = match duration.unit {
            Unit::Days => span.try_days(count),
            Unit::Weeks => span.try_weeks(count),
            Unit::Months => span.try_months(count),
            Unit::Years => span.try_years(count),
        };
        let later = span.and_then(|span| self.0.checked_add(span));
        Self(later.unwrap_or(civil::Date::MAX)).min(Self::LAST)
    }

    /// The year.
    pub fn year(self) -> i16 {
        self.0.year()
    }

    pub(crate) fn read(words: &str) -> Result<Self, Refusal> {
        match Period::read(words)? {
            period if period.precision == Precision::Day => Ok(period.first),
            _ => Err(Refusal::new(Code::MalformedDate, format!("{} is no single day", quoted(words)))
                .help("write year, month and day: `2026-09-01`")),
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = (self.0.year(), self.0.month(), self.0.day());
        if !(0..=9_999).contains(&year) {
            return write!(f, "{year:04}-{month:02}-{day:02}");
        }
        let figure = |number: i16, unit: i16| b'0' + u8::try_from(number / unit % 10).unwrap_or(0);
        let (month, day) = (i16::from(month), i16::from(day));
        let figures = [
            figure(year, 1000),
            figure(year, 100),
            figure(year, 10),
            figure(year, 1),
            b'-',
            figure(month, 10),
            figure(month, 1),
            b'-',
            figure(day, 10),
            figure(day, 1),
        ];
        f.write_str(std::str::from_utf8(&figures).unwrap_or_default())
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A day, a month, a quarter or a year.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// Its first day.
    pub first: Date,
    /// Its last day.
    pub last: Date,
    precision: Precision,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Precision {
    Day,
    Month,
    Quarter,
    Year,
}

impl Period {
    /// One of `2026-09-01`, `2026-09`, `2026Q3`, `2026`.
    pub(crate) fn read(words: &str) -> Result<Self, Refusal> {
        let (precision, year, part, day) = form(words).ok_or_else(|| malformed(words))?;
        let impossible = |help: String| {
            Refusal::new(Code::ImpossibleDate, format!("there is no {}", quoted(words))).help(help)
        };
        if precision == Precision::Quarter && !(1..=4).contains(&part) {
            return Err(impossible("the quarters are Q1, Q2, Q3 and Q4".to_owned()));
        }
        let month = if precision == Precision::Quarter { part * 3 - 2 } else { part };
        let date =
            |month, day| Date::new(year, month, day).ok_or_else(|| impossible(why_impossible(year, month)));
        let first = date(month, day)?;
        let last = match precision {
            Precision::Day => first,
            Precision::Month => Date(first.0.last_of_month()),
            Precision::Quarter => Date(date(month + 2, 1)?.0.last_of_month()),
            Precision::Year => date(12, 31)?,
        };
        Ok(Self { first, last, precision })
    }
}

/// The numbers of words that have the form of a period: year, month or quarter, day.
fn form(words: &str) -> Option<(Precision, i16, i8, i8)> {
    let parts: Vec<&str> = words.split('-').collect();
    let two_digits = |part: &str| if is_digits(part, 2) { part.parse().ok() } else { None };
    let four_digits = |part: &str| if is_digits(part, 4) { part.parse().ok() } else { None };
    match parts[..] {
        [year, month, day] => {
            Some((Precision::Day, four_digits(year)?, two_digits(month)?, two_digits(day)?))
        }
        [year, month] => Some((Precision::Month, four_digits(year)?, two_digits(month)?, 1)),
        [one] => match one.split_once('Q') {
            Some((year, quarter)) if is_digits(quarter, 1) => {
                Some((Precision::Quarter, four_digits(year)?, quarter.parse().ok()?, 1))
            }
            _ => Some((Precision::Year, four_digits(one)?, 1, 1)),
        },
        _ => None,
    }
}

fn is_digits(word: &str, length: usize) -> bool {
    word.len() == length && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn why_impossible(year: i16, month: i8) -> String {
    if !(FIRST_YEAR..=LAST_YEAR).contains(&year) {
        return format!("years run from {FIRST_YEAR} to {LAST_YEAR}");
    }
    match civil::Date::new(year, month, 1) {
        Ok(first) => format!("{year}-{month:02} has {} days", first.days_in_month()),
        Err(_) => "months run from 01 to 12".to_owned(),
    }
}

/// Names the slip where it is a usual one: `2026/09/01`, `2026-9-1`, `2026q3`.
fn malformed(words: &str) -> Refusal {
    let refusal = Refusal::new(Code::MalformedDate, format!("{} is not written as a date", quoted(words)));
    if let Some((from, to)) =
        words.split_once('-').filter(|(from, to)| is_digits(from, 4) && is_digits(to, 4))
    {
        return refusal.instead(format!("{from} .. {to}"));
    }
    let mut parts: Vec<String> = words
        .split(['-', '/', ':', '.'])
        .map(|part| if part.len() == 1 { format!("0{part}") } else { part.to_owned() })
        .collect();
    if parts.last().is_some_and(|last| is_digits(last, 4)) {
        parts.reverse();
    }
    let mended = parts.join("-").to_uppercase();
    if form(&mended).is_some() && Period::read(&mended).is_ok() {
        return refusal.instead(mended);
    }
    refusal.help("a date is `2026-09-01`, a period also `2026-09`, `2026Q3` or `2026`")
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.first.0;
        match self.precision {
            Precision::Day => fmt::Display::fmt(&self.first, f),
            Precision::Month => write!(f, "{:04}-{:02}", first.year(), first.month()),
            Precision::Quarter => write!(f, "{:04}Q{}", first.year(), (first.month() + 2) / 3),
            Precision::Year => write!(f, "{:04}", first.year()),
        }
    }
}

impl fmt::Debug for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A stretch of days, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// The first period, as written.
    pub from: Period,
    /// The last period, as written; the same as `from` if only one was.
    pub to: Period,
}

impl Window {
    /// Its first day.
    pub fn first(self) -> Date {
        self.from.first
    }

    /// Its last day.
    pub fn last(self) -> Date {
        self.to.last
    }

    /// The day that this share of the window reaches, in whole days, rounded down.
    pub fn at(self, quarters: u8) -> Date {
        let days = self.first().days_until(self.last());
        self.first().plus_days(days * i64::from(quarters) / 4)
    }

    /// The day in the middle.
    pub fn middle(self) -> Date {
        self.at(2)
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.from == self.to {
            write!(f, "{}", self.from)
        } else {
            write!(f, "{} .. {}", self.from, self.to)
        }
    }
}

impl fmt::Debug for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A length of time, in one unit.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Duration {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: Unit,
}

/// What a duration counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// `d`
    Days,
    /// `w`
    Weeks,
    /// `mo`
    Months,
    /// `y`
    Years,
}

impl Duration {
    /// Reads `10d`, `6w`, `3mo` or `2y`.
    pub fn parse(words: &str) -> Option<Self> {
        Self::read(words).ok()
    }

    /// One of `10d`, `6w`, `3mo`, `2y`.
    pub(crate) fn read(words: &str) -> Result<Self, Refusal> {
        let digits = words.bytes().take_while(u8::is_ascii_digit).count();
        let (count, unit) = words.split_at_checked(digits).unwrap_or((words, ""));
        let malformed =
            || Refusal::new(Code::MalformedDate, format!("{} is not written as a duration", quoted(words)));
        let unit = match unit {
            "d" => Unit::Days,
            "w" => Unit::Weeks,
            "mo" => Unit::Months,
            "y" => Unit::Years,
            "m" => return Err(malformed().instead(format!("{count}mo"))),
            _ => return Err(malformed().help("days, weeks, months or years: `10d`, `6w`, `3mo`, `2y`")),
        };
        match count.parse() {
            Ok(count) if count <= 100_000 => Ok(Self { count, unit }),
            _ => Err(Refusal::new(Code::OutOfRange, format!("{} is too long", quoted(words)))
                .help("at most 100000 of a unit")),
        }
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Days => "d",
            Unit::Weeks => "w",
            Unit::Months => "mo",
            Unit::Years => "y",
        };
        write!(f, "{}{unit}", self.count)
    }
}

impl fmt::Debug for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from: &str, to: &str) -> Window {
        Window { from: Period::read(from).unwrap(), to: Period::read(to).unwrap() }
    }

    #[test]
    fn days_are_taken_off_down_to_the_first() {
        let day = Date::parse("2026-03-01").unwrap();
        assert_eq!(day.minus_days(1), day.eve().unwrap());
        assert_eq!(day.minus_days(365), Date::parse("2025-03-01").unwrap());
        assert_eq!(day.minus_days(u32::MAX), Date::FIRST);
    }

    /// The figures of design/reference.md.
    #[test]
    fn a_check_in_falls_on_the_day_that_the_share_reaches() {
        let days = |window: Window| [1, 2, 3].map(|quarters| window.at(quarters).to_string());
        let check_ins = days(window("2026-04-30", "2028-05-14"));
        assert_eq!(check_ins, ["2026-11-02", "2027-05-07", "2027-11-09"]);
        assert_eq!(window("2026-09-01", "2027-09-30").middle().to_string(), "2027-03-17");
        assert_eq!(window("2027-01-01", "2028-12-31").middle().to_string(), "2028-01-01");
        assert_eq!(window("2027-06-01", "2029-12-31").middle().to_string(), "2028-09-15");
    }

    #[test]
    fn a_period_is_its_first_and_last_day() {
        let days = |words| {
            let period = Period::read(words).unwrap();
            format!("{} {} {}", period, period.first, period.last)
        };
        assert_eq!(days("2028-02"), "2028-02 2028-02-01 2028-02-29");
        assert_eq!(days("2026Q3"), "2026Q3 2026-07-01 2026-09-30");
        assert_eq!(days("2026"), "2026 2026-01-01 2026-12-31");
    }

    #[test]
    fn a_month_after_a_long_one_is_the_end_of_a_short_one() {
        let date = Date::parse("2026-08-31").unwrap();
        let six_months = Duration::read("6mo").unwrap();
        assert_eq!(date.plus(six_months).to_string(), "2027-02-28");
        assert_eq!(date.plus_days(i64::MAX).to_string(), "2200-12-31");
    }

    #[test]
    fn slips_are_answered_with_the_right_form() {
        let instead = |words: &str| Period::read(words).unwrap_err().instead;
        assert_eq!(instead("2026/09/01"), Some("2026-09-01".to_owned()));
        assert_eq!(instead("2026-9-1"), Some("2026-09-01".to_owned()));
        assert_eq!(instead("2026q3"), Some("2026Q3".to_owned()));
        assert_eq!(instead("24.12.2026"), Some("2026-12-24".to_owned()));
        assert_eq!(instead("2027-2030"), Some("2027 .. 2030".to_owned()));
        assert_eq!(instead("2026-02-30"), None);
        assert_eq!(instead("2026-01-0405"), None);
        assert_eq!(Duration::read("6m").unwrap_err().instead, Some("6mo".to_owned()));
    }
}
