//! Pronouns scored on GAP (Webster et al. 2018, "Mind the GAP"): which of two names a pronoun
//! stands for, and whether masculine and feminine pronouns are told equally well.

use crate::actors::resolve;
use crate::coref::Agreement;
use crate::known::KnownActors;
use crate::pronouns::{FEATURES, Features, NAMES, PRIOR, score};
use crate::refer::Reader;
use parallax_text::{Block, CodePoints, EntityKind, Mention, MentionForm, Sentence, Span};
use thiserror::Error;

/// A passage with a pronoun and two names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Identity in the data.
    pub id: String,
    /// The text.
    pub text: String,
    /// The pronoun, bytes of the text.
    pub pronoun: Span,
    /// The two names, bytes of the text.
    pub names: [Span; 2],
    /// Whether the pronoun stands for each.
    pub gold: [bool; 2],
}

/// Why a file is not in GAP's format.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GapError {
    /// A row lacks a column, or has another type in it.
    #[error("line {line}: not a row of GAP (ID, Text, Pronoun, Pronoun-offset, A, A-offset, A-coref, B, ...)")]
    Row {
        /// From 1, the header counted.
        line: usize,
    },
    /// An offset is not where the words are.
    #[error("line {line}: {words:?} does not stand at its offset")]
    Offset {
        /// From 1, the header counted.
        line: usize,
        /// The pronoun or name.
        words: String,
    },
}

/// Reads a file of GAP: tab-separated, with a header; offsets are code points.
///
/// # Errors
/// Where a row is not in the format, or an offset is wrong.
pub fn read(tsv: &str) -> Result<Vec<Passage>, GapError> {
    let rows = tsv.lines().enumerate().skip(1).filter(|(_, row)| !row.trim().is_empty());
    rows.map(|(index, row)| passage(index + 1, row)).collect()
}

fn passage(line: usize, row: &str) -> Result<Passage, GapError> {
    let columns: Vec<&str> = row.split('\t').collect();
    let [id, text, pronoun, pronoun_at, a, a_at, a_gold, b, b_at, b_gold, ..] = columns.as_slice() else {
        return Err(GapError::Row { line });
    };
    let points = CodePoints::new(text);
    let span = |words: &str, at: &str| {
        let start: usize = at.parse().map_err(|_| GapError::Row { line })?;
        let span = points.span(start, start + words.chars().count()).filter(|&span| &text[span] == words);
        span.ok_or_else(|| GapError::Offset { line, words: words.to_owned() })
    };
    let truth = |value: &str| match value.trim() {
        "TRUE" | "True" | "true" => Ok(true),
        "FALSE" | "False" | "false" => Ok(false),
        _ => Err(GapError::Row { line }),
    };
    Ok(Passage {
        id: (*id).to_owned(),
        pronoun: span(pronoun, pronoun_at)?,
        names: [span(a, a_at)?, span(b, b_at)?],
        gold: [truth(a_gold)?, truth(b_gold)?],
        text: (*text).to_owned(),
    })
}

/// What was answered for a passage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// As the actors of the article came out, the names not being told.
    pub open: [bool; 2],
    /// Where the two names are told, as in GAP's task.
    pub told: [bool; 2],
}

/// A pronoun's candidates, and which are right: what weights are fitted on.
#[derive(Clone, Debug)]
pub struct Choice {
    candidates: Vec<(Features, bool)>,
}

/// Answers one passage, given its sentences, blocks, quotations and what the tagger found.
#[must_use]
pub fn answer(
    passage: &Passage,
    sentences: &[Sentence],
    blocks: &[Block],
    quoted: &[Span],
    tagged: Vec<Mention>,
) -> (Answer, Option<Choice>) {
    let text = passage.text.as_str();
    let (mentions, entities) =
        resolve(text, sentences, blocks, with_names(passage, sentences, tagged), &KnownActors::default());
    let entity_of = |name: Span| {
        let best = mentions.iter().filter(|mention| mention.span.overlaps(name)).max_by_key(|mention| {
            let shared = mention.span.end().min(name.end()) - mention.span.start().max(name.start());
            (shared, mention.entity)
        });
        best.and_then(|mention| mention.entity).map(|entity| entity as usize)
    };
    let names = passage.names.map(entity_of);
    let reader = Reader::new(text, sentences, blocks, quoted, &mentions, &entities);
    let example = reader.examples().into_iter().find(|example| example.pronoun == passage.pronoun);
    let candidates = example.map(|example| example.candidates).unwrap_or_default();
    let ranked = |told: bool| {
        let scores = candidates.iter().filter(|(actor, _)| !told || names.contains(&Some(*actor)));
        let best = scores.max_by(|one, other| score(&one.1).total_cmp(&score(&other.1)))?;
        // Only where everybody else fits far better is it neither of the two.
        Some(best).filter(|best| best.1[15] == 0.0).map(|best| best.0)
    };
    let picks = |actor: Option<usize>| names.map(|name| name.is_some() && name == actor);
    let is_right = |actor: usize| {
        let at = names.iter().position(|&name| name == Some(actor));
        at.map_or(passage.gold == [false, false], |at| passage.gold[at])
    };
    let choice: Vec<(Features, bool)> =
        candidates.iter().map(|&(actor, features)| (features, is_right(actor))).collect();
    let is_useful = choice.iter().any(|choice| choice.1) && choice.iter().any(|choice| !choice.1);
    let answer = Answer { open: picks(ranked(false)), told: picks(ranked(true)) };
    (answer, is_useful.then_some(Choice { candidates: choice }))
}

/// The two names are persons, whatever the tagger says.
fn with_names(passage: &Passage, sentences: &[Sentence], mut tagged: Vec<Mention>) -> Vec<Mention> {
    for name in passage.names {
        let covered = tagged.iter_mut().find(|mention| mention.span.contains(name));
        if let Some(mention) = covered {
            mention.kind = EntityKind::Person;
            mention.score = 1.0;
            continue;
        }
        tagged.retain(|mention| !mention.span.overlaps(name));
        let sentence = sentences.partition_point(|sentence| sentence.span.end() <= name.start()) as u32;
        tagged.push(Mention {
            sentence,
            span: name,
            kind: EntityKind::Person,
            form: MentionForm::Name,
            score: 1.0,
            entity: None,
        });
    }
    tagged
}

/// Precision, recall and F1 of the answers for masculine, feminine and all pronouns, as GAP's own
/// scorer has them: each of the two names of a passage is one yes or no.
#[must_use]
pub fn scores(passages: &[Passage], answers: &[[bool; 2]]) -> [Agreement; 3] {
    let mut counts = [[0u32; 3]; 3];
    for (passage, answer) in passages.iter().zip(answers) {
        let pronoun = passage.text[passage.pronoun].to_lowercase();
        let gender = usize::from(matches!(pronoun.as_str(), "she" | "her" | "hers" | "herself"));
        for (gold, answer) in passage.gold.iter().zip(answer) {
            for group in [gender, 2] {
                counts[group][0] += u32::from(*gold && *answer);
                counts[group][1] += u32::from(*answer);
                counts[group][2] += u32::from(*gold);
            }
        }
    }
    counts.map(|[right, found, gold]| Agreement::of(right.into(), found.into(), right.into(), gold.into()))
}

/// Fits the ranking's weights to choices by gradient ascent on the conditional likelihood, with an
/// L2 penalty on the distance from weights set by hand; the same choices give the same weights.
#[must_use]
pub fn fit(choices: &[&Choice]) -> [f64; FEATURES] {
    const PENALTY: f64 = 0.003;
    let prior = PRIOR.map(f64::from);
    let mut weights = prior;
    let mut velocity = [0.0_f64; FEATURES];
    let n = choices.len().max(1) as f64;
    for _ in 0..400 {
        let mut gradient = [0.0_f64; FEATURES];
        for choice in choices {
            let value = |features: &Features| -> f64 {
                features.iter().zip(&weights).map(|(feature, weight)| f64::from(*feature) * weight).sum()
            };
            let values: Vec<f64> = choice.candidates.iter().map(|(features, _)| value(features)).collect();
            let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let shares: Vec<f64> = values.iter().map(|value| (value - most).exp()).collect();
            let all: f64 = shares.iter().sum();
            let right: f64 =
                shares.iter().zip(&choice.candidates).filter(|(_, one)| one.1).map(|(share, _)| share).sum();
            for (share, (features, is_right)) in shares.iter().zip(&choice.candidates) {
                let pull = if *is_right { share / right.max(1e-12) } else { 0.0 } - share / all;
                for (sum, feature) in gradient.iter_mut().zip(features) {
                    *sum += pull * f64::from(*feature);
                }
            }
        }
        for (((weight, speed), slope), before) in weights.iter_mut().zip(&mut velocity).zip(gradient).zip(prior) {
            *speed = 0.9 * *speed + 0.5 * (slope / n - PENALTY * (*weight - before));
            *weight += *speed;
        }
    }
    weights
}

/// The share of choices whose best candidate is right.
#[must_use]
pub fn accuracy(choices: &[&Choice], weights: &[f64; FEATURES]) -> f64 {
    let value = |features: &Features| -> f64 {
        features.iter().zip(weights).map(|(feature, weight)| f64::from(*feature) * weight).sum()
    };
    let is_right = |choice: &&&Choice| {
        let best = choice.candidates.iter().max_by(|one, other| value(&one.0).total_cmp(&value(&other.0)));
        best.is_some_and(|best| best.1)
    };
    choices.iter().filter(is_right).count() as f64 / choices.len().max(1) as f64
}

/// The names of the weights, for people.
#[must_use]
pub fn feature_names() -> [&'static str; FEATURES] {
    NAMES
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "ID\tText\tPronoun\tPronoun-offset\tA\tA-offset\tA-coref\tB\tB-offset\tB-coref\tURL\n";

    #[test]
    fn offsets_are_code_points() {
        let rows = format!("{HEADER}x-1\tÑora met Ana. She left.\tShe\t14\tÑora\t0\tTRUE\tAna\t9\tFALSE\thttp\n");
        let passages = read(&rows).unwrap();
        assert_eq!(&passages[0].text[passages[0].pronoun], "She");
        assert_eq!(&passages[0].text[passages[0].names[1]], "Ana");
    }

    #[test]
    fn a_wrong_row_is_named_by_its_line() {
        assert_eq!(read(&format!("{HEADER}x-1\tonly\n")), Err(GapError::Row { line: 2 }));
        let wrong = format!("{HEADER}x-1\tAna left.\tShe\t0\tAna\t0\tTRUE\tAna\t0\tFALSE\thttp\n");
        assert_eq!(read(&wrong), Err(GapError::Offset { line: 2, words: "She".to_owned() }));
    }

    #[test]
    fn each_name_is_a_yes_or_no() {
        let rows = format!(
            "{HEADER}x-1\tAna met Eva. She left.\tShe\t13\tAna\t0\tTRUE\tEva\t8\tFALSE\t-\nx-2\tBo met Al. He left.\tHe\t11\tBo\t0\tTRUE\tAl\t7\tFALSE\t-\n"
        );
        let passages = read(&rows).unwrap();
        let [male, female, all] = scores(&passages, &[[true, false], [false, true]]);
        assert_eq!((female.f1, male.f1, all.f1), (1.0, 0.0, 0.5));
    }
}
