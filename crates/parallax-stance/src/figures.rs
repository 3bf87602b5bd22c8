//! Figures over labelled data, and the split that training left out.

use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

/// Right and wrong decisions of one label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decisions {
    /// Predicted and right.
    pub right: usize,
    /// Predicted and wrong.
    pub wrong: usize,
    /// Not predicted, and should have been.
    pub missed: usize,
}

impl Decisions {
    /// Adds one decision.
    pub fn add(&mut self, gold: bool, predicted: bool) {
        self.right += usize::from(gold && predicted);
        self.wrong += usize::from(!gold && predicted);
        self.missed += usize::from(gold && !predicted);
    }

    /// F1, 0 to 1; 0 where there is neither gold nor prediction.
    #[must_use]
    pub fn f1(self) -> f64 {
        let all = 2 * self.right + self.wrong + self.missed;
        if all == 0 { 0.0 } else { 2.0 * self.right as f64 / all as f64 }
    }

    fn plus(self, other: Self) -> Self {
        Self { right: self.right + other.right, wrong: self.wrong + other.wrong, missed: self.missed + other.missed }
    }
}

/// F1 of all decisions together, 0 to 1.
#[must_use]
pub fn micro_f1(labels: &[Decisions]) -> f64 {
    labels.iter().copied().fold(Decisions::default(), Decisions::plus).f1()
}

/// Mean F1 of the labels, 0 to 1.
#[must_use]
pub fn macro_f1(labels: &[Decisions]) -> f64 {
    let sum: f64 = labels.iter().map(|one| one.f1()).sum();
    sum / labels.len().max(1) as f64
}

/// Decisions label by label, from one gold label and one predicted label for each case.
#[must_use]
pub fn of_classes(labels: usize, cases: impl IntoIterator<Item = (usize, usize)>) -> Vec<Decisions> {
    let mut decisions = vec![Decisions::default(); labels];
    for (gold, predicted) in cases {
        for (label, one) in decisions.iter_mut().enumerate() {
            one.add(gold == label, predicted == label);
        }
    }
    decisions
}

/// Expected calibration error over 10 bins of equal width (Guo et al. 2017), from the probability of
/// each decision and whether it was right.
#[must_use]
pub fn calibration_error(decisions: &[(f64, bool)]) -> f64 {
    const BINS: usize = 10;
    let mut bins = [0.0f64; BINS];
    for &(probability, right) in decisions {
        let bin = ((probability * BINS as f64) as usize).min(BINS - 1);
        bins[bin] += probability - f64::from(u8::from(right));
    }
    bins.iter().map(|bin| bin.abs()).sum::<f64>() / decisions.len().max(1) as f64
}

/// The stable number, 0 to 9, that the recipe splits by: the first eight bytes of the SHA-256 of
/// "source:key", modulo 10. Nothing of number 0, `check`, was trained or selected on.
#[must_use]
pub fn fold(source: &str, key: &str) -> u64 {
    let digest = Sha256::digest(format!("{source}:{key}"));
    let first: [u8; 8] = digest[..8].try_into().expect("a digest has 32 bytes");
    u64::from_be_bytes(first) % 10
}

/// The group of each text, by its least key: texts of one key are one group, and so are texts whose
/// words are nearly the same (cosine of tf-idf above `limit`), so that no text of `check` has a near
/// copy in training.
///
/// # Panics
/// If there are not as many keys as texts.
#[must_use]
pub fn groups(texts: &[&str], keys: &[&str], limit: f64) -> Vec<String> {
    assert_eq!(texts.len(), keys.len(), "one key for each text");
    let mut parent: Vec<usize> = (0..texts.len()).collect();
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, key) in keys.iter().enumerate() {
        let one = *first.entry(key).or_insert(index);
        let (a, b) = (root(&mut parent, index), root(&mut parent, one));
        parent[a] = b;
    }
    let weighed = tf_idf(texts);
    let mut holders: HashMap<usize, Vec<(usize, f64)>> = HashMap::new();
    for (index, words) in weighed.iter().enumerate() {
        let mut likeness: HashMap<usize, f64> = HashMap::new();
        for &(word, weight) in words {
            for &(other, of_other) in holders.get(&word).into_iter().flatten() {
                *likeness.entry(other).or_default() += weight * of_other;
            }
            holders.entry(word).or_default().push((index, weight));
        }
        for (other, _) in likeness.into_iter().filter(|&(_, cosine)| cosine > limit) {
            let (a, b) = (root(&mut parent, index), root(&mut parent, other));
            parent[a] = b;
        }
    }
    let roots: Vec<usize> = (0..texts.len()).map(|index| root(&mut parent, index)).collect();
    let mut names: BTreeMap<usize, &str> = BTreeMap::new();
    for (root, key) in roots.iter().zip(keys) {
        names.entry(*root).and_modify(|name| *name = key.min(name)).or_insert(key);
    }
    roots.iter().map(|root| names[root].to_owned()).collect()
}

fn root(parent: &mut [usize], mut index: usize) -> usize {
    while parent[index] != index {
        parent[index] = parent[parent[index]];
        index = parent[index];
    }
    index
}

/// Words of two letters or more with `(1 + ln count) * (1 + ln((1 + texts) / (1 + texts with it)))`,
/// scaled to length 1: what the recipe's vectoriser computes.
fn tf_idf(texts: &[&str]) -> Vec<Vec<(usize, f64)>> {
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut holders: Vec<usize> = Vec::new();
    let counted: Vec<BTreeMap<usize, usize>> = texts
        .iter()
        .map(|text| {
            let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
            let lower = text.to_lowercase();
            for word in
                lower.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| word.chars().nth(1).is_some())
            {
                let next = numbers.len();
                let number = *numbers.entry(word.to_owned()).or_insert(next);
                *counts.entry(number).or_default() += 1;
            }
            holders.resize(numbers.len(), 0);
            counts.keys().for_each(|&word| holders[word] += 1);
            counts
        })
        .collect();
    let idf = |word: usize| 1.0 + ((1 + texts.len()) as f64 / (1 + holders[word]) as f64).ln();
    counted
        .into_iter()
        .map(|counts| {
            let weights: Vec<(usize, f64)> =
                counts.into_iter().map(|(word, count)| (word, (1.0 + (count as f64).ln()) * idf(word))).collect();
            let length = weights.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
            weights.into_iter().map(|(word, weight)| (word, weight / length)).collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f1_is_taken_label_by_label_or_over_all() {
        let labels = of_classes(3, [(0, 0), (0, 1), (1, 1), (2, 2)]);
        assert!((macro_f1(&labels) - 7.0 / 9.0).abs() < 1e-12);
        assert!((micro_f1(&labels) - 0.75).abs() < 1e-12);
        assert_eq!((macro_f1(&[]), Decisions::default().f1()), (0.0, 0.0));
    }

    #[test]
    fn the_fold_is_that_of_the_training_code() {
        // Of data.py: fold("vast", "a post"), fold("babe", "é"), fold("semeval", "7").
        assert_eq!([fold("vast", "a post"), fold("babe", "é"), fold("semeval", "7")], [2, 1, 8]);
    }

    #[test]
    fn texts_of_one_key_or_nearly_the_same_words_are_one_group() {
        let texts = [
            "The ferry to Holm will run for two more years.",
            "Otto Brandt was mayor of Norrvik.",
            "The ferry to Holm will run for three more years.",
            "Bread is dear.",
        ];
        assert_eq!(groups(&texts, &["c", "b", "d", "b"], 0.5), ["c", "b", "c", "b"]);
        assert_eq!(groups(&texts, &["c", "b", "d", "a"], 0.99), ["c", "b", "d", "a"]);
    }

    #[test]
    fn calibration_compares_probabilities_with_what_was_right() {
        assert!(calibration_error(&[(0.8, true), (0.8, true), (0.8, true), (0.8, true), (0.8, false)]).abs() < 1e-12);
        assert!((calibration_error(&[(1.0, false), (0.55, true)]) - 0.725).abs() < 1e-12);
        assert_eq!(calibration_error(&[]), 0.0);
    }
}
