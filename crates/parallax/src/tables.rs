//! Tidy CSV tables: one row a measurement, article, name, sentence or tone.

use anyhow::Result;
use parallax_compare::{StorySummary, sentence_id};
use parallax_text::record::{AnnotationRecord, rounded};
use parallax_text::{AnnotatedArticle, CodePoints};
use serde::Serialize;

/// All tables with the names of their files. Offsets are code points of the annotation's `text`.
pub(crate) fn all(articles: &[AnnotatedArticle], stories: &[StorySummary]) -> Result<Vec<(&'static str, Vec<u8>)>> {
    Ok(vec![
        ("measurements.csv", measurements(stories)?),
        ("articles.csv", documents(articles, stories)?),
        ("actors.csv", actors(stories)?),
        ("sentences.csv", sentences(articles)?),
        ("tones.csv", tones(articles)?),
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
        "outside_quotes",
        "inside_quotes",
    ];
    table(&header, |rows| {
        for story in stories {
            for actor in &story.actors {
                for name in &actor.names {
                    rows.serialize((
                        (&story.id, &actor.id, &actor.name, actor.kind, actor.main),
                        (&name.doc_id, name.entity, &name.label, name.form, name.outside_quotes, name.inside_quotes),
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
