//! What only one article calls an actor.

use super::candidates::{Candidate, Material, list};
use crate::{ActorSummary, NameUse};
use parallax_text::{EntityKind, MentionForm};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn naming(material: &Material<'_>) -> Vec<Candidate> {
    let persons = material.summary.actors.iter().filter(|actor| actor.main && actor.kind == EntityKind::Person);
    persons.flat_map(|actor| of_actor(material, actor)).collect()
}

/// Descriptions in the article's own voice that no other article has, its copies left aside.
fn of_actor(material: &Material<'_>, actor: &ActorSummary) -> Vec<Candidate> {
    let naming: BTreeSet<&str> = actor.names.iter().map(|name| name.doc_id.as_str()).collect();
    if naming.len() < 2 {
        return Vec::new();
    }
    let mut own: BTreeMap<&str, Vec<&NameUse>> = BTreeMap::new();
    for name in actor.names.iter().filter(|name| name.form == MentionForm::Description && name.own > 0) {
        let around = material.copies_of(&name.doc_id);
        let others = || {
            actor.names.iter().filter(|other| other.doc_id != name.doc_id && !around.contains(&other.doc_id.as_str()))
        };
        let is_own = others().next().is_some() && !others().any(|other| says_the_same(name, other));
        if is_own && tells_something(&name.label) {
            own.entry(&name.doc_id).or_default().push(name);
        }
    }
    own.into_iter().map(|(doc_id, names)| candidate(material, actor, doc_id, &names)).collect()
}

/// Whether two labels qualify the actor in the same way: the same words, or the same office
/// without anything that only the first adds.
fn says_the_same(name: &NameUse, other: &NameUse) -> bool {
    let words = |label: &str| label.to_lowercase();
    let adds = name.modifiers.iter().any(|modifier| !other.modifiers.contains(modifier));
    words(&name.label) == words(&other.label) || (name.role.is_some() && name.role == other.role && !adds)
}

/// "Her counterpart" leads back to another actor, and offices alone ("the president") say little.
fn tells_something(label: &str) -> bool {
    const LEADING_BACK: [&str; 8] = ["his", "her", "their", "its", "my", "our", "your", "whose"];
    let words: Vec<String> = label.split_whitespace().map(str::to_lowercase).collect();
    let leads_back = words.first().is_none_or(|first| LEADING_BACK.contains(&first.as_str()));
    !leads_back && (words.len() > 2 || label.chars().any(char::is_uppercase))
}

fn candidate(material: &Material<'_>, actor: &ActorSummary, doc_id: &str, names: &[&NameUse]) -> Candidate {
    let times = |n: u64| if n == 1 { String::new() } else { format!(" ({n} times)") };
    let labels: Vec<String> = names.iter().map(|name| format!("“{}”{}", name.label, times(name.own))).collect();
    let copies = material.copies_of(doc_id);
    let no_other =
        if copies.is_empty() { "no other article does" } else { "no other article does, its copies left aside" };
    Candidate {
        doc_id: Some(doc_id.to_owned()),
        template: format!(
            "in its own voice, {{article}} calls {} {}; {no_other}.",
            material.in_prose(Some(&actor.id), &actor.name),
            list(&labels)
        ),
        kind: "naming",
        about: actor.id.clone(),
        strength: 1.2 + 0.2 * names.len().min(4) as f64,
        measurements: material.known([format!("{}/article/{doc_id}/mentions_named/{}", material.summary.id, actor.id)]),
        evidence: sentences(material, actor, doc_id, names),
    }
}

/// The sentences in which the article says the labels in its own voice.
fn sentences(material: &Material<'_>, actor: &ActorSummary, doc_id: &str, names: &[&NameUse]) -> Vec<String> {
    let Some(view) = material.views.iter().find(|view| view.doc_id() == doc_id) else { return Vec::new() };
    let Some(index) = material.actors.iter().position(|one| one.id == actor.id) else { return Vec::new() };
    let said = view.all_mentions_of(index).filter(|mention| {
        let label = (material.label)(view.article.text(), mention).words;
        mention.form == MentionForm::Description
            && names.iter().any(|name| name.label == label)
            && view.quote_at(mention.span).is_none()
    });
    view.sentence_ids(said.map(|mention| mention.sentence))
}
