//! The actors of one article: which of its names name the same person, organisation or place.

use crate::aliases::well_known;
use crate::known::{KnownActors, apply};
use crate::names::{
    Part, PersonIndex, PersonName, abbreviates, acronym, fold, gender_of, spelled_as_name, without_article, words_in,
};
use crate::repair::{Named, Who, repair};
use crate::things::{Scope, Thing, fullest, majority, stands_for};
use crate::titles::{Gender, Style};
use parallax_text::{Block, Entity, EntityKind, Mention, MentionForm, Sentence, Span};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Groups the names of an article to actors.
///
/// Mentions come back in order of the text, without overlaps, each with its form and its entity;
/// entities come in order of their first mention. On the way, spans lose quotation marks and
/// possessives and gain the titles before them ("President Ruiz"), "Ruiz" in "the Ruiz
/// administration" becomes an organisation of its own, slips of the tagger are mended where the
/// rest of the article contradicts them, and mentions that are not names are left out.
///
/// Two persons are joined only where their names agree: never across different first names,
/// generations or courtesy titles. A bare surname that two persons share goes to the one named in
/// full before it in the same block, else to the one named in full more often.
///
/// The user's own actors win over all that: their names and aliases are found where the tagger
/// missed them, and what has such a name is theirs.
///
/// Depends on nothing but its arguments; mentions that do not fit the text are left out.
#[must_use]
pub fn resolve(
    text: &str,
    sentences: &[Sentence],
    blocks: &[Block],
    mentions: Vec<Mention>,
    known: &KnownActors,
) -> (Vec<Mention>, Vec<Entity>) {
    let (mentions, entities) = resolve_names(text, sentences, blocks, mentions);
    apply(text, sentences, known, mentions, entities)
}

fn resolve_names(
    text: &str,
    sentences: &[Sentence],
    blocks: &[Block],
    mentions: Vec<Mention>,
) -> (Vec<Mention>, Vec<Entity>) {
    let mut named = repair(text, sentences, mentions);
    let mut groups = persons(blocks, &named);
    groups.extend(things(text, &named));
    groups.sort();

    let mut entities = Vec::with_capacity(groups.len());
    for (index, group) in groups.iter().enumerate() {
        let members: Vec<&Named> = group.iter().map(|&at| &named[at]).collect();
        let kind = kind_of(text, &members);
        let name = name_of(text, &members);
        for &at in group {
            let form = form_of(text, &named[at], &name);
            let mention = &mut named[at].mention;
            (mention.kind, mention.form, mention.entity) = (kind, form, Some(index as u32));
        }
        entities.push(Entity { name, kind, mentions: group.iter().map(|&at| at as u32).collect() });
    }
    (named.into_iter().map(|named| named.mention).collect(), entities)
}

/// The mentions of one actor: indices, in order of the text.
type Group = Vec<usize>;

/// A person, while the short forms are being joined to the full names.
#[derive(Default)]
struct Person {
    /// The fullest first.
    names: Vec<PersonName>,
    gender: Option<Gender>,
    roles: BTreeSet<&'static str>,
    /// Mentions by full name.
    full: Group,
    all: Group,
}

/// The persons, found by the words of their names.
#[derive(Default)]
struct Persons {
    all: Vec<Person>,
    index: PersonIndex,
}

impl Persons {
    /// The person with this index, or a new one, who now has this name too. Short forms of a full
    /// name are not kept.
    fn with_name(&mut self, index: Option<usize>, name: &PersonName) -> &mut Person {
        let index = index.unwrap_or(self.all.len());
        if index == self.all.len() {
            self.all.push(Person::default());
        }
        let person = &mut self.all[index];
        if name.is_full() || person.names.is_empty() {
            person.names.push(name.clone());
            self.index.add(name, index);
        }
        person
    }
}

fn persons(blocks: &[Block], named: &[Named]) -> Vec<Group> {
    let mut full: BTreeMap<&PersonName, Group> = BTreeMap::new();
    let mut short: Vec<usize> = Vec::new();
    for (at, one) in named.iter().enumerate() {
        match &one.who {
            Who::Person(name) if name.is_full() => full.entry(name).or_default().push(at),
            Who::Person(_) => short.push(at),
            Who::Thing(_) => {}
        }
    }
    let mut persons = join_full_names(named, full);

    // "Mr. Stone" before "Stone", the more frequent courtesy first: it tells whose surname it is.
    let mut courtesy: BTreeMap<(&PersonName, bool), usize> = BTreeMap::new();
    for &at in &short {
        if let (Who::Person(name), Some(gender)) = (&named[at].who, gender_of(named[at].title)) {
            *courtesy.entry((name, gender == Gender::Male)).or_default() += 1;
        }
    }
    short.sort_by_key(|&at| {
        let Who::Person(name) = &named[at].who else { return (true, Reverse(0), at) };
        let gender = gender_of(named[at].title);
        let count = gender.map_or(0, |gender| courtesy[&(name, gender == Gender::Male)]);
        (gender.is_none(), Reverse(count), at)
    });
    for at in short {
        let chosen = choose(blocks, named, &persons, at);
        let Who::Person(name) = &named[at].who else { continue };
        let person = persons.with_name(chosen, name);
        person.gender = person.gender.or(gender_of(named[at].title));
        person.all.push(at);
    }
    persons.all.into_iter().map(|person| sorted(person.all)).collect()
}

fn sorted(mut group: Group) -> Group {
    group.sort_unstable();
    group
}

fn join_full_names(named: &[Named], full: BTreeMap<&PersonName, Group>) -> Persons {
    let mut ordered: Vec<(&PersonName, Group)> = full.into_iter().collect();
    ordered.sort_by_key(|(name, group)| (Reverse(name.words.len()), Reverse(group.len()), *name));
    let mut persons = Persons::default();
    for (name, group) in ordered {
        let gender = group.iter().find_map(|&at| gender_of(named[at].title));
        let agreeing = persons.index.near(name).into_iter().filter(|&near| {
            let person = &persons.all[near];
            let same_gender = gender.is_none() || person.gender.is_none() || person.gender == gender;
            same_gender && person.names[0].agrees_with(name)
        });
        let most = agreeing.max_by_key(|&near| (persons.all[near].full.len(), Reverse(near)));
        let person = persons.with_name(most, name);
        person.gender = person.gender.or(gender);
        person.roles.extend(group.iter().filter_map(|&at| role_of(&named[at])));
        person.full.extend(&group);
        person.all.extend(group);
    }
    for person in &mut persons.all {
        person.full.sort_unstable();
    }
    persons
}

fn role_of(named: &Named) -> Option<&'static str> {
    named.title.map(|title| title.role).filter(|role| !role.is_empty())
}

/// The person that a short form names.
fn choose(blocks: &[Block], named: &[Named], persons: &Persons, at: usize) -> Option<usize> {
    let Who::Person(short) = &named[at].who else { return None };
    let gender = gender_of(named[at].title);
    let mut candidates: Vec<(Part, usize)> = Vec::new();
    let near = persons.index.near(short);
    let persons = &persons.all;
    for index in near {
        let person = &persons[index];
        let part = person.names.iter().filter_map(|name| part_or_same(short, name)).min();
        let agrees = gender.is_none() || person.gender.is_none() || person.gender == gender;
        candidates.extend(part.filter(|_| agrees).map(|part| (part, index)));
    }
    let closest = candidates.iter().map(|&(part, _)| part).min()?;
    let mut left: Vec<usize> =
        candidates.into_iter().filter(|&(part, _)| part == closest).map(|(_, index)| index).collect();
    let prefer = |left: &mut Vec<usize>, fits: &dyn Fn(&Person) -> bool| {
        if left.iter().any(|&index| fits(&persons[index])) {
            left.retain(|&index| fits(&persons[index]));
        }
    };
    prefer(&mut left, &|person| role_of(&named[at]).is_some_and(|role| person.roles.contains(role)));
    prefer(&mut left, &|person| person.names.iter().any(|name| name.generation == short.generation));

    let block = |index: usize| block_of(blocks, named[index].mention.span);
    let last_before = |index: usize| {
        let full = &persons[index].full;
        full[..full.partition_point(|&full| full < at)].last().copied()
    };
    let rank = |index: usize| {
        let last = last_before(index);
        let near = last.filter(|&last| block(last).is_some() && block(last) == block(at));
        (near, persons[index].full.len(), persons[index].all.len(), last, Reverse(index))
    };
    left.into_iter().max_by_key(|&index| rank(index))
}

pub(crate) fn part_or_same(short: &PersonName, name: &PersonName) -> Option<Part> {
    if short == name { Some(Part::Last) } else { short.part_of(name) }
}

fn block_of(blocks: &[Block], span: Span) -> Option<usize> {
    let index = blocks.partition_point(|block| block.span.start() <= span.start()).checked_sub(1)?;
    blocks[index].span.contains(span).then_some(index)
}

fn things(text: &str, named: &[Named]) -> Vec<Group> {
    let mut by_key: BTreeMap<&str, Group> = BTreeMap::new();
    for (at, one) in named.iter().enumerate() {
        if let Who::Thing(key) = &one.who {
            by_key.entry(key).or_default().push(at);
        }
    }
    let thing = |(key, mentions): (&&str, &Group)| {
        let spelled = mentions.iter().all(|&at| acronym(&text[named[at].name]).is_some_and(|letters| letters == **key));
        let kind = majority(mentions.iter().map(|&at| (named[at].mention.kind, 1)));
        Thing { key: (*key).to_owned(), kind, is_acronym: spelled }
    };
    let names: Vec<Thing> = by_key.iter().map(thing).collect();
    let mut groups: BTreeMap<usize, Group> = BTreeMap::new();
    for (root, mentions) in fullest(&names, &definitions(text, named), Scope::Article).into_iter().zip(by_key.values())
    {
        groups.entry(root).or_default().extend(mentions);
    }
    groups.into_values().map(sorted).collect()
}

/// Acronyms in brackets behind the name they stand for: letters to the name's key.
fn definitions(text: &str, named: &[Named]) -> BTreeMap<String, String> {
    let mut defined = BTreeMap::new();
    for one in named {
        let Who::Thing(key) = &one.who else { continue };
        let after = text[one.mention.span.end()..].trim_start_matches(['"', '\'', '\u{2019}', '\u{201d}', ' ']);
        let bracket = after.strip_prefix('(').and_then(|rest| rest.split_once(')'));
        let Some(letters) = bracket.and_then(|(inside, _)| acronym(inside.trim())) else { continue };
        if letters != *key && (stands_for(&letters, key) || abbreviates(&letters, key)) {
            defined.entry(letters).or_insert_with(|| key.clone());
        }
    }
    defined
}

fn kind_of(text: &str, members: &[&Named]) -> EntityKind {
    let length = |one: &Named| words_in(text, one.name).len();
    let longest = members.iter().map(|one| length(one)).max().unwrap_or(0);
    majority(members.iter().filter(|one| length(one) == longest).map(|one| (one.mention.kind, 1)))
}

/// The fullest name in the article; of its spellings the most frequent, not all in capitals if
/// there is another.
fn name_of(text: &str, members: &[&Named]) -> String {
    let mut spellings: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (order, one) in members.iter().enumerate() {
        let spelling = spellings.entry(spelling(text, one, members)).or_insert((0, order));
        spelling.0 += 1;
    }
    let rank = |&(name, &(count, order)): &(&str, &(usize, usize))| {
        let folded = fold(name);
        let key = without_article(&folded);
        let known = well_known(key).filter(|_| spelled_as_name(name, key));
        let usual = known.is_some_and(|known| fold(known.name) == key);
        // Spellings of a well-known name are not the fuller for having more words.
        let words = if known.is_some() && !usual { 0 } else { key.split(' ').count() };
        (usual, words, name.chars().any(char::is_lowercase), count, Reverse(order))
    };
    spellings
        .iter()
        .map(|(&name, tally)| (name, tally))
        .max_by_key(rank)
        .map(|(name, _)| name.to_owned())
        .unwrap_or_default()
}

/// A mention as it would stand in a list: without its article, and without its title unless the
/// person is only known with it ("Pope Leo").
fn spelling<'text>(text: &'text str, one: &Named, members: &[&Named]) -> &'text str {
    let name = &text[one.name];
    let regnal = one.title.is_some_and(|title| title.style == Style::Regnal);
    let is_full = |other: &&Named| matches!(&other.who, Who::Person(person) if person.is_full());
    if regnal && !members.iter().any(is_full) {
        return &text[one.mention.span];
    }
    match &one.who {
        Who::Thing(_) => name.strip_prefix("The ").or(name.strip_prefix("the ")).unwrap_or(name),
        Who::Person(_) => name,
    }
}

fn form_of(text: &str, one: &Named, name: &str) -> MentionForm {
    if one.title.is_some() {
        return MentionForm::Title;
    }
    let words = |name: &str| without_article(&fold(name)).split(' ').count();
    let is_full = match (&one.who, PersonName::new(&fold(name))) {
        // "Ana Ruiz" for "Ana Ruiz Soto" is a full name, "Ruiz Soto" is not.
        (Who::Person(person), Some(fullest)) => match person.part_of(&fullest) {
            Some(part) => part == Part::First && person.is_full(),
            None => person.is_full() || !fullest.is_full(),
        },
        _ => words(&text[one.name]) >= words(name),
    };
    if is_full { MentionForm::Name } else { MentionForm::ShortName }
}

#[cfg(test)]
pub(crate) mod tests;
