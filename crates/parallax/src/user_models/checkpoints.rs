//! Checkpoints that classify tokens or pairs, as entity tagger and tone scorer.

use super::label_map::mapped;
use super::{Own, OwnEntities, OwnRecord, OwnTone, Section};
use crate::models::EngineOptions;
use anyhow::{Context, Result, bail};
use parallax_encoder::{Checkpoint, ClassifiedToken, Task};
use parallax_ner::{Tag, WordLabel, labels};
use parallax_text::{EntityKind, Mention, Span, ToneScores};
use std::path::Path;

/// Loads a checkpoint that tags tokens.
pub(super) fn entities(section: &Section, base: &Path, options: EngineOptions) -> Result<Own<dyn OwnEntities>> {
    let of_kind = |kind| [Tag::Begin(kind), Tag::Inside(kind)];
    let all = std::iter::once(Tag::Outside).chain(EntityKind::ALL.into_iter().flat_map(of_kind));
    let known: Vec<(String, Tag)> = all.map(|tag| (tag.to_string(), tag)).collect();
    let (checkpoint, tags, record) = load(section, base, options, ("entities", Task::Tokens), &known)?;
    if !tags.contains(&Tag::Outside) || tags.iter().all(|&tag| tag == Tag::Outside) {
        bail!("its labels are mapped to {}: `O` and at least one kind of name are needed", shown(&tags));
    }
    Ok(Own { record, model: Box::new(TokenTagger { checkpoint, tags }) })
}

/// Loads a checkpoint that judges a target in a sentence.
pub(super) fn tone(section: &Section, base: &Path, options: EngineOptions) -> Result<Own<dyn OwnTone>> {
    let known = ["negative", "neutral", "positive"].map(str::to_owned).into_iter().zip(0..).collect::<Vec<_>>();
    let (checkpoint, places, record) = load(section, base, options, ("tone", Task::Pairs), &known)?;
    if let Some((missing, _)) = known.iter().find(|(_, place)| !places.contains(place)) {
        bail!("none of its labels {:?} is {missing:?}: negative, neutral and positive are needed", checkpoint.labels());
    }
    Ok(Own { record, model: Box::new(PairScorer { checkpoint, places }) })
}

fn load<T: Copy + PartialEq>(
    section: &Section,
    base: &Path,
    options: EngineOptions,
    (name, task): (&'static str, Task),
    known: &[(String, T)],
) -> Result<(Checkpoint, Vec<T>, OwnRecord)> {
    let folder = base.join(&section.folder);
    if !folder.is_dir() {
        bail!("{}: there is no such folder; `folder` is relative to the file that names it", folder.display());
    }
    let checkpoint = Checkpoint::load(&folder, task, options.rust_bert())?;
    let ours = mapped(checkpoint.labels(), &section.labels, known).with_context(|| format!("{}", folder.display()))?;
    let shown = |value: &T| known.iter().find(|(_, other)| other == value).map_or_else(String::new, |(n, _)| n.clone());
    let record = OwnRecord {
        task: name,
        name: folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        sha256: checkpoint.sha256().to_owned(),
        engine: checkpoint.engine().clone(),
        labels: checkpoint.labels().iter().cloned().zip(ours.iter().map(shown)).collect(),
    };
    Ok((checkpoint, ours, record))
}

fn shown(tags: &[Tag]) -> String {
    tags.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[derive(Debug)]
struct TokenTagger {
    checkpoint: Checkpoint,
    /// Of each label.
    tags: Vec<Tag>,
}

impl TokenTagger {
    fn labels(&self, text: &str, sentences: &[Span]) -> Result<Vec<Vec<WordLabel>>> {
        let tokens = self.checkpoint.tokens(text, sentences)?;
        Ok(tokens.iter().map(|tokens| words(tokens, &self.tags)).collect())
    }
}

impl OwnEntities for TokenTagger {
    fn tag(&self, text: &str, sentences: &[(u32, Span)]) -> Result<Vec<Mention>> {
        let spans: Vec<Span> = sentences.iter().map(|&(_, span)| span).collect();
        let labelled = self.labels(text, &spans)?;
        let names = labelled.iter().zip(sentences).map(|(words, &(index, _))| labels::names(text, index, words));
        Ok(names.flatten().collect())
    }

    fn tag_words(&self, sentences: &[&[String]]) -> Result<Vec<Vec<Tag>>> {
        labels::tag_words(sentences, |text, spans| self.labels(text, spans))
    }
}

/// The words of a sentence: each has the likeliest tag of its first piece, the probabilities of labels
/// that mean one tag being added.
fn words(tokens: &[ClassifiedToken], tags: &[Tag]) -> Vec<WordLabel> {
    let word = |pieces: &[ClassifiedToken]| {
        let span = pieces.iter().map(|piece| piece.span).filter(|span| !span.is_empty()).reduce(Span::cover)?;
        let probability = |tag: Tag| {
            let shares = pieces[0].probabilities.iter().zip(tags);
            shares.filter(|&(_, &other)| other == tag).map(|(share, _)| share).sum::<f32>()
        };
        let mut best = (Tag::Outside, f32::NEG_INFINITY);
        for &tag in tags {
            if probability(tag) > best.1 {
                best = (tag, probability(tag));
            }
        }
        Some(WordLabel { span, tag: best.0, probability: best.1.min(1.0) })
    };
    tokens.chunk_by(|_, next| !next.starts_word).filter_map(word).collect()
}

#[derive(Debug)]
struct PairScorer {
    checkpoint: Checkpoint,
    /// Of each label: 0 negative, 1 neutral, 2 positive.
    places: Vec<usize>,
}

impl OwnTone for PairScorer {
    fn score(&self, text: &str, targets: &[(Span, Span)]) -> Result<Vec<Option<ToneScores>>> {
        let scores = |shares: Vec<f32>| {
            let mut sums = [0.0_f32; 3];
            shares.iter().zip(&self.places).for_each(|(share, &place)| sums[place] += share);
            let [negative, neutral, positive] = sums;
            ToneScores { negative, neutral, positive }
        };
        let found = self.checkpoint.pairs(text, targets)?;
        Ok(found.into_iter().map(|shares| shares.map(scores)).collect())
    }
}

#[cfg(test)]
mod tests;
