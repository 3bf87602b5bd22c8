//! Two texts at a time: a model that reads a sentence beside a proposition.

use crate::engine::Parts;
use crate::head_model::bound_config;
use crate::model::encoder_shapes;
use crate::weights::{Weights, read};
use crate::{Batch, EncodeError, Encoder, EncoderConfig, EngineInfo, LoadError, Model};
use ndarray::{Array1, Array2, Axis, Slice};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokenizers::Tokenizer;

const FORMAT: &str = "parallax/pair/1";
/// The tensor that is not stored again.
const SHARED: &str = "encoder.embeddings.word_embeddings.weight";
/// Pieces of a pair, with the three that frame its parts.
const LONGEST: usize = 256;
/// Pieces of the second text.
const LONGEST_SECOND: usize = 64;
/// Pieces in a batch, at most, where one pair is not longer.
const BATCH: usize = 512;

/// A folder in the format `parallax/pair/1`, in memory: an encoder of its own for pairs of texts,
/// which shares the word embeddings of a [`Model`], and a head.
///
/// * `config.json`: `format`, `name`, `version`, `shares` and `encoder_sha256` (which tensor, of
///   which model), `encoder` (sizes, as in a model), and one object for the head.
/// * `model.safetensors`: the encoder's other tensors with the names they have in a model, and the
///   head's.
#[derive(Debug)]
pub struct PairModel {
    path: PathBuf,
    config: Map<String, Value>,
    encoder: EncoderConfig,
    weights: Weights,
}

impl PairModel {
    /// Reads a folder and checks that it belongs to this model.
    ///
    /// # Errors
    /// Names the file that is missing, damaged or of another format; when it shares the embeddings of
    /// another model.
    pub fn load(folder: &Path, model: &Model) -> Result<Self, LoadError> {
        let path = folder.join("config.json");
        let config = bound_config(&path, &[FORMAT], model)?;
        let refuse = |reason: String| LoadError::Unsupported { path: path.clone(), reason };
        let encoder = EncoderConfig::deserialize(config.get("encoder").unwrap_or(&Value::Null))
            .map_err(|source| LoadError::Config { path: path.clone(), source })?;
        encoder.check().map_err(refuse)?;
        let trunk = &model.config().encoder;
        if config.get("shares").and_then(Value::as_str) != Some(SHARED)
            || (encoder.hidden_size, encoder.vocab_size) != (trunk.hidden_size, trunk.vocab_size)
        {
            return Err(refuse(format!("it does not share {SHARED} of the model in use")));
        }
        if encoder.type_vocab_size != 2 || encoder.max_position_embeddings < LONGEST {
            return Err(refuse(format!("two token types and {LONGEST} positions are needed")));
        }
        let file = folder.join("model.safetensors");
        let weights = Weights::new(file.clone(), read(&file)?)?;
        for (name, shape) in encoder_shapes(&encoder).iter().filter(|(name, _)| name != SHARED) {
            weights.of_shape(name, shape)?;
        }
        Ok(Self { path, config, encoder, weights })
    }

    /// `config.json`.
    #[must_use]
    pub fn config(&self) -> &Map<String, Value> {
        &self.config
    }

    /// Where `config.json` lies, for messages.
    #[must_use]
    pub fn config_path(&self) -> &Path {
        &self.path
    }

    /// Sizes of the encoder.
    #[must_use]
    pub fn encoder(&self) -> &EncoderConfig {
        &self.encoder
    }

    /// SHA-256 of `model.safetensors`, 64 hexadecimal digits.
    #[must_use]
    pub fn sha256(&self) -> &str {
        self.weights.sha256()
    }

    /// A tensor of two dimensions of these sizes, as f32.
    ///
    /// # Errors
    /// When there is none of that name, or when it has another shape.
    pub fn matrix_of(&self, name: &str, rows: usize, columns: usize) -> Result<Array2<f32>, LoadError> {
        self.weights.matrix_of(name, rows, columns)
    }

    /// A tensor of one dimension of this length, as f32.
    ///
    /// # Errors
    /// When there is none of that name, or when it has another shape.
    pub fn vector_of(&self, name: &str, length: usize) -> Result<Array1<f32>, LoadError> {
        self.weights.vector_of(name, length)
    }

    pub(crate) fn parts<'a>(&'a self, model: &'a Model) -> Parts<'a> {
        Parts { config: &self.encoder, words: model.weights(), weights: &self.weights, branches: Vec::new() }
    }
}

/// A text as pieces, for a [`PairEncoder`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pieces(Vec<u32>);

/// What heads read of a pair: one row each of the hidden states.
#[derive(Clone, Debug, PartialEq)]
pub struct EncodedPair {
    /// State of `[CLS]`.
    pub first: Array1<f32>,
    /// Mean over the pieces of the sentence; 0 where there are none.
    pub sentence: Array1<f32>,
    /// Mean over the pieces of the proposition; 0 where there are none.
    pub proposition: Array1<f32>,
}

/// Encodes pairs: `[CLS] sentence [SEP] proposition [SEP]`, token type 0 up to the first `[SEP]`, 1
/// behind it. A proposition keeps its first 64 pieces, the sentence as many as fit into 256 in all.
#[derive(Clone)]
pub struct PairEncoder {
    tokenizer: Arc<Tokenizer>,
    engine: Arc<dyn Encoder>,
    /// Ids of `[CLS]` and `[SEP]`.
    frame: (u32, u32),
}

impl std::fmt::Debug for PairEncoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PairEncoder").field("engine", self.engine.engine()).finish()
    }
}

impl PairEncoder {
    /// The tokenizer of a model with an engine for pairs
    /// ([`NativeEncoder::for_pairs`](crate::NativeEncoder::for_pairs)).
    #[must_use]
    pub fn new(model: &Model, engine: Arc<dyn Encoder>) -> Self {
        let id = |special| model.tokenizer().token_to_id(special).expect("checked when the model was loaded");
        Self { tokenizer: Arc::clone(model.tokenizer()), engine, frame: (id("[CLS]"), id("[SEP]")) }
    }

    /// What runs the transformer.
    #[must_use]
    pub fn engine(&self) -> &EngineInfo {
        self.engine.engine()
    }

    /// The pieces of a text; texts that come again are cut once.
    ///
    /// # Errors
    /// When the tokenizer fails.
    pub fn pieces(&self, text: &str) -> Result<Pieces, EncodeError> {
        if text.is_empty() {
            return Ok(Pieces(Vec::new()));
        }
        let encoding = self.tokenizer.encode(text, false).map_err(EncodeError::Tokenizer)?;
        Ok(Pieces(encoding.get_ids().to_vec()))
    }

    /// Encodes pairs of a sentence and a proposition, in their order.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn encode(&self, pairs: &[(&Pieces, &Pieces)]) -> Result<Vec<EncodedPair>, EncodeError> {
        let cut: Vec<(&[u32], &[u32])> = pairs
            .iter()
            .map(|(sentence, proposition)| {
                let second = &proposition.0[..proposition.0.len().min(LONGEST_SECOND)];
                (&sentence.0[..sentence.0.len().min(LONGEST - 3 - second.len())], second)
            })
            .collect();
        let length = |index: usize| cut[index].0.len() + cut[index].1.len() + 3;
        let mut order: Vec<usize> = (0..cut.len()).collect();
        order.sort_by_key(|&index| std::cmp::Reverse(length(index)));
        let mut found: Vec<Option<EncodedPair>> = vec![None; cut.len()];
        let mut rest = order.as_slice();
        while let Some(&longest) = rest.first() {
            let (batch, later) = rest.split_at((BATCH / length(longest)).clamp(1, rest.len()));
            self.encode_batch(&cut, batch, &mut found)?;
            rest = later;
        }
        Ok(found.into_iter().map(|pair| pair.expect("every pair is in one batch")).collect())
    }

    fn encode_batch(
        &self,
        pairs: &[(&[u32], &[u32])],
        batch: &[usize],
        found: &mut [Option<EncodedPair>],
    ) -> Result<(), EncodeError> {
        let (cls, sep) = self.frame;
        let (mut ids, mut types, mut lengths) = (Vec::new(), Vec::new(), Vec::new());
        for &index in batch {
            let (sentence, proposition) = pairs[index];
            ids.push(cls);
            ids.extend_from_slice(sentence);
            ids.push(sep);
            types.resize(ids.len(), 0);
            ids.extend_from_slice(proposition);
            ids.push(sep);
            types.resize(ids.len(), 1);
            lengths.push(sentence.len() + proposition.len() + 3);
        }
        let states = self.engine.encode(&Batch::new(&ids, &types, &lengths)?)?;
        let mean = |from: usize, count: usize| {
            let rows = states.slice_axis(Axis(0), Slice::from(from..from + count));
            rows.mean_axis(Axis(0)).unwrap_or_else(|| Array1::zeros(states.ncols()))
        };
        let mut start = 0;
        for (&index, length) in batch.iter().zip(lengths) {
            let (sentence, proposition) = pairs[index];
            found[index] = Some(EncodedPair {
                first: states.row(start).to_owned(),
                sentence: mean(start + 1, sentence.len()),
                proposition: mean(start + 2 + sentence.len(), proposition.len()),
            });
            start += length;
        }
        Ok(())
    }
}
