//! Axes: where a number or a day lies, and which of them are named.

use super::draw::{Anchor, Canvas};
use crate::value::Date;

/// A range of numbers laid onto a range of places.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) start: f64,
    pub(super) end: f64,
}

impl Scale {
    /// The place of a number, never outside.
    pub(super) fn at(self, value: f64) -> f64 {
        let span = self.to - self.from;
        let share = if span == 0.0 { 0.5 } else { (value - self.from) / span };
        self.start + super::draw::share(share) * (self.end - self.start)
    }
}

/// Probabilities on an axis: all of them, or a part that holds those that are shown, with the numbers to name.
#[derive(Clone, Debug)]
pub(super) struct Chances {
    pub(super) scale: Scale,
    pub(super) ticks: Vec<f64>,
}

impl Chances {
    /// An axis for these probabilities, from one place to another.
    pub(super) fn new(values: impl IntoIterator<Item = f64>, start: f64, end: f64) -> Self {
        let finite = values.into_iter().filter(|value| value.is_finite()).map(super::draw::share);
        let (low, high) =
            finite.fold((1.0_f64, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        let pad = (0.2 * (high - low)).max(0.02);
        let (low, high) = ((100.0 * (low - pad)).max(0.0), (100.0 * (high + pad)).min(100.0));
        let step =
            [1.0, 2.0, 5.0, 10.0].into_iter().find(|step| (high / step).ceil() - (low / step).floor() <= 5.0);
        let (first, last, step) = match step {
            Some(step) if high > low => ((low / step).floor(), (high / step).ceil(), step),
            _ => (0.0, 5.0, 20.0),
        };
        let ticks = (first as u32..=last as u32).map(|tick| f64::from(tick) * step / 100.0).collect();
        let scale = Scale { from: first * step / 100.0, to: (last * step / 100.0).min(1.0), start, end };
        Self { scale, ticks }
    }

    /// The whole axis, in fifths.
    pub(super) fn whole(start: f64, end: f64) -> Self {
        Self::new([0.0, 1.0], start, end)
    }

    /// The ticks with their names.
    pub(super) fn named(&self) -> impl Iterator<Item = (f64, String)> {
        self.ticks.iter().map(|tick| (self.scale.at(*tick), format!("{:.0}%", 100.0 * tick)))
    }
}

/// Days laid onto places.
#[derive(Clone, Copy, Debug)]
pub(super) struct Days {
    pub(super) first: Date,
    pub(super) last: Date,
    pub(super) start: f64,
    pub(super) end: f64,
}

/// A day that is named.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) date: Date,
    pub(super) words: String,
}

/// How far ticks are apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Days(i8),
    Months(i8),
    Years(i16),
}

const STEPS: [Step; 15] = [
    Step::Days(1),
    Step::Days(2),
    Step::Days(7),
    Step::Days(14),
    Step::Months(1),
    Step::Months(2),
    Step::Months(3),
    Step::Months(6),
    Step::Years(1),
    Step::Years(2),
    Step::Years(5),
    Step::Years(10),
    Step::Years(20),
    Step::Years(50),
    Step::Years(100),
];

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Days {
    /// From the first to the last of these days, and at least a week; none if there are no days.
    pub(super) fn over(days: impl IntoIterator<Item = Date>, start: f64, end: f64) -> Option<Self> {
        let (first, last) = days.into_iter().fold(None, |range, day| match range {
            None => Some((day, day)),
            Some((first, last)) => Some((day.min(first), day.max(last))),
        })?;
        let short = 7 - first.days_until(last);
        let last = if short > 0 { last.plus_days((short + 1) / 2) } else { last };
        let mut days = Self { first, last, start, end };
        while days.first.days_until(days.last) < 7 {
            match days.first.eve() {
                Some(eve) => days.first = eve,
                None => break,
            }
        }
        Some(days)
    }

    /// The place of a day, never outside.
    pub(super) fn at(self, day: Date) -> f64 {
        let span = self.first.days_until(self.last) as f64;
        let scale = Scale { from: 0.0, to: span, start: self.start, end: self.end };
        scale.at(self.first.days_until(day) as f64)
    }

    pub(super) fn holds(self, day: Date) -> bool {
        (self.first..=self.last).contains(&day)
    }

    /// Days to name: at most so many, at even steps of the calendar.
    pub(super) fn ticks(self, most: usize) -> Vec<Tick> {
        let span = self.first.days_until(self.last);
        let is_likely = |step: &Step| {
            let days = match step {
                Step::Days(days) => i64::from(*days),
                Step::Months(months) => 30 * i64::from(*months),
                Step::Years(years) => 365 * i64::from(*years),
            };
            span / days <= 2 * i64::try_from(most).unwrap_or(i64::MAX)
        };
        let all = STEPS.iter().filter(|step| is_likely(step)).map(|step| (step, self.stepped(*step)));
        // The names of days are the longest.
        let most_days = most.saturating_sub(2).max(2);
        let all =
            all.map(|(step, ticks)| (if matches!(step, Step::Days(_)) { most_days } else { most }, ticks));
        let mut all = all.skip_while(|(most, ticks)| ticks.len() > *most).map(|(_, ticks)| ticks);
        all.next().unwrap_or_default()
    }

    fn stepped(self, step: Step) -> Vec<Tick> {
        let mut ticks: Vec<Tick> = Vec::new();
        let mut named = None;
        for year in self.first.year()..=self.last.year() {
            if matches!(step, Step::Years(years) if year % years != 0) {
                continue;
            }
            for (month, name) in (1_i8..).zip(MONTHS) {
                for day in 1_i8..=31 {
                    let fits = match step {
                        Step::Days(14) => day == 1 || day == 15,
                        Step::Days(days) => (day - 1) % days == 0 && (days == 1 || day < 29),
                        Step::Months(months) => day == 1 && (month - 1) % months == 0,
                        Step::Years(_) => day == 1 && month == 1,
                    };
                    if !fits {
                        continue;
                    }
                    let Some(date) = Date::new(year, month, day).filter(|date| self.holds(*date)) else {
                        continue;
                    };
                    let words = match step {
                        Step::Years(_) => year.to_string(),
                        Step::Months(_) if named != Some(year) => format!("{name} {year}"),
                        Step::Months(_) => name.to_owned(),
                        Step::Days(_) if named != Some(year) => format!("{day} {name} {year}"),
                        Step::Days(_) => format!("{day} {name}"),
                    };
                    named = Some(year);
                    ticks.push(Tick { date, words });
                }
            }
        }
        ticks
    }

    /// Draws thin lines at the ticks, and their names below.
    pub(super) fn draw(self, canvas: &mut Canvas, most: usize, [top, bottom]: [f64; 2], names: f64) {
        for tick in self.ticks(most) {
            let x = self.at(tick.date);
            canvas.line("grid", [x, top], [x, bottom]);
            // There is room for half a name at the left, but not always at the right.
            let anchor = if x > self.end - 8.0 { Anchor::End } else { Anchor::Middle };
            canvas.tick(anchor, [x, names], &tick.words);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(first: &str, last: &str) -> Vec<String> {
        let day = |words| Date::parse(words).unwrap();
        let days = Days::over([day(first), day(last)], 0.0, 100.0).unwrap();
        days.ticks(6).into_iter().map(|tick| tick.words).collect()
    }

    #[test]
    fn days_are_named_at_even_steps() {
        assert_eq!(words("2026-03-01", "2026-03-03"), ["27 Feb 2026", "1 Mar", "3 Mar", "5 Mar"]);
        assert_eq!(words("2026-02-20", "2026-04-10"), ["1 Mar 2026", "15 Mar", "1 Apr"]);
        assert_eq!(words("2026-10-10", "2027-08-10"), ["Nov 2026", "Jan 2027", "Mar", "May", "Jul"]);
        assert_eq!(words("2026-03-03", "2031-03-01"), ["2027", "2028", "2029", "2030", "2031"]);
        assert_eq!(words("2025-03-01", "2026-08-10"), ["Apr 2025", "Jul", "Oct", "Jan 2026", "Apr", "Jul"]);
        assert_eq!(words("1990-01-01", "2190-01-01"), ["2000", "2050", "2100", "2150"]);
    }

    #[test]
    fn an_axis_holds_its_numbers() {
        let ends = |values: &[f64]| {
            let axis = Chances::new(values.iter().copied(), 0.0, 100.0);
            (axis.scale.from, axis.scale.to, axis.ticks.len())
        };
        assert_eq!(ends(&[]), (0.0, 1.0, 6));
        assert_eq!(ends(&[0.2, 0.9]), (0.0, 1.0, 6));
        assert_eq!(ends(&[0.3, 0.4]), (0.25, 0.45, 5));
        assert_eq!(ends(&[0.001]), (0.0, 0.03, 4));
        assert_eq!(ends(&[f64::NAN, 1.0]), (0.98, 1.0, 3));
    }
}
