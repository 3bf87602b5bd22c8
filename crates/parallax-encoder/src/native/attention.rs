//! Self-attention of each sequence to itself.

use super::math::{LANES, exp, grown, transpose};
use pulp::{Arch, Simd, WithSimd};
use std::ops::Range;

/// Scaled dot-product attention over sequences that lie one behind the other.
///
/// `projected` holds query, key and value of each token side by side, `[tokens, 3 * width]`;
/// `attended` becomes the heads' weighted values, `[tokens, width]`.
pub(super) fn attend(
    arch: Arch,
    projected: &[f32],
    lengths: &[usize],
    heads: usize,
    attended: &mut [f32],
    scratch: &mut Attention,
) {
    arch.dispatch(Attend { projected, lengths, heads, attended, scratch });
}

struct Attend<'a> {
    projected: &'a [f32],
    lengths: &'a [usize],
    heads: usize,
    attended: &'a mut [f32],
    scratch: &'a mut Attention,
}

impl WithSimd for Attend<'_> {
    type Output = ();

    /// As many sums side by side as there are registers for.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match (S::IS_SCALAR, S::F32_LANES < LANES) {
            (true, _) => self.run::<S, false, 4>(simd),
            (false, true) => self.run::<S, true, 4>(simd),
            (false, false) => self.run::<S, true, 8>(simd),
        }
    }
}

impl Attend<'_> {
    #[inline(always)]
    fn run<S: Simd, const FUSED: bool, const GROUP: usize>(self, simd: S) {
        let Some(&longest) = self.lengths.iter().max() else { return };
        let width = self.projected.len() / (3 * self.lengths.iter().sum::<usize>());
        let head_width = width / self.heads;
        let scratch = self.scratch;
        scratch.fit(longest.next_multiple_of(GROUP), head_width);
        let (mut from, mut to) = (self.projected, self.attended);
        for &length in self.lengths {
            let (sequence, later) = from.split_at(length * 3 * width);
            let (result, empty) = to.split_at_mut(length * width);
            for head in 0..self.heads {
                let columns = head * head_width..(head + 1) * head_width;
                Head { sequence, length, width, columns }.attend::<S, FUSED, GROUP>(simd, result, scratch);
            }
            (from, to) = (later, empty);
        }
    }
}

/// Working memory of one head of one sequence.
#[derive(Debug, Default)]
pub(super) struct Attention {
    /// Scaled queries of [`LANES`] tokens: for each dimension, that of these tokens.
    queries: Vec<[f32; LANES]>,
    /// Keys, token by token.
    keys: Vec<f32>,
    /// Values: for each [`LANES`] dimensions and each token, these dimensions of it.
    values: Vec<[f32; LANES]>,
    /// Scores of each token for the queries of [`LANES`] tokens.
    scores: Vec<[f32; LANES]>,
}

impl Attention {
    fn fit(&mut self, longest: usize, head_width: usize) {
        grown(&mut self.queries, head_width.next_multiple_of(LANES), [0.0; LANES]);
        grown(&mut self.keys, longest * head_width, 0.0);
        grown(&mut self.values, head_width.div_ceil(LANES) * longest, [0.0; LANES]);
        grown(&mut self.scores, longest, [0.0; LANES]);
    }
}

/// One head of one sequence.
struct Head<'a> {
    sequence: &'a [f32],
    length: usize,
    /// Of all heads together.
    width: usize,
    /// The head's among them.
    columns: Range<usize>,
}

impl Head<'_> {
    /// Queries lie in the lanes of vectors, [`LANES`] tokens at a time, so that no sum and no maximum runs
    /// across a vector.
    #[inline(always)]
    fn attend<S: Simd, const FUSED: bool, const GROUP: usize>(
        &self,
        simd: S,
        result: &mut [f32],
        scratch: &mut Attention,
    ) {
        let (length, head_width) = (self.length, self.columns.len());
        self.pack(scratch);
        let Attention { queries, keys, values, scores } = scratch;
        for first in (0..length).step_by(LANES) {
            self.turn_queries(first, queries);
            let groups = keys.chunks_exact(GROUP * head_width).zip(scores.chunks_exact_mut(GROUP));
            for (keys, scores) in groups.take(length.div_ceil(GROUP)) {
                weigh_keys::<S, FUSED, GROUP>(simd, &queries[..head_width], keys, scores);
            }
            let scores = &mut scores[..length];
            let shares = exponentials::<FUSED>(scores);
            let count = LANES.min(length - first);
            for (chunk, values) in values.chunks_exact(length).take(head_width.div_ceil(LANES)).enumerate() {
                for group in (0..count).step_by(GROUP) {
                    let sums = weigh_values::<S, FUSED, GROUP>(simd, values, scores, group);
                    for (query, sums) in sums.iter().enumerate().take(count - group) {
                        let row = &mut result[(first + group + query) * self.width..][self.columns.clone()];
                        let row = &mut row[chunk * LANES..];
                        let mut shared = [0.0; LANES];
                        for lane in 0..LANES {
                            shared[lane] = sums[lane] * shares[group + query];
                        }
                        match row.first_chunk_mut() {
                            Some(whole) => *whole = shared,
                            None => row.copy_from_slice(&shared[..row.len()]),
                        }
                    }
                }
            }
        }
    }

    /// Scaled queries of the tokens from `first` on, dimension by dimension; 0 where there is no token.
    #[inline(always)]
    fn turn_queries(&self, first: usize, queries: &mut [[f32; LANES]]) {
        let scale = 1.0 / (self.columns.len() as f32).sqrt();
        for (chunk, queries) in queries.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
            *queries = [[0.0; LANES]; LANES];
            for (row, token) in queries.iter_mut().zip(first..self.length) {
                let part = &self.part(token, 0)[chunk * LANES..];
                match part.first_chunk() {
                    Some(whole) => *row = *whole,
                    None => row[..part.len()].copy_from_slice(part),
                }
            }
            transpose(queries);
            queries.as_flattened_mut().iter_mut().for_each(|query| *query *= scale);
        }
    }

    /// Keys and values to where they lie close together; 0 where a vector is not full.
    #[inline(always)]
    fn pack(&self, scratch: &mut Attention) {
        let (length, head_width) = (self.length, self.columns.len());
        for (token, key) in scratch.keys.chunks_exact_mut(head_width).take(length).enumerate() {
            let (to, rest) = key.as_chunks_mut::<LANES>();
            let (from, last) = self.part(token, 1).as_chunks::<LANES>();
            to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
            rest.iter_mut().zip(last).for_each(|(to, from)| *to = *from);
        }
        for (chunk, values) in scratch.values.chunks_exact_mut(length).take(head_width.div_ceil(LANES)).enumerate() {
            for (token, value) in values.iter_mut().enumerate() {
                let part = &self.part(token, 2)[chunk * LANES..];
                match part.first_chunk() {
                    Some(whole) => *value = *whole,
                    None => value[..part.len()].copy_from_slice(part),
                }
            }
        }
    }

    /// The head's query (0), key (1) or value (2) of a token.
    #[inline(always)]
    fn part(&self, token: usize, part: usize) -> &[f32] {
        &self.sequence[(token * 3 + part) * self.width..][self.columns.clone()]
    }
}

/// Scores of `GROUP` keys, one behind the other, for the queries in the lanes.
#[inline(always)]
fn weigh_keys<S: Simd, const FUSED: bool, const GROUP: usize>(
    simd: S,
    queries: &[[f32; LANES]],
    keys: &[f32],
    scores: &mut [[f32; LANES]],
) {
    let mut rows: [&[f32]; GROUP] = [&[]; GROUP];
    for (row, key) in rows.iter_mut().zip(keys.chunks_exact(queries.len())) {
        *row = key;
    }
    for part in 0..LANES / S::F32_LANES {
        let mut sums = [simd.splat_f32s(0.0); GROUP];
        for (at, query) in queries.iter().enumerate() {
            let query = S::as_simd_f32s(query).0[part];
            for key in 0..GROUP {
                sums[key] = multiplied::<S, FUSED>(simd, rows[key][at], query, sums[key]);
            }
        }
        for (scores, sum) in scores.iter_mut().zip(sums) {
            S::as_mut_simd_f32s(scores).0[part] = sum;
        }
    }
}

/// The values, weighed by the scores for `GROUP` queries from a lane on.
#[inline(always)]
fn weigh_values<S: Simd, const FUSED: bool, const GROUP: usize>(
    simd: S,
    values: &[[f32; LANES]],
    scores: &[[f32; LANES]],
    first: usize,
) -> [[f32; LANES]; GROUP] {
    let mut all = [[0.0; LANES]; GROUP];
    for part in 0..LANES / S::F32_LANES {
        let mut sums = [simd.splat_f32s(0.0); GROUP];
        for (value, scores) in values.iter().zip(scores) {
            let value = S::as_simd_f32s(value).0[part];
            let Some(scores) = scores[first..].first_chunk::<GROUP>() else { continue };
            for query in 0..GROUP {
                sums[query] = multiplied::<S, FUSED>(simd, scores[query], value, sums[query]);
            }
        }
        for (all, sum) in all.iter_mut().zip(sums) {
            S::as_mut_simd_f32s(all).0[part] = sum;
        }
    }
    all
}

/// `factor * vector + sum`, rounded once where the processor can (`FUSED`), else twice.
#[inline(always)]
fn multiplied<S: Simd, const FUSED: bool>(simd: S, factor: f32, vector: S::f32s, sum: S::f32s) -> S::f32s {
    let factor = simd.splat_f32s(factor);
    if FUSED { simd.mul_add_f32s(factor, vector, sum) } else { simd.add_f32s(simd.mul_f32s(factor, vector), sum) }
}

/// Replaces the scores of each lane by their exponentials over that of the largest, and returns one over
/// the sum of each lane.
#[inline(always)]
fn exponentials<const FUSED: bool>(scores: &mut [[f32; LANES]]) -> [f32; LANES] {
    let mut tops = [f32::NEG_INFINITY; LANES];
    for scores in scores.iter() {
        for lane in 0..LANES {
            tops[lane] = if scores[lane] > tops[lane] { scores[lane] } else { tops[lane] };
        }
    }
    let mut sums = [0.0; LANES];
    for scores in scores {
        for lane in 0..LANES {
            scores[lane] = exp::<FUSED>(scores[lane] - tops[lane]);
            sums[lane] += scores[lane];
        }
    }
    for sum in &mut sums {
        *sum = 1.0 / *sum;
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_query_gets_the_softmax_of_its_scores() {
        let (lengths, heads, head_width) = ([1, 5, 37], 3, 20);
        let (tokens, width) = (43, heads * head_width);
        let projected: Vec<f32> = (0..tokens * 3 * width).map(|at| (at as f32 * 0.7).sin()).collect();
        let exact = naive(&projected, &lengths, heads, head_width);
        for arch in [Arch::new(), Arch::Scalar] {
            let mut attended = vec![0.0; tokens * width];
            attend(arch, &projected, &lengths, heads, &mut attended, &mut Attention::default());
            let worst = attended.iter().zip(&exact).fold(0.0_f64, |top, (a, b)| top.max((f64::from(*a) - b).abs()));
            assert!(worst < 2e-6, "{worst:e}");
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn vectors_of_8_and_of_16_give_the_same_bits() {
        let (Some(short), Arch::V4(_)) = (pulp::x86::V3::try_new(), Arch::new()) else { return };
        let projected: Vec<f32> = (0..21 * 3 * 24).map(|at| (at as f32 * 0.7).sin()).collect();
        let through = |arch| {
            let mut attended = vec![0.0; 21 * 24];
            attend(arch, &projected, &[4, 17], 2, &mut attended, &mut Attention::default());
            attended
        };
        assert_eq!(through(Arch::V3(short)), through(Arch::new()));
    }

    fn naive(projected: &[f32], lengths: &[usize], heads: usize, head_width: usize) -> Vec<f64> {
        let width = heads * head_width;
        let at = |token: usize, part: usize, column: usize| f64::from(projected[(token * 3 + part) * width + column]);
        let mut result = Vec::new();
        let mut first = 0;
        for &length in lengths {
            for token in first..first + length {
                for column in 0..width {
                    let head = column / head_width * head_width..(column / head_width + 1) * head_width;
                    let weight = |other: usize| {
                        let score: f64 = head.clone().map(|c| at(token, 0, c) * at(other, 1, c)).sum();
                        (score / (head_width as f64).sqrt()).exp()
                    };
                    let others = first..first + length;
                    let total: f64 = others.clone().map(weight).sum();
                    result.push(others.map(|other| weight(other) * at(other, 2, column)).sum::<f64>() / total);
                }
            }
            first += length;
        }
        result
    }
}
