//! WordPiece tokens in, hidden states out: a BERT encoder in pure Rust on ndarray, or rust-bert behind the same seam.
//!
//! ```no_run
//! use parallax_encoder::{EncodeOptions, Model, NativeEncoder, SentenceEncoder};
//! use parallax_text::Span;
//! use std::{path::Path, sync::Arc};
//!
//! let model = Model::load(Path::new("models/news-en"))?;
//! let engine = Arc::new(NativeEncoder::new(&model)?);
//! let encoder = SentenceEncoder::new(&model, engine, EncodeOptions::default())?;
//! let text = "Mexico said no. Trump had offered troops.";
//! let sentences = encoder.encode(text, &[Span::new(0, 15), Span::new(16, text.len())])?;
//! assert_eq!(sentences[0].hidden.nrows(), sentences[0].tokens.len());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! * [`Model`]: a model folder (configuration, tokenizer, safetensors weights), checked when it loads.
//! * [`HeadModel`]: heads that were trained apart, bound to the one model whose states they read;
//!   a branch brings upper layers of its own.
//! * [`PairModel`] and [`PairEncoder`]: two texts at a time, for heads that must see both together.
//! * [`Encoder`]: the seam, token ids in and hidden states out, with [`NativeEncoder`] (the default)
//!   and, with the feature `rust-bert`, `RustBertEncoder` (libtorch, on a [`Device`]).
//! * `Checkpoint`, with the feature `rust-bert`: users' own Hugging Face folders (BERT, DistilBERT,
//!   RoBERTa) that classify tokens or pairs of texts, beside the encoder.
//! * [`SentenceEncoder`]: sentences of a text to tokens with exact byte spans and their hidden states.
//! * [`SentenceProjection`]: one vector a sentence; [`DenseLayer`]: a dense layer for heads.
//! * [`word_shape`]: letter case for an uncased encoder.
//!
//! The network is BERT (Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers
//! for Language Understanding") with the exact GELU (Hendrycks and Gimpel 2016, "Gaussian Error
//! Linear Units"), in the size of MiniLM (Wang et al. 2020, "MiniLM: Deep Self-Attention
//! Distillation for Task-Agnostic Compression of Pre-Trained Transformers").
//!
//! Nothing here starts threads, reads the environment or sets a global switch: callers share one
//! encoder between their threads.

#![deny(unsafe_code, unsafe_op_in_unsafe_fn)] // but for native/kernels, which says what it rests on

#[cfg(feature = "rust-bert")]
mod checkpoint;
mod device;
mod engine;
mod head_model;
mod model;
mod native;
mod pairs;
#[cfg(feature = "rust-bert")]
mod rust_bert_engine;
mod sentence;
mod tokens;
#[cfg(feature = "rust-bert")]
mod torch;
mod vectors;
mod weights;
pub mod word_shape;

#[cfg(feature = "rust-bert")]
pub use checkpoint::{Checkpoint, ClassifiedToken, Task};
pub use device::Device;
pub use engine::{Batch, EncodeError, Encoder, EngineInfo, Precision};
pub use head_model::HeadModel;
pub use model::{EncoderConfig, LoadError, Model, ModelConfig};
pub use native::{DenseLayer, NativeEncoder, gelu, run_kernel};
pub use pairs::{EncodedPair, PairEncoder, PairModel, Pieces};
#[cfg(feature = "rust-bert")]
pub use rust_bert_engine::RustBertEncoder;
pub use sentence::{BranchStates, EncodeOptions, EncodedSentence, SentenceEncoder};
pub use tokens::Token;
#[cfg(feature = "rust-bert")]
pub use torch::RustBertOptions;
pub use vectors::SentenceProjection;
