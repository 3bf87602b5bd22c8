//! By which names each article calls an actor, in its own voice and in the voices it reports.

use crate::summary::{ActorInStory, ActorSummary, NameUse};
use crate::view::ArticleView;
use parallax_text::MentionForm;
use std::collections::BTreeMap;

pub(crate) fn actor_summary(actor: &ActorInStory, index: usize, main: bool, views: &[ArticleView<'_>]) -> ActorSummary {
    let mut names: BTreeMap<(usize, u32, MentionForm, String), (u64, u64)> = BTreeMap::new();
    for (number, view) in views.iter().enumerate() {
        for mention in view.all_mentions_of(index) {
            let entity = mention.entity.expect("mentions of an actor have an entity");
            let label = label(&view.article.text()[mention.span], mention.form);
            let count = names.entry((number, entity, mention.form, label)).or_default();
            match view.quote_at(mention.span) {
                Some(_) => count.1 += 1,
                None => count.0 += 1,
            }
        }
    }
    let names: Vec<NameUse> = names
        .into_iter()
        .map(|((number, entity, form, label), (own, reported))| NameUse {
            doc_id: views[number].doc_id().to_owned(),
            entity,
            label,
            form,
            own,
            reported,
        })
        .collect();
    ActorSummary {
        id: actor.id.clone(),
        name: actor.name.clone(),
        kind: actor.kind,
        main,
        mentions_named: names.iter().filter(|name| name.form.is_named()).map(|name| name.own + name.reported).sum(),
        names,
    }
}

/// The words as they stand; where a capital says nothing, as at the start of a sentence, in lower case.
fn label(words: &str, form: MentionForm) -> String {
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut letters = words.chars();
    match (form, letters.next()) {
        (MentionForm::Pronoun, _) => words.to_lowercase(),
        // "The Mexican president": only the article is small inside a sentence.
        (MentionForm::Description, Some(first)) if !letters.as_str().starts_with(char::is_uppercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => words,
    }
}
