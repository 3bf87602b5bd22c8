//! Dense layers in eight-bit integers: weights with a factor for each output, activations with a
//! factor and an offset for each row, found when the row comes by (Jacob et al. 2018,
//! "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference").

use super::kernels::{BLOCK, Block, ByteTile, Int8Kernel, Int8Session, Int8Tile, SIDE, Tile, ahead};
use super::math::{gelu_all, grown, max};
use super::network::{Arithmetic, DenseNames, FeedForward};
use crate::LoadError;
use crate::weights::Weights;
use pulp::{Arch, Simd, WithSimd};

/// Inputs that a tile holds.
const DEPTH: usize = 64;

/// Eight-bit integers on the given kernel. Sums of integers are exact, so all kernels agree up to
/// what the processor makes of the f32 arithmetic around them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Int8 {
    pub(super) arch: Arch,
    pub(super) kernel: Int8Kernel,
}

/// A dense layer, its weights in strips of sixteen outputs, each a row of tiles; outputs are filled
/// up with 0 to whole blocks, inputs to whole tiles.
#[derive(Debug)]
pub(super) struct Int8Dense {
    inputs: usize,
    outputs: usize,
    weights: Vec<Int8Tile>,
    outs: Vec<Out>,
}

/// What the sums of an output are turned to numbers with, for a whole block of outputs.
#[derive(Clone, Copy, Debug)]
struct Out {
    /// Factor of the weights.
    factor: [f32; BLOCK],
    /// Sum of the weights: what an offset of 1 of all inputs adds.
    total: [f32; BLOCK],
    bias: [f32; BLOCK],
}

/// Activations as tiles of bytes: `value = low + factor * byte`.
#[derive(Debug, Default)]
pub(super) struct Int8Rows {
    tiles: Vec<ByteTile>,
    /// Tiles that hold the rows of now.
    used: usize,
    /// Factor and low of each row.
    scales: Vec<(f32, f32)>,
}

impl Arithmetic for Int8 {
    type Dense = Int8Dense;
    type Session = Int8Session;
    type Rows = Int8Rows;
    const ROWS: usize = 64;

    fn arch(&self) -> Arch {
        self.arch
    }

    fn dense(&self, weights: &Weights, names: &DenseNames) -> Result<Int8Dense, LoadError> {
        let mut parts = Vec::new();
        for (weight, bias) in names.pairs() {
            let (rows, factors) = weights.int8(&weight)?;
            parts.push((rows, factors, weights.vector(&bias)?.to_vec()));
        }
        Ok(Int8Dense::new(&parts))
    }

    fn start(&self) -> Int8Session {
        self.kernel.start()
    }

    fn apply(&self, session: &Int8Session, layer: &Int8Dense, from: &[f32], to: &mut [f32], rows: &mut Int8Rows) {
        rows.pack(self.arch, from, layer.inputs);
        self.arch.dispatch(Apply { layer, session, rows, to, gelu: false });
    }

    fn feed_forward(
        &self,
        session: &Int8Session,
        layers: FeedForward<'_, Int8Dense>,
        from: &[f32],
        to: &mut [f32],
        rows: &mut Int8Rows,
        wide: &mut Vec<f32>,
    ) {
        let wide = grown(wide, from.len() / layers.inner.inputs * layers.inner.outputs, 0.0);
        rows.pack(self.arch, from, layers.inner.inputs);
        self.arch.dispatch(Apply { layer: layers.inner, session, rows, to: wide, gelu: true });
        self.apply(session, layers.outer, wide, to, rows);
    }
}

/// Weights `[outputs, inputs]` in integers, their factors, and biases.
type Part = (ndarray::Array2<i8>, Vec<f32>, Vec<f32>);

impl Int8Dense {
    pub(super) fn new(parts: &[Part]) -> Self {
        let inputs = parts[0].0.ncols();
        let outputs = parts.iter().map(|(weights, ..)| weights.nrows()).sum::<usize>();
        let steps = inputs.div_ceil(DEPTH);
        let blocks = outputs.div_ceil(BLOCK);
        let mut weights = vec![Tile::zero(); 2 * blocks * steps];
        let mut outs = vec![Out { factor: [0.0; BLOCK], total: [0.0; BLOCK], bias: [0.0; BLOCK] }; blocks];
        let rows = parts.iter().flat_map(|(weights, factors, bias)| weights.rows().into_iter().zip(factors).zip(bias));
        for (output, ((row, &factor), &bias)) in rows.enumerate() {
            let (out, at) = (&mut outs[output / BLOCK], output % BLOCK);
            out.factor[at] = factor;
            out.total[at] = factor * row.iter().map(|&weight| i32::from(weight)).sum::<i32>() as f32;
            out.bias[at] = bias;
            for (input, &weight) in row.iter().enumerate() {
                let tile = &mut weights[output / SIDE * steps + input / DEPTH];
                tile.0[input % DEPTH / 4][output % SIDE * 4 + input % 4] = weight;
            }
        }
        Self { inputs, outputs, weights, outs }
    }
}

impl Int8Rows {
    /// Rows to tiles. Bytes behind the last input meet weights of 0.
    fn pack(&mut self, arch: Arch, from: &[f32], inputs: usize) {
        let length = (from.len() / inputs).div_ceil(SIDE) * inputs.div_ceil(DEPTH);
        self.used = length;
        grown(&mut self.tiles, length, Tile::zero());
        self.scales.clear();
        arch.dispatch(Pack { from, inputs, to: self });
    }
}

// Structs in place of closures: a closure's body is not always compiled for the vectors of its caller.
struct Pack<'a> {
    from: &'a [f32],
    inputs: usize,
    to: &'a mut Int8Rows,
}

impl WithSimd for Pack<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { from, inputs, to } = self;
        for (rows, tiles) in
            from.chunks(SIDE * inputs).zip(to.tiles[..to.used].chunks_exact_mut(inputs.div_ceil(DEPTH)))
        {
            for (at, row) in rows.chunks_exact(inputs).enumerate() {
                let (low, high) = (min(row), max(row));
                let factor = if high > low { (high - low) / 255.0 } else { 1.0 };
                to.scales.push((factor, low));
                let inverse = 1.0 / factor;
                for (tile, values) in tiles.iter_mut().zip(row.chunks(DEPTH)) {
                    let to = &mut tile.0[at];
                    if let Ok(values) = <&[f32; DEPTH]>::try_from(values) {
                        for at in 0..DEPTH {
                            to[at] = byte((values[at] - low) * inverse);
                        }
                    } else {
                        for (to, &value) in to.iter_mut().zip(values) {
                            *to = byte((value - low) * inverse);
                        }
                    }
                }
            }
        }
    }
}

/// A number between 0 and 255 to the nearest integer: adding 2^23 leaves it in the lowest bits.
#[inline(always)]
fn byte(value: f32) -> u8 {
    (value + 8_388_608.0).to_bits() as u8
}

#[inline(always)]
fn min(values: &[f32]) -> f32 {
    let (chunks, rest) = values.as_chunks::<16>();
    let smaller = |a: f32, b: f32| if b < a { b } else { a };
    let mut lows = [f32::INFINITY; 16];
    for chunk in chunks {
        lows.iter_mut().zip(chunk).for_each(|(low, &value)| *low = smaller(*low, value));
    }
    lows.iter().chain(rest).copied().fold(f32::INFINITY, smaller)
}

struct Apply<'a> {
    layer: &'a Int8Dense,
    session: &'a Int8Session,
    rows: &'a Int8Rows,
    to: &'a mut [f32],
    gelu: bool,
}

impl WithSimd for Apply<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { layer, session, rows, to, gelu } = self;
        let (outputs, steps) = (layer.outputs, layer.inputs.div_ceil(DEPTH));
        let mut sums = Block([[0; BLOCK]; BLOCK]);
        for (pair, (strips, out)) in layer.weights.chunks_exact(2 * steps).zip(&layer.outs).enumerate() {
            let columns = pair * BLOCK..(pair * BLOCK + BLOCK).min(outputs);
            let next = ahead(&layer.weights, pair, steps);
            for ((block, tiles), next) in rows.tiles[..rows.used].chunks(2 * steps).enumerate().zip(next) {
                let scales = &rows.scales[block * BLOCK..];
                session.sums(tiles, scales.len().min(BLOCK), strips, next, &mut sums);
                let to = to[block * BLOCK * outputs..].chunks_exact_mut(outputs);
                for ((to, sums), &(factor, low)) in to.zip(&sums.0).zip(scales) {
                    let mut values = [0.0; BLOCK];
                    for at in 0..BLOCK {
                        values[at] = out.factor[at] * (factor * sums[at] as f32) + low * out.total[at] + out.bias[at];
                    }
                    if gelu {
                        if S::IS_SCALAR { gelu_all::<false>(&mut values) } else { gelu_all::<true>(&mut values) }
                    }
                    let to = &mut to[columns.clone()];
                    match <&mut [f32; BLOCK]>::try_from(&mut *to) {
                        Ok(to) => *to = values,
                        Err(_) => to.copy_from_slice(&values[..columns.len()]),
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::math::noise;
    use super::*;
    use ndarray::Array2;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(30))]
        #[test]
        fn any_shape_gives_the_product_within_its_steps(rows in 1..70usize, inputs in 1..200usize, outputs in 1..100usize) {
            let weights = Array2::from_shape_fn((outputs, inputs), |(o, i)| (noise(o * inputs + i) * 127.0) as i8);
            let factors: Vec<f32> = (0..outputs).map(|o| (noise(o) + 1.1) / 127.0).collect();
            let bias: Vec<f32> = (0..outputs).map(|o| noise(o + 7)).collect();
            let from: Vec<f32> = (0..rows * inputs).map(|at| noise(at * 13 + 5)).collect();
            let layer = Int8Dense::new(&[(weights.clone(), factors.clone(), bias.clone())]);
            let mut before: Option<Vec<f32>> = None;
            for kernel in Int8Kernel::all() {
                let int8 = Int8 { arch: Arch::new(), kernel };
                let mut found = vec![0.0; rows * outputs];
                int8.apply(&int8.start(), &layer, &from, &mut found, &mut Int8Rows::default());
                for row in 0..rows {
                    for output in 0..outputs {
                        let values = &from[row * inputs..][..inputs];
                        let exact: f32 = values.iter().zip(weights.row(output)).map(|(x, &w)| x * f32::from(w)).sum();
                        let exact = exact * factors[output] + bias[output];
                        // Half a step of 2 / 255 for each input, at the most.
                        let bound = inputs as f32 * 2.1 * 127.0 * factors[output] / 510.0 + 1e-4;
                        prop_assert!((found[row * outputs + output] - exact).abs() <= bound);
                    }
                }
                prop_assert!(before.as_ref().is_none_or(|before| *before == found), "{}", kernel.name());
                before = Some(found);
            }
        }
    }

    #[test]
    fn a_row_of_one_value_is_kept() {
        let mut rows = Int8Rows::default();
        rows.pack(Arch::new(), &[0.25; 7], 7);
        assert_eq!((rows.scales[0], rows.tiles[0].0[0][..7].to_vec()), ((1.0, 0.25), vec![0; 7]));
    }
}
