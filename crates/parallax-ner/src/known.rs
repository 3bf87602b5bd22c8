//! Actors that the user names beforehand, with their aliases: they win over what was worked out.

use crate::names::{fold, without_article, without_title};
use parallax_text::{Entity, EntityKind, Mention, MentionForm, Sentence, Span};
use std::collections::BTreeMap;
use thiserror::Error;

/// An actor as the user states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownActor {
    /// The name it is to have everywhere.
    pub name: String,
    /// What it is.
    pub kind: EntityKind,
    /// Other names, short forms and descriptions ("the Ost tycoon") that mean this actor.
    pub aliases: Vec<String>,
    /// Whether the user wants figures on it, however seldom it is named.
    pub of_interest: bool,
}

/// Why a list of actors was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KnownActorsError {
    /// A name or alias without a letter or digit.
    #[error("actor {actor}: {alias:?} is no name; give it letters or leave it out")]
    Empty {
        /// Number of the actor, from 1.
        actor: usize,
        /// What was given.
        alias: String,
    },
    /// Two actors share a name or alias.
    #[error("actor {actor}: {alias:?} is actor {other}'s name already; an alias can mean one actor only")]
    Twice {
        /// Number of the actor, from 1.
        actor: usize,
        /// The name or alias.
        alias: String,
        /// The actor that had it first, from 1.
        other: usize,
    },
}

/// The user's actors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownActors {
    actors: Vec<KnownActor>,
    /// Folded name or alias, without its article, to the actor and the spelling.
    by_alias: BTreeMap<String, (usize, String)>,
    longest: usize,
}

impl KnownActors {
    /// Checks the actors.
    ///
    /// # Errors
    /// Where a name is empty, or two actors share one. Case, accents and "the" do not count.
    pub fn new(actors: Vec<KnownActor>) -> Result<Self, KnownActorsError> {
        let mut by_alias: BTreeMap<String, (usize, String)> = BTreeMap::new();
        for (index, actor) in actors.iter().enumerate() {
            for alias in std::iter::once(&actor.name).chain(&actor.aliases) {
                let key = key(alias);
                if key.is_empty() {
                    return Err(KnownActorsError::Empty { actor: index + 1, alias: alias.clone() });
                }
                let (first, _) = by_alias.entry(key).or_insert_with(|| (index, alias.clone()));
                if *first != index {
                    let other = *first + 1;
                    return Err(KnownActorsError::Twice { actor: index + 1, alias: alias.clone(), other });
                }
            }
        }
        let longest = by_alias.keys().map(|key| key.split(' ').count()).max().unwrap_or(0);
        Ok(Self { actors, by_alias, longest })
    }

    /// The actors, in the order they were given.
    #[must_use]
    pub fn actors(&self) -> &[KnownActor] {
        &self.actors
    }

    /// The actor that a name or alias means.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<usize> {
        self.by_alias.get(&key(name)).map(|&(actor, _)| actor)
    }

    /// Where names and aliases stand in a text: places and actors, in order, without overlaps; of
    /// two that begin at one word the longer.
    fn places(&self, text: &str, sentences: &[Sentence]) -> Vec<(Span, u32, usize)> {
        let mut places = Vec::new();
        for (index, sentence) in sentences.iter().enumerate() {
            let Some(inside) = text.get(sentence.span.range()) else { continue };
            let words = word_spans(inside, sentence.span.start());
            let mut at = 0;
            while at < words.len() {
                let most = (words.len() - at).min(self.longest + 2);
                let found = (1..=most).rev().find_map(|count| {
                    let span = Span::new(words[at].start(), words[at + count - 1].end());
                    let (actor, spelling) = self.by_alias.get(&key(&text[span]))?;
                    is_spelled(&text[span], spelling).then_some((span, *actor, count))
                });
                at += found.map_or(1, |(span, actor, count)| {
                    places.push((span, index as u32, actor));
                    count
                });
            }
        }
        places
    }
}

fn key(name: &str) -> String {
    let folded = fold(name);
    without_article(&folded).to_owned()
}

/// "US" is not "us": an alias with capitals is not met by small letters throughout.
fn is_spelled(found: &str, alias: &str) -> bool {
    let capital = |name: &str| {
        name.split_whitespace().any(|word| !matches!(word, "The" | "the") && word.starts_with(char::is_uppercase))
    };
    capital(found) || !capital(alias)
}

fn word_spans(inside: &str, offset: usize) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut start = None;
    for (at, character) in inside.char_indices() {
        let joins = matches!(character, '.' | '&' | '-') && start.is_some();
        if character.is_alphanumeric()
            || joins && inside[at + character.len_utf8()..].starts_with(char::is_alphanumeric)
        {
            start.get_or_insert(at);
        } else if let Some(from) = start.take() {
            spans.push(Span::new(offset + from, offset + at));
        }
    }
    spans.extend(start.map(|from| Span::new(offset + from, offset + inside.len())));
    spans
}

/// Gives the user's actors their mentions: those the tagger missed are added, and entities with a
/// name or alias of such an actor become that actor, with their other mentions unless they are
/// another one's.
pub(crate) fn apply(
    text: &str,
    sentences: &[Sentence],
    known: &KnownActors,
    mentions: Vec<Mention>,
    entities: Vec<Entity>,
) -> (Vec<Mention>, Vec<Entity>) {
    if known.actors.is_empty() {
        return (mentions, entities);
    }
    let places = known.places(text, sentences);
    // Which user's actor each mention is, by its own words.
    let mut told: Vec<Option<usize>> = mentions.iter().map(|mention| of_mention(text, known, mention)).collect();
    let mut all = mentions;
    for &(span, sentence, actor) in &places {
        let from = all.partition_point(|mention| mention.span.end() <= span.start());
        let touching: Vec<usize> = (from..all.len()).take_while(|&at| all[at].span.start() < span.end()).collect();
        let covering = touching.iter().copied().find(|&at| all[at].span.contains(span));
        if let Some(at) = covering {
            // "President Trump" is Trump; "Trump Tower" is another name.
            let name = without_title(text, all[at].span).map_or(all[at].span, |found| found.name);
            if name == span || all[at].span == span {
                told[at] = Some(actor);
            }
            continue;
        }
        let mention = Mention {
            sentence,
            span,
            kind: known.actors[actor].kind,
            form: form(text, known, span, actor),
            score: 1.0,
            entity: None,
        };
        for &at in touching.iter().rev() {
            all.remove(at);
            told.remove(at);
        }
        all.insert(from, mention);
        told.insert(from, Some(actor));
    }
    regroup(known, all, &told, &entities)
}

fn of_mention(text: &str, known: &KnownActors, mention: &Mention) -> Option<usize> {
    let whole = known.find(&text[mention.span]);
    whole.or_else(|| known.find(&text[without_title(text, mention.span)?.name]))
}

fn form(text: &str, known: &KnownActors, span: Span, actor: usize) -> MentionForm {
    let last_is_small = text[span].split_whitespace().last().is_some_and(|word| word.starts_with(char::is_lowercase));
    if last_is_small && text[span].contains(' ') {
        MentionForm::Description
    } else if key(&text[span]) == key(&known.actors[actor].name) {
        MentionForm::Name
    } else {
        MentionForm::ShortName
    }
}

fn regroup(
    known: &KnownActors,
    mut mentions: Vec<Mention>,
    told: &[Option<usize>],
    entities: &[Entity],
) -> (Vec<Mention>, Vec<Entity>) {
    // The user's actor that most mentions of an entity are.
    let mut votes: BTreeMap<u32, BTreeMap<usize, u32>> = BTreeMap::new();
    for (mention, told) in mentions.iter().zip(told) {
        if let (Some(entity), Some(actor)) = (mention.entity, told) {
            *votes.entry(entity).or_default().entry(*actor).or_default() += 1;
        }
    }
    let of_entity: BTreeMap<u32, usize> = votes
        .into_iter()
        .filter_map(|(entity, votes)| {
            Some((entity, votes.into_iter().max_by_key(|&(actor, count)| (count, std::cmp::Reverse(actor)))?.0))
        })
        .collect();
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    enum Group {
        Known(usize),
        Found(u32),
    }
    let mut numbers: BTreeMap<Group, u32> = BTreeMap::new();
    let mut grouped: Vec<Entity> = Vec::new();
    for (at, mention) in mentions.iter_mut().enumerate() {
        let by_entity = mention.entity.and_then(|entity| of_entity.get(&entity).copied());
        let group = match (told[at].or(by_entity), mention.entity) {
            (Some(actor), _) => Group::Known(actor),
            (None, Some(entity)) => Group::Found(entity),
            (None, None) => continue,
        };
        let number = *numbers.entry(group).or_insert_with(|| {
            let (name, kind) = match group {
                Group::Known(actor) => (known.actors[actor].name.clone(), known.actors[actor].kind),
                Group::Found(entity) => entities
                    .get(entity as usize)
                    .map_or((String::new(), mention.kind), |entity| (entity.name.clone(), entity.kind)),
            };
            grouped.push(Entity { name, kind, mentions: Vec::new() });
            grouped.len() as u32 - 1
        });
        let entity = &mut grouped[number as usize];
        entity.mentions.push(at as u32);
        (mention.entity, mention.kind) = (Some(number), entity.kind);
    }
    (mentions, grouped)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolve;
    use parallax_text::{Block, BlockKind};

    fn actor(name: &str, kind: EntityKind, aliases: &[&str]) -> KnownActor {
        let aliases = aliases.iter().map(|&alias| alias.to_owned()).collect();
        KnownActor { name: name.to_owned(), kind, aliases, of_interest: true }
    }

    #[track_caller]
    fn check(actors: Vec<KnownActor>, text: &str, tagged: &[(&str, EntityKind)], expected: &[&str]) {
        let span = Span::new(0, text.len());
        let mut mentions = Vec::new();
        let mut from = 0;
        for &(name, kind) in tagged {
            let found = Span::find(&text[from..], name).unwrap().shifted(from);
            from = found.end();
            mentions.push(Mention {
                sentence: 0,
                span: found,
                kind,
                form: MentionForm::Name,
                score: 0.9,
                entity: None,
            });
        }
        let blocks = [Block { kind: BlockKind::Body, span }];
        let known = KnownActors::new(actors).unwrap();
        let (mentions, entities) = resolve(text, &[Sentence { block: 0, span }], &blocks, mentions, &known);
        let list = |entity: &Entity| {
            let surface: Vec<&str> = entity.mentions.iter().map(|&at| &text[mentions[at as usize].span]).collect();
            format!("{} {}: {}", entity.kind.label(), entity.name, surface.join(", "))
        };
        assert_eq!(entities.iter().map(list).collect::<Vec<_>>(), expected);
    }

    use EntityKind::{Location, Organization, Person};

    #[test]
    fn an_alias_joins_what_names_would_not() {
        check(
            vec![actor("Ana Ruiz", Person, &["Nita", "the Ost tycoon"])],
            "Ana Ruiz left. Nita stayed. The Ost tycoon slept, Ruiz too.",
            &[("Ana Ruiz", Person), ("Nita", Person), ("Ost", Location), ("Ruiz", Person)],
            &["PER Ana Ruiz: Ana Ruiz, Nita, The Ost tycoon, Ruiz"],
        );
    }

    #[test]
    fn a_name_the_tagger_missed_is_found_and_small_letters_are_not() {
        check(
            vec![actor("United Steel", Organization, &["US"])],
            "They told us that US would close.",
            &[],
            &["ORG United Steel: US"],
        );
    }

    #[test]
    fn a_longer_name_is_another_one() {
        check(
            vec![actor("Ana Ruiz", Person, &["Ruiz"])],
            "Ruiz Tower belongs to President Ruiz.",
            &[("Ruiz Tower", Organization), ("Ruiz", Person)],
            &["ORG Ruiz Tower: Ruiz Tower", "PER Ana Ruiz: President Ruiz"],
        );
    }

    #[test]
    fn an_alias_means_one_actor() {
        let twice = vec![actor("Ana Ruiz", Person, &["Ruiz"]), actor("Eva Ruiz", Person, &["the Ruiz"])];
        let error = KnownActors::new(twice).unwrap_err();
        assert_eq!(error, KnownActorsError::Twice { actor: 2, alias: "the Ruiz".to_owned(), other: 1 });
        let empty = KnownActors::new(vec![actor("--", Person, &[])]).unwrap_err();
        assert_eq!(empty, KnownActorsError::Empty { actor: 1, alias: "--".to_owned() });
    }
}
