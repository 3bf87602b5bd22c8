//! AMX tiles (Intel Architecture Instruction Set Extensions Programming Reference, chapter 3) on Linux.

use super::{BLOCK, Bf16Tile, Block, ByteTile, Int8Tile, SIDE, Tile, steps};
use std::arch::asm;
use std::arch::x86_64::{__cpuid_count, __get_cpuid_max};
use std::cell::Cell;
use std::marker::PhantomData;

/// Proof that the processor has AMX with the wanted products and that Linux lets this process use it.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Amx(());

/// Bits of register EDX of CPUID's leaf 7.
const BF16: u32 = 1 << 22;
const TILE: u32 = 1 << 24;
const INT8: u32 = 1 << 25;

impl Amx {
    /// AMX for bf16, where it is there.
    pub(in super::super) fn for_bf16() -> Option<Self> {
        Self::with(BF16)
    }

    /// AMX for int8, where it is there.
    pub(in super::super) fn for_int8() -> Option<Self> {
        Self::with(INT8)
    }

    fn with(products: u32) -> Option<Self> {
        // SAFETY: every x86-64 processor has CPUID; leaf 7 is read only where it exists.
        #[allow(unused_unsafe)] // safe functions since some version of the compiler
        let features = unsafe { if __get_cpuid_max(0).0 >= 7 { __cpuid_count(7, 0).edx } else { 0 } };
        let wanted = TILE | products;
        (features & wanted == wanted && permitted()).then_some(Self(()))
    }

    /// Configures the tiles of this thread.
    pub(in super::super) fn start(self) -> Session {
        SESSIONS.with(|sessions| {
            if sessions.get() == 0 {
                configure();
            }
            sessions.set(sessions.get() + 1);
        });
        Session { of_this_thread: PhantomData }
    }
}

thread_local! {
    /// Open sessions of this thread: the first configures the tiles, the last gives them back.
    static SESSIONS: Cell<usize> = const { Cell::new(0) };
}

/// Asks Linux for tile data; it answers for the whole process, and as often as it is asked.
fn permitted() -> bool {
    const ARCH_PRCTL: i64 = 158;
    const ARCH_REQ_XCOMP_PERM: i64 = 0x1023;
    const XFEATURE_XTILEDATA: i64 = 18;
    let answer: i64;
    // SAFETY: a system call that takes two integers and touches no memory of this process. The
    // kernel clobbers rcx and r11 only. Kernels that do not know it answer with an error.
    unsafe {
        asm!("syscall", inlateout("rax") ARCH_PRCTL => answer, in("rdi") ARCH_REQ_XCOMP_PERM,
            in("rsi") XFEATURE_XTILEDATA, lateout("rcx") _, lateout("r11") _, options(nostack));
    }
    answer == 0
}

/// All eight tiles as sixteen rows of 64 bytes.
fn configure() {
    #[repr(C, align(64))]
    struct Configuration([u8; 64]);
    let mut configuration = Configuration([0; 64]);
    configuration.0[0] = 1; // palette
    for tile in 0..8 {
        configuration.0[16 + 2 * tile] = 64; // bytes of a row, low half of two bytes
        configuration.0[48 + tile] = SIDE as u8; // rows
    }
    // SAFETY: called only with an `Amx`, so the instruction exists and is permitted; it reads 64
    // bytes, all of which are there, in the form that palette 1 asks for.
    unsafe { asm!("ldtilecfg [{}]", in(reg) &configuration, options(nostack, readonly)) };
}

/// AMX tiles that this thread, and no other, may use.
#[derive(Debug)]
pub(in super::super) struct Session {
    of_this_thread: PhantomData<*const ()>,
}

impl Drop for Session {
    fn drop(&mut self) {
        SESSIONS.with(|sessions| {
            sessions.set(sessions.get() - 1);
            if sessions.get() == 0 {
                // SAFETY: a `Session` exists, so AMX does; no other session of this thread is open,
                // and no tile holds a value between two `asm!` statements.
                unsafe { asm!("tilerelease", options(nomem, nostack)) };
            }
        });
    }
}

/// The loop over the tiles of two rows of tiles (32 rows) and two strips (32 columns).
macro_rules! four_tiles {
    ($product:literal, $rows:expr, $strips:expr, $next:expr, $steps:expr, $to:expr) => {
        asm!(
            "tilezero tmm0", "tilezero tmm1", "tilezero tmm2", "tilezero tmm3",
            "2:",
            "tileloadd tmm4, [{a0} + {line}*1]",
            "tileloadd tmm6, [{b0} + {line}*1]",
            concat!($product, " tmm0, tmm4, tmm6"),
            "tileloadd tmm7, [{b1} + {line}*1]",
            concat!($product, " tmm1, tmm4, tmm7"),
            "tileloadd tmm5, [{a1} + {line}*1]",
            concat!($product, " tmm2, tmm5, tmm6"),
            concat!($product, " tmm3, tmm5, tmm7"),
            "prefetcht1 [{next}]", "prefetcht1 [{next} + 64]", "prefetcht1 [{next} + 128]", "prefetcht1 [{next} + 192]",
            "prefetcht1 [{next} + 256]", "prefetcht1 [{next} + 320]", "prefetcht1 [{next} + 384]", "prefetcht1 [{next} + 448]",
            "add {a0}, 1024", "add {a1}, 1024", "add {b0}, 1024", "add {b1}, 1024", "add {next}, 512",
            "dec {steps}", "jnz 2b",
            "tilestored [{c} + {row}*1], tmm0", "tilestored [{c} + {row}*1 + 64], tmm1",
            "tilestored [{c} + {row}*1 + 2048], tmm2", "tilestored [{c} + {row}*1 + 2112], tmm3",
            a0 = inout(reg) $rows => _, a1 = inout(reg) $rows.add($steps) => _,
            b0 = inout(reg) $strips => _, b1 = inout(reg) $strips.add($steps) => _,
            next = inout(reg) $next => _, steps = inout(reg) $steps => _, line = in(reg) 64_usize,
            c = in(reg) $to, row = in(reg) size_of::<[f32; BLOCK]>(),
            out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
            out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
            options(nostack)
        )
    };
}

/// The same for one row of tiles (16 rows).
macro_rules! two_tiles {
    ($product:literal, $rows:expr, $strips:expr, $next:expr, $steps:expr, $to:expr) => {
        asm!(
            "tilezero tmm0", "tilezero tmm1",
            "2:",
            "tileloadd tmm4, [{a0} + {line}*1]",
            "tileloadd tmm6, [{b0} + {line}*1]",
            concat!($product, " tmm0, tmm4, tmm6"),
            "tileloadd tmm7, [{b1} + {line}*1]",
            concat!($product, " tmm1, tmm4, tmm7"),
            "prefetcht1 [{next}]", "prefetcht1 [{next} + 64]", "prefetcht1 [{next} + 128]", "prefetcht1 [{next} + 192]",
            "prefetcht1 [{next} + 256]", "prefetcht1 [{next} + 320]", "prefetcht1 [{next} + 384]", "prefetcht1 [{next} + 448]",
            "add {a0}, 1024", "add {b0}, 1024", "add {b1}, 1024", "add {next}, 512",
            "dec {steps}", "jnz 2b",
            "tilestored [{c} + {row}*1], tmm0", "tilestored [{c} + {row}*1 + 64], tmm1",
            a0 = inout(reg) $rows => _,
            b0 = inout(reg) $strips => _, b1 = inout(reg) $strips.add($steps) => _,
            next = inout(reg) $next => _, steps = inout(reg) $steps => _, line = in(reg) 64_usize,
            c = in(reg) $to, row = in(reg) size_of::<[f32; BLOCK]>(),
            out("tmm0") _, out("tmm1") _, out("tmm4") _, out("tmm6") _, out("tmm7") _,
            options(nostack)
        )
    };
}

impl Session {
    /// Sums of products of 16 or 32 rows (one or two rows of tiles) with the 32 columns of two
    /// strips, in f32 (numbers too small for a normal f32 count as 0); of 16 rows, the lower half
    /// of the block stays as it was. Meanwhile it asks for `next`, half a tile with each step, to the
    /// second-level cache.
    ///
    /// # Panics
    /// When the rows of tiles and the strips are not of one length, or there are no rows.
    #[inline]
    pub(in super::super) fn bf16(
        &self,
        rows: &[Bf16Tile],
        strips: &[Bf16Tile],
        next: &[Bf16Tile],
        to: &mut Block<f32>,
    ) {
        let steps = steps(rows, strips);
        let (from, weights, next, to) = (rows.as_ptr(), strips.as_ptr(), next.as_ptr(), to.0.as_mut_ptr());
        // SAFETY: the session says that AMX with bf16 is there and that this thread's tiles are of
        // 16 rows of 64 bytes. `steps` is at least 1; each pointer walks over `steps` tiles of 1,024
        // bytes, which lie in its slice as `steps()` checked; what is stored fills the block of
        // 32 rows of 128 bytes, or its first 16. `next` is not read: a prefetch is a hint, which
        // does nothing where the address is none.
        unsafe {
            if rows.len() == steps {
                two_tiles!("tdpbf16ps", from, weights, next, steps, to);
            } else {
                four_tiles!("tdpbf16ps", from, weights, next, steps, to);
            }
        }
    }

    /// As [`Session::bf16`], of bytes without and weights with a sign; the sums are exact.
    #[inline]
    pub(in super::super) fn int8(
        &self,
        rows: &[ByteTile],
        strips: &[Int8Tile],
        next: &[Int8Tile],
        to: &mut Block<i32>,
    ) {
        let steps = steps(rows, strips);
        let (from, weights, next, to) = (rows.as_ptr(), strips.as_ptr(), next.as_ptr(), to.0.as_mut_ptr());
        // SAFETY: as in `bf16`, with the tiles of eight-bit numbers of the same size.
        unsafe {
            if rows.len() == steps {
                two_tiles!("tdpbusd", from, weights, next, steps, to);
            } else {
                four_tiles!("tdpbusd", from, weights, next, steps, to);
            }
        }
    }
}

const _: () = assert!(size_of::<Block<f32>>() == 4096 && align_of::<Tile<u8, 64>>() == 64);
