//! Products of eight-bit numbers with VNNI, in vectors of 64 and of 32 bytes.

use super::{Block, ByteTile, Int8Tile, SIDE, steps};
use std::arch::x86_64::{
    __m256i, __m512i, _mm256_dpbusd_avx_epi32, _mm256_loadu_si256, _mm256_set1_epi32, _mm256_setzero_si256,
    _mm256_storeu_si256, _mm512_dpbusd_epi32, _mm512_loadu_si512, _mm512_set1_epi32, _mm512_setzero_si512,
    _mm512_storeu_si512,
};

/// Proof that the processor has AVX-512 with VNNI.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Vnni512(());

/// Proof that the processor has AVX2 with VNNI.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Vnni256(());

impl Vnni512 {
    pub(super) fn new() -> Option<Self> {
        (is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vnni")).then_some(Self(()))
    }

    pub(super) fn sums(self, rows: &[ByteTile], height: usize, strips: &[Int8Tile], to: &mut Block<i32>) {
        let steps = steps(rows, strips);
        // SAFETY: `self` says that the processor has what the function needs.
        unsafe { sums512(rows, height, strips, steps, to) };
    }
}

impl Vnni256 {
    pub(super) fn new() -> Option<Self> {
        (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("avxvnni")).then_some(Self(()))
    }

    pub(super) fn sums(self, rows: &[ByteTile], height: usize, strips: &[Int8Tile], to: &mut Block<i32>) {
        let steps = steps(rows, strips);
        // SAFETY: `self` says that the processor has what the function needs.
        unsafe { sums256(rows, height, strips, steps, to) };
    }
}

/// Four bytes of a row as one lane.
#[inline(always)]
fn group(row: &[u8; 64], group: usize) -> i32 {
    i32::from_le_bytes(row.as_chunks::<4>().0[group])
}

/// Rows that are done side by side: sixteen sums in registers with 64-byte vectors.
const ROWS512: usize = 8;

#[target_feature(enable = "avx512f,avx512vnni")]
fn sums512(rows: &[ByteTile], height: usize, strips: &[Int8Tile], steps: usize, to: &mut Block<i32>) {
    let (left, right) = strips.split_at(steps);
    for (half, rows) in rows.chunks_exact(steps).enumerate() {
        for first in (0..SIDE.min(height.saturating_sub(half * SIDE))).step_by(ROWS512) {
            let mut sums = [[_mm512_setzero_si512(); 2]; ROWS512];
            for ((values, left), right) in rows.iter().zip(left).zip(right) {
                for at in 0..SIDE {
                    // SAFETY: a row of a tile is 64 bytes.
                    let (left, right): (__m512i, __m512i) = unsafe {
                        (
                            _mm512_loadu_si512((&raw const left.0[at]).cast()),
                            _mm512_loadu_si512((&raw const right.0[at]).cast()),
                        )
                    };
                    for (row, sums) in sums.iter_mut().enumerate() {
                        let value = _mm512_set1_epi32(group(&values.0[first + row], at));
                        sums[0] = _mm512_dpbusd_epi32(sums[0], value, left);
                        sums[1] = _mm512_dpbusd_epi32(sums[1], value, right);
                    }
                }
            }
            for (row, sums) in sums.iter().enumerate() {
                let to = to.0[half * SIDE + first + row].as_chunks_mut::<SIDE>().0;
                // SAFETY: sixteen integers are 64 bytes.
                unsafe {
                    _mm512_storeu_si512((&raw mut to[0]).cast(), sums[0]);
                    _mm512_storeu_si512((&raw mut to[1]).cast(), sums[1]);
                }
            }
        }
    }
}

/// Rows that are done side by side: eight sums in registers with 32-byte vectors.
const ROWS256: usize = 4;

#[target_feature(enable = "avx2,avxvnni")]
fn sums256(rows: &[ByteTile], height: usize, strips: &[Int8Tile], steps: usize, to: &mut Block<i32>) {
    for (half, rows) in rows.chunks_exact(steps).enumerate() {
        for (side, strip) in strips.chunks_exact(steps).enumerate() {
            for first in (0..SIDE.min(height.saturating_sub(half * SIDE))).step_by(ROWS256) {
                let mut sums = [[_mm256_setzero_si256(); 2]; ROWS256];
                for (values, weights) in rows.iter().zip(strip) {
                    for at in 0..SIDE {
                        let halves = weights.0[at].as_chunks::<32>().0;
                        // SAFETY: half a row of a tile is 32 bytes.
                        let (left, right): (__m256i, __m256i) = unsafe {
                            (
                                _mm256_loadu_si256((&raw const halves[0]).cast()),
                                _mm256_loadu_si256((&raw const halves[1]).cast()),
                            )
                        };
                        for (row, sums) in sums.iter_mut().enumerate() {
                            let value = _mm256_set1_epi32(group(&values.0[first + row], at));
                            sums[0] = _mm256_dpbusd_avx_epi32(sums[0], value, left);
                            sums[1] = _mm256_dpbusd_avx_epi32(sums[1], value, right);
                        }
                    }
                }
                for (row, sums) in sums.iter().enumerate() {
                    let to = to.0[half * SIDE + first + row].as_chunks_mut::<8>().0;
                    // SAFETY: eight integers are 32 bytes.
                    unsafe {
                        _mm256_storeu_si256((&raw mut to[2 * side]).cast(), sums[0]);
                        _mm256_storeu_si256((&raw mut to[2 * side + 1]).cast(), sums[1]);
                    }
                }
            }
        }
    }
}
