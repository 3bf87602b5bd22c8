//! What the page's program draws from: the summary and the annotations, in fewer bytes.
//!
//! Positions are code points, as in the records. `report-ui/src/data.ts` is the other side.

use super::Shown;
use crate::input::DocumentError;
use anyhow::Result;
use parallax_compare::{Measurement, StorySummary};
use parallax_text::AnnotatedArticle;
use parallax_text::record::{AnnotationRecord, RunName};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

/// Characters of dropped text that all articles of a page may bring together; above it each
/// dropped part is cut to [`DROPPED_PART`].
const DROPPED_IN_ALL: usize = 1_000_000;
const DROPPED_PART: usize = 200;

/// What the page knows of the run before it opens a story or an article.
#[derive(Serialize)]
pub(super) struct RunData<'a> {
    schema: &'static str,
    version: &'static str,
    model: &'a str,
    unnamed_story: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<&'a str>,
    stories: Vec<&'a str>,
    articles: Vec<&'a str>,
    errors: Vec<String>,
}

impl<'a> RunData<'a> {
    pub(super) fn new(shown: &'a Shown<'_>, model: &'a str, errors: &[DocumentError]) -> Self {
        Self {
            schema: "parallax/report/1",
            version: env!("CARGO_PKG_VERSION"),
            model,
            unnamed_story: crate::analyze::UNNAMED_STORY,
            left_out: shown.left_out.as_deref(),
            stories: shown.stories.iter().map(|story| story.id.as_str()).collect(),
            articles: shown.articles.iter().map(|article| article.document.doc_id.as_str()).collect(),
            errors: errors.iter().map(ToString::to_string).collect(),
        }
    }
}

/// A story as in `summary.json`, its measurements as rows that name their strings by number.
pub(super) fn story(story: &StorySummary) -> Result<Value> {
    let mut value = serde_json::to_value(StorySummary { measurements: Vec::new(), ..story.clone() })?;
    let mut strings = Strings::default();
    let rows: Vec<Value> = story.measurements.iter().map(|m| measurement(&mut strings, m)).collect::<Result<_>>()?;
    value["measurements"] = json!({ "strings": strings.list, "rows": rows });
    Ok(value)
}

fn measurement(strings: &mut Strings, m: &Measurement) -> Result<Value> {
    let mut name = |value: Value| match value {
        Value::String(text) => strings.number(&text),
        _ => -1,
    };
    let own = m.doc_id.as_ref().map(|doc_id| format!("{doc_id}#"));
    let evidence: Vec<Value> = m
        .evidence
        .iter()
        .map(|id| {
            let of_own = own.as_ref().and_then(|own| id.strip_prefix(own.as_str())?.parse::<u32>().ok());
            of_own.map_or_else(|| json!(id), |sentence| json!(sentence))
        })
        .collect();
    Ok(json!([
        m.id,
        name(serde_json::to_value(m.scope)?),
        name(json!(m.outlet)),
        name(json!(m.doc_id)),
        name(json!(m.measure)),
        name(json!(m.target)),
        name(json!(m.holder)),
        name(serde_json::to_value(m.voice)?),
        name(serde_json::to_value(m.zone)?),
        m.value,
        name(json!(m.unit)),
        m.n,
        name(json!(m.n_unit)),
        m.ci_low,
        m.ci_high,
        name(json!(m.ci_kind)),
        name(serde_json::to_value(m.status)?),
        name(json!(m.method)),
        name(json!(m.model)),
        evidence,
        m.n_shared,
    ]))
}

/// Each string once.
#[derive(Default)]
struct Strings {
    list: Vec<String>,
    numbers: HashMap<String, i64>,
}

impl Strings {
    fn number(&mut self, text: &str) -> i64 {
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        let number = self.list.len() as i64;
        self.list.push(text.to_owned());
        self.numbers.insert(text.to_owned(), number);
        number
    }
}

/// Whether the dropped parts of these articles are too much for one page.
pub(super) fn shorten_dropped(articles: &[&AnnotatedArticle]) -> bool {
    let characters = articles.iter().flat_map(|article| &article.article.dropped).map(|part| part.source.len());
    characters.sum::<usize>() > DROPPED_IN_ALL
}

/// An article as in `annotations.jsonl`, without what the page has no use for, and with the words
/// of the dropped parts.
pub(super) fn article(article: &AnnotatedArticle, shorten: bool) -> Result<Value> {
    let record = AnnotationRecord::new(article);
    let spoken = |quote: &parallax_text::record::QuoteRecord| {
        json!({
            "kind": quote.kind, "start": quote.start, "end": quote.end,
            "speaker": quote.speaker.as_ref().map(|speaker| json!([speaker.entity, speaker.text])),
            "cue": quote.cue.as_ref().map(|cue| json!([cue.text, cue.class])),
        })
    };
    let decisions = record.decisions.iter().map(|d| json!([d.field, d.value, d.method, d.rejected]));
    let layers: BTreeMap<&String, Value> =
        record.layers.iter().map(|(name, layer)| Ok((name, serde_json::to_value(layer)?))).collect::<Result<_>>()?;
    Ok(json!({
        "id": record.doc_id,
        "source": record.source,
        "sha256": record.source_sha256,
        "url": record.url,
        "decisions": decisions.collect::<Vec<_>>(),
        "text": record.text,
        "blocks": record.blocks.iter().map(|b| json!([b.kind, b.start, b.end])).collect::<Vec<_>>(),
        "sentences": record.sentences.iter().map(|s| json!([s.block, s.start, s.end])).collect::<Vec<_>>(),
        "mentions": record.mentions.iter().map(|m| json!([m.sentence, m.start, m.end, m.kind, m.form, m.entity])).collect::<Vec<_>>(),
        "entities": record.entities.iter().map(|e| json!([e.name, e.kind])).collect::<Vec<_>>(),
        "quotes": record.quotes.iter().map(spoken).collect::<Vec<_>>(),
        "tones": record.tones.iter().map(|t| json!([t.mention, t.voice, t.holder, t.negative, t.neutral, t.positive])).collect::<Vec<_>>(),
        "frames": record.frames,
        "stances": record.stances.iter().map(|s| json!([s.sentence, s.proposition, s.voice, s.against, s.favor, s.neither])).collect::<Vec<_>>(),
        "wording": record.wording.iter().map(|w| json!([w.sentence, w.loaded, w.words.iter().map(|word| json!([word.start, word.end, word.score])).collect::<Vec<_>>()])).collect::<Vec<_>>(),
        "dropped": dropped(article, &record, shorten),
        "layers": layers,
    }))
}

/// The dropped parts: before which block of the text each stood, why it was dropped, its words,
/// and how many characters of it are not shown.
fn dropped(article: &AnnotatedArticle, record: &AnnotationRecord, shorten: bool) -> Vec<Value> {
    let starts: Vec<usize> = record.blocks.iter().map(|block| source_of(record, block.start)).collect();
    article
        .article
        .dropped
        .iter()
        .zip(&record.dropped)
        .map(|(part, placed)| {
            let words = article.document.source[part.source].split_whitespace().collect::<Vec<_>>().join(" ");
            let length = words.chars().count();
            let kept = if shorten { length.min(DROPPED_PART) } else { length };
            let before = starts.iter().take_while(|&&start| start < placed.source_start).count();
            json!([before, part.kind, words.chars().take(kept).collect::<String>(), length - kept])
        })
        .collect()
}

/// Where a place of the text stands in the source.
fn source_of(record: &AnnotationRecord, at: usize) -> usize {
    let run = record.alignment.partition_point(|&(_, end, ..)| end <= at);
    record.alignment.get(run).map_or(usize::MAX, |&(start, _, source, _, kind)| match kind {
        RunName::Kept => source + (at - start),
        RunName::Replaced => source,
    })
}
