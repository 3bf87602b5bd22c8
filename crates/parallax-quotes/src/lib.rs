//! Quotation marks and reporting verbs: whose words a stretch of text may be.
//!
//! * [`quoted_spans`]: the stretches between quotation marks, block by block, whatever the marks.
//! * [`reporting_verbs`]: the words that introduce what someone said, with their class.
//! * [`voice_at`]: what the two together say about the voice of one place.
//!
//! ```
//! use parallax_quotes::{quoted_spans, reporting_verbs, voice_at};
//! use parallax_text::{Block, BlockKind, Span, Voice};
//!
//! let text = "“The minister is a fool,” Ode said. The tram opens in May.";
//! let blocks = [Block { kind: BlockKind::Body, span: Span::new(0, text.len()) }];
//! let quotes = quoted_spans(text, &blocks);
//! assert_eq!(&text[quotes[0].span], "“The minister is a fool,”");
//!
//! let sentence = Span::find(text, "“The minister is a fool,” Ode said.").unwrap();
//! let verbs = reporting_verbs(text, sentence);
//! assert_eq!(verbs[0].lemma, "say");
//! let voice = |target: &str| voice_at(&quotes, sentence, !verbs.is_empty(), Span::find(text, target).unwrap());
//! assert_eq!(voice("minister"), Voice::Direct);
//! assert_eq!(voice("Ode"), Voice::Unresolved);
//! ```

#![forbid(unsafe_code)]

mod marks;
mod verbs;

pub use verbs::{ReportingVerb, VerbClass, reporting_verbs};

use parallax_text::{Block, Span, Voice};

/// A stretch of text between quotation marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotedSpan {
    /// Bytes of the text, quotation marks included. Where the closing mark is missing: to the end
    /// of the block if the quotation opens it or goes on in the next one, else to the end of the
    /// sentence.
    pub span: Span,
    /// Index of its block.
    pub block: u32,
    /// Whether a closing mark ends it.
    pub closed: bool,
}

impl QuotedSpan {
    /// The quoted text without its marks, bytes of the text.
    ///
    /// # Panics
    /// If the quotation is not of this text.
    #[must_use]
    pub fn inside(&self, text: &str) -> Span {
        let quoted = &text[self.span];
        let open = quoted.chars().next().map_or(0, char::len_utf8);
        let close = if self.closed { quoted[open..].chars().next_back().map_or(0, char::len_utf8) } else { 0 };
        Span::new(self.span.start() + open, self.span.end() - close)
    }

    /// Number of words between the marks.
    #[must_use]
    pub fn words(&self, text: &str) -> usize {
        let inside = &text[self.inside(text)];
        inside.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
    }

    /// Whether the marks may only hold a word at a distance: at most three words, and nothing that
    /// ends a sentence or a clause. Such a stretch is still a quotation as far as voices go.
    #[must_use]
    pub fn is_scare_quote(&self, text: &str) -> bool {
        let inside = text[self.inside(text)].trim_end();
        self.closed && self.words(text) <= 3 && !inside.ends_with(['.', ',', '!', '?', '…', ':', ';'])
    }
}

/// The quotations of all prose blocks, in order of the text, disjoint; of nested ones the outermost.
///
/// Curly, straight, double, single and angle marks are read, also where a quotation opens with
/// one kind and closes with another. Apostrophes are not marks. No quotation leaves its block.
///
/// # Panics
/// If a block is not of this text.
#[must_use]
pub fn quoted_spans(text: &str, blocks: &[Block]) -> Vec<QuotedSpan> {
    let prose: Vec<usize> = (0..blocks.len()).filter(|&index| blocks[index].kind.is_prose()).collect();
    let mut quotes = Vec::new();
    for (place, &index) in prose.iter().enumerate() {
        let block = blocks[index];
        let goes_on = || {
            prose[place + 1..]
                .iter()
                .map(|&next| blocks[next])
                .find(|next| next.kind.is_body())
                .is_some_and(|next| block.kind.is_body() && marks::opens(&text[next.span]))
        };
        marks::quotations(&text[block.span], goes_on, |span, closed| {
            quotes.push(QuotedSpan { span: span.shifted(block.span.start()), block: index as u32, closed });
        });
    }
    quotes
}

/// The voice a target stands in, as far as marks and verbs tell.
///
/// Inside a quotation it is [`Voice::Direct`]. Elsewhere in a sentence that holds a part of a
/// quotation or a reporting verb it is [`Voice::Unresolved`]: the judgement may still be a
/// speaker's. Only else is it [`Voice::Own`].
#[must_use]
pub fn voice_at(quotes: &[QuotedSpan], sentence: Span, has_reporting_verb: bool, target: Span) -> Voice {
    let first = quotes.partition_point(|quote| quote.span.end() <= sentence.start().min(target.start()));
    let near = || quotes[first..].iter().take_while(|quote| quote.span.start() < sentence.end().max(target.end()));
    if near().any(|quote| quote.span.contains(target)) {
        Voice::Direct
    } else if has_reporting_verb || near().any(|quote| quote.span.overlaps(sentence)) {
        Voice::Unresolved
    } else {
        Voice::Own
    }
}
