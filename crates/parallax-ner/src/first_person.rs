//! Who "I" is: first-person pronouns inside quotations.

use crate::words::Words;
use parallax_text::{Entity, EntityKind, Mention, MentionForm, Sentence, Span};
use std::cmp::Reverse;

/// A quotation with its speaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// Bytes of the text.
    pub span: Span,
    /// Index of the entity who speaks, where that is known.
    pub speaker: Option<u32>,
}

/// Adds the pronouns of the first person singular inside quotations, with the speaker as their
/// entity. "We" is not resolved: it may be a government, a people or the room.
///
/// `spoken` is in order of the text; where quotations are nested, the inner one counts ("He said: ‘I
/// know’"): an inner one whose speaker is not known keeps its pronouns open. Indices of entities
/// stay; mentions are numbered anew, in order.
#[must_use]
pub fn first_person(
    text: &str,
    sentences: &[Sentence],
    spoken: &[Spoken],
    mentions: Vec<Mention>,
    mut entities: Vec<Entity>,
) -> (Vec<Mention>, Vec<Entity>) {
    let words = Words::new(text, sentences, &mentions);
    let mut all = mentions;
    let mut open: Vec<Spoken> = Vec::new();
    let mut next = spoken.iter().peekable();
    let mut added: Vec<Mention> = Vec::new();
    for word in &words.all {
        while let Some(quote) = next.next_if(|quote| quote.span.start() <= word.span.start()) {
            open.push(*quote);
        }
        open.retain(|quote| quote.span.end() > word.span.start());
        let is_first = matches!(word.lower.as_str(), "i" | "me" | "my" | "mine" | "myself");
        let is_letter = word.lower == "i" && !word.is_capital;
        if !is_first || is_letter || word.mention.is_some() {
            continue;
        }
        let Some(inner) = open.iter().min_by_key(|quote| quote.span.len()) else { continue };
        let entity = inner.speaker.filter(|&speaker| (speaker as usize) < entities.len());
        let kind = entity.map_or(EntityKind::Person, |entity| entities[entity as usize].kind);
        let span = word.span;
        added.push(Mention { sentence: word.sentence, span, kind, form: MentionForm::Pronoun, score: 1.0, entity });
    }
    all.extend(added);
    all.sort_by_key(|mention| (mention.span.start(), Reverse(mention.span.end()), mention.form));
    for entity in &mut entities {
        entity.mentions.clear();
    }
    for (at, mention) in all.iter().enumerate() {
        let entity = mention.entity.and_then(|entity| entities.get_mut(entity as usize));
        if let Some(entity) = entity {
            entity.mentions.push(at as u32);
        }
    }
    (all, entities)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, quotes: &[(&str, Option<u32>)], expected: &[(&str, Option<u32>)]) {
        let sentence = Sentence { block: 0, span: Span::new(0, text.len()) };
        let spoken: Vec<Spoken> =
            quotes.iter().map(|&(quote, speaker)| Spoken { span: Span::find(text, quote).unwrap(), speaker }).collect();
        let entity = |name: &str| Entity { name: name.to_owned(), kind: EntityKind::Person, mentions: Vec::new() };
        let (mentions, entities) = first_person(text, &[sentence], &spoken, Vec::new(), vec![entity("a"), entity("b")]);
        let found: Vec<(&str, Option<u32>)> = mentions.iter().map(|one| (&text[one.span], one.entity)).collect();
        assert_eq!(found, expected);
        let of_first = expected.iter().filter(|one| one.1 == Some(0)).count();
        assert_eq!(entities[0].mentions.len(), of_first);
    }

    #[test]
    fn i_is_who_speaks() {
        check(
            "“I’m late with my list,” said Ruiz. I did",
            &[("“I’m late with my list,”", Some(1))],
            &[("I", Some(1)), ("my", Some(1))],
        );
    }

    #[test]
    fn in_a_quotation_inside_another_i_is_the_inner_speaker() {
        let text = "“I told her: ‘I know’ and left me out.”";
        check(text, &[(text, Some(0)), ("‘I know’", Some(1))], &[("I", Some(0)), ("I", Some(1)), ("me", Some(0))]);
        check(text, &[(text, Some(0)), ("‘I know’", None)], &[("I", Some(0)), ("I", None), ("me", Some(0))]);
    }
}
