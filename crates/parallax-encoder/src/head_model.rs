//! A head that was trained apart from its encoder, in a folder of its own.

use crate::model::{Weights, read};
use crate::{LoadError, Model};
use ndarray::{Array1, Array2};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

const FORMAT: &str = "parallax/head/1";

/// A folder in the format `parallax/head/1`, in memory: a head that reads the hidden states of one
/// model and of no other.
///
/// * `config.json`: `format`, `name`, `version`, `encoder_sha256` (of the `model.safetensors` of the
///   model it was trained on), and what the head needs.
/// * `model.safetensors`: its tensors, in the types of [`Model`].
#[derive(Debug)]
pub struct HeadModel {
    path: PathBuf,
    config: Map<String, Value>,
    weights: Weights,
    sha256: String,
}

impl HeadModel {
    /// Reads a folder and checks that its head was trained on this model.
    ///
    /// # Errors
    /// Names the file that is missing, damaged or of another format; when the head was trained on
    /// another model.
    pub fn load(folder: &Path, model: &Model) -> Result<Self, LoadError> {
        let path = folder.join("config.json");
        let config: Map<String, Value> =
            serde_json::from_slice(&read(&path)?).map_err(|source| LoadError::Config { path: path.clone(), source })?;
        let says = |key: &str| config.get(key).and_then(Value::as_str).unwrap_or("nothing");
        let refuse = |reason: String| Err(LoadError::Unsupported { path: path.clone(), reason });
        if says("format") != FORMAT {
            return refuse(format!("its format is {:?}, and this version reads {FORMAT:?}", says("format")));
        }
        if says("encoder_sha256") != model.sha256() {
            return refuse(format!(
                "it was trained on the hidden states of the model with SHA-256 {}, and the model in use has {}",
                says("encoder_sha256"),
                model.sha256()
            ));
        }
        let file = folder.join("model.safetensors");
        let bytes = read(&file)?;
        let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { path, weights: Weights::new(file, bytes)?, config, sha256 })
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
        &self.sha256
    }

    /// A tensor of two dimensions of these sizes, as f32.
    ///
    /// # Errors
    /// When there is none of that name, or when it has another shape.
    pub fn matrix_of(&self, name: &str, rows: usize, columns: usize) -> Result<Array2<f32>, LoadError> {
        let values = self.weights.of_shape(name, &[rows, columns]).and_then(|()| self.weights.values_of(name))?;
        Ok(Array2::from_shape_vec((rows, columns), values).expect("the shape was checked"))
    }

    /// A tensor of one dimension of this length, as f32.
    ///
    /// # Errors
    /// When there is none of that name, or when it has another shape.
    pub fn vector_of(&self, name: &str, length: usize) -> Result<Array1<f32>, LoadError> {
        self.weights.of_shape(name, &[length]).and_then(|()| self.weights.values_of(name)).map(Array1::from_vec)
    }
}
