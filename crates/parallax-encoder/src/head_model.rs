//! A head that was trained apart from its encoder, in a folder of its own.

use crate::model::layer_shapes;
use crate::weights::{Weights, read};
use crate::{LoadError, Model};
use ndarray::{Array1, Array2};
use serde_json::{Map, Value};
use std::ops::Range;
use std::path::{Path, PathBuf};

const HEAD: &str = "parallax/head/1";
const BRANCH: &str = "parallax/branch/1";

/// A folder with heads that read the hidden states of one model and of no other, in memory.
///
/// * `config.json`: `format`, `name`, `version`, `encoder_sha256` (of the `model.safetensors` of the
///   model they were trained on), and what the heads need.
/// * `model.safetensors`: their tensors, in the types of [`Model`].
///
/// In the format `parallax/head/1` they read the states of the last layer. In the format
/// `parallax/branch/1` they have layers of their own: `branch` says how many (`layers`) and which
/// layer of the model the first of them stands beside (`from_layer`, from 0); its input is that of
/// this layer. They are named and numbered as the layers of the model are.
#[derive(Debug)]
pub struct HeadModel {
    path: PathBuf,
    config: Map<String, Value>,
    weights: Weights,
    layers: Range<usize>,
}

impl HeadModel {
    /// Reads a folder and checks that its heads were trained on this model.
    ///
    /// # Errors
    /// Names the file that is missing, damaged or of another format; when the heads were trained on
    /// another model; when the layers of a branch do not fit the model.
    pub fn load(folder: &Path, model: &Model) -> Result<Self, LoadError> {
        let path = folder.join("config.json");
        let config = bound_config(&path, &[HEAD, BRANCH], model)?;
        let weights = Weights::new(folder.join("model.safetensors"), read(&folder.join("model.safetensors"))?)?;
        let encoder = &model.config().encoder;
        let mut layers = 0..0;
        if config["format"] == BRANCH {
            let number = |key: &str| config.get("branch").and_then(|branch| branch[key].as_u64());
            let found = number("from_layer").zip(number("layers")).filter(|(from, layers)| {
                *layers > 0
                    && from.checked_add(*layers).is_some_and(|end| end <= 1000)
                    && *from <= encoder.num_hidden_layers as u64
            });
            let Some((from, count)) = found else {
                let reason = format!(
                    "its branch is {}; `from_layer` (0 to {}) and `layers` (at least 1) are needed",
                    config.get("branch").unwrap_or(&Value::Null),
                    encoder.num_hidden_layers
                );
                return Err(LoadError::Unsupported { path, reason });
            };
            layers = from as usize..(from + count) as usize;
            for (name, shape) in layer_shapes(encoder, layers.clone()) {
                weights.of_shape(&name, &shape)?;
            }
        }
        Ok(Self { path, weights, config, layers })
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

    /// SHA-256 of `model.safetensors`, 64 hexadecimal digits.
    #[must_use]
    pub fn sha256(&self) -> &str {
        self.weights.sha256()
    }

    /// The layers of the branch, by their numbers; none in a folder that has heads only.
    #[must_use]
    pub fn layers(&self) -> Range<usize> {
        self.layers.clone()
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

    /// All tensors.
    pub(crate) fn weights(&self) -> &Weights {
        &self.weights
    }
}

/// `config.json` of a folder in one of these formats that belongs to this model.
pub(crate) fn bound_config(path: &Path, formats: &[&str], model: &Model) -> Result<Map<String, Value>, LoadError> {
    let config: Map<String, Value> =
        serde_json::from_slice(&read(path)?).map_err(|source| LoadError::Config { path: path.to_owned(), source })?;
    let says = |key: &str| config.get(key).and_then(Value::as_str).unwrap_or("nothing");
    let refuse = |reason: String| Err(LoadError::Unsupported { path: path.to_owned(), reason });
    if !formats.contains(&says("format")) {
        return refuse(format!("its format is {:?}, and this version reads {formats:?}", says("format")));
    }
    if says("encoder_sha256") != model.sha256() {
        return refuse(format!(
            "it was trained on the hidden states of the model with SHA-256 {}, and the model in use has {}",
            says("encoder_sha256"),
            model.sha256()
        ));
    }
    Ok(config)
}
