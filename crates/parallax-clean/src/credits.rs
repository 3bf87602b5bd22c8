//! Credits of pictures: lines of their own, and the ends of captions.

use crate::bylines;
use crate::lexicon;

/// Whether a line credits a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credit {
    None,
    /// It is the credit.
    Whole,
    /// It is a caption that ends with one.
    AtEnd,
}

/// What a credit begins with, before a colon or "by".
#[rustfmt::skip]
const LABELS: &[&str] = &[
    "photo", "photos", "photograph", "photographs", "photography", "photo credit", "picture", "pictures", "picture credit",
    "image", "images", "image credit", "credit", "illustration", "illustrations", "graphic", "foto", "fotos", "bild", "imagen",
    "crédit", "crédit photo", "fotografía",
];

/// Who pictures are bought from, beside the photographer's name.
#[rustfmt::skip]
const AGENCIES: &[&str] = &[
    "getty", "getty images", "afp", "reuters", "ap", "epa", "efe", "dpa", "ansa", "tass", "xinhua", "pti", "ani", "pa", "pa media",
    "pa wire", "pa images", "associated press", "the associated press", "shutterstock", "istock", "alamy", "bloomberg",
    "afp via getty images", "nurphoto", "anadolu", "zuma", "zuma press", "rex", "imago", "wikimedia commons", "unsplash", "pixabay",
    "pexels", "handout", "supplied", "courtesy photo", "file photo", "file image", "file picture", "stock photo", "stock image",
];

/// What gives away a credit in brackets.
#[rustfmt::skip]
const BRACKETED: &[&str] = &[
    "via ", "photo", "picture", "getty", "/", "reuters", "afp", "associated press", "courtesy", "shutterstock", "file",
    "image", "handout", "foto",
];

/// Words that open remarks in brackets rather than names.
const REMARKS: &[&str] =
    &["see", "note", "read", "more", "editor", "this", "it", "he", "she", "they", "we", "i", "but", "and"];

/// The longest caption that ends with a credit, in words, where only its capitals tell the credit.
const CAPTION: usize = 45;

/// Finds the credit of a picture.
pub(crate) fn credit(text: &str) -> Credit {
    const LONGEST: usize = 600;
    if text.len() > LONGEST {
        return Credit::None;
    }
    let words = text.split_whitespace().count();
    if words <= 14 && is_labelled(text) || words <= 6 && has_agency(text) {
        return Credit::Whole;
    }
    match text.rfind(['(', '[']).filter(|_| text.ends_with([')', ']'])) {
        Some(open) if is_bracketed(text, open, words) => return if open == 0 { Credit::Whole } else { Credit::AtEnd },
        Some(_) => return Credit::None,
        None => {}
    }
    if words <= 60 && ends_labelled(text) || words <= CAPTION && is_signature(last_sentence(text)) {
        Credit::AtEnd
    } else {
        Credit::None
    }
}

/// Whether only an agency or an office in brackets tells that a line is a caption; agencies sign
/// the last paragraph of their reports so too.
pub(crate) fn is_sign_off(text: &str) -> bool {
    let Some(open) = text.rfind('(').filter(|_| text.ends_with(')')) else { return false };
    let inner = &text[open + 1..text.len() - 1];
    is_agency(inner) || !BRACKETED.iter().any(|sign| inner.to_lowercase().contains(sign))
}

/// "Photo: Inger Holt", "Photograph by Inger Holt".
fn is_labelled(text: &str) -> bool {
    let lower = text.to_lowercase();
    LABELS.iter().any(|label| {
        lower.strip_prefix(label).is_some_and(|rest| {
            let rest = rest.trim_start();
            rest.starts_with([':', '…'])
                || rest.starts_with("...")
                || rest.starts_with("by ")
                || label.ends_with(" credit") && !rest.is_empty()
        })
    }) || lower.starts_with("crédit")
}

/// "Inger Holt/Getty Images" alone.
fn has_agency(text: &str) -> bool {
    text.contains('/') && is_pair(text) && text.split('/').any(is_agency)
}

/// Whether a text is the name of a picture agency, and nothing else.
pub(crate) fn is_agency(text: &str) -> bool {
    let lower = text.trim().trim_end_matches('.').to_lowercase();
    let lower = lower.trim_start_matches(['©', ' ']);
    AGENCIES.contains(&lower.strip_prefix("via ").unwrap_or(lower))
}

fn is_bracketed(text: &str, open: usize, words: usize) -> bool {
    let inner = &text[open + 1..text.len() - 1];
    let lower = inner.to_lowercase();
    let length = inner.split_whitespace().count();
    let signed = lower.starts_with('@') || lower == "ap" || BRACKETED.iter().any(|sign| lower.contains(sign));
    if signed && length <= 10 && !lower.contains("http") {
        return words <= 90;
    }
    // "... on Sunday. (Office of the Mayor)": a name behind the sentence, not in it.
    let behind = text[..open].trim_end().ends_with(['.', '!', '?', '”', '"']);
    let remark = lower.split_whitespace().next().is_some_and(|first| REMARKS.contains(&first));
    behind && !remark && length <= 7 && words <= CAPTION && is_name_like(inner)
}

/// "... in the rain. Picture: Inger Holt / Norrvik Post".
fn ends_labelled(text: &str) -> bool {
    let starts = text.match_indices(|c: char| c.is_uppercase()).map(|(at, _)| at);
    starts.filter(|&at| at > 0 && !text[..at].ends_with(char::is_alphanumeric)).any(|at| {
        let before = text[..at].trim_end();
        let Some(label) = LABELS.iter().find_map(|label| {
            let end = at + label.len();
            let found = text.get(at..end)?.to_lowercase() == **label;
            let rest = &text[end..];
            let joint = [":", "...", "…"].iter().find_map(|joint| rest.strip_prefix(joint)).map(|rest| (rest, true));
            let joint = joint.or_else(|| rest.strip_prefix(" by ").map(|rest| (rest, false)));
            joint.filter(|_| found)
        }) else {
            return false;
        };
        let (rest, colon) = label;
        let fits = rest.split_whitespace().count() <= 9 && is_name_like(rest);
        fits && (colon || before.ends_with(['.', '!', '?', '”', '"', '|', ')', '–', '—']))
    })
}

/// What stands behind the last full stop that ends a sentence, or behind a copyright sign.
fn last_sentence(text: &str) -> &str {
    if let Some(at) = text.rfind('©').filter(|&at| at > 0) {
        return &text[at..];
    }
    let mut ends = text.match_indices(' ').map(|(at, _)| at);
    let stop = ends.rfind(|&at| text[..at].ends_with(['.', '!', '?', '”', '"', '|']));
    stop.map_or("", |at| text[at..].trim())
}

/// "NWP/Inger Holt", "INGER HOLT", "Getty Images", "© Inger Holt", "Courtesy of Norrvik Port".
fn is_signature(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() || words.len() > 8 {
        return false;
    }
    let capitals = text.chars().all(|c| !c.is_lowercase()) && bylines::is_name(&words);
    let rest =
        text.strip_prefix('©').or_else(|| text.strip_prefix("Courtesy of ")).or_else(|| text.strip_prefix("Courtesy "));
    capitals || is_agency(text) || is_pair(text) || rest.is_some_and(is_name_like)
}

/// Names with a slash between.
fn is_pair(text: &str) -> bool {
    let has_letters = |side: &str| side.chars().filter(|c| c.is_alphabetic()).count() >= 2;
    let mut sides = text.split('/');
    text.contains('/')
        && sides.all(|side| has_letters(side) && is_name_like(side))
        && text.split_whitespace().count() <= 8
}

/// Words that begin with capitals, small ones between; no sentence.
fn is_name_like(text: &str) -> bool {
    const SMALL: [&str; 15] =
        ["of", "the", "for", "via", "and", "de", "del", "la", "le", "van", "von", "der", "y", "&", "in"];
    let text = text.trim().trim_end_matches('.');
    let capital = |word: &str| word.trim_start_matches(['@', '(', '©']).starts_with(|c: char| c.is_uppercase());
    let small = |word: &str| SMALL.contains(&word) || word == "/";
    let mut words = text.split_whitespace().peekable();
    words.peek().is_some_and(|first| capital(first))
        && words.all(|word| capital(word) || small(word))
        && !text.contains(['?', '!', ';', ':'])
        && lexicon::prefix(text, 120).len() == text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Credit) {
        assert_eq!(credit(text), expected, "{text}");
    }

    #[test]
    fn credits_stand_alone() {
        check("Photo: Inger Holt", Credit::Whole);
        check("Photograph by Inger Holt", Credit::Whole);
        check("(Inger Holt via Norrvik Pictures)", Credit::Whole);
        check("Inger Holt/Getty Images", Credit::Whole);
    }

    #[test]
    fn captions_end_with_a_credit() {
        check("Lorries wait at the harbour in March. Picture: Inger Holt / Norrvik Post", Credit::AtEnd);
        check("Lorries wait at the harbour | Photo Credit: NWP", Credit::AtEnd);
        check("Lorries wait at the harbour in March. (Port of Norrvik)", Credit::AtEnd);
        check("Lorries wait at the harbour in March. [Inger Holt/NWP]", Credit::AtEnd);
        check("Lorries wait at the harbour in March. NWP/Inger Holt", Credit::AtEnd);
        check("Lorries wait at the harbour in March. INGER HOLT", Credit::AtEnd);
        check("Lorries wait at the harbour in March. Photograph by Inger Holt.", Credit::AtEnd);
        check("Lorries wait at the harbour in March © Inger Holt/Norrvik Post", Credit::AtEnd);
        check("Lorries wait at the harbour in March.Credit...Inger Holt for The Norrvik Post", Credit::AtEnd);
        check("Lorries wait at the harbour in March. Getty Images", Credit::AtEnd);
        check("The mayor at the harbour. Courtesy of Norrvik Port", Credit::AtEnd);
    }

    #[test]
    fn sentences_credit_nobody() {
        check("She painted a grim picture: the Council would go.", Credit::None);
        check("He had seen the photo by Inger Holt, he said.", Credit::None);
        check("The road is closed. (See the map of Norrvik)", Credit::None);
        check("It cost 40 crowns. (The council had said 30.)", Credit::None);
        check("The road is closed to lorries and/or vans.", Credit::None);
        check("“We waited.” Then the Mayor left for Norrvik.", Credit::None);
    }
}
