//! Joins descriptions and pronouns to the actors that an article names, and keeps those who act
//! or speak without a name as actors of their own.

use crate::descriptions::{Description, Owner, descriptions};
use crate::names::{fold, words_in};
use crate::profile::{Profile, bare_name};
use crate::pronouns::{FEATURES, Features, Pronoun, pronoun, score};
use crate::roles::{Class, Determiner, is_function_word, is_verb};
use crate::syntax::{Place, clause_between, is_saying, next_in_sentence, place, previous_in_sentence, verb_behind};
use crate::titles::Gender;
use crate::words::Words;
use parallax_text::{Block, Entity, EntityKind, Mention, MentionForm, Sentence, Span};
use std::collections::BTreeMap;
use std::ops::Range;

/// Joins the descriptions and third-person pronouns of an article to its actors.
///
/// Takes what [`crate::resolve`] gives, and the stretches between quotation marks in order of the
/// text. The mentions that come back are the named ones and, among them, descriptions ("the Mexican
/// president") and pronouns, in order of their start, then the longer first: a description may
/// contain named mentions ("Mexico's leader"), and nothing else overlaps. A description or pronoun
/// that could not be told has no entity. Persons and groups without a name who act or speak ("a
/// senior official") are entities of their own, called by their description. Entities come in order
/// of their first mention, those that had a name with the same name and kind.
///
/// The score of a pronoun is the probability of its actor among those it was chosen from;
/// descriptions are found by rules and have 1.
///
/// Depends on nothing but its arguments. Time grows with the length of the text.
#[must_use]
pub fn refer(
    text: &str,
    sentences: &[Sentence],
    blocks: &[Block],
    quoted: &[Span],
    mentions: Vec<Mention>,
    entities: Vec<Entity>,
) -> (Vec<Mention>, Vec<Entity>) {
    let mentions: Vec<Mention> =
        mentions.into_iter().filter(|mention| text.get(mention.span.range()).is_some()).collect();
    let mut reader = Reader::new(text, sentences, blocks, quoted, &mentions, &entities);
    reader.read();
    let Reader { actors, found, .. } = reader;
    assemble(text, mentions, entities, &actors, found)
}

/// Most persons that a pronoun is compared with: the last named.
const RECENT: usize = 14;

/// A description or pronoun that was found.
struct Found {
    span: Span,
    sentence: u32,
    form: MentionForm,
    kind: EntityKind,
    score: f32,
    actor: Option<usize>,
}

/// One mention of an actor, as the reader passes it.
#[derive(Clone, Debug)]
struct Seen {
    words: Range<usize>,
    place: Place,
    sentence: u32,
    block: u32,
    quote: Option<usize>,
    gender: Option<Gender>,
    is_pronoun: bool,
    is_full: bool,
}

/// An actor, while the article is being read.
struct Actor {
    kind: EntityKind,
    profile: Profile,
    seen: Vec<Seen>,
    /// What it is called where it has no name.
    described: Option<String>,
}

/// What happens at a word.
enum Event {
    Name(usize),
    Description(usize),
    Pronoun(Pronoun),
}

pub(crate) struct Reader<'a> {
    text: &'a str,
    sentences: &'a [Sentence],
    blocks: &'a [Block],
    quoted: &'a [Span],
    mentions: &'a [Mention],
    /// Names of the entities.
    names: Vec<&'a str>,
    words: Words,
    descriptions: Vec<Description>,
    /// Actor of a description that stands beside its name.
    beside: BTreeMap<usize, usize>,
    /// The named actor who reports a quotation.
    reporters: Vec<Option<usize>>,
    actors: Vec<Actor>,
    /// Actor of a pronoun, by its word.
    of_pronoun: BTreeMap<usize, usize>,
    /// Persons, the last seen at the end.
    recent: Vec<usize>,
    by_office: BTreeMap<String, Vec<usize>>,
    leaders: Vec<usize>,
    topic: Option<usize>,
    found: Vec<Found>,
    /// What pronouns were compared with, where somebody asks.
    examples: Option<Vec<Example>>,
}

/// A pronoun and its candidates, to fit weights with.
#[derive(Clone, Debug)]
pub(crate) struct Example {
    pub(crate) pronoun: Span,
    /// Entity and features.
    pub(crate) candidates: Vec<(usize, Features)>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(
        text: &'a str,
        sentences: &'a [Sentence],
        blocks: &'a [Block],
        quoted: &'a [Span],
        mentions: &'a [Mention],
        entities: &'a [Entity],
    ) -> Self {
        let words = Words::new(text, sentences, mentions);
        let descriptions = descriptions(text, &words, mentions);
        let mut actors: Vec<Actor> = entities
            .iter()
            .map(|entity| Actor { kind: entity.kind, profile: Profile::default(), seen: Vec::new(), described: None })
            .collect();
        for (at, mention) in mentions.iter().enumerate() {
            let actor = mention.entity.and_then(|entity| actors.get_mut(entity as usize));
            if let Some(actor) = actor.filter(|actor| actor.kind == EntityKind::Person) {
                actor.profile.learn_name(text, &words, mentions, at);
            }
        }
        let mut reader = Self {
            text,
            sentences,
            blocks,
            quoted,
            mentions,
            names: entities.iter().map(|entity| entity.name.as_str()).collect(),
            words,
            descriptions,
            beside: BTreeMap::new(),
            reporters: Vec::new(),
            actors,
            of_pronoun: BTreeMap::new(),
            recent: Vec::new(),
            by_office: BTreeMap::new(),
            leaders: Vec::new(),
            topic: None,
            found: Vec::new(),
            examples: None,
        };
        reader.find_beside();
        for actor in 0..reader.actors.len() {
            reader.index(actor);
        }
        reader.find_reporters();
        reader
    }

    /// Reads the article and gives what its pronouns were compared with.
    pub(crate) fn examples(mut self) -> Vec<Example> {
        self.examples = Some(Vec::new());
        self.read();
        self.examples.unwrap_or_default()
    }

    fn entity_of(&self, mention: usize) -> Option<usize> {
        self.mentions[mention].entity.map(|entity| entity as usize).filter(|&entity| entity < self.actors.len())
    }

    fn is_person(&self, mention: usize) -> bool {
        self.entity_of(mention).is_some_and(|actor| self.actors[actor].kind == EntityKind::Person)
    }

    fn index(&mut self, actor: usize) {
        let profile = &self.actors[actor].profile;
        if self.actors[actor].kind != EntityKind::Person || profile.is_plural {
            return;
        }
        for office in &profile.offices {
            let holders = self.by_office.entry(office.clone()).or_default();
            if holders.len() < RECENT && !holders.contains(&actor) {
                holders.push(actor);
            }
        }
        if profile.is_leader && self.leaders.len() < RECENT && !self.leaders.contains(&actor) {
            self.leaders.push(actor);
        }
    }

    /// Descriptions beside a name: "Ruiz, the mayor of Ost,", "the mayor, Ana Ruiz,", "Ruiz is the mayor".
    fn find_beside(&mut self) {
        for index in 0..self.descriptions.len() {
            let Some(mention) = self.name_beside(&self.descriptions[index]) else { continue };
            let Some(actor) = self.entity_of(mention) else { continue };
            let mentions = self.mentions;
            self.actors[actor].profile.learn(&self.descriptions[index], |mention| mentions[mention].entity);
            self.beside.insert(index, actor);
        }
    }

    fn name_beside(&self, one: &Description) -> Option<usize> {
        let words = &self.words;
        if one.role.is_plural
            || !one.is_specific()
            || matches!(one.class, Class::Body | Class::Outlet)
            || one.role.lemma == "counterpart"
        {
            return None;
        }
        let next = next_in_sentence(words, &one.words);
        let after = next.map_or("", |at| words.lower(at));
        let closes = next.is_none()
            || matches!(
                after,
                "," | "."
                    | ";"
                    | ")"
                    | "—"
                    | "–"
                    | "who"
                    | "?"
                    | "!"
                    | "and"
                    | "but"
                    | "”"
                    | "\""
                    | "from"
                    | "in"
                    | "with"
                    | "on"
                    | "whose"
            );
        let before = previous_in_sentence(words, &one.words);
        let person_to = |at: usize| words.mention_to(at).filter(|&mention| self.is_person(mention));
        if let Some(before) = before {
            let lower = words.lower(before);
            if matches!(lower, "," | "—" | "–" | "(") && closes {
                let name = person_to(before).or_else(|| {
                    // "Ruiz, 61, a former teacher,"
                    let age = before.checked_sub(2).filter(|&at| words.lower(at) == ",")?;
                    let is_age = words.lower(before - 1).chars().all(|digit| digit.is_ascii_digit());
                    person_to(age).filter(|_| is_age)
                });
                // "Soto, Ruiz, the mayor and Holt" is a list.
                let is_list = matches!(after, "and")
                    || name.is_some_and(|name| {
                        previous_in_sentence(words, &words.of_mention[name]).is_some_and(|at| {
                            words.lower(at) == "," && words.mention_to(at).is_some_and(|m| self.is_person(m))
                        })
                    });
                if name.is_some() && !is_list {
                    return name;
                }
            }
            let mut verb = before;
            if matches!(words.lower(verb), "also" | "now" | "once" | "still") && verb > 0 {
                verb -= 1;
            }
            if matches!(words.lower(verb), "is" | "was" | "became" | "remains" | "'s")
                && !matches!(after, "'s" | "'" | "\u{2019}")
                && let Some(name) = person_to(verb)
            {
                let is_owner = next.is_some_and(|at| crate::syntax::is_possessive(words, at));
                return Some(name).filter(|_| !is_owner);
            }
        }
        if after == "," && one.is_definite() {
            let name = next.and_then(|at| words.mention_from(at + 1)).filter(|&mention| self.is_person(mention))?;
            let close = words.of_mention[name].end;
            let ends =
                !words.same_sentence(one.head, close) || matches!(words.lower(close), "," | "." | "—" | ";" | ")");
            let opens = before.is_none_or(|at| {
                matches!(words.lower(at), "“" | "\"" | "," | "and" | "that" | "by" | "with" | "of" | "to")
            });
            return Some(name).filter(|_| ends && opens);
        }
        // Behind a quotation, on a line of its own: "— Ana Ruiz, mayor of Ost".
        None
    }

    /// For each quotation the named person whose verb of saying stands beside it.
    fn find_reporters(&mut self) {
        self.reporters = vec![None; self.quoted.len()];
        for at in 0..self.mentions.len() {
            let Some(actor) = self.entity_of(at) else { continue };
            let range = self.words.of_mention[at].clone();
            if range.is_empty() || self.quote_at(self.mentions[at].span).is_some() {
                continue;
            }
            let is_speaker = crate::syntax::is_speaker_behind(&self.words, &range)
                || verb_behind(&self.words, &range).is_some_and(|verb| is_saying(self.words.lower(verb)));
            if !is_speaker {
                continue;
            }
            let Some(sentence) = self.sentences.get(self.mentions[at].sentence as usize) else { continue };
            let from = self.quoted.partition_point(|quote| quote.end() <= sentence.span.start());
            for (index, quote) in self.quoted.iter().enumerate().skip(from) {
                if quote.start() >= sentence.span.end() {
                    break;
                }
                self.reporters[index].get_or_insert(actor);
            }
        }
    }

    fn quote_at(&self, span: Span) -> Option<usize> {
        let index = self.quoted.partition_point(|quote| quote.start() <= span.start()).checked_sub(1)?;
        (span.end() <= self.quoted[index].end()).then_some(index)
    }

    fn block_of(&self, sentence: u32) -> u32 {
        self.sentences.get(sentence as usize).map_or(u32::MAX, |sentence| sentence.block)
    }

    fn is_prose(&self, sentence: u32) -> bool {
        self.blocks.get(self.block_of(sentence) as usize).is_none_or(|block| block.kind.is_prose())
    }

    fn events(&self) -> Vec<(usize, Event)> {
        let mut events: Vec<(usize, Event)> = Vec::new();
        for (at, range) in self.words.of_mention.iter().enumerate() {
            if !range.is_empty() {
                events.push((range.start, Event::Name(at)));
            }
        }
        for (index, description) in self.descriptions.iter().enumerate() {
            if self.is_prose(self.words.all[description.head].sentence) {
                events.push((description.head, Event::Description(index)));
            }
        }
        for (at, word) in self.words.all.iter().enumerate() {
            if word.mention.is_some() || !self.is_prose(word.sentence) {
                continue;
            }
            let next = self.words.all.get(at + 1).filter(|next| next.sentence == word.sentence);
            let before_noun =
                next.is_some_and(|next| next.is_word && !is_function_word(&next.lower) && !is_verb(&next.lower));
            if let Some(pronoun) = pronoun(&word.lower, before_noun) {
                events.push((at, Event::Pronoun(pronoun)));
            }
        }
        events.sort_by_key(|&(at, _)| at);
        events
    }

    fn read(&mut self) {
        for (at, event) in self.events() {
            match event {
                Event::Name(mention) => {
                    let Some(actor) = self.entity_of(mention) else { continue };
                    let is_full = self.mentions[mention].form == MentionForm::Name;
                    self.see(actor, self.words.of_mention[mention].clone(), None, is_full);
                    self.relative_clause(actor, self.words.of_mention[mention].end);
                }
                Event::Description(index) => self.describe(index),
                Event::Pronoun(pronoun) => self.refer_back(at, pronoun),
            }
        }
    }

    /// Notes that an actor was mentioned.
    fn see(&mut self, actor: usize, words: Range<usize>, pronoun: Option<Pronoun>, is_full: bool) {
        let Some(first) = self.words.all.get(words.start) else { return };
        let sentence = first.sentence;
        let seen = Seen {
            place: match pronoun {
                Some(pronoun) => pronoun_place(&self.words, words.start, pronoun),
                None => place(&self.words, &words),
            },
            sentence,
            block: self.block_of(sentence),
            quote: self.quote_at(first.span),
            gender: pronoun.and_then(|pronoun| pronoun.gender),
            is_pronoun: pronoun.is_some(),
            is_full,
            words,
        };
        self.actors[actor].seen.push(seen);
        if self.actors[actor].kind != EntityKind::Person {
            return;
        }
        self.topic = self.topic.or(Some(actor));
        self.recent.retain(|&other| other != actor);
        self.recent.push(actor);
        if self.recent.len() > RECENT {
            self.recent.remove(0);
        }
    }

    /// "who" right behind a person.
    fn relative_clause(&mut self, actor: usize, end: usize) {
        if self.actors[actor].kind != EntityKind::Person {
            return;
        }
        let at = if self.words.lower(end) == "," { end + 1 } else { end };
        if matches!(self.words.lower(at), "who" | "whom") && self.words.same_sentence(end.saturating_sub(1), at) {
            self.note(at..at + 1, MentionForm::Pronoun, EntityKind::Person, 1.0, Some(actor));
        }
    }

    fn note(&mut self, words: Range<usize>, form: MentionForm, kind: EntityKind, score: f32, actor: Option<usize>) {
        let span = self.words.span(words.clone());
        if let Some(first) = self.words.all.get(words.start).filter(|_| !span.is_empty()) {
            self.found.push(Found { span, sentence: first.sentence, form, kind, score, actor });
        }
    }

    // Pronouns

    fn refer_back(&mut self, at: usize, pronoun: Pronoun) {
        let (actor, probability) =
            if pronoun.is_plural { (self.group_before(at), 1.0) } else { self.person_of(at, pronoun) };
        if pronoun.is_plural && actor.is_none() {
            return;
        }
        let kind = actor.map_or(EntityKind::Person, |actor| self.actors[actor].kind);
        self.note(at..at + 1, MentionForm::Pronoun, kind, probability, actor);
        if let Some(actor) = actor {
            self.of_pronoun.insert(at, actor);
            // The first pronoun of an actor without a telling name nearly settles it.
            let weight = if self.actors[actor].profile.is_open() { 1.3 } else { 0.5 };
            self.actors[actor].profile.vote(pronoun.gender, weight * probability);
            self.see(actor, at..at + 1, Some(pronoun), false);
        }
    }

    /// The only group without a name that this or the last sentence has as a subject.
    fn group_before(&self, at: usize) -> Option<usize> {
        let sentence = self.words.all[at].sentence;
        let near = |actor: &&Actor| {
            actor.profile.is_plural
                && actor.kind == EntityKind::Person
                && actor
                    .seen
                    .last()
                    .is_some_and(|seen| seen.sentence + 1 >= sentence && seen.block == self.block_of(sentence))
        };
        let groups = self.actors.iter().enumerate().rev().take(8).filter(|(_, actor)| near(actor));
        let mut groups = groups.map(|(index, _)| index);
        groups.next().filter(|_| groups.next().is_none())
    }

    fn person_of(&mut self, at: usize, pronoun: Pronoun) -> (Option<usize>, f32) {
        if pronoun.is_reflexive {
            return (self.subject_before(at, pronoun), 1.0);
        }
        let candidates = self.candidates(at, pronoun);
        if let Some(examples) = &mut self.examples {
            let pronoun = self.words.all[at].span;
            examples.push(Example { pronoun, candidates: candidates.clone() });
        }
        let scores: Vec<f32> = candidates.iter().map(|(_, features)| score(features)).collect();
        let Some(best) = (0..scores.len()).max_by(|&one, &other| scores[one].total_cmp(&scores[other])) else {
            return (None, 0.0);
        };
        let sum: f32 = scores.iter().map(|score| libm_exp(score - scores[best])).sum();
        let probability = 1.0 / sum;
        let differs = candidates[best].1[15] > 0.0;
        let enough = probability >= LEAST_PROBABILITY && !differs;
        (Some(candidates[best].0).filter(|_| enough), probability)
    }

    fn subject_before(&self, at: usize, pronoun: Pronoun) -> Option<usize> {
        let fits = |&&actor: &&usize| {
            let actor = &self.actors[actor];
            let agrees = actor.profile.known_gender().is_none_or(|gender| Some(gender) == pronoun.gender);
            let last = actor.seen.last();
            agrees
                && last.is_some_and(|seen| seen.sentence == self.words.all[at].sentence && seen.place == Place::Subject)
        };
        self.recent.iter().rev().find(fits).copied()
    }

    /// The persons whom a pronoun may stand for, with what speaks for each.
    fn candidates(&self, at: usize, pronoun: Pronoun) -> Vec<(usize, Features)> {
        let word = &self.words.all[at];
        let quote = self.quote_at(word.span);
        let reporter = quote.and_then(|quote| self.reporters[quote]);
        let sentence_end = self.words.of_sentence.get(word.sentence as usize).map_or(at, |range| range.end);
        let here = pronoun_place(&self.words, at, pronoun);
        let mut candidates: Vec<(usize, Features)> = Vec::new();
        let mut between = 0.0;
        let most = self.recent.iter().map(|&actor| self.actors[actor].seen.len()).max().unwrap_or(0);
        for &actor in self.recent.iter().rev() {
            let Some(last) = self.actors[actor].seen.last() else { continue };
            if self.actors[actor].profile.is_plural {
                continue;
            }
            let mut features = self.of_actor(actor, pronoun);
            let back = word.sentence.saturating_sub(last.sentence);
            features[(back as usize).min(3)] = 1.0;
            features[4] = (1.0 + at.saturating_sub(last.words.end) as f32).ln();
            features[5] = f32::min(between, 4.0) / 4.0;
            between += 1.0;
            let is_subject = last.place == Place::Subject;
            features[6] = f32::from(is_subject);
            features[7] = f32::from(self.is_first_in_sentence(last));
            features[8] = f32::from(last.place == Place::Oblique);
            features[9] = f32::from(last.place == Place::Possessor);
            features[10] = f32::from(is_subject && here == Place::Subject);
            let other_clause = back == 0 && clause_between(&self.words, last.words.end, at);
            features[11] = f32::from(is_subject && back == 0 && pronoun.is_possessive);
            features[12] = f32::from(is_subject && back == 0 && pronoun.is_object && !other_clause);
            features[13] = f32::from(last.place == Place::Object && back == 0 && here == Place::Subject);
            features[17] = (self.actors[actor].seen.len() as f32).ln_1p();
            features[18] = f32::from(self.topic == Some(actor));
            features[19] = f32::from(last.is_pronoun);
            features[20] = f32::from(last.is_pronoun && last.gender == pronoun.gender && back == 0);
            features[23] = f32::from(last.block != self.block_of(word.sentence));
            features[24] = f32::from(reporter == Some(actor));
            features[25] = f32::from(quote.is_some() && last.quote == quote);
            features[26] = f32::from(self.is_joined(&last.words));
            features[27] = f32::from(last.is_full);
            features[28] = f32::from(other_clause);
            features[29] = f32::from(last.place == Place::Object);
            let opens = self.words.of_sentence.get(word.sentence as usize).is_some_and(|range| range.start == at);
            features[30] = f32::from(back == 1 && is_subject && opens);
            let recent = self.actors[actor].seen.iter().rev().take(4);
            let was_subject = |seen: &Seen| seen.place == Place::Subject && seen.sentence + 1 >= word.sentence;
            features[31] = f32::from(recent.clone().any(was_subject));
            features[32] = f32::from(self.actors[actor].seen.len() == most);
            features[33] = f32::from(last.quote != quote);
            candidates.push((actor, features));
        }
        // Names behind the pronoun in its sentence: "In her reply, Ruiz said".
        let from = self.mentions.partition_point(|mention| mention.span.start() < word.span.end());
        for mention in (from..self.mentions.len()).take(8) {
            let range = &self.words.of_mention[mention];
            if range.start >= sentence_end || range.is_empty() {
                break;
            }
            let Some(actor) = self.entity_of(mention).filter(|_| self.is_person(mention)) else { continue };
            if candidates.iter().any(|&(other, _)| other == actor) {
                continue;
            }
            let mut features = self.of_actor(actor, pronoun);
            features[0] = 1.0;
            features[4] = (1.0 + range.start.saturating_sub(at) as f32).ln();
            features[21] = 1.0;
            let comma = (at..range.start).any(|at| self.words.lower(at) == ",");
            let is_subject = place(&self.words, range) == Place::Subject;
            features[22] = f32::from(comma && is_subject);
            features[24] = f32::from(reporter == Some(actor));
            features[27] = f32::from(self.mentions[mention].form == MentionForm::Name);
            candidates.push((actor, features));
        }
        candidates
    }

    fn of_actor(&self, actor: usize, pronoun: Pronoun) -> Features {
        let mut features = [0.0; FEATURES];
        let agreement = match (self.actors[actor].profile.known_gender(), pronoun.gender) {
            (Some(known), Some(told)) if known == told => 14,
            (Some(_), Some(_)) => 15,
            _ => 16,
        };
        features[agreement] = 1.0;
        features
    }

    fn is_first_in_sentence(&self, seen: &Seen) -> bool {
        let Some(range) = self.words.of_sentence.get(seen.sentence as usize) else { return false };
        let before = range.start..seen.words.start;
        !before.clone().any(|at| self.words.all[at].mention.is_some_and(|mention| self.is_person(mention as usize)))
    }

    /// "Ruiz and Soto"
    fn is_joined(&self, words: &Range<usize>) -> bool {
        let next = next_in_sentence(&self.words, words).filter(|&at| self.words.lower(at) == "and");
        let before = previous_in_sentence(&self.words, words).filter(|&at| self.words.lower(at) == "and");
        next.is_some_and(|at| self.words.mention_from(at + 1).is_some())
            || before.is_some_and(|at| self.words.mention_to(at).is_some())
    }

    // Descriptions

    fn describe(&mut self, index: usize) {
        let one = self.descriptions[index].clone();
        let actor = match self.beside.get(&index) {
            Some(&actor) => Some(actor),
            None => match self.find_described(&one) {
                Some(actor) => Some(actor),
                None => self.new_actor(&one),
            },
        };
        // A lawyer's house, any critic: nobody in particular.
        let is_new =
            matches!(one.determiner, Some(Determiner::Indefinite | Determiner::Quantified)) || !one.is_definite();
        let is_thing = matches!(one.owner, Owner::Pronoun(word) if self.words.lower(word) == "its");
        let is_vague = is_new || is_thing || one.role.lemma == "people";
        if actor.is_none() && (is_vague || matches!(one.class, Class::Body | Class::Outlet)) {
            return;
        }
        let kind = actor.map_or(EntityKind::Person, |actor| self.actors[actor].kind);
        self.note(one.words.clone(), MentionForm::Description, kind, 1.0, actor);
        let Some(actor) = actor else { return };
        if self.actors[actor].kind == EntityKind::Person && !one.role.is_plural && one.role.lemma != "counterpart" {
            let mentions = self.mentions;
            self.actors[actor].profile.learn(&one, |mention| mentions[mention].entity);
            self.index(actor);
        }
        self.see(actor, one.words.clone(), None, false);
        self.relative_clause(actor, one.words.end);
    }

    /// The actor who is described.
    fn find_described(&self, one: &Description) -> Option<usize> {
        if one.role.is_plural || matches!(one.class, Class::Body) {
            return self.find_group(one);
        }
        if one.class == Class::Outlet {
            return self.find_outlet(one);
        }
        if one.role.lemma == "counterpart" {
            return self.counterpart(one);
        }
        let bare = one.determiner.is_none() && one.owner == Owner::Nobody;
        if !(one.is_definite() || bare && one.country.is_some()) {
            return None;
        }
        let mut candidates: Vec<usize> = self.by_office.get(&one.office).cloned().unwrap_or_default();
        if one.class == Class::Leader {
            candidates.extend(&self.leaders);
        }
        candidates.extend(&self.recent);
        candidates.sort_unstable();
        candidates.dedup();
        let hint = self.gender_hint(one);
        let mut ranked: Vec<(f32, usize)> =
            candidates.into_iter().filter_map(|actor| Some((self.fits(one, actor, hint)?, actor))).collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        match ranked.as_slice() {
            [(best, actor)] if *best >= 1.0 => Some(*actor),
            [(best, actor), (next, _), ..] if *best >= 1.0 && best - next >= 0.3 => Some(*actor),
            _ => None,
        }
    }

    /// How well an actor fits a description; `None` where something speaks against it.
    fn fits(&self, one: &Description, index: usize, hint: Option<Gender>) -> Option<f32> {
        let actor = &self.actors[index];
        let profile = &actor.profile;
        let other = |known: Option<Gender>, told: Option<Gender>| known.is_some() && told.is_some() && known != told;
        let gender = profile.known_gender();
        if actor.kind != EntityKind::Person
            || profile.is_plural
            || other(gender, one.role.gender)
            || other(gender, hint)
        {
            return None;
        }
        if profile.country.is_some() && one.country.is_some() && profile.country != one.country {
            return None;
        }
        match one.owner {
            Owner::Named(mention) if self.entity_of(mention) == Some(index) => return None,
            Owner::Pronoun(word) if self.of_pronoun.get(&word) == Some(&index) => return None,
            _ => {}
        }
        let owner = match one.owner {
            Owner::Named(mention) if one.country.is_none() => self.entity_of(mention),
            _ => None,
        };
        if owner.is_some_and(|owner| !profile.owners.is_empty() && !profile.owners.contains(&owner)) {
            return None;
        }
        let same_office = profile.offices.contains(&one.office);
        // A spokesman, an official: the same one only where something else says so.
        if matches!(one.owner, Owner::Pronoun(_) | Owner::Words) && !same_office {
            return None;
        }
        let mut points: f32 = if same_office {
            3.0
        } else if one.class == Class::Leader && profile.is_leader {
            2.0
        } else if covers(&one.office, &profile.offices) {
            1.0
        } else if is_epithet(&one.office) {
            0.0
        } else {
            return None;
        };
        let same_country = profile.country.is_some() && profile.country == one.country;
        points += if same_country { 2.0 } else { 0.0 };
        points += if hint.is_some() && hint == gender { 1.0 } else { 0.0 };
        points += if owner.is_some_and(|owner| profile.owners.contains(&owner)) { 1.0 } else { 0.0 };
        let word = &self.words.all[one.head];
        let quote = self.quote_at(word.span);
        // Somebody who is quoted does not speak of himself by his office.
        if quote.and_then(|quote| self.reporters[quote]) == Some(index) {
            return None;
        }
        let Some(last) = actor.seen.last() else {
            // Not named yet: only an office that says whose it is, or a lead that names later.
            let soon =
                (same_country || one.class == Class::Leader && hint.is_some() && hint == gender) && points >= 2.0;
            return soon.then_some(points - 0.5);
        };
        let back = word.sentence.saturating_sub(last.sentence);
        if points < 1.0 && (back > 2 || !self.is_only_recent(index, word.sentence, one)) {
            return None;
        }
        if points < 1.0 {
            points += 1.0;
        }
        if quote.is_some() && one.country.is_none() && self.leaders.len() > 1 && one.class == Class::Leader {
            // In a speaker's mouth "the president" is the speaker's president.
            return None;
        }
        let here = actor.seen.iter().rev().take(6).filter(|seen| seen.sentence == word.sentence);
        let named_here = here.clone().any(|seen| !seen.is_pronoun || seen.place == Place::Subject);
        let subject_here = here.clone().any(|seen| seen.place == Place::Subject);
        points -= if subject_here {
            1.6
        } else if named_here {
            0.8
        } else {
            0.0
        };
        let subject = actor
            .seen
            .iter()
            .rev()
            .take(3)
            .any(|seen| seen.place == Place::Subject && seen.sentence + 1 == word.sentence);
        points += if subject { 0.8 } else { 0.0 };
        // Few are described and then named in one sentence.
        points -= if self.is_named_behind(index, one) { 0.8 } else { 0.0 };
        points -= if hint.is_some() && gender.is_none() { 0.5 } else { 0.0 };
        points += 0.6 / (1.0 + back as f32);
        Some(points)
    }

    fn is_named_behind(&self, index: usize, one: &Description) -> bool {
        let word = &self.words.all[one.head];
        let from = self.mentions.partition_point(|mention| mention.span.start() < word.span.end());
        let behind = self.mentions[from..].iter().take(12).take_while(|mention| mention.sentence == word.sentence);
        behind.into_iter().any(|mention| mention.entity == Some(index as u32))
    }

    /// Whether an actor is the only person of the last two sentences who could be meant.
    fn is_only_recent(&self, index: usize, sentence: u32, one: &Description) -> bool {
        let others = self.recent.iter().filter(|&&other| other != index);
        let near = others.filter(|&&other| {
            let actor = &self.actors[other];
            let country =
                actor.profile.country.is_none() || one.country.is_none() || actor.profile.country == one.country;
            country && actor.seen.last().is_some_and(|seen| seen.sentence + 2 >= sentence) && !actor.profile.is_plural
        });
        near.count() == 0
    }

    /// The gender of the pronoun that follows a description in its sentence before another person is named.
    fn gender_hint(&self, one: &Description) -> Option<Gender> {
        for at in one.words.end..one.words.end + 16 {
            let word = self.words.all.get(at).filter(|word| word.sentence == self.words.all[one.head].sentence)?;
            if word.mention.is_some_and(|mention| self.is_person(mention as usize)) {
                return None;
            }
            if let Some(pronoun) = pronoun(&word.lower, true).filter(|pronoun| !pronoun.is_plural) {
                return pronoun.gender;
            }
        }
        None
    }

    /// An earlier group without a name that is called the same.
    fn find_group(&self, one: &Description) -> Option<usize> {
        let names_nobody_new = one.is_definite() || one.country.is_some();
        let owner = match one.owner {
            Owner::Named(mention) => self.entity_of(mention),
            Owner::Pronoun(word) => self.of_pronoun.get(&word).copied(),
            _ => None,
        };
        let same = |(_, actor): &(usize, &Actor)| {
            actor.described.is_some()
                && actor.profile.offices.contains(&one.office)
                && actor.profile.is_plural == (one.role.is_plural || one.class == Class::Body)
                && (actor.profile.country == one.country)
                && (owner.is_none() || actor.profile.owners.contains(&owner.unwrap_or(usize::MAX)))
        };
        let named = owner.and_then(|owner| self.named_body(one, owner));
        let mut earlier = self.actors.iter().enumerate().rev().take(64).filter(same);
        named.or_else(|| {
            earlier.next().map(|(index, _)| index).filter(|_| names_nobody_new && one.owner != Owner::Words)
        })
    }

    /// "his administration", where the article names "the Trump administration".
    fn named_body(&self, one: &Description, owner: usize) -> Option<usize> {
        if one.class != Class::Body {
            return None;
        }
        let of_owner = |mention: &Mention| {
            let name = fold(&self.text[mention.span]);
            let owner_name = name.strip_suffix(&one.office)?.trim_end().to_owned();
            let is_owner = self.mentions.iter().any(|other| {
                other.entity == Some(owner as u32)
                    && fold(&self.text[bare_name(self.text, other.span)]).ends_with(&owner_name)
            });
            (is_owner && !owner_name.is_empty()).then_some(mention.entity? as usize)
        };
        let named = self.mentions.iter().filter(|mention| mention.kind == EntityKind::Organization);
        named.filter(|mention| self.text[mention.span].len() > one.office.len()).find_map(of_owner)
    }

    /// "the newspaper": the paper that was named last, where its name says that it is one.
    fn find_outlet(&self, one: &Description) -> Option<usize> {
        if !one.is_definite() || one.owner != Owner::Nobody {
            return None;
        }
        let at = one.words.start;
        let before = self.mentions.partition_point(|mention| mention.span.start() < self.words.all[at].span.start());
        let papers = self.mentions[..before].iter().rev().take(40).filter(|mention| {
            let last = words_in(self.text, mention.span).last().map(|&word| fold(&self.text[word]));
            let known = last.as_deref().and_then(crate::aliases::well_known).map(|known| fold(known.name));
            let name = known.unwrap_or_else(|| last.unwrap_or_default());
            let word = name.rsplit(' ').next().unwrap_or_default();
            mention.kind == EntityKind::Organization
                && matches!(
                    word,
                    "journal"
                        | "times"
                        | "post"
                        | "news"
                        | "herald"
                        | "tribune"
                        | "daily"
                        | "gazette"
                        | "guardian"
                        | "echo"
                        | "telegraph"
                        | "chronicle"
                        | "globe"
                        | "star"
                        | "mail"
                        | "magazine"
                        | "observer"
                        | "courier"
                        | "standard"
                        | "press"
                )
        });
        let mut last = papers.filter_map(|mention| mention.entity.map(|entity| entity as usize));
        last.next()
    }

    /// "her counterpart": the other holder of the same office.
    fn counterpart(&self, one: &Description) -> Option<usize> {
        let owner = match one.owner {
            Owner::Pronoun(word) => self.of_pronoun.get(&word).copied(),
            Owner::Named(mention) => self.entity_of(mention),
            _ => None,
        }?;
        let known = &self.actors.get(owner)?.profile;
        let other = |&&actor: &&usize| {
            let profile = &self.actors[actor].profile;
            let office = known.is_leader && profile.is_leader || !known.offices.is_disjoint(&profile.offices);
            let country = one.country.is_none() || profile.country.is_none() || profile.country == one.country;
            actor != owner && office && country && !profile.is_plural
        };
        let mut left = self.recent.iter().filter(other);
        left.next().copied().filter(|_| left.next().is_none())
    }

    /// Somebody without a name who acts or speaks, or whose office says who it is.
    fn new_actor(&mut self, one: &Description) -> Option<usize> {
        let speaks = self.acts(one);
        let known_office = one.is_definite()
            && (one.country.is_some() || matches!(one.owner, Owner::Named(_)))
            && matches!(one.class, Class::Leader | Class::Office | Class::Body);
        let rival = one.class == Class::Leader && !self.leaders.is_empty() && one.country.is_none();
        let plural_pair =
            one.role.is_plural && one.determiner == Some(Determiner::Definite) && one.class == Class::Leader;
        let vague = one.is_definite() && one.country.is_none() && !matches!(one.owner, Owner::Named(_));
        if !one.is_specific()
            || rival
            || plural_pair
            || matches!(one.class, Class::Outlet)
            || one.role.lemma == "counterpart"
        {
            return None;
        }
        let possessed = match one.owner {
            Owner::Pronoun(word) => self.of_pronoun.get(&word).filter(|_| one.class == Class::Body).copied(),
            _ => None,
        };
        let of_pronoun = matches!(one.owner, Owner::Pronoun(_));
        if possessed.is_none() && (!(speaks && !vague || known_office) || of_pronoun) {
            return None;
        }
        let mut profile = Profile { is_plural: one.role.is_plural || one.class == Class::Body, ..Profile::default() };
        let mentions = self.mentions;
        profile.learn(one, |mention| mentions[mention].entity);
        profile.owners.extend(possessed);
        let is_group =
            one.class == Class::Body || one.role.is_plural && one.role.lemma == "official" && one.country.is_some();
        let kind = if is_group { EntityKind::Organization } else { EntityKind::Person };
        // "her administration" is called "Ruiz administration".
        let owner = possessed.and_then(|owner| self.names.get(owner)?.rsplit(' ').next());
        let described = owner.map_or_else(|| self.described(one), |owner| format!("{owner} {}", one.role.lemma));
        self.actors.push(Actor { kind, profile, seen: Vec::new(), described: Some(described) });
        Some(self.actors.len() - 1)
    }

    /// Whether the words are the subject of a verb, or name a source.
    fn acts(&self, one: &Description) -> bool {
        let words = &self.words;
        let before = previous_in_sentence(words, &one.words);
        let source = before.is_some_and(|at| words.lower(at) == "to" && at > 0 && words.lower(at - 1) == "according")
            || before.is_some_and(|at| matches!(words.lower(at), "citing" | "quoting"));
        let said = verb_behind(words, &one.words).is_some_and(|verb| is_saying(words.lower(verb)));
        let subject = place(words, &one.words) == Place::Subject && next_in_sentence(words, &one.words).is_some();
        source || said || crate::syntax::is_speaker_behind(words, &one.words) || subject && one.country.is_some()
    }

    /// What an actor without a name is called: the description without its article.
    fn described(&self, one: &Description) -> String {
        let mut words = one.words.clone();
        while words.start < one.head
            && matches!(
                self.words.lower(words.start),
                "the" | "a" | "an" | "some" | "this" | "these" | "those" | "that"
            )
        {
            words.start += 1;
        }
        if self.words.lower(words.end.saturating_sub(1)) == ")" && words.end - words.start > 3 {
            words.end -= 3;
        }
        let name = &self.text[self.words.span(words)];
        name.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Below this a pronoun is left open.
const LEAST_PROBABILITY: f32 = 0.4;

/// `exp` by its own arithmetic, the same on every machine.
fn libm_exp(x: f32) -> f32 {
    x.exp()
}

fn pronoun_place(words: &Words, at: usize, pronoun: Pronoun) -> Place {
    if pronoun.is_possessive {
        return Place::Possessor;
    }
    if pronoun.is_object || pronoun.is_reflexive {
        let before = at.checked_sub(1).filter(|&before| words.same_sentence(before, at));
        let oblique = before.is_some_and(|at| crate::syntax::is_preposition(words.lower(at)));
        return if oblique { Place::Oblique } else { Place::Object };
    }
    Place::Subject
}

/// Whether one of the offices is a case of what the description calls it.
fn covers(described: &str, offices: &std::collections::BTreeSet<String>) -> bool {
    let cases: &[&str] = match described {
        "lawmaker" | "legislator" => &["senator", "representative", "assembly member", "council member", "speaker"],
        "politician" => {
            &["president", "senator", "representative", "prime minister", "governor", "mayor", "minister", "candidate"]
        }
        "leader" => &["speaker", "majority leader", "minority leader", "governor"],
        "official" => &["secretary", "minister", "commissioner", "director", "ambassador", "chief"],
        "diplomat" => &["ambassador", "secretary", "minister", "envoy"],
        "academic" | "scholar" | "expert" | "researcher" => &["professor", "historian", "scientist", "economist"],
        "businessman" | "businesswoman" | "entrepreneur" => {
            &["billionaire", "tycoon", "investor", "developer", "founder"]
        }
        "tycoon" | "mogul" | "magnate" => &["billionaire", "developer", "investor", "businessman", "entrepreneur"],
        "chief" => &["director", "sheriff", "executive", "ceo"],
        _ => &[],
    };
    cases.iter().any(|case| offices.contains(*case))
}

/// Words that speak again of somebody who was just named.
fn is_epithet(office: &str) -> bool {
    matches!(
        office,
        "tycoon"
            | "billionaire"
            | "millionaire"
            | "magnate"
            | "mogul"
            | "businessman"
            | "businesswoman"
            | "politician"
            | "republican"
            | "democrat"
            | "conservative"
            | "populist"
            | "actor"
            | "actress"
            | "singer"
            | "author"
            | "octogenarian"
            | "septuagenarian"
            | "lawmaker"
            | "socialist"
            | "entertainer"
            | "strongman"
            | "novelist"
    )
}

/// Puts names, descriptions and pronouns in order and numbers the entities by first mention.
fn assemble(
    text: &str,
    mentions: Vec<Mention>,
    entities: Vec<Entity>,
    actors: &[Actor],
    found: Vec<Found>,
) -> (Vec<Mention>, Vec<Entity>) {
    let mut all: Vec<Mention> = mentions;
    all.extend(found.into_iter().filter(|found| text.get(found.span.range()).is_some()).map(|found| Mention {
        sentence: found.sentence,
        span: found.span,
        kind: found.kind,
        form: found.form,
        score: found.score,
        entity: found.actor.map(|actor| actor as u32),
    }));
    all.sort_by_key(|mention| (mention.span.start(), std::cmp::Reverse(mention.span.end()), mention.form));
    let mut number: BTreeMap<u32, u32> = BTreeMap::new();
    let mut ordered: Vec<Entity> = Vec::with_capacity(actors.len());
    for (at, mention) in all.iter_mut().enumerate() {
        let Some(entity) = mention.entity else { continue };
        let index = *number.entry(entity).or_insert_with(|| {
            let described = actors.get(entity as usize).and_then(|actor| actor.described.clone());
            let known = entities.get(entity as usize).map(|entity| (entity.name.clone(), entity.kind));
            let (name, kind) = known.unwrap_or_else(|| {
                (described.unwrap_or_default(), actors.get(entity as usize).map_or(mention.kind, |actor| actor.kind))
            });
            ordered.push(Entity { name, kind, mentions: Vec::new() });
            ordered.len() as u32 - 1
        });
        mention.entity = Some(index);
        ordered[index as usize].mentions.push(at as u32);
    }
    (all, ordered)
}

#[cfg(test)]
mod tests;
