//! Telling the processor what will be read soon.

/// Asks for the cache line in which this number stands, to the second-level cache. Nothing happens
/// on processors other than x86-64, whose compiler has no such instruction in its stable part.
#[inline(always)]
pub(in super::super) fn prefetch(number: &f32) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: SSE is part of every x86-64, and the address is that of a reference.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T1>(std::ptr::from_ref(number).cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = number;
}
