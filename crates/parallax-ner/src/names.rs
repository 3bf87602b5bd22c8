//! How names are compared: folded words, the parts of a person's name, initials.

use crate::aliases::{is_nickname, leading_country, well_known, well_known_key};
use crate::titles::{Gender, Style, Title, title};
use parallax_text::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Small letters without accents, dots and apostrophes; hyphens and other marks become spaces;
/// single letters that follow one another become one word ("H. W." like "H.W.").
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut last_single = false;
    for word in split_words(text) {
        let single = word.chars().count() == 1;
        if !(folded.is_empty() || single && last_single) {
            folded.push(' ');
        }
        folded.push_str(&word);
        last_single = single;
    }
    folded
}

fn split_words(text: &str) -> impl Iterator<Item = String> {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars().flat_map(char::to_lowercase) {
        match character {
            '.' | '\'' | '\u{2018}' | '\u{2019}' | '\u{02bc}' | '`' | '\u{0300}'..='\u{036f}' => {}
            _ if character.is_ascii_alphanumeric() => plain.push(character),
            '&' => plain.push_str(" and "),
            _ => match without_accent(character) {
                "" if character.is_alphanumeric() => plain.push(character),
                "" => plain.push(' '),
                letters => plain.push_str(letters),
            },
        }
    }
    plain.split_whitespace().map(str::to_owned).collect::<Vec<_>>().into_iter()
}

fn without_accent(small: char) -> &'static str {
    match small {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ð' | 'ď' | 'đ' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' | 'ŋ' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ơ' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'þ' => "th",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ư' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => "",
    }
}

/// Words of `text` inside `span`, cut at white space.
pub(crate) fn words_in(text: &str, span: Span) -> Vec<Span> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, character) in text[span].char_indices() {
        let at = span.start() + at;
        match (character.is_whitespace(), start) {
            (true, Some(from)) => {
                words.push(Span::new(from, at));
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
    }
    words.extend(start.map(|from| Span::new(from, span.end())));
    words
}

/// A person's name without its titles.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PersonName {
    /// Folded words; never empty.
    pub(crate) words: Vec<String>,
    /// "jr", "sr", "ii", ... where the name says so.
    pub(crate) generation: Option<String>,
}

/// How a short form stands to a fuller name, the closest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// The last words: the surname.
    Last,
    /// The first words: the given name, or the surname where it stands first.
    First,
    /// A word between (the first of two surnames).
    Middle,
    /// The initials ("AOC").
    Initials,
}

impl PersonName {
    /// The name in folded words; `None` where nothing is left of it.
    pub(crate) fn new(folded: &str) -> Option<Self> {
        let mut words: Vec<String> = folded.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        let generation = match words.last().map(String::as_str) {
            Some("jr" | "sr" | "junior" | "senior" | "ii" | "iii" | "iv") if words.len() > 1 => words.pop(),
            _ => None,
        };
        let generation = generation.map(|word| word.replace("unior", "r").replace("senior", "sr"));
        (!words.is_empty()).then_some(Self { words, generation })
    }

    /// Whether given name and surname are there.
    pub(crate) fn is_full(&self) -> bool {
        self.words.len() > 1
    }

    /// The first letters of the words.
    pub(crate) fn initials(&self) -> String {
        self.words.iter().filter_map(|word| word.chars().next()).collect()
    }

    /// Whether two full names can be one person's: never across generations, different first
    /// names or different middle initials.
    pub(crate) fn agrees_with(&self, other: &PersonName) -> bool {
        if self.generation != other.generation {
            return false;
        }
        let (short, long) = if self.words.len() <= other.words.len() {
            (&self.words, &other.words)
        } else {
            (&other.words, &self.words)
        };
        if long.starts_with(short) || long.ends_with(short) {
            return true;
        }
        let (Some((short_last, short_rest)), Some((long_last, long_rest))) = (short.split_last(), long.split_last())
        else {
            return false;
        };
        let (Some((short_first, short_middle)), Some((long_first, long_middle))) =
            (short_rest.split_first(), long_rest.split_first())
        else {
            return false;
        };
        short_last == long_last
            && given_names_agree(short_first, long_first)
            && middles_agree(short_middle, long_middle)
    }

    /// Which part of a full name this short form is, if any.
    pub(crate) fn part_of(&self, full: &PersonName) -> Option<Part> {
        if self.generation.is_some() && self.generation != full.generation || self.words.len() >= full.words.len() {
            return None;
        }
        if full.words.ends_with(&self.words) {
            return Some(Part::Last);
        }
        if full.words.starts_with(&self.words) {
            let is_surname = self.words.len() == 1 && is_family_name_first(&full.words);
            return Some(if is_surname { Part::Last } else { Part::First });
        }
        let [word] = self.words.as_slice() else { return None };
        let middle = &full.words[1..full.words.len() - 1];
        if word.len() > 1 && middle.contains(word) {
            return Some(Part::Middle);
        }
        (word.len() > 1 && full.initials() == *word).then_some(Part::Initials)
    }
}

/// Whether a name begins with the surname, as Chinese, Korean and Vietnamese names do ("Kim Jong-un").
fn is_family_name_first(words: &[String]) -> bool {
    const SURNAMES: [&str; 40] = [
        "ban", "chen", "choi", "deng", "han", "hong", "hu", "huang", "hwang", "jang", "jiang", "jung", "kang", "kim",
        "lee", "li", "lim", "lin", "liu", "ma", "mao", "moon", "nguyen", "park", "pham", "roh", "shin", "song", "sun",
        "tran", "tsai", "wang", "wu", "xi", "xu", "yang", "yoon", "zhang", "zhao", "zhou",
    ];
    words.len() == 3 && words.first().is_some_and(|first| SURNAMES.binary_search(&first.as_str()).is_ok())
}

fn given_names_agree(one: &str, other: &str) -> bool {
    let initial = |short: &str, long: &str| short.len() == 1 && long.starts_with(short);
    one == other || initial(one, other) || initial(other, one) || is_nickname(one, other)
}

/// Every middle name of the shorter list stands, in order, in the longer one, as a word or an initial.
fn middles_agree(short: &[String], long: &[String]) -> bool {
    let mut rest = long.iter();
    let agree = |one: &str, other: &str| one == other || one.starts_with(other) && other.len() == 1;
    short.iter().all(|word| rest.any(|other| agree(word, other) || agree(other, word)))
}

/// Which persons, by index, have a word of a name, or its initials.
#[derive(Clone, Debug, Default)]
pub(crate) struct PersonIndex(BTreeMap<String, BTreeSet<usize>>);

impl PersonIndex {
    /// Notes a name of a person.
    pub(crate) fn add(&mut self, name: &PersonName, person: usize) {
        for word in name.words.iter().cloned().chain([name.initials()]) {
            self.0.entry(word).or_default().insert(person);
        }
    }

    /// All persons whose names can agree with this one, or of whose names it can be a part; in order.
    pub(crate) fn near(&self, name: &PersonName) -> BTreeSet<usize> {
        name.words.iter().filter_map(|word| self.0.get(word)).flatten().copied().collect()
    }
}

/// A title cut off a mention or found before it, and what it tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TitledName {
    /// The name alone.
    pub(crate) name: Span,
    /// The title directly before it.
    pub(crate) title: Option<Title>,
}

/// Cuts the title off the front of what a mention covers ("Mexican President Ana Ruiz": "Ana
/// Ruiz"); `None` where it covers a title only.
pub(crate) fn without_title(text: &str, span: Span) -> Option<TitledName> {
    let words = words_in(text, span);
    let mut cut = usize::from(words.first().is_some_and(|&word| fold(&text[word]) == "the"));
    let mut found = None;
    for from in 0..words.len() {
        for to in from + 1..=words.len().min(from + 5) {
            let phrase = Span::new(words[from].start(), words[to - 1].end());
            let inside = |known: &Title| known.style == Style::AnyCase && to < words.len();
            let known = title_at(text, phrase).filter(|known| from <= cut || inside(known));
            if let Some(known) = known {
                cut = to;
                found = Some(known);
            }
        }
    }
    let first = if found.is_some() { words.get(cut)? } else { words.first()? };
    Some(TitledName { name: Span::new(first.start(), span.end()), title: found })
}

/// The longest title that stands directly before `start`, not reaching before `earliest`.
pub(crate) fn title_before(text: &str, earliest: usize, start: usize) -> Option<(Span, Title)> {
    let before = text.get(earliest..start)?;
    let words = words_in(text, Span::new(earliest, start));
    if !before.ends_with([' ', '\u{a0}']) {
        return None;
    }
    let longest = words.len().saturating_sub(6)..words.len();
    longest.into_iter().find_map(|from| {
        let phrase = Span::new(words[from].start(), words[words.len() - 1].end());
        Some((phrase, title_at(text, phrase)?))
    })
}

fn title_at(text: &str, phrase: Span) -> Option<Title> {
    let cut = &text[phrase];
    if cut.ends_with([',', ';', ':'])
        || !cut.starts_with(char::is_alphabetic)
        || cut.contains(['\n', '(', ')', '[', ']'])
    {
        return None;
    }
    let folded = fold(cut);
    // "Then President Ruiz left", "Late Mayor Holt": at the start of a sentence, who knows.
    if cut.starts_with(char::is_uppercase) && (folded.starts_with("then ") || folded.starts_with("late ")) {
        return None;
    }
    let known = title(&folded)?;
    let last = cut.rsplit(|character: char| character.is_whitespace() || character == '-').next();
    let capital = last.is_some_and(|word| word.starts_with(char::is_uppercase));
    (known.style == Style::AnyCase || capital).then_some(known)
}

/// The gender that a title tells.
pub(crate) fn gender_of(title: Option<Title>) -> Option<Gender> {
    title.and_then(|title| title.gender)
}

/// What names of organisations, places and other things are compared by: folded, without article
/// and legal form, by the usual name where there are several.
pub(crate) fn thing_key(raw: &str) -> String {
    let folded = fold(raw);
    let key = without_article(&folded);
    if let Some(known) = well_known(key).filter(|_| spelled_as_name(raw, key)) {
        return well_known_key(known);
    }
    let key = without_legal_form(key);
    let in_front = ["department", "ministry"].iter().find_map(|office| {
        let rest = key.strip_prefix(office)?.strip_prefix(" of ")?;
        Some(format!("{} {office}", without_article(rest)))
    });
    match leading_country(key) {
        Some((country, rest)) => format!("{} {rest}", fold(country)),
        None => in_front.unwrap_or_else(|| key.to_owned()),
    }
}

/// "WHO" is an organisation and "US" a country, "Who" and "us" are not: a word that stands for
/// several has to be in capitals.
pub(crate) fn spelled_as_name(raw: &str, key: &str) -> bool {
    let is_acronym =
        || key.len() <= 4 && !key.contains(' ') && well_known(key).is_some_and(|known| known.name.contains(' '));
    !(raw.chars().any(char::is_lowercase) && is_acronym())
}

/// Without "the" at the front.
pub(crate) fn without_article(folded: &str) -> &str {
    folded.strip_prefix("the ").unwrap_or(folded)
}

fn without_legal_form(key: &str) -> &str {
    match key.rsplit_once(' ') {
        Some((
            rest,
            "inc" | "incorporated" | "corp" | "corporation" | "co" | "ltd" | "limited" | "llc" | "llp" | "plc" | "ag"
            | "sa" | "se" | "nv" | "gmbh" | "spa",
        )) => rest,
        _ => key,
    }
}

/// The letters of an acronym ("WSJ", "U.N."), folded: two to six capitals and nothing else.
pub(crate) fn acronym(raw: &str) -> Option<String> {
    let raw = raw.strip_prefix("the ").or(raw.strip_prefix("The ")).unwrap_or(raw);
    let letters: String = raw.chars().filter(|character| *character != '.').collect();
    let capitals = letters.chars().all(char::is_uppercase) && (2..=6).contains(&letters.chars().count());
    capitals.then(|| fold(&letters).replace(' ', ""))
}

/// The initials of a name of several words, small words counted and not.
pub(crate) fn initials_of(folded: &str) -> Vec<String> {
    let words: Vec<&str> = without_article(folded).split(' ').collect();
    if words.len() < 2 {
        return Vec::new();
    }
    let initials = |small: bool| {
        let counted = words.iter().filter(|word| small || !is_small(word));
        counted.filter_map(|word| word.chars().next()).collect()
    };
    vec![initials(false), initials(true)]
}

fn is_small(word: &str) -> bool {
    matches!(word, "of" | "the" | "and" | "for" | "in" | "on" | "to" | "de" | "la" | "del" | "des" | "du" | "y")
}

/// Whether the letters stand in the words in order, the first letter first: what an acronym in
/// brackets behind a name may be ("Marines (USMC)" is not).
pub(crate) fn abbreviates(letters: &str, folded: &str) -> bool {
    let name = without_article(folded);
    let mut rest = name.chars();
    letters.chars().next() == name.chars().next() && letters.chars().all(|letter| rest.any(|other| other == letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_forgets_case_accents_and_marks() {
        let check = |raw: &str, folded: &str| assert_eq!(fold(raw), folded);
        check("Núñez-Ibáñez", "nunez ibanez");
        check("U.S.", "us");
        check("J. D. O’Hara", "jd ohara");
        check("AT&T", "at and t");
        check("ΑΘΗΝΑ 7", "αθηνα 7");
        check("--", "");
    }

    #[test]
    fn two_full_names_agree_unless_something_in_them_differs() {
        let check = |one: &str, other: &str, expected: bool| {
            let (one, other) = (PersonName::new(&fold(one)).unwrap(), PersonName::new(&fold(other)).unwrap());
            assert_eq!(one.agrees_with(&other), expected, "{one:?} {other:?}");
            assert_eq!(other.agrees_with(&one), expected, "{other:?} {one:?}");
        };
        check("Ana M. Ruiz", "Ana María Ruiz", true);
        check("Ana Ruiz", "Ana Ruiz Soto", true);
        check("Mike Stone", "Michael Stone", true);
        check("Ana Ruiz", "Eva Ruiz", false);
        check("Carl Stone", "Carl Stone Jr.", false);
        check("George H. W. Marsh", "George W. Marsh", false);
        check("George H.W. Marsh", "George Marsh", true);
    }

    #[test]
    fn a_short_form_is_a_part_of_a_full_name() {
        let check = |short: &str, full: &str, expected: Option<Part>| {
            let (short, full) = (PersonName::new(&fold(short)).unwrap(), PersonName::new(&fold(full)).unwrap());
            assert_eq!(short.part_of(&full), expected);
        };
        check("Ruiz", "Ana Ruiz", Some(Part::Last));
        check("van der Berg", "Eva van der Berg", Some(Part::Last));
        check("Ruiz", "Ana Ruiz Soto", Some(Part::Middle));
        check("Ana", "Ana Ruiz", Some(Part::First));
        check("AMR", "Ana Mora-Ruiz", Some(Part::Initials));
        check("Kim", "Kim Lan-ho", Some(Part::Last));
        check("Stone", "Carl Stone Jr.", Some(Part::Last));
        check("Stone Jr.", "Carl Stone Junior", Some(Part::Last));
        check("Stone Jr.", "Carl Stone", None);
        check("Soto", "Ana Ruiz", None);
    }

    #[test]
    fn titles_are_cut_off_the_front_of_a_name() {
        let check = |raw: &str, name: Option<&str>| {
            let found = without_title(raw, Span::new(0, raw.len()));
            assert_eq!(found.map(|found| &raw[found.name]), name);
        };
        check("President Ana Ruiz", Some("Ana Ruiz"));
        check("Mexican President Ana Ruiz", Some("Ana Ruiz"));
        check("Secretary of State Carl Stone", Some("Carl Stone"));
        check("Billie King", Some("Billie King"));
        check("Judge", None);
        check("The President", None);
        check("The Rambler", Some("The Rambler"));
        check("Ana Chancellor", Some("Ana Chancellor"));
        check("Ana Ruiz", Some("Ana Ruiz"));
    }

    #[test]
    fn acronyms_are_initials_with_or_without_small_words() {
        assert_eq!(initials_of("the wall street journal"), ["wsj", "wsj"]);
        assert_eq!(initials_of("institute for the study of war"), ["isw", "iftsow"]);
        assert!(initials_of("reuters").is_empty());
        assert_eq!(acronym("U.N.").as_deref(), Some("un"));
        assert_eq!(acronym("Un"), None);
    }

    #[test]
    fn things_are_compared_by_their_usual_name() {
        let check = |raw: &str, key: &str| assert_eq!(thing_key(raw), key);
        check("the States", "united states");
        check("US Navy", "united states navy");
        check("Northwind Inc.", "northwind");
        check("us", "us");
        check("The Daily Echo", "daily echo");
        check("Department of Fish", "fish department");
        check("Who", "who");
    }
}
