//! How heads are found in a folder, and what is said of one that does not fit.

use parallax_encoder::{HeadModel, LoadError};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// What a head reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reads {
    /// What the model itself gives.
    Encoder,
    /// The hidden states of the branch in the head's folder.
    Branch,
}

/// The section of `config.json` that describes a head.
pub(crate) fn section<C: DeserializeOwned>(heads: &HeadModel, name: &'static str) -> Result<C, HeadError> {
    let value = heads.config().get(name).unwrap_or(&serde_json::Value::Null);
    C::deserialize(value).map_err(|source| HeadError::Config {
        path: heads.config_path().display().to_string(),
        name,
        source,
    })
}

/// A folder has no head that this version can use.
#[derive(Debug, thiserror::Error)]
pub enum HeadError {
    /// `config.json` does not describe it.
    #[error("{path} has no usable section `{name}`: take the model that belongs to this version")]
    Config {
        /// The file.
        path: String,
        /// Name of the section.
        name: &'static str,
        /// Which field.
        source: serde_json::Error,
    },
    /// It is of another make.
    #[error("{path}, `{name}`: {found}; take the model that belongs to this version")]
    Other {
        /// The file.
        path: String,
        /// Name of the section.
        name: String,
        /// What differs.
        found: String,
    },
    /// A tensor is missing, or of another shape.
    #[error(transparent)]
    Load(#[from] LoadError),
}

impl HeadError {
    pub(crate) fn other(heads: &HeadModel, name: &str, found: String) -> Self {
        Self::Other { path: heads.config_path().display().to_string(), name: name.to_owned(), found }
    }
}
