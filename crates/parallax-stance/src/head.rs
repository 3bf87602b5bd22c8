//! The tone head: pooled hidden states of target and sentence to three probabilities.

use ndarray::{Array1, Array2, Axis, concatenate};
use parallax_encoder::{EncodedSentence, LoadError, Model};
use parallax_text::{Span, ToneScores};
use serde::Deserialize;

/// The labels a tone model must have, in the order of its outputs.
const LABELS: [&str; 3] = ["negative", "neutral", "positive"];

/// A model has no tone head that fits.
#[derive(Debug, thiserror::Error)]
pub enum ToneError {
    /// `config.json` does not describe a tone head.
    #[error("config.json has no usable section `tone` (labels, temperature); take a model with a tone head")]
    Config(#[source] serde_json::Error),
    /// Labels in another order, or others.
    #[error("the tone head's labels are {found:?}; they must be negative, neutral, positive, in this order")]
    Labels {
        /// The labels of the model.
        found: Vec<String>,
    },
    /// A temperature that cannot be divided by.
    #[error("the tone head's temperature is {0}; it must be a positive number")]
    Temperature(f64),
    /// The tensors are missing, or of other sizes.
    #[error(transparent)]
    Load(#[from] LoadError),
}

/// Judges the tone of a sentence towards targets in it.
///
/// `z = [max over the hidden states of the target's pieces ; mean over all pieces]`, then
/// `softmax((W z + b) / T)`; `T` is the temperature that calibrates the probabilities (Guo et
/// al. 2017).
#[derive(Clone, Debug)]
pub struct ToneScorer {
    /// `[3, 2 * hidden]`
    weight: Array2<f32>,
    /// `[3]`
    bias: Array1<f32>,
    temperature: f32,
}

#[derive(Deserialize)]
struct ToneConfig {
    labels: Vec<String>,
    temperature: f64,
}

impl ToneScorer {
    /// Takes the tone head out of a model.
    ///
    /// # Errors
    /// If the model has none, or one of other labels or shapes.
    pub fn new(model: &Model) -> Result<Self, ToneError> {
        let section = model.config().heads.get("tone").unwrap_or(&serde_json::Value::Null);
        let config = ToneConfig::deserialize(section).map_err(ToneError::Config)?;
        if config.labels != LABELS {
            return Err(ToneError::Labels { found: config.labels });
        }
        if !(config.temperature.is_finite() && config.temperature > 0.0) {
            return Err(ToneError::Temperature(config.temperature));
        }
        let width = 2 * model.config().encoder.hidden_size;
        let weight = model.matrix_of("tone.out.weight", LABELS.len(), width)?;
        let bias = model.vector_of("tone.out.bias", LABELS.len())?;
        Ok(Self { weight, bias, temperature: config.temperature as f32 })
    }

    /// The tone towards `target` (bytes of the text that was encoded). `None` where no token of
    /// the sentence lies in the target: there is nothing to judge.
    #[must_use]
    pub fn score(&self, encoded: &EncodedSentence, target: Span) -> Option<ToneScores> {
        let inside: Vec<usize> =
            (0..encoded.tokens.len()).filter(|&token| encoded.tokens[token].span.overlaps(target)).collect();
        if inside.is_empty() {
            return None;
        }
        let peak = encoded.hidden.select(Axis(0), &inside).fold_axis(Axis(0), f32::NEG_INFINITY, |a, b| a.max(*b));
        let mean = encoded.hidden.mean_axis(Axis(0))?;
        let pooled = concatenate![Axis(0), peak, mean];
        let shares = crate::softmax((self.weight.dot(&pooled) + &self.bias) / self.temperature);
        Some(ToneScores { negative: shares[0], neutral: shares[1], positive: shares[2] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;
    use parallax_encoder::Token;

    /// A head of width 1 over two tokens "a b": hidden states 2 and -1.
    fn scorer(temperature: f32) -> ToneScorer {
        ToneScorer { weight: array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]], bias: array![0.0, 0.0, 0.0], temperature }
    }

    fn encoded() -> EncodedSentence {
        let token = |start| Token { span: Span::new(start, start + 1), starts_word: true };
        EncodedSentence { tokens: vec![token(0), token(2)], hidden: array![[2.0], [-1.0]], branches: Vec::new() }
    }

    #[test]
    fn the_target_is_pooled_beside_the_sentence() {
        // Target "a": max 2, mean 0.5, so logits 0, 0.5, 2.
        let scores = scorer(1.0).score(&encoded(), Span::new(0, 1)).unwrap();
        let sum = 1.0 + 0.5f32.exp() + 2.0f32.exp();
        assert!((scores.positive - 2.0f32.exp() / sum).abs() < 1e-6, "{scores:?}");
        assert!((scores.negative - 1.0 / sum).abs() < 1e-6, "{scores:?}");
        // Target "b": max -1.
        assert!(scorer(1.0).score(&encoded(), Span::new(2, 3)).unwrap().positive < scores.positive);
    }

    #[test]
    fn a_higher_temperature_is_less_certain() {
        let certainty = |temperature| scorer(temperature).score(&encoded(), Span::new(0, 1)).unwrap().positive;
        assert!(certainty(2.0) < certainty(1.0));
    }

    #[test]
    fn a_target_without_tokens_is_not_judged() {
        assert_eq!(scorer(1.0).score(&encoded(), Span::new(1, 2)), None);
    }
}
