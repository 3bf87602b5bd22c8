//! The native engine: BERT in pure Rust, weights packed once, no padding.

mod attention;
mod bf16;
mod dense;
mod int8;
mod kernels;
mod layer;
mod limit;
mod math;
mod network;

use crate::engine::Parts;
use crate::{
    Batch, EncodeError, Encoder, EncoderConfig, EngineInfo, HeadModel, LoadError, Model, PairModel, Precision,
};
use bf16::{Bf16, RoundedBf16};
use dense::F32;
use int8::Int8;
use kernels::{Bf16Kernel, Int8Kernel};
pub use layer::{DenseLayer, gelu};
pub use limit::run_kernel;
use ndarray::Array2;
use network::{Forward, Network};
use pulp::{Arch, Simd, WithSimd};

/// The default engine: pure Rust on the best instructions that the processor has.
///
/// All sequences of a batch lie one behind the other, so dense layers do no work on padding, and
/// each sequence attends to itself. Every number of a result is a sum over the same terms in the
/// same order whatever stands beside the sequence: the same bits in any batch and on any thread,
/// and in f32 on all processors with fused multiplication and addition. One call runs on the thread
/// that makes it; share the engine between threads.
///
/// Precisions (see [`Precision`]): embeddings, attention, GELU and layer normalisation are f32 in
/// all of them; what differs is the products of the dense layers.
#[derive(Debug)]
pub struct NativeEncoder {
    config: EncoderConfig,
    network: Box<dyn Forward>,
    branches: usize,
    info: EngineInfo,
}

impl NativeEncoder {
    /// In f32: packs the encoder's weights of a model, about four bytes for each weight of the
    /// layers; embeddings stay in the format of the file. The model can be dropped after that.
    ///
    /// # Errors
    /// When a tensor is missing.
    pub fn new(model: &Model) -> Result<Self, LoadError> {
        Self::with_precision(model, Precision::F32)
    }

    /// In the given precision, on the best kernel for it that this processor has. Every precision
    /// works on every processor; without AMX or AVX512_BF16, bf16 is no faster than f32.
    ///
    /// # Errors
    /// As [`NativeEncoder::new`].
    pub fn with_precision(model: &Model, precision: Precision) -> Result<Self, LoadError> {
        Self::with_branches(model, &[], precision)
    }

    /// With the branches that these heads bring, in their order: see [`HeadModel`].
    ///
    /// # Errors
    /// As [`NativeEncoder::new`].
    pub fn with_branches(model: &Model, heads: &[&HeadModel], precision: Precision) -> Result<Self, LoadError> {
        Self::best(&Parts::new(model, heads), precision)
    }

    /// For a model that reads two texts at a time; `model` is the one whose word embeddings it shares.
    ///
    /// # Errors
    /// As [`NativeEncoder::new`].
    pub fn for_pairs(pairs: &PairModel, model: &Model, precision: Precision) -> Result<Self, LoadError> {
        Self::best(&pairs.parts(model), precision)
    }

    /// The same engine without vector or matrix instructions of the processor: slow, and the
    /// reference that the other kernels are tested against.
    ///
    /// # Errors
    /// As [`NativeEncoder::new`].
    pub fn portable(model: &Model, precision: Precision) -> Result<Self, LoadError> {
        Self::portable_with_branches(model, &[], precision)
    }

    /// As [`NativeEncoder::with_branches`], without vector or matrix instructions.
    ///
    /// # Errors
    /// As [`NativeEncoder::new`].
    pub fn portable_with_branches(
        model: &Model,
        heads: &[&HeadModel],
        precision: Precision,
    ) -> Result<Self, LoadError> {
        Self::on(&Parts::new(model, heads), precision, Arch::Scalar, None, Int8Kernel::Portable)
    }

    /// The fastest precision on this processor that keeps the decisions of f32: bf16 with AMX, int8
    /// with VNNI, bf16 with AVX512_BF16, f32 without any of them.
    #[must_use]
    pub fn fastest_precision() -> Precision {
        match (Bf16Kernel::all().first(), Int8Kernel::all()[0]) {
            (Some(kernel), _) if kernel.is_amx() => Precision::Bf16,
            (Some(_), Int8Kernel::Portable) => Precision::Bf16,
            (None, Int8Kernel::Portable) => Precision::F32,
            _ => Precision::Int8,
        }
    }

    fn best(parts: &Parts<'_>, precision: Precision) -> Result<Self, LoadError> {
        Self::on(parts, precision, Arch::new(), Bf16Kernel::all().first().copied(), Int8Kernel::all()[0])
    }

    fn on(
        parts: &Parts<'_>,
        precision: Precision,
        arch: Arch,
        bf16: Option<Bf16Kernel>,
        int8: Int8Kernel,
    ) -> Result<Self, LoadError> {
        let vectors = arch.dispatch(KernelName);
        let (network, kernel): (Box<dyn Forward>, String) = match (precision, bf16) {
            (Precision::F32, _) => (Box::new(Network::new(parts, F32 { arch })?), vectors.to_owned()),
            (Precision::Bf16, Some(kernel)) => {
                (Box::new(Network::new(parts, Bf16 { arch, kernel })?), format!("{vectors}+{}", kernel.name()))
            }
            (Precision::Bf16, None) => {
                (Box::new(Network::new(parts, RoundedBf16(F32 { arch }))?), format!("{vectors}+rounded"))
            }
            (Precision::Int8, _) => {
                (Box::new(Network::new(parts, Int8 { arch, kernel: int8 })?), format!("{vectors}+{}", int8.name()))
            }
        };
        let info = EngineInfo { name: "native".to_owned(), precision: precision.to_string(), kernel };
        let branches = parts.branches.len();
        Ok(Self { config: parts.config.clone(), network, branches, info })
    }
}

impl Encoder for NativeEncoder {
    fn encode_all(&self, batch: &Batch<'_>) -> Result<Vec<Array2<f32>>, EncodeError> {
        batch.check(&self.config)?;
        let shape = (batch.ids().len(), self.config.hidden_size);
        let states = self.network.forward(batch).into_iter();
        Ok(states.map(|s| Array2::from_shape_vec(shape, s).expect("one state for each token")).collect())
    }

    fn branches(&self) -> usize {
        self.branches
    }

    fn hidden_size(&self) -> usize {
        self.config.hidden_size
    }

    fn engine(&self) -> &EngineInfo {
        &self.info
    }
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
