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
//! * [`HeadModel`]: a head that was trained apart, bound to the one model whose states it reads.
//! * [`Encoder`]: the seam, token ids in and hidden states out, with [`NativeEncoder`] (the default)
//!   and, with the feature `rust-bert`, `RustBertEncoder` (libtorch).
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

mod engine;
mod head_model;
mod model;
mod native;
#[cfg(feature = "rust-bert")]
mod rust_bert_engine;
mod sentence;
mod tokens;
mod vectors;
pub mod word_shape;

pub use engine::{Batch, EncodeError, Encoder, EngineInfo, Precision};
pub use head_model::HeadModel;
pub use model::{EncoderConfig, LoadError, Model, ModelConfig};
pub use native::{DenseLayer, NativeEncoder};
#[cfg(feature = "rust-bert")]
pub use rust_bert_engine::RustBertEncoder;
pub use sentence::{EncodeOptions, EncodedSentence, SentenceEncoder};
pub use tokens::Token;
pub use vectors::SentenceProjection;
