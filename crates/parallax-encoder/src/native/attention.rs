//! Self-attention of each sequence to itself.

use super::math::{LANES, exp, grown, max, mul_add, sum};
use pulp::{Arch, Simd, WithSimd};
use std::ops::Range;

/// Queries that are done side by side.
const QUERIES: usize = 4;

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

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        if S::IS_SCALAR { self.run::<false>() } else { self.run::<true>() }
    }
}

impl Attend<'_> {
    #[inline(always)]
    fn run<const FUSED: bool>(self) {
        let Some(&longest) = self.lengths.iter().max() else { return };
        let width = self.projected.len() / (3 * self.lengths.iter().sum::<usize>());
        let head_width = width / self.heads;
        let scratch = self.scratch;
        scratch.fit(longest, head_width);
        let (mut from, mut to) = (self.projected, self.attended);
        for &length in self.lengths {
            let (sequence, later) = from.split_at(length * 3 * width);
            let (result, empty) = to.split_at_mut(length * width);
            for head in 0..self.heads {
                let columns = head * head_width..(head + 1) * head_width;
                Head { sequence, length, width, columns }.attend::<FUSED>(result, scratch);
            }
            (from, to) = (later, empty);
        }
    }
}

/// Working memory of one head of one sequence, in whole vectors.
#[derive(Debug, Default)]
pub(super) struct Attention {
    /// Queries of [`QUERIES`] tokens, scaled, one behind the other.
    queries: Vec<f32>,
    /// Keys: for each [`LANES`] tokens and each dimension, that of these tokens.
    keys: Vec<[f32; LANES]>,
    /// Values: for each [`LANES`] dimensions and each token, these dimensions of it.
    values: Vec<[f32; LANES]>,
    /// Scores of all tokens, for one query after the other.
    scores: Vec<f32>,
}

impl Attention {
    fn fit(&mut self, longest: usize, head_width: usize) {
        grown(&mut self.queries, QUERIES * head_width, 0.0);
        grown(&mut self.keys, longest.div_ceil(LANES) * head_width, [0.0; LANES]);
        grown(&mut self.values, head_width.div_ceil(LANES) * longest, [0.0; LANES]);
        grown(&mut self.scores, longest.next_multiple_of(LANES) * QUERIES, 0.0);
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
    #[inline(always)]
    fn attend<const FUSED: bool>(&self, result: &mut [f32], scratch: &mut Attention) {
        let (length, head_width) = (self.length, self.columns.len());
        let padded = length.next_multiple_of(LANES);
        self.pack(scratch);
        let Attention { queries, keys, values, scores } = scratch;
        let queries = &mut queries[..QUERIES * head_width];
        let scores = &mut scores[..QUERIES * padded];
        let scale = 1.0 / (head_width as f32).sqrt();
        for first in (0..length).step_by(QUERIES) {
            let count = QUERIES.min(length - first);
            for (query, to) in queries.chunks_exact_mut(head_width).take(count).enumerate() {
                to.iter_mut().zip(self.part(first + query, 0)).for_each(|(to, value)| *to = value * scale);
            }
            for (chunk, keys) in keys.chunks_exact(head_width).take(padded / LANES).enumerate() {
                for (query, sums) in weigh::<FUSED>(queries, head_width, keys).iter().enumerate() {
                    scores[query * padded + chunk * LANES..][..LANES].copy_from_slice(sums);
                }
            }
            let mut shares = [0.0; QUERIES];
            for (query, scores) in scores.chunks_exact_mut(padded).take(count).enumerate() {
                shares[query] = 1.0 / exponentials::<FUSED>(scores, length);
            }
            for (chunk, values) in values.chunks_exact(length).take(head_width.div_ceil(LANES)).enumerate() {
                for (query, sums) in weigh::<FUSED>(scores, padded, values).iter().enumerate().take(count) {
                    let row = &mut result[(first + query) * self.width..][self.columns.clone()];
                    let row = &mut row[chunk * LANES..];
                    let filled = row.len().min(LANES);
                    let mut shared = [0.0; LANES];
                    for lane in 0..LANES {
                        shared[lane] = sums[lane] * shares[query];
                    }
                    row[..filled].copy_from_slice(&shared[..filled]);
                }
            }
        }
    }

    /// Keys and values to the order in which they are used; 0 where a vector is not full.
    #[inline(always)]
    fn pack(&self, scratch: &mut Attention) {
        let (length, head_width) = (self.length, self.columns.len());
        for (chunk, keys) in scratch.keys.chunks_exact_mut(head_width).take(length.div_ceil(LANES)).enumerate() {
            // Slices of their own, because of a known stride compilers make slow gathers.
            let rows: [&[f32]; LANES] = std::array::from_fn(|lane| {
                let token = chunk * LANES + lane;
                if token < length { self.part(token, 1) } else { &[] }
            });
            let filled = LANES.min(length - chunk * LANES);
            if filled == LANES {
                for (dimension, key) in keys.iter_mut().enumerate() {
                    *key = std::array::from_fn(|lane| rows[lane][dimension]);
                }
            } else {
                for (dimension, key) in keys.iter_mut().enumerate() {
                    *key = std::array::from_fn(|lane| rows[lane].get(dimension).copied().unwrap_or(0.0));
                }
            }
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

/// For each query the sum of the vectors, each times its factor for that query; the factors of a
/// query lie `stride` behind those of the one before.
#[inline(always)]
fn weigh<const FUSED: bool>(factors: &[f32], stride: usize, vectors: &[[f32; LANES]]) -> [[f32; LANES]; QUERIES] {
    let rows: [&[f32]; QUERIES] = std::array::from_fn(|query| &factors[query * stride..][..vectors.len()]);
    let mut sums = [[0.0; LANES]; QUERIES];
    for (at, vector) in vectors.iter().enumerate() {
        for query in 0..QUERIES {
            let factor = rows[query][at];
            for lane in 0..LANES {
                sums[query][lane] = mul_add::<FUSED>(factor, vector[lane], sums[query][lane]);
            }
        }
    }
    sums
}

/// Replaces the first `length` scores by their exponentials over that of the largest, the others
/// by 0, and returns their sum.
#[inline(always)]
fn exponentials<const FUSED: bool>(scores: &mut [f32], length: usize) -> f32 {
    let top = max(&scores[..length]);
    for score in scores.iter_mut() {
        *score = exp::<FUSED>(*score - top);
    }
    scores[length..].fill(0.0);
    sum(scores)
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
