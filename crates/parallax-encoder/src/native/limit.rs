//! What a kernel can do at the most, for benchmarks.

use super::kernels::{BLOCK, Bf16Kernel, Block, Int8Kernel, Tile};
use crate::Precision;
use pulp::{Arch, Simd, WithSimd};
use std::hint::black_box;

/// Runs the products of a precision `times` times, in f32 on registers, else by its kernel on operands
/// that stay in the first-level cache, and tells how many multiplications and additions that were:
/// timed, the limit of what any layer can reach on this thread.
#[must_use]
pub fn run_kernel(precision: Precision, times: usize) -> u64 {
    match (precision, Bf16Kernel::all().first()) {
        (Precision::Int8, _) => int8(times),
        (Precision::Bf16, Some(&kernel)) => bf16(kernel, times),
        (Precision::F32 | Precision::Bf16, _) => f32(times),
    }
}

/// Rows of tiles and strips of so many tiles: 12 KB each.
const STEPS: usize = 6;

fn bf16(kernel: Bf16Kernel, times: usize) -> u64 {
    let (session, operand) = (kernel.start(), vec![Tile::zero(); 2 * STEPS]);
    let mut sums = Block([[0.0; BLOCK]; BLOCK]);
    for _ in 0..times {
        session.sums(black_box(&operand), BLOCK, black_box(&operand), &operand, &mut sums);
        black_box(&mut sums);
    }
    (2 * BLOCK * BLOCK * 32 * STEPS * times) as u64
}

fn int8(times: usize) -> u64 {
    let (rows, strips) = (vec![Tile::zero(); 2 * STEPS], vec![Tile::zero(); 2 * STEPS]);
    let session = Int8Kernel::all()[0].start();
    let mut sums = Block([[0; BLOCK]; BLOCK]);
    for _ in 0..times {
        session.sums(black_box(&rows), BLOCK, black_box(&strips), &strips, &mut sums);
        black_box(&mut sums);
    }
    (2 * BLOCK * BLOCK * 64 * STEPS * times) as u64
}

/// Sums in registers, as many as hide how long one addition takes.
const SUMS: usize = 12;

fn f32(times: usize) -> u64 {
    Arch::new().dispatch(Registers(times))
}

struct Registers(usize);

impl WithSimd for Registers {
    type Output = u64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> u64 {
        let mut sums = [simd.splat_f32s(0.0); SUMS];
        let factor = simd.splat_f32s(black_box(0.5));
        for _ in 0..black_box(self.0) {
            for _ in 0..TURNS {
                for sum in &mut sums {
                    *sum = simd.mul_add_f32s(*sum, factor, factor);
                }
            }
        }
        black_box(&mut sums);
        (2 * S::F32_LANES * SUMS * TURNS * self.0) as u64
    }
}

/// Turns between two looks at the counter.
const TURNS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_counted() {
        assert_eq!(run_kernel(Precision::F32, 6), 2 * run_kernel(Precision::F32, 3));
        assert_eq!(run_kernel(Precision::Int8, 2), 2 * 2 * 32 * 32 * 384);
    }
}
