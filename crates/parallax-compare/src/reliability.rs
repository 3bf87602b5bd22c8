//! How far coders agree: Krippendorff's alpha.
//!
//! Krippendorff 2011, "Computing Krippendorff's alpha-reliability": any number of coders, units
//! that some did not code, and four levels of measurement.

use crate::Interval;
use crate::statistics::Random;

/// What may be compared about two codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Whether they are the same.
    Nominal,
    /// How many codes lie between them.
    Ordinal,
    /// By how much they differ.
    Interval,
    /// By how much they differ as a part of their size.
    Ratio,
}

/// Alpha with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// 1 for full agreement, 0 for that of chance.
    pub alpha: f64,
    /// The 95 % interval, units drawn anew (Zapf et al. 2016).
    pub interval: Option<Interval>,
    /// Units with at least two codes.
    pub units: usize,
    /// Their codes.
    pub codes: usize,
}

/// Alpha of units, each with the codes it was given, by whomever. `None` where fewer than two
/// codes can be compared, or all codes are the same: then nothing could have disagreed.
#[must_use]
pub fn krippendorff_alpha(units: &[Vec<f64>], level: Level) -> Option<f64> {
    let compared: Vec<&Vec<f64>> = units.iter().filter(|codes| codes.len() > 1).collect();
    alpha_of(&compared, level)
}

/// Alpha with an interval of `draws` draws.
#[must_use]
pub fn agreement(units: &[Vec<f64>], level: Level, draws: usize, seed: u64) -> Option<Agreement> {
    let compared: Vec<&Vec<f64>> = units.iter().filter(|codes| codes.len() > 1).collect();
    let alpha = alpha_of(&compared, level)?;
    let mut random = Random::new(seed);
    let mut drawn: Vec<f64> = (0..draws)
        .filter_map(|_| {
            let again: Vec<&Vec<f64>> = (0..compared.len()).map(|_| compared[random.below(compared.len())]).collect();
            alpha_of(&again, level)
        })
        .collect();
    drawn.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| drawn[((drawn.len() - 1) as f64 * share).round() as usize];
    // Where most draws have nothing to compare, there is too little for an interval.
    let is_enough = drawn.len() * 2 > draws && drawn.len() >= 40;
    let interval = is_enough.then(|| Interval { low: at(0.025), high: at(0.975) });
    Some(Agreement { alpha, interval, units: compared.len(), codes: compared.iter().map(|codes| codes.len()).sum() })
}

fn alpha_of(units: &[&Vec<f64>], level: Level) -> Option<f64> {
    let mut values: Vec<f64> = units.iter().flat_map(|codes| codes.iter().copied()).collect();
    values.sort_unstable_by(f64::total_cmp);
    values.dedup();
    let place = |code: f64| values.partition_point(|value| *value < code);
    let k = values.len();
    // Coincidences: pairs of codes within units, each unit with the weight of its codes.
    let mut coincidences = vec![vec![0.0f64; k]; k];
    for codes in units {
        let weight = 1.0 / (codes.len() - 1) as f64;
        for (one, &code) in codes.iter().enumerate() {
            for (_, &other) in codes.iter().enumerate().filter(|(other, _)| *other != one) {
                coincidences[place(code)][place(other)] += weight;
            }
        }
    }
    let totals: Vec<f64> = coincidences.iter().map(|row| row.iter().sum()).collect();
    let n: f64 = totals.iter().sum();
    let (mut observed, mut expected) = (0.0, 0.0);
    for one in 0..k {
        for other in 0..k {
            let distance = distance(level, &values, &totals, one, other);
            observed += coincidences[one][other] * distance;
            expected += totals[one] * totals[other] * distance;
        }
    }
    (expected > 0.0).then(|| 1.0 - (n - 1.0) * observed / expected)
}

/// The squared difference of two values, by their places.
fn distance(level: Level, values: &[f64], totals: &[f64], one: usize, other: usize) -> f64 {
    let (low, high) = (one.min(other), one.max(other));
    match level {
        Level::Nominal => f64::from(u8::from(low != high)),
        Level::Ordinal => {
            let between: f64 = totals[low..=high].iter().sum();
            (between - (totals[low] + totals[high]) / 2.0).powi(2)
        }
        Level::Interval => (values[low] - values[high]).powi(2),
        Level::Ratio => {
            let sum = values[low] + values[high];
            if sum == 0.0 { 0.0 } else { ((values[low] - values[high]) / sum).powi(2) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: f64 = f64::NAN;

    fn units(coders: &[&[f64]]) -> Vec<Vec<f64>> {
        let of = |unit: usize| coders.iter().map(|codes| codes[unit]).filter(|code| !code.is_nan()).collect();
        (0..coders[0].len()).map(of).collect()
    }

    fn check(units: &[Vec<f64>], values: [f64; 4]) {
        for (level, value) in [Level::Nominal, Level::Ordinal, Level::Interval, Level::Ratio].into_iter().zip(values) {
            let found = krippendorff_alpha(units, level).unwrap();
            assert!((found - value).abs() < 5e-7, "{level:?}: {found} for {value}");
        }
    }

    #[test]
    fn alpha_has_the_values_of_the_reference_implementation() {
        // Krippendorff 2011, section E (four coders, 12 units): 0.743, 0.815, 0.849, 0.797; more
        // digits from the Python package krippendorff 0.9.0.
        let four = units(&[
            &[1.0, 2.0, 3.0, 3.0, 2.0, 1.0, 4.0, 1.0, 2.0, NONE, NONE, NONE],
            &[1.0, 2.0, 3.0, 3.0, 2.0, 2.0, 4.0, 1.0, 2.0, 5.0, NONE, 3.0],
            &[NONE, 3.0, 3.0, 3.0, 2.0, 3.0, 4.0, 2.0, 2.0, 5.0, 1.0, NONE],
            &[1.0, 2.0, 3.0, 3.0, 2.0, 4.0, 4.0, 1.0, 2.0, 5.0, 1.0, NONE],
        ]);
        check(&four, [0.743_421, 0.815_388, 0.849_107, 0.797_403]);
        // The package's own example (three coders, 15 units): 0.691 nominal, 0.811 interval.
        let three = units(&[
            &[NONE, NONE, NONE, NONE, NONE, 3.0, 4.0, 1.0, 2.0, 1.0, 1.0, 3.0, 3.0, NONE, 3.0],
            &[1.0, NONE, 2.0, 1.0, 3.0, 3.0, 4.0, 3.0, NONE, NONE, NONE, NONE, NONE, NONE, NONE],
            &[NONE, NONE, 2.0, 1.0, 3.0, 4.0, 4.0, NONE, 2.0, 1.0, 1.0, 3.0, 3.0, NONE, 4.0],
        ]);
        check(&three, [0.691_358, 0.806_721, 0.810_845, 0.808_944]);
    }

    #[test]
    fn where_nothing_could_disagree_there_is_no_alpha() {
        assert_eq!(krippendorff_alpha(&[vec![1.0, 1.0], vec![1.0, 1.0]], Level::Nominal), None);
        assert_eq!(krippendorff_alpha(&[vec![1.0], vec![2.0]], Level::Nominal), None);
        assert_eq!(krippendorff_alpha(&[], Level::Ratio), None);
    }

    #[test]
    fn the_interval_holds_alpha() {
        let some: Vec<Vec<f64>> =
            (0..40).map(|n| vec![f64::from(n % 3), f64::from(if n % 7 == 0 { 0 } else { n % 3 })]).collect();
        let found = agreement(&some, Level::Ordinal, 500, 1).unwrap();
        let interval = found.interval.unwrap();
        assert!(interval.low < found.alpha && found.alpha < interval.high, "{found:?}");
        assert_eq!((found.units, found.codes), (40, 80));
    }
}
