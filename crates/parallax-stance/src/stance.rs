//! Stance of a sentence to a proposition: against, for, or neither.
//!
//! Sentence and proposition are read together, as in natural language inference (Devlin et al.
//! 2019), by a model of its own; the labels are those of VAST (Allaway and McKeown 2020, "Zero-Shot
//! Stance Detection: A Dataset and Model Using Generalized Topic Representations"). That costs a
//! pass for every sentence and proposition, so only the sentences whose vectors lie nearest to the
//! proposition's are read: see [`candidates`].

use crate::HeadError;
use ndarray::{Array1, Array2, Axis, concatenate};
use parallax_encoder::{EncodedPair, PairModel};
use parallax_text::{SentenceVectors, StanceScores, cosine};
use serde::Deserialize;

/// The one head that this version knows.
const HEAD: &str = "cls-means/1";
/// The labels it must have, in the order of its outputs.
const LABELS: [&str; 3] = ["against", "for", "neither"];

/// Judges encoded pairs.
///
/// `z = [h of [CLS] ; mean of h over the sentence's pieces ; mean over the proposition's]`, then
/// `softmax((W z + b) / T)`; `T` calibrates (Guo et al. 2017).
#[derive(Clone, Debug)]
pub struct StanceScorer {
    /// `[3, 3 * hidden]`
    weight: Array2<f32>,
    /// `[3]`
    bias: Array1<f32>,
    temperature: f32,
    name: String,
    sha256: String,
}

#[derive(Deserialize)]
struct Config {
    head: String,
    labels: Vec<String>,
    temperature: f32,
}

impl StanceScorer {
    /// Takes the head out of a model for pairs.
    ///
    /// # Errors
    /// When it has none, or one of other labels, make or shape.
    pub fn new(pairs: &PairModel) -> Result<Self, HeadError> {
        let path = || pairs.config_path().display().to_string();
        let text = |key: &str| pairs.config().get(key).and_then(serde_json::Value::as_str).unwrap_or("unnamed");
        let section = pairs.config().get("stance").unwrap_or(&serde_json::Value::Null);
        let config = Config::deserialize(section).map_err(|source| HeadError::Config {
            path: path(),
            name: "stance",
            source,
        })?;
        let refuse = |found: String| Err(HeadError::Other { path: path(), name: "stance".to_owned(), found });
        if config.head != HEAD {
            return refuse(format!("the head is `{}`, and this version knows `{HEAD}`", config.head));
        }
        if config.labels != LABELS {
            return refuse(format!("the labels are {:?}, not {LABELS:?}", config.labels));
        }
        if !(config.temperature.is_finite() && config.temperature > 0.0) {
            return refuse(format!("its temperature is {}; it must be a positive number", config.temperature));
        }
        Ok(Self {
            weight: pairs.matrix_of("stance.out.weight", LABELS.len(), 3 * pairs.encoder().hidden_size)?,
            bias: pairs.vector_of("stance.out.bias", LABELS.len())?,
            temperature: config.temperature,
            name: format!("{}-{}", text("name"), text("version")),
            sha256: pairs.sha256().to_owned(),
        })
    }

    /// Name and version of the model.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// SHA-256 of its weights, 64 hexadecimal digits.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The stance of the sentence of a pair to its proposition.
    #[must_use]
    pub fn score(&self, pair: &EncodedPair) -> StanceScores {
        let shares = crate::softmax(self.logits(pair) / self.temperature);
        StanceScores { against: shares[0], favor: shares[1], neither: shares[2] }
    }

    /// The logits of against, for and neither, before the temperature.
    #[must_use]
    pub fn logits(&self, pair: &EncodedPair) -> Array1<f32> {
        let pooled = concatenate![Axis(0), pair.first, pair.sentence, pair.proposition];
        self.weight.dot(&pooled) + &self.bias
    }
}

/// Which sentences of an article are read beside a proposition.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CandidateOptions {
    /// At most this many.
    pub most: usize,
    /// Those whose vector's cosine to the proposition's is at least this, -1 to 1.
    pub least_likeness: f64,
}

/// The sentences whose vectors lie nearest to a proposition's, in order of the text: at most
/// `options.most` of those among `allowed` that are at least `options.least_likeness` alike, the
/// earlier where two are equally near.
///
/// # Panics
/// When the proposition's vector is of another width, or a sentence has no vector.
#[must_use]
pub fn candidates(
    vectors: &SentenceVectors,
    allowed: impl IntoIterator<Item = u32>,
    proposition: &[i8],
    options: CandidateOptions,
) -> Vec<u32> {
    let mut near: Vec<(f64, u32)> = allowed
        .into_iter()
        .map(|sentence| (cosine(vectors.row(sentence), proposition), sentence))
        .filter(|(likeness, _)| *likeness >= options.least_likeness)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    near.truncate(options.most);
    let mut sentences: Vec<u32> = near.into_iter().map(|(_, sentence)| sentence).collect();
    sentences.sort_unstable();
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;
    use proptest::prelude::*;

    #[test]
    fn the_three_parts_of_a_pair_are_weighed() {
        let scorer = StanceScorer {
            weight: array![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            bias: array![0.0, 0.0, -1.0],
            temperature: 2.0,
            name: String::new(),
            sha256: String::new(),
        };
        let pair = EncodedPair { first: array![2.0], sentence: array![0.0], proposition: array![1.0] };
        let scores = scorer.score(&pair);
        let sum = 1.0f32.exp() + 2.0;
        assert!((scores.against - 1.0f32.exp() / sum).abs() < 1e-6, "{scores:?}");
        assert!((scores.favor - 1.0 / sum).abs() < 1e-6 && (scores.neither - 1.0 / sum).abs() < 1e-6, "{scores:?}");
    }

    #[test]
    fn the_nearest_sentences_are_read() {
        let vectors = SentenceVectors::new(2, &[1.0, 0.0, 0.0, 1.0, 0.8, 0.6, 0.0, 0.0, 1.0, 0.0]);
        let check = |most: usize, least_likeness: f64, allowed: &[u32], expected: &[u32]| {
            let found = candidates(&vectors, allowed.to_vec(), &[127, 0], CandidateOptions { most, least_likeness });
            assert_eq!(found, expected);
        };
        check(9, 0.5, &[0, 1, 2, 3, 4], &[0, 2, 4]);
        check(2, 0.5, &[0, 1, 2, 3, 4], &[0, 4]);
        check(1, 0.5, &[0, 1, 2, 3, 4], &[0]);
        check(9, -1.0, &[1, 2, 3], &[1, 2, 3]);
        check(0, -1.0, &[1, 2, 3], &[]);
    }

    proptest! {
        #[test]
        fn no_sentence_left_out_is_nearer_than_one_that_is_read(
            values in prop::collection::vec(-1.0f32..1.0, 0..90), most in 0usize..12,
        ) {
            let values = &values[..values.len() / 3 * 3];
            let vectors = SentenceVectors::new(3, values);
            let all = 0..vectors.len() as u32;
            let about = [90, -20, 5];
            let found = candidates(&vectors, all.clone(), &about, CandidateOptions { most, least_likeness: 0.0 });
            prop_assert!(found.len() <= most && found.is_sorted());
            let likeness = |one: u32| cosine(vectors.row(one), &about);
            let least = found.iter().map(|&one| likeness(one)).fold(f64::INFINITY, f64::min);
            for other in all.filter(|one| !found.contains(one)) {
                prop_assert!(likeness(other) < 0.0 || found.len() == most && likeness(other) <= least);
            }
        }
    }
}
