//! Elementwise functions, written so that compilers make vector code of them.
//!
//! None of them calls a function of the system's mathematical library or leaves the order of a sum to
//! the compiler: they give the same bits on every processor that fuses multiplication and addition.

use pulp::{Arch, Simd, WithSimd};

/// Values that are summed side by side: a vector of the widest kind.
pub(super) const LANES: usize = 16;

/// The exponential, for arguments of at most 88; relative error below 2e-7, and 0 below -87.
///
/// Cody and Waite's reduction to `[-ln 2 / 2, ln 2 / 2]` and the polynomial of Cephes (`expf`).
#[inline(always)]
pub(super) fn exp<const FUSED: bool>(x: f32) -> f32 {
    // Adding it rounds to an integer, which then stands in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    let kept = if x > -87.0 { x } else { -87.0 };
    let shifted = mul_add::<FUSED>(kept, std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = mul_add::<FUSED>(n, -0.693_359_4, kept);
    let r = mul_add::<FUSED>(n, 2.121_944_4e-4, r);
    let p = mul_add::<FUSED>(1.987_569_1e-4, r, 1.398_2e-3);
    let p = mul_add::<FUSED>(p, r, 8.333_452e-3);
    let p = mul_add::<FUSED>(p, r, 4.166_579_6e-2);
    let p = mul_add::<FUSED>(p, r, 1.666_666_5e-1);
    let p = mul_add::<FUSED>(p, r, 0.5);
    let y = mul_add::<FUSED>(p, r * r, r) + 1.0;
    let power = f32::from_bits(y.to_bits().wrapping_add(shifted.to_bits() << 23));
    if x > -87.0 { power } else { 0.0 }
}

/// `a * b + c`, rounded once where the processor can (`FUSED`), else twice.
#[inline(always)]
pub(super) fn mul_add<const FUSED: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// `x * P(X <= x)` for standard normal `X`, with the error function itself (Hendrycks and Gimpel
/// 2016), as Hugging Face's `gelu`; absolute error below 2e-7 beside that of rounding the result.
///
/// It is `max(x, 0) - |x| * P(X > |x|)`, so nothing is lost to cancellation for negative `x`. The
/// tail is a polynomial in `|x|`, fitted for this product on `[0, 5.75]` (largest error 6e-8), and
/// 0 from there on.
#[inline(always)]
pub(super) fn gelu<const FUSED: bool>(x: f32) -> f32 {
    // Coefficients of the tail divided by (1 - s), where s runs from -1 to 1.
    const TAIL: [f32; 16] = [
        2.020_136e-3,
        -1.637_483_4e-2,
        5.964_722_5e-2,
        -0.124_446_71,
        0.151_251_69,
        -7.660_475e-2,
        -6.658_012e-2,
        0.148_158_13,
        -8.304_553e-2,
        -5.187_657e-2,
        9.532_778e-2,
        -1.878_284_8e-2,
        -4.062_008_5e-2,
        1.950_381_6e-2,
        6.999_954_6e-3,
        -4.575_273e-3,
    ];
    let size = x.abs();
    let s = mul_add::<FUSED>(size, 2.0 / 5.75, -1.0);
    let s = if s < 1.0 { s } else { 1.0 };
    let mut tail = TAIL[15];
    for coefficient in TAIL[..15].iter().rev() {
        tail = mul_add::<FUSED>(tail, s, *coefficient);
    }
    let positive = if x > 0.0 { x } else { 0.0 };
    positive - size * ((1.0 - s) * tail)
}

/// [`gelu`] for results that are rounded to bf16 next, on processors that fuse multiplication and
/// addition: absolute error below 2e-5, with a shorter tail on `[0, 4.5]`.
#[inline(always)]
pub(super) fn gelu_short(x: f32) -> f32 {
    const TAIL: [f32; 9] = [
        1.222_100_6e-2,
        -5.912_747e-2,
        0.121_812_984,
        -0.124_578_826,
        3.165_892e-2,
        6.876_116e-2,
        -5.961_643_5e-2,
        -9.774_06e-3,
        1.907_764_6e-2,
    ];
    let size = x.abs();
    let s = mul_add::<true>(size, 2.0 / 4.5, -1.0);
    let s = if s < 1.0 { s } else { 1.0 };
    let mut tail = TAIL[8];
    for coefficient in TAIL[..8].iter().rev() {
        tail = mul_add::<true>(tail, s, *coefficient);
    }
    let positive = if x > 0.0 { x } else { 0.0 };
    positive - size * ((1.0 - s) * tail)
}

/// Replaces each value by its [`gelu`].
#[inline(always)]
pub(super) fn gelu_all<const FUSED: bool>(values: &mut [f32]) {
    for value in values {
        *value = gelu::<FUSED>(*value);
    }
}

/// The first `length` values of working memory, which grows where it is too short and is never
/// filled anew: what was there is there still.
pub(super) fn grown<T: Clone>(memory: &mut Vec<T>, length: usize, empty: T) -> &mut [T] {
    if memory.len() < length {
        memory.resize(length, empty);
    }
    &mut memory[..length]
}

/// Adds `update` to `values`.
#[inline(always)]
pub(super) fn add(values: &mut [f32], update: &[f32]) {
    for (value, update) in values.iter_mut().zip(update) {
        *value += update;
    }
}

/// Sum in a fixed order: sixteen running sums, added up from the first.
#[inline(always)]
pub(super) fn sum(values: &[f32]) -> f32 {
    sum_of(values, |value| value)
}

#[inline(always)]
fn sum_of(values: &[f32], term: impl Fn(f32) -> f32) -> f32 {
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for chunk in chunks {
        for (sum, &value) in sums.iter_mut().zip(chunk) {
            *sum += term(value);
        }
    }
    sums.iter().sum::<f32>() + rest.iter().map(|&value| term(value)).sum::<f32>()
}

/// Largest value, or `-inf` where there is none.
#[inline(always)]
pub(super) fn max(values: &[f32]) -> f32 {
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut tops = [f32::NEG_INFINITY; LANES];
    for chunk in chunks {
        for (top, &value) in tops.iter_mut().zip(chunk) {
            *top = larger(*top, value);
        }
    }
    tops.iter().chain(rest).copied().fold(f32::NEG_INFINITY, larger)
}

/// Rows to columns.
#[inline(always)]
pub(super) fn transpose(rows: &mut [[f32; LANES]; LANES]) {
    exchange::<8>(rows);
    exchange::<4>(rows);
    exchange::<2>(rows);
    exchange::<1>(rows);
}

/// Exchanges the blocks beside the diagonal of each square of `2 * SIDE` rows.
#[inline(always)]
fn exchange<const SIDE: usize>(rows: &mut [[f32; LANES]; LANES]) {
    for upper in 0..LANES {
        if upper & SIDE != 0 {
            continue;
        }
        let (a, b) = (rows[upper], rows[upper + SIDE]);
        for at in 0..LANES {
            rows[upper][at] = if at & SIDE == 0 { a[at] } else { b[at ^ SIDE] };
            rows[upper + SIDE][at] = if at & SIDE == 0 { a[at ^ SIDE] } else { b[at] };
        }
    }
}

/// Layer normalisation: each row to mean 0 and variance 1, then scaled and shifted.
#[derive(Debug)]
pub(super) struct LayerNorm {
    pub(super) weight: Vec<f32>,
    pub(super) bias: Vec<f32>,
    /// Added to the variance.
    pub(super) epsilon: f32,
}

impl LayerNorm {
    /// Normalises each row.
    pub(super) fn apply(&self, arch: Arch, rows: &mut [f32]) {
        arch.dispatch(Normalise { norm: self, rows, updates: &[] });
    }

    /// Adds the updates to the rows, then normalises each row.
    pub(super) fn add_and_apply(&self, arch: Arch, rows: &mut [f32], updates: &[f32]) {
        arch.dispatch(Normalise { norm: self, rows, updates });
    }

    #[inline(always)]
    fn normalise(&self, row: &mut [f32]) {
        let width = row.len() as f32;
        let mean = sum(row) / width;
        let variance = sum_of(row, |value| (value - mean) * (value - mean)) / width;
        let scale = 1.0 / (variance + self.epsilon).sqrt();
        for ((value, weight), bias) in row.iter_mut().zip(&self.weight).zip(&self.bias) {
            *value = (*value - mean) * scale * weight + bias;
        }
    }
}

// A struct in place of a closure: a closure's body is not always compiled for the vectors of its caller.
struct Normalise<'a> {
    norm: &'a LayerNorm,
    rows: &'a mut [f32],
    /// As many as rows, or none.
    updates: &'a [f32],
}

impl WithSimd for Normalise<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { norm, rows, updates } = self;
        let width = norm.weight.len();
        let mut updates = updates.chunks_exact(width);
        for row in rows.chunks_exact_mut(width) {
            if let Some(update) = updates.next() {
                add(row, update);
            }
            norm.normalise(row);
        }
    }
}

/// Numbers in [-1, 1) that look random.
#[cfg(test)]
pub(super) fn noise(seed: usize) -> f32 {
    let hash = (seed as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    ((hash >> 40) as f32) / (1 << 23) as f32 - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(from: f32, to: f32) -> impl Iterator<Item = f32> {
        (0..=200_000).map(move |step| from + (to - from) * step as f32 / 200_000.0)
    }

    /// Kummer's series for the error function, all of whose terms are positive.
    fn erf(x: f64) -> f64 {
        let (mut term, mut sum, mut n) = (x, x, 0.0);
        while term.abs() > 1e-18 * sum.abs() {
            n += 1.0;
            term *= 2.0 * x * x / (2.0 * n + 1.0);
            sum += term;
        }
        2.0 / std::f64::consts::PI.sqrt() * (-x * x).exp() * sum
    }

    #[test]
    fn exp_is_right_to_2e_7() {
        for x in steps(-87.0, 88.0).skip(1) {
            let exact = f64::from(x).exp();
            for computed in [exp::<true>(x), exp::<false>(x)] {
                assert!((f64::from(computed) - exact).abs() <= 2e-7 * exact, "exp({x}) = {computed}");
            }
        }
        assert_eq!(exp::<true>(-87.5), 0.0);
        assert_eq!(exp::<true>(f32::NEG_INFINITY), 0.0);
    }

    #[test]
    fn gelu_is_right_to_2e_7() {
        let mut worst = 0.0_f64;
        for x in steps(-12.0, 12.0) {
            let z = f64::from(x);
            let exact = 0.5 * z * (1.0 + erf(z / std::f64::consts::SQRT_2));
            let rounding = exact.abs() * f64::from(f32::EPSILON);
            for computed in [gelu::<true>(x), gelu::<false>(x)] {
                worst = worst.max((f64::from(computed) - exact).abs() - rounding);
            }
        }
        println!("worst absolute error of gelu: {worst:e}");
        assert!(worst < 2e-7, "{worst:e}");
        assert_eq!([gelu::<true>(-200.0), gelu::<true>(0.0), gelu::<true>(200.0)], [0.0, 0.0, 200.0]);
    }

    #[test]
    fn the_short_gelu_is_right_to_2e_5() {
        let worst = steps(-12.0, 12.0).fold(0.0_f32, |top, x| top.max((gelu_short(x) - gelu::<true>(x)).abs()));
        assert!(worst < 2e-5, "{worst:e}");
        assert_eq!([gelu_short(-200.0), gelu_short(0.0), gelu_short(200.0)], [0.0, 0.0, 200.0]);
    }

    #[test]
    fn columns_become_rows() {
        let rows: [[f32; LANES]; LANES] = std::array::from_fn(|r| std::array::from_fn(|c| (r * LANES + c) as f32));
        let mut turned = rows;
        transpose(&mut turned);
        assert!((0..LANES).all(|r| (0..LANES).all(|c| turned[r][c] == rows[c][r])));
    }

    #[test]
    fn a_normalised_row_has_mean_0_and_variance_1() {
        let norm = LayerNorm { weight: vec![1.0; 40], bias: vec![0.0; 40], epsilon: 1e-12 };
        let mut row: Vec<f32> = (0..40).map(|value| (value * value % 17) as f32).collect();
        norm.apply(Arch::new(), &mut row);
        assert!(sum(&row).abs() < 1e-4);
        assert!((sum_of(&row, |value| value * value) / 40.0 - 1.0).abs() < 1e-5);
    }
}
