//! What tables hold: plain numbers, or numbers with an exponent of their own for facts that are next to
//! impossible together.

use super::super::number::{exp, ln};

/// A mass that is not negative.
pub(super) trait Mass: Copy + PartialOrd + Send + Sync + std::fmt::Debug {
    const ZERO: Self;
    const ONE: Self;
    /// Of a number from 0 on.
    fn of(number: f64) -> Self;
    /// e to this power.
    fn exp(log: f64) -> Self;
    fn plus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    /// The quotient; nothing of nothing is nothing.
    fn over(self, other: Self) -> Self;
    /// As a number; what is too small is 0.
    fn number(self) -> f64;
    /// The natural logarithm.
    fn log(self) -> f64;
    /// Whether it is so small beside 1 that digits may have been lost.
    fn is_thin(self) -> bool;
}

impl Mass for f64 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;

    fn of(number: f64) -> Self {
        number
    }

    fn exp(log: f64) -> Self {
        exp(log)
    }

    fn plus(self, other: Self) -> Self {
        self + other
    }

    fn times(self, other: Self) -> Self {
        self * other
    }

    fn over(self, other: Self) -> Self {
        if self == 0.0 { 0.0 } else { self / other }
    }

    fn number(self) -> f64 {
        self
    }

    fn log(self) -> f64 {
        ln(self)
    }

    fn is_thin(self) -> bool {
        self > 0.0 && self < 1e-240
    }
}

/// A mantissa from 1 up to 2, or 0, and a power of two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Wide {
    mantissa: f64,
    power: i64,
}

impl Wide {
    fn new(number: f64, power: i64) -> Self {
        if number <= 0.0 {
            return Self::ZERO;
        }
        let (mantissa, more) = libm::frexp(number);
        Self { mantissa: mantissa * 2.0, power: power + i64::from(more) - 1 }
    }
}

impl PartialOrd for Wide {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        let key = |one: &Self| (one.mantissa > 0.0, if one.mantissa > 0.0 { one.power } else { 0 });
        match key(self).cmp(&key(other)) {
            std::cmp::Ordering::Equal => self.mantissa.partial_cmp(&other.mantissa),
            unequal @ (std::cmp::Ordering::Less | std::cmp::Ordering::Greater) => Some(unequal),
        }
    }
}

impl Mass for Wide {
    const ZERO: Self = Self { mantissa: 0.0, power: 0 };
    const ONE: Self = Self { mantissa: 1.0, power: 0 };

    fn of(number: f64) -> Self {
        Self::new(number, 0)
    }

    #[expect(clippy::cast_possible_truncation, reason = "log odds are far smaller than that")]
    fn exp(log: f64) -> Self {
        let power = (log / std::f64::consts::LN_2).floor();
        Self::new(exp(log - power * std::f64::consts::LN_2), power as i64)
    }

    fn plus(self, other: Self) -> Self {
        if self.mantissa == 0.0 {
            return other;
        }
        if other.mantissa == 0.0 {
            return self;
        }
        let (large, small) = if self.power >= other.power { (self, other) } else { (other, self) };
        let gap = large.power - small.power;
        if gap > 100 {
            return large;
        }
        let gap = i32::try_from(gap).unwrap_or(100);
        Self::new(large.mantissa + libm::scalbn(small.mantissa, -gap), large.power)
    }

    fn times(self, other: Self) -> Self {
        Self::new(self.mantissa * other.mantissa, self.power + other.power)
    }

    fn over(self, other: Self) -> Self {
        if self.mantissa == 0.0 {
            return Self::ZERO;
        }
        Self::new(self.mantissa / other.mantissa, self.power - other.power)
    }

    fn number(self) -> f64 {
        match i32::try_from(self.power) {
            Ok(power) => libm::scalbn(self.mantissa, power),
            Err(_) => 0.0,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "powers are far smaller than that")]
    fn log(self) -> f64 {
        ln(self.mantissa) + self.power as f64 * std::f64::consts::LN_2
    }

    fn is_thin(self) -> bool {
        false
    }
}
