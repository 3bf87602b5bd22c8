//! Nouns that describe actors without naming them: "president", "tycoon", "officials", "newspaper".

use crate::titles::Gender::{self, Female, Male};

/// What a noun describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// The head of a state or government.
    Leader,
    /// Another office or post.
    Office,
    /// A person by occupation, standing or kinship.
    Person,
    /// A body of persons.
    Body,
    /// A paper or broadcaster.
    Outlet,
}

/// A noun as the table knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Role {
    /// Singular.
    pub(crate) lemma: &'static str,
    pub(crate) class: Class,
    pub(crate) gender: Option<Gender>,
    pub(crate) is_plural: bool,
}

/// The role that a word in small letters names.
pub(crate) fn role(word: &str) -> Option<Role> {
    let word = word.strip_prefix("ex-").or_else(|| word.strip_prefix("co-")).unwrap_or(word);
    if let Some(role) = listed(word, false) {
        return Some(role);
    }
    if let Some(stem) = word.strip_suffix("men") {
        let man = format!("{stem}man");
        return listed(&man, true).map(|role| Role { gender: None, ..role });
    }
    let stem = word.strip_suffix('s')?;
    if let Some(role) = listed(stem, true) {
        return Some(role);
    }
    if let Some(stem) = stem.strip_suffix("ie") {
        return listed(&format!("{stem}y"), true);
    }
    stem.strip_suffix('e').and_then(|stem| listed(stem, true))
}

fn listed(word: &str, is_plural: bool) -> Option<Role> {
    let at = ROLES.binary_search_by_key(&word, |entry| entry.0).ok()?;
    let (lemma, class, gender) = ROLES[at];
    let is_plural = is_plural || matches!(lemma, "people" | "police" | "troops");
    Some(Role { lemma, class, gender, is_plural })
}

/// Words that may stand before such a noun without a determiner ("senior officials").
pub(crate) fn is_modifier(word: &str) -> bool {
    const MODIFIERS: [&str; 60] = ["acting", "administration", "cabinet", "campaign", "chief", "city", "civil", "company", "congressional", "county", "cybersecurity", "defence", "defense", "democratic", "deputy", "diplomatic", "district", "election", "embassy", "energy", "environmental", "ex", "federal", "foreign", "former", "government", "health", "high-level", "high-ranking", "immigration", "independent", "industry", "intelligence", "interim", "judicial", "law-enforcement", "leading", "legal", "local", "longtime", "military", "municipal", "national", "old", "opposition", "outgoing", "party", "police", "political", "prominent", "public", "regional", "retired", "ruling", "security", "senior", "state", "then", "top", "unnamed"];
    MODIFIERS.binary_search(&word).is_ok()
}

/// What a determiner says about the noun behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Determiner {
    /// "the", "this", "that", "these", "those", "both"
    Definite,
    /// "a", "an", "another", "some", "several", numerals: somebody new
    Indefinite,
    /// "no", "every", "any", "each": nobody in particular
    Quantified,
}

pub(crate) fn determiner(word: &str) -> Option<Determiner> {
    match word {
        "the" | "this" | "that" | "these" | "those" | "both" => Some(Determiner::Definite),
        "a" | "an" | "another" | "some" | "several" | "many" | "one" | "two" | "three" | "four" | "five" | "six"
        | "seven" | "eight" | "nine" | "ten" | "dozens" | "hundreds" | "thousands" | "few" | "most" | "more"
        | "other" => Some(Determiner::Indefinite),
        "no" | "every" | "any" | "each" | "either" | "neither" | "what" | "which" | "whose" => {
            Some(Determiner::Quantified)
        }
        _ => None,
    }
}

/// Words of grammar: no part of a name or description between its first word and its noun.
pub(crate) fn is_function_word(word: &str) -> bool {
    const WORDS: [&str; 133] = ["about", "above", "accused", "added", "after", "against", "ago", "along", "also", "although", "always", "am", "among", "and", "announced", "are", "around", "as", "asked", "at", "be", "because", "been", "before", "behind", "being", "below", "between", "but", "by", "called", "can", "cannot", "could", "did", "do", "does", "down", "during", "even", "ever", "except", "for", "from", "gave", "get", "give", "gives", "got", "had", "has", "have", "how", "if", "in", "including", "into", "is", "it", "just", "let", "like", "made", "make", "makes", "may", "meanwhile", "met", "might", "must", "near", "never", "not", "now", "of", "off", "on", "only", "onto", "or", "out", "over", "per", "said", "saw", "say", "says", "she", "should", "since", "so", "still", "such", "take", "than", "that", "them", "then", "there", "they", "though", "through", "thus", "to", "told", "took", "toward", "towards", "under", "unless", "until", "up", "upon", "urged", "us", "used", "very", "via", "was", "we", "were", "when", "where", "whether", "while", "who", "whom", "whose", "why", "will", "with", "within", "without"];
    WORDS.binary_search(&word).is_ok() || matches!(word, "would" | "he" | "i" | "you" | "him" | "yet")
}

/// Whether a word in small letters is, or is likely to be, a verb whose subject stands before it.
pub(crate) fn is_verb(word: &str) -> bool {
    const VERBS: [&str; 120] = ["am", "are", "became", "becomes", "began", "begins", "believes", "bought", "broke", "brought", "built", "came", "can", "can't", "cannot", "caught", "chose", "comes", "could", "couldn't", "cut", "did", "didn't", "died", "does", "doesn't", "don't", "drew", "drove", "fell", "felt", "finds", "flew", "fought", "found", "gave", "gets", "gives", "goes", "got", "grew", "had", "hadn't", "has", "hasn't", "have", "held", "hit", "holds", "insists", "is", "isn't", "keeps", "kept", "knew", "knows", "lays", "led", "left", "lost", "made", "makes", "may", "meant", "meets", "met", "might", "must", "paid", "plans", "plays", "put", "puts", "ran", "read", "replies", "rose", "runs", "said", "sat", "saw", "say", "says", "sees", "sent", "set", "sets", "shot", "should", "shows", "sold", "sought", "spent", "spoke", "stood", "struck", "takes", "taught", "tells", "think", "thinks", "thought", "threw", "told", "took", "tries", "wants", "warns", "was", "wasn't", "went", "were", "will", "wins", "won", "won't", "wore", "works", "would", "wrote"];
    VERBS.binary_search(&word).is_ok()
        || matches!(word, "wouldn't" | "writes" | "gone" | "seems" | "says" | "needs" | "adds" | "calls")
        || word.len() > 3 && word.ends_with("ed") && word != "united"
}

/// Noun, what it describes, gender; sorted.
const ROLES: [(&str, Class, Option<Gender>); 380] = {
    use Class::{Body, Leader, Office, Outlet, Person};
    [
        ("academic", Person, None),
        ("activist", Person, None),
        ("actor", Person, None),
        ("actress", Person, Some(Female)),
        ("administration", Body, None),
        ("administrator", Office, None),
        ("admiral", Office, None),
        ("adult", Person, None),
        ("adviser", Office, None),
        ("advisor", Office, None),
        ("agency", Body, None),
        ("agent", Person, None),
        ("aide", Office, None),
        ("ally", Person, None),
        ("ambassador", Office, None),
        ("analyst", Person, None),
        ("appointee", Office, None),
        ("archbishop", Office, None),
        ("architect", Person, None),
        ("army", Body, None),
        ("artist", Person, None),
        ("assemblyman", Office, Some(Male)),
        ("assemblywoman", Office, Some(Female)),
        ("athlete", Person, None),
        ("attacker", Person, None),
        ("attorney", Office, None),
        ("aunt", Person, Some(Female)),
        ("author", Person, None),
        ("authority", Body, None),
        ("autocrat", Leader, None),
        ("baby", Person, None),
        ("bank", Body, None),
        ("banker", Office, None),
        ("billionaire", Person, None),
        ("bishop", Office, None),
        ("blogger", Person, None),
        ("boss", Office, None),
        ("boxer", Person, None),
        ("boy", Person, Some(Male)),
        ("boyfriend", Person, Some(Male)),
        ("broadcaster", Outlet, None),
        ("broadsheet", Outlet, None),
        ("brother", Person, Some(Male)),
        ("businessman", Person, Some(Male)),
        ("businesswoman", Person, Some(Female)),
        ("cameraman", Person, Some(Male)),
        ("campaign", Body, None),
        ("campaigner", Person, None),
        ("candidate", Office, None),
        ("captain", Office, None),
        ("cardinal", Office, None),
        ("cartel", Body, None),
        ("celebrity", Person, None),
        ("ceo", Office, None),
        ("chair", Office, None),
        ("chairman", Office, Some(Male)),
        ("chairperson", Office, None),
        ("chairwoman", Office, Some(Female)),
        ("champion", Person, None),
        ("chancellor", Leader, None),
        ("charity", Body, None),
        ("chef", Person, None),
        ("chief", Office, None),
        ("child", Person, None),
        ("citizen", Person, None),
        ("club", Body, None),
        ("coach", Office, None),
        ("coalition", Body, None),
        ("cofounder", Person, None),
        ("colleague", Person, None),
        ("colonel", Office, None),
        ("columnist", Person, None),
        ("comedian", Person, None),
        ("commander", Office, None),
        ("commentator", Person, None),
        ("commission", Body, None),
        ("commissioner", Office, None),
        ("committee", Body, None),
        ("communist", Person, None),
        ("company", Body, None),
        ("composer", Person, None),
        ("congressman", Office, Some(Male)),
        ("congresswoman", Office, Some(Female)),
        ("conservative", Person, None),
        ("consul", Office, None),
        ("consultant", Person, None),
        ("consumer", Person, None),
        ("convict", Person, None),
        ("corporation", Body, None),
        ("correspondent", Person, None),
        ("council", Body, None),
        ("councillor", Office, None),
        ("councilman", Office, Some(Male)),
        ("councilor", Office, None),
        ("councilwoman", Office, Some(Female)),
        ("counsel", Office, None),
        ("counterpart", Person, None),
        ("court", Body, None),
        ("cousin", Person, None),
        ("cricketer", Person, None),
        ("critic", Person, None),
        ("customer", Person, None),
        ("cyclist", Person, None),
        ("daily", Outlet, None),
        ("dancer", Person, None),
        ("daughter", Person, Some(Female)),
        ("dealer", Person, None),
        ("dean", Office, None),
        ("defendant", Person, None),
        ("delegate", Office, None),
        ("democrat", Person, None),
        ("demonstrator", Person, None),
        ("department", Body, None),
        ("deputy", Office, None),
        ("designer", Person, None),
        ("detective", Person, None),
        ("developer", Person, None),
        ("dictator", Leader, None),
        ("diplomat", Office, None),
        ("director", Office, None),
        ("dissident", Person, None),
        ("doctor", Person, None),
        ("driver", Person, None),
        ("drugmaker", Person, None),
        ("economist", Person, None),
        ("editor", Office, None),
        ("embassy", Body, None),
        ("emperor", Leader, Some(Male)),
        ("employee", Person, None),
        ("empress", Leader, Some(Female)),
        ("enemy", Person, None),
        ("engineer", Person, None),
        ("entertainer", Person, None),
        ("entrepreneur", Person, None),
        ("envoy", Office, None),
        ("executive", Office, None),
        ("expert", Person, None),
        ("farmer", Person, None),
        ("father", Person, Some(Male)),
        ("fighter", Person, None),
        ("filmmaker", Person, None),
        ("financier", Person, None),
        ("firefighter", Person, None),
        ("firm", Body, None),
        ("fisherman", Person, None),
        ("foe", Person, None),
        ("footballer", Person, None),
        ("founder", Person, None),
        ("friend", Person, None),
        ("frontrunner", Office, None),
        ("gang", Body, None),
        ("gangster", Person, None),
        ("general", Office, None),
        ("gentleman", Person, Some(Male)),
        ("girl", Person, Some(Female)),
        ("girlfriend", Person, Some(Female)),
        ("goalkeeper", Person, None),
        ("government", Body, None),
        ("governor", Office, None),
        ("graduate", Person, None),
        ("granddaughter", Person, Some(Female)),
        ("grandfather", Person, Some(Male)),
        ("grandmother", Person, Some(Female)),
        ("grandson", Person, Some(Male)),
        ("group", Body, None),
        ("guard", Person, None),
        ("gunman", Person, None),
        ("hacker", Person, None),
        ("hairdresser", Person, None),
        ("hardliner", Person, None),
        ("head", Office, None),
        ("heir", Person, None),
        ("heroine", Person, Some(Female)),
        ("historian", Person, None),
        ("husband", Person, Some(Male)),
        ("imam", Office, None),
        ("immigrant", Person, None),
        ("incumbent", Office, None),
        ("inmate", Person, None),
        ("insider", Person, None),
        ("inspector", Office, None),
        ("inventor", Person, None),
        ("investigator", Person, None),
        ("investor", Person, None),
        ("journal", Outlet, None),
        ("journalist", Person, None),
        ("judge", Office, None),
        ("justice", Office, None),
        ("killer", Person, None),
        ("king", Leader, Some(Male)),
        ("kingpin", Person, None),
        ("lawmaker", Office, None),
        ("lawyer", Office, None),
        ("leader", Leader, None),
        ("lecturer", Person, None),
        ("legislator", Office, None),
        ("liberal", Person, None),
        ("libertarian", Person, None),
        ("magazine", Outlet, None),
        ("magnate", Person, None),
        ("man", Person, Some(Male)),
        ("manager", Office, None),
        ("mayor", Office, None),
        ("mediator", Person, None),
        ("midfielder", Person, None),
        ("migrant", Person, None),
        ("militant", Person, None),
        ("military", Body, None),
        ("militia", Body, None),
        ("millionaire", Person, None),
        ("minister", Office, None),
        ("ministry", Body, None),
        ("model", Person, None),
        ("moderate", Person, None),
        ("mogul", Person, None),
        ("mother", Person, Some(Female)),
        ("murderer", Person, None),
        ("musician", Person, None),
        ("nationalist", Person, None),
        ("native", Person, None),
        ("negotiator", Office, None),
        ("neighbor", Person, None),
        ("neighbour", Person, None),
        ("nephew", Person, Some(Male)),
        ("newcomer", Person, None),
        ("newspaper", Outlet, None),
        ("niece", Person, Some(Female)),
        ("nominee", Office, None),
        ("nonprofit", Body, None),
        ("novelist", Person, None),
        ("nurse", Person, None),
        ("observer", Person, None),
        ("octogenarian", Person, None),
        ("officer", Office, None),
        ("official", Office, None),
        ("ombudsman", Office, None),
        ("opponent", Person, None),
        ("organisation", Body, None),
        ("organiser", Person, None),
        ("organization", Body, None),
        ("organizer", Person, None),
        ("outlet", Outlet, None),
        ("outsider", Person, None),
        ("owner", Person, None),
        ("painter", Person, None),
        ("paper", Outlet, None),
        ("paramedic", Person, None),
        ("parent", Person, None),
        ("parliament", Body, None),
        ("partner", Person, None),
        ("party", Body, None),
        ("passenger", Person, None),
        ("pastor", Office, None),
        ("patient", Person, None),
        ("people", Person, None),
        ("person", Person, None),
        ("photographer", Person, None),
        ("physician", Person, None),
        ("pilot", Person, None),
        ("plaintiff", Person, None),
        ("player", Person, None),
        ("playwright", Person, None),
        ("poet", Person, None),
        ("police", Body, None),
        ("policeman", Office, Some(Male)),
        ("policewoman", Office, Some(Female)),
        ("politician", Office, None),
        ("pollster", Person, None),
        ("pope", Office, None),
        ("populist", Person, None),
        ("predecessor", Person, None),
        ("premier", Leader, None),
        ("president", Leader, None),
        ("priest", Office, None),
        ("prince", Leader, Some(Male)),
        ("princess", Leader, Some(Female)),
        ("principal", Office, None),
        ("prisoner", Person, None),
        ("producer", Person, None),
        ("professor", Person, None),
        ("programmer", Person, None),
        ("progressive", Person, None),
        ("prosecutor", Office, None),
        ("protester", Person, None),
        ("psychologist", Person, None),
        ("publisher", Person, None),
        ("pundit", Person, None),
        ("quarterback", Person, None),
        ("queen", Leader, Some(Female)),
        ("rabbi", Office, None),
        ("rapper", Person, None),
        ("rebel", Person, None),
        ("refugee", Person, None),
        ("regime", Body, None),
        ("regulator", Office, None),
        ("relative", Person, None),
        ("reporter", Person, None),
        ("representative", Office, None),
        ("republican", Person, None),
        ("researcher", Person, None),
        ("resident", Person, None),
        ("rival", Person, None),
        ("ruler", Leader, None),
        ("sailor", Person, None),
        ("salesman", Person, Some(Male)),
        ("scholar", Person, None),
        ("scientist", Person, None),
        ("scion", Person, None),
        ("sculptor", Person, None),
        ("secretary", Office, None),
        ("senate", Body, None),
        ("senator", Office, None),
        ("septuagenarian", Person, None),
        ("sergeant", Office, None),
        ("sheriff", Office, None),
        ("sibling", Person, None),
        ("singer", Person, None),
        ("sister", Person, Some(Female)),
        ("smuggler", Person, None),
        ("socialist", Person, None),
        ("sociologist", Person, None),
        ("soldier", Person, None),
        ("solicitor", Office, None),
        ("son", Person, Some(Male)),
        ("songwriter", Person, None),
        ("source", Person, None),
        ("speaker", Office, None),
        ("spokesman", Office, Some(Male)),
        ("spokespeople", Office, None),
        ("spokesperson", Office, None),
        ("spokeswoman", Office, Some(Female)),
        ("spouse", Person, None),
        ("spy", Person, None),
        ("star", Person, None),
        ("statesman", Office, Some(Male)),
        ("stateswoman", Office, Some(Female)),
        ("strategist", Office, None),
        ("striker", Person, None),
        ("student", Person, None),
        ("successor", Person, None),
        ("superintendent", Office, None),
        ("supporter", Person, None),
        ("surgeon", Person, None),
        ("survivor", Person, None),
        ("suspect", Person, None),
        ("swimmer", Person, None),
        ("tabloid", Outlet, None),
        ("teacher", Person, None),
        ("team", Body, None),
        ("technician", Person, None),
        ("teenager", Person, None),
        ("terrorist", Person, None),
        ("thief", Person, None),
        ("toddler", Person, None),
        ("tourist", Person, None),
        ("trafficker", Person, None),
        ("treasurer", Office, None),
        ("troops", Body, None),
        ("tycoon", Person, None),
        ("uncle", Person, Some(Male)),
        ("union", Body, None),
        ("university", Body, None),
        ("user", Person, None),
        ("veteran", Person, None),
        ("victim", Person, None),
        ("villager", Person, None),
        ("volunteer", Person, None),
        ("voter", Person, None),
        ("waitress", Person, Some(Female)),
        ("watchdog", Body, None),
        ("whip", Office, None),
        ("whistleblower", Person, None),
        ("widow", Person, Some(Female)),
        ("widower", Person, Some(Male)),
        ("wife", Person, Some(Female)),
        ("witness", Person, None),
        ("woman", Person, Some(Female)),
        ("worker", Person, None),
        ("writer", Person, None),
        ("youngster", Person, None),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted() {
        assert!(ROLES.is_sorted_by(|a, b| a.0 < b.0));
        assert!(is_modifier("acting") && is_modifier("unnamed") && is_modifier("county"));
        assert!(is_function_word("about") && is_function_word("without") && is_function_word("might"));
        assert!(is_verb("became") && is_verb("wrote") && is_verb("pledged") && !is_verb("united"));
    }

    #[test]
    fn plurals_and_prefixes_are_known() {
        let check = |word: &str, lemma: Option<&str>, is_plural: bool| {
            let found = role(word);
            assert_eq!(found.map(|role| role.lemma), lemma, "{word}");
            assert!(found.is_none_or(|role| role.is_plural == is_plural), "{word}");
        };
        check("president", Some("president"), false);
        check("ex-mayor", Some("mayor"), false);
        check("officials", Some("official"), true);
        check("agencies", Some("agency"), true);
        check("spokesmen", Some("spokesman"), true);
        check("witnesses", Some("witness"), true);
        check("harbour", None, false);
    }
}
