//! The words of an article's sentences, and which named mention each is part of.

use parallax_text::{Mention, Sentence, Span};
use std::ops::Range;

/// A word, or a mark between words.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub(crate) span: Span,
    /// In small letters, straight apostrophes; a mark as it is.
    pub(crate) lower: String,
    /// Whether it has letters or digits.
    pub(crate) is_word: bool,
    pub(crate) is_capital: bool,
    /// Index of its sentence.
    pub(crate) sentence: u32,
    /// Index of the mention that covers it.
    pub(crate) mention: Option<u32>,
}

/// All words of an article, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words {
    pub(crate) all: Vec<Word>,
    /// The words of each sentence.
    pub(crate) of_sentence: Vec<Range<usize>>,
    /// The words of each mention.
    pub(crate) of_mention: Vec<Range<usize>>,
}

impl Words {
    /// Cuts sentences into words. Sentences and mentions come in order of the text; those that do
    /// not fit it have no words.
    pub(crate) fn new(text: &str, sentences: &[Sentence], mentions: &[Mention]) -> Self {
        let mut words = Self::default();
        let mut done = 0;
        for (index, sentence) in sentences.iter().enumerate() {
            let from = words.all.len();
            // Overlapping sentences would give words twice.
            let start = sentence.span.start().max(done);
            if start < sentence.span.end() && text.get(start..sentence.span.end()).is_some() {
                cut(text, Span::new(start, sentence.span.end()), index as u32, &mut words.all);
                done = sentence.span.end();
            }
            words.of_sentence.push(from..words.all.len());
        }
        for (index, mention) in mentions.iter().enumerate() {
            let from = words.all.partition_point(|word| word.span.end() <= mention.span.start());
            let to = words.all.partition_point(|word| word.span.start() < mention.span.end());
            words.of_mention.push(from..to.max(from));
            for word in words.all.get_mut(from..to).unwrap_or_default() {
                word.mention.get_or_insert(index as u32);
            }
        }
        words
    }

    /// The word in small letters; empty where there is none.
    pub(crate) fn lower(&self, at: usize) -> &str {
        self.all.get(at).map_or("", |word| word.lower.as_str())
    }

    /// Whether two words stand in one sentence.
    pub(crate) fn same_sentence(&self, one: usize, other: usize) -> bool {
        match (self.all.get(one), self.all.get(other)) {
            (Some(one), Some(other)) => one.sentence == other.sentence,
            _ => false,
        }
    }

    /// The mention of which this word is the first.
    pub(crate) fn mention_from(&self, at: usize) -> Option<usize> {
        let mention = self.all.get(at)?.mention? as usize;
        (self.of_mention[mention].start == at).then_some(mention)
    }

    /// The mention of which the word before `at` is the last.
    pub(crate) fn mention_to(&self, at: usize) -> Option<usize> {
        let mention = self.all.get(at.checked_sub(1)?)?.mention? as usize;
        (self.of_mention[mention].end == at).then_some(mention)
    }

    pub(crate) fn span(&self, range: Range<usize>) -> Span {
        match self.all.get(range).unwrap_or_default() {
            [] => Span::default(),
            [first, .., last] => Span::new(first.span.start(), last.span.end()),
            [only] => only.span,
        }
    }
}

/// Behind an apostrophe: a possessive, or a short form of a verb.
const CLITICS: [&str; 6] = ["d", "ll", "m", "re", "s", "ve"];

fn cut(text: &str, sentence: Span, index: u32, words: &mut Vec<Word>) {
    let mut start: Option<usize> = None;
    let inside = &text[sentence];
    for (at, character) in inside.char_indices() {
        let at = sentence.start() + at;
        let joins = || {
            let next = text[at + character.len_utf8()..sentence.end()].chars().next();
            let is_dotted = character == '.' && start.is_some_and(|from| text[from..at].contains('.'));
            matches!(character, '\'' | '\u{2019}' | '-' | '.' | '&') && next.is_some_and(char::is_alphanumeric)
                || is_dotted
        };
        if character.is_alphanumeric() || start.is_some() && joins() {
            start.get_or_insert(at);
            continue;
        }
        if let Some(from) = start.take() {
            push_word(text, Span::new(from, at), index, words);
        }
        if !character.is_whitespace() {
            push(text, Span::new(at, at + character.len_utf8()), index, words);
        }
    }
    if let Some(from) = start {
        push_word(text, Span::new(from, sentence.end()), index, words);
    }
}

/// A word without its clitic, and the clitic ("she", "'s").
fn push_word(text: &str, span: Span, index: u32, words: &mut Vec<Word>) {
    let apostrophe = text[span].rfind(['\'', '\u{2019}']).filter(|&at| at > 0);
    let clitic = apostrophe.filter(|&at| {
        let behind = text[span][at..].trim_start_matches(['\'', '\u{2019}']);
        CLITICS.iter().any(|clitic| behind.eq_ignore_ascii_case(clitic))
    });
    match clitic {
        Some(at) => {
            push(text, Span::new(span.start(), span.start() + at), index, words);
            push(text, Span::new(span.start() + at, span.end()), index, words);
        }
        None => push(text, span, index, words),
    }
}

fn push(text: &str, span: Span, sentence: u32, words: &mut Vec<Word>) {
    let raw = &text[span];
    let lower = raw.to_lowercase().replace('\u{2019}', "'");
    let is_word = raw.chars().any(char::is_alphanumeric);
    words.push(Word { span, lower, is_word, is_capital: raw.starts_with(char::is_uppercase), sentence, mention: None });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clitics_and_marks_are_words_of_their_own() {
        let check = |text: &str, expected: &[&str]| {
            let sentence = Sentence { block: 0, span: Span::new(0, text.len()) };
            let words = Words::new(text, &[sentence], &[]);
            let found: Vec<&str> = words.all.iter().map(|word| word.lower.as_str()).collect();
            assert_eq!(found, expected);
        };
        check("She’s Ruiz's aide.", &["she", "'s", "ruiz", "'s", "aide", "."]);
        check(
            "“O’Hara, 61, won’t go to the U.S.”",
            &["“", "o'hara", ",", "61", ",", "won't", "go", "to", "the", "u.s.", "”"],
        );
        check("a U.S.-led well-known", &["a", "u.s.-led", "well-known"]);
        check("", &[]);
    }
}
