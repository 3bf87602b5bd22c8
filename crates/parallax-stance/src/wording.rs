//! Loaded wording: whether readers would call a sentence biased, and which words make it so.
//!
//! The task and its data are BABE (Spinde et al. 2021, "Neural Media Bias Detection Using Distant
//! Supervision With BABE - Bias Annotations By Experts"): sentences that experts called biased or
//! not, with the words that led them to it.

use crate::reading::{Reads, section};
use crate::{HeadError, sigmoid};
use ndarray::{Array1, Axis, concatenate};
use parallax_encoder::{EncodedSentence, HeadModel, Model};
use parallax_text::{Span, Wording};
use serde::Deserialize;

/// The one head that this version knows.
const HEAD: &str = "mean-max-cls-words/1";
const NAME: &str = "wording";

/// Judges the wording of sentences.
///
/// With `h` the hidden states of the sentence's pieces, `m` their mean, `p` their element-wise
/// maximum and `c` the state of `[CLS]`:
///
/// * a word's logit `t` is the highest `w h + a` of its pieces; its score is `sigmoid(t / U)`;
/// * the sentence's logit is `z = W [m ; p ; c] + b + s log(sum over its words of exp(t))`; the
///   probability that it is loaded is `sigmoid(z / T)`.
///
/// `T` and `U` calibrate (Guo et al. 2017, "On Calibration of Modern Neural Networks").
#[derive(Clone, Debug)]
pub struct WordingScorer {
    word: Array1<f32>,
    word_bias: f32,
    out: Array1<f32>,
    out_bias: f32,
    share: f32,
    temperature: f32,
    word_temperature: f32,
    least_word: f32,
}

#[derive(Deserialize)]
struct Config {
    head: String,
    reads: Reads,
    temperature: f32,
    word_temperature: f32,
    word_threshold: f32,
}

impl WordingScorer {
    /// Takes the head out of a folder that was loaded for this model.
    ///
    /// # Errors
    /// When the folder has none, or one of another make or shape.
    pub fn new(heads: &HeadModel, model: &Model) -> Result<Self, HeadError> {
        let config: Config = section(heads, NAME)?;
        if config.head != HEAD {
            return Err(HeadError::other(
                heads,
                NAME,
                format!("the head is `{}`, and this version knows `{HEAD}`", config.head),
            ));
        }
        if config.reads != Reads::Branch || heads.layers().is_empty() {
            return Err(HeadError::other(heads, NAME, "it must read the folder's own branch".to_owned()));
        }
        for (what, value) in [("temperature", config.temperature), ("word_temperature", config.word_temperature)] {
            if !(value.is_finite() && value > 0.0) {
                return Err(HeadError::other(
                    heads,
                    NAME,
                    format!("its {what} is {value}; it must be a positive number"),
                ));
            }
        }
        let width = model.config().encoder.hidden_size;
        let row = |name: &str, width: usize| Ok::<_, HeadError>(heads.matrix_of(name, 1, width)?.row(0).to_owned());
        Ok(Self {
            word: row("wording.word_out.weight", width)?,
            word_bias: heads.vector_of("wording.word_out.bias", 1)?[0],
            out: row("wording.out.weight", 3 * width)?,
            out_bias: heads.vector_of("wording.out.bias", 1)?[0],
            share: heads.vector_of("wording.share", 1)?[0],
            temperature: config.temperature,
            word_temperature: config.word_temperature,
            least_word: config.word_threshold,
        })
    }

    /// The wording of a sentence of `text`; `None` where it has no words. Words are listed where the
    /// sentence is loaded (at least 0.5), they have a letter, and their score reaches the model's
    /// threshold.
    ///
    /// # Panics
    /// When the sentence was encoded without the branch.
    #[must_use]
    pub fn score(&self, text: &str, sentence: u32, encoded: &EncodedSentence) -> Option<Wording> {
        let (loaded, words) = self.logits(encoded)?;
        let loaded = self.probability(loaded);
        let has_letters = |span: Span| text[span].chars().any(char::is_alphabetic);
        let listed = |&(span, logit): &(Span, f32)| loaded >= 0.5 && self.is_loaded(logit) && has_letters(span);
        let words = words.into_iter().filter(listed).map(|(span, logit)| (span, self.word_score(logit)));
        Some(Wording { sentence, loaded, words: words.collect() })
    }

    /// The probability that a sentence with this logit is loaded.
    #[must_use]
    pub fn probability(&self, logit: f32) -> f32 {
        sigmoid(logit / self.temperature)
    }

    /// The score of a word with this logit, 0 to 1.
    #[must_use]
    pub fn word_score(&self, logit: f32) -> f32 {
        sigmoid(logit / self.word_temperature)
    }

    /// Whether its score reaches the model's threshold.
    #[must_use]
    pub fn is_loaded(&self, logit: f32) -> bool {
        self.word_score(logit) >= self.least_word
    }

    /// The sentence's logit, and its words' with their places; `None` where it has no words.
    #[must_use]
    pub fn logits(&self, encoded: &EncodedSentence) -> Option<(f32, Vec<(Span, f32)>)> {
        let branch = encoded.branches.first().expect("the sentence was encoded with the branch");
        let states = &branch.hidden;
        let pieces: Array1<f32> = states.dot(&self.word) + self.word_bias;
        let words: Vec<(Span, f32)> = encoded
            .words()
            .map(|tokens| {
                let top = tokens.clone().map(|token| pieces[token]).fold(f32::NEG_INFINITY, f32::max);
                (encoded.span_of(tokens), top)
            })
            .collect();
        let mean = states.mean_axis(Axis(0))?;
        let peak = states.fold_axis(Axis(0), f32::NEG_INFINITY, |a, b| a.max(*b));
        let pooled = concatenate![Axis(0), mean, peak, branch.first];
        let highest = words.iter().map(|(_, logit)| *logit).fold(f32::NEG_INFINITY, f32::max);
        let sum: f32 = words.iter().map(|(_, logit)| (logit - highest).exp()).sum();
        Some((self.out.dot(&pooled) + self.out_bias + self.share * (highest + sum.ln()), words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};
    use parallax_encoder::{BranchStates, Token};

    fn scorer() -> WordingScorer {
        WordingScorer {
            word: array![2.0],
            word_bias: -1.0,
            out: array![1.0, 0.5, 0.25],
            out_bias: -0.5,
            share: 0.3,
            temperature: 2.0,
            word_temperature: 0.5,
            least_word: 0.5,
        }
    }

    /// "vile rats ." in pieces "vi", "le", "rats", ".".
    fn encoded() -> EncodedSentence {
        let token = |start, end, starts_word| Token { span: Span::new(start, end), starts_word };
        let hidden: Array2<f32> = array![[0.0], [1.0], [0.25], [2.0]];
        EncodedSentence {
            tokens: vec![token(0, 2, true), token(2, 4, false), token(5, 9, true), token(10, 11, true)],
            hidden: Array2::zeros((4, 1)),
            branches: vec![BranchStates { first: array![-2.0], hidden }],
        }
    }

    #[test]
    fn a_word_is_as_loaded_as_its_most_loaded_piece() {
        let wording = scorer().score("vile rats .", 7, &encoded()).unwrap();
        // "vile": 2 * 1 - 1 = 1; "rats": -0.5, not listed; ".": 3, no word.
        assert_eq!((wording.sentence, wording.words.len()), (7, 1));
        let (span, score) = wording.words[0];
        assert_eq!((span, score), (Span::new(0, 4), sigmoid(2.0)));
    }

    #[test]
    fn the_sentence_reads_states_and_words() {
        let (logit, words) = scorer().logits(&encoded()).unwrap();
        let sum = 1.0f32.exp() + (-0.5f32).exp() + 3.0f32.exp();
        let expected = 0.8125 + 0.5 * 2.0 - 0.25 * 2.0 - 0.5 + 0.3 * sum.ln();
        assert!((logit - expected).abs() < 1e-6, "{logit} {expected}");
        assert_eq!(words.len(), 3);
        let loaded = scorer().score("vile rats .", 0, &encoded()).unwrap().loaded;
        assert!((loaded - sigmoid(expected / 2.0)).abs() < 1e-6);
    }

    #[test]
    fn a_sentence_without_words_is_not_judged() {
        let branches = vec![BranchStates { first: array![0.0], hidden: Array2::zeros((0, 1)) }];
        let empty = EncodedSentence { tokens: Vec::new(), hidden: Array2::zeros((0, 1)), branches };
        assert_eq!(scorer().score("", 0, &empty), None);
    }
}
