use super::*;
use crate::actors::tests::marked;
use crate::{KnownActors, resolve};
use proptest::prelude::*;

fn referred(text_with_marks: &str, quotes: &[&str]) -> (String, Vec<Mention>, Vec<Entity>) {
    let (text, sentences, blocks, mentions) = marked(text_with_marks);
    let quoted: Vec<Span> = quotes.iter().map(|quote| Span::find(&text, quote).expect("a quotation")).collect();
    let (mentions, entities) = resolve(&text, &sentences, &blocks, mentions, &KnownActors::default());
    let (mentions, entities) = refer(&text, &sentences, &blocks, &quoted, mentions, entities);
    (text, mentions, entities)
}

/// Descriptions and pronouns with their actors: "She: Ana Ruiz", "-" where it is open.
#[track_caller]
fn check_quoted(text_with_marks: &str, quotes: &[&str], expected: &[&str]) {
    let (text, mentions, entities) = referred(text_with_marks, quotes);
    let not_named = mentions.iter().filter(|mention| !mention.form.is_named());
    let found: Vec<String> = not_named
        .map(|one| {
            let name = one.entity.map_or("-", |entity| entities[entity as usize].name.as_str());
            format!("{}: {name}", &text[one.span])
        })
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[track_caller]
fn check(text_with_marks: &str, expected: &[&str]) {
    check_quoted(text_with_marks, &[], expected);
}

#[test]
fn pronouns_follow_gender_and_subject() {
    check("[Ana Ruiz]PER met [Carl Holt]PER.\nShe thanked him.", &["She: Ana Ruiz", "him: Carl Holt"]);
    check("[Ana Ruiz]PER said she would not sell her boat.", &["she: Ana Ruiz", "her: Ana Ruiz"]);
    check("In her reply, [Ana Ruiz]PER refused.", &["her: Ana Ruiz"]);
    check("[Ana Ruiz]PER left.\nHe slept.", &["He: -"]);
}

#[test]
fn a_quoted_pronoun_is_not_its_speaker() {
    check_quoted(
        "[Ana Ruiz]PER met [Eva Stone]PER.\n“She is late,” [Ruiz]PER said.",
        &["“She is late,”"],
        &["She: Eva Stone"],
    );
}

#[test]
fn who_is_the_person_right_before() {
    check("[Carl Holt]PER and [Ana Ruiz]PER, who won, left.", &["who: Ana Ruiz"]);
}

#[test]
fn an_office_leads_to_its_holder() {
    check(
        "[Mexican]MISC President [Ana Ruiz]PER met [U.S.]LOC President [Carl Holt]PER.\nThe [Mexican]MISC president thanked the [U.S.]LOC president.",
        &["The Mexican president: Ana Ruiz", "the U.S. president: Carl Holt"],
    );
    check(
        "[Ana Ruiz]PER, the mayor of [Ost]LOC, left.\nThe mayor slept.",
        &["the mayor of Ost: Ana Ruiz", "The mayor: Ana Ruiz"],
    );
    check(
        "[Mexico]LOC’s leader said she would go.\nPresident [Ana Ruiz]PER packed.",
        &["Mexico’s leader: Ana Ruiz", "she: Ana Ruiz"],
    );
}

#[test]
fn a_counterpart_is_the_other_one() {
    check(
        "[Mexican]MISC President [Ana Ruiz]PER met President [Carl Holt]PER.\n[Ruiz]PER thanked her counterpart.",
        &["her counterpart: Carl Holt", "her: Ana Ruiz"],
    );
}

#[test]
fn what_does_not_fit_stays_open() {
    check(
        "President [Ana Ruiz]PER and President [Eva Stone]PER met.\nIt rained on the president.",
        &["the president: -"],
    );
    check("[Ana Ruiz]PER, a lawyer, left.\nThe pilot slept.", &["a lawyer: Ana Ruiz", "The pilot: -"]);
}

#[test]
fn sources_without_a_name_are_actors_of_their_own() {
    check(
        "A senior official said no.\nThe official left.",
        &["A senior official: senior official", "The official: senior official"],
    );
    let (_, mentions, entities) = referred("[Mexican]MISC officials said no.\nThey left [Mexico]LOC.", &[]);
    let officials = entities.iter().find(|entity| entity.name == "Mexican officials").unwrap();
    assert_eq!(officials.kind, EntityKind::Organization);
    assert!(officials.mentions.iter().all(|&at| !mentions[at as usize].form.is_named()));
    check("Any critic can say so. He had a dog’s life.", &["He: -"]);
}

#[test]
fn an_administration_is_the_one_that_was_named() {
    check(
        "The [Holt]PER administration is new.\n[Carl Holt]PER left, and his administration fell.",
        &["his administration: Holt administration", "his: Carl Holt"],
    );
}

fn check_order(
    text: &str,
    mentions: &[Mention],
    entities: &[Entity],
    names_before: usize,
) -> Result<(), TestCaseError> {
    let key = |mention: &Mention| (mention.span.start(), std::cmp::Reverse(mention.span.end()));
    prop_assert!(mentions.is_sorted_by(|one, other| key(one) <= key(other)));
    prop_assert!(mentions.iter().all(|mention| text.get(mention.span.range()).is_some()));
    let named = mentions.iter().filter(|mention| mention.form.is_named()).count();
    prop_assert_eq!(named, names_before);
    for (index, entity) in entities.iter().enumerate() {
        prop_assert!(!entity.mentions.is_empty());
        prop_assert!(entity.mentions.is_sorted());
        for &at in &entity.mentions {
            prop_assert_eq!(mentions[at as usize].entity, Some(index as u32));
        }
    }
    let firsts: Vec<u32> = entities.iter().map(|entity| entity.mentions[0]).collect();
    prop_assert!(firsts.is_sorted());
    let listed: usize = entities.iter().map(|entity| entity.mentions.len()).sum();
    prop_assert_eq!(listed, mentions.iter().filter(|mention| mention.entity.is_some()).count());
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_read(parts in prop::collection::vec(prop::sample::select(vec![
        "[Ana Ruiz]PER", "[Holt]PER", "[Carl Holt]PER", "[Mexican]MISC", "[Mexico]LOC", "[U.S.]LOC", "[Republican]MISC",
        "[Harbour Council]ORG", "the", "a", "president", "leader", "officials", "his", "her", "she", "he", "him", "they",
        "who", "said", "’s", ",", "“", "”", "and", "of", "for", "counterpart", "newspaper", "administration", "former",
        "is", "two", "\n", "\n\n", "mayor", "himself", "é", "—", "61",
    ]), 0..40), joined in any::<bool>()) {
        let raw = parts.join(if joined { "" } else { " " });
        let (text, sentences, blocks, mentions) = marked(&raw);
        let quoted: Vec<Span> = text.match_indices('“').map(|(at, mark)| {
            let end = text[at..].find('”').map_or(text.len(), |end| at + end + '”'.len_utf8());
            Span::new(at, end.max(at + mark.len()))
        }).collect();
        let (mentions, entities) = resolve(&text, &sentences, &blocks, mentions, &KnownActors::default());
        let names = mentions.len();
        let once = refer(&text, &sentences, &blocks, &quoted, mentions.clone(), entities.clone());
        check_order(&text, &once.0, &once.1, names)?;
        prop_assert_eq!(&refer(&text, &sentences, &blocks, &quoted, mentions, entities), &once);
        let _ = crate::links(&text, &once.0, &once.1);
    }

    #[test]
    fn mentions_that_do_not_fit_are_no_harm(text in "[a-z é.\n]{0,40}", spans in prop::collection::vec((0usize..60, 0usize..9, 0u32..5, prop::option::of(0u32..4)), 0..6)) {
        let kind = EntityKind::Person;
        let mention = |&(start, length, sentence, entity): &(usize, usize, u32, Option<u32>)| Mention {
            sentence, span: Span::new(start, start + length), kind, form: MentionForm::Name, score: 0.5, entity,
        };
        let mut mentions: Vec<Mention> = spans.iter().map(mention).collect();
        mentions.sort_by_key(|mention| mention.span);
        let sentences = [Sentence { block: 0, span: Span::new(0, text.len()) }];
        let _ = refer(&text, &sentences, &[], &[], mentions, vec![Entity { name: "a".to_owned(), kind, mentions: vec![0] }]);
    }
}
