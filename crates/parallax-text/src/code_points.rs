//! Byte offsets to offsets in Unicode code points and back, which Python, R and annotation tools count.

use crate::Span;

/// Distance between two counted positions, in bytes.
const STEP: usize = 256;

/// Counts code points before byte offsets of one text, in constant time each.
#[derive(Debug, Clone)]
pub struct CodePoints<'text> {
    text: &'text str,
    /// Code points that start before byte `i * STEP`.
    counted: Vec<u32>,
}

impl<'text> CodePoints<'text> {
    /// Reads the text once.
    #[must_use]
    pub fn new(text: &'text str) -> Self {
        let mut counted = Vec::with_capacity(text.len() / STEP + 1);
        let mut count = 0u32;
        for chunk in text.as_bytes().chunks(STEP) {
            counted.push(count);
            count += count_starts(chunk);
        }
        counted.push(count);
        Self { text, counted }
    }

    /// Number of code points before a byte offset.
    ///
    /// # Panics
    /// If the offset lies outside the text.
    #[must_use]
    pub fn at(&self, byte: usize) -> usize {
        let step = byte / STEP;
        (self.counted[step] + count_starts(&self.text.as_bytes()[step * STEP..byte])) as usize
    }

    /// Start and end of a span in code points.
    #[must_use]
    pub fn of(&self, span: Span) -> (usize, usize) {
        (self.at(span.start()), self.at(span.end()))
    }

    /// The byte offset after `count` code points, or `None` where the text is shorter.
    #[must_use]
    pub fn byte(&self, count: usize) -> Option<usize> {
        let step = self.counted.partition_point(|&before| before as usize <= count).checked_sub(1)?;
        let mut left = count - self.counted[step] as usize;
        let from = (step * STEP).min(self.text.len());
        for (offset, byte) in self.text.as_bytes()[from..].iter().enumerate() {
            if is_start(*byte) {
                if left == 0 {
                    return Some(from + offset);
                }
                left -= 1;
            }
        }
        (left == 0).then_some(self.text.len())
    }

    /// The span of a range of code points, or `None` where it is not of this text.
    #[must_use]
    pub fn span(&self, start: usize, end: usize) -> Option<Span> {
        let (start, end) = (self.byte(start)?, self.byte(end)?);
        (start <= end).then(|| Span::new(start, end))
    }
}

fn count_starts(bytes: &[u8]) -> u32 {
    bytes.iter().map(|&byte| u32::from(is_start(byte))).sum()
}

fn is_start(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn emoji_and_accents_count_as_one_each() {
        let text = "a é 🔥 z";
        let points = CodePoints::new(text);
        assert_eq!(points.of(Span::find(text, "🔥").unwrap()), (4, 5));
        assert_eq!(points.of(Span::find(text, "z").unwrap()), (6, 7));
        assert_eq!(points.byte(8), None);
    }

    proptest! {
        #[test]
        fn counting_there_and_back_is_the_identity(text in "(.|🔥|é){0,900}") {
            let points = CodePoints::new(&text);
            for (count, (byte, _)) in text.char_indices().enumerate() {
                prop_assert_eq!(points.at(byte), count);
                prop_assert_eq!(points.byte(count), Some(byte));
            }
            prop_assert_eq!(points.byte(text.chars().count()), Some(text.len()));
        }
    }
}
