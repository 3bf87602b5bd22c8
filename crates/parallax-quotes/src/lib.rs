//! Who says what in an article: quotations, reported speech, their speakers, and whose words a place is.
//!
//! * [`quoted_spans`]: the stretches between quotation marks, block by block, whatever the marks.
//! * [`reporting_verbs`]: the words that introduce what someone said, with their class.
//! * [`AttributionTagger`] and [`attribute`]: what is said, by whom, introduced by which words.
//! * [`Voices`]: for any place of the article, whose words it stands in.
//! * [`polnear`]: the published format of labelled attributions, and the figures on it.
//!
//! ```
//! use parallax_quotes::{quoted_spans, reporting_verbs};
//! use parallax_text::{Block, BlockKind, Span};
//!
//! let text = "“The minister is a fool,” Ode said. The tram opens in May.";
//! let blocks = [Block { kind: BlockKind::Body, span: Span::new(0, text.len()) }];
//! let quotes = quoted_spans(text, &blocks);
//! assert_eq!(&text[quotes[0].span], "“The minister is a fool,”");
//!
//! let sentence = Span::find(text, "“The minister is a fool,” Ode said.").unwrap();
//! assert_eq!(reporting_verbs(text, sentence)[0].lemma, "say");
//! ```

#![forbid(unsafe_code)]

mod attribution;
mod features;
mod layout;
mod marks;
pub mod polnear;
mod subject;
mod tagger;
mod verbs;
mod voice;

pub use attribution::{ArticleView, Attribution, AttributionCue, attribute};
pub use parallax_text::VerbClass;
pub use tagger::{AttributionError, AttributionTagger};
pub use verbs::{ReportingVerb, reporting_verbs};
pub use voice::{Standing, Voices};

use parallax_text::{Block, Span};

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
        let doubled = |mark: &str| usize::from(mark == "\'\'" || mark == "``");
        let open = quoted.chars().next().map_or(0, char::len_utf8);
        let open = open + doubled(quoted.get(..2).unwrap_or_default());
        let rest = &quoted[open.min(quoted.len())..];
        let close = rest.chars().next_back().filter(|_| self.closed).map_or(0, char::len_utf8);
        let close = close + doubled(rest.get(rest.len().saturating_sub(2)..).unwrap_or_default()) * close;
        Span::new(self.span.end() - rest.len(), self.span.end() - close)
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

    /// Whether the marks may stand around a term or a title that nobody is said to have spoken: at
    /// most three words, or nearly all of its longer words capitalised.
    #[must_use]
    pub fn is_term(&self, text: &str) -> bool {
        self.closed && (self.words(text) <= 3 || self.is_title(text))
    }

    /// Whether nearly all of its longer words are capitalised.
    fn is_title(&self, text: &str) -> bool {
        let inside = &text[self.inside(text)];
        let long = || inside.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= 4);
        let raised = long().filter(|word| word.starts_with(char::is_uppercase)).count();
        raised >= 2 && raised * 4 >= long().count() * 3
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
