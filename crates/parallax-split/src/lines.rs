//! Paragraphs and the line breaks inside them: which wrap a sentence and which end it.

use crate::words;
use parallax_text::Span;

/// Lines up to this many bytes can make up a list without marks.
const LIST_LINE: usize = 40;
/// A column narrower than this many bytes says nothing about wrapping.
const NARROWEST_COLUMN: usize = 30;

/// The runs of lines between empty lines, trimmed, none empty.
pub(crate) fn paragraphs(text: &str) -> impl Iterator<Item = Span> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let first = at + (text[at..].len() - text[at..].trim_start().len());
        if first == text.len() {
            return None;
        }
        let mut end = first;
        // Invariant: `end` is the start of a line of this paragraph, or inside its first line.
        loop {
            end = match text.as_bytes()[end..].iter().position(|&byte| byte == b'\n') {
                None => text.len(),
                Some(length) => end + length + 1,
            };
            let line_end = text.as_bytes()[end..].iter().position(|&byte| byte == b'\n').map(|length| end + length);
            let next = &text[end..line_end.unwrap_or(text.len())];
            if end == text.len() || next.trim().is_empty() {
                break;
            }
        }
        at = end;
        Some(Span::new(first, end).trimmed(text))
    })
}

/// What the lines of one paragraph look like, to judge its line breaks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// Bytes of its longest line.
    width: usize,
    /// Short lines without full stops: a list without marks, or an address.
    list: bool,
}

impl Shape {
    /// Measures a paragraph; `None` where it is one line.
    pub(crate) fn of(paragraph: &str) -> Option<Self> {
        if !paragraph.as_bytes().contains(&b'\n') {
            return None;
        }
        let width = paragraph.lines().map(|line| line.trim_end().len()).max().unwrap_or(0);
        let mut count = 0;
        let stops = paragraph.lines().inspect(|_| count += 1).filter(|line| ends_sentence(line)).count();
        Some(Self { width, list: count >= 3 && width <= LIST_LINE && stops == 0 })
    }

    /// Whether the line break at byte `at` of `text` ends a sentence whatever stands around it.
    /// `from` is the start of the paragraph.
    pub(crate) fn breaks_at(self, text: &str, from: usize, at: usize) -> bool {
        let line_start =
            text.as_bytes()[from..at].iter().rposition(|&byte| byte == b'\n').map_or(from, |p| from + p + 1);
        let line = text[line_start..at].trim_end();
        let next = text[at..].trim_start();
        if self.list || words::starts_with_list_mark(next) {
            return true;
        }
        let Some(first) = next.chars().next() else { return false };
        let first_word = next.split(char::is_whitespace).next().map_or(0, str::len);
        self.width >= NARROWEST_COLUMN
            && !first.is_lowercase()
            && !line.ends_with([',', '-', '–', '—'])
            && line.len() + 1 + first_word + 2 < self.width
    }
}

fn ends_sentence(line: &str) -> bool {
    line.trim_end().ends_with(['.', '!', '?', '…', '"', '”', ';', ','])
}
