//! Dense layers in bf16: numbers of eight significant bits, summed in f32.

use super::dense::{Activation, F32, F32Dense};
use super::kernels::{BLOCK, Bf16Kernel, Bf16Session, Bf16Tile, Block, SIDE, Tile, ahead};
use super::math::{gelu_short, grown};
use super::network::{Arithmetic, DenseNames, FeedForward, Part};
use crate::LoadError;
use crate::weights::Weights;
use pulp::{Arch, Simd, WithSimd};

/// Inputs that a tile holds.
const DEPTH: usize = 32;

/// bf16 on the processor's own products of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bf16 {
    pub(super) arch: Arch,
    pub(super) kernel: Bf16Kernel,
}

/// A dense layer, its weights in strips of sixteen outputs, each a row of tiles; outputs are filled
/// up with 0 to whole blocks, inputs to whole tiles.
#[derive(Debug)]
pub(super) struct Bf16Dense {
    inputs: usize,
    outputs: usize,
    weights: Vec<Bf16Tile>,
    bias: Vec<f32>,
}

/// Activations as tiles: for each sixteen rows, one tile for each [`DEPTH`] inputs.
#[derive(Debug, Default)]
pub(super) struct Bf16Rows {
    tiles: Vec<Bf16Tile>,
    wide: Vec<Bf16Tile>,
}

impl Arithmetic for Bf16 {
    type Dense = Bf16Dense;
    type Session = Bf16Session;
    type Rows = Bf16Rows;
    const ROWS: usize = 64;

    fn arch(&self) -> Arch {
        self.arch
    }

    fn dense(&self, weights: &Weights, names: &DenseNames) -> Result<Bf16Dense, LoadError> {
        Ok(Bf16Dense::new(&names.read(weights)?))
    }

    fn start(&self) -> Bf16Session {
        self.kernel.start()
    }

    fn apply(&self, session: &Bf16Session, layer: &Bf16Dense, from: &[f32], to: &mut [f32], rows: &mut Bf16Rows) {
        layer.apply(self.arch, session, pack(self.arch, from, layer.inputs, &mut rows.tiles), to);
    }

    /// The wide activations never leave bf16: a block of them is a tile of the next layer's input.
    fn feed_forward(
        &self,
        session: &Bf16Session,
        layers: FeedForward<'_, Bf16Dense>,
        from: &[f32],
        to: &mut [f32],
        rows: &mut Bf16Rows,
        _: &mut Vec<f32>,
    ) {
        let tiles = pack(self.arch, from, layers.inner.inputs, &mut rows.tiles);
        let wide =
            layers.inner.apply_with_gelu(self.arch, session, tiles, from.len() / layers.inner.inputs, &mut rows.wide);
        layers.outer.apply(self.arch, session, wide, to);
    }
}

impl Bf16Dense {
    pub(super) fn new(parts: &[Part]) -> Self {
        let inputs = parts[0].0.ncols();
        let outputs = parts.iter().map(|(weights, _)| weights.nrows()).sum::<usize>();
        let steps = inputs.div_ceil(DEPTH);
        let mut weights = vec![Tile::zero(); outputs.next_multiple_of(BLOCK) / SIDE * steps];
        let mut bias = vec![0.0; outputs.next_multiple_of(BLOCK)];
        let rows = parts.iter().flat_map(|(weights, bias)| weights.rows().into_iter().zip(bias));
        for (output, (row, &shift)) in rows.enumerate() {
            bias[output] = shift;
            for (input, &weight) in row.iter().enumerate() {
                let tile = &mut weights[output / SIDE * steps + input / DEPTH];
                tile.0[input % DEPTH / 2][output % SIDE * 2 + input % 2] = bits(weight);
            }
        }
        Self { inputs, outputs, weights, bias }
    }

    fn apply(&self, arch: Arch, session: &Bf16Session, rows: &[Bf16Tile], to: &mut [f32]) {
        let count = to.len() / self.outputs;
        arch.dispatch(Apply { layer: self, session, rows, count, to: ToRows { to, outputs: self.outputs } });
    }

    /// To the tiles of the next layer.
    fn apply_with_gelu<'a>(
        &self,
        arch: Arch,
        session: &Bf16Session,
        rows: &[Bf16Tile],
        count: usize,
        to: &'a mut Vec<Bf16Tile>,
    ) -> &'a [Bf16Tile] {
        let steps = self.outputs.div_ceil(DEPTH);
        let to = grown(to, rows.len() / self.inputs.div_ceil(DEPTH) * steps, Tile::zero());
        arch.dispatch(Apply { layer: self, session, rows, count, to: ToTiles { to, steps } });
        to
    }
}

// Structs in place of closures: a closure's body is not always compiled for the vectors of its caller.
struct Apply<'a, F> {
    layer: &'a Bf16Dense,
    session: &'a Bf16Session,
    rows: &'a [Bf16Tile],
    /// Rows that are there.
    count: usize,
    to: F,
}

/// Where blocks of sums go.
trait Finish {
    /// Takes the sums from a row and a column on; those of rows that are not there tell nothing.
    fn finish(&mut self, row: usize, column: usize, bias: &[f32; BLOCK], sums: &Block<f32>);
}

impl<F: Finish> WithSimd for Apply<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { layer, session, rows, count, mut to } = self;
        let steps = layer.inputs.div_ceil(DEPTH);
        let mut sums = Block([[0.0; BLOCK]; BLOCK]);
        // A strip is read once, and stays in the cache while all rows pass by.
        let strips = layer.weights.chunks_exact(2 * steps).zip(layer.bias.as_chunks::<BLOCK>().0);
        for (pair, (strips, bias)) in strips.enumerate() {
            // While a strip serves one block of rows after the other, the next strip comes nearer.
            let next = ahead(&layer.weights, pair, steps);
            for ((block, rows), next) in rows.chunks(2 * steps).enumerate().zip(next) {
                session.sums(rows, BLOCK.min(count - block * BLOCK), strips, next, &mut sums);
                to.finish(block * BLOCK, pair * BLOCK, bias, &sums);
            }
        }
    }
}

struct ToRows<'a> {
    to: &'a mut [f32],
    outputs: usize,
}

impl Finish for ToRows<'_> {
    #[inline(always)]
    fn finish(&mut self, row: usize, column: usize, bias: &[f32; BLOCK], sums: &Block<f32>) {
        let columns = BLOCK.min(self.outputs - column);
        for (to, sums) in self.to[row * self.outputs..].chunks_exact_mut(self.outputs).zip(&sums.0) {
            let mut values = [0.0; BLOCK];
            for at in 0..BLOCK {
                values[at] = sums[at] + bias[at];
            }
            match <&mut [f32; BLOCK]>::try_from(&mut to[column..column + columns]) {
                Ok(to) => *to = values,
                Err(_) => to[column..column + columns].copy_from_slice(&values[..columns]),
            }
        }
    }
}

/// A GELU, and then to tiles.
struct ToTiles<'a> {
    to: &'a mut [Bf16Tile],
    steps: usize,
}

impl Finish for ToTiles<'_> {
    #[inline(always)]
    fn finish(&mut self, row: usize, column: usize, bias: &[f32; BLOCK], sums: &Block<f32>) {
        let to = self.to[row / SIDE * self.steps..].chunks_exact_mut(self.steps);
        for (to, sums) in to.zip(sums.0.as_chunks::<SIDE>().0) {
            for (to, sums) in to[column / DEPTH].0.iter_mut().zip(sums) {
                for at in 0..BLOCK {
                    to[at] = bits(gelu_short(sums[at] + bias[at]));
                }
            }
        }
    }
}

const _: () = assert!(BLOCK == DEPTH, "a block of results is one tile deep");

/// Rows to tiles.
fn pack<'a>(arch: Arch, from: &[f32], inputs: usize, to: &'a mut Vec<Bf16Tile>) -> &'a [Bf16Tile] {
    let to = grown(to, (from.len() / inputs).div_ceil(SIDE) * inputs.div_ceil(DEPTH), Tile::zero());
    arch.dispatch(Pack { from, inputs, to });
    to
}

struct Pack<'a> {
    from: &'a [f32],
    inputs: usize,
    to: &'a mut [Bf16Tile],
}

impl WithSimd for Pack<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { from, inputs, to } = self;
        for (rows, tiles) in from.chunks(SIDE * inputs).zip(to.chunks_exact_mut(inputs.div_ceil(DEPTH))) {
            for (row, values) in rows.chunks_exact(inputs).enumerate() {
                // By way of a buffer longer than a row of a tile: of a loop over tiles compilers make gathers.
                let mut short = [0; 4 * DEPTH];
                for (values, tiles) in values.chunks(short.len()).zip(tiles.chunks_mut(4)) {
                    for (to, &value) in short.iter_mut().zip(values) {
                        *to = bits(value);
                    }
                    short[values.len()..].fill(0);
                    for (tile, short) in tiles.iter_mut().zip(short.as_chunks().0) {
                        tile.0[row] = *short;
                    }
                }
            }
        }
    }
}

/// The nearest bf16 number, ties to even; of numbers, not of NaN.
#[inline(always)]
fn bits(value: f32) -> u16 {
    let bits = value.to_bits();
    (bits.wrapping_add(0x7FFF + ((bits >> 16) & 1)) >> 16) as u16
}

/// The same arithmetic on processors without such products: inputs are rounded to bf16, and their products
/// (exact in f32) are summed by the f32 kernels.
#[derive(Clone, Copy, Debug)]
pub(super) struct RoundedBf16(pub(super) F32);

impl Arithmetic for RoundedBf16 {
    type Dense = F32Dense;
    type Session = ();
    type Rows = (Vec<f32>, <F32 as Arithmetic>::Rows);
    const ROWS: usize = F32::ROWS;

    fn arch(&self) -> Arch {
        self.0.arch()
    }

    fn dense(&self, weights: &Weights, names: &DenseNames) -> Result<F32Dense, LoadError> {
        Ok(Self::layer(names.read(weights)?))
    }

    fn start(&self) {}

    fn apply(&self, (): &(), layer: &F32Dense, from: &[f32], to: &mut [f32], rows: &mut Self::Rows) {
        rows.0.clear();
        rows.0.extend(from.iter().map(|&value| rounded(value)));
        layer.apply(self.arch(), &rows.0, to, Activation::None, &mut rows.1);
    }

    fn feed_forward(
        &self,
        (): &(),
        layers: FeedForward<'_, F32Dense>,
        from: &[f32],
        to: &mut [f32],
        rows: &mut Self::Rows,
        wide: &mut Vec<f32>,
    ) {
        rows.0.clear();
        rows.0.extend(from.iter().map(|&value| rounded(value)));
        let wide = grown(wide, from.len() / layers.inner.inputs() * layers.inner.outputs(), 0.0);
        layers.inner.apply(self.arch(), &rows.0, wide, Activation::Gelu, &mut rows.1);
        self.apply(&(), layers.outer, wide, to, rows);
    }
}

impl RoundedBf16 {
    pub(super) fn layer(mut parts: Vec<Part>) -> F32Dense {
        parts.iter_mut().for_each(|(weights, _)| weights.mapv_inplace(rounded));
        F32Dense::new(&parts)
    }
}

fn rounded(value: f32) -> f32 {
    f32::from_bits(u32::from(bits(value)) << 16)
}

#[cfg(test)]
mod tests {
    use super::super::math::noise;
    use super::*;
    use ndarray::{Array1, Array2};
    use proptest::prelude::*;

    #[test]
    fn rounding_is_that_of_half() {
        for step in 0..100_000 {
            let value = noise(step) * 10.0_f32.powi(step as i32 % 60 - 30);
            assert_eq!(bits(value), half::bf16::from_f32(value).to_bits(), "{value}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(30))]
        #[test]
        fn every_kernel_gives_what_rounded_numbers_give(rows in 1..80usize, inputs in 1..200usize, outputs in 1..200usize) {
            let arch = Arch::new();
            let weights = Array2::from_shape_fn((outputs, inputs), |(o, i)| noise(o * inputs + i));
            let bias = Array1::from_shape_fn(outputs, |o| noise(o + 7));
            let from: Vec<f32> = (0..rows * inputs).map(|at| noise(at * 13 + 5)).collect();
            let layer = Bf16Dense::new(&[(weights.clone(), bias.clone())]);
            let reference = F32Dense::new(&[(weights.mapv(rounded), bias)]);
            let exact: Vec<f32> = from.iter().map(|&value| rounded(value)).collect();
            let (mut plain, mut gelu) = (vec![0.0; rows * outputs], vec![0.0; rows * outputs]);
            reference.apply(arch, &exact, &mut plain, Activation::None, &mut Default::default());
            reference.apply(arch, &exact, &mut gelu, Activation::Gelu, &mut Default::default());
            for kernel in Bf16Kernel::all() {
                let (session, mut tiles) = (kernel.start(), Bf16Rows::default());
                let packed = pack(arch, &from, inputs, &mut tiles.tiles);
                let mut found = vec![0.0; rows * outputs];
                layer.apply(arch, &session, packed, &mut found);
                for (found, expected) in found.iter().zip(&plain) {
                    prop_assert!((found - expected).abs() < 2e-5, "{}: {found} {expected}", kernel.name());
                }
                // With the activation, to the next layer's tiles.
                let wide = layer.apply_with_gelu(arch, &session, packed, rows, &mut tiles.wide);
                for (row, expected) in gelu.chunks_exact(outputs).enumerate() {
                    for (column, &expected) in expected.iter().enumerate() {
                        let tile = &wide[row / SIDE * outputs.div_ceil(DEPTH) + column / DEPTH];
                        let found = f32::from_bits(u32::from(tile.0[row % SIDE][column % DEPTH]) << 16);
                        prop_assert!((found - expected).abs() < 1e-4 + expected.abs() / 200.0, "{found} {expected}");
                    }
                }
            }
        }
    }
}
