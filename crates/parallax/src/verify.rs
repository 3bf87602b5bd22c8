//! `parallax verify`: whether what a run says still holds, checked offline.

use crate::input::{Inputs, hexadecimal};
use anyhow::{Context, Result};
use parallax_compare::{Measurement, Scope, Status, StorySummary, sentence_id};
use parallax_text::record::{AnnotationRecord, RunName};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// `summary.json`, as it is read back.
#[derive(Deserialize)]
struct SummaryFile {
    stories: Vec<StorySummary>,
}

/// What a check found.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// What does not hold, each with its place.
    pub(crate) failures: Vec<String>,
    /// How much was checked, for people.
    pub(crate) checked: Vec<String>,
}

/// Reads the annotation records of a run.
pub(crate) fn read_annotations(folder: &Path) -> Result<Vec<AnnotationRecord>> {
    let path = folder.join("annotations.jsonl");
    let text = crate::cli::read_text(&path)?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            serde_json::from_str(line)
                .with_context(|| format!("{} (line {}): not an annotation record", path.display(), number + 1))
        })
        .collect()
}

/// Reads a run's summary, as values.
pub(crate) fn read_summary(folder: &Path) -> Result<Value> {
    let path = folder.join("summary.json");
    serde_json::from_str(&crate::cli::read_text(&path)?).with_context(|| format!("{}: not JSON", path.display()))
}

/// Checks a run's folder, and its sources where `sources` names their files or folders.
///
/// # Errors
/// Where there is nothing that could be checked: a file is missing or not of its format.
pub(crate) fn verify(folder: &Path, sources: &[PathBuf], max_bytes: usize) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    files(folder, &mut verdict)?;
    let records = read_annotations(folder)?;
    for record in &records {
        spans(record, &mut verdict.failures);
    }
    verdict.checked.push(format!("{} articles: spans, indices, alignment", records.len()));
    let summary = read_summary(folder)?;
    let by_id: BTreeMap<&str, &AnnotationRecord> = records.iter().map(|one| (one.doc_id.as_str(), one)).collect();
    links(&summary, &by_id, &mut verdict);
    let typed: SummaryFile = serde_json::from_value(summary)
        .with_context(|| format!("{}: not a summary of this version", folder.join("summary.json").display()))?;
    for story in &typed.stories {
        figures(story, &by_id, &mut verdict);
    }
    if !sources.is_empty() {
        against_sources(sources, max_bytes, &by_id, &mut verdict)?;
    }
    Ok(verdict)
}

/// The files that `run.json` names, by their hashes.
fn files(folder: &Path, verdict: &mut Verdict) -> Result<()> {
    let path = folder.join("run.json");
    let run: Value = serde_json::from_str(&crate::cli::read_text(&path)?)
        .with_context(|| format!("{}: not JSON", path.display()))?;
    let named = run["files"].as_object().cloned().unwrap_or_default();
    for (name, sha256) in &named {
        // Names are those of files in the folder, or in a folder of it, never paths out of it.
        if name.contains('\\') || name.split('/').any(|part| part.is_empty() || part == "..") {
            verdict.failures.push(format!("run.json: {name:?} is no file of this folder"));
            continue;
        }
        match std::fs::read(folder.join(name)) {
            Ok(bytes) if Some(hexadecimal(&Sha256::digest(&bytes)).as_str()) == sha256.as_str() => {}
            Ok(_) => verdict.failures.push(format!("{name}: changed since the run (its SHA-256 is another)")),
            Err(error) => verdict.failures.push(format!("{name}: cannot be read: {error}")),
        }
    }
    verdict.checked.push(format!("{} files by their SHA-256", named.len()));
    Ok(())
}

/// Spans and indices of a record, all within it.
fn spans(record: &AnnotationRecord, failures: &mut Vec<String>) {
    let text: Vec<char> = record.text.chars().collect();
    let mut fail = |what: String| failures.push(format!("annotations.jsonl: {}: {what}", record.doc_id));
    let cut = |start: usize, end: usize| text.get(start..end).map(|letters| letters.iter().collect::<String>());
    let mut at = 0;
    for &(start, end, ..) in &record.alignment {
        if start != at || end < start {
            fail(format!("the alignment has a gap at {at}"));
        }
        at = end;
    }
    if at != text.len() {
        fail(format!("the alignment ends at {at}, the text at {}", text.len()));
    }
    for sentence in &record.sentences {
        let block = record.blocks.get(sentence.block as usize);
        if block.is_none_or(|block| sentence.start < block.start || block.end < sentence.end)
            || cut(sentence.start, sentence.end).is_none()
        {
            fail(format!("sentence {} is not within its block", sentence.id));
        }
    }
    for mention in &record.mentions {
        let within = record.sentences.get(mention.sentence as usize);
        if within.is_none_or(|s| mention.start < s.start || s.end < mention.end)
            || cut(mention.start, mention.end).as_ref() != Some(&mention.text)
        {
            fail(format!("mention {} does not stand where it says: {:?}", mention.id, mention.text));
        }
        if mention.entity.is_some_and(|entity| entity as usize >= record.entities.len()) {
            fail(format!("mention {} is of an entity that is not there", mention.id));
        }
    }
    for quote in &record.quotes {
        if cut(quote.start, quote.end).is_none() {
            fail(format!("quotation {} is not within the text", quote.id));
        }
        let cue = quote.cue.as_ref().map(|cue| (cue.start, cue.end, &cue.text));
        let speaker = quote.speaker.as_ref().map(|speaker| (speaker.start, speaker.end, &speaker.text));
        for (start, end, words) in cue.into_iter().chain(speaker) {
            if cut(start, end).as_ref() != Some(words) {
                fail(format!("quotation {}: {words:?} does not stand where it says", quote.id));
            }
        }
    }
    for tone in &record.tones {
        if record.mentions.get(tone.mention as usize).is_none_or(|mention| mention.sentence != tone.sentence) {
            fail(format!("tone {} is of a mention that is not in its sentence", tone.id));
        }
    }
    let scored = record.frames.iter().map(|one| one.sentence).chain(record.stances.iter().map(|one| one.sentence));
    for sentence in scored.chain(record.wording.iter().map(|one| one.sentence)) {
        if sentence as usize >= record.sentences.len() {
            fail(format!("sentence {sentence} is scored and not there"));
        }
    }
    for word in record.wording.iter().flat_map(|one| &one.words) {
        if cut(word.start, word.end).as_ref() != Some(&word.text) {
            fail(format!("the word {:?} does not stand where it says", word.text));
        }
    }
}

/// Every sentence and every claim that a part of the summary leads to.
fn links(summary: &Value, records: &BTreeMap<&str, &AnnotationRecord>, verdict: &mut Verdict) {
    let mut sentences = 0;
    let mut claims = 0;
    for story in summary["stories"].as_array().into_iter().flatten() {
        let name = story["id"].as_str().unwrap_or_default();
        let mut ids = BTreeSet::new();
        for list in story.as_object().into_iter().flat_map(|story| story.values()).filter_map(Value::as_array) {
            for id in list.iter().filter_map(|item| item["id"].as_str()) {
                ids.insert(id);
            }
        }
        walk(story, "", &mut |place, key, value| {
            let Some(text) = value.as_str() else { return };
            match key {
                "evidence" | "only_first" | "only_second" | "pairs" | "sentence" | "left_out_sentences" => {
                    sentences += 1;
                    if !exists(text, records) {
                        verdict.failures.push(format!("summary.json: {name}{place}: there is no sentence {text:?}"));
                    }
                }
                "measurements" => {
                    claims += 1;
                    if !ids.contains(text) {
                        verdict
                            .failures
                            .push(format!("summary.json: {name}{place}: there is nothing with the id {text:?}"));
                    }
                }
                _ => {}
            }
        });
    }
    verdict.checked.push(format!("{sentences} references to sentences, {claims} to measurements and other claims"));
}

/// Calls `visit` with every value below, its place and the name of the field it stands in.
fn walk(value: &Value, place: &str, visit: &mut impl FnMut(&str, &str, &Value)) {
    walk_in(value, place, "", visit);
}

fn walk_in(value: &Value, place: &str, key: &str, visit: &mut impl FnMut(&str, &str, &Value)) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                walk_in(value, &format!("{place}/{name}"), name, visit);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk_in(item, &format!("{place}/{index}"), key, visit);
            }
        }
        _ => visit(place, key, value),
    }
}

fn exists(id: &str, records: &BTreeMap<&str, &AnnotationRecord>) -> bool {
    let Some((doc_id, sentence)) = id.rsplit_once('#') else { return false };
    let sentence: Option<usize> = sentence.parse().ok();
    records.get(doc_id).is_some_and(|record| sentence.is_some_and(|sentence| sentence < record.sentences.len()))
}

/// The figures that can be counted again from the annotations.
fn figures(story: &StorySummary, records: &BTreeMap<&str, &AnnotationRecord>, verdict: &mut Verdict) {
    let mut counted = 0;
    let left_out: BTreeSet<&str> = story.left_out_sentences.iter().map(String::as_str).collect();
    for measurement in story.measurements.iter().filter(|m| m.status == Status::Ok) {
        let of: Vec<&AnnotationRecord> = story
            .documents
            .iter()
            .filter(|document| match measurement.scope {
                Scope::Article => measurement.doc_id.as_deref() == Some(&document.doc_id),
                _ => document.outlet.is_some() && document.outlet == measurement.outlet,
            })
            .filter_map(|document| records.get(document.doc_id.as_str()).copied())
            .collect();
        let Some(again) = count_again(story, measurement, &of, &left_out) else { continue };
        counted += 1;
        let shown = measurement.value.unwrap_or(f64::NAN);
        // Scores carry four decimals in the records.
        if (shown - again).abs() > 2e-4 + 1e-9 {
            verdict.failures.push(format!(
                "summary.json: {}: the value is {shown}, counted again from the annotations {again:.4}",
                measurement.id
            ));
        }
        let inside = measurement.ci_low.is_none_or(|low| low <= shown + 1e-4)
            && measurement.ci_high.is_none_or(|high| shown <= high + 1e-4);
        let is_plain = measurement.ci_kind.as_deref().is_some_and(|kind| !kind.contains('+'));
        if is_plain && !inside {
            verdict.failures.push(format!("summary.json: {}: the value lies outside its interval", measurement.id));
        }
    }
    for document in &story.documents {
        if let Some(record) = records.get(document.doc_id.as_str()) {
            counted += 1;
            if body_sentences(record).count() as u64 != document.body_sentences {
                verdict
                    .failures
                    .push(format!("summary.json: {}: the number of body sentences is another", document.doc_id));
            }
        } else {
            verdict.failures.push(format!("summary.json: {}: there is no annotation of it", document.doc_id));
        }
    }
    verdict.checked.push(format!(
        "story {:?}: {counted} figures counted again, {} findings",
        story.id,
        story.findings.len()
    ));
}

fn body_sentences(record: &AnnotationRecord) -> impl Iterator<Item = usize> + '_ {
    let is_body = |block: u32| record.blocks.get(block as usize).is_some_and(|block| block.kind.is_body());
    (0..record.sentences.len()).filter(move |&index| is_body(record.sentences[index].block))
}

fn count_again(
    story: &StorySummary,
    measurement: &Measurement,
    of: &[&AnnotationRecord],
    left_out: &BTreeSet<&str>,
) -> Option<f64> {
    if measurement.holder.is_some() || of.is_empty() {
        return None;
    }
    let entities: BTreeSet<(&str, u32)> = story
        .actors
        .iter()
        .filter(|actor| Some(&actor.id) == measurement.target.as_ref())
        .flat_map(|actor| &actor.names)
        .map(|name| (name.doc_id.as_str(), name.entity))
        .collect();
    let is_target = |record: &AnnotationRecord, mention: u32| {
        let entity = record.mentions.get(mention as usize).and_then(|mention| mention.entity);
        entity.is_some_and(|entity| entities.contains(&(record.doc_id.as_str(), entity)))
    };
    let counts = |record: &AnnotationRecord, sentence: usize| {
        left_out.is_empty() || !left_out.contains(sentence_id(&record.doc_id, sentence as u32).as_str())
    };
    let is_named = |record: &AnnotationRecord, m: u32| {
        let mention = &record.mentions[m as usize];
        is_target(record, m) && mention.form.is_named() && counts(record, mention.sentence as usize)
    };
    let share = |part: usize, all: usize| (all > 0).then(|| part as f64 / all as f64);
    match measurement.measure.as_str() {
        "words_kept" => {
            let words = |record: &AnnotationRecord| {
                let letters: Vec<char> = record.text.chars().collect();
                let of_block = |start: usize, end: usize| {
                    letters.get(start..end).map_or(0, |part| words(&part.iter().collect::<String>()))
                };
                record.blocks.iter().map(|block| of_block(block.start, block.end)).sum::<usize>()
            };
            Some(of.iter().map(|record| words(record)).sum::<usize>() as f64)
        }
        "mentions_named" => {
            let named = |record: &&&AnnotationRecord| {
                let all = 0..record.mentions.len() as u32;
                all.filter(|&m| is_named(record, m)).count()
            };
            Some(of.iter().map(|record| named(&record)).sum::<usize>() as f64)
        }
        "sentence_share" => {
            let (mut part, mut all) = (0, 0);
            for record in of {
                let naming: BTreeSet<u32> = (0..record.mentions.len() as u32)
                    .filter(|&m| is_named(record, m))
                    .map(|m| record.mentions[m as usize].sentence)
                    .collect();
                let body = || body_sentences(record).filter(|&s| counts(record, s));
                part += body().filter(|&s| naming.contains(&(s as u32))).count();
                all += body().count();
            }
            share(part, all)
        }
        "tone_mean" if !measurement.ci_kind.as_deref().unwrap_or_default().ends_with("+coded") => {
            let mut tones = Vec::new();
            for record in of {
                let own =
                    record.tones.iter().filter(|tone| tone.zone.is_body() && Some(tone.voice) == measurement.voice);
                tones.extend(
                    own.filter(|tone| is_target(record, tone.mention) && counts(record, tone.sentence as usize))
                        .map(|tone| tone.positive - tone.negative),
                );
            }
            // Another number of tones is another figure, whatever their mean.
            let is_same = !tones.is_empty() && tones.len() as u64 == measurement.n;
            Some(if is_same { tones.iter().sum::<f64>() / tones.len() as f64 } else { f64::INFINITY })
        }
        "frame_share" | "loaded_share" => share(measurement.evidence.len(), measurement.n as usize),
        _ => None,
    }
}

fn words(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

/// Every character that the clean text took over, in the sources as they are now.
fn against_sources(
    sources: &[PathBuf],
    max_bytes: usize,
    records: &BTreeMap<&str, &AnnotationRecord>,
    verdict: &mut Verdict,
) -> Result<()> {
    let inputs = Inputs::find(sources, None, max_bytes)?;
    let mut seen = BTreeSet::new();
    for raw in inputs.read().flatten() {
        let Some(record) = records.get(raw.doc_id.as_str()) else { continue };
        seen.insert(record.doc_id.as_str());
        if raw.origin.sha256 != record.source_sha256 {
            verdict.failures.push(format!("{}: the source changed since the run ({})", record.doc_id, record.source));
            continue;
        }
        let (text, source): (Vec<char>, Vec<char>) = (record.text.chars().collect(), raw.source.chars().collect());
        let holds = record.alignment.iter().filter(|run| run.4 == RunName::Kept).all(|&(start, end, from, to, _)| {
            text.get(start..end).is_some_and(|kept| source.get(from..to) == Some(kept))
        });
        if !holds {
            verdict.failures.push(format!("{}: the clean text is not what the source has", record.doc_id));
        }
    }
    for id in records.keys().filter(|id| !seen.contains(*id)) {
        verdict.failures.push(format!("{id}: no source of this id in the files given"));
    }
    verdict
        .checked
        .push(format!("{} sources by their SHA-256 and, kept character by character, their text", seen.len()));
    Ok(())
}

/// A sentence of a run with what it stands in, for `parallax explain`.
pub(crate) fn sentence_of<'a>(
    id: &str,
    records: &'a BTreeMap<String, AnnotationRecord>,
) -> Option<(&'a AnnotationRecord, usize)> {
    let (doc_id, sentence) = id.rsplit_once('#')?;
    let record = records.get(doc_id)?;
    let sentence: usize = sentence.parse().ok()?;
    (sentence < record.sentences.len()).then_some((record, sentence))
}
