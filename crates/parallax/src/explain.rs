//! `parallax explain`: the evidence of one claim, in the terminal.

use crate::verify::{read_annotations, read_summary, sentence_of};
use anyhow::{Result, bail};
use parallax_text::record::AnnotationRecord;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// Most sentences that are printed; the others are counted.
const MOST_SENTENCES: usize = 25;

/// What a claim (finding, measurement, difference, fact or rendering) rests on, as text.
///
/// # Errors
/// Where the run cannot be read, or has nothing of this id.
pub(crate) fn explain(folder: &Path, claim: &str) -> Result<String> {
    let summary = read_summary(folder)?;
    let records: BTreeMap<String, AnnotationRecord> =
        read_annotations(folder)?.into_iter().map(|record| (record.doc_id.clone(), record)).collect();
    let Some(found) = find(&summary, claim) else {
        bail!(
            "{}: nothing has the id {claim:?}; ids stand in summary.json (field `id` of findings, measurements, differences) and in measurements.csv",
            folder.display()
        );
    };
    let mut out = String::new();
    describe(&mut out, found);
    for id in found["measurements"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if let Some(rests_on) = find(&summary, id) {
            out.push('\n');
            describe(&mut out, rests_on);
        }
    }
    let evidence = evidence_of(found);
    let _ = writeln!(out, "\n{} sentences", evidence.len());
    for id in evidence.iter().take(MOST_SENTENCES) {
        match sentence_of(id, &records) {
            Some((record, sentence)) => in_context(&mut out, id, record, sentence),
            None => {
                let _ = writeln!(out, "\n{id}: there is no such sentence (run `parallax verify`)");
            }
        }
    }
    if evidence.len() > MOST_SENTENCES {
        let _ =
            writeln!(out, "\n… and {} more: {}", evidence.len() - MOST_SENTENCES, evidence[MOST_SENTENCES..].join(" "));
    }
    // A page's words must not steer the terminal.
    Ok(out.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect())
}

/// The entry of any list of a story that has this id.
fn find<'a>(summary: &'a Value, id: &str) -> Option<&'a Value> {
    let stories = summary["stories"].as_array()?;
    let lists =
        stories.iter().filter_map(Value::as_object).flat_map(|story| story.values()).filter_map(Value::as_array);
    lists.flatten().find(|item| item["id"].as_str() == Some(id))
}

/// Its fields that say something in a line.
fn describe(out: &mut String, claim: &Value) {
    let _ = writeln!(out, "{}", claim["id"].as_str().unwrap_or_default());
    let Some(fields) = claim.as_object() else { return };
    if let Some(text) = fields.get("text").and_then(Value::as_str) {
        let _ = writeln!(out, "  {text}");
    }
    if let (Some(value), Some(n)) = (fields.get("value").and_then(Value::as_f64), fields.get("n")) {
        let number = |name: &str| fields.get(name).and_then(Value::as_f64);
        let word = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
        let (low, high) = (number("ci_low"), number("ci_high"));
        let interval = low.zip(high).map_or(String::new(), |(low, high)| format!(" [{low:.2} to {high:.2}]"));
        let (unit, of) = (word("unit"), word("n_unit"));
        let _ = writeln!(out, "  {value} {unit}{interval}, n = {n} {of}");
    }
    for name in ["status", "method", "test", "difference", "p", "q", "outlet", "doc_id", "kind"] {
        match fields.get(name) {
            Some(Value::String(text)) => {
                let _ = writeln!(out, "  {name}: {text}");
            }
            Some(Value::Number(number)) => {
                let _ = writeln!(out, "  {name}: {number}");
            }
            _ => {}
        }
    }
}

/// Ids of sentences anywhere below the claim, each once, in order.
fn evidence_of(claim: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(claim, "", &mut found);
    found
}

fn collect(value: &Value, key: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| collect(value, name, found)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, key, found)),
        Value::String(id) if matches!(key, "evidence" | "sentence") && !found.contains(id) => found.push(id.clone()),
        _ => {}
    }
}

/// The sentence between those before and after it in its block.
fn in_context(out: &mut String, id: &str, record: &AnnotationRecord, sentence: usize) {
    let letters: Vec<char> = record.text.chars().collect();
    let own = &record.sentences[sentence];
    let words = |index: usize| -> Option<String> {
        let one = record.sentences.get(index).filter(|one| one.block == own.block)?;
        let text: String = letters.get(one.start..one.end)?.iter().collect();
        Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let outlet = record.outlet.as_deref().unwrap_or("outlet not known");
    let kind = record.blocks.get(own.block as usize).map_or("", |block| block.kind.name());
    let _ = writeln!(out, "\n{id}  {outlet}, {kind}");
    if let Some(before) = sentence.checked_sub(1).and_then(words) {
        let _ = writeln!(out, "    {before}");
    }
    let _ = writeln!(out, "  > {}", words(sentence).unwrap_or_default());
    if let Some(after) = words(sentence + 1) {
        let _ = writeln!(out, "    {after}");
    }
}
