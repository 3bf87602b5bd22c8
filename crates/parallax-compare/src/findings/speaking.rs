//! Who speaks most, and who is not heard.

use super::candidates::{Candidate, Material, percent};
use crate::voices::{Who, speaker_of};
use crate::{DocumentSummary, SpeakerSummary, Status};
use parallax_text::Voice;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn speaking(material: &Material<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    found.extend(most_of_story(material));
    for document in &material.summary.documents {
        found.extend(most_of_article(material, &document.doc_id));
        found.extend(own_voice(material, &document.doc_id));
    }
    for speaker in &material.summary.speakers {
        found.extend(not_heard(material, speaker));
    }
    found
}

fn all_words(speakers: &[SpeakerSummary]) -> u64 {
    speakers.iter().map(|speaker| speaker.words).sum()
}

/// Ids of a speaker's figures in an article.
fn words_ids(material: &Material<'_>, actor: Option<&str>, doc_id: &str) -> Vec<String> {
    let story = &material.summary.id;
    let id =
        |voice: Voice| actor.map(|actor| format!("{story}/article/{doc_id}/speaker_words/{}/by/{actor}", voice.name()));
    material.known([Voice::Direct, Voice::Indirect, Voice::Mixed].into_iter().filter_map(id))
}

fn most_of_story(material: &Material<'_>) -> Option<Candidate> {
    let articles = material.summary.documents.len();
    let speakers = &material.summary.speakers;
    let first = speakers.iter().find(|speaker| speaker.actor.is_some() && speaker.name.is_some())?;
    if articles < 2 || speakers.iter().any(|other| other.words > first.words) {
        return None;
    }
    let (name, all) = (material.in_prose(first.actor.as_deref(), first.name.as_deref()?), all_words(speakers));
    Some(Candidate {
        doc_id: None,
        template: format!(
            "Of all words that the {articles} articles quote or report{}, {name} has the most: {} of {all} ({}).",
            if material.summary.left_out_sentences.is_empty() { "" } else { " (shared text left out)" },
            first.words,
            percent(first.words, all)
        ),
        kind: "speaks_most",
        about: first.actor.clone()?,
        strength: 2.5 + first.words as f64 / all.max(1) as f64,
        measurements: first.uses.iter().flat_map(|one| words_ids(material, first.actor.as_deref(), &one.doc_id)).fold(
            Vec::new(),
            |mut ids, id| {
                if !ids.contains(&id) {
                    ids.push(id);
                }
                ids
            },
        ),
        evidence: first.uses.iter().flat_map(|one| one.evidence.clone()).collect::<BTreeSet<_>>().into_iter().collect(),
    })
}

fn most_of_article(material: &Material<'_>, doc_id: &str) -> Option<Candidate> {
    let mut words: BTreeMap<usize, u64> = BTreeMap::new();
    for (index, speaker) in material.summary.speakers.iter().enumerate() {
        for one in speaker.uses.iter().filter(|one| one.doc_id == doc_id) {
            *words.entry(index).or_default() += one.words;
        }
    }
    let all: u64 = words.values().sum();
    let (&index, &most) = words.iter().max_by_key(|&(&index, &words)| (words, std::cmp::Reverse(index)))?;
    let speaker = &material.summary.speakers[index];
    let name = speaker.name.as_deref()?;
    let told = material.in_prose(speaker.actor.as_deref(), name);
    let uses = speaker.uses.iter().filter(|one| one.doc_id == doc_id);
    Some(Candidate {
        doc_id: Some(doc_id.to_owned()),
        template: format!(
            "in {{article}}, {told} speaks most: {most} of the {all} words that are quoted or reported ({}).",
            percent(most, all)
        ),
        kind: "speaks_most",
        about: name.to_owned(),
        strength: 0.9 * most as f64 / all.max(1) as f64,
        measurements: words_ids(material, speaker.actor.as_deref(), doc_id),
        evidence: uses.flat_map(|one| one.evidence.clone()).collect(),
    })
}

/// How much of the article is its own words.
fn own_voice(material: &Material<'_>, doc_id: &str) -> Option<Candidate> {
    let id = format!("{}/article/{doc_id}/voice_share/own", material.summary.id);
    let measured = material.measurement(&id).filter(|m| m.status == Status::Ok)?;
    let (share, low, high) = (measured.value?, measured.ci_low?, measured.ci_high?);
    Some(Candidate {
        doc_id: Some(doc_id.to_owned()),
        template: format!(
            "in {{article}}, {:.0} % of the {} words of the body are its own, the others quoted or reported (95 % interval for such text {:.0} to {:.0} %).",
            100.0 * share,
            measured.n,
            100.0 * low,
            100.0 * high
        ),
        kind: "voice",
        about: "own".to_owned(),
        strength: 0.5,
        measurements: vec![id],
        evidence: Vec::new(),
    })
}

/// Articles without a word of someone whom most others quote or report. Where an article names them
/// in a sentence that quotes or reports, the words may be theirs and given to someone else ("she
/// confirmed a report of the Journal"): nothing is claimed then.
fn not_heard(material: &Material<'_>, speaker: &SpeakerSummary) -> Vec<Candidate> {
    let documents = &material.summary.documents;
    let (Some(actor), Some(name)) = (speaker.actor.as_deref(), speaker.name.as_deref()) else { return Vec::new() };
    let name = material.in_prose(Some(actor), name);
    let mut heard: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for one in &speaker.uses {
        heard.entry(&one.doc_id).or_default().extend(one.evidence.iter().cloned());
    }
    // An article and its copies are one witness.
    let witness = |doc: &str| material.copies_of(doc).first().map_or(doc, |first| first).to_owned();
    let witnesses = |docs: &mut dyn Iterator<Item = &str>| docs.map(witness).collect::<BTreeSet<_>>().len();
    let having = witnesses(&mut heard.keys().copied());
    if having < 2
        || having * 2 < witnesses(&mut documents.iter().map(|document| document.doc_id.as_str()))
        || !is_named(material, actor)
    {
        return Vec::new();
    }
    let silent = documents.iter().filter(|document| {
        !heard.contains_key(document.doc_id.as_str())
            && !document.truncated
            && attributed(material, &document.doc_id)
            && !may_speak(material, actor, &document.doc_id)
    });
    let share = speaker.words as f64 / all_words(&material.summary.speakers).max(1) as f64;
    let claim = |document: &DocumentSummary| {
        let others = || documents.iter().map(|other| other.doc_id.as_str()).filter(|&other| other != document.doc_id);
        let among = witnesses(&mut others());
        let once = if among < others().count() { ", copies counted once" } else { "" };
        let words = format!("in {{article}}, no words of {name} were found, quoted or reported");
        Candidate {
            doc_id: Some(document.doc_id.clone()),
            template: format!("{words}; {having} of the other {among} articles have some{once}."),
            kind: "not_heard",
            about: actor.to_owned(),
            strength: 1.5 + share,
            measurements: words_ids(material, Some(actor), &document.doc_id),
            evidence: heard.values().flatten().cloned().collect(),
        }
    };
    silent.map(claim).collect()
}

fn is_named(material: &Material<'_>, actor: &str) -> bool {
    material.actor(actor).is_some_and(|actor| actor.mentions_named > 0)
}

/// Whether words of the article are the actor's (where they count in no figure), or a sentence with
/// words that are quoted or reported has the actor in it, in any form.
fn may_speak(material: &Material<'_>, actor: &str, doc_id: &str) -> bool {
    let Some(view) = material.views.iter().find(|view| view.doc_id() == doc_id) else { return false };
    let article = view.article;
    let speaks = |quote: u32| match speaker_of(view, quote) {
        Who::Actor(speaker) => material.actors[speaker].id == actor,
        _ => false,
    };
    if (0..article.quotes.len() as u32).any(speaks) {
        return true;
    }
    view.actor_of.iter().zip(&article.mentions).any(|(found, mention)| {
        let sentence = article.sentences[mention.sentence as usize].span;
        found.is_some_and(|found| material.actors[found].id == actor)
            && article.quotes.iter().any(|quote| quote.span.overlaps(sentence))
    })
}

fn attributed(material: &Material<'_>, doc_id: &str) -> bool {
    material.views.iter().any(|view| view.doc_id() == doc_id && view.layer_done("attribution"))
}
