//! How much room an actor gets: mentions, share of sentences, place of the first, headline.

use crate::group::{Cell, Group, Kind};
use crate::summary::ActorInStory;
use crate::view::ArticleView;
use crate::{Measurement, Scope, Status};
use parallax_text::BlockKind;
use parallax_text::record::rounded;
use std::collections::BTreeSet;

/// Sentences of the body that name an actor.
fn naming(view: &ArticleView<'_>, actor: usize) -> BTreeSet<u32> {
    view.mentions_of(actor).map(|m| m.sentence).filter(|&s| view.article.zone(s).is_body()).collect()
}

/// The sentences of the body, those that name an actor counting one.
pub(crate) fn naming_cells(view: &ArticleView<'_>, actor: usize) -> Vec<Cell> {
    let naming = naming(view, actor);
    view.body.iter().map(|&s| Cell::one(view, s, i64::from(naming.contains(&s)))).collect()
}

impl Group<'_> {
    pub(crate) fn prominence(&self, actor: &ActorInStory, index: usize, out: &mut Vec<Measurement>) {
        out.push(self.mentions_named(actor, index));
        out.push(self.sentence_share(actor, index));
        if self.scope == Scope::Article {
            out.push(self.first_position(actor, index));
            out.push(self.in_headline(actor, index));
        }
    }

    fn mentions_named(&self, actor: &ActorInStory, index: usize) -> Measurement {
        let count: u64 = self.views.iter().map(|view| view.mentions_of(index).count() as u64).sum();
        self.known(
            "ner",
            Measurement {
                value: Some(count as f64),
                unit: "mentions".to_owned(),
                n: self.views.iter().map(|view| view.counted_sentences()).sum(),
                n_unit: "sentences".to_owned(),
                method: "named mentions in all prose blocks".to_owned(),
                evidence: self.evidence(|view| view.mentions_of(index).map(|m| m.sentence).collect()),
                ..self.blank("mentions_named", Some(actor), None, None)
            },
        )
    }

    fn sentence_share(&self, actor: &ActorInStory, index: usize) -> Measurement {
        let cells = self.cells(|view| naming_cells(view, index));
        let made = Measurement {
            unit: "share".to_owned(),
            n_unit: "sentences".to_owned(),
            method: "body sentences that name the actor".to_owned(),
            evidence: self.evidence(|view| naming(view, index).into_iter().collect()),
            ..self.blank("sentence_share", Some(actor), None, Some(BlockKind::Body))
        };
        let made = self.mean_of_clusters(made, cells, &Kind::SHARE);
        let made = if made.n == 0 { Measurement { status: Status::NotApplicable, ..made } } else { made };
        self.known("ner", made)
    }

    fn first_position(&self, actor: &ActorInStory, index: usize) -> Measurement {
        let view = self.views[0];
        let first = view.body.iter().position(|&s| view.mentions_of(index).any(|m| m.sentence == s));
        let made = Measurement {
            unit: "share".to_owned(),
            n: view.body.len() as u64,
            n_unit: "sentences".to_owned(),
            method: "sentences of the body before the first that names the actor".to_owned(),
            ..self.blank("first_position", Some(actor), None, Some(BlockKind::Body))
        };
        let made = match first {
            Some(before) => Measurement {
                value: Some(rounded(before as f64 / view.body.len() as f64)),
                evidence: view.sentence_ids([view.body[before]]),
                ..made
            },
            None => Measurement { status: Status::NotApplicable, ..made },
        };
        self.known("ner", made)
    }

    fn in_headline(&self, actor: &ActorInStory, index: usize) -> Measurement {
        let view = self.views[0];
        let naming: Vec<u32> = view
            .mentions_of(index)
            .map(|m| m.sentence)
            .filter(|&s| view.article.zone(s) == BlockKind::Headline)
            .collect();
        let made = Measurement {
            unit: "share".to_owned(),
            n: u64::from(view.headline()),
            n_unit: "headlines".to_owned(),
            method: "whether the headline names the actor".to_owned(),
            ..self.blank("in_headline", Some(actor), None, Some(BlockKind::Headline))
        };
        let made = if view.headline() {
            Measurement {
                value: Some(if naming.is_empty() { 0.0 } else { 1.0 }),
                evidence: view.sentence_ids(naming),
                ..made
            }
        } else {
            Measurement { status: Status::NotApplicable, ..made }
        };
        self.known("ner", made)
    }
}
