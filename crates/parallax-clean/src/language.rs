//! Which language a text is in, by its function words.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The languages that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Language {
    English,
    Spanish,
    French,
    German,
    Italian,
    Portuguese,
    Dutch,
}

impl Language {
    const ALL: [Language; 7] = [
        Language::English,
        Language::Spanish,
        Language::French,
        Language::German,
        Language::Italian,
        Language::Portuguese,
        Language::Dutch,
    ];

    /// ISO 639-1.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Spanish => "es",
            Language::French => "fr",
            Language::German => "de",
            Language::Italian => "it",
            Language::Portuguese => "pt",
            Language::Dutch => "nl",
        }
    }

    #[rustfmt::skip]
    fn function_words(self) -> &'static [&'static str] {
        match self {
            Language::English => &["the", "of", "and", "to", "in", "a", "is", "that", "for", "was", "with", "on", "as", "it", "by", "at", "from", "his", "her", "he", "she", "they", "this", "are", "be", "has", "have", "had", "not", "but", "or", "an", "were", "which", "would", "said", "who", "their", "will", "been", "its", "more", "than", "when", "about", "you", "your", "we", "our", "i", "if", "can", "how", "what", "why"],
            Language::Spanish => &["de", "la", "el", "que", "en", "y", "los", "las", "del", "se", "por", "un", "una", "con", "no", "para", "al", "su", "es", "lo", "como", "más", "pero", "sus", "este", "esta", "está", "fue", "ha", "sin", "sobre", "también", "entre", "tu", "si", "otro", "qué", "no", "ser", "son", "puedes", "quieres", "así", "cada", "aquí", "muy", "ya", "o", "le", "te"],
            Language::French => &["de", "la", "le", "et", "les", "des", "en", "un", "du", "une", "que", "est", "pour", "qui", "dans", "à", "par", "plus", "pas", "au", "sur", "ne", "se", "ce", "il", "sont", "avec", "son", "cette", "aux", "ses", "mais", "ou", "elle", "nous", "vous", "votre", "été", "leur", "l'", "d'", "être"],
            Language::German => &["der", "die", "und", "in", "den", "von", "zu", "das", "mit", "sich", "des", "auf", "für", "ist", "im", "dem", "nicht", "ein", "eine", "als", "auch", "es", "an", "werden", "aus", "er", "hat", "dass", "sie", "nach", "wird", "bei", "einer", "um", "am", "sind", "noch", "wie", "einem", "über", "einen", "so", "zum", "war", "haben", "nur", "oder", "aber", "ihr", "ihre"],
            Language::Italian => &["di", "e", "il", "la", "che", "in", "un", "per", "è", "una", "del", "della", "con", "non", "si", "da", "le", "i", "al", "dei", "sono", "nel", "alla", "ha", "gli", "come", "più", "anche", "ma", "lo", "delle", "dal", "questo", "suo", "sua", "o", "se", "nella", "ai", "stato", "essere", "tra"],
            Language::Portuguese => &["de", "a", "o", "que", "e", "do", "da", "em", "um", "para", "com", "não", "uma", "os", "no", "se", "na", "por", "mais", "as", "dos", "como", "mas", "ao", "ele", "das", "à", "seu", "sua", "ou", "quando", "muito", "nos", "já", "foi", "são", "também", "pelo", "pela", "até", "é", "está", "isso"],
            Language::Dutch => &["de", "het", "een", "van", "en", "in", "is", "dat", "op", "te", "zijn", "met", "voor", "niet", "aan", "er", "om", "ook", "als", "dan", "maar", "bij", "nog", "uit", "door", "naar", "over", "ze", "wordt", "werd", "heeft", "hebben", "tot", "je", "deze", "die", "dit", "hij", "wij", "was", "worden", "geen"],
        }
    }
}

/// Which languages, in the order of [`Language::ALL`], a function word belongs to.
static LANGUAGES_OF_WORD: LazyLock<HashMap<&str, [bool; 7]>> = LazyLock::new(|| {
    let mut languages: HashMap<&str, [bool; 7]> = HashMap::new();
    for language in Language::ALL {
        for word in language.function_words() {
            languages.entry(word).or_default()[language as usize] = true;
        }
    }
    languages
});

/// How many function words of each language a text has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Profile {
    counts: [u32; 7],
    words: u32,
}

impl Profile {
    /// Counts the words of a text.
    pub(crate) fn of(text: &str) -> Self {
        let mut profile = Profile::default();
        let mut lower = String::new();
        for word in text.split(|c: char| !c.is_alphabetic() && c != '\'').filter(|word| !word.is_empty()) {
            profile.words += 1;
            if word.len() > 12 {
                continue;
            }
            lower.clear();
            lower.extend(word.chars().flat_map(char::to_lowercase));
            let languages = LANGUAGES_OF_WORD.get(lower.as_str()).copied().unwrap_or_default();
            for (count, has) in profile.counts.iter_mut().zip(languages) {
                *count += u32::from(has);
            }
        }
        profile
    }

    /// Adds the counts of another text.
    pub(crate) fn add(&mut self, other: &Profile) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
        self.words += other.words;
    }

    /// Function words of one language.
    pub(crate) fn count(&self, language: Language) -> u32 {
        self.counts[language as usize]
    }

    /// The language that has clearly more function words in the text than any other, and enough
    /// of them: in prose of each, a quarter of the words and more are function words.
    pub(crate) fn language(&self) -> Option<Language> {
        let best = Language::ALL.into_iter().max_by_key(|&language| self.count(language))?;
        let count = self.count(best);
        let second = Language::ALL.into_iter().filter(|&other| other != best).map(|other| self.count(other)).max()?;
        (count >= 3 && count * 5 >= self.words && count * 4 > second * 5).then_some(best)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_apart_by_their_function_words() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(Profile::of(text).language().map(Language::code), expected, "{text}");
        };
        check("The council of the town said that it would close the road to the harbour.", Some("en"));
        check("El ayuntamiento dijo que cerrará la carretera del puerto por las obras de la noche.", Some("es"));
        check("La mairie a annoncé que la route du port est fermée pour les travaux dans la nuit.", Some("fr"));
        check("Die Stadt hat mitgeteilt, dass die Straße zum Hafen für den Verkehr gesperrt wird.", Some("de"));
        check("Il comune ha detto che la strada del porto è chiusa per i lavori della notte.", Some("it"));
        check("A câmara disse que a estrada do porto não está aberta e que os trabalhos são para a noite.", Some("pt"));
        check("De gemeente zegt dat het verkeer niet over de weg naar de haven kan door het werk.", Some("nl"));
        check("Harbour road closed", None);
    }
}
