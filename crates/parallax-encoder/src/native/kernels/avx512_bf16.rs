//! Products of bf16 numbers with AVX512_BF16, in vectors of 32 numbers.

use super::{Bf16Tile, Block, SIDE, steps};
use std::arch::x86_64::{
    __m512bh, __m512i, _mm512_dpbf16_ps, _mm512_loadu_si512, _mm512_set1_epi32, _mm512_setzero_ps, _mm512_storeu_ps,
};

/// Proof that the processor has AVX512_BF16.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Avx512Bf16(());

impl Avx512Bf16 {
    pub(super) fn new() -> Option<Self> {
        (is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bf16")).then_some(Self(()))
    }

    pub(super) fn sums(self, rows: &[Bf16Tile], height: usize, strips: &[Bf16Tile], to: &mut Block<f32>) {
        let steps = steps(rows, strips);
        // SAFETY: `self` says that the processor has what the function needs.
        unsafe { sums(rows, height, strips, steps, to) };
    }
}

/// Rows that are done side by side: sixteen sums in registers.
const ROWS: usize = 8;

#[target_feature(enable = "avx512f,avx512bf16")]
fn sums(rows: &[Bf16Tile], height: usize, strips: &[Bf16Tile], steps: usize, to: &mut Block<f32>) {
    let (left, right) = strips.split_at(steps);
    for (half, rows) in rows.chunks_exact(steps).enumerate() {
        for first in (0..SIDE.min(height.saturating_sub(half * SIDE))).step_by(ROWS) {
            let mut sums = [[_mm512_setzero_ps(); 2]; ROWS];
            for ((values, left), right) in rows.iter().zip(left).zip(right) {
                for at in 0..SIDE {
                    let (left, right) = (vector(&left.0[at]), vector(&right.0[at]));
                    for (row, sums) in sums.iter_mut().enumerate() {
                        let value = pair(&values.0[first + row], at);
                        sums[0] = _mm512_dpbf16_ps(sums[0], value, left);
                        sums[1] = _mm512_dpbf16_ps(sums[1], value, right);
                    }
                }
            }
            for (row, sums) in sums.iter().enumerate() {
                let to = to.0[half * SIDE + first + row].as_chunks_mut::<SIDE>().0;
                // SAFETY: sixteen numbers are 64 bytes.
                unsafe {
                    _mm512_storeu_ps((&raw mut to[0]).cast(), sums[0]);
                    _mm512_storeu_ps((&raw mut to[1]).cast(), sums[1]);
                }
            }
        }
    }
}

/// A row of a tile.
#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
fn vector(row: &[u16; 32]) -> __m512bh {
    // SAFETY: a row of a tile is 64 bytes, and both types are any 64 bytes.
    unsafe { std::mem::transmute::<__m512i, __m512bh>(_mm512_loadu_si512(row.as_ptr().cast())) }
}

/// Two neighbouring numbers of a row, sixteen times.
#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
fn pair(row: &[u16; 32], pair: usize) -> __m512bh {
    let [low, high] = row.as_chunks::<2>().0[pair];
    let lane = (u32::from(low) | u32::from(high) << 16).cast_signed();
    // SAFETY: both types are any 64 bytes.
    unsafe { std::mem::transmute::<__m512i, __m512bh>(_mm512_set1_epi32(lane)) }
}
