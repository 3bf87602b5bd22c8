//! The network, whatever the arithmetic of its dense layers.

use super::attention::{Attention, attend};
use super::math::{LayerNorm, add, grown};
use crate::engine::Parts;
use crate::weights::{Table, Weights};
use crate::{Batch, EncoderConfig, LoadError};
use ndarray::{Array1, Array2};
use pulp::Arch;
use std::fmt::Debug;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// How dense layers are computed. What lies between them is f32 everywhere.
pub(super) trait Arithmetic: Debug + Send + Sync {
    /// A dense layer, `y = x W^T + b`, packed.
    type Dense: Debug + Send + Sync;
    /// What a thread needs while it computes.
    type Session;
    /// Working memory for rows on their way into a layer.
    type Rows: Debug + Default + Send;

    /// Rows (tokens) that dense layers do at a time, so that what goes in and comes out stays in the
    /// second-level cache beside the weights that pass by: whole tiles of the kernel.
    const ROWS: usize;

    /// Vector instructions for everything else.
    fn arch(&self) -> Arch;

    /// Packs layers over the same inputs into one, their outputs side by side.
    fn dense(&self, weights: &Weights, names: &DenseNames) -> Result<Self::Dense, LoadError>;

    /// Prepares this thread.
    fn start(&self) -> Self::Session;

    /// Rows `from`, `[rows, inputs]`, through a layer to `to`, `[rows, outputs]`.
    fn apply(&self, session: &Self::Session, layer: &Self::Dense, from: &[f32], to: &mut [f32], rows: &mut Self::Rows);

    /// Rows through two layers with a GELU between them; `wide` is working memory.
    fn feed_forward(
        &self,
        session: &Self::Session,
        layers: FeedForward<'_, Self::Dense>,
        from: &[f32],
        to: &mut [f32],
        rows: &mut Self::Rows,
        wide: &mut Vec<f32>,
    );
}

/// The two wide layers.
#[derive(Debug)]
pub(super) struct FeedForward<'a, D> {
    pub(super) inner: &'a D,
    pub(super) outer: &'a D,
}

/// Weights `[outputs, inputs]` and biases.
pub(super) type Part = (Array2<f32>, Array1<f32>);

/// Which tensors make a dense layer.
#[derive(Debug)]
pub(super) struct DenseNames(Vec<String>);

impl DenseNames {
    /// Names of weights and biases, part by part.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (String, String)> {
        self.0.iter().map(|name| (format!("{name}.weight"), format!("{name}.bias")))
    }

    /// Weights and biases as f32.
    pub(super) fn read(&self, weights: &Weights) -> Result<Vec<Part>, LoadError> {
        self.pairs().map(|(weight, bias)| Ok((weights.matrix(&weight)?, weights.vector(&bias)?))).collect()
    }
}

/// A network that can be run.
pub(super) trait Forward: Debug + Send + Sync {
    /// Hidden states of the last layer, `[tokens, hidden size]`, of the trunk and of each branch; the
    /// batch fits the model.
    fn forward(&self, batch: &Batch<'_>) -> Vec<Vec<f32>>;
}

/// BERT, its dense layers in one arithmetic.
#[derive(Debug)]
pub(super) struct Network<A: Arithmetic> {
    arithmetic: A,
    config: EncoderConfig,
    words: Table,
    positions: Table,
    types: Table,
    norm: LayerNorm,
    layers: Vec<Layer<A::Dense>>,
    /// For each branch the layer of the trunk that its first layer stands beside, and its layers.
    branches: Vec<(usize, Vec<Layer<A::Dense>>)>,
    /// Working memory of calls that have ended, for those to come: one for each thread in the end.
    scratch: Mutex<Vec<Scratch<A::Rows>>>,
}

#[derive(Debug)]
struct Layer<D> {
    /// Query, key and value in one.
    attention_in: D,
    attention_out: D,
    attention_norm: LayerNorm,
    inner: D,
    outer: D,
    outer_norm: LayerNorm,
}

#[derive(Debug, Default)]
struct Scratch<R> {
    projected: Vec<f32>,
    attended: Vec<f32>,
    update: Vec<f32>,
    wide: Vec<f32>,
    rows: R,
    attention: Attention,
}

impl<A: Arithmetic> Network<A> {
    pub(super) fn new(parts: &Parts<'_>, arithmetic: A) -> Result<Self, LoadError> {
        let config = parts.config.clone();
        let table =
            |weights: &Weights, name: &str| weights.table(&format!("encoder.embeddings.{name}_embeddings.weight"));
        let layers = |weights: &Weights, numbers: Range<usize>| -> Result<Vec<_>, LoadError> {
            numbers.map(|number| Layer::new(weights, number, &config, &arithmetic)).collect()
        };
        let branches =
            parts.branches.iter().map(|(weights, numbers)| Ok((numbers.start, layers(weights, numbers.clone())?)));
        Ok(Self {
            words: table(parts.words, "word")?,
            positions: table(parts.weights, "position")?,
            types: table(parts.weights, "token_type")?,
            norm: layer_norm(parts.weights, "encoder.embeddings.LayerNorm", &config)?,
            layers: layers(parts.weights, 0..config.num_hidden_layers)?,
            branches: branches.collect::<Result<_, LoadError>>()?,
            arithmetic,
            config,
            scratch: Mutex::default(),
        })
    }

    /// Sum of the three embeddings of every token.
    fn embed(&self, batch: &Batch<'_>) -> Vec<f32> {
        let width = self.config.hidden_size;
        let positions = batch.lengths().iter().flat_map(|&length| 0..length);
        let mut states = vec![0.0; batch.ids().len() * width];
        let mut row = vec![0.0; width];
        for (((state, &id), &kind), position) in
            states.chunks_exact_mut(width).zip(batch.ids()).zip(batch.types()).zip(positions)
        {
            self.words.copy_row(id as usize, state);
            self.positions.copy_row(position, &mut row);
            add(state, &row);
            self.types.copy_row(kind as usize, &mut row);
            add(state, &row);
        }
        states
    }
}

impl<A: Arithmetic> Network<A> {
    /// Takes states through one layer.
    fn pass(
        &self,
        layer: &Layer<A::Dense>,
        session: &A::Session,
        lengths: &[usize],
        states: &mut [f32],
        scratch: &mut Scratch<A::Rows>,
    ) {
        let (arithmetic, arch, width) = (&self.arithmetic, self.arithmetic.arch(), self.config.hidden_size);
        let Scratch { projected, attended, update, wide, rows, attention } = scratch;
        let projected = grown(projected, states.len() * 3, 0.0);
        let attended = grown(attended, states.len(), 0.0);
        let update = grown(update, states.len().min(A::ROWS * width), 0.0);
        let (tokens, mut sequence, mut first) = (states.len() / width, 0, 0);
        for start in (0..tokens).step_by(A::ROWS) {
            let end = tokens.min(start + A::ROWS);
            let to = &mut projected[start * 3 * width..end * 3 * width];
            arithmetic.apply(session, &layer.attention_in, &states[start * width..end * width], to, rows);
            // Sequences that are complete, while they are in the cache.
            let (from, mut last) = (sequence, first);
            while let Some(&length) = lengths.get(sequence).filter(|&&length| last + length <= end) {
                (sequence, last) = (sequence + 1, last + length);
            }
            let (read, written) =
                (&projected[first * 3 * width..last * 3 * width], &mut attended[first * width..last * width]);
            attend(arch, read, &lengths[from..sequence], self.config.num_attention_heads, written, attention);
            first = last;
        }
        for (states, attended) in states.chunks_mut(A::ROWS * width).zip(attended.chunks(A::ROWS * width)) {
            let update = &mut update[..states.len()];
            arithmetic.apply(session, &layer.attention_out, attended, update, rows);
            layer.attention_norm.add_and_apply(arch, states, update);
            let layers = FeedForward { inner: &layer.inner, outer: &layer.outer };
            arithmetic.feed_forward(session, layers, states, update, rows, wide);
            layer.outer_norm.add_and_apply(arch, states, update);
        }
    }
}

impl<A: Arithmetic> Forward for Network<A> {
    fn forward(&self, batch: &Batch<'_>) -> Vec<Vec<f32>> {
        let free = || self.scratch.lock().unwrap_or_else(PoisonError::into_inner);
        let mut scratch = free().pop().unwrap_or_default();
        let session = self.arithmetic.start();
        let mut pass = |layer, states: &mut [f32]| self.pass(layer, &session, batch.lengths(), states, &mut scratch);
        let mut states = self.embed(batch);
        self.norm.apply(self.arithmetic.arch(), &mut states);
        let mut ends = vec![Vec::new(); self.branches.len()];
        for number in 0..=self.layers.len() {
            for (end, (_, layers)) in ends.iter_mut().zip(&self.branches).filter(|(_, (from, _))| *from == number) {
                *end = states.clone();
                layers.iter().for_each(|layer| pass(layer, end));
            }
            self.layers.get(number).into_iter().for_each(|layer| pass(layer, &mut states));
        }
        drop(session);
        free().push(scratch);
        ends.insert(0, states);
        ends
    }
}

impl<D> Layer<D> {
    fn new<A: Arithmetic<Dense = D>>(
        weights: &Weights,
        layer: usize,
        config: &EncoderConfig,
        arithmetic: &A,
    ) -> Result<Self, LoadError> {
        let name = |part: &str| format!("encoder.encoder.layer.{layer}.{part}");
        let dense =
            |parts: &[&str]| arithmetic.dense(weights, &DenseNames(parts.iter().map(|part| name(part)).collect()));
        Ok(Self {
            attention_in: dense(&["attention.self.query", "attention.self.key", "attention.self.value"])?,
            attention_out: dense(&["attention.output.dense"])?,
            attention_norm: layer_norm(weights, &name("attention.output.LayerNorm"), config)?,
            inner: dense(&["intermediate.dense"])?,
            outer: dense(&["output.dense"])?,
            outer_norm: layer_norm(weights, &name("output.LayerNorm"), config)?,
        })
    }
}

fn layer_norm(weights: &Weights, name: &str, config: &EncoderConfig) -> Result<LayerNorm, LoadError> {
    Ok(LayerNorm {
        weight: weights.vector(&format!("{name}.weight"))?.to_vec(),
        bias: weights.vector(&format!("{name}.bias"))?.to_vec(),
        epsilon: config.layer_norm_eps,
    })
}
