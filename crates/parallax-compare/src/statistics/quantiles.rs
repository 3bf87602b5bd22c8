//! Random numbers that are the same on every machine, quantiles, and Student's t.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// A stable seed from a name (FNV-1a, 64 bits), so that each figure has draws of its own.
pub(crate) fn seed_of(name: &str, seed: u64) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325 ^ seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// Seeded random numbers.
pub(crate) struct Random(ChaCha8Rng);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A whole number below `n`, all alike.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.0.next_u64()) * n as u128) >> 64) as usize
    }

    /// Above 0, up to 1.
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) + 1) as f64 / (1u64 << 53) as f64
    }

    pub(crate) fn exponential(&mut self) -> f64 {
        -self.uniform().ln()
    }

    /// Box and Muller 1958.
    pub(crate) fn normal(&mut self) -> f64 {
        (2.0 * self.exponential()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// A gamma variate of any positive shape (Marsaglia and Tsang 2000).
    pub(crate) fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            return self.gamma(shape + 1.0) * self.uniform().powf(1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && self.uniform().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }

    /// How many of `n` fall to a chance of `p`; by the normal curve where there are many.
    pub(crate) fn binomial(&mut self, n: u64, p: f64) -> u64 {
        if n == 0 || p <= 0.0 {
            return 0;
        }
        if p >= 1.0 {
            return n;
        }
        if n <= 64 {
            return (0..n).filter(|_| self.uniform() <= p).count() as u64;
        }
        let (mean, deviation) = (n as f64 * p, (n as f64 * p * (1.0 - p)).sqrt());
        (mean + deviation * self.normal()).round().clamp(0.0, n as f64) as u64
    }
}

/// The value below which a share of the values lies; their order changes.
pub(crate) fn quantile(values: &mut [f64], share: f64) -> f64 {
    let rank = ((values.len() - 1) as f64 * share).round() as usize;
    *values.select_nth_unstable_by(rank, f64::total_cmp).1
}

/// The levels of a percentile interval at 95 % that make up for `n` clusters (Hesterberg 2015):
/// those at which a normal curve of the bootstrap's narrower spread ends where Student's does.
pub(crate) fn expanded_levels(n: usize) -> (f64, f64) {
    let n = n.max(2) as f64;
    let tail = normal_tail((n / (n - 1.0)).sqrt() * student_975(n - 1.0));
    (tail, 1.0 - tail)
}

/// The 97.5 % quantile of Student's t: exact for 1 and 2 degrees of freedom, else the expansion of
/// Cornish and Fisher (Abramowitz and Stegun 1964, 26.7.5).
pub(crate) fn student_975(freedom: f64) -> f64 {
    const Z: f64 = 1.959_963_984_540_054;
    if freedom < 1.5 {
        return 12.706;
    }
    if freedom < 2.5 {
        return 4.303;
    }
    let [z3, z5, z7, z9] = [3, 5, 7, 9].map(|power| Z.powi(power));
    let g1 = (z3 + Z) / 4.0;
    let g2 = (5.0 * z5 + 16.0 * z3 + 3.0 * Z) / 96.0;
    let g3 = (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * Z) / 384.0;
    let g4 = (79.0 * z9 + 776.0 * z7 + 1482.0 * z5 - 1920.0 * z3 - 945.0 * Z) / 92160.0;
    Z + g1 / freedom + g2 / freedom.powi(2) + g3 / freedom.powi(3) + g4 / freedom.powi(4)
}

/// What of a normal curve lies above `z`, for `z` of 0 and more: by a continued fraction from 2 on
/// (Abramowitz and Stegun 1964, 26.2.14), below by the series 26.2.10.
pub(crate) fn normal_tail(z: f64) -> f64 {
    let density = (-z * z / 2.0).exp() / std::f64::consts::TAU.sqrt();
    if z >= 2.0 {
        let fraction = (1..=60).rev().fold(z, |below, k| z + f64::from(k) / below);
        return density / fraction;
    }
    let (mut term, mut sum) = (z, z);
    for k in 1..60 {
        term *= z * z / f64::from(2 * k + 1);
        sum += term;
    }
    (0.5 - density * sum).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_t_and_normal_are_those_of_the_tables() {
        for (freedom, value) in [(3.0, 3.182), (4.0, 2.776), (9.0, 2.262), (30.0, 2.042)] {
            assert!((student_975(freedom) - value).abs() < 0.012, "{freedom}: {}", student_975(freedom));
        }
        for (z, tail) in [(0.0, 0.5), (1.0, 0.158_655), (1.959_964, 0.025), (3.0, 0.001_350)] {
            assert!((normal_tail(z) - tail).abs() < 1e-6, "{z}: {}", normal_tail(z));
        }
    }

    #[test]
    fn variates_have_their_means() {
        let mut random = Random::new(5);
        let mut check = |mean: f64, width: f64, draw: &mut dyn FnMut(&mut Random) -> f64| {
            let found = (0..20_000).map(|_| draw(&mut random)).sum::<f64>() / 20_000.0;
            assert!((found - mean).abs() < width, "{found} for {mean}");
        };
        check(1.0, 0.03, &mut Random::exponential);
        check(0.0, 0.03, &mut Random::normal);
        check(0.5, 0.03, &mut |random| random.gamma(0.5));
        check(7.0, 0.1, &mut |random| random.gamma(7.0));
        check(3.0, 0.05, &mut |random| random.binomial(10, 0.3) as f64);
        check(300.0, 0.5, &mut |random| random.binomial(1000, 0.3) as f64);
    }
}
