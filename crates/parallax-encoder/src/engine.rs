//! The encoder seam: token ids in, hidden states out.

use crate::weights::Weights;
use crate::{EncoderConfig, HeadModel, Model};
use ndarray::Array2;
use std::ops::Range;

/// An engine that runs the transformer.
///
/// An implementation gives a sequence the same hidden states whatever other sequences are in its
/// batch, up to its own precision; [`NativeEncoder`](crate::NativeEncoder) gives the same bits.
pub trait Encoder: Send + Sync {
    /// Hidden states of the last layer, `[tokens of all sequences, hidden size]`, in the order of
    /// the batch: of the trunk, then of each branch. A branch goes on from the states of a lower
    /// layer of the trunk with layers of its own.
    ///
    /// # Errors
    /// When an id, a type or a length lies outside what the model knows, or when the engine fails.
    fn encode_all(&self, batch: &Batch<'_>) -> Result<Vec<Array2<f32>>, EncodeError>;

    /// Those of the trunk alone.
    ///
    /// # Errors
    /// As [`Encoder::encode_all`].
    fn encode(&self, batch: &Batch<'_>) -> Result<Array2<f32>, EncodeError> {
        Ok(self.encode_all(batch)?.swap_remove(0))
    }

    /// Number of branches.
    fn branches(&self) -> usize;

    /// Width of a hidden state.
    fn hidden_size(&self) -> usize;

    /// What runs, for the record of a run.
    fn engine(&self) -> &EngineInfo;
}

/// What runs the transformer, for the record of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineInfo {
    /// `native` or `rust-bert`.
    pub name: String,
    /// Number format of the arithmetic: `f32`, `bf16`, `int8`.
    pub precision: String,
    /// Which code was chosen for this processor: vectors (`avx512`, `avx2`, `neon`, `portable`) and,
    /// in bf16 and int8, what multiplies (`avx512+amx-bf16`, `avx512+avx512-vnni`); or `libtorch/cpu`, `libtorch/cuda:0`.
    pub kernel: String,
}

/// Where an engine finds its weights.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    pub(crate) config: &'a EncoderConfig,
    /// The word embeddings are here.
    pub(crate) words: &'a Weights,
    /// Everything else of the trunk.
    pub(crate) weights: &'a Weights,
    /// Each branch's layers, numbered as those of the trunk that they stand beside.
    pub(crate) branches: Vec<(&'a Weights, Range<usize>)>,
}

impl<'a> Parts<'a> {
    pub(crate) fn new(model: &'a Model, heads: &[&'a HeadModel]) -> Self {
        let branches = heads.iter().filter(|head| !head.layers().is_empty());
        Self {
            config: &model.config().encoder,
            words: model.weights(),
            weights: model.weights(),
            branches: branches.map(|head| (head.weights(), head.layers())).collect(),
        }
    }
}

/// Number format of the products in the dense layers.
///
/// f32 is the reference. bf16 rounds weights and activations to eight significant bits and sums in
/// f32. int8 takes weights in eight bits with a factor for each output, as the model files have
/// them, and activations in eight bits with a factor and an offset for each token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    /// 32-bit floating point.
    #[default]
    F32,
    /// 16-bit floating point with the range of f32.
    Bf16,
    /// Eight-bit integers.
    Int8,
}

impl Precision {
    /// For heads on an encoder of this precision, whose weights were not made for eight bits: f32 or bf16.
    #[must_use]
    pub fn of_heads(self) -> Self {
        if self == Self::F32 { Self::F32 } else { Self::Bf16 }
    }
}

impl std::fmt::Display for Precision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
            Self::Int8 => "int8",
        })
    }
}

/// Token sequences, one behind the other, without padding.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    ids: &'a [u32],
    types: &'a [u32],
    lengths: &'a [usize],
}

impl<'a> Batch<'a> {
    /// Sequences of the given lengths, in tokens, cut from `ids` in order. Each starts with `[CLS]`
    /// and ends with `[SEP]`; `types` holds one token type per id (see [`word_shape`](crate::word_shape)).
    ///
    /// # Errors
    /// When a sequence is empty, or when the lengths do not add up to the number of ids and types.
    pub fn new(ids: &'a [u32], types: &'a [u32], lengths: &'a [usize]) -> Result<Self, EncodeError> {
        let tokens: usize = lengths.iter().sum();
        if ids.len() != tokens || types.len() != tokens || lengths.contains(&0) {
            return Err(EncodeError::Batch { ids: ids.len(), types: types.len(), tokens });
        }
        Ok(Self { ids, types, lengths })
    }

    /// Token ids of all sequences.
    #[must_use]
    pub fn ids(&self) -> &'a [u32] {
        self.ids
    }

    /// Token types of all sequences.
    #[must_use]
    pub fn types(&self) -> &'a [u32] {
        self.types
    }

    /// Length of each sequence in tokens, never 0.
    #[must_use]
    pub fn lengths(&self) -> &'a [usize] {
        self.lengths
    }

    /// Refuses what a model of these sizes has no embedding for.
    pub(crate) fn check(&self, config: &crate::EncoderConfig) -> Result<(), EncodeError> {
        let beyond = |values: &[u32], size: usize| values.iter().copied().find(|&value| value as usize >= size);
        if let Some(id) = beyond(self.ids, config.vocab_size) {
            return Err(EncodeError::Unknown { what: "token id", value: id as usize, size: config.vocab_size });
        }
        if let Some(kind) = beyond(self.types, config.type_vocab_size) {
            return Err(EncodeError::Unknown {
                what: "token type",
                value: kind as usize,
                size: config.type_vocab_size,
            });
        }
        match self.lengths.iter().find(|&&length| length > config.max_position_embeddings) {
            Some(&tokens) => Err(EncodeError::TooLong { tokens, limit: config.max_position_embeddings }),
            None => Ok(()),
        }
    }
}

/// A text or a batch could not be encoded.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// Lengths, ids and types of a batch disagree, or a sequence is empty.
    #[error(
        "a batch of {ids} ids and {types} types cannot be cut into its sequences of {tokens} tokens in all, none of them empty"
    )]
    Batch {
        /// Number of ids.
        ids: usize,
        /// Number of types.
        types: usize,
        /// Sum of the lengths.
        tokens: usize,
    },
    /// An id or a type for which the model has no embedding.
    #[error(
        "{what} {value} is outside the model, which knows {size}: do tokenizer.json and the weights belong together?"
    )]
    Unknown {
        /// `token id` or `token type`.
        what: &'static str,
        /// The value.
        value: usize,
        /// How many the model knows.
        size: usize,
    },
    /// A sequence has more tokens than the model has positions.
    #[error(
        "a sequence of {tokens} tokens is longer than the model's {limit} positions: encode it in windows (SentenceEncoder does)"
    )]
    TooLong {
        /// Tokens of the sequence.
        tokens: usize,
        /// Positions of the model.
        limit: usize,
    },
    /// A span is not of the text.
    #[error("the span {start}..{end} is not of the text of {length} bytes, or cuts a character")]
    Span {
        /// First byte.
        start: usize,
        /// One past the last byte.
        end: usize,
        /// Length of the text.
        length: usize,
    },
    /// Options that no model or not this one can follow.
    #[error("{0}")]
    Options(String),
    /// The tokenizer failed.
    #[error("the tokenizer failed on a sentence")]
    Tokenizer(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The engine failed.
    #[error("the {engine} engine failed: {message}")]
    Engine {
        /// Its name.
        engine: &'static str,
        /// What it said.
        message: String,
    },
}
