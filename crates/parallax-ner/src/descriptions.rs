//! Descriptions of actors without their names: "the Mexican president", "a senior official",
//! "Ruiz, a former teacher,".

use crate::countries::{country_of, country_of_party};
use crate::names::fold;
use crate::roles::{Class, Determiner, Role, determiner, is_function_word, is_modifier, is_verb, role};
use crate::syntax::{is_possessive, is_preposition, next_in_sentence, previous_in_sentence};
use crate::titles::title;
use crate::words::Words;
use parallax_text::{EntityKind, Mention};
use std::ops::Range;

/// A description, as its words tell.
#[derive(Clone, Debug)]
pub(crate) struct Description {
    /// From the determiner to the last word of what follows the noun.
    pub(crate) words: Range<usize>,
    /// The noun.
    pub(crate) head: usize,
    pub(crate) role: Role,
    /// One word or phrase for all spellings of the office ("prime minister" for "premier").
    pub(crate) office: String,
    pub(crate) class: Class,
    pub(crate) country: Option<&'static str>,
    pub(crate) owner: Owner,
    pub(crate) determiner: Option<Determiner>,
}

/// Whose president, lawyer or spokesman somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    Nobody,
    /// A named mention: "Northwind's director", "a spokesman for the Council".
    Named(usize),
    /// A pronoun, by its word: "her lawyer".
    Pronoun(usize),
    /// Words without a name: "the company's director".
    Words,
}

impl Description {
    /// Whether somebody is meant who is already known, or the only one of the kind.
    pub(crate) fn is_definite(&self) -> bool {
        matches!(self.determiner, Some(Determiner::Definite))
            || self.owner != Owner::Nobody && self.determiner.is_none()
    }

    /// Whether somebody in particular is meant.
    pub(crate) fn is_specific(&self) -> bool {
        self.determiner != Some(Determiner::Quantified)
    }
}

/// All descriptions, in order of their nouns.
pub(crate) fn descriptions(text: &str, words: &Words, mentions: &[Mention]) -> Vec<Description> {
    let mut found: Vec<Description> = Vec::new();
    for at in 0..words.all.len() {
        let Some(description) = description(text, words, mentions, at) else { continue };
        // "the mayor of the council leader's town": the one that was first stays.
        if found.last().is_none_or(|last| last.words.end <= description.words.start) {
            found.push(description);
        }
    }
    found
}

/// The description whose noun is the word `at`.
fn description(text: &str, words: &Words, mentions: &[Mention], at: usize) -> Option<Description> {
    let word = words.all.get(at)?;
    let mut role = role(&word.lower)?;
    let nominal = word.mention.map(|mention| mention as usize);
    if let Some(mention) = nominal {
        // "the Republican said": an adjective that stands for a person.
        let is_party = mentions[mention].kind == EntityKind::Miscellaneous && country_of_party(&word.lower).is_some();
        if !is_party || words.of_mention[mention].end != at + 1 {
            return None;
        }
        role.is_plural = word.lower.ends_with('s');
    } else if word.is_capital && word.span.start() > 0 && !is_office_word(role) {
        return None;
    }
    if !is_head(words, mentions, at, role, nominal.is_some()) {
        return None;
    }
    let left = Left::of(text, words, mentions, at);
    let right = right_of(text, words, mentions, at);
    let owner = match (left.owner, right) {
        (Owner::Nobody, Some((_, mention))) => Owner::Named(mention),
        (owner, _) => owner,
    };
    let end = right.map_or(at + 1, |(end, _)| end);
    let named = |owner: Owner| match owner {
        Owner::Named(mention) => country_of(&fold(&text[mentions[mention].span])),
        _ => None,
    };
    let party = nominal.and_then(|_| country_of_party(&word.lower));
    let country = left.country.or_else(|| named(owner)).or(party);
    let (office, class) = office(words, left.words_from, at, role);
    let found = Description {
        words: left.start..end,
        head: at,
        role,
        office,
        class,
        country,
        owner,
        determiner: left.determiner,
    };
    is_noun_phrase(words, &found, &left, right.is_some()).then_some(found)
}

fn is_office_word(role: Role) -> bool {
    matches!(role.class, Class::Leader | Class::Office)
}

/// Whether the word is the last noun of its phrase.
fn is_head(words: &Words, mentions: &[Mention], at: usize, role: Role, nominal: bool) -> bool {
    let Some(next) = words.all.get(at + 1).filter(|_| words.same_sentence(at, at + 1)) else { return true };
    if let Some(mention) = next.mention {
        // "president Ana Ruiz", "tycoon Ana Ruiz": a title.
        return mentions[mention as usize].kind != EntityKind::Person && !nominal;
    }
    if !next.is_word || is_possessive(words, at + 1) || next.lower.starts_with('\'') {
        return true;
    }
    if next.is_capital {
        return false;
    }
    let lower = next.lower.as_str();
    let ends = is_function_word(lower)
        || is_verb(lower)
        || lower.ends_with("ly")
        || lower.ends_with("ing")
        || determiner(lower).is_some()
        || matches!(lower, "his" | "her" | "their" | "its" | "today" | "yesterday" | "here");
    let third_person = lower.len() > 3 && lower.ends_with('s') && !lower.ends_with("ss") && role_of(lower).is_none();
    match role.class {
        Class::Leader | Class::Office => ends || third_person && !role.is_plural,
        Class::Person => (ends || third_person) && !matches!(lower, "player" | "general"),
        Class::Body | Class::Outlet => ends,
    }
}

fn role_of(word: &str) -> Option<Role> {
    role(word)
}

/// What stands before the noun.
struct Left {
    start: usize,
    /// The first word that is part of the office's name ("prime" in "the French prime minister").
    words_from: usize,
    country: Option<&'static str>,
    owner: Owner,
    determiner: Option<Determiner>,
    /// Whether an adjective stands there that makes a phrase without a determiner one.
    modified: bool,
}

impl Left {
    fn of(text: &str, words: &Words, mentions: &[Mention], head: usize) -> Self {
        let mut left = Left {
            start: head,
            words_from: head,
            country: None,
            owner: Owner::Nobody,
            determiner: None,
            modified: false,
        };
        let mut at = words.all[head].mention.map_or(head, |mention| words.of_mention[mention as usize].start);
        left.start = at;
        let (mut best, mut gap) = (at, 0);
        while at > 0 && words.same_sentence(at - 1, head) && head - at < 9 {
            let lower = words.lower(at - 1);
            if let Some(mention) = words.mention_to(at) {
                let span = mentions[mention].span;
                let folded = fold(&text[span]);
                let adjective = folded.strip_prefix("the ").unwrap_or(&folded);
                let country = country_of(adjective).or_else(|| country_of_party(adjective));
                if mentions[mention].kind == EntityKind::Person && left.country.is_some() {
                    break;
                }
                left.country = left.country.or(country);
                if country.is_none()
                    && left.owner == Owner::Nobody
                    && mentions[mention].kind != EntityKind::Miscellaneous
                {
                    left.owner = Owner::Named(mention);
                }
                at = words.of_mention[mention].start;
                (best, gap, left.modified) = (at, 0, true);
                if folded.starts_with("the ") {
                    left.determiner = Some(Determiner::Definite);
                    break;
                }
                continue;
            }
            if is_possessive(words, at - 1) && at < head + 1 {
                (best, left.owner) = possessor(words, at - 1);
                if let Owner::Named(mention) = left.owner {
                    left.country = left.country.or_else(|| country_of(&fold(&text[mentions[mention].span])));
                }
                at = best;
                if words.lower(at.wrapping_sub(1)) == "the" && words.same_sentence(at - 1, head) {
                    best -= 1;
                }
                left.modified = true;
                break;
            }
            if let Some(found) = determiner(lower) {
                // "the two leaders", "the other official": the first word decides.
                left.determiner = Some(found);
                at -= 1;
                best = at;
                if found != Determiner::Indefinite || matches!(lower, "a" | "an" | "another" | "some") {
                    break;
                }
                continue;
            }
            if matches!(lower, "his" | "her" | "their" | "its" | "my" | "our" | "your") {
                left.owner = Owner::Pronoun(at - 1);
                best = at - 1;
                left.modified = true;
                break;
            }
            let word = &words.all[at - 1];
            let stops = !word.is_word && lower != "-"
                || is_function_word(lower)
                || is_preposition(lower)
                || is_verb(lower) && !lower.ends_with("ed");
            if stops || gap >= 4 {
                break;
            }
            at -= 1;
            gap += 1;
            if best == at + 1 && (is_modifier(lower) || role(lower).is_some()) {
                best = at;
                left.modified = true;
            }
        }
        left.start = best;
        left.words_from = best.max(head.saturating_sub(3));
        left
    }
}

/// Whose: the words before a possessive mark.
fn possessor(words: &Words, mark: usize) -> (usize, Owner) {
    if let Some(mention) = words.mention_to(mark) {
        return (words.of_mention[mention].start, Owner::Named(mention));
    }
    let mut opens = (mark.saturating_sub(4)..mark).rev().take_while(|&at| words.same_sentence(at, mark));
    let start = opens.find(|&at| determiner(words.lower(at)).is_some());
    (start.unwrap_or(mark.saturating_sub(1)), Owner::Words)
}

/// "of Mexico", "for the Harbour Council": the end and the mention.
fn right_of(text: &str, words: &Words, mentions: &[Mention], head: usize) -> Option<(usize, usize)> {
    let preposition = words.lower(head + 1);
    if !words.same_sentence(head, head + 1) || !matches!(preposition, "of" | "for" | "at" | "from" | "in" | "with") {
        return None;
    }
    let mut at = head + 2;
    while at < head + 5 && words.same_sentence(head, at) && words.all[at].mention.is_none() {
        let lower = words.lower(at);
        if !(lower == "the" || is_modifier(lower)) {
            return None;
        }
        at += 1;
    }
    let mention = words.mention_from(at).filter(|_| words.same_sentence(head, at))?;
    let country = country_of(&fold(&text[mentions[mention].span])).is_some();
    let kind = mentions[mention].kind;
    let fits = match preposition {
        "of" => kind != EntityKind::Miscellaneous,
        "for" | "at" | "with" => kind == EntityKind::Organization || preposition == "for" && kind == EntityKind::Person,
        _ => kind == EntityKind::Organization && !country,
    };
    fits.then(|| {
        let mut end = words.of_mention[mention].end;
        // "(HSC)" behind the name.
        if words.lower(end) == "(" && words.lower(end + 2) == ")" && words.same_sentence(end, end + 2) {
            end += 3;
        }
        (end, mention)
    })
}

/// The office in one form, and its class: the leader of an opposition is not that of a country.
pub(crate) fn office(words: &Words, from: usize, head: usize, role: Role) -> (String, Class) {
    let singular = |from: usize| {
        let mut phrase: Vec<&str> = (from..head).map(|at| words.lower(at)).collect();
        phrase.push(role.lemma);
        fold(&phrase.join(" "))
    };
    let known = (from..=head).find_map(|from| title(&singular(from)).filter(|title| !title.role.is_empty()));
    if let Some(title) = known {
        let class = match title.role {
            "president" | "prime minister" | "chancellor" | "king" | "queen" | "emperor" | "supreme leader" => {
                Class::Leader
            }
            _ if role.class == Class::Leader => Class::Office,
            _ => role.class,
        };
        return (title.role.to_owned(), class);
    }
    let lemma = match role.lemma {
        "spokesman" | "spokeswoman" | "spokespeople" => "spokesperson",
        "advisor" => "adviser",
        "chairman" | "chairwoman" | "chairperson" => "chair",
        "paper" | "daily" | "broadsheet" | "tabloid" | "journal" => "newspaper",
        other => other,
    };
    let before = head.checked_sub(1).filter(|&at| at >= from).map(|at| &words.all[at]);
    let kind = before.filter(|word| {
        word.is_word
            && word.mention.is_none()
            && !word.is_capital
            && determiner(&word.lower).is_none()
            && !word.lower.ends_with("ed")
            && !word.lower.starts_with('\'')
            && !is_general(&word.lower)
    });
    match kind {
        Some(word) if role.class == Class::Leader => (format!("{} {lemma}", word.lower), Class::Office),
        _ => (lemma.to_owned(), role.class),
    }
}

/// Adjectives that say nothing about which office it is.
fn is_general(word: &str) -> bool {
    matches!(
        word,
        "former"
            | "new"
            | "current"
            | "his"
            | "her"
            | "their"
            | "its"
            | "our"
            | "two"
            | "other"
            | "own"
            | "outgoing"
            | "incoming"
            | "then"
            | "embattled"
            | "powerful"
            | "young"
            | "old"
            | "world"
            | "national"
    )
}

/// Whether the words can be a phrase of their own.
fn is_noun_phrase(words: &Words, found: &Description, left: &Left, has_complement: bool) -> bool {
    if found.role.class == Class::Body {
        let acts = matches!(found.role.lemma, "government" | "administration" | "military" | "police" | "authority");
        return acts
            && (found.country.is_some() || found.owner != Owner::Nobody)
            && (left.determiner.is_some() || left.modified);
    }
    if left.determiner.is_some() || left.owner != Owner::Nobody || found.role.is_plural {
        return true;
    }
    let before = previous_in_sentence(words, &found.words);
    // In headlines ("Mexican president rejects") and behind a comma ("Ruiz, mayor of Ost").
    let starts =
        before.is_none_or(|at| !words.all[at].is_word || matches!(words.lower(at), "as" | "by" | "with" | "and"));
    starts
        && (left.modified
            || has_complement
            || found.country.is_some()
            || before.is_some_and(|at| words.lower(at) == ",") && next_in_sentence(words, &found.words).is_some())
}
