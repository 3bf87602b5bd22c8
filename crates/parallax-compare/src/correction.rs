//! Means corrected by a hand-coded subsample.
//!
//! Design-based supervised learning (Egami, Hinck, Stewart and Wei 2023, "Using imperfect
//! surrogates for downstream inference"): where a known chance decided which mentions people
//! coded, each mention counts `score + coded / chance * (code - score)`. The mean of these has no
//! bias, whatever the classifier gets wrong; its interval needs no assumption on the classifier.

use std::collections::BTreeMap;

/// How the method of a corrected figure states it.
pub(crate) const CORRECTED: &str =
    "corrected by a hand-coded subsample of known chance (design-based supervised learning, Egami et al. 2023)";

/// What people said of one mention.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CodedTone {
    /// The tone, -1 to 1; of several coders, their mean.
    pub value: f64,
    /// The chance that the mention had to be in the sample, above 0, up to 1.
    pub chance: f64,
}

/// Coded mentions, by document and index of the mention in its record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CodedTones(BTreeMap<(String, u32), CodedTone>);

impl CodedTones {
    /// Adds a mention; the last word on it holds. Gives back whether value and chance are in range;
    /// where not, nothing is added.
    pub fn add(&mut self, doc_id: &str, mention: u32, coded: CodedTone) -> bool {
        let is_valid = (-1.0..=1.0).contains(&coded.value) && coded.chance > 0.0 && coded.chance <= 1.0;
        if is_valid {
            self.0.insert((doc_id.to_owned(), mention), coded);
        }
        is_valid
    }

    /// How many mentions are coded.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn of(&self, doc_id: &str, mention: u32) -> Option<CodedTone> {
        if self.0.is_empty() { None } else { self.0.get(&(doc_id.to_owned(), mention)).copied() }
    }

    /// Fewest coded mentions in a figure for it to be corrected.
    pub(crate) fn fewest(&self) -> usize {
        if self.0.is_empty() { usize::MAX } else { 10 }
    }

    /// What a mention counts, in millionths.
    pub(crate) fn corrected(&self, score: i64, coded: Option<CodedTone>) -> i64 {
        let Some(CodedTone { value, chance }) = coded else { return score };
        score + ((value * 1e6 - score as f64) / chance).round() as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::{Bootstrap, Cluster, Random, percentile_interval};

    /// A classifier that finds everything a little better than it is; a fifth of 200 paragraphs is coded.
    fn run(seed: u64) -> (f64, crate::Interval) {
        let mut random = Random::new(seed);
        let coded = CodedTones::default();
        let clusters: Vec<Cluster> = (0..200)
            .map(|_| {
                let truth = if random.uniform() < 0.6 { -1.0 } else { 0.0 };
                let score = (truth * 0.7 + 0.3) * 1e6;
                let by_hand = random.uniform() < 0.2;
                let code = by_hand.then_some(CodedTone { value: truth, chance: 0.2 });
                Cluster { sum: coded.corrected(score as i64, code), count: 1, ..Cluster::default() }
            })
            .collect();
        let mean = clusters.iter().map(|one| one.sum as f64).sum::<f64>() / 200.0 / 1e6;
        let found = percentile_interval(&clusters, Bootstrap { minimum: 5, draws: 400, seed }).unwrap();
        (mean, crate::Interval { low: found.low / 1e6, high: found.high / 1e6 })
    }

    #[test]
    fn a_biased_classifier_is_put_right_by_a_fifth_of_the_codes() {
        let runs: Vec<_> = (0..400).map(run).collect();
        let mean = runs.iter().map(|(mean, _)| mean).sum::<f64>() / 400.0;
        assert!((mean + 0.6).abs() < 0.01, "the mean of the corrected means is {mean}; the scores' would be -0.12");
        let covered = runs.iter().filter(|(_, found)| found.low <= -0.6 && -0.6 <= found.high).count();
        assert!(covered >= 372, "{covered} of 400 intervals cover the truth");
    }

    #[test]
    fn codes_out_of_range_are_refused() {
        let mut coded = CodedTones::default();
        assert!(!coded.add("a", 0, CodedTone { value: 2.0, chance: 0.5 }));
        assert!(!coded.add("a", 0, CodedTone { value: 1.0, chance: 0.0 }));
        assert!(coded.is_empty() && coded.add("a", 0, CodedTone { value: 1.0, chance: 1.0 }));
        assert_eq!((coded.len(), coded.of("a", 0).map(|one| one.value), coded.of("a", 1)), (1, Some(1.0), None));
    }
}
