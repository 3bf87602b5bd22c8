//! By which names each article calls an actor, in its own voice and in the voices it reports.

use crate::summary::{ActorInStory, ActorSummary, NameUse};
use crate::view::ArticleView;
use parallax_text::{Mention, MentionForm, Span};
use std::collections::{BTreeMap, BTreeSet};

/// How a mention is counted among the names of its actor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The words as they are counted: "President Trump", "the Republican leader", "he".
    pub words: String,
    /// The office or occupation in it, in one form for all its spellings.
    pub role: Option<String>,
    /// What qualifies the actor; bytes of the text.
    pub modifiers: Vec<Span>,
}

type Key = (usize, u32, MentionForm, String);

#[derive(Default)]
struct Use {
    role: Option<String>,
    modifiers: BTreeSet<String>,
    own: u64,
    reported: u64,
    shared: u64,
    left_out: u64,
}

pub(crate) fn actor_summary(
    actor: &ActorInStory,
    index: usize,
    main: bool,
    views: &[ArticleView<'_>],
    label: &dyn Fn(&str, &Mention) -> Label,
) -> ActorSummary {
    let mut uses: BTreeMap<Key, Use> = BTreeMap::new();
    for (number, view) in views.iter().enumerate() {
        let text = view.article.text();
        for mention in view.every_mention_of(index) {
            let entity = mention.entity.expect("mentions of an actor have an entity");
            let Label { words, role, modifiers } = label(text, mention);
            let found = uses.entry((number, entity, mention.form, words)).or_default();
            found.role = found.role.take().or(role);
            found.modifiers.extend(modifiers.into_iter().map(|span| text[span].to_owned()));
            found.shared += u64::from(view.counts(mention.sentence) && view.shared.contains(&mention.sentence));
            match view.quote_at(mention.span) {
                _ if !view.counts(mention.sentence) => found.left_out += 1,
                Some(_) => found.reported += 1,
                None => found.own += 1,
            }
        }
    }
    let names: Vec<NameUse> = uses
        .into_iter()
        .map(|((number, entity, form, label), found)| NameUse {
            doc_id: views[number].doc_id().to_owned(),
            entity,
            label,
            role: found.role,
            modifiers: found.modifiers.into_iter().collect(),
            form,
            own: found.own,
            reported: found.reported,
            shared: found.shared,
            left_out: found.left_out,
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
