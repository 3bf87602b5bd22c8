//! Bytes to text: byte order mark, UTF-8, declared charset, Windows-1252, in this order.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// Decoded text and how it was decoded.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Decoded {
    /// The text, without a byte order mark.
    pub(crate) text: String,
    /// Name of the encoding, lower case.
    pub(crate) encoding: String,
    /// Whether nothing in the bytes told the encoding, and Windows-1252 was assumed.
    pub(crate) assumed: bool,
}

/// Decodes a page. Never fails: bytes that an encoding does not know become U+FFFD.
pub(crate) fn decode(bytes: &[u8]) -> Decoded {
    let named = |encoding: &'static Encoding, assumed| Decoded {
        text: encoding.decode_with_bom_removal(bytes).0.into_owned(),
        encoding: encoding.name().to_ascii_lowercase(),
        assumed,
    };
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return named(encoding, false);
    }
    if std::str::from_utf8(bytes).is_ok() {
        return named(UTF_8, false);
    }
    match declared_charset(bytes) {
        // Bytes that are not UTF-8 cannot be what a page wrongly declares to be UTF-8.
        Some(encoding) if encoding != UTF_8 => named(encoding, false),
        _ => named(WINDOWS_1252, true),
    }
}

/// The charset that the first kilobyte declares (`<meta charset=...>`, `charset=...`, XML's
/// `encoding="..."`).
fn declared_charset(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_ascii_lowercase();
    if !head.contains('<') {
        return None;
    }
    ["charset=", "encoding="].iter().find_map(|key| {
        let after = &head[head.find(key)? + key.len()..];
        let label: String = after
            .trim_start_matches(['"', '\'', ' '])
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':'))
            .collect();
        Encoding::for_label(label.as_bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], text: &str, encoding: &str, assumed: bool) {
        let expected = Decoded { text: text.into(), encoding: encoding.into(), assumed };
        assert_eq!(decode(bytes), expected);
    }

    #[test]
    fn a_byte_order_mark_decides() {
        check(b"\xEF\xBB\xBFa", "a", "utf-8", false);
        check(b"\xFF\xFEa\0\xE9\0", "aé", "utf-16le", false);
    }

    #[test]
    fn a_declared_charset_is_used() {
        check(b"<meta charset=\"iso-8859-2\">\xB3", "<meta charset=\"iso-8859-2\">ł", "iso-8859-2", false);
    }

    #[test]
    fn what_is_not_utf8_and_declares_nothing_is_windows_1252() {
        check(b"caf\xE9 \x93so\x94", "café “so”", "windows-1252", true);
        check(b"<meta charset=utf-8>\xE9", "<meta charset=utf-8>é", "windows-1252", true);
        check(b"charset=iso-8859-2 \xB3", "charset=iso-8859-2 ³", "windows-1252", true);
    }
}
