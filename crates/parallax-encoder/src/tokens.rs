//! WordPiece tokens of one sentence, with their byte spans and types.

use crate::{EncodeError, word_shape};
use parallax_text::Span;
use tokenizers::Tokenizer;

/// One word piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its characters, bytes of the text. Ordered by start and end; pieces of one character (a
    /// Korean syllable cut into its letters) share its span.
    pub span: Span,
    /// Whether it is the first piece of a word, as BERT's pre-tokenizer cuts words: at white space
    /// and at each punctuation character.
    pub starts_word: bool,
}

/// A sentence as the encoder sees it, without `[CLS]` and `[SEP]`.
#[derive(Clone, Debug, Default)]
pub(crate) struct TokenizedSentence {
    pub(crate) ids: Vec<u32>,
    pub(crate) types: Vec<u32>,
    pub(crate) tokens: Vec<Token>,
}

/// Tokenizes one sentence of a text, in time linear in its length.
pub(crate) fn tokenize(tokenizer: &Tokenizer, text: &str, sentence: Span) -> Result<TokenizedSentence, EncodeError> {
    let words = text.get(sentence.range()).ok_or(EncodeError::Span {
        start: sentence.start(),
        end: sentence.end(),
        length: text.len(),
    })?;
    if words.is_empty() {
        return Ok(TokenizedSentence::default());
    }
    let encoding = tokenizer.encode(words, false).map_err(EncodeError::Tokenizer)?;
    let word_of = encoding.get_word_ids();
    let tokens: Vec<Token> = encoding
        .get_offsets()
        .iter()
        .enumerate()
        .map(|(index, &(start, end))| Token {
            span: Span::new(start, end).shifted(sentence.start()),
            starts_word: index == 0 || word_of[index] != word_of[index - 1],
        })
        .collect();
    let types = types(text, &tokens);
    Ok(TokenizedSentence { ids: encoding.get_ids().to_vec(), types, tokens })
}

/// Token types: the shape of each piece's word in the context of the sentence.
fn types(text: &str, tokens: &[Token]) -> Vec<u32> {
    let words: Vec<(&str, u32, usize)> = tokens
        .chunk_by(|_, next| !next.starts_word)
        .map(|pieces| {
            let word = &text[pieces.iter().fold(pieces[0].span, |word, piece| word.cover(piece.span))];
            (word, word_shape::shape(word), pieces.len())
        })
        .collect();
    let context = word_shape::context(words.iter().map(|&(word, shape, _)| (word, shape)));
    words
        .iter()
        .flat_map(|&(_, shape, pieces)| std::iter::repeat_n(word_shape::token_type(shape, context), pieces))
        .collect()
}
