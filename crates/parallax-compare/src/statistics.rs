//! Intervals of means over clusters, and the draws they are made of.
//!
//! Clusters are paragraphs of an article, or articles of an outlet: what one paragraph says is not
//! independent of itself, so whole clusters are drawn, never single mentions. Proof by simulation:
//! `statistics/simulation.rs`.

mod error_model;
mod quantiles;
#[cfg(test)]
mod simulation;

pub use error_model::{ErrorModel, ErrorModelError, MOST_LABELS};

pub(crate) use error_model::ErrorDraws;
pub(crate) use quantiles::{Random, seed_of};

use quantiles::{expanded_levels, quantile};
use std::cell::RefCell;
use std::rc::Rc;

/// A 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The observations of one cluster. Sums are of integers, so that no order can change them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cluster {
    /// Sum of the observations, in parts of a unit of the caller's.
    pub sum: i64,
    /// Number of observations.
    pub count: u64,
    /// How many of them the classifier gave each label; zeros where no classifier is behind them.
    pub labels: [u64; MOST_LABELS],
}

/// Settings of a bootstrap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bootstrap {
    /// Fewest clusters for an interval.
    pub minimum: usize,
    /// Draws.
    pub draws: usize,
    /// Seed.
    pub seed: u64,
}

/// Whether there is enough for an interval.
fn is_enough(clusters: &[Cluster], bootstrap: Bootstrap) -> bool {
    clusters.len() >= bootstrap.minimum.max(2) && bootstrap.draws >= 40 && clusters.iter().any(|one| one.count > 0)
}

/// The interval of a ratio of sums whose observations lie between `range.0` and `range.1`, without
/// further assumptions on them: Bayesian bootstrap of the clusters (Rubin 1981) with one more
/// cluster, of mean size, at the end of the range (Learned-Miller and Thomas 2020, "A new
/// confidence interval for the mean of a bounded random variable"; for yes-or-no observations it
/// is the interval of Clopper and Pearson 1934). `None` below the minimum of clusters.
///
/// It does not shrink to nothing where all clusters agree: what was not seen in five paragraphs
/// may well be in the next.
#[must_use]
pub fn bounded_interval(clusters: &[Cluster], range: (f64, f64), bootstrap: Bootstrap) -> Option<Interval> {
    if !is_enough(clusters, bootstrap) {
        return None;
    }
    Some(bounded_by(clusters, range, &Weights::new(bootstrap)))
}

/// [`bounded_interval`] with weights that several figures share: what one figure has by chance of the draws,
/// the others of the article have too, and no figure is the less right for it.
pub(crate) fn bounded_interval_by(
    clusters: &[Cluster],
    range: (f64, f64),
    bootstrap: Bootstrap,
    weights: &Weights,
) -> Option<Interval> {
    is_enough(clusters, bootstrap).then(|| bounded_by(clusters, range, weights))
}

fn bounded_by(clusters: &[Cluster], range: (f64, f64), weights: &Weights) -> Interval {
    let size = clusters.iter().map(|one| one.count).sum::<u64>() as f64 / clusters.len() as f64;
    let unseen: Vec<f64> = weights.of(0).iter().map(|weight| weight * size).collect();
    let (mut sums, mut counts) = (vec![0.0; unseen.len()], unseen.clone());
    for (index, cluster) in clusters.iter().enumerate() {
        for (scale, to) in [(cluster.sum as f64, &mut sums), (cluster.count as f64, &mut counts)] {
            // Most paragraphs have nothing of most frames.
            if scale != 0.0 {
                to.iter_mut().zip(&*weights.of(index + 1)).for_each(|(sum, weight)| *sum += weight * scale);
            }
        }
    }
    let ends = |end: f64| -> Vec<f64> {
        sums.iter().zip(&counts).zip(&unseen).map(|((sum, count), unseen)| (sum + unseen * end) / count).collect()
    };
    let (low, high) = (quantile(&mut ends(range.0), 0.025), quantile(&mut ends(range.1), 0.975));
    Interval { low: low.max(range.0), high: high.min(range.1) }
}

/// Weights of a Bayesian bootstrap: for each cluster, one exponential variate a draw, made when it is first asked
/// for.
#[derive(Debug)]
pub(crate) struct Weights {
    draws: usize,
    seed: u64,
    made: RefCell<Vec<Rc<[f64]>>>,
}

impl Weights {
    pub(crate) fn new(bootstrap: Bootstrap) -> Self {
        Self { draws: bootstrap.draws, seed: bootstrap.seed, made: RefCell::default() }
    }

    /// Those of a cluster, by its number.
    fn of(&self, cluster: usize) -> Rc<[f64]> {
        let mut made = self.made.borrow_mut();
        while made.len() <= cluster {
            let mut random = Random::new(seed_of(&made.len().to_string(), self.seed));
            made.push((0..self.draws).map(|_| random.exponential()).collect());
        }
        Rc::clone(&made[cluster])
    }
}

/// The percentile interval of a ratio of sums when whole clusters are drawn anew (Efron and
/// Tibshirani 1993, ch. 13; clusters as in Cameron and Miller 2015), at levels that make up for the
/// small number of clusters as Student's t does (Hesterberg 2015, "expanded percentile interval").
/// `None` below the minimum of clusters.
#[must_use]
pub fn percentile_interval(clusters: &[Cluster], bootstrap: Bootstrap) -> Option<Interval> {
    if !is_enough(clusters, bootstrap) {
        return None;
    }
    let mut random = Random::new(bootstrap.seed);
    let mut means: Vec<f64> = (0..bootstrap.draws)
        .map(|_| {
            let drawn = redrawn(clusters, &mut random);
            drawn.sum as f64 / drawn.count.max(1) as f64
        })
        .collect();
    let (low, high) = expanded_levels(clusters.len());
    Some(Interval { low: quantile(&mut means, low), high: quantile(&mut means, high) })
}

/// The interval of a mean of classified observations that carries the classifier's measured error.
///
/// Clusters are drawn anew; in each draw every observation gets a true label by chance, as often
/// as the held-out confusion matrix (itself drawn from its posterior) has it. Two readings of that
/// matrix are taken, and the interval spans both: that a label *given* means the same here as
/// there, and that a *true* label is mistaken here as often as there, whatever their shares here
/// (those by expectation maximisation, Saerens, Latinne and Decaestecker 2002). As the draws hold
/// both the clusters' chance and that of the true labels in them, they are wide enough as they are,
/// few clusters or many.
///
/// Where the observations are scores of the classifier's, calibrated as a mean, `unit` is what one is
/// in the clusters' sums, and the first reading lies around their mean. Without a unit they are the
/// labels given, whose mean says little where labels are rare: it lies around what is behind them.
pub(crate) fn classified_interval(
    clusters: &[Cluster],
    unit: Option<f64>,
    error: &ErrorDraws,
    bootstrap: Bootstrap,
) -> Option<Interval> {
    if !is_enough(clusters, bootstrap) {
        return None;
    }
    let mut random = Random::new(bootstrap.seed);
    // Of each reading, its draws; shares have one more way to the second, which holds near the ends.
    let mut readings = vec![Vec::with_capacity(bootstrap.draws); if error.is_yes_or_no() { 3 } else { 2 }];
    for draw in 0..bootstrap.draws {
        let drawn = redrawn(clusters, &mut random);
        let n = drawn.count.max(1) as f64;
        let matrix = error.draw(draw);
        let behind = error.given(matrix, &drawn.labels, &mut random);
        let shift = unit.map_or(0.0, |unit| drawn.sum as f64 / unit - error.expected(&drawn.labels));
        readings[0].push((behind + shift) / n);
        readings[1].push(error.mistaken(matrix, &drawn.labels, &mut random) / n);
        if let Some(solved) = readings.get_mut(2) {
            solved.push(error.solved(matrix, &drawn.labels, &mut random) / n);
        }
    }
    let (least, most) = error.range();
    let low = readings.iter_mut().map(|draws| quantile(draws, 0.025)).fold(f64::INFINITY, f64::min);
    let high = readings.iter_mut().map(|draws| quantile(draws, 0.975)).fold(f64::NEG_INFINITY, f64::max);
    Some(Interval { low: low.clamp(least, most), high: high.clamp(least, most) })
}

fn redrawn(clusters: &[Cluster], random: &mut Random) -> Cluster {
    let mut drawn = Cluster::default();
    for _ in 0..clusters.len() {
        let one = &clusters[random.below(clusters.len())];
        drawn.sum += one.sum;
        drawn.count += one.count;
        for (sum, count) in drawn.labels.iter_mut().zip(one.labels) {
            *sum += count;
        }
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clusters(cells: &[(i64, u64)]) -> Vec<Cluster> {
        cells.iter().map(|&(sum, count)| Cluster { sum, count, ..Cluster::default() }).collect()
    }

    fn settings(minimum: usize, seed: u64) -> Bootstrap {
        Bootstrap { minimum, draws: 2000, seed }
    }

    #[test]
    fn there_is_no_interval_below_the_minimum_of_clusters() {
        let few = clusters(&[(1, 1), (0, 1), (1, 1), (0, 1)]);
        assert_eq!(bounded_interval(&few, (0.0, 1.0), settings(5, 1)), None);
        assert!(bounded_interval(&few, (0.0, 1.0), settings(4, 1)).is_some());
        assert_eq!(percentile_interval(&few, settings(5, 1)), None);
        assert_eq!(bounded_interval(&clusters(&[(0, 0); 6]), (0.0, 1.0), settings(5, 1)), None);
    }

    #[test]
    fn for_yes_or_no_it_is_clopper_and_pearson_s() {
        // Newcombe (1998), Table I, method 5 (Clopper-Pearson): 15/148 and 0/20.
        let check = |yes: usize, n: usize, low: f64, high: f64| {
            let cells: Vec<(i64, u64)> = (0..n).map(|index| (i64::from(index < yes), 1)).collect();
            let found =
                bounded_interval(&clusters(&cells), (0.0, 1.0), Bootstrap { draws: 40_000, ..settings(5, 3) }).unwrap();
            assert!((found.low - low).abs() < 0.004 && (found.high - high).abs() < 0.004, "{yes}/{n}: {found:?}");
        };
        check(15, 148, 0.0578, 0.1617);
        check(0, 20, 0.0, 0.1684);
    }

    #[test]
    fn the_same_seed_gives_the_same_interval() {
        let some = clusters(&[(5, 2), (-7, 1), (3, 4), (9, 1), (0, 3)]);
        let of = |name: &str| bounded_interval(&some, (-9.0, 9.0), settings(5, seed_of(name, 7)));
        assert_eq!(of("a"), of("a"));
        assert_ne!(of("a"), of("b"));
    }
}
