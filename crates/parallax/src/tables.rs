//! Tidy CSV tables: one row a measurement, article, name, sentence or tone.

use anyhow::Result;
use parallax_compare::{StorySummary, sentence_id};
use parallax_text::record::{AnnotationRecord, rounded};
use parallax_text::{AnnotatedArticle, CodePoints};
use serde::Serialize;
use std::collections::BTreeMap;

/// All tables with the names of their files. Offsets are code points of the annotation's `text`.
pub(crate) fn all(articles: &[AnnotatedArticle], stories: &[StorySummary]) -> Result<Vec<(&'static str, Vec<u8>)>> {
    Ok(vec![
        ("measurements.csv", measurements(stories)?),
        ("articles.csv", documents(articles, stories)?),
        ("actors.csv", actors(stories)?),
        ("sentences.csv", sentences(articles)?),
        ("tones.csv", tones(articles)?),
        ("mentions.csv", mentions(articles, stories)?),
        ("quotes.csv", quotes(articles, stories)?),
    ])
}

fn table(header: &[&str], rows: impl FnOnce(&mut csv::Writer<Vec<u8>>) -> Result<()>) -> Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    writer.write_record(header)?;
    rows(&mut writer)?;
    Ok(writer.into_inner()?)
}

fn measurements(stories: &[StorySummary]) -> Result<Vec<u8>> {
    let header = [
        "id", "story", "scope", "outlet", "doc_id", "measure", "target", "holder", "voice", "zone", "value", "unit",
        "n", "n_unit", "ci_low", "ci_high", "ci_kind", "status", "method", "model", "evidence",
    ];
    table(&header, |rows| {
        for m in stories.iter().flat_map(|story| &story.measurements) {
            rows.serialize((
                (&m.id, &m.story, m.scope, &m.outlet, &m.doc_id, &m.measure, &m.target, &m.holder),
                (m.voice, m.zone, m.value, &m.unit, m.n, &m.n_unit, m.ci_low, m.ci_high, &m.ci_kind),
                (m.status, &m.method, &m.model, m.evidence.join(" ")),
            ))?;
        }
        Ok(())
    })
}

fn documents(articles: &[AnnotatedArticle], stories: &[StorySummary]) -> Result<Vec<u8>> {
    #[derive(Serialize)]
    struct Row<'a> {
        story: &'a str,
        doc_id: &'a str,
        outlet: Option<&'a str>,
        title: Option<&'a str>,
        byline: String,
        published: Option<&'a str>,
        language: Option<&'a str>,
        truncated: bool,
        words_kept: u64,
        words_dropped: u64,
        body_sentences: u64,
        source: &'a str,
        record: u32,
        source_sha256: &'a str,
    }
    let header = [
        "story",
        "doc_id",
        "outlet",
        "title",
        "byline",
        "published",
        "language",
        "truncated",
        "words_kept",
        "words_dropped",
        "body_sentences",
        "source",
        "record",
        "source_sha256",
    ];
    table(&header, |rows| {
        for story in stories {
            for document in &story.documents {
                let article = articles.iter().find(|article| article.document.doc_id == document.doc_id);
                let Some(origin) = article.map(|article| &article.document.origin) else { continue };
                rows.serialize(Row {
                    story: &story.id,
                    doc_id: &document.doc_id,
                    outlet: document.outlet.as_deref(),
                    title: document.title.as_deref(),
                    byline: document.byline.join("; "),
                    published: document.published.as_deref(),
                    language: document.language.as_deref(),
                    truncated: document.truncated,
                    words_kept: document.words_kept,
                    words_dropped: document.words_dropped,
                    body_sentences: document.body_sentences,
                    source: &origin.path,
                    record: origin.record,
                    source_sha256: &origin.sha256,
                })?;
            }
        }
        Ok(())
    })
}

fn actors(stories: &[StorySummary]) -> Result<Vec<u8>> {
    let header = [
        "story",
        "actor",
        "name",
        "kind",
        "main",
        "doc_id",
        "entity",
        "label",
        "form",
        "role",
        "modifiers",
        "own",
        "reported",
    ];
    table(&header, |rows| {
        for story in stories {
            for actor in &story.actors {
                for name in &actor.names {
                    rows.serialize((
                        (&story.id, &actor.id, &actor.name, actor.kind, actor.main),
                        (&name.doc_id, name.entity, &name.label, name.form),
                        (&name.role, name.modifiers.join("; "), name.own, name.reported),
                    ))?;
                }
            }
        }
        Ok(())
    })
}

fn sentences(articles: &[AnnotatedArticle]) -> Result<Vec<u8>> {
    table(&["id", "doc_id", "sentence", "zone", "start", "end", "text"], |rows| {
        for article in articles {
            let (text, doc_id) = (article.text(), &article.document.doc_id);
            let points = CodePoints::new(text);
            for (index, sentence) in article.sentences.iter().enumerate() {
                let (start, end) = points.of(sentence.span);
                let zone = article.zone(index as u32);
                let id = sentence_id(doc_id, index as u32);
                rows.serialize((id, doc_id, index, zone, start, end, &text[sentence.span]))?;
            }
        }
        Ok(())
    })
}

/// The story's actor that each entity of each article is.
fn actor_ids(stories: &[StorySummary]) -> BTreeMap<(&str, u32), &str> {
    let mut ids = BTreeMap::new();
    for actor in stories.iter().flat_map(|story| &story.actors) {
        ids.extend(actor.names.iter().map(|name| ((name.doc_id.as_str(), name.entity), actor.id.as_str())));
    }
    ids
}

fn mentions(articles: &[AnnotatedArticle], stories: &[StorySummary]) -> Result<Vec<u8>> {
    let ids = actor_ids(stories);
    let header = [
        "doc_id",
        "mention",
        "sentence",
        "start",
        "end",
        "text",
        "kind",
        "form",
        "score",
        "entity",
        "entity_name",
        "actor",
    ];
    table(&header, |rows| {
        for article in articles {
            let record = AnnotationRecord::new(article);
            for mention in &record.mentions {
                let name = mention.entity.map(|entity| record.entities[entity as usize].name.as_str());
                let actor = mention.entity.and_then(|entity| ids.get(&(record.doc_id.as_str(), entity)));
                rows.serialize((
                    (&record.doc_id, mention.id, mention.sentence, mention.start, mention.end, &mention.text),
                    (mention.kind, mention.form, mention.score, mention.entity, name, actor),
                ))?;
            }
        }
        Ok(())
    })
}

fn quotes(articles: &[AnnotatedArticle], stories: &[StorySummary]) -> Result<Vec<u8>> {
    let ids = actor_ids(stories);
    let header = [
        "doc_id",
        "quote",
        "kind",
        "start",
        "end",
        "words",
        "continues",
        "speaker",
        "speaker_entity",
        "speaker_name",
        "actor",
        "cue",
        "lemma",
        "class",
        "text",
    ];
    table(&header, |rows| {
        for article in articles {
            let record = AnnotationRecord::new(article);
            for (quote, made) in article.quotes.iter().zip(&record.quotes) {
                let text = &article.text()[quote.span];
                let words = text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count();
                let (speaker, cue) = (made.speaker.as_ref(), made.cue.as_ref());
                let entity = speaker.and_then(|speaker| speaker.entity);
                let name = entity.map(|entity| record.entities[entity as usize].name.as_str());
                let actor = entity.and_then(|entity| ids.get(&(record.doc_id.as_str(), entity)));
                rows.serialize((
                    (&record.doc_id, made.id, made.kind, made.start, made.end, words, made.continues),
                    (speaker.map(|speaker| &speaker.text), entity, name, actor),
                    (cue.map(|cue| &cue.text), cue.map(|cue| &cue.lemma), cue.and_then(|cue| cue.class)),
                    text,
                ))?;
            }
        }
        Ok(())
    })
}

fn tones(articles: &[AnnotatedArticle]) -> Result<Vec<u8>> {
    let header = [
        "doc_id",
        "sentence",
        "mention",
        "entity",
        "entity_name",
        "label",
        "zone",
        "voice",
        "negative",
        "neutral",
        "positive",
        "tone",
    ];
    table(&header, |rows| {
        for article in articles {
            let record = AnnotationRecord::new(article);
            for (tone, written) in article.tones.iter().zip(&record.tones) {
                let mention = &record.mentions[tone.mention as usize];
                let name = mention.entity.map(|entity| record.entities[entity as usize].name.as_str());
                rows.serialize((
                    (&record.doc_id, tone.sentence, tone.mention, mention.entity, name, &mention.text),
                    (written.zone, written.voice, written.negative, written.neutral, written.positive),
                    rounded(f64::from(tone.scores.mean())),
                ))?;
            }
        }
        Ok(())
    })
}
