//! Logarithms and their kin, the same on every machine.

/// The natural logarithm.
pub(crate) fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// The exponential function.
pub(crate) fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// Log odds; infinite where it is certain.
pub(crate) fn logit(probability: f64) -> f64 {
    if probability <= 0.0 {
        f64::NEG_INFINITY
    } else if probability >= 1.0 {
        f64::INFINITY
    } else {
        ln(probability) - libm::log1p(-probability)
    }
}

/// The probability of log odds.
pub(crate) fn sigmoid(log_odds: f64) -> f64 {
    if log_odds >= 0.0 {
        1.0 / (1.0 + exp(-log_odds))
    } else {
        let odds = exp(log_odds);
        odds / (1.0 + odds)
    }
}

/// The finalizer of SplitMix64 (Steele, Lea and Flood): every bit of the input moves every bit of the output.
pub(crate) fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
