//! Numbers as decimals, of which a site holds millions: the words of the standard formatter, sooner.

use std::fmt::Write as _;

/// Beyond this a number is left to the standard formatter.
const MOST: f64 = 1e9;

/// A number with so many digits behind the point: what `{:.digits$}` makes of it.
pub fn fixed(number: f64, digits: usize) -> String {
    let mut out = String::new();
    add_fixed(&mut out, number, digits);
    out
}

/// Adds a number with so many digits behind the point to a text.
pub fn add_fixed(out: &mut String, number: f64, digits: usize) {
    let Some(whole) = POWERS.get(digits).and_then(|power| scaled(number, *power)) else {
        let _ = write!(out, "{number:.digits$}");
        return;
    };
    if number.is_sign_negative() {
        out.push('-');
    }
    // 10 digits before the point and 6 behind it are the most that there can be.
    let mut figures = [b'0'; 20];
    let mut rest = whole;
    let mut start = figures.len();
    while rest > 0 || figures.len() - start <= digits {
        start -= 1;
        if let Some(figure) = figures.get_mut(start) {
            *figure = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        }
        rest /= 10;
    }
    let figures = std::str::from_utf8(figures.get(start..).unwrap_or_default()).unwrap_or_default();
    let (before, behind) = figures.split_at(figures.len() - digits);
    out.push_str(before);
    if digits > 0 {
        out.push('.');
        out.push_str(behind);
    }
}

const POWERS: [f64; 7] = [1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6];

/// The size of a number in units of the last digit; none of one that lies so near the middle of two that only exact
/// arithmetic can tell which it is.
fn scaled(number: f64, power: f64) -> Option<u64> {
    if number.is_nan() || number.abs() >= MOST {
        return None;
    }
    let size = number.abs() * power;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 10^15")]
    let below = size as u64;
    #[expect(clippy::cast_precision_loss, reason = "up to 10^15")]
    let part = size - below as f64;
    let is_close = (part - 0.5).abs() < 1e-6 * size.max(1.0);
    (!is_close).then_some(below + u64::from(part > 0.5))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_what_the_standard_formatter_says(number in -2.0..2.0_f64, large: f64, digits in 0..9_usize) {
            for number in [number, large, 100.0 * number, 1e6 * number, (8.0 * number).round() / 8.0] {
                prop_assert_eq!(fixed(number, digits), format!("{number:.digits$}"));
            }
        }
    }

    #[test]
    fn ends_and_middles() {
        for number in [
            0.0,
            -0.0,
            0.05,
            0.25,
            0.125,
            0.5,
            1.5,
            2.5,
            99.95,
            999_999_999.5,
            1e9,
            -0.04,
            f64::NAN,
            f64::INFINITY,
        ] {
            for digits in 0..8 {
                assert_eq!(fixed(number, digits), format!("{number:.digits$}"));
            }
        }
    }
}
