//! How actors of an article belong together without being one: "Mexican officials" and Mexico.

use crate::countries::{country_of, country_of_capital};
use crate::names::{fold, words_in};
use crate::naming::{country_in, office_of};
use parallax_text::{Entity, EntityKind, Mention, MentionForm, Span};
use std::collections::{BTreeMap, BTreeSet};

/// How one actor belongs to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// A body of a country, or of a person's or organisation's: "Mexican officials", "the Ruiz
    /// administration".
    PartOf,
    /// A person who holds an office of a country.
    OfficerOf,
    /// The adjective or the people of a country ("Mexican").
    AdjectiveOf,
    /// The capital of a country: its government, where usage shows it, or the city.
    CapitalOf,
}

/// One actor belongs to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// Index of the entity that belongs.
    pub from: u32,
    /// Index of the entity it belongs to.
    pub to: u32,
    /// How.
    pub relation: Relation,
}

/// What the words of an article's mentions show; only between entities of the article, in order.
#[must_use]
pub fn links(text: &str, mentions: &[Mention], entities: &[Entity]) -> Vec<Link> {
    let mut countries: BTreeMap<&'static str, u32> = BTreeMap::new();
    let mut persons: BTreeMap<String, u32> = BTreeMap::new();
    for (index, entity) in entities.iter().enumerate() {
        match entity.kind {
            EntityKind::Location => {
                let country = country_of(&fold(&entity.name));
                countries.extend(country.map(|country| (country, index as u32)));
            }
            EntityKind::Person => {
                let folded = fold(&entity.name);
                let last = folded.rsplit(' ').next().unwrap_or_default().to_owned();
                persons.entry(last).or_insert(index as u32);
            }
            _ => {}
        }
    }
    let mut links: BTreeSet<Link> = BTreeSet::new();
    for (index, entity) in entities.iter().enumerate() {
        let from = index as u32;
        let mut add = |to: Option<u32>, relation: Relation| {
            links.extend(to.filter(|&to| to != from).map(|to| Link { from, to, relation }));
        };
        let folded = fold(&entity.name);
        let name_words = words_in(&entity.name, Span::new(0, entity.name.len()));
        match entity.kind {
            EntityKind::Person => {
                let own = entity.mentions.iter().filter_map(|&at| mentions.get(at as usize));
                let offices = own.filter(|mention| text.get(mention.span.range()).is_some());
                let held: BTreeSet<&'static str> =
                    offices.filter_map(|mention| office_of(text, mention)).map(|office| office.country).collect();
                // Two countries are a mistake, or a career.
                if let ([only], true) =
                    (held.into_iter().collect::<Vec<_>>().as_slice(), entity.kind == EntityKind::Person)
                {
                    add(countries.get(only).copied(), Relation::OfficerOf);
                }
            }
            EntityKind::Organization => {
                let country = country_in(&entity.name, &name_words).or_else(|| country_of_capital(&folded));
                add(country.and_then(|country| countries.get(country).copied()), Relation::PartOf);
                let owner = folded.rsplit_once(' ').map(|(rest, _)| rest.rsplit(' ').next().unwrap_or(rest));
                let is_body = entity.mentions.iter().any(|&at| {
                    mentions.get(at as usize).is_some_and(|mention| mention.form == MentionForm::Description)
                }) || folded.ends_with(" administration")
                    || folded.ends_with(" campaign")
                    || folded.ends_with(" government");
                add(owner.filter(|_| is_body).and_then(|owner| persons.get(owner).copied()), Relation::PartOf);
            }
            EntityKind::Miscellaneous => {
                let country = country_of(&folded).or_else(|| country_of(folded.strip_suffix('s')?));
                add(country.and_then(|country| countries.get(country).copied()), Relation::AdjectiveOf);
            }
            EntityKind::Location => {
                let country = country_of_capital(&folded).filter(|_| country_of(&folded).is_none());
                add(country.and_then(|country| countries.get(country).copied()), Relation::CapitalOf);
            }
        }
    }
    links.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_and_officers_belong_to_their_country() {
        let text = "Mexico, Mexican officials and Mexican President Ana Ruiz; the Ruiz administration; Mexican";
        let mut from = 0;
        let mut mentions = Vec::new();
        let mut entities = Vec::new();
        for (index, (words, name, kind, form)) in [
            ("Mexico", "Mexico", EntityKind::Location, MentionForm::Name),
            ("Mexican officials", "Mexican officials", EntityKind::Organization, MentionForm::Description),
            ("President Ana Ruiz", "Ana Ruiz", EntityKind::Person, MentionForm::Title),
            ("Ruiz administration", "Ruiz administration", EntityKind::Organization, MentionForm::Name),
            ("Mexican", "Mexican", EntityKind::Miscellaneous, MentionForm::Name),
        ]
        .into_iter()
        .enumerate()
        {
            let span = Span::find(&text[from..], words).unwrap().shifted(from);
            from = span.end();
            mentions.push(Mention { sentence: 0, span, kind, form, score: 1.0, entity: Some(index as u32) });
            entities.push(Entity { name: name.to_owned(), kind, mentions: vec![index as u32] });
        }
        let found: Vec<(u32, u32, Relation)> =
            links(text, &mentions, &entities).iter().map(|link| (link.from, link.to, link.relation)).collect();
        assert_eq!(
            found,
            [
                (1, 0, Relation::PartOf),
                (2, 0, Relation::OfficerOf),
                (3, 2, Relation::PartOf),
                (4, 0, Relation::AdjectiveOf),
            ]
        );
    }
}
