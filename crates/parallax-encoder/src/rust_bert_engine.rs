//! The rust-bert engine: the same weights in `rust_bert`'s `BertModel`, on libtorch.

use crate::engine::Parts;
use crate::model::encoder_shapes;
use crate::torch::Place;
use crate::{Batch, EncodeError, Encoder, EncoderConfig, EngineInfo, HeadModel, LoadError, Model, RustBertOptions};
use ndarray::Array2;
use rust_bert::bert::{BertConfig, BertEmbeddings, BertModel};
use std::any::Any;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
use tch::nn::VarStore;
use tch::{Kind, Tensor};

/// Of this engine in messages.
pub(crate) const NAME: &str = "rust-bert";

/// What rust-bert's layer normalisation adds to the variance, whatever the configuration says.
const EPSILON: f32 = 1e-12;

/// The second engine: `BertModel` of rust-bert on libtorch 2.4, in f32 or bf16, on the processor or on
/// CUDA. Hidden states come back in f32.
///
/// Sequences are padded to the longest of the batch, so a sequence's hidden states depend on its
/// batch in the last bits. One call at a time: libtorch spreads it over its own threads, whose
/// number is that of `OMP_NUM_THREADS`.
pub struct RustBertEncoder {
    config: EncoderConfig,
    /// The trunk, then one whole model for each branch, with the trunk's lower layers.
    models: Vec<Mutex<BertModel<BertEmbeddings>>>,
    place: Place,
}

impl std::fmt::Debug for RustBertEncoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RustBertEncoder").field("info", &self.place.info).finish_non_exhaustive()
    }
}

impl RustBertEncoder {
    /// Copies the encoder's weights of a model into a rust-bert model of the same sizes, in f32, on
    /// [`Device::Auto`](crate::Device::Auto).
    ///
    /// # Errors
    /// When rust-bert's model has other variables than this one has tensors, or when libtorch fails.
    pub fn new(model: &Model) -> Result<Self, LoadError> {
        Self::with_branches(model, &[], RustBertOptions::default())
    }

    /// With the branches that these heads bring, in their order: each is a whole model, in which the
    /// lower layers are computed again.
    ///
    /// # Errors
    /// As [`RustBertEncoder::new`]; when the precision or the device is not there.
    pub fn with_branches(model: &Model, heads: &[&HeadModel], options: RustBertOptions) -> Result<Self, LoadError> {
        let failed = |message: String| LoadError::Engine { engine: NAME, message };
        let parts = Parts::new(model, heads);
        let config = parts.config.clone();
        if config.layer_norm_eps != EPSILON {
            return Err(failed(format!(
                "rust-bert computes layer normalisation with {EPSILON:e}, the model wants {:e}",
                config.layer_norm_eps
            )));
        }
        let place = Place::find(options)?;
        let ends = std::iter::once(config.num_hidden_layers).chain(parts.branches.iter().map(|(_, layers)| layers.end));
        let models = ends.enumerate().map(|(number, layers)| {
            let mut config = config.clone();
            config.num_hidden_layers = layers;
            let (bert, mut store) = caught(|| {
                let store = VarStore::new(place.device);
                Ok((BertModel::new_with_optional_pooler(store.root(), &bert_config(&config), false), store))
            })
            .map_err(failed)?;
            fill(&store, &parts, number.checked_sub(1), &config)?;
            caught(|| {
                store.set_kind(place.kind);
                Ok(())
            })
            .map_err(failed)?;
            Ok(Mutex::new(bert))
        });
        let models = models.collect::<Result<_, LoadError>>()?;
        Ok(Self { config, models, place })
    }

    /// Hidden states of the padded batch, `[sequences * longest, hidden size]`.
    fn forward(&self, number: usize, batch: &Batch<'_>, longest: usize) -> Result<Vec<f32>, String> {
        let mask: Vec<i64> =
            batch.lengths().iter().flat_map(|&length| (0..longest).map(move |at| i64::from(at < length))).collect();
        let ids = padded(batch.ids(), batch.lengths(), longest);
        let types = padded(batch.types(), batch.lengths(), longest);
        let model = self.models[number].lock().unwrap_or_else(PoisonError::into_inner);
        caught(|| {
            let shape = [batch.lengths().len() as i64, longest as i64];
            let tensor =
                |values: &[i64]| Tensor::f_from_slice(values)?.f_reshape(shape)?.f_to_device(self.place.device);
            let (ids, mask, types) = (tensor(&ids)?, tensor(&mask)?, tensor(&types)?);
            let output =
                tch::no_grad(|| model.forward_t(Some(&ids), Some(&mask), Some(&types), None, None, None, None, false))?;
            let states = output.hidden_state.f_to_kind(Kind::Float)?.f_to_device(tch::Device::Cpu)?.f_contiguous()?;
            let mut values = vec![0.0_f32; states.numel()];
            states.f_copy_data(&mut values, states.numel())?;
            Ok(values)
        })
    }
}

impl Encoder for RustBertEncoder {
    fn encode_all(&self, batch: &Batch<'_>) -> Result<Vec<Array2<f32>>, EncodeError> {
        batch.check(&self.config)?;
        let width = self.config.hidden_size;
        let Some(&longest) = batch.lengths().iter().max() else {
            return Ok(vec![Array2::zeros((0, width)); self.models.len()]);
        };
        let failed = |message: String| EncodeError::Engine { engine: NAME, message };
        let end = |number: usize| {
            let states = self.forward(number, batch, longest).map_err(failed)?;
            let mut kept = Vec::with_capacity(batch.ids().len() * width);
            for (sequence, &length) in states.chunks_exact(longest * width).zip(batch.lengths()) {
                kept.extend_from_slice(&sequence[..length * width]);
            }
            Array2::from_shape_vec((batch.ids().len(), width), kept).map_err(|error| failed(error.to_string()))
        };
        (0..self.models.len()).map(end).collect()
    }

    fn branches(&self) -> usize {
        self.models.len() - 1
    }

    fn hidden_size(&self) -> usize {
        self.config.hidden_size
    }

    fn engine(&self) -> &EngineInfo {
        &self.place.info
    }
}

fn bert_config(config: &EncoderConfig) -> BertConfig {
    BertConfig {
        attention_probs_dropout_prob: 0.0,
        hidden_dropout_prob: 0.0,
        hidden_size: config.hidden_size as i64,
        intermediate_size: config.intermediate_size as i64,
        max_position_embeddings: config.max_position_embeddings as i64,
        num_attention_heads: config.num_attention_heads as i64,
        num_hidden_layers: config.num_hidden_layers as i64,
        type_vocab_size: config.type_vocab_size as i64,
        vocab_size: config.vocab_size as i64,
        ..BertConfig::default()
    }
}

/// Copies every tensor of the trunk, or of a branch with the layers below it, into the variable of
/// its name; both must have the same names.
fn fill(store: &VarStore, parts: &Parts<'_>, branch: Option<usize>, config: &EncoderConfig) -> Result<(), LoadError> {
    let failed = |message: String| LoadError::Engine { engine: NAME, message };
    let mut variables = store.variables();
    let shapes = encoder_shapes(config);
    let ours: BTreeSet<&str> = shapes.iter().filter_map(|(name, _)| name.strip_prefix("encoder.")).collect();
    let theirs: BTreeSet<&str> = variables.keys().map(String::as_str).collect();
    if ours != theirs {
        let difference: Vec<&&str> = ours.symmetric_difference(&theirs).collect();
        return Err(failed(format!("rust-bert and the model do not both have {difference:?}")));
    }
    for (name, shape) in &shapes {
        let own = branch.map(|number| &parts.branches[number]).filter(|(_, layers)| {
            layers.clone().any(|layer| name.starts_with(&format!("encoder.encoder.layer.{layer}.")))
        });
        let weights = own.map_or(parts.weights, |(weights, _)| weights);
        let values = match shape.len() {
            1 => weights.vector(name)?.into_raw_vec_and_offset().0,
            _ => weights.matrix(name)?.into_raw_vec_and_offset().0,
        };
        let variable = variables.get_mut(&name["encoder.".len()..]).expect("the names were just compared");
        let shape: Vec<i64> = shape.iter().map(|&size| size as i64).collect();
        caught(|| {
            let values = Tensor::f_from_slice(&values)?.f_reshape(&shape)?;
            Ok(tch::no_grad(|| variable.f_copy_(&values))?)
        })
        .map_err(|message| failed(format!("{name}: {message}")))?;
    }
    Ok(())
}

/// The sequences as rows of one length, filled up with 0.
fn padded(values: &[u32], lengths: &[usize], longest: usize) -> Vec<i64> {
    let mut rows = Vec::with_capacity(lengths.len() * longest);
    let mut rest = values;
    for (index, &length) in lengths.iter().enumerate() {
        let (sequence, later) = rest.split_at(length);
        rows.extend(sequence.iter().copied().map(i64::from));
        rows.resize((index + 1) * longest, 0);
        rest = later;
    }
    rows
}

/// Errors and panics of rust-bert and tch as one message: both panic where libtorch fails.
pub(crate) fn caught<T>(work: impl FnOnce() -> Result<T, Box<dyn std::error::Error>>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(panic) => Err(panic_message(panic.as_ref())),
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a message").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_libtorch_is_a_message() {
        let message = caught(|| Ok(Tensor::from_slice(&[1.0]).view([7]))).unwrap_err();
        assert!(message.contains("shape"), "{message}");
    }

    #[test]
    fn sequences_are_padded_to_rows() {
        assert_eq!(padded(&[1, 2, 3], &[1, 2], 3), [1, 0, 0, 2, 3, 0]);
    }
}
