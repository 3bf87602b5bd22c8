//! Reporting verbs: a table of lemmas with their class, all inflected forms, and guards against nouns.
//!
//! The classes follow the literature on reporting verbs: neutral verbs leave the truth of what is
//! said open, assertive ones present the speaker as sure of it, doubting ones keep the writer at a
//! distance from it, emotive ones tell the speaker's state or manner (Hyland 2002, "Activity and
//! evaluation"; Bednarek 2006, *Evaluation in Media Discourse*; Floyd 2000, "The reporting verbs
//! and bias in the press"). The choice of lemmas is ours, made beside the verb list of the Gender
//! Gap Tracker (Asr et al. 2021, MIT licence); the class of each is ours.

use parallax_text::{Span, VerbClass};
use std::sync::LazyLock;

/// A word, or a fixed phrase, that introduces what someone said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportingVerb {
    /// Bytes of the text.
    pub span: Span,
    /// Its base form; of phrases the phrase ("according to").
    pub lemma: &'static str,
    /// Its class.
    pub class: VerbClass,
}

/// The reporting verbs of one sentence, in order.
///
/// # Panics
/// If the sentence is not of this text.
#[must_use]
pub fn reporting_verbs(text: &str, sentence: Span) -> Vec<ReportingVerb> {
    let inside = &text[sentence];
    let words = words(inside);
    let mut verbs = Vec::new();
    let mut index = 0;
    while index < words.len() {
        if let Some((phrase, length)) = phrase_at(inside, &words[index..]) {
            let span = words[index].cover(words[index + length - 1]).shifted(sentence.start());
            verbs.push(ReportingVerb { span, lemma: phrase.words, class: phrase.class });
            index += length;
            continue;
        }
        if let Some(form) = form(&inside[words[index]])
            && is_verb(inside, &words, index, form)
        {
            let verb = &VERBS[form.verb as usize];
            let span = words[index].shifted(sentence.start());
            verbs.push(ReportingVerb { span, lemma: verb.lemma, class: verb.class });
        }
        index += 1;
    }
    verbs
}

/// Spans of the words: letters with inner apostrophes and hyphens, so that "so-called" is one.
fn words(text: &str) -> Vec<Span> {
    let mut words = Vec::new();
    let mut start = None;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let joins = start.is_some()
            && matches!(character, '-' | '\'' | '’')
            && characters.peek().is_some_and(|(_, next)| next.is_alphanumeric());
        if character.is_alphanumeric() || joins {
            start.get_or_insert(at);
        } else if let Some(start) = start.take() {
            words.push(Span::new(start, at));
        }
    }
    words.extend(start.map(|start| Span::new(start, text.len())));
    words
}

fn phrase_at(text: &str, words: &[Span]) -> Option<(&'static Phrase, usize)> {
    let initial = text.as_bytes()[words.first()?.start()].to_ascii_lowercase();
    PHRASES.iter().filter(|phrase| phrase.words.as_bytes()[0] == initial).find_map(|phrase| {
        let mut length = 0;
        for expected in phrase.words.split(' ') {
            let word = &text[*words.get(length)?];
            if !word.eq_ignore_ascii_case(expected) {
                return None;
            }
            length += 1;
        }
        Some((phrase, length))
    })
}

/// Whether the form at `index` is used as a verb of saying, as far as its neighbours tell.
fn is_verb(text: &str, words: &[Span], index: usize, form: Form) -> bool {
    let verb = &VERBS[form.verb as usize];
    let word = words[index];
    let before = index.checked_sub(1).map(|before| &text[words[before]]);
    let between = &text[index.checked_sub(1).map_or(0, |before| words[before].end())..word.start()];
    let after = &text[word.end()..];
    let next = words.get(index + 1).map(|&next| &text[next]);
    let same_clause = between.chars().all(char::is_whitespace);
    // "a strike, some fear, could follow": the aside has its whole sentence in two words.
    let quantified = before.is_some_and(|word| matches!(word, "few" | "many" | "several" | "some" | "Many" | "Some"));
    if form.tense == Tense::Base && same_clause && quantified && after.starts_with(',') {
        return true;
    }
    if same_clause && before.is_some_and(is_determiner) {
        return false;
    }
    // "on alleged boats", "of suspected members": a participle that describes a noun.
    let describes = form.tense == Tense::Past && same_clause && before.is_some_and(is_preposition);
    // "the United States", "to state television": nouns, unless "that" follows.
    let noun = verb.lemma == "state" && matches!(form.tense, Tense::Base | Tense::Third) && next != Some("that");
    if describes || noun {
        return false;
    }
    let quote_after = after.trim_start_matches([',', ':', ' ']).starts_with(['“', '"', '‘', '\'', '«', '„']);
    let quote_before = between.contains(['”', '"', '’', '\'', '»'])
        || text[..word.start()]
            .char_indices()
            .rev()
            .take(48)
            .any(|(_, character)| matches!(character, '”' | '"' | '»'));
    match verb.guard {
        Guard::None => true,
        Guard::Quote => {
            let finite = form.tense == Tense::Past || before.is_some_and(is_subject);
            (finite && next.is_some_and(|next| next.eq_ignore_ascii_case("that")))
                || (form.tense != Tense::Participle && (quote_after || quote_before))
        }
        Guard::Noun => {
            if quote_after || next.is_some_and(|next| next.eq_ignore_ascii_case("that")) {
                return true;
            }
            match form.tense {
                Tense::Past => true,
                Tense::Base => same_clause && before.is_some_and(|before| is_subject(before) || is_plural(before)),
                Tense::Third => {
                    let subject = before.is_some_and(|before| {
                        is_subject(before) || (before.starts_with(char::is_uppercase) && !is_preposition(before))
                    });
                    // "claims about", "reports of": the plural of the noun.
                    let noun =
                        next.is_some_and(|next| matches!(next, "about" | "of" | "against" | "by" | "from" | "over"));
                    let object = next
                        .is_some_and(|next| matches!(next, "the" | "he" | "she" | "it" | "they" | "his" | "her"))
                        && before.is_some_and(|before| !is_preposition(before));
                    !noun && (object || (same_clause && subject))
                }
                Tense::Participle => !same_clause || before.is_some_and(is_auxiliary),
            }
        }
    }
}

fn is_determiner(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    matches!(
        lower.as_str(),
        "a" | "an"
            | "the"
            | "this"
            | "these"
            | "those"
            | "his"
            | "her"
            | "its"
            | "their"
            | "our"
            | "my"
            | "your"
            | "no"
            | "any"
            | "some"
            | "each"
            | "every"
            | "such"
            | "several"
            | "many"
            | "more"
            | "few"
            | "fewer"
            | "of"
    ) || lower.ends_with("’s")
        || lower.ends_with("'s")
}

fn is_subject(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    lower.ends_with("n't")
        || lower.ends_with("n’t")
        || lower.ends_with("ly")
        || matches!(
            lower.as_str(),
            "to" | "will"
                | "would"
                | "can"
                | "could"
                | "may"
                | "might"
                | "should"
                | "must"
                | "did"
                | "does"
                | "do"
                | "not"
                | "he"
                | "she"
                | "it"
                | "they"
                | "we"
                | "i"
                | "you"
                | "who"
                | "also"
                | "and"
                | "never"
                | "again"
                | "which"
                | "people"
                | "police"
                | "some"
                | "then"
        )
}

fn is_plural(word: &str) -> bool {
    word.len() > 3 && word.ends_with('s') && !word.ends_with("ss")
}

fn is_auxiliary(word: &str) -> bool {
    matches!(
        word,
        "is" | "was"
            | "are"
            | "were"
            | "been"
            | "be"
            | "am"
            | "by"
            | "while"
            | "when"
            | "after"
            | "before"
            | "not"
            | "also"
    ) || word.ends_with("ly")
}

fn is_preposition(word: &str) -> bool {
    matches!(
        word.to_ascii_lowercase().as_str(),
        "of" | "in" | "on" | "at" | "by" | "for" | "from" | "with" | "about" | "over" | "against" | "between" | "to"
    )
}

/// What has to stand near a form for it to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guard {
    /// Nothing.
    None,
    /// Some forms are nouns as well.
    Noun,
    /// A quotation mark, or "that": the verb has other, more frequent senses.
    Quote,
}

struct Verb {
    lemma: &'static str,
    class: VerbClass,
    guard: Guard,
    /// Third person, past, participle in -ing, past participle, where they are not regular; a
    /// single word stands for the past only.
    irregular: &'static [&'static str],
}

struct Phrase {
    words: &'static str,
    class: VerbClass,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tense {
    Base,
    Third,
    Past,
    Participle,
}

#[derive(Clone, Copy, Debug)]
struct Form {
    verb: u16,
    tense: Tense,
}

/// The verb of a form, in any case.
fn form(word: &str) -> Option<Form> {
    let mut buffer = [0u8; 20];
    let bytes = buffer.get_mut(..word.len())?;
    bytes.copy_from_slice(word.as_bytes());
    bytes.make_ascii_lowercase();
    let lower = std::str::from_utf8(bytes).ok()?;
    let place = FORMS.binary_search_by(|(form, _)| form.as_str().cmp(lower)).ok()?;
    Some(FORMS[place].1)
}

/// All forms, sorted. Where two verbs share one, the first of the table has it.
static FORMS: LazyLock<Vec<(String, Form)>> = LazyLock::new(|| {
    let mut forms = Vec::new();
    for (index, verb) in VERBS.iter().enumerate() {
        let verb_index = index as u16;
        let mut add = |word: String, tense: Tense| forms.push((word, Form { verb: verb_index, tense }));
        add(verb.lemma.to_owned(), Tense::Base);
        let regular = regular_forms(verb.lemma);
        let (third, past, participle, past_participle) = match verb.irregular {
            [] => (regular.0, regular.1.clone(), regular.2, regular.1),
            [past] => (regular.0, (*past).to_owned(), regular.2, (*past).to_owned()),
            [past, participle] => (regular.0, (*past).to_owned(), (*participle).to_owned(), (*past).to_owned()),
            [past, participle, past_participle, ..] => {
                (regular.0, (*past).to_owned(), (*participle).to_owned(), (*past_participle).to_owned())
            }
        };
        add(third, Tense::Third);
        add(past, Tense::Past);
        add(participle, Tense::Participle);
        add(past_participle, Tense::Past);
    }
    // The sort is stable: the first of equal forms stays first.
    forms.sort_by(|(one, _), (other, _)| one.cmp(other));
    forms.dedup_by(|later, earlier| later.0 == earlier.0);
    forms
});

/// Third person, past and -ing form by the rules of spelling.
fn regular_forms(lemma: &str) -> (String, String, String) {
    let consonant_y =
        lemma.ends_with('y') && !lemma.ends_with("ay") && !lemma.ends_with("ey") && !lemma.ends_with("oy");
    let stem = &lemma[..lemma.len() - 1];
    if consonant_y {
        (format!("{stem}ies"), format!("{stem}ied"), format!("{lemma}ing"))
    } else if lemma.ends_with("ee") {
        (format!("{lemma}s"), format!("{lemma}d"), format!("{lemma}ing"))
    } else if lemma.ends_with('e') {
        (format!("{lemma}s"), format!("{lemma}d"), format!("{stem}ing"))
    } else if lemma.ends_with(['s', 'x', 'z']) || lemma.ends_with("sh") || lemma.ends_with("ch") {
        (format!("{lemma}es"), format!("{lemma}ed"), format!("{lemma}ing"))
    } else {
        (format!("{lemma}s"), format!("{lemma}ed"), format!("{lemma}ing"))
    }
}

const fn verb(lemma: &'static str, class: VerbClass, guard: Guard) -> Verb {
    Verb { lemma, class, guard, irregular: &[] }
}

const fn irregular(lemma: &'static str, class: VerbClass, guard: Guard, irregular: &'static [&'static str]) -> Verb {
    Verb { lemma, class, guard, irregular }
}

/// The table. Of a form that two verbs share, the earlier verb has it.
static VERBS: &[Verb] = &[
    irregular("say", VerbClass::Neutral, Guard::None, &["said"]),
    irregular("tell", VerbClass::Neutral, Guard::None, &["told"]),
    verb("ask", VerbClass::Neutral, Guard::None),
    verb("reply", VerbClass::Neutral, Guard::None),
    verb("respond", VerbClass::Neutral, Guard::None),
    verb("explain", VerbClass::Neutral, Guard::None),
    verb("describe", VerbClass::Neutral, Guard::None),
    verb("mention", VerbClass::Neutral, Guard::None),
    verb("announce", VerbClass::Neutral, Guard::None),
    verb("inform", VerbClass::Neutral, Guard::None),
    irregular("write", VerbClass::Neutral, Guard::None, &["wrote", "writing", "written"]),
    verb("recount", VerbClass::Neutral, Guard::None),
    verb("recall", VerbClass::Neutral, Guard::None),
    verb("relate", VerbClass::Neutral, Guard::Quote),
    verb("reiterate", VerbClass::Neutral, Guard::None),
    verb("specify", VerbClass::Neutral, Guard::None),
    verb("testify", VerbClass::Neutral, Guard::None),
    verb("observe", VerbClass::Neutral, Guard::None),
    irregular("advise", VerbClass::Neutral, Guard::None, &["advised"]),
    verb("believe", VerbClass::Neutral, Guard::None),
    irregular("think", VerbClass::Neutral, Guard::None, &["thought"]),
    verb("indicate", VerbClass::Neutral, Guard::None),
    verb("clarify", VerbClass::Neutral, Guard::None),
    verb("elaborate", VerbClass::Neutral, Guard::None),
    verb("opine", VerbClass::Neutral, Guard::None),
    verb("recommend", VerbClass::Neutral, Guard::None),
    verb("confide", VerbClass::Neutral, Guard::None),
    verb("summarize", VerbClass::Neutral, Guard::None),
    verb("summarise", VerbClass::Neutral, Guard::None),
    verb("add", VerbClass::Neutral, Guard::Noun),
    verb("note", VerbClass::Neutral, Guard::Noun),
    verb("report", VerbClass::Neutral, Guard::Noun),
    verb("comment", VerbClass::Neutral, Guard::Noun),
    verb("remark", VerbClass::Neutral, Guard::Noun),
    verb("answer", VerbClass::Neutral, Guard::Quote),
    verb("state", VerbClass::Neutral, Guard::Noun),
    verb("quote", VerbClass::Neutral, Guard::Noun),
    verb("tweet", VerbClass::Neutral, Guard::Noun),
    verb("post", VerbClass::Neutral, Guard::Noun),
    verb("brief", VerbClass::Neutral, Guard::Noun),
    verb("question", VerbClass::Neutral, Guard::Noun),
    verb("estimate", VerbClass::Neutral, Guard::Noun),
    irregular("forecast", VerbClass::Neutral, Guard::Noun, &["forecast"]),
    verb("predict", VerbClass::Neutral, Guard::Noun),
    verb("signal", VerbClass::Neutral, Guard::Noun),
    verb("outline", VerbClass::Neutral, Guard::Noun),
    verb("suggest", VerbClass::Neutral, Guard::Noun),
    verb("propose", VerbClass::Neutral, Guard::Noun),
    verb("request", VerbClass::Neutral, Guard::Noun),
    verb("offer", VerbClass::Neutral, Guard::Quote),
    verb("continue", VerbClass::Neutral, Guard::Quote),
    irregular("begin", VerbClass::Neutral, Guard::Quote, &["began", "beginning", "begun"]),
    verb("conclude", VerbClass::Neutral, Guard::Quote),
    verb("repeat", VerbClass::Neutral, Guard::Quote),
    verb("interject", VerbClass::Neutral, Guard::Quote),
    verb("chime", VerbClass::Neutral, Guard::Quote),
    irregular("read", VerbClass::Neutral, Guard::Quote, &["read"]),
    verb("intone", VerbClass::Neutral, Guard::Quote),
    verb("agree", VerbClass::Neutral, Guard::Quote),
    verb("counsel", VerbClass::Neutral, Guard::Quote),
    verb("muse", VerbClass::Neutral, Guard::Quote),
    verb("assert", VerbClass::Assertive, Guard::None),
    verb("affirm", VerbClass::Assertive, Guard::None),
    verb("insist", VerbClass::Assertive, Guard::None),
    verb("maintain", VerbClass::Assertive, Guard::None),
    verb("declare", VerbClass::Assertive, Guard::None),
    verb("emphasize", VerbClass::Assertive, Guard::None),
    verb("emphasise", VerbClass::Assertive, Guard::None),
    verb("confirm", VerbClass::Assertive, Guard::None),
    verb("assure", VerbClass::Assertive, Guard::None),
    verb("reassure", VerbClass::Assertive, Guard::None),
    verb("argue", VerbClass::Assertive, Guard::None),
    verb("contend", VerbClass::Assertive, Guard::None),
    verb("acknowledge", VerbClass::Assertive, Guard::None),
    irregular("admit", VerbClass::Assertive, Guard::None, &["admitted", "admitting"]),
    verb("concede", VerbClass::Assertive, Guard::None),
    verb("vow", VerbClass::Assertive, Guard::None),
    verb("proclaim", VerbClass::Assertive, Guard::None),
    verb("pronounce", VerbClass::Assertive, Guard::None),
    verb("underline", VerbClass::Assertive, Guard::None),
    verb("underscore", VerbClass::Assertive, Guard::None),
    verb("reaffirm", VerbClass::Assertive, Guard::None),
    irregular("swear", VerbClass::Assertive, Guard::None, &["swore", "swearing", "sworn"]),
    verb("guarantee", VerbClass::Assertive, Guard::Noun),
    verb("convince", VerbClass::Assertive, Guard::None),
    verb("certify", VerbClass::Assertive, Guard::None),
    verb("attest", VerbClass::Assertive, Guard::None),
    verb("avow", VerbClass::Assertive, Guard::None),
    verb("reveal", VerbClass::Assertive, Guard::None),
    verb("disclose", VerbClass::Assertive, Guard::None),
    verb("stress", VerbClass::Assertive, Guard::Noun),
    verb("promise", VerbClass::Assertive, Guard::Noun),
    verb("pledge", VerbClass::Assertive, Guard::Noun),
    verb("order", VerbClass::Assertive, Guard::Quote),
    verb("rule", VerbClass::Assertive, Guard::Quote),
    verb("demand", VerbClass::Assertive, Guard::Noun),
    verb("highlight", VerbClass::Assertive, Guard::Noun),
    verb("counter", VerbClass::Assertive, Guard::Quote),
    verb("stipulate", VerbClass::Assertive, Guard::Quote),
    verb("decree", VerbClass::Assertive, Guard::Quote),
    verb("demonstrate", VerbClass::Assertive, Guard::Quote),
    verb("illustrate", VerbClass::Assertive, Guard::Quote),
    verb("remind", VerbClass::Assertive, Guard::Quote),
    verb("show", VerbClass::Assertive, Guard::Quote),
    irregular("find", VerbClass::Assertive, Guard::Quote, &["found"]),
    irregular("hold", VerbClass::Assertive, Guard::Quote, &["held"]),
    verb("allege", VerbClass::Doubting, Guard::None),
    verb("deny", VerbClass::Doubting, Guard::None),
    verb("dispute", VerbClass::Doubting, Guard::Noun),
    verb("suspect", VerbClass::Doubting, Guard::Noun),
    verb("speculate", VerbClass::Doubting, Guard::None),
    verb("contradict", VerbClass::Doubting, Guard::None),
    verb("refute", VerbClass::Doubting, Guard::None),
    verb("rebut", VerbClass::Doubting, Guard::None),
    verb("disavow", VerbClass::Doubting, Guard::None),
    verb("disclaim", VerbClass::Doubting, Guard::None),
    verb("insinuate", VerbClass::Doubting, Guard::None),
    verb("imply", VerbClass::Doubting, Guard::None),
    verb("purport", VerbClass::Doubting, Guard::None),
    verb("assume", VerbClass::Doubting, Guard::None),
    verb("presume", VerbClass::Doubting, Guard::None),
    verb("reckon", VerbClass::Doubting, Guard::None),
    verb("deem", VerbClass::Doubting, Guard::None),
    verb("claim", VerbClass::Doubting, Guard::Noun),
    verb("doubt", VerbClass::Doubting, Guard::Noun),
    verb("hint", VerbClass::Doubting, Guard::Noun),
    verb("charge", VerbClass::Doubting, Guard::Quote),
    verb("rumor", VerbClass::Doubting, Guard::Noun),
    verb("rumour", VerbClass::Doubting, Guard::Noun),
    verb("guess", VerbClass::Doubting, Guard::Noun),
    verb("challenge", VerbClass::Doubting, Guard::Quote),
    irregular("pretend", VerbClass::Doubting, Guard::Noun, &["pretended"]),
    verb("warn", VerbClass::Emotive, Guard::None),
    verb("boast", VerbClass::Emotive, Guard::Noun),
    verb("accuse", VerbClass::Emotive, Guard::None),
    verb("complain", VerbClass::Emotive, Guard::None),
    verb("criticize", VerbClass::Emotive, Guard::None),
    verb("criticise", VerbClass::Emotive, Guard::None),
    verb("denounce", VerbClass::Emotive, Guard::None),
    verb("condemn", VerbClass::Emotive, Guard::None),
    verb("lament", VerbClass::Emotive, Guard::Noun),
    verb("brag", VerbClass::Emotive, Guard::None),
    verb("rail", VerbClass::Emotive, Guard::Quote),
    verb("scold", VerbClass::Emotive, Guard::None),
    verb("chide", VerbClass::Emotive, Guard::None),
    verb("decry", VerbClass::Emotive, Guard::None),
    verb("deplore", VerbClass::Emotive, Guard::None),
    verb("mock", VerbClass::Emotive, Guard::Noun),
    verb("ridicule", VerbClass::Emotive, Guard::Noun),
    verb("scoff", VerbClass::Emotive, Guard::None),
    verb("sneer", VerbClass::Emotive, Guard::None),
    verb("taunt", VerbClass::Emotive, Guard::Noun),
    verb("exclaim", VerbClass::Emotive, Guard::None),
    verb("gush", VerbClass::Emotive, Guard::None),
    verb("rave", VerbClass::Emotive, Guard::None),
    verb("enthuse", VerbClass::Emotive, Guard::None),
    irregular("joke", VerbClass::Emotive, Guard::Noun, &["joked"]),
    verb("quip", VerbClass::Emotive, Guard::None),
    verb("gloat", VerbClass::Emotive, Guard::None),
    verb("grumble", VerbClass::Emotive, Guard::None),
    verb("fume", VerbClass::Emotive, Guard::Quote),
    verb("thunder", VerbClass::Emotive, Guard::Quote),
    verb("plead", VerbClass::Emotive, Guard::None),
    irregular("beg", VerbClass::Emotive, Guard::None, &["begged", "begging"]),
    verb("implore", VerbClass::Emotive, Guard::None),
    verb("urge", VerbClass::Emotive, Guard::None),
    verb("threaten", VerbClass::Emotive, Guard::None),
    verb("caution", VerbClass::Emotive, Guard::Noun),
    verb("berate", VerbClass::Emotive, Guard::None),
    verb("castigate", VerbClass::Emotive, Guard::None),
    verb("lambast", VerbClass::Emotive, Guard::None),
    verb("lambaste", VerbClass::Emotive, Guard::None),
    verb("bemoan", VerbClass::Emotive, Guard::None),
    irregular("snap", VerbClass::Emotive, Guard::None, &["snapped", "snapping"]),
    verb("retort", VerbClass::Emotive, Guard::None),
    verb("hail", VerbClass::Emotive, Guard::None),
    verb("marvel", VerbClass::Emotive, Guard::None),
    verb("rejoice", VerbClass::Emotive, Guard::None),
    verb("insult", VerbClass::Emotive, Guard::Noun),
    verb("apologize", VerbClass::Emotive, Guard::None),
    verb("apologise", VerbClass::Emotive, Guard::None),
    verb("admonish", VerbClass::Emotive, Guard::None),
    verb("chastise", VerbClass::Emotive, Guard::None),
    verb("rebuke", VerbClass::Emotive, Guard::Noun),
    verb("upbraid", VerbClass::Emotive, Guard::None),
    verb("vent", VerbClass::Emotive, Guard::Quote),
    verb("bristle", VerbClass::Emotive, Guard::None),
    verb("mutter", VerbClass::Emotive, Guard::None),
    verb("mumble", VerbClass::Emotive, Guard::None),
    verb("yell", VerbClass::Emotive, Guard::None),
    verb("praise", VerbClass::Emotive, Guard::Noun),
    verb("blame", VerbClass::Emotive, Guard::Noun),
    irregular("slam", VerbClass::Emotive, Guard::Noun, &["slammed", "slamming"]),
    verb("blast", VerbClass::Emotive, Guard::Noun),
    verb("attack", VerbClass::Emotive, Guard::Quote),
    verb("protest", VerbClass::Emotive, Guard::Quote),
    verb("whisper", VerbClass::Emotive, Guard::Noun),
    verb("shout", VerbClass::Emotive, Guard::Noun),
    verb("scream", VerbClass::Emotive, Guard::Noun),
    verb("cry", VerbClass::Emotive, Guard::Noun),
    verb("appeal", VerbClass::Emotive, Guard::Noun),
    verb("express", VerbClass::Emotive, Guard::Noun),
    verb("fear", VerbClass::Emotive, Guard::Noun),
    verb("worry", VerbClass::Emotive, Guard::Noun),
    verb("hope", VerbClass::Emotive, Guard::Noun),
    verb("regret", VerbClass::Emotive, Guard::Noun),
    verb("cheer", VerbClass::Emotive, Guard::Noun),
    verb("lash", VerbClass::Emotive, Guard::Noun),
    verb("bark", VerbClass::Emotive, Guard::Noun),
    verb("moan", VerbClass::Emotive, Guard::Noun),
    verb("vilify", VerbClass::Emotive, Guard::Noun),
    verb("welcome", VerbClass::Emotive, Guard::Noun),
    verb("applaud", VerbClass::Emotive, Guard::Noun),
    verb("wonder", VerbClass::Emotive, Guard::Noun),
    verb("rant", VerbClass::Emotive, Guard::Noun),
    verb("laugh", VerbClass::Emotive, Guard::Quote),
    verb("sigh", VerbClass::Emotive, Guard::Quote),
    verb("smile", VerbClass::Emotive, Guard::Quote),
    irregular("weep", VerbClass::Emotive, Guard::Quote, &["wept"]),
    verb("storm", VerbClass::Emotive, Guard::Quote),
    verb("erupt", VerbClass::Emotive, Guard::Quote),
    verb("explode", VerbClass::Emotive, Guard::Quote),
    verb("roar", VerbClass::Emotive, Guard::Quote),
    verb("shrug", VerbClass::Emotive, Guard::Quote),
    verb("groan", VerbClass::Emotive, Guard::Quote),
    verb("growl", VerbClass::Emotive, Guard::Quote),
    verb("sniff", VerbClass::Emotive, Guard::Quote),
    verb("giggle", VerbClass::Emotive, Guard::Quote),
    verb("notify", VerbClass::Neutral, Guard::None),
    irregular("retell", VerbClass::Neutral, Guard::None, &["retold"]),
    verb("restate", VerbClass::Neutral, Guard::None),
    verb("reassert", VerbClass::Assertive, Guard::None),
    verb("reconfirm", VerbClass::Assertive, Guard::None),
    verb("acclaim", VerbClass::Emotive, Guard::Quote),
    verb("declaim", VerbClass::Emotive, Guard::None),
    verb("preach", VerbClass::Emotive, Guard::Quote),
];

/// Fixed phrases, each before any phrase that starts it.
static PHRASES: &[Phrase] = &[
    Phrase { words: "according to", class: VerbClass::Neutral },
    Phrase { words: "in the words of", class: VerbClass::Neutral },
    Phrase { words: "put it", class: VerbClass::Neutral },
    Phrase { words: "went on to say", class: VerbClass::Neutral },
    Phrase { words: "point out", class: VerbClass::Assertive },
    Phrase { words: "points out", class: VerbClass::Assertive },
    Phrase { words: "pointed out", class: VerbClass::Assertive },
    Phrase { words: "pointing out", class: VerbClass::Assertive },
    Phrase { words: "made clear", class: VerbClass::Assertive },
    Phrase { words: "make clear", class: VerbClass::Assertive },
    Phrase { words: "makes clear", class: VerbClass::Assertive },
    Phrase { words: "called for", class: VerbClass::Assertive },
    Phrase { words: "calling for", class: VerbClass::Assertive },
    Phrase { words: "called on", class: VerbClass::Assertive },
    Phrase { words: "calling on", class: VerbClass::Assertive },
    Phrase { words: "lash out", class: VerbClass::Emotive },
    Phrase { words: "lashes out", class: VerbClass::Emotive },
    Phrase { words: "lashed out", class: VerbClass::Emotive },
    Phrase { words: "lashing out", class: VerbClass::Emotive },
    Phrase { words: "hit back", class: VerbClass::Emotive },
    Phrase { words: "hits back", class: VerbClass::Emotive },
    Phrase { words: "hitting back", class: VerbClass::Emotive },
    Phrase { words: "hit out", class: VerbClass::Emotive },
    Phrase { words: "took aim at", class: VerbClass::Emotive },
    Phrase { words: "takes aim at", class: VerbClass::Emotive },
    Phrase { words: "cast doubt on", class: VerbClass::Doubting },
    Phrase { words: "casts doubt on", class: VerbClass::Doubting },
    Phrase { words: "casting doubt on", class: VerbClass::Doubting },
    Phrase { words: "called into question", class: VerbClass::Doubting },
    Phrase { words: "was quoted as saying", class: VerbClass::Neutral },
    Phrase { words: "is quoted as saying", class: VerbClass::Neutral },
];
