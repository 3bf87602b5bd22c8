//! What a sentence is about, as terms that compare across outlets: stems of content words, numbers,
//! days.
//!
//! Spelling, capitals, inflection and the way a number or a day is written make no difference:
//! "1.8bn", "1.8 billion"; "26 March", "March 26"; "harbour", "harbors".

/// What kind of term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum TermKind {
    /// A word that carries content.
    Word,
    /// A word of grammar or of reporting ("the", "said"): it tells nothing of the content.
    Function,
    /// A number, in full ("1.8bn" is 1800000000).
    Number,
    /// A day of the year.
    Day,
    /// A month without a day.
    Month,
}

/// A term with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    pub(crate) kind: TermKind,
    /// Stem, value or `month-day`.
    pub(crate) key: String,
    /// Bytes of the text it was read from.
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The terms of a text, in order.
pub(crate) fn terms(text: &str) -> Vec<Term> {
    let mut found: Vec<Term> = Vec::new();
    for (start, word) in words(text) {
        let end = start + word.len();
        let push = |found: &mut Vec<Term>, kind, key| found.push(Term { kind, key, start, end });
        let lower = fold(word);
        if let Some((value, scale)) = number(&word.to_lowercase()) {
            match found.last_mut() {
                // "March 26".
                Some(last) if last.kind == TermKind::Month && scale.is_none() && is_day(value) => {
                    *last = Term { kind: TermKind::Day, key: format!("{}-{value}", last.key), end, start: last.start };
                }
                _ => push(&mut found, TermKind::Number, plain(value * scale.unwrap_or(1.0))),
            }
        } else if let Some(scale) = magnitude(&lower)
            && let Some(last) = found.last_mut().filter(|last| last.kind == TermKind::Number)
        {
            last.key = plain(last.key.parse::<f64>().unwrap_or(0.0) * scale);
            last.end = end;
        } else if let Some(month) = month(word, &lower) {
            match found.last_mut() {
                // "26 March".
                Some(last)
                    if last.kind == TermKind::Number
                        && last.key.parse().is_ok_and(is_day)
                        && adjacent(text, last.end, start) =>
                {
                    *last = Term { kind: TermKind::Day, key: format!("{month}-{}", last.key), end, start: last.start };
                }
                _ => push(&mut found, TermKind::Month, month.to_string()),
            }
        } else if let Some(value) = number_word(&lower) {
            push(&mut found, TermKind::Number, value.to_string());
        } else if is_function_word(&lower) {
            push(&mut found, TermKind::Function, lower);
        } else {
            push(&mut found, TermKind::Word, stem(&lower));
        }
    }
    found
}

/// The words of a text with their places: letters and digits, with the marks that belong inside a
/// word (`U.S.`, `1.8`, `don't`); hyphens part words.
pub(crate) fn words(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut start: Option<usize> = None;
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    for (index, &(at, c)) in chars.iter().enumerate() {
        let previous = index.checked_sub(1).map(|before| chars[before].1);
        let next = chars.get(index + 1).map(|&(_, c)| c);
        let joins = match c {
            '.' => {
                let abbreviation = |c: Option<char>| c.is_some_and(char::is_uppercase);
                let digits = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
                start.is_some()
                    && (digits(previous) && digits(next)
                        || abbreviation(previous) && abbreviation(next) && is_single(&chars, index))
            }
            ',' => {
                start.is_some()
                    && previous.is_some_and(|c| c.is_ascii_digit())
                    && next.is_some_and(|c| c.is_ascii_digit())
            }
            '\'' | '’' => start.is_some() && next.is_some_and(char::is_alphabetic),
            other => other.is_alphanumeric(),
        };
        match (joins, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                found.push((from, &text[from..at]));
                start = None;
            }
            _ => {}
        }
    }
    found.extend(start.map(|from| (from, &text[from..])));
    found
}

/// Whether the letter before stands alone, as in `U.S.`: "Friday.The" is two words.
fn is_single(chars: &[(usize, char)], dot: usize) -> bool {
    dot < 2 || !chars[dot - 2].1.is_alphanumeric()
}

fn adjacent(text: &str, end: usize, start: usize) -> bool {
    text[end..start].chars().all(char::is_whitespace)
}

/// Lower case, without accents and inner full stops.
pub(crate) fn fold(word: &str) -> String {
    word.chars().flat_map(char::to_lowercase).filter_map(plain_letter).collect()
}

fn plain_letter(c: char) -> Option<char> {
    Some(match c {
        '.' => return None,
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        '’' => '\'',
        other => other,
    })
}

/// The value of digits and the scale behind them ("64mn"); `None` where it is no number.
fn number(word: &str) -> Option<(f64, Option<f64>)> {
    if !word.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let digits = word.find(|c: char| !c.is_ascii_digit() && c != ',' && c != '.').unwrap_or(word.len());
    let scale = match &word[digits..] {
        "" | "st" | "nd" | "rd" | "th" => None,
        tail => Some(magnitude(tail)?),
    };
    Some((word[..digits].replace(',', "").parse().ok()?, scale))
}

fn magnitude(word: &str) -> Option<f64> {
    Some(match word {
        "k" | "thousand" => 1e3,
        "m" | "mn" | "million" => 1e6,
        "bn" | "billion" => 1e9,
        "tn" | "trillion" => 1e12,
        _ => return None,
    })
}

fn number_word(word: &str) -> Option<u32> {
    const WORDS: [&str; 11] =
        ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    WORDS.iter().position(|known| *known == word).map(|index| index as u32 + 2)
}

fn plain(value: f64) -> String {
    format!("{}", (value * 1e6).round() / 1e6)
}

fn is_day(value: f64) -> bool {
    (1.0..=31.0).contains(&value) && value.fract() == 0.0
}

/// The months, folded.
pub(crate) const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The number of a month; only with a capital, so that "may" and "march" are words.
fn month(word: &str, lower: &str) -> Option<u32> {
    if !word.starts_with(char::is_uppercase) {
        return None;
    }
    let short = |name: &&str| *name == lower || (lower.len() >= 3 && lower.len() <= 4 && name.starts_with(lower));
    MONTHS.iter().position(short).map(|index| index as u32 + 1)
}

/// The stem of a folded word, one for words that news uses for the same thing.
pub(crate) fn stem(word: &str) -> String {
    let own = bare_stem(word);
    let class = SYNONYMS.iter().find(|class| class.contains(&own.as_str()));
    class.map_or(own, |class| class[0].to_owned())
}

/// Stems of words that news uses for the same thing; ours.
const SYNONYMS: &[&[&str]] = &[
    &["weapon", "firearm", "gun"],
    &["troop", "soldier", "armi", "militari"],
    &["call", "phon", "telephon"],
    &["help", "assist", "aid"],
    &["reject", "refus", "rebuff", "declin"],
    &["worker", "employe", "staff"],
    &["compani", "firm"],
    &["harbor", "port"],
    &["lawsuit", "suit"],
    &["strik", "walkout"],
    &["begin", "start"],
    &["buy", "purchas"],
];

/// The stem of a folded word: inflection, British spelling and the commonest endings of nouns made
/// of verbs removed, by rules of our own. Rough on purpose: it is for comparing, not for showing.
fn bare_stem(word: &str) -> String {
    let mut word = word.strip_suffix("'s").unwrap_or(word).replace('\'', "");
    if !word.is_ascii() || word.len() < 4 {
        return word;
    }
    if word.len() >= 5 {
        word = word.replace("our", "or");
    }
    word = word.replace("isation", "ization");
    for (british, american) in [("ise", "ize"), ("ised", "ized"), ("ising", "izing"), ("isers", "izers")] {
        if word.len() >= 7
            && let Some(head) = word.strip_suffix(british)
        {
            word = format!("{head}{american}");
        }
    }
    if let Some(head) = word.strip_suffix("ies").filter(|head| head.len() >= 2) {
        word = format!("{head}y");
    } else if word.ends_with("sses") || word.ends_with("xes") || word.ends_with("ches") || word.ends_with("shes") {
        word.truncate(word.len() - 2);
    } else if word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us") && !word.ends_with("is") {
        word.pop();
    }
    for ending in ["ly", "ment", "ing", "ed"] {
        let head = word.strip_suffix(ending).filter(|head| head.len() >= 3 && head.contains(is_vowel));
        if let Some(head) = head {
            let doubled = head.len() >= 4 && head.as_bytes()[head.len() - 1] == head.as_bytes()[head.len() - 2];
            let keep = if doubled && !head.ends_with(['l', 's', 'z']) { head.len() - 1 } else { head.len() };
            word.truncate(keep);
            break;
        }
    }
    if word.len() >= 6 && (word.ends_with("tion") || word.ends_with("sion")) {
        word.truncate(word.len() - 3);
    }
    if word.len() >= 4 && word.ends_with('e') {
        word.pop();
    }
    if word.len() >= 4 && word.ends_with('y') {
        word.pop();
        word.push('i');
    }
    word
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

/// Whether a folded word is one of grammar or of reporting.
pub(crate) fn is_function_word(word: &str) -> bool {
    FUNCTION_WORDS.binary_search(&word).is_ok()
}

/// Words of grammar, and the plainest verbs of reporting, in lower case; ours.
#[rustfmt::skip]
const FUNCTION_WORDS: &[&str] = &[
    "a", "about", "above", "according", "across", "add", "added", "adding", "after", "again", "against", "all",
    "almost", "along", "already", "also", "although", "always", "am", "among", "an", "and", "another", "any",
    "anyone", "anything", "are", "aren't", "around", "as", "ask", "asked", "at", "away", "back", "be", "became",
    "because", "become", "been", "before", "behind", "being", "below", "between", "both", "but", "by", "can",
    "can't", "cannot", "could", "couldn't", "did", "didn't", "do", "does", "doesn't", "doing", "don't", "done",
    "down", "during", "each", "either", "else", "enough", "even", "ever", "every", "few", "for", "from", "further",
    "get", "gets", "getting", "give", "given", "go", "goes", "going", "gone", "got", "had", "hadn't", "has",
    "hasn't", "have", "haven't", "having", "he", "he'd", "he'll", "he's", "her", "here", "hers", "herself", "him",
    "himself", "his", "how", "however", "i", "i'd", "i'll", "i'm", "i've", "if", "in", "including", "into", "is",
    "isn't", "it", "it's", "its", "itself", "just", "last", "later", "least", "less", "let", "like", "made", "make",
    "makes", "making", "many", "may", "me", "meanwhile", "might", "mine", "more", "most", "mr", "mrs", "ms", "much",
    "must", "my", "myself", "near", "neither", "never", "next", "no", "nobody", "none", "nor", "not", "nothing",
    "now", "of", "off", "often", "on", "once", "one", "only", "onto", "or", "other", "others", "our", "ours", "out",
    "over", "own", "per", "put", "quite", "rather", "really", "said", "same", "say", "saying", "says", "see",
    "seen", "several", "shall", "she", "she'd", "she'll", "she's", "should", "since", "so", "some", "someone",
    "something", "soon", "state", "stated", "still", "such", "take", "taken", "takes", "taking", "tell", "telling",
    "tells", "than", "that", "that's", "the", "their", "theirs", "them", "themselves", "then", "there", "there's",
    "these", "they", "they'd", "they'll", "they're", "they've", "thing", "things", "this", "those", "though",
    "through", "to", "together", "told", "too", "took", "toward", "towards", "under", "until", "up", "upon", "us",
    "very", "was", "wasn't", "way", "we", "we'd", "we'll", "we're", "we've", "well", "went", "were", "weren't",
    "what", "when", "where", "whether", "which", "while", "who", "whole", "whom", "whose", "why", "will", "with",
    "within", "without", "won't", "would", "wouldn't", "yet", "you", "you'd", "you'll", "you're", "you've", "your",
    "yours", "yourself",
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &[(TermKind, &str)]) {
        let found = terms(text);
        let found: Vec<(TermKind, &str)> = found
            .iter()
            .filter(|term| term.kind != TermKind::Function)
            .map(|term| (term.kind, term.key.as_str()))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        use TermKind::{Number, Word};
        check("1.8bn crowns", &[(Number, "1800000000"), (Word, "crown")]);
        check("1.8 billion crowns", &[(Number, "1800000000"), (Word, "crown")]);
        check("a crowd of 8,000", &[(Word, "crowd"), (Number, "8000")]);
        check("two berths", &[(Number, "2"), (Word, "berth")]);
        check("the 40-year lease", &[(Number, "40"), (Word, "year"), (Word, "leas")]);
    }

    #[test]
    fn a_day_is_the_same_in_both_orders_and_may_is_a_word() {
        use TermKind::{Day, Month};
        check("on 26 March", &[(Day, "3-26")]);
        check("on March 26", &[(Day, "3-26")]);
        check("until May", &[(Month, "5")]);
        check("they may", &[]);
    }

    #[test]
    fn inflection_and_spelling_make_no_difference() {
        let same = |a: &str, b: &str| assert_eq!(stem(a), stem(b), "{a} {b}");
        same("harbour", "harbors");
        same("proposed", "proposing");
        same("collaborate", "collaboration");
        same("deployed", "deployment");
        same("organised", "organize");
        same("territories", "territory");
        same("weapons", "firearms");
        same("phoned", "telephone");
        same("companies", "firm");
    }

    #[test]
    fn every_word_list_is_in_order() {
        assert!(FUNCTION_WORDS.is_sorted());
    }

    proptest! {
        #[test]
        fn terms_stand_where_they_say(text in "\\PC{0,80}") {
            for term in terms(&text) {
                prop_assert!(text.is_char_boundary(term.start) && text.is_char_boundary(term.end));
                prop_assert!(term.start < term.end);
            }
        }
    }
}
