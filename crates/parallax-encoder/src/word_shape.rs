//! Letter case for an uncased encoder: the `word-shape/1` token types.
//!
//! The encoder reads lower case. What upper case tells it gets through BERT's token types: 0 for
//! `[CLS]` and `[SEP]`, for any other piece `shape + 8 * context`. The shape is that of the word,
//! as BERT's pre-tokenizer cuts it (at white space and at every punctuation character), in the
//! original characters; the context is that of the whole sentence, since a capital in a headline
//! in title case tells less.

/// Name of this scheme in `config.json`.
pub const SCHEME: &str = "word-shape/1";

/// Number of token types: 0, and 8 shapes in each of 3 contexts.
pub const TYPES: usize = 25;

/// Shape of a word, 1 to 8:
///
/// 1. letters, none of them upper case;
/// 2. two or more letters, only the first upper case (`Mexico`);
/// 3. two or more letters, none of them lower case (`WSJ`);
/// 4. one upper-case letter (`A`);
/// 5. any other with upper case (`McDonnell`);
/// 6. digits without letters;
/// 7. letters and digits;
/// 8. neither letter nor digit.
#[must_use]
pub fn shape(word: &str) -> u32 {
    let letters = || word.chars().filter(|&c| is_letter(c));
    if word.chars().any(char::is_numeric) {
        return if letters().next().is_some() { 7 } else { 6 };
    }
    let Some(first) = letters().next() else { return 8 };
    let count = letters().count();
    let upper = letters().filter(|c| c.is_uppercase()).count();
    match upper {
        0 => 1,
        _ if count == 1 => 4,
        1 if first.is_uppercase() => 2,
        _ if !letters().any(char::is_lowercase) => 3,
        _ => 5,
    }
}

/// Whether a word has two or more letters, a capital among them, and no digit: shapes 2, 3 and 5.
#[must_use]
pub fn is_raised(word: &str) -> bool {
    matches!(shape(word), 2 | 3 | 5)
}

/// Context of a sentence from its words and their shapes: 1 where at least 70 % of its words of
/// four or more letters (three of them at least) are raised, as in headlines; 2 where it has no
/// capital at all, and three lower-case words; 0 otherwise.
#[must_use]
pub fn context<'a>(words: impl Iterator<Item = (&'a str, u32)>) -> u32 {
    let (mut long, mut raised, mut lower, mut capitals) = (0, 0, 0, false);
    for (word, shape) in words {
        if word.chars().filter(|&c| is_letter(c)).count() >= 4 {
            long += 1;
            raised += usize::from(matches!(shape, 2 | 3 | 5));
        }
        lower += usize::from(shape == 1);
        capitals |= word.chars().any(char::is_uppercase);
    }
    if long >= 3 && raised * 10 >= long * 7 {
        1
    } else if !capitals && lower >= 3 {
        2
    } else {
        0
    }
}

/// Token type of the pieces of a word.
#[must_use]
pub fn token_type(shape: u32, context: u32) -> u32 {
    shape + 8 * context
}

/// Letters as Python counts them (general category L), which the training code does:
/// `char::is_alphabetic` holds for letter-like numbers and for letters in circles as well. It also
/// holds for the combining vowels of some scripts; no letter stands alone there, and only those
/// were found to differ among all characters that both know.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !c.is_numeric() && !matches!(c, '\u{24B6}'..='\u{24E9}' | '\u{1F130}'..='\u{1F189}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_the_shape_of_its_letters() {
        let check = |expected: u32, words: &str| {
            for word in words.split(' ') {
                assert_eq!(shape(word), expected, "{word}");
            }
        };
        check(1, "tariff a naïve 中文 ß");
        check(2, "Mexico Él Ça Ñ中");
        check(3, "WSJ US ÉU");
        check(4, "A É");
        check(5, "McDonnell iPhone LaGuardia eX");
        check(6, "2025 ½ ٣ Ⅷ");
        check(7, "G7 4th 2nd");
        check(8, "— 🔥 . Ⓐ");
    }

    #[test]
    fn headlines_and_lower_case_have_contexts_of_their_own() {
        let check = |expected: u32, sentence: &str| {
            let words = sentence.split(' ').map(|word| (word, shape(word)));
            assert_eq!(context(words), expected, "{sentence}");
        };
        check(1, "Mexico Rejects Offer of US Troops");
        check(1, "MEXICO REJECTS TROOPS");
        check(0, "Mexico rejects an offer of US troops");
        check(2, "mexico rejects an offer");
        check(0, "mexico rejects");
        check(0, "Mexico Rejects");
        check(0, "");
    }
}
