//! Marks: the scores of some cases, each mean and each share with its interval of 95%.

use std::collections::BTreeMap;

use super::Case;
use crate::forecast::number::ln;

/// So many standard deviations hold 95%.
const Z: f64 = 1.959_963_984_540_054;

/// The scores of some cases.
#[derive(Clone, Debug, PartialEq)]
pub struct Marks {
    /// How many there are, and how many came true.
    pub share: Share,
    /// The mean square of what was stated less what came (Brier 1950): 0 is best, 1 worst.
    pub brier: Mean,
    /// The mean logarithm of the probability given to what came: 0 is best; minus infinity if something was
    /// held certain and did not come.
    pub log_score: Mean,
    /// The Brier score of what stood on each day, over the days.
    pub time_weighted: Mean,
    /// Skill against always saying the share that came true: 1 is best, 0 no better. None if all came out alike.
    pub base_skill: Option<f64>,
    /// Skill against saying the rate of the class, of those that have one, and how many these are.
    pub class_skill: Option<(f64, usize)>,
    /// How the network itself did on the day before each outcome.
    pub network: Option<Network>,
}

/// How the network did.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// How many of the cases it had a number for.
    pub count: usize,
    /// Its Brier score.
    pub brier: Mean,
    /// Its log score.
    pub log_score: Mean,
}

/// A mean of scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// The mean.
    pub value: f64,
    /// Student's interval (1908), held within what such a score can be; none of fewer than two.
    pub interval: Option<[f64; 2]>,
}

/// A share of cases.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// How many there are.
    pub count: usize,
    /// How many came true.
    pub came_true: usize,
}

/// Cases that were given about the same probability, and how many of them came true.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// Its tenth, from 0 to 9.
    pub tenth: u8,
    /// The cases in it.
    pub share: Share,
    /// The mean of the probabilities that were stated.
    pub stated: f64,
}

/// The square of what was stated less what came.
pub(super) fn brier(stated: f64, came_true: bool) -> f64 {
    let distance = if came_true { 1.0 - stated } else { stated };
    distance * distance
}

/// The logarithm of the probability given to what came.
pub(super) fn log_score(stated: f64, came_true: bool) -> f64 {
    ln(if came_true { stated } else { 1.0 - stated })
}

impl Marks {
    /// Of some cases; none if there are none.
    pub(super) fn of(cases: &[Case]) -> Option<Self> {
        let of = |stated: &dyn Fn(&Case) -> Option<f64>| -> Vec<(f64, bool)> {
            cases.iter().filter_map(|case| Some((stated(case)?, case.came_true))).collect()
        };
        let stated = of(&|case| Some(case.stated));
        let network = of(&|case| case.network);
        let share = Share::of(cases.iter().map(|case| case.came_true));
        let rate = share.rate()?;
        let has_class: Vec<&Case> = cases.iter().filter(|case| case.class.is_some()).collect();
        let class: f64 = of(&|case| case.class).into_iter().map(|(p, came_true)| brier(p, came_true)).sum();
        let own: f64 = has_class.iter().map(|case| brier(case.stated, case.came_true)).sum();
        let mean_brier = Mean::briers(&stated)?;
        Some(Self {
            share,
            brier: mean_brier,
            log_score: Mean::log_scores(&stated)?,
            time_weighted: Mean::of(cases.iter().map(Case::time_weighted), [0.0, 1.0])?,
            base_skill: skill(mean_brier.value, rate * (1.0 - rate)),
            class_skill: skill(own, class).map(|skill| (skill, has_class.len())),
            network: Mean::briers(&network)
                .zip(Mean::log_scores(&network))
                .map(|(brier, log_score)| Network { count: network.len(), brier, log_score }),
        })
    }
}

/// How much of another's score is saved.
fn skill(own: f64, other: f64) -> Option<f64> {
    (other > 0.0).then(|| 1.0 - own / other)
}

impl Mean {
    fn briers(cases: &[(f64, bool)]) -> Option<Self> {
        Self::of(cases.iter().map(|(p, came_true)| brier(*p, *came_true)), [0.0, 1.0])
    }

    fn log_scores(cases: &[(f64, bool)]) -> Option<Self> {
        Self::of(cases.iter().map(|(p, came_true)| log_score(*p, *came_true)), [f64::NEG_INFINITY, 0.0])
    }

    fn of(scores: impl Iterator<Item = f64>, [least, most]: [f64; 2]) -> Option<Self> {
        let scores: Vec<f64> = scores.collect();
        let count = scores.len() as f64;
        let value = scores.iter().sum::<f64>() / count;
        if scores.is_empty() {
            return None;
        }
        if scores.len() == 1 || !value.is_finite() {
            return Some(Self { value, interval: None });
        }
        let freedom = count - 1.0;
        let variance = scores.iter().map(|score| (score - value) * (score - value)).sum::<f64>() / freedom;
        let half = student(scores.len() - 1) * (variance / count).sqrt();
        Some(Self { value, interval: Some([(value - half).max(least), (value + half).min(most)]) })
    }
}

/// What holds 95% of Student's distribution with so many degrees of freedom: from a table, then by the expansion of
/// Cornish and Fisher (1938), which is right to four digits from there on.
fn student(freedom: usize) -> f64 {
    const TABLE: [f64; 10] = [
        12.706_205, 4.302_653, 3.182_446, 2.776_445, 2.570_582, 2.446_912, 2.364_624, 2.306_004, 2.262_157,
        2.228_139,
    ];
    let listed = freedom.checked_sub(1).and_then(|place| TABLE.get(place));
    listed.copied().unwrap_or_else(|| {
        let (v, z2) = (freedom as f64, Z * Z);
        let first = Z * (z2 + 1.0) / 4.0;
        let second = Z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
        let third = Z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
        Z + ((third / v + second) / v + first) / v
    })
}

impl Share {
    /// Of outcomes.
    pub(super) fn of(outcomes: impl Iterator<Item = bool>) -> Self {
        outcomes.fold(Self { count: 0, came_true: 0 }, |share, came_true| Self {
            count: share.count + 1,
            came_true: share.came_true + usize::from(came_true),
        })
    }

    /// As a number; none of none.
    pub fn rate(self) -> Option<f64> {
        (self.count > 0).then(|| self.came_true as f64 / self.count as f64)
    }

    /// The least and the most that the true share may be: Wilson's interval of 95% (1927).
    pub fn interval(self) -> [f64; 2] {
        let Some(share) = self.rate() else { return [0.0, 1.0] };
        let n = self.count as f64;
        let middle = (share + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
        let half = Z / (1.0 + Z * Z / n) * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
        // Where nothing or all came true that end is certain, and not what rounding makes of it.
        let least = if self.came_true == 0 { 0.0 } else { (middle - half).max(0.0) };
        let most = if self.came_true == self.count { 1.0 } else { (middle + half).min(1.0) };
        [least, most]
    }
}

impl Bin {
    /// Probabilities and outcomes in tenths.
    pub(super) fn tenths(cases: impl Iterator<Item = (f64, bool)>) -> Vec<Self> {
        let mut tenths: BTreeMap<u8, Vec<(f64, bool)>> = BTreeMap::new();
        for (stated, came_true) in cases {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 9")]
            let tenth = (stated * 10.0).floor().clamp(0.0, 9.0) as u8;
            tenths.entry(tenth).or_default().push((stated, came_true));
        }
        let bin = |(tenth, all): (u8, Vec<(f64, bool)>)| Self {
            tenth,
            share: Share::of(all.iter().map(|(_, came_true)| *came_true)),
            stated: all.iter().map(|(stated, _)| stated).sum::<f64>() / all.len() as f64,
        };
        tenths.into_iter().map(bin).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_falls_into_tenths_with_wilsons_intervals() {
        let record = [(0.72, true), (0.78, true), (0.75, false), (0.1, false), (1.0, true)];
        let bins = Bin::tenths(record.into_iter());
        let counts = bins.iter().map(|bin| (bin.tenth, bin.share.count, bin.share.came_true));
        assert_eq!(counts.collect::<Vec<_>>(), [(1, 1, 0), (7, 3, 2), (9, 1, 1)]);
        // 2 of 3: (2/3 + z²/6) / (1 + z²/3) ± z / (1 + z²/3) · √(2/27 + z²/36), z² = 3.8415.
        let [least, most] = bins[1].share.interval();
        assert!((least - 0.2077).abs() < 5e-5 && (most - 0.9385).abs() < 5e-5, "{least} {most}");
        assert!((bins[1].stated - 0.75).abs() < 1e-12);
        // 0 of 1: nothing up to z² / (1 + z²).
        let [least, most] = bins[0].share.interval();
        assert!(least == 0.0 && (most - 0.7935).abs() < 5e-5, "{most}");
    }

    #[test]
    fn means_have_students_intervals() {
        let all = [(0.8, true), (0.4, true), (0.3, false)];
        // (0.04 + 0.36 + 0.09) / 3; deviations −0.12333, 0.19667, −0.07333: s² = 0.059267 / 2, s / √3 = 0.099387;
        // times 4.302653 that is 0.42763.
        let brier = Mean::briers(&all).unwrap();
        assert!((brier.value - 0.49 / 3.0).abs() < 1e-12);
        let [least, most] = brier.interval.unwrap();
        assert!(least == 0.0 && (most - 0.590_96).abs() < 1e-4, "{most}");
        // (ln 0.8 + ln 0.4 + ln 0.7) / 3 = ln 0.224 / 3.
        assert!((Mean::log_scores(&all).unwrap().value + 1.496_109_2 / 3.0).abs() < 1e-7);
        assert_eq!(Mean::briers(&[]), None);
        assert_eq!(Mean::briers(&all[..1]).unwrap().interval, None);
    }

    #[test]
    fn what_was_certain_and_failed_costs_without_end() {
        let scores = Mean::log_scores(&[(1.0, false), (0.5, true)]).unwrap();
        assert_eq!((scores.value, scores.interval), (f64::NEG_INFINITY, None));
        // And what was certain and came costs nothing.
        assert_eq!(Mean::log_scores(&[(0.0, false)]).unwrap().value, 0.0);
    }

    #[test]
    fn students_table_and_its_expansion_meet() {
        // From tables: 2.2010 with 11 degrees, 2.0860 with 20, 1.9840 with 100.
        for (freedom, known) in [(11, 2.2010), (20, 2.0860), (100, 1.9840)] {
            assert!((student(freedom) - known).abs() < 2e-4, "{freedom}: {}", student(freedom));
        }
    }
}
