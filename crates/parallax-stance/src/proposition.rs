//! Propositions that oppose something, read as what they oppose.

use parallax_text::StanceScores;
use serde::Serialize;

/// How a proposition is put to the model, which finds the side towards the thing named and mostly ignores
/// what is said of it.
///
/// "Fracking should be banned" is read as "Fracking", "Mexico should not accept US troops" as "Mexico should
/// accept US troops"; whoever is for what is read is against the proposition, and the other way round. So a
/// proposition and its negation get mirrored answers. Target and side of a proposition are told apart as in
/// Bar-Haim et al. 2017, "Stance Classification of Context-Dependent Claims", here by rules: a negated
/// auxiliary, a verb, participle or adjective of opposition behind one, an opening such as "Ban" or "Against".
/// All else is read as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// What stands beside the sentence.
    pub read: String,
    /// Whether that is the opposite of the proposition.
    pub turned: bool,
}

impl Asked {
    /// The text itself, whatever it says: a topic of a data set.
    #[must_use]
    pub fn plainly(text: &str) -> Self {
        Self { read: text.to_owned(), turned: false }
    }

    /// Reads a proposition in English.
    #[must_use]
    pub fn new(proposition: &str) -> Self {
        let words: Vec<&str> = proposition.trim().trim_end_matches(['.', '!']).split_whitespace().collect();
        let (words, turned, changed) = opened(words);
        let (words, negated) = without_negation(words);
        let turned = turned != negated;
        match opposed(&words) {
            Some(thing) => Self { read: thing.join(" "), turned: !turned },
            None if negated || changed => Self { read: words.join(" "), turned },
            None => Self { read: proposition.to_owned(), turned },
        }
    }

    /// Scores towards the proposition, from those towards what was read.
    #[must_use]
    pub fn scores(&self, read: StanceScores) -> StanceScores {
        if self.turned { StanceScores { against: read.favor, favor: read.against, ..read } } else { read }
    }
}

const MODALS: [&str; 15] = [
    "should", "must", "would", "will", "shall", "can", "could", "may", "ought", "has", "have", "needs", "need", "does",
    "do",
];
const BEING: [&str; 4] = ["is", "are", "was", "were"];
/// Infinitives, without their -e; what may follow stands where they are looked for.
const OPPOSING: [&str; 34] = [
    "abandon",
    "abolish",
    "ban",
    "block",
    "boycott",
    "cancel",
    "censor",
    "condemn",
    "criminaliz",
    "criminalis",
    "defund",
    "denounc",
    "disband",
    "discontinu",
    "dismantl",
    "dissolv",
    "eliminat",
    "end",
    "halt",
    "oppos",
    "outlaw",
    "overturn",
    "penaliz",
    "penalis",
    "prohibit",
    "reject",
    "repeal",
    "restrict",
    "revok",
    "scrap",
    "stop",
    "suspend",
    "veto",
    "forbid",
];
const PHRASES: [&[&str]; 6] = [
    &["do", "away", "with"],
    &["get", "rid", "of"],
    &["phase", "out"],
    &["pull", "out", "of"],
    &["shut", "down"],
    &["withdraw", "from"],
];
const BAD: [&str; 26] = [
    "bad",
    "corrupt",
    "counterproductive",
    "cruel",
    "dangerous",
    "evil",
    "harmful",
    "illegal",
    "illegitimate",
    "immoral",
    "ineffective",
    "inhumane",
    "obsolete",
    "outdated",
    "pointless",
    "unacceptable",
    "unconstitutional",
    "unethical",
    "unfair",
    "unjust",
    "unjustified",
    "unlawful",
    "unnecessary",
    "unsafe",
    "useless",
    "wrong",
];
const BAD_THINGS: [&str; 12] = [
    "burden", "crime", "danger", "disaster", "disgrace", "failure", "menace", "mistake", "offence", "offense",
    "outrage", "threat",
];

fn is(word: &str, other: &str) -> bool {
    word.eq_ignore_ascii_case(other)
}

fn starts(words: &[&str], with: &[&str]) -> bool {
    words.len() >= with.len() && words.iter().zip(with).all(|(word, other)| is(word, other))
}

/// Without "This house believes that" and the like; whether the opening opposes, and whether there was one.
fn opened(words: Vec<&str>) -> (Vec<&str>, bool, bool) {
    const HOLDERS: [&[&str]; 3] = [&["this", "house"], &["we"], &["i"]];
    const AGAINST: [&[&str]; 4] = [&["against"], &["no", "to"], &["say", "no", "to"], &["opposition", "to"]];
    if let Some(opening) = AGAINST.iter().find(|opening| words.len() > opening.len() && starts(&words, opening)) {
        return (words[opening.len()..].to_vec(), true, true);
    }
    let Some(holder) = HOLDERS.iter().find(|holder| starts(&words, holder)) else { return (words, false, false) };
    let rest = &words[holder.len()..];
    let Some((verb, rest)) = rest.split_first() else { return (words, false, false) };
    let verb = verb.to_ascii_lowercase();
    let rest = if starts(rest, &["that"]) { &rest[1..] } else { rest };
    match verb.trim_end_matches('s') {
        _ if rest.is_empty() => (words, false, false),
        "believe" | "think" | "hold" | "agree" | "support" => (rest.to_vec(), false, true),
        "oppose" | "reject" => (rest.to_vec(), true, true),
        _ => (words, false, false),
    }
}

/// Without the negation of the first auxiliary; whether there was one.
fn without_negation(mut words: Vec<&str>) -> (Vec<&str>, bool) {
    const SHORT: [(&str, &str); 20] = [
        ("shouldn't", "should"),
        ("mustn't", "must"),
        ("wouldn't", "would"),
        ("won't", "will"),
        ("cannot", "can"),
        ("can't", "can"),
        ("couldn't", "could"),
        ("isn't", "is"),
        ("aren't", "are"),
        ("wasn't", "was"),
        ("weren't", "were"),
        ("doesn't", "does"),
        ("don't", "do"),
        ("hasn't", "has"),
        ("haven't", "have"),
        ("needn't", "need"),
        ("shan't", "shall"),
        ("oughtn't", "ought"),
        ("mayn't", "may"),
        ("didn't", "did"),
    ];
    for at in 0..words.len() {
        let plain = words[at].replace('’', "'").to_ascii_lowercase();
        if let Some((_, auxiliary)) = SHORT.iter().find(|(short, _)| *short == plain) {
            words[at] = auxiliary;
            return (words, true);
        }
        if is_auxiliary(&plain) {
            let follows = |place: usize, word: &str| words.get(at + place).is_some_and(|next| is(next, word));
            let negated = follows(1, "never") || (follows(1, "not") && !follows(2, "only"));
            if negated {
                words.remove(at + 1);
            }
            return (words, negated);
        }
    }
    let never = words.len() > 1 && is(words[0], "never");
    if never {
        words.remove(0);
    }
    (words, never)
}

fn is_auxiliary(word: &str) -> bool {
    MODALS.iter().chain(&BEING).any(|auxiliary| is(word, auxiliary))
}

/// The thing that a proposition without negation opposes.
fn opposed<'a>(words: &[&'a str]) -> Option<Vec<&'a str>> {
    let Some(at) = words.iter().position(|word| is_auxiliary(word)) else { return commanded(words) };
    let (subject, rest) = (&words[..at], &words[at + 1..]);
    let being = BEING.iter().any(|verb| is(words[at], verb));
    let rest = if starts(rest, &["to"]) { &rest[1..] } else { rest };
    if starts(rest, &["more", "harm", "than", "good"]) {
        return some(subject);
    }
    let rest = behind_adverbs(rest);
    let passive =
        if being { Some(rest) } else { rest.split_first().filter(|(be, _)| is(be, "be")).map(|(_, rest)| rest) };
    match passive {
        Some(said) if is_opposed(behind_adverbs(said), being) => some(subject),
        Some(_) => None,
        None => behind_verb(rest).and_then(some),
    }
}

/// What a command or a noun without a verb opposes: "Ban fracking", "Banning fracking", "A ban on fracking".
fn commanded<'a>(words: &[&'a str]) -> Option<Vec<&'a str>> {
    const NOUNS: [[&str; 2]; 5] =
        [["ban", "on"], ["abolition", "of"], ["prohibition", "of"], ["repeal", "of"], ["end", "to"]];
    let bare = match words.split_first() {
        Some((first, rest)) if ["a", "an", "the"].iter().any(|article| is(first, article)) => rest,
        _ => words,
    };
    if let Some(noun) = NOUNS.iter().find(|noun| starts(bare, *noun)) {
        return some(&bare[noun.len()..]);
    }
    // "End zones", "Stop signs" and "Block grants" are things.
    let (first, rest) = words.split_first()?;
    let noun = ["end", "stop", "block", "halt", "scrap", "veto", "boycott"].iter().any(|noun| is(first, noun));
    let determined =
        rest.first().is_some_and(|next| ["the", "all", "this", "these", "any"].iter().any(|d| is(next, d)));
    if noun && !determined { None } else { behind_verb(words).and_then(some) }
}

/// What follows a verb of opposition.
fn behind_verb<'a, 'b>(words: &'b [&'a str]) -> Option<&'b [&'a str]> {
    if let Some(phrase) = PHRASES.iter().find(|phrase| starts(words, phrase)) {
        return Some(&words[phrase.len()..]);
    }
    let (verb, rest) = words.split_first()?;
    let verb = verb.to_ascii_lowercase();
    let form = ["", "e", "ing", "ning", "ping", "ding"];
    let opposing = OPPOSING.iter().any(|stem| verb.strip_prefix(stem).is_some_and(|end| form.contains(&end)));
    let preposition =
        rest.first().is_some_and(|next| ["of", "on", "in", "to", "for", "up", "at"].iter().any(|p| is(next, p)));
    (opposing && !preposition).then_some(rest)
}

/// Whether what is said of a subject opposes it; of a mere state ("is ended") only adjectives and nouns do.
fn is_opposed(said: &[&str], being: bool) -> bool {
    let Some((first, rest)) = said.split_first() else { return false };
    let word = first.to_ascii_lowercase();
    if ["a", "an", "the"].contains(&&*word) {
        let criminal = rest.first().is_some_and(|next| is(next, "criminal") || is(next, "bad") || is(next, "terrible"));
        let noun = rest.get(usize::from(criminal)).map(|noun| noun.to_ascii_lowercase());
        return noun
            .is_some_and(|noun| BAD_THINGS.contains(&&*noun) || criminal && (noun == "idea" || noun == "thing"));
    }
    if starts(said, &["against", "the", "law"])
        || (BAD.contains(&&*word) && (rest.is_empty() || starts(rest, &["and"])))
    {
        return true;
    }
    let form = ["ed", "ned", "ped", "ded", "den"];
    let opposing = OPPOSING.iter().any(|stem| word.strip_prefix(stem).is_some_and(|end| form.contains(&end)));
    let phrase = PHRASES
        .iter()
        .any(|phrase| phrase.len() > 1 && starts(rest, &phrase[1..]) && matches!(&*word, "phased" | "shut"));
    !being && (opposing || phrase)
}

fn behind_adverbs<'a, 'b>(words: &'b [&'a str]) -> &'b [&'a str] {
    let adverb = |word: &str| {
        let word = word.to_ascii_lowercase();
        word.ends_with("ly") || ["made", "considered", "very", "too", "always", "just"].contains(&&*word)
    };
    let first = words.iter().position(|word| !adverb(word)).unwrap_or(words.len());
    &words[first..]
}

fn some<'a>(words: &[&'a str]) -> Option<Vec<&'a str>> {
    (!words.is_empty()).then(|| words.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_opposes_is_read_as_what_it_opposes() {
        let check = |proposition: &str, read: &str| {
            assert_eq!(Asked::new(proposition), Asked { read: read.to_owned(), turned: true }, "{proposition}");
        };
        check("Utopia should not accept foreign troops", "Utopia should accept foreign troops");
        check("Utopia shouldn’t accept foreign troops.", "Utopia should accept foreign troops");
        check("We must never lift the toll", "We must lift the toll");
        check("The ferry should be banned", "The ferry");
        check("The ferry ought to be immediately abolished in all towns", "The ferry");
        check("The toll is unfair", "The toll");
        check("The toll is a threat to trade", "The toll");
        check("Tolls do more harm than good", "Tolls");
        check("The council should scrap the ferry toll", "the ferry toll");
        check("Abolish the toll!", "the toll");
        check("End the war", "the war");
        check("Banning night ferries", "night ferries");
        check("A ban on night ferries", "night ferries");
        check("Against the toll", "the toll");
        check("We oppose the toll", "the toll");
        check("This house believes that smoking should be a criminal offence", "smoking");
        check("The council should phase out coal", "coal");
    }

    #[test]
    fn two_oppositions_are_none() {
        let check = |proposition: &str, read: &str| {
            assert_eq!(Asked::new(proposition), Asked { read: read.to_owned(), turned: false }, "{proposition}");
        };
        check("The ferry should not be banned", "The ferry");
        check("We should not abolish the toll", "the toll");
        check("The toll is not unfair", "The toll");
        check("This house opposes a ban on ferries", "ferries");
    }

    #[test]
    fn all_else_is_read_as_it_is() {
        let check = |proposition: &str| {
            assert_eq!(Asked::new(proposition), Asked { read: proposition.to_owned(), turned: false });
        };
        check("gun control");
        check("Utopia should accept foreign troops");
        check("The toll is legal.");
        check("The ferry ban");
        check("Stop signs");
        check("tax breaks");
        check("End zones are wide");
        check("The council should stop for lunch");
        check("The bill would cut taxes");
        check("Notable people");
        check("The toll should not only be kept but raised");
        check("");
        assert_eq!(Asked::new("This house supports the ferry").read, "the ferry");
    }

    #[test]
    fn turned_scores_change_sides() {
        let scores = StanceScores { against: 0.7, favor: 0.1, neither: 0.2 };
        let turned = Asked::new("Ban the ferry").scores(scores);
        assert_eq!((turned.against, turned.favor, turned.neither), (0.1, 0.7, 0.2));
        assert_eq!(Asked::new("The ferry").scores(scores).favor, 0.1);
    }

    proptest! {
        #[test]
        fn something_is_always_left_to_read(words in prop::collection::vec("[a-z]{1,5}|should|not|be|banned|ban|is|wrong|the|we|against", 1..8)) {
            let asked = Asked::new(&words.join(" "));
            prop_assert!(!asked.read.trim().is_empty());
        }

        #[test]
        fn a_proposition_and_its_negation_are_mirrored(thing in "[a-z]{3,8}", verb in "(accept|ban|build|abolish|like)") {
            let (plain, negated) = (Asked::new(&format!("They should {verb} {thing}")), Asked::new(&format!("They should not {verb} {thing}")));
            prop_assert_eq!(&plain.read, &negated.read);
            prop_assert_ne!(plain.turned, negated.turned);
        }
    }
}
