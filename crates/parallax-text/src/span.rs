//! A half-open range of bytes that indexes text.

use std::fmt;
use std::ops::{Index, Range};

/// A half-open range of **bytes** into some text: `start..end`, with `start <= end`.
///
/// A span does not know its text. It is cut out with `&text[span]`, which panics, as any index
/// does, where the span is not of that text (out of range, or off a character boundary).
///
/// ```
/// use parallax_text::Span;
/// let text = "Señal débil";
/// let span = Span::find(text, "débil").unwrap();
/// assert_eq!(&text[span], "débil");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The span of the bytes `start..end`.
    ///
    /// # Panics
    /// If `start > end`, or if `end` does not fit 32 bits: sources above 4 GiB are refused when
    /// they are read.
    #[must_use]
    #[track_caller]
    pub fn new(start: usize, end: usize) -> Self {
        assert!(start <= end, "a span must not end before it starts: {start}..{end}");
        let end = u32::try_from(end).expect("text above 4 GiB has no spans");
        Self { start: start as u32, end }
    }

    /// The first occurrence of `needle` in `text`.
    #[must_use]
    pub fn find(text: &str, needle: &str) -> Option<Self> {
        text.find(needle).map(|start| Self::new(start, start + needle.len()))
    }

    /// First byte.
    #[must_use]
    pub fn start(self) -> usize {
        self.start as usize
    }

    /// One past the last byte.
    #[must_use]
    pub fn end(self) -> usize {
        self.end as usize
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether the span covers nothing.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The same bytes as a standard range.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start()..self.end()
    }

    /// Whether `other` lies wholly inside this span.
    #[must_use]
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the byte `offset` lies inside this span.
    #[must_use]
    pub fn contains_offset(self, offset: usize) -> bool {
        self.start() <= offset && offset < self.end()
    }

    /// Whether the two spans share at least one byte.
    #[must_use]
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn cover(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The span moved right by `offset` bytes: from a position inside a block to one in its text.
    #[must_use]
    #[track_caller]
    pub fn shifted(self, offset: usize) -> Span {
        Span::new(self.start() + offset, self.end() + offset)
    }

    /// The span without the white space at both ends of what it cuts out of `text`; an empty
    /// span at the same start where there is nothing else.
    #[must_use]
    pub fn trimmed(self, text: &str) -> Span {
        let inside = &text[self];
        let start = self.start() + (inside.len() - inside.trim_start().len());
        Span::new(start.min(self.end()), start + inside.trim().len())
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Span::new(range.start, range.end)
    }
}

impl Index<Span> for str {
    type Output = str;

    fn index(&self, span: Span) -> &str {
        &self[span.range()]
    }
}

impl Index<Span> for String {
    type Output = str;

    fn index(&self, span: Span) -> &str {
        &self.as_str()[span]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trimmed_span_has_no_white_space_at_its_ends() {
        let check = |text: &str, expected: &str| {
            assert_eq!(&text[Span::new(0, text.len()).trimmed(text)], expected);
        };
        check("  a b \n", "a b");
        check("\u{a0}é\u{2003}", "é");
        check(" \t ", "");
        check("", "");
    }

    #[test]
    fn spans_that_touch_do_not_overlap() {
        assert!(!Span::new(0, 3).overlaps(Span::new(3, 5)));
        assert!(Span::new(0, 4).overlaps(Span::new(3, 5)));
    }

    #[test]
    #[should_panic(expected = "must not end before it starts")]
    fn a_span_cannot_run_backwards() {
        let _ = Span::new(2, 1);
    }
}
