//! Hashes that are the same on every run and machine.

/// FNV-1a.
pub(crate) fn fnv(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The hash of a word in lower case.
pub(crate) fn lower_hash(word: &str) -> u64 {
    if word.is_ascii() {
        return fnv(word.bytes().map(|byte| byte.to_ascii_lowercase()));
    }
    let mut lower = [0; 4];
    fnv(word.chars().flat_map(char::to_lowercase).flat_map(move |c| {
        let length = c.encode_utf8(&mut lower).len();
        lower.into_iter().take(length)
    }))
}
