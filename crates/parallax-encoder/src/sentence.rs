//! Sentences of a text to tokens and their hidden states.

use crate::tokens::{TokenizedSentence, tokenize};
use crate::{Batch, EncodeError, Encoder, EngineInfo, Model, Token};
use ndarray::{Array1, Array2, Axis, Slice};
use parallax_text::Span;
use std::ops::Range;
use std::sync::Arc;
use tokenizers::Tokenizer;

/// How sentences are put to the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncodeOptions {
    /// Tokens in a batch: it ends before it would exceed this, and holds one sequence at least.
    /// More of them cost memory (about 12 KB a token) and, with the native engine, gain nothing.
    pub batch_tokens: usize,
    /// Longest sequence in word pieces, without `[CLS]` and `[SEP]`; longer sentences are read in
    /// windows of this size.
    pub window: usize,
    /// Least number of word pieces that two neighbouring windows share.
    pub overlap: usize,
}

impl Default for EncodeOptions {
    fn default() -> Self {
        Self { batch_tokens: 512, window: 254, overlap: 64 }
    }
}

/// A sentence with the hidden states of its tokens; `[CLS]` and `[SEP]` are left out.
#[derive(Clone, Debug, PartialEq)]
pub struct EncodedSentence {
    /// All its tokens, in order.
    pub tokens: Vec<Token>,
    /// Hidden states of the last layer, `[tokens, hidden size]`.
    pub hidden: Array2<f32>,
    /// Those of each branch of the engine.
    pub branches: Vec<BranchStates>,
}

/// Hidden states of a branch for one sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct BranchStates {
    /// State of `[CLS]`, in the first window; 0 where the sentence has no tokens.
    pub first: Array1<f32>,
    /// States of the tokens, `[tokens, hidden size]`.
    pub hidden: Array2<f32>,
}

impl EncodedSentence {
    /// Mean of the hidden states of all tokens; `None` where there are none.
    #[must_use]
    pub fn mean(&self) -> Option<Array1<f32>> {
        self.hidden.mean_axis(Axis(0))
    }

    /// The tokens that share at least one byte with a span of the text.
    #[must_use]
    pub fn tokens_in(&self, span: Span) -> Range<usize> {
        let start = self.tokens.partition_point(|token| token.span.end() <= span.start());
        let end = self.tokens.partition_point(|token| token.span.start() < span.end());
        start..end.max(start)
    }

    /// The tokens of each word, in order; words are what BERT's pre-tokenizer cuts: at white space
    /// and at each punctuation character.
    pub fn words(&self) -> impl Iterator<Item = Range<usize>> {
        self.tokens.chunk_by(|_, next| !next.starts_word).scan(0, |start, pieces| {
            let word = *start..*start + pieces.len();
            *start = word.end;
            Some(word)
        })
    }

    /// The index of the first token of each word.
    pub fn word_starts(&self) -> impl Iterator<Item = usize> {
        self.words().map(|word| word.start)
    }

    /// The bytes of the text that a range of tokens covers.
    ///
    /// # Panics
    /// If the range is empty or not of this sentence.
    #[must_use]
    #[track_caller]
    pub fn span_of(&self, tokens: Range<usize>) -> Span {
        let tokens = &self.tokens[tokens];
        tokens.iter().fold(tokens[0].span, |span, token| span.cover(token.span))
    }
}

/// Tokenizer and engine together: what the stages use. Cheap to share between threads.
#[derive(Clone)]
pub struct SentenceEncoder {
    tokenizer: Arc<Tokenizer>,
    engine: Arc<dyn Encoder>,
    options: EncodeOptions,
    /// Ids of `[CLS]` and `[SEP]`.
    frame: (u32, u32),
}

impl std::fmt::Debug for SentenceEncoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SentenceEncoder").field("engine", self.engine.engine()).field("options", &self.options).finish()
    }
}

impl SentenceEncoder {
    /// The tokenizer of a model with an engine that holds its weights.
    ///
    /// # Errors
    /// When the window does not fit the model, or is not larger than the overlap; when the engine
    /// was made from a model of another size.
    pub fn new(model: &Model, engine: Arc<dyn Encoder>, options: EncodeOptions) -> Result<Self, EncodeError> {
        let config = &model.config().encoder;
        let longest = config.max_position_embeddings - 2;
        let refuse = |message: String| Err(EncodeError::Options(message));
        if options.window > longest {
            return refuse(format!(
                "a window of {} word pieces is too long for this model: at most {longest}",
                options.window
            ));
        }
        if options.overlap >= options.window {
            return refuse(format!("windows of {} word pieces cannot overlap by {}", options.window, options.overlap));
        }
        if engine.hidden_size() != config.hidden_size {
            return refuse(format!(
                "the engine's hidden size is {}, the model's {}: make both from one model",
                engine.hidden_size(),
                config.hidden_size
            ));
        }
        let id = |special| model.tokenizer().token_to_id(special).expect("checked when the model was loaded");
        let frame = (id("[CLS]"), id("[SEP]"));
        Ok(Self { tokenizer: Arc::clone(model.tokenizer()), engine, options, frame })
    }

    /// What runs the transformer.
    #[must_use]
    pub fn engine(&self) -> &EngineInfo {
        self.engine.engine()
    }

    /// Width of a hidden state.
    #[must_use]
    pub fn hidden_size(&self) -> usize {
        self.engine.hidden_size()
    }

    /// Encodes sentences of a text: one result for each span, in their order. A span without words
    /// has no tokens.
    ///
    /// A sentence longer than the window is read in overlapping windows; each of its tokens has the
    /// hidden state of the window in which it stands farthest from a cut. Its word shapes are those
    /// of the whole sentence.
    ///
    /// # Errors
    /// When a span is not of the text, or when the engine fails.
    pub fn encode(&self, text: &str, spans: &[Span]) -> Result<Vec<EncodedSentence>, EncodeError> {
        let sentences =
            spans.iter().map(|&span| tokenize(&self.tokenizer, text, span)).collect::<Result<Vec<_>, _>>()?;
        let width = self.hidden_size();
        let mut encoded: Vec<EncodedSentence> = sentences
            .iter()
            .map(|sentence| {
                let hidden = Array2::zeros((sentence.tokens.len(), width));
                let branch = BranchStates { first: Array1::zeros(width), hidden: hidden.clone() };
                let branches = vec![branch; self.engine.branches()];
                EncodedSentence { tokens: sentence.tokens.clone(), hidden, branches }
            })
            .collect();
        for batch in self.batches(&sentences) {
            self.encode_batch(&sentences, &batch, &mut encoded)?;
        }
        Ok(encoded)
    }

    /// The windows of all sentences, longest first, cut into batches.
    fn batches(&self, sentences: &[TokenizedSentence]) -> Vec<Vec<Window>> {
        let mut all: Vec<Window> = sentences
            .iter()
            .enumerate()
            .flat_map(|(sentence, tokenized)| {
                windows(tokenized.tokens.len(), self.options).into_iter().map(move |(read, keep)| Window {
                    sentence,
                    read,
                    keep,
                })
            })
            .collect();
        all.sort_by_key(|window| std::cmp::Reverse(window.read.len()));
        let mut batches: Vec<Vec<Window>> = Vec::new();
        let mut tokens = 0;
        for window in all {
            tokens += window.length();
            match batches.last_mut() {
                Some(batch) if tokens <= self.options.batch_tokens => batch.push(window),
                _ => {
                    tokens = window.length();
                    batches.push(vec![window]);
                }
            }
        }
        batches
    }

    fn encode_batch(
        &self,
        sentences: &[TokenizedSentence],
        batch: &[Window],
        encoded: &mut [EncodedSentence],
    ) -> Result<(), EncodeError> {
        let (cls, sep) = self.frame;
        let lengths: Vec<usize> = batch.iter().map(Window::length).collect();
        let tokens = lengths.iter().sum();
        let (mut ids, mut types) = (Vec::with_capacity(tokens), Vec::with_capacity(tokens));
        for window in batch {
            let sentence = &sentences[window.sentence];
            ids.push(cls);
            ids.extend_from_slice(&sentence.ids[window.read.clone()]);
            ids.push(sep);
            types.push(0);
            types.extend_from_slice(&sentence.types[window.read.clone()]);
            types.push(0);
        }
        let ends = self.engine.encode_all(&Batch::new(&ids, &types, &lengths)?)?;
        let mut row = 0;
        for window in batch {
            let first = row + 1 + window.keep.start - window.read.start;
            let kept = |states: &Array2<f32>, to: &mut Array2<f32>| {
                let kept = states.slice_axis(Axis(0), Slice::from(first..first + window.keep.len()));
                to.slice_axis_mut(Axis(0), Slice::from(window.keep.clone())).assign(&kept);
            };
            let sentence = &mut encoded[window.sentence];
            kept(&ends[0], &mut sentence.hidden);
            for (states, branch) in ends[1..].iter().zip(&mut sentence.branches) {
                kept(states, &mut branch.hidden);
                if window.read.start == 0 {
                    branch.first.assign(&states.row(row));
                }
            }
            row += window.length();
        }
        Ok(())
    }
}

/// A stretch of a sentence that is read in one go.
#[derive(Clone, Debug)]
struct Window {
    /// Index of the sentence.
    sentence: usize,
    /// The tokens that are read.
    read: Range<usize>,
    /// The tokens whose hidden states are taken from this window.
    keep: Range<usize>,
}

impl Window {
    /// Tokens with `[CLS]` and `[SEP]`.
    fn length(&self) -> usize {
        self.read.len() + 2
    }
}

/// The windows of a sentence of `tokens` tokens: what is read, and what of it is kept. All windows
/// of a long sentence are full; what two of them share is split in its middle.
pub(crate) fn windows(tokens: usize, options: EncodeOptions) -> Vec<(Range<usize>, Range<usize>)> {
    if tokens == 0 {
        return Vec::new();
    }
    let step = options.window - options.overlap;
    let last = tokens.saturating_sub(options.window);
    let starts: Vec<usize> = (0..last).step_by(step).chain([last]).collect();
    let end_of = |start: usize| (start + options.window).min(tokens);
    let border = |index: usize| usize::midpoint(starts[index], end_of(starts[index - 1]));
    (0..starts.len())
        .map(|index| {
            let from = if index == 0 { 0 } else { border(index) };
            let to = if index + 1 == starts.len() { tokens } else { border(index + 1) };
            (starts[index]..end_of(starts[index]), from..to)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_sentence_that_fits_is_one_window() {
        let options = EncodeOptions { window: 8, overlap: 2, ..EncodeOptions::default() };
        assert_eq!(windows(8, options), [(0..8, 0..8)]);
        assert_eq!(windows(9, options), [(0..8, 0..4), (1..9, 4..9)]);
        assert!(windows(0, options).is_empty());
    }

    proptest! {
        #[test]
        fn windows_keep_every_token_once_and_away_from_cuts(
            tokens in 1..700usize, window in 2..80usize, overlap in 0..79usize,
        ) {
            let options = EncodeOptions { window, overlap: overlap.min(window - 1), ..EncodeOptions::default() };
            let mut next = 0;
            for (read, keep) in windows(tokens, options) {
                prop_assert_eq!(keep.start, next);
                prop_assert!(read.start <= keep.start && keep.end <= read.end && read.len() <= window);
                let margin = options.overlap / 2;
                prop_assert!(read.start == 0 || keep.start - read.start >= margin);
                prop_assert!(read.end == tokens || read.end - keep.end >= margin);
                next = keep.end;
            }
            prop_assert_eq!(next, tokens);
        }
    }
}
