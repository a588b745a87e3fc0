//! Information: what the outcome of one node tells about another, in bits (Shannon 1948).

/// The mutual information of a node that is as likely as this and another, of which the probabilities given either
/// outcome are known, each with its standard error. What errors alone would look like is taken off.
pub(crate) fn information(own: f64, given: [(f64, f64); 2]) -> f64 {
    let [(yes, yes_error), (no, no_error)] = given;
    let mean = own * yes + (1.0 - own) * no;
    let found = entropy(mean) - own * entropy(yes) - (1.0 - own) * entropy(no);
    let spread = mean * (1.0 - mean);
    if spread <= 0.0 {
        return 0.0;
    }
    // Two numbers that differ by chance alone differ by as much as their errors: to second order this many bits.
    let chance = own * (1.0 - own) * (yes_error * yes_error + no_error * no_error);
    (found - chance / (2.0 * spread * std::f64::consts::LN_2)).max(0.0)
}

/// The bits that an outcome of this probability carries.
fn entropy(probability: f64) -> f64 {
    let bits = |p: f64| if p > 0.0 { -p * libm::log2(p) } else { 0.0 };
    bits(probability) + bits(1.0 - probability)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn independent_nodes_tell_nothing_and_copies_tell_all() {
        assert!(information(0.3, [(0.6, 0.0), (0.6, 0.0)]).abs() < 1e-12);
        // A copy of a fair coin: one bit. Of 0.25: −¼ log₂ ¼ − ¾ log₂ ¾ = 0.811278.
        assert!((information(0.5, [(1.0, 0.0), (0.0, 0.0)]) - 1.0).abs() < 1e-12);
        assert!((information(0.25, [(1.0, 0.0), (0.0, 0.0)]) - 0.811_278).abs() < 1e-6);
    }

    #[test]
    fn what_errors_look_like_is_no_information() {
        assert_eq!(information(0.5, [(0.52, 0.02), (0.50, 0.02)]), 0.0);
    }
}
