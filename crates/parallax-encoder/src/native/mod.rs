//! The native engine: BERT in pure Rust, weights packed once, no padding.

mod attention;
mod dense;
mod math;

use crate::{Batch, EncodeError, Encoder, EncoderConfig, EngineInfo, LoadError, Model};
use attention::attend;
use dense::{Activation, Dense};
use math::{LayerNorm, add};
use ndarray::Array2;
use pulp::{Arch, Simd, WithSimd};

use crate::model::Table;

/// The default engine: pure Rust, f32, on the best vector instructions that the processor has.
///
/// All sequences of a batch lie one behind the other, so dense layers do no work on padding, and
/// each sequence attends to itself. Every number of a result is a sum over the same terms in the
/// same order whatever stands beside the sequence: the same bits in any batch and on any thread,
/// and on all processors with fused multiplication and addition. One call runs on the thread that
/// makes it; share the engine between threads.
#[derive(Debug)]
pub struct NativeEncoder {
    config: EncoderConfig,
    words: Table,
    positions: Table,
    types: Table,
    norm: LayerNorm,
    layers: Vec<Layer>,
    arch: Arch,
    info: EngineInfo,
}

#[derive(Debug)]
struct Layer {
    /// Query, key and value in one.
    attention_in: Dense,
    attention_out: Dense,
    attention_norm: LayerNorm,
    inner: Dense,
    outer: Dense,
    outer_norm: LayerNorm,
}

impl NativeEncoder {
    /// Packs the encoder's weights of a model: about four bytes for each weight of the layers;
    /// embeddings stay in the format of the file. The model can be dropped after that.
    ///
    /// # Errors
    /// When a tensor is missing.
    pub fn new(model: &Model) -> Result<Self, LoadError> {
        Self::on(model, Arch::new())
    }

    /// The same engine without vector instructions of the processor: slow, and the reference that
    /// the other kernels are tested against.
    ///
    /// # Errors
    /// As [`NativeEncoder::new`].
    pub fn portable(model: &Model) -> Result<Self, LoadError> {
        Self::on(model, Arch::Scalar)
    }

    fn on(model: &Model, arch: Arch) -> Result<Self, LoadError> {
        let config = model.config().encoder.clone();
        let table = |name: &str| model.table(&format!("encoder.embeddings.{name}_embeddings.weight"));
        let layers =
            (0..config.num_hidden_layers).map(|layer| Layer::new(model, layer, &config)).collect::<Result<_, _>>()?;
        let kernel = arch.dispatch(KernelName).to_owned();
        Ok(Self {
            words: table("word")?,
            positions: table("position")?,
            types: table("token_type")?,
            norm: layer_norm(model, "encoder.embeddings.LayerNorm", &config)?,
            layers,
            arch,
            info: EngineInfo { name: "native".to_owned(), precision: "f32".to_owned(), kernel },
            config,
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

impl Encoder for NativeEncoder {
    fn encode(&self, batch: &Batch<'_>) -> Result<Array2<f32>, EncodeError> {
        batch.check(&self.config)?;
        let (arch, width) = (self.arch, self.config.hidden_size);
        let tokens = batch.ids().len();
        let mut states = self.embed(batch);
        self.norm.apply(arch, &mut states);
        let mut projected = vec![0.0; tokens * 3 * width];
        let mut attended = vec![0.0; tokens * width];
        let mut update = vec![0.0; tokens * width];
        let mut wide = vec![0.0; tokens.min(ROWS) * self.config.intermediate_size];
        for layer in &self.layers {
            layer.attention_in.apply(arch, &states, &mut projected, Activation::None);
            attend(arch, &projected, batch.lengths(), self.config.num_attention_heads, &mut attended);
            layer.attention_out.apply(arch, &attended, &mut update, Activation::None);
            layer.attention_norm.add_and_apply(arch, &mut states, &update);
            // In blocks of rows, so that the widest activations stay in the cache.
            for (states, update) in states.chunks_mut(ROWS * width).zip(update.chunks_mut(ROWS * width)) {
                let wide = &mut wide[..states.len() / width * self.config.intermediate_size];
                layer.inner.apply(arch, states, wide, Activation::Gelu);
                layer.outer.apply(arch, wide, update, Activation::None);
                layer.outer_norm.add_and_apply(arch, states, update);
            }
        }
        Ok(Array2::from_shape_vec((tokens, width), states).expect("one state for each token"))
    }

    fn hidden_size(&self) -> usize {
        self.config.hidden_size
    }

    fn engine(&self) -> &EngineInfo {
        &self.info
    }
}

/// Rows (tokens) that the two wide layers do at a time.
const ROWS: usize = 240;

impl Layer {
    fn new(model: &Model, layer: usize, config: &EncoderConfig) -> Result<Self, LoadError> {
        let name = |part: &str| format!("encoder.encoder.layer.{layer}.{part}");
        let dense = |parts: &[&str]| -> Result<Dense, LoadError> {
            let mut all = Vec::with_capacity(parts.len());
            for part in parts {
                all.push((
                    model.matrix(&name(&format!("{part}.weight")))?,
                    model.vector(&name(&format!("{part}.bias")))?,
                ));
            }
            Ok(Dense::new(&all))
        };
        Ok(Self {
            attention_in: dense(&["attention.self.query", "attention.self.key", "attention.self.value"])?,
            attention_out: dense(&["attention.output.dense"])?,
            attention_norm: layer_norm(model, &name("attention.output.LayerNorm"), config)?,
            inner: dense(&["intermediate.dense"])?,
            outer: dense(&["output.dense"])?,
            outer_norm: layer_norm(model, &name("output.LayerNorm"), config)?,
        })
    }
}

fn layer_norm(model: &Model, name: &str, config: &EncoderConfig) -> Result<LayerNorm, LoadError> {
    Ok(LayerNorm {
        weight: model.vector(&format!("{name}.weight"))?.to_vec(),
        bias: model.vector(&format!("{name}.bias"))?.to_vec(),
        epsilon: config.layer_norm_eps,
    })
}

struct KernelName;

impl WithSimd for KernelName {
    type Output = &'static str;

    fn with_simd<S: Simd>(self, _: S) -> &'static str {
        match S::F32_LANES {
            16 => "avx512",
            8 => "avx2",
            4 => "neon",
            _ => "portable",
        }
    }
}
