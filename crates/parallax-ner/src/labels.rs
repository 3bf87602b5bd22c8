//! From labelled words to names and to the tags of words that were cut elsewhere, whatever labelled
//! them.

use crate::decode::{Tag, chunks};
use crate::head::{WordLabel, word_tags};
use crate::spans::trim_name;
use parallax_text::{EntityKind, Mention, MentionForm, Span};

/// The names among the labelled words of a sentence of `text`, in order: form [`MentionForm::Name`],
/// no entity yet. A possessive, quotation marks and a loose bracket or full stop are not part of the
/// span; the score is that of the least certain word.
///
/// # Panics
/// If a word is not of this text.
#[must_use]
pub fn names(text: &str, sentence_index: u32, words: &[WordLabel]) -> Vec<Mention> {
    let tags: Vec<Tag> = words.iter().map(|word| word.tag).collect();
    let mention = |(from, to, kind): (usize, usize, EntityKind)| {
        let span = trim_name(text, words[from].span.cover(words[to - 1].span));
        let score = words[from..to].iter().map(|word| word.probability).fold(1.0, f32::min);
        let form = MentionForm::Name;
        (!span.is_empty()).then_some(Mention { sentence: sentence_index, span, kind, form, score, entity: None })
    };
    chunks(&tags).into_iter().filter_map(mention).collect()
}

/// Tags the words of sentences that are cut into words already: `label` labels the words of the
/// sentences of a text, as it cuts them, a sentence being its words with one space between them; the
/// tag of a word is that of its first part.
///
/// # Errors
/// Those of `label`.
pub fn tag_words<S: AsRef<str>, E>(
    sentences: &[impl AsRef<[S]>],
    label: impl FnOnce(&str, &[Span]) -> Result<Vec<Vec<WordLabel>>, E>,
) -> Result<Vec<Vec<Tag>>, E> {
    let mut text = String::new();
    let mut spans: Vec<Span> = Vec::with_capacity(sentences.len());
    let mut words: Vec<Vec<Span>> = Vec::with_capacity(sentences.len());
    for sentence in sentences {
        let start = text.len();
        let mut places = Vec::with_capacity(sentence.as_ref().len());
        for word in sentence.as_ref() {
            let from = text.len();
            text.push_str(word.as_ref());
            places.push(Span::new(from, text.len()));
            text.push(' ');
        }
        spans.push(Span::new(start, places.last().map_or(start, |last| last.end())));
        words.push(places);
    }
    let labels = label(&text, &spans)?;
    Ok(labels.iter().zip(&words).map(|(labels, words)| word_tags(labels, words)).collect())
}
