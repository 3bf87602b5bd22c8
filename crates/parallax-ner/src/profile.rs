//! What an article tells of its persons beside their names: offices, countries, gender.

use crate::countries::{country_of, country_of_party};
use crate::descriptions::{Description, Owner};
use crate::given_names::usual_gender;
use crate::names::{fold, title_before, without_title};
use crate::roles::{Class, role};
use crate::syntax::is_possessive;
use crate::titles::Gender;
use crate::words::Words;
use parallax_text::{Mention, Span};
use std::collections::BTreeSet;

/// What is known of an actor.
#[derive(Clone, Debug, Default)]
pub(crate) struct Profile {
    pub(crate) offices: BTreeSet<String>,
    pub(crate) is_leader: bool,
    pub(crate) country: Option<&'static str>,
    /// Entities, by index, of which the actor is an officer.
    pub(crate) owners: BTreeSet<usize>,
    /// Female above zero, male below; one and more is as good as known.
    pub(crate) gender: f32,
    pub(crate) is_plural: bool,
}

impl Profile {
    pub(crate) fn known_gender(&self) -> Option<Gender> {
        match self.gender {
            votes if votes >= 1.0 => Some(Gender::Female),
            votes if votes <= -1.0 => Some(Gender::Male),
            _ => None,
        }
    }

    /// Whether nothing has told the gender yet.
    pub(crate) fn is_open(&self) -> bool {
        self.gender.abs() < 0.2
    }

    pub(crate) fn vote(&mut self, gender: Option<Gender>, weight: f32) {
        match gender {
            Some(Gender::Female) => self.gender += weight,
            Some(Gender::Male) => self.gender -= weight,
            None => {}
        }
    }

    /// Takes in what a description of the actor says.
    pub(crate) fn learn(&mut self, description: &Description, entity_of: impl Fn(usize) -> Option<u32>) {
        self.offices.insert(description.office.clone());
        self.is_leader |= description.class == Class::Leader;
        self.country = self.country.or(description.country);
        self.vote(description.role.gender, 2.0);
        if let Owner::Named(mention) = description.owner {
            self.owners.extend(entity_of(mention).map(|entity| entity as usize));
        }
    }

    /// Takes in what one named mention of a person says: its title, its given name, and the
    /// country or occupation right before it.
    pub(crate) fn learn_name(&mut self, text: &str, words: &Words, mentions: &[Mention], at: usize) {
        let mention = &mentions[at];
        let range = &words.of_mention[at];
        let inside = without_title(text, mention.span);
        let before =
            title_before(text, mention.span.start().saturating_sub(60).min(mention.span.start()), mention.span.start());
        let title = inside.as_ref().and_then(|found| found.title).or(before.map(|(_, title)| title));
        if let Some(title) = title {
            self.vote(title.gender, 3.0);
            if !title.role.is_empty() {
                self.offices.insert(title.role.to_owned());
                self.is_leader |= is_leaders(title.role);
            }
        }
        let name = inside.map_or(mention.span, |found| found.name);
        if let Some((given, _)) = fold(&text[name]).split_once(' ') {
            self.vote(usual_gender(given), 1.5 / (1.0 + self.gender.abs()));
        }
        let mut first = range.start;
        // "tycoon Ana Ruiz", "the actor and author Ana Ruiz"
        for _ in 0..2 {
            let word = first.checked_sub(1).filter(|&at| words.same_sentence(at, first));
            let Some(role) = word.and_then(|at| role(words.lower(at))).filter(|role| !role.is_plural) else { break };
            if matches!(role.class, Class::Body | Class::Outlet) {
                break;
            }
            self.vote(role.gender, 2.0);
            self.offices.insert(role.lemma.to_owned());
            self.is_leader |= role.class == Class::Leader;
            first -= 1;
        }
        while let Some(&lower) = first.checked_sub(1).map(|at| words.lower(at)).as_ref() {
            if !matches!(lower, "former" | "then" | "prime" | "vice" | "deputy" | "acting" | "late")
                || !words.same_sentence(first - 1, range.start)
            {
                break;
            }
            first -= 1;
        }
        let mark = first.checked_sub(1).filter(|&at| is_possessive(words, at) && words.same_sentence(at, first));
        let place = words
            .mention_to(mark.unwrap_or(first))
            .filter(|_| title.is_some() || first < range.start || mark.is_some());
        if let Some(place) = place.filter(|&place| mentions[place].sentence == mention.sentence && place != at) {
            let folded = fold(&text[mentions[place].span]);
            let country = country_of(&folded).or_else(|| country_of_party(&folded));
            self.country = self.country.or(country);
            if country.is_none() {
                self.owners.extend(mentions[place].entity.map(|entity| entity as usize));
            }
        }
    }
}

/// Whether an office is that of a head of state or government.
pub(crate) fn is_leaders(office: &str) -> bool {
    matches!(office, "president" | "prime minister" | "chancellor" | "king" | "queen" | "emperor" | "supreme leader")
}

/// The span of a name without its title, for the eye.
pub(crate) fn bare_name(text: &str, span: Span) -> Span {
    without_title(text, span).map_or(span, |found| found.name)
}
