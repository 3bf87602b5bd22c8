//! An annotation record whose positions have been checked: what every export starts from.

use crate::input::hexadecimal;
use parallax_text::record::AnnotationRecord;
use parallax_text::{BlockKind, CodePoints, Span};
use sha2::{Digest, Sha256};

/// Why a record cannot be exported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// A position is not one of the text.
    #[error("{doc_id}: {what} at {start}..{end} is not a range of the text's {length} code points")]
    Range {
        /// The article.
        doc_id: String,
        /// What stands there.
        what: &'static str,
        /// Its start.
        start: usize,
        /// Its end.
        end: usize,
        /// Code points of the text.
        length: usize,
    },
    /// An index leads nowhere, or sentences are out of order.
    #[error("{doc_id}: {what} {index} is not in the record, or out of order")]
    Index {
        /// The article.
        doc_id: String,
        /// What is missing.
        what: &'static str,
        /// Its number.
        index: usize,
    },
}

/// A record that refers to itself and its text soundly, with its text's positions counted.
#[derive(Debug)]
pub struct CheckedArticle<'a> {
    record: &'a AnnotationRecord,
    points: CodePoints<'a>,
}

impl<'a> CheckedArticle<'a> {
    /// Checks a record.
    ///
    /// # Errors
    /// Where a position or an index of the record leads nowhere, as after editing by hand.
    pub fn new(record: &'a AnnotationRecord) -> Result<Self, RecordError> {
        let length = record.text.chars().count();
        let range = |what, start: usize, end: usize| {
            let doc_id = record.doc_id.clone();
            if start <= end && end <= length {
                Ok(())
            } else {
                Err(RecordError::Range { doc_id, what, start, end, length })
            }
        };
        let index = |what, index: Option<u32>, length: usize| match index {
            Some(index) if index as usize >= length => {
                Err(RecordError::Index { doc_id: record.doc_id.clone(), what, index: index as usize })
            }
            _ => Ok(()),
        };
        let numbered = |what, found: usize, expected: usize| {
            if found == expected {
                Ok(())
            } else {
                Err(RecordError::Index { doc_id: record.doc_id.clone(), what, index: found })
            }
        };
        let (sentences, entities) = (record.sentences.len(), record.entities.len());
        let (mentions, quotes) = (record.mentions.len(), record.quotes.len());
        for block in &record.blocks {
            range("a block", block.start, block.end)?;
        }
        let mut last = 0;
        for (place, sentence) in record.sentences.iter().enumerate() {
            range("a sentence", sentence.start, sentence.end)?;
            index("block", Some(sentence.block), record.blocks.len())?;
            numbered("sentence", sentence.id, place)?;
            if sentence.start < last {
                numbered("sentence", place, usize::MAX)?;
            }
            last = sentence.end;
        }
        for (place, mention) in record.mentions.iter().enumerate() {
            range("a mention", mention.start, mention.end)?;
            numbered("mention", mention.id, place)?;
            index("sentence", Some(mention.sentence), sentences)?;
            index("entity", mention.entity, entities)?;
        }
        for quote in &record.quotes {
            range("a quotation", quote.start, quote.end)?;
            index("quotation", quote.continues, quotes)?;
            if let Some(cue) = &quote.cue {
                range("a cue", cue.start, cue.end)?;
            }
            if let Some(speaker) = &quote.speaker {
                range("a speaker", speaker.start, speaker.end)?;
                index("entity", speaker.entity, entities)?;
                index("mention", speaker.mention, mentions)?;
            }
        }
        for tone in &record.tones {
            index("mention", Some(tone.mention), mentions)?;
            index("sentence", Some(tone.sentence), sentences)?;
            index("entity", tone.holder, entities)?;
            index("quotation", tone.quote, quotes)?;
        }
        let of_sentences = record.frames.iter().map(|frames| frames.sentence);
        let of_sentences = of_sentences.chain(record.stances.iter().map(|stance| stance.sentence));
        for sentence in of_sentences.chain(record.wording.iter().map(|wording| wording.sentence)) {
            index("sentence", Some(sentence), sentences)?;
        }
        for stance in &record.stances {
            index("entity", stance.holder, entities)?;
        }
        for word in record.wording.iter().flat_map(|wording| &wording.words) {
            range("a loaded word", word.start, word.end)?;
        }
        Ok(Self { record, points: CodePoints::new(&record.text) })
    }

    /// The record.
    #[must_use]
    pub fn record(&self) -> &'a AnnotationRecord {
        self.record
    }

    /// The text between two positions of the record, in code points.
    #[must_use]
    pub fn cut(&self, start: usize, end: usize) -> &'a str {
        &self.record.text.as_str()[self.span(start, end)]
    }

    /// The bytes between two positions of the record.
    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        self.points.span(start, end).unwrap_or_else(|| Span::new(self.record.text.len(), self.record.text.len()))
    }

    /// The id of a sentence, as tables and evidence have it.
    pub(crate) fn sentence_id(&self, sentence: usize) -> String {
        format!("{}#{sentence}", self.record.doc_id)
    }

    /// The kind of the block a sentence stands in.
    pub(crate) fn zone(&self, sentence: u32) -> BlockKind {
        self.record.blocks[self.record.sentences[sentence as usize].block as usize].kind
    }

    /// The name of a mention's actor.
    pub(crate) fn entity_name(&self, entity: Option<u32>) -> Option<&'a str> {
        entity.map(|entity| self.record.entities[entity as usize].name.as_str())
    }
}

/// A name that every tool and file system takes: what could steer one is written as `%20`.
#[must_use]
pub(crate) fn safe_id(id: &str) -> String {
    let mut out = String::with_capacity(id.len());
    for (place, letter) in id.chars().enumerate() {
        let plain = letter.is_alphanumeric() || matches!(letter, '-' | '_') || (letter == '.' && place > 0);
        if plain {
            out.push(letter);
        } else {
            letter.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| out.push_str(&format!("%{byte:02X}")));
        }
    }
    out
}

/// The name of an article's files: its id, of a long one the beginning and eight digits of its hash.
#[must_use]
pub(crate) fn file_name(doc_id: &str) -> String {
    const MOST: usize = 48;
    let safe = safe_id(doc_id);
    if safe.chars().count() <= MOST {
        return safe;
    }
    let hash = hexadecimal(&Sha256::digest(doc_id.as_bytes()));
    safe.chars().take(MOST).chain(['-']).chain(hash.chars().take(8)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::fixture::record;

    #[test]
    fn a_position_or_index_outside_is_an_error() {
        let check = |change: &dyn Fn(&mut AnnotationRecord), says: &str| {
            let mut record = record("One 🔥 day. Two.");
            assert!(CheckedArticle::new(&record).is_ok());
            change(&mut record);
            let error = CheckedArticle::new(&record).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        };
        check(&|record| record.sentences[1].end = 99, "a sentence at 11..99 is not a range of the text's 15");
        check(&|record| record.sentences[1].start = 3, "sentence");
        check(&|record| record.sentences[0].block = 7, "block 7");
    }

    #[test]
    fn ids_are_safe_as_names_of_files() {
        let check = |id: &str, safe: &str| assert_eq!(safe_id(id), safe);
        check("01_herald.2", "01_herald.2");
        check("../a b", "%2E.%2Fa%20b");
        check("año/1#2", "año%2F1%232");
    }
}
