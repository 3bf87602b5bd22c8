//! A model folder: configuration, tokenizer and weights, checked when it loads.

use crate::word_shape;
use half::f16;
use ndarray::{Array1, Array2};
use safetensors::{Dtype, SafeTensorError, SafeTensors};
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
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
    sha256: String,
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
        let bytes = read(&path)?;
        let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let weights = Weights::new(path, bytes)?;
        for (name, shape) in encoder_shapes(&config.encoder) {
            weights.of_shape(&name, &shape)?;
        }
        Ok(Self { config, tokenizer: Arc::new(tokenizer), weights, sha256 })
    }

    /// Where `config.json` lies, for messages.
    #[must_use]
    pub fn config_path(&self) -> PathBuf {
        self.weights.path.with_file_name("config.json")
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
        &self.sha256
    }

    /// Shape of a tensor, or `None` where there is none of that name.
    #[must_use]
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.weights.tensors.get(name).map(|tensor| tensor.shape.as_slice())
    }

    /// Names of all tensors, sorted; the factors of quantised ones (`NAME.scale`) are left out.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.weights.tensors.keys().map(String::as_str).filter(|name| {
            let quantised = name.strip_suffix(".scale").and_then(|base| self.weights.tensors.get(base));
            quantised.is_none_or(|tensor| tensor.dtype != Dtype::I8)
        })
    }

    /// A tensor of two dimensions, as f32.
    ///
    /// # Errors
    /// When there is none of that name, or when it has another number of dimensions.
    pub fn matrix(&self, name: &str) -> Result<Array2<f32>, LoadError> {
        let tensor = self.weights.get(name)?;
        let &[rows, columns] = tensor.shape.as_slice() else {
            return Err(self.weights.wrong_shape(name, tensor, "[rows, columns]".to_owned()));
        };
        Ok(Array2::from_shape_vec((rows, columns), self.weights.values(tensor))
            .expect("the length of a tensor was checked against its shape"))
    }

    /// A tensor of one dimension, as f32.
    ///
    /// # Errors
    /// When there is none of that name, or when it has another number of dimensions.
    pub fn vector(&self, name: &str) -> Result<Array1<f32>, LoadError> {
        let tensor = self.weights.get(name)?;
        match tensor.shape.as_slice() {
            [_] => Ok(Array1::from_vec(self.weights.values(tensor))),
            _ => Err(self.weights.wrong_shape(name, tensor, "[values]".to_owned())),
        }
    }

    /// As [`Model::matrix`], of these sizes only.
    ///
    /// # Errors
    /// When there is none of that name, or when it has another shape.
    pub fn matrix_of(&self, name: &str, rows: usize, columns: usize) -> Result<Array2<f32>, LoadError> {
        self.weights.of_shape(name, &[rows, columns])?;
        self.matrix(name)
    }

    /// As [`Model::vector`], of this length only.
    ///
    /// # Errors
    /// When there is none of that name, or when it has another shape.
    pub fn vector_of(&self, name: &str, length: usize) -> Result<Array1<f32>, LoadError> {
        self.weights.of_shape(name, &[length])?;
        self.vector(name)
    }

    /// A matrix in eight bits, with one factor for each row (`value = integer * factor`): as the file
    /// has it, or rounded so that the largest weight of a row is 127.
    pub(crate) fn int8(&self, name: &str) -> Result<(Array2<i8>, Vec<f32>), LoadError> {
        let tensor = self.weights.get(name)?;
        if let (Some(scale), &[rows, columns]) = (&tensor.scale, tensor.shape.as_slice()) {
            let values = self.weights.raw(tensor).iter().map(|byte| byte.cast_signed()).collect();
            let values = Array2::from_shape_vec((rows, columns), values)
                .expect("the length of a tensor was checked against its shape");
            return Ok((values, floats(&self.weights.bytes[scale.clone()]).collect()));
        }
        Ok(to_int8(&self.matrix(name)?))
    }

    /// The tensor in the format of the file, for tables of which few rows are used.
    pub(crate) fn table(&self, name: &str) -> Result<Table, LoadError> {
        let tensor = self.weights.get(name)?;
        let bytes = self.weights.raw(tensor);
        let width = tensor.shape.last().copied().unwrap_or(1);
        let rows = match (&tensor.scale, tensor.dtype) {
            (Some(scale), _) => Rows::Quantised {
                values: bytes.iter().map(|&byte| byte.cast_signed()).collect(),
                scale: floats(&self.weights.bytes[scale.clone()]).collect(),
            },
            (None, Dtype::F16) => Rows::Half(halves(bytes).collect()),
            (None, _) => Rows::Full(floats(bytes).collect()),
        };
        Ok(Table { width, rows })
    }
}

/// Rows of numbers in the format of the file.
#[derive(Debug)]
pub(crate) struct Table {
    width: usize,
    rows: Rows,
}

#[derive(Debug)]
enum Rows {
    Full(Vec<f32>),
    Half(Vec<f16>),
    Quantised { values: Vec<i8>, scale: Vec<f32> },
}

impl Table {
    /// Writes a row as f32.
    pub(crate) fn copy_row(&self, row: usize, to: &mut [f32]) {
        let range = row * self.width..(row + 1) * self.width;
        match &self.rows {
            Rows::Full(values) => to.copy_from_slice(&values[range]),
            Rows::Half(values) => {
                to.iter_mut().zip(&values[range]).for_each(|(to, value)| *to = value.to_f32());
            }
            Rows::Quantised { values, scale } => {
                let factor = scale[row];
                to.iter_mut().zip(&values[range]).for_each(|(to, &value)| *to = f32::from(value) * factor);
            }
        }
    }
}

/// `model.safetensors`: its bytes, and where its tensors lie.
#[derive(Debug)]
pub(crate) struct Weights {
    path: PathBuf,
    bytes: Vec<u8>,
    tensors: BTreeMap<String, Tensor>,
}

#[derive(Debug)]
struct Tensor {
    dtype: Dtype,
    shape: Vec<usize>,
    data: Range<usize>,
    /// The factors of a quantised tensor, one f32 a row.
    scale: Option<Range<usize>>,
}

impl Weights {
    pub(crate) fn new(path: PathBuf, bytes: Vec<u8>) -> Result<Self, LoadError> {
        let damaged = |source| LoadError::Weights { path: path.clone(), source };
        // The header is followed by the data, to which its offsets refer.
        let (header, metadata) = SafeTensors::read_metadata(&bytes).map_err(damaged)?;
        let start = header + size_of::<u64>();
        if start + metadata.data_len() != bytes.len() {
            return Err(damaged(SafeTensorError::MetadataIncompleteBuffer));
        }
        let mut tensors: BTreeMap<String, Tensor> = metadata
            .tensors()
            .into_iter()
            .map(|(name, info)| {
                let (from, to) = info.data_offsets;
                let tensor = Tensor {
                    dtype: info.dtype,
                    shape: info.shape.clone(),
                    data: start + from..start + to,
                    scale: None,
                };
                (name, tensor)
            })
            .collect();
        let quantised: Vec<String> =
            tensors.iter().filter(|(_, tensor)| tensor.dtype == Dtype::I8).map(|(name, _)| name.clone()).collect();
        for name in quantised {
            let scale = tensors
                .get(&format!("{name}.scale"))
                .filter(|scale| scale.dtype == Dtype::F32)
                .map(|scale| (scale.data.clone(), scale.shape.clone()));
            let tensor = tensors.get_mut(&name).expect("the name was just read from the map");
            match scale {
                Some((data, shape)) if tensor.shape.first().is_some_and(|&rows| shape == [rows]) => {
                    tensor.scale = Some(data);
                }
                _ => {
                    let reason = format!("the I8 tensor {name} has no {name}.scale with one F32 factor a row");
                    return Err(LoadError::Unsupported { path, reason });
                }
            }
        }
        if let Some((name, tensor)) =
            tensors.iter().find(|(_, tensor)| !matches!(tensor.dtype, Dtype::F32 | Dtype::F16 | Dtype::I8))
        {
            let reason = format!("the tensor {name} is of type {:?}; F32, F16 and I8 are read", tensor.dtype);
            return Err(LoadError::Unsupported { path, reason });
        }
        Ok(Self { path, bytes, tensors })
    }

    fn get(&self, name: &str) -> Result<&Tensor, LoadError> {
        self.tensors
            .get(name)
            .ok_or_else(|| LoadError::MissingTensor { path: self.path.clone(), name: name.to_owned() })
    }

    pub(crate) fn of_shape(&self, name: &str, shape: &[usize]) -> Result<(), LoadError> {
        let tensor = self.get(name)?;
        if tensor.shape == shape { Ok(()) } else { Err(self.wrong_shape(name, tensor, format!("{shape:?}"))) }
    }

    fn wrong_shape(&self, name: &str, tensor: &Tensor, expected: String) -> LoadError {
        LoadError::WrongShape {
            path: self.path.clone(),
            name: name.to_owned(),
            expected,
            found: format!("{:?}", tensor.shape),
        }
    }

    pub(crate) fn values_of(&self, name: &str) -> Result<Vec<f32>, LoadError> {
        Ok(self.values(self.get(name)?))
    }

    fn raw(&self, tensor: &Tensor) -> &[u8] {
        &self.bytes[tensor.data.clone()]
    }

    fn values(&self, tensor: &Tensor) -> Vec<f32> {
        let bytes = self.raw(tensor);
        match (&tensor.scale, tensor.dtype) {
            (Some(scale), _) => {
                let row = bytes.len() / tensor.shape[0].max(1);
                let factors = floats(&self.bytes[scale.clone()]);
                let rows = bytes.chunks_exact(row.max(1)).zip(factors);
                rows.flat_map(|(row, factor)| row.iter().map(move |&byte| f32::from(byte.cast_signed()) * factor))
                    .collect()
            }
            (None, Dtype::F16) => halves(bytes).map(f16::to_f32).collect(),
            (None, _) => floats(bytes).collect(),
        }
    }
}

impl ModelConfig {
    fn check(&self) -> Result<(), String> {
        let EncoderConfig { hidden_size, num_attention_heads, type_vocab_size, ref hidden_act, .. } = self.encoder;
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
        if hidden_act != "gelu" {
            return Err(format!("its hidden_act is {hidden_act:?}, and this version computes \"gelu\""));
        }
        if num_attention_heads == 0 || hidden_size == 0 || hidden_size % num_attention_heads != 0 {
            return Err(format!("{num_attention_heads} attention heads do not divide a hidden size of {hidden_size}"));
        }
        if self.encoder.max_position_embeddings < 4 || self.encoder.num_hidden_layers > 1000 {
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

/// A matrix in integers of at most 127 with one factor for each row.
pub(crate) fn to_int8(matrix: &Array2<f32>) -> (Array2<i8>, Vec<f32>) {
    let factor = |row: ndarray::ArrayView1<'_, f32>| {
        let top = row.fold(0.0_f32, |top, value| top.max(value.abs()));
        if top > 0.0 { top / 127.0 } else { 1.0 }
    };
    let factors: Vec<f32> = matrix.rows().into_iter().map(factor).collect();
    let of_row = matrix.indexed_iter().map(|((row, _), value)| (value / factors[row]).round() as i8);
    let values = Array2::from_shape_vec(matrix.dim(), of_row.collect()).expect("one integer for each weight");
    (values, factors)
}

/// Every tensor of the encoder with the shape that the configuration gives it.
pub(crate) fn encoder_shapes(config: &EncoderConfig) -> Vec<(String, Vec<usize>)> {
    let (hidden, inner) = (config.hidden_size, config.intermediate_size);
    let mut shapes = vec![
        ("encoder.embeddings.word_embeddings.weight".to_owned(), vec![config.vocab_size, hidden]),
        ("encoder.embeddings.position_embeddings.weight".to_owned(), vec![config.max_position_embeddings, hidden]),
        ("encoder.embeddings.token_type_embeddings.weight".to_owned(), vec![config.type_vocab_size, hidden]),
        ("encoder.embeddings.LayerNorm.weight".to_owned(), vec![hidden]),
        ("encoder.embeddings.LayerNorm.bias".to_owned(), vec![hidden]),
    ];
    for layer in 0..config.num_hidden_layers {
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

pub(crate) fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    std::fs::read(path).map_err(|source| LoadError::Read { path: path.to_owned(), source })
}

fn floats(bytes: &[u8]) -> impl Iterator<Item = f32> {
    bytes.as_chunks().0.iter().map(|&chunk| f32::from_le_bytes(chunk))
}

fn halves(bytes: &[u8]) -> impl Iterator<Item = f16> {
    bytes.as_chunks().0.iter().map(|&chunk| f16::from_le_bytes(chunk))
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
