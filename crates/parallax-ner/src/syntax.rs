//! What place a name or description has in its sentence, as far as the words around it tell.

use crate::roles::{is_function_word, is_verb, role};
use crate::words::Words;
use std::ops::Range;

/// The place of a mention in its clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Subject,
    Object,
    /// Behind a preposition.
    Oblique,
    /// "Ruiz's", "her" before a noun.
    Possessor,
    Other,
}

/// The place of the words `range`, from the words beside it.
pub(crate) fn place(words: &Words, range: &Range<usize>) -> Place {
    let next = next_in_sentence(words, range);
    if next.is_some_and(|at| is_possessive(words, at)) {
        return Place::Possessor;
    }
    let before = previous_in_sentence(words, range);
    let preposition = before.is_some_and(|at| is_preposition(words.lower(at)));
    if is_speaker_behind(words, range) {
        return Place::Subject;
    }
    if !preposition && verb_behind(words, range).is_some() {
        return Place::Subject;
    }
    if preposition {
        return Place::Oblique;
    }
    match before {
        Some(at) if is_verb(words.lower(at)) || words.lower(at).ends_with("ing") => Place::Object,
        None => Place::Subject,
        _ => Place::Other,
    }
}

/// The verb whose subject `range` is: behind it, but for adverbs, an aside between commas, or a
/// second subject.
pub(crate) fn verb_behind(words: &Words, range: &Range<usize>) -> Option<usize> {
    let mut at = next_in_sentence(words, range)?;
    if words.lower(at) == "," {
        // "Ruiz, 61, said", "Ruiz, the mayor of Ost, said"
        let close = (at + 1..at + 14).find(|&close| words.lower(close) == "," && words.same_sentence(at, close))?;
        let clause = (at + 1..close).any(|inside| matches!(words.lower(inside), "and" | "but" | "he" | "she" | "they"));
        if clause {
            return None;
        }
        at = close + 1;
    } else if matches!(words.lower(at), "and" | "or") {
        let other = words
            .mention_from(at + 1)
            .or_else(|| matches!(words.lower(at + 1), "the" | "a").then(|| words.mention_from(at + 2)).flatten())?;
        at = words.of_mention[other].end;
    }
    for verb in at..at + 3 {
        if !words.same_sentence(range.start, verb) {
            return None;
        }
        let lower = words.lower(verb);
        let third_person = || {
            lower.len() > 3
                && lower.ends_with('s')
                && !lower.ends_with("ss")
                && !lower.ends_with("us")
                && role(lower).is_none()
                && words.all[verb].is_word
                && !words.all[verb].is_capital
        };
        if is_verb(lower)
            || is_saying_of_many(lower) && words.lower(verb - 1).ends_with('s')
            || third_person() && !is_function_word(lower)
        {
            return Some(verb);
        }
        let is_adverb = lower.ends_with("ly")
            || matches!(lower, "also" | "then" | "later" | "still" | "never" | "again" | "now" | "who");
        if !is_adverb {
            return None;
        }
    }
    None
}

/// Whether the words stand behind a verb of saying as its subject: "..., said Ruiz".
pub(crate) fn is_speaker_behind(words: &Words, range: &Range<usize>) -> bool {
    let Some(verb) = previous_in_sentence(words, range) else { return false };
    let before = verb.checked_sub(1).filter(|&at| words.same_sentence(at, verb));
    is_saying(words.lower(verb)) && before.is_none_or(|at| !words.all[at].is_word)
}

/// Verbs that usually bring in what somebody said.
pub(crate) fn is_saying(word: &str) -> bool {
    const SAYING: [&str; 62] = [
        "accused",
        "acknowledged",
        "added",
        "admitted",
        "alleged",
        "announced",
        "argued",
        "asked",
        "asserted",
        "boasted",
        "called",
        "charged",
        "cited",
        "claimed",
        "commented",
        "complained",
        "conceded",
        "concluded",
        "confirmed",
        "continued",
        "contended",
        "countered",
        "declared",
        "declined",
        "demanded",
        "denied",
        "described",
        "disclosed",
        "emphasized",
        "explained",
        "indicated",
        "insisted",
        "joked",
        "mentioned",
        "noted",
        "observed",
        "pointed",
        "promised",
        "quipped",
        "reiterated",
        "remarked",
        "repeated",
        "replied",
        "reported",
        "responded",
        "revealed",
        "said",
        "say",
        "says",
        "shouted",
        "stated",
        "stressed",
        "suggested",
        "tells",
        "testified",
        "told",
        "tweeted",
        "urged",
        "vowed",
        "warned",
        "warns",
        "wrote",
    ];
    SAYING.contains(&word) || is_saying_of_many(word)
}

/// The same verbs behind a plural: "some analysts caution".
pub(crate) fn is_saying_of_many(word: &str) -> bool {
    matches!(
        word,
        "acknowledge"
            | "argue"
            | "believe"
            | "caution"
            | "claim"
            | "contend"
            | "expect"
            | "fear"
            | "hope"
            | "insist"
            | "note"
            | "predict"
            | "suggest"
            | "tell"
            | "think"
            | "warn"
            | "worry"
    )
}

pub(crate) fn is_preposition(word: &str) -> bool {
    matches!(
        word,
        "about"
            | "against"
            | "among"
            | "at"
            | "behind"
            | "between"
            | "by"
            | "despite"
            | "for"
            | "from"
            | "in"
            | "into"
            | "like"
            | "near"
            | "of"
            | "on"
            | "onto"
            | "over"
            | "than"
            | "through"
            | "to"
            | "toward"
            | "towards"
            | "under"
            | "upon"
            | "via"
            | "with"
            | "within"
            | "without"
            | "alongside"
    )
}

/// Whether the word is a possessive mark.
pub(crate) fn is_possessive(words: &Words, at: usize) -> bool {
    let next_is_noun = || words.all.get(at + 1).is_some_and(|next| next.is_word);
    match words.lower(at) {
        "'s" => {
            // "Ruiz's been", "Ruiz's not"
            let verb = matches!(words.lower(at + 1), "been" | "not" | "a" | "an" | "the" | "going" | "saying" | "so");
            next_is_noun() && !verb
        }
        "'" | "\u{2019}" => at > 0 && words.lower(at - 1).ends_with('s') && next_is_noun(),
        _ => false,
    }
}

pub(crate) fn next_in_sentence(words: &Words, range: &Range<usize>) -> Option<usize> {
    let last = range.end.checked_sub(1)?;
    words.same_sentence(last, range.end).then_some(range.end)
}

pub(crate) fn previous_in_sentence(words: &Words, range: &Range<usize>) -> Option<usize> {
    let before = range.start.checked_sub(1)?;
    words.same_sentence(before, range.start).then_some(before)
}

/// Whether something between two places of one sentence begins another clause.
pub(crate) fn clause_between(words: &Words, from: usize, to: usize) -> bool {
    let last = to.min(from + 40);
    (from..last).any(|at| {
        matches!(
            words.lower(at),
            "that"
                | "who"
                | "whom"
                | "which"
                | "when"
                | "while"
                | "because"
                | "if"
                | "after"
                | "before"
                | "although"
                | "though"
                | "since"
                | "where"
                | "as"
                | "but"
                | "whether"
                | "until"
                | "unless"
                | ";"
                | ":"
                | "“"
                | "\""
                | "”"
        ) || matches!(words.lower(at), "and" | "," | "or") && (at + 1..at + 4).any(|verb| is_verb(words.lower(verb)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use parallax_text::{Sentence, Span};

    #[test]
    fn the_place_of_a_name_is_read_from_the_words_beside_it() {
        let check = |text: &str, name: &str, expected: Place| {
            let words = Words::new(text, &[Sentence { block: 0, span: Span::new(0, text.len()) }], &[]);
            let span = Span::find(text, name).unwrap();
            let first = words.all.iter().position(|word| word.span.start() == span.start()).unwrap();
            let last = words.all.iter().position(|word| word.span.end() == span.end()).unwrap();
            assert_eq!(place(&words, &(first..last + 1)), expected, "{text}");
        };
        check("Ruiz said no.", "Ruiz", Place::Subject);
        check("Ruiz, 61, never said no.", "Ruiz", Place::Subject);
        check("“No,” said Ruiz.", "Ruiz", Place::Subject);
        check("They met Ruiz in Ost.", "Ruiz", Place::Object);
        check("They spoke with Ruiz.", "Ruiz", Place::Oblique);
        check("They like Ruiz’s dog.", "Ruiz", Place::Possessor);
        check("Then Ruiz rejects it.", "Ruiz", Place::Subject);
    }
}
