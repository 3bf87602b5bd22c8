//! The vocabulary of a checkpoint: texts to pieces, and the special tokens around them.

use super::Sequence;
use super::description::{Description, Family};
use crate::weights::read;
use crate::{EncodeError, LoadError};
use parallax_text::Span;
use serde::Deserialize;
use std::ops::Range;
use std::path::{Path, PathBuf};
use tokenizers::Tokenizer;
use tokenizers::models::bpe::BPE;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;

/// A tokenizer without truncation, for which special tokens in a text are text.
#[derive(Debug)]
pub(super) struct Vocabulary {
    tokenizer: Tokenizer,
    /// `[CLS]` or `<s>`.
    start: u32,
    /// `[SEP]` or `</s>`.
    end: u32,
    family: Family,
}

/// Pieces of a part of a text.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pub(super) ids: Vec<u32>,
    /// Bytes of the text, without white space around them.
    pub(super) spans: Vec<Span>,
    pub(super) starts_word: Vec<bool>,
}

impl Vocabulary {
    pub(super) fn read(folder: &Path, description: &Description) -> Result<Self, LoadError> {
        let family = description.model_type;
        let settings = Settings::read(folder)?;
        let complete = folder.join("tokenizer.json");
        let (path, tokenizer) = if complete.is_file() {
            (complete.clone(), Tokenizer::from_file(&complete))
        } else if family == Family::Roberta {
            let (pieces, merges) = (existing(folder, "vocab.json")?, existing(folder, "merges.txt")?);
            (pieces.clone(), byte_pairs(&pieces, &merges, &settings))
        } else {
            let pieces = existing(folder, "vocab.txt")?;
            (pieces.clone(), word_pieces(&pieces, &settings))
        };
        let mut tokenizer = tokenizer.map_err(|source| LoadError::Tokenizer { path: path.clone(), source })?;
        let unsupported = |reason: String| LoadError::Unsupported { path: path.clone(), reason };
        tokenizer.with_truncation(None).map_err(|error| unsupported(error.to_string()))?;
        tokenizer.with_padding(None);
        tokenizer.set_encode_special_tokens(true);
        let highest = tokenizer.get_vocab(true).into_values().max().map_or(0, |id| id as usize + 1);
        if highest > description.vocab_size {
            return Err(unsupported(format!(
                "it gives ids up to {}, and config.json says vocab_size {}",
                highest - 1,
                description.vocab_size
            )));
        }
        let [start, end] = if family == Family::Roberta { ["<s>", "</s>"] } else { ["[CLS]", "[SEP]"] };
        let id = |special: &str| {
            tokenizer.token_to_id(special).ok_or_else(|| unsupported(format!("its vocabulary has no {special}")))
        };
        let (start, end) = (id(start)?, id(end)?);
        Ok(Self { tokenizer, start, end, family })
    }

    pub(super) fn pieces(&self, text: &str, span: Span) -> Result<Pieces, EncodeError> {
        let wrong = || EncodeError::Span { start: span.start(), end: span.end(), length: text.len() };
        let part = text.get(span.range()).ok_or_else(wrong)?;
        if part.trim().is_empty() {
            return Ok(Pieces::default());
        }
        let encoding = self.tokenizer.encode(part, false).map_err(EncodeError::Tokenizer)?;
        let words = encoding.get_word_ids();
        let spans = encoding.get_offsets().iter().map(|&(from, to)| {
            // Of a byte-level piece, the space in front is no part of the word.
            part.get(from..to).ok_or_else(wrong)?;
            Ok(Span::new(from, to).trimmed(part).shifted(span.start()))
        });
        Ok(Pieces {
            spans: spans.collect::<Result<_, EncodeError>>()?,
            starts_word: (0..words.len()).map(|at| at == 0 || words[at] != words[at - 1]).collect(),
            ids: encoding.get_ids().to_vec(),
        })
    }

    /// One text between its special tokens.
    pub(super) fn single(&self, ids: &[u32]) -> Sequence {
        let ids = [&[self.start], ids, &[self.end]].concat();
        Sequence { types: vec![0; ids.len()], ids }
    }

    /// Two texts; RoBERTa parts them by two special tokens and has no types.
    pub(super) fn pair(&self, first: &[u32], second: &[u32]) -> Sequence {
        let roberta = self.family == Family::Roberta;
        let between: &[u32] = if roberta { &[self.end, self.end] } else { &[self.end] };
        let ids = [&[self.start], first, between, second, &[self.end]].concat();
        let types = (0..ids.len()).map(|at| u32::from(!roberta && at >= first.len() + 2)).collect();
        Sequence { ids, types }
    }

    /// Special tokens of a pair.
    pub(super) fn framing(&self) -> usize {
        self.pair(&[], &[]).ids.len()
    }
}

impl Pieces {
    /// At most `room` pieces, with a target as near to their middle as the ends of the text allow.
    pub(super) fn around(&self, target: Span, room: usize) -> Range<usize> {
        let pieces = self.ids.len();
        if pieces <= room {
            return 0..pieces;
        }
        let at = self.spans.partition_point(|span| span.end() <= target.start());
        let start = at.saturating_sub(room / 2).min(pieces - room);
        start..start + room
    }
}

/// The parts of `tokenizer_config.json` that `vocab.txt` or `vocab.json` leave open.
#[derive(Debug, Default, Deserialize)]
struct Settings {
    do_lower_case: Option<bool>,
    strip_accents: Option<bool>,
    tokenize_chinese_chars: Option<bool>,
    #[serde(default)]
    add_prefix_space: bool,
}

impl Settings {
    fn read(folder: &Path) -> Result<Self, LoadError> {
        let path = folder.join("tokenizer_config.json");
        if !path.is_file() {
            return Ok(Self::default());
        }
        serde_json::from_slice(&read(&path)?).map_err(|source| LoadError::Config { path, source })
    }
}

fn existing(folder: &Path, name: &str) -> Result<PathBuf, LoadError> {
    let path = folder.join(name);
    if path.is_file() {
        return Ok(path);
    }
    Err(LoadError::Read { path, source: std::io::Error::from(std::io::ErrorKind::NotFound) })
}

fn word_pieces(path: &Path, settings: &Settings) -> tokenizers::Result<Tokenizer> {
    let pieces = WordPiece::from_file(&path.to_string_lossy()).unk_token("[UNK]".to_owned()).build()?;
    let mut tokenizer = Tokenizer::new(pieces);
    let has_capitals = |piece: &String| !piece.starts_with('[') && piece.chars().any(char::is_uppercase);
    let lower = settings.do_lower_case.unwrap_or_else(|| !tokenizer.get_vocab(false).keys().any(has_capitals));
    let chinese = settings.tokenize_chinese_chars.unwrap_or(true);
    tokenizer.with_normalizer(Some(BertNormalizer::new(true, chinese, settings.strip_accents, lower)));
    tokenizer.with_pre_tokenizer(Some(BertPreTokenizer));
    Ok(tokenizer)
}

fn byte_pairs(path: &Path, merges: &Path, settings: &Settings) -> tokenizers::Result<Tokenizer> {
    let pairs = BPE::from_file(&path.to_string_lossy(), &merges.to_string_lossy()).build()?;
    let mut tokenizer = Tokenizer::new(pairs);
    tokenizer.with_pre_tokenizer(Some(ByteLevel::new(settings.add_prefix_space, true, true)));
    Ok(tokenizer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_read_of_a_long_sentence_holds_the_target(pieces in 1..300usize, at in 0..300usize, room in 1..80usize) {
            let at = at % pieces;
            let spans = (0..pieces).map(|piece| Span::new(3 * piece, 3 * piece + 2)).collect();
            let all = Pieces { ids: vec![0; pieces], spans, starts_word: vec![true; pieces] };
            let read = all.around(Span::new(3 * at, 3 * at + 2), room);
            prop_assert!(read.contains(&at) && read.end <= pieces && read.len() == room.min(pieces));
        }
    }
}
