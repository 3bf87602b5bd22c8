//! What stands out of chance, and what there is too little of to tell.

use super::candidates::{Candidate, Material, counted, list, signed};
use crate::{Difference, Scope, Status};
use parallax_text::{EntityKind, Voice};

pub(crate) fn tested(material: &Material<'_>) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = material
        .summary
        .differences
        .iter()
        .filter(|one| one.is_found())
        .filter_map(|one| difference(material, one))
        .collect();
    found.extend(tally(material));
    for document in &material.summary.documents {
        found.extend(too_little(material, &document.doc_id));
    }
    found
}

fn difference(material: &Material<'_>, one: &Difference) -> Option<Candidate> {
    let (own, others) = (one.values.0?, one.values.1?);
    let target = one.target.as_deref().map(|id| material.target(id)).unwrap_or_default();
    let share = |value: f64| format!("{:.0} %", 100.0 * value);
    let more = own > others;
    let (kind, claim) = match one.measure.as_str() {
        "tone_mean" => (
            "tone",
            format!(
                "the sentences in its own voice are more {} towards {target} than the others’: mean tone {} against {}",
                if more { "positive" } else { "negative" },
                signed(own),
                signed(others)
            ),
        ),
        "stance_mean" => (
            "stance",
            format!(
                "the sentences in its own voice speak more {} {target} than the others’: mean stance {} against {}",
                if more { "for" } else { "against" },
                signed(own),
                signed(others)
            ),
        ),
        "voice_share" => (
            "voice",
            format!(
                "{} of the words are its own than in the others: {} against {}",
                if more { "more" } else { "fewer" },
                share(own),
                share(others)
            ),
        ),
        "sentence_share" => (
            "prominence",
            format!(
                "{} sentences name {target} than in the others: {} against {}",
                if more { "more" } else { "fewer" },
                share(own),
                share(others)
            ),
        ),
        "frame_share" => (
            "frame",
            format!(
                "{} sentences in its own voice are set in the frame {target} than in the others: {} against {}",
                if more { "more" } else { "fewer" },
                share(own),
                share(others)
            ),
        ),
        "loaded_share" => (
            "loaded",
            format!(
                "{} sentences in its own voice have loaded wording than in the others: {} against {}",
                if more { "more" } else { "fewer" },
                share(own),
                share(others)
            ),
        ),
        _ => return None,
    };
    let unit = if one.scope == Scope::Article { "paragraphs" } else { "articles" };
    let q =
        one.q.map_or_else(String::new, |q| if q < 0.001 { ", q < 0.001".to_owned() } else { format!(", q = {q:.3}") });
    let which =
        if one.scope == Scope::Article { "{article}".to_owned() } else { format!("the articles of {}", one.compared) };
    let left = one.left_out.iter().map(|doc| material.short_name_of(doc)).collect::<Vec<_>>();
    let left = if left.is_empty() { String::new() } else { format!("; {} left out, as it shares text", list(&left)) };
    let measured = material.measurement(one.measurements.first()?)?;
    Some(Candidate {
        doc_id: (one.scope == Scope::Article).then(|| one.compared.clone()),
        template: format!("in {which}, {claim} ({} {unit} against {}{q}{left}).", one.clusters.0, one.clusters.1),
        kind,
        about: format!("{} {}", one.measure, one.target.as_deref().unwrap_or_default()),
        strength: 3.0 + (own - others).abs().min(1.0),
        measurements: std::iter::once(one.id.clone()).chain(one.measurements.iter().cloned()).collect(),
        evidence: measured.evidence.clone(),
    })
}

/// What the tests of the story came to.
fn tally(material: &Material<'_>) -> Option<Candidate> {
    let all = &material.summary.differences;
    let tested = all.iter().filter(|one| one.status == Status::Ok).count();
    let found: Vec<&Difference> = all.iter().filter(|one| one.is_found()).collect();
    if all.is_empty() {
        return None;
    }
    let short = all.len() - tested;
    let outcome = match (tested, found.len()) {
        (0, _) => "there are too few paragraphs for any test of a difference".to_owned(),
        (_, n) => format!(
            "of {} between an article and the others that could be tested, {} out of chance (false discovery rate 5 %)",
            counted(tested, "difference"),
            if n == 1 {
                "1 stands".to_owned()
            } else if n == 0 {
                "none stands".to_owned()
            } else {
                format!("{n} stand")
            }
        ),
    };
    let short =
        if short > 0 && tested > 0 { format!("; for {short} more there is too little text") } else { String::new() };
    let scope = if all.iter().any(|one| one.scope == Scope::Outlet && one.status == Status::Ok) {
        ""
    } else {
        " None of this speaks of the outlets beyond these articles."
    };
    Some(Candidate {
        doc_id: None,
        template: format!("{outcome}{short}.{scope}"),
        kind: "tests",
        about: String::new(),
        strength: 1.0,
        measurements: if found.is_empty() {
            all.iter().take(50).map(|one| one.id.clone()).collect()
        } else {
            found.iter().map(|one| one.id.clone()).collect()
        },
        evidence: Vec::new(),
    })
}

/// Persons of whom an article says too little in its own voice for a mean tone.
fn too_little(material: &Material<'_>, doc_id: &str) -> Option<Candidate> {
    let persons = material.summary.actors.iter().filter(|actor| actor.main && actor.kind == EntityKind::Person);
    let mut names = Vec::new();
    let (mut ids, mut evidence) = (Vec::new(), Vec::new());
    for actor in persons {
        let id = format!("{}/article/{doc_id}/tone_mean/{}/{}", material.summary.id, actor.id, Voice::Own.name());
        let Some(measured) = material.measurement(&id) else { continue };
        if measured.status == Status::Insufficient && measured.n > 0 {
            names.push(format!("{} ({})", actor.name, counted(measured.n as usize, "mention")));
            ids.push(id);
            evidence.extend(measured.evidence.iter().cloned());
        }
    }
    (!names.is_empty()).then(|| Candidate {
        doc_id: Some(doc_id.to_owned()),
        template: format!("in its own voice, {{article}} says too little of {} for a mean tone.", list(&names)),
        kind: "insufficient",
        about: String::new(),
        strength: 0.4,
        measurements: ids,
        evidence: evidence.into_iter().collect::<std::collections::BTreeSet<_>>().into_iter().collect(),
    })
}
