//! Words of a sentence, for formats that count in tokens.
//!
//! A token is a run of letters and digits with what joins them inside ("U.S.", "1,000.5",
//! "vice-mayor"), a clitic ("'s", "n't"), or a sign with all that is set on it (an emoji with its
//! skin tone). Every edge of an annotation is an edge of a token, so that tokens can carry all of
//! them exactly; every character that is neither space nor control stands in one token.

use super::article::CheckedArticle;

/// A token, in code points of the article's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) text: &'a str,
    /// The spaces behind it, up to the next token or the end of the sentence.
    pub(crate) space: &'a str,
}

/// Where annotations begin and end, in code points, in order.
pub(crate) fn edges(article: &CheckedArticle<'_>) -> Vec<usize> {
    let record = article.record();
    let mut edges: Vec<usize> = record.mentions.iter().flat_map(|mention| [mention.start, mention.end]).collect();
    for quote in &record.quotes {
        edges.extend([quote.start, quote.end]);
        edges.extend(quote.cue.iter().flat_map(|cue| [cue.start, cue.end]));
        edges.extend(quote.speaker.iter().flat_map(|speaker| [speaker.start, speaker.end]));
    }
    edges.extend(record.wording.iter().flat_map(|wording| &wording.words).flat_map(|word| [word.start, word.end]));
    edges.sort_unstable();
    edges.dedup();
    edges
}

/// The tokens of a sentence. `edges` are those of [`edges`].
pub(crate) fn tokens<'a>(article: &CheckedArticle<'a>, sentence: usize, edges: &[usize]) -> Vec<Token<'a>> {
    let sentence = &article.record().sentences[sentence];
    let text = article.cut(sentence.start, sentence.end);
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    let byte = |place: usize| letters.get(place).map_or(text.len(), |letter| letter.0);
    let first = edges.partition_point(|&edge| edge <= sentence.start);
    let edges = edges[first..].iter().map(|edge| edge - sentence.start).take_while(|&edge| edge < letters.len());
    let mut edges = edges.peekable();
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (mut from, to) in pieces(&letters) {
        while let Some(edge) = edges.next_if(|&edge| edge < to) {
            if edge > from {
                found.push((from, edge));
                from = edge;
            }
        }
        found.push((from, to));
    }
    let next = found.iter().skip(1).map(|token| token.0).chain([letters.len()]);
    let token = |(&(from, to), next): (&(usize, usize), usize)| Token {
        start: sentence.start + from,
        end: sentence.start + to,
        text: &text[byte(from)..byte(to)],
        space: &text[byte(to)..byte(next)],
    };
    found.iter().zip(next).map(token).collect()
}

/// IOB2 labels of tokens: the longest names, none inside another. Descriptions and pronouns are no
/// names.
pub(crate) fn labels(article: &CheckedArticle<'_>, sentence: usize, tokens: &[Token<'_>]) -> Vec<String> {
    let mentions = article.record().mentions.iter();
    let mut names: Vec<_> =
        mentions.filter(|mention| mention.sentence as usize == sentence && mention.form.is_named()).collect();
    names.sort_by_key(|mention| (mention.start, std::cmp::Reverse(mention.end)));
    let mut labels = vec!["O".to_owned(); tokens.len()];
    let mut covered = 0;
    for name in names {
        if name.start < covered {
            continue;
        }
        covered = name.end;
        let first = tokens.partition_point(|token| token.start < name.start);
        for (place, token) in tokens.iter().enumerate().skip(first).take_while(|(_, token)| token.end <= name.end) {
            debug_assert!(token.start >= name.start);
            labels[place] = format!("{}-{}", if place == first { "B" } else { "I" }, name.kind.label());
        }
    }
    labels
}

/// Tokens as ranges of letters, without regard to annotations.
fn pieces(letters: &[(usize, char)]) -> Vec<(usize, usize)> {
    let at = |place: usize| letters.get(place).map(|letter| letter.1);
    let mut found = Vec::new();
    let mut start = 0;
    while let Some(first) = at(start) {
        if is_gap(first) {
            start += 1;
            continue;
        }
        let mut end = start + 1;
        if is_word(first) {
            while at(end).is_some_and(|letter| is_word(letter) || is_attached(letter)) || joins(letters, start, end) {
                end += 1;
            }
            match clitic(&letters[start..end]) {
                Some(length) if length < end - start => found.extend([(start, end - length), (end - length, end)]),
                _ => found.push((start, end)),
            }
        } else {
            loop {
                match (at(end - 1), at(end)) {
                    // What a joiner joins belongs to the sign, whatever it is.
                    (Some('\u{200d}'), Some(next)) if !is_gap(next) => end += 1,
                    (_, Some(next)) if is_attached(next) => end += 1,
                    // "...", "--" and the two halves of a flag.
                    (_, Some(next)) if next == first && REPEATED.contains(&first) => end += 1,
                    (Some(last), Some(next)) if is_flag(last) && is_flag(next) && end == start + 1 => end += 1,
                    _ => break,
                }
            }
            found.push((start, end));
        }
        start = end;
    }
    found
}

/// Signs that stand for one when repeated.
const REPEATED: [char; 4] = ['.', '-', '*', '_'];

fn is_gap(letter: char) -> bool {
    letter.is_whitespace() || letter.is_control()
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric()
}

/// What is set on the letter before it: accents, variation selectors, skin tones, tags, and what has
/// no width.
fn is_attached(letter: char) -> bool {
    matches!(letter,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}'
        | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

fn is_flag(letter: char) -> bool {
    ('\u{1f1e6}'..='\u{1f1ff}').contains(&letter)
}

/// Whether the sign at `end` belongs into the word that began at `start`.
fn joins(letters: &[(usize, char)], start: usize, end: usize) -> bool {
    let at = |place: usize| letters.get(place).map(|letter| letter.1);
    let (Some(before), Some(sign)) = (at(end - 1), at(end)) else { return false };
    let after = at(end + 1);
    let digit = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_digit());
    let word = after.is_some_and(is_word);
    match sign {
        '-' | '\u{2011}' | '&' | '\'' | '\u{2019}' => word && is_word(before),
        ',' | ':' => digit(Some(before)) && digit(after),
        '.' if digit(Some(before)) && digit(after) => true,
        // "U.S." with its last point: letters one by one, a point behind each.
        '.' => {
            let lone = |place: usize| at(place).is_some_and(char::is_alphabetic);
            let initials = (start..end)
                .all(|place| if (place - start).is_multiple_of(2) { lone(place) } else { at(place) == Some('.') });
            initials && (end - start) % 2 == 1 && (end - start > 1 || (word && at(end + 2) == Some('.')))
        }
        _ => false,
    }
}

/// Length of the clitic at the end of a word.
fn clitic(word: &[(usize, char)]) -> Option<usize> {
    const CLITICS: [&str; 7] = ["n't", "'s", "'re", "'ve", "'ll", "'d", "'m"];
    let straight = |letter: char| if letter == '\u{2019}' { '\'' } else { letter.to_ascii_lowercase() };
    let ends = |clitic: &&&str| {
        let length = clitic.len();
        length < word.len() && word[word.len() - length..].iter().map(|letter| straight(letter.1)).eq(clitic.chars())
    };
    CLITICS.iter().find(ends).map(|clitic| clitic.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::fixture::record;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let record = record(text);
        let article = CheckedArticle::new(&record).unwrap();
        let edges = edges(&article);
        let found: Vec<&str> =
            (0..record.sentences.len()).flat_map(|s| tokens(&article, s, &edges)).map(|token| token.text).collect();
        assert_eq!(found.join("|"), expected);
    }

    #[test]
    fn words_signs_and_clitics() {
        check("The U.S. paid 1,000.5 crowns.", "The|U.S.|paid|1,000.5|crowns|.");
        check(
            "\u{201c}Don\u{2019}t,\u{201d} said Brandt\u{2019}s vice-mayor...",
            "\u{201c}|Do|n\u{2019}t|,|\u{201d}|said|Brandt|\u{2019}s|vice-mayor|...",
        );
        check("At 10:30, AT&T's plan (A) died.", "At|10:30|,|AT&T|'s|plan|(|A|)|died|.");
        check("e\u{301}te\u{301} soft\u{ad}hyphen", "e\u{301}te\u{301}|soft\u{ad}hyphen");
    }

    #[test]
    fn an_emoji_is_one_token_with_what_is_set_on_it() {
        check("Go 👍🏽! 👩\u{200d}🚒 🇲🇽🇺🇸 ❤\u{fe0f}", "Go|👍🏽|!|👩\u{200d}🚒|🇲🇽|🇺🇸|❤\u{fe0f}");
    }

    #[test]
    fn edges_of_annotations_are_edges_of_tokens() {
        check("Ex-[Mira] rule, non[Ann]like.", "Ex-|Mira|rule|,|non|Ann|like|.");
    }

    proptest! {
        #[test]
        fn tokens_and_spaces_are_the_sentence(text in "(.|🔥|é|\u{200d}|'s|\\. | |\t){1,120}") {
            let record = record(&text.replace(['[', ']'], ""));
            let article = CheckedArticle::new(&record).unwrap();
            for (index, sentence) in record.sentences.iter().enumerate() {
                let found = tokens(&article, index, &[]);
                let joined: String = found.iter().flat_map(|token| [token.text, token.space]).collect();
                let whole = article.cut(sentence.start, sentence.end);
                prop_assert!(whole.ends_with(&joined));
                prop_assert!(whole[..whole.len() - joined.len()].chars().all(is_gap));
                for token in &found {
                    prop_assert_eq!(article.cut(token.start, token.end), token.text);
                    prop_assert!(!token.text.is_empty() && !token.text.contains(is_gap));
                    prop_assert!(token.space.chars().all(is_gap));
                }
            }
        }
    }
}
