//! Probabilities and odds ratios, read from decimals without rounding.

use std::fmt;

use super::{Refusal, fixed};
use crate::diagnostic::{Code, quoted};

/// A probability as it was written, in whole parts of 10^16: sums of them are exact.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Probability(u64);

impl Probability {
    const WHOLE: u64 = 10_000_000_000_000_000;
    /// 0%.
    pub const ZERO: Self = Self(0);
    /// 100%.
    pub const ONE: Self = Self(Self::WHOLE);

    /// 10%.
    pub const TENTH: Self = Self(Self::WHOLE / 10);

    /// As a number from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "the nearest number is what is wanted")]
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / Self::WHOLE as f64
    }

    /// The nearest to a number; 0% below 0, 100% above 1.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 10^16")]
    pub(crate) fn nearest(number: f64) -> Self {
        Self((number.clamp(0.0, 1.0) * Self::WHOLE as f64).round() as u64)
    }

    /// The nearest to a number that is written in percent with so many digits behind the point.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 10^16")]
    pub(crate) fn rounded(number: f64, digits: u32) -> Self {
        let step = Self::WHOLE / 100 / 10_u64.pow(digits.min(14));
        let steps = (number.clamp(0.0, 1.0) * (Self::WHOLE / step) as f64).round() as u64;
        Self(steps * step)
    }

    /// Whether it is 0% or 100%.
    pub fn is_certain(self) -> bool {
        self == Self::ZERO || self == Self::ONE
    }

    /// The sum, which may be more than 100%; stops at the largest number there is.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// What is left, and nothing where there is less.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// `34.5%` or `0.345`.
    pub(crate) fn read(words: &str) -> Result<Self, Refusal> {
        let (number, scale) = match words.strip_suffix('%') {
            Some(number) => (number, 14),
            None => (words, 16),
        };
        let parts = decimal(words, number, scale)?;
        if parts <= u128::from(Self::WHOLE) {
            return Ok(Self(u64::try_from(parts).unwrap_or(Self::WHOLE)));
        }
        let refusal = Refusal::new(Code::OutOfRange, format!("{} is more than 100%", quoted(words)));
        let meant_percent = scale == 16 && parts <= 100 * u128::from(Self::WHOLE);
        Err(if meant_percent {
            refusal.instead(format!("{words}%"))
        } else {
            refusal.help("a probability lies between 0% and 100%")
        })
    }
}

impl fmt::Display for Probability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const PERCENT: u64 = Probability::WHOLE / 100;
        let (whole, part) = (self.0 / PERCENT, self.0 % PERCENT);
        if part == 0 {
            return write!(f, "{whole}%");
        }
        let (mut part, mut width) = (part, 14);
        while part % 10 == 0 {
            (part, width) = (part / 10, width - 1);
        }
        write!(f, "{whole}.{part:0width$}%")
    }
}

impl fmt::Debug for Probability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A computed probability as people read it, to a tenth of a percent; never 0% or 100% unless it is.
pub fn percent(probability: f64) -> String {
    let tenths = (probability * 1000.0).round();
    if probability > 0.0 && tenths < 1.0 {
        return "<0.1%".to_owned();
    }
    if probability < 1.0 && tenths > 999.0 {
        return ">99.9%".to_owned();
    }
    let mut out = fixed(tenths / 10.0, usize::from(tenths % 1000.0 != 0.0));
    out.push('%');
    out
}

/// An odds ratio or a plain factor, above 0; in whole parts of 10^12.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ratio(u64);

impl Ratio {
    const WHOLE: u64 = 1_000_000_000_000;
    /// The largest ratio that may be written; more than this is a gate and should say so.
    const MOST: u64 = 1_000_000;

    /// The ratios that have names.
    pub(crate) const GRADES: [(&str, Self); 4] = [
        ("weak", Self::whole(2)),
        ("moderate", Self::whole(4)),
        ("strong", Self::whole(10)),
        ("decisive", Self::whole(30)),
    ];

    /// As a strength: by its name if it has one, else as `x2.5`.
    pub fn strength(self) -> String {
        let named = Self::GRADES.iter().find(|(_, ratio)| *ratio == self);
        named.map_or_else(|| format!("x{self}"), |(name, _)| (*name).to_owned())
    }

    /// A whole number.
    pub const fn whole(number: u64) -> Self {
        Self(number * Self::WHOLE)
    }

    /// As a number.
    #[expect(clippy::cast_precision_loss, reason = "the nearest number is what is wanted")]
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / Self::WHOLE as f64
    }

    /// The nearest to a number; 0 below 0, the largest that may be written above that.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 10^18")]
    pub(crate) fn nearest(number: f64) -> Self {
        Self((number.clamp(0.0, Self::MOST as f64) * Self::WHOLE as f64).round() as u64)
    }

    /// The number after the `x` of `x2.5`.
    pub(crate) fn read(words: &str) -> Result<Self, Refusal> {
        let number = words.strip_prefix('x').unwrap_or(words);
        let parts = decimal(words, number, 12)?;
        let bound = u128::from(Self::MOST) * u128::from(Self::WHOLE);
        if parts == 0 || parts > bound {
            return Err(Refusal::new(
                Code::OutOfRange,
                format!("{} is no odds ratio", quoted(words)),
            )
            .help("an odds ratio is more than 0 and at most 1000000; what is certain is written with 0% or 100%"));
        }
        Ok(Self(u64::try_from(parts).unwrap_or(u64::MAX)))
    }

    /// A weight from 0 to 1; whether 1 itself is allowed depends on what it weighs.
    pub(crate) fn read_weight(words: &str, one_is_allowed: bool) -> Result<Self, Refusal> {
        let probability = Probability::read(words).map_err(|refusal| {
            if refusal.code != Code::OutOfRange {
                return refusal;
            }
            Refusal::new(Code::OutOfRange, format!("{} is no weight", quoted(words)))
                .help("a weight lies between 0 and 1")
        })?;
        let one = probability == Probability::ONE;
        if one && !one_is_allowed {
            return Err(Refusal::new(
                Code::OutOfRange,
                format!("a weight of {} ties two things into one", quoted(words)),
            )
            .help("a milestone's weight is less than 1; what is certain is written `if true 100% else 0%`"));
        }
        Ok(Self(probability.0 / (Probability::WHOLE / Self::WHOLE)))
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / Self::WHOLE, self.0 % Self::WHOLE);
        if part == 0 {
            return write!(f, "{whole}");
        }
        let digits = format!("{part:012}");
        write!(f, "{whole}.{}", digits.trim_end_matches('0'))
    }
}

impl fmt::Debug for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// `digits[.digits]` times 10^scale, exactly. `words` is what the message shows.
pub(super) fn decimal(words: &str, number: &str, scale: usize) -> Result<u128, Refusal> {
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let is_digits = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_written_well = !whole.is_empty()
        && is_digits(whole)
        && is_digits(part)
        && (!part.is_empty() || !number.contains('.'));
    if !is_written_well {
        return Err(malformed(words));
    }
    if whole.len() > 16 || part.len() > scale {
        return Err(Refusal::new(
            Code::MalformedNumber,
            format!("{} has more digits than count", quoted(words)),
        )
        .help(format!("at most {scale} digits after the point")));
    }
    let digits = format!("{whole}{part:0<scale$}");
    digits.parse().map_err(|_| malformed(words))
}

/// Names the slip where it is a usual one.
fn malformed(words: &str) -> Refusal {
    let refusal =
        Refusal::new(Code::MalformedNumber, format!("{} is not written as a number", quoted(words)));
    let mended: String = words
        .trim_start_matches('+')
        .chars()
        .filter(|character| !character.is_whitespace() && *character != '_')
        .map(|character| if character == ',' { '.' } else { character })
        .collect();
    let (number, percent) = match mended.strip_suffix('%') {
        Some(number) => (number.to_owned(), "%"),
        None => (mended.clone(), ""),
    };
    let number = if number.starts_with('.') { format!("0{number}") } else { number };
    let number = number.strip_suffix('.').unwrap_or(&number);
    let plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && number.bytes().filter(|byte| *byte == b'.').count() <= 1
        && number.bytes().any(|byte| byte.is_ascii_digit());
    if words.starts_with('-') {
        refusal.help("there is nothing below 0")
    } else if plain {
        refusal.instead(format!("{number}{percent}"))
    } else {
        refusal.help("digits, perhaps a point and more digits, perhaps `%`: `34.5%` or `0.345`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_and_its_fraction_are_the_same_probability() {
        assert_eq!(Probability::read("34.5%").unwrap(), Probability::read("0.345").unwrap());
        assert_eq!(Probability::read("34.5%").unwrap().as_f64(), 0.345);
        assert_eq!(Probability::read("29%").unwrap().to_string(), "29%");
    }

    #[test]
    fn rounding_gives_what_would_be_written() {
        for step in 0..=1000 {
            let number = f64::from(step) / 1000.0 + 0.000_123_45;
            for digits in 0..5 {
                let written = format!("{:.*}%", digits as usize, number * 100.0);
                let read = Probability::read(&written).unwrap_or(Probability::ONE);
                assert_eq!(Probability::rounded(number, digits), read, "{number} with {digits} digits");
            }
        }
        assert_eq!(Probability::rounded(-0.1, 2), Probability::ZERO);
        assert_eq!(Probability::rounded(0.075, 1).to_string(), "7.5%");
        assert_eq!(Probability::rounded(0.000_1, 2).to_string(), "0.01%");
    }

    #[test]
    fn slips_are_answered_with_the_right_form() {
        let instead = |words: &str| Probability::read(words).unwrap_err().instead;
        assert_eq!(instead("45 %"), Some("45%".to_owned()));
        assert_eq!(instead(".5"), Some("0.5".to_owned()));
        assert_eq!(instead("5,5%"), Some("5.5%".to_owned()));
        assert_eq!(instead("45"), Some("45%".to_owned()));
        assert_eq!(instead("1e-3"), None);
        assert_eq!(instead("110%"), None);
    }
}
