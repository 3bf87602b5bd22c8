//! Tidy tables: one row a measurement, article, name, sentence, mention, quotation, tone. Positions
//! are code points of the annotation's `text`.

use crate::export::CheckedArticle;
use crate::story_tables::StoryTables;
use crate::table::{Kind, Table, name_of, row};
use anyhow::Result;
use parallax_compare::StorySummary;
use parallax_text::record::{AnnotationRecord, rounded};
use parallax_text::{LayerStatus, VerbClass};
use std::collections::{BTreeMap, BTreeSet};

use Kind::{Number, Text, Truth, Whole};

/// Rows from which on a table is worth writing before it is whole.
const LONG: usize = 20_000;

/// The tables of a run, while its stories and articles come in.
#[derive(Clone, Debug)]
pub(crate) struct Tables {
    of_stories: StoryTables,
    /// Whether there are stories: without them, no table tells of them.
    compared: bool,
    measurements: Table,
    evidence: Table,
    articles: Table,
    actors: Table,
    sentences: Table,
    mentions: Table,
    quotes: Table,
    tones: Table,
    frames: Table,
    stances: Table,
    wording: Table,
    /// The story's actor that each entity of each article is.
    actor_ids: BTreeMap<(String, u32), String>,
    /// Layers that ran on an article: the table of one that never ran is not written.
    layers: BTreeSet<String>,
    documents: BTreeMap<String, Vec<DocumentRow>>,
}

/// What the comparison knows of an article.
#[derive(Clone, Debug)]
struct DocumentRow {
    story: String,
    words_kept: u64,
    words_dropped: u64,
    body_sentences: u64,
}

impl Tables {
    pub(crate) fn new() -> Self {
        let measurements = Table::new(
            "measurements",
            &[
                ("id", Text),
                ("story", Text),
                ("scope", Text),
                ("outlet", Text),
                ("doc_id", Text),
                ("measure", Text),
                ("target", Text),
                ("holder", Text),
                ("voice", Text),
                ("zone", Text),
                ("value", Number),
                ("unit", Text),
                ("n", Whole),
                ("n_shared", Whole),
                ("n_unit", Text),
                ("ci_low", Number),
                ("ci_high", Number),
                ("ci_kind", Text),
                ("status", Text),
                ("method", Text),
                ("model", Text),
                ("evidence", Text),
            ],
        );
        let articles = [
            ("story", Text),
            ("doc_id", Text),
            ("outlet", Text),
            ("title", Text),
            ("byline", Text),
            ("published", Text),
            ("language", Text),
            ("truncated", Truth),
            ("words_kept", Whole),
            ("words_dropped", Whole),
            ("body_sentences", Whole),
            ("source", Text),
            ("record", Whole),
            ("source_sha256", Text),
        ];
        let actors = [
            ("story", Text),
            ("actor", Text),
            ("name", Text),
            ("kind", Text),
            ("main", Truth),
            ("doc_id", Text),
            ("entity", Whole),
            ("label", Text),
            ("form", Text),
            ("role", Text),
            ("modifiers", Text),
            ("own", Whole),
            ("reported", Whole),
            ("shared", Whole),
            ("left_out", Whole),
        ];
        let sentences = [
            ("id", Text),
            ("doc_id", Text),
            ("sentence", Whole),
            ("zone", Text),
            ("start", Whole),
            ("end", Whole),
            ("text", Text),
        ];
        let mentions = [
            ("doc_id", Text),
            ("mention", Whole),
            ("sentence", Whole),
            ("start", Whole),
            ("end", Whole),
            ("text", Text),
            ("kind", Text),
            ("form", Text),
            ("score", Number),
            ("entity", Whole),
            ("entity_name", Text),
            ("actor", Text),
        ];
        let quotes = [
            ("doc_id", Text),
            ("quote", Whole),
            ("kind", Text),
            ("start", Whole),
            ("end", Whole),
            ("words", Whole),
            ("continues", Whole),
            ("speaker", Text),
            ("speaker_entity", Whole),
            ("speaker_name", Text),
            ("actor", Text),
            ("cue", Text),
            ("lemma", Text),
            ("class", Text),
            ("text", Text),
        ];
        let tones = [
            ("doc_id", Text),
            ("sentence", Whole),
            ("mention", Whole),
            ("entity", Whole),
            ("entity_name", Text),
            ("label", Text),
            ("zone", Text),
            ("voice", Text),
            ("negative", Number),
            ("neutral", Number),
            ("positive", Number),
            ("tone", Number),
        ];
        let frames = [
            ("doc_id", Text),
            ("sentence", Whole),
            ("zone", Text),
            ("codebook", Text),
            ("frame", Text),
            ("score", Number),
        ];
        let stances = [
            ("doc_id", Text),
            ("sentence", Whole),
            ("zone", Text),
            ("proposition", Text),
            ("voice", Text),
            ("holder", Whole),
            ("holder_name", Text),
            ("against", Number),
            ("favor", Number),
            ("neither", Number),
        ];
        let wording = [("doc_id", Text), ("sentence", Whole), ("zone", Text), ("loaded", Number), ("words", Text)];
        Self {
            of_stories: StoryTables::default(),
            compared: false,
            measurements,
            evidence: Table::new("evidence", &[("measurement", Text), ("sentence", Text)]),
            articles: Table::new("articles", &articles),
            actors: Table::new("actors", &actors),
            sentences: Table::new("sentences", &sentences),
            mentions: Table::new("mentions", &mentions),
            quotes: Table::new("quotes", &quotes),
            tones: Table::new("tones", &tones),
            frames: Table::new("frames", &frames),
            stances: Table::new("stances", &stances),
            wording: Table::new("wording", &wording),
            actor_ids: BTreeMap::new(),
            layers: BTreeSet::new(),
            documents: BTreeMap::new(),
        }
    }

    /// Adds a story; all stories come before the first article.
    ///
    /// # Errors
    /// Where a list of the story is not what its table promises.
    pub(crate) fn add_story(&mut self, story: &mut StorySummary) -> Result<()> {
        self.compared = true;
        for document in &story.documents {
            self.documents.entry(document.doc_id.clone()).or_default().push(DocumentRow {
                story: story.id.clone(),
                words_kept: document.words_kept,
                words_dropped: document.words_dropped,
                body_sentences: document.body_sentences,
            });
        }
        self.add_measurements(story);
        self.add_actors(story);
        // The longest list has its tables already.
        let measurements = std::mem::take(&mut story.measurements);
        let rest = serde_json::to_value(&*story);
        story.measurements = measurements;
        Ok(self.of_stories.add(&rest?)?)
    }

    /// Takes over what another has of stories that come after its own.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.compared |= other.compared;
        for (doc_id, rows) in other.documents {
            self.documents.entry(doc_id).or_default().extend(rows);
        }
        self.actor_ids.extend(other.actor_ids);
        self.measurements.append(other.measurements);
        self.evidence.append(other.evidence);
        self.actors.append(other.actors);
        self.of_stories.absorb(other.of_stories);
    }

    fn add_measurements(&mut self, story: &StorySummary) {
        for m in &story.measurements {
            self.measurements.push(row![
                &m.id,
                &m.story,
                name_of(m.scope),
                m.outlet.as_deref(),
                m.doc_id.as_deref(),
                &m.measure,
                m.target.as_deref(),
                m.holder.as_deref(),
                m.voice.map(name_of),
                m.zone.map(name_of),
                m.value,
                &m.unit,
                m.n,
                m.n_shared,
                &m.n_unit,
                m.ci_low,
                m.ci_high,
                m.ci_kind.as_deref(),
                name_of(m.status),
                &m.method,
                m.model.as_deref(),
                m.evidence.join(" "),
            ]);
            for sentence in &m.evidence {
                self.evidence.push(row![&m.id, sentence]);
            }
        }
    }

    fn add_actors(&mut self, story: &StorySummary) {
        for actor in &story.actors {
            for name in &actor.names {
                self.actor_ids.insert((name.doc_id.clone(), name.entity), actor.id.clone());
                self.actors.push(row![
                    &story.id,
                    &actor.id,
                    &actor.name,
                    actor.kind.label(),
                    actor.main,
                    &name.doc_id,
                    name.entity,
                    &name.label,
                    name_of(name.form),
                    name.role.as_deref(),
                    name.modifiers.join("; "),
                    name.own,
                    name.reported,
                    name.shared,
                    name.left_out,
                ]);
            }
        }
    }

    /// Adds an article.
    pub(crate) fn add(&mut self, article: &CheckedArticle<'_>) {
        let record = article.record();
        let ran = record.layers.iter().filter(|(_, layer)| layer.status == LayerStatus::Done);
        self.layers.extend(ran.map(|(name, _)| name.clone()));
        self.add_article(record);
        self.add_sentences(article);
        self.add_mentions(article);
        self.add_quotes(article);
        self.add_judgements(article);
    }

    fn add_article(&mut self, record: &AnnotationRecord) {
        let known = self.documents.get(&record.doc_id).into_iter().flatten().map(Some);
        let rows: Vec<Option<&DocumentRow>> = known.collect();
        // Without a comparison the article still has a row, with the story that the user named.
        for document in if rows.is_empty() { vec![None] } else { rows } {
            self.articles.push(row![
                document.map(|document| &document.story).or(record.story.as_ref()),
                &record.doc_id,
                record.outlet.as_deref(),
                record.title.as_deref(),
                record.byline.join("; "),
                record.published.as_deref(),
                record.language.as_deref(),
                record.truncated,
                document.map(|document| document.words_kept),
                document.map(|document| document.words_dropped),
                document.map(|document| document.body_sentences),
                &record.source,
                record.record,
                &record.source_sha256,
            ]);
        }
    }

    fn add_sentences(&mut self, article: &CheckedArticle<'_>) {
        let record = article.record();
        for (index, sentence) in record.sentences.iter().enumerate() {
            let text = article.cut(sentence.start, sentence.end);
            let zone = article.zone(index as u32).name();
            let id = article.sentence_id(index);
            self.sentences.push(row![id, &record.doc_id, index, zone, sentence.start, sentence.end, text]);
        }
    }

    fn actor_id(&self, doc_id: &str, entity: Option<u32>) -> Option<&str> {
        self.actor_ids.get(&(doc_id.to_owned(), entity?)).map(String::as_str)
    }

    fn add_mentions(&mut self, article: &CheckedArticle<'_>) {
        let record = article.record();
        for mention in &record.mentions {
            let row = row![
                &record.doc_id,
                mention.id,
                mention.sentence,
                mention.start,
                mention.end,
                &mention.text,
                mention.kind.label(),
                name_of(mention.form),
                mention.score,
                mention.entity,
                article.entity_name(mention.entity),
                self.actor_id(&record.doc_id, mention.entity),
            ];
            self.mentions.push(row);
        }
    }

    fn add_quotes(&mut self, article: &CheckedArticle<'_>) {
        let record = article.record();
        for quote in &record.quotes {
            let text = article.cut(quote.start, quote.end);
            let words = text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count();
            let (speaker, cue) = (quote.speaker.as_ref(), quote.cue.as_ref());
            let entity = speaker.and_then(|speaker| speaker.entity);
            let row = row![
                &record.doc_id,
                quote.id,
                name_of(quote.kind),
                quote.start,
                quote.end,
                words,
                quote.continues,
                speaker.map(|speaker| &speaker.text),
                entity,
                article.entity_name(entity),
                self.actor_id(&record.doc_id, entity),
                cue.map(|cue| &cue.text),
                cue.map(|cue| &cue.lemma),
                cue.and_then(|cue| cue.class).map(VerbClass::name),
                text,
            ];
            self.quotes.push(row);
        }
    }

    fn add_judgements(&mut self, article: &CheckedArticle<'_>) {
        let record = article.record();
        let doc_id = &record.doc_id;
        for tone in &record.tones {
            let mention = &record.mentions[tone.mention as usize];
            let name = article.entity_name(mention.entity);
            self.tones.push(row![
                doc_id,
                tone.sentence,
                tone.mention,
                mention.entity,
                name,
                &mention.text,
                tone.zone.name(),
                tone.voice.name(),
                tone.negative,
                tone.neutral,
                tone.positive,
                rounded(tone.positive - tone.negative),
            ]);
        }
        for frames in &record.frames {
            let zone = article.zone(frames.sentence).name();
            for (frame, score) in &frames.scores {
                self.frames.push(row![doc_id, frames.sentence, zone, &frames.codebook, frame, *score]);
            }
        }
        for stance in &record.stances {
            self.stances.push(row![
                doc_id,
                stance.sentence,
                article.zone(stance.sentence).name(),
                &stance.proposition,
                stance.voice.name(),
                stance.holder,
                article.entity_name(stance.holder),
                stance.against,
                stance.favor,
                stance.neither,
            ]);
        }
        for wording in &record.wording {
            let words: Vec<&str> = wording.words.iter().map(|word| word.text.as_str()).collect();
            let zone = article.zone(wording.sentence).name();
            self.wording.push(row![doc_id, wording.sentence, zone, wording.loaded, words.join("; ")]);
        }
    }

    /// The tables with as many rows that what they hold should be written.
    pub(crate) fn long(&mut self) -> impl Iterator<Item = &mut Table> {
        let Self {
            measurements,
            evidence,
            articles,
            actors,
            sentences,
            mentions,
            quotes,
            tones,
            frames,
            stances,
            wording,
            ..
        } = self;
        let all =
            [measurements, evidence, articles, actors, sentences, mentions, quotes, tones, frames, stances, wording];
        all.into_iter().chain(self.of_stories.iter_mut()).filter(|table| table.rows >= LONG)
    }

    /// The tables: those of layers that ran, and those of stories where there are any.
    pub(crate) fn finish(self) -> Vec<Table> {
        let mut tables = vec![self.articles, self.sentences, self.tones, self.mentions, self.quotes];
        if self.compared {
            tables.extend([self.measurements, self.evidence, self.actors]);
        }
        let by_layer = [("frames", self.frames), ("stances", self.stances), ("wording", self.wording)];
        tables.extend(by_layer.into_iter().filter(|(layer, _)| self.layers.contains(*layer)).map(|(_, table)| table));
        tables.extend(self.of_stories.finish());
        tables
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::fixture::full;

    #[test]
    fn articles_fill_the_tables_of_the_layers_that_ran() {
        let mut record = full();
        let count = |record: &AnnotationRecord| -> BTreeMap<&str, usize> {
            let mut tables = Tables::new();
            tables.add(&CheckedArticle::new(record).unwrap());
            tables.finish().iter().map(|table| (table.name, table.rows)).collect()
        };
        let rows = count(&record);
        assert_eq!((rows["sentences"], rows["mentions"], rows["quotes"], rows["tones"]), (4, 4, 1, 4));
        assert_eq!((rows["frames"], rows["stances"], rows["wording"]), (2, 1, 1));
        assert!(!rows.contains_key("measurements"), "there are no stories");
        record.layers.get_mut("frames").unwrap().status = LayerStatus::NotRun;
        assert!(!count(&record).contains_key("frames"));
    }
}
