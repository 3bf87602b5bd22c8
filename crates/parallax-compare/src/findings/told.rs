//! What only one article tells or leaves out, one utterance in several words, headlines, and words
//! that set an article apart.

use super::candidates::{Candidate, Material, list};
use crate::wording::WordingClass;
use crate::{CellStatus, Fact, FactKind, HeadlineVoice, Rendering, RenderingOp};
use parallax_text::Voice;
use std::collections::BTreeSet;

pub(crate) fn told(material: &Material<'_>) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = material.summary.facts.iter().filter_map(|one| fact(material, one)).collect();
    found.extend(material.summary.renderings.iter().filter_map(|one| rendering(material, one)));
    found.extend(material.summary.headlines.iter().filter_map(|one| headline(material, one)));
    for document in &material.summary.documents {
        found.extend(words(material, &document.doc_id));
    }
    found
}

/// A text of a page on one line, cut after a word where it is long, to stand between double marks:
/// marks around the whole of it are taken off, those inside become single ones.
fn shown(text: &str, most: usize) -> String {
    let text = within_marks(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    if text.chars().count() <= most {
        return text;
    }
    let cut: String = text.chars().take(most).collect();
    format!("{} …", cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words))
}

fn within_marks(text: &str) -> String {
    // Straight marks open and close in turn.
    let mut open = false;
    let mut letters: Vec<char> = Vec::new();
    for (at, letter) in text.char_indices() {
        let after = text[at + letter.len_utf8()..].chars().next();
        letters.push(match letter {
            '“' | '«' => '‘',
            '”' | '»' => CLOSING,
            '"' => {
                open = !open;
                if open { '‘' } else { CLOSING }
            }
            // No apostrophe.
            '’' if after.is_none_or(|after| !after.is_alphanumeric()) => CLOSING,
            other => other,
        });
    }
    // A mark without its partner, or a pair around everything, tells nothing.
    let of = |wanted: char| letters.iter().filter(move |&&letter| letter == wanted).count();
    let (opening, closing) = (of('‘'), of(CLOSING));
    let pair = letters.first() == Some(&'‘') && letters.last() == Some(&CLOSING) && (opening, closing) == (1, 1);
    if letters.first() == Some(&'‘') && (pair || closing == 0) {
        letters.remove(0);
    }
    if letters.last() == Some(&CLOSING) && (pair || opening == 0) {
        letters.pop();
    }
    letters.into_iter().map(|letter| if letter == CLOSING { '’' } else { letter }).collect()
}

/// A closing mark while apostrophes, which look like it, are told from it: a private letter.
const CLOSING: char = '\u{E000}';

fn fact(material: &Material<'_>, fact: &Fact) -> Option<Candidate> {
    let of = |status: CellStatus| fact.cells.iter().filter(move |cell| cell.status == status);
    let documents = material.summary.documents.len();
    if documents < 3 {
        return None;
    }
    let (unknown, absent) = (of(CellStatus::Unknown).count(), of(CellStatus::Absent).count());
    let not_sure = match unknown {
        0 => String::new(),
        1 => " (of one other it is not sure)".to_owned(),
        n => format!(" (of {n} others it is not sure)"),
    };
    let text = shown(&fact.text, 180);
    let told: Vec<&str> = of(CellStatus::Told).map(|cell| cell.doc_id.as_str()).collect();
    // A fact of the first half that names someone tells more than an aside at the end.
    let position = of(CellStatus::Told).filter_map(|cell| cell.position).fold(1.0, f64::min);
    let weight = 0.4 * (1.0 - position) + 0.1 * fact.actors.len().min(3) as f64;
    let (doc_id, template, strength) = match fact.kind {
        FactKind::OnlyOne => {
            let first = *told.first()?;
            let copies = if told.len() > 1 { ", and the copy of it," } else { "" };
            let verb = if told.len() > 1 { "have" } else { "has" };
            let template = format!(
                "only {{article}}{copies} {verb} this: “{text}”; in {absent} of the other articles nothing near it was found{not_sure}."
            );
            (first, template, 2.0 + weight)
        }
        // Two articles that have something make no omission of a third: that takes three, copies being one.
        FactKind::AllButOne if fact.independent_telling < 3 => return None,
        FactKind::AllButOne => {
            let missing = of(CellStatus::Absent).next()?;
            let template = format!(
                "in {{article}}, nothing near this was found, which {} of the {documents} articles have: “{text}”{not_sure}.",
                told.len()
            );
            (missing.doc_id.as_str(), template, 2.2 + weight)
        }
        _ => return None,
    };
    let evidence: BTreeSet<String> = of(CellStatus::Told).flat_map(|cell| cell.evidence.iter().cloned()).collect();
    Some(Candidate {
        doc_id: Some(doc_id.to_owned()),
        template: escaped(&template, "{article}"),
        kind: "fact",
        about: fact.id.clone(),
        strength,
        measurements: vec![fact.id.clone()],
        evidence: evidence.into_iter().collect(),
    })
}

/// Words of a page that look like the template's mark must not become an article's name.
fn escaped(template: &str, mark: &str) -> String {
    let mut parts = template.splitn(2, mark);
    let (first, rest) = (parts.next().unwrap_or_default(), parts.next());
    match rest {
        Some(rest) => format!("{first}{mark}{}", rest.replace(mark, "article")),
        None => first.to_owned(),
    }
}

fn rendering(material: &Material<'_>, one: &Rendering) -> Option<Candidate> {
    let name = material.in_prose(one.speaker.as_deref(), one.name.as_deref()?);
    // One version of an article and its copies.
    let mut told: BTreeSet<Vec<&str>> = BTreeSet::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let versions: Vec<_> = one
        .versions
        .iter()
        .filter(|version| {
            let around = material.copies_of(&version.doc_id);
            let plain: String = version.text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
            (around.is_empty() || told.insert(around)) && seen.insert(plain)
        })
        .collect();
    let words = |op: Option<RenderingOp>| -> usize {
        let parts = one.versions.iter().flat_map(|version| &version.parts);
        let parts = parts.filter(|part| op.is_none_or(|op| part.op == op));
        parts.map(|part| part.text.split_whitespace().count()).sum()
    };
    let changed = words(Some(RenderingOp::Changed));
    if versions.len() < 2 || changed == 0 {
        return None;
    }
    // Other words in the same marks tell more than a statement that is cut or retold.
    let between_marks = versions.iter().filter(|version| version.voice == Voice::Direct).count();
    let given: Vec<String> = versions
        .iter()
        .take(4)
        .map(|version| format!("{} “{}”", material.short_name_of(&version.doc_id), shown(&version.text, 110)))
        .collect();
    Some(Candidate {
        doc_id: None,
        template: format!("one statement of {name} is quoted in {} wordings: {}.", versions.len(), given.join("; ")),
        kind: "rendering",
        about: one.id.clone(),
        strength: 2.0 + 0.2 * between_marks.min(4) as f64 + changed as f64 / words(None).max(1) as f64,
        measurements: vec![one.id.clone()],
        evidence: versions.iter().flat_map(|version| version.evidence.clone()).collect(),
    })
}

fn headline(material: &Material<'_>, one: &crate::HeadlineSummary) -> Option<Candidate> {
    let names: Vec<String> = one
        .missing
        .iter()
        .filter_map(|id| material.actor(id))
        .map(|actor| material.in_prose(Some(&actor.id), &actor.name))
        .take(3)
        .collect();
    let first = one.first_actor.as_deref().and_then(|id| material.actor(id));
    let says = first.map(|actor| {
        let voice = match one.voice {
            HeadlineVoice::Passive => ", in the passive",
            _ => "",
        };
        format!("the headline of {{article}} puts {} first{voice}", material.in_prose(Some(&actor.id), &actor.name))
    });
    let lacks = (!names.is_empty()).then(|| format!("it does not name {}, often named in the body", list(&names)));
    let template = match (says, lacks) {
        (Some(says), Some(lacks)) => format!("{says}; {lacks}."),
        (Some(says), None) => format!("{says}."),
        (None, Some(_)) => {
            format!("the headline of {{article}} does not name {}, often named in the body.", list(&names))
        }
        (None, None) => return None,
    };
    Some(Candidate {
        doc_id: Some(one.doc_id.clone()),
        template,
        kind: "headline",
        about: one.doc_id.clone(),
        strength: if names.is_empty() { 0.6 } else { 0.9 },
        measurements: Vec::new(),
        evidence: one.evidence.clone(),
    })
}

/// The phrases that set an article's own voice apart: beyond chance, and not names.
fn words(material: &Material<'_>, doc_id: &str) -> Option<Candidate> {
    let rows = material.summary.wording.iter().filter(|row| row.doc_id.as_deref() == Some(doc_id));
    let mut apart: Vec<_> = rows
        .filter(|row| {
            let judges = row.class != Some(WordingClass::Attributing);
            row.voice == Voice::Own && row.z >= 1.96 && row.count >= 2 && judges
        })
        .collect();
    apart.sort_by(|a, b| b.z.total_cmp(&a.z).then_with(|| a.phrase.cmp(&b.phrase)));
    apart.truncate(4);
    let phrases: Vec<String> = apart
        .iter()
        .map(|row| format!("“{}” ({} times, {} in the others)", row.phrase, row.count, row.others))
        .collect();
    let evidence: BTreeSet<String> = apart.iter().flat_map(|row| row.evidence.iter().cloned()).collect();
    (!apart.is_empty()).then(|| Candidate {
        doc_id: Some(doc_id.to_owned()),
        template: escaped(
            &format!("in its own voice, {{article}} has more often than the others: {}.", list(&phrases)),
            "{article}",
        ),
        kind: "wording",
        about: doc_id.to_owned(),
        strength: 0.8,
        measurements: Vec::new(),
        evidence: evidence.into_iter().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_words_stand_between_marks_of_the_other_kind() {
        for (text, expected) in [
            ("We lost it.", "We lost it."),
            ("“We lost it.”", "We lost it."),
            ("\"We lost it.\"", "We lost it."),
            ("“We lost it,” said Ada.", "‘We lost it,’ said Ada."),
            ("\"We lost it,\" said Ada, \"for good.\"", "‘We lost it,’ said Ada, ‘for good.’"),
            ("‘We lost Bo’s,’ said Ada.", "‘We lost Bo’s,’ said Ada."),
            ("“We lost it.", "We lost it."),
            ("We lost it.”", "We lost it."),
            ("The workers’ hall and “the bridge” fell", "The workers’ hall and ‘the bridge’ fell"),
        ] {
            assert_eq!(shown(text, 90), expected, "{text}");
        }
        assert_eq!(shown("“We lost it,” said Ada, who saw it.", 22), "‘We lost it,’ said …");
    }
}
