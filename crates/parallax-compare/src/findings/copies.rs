//! Who has whose text.

use super::candidates::{Candidate, Material, counted, percent};
use crate::SharedTextSummary;

pub(crate) fn copies(material: &Material<'_>) -> Vec<Candidate> {
    material.summary.shared.iter().map(|shared| copy(material, shared)).collect()
}

fn copy(material: &Material<'_>, shared: &SharedTextSummary) -> Candidate {
    let (one, other) = (&shared.doc_ids.0, &shared.doc_ids.1);
    let names = (material.short_name_of(one), material.short_name_of(other));
    let (share, share_other) = (percent(shared.words.0, shared.of_words.0), percent(shared.words.1, shared.of_words.1));
    let (cut, added) = (shared.only_first.len(), shared.only_second.len());
    let mut text = format!(
        "The articles of {} and {} share text: {share} of the words of the first and {share_other} of the second stand in both, as they are or edited; the second lacks {} of the first and adds {} of its own.",
        names.0,
        names.1,
        counted(cut, "sentence"),
        counted(added, "sentence"),
    );
    let name = |doc: &String| material.short_name_of(doc);
    let headlines = match shared.headline_changed {
        Some(true) => " Their headlines differ.",
        Some(false) => " Their headlines are the same.",
        None => "",
    };
    text.push_str(headlines);
    if let Some(earlier) = shared.earlier.as_ref().map(name) {
        text.push_str(&format!(" That of {earlier} is dated earlier."));
    }
    if !material.summary.left_out_sentences.is_empty() {
        let left = match shared.earlier.as_deref() {
            Some(earlier) => (if earlier == *one { &names.1 } else { &names.0 }).clone(),
            None => "either, as their days do not tell whose it is".to_owned(),
        };
        text.push_str(&format!(" What they share does not count in the figures of {left}."));
    }
    let paired = shared.pairs.iter().flat_map(|(first, second, _)| [first.clone(), second.clone()]);
    let evidence = paired.chain(shared.only_first.iter().cloned()).chain(shared.only_second.iter().cloned());
    let story = &material.summary.id;
    let larger = (shared.words.0 as f64 / shared.of_words.0.max(1) as f64)
        .max(shared.words.1 as f64 / shared.of_words.1.max(1) as f64);
    Candidate {
        doc_id: None,
        template: text,
        kind: "copy",
        about: format!("{one} {other}"),
        strength: 4.0 + larger,
        measurements: material.known([one, other].map(|doc| format!("{story}/article/{doc}/shared_share"))),
        evidence: evidence.collect(),
    }
}
