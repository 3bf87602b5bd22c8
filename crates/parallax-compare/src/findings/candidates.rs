//! Claims before they are chosen, and what they are made from.

use crate::summary::ActorInStory;
use crate::view::ArticleView;
use crate::{ActorSummary, DocumentSummary, Label, Measurement, StorySummary};
use parallax_text::{EntityKind, Mention, MentionForm};
use std::collections::{BTreeMap, BTreeSet};

/// A claim that may be told.
pub(crate) struct Candidate {
    pub(crate) doc_id: Option<String>,
    /// With `{article}` where its article is named.
    pub(crate) template: String,
    pub(crate) kind: &'static str,
    /// What it is about: not told twice, of an article and of its copy.
    pub(crate) about: String,
    pub(crate) strength: f64,
    pub(crate) measurements: Vec<String>,
    pub(crate) evidence: Vec<String>,
}

impl Candidate {
    pub(crate) fn key(&self) -> (&str, &str, &Option<String>) {
        (self.kind, &self.about, &self.doc_id)
    }

    /// The claim, its article under a name.
    pub(crate) fn text(&self, article: &str) -> String {
        capitalised(&self.template.replace("{article}", article))
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A story, as claims are made from it.
pub(crate) struct Material<'a> {
    pub(crate) summary: &'a StorySummary,
    pub(crate) views: &'a [ArticleView<'a>],
    pub(crate) actors: &'a [ActorInStory],
    pub(crate) label: &'a dyn Fn(&str, &Mention) -> Label,
    copies: BTreeMap<&'a str, Vec<&'a str>>,
    measurements: BTreeMap<&'a str, &'a Measurement>,
    /// Actors that the texts call "the ...".
    definite: BTreeSet<&'a str>,
}

impl<'a> Material<'a> {
    pub(crate) fn new(
        summary: &'a StorySummary,
        views: &'a [ArticleView<'a>],
        actors: &'a [ActorInStory],
        label: &'a dyn Fn(&str, &Mention) -> Label,
    ) -> Self {
        let mut copies: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for shared in &summary.shared {
            let (one, other) = (shared.doc_ids.0.as_str(), shared.doc_ids.1.as_str());
            for (doc, partner) in [(one, other), (other, one)] {
                let found = copies.entry(doc).or_insert_with(|| vec![doc]);
                found.push(partner);
            }
        }
        copies.values_mut().for_each(|docs| docs.sort_unstable());
        let measurements = summary.measurements.iter().map(|m| (m.id.as_str(), m)).collect();
        Self { summary, views, actors, label, copies, measurements, definite: definite(views, actors) }
    }

    /// The article and those it shares text with, in order; empty where there are none.
    pub(crate) fn copies_of(&self, doc_id: &str) -> Vec<&'a str> {
        self.copies.get(doc_id).cloned().unwrap_or_default()
    }

    pub(crate) fn measurement(&self, id: &str) -> Option<&'a Measurement> {
        self.measurements.get(id).copied()
    }

    /// Those of the ids that are measurements of the story.
    pub(crate) fn known(&self, ids: impl IntoIterator<Item = String>) -> Vec<String> {
        ids.into_iter().filter(|id| self.measurements.contains_key(id.as_str())).collect()
    }

    /// An article among others: by its outlet where the outlet has no other in the story.
    pub(crate) fn name_of(&self, doc_id: &str) -> String {
        match self.outlet_of(doc_id) {
            Some((outlet, true)) => format!("the article of {outlet}"),
            Some((outlet, false)) => format!("article {doc_id} of {outlet}"),
            None => format!("article {doc_id}"),
        }
    }

    /// The same, in a list of articles.
    pub(crate) fn short_name_of(&self, doc_id: &str) -> String {
        match self.outlet_of(doc_id) {
            Some((outlet, true)) => outlet.to_owned(),
            Some((outlet, false)) => format!("{outlet} ({doc_id})"),
            None => doc_id.to_owned(),
        }
    }

    fn outlet_of(&self, doc_id: &str) -> Option<(&'a str, bool)> {
        let outlet = self.document(doc_id)?.outlet.as_deref()?;
        let alone = self.summary.documents.iter().filter(|one| one.outlet.as_deref() == Some(outlet)).count() == 1;
        Some((outlet, alone))
    }

    pub(crate) fn document(&self, doc_id: &str) -> Option<&'a DocumentSummary> {
        self.summary.documents.iter().find(|document| document.doc_id == doc_id)
    }

    pub(crate) fn actor(&self, id: &str) -> Option<&'a ActorSummary> {
        self.summary.actors.iter().find(|actor| actor.id == id)
    }

    /// An actor's name as it stands in a sentence: with "the" where most texts have it so.
    pub(crate) fn in_prose(&self, actor: Option<&str>, name: &str) -> String {
        if actor.is_some_and(|actor| self.definite.contains(actor)) { format!("the {name}") } else { name.to_owned() }
    }

    /// An actor's name, or the words of a target that is none.
    pub(crate) fn target(&self, id: &str) -> String {
        if let Some(actor) = self.actor(id) {
            return self.in_prose(Some(&actor.id), &actor.name);
        }
        if let Some(proposition) = self.summary.propositions.iter().find(|one| one.id == id) {
            return format!("“{}”", proposition.text);
        }
        let frame = id.strip_prefix("frame:").unwrap_or(id);
        format!("“{}”", frame.rsplit_once('/').map_or(frame, |(_, name)| name).replace('_', " "))
    }
}

/// "a", "a and b", "a, b and c".
pub(crate) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A share in per cent.
pub(crate) fn percent(part: u64, of: u64) -> String {
    format!("{:.0} %", 100.0 * part as f64 / of.max(1) as f64)
}

/// "1 sentence", "2 sentences", "no sentence".
pub(crate) fn counted(n: usize, one: &str) -> String {
    match n {
        0 => "none".to_owned(),
        1 => format!("1 {one}"),
        _ => format!("{n} {one}s"),
    }
}

/// A tone or stance with its sign.
pub(crate) fn signed(value: f64) -> String {
    format!("{value:+.2}").replace('-', "−")
}

/// Actors, persons aside, more than half of whose full names stand behind "the".
fn definite<'a>(views: &[ArticleView<'a>], actors: &'a [ActorInStory]) -> BTreeSet<&'a str> {
    let mut counts = vec![(0_usize, 0_usize); actors.len()];
    for view in views {
        let text = view.article.text();
        for (mention, actor) in view.article.mentions.iter().zip(&view.actor_of) {
            let Some(actor) = *actor else { continue };
            if mention.form == MentionForm::Name && text[mention.span] == actors[actor].name {
                let before = text[..mention.span.start()].trim_end();
                let (all, with) = &mut counts[actor];
                *all += 1;
                *with += usize::from(
                    before.rsplit(char::is_whitespace).next().is_some_and(|w| w.eq_ignore_ascii_case("the")),
                );
            }
        }
    }
    let most = |(actor, (all, with)): (&'a ActorInStory, (usize, usize))| {
        (actor.kind != EntityKind::Person && 2 * with > all).then_some(actor.id.as_str())
    };
    actors.iter().zip(counts).filter_map(most).collect()
}
