//! Which names of organisations, places and other things stand for fuller ones.

use crate::aliases::{leading_country, well_known};
use crate::names::initials_of;
use parallax_text::EntityKind;
use parallax_text::EntityKind::{Miscellaneous, Organization};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// A name as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Thing {
    pub(crate) key: String,
    pub(crate) kind: EntityKind,
    /// Whether it is written in capitals throughout, so that the key is an acronym.
    pub(crate) is_acronym: bool,
}

/// Where names are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// One author: "the Council" is the one council that was named.
    Article,
    /// Several authors: a single word tells too little.
    Story,
}

/// For each name the index of the fullest one it stands for: itself, or another where that is the
/// only one. `defined` leads from acronyms to the keys of the names they were introduced for.
pub(crate) fn fullest(things: &[Thing], defined: &BTreeMap<String, String>, scope: Scope) -> Vec<usize> {
    let known_by = known_by(things);
    let fuller: Vec<Option<usize>> = things.iter().map(|thing| fuller(thing, defined, scope, &known_by)).collect();
    // Each step leads from an acronym to a name, to more words, or from a plural to its singular:
    // it ends.
    let root = |index| std::iter::successors(Some(index), |&at| fuller[at]).last().unwrap_or(index);
    (0..things.len()).map(root).collect()
}

/// How a shorter name may be part of a fuller one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// All of it.
    Key(EntityKind),
    /// All but the country at the front.
    WithoutCountry,
    /// All but the last word ("University").
    First,
    /// The last word ("Council").
    Last,
    /// The initials.
    Initials,
}

/// The names that are known by a part: the index, or `None` where several are.
type KnownBy = BTreeMap<(Part, String), Option<usize>>;

fn known_by(things: &[Thing]) -> KnownBy {
    let mut known_by = KnownBy::new();
    for (index, thing) in things.iter().enumerate() {
        let key = thing.key.as_str();
        let mut parts = BTreeSet::from([(Part::Key(thing.kind), key.to_owned())]);
        if !thing.is_acronym {
            parts.extend(initials(key).into_iter().map(|letters| (Part::Initials, letters)));
        }
        if !thing.is_acronym && thing.kind == Organization {
            parts.extend(leading_country(key).map(|(_, rest)| (Part::WithoutCountry, rest.to_owned())));
            parts.extend(first_part(key).map(|part| (Part::First, part.to_owned())));
            let last = key.rsplit_once(' ').filter(|(_, last)| is_organization_word(last));
            parts.extend(last.map(|(_, last)| (Part::Last, last.to_owned())));
        }
        for part in parts {
            known_by.entry(part).and_modify(|only| *only = None).or_insert(Some(index));
        }
    }
    known_by
}

fn fuller(thing: &Thing, defined: &BTreeMap<String, String>, scope: Scope, known_by: &KnownBy) -> Option<usize> {
    let Thing { key, kind, is_acronym } = thing;
    let only = |part: Part, key: &str| known_by.get(&(part, key.to_owned())).copied().flatten();
    match kind {
        _ if *is_acronym => {
            let name = defined.get(key).filter(|name| *name != key);
            let introduced = name.and_then(|name| EntityKind::ALL.iter().find_map(|&kind| only(Part::Key(kind), name)));
            introduced.or_else(|| only(Part::Initials, key))
        }
        Organization => only(Part::WithoutCountry, key)
            .or_else(|| only(Part::First, key))
            .or_else(|| only(Part::Last, key).filter(|_| scope == Scope::Article)),
        Miscellaneous => only(Part::Key(Miscellaneous), key.strip_suffix('s')?),
        _ => None,
    }
}

/// The initials of a name: with and without small words, with and without its country.
fn initials(key: &str) -> BTreeSet<String> {
    let rest = leading_country(key).map(|(_, rest)| rest);
    std::iter::once(key).chain(rest).flat_map(initials_of).collect()
}

/// Whether an acronym has the initials of a name, with or without the country before it.
pub(crate) fn stands_for(letters: &str, key: &str) -> bool {
    initials(key).contains(letters)
}

/// "Northwind" of "Northwind University", but not of "Northwind Daily News".
pub(crate) fn first_part(key: &str) -> Option<&str> {
    const BEHIND: [&str; 14] = [
        "airlines",
        "bank",
        "college",
        "company",
        "energy",
        "foundation",
        "group",
        "holdings",
        "industries",
        "institute",
        "motors",
        "school",
        "technologies",
        "university",
    ];
    let (part, behind) = key.rsplit_once(' ')?;
    (BEHIND.contains(&behind) && well_known(part).is_none()).then_some(part)
}

/// Whether a word says that a name is an organisation's ("Lagos Police", "the Council").
pub(crate) fn is_organization_word(word: &str) -> bool {
    const WORDS: [&str; 48] = [
        "academy",
        "administration",
        "agency",
        "alliance",
        "army",
        "assembly",
        "association",
        "authority",
        "board",
        "bureau",
        "cartel",
        "coalition",
        "commission",
        "committee",
        "company",
        "congress",
        "corps",
        "council",
        "court",
        "department",
        "federation",
        "fund",
        "government",
        "group",
        "guard",
        "herald",
        "institute",
        "institution",
        "journal",
        "league",
        "ministry",
        "navy",
        "news",
        "organisation",
        "organization",
        "parliament",
        "party",
        "police",
        "post",
        "press",
        "senate",
        "service",
        "society",
        "times",
        "tribune",
        "trust",
        "union",
        "university",
    ];
    WORDS.binary_search(&word).is_ok()
}

/// The kind with the greatest count; of two as frequent, the first in the order of the contract.
pub(crate) fn majority(kinds: impl Iterator<Item = (EntityKind, u32)>) -> EntityKind {
    let mut counts: BTreeMap<EntityKind, u32> = BTreeMap::new();
    for (kind, count) in kinds {
        *counts.entry(kind).or_default() += count;
    }
    let most = counts.iter().max_by_key(|&(kind, count)| (count, Reverse(kind)));
    most.map_or(Miscellaneous, |(&kind, _)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_for_the_only_fuller_one() {
        let check = |names: &[&str], scope: Scope, expected: &[usize]| {
            let thing = |name: &&str| Thing {
                key: name.to_lowercase(),
                kind: Organization,
                is_acronym: name.chars().all(char::is_uppercase),
            };
            let things: Vec<Thing> = names.iter().map(thing).collect();
            assert_eq!(fullest(&things, &BTreeMap::new(), scope), expected, "{names:?}");
        };
        check(&["HSC", "Harbour Safety Council", "Council"], Scope::Article, &[1, 1, 1]);
        check(&["HSC", "Harbour Safety Council", "Council"], Scope::Story, &[1, 1, 2]);
        check(&["HC", "Harbour Council", "Hill Council", "Council"], Scope::Article, &[0, 1, 2, 3]);
        check(&["Walrus", "Our Walrus"], Scope::Article, &[0, 1]);
        check(&["Army", "Russia Army", "RA"], Scope::Story, &[1, 1, 1]);
    }

    #[test]
    fn words_of_organisations_are_sorted() {
        assert!(
            is_organization_word("academy") && is_organization_word("journal") && is_organization_word("university")
        );
        assert!(!is_organization_word("house"));
    }
}
