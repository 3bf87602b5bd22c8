//! What the tagger reads beside the hidden states: where each word stands, and what marks and verbs tell.

use crate::{QuotedSpan, ReportingVerb};
use parallax_encoder::EncodedSentence;
use parallax_text::{Sentence, Span};
use std::ops::Range;

/// Features of a word.
pub(crate) const FEATURES: usize = 13;

/// A word as BERT's pre-tokenizer cuts it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Word {
    pub(crate) span: Span,
    pub(crate) block: u32,
    pub(crate) sentence: u32,
}

/// The words of an article with their features.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) words: Vec<Word>,
    /// In a quotation; its first word; its last word, if it is closed; it is not closed; it is short
    /// enough to be a scare quote; one for each class of reporting verbs; first and last word of a
    /// block; first and last word of a sentence.
    pub(crate) features: Vec<[f32; FEATURES]>,
}

impl Reading {
    /// Everything must be of this text; sentences, quotations and verbs in order.
    pub(crate) fn new(
        text: &str,
        sentences: &[Sentence],
        encoded: &[EncodedSentence],
        quoted: &[QuotedSpan],
        verbs: &[ReportingVerb],
    ) -> Self {
        let mut words = Vec::new();
        for (index, (sentence, encoded)) in sentences.iter().zip(encoded).enumerate() {
            words.extend(encoded.words().map(|pieces| Word {
                span: encoded.span_of(pieces),
                block: sentence.block,
                sentence: index as u32,
            }));
        }
        let mut reading = Self { features: vec![[0.0; FEATURES]; words.len()], words };
        for quote in quoted {
            let inside = reading.words_in(quote.span);
            let scare = quote.is_scare_quote(text);
            for word in inside.clone() {
                let feature = &mut reading.features[word];
                feature[0] = 1.0;
                feature[3] = flag(!quote.closed);
                feature[4] = flag(scare);
            }
            if !inside.is_empty() {
                reading.features[inside.start][1] = 1.0;
                reading.features[inside.end - 1][2] = flag(quote.closed);
            }
        }
        for verb in verbs {
            for word in reading.words_in(verb.span) {
                reading.features[word][5 + verb.class as usize] = 1.0;
            }
        }
        for word in 0..reading.words.len() {
            let last = word + 1 == reading.words.len();
            let (here, next) = (reading.words[word], reading.words[if last { word } else { word + 1 }]);
            let opens = word == 0 || reading.words[word - 1].block != here.block;
            let begins = word == 0 || reading.words[word - 1].sentence != here.sentence;
            reading.features[word][9] = flag(opens);
            reading.features[word][10] = flag(last || next.block != here.block);
            reading.features[word][11] = flag(begins);
            reading.features[word][12] = flag(last || next.sentence != here.sentence);
        }
        reading
    }

    /// The words that share a byte with a span.
    pub(crate) fn words_in(&self, span: Span) -> Range<usize> {
        let start = self.words.partition_point(|word| word.span.end() <= span.start());
        let end = self.words.partition_point(|word| word.span.start() < span.end());
        start..end.max(start)
    }

    /// The bytes of a range of words.
    pub(crate) fn span_of(&self, words: &Range<usize>) -> Span {
        self.words[words.start].span.cover(self.words[words.end - 1].span)
    }

    /// Whether a block starts with this word.
    pub(crate) fn opens_block(&self, word: usize) -> bool {
        self.features[word][9] > 0.0
    }
}

fn flag(holds: bool) -> f32 {
    if holds { 1.0 } else { 0.0 }
}
