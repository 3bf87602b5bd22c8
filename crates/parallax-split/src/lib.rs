//! Clean text to sentences with exact spans.
//!
//! One pass over the bytes: rules with sorted static tables, and, for white space of which no rule
//! speaks (careless writing without stops or capitals, lines that lost their breaks), a small
//! trained model of one megabyte. Sentences are trimmed, in order, disjoint, and together hold
//! every byte that is not white space.
//!
//! # What the model may not do
//! It never undoes what a rule decides, never cuts inside brackets, after an abbreviation or before
//! the clause that names a speaker, never between a colon and the quotation it introduces, and never
//! in a headline. In a paragraph that is written with care it needs a mark, or a capital word that
//! is no name, and is asked for more certainty.
//!
//! # Quotations
//! A quotation of several sentences is several sentences, as in the rule set of
//! `pragmatic_segmenter`; its closing mark and the clause that names its speaker stay with the last
//! of them. That the sentences are one quotation is told by the spans of quotations
//! (`parallax-quotes`), which reach over sentences and paragraphs.
//!
//! ```
//! let text = "“We waited in the U.S. for years,” Ms. Ode said. “Why us?” she asked.";
//! let sentences: Vec<&str> = parallax_split::split(text).into_iter().map(|span| &text[span]).collect();
//! assert_eq!(sentences, ["“We waited in the U.S. for years,” Ms. Ode said.", "“Why us?” she asked."]);
//! ```

#![forbid(unsafe_code)]

pub mod evaluate;
mod gaps;
mod lines;
mod scan;
pub mod training;
mod words;

use gaps::{Judge, Model};
use parallax_text::{Block, BlockKind, Sentence, Span};

/// The sentences of one block of text, as spans in bytes of `text`.
///
/// An empty line always ends a sentence. A single line break does where the line is a heading or
/// a list item by its shape; otherwise it is taken for the wrapping of a paragraph.
#[must_use]
pub fn split(text: &str) -> Vec<Span> {
    split_with(text, &mut Model)
}

fn split_with(text: &str, judge: &mut impl Judge) -> Vec<Span> {
    let mut found = Vec::new();
    for paragraph in lines::paragraphs(text) {
        scan::scan(text, paragraph, scan::Mode::Prose, judge, &mut found);
    }
    found
}

/// The sentences of all prose blocks, as spans in bytes of `text`.
///
/// Bylines and datelines have none ([`BlockKind::is_prose`]). A headline or subhead is one
/// sentence unless it plainly holds several.
///
/// # Panics
/// If a block is not of this text.
#[must_use]
pub fn sentences(text: &str, blocks: &[Block]) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    let mut found = Vec::new();
    for (index, block) in blocks.iter().enumerate().filter(|(_, block)| block.kind.is_prose()) {
        match block.kind {
            BlockKind::Headline | BlockKind::Subhead => {
                let inside = &text[block.span];
                scan::scan(
                    inside,
                    Span::new(0, inside.len()).trimmed(inside),
                    scan::Mode::Headline,
                    &mut Model,
                    &mut found,
                );
            }
            _ => found = split(&text[block.span]),
        }
        sentences.extend(
            found.drain(..).map(|span| Sentence { block: index as u32, span: span.shifted(block.span.start()) }),
        );
    }
    sentences
}
