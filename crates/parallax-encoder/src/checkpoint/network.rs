//! A checkpoint's weights in rust-bert's model types.

use super::description::{Description, Family};
use super::{Sequence, Task};
use crate::LoadError;
use crate::rust_bert_engine::{NAME, caught};
use crate::torch::Place;
use rust_bert::bert::{BertForSequenceClassification, BertForTokenClassification};
use rust_bert::distilbert::{DistilBertForTokenClassification, DistilBertModelClassifier};
use rust_bert::roberta::{RobertaForSequenceClassification, RobertaForTokenClassification};
use safetensors::{Dtype, SafeTensors};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use tch::nn::VarStore;
use tch::{Kind, Tensor};

/// Padded tokens of a batch: on the processor more of them cost memory and gain nothing.
const BATCH_ON_CPU: usize = 1 << 10;
const BATCH_ON_CUDA: usize = 1 << 14;

/// A classifier on its device.
pub(super) struct Network {
    classifier: Classifier,
    device: tch::Device,
    labels: usize,
    /// Fills sequences up; RoBERTa counts positions by it.
    padding: i64,
}

impl Network {
    /// Builds the classifier and fills it with the tensors of a file.
    pub(super) fn new(
        description: &Description,
        labels: usize,
        task: Task,
        place: &Place,
        (path, bytes): (&Path, &[u8]),
    ) -> Result<Self, LoadError> {
        let tensors =
            SafeTensors::deserialize(bytes).map_err(|source| LoadError::Weights { path: path.to_owned(), source })?;
        let failed = |message: String| LoadError::Engine { engine: NAME, message };
        let mut store = VarStore::new(place.device);
        let classifier = caught(|| Classifier::new(&store, description, task)).map_err(failed)?;
        fill(&store, path, &tensors)?;
        caught(|| {
            store.set_kind(place.kind);
            Ok(())
        })
        .map_err(failed)?;
        let padding = i64::from(description.model_type == Family::Roberta);
        Ok(Self { classifier, device: place.device, labels, padding })
    }

    /// Padded tokens that one call should take at most, where one sequence is not longer.
    pub(super) fn batch_tokens(&self) -> usize {
        if self.device == tch::Device::Cpu { BATCH_ON_CPU } else { BATCH_ON_CUDA }
    }

    /// The probability of each label: for each sequence a row, or a row for each of its tokens. The
    /// first sequence is the longest.
    pub(super) fn probabilities(&self, batch: &[&Sequence]) -> Result<Vec<Vec<f32>>, Box<dyn Error>> {
        let longest = batch.first().map_or(0, |sequence| sequence.ids.len());
        let tensor = |of: &dyn Fn(&Sequence) -> Vec<i64>, padding: i64| {
            let mut values = Vec::with_capacity(batch.len() * longest);
            for (row, sequence) in batch.iter().enumerate() {
                values.extend(of(sequence));
                values.resize((row + 1) * longest, padding);
            }
            Tensor::f_from_slice(&values)?.f_reshape([batch.len() as i64, longest as i64])?.f_to_device(self.device)
        };
        let wide = |values: &[u32]| values.iter().copied().map(i64::from).collect();
        let ids = tensor(&|sequence| wide(&sequence.ids), self.padding)?;
        let types = tensor(&|sequence| wide(&sequence.types), 0)?;
        let mask = tensor(&|sequence| vec![1; sequence.ids.len()], 0)?;
        let logits = tch::no_grad(|| self.classifier.logits(&ids, &mask, &types))?;
        let shares = logits.f_to_kind(Kind::Float)?.f_softmax(-1, Kind::Float)?;
        let shares = shares.f_to_device(tch::Device::Cpu)?.f_contiguous()?;
        let mut values = vec![0.0_f32; shares.numel()];
        shares.f_copy_data(&mut values, shares.numel())?;
        let rows = values.len() / (batch.len() * self.labels).max(1);
        let of =
            |(values, sequence): (&[f32], &&Sequence)| values[..rows.min(sequence.ids.len()) * self.labels].to_vec();
        Ok(values.chunks_exact((rows * self.labels).max(1)).zip(batch).map(of).collect())
    }
}

/// Copies the tensor of its name into every variable of the classifier; others of the file (a
/// language model's head, say) are left.
fn fill(store: &VarStore, path: &Path, tensors: &SafeTensors<'_>) -> Result<(), LoadError> {
    let path = || path.to_owned();
    for (name, mut variable) in store.variables().into_iter().collect::<BTreeMap<_, _>>() {
        let found = tensors.tensor(&name).or_else(|_| tensors.tensor(&former_name(&name)));
        let tensor = found.map_err(|_| LoadError::MissingTensor { path: path(), name: name.clone() })?;
        let shape: Vec<i64> = tensor.shape().iter().map(|&size| size as i64).collect();
        if shape != variable.size() {
            let (expected, found) = (format!("{:?}", variable.size()), format!("{shape:?}"));
            return Err(LoadError::WrongShape { path: path(), name, expected, found });
        }
        let kind = match tensor.dtype() {
            Dtype::F32 => Kind::Float,
            Dtype::F16 => Kind::Half,
            Dtype::BF16 => Kind::BFloat16,
            other => {
                let reason = format!("the tensor {name} is of type {other:?}; F32, F16 and BF16 are read");
                return Err(LoadError::Unsupported { path: path(), reason });
            }
        };
        caught(|| {
            let values = Tensor::f_from_data_size(tensor.data(), &shape, kind)?;
            Ok(tch::no_grad(|| variable.f_copy_(&values))?)
        })
        .map_err(|message| LoadError::Engine { engine: NAME, message: format!("{name}: {message}") })?;
    }
    Ok(())
}

/// Checkpoints that were made from TensorFlow's call the parts of layer normalisation differently.
fn former_name(name: &str) -> String {
    name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
}

/// rust-bert's model types.
enum Classifier {
    BertTokens(BertForTokenClassification),
    BertPairs(BertForSequenceClassification),
    DistilBertTokens(DistilBertForTokenClassification),
    DistilBertPairs(DistilBertModelClassifier),
    RobertaTokens(RobertaForTokenClassification),
    RobertaPairs(RobertaForSequenceClassification),
}

impl Classifier {
    fn new(store: &VarStore, description: &Description, task: Task) -> Result<Self, Box<dyn Error>> {
        let (root, bert, distilbert) = (store.root(), description.bert(), description.distilbert());
        Ok(match (description.model_type, task) {
            (Family::Bert, Task::Tokens) => Self::BertTokens(BertForTokenClassification::new(root, &bert)?),
            (Family::Bert, Task::Pairs) => Self::BertPairs(BertForSequenceClassification::new(root, &bert)?),
            (Family::DistilBert, Task::Tokens) => {
                Self::DistilBertTokens(DistilBertForTokenClassification::new(root, &distilbert)?)
            }
            (Family::DistilBert, Task::Pairs) => {
                Self::DistilBertPairs(DistilBertModelClassifier::new(root, &distilbert)?)
            }
            (Family::Roberta, Task::Tokens) => Self::RobertaTokens(RobertaForTokenClassification::new(root, &bert)?),
            (Family::Roberta, Task::Pairs) => Self::RobertaPairs(RobertaForSequenceClassification::new(root, &bert)?),
        })
    }

    fn logits(&self, ids: &Tensor, mask: &Tensor, types: &Tensor) -> Result<Tensor, Box<dyn Error>> {
        let (ids, mask, types) = (Some(ids), Some(mask), Some(types));
        Ok(match self {
            Self::BertTokens(model) => model.forward_t(ids, mask, types, None, None, false).logits,
            Self::BertPairs(model) => model.forward_t(ids, mask, types, None, None, false).logits,
            Self::DistilBertTokens(model) => model.forward_t(ids, mask, None, false)?.logits,
            Self::DistilBertPairs(model) => model.forward_t(ids, mask, None, false)?.logits,
            Self::RobertaTokens(model) => model.forward_t(ids, mask, types, None, None, false).logits,
            Self::RobertaPairs(model) => model.forward_t(ids, mask, types, None, None, false).logits,
        })
    }
}
