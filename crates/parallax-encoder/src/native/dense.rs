//! Dense layers in f32: rows times a packed matrix, plus bias, and an activation while the result is in the cache.

use super::kernels::prefetch;
use super::math::{gelu_all, grown};
use super::network::{Arithmetic, DenseNames, FeedForward, Part};
use crate::LoadError;
use crate::weights::Weights;
use pulp::{Arch, Simd, WithSimd};

/// f32 on the processor's vector instructions.
#[derive(Clone, Copy, Debug)]
pub(super) struct F32 {
    pub(super) arch: Arch,
}

/// Rows turned to tiles, see [`pack_rows`].
pub(super) type F32Rows = Vec<Tile>;

/// Some inputs of the rows of a tile.
type Tile = [[f32; UNROLLED]; TILE];

impl Arithmetic for F32 {
    type Dense = F32Dense;
    type Session = ();
    type Rows = F32Rows;
    const ROWS: usize = 96;

    fn arch(&self) -> Arch {
        self.arch
    }

    fn dense(&self, weights: &Weights, names: &DenseNames) -> Result<F32Dense, LoadError> {
        Ok(F32Dense::new(&names.read(weights)?))
    }

    fn start(&self) {}

    fn apply(&self, (): &(), layer: &F32Dense, from: &[f32], to: &mut [f32], rows: &mut F32Rows) {
        layer.apply(self.arch, from, to, Activation::None, rows);
    }

    fn feed_forward(
        &self,
        (): &(),
        layers: FeedForward<'_, F32Dense>,
        from: &[f32],
        to: &mut [f32],
        rows: &mut F32Rows,
        wide: &mut Vec<f32>,
    ) {
        let wide = grown(wide, from.len() / layers.inner.inputs * layers.inner.outputs, 0.0);
        layers.inner.apply(self.arch, from, wide, Activation::Gelu, rows);
        layers.outer.apply(self.arch, wide, to, Activation::None, rows);
    }
}

/// Columns of a panel of packed weights: four vectors of the widest kind.
const PANEL: usize = 64;

/// Inner dimension of one pass: a panel's block of it fits the first-level cache.
const DEPTH: usize = 128;

/// Rows of one pass: their block of the inner dimension fits the second-level cache.
const ROWS: usize = 240;

/// Bytes of a cache line, to which packed weights are aligned.
const LINE: usize = 64;

/// What is applied to the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Activation {
    None,
    Gelu,
}

/// A dense layer, `y = x W^T + b`, its weights packed in panels of [`PANEL`] outputs: for each
/// input, the weights of all outputs of a panel lie side by side. The last panel is filled up with 0.
pub(super) struct F32Dense {
    inputs: usize,
    outputs: usize,
    /// Packed weights, from `offset` on, where a cache line begins.
    weights: Vec<f32>,
    offset: usize,
    /// One for each output, filled up with 0.
    bias: Vec<f32>,
}

impl std::fmt::Debug for F32Dense {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "F32Dense({} -> {})", self.inputs, self.outputs)
    }
}

impl F32Dense {
    /// Packs weights `[outputs, inputs]` with their biases; several layers over the same inputs
    /// become one, their outputs side by side.
    pub(super) fn new(parts: &[Part]) -> Self {
        let inputs = parts[0].0.ncols();
        let outputs = parts.iter().map(|(weights, _)| weights.nrows()).sum::<usize>();
        let panels = outputs.div_ceil(PANEL);
        let mut weights = vec![0.0; panels * inputs * PANEL + LINE / size_of::<f32>()];
        let offset = weights.as_ptr().align_offset(LINE).min(LINE / size_of::<f32>());
        let mut bias = vec![0.0; panels * PANEL];
        let rows = parts.iter().flat_map(|(weights, bias)| weights.rows().into_iter().zip(bias));
        for (output, (row, &shift)) in rows.enumerate() {
            bias[output] = shift;
            let first = offset + output / PANEL * inputs * PANEL + output % PANEL;
            for (input, &weight) in row.iter().enumerate() {
                weights[first + input * PANEL] = weight;
            }
        }
        Self { inputs, outputs, weights, offset, bias }
    }

    /// Rows `from`, `[rows, inputs]`, through the layer to `to`, `[rows, outputs]`.
    pub(super) fn apply(&self, arch: Arch, from: &[f32], to: &mut [f32], activation: Activation, packed: &mut F32Rows) {
        assert_eq!(from.len() / self.inputs, to.len() / self.outputs, "as many rows out as in");
        arch.dispatch(Apply { layer: self, from, to, activation, packed });
    }

    /// Width of what goes in.
    pub(super) fn inputs(&self) -> usize {
        self.inputs
    }

    /// Width of what comes out.
    pub(super) fn outputs(&self) -> usize {
        self.outputs
    }

    /// Weights of one panel for the inputs from `first` on.
    #[inline(always)]
    fn panel(&self, panel: usize, first: usize) -> &[[f32; PANEL]] {
        let start = self.offset + (panel * self.inputs + first) * PANEL;
        let depth = DEPTH.min(self.inputs - first);
        self.weights[start..start + depth * PANEL].as_chunks().0
    }

    /// The cache lines of the block that follows that of [`panel`](Self::panel).
    #[inline(always)]
    fn after(&self, panel: usize, first: usize) -> &[[f32; LINE / size_of::<f32>()]] {
        let end = self.offset + panel * self.inputs * PANEL + (first + DEPTH).min(self.inputs) * PANEL;
        let rest = &self.weights[end..];
        rest[..rest.len().min(DEPTH * PANEL)].as_chunks().0
    }
}

struct Apply<'a> {
    layer: &'a F32Dense,
    from: &'a [f32],
    to: &'a mut [f32],
    activation: Activation,
    packed: &'a mut F32Rows,
}

impl WithSimd for Apply<'_> {
    type Output = ();

    // Tiles fill the registers: 24 of 32 sums (16 lanes wide, or NEON's 4), 12 of 16 (8 lanes).
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match S::F32_LANES {
            16 => self.run::<S, 4>(simd),
            8 => self.run::<S, 2>(simd),
            4 => self.run::<S, 4>(simd),
            _ => self.run::<S, 16>(simd),
        }
    }
}

/// Rows of a tile.
const TILE: usize = 6;

/// Inputs that a tile takes at a time.
const UNROLLED: usize = 4;

impl Apply<'_> {
    /// `V`: vectors side by side in a tile.
    #[inline(always)]
    fn run<S: Simd, const V: usize>(self, simd: S) {
        let Self { layer, from, to, activation, packed } = self;
        let (inputs, outputs) = (layer.inputs, layer.outputs);
        let steps = inputs.div_ceil(UNROLLED);
        let packed = grown(packed, steps * (from.len() / inputs).min(ROWS).div_ceil(TILE), [[0.0; UNROLLED]; TILE]);
        for (from, to) in from.chunks(ROWS * inputs).zip(to.chunks_mut(ROWS * outputs)) {
            pack_rows(from, inputs, packed);
            for (panel, bias) in layer.bias.chunks_exact(PANEL).enumerate() {
                let columns = panel * PANEL..(panel * PANEL + PANEL).min(outputs);
                for first in (0..inputs).step_by(DEPTH) {
                    let weights = layer.panel(panel, first);
                    // While a block serves one tile of rows after the other, the next block comes nearer.
                    let next = layer.after(panel, first);
                    let mut next = next.chunks(next.len().div_ceil(to.len().div_ceil(TILE * outputs)).max(1));
                    for (rows, to) in packed.chunks_exact(steps).zip(to.chunks_mut(TILE * outputs)) {
                        let rows = &rows[first / UNROLLED..(first + weights.len()).div_ceil(UNROLLED)];
                        let mut next = next.next().unwrap_or_default();
                        for column in (0..columns.len()).step_by(V * S::F32_LANES) {
                            let bias = if first == 0 { Some(&bias[column..]) } else { None };
                            let to = &mut to[columns.start + column..];
                            tile::<S, V>(simd, rows, weights, next, column, bias, to, outputs, columns.len() - column);
                            next = &[];
                        }
                    }
                }
                if activation == Activation::Gelu {
                    for row in to.chunks_exact_mut(outputs) {
                        let values = &mut row[columns.clone()];
                        if S::IS_SCALAR { gelu_all::<false>(values) } else { gelu_all::<true>(values) }
                    }
                }
            }
        }
    }
}

const _: () = assert!(DEPTH.is_multiple_of(UNROLLED));

/// Turns rows into tiles: some inputs of all rows of a tile side by side, then the next. What is not
/// there stays whatever was there.
#[inline(always)]
fn pack_rows(from: &[f32], inputs: usize, packed: &mut [Tile]) {
    let steps = inputs.div_ceil(UNROLLED);
    for (rows, packed) in from.chunks(TILE * inputs).zip(packed.chunks_exact_mut(steps)) {
        for (index, row) in rows.chunks_exact(inputs).enumerate() {
            let (row, rest) = row.as_chunks::<UNROLLED>();
            for (packed, values) in packed.iter_mut().zip(row) {
                packed[index] = *values;
            }
            if let Some(packed) = packed.get_mut(row.len()) {
                packed[index][..rest.len()].copy_from_slice(rest);
            }
        }
    }
}

#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn tile<S: Simd, const V: usize>(
    simd: S,
    rows: &[Tile],
    weights: &[[f32; PANEL]],
    next: &[[f32; LINE / size_of::<f32>()]],
    column: usize,
    bias: Option<&[f32]>,
    to: &mut [f32],
    stride: usize,
    width: usize,
) {
    let lanes = V * S::F32_LANES;
    let width = width.min(lanes);
    let mut sums = [[simd.splat_f32s(0.0); V]; TILE];
    let mut step = |rows: &Tile, k: usize, weights: &[f32; PANEL]| {
        let weights = S::as_simd_f32s(&weights[column..column + lanes]).0;
        for r in 0..TILE {
            let value = simd.splat_f32s(rows[r][k]);
            for v in 0..V {
                sums[r][v] = if S::IS_SCALAR {
                    simd.add_f32s(sums[r][v], simd.mul_f32s(value, weights[v]))
                } else {
                    simd.mul_add_f32s(value, weights[v], sums[r][v])
                };
            }
        }
    };
    // Some inputs at a time, so that what is asked for costs the products nothing.
    let (weights, last_weights) = weights.as_chunks::<UNROLLED>();
    let mut next = next.chunks(next.len().div_ceil(DEPTH / UNROLLED).max(1));
    for (rows, weights) in rows.iter().zip(weights) {
        for line in next.next().unwrap_or_default() {
            prefetch(&line[0]);
        }
        for (k, weights) in weights.iter().enumerate() {
            step(rows, k, weights);
        }
    }
    if let Some(rows) = rows.get(weights.len()) {
        for (k, weights) in last_weights.iter().enumerate() {
            step(rows, k, weights);
        }
    }
    let bias = bias.map(|bias| &bias[..lanes]);
    if width == lanes && to.len() > (TILE - 1) * stride + lanes {
        // A whole tile goes from the registers to its rows.
        for r in 0..TILE {
            let row = S::as_mut_simd_f32s(&mut to[r * stride..][..lanes]).0;
            for v in 0..V {
                let start = bias.map_or(row[v], |bias| S::as_simd_f32s(bias).0[v]);
                row[v] = simd.add_f32s(start, sums[r][v]);
            }
        }
        return;
    }
    // By way of memory: sums whose rows are counted here would have no registers above.
    let mut all = [[0.0; PANEL]; TILE];
    for r in 0..TILE {
        S::as_mut_simd_f32s(&mut all[r][..lanes]).0.copy_from_slice(&sums[r]);
    }
    for (row, sums) in to.chunks_mut(stride).zip(&all) {
        let Some(row) = row.get_mut(..width) else { break };
        if let Some(bias) = bias {
            row.copy_from_slice(&bias[..width]);
        }
        row.iter_mut().zip(sums).for_each(|(value, sum)| *value += sum);
    }
}

#[cfg(test)]
mod tests {
    use super::super::math::noise;
    use super::*;
    use ndarray::{Array1, Array2};

    fn layer(inputs: usize, outputs: usize) -> (Array2<f32>, Array1<f32>) {
        let weights = Array2::from_shape_fn((outputs, inputs), |(o, i)| noise(o * inputs + i));
        (weights, Array1::from_shape_fn(outputs, |o| noise(o + 7)))
    }

    #[test]
    fn any_shape_gives_the_product_of_ndarray() {
        for (rows, inputs, outputs) in [(1, 1, 1), (5, 17, 3), (6, 128, 64), (13, 129, 70), (241, 96, 200)] {
            let (weights, bias) = layer(inputs, outputs);
            let from = Array2::from_shape_fn((rows, inputs), |(r, i)| noise(r * 31 + i * 17));
            let expected = from.dot(&weights.t()) + &bias;
            let dense = F32Dense::new(&[(weights, bias)]);
            for arch in [Arch::new(), Arch::Scalar] {
                let mut to = Array2::zeros((rows, outputs));
                dense.apply(
                    arch,
                    from.as_slice().unwrap(),
                    to.as_slice_mut().unwrap(),
                    Activation::None,
                    &mut Vec::new(),
                );
                let worst = (&to - &expected).iter().fold(0.0_f32, |worst, d| worst.max(d.abs()));
                assert!(worst < 1e-5, "{rows} x {inputs} x {outputs}: {worst:e}");
            }
        }
    }

    #[test]
    fn a_row_has_the_same_bits_wherever_it_stands() {
        let dense = F32Dense::new(&[layer(150, 90)]);
        let row: Vec<f32> = (0..150).map(noise).collect();
        let mut alone = vec![0.0; 90];
        dense.apply(Arch::new(), &row, &mut alone, Activation::Gelu, &mut Vec::new());
        let mut to = vec![0.0; 90 * 260];
        dense.apply(Arch::new(), &row.repeat(260), &mut to, Activation::Gelu, &mut Vec::new());
        assert!(to.chunks_exact(90).all(|row| row == alone));
    }

    #[test]
    fn layers_packed_together_stand_side_by_side() {
        let parts = [layer(40, 70), layer(40, 30)];
        let row: Vec<f32> = (0..40).map(noise).collect();
        let mut together = vec![0.0; 100];
        F32Dense::new(&parts).apply(Arch::new(), &row, &mut together, Activation::None, &mut Vec::new());
        let (mut first, mut second) = (vec![0.0; 70], vec![0.0; 30]);
        F32Dense::new(&parts[..1]).apply(Arch::new(), &row, &mut first, Activation::None, &mut Vec::new());
        F32Dense::new(&parts[1..]).apply(Arch::new(), &row, &mut second, Activation::None, &mut Vec::new());
        assert_eq!(together, [first, second].concat());
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn vectors_of_8_and_of_16_give_the_same_bits() {
        let (Some(short), Arch::V4(_)) = (pulp::x86::V3::try_new(), Arch::new()) else { return };
        let dense = F32Dense::new(&[layer(300, 130)]);
        let from: Vec<f32> = (0..300 * 20).map(noise).collect();
        let through = |arch| {
            let mut to = vec![0.0; 130 * 20];
            dense.apply(arch, &from, &mut to, Activation::Gelu, &mut Vec::new());
            to
        };
        assert_eq!(through(Arch::V3(short)), through(Arch::new()));
    }
}
