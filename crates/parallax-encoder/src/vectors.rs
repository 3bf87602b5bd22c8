//! One vector for each sentence, so that sentences of different articles can be compared.

use crate::{DenseLayer, EncodedSentence, LoadError, Model, Precision};
use ndarray::Array2;
use parallax_text::SentenceVectors;
use serde_json::Value;

/// The one head that this version knows.
const HEAD: &str = "linear/1";

/// Makes sentence vectors: `v = W m + b`, `m` the mean of the hidden states of the sentence's pieces.
///
/// The head was trained beside the others so that cosines of its vectors rank pairs of sentences as
/// those of a sentence encoder do (Reimers and Gurevych 2019, "Sentence-BERT: Sentence Embeddings
/// using Siamese BERT-Networks").
#[derive(Clone, Debug)]
pub struct SentenceProjection {
    layer: DenseLayer,
    inputs: usize,
    width: usize,
}

impl SentenceProjection {
    /// The sentence head of a model.
    ///
    /// # Errors
    /// When the model has none, or one of another make or shape.
    pub fn new(model: &Model) -> Result<Self, LoadError> {
        let section = model.config().heads.get("sentence").unwrap_or(&Value::Null);
        let head = section["head"].as_str().unwrap_or("none");
        let Some(width) = section["size"].as_u64().filter(|&size| head == HEAD && (1..=65_536).contains(&size)) else {
            let reason =
                format!("its sentence head is {head:?} of size {}, and this version knows {HEAD:?}", section["size"]);
            return Err(LoadError::Unsupported { path: model.config_path(), reason });
        };
        let (inputs, width) = (model.config().encoder.hidden_size, width as usize);
        let weight = model.matrix_of("sentence.project.weight", width, inputs)?;
        let bias = model.vector_of("sentence.project.bias", width)?;
        Ok(Self { layer: DenseLayer::with_bias(Precision::F32, weight, bias), inputs, width })
    }

    /// The vectors of sentences, in their order; that of a sentence without tokens is zero.
    ///
    /// # Panics
    /// When the sentences were encoded by a model of another size.
    #[must_use]
    pub fn vectors(&self, sentences: &[EncodedSentence]) -> SentenceVectors {
        let mut means = Array2::zeros((sentences.len(), self.inputs));
        for (mut row, sentence) in means.rows_mut().into_iter().zip(sentences) {
            if let Some(mean) = sentence.mean() {
                row.assign(&mean);
            }
        }
        let mut vectors = self.layer.rows(&means);
        for (mut row, sentence) in vectors.rows_mut().into_iter().zip(sentences) {
            if sentence.tokens.is_empty() {
                row.fill(0.0);
            }
        }
        let vectors = vectors.into_raw_vec_and_offset().0;
        SentenceVectors::new(self.width, &vectors)
    }
}
