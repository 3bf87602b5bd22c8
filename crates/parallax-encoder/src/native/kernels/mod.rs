//! What needs the processor's own instructions: blocks of 32 x 32 sums of products in bf16 and int8, and prefetches.
//!
//! The only module of the workspace with `unsafe` code. What it rests on:
//! 1. A kernel can be reached only through a value whose constructor asked the processor (and, for
//!    AMX, the operating system) for every instruction that it uses: [`Bf16Kernel`], [`Int8Kernel`].
//! 2. Operands are slices of [`Tile`], whose size, alignment and lack of padding the compiler knows;
//!    each kernel asserts that the slices are of one length and touches exactly that many tiles.
//! 3. Results go to a [`Block`], which holds all that a kernel writes.
//! 4. A prefetch reads nothing and never faults: it is a hint. That of a number takes a reference; that
//!    within the products starts at a slice and may run past its end.
//! 5. AMX registers hold values only inside one `asm!` statement. Their configuration belongs to a
//!    thread: [`Session`] sets it, cannot be sent to another thread, and takes it back when dropped.
//!
//! Every kernel is tested against plain Rust on random shapes.
#![allow(unsafe_code)]

mod prefetch;

#[cfg(target_arch = "x86_64")]
mod avx512_bf16;
#[cfg(target_arch = "x86_64")]
mod vnni;

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod amx;
#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
#[path = "no_amx.rs"]
mod amx;

use amx::{Amx, Session};
pub(super) use prefetch::prefetch;

/// Rows of a tile, and columns of a strip of packed weights.
pub(super) const SIDE: usize = 16;

/// Rows and columns of a block of results.
pub(super) const BLOCK: usize = 2 * SIDE;

/// Sixteen cache lines: sixteen rows of `N` numbers each, 64 bytes in all.
///
/// Of rows of activations, the numbers of one row side by side; of weights, a group of four bytes
/// (two bf16, four int8) of each of sixteen columns, as AMX and VNNI both want them.
#[repr(C, align(64))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tile<T, const N: usize>(pub(super) [[T; N]; SIDE]);

/// A tile of bf16 numbers, as their bits.
pub(super) type Bf16Tile = Tile<u16, 32>;
/// A tile of activations in eight bits without a sign.
pub(super) type ByteTile = Tile<u8, 64>;
/// A tile of weights in eight bits with a sign.
pub(super) type Int8Tile = Tile<i8, 64>;

const _: () = assert!(size_of::<Bf16Tile>() == 1024 && size_of::<ByteTile>() == 1024 && size_of::<Int8Tile>() == 1024);

impl<T: Copy + Default, const N: usize> Tile<T, N> {
    /// A tile of zeros.
    pub(super) fn zero() -> Self {
        Self([[T::default(); N]; SIDE])
    }
}

/// A block of results, row by row.
#[repr(C, align(64))]
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<T>(pub(super) [[T; BLOCK]; BLOCK]);

/// What multiplies bf16 numbers and sums their products in f32.
#[derive(Clone, Copy, Debug)]
pub(super) enum Bf16Kernel {
    /// AMX tiles.
    Amx(Amx),
    /// AVX-512 with bf16.
    #[cfg(target_arch = "x86_64")]
    Avx512(avx512_bf16::Avx512Bf16),
}

impl Bf16Kernel {
    /// All that this processor has, the fastest first; none on many.
    pub(super) fn all() -> Vec<Self> {
        let mut all = Vec::new();
        all.extend(Amx::for_bf16().map(Self::Amx));
        #[cfg(target_arch = "x86_64")]
        all.extend(avx512_bf16::Avx512Bf16::new().map(Self::Avx512));
        all
    }

    /// Whether it is AMX.
    pub(super) fn is_amx(self) -> bool {
        matches!(self, Self::Amx(_))
    }

    /// Its name in the record of a run.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Amx(_) => "amx-bf16",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => "avx512-bf16",
        }
    }

    /// Prepares this thread.
    pub(super) fn start(self) -> Bf16Session {
        match self {
            Self::Amx(amx) => Bf16Session::Amx(amx.start()),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(kernel) => Bf16Session::Avx512(kernel),
        }
    }
}

/// A [`Bf16Kernel`] on the thread that may use it.
#[derive(Debug)]
pub(super) enum Bf16Session {
    Amx(Session),
    #[cfg(target_arch = "x86_64")]
    Avx512(avx512_bf16::Avx512Bf16),
}

impl Bf16Session {
    /// Sums of products of `height` rows, which stand in one or two rows of tiles (16 or 32 rows), with
    /// the 32 columns of two strips, in f32 (numbers too small for a normal f32 count as 0); further
    /// rows of those tiles are not told, rows of the block behind them stay as they were. On AMX, `next`
    /// is asked for meanwhile.
    ///
    /// # Panics
    /// When the rows of tiles and the strips are not of one length, or there are no rows.
    #[inline]
    pub(super) fn sums(
        &self,
        rows: &[Bf16Tile],
        height: usize,
        strips: &[Bf16Tile],
        next: &[Bf16Tile],
        to: &mut Block<f32>,
    ) {
        match self {
            Self::Amx(session) => session.bf16(rows, strips, next, to),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(kernel) => kernel.sums(rows, height, strips, to),
        }
    }
}

/// What multiplies eight-bit numbers; all of them give the same integers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Int8Kernel {
    /// AMX tiles.
    Amx(Amx),
    /// AVX-512 with VNNI.
    #[cfg(target_arch = "x86_64")]
    Vnni512(vnni::Vnni512),
    /// AVX2 with VNNI.
    #[cfg(target_arch = "x86_64")]
    Vnni256(vnni::Vnni256),
    /// Plain Rust.
    Portable,
}

impl Int8Kernel {
    /// All that this processor has, the fastest first.
    pub(super) fn all() -> Vec<Self> {
        let mut all = Vec::new();
        all.extend(Amx::for_int8().map(Self::Amx));
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(vnni::Vnni512::new().map(Self::Vnni512));
            all.extend(vnni::Vnni256::new().map(Self::Vnni256));
        }
        all.push(Self::Portable);
        all
    }

    /// Its name in the record of a run.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Amx(_) => "amx-int8",
            #[cfg(target_arch = "x86_64")]
            Self::Vnni512(_) => "avx512-vnni",
            #[cfg(target_arch = "x86_64")]
            Self::Vnni256(_) => "avx-vnni",
            Self::Portable => "portable",
        }
    }

    /// Prepares this thread.
    pub(super) fn start(self) -> Int8Session {
        match self {
            Self::Amx(amx) => Int8Session::Amx(amx.start()),
            other => Int8Session::Plain(other),
        }
    }
}

/// An [`Int8Kernel`] on the thread that may use it.
#[derive(Debug)]
pub(super) enum Int8Session {
    Amx(Session),
    Plain(Int8Kernel),
}

impl Int8Session {
    /// Sums of products of `height` rows, which stand in one or two rows of tiles (16 or 32 rows), with
    /// the 32 columns of two strips; further rows of those tiles are not told, rows of the block
    /// behind them stay as they were. On AMX, `next` is asked for meanwhile.
    ///
    /// # Panics
    /// When the rows of tiles and the strips are not of one length, or there are no rows.
    #[inline]
    pub(super) fn sums(
        &self,
        rows: &[ByteTile],
        height: usize,
        strips: &[Int8Tile],
        next: &[Int8Tile],
        to: &mut Block<i32>,
    ) {
        match self {
            Self::Amx(session) => session.int8(rows, strips, next, to),
            #[cfg(target_arch = "x86_64")]
            Self::Plain(Int8Kernel::Vnni512(kernel)) => kernel.sums(rows, height, strips, to),
            #[cfg(target_arch = "x86_64")]
            Self::Plain(Int8Kernel::Vnni256(kernel)) => kernel.sums(rows, height, strips, to),
            Self::Plain(_) => portable(rows, strips, to),
        }
    }
}

/// Tiles of one row of tiles, where `rows` and `strips` fit each other.
#[track_caller]
fn steps<A, B>(rows: &[A], strips: &[B]) -> usize {
    let steps = strips.len() / 2;
    assert!(
        steps > 0 && strips.len() == 2 * steps && (rows.len() == steps || rows.len() == 2 * steps),
        "{} tiles of rows for {} tiles of weights",
        rows.len(),
        strips.len()
    );
    steps
}

/// The strips behind those of a pair, in parts that are asked for while the pair serves one block of
/// rows after the other; then the pair's own, which are near already.
pub(super) fn ahead<T>(weights: &[T], pair: usize, steps: usize) -> impl Iterator<Item = &[T]> {
    let (before, after) = weights.split_at((pair + 1) * 2 * steps);
    let next = &after[..after.len().min(2 * steps)];
    next.chunks(steps.div_ceil(2)).chain(std::iter::repeat(&before[pair * 2 * steps..]))
}

/// The definition of the integer sums.
fn portable(rows: &[ByteTile], strips: &[Int8Tile], to: &mut Block<i32>) {
    let steps = steps(rows, strips);
    for (half, rows) in rows.chunks_exact(steps).enumerate() {
        for (side, strip) in strips.chunks_exact(steps).enumerate() {
            for row in 0..SIDE {
                let sums = &mut to.0[half * SIDE + row].as_chunks_mut::<SIDE>().0[side];
                *sums = [0; SIDE];
                for (values, weights) in rows.iter().zip(strip) {
                    for (values, weights) in values.0[row].as_chunks::<4>().0.iter().zip(&weights.0) {
                        let weights = weights.as_chunks::<4>().0;
                        for (sum, weights) in sums.iter_mut().zip(weights) {
                            for (&value, &weight) in values.iter().zip(weights) {
                                *sum += i32::from(value) * i32::from(weight);
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bytes<T: Copy + Default, const N: usize>(count: usize, seed: u64, of: impl Fn(u64) -> T) -> Vec<Tile<T, N>> {
        let mut state = seed | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            of(state >> 24)
        };
        (0..count)
            .map(|_| {
                let mut tile = Tile::zero();
                tile.0.iter_mut().flatten().for_each(|value| *value = next());
                tile
            })
            .collect()
    }

    /// A bf16 number in [-2, 2).
    fn bf16(bits: u64) -> u16 {
        half::bf16::from_f32((bits % 1024) as f32 / 256.0 - 2.0).to_bits()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn every_int8_kernel_gives_the_same_integers(steps in 1..30usize, height in 1..=BLOCK, seed: u64) {
            let halves = height.div_ceil(SIDE);
            let rows: Vec<ByteTile> = bytes(halves * steps, seed, |bits| bits as u8);
            let strips: Vec<Int8Tile> = bytes(2 * steps, !seed, |bits| bits as i8);
            let mut expected = Block([[-7; BLOCK]; BLOCK]);
            portable(&rows, &strips, &mut expected);
            for kernel in Int8Kernel::all() {
                let mut found = Block([[-7; BLOCK]; BLOCK]);
                kernel.start().sums(&rows, height, &strips, &strips, &mut found);
                prop_assert_eq!(&found.0[..height], &expected.0[..height], "{}", kernel.name());
                prop_assert!(found.0[halves * SIDE..].iter().flatten().all(|&sum| sum == -7), "{}", kernel.name());
            }
        }

        #[test]
        fn every_bf16_kernel_gives_the_product(steps in 1..50usize, height in 1..=BLOCK, seed: u64) {
            let halves = height.div_ceil(SIDE);
            let rows: Vec<Bf16Tile> = bytes(halves * steps, seed, bf16);
            let strips: Vec<Bf16Tile> = bytes(2 * steps, !seed, bf16);
            let value = |bits: u16| f64::from(half::bf16::from_bits(bits).to_f32());
            for kernel in Bf16Kernel::all() {
                let mut found = Block([[-7.0; BLOCK]; BLOCK]);
                kernel.start().sums(&rows, height, &strips, &strips, &mut found);
                prop_assert!(found.0[halves * SIDE..].iter().flatten().all(|&sum| sum == -7.0), "{}", kernel.name());
                for row in 0..height {
                    for column in 0..BLOCK {
                        let exact: f64 = (0..steps * 32)
                            .map(|k| {
                                let row_tile = &rows[row / SIDE * steps + k / 32];
                                let weight_tile = &strips[column / SIDE * steps + k / 32];
                                value(row_tile.0[row % SIDE][k % 32])
                                    * value(weight_tile.0[k % 32 / 2][column % SIDE * 2 + k % 2])
                            })
                            .sum();
                        let error = (f64::from(found.0[row][column]) - exact).abs();
                        let bound = 1e-5 * (steps as f64 * 32.0);
                        prop_assert!(error <= bound, "{}, {} x {}: {}", kernel.name(), row, column, error);
                    }
                }
            }
        }
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        let rows = vec![Tile([[255_u8; 64]; SIDE]); 2 * 64];
        let strips = vec![Tile([[-127_i8; 64]; SIDE]); 2 * 64];
        for kernel in Int8Kernel::all() {
            let mut found = Block([[0; BLOCK]; BLOCK]);
            kernel.start().sums(&rows, BLOCK, &strips, &strips, &mut found);
            assert!(found.0.iter().flatten().all(|&sum| sum == -255 * 127 * 64 * 64), "{}", kernel.name());
        }
    }

    #[test]
    #[should_panic(expected = "tiles of rows")]
    fn operands_of_other_lengths_are_refused() {
        let session = Int8Kernel::all()[0].start();
        session.sums(&[Tile::zero(); 3], BLOCK, &[Tile::zero(); 4], &[], &mut Block([[0; BLOCK]; BLOCK]));
    }

    #[test]
    fn threads_have_sessions_of_their_own() {
        let check = || {
            let rows: Vec<ByteTile> = bytes(6, 3, |bits| bits as u8);
            let strips: Vec<Int8Tile> = bytes(6, 4, |bits| bits as i8);
            let (mut found, mut expected) = (Block([[0; BLOCK]; BLOCK]), Block([[0; BLOCK]; BLOCK]));
            portable(&rows, &strips, &mut expected);
            let kernel = Int8Kernel::all()[0];
            let outer = kernel.start();
            kernel.start().sums(&rows, BLOCK, &strips, &strips, &mut found);
            assert_eq!(found.0, expected.0);
            // The inner session has ended; the outer one still works.
            found = Block([[0; BLOCK]; BLOCK]);
            outer.sums(&rows, BLOCK, &strips, &strips, &mut found);
            assert_eq!(found.0, expected.0);
        };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(check);
            }
        });
    }
}
