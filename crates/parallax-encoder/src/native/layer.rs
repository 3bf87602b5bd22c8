//! One dense layer alone: for the heads, and to measure a machine's limit with.

use super::bf16::{Bf16, Bf16Dense, RoundedBf16};
use super::dense::{F32, F32Dense};
use super::int8::{Int8, Int8Dense};
use super::kernels::{Bf16Kernel, Int8Kernel};
use super::math::gelu_all;
use super::network::Arithmetic;
use crate::Precision;
use ndarray::{Array1, Array2};
use pulp::{Arch, Simd, WithSimd};
use std::sync::Arc;

/// One dense layer, `y = x W^T + b`, on the kernel that [`NativeEncoder`](crate::NativeEncoder)
/// would take for it. In f32 a row has the same bits whatever rows are beside it, on all processors
/// with fused multiplication and addition. Clones share their weights.
#[derive(Clone, Debug)]
pub struct DenseLayer {
    packed: Arc<Packed>,
    outputs: usize,
}

#[derive(Debug)]
enum Packed {
    F32(F32, F32Dense),
    Bf16(Bf16, Bf16Dense),
    RoundedBf16(RoundedBf16, F32Dense),
    Int8(Int8, Int8Dense),
}

impl DenseLayer {
    /// A layer with these weights, `[outputs, inputs]`, and no biases.
    #[must_use]
    pub fn new(precision: Precision, weights: &Array2<f32>) -> Self {
        Self::with_bias(precision, weights.clone(), Array1::zeros(weights.nrows()))
    }

    /// A layer with these weights, `[outputs, inputs]`, and these biases, one for each output.
    ///
    /// # Panics
    /// When there are more or fewer biases than outputs.
    #[must_use]
    pub fn with_bias(precision: Precision, weights: Array2<f32>, bias: Array1<f32>) -> Self {
        assert_eq!(weights.nrows(), bias.len(), "one bias for each output");
        let (arch, outputs) = (Arch::new(), bias.len());
        let packed = match (precision, Bf16Kernel::all().first()) {
            (Precision::F32, _) => Packed::F32(F32 { arch }, F32Dense::new(&[(weights, bias)])),
            (Precision::Bf16, Some(&kernel)) => Packed::Bf16(Bf16 { arch, kernel }, Bf16Dense::new(&[(weights, bias)])),
            (Precision::Bf16, None) => {
                let rounded = RoundedBf16(F32 { arch });
                Packed::RoundedBf16(rounded, RoundedBf16::layer(vec![(weights, bias)]))
            }
            (Precision::Int8, _) => {
                let (integers, factors) = crate::weights::to_int8(&weights);
                let layer = Int8Dense::new(&[(integers, factors, bias.to_vec())]);
                Packed::Int8(Int8 { arch, kernel: Int8Kernel::all()[0] }, layer)
            }
        };
        Self { packed: Arc::new(packed), outputs }
    }

    /// Rows, `[rows, inputs]`, through the layer: `[rows, outputs]`.
    ///
    /// # Panics
    /// When the rows are not as wide as the layer's inputs.
    #[must_use]
    pub fn rows(&self, from: &Array2<f32>) -> Array2<f32> {
        let mut to = Array2::zeros((from.nrows(), self.outputs));
        if !to.is_empty() {
            self.apply(from, &mut to, 1);
        }
        to
    }

    /// Rows `from`, `[rows, inputs]`, through the layer to `to`, `[rows, outputs]`, `times` times.
    ///
    /// # Panics
    /// When `from` and `to` do not hold as many rows.
    pub fn apply(&self, from: &Array2<f32>, to: &mut Array2<f32>, times: usize) {
        fn run<A: Arithmetic>(arithmetic: &A, layer: &A::Dense, from: &[f32], to: &mut [f32], times: usize) {
            let (session, mut rows) = (arithmetic.start(), A::Rows::default());
            for _ in 0..times {
                arithmetic.apply(&session, layer, from, to, &mut rows);
            }
        }
        assert_eq!(from.nrows(), to.nrows(), "as many rows out as in");
        let from = from.as_standard_layout();
        let from = from.as_slice().expect("the layout was just made standard");
        let mut made = vec![0.0; to.len()];
        match &*self.packed {
            Packed::F32(arithmetic, layer) => run(arithmetic, layer, from, &mut made, times),
            Packed::Bf16(arithmetic, layer) => run(arithmetic, layer, from, &mut made, times),
            Packed::RoundedBf16(arithmetic, layer) => run(arithmetic, layer, from, &mut made, times),
            Packed::Int8(arithmetic, layer) => run(arithmetic, layer, from, &mut made, times),
        }
        *to = Array2::from_shape_vec(to.dim(), made).expect("of the same shape");
    }
}

/// Replaces each value `x` by `x * P(X <= x)` for standard normal `X` (Hendrycks and Gimpel 2016), as the
/// encoder's own layers do; absolute error below 2e-7 beside that of rounding.
pub fn gelu(values: &mut [f32]) {
    Arch::new().dispatch(Gelu(values));
}

struct Gelu<'a>(&'a mut [f32]);

impl WithSimd for Gelu<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        if S::IS_SCALAR { gelu_all::<false>(self.0) } else { gelu_all::<true>(self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::math::noise;

    #[test]
    fn gelu_is_x_times_the_normal_distribution() {
        let mut values = [-3.0, -0.5, 0.0, 1.0, 20.0];
        gelu(&mut values);
        let expected = [-0.004_049_694, -0.154_268_77, 0.0, 0.841_344_7, 20.0];
        assert!(values.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{values:?}");
    }

    #[test]
    fn a_layer_is_the_product_and_its_bias() {
        let weights = Array2::from_shape_fn((5, 37), |(o, i)| noise(o * 37 + i));
        let bias = Array1::from_shape_fn(5, |o| noise(o + 99));
        let rows = Array2::from_shape_fn((11, 37), |(r, i)| noise(r * 31 + i * 17));
        let expected = rows.dot(&weights.t()) + &bias;
        for (precision, tolerance) in [(Precision::F32, 1e-5), (Precision::Bf16, 0.1), (Precision::Int8, 0.1)] {
            let found = DenseLayer::with_bias(precision, weights.clone(), bias.clone()).rows(&rows);
            let worst = (&found - &expected).iter().fold(0.0_f32, |worst, d| worst.max(d.abs()));
            assert!(worst < tolerance, "{precision}: {worst:e}");
        }
        assert_eq!(DenseLayer::new(Precision::F32, &weights).rows(&Array2::zeros((0, 37))).dim(), (0, 5));
    }
}
