//! What can be seen of a line: its shape, its words, its marker, its repetition on the page.

use crate::bylines::{self, Signature};
use crate::dates;
use crate::hash::lower_hash;
use crate::language::{Language, Profile};
use crate::lexicon::{self, Force, Marker};
use crate::lines::Page;
use parallax_text::DropKind;
use std::collections::HashMap;

/// How a line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// `.`, `!`, `?`, also before closing quotes and brackets.
    Stop,
    /// `…`, `...`, `[...]`.
    Ellipsis,
    Colon,
    /// A comma, semicolon or dash.
    Open,
    /// A word.
    Bare,
}

/// The features of one line.
#[derive(Clone, Debug)]
pub(crate) struct Features {
    pub(crate) words: usize,
    /// Words that begin with a small letter.
    pub(crate) lower: usize,
    /// Words that begin with a capital letter.
    pub(crate) upper: usize,
    pub(crate) ending: Ending,
    pub(crate) profile: Profile,
    pub(crate) marker: Option<Marker>,
    /// A row of menu items, where it stands outside the article.
    pub(crate) menu: bool,
    /// How many lines of the page have the same text, this one included.
    pub(crate) repeats: usize,
    /// A date with little else: "Updated 11 June 2024, 7:45 pm".
    pub(crate) date_line: bool,
    /// "2 hours ago".
    pub(crate) age_line: bool,
    /// "By Ada Lindqvist", credits.
    pub(crate) byline: bool,
    /// "Ada Lindqvist, Political Editor".
    pub(crate) signature: Signature,
    /// In a language that is clearly not the page's.
    pub(crate) foreign: bool,
    /// The outlet prints it on page after page.
    pub(crate) recurs: bool,
}

/// The features of all lines.
#[derive(Debug)]
pub(crate) struct PageFeatures {
    pub(crate) lines: Vec<Features>,
    /// The language most prose of the page is in.
    pub(crate) language: Option<Language>,
}

impl Features {
    /// Whether the line reads as one or more sentences.
    pub(crate) fn is_prose(&self) -> bool {
        let ends = match self.ending {
            Ending::Stop => self.words >= 5,
            Ending::Ellipsis | Ending::Colon => self.words >= 8,
            Ending::Open | Ending::Bare => self.words >= 30,
        };
        ends && self.lower >= 3 && self.lower * 2 >= self.words && !self.foreign
    }

    /// Whether the line could be a headline or a subhead.
    pub(crate) fn is_title_like(&self) -> bool {
        self.upper >= 1 && self.words <= 30 && !self.date_line && !self.byline && self.ending != Ending::Open
    }

    /// Whether a line is there for its date or its age.
    pub(crate) fn is_dated(&self) -> bool {
        self.date_line || self.age_line
    }

    /// Whether a line names an author, with "By" or with a job.
    pub(crate) fn is_signed(&self) -> bool {
        self.byline || self.signature == Signature::WithJob
    }

    /// Whether (nearly) every word begins with a capital, small ones too.
    pub(crate) fn is_title_case(&self) -> bool {
        self.words >= 4 && self.upper * 20 >= (self.upper + self.lower) * 17
    }
}

/// Measures all lines of a page.
pub(crate) fn measure(page: &Page<'_>) -> PageFeatures {
    let mut repeats: HashMap<&str, usize> = HashMap::new();
    for line in 0..page.lines.len() {
        *repeats.entry(page.text(line)).or_default() += 1;
    }
    let mut lines: Vec<Features> = (0..page.lines.len())
        .map(|line| {
            let text = page.text(line);
            let measured = Features { repeats: repeats[text], ..measure_line(text) };
            let apart = !page.is_html && lexicon::is_spaced_menu(&page.source[page.lines[line].source]);
            Features { menu: measured.menu || apart, ..measured }
        })
        .collect();
    mark_boxes(page, &mut lines);
    let mut whole = Profile::default();
    for features in lines.iter().filter(|features| features.is_prose() && features.words >= 8) {
        whole.add(&features.profile);
    }
    let language = whole.language();
    for features in &mut lines {
        features.foreign = match (features.profile.language(), language) {
            (Some(own), Some(page)) => own != page && features.words >= 4,
            _ => false,
        };
    }
    PageFeatures { lines, language }
}

/// Marks all lines of boxes between the paragraphs.
fn mark_boxes(page: &Page<'_>, lines: &mut [Features]) {
    const LONGEST: usize = 12;
    for first in (0..lines.len()).filter(|&line| lexicon::opens_box(page.text(line))) {
        let last = (first..lines.len().min(first + LONGEST)).find(|&line| lexicon::closes_box(page.text(line)));
        for features in &mut lines[first..last.map_or(first, |last| last + 1)] {
            features.marker = Some(Marker { kind: DropKind::Promotion, force: Force::Passing });
        }
    }
}

fn measure_line(text: &str) -> Features {
    let (mut words, mut lower, mut upper) = (0, 0, 0);
    for word in text.split_whitespace() {
        let Some(first) = word.chars().find(|c| c.is_alphanumeric()) else { continue };
        words += 1;
        lower += usize::from(first.is_lowercase());
        upper += usize::from(first.is_uppercase());
        // Scripts without letter case read as running text.
        lower += usize::from(first.is_alphabetic() && !first.is_lowercase() && !first.is_uppercase());
    }
    let (date_line, byline) = (dates::is_date_line(text), bylines::is_byline_line(text));
    let menu = !date_line && !byline && lexicon::is_menu(text);
    Features {
        words,
        lower,
        upper,
        ending: ending(text),
        profile: Profile::of(lexicon::prefix(text, 2000)),
        marker: lexicon::marker(text),
        menu,
        repeats: 1,
        date_line,
        age_line: dates::is_age(text),
        byline,
        signature: bylines::signature(text),
        foreign: false,
        recurs: false,
    }
}

/// How a line ends, closing quotes, brackets and note numbers set aside, and whole brackets behind
/// a full stop: "... on Sunday. (Northern Wire)".
pub(crate) fn ending(text: &str) -> Ending {
    const STOPS: [char; 7] = ['.', '!', '?', '”', '"', '。', '…'];
    let text = match text.rfind('(').filter(|_| text.ends_with(')')) {
        Some(open) if text[..open].trim_end().ends_with(STOPS) => text[..open].trim_end(),
        _ => text,
    };
    let closing =
        |c: char| matches!(c, '”' | '"' | '’' | '\'' | '»' | ')' | ']' | '*' | '†' | '›' | '“') || c.is_whitespace();
    let bare = text.trim_end_matches(closing);
    let noted = bare.trim_end_matches(|c: char| c.is_ascii_digit() || "[],⁰¹²³⁴⁵⁶⁷⁸⁹".contains(c));
    let bare = if noted.ends_with(['.', '!', '?']) && noted.len() + 6 > bare.len() { noted } else { bare };
    if bare.ends_with('…') || bare.ends_with("...") {
        return Ending::Ellipsis;
    }
    match bare.chars().next_back() {
        Some('.' | '!' | '?' | '。' | '！' | '？' | '؟' | '।') => Ending::Stop,
        Some(':') => Ending::Colon,
        Some(',' | ';' | '–' | '—' | '-') => Ending::Open,
        _ => Ending::Bare,
    }
}

/// The words of a text that carry its subject: longer ones, lower case, cut to their stem.
pub(crate) fn content_stems(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() >= 4)
        .map(|word| word.chars().flat_map(char::to_lowercase).take(6).collect())
}

/// Hashes of the same stems.
pub(crate) fn content_stem_hashes(text: &str) -> impl Iterator<Item = u64> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.len() >= 4 && (word.is_ascii() || word.chars().count() >= 4))
        .map(|word| lower_hash(word.char_indices().nth(6).map_or(word, |(end, _)| &word[..end])))
}

/// The words of a text, lower case, without punctuation: for comparing texts.
pub(crate) fn bare_words(text: &str) -> impl Iterator<Item = String> {
    text.split_whitespace().filter_map(|word| {
        let bare: String = word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        (!bare.is_empty()).then_some(bare)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_is_seen_behind_quotes_and_notes() {
        let check = |text: &str, expected| assert_eq!(ending(text), expected, "{text}");
        check("“We will not go,” she said.", Ending::Stop);
        check("“We will not go.”", Ending::Stop);
        check("It was closed in 1998.[12]", Ending::Stop);
        check("The road was closed. (Northern Wire)", Ending::Stop);
        check("The mayor said that the…", Ending::Ellipsis);
        check("Harbour road to close", Ending::Bare);
        check("The road, which", Ending::Bare);
        check("The road,", Ending::Open);
    }

    #[test]
    fn prose_has_an_end_and_small_words() {
        let check = |text: &str, expected| assert_eq!(measure_line(text).is_prose(), expected, "{text}");
        check("The council voted on Monday to close the road.", true);
        check("Council Votes To Close The Harbour Road", false);
        check("Harbour road closed.", false);
    }
}
