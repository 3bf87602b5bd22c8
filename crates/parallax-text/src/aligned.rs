//! Clean text that is made only of ranges of its source, and so always leads back to it.

use crate::Span;
use std::fmt;

/// Whether a run has the characters of its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunKind {
    /// The clean characters are those of the source range.
    Kept,
    /// The clean characters stand for the source range beside them (an entity of HTML, folded
    /// white space, the gap between two blocks); the source range may be empty.
    Replaced,
}

/// One run of the alignment: a range of clean text and the range of source it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Bytes of the clean text; never empty.
    pub clean: Span,
    /// Bytes of the source.
    pub source: Span,
    /// Kept or replaced.
    pub kind: RunKind,
}

/// Clean text with its alignment to the source: [`AlignedTextBuilder`] is the only way to make
/// one, so the runs cover the text in order without gaps, and every kept run equals its source.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct AlignedText {
    text: String,
    runs: Vec<Run>,
}

impl AlignedText {
    /// Text that is its source, unchanged (`--no-clean`).
    #[must_use]
    pub fn identity(source: &str) -> Self {
        let mut builder = AlignedTextBuilder::new(source);
        builder.keep(Span::new(0, source.len()));
        builder.finish()
    }

    /// The same text behind `prefix`, which stands for nothing in the source: a headline that the
    /// user gave for a page without one.
    #[must_use]
    pub fn prefixed(mut self, prefix: &str) -> Self {
        if prefix.is_empty() {
            return self;
        }
        for run in &mut self.runs {
            run.clean = run.clean.shifted(prefix.len());
        }
        let nothing = Span::new(0, 0);
        self.runs.insert(0, Run { clean: Span::new(0, prefix.len()), source: nothing, kind: RunKind::Replaced });
        self.text.insert_str(0, prefix);
        self
    }

    /// The clean text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The runs, in order of the clean text, which they cover without gaps.
    #[must_use]
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// The smallest source range that a clean range leads back to.
    ///
    /// Inside kept runs it is exact; a replaced run that is touched counts whole. An empty clean
    /// span leads to an empty source span.
    ///
    /// # Panics
    /// If `clean` is not inside the text.
    #[must_use]
    #[track_caller]
    pub fn source_span(&self, clean: Span) -> Span {
        assert!(clean.end() <= self.text.len(), "{clean:?} lies outside a text of {} bytes", self.text.len());
        let first = self.runs.partition_point(|run| run.clean.end() <= clean.start());
        let mut found: Option<Span> = None;
        for run in &self.runs[first..] {
            if run.clean.start() >= clean.end() && found.is_some() {
                break;
            }
            let source = match run.kind {
                RunKind::Replaced => run.source,
                RunKind::Kept => {
                    let from = clean.start().max(run.clean.start()) - run.clean.start();
                    let to = clean.end().clamp(run.clean.start(), run.clean.end()) - run.clean.start();
                    Span::new(run.source.start() + from.min(to), run.source.start() + to)
                }
            };
            found = Some(found.map_or(source, |span| span.cover(source)));
            if run.clean.end() >= clean.end() {
                break;
            }
        }
        found.unwrap_or_else(|| {
            let end = self.runs.last().map_or(0, |run| run.source.end());
            Span::new(end, end)
        })
    }

    /// Checks what the builder guarantees against a source: for text that was stored and read
    /// back, or for tests.
    ///
    /// # Errors
    /// Names the first run that has a gap before it or whose kept characters differ.
    pub fn verify(&self, source: &str) -> Result<(), AlignmentError> {
        let mut at = 0;
        for (index, run) in self.runs.iter().enumerate() {
            let cut = source.get(run.source.range());
            let kept = run.kind == RunKind::Replaced || cut == Some(&self.text[run.clean]);
            if run.clean.start() != at || cut.is_none() || !kept {
                return Err(AlignmentError { run: index });
            }
            at = run.clean.end();
        }
        if at == self.text.len() { Ok(()) } else { Err(AlignmentError { run: self.runs.len() }) }
    }
}

/// A run of the alignment does not lead back to its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlignmentError {
    /// Index of the first wrong run; the number of runs where the text goes on after the last.
    pub run: usize,
}

impl fmt::Display for AlignmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "run {} of the alignment does not lead back to the source", self.run)
    }
}

impl std::error::Error for AlignmentError {}

/// Builds clean text from ranges of a source, front to back.
///
/// ```
/// use parallax_text::{AlignedTextBuilder, Span};
/// let source = "Caf&eacute;  noir";
/// let mut builder = AlignedTextBuilder::new(source);
/// builder.keep(Span::new(0, 3));
/// builder.replace(Span::new(3, 11), "é");
/// builder.replace(Span::new(11, 13), " ");
/// builder.keep(Span::new(13, 17));
/// let clean = builder.finish();
/// assert_eq!(clean.text(), "Café noir");
/// let span = Span::find(clean.text(), "é").unwrap();
/// assert_eq!(&source[clean.source_span(span)], "&eacute;");
/// ```
#[derive(Debug)]
pub struct AlignedTextBuilder<'source> {
    source: &'source str,
    made: AlignedText,
}

impl<'source> AlignedTextBuilder<'source> {
    /// An empty text over `source`.
    #[must_use]
    pub fn new(source: &'source str) -> Self {
        Self { source, made: AlignedText::default() }
    }

    /// Length of the clean text so far, in bytes: where the next range will start.
    #[must_use]
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.made.text.len()
    }

    /// Appends the characters of a source range. Runs that continue one another are joined.
    ///
    /// # Panics
    /// If the range is not of the source (out of range, or off a character boundary).
    #[track_caller]
    pub fn keep(&mut self, source: Span) {
        if source.is_empty() {
            return;
        }
        let clean = self.push(&self.source[source]);
        match self.made.runs.last_mut() {
            Some(last) if last.kind == RunKind::Kept && last.source.end() == source.start() => {
                last.clean = last.clean.cover(clean);
                last.source = last.source.cover(source);
            }
            _ => self.made.runs.push(Run { clean, source, kind: RunKind::Kept }),
        }
    }

    /// Appends `text` in place of a source range. Text equal to its source is kept instead, and
    /// nothing is recorded for empty text.
    ///
    /// # Panics
    /// If the range is not of the source.
    #[track_caller]
    pub fn replace(&mut self, source: Span, text: &str) {
        if self.source[source] == *text {
            return self.keep(source);
        }
        if text.is_empty() {
            return;
        }
        let clean = self.push(text);
        self.made.runs.push(Run { clean, source, kind: RunKind::Replaced });
    }

    /// The finished text.
    #[must_use]
    pub fn finish(self) -> AlignedText {
        self.made
    }

    fn push(&mut self, text: &str) -> Span {
        let start = self.made.text.len();
        self.made.text.push_str(text);
        Span::new(start, self.made.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn adjacent_kept_ranges_become_one_run() {
        let mut builder = AlignedTextBuilder::new("abcdef");
        builder.keep(Span::new(0, 2));
        builder.keep(Span::new(2, 4));
        builder.replace(Span::new(4, 5), "e");
        assert_eq!(builder.finish().runs().len(), 1);
    }

    #[test]
    fn a_span_over_a_gap_leads_back_to_the_range_around_it() {
        let source = "one | two";
        let mut builder = AlignedTextBuilder::new(source);
        builder.keep(Span::new(0, 3));
        builder.replace(Span::new(3, 6), " ");
        builder.keep(Span::new(6, 9));
        let clean = builder.finish();
        assert_eq!(&source[clean.source_span(Span::new(2, 5))], "e | t");
        assert_eq!(&source[clean.source_span(Span::new(4, 7))], "two");
        assert!(clean.source_span(Span::new(7, 7)).is_empty());
    }

    #[test]
    fn a_changed_source_is_noticed() {
        let clean = AlignedText::identity("same");
        assert_eq!(clean.verify("same"), Ok(()));
        assert_eq!(clean.verify("sane"), Err(AlignmentError { run: 0 }));
    }

    proptest! {
        #[test]
        fn every_kept_character_leads_back_to_itself(pieces in prop::collection::vec((".{0,6}", 0..3u8), 0..12)) {
            let source: String = pieces.iter().map(|(piece, _)| piece.as_str()).collect();
            let mut builder = AlignedTextBuilder::new(&source);
            let mut at = 0;
            for (piece, action) in &pieces {
                let span = Span::new(at, at + piece.len());
                match action {
                    0 => builder.keep(span),
                    1 => builder.replace(span, "\u{2013}"),
                    _ => {}
                }
                at = span.end();
            }
            let clean = builder.finish();
            prop_assert_eq!(clean.verify(&source), Ok(()));
            for run in clean.runs().iter().filter(|run| run.kind == RunKind::Kept) {
                for (offset, character) in clean.text()[run.clean].char_indices() {
                    let start = run.clean.start() + offset;
                    let span = Span::new(start, start + character.len_utf8());
                    prop_assert_eq!(&source[clean.source_span(span)], &clean.text()[span]);
                }
            }
        }
    }
}
