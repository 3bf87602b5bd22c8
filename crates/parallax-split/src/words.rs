//! The word lists of the rules: abbreviations by how they behave, and words that open sentences.
//!
//! All tables are sorted, lower case and without the final full stop, and are searched by halves.

/// How a word before a full stop behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Abbreviation {
    /// Stands before a name ("Mr.", "Gen."): never ends a sentence.
    Title,
    /// Stands before what it explains ("vs.", "e.g."): never ends a sentence.
    Inner,
    /// Stands before a number ("No. 5", "p. 12").
    Numbered,
    /// A month: stands before a day.
    Month,
    /// A day of the week: stands before a date.
    Day,
    /// "a.m." and "p.m.".
    Hour,
    /// May end a sentence ("Inc.", "U.S."): does where a word follows that opens sentences.
    General,
    /// A state of the U.S. ("Mo."): ends a sentence after its town and a comma.
    State,
    /// "etc.": ends a sentence wherever a capital letter follows.
    Closing,
}

/// How `word` (without its full stop) is abbreviated, if it is.
pub(crate) fn abbreviation(word: &str) -> Option<Abbreviation> {
    let mut buffer = [0u8; 24];
    let lower = lower_case(word, &mut buffer)?;
    let capital = word.chars().next().is_some_and(char::is_uppercase);
    let has = |table: &[&str]| table.binary_search(&lower).is_ok();
    if has(HOURS) {
        Some(Abbreviation::Hour)
    } else if has(TITLES) {
        Some(if capital { Abbreviation::Title } else { Abbreviation::General })
    } else if has(INNER) {
        Some(Abbreviation::Inner)
    } else if has(NUMBERED) || word.ends_with(['°', 'º']) {
        Some(Abbreviation::Numbered)
    } else if capital && has(MONTHS) {
        Some(Abbreviation::Month)
    } else if capital && has(DAYS) {
        Some(Abbreviation::Day)
    } else if has(CLOSING) {
        Some(Abbreviation::Closing)
    } else if capital && has(STATES) {
        Some(Abbreviation::State)
    } else if has(GENERAL) || is_dotted_letters(word) {
        Some(Abbreviation::General)
    } else {
        None
    }
}

/// Letters with full stops between them: "U.S", "Ph.D", "a.k.a".
fn is_dotted_letters(word: &str) -> bool {
    word.contains('.')
        && word.split('.').all(|part| {
            let mut letters = part.chars();
            letters.next().is_some_and(char::is_alphabetic) && letters.nth(1).is_none() && part.len() <= 4
        })
}

/// Whether a capitalised word can hardly be part of a name, and so opens a sentence after an
/// abbreviation ("The", "He", "But").
pub(crate) fn opens_sentence(word: &str) -> bool {
    let word = word.split(['\'', '’']).next().unwrap_or(word);
    if word == "I" || word == "A" {
        return true;
    }
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_uppercase)
        && letters.all(|letter| !letter.is_uppercase())
        && is_listed(word, OPENERS)
}

/// Whether the word, in any case, is in a table.
pub(crate) fn is_listed(word: &str, table: &[&str]) -> bool {
    let mut buffer = [0u8; 24];
    lower_case(word, &mut buffer).is_some_and(|lower| table.binary_search(&lower).is_ok())
}

/// The ASCII lower case of a short word; `None` for longer ones, which no table has.
fn lower_case<'buffer>(word: &str, buffer: &'buffer mut [u8; 24]) -> Option<&'buffer str> {
    let bytes = buffer.get_mut(..word.len())?;
    bytes.copy_from_slice(word.as_bytes());
    bytes.make_ascii_lowercase();
    std::str::from_utf8(bytes).ok()
}

/// Whether a line starts with a bullet or a number and a space.
pub(crate) fn starts_with_list_mark(line: &str) -> bool {
    let mut characters = line.chars();
    match characters.next() {
        Some(first) if is_bullet(first) => true,
        Some('-' | '*' | '+') => characters.next() == Some(' '),
        Some(first) if first.is_ascii_digit() || first == '(' => {
            let rest = line.trim_start_matches('(').trim_start_matches(|c: char| c.is_ascii_digit());
            let digits = line.trim_start_matches('(').len() - rest.len();
            (1..=3).contains(&digits) && (rest.starts_with(". ") || rest.starts_with(") ") || rest.starts_with(".) "))
        }
        _ => false,
    }
}

/// Whether the character marks a list item wherever it stands.
pub(crate) fn is_bullet(character: char) -> bool {
    matches!(character, '•' | '◦' | '▪' | '■' | '●' | '○' | '‣' | '⁃' | '➢' | '✓' | '✔')
}

/// Whether a lower-case Roman numeral up to thirty-nine.
pub(crate) fn is_roman(word: &str) -> bool {
    !word.is_empty() && word.len() <= 6 && word.bytes().all(|byte| matches!(byte | 0x20, b'i' | b'v' | b'x'))
}

#[rustfmt::skip]
const HOURS: &[&str] = &[
    "a.m", "am", "p.m", "pm",
];

#[rustfmt::skip]
const TITLES: &[&str] = &[
    "abp", "adm", "amb", "arq", "asst", "avv", "bp", "brig", "bro", "capt", "cdr", "cmdr", "col", "cpl", "cpt",
    "det", "dip", "dott", "dr", "dra", "drs", "ens", "fr", "ft", "gen", "gov", "govs", "hon", "hr", "ing", "insp",
    "lic", "lt", "maj", "messrs", "mgr", "mlle", "mme", "mr", "mrs", "ms", "msgr", "mt", "mx", "ofc", "pfc",
    "pres", "prof", "pvt", "rep", "reps", "rev", "sen", "sens", "sgt", "sig", "sra", "sres", "srta", "st", "ste",
    "sto", "supt", "ven",
];

#[rustfmt::skip]
const INNER: &[&str] = &[
    "a.k.a", "approx", "bzw", "ca", "cf", "d.h", "e.g", "eg", "esp", "excl", "i.e", "ie", "incl", "p.ej", "resp",
    "u.a", "v", "viz", "vs", "z.b",
];

#[rustfmt::skip]
const NUMBERED: &[&str] = &[
    "app", "apt", "art", "arts", "c", "cap", "ch", "chap", "cl", "eq", "eqs", "ext", "fig", "figs", "fn",
    "hwy", "ll", "lot", "n", "no", "nos", "nr", "num", "núm", "op", "p", "par", "para", "pg", "pp", "pt", "rte",
    "sec", "secs", "sect", "ser", "tel", "ver", "vol", "vols",
];

/// Months as they are shortened.
#[rustfmt::skip]
pub(crate) const MONTHS: &[&str] = &[
    "apr", "aug", "dec", "feb", "jan", "jul", "jun", "mar", "nov", "oct", "sep", "sept",
];

#[rustfmt::skip]
const DAYS: &[&str] = &[
    "fri", "mon", "sat", "sun", "thu", "thur", "thurs", "tue", "tues", "wed", "weds",
];

#[rustfmt::skip]
const CLOSING: &[&str] = &[
    "esq", "etc", "ff", "usw",
];

#[rustfmt::skip]
const GENERAL: &[&str] = &[
    "admin", "al", "assn", "assoc", "atty", "ave", "avg", "bldg", "blvd", "bros", "cmte", "co", "comdr", "corp",
    "cos", "ct", "dba", "dept", "depts", "dist", "div", "ed", "eds", "est", "gmbh", "govt", "hrs", "inc", "inst",
    "intl", "jr", "lbs", "llc", "llp", "ltd", "max", "mfg", "mph", "natl", "org", "ph.d", "ph.ds", "pkwy", "pl",
    "plc", "pty", "rd", "rds", "rev", "sq", "sr", "stat", "tech", "trans", "treas", "twp", "univ",
];

#[rustfmt::skip]
const STATES: &[&str] = &[
    "ala", "alta", "ariz", "ark", "calif", "colo", "conn", "del", "fla", "ill", "ind", "kan", "kans", "ky", "la",
    "mass", "md", "mich", "minn", "miss", "mo", "mont", "neb", "nev", "okla", "ont", "ore", "pa", "penn", "que",
    "sask", "tenn", "tex", "va", "vt", "wash", "wis", "wyo",
];

#[rustfmt::skip]
const OPENERS: &[&str] = &[
    "after", "again", "all", "also", "although", "an", "and", "another", "any", "anyone", "are", "as", "at",
    "because", "before", "both", "but", "by", "can", "could", "despite", "did", "do", "does", "during", "each",
    "either", "even", "every", "everyone", "few", "for", "from", "further", "had", "has", "have", "he", "her",
    "here", "his", "how", "however", "if", "in", "instead", "is", "it", "its", "just", "last", "later", "let",
    "like", "many", "maybe", "meanwhile", "more", "moreover", "most", "much", "my", "neither", "nevertheless",
    "no", "nobody", "none", "nor", "not", "nothing", "now", "of", "on", "once", "one", "only", "or", "other",
    "others", "our", "perhaps", "please", "several", "she", "should", "since", "so", "some", "someone",
    "sometimes", "soon", "still", "such", "than", "that", "the", "their", "then", "there", "therefore", "these",
    "they", "this", "those", "though", "through", "thus", "to", "today", "together", "two", "under", "unless",
    "unlike", "until", "very", "was", "we", "well", "were", "what", "when", "where", "whether", "which", "while",
    "who", "whoever", "whose", "why", "with", "within", "without", "would", "yes", "yet", "you", "your",
];

/// Words after "U.S." that belong to the name it begins.
#[rustfmt::skip]
pub(crate) const INSTITUTIONS: &[&str] = &[
    "agency", "air", "airways", "ambassador", "america", "americans", "army", "attorney", "attorneys", "bank",
    "border", "bureau", "cabinet", "capitol", "cellular", "census", "chamber", "citizenship", "civil", "coast",
    "commerce", "commission", "conference", "congress", "congressional", "constitution", "consulate", "copyright",
    "court", "courts", "customs", "defense", "democratic", "democrats", "department", "deputy", "director",
    "district", "dollar", "embassy", "energy", "envoy", "federal", "fish", "food", "force", "forces", "foreign",
    "forest", "geological", "gov", "government", "group", "highway", "house", "immigration", "intelligence",
    "interior", "internal", "joint", "justice", "magistrate", "marine", "marines", "marshal", "marshals",
    "military", "minority", "mint", "national", "navy", "north", "northern", "office", "open", "park", "patent",
    "postal", "president", "presidential", "rep", "representative", "representatives", "republican",
    "republicans", "reserve", "route", "secret", "secretary", "securities", "sen", "senate", "senator",
    "senators", "sens", "soccer", "solicitor", "southern", "space", "special", "state", "steel", "strategic",
    "supreme", "tax", "trade", "transportation", "treasury", "vice", "virgin", "western",
];

/// Verbs that show, after a name that follows "U.S.", that the name is a subject.
#[rustfmt::skip]
pub(crate) const SUBJECT_VERBS: &[&str] = &[
    "added", "also", "and", "announced", "asked", "called", "did", "does", "had", "has", "have", "is", "made",
    "may", "never", "said", "says", "should", "told", "took", "wants", "was", "were", "will", "would",
];

/// Verbs of a clause that names the speaker after a closing quotation mark.
#[rustfmt::skip]
pub(crate) const REPORTING: &[&str] = &[
    "added", "admitted", "agreed", "answered", "argued", "asked", "asks", "began", "called", "complained",
    "continued", "cried", "declared", "demanded", "exclaimed", "explained", "inquired", "insisted", "joked",
    "laughed", "muttered", "noted", "posted", "quipped", "recalled", "remarked", "repeated", "replied",
    "responded", "said", "says", "shouted", "shouts", "sighed", "snapped", "told", "tweeted", "urged", "wondered",
    "wrote", "yelled",
];

/// Months in full, in the languages that write "3. Oktober" or in English.
#[rustfmt::skip]
pub(crate) const MONTH_NAMES: &[&str] = &[
    "april", "august", "avril", "december", "desember", "dezember", "elokuuta", "februar", "februari", "february",
    "januar", "januari", "january", "juli", "july", "june", "juni", "maj", "march", "mars", "mart", "may", "mayo",
    "november", "october", "oktober", "september",
];

/// Words after "p.m." that still belong to the time.
#[rustfmt::skip]
pub(crate) const TIME_WORDS: &[&str] = &[
    "april", "aug", "august", "bst", "cdt", "central", "cest", "cet", "cst", "dec", "december", "eastern", "edt",
    "est", "et", "feb", "february", "fri", "friday", "gmt", "ist", "jan", "january", "july", "june", "march",
    "mdt", "mon", "monday", "mountain", "mst", "nov", "november", "oct", "october", "pacific", "pdt", "pst", "pt",
    "sat", "saturday", "sept", "september", "sun", "sunday", "thu", "thursday", "tue", "tuesday", "utc", "wed",
    "wednesday",
];

/// Endings of addresses and file names, as they follow a full stop without a space.
#[rustfmt::skip]
pub(crate) const ADDRESS_ENDINGS: &[&str] = &[
    "app", "biz", "ca", "co", "com", "de", "doc", "docx", "edu", "es", "eu", "exe", "fr", "gif", "gov", "html",
    "ie", "info", "io", "jpeg", "jpg", "js", "mp3", "mp4", "mx", "net", "news", "org", "pdf", "php", "png", "ppt",
    "tv", "txt", "uk", "us", "xls", "xml", "zip",
];

/// Words before a capital letter that is a label, not an initial ("Plan B.").
#[rustfmt::skip]
pub(crate) const LABELLED: &[&str] = &[
    "annex", "appendix", "bill", "block", "category", "chapter", "class", "exhibit", "figure", "gate", "grade",
    "group", "hepatitis", "item", "league", "lot", "option", "part", "phase", "plan", "point", "room", "section",
    "serie", "series", "step", "table", "tier", "type", "version", "vitamin", "zone",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_sorted_and_lower_case() {
        let check = |table: &[&str]| {
            assert!(table.windows(2).all(|pair| pair[0] < pair[1]), "{table:?}");
            assert!(table.iter().all(|word| word.to_ascii_lowercase() == *word && !word.ends_with('.')), "{table:?}");
        };
        let tables: [&[&str]; 17] = [
            HOURS,
            TITLES,
            INNER,
            NUMBERED,
            MONTHS,
            DAYS,
            CLOSING,
            GENERAL,
            STATES,
            OPENERS,
            INSTITUTIONS,
            SUBJECT_VERBS,
            REPORTING,
            MONTH_NAMES,
            TIME_WORDS,
            ADDRESS_ENDINGS,
            LABELLED,
        ];
        tables.into_iter().for_each(check);
    }

    #[test]
    fn letters_with_full_stops_are_abbreviations() {
        let check = |word: &str, expected: Option<Abbreviation>| assert_eq!(abbreviation(word), expected, "{word}");
        check("U.S", Some(Abbreviation::General));
        check("U.S.A", Some(Abbreviation::General));
        check("Ph.D", Some(Abbreviation::General));
        check("P.M", Some(Abbreviation::Hour));
        check("Sen", Some(Abbreviation::Title));
        check("sat", None);
        check("1.5", None);
        check("dam", None);
    }
}
