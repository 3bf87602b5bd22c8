//! What a classifier got wrong on held-out data, as a figure's interval carries it.

use super::quantiles::Random;
use serde::{Deserialize, Serialize};

/// Most labels of a classifier.
pub const MOST_LABELS: usize = 3;

type Matrix = [[f64; MOST_LABELS]; MOST_LABELS];

/// The held-out confusion matrix of a classifier, with what each of its labels counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorModel {
    /// The data it was measured on, as the method of a figure names them.
    pub measured_on: String,
    /// The labels, in the order of the matrix.
    pub labels: Vec<String>,
    /// What each label counts in a mean: -1, 0, 1 for a tone.
    pub values: Vec<f64>,
    /// `confusion[true label][label given]`.
    pub confusion: Vec<Vec<u64>>,
}

/// A matrix that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an error model has two or three labels, as many values, and a square matrix of counts in which every label was given and was true at least once"
)]
pub struct ErrorModelError;

impl ErrorModel {
    /// Checks that the matrix is one.
    ///
    /// # Errors
    /// Where sizes differ, or a label was never true or never given.
    pub fn check(&self) -> Result<(), ErrorModelError> {
        let k = self.labels.len();
        let square = self.confusion.len() == k && self.confusion.iter().all(|row| row.len() == k);
        let sized = (2..=MOST_LABELS).contains(&k) && self.values.len() == k && square;
        let finite = self.values.iter().all(|value| value.is_finite());
        let seen = sized
            && (0..k).all(|label| {
                let given: u64 = self.confusion.iter().map(|row| row[label]).sum();
                given > 0 && self.confusion[label].iter().sum::<u64>() > 0
            });
        if sized && finite && seen { Ok(()) } else { Err(ErrorModelError) }
    }

    /// How a figure's method names it.
    #[must_use]
    pub fn assumption(&self) -> String {
        let n: u64 = self.confusion.iter().flatten().sum();
        let right: u64 = (0..self.labels.len()).map(|label| self.confusion[label][label]).sum();
        format!(
            "interval with the classifier's error as measured on {} ({right} of {n} right), assuming that it errs on this text as it did there: either that a label given means the same, or that a true label is mistaken as often",
            self.measured_on
        )
    }
}

/// An error model with draws of its matrix, made once a run: all figures share them.
#[derive(Clone, Debug)]
pub(crate) struct ErrorDraws {
    labels: usize,
    values: [f64; MOST_LABELS],
    /// Mean true value behind each label given.
    means: [f64; MOST_LABELS],
    /// Shares of the true labels, where they were measured.
    prior: [f64; MOST_LABELS],
    /// Joint shares, `[true][given]`.
    draws: Vec<Matrix>,
}

impl ErrorDraws {
    /// `None` where the matrix is none.
    pub(crate) fn new(model: &ErrorModel, draws: usize, seed: u64) -> Option<Self> {
        model.check().ok()?;
        let labels = model.labels.len();
        let mut random = Random::new(seed);
        let drawn = (0..draws.max(1)).map(|_| {
            let mut matrix = Matrix::default();
            for (row, counts) in matrix.iter_mut().zip(&model.confusion) {
                for (cell, &count) in row.iter_mut().zip(counts) {
                    *cell = random.gamma(count as f64 + 0.5);
                }
            }
            let sum: f64 = matrix.iter().flatten().sum();
            matrix.iter_mut().flatten().for_each(|cell| *cell /= sum);
            matrix
        });
        let draws: Vec<Matrix> = drawn.collect();
        let mut values = [0.0; MOST_LABELS];
        values[..labels].copy_from_slice(&model.values);
        let (mut means, mut prior) = ([0.0; MOST_LABELS], [0.0; MOST_LABELS]);
        let all: u64 = model.confusion.iter().flatten().sum();
        for (given, (mean, share)) in means.iter_mut().zip(&mut prior).enumerate().take(labels) {
            let of: u64 = model.confusion.iter().map(|row| row[given]).sum();
            let sum: f64 = model.confusion.iter().zip(values).map(|(row, value)| row[given] as f64 * value).sum();
            *mean = sum / of as f64;
            *share = model.confusion[given].iter().sum::<u64>() as f64 / all as f64;
        }
        Some(Self { labels, values, means, prior, draws })
    }

    pub(crate) fn draw(&self, number: usize) -> &Matrix {
        &self.draws[number % self.draws.len()]
    }

    /// The least and the most that a label counts.
    pub(crate) fn range(&self) -> (f64, f64) {
        let values = &self.values[..self.labels];
        (values.iter().copied().fold(f64::INFINITY, f64::min), values.iter().copied().fold(f64::NEG_INFINITY, f64::max))
    }

    /// Sum of the true values that are to be expected behind labels given.
    pub(crate) fn expected(&self, given: &[u64; MOST_LABELS]) -> f64 {
        given.iter().zip(self.means).map(|(&count, mean)| count as f64 * mean).sum()
    }

    /// Sum of true values, drawn as if a label given meant what it does in the matrix.
    pub(crate) fn given(&self, matrix: &Matrix, given: &[u64; MOST_LABELS], random: &mut Random) -> f64 {
        self.truths(|truth, label| matrix[truth][label], given, random)
    }

    /// Sum of true values, drawn as if a true label were mistaken as often as in the matrix: their
    /// shares by expectation maximisation, with half an observation's weight on the measured ones.
    pub(crate) fn mistaken(&self, matrix: &Matrix, given: &[u64; MOST_LABELS], random: &mut Random) -> f64 {
        // Rows of labels that the classifier does not have are zeros, and stay so.
        let rate = matrix.map(|row| row.map(|cell| cell / row.iter().sum::<f64>().max(f64::MIN_POSITIVE)));
        let n: u64 = given.iter().sum();
        let mut shares = self.prior;
        for _ in 0..20 {
            let mut next = self.prior.map(|share| share / 2.0);
            for (label, &count) in given.iter().enumerate().filter(|(_, count)| **count > 0) {
                let all: f64 = shares.iter().zip(&rate).map(|(share, row)| share * row[label]).sum();
                for (sum, (share, row)) in next.iter_mut().zip(shares.iter().zip(&rate)) {
                    *sum += count as f64 * share * row[label] / all;
                }
            }
            shares = next.map(|sum| sum / (n as f64 + 0.5));
        }
        self.truths(|truth, label| shares[truth] * rate[truth][label], given, random)
    }

    /// Sum of true values of a classifier with two labels, drawn as in [`Self::mistaken`] with the shares
    /// that answer to the labels given, in closed form and within 0 and 1 (Rogan and Gladen 1978):
    /// near the ends, where expectation maximisation hardly moves.
    pub(crate) fn solved(&self, matrix: &Matrix, given: &[u64; MOST_LABELS], random: &mut Random) -> f64 {
        let rate = |truth: usize| matrix[truth][1] / (matrix[truth][0] + matrix[truth][1]).max(f64::MIN_POSITIVE);
        let (wrong, right) = (rate(0), rate(1));
        let share = given[1] as f64 / (given[0] + given[1]).max(1) as f64;
        let share = if right > wrong { ((share - wrong) / (right - wrong)).clamp(0.0, 1.0) } else { self.prior[1] };
        let shares = [1.0 - share, share];
        let of = |truth: usize, label: usize| if label == 1 { rate(truth) } else { 1.0 - rate(truth) };
        // Where the shares leave no way to a label given, half of the truths behind it are either.
        let weight = |truth: usize, label: usize| shares[truth] * of(truth, label) + f64::MIN_POSITIVE;
        self.truths(weight, given, random)
    }

    /// Whether there are two labels only.
    pub(crate) fn is_yes_or_no(&self) -> bool {
        self.labels == 2
    }

    /// Draws a true label for every label given, by weights, and sums what they count.
    fn truths(&self, weight: impl Fn(usize, usize) -> f64, given: &[u64; MOST_LABELS], random: &mut Random) -> f64 {
        let mut sum = 0.0;
        for (label, &count) in given.iter().enumerate().take(self.labels) {
            let (mut left, mut weights) = (count, (0..self.labels).map(|truth| weight(truth, label)).sum::<f64>());
            for truth in 0..self.labels {
                let own = weight(truth, label);
                let here = if truth + 1 == self.labels { left } else { random.binomial(left, own / weights) };
                sum += here as f64 * self.values[truth];
                left -= here;
                weights -= own;
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(confusion: &[&[u64]]) -> ErrorModel {
        let labels = ["negative", "neutral", "positive"];
        ErrorModel {
            measured_on: "a test".into(),
            labels: labels.iter().take(confusion.len()).map(|&label| label.into()).collect(),
            values: [-1.0, 0.0, 1.0].into_iter().take(confusion.len()).collect(),
            confusion: confusion.iter().map(|row| row.to_vec()).collect(),
        }
    }

    #[test]
    fn a_matrix_that_is_none_is_refused() {
        assert_eq!(model(&[&[5, 1, 0], &[1, 5, 1], &[0, 1, 5]]).check(), Ok(()));
        assert_eq!(model(&[&[5, 1], &[1, 5]]).check(), Ok(()));
        for bad in [&[&[5, 1][..], &[1]][..], &[&[5]], &[&[5, 0], &[5, 0]], &[&[0, 0], &[1, 5]]] {
            assert_eq!(model(bad).check(), Err(ErrorModelError), "{bad:?}");
            assert!(ErrorDraws::new(&model(bad), 10, 1).is_none());
        }
    }

    #[test]
    fn both_readings_of_the_matrix_give_their_means() {
        // Of 100 true ones of each label, 80 were seen as such, and 20 as the other.
        let draws = ErrorDraws::new(&model(&[&[80_000, 20_000], &[20_000, 80_000]]), 50, 1).unwrap();
        let mut random = Random::new(2);
        let given = [700, 300, 0];
        let mut mean = |of: &dyn Fn(&mut Random, usize) -> f64| {
            (0..500).map(|draw| of(&mut random, draw)).sum::<f64>() / 500.0 / 1000.0
        };
        // Given: -(0.7 * 0.8 + 0.3 * 0.2). Mistaken: the share s with 0.8 s + 0.2 (1 - s) = 0.7.
        let as_given = mean(&|random, draw| draws.given(draws.draw(draw), &given, random));
        let as_mistaken = mean(&|random, draw| draws.mistaken(draws.draw(draw), &given, random));
        assert!((as_given + 0.62).abs() < 0.01, "{as_given}");
        assert!((as_mistaken + 5.0 / 6.0).abs() < 0.02, "{as_mistaken}");
    }
}
