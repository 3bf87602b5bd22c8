//! Intervals: Wilson's for shares, a cluster bootstrap for means.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// A 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The score interval for a share, `successes` of `n` (Wilson 1927), at 95 %.
///
/// It takes the observations as independent. `None` where `n` is 0.
#[must_use]
pub fn wilson(successes: u64, n: u64) -> Option<Interval> {
    const Z: f64 = 1.959_963_984_540_054;
    if n == 0 {
        return None;
    }
    let (k, n) = (successes as f64, n as f64);
    let share = k / n;
    let spread = 1.0 + Z * Z / n;
    let centre = (share + Z * Z / (2.0 * n)) / spread;
    let half = Z / spread * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    Some(Interval { low: (centre - half).max(0.0), high: (centre + half).min(1.0) })
}

/// The percentile interval, at 95 %, of a ratio of sums when whole clusters are drawn anew with
/// replacement (Efron and Tibshirani 1993, ch. 13; clusters as in Cameron and Miller 2015).
///
/// A cluster is `(sum, count)`; the mean is `sum of sums / sum of counts`. Sums are integers, so
/// the order of clusters cannot change the mean; for the draws, clusters are taken in the order
/// given. `None` below `minimum` clusters.
#[must_use]
pub fn bootstrap_mean(clusters: &[(i64, u64)], minimum: usize, draws: usize, seed: u64) -> Option<Interval> {
    if clusters.len() < minimum.max(2) || draws < 40 {
        return None;
    }
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut means: Vec<f64> = (0..draws)
        .map(|_| {
            let (mut sum, mut count) = (0i64, 0u64);
            for _ in 0..clusters.len() {
                let index = below(&mut random, clusters.len());
                sum += clusters[index].0;
                count += clusters[index].1;
            }
            sum as f64 / count.max(1) as f64
        })
        .collect();
    means.sort_by(f64::total_cmp);
    let at = |share: f64| means[((means.len() - 1) as f64 * share).round() as usize];
    Some(Interval { low: at(0.025), high: at(0.975) })
}

/// A stable seed from a name (FNV-1a, 64 bits), so that each figure has draws of its own.
pub(crate) fn seed_of(name: &str, seed: u64) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325 ^ seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

fn below(random: &mut ChaCha8Rng, n: usize) -> usize {
    ((u128::from(random.next_u64()) * n as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_intervals_have_the_published_values() {
        // Newcombe (1998), Table I: 81/263, 15/148, 0/20, 1/29 (method 3).
        let check = |k, n, low: f64, high: f64| {
            let found = wilson(k, n).unwrap();
            assert!((found.low - low).abs() < 5e-5 && (found.high - high).abs() < 5e-5, "{k}/{n}: {found:?}");
        };
        check(81, 263, 0.2553, 0.3662);
        check(15, 148, 0.0624, 0.1605);
        check(0, 20, 0.0, 0.1611);
        check(1, 29, 0.0061, 0.1718);
        assert_eq!(wilson(0, 0), None);
    }

    #[test]
    fn there_is_no_interval_below_the_minimum_of_clusters() {
        let clusters = [(5, 1), (7, 1), (3, 1), (9, 1)];
        assert_eq!(bootstrap_mean(&clusters, 5, 2000, 1), None);
        assert!(bootstrap_mean(&clusters, 4, 2000, 1).is_some());
    }

    #[test]
    fn bootstrap_intervals_cover_the_true_mean() {
        // Means of 25 clusters of uniform values: 95 % intervals should cover in well over nine of ten runs.
        let mut random = ChaCha8Rng::seed_from_u64(9);
        let covered = (0..400)
            .filter(|&run| {
                let clusters: Vec<_> = (0..25).map(|_| (below(&mut random, 2001) as i64 - 1000, 1)).collect();
                let found = bootstrap_mean(&clusters, 5, 400, run).unwrap();
                found.low <= 0.0 && 0.0 <= found.high
            })
            .count();
        assert!((360..=396).contains(&covered), "{covered} of 400 intervals cover the mean");
    }

    #[test]
    fn the_same_seed_gives_the_same_interval() {
        let clusters = [(5, 2), (-7, 1), (3, 4), (9, 1), (0, 3)];
        let one = bootstrap_mean(&clusters, 5, 500, seed_of("a", 7));
        assert_eq!(one, bootstrap_mean(&clusters, 5, 500, seed_of("a", 7)));
        assert_ne!(one, bootstrap_mean(&clusters, 5, 500, seed_of("b", 7)));
    }
}
