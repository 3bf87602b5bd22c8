//! A model folder: configuration, tokenizer and weights, checked when it loads.

use crate::weights::{Weights, read};
use crate::word_shape;
use ndarray::{Array1, Array2};
use safetensors::SafeTensorError;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokenizers::Tokenizer;

const FORMAT: &str = "parallax/model/1";

/// A model folder in the format `parallax/model/1`, in memory.
///
/// * `config.json`: `format`, `name`, `version`, `token_types` (`word-shape/1`), `encoder` (sizes,
///   with the names of Hugging Face's `BertConfig`), and one object for each head.
/// * `tokenizer.json`: WordPiece, as the `tokenizers` library writes it.
/// * `model.safetensors`: the encoder's tensors under `encoder.` with the names of Hugging Face's
///   `BertModel`, the heads' under their own names; F32, F16, or I8 with one factor a row in
///   `NAME.scale` (F32): `value = integer * scale[row]`.
///
/// Weights stay in the format of the file until they are asked for: drop the model when engine and
/// heads are built.
#[derive(Debug)]
pub struct Model {
    config: ModelConfig,
    tokenizer: Arc<Tokenizer>,
    weights: Weights,
}

/// `config.json` of a model.
#[derive(Clone, Debug, Deserialize)]
pub struct ModelConfig {
    format: String,
    /// Name of the model.
    pub name: String,
    /// Version of the model.
    pub version: String,
    token_types: String,
    /// Sizes of the encoder.
    pub encoder: EncoderConfig,
    /// Everything else: one value for each head, under its name.
    #[serde(flatten)]
    pub heads: Map<String, Value>,
}

/// Sizes of a BERT encoder.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct EncoderConfig {
    /// Width of a hidden state.
    pub hidden_size: usize,
    /// Number of transformer layers.
    pub num_hidden_layers: usize,
    /// Number of attention heads; divides the hidden size.
    pub num_attention_heads: usize,
    /// Width between the two dense layers of a transformer layer.
    pub intermediate_size: usize,
    /// Number of token ids.
    pub vocab_size: usize,
    /// Number of token types.
    pub type_vocab_size: usize,
    /// Longest sequence, in tokens, `[CLS]` and `[SEP]` included.
    pub max_position_embeddings: usize,
    /// Added to the variance in layer normalisation.
    pub layer_norm_eps: f32,
    hidden_act: String,
}

impl Model {
    /// Reads a model folder and checks that its parts agree.
    ///
    /// # Errors
    /// Names the file that is missing, damaged or of another format, and the tensor whose shape is
    /// not what `config.json` says.
    pub fn load(folder: &Path) -> Result<Self, LoadError> {
        let path = folder.join("config.json");
        let config: ModelConfig =
            serde_json::from_slice(&read(&path)?).map_err(|source| LoadError::Config { path: path.clone(), source })?;
        config.check().map_err(|reason| LoadError::Unsupported { path, reason })?;

        let path = folder.join("tokenizer.json");
        let tokenizer = Tokenizer::from_bytes(read(&path)?)
            .map_err(|source| LoadError::Tokenizer { path: path.clone(), source })?;
        let tokenizer =
            prepared(tokenizer, config.encoder.vocab_size).map_err(|reason| LoadError::Unsupported { path, reason })?;

        let path = folder.join("model.safetensors");
        let weights = Weights::new(path.clone(), read(&path)?)?;
        for (name, shape) in encoder_shapes(&config.encoder) {
            weights.of_shape(&name, &shape)?;
        }
        Ok(Self { config, tokenizer: Arc::new(tokenizer), weights })
    }

    /// Where `config.json` lies, for messages.
    #[must_use]
    pub fn config_path(&self) -> PathBuf {
        self.weights.path().with_file_name("config.json")
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// The tokenizer: no truncation, no padding, and `[SEP]` in a text is text.
    #[must_use]
    pub fn tokenizer(&self) -> &Arc<Tokenizer> {
        &self.tokenizer
    }

    /// SHA-256 of `model.safetensors`, 64 hexadecimal digits.
    #[must_use]
    pub fn sha256(&self) -> &str {
        self.weights.sha256()
    }

    /// Shape of a tensor, or `None` where there is none of that name.
    #[must_use]
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.weights.shape(name)
    }

    /// Names of all tensors, sorted; the factors of quantised ones (`NAME.scale`) are left out.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.weights.names()
    }

    /// A tensor of two dimensions, as f32.
    ///
    /// # Errors
    /// When there is none of that name, or when it has another number of dimensions.
    pub fn matrix(&self, name: &str) -> Result<Array2<f32>, LoadError> {
        self.weights.matrix(name)
    }

    /// A tensor of one dimension, as f32.
    ///
    /// # Errors
    /// When there is none of that name, or when it has another number of dimensions.
    pub fn vector(&self, name: &str) -> Result<Array1<f32>, LoadError> {
        self.weights.vector(name)
    }

    /// As [`Model::matrix`], of these sizes only.
    ///
    /// # Errors
    /// When there is none of that name, or when it has another shape.
    pub fn matrix_of(&self, name: &str, rows: usize, columns: usize) -> Result<Array2<f32>, LoadError> {
        self.weights.matrix_of(name, rows, columns)
    }

    /// As [`Model::vector`], of this length only.
    ///
    /// # Errors
    /// When there is none of that name, or when it has another shape.
    pub fn vector_of(&self, name: &str, length: usize) -> Result<Array1<f32>, LoadError> {
        self.weights.vector_of(name, length)
    }

    /// All tensors.
    pub(crate) fn weights(&self) -> &Weights {
        &self.weights
    }
}

impl ModelConfig {
    fn check(&self) -> Result<(), String> {
        let type_vocab_size = self.encoder.type_vocab_size;
        if self.format != FORMAT {
            return Err(format!("its format is {:?}, and this version reads {FORMAT:?}", self.format));
        }
        if self.token_types != word_shape::SCHEME || type_vocab_size != word_shape::TYPES {
            return Err(format!(
                "its token types are {:?} ({type_vocab_size}), and this version makes {:?} ({})",
                self.token_types,
                word_shape::SCHEME,
                word_shape::TYPES
            ));
        }
        self.encoder.check()
    }
}

impl EncoderConfig {
    /// Refuses what no engine here computes.
    pub(crate) fn check(&self) -> Result<(), String> {
        let EncoderConfig { hidden_size, num_attention_heads, ref hidden_act, .. } = *self;
        if hidden_act != "gelu" {
            return Err(format!("its hidden_act is {hidden_act:?}, and this version computes \"gelu\""));
        }
        if num_attention_heads == 0 || hidden_size == 0 || hidden_size % num_attention_heads != 0 {
            return Err(format!("{num_attention_heads} attention heads do not divide a hidden size of {hidden_size}"));
        }
        if self.max_position_embeddings < 4 || self.num_hidden_layers > 1000 {
            return Err("it says less than 4 positions or more than 1000 layers".to_owned());
        }
        Ok(())
    }
}

/// Takes out what would change texts in silence, and checks what the encoder relies on.
fn prepared(mut tokenizer: Tokenizer, vocab_size: usize) -> Result<Tokenizer, String> {
    tokenizer.with_truncation(None).map_err(|error| error.to_string())?;
    tokenizer.with_padding(None);
    tokenizer.set_encode_special_tokens(true);
    for special in ["[CLS]", "[SEP]"] {
        if tokenizer.token_to_id(special).is_none() {
            return Err(format!("its vocabulary has no {special}"));
        }
    }
    let known = tokenizer.get_vocab_size(true);
    if known > vocab_size {
        return Err(format!("it knows {known} tokens, and config.json says vocab_size {vocab_size}"));
    }
    Ok(tokenizer)
}

/// Every tensor of the encoder with the shape that the configuration gives it.
pub(crate) fn encoder_shapes(config: &EncoderConfig) -> Vec<(String, Vec<usize>)> {
    let hidden = config.hidden_size;
    let mut shapes = vec![
        ("encoder.embeddings.word_embeddings.weight".to_owned(), vec![config.vocab_size, hidden]),
        ("encoder.embeddings.position_embeddings.weight".to_owned(), vec![config.max_position_embeddings, hidden]),
        ("encoder.embeddings.token_type_embeddings.weight".to_owned(), vec![config.type_vocab_size, hidden]),
        ("encoder.embeddings.LayerNorm.weight".to_owned(), vec![hidden]),
        ("encoder.embeddings.LayerNorm.bias".to_owned(), vec![hidden]),
    ];
    shapes.extend(layer_shapes(config, 0..config.num_hidden_layers));
    shapes
}

/// The tensors of some of its layers.
pub(crate) fn layer_shapes(config: &EncoderConfig, layers: Range<usize>) -> Vec<(String, Vec<usize>)> {
    let (hidden, inner) = (config.hidden_size, config.intermediate_size);
    let mut shapes = Vec::new();
    for layer in layers {
        let mut part = |name: &str, weight: Vec<usize>, bias: usize| {
            let name = format!("encoder.encoder.layer.{layer}.{name}");
            shapes.push((format!("{name}.weight"), weight));
            shapes.push((format!("{name}.bias"), vec![bias]));
        };
        for projection in ["query", "key", "value"] {
            part(&format!("attention.self.{projection}"), vec![hidden, hidden], hidden);
        }
        part("attention.output.dense", vec![hidden, hidden], hidden);
        part("attention.output.LayerNorm", vec![hidden], hidden);
        part("intermediate.dense", vec![inner, hidden], inner);
        part("output.dense", vec![hidden, inner], hidden);
        part("output.LayerNorm", vec![hidden], hidden);
    }
    shapes
}

/// A model folder could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file is missing or cannot be read.
    #[error("cannot read {}: is the model folder complete? Restore it, or name another one", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// `config.json` is damaged or lacks a field.
    #[error("{} is no model configuration: restore the file from the model's release", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// `tokenizer.json` is damaged.
    #[error("{} is no tokenizer: restore the file from the model's release", path.display())]
    Tokenizer {
        /// The file.
        path: PathBuf,
        /// What the `tokenizers` library said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// `model.safetensors` is damaged or cut short.
    #[error("{} is damaged or incomplete: restore the file from the model's release", path.display())]
    Weights {
        /// The file.
        path: PathBuf,
        /// What the `safetensors` library said.
        source: SafeTensorError,
    },
    /// A file is of a format, or has contents, that this version does not support.
    #[error("{} cannot be used: {reason}; take the model that belongs to this version", path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A tensor is missing.
    #[error("{} has no tensor {name}: it does not belong to its config.json; restore the model folder", path.display())]
    MissingTensor {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
    },
    /// A tensor has another shape than the configuration says.
    #[error(
        "the tensor {name} in {} has the shape {found}, not {expected}: it does not belong to its config.json; restore the model folder",
        path.display()
    )]
    WrongShape {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// The shape it should have.
        expected: String,
        /// The shape it has.
        found: String,
    },
    /// An engine could not be set up.
    #[error("the {engine} engine cannot be set up: {message}")]
    Engine {
        /// Its name.
        engine: &'static str,
        /// What it said.
        message: String,
    },
}
