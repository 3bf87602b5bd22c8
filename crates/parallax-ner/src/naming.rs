//! How a mention calls its actor: its words in a form that can be counted, role and modifiers apart.

use crate::countries::{country_of, country_of_party};
use crate::descriptions::office;
use crate::names::{fold, without_title};
use crate::roles::{Class, determiner, is_function_word, role};
use crate::syntax::is_preposition;
use crate::words::Words;
use parallax_text::{Mention, MentionForm, Sentence, Span};

/// What a mention calls its actor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// As in the mention; pronouns are best counted apart.
    pub form: MentionForm,
    /// The words as they are counted: one space between words, the article small, pronouns in
    /// small letters ("President Trump", "the Republican leader", "he").
    pub shown: String,
    /// The bare name, the noun of a description, or the pronoun; bytes of the text.
    pub head: Span,
    /// What qualifies it: titles and occupations before a name ("tycoon", also outside the
    /// mention), adjectives and complements of a description; bytes of the text, in order.
    pub modifiers: Vec<Span>,
    /// The office or occupation in one form for all its spellings ("prime minister" for "premier").
    pub role: Option<String>,
}

/// Reads the label of a mention of this text.
#[must_use]
pub fn label(text: &str, mention: &Mention) -> Label {
    let span = if text.get(mention.span.range()).is_some() { mention.span } else { Span::default() };
    match mention.form {
        MentionForm::Pronoun => Label {
            form: mention.form,
            shown: text[span].to_lowercase(),
            head: span,
            modifiers: Vec::new(),
            role: None,
        },
        MentionForm::Description => description(text, span),
        _ => name(text, span, mention.form),
    }
}

fn name(text: &str, span: Span, form: MentionForm) -> Label {
    let found = without_title(text, span);
    let head = found.as_ref().map_or(span, |found| found.name);
    let mut role =
        found.and_then(|found| found.title).map(|title| title.role.to_owned()).filter(|role| !role.is_empty());
    let mut modifiers = Vec::new();
    let before = words_before(text, span);
    for word in before.iter().rev() {
        let lower = text[*word].to_lowercase();
        let known = crate::roles::role(&lower).filter(|role| !role.is_plural && role.class != Class::Body);
        let folded = fold(&text[*word]);
        let qualifies = known.is_some()
            || country_of(&folded).is_some()
            || country_of_party(&folded).is_some()
            || crate::roles::is_modifier(&lower);
        if !qualifies {
            break;
        }
        role = role.or(known.map(|role| role.lemma.to_owned()));
        modifiers.push(*word);
    }
    modifiers.reverse();
    if head.start() > span.start() {
        modifiers.push(Span::new(span.start(), head.start()).trimmed(text));
    }
    Label { form, shown: spaced(&text[span]), head, modifiers, role }
}

/// Up to four words of the same line right before a place.
fn words_before(text: &str, span: Span) -> Vec<Span> {
    let mut start = span.start();
    for _ in 0..60 {
        let before = text[..start].chars().next_back();
        match before {
            Some(character) if character != '\n' && !matches!(character, ',' | ';' | ':' | '(' | '“' | '"') => {
                start -= character.len_utf8();
            }
            _ => break,
        }
    }
    // A word that the window cuts is none.
    let cut = text[..start].ends_with(char::is_alphanumeric) && text[start..].starts_with(char::is_alphanumeric);
    let words: Vec<Span> =
        crate::names::words_in(text, Span::new(start, span.start())).into_iter().skip(usize::from(cut)).collect();
    let from = words.len().saturating_sub(4);
    words[from..].iter().copied().filter(|_| text[..span.start()].ends_with(char::is_whitespace)).collect()
}

fn description(text: &str, span: Span) -> Label {
    let words = Words::new(text, &[Sentence { block: 0, span }], &[]);
    let head = head_of(&words);
    let shown = spaced(&text[span]);
    let first = words.all.first().filter(|first| determiner(&first.lower).is_some());
    let shown = match first {
        Some(first) => format!("{}{}", first.lower, &shown[first.span.len().min(shown.len())..]),
        None => shown,
    };
    let Some(head) = head else {
        return Label { form: MentionForm::Description, shown, head: span, modifiers: Vec::new(), role: None };
    };
    let mut modifiers: Vec<Span> = Vec::new();
    for word in &words.all[..head] {
        let is_mark = !word.is_word || word.lower.starts_with('\'');
        if !is_mark && determiner(&word.lower).is_none() && !is_function_word(&word.lower) {
            modifiers.push(word.span);
        }
    }
    let rest = Span::new(words.all[head].span.end(), span.end()).trimmed(text);
    modifiers.extend((!rest.is_empty()).then_some(rest));
    let lemma = role(&words.all[head].lower).map(|role| office(&words, 0, head, role).0);
    Label { form: MentionForm::Description, shown, head: words.all[head].span, modifiers, role: lemma }
}

/// The noun of a description: its last role noun before a preposition.
fn head_of(words: &Words) -> Option<usize> {
    let end = (1..words.all.len()).find(|&at| is_preposition(words.lower(at))).unwrap_or(words.all.len());
    (0..end).rev().find(|&at| role(words.lower(at)).is_some())
}

fn spaced(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The office that a mention gives its actor, and the country of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Office {
    pub(crate) office: String,
    pub(crate) country: &'static str,
    pub(crate) is_leader: bool,
}

/// Reads office and country from a title or description; `None` where one of them is missing.
pub(crate) fn office_of(text: &str, mention: &Mention) -> Option<Office> {
    let label = label(text, mention);
    let name = label.role.filter(|_| mention.form != MentionForm::Pronoun)?;
    let words = match mention.form {
        MentionForm::Description => crate::names::words_in(text, mention.span),
        _ => {
            let mut words = words_before(text, mention.span);
            let title = Span::new(mention.span.start(), label.head.start().max(mention.span.start()));
            words.extend(crate::names::words_in(text, title));
            words
        }
    };
    let former =
        words.iter().any(|&word| matches!(text[word].to_lowercase().as_str(), "former" | "ex" | "then" | "late"));
    let country = country_in(text, &words).filter(|_| !former)?;
    let is_leader = crate::profile::is_leaders(&name) || name == "leader";
    Some(Office { office: name, country, is_leader })
}

/// The country that one or two of the words name, the last that does.
pub(crate) fn country_in(text: &str, words: &[Span]) -> Option<&'static str> {
    (0..words.len()).rev().find_map(|at| {
        let one = without_possessive(&text[words[at]]);
        let two = at.checked_sub(1).map(|before| Span::new(words[before].start(), words[at].start() + one.len()));
        let capital = one.starts_with(char::is_uppercase);
        two.and_then(|two| country_of(&fold(&text[two])))
            .or_else(|| country_of(&fold(one)).or_else(|| country_of_party(&fold(one))))
            .filter(|_| capital)
    })
}

fn without_possessive(word: &str) -> &str {
    let word = word.trim_end_matches([',', '.', ')']);
    word.strip_suffix("'s").or(word.strip_suffix("\u{2019}s")).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use parallax_text::EntityKind;
    use proptest::prelude::*;

    fn mention(text: &str, words: &str, form: MentionForm) -> Mention {
        let span = Span::find(text, words).unwrap();
        Mention { sentence: 0, span, kind: EntityKind::Person, form, score: 1.0, entity: None }
    }

    #[track_caller]
    fn check(text: &str, words: &str, form: MentionForm, expected: (&str, &str, &[&str], Option<&str>)) {
        let label = label(text, &mention(text, words, form));
        let modifiers: Vec<&str> = label.modifiers.iter().map(|&span| &text[span]).collect();
        assert_eq!((label.shown.as_str(), &text[label.head], modifiers.as_slice(), label.role.as_deref()), expected);
    }

    #[test]
    fn names_have_titles_and_occupations_as_modifiers() {
        check(
            "So President Ruiz left",
            "President Ruiz",
            MentionForm::Title,
            ("President Ruiz", "Ruiz", &["President"], Some("president")),
        );
        check(
            "the tycoon Ana Ruiz left",
            "Ana Ruiz",
            MentionForm::Name,
            ("Ana Ruiz", "Ana Ruiz", &["tycoon"], Some("tycoon")),
        );
        check("when Ana  Ruiz left", "Ana  Ruiz", MentionForm::Name, ("Ana Ruiz", "Ana  Ruiz", &[], None));
    }

    #[test]
    fn descriptions_have_adjectives_and_complements() {
        let form = MentionForm::Description;
        check(
            "The embattled French premier",
            "The embattled French premier",
            form,
            ("the embattled French premier", "premier", &["embattled", "French"], Some("prime minister")),
        );
        check(
            "a spokesman for the Council",
            "a spokesman for the Council",
            form,
            ("a spokesman for the Council", "spokesman", &["for the Council"], Some("spokesperson")),
        );
        check("She left", "She", MentionForm::Pronoun, ("she", "She", &[], None));
    }

    #[test]
    fn an_office_has_a_country() {
        let check = |text: &str, words: &str, form: MentionForm, expected: Option<(&str, &str)>| {
            let office = office_of(text, &mention(text, words, form));
            assert_eq!(office.as_ref().map(|office| (office.office.as_str(), office.country)), expected);
        };
        check("Mexican President Ana Ruiz", "President Ana Ruiz", MentionForm::Title, Some(("president", "Mexico")));
        check("France’s leader", "France’s leader", MentionForm::Description, Some(("leader", "France")));
        check(
            "the United States president",
            "the United States president",
            MentionForm::Description,
            Some(("president", "United States")),
        );
        check("former Mexican President Ana Ruiz", "President Ana Ruiz", MentionForm::Title, None);
        check("the leader", "the leader", MentionForm::Description, None);
    }

    proptest! {
        #[test]
        fn any_mention_has_a_label(text in "[a-zA-Z ,.'’“é\n]{0,60}", from in 0usize..60, length in 0usize..40, form in 0usize..4) {
            let start = (0..=from.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
            let end = (start..=(start + length).min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(start);
            let form = [MentionForm::Name, MentionForm::Title, MentionForm::Description, MentionForm::Pronoun][form];
            let span = Span::new(start, end);
            let found = label(&text, &Mention { sentence: 0, span, kind: EntityKind::Person, form, score: 1.0, entity: None });
            prop_assert!(found.modifiers.iter().all(|span| text.get(span.range()).is_some()));
            prop_assert!(span.contains(found.head));
        }
    }
}
