//! The annotation record `parallax/annotation/1`: one JSON object per article.
//!
//! All positions here are **Unicode code points**, half-open: `start`/`end` of `text`,
//! `source_start`/`source_end` of the decoded source. Probabilities are rounded to 4 decimals.
//! The JSON Schema is `schemas/annotation.schema.json` in the repository.

use crate::{
    AnnotatedArticle, BlockKind, CodePoints, DropKind, EntityKind, LayerStatus, MentionForm, QuoteKind, RunKind, Span,
    VerbClass, Voice,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The value of the field `schema`.
pub const SCHEMA: &str = "parallax/annotation/1";

/// One annotated article, as it is written to `annotations.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnotationRecord {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// Unique in a run.
    pub doc_id: String,
    /// Path of the source relative to the input folder.
    pub source: String,
    /// Number of the record in that file.
    pub record: u32,
    /// SHA-256 of the record's bytes.
    pub source_sha256: String,
    /// How they were decoded.
    pub source_encoding: String,
    /// The outlet; null where neither the page nor the metadata tells.
    pub outlet: Option<String>,
    /// The page's address.
    pub url: Option<String>,
    /// The headline; null where the page has none.
    pub title: Option<String>,
    /// Authors.
    pub byline: Vec<String>,
    /// Day of publication, ISO 8601.
    pub published: Option<String>,
    /// Language of the body, ISO 639-1.
    pub language: Option<String>,
    /// Whether the page stops before the article does.
    pub truncated: bool,
    /// The story, where the user named it.
    pub story: Option<String>,
    /// How the fields were found.
    pub decisions: Vec<DecisionRecord>,
    /// The clean text.
    pub text: String,
    /// Runs of clean text with their source: `[start, end, source_start, source_end, kind]`.
    pub alignment: Vec<(usize, usize, usize, usize, RunName)>,
    /// The kept blocks.
    pub blocks: Vec<BlockRecord>,
    /// The dropped parts of the source.
    pub dropped: Vec<DroppedRecord>,
    /// The sentences.
    pub sentences: Vec<SentenceRecord>,
    /// The mentions.
    pub mentions: Vec<MentionRecord>,
    /// The actors of the article.
    pub entities: Vec<EntityRecord>,
    /// The quotations.
    pub quotes: Vec<QuoteRecord>,
    /// Tones towards mentions.
    pub tones: Vec<ToneRecord>,
    /// Frames of sentences.
    pub frames: Vec<FrameRecord>,
    /// Stances to the user's propositions.
    pub stances: Vec<StanceRecord>,
    /// Loaded wording.
    pub wording: Vec<WordingRecord>,
    /// What ran, by name of the layer.
    pub layers: BTreeMap<String, LayerRecord>,
}

/// The kind of a run in the alignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunName {
    /// Same characters as in the source.
    Kept,
    /// Stands for the source range.
    Replaced,
}

/// How a field was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionRecord {
    /// Name of the field.
    pub field: String,
    /// The value taken.
    pub value: Option<String>,
    /// Where from.
    pub method: String,
    /// Start of the evidence in `text`.
    pub start: Option<usize>,
    /// End of the evidence in `text`.
    pub end: Option<usize>,
    /// Start of the evidence in the source.
    pub source_start: Option<usize>,
    /// End of the evidence in the source.
    pub source_end: Option<usize>,
    /// Values seen and not taken.
    pub rejected: Vec<String>,
}

/// A kept block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockRecord {
    /// Index of the block.
    pub id: usize,
    /// What it is.
    pub kind: BlockKind,
    /// Start in `text`.
    pub start: usize,
    /// End in `text`.
    pub end: usize,
}

/// A dropped part of the source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DroppedRecord {
    /// Why.
    pub kind: DropKind,
    /// Start in the source.
    pub source_start: usize,
    /// End in the source.
    pub source_end: usize,
}

/// A sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentenceRecord {
    /// Index of the sentence.
    pub id: usize,
    /// Index of its block.
    pub block: u32,
    /// Start in `text`.
    pub start: usize,
    /// End in `text`.
    pub end: usize,
}

/// A mention.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MentionRecord {
    /// Index of the mention.
    pub id: usize,
    /// Index of its sentence.
    pub sentence: u32,
    /// Start in `text`.
    pub start: usize,
    /// End in `text`.
    pub end: usize,
    /// The words.
    pub text: String,
    /// PER, ORG, LOC or MISC.
    pub kind: EntityKind,
    /// In which form it names its actor.
    pub form: MentionForm,
    /// Probability of the mention, 0 to 1.
    pub score: f64,
    /// Index of its entity.
    pub entity: Option<u32>,
}

/// An actor of the article.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntityRecord {
    /// Index of the entity.
    pub id: usize,
    /// Its fullest name.
    pub name: String,
    /// PER, ORG, LOC or MISC.
    pub kind: EntityKind,
    /// Indices of its mentions.
    pub mentions: Vec<u32>,
}

/// A quotation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuoteRecord {
    /// Index of the quotation.
    pub id: usize,
    /// Direct, indirect or mixed.
    pub kind: QuoteKind,
    /// Start in `text`, quotation mark included.
    pub start: usize,
    /// End in `text`, quotation mark included.
    pub end: usize,
    /// The speaker; null where attribution was not worked out.
    pub speaker: Option<SpeakerRecord>,
    /// The introducing word; null where attribution was not worked out.
    pub cue: Option<CueRecord>,
    /// Index of the earlier quotation that it goes on from.
    pub continues: Option<u32>,
}

/// Who speaks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpeakerRecord {
    /// Index of the entity.
    pub entity: Option<u32>,
    /// Index of the mention.
    pub mention: Option<u32>,
    /// The words that name the speaker.
    pub text: String,
    /// Start in `text`.
    pub start: usize,
    /// End in `text`.
    pub end: usize,
}

/// The introducing word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CueRecord {
    /// The word.
    pub text: String,
    /// Start in `text`.
    pub start: usize,
    /// End in `text`.
    pub end: usize,
    /// Its base form, in lower case.
    pub lemma: String,
    /// What the verb says about the words; null where the table of verbs does not have it.
    pub class: Option<VerbClass>,
}

/// The tone towards one mention.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToneRecord {
    /// Index of the tone.
    pub id: usize,
    /// Index of the mention.
    pub mention: u32,
    /// Index of the sentence.
    pub sentence: u32,
    /// Kind of the block it stands in.
    pub zone: BlockKind,
    /// Whose words it stands in.
    pub voice: Voice,
    /// Index of the entity who holds the view.
    pub holder: Option<u32>,
    /// Index of the quotation it stands in.
    pub quote: Option<u32>,
    /// Probability of a negative tone.
    pub negative: f64,
    /// Probability of no tone.
    pub neutral: f64,
    /// Probability of a positive tone.
    pub positive: f64,
}

/// How strongly a sentence is set in each frame of a codebook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrameRecord {
    /// Index of the sentence.
    pub sentence: u32,
    /// Name of the codebook.
    pub codebook: String,
    /// Score of each frame, 0 to 1, by its name.
    pub scores: BTreeMap<String, f64>,
}

/// The stance of a sentence to a proposition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StanceRecord {
    /// Index of the sentence.
    pub sentence: u32,
    /// The proposition.
    pub proposition: String,
    /// Whose words the sentence is.
    pub voice: Voice,
    /// Index of the entity who holds the view.
    pub holder: Option<u32>,
    /// Index of the quotation it stands in.
    pub quote: Option<u32>,
    /// Probability that it speaks against the proposition.
    pub against: f64,
    /// Probability that it speaks for it.
    pub favor: f64,
    /// Probability of neither.
    pub neither: f64,
}

/// How loaded the wording of a sentence is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordingRecord {
    /// Index of the sentence.
    pub sentence: u32,
    /// Probability that readers call the sentence biased.
    pub loaded: f64,
    /// The words that carry it.
    pub words: Vec<LoadedWordRecord>,
}

/// A word that carries a loaded wording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadedWordRecord {
    /// The word.
    pub text: String,
    /// Start in `text`.
    pub start: usize,
    /// End in `text`.
    pub end: usize,
    /// Its score, 0 to 1.
    pub score: f64,
}

/// A layer of annotation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerRecord {
    /// Whether it was made.
    pub status: LayerStatus,
    /// SHA-256 of the model's weights.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_sha256: Option<String>,
    /// The engine that ran it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// The precision it ran in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<String>,
}

/// Rounds to the 4 decimals that files carry; never gives a negative zero.
#[must_use]
pub fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4 + 0.0
}

impl AnnotationRecord {
    /// The record of an annotated article.
    #[must_use]
    pub fn new(annotated: &AnnotatedArticle) -> Self {
        let AnnotatedArticle { document, article, .. } = annotated;
        let text = annotated.text();
        let clean = CodePoints::new(text);
        let source = CodePoints::new(&document.source);
        let at = |span: Span| clean.of(span);
        AnnotationRecord {
            schema: SCHEMA.to_owned(),
            doc_id: document.doc_id.clone(),
            source: document.origin.path.clone(),
            record: document.origin.record,
            source_sha256: document.origin.sha256.clone(),
            source_encoding: document.origin.encoding.clone(),
            outlet: article.outlet.clone(),
            url: article.url.clone(),
            title: article.title.clone(),
            byline: article.byline.clone(),
            published: article.published.clone(),
            language: article.language.clone(),
            truncated: article.truncated,
            story: document.story.clone(),
            decisions: article
                .decisions
                .iter()
                .map(|decision| DecisionRecord {
                    field: decision.field.clone(),
                    value: decision.value.clone(),
                    method: decision.method.clone(),
                    start: decision.clean.map(|span| at(span).0),
                    end: decision.clean.map(|span| at(span).1),
                    source_start: decision.source.map(|span| source.of(span).0),
                    source_end: decision.source.map(|span| source.of(span).1),
                    rejected: decision.rejected.clone(),
                })
                .collect(),
            text: text.to_owned(),
            alignment: article
                .text
                .runs()
                .iter()
                .map(|run| {
                    let ((start, end), (source_start, source_end)) = (at(run.clean), source.of(run.source));
                    let kind = match run.kind {
                        RunKind::Kept => RunName::Kept,
                        RunKind::Replaced => RunName::Replaced,
                    };
                    (start, end, source_start, source_end, kind)
                })
                .collect(),
            blocks: numbered(&article.blocks, |id, block| {
                let (start, end) = at(block.span);
                BlockRecord { id, kind: block.kind, start, end }
            }),
            dropped: numbered(&article.dropped, |_, dropped| {
                let (source_start, source_end) = source.of(dropped.source);
                DroppedRecord { kind: dropped.kind, source_start, source_end }
            }),
            sentences: numbered(&annotated.sentences, |id, sentence| {
                let (start, end) = at(sentence.span);
                SentenceRecord { id, block: sentence.block, start, end }
            }),
            mentions: numbered(&annotated.mentions, |id, mention| {
                let (start, end) = at(mention.span);
                MentionRecord {
                    id,
                    sentence: mention.sentence,
                    start,
                    end,
                    text: text[mention.span].to_owned(),
                    kind: mention.kind,
                    form: mention.form,
                    score: rounded(f64::from(mention.score)),
                    entity: mention.entity,
                }
            }),
            entities: numbered(&annotated.entities, |id, entity| EntityRecord {
                id,
                name: entity.name.clone(),
                kind: entity.kind,
                mentions: entity.mentions.clone(),
            }),
            quotes: numbered(&annotated.quotes, |id, quote| {
                let (start, end) = at(quote.span);
                QuoteRecord {
                    id,
                    kind: quote.kind,
                    start,
                    end,
                    speaker: quote.speaker.map(|speaker| {
                        let (start, end) = at(speaker.span);
                        let text = text[speaker.span].to_owned();
                        SpeakerRecord { entity: speaker.entity, mention: speaker.mention, text, start, end }
                    }),
                    cue: quote.cue.as_ref().map(|cue| {
                        let (start, end) = at(cue.span);
                        let text = text[cue.span].to_owned();
                        CueRecord { text, start, end, lemma: cue.lemma.clone(), class: cue.class }
                    }),
                    continues: quote.continues,
                }
            }),
            tones: numbered(&annotated.tones, |id, tone| ToneRecord {
                id,
                mention: tone.mention,
                sentence: tone.sentence,
                zone: tone.zone,
                voice: tone.voice,
                holder: tone.holder,
                quote: tone.quote,
                negative: rounded(f64::from(tone.scores.negative)),
                neutral: rounded(f64::from(tone.scores.neutral)),
                positive: rounded(f64::from(tone.scores.positive)),
            }),
            frames: annotated
                .frames
                .iter()
                .map(|frames| FrameRecord {
                    sentence: frames.sentence,
                    codebook: frames.codebook.to_string(),
                    scores: frames
                        .scores
                        .iter()
                        .map(|(frame, score)| (frame.to_string(), rounded(f64::from(*score))))
                        .collect(),
                })
                .collect(),
            stances: annotated
                .stances
                .iter()
                .map(|stance| StanceRecord {
                    sentence: stance.sentence,
                    proposition: stance.proposition.to_string(),
                    voice: stance.voice,
                    holder: stance.holder,
                    quote: stance.quote,
                    against: rounded(f64::from(stance.scores.against)),
                    favor: rounded(f64::from(stance.scores.favor)),
                    neither: rounded(f64::from(stance.scores.neither)),
                })
                .collect(),
            wording: annotated
                .wording
                .iter()
                .map(|wording| WordingRecord {
                    sentence: wording.sentence,
                    loaded: rounded(f64::from(wording.loaded)),
                    words: wording
                        .words
                        .iter()
                        .map(|&(span, score)| {
                            let (start, end) = at(span);
                            let text = text[span].to_owned();
                            LoadedWordRecord { text, start, end, score: rounded(f64::from(score)) }
                        })
                        .collect(),
                })
                .collect(),
            layers: annotated
                .layers
                .iter()
                .map(|layer| {
                    let (engine, precision) = layer.engine.clone().unzip();
                    let record = LayerRecord {
                        status: layer.status,
                        model_sha256: layer.model_sha256.clone(),
                        engine,
                        precision,
                    };
                    (layer.name.clone(), record)
                })
                .collect(),
        }
    }
}

fn numbered<T, R>(items: &[T], record: impl Fn(usize, &T) -> R) -> Vec<R> {
    items.iter().enumerate().map(|(id, item)| record(id, item)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        AlignedText, Article, Block, Document, Entity, FrameScores, Layer, Mention, Sentence, SourceInfo, Tone,
        ToneScores, Wording,
    };

    fn annotated(source: &str, name: &str) -> AnnotatedArticle {
        let span = Span::find(source, name).unwrap();
        let whole = Span::new(0, source.len());
        AnnotatedArticle {
            document: Document {
                doc_id: "a".into(),
                origin: SourceInfo::default(),
                story: None,
                source: source.to_owned(),
            },
            article: Article {
                text: AlignedText::identity(source),
                blocks: vec![Block { kind: BlockKind::Body, span: whole }],
                ..Article::default()
            },
            sentences: vec![Sentence { block: 0, span: whole }],
            mentions: vec![Mention {
                sentence: 0,
                span,
                kind: EntityKind::Person,
                form: MentionForm::Name,
                score: 0.999_96,
                entity: Some(0),
            }],
            entities: vec![Entity { name: name.into(), kind: EntityKind::Person, mentions: vec![0] }],
            quotes: Vec::new(),
            tones: vec![Tone {
                mention: 0,
                sentence: 0,
                zone: BlockKind::Body,
                voice: Voice::Own,
                holder: None,
                quote: None,
                scores: ToneScores { negative: 0.123_44, neutral: 0.876_56, positive: 0.0 },
            }],
            frames: vec![FrameScores {
                sentence: 0,
                codebook: "own".into(),
                scores: vec![("sport".into(), 0.25), ("law".into(), 0.5)],
            }],
            stances: Vec::new(),
            wording: vec![Wording { sentence: 0, loaded: 0.75, words: vec![(span, 0.5)] }],
            vectors: None,
            layers: vec![Layer {
                name: "stances".into(),
                status: LayerStatus::NotRun,
                model_sha256: None,
                engine: None,
            }],
        }
    }

    #[test]
    fn positions_are_code_points() {
        let record = AnnotationRecord::new(&annotated("🔥 Señora Núñez wins", "Núñez"));
        let mention = &record.mentions[0];
        let cut: String = record.text.chars().skip(mention.start).take(mention.end - mention.start).collect();
        assert_eq!((mention.start, mention.end, cut.as_str()), (9, 14, "Núñez"));
        assert_eq!(record.alignment, [(0, 19, 0, 19, RunName::Kept)]);
    }

    #[test]
    fn probabilities_carry_four_decimals() {
        let record = AnnotationRecord::new(&annotated("Ada wins", "Ada"));
        assert_eq!((record.mentions[0].score, record.tones[0].negative), (1.0, 0.1234));
        assert_eq!(rounded(-0.000_01).to_string(), "0");
    }

    #[test]
    fn a_record_reads_back_as_it_was_written() {
        let record = AnnotationRecord::new(&annotated("Ada \"wins\"", "Ada"));
        let json = serde_json::to_string(&record).unwrap();
        assert!(json.starts_with(r#"{"schema":"parallax/annotation/1","doc_id":"a","source":"","record":0"#), "{json}");
        assert!(
            json.contains(
                r#""frames":[{"sentence":0,"codebook":"own","scores":{"law":0.5,"sport":0.25}}],"stances":[],"#
            )
        );
        assert_eq!(serde_json::from_str::<AnnotationRecord>(&json).unwrap(), record);
    }
}
