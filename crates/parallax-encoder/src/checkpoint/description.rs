//! `config.json` of a checkpoint: what is built, and what is refused.

use rust_bert::Activation;
use rust_bert::bert::BertConfig;
use rust_bert::distilbert::DistilBertConfig;
use serde::Deserialize;
use std::collections::HashMap;

/// The largest term in layer normalisation that rust-bert's fixed 1e-12 is taken for.
const LARGEST_EPSILON: f64 = 1e-5;

/// The make of a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Family {
    Bert,
    DistilBert,
    Roberta,
}

/// The parts of `config.json` that decide what is built; DistilBERT has names of its own for them.
#[derive(Debug, Deserialize)]
pub(super) struct Description {
    pub(super) model_type: Family,
    #[serde(alias = "dim")]
    hidden_size: usize,
    #[serde(alias = "n_layers")]
    num_hidden_layers: usize,
    #[serde(alias = "n_heads")]
    num_attention_heads: usize,
    #[serde(alias = "hidden_dim")]
    intermediate_size: usize,
    #[serde(alias = "activation")]
    hidden_act: Activation,
    max_position_embeddings: usize,
    pub(super) vocab_size: usize,
    #[serde(default)]
    type_vocab_size: usize,
    #[serde(default)]
    id2label: HashMap<usize, String>,
    layer_norm_eps: Option<f64>,
    position_embedding_type: Option<String>,
    problem_type: Option<String>,
}

impl Description {
    /// The labels in order of the outputs; the reason where rust-bert does not compute such a model.
    pub(super) fn check(&self) -> Result<Vec<String>, String> {
        let sizes = [
            ("hidden_size", self.hidden_size, 1 << 16),
            ("num_hidden_layers", self.num_hidden_layers, 1000),
            ("num_attention_heads", self.num_attention_heads, 1 << 16),
            ("intermediate_size", self.intermediate_size, 1 << 18),
            ("max_position_embeddings", self.max_position_embeddings, 1 << 20),
            ("vocab_size", self.vocab_size, 1 << 24),
        ];
        if let Some((name, size, most)) = sizes.iter().find(|(_, size, most)| !(1..=*most).contains(size)) {
            return Err(format!("its {name} is {size}; 1 to {most} is possible"));
        }
        if !self.hidden_size.is_multiple_of(self.num_attention_heads) {
            return Err(format!(
                "{} attention heads do not divide a hidden size of {}",
                self.num_attention_heads, self.hidden_size
            ));
        }
        if self.longest() < 8 {
            return Err(format!(
                "its {} positions are too few for a sentence and a target",
                self.max_position_embeddings
            ));
        }
        if self.layer_norm_eps.is_some_and(|epsilon| !(0.0..=LARGEST_EPSILON).contains(&epsilon)) {
            return Err(format!("its layer_norm_eps is not 0 to {LARGEST_EPSILON:e}; rust-bert computes with 1e-12"));
        }
        let other = |setting: &Option<String>, usual: &str| setting.clone().filter(|found| found != usual);
        if let Some(found) = other(&self.position_embedding_type, "absolute") {
            return Err(format!("its position_embedding_type is {found:?}; rust-bert computes \"absolute\""));
        }
        if let Some(found) = other(&self.problem_type, "single_label_classification") {
            return Err(format!("its problem_type is {found:?}; one label of several is chosen here"));
        }
        if self.model_type == Family::Bert && self.type_vocab_size < 2 {
            return Err("its type_vocab_size is below 2: BERT tells the texts of a pair apart by it".to_owned());
        }
        let labels = (0..self.id2label.len()).map(|id| self.id2label.get(&id).cloned());
        match labels.collect::<Option<Vec<String>>>() {
            Some(labels) if labels.len() > 1 => Ok(labels),
            _ => Err("its id2label must name at least two labels, with ids from 0 on without a gap".to_owned()),
        }
    }

    /// Tokens of a sequence, special ones included.
    pub(super) fn longest(&self) -> usize {
        // RoBERTa counts positions from behind the padding id.
        let reserved = if self.model_type == Family::Roberta { 2 } else { 0 };
        self.max_position_embeddings.saturating_sub(reserved)
    }

    /// As rust-bert describes BERT and RoBERTa.
    pub(super) fn bert(&self) -> BertConfig {
        BertConfig {
            hidden_act: self.hidden_act,
            attention_probs_dropout_prob: 0.0,
            hidden_dropout_prob: 0.0,
            hidden_size: self.hidden_size as i64,
            intermediate_size: self.intermediate_size as i64,
            max_position_embeddings: self.max_position_embeddings as i64,
            num_attention_heads: self.num_attention_heads as i64,
            num_hidden_layers: self.num_hidden_layers as i64,
            type_vocab_size: self.type_vocab_size.max(1) as i64,
            vocab_size: self.vocab_size as i64,
            id2label: Some(self.outputs()),
            ..BertConfig::default()
        }
    }

    /// As rust-bert describes DistilBERT.
    pub(super) fn distilbert(&self) -> DistilBertConfig {
        DistilBertConfig {
            activation: self.hidden_act,
            attention_dropout: 0.0,
            dim: self.hidden_size as i64,
            dropout: 0.0,
            hidden_dim: self.intermediate_size as i64,
            id2label: Some(self.outputs()),
            max_position_embeddings: self.max_position_embeddings as i64,
            n_heads: self.num_attention_heads as i64,
            n_layers: self.num_hidden_layers as i64,
            seq_classif_dropout: 0.0,
            // The file has the table of positions, however it was made.
            sinusoidal_pos_embds: false,
            vocab_size: self.vocab_size as i64,
            ..DistilBertConfig::default()
        }
    }

    /// Rust-bert counts them.
    fn outputs(&self) -> HashMap<i64, String> {
        self.id2label.iter().map(|(&id, label)| (id as i64, label.clone())).collect()
    }
}
